#include "picture/conformance.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "picture/closest.h"
#include "picture/deviation.h"
#include "picture/volume_entry.h"

namespace tansiq::picture {

using core::IntentState;
using surveillance::Domain;
using surveillance::Emergency;

namespace {

constexpr double kSigmasGranted = 2;
/// A level may be wrong by so much, where the tolerance is not wider, before it says nothing of being within.
constexpr double kVagueLevelM = 60;
/// How often on a craft's way it is looked at whether its leave still holds.
constexpr DurationMs kLeaveStepMs = 1'000;

/// Legs nearest in time of those that are wanted, at most `kLegsLookedAtMax`, in order of the plan.
template <class Wanted>
std::vector<std::size_t> legs_near(const PreparedPlan& plan, UtcMs t, const Wanted& wanted) {
  std::vector<std::pair<DurationMs, std::size_t>> near;
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    if (!wanted(plan.plan.legs[i])) continue;
    near.emplace_back(std::abs(beyond_window_ms(plan.legs[i].window, t)), i);
  }
  std::sort(near.begin(), near.end());
  if (near.size() > kLegsLookedAtMax) near.resize(kLegsLookedAtMax);
  std::vector<std::size_t> legs;
  for (const auto& [off, i] : near) legs.push_back(i);
  std::sort(legs.begin(), legs.end());
  return legs;
}

std::string leg_name(const Plan& plan, std::size_t leg) {
  const std::string& zone = plan.legs[leg].zone;
  return zone.empty() ? fmt::format("leg {}", leg + 1) : fmt::format("leg {} ({})", leg + 1, zone);
}

geo::TimeWindow with_tolerance(const geo::TimeWindow& window, DurationMs tolerance_ms) {
  return {window.start - tolerance_ms, window.end + tolerance_ms};
}

/// Where, on the way of one craft, the confirmed legs of its plan are leave. Each second of the way is looked at once
/// at most.
class Leave {
 public:
  Leave(const PreparedPlan& plan, const Mover& mover, UtcMs now, DurationMs lookahead_ms, DurationMs tolerance_ms)
      : mover_(mover), now_(now), known_(static_cast<std::size_t>(lookahead_ms / kLeaveStepMs) + 1) {
    for (const std::size_t i : legs_near(plan, now, [](const Leg& leg) { return leg.confirmed; })) {
      geo::PreparedVolume leg = plan.legs[i];
      leg.window = with_tolerance(leg.window, tolerance_ms);
      if (leg.window.start <= now + lookahead_ms && now < leg.window.end) legs_.push_back(std::move(leg));
    }
  }

