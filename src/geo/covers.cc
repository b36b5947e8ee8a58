// Is one outline certainly inside another?
#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "geo/distance.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

using Loop = std::vector<Vec3>;

/// A circle no larger than this is a place rather than an area.
constexpr double kSpotM = 1;

bool polygon_covers_circle(const ShapeImpl& polygon, const ShapeImpl& circle) {
  const Reach reach(circle.radius_m);
  const Vertex& centre = circle.vertices[0];
  const bool near_border =
      polygon.tree.visit(point_box(centre.v), static_cast<float>(reach.unit_chord()), [&](std::size_t i) {
        return reach.near_edge(centre.v, polygon.vertices[i].v, polygon.vertices[polygon.next(i)].v);
      });
  return !near_border && inside_polygon(polygon, centre);
}

bool polygon_covers_corridor(const ShapeImpl& polygon, const ShapeImpl& corridor) {
  const Reach reach(0, corridor.width_m());
  const bool near_border = visit_pairs(
      polygon.tree, corridor.tree, static_cast<float>(reach.unit_chord()),
      [&](std::size_t i) { return polygon.box_of_edge(i); },
      [&](std::size_t i, std::size_t k) {
        return near_piece(reach, polygon.vertices[i].v, polygon.vertices[polygon.next(i)].v, corridor.piece(k));
      });
  return !near_border && inside_polygon(polygon, corridor.vertices[0]);
}

/// A disc of at most 500 km is convex, so corners decide.
bool circle_covers(const ShapeImpl& circle, const ShapeImpl& inner) {
  const Vec3 centre = circle.vertices[0].v;
  if (inner.kind == ShapeKind::kCircle) {
    if (circle.vertices[0].p == inner.vertices[0].p) return inner.radius_m <= circle.radius_m;
    return certainly_within(centre, inner.vertices[0].v, circle.radius_m - inner.radius_m);
  }
  const auto within = [&](Vec3 v) { return certainly_within(centre, v, circle.radius_m); };
  if (inner.kind == ShapeKind::kPolygon) {
    return std::ranges::all_of(inner.vertices, [&](const Vertex& v) { return within(v.v); });
  }
  return std::ranges::all_of(inner.corners, within);
}

/// The inner outline as loops that together hold it.
std::vector<Loop> loops_of(const ShapeImpl& shape) {
  std::vector<Loop> loops;
  if (shape.kind == ShapeKind::kPolygon) {
    Loop& loop = loops.emplace_back();
    for (const Vertex& v : shape.vertices) loop.push_back(v.v);
  } else if (shape.kind == ShapeKind::kCorridor) {
    for (std::size_t k = 0; k < shape.pieces(); ++k) {
      const auto piece = shape.piece(k);
      loops.emplace_back(piece.begin(), piece.end());
    }
  } else {
    // Circumscribed: 96 sides reach 0.06 % beyond the radius.
    // Eight do for a spot: they reach beyond it by 8 % of less than a metre.
    const int sides = shape.radius_m <= kSpotM ? 8 : 96;
    const double step = 2 * std::numbers::pi / sides;
    const Vec3 n = shape.vertices[0].v;
    const Place place(n);
    const Vec3 start = unit(cross(std::abs(n.z) < 0.9 ? Vec3{0, 0, 1} : Vec3{1, 0, 0}, n));
    Loop& loop = loops.emplace_back();
    const double corner_m = shape.radius_m / std::cos(step / 2) + 0.01;
    for (int k = 0; k < sides; ++k) loop.push_back(place.moved(place.turned(start, k * step), corner_m));
  }
  return loops;
}

/// Parts of a chord, as fractions of it.
struct Part {
  double from;
  double to;
};

/// The part of the chord u–w that lies over a convex piece: the side of a plane is linear along a chord.
Part part_over(Vec3 u, Vec3 w, std::span<const Vec3> piece) {
  constexpr double kOnBorder = 1e-15;  // radians: 6 nm
  Part part{0, 1};
  if (dot(u, piece.front()) < 0) return {1, 0};
  Vec3 before = piece.back();
  for (const Vec3& corner : piece) {
    const Vec3 normal = plane_normal(before, corner);
    const double slack = kOnBorder * norm_l1(normal);
    const double at_u = dot(normal, u) + slack;
    const double at_w = dot(normal, w) + slack;
    before = corner;
    if (at_u >= 0 && at_w >= 0) continue;
    if (at_u < 0 && at_w < 0) return {1, 0};
    const double at = at_u / (at_u - at_w);
    if (at_u < 0) {
      part.from = std::max(part.from, at);
    } else {
      part.to = std::min(part.to, at);
    }
  }
  return part;
}

/// The parts of the chord that lie over no piece but perhaps number `except`.
std::vector<Part> bare_parts(Vec3 u, Vec3 w, const ShapeImpl& cover, std::size_t except) {
  constexpr double kGap = 1e-9;
  std::vector<Part> over;
  cover.tree.visit(edge_box(u, w), 0.0F, [&](std::size_t k) {
    if (k != except) over.push_back(part_over(u, w, cover.piece(k)));
    return false;
  });
  std::ranges::sort(over, {}, &Part::from);
  std::vector<Part> bare;
  double reached = 0;
  for (const Part& part : over) {
    if (part.to <= part.from) continue;
    if (part.from > reached + kGap) bare.push_back({reached, part.from});
    reached = std::max(reached, part.to);
  }
  if (reached < 1 - kGap) bare.push_back({reached, 1});
  return bare;
}

