// Short ways to state volumes in tests.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "geo/conflict.h"

namespace tansiq::geo::test {

/// Degrees to 1e-7 degrees.
inline std::int32_t e7(double degrees) { return static_cast<std::int32_t>(std::llround(degrees * 1e7)); }
inline LatLng at(double lat, double lng) { return {e7(lat), e7(lng)}; }

inline Shape shape(const Outline& outline) {
  auto made = Shape::make(outline);
  if (!made) {
    ADD_FAILURE() << made.error().text();
    std::abort();
  }
  return *made;
}
inline Shape polygon(std::vector<LatLng> vertices) { return shape(Polygon{std::move(vertices)}); }
inline Shape circle(LatLng centre, double metres) { return shape(Circle{centre, std::llround(metres * 100)}); }
inline Shape corridor(std::vector<LatLng> line, double left_m, double right_m) {
  return shape(Corridor{std::move(line), std::llround(left_m * 100), std::llround(right_m * 100)});
}
/// Sides along meridians and great circles.
inline Shape block(double south, double west, double north, double east) {
  return polygon({at(south, west), at(south, east), at(north, east), at(north, west)});
}

inline PreparedVolume volume(Shape s, std::int64_t low_cm, std::int64_t high_cm, std::int64_t start, std::int64_t end,
                             VerticalReference reference = VerticalReference::kAmsl) {
  return {std::move(s), {low_cm, high_cm, reference}, {{start}, {end}}};
}

}  // namespace tansiq::geo::test
