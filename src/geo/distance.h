// Comparisons of distances between parts of outlines. Inside of geo/. Every function errs towards true by the widening
// stated in earth.h.
#pragma once

#include <span>

#include "geo/earth.h"

namespace tansiq::geo {

/// Do the arcs cross? In doubles: where this may be wrong an end lies within micrometres of the other arc, and the
/// distance tests beside it say so.
[[nodiscard]] bool arcs_cross(Vec3 a0, Vec3 a1, Vec3 b0, Vec3 b1);

/// Is `p` inside the convex piece? In doubles.
[[nodiscard]] bool inside_piece(Vec3 p, std::span<const Vec3> piece);
/// Is `p` within reach of the convex piece (corners with the interior to the left)?
[[nodiscard]] bool near_piece(const Reach& reach, Vec3 p, std::span<const Vec3> piece);
/// Is the edge?
[[nodiscard]] bool near_piece(const Reach& reach, Vec3 u, Vec3 w, std::span<const Vec3> piece);
/// Does the great circle of an edge of either piece part the two by more than the reach? Says no in some cases where
/// they are out of reach all the same.
[[nodiscard]] bool parted(const Reach& reach, std::span<const Vec3> a, std::span<const Vec3> b);
[[nodiscard]] bool near_pieces(const Reach& reach, std::span<const Vec3> a, std::span<const Vec3> b);
/// Are two edges?
[[nodiscard]] bool near_edges(const Reach& reach, Vec3 a0, Vec3 a1, Vec3 b0, Vec3 b1);

}  // namespace tansiq::geo
