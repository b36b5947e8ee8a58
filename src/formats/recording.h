// A recording of positions, read from CSV: per craft its reports in the order of time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "formats/columns.h"
#include "formats/findings.h"
#include "geo/volume.h"

namespace tansiq::formats {

/// One position of one craft.
struct Report {
  UtcMs time;
  geo::LatLng position;
  std::optional<std::int32_t> baro_cm;  ///< Pressure altitude.
  std::optional<std::int32_t> geo_cm;   ///< Height above WGS-84.
  std::optional<double> speed_m_s;      ///< Over the ground.
  std::optional<double> vertical_m_s;
  std::uint64_t line = 0;
};

/// All reports of one craft, times strictly ascending.
struct Track {
  std::string id;
  std::string label;  ///< The last one that was not empty; the id where there is none.
  std::vector<Report> reports;
};

struct RecordingOptions {
  /// A position older than this when its row was issued is skipped.
  DurationMs position_age_ms_max = 60'000;
  std::size_t crafts_max = 100'000;
};

struct Recording {
  std::vector<Track> tracks;  ///< Ordered by id.
  std::uint64_t rows = 0;     ///< Records behind the heading, good or bad.
  std::uint64_t reports = 0;  ///< Rows that became reports.
  bool has_altitude = false;  ///< The mapping declares an altitude.
  Findings findings;          ///< Why each of the other rows did not: malformed or skipped.
};

/// Reads a recording. A row is malformed when a declared value cannot be read, and skipped when the craft is on the
/// ground, when it repeats the craft's last position (same position time), when its position is older than
/// `position_age_ms_max`, when its time is not after the craft's last one, or when an altitude is declared and the row
/// has none. Both are counted under their reason with their line; neither stops the run. Fails with `kMalformed` /
/// `kInvalid` only when the heading lacks a declared column. O(bytes).
[[nodiscard]] Result<Recording> read_recording(std::string_view text, const ColumnMapping& mapping,
                                               const RecordingOptions& options = {});

}  // namespace tansiq::formats
