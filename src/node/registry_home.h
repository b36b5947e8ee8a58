// Who keeps the registry of F3548 in a coalition: several nodes serve as one DSS, and one of them decides.
//
// It is the owner of the background zone, if that zone is in the air and has the rule `aware`: such a charter means the
// whole airspace to be one F3548 region. Members' nodes hand what suppliers ask of them on to it (f3548_relay.h).
// Without such a zone every node keeps a registry of its own, for its own clients.
//
// The registry does not move: its entries stand in the `main` of its keeper, which nobody else reads. So a version of
// the charter that names another keeper can be adopted by the former one only when nothing in its registry still lasts;
// from its adoption on it takes nothing new; and the next keeper waits for that adoption (as with space, ADR 36). ADR
// 40 has the reasons.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "coordination/coalition.h"
#include "f3548/registry.h"

namespace tansiq::node {

struct RegistryHome {
  AuthorityId at;
  bool here = true;     ///< This node decides.
  bool moving = false;  ///< Nobody does for the moment.
  std::string trouble;  ///< Why this node does not; empty when it does.
  friend bool operator==(const RegistryHome&, const RegistryHome&) = default;
};

/// As the core thread last said it, for all others.
class RegistryHomeBoard {
 public:
  void set(const RegistryHome& home) {
    const std::lock_guard lock(mutex_);
    home_ = home;
  }
  [[nodiscard]] RegistryHome get() const {
    const std::lock_guard lock(mutex_);
    return home_;
  }

 private:
  mutable std::mutex mutex_;
  RegistryHome home_;
};

/// The keeper that a charter names; null: every node keeps its own.
[[nodiscard]] const AuthorityId* registry_keeper(const core::Charter& charter);

/// As things stand. `former` are the versions before the one that the coalition was founded under here. O(zones of all
/// versions): for when a charter changes, not for every request.
[[nodiscard]] RegistryHome registry_home(const coordination::Coalition& coalition,
                                         const std::vector<core::Charter>& former);

/// Whether this node may adopt a version that makes somebody else the keeper. Fails with `kConflict`, saying until when
/// the registry's entities last.
[[nodiscard]] Status check_registry_ends(const f3548::Registry& registry, const AuthorityId& self,
                                         const core::Charter& next, UtcMs now);

}  // namespace tansiq::node
