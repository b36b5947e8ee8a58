#include "coordination/disclosure_coarse.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/limits.h"

namespace tansiq::coordination {
namespace {

constexpr std::int64_t kDegree = 10'000'000;
constexpr std::int64_t kPole = 90 * kDegree;
constexpr std::int64_t kHalfTurn = 180 * kDegree;
constexpr std::int64_t kTurn = 360 * kDegree;
constexpr std::int64_t kSectorMax = 60 * kDegree;
/// Between two corners on a parallel. One degree apart, the great circle leaves it by at most (π/180)²/16 radian, which
/// is 0.0011 degree.
constexpr std::int64_t kCornerStep = kDegree;
constexpr std::int64_t kBulge = 20'000;

constexpr std::int64_t floored(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}
constexpr std::int64_t raised(std::int64_t value, std::int64_t step) { return -floored(-value, step); }

geo::LatLng at(std::int64_t lat, std::int64_t lng) {
  if (lng >= kHalfTurn) lng -= kTurn;
  return {static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
}

/// Corners along a parallel, from west to east, both ends included; at a pole there is one.
std::vector<geo::LatLng> along(std::int64_t lat, std::int64_t west, std::int64_t east) {
  if (lat == kPole || lat == -kPole) return {at(lat, 0)};
  std::vector<geo::LatLng> out{at(lat, west)};
  for (std::int64_t lng = floored(west, kCornerStep) + kCornerStep; lng < east; lng += kCornerStep) {
    out.push_back(at(lat, lng));
  }
  out.push_back(at(lat, east));
  return out;
}

geo::Polygon rectangle(std::int64_t south, std::int64_t north, std::int64_t west, std::int64_t east) {
  geo::Polygon out{along(south, west, east)};
  const std::vector<geo::LatLng> back = along(north, west, east);
  out.vertices.insert(out.vertices.end(), back.rbegin(), back.rend());
  return out;
}

/// An order of volumes made here, whose outlines are polygons.
auto order_of(const geo::Volume4d& volume) {
  return std::tie(std::get<geo::Polygon>(volume.outline).vertices, volume.band.lower_cm, volume.band.upper_cm,
                  volume.band.reference, volume.window);
}

}  // namespace

std::vector<geo::Polygon> coarsened(const geo::Shape::Bounds& bounds, std::int64_t grid_e7) {
  const std::int64_t south = std::max(-kPole, floored(bounds.lat_low - kBulge, grid_e7));
  const std::int64_t north = std::min(kPole, raised(bounds.lat_high + kBulge, grid_e7));
  std::int64_t west = floored(bounds.lng_low, grid_e7);
  std::int64_t east = raised(bounds.lng_high, grid_e7);
  if (bounds.lng_low > bounds.lng_high) east += kTurn;
  if (east == west) east += grid_e7;
  // Around a pole, and wherever the cells would meet themselves, there is no west and no east.
  if (east - west >= kTurn || bounds.lat_low <= -kPole || bounds.lat_high >= kPole) {
    west = -kHalfTurn;
    east = kHalfTurn;
  }
  std::vector<geo::Polygon> out;
  while (west < east) {
    const std::int64_t cut = east - west <= kSectorMax ? east : std::min(east, floored(west, kSectorMax) + kSectorMax);
    if (south == -kPole && north == kPole) {
      out.push_back(rectangle(south, 0, west, cut));
      out.push_back(rectangle(0, north, west, cut));
    } else {
      out.push_back(rectangle(south, north, west, cut));
    }
    west = cut;
  }
  return out;
}

geo::LevelBand coarsened(const geo::LevelBand& band, std::int64_t step_cm) {
  geo::LevelBand out = band;
  if (band.lower_cm != geo::kHeightUnboundedLow) {
    out.lower_cm = floored(band.lower_cm, step_cm);
    if (out.lower_cm < kHeightCmMin) out.lower_cm = geo::kHeightUnboundedLow;
  }
  if (band.upper_cm != geo::kHeightUnboundedHigh) {
    out.upper_cm = raised(band.upper_cm, step_cm);
    if (out.upper_cm > kHeightCmMax) out.upper_cm = geo::kHeightUnboundedHigh;
  }
  return out;
}

geo::TimeWindow coarsened(const geo::TimeWindow& window, DurationMs step_ms) {
  return {UtcMs{std::max(kUtcMin.ms, floored(window.start.ms, step_ms))},
          UtcMs{std::min(kUtcMax.ms, raised(window.end.ms, step_ms))}};
}

std::vector<geo::Volume4d> coarsened(const std::vector<geo::Volume4d>& volumes, const core::Coarsening& by) {
  std::vector<geo::Volume4d> out;
  for (const geo::Volume4d& volume : volumes) {
    const auto shape = geo::Shape::make(volume.outline);
    if (!shape) continue;
    for (geo::Polygon& cells : coarsened(shape->bounds(), by.grid_e7)) {
      out.push_back(
          {std::move(cells), coarsened(volume.band, by.level_step_cm), coarsened(volume.window, by.time_step_ms)});
    }
  }
  std::ranges::sort(out, [](const geo::Volume4d& a, const geo::Volume4d& b) { return order_of(a) < order_of(b); });
  const auto rest = std::ranges::unique(out);
  out.erase(rest.begin(), rest.end());
  return out;
}

}  // namespace tansiq::coordination
