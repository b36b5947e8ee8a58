#include "geo/conflict.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/limits.h"
#include "geo/distance.h"
#include "geo/shape_impl.h"
#include "geo/vertical.h"

namespace tansiq::geo {
namespace {

// Outlines ------------------------------------------------------------------------------------------------------------

bool circles_near(const ShapeImpl& a, const ShapeImpl& b, double gap_m) {
  return Reach(a.radius_m + b.radius_m + gap_m).near(a.vertices[0].v, b.vertices[0].v);
}

bool polygon_near_circle(const ShapeImpl& polygon, const ShapeImpl& circle, double gap_m) {
  const Reach reach(circle.radius_m + gap_m);
  const Vertex& centre = circle.vertices[0];
  const bool near_border =
      polygon.tree.visit(point_box(centre.v), static_cast<float>(reach.unit_chord()), [&](std::size_t i) {
        return reach.near_edge(centre.v, polygon.vertices[i].v, polygon.vertices[polygon.next(i)].v);
      });
  return near_border || inside_polygon(polygon, centre);
}

/// Does an edge of the convex `a` part it from `b` by more than the reach?
bool parted(const Reach& reach, const ShapeImpl& a, const ShapeImpl& b) {
  if (!a.convex || b.size() > 4 * BoxTree::kFan) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Vec3 normal = plane_normal(a.vertices[i].v, a.vertices[a.next(i)].v);
    if (std::ranges::all_of(b.vertices, [&](const Vertex& v) { return reach.beyond(v.v, normal); })) return true;
  }
  return false;
}

bool polygons_near(const ShapeImpl& a, const ShapeImpl& b, double gap_m) {
  if (interiors_meet(a, false, b)) return true;
  if (gap_m <= 0) return false;
  const Reach reach(gap_m);
  if (parted(reach, a, b) || parted(reach, b, a)) return false;
  return visit_pairs(
      a.tree, b.tree, static_cast<float>(reach.unit_chord()), [&](std::size_t i) { return a.box_of_edge(i); },
      [&](std::size_t i, std::size_t j) {
        // Apart as they are, two arcs are nearest at an end of one of them.
        return reach.near_edge(a.vertices[i].v, b.vertices[j].v, b.vertices[b.next(j)].v) ||
               reach.near_edge(b.vertices[j].v, a.vertices[i].v, a.vertices[a.next(i)].v);
      });
}

bool corridor_near_circle(const ShapeImpl& corridor, const ShapeImpl& circle, double gap_m) {
  const Reach reach(circle.radius_m + gap_m, corridor.width_m());
  const Vec3 centre = circle.vertices[0].v;
  return corridor.tree.visit(point_box(centre), static_cast<float>(reach.unit_chord()),
                             [&](std::size_t k) { return near_piece(reach, centre, corridor.piece(k)); });
}

bool corridor_near_polygon(const ShapeImpl& corridor, const ShapeImpl& polygon, double gap_m) {
  const Reach reach(gap_m, corridor.width_m());
  const bool near_border = visit_pairs(
      polygon.tree, corridor.tree, static_cast<float>(reach.unit_chord()),
      [&](std::size_t i) { return polygon.box_of_edge(i); },
      [&](std::size_t i, std::size_t k) {
        return near_piece(reach, polygon.vertices[i].v, polygon.vertices[polygon.next(i)].v, corridor.piece(k));
      });
  return near_border || inside_polygon(polygon, corridor.vertices[0]);
}

bool corridors_near(const ShapeImpl& a, const ShapeImpl& b, double gap_m) {
  const Reach reach(gap_m, a.width_m() + b.width_m());
  return visit_pairs(
      a.tree, b.tree, static_cast<float>(reach.unit_chord()), [&](std::size_t i) { return a.box_of_part(i); },
      [&](std::size_t i, std::size_t j) { return near_pieces(reach, a.piece(i), b.piece(j)); });
}

// Levels --------------------------------------------------------------------------------------------------------------

/// Far beyond every height, and far from overflow.
constexpr std::int64_t kInfiniteCm = std::int64_t{1} << 60;

std::int64_t extended(std::int64_t height_cm) {
  if (height_cm <= kHeightUnboundedLow) return -kInfiniteCm;
  if (height_cm >= kHeightUnboundedHigh) return kInfiniteCm;
  return height_cm;
}

std::string metres(std::int64_t cm) {
  return cm % 100 == 0 ? fmt::format("{} m", cm / 100) : fmt::format("{:.2f} m", static_cast<double>(cm) / 100);
}

Status check_height(std::int64_t cm, std::string_view name) {
  if (cm == kHeightUnboundedLow || cm == kHeightUnboundedHigh) return {};
  if (cm >= kHeightCmMin && cm <= kHeightCmMax) return {};
  return fail(ErrorCode::kInvalid,
              fmt::format("{} limit {} is outside {}…{}", name, metres(cm), metres(kHeightCmMin), metres(kHeightCmMax)),
              "band");
}

Status check_band(const LevelBand& band) {
  TRY_VOID(check_height(band.lower_cm, "lower"));
  TRY_VOID(check_height(band.upper_cm, "upper"));
  if (band.lower_cm == kHeightUnboundedHigh || band.upper_cm == kHeightUnboundedLow) {
    return fail(ErrorCode::kInvalid, "lower limit may be unbounded only downward, the upper one only upward", "band");
  }
  if (band.lower_cm < band.upper_cm) return {};
  return fail(ErrorCode::kInvalid,
              fmt::format("lower limit {} is {} upper limit {}", metres(band.lower_cm),
                          band.lower_cm == band.upper_cm ? "the same as" : "above", metres(band.upper_cm)),
              "band");
}

Status check_window(const TimeWindow& window) {
  if (window.start < kUtcMin || window.end > kUtcMax) {
    return fail(ErrorCode::kInvalid, "time lies outside the years 0000…9999", "window");
  }
  if (window.start < window.end) return {};
  return fail(ErrorCode::kInvalid,
              fmt::format("start {} is not before end {}", format_utc(window.start), format_utc(window.end)), "window");
}

}  // namespace

