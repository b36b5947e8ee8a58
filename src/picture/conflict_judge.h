// When a predicted loss of separation becomes a warning, and when a warning is over: the judgement of one pair.
//
// Plain straight-line prediction is a poor alert. A craft in a turn points at everybody in turn; noise in a velocity
// moves the place where two craft will be in two minutes by a mile. So a prediction counts as follows.
//
//   sure       they are too close now, or every prediction that applies says that they will be
//   doubtful   where one of them turns: only one of straight and turning prediction says so. Counts when it is to
//   happen
//              within `doubtful_s`
//
// A warning begins when `confirm_hits` of the last `confirm_of` cycles counted; at once when they are too close now, or
// when a sure one is to happen within `critical_s`. It is over when for `clear_cycles` cycles nothing was predicted for
// minima widened by `clear_factor`. Cycles are of time, not of reports: a craft that reports often is not confirmed
// sooner, and the last prediction of a cycle stands for it.
//
// Two craft that keep their heights within `level_rate_m_s` of each other, or of which one is known to level off, are
// given `level_slack_m` less of vertical minimum: half a step of what transponders report, so that a filtered height
// next to a level is not a conflict.
#pragma once

#include <cstdint>
#include <optional>

#include "picture/alert.h"
#include "picture/closest.h"

namespace tansiq::picture {

/// Of a vertical minimum: half a step of 100 ft in 1,000 ft.
inline constexpr double kLevelSlackShare = 0.05;

struct JudgeOptions {
  double cycle_s = 1;
  int confirm_hits = 3;
  int confirm_of = 4;  ///< At most 32.
  int clear_cycles = 4;
  double clear_factor =
      1.05;  ///< Of the horizontal minimum; heights have none, lest levelling off next to a level never clears.
  double critical_s = 30;  ///< Nearer than this: no confirmation, and an alarm.
  double calm_s = 40;      ///< An alarm stays one until it is further away than this.
  double doubtful_s = 45;
  double turn_min_deg_s = 0.7;   ///< Slower turns are taken as straight.
  double level_slack_m = 15.24;  ///< At most kLevelSlackShare of the minimum: drones are given less.
  double level_rate_m_s = 1.5;
  TurnModel turn = {};
};

/// What was predicted at one moment.
struct Sighting {
  Approach straight;
  std::optional<Approach> turning;  ///< Where one of the two turns.
  bool near = false;  ///< Within the widened minima; asked only where the others say no and a warning stands.
};
[[nodiscard]] Sighting sight(const Mover& a, const Mover& b, const PairMinima& minima, const JudgeOptions& options,
                             UtcMs now, bool warned);

/// What is remembered of a pair. A fresh one remembers nothing.
struct PairMemory {
  std::uint32_t hits = 0;    ///< One bit for each cycle, the last lowest.
  std::uint32_t misses = 0;  ///< Cycles since something was last predicted.
  UtcMs cycle;               ///< When the last one began.
  bool seen = false;
  bool warned = false;
  bool lost = false;
  UtcMs warned_at;
  UtcMs lost_at;
  Finding reported;
  UtcMs reported_at;

  /// Nothing that would make a difference later.
  [[nodiscard]] bool idle() const { return !warned && hits == 0; }
};

enum class Outcome : std::uint8_t { kNothing, kBegun, kChanged, kOver };

/// Takes a sighting into account. `memory.reported` is the finding to report when the outcome says so.
[[nodiscard]] Outcome judge(PairMemory& memory, const Sighting& sighting, const PairMinima& minima,
                            const JudgeOptions& options, UtcMs now);

}  // namespace tansiq::picture
