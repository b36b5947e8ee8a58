// Whether what another supplier serves is what a registry recorded, and what it had said before.
//
// A registry keeps no shapes: it cannot see whether details are those that were registered. Where the manager gave it
// their hash, it can be shown; in any case some things can: who, which version, when, in which state, that no volume
// reaches beyond the times of the reference, and that one version has one content. What differs is an incident
// (`DriftFound`), and whoever relies on details must not pass over it.
#pragma once

#include <string>
#include <vector>

#include "uss/ledger.h"
#include "uss/wire.h"

namespace tansiq::uss {

/// One sentence for each difference; empty when all agrees. `recorded` is the registry's reference, `served` what the
/// supplier answered, `known` what it had told or served of the same id before, or null.
[[nodiscard]] std::vector<std::string> differences(const Reference& recorded, const Full& served, const Other* known);

}  // namespace tansiq::uss
