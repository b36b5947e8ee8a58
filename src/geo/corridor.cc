// A corridor as convex pieces: a quadrangle for every stretch of a leg, a fan for the outer side of every bend.
//
// A line parallel to a great circle is a small circle; the great circle through two of its points runs on the far side
// of it, so a quadrangle covers its stretch. Stretches are short enough that it reaches beyond by less than
// `kSagRelative` of the width plus `kSagM`. Fans are circumscribed in the same way.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/earth.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

constexpr double kSagRelative = 4e-4;
constexpr double kSagM = 0.3;

double sag_allowed_m(double width_m) { return kSagM + kSagRelative * width_m; }

/// Unit tangent at `n` along the great circle towards `target`.
Vec3 heading(Vec3 n, Vec3 target) { return unit(cross(plane_normal(n, target), n)); }

/// Longest stretch, as an angle, whose parallel at `width_m` leaves its chord by no more than is allowed: the parallel
/// of a great circle has curvature tan(w/R)/R, hence a sagitta of L² tan(w/R) / 8R.
double stretch_max_rad(double width_m) {
  const double bend = std::tan(width_m / kCurvatureMin);
  const double metres = std::sqrt(8 * kCurvatureMin * sag_allowed_m(width_m) / std::max(bend, 1e-12));
  return std::min(metres / kCurvatureMax, 0.5);
}

/// The two corners of a perpendicular across the line.
struct Across {
  Vec3 left;
  Vec3 right;
};

Across across(Vec3 n, Vec3 along, const ShapeImpl& shape) {
  constexpr double kRightAngle = std::numbers::pi / 2;
  const Place place(n);
  const Vec3 left = place.turned(along, kRightAngle);
  return {shape.left_m > 0 ? place.moved(left, shape.left_m) : n,
          shape.right_m > 0 ? place.moved(-1.0 * left, shape.right_m) : n};
}

void end_piece(ShapeImpl& shape) { shape.piece_begin.push_back(static_cast<std::uint32_t>(shape.corners.size())); }

double length_rad(Vec3 from, Vec3 to) { return std::atan2(norm(plane_normal(from, to)), dot(from, to)); }

/// Into how many pieces a leg is cut.
std::size_t stretches(double length, double stretch_max) {
  return std::max<std::size_t>(static_cast<std::size_t>(std::ceil(length / stretch_max)), 1);
}

void add_leg(ShapeImpl& shape, Vec3 from, Vec3 to) {
  const Vec3 start_heading = heading(from, to);
  const double length = length_rad(from, to);
  const std::size_t count = stretches(length, stretch_max_rad(shape.width_m()));
  Across before = across(from, start_heading, shape);
  for (std::size_t k = 1; k <= count; ++k) {
    const double angle = length * static_cast<double>(k) / static_cast<double>(count);
    const bool last = k >= count;
    const Vec3 at = last ? to : std::cos(angle) * from + std::sin(angle) * start_heading;
    const Vec3 along = std::cos(angle) * start_heading - std::sin(angle) * from;
    const Across after = across(at, along, shape);
    for (const Vec3& corner : {before.right, after.right, after.left, before.left}) shape.corners.push_back(corner);
    end_piece(shape);
    before = after;
  }
}

/// A fan at `n` from the tangent `begin` counter-clockwise over `angle_rad` (at most half a turn), radius `width_m`.
void add_fan(ShapeImpl& shape, Vec3 n, const Place& place, Vec3 begin, double angle_rad, double width_m) {
  if (angle_rad * width_m < 1e-3) return;  // less than a millimetre
  const double step_max = 2 * std::acos(1 / (1 + sag_allowed_m(width_m) / width_m));
  const auto steps = static_cast<std::size_t>(std::ceil(angle_rad / step_max));
  const double step = angle_rad / static_cast<double>(steps);
  const double outer_m = width_m / std::cos(step / 2);
  shape.corners.push_back(n);
  shape.corners.push_back(place.moved(begin, width_m));
  for (std::size_t k = 0; k < steps; ++k) {
    shape.corners.push_back(place.moved(place.turned(begin, (static_cast<double>(k) + 0.5) * step), outer_m));
  }
  shape.corners.push_back(place.moved(place.turned(begin, angle_rad), width_m));
  end_piece(shape);
}

/// Fills the outer side of the bend at line[i]. A line that turns back on itself is filled on both sides.
void add_bend(ShapeImpl& shape, std::size_t i) {
  constexpr double kRightAngle = std::numbers::pi / 2;
  const Vec3 n = shape.vertices[i].v;
  const Vec3 back = heading(n, shape.vertices[i - 1].v);
  const Vec3 arriving = -1.0 * back;
  const Vec3 leaving = heading(n, shape.vertices[i + 1].v);
  const Place place(n);
  const double turn = place.angle_between(arriving, leaving);
  constexpr double kAllBack = std::numbers::pi - 1e-6;
  if ((turn > 0 || turn < -kAllBack) && shape.right_m > 0) {
    add_fan(shape, n, place, place.turned(arriving, -kRightAngle), std::abs(turn), shape.right_m);
  }
  if ((turn < 0 || turn > kAllBack) && shape.left_m > 0) {
    add_fan(shape, n, place, place.turned(leaving, kRightAngle), std::abs(turn), shape.left_m);
  }
}

}  // namespace

Box piece_box(std::span<const Vec3> corners) {
  Box box;
  Vec3 before = corners.back();
  double size2 = 0;
  for (const Vec3& corner : corners) {
    box.add(edge_box(before, corner));
    size2 = std::max(size2, norm2(corner - corners.front()));
    before = corner;
  }
  // The inside bulges more than the edges: it lies within twice the size of a corner.
  box.add(corners.front(), 0);
  for (std::size_t i = 0; i < 3; ++i) {
    box.low[i] -= static_cast<float>(size2 / 2);
    box.high[i] += static_cast<float>(size2 / 2);
  }
  return box;
}

Box ShapeImpl::box_of_part(std::size_t i) const {
  return kind == ShapeKind::kCorridor ? piece_box(piece(i)) : box_of_edge(i);
}

std::size_t leg_pieces(const ShapeImpl& shape) {
  const double stretch_max = stretch_max_rad(shape.width_m());
  std::size_t count = 0;
  for (std::size_t i = 0; i + 1 < shape.vertices.size(); ++i) {
    count += stretches(length_rad(shape.vertices[i].v, shape.vertices[i + 1].v), stretch_max);
  }
  return count;
}

void build_corridor_pieces(ShapeImpl& shape) {
  const std::size_t n = shape.vertices.size();
  shape.corners.reserve(8 * n);
  shape.piece_begin.reserve(2 * n);
  shape.piece_begin.push_back(0);
  for (std::size_t i = 0; i + 1 < n; ++i) {
    if (i > 0) add_bend(shape, i);
    add_leg(shape, shape.vertices[i].v, shape.vertices[i + 1].v);
  }
  shape.corners.shrink_to_fit();
  shape.piece_begin.shrink_to_fit();
}

}  // namespace tansiq::geo
