#include "core/relation_names.h"

namespace tansiq::core {

Status Timing::check() const {
  constexpr DurationMs kMost = 24LL * 3'600'000;
  for (const DurationMs each : {clock_error_ms, crew_ms, decision_ms, delivery_ms, standby_ms}) {
    if (each < 0 || each > kMost) return fail(ErrorCode::kInvalid, "each of the times is 0 to 24 hours");
  }
  return {};
}

}  // namespace tansiq::core
