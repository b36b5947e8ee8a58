#include "picture/conformance.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "picture/deviation.h"

namespace tansiq::picture {

using core::IntentState;
using surveillance::Domain;
using surveillance::Emergency;

namespace {

constexpr double kSigmasGranted = 2;
constexpr DurationMs kLookaheadStepMs = 10'000;

/// Legs nearest in time, at most `kLegsLookedAtMax`, in order of the plan.
std::vector<std::size_t> legs_near(const PreparedPlan& plan, UtcMs t) {
  std::vector<std::pair<DurationMs, std::size_t>> near;
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
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

}  // namespace

const Kept* Conformance::of_intent(std::string_view intent) const {
  const auto at = kept_.find(intent);
  return at == kept_.end() ? nullptr : &at->second;
}

void Conformance::place_in_legs(const PreparedPlan& plan, const Motion& motion, const ConformanceLimits& limits,
                                Kept& kept) {
  const auto spot = spot_of(motion);
  if (!spot) return;
  double best = 0;
  bool first = true;
  for (const std::size_t i : legs_near(plan, motion.time)) {
    const geo::PreparedVolume& leg = plan.legs[i];
    const double aside = aside_m(leg.shape, spot->shape);
    const double level = beyond_band_m(leg.band, motion).value_or(0);
    const DurationMs time = beyond_window_ms(leg.window, motion.time);
    const double cost = aside / std::max(limits.aside_m, 1.0) + std::abs(level) / std::max(limits.level_m, 1.0) +
                        std::abs(static_cast<double>(time)) / std::max(static_cast<double>(limits.time_ms), 1.0);
    if (!first && cost >= best) continue;
    first = false;
    best = cost;
    kept.leg = i;
    kept.aside_m = aside;
    kept.level_m = level;
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
  if (plan.state == IntentState::kNonconforming) {
    if (off && now - *kept.off_since >= limits.contingent_ms) return IntentState::kContingent;
    if (!off && kept.inside) return IntentState::kActivated;
    return std::nullopt;
  }
  if (off) return IntentState::kNonconforming;
  if (plan.state == IntentState::kAccepted && kept.inside) return IntentState::kActivated;
  return std::nullopt;
}

void Conformance::judge(const Track& track, const PreparedPlan& prepared, UtcMs now, Kept& kept) {
  const Plan& plan = prepared.plan;
  const ConformanceLimits& limits = plan.domain == Domain::kSea ? options_.sea : options_.air;
  const Motion motion = track.motion(now);
  place_in_legs(prepared, motion, limits, kept);
  kept.bound = kept.bound || kept.inside || plan.state != IntentState::kAccepted;
  const auto deviation = [&](DeviationKind kind) -> Deviation& {
    return kept.deviations.at(static_cast<std::size_t>(kind));
  };
  const bool over = now >= prepared.last;
  const bool down = track.on_ground;
  // By how much each is beyond what is granted; the second number is what still counts as within.
  const auto judged = [&](DeviationKind kind, double beyond, double tolerance, bool counts) {
    const bool is_beyond = kept.bound && counts && beyond > tolerance;
    const bool is_within = !kept.bound || !counts || beyond <= tolerance * options_.clear_share;
    step(deviation(kind), is_beyond, is_within, limits.persist_ms, limits.clear_ms, now);
  };
  judged(DeviationKind::kAside, std::max(kept.aside_m - kSigmasGranted * motion.position_sigma_m, 0.0), limits.aside_m,
         !over);
  judged(DeviationKind::kLevel, std::max(std::abs(kept.level_m) - kSigmasGranted * motion.height_sigma_m, 0.0),
         limits.level_m, !over && !down && plan.domain != Domain::kSea);
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
    if (kept.on(DeviationKind::kLevel)) {
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

/// Legs that are not confirmed: is the craft in one, or will it be? A confirmed leg at the same place and time is leave
/// enough.
void Conformance::find_foreign(const Track& track, const PreparedPlan& prepared, UtcMs now) {
  const Plan& plan = prepared.plan;
  if (std::all_of(plan.legs.begin(), plan.legs.end(), [](const Leg& leg) { return leg.confirmed; })) return;
  std::map<std::string, DurationMs> when;
  for (DurationMs ahead = 0; ahead <= options_.lookahead_ms; ahead += kLookaheadStepMs) {
    const Motion motion = track.motion(now + ahead);
    const auto spot = spot_of(motion);
    if (!spot) return;
    const auto in = [&](std::size_t i) {
      // Confirmed or not, a zone does not open and close with the window that was asked for.
      return aside_m(prepared.legs[i].shape, spot->shape) == 0 &&
             beyond_band_m(prepared.legs[i].band, motion).value_or(0) == 0;
    };
    std::optional<std::size_t> foreign;
    bool confirmed = false;
    for (const std::size_t i : legs_near(prepared, motion.time)) {
      if (!in(i)) continue;
      if (plan.legs[i].confirmed) {
        confirmed = true;
      } else if (!foreign) {
        foreign = i;
      }
    }
    if (!foreign || confirmed) continue;
    const std::string& zone = plan.legs[*foreign].zone;
    const std::string& object = zone.empty() ? plan.intent : zone;
    if (!when.try_emplace(object, ahead).second) continue;
    Held& held = findings_.emplace_back();
    held.situation = {AlertKind::kForeignZone, track.id, {}, object};
    held.finding.priority = ahead == 0 ? Priority::kAlarm : Priority::kWarning;
    held.finding.now = ahead == 0;
    held.finding.to_violation_ms = ahead;
    held.finding.where = lat_lng_of(normal_of(motion.lat_deg, motion.lng_deg));
    held.finding.detail = fmt::format("{} of {} is not confirmed", leg_name(plan, *foreign), plan.intent);
  }
}

void Conformance::run(const Tracker& tracker, const Attribution& attribution, const PlanBook& plans, UtcMs now) {
  std::map<std::string, Kept, std::less<>> next;
  findings_.clear();
  for (const auto& [id, correlation] : attribution.all()) {
    const Track* track = tracker.find(id);
    const PreparedPlan* plan = plans.find(correlation.intent);
    if (track == nullptr || plan == nullptr) continue;
    Kept kept;
    // The plan binds whichever track stands for the craft now: a new track of the same craft goes on where it was.
    if (const auto before = kept_.find(correlation.intent); before != kept_.end()) kept = before->second;
    kept.track = id;
    if (track->state == TrackState::kLive) {
      judge(*track, *plan, now, kept);
      find_foreign(*track, *plan, now);
    }
    find_off_plan(*track, plan->plan, kept);
    next.emplace(correlation.intent, std::move(kept));
  }
  kept_ = std::move(next);
  std::sort(findings_.begin(), findings_.end(), [](const Held& a, const Held& b) { return a.situation < b.situation; });
}

void Conformance::findings(std::vector<Held>& out) const { out.insert(out.end(), findings_.begin(), findings_.end()); }

}  // namespace tansiq::picture
