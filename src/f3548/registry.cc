#include "f3548/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/invariant.h"
#include "f3548/registry_impl.h"

namespace tansiq::f3548 {
namespace {

/// What the keyed hash is of: the parts, a NUL before each.
template <class... Parts>
std::string hidden(std::string_view kind, const Parts&... parts) {
  std::string message(kind);
  ((message += '\0', message += fmt::format("{}", parts)), ...);
  return message;
}

}  // namespace

std::uint64_t KeyRing::front_of(std::string_view ovn) {
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | (i < ovn.size() ? static_cast<unsigned char>(ovn[i]) : 0U);
  return out;
}

KeyRing::KeyRing(std::vector<std::string> ovns) : ovns_(std::move(ovns)) {
  // A body that could hold more is larger than any that is read.
  EXPECT_INVARIANT(ovns_.size() <= UINT32_MAX);
  rows_.reserve(ovns_.size());
  for (const std::string& ovn : ovns_) rows_.push_back({front_of(ovn), static_cast<std::uint32_t>(rows_.size())});
  std::ranges::sort(rows_, [&](const Row& a, const Row& b) {
    return a.front != b.front ? a.front < b.front : ovns_[a.at] < ovns_[b.at];
  });
}

bool KeyRing::has(std::string_view ovn) const {
  const std::uint64_t front = front_of(ovn);
  const auto at = std::ranges::partition_point(
      rows_, [&](const Row& row) { return row.front != front ? row.front < front : ovns_[row.at] < ovn; });
  return at != rows_.end() && at->front == front && ovns_[at->at] == ovn;
}

Registry::Registry(const Secret& secret, Switches switches, RegistryLimits limits)
    : maker_(secret), switches_(switches), limits_(limits) {}

// Names that nobody guesses
// ----------------------------------------------------------------------------------------------

template <class... Parts>
std::string Registry::opaque(std::string_view kind, const Parts&... parts) const {
  return to_base64url(maker_.mac(hidden(kind, parts...)).view().first(18));
}

const std::string& Registry::ovn(const Intent& intent) const {
  if (intent.ovn.empty()) {
    intent.ovn = intent.suffix ? intent.id.str() + "_" + intent.suffix->str()
                               : opaque("f3548.intent", intent.id.str(), intent.version, intent.changed_seq);
  }
  return intent.ovn;
}

const std::string& Registry::ovn(const Constraint& constraint) const {
  if (constraint.ovn.empty()) {
    constraint.ovn = opaque("f3548.constraint", constraint.id.str(), constraint.version, constraint.changed_seq);
  }
  return constraint.ovn;
}

std::string Registry::version(const Subscription& subscription) const {
  return opaque("f3548.subscription", subscription.id.str(), subscription.changed_seq);
}

Uuid Registry::new_subscription_id(const Uuid& intent, Place place) const {
  const log::Hash mac = maker_.mac(hidden("f3548.subscription_id", intent.str(), place.seq));
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    high = high << 8 | mac.bytes[i];
    low = low << 8 | mac.bytes[8 + i];
  }
  return Uuid::version_4(high, low);
}

// Reading
// ----------------------------------------------------------------------------------------------------------------

Answer<const Intent*> Registry::get_intent(const Uuid& id) const {
  if (auto good = check_id(id); !good) return std::unexpected(std::move(good.error()));
  const auto at = intents_.find(id);
  if (at == intents_.end()) return refuse(404, fmt::format("there is no operational intent {}", id.str()));
  return &at->second;
}

Answer<const Constraint*> Registry::get_constraint(const Uuid& id) const {
  if (auto good = check_id(id); !good) return std::unexpected(std::move(good.error()));
  const auto at = constraints_.find(id);
  if (at == constraints_.end()) return refuse(404, fmt::format("there is no constraint {}", id.str()));
  return &at->second;
}

Answer<const Subscription*> Registry::get_subscription(const Uuid& id, const Caller& caller) const {
  if (auto good = check_id(id); !good) return std::unexpected(std::move(good.error()));
  const auto at = subscriptions_.find(id);
  if (at == subscriptions_.end()) return refuse(404, fmt::format("there is no subscription {}", id.str()));
  if (at->second.manager != caller.manager) return refuse(403, "the subscription is another client's");
  return &at->second;
}

Availability Registry::availability(std::string_view uss) const {
  const auto at = uss_.find(uss);
  return at == uss_.end() ? Availability::kUnknown : at->second.availability;
}

bool Registry::down(std::string_view uss) const { return down_ > 0 && availability(uss) == Availability::kDown; }

