// From a track to the 4D volumes that were flown: one per pair of consecutive reports.
//
// Between two reports nobody saw the craft. With path length at most L = v T (v the faster of the two reported speeds,
// and at least what the reports themselves need; T the time between them) it cannot have left the ellipse whose foci
// are the two positions, d apart: it went at most √(L² - d²)/2 to the side and (L - d)/2 beyond either end. So the
// volume is a corridor around the great circle between the positions, prolonged at both ends and as wide as that, plus
// the uncertainty of a position. The level band covers both altitudes, what a climb at the faster reported rate could
// have overshot, and the uncertainty of an altitude. The window covers both times and the uncertainty of a clock.
#pragma once

#include "formats/inputs.h"
#include "formats/recording.h"

namespace tansiq::formats {

struct GrowthOptions {
  std::int64_t position_cm = 185'20;  ///< 0.1 NM: position uncertainty (NACp 8), added on every side.
  std::int64_t altitude_cm = 30'48;   ///< 100 ft: altitude quantisation and error, added below and above.
  DurationMs time_ms = 1'000;         ///< Added before and after.
  DurationMs gap_ms_max = 60'000;     ///< Longer gaps between reports are not bridged, but counted.
  std::int64_t sideways_cm_max =
      50'000'00;  ///< Bound on the ellipse's part of the growth; beyond it the pair is skipped.

  /// "grown by 185.2 m on every side, …", for reports.
  [[nodiscard]] std::string text() const;
};

/// Flights of all tracks that have at least one volume. Moves the findings of `recording` along and adds its own: gaps
/// that are not bridged, pairs without a common level reference, tracks of a single report. O(reports).
[[nodiscard]] TrafficInput flown_traffic(Recording recording, const GrowthOptions& options = {});

/// One volume; nothing when the pair is not bridged (`reason` then says why). Exposed for tests.
[[nodiscard]] std::optional<FlightVolume> flown_volume(const Report& from, const Report& to, bool has_altitude,
                                                       const GrowthOptions& options, std::string_view& reason);

}  // namespace tansiq::formats
