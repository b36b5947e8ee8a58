// The conflict predicate of two 4D volumes, as docs/geometry.md defines it.
#pragma once

#include "geo/shape.h"
#include "geo/volume.h"

namespace tansiq::geo {

/// Bound on every horizontal approximation, in metres plus a relative part: a conflict may be reported when the true
/// gap exceeds the minimum by no more than `kDistanceSlackM + kDistanceSlackRelative * (gap + radii)`, never missed.
inline constexpr double kDistanceSlackM = 1.0;
inline constexpr double kDistanceSlackRelative = 1e-3;

/// A volume whose outline has been checked.
struct PreparedVolume {
  Shape shape;
  LevelBand band;
  TimeWindow window;
};

/// Checks band and window too (`lower < upper`, `start < end`, limits of limits.h) and prepares. Errors as
/// `Shape::make`, with `where` naming the member, and a message such as "lower limit 1200 m is above upper limit 900
/// m".
[[nodiscard]] Result<PreparedVolume> prepare(const Volume4d& volume);

/// The largest difference in centimetres between two references, whatever the height (0 for the same one). Comparisons
/// of bands use what holds at their heights (vertical.h); docs/geometry.md derives both.
[[nodiscard]] std::int64_t reference_margin_cm(VerticalReference a, VerticalReference b);

/// True when the intersection of the two extents, grown by `minima`, has positive measure in space and time.
/// Touching is not a conflict. Cost: time, then level, then bounding boxes, then outlines.
[[nodiscard]] bool conflict(const PreparedVolume& a, const PreparedVolume& b, const Minima& minima);
[[nodiscard]] bool levels_conflict(const LevelBand& a, const LevelBand& b, std::int64_t vertical_cm);
/// The least lower limit in `reference` with which a band above `band` does not conflict with it, and the greatest
/// upper limit of one below it: exactly where levels_conflict ends. Beyond every height where `band` has no limit
/// there.
[[nodiscard]] std::int64_t clear_above_cm(const LevelBand& band, VerticalReference reference, std::int64_t vertical_cm);
[[nodiscard]] std::int64_t clear_below_cm(const LevelBand& band, VerticalReference reference, std::int64_t vertical_cm);
[[nodiscard]] bool times_conflict(const TimeWindow& a, const TimeWindow& b, DurationMs time_ms);

}  // namespace tansiq::geo
