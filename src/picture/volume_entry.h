// Whether a craft is in a 4D volume, and when it will be.
//
//   const auto entry = predict_entry(prepared, mover, now, 120);
//   if (entry && entry->inside) …            // now
//   else if (entry) …                        // in entry->in_s seconds
//
// Time and height are intervals, exact for a straight climb. The outline is asked through geo's own predicate, which is
// exact for polygons and errs towards "inside" by a metre for the rest: the craft's place is a circle of a centimetre,
// its way a corridor two centimetres wide. The way within the intervals is halved until the part that first meets the
// outline takes less than `kEntryErrorS`: a corner that is clipped for a tenth of a second is found as well as a zone
// that is crossed for minutes, which sampling would not do.
//
// Heights: the one of pressure and geometric that needs the lesser margin for the volume's reference. Pressure with
// flight levels and geometric with the ellipsoid need none; geometric with mean sea level the geoid's 110 m; pressure
// with either of those, and geometric with flight levels, `mixed_height_margin_m`; above ground, terrain's 8,850 m on
// top. A craft without height is at any height. All err towards "inside".
//
// Cost: some µs where the way meets the outline's box, for each halving (at most eight for two minutes).
#pragma once

#include <optional>

#include "geo/conflict.h"
#include "picture/mover.h"

namespace tansiq::picture {

/// How early an entry may be said to be: the part of the way that is not halved further.
inline constexpr double kEntryErrorS = 0.5;

struct VolumeEntry {
  bool inside = false;  ///< Now.
  double in_s = 0;      ///< 0 where inside; else early by at most kEntryErrorS.
};

/// Speed over ground of a volume that moves as a whole, such as a group's, in the directions at its middle, and when it
/// stood where it is said to stand.
struct Drift {
  double east_m_s = 0;
  double north_m_s = 0;
  UtcMs as_of;
};

/// Within [0, lookahead_s] of `now`, straight ahead. `mover` may be at any age.
[[nodiscard]] std::optional<VolumeEntry> predict_entry(const geo::PreparedVolume& volume, const Mover& mover, UtcMs now,
                                                       double lookahead_s);

/// Is it in the volume at `now`, or within `aside_m` of it (at its height, in its time)?
[[nodiscard]] bool within_volume(const geo::PreparedVolume& volume, const Mover& mover, UtcMs now,
                                 std::int64_t aside_m);

/// The craft as it moves relative to a volume that drifts: put back to where the volume was `as_of`, slower by its
/// drift. `middle` is the volume's: east there is another direction in space than east at the craft.
[[nodiscard]] Mover relative_to(const Motion& motion, const Drift& drift, const Directions& middle);

/// Where the craft is at a time from now.
[[nodiscard]] geo::LatLng place_after(const Mover& mover, UtcMs now, double t_s);

/// The way over a part of the look-ahead as an outline; none where the craft moves less than a decimetre in it.
[[nodiscard]] std::optional<geo::Shape> way_outline(const Mover& mover, UtcMs now, double from_s, double to_s);
/// The place as an outline.
[[nodiscard]] geo::Shape place_outline(const Mover& mover, UtcMs now, double t_s);

}  // namespace tansiq::picture
