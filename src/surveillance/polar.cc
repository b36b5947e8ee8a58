#include "surveillance/polar.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/wgs84.h"

namespace tansiq::surveillance {
namespace {

using geo::kEarthA;
using geo::kEarthB;
using geo::kEarthE2;
constexpr double kRadiansPerE7 = std::numbers::pi / 180e7;
constexpr double kHeightSlackM = 600;
constexpr double kHighestM = 15'000;

/// Sine and cosine of the latitude (each times the same length) and the height of a point, by Bowring's form: below a
/// millimetre in the atmosphere.
struct Geodetic {
  double sin_lat, cos_lat, height;
};

Geodetic geodetic(double x, double y, double z) {
  const double r = std::sqrt(x * x + y * y);
  const double beta = std::sqrt(r * kEarthB * r * kEarthB + z * kEarthA * z * kEarthA);
  const double s = z * kEarthA / beta;
  const double c = r * kEarthB / beta;
  const double up = z + kEarthE2 / (1.0 - kEarthE2) * kEarthB * s * s * s;
  const double out = r - kEarthE2 * kEarthA * c * c * c;
  const double length = std::sqrt(up * up + out * out);
  const double sin_lat = up / length;
  const double cos_lat = out / length;
  return {sin_lat, cos_lat, r * cos_lat + z * sin_lat - kEarthA * std::sqrt(1.0 - kEarthE2 * sin_lat * sin_lat)};
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

PolarFrame::PolarFrame(const RadarPlace& radar)
    : system_(radar.system),
      position_(radar.position),
      antenna_m_(radar.height_cm * 0.01),
      sin_lat_(std::sin(radar.position.lat_e7 * kRadiansPerE7)),
      cos_lat_(std::cos(radar.position.lat_e7 * kRadiansPerE7)),
      sin_lng_(std::sin(radar.position.lng_e7 * kRadiansPerE7)),
      cos_lng_(std::cos(radar.position.lng_e7 * kRadiansPerE7)),
      normal_m_(kEarthA / std::sqrt(1.0 - kEarthE2 * sin_lat_ * sin_lat_)),
      meridian_m_(kEarthA * (1.0 - kEarthE2) / std::pow(1.0 - kEarthE2 * sin_lat_ * sin_lat_, 1.5)) {
  antenna_ = at_height(antenna_m_);
}

PolarFrame::Point PolarFrame::at_height(double h) const {
  return {(normal_m_ + h) * cos_lat_ * cos_lng_, (normal_m_ + h) * cos_lat_ * sin_lng_,
          (normal_m_ * (1.0 - kEarthE2) + h) * sin_lat_};
}

PolarFrame::Point PolarFrame::moved(double east, double north, double up) const {
  return {antenna_.x - sin_lng_ * east - sin_lat_ * cos_lng_ * north + cos_lat_ * cos_lng_ * up,
          antenna_.y + cos_lng_ * east - sin_lat_ * sin_lng_ * north + cos_lat_ * sin_lng_ * up,
          antenna_.z + cos_lat_ * north + sin_lat_ * up};
}

/// Radius of curvature in a direction (Euler).
double PolarFrame::radius(double sin_azimuth, double cos_azimuth) const {
  return 1.0 / (cos_azimuth * cos_azimuth / meridian_m_ + sin_azimuth * sin_azimuth / normal_m_);
}

Placed PolarFrame::place(const Polar& polar, std::optional<std::int32_t> height_cm) const {
  const double slant = std::max(polar.slant_cm * 0.01, 0.01);
  const double azimuth = polar.azimuth_mdeg * (std::numbers::pi / 180'000.0);
  const double height = height_cm ? *height_cm * 0.01 : antenna_m_;
  const double s = std::sin(azimuth);
  const double c = std::cos(azimuth);
  const double around = radius(s, c);

  double sine = sine_of_elevation(around, antenna_m_, slant, height);
  Point there{};
  Geodetic found{};
  for (int i = 0; i < 3; ++i) {
    const double flat = slant * std::sqrt(1.0 - sine * sine);
    there = moved(flat * s, flat * c, slant * sine);
    found = geodetic(there.x, there.y, there.z);
    // The sphere's elevation is nearly right; what height it misses is put right along the line.
    sine = std::clamp(sine + (height - found.height) / slant, -1.0, 1.0);
  }
  Placed out;
  out.position = latlng(std::atan2(found.sin_lat, found.cos_lat), std::atan2(there.y, there.x));
  const double low = height_cm ? height - kHeightSlackM : antenna_m_;
  const double high = height_cm ? height + kHeightSlackM : kHighestM;
  const auto ground = [&](double h) {
    const double e = sine_of_elevation(around, antenna_m_, slant, h);
    return slant * std::sqrt(1.0 - e * e);
  };
  const double here = ground(height);
  const double slack = std::max(std::fabs(ground(low) - here), std::fabs(ground(high) - here));
  out.slack_cm = static_cast<std::int32_t>(std::lround(slack * 100));
  return out;
}

Polar PolarFrame::polar(geo::LatLng position, std::int32_t height_cm) const {
  const Point to = PolarFrame({0, position, height_cm}).antenna_;
  const double dx = to.x - antenna_.x;
  const double dy = to.y - antenna_.y;
  const double dz = to.z - antenna_.z;
  const double east = -sin_lng_ * dx + cos_lng_ * dy;
  const double north = -sin_lat_ * cos_lng_ * dx - sin_lat_ * sin_lng_ * dy + cos_lat_ * dz;
  const auto mdeg = static_cast<std::int32_t>(std::lround(std::atan2(east, north) * (180'000.0 / std::numbers::pi)));
  return {static_cast<std::int32_t>(std::lround(std::hypot(std::hypot(dx, dy), dz) * 100)), (mdeg + 360'000) % 360'000};
}

geo::LatLng PolarFrame::plane(std::int64_t east_cm, std::int64_t north_cm) const {
  const double east = static_cast<double>(east_cm) * 0.01;
  const double north = static_cast<double>(north_cm) * 0.01;
  const double distance = std::hypot(east, north);
  if (distance == 0) return position_;
  const double s = east / distance;
  const double c = north / distance;
  const double angle = distance / radius(s, c);
  const double sin_lat = sin_lat_ * std::cos(angle) + cos_lat_ * std::sin(angle) * c;
  const double lat = std::asin(std::clamp(sin_lat, -1.0, 1.0));
  const double dlng = std::atan2(s * std::sin(angle) * cos_lat_, std::cos(angle) - sin_lat_ * sin_lat);
  return latlng(lat, std::remainder(std::atan2(sin_lng_, cos_lng_) + dlng, 2 * std::numbers::pi));
}

Placed place_of_polar(const RadarPlace& radar, const Polar& polar, std::optional<std::int32_t> height_cm) {
  return PolarFrame(radar).place(polar, height_cm);
}

Polar polar_of_place(const RadarPlace& radar, geo::LatLng position, std::int32_t height_cm) {
  return PolarFrame(radar).polar(position, height_cm);
}

geo::LatLng place_of_plane(geo::LatLng origin, std::int64_t east_cm, std::int64_t north_cm) {
  return PolarFrame({0, origin, 0}).plane(east_cm, north_cm);
}

}  // namespace tansiq::surveillance
