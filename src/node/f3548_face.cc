#include "node/f3548_face.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/invariant.h"
#include "log/sha256.h"
#include "node/exclusive_zones.h"
#include "node/f3548_access.h"
#include "node/f3548_convert.h"
#include "node/f3548_json.h"
#include "node/http_source.h"

namespace tansiq::node {
namespace {

using f3548::Place;
using f3548::Registry;

constexpr int kCreated = 201;
/// Where an area beyond the limits is a bad request, as deployed, and where it is too large.
constexpr int kBad = 400;
constexpr int kTooLarge = 413;

/// `kTooLarge` has another status where it is about an area.
int status_of_area(const Error& error, int too_large) {
  return error.code == ErrorCode::kTooLarge ? too_large : f3548_status(error);
}

/// A path with a version that ends in an empty one must not pass for the path without.
std::optional<std::string> with_empty_version(std::string_view path) {
  for (const std::string_view last : {"/{ovn}", "/{version}"}) {
    if (path.ends_with(last)) return std::string(path.substr(0, path.size() - last.size() + 1));
  }
  return std::nullopt;
}

}  // namespace

F3548Face::F3548Face(Services services) : services_(std::move(services)) {
  for (const f3548_api::OperationInfo& info : f3548_api::operations()) {
    const auto method = net::parse_method(info.method);
    EXPECT_INVARIANT(method.has_value());
    EXPECT_INVARIANT(router_.add(*method, info.path, &info).has_value());
    if (const auto path = with_empty_version(info.path)) {
      EXPECT_INVARIANT(router_.add(*method, *path, &info).has_value());
    }
  }
}

bool F3548Face::serves(std::string_view path) {
  constexpr std::array<std::string_view, 4> kFirst{"/dss", "/aux", "/healthy", "/versions"};
  return std::ranges::find(kFirst, path.substr(0, path.find('/', 1))) != kFirst.end();
}

void F3548Face::handle(const std::shared_ptr<net::Exchange>& exchange, bool may_relay) {
  Context context{exchange, {}, {}};
  const net::Request& request = exchange->request();
  auto match = router_.find(request);
  if (!match) return refuse(context, 404, "nothing is served at this path with this method");
  const f3548_api::OperationInfo& info = **match->value;
  context.operation = info.operation;
  if (const Status allowed = authorise(context, info.scope); !allowed) {
    net::Response response = error(*exchange, f3548_status(allowed.error()), allowed.error().message);
    net::add_challenge(response, request);
    return answer(context, std::move(response));
  }
  if (info.path.starts_with("/dss/") && goes_elsewhere(context, may_relay)) return;
  for (const std::string_view last : {"ovn", "version"}) {
    if (info.path.ends_with(fmt::format("/{{{}}}", last)) && request.segments().back().empty()) {
      match->parameters.emplace_back(last, std::string_view());
    }
  }
  const HttpSource source(request, match->parameters);
  f3548_api::dispatch(info.operation, *this, context, source);
}

bool F3548Face::goes_elsewhere(Context& context, bool may_relay) {
  if (!services_.home) return false;
  const RegistryHome home = services_.home();
  if (home.here) return false;
  // Whoever handed it on has an older or newer version of the charter in force.
  const bool elsewhere = may_relay && !home.moving;
  if (elsewhere && services_.relay && services_.relay(home.at, context.exchange)) return true;
  refuse(context, 503, elsewhere ? home.trouble + ", and there is no line to its node" : home.trouble);
  return true;
}

/// `scope` lists some of which one suffices.
Status F3548Face::authorise(Context& context, std::string_view scope) {
  if (scope == "open") return {};
  net::Request& request = context.exchange->request();
  request.principal = TRY(f3548_authorise(services_.authenticator, request, scope));
  context.caller = to_caller(*request.principal);
  return {};
}

// Answering
// --------------------------------------------------------------------------------------------------------------

void F3548Face::answer(Context& context, net::Response response) {
  counters_.add(context.operation, response.status);
  context.exchange->respond(std::move(response));
}

net::Response F3548Face::error(const net::Exchange& exchange, int status, const std::string& message,
                               std::string body) {
  return f3548_refusal(services_.problems, exchange.request(), status, message, std::move(body));
}

void F3548Face::refuse(Context& context, int status, const std::string& message) {
  answer(context, error(*context.exchange, status, message));
}

void F3548Face::refuse(Context& context, const Error& error) { refuse(context, f3548_status(error), error.text()); }

void F3548Face::submit(Context& context, Decide decide) {
  submit(context, nullptr,
         [decide = std::move(decide)](State& state, Place place, bool) { return decide(state, place); });
}

void F3548Face::submit(Context& context, const f3548::Turns::Put& put,
                       std::function<RegistryAnswer(State&, Place, bool)> decide) {
  auto counted = [this, operation = context.operation, decide = std::move(decide)](State& state, Place place,
                                                                                   bool may_wait) {
    RegistryAnswer answer = decide(state, place, may_wait);
    if (!may_wait || !answer.lacks_new) counters_.add(operation, answer.response.status);
    return answer;
  };
  auto refused = [this, exchange = context.exchange, operation = context.operation](Error why) {
    net::Response response = error(*exchange, f3548_status(why), why.message);
    counters_.add(operation, response.status);
    return response;
  };
  const Status taken = services_.core.submit(
      RegistryTask{context.exchange, std::move(counted), std::move(refused), put, context.caller.manager});
  if (!taken) refuse(context, taken.error());
}

template <class T, class Render>
RegistryAnswer F3548Face::rendered(const Context& context, const Registry& registry, f3548::Answer<T>&& answer,
                                   int success, Render&& render) {
  const F3548Json json(registry, context.caller.manager);
  if (!answer) {
    return {error(*context.exchange, answer.error().status, answer.error().message, json.refused(answer.error()))};
  }
  RegistryAnswer out{net::json_response(success, render(json, *answer))};
  if constexpr (requires { answer->entry; }) out.entry = std::move(answer->entry);
  return out;
}

template <class Then>
void F3548Face::with_id(Context& context, const std::string& text, std::string_view name, Then&& then) {
  const auto id = to_id(text, name);
  if (!id) return refuse(context, id.error());
  then(*id);
}

template <class Then>
void F3548Face::with_area(Context& context, f3548_api::AreaQuery&& body, int too_large, Then&& then) {
  auto area = to_area(std::move(body));
  if (!area) return refuse(context, status_of_area(area.error(), too_large), area.error().text());
  then(std::make_shared<const f3548::Extent>(std::move(*area)));
}

// Operational intents
// ----------------------------------------------------------------------------------------------------

void F3548Face::query_intents(Context& context, f3548_api::QueryIntentsRequest&& request) {
  with_area(context, std::move(request.body), kBad, [&](auto area) {
    submit(context, [this, context, area](State& state, Place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.find_intents(*area), 200,
                      [](const F3548Json& json, const auto& found) { return json.intents(found); });
    });
  });
}

