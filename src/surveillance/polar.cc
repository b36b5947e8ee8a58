#include "surveillance/polar.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tansiq::surveillance {
namespace {

constexpr double kA = 6'378'137.0;
constexpr double kF = 1.0 / 298.257223563;
constexpr double kE2 = kF * (2.0 - kF);
constexpr double kRadiansPerE7 = std::numbers::pi / 180e7;
constexpr double kHeightSlackM = 600;
constexpr double kHighestM = 15'000;

struct Point {
  double x, y, z;
};

/// Directions at a place, and how the ellipsoid curves there.
struct Frame {
  explicit Frame(geo::LatLng at)
      : sin_lat(std::sin(at.lat_e7 * kRadiansPerE7)),
        cos_lat(std::cos(at.lat_e7 * kRadiansPerE7)),
        sin_lng(std::sin(at.lng_e7 * kRadiansPerE7)),
        cos_lng(std::cos(at.lng_e7 * kRadiansPerE7)),
        normal_m(kA / std::sqrt(1.0 - kE2 * sin_lat * sin_lat)),
        meridian_m(kA * (1.0 - kE2) / std::pow(1.0 - kE2 * sin_lat * sin_lat, 1.5)) {}

  [[nodiscard]] Point at_height(double h) const {
    return {(normal_m + h) * cos_lat * cos_lng, (normal_m + h) * cos_lat * sin_lng,
            (normal_m * (1.0 - kE2) + h) * sin_lat};
  }
  [[nodiscard]] Point moved(Point from, double east, double north, double up) const {
    return {from.x - sin_lng * east - sin_lat * cos_lng * north + cos_lat * cos_lng * up,
            from.y + cos_lng * east - sin_lat * sin_lng * north + cos_lat * sin_lng * up,
            from.z + cos_lat * north + sin_lat * up};
  }
  /// Radius of curvature in a direction (Euler).
  [[nodiscard]] double radius(double sin_azimuth, double cos_azimuth) const {
    return 1.0 / (cos_azimuth * cos_azimuth / meridian_m + sin_azimuth * sin_azimuth / normal_m);
  }

  double sin_lat, cos_lat, sin_lng, cos_lng;
  double normal_m, meridian_m;
};

struct Geodetic {
  double lat, lng, height;
};

/// Bowring's form, once repeated: below a millimetre for heights in the atmosphere.
Geodetic geodetic(Point p) {
  const double r = std::hypot(p.x, p.y);
  const double b = kA * (1.0 - kF);
  double beta = std::atan2(p.z * kA, r * b);
  double lat = 0;
  for (int i = 0; i < 2; ++i) {
    const double s = std::sin(beta);
    const double c = std::cos(beta);
    lat = std::atan2(p.z + kE2 / (1.0 - kE2) * b * s * s * s, r - kE2 * kA * c * c * c);
    beta = std::atan2((1.0 - kF) * std::sin(lat), std::cos(lat));
  }
  const double s = std::sin(lat);
  const double n = kA / std::sqrt(1.0 - kE2 * s * s);
  const double c = std::cos(lat);
  const double height = std::fabs(c) > 1e-6 ? r / c - n : std::fabs(p.z) - n * (1.0 - kE2);
  return {lat, std::atan2(p.y, p.x), height};
}

geo::LatLng latlng(double lat, double lng) {
  return {static_cast<std::int32_t>(std::lround(lat / kRadiansPerE7)),
          static_cast<std::int32_t>(std::lround(lng / kRadiansPerE7))};
}

/// Sine of the elevation at which a straight line of length `slant` ends at `height`, on a sphere of `radius`.
double sine_of_elevation(double radius, double antenna, double slant, double height) {
  const double from = radius + antenna;
  const double to = radius + height;
  return std::clamp((to * to - from * from - slant * slant) / (2.0 * slant * from), -1.0, 1.0);
}

}  // namespace

Placed place_of_polar(const RadarPlace& radar, const Polar& polar, std::optional<std::int32_t> height_cm) {
  const double slant = std::max(polar.slant_cm * 0.01, 0.01);
  const double azimuth = polar.azimuth_mdeg * (std::numbers::pi / 180'000.0);
  const double antenna = radar.height_cm * 0.01;
  const double height = height_cm ? *height_cm * 0.01 : antenna;
  const Frame frame(radar.position);
  const double s = std::sin(azimuth);
  const double c = std::cos(azimuth);
  const double radius = frame.radius(s, c);
  const Point from = frame.at_height(antenna);

  double sine = sine_of_elevation(radius, antenna, slant, height);
  Geodetic found{};
  for (int i = 0; i < 3; ++i) {
    const double flat = slant * std::sqrt(1.0 - sine * sine);
    found = geodetic(frame.moved(from, flat * s, flat * c, slant * sine));
    // The sphere's elevation is nearly right; what height it misses is put right along the line.
    sine = std::clamp(sine + (height - found.height) / slant, -1.0, 1.0);
  }
  Placed out;
  out.position = latlng(found.lat, found.lng);
  const double low = height_cm ? height - kHeightSlackM : antenna;
  const double high = height_cm ? height + kHeightSlackM : kHighestM;
  const auto ground = [&](double h) {
    const double e = sine_of_elevation(radius, antenna, slant, h);
    return slant * std::sqrt(1.0 - e * e);
  };
  const double here = ground(height);
  const double slack = std::max(std::fabs(ground(low) - here), std::fabs(ground(high) - here));
  out.slack_cm = static_cast<std::int32_t>(std::lround(slack * 100));
  return out;
}

Polar polar_of_place(const RadarPlace& radar, geo::LatLng position, std::int32_t height_cm) {
  const Frame frame(radar.position);
  const Point from = frame.at_height(radar.height_cm * 0.01);
  const Point to = Frame(position).at_height(height_cm * 0.01);
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  const double dz = to.z - from.z;
  const double east = -frame.sin_lng * dx + frame.cos_lng * dy;
  const double north = -frame.sin_lat * frame.cos_lng * dx - frame.sin_lat * frame.sin_lng * dy + frame.cos_lat * dz;
  const auto mdeg = static_cast<std::int32_t>(std::lround(std::atan2(east, north) * (180'000.0 / std::numbers::pi)));
  return {static_cast<std::int32_t>(std::lround(std::hypot(std::hypot(dx, dy), dz) * 100)), (mdeg + 360'000) % 360'000};
}

geo::LatLng place_of_plane(geo::LatLng origin, std::int64_t east_cm, std::int64_t north_cm) {
  const double east = static_cast<double>(east_cm) * 0.01;
  const double north = static_cast<double>(north_cm) * 0.01;
  const double distance = std::hypot(east, north);
  if (distance == 0) return origin;
  const double s = east / distance;
  const double c = north / distance;
  const Frame frame(origin);
  const double angle = distance / frame.radius(s, c);
  const double sin_lat = frame.sin_lat * std::cos(angle) + frame.cos_lat * std::sin(angle) * c;
  const double lat = std::asin(std::clamp(sin_lat, -1.0, 1.0));
  const double dlng = std::atan2(s * std::sin(angle) * frame.cos_lat, std::cos(angle) - frame.sin_lat * sin_lat);
  const double lng = std::atan2(frame.sin_lng, frame.cos_lng) + dlng;
  return latlng(lat, std::remainder(lng, 2 * std::numbers::pi));
}

}  // namespace tansiq::surveillance
