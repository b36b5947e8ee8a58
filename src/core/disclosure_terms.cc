#include "core/disclosure_terms.h"

namespace tansiq::core {

Status Coarsening::check() const {
  constexpr std::int64_t kGridMin = 10'000;       // 0.001°, about 100 m
  constexpr std::int64_t kGridMax = 100'000'000;  // 10°
  constexpr std::int64_t kHalfTurn = 1'800'000'000;
  constexpr DurationMs kDay = 24LL * 3'600'000;
  constexpr std::int64_t kLevelMax = 10'000'000;  // 100 km
  if (grid_e7 < kGridMin || grid_e7 > kGridMax || kHalfTurn % grid_e7 != 0) {
    return fail(ErrorCode::kInvalid, "a grid cell is 0.001 to 10 degrees wide and divides 180 degrees");
  }
  if (delay_ms < 0 || delay_ms > kDay) return fail(ErrorCode::kInvalid, "a delay is 0 to 24 hours");
  if (time_step_ms < 1 || time_step_ms > kDay) return fail(ErrorCode::kInvalid, "a step of time is 1 ms to 24 hours");
  if (level_step_cm < 1 || level_step_cm > kLevelMax) {
    return fail(ErrorCode::kInvalid, "a step of levels is 1 cm to 100 km");
  }
  return {};
}

Status DisclosureTerms::check() const {
  if (busy.delay_ms < coarse.delay_ms) {
    return fail(ErrorCode::kInvalid, "busy is shown no sooner than coarse: give it the same delay or a longer one");
  }
  return {};
}

}  // namespace tansiq::core
