#include "picture/conflict_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

namespace tansiq::picture {
namespace {

enum class Weight : std::uint8_t { kNone, kDoubtful, kSure };

/// How much a sighting says, and by which of its predictions.
struct Reading {
  Weight weight = Weight::kNone;
  Approach approach;
};

Reading read(const Sighting& sighting, const JudgeOptions& options) {
  const Approach& straight = sighting.straight;
  if (straight.inside || !sighting.turning) {
    return {straight.conflict ? Weight::kSure : Weight::kNone, straight};
  }
  const Approach& turning = *sighting.turning;
  if (straight.conflict && turning.conflict) {
    return {Weight::kSure, straight.in_s < turning.in_s ? straight : turning};
  }
  if (!straight.conflict && !turning.conflict) return {Weight::kNone, straight};
  const Approach& one = straight.conflict ? straight : turning;
  return {one.in_s <= options.doubtful_s ? Weight::kDoubtful : Weight::kNone, one};
}

DurationMs ms_of(double seconds) { return std::llround(seconds * 1e3); }

std::string detail_of(const Approach& approach, const Sighting& sighting) {
  std::string text;
  if (approach.height == HeightBasis::kUnknown) text = "one height unknown";
  if (approach.height == HeightBasis::kMixed) text = "pressure height against geometric";
  if (sighting.turning && sighting.straight.conflict != sighting.turning->conflict && !approach.inside) {
    if (!text.empty()) text += ", ";
    text += sighting.straight.conflict ? "unless the turn goes on" : "if the turn goes on";
  }
  return text;
}

Finding finding_of(const Reading& reading, const Sighting& sighting, const JudgeOptions& options,
                   const PairMemory& memory) {
  const Approach& approach = reading.approach;
  Finding finding;
  const bool predicted = reading.weight != Weight::kNone;
  finding.now = predicted && approach.inside;
  if (predicted) finding.to_violation_ms = finding.now ? 0 : ms_of(approach.in_s);
  finding.to_closest_ms = ms_of(approach.closest_s);
  finding.closest_m = std::llround(approach.closest_m);
  if (approach.closest_height_m) finding.closest_height_m = std::llround(*approach.closest_height_m);
  const bool was_alarm = memory.warned && memory.reported.priority == Priority::kAlarm;
  const double pressing_s = was_alarm ? options.calm_s : options.critical_s;
  finding.priority = finding.now || (predicted && approach.in_s < pressing_s) ? Priority::kAlarm : Priority::kWarning;
  finding.detail = detail_of(approach, sighting);
  return finding;
}

/// Worth another report? Figures that only count down with time are not.
bool differs(const Finding& before, const Finding& after, DurationMs passed_ms, const PairMinima& minima) {
  if (before.priority != after.priority || before.now != after.now) return true;
  if (before.to_violation_ms.has_value() != after.to_violation_ms.has_value()) return true;
  if (!after.now && after.to_violation_ms) {
    const DurationMs moved = std::abs(*before.to_violation_ms - passed_ms - *after.to_violation_ms);
    if (moved > std::max<DurationMs>(10'000, *after.to_violation_ms / 5)) return true;
  }
  const auto step = static_cast<std::int64_t>(minima.horizontal_m / 10);
  return std::abs(before.closest_m.value_or(0) - after.closest_m.value_or(0)) > std::max<std::int64_t>(step, 50);
}

}  // namespace

Sighting sight(const Mover& a, const Mover& b, const PairMinima& minima, const JudgeOptions& options, UtcMs now,
               bool warned) {
  PairMinima asked = minima;
  const bool level = std::abs(a.up_m_s - b.up_m_s) <= options.level_rate_m_s;
  if (asked.vertical_m && (level || a.levels_off() || b.levels_off())) {
    *asked.vertical_m -= std::min(options.level_slack_m, kLevelSlackShare * *asked.vertical_m);
  }
  Sighting sighting;
  sighting.straight = closest_approach(a, b, asked, now);
  if (sighting.straight.conflict && asked.lookahead_s - sighting.straight.closest_s < 1) {
    // Still closing when the look-ahead ends: people ask for the closest approach all the same.
    PairMinima further = asked;
    further.lookahead_s *= 3;
    const Approach beyond = closest_approach(a, b, further, now);
    sighting.straight.closest_s = beyond.closest_s;
    sighting.straight.closest_m = beyond.closest_m;
    sighting.straight.closest_height_m = beyond.closest_height_m;
  }
  const double turn_min = options.turn_min_deg_s * 0.017453292519943295;
  if (std::max(std::abs(a.turn_rad_s), std::abs(b.turn_rad_s)) >= turn_min) {
    sighting.turning = closest_approach_turning(a, b, asked, options.turn, now);
  }
  if (warned && read(sighting, options).weight == Weight::kNone) {
    asked.horizontal_m *= options.clear_factor;
    sighting.near = closest_approach(a, b, asked, now).conflict;
    if (sighting.near && sighting.turning) {
      sighting.near = closest_approach_turning(a, b, asked, options.turn, now).conflict;
    }
  }
  return sighting;
}

Outcome judge(PairMemory& memory, const Sighting& sighting, const PairMinima& minima, const JudgeOptions& options,
              UtcMs now) {
  const Reading reading = read(sighting, options);
  const bool hit = reading.weight != Weight::kNone;

  // A tenth of a cycle early is as good as in time: reports jitter.
  const bool fresh = !memory.seen || now - memory.cycle >= ms_of(options.cycle_s * 0.9);
  if (fresh) {
    memory.hits <<= 1U;
    memory.cycle = now;
    memory.seen = true;
    if (!hit && !sighting.near) ++memory.misses;
  }
  memory.hits = (memory.hits & ~1U) | (hit ? 1U : 0U);
  const auto of = std::clamp(options.confirm_of, 1, 32);
  memory.hits &= static_cast<std::uint32_t>((std::uint64_t{1} << of) - 1);
  if (hit || sighting.near) memory.misses = 0;

  const Finding finding = finding_of(reading, sighting, options, memory);
  if (finding.now && !memory.lost) {
    memory.lost = true;
    memory.lost_at = now;
  }
  if (!memory.warned) {
    const bool critical =
        finding.now || (reading.weight == Weight::kSure && reading.approach.in_s < options.critical_s);
    if (!hit || (!critical && std::popcount(memory.hits) < options.confirm_hits)) return Outcome::kNothing;
    memory.warned = true;
    memory.warned_at = now;
    memory.reported = finding;
    memory.reported_at = now;
    return Outcome::kBegun;
  }
  if (memory.misses >= static_cast<std::uint32_t>(std::max(1, options.clear_cycles))) {
    return Outcome::kOver;
  }
  // Within the widened minima, or not seen for a cycle or two: what was said stands.
  if (!hit) return Outcome::kNothing;
  if (!differs(memory.reported, finding, now - memory.reported_at, minima)) return Outcome::kNothing;
  memory.reported = finding;
  memory.reported_at = now;
  return Outcome::kChanged;
}

}  // namespace tansiq::picture
