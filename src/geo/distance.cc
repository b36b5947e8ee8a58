#include "geo/distance.h"

#include <algorithm>
#include <array>

namespace tansiq::geo {
namespace {

double det(Vec3 a, Vec3 b, Vec3 c) { return dot(cross(b - a, c - a), a); }

/// Calls `test(u, w)` for the edges of a piece until it returns true.
template <class Test>
bool any_edge(std::span<const Vec3> piece, Test&& test) {
  Vec3 before = piece.back();
  for (const Vec3& corner : piece) {
    if (test(before, corner)) return true;
    before = corner;
  }
  return false;
}

}  // namespace

bool inside_piece(Vec3 p, std::span<const Vec3> piece) {
  // All great circles through the sides also part off the far side of the earth; the dot product does.
  return dot(p, piece.front()) > 0 && !any_edge(piece, [p](Vec3 u, Vec3 w) { return det(u, w, p) < 0; });
}

bool arcs_cross(Vec3 a0, Vec3 a1, Vec3 b0, Vec3 b1) {
  const double b0_side = det(a0, a1, b0);
  const double b1_side = det(a0, a1, b1);
  if (b0_side * b1_side >= 0) return false;
  const double a0_side = det(b0, b1, a0);
  const double a1_side = det(b0, b1, a1);
  return a0_side * a1_side < 0 && (b0_side > 0) == (a1_side > 0);
}

bool parted(const Reach& reach, std::span<const Vec3> a, std::span<const Vec3> b) {
  const auto by_edge_of = [&reach](std::span<const Vec3> one, std::span<const Vec3> other) {
    return any_edge(one, [&](Vec3 u, Vec3 w) {
      const Vec3 normal = plane_normal(u, w);
      return std::ranges::all_of(other, [&](Vec3 p) { return reach.beyond(p, normal); });
    });
  };
  return by_edge_of(a, b) || by_edge_of(b, a);
}

bool near_edges(const Reach& reach, Vec3 a0, Vec3 a1, Vec3 b0, Vec3 b1) {
  return arcs_cross(a0, a1, b0, b1) || reach.near_edge(a0, b0, b1) || reach.near_edge(a1, b0, b1) ||
         reach.near_edge(b0, a0, a1) || reach.near_edge(b1, a0, a1);
}

bool near_piece(const Reach& reach, Vec3 p, std::span<const Vec3> piece) {
  return inside_piece(p, piece) || any_edge(piece, [&](Vec3 u, Vec3 w) { return reach.near_edge(p, u, w); });
}

bool near_piece(const Reach& reach, Vec3 u, Vec3 w, std::span<const Vec3> piece) {
  if (parted(reach, std::array{u, w}, piece)) return false;
  return inside_piece(u, piece) || any_edge(piece, [&](Vec3 a, Vec3 b) { return near_edges(reach, u, w, a, b); });
}

bool near_pieces(const Reach& reach, std::span<const Vec3> a, std::span<const Vec3> b) {
  if (parted(reach, a, b)) return false;
  return inside_piece(b.front(), a) || any_edge(a, [&](Vec3 u, Vec3 w) { return near_piece(reach, u, w, b); });
}

}  // namespace tansiq::geo
