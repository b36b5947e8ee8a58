// The WGS-84 ellipsoid as far as the predicates need it. Inside of geo/; docs/geometry.md derives the bounds.
//
// A unit vector here is the ellipsoid's normal at a point, that is, the point's geodetic latitude and longitude on the
// unit sphere. Lengths in metres are compared as straight chords between points of the ellipsoid: a chord needs one
// square root, is never longer than the geodesic, and its relation to the geodesic's length is known to 1e-5 below
// 1000 km.
#pragma once

#include <cstdint>

#include "geo/vec.h"
#include "geo/wgs84.h"

namespace tansiq::geo {

/// Smallest radius of curvature (along the meridian at the equator): a distance in metres is at least this times the
/// angle between the normals.
inline constexpr double kCurvatureMin = kEarthB * kEarthB / kEarthA;
/// Largest (at the poles): a distance is at most this times the angle, and a geodesic of length s has a chord of at
/// most 2 R sin(s / 2R).
inline constexpr double kCurvatureMax = kEarthA * kEarthA / kEarthB;

/// Every computed distance is compared with a threshold widened by these, so that rounding, the great circle's foot
/// point (not quite the ellipsoid's) and the corridor's polygonal sides all err towards conflict.
inline constexpr double kReachRelative = 1.5e-4;
inline constexpr double kReachAbsoluteM = 0.02;
/// Corridors: part of the width by which a side may be misplaced.
inline constexpr double kWidthRelative = 5e-5;

/// The point of the ellipsoid whose normal is `n`, in metres from the centre.
[[nodiscard]] inline Vec3 on_ellipsoid(Vec3 n) {
  constexpr double kA2 = kEarthA * kEarthA;
  constexpr double kB2 = kEarthB * kEarthB;
  const double scale = 1.0 / std::sqrt(kA2 * (n.x * n.x + n.y * n.y) + kB2 * n.z * n.z);
  return {kA2 * scale * n.x, kA2 * scale * n.y, kB2 * scale * n.z};
}

/// Square of the straight distance in metres between the points with normals `p` and `q`.
[[nodiscard]] inline double chord2(Vec3 p, Vec3 q) { return norm2(on_ellipsoid(p) - on_ellipsoid(q)); }

/// The normal of the edge's point that is nearest to `p`, on the sphere of normals. `normal` = plane_normal(u, w).
[[nodiscard]] Vec3 nearest_on_edge(Vec3 p, Vec3 u, Vec3 w, Vec3 normal);

/// A distance in metres, prepared for comparisons: `near` errs towards true by the widening above.
class Reach {
 public:
  /// `metres` between the shapes; `width_m` the widths of corridors involved.
  explicit Reach(double metres, double width_m = 0);

  [[nodiscard]] bool near(Vec3 p, Vec3 q) const {
    return norm2(p - q) <= unit_chord_ * unit_chord_ && chord2(p, q) < chord2_;
  }
  [[nodiscard]] bool near_edge(Vec3 p, Vec3 u, Vec3 w) const {
    // Most edges are told off by their great circle alone: |p·n| / |n| is the sine of the angle to it.
    const Vec3 normal = plane_normal(u, w);
    const double side = dot(p, normal);
    if (side * side > unit_chord_ * unit_chord_ * norm2(normal) + kDegenerate) return false;
    return near(p, nearest_on_edge(p, u, w, normal));
  }
  /// Does the plane with this normal (any length) part `p`, on its negative side, by more than the reach?
  [[nodiscard]] bool beyond(Vec3 p, Vec3 normal) const {
    const double side = dot(p, normal);
    return side < 0 && side * side > unit_chord_ * unit_chord_ * norm2(normal) + kDegenerate;
  }
  /// Two unit vectors further apart than this are certainly out of reach.
  [[nodiscard]] double unit_chord() const { return unit_chord_; }

 private:
  /// Keeps edges too short for a direction (below a nanometre) from telling anything off.
  static constexpr double kDegenerate = 1e-31;
  double chord2_;
  double unit_chord_;
};

/// Is the geodesic between the two certainly shorter than `metres`? Errs towards false, by less than 1 % of `metres`
/// below 2000 km and far less for short ones.
[[nodiscard]] bool certainly_within(Vec3 p, Vec3 q, double metres);

/// A point with its directions: what turns and moves there.
class Place {
 public:
  explicit Place(Vec3 n);

  /// The tangent `along` (on the sphere of normals, any length) turned counter-clockwise, seen from outside, by
  /// `angle_rad` *as measured on the ellipsoid*. Unit length.
  [[nodiscard]] Vec3 turned(Vec3 along, double angle_rad) const;
  /// The point `metres` away in the direction of a unit tangent, along the great circle of normals. Misplaced by less
  /// than 2e-5 of `metres`, up to 100 km.
  [[nodiscard]] Vec3 moved(Vec3 direction, double metres) const;
  /// Angle on the ellipsoid from tangent `a` counter-clockwise to tangent `b`, in (-π, π].
  [[nodiscard]] double angle_between(Vec3 a, Vec3 b) const;

 private:
  struct Metres {
    double east;
    double north;
  };
  [[nodiscard]] Metres metres_of(Vec3 tangent) const;

  Vec3 n_;
  Vec3 east_;
  Vec3 north_;
  double east_m_;   ///< Metres per radian eastward: the prime vertical's radius.
  double north_m_;  ///< Metres per radian northward: the meridian's radius.
};

}  // namespace tansiq::geo
