#include "coordination/flight_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "coordination/disclosure_content.h"
#include "coordination/lists.h"

namespace tansiq::coordination {
namespace {

constexpr std::string_view kEmergency = "emergency_revoke";

Oddity odd(const HomeVersion& version, std::string_view what, bool alarm = false) {
  return {.text = fmt::format("flight {} leg {}: {}, but the version is {} here", version.flight.str(), version.leg,
                              what, to_text(version.state)),
          .alarm = alarm};
}

}  // namespace

FlightDesk::FlightDesk(AuthorityId self, const core::Charter& charter, core::Timing timing,
                       const RelationView& relations, const ControlView& control)
    : self_(std::move(self)), charter_(charter), timing_(timing), relations_(relations), control_(control) {
  adopt();
  timing_ = timing;
  relations_seen_ = relations_.revision();
  control_seen_ = control_.revision();
}

void FlightDesk::adopt() {
  timing_ = charter_.timing;
  zones_.clear();
  std::set<AuthorityId> owners;
  for (const core::Zone& zone : charter_.zones) {
    zones_.emplace(zone.id, &zone);
    if (zone.owner != self_) owners.insert(zone.owner);
  }
  zone_owners_.assign(owners.begin(), owners.end());
  for (const auto& [id, flight] : flights_) touch(id);
}

std::optional<Oddity> FlightDesk::apply(const Said& said) {
  // An author's clock may be wrong by any amount: what is kept from others for a while would be kept for good.
  hearing_ = said.heard > kUtcMax - kHeardAheadMaxMs ? said.time : std::min(said.time, said.heard + kHeardAheadMaxMs);
  Maybe out = std::visit([&](const auto& of) { return hear(said, of); }, said.body);
  if (!early_.empty()) read_early();
  if (said.author == self_) forget(said.time);
  return out;
}

// What owners say
// -----------------------------------------------------------------------------------------------------------

template <class T>
FlightDesk::Maybe FlightDesk::from_sequencer(const Said& said, const T& of) {
  if (of.to != self_) return {};
  const auto past = past_.find(of.request);
  HomeVersion* version = find_version(of.request);
  if (past == past_.end() && version == nullptr) {
    return Oddity{fmt::format("{} of zone {} quotes a request that is not known here", T::kType, of.zone.str())};
  }
  if (version != nullptr && version->zone != of.zone) {
    return Oddity{
        fmt::format("{} of zone {} quotes a request for zone {}", T::kType, of.zone.str(), version->zone.str())};
  }
  if constexpr (std::is_same_v<T, LegClosed>) {
    // Who granted a window and does not keep the zone now notes for itself that the window has ended. Whether it is
    // free there is for the sequencer to say.
    if (of.number == kUnnumbered) return {};
  }
  if (!control_.was_sequencer(of.zone, of.epoch, said.author)) {
    if (of.epoch > control_.epoch(of.zone) && keep_early(said, of)) return {};
    return Oddity{fmt::format("{} of zone {}: {} is not its sequencer in epoch {}", T::kType, of.zone.str(),
                              said.author.str(), of.epoch)};
  }
  if constexpr (std::is_same_v<T, LegRevoke>) {
    if (of.emergency) {
      emergency(version != nullptr ? version->flight : past->second.flight, said, of);
      return {};
    }
  }
  if (version == nullptr) return {};
  Maybe out = read(*version, said, of);
  settle(flights_.at(version->flight));
  return out;
}

template <class T>
bool FlightDesk::keep_early(const Said& said, const T& of) {
  if (std::ranges::any_of(early_, [&](const Early& e) { return e.hash == said.hash; })) return true;
  if (early_.size() >= kEarlyEntriesMax) return false;
  Early early;
  early.author = said.author;
  early.hash = said.hash;
  early.time = said.time;
  if constexpr (std::is_same_v<T, LegClosed>) early.closed = of;
  if constexpr (std::is_same_v<T, LegConfirmed>) early.confirmed = of;
  if constexpr (std::is_same_v<T, LegHold>) early.hold = of;
  if constexpr (std::is_same_v<T, LegLapsed>) early.lapsed = of;
  if constexpr (std::is_same_v<T, LegRevoke>) early.revoke = of;
  early_.push_back(std::move(early));
  return true;
}

void FlightDesk::read_early() {
  std::vector<Early> waiting = std::exchange(early_, {});
  for (const Early& early : waiting) {
    const auto again = [&](const auto& of) {
      if (!of) return;
      const Body body = *of;
      static_cast<void>(hear({.author = early.author, .hash = early.hash, .time = early.time, .body = body}, *of));
    };
    again(early.closed);
    again(early.confirmed);
    again(early.hold);
    again(early.lapsed);
    again(early.revoke);
  }
}

FlightDesk::Maybe FlightDesk::read(HomeVersion& v, const Said& said, const LegHold& of) {
  if (v.state != HomeState::kRequested) return {};
  v.state = HomeState::kHeld;
  v.hold = said.hash;
  v.until = of.until;
  v.time_shift_ms = of.time_shift_ms;
  v.level_shift_cm = of.level_shift_cm;
  v.standby_until.reset();
  by_hold_.emplace(said.hash, v.request);
  return {};
}

FlightDesk::Maybe FlightDesk::read(HomeVersion& v, const Said& /*said*/, const LegConfirmed& of) {
  if (v.state == HomeState::kRequested || v.state == HomeState::kHeld) return odd(v, "confirmed without our commit");
  if (v.state != HomeState::kCommitted) return {};
  if (v.commit != of.commit) return odd(v, "confirmed for another commit");
  v.state = HomeState::kConfirmed;
  return {};
}

FlightDesk::Maybe FlightDesk::read(HomeVersion& v, const Said& /*said*/, const LegLapsed& of) {
  if (v.state == HomeState::kConfirmed) return odd(v, "its owner says that the hold lapsed", true);
  if (!live(v.state)) return {};
  finish(v, HomeState::kLapsed);
  v.lapse = of.reason;
  fail_round(flights_.at(v.flight), v);
  return {};
}

FlightDesk::Maybe FlightDesk::read(HomeVersion& v, const Said& said, const LegClosed& of) {
  if (!live(v.state)) {
    v.closed = true;
    return {};
  }
  // Only time ends a right without a word from home.
  if (of.how != Closing::kExpired || v.state < HomeState::kCommitted) {
    return odd(v, fmt::format("its owner says that it was {}", to_text(of.how)), v.state == HomeState::kConfirmed);
  }
  finish(v, HomeState::kEnded);
  v.closed = true;
  if (!v.entered) {
    fail_round(flights_.at(v.flight), v);
  } else if (!v.left) {
    raise({.about = said.hash,
           .flight = v.flight,
           .kind = "expired_inside",
           .raised = false,
           .text = fmt::format("flight {} is in zone {}, whose owner has let its window expire: speak to {}",
                               v.flight.str(), v.zone.str(), said.author.str())});
  }
  return {};
}

FlightDesk::Maybe FlightDesk::read(HomeVersion& v, const Said& said, const LegRevoke& /*of*/) {
  if ((v.state != HomeState::kCommitted && v.state != HomeState::kConfirmed) || v.revoke) return {};
  v.revoke = said.hash;
  v.revoked_by = said.author;
  return {};
}

void FlightDesk::emergency(const FlightId& flight, const Said& said, const LegRevoke& of) {
  const auto raised =
      std::ranges::count_if(alarms_, [&](const FlightAlarm& a) { return a.flight == flight && a.kind == kEmergency; });
  if (raised >= kEmergenciesPerFlightMax) return;  // The crew has been told to leave often enough.
  raise({.about = said.hash,
         .flight = flight,
         .kind = std::string(kEmergency),
         .raised = false,
         .text = fmt::format("{} revokes flight {} in zone {} for an emergency: tell the crew. {}", said.author.str(),
                             flight.str(), of.zone.str(), of.text)});
  touch(flight);
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegRefused& of) {
  if (of.to != self_ || past_.contains(of.request)) return {};
  HomeVersion* v = find_version(of.request);
  if (v == nullptr) return Oddity{"leg.refused quotes a request that is not known here"};
  // Whom we asked may always refuse; one that no longer decides says so with this very entry.
  if (said.author != v->to) {
    return Oddity{fmt::format("leg.refused by {}, but {} was asked", said.author.str(), v->to.str())};
  }
  if (v->state == HomeState::kHeld || v->state == HomeState::kCommitted || v->state == HomeState::kConfirmed) {
    return odd(*v, "its owner says that it was refused");
  }
  if (v->state != HomeState::kRequested) return {};
  Flight& flight = flights_.at(v->flight);
  finish(*v, HomeState::kRefused);
  v->refusal = of.reason;
  v->closed = true;
  fail_round(flight, *v);
  settle(flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegStandby& of) {
  if (of.to != self_ || past_.contains(of.request)) return {};
  HomeVersion* v = find_version(of.request);
  if (v == nullptr || said.author != v->to) return Oddity{"leg.standby quotes a request that its author was not asked"};
  if (v->state == HomeState::kRequested) v->standby_until = of.until;
  return {};
}

// Consequences
// --------------------------------------------------------------------------------------------------------------

void FlightDesk::finish(HomeVersion& version, HomeState end) {
  version.state = end;
  version.crew = CrewHand::kNothing;
}

/// R2 and R4: what else ends because this version has.
void FlightDesk::fail_round(Flight& flight, const HomeVersion& version) {
  if (version.role == VersionRole::kChange) flight.change_failed = true;
  if (version.role != VersionRole::kPlan || flight.airborne || flight.landed) return;
  // A version whose successor is confirmed may go alone.
  const HomeVersion* next = flight.change ? flight.version_of(version.leg, VersionRole::kChange) : nullptr;
  if (next != nullptr && next->state == HomeState::kConfirmed && !flight.change_failed) return;
  flight.failed = true;
}

void FlightDesk::settle(Flight& flight) {
  touch(flight.plan.flight);
  flight.change_time = std::max(flight.change_time, hearing_);
  if (flight.ended) return;
  if (flight.change && flight.change_failed) {
    const bool open = std::ranges::any_of(flight.versions, [](const HomeVersion& v) {
      return live(v.state) && (v.role == VersionRole::kChange || v.role == VersionRole::kSuperseded);
    });
    if (!open) {
      for (HomeVersion& v : flight.versions) {
        if (v.role == VersionRole::kChange) v.role = VersionRole::kSuperseded;
      }
      // Whoever was told of the new window in disputed space must be told again of the old one.
      std::erase_if(flight.noticed, [&](const Noticed& n) { return contains(flight.changed, n.leg); });
      flight.change.reset();
      flight.changed.clear();
      flight.change_failed = false;
      // R2: a version that went alone because its successor was confirmed leaves a gap now that this one is gone too.
      const bool gap = std::ranges::any_of(flight.versions, [](const HomeVersion& v) {
        return v.role == VersionRole::kPlan && !live(v.state) && !v.left;
      });
      if (gap && !flight.airborne && !flight.landed) flight.failed = true;
    }
  } else if (flight.change && !flight.failed && !flight.dropped && round_confirmed(flight, VersionRole::kChange)) {
    adopt(flight);
  }
  if (!over(flight)) return;
  flight.ended = true;
  flight.airborne = false;
  flight.cleared = false;
  forget_flights_.emplace(forget_at(flight), flight.plan.flight);
}

/// Of an ended flight, which does not change any more.
UtcMs FlightDesk::forget_at(const Flight& flight) {
  UtcMs last = kUtcMin;
  for (const PlannedLeg& leg : flight.plan.legs) last = std::max(last, span_of(leg.volumes).end);
  for (const HomeVersion& v : flight.versions) last = std::max(last, span_of(v.volumes).end);
  return last + kEndedFlightKeptMs;
}

/// The change becomes the plan, unless the crew still holds what it replaces.
void FlightDesk::adopt(Flight& flight) {
  for (const HomeVersion& v : flight.versions) {
    if (v.role == VersionRole::kPlan && v.crew != CrewHand::kNothing && contains(flight.changed, v.leg)) return;
  }
  for (HomeVersion& after : flight.versions) {
    if (after.role != VersionRole::kChange) continue;
    for (HomeVersion& before : flight.versions) {
      if (before.role != VersionRole::kPlan || before.leg != after.leg || before.request == after.request) continue;
      before.role = VersionRole::kOutgoing;
      before.taken = after.request;
      after.entered = before.entered;
    }
    after.role = VersionRole::kPlan;
  }
  flight.plan = std::move(*flight.change);
  flight.change.reset();
  flight.changed.clear();
}

bool FlightDesk::over(const Flight& flight) const {
  if (std::ranges::any_of(flight.versions, [](const HomeVersion& v) { return live(v.state); })) return false;
  if (flight.landed || flight.failed || flight.dropped) return true;
  const Slots plan = slots(flight, VersionRole::kPlan);
  for (std::size_t i = 0; i < flight.plan.legs.size(); ++i) {
    const bool done =
        disputed(flight.plan.legs[i].zone) ? contains(flight.left, static_cast<std::int64_t>(i)) : plan[i] != nullptr;
    if (!done) return false;
  }
  return true;
}

void FlightDesk::raise(FlightAlarm alarm) {
  if (std::ranges::any_of(alarms_,
                          [&](const FlightAlarm& a) { return a.about == alarm.about && a.kind == alarm.kind; })) {
    return;
  }
  alarm.text = foreign_text(alarm.text, core::kTextBytesMax - 3);  // Quotes an owner at any length.
  alarms_.push_back(std::move(alarm));
  ++alarms_owed_;
}

// Small questions
// -----------------------------------------------------------------------------------------------------------

geo::TimeWindow span_of(const std::vector<geo::Volume4d>& volumes) {
  EXPECT_INVARIANT(!volumes.empty());
  geo::TimeWindow out = volumes.front().window;
  for (const geo::Volume4d& v : volumes) {
    out.start = std::min(out.start, v.window.start);
    out.end = std::max(out.end, v.window.end);
  }
  return out;
}

bool only_shrinks(const std::vector<geo::Volume4d>& has, const std::vector<geo::Volume4d>& wanted) {
  return std::ranges::all_of(wanted, [&](const geo::Volume4d& w) {
    return std::ranges::any_of(has, [&](const geo::Volume4d& h) {
      return h.outline == w.outline && h.band.reference == w.band.reference && h.band.lower_cm <= w.band.lower_cm &&
             w.band.upper_cm <= h.band.upper_cm && h.window.start <= w.window.start && w.window.end <= h.window.end;
    });
  });
}

bool FlightDesk::disputed(const ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found != zones_.end() && found->second->rule == core::Rule::kDisputed;
}

const FlightFiled& FlightDesk::wanted(const Flight& flight, VersionRole role) const {
  return role == VersionRole::kChange ? *flight.change : flight.plan;
}

/// Legs of a round that need a confirmation, along the flight.
std::vector<std::int64_t> FlightDesk::round_legs(const Flight& flight, VersionRole role) const {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < flight.plan.legs.size(); ++i) {
    const auto leg = static_cast<std::int64_t>(i);
    if (role == VersionRole::kChange && !contains(flight.changed, leg)) continue;
    if (!disputed(flight.plan.legs[i].zone)) out.push_back(leg);
  }
  return out;
}

/// The newest version of every leg in that role, by leg.
FlightDesk::Slots FlightDesk::slots(const Flight& flight, VersionRole role) {
  Slots out(flight.plan.legs.size(), nullptr);
  for (const HomeVersion& v : flight.versions) {
    if (v.role == role) out[static_cast<std::size_t>(v.leg)] = &v;
  }
  return out;
}

bool FlightDesk::round_confirmed(const Flight& flight, VersionRole role) const {
  const Slots have = slots(flight, role);
  return std::ranges::all_of(round_legs(flight, role), [&](std::int64_t leg) {
    const HomeVersion* v = have[static_cast<std::size_t>(leg)];
    return v != nullptr && v->state == HomeState::kConfirmed;
  });
}

bool FlightDesk::may_send(const FlightFiled& filed, const AuthorityId& owner) const {
  const RelationDomain domain = filed.domain == core::Domain::kAir ? RelationDomain::kAir : RelationDomain::kSea;
  if (owner != self_ &&
      relations_.level({.capability = Capability::kRequest, .domain = domain, .from = owner, .to = self_}) < 1) {
    return false;
  }
  return !filed.principal ||
         relations_.level(
             {.capability = Capability::kGateway, .domain = domain, .from = self_, .to = *filed.principal}) >= 1;
}

std::vector<core::Craft> FlightDesk::craft_told(const FlightFiled& filed, const AuthorityId& to) const {
  const RelationDomain domain = filed.domain == core::Domain::kAir ? RelationDomain::kAir : RelationDomain::kSea;
  const bool whole =
      to == self_ || relations_.level(shown_under(domain, self_, to)) >= static_cast<std::int64_t>(ShareLevel::kFull);
  return whole ? filed.craft : std::vector<core::Craft>();
}

/// T3: a COMMIT after this might come too late.
UtcMs FlightDesk::hold_deadline(const HomeVersion& version) const {
  return version.until.value_or(kUtcMin) - 2 * timing_.clock_error_ms - timing_.delivery_ms;
}

/// T4: who is not inside by this time does not enter any more.
UtcMs FlightDesk::last_entry(const std::vector<geo::Volume4d>& volumes) const {
  return span_of(volumes).end - timing_.clock_error_ms;
}

HomeVersion* FlightDesk::find_version(const EntryHash& request) {
  const auto at = by_request_.find(request);
  return at == by_request_.end() ? nullptr : &flights_.at(at->second.first).versions[at->second.second];
}

const Flight* FlightDesk::find(const FlightId& flight) const {
  const auto at = flights_.find(flight);
  return at == flights_.end() ? nullptr : &at->second;
}

std::vector<const HomeVersion*> FlightDesk::counters(const FlightId& flight) const {
  std::vector<const HomeVersion*> out;
  const Flight* f = find(flight);
  if (f == nullptr) return out;
  for (const HomeVersion& v : f->versions) {
    if (v.waits_for_officer() && v.role != VersionRole::kSuperseded) out.push_back(&v);
  }
  return out;
}

}  // namespace tansiq::coordination
