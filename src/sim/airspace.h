// The coalition of a seed: who is in it, which zones there are, who owns them and what everybody has granted everybody.
//
//   levels   FL400 +-----+-----+-----+-----+     columns of one degree from 40E on, at 30N; a column is one zone, or
//                  |  us |  ru | fr  |  D  |     two with their level bands one above the other, and may be disputed
//            FL250 |     +-----+     |     |
//                  |     |  us |     |     |
//            FL100 +-----+-----+-----+-----+
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/charter.h"
#include "log/note_key.h"
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

/// As one version of the charter has it.
struct Airspace {
  core::Charter charter;
  std::vector<ZoneSpot> zones;  ///< By column, then level.
  int columns = 0;
};

/// 2026-11-25T12:00:00Z, when every run begins.
inline constexpr UtcMs kStart{1'795'608'000'000};

[[nodiscard]] Airspace make_airspace(Rng rng, std::int64_t authorities);

// What charters are made of, for those that follow the first (charters.h).
// ----------------------------------------------------------------------------------------------------------------

/// Who may be in it, in the order in which they come.
inline constexpr std::array<std::string_view, 8> kNames{"us", "ru", "fr", "tr", "jo", "un", "de", "uk"};
/// The key with which an authority signs after it has rolled over so often.
[[nodiscard]] log::SignerKey key_of(std::string_view id, int generation);
[[nodiscard]] core::Authority authority_of(std::string_view id);
/// Puts outline and levels of the spot into the zone.
void set_extent(core::Zone& zone, const ZoneSpot& spot);
/// A new zone there, with minima and disclosure as all have them; without tenants.
[[nodiscard]] core::Zone zone_of(Rng& rng, const ZoneSpot& spot);
/// What `from` grants `to` in the beginning.
void relate(Rng& rng, core::Charter& charter, const AuthorityId& from, const AuthorityId& to);

/// Boxes that can stand beside each other in a zone without a conflict: `lane` from 0 to kLanes - 1, `level` a flight
/// level. From one edge of the zone to the other, or well inside.
inline constexpr int kLanes = 8;
[[nodiscard]] geo::Volume4d box_of(const ZoneSpot& zone, int lane, int level, UtcMs from, UtcMs to,
                                   bool to_the_edges = false);

}  // namespace tansiq::sim
