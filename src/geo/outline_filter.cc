#include "geo/outline_filter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "geo/earth.h"

namespace tansiq::geo {
namespace {

/// 6 mm: what must lie between the two beyond the reach. Points, normals and products are off by less than 1e-14.
constexpr double kMargin = 1e-9;
/// A corner this far on the wrong side of its own edge's plane is rounding.
constexpr double kFlat = 1e-13;
/// Shorter edges (0.6 mm) are not asked for their direction.
constexpr double kEdge2Min = 1e-20;
/// The box of an outline that lies in a disc well below a quarter turn, so that the smaller side of its border does
/// too.
constexpr float kExtentMax = 0.5F;
/// Within 9 km of a pole.
constexpr float kPolar = 0.999999F;

bool can_be_judged(const Box& box) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (box.high[i] - box.low[i] > kExtentMax) return false;
  }
  return box.high[2] < kPolar && box.low[2] > -kPolar;
}

/// How far the inside of a polygon may bulge out of the box around its border: a mean of border points, at most h (half
/// of the box's diagonal) from its middle, is at least √(1 - h²) from the earth's centre, and 1 - √(1 - h²) ≤ h².
/// The boxes of a corridor's pieces hold their inside already.
double bulge_of(const ShapeImpl& shape) {
  if (shape.kind != ShapeKind::kPolygon) return 0;
  const Box& box = shape.tree.root();
  double diagonal2 = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double side = static_cast<double>(box.high[i]) - static_cast<double>(box.low[i]);
    diagonal2 += side * side;
  }
  return diagonal2 / 4;
}

float rounded_up(double value) {
  return std::nextafter(static_cast<float>(value), std::numeric_limits<float>::infinity());
}

/// The largest product of a point in the box with `normal`.
double furthest(const Box& box, Vec3 normal) {
  const auto along = [&](std::size_t axis, double n) {
    return n * static_cast<double>(n > 0 ? box.high[axis] : box.low[axis]);
  };
  return along(0, normal.x) + along(1, normal.y) + along(2, normal.z);
}

}  // namespace

OutlineHead::OutlineHead(const ShapeImpl& shape) : box(shape.tree.root()) {
  const double metres = shape.radius_m * (1 + kReachRelative) + shape.width_m() * kWidthRelative;
  reach = rounded_up(metres / kCurvatureMin);
  bulge = can_be_judged(box) ? rounded_up(bulge_of(shape)) : std::numeric_limits<float>::infinity();
}

OutlineFilter::OutlineFilter(const Shape& query, std::int64_t horizontal_m) {
  constexpr std::int64_t kFarM = 1'000'000;
  const ShapeImpl& shape = query.impl();
  if (shape.kind != ShapeKind::kCorridor || shape.pieces() > kPiecesMax) return;
  if (horizontal_m > kFarM || !can_be_judged(shape.tree.root())) return;
  const auto gap_m = static_cast<double>(std::max<std::int64_t>(horizontal_m, 0));
  reach_ = Reach(gap_m, shape.width_m()).unit_chord() + kMargin;
  pieces_.reserve(shape.pieces());
  planes_.reserve(shape.corners.size());
  for (std::size_t k = 0; k < shape.pieces(); ++k) add_piece(shape.piece(k));
}

void OutlineFilter::add_piece(std::span<const Vec3> corners) {
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Vec3 edge = plane_normal(corners[i], corners[i + 1 == corners.size() ? 0 : i + 1]);
    const double length2 = norm2(edge);
    if (length2 < kEdge2Min) continue;
    const Vec3 normal = (1 / std::sqrt(length2)) * edge;
    // A plane that cuts its own piece, as rounding may make it, tells nothing.
    if (std::ranges::all_of(corners, [&](Vec3 c) { return dot(c, normal) > -kFlat; })) planes_.push_back(normal);
  }
  pieces_.push_back({piece_box(corners), static_cast<std::uint32_t>(planes_.size())});
}

bool OutlineFilter::certainly_apart(const OutlineHead& other) const {
  if (pieces_.empty() || std::isinf(other.bulge)) return false;
  const Box& box = other.box;
  const double reach = reach_ + static_cast<double>(other.reach);
  const auto box_reach = static_cast<float>(reach + static_cast<double>(other.bulge));
  std::uint32_t plane = 0;
  for (const Piece& piece : pieces_) {
    bool apart = !box.near(piece.box, box_reach);
    for (; plane < piece.planes_end && !apart; ++plane) apart = furthest(box, planes_[plane]) < -reach;
    if (!apart) return false;
    plane = piece.planes_end;
  }
  return true;
}

}  // namespace tansiq::geo
