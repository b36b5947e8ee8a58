// What the steps of levant-2015 file, and what they look for in the documents of nodes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "base/result.h"
#include "cli/levant.h"
#include "cli/wire.h"
#include "coordination/act.h"

namespace tansiq::cli {

/// The first row of a document's list that is meant.
template <class Meant>
std::optional<JsonValue> row_of(const JsonValue& document, std::string_view list, Meant&& meant) {
  const auto rows = document.find(list);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    if (meant((*rows)[i])) return (*rows)[i];
  }
  return {};
}

/// A member that is true.
[[nodiscard]] bool is_true(const JsonValue& object, std::string_view name);

// --- the live picture

[[nodiscard]] std::optional<JsonValue> track_of(const JsonValue& document, std::string_view call_sign);
[[nodiscard]] std::optional<JsonValue> alert_of(const JsonValue& document, std::string_view kind,
                                                std::string_view object);

// --- members

/// Whether a node hears each of its `count` peers, and has all that they have said.
[[nodiscard]] bool hears_all(const JsonValue& peers, std::size_t count);
/// The version of the charter that is in force at a node.
[[nodiscard]] std::int64_t version_of(const JsonValue& peers);
/// Of the document `lines`: the row of a peer.
[[nodiscard]] std::optional<JsonValue> line_to(const JsonValue& lines, std::string_view peer);
/// What is said there of who is on watch: `attended`, `unattended`, `unknown`.
[[nodiscard]] std::string watch_of(const JsonValue& line);

/// `id` checks its line to a peer; whether an answer has come.
[[nodiscard]] Result<bool> line_answers(Levant& levant, const std::string& id, const std::string& peer);

// --- relations

[[nodiscard]] core::Edge edge(std::string_view from, std::string_view to, core::RelationDomain domain,
                              core::Capability capability);
[[nodiscard]] std::int64_t level_in_force(const JsonValue& relations, const core::Edge& wanted);
/// Waits until an edge is at a level.
[[nodiscard]] Result<bool> in_force(Levant& levant, const std::string& where, const core::Edge& wanted,
                                    std::int64_t level);
/// Waits until the proposal of this hash is read at a node; whether it came.
[[nodiscard]] Result<bool> proposal_read(Levant& levant, const std::string& where, const std::string& hash);

// --- flights

/// Along a corridor's centre line, `level` its lower edge as a flight level.
[[nodiscard]] geo::Volume4d way_along(const Levant& levant, std::string_view corridor, std::int64_t level, UtcMs start,
                                      DurationMs length);
[[nodiscard]] coordination::PlannedLeg leg_along(const Levant& levant, std::string_view corridor, std::int64_t level,
                                                 UtcMs start, DurationMs length);
/// `principal`: for whom it is flown, where that is another.
[[nodiscard]] coordination::FileFlight flight_of(std::string_view id, std::vector<coordination::PlannedLeg> legs,
                                                 std::string_view principal = {});
/// The row of a flight in the document `flights`.
[[nodiscard]] std::optional<JsonValue> flight_row(const JsonValue& document, std::string_view id);
/// Whether every version of a flight that is there has this state, and there are `count`.
[[nodiscard]] bool all_in_state(const JsonValue& document, std::string_view id, std::string_view state,
                                std::size_t count);
/// Waits until all legs of a flight are confirmed.
[[nodiscard]] Result<bool> confirmed(Levant& levant, const std::string& home, std::string_view id, std::size_t legs);

}  // namespace tansiq::cli
