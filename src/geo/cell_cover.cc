// F3548's coarse test on S2 cells of level 13: coverings, and whether two outlines meet a common cell.
#include "geo/cell_cover.h"

#include <fmt/format.h>
#include <s2/s2cell.h>
#include <s2/s2cell_id.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "geo/distance.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

/// Cells visited before `share_cell` answers "yes": both coverings are then huge and interleaved.
constexpr int kVisitsMax = 20'000;
/// The radius of S2's sphere: areas are measured as other implementations of F3548 do.
constexpr double kSphereKm = 6'371.01;

/// The corners of a cell, counter-clockwise.
std::array<Vec3, 4> corners_of(const S2Cell& cell) {
  std::array<Vec3, 4> corners;
  for (int k = 0; k < 4; ++k) {
    const S2Point p = cell.GetVertex(k);
    corners[static_cast<std::size_t>(k)] = {p.x(), p.y(), p.z()};
  }
  return corners;
}

bool inside_cell(Vec3 p, const S2Cell& cell) { return cell.Contains(S2Point(p.x, p.y, p.z)); }

enum class Meeting : std::uint8_t {
  kNone,
  kBorder,  ///< Perhaps: the border comes near.
  kInside,  ///< The cell lies inside, away from the border.
};

/// How a cell and an outline lie to each other. Errs towards meeting.
Meeting meet(const S2Cell& cell, const ShapeImpl& shape) {
  const std::array<Vec3, 4> corners = corners_of(cell);
  if (inside_cell(shape.vertices[0].v, cell)) return Meeting::kBorder;
  const Box box = piece_box(corners);
  const Reach reach(shape.kind == ShapeKind::kCircle ? shape.radius_m : 0, shape.width_m());
  const auto gap = static_cast<float>(reach.unit_chord());
  const auto border_if = [](bool near) { return near ? Meeting::kBorder : Meeting::kNone; };
  switch (shape.kind) {
    case ShapeKind::kCircle:
      return border_if(near_piece(reach, shape.vertices[0].v, corners));
    case ShapeKind::kCorridor:
      return border_if(
          shape.tree.visit(box, gap, [&](std::size_t k) { return near_pieces(reach, shape.piece(k), corners); }));
    default:
      break;
  }
  const bool border = shape.tree.visit(box, gap, [&](std::size_t i) {
    return near_piece(reach, shape.vertices[i].v, shape.vertices[shape.next(i)].v, corners);
  });
  if (border) return Meeting::kBorder;
  if (shape.line) return Meeting::kNone;
  // The border stays away from the cell, so one point of it speaks for all. Rounding to the grid stays inside: a cell
  // of level 13 is a kilometre wide.
  const S2Point c = cell.GetCenter();
  const double lat = std::atan2(c.z(), std::hypot(c.x(), c.y())) * 180 / std::numbers::pi;
  const double lng = std::atan2(c.y(), c.x()) * 180 / std::numbers::pi;
  const Vertex centre = make_vertex({static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)});
  return inside_polygon(shape, centre) ? Meeting::kInside : Meeting::kNone;
}

/// Collects the covering in ascending order, at most `cells_max` cells.
class Coverer {
 public:
  Coverer(const ShapeImpl& shape, std::size_t cells_max) : shape_(shape), cells_max_(cells_max) {}

  /// False when there are more.
  bool run() {
    for (int face = 0; face < 6; ++face) {
      if (!descend(S2CellId::FromFace(face))) return false;
    }
    return true;
  }
  std::vector<std::uint64_t> take() { return std::move(cells_); }

 private:
  bool descend(S2CellId id) {
    switch (meet(S2Cell(id), shape_)) {
      case Meeting::kNone:
        return true;
      case Meeting::kInside:
        return add_all(id);
      case Meeting::kBorder:
        break;
    }
    if (id.level() == kCoverLevel) return add_all(id);
    for (int k = 0; k < 4; ++k) {
      if (!descend(id.child(k))) return false;
    }
    return true;
  }
  bool add_all(S2CellId id) {
    const auto end = id.child_end(kCoverLevel);
    for (S2CellId cell = id.child_begin(kCoverLevel); cell != end; cell = cell.next()) {
      if (cells_.size() == cells_max_) return false;
      cells_.push_back(cell.id());
    }
    return true;
  }

