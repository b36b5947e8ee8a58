#include "formats/earth_math.h"

#include <cmath>

#include "geo/wgs84.h"

namespace tansiq::formats {
namespace {

using geo::kEarthA;
using geo::kEarthE2;
constexpr double kRadPerE7 = std::numbers::pi / 180.0 * 1e-7;

/// Unit vectors at `n` towards east and north; at a pole, where every direction is one or the other, a fixed choice.
struct Frame {
  Vec3 east, north;
};
Frame frame_at(const Vec3& n) {
  const double horizontal = std::hypot(n.x, n.y);
  const Vec3 east = horizontal < 1e-15 ? Vec3{0, 1, 0} : Vec3{-n.y / horizontal, n.x / horizontal, 0};
  return {east, {n.y * east.z - n.z * east.y, n.z * east.x - n.x * east.z, n.x * east.y - n.y * east.x}};
}

}  // namespace

Vec3 normal_of(const geo::LatLng& p) {
  const double lat = p.lat_e7 * kRadPerE7;
  const double lng = p.lng_e7 * kRadPerE7;
  return {std::cos(lat) * std::cos(lng), std::cos(lat) * std::sin(lng), std::sin(lat)};
}

geo::LatLng point_of(const Vec3& n) {
  return {static_cast<std::int32_t>(std::lround(std::atan2(n.z, std::hypot(n.x, n.y)) / kRadPerE7)),
          static_cast<std::int32_t>(std::lround(std::atan2(n.y, n.x) / kRadPerE7))};
}

Vec3 on_ellipsoid(const geo::LatLng& p) {
  const Vec3 n = normal_of(p);
  const double radius = kEarthA / std::sqrt(1 - kEarthE2 * n.z * n.z);
  return {radius * n.x, radius * n.y, radius * (1 - kEarthE2) * n.z};
}

double chord_m(const geo::LatLng& a, const geo::LatLng& b) { return norm(on_ellipsoid(a) - on_ellipsoid(b)); }

geo::LatLng along(const geo::LatLng& a, const geo::LatLng& b, double fraction) {
  const Vec3 n = normal_of(a);
  const Vec3 m = normal_of(b);
  const Vec3 across = m - dot(n, m) * n;
  const double sine = norm(across);
  if (sine < 1e-15) return a;
  const double angle = std::atan2(sine, dot(n, m)) * fraction;
  return point_of(std::cos(angle) * n + (std::sin(angle) / sine) * across);
}

geo::LatLng moved(const geo::LatLng& p, double bearing, double metres) {
  const Vec3 n = normal_of(p);
  const Frame frame = frame_at(n);
  const double w2 = 1 - kEarthE2 * n.z * n.z;
  const double prime = kEarthA / std::sqrt(w2);
  const double meridian = prime * (1 - kEarthE2) / w2;
  const double c = std::cos(bearing);
  const double s = std::sin(bearing);
  // The direction on the sphere of normals differs from the one on the ellipsoid by the ratio of the two radii.
  Vec3 direction = (c / meridian) * frame.north + (s / prime) * frame.east;
  direction = (1 / norm(direction)) * direction;
  const double angle = metres * std::hypot(c / meridian, s / prime);
  return point_of(std::cos(angle) * n + std::sin(angle) * direction);
}

double bearing_rad(const geo::LatLng& a, const geo::LatLng& b) {
  const Vec3 n = normal_of(a);
  const Frame frame = frame_at(n);
  const Vec3 m = normal_of(b);
  return std::atan2(dot(m, frame.east), dot(m, frame.north));
}

}  // namespace tansiq::formats
