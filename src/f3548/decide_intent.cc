// Decisions about operational intents, in the standard's order of checks: the first that fails answers.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "f3548/registry_impl.h"

namespace tansiq::f3548 {
namespace {

std::string lacking(std::size_t intents, std::size_t constraints) {
  const auto count = [](std::size_t n, std::string_view what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  if (constraints == 0) return "key lacks " + count(intents, "operational intent");
  if (intents == 0) return "key lacks " + count(constraints, "constraint");
  return fmt::format("key lacks {} and {}", count(intents, "operational intent"), count(constraints, "constraint"));
}

}  // namespace

Answer<void> Registry::check_url(std::string_view url) const {
  if (auto good = core::check_label(url, kUrlBytesMax, "uss_base_url"); !good) {
    return refuse(400, good.error().message);
  }
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const std::string_view scheme = url.starts_with(kHttps) ? kHttps : kHttp;
  if (!url.starts_with(scheme) || (scheme == kHttp && !switches_.allow_http)) {
    return refuse(400, "uss_base_url: expected an https URL");
  }
  const std::string_view host = url.substr(scheme.size());
  if (host.empty() || host.front() == '/' || host.front() == '?') {
    return refuse(400, "uss_base_url: the URL has no host");
  }
  return {};
}

/// What is wrong whatever the registry holds.
Answer<void> Registry::check_intent(const PutIntent& request, const Caller& caller, UtcMs now) const {
  REFUSE_UNLESS(check_id(request.id));
  REFUSE_UNLESS(check_name(caller.manager, "sub"));
  if (request.ovn && request.ovn->empty()) return refuse(400, "the path lacks the OVN of the version to be replaced");
  REFUSE_UNLESS(check_url(request.url));
  REFUSE_UNLESS(check_cells(request.extent.cells));
  if (request.new_subscription) {
    if (request.subscription) return refuse(400, "give subscription_id or new_subscription, not both");
    REFUSE_UNLESS(check_url(request.new_subscription->url));
  }
  if (request.subscription) {
    if (auto good = check_id(*request.subscription); !good)
      return refuse(400, "subscription_id: " + good.error().message);
  }
  const Moment& start = *request.extent.start;
  const Moment& end = *request.extent.end;
  if (start >= end)
    return refuse(400, fmt::format("time_start {} is not before time_end {}", start.text(), end.text()));
  if (end.ceil() < now) {
    return refuse(
        400, fmt::format("time_end {} is past; a flight that goes on needs an extent that ends later", end.text()));
  }
  if (request.suffix) {
    if (!request.suffix->is(7)) return refuse(400, "requested_ovn_suffix: expected a UUID of version 7");
    const DurationMs away = request.suffix->time() - now;
    if (away > kSuffixSkewMs || away < -kSuffixSkewMs) {
      return refuse(400, fmt::format("requested_ovn_suffix: its time {} is more than 5 min from now",
                                     request.suffix->time() > kUtcMax ? "" : format_utc(request.suffix->time())));
    }
  }
  if (!request.ovn && request.state != IntentState::kAccepted) {
    return refuse(400,
                  fmt::format("state: a new operational intent is Accepted, not {}", core::to_text(request.state)));
  }
  if (request.state != IntentState::kAccepted && !request.subscription && !request.new_subscription) {
    return refuse(400, fmt::format("state {} needs subscription_id or new_subscription", core::to_text(request.state)));
  }
  if (switches_.notices_need_scopes && request.new_subscription && request.new_subscription->notify_constraints &&
      !caller.constraint_processing) {
    return refuse(403, "notify_for_constraints needs the scope utm.constraint_processing");
  }
  if (off_nominal(request.state) && !caller.conformance_monitoring) {
    return refuse(403,
                  fmt::format("state {} needs the scope utm.conformance_monitoring_sa", core::to_text(request.state)));
  }
  return {};
}

/// Against what stands under the id.
Answer<void> Registry::check_intent_standing(const PutIntent& request, const Intent* old, const Caller& caller) const {
  if (old != nullptr && old->manager != caller.manager) return refuse(403, "not the manager");
  if (old != nullptr && !request.ovn) {
    return refuse(409, "the operational intent exists; an update names its OVN in the path");
  }
  if (old != nullptr && ovn(*old) != *request.ovn) return refuse(409, "OVN is not current");
  if (old == nullptr && request.ovn) {
    return refuse(400, fmt::format("there is no operational intent {} to update", request.id.str()));
  }
  if (request.suffix) {
    const bool current = old != nullptr && old->suffix == request.suffix;
    if (current || suffixes_.contains({request.id, *request.suffix})) {
      return refuse(400, "requested_ovn_suffix: this OVN was used before; draw a new one");
    }
  }
  if (switches_.refuse_down && !off_nominal(request.state) && down(caller.manager)) {
    return refuse(412, "the manager is marked Down: it may not plan or activate until its availability is Normal");
  }
  return {};
}

Answer<void> Registry::check_room(std::string_view manager, Held more) const {
  const auto at = held_.find(manager);
  const Held held = at == held_.end() ? Held{} : at->second;
  if (more.cells > 0 && cells_ + more.cells > limits_.cells_max) {
    return refuse(429, fmt::format("the registry covers {} cells already", cells_));
  }
  if (more.cells > 0 && held.cells + more.cells > limits_.cells_of_one_max) {
    return refuse(429, fmt::format("your entities would cover more than {} cells together", limits_.cells_of_one_max));
  }
  if (more.entities > 0 && held.entities + more.entities > limits_.entities_of_one_max) {
    return refuse(429, fmt::format("you have {} entities here already", held.entities));
  }
  return {};
}

/// Which subscription the intent would be attached to.
Answer<Registry::Attachment> Registry::attachment(const PutIntent& request, const Caller& caller) const {
  if (request.new_subscription) return Attachment{nullptr, request.new_subscription->notify_constraints};
  if (!request.subscription) return Attachment{};
  const auto at = subscriptions_.find(*request.subscription);
  if (at == subscriptions_.end()) {
    return refuse(400, fmt::format("subscription_id: there is no subscription {}", request.subscription->str()));
  }
  const Subscription& subscription = at->second;
  if (subscription.manager != caller.manager) return refuse(403, "the subscription is another client's");
  if (!subscription.implicit) {
    if (subscription.window.start > *request.extent.start || subscription.window.end < *request.extent.end) {
      return refuse(400, fmt::format("the subscription is for {} to {}, which does not cover the operational intent",
                                     subscription.window.start.text(), subscription.window.end.text()));
    }
    if (!subscription.cells.covers(request.extent.cells)) {
      return refuse(400, "the subscription's area does not cover the operational intent");
    }
    if (!subscription.notify_intents) {
      return refuse(400, "the subscription does not ask for notices of operational intents");
    }
  } else {
    Cells both = subscription.cells;
    both.add(request.extent.cells);
    if (both.size() > kCellsMax)
      return refuse(400, "the implicit subscription would grow too large; ask for a new one");
    REFUSE_UNLESS(check_cells(both));
    return Attachment{&subscription, subscription.notify_constraints, both.size() - subscription.cells.size()};
  }
  return Attachment{&subscription, subscription.notify_constraints};
}

/// Demands the OVN of everything relevant. The lists are whole, however long.
Answer<void> Registry::check_key(const PutIntent& request, bool constraints) const {
  Refused lacks{409, {}, {}, {}};
  const UtcMs from = request.extent.start->floor();
  const UtcMs to = request.extent.end->ceil();
  intent_index_.visit(request.extent.cells, from, to, [&](Intent& intent) {
    if (intent.id == request.id || !intent.band.meets(request.extent.band)) return;
    if (request.key.has(ovn(intent))) return;
    if (intent.state == IntentState::kAccepted && down(intent.manager)) return;
    lacks.missing_intents.push_back(&intent);
  });
  if (constraints) {
    constraint_index_.visit(request.extent.cells, from, to, [&](Constraint& constraint) {
      if (!request.key.has(ovn(constraint))) lacks.missing_constraints.push_back(&constraint);
    });
  }
  if (lacks.missing_intents.empty() && lacks.missing_constraints.empty()) return {};
  std::ranges::sort(lacks.missing_intents, {}, [](const Intent* intent) { return intent->id; });
  std::ranges::sort(lacks.missing_constraints, {}, [](const Constraint* constraint) { return constraint->id; });
  lacks.message = lacking(lacks.missing_intents.size(), lacks.missing_constraints.size());
  return std::unexpected(std::move(lacks));
}

Answer<IntentChanged> Registry::put_intent(const PutIntent& request, const Caller& caller, Place place,
                                           const AskZones& ask_zones) {
  REFUSE_UNLESS(check_intent(request, caller, place.time));
  const auto at = intents_.find(request.id);
  const Intent* old = at == intents_.end() ? nullptr : &at->second;
  REFUSE_UNLESS(check_intent_standing(request, old, caller));
  auto attached = attachment(request, caller);
  if (!attached) return std::unexpected(std::move(attached.error()));
  Answer<std::vector<ZoneShare>> shares;
  if (ask_zones) shares = ask_zones();
  if (!shares) return std::unexpected(std::move(shares.error()));
  if (!off_nominal(request.state)) REFUSE_UNLESS(check_key(request, attached->notify_constraints));
  if (old == nullptr && intents_.size() >= limits_.intents_max) {
    return refuse(429, fmt::format("the registry holds {} operational intents already", limits_.intents_max));
  }
  if (request.new_subscription && subscriptions_.size() >= limits_.subscriptions_max) {
    return refuse(429, fmt::format("the registry holds {} subscriptions already", limits_.subscriptions_max));
  }
  Held more = growth(old, request.extent.cells);
  more.cells += attached->cells;
  if (request.new_subscription) {
    ++more.entities;
    more.cells += request.extent.cells.size();
  }
  if (!off_nominal(request.state)) {
    REFUSE_UNLESS(check_room(caller.manager, more));
  } else if (more.cells > 0 && cells_ + more.cells > limits_.cells_max / 4 * 5) {
    return refuse(429, fmt::format("the registry covers {} cells already", cells_));
  }
  if (request.suffix && suffixes_.size() >= limits_.suffixes_max &&
      suffix_times_.begin()->first + 2 * kSuffixSkewMs >= place.time) {
    return refuse(429, fmt::format("requested_ovn_suffix: {} are remembered already", suffixes_.size()));
  }
  IntentPut body{.cells = request.extent.cells,
                 .details = request.details,
                 .end = *request.extent.end,
                 .exclusive = std::move(*shares),
                 .id = request.id,
                 .implicit = {},
                 .lower = request.extent.band.lower,
                 .manager = caller.manager,
                 .notified = 0,
                 .start = *request.extent.start,
                 .state = request.state,
                 .subscription = request.subscription,
                 .suffix = request.suffix,
                 .upper = request.extent.band.upper,
                 .url = request.url,
                 .version = old == nullptr ? 1 : old->version + 1};
  if (request.new_subscription) {
    body.implicit = ImplicitSubscription{.id = new_subscription_id(request.id, place),
                                         .notify_constraints = request.new_subscription->notify_constraints,
                                         .url = request.new_subscription->url};
    body.subscription = body.implicit->id;
  }
  if (!body.exclusive.empty()) {
    IntentPut longest = body;
    longest.notified = limits_.subscriptions_max;
    if (entry_text({place, std::move(longest)}).size() > kEntryBytesMax) {
      return refuse(400, "the extents are too many or too detailed for the exclusive zones that they lie in");
    }
  }
  IntentChanged out;
  TRY_SAY(out.entry, say(std::move(body), place, &out.notices));
  out.intent = &intents_.at(request.id);
  return out;
}

Answer<IntentChanged> Registry::delete_intent(const Uuid& id, std::string_view ovn_named, const Caller& caller,
                                              Place place) {
  REFUSE_UNLESS(check_id(id));
  if (ovn_named.empty()) return refuse(400, "the path lacks the OVN of the version to be deleted");
  const auto at = intents_.find(id);
  if (at == intents_.end()) return refuse(404, fmt::format("there is no operational intent {}", id.str()));
  const Intent& intent = at->second;
  if (intent.manager != caller.manager) return refuse(403, "not the manager");
  if (ovn(intent) != ovn_named) return refuse(409, "OVN is not current");
  if (switches_.refuse_down && down(caller.manager)) {
    return refuse(412, "the manager is marked Down: it may not delete until its availability is Normal");
  }
  IntentChanged out;
  TRY_SAY(out.entry, say(IntentDeleted{.id = id, .manager = caller.manager, .notified = 0, .version = intent.version},
                         place, &out.notices));
  out.intent = &*deleted_intent_;
  return out;
}

Answer<std::string> Registry::release_share(const ReleaseShare& request, Place place) {
  REFUSE_UNLESS(check_id(request.id));
  if (request.reason.empty()) return refuse(400, "reason is empty: say why, it stands in the record");
  if (auto good = core::check_label(request.reason, kReasonBytesMax, "reason"); !good) {
    return refuse(400, good.error().message);
  }
  const auto at = intents_.find(request.id);
  if (at == intents_.end()) return refuse(404, fmt::format("there is no operational intent {}", request.id.str()));
  const Intent& intent = at->second;
  if (request.from < place.time) {
    return refuse(400,
                  fmt::format("from {} is past; what has been flown cannot be given free", format_utc(request.from)));
  }
  if (!off_nominal(intent.state)) {
    return refuse(409, fmt::format("the intent is {}: what it takes was granted; only what is off its plan is released",
                                   core::to_text(intent.state)));
  }
  const auto share = std::ranges::find(intent.exclusive, request.zone, &ZoneShare::zone);
  if (share == intent.exclusive.end() || until(share->volumes, request.from) == share->volumes) {
    return refuse(404, fmt::format("the intent takes nothing of zone {} from {} on", request.zone.str(),
                                   format_utc(request.from)));
  }
  return say(ShareReleased{.by = request.by,
                           .from = request.from,
                           .id = request.id,
                           .reason = request.reason,
                           .version = intent.version,
                           .zone = request.zone},
             place);
}

}  // namespace tansiq::f3548
