#include "cli/levant_incidents.h"

#include <fmt/format.h>

#include <utility>

#include "cli/levant_documents.h"
#include "cli/levant_talks.h"
#include "talks/language.h"

namespace tansiq::cli {

using namespace coordination;

Result<bool> await_incident(Levant& levant, const std::string& where, const IncidentName& name,
                            const std::function<bool(const JsonValue&)>& good) {
  return levant.await_at(
      where, fmt::format("/v1/incidents/{}/{}?language={}", name.opener, name.id, talks::to_text(language_of(where))),
      good);
}

Result<bool> opening_read(Levant& levant, const std::string& where, const IncidentName& name) {
  return await_incident(levant, where, name, [](const JsonValue& d) { return d.find("opened").has_value(); });
}

Status state_incident(Levant& levant, const std::string& where, const std::string& officer, const IncidentName& name,
                      std::string_view words, std::vector<IncidentHeld> held) {
  StateIncident act;
  act.incident = IncidentId::trusted(name.id);
  act.opener = AuthorityId::trusted(name.opener);
  act.parts = {words_of(where, words)};
  act.held = std::move(held);
  TRY(levant.act(where, officer, std::move(act)));
  return {};
}

Status move_incident(Levant& levant, const std::string& where, const std::string& officer, const IncidentName& name,
                     IncidentState state, std::string_view why) {
  MoveIncident act;
  act.incident = IncidentId::trusted(name.id);
  act.opener = AuthorityId::trusted(name.opener);
  act.state = state;
  act.text = why;
  TRY(levant.act(where, officer, std::move(act)));
  return {};
}

std::optional<SideRow> side_of(const JsonValue& incident, std::string_view party) {
  const auto row = row_of(incident, "sides", [&](const JsonValue& one) { return text_of(one, "party") == party; });
  if (!row) return {};
  const auto statements = row->find("statements");
  return SideRow{text_of(*row, "state"), statements ? statements->size() : 0};
}

}  // namespace tansiq::cli
