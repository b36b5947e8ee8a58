// Where a craft is and how it moves: all that attribution, conformance and conflict detection need of a track.
//
// Floating point, in the units of physics: nothing here is signed or decided, and the same reports give the same
// numbers, bit for bit, in the same program. Angles are degrees, lengths metres, on the WGS-84 ellipsoid.
#pragma once

#include <optional>

#include "base/time.h"

namespace tansiq::picture {

/// A craft at one moment. Velocities are those of the local frame (east, north, up) at the position.
struct Motion {
  UtcMs time;           ///< When it was so.
  double lat_deg = 0;   ///< Geodetic, -90 to 90.
  double lng_deg = 0;   ///< [-180, 180).
  double east_m_s = 0;  ///< Over ground.
  double north_m_s = 0;
  double turn_deg_s = 0;              ///< Of the course over ground, clockwise positive; 0 where none is known.
  std::optional<double> pressure_m;   ///< Height over 1013.25 hPa.
  std::optional<double> geometric_m;  ///< Height over the ellipsoid.
  double up_m_s = 0;                  ///< 0 where none is known.
  double position_sigma_m = 0;        ///< One sigma of the position, each axis.
  double velocity_sigma_m_s = 0;      ///< One sigma of the velocity over ground, each axis.
  double height_sigma_m = 0;
};

}  // namespace tansiq::picture
