// What home must say next: reports, answers, cancellations, requests and commits, each found from state and time alone.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/boundary_legs.h"
#include "coordination/flight_desk.h"
#include "coordination/lists.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

bool in_hand(const HomeVersion& v) { return v.crew != CrewHand::kNothing; }

/// Tells the crew to give these up, or nothing when it has been told.
std::optional<Body> recall_of(const Flight& flight, auto&& which) {
  CrewReport out{.flight = flight.plan.flight, .requests = {}, .step = CrewStep::kRecalled};
  for (const HomeVersion& v : flight.versions) {
    if (which(v) && in_hand(v) && v.crew != CrewHand::kRecalled) out.requests.push_back(v.request);
  }
  if (out.requests.empty()) return {};
  return out;
}

}  // namespace

std::optional<Body> FlightDesk::next(UtcMs now) {
  if (alarms_owed_ > 0) {
    const auto owed = std::ranges::find(alarms_, false, &FlightAlarm::raised);
    return Alarm{.about = owed->about, .kind = owed->kind, .text = owed->text};
  }
  if (relations_seen_ != relations_.revision() || control_seen_ != control_.revision()) {
    relations_seen_ = relations_.revision();
    control_seen_ = control_.revision();
    for (const auto& [id, flight] : flights_) touch(id);
  }
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const FlightId id = timers_.begin()->second;
    touch(id);
    set_timer(id, {});
  }
  while (!due_.empty()) {
    const Flight& flight = flights_.at(*due_.begin());
    // The flight stays due until it has nothing more to say.
    if (auto body = duty(flight, now)) return body;
    set_timer(flight.plan.flight, timer(flight, now));
    due_.erase(due_.begin());
  }
  return {};
}

std::optional<UtcMs> FlightDesk::next_timer() const {
  if (alarms_owed_ > 0 || !due_.empty()) return kUtcMin;
  if (timers_.empty()) return {};
  return timers_.begin()->first;
}

void FlightDesk::set_timer(const FlightId& flight, std::optional<UtcMs> at) {
  const auto set = timer_of_.find(flight);
  if (set != timer_of_.end()) {
    timers_.erase({set->second, flight});
    timer_of_.erase(set);
  }
  if (!at) return;
  timer_of_.emplace(flight, *at);
  timers_.emplace(*at, flight);
}

std::optional<Body> FlightDesk::duty(const Flight& flight, UtcMs now) const {
  if (auto body = report(flight, now)) return body;
  if (flight.ended) return {};
  if (auto body = answer_revokes(flight)) return body;
  if (auto body = give_up(flight, now)) return body;
  if (auto body = end_passed(flight, now)) return body;
  if (flight.failed || flight.dropped || flight.landed) return {};
  if (auto body = notify(flight)) return body;
  if (flight.change && !flight.change_failed) return ask(flight, VersionRole::kChange);
  if (!flight.change && !flight.airborne) return ask(flight, VersionRole::kPlan);
  return {};
}

// Reports
// -------------------------------------------------------------------------------------------------------------

std::optional<Body> FlightDesk::report(const Flight& flight, UtcMs now) const {
  for (const HomeVersion& v : flight.versions) {
    std::optional<Body> body;
    if (v.entered && v.state == HomeState::kConfirmed && !v.left) body = report_one(v, Report::kEntered, now);
    if (!body && v.left && v.state == HomeState::kConfirmed) body = report_one(v, Report::kEnded, now);
    // Whoever decided there may have lent the zone to who let it expire, and waits for a word from home (leg_desk.cc).
    const bool ended = std::ranges::any_of(v.told, [](const Told& t) { return t.report == Report::kEnded; });
    if (!body && v.left && v.expired_inside() && !ended) body = report_one(v, Report::kEnded, now);
    if (!body && v.role == VersionRole::kOutgoing && v.state == HomeState::kConfirmed && !in_hand(v)) {
      body = report_one(v, Report::kReleased, now);
    }
    // Who has come to decide in the zone since must know of it too.
    for (const Report again : {Report::kEnded, Report::kReleased, Report::kRevokeAcked}) {
      const bool said = std::ranges::any_of(v.told, [&](const Told& t) { return t.report == again; });
      if (!body && said && !v.closed) body = report_one(v, again, now);
    }
    if (body) return body;
  }
  if (!flight.contingency || flight.ended) return {};
  for (const HomeVersion& v : flight.versions) {
    if (!live(v.state)) continue;
    if (contains(flight.contingency_told, v.to)) continue;
    FlightContingency out{.flight = flight.plan.flight, .requests = {}, .text = *flight.contingency, .to = v.to};
    for (const HomeVersion& other : flight.versions) {
      if (live(other.state) && other.to == v.to) out.requests.push_back(other.request);
    }
    return out;
  }
  return {};
}

