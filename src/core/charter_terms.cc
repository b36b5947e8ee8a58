#include "core/charter_terms.h"

namespace tansiq::core {

Status ConformanceTolerance::check() const {
  constexpr std::int64_t kLateralMax = 100'000;
  constexpr std::int64_t kVerticalMax = 1'000'000;  // 10 km
  constexpr DurationMs kTimeMax = 24LL * 3'600'000;
  constexpr DurationMs kPersistMax = 3'600'000;
  if (lateral_m < 1 || lateral_m > kLateralMax) {
    return fail(ErrorCode::kInvalid, "a lateral tolerance is 1 m to 100 km");
  }
  if (vertical_cm < 0 || vertical_cm > kVerticalMax) {
    return fail(ErrorCode::kInvalid, "a vertical tolerance is 0 to 10 km");
  }
  if (time_ms < 0 || time_ms > kTimeMax) return fail(ErrorCode::kInvalid, "a tolerance of time is 0 to 24 hours");
  if (persist_ms < 0 || persist_ms > kPersistMax || clear_ms < 0 || clear_ms > kPersistMax) {
    return fail(ErrorCode::kInvalid, "a deviation begins, and ends, after 0 to 60 minutes");
  }
  if (clear_percent < 10 || clear_percent > 95) {
    return fail(ErrorCode::kInvalid,
                "well within is 10 to 95 percent of the tolerance: at 100 a craft on the edge would flicker");
  }
  if (contingent_ms < persist_ms || contingent_ms > kTimeMax) {
    return fail(ErrorCode::kInvalid,
                "a deviation makes contingent no sooner than it counts at all (persist_ms), and within 24 hours");
  }
  return {};
}

}  // namespace tansiq::core
