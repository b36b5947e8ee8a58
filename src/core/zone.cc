#include "core/zone.h"

#include <fmt/core.h>

#include <algorithm>

namespace tansiq::core {
namespace {

/// Do two ranges of longitude, either of which may span the 180° meridian, have a point in common?
bool longitudes_meet(const geo::Shape::Bounds& a, const geo::Shape::Bounds& b) {
  const bool a_wraps = a.lng_low > a.lng_high;
  const bool b_wraps = b.lng_low > b.lng_high;
  if (a_wraps && b_wraps) return true;
  if (a_wraps || b_wraps) return b.lng_high >= a.lng_low || b.lng_low <= a.lng_high;
  return a.lng_low <= b.lng_high && b.lng_low <= a.lng_high;
}

/// Is `inner` certainly inside `outer`? Only bands of one reference can be compared without a margin.
bool band_covers(const geo::LevelBand& outer, const geo::LevelBand& inner) {
  if (outer.lower_cm == geo::kHeightUnboundedLow && outer.upper_cm == geo::kHeightUnboundedHigh) return true;
  return outer.reference == inner.reference && outer.lower_cm <= inner.lower_cm && inner.upper_cm <= outer.upper_cm;
}

}  // namespace

bool bounds_meet(const geo::Shape::Bounds& a, const geo::Shape::Bounds& b) {
  return a.lat_low <= b.lat_high && b.lat_low <= a.lat_high && longitudes_meet(a, b);
}

Result<ZoneTable> ZoneTable::make(const Charter& charter) {
  ZoneTable table;
  table.zones_.reserve(charter.zones.size());
  for (std::size_t i = 0; i < charter.zones.size(); ++i) {
    Prepared prepared{.zone = charter.zones[i], .shape = {}};
    const auto number = static_cast<ZoneNumber>(i);
    if (prepared.zone.outline) {
      auto shape = geo::Shape::make(*prepared.zone.outline);
      if (!shape) return std::unexpected(inside(std::move(shape).error(), fmt::format("zones[{}].outline", i)));
      prepared.bounds = shape->bounds();
      prepared.shape = std::move(*shape);
    } else {
      table.background_ = number;
    }
    table.by_id_.emplace(prepared.zone.id, number);
    table.zones_.push_back(std::move(prepared));
  }
  return table;
}

std::optional<ZoneNumber> ZoneTable::find(const ZoneId& id) const {
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) return std::nullopt;
  return at->second;
}

void ZoneTable::zones_of(Domain domain, const geo::PreparedVolume& volume, std::vector<ZoneNumber>& out) const {
  out.clear();
  const geo::Shape::Bounds bounds = volume.shape.bounds();
  bool covered = false;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    const Prepared& z = zones_[i];
    if (!z.shape || z.zone.domain != domain || !bounds_meet(z.bounds, bounds)) continue;
    if (!geo::levels_conflict(z.zone.band, volume.band, 0)) continue;
    if (!geo::outlines_conflict(*z.shape, volume.shape, 0)) continue;
    out.push_back(static_cast<ZoneNumber>(i));
    // Whether a zone covers the volume matters only beside a background.
    covered = covered || (background_ && band_covers(z.zone.band, volume.band) && geo::covers(*z.shape, volume.shape));
  }
  if (background_ && !covered && zones_[*background_].zone.domain == domain) {
    out.insert(std::lower_bound(out.begin(), out.end(), *background_), *background_);
  }
}

bool ZoneTable::near(ZoneNumber zone, const geo::PreparedVolume& volume) const {
  const Prepared& z = zones_[zone];
  if (!z.shape) return true;
  return geo::levels_conflict(z.zone.band, volume.band, z.zone.minima.vertical_cm) &&
         geo::outlines_conflict(*z.shape, volume.shape, z.zone.minima.horizontal_m);
}

}  // namespace tansiq::core
