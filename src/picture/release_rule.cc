#include "picture/release_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/ids.h"
#include "surveillance/source.h"

namespace tansiq::picture {
namespace {

// What is told as late as it may be is still taken.
static_assert(surveillance::kPeerOldMs == kReleaseDelayMsMax + 60'000);

constexpr std::int64_t kHalfTurnE7 = 1'800'000'000;
constexpr std::int64_t kTurnE7 = 2 * kHalfTurnE7;
constexpr std::int64_t kQuarterTurnE7 = kHalfTurnE7 / 2;
// Metres of a degree on WGS-84. The shortest along a meridian is at the equator, and a parallel is never shorter than
// that of a sphere with the equator's radius: cells become wider than asked for, never narrower.
constexpr std::int64_t kMeridianDegreeMetresMin = 110'574;
constexpr std::int64_t kMeridianDegreeMetresMax = 111'695;
constexpr double kEquatorDegreeMetres = 111'319.49;
// The parallel's radius over that of the sphere's, at most (at the poles).
constexpr double kParallelStretchMax = 1.003'4;

double cosine(std::int64_t lat_e7) { return std::cos(static_cast<double>(lat_e7) * 1e-7 * std::numbers::pi / 180); }

}  // namespace

Status check(const ReleaseRule& rule) {
  if (const Status named = check_id(rule.to, "authority id"); !named) {
    return fail(ErrorCode::kInvalid, named.error().message, "to");
  }
  if (!rule.area.empty()) {
    if (const Status named = check_id(rule.area, "zone id"); !named) {
      return fail(ErrorCode::kInvalid, named.error().message, "area");
    }
  }
  if (rule.delay_ms < 0 || rule.delay_ms > kReleaseDelayMsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a delay is from 0 to {} s, six hours", kReleaseDelayMsMax / 1'000),
                "delay_seconds");
  }
  if (rule.grid_m != 0 && (rule.grid_m < kReleaseGridMetresMin || rule.grid_m > kReleaseGridMetresMax)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("cells are from {} to {} m, or 0 for none", kReleaseGridMetresMin, kReleaseGridMetresMax),
                "grid_m");
  }
  return {};
}

ReleaseCell release_cell(geo::LatLng place, std::int64_t grid_m) {
  const std::int64_t rows =
      kHalfTurnE7 / ((grid_m * 10'000'000 + kMeridianDegreeMetresMin - 1) / kMeridianDegreeMetresMin);
  const std::int64_t row = std::clamp<std::int64_t>((place.lat_e7 + kQuarterTurnE7) * rows / kHalfTurnE7, 0, rows - 1);
  const std::int64_t south = row * kHalfTurnE7 / rows - kQuarterTurnE7;
  const std::int64_t north = (row + 1) * kHalfTurnE7 / rows - kQuarterTurnE7;
  const double poleward = std::max(0.0, cosine(std::max(std::abs(south), std::abs(north))));
  const double around_m = 360 * kEquatorDegreeMetres * poleward;
  const std::int64_t columns =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(around_m / static_cast<double>(grid_m)));
  // +180 and -180 are one meridian.
  const std::int64_t column = (place.lng_e7 + kHalfTurnE7) * columns / kTurnE7 % columns;

  ReleaseCell out;
  out.middle.lat_e7 = static_cast<std::int32_t>((south + north) / 2);
  out.middle.lng_e7 = static_cast<std::int32_t>((2 * column + 1) * kHalfTurnE7 / columns - kHalfTurnE7);
  // Up or down, then along the widest parallel: no way inside of the cell is longer.
  const double widest = south <= 0 && north >= 0 ? 1.0 : cosine(std::min(std::abs(south), std::abs(north)));
  const double high_m = static_cast<double>(north - south) / 2 * 1e-7 * kMeridianDegreeMetresMax;
  const double wide_m = 180 * kEquatorDegreeMetres * kParallelStretchMax * widest / static_cast<double>(columns);
  out.reach_cm = static_cast<std::int32_t>(std::ceil((high_m + wide_m) * 100));
  return out;
}

}  // namespace tansiq::picture
