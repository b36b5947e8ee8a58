#include "coordination/officers.h"

#include <fmt/format.h>

namespace tansiq::coordination {

Status officers_suffice(OfficerAct act, const core::Subject& by, const core::Subject& second,
                        const OfficerPolicy& policy) {
  if (by.empty()) {
    return fail(ErrorCode::kUnauthenticated,
                fmt::format("{} is the act of an officer, and none is named", to_text(act)));
  }
  if (by == second) {
    return fail(ErrorCode::kForbidden, fmt::format("{} cannot be the second officer to an own act", by.str()),
                "second");
  }
  if (policy.needs_two(act) && second.empty()) {
    return fail(
        ErrorCode::kForbidden,
        fmt::format("{} needs a second officer beside {}, by the rule of this authority", to_text(act), by.str()),
        "second");
  }
  return {};
}

}  // namespace tansiq::coordination