Result<PreparedVolume> prepare(const Volume4d& volume) {
  TRY_VOID(check_band(volume.band));
  TRY_VOID(check_window(volume.window));
  auto shape = Shape::make(volume.outline);
  if (!shape) return std::unexpected(inside(std::move(shape).error(), "outline"));
  return PreparedVolume{std::move(*shape), volume.band, volume.window};
}

std::int64_t reference_margin_cm(VerticalReference a, VerticalReference b) {
  // docs/geometry.md, "Height and time", derives these.
  constexpr std::int64_t kGeoid = 110'00;      // EGM2008 undulation: -107 m … +86 m
  constexpr std::int64_t kTerrain = 8'850'00;  // -430 m … +8849 m
  if (a == b) return 0;
  std::int64_t margin = 0;
  const auto either = [&](VerticalReference reference) { return a == reference || b == reference; };
  if (either(VerticalReference::kAgl)) margin += kTerrain;
  if (either(VerticalReference::kFlightLevel)) margin += kPressureMarginMaxCm;
  if (either(VerticalReference::kWgs84)) margin += kGeoid;
  return margin;
}

bool levels_conflict(const LevelBand& a, const LevelBand& b, std::int64_t vertical_cm) {
  const std::int64_t minimum = std::clamp<std::int64_t>(vertical_cm, 0, kInfiniteCm);
  // A level is said in the other's reference, not the other way: the minimum is of true heights.
  if (a.reference == VerticalReference::kFlightLevel && b.reference != a.reference) {
    return levels_conflict(b, a, vertical_cm);
  }
  const std::int64_t lower = extended(lowest_cm(b.lower_cm, b.reference, a.reference));
  const std::int64_t upper = extended(highest_cm(b.upper_cm, b.reference, a.reference));
  return lower - extended(a.upper_cm) < minimum && extended(a.lower_cm) - upper < minimum;
}

// A flight level that is asked for is said in the band's reference (levels_conflict); which level just comes to a
// height is what vertical.h's functions the other way tell.
std::int64_t clear_above_cm(const LevelBand& band, VerticalReference reference, std::int64_t vertical_cm) {
  const std::int64_t minimum = std::clamp<std::int64_t>(vertical_cm, 0, kInfiniteCm);
  if (band.upper_cm >= kHeightUnboundedHigh) return kInfiniteCm;
  if (reference == VerticalReference::kFlightLevel && band.reference != reference) {
    return highest_cm(band.upper_cm + minimum - 1, band.reference, reference) + 1;
  }
  return highest_cm(band.upper_cm, band.reference, reference) + minimum;
}

std::int64_t clear_below_cm(const LevelBand& band, VerticalReference reference, std::int64_t vertical_cm) {
  const std::int64_t minimum = std::clamp<std::int64_t>(vertical_cm, 0, kInfiniteCm);
  if (band.lower_cm <= kHeightUnboundedLow) return -kInfiniteCm;
  if (reference == VerticalReference::kFlightLevel && band.reference != reference) {
    return lowest_cm(band.lower_cm - minimum + 1, band.reference, reference) - 1;
  }
  return lowest_cm(band.lower_cm, band.reference, reference) - minimum;
}

bool times_conflict(const TimeWindow& a, const TimeWindow& b, DurationMs time_ms) {
  // Differences in unsigned arithmetic cannot overflow once the order is known.
  const auto gap_below = [](UtcMs end, UtcMs start, std::uint64_t minimum) {
    if (start < end) return true;
    return static_cast<std::uint64_t>(start.ms) - static_cast<std::uint64_t>(end.ms) < minimum;
  };
  const std::uint64_t minimum = time_ms > 0 ? static_cast<std::uint64_t>(time_ms) : 0;
  return gap_below(a.end, b.start, minimum) && gap_below(b.end, a.start, minimum);
}

bool outlines_conflict(const Shape& a, const Shape& b, std::int64_t horizontal_m) {
  const ShapeImpl* first = &a.impl();
  const ShapeImpl* second = &b.impl();
  // The order polygon, circle, corridor leaves six pairs.
  if (second->kind < first->kind) std::swap(first, second);
  // Half the circumference: everything is within it, and doubles hold it exactly.
  constexpr std::int64_t kEverywhereM = 20'004'000;
  const auto gap_m = static_cast<double>(std::clamp<std::int64_t>(horizontal_m, 0, kEverywhereM));
  if (horizontal_m >= kEverywhereM) return true;
  if (second->kind == ShapeKind::kPolygon) return polygons_near(*first, *second, gap_m);
  if (second->kind == ShapeKind::kCircle) {
    return first->kind == ShapeKind::kPolygon ? polygon_near_circle(*first, *second, gap_m)
                                              : circles_near(*first, *second, gap_m);
  }
  switch (first->kind) {
    case ShapeKind::kPolygon:
      return corridor_near_polygon(*second, *first, gap_m);
    case ShapeKind::kCircle:
      return corridor_near_circle(*second, *first, gap_m);
    default:
      return corridors_near(*first, *second, gap_m);
  }
}

bool conflict(const PreparedVolume& a, const PreparedVolume& b, const Minima& minima) {
  return times_conflict(a.window, b.window, minima.time_ms) && levels_conflict(a.band, b.band, minima.vertical_cm) &&
         outlines_conflict(a.shape, b.shape, minima.horizontal_m);
}

}  // namespace tansiq::geo