/// To whom granted the version, and, while the window lasts, to who decides there now.
std::optional<Body> FlightDesk::report_one(const HomeVersion& v, Report kind, UtcMs now) const {
  std::optional<AuthorityId> to;
  const auto told = [&](const AuthorityId& whom) { return contains(v.told, Told{.report = kind, .to = whom}); };
  if (!told(v.to)) {
    to = v.to;
  } else if (now < last_entry(v.volumes)) {
    const auto sequencer = control_.sequencer(v.zone);
    if (sequencer && !told(*sequencer)) to = sequencer;
  }
  if (!to) return {};
  switch (kind) {
    case Report::kEntered:
      return LegEntered{.request = v.request, .to = *to};
    case Report::kEnded:
      return LegEnd{.request = v.request, .to = *to};
    case Report::kReleased:
      return LegRelease{.released = v.request, .taken = v.taken.value_or(EntryHash{}), .to = *to};
    case Report::kRevokeAcked:
      return LegRevokeAck{.request = v.request, .to = *to};
  }
  return {};
}

// What ends
// -----------------------------------------------------------------------------------------------------------

/// REVOKE read: on the ground the crew first (R3), then the answer; airborne UNABLE (R4). A version that the crew does
/// not need yet, the new one of a MODIFY, may go at any time.
std::optional<Body> FlightDesk::answer_revokes(const Flight& flight) const {
  for (const HomeVersion& v : flight.versions) {
    if (!v.revoke || !live(v.state) || v.unable) continue;
    if (flight.airborne && (v.role == VersionRole::kPlan || in_hand(v))) {
      return LegUnable{.request = v.request,
                       .text = fmt::format("flight {} is airborne", flight.plan.flight.str()),
                       .to = v.revoked_by.value_or(v.to)};
    }
    // The other legs go with it, so the crew gives all of them up at once.
    const bool whole = v.role == VersionRole::kPlan;
    const auto concerned = [&](const HomeVersion& other) { return whole || other.role == VersionRole::kChange; };
    if (planted(Plant::kAckBeforeCrew)) return LegRevokeAck{.request = v.request, .to = v.to};
    if (auto body = recall_of(flight, concerned)) return body;
    const bool waits =
        std::ranges::any_of(flight.versions, [&](const HomeVersion& o) { return concerned(o) && in_hand(o); });
    if (!waits) return LegRevokeAck{.request = v.request, .to = v.to};
  }
  return {};
}

/// What must be cancelled: what a counter has moved, a round that failed, was given up, is frozen or too late.
std::optional<Body> FlightDesk::give_up(const Flight& flight, UtcMs now) const {
  FlightCancel moved;
  for (const HomeVersion& v : flight.versions) {
    if (v.role == VersionRole::kSuperseded && live(v.state)) moved.requests.push_back(v.request);
  }
  if (!moved.requests.empty()) return moved;
  if (flight.change) {
    std::optional<std::string_view> why;
    if (flight.change_failed) why = "a new version has ended";
    if (!why) why = hopeless(flight, VersionRole::kChange, now);
    if (why) {
      if (auto body = drop_round(flight, true, *why)) return body;
    }
  }
  if (flight.airborne) return {};
  std::optional<std::string_view> why;
  if (flight.failed || flight.dropped || flight.landed) why = "the flight is given up";
  if (!why) why = hopeless(flight, VersionRole::kPlan, now);
  return why ? drop_round(flight, false, *why) : std::nullopt;
}

