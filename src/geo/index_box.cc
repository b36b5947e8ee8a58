#include "geo/index_box.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "geo/earth.h"
#include "geo/exact.h"

namespace tansiq::geo {
namespace {

constexpr std::int64_t kTimeOrigin = 1'767'225'600'000;  // 2026-01-01
constexpr int kTimeShift = 10;                           // 1.024 s
constexpr int kAngleShift = 2;                           // 4e-7 degree

std::int32_t clamp32(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, std::numeric_limits<std::int32_t>::min(),
                                                            std::numeric_limits<std::int32_t>::max()));
}

/// Right shift rounds down, also below zero.
std::int64_t down(std::int64_t value, int shift) { return value >> shift; }
std::int64_t up(std::int64_t value, int shift) { return -((-value) >> shift); }

IndexBox outward(std::int64_t lat_low, std::int64_t lat_high, std::int64_t lng_low, std::int64_t lng_high,
                 const LevelBand& band, std::int64_t start, std::int64_t end) {
  return {{down(lat_low, kAngleShift), down(lng_low, kAngleShift), band.lower_cm,
           clamp32(down(start - kTimeOrigin, kTimeShift))},
          {up(lat_high, kAngleShift), up(lng_high, kAngleShift), band.upper_cm,
           clamp32(up(end - kTimeOrigin, kTimeShift))}};
}

}  // namespace

IndexBox box_of(const PreparedVolume& volume) {
  const Shape::Bounds b = volume.shape.bounds();
  const std::int64_t lng_high = b.lng_high + (b.lng_high < b.lng_low ? kFullTurnE7 : 0);
  return outward(b.lat_low, b.lat_high, b.lng_low, lng_high, volume.band, volume.window.start.ms, volume.window.end.ms);
}

IndexBox query_box(const PreparedVolume& volume, const Minima& minima) {
  const Shape::Bounds b = volume.shape.bounds();
  std::int64_t lat_low = b.lat_low;
  std::int64_t lat_high = b.lat_high;
  std::int64_t lng_low = b.lng_low;
  std::int64_t lng_high = b.lng_high + (b.lng_high < b.lng_low ? kFullTurnE7 : 0);
  if (minima.horizontal_m > 0) {
    constexpr double kE7PerRad = 1'800'000'000 / std::numbers::pi;
    const double metres = static_cast<double>(std::min<std::int64_t>(minima.horizontal_m, 30'000'000));
    const double angle = Reach(metres, 100'000).unit_chord() * 1.2;  // an arc is less than 1.2 chords up to 100°
    const auto grow = static_cast<std::int64_t>(angle * kE7PerRad) + 1;
    lat_low -= grow;
    lat_high += grow;
    const double highest = static_cast<double>(std::max(std::abs(lat_low), std::abs(lat_high))) / kE7PerRad;
    // A cap at latitude φ reaches asin(sin r / cos φ) around in longitude, and all around where it meets the pole.
    if (highest >= std::numbers::pi / 2 - 1e-6 || std::sin(angle) >= std::cos(highest)) {
      lng_low = -kHalfTurnE7;
      lng_high = kHalfTurnE7;
    } else {
      const auto reach = static_cast<std::int64_t>(std::asin(std::sin(angle) / std::cos(highest)) * kE7PerRad) + 1;
      lng_low -= reach;
      lng_high += reach;
    }
  }
  if (lng_high - lng_low >= kFullTurnE7) {
    lng_low = -kHalfTurnE7;
    lng_high = kHalfTurnE7;
  }
  const std::int64_t grow_ms = std::clamp<std::int64_t>(minima.time_ms, 0, kUtcMax.ms - kUtcMin.ms);
  return outward(lat_low, lat_high, lng_low, lng_high, volume.band, volume.window.start.ms - grow_ms,
                 volume.window.end.ms + grow_ms);
}

Lanes entry_lanes(const IndexBox& box) {
  Lanes lanes;
  for (std::size_t i = 0; i < 4; ++i) {
    lanes[i] = clamp32(box.low[i]);
    lanes[i + 4] = clamp32(-box.high[i]);
  }
  return lanes;
}

Lanes query_lanes(const IndexBox& box, std::int64_t vertical_cm, std::int64_t lng_shift) {
  Lanes lanes;
  const std::array<std::int64_t, 4> shift{0, lng_shift, 0, 0};
  // With whole centimetres "less than the minimum apart" is "at most one less".
  const std::array<std::int64_t, 4> grow{0, 0, vertical_cm - 1, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    lanes[i] = clamp32(box.high[i] + shift[i] + grow[i]);
    lanes[i + 4] = clamp32(-(box.low[i] + shift[i] - grow[i]));
  }
  return lanes;
}

}  // namespace tansiq::geo
