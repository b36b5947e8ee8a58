#include "picture/volume_entry.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/invariant.h"
#include "picture/closest.h"

namespace tansiq::picture {
namespace {

using geo::VerticalReference;

constexpr double kForever = std::numeric_limits<double>::infinity();
constexpr double kGeoidM = 110;
constexpr double kTerrainM = 8'850;
constexpr double kWayMinM = 0.1;

struct Interval {
  double from;
  double to;
  [[nodiscard]] bool empty() const { return !(from < to); }
};
Interval meet(Interval a, Interval b) { return {std::max(a.from, b.from), std::min(a.to, b.to)}; }

/// A height to compare with a reference, and what it may be off.
struct Height {
  double metres = 0;
  double margin_m = kForever;
};

double pressure_margin_m(VerticalReference reference, double metres) {
  switch (reference) {
    case VerticalReference::kFlightLevel:
      return 0;
    case VerticalReference::kAgl:
      return mixed_height_margin_m(metres) + kTerrainM;
    default:
      return mixed_height_margin_m(metres);
  }
}
double geometric_margin_m(VerticalReference reference, double metres) {
  switch (reference) {
    case VerticalReference::kWgs84:
      return 0;
    case VerticalReference::kAmsl:
      return kGeoidM;
    case VerticalReference::kAgl:
      return kGeoidM + kTerrainM;
    default:
      return mixed_height_margin_m(metres);
  }
}
Height height_for(const Mover& mover, VerticalReference reference) {
  Height best;
  if (mover.has_pressure) best = {mover.pressure_m, pressure_margin_m(reference, mover.pressure_m)};
  if (mover.has_geometric) {
    const Height other{mover.geometric_m, geometric_margin_m(reference, mover.geometric_m)};
    if (other.margin_m < best.margin_m) best = other;
  }
  return best;
}

/// When height + rate t is in [lower, upper).
Interval band_interval(const geo::LevelBand& band, const Mover& mover, UtcMs now) {
  const double lower = band.lower_cm <= geo::kHeightUnboundedLow ? -kForever : static_cast<double>(band.lower_cm) / 100;
  const double upper = band.upper_cm >= geo::kHeightUnboundedHigh ? kForever : static_cast<double>(band.upper_cm) / 100;
  const Height height = height_for(mover, band.reference);
  if (!std::isfinite(height.margin_m)) return {-kForever, kForever};
  const double low = lower - height.margin_m;
  const double high = upper + height.margin_m;
  const double here = height.metres + mover.up_m_s * mover.age_s(now);
  // Half open to within a millimetre, which is what feet in binary cost.
  if (mover.up_m_s == 0) {
    return here >= low - kTouchM && here < high - kTouchM ? Interval{-kForever, kForever} : Interval{0, 0};
  }
  const double one = (low - here) / mover.up_m_s;
  const double other = (high - here) / mover.up_m_s;
  return {std::min(one, other), std::max(one, other)};
}

Interval window_interval(const geo::TimeWindow& window, UtcMs now) {
  return {static_cast<double>(window.start - now) * 1e-3, static_cast<double>(window.end - now) * 1e-3};
}

bool place_meets(const geo::Shape& shape, const Mover& mover, UtcMs now, double t_s, std::int64_t aside_m) {
  return geo::outlines_conflict(place_outline(mover, now, t_s), shape, aside_m);
}

bool way_meets(const geo::Shape& shape, const Mover& mover, UtcMs now, double from_s, double to_s) {
  const auto way = way_outline(mover, now, from_s, to_s);
  return way ? geo::outlines_conflict(*way, shape, 0) : place_meets(shape, mover, now, from_s, 0);
}

}  // namespace

geo::LatLng place_after(const Mover& mover, UtcMs now, double t_s) {
  const Geodetic at = geodetic_of(reckon(mover, mover.age_s(now) + t_s).place);
  return {static_cast<std::int32_t>(std::lround(at.lat_deg * 1e7)),
          static_cast<std::int32_t>(std::lround(at.lng_deg * 1e7))};
}

geo::Shape place_outline(const Mover& mover, UtcMs now, double t_s) {
  const auto shape = geo::Shape::make(geo::Circle{place_after(mover, now, t_s), 1});
  EXPECT_INVARIANT(shape.has_value());
  return *shape;
}

std::optional<geo::Shape> way_outline(const Mover& mover, UtcMs now, double from_s, double to_s) {
  if (mover.speed_m_s * (to_s - from_s) < kWayMinM) return std::nullopt;
  const auto shape =
      geo::Shape::make(geo::Corridor{{place_after(mover, now, from_s), place_after(mover, now, to_s)}, 1, 1});
  if (!shape) return std::nullopt;  // Both ends are one point of the grid, at a pole for instance.
  return *shape;
}

std::optional<VolumeEntry> predict_entry(const geo::PreparedVolume& volume, const Mover& mover, UtcMs now,
                                         double lookahead_s) {
  const Interval ahead{0, std::clamp(lookahead_s, 0.0, kLookaheadMaxS)};
  const Interval when = meet(window_interval(volume.window, now), meet(band_interval(volume.band, mover, now), ahead));
  if (when.empty()) return std::nullopt;
  if (place_meets(volume.shape, mover, now, when.from, 0)) {
    return VolumeEntry{when.from <= 0, std::max(0.0, when.from)};
  }
  if (!way_meets(volume.shape, mover, now, when.from, when.to)) return std::nullopt;
  double low = when.from;
  double high = when.to;
  // Each pass halves: twelve for the longest look-ahead. The way of the first half does not meet the outline, or the
  // entry is in it.
  while (high - low > kEntryErrorS) {
    const double middle = (low + high) / 2;
    (way_meets(volume.shape, mover, now, low, middle) ? high : low) = middle;
  }
  return VolumeEntry{false, low};
}

bool within_volume(const geo::PreparedVolume& volume, const Mover& mover, UtcMs now, std::int64_t aside_m) {
  const Interval window = window_interval(volume.window, now);
  if (window.from > 0 || window.to <= 0) return false;
  const Interval band = band_interval(volume.band, mover, now);
  if (band.from > 0 || band.to <= 0) return false;
  return place_meets(volume.shape, mover, now, 0, aside_m);
}

Mover relative_to(const Motion& motion, const Drift& drift, const Directions& middle) {
  const Vector drifts = drift.east_m_s * middle.east + drift.north_m_s * middle.north;
  const Directions here = directions_at(motion.lat_deg, motion.lng_deg);
  Motion carried = motion;
  carried.east_m_s = dot(drifts, here.east);
  carried.north_m_s = dot(drifts, here.north);
  carried.turn_deg_s = 0;
  // Where the volume's frame was when it stood where it is said to: back along the drift.
  const auto carrier = make_mover(carried);
  EXPECT_INVARIANT(carrier.has_value());
  const Geodetic at = geodetic_of(reckon(*carrier, carrier->age_s(drift.as_of)).place);
  // The directions there are a little other ones again, so the difference is taken here and carried there.
  const Vector relative = motion.east_m_s * here.east + motion.north_m_s * here.north - drifts;
  const Directions there = directions_at(at.lat_deg, at.lng_deg);
  Motion moving = motion;
  moving.lat_deg = at.lat_deg;
  moving.lng_deg = at.lng_deg;
  moving.east_m_s = std::clamp(dot(relative, there.east), -kMoverSpeedMaxMS, kMoverSpeedMaxMS);
  moving.north_m_s = std::clamp(dot(relative, there.north), -kMoverSpeedMaxMS, kMoverSpeedMaxMS);
  const auto mover = make_mover(moving);
  EXPECT_INVARIANT(mover.has_value());
  return *mover;
}

}  // namespace tansiq::picture
