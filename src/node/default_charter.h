// The charter that a node writes for itself when it is started without one: a handful of corridors, a block, a sea box,
// and the rest of the world disputed. Data mode TEST. For a first session, for the demo, for tests; never for use.
#pragma once

#include <string>

#include "core/charter.h"

namespace tansiq::node {

inline constexpr std::string_view kDefaultAuthority = "home";
/// Name of the develop key, and so the origin of the develop log. `.test` never resolves (RFC 2606).
inline constexpr std::string_view kDefaultOrigin = "home.tansiq.test/main";

/// Zones of the default charter, west to east over the sea between Cyprus and Lebanon:
///
///   HARBOUR  sea box    exclusive
///   K1 K2    corridors  exclusive, FL180–FL240, crossing K3
///   K3       corridor   exclusive, FL250–FL310
///   TRAIN    block      aware, FL050–FL100
///   OPEN     background disputed
///
/// `vkey` is the node's verifier key. The text is the same for the same key and time.
[[nodiscard]] core::Charter default_charter(const std::string& vkey, UtcMs valid_from);

/// Everything that no other zone covers, under the rule of ASTM F3548-21: its owner's node keeps the registry
/// (registry_home.h).
[[nodiscard]] core::Zone region_zone(const AuthorityId& owner);

/// The same for a node that is to be a Discovery and Synchronization Service: `region_zone` alone.
[[nodiscard]] core::Charter region_charter(const std::string& vkey, UtcMs valid_from);

}  // namespace tansiq::node
