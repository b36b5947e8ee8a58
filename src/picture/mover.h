// A craft as conflict detection computes with it: a place in space, a course and how the earth bends beneath it.
//
// The idea. Dead reckoning along the ellipsoid's geodesic is, to within centimetres over the distances of a look-ahead,
// motion on the circle that osculates the geodesic where it begins: same place, same direction, same curvature. In
// earth-centred coordinates that takes a sine and a cosine, and it knows neither poles nor a 180th meridian nor a
// projection: two craft are as far apart as the chord between them. What is neglected, the change of curvature and the
// torsion along the way, is of the order of e² s³ / 6R²: 3 cm after 90 km, 0.3 m after 200 km, 8 m after 600 km.
//
// Alternatives. A plane in mean latitude, with half the convergence of the meridians for each course, is as good as
// that below about 60° and 100 km; it fails near the poles and loses metres to the foreshortening of what is far from
// its middle. Exact geodesics cost a microsecond each.
//
// Costs: about 150 bytes; making one takes two sines and cosines, a place at a time some twenty multiplications.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "base/result.h"
#include "geo/vec.h"
#include "picture/motion.h"

namespace tansiq::picture {

/// Earth-centred, earth-fixed, metres.
using Vector = geo::Vec3;

/// The ellipsoid's largest curvature (along the meridian at the equator), 1/m. Bounds on errors use it.
inline constexpr double kCurvatureMaxPerM = 1.0 / 6'335'439.0;
inline constexpr double kEarthRadiusM = 6'371'009.0;

// What a motion may say. Beyond these it is not a craft that this software keeps apart from others.
inline constexpr double kMoverSpeedMaxMS = 2'500;
inline constexpr double kMoverClimbMaxMS = 500;
inline constexpr double kMoverHeightMaxM = 100'000;
inline constexpr double kMoverTurnMaxDegS = 90;

/// Prepared once for each report and used in many comparisons. Times `t_s` are seconds since `time`.
struct Mover {
  Vector place;                ///< On the ellipsoid.
  Vector normal;               ///< Unit, upwards.
  Vector along;                ///< Unit, the course; north where the craft stands still.
  double speed_m_s = 0;        ///< Over ground.
  double curvature_per_m = 0;  ///< Of the normal section along the course.
  double up_m_s = 0;
  double turn_rad_s = 0;   ///< Clockwise positive.
  double pressure_m = 0;   ///< Where `has_pressure`.
  double geometric_m = 0;  ///< Where `has_geometric`.
  /// Where it is known to level off, in pressure height: counts while the climb or descent leads there.
  double cleared_pressure_m = 0;
  UtcMs time;
  bool has_cleared = false;
  bool has_pressure = false;
  bool has_geometric = false;

  /// Seconds from the motion's own time to `now`.
  [[nodiscard]] double age_s(UtcMs now) const { return static_cast<double>(now - time) * 1e-3; }
  /// For how long from its own time its rate of climb holds: until it levels off, or for ever.
  [[nodiscard]] double climbs_for_s() const {
    constexpr double kForever = std::numeric_limits<double>::infinity();
    if (!has_cleared || !has_pressure || up_m_s == 0) return kForever;
    const double seconds = (cleared_pressure_m - pressure_m) / up_m_s;
    return seconds >= 0 ? seconds : kForever;
  }
  [[nodiscard]] bool levels_off() const { return std::isfinite(climbs_for_s()); }
};

/// The directions at a place.
struct Directions {
  Vector up;
  Vector east;
  Vector north;
};
[[nodiscard]] Directions directions_at(double lat_deg, double lng_deg);

/// Checks and prepares. Fails with `kInvalid`, `where` naming the member, on what is not finite or out of range.
[[nodiscard]] Result<Mover> make_mover(const Motion& motion);

/// Where a craft is at a time, how it moves and how that changes.
struct Reckoned {
  Vector place;
  Vector velocity;
  Vector acceleration;  ///< Towards the earth's middle: the bend of the surface.
};
[[nodiscard]] inline Reckoned reckon(const Mover& mover, double t_s) {
  const double angle = mover.curvature_per_m * mover.speed_m_s * t_s;
  double sine;
  double versine;  // 1 - cos, without its cancellation
  if (std::abs(angle) < 0.125) {
    // The next terms are below 1e-14.
    const double q = angle * angle;
    sine = angle * (1 - q / 6 * (1 - q / 20 * (1 - q / 42)));
    versine = q / 2 * (1 - q / 12 * (1 - q / 30 * (1 - q / 56)));
  } else {
    const double half = std::sin(angle / 2);
    sine = std::sin(angle);
    versine = 2 * half * half;
  }
  const double radius = 1 / mover.curvature_per_m;
  const double cosine = 1 - versine;
  const Vector up = cosine * mover.normal + sine * mover.along;
  return {mover.place + (radius * sine) * mover.along - (radius * versine) * mover.normal,
          mover.speed_m_s * (cosine * mover.along - sine * mover.normal),
          (-mover.speed_m_s * mover.speed_m_s * mover.curvature_per_m) * up};
}

/// The place of a mover after `t_s`, in degrees; longitude in [-180, 180).
struct Geodetic {
  double lat_deg = 0;
  double lng_deg = 0;
};
[[nodiscard]] Geodetic geodetic_of(Vector place);

}  // namespace tansiq::picture
