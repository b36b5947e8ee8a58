// Small three-dimensional vector arithmetic.
#pragma once

#include <cmath>

namespace tansiq::geo {

struct Vec3 {
  double x = 0;
  double y = 0;
  double z = 0;
  friend constexpr Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend constexpr Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend constexpr Vec3 operator*(double s, Vec3 a) { return {s * a.x, s * a.y, s * a.z}; }
};

[[nodiscard]] constexpr double dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
[[nodiscard]] constexpr Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
[[nodiscard]] constexpr double norm2(Vec3 a) { return dot(a, a); }
[[nodiscard]] inline double norm(Vec3 a) { return std::sqrt(norm2(a)); }
/// Sum of absolute components: at least the length, at most √3 times it; needs no square root.
[[nodiscard]] inline double norm_l1(Vec3 a) { return std::abs(a.x) + std::abs(a.y) + std::abs(a.z); }
[[nodiscard]] inline Vec3 unit(Vec3 a) { return (1.0 / norm(a)) * a; }

/// The normal of the plane through the origin, `a` and `b` (= a × b), accurate also when the two are close together.
[[nodiscard]] constexpr Vec3 plane_normal(Vec3 a, Vec3 b) { return cross(0.5 * (a + b), b - a); }

}  // namespace tansiq::geo
