// The API's documents, written: what openapi.yaml calls Intent, Measure, Zone, Decision, Refusal, Preview. Canonical
// JSON, like the record. Tests read every one of them back with the reader generated from the contract.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/machine.h"
#include "node/node.h"

namespace tansiq::node {

[[nodiscard]] std::string zone_json(const core::Zone& zone, const core::Machine& machine);
[[nodiscard]] std::string zone_list_json(const core::Machine& machine);

/// As far as `asker` may know it; nothing when that is nothing (`none`), or, with `by_id`, less than its id.
[[nodiscard]] std::optional<std::string> intent_json(const core::Intent& intent, const core::Machine& machine,
                                                     const core::Caller& asker, bool by_id);
/// A page. `next` when `intents` filled the page of `limit`.
[[nodiscard]] std::string intent_list_json(const std::vector<const core::Intent*>& intents, std::size_t limit,
                                           const core::Machine& machine, const core::Caller& asker);

[[nodiscard]] std::string measure_json(const core::Measure& measure, const core::Machine& machine);
/// Measures created after sequence number `after`, at most `limit`.
[[nodiscard]] std::string measure_list_json(const std::vector<const core::Measure*>& measures, std::uint64_t after,
                                            std::size_t limit, const core::Machine& machine);

/// An accepted command. `id` is the intent's or measure's; `ovn` may be empty.
[[nodiscard]] std::string decision_json(const Recorded& recorded, std::string_view id, std::string_view ovn,
                                        core::DataMode mode);
/// A refusal by decision. `title`, `slug` and `status` come from the error table.
struct RefusalHead {
  std::string_view problem_id;
  std::string_view slug;
  std::string_view title;
  int status = 409;
};
[[nodiscard]] std::string refusal_json(const Recorded& recorded, const RefusalHead& head, core::DataMode mode);
/// What stands in the way, as one sentence: `conflicts with 2 intents in K1; free 4 min later or 1000 ft higher`.
[[nodiscard]] std::string refusal_sentence(const core::Decision& decision);

[[nodiscard]] std::string preview_json(const core::Decision& decision, core::DataMode mode);

}  // namespace tansiq::node
