// The engine of `tansiq check`: which flights came, or will come, closer than the minima, and which zones they enter?
//
//   CheckInput input{zones, traffic};
//   const CheckReport report = TRY(run_check(input, {.minima = TRY(parse_minima("5nm/1000ft/0s"))}));
//   fmt::print("{}", render_table(report));
//
// The conflict of two volumes is exactly the node's: geo::conflict with the given minima, between volumes of different
// flights of one domain. What is reported beyond that (closest distance, place, time of entry) is computed from the
// track taken as straight and even between reports, and decides nothing.
//
// Everything is ordered by flight, zone and time; the same input gives the same report, byte by byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/inputs.h"

namespace tansiq::formats {

/// Reports and episodes kept; beyond them the check fails rather than leave something out.
inline constexpr std::size_t kCheckVolumesMax = 5'000'000;
inline constexpr std::size_t kCheckHitsMax = 5'000'000;

struct CheckOptions {
  geo::Minima minima{9'260, 304'80, 0};  ///< 5 NM, 1000 ft.
  /// Two conflicts of a pair, or two stays in a zone, with less than this between them are one episode.
  DurationMs episode_gap_ms = 60'000;
  /// Volumes that one query may compare exactly before the check fails with `kTooMuchWork`.
  std::size_t candidates_max = 1'000'000;
};

struct CheckInput {
  const ZoneFile* zones = nullptr;  ///< May be absent.
  const TrafficInput* traffic = nullptr;
};

/// The closest that two flights came, horizontally, at a moment of which both positions are known.
struct Approach {
  UtcMs time;
  std::int64_t horizontal_m = 0;
  std::optional<std::int64_t> vertical_cm;  ///< When both heights are known in one reference.
  geo::LatLng place;                        ///< Of the first flight.
};

/// A stretch of time in which two flights are in conflict.
struct ConflictEpisode {
  std::size_t first = 0, second = 0;  ///< Positions in CheckReport::flights; first < second.
  geo::TimeWindow window;             ///< From the first to the last moment of conflicting volumes.
  std::uint64_t volume_pairs = 0;
  geo::LatLng place;                ///< Where it begins: of the first flight.
  std::optional<Approach> closest;  ///< For tracks.
};

/// A stay of a flight in a zone.
struct ZoneEntry {
  std::size_t flight = 0, zone = 0;  ///< Positions in CheckReport::flights / zones.
  geo::TimeWindow window;      ///< Entry and exit. For tracks to about a second, for declared volumes their windows.
  bool starts_inside = false;  ///< Its record begins in the zone: the entry was not seen.
  bool ends_inside = false;    ///< Its record ends in the zone.
  bool grazes = false;         ///< Only the growth meets the zone; the track itself stays outside.
  geo::LatLng place;           ///< Where it enters, or first comes near.
  std::optional<std::int64_t> level_cm;  ///< There; in `reference`.
  geo::VerticalReference reference = geo::VerticalReference::kWgs84;
};

/// A flight or a zone, as the report names it.
struct Named {
  std::string id, name;
};

struct CheckReport {
  CheckOptions options;
  std::vector<Named> flights;              ///< Ordered by id.
  std::vector<Named> zones;                ///< In the order of the file.
  std::vector<ConflictEpisode> conflicts;  ///< Ordered by start, then flights.
  std::vector<ZoneEntry> entries;          ///< Ordered by flight, then time, then zone.
  std::string growth;
  std::uint64_t records = 0;
  std::uint64_t volumes = 0;
  Findings traffic_findings, zone_findings;

  /// Every pair of flights with a conflict, ids in order: what a node's previews of the same traffic must give.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> pairs() const;
};

/// Runs the check. Fails with `kTooMuchWork` / `kTooLarge` beyond the stated limits, and with `kInvalid` when a volume
/// is refused by geo::prepare (the readers yield none such). O(n log n + hits).
[[nodiscard]] Result<CheckReport> run_check(const CheckInput& input, const CheckOptions& options = {});

/// Aligned text for a terminal. `findings_max` places are listed per severity; totals always are.
[[nodiscard]] std::string render_table(const CheckReport& report, std::size_t findings_max = 20);
/// One JSON object; times RFC 3339, positions [longitude, latitude] in degrees.
[[nodiscard]] std::string render_json(const CheckReport& report);
/// A FeatureCollection: conflicts and entries as points, with zones and flown volumes of the flights concerned.
[[nodiscard]] std::string render_geojson(const CheckReport& report, const CheckInput& input);

}  // namespace tansiq::formats
