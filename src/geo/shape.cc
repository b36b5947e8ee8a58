#include "geo/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/limits.h"
#include "geo/earth.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

std::string degrees(std::int32_t e7) { return fmt::format("{:.7f}°", static_cast<double>(e7) / 1e7); }

Status check_point(LatLng p, std::string_view list, std::size_t i) {
  const auto where = [&] { return list == "centre" ? std::string(list) : fmt::format("{}[{}]", list, i); };
  if (p.lat_e7 < -kQuarterTurnE7 || p.lat_e7 > kQuarterTurnE7) {
    return fail(ErrorCode::kInvalid, fmt::format("latitude {} is outside -90°…90°", degrees(p.lat_e7)), where());
  }
  if (p.lng_e7 < -kHalfTurnE7 || p.lng_e7 > kHalfTurnE7) {
    return fail(ErrorCode::kInvalid, fmt::format("longitude {} is outside -180°…180°", degrees(p.lng_e7)), where());
  }
  return {};
}

/// Checks every point and pair of neighbours of `points`; `list` and `edge` name them in errors.
Result<std::vector<Vertex>> checked_points(std::span<const LatLng> points, std::string_view list, bool closed) {
  std::vector<Vertex> vertices;
  vertices.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    TRY_VOID(check_point(points[i], list, i));
    vertices.push_back(make_vertex(points[i]));
  }
  for (std::size_t i = 0; i + (closed ? 0 : 1) < vertices.size(); ++i) {
    const std::size_t next = i + 1 == vertices.size() ? 0 : i + 1;
    if (vertices[i].p == vertices[next].p) {
      if (next == 0) {
        return fail(ErrorCode::kInvalid, "the last vertex repeats the first: leave the closing copy out",
                    fmt::format("{}[{}]", list, i));
      }
      return fail(ErrorCode::kInvalid, fmt::format("repeats the point before it, {}[{}]", list, i),
                  fmt::format("{}[{}]", list, next));
    }
    if (opposite(vertices[i], vertices[next])) {
      return fail(ErrorCode::kInvalid, "joins two opposite points of the earth: give a point between them",
                  fmt::format("edge {}", i));
    }
  }
  return vertices;
}

Error touching_edges_error(std::span<const Vertex> vertices, EdgePair pair) {
  const auto n = vertices.size();
  const auto [i, j] = pair;
  for (const std::size_t a : {i, (i + 1) % n}) {
    for (const std::size_t b : {j, (j + 1) % n}) {
      if (a != b && vertices[a].p == vertices[b].p) {
        return {ErrorCode::kInvalid,
                fmt::format("is the same point as vertices[{}]: the outline meets itself there", std::min(a, b)),
                fmt::format("vertices[{}]", std::max(a, b))};
      }
    }
  }
  const bool neighbours = (i + 1) % n == j || (j + 1) % n == i;
  return {ErrorCode::kInvalid,
          neighbours ? fmt::format("folds back on edge {}", j) : fmt::format("crosses or touches edge {}", j),
          fmt::format("edge {}", i)};
}

/// Solid angle of the triangle, positive counter-clockwise; atan2 only where it matters.
double signed_excess(Vec3 a, Vec3 b, Vec3 c) {
  const double det = dot(cross(b - a, c - a), a);
  const double sum = 1 + dot(a, b) + dot(b, c) + dot(c, a);
  const double x = det / sum;
  if (std::abs(x) < 1e-3) return 2 * x * (1 - x * x / 3);
  return 2 * std::atan2(det, sum);
}

/// Area to the left of the border and a bound on its error.
struct Area {
  double steradian;
  double error;
};

/// For outlines within 60° of their first vertex: a fan of triangles. May be negative (clockwise).
Area fan_area(std::span<const Vertex> v) {
  Area area{0, 0};
  for (std::size_t i = 1; i + 1 < v.size(); ++i) {
    area.steradian += signed_excess(v[0].v, v[i].v, v[i + 1].v);
    area.error += 2e-14 * (norm_l1(v[i].v - v[0].v) + norm_l1(v[i + 1].v - v[0].v));
  }
  return area;
}

