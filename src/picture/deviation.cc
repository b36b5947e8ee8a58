#include "picture/deviation.h"

#include <algorithm>
#include <cmath>

namespace tansiq::picture {

using geo::VerticalReference;

double aside_m(const geo::Shape& outline, const geo::Shape& spot) {
  if (geo::outlines_conflict(outline, spot, 0)) return 0;
  std::int64_t beyond = 0;   // The gap is at least this,
  std::int64_t within = 16;  // and less than this.
  while (within < static_cast<std::int64_t>(kAsideMaxM) && !geo::outlines_conflict(outline, spot, within)) {
    beyond = within;
    within *= 2;
  }
  if (within >= static_cast<std::int64_t>(kAsideMaxM)) return kAsideMaxM;
  while (within - beyond > 1) {
    const std::int64_t middle = beyond + (within - beyond) / 2;
    (geo::outlines_conflict(outline, spot, middle) ? within : beyond) = middle;
  }
  return static_cast<double>(within);
}

std::optional<double> beyond_band_m(const geo::LevelBand& band, const Motion& motion) {
  const bool bounded_below = band.lower_cm > geo::kHeightUnboundedLow;
  const bool bounded_above = band.upper_cm < geo::kHeightUnboundedHigh;
  if (!bounded_below && !bounded_above) return 0.0;
  if (band.reference == VerticalReference::kAgl) return std::nullopt;
  const bool wants_pressure = band.reference == VerticalReference::kFlightLevel;
  const bool pressure = motion.pressure_m && (wants_pressure || !motion.geometric_m);
  if (!pressure && !motion.geometric_m) return std::nullopt;
  const double height = pressure ? *motion.pressure_m : *motion.geometric_m;
  const double margin = static_cast<double>(geo::reference_margin_cm(
                            band.reference, pressure ? VerticalReference::kFlightLevel : VerticalReference::kWgs84)) *
                        0.01;
  const double above = height - static_cast<double>(band.upper_cm) * 0.01 - margin;
  const double below = static_cast<double>(band.lower_cm) * 0.01 - height - margin;
  if (bounded_above && above > 0) return above;
  if (bounded_below && below > 0) return -below;
  return 0.0;
}

DurationMs beyond_window_ms(const geo::TimeWindow& window, UtcMs t) {
  if (t < window.start) return t - window.start;
  return t < window.end ? 0 : t - window.end + 1;
}

}  // namespace tansiq::picture
