// How far a craft is from a volume: aside in metres, above or below, before or after its time.
//
// Aside is asked of geo's own predicate by halving an interval, so it is the distance that decides conflicts elsewhere:
// on the ellipsoid, for polygons, circles and corridors alike, and off by no more than geo states (a metre, a
// thousandth of the distance) plus one metre of the last interval, always to the near side of the truth or 1 m beyond
// it.
//
// Heights are compared in the reference of the band: pressure height with flight levels, geometric height with heights
// over the ellipsoid. Where only the other is known, or the band is over mean sea level, geo's margin between the two
// references is granted to the craft; heights over ground are not judged, since the ground is not known here.
#pragma once

#include <optional>

#include "geo/conflict.h"
#include "picture/motion.h"

namespace tansiq::picture {

/// Farther aside is told as this.
inline constexpr double kAsideMaxM = 1'000'000;

/// Metres from the spot (`spot_of`) to the outline; 0 inside. Cost: one exact comparison inside, at most 40 outside.
[[nodiscard]] double aside_m(const geo::Shape& outline, const geo::Shape& spot);

/// Metres above (positive) or below (negative) the band, 0 within; absent where it cannot be told.
[[nodiscard]] std::optional<double> beyond_band_m(const geo::LevelBand& band, const Motion& motion);

/// Late positive, early negative, 0 within; `[start, end)`.
[[nodiscard]] DurationMs beyond_window_ms(const geo::TimeWindow& window, UtcMs t);

}  // namespace tansiq::picture
