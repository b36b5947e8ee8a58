// From the API's typed requests to the core's commands. Nothing is judged here: the generated readers have checked form
// and range, the core checks what needs geometry or state. Identities of craft become values here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/command.h"
#include "core/machine.h"
#include "node_api/operations.h"
#include "picture/track_history.h"

namespace tansiq::node {

[[nodiscard]] geo::Volume4d to_core(const api::Volume& volume);
[[nodiscard]] std::vector<geo::Volume4d> to_core(const std::vector<api::Volume>& volumes);
[[nodiscard]] core::Domain to_core(api::Domain domain);
[[nodiscard]] core::Effect to_core(api::Effect effect);

/// Fails with `kInvalid` as core::check_craft, and for an address or MMSI that is nobody's.
[[nodiscard]] Result<std::vector<core::Craft>> to_core(const std::vector<api::Craft>& craft);

/// Fail as `to_core` of the craft.
[[nodiscard]] Result<core::Action> to_action(IntentId id, api::IntentCreate&& body);
[[nodiscard]] Result<core::Action> to_action(IntentId id, api::IntentUpdate&& body);
[[nodiscard]] core::Action to_action(IntentId id, api::IntentOffNominal&& body);
[[nodiscard]] core::Action to_action(MeasureId id, api::MeasureCreate&& body);
[[nodiscard]] core::Action to_action(MeasureId id, api::MeasureUpdate&& body);
/// A preview asks about a new intent, or with `id` and `version` about an update of it.
[[nodiscard]] core::Action to_action(api::IntentPreview&& body);

/// Zone names become numbers. Fails with `kNotFound` for an unknown zone, `kInvalid` for a manager that is no subject.
[[nodiscard]] Result<core::IntentFilter> to_filter(const api::IntentQuery& query, const core::ZoneTable& zones);

/// A rectangle asked for: all four sides, or none of them. Fails with `kInvalid`.
[[nodiscard]] Result<std::optional<picture::PlaceWindow>> to_window(const std::optional<std::int64_t>& south,
                                                                    const std::optional<std::int64_t>& west,
                                                                    const std::optional<std::int64_t>& north,
                                                                    const std::optional<std::int64_t>& east);
/// Fails with `kInvalid`.
[[nodiscard]] Result<picture::PastQuestion> history_query(const api::GetPictureHistoryRequest& request);

}  // namespace tansiq::node