bool inside_loop(Vec3 p, const ShapeImpl& inner, const Loop& loop) {
  if (inner.kind != ShapeKind::kPolygon) return inside_piece(p, loop);
  constexpr double kE7PerRad = 1'800'000'000 / std::numbers::pi;
  const auto lat = static_cast<std::int32_t>(std::atan2(p.z, std::hypot(p.x, p.y)) * kE7PerRad);
  const auto lng = static_cast<std::int32_t>(std::atan2(p.y, p.x) * kE7PerRad);
  const Vertex v = make_vertex({lat, lng});
  return on_border(inner, v) || inside_polygon(inner, v);
}

/// A loop lies over a union of pieces when its border does and the union has no hole in it: then no part of a piece's
/// border that is bare of other pieces lies inside the loop.
bool pieces_cover(const ShapeImpl& cover, const ShapeImpl& inner, const Loop& loop) {
  constexpr std::size_t kNone = ~std::size_t{0};
  Vec3 before = loop.back();
  for (const Vec3& corner : loop) {
    if (!bare_parts(before, corner, cover, kNone).empty()) return false;
    before = corner;
  }
  const auto hole_at = [&](std::size_t k) {
    const auto piece = cover.piece(k);
    Vec3 u = piece.back();
    for (const Vec3& w : piece) {
      for (const Part& part : bare_parts(u, w, cover, k)) {
        const double middle = (part.from + part.to) / 2;
        if (inside_loop(unit((1 - middle) * u + middle * w), inner, loop)) return true;
      }
      u = w;
    }
    return false;
  };
  if (inner.kind == ShapeKind::kCircle && inner.radius_m <= kSpotM) {
    // No border of a piece that lies elsewhere is inside of a spot.
    const Reach near(2 * kSpotM);
    return !cover.tree.visit(point_box(inner.vertices[0].v), static_cast<float>(near.unit_chord()), hole_at);
  }
  for (std::size_t k = 0; k < cover.pieces(); ++k) {
    if (hole_at(k)) return false;
  }
  return true;
}

bool same_line(const ShapeImpl& a, const ShapeImpl& b) {
  return std::ranges::equal(a.vertices, b.vertices, {}, &Vertex::p, &Vertex::p);
}

/// Null where nothing is left of it.
std::shared_ptr<const ShapeImpl> narrower_of(const ShapeImpl& corridor) {
  // Pieces reach a little beyond the corridor: those of a slightly narrower one lie inside it.
  const auto narrower = [](double width) { return std::max(0.0, width - 0.35 - 6e-4 * width); };
  auto made = std::make_shared<ShapeImpl>();
  ShapeImpl& cover = *made;
  cover.kind = ShapeKind::kCorridor;
  cover.vertices = corridor.vertices;
  cover.left_m = narrower(corridor.left_m);
  cover.right_m = narrower(corridor.right_m);
  if (cover.left_m + cover.right_m <= 0) return nullptr;
  build_corridor_pieces(cover);
  std::vector<Box> boxes(cover.pieces());
  for (std::size_t k = 0; k < boxes.size(); ++k) boxes[k] = cover.box_of_part(k);
  cover.tree = BoxTree(boxes, BoxTree::Leaves::kParts);
  return made;
}

bool corridor_covers(const ShapeImpl& corridor, const ShapeImpl* narrower, const ShapeImpl& inner) {
  if (inner.kind == ShapeKind::kCorridor && same_line(corridor, inner)) {
    return inner.left_m <= corridor.left_m && inner.right_m <= corridor.right_m;
  }
  if (narrower == nullptr) return false;
  const ShapeImpl& cover = *narrower;
  return std::ranges::all_of(loops_of(inner), [&](const Loop& loop) { return pieces_cover(cover, inner, loop); });
}

bool covered(const ShapeImpl& o, const ShapeImpl* narrower, const ShapeImpl& i) {
  switch (o.kind) {
    case ShapeKind::kCircle:
      return circle_covers(o, i);
    case ShapeKind::kCorridor:
      return corridor_covers(o, narrower, i);
    default:
      break;
  }
  switch (i.kind) {
    case ShapeKind::kPolygon:
      return !interiors_meet(o, true, i);
    case ShapeKind::kCircle:
      return polygon_covers_circle(o, i);
    default:
      return polygon_covers_corridor(o, i);
  }
}

}  // namespace

Cover::Cover(Shape outer)
    : outer_(std::move(outer)),
      narrower_(outer_.impl().kind == ShapeKind::kCorridor ? narrower_of(outer_.impl()) : nullptr) {}

bool Cover::covers(const Shape& inner) const { return covered(outer_.impl(), narrower_.get(), inner.impl()); }

bool covers(const Shape& outer, const Shape& inner) {
  const ShapeImpl& o = outer.impl();
  const auto narrower = o.kind == ShapeKind::kCorridor ? narrower_of(o) : nullptr;
  return covered(o, narrower.get(), inner.impl());
}

}  // namespace tansiq::geo
