// What a person reads about flights, legs, zones' control and peers; made from the node's documents
// (node/coordination_face.h). No input or output here: commands fetch, these say.
//
// Flights and legs are read into the types of coordination/, so that a word that this program does not know is an
// error and never a blank in a table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "base/result.h"
#include "cli/terminal.h"
#include "coordination/flight.h"
#include "coordination/leg_version.h"

namespace tansiq::cli {

/// A flight of this node, as `GET /v1/coordination/flights` shows it.
struct FlightRow {
  std::string id;
  coordination::Flight flight;  ///< With its versions.
  bool may_clear = false;
  std::string why_not;  ///< What is missing for departure; empty when nothing is.
};
[[nodiscard]] Result<std::vector<FlightRow>> read_flights(std::string_view document);

/// What the owner of zones sees, as `GET /v1/coordination/legs` shows it.
struct LegRows {
  std::vector<coordination::LegVersion> versions;
  std::vector<coordination::NotedLeg> notices;
};
[[nodiscard]] Result<LegRows> read_legs(std::string_view document);

/// Where a flight stands, in a few words: "asking", "a counter waits for you", "confirmed", "airborne in K4".
[[nodiscard]] std::string flight_words(const FlightRow& row);
/// Where one version of a leg stands at home: "held until 12:03:20", "counter: 17 min later (…)", "refused: …".
[[nodiscard]] std::string version_words(const coordination::HomeVersion& version);
/// The same at the owner, with everything that an officer has to know.
[[nodiscard]] std::string leg_words(const coordination::LegVersion& version);
/// The command that the flight waits for, with what it means; empty when it waits for nobody here.
[[nodiscard]] std::string next_step(const FlightRow& row);

/// One line a flight.
[[nodiscard]] std::string flights_text(const Terminal& terminal, const std::vector<FlightRow>& rows, bool ended_too);
/// Everything about one flight: its legs, what the crew holds, what is missing for departure, what comes next.
[[nodiscard]] std::string flight_text(const Terminal& terminal, const FlightRow& row);
/// One line a version; `zone` restricts.
[[nodiscard]] std::string legs_text(const Terminal& terminal, const LegRows& rows,
                                    const std::optional<std::string>& zone, bool ended_too);

/// `GET /v1/coordination/asks`.
[[nodiscard]] Result<std::string> asks_text(const Terminal& terminal, const JsonValue& document);

/// The whole hash of the one version that begins with `prefix`. Fails with `kInvalid` (too short, or no hexadecimal),
/// `kNotFound`, `kConflict` (several).
[[nodiscard]] Result<core::EntryHash> request_from(std::string_view prefix,
                                                   const std::vector<coordination::LegVersion>& versions);
/// Which leg an officer means: its number, or the zone that only one leg of the flight passes.
[[nodiscard]] Result<std::int64_t> leg_number(std::string_view word, const FlightRow& row);

/// `GET /v1/coordination/control`.
[[nodiscard]] Result<std::string> control_text(const Terminal& terminal, const JsonValue& document);
/// `GET /v1/coordination/peers`.
[[nodiscard]] Result<std::string> peers_text(const Terminal& terminal, const JsonValue& document);

}  // namespace tansiq::cli
