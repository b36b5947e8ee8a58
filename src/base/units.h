// Units at the border. Inside, heights are centimetres, lengths metres or centimetres (the name says which), times
// milliseconds; feet, flight levels, nautical miles and knots exist only where people read and write.
#pragma once

#include <cstdint>

namespace tansiq {

inline constexpr double kMetresPerNauticalMile = 1852.0;
inline constexpr double kMetresPerFoot = 0.3048;

/// Flight level (hundreds of feet of pressure altitude) to centimetres; exact.
[[nodiscard]] constexpr std::int64_t cm_from_flight_level(std::int64_t level) { return level * 3'048; }

/// Feet to centimetres, rounded half away from zero.
[[nodiscard]] constexpr std::int64_t cm_from_feet(std::int64_t feet) {
  const std::int64_t hundredths = feet * 3'048;
  return (hundredths + (hundredths < 0 ? -50 : 50)) / 100;
}

}  // namespace tansiq
