#include "geo/vertical.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tansiq::geo {
namespace {

constexpr std::int64_t kGeoidCm = 110'00;      // EGM2008 undulation: -107 m … +86 m
constexpr std::int64_t kTerrainCm = 8'850'00;  // -430 m … +8849 m

/// Metres at every kilometre of pressure altitude from -1 km on, rounded up; in between a straight line, which nowhere
/// lies below what docs/geometry.md derives.
constexpr std::int64_t kFirstCm = -1'000'00;
constexpr std::int64_t kStepCm = 1'000'00;
using Table = std::array<std::int64_t, 32>;
constexpr Table kLowerByM{1700, 1510, 1320, 1490, 1790, 1990, 2190, 2400, 2610, 2830, 3050,
                          3280, 3510, 3750, 3990, 4230, 4470, 4700, 4940, 5180, 5420, 5660,
                          5900, 6130, 6370, 6600, 6840, 7070, 7300, 7530, 7760, 7990};
constexpr Table kHigherByM{710,  690,  880,  1070, 1270, 1470, 1670, 1880, 2100, 2320, 2550,
                           2780, 3020, 3260, 3510, 3750, 3990, 4240, 4480, 4720, 4970, 5210,
                           5450, 5690, 5930, 6170, 6410, 6650, 6880, 7120, 7350, 7590};

std::int64_t look_up(const Table& table, std::int64_t cm) {
  constexpr std::int64_t kLastCm = kFirstCm + static_cast<std::int64_t>(std::tuple_size_v<Table> - 1) * kStepCm;
  const std::int64_t from_first = std::clamp(cm, kFirstCm, kLastCm) - kFirstCm;
  const auto at = static_cast<std::size_t>(from_first / kStepCm);
  const std::int64_t here = table[at] * 100;
  const std::int64_t rest = from_first % kStepCm;
  if (rest == 0) return here;
  // Rounded up: the rise may be negative, the quotient must not be.
  const std::int64_t weighted = here * (kStepCm - rest) + table[at + 1] * 100 * rest;
  return (weighted + kStepCm - 1) / kStepCm;
}

bool unbounded(std::int64_t cm) { return cm <= kHeightUnboundedLow || cm >= kHeightUnboundedHigh; }

/// The last height in a range twice the largest margin around `cm` that `low_enough` holds for; it holds up to some.
template <class Holds>
std::int64_t last_where(std::int64_t cm, Holds&& low_enough) {
  std::int64_t low = cm - 2 * kPressureMarginMaxCm;
  std::int64_t high = cm + 2 * kPressureMarginMaxCm;
  while (low < high) {
    const std::int64_t middle = low + (high - low + 1) / 2;
    if (low_enough(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

std::int64_t offset_cm(VerticalReference reference) {
  if (reference == VerticalReference::kAgl) return kTerrainCm;
  return reference == VerticalReference::kWgs84 ? kGeoidCm : 0;
}

}  // namespace

std::int64_t level_lower_by_cm(std::int64_t pressure_altitude_cm) { return look_up(kLowerByM, pressure_altitude_cm); }
std::int64_t level_higher_by_cm(std::int64_t pressure_altitude_cm) { return look_up(kHigherByM, pressure_altitude_cm); }

std::int64_t lowest_cm(std::int64_t height_cm, VerticalReference from, VerticalReference to) {
  if (from == to || unbounded(height_cm)) return height_cm;
  // By way of heights above mean sea level.
  std::int64_t amsl = height_cm - offset_cm(from);
  if (from == VerticalReference::kFlightLevel) amsl = height_cm - level_lower_by_cm(height_cm);
  if (to != VerticalReference::kFlightLevel) return amsl - offset_cm(to);
  return 1 + last_where(amsl, [&](std::int64_t level) { return level + level_higher_by_cm(level) < amsl; });
}

std::int64_t highest_cm(std::int64_t height_cm, VerticalReference from, VerticalReference to) {
  if (from == to || unbounded(height_cm)) return height_cm;
  std::int64_t amsl = height_cm + offset_cm(from);
  if (from == VerticalReference::kFlightLevel) amsl = height_cm + level_higher_by_cm(height_cm);
  if (to != VerticalReference::kFlightLevel) return amsl + offset_cm(to);
  return last_where(amsl, [&](std::int64_t level) { return level - level_lower_by_cm(level) <= amsl; });
}

}  // namespace tansiq::geo
