// Whole requests of F3548, one after the other on one registry: read, converted, decided, rendered as the face does it,
// without its threads and sockets. What was written is then replayed, and must come to the same state.
//
// A request is two lines: a letter for the operation, one for the client, an id, a version (`=` stands for the current
// one, which nobody can guess); and the body, in which "=" stands for the OVNs of all that stands. A client from `h` on
// files in an exclusive zone too. Two heads are no requests: `+` and a number lets so many hours pass, `-` and an id is
// the officer who gives free what that intent takes of the zone.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/json_in.h"
#include "log/sha256.h"
#include "node/f3548_convert.h"
#include "node/f3548_json.h"
#include "node/request_source.h"

namespace tansiq::node {
namespace {

/// Entries that the passing of time writes, of one step.
constexpr int kTicksMax = 64;

class FuzzSource final : public RequestSource {
 public:
  std::string_view id, version, text;
  std::string_view path_parameter(std::string_view name) const override {
    return name == "ovn" || name == "version" ? version : id;
  }
  Result<std::optional<std::string_view>> query_parameter(std::string_view) const override { return std::nullopt; }
  Status only_query_parameters(std::initializer_list<std::string_view>) const override { return {}; }
  std::string_view body() const override { return text; }
  std::string media_type() const override { return {}; }
};

struct Handlers {
  f3548::Registry registry{{1, 2, 3}};
  std::vector<std::string> log;
  f3548::Place place{1, UtcMs{1'795'341'600'000}};
  f3548::Caller caller;
  bool exclusive = false;       ///< What is put lies in an exclusive zone, too.
  std::set<std::string> named;  ///< Ids of requests so far.

