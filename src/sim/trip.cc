#include "sim/trip.h"

#include <algorithm>

#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

Trip::Trip(World& world, Node& home, Plan plan, Rng rng)
    : world_(world), home_(home), plan_(std::move(plan)), rng_(rng) {
  const DurationMs error = world_.charter().timing.clock_error_ms;
  crew_offset_ms_ = rng_.between(-error, error);
  accepts_caveats_ = rng_.chance(800);
}

UtcMs Trip::crew_clock() const { return world_.now() + crew_offset_ms_; }

bool Trip::disputed(std::int64_t leg) const {
  const core::Zone* zone = world_.charter().find_zone(plan_.filed.legs[static_cast<std::size_t>(leg)].zone);
  // Struck out: nobody's word is good for it any more but what is in hand.
  return zone != nullptr && zone->rule == core::Rule::kDisputed;
}

void Trip::begin() {
  filed_at_ = world_.now();
  filed_ = home_.up() && home_.act(FileFlight{plan_.filed});
  if (!filed_) {
    over_ = true;
    return;
  }
  ++world_.counts().filed;
  world_.timeline().in(rng_.between(500, 2'000), [this] { poll(); });
}

void Trip::poll() {
  if (over_) return;
  fly();
  if (home_.settled()) {
    const Flight* flight = home_.coalition().flights().find(plan_.filed.flight);
    // The filing was lost with the home's memory before it was durable.
    if (flight == nullptr) {
      over_ = !inside_;
    } else {
      look_after(*flight);
    }
    if (over_) return;
  } else if (home_.up()) {
    world_.timeline().in(rng_.between(5, 30), [this] { poll(); });
    return;
  }
  world_.timeline().in(rng_.between(1'500, 4'500), [this] { poll(); });
}

void Trip::step(FlightStep what, std::string text) { home_.act(StepFlight{plan_.filed.flight, what, std::move(text)}); }

/// One act a look at most: the next look sees what it led to, durably.
void Trip::look_after(const Flight& flight) {
  if (!reports_.empty()) return report(flight);
  if (flight.ended) {
    over_ = !inside_;
    return;
  }
  if (departed_ && !inside_ && !landed_ && next_leg_ == static_cast<std::int64_t>(plan_.filed.legs.size())) {
    landed_ = true;
    if (flight.airborne) return step(FlightStep::kLand);
  }
  if (plan_.contingency && departed_ && rng_.chance(100)) {
    plan_.contingency = false;
    return step(FlightStep::kContingency, "lost communication");
  }
  crew_talks(flight);
}

void Trip::report(const Flight& flight) {
  const auto [entered, leg] = reports_.front();
  const std::vector<std::int64_t>& known = entered ? flight.entered : flight.left;
  const bool noted = std::ranges::find(known, leg) != known.end();
  const bool taken = noted || home_.act(ReportLeg{entered, plan_.filed.flight, leg});
  if (!taken && world_.options().trace) {
    fmt::print("{} {} does not take that {} {} leg {}: {}\n", format_utc(world_.now()), home_.self().str(),
               plan_.filed.flight.str(), entered ? "enters" : "leaves", leg, home_.refusal());
  }
  if (noted || !taken) reports_.erase(reports_.begin());
}

void Trip::crew_talks(const Flight& flight) {
  for (std::size_t i = plan_.filed.legs.size(); i < flight.plan.legs.size(); ++i) {
    beside_[static_cast<std::int64_t>(i)] = *flight.plan.legs[i].beside;
  }
  bool cleared = false;
  bool recalled = false;
  bool holds_on = false;
  for (const HomeVersion& v : flight.versions) {
    if (v.crew == CrewHand::kNothing || !live(v.state)) continue;
    const bool flies = inside_ && inside_->request == v.request;
    if (v.crew == CrewHand::kRecalled) {
      recalled = true;
      holds_on = holds_on || flies;
      continue;
    }
    if (!flies && inside_ && inside_->leg == v.leg) {
      // Not while it flies the old one.
      holds_on = holds_on || v.crew == CrewHand::kCleared;
      continue;
    }
    if (v.crew == CrewHand::kReadBack && held_[v.leg].request != v.request) continue;  // Given up for a newer one.
    cleared = cleared || v.crew == CrewHand::kCleared;
    held_[v.leg] = {v.request, window_of(v.volumes), v.crew == CrewHand::kReadBack};
  }
  if (cleared && !holds_on) return step(FlightStep::kReadBack);
  if (recalled && !holds_on && !departed_) {
    // It gives up first, then says so.
    for (const HomeVersion& v : flight.versions) {
      if (v.crew == CrewHand::kRecalled && held_.contains(v.leg) && held_[v.leg].request == v.request)
        held_.erase(v.leg);
    }
    return step(FlightStep::kGaveUp);
  }
  if (recalled && departed_ && next_leg_ == static_cast<std::int64_t>(plan_.filed.legs.size()) && !inside_) {
    return step(FlightStep::kGaveUp);
  }
  officer_acts(flight);
}

void Trip::officer_acts(const Flight& flight) {
  const FlightDesk& desk = home_.coalition().flights();
  if (!desk.counters(plan_.filed.flight).empty()) {
    if (!counter_seen_) counter_seen_ = world_.now() + rng_.between(1'000, 25'000);
    if (world_.now() < *counter_seen_) return;
    counter_seen_.reset();
    if (plan_.accepts_counters) ++world_.counts().counters_taken;
    return step(plan_.accepts_counters ? FlightStep::kAcceptCounter : FlightStep::kDeclineCounter);
  }
  if (flight.failed || flight.dropped || flight.landed) return;
  if (flight.change) {
    const bool flies_it = inside_ && std::ranges::find(flight.changed, inside_->leg) != flight.changed.end();
    const bool told = std::ranges::any_of(flight.versions, [](const HomeVersion& v) {
      return v.role == VersionRole::kChange && v.crew != CrewHand::kNothing;
    });
    if (!flies_it && !told && !flight.change_failed) {
      if (rng_.chance(30)) return step(FlightStep::kCancelChange, "not needed");
      step(FlightStep::kSwitch);
      accept_caveats();
    }
    return;
  }
  const bool hands_empty = std::ranges::any_of(flight.versions, [](const HomeVersion& v) {
    return v.role == VersionRole::kPlan && v.state == HomeState::kConfirmed && v.crew == CrewHand::kNothing && !v.left;
  });
  if ((hands_empty || (flight.versions.empty() && !flight.cleared)) && desk.may_clear(plan_.filed.flight)) {
    if (home_.coalition().may_clear(plan_.filed.flight)) return step(FlightStep::kClear);
    if (accepts_caveats_) return accept_caveats();
  }
  if (flight.versions.empty() && !flight.noticed.empty() && !flight.cleared) return step(FlightStep::kReadBack);
  if (plan_.cancels && !departed_ && rng_.chance(60)) {
    plan_.cancels = false;
    return step(FlightStep::kCancel, "not flown");
  }
  if (plan_.modifies && flight.cleared && rng_.chance(150)) modify(flight);
}

/// Whatever is reported by now; without effect when nothing is.
void Trip::accept_caveats() { home_.act(OverrideCaveat{plan_.filed.flight, {}, "agreed by voice"}); }

/// Another level, or later, for the legs that are still ahead.
void Trip::modify(const Flight& flight) {
  plan_.modifies = false;
  FlightFiled filed = flight.plan;
  filed.legs.resize(plan_.filed.legs.size());  // Those beside a boundary are found anew.
  const bool later = rng_.chance(500);
  const DurationMs shift = rng_.between(10, 60) * 1'000;
  const std::int64_t level = (rng_.chance(500) ? 1 : -1) * 20 * 3'048;
  const bool shrinks = rng_.chance(200);
  for (std::int64_t leg = std::max<std::int64_t>(next_leg_, inside_ ? inside_->leg + 1 : 0);
       leg < static_cast<std::int64_t>(filed.legs.size()); ++leg) {
    for (geo::Volume4d& volume : filed.legs[static_cast<std::size_t>(leg)].volumes) {
      if (shrinks) {
        volume.window.end = volume.window.end - 15'000;
      } else if (later) {
        volume.window = {volume.window.start + shift, volume.window.end + shift};
      } else {
        volume.band.lower_cm += level;
        volume.band.upper_cm += level;
      }
    }
  }
  if (home_.act(FileFlight{std::move(filed)})) ++world_.counts().modified;
}

// In the air ----------------------------------------------------------------------------------------------------------

void Trip::fly() {
  if (inside_) {
    if (world_.now() >= leave_at_) leave();
    return;
  }
  if (landed_ || next_leg_ >= static_cast<std::int64_t>(plan_.filed.legs.size())) return;
  const DurationMs error = world_.charter().timing.clock_error_ms;
  if (disputed(next_leg_)) {
    const geo::TimeWindow window = window_of(plan_.filed.legs[static_cast<std::size_t>(next_leg_)].volumes);
    if (!departed_ || crew_clock() < window.start + error) return;
    return enter(next_leg_, nullptr);
  }
  const auto held = held_.find(next_leg_);
  if (held == held_.end()) {
    const geo::TimeWindow planned = window_of(plan_.filed.legs[static_cast<std::size_t>(next_leg_)].volumes);
    if (departed_ && world_.now() > planned.end) ++next_leg_;
    return;
  }
  const Clearance& clearance = held->second;
  if (!clearance.ready || crew_clock() < clearance.window.start + error) return;
  // Nobody enters without the time to get out again.
  constexpr DurationMs kThroughMs = 12'000;
  if (crew_clock() >= clearance.window.end - error - kThroughMs) {
    // Too late for this leg. On the ground the flight is off; in the air the crew finds another way.
    if (departed_) ++next_leg_;
    return;
  }
  // Departure: with the clearances for every leg up to landing, or to the alternate, in its own hand.
  if (!departed_ ? !all_in_hand() : !beside_in_hand(next_leg_, next_leg_)) return;
  enter(next_leg_, &clearance);
}

bool Trip::all_in_hand() const {
  const auto legs = static_cast<std::int64_t>(plan_.filed.legs.size());
  for (std::int64_t leg = 0; leg <= plan_.filed.gate_leg.value_or(legs - 1); ++leg) {
    const auto held = held_.find(leg);
    if (!disputed(leg) && (held == held_.end() || !held->second.ready)) return false;
  }
  return beside_in_hand(0, plan_.filed.gate_leg.value_or(legs - 1));
}

/// The clearances at the neighbours, beside legs `first` to `last`.
bool Trip::beside_in_hand(std::int64_t first, std::int64_t last) const {
  return std::ranges::all_of(beside_, [&](const auto& near) {
    const auto& [leg, with] = near;
    const auto held = held_.find(leg);
    return with < first || with > last || (held != held_.end() && held->second.ready);
  });
}

void Trip::enter(std::int64_t leg, const Clearance* clearance) {
  departed_ = true;
  next_leg_ = leg + 1;
  const geo::TimeWindow window =
      clearance != nullptr ? clearance->window : window_of(plan_.filed.legs[static_cast<std::size_t>(leg)].volumes);
  const DurationMs error = world_.charter().timing.clock_error_ms;
  // Out before the end of the window by its own clock; a look every few seconds leaves a margin.
  const UtcMs last = window.end - error - crew_offset_ms_ - 5'000;
  const DurationMs stay = std::max<DurationMs>(last - world_.now(), 0);
  leave_at_ = world_.now() + stay * rng_.between(20, 100) / 100;
  inside_ = Aircraft{.home = home_.self(),
                     .flight = plan_.filed.flight,
                     .leg = leg,
                     .zone = plan_.filed.legs[static_cast<std::size_t>(leg)].zone,
                     .request = clearance != nullptr ? clearance->request : EntryHash{},
                     .overstays = plan_.overstays && rng_.chance(500)};
  if (inside_->overstays) leave_at_ = window.end + rng_.between(10'000, 60'000);
  reports_.emplace_back(true, leg);
  if (clearance != nullptr) world_.on_entered(*inside_);
}

void Trip::leave() {
  reports_.emplace_back(false, inside_->leg);
  if (inside_->request != EntryHash{}) world_.on_left(*inside_);
  held_.erase(inside_->leg);
  for (const auto& [leg, with] : beside_) {
    if (with == inside_->leg) held_.erase(leg);
  }
  inside_.reset();
}

}  // namespace tansiq::sim
