// Deciding, the geometric part: which stored volumes does an asked one meet, by the rule of each zone?
#include <algorithm>

#include "core/decide.h"

namespace tansiq::core {
namespace {

/// The least minima that are no smaller than either.
geo::Minima larger(const geo::Minima& a, const geo::Minima& b) {
  return {std::max(a.horizontal_m, b.horizontal_m), std::max(a.vertical_cm, b.vertical_cm),
          std::max(a.time_ms, b.time_ms)};
}

/// Everything relevant in an aware zone lies within these minima: cells reach 2 km, and closed intervals of integers
/// that touch are less than one unit apart.
geo::Minima aware_minima(const geo::Minima& zone) { return larger(zone, {kAwareReachM, 1, 1}); }

/// F3548's rule (sheet, 4.6): shared cell, closed overlap in height and time; or a true conflict under the zone's own
/// minima, so that the relevant set is a superset of it.
bool relevant(const geo::PreparedVolume& a, const geo::PreparedVolume& b, const geo::Minima& minima) {
  if (geo::conflict(a, b, minima)) return true;
  return geo::times_conflict(a.window, b.window, 1) && geo::levels_conflict(a.band, b.band, 1) &&
         geo::share_cell(a.shape, b.shape);
}

}  // namespace

Status Decider::find_intents(const Ask& asked, std::uint32_t volume, Found& found) const {
  const ZoneTable& zones = state_.zones();
  const geo::PreparedVolume& mine = asked.prepared[volume];
  // One query under the largest minima serves all zones of the volume; each hit is then judged zone by zone.
  geo::Minima widest;
  for (const ZoneNumber z : asked.zones[volume]) {
    widest = larger(widest, zones[z].rule == Rule::kAware ? aware_minima(zones[z].minima) : zones[z].minima);
  }
  std::vector<geo::VolumeIndex::Hit> hits;
  const geo::VolumeIndex& index = state_.intent_index(asked.domain);
  TRY_VOID(index.find_conflicts(mine, widest, kCandidatesMax, hits));
  for (const auto& hit : hits) {
    const VolumeTag tag = VolumeTag::unpack(hit.tag);
    if (asked.exempts(tag.slot)) continue;
    const Intent& other = state_.use(tag.slot);
    const auto& theirs = other.zones[tag.ordinal];
    for (const ZoneNumber z : asked.zones[volume]) {
      if (!std::binary_search(theirs.begin(), theirs.end(), z)) continue;
      const Zone& zone = zones[z];
      const Met met{other.created_seq, z, volume, tag.ordinal, tag.slot, hit.handle};
      if (zone.rule == Rule::kAware && (tag.slot & kBookingBit) != 0) {
        // A leg that is held here is shown to nobody as an intent: there is no key of it to ask for.
        if (geo::conflict(mine, index.volume(hit.handle), zone.minima)) found.overlaps.push_back(met);
      } else if (zone.rule == Rule::kAware) {
        if (relevant(mine, index.volume(hit.handle), zone.minima)) found.relevant.push_back(met);
      } else if (zone.minima == widest || geo::conflict(mine, index.volume(hit.handle), zone.minima)) {
        (zone.rule == Rule::kExclusive ? found.conflicts : found.overlaps).push_back(met);
      }
    }
  }
  return {};
}

Status Decider::find_measures(const Ask& asked, std::uint32_t volume, Effect effect, std::vector<Met>& found) const {
  const geo::VolumeIndex& index = state_.measure_index(asked.domain);
  if (index.size() == 0) return {};
  std::vector<geo::VolumeIndex::Hit> hits;
  TRY_VOID(index.find_conflicts(asked.prepared[volume], {}, kCandidatesMax, hits));
  for (const auto& hit : hits) {
    const VolumeTag tag = VolumeTag::unpack(hit.tag);
    const Measure& measure = state_.measures().row(tag.slot).record;
    if (measure.effect != effect) continue;
    const auto& mine = asked.zones[volume];
    if (!std::binary_search(mine.begin(), mine.end(), measure.zone_number)) continue;
    found.push_back({measure.created_seq, measure.zone_number, volume, tag.ordinal, tag.slot, hit.handle});
  }
  return {};
}

Result<std::vector<Met>> Decider::all_measures(const Ask& asked, Effect effect) const {
  std::vector<Met> found;
  for (std::uint32_t i = 0; i < asked.prepared.size(); ++i) TRY_VOID(find_measures(asked, i, effect, found));
  return found;
}

Status Decider::find_touched(const Ask& asked, std::uint32_t volume, std::vector<Met>& found) const {
  const ZoneTable& zones = state_.zones();
  const geo::PreparedVolume& mine = asked.prepared[volume];
  geo::Minima widest;
  for (const ZoneNumber z : asked.zones[volume]) widest = larger(widest, zones[z].minima);
  std::vector<geo::VolumeIndex::Hit> hits;
  const geo::VolumeIndex& index = state_.intent_index(asked.domain);
  TRY_VOID(index.find_conflicts(mine, widest, kCandidatesMax, hits));
  for (const auto& hit : hits) {
    const VolumeTag tag = VolumeTag::unpack(hit.tag);
    if (asked.exempts(tag.slot)) continue;
    const Intent& other = state_.use(tag.slot);
    const auto& theirs = other.zones[tag.ordinal];
    for (const ZoneNumber z : asked.zones[volume]) {
      if (!std::binary_search(theirs.begin(), theirs.end(), z)) continue;
      if (zones[z].minima != widest && !geo::conflict(mine, index.volume(hit.handle), zones[z].minima)) continue;
      found.push_back({other.created_seq, z, volume, tag.ordinal, tag.slot, hit.handle});
    }
  }
  return {};
}

}  // namespace tansiq::core
