// Bounding rectangles in latitude and longitude, always grown outward.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/earth.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

constexpr double kE7PerRad = 1'800'000'000 / std::numbers::pi;
constexpr double kRoundingE7 = 2;
constexpr Shape::Bounds kEverywhere{-kQuarterTurnE7, kQuarterTurnE7, -kHalfTurnE7, kHalfTurnE7};

std::int32_t clamp_lat(double lat_e7) {
  return static_cast<std::int32_t>(std::clamp(lat_e7, -double{kQuarterTurnE7}, double{kQuarterTurnE7}));
}

/// Latitudes that an edge reaches beyond its ends: (south, north), in radians, never too small.
struct Bulge {
  double south = 0;
  double north = 0;
};

Bulge edge_bulge(const Vertex& u, const Vertex& w) {
  const double chord2 = norm2(w.v - u.v);
  const double z = std::max(std::abs(u.v.z), std::abs(w.v.z));
  if (chord2 < 4e-4 && z < 0.98) {
    // Short and not near a pole: it rises above the parallel of its ends by at most L² tan φ / 8, poleward. An edge
    // over the equator has its summits a quarter turn from there.
    if ((u.v.z < 0) != (w.v.z < 0)) return {};
    const double rise = chord2 / 8 * z / std::sqrt(1 - z * z) * 1.1 + 1e-16;
    return u.v.z < 0 ? Bulge{rise, 0} : Bulge{0, rise};
  }
  const Vec3 normal = plane_normal(u.v, w.v);
  const double length = norm(normal);
  const double chord = std::sqrt(chord2);
  if (length < 1e-9) return {chord, chord};  // ends closer than 1 cm: any bound is a good one
  const double climb_u = cross(normal, u.v).z / length;
  const double climb_w = cross(normal, w.v).z / length;
  const double rounding = 4e-15 / length + 1e-15;
  // The highest point of the great circle; it lies on the edge when the edge climbs at first and descends at last.
  const double top = std::atan2(std::hypot(normal.x, normal.y), std::abs(normal.z));
  const double lat_u = std::atan2(u.v.z, std::hypot(u.v.x, u.v.y));
  const double lat_w = std::atan2(w.v.z, std::hypot(w.v.x, w.v.y));
  Bulge bulge;
  if (climb_u > -rounding && climb_w < rounding) bulge.north = std::min(top - std::max(lat_u, lat_w), chord) + rounding;
  if (climb_u < rounding && climb_w > -rounding) bulge.south = std::min(top + std::min(lat_u, lat_w), chord) + rounding;
  return bulge;
}

/// Latitudes of a chain of edges, and its longitudes unwrapped from the first vertex.
struct Extent {
  double lat_low = kQuarterTurnE7;
  double lat_high = -kQuarterTurnE7;
  std::int64_t lng_low = 0;
  std::int64_t lng_high = 0;
  std::int64_t lng_end = 0;  ///< Where the walk ended: a whole turn away when a closed chain goes round a pole.
  bool pole = false;         ///< It meets a pole.
};

Extent extent_of(std::span<const Vertex> chain, bool closed) {
  Extent extent;
  std::int64_t lng = chain[0].p.lng_e7;
  extent.lng_low = extent.lng_high = lng;
  const auto add_lat = [&](const Vertex& v) {
    extent.lat_low = std::min(extent.lat_low, double(v.p.lat_e7));
    extent.lat_high = std::max(extent.lat_high, double(v.p.lat_e7));
  };
  add_lat(chain[0]);
  for (std::size_t i = 0; i + (closed ? 0 : 1) < chain.size(); ++i) {
    const Vertex& u = chain[i];
    const Vertex& w = chain[i + 1 == chain.size() ? 0 : i + 1];
    add_lat(w);
    const std::int64_t run = lng_difference(w.p.lng_e7, u.p.lng_e7);
    if (is_pole(u) || is_pole(w)) extent.pole = true;
    if (run == -kHalfTurnE7) {
      extent.pole = true;
      if (std::int64_t{u.p.lat_e7} + w.p.lat_e7 > 0) {
        extent.lat_high = kQuarterTurnE7;
      } else {
        extent.lat_low = -double{kQuarterTurnE7};
      }
    }
    lng += run;
    extent.lng_low = std::min(extent.lng_low, lng);
    extent.lng_high = std::max(extent.lng_high, lng);
    if (run == 0) continue;  // along a meridian there is no bulge
    const Bulge bulge = edge_bulge(u, w);
    const double low = std::min(u.p.lat_e7, w.p.lat_e7);
    const double high = std::max(u.p.lat_e7, w.p.lat_e7);
    if (bulge.south > 0) extent.lat_low = std::min(extent.lat_low, low - bulge.south * kE7PerRad - kRoundingE7);
    if (bulge.north > 0) extent.lat_high = std::max(extent.lat_high, high + bulge.north * kE7PerRad + kRoundingE7);
  }
  extent.lng_end = lng;
  return extent;
}

