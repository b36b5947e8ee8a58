// 4D volumes as they are stated: an outline on the ground, a level band, a time window. Integers only.
//
// These are plain values, as they stand in records. `make_shape` (shape.h) checks an outline and prepares it for
// geometry; what it refuses never enters the core.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <variant>
#include <vector>

#include "base/time.h"

namespace tansiq::geo {

/// A point on the WGS-84 ellipsoid, geodetic, in 1e-7 degree. Latitude -90e7…90e7, longitude -180e7…180e7; -180e7 and
/// 180e7 are the same meridian, and every longitude at a pole is the same point.
struct LatLng {
  std::int32_t lat_e7 = 0;
  std::int32_t lng_e7 = 0;
  friend auto operator<=>(const LatLng&, const LatLng&) = default;
};

/// A simple polygon: at least three vertices, no closing copy of the first, either winding. Its interior is the side
/// of smaller area. An edge is the great circle on the unit sphere of geodetic latitude and longitude.
struct Polygon {
  std::vector<LatLng> vertices;
  friend bool operator==(const Polygon&, const Polygon&) = default;
};

/// All points within `radius_cm` metres/100 of the centre along WGS-84 geodesics.
struct Circle {
  LatLng centre;
  std::int64_t radius_cm = 0;
  friend bool operator==(const Circle&, const Circle&) = default;
};

/// All points beside a centre line, up to `left_cm` to its left and `right_cm` to its right, seen in the direction of
/// the line; ends are square (they do not reach beyond the end points), bends are filled on the outer side (round).
struct Corridor {
  std::vector<LatLng> line;  ///< At least two points.
  std::int64_t left_cm = 0;
  std::int64_t right_cm = 0;
  friend bool operator==(const Corridor&, const Corridor&) = default;
};

using Outline = std::variant<Polygon, Circle, Corridor>;

/// What a height is measured from. Carried with every value, never converted silently (see vertical.h).
enum class VerticalReference : std::uint8_t {
  kWgs84,        ///< Height above the WGS-84 ellipsoid.
  kAmsl,         ///< Height above mean sea level.
  kFlightLevel,  ///< Pressure altitude over the 1013.25 hPa surface; 1 FL = 3048 cm.
  kAgl,          ///< Height above ground or water.
};

inline constexpr std::int64_t kHeightUnboundedLow = std::numeric_limits<std::int32_t>::min();
inline constexpr std::int64_t kHeightUnboundedHigh = std::numeric_limits<std::int32_t>::max();

/// Heights in [lower_cm, upper_cm). The two sentinels above stand for "no limit". Sea volumes have the full band.
struct LevelBand {
  std::int64_t lower_cm = kHeightUnboundedLow;
  std::int64_t upper_cm = kHeightUnboundedHigh;
  VerticalReference reference = VerticalReference::kWgs84;
  friend bool operator==(const LevelBand&, const LevelBand&) = default;
};

/// Moments in [start, end).
struct TimeWindow {
  UtcMs start;
  UtcMs end;
  friend auto operator<=>(const TimeWindow&, const TimeWindow&) = default;
};

struct Volume4d {
  Outline outline;
  LevelBand band;
  TimeWindow window;
  friend bool operator==(const Volume4d&, const Volume4d&) = default;
};

/// Separation minima of a pair: the two volumes conflict when less than this lies between them.
/// {0, 0, 0} asks for plain overlap. A gap of exactly the minimum is not a conflict.
struct Minima {
  std::int64_t horizontal_m = 0;
  std::int64_t vertical_cm = 0;
  DurationMs time_ms = 0;
  friend bool operator==(const Minima&, const Minima&) = default;
};

}  // namespace tansiq::geo
