// How many officers stand behind one key (docs/coordination.md, section 7). For others an authority has one key; that
// it demands two people for a sensitive act is its own rule, and its own record shows that it was kept (`by`,
// `second`).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "coordination/names.h"
#include "core/names.h"

namespace tansiq::coordination {

enum class OfficerAct : std::uint8_t { kFreeze, kPropose, kAccept, kAdopt };
constexpr std::array<std::string_view, 4> enum_names(OfficerAct) {
  return {"freeze", "propose", "accept", "adopting a charter"};
}

/// Which acts need two officers. A freeze must be possible for whoever is on watch alone; what widens need not be.
struct OfficerPolicy {
  bool accept = true;
  bool adopt = true;
  bool freeze = false;
  bool propose = true;
  static constexpr auto fields() {
    return field_list(field("accept", &OfficerPolicy::accept), field("adopt", &OfficerPolicy::adopt),
                      field("freeze", &OfficerPolicy::freeze), field("propose", &OfficerPolicy::propose));
  }
  [[nodiscard]] constexpr bool needs_two(OfficerAct act) const {
    switch (act) {
      case OfficerAct::kFreeze:
        return freeze;
      case OfficerAct::kPropose:
        return propose;
      case OfficerAct::kAccept:
        return accept;
      case OfficerAct::kAdopt:
        return adopt;
    }
    return true;
  }
  friend bool operator==(const OfficerPolicy&, const OfficerPolicy&) = default;
};

/// Fails with `kUnauthenticated` (no officer at all: a machine moves no relation), `kForbidden` (a second is needed, or
/// is the first again).
[[nodiscard]] Status officers_suffice(OfficerAct act, const core::Subject& by, const core::Subject& second,
                                      const OfficerPolicy& policy);

}  // namespace tansiq::coordination
