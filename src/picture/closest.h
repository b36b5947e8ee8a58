// How close two craft come, and when they lose their separation.
//
//   const Mover a = TRY(make_mover(motion_a)), b = …;
//   const Approach approach = closest_approach(a, b, {.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = 120},
//   now); if (approach.conflict) …            // from approach.in_s until approach.out_s
//
// The protected zone of a pair is an open cylinder: a pair exactly `horizontal_m` or exactly `vertical_m` apart is
// separated. Levels are reported in steps of 100 ft, so 1,000 ft exactly and no relative climb is what most pairs on
// neighbouring levels show; "exactly" is meant to within a millimetre, which is what decimal feet cost in binary.
//
// Both craft are dead-reckoned along geodesics of WGS-84 with constant ground speed and rate of climb, each from the
// time of its own report (mover.h). The squared chord between them and its first two derivatives are known at any time,
// so the closest approach and the moments at which the chord is `horizontal_m` are roots found by Newton's method where
// the craft meet, not in a projection laid where they are now. Two or three steps suffice; each has a bound.
//
// Accuracy against geodesics, five minutes at up to 320 m/s, poles and the 180th meridian included: nothing missed or
// invented outside of 1 m or 0.1 s of touching, closest distance within 0.3 m, entry within 0.01 s
// (`Closest.AgreesWithGeodesics…`, detection_figures.h).
//
// Heights: pressure with pressure where both have it, else geometric with geometric; else pressure with geometric with
// a margin (`mixed_height_margin_m`) that errs towards conflict. A craft without height counts as at any height, and
// `Approach::height` says so. One that is known to level off (`Mover::cleared_pressure_m`) is taken to.
//
// Cost: `certainly_apart` some 20 ns, `closest_approach` some 200 ns, `closest_approach_turning` some µs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "picture/mover.h"

namespace tansiq::picture {

inline constexpr double kLookaheadMaxS = 3'600;
/// "Exactly" separated.
inline constexpr double kTouchM = 1e-3;

/// What must lie between two craft, and how far ahead to look. Without `vertical_m` (ships) heights do not matter.
struct PairMinima {
  double horizontal_m = 0;
  std::optional<double> vertical_m;
  double lookahead_s = 0;  ///< At most kLookaheadMaxS.
  friend bool operator==(const PairMinima&, const PairMinima&) = default;
};

/// Which heights were compared.
enum class HeightBasis : std::uint8_t {
  kNone,  ///< The minima have no vertical part.
  kPressure,
  kGeometric,
  kMixed,    ///< Pressure of one, geometric of the other: with a margin.
  kUnknown,  ///< One has no height: it may be at any.
};

struct Approach {
  bool conflict = false;  ///< Within the look-ahead; then [in_s, out_s), out_s at most the look-ahead.
  bool inside = false;    ///< Already now.
  HeightBasis height = HeightBasis::kNone;
  double in_s = 0;
  double out_s = 0;
  double closest_s = 0;  ///< Of the horizontal distance, within the look-ahead.
  double closest_m = 0;
  std::optional<double> closest_height_m;  ///< Between their heights then; absent for kNone and kUnknown.
  double now_m = 0;                        ///< Horizontal distance now.
};

/// How far pressure and geometric height of the same place may differ, given the geometric one: 950 to 1050 hPa at sea
/// level and the geoid (650 m together), and 30 K off the standard atmosphere (12 %).
[[nodiscard]] constexpr double mixed_height_margin_m(double geometric_m) {
  return 650 + 0.12 * (geometric_m > 0 ? geometric_m : 0);
}

/// Height of `b` over `a` in the terms that the pair has in common. Linear in time but for where one levels off.
struct HeightDifference {
  struct Side {
    double metres = 0;  ///< At `now`.
    double rate_m_s = 0;
    double for_s = 0;  ///< From `now`; level thereafter.
    [[nodiscard]] double at(double t_s) const { return metres + (rate_m_s == 0 ? 0 : rate_m_s * std::min(t_s, for_s)); }
  };
  HeightBasis basis = HeightBasis::kUnknown;
  double margin_m = 0;
  Side a;
  Side b;
  [[nodiscard]] double at(double t_s) const { return b.at(t_s) - a.at(t_s); }
};
[[nodiscard]] HeightDifference height_difference(const Mover& a, const Mover& b, UtcMs now);

/// A cheap test for the many: true only when the two certainly do not lose separation within the look-ahead, flying
/// straight. Errs towards false by some metres, more for long look-aheads.
[[nodiscard]] bool certainly_apart(const Mover& a, const Mover& b, const PairMinima& minima, UtcMs now);

/// Symmetric in `a` and `b`, to rounding.
[[nodiscard]] Approach closest_approach(const Mover& a, const Mover& b, const PairMinima& minima, UtcMs now);

/// For how long a craft that turns is taken to go on turning: the rate known, for `turn_s_max` or half a circle,
/// whichever is shorter, straight thereafter.
struct TurnModel {
  double turn_s_max = 45;  ///< At most kTurnSMax.
  friend bool operator==(const TurnModel&, const TurnModel&) = default;
};
inline constexpr double kTurnSMax = 120;

/// As `closest_approach` with turns. Computed in the plane of the pair's middle, a second at a time: errs by less than
/// v ω / 8 per second squared (1.6 m for a turn of 3°/s at 250 m/s), plus the plane's own error, which is below 1 % of
/// the way for pairs within 200 km. A turn is a guess; this is not where metres count.
[[nodiscard]] Approach closest_approach_turning(const Mover& a, const Mover& b, const PairMinima& minima,
                                                const TurnModel& turn, UtcMs now);

/// Where a turning craft is after `t_s` by that model, relative to where it was at its own time, in its own tangent
/// plane. For boxes around paths.
[[nodiscard]] Vector turning_displacement(const Mover& mover, const TurnModel& turn, double t_s);

}  // namespace tansiq::picture