void F3548Face::get_intent(Context& context, f3548_api::GetIntentRequest&& request) {
  with_id(context, request.entityid, "entityid", [&](const f3548::Uuid& id) {
    submit(context, [this, context, id](State& state, Place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.get_intent(id), 200,
                      [](const F3548Json& json, const auto* intent) { return json.intent(*intent); });
    });
  });
}

void F3548Face::create_intent(Context& context, f3548_api::CreateIntentRequest&& request) {
  put_intent(context, request.entityid, {}, std::move(request.body));
}
void F3548Face::update_intent(Context& context, f3548_api::UpdateIntentRequest&& request) {
  put_intent(context, request.entityid, request.ovn, std::move(request.body));
}

void F3548Face::put_intent(Context& context, const std::string& id, const std::optional<std::string>& ovn,
                           f3548_api::PutIntent&& body) {
  auto put = to_put(id, ovn, std::move(body));
  if (!put) return refuse(context, status_of_area(put.error(), kBad), put.error().text());
  auto shared = std::make_shared<const f3548::PutIntent>(std::move(*put));
  auto shapes = std::make_shared<const ExactShapes>(shared->extent.volumes);
  submit(context, shared, [this, context, shared, shapes](State& state, Place place, bool may_wait) {
    Registry& registry = state.registry();
    ReadyShares ready;
    const auto ask = [&] { return ask_exclusive_zones(state, *shared, *shapes, context.caller, place.time, &ready); };
    auto answer = registry.put_intent(*shared, context.caller, place, ask);
    const bool lacks_new = !answer && f3548::lacks_new(answer.error(), place.time);
    if (may_wait && lacks_new) return RegistryAnswer{.response = {}, .lacks_new = true};
    RegistryAnswer out = rendered(context, registry, std::move(answer), shared->ovn ? 200 : kCreated,
                                  [](const F3548Json& json, const auto& changed) { return json.changed(changed); });
    out.lacks_new = lacks_new;
    out.ready = std::move(ready);
    return out;
  });
}

