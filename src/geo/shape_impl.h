// What a Shape holds. Inside of geo/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "geo/box_tree.h"
#include "geo/exact.h"
#include "geo/shape.h"

namespace tansiq::geo {

enum class ShapeKind : std::uint8_t { kPolygon, kCircle, kCorridor };

/// Where the north pole lies with respect to a polygon. Point-in-polygon walks along the meridian to it.
struct PoleState {
  bool inside = false;
  bool on_border = false;
  /// If on the border: the interior near the pole lies between these longitudes, eastward from the first.
  std::int32_t sector_from_e7 = 0;
  std::int32_t sector_to_e7 = 0;
};

class ShapeImpl {
 public:
  // Sizes and the tree's root come first: they tell most others off, and so lie in one or two cache lines.
  ShapeKind kind = ShapeKind::kPolygon;
  /// Polygon, and small enough to lie in the hemisphere left of each of its edges.
  bool convex = false;
  /// Polygon without an inside: the coverings of cell_cover.h alone know these.
  bool line = false;
  Shape::Bounds bounds{};
  double radius_m = 0;  ///< Circle.
  double left_m = 0;    ///< Corridor.
  double right_m = 0;
  /// Over the edges of a polygon or the pieces of a corridor.
  BoxTree tree;

  /// Polygon: the vertices, interior to the left. Circle: the centre. Corridor: the line.
  std::vector<Vertex> vertices;
  PoleState north;

  /// Corridor: the region as convex polygons (interior to the left), which together cover it and reach beyond it by
  /// less than the stated slack. Piece k has the corners [piece_begin[k], piece_begin[k+1]).
  std::vector<Vec3> corners;
  std::vector<std::uint32_t> piece_begin;

  [[nodiscard]] std::size_t size() const { return vertices.size(); }
  [[nodiscard]] std::size_t next(std::size_t i) const { return i + 1 == vertices.size() ? 0 : i + 1; }
  [[nodiscard]] std::size_t previous(std::size_t i) const { return i == 0 ? vertices.size() - 1 : i - 1; }
  [[nodiscard]] Box box_of_edge(std::size_t i) const { return edge_box(vertices[i].v, vertices[next(i)].v); }

  [[nodiscard]] std::size_t pieces() const { return piece_begin.empty() ? 0 : piece_begin.size() - 1; }
  [[nodiscard]] std::span<const Vec3> piece(std::size_t k) const {
    return std::span(corners).subspan(piece_begin[k], piece_begin[k + 1] - piece_begin[k]);
  }
  [[nodiscard]] Box box_of_part(std::size_t i) const;
  [[nodiscard]] double width_m() const { return left_m > right_m ? left_m : right_m; }

  /// For who compares many outlines that lie apart in memory: asks for this one's own members, or, once those have
  /// come, for its points (the first of them when there are many).
  void prefetch_head() const { prefetch_range(this, sizeof(*this)); }
  void prefetch_parts() const {
    prefetch_range(vertices.data(), vertices.size() * sizeof(Vertex));
    if (kind != ShapeKind::kCorridor) return;
    prefetch_range(corners.data(), corners.size() * sizeof(Vec3));
    __builtin_prefetch(piece_begin.data());
    tree.prefetch();
  }
};

/// Box of a convex piece with its edges' bulges.
[[nodiscard]] Box piece_box(std::span<const Vec3> corners);

/// How many pieces the legs of a corridor are cut into, without those of its bends (corridor.cc).
[[nodiscard]] std::size_t leg_pieces(const ShapeImpl& shape);

/// Fills `corners` and `piece_begin` from line and widths (corridor.cc).
void build_corridor_pieces(ShapeImpl& shape);

/// Does any edge cross or touch another, other than neighbours in their common vertex? O(n log n) (simple.cc).
/// Returns the indices of the two edges, or nothing. Needs distinct neighbouring vertices and edges below half a turn.
struct EdgePair {
  std::size_t first;
  std::size_t second;
};
[[nodiscard]] std::optional<EdgePair> find_touching_edges(std::span<const Vertex> polygon);

/// Area to the left of a border that does not meet itself, in steradian: at least 0, below 4π (shape.cc).
[[nodiscard]] double area_of_border(std::span<const Vertex> border);

/// Bounding rectangles (bounds.cc).
[[nodiscard]] Shape::Bounds bounds_of_polygon(const ShapeImpl& shape);
[[nodiscard]] Shape::Bounds bounds_around_line(std::span<const Vertex> line, double metres);
/// Closed.
[[nodiscard]] bool bounds_meet(const Shape::Bounds& a, const Shape::Bounds& b);

/// Where the pole is; needs the final vertex order (polygon.cc).
[[nodiscard]] PoleState locate_north_pole(const ShapeImpl& shape);
/// Is `p` strictly inside? Not defined on the border. Exact.
[[nodiscard]] bool inside_polygon(const ShapeImpl& polygon, const Vertex& p);
/// Have the two interiors a common area? With `complement_a` the interior of `a` is its outer side. Exact.
[[nodiscard]] bool interiors_meet(const ShapeImpl& a, bool complement_a, const ShapeImpl& b);
/// Is `p` on the border? Exact.
[[nodiscard]] bool on_border(const ShapeImpl& polygon, const Vertex& p);

}  // namespace tansiq::geo
