// Tells at a glance that an outline is out of a corridor's reach. Inside of geo/.
//
//   const OutlineFilter filter(query.shape, minima.horizontal_m);
//   for (const Shape& other : found) {
//     if (filter.certainly_apart(OutlineHead(other.impl()))) continue;
//     if (outlines_conflict(query.shape, other, minima.horizontal_m)) …
//   }
//
// The idea. The box in latitude and longitude around a corridor that runs north-east is mostly empty, and two in three
// of the outlines that meet the box lie where the corridor does not. The filter holds the corridor's convex pieces,
// each with the planes through the earth's centre along its edges. When the box around the other outline lies beyond
// one such plane of every piece (or away from the piece's own box) by more than the reach, no point of one is near a
// point of the other, and the full comparison could only say so too. The other outline is judged by the box at its
// head: its points stay out of the cache, and fetching those is most of what a comparison costs among a million.
// Queries that are not corridors fill their boxes, and are not worth the look: for them it is silent.
//
// It never changes an answer: `certainly_apart` implies that `outlines_conflict` says no. What it keeps beyond the
// reach is a million times what rounding moves (docs/geometry.md, "The filter"). It is silent beside the poles, where
// points may be closer together than doubles tell apart, and about outlines of more than half a radian.
//
// Cost: to make, some 10 ns an edge, two allocations; to ask, some 3 ns a plane, mostly a few planes a piece.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "geo/box_tree.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {

/// What the filter needs to know of the other outline: small, so that who keeps many may keep it beside them.
struct OutlineHead {
  OutlineHead() = default;
  explicit OutlineHead(const ShapeImpl& shape);

  Box box;
  float reach = 0;  ///< What its sizes add to the reach, in radians; rounded up.
  float bulge = 0;  ///< How far its inside may leave the box; infinite when it cannot be judged.
};

class OutlineFilter {
 public:
  /// `query` need not outlive it.
  OutlineFilter(const Shape& query, std::int64_t horizontal_m);

  /// False: it tells nothing apart.
  [[nodiscard]] bool speaks() const { return !pieces_.empty(); }
  /// True only when `outlines_conflict(query, other, horizontal_m)` is false.
  [[nodiscard]] bool certainly_apart(const OutlineHead& other) const;

 private:
  static constexpr std::size_t kPiecesMax = 32;

  struct Piece {
    Box box;
    std::uint32_t planes_end;  ///< Its planes end here, and begin where those of the piece before it end.
  };

  void add_piece(std::span<const Vec3> corners);

  double reach_ = 0;           ///< Of gap and width; in radians, with the margin.
  std::vector<Piece> pieces_;  ///< None: silent.
  std::vector<Vec3> planes_;   ///< Unit normals; the piece lies on the positive side.
};

}  // namespace tansiq::geo
