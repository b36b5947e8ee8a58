// The fold over what this node itself has said: filings, requests, commits, and what the crew did.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "coordination/flight_desk.h"
#include "coordination/lists.h"

namespace tansiq::coordination {
namespace {

void note(HomeVersion& version, Report report, const AuthorityId& to) {
  const Told told{.report = report, .to = to};
  if (!contains(version.told, told)) version.told.push_back(told);
}

std::optional<Oddity> unknown_flight(const FlightId& flight) {
  return Oddity{fmt::format("there is no flight {} here", flight.str())};
}

}  // namespace

/// Null when the entry is not this node's own; an entry about an unknown flight is the caller's oddity.
Flight* FlightDesk::own_flight(const Said& said, const FlightId& flight) {
  if (said.author != self_) return nullptr;
  const auto at = flights_.find(flight);
  return at == flights_.end() ? nullptr : &at->second;
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const FlightFiled& of) {
  if (said.author != self_) return {};
  Flight* flight = own_flight(said, of.flight);
  if (flight != nullptr && flight->filing == said.hash) return {};
  if (flight == nullptr || flight->ended) {
    if (flight != nullptr) retire(*flight);
    Flight& made = flights_[of.flight];
    made = {};
    made.filing = said.hash;
    made.plan = of;
    settle(made);
    return {};
  }
  if (flight->change) return Oddity{fmt::format("flight {} is being changed already", of.flight.str())};
  if (of.legs.size() != flight->plan.legs.size()) {
    return Oddity{fmt::format("flight {} has another number of legs", of.flight.str())};
  }
  flight->filing = said.hash;
  flight->change = of;
  const Slots have = slots(*flight, VersionRole::kPlan);
  for (std::size_t i = 0; i < of.legs.size(); ++i) {
    const auto leg = static_cast<std::int64_t>(i);
    if (contains(flight->left, leg)) continue;
    const bool lost = have[i] != nullptr && !live(have[i]->state);
    if (of.legs[i].volumes != flight->plan.legs[i].volumes || lost) flight->changed.push_back(leg);
  }
  std::erase_if(flight->noticed, [&](const Noticed& n) { return contains(flight->changed, n.leg); });
  settle(*flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const FlightDropped& of) {
  if (said.author != self_) return {};
  Flight* flight = own_flight(said, of.flight);
  if (flight == nullptr) return unknown_flight(of.flight);
  if (flight->ended) return {};
  if (of.change) {
    if (flight->change) flight->change_failed = true;
  } else if (flight->airborne) {
    return Oddity{fmt::format("flight {} is airborne and cannot be given up", of.flight.str())};
  } else {
    flight->dropped = true;
  }
  settle(*flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const FlightMoved& of) {
  if (said.author != self_) return {};
  Flight* flight = own_flight(said, of.flight);
  if (flight == nullptr) return unknown_flight(of.flight);
  if (flight->ended && of.move != FlightMove::kLeft) return {};
  const bool departs = of.move == FlightMove::kEntered && !flight->airborne;
  for (HomeVersion& v : flight->versions) {
    // Whoever flies has taken the clearance, and has not given it up, whatever was said on the ground.
    if (departs && v.role == VersionRole::kPlan && v.crew != CrewHand::kNothing) v.crew = CrewHand::kReadBack;
    const bool here = flight->plan.flown_with(v.leg) == of.leg && live(v.state) && v.role != VersionRole::kSuperseded;
    if (here && of.move == FlightMove::kEntered && v.role == VersionRole::kPlan) v.entered = true;
    if (here && of.move == FlightMove::kLeft && v.role != VersionRole::kChange) v.left = true;
    const bool flown = flight->plan.flown_with(v.leg) == of.leg && v.expired_inside();
    if (flown && of.move == FlightMove::kLeft) v.left = true;
    if (of.move == FlightMove::kLanded) v.crew = CrewHand::kNothing;
  }
  std::vector<std::int64_t> legs;
  for (std::int64_t leg = 0; std::cmp_less(leg, flight->plan.legs.size()); ++leg) {
    if (flight->plan.flown_with(leg) == of.leg) legs.push_back(leg);
  }
  switch (of.move) {
    case FlightMove::kEntered:
      for (const std::int64_t leg : legs) insert_sorted(flight->entered, leg);
      // R4: what was about to be given up is flown.
      flight->airborne = true;
      flight->failed = false;
      flight->dropped = false;
      break;
    case FlightMove::kLeft:
      for (const std::int64_t leg : legs) {
        insert_sorted(flight->left, leg);
        if (flight->change && contains(flight->changed, leg)) flight->change_failed = true;
      }
      break;
    case FlightMove::kLanded:
      flight->airborne = false;
      flight->landed = true;
      flight->cleared = false;
      if (flight->change) flight->change_failed = true;
      break;
  }
  settle(*flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegRequest& of) {
  if (said.author != self_ || by_request_.contains(said.hash) || past_.contains(said.hash)) return {};
  Flight* flight = own_flight(said, of.flight);
  if (flight == nullptr) return unknown_flight(of.flight);
  if (std::cmp_greater_equal(of.leg, flight->plan.legs.size())) {
    return Oddity{fmt::format("flight {} has no leg {}", of.flight.str(), of.leg)};
  }
  HomeVersion v;
  v.expires = of.expires;
  v.flight = of.flight;
  v.leg = of.leg;
  v.replaces = of.replaces;
  v.request = said.hash;
  // A leg that was lost in flight is asked for anew with the change, and replaces nothing.
  const bool change = flight->change && contains(flight->changed, of.leg);
  v.role = of.replaces || change ? VersionRole::kChange : VersionRole::kPlan;
  v.to = of.to;
  v.volumes = of.volumes;
  v.zone = of.zone;
  by_request_.emplace(said.hash, std::pair(of.flight, flight->versions.size()));
  flight->versions.push_back(std::move(v));
  settle(*flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegNotice& of) {
  Flight* flight = own_flight(said, of.flight);
  if (flight == nullptr) return {};
  const auto at = std::ranges::find(flight->noticed, of.leg, &Noticed::leg);
  if (at == flight->noticed.end()) {
    flight->noticed.push_back({.leg = of.leg, .to = {of.to}});
  } else if (!contains(at->to, of.to)) {
    at->to.push_back(of.to);
  }
  touch(of.flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const FlightCommit& of) {
  if (said.author != self_) return {};
  for (const EntryHash& hold : of.holds) {
    const auto request = by_hold_.find(hold);
    HomeVersion* v = request == by_hold_.end() ? nullptr : find_version(request->second);
    if (v == nullptr || v->state != HomeState::kHeld) continue;
    v->state = HomeState::kCommitted;
    v->commit = said.hash;
    touch(v->flight);
  }
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const FlightCancel& of) {
  if (said.author != self_) return {};
  std::set<FlightId> concerned;
  for (const EntryHash& request : of.requests) {
    HomeVersion* v = find_version(request);
    if (v == nullptr || !live(v->state)) continue;
    finish(*v, HomeState::kCancelled);
    fail_round(flights_.at(v->flight), *v);
    concerned.insert(v->flight);
  }
  for (const FlightId& id : concerned) settle(flights_.at(id));
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const FlightContingency& of) {
  Flight* flight = own_flight(said, of.flight);
  if (flight == nullptr) return {};
  if (flight->contingency != of.text) {
    flight->contingency = of.text;
    flight->contingency_told.clear();
  }
  if (!contains(flight->contingency_told, of.to)) flight->contingency_told.push_back(of.to);
  touch(of.flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const CounterAccepted& of) {
  if (said.author != self_) return {};
  Flight* flight = own_flight(said, of.flight);
  if (flight == nullptr) return unknown_flight(of.flight);
  for (const EntryHash& hold : of.holds) {
    const auto request = by_hold_.find(hold);
    HomeVersion* v = request == by_hold_.end() ? nullptr : find_version(request->second);
    if (v == nullptr || v->flight != of.flight || !v->waits_for_officer()) continue;
    if (v->role == VersionRole::kPlan || (v->role == VersionRole::kChange && flight->change)) take_counter(*flight, *v);
  }
  settle(*flight);
  return {};
}

/// What a counter for one leg means for another: what is flown with it moves as it does, what comes after it along the
/// flight moves by as much in time; a shift in level concerns nobody else.
FlightDesk::Shift FlightDesk::shift_of(const FlightFiled& filed, const HomeVersion& counter, std::int64_t leg) {
  const std::int64_t flown = filed.flown_with(counter.leg);
  const DurationMs later = counter.time_shift_ms.value_or(0);
  if (filed.flown_with(leg) == flown) return {later, counter.level_shift_cm.value_or(0)};
  return {filed.flown_with(leg) > flown ? later : 0, 0};
}

FlightFiled FlightDesk::with_counters(const Flight& flight) const {
  const std::vector<const HomeVersion*> waiting = counters(flight.plan.flight);
  const bool change = !waiting.empty() && waiting.front()->role == VersionRole::kChange && flight.change;
  FlightFiled out = change ? *flight.change : flight.plan;
  std::set<std::int64_t> moved;  // Their own counters are void then.
  for (const HomeVersion* v : waiting) {
    if (moved.contains(v->leg)) continue;
    for (std::int64_t leg = 0; std::cmp_less(leg, out.legs.size()); ++leg) {
      const auto [later, higher] = shift_of(out, *v, leg);
      if (contains(flight.left, leg) || (later == 0 && higher == 0)) continue;
      moved.insert(leg);
      PlannedLeg& planned = out.legs[static_cast<std::size_t>(leg)];
      planned.volumes = core::shifted(std::move(planned.volumes), later, higher);
    }
  }
  return out;
}

/// The hold stands where the owner has put it. What moves with it is asked for again, and what is booked there for the
/// old times is given back.
void FlightDesk::take_counter(Flight& flight, HomeVersion& version) {
  version.accepted = true;
  const bool change = version.role == VersionRole::kChange;
  FlightFiled& filed = change ? *flight.change : flight.plan;
  for (std::int64_t leg = 0; std::cmp_less(leg, filed.legs.size()); ++leg) {
    const auto [later, higher] = shift_of(filed, version, leg);
    if (contains(flight.left, leg) || (later == 0 && higher == 0)) continue;
    PlannedLeg& planned = filed.legs[static_cast<std::size_t>(leg)];
    planned.volumes = core::shifted(std::move(planned.volumes), later, higher);
    if (leg == version.leg) {
      version.volumes = planned.volumes;
      continue;
    }
    if (change) insert_sorted(flight.changed, leg);
    std::erase_if(flight.noticed, [&](const Noticed& n) { return n.leg == leg; });
    for (HomeVersion& v : flight.versions) {
      if (v.leg == leg && v.role == version.role && live(v.state)) v.role = VersionRole::kSuperseded;
    }
  }
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const CrewReport& of) {
  if (said.author != self_) return {};
  Flight* flight = own_flight(said, of.flight);
  if (flight == nullptr) return unknown_flight(of.flight);
  bool departure = of.requests.empty();
  for (const EntryHash& request : of.requests) {
    HomeVersion* v = find_version(request);
    if (v == nullptr || v->flight != of.flight || !live(v->state)) continue;
    departure = departure || v->role == VersionRole::kPlan;
    step_crew(*flight, *v, of.step);
  }
  if (of.step == CrewStep::kReadBack && departure && !flight->ended) flight->cleared = true;
  const bool in_hand =
      std::ranges::any_of(flight->versions, [](const HomeVersion& v) { return v.crew != CrewHand::kNothing; });
  if (of.step == CrewStep::kGaveUp && !flight->airborne && !in_hand) flight->cleared = false;
  settle(*flight);
  return {};
}

void FlightDesk::step_crew(Flight& flight, HomeVersion& version, CrewStep step) {
  switch (step) {
    case CrewStep::kCleared:
      if (version.state == HomeState::kConfirmed && version.crew == CrewHand::kNothing)
        version.crew = CrewHand::kCleared;
      break;
    case CrewStep::kReadBack:
      if (version.crew != CrewHand::kCleared) break;
      version.crew = CrewHand::kReadBack;
      // Taking the new version is giving up the old one.
      for (HomeVersion& v : flight.versions) {
        if (version.role == VersionRole::kChange && v.role == VersionRole::kPlan && v.leg == version.leg) {
          v.crew = CrewHand::kNothing;
        }
      }
      break;
    case CrewStep::kRecalled:
      if (version.crew != CrewHand::kNothing) version.crew = CrewHand::kRecalled;
      break;
    case CrewStep::kGaveUp:
      version.crew = CrewHand::kNothing;
      break;
  }
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegEntered& of) {
  HomeVersion* v = said.author == self_ ? find_version(of.request) : nullptr;
  if (v == nullptr) return {};
  note(*v, Report::kEntered, of.to);
  touch(v->flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegEnd& of) {
  HomeVersion* v = said.author == self_ ? find_version(of.request) : nullptr;
  if (v == nullptr) return {};
  note(*v, Report::kEnded, of.to);
  Flight& flight = flights_.at(v->flight);
  if (live(v->state)) {
    finish(*v, HomeState::kEnded);
    if (!v->left) fail_round(flight, *v);
  }
  settle(flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegRelease& of) {
  HomeVersion* v = said.author == self_ ? find_version(of.released) : nullptr;
  if (v == nullptr) return {};
  note(*v, Report::kReleased, of.to);
  if (live(v->state)) finish(*v, HomeState::kEnded);
  settle(flights_.at(v->flight));
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegRevokeAck& of) {
  HomeVersion* v = said.author == self_ ? find_version(of.request) : nullptr;
  if (v == nullptr) return {};
  note(*v, Report::kRevokeAcked, of.to);
  Flight& flight = flights_.at(v->flight);
  if (live(v->state)) {
    finish(*v, HomeState::kRevoked);
    fail_round(flight, *v);
  }
  settle(flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const LegUnable& of) {
  HomeVersion* v = said.author == self_ ? find_version(of.request) : nullptr;
  if (v == nullptr || v->unable) return {};
  v->unable = true;
  raise({.about = v->revoke.value_or(v->request),
         .flight = v->flight,
         .kind = "revoke_while_airborne",
         .raised = false,
         .text = fmt::format("flight {} is airborne and keeps leg {} in zone {}, which {} has revoked: speak to them",
                             v->flight.str(), v->leg, v->zone.str(), of.to.str())});
  touch(v->flight);
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const ClockFault& of) {
  if (said.author == self_) clock_fault_ = of.fault;
  return {};
}

FlightDesk::Maybe FlightDesk::hear(const Said& said, const Alarm& of) {
  if (said.author != self_) return {};
  for (FlightAlarm& alarm : alarms_) {
    if (alarm.about != of.about || alarm.kind != of.kind || alarm.raised) continue;
    alarm.raised = true;
    --alarms_owed_;
  }
  return {};
}

/// A new attempt takes the place of an ended one.
void FlightDesk::retire(const Flight& flight) {
  const UtcMs keep = forget_at(flight);
  for (const HomeVersion& v : flight.versions) {
    by_request_.erase(v.request);
    if (v.hold) by_hold_.erase(*v.hold);
    past_.emplace(v.request, Past{.flight = v.flight, .keep_until = keep, .request = v.request});
    forget_past_.emplace(keep, v.request);
  }
  forget_flights_.erase({keep, flight.plan.flight});
}

/// Own log time only grows (G4), and stands in the record: so forgetting is part of the fold.
void FlightDesk::forget(UtcMs own_time) {
  const std::size_t known = past_.size() + flights_.size();
  while (!forget_past_.empty() && forget_past_.begin()->first <= own_time) {
    past_.erase(forget_past_.begin()->second);
    forget_past_.erase(forget_past_.begin());
  }
  while (!forget_flights_.empty() && forget_flights_.begin()->first <= own_time) {
    const FlightId id = forget_flights_.begin()->second;
    forget_flights_.erase(forget_flights_.begin());
    for (const HomeVersion& v : flights_.at(id).versions) {
      by_request_.erase(v.request);
      if (v.hold) by_hold_.erase(*v.hold);
    }
    set_timer(id, {});
    due_.erase(id);
    flights_.erase(id);
  }
  if (past_.size() + flights_.size() != known) {
    std::erase_if(alarms_, [&](const FlightAlarm& a) { return a.raised && !flights_.contains(a.flight); });
  }
  std::erase_if(early_, [&](const Early& e) { return e.time + kEndedFlightKeptMs <= own_time; });
}

}  // namespace tansiq::coordination
