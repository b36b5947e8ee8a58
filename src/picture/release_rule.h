// What of the picture a peer may be told: the rules that an authority writes for its own tracks, and how a place is
// made coarse.
//
//   ReleaseRule rule{.to = "us", .domain = core::Domain::kAir, .area = "own-zones", .delay_ms = 60'000, .grid_m =
//   5'000}; TRY_VOID(check(rule)); const ReleaseCell cell = release_cell(place, rule.grid_m);       // told:
//   cell.middle, true to cell.reach_cm
//
// Rules only ever narrow. Whether a peer is told anything at all follows from the relation (disclosure at `live`),
// which two keys have agreed on and one can freeze; a rule is one side's configuration and can be changed by it alone.
//
// The cells of a grid are fixed on the earth, not on the craft: rows of equal height from pole to pole, each cut into
// as many equal columns as leave them wide enough. What is told is a function of the cell alone, so it tells nothing of
// where in the cell a craft is. When it goes from one cell to the next is told, as with every grid: at that moment it
// is near their common side. Who must not be found at all is withheld, not made coarse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "core/names.h"
#include "geo/volume.h"

namespace tansiq::picture {

/// The area of all zones in which the authority itself decides.
inline constexpr std::string_view kOwnZones = "own-zones";
inline constexpr std::size_t kReleaseRulesMax = 256;
/// Six hours: a watch. What is told later is history, and no picture's business; places that wait have a bound in
/// number, not in time (release.h).
inline constexpr DurationMs kReleaseDelayMsMax = 6LL * 3'600'000;
inline constexpr std::int64_t kReleaseGridMetresMin = 100;
inline constexpr std::int64_t kReleaseGridMetresMax = 100'000;
/// From cells of this size on speed and course are left out: with them one could reckon on inside of the cell.
inline constexpr std::int64_t kGridHidesMotionMetres = 1'000;

struct ReleaseRule {
  std::string to{};                      ///< The authority that is told.
  std::optional<core::Domain> domain{};  ///< Absent: both.
  std::string area{};                    ///< A zone's id, or `own-zones`; empty: everywhere.
  DurationMs delay_ms = 0;               ///< What is told is at least so old.
  std::int64_t grid_m = 0;               ///< The least side of a cell; 0: places as they were heard.
  bool all = false;                      ///< Every track that own sources hear; else those of own flights and intents.
  friend bool operator==(const ReleaseRule&, const ReleaseRule&) = default;
};

/// Fails with `kInvalid`; `where` is the key.
[[nodiscard]] Status check(const ReleaseRule& rule);

struct ReleaseCell {
  geo::LatLng middle;
  std::int32_t reach_cm = 0;  ///< No place of the cell is farther from the middle.
  friend bool operator==(const ReleaseCell&, const ReleaseCell&) = default;
};

/// The cell that `place` lies in. Each is at least `grid_m` high, and wide along its shorter side; the cells around a
/// pole may be one ring.
[[nodiscard]] ReleaseCell release_cell(geo::LatLng place, std::int64_t grid_m);

}  // namespace tansiq::picture