Answer<AvailabilityAnswer> Registry::get_availability(std::string_view uss) const {
  if (auto good = check_name(uss, "uss_id"); !good) return std::unexpected(std::move(good.error()));
  const auto at = uss_.find(uss);
  AvailabilityAnswer out{.entry = {}, .uss = std::string(uss), .availability = availability(uss), .version = {}};
  if (at != uss_.end()) out.version = opaque("f3548.availability", uss, at->second.changed_seq);
  return out;
}

Answer<std::vector<const Intent*>> Registry::find_intents(const Extent& area) const {
  return found<Intent>(intent_index_, area, limits_.results_max,
                       [&](const Intent& intent) { return intent.band.meets(area.band); });
}

Answer<std::vector<const Constraint*>> Registry::find_constraints(const Extent& area) const {
  return found<Constraint>(constraint_index_, area, limits_.results_max, [](const Constraint&) { return true; });
}

Answer<std::vector<const Subscription*>> Registry::find_subscriptions(const Extent& area, const Caller& caller,
                                                                      UtcMs now) const {
  return found<Subscription>(subscription_index_, area, limits_.results_max, [&](const Subscription& subscription) {
    return subscription.manager == caller.manager && subscription.window.end.ceil() >= now;
  });
}

// Availability and reports
// -----------------------------------------------------------------------------------------------

Answer<AvailabilityAnswer> Registry::set_availability(std::string_view uss, std::string_view availability,
                                                      std::string_view old_version, const Caller& caller, Place place) {
  if (auto good = check_name(uss, "uss_id"); !good) return std::unexpected(std::move(good.error()));
  if (auto good = check_name(caller.manager, "sub"); !good) return std::unexpected(std::move(good.error()));
  std::optional<Availability> value;
  for (const Availability known : {Availability::kUnknown, Availability::kNormal, Availability::kDown}) {
    if (equal_ignoring_case(availability, core::to_text(known))) value = known;
  }
  if (!value) return refuse(400, "availability: expected one of Unknown, Normal, Down");
  auto now = get_availability(uss);
  if (!now) return now;
  if (now->version != old_version) {
    return refuse(409, "old_version is not the current version; read it and decide again");
  }
  if (uss_.size() >= limits_.uss_max && !uss_.contains(uss)) {
    return refuse(429, fmt::format("the registry knows {} USSs already", limits_.uss_max));
  }
  std::string entry;
  TRY_SAY(entry,
          say(AvailabilitySet{.availability = *value, .manager = caller.manager, .uss = std::string(uss)}, place));
  auto out = get_availability(uss);
  out->entry = std::move(entry);
  return out;
}

Answer<Reported> Registry::report(const log::Hash& exchange, const Caller& caller, Place place) {
  REFUSE_UNLESS(check_name(caller.manager, "sub"));
  Reported out{.entry = {}, .id = fmt::format("r-{:04}", place.seq)};
  TRY_SAY(out.entry, say(Report{.id = out.id, .manager = caller.manager, .sha256 = exchange}, place));
  return out;
}

// Housekeeping
// -----------------------------------------------------------------------------------------------------------

std::optional<std::string> Registry::tick(Place place) {
  Purged purged;
  std::size_t room = kPurgedPerEntryMax;
  const auto take = [&](const auto& ends, DurationMs kept, std::vector<Uuid>& out) {
    for (auto at = ends.begin(); at != ends.end() && at->first + kept < place.time && room > 0; ++at, --room) {
      out.push_back(at->second);
    }
  };
  take(intent_ends_, kEndedKeptMs, purged.intents);
  take(constraint_ends_, kEndedKeptMs, purged.constraints);
  take(subscription_ends_, kExpiredSubscriptionKeptMs, purged.subscriptions);
  if (room == kPurgedPerEntryMax) return std::nullopt;
  auto entry = say(std::move(purged), place);
  EXPECT_INVARIANT(entry.has_value());
  return std::move(*entry);
}

std::optional<UtcMs> Registry::next_tick() const {
  std::optional<UtcMs> first;
  const auto consider = [&](const auto& ends, DurationMs kept) {
    if (ends.empty()) return;
    const UtcMs due = ends.begin()->first + kept + 1;
    if (!first || due < *first) first = due;
  };
  consider(intent_ends_, kEndedKeptMs);
  consider(constraint_ends_, kEndedKeptMs);
  consider(subscription_ends_, kExpiredSubscriptionKeptMs);
  return first;
}

std::optional<UtcMs> Registry::last_end() const {
  std::optional<UtcMs> out;
  for (const auto* ends : {&intent_ends_, &constraint_ends_}) {
    if (!ends->empty()) out = std::max(out.value_or(kUtcMin), ends->rbegin()->first);
  }
  return out;
}

}  // namespace tansiq::f3548
