#include "cli/levant_documents.h"

#include <utility>

#include "cli/demo_world.h"

namespace tansiq::cli {

using namespace coordination;

bool is_true(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value && value->boolean().value_or(false);
}

// --- the live picture
// ---------------------------------------------------------------------------------------------------------------------

std::optional<JsonValue> track_of(const JsonValue& document, std::string_view call_sign) {
  return row_of(document, "tracks", [&](const JsonValue& row) { return text_of(row, "call_sign") == call_sign; });
}

std::optional<JsonValue> alert_of(const JsonValue& document, std::string_view kind, std::string_view object) {
  return row_of(document, "alerts",
                [&](const JsonValue& row) { return text_of(row, "kind") == kind && text_of(row, "object") == object; });
}

// --- members
// ---------------------------------------------------------------------------------------------------------------------

bool hears_all(const JsonValue& peers, std::size_t count) {
  const auto rows = peers.find("peers");
  if (!rows || rows->size() != count) return false;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const JsonValue row = (*rows)[i];
    if (!row.find("age_ms") || !text_of(row, "trouble").empty()) return false;
    if (number_of(row, "held") != number_of(row, "known")) return false;
  }
  return true;
}

std::int64_t version_of(const JsonValue& peers) {
  const auto charter = peers.find("charter");
  return charter ? number_of(*charter, "in_force") : 0;
}

std::optional<JsonValue> line_to(const JsonValue& lines, std::string_view peer) {
  return row_of(lines, "lines", [&](const JsonValue& row) { return text_of(row, "peer") == peer; });
}

std::string watch_of(const JsonValue& line) {
  const auto watch = line.find("watch");
  return watch ? text_of(*watch, "state") : std::string();
}

Result<bool> line_answers(Levant& levant, const std::string& id, const std::string& peer) {
  const UtcMs asked = levant.now();
  TRY(levant.act(id, "watch", CheckLine{AuthorityId::trusted(peer)}));
  return levant.await_at(id, "/v1/lines", [&](const JsonValue& d) {
    const auto line = line_to(d, peer);
    return line && number_of(*line, "answered_ms") >= asked.ms && !is_true(*line, "missed");
  });
}

// --- relations
// ---------------------------------------------------------------------------------------------------------------------

core::Edge edge(std::string_view from, std::string_view to, core::RelationDomain domain, core::Capability capability) {
  return {capability, domain, AuthorityId::trusted(from), AuthorityId::trusted(to)};
}

std::int64_t level_in_force(const JsonValue& relations, const core::Edge& wanted) {
  const auto row = row_of(relations, "relations", [&](const JsonValue& one) {
    const auto of = one.find("edge");
    return of && text_of(*of, "from") == wanted.from.str() && text_of(*of, "to") == wanted.to.str() &&
           text_of(*of, "domain") == core::to_text(wanted.domain) &&
           text_of(*of, "capability") == core::to_text(wanted.capability);
  });
  return row ? number_of(*row, "level") : 0;
}

Result<bool> in_force(Levant& levant, const std::string& where, const core::Edge& wanted, std::int64_t level) {
  return levant.await(where, "relations", [&](const JsonValue& d) { return level_in_force(d, wanted) == level; });
}

Result<bool> proposal_read(Levant& levant, const std::string& where, const std::string& hash) {
  return levant.await(where, "relations", [&](const JsonValue& d) {
    return row_of(d, "proposals", [&](const JsonValue& row) { return text_of(row, "hash") == hash; }).has_value();
  });
}

// --- flights
// ---------------------------------------------------------------------------------------------------------------------

geo::Volume4d way_along(const Levant& levant, std::string_view corridor, std::int64_t level, UtcMs start,
                        DurationMs length) {
  return demo_volume(levant.charter(), {.id = {},
                                        .operator_name = {},
                                        .corridor = std::string(corridor),
                                        .level = level,
                                        .start = start,
                                        .length_ms = length});
}

PlannedLeg leg_along(const Levant& levant, std::string_view corridor, std::int64_t level, UtcMs start,
                     DurationMs length) {
  return {.volumes = {way_along(levant, corridor, level, start, length)}, .zone = ZoneId::trusted(corridor)};
}

FileFlight flight_of(std::string_view id, std::vector<PlannedLeg> legs, std::string_view principal) {
  FlightFiled filed;
  filed.call_sign = std::string(id);
  filed.flight = FlightId::trusted(id);
  filed.legs = std::move(legs);
  if (!principal.empty()) filed.principal = AuthorityId::trusted(principal);
  return {std::move(filed)};
}

std::optional<JsonValue> flight_row(const JsonValue& document, std::string_view id) {
  return row_of(document, "flights", [&](const JsonValue& row) { return text_of(row, "id") == id; });
}

bool all_in_state(const JsonValue& document, std::string_view id, std::string_view state, std::size_t count) {
  const auto row = flight_row(document, id);
  const auto versions = row ? row->find("versions") : std::nullopt;
  if (!versions || versions->size() != count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (text_of((*versions)[i], "state") != state) return false;
  }
  return true;
}

Result<bool> confirmed(Levant& levant, const std::string& home, std::string_view id, std::size_t legs) {
  return levant.await(home, "flights", [&](const JsonValue& d) { return all_in_state(d, id, "confirmed", legs); });
}

}  // namespace tansiq::cli
