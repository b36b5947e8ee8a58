#include "geo/earth.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace tansiq::geo {
Vec3 nearest_on_edge(Vec3 p, Vec3 u, Vec3 w, Vec3 normal) {
  const double length2 = norm2(normal);
  if (length2 > 1e-28) {
    // The foot lies on the edge when p is on the inner side of both ends' perpendicular planes.
    if (dot(cross(normal, u), p) > 0 && dot(cross(w, normal), p) > 0) {
      const Vec3 foot = p - (dot(p, normal) / length2) * normal;
      const double foot2 = norm2(foot);
      if (foot2 > 1e-24) return (1.0 / std::sqrt(foot2)) * foot;
    }
  }
  return norm2(p - u) < norm2(p - w) ? u : w;
}

Reach::Reach(double metres, double width_m) {
  const double widened = metres * (1 + kReachRelative) + width_m * kWidthRelative + kReachAbsoluteM;
  unit_chord_ = widened / kCurvatureMin;
  const double half_angle = widened / (2 * kCurvatureMax);
  // From half way round the earth on, everything is in reach.
  const double chord = half_angle < 1.5 ? 2 * kCurvatureMax * std::sin(half_angle) : 4 * kCurvatureMax;
  chord2_ = chord * chord;
}

bool certainly_within(Vec3 p, Vec3 q, double metres) {
  // A geodesic bends at most as the sharpest circle does, so its chord is at least that circle's (Schur).
  const double safe = metres * (1 - 1e-6) - 1e-3;
  if (safe <= 0) return false;
  const double chord = 2 * kCurvatureMin * std::sin(std::min(safe / (2 * kCurvatureMin), 1.5));
  return chord2(p, q) < chord * chord;
}

Place::Place(Vec3 n) : n_(n) {
  const double rho2 = n.x * n.x + n.y * n.y;
  const double rho = std::sqrt(rho2);
  // At a pole every direction will do: both radii are equal there.
  east_ = rho > 1e-12 ? Vec3{-n.y / rho, n.x / rho, 0} : Vec3{0, 1, 0};
  north_ = cross(n, east_);
  const double w2 = 1.0 - kEarthE2 * n.z * n.z;
  east_m_ = kEarthA / std::sqrt(w2);
  north_m_ = east_m_ * (1.0 - kEarthE2) / w2;
}

Place::Metres Place::metres_of(Vec3 tangent) const {
  return {dot(tangent, east_) * east_m_, dot(tangent, north_) * north_m_};
}

Vec3 Place::turned(Vec3 along, double angle_rad) const {
  const Metres m = metres_of(along);
  const double c = std::cos(angle_rad);
  const double s = std::sin(angle_rad);
  const double east = m.east * c - m.north * s;
  const double north = m.east * s + m.north * c;
  return unit((east / east_m_) * east_ + (north / north_m_) * north_);
}

Vec3 Place::moved(Vec3 direction, double metres) const {
  Metres m = metres_of(direction);
  double angle = metres / std::sqrt(m.east * m.east + m.north * m.north);
  // The metres per radian change by up to 1 % in a radian: half way they are the mean to third order.
  constexpr double kFarM = 10'000;
  if (metres > kFarM) {
    const double c = std::cos(angle / 2);
    const double s = std::sin(angle / 2);
    m = Place(c * n_ + s * direction).metres_of(c * direction - s * n_);
    angle = metres / std::sqrt(m.east * m.east + m.north * m.north);
  }
  return unit(std::cos(angle) * n_ + std::sin(angle) * direction);
}

double Place::angle_between(Vec3 a, Vec3 b) const {
  const Metres ma = metres_of(a);
  const Metres mb = metres_of(b);
  return std::atan2(ma.east * mb.north - ma.north * mb.east, ma.east * mb.east + ma.north * mb.north);
}

}  // namespace tansiq::geo
