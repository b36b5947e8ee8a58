// Repair of polygon rings as files have them, by one stated rule; everything else is refused with its reason.
//
// The rule: consecutive copies of a vertex become one (at a pole, whatever the longitude); the closing copy of the
// first vertex goes; a vertex where the ring turns back onto the vertex before (A-B-A) goes with one A, again and again
// until none is left. None of these changes the area. A ring that then crosses or touches itself, or has fewer than
// three vertices, or no area, is refused.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "geo/volume.h"

namespace tansiq::formats {

/// What the repair removed.
struct RingRepair {
  bool closing_copy = false;
  std::size_t repeated = 0;  ///< Consecutive copies.
  std::size_t spikes = 0;    ///< A-B-A turned into A.

  [[nodiscard]] bool changed() const { return repeated + spikes > 0; }  ///< Closing copies belong to most formats.
  /// "2 repeated vertices and 1 spike removed".
  [[nodiscard]] std::string text() const;
};

/// Applies the rule in place. O(n). Does not judge the result.
[[nodiscard]] RingRepair repair_ring(std::vector<geo::LatLng>& ring);

/// Repairs, then lets geo::Shape judge: its error names the edges that cross.
[[nodiscard]] Result<geo::Polygon> polygon_of_ring(std::vector<geo::LatLng> ring, RingRepair& repair);

/// The same place? Every longitude at a pole is, and -180° is 180°.
[[nodiscard]] bool same_place(const geo::LatLng& a, const geo::LatLng& b);

}  // namespace tansiq::formats
