// What the registry's entries change. The same functions live and in replay: nothing here decides.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "f3548/registry_impl.h"

namespace tansiq::f3548 {
namespace {

std::unexpected<Error> corrupt(std::string message) { return fail(ErrorCode::kCorrupt, std::move(message)); }

}  // namespace

// Whether an entry can follow
// --------------------------------------------------------------------------------------------

Status Registry::consistent(const Body& body) const {
  const auto known = [](const auto& table, const Uuid& id) -> Status {
    if (table.contains(id)) return {};
    return corrupt(fmt::format("{} is not here", id.str()));
  };
  const auto next_version = [](const auto& table, const auto& put) -> Status {
    const auto found = table.find(put.id);
    const std::int64_t version = found == table.end() ? 1 : found->second.version + 1;
    if (put.version == version) return {};
    return corrupt(fmt::format("version {} of {}, where {} is next", put.version, put.id.str(), version));
  };
  if (const auto* put = std::get_if<IntentPut>(&body)) {
    if (put->implicit) {
      if (subscriptions_.contains(put->implicit->id)) return corrupt("the new subscription is there already");
      if (put->subscription != put->implicit->id) return corrupt("the new subscription is not attached");
    } else if (put->subscription) {
      TRY_VOID(known(subscriptions_, *put->subscription));
    }
    if (put->cells.empty() || put->end < put->start) return corrupt("nothing is covered");
    return next_version(intents_, *put);
  }
  if (const auto* put = std::get_if<ConstraintPut>(&body)) {
    if (put->cells.empty() || put->end < put->start) return corrupt("nothing is covered");
    return next_version(constraints_, *put);
  }
  if (const auto* put = std::get_if<SubscriptionPut>(&body)) {
    if (put->cells.empty() || put->end < put->start) return corrupt("nothing is covered");
    return {};
  }
  if (const auto* gone = std::get_if<IntentDeleted>(&body)) return known(intents_, gone->id);
  if (const auto* gone = std::get_if<ConstraintDeleted>(&body)) return known(constraints_, gone->id);
  if (const auto* gone = std::get_if<SubscriptionDeleted>(&body)) {
    TRY_VOID(known(subscriptions_, gone->id));
    if (!subscriptions_.at(gone->id).dependents.empty()) return corrupt("intents depend on the subscription");
    return {};
  }
  if (const auto* released = std::get_if<ShareReleased>(&body)) {
    TRY_VOID(known(intents_, released->id));
    const Intent& intent = intents_.at(released->id);
    if (intent.version != released->version) return corrupt("another version's share is released");
    if (std::ranges::find(intent.exclusive, released->zone, &ZoneShare::zone) == intent.exclusive.end()) {
      return corrupt(fmt::format("the intent has no share of zone {}", released->zone.str()));
    }
    return {};
  }
  if (const auto* purged = std::get_if<Purged>(&body)) {
    const auto all_known = [&](const auto& table, std::vector<Uuid> ids) -> Status {
      for (const Uuid& id : ids) TRY_VOID(known(table, id));
      std::ranges::sort(ids);
      if (std::ranges::adjacent_find(ids) != ids.end()) return corrupt("something is purged twice");
      return {};
    };
    TRY_VOID(all_known(intents_, purged->intents));
    TRY_VOID(all_known(constraints_, purged->constraints));
    TRY_VOID(all_known(subscriptions_, purged->subscriptions));
    for (const Uuid& id : purged->subscriptions) {
      if (!subscriptions_.at(id).dependents.empty()) return corrupt("intents depend on a purged subscription");
    }
  }
  return {};
}

Status Registry::apply(std::string_view line) {
  const Entry entry = TRY(read_entry(line));
  return apply(entry);
}

Status Registry::apply(const Entry& entry) {
  TRY_VOID(consistent(entry.body));
  return std::visit(
      [&](const auto& body) -> Status {
        [[maybe_unused]] const Notices notices = fold(body, entry.place);
        if constexpr (requires { body.notified; }) {
          std::uint64_t notified = 0;
          for (const Notice& notice : notices) notified += notice.subscriptions.size();
          if (notified != body.notified) {
            return corrupt(fmt::format("{} subscriptions were notified, the entry says {}", notified, body.notified));
          }
        }
        return {};
      },
      entry.body);
}

// Intents
// ----------------------------------------------------------------------------------------------------------------

Registry::Notices Registry::fold(const IntentPut& body, Place place) {
  used_ = true;
  forget_suffixes(place.time);
  Cells cells = body.cells;
  Window window{body.start, body.end};
  const auto old = intents_.find(body.id);
  if (body.implicit) {
    add(Subscription{.id = body.implicit->id,
                     .manager = body.manager,
                     .url = body.implicit->url,
                     .cells = body.cells,
                     .band = {body.lower, body.upper},
                     .window = window,
                     .notify_intents = true,
                     .notify_constraints = body.implicit->notify_constraints,
                     .implicit = true,
                     .index = 0,
                     .changed_seq = place.seq,
                     .dependents = {}});
  } else if (body.subscription) {
    Subscription& attached = subscriptions_.at(*body.subscription);
    if (attached.implicit) stretch(attached, body, place);
  }
  if (body.subscription) attach(*body.subscription, body.id);
  if (old != intents_.end()) {
    const Intent& before = old->second;
    cells.add(before.cells);
    window = {std::min(window.start, before.window.start), std::max(window.end, before.window.end)};
    if (before.subscription && before.subscription != body.subscription) detach(*before.subscription, body.id);
    forget(before);
    intents_.erase(old);
  }
  if (body.suffix) remember_suffix(body.id, *body.suffix, place.time);
  add(Intent{.id = body.id,
             .manager = body.manager,
             .state = body.state,
             .version = body.version,
             .url = body.url,
             .cells = body.cells,
             .band = {body.lower, body.upper},
             .window = {body.start, body.end},
             .subscription = body.subscription,
             .suffix = body.suffix,
             .details = body.details,
             .changed_seq = place.seq,
             .exclusive = body.exclusive,
             .changed = place.time,
             .ovn = {}});
  return notify(&Subscription::notify_intents, cells, window);
}

Registry::Notices Registry::fold(const IntentDeleted& body, Place) {
  const auto at = intents_.find(body.id);
  Notices notices = notify(&Subscription::notify_intents, at->second.cells, at->second.window);
  remove(at);
  return notices;
}

/// Concerns the zone, not those who are told of the reference: it stays as it is.
Registry::Notices Registry::fold(const ShareReleased& body, Place) {
  used_ = true;
  Intent& intent = intents_.at(body.id);
  const auto share = std::ranges::find(intent.exclusive, body.zone, &ZoneShare::zone);
  share->volumes = until(share->volumes, body.from);
  if (share->volumes.empty()) intent.exclusive.erase(share);
  if (intent.exclusive.empty()) exclusive_.erase(body.id);
  exclusive_changes_.push_back(body.id);
  return {};
}

void Registry::add(Intent intent) {
  intent_ends_.insert({intent.window.end.ceil(), intent.id});
  if (!intent.exclusive.empty()) {
    exclusive_.insert(intent.id);
    exclusive_changes_.push_back(intent.id);
  }
  Intent& stands = intents_.insert_or_assign(intent.id, std::move(intent)).first->second;
  enter(intent_index_, stands);
}

/// Takes it out of what follows from the intents.
void Registry::forget(const Intent& intent) {
  leave(intent_index_, intent);
  intent_ends_.erase({intent.window.end.ceil(), intent.id});
  if (exclusive_.erase(intent.id) > 0) exclusive_changes_.push_back(intent.id);
}

void Registry::remove(std::map<Uuid, Intent>::iterator at) {
  Intent& intent = at->second;
  forget(intent);
  if (intent.subscription) detach(*intent.subscription, intent.id);
  deleted_intent_ = std::move(intent);
  intents_.erase(at);
}

void Registry::remember_suffix(const Uuid& id, const Uuid& suffix, UtcMs time) {
  if (suffixes_.emplace(std::pair(id, suffix), time).second) suffix_times_.insert({time, {id, suffix}});
}

void Registry::forget_suffixes(UtcMs now) {
  while (!suffix_times_.empty() && suffix_times_.begin()->first + 2 * kSuffixSkewMs < now) {
    suffixes_.erase(suffix_times_.begin()->second);
    suffix_times_.erase(suffix_times_.begin());
  }
}

// Constraints
// ------------------------------------------------------------------------------------------------------------

Registry::Notices Registry::fold(const ConstraintPut& body, Place place) {
  used_ = true;
  Cells cells = body.cells;
  Window window{body.start, body.end};
  if (const auto old = constraints_.find(body.id); old != constraints_.end()) {
    const Constraint& before = old->second;
    cells.add(before.cells);
    window = {std::min(window.start, before.window.start), std::max(window.end, before.window.end)};
    leave(constraint_index_, before);
    constraint_ends_.erase({before.window.end.ceil(), body.id});
    constraints_.erase(old);
  }
  Constraint& stands = constraints_[body.id];
  stands = {.id = body.id,
            .manager = body.manager,
            .version = body.version,
            .url = body.url,
            .cells = body.cells,
            .band = {body.lower, body.upper},
            .window = {body.start, body.end},
            .changed_seq = place.seq,
            .ovn = {}};
  enter(constraint_index_, stands);
  constraint_ends_.insert({stands.window.end.ceil(), body.id});
  return notify(&Subscription::notify_constraints, cells, window);
}

Registry::Notices Registry::fold(const ConstraintDeleted& body, Place) {
  const auto at = constraints_.find(body.id);
  Constraint& constraint = at->second;
  Notices notices = notify(&Subscription::notify_constraints, constraint.cells, constraint.window);
  leave(constraint_index_, constraint);
  constraint_ends_.erase({constraint.window.end.ceil(), body.id});
  deleted_constraint_ = std::move(constraint);
  constraints_.erase(at);
  return notices;
}

// Subscriptions
// ----------------------------------------------------------------------------------------------------------

Registry::Notices Registry::fold(const SubscriptionPut& body, Place place) {
  used_ = true;
  Subscription next{.id = body.id,
                    .manager = body.manager,
                    .url = body.url,
                    .cells = body.cells,
                    .band = {body.lower, body.upper},
                    .window = {body.start, body.end},
                    .notify_intents = body.notify_intents,
                    .notify_constraints = body.notify_constraints,
                    .implicit = false,
                    .index = 0,
                    .changed_seq = place.seq,
                    .dependents = {}};
  if (const auto old = subscriptions_.find(body.id); old != subscriptions_.end()) {
    next.index = old->second.index;
    next.dependents = old->second.dependents;
    remove_subscription(old);
  }
  add(std::move(next));
  return {};
}

Registry::Notices Registry::fold(const SubscriptionDeleted& body, Place) {
  remove_subscription(subscriptions_.find(body.id));
  return {};
}

void Registry::add(Subscription subscription) {
  Subscription& stands = subscriptions_.insert_or_assign(subscription.id, std::move(subscription)).first->second;
  enter(subscription_index_, stands);
  if (stands.dependents.empty()) subscription_ends_.insert({stands.window.end.ceil(), stands.id});
}

void Registry::remove_subscription(std::map<Uuid, Subscription>::iterator at) {
  Subscription& subscription = at->second;
  leave(subscription_index_, subscription);
  subscription_ends_.erase({subscription.window.end.ceil(), subscription.id});
  deleted_subscription_ = std::move(subscription);
  subscriptions_.erase(at);
}

void Registry::attach(const Uuid& subscription, const Uuid& intent) {
  Subscription& to = subscriptions_.at(subscription);
  to.dependents.insert(intent);
  subscription_ends_.erase({to.window.end.ceil(), to.id});
}

void Registry::detach(const Uuid& subscription, const Uuid& intent) {
  const auto at = subscriptions_.find(subscription);
  Subscription& from = at->second;
  from.dependents.erase(intent);
  if (!from.dependents.empty()) return;
  if (from.implicit) {
    remove_subscription(at);
  } else {
    subscription_ends_.insert({from.window.end.ceil(), from.id});
  }
}

/// An implicit subscription grows with the intents that use it; it never shrinks, which only tells its owner too much.
void Registry::stretch(Subscription& subscription, const IntentPut& body, Place place) {
  const Band band = subscription.band.with({body.lower, body.upper});
  const bool fits = subscription.cells.covers(body.cells) && subscription.window.start <= body.start &&
                    subscription.window.end >= body.end && subscription.band == band;
  if (fits) return;
  leave(subscription_index_, subscription);
  subscription.cells.add(body.cells);
  subscription.band = band;
  subscription.window = {std::min(subscription.window.start, body.start), std::max(subscription.window.end, body.end)};
  subscription.changed_seq = place.seq;
  enter(subscription_index_, subscription);
}

/// Raises the index of every subscription that wants this and overlaps; heights do not count. Grouped by URL.
Registry::Notices Registry::notify(bool Subscription::* wanted, const Cells& cells, const Window& window) {
  std::vector<const Subscription*> told;
  subscription_index_.visit(cells, window.start.floor(), window.end.ceil(), [&](Subscription& subscription) {
    if (!(subscription.*wanted)) return;
    ++subscription.index;
    told.push_back(&subscription);
  });
  std::ranges::sort(told, [](const Subscription* a, const Subscription* b) {
    if (const int order = a->url.compare(b->url); order != 0) return order < 0;
    return a->id < b->id;
  });
  Notices notices;
  for (const Subscription* subscription : told) {
    if (notices.empty() || notices.back().url != subscription->url) notices.push_back({subscription->url, {}});
    notices.back().subscriptions.push_back({subscription->id, subscription->index});
  }
  return notices;
}

// The rest
// ---------------------------------------------------------------------------------------------------------------

Registry::Notices Registry::fold(const AvailabilitySet& body, Place place) {
  used_ = true;
  UssStanding& standing = uss_[body.uss];
  down_ -= standing.availability == Availability::kDown ? 1 : 0;
  standing = {body.availability, place.seq};
  down_ += standing.availability == Availability::kDown ? 1 : 0;
  return {};
}

Registry::Notices Registry::fold(const Report&, Place) {
  used_ = true;
  ++reports_;
  return {};
}

Registry::Notices Registry::fold(const Purged& body, Place) {
  for (const Uuid& id : body.intents) remove(intents_.find(id));
  for (const Uuid& id : body.constraints) {
    const auto at = constraints_.find(id);
    leave(constraint_index_, at->second);
    constraint_ends_.erase({at->second.window.end.ceil(), id});
    constraints_.erase(at);
  }
  for (const Uuid& id : body.subscriptions) {
    // One that was implicit went with its intent.
    if (const auto at = subscriptions_.find(id); at != subscriptions_.end()) remove_subscription(at);
  }
  return {};
}

}  // namespace tansiq::f3548