void F3548Face::delete_intent(Context& context, f3548_api::DeleteIntentRequest&& request) {
  with_id(context, request.entityid, "entityid", [&](const f3548::Uuid& id) {
    submit(context, [this, context, id, ovn = std::move(request.ovn)](State& state, Place place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.delete_intent(id, ovn, context.caller, place), 200,
                      [](const F3548Json& json, const auto& changed) { return json.changed(changed); });
    });
  });
}

// Constraints
// ------------------------------------------------------------------------------------------------------------

void F3548Face::query_constraints(Context& context, f3548_api::QueryConstraintsRequest&& request) {
  with_area(context, std::move(request.body), kTooLarge, [&](auto area) {
    submit(context, [this, context, area](State& state, Place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.find_constraints(*area), 200,
                      [](const F3548Json& json, const auto& found) { return json.constraints(found); });
    });
  });
}

void F3548Face::get_constraint(Context& context, f3548_api::GetConstraintRequest&& request) {
  with_id(context, request.entityid, "entityid", [&](const f3548::Uuid& id) {
    submit(context, [this, context, id](State& state, Place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.get_constraint(id), 200,
                      [](const F3548Json& json, const auto* constraint) { return json.constraint(*constraint); });
    });
  });
}

void F3548Face::create_constraint(Context& context, f3548_api::CreateConstraintRequest&& request) {
  put_constraint(context, request.entityid, {}, std::move(request.body));
}
void F3548Face::update_constraint(Context& context, f3548_api::UpdateConstraintRequest&& request) {
  put_constraint(context, request.entityid, request.ovn, std::move(request.body));
}

void F3548Face::put_constraint(Context& context, const std::string& id, const std::optional<std::string>& ovn,
                               f3548_api::PutConstraint&& body) {
  auto put = to_put(id, ovn, std::move(body));
  if (!put) return refuse(context, status_of_area(put.error(), kBad), put.error().text());
  auto shared = std::make_shared<const f3548::PutConstraint>(std::move(*put));
  submit(context, [this, context, shared](State& state, Place place) {
    Registry& registry = state.registry();
    return rendered(context, registry, registry.put_constraint(*shared, context.caller, place),
                    shared->ovn ? 200 : kCreated,
                    [](const F3548Json& json, const auto& changed) { return json.changed(changed); });
  });
}

void F3548Face::delete_constraint(Context& context, f3548_api::DeleteConstraintRequest&& request) {
  with_id(context, request.entityid, "entityid", [&](const f3548::Uuid& id) {
    submit(context, [this, context, id, ovn = std::move(request.ovn)](State& state, Place place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.delete_constraint(id, ovn, context.caller, place), 200,
                      [](const F3548Json& json, const auto& changed) { return json.changed(changed); });
    });
  });
}

// Subscriptions
// ----------------------------------------------------------------------------------------------------------

void F3548Face::query_subscriptions(Context& context, f3548_api::QuerySubscriptionsRequest&& request) {
  with_area(context, std::move(request.body), kTooLarge, [&](auto area) {
    submit(context, [this, context, area](State& state, Place place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.find_subscriptions(*area, context.caller, place.time), 200,
                      [](const F3548Json& json, const auto& found) { return json.subscriptions(found); });
    });
  });
}

void F3548Face::get_subscription(Context& context, f3548_api::GetSubscriptionRequest&& request) {
  with_id(context, request.subscriptionid, "subscriptionid", [&](const f3548::Uuid& id) {
    submit(context, [this, context, id](State& state, Place) {
      Registry& registry = state.registry();
      return rendered(context, registry, registry.get_subscription(id, context.caller), 200,
                      [](const F3548Json& json, const auto* subscription) { return json.subscription(*subscription); });
    });
  });
}

void F3548Face::create_subscription(Context& context, f3548_api::CreateSubscriptionRequest&& request) {
  put_subscription(context, request.subscriptionid, {}, std::move(request.body));
}
void F3548Face::update_subscription(Context& context, f3548_api::UpdateSubscriptionRequest&& request) {
  put_subscription(context, request.subscriptionid, request.version, std::move(request.body));
}

