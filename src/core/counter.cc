#include "core/counter.h"

#include <algorithm>
#include <cstdlib>

#include "base/limits.h"

namespace tansiq::core {
namespace {

bool bounded(const geo::LevelBand& band) {
  return band.lower_cm != geo::kHeightUnboundedLow && band.upper_cm != geo::kHeightUnboundedHigh;
}

bool unlimited(const geo::LevelBand& band) {
  return band.lower_cm == geo::kHeightUnboundedLow && band.upper_cm == geo::kHeightUnboundedHigh;
}

}  // namespace

Counter CounterSearch::run(const std::vector<Met>& conflicts, const std::vector<Met>& refusing) {
  const std::vector<Blocker> first = blockers(ask_, conflicts, refusing);
  Counter counter;
  counter.time_shift_ms = nearest(Axis::kTime, first);
  if (levels_movable()) counter.level_shift_cm = nearest(Axis::kLevel, first);
  return counter;
}

std::optional<std::int64_t> CounterSearch::nearest(Axis axis, const std::vector<Blocker>& first) {
  const auto up = sweep(axis, Direction::kUp, first);
  const auto down = sweep(axis, Direction::kDown, first);
  if (!up || !down) return up ? up : down;
  return *up <= -*down ? up : down;
}

std::optional<std::int64_t> CounterSearch::sweep(Axis axis, Direction direction, const std::vector<Blocker>& first) {
  std::vector<Blocker> in_the_way = first;
  std::int64_t shift = 0;
  for (std::size_t step = 0; step < kCounterStepsMax; ++step) {
    std::int64_t next = shift;
    for (const Blocker& blocker : in_the_way) {
      const std::int64_t to = edge(axis, direction, blocker);
      next = direction == Direction::kUp ? std::max(next, to) : std::min(next, to);
    }
    if (next == shift) return std::nullopt;  // an edge that does not lead on: references that cannot be compared
    shift = axis == Axis::kLevel ? on_grid(next, direction) : next;
    if (axis == Axis::kTime && direction == Direction::kUp) shift = std::max(shift, earliest_shift());
    if (axis == Axis::kTime ? !time_allowed(shift) : !level_allowed(shift)) return std::nullopt;
    const auto found = blockers_at(axis, shift);
    if (!found) return std::nullopt;
    if (found->empty()) return shift;
    in_the_way = *found;
  }
  return std::nullopt;
}

std::int64_t CounterSearch::edge(Axis axis, Direction direction, const Blocker& blocker) const {
  const geo::PreparedVolume& mine = ask_.prepared[blocker.volume];
  if (axis == Axis::kTime) {
    if (direction == Direction::kUp) return blocker.window.end - mine.window.start + blocker.minima.time_ms;
    return blocker.window.start - mine.window.end - blocker.minima.time_ms;
  }
  const geo::VerticalReference reference = mine.band.reference;
  if (direction == Direction::kUp) {
    return geo::clear_above_cm(blocker.band, reference, blocker.minima.vertical_cm) - mine.band.lower_cm;
  }
  return geo::clear_below_cm(blocker.band, reference, blocker.minima.vertical_cm) - mine.band.upper_cm;
}

std::int64_t CounterSearch::on_grid(std::int64_t shift, Direction direction) const {
  const geo::LevelBand& band = ask_.prepared.front().band;
  const std::int64_t grid =
      band.reference == geo::VerticalReference::kFlightLevel ? kCounterGridFlightLevelCm : kCounterGridCm;
  const std::int64_t height = band.lower_cm + shift;
  const std::int64_t beyond = ((height % grid) + grid) % grid;
  if (beyond == 0) return shift;
  return direction == Direction::kUp ? shift + grid - beyond : shift - beyond;
}

std::int64_t CounterSearch::earliest_shift() const {
  UtcMs start = ask_.prepared.front().window.start;
  for (const geo::PreparedVolume& v : ask_.prepared) start = std::min(start, v.window.start);
  return std::max(ask_.now, ask_.starts_from.value_or(ask_.now)) - start;
}

bool CounterSearch::time_allowed(std::int64_t shift) const {
  if (shift < earliest_shift()) return false;
  return std::all_of(ask_.prepared.begin(), ask_.prepared.end(), [&](const geo::PreparedVolume& v) {
    const UtcMs end = v.window.end + shift;
    return end <= ask_.now + kIntentHorizonMs && (!ask_.ends_by || end <= *ask_.ends_by);
  });
}

bool CounterSearch::levels_movable() const {
  const auto reference = ask_.prepared.front().band.reference;
  for (std::size_t i = 0; i < ask_.prepared.size(); ++i) {
    const geo::LevelBand& band = ask_.prepared[i].band;
    if (!bounded(band) || band.reference != reference) return false;
    for (const ZoneNumber z : ask_.zones[i]) {
      const geo::LevelBand& zone = decider_.state_.zones()[z].band;
      if (!unlimited(zone) && zone.reference != reference) return false;
    }
  }
  return ask_.domain == Domain::kAir;
}

bool CounterSearch::level_allowed(std::int64_t shift) const {
  for (std::size_t i = 0; i < ask_.prepared.size(); ++i) {
    const geo::LevelBand& band = ask_.prepared[i].band;
    const std::int64_t lower = band.lower_cm + shift;
    const std::int64_t upper = band.upper_cm + shift;
    if (lower < std::min<std::int64_t>(0, band.lower_cm) || upper > kHeightCmMax) return false;
    for (const ZoneNumber z : ask_.zones[i]) {
      const geo::LevelBand& zone = decider_.state_.zones()[z].band;
      if (lower < zone.lower_cm || upper > zone.upper_cm) return false;
    }
  }
  return true;
}

Decider::Ask CounterSearch::moved(Axis axis, std::int64_t shift) const {
  Decider::Ask ask = ask_;
  for (geo::PreparedVolume& volume : ask.prepared) {
    if (axis == Axis::kTime) {
      volume.window.start = volume.window.start + shift;
      volume.window.end = volume.window.end + shift;
    } else {
      volume.band.lower_cm += shift;
      volume.band.upper_cm += shift;
    }
  }
  return ask;
}

bool CounterSearch::same_zones(const Decider::Ask& moved) const {
  if (ask_.zones_given) return true;  // the zone's own band has been looked at
  std::vector<ZoneNumber> zones;
  for (std::size_t i = 0; i < moved.prepared.size(); ++i) {
    decider_.state_.zones().zones_of(moved.domain, moved.prepared[i], zones);
    if (zones != ask_.zones[i]) return false;
  }
  return true;
}

std::optional<std::vector<CounterSearch::Blocker>> CounterSearch::blockers_at(Axis axis, std::int64_t shift) {
  queries_ += ask_.prepared.size();
  if (queries_ > kCounterQueriesMax) return std::nullopt;
  const Decider::Ask ask = moved(axis, shift);
  if (axis == Axis::kLevel && !same_zones(ask)) return std::nullopt;
  Decider::Found found;
  std::vector<Met> refusing;
  for (std::uint32_t i = 0; i < ask.prepared.size(); ++i) {
    if (!decider_.find_intents(ask, i, found)) return std::nullopt;
    if (!decider_.find_measures(ask, i, Effect::kRefuse, refusing)) return std::nullopt;
  }
  return blockers(ask, found.conflicts, refusing);
}

std::vector<CounterSearch::Blocker> CounterSearch::blockers(const Decider::Ask& ask, const std::vector<Met>& conflicts,
                                                            const std::vector<Met>& refusing) const {
  std::vector<Blocker> out;
  out.reserve(conflicts.size() + refusing.size());
  const State& state = decider_.state_;
  for (const Met& m : conflicts) {
    const geo::PreparedVolume& stored = state.intent_index(ask.domain).volume(m.handle);
    out.push_back({m.volume, stored.band, stored.window, state.zones()[m.zone].minima});
  }
  for (const Met& m : refusing) {
    const geo::PreparedVolume& stored = state.measure_index(ask.domain).volume(m.handle);
    out.push_back({m.volume, stored.band, stored.window, {}});
  }
  return out;
}

}  // namespace tansiq::core
