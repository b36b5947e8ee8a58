// Exact decisions about polygons: point in polygon, common interior.
//
// Two simple polygons have a common interior when
//   * an edge of one properly crosses an edge of the other; or else
//   * at a point where their borders meet (then a vertex of one lies on the other's border), the two interiors' angles
//     at that point overlap; or else, when the borders meet nowhere,
//   * a vertex of one lies inside the other.
// In the second case no further look is needed: without proper crossings the rest of either border cannot get from
// outside the other to its inside except through such a point (docs/geometry.md has the argument in full).
#include <algorithm>

#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

/// Directions that bound the interior at a point of a border: it begins at `from` and runs counter-clockwise to `to`.
struct Sector {
  const Vertex* from;
  const Vertex* to;
};

Sector oriented(const Vertex& next, const Vertex& previous, bool complement) {
  return complement ? Sector{&previous, &next} : Sector{&next, &previous};
}

bool sectors_overlap(const Vertex& apex, Sector a, Sector b) {
  if (in_open_sector(apex, *a.from, *a.to, *b.from) || in_open_sector(apex, *b.from, *b.to, *a.from)) return true;
  return orient(apex, *a.from, *b.from) == 0 && same_direction(apex, *a.from, *b.from);
}

/// Walks the candidate pairs of edges of two polygons and decides where their borders meet.
class BorderWalk {
 public:
  BorderWalk(const ShapeImpl& a, bool complement_a, const ShapeImpl& b) : a_(a), b_(b), complement_a_(complement_a) {}

  /// True when a common interior was found at a crossing or a meeting point.
  bool run() {
    return visit_pairs(
        a_.tree, b_.tree, 0.0F, [this](std::size_t i) { return a_.box_of_edge(i); },
        [this](std::size_t i, std::size_t j) { return edges(i, j); });
  }
  [[nodiscard]] bool met() const { return met_; }

 private:
  bool edges(std::size_t i, std::size_t j) {
    const Vertex& a0 = a_.vertices[i];
    const Vertex& a1 = a_.vertices[a_.next(i)];
    const Vertex& b0 = b_.vertices[j];
    const Vertex& b1 = b_.vertices[b_.next(j)];
    const int b0_side = orient(a0, a1, b0);
    const int b1_side = orient(a0, a1, b1);
    if (b0_side != 0 && b0_side == b1_side) return false;
    const int a0_side = orient(b0, b1, a0);
    const int a1_side = orient(b0, b1, a1);
    if (a0_side != 0 && a0_side == a1_side) return false;
    if (b0_side != 0 && b1_side != 0 && a0_side != 0 && a1_side != 0) {
      // Each pair of ends is parted by the other's great circle; the arcs cross unless they meet it on opposite sides
      // of the earth.
      return b0_side == -a0_side;
    }
    // Each meeting point is looked at once: as the start of an edge, on a half-open edge of the other.
    if (a0.p == b0.p) return overlap(a0, sector_a(i), sector_b(j));
    if (a0_side == 0 && on_open_edge(b0, b1, a0)) return overlap(a0, sector_a(i), Sector{&b1, &b0});
    if (b0_side == 0 && on_open_edge(a0, a1, b0)) return overlap(b0, oriented(a1, a0, complement_a_), sector_b(j));
    return false;
  }

  bool overlap(const Vertex& apex, Sector a, Sector b) {
    met_ = true;
    return sectors_overlap(apex, a, b);
  }
  [[nodiscard]] Sector sector_a(std::size_t i) const {
    return oriented(a_.vertices[a_.next(i)], a_.vertices[a_.previous(i)], complement_a_);
  }
  [[nodiscard]] Sector sector_b(std::size_t j) const {
    return {&b_.vertices[b_.next(j)], &b_.vertices[b_.previous(j)]};
  }

  const ShapeImpl& a_;
  const ShapeImpl& b_;
  bool complement_a_;
  bool met_ = false;
};

/// Does the great circle of an edge of the convex `a` have all of `b` on its outer side? Touching it is allowed.
bool parted_by_edge(const ShapeImpl& a, const ShapeImpl& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Vertex& a0 = a.vertices[i];
    const Vertex& a1 = a.vertices[a.next(i)];
    if (std::ranges::all_of(b.vertices, [&](const Vertex& v) { return orient(a0, a1, v) <= 0; })) return true;
  }
  return false;
}

/// Do two ranges of longitude on the circle meet? Closed.
bool lng_ranges_meet(const Shape::Bounds& a, const Shape::Bounds& b) {
  const auto east = [](std::int64_t from, std::int64_t to) { return to < from ? to - from + kFullTurnE7 : to - from; };
  return east(a.lng_low, b.lng_low) <= east(a.lng_low, a.lng_high) ||
         east(b.lng_low, a.lng_low) <= east(b.lng_low, b.lng_high);
}

/// Is the meridian just east of `lng_e7` parted by the edge's ends (a point exactly on it counts as west)?
/// Returns +1 when the edge runs eastward over it, -1 westward, 0 when it does not cross it.
int crosses_meridian(const Vertex& u, const Vertex& w, std::int32_t lng_e7) {
  if (is_pole(u) || is_pole(w)) return 0;  // runs along a meridian
  const std::int64_t run = lng_difference(w.p.lng_e7, u.p.lng_e7);
  if (run == -kHalfTurnE7) return 0;  // over a pole
  // In (-180°, 180°]: a point on the opposite meridian is as far east as can be.
  std::int64_t from = lng_difference(u.p.lng_e7, lng_e7);
  if (from == -kHalfTurnE7) from = kHalfTurnE7;
  const std::int64_t to = from + run;
  if (from <= 0 && to > 0) return 1;
  if (from > 0 && to <= 0) return -1;
  return 0;
}

