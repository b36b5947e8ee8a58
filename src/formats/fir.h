// Flight information regions as BlueSky scenario files have them, one command a line:
//
//   00:00:00.00>POLYALT NAME,bottom,top,lat,lon,lat,lon,…
//
// Assumptions, stated because the file does not: `bottom` and `top` are flight levels (the world file of March 2018 has
// 0, 195, 245, … 999); 0 is the ground and 999 is unlimited. Positions are degrees of WGS-84. An edge is the great
// circle between its ends, as everywhere here, also where a border was meant to follow a parallel. Longitudes of ±179°
// that stand for the 180° meridian are left as they are.
//
// A line that returns to the first vertex of its ring ends that ring; what follows is another ring of the same region.
// A ring that repeats an earlier one of its line is dropped. Rings are parts: the region is their union; a ring inside
// another adds nothing, for the format has no holes.
#pragma once

#include <string_view>

#include "formats/inputs.h"

namespace tansiq::formats {

inline constexpr std::size_t kFirLineBytesMax = 1U << 20;
inline constexpr std::size_t kFirRegionsMax = 10'000;

/// Reads every POLYALT line; other commands and comments are noted. Bad lines are malformed, rings that cross
/// themselves refused (the finding names the edges), repaired ones listed. O(bytes log n). Never fails as a whole.
[[nodiscard]] ZoneFile read_fir(std::string_view text);

}  // namespace tansiq::formats