/// All or nothing (R2), the crew first (R3): one CANCEL of whatever is live in the round; a change alone, or the flight
/// with all that it has. After landing what is confirmed is not cancelled but ended.
std::optional<Body> FlightDesk::drop_round(const Flight& flight, bool change, std::string_view why) const {
  const auto concerned = [&](const HomeVersion& v) {
    if (!live(v.state) || (change && v.role != VersionRole::kChange)) return false;
    return !flight.landed || v.state != HomeState::kConfirmed || v.role == VersionRole::kChange;
  };
  if (auto body = recall_of(flight, concerned)) return body;
  FlightCancel out;
  for (const HomeVersion& v : flight.versions) {
    if (!concerned(v)) continue;
    if (in_hand(v)) return {};
    out.requests.push_back(v.request);
  }
  if (!out.requests.empty()) return out;
  const bool known = change ? flight.change_failed : flight.failed || flight.dropped || flight.landed;
  if (known) return {};
  return FlightDropped{.change = change, .flight = flight.plan.flight, .text = std::string(why)};
}

/// Why a round that is not confirmed cannot become so any more.
std::optional<std::string_view> FlightDesk::hopeless(const Flight& flight, VersionRole role, UtcMs now) const {
  const FlightFiled& filed = wanted(flight, role);
  const std::vector<std::int64_t> legs = round_legs(flight, role);
  if (legs.empty()) {
    // Disputed space alone: nothing to wait for but the end of it.
    UtcMs last = kUtcMin;
    for (const PlannedLeg& leg : filed.legs) last = std::max(last, last_entry(leg.volumes));
    if (role == VersionRole::kPlan && now >= last) return "its last window has passed";
    return {};
  }
  if (round_confirmed(flight, role)) return {};
  const Slots have = slots(flight, role);
  for (const std::int64_t leg : legs) {
    const PlannedLeg& planned = filed.legs[static_cast<std::size_t>(leg)];
    const HomeVersion* v = have[static_cast<std::size_t>(leg)];
    if (v == nullptr || v->state == HomeState::kRequested) {
      if (now >= span_of(planned.volumes).start) return "a leg was not granted before its window began";
    } else if (v->state == HomeState::kHeld) {
      if (now > hold_deadline(*v)) return "a hold is about to end";
    } else if (live(v->state) && now >= last_entry(v->volumes)) {
      return "a window has passed";
    }
    const auto owner = v != nullptr ? std::optional(v->to) : control_.sequencer(planned.zone);
    const bool granted = v != nullptr && v->state == HomeState::kConfirmed;
    const bool shrinks = role == VersionRole::kChange &&
                         only_shrinks(flight.plan.legs[static_cast<std::size_t>(leg)].volumes, planned.volumes);
    if (!granted && !zones_.contains(planned.zone)) return "a zone is not in the charter any more";
    if (owner && !granted && !shrinks && !may_send(filed, *owner)) return "a relation is frozen";
  }
  return {};
}

/// Confirmed windows that nobody will use: END, once the crew has read back.
std::optional<Body> FlightDesk::end_passed(const Flight& flight, UtcMs now) const {
  const auto unused = [&](const HomeVersion& v) {
    if (v.state != HomeState::kConfirmed || v.left) return false;
    return flight.landed || (!v.entered && now >= last_entry(v.volumes));
  };
  if (auto body = recall_of(flight, unused)) return body;
  for (const HomeVersion& v : flight.versions) {
    if (unused(v) && !in_hand(v)) return LegEnd{.request = v.request, .to = v.to};
  }
  // A flight that ends in disputed space has no END to end with.
  if (flight.airborne || flight.landed || flight.dropped || flight.failed) return {};
  const bool any_live = std::ranges::any_of(flight.versions, [](const HomeVersion& v) { return live(v.state); });
  UtcMs last = kUtcMin;
  for (const PlannedLeg& leg : flight.plan.legs) last = std::max(last, last_entry(leg.volumes));
  if (any_live || flight.versions.empty() || now < last) return {};
  return FlightDropped{.change = false, .flight = flight.plan.flight, .text = "its last window has passed"};
}

// What is asked for
// ---------------------------------------------------------------------------------------------------

std::optional<Body> FlightDesk::notify(const Flight& flight) const {
  const bool changing = flight.change && !flight.change_failed;
  for (std::size_t i = 0; i < flight.plan.legs.size(); ++i) {
    const auto leg = static_cast<std::int64_t>(i);
    if (!disputed(flight.plan.legs[i].zone) || contains(flight.left, leg)) continue;
    const FlightFiled& filed = changing ? *flight.change : flight.plan;
    const auto noticed = std::ranges::find(flight.noticed, leg, &Noticed::leg);
    for (const AuthorityId& to : zone_owners_) {
      if (noticed != flight.noticed.end() && contains(noticed->to, to)) continue;
      return LegNotice{.call_sign = filed.call_sign,
                       .craft = craft_told(filed, to),
                       .domain = filed.domain,
                       .flight = filed.flight,
                       .leg = leg,
                       .to = to,
                       .volumes = filed.legs[i].volumes,
                       .zone = filed.legs[i].zone};
    }
  }
  return {};
}

