// Incidents of levant-2015: opened, stated and moved by officers; what stands of them at a node.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/levant.h"
#include "coordination/act.h"

namespace tansiq::cli {

/// `us/near-miss-1`.
struct IncidentName {
  std::string opener;
  std::string id;
};
/// That of step 9, of which step 11 takes the bundle.
[[nodiscard]] inline IncidentName near_miss_incident() { return {"us", "near-miss-1"}; }

/// Waits until the opening is read at a node: what a party says of it may come before.
[[nodiscard]] Result<bool> opening_read(Levant& levant, const std::string& where, const IncidentName& name);
/// What `where` has to say, in the language of its officers.
[[nodiscard]] Status state_incident(Levant& levant, const std::string& where, const std::string& officer,
                                    const IncidentName& name, std::string_view words,
                                    std::vector<coordination::IncidentHeld> held = {});
[[nodiscard]] Status move_incident(Levant& levant, const std::string& where, const std::string& officer,
                                   const IncidentName& name, coordination::IncidentState state, std::string_view why);
/// Waits until it stands at a node as `good` wants it: `over`, `sides`, … of GET /v1/incidents/{opener}/{id}.
[[nodiscard]] Result<bool> await_incident(Levant& levant, const std::string& where, const IncidentName& name,
                                          const std::function<bool(const JsonValue&)>& good);
/// Of such a document: how it stands with a side, and how many statements that has made.
struct SideRow {
  std::string state;
  std::size_t statements = 0;
};
[[nodiscard]] std::optional<SideRow> side_of(const JsonValue& incident, std::string_view party);

}  // namespace tansiq::cli
