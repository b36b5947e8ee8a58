// How fast bytes become reports, a format at a time. For `tansiq bench live`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"

namespace tansiq::surveillance {

/// Per second on one thread, each best of three rounds over the same bytes in memory.
struct DecodeFigures {
  double ais_sentences = 0;   ///< Types 1, 5 and 18, mixed as ships send them.
  double beast_messages = 0;  ///< Positions, velocities and call signs of 200 craft.
  double asterix_048 = 0;     ///< Records, placed by a known radar.
  double asterix_062 = 0;
  double asterix_021 = 0;
  double sbs_lines = 0;
  double cot_events = 0;  ///< XML, as one stream.
};

/// Makes `units` of each format with the project's encoders and decodes them. Fails with `kInternal` when not all of
/// them come out as reports.
[[nodiscard]] Result<DecodeFigures> measure_decoders(std::size_t units, std::uint64_t seed);

}  // namespace tansiq::surveillance
