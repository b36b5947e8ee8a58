#include "formats/earth_math.h"

#include <cmath>

namespace tansiq::formats {
namespace {

constexpr double kA = 6'378'137.0;
constexpr double kF = 1.0 / 298.257223563;
constexpr double kE2 = kF * (2.0 - kF);
constexpr double kRadPerE7 = std::numbers::pi / 180.0 * 1e-7;

/// Unit vectors at `n` towards east and north; at a pole, where every direction is one or the other, a fixed choice.
struct Frame {
  Vec3 east, north;
};
Frame frame_at(const Vec3& n) {
  const double horizontal = std::hypot(n[0], n[1]);
  const Vec3 east = horizontal < 1e-15 ? Vec3{0, 1, 0} : Vec3{-n[1] / horizontal, n[0] / horizontal, 0};
  return {east, {n[1] * east[2] - n[2] * east[1], n[2] * east[0] - n[0] * east[2], n[0] * east[1] - n[1] * east[0]}};
}

}  // namespace

Vec3 operator+(const Vec3& a, const Vec3& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
Vec3 operator-(const Vec3& a, const Vec3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
Vec3 operator*(double s, const Vec3& a) { return {s * a[0], s * a[1], s * a[2]}; }
double dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
double norm(const Vec3& a) { return std::sqrt(dot(a, a)); }

Vec3 normal_of(const geo::LatLng& p) {
  const double lat = p.lat_e7 * kRadPerE7;
  const double lng = p.lng_e7 * kRadPerE7;
  return {std::cos(lat) * std::cos(lng), std::cos(lat) * std::sin(lng), std::sin(lat)};
}

geo::LatLng point_of(const Vec3& n) {
  return {static_cast<std::int32_t>(std::lround(std::atan2(n[2], std::hypot(n[0], n[1])) / kRadPerE7)),
          static_cast<std::int32_t>(std::lround(std::atan2(n[1], n[0]) / kRadPerE7))};
}

Vec3 on_ellipsoid(const geo::LatLng& p) {
  const Vec3 n = normal_of(p);
  const double radius = kA / std::sqrt(1 - kE2 * n[2] * n[2]);
  return {radius * n[0], radius * n[1], radius * (1 - kE2) * n[2]};
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
  const double w2 = 1 - kE2 * n[2] * n[2];
  const double prime = kA / std::sqrt(w2);
  const double meridian = prime * (1 - kE2) / w2;
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
