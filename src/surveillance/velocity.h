// A velocity as speed and course, and as components east and north.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace tansiq::surveillance {

inline constexpr double kCmSPerKnot = 185'200.0 / 3'600.0;

[[nodiscard]] inline std::int32_t speed_of(double east, double north) {
  return static_cast<std::int32_t>(std::lround(std::hypot(east, north)));
}

/// Thousandths of a degree clockwise from north, 0 to 359,999; 0 for no movement.
[[nodiscard]] inline std::int32_t course_of(double east, double north) {
  const auto mdeg = static_cast<std::int32_t>(std::lround(std::atan2(east, north) * (180'000.0 / std::numbers::pi)));
  return mdeg < 0 ? mdeg + 360'000 : mdeg % 360'000;
}

/// East and north, in the unit of the speed.
[[nodiscard]] inline std::pair<double, double> components_of(double speed, std::int32_t course_mdeg) {
  const double angle = course_mdeg * (std::numbers::pi / 180'000.0);
  return {speed * std::sin(angle), speed * std::cos(angle)};
}

}  // namespace tansiq::surveillance
