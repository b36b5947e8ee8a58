// What officers do with flights: clearances, positions, counters, giving up. Every act only checks and returns the
// entry.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/flight_desk.h"
#include "coordination/lists.h"

namespace tansiq::coordination {
namespace {

auto wrong(std::string message) { return fail(ErrorCode::kWrongState, std::move(message)); }

std::string_view step_text(CrewHand hand) {
  switch (hand) {
    case CrewHand::kCleared:
      return "has a clearance to read back";
    case CrewHand::kRecalled:
      return "has been recalled";
    case CrewHand::kReadBack:
      return "holds a clearance";
    case CrewHand::kNothing:
      break;
  }
  return "holds nothing";
}

/// The versions that the crew holds in one of these ways.
std::vector<EntryHash> held_as(const Flight& flight, std::initializer_list<CrewHand> hands, bool changes_only = false) {
  std::vector<EntryHash> out;
  for (const HomeVersion& v : flight.versions) {
    if (changes_only && v.role != VersionRole::kChange) continue;
    if (contains(hands, v.crew)) out.push_back(v.request);
  }
  return out;
}

Status flown_by_itself(const Flight& f, std::int64_t leg) {
  const std::int64_t with = f.plan.flown_with(leg);
  if (with == leg) return {};
  return wrong(fmt::format("leg {} stands beside leg {}: it is entered and left with that", leg, with));
}

}  // namespace

Result<const Flight*> FlightDesk::live_flight(const FlightId& flight) const {
  const Flight* found = find(flight);
  if (found == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no flight {} here", flight.str()));
  if (found->ended) return wrong(fmt::format("flight {} has ended: file it again", flight.str()));
  return found;
}

Status FlightDesk::may_clear(const FlightId& flight) const {
  const Flight& f = *TRY(live_flight(flight));
  if (clock_fault_) {
    return fail(ErrorCode::kUnavailable, "this node's clock is not fit: no clearance until it is (CLOCK-FAULT)");
  }
  if (f.landed) return wrong(fmt::format("flight {} has landed", flight.str()));
  if (f.failed || f.dropped) return wrong(fmt::format("flight {} is being given up", flight.str()));
  const Slots have = slots(f, VersionRole::kPlan);
  for (std::int64_t leg = 0; std::cmp_less(leg, f.plan.legs.size()); ++leg) {
    const PlannedLeg& planned = f.plan.legs[static_cast<std::size_t>(leg)];
    if (f.plan.flown_with(leg) > f.plan.last_for_departure()) continue;
    if (disputed(planned.zone) || contains(f.left, leg)) continue;
    const HomeVersion* v = have[static_cast<std::size_t>(leg)];
    if (v != nullptr && v->state == HomeState::kConfirmed && (!v->revoke || f.airborne)) continue;
    // A leg that has ended behind an aircraft, unflown, holds nobody up.
    if (v != nullptr && f.airborne && v->state == HomeState::kEnded) continue;
    const std::string_view state = v == nullptr                        ? "not asked for"
                                   : v->state == HomeState::kConfirmed ? "revoked by its owner"
                                                                       : to_text(v->state);
    return fail(ErrorCode::kWrongState,
                fmt::format("leg {} in zone {} is {}; every leg up to {} must be confirmed", leg, planned.zone.str(),
                            state, f.plan.gate_leg ? "the gate leg" : "landing"),
                fmt::format("legs[{}]", leg));
  }
  return {};
}

Result<Body> FlightDesk::clear(const FlightId& flight) const {
  TRY_VOID(may_clear(flight));
  const Flight& f = *find(flight);
  CrewReport out{.flight = flight, .requests = {}, .step = CrewStep::kCleared};
  for (const HomeVersion& v : f.versions) {
    if (v.crew == CrewHand::kRecalled) {
      return wrong(
          fmt::format("the crew of flight {} {}: first it has to read that back", flight.str(), step_text(v.crew)));
    }
    const bool fit = v.role == VersionRole::kPlan && v.state == HomeState::kConfirmed && !v.left && !v.revoke;
    if (fit && v.crew == CrewHand::kNothing) out.requests.push_back(v.request);
  }
  if (out.requests.empty() && (f.cleared || !f.versions.empty())) {
    return wrong(fmt::format("the crew of flight {} holds every confirmed leg already", flight.str()));
  }
  return out;
}

Result<Body> FlightDesk::switch_to(const FlightId& flight, bool position_in_new) const {
  const Flight& f = *TRY(live_flight(flight));
  if (!f.change || f.change_failed || f.failed || f.dropped) {
    return wrong(fmt::format("flight {} has no change that the crew could take", flight.str()));
  }
  if (clock_fault_) {
    return fail(ErrorCode::kUnavailable, "this node's clock is not fit: no clearance until it is (CLOCK-FAULT)");
  }
  if (!round_confirmed(f, VersionRole::kChange)) {
    return wrong(fmt::format("not every new version of flight {} is confirmed yet", flight.str()));
  }
  if (f.airborne && !position_in_new) {
    return wrong(
        fmt::format("flight {} is not inside its new version: it keeps the old one until it is", flight.str()));
  }
  CrewReport out{.flight = flight, .requests = {}, .step = CrewStep::kCleared};
  for (const HomeVersion& v : f.versions) {
    if (v.role != VersionRole::kChange || v.state != HomeState::kConfirmed) continue;
    if (v.revoke) {
      return wrong(fmt::format("the new version of leg {} in zone {} is revoked by its owner", v.leg, v.zone.str()));
    }
    if (v.crew == CrewHand::kNothing) out.requests.push_back(v.request);
  }
  if (out.requests.empty()) return wrong(fmt::format("the crew of flight {} has been told already", flight.str()));
  return out;
}

Result<Body> FlightDesk::read_back(const FlightId& flight) const {
  const Flight& f = *TRY(live_flight(flight));
  CrewReport out{.flight = flight, .requests = held_as(f, {CrewHand::kCleared}), .step = CrewStep::kReadBack};
  if (out.requests.empty() && (f.cleared || !f.versions.empty())) {
    return wrong(fmt::format("flight {} has no clearance to read back", flight.str()));
  }
  return out;
}

Result<Body> FlightDesk::recall(const FlightId& flight) const {
  const Flight& f = *TRY(live_flight(flight));
  // Airborne the crew can only be told not to take a new version that it has not read back.
  CrewReport out{.flight = flight,
                 .requests = held_as(f, {CrewHand::kCleared, CrewHand::kReadBack}, f.airborne),
                 .step = CrewStep::kRecalled};
  if (!out.requests.empty()) return out;
  return wrong(f.airborne ? fmt::format("flight {} is airborne: what it flies cannot be recalled", flight.str())
                          : fmt::format("the crew of flight {} holds nothing to recall", flight.str()));
}

Result<Body> FlightDesk::gave_up(const FlightId& flight) const {
  const Flight& f = *TRY(live_flight(flight));
  CrewReport out{.flight = flight, .requests = held_as(f, {CrewHand::kRecalled}), .step = CrewStep::kGaveUp};
  if (out.requests.empty()) return wrong(fmt::format("nothing of flight {} has been recalled", flight.str()));
  return out;
}

Result<Body> FlightDesk::enter(const FlightId& flight, std::int64_t leg) const {
  const Flight& f = *TRY(live_flight(flight));
  if (leg < 0 || std::cmp_greater_equal(leg, f.plan.legs.size())) {
    return fail(ErrorCode::kInvalid, fmt::format("flight {} has legs 0 to {}", flight.str(), f.plan.legs.size() - 1));
  }
  if (f.landed) return wrong(fmt::format("flight {} has landed", flight.str()));
  if (contains(f.entered, leg)) return wrong(fmt::format("flight {} has entered leg {} already", flight.str(), leg));
  TRY_VOID(flown_by_itself(f, leg));
  for (std::int64_t with = leg; std::cmp_less(with, f.plan.legs.size()); ++with) {
    const ZoneId& zone = f.plan.legs[static_cast<std::size_t>(with)].zone;
    if (f.plan.flown_with(with) != leg || disputed(zone)) continue;
    const HomeVersion* v = f.version_of(with);
    if (v == nullptr || v->state != HomeState::kConfirmed || v->crew == CrewHand::kNothing) {
      return wrong(fmt::format("the crew of flight {} has no clearance for leg {} in zone {}: report a contingency",
                               flight.str(), with, zone.str()));
    }
  }
  if (disputed(f.plan.legs[static_cast<std::size_t>(leg)].zone) && !f.airborne && !f.cleared) {
    return wrong(fmt::format("the crew of flight {} has not been cleared for departure", flight.str()));
  }
  return FlightMoved{.flight = flight, .leg = leg, .move = FlightMove::kEntered};
}

Result<Body> FlightDesk::leave(const FlightId& flight, std::int64_t leg) const {
  // Who was inside when the window was let expire leaves all the same, even if that has ended the flight.
  const Flight* known = find(flight);
  const bool inside = known != nullptr && contains(known->entered, leg) && !contains(known->left, leg);
  const Flight& f = inside ? *known : *TRY(live_flight(flight));
  if (!contains(f.entered, leg) || contains(f.left, leg)) {
    return wrong(fmt::format("flight {} is not in leg {}", flight.str(), leg));
  }
  TRY_VOID(flown_by_itself(f, leg));
  return FlightMoved{.flight = flight, .leg = leg, .move = FlightMove::kLeft};
}

Result<Body> FlightDesk::land(const FlightId& flight) const {
  const Flight& f = *TRY(live_flight(flight));
  if (!f.airborne) return wrong(fmt::format("flight {} is not airborne: cancel it", flight.str()));
  return FlightMoved{.flight = flight, .leg = f.entered.back(), .move = FlightMove::kLanded};
}

Result<Body> FlightDesk::cancel(const FlightId& flight, std::string_view why) const {
  const Flight& f = *TRY(live_flight(flight));
  if (f.airborne) {
    return wrong(fmt::format("flight {} is airborne: change it, or end its legs as it leaves them", flight.str()));
  }
  if (f.landed || f.failed || f.dropped) return wrong(fmt::format("flight {} is being given up", flight.str()));
  return FlightDropped{.change = false, .flight = flight, .text = std::string(why)};
}

Result<Body> FlightDesk::cancel_change(const FlightId& flight, std::string_view why) const {
  const Flight& f = *TRY(live_flight(flight));
  if (!f.change || f.change_failed) return wrong(fmt::format("no change of flight {} is under way", flight.str()));
  const std::vector<EntryHash> held =
      held_as(f, {CrewHand::kCleared, CrewHand::kReadBack, CrewHand::kRecalled}, /*changes_only=*/true);
  if (!held.empty()) {
    return wrong(fmt::format("the crew of flight {} may hold the new version: recall it first", flight.str()));
  }
  return FlightDropped{.change = true, .flight = flight, .text = std::string(why)};
}

Result<Body> FlightDesk::accept_counter(const FlightId& flight, std::string_view rule) const {
  const Flight& f = *TRY(live_flight(flight));
  if (f.dropped || f.failed) return wrong(fmt::format("flight {} is being given up", flight.str()));
  CounterAccepted out{.flight = flight, .holds = {}, .rule = std::string(rule)};
  for (const HomeVersion* v : counters(flight)) out.holds.push_back(*v->hold);
  if (out.holds.empty()) return wrong(fmt::format("no counter-proposal waits for flight {}", flight.str()));
  return out;
}

Result<Body> FlightDesk::decline_counter(const FlightId& flight) const {
  const Flight& f = *TRY(live_flight(flight));
  const std::vector<const HomeVersion*> waiting = counters(flight);
  if (waiting.empty()) return wrong(fmt::format("no counter-proposal waits for flight {}", flight.str()));
  FlightCancel out;
  for (const HomeVersion& v : f.versions) {
    if (live(v.state) && v.role == waiting.front()->role) out.requests.push_back(v.request);
  }
  return out;
}

Result<Body> FlightDesk::contingency(const FlightId& flight, std::string_view text) const {
  const Flight& f = *TRY(live_flight(flight));
  if (f.contingency == text) return wrong(fmt::format("the owners on the way of flight {} know this", flight.str()));
  FlightContingency out{.flight = flight, .requests = {}, .text = std::string(text), .to = {}};
  for (const HomeVersion& v : f.versions) {
    if (!live(v.state)) continue;
    if (out.to.empty()) out.to = v.to;
    if (v.to == out.to) out.requests.push_back(v.request);
  }
  if (out.requests.empty()) {
    return wrong(fmt::format("no owner holds anything for flight {}: use the hotline", flight.str()));
  }
  return out;
}

bool FlightDesk::may_enter(const FlightId& flight, std::int64_t leg, UtcMs crew_clock) const {
  const Flight* f = find(flight);
  if (f == nullptr || f->ended || f->landed || leg < 0 || std::cmp_greater_equal(leg, f->plan.legs.size())) {
    return false;
  }
  for (std::int64_t with = leg; std::cmp_less(with, f->plan.legs.size()); ++with) {
    const PlannedLeg& planned = f->plan.legs[static_cast<std::size_t>(with)];
    if (f->plan.flown_with(with) != leg) continue;
    const HomeVersion* v = f->version_of(with);
    if (disputed(planned.zone)) {
      if (!f->cleared) return false;
    } else if (v == nullptr || v->state != HomeState::kConfirmed || v->crew != CrewHand::kReadBack) {
      return false;
    }
    if (with != leg) continue;  // Part of the leg that is flown: its window says when.
    const geo::TimeWindow window = span_of(v != nullptr ? v->volumes : planned.volumes);
    if (crew_clock < window.start + timing_.clock_error_ms) return false;
    if (crew_clock >= window.end - timing_.clock_error_ms) return false;
  }
  return f->plan.flown_with(leg) == leg;
}

}  // namespace tansiq::coordination
