// Short ways to ask a registry in tests: clients, places, windows.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "f3548/registry.h"
#include "f3548/volume.h"

namespace tansiq::f3548::test {

/// 2026-11-22T10:00:00Z.
inline constexpr UtcMs kTen{1'795'341'600'000};
inline constexpr DurationMs kMinute = 60'000;

inline Uuid id(std::uint64_t n) { return Uuid::version_4(0x1111'0000'0000'0000 + n, n); }
/// A UUIDv7 of this moment.
inline Uuid suffix_at(UtcMs time, std::uint64_t n = 0) {
  return {static_cast<std::uint64_t>(time.ms) << 16 | 0x7000 | n, std::uint64_t{2} << 62 | n};
}

inline Caller caller(std::string_view manager) { return {std::string(manager), true, true, true}; }
inline Caller planner(std::string_view manager) { return {std::string(manager), true, false, false}; }

/// A circle of 300 m, `east` × 10 km east of 46.5° N 6.6° E, 400 to 520 m up, from 10:00 for an hour; all adjustable.
struct Where {
  double east = 0;
  double radius_m = 300;
  std::optional<double> lower = 400;
  std::optional<double> upper = 520;
  std::optional<std::int64_t> from_min = 0;
  std::optional<std::int64_t> to_min = 60;
};

inline Volume volume(const Where& where) {
  Volume out;
  out.disc = Disc{Point{46.5, 6.6 + where.east * 0.1303}, where.radius_m};
  if (where.lower) out.lower = Altitude{*where.lower, "W84", "M"};
  if (where.upper) out.upper = Altitude{*where.upper, "W84", "M"};
  if (where.from_min) out.start = format_utc(kTen + *where.from_min * kMinute);
  if (where.to_min) out.end = format_utc(kTen + *where.to_min * kMinute);
  return out;
}
inline Extent extent(const Where& where) {
  const Volume one = volume(where);
  auto made = make_extent(std::span(&one, 1), Demand::kNothing, "extents", true);
  EXPECT_TRUE(made.has_value()) << made.error().text();
  return made ? *made : Extent{};
}

/// A registry with a clock and a log; every entry that it writes is kept for replay.
class Desk {
 public:
  explicit Desk(Switches switches = {}, RegistryLimits limits = {}) : registry(kSecret, switches, limits) {}

  static constexpr Registry::Secret kSecret{7, 7, 7};

  [[nodiscard]] Place place() const { return {next_seq, now}; }

  template <class T>
  Answer<T> keep(Answer<T> answer) {
    if (answer && !answer->entry.empty()) append(answer->entry);
    return answer;
  }
  void append(const std::string& entry) {
    log.push_back(entry);
    ++next_seq;
  }

  Answer<IntentChanged> put(const PutIntent& request, const Caller& who) {
    return keep(registry.put_intent(request, who, place()));
  }
  Answer<IntentChanged> end(const Uuid& which, std::string_view ovn, const Caller& who) {
    return keep(registry.delete_intent(which, ovn, who, place()));
  }
  Answer<ConstraintChanged> put(const PutConstraint& request, const Caller& who) {
    return keep(registry.put_constraint(request, who, place()));
  }
  Answer<ConstraintChanged> end_constraint(const Uuid& which, std::string_view ovn, const Caller& who) {
    return keep(registry.delete_constraint(which, ovn, who, place()));
  }
  Answer<SubscriptionChanged> put(const PutSubscription& request, const Caller& who) {
    return keep(registry.put_subscription(request, who, place()));
  }
  Answer<SubscriptionChanged> end_subscription(const Uuid& which, std::string_view version, const Caller& who) {
    return keep(registry.delete_subscription(which, version, who, place()));
  }
  Answer<AvailabilityAnswer> set(std::string_view uss, std::string_view availability, std::string_view old) {
    return keep(registry.set_availability(uss, availability, old, caller("arbiter"), place()));
  }
  std::size_t tick() {
    std::size_t entries = 0;
    for (; auto entry = registry.tick(place()); ++entries) append(*entry);
    return entries;
  }

  /// A new intent that proves everything it has to; fails the test when it is refused.
  const Intent& plan(std::uint64_t n, std::string_view manager, const Where& where = {},
                     std::optional<Uuid> subscription = {}) {
    auto done = put(PutIntent{.id = id(n),
                              .ovn = {},
                              .extent = extent(where),
                              .state = IntentState::kAccepted,
                              .url = "https://uss.example",
                              .key = all_keys(),
                              .subscription = subscription,
                              .new_subscription = {},
                              .suffix = {}},
                    caller(manager));
    if (!done) ADD_FAILURE() << done.error().message;
    return *registry.get_intent(id(n)).value();
  }
  const Subscription& subscribe(std::uint64_t n, std::string_view manager, const Where& where = {},
                                std::string_view url = "https://sub.example", bool intents = true,
                                bool constraints = true) {
    auto done = put(PutSubscription{.id = id(n),
                                    .version = {},
                                    .extent = extent(where),
                                    .url = std::string(url),
                                    .notify_intents = intents,
                                    .notify_constraints = constraints},
                    caller(manager));
    if (!done) ADD_FAILURE() << done.error().message;
    return *registry.get_subscription(id(n), caller(manager)).value();
  }
  KeyRing all_keys() {
    std::vector<std::string> ovns;
    Extent everywhere = extent({.lower = {}, .upper = {}, .from_min = {}, .to_min = {}});
    for (int east = 1; east < 4; ++east) {
      everywhere.cells.add(extent({.east = static_cast<double>(east)}).cells);
    }
    const auto intents = registry.find_intents(everywhere);
    for (const Intent* intent : *intents) ovns.push_back(registry.ovn(*intent));
    const auto constraints = registry.find_constraints(everywhere);
    for (const Constraint* constraint : *constraints) ovns.push_back(registry.ovn(*constraint));
    return KeyRing(std::move(ovns));
  }

  [[nodiscard]] std::string state() const {
    std::string out;
    registry.write_state(out);
    return out;
  }

  Registry registry;
  UtcMs now = kTen;
  std::uint64_t next_seq = 1;
  std::vector<std::string> log;
};

template <class T>
int status(const Answer<T>& answer) {
  return answer ? 200 : answer.error().status;
}
/// `answer` is a refusal with this status, and says so.
template <class T>
void expect_refused(const Answer<T>& answer, int wanted, std::string_view says) {
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().status, wanted) << answer.error().message;
  EXPECT_THAT(answer.error().message, ::testing::HasSubstr(std::string(says)));
}

inline PutIntent update_of(Desk& desk, const Intent& intent, const Where& where = {}) {
  return {.id = intent.id,
          .ovn = desk.registry.ovn(intent),
          .extent = extent(where),
          .state = IntentState::kAccepted,
          .url = intent.url,
          .key = desk.all_keys(),
          .subscription = {},
          .new_subscription = {},
          .suffix = {}};
}
inline PutIntent create(std::uint64_t n, const Where& where = {}) {
  return {.id = id(n),
          .ovn = {},
          .extent = extent(where),
          .state = IntentState::kAccepted,
          .url = "https://uss.example",
          .key = {},
          .subscription = {},
          .new_subscription = {},
          .suffix = {}};
}
inline PutSubscription subscription(std::uint64_t n, const Where& where = {}) {
  return {.id = id(n),
          .version = {},
          .extent = extent(where),
          .url = "https://sub.example",
          .notify_intents = true,
          .notify_constraints = false};
}
inline PutConstraint constraint(std::uint64_t n, const Where& where = {}) {
  return {.id = id(n), .ovn = {}, .extent = extent(where), .url = "https://c.example"};
}

}  // namespace tansiq::f3548::test