/// R6: one request at a time, in ascending zone id; then one COMMIT for all.
std::optional<Body> FlightDesk::ask(const Flight& flight, VersionRole role) const {
  std::vector<std::int64_t> legs = round_legs(flight, role);
  const auto zone = [&](std::int64_t leg) -> const ZoneId& {
    return flight.plan.legs[static_cast<std::size_t>(leg)].zone;
  };
  std::ranges::sort(legs,
                    [&](std::int64_t a, std::int64_t b) { return zone(a) != zone(b) ? zone(a) < zone(b) : a < b; });
  const Slots have = slots(flight, role);
  FlightCommit commit;
  std::int64_t remaining = 0;
  for (const std::int64_t leg : legs) {
    const HomeVersion* v = have[static_cast<std::size_t>(leg)];
    if (v == nullptr || v->state == HomeState::kRequested) ++remaining;
  }
  std::optional<std::int64_t> unasked;
  for (const std::int64_t leg : legs) {
    const HomeVersion* v = have[static_cast<std::size_t>(leg)];
    if (v == nullptr) {
      unasked = leg;
      break;
    }
    if (v->state != HomeState::kHeld || v->waits_for_officer()) return {};
    commit.holds.push_back(v->hold.value_or(EntryHash{}));
  }
  if (!unasked && commit.holds.empty()) return {};
  // A version of the charter may have come into force since it was filed, and since the owners held it.
  if (boundaries_ != nullptr && !check_boundary(*boundaries_, wanted(flight, role))) {
    return drop_round(flight, role == VersionRole::kChange, "the zones are others than when it was filed");
  }
  if (unasked) return request(flight, role, *unasked, remaining);
  return commit;
}

std::optional<Body> FlightDesk::request(const Flight& flight, VersionRole role, std::int64_t leg,
                                        std::int64_t remaining) const {
  const FlightFiled& filed = wanted(flight, role);
  const PlannedLeg& planned = filed.legs[static_cast<std::size_t>(leg)];
  const auto owner = control_.sequencer(planned.zone);
  if (!owner || !may_send(filed, *owner)) {
    // Nobody to ask now; or a MODIFY that only shrinks, which a freeze lets pass.
    const bool shrinks = role == VersionRole::kChange &&
                         only_shrinks(flight.plan.legs[static_cast<std::size_t>(leg)].volumes, planned.volumes);
    if (!owner || !shrinks) return {};
  }
  LegRequest out;
  out.call_sign = filed.call_sign;
  out.craft = craft_told(filed, *owner);
  out.domain = filed.domain;
  out.epoch = control_.epoch(planned.zone);
  out.expires = span_of(planned.volumes).start;
  out.flight = filed.flight;
  out.leg = leg;
  out.legs = static_cast<std::int64_t>(filed.legs.size());
  out.principal = filed.principal;
  out.remaining = remaining;
  if (role == VersionRole::kChange) {
    const HomeVersion* before = flight.version_of(leg);
    if (before != nullptr && live(before->state)) out.replaces = before->request;
  }
  out.to = *owner;
  out.volumes = planned.volumes;
  out.zone = planned.zone;
  return out;
}

/// The next moment at which time alone gives this flight something to say.
std::optional<UtcMs> FlightDesk::timer(const Flight& flight, UtcMs now) const {
  std::optional<UtcMs> out;
  const auto at = [&](UtcMs t) {
    if (t > now && (!out || t < *out)) out = t;
  };
  if (flight.ended) return out;
  const auto legs = [&](const FlightFiled& filed) {
    for (const PlannedLeg& leg : filed.legs) {
      at(span_of(leg.volumes).start);
      at(last_entry(leg.volumes));
    }
  };
  legs(flight.plan);
  if (flight.change) legs(*flight.change);
  for (const HomeVersion& v : flight.versions) {
    if (!live(v.state)) continue;
    if (v.state == HomeState::kHeld) at(hold_deadline(v) + 1);
    at(last_entry(v.volumes));
  }
  return out;
}

}  // namespace tansiq::coordination
