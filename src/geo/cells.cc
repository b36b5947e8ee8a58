// F3548's coarse test: do two outlines meet a common S2 cell of level 13?
#include <s2/s2cell.h>
#include <s2/s2cell_id.h>

#include <array>
#include <vector>

#include "geo/distance.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

constexpr int kLevel = 13;
/// Cells visited before the answer is "yes": both coverings are then huge and interleaved.
constexpr int kVisitsMax = 20'000;

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

/// May the cell and the outline have a point in common? Errs towards true.
bool may_meet(const S2Cell& cell, const ShapeImpl& shape) {
  const std::array<Vec3, 4> corners = corners_of(cell);
  const S2Point c = cell.GetCenter();
  const Vec3 centre{c.x(), c.y(), c.z()};
  if (inside_cell(shape.vertices[0].v, cell)) return true;
  const Box box = piece_box(corners);
  const Reach reach(shape.kind == ShapeKind::kCircle ? shape.radius_m : 0, shape.width_m());
  const auto gap = static_cast<float>(reach.unit_chord());
  switch (shape.kind) {
    case ShapeKind::kCircle:
      return near_piece(reach, shape.vertices[0].v, corners);
    case ShapeKind::kCorridor:
      return shape.tree.visit(box, gap, [&](std::size_t k) { return near_pieces(reach, shape.piece(k), corners); });
    default:
      break;
  }
  const bool border = shape.tree.visit(box, gap, [&](std::size_t i) {
    return near_piece(reach, shape.vertices[i].v, shape.vertices[shape.next(i)].v, corners);
  });
  if (border) return true;
  // The border stays away from the cell, so one point of it speaks for all. Rounding to the grid stays inside: a cell
  // of level 13 is a kilometre wide.
  const double lat = std::atan2(centre.z, std::hypot(centre.x, centre.y)) * 180 / M_PI;
  const double lng = std::atan2(centre.y, centre.x) * 180 / M_PI;
  return inside_polygon(shape,
                        make_vertex({static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)}));
}

}  // namespace

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
    if (!may_meet(cell, a.impl()) || !may_meet(cell, b.impl())) continue;
    if (id.level() == kLevel) return true;
    for (int k = 0; k < 4; ++k) open.push_back(id.child(k));
  }
  return false;
}

}  // namespace tansiq::geo
