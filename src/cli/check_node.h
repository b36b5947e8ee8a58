// The second opinion of `tansiq check`: the same traffic, asked of a running node.
#pragma once

#include "cli/context.h"
#include "cli/node_client.h"
#include "formats/check.h"

namespace tansiq::cli {

/// Files every flight at the node, each after asking for a preview, compares the pairs that the previews name with the
/// report's, and ends what it filed. For a node in data mode TEST or SIMULATED whose zones there are disputed, with the
/// report's minima: in an exclusive zone a conflicting flight would not be filed. Returns the exit code: 1 when there
/// are conflicts or the pairs differ.
[[nodiscard]] Result<int> compare_with_node(const Context& context, const NodeOptions& options,
                                            const formats::TrafficInput& traffic, const formats::CheckReport& report);

}  // namespace tansiq::cli
