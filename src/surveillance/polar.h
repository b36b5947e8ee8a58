// A plot of a radar, range and azimuth, as a place.
#pragma once

#include <cstdint>
#include <optional>

#include "geo/volume.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// Where a radar stands. Configured: a radar does not say so in each report.
struct RadarPlace {
  std::uint16_t system = 0;  ///< SAC in the high octet, SIC in the low one.
  geo::LatLng position;
  std::int32_t height_cm = 0;  ///< Of the antenna over the ellipsoid.
};

struct Placed {
  geo::LatLng position;
  /// How far it may be off because the height is not known exactly; see below.
  std::int32_t slack_cm = 0;
};

/// Directions at a place, and how the ellipsoid curves there: what is the same for every plot of a radar.
class PolarFrame {
 public:
  explicit PolarFrame(const RadarPlace& radar);
  [[nodiscard]] std::uint16_t system() const { return system_; }
  [[nodiscard]] geo::LatLng position() const { return position_; }

  /// See place_of_polar.
  [[nodiscard]] Placed place(const Polar& polar, std::optional<std::int32_t> height_cm) const;
  /// See polar_of_place.
  [[nodiscard]] Polar polar(geo::LatLng position, std::int32_t height_cm) const;
  /// See place_of_plane.
  [[nodiscard]] geo::LatLng plane(std::int64_t east_cm, std::int64_t north_cm) const;

 private:
  struct Point {
    double x, y, z;
  };
  [[nodiscard]] Point at_height(double h) const;
  [[nodiscard]] Point moved(double east, double north, double up) const;
  [[nodiscard]] double radius(double sin_azimuth, double cos_azimuth) const;

  std::uint16_t system_;
  geo::LatLng position_;
  double antenna_m_;
  double sin_lat_, cos_lat_, sin_lng_, cos_lng_;
  double normal_m_, meridian_m_;  ///< Radii of curvature: across the meridian and along it.
  Point antenna_{};
};

/// The point at slant range `polar.slant_cm` and azimuth (from true north at the radar) whose height over the ellipsoid
/// is `height_cm`. A straight line through space from the antenna; the conversion itself is exact to 1 m up to 500 km.
///
/// What it cannot know is larger. A pressure altitude taken for the height is off by up to some hundred metres, and by
/// that much times the tangent of the elevation on the ground: at most `slack_cm`, which takes 600 m. Without a height
/// the antenna's is taken, and `slack_cm` is how far a craft at 15 km would be nearer. One step of CAT 048 is 7 m of
/// range and 0.0055 degrees: 10 m at 100 km. The radar's own errors, and refraction, come on top.
///
/// A craft higher above the antenna than its slant range is placed over the antenna.
[[nodiscard]] Placed place_of_polar(const RadarPlace& radar, const Polar& polar, std::optional<std::int32_t> height_cm);

/// The inverse, for generated traffic: slant range and azimuth at which a radar sees a point.
[[nodiscard]] Polar polar_of_place(const RadarPlace& radar, geo::LatLng position, std::int32_t height_cm);

/// East and north of a radar or a tracker's origin in its tangent plane, in centimetres (CAT 048 item 042, CAT 062 item
/// 100), as a place: along the ellipsoid's local curvature. For planes that no projection is stated for; below 0.1 % of
/// the distance up to 300 km.
[[nodiscard]] geo::LatLng place_of_plane(geo::LatLng origin, std::int64_t east_cm, std::int64_t north_cm);

}  // namespace tansiq::surveillance
