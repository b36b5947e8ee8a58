// The coalition of a seed: who is in it, which zones there are, who owns them and what everybody has granted everybody.
//
//   levels   FL400 +-----+-----+-----+-----+     columns of one degree from 40E on, at 30N; a column is one zone, or
//                  |  us |  ru | fr  |  D  |     two with their level bands one above the other, and may be disputed
//            FL250 |     +-----+     |     |
//                  |     |  us |     |     |
//            FL100 +-----+-----+-----+-----+
#pragma once

#include <cstdint>
#include <vector>

#include "core/charter.h"
#include "sim/rng.h"

namespace tansiq::sim {

struct ZoneSpot {
  ZoneId id;
  AuthorityId owner;
  int column = 0;
  int level_low = 0;  ///< Flight levels.
  int level_high = 0;
  bool disputed = false;
};

struct Airspace {
  core::Charter charter;
  std::vector<ZoneSpot> zones;  ///< By column, then level.
  int columns = 0;
};

/// 2026-11-25T12:00:00Z, when every run begins.
inline constexpr UtcMs kStart{1'795'608'000'000};

[[nodiscard]] Airspace make_airspace(Rng rng, std::int64_t authorities);

/// Boxes that can stand beside each other in a zone without a conflict: `lane` from 0 to kLanes - 1, `level` a flight
/// level. From one edge of the zone to the other, or well inside.
inline constexpr int kLanes = 8;
[[nodiscard]] geo::Volume4d box_of(const ZoneSpot& zone, int lane, int level, UtcMs from, UtcMs to,
                                   bool to_the_edges = false);

}  // namespace tansiq::sim