/// Number of edges, modulo two, that cross the meridian just east of `p` north of `p`.
bool odd_crossings_north(const ShapeImpl& polygon, const Vertex& p) {
  bool odd = false;
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    const Vertex& u = polygon.vertices[i];
    const Vertex& w = polygon.vertices[polygon.next(i)];
    const int direction = crosses_meridian(u, w, p.p.lng_e7);
    // Left of an eastward edge is north; p must be south of it.
    if (direction != 0 && orient(u, w, p) == -direction) odd = !odd;
  }
  return odd;
}

/// Is the meridian just east of `lng` within the sector that runs eastward from `from` to `to`?
bool lng_in_sector(std::int32_t lng, std::int32_t from, std::int32_t to) {
  const auto east_of = [from](std::int32_t x) {
    const std::int64_t d = std::int64_t{x} - from;
    return d < 0 ? d + kFullTurnE7 : d;
  };
  return east_of(lng) < east_of(to);
}

/// The longitude in which an edge leaves the north pole towards `other`.
PoleState pole_sector(const Vertex& next, const Vertex& previous) {
  return {.inside = false, .on_border = true, .sector_from_e7 = next.p.lng_e7, .sector_to_e7 = previous.p.lng_e7};
}

/// Does the edge run over the north pole? Its ends lie on opposite meridians, and the way over the north is shorter.
bool over_north_pole(const Vertex& u, const Vertex& w) {
  if (is_pole(u) || is_pole(w)) return false;
  return lng_difference(w.p.lng_e7, u.p.lng_e7) == -kHalfTurnE7 && std::int64_t{u.p.lat_e7} + w.p.lat_e7 > 0;
}

}  // namespace

bool bounds_meet(const Shape::Bounds& a, const Shape::Bounds& b) {
  return a.lat_low <= b.lat_high && b.lat_low <= a.lat_high && lng_ranges_meet(a, b);
}

PoleState locate_north_pole(const ShapeImpl& shape) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const Vertex& v = shape.vertices[i];
    const Vertex& after = shape.vertices[shape.next(i)];
    if (v.p.lat_e7 == kQuarterTurnE7) return pole_sector(after, shape.vertices[shape.previous(i)]);
    if (over_north_pole(v, after)) return pole_sector(after, v);
  }
  // From a vertex, start a step to the north and less of a step to the east: inside or not follows from the sector.
  static const Vertex kNorth = make_vertex({kQuarterTurnE7, 0});
  const std::size_t start = is_pole(shape.vertices[0]) ? 1 : 0;
  const Vertex& v = shape.vertices[start];
  const Vertex& after = shape.vertices[shape.next(start)];
  const Vertex& before = shape.vertices[shape.previous(start)];
  const auto northward = [&](const Vertex& x) { return orient(v, kNorth, x) == 0 && same_direction(v, kNorth, x); };
  bool inside;
  if (northward(after)) {
    inside = false;  // the interior is on the western side
  } else if (northward(before)) {
    inside = true;
  } else {
    inside = in_open_sector(v, after, before, kNorth);
  }
  return {.inside = inside != odd_crossings_north(shape, v)};
}

bool inside_polygon(const ShapeImpl& polygon, const Vertex& p) {
  const PoleState& north = polygon.north;
  if (p.p.lat_e7 == kQuarterTurnE7) return north.inside;
  const bool start =
      north.on_border ? lng_in_sector(p.p.lng_e7, north.sector_from_e7, north.sector_to_e7) : north.inside;
  if (p.p.lat_e7 == -kQuarterTurnE7) {
    // Any meridian will do, but edges that end at the pole's longitude 0 must be counted as for every other point.
    bool odd = false;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      odd ^= crosses_meridian(polygon.vertices[i], polygon.vertices[polygon.next(i)], p.p.lng_e7) != 0;
    }
    return start != odd;
  }
  return start != odd_crossings_north(polygon, p);
}

bool on_border(const ShapeImpl& polygon, const Vertex& p) {
  return polygon.tree.visit(point_box(p.v), 0.0F, [&](std::size_t i) {
    const Vertex& u = polygon.vertices[i];
    return u.p == p.p || on_open_edge(u, polygon.vertices[polygon.next(i)], p);
  });
}

bool interiors_meet(const ShapeImpl& a, bool complement_a, const ShapeImpl& b) {
  if (!complement_a) {
    if (!bounds_meet(a.bounds, b.bounds)) return false;
    constexpr std::size_t kFew = 16;
    if (a.size() <= kFew && b.size() <= kFew) {
      if (a.convex && parted_by_edge(a, b)) return false;
      if (b.convex && parted_by_edge(b, a)) return false;
    }
  }
  BorderWalk walk(a, complement_a, b);
  if (walk.run()) return true;
  if (walk.met()) return false;
  if (inside_polygon(a, b.vertices[0]) != complement_a) return true;
  return inside_polygon(b, a.vertices[0]);
}

}  // namespace tansiq::geo