/// For all others: a whole turn less the sum of turns (Gauss and Bonnet). In (0, 4π).
Area turning_area(std::span<const Vertex> v) {
  double turns = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    const Vertex& before = v[i == 0 ? v.size() - 1 : i - 1];
    const Vertex& at = v[i];
    const Vertex& after = v[i + 1 == v.size() ? 0 : i + 1];
    const Vec3 n1 = plane_normal(before.v, at.v);
    const Vec3 n2 = plane_normal(at.v, after.v);
    const double turn = std::atan2(dot(cross(n1, n2), at.v), dot(n1, n2));
    // At the point of a needle half a turn to the left and half a turn to the right look the same in doubles.
    const int side = orient(before, at, after);
    turns += side == 0 ? turn : std::copysign(turn, side);
  }
  return {2 * std::numbers::pi - turns, 1e-3};
}

bool within_60_degrees(std::span<const Vertex> v) {
  return std::ranges::all_of(v, [&](const Vertex& x) { return dot(x.v, v[0].v) > 0.5; });
}

/// Brings the interior to the left.
Status orient_border(std::vector<Vertex>& vertices) {
  bool reverse;
  if (within_60_degrees(vertices)) {
    const Area area = fan_area(vertices);
    if (std::abs(area.steradian) <= area.error) {
      return fail(ErrorCode::kInvalid, "has no area: it is thinner than a micrometre", "vertices");
    }
    reverse = area.steradian < 0;
  } else {
    const Area area = turning_area(vertices);
    if (std::abs(area.steradian - 2 * std::numbers::pi) <= area.error) {
      return fail(ErrorCode::kInvalid, "covers half the earth: which side is inside cannot be told", "vertices");
    }
    reverse = area.steradian > 2 * std::numbers::pi;
  }
  if (reverse) std::ranges::reverse(vertices);
  return {};
}

/// Left turns only, and all within 60° of the first vertex.
bool is_convex(const ShapeImpl& shape) {
  constexpr std::size_t kWorthKnowing = 16;
  if (shape.size() > kWorthKnowing || !within_60_degrees(shape.vertices)) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (orient(shape.vertices[shape.previous(i)], shape.vertices[i], shape.vertices[shape.next(i)]) < 0) return false;
  }
  return true;
}

/// False when the outline is small and the pole lies outside a disc that holds it, which spares the exact walk.
bool may_reach_north_pole(const ShapeImpl& shape) {
  const Vec3 first = shape.vertices[0].v;
  double radius2 = 0;
  for (const Vertex& v : shape.vertices) radius2 = std::max(radius2, norm2(v.v - first));
  // A disc of less than a quarter turn is convex, so the smaller side of the outline lies in it.
  return radius2 > 1 || norm2(Vec3{0, 0, 1} - first) <= radius2 * 1.001 + 1e-9;
}

void build_tree(ShapeImpl& shape, std::size_t parts, BoxTree::Leaves leaves) {
  if (parts <= BoxTree::kFan) {
    std::array<Box, BoxTree::kFan> boxes;
    for (std::size_t i = 0; i < parts; ++i) boxes[i] = shape.box_of_part(i);
    shape.tree = BoxTree(std::span(boxes).first(parts), leaves);
    return;
  }
  std::vector<Box> boxes(parts);
  for (std::size_t i = 0; i < parts; ++i) boxes[i] = shape.box_of_part(i);
  shape.tree = BoxTree(boxes, leaves);
}

Status fill(ShapeImpl& shape, const Polygon& polygon) {
  const std::size_t n = polygon.vertices.size();
  if (n > kPolygonVerticesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("has {} vertices; at most {} are allowed", n, kPolygonVerticesMax),
                "vertices");
  }
  if (n < 3) {
    return fail(ErrorCode::kInvalid, fmt::format("has {} vertices; a polygon needs at least 3", n), "vertices");
  }
  shape.kind = ShapeKind::kPolygon;
  shape.vertices = TRY(checked_points(polygon.vertices, "vertices", true));
  if (const auto pair = find_touching_edges(shape.vertices)) {
    return std::unexpected(touching_edges_error(shape.vertices, *pair));
  }
  TRY_VOID(orient_border(shape.vertices));
  shape.convex = is_convex(shape);
  build_tree(shape, n, BoxTree::Leaves::kRuns);
  if (may_reach_north_pole(shape)) shape.north = locate_north_pole(shape);
  shape.bounds = bounds_of_polygon(shape);
  return {};
}

