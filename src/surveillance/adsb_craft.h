// What an ADS-B decoder must remember of each craft: halves of positions, the place it was at, versions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "geo/volume.h"
#include "surveillance/cpr.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// How many craft are remembered; of those that were not heard for `kAdsbForgetMs` the places are given to others.
inline constexpr std::size_t kAdsbCraftMax = 1U << 15;
inline constexpr DurationMs kAdsbForgetMs = 300'000;

struct AdsbCraft {
  std::uint32_t key = 0;  ///< Address, and bit 24 where it is not ICAO's; with bit 25 set: in use.
  UtcMs heard;

  struct Half {
    CprPlace place;
    UtcMs time;
    CprKind kind = CprKind::kAirborne;
    bool there = false;
  };
  Half even;
  Half odd;

  std::optional<geo::LatLng> position;
  UtcMs position_time;
  CprKind position_kind = CprKind::kAirborne;
  std::uint8_t strikes = 0;  ///< Positions in a row that could not be reached from the last one.

  std::int8_t version = -1;
  bool nic_a = false;
  std::int8_t nac_p = -1;  ///< Of its places: it stands in messages that have none.
  UtcMs nac_p_time;
  std::optional<std::int32_t> geometric_minus_pressure_cm;
  UtcMs difference_time;
};

/// A fixed table by address: no allocation after the first, a bounded search. Only who was silent for `kAdsbForgetMs`
/// gives way, so a flood of made-up addresses does not take the memory of craft that are there.
class AdsbCraftTable {
 public:
  AdsbCraftTable() : rows_(kAdsbCraftMax) {}

  /// The craft, if it was heard within `kAdsbForgetMs` before `now`.
  [[nodiscard]] AdsbCraft* find(CraftId id, UtcMs now);
  /// The craft, made new where it was not there. Nothing when all places for such an address are in younger use.
  [[nodiscard]] AdsbCraft* find_or_add(CraftId id, UtcMs now);

 private:
  static constexpr std::size_t kSteps = 16;

  std::vector<AdsbCraft> rows_;
};

}  // namespace tansiq::surveillance