  /// Of a craft that is `inside` at `ahead`, or is foreseen to enter then. An entry is said early, so leave that begins
  /// with it counts.
  [[nodiscard]] bool at_entry(DurationMs ahead, bool inside) const {
    if (inside) return at(ahead);
    return std::any_of(legs_.begin(), legs_.end(), [&](const geo::PreparedVolume& leg) {
      return predict_entry(leg, mover_, now_ + ahead, 2 * kEntryErrorS).has_value();
    });
  }
  /// The first whole second after `ahead` without leave; absent when there is none within the look-ahead.
  [[nodiscard]] std::optional<DurationMs> ends_after(DurationMs ahead) {
    for (auto i = static_cast<std::size_t>(ahead / kLeaveStepMs) + 1; i < known_.size(); ++i) {
      const DurationMs then = static_cast<DurationMs>(i) * kLeaveStepMs;
      if (!known_[i]) known_[i] = at(then);
      if (!*known_[i]) return then;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool at(DurationMs ahead) const {
    return std::any_of(legs_.begin(), legs_.end(),
                       [&](const geo::PreparedVolume& leg) { return within_volume(leg, mover_, now_ + ahead, 0); });
  }

  const Mover& mover_;
  UtcMs now_;
  std::vector<geo::PreparedVolume> legs_;
  std::vector<std::optional<bool>> known_;  // By second.
};

}  // namespace

const Kept* Conformance::of_intent(std::string_view intent) const {
  const auto at = kept_.find(intent);
  return at == kept_.end() ? nullptr : &at->second;
}

const Kept* Conformance::of(const Correlation& correlation) const {
  const Kept* first = of_intent(correlation.intent);
  if (first != nullptr && first->track == correlation.track) return first;
  const auto at = others_.find(correlation.track);
  return at == others_.end() ? nullptr : &at->second;
}

void Conformance::place_in_legs(const PreparedPlan& plan, const Motion& motion, const ConformanceLimits& limits,
                                Kept& kept) {
  const auto spot = spot_of(motion);
  if (!spot) return;
  double best = 0;
  bool first = true;
  for (const std::size_t i : legs_near(plan, motion.time, [](const Leg&) { return true; })) {
    const geo::PreparedVolume& leg = plan.legs[i];
    const double aside = aside_m(leg.shape, spot->shape);
    const auto beyond_band = beyond_band_m(leg.band, motion);
    const double level = beyond_band.value_or(0);
    const DurationMs time = beyond_window_ms(leg.window, motion.time);
    const double cost = aside / std::max(limits.aside_m, 1.0) + std::abs(level) / std::max(limits.level_m, 1.0) +
                        std::abs(static_cast<double>(time)) / std::max(static_cast<double>(limits.time_ms), 1.0);
    if (!first && cost >= best) continue;
    first = false;
    best = cost;
    kept.leg = i;
    kept.aside_m = aside;
    kept.level_m = level;
    // What is granted over ground is judged of nobody, which is no want of a height.
    kept.level_known = beyond_band || leg.band.reference == geo::VerticalReference::kAgl;
    kept.time_ms = time;
    kept.inside = cost == 0;
  }
}

void Conformance::step(Deviation& deviation, bool beyond, bool within, DurationMs persist_ms, DurationMs clear_ms,
                       UtcMs now) const {
  if (!deviation.on) {
    if (!beyond) {
      deviation.beyond_since.reset();
      return;
    }
    if (!deviation.beyond_since) deviation.beyond_since = now;
    if (now - *deviation.beyond_since < persist_ms) return;
    deviation.on = true;
    deviation.since = now;
    deviation.within_since.reset();
    return;
  }
  if (!within) {
    deviation.within_since.reset();
    return;
  }
  if (!deviation.within_since) deviation.within_since = now;
  if (now - *deviation.within_since < clear_ms) return;
  deviation = {};
}

std::optional<IntentState> Conformance::proposal(const Track& track, const Plan& plan, const Kept& kept,
                                                 const ConformanceLimits& limits, UtcMs now) {
  if (plan.state == IntentState::kContingent || plan.state == IntentState::kEnded) return std::nullopt;
  if (track.emergency == Emergency::kLostLink || track.emergency == Emergency::kDowned) return IntentState::kContingent;
  const bool off = kept.off_since.has_value();
  const bool lasted = off && now - *kept.off_since >= limits.contingent_ms;
  if (plan.state == IntentState::kNonconforming) {
    if (lasted) return IntentState::kContingent;
    if (!off && kept.inside) return IntentState::kActivated;
    return std::nullopt;
  }
  // An intent goes through nonconforming, which it can leave again; nobody can declare that of a flight leg by leg.
  if (lasted && plan.leg_by_leg()) return IntentState::kContingent;
  if (off) return IntentState::kNonconforming;
  if (plan.state == IntentState::kAccepted && kept.inside) return IntentState::kActivated;
  return std::nullopt;
}

void Conformance::go_by(const std::optional<core::ConformanceTerms>& terms) {
  options_ = own_;
  if (!terms) return;
  const auto limits = [](const core::ConformanceTolerance& of) {
    return ConformanceLimits{.aside_m = static_cast<double>(of.lateral_m),
                             .level_m = static_cast<double>(of.vertical_cm) / 100,
                             .time_ms = of.time_ms,
                             .persist_ms = of.persist_ms,
                             .clear_ms = of.clear_ms,
                             .contingent_ms = of.contingent_ms,
                             .clear_share = static_cast<double>(of.clear_percent) / 100};
  };
  options_.air = limits(terms->aircraft);
  options_.uas = limits(terms->uas);
  options_.sea = limits(terms->ship);
}

const ConformanceLimits& Conformance::limits_of(const Plan& plan, bool unmanned) const {
  return plan.domain == Domain::kSea ? options_.sea : unmanned ? options_.uas : options_.air;
}

bool Conformance::may_be_in(const PreparedPlan& prepared, bool unmanned, std::string_view zone, UtcMs now) const {
  const DurationMs tolerance_ms = limits_of(prepared.plan, unmanned).time_ms;
  for (std::size_t i = 0; i < prepared.legs.size(); ++i) {
    const Leg& leg = prepared.plan.legs[i];
    if (!leg.confirmed || leg.zone != zone) continue;
    if (beyond_window_ms(with_tolerance(prepared.legs[i].window, tolerance_ms), now) == 0) return true;
  }
  return false;
}

/// Nobody knows what the craft did meanwhile: it neither was beyond nor within.
void Conformance::end_silence(Kept& kept, UtcMs now) {
  for (Deviation& deviation : kept.deviations) {
    if (!deviation.on) deviation.beyond_since.reset();
    deviation.within_since.reset();
  }
  if (kept.off_since) kept.off_since = *kept.off_since + (now - kept.judged_at);
  kept.silent = false;
}

/// Of a craft that is not heard: what was measured by other legs, or proposed to another state, is of no use any more.
void Conformance::wait(const PreparedPlan& prepared, Kept& kept) {
  kept.silent = true;
  if (kept.edition != prepared.edition) {
    kept.measured = false;
    kept.leg = 0;
    kept.inside = false;
    kept.aside_m = kept.level_m = 0;
    kept.time_ms = kept.overrun_ms = 0;
    kept.proposed.reset();
  }
  if (kept.state != prepared.plan.state) kept.proposed.reset();
}

void Conformance::judge(const Track& track, const PreparedPlan& prepared, UtcMs now, Kept& kept) {
  const Plan& plan = prepared.plan;
  const ConformanceLimits& limits = limits_of(plan, track.unmanned());
  const Motion motion = track.motion(now);
  const DurationMs since_judged = kept.silent ? 0 : now - kept.judged_at;
  if (kept.silent) end_silence(kept, now);
  place_in_legs(prepared, motion, limits, kept);
  kept.measured = true;
  kept.judged_at = now;
  kept.edition = prepared.edition;
  kept.state = plan.state;
  kept.bound = kept.bound || kept.inside || plan.state != IntentState::kAccepted;
  const auto deviation = [&](DeviationKind kind) -> Deviation& {
    return kept.deviations.at(static_cast<std::size_t>(kind));
  };
  const bool over = now >= prepared.last;
  const bool down = track.on_ground;
  // By how much each is beyond what is granted; the second number is what still counts as within.
  const auto judged = [&](DeviationKind kind, double beyond, double tolerance, bool counts) {
    const bool is_beyond = kept.bound && counts && beyond > tolerance;
    const bool is_within = !kept.bound || !counts || beyond <= tolerance * limits.clear_share;
    step(deviation(kind), is_beyond, is_within, limits.persist_ms, limits.clear_ms, now);
  };
  judged(DeviationKind::kAside, std::max(kept.aside_m - kSigmasGranted * motion.position_sigma_m, 0.0), limits.aside_m,
         !over);
  // A level that nobody says, or that may be wrong by more than it counts, is neither beyond nor within.
  const bool level_counts = !over && !down && plan.domain != Domain::kSea;
  const double level_doubt_m = kSigmasGranted * motion.height_sigma_m;
  const double level_beyond_m = std::max(std::abs(kept.level_m) - level_doubt_m, 0.0);
  const bool level_said = kept.level_known && level_doubt_m <= std::max(limits.level_m, kVagueLevelM);
  const bool level_open = level_counts && !level_said && level_beyond_m <= limits.level_m;
  if (level_open) {
    step(deviation(DeviationKind::kLevel), false, false, limits.persist_ms, limits.clear_ms, now);
  } else {
    judged(DeviationKind::kLevel, level_beyond_m, limits.level_m, level_counts);
  }
  // Time is of those who are in a leg: beside all of them it is not the time that is wrong.
  judged(DeviationKind::kTime, std::abs(static_cast<double>(kept.time_ms)), static_cast<double>(limits.time_ms),
         !over && !down && kept.aside_m <= limits.aside_m);
  // A ship that has left its legs has done with them; what flies is somewhere.
  const bool there = plan.domain == Domain::kSea ? kept.aside_m == 0 : !down;
  kept.overrun_ms = over ? now - prepared.last : 0;
  step(deviation(DeviationKind::kOverrun), kept.bound && over && there, !over || !there, 0, 0, now);
  const bool off = std::any_of(kept.deviations.begin(), kept.deviations.end(), [](const Deviation& d) { return d.on; });
  if (!off) {
    kept.off_since.reset();
  } else if (!kept.off_since) {
    kept.off_since = now;
  } else if (level_open && !kept.on(DeviationKind::kAside) && !kept.on(DeviationKind::kTime) &&
             !kept.on(DeviationKind::kOverrun)) {
    // As silence: what nobody knows makes no deviation longer.
    kept.off_since = *kept.off_since + since_judged;
  }
  kept.proposed = proposal(track, plan, kept, limits, now);
}

void Conformance::find_off_plan(const Track& track, const Plan& plan, const Kept& kept) {
  const auto add = [&](AlertKind kind, std::string detail) {
    Held& held = findings_.emplace_back();
    held.situation = {kind, track.id, {}, plan.intent};
    held.finding.priority = Priority::kWarning;
    held.finding.now = true;
    held.finding.where = track.fix;
    held.finding.detail = std::move(detail);
  };
  if (kept.off_plan()) {
    std::string detail;
    const auto say = [&](const std::string& part) { detail += (detail.empty() ? "" : ", ") + part; };
    if (kept.on(DeviationKind::kAside)) say(fmt::format("{:.0f} m aside", kept.aside_m));
    if (kept.on(DeviationKind::kLevel) && !kept.level_known) {
      say("off its level when that was last heard");
    } else if (kept.on(DeviationKind::kLevel)) {
      say(fmt::format("{:.0f} m {}", std::abs(kept.level_m), kept.level_m > 0 ? "above" : "below"));
    }
    if (kept.on(DeviationKind::kTime)) {
      say(fmt::format("{} {}", format_duration(std::abs(kept.time_ms)), kept.time_ms > 0 ? "late" : "early"));
    }
    add(AlertKind::kOffPlan, fmt::format("{}: {}", leg_name(plan, kept.leg), detail));
  }
  if (kept.on(DeviationKind::kOverrun)) {
    add(AlertKind::kOverrun, fmt::format("still there {} after its last leg", format_duration(kept.overrun_ms)));
  }
}

/// Legs that are not confirmed: is the craft in one, or will it be, without leave by a confirmed one? Confirmed or not,
/// a zone does not open and close with the window that was asked for, so that of the unconfirmed leg does not count.
void Conformance::find_foreign(const Track& track, const PreparedPlan& prepared, UtcMs now) {
  const Plan& plan = prepared.plan;
  const std::vector<std::size_t> foreign = legs_near(prepared, now, [](const Leg& leg) { return !leg.confirmed; });
  if (foreign.empty()) return;
  const Result<Mover> mover = make_mover(track.motion(now));
  if (!mover) {
    ++counters_.not_predicted;
    return;
  }
  const DurationMs most = std::min(options_.lookahead_ms, static_cast<DurationMs>(kLookaheadMaxS * 1e3));
  Leave leave(prepared, *mover, now, most, limits_of(plan, track.unmanned()).time_ms);
  struct First {
    DurationMs ahead;
    bool inside;
    std::size_t leg;
  };
  std::map<std::string, First> first;
  for (const std::size_t i : foreign) {
    geo::PreparedVolume space = prepared.legs[i];
    space.window = {now, now + most + 1};
    // Each pass begins later by a second at least.
    for (DurationMs from = 0; from <= most;) {
      const auto entry = predict_entry(space, *mover, now + from, static_cast<double>(most - from + 1) * 1e-3);
      if (!entry) break;
      const DurationMs ahead = from + static_cast<DurationMs>(entry->in_s * 1e3);
      if (!leave.at_entry(ahead, entry->inside)) {
        const std::string& zone = plan.legs[i].zone;
        const auto [at, fresh] = first.try_emplace(zone.empty() ? plan.intent : zone, First{ahead, entry->inside, i});
        if (!fresh && ahead < at->second.ahead) at->second = {ahead, entry->inside, i};
        break;
      }
      const auto without = leave.ends_after(ahead);
      if (!without) break;
      from = *without;
    }
  }
  for (const auto& [object, entry] : first) {
    Held& held = findings_.emplace_back();
    held.situation = {AlertKind::kForeignZone, track.id, {}, object};
    held.finding.now = entry.ahead == 0 && entry.inside;
    held.finding.priority = held.finding.now ? Priority::kAlarm : Priority::kWarning;
    held.finding.to_violation_ms = entry.ahead;
    held.finding.where = place_after(*mover, now, static_cast<double>(entry.ahead) * 1e-3);
    held.finding.detail = fmt::format("{} of {} is not confirmed", leg_name(plan, entry.leg), plan.intent);
  }
}

void Conformance::run(const Tracker& tracker, const Attribution& attribution, const PlanBook& plans, UtcMs now) {
  std::map<std::string, Kept, std::less<>> next;
  std::map<TrackId, Kept> others;
  findings_.clear();
  for (const auto& [id, correlation] : attribution.all()) {
    const Track* track = tracker.find(id);
    const PreparedPlan* plan = plans.find(correlation.intent);
    if (track == nullptr || plan == nullptr) continue;
    Kept kept;
    const Correlation* lead = attribution.of_intent(correlation.intent);
    const bool leads = lead == nullptr || lead->track == id;
    if (leads) {
      // The plan binds whichever track stands for the craft now: a new track of the same craft goes on where it was.
      if (const auto before = kept_.find(correlation.intent); before != kept_.end()) kept = before->second;
    } else if (const Kept* before = of(correlation); before != nullptr) {
      kept = *before;
    }
    kept.track = id;
    if (track->state == TrackState::kLive) {
      judge(*track, *plan, now, kept);
      find_foreign(*track, *plan, now);
    } else {
      wait(*plan, kept);
    }
    if (kept.measured) find_off_plan(*track, plan->plan, kept);
    if (leads) {
      next.emplace(correlation.intent, std::move(kept));
    } else {
      kept.proposed.reset();
      others.emplace(id, std::move(kept));
    }
  }
  kept_ = std::move(next);
  others_ = std::move(others);
  std::sort(findings_.begin(), findings_.end(), [](const Held& a, const Held& b) { return a.situation < b.situation; });
}

void Conformance::findings(std::vector<Held>& out) const { out.insert(out.end(), findings_.begin(), findings_.end()); }

}  // namespace tansiq::picture
