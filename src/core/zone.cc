#include "core/zone.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

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

Result<ZoneTable::Prepared> ZoneTable::prepare(const Zone& zone, std::size_t place) {
  Prepared prepared{.zone = zone, .shape = {}};
  if (!zone.outline) return prepared;
  auto shape = geo::Shape::make(*zone.outline);
  if (!shape) return std::unexpected(inside(std::move(shape).error(), fmt::format("zones[{}].outline", place)));
  prepared.bounds = shape->bounds();
  prepared.shape = std::move(*shape);
  return prepared;
}

Result<ZoneTable> ZoneTable::make(const Charter& charter) {
  ZoneTable table;
  TRY_VOID(table.adopt(charter));
  return table;
}

Status ZoneTable::adopt(const Charter& charter) {
  std::vector<Prepared> next;
  next.reserve(charter.zones.size());
  std::size_t fresh = 0;
  for (std::size_t i = 0; i < charter.zones.size(); ++i) {
    const Zone& zone = charter.zones[i];
    next.push_back(TRY(prepare(zone, i)));
    const auto known = by_id_.find(zone.id);
    if (known == by_id_.end()) {
      ++fresh;
    } else if (zones_[known->second].zone.domain != zone.domain) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("zone \"{}\" was of domain {} in an earlier version: another domain needs another id",
                              zone.id.str(), to_text(zones_[known->second].zone.domain)),
                  fmt::format("zones[{}].domain", i));
    }
  }
  if (zones_.size() + fresh > std::numeric_limits<ZoneNumber>::max()) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} zones have had numbers in all versions together: found a new charter", zones_.size()),
                "zones");
  }
  for (Prepared& zone : zones_) zone.retired = true;
  background_.reset();
  for (Prepared& prepared : next) {
    const auto number = by_id_.try_emplace(prepared.zone.id, static_cast<ZoneNumber>(zones_.size())).first->second;
    if (!prepared.shape) background_ = number;
    if (number == zones_.size()) {
      zones_.push_back(std::move(prepared));
    } else {
      zones_[number] = std::move(prepared);
    }
  }
  return {};
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
    if (z.retired || !z.shape || z.zone.domain != domain || !bounds_meet(z.bounds, bounds)) continue;
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