void F3548Face::put_subscription(Context& context, const std::string& id, const std::optional<std::string>& version,
                                 f3548_api::PutSubscription&& body) {
  auto put = to_put(id, version, std::move(body));
  if (!put) return refuse(context, status_of_area(put.error(), kBad), put.error().text());
  auto shared = std::make_shared<const f3548::PutSubscription>(std::move(*put));
  submit(context, [this, context, shared](State& state, Place place) {
    Registry& registry = state.registry();
    return rendered(context, registry, registry.put_subscription(*shared, context.caller, place), 200,
                    [](const F3548Json& json, const auto& changed) { return json.changed(changed); });
  });
}

void F3548Face::delete_subscription(Context& context, f3548_api::DeleteSubscriptionRequest&& request) {
  with_id(context, request.subscriptionid, "subscriptionid", [&](const f3548::Uuid& id) {
    submit(context, [this, context, id, version = std::move(request.version)](State& state, Place place) {
      Registry& registry = state.registry();
      return rendered(
          context, registry, registry.delete_subscription(id, version, context.caller, place), 200,
          [](const F3548Json& json, const auto& changed) { return json.subscription(*changed.subscription); });
    });
  });
}

// Reports, availability, and what stands beside the standard
// ---------------------------------------------------------------

bool F3548Face::may_report(Context& context) {
  const std::string& sender = context.caller.manager;
  const auto wait = reports_.take(sender, context.exchange->request().body.size(), services_.core.now());
  if (!wait) return true;
  const std::int64_t seconds = (*wait + 999) / 1'000;
  net::Response out =
      error(*context.exchange, 429,
            fmt::format("{} has sent all the reports that one supplier may in a day; more in {} s", sender, seconds));
  out.headers.set("Retry-After", fmt::format("{}", seconds));
  answer(context, std::move(out));
  return false;
}

void F3548Face::make_report(Context& context, f3548_api::MakeReportRequest&&) {
  if (!may_report(context)) return;
  submit(context, [this, context](State& state, Place place) {
    net::Request& request = context.exchange->request();
    std::string body = kept_report("f3548.report", fmt::format("{}", place.seq), request.body);
    Registry& registry = state.registry();
    const auto document = JsonDocument::parse(request.body);
    EXPECT_INVARIANT(document.has_value());
    RegistryAnswer out = rendered(context, registry, registry.report(log::sha256(body), context.caller, place),
                                  kCreated, [&](const F3548Json&, const f3548::Reported& reported) {
                                    return f3548_report_json(document->root(), reported.id);
                                  });
    if (!out.entry.empty()) out.body = std::move(body);
    return out;
  });
}

void F3548Face::get_availability(Context& context, f3548_api::GetAvailabilityRequest&& request) {
  submit(context, [this, context, uss = std::move(request.uss_id)](State& state, Place) {
    Registry& registry = state.registry();
    return rendered(context, registry, registry.get_availability(uss), 200,
                    [](const F3548Json&, const auto& answer) { return f3548_availability_json(answer); });
  });
}

void F3548Face::set_availability(Context& context, f3548_api::SetAvailabilityRequest&& request) {
  auto shared = std::make_shared<const f3548_api::SetAvailabilityRequest>(std::move(request));
  submit(context, [this, context, shared](State& state, Place place) {
    Registry& registry = state.registry();
    return rendered(context, registry,
                    registry.set_availability(shared->uss_id, shared->body.availability, shared->body.old_version,
                                              context.caller, place),
                    200, [](const F3548Json&, const auto& answer) { return f3548_availability_json(answer); });
  });
}

void F3548Face::get_healthy(Context& context, f3548_api::GetHealthyRequest&&) {
  answer(context, net::text_response(200, "ok"));
}

void F3548Face::get_version(Context& context, f3548_api::GetVersionRequest&&) {
  answer(context, net::json_response(200, fmt::format(R"({{"version":"{}"}})", services_.program_version)));
}

void F3548Face::validate_oauth(Context& context, f3548_api::ValidateOauthRequest&& request) {
  if (request.owner && *request.owner != context.caller.manager) {
    return refuse(context, 403, "the token's subject is another");
  }
  answer(context, net::json_response(200, "{}"));
}

void F3548Face::get_system_version(Context& context, f3548_api::GetSystemVersionRequest&& request) {
  if (request.system_identity != kF3548SystemIdentity) {
    return refuse(context, 404, fmt::format("served here is {}", kF3548SystemIdentity));
  }
  answer(context, net::json_response(200, fmt::format(R"({{"system_identity":"{}","system_version":"{}"}})",
                                                      kF3548SystemIdentity, services_.program_version)));
}

}  // namespace tansiq::node
