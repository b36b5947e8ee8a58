// A height of one reference, said in another: where it may be at lowest and at highest.
//
//   lowest_cm(FL180, kFlightLevel, kWgs84)     // 3.1 km: nothing that flies at FL180 is lower, whatever the weather
//
// Flight levels follow the pressure. Without the day's pressure and temperature a level may be far from its number, low
// down by some hundred metres less than high up. The bounds hold for a pressure at sea level of 870 … 1,085 hPa (the
// extremes ever measured) and for air that is at each pressure at most 50 K warmer or colder than the standard
// atmosphere's, and below 700 hPa of height (3 km) up to 80 K colder: winter inversions are deep there.
// docs/geometry.md derives them; the test asks the barometric formula itself.
//
// The table is of whole numbers, so that every node decides the same, whatever its mathematical library.
#pragma once

#include <cstdint>

#include "geo/volume.h"

namespace tansiq::geo {

/// By how much a flight level is lower, or higher, above mean sea level than its number says; never negative, never
/// above kPressureMarginMaxCm. Between -1,000 m and 30,000 m; beyond, where no levels are in use, as at these.
[[nodiscard]] std::int64_t level_lower_by_cm(std::int64_t pressure_altitude_cm);
[[nodiscard]] std::int64_t level_higher_by_cm(std::int64_t pressure_altitude_cm);
inline constexpr std::int64_t kPressureMarginMaxCm = 8'000'00;

/// What is at a height of `from` is nowhere lower, nowhere higher, in `to`. Unbounded heights stay unbounded.
[[nodiscard]] std::int64_t lowest_cm(std::int64_t height_cm, VerticalReference from, VerticalReference to);
[[nodiscard]] std::int64_t highest_cm(std::int64_t height_cm, VerticalReference from, VerticalReference to);

}  // namespace tansiq::geo
