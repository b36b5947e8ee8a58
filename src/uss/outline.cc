#include "uss/outline.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace tansiq::uss {
namespace {

constexpr double kRadiansPerE7 = std::numbers::pi / 180 / 1e7;
constexpr std::int64_t kTurnE7 = 3'600'000'000;
constexpr std::int64_t kSpanMaxE7 = 900'000'000;
constexpr std::int64_t kLatMaxE7 = 850'000'000;
constexpr std::int64_t kMarginE7 = 100;

struct Span {
  std::int64_t low = 0;
  std::int64_t high = 0;
  [[nodiscard]] std::int64_t width() const { return high - low; }
};

/// Of the longitudes, from `first` on around the earth.
Span longitudes(const geo::Polygon& polygon, std::int64_t first) {
  Span out{first + kTurnE7, first};
  for (const geo::LatLng& v : polygon.vertices) {
    const std::int64_t lng = v.lng_e7 < first ? v.lng_e7 + kTurnE7 : v.lng_e7;
    out = {std::min(out.low, lng), std::max(out.high, lng)};
  }
  return out;
}

/// A latitude at both ends from which the great circle between them reaches this one in the middle.
std::int64_t below(std::int64_t lat_e7, double half_span) {
  const double lat = std::atan(std::tan(static_cast<double>(lat_e7) * kRadiansPerE7) * std::cos(half_span));
  return static_cast<std::int64_t>(std::floor(lat / kRadiansPerE7)) - 1;
}

geo::Polygon without_repeats(const geo::Polygon& polygon) {
  geo::Polygon out = polygon;
  out.vertices.erase(std::ranges::unique(out.vertices).begin(), out.vertices.end());
  while (out.vertices.size() > 1 && out.vertices.front() == out.vertices.back()) out.vertices.pop_back();
  return out;
}

}  // namespace

std::optional<geo::Polygon> around(const geo::Polygon& polygon) {
  if (polygon.vertices.empty()) return std::nullopt;
  constexpr std::int64_t kHalfTurnE7 = kTurnE7 / 2;
  Span lng = longitudes(polygon, -kHalfTurnE7);
  // Of what lies across the 180° meridian.
  if (const Span across = longitudes(polygon, 0); across.width() < lng.width()) lng = across;
  const auto [south, north] = std::ranges::minmax(polygon.vertices, {}, &geo::LatLng::lat_e7);
  Span lat{south.lat_e7, north.lat_e7};
  if (lng.width() > kSpanMaxE7 || lat.low < -kLatMaxE7 || lat.high > kLatMaxE7) return std::nullopt;
  lng = {lng.low - kMarginE7, lng.high + kMarginE7};
  lat = {lat.low - kMarginE7, lat.high + kMarginE7};
  const double half_span = static_cast<double>(lng.width()) / 2 * kRadiansPerE7;
  if (lat.low > 0) lat.low = below(lat.low, half_span);
  if (lat.high < 0) lat.high = -below(-lat.high, half_span);
  const auto corner = [](std::int64_t lat_e7, std::int64_t lng_e7) {
    if (lng_e7 > kHalfTurnE7) lng_e7 -= kTurnE7;
    if (lng_e7 < -kHalfTurnE7) lng_e7 += kTurnE7;
    return geo::LatLng{static_cast<std::int32_t>(lat_e7), static_cast<std::int32_t>(lng_e7)};
  };
  return geo::Polygon{
      {corner(lat.low, lng.low), corner(lat.low, lng.high), corner(lat.high, lng.high), corner(lat.high, lng.low)}};
}

Result<geo::PreparedVolume> prepare_generously(const geo::Volume4d& volume) {
  auto exact = geo::prepare(volume);
  const auto* polygon = std::get_if<geo::Polygon>(&volume.outline);
  if (exact || polygon == nullptr) return exact;
  geo::Volume4d other = volume;
  other.outline = without_repeats(*polygon);
  if (auto prepared = geo::prepare(other)) return prepared;
  if (auto outer = around(*polygon)) {
    other.outline = std::move(*outer);
    if (auto prepared = geo::prepare(other)) return prepared;
  }
  return exact;
}

}  // namespace tansiq::uss