  const ShapeImpl& shape_;
  const std::size_t cells_max_;
  std::vector<std::uint64_t> cells_;
};

std::unexpected<Error> too_large(double area_km2, double area_km2_max) {
  return fail(ErrorCode::kTooLarge,
              fmt::format("the area of {:.0f} km² is above the limit of {:.0f} km²", area_km2, area_km2_max));
}

/// Where all vertices lie on one great circle, the outline as a line; else nothing.
std::optional<ShapeImpl> as_line(const Polygon& polygon) {
  if (polygon.vertices.size() < 3 || polygon.vertices.size() > kPolygonVerticesMax) return std::nullopt;
  ShapeImpl shape;
  for (const LatLng& p : polygon.vertices) {
    if (std::abs(p.lat_e7) > kQuarterTurnE7 || std::abs(p.lng_e7) > kHalfTurnE7) return std::nullopt;
    shape.vertices.push_back(make_vertex(p));
  }
  std::vector<LatLng> names;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (orient(shape.vertices[0], shape.vertices[1], shape.vertices[i]) != 0) return std::nullopt;
    if (opposite(shape.vertices[i], shape.vertices[shape.next(i)])) return std::nullopt;
    names.push_back(shape.vertices[i].p);
  }
  std::ranges::sort(names);
  if (std::ranges::adjacent_find(names) != names.end()) return std::nullopt;
  shape.line = true;
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < shape.size(); ++i) boxes.push_back(shape.box_of_edge(i));
  shape.tree = BoxTree(boxes);
  return shape;
}

Result<CellCover> cover(const ShapeImpl& shape, double area_km2, const CoverLimits& limits) {
  Coverer coverer(shape, limits.cells_max);
  if (!coverer.run()) {
    return fail(ErrorCode::kTooLarge, fmt::format("the area meets more than {} cells of 1 km²: it is too long or too "
                                                  "ragged; split it",
                                                  limits.cells_max));
  }
  return CellCover{coverer.take(), area_km2};
}

}  // namespace

Result<CellCover> cover_cells(const std::variant<Polygon, Circle>& outline, const CoverLimits& limits) {
  if (const auto* circle = std::get_if<Circle>(&outline)) {
    const double radius_km = static_cast<double>(circle->radius_cm) / 1e5;
    const double area_km2 = std::numbers::pi * radius_km * radius_km;
    if (area_km2 > limits.area_km2_max) return too_large(area_km2, limits.area_km2_max);
    const Shape shape = TRY(Shape::make(*circle));
    return cover(shape.impl(), area_km2, limits);
  }
  const auto& polygon = std::get<Polygon>(outline);
  if (const auto line = as_line(polygon)) return cover(*line, 0, limits);
  const Shape shape = TRY(Shape::make(polygon));
  const double area_km2 = area_of_border(shape.impl().vertices) * kSphereKm * kSphereKm;
  if (area_km2 > limits.area_km2_max) return too_large(area_km2, limits.area_km2_max);
  return cover(shape.impl(), area_km2, limits);
}

bool share_cell(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
  if (a.size() > b.size()) std::swap(a, b);
  constexpr std::size_t kMuch = 16;
  if (a.size() * kMuch < b.size()) {
    return std::ranges::any_of(a, [b](std::uint64_t cell) { return std::ranges::binary_search(b, cell); });
  }
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) return true;
    if (a[i] < b[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return false;
}

bool share_cell(const Shape& a, const Shape& b) {
  // Without this, shapes on opposite sides of the earth would be refined together for nothing; with it, most calls
  // end at once: cells of level 13 are at most 1.6 km wide.
  std::vector<S2CellId> open;
  for (int face = 0; face < 6; ++face) open.push_back(S2CellId::FromFace(face));
  for (int visits = 0; !open.empty(); ++visits) {
    if (visits > kVisitsMax) return true;
    const S2CellId id = open.back();
    open.pop_back();
    const S2Cell cell(id);
    if (meet(cell, a.impl()) == Meeting::kNone || meet(cell, b.impl()) == Meeting::kNone) continue;
    if (id.level() == kCoverLevel) return true;
    for (int k = 0; k < 4; ++k) open.push_back(id.child(k));
  }
  return false;
}

}  // namespace tansiq::geo