/// Latitudes rounded outward; longitudes wrapped, or the whole circle.
Shape::Bounds to_bounds(double lat_low, double lat_high, double lng_low, double lng_high, bool whole_circle) {
  Shape::Bounds bounds = kEverywhere;
  bounds.lat_low = clamp_lat(std::floor(lat_low));
  bounds.lat_high = clamp_lat(std::ceil(lat_high));
  if (whole_circle || lng_high - lng_low >= double(kFullTurnE7 - 4)) return bounds;
  const auto wrap = [](double lng) {
    auto value = static_cast<std::int64_t>(lng);
    while (value < -kHalfTurnE7) value += kFullTurnE7;
    while (value >= kHalfTurnE7) value -= kFullTurnE7;
    return static_cast<std::int32_t>(value);
  };
  bounds.lng_low = wrap(std::floor(lng_low));
  bounds.lng_high = wrap(std::ceil(lng_high));
  if (bounds.lng_high == -kHalfTurnE7) bounds.lng_high = kHalfTurnE7;
  return bounds;
}

}  // namespace

Shape::Bounds bounds_of_polygon(const ShapeImpl& shape) {
  static const Vertex kSouth = make_vertex({-kQuarterTurnE7, 0});
  const Extent extent = extent_of(shape.vertices, true);
  const bool around_pole = extent.lng_end != shape.vertices[0].p.lng_e7;
  // Without a turn round the axis both poles are on the same side, and the south pole needs no walk of its own.
  const bool south = extent.pole || around_pole ? inside_polygon(shape, kSouth) : shape.north.inside;
  double lat_low = extent.lat_low;
  double lat_high = extent.lat_high;
  if (shape.north.inside || shape.north.on_border) lat_high = kQuarterTurnE7;
  if (south) lat_low = -double{kQuarterTurnE7};
  return to_bounds(lat_low, lat_high, double(extent.lng_low), double(extent.lng_high),
                   extent.pole || around_pole || shape.north.inside || south);
}

Shape::Bounds bounds_around_line(std::span<const Vertex> line, double metres) {
  const Extent extent = extent_of(line, false);
  const double angle = metres / kCurvatureMin + 1e-9;
  const double low = extent.lat_low - angle * kE7PerRad - kRoundingE7;
  const double high = extent.lat_high + angle * kE7PerRad + kRoundingE7;
  if (extent.pole || high >= kQuarterTurnE7 || low <= -double{kQuarterTurnE7}) return to_bounds(low, high, 0, 0, true);
  // The furthest meridian that a cap of this angle touches.
  const double highest = std::max(std::abs(extent.lat_low), std::abs(extent.lat_high)) / kE7PerRad;
  const double ratio = std::sin(angle) / std::cos(std::min(highest, std::numbers::pi / 2));
  const double reach = ratio < 1 ? std::asin(ratio) * kE7PerRad + kRoundingE7 : double{kHalfTurnE7};
  return to_bounds(low, high, double(extent.lng_low) - reach, double(extent.lng_high) + reach, ratio >= 1);
}

}  // namespace tansiq::geo
