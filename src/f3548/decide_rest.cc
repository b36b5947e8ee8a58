// Decisions about constraints and subscriptions, in the standard's order of checks.
#include <fmt/format.h>

#include <utility>

#include "f3548/registry_impl.h"

namespace tansiq::f3548 {
// Constraints
// ------------------------------------------------------------------------------------------------------------

Answer<ConstraintChanged> Registry::put_constraint(const PutConstraint& request, const Caller& caller, Place place) {
  REFUSE_UNLESS(check_id(request.id));
  REFUSE_UNLESS(check_name(caller.manager, "sub"));
  if (request.ovn && request.ovn->empty()) return refuse(400, "the path lacks the OVN of the version to be replaced");
  REFUSE_UNLESS(check_url(request.url));
  REFUSE_UNLESS(check_cells(request.extent.cells));
  const Moment& start = *request.extent.start;
  const Moment& end = *request.extent.end;
  if (start >= end)
    return refuse(400, fmt::format("time_start {} is not before time_end {}", start.text(), end.text()));
  if (end.ceil() < place.time) return refuse(400, fmt::format("time_end {} is past", end.text()));

  const auto at = constraints_.find(request.id);
  const Constraint* old = at == constraints_.end() ? nullptr : &at->second;
  if (old == nullptr && request.ovn) {
    return refuse(409, fmt::format("there is no constraint {} to update", request.id.str()));
  }
  if (old != nullptr && old->manager != caller.manager) return refuse(403, "not the manager");
  if (old != nullptr && !request.ovn) return refuse(409, "the constraint exists; an update names its OVN in the path");
  if (old != nullptr && ovn(*old) != *request.ovn) return refuse(409, "OVN is not current");
  if (old == nullptr && constraints_.size() >= limits_.constraints_max) {
    return refuse(429, fmt::format("the registry holds {} constraints already", limits_.constraints_max));
  }
  REFUSE_UNLESS(check_room(caller.manager, growth(old, request.extent.cells)));
  ConstraintChanged out;
  TRY_SAY(out.entry, say(ConstraintPut{.cells = request.extent.cells,
                                       .end = end,
                                       .id = request.id,
                                       .lower = request.extent.band.lower,
                                       .manager = caller.manager,
                                       .notified = 0,
                                       .start = start,
                                       .upper = request.extent.band.upper,
                                       .url = request.url,
                                       .version = old == nullptr ? 1 : old->version + 1},
                         place, &out.notices));
  out.constraint = &constraints_.at(request.id);
  return out;
}

Answer<ConstraintChanged> Registry::delete_constraint(const Uuid& id, std::string_view ovn_named, const Caller& caller,
                                                      Place place) {
  REFUSE_UNLESS(check_id(id));
  if (ovn_named.empty()) return refuse(400, "the path lacks the OVN of the version to be deleted");
  const auto at = constraints_.find(id);
  if (at == constraints_.end()) return refuse(404, fmt::format("there is no constraint {}", id.str()));
  const Constraint& constraint = at->second;
  if (constraint.manager != caller.manager) return refuse(403, "not the manager");
  if (ovn(constraint) != ovn_named) return refuse(409, "OVN is not current");
  ConstraintChanged out;
  TRY_SAY(out.entry,
          say(ConstraintDeleted{.id = id, .manager = caller.manager, .notified = 0, .version = constraint.version},
              place, &out.notices));
  out.constraint = &*deleted_constraint_;
  return out;
}

// Subscriptions
// ----------------------------------------------------------------------------------------------------------

/// What is wrong whatever stands under the id, but for the times that an update leaves out.
Answer<void> Registry::check_subscription(const PutSubscription& request, const Window& window, const Caller& caller,
                                          UtcMs now) const {
  REFUSE_UNLESS(check_id(request.id));
  REFUSE_UNLESS(check_name(caller.manager, "sub"));
  if (request.id == kNoSubscription) return refuse(400, "this id stands for no subscription");
  if (request.version && request.version->empty()) {
    return refuse(400, "the path lacks the version of the subscription to be replaced");
  }
  REFUSE_UNLESS(check_url(request.url));
  REFUSE_UNLESS(check_cells(request.extent.cells));
  if (!request.notify_intents && !request.notify_constraints) {
    return refuse(400, "notify_for_operational_intents or notify_for_constraints must be true");
  }
  if (request.extent.start && request.extent.start->ceil() < now - kSubscriptionStartSlackMs) {
    return refuse(400, fmt::format("time_start {} is more than 5 min past; leave it out to keep it",
                                   request.extent.start->text()));
  }
  // Where no end was given: 24 h later there may be no such date.
  if (window.end.floor() > kUtcMax) {
    return refuse(400,
                  fmt::format("24 h from time_start {} the year 9999 is over; give time_end", window.start.text()));
  }
  if (window.end <= window.start) {
    return refuse(400, fmt::format("time_end {} is not after time_start {}", window.end.text(), window.start.text()));
  }
  if (window.end > window.start.later_by(kSubscriptionSpanMaxMs)) {
    return refuse(400, fmt::format("{} to {} is more than 24 h", window.start.text(), window.end.text()));
  }
  if (window.end.ceil() < now) return refuse(400, fmt::format("time_end {} is past", window.end.text()));
  if (switches_.notices_need_scopes && request.notify_intents && !caller.strategic_coordination) {
    return refuse(403, "notify_for_operational_intents needs the scope utm.strategic_coordination");
  }
  if (switches_.notices_need_scopes && request.notify_constraints && !caller.constraint_processing) {
    return refuse(403, "notify_for_constraints needs the scope utm.constraint_processing");
  }
  return {};
}

/// What depends on a subscription must stay covered.
Answer<void> Registry::check_dependents(const PutSubscription& request, const Window& window,
                                        const Subscription& subscription, const std::map<Uuid, Intent>& intents) {
  if (!subscription.dependents.empty() && !request.notify_intents) {
    return refuse(400, "operational intents depend on it: notify_for_operational_intents must stay true");
  }
  for (const Uuid& id : subscription.dependents) {
    const Intent& intent = intents.at(id);
    const bool starts = window.start <= intent.window.start.later_by(kSubscriptionStartSlackMs);
    if (!starts || window.end < intent.window.end || !request.extent.band.covers(intent.band) ||
        !request.extent.cells.covers(intent.cells)) {
      return refuse(400, fmt::format("operational intent {} depends on it and would not be covered", id.str()));
    }
  }
  return {};
}

Answer<SubscriptionChanged> Registry::put_subscription(const PutSubscription& request, const Caller& caller,
                                                       Place place) {
  const auto at = subscriptions_.find(request.id);
  const Subscription* old = at == subscriptions_.end() ? nullptr : &at->second;
  const bool updates = request.version && old != nullptr;
  Window window;
  window.start = request.extent.start.value_or(updates ? old->window.start : Moment::at(place.time));
  window.end = request.extent.end.value_or(updates ? old->window.end
                                                   : Moment::at(window.start.floor() + kSubscriptionSpanMaxMs));
  REFUSE_UNLESS(check_subscription(request, window, caller, place.time));
  if (old == nullptr && request.version) {
    return refuse(400, fmt::format("there is no subscription {} to update", request.id.str()));
  }
  if (old != nullptr && !request.version) {
    return refuse(409, "the subscription exists; an update names its version in the path");
  }
  if (old != nullptr && version(*old) != *request.version) return refuse(409, "the version is not current");
  if (old != nullptr && old->manager != caller.manager) return refuse(403, "the subscription is another client's");
  if (old != nullptr) REFUSE_UNLESS(check_dependents(request, window, *old, intents_));
  if (old == nullptr && subscriptions_.size() >= limits_.subscriptions_max) {
    return refuse(429, fmt::format("the registry holds {} subscriptions already", limits_.subscriptions_max));
  }
  REFUSE_UNLESS(check_room(caller.manager, growth(old, request.extent.cells)));
  // The lists first: what they refuse must not have been done.
  SubscriptionChanged out;
  const Extent area{.cells = request.extent.cells, .band = {}, .start = window.start, .end = window.end, .volumes = {}};
  if (request.notify_intents) {
    auto intents = find_intents(area);
    if (!intents) return std::unexpected(std::move(intents.error()));
    out.intents = std::move(*intents);
  }
  if (request.notify_constraints) {
    auto constraints = find_constraints(area);
    if (!constraints) return std::unexpected(std::move(constraints.error()));
    out.constraints = std::move(*constraints);
  }
  TRY_SAY(out.entry, say(SubscriptionPut{.cells = request.extent.cells,
                                         .end = window.end,
                                         .id = request.id,
                                         .lower = request.extent.band.lower,
                                         .manager = caller.manager,
                                         .notify_constraints = request.notify_constraints,
                                         .notify_intents = request.notify_intents,
                                         .start = window.start,
                                         .upper = request.extent.band.upper,
                                         .url = request.url},
                         place));
  out.subscription = &subscriptions_.at(request.id);
  return out;
}

Answer<SubscriptionChanged> Registry::delete_subscription(const Uuid& id, std::string_view version_named,
                                                          const Caller& caller, Place place) {
  REFUSE_UNLESS(check_id(id));
  if (version_named.empty()) return refuse(400, "the path lacks the version of the subscription to be deleted");
  auto stands = get_subscription(id, caller);
  if (!stands) return std::unexpected(std::move(stands.error()));
  const Subscription& subscription = **stands;
  if (version(subscription) != version_named) return refuse(409, "the version is not current");
  if (!subscription.dependents.empty()) {
    return refuse(400, fmt::format("{} operational intents depend on it", subscription.dependents.size()));
  }
  SubscriptionChanged out;
  TRY_SAY(out.entry, say(SubscriptionDeleted{.id = id, .manager = caller.manager}, place));
  out.subscription = &*deleted_subscription_;
  return out;
}

}  // namespace tansiq::f3548