Status fill(ShapeImpl& shape, const Circle& circle) {
  TRY_VOID(check_point(circle.centre, "centre", 0));
  if (circle.radius_cm <= 0 || circle.radius_cm > kRadiusCmMax) {
    return fail(ErrorCode::kInvalid,
                fmt::format("radius {:.2f} m is outside 0.01…{} m", static_cast<double>(circle.radius_cm) / 100,
                            kRadiusCmMax / 100),
                "radius");
  }
  shape.kind = ShapeKind::kCircle;
  shape.vertices.assign(1, make_vertex(circle.centre));
  shape.radius_m = static_cast<double>(circle.radius_cm) / 100;
  shape.bounds = bounds_around_line(shape.vertices, shape.radius_m);
  const Box box = point_box(shape.vertices[0].v);
  shape.tree = BoxTree(std::span(&box, 1));
  return {};
}

Status check_width(std::int64_t width_cm, std::string_view side) {
  if (width_cm >= 0 && width_cm <= kCorridorWidthCmMax) return {};
  return fail(
      ErrorCode::kInvalid,
      fmt::format("width {:.2f} m is outside 0…{} m", static_cast<double>(width_cm) / 100, kCorridorWidthCmMax / 100),
      std::string(side));
}

Status fill(ShapeImpl& shape, const Corridor& corridor) {
  const std::size_t n = corridor.line.size();
  if (n > kCorridorPointsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("has {} points; at most {} are allowed", n, kCorridorPointsMax),
                "line");
  }
  if (n < 2) return fail(ErrorCode::kInvalid, fmt::format("has {} points; a corridor needs at least 2", n), "line");
  TRY_VOID(check_width(corridor.left_cm, "left"));
  TRY_VOID(check_width(corridor.right_cm, "right"));
  if (corridor.left_cm + corridor.right_cm == 0) {
    return fail(ErrorCode::kInvalid, "has no width: left and right are both 0", "left");
  }
  shape.kind = ShapeKind::kCorridor;
  shape.vertices = TRY(checked_points(corridor.line, "line", false));
  shape.left_m = static_cast<double>(corridor.left_cm) / 100;
  shape.right_m = static_cast<double>(corridor.right_cm) / 100;
  shape.bounds = bounds_around_line(shape.vertices, shape.width_m() * 1.001 + 1);
  if (const std::size_t pieces = leg_pieces(shape); pieces > kCorridorPiecesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("goes round the earth again and again: it would be cut into {} pieces; at most {} are kept",
                            pieces, kCorridorPiecesMax),
                "line");
  }
  build_corridor_pieces(shape);
  build_tree(shape, shape.pieces(), BoxTree::Leaves::kParts);
  return {};
}

}  // namespace

double area_of_border(std::span<const Vertex> border) {
  return std::max(0.0, (within_60_degrees(border) ? fan_area(border) : turning_area(border)).steradian);
}

Result<Shape> Shape::make(const Outline& outline) {
  auto impl = std::make_shared<ShapeImpl>();
  TRY_VOID(std::visit([&](const auto& kind) { return fill(*impl, kind); }, outline));
  return Shape(std::move(impl));
}

std::size_t Shape::bytes() const {
  constexpr std::size_t kControlBlock = 16;
  return sizeof(ShapeImpl) + kControlBlock + impl_->vertices.capacity() * sizeof(Vertex) +
         impl_->corners.capacity() * sizeof(Vec3) + impl_->piece_begin.capacity() * sizeof(std::uint32_t) +
         impl_->tree.bytes();
}

Shape::Bounds Shape::bounds() const { return impl_->bounds; }

}  // namespace tansiq::geo
