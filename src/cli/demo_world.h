// The small world of `tansiq demo`: two authorities that divide the sky into corridors, and seeded traffic in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "cli/terminal.h"
#include "core/charter.h"

namespace tansiq::cli {

/// Six corridors in two level bands, three of `us` and three of `ru`; a sea box of `ru`; everything else disputed.
[[nodiscard]] core::Charter demo_charter(const std::string& us_vkey, const std::string& ru_vkey, UtcMs valid_from);

/// The corridors drawn with characters, about 64 by 14.
[[nodiscard]] std::string demo_map(const core::Charter& charter, const Terminal& terminal);

/// A flight along a corridor's centre line.
struct DemoFlight {
  std::string id;
  std::string operator_name;  ///< The subject that files it.
  std::string corridor;
  std::int64_t level = 0;  ///< Lower edge, as a flight level; the volume is 10 levels high.
  UtcMs start;
  DurationMs length_ms = 0;
};
/// Seeded and plausible: call signs, operators, levels of the corridor's band, starts within an hour and a half.
[[nodiscard]] std::vector<DemoFlight> demo_traffic(const core::Charter& charter, std::uint64_t seed, UtcMs from,
                                                   std::size_t count);
/// The one volume of a flight: along the corridor's line, 6 NM wide.
[[nodiscard]] geo::Volume4d demo_volume(const core::Charter& charter, const DemoFlight& flight);

}  // namespace tansiq::cli
