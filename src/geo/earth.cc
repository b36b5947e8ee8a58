#include "geo/earth.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace tansiq::geo {
namespace {

/// Unit tangents to the east and to the north, and the radii that turn angles of the normal into metres.
struct Frame {
  Vec3 east;
  Vec3 north;
  double east_m;   ///< Metres per radian eastward: the prime vertical's radius.
  double north_m;  ///< Metres per radian northward: the meridian's radius.
};

Frame frame_at(Vec3 n) {
  const double rho = std::hypot(n.x, n.y);
  // At a pole every direction will do: both radii are equal there.
  const Vec3 east = rho > 1e-12 ? Vec3{-n.y / rho, n.x / rho, 0} : Vec3{0, 1, 0};
  const double w2 = 1.0 - kEarthE2 * n.z * n.z;
  const double w = std::sqrt(w2);
  return {east, cross(n, east), kEarthA / w, kEarthA * (1.0 - kEarthE2) / (w2 * w)};
}

/// A tangent in metres: what the ellipsoid makes of a tangent of the sphere of normals.
struct Metres {
  double east;
  double north;
};

Metres metres_of(const Frame& frame, Vec3 tangent) {
  return {dot(tangent, frame.east) * frame.east_m, dot(tangent, frame.north) * frame.north_m};
}

}  // namespace

Vec3 nearest_on_edge(Vec3 p, Vec3 u, Vec3 w) {
  const Vec3 normal = plane_normal(u, w);
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

Vec3 turned(Vec3 n, Vec3 along, double angle_rad) {
  const Frame frame = frame_at(n);
  const Metres m = metres_of(frame, along);
  const double c = std::cos(angle_rad);
  const double s = std::sin(angle_rad);
  const double east = m.east * c - m.north * s;
  const double north = m.east * s + m.north * c;
  return unit((east / frame.east_m) * frame.east + (north / frame.north_m) * frame.north);
}

Vec3 moved(Vec3 n, Vec3 direction, double metres) {
  // Midpoint rule: the metres per radian half way are the mean to third order.
  const double half = metres / (kEarthA + kEarthA);
  const Vec3 middle = std::cos(half) * n + std::sin(half) * direction;
  const Vec3 heading = std::cos(half) * direction - std::sin(half) * n;
  const Metres m = metres_of(frame_at(middle), heading);
  const double angle = metres / std::hypot(m.east, m.north);
  return unit(std::cos(angle) * n + std::sin(angle) * direction);
}

double angle_between(Vec3 n, Vec3 a, Vec3 b) {
  const Frame frame = frame_at(n);
  const Metres ma = metres_of(frame, a);
  const Metres mb = metres_of(frame, b);
  return std::atan2(ma.east * mb.north - ma.north * mb.east, ma.east * mb.east + ma.north * mb.north);
}

}  // namespace tansiq::geo