  f3548::Registry::AskZones zones() const {
    if (!exclusive) return {};
    return [from = place.time]() -> f3548::Answer<std::vector<f3548::ZoneShare>> {
      const geo::Volume4d volume{geo::Circle{{465'000'000, 66'000'000}, 30'000},
                                 {40'000, 52'000, geo::VerticalReference::kWgs84},
                                 {from, from + 3'600'000}};
      return std::vector<f3548::ZoneShare>{{{volume}, ZoneId::trusted("K1")}};
    };
  }
  void said(std::string entry) {
    log.push_back(std::move(entry));
    ++place.seq;
  }
  void pass_hours(std::int64_t hours) {
    place.time = place.time + hours * 3'600'000;
    for (int i = 0; i < kTicksMax; ++i) {
      auto entry = registry.tick(place);
      if (!entry) return;
      said(std::move(*entry));
    }
  }
  void release(std::string_view id_text) {
    const auto id = f3548::Uuid::parse(id_text);
    if (!id) return;
    auto entry = registry.release_share(
        {.id = *id, .zone = ZoneId::trusted("K1"), .from = place.time + 600'000, .by = "officer", .reason = "landed"},
        place);
    if (entry) said(std::move(*entry));
  }

  F3548Json json() const { return {registry, caller.manager}; }
  /// Every answer is JSON.
  void answered(const std::string& text) { EXPECT_INVARIANT(JsonDocument::parse(text).has_value()); }
  template <class T, class Render>
  void take(f3548::Answer<T> answer, Render&& render) {
    if (!answer) {
      EXPECT_INVARIANT(answer.error().status >= 400 && answer.error().status < 500);
      return answered(json().refused(answer.error()));
    }
    answered(render(*answer));
    if constexpr (requires { answer->entry; }) {
      if (answer->entry.empty()) return;
      said(answer->entry);
      place.time = place.time + 10'000;
    }
  }
  template <class T>
  void take(f3548::Answer<T> answer) {
    take(std::move(answer), [this](const auto& value) { return json().changed(value); });
  }
  template <class Then>
  void with_id(const std::string& text, Then&& then) {
    if (const auto id = to_id(text, "id")) then(*id);
  }

  void refuse(int&, const Error& error) { answered(f3548_error_json(error.text())); }
  void query_intents(int&, f3548_api::QueryIntentsRequest&& r) {
    if (auto area = to_area(std::move(r.body))) {
      take(registry.find_intents(*area), [this](const auto& found) { return json().intents(found); });
    }
  }
  void get_intent(int&, f3548_api::GetIntentRequest&& r) {
    with_id(r.entityid, [&](const auto& id) {
      take(registry.get_intent(id), [this](const auto* found) { return json().intent(*found); });
    });
  }
  void create_intent(int&, f3548_api::CreateIntentRequest&& r) {
    if (auto put = to_put(r.entityid, {}, std::move(r.body))) take(registry.put_intent(*put, caller, place, zones()));
  }
  void update_intent(int&, f3548_api::UpdateIntentRequest&& r) {
    if (auto put = to_put(r.entityid, r.ovn, std::move(r.body))) {
      take(registry.put_intent(*put, caller, place, zones()));
    }
  }
  void delete_intent(int&, f3548_api::DeleteIntentRequest&& r) {
    with_id(r.entityid, [&](const auto& id) { take(registry.delete_intent(id, r.ovn, caller, place)); });
  }
  void query_constraints(int&, f3548_api::QueryConstraintsRequest&& r) {
    if (auto area = to_area(std::move(r.body))) {
      take(registry.find_constraints(*area), [this](const auto& found) { return json().constraints(found); });
    }
  }
  void get_constraint(int&, f3548_api::GetConstraintRequest&& r) {
    with_id(r.entityid, [&](const auto& id) {
      take(registry.get_constraint(id), [this](const auto* found) { return json().constraint(*found); });
    });
  }
  void create_constraint(int&, f3548_api::CreateConstraintRequest&& r) {
    if (auto put = to_put(r.entityid, {}, std::move(r.body))) take(registry.put_constraint(*put, caller, place));
  }
  void update_constraint(int&, f3548_api::UpdateConstraintRequest&& r) {
    if (auto put = to_put(r.entityid, r.ovn, std::move(r.body))) take(registry.put_constraint(*put, caller, place));
  }
  void delete_constraint(int&, f3548_api::DeleteConstraintRequest&& r) {
    with_id(r.entityid, [&](const auto& id) { take(registry.delete_constraint(id, r.ovn, caller, place)); });
  }
  void query_subscriptions(int&, f3548_api::QuerySubscriptionsRequest&& r) {
    if (auto area = to_area(std::move(r.body))) {
      take(registry.find_subscriptions(*area, caller, place.time),
           [this](const auto& found) { return json().subscriptions(found); });
    }
  }
  void get_subscription(int&, f3548_api::GetSubscriptionRequest&& r) {
    with_id(r.subscriptionid, [&](const auto& id) {
      take(registry.get_subscription(id, caller), [this](const auto* found) { return json().subscription(*found); });
    });
  }
  void create_subscription(int&, f3548_api::CreateSubscriptionRequest&& r) {
    if (auto put = to_put(r.subscriptionid, {}, std::move(r.body))) {
      take(registry.put_subscription(*put, caller, place));
    }
  }
  void update_subscription(int&, f3548_api::UpdateSubscriptionRequest&& r) {
    if (auto put = to_put(r.subscriptionid, r.version, std::move(r.body))) {
      take(registry.put_subscription(*put, caller, place));
    }
  }
  void delete_subscription(int&, f3548_api::DeleteSubscriptionRequest&& r) {
    with_id(r.subscriptionid, [&](const auto& id) {
      take(registry.delete_subscription(id, r.version, caller, place),
           [this](const auto& gone) { return json().subscription(*gone.subscription); });
    });
  }
  void make_report(int&, f3548_api::MakeReportRequest&&) {
    const auto document = JsonDocument::parse(body);
    take(registry.report(log::sha256(body), caller, place),
         [&](const f3548::Reported& reported) { return f3548_report_json(document->root(), reported.id); });
  }
  void get_availability(int&, f3548_api::GetAvailabilityRequest&& r) {
    take(registry.get_availability(r.uss_id), f3548_availability_json);
  }
  void set_availability(int&, f3548_api::SetAvailabilityRequest&& r) {
    take(registry.set_availability(r.uss_id, r.body.availability, r.body.old_version, caller, place),
         f3548_availability_json);
  }
  void get_healthy(int&, f3548_api::GetHealthyRequest&&) {}
  void get_version(int&, f3548_api::GetVersionRequest&&) {}
  void validate_oauth(int&, f3548_api::ValidateOauthRequest&&) {}
  void get_system_version(int&, f3548_api::GetSystemVersionRequest&&) {}

  std::string_view body;
};

std::string_view line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view out = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return out;
}

std::string_view word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view out = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return out;
}

/// What `=` stands for.
std::string current(Handlers& handlers, std::string_view id_text) {
  const auto id = f3548::Uuid::parse(id_text);
  if (!id) return "=";
  if (const auto intent = handlers.registry.get_intent(*id)) return handlers.registry.ovn(**intent);
  if (const auto constraint = handlers.registry.get_constraint(*id)) return handlers.registry.ovn(**constraint);
  if (const auto sub = handlers.registry.get_subscription(*id, handlers.caller)) {
    return handlers.registry.version(**sub);
  }
  return "=";
}

/// With `"="` for the OVNs of all that stands.
std::string with_key(Handlers& handlers, std::string_view body) {
  constexpr std::string_view kAll = R"("=")";
  const std::size_t at = body.find(kAll);
  if (at == std::string_view::npos) return std::string(body);
  std::string out(body.substr(0, at));
  bool first = true;
  for (const std::string& id : handlers.named) {
    const std::string ovn = current(handlers, id);
    if (ovn == "=") continue;
    if (!std::exchange(first, false)) out += ',';
    ((out += '"') += ovn) += '"';
  }
  return out += body.substr(at + kAll.size());
}

}  // namespace
}  // namespace tansiq::node

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  using namespace tansiq::node;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Handlers handlers;
  constexpr std::size_t kRequestsMax = 64;
  for (std::size_t n = 0; n < kRequestsMax && !text.empty(); ++n) {
    std::string_view head = line(text);
    if (head.size() < 2) continue;
    if (head[0] == '+') {
      std::int64_t hours = 0;
      std::from_chars(head.data() + 1, head.data() + std::min<std::size_t>(head.size(), 6), hours);
      handlers.pass_hours(std::max<std::int64_t>(hours, 0));
      continue;
    }
    if (head[0] == '-') {
      handlers.release(head.substr(1));
      continue;
    }
    const auto& operations = f3548_api::operations();
    const auto& info = operations[static_cast<std::uint8_t>(head[0] - 'A') % operations.size()];
    handlers.exclusive = (head[1] & 8) != 0;
    handlers.caller = {std::string(1, static_cast<char>('a' + (head[1] & 3))), true, (head[1] & 4) == 0, true};
    head.remove_prefix(std::min<std::size_t>(3, head.size()));
    FuzzSource source;
    source.id = word(head);
    const std::string version = head == "=" ? current(handlers, source.id) : std::string(head);
    source.version = version;
    const std::string body = with_key(handlers, line(text));
    source.text = handlers.body = body;
    handlers.named.emplace(source.id);
    int context = 0;
    f3548_api::dispatch(info.operation, handlers, context, source);
  }
  std::string state;
  handlers.registry.write_state(state);
  f3548::Registry again({1, 2, 3});
  for (const std::string& entry : handlers.log) EXPECT_INVARIANT(again.apply(entry).has_value());
  std::string replayed;
  again.write_state(replayed);
  EXPECT_INVARIANT(replayed == state);
  f3548::Registry from_state({1, 2, 3});
  EXPECT_INVARIANT(from_state.read_state(state).has_value());
  std::string read;
  from_state.write_state(read);
  EXPECT_INVARIANT(read == state);
  return 0;
}
