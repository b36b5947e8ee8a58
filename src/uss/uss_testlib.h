// What the tests of the supplier share: names, times, and the JSON of other suppliers.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "uss/ledger.h"
#include "uss/wire.h"

namespace tansiq::uss::test {

/// 2026-11-22T10:00:00Z.
inline constexpr UtcMs kNow{1'795'341'600'000};
inline constexpr DurationMs kMinute = 60'000;

/// Any number as a UUID of version 4.
inline Uuid id(std::uint64_t n) { return Uuid::version_4(0, n); }
inline IntentId intent(int n) { return IntentId::trusted(fmt::format("I{}", n)); }
inline Moment minutes(int n) { return Moment::at(kNow + n * kMinute); }
inline log::Hash hash(std::string_view text) { return log::sha256(text); }

inline Registered registered(int n, std::int64_t version, std::int64_t native_version = 1) {
  return {.details = hash(fmt::format("{} {}", n, version)),
          .end = minutes(60),
          .id = id(static_cast<std::uint64_t>(n)),
          .intent = intent(n),
          .native_version = native_version,
          .ovn = fmt::format("ovn-of-{}-version-{}", n, version),
          .start = minutes(0),
          .state = IntentState::kAccepted,
          .subscription = {},
          .url = "https://us.example",
          .version = version};
}
inline Trying trying(int n, std::int64_t native_version) {
  return {.details = hash(fmt::format("{} {}", n, native_version)),
          .id = id(static_cast<std::uint64_t>(n)),
          .intent = intent(n),
          .native_version = native_version,
          .state = IntentState::kAccepted,
          .url = "https://us.example"};
}
inline ToTell to_tell(int n, std::string_view url, std::uint64_t subscription, std::int64_t index) {
  return {.expires = kNow + 10 * kMinute,
          .intent = intent(n),
          .subscribers = {{index, id(subscription)}},
          .url = std::string(url)};
}
inline Learned learned(std::uint64_t n, std::int64_t version, std::string_view content = "same",
                       std::string_view manager = "alpha") {
  return {.details = hash(content),
          .end = minutes(60),
          .how = How::kFetch,
          .id = id(n),
          .kind = Kind::kIntent,
          .manager = std::string(manager),
          .notice = {},
          .ovn = fmt::format("ovn-of-{}-version-{}", n, version),
          .start = minutes(0),
          .state = IntentState::kAccepted,
          .url = "https://alpha.example",
          .version = version};
}

inline std::string time_json(const Moment& at) {
  return fmt::format(R"({{"value":"{}","format":"RFC3339"}})", at.text());
}
/// A circle of 300 m, 400 to 520 m high, `east` thousandths of a degree from 6.6 E, for an hour.
inline std::string volume_json(int east = 0, int from = 0, int to = 60) {
  return fmt::format(
      R"({{"volume":{{"outline_circle":{{"center":{{"lat":46.5,"lng":{}}},"radius":{{"value":300,"units":"M"}}}},)"
      R"("altitude_lower":{{"value":400,"reference":"W84","units":"M"}},)"
      R"("altitude_upper":{{"value":520,"reference":"W84","units":"M"}}}},"time_start":{},"time_end":{}}})",
      6.6 + east / 1000.0, time_json(minutes(from)), time_json(minutes(to)));
}
inline std::string details_json(const std::string& volumes = volume_json(), int priority = 0) {
  return fmt::format(R"({{"volumes":[{}],"off_nominal_volumes":[],"priority":{}}})", volumes, priority);
}
inline std::string reference_json(std::uint64_t n, std::int64_t version = 1, std::string_view manager = "alpha",
                                  std::string_view more = "", std::string_view url = "https://alpha.example") {
  return fmt::format(
      R"({{"id":"{}","manager":"{}","uss_availability":"Unknown","version":{},"state":"Accepted","time_start":{},)"
      R"("time_end":{},"uss_base_url":"{}","subscription_id":"{}","ovn":"ovn-of-{}-version-{}"{}}})",
      id(n).str(), manager, version, time_json(minutes(0)), time_json(minutes(60)), url, id(n + 1'000).str(), n,
      version, more);
}
inline std::string full_json(const std::string& reference, const std::string& details = details_json()) {
  return fmt::format(R"({{"reference":{},"details":{}}})", reference, details);
}
inline std::string notice_json(std::uint64_t n, const std::string& full) {
  return fmt::format(
      R"({{"operational_intent_id":"{}","subscriptions":[{{"subscription_id":"{}","notification_index":3}}]{}{}}})",
      id(n).str(), id(500).str(), full.empty() ? "" : R"(,"operational_intent":)", full);
}

}  // namespace tansiq::uss::test
