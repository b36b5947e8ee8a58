#include "picture/conflict_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/invariant.h"
#include "base/units.h"

namespace tansiq::picture {
namespace {

constexpr double kRadian = 0.017453292519943295;

/// Boxes must hold what is asked for while a warning stands.
PairIndexOptions index_options(const ConflictOptions& options) {
  PairMinima boxes = options.widest;
  boxes.horizontal_m *= std::max(1.0, options.judge.clear_factor);
  return {.widest = boxes,
          .turn = options.judge.turn,
          .age_max_s = options.age_max_s,
          .tracks_max = options.tracks_max,
          .partners_max = options.partners_max};
}

geo::LatLng between(const Mover& a, const Mover& b, double t_s, UtcMs now) {
  const Vector middle = 0.5 * (reckon(a, a.age_s(now) + t_s).place + reckon(b, b.age_s(now) + t_s).place);
  const Geodetic at = geodetic_of(middle);
  return {static_cast<std::int32_t>(std::lround(at.lat_deg * 1e7)),
          static_cast<std::int32_t>(std::lround(at.lng_deg * 1e7))};
}

void sort_from(std::vector<SituationChange>& changes, std::size_t first) {
  // Of one call each situation has one change, so the order is complete.
  std::ranges::sort(changes.begin() + static_cast<std::ptrdiff_t>(first), changes.end(), {},
                    &SituationChange::situation);
}

}  // namespace

ConflictOptions air_conflict_options() {
  return {
      .widest = {.horizontal_m = 5 * kMetresPerNauticalMile, .vertical_m = 1'000 * kMetresPerFoot, .lookahead_s = 120},
      .judge = {}};
}

ConflictOptions drone_conflict_options() {
  ConflictOptions options{.widest = {.horizontal_m = 250, .vertical_m = 30, .lookahead_s = 60}, .judge = {}};
  options.judge.critical_s = 15;
  options.judge.calm_s = 20;
  options.judge.doubtful_s = 20;
  options.judge.turn_min_deg_s = 3;
  options.judge.turn.turn_s_max = 15;
  options.judge.level_slack_m = 0;
  options.age_max_s = 10;
  return options;
}

ConflictOptions sea_conflict_options() {
  ConflictOptions options{
      .widest = {.horizontal_m = 0.5 * kMetresPerNauticalMile, .vertical_m = std::nullopt, .lookahead_s = 1'200},
      .judge = {}};
  options.judge.cycle_s = 10;
  options.judge.critical_s = 360;
  options.judge.calm_s = 420;
  options.judge.doubtful_s = 480;
  options.judge.turn_min_deg_s = 0.15;
  options.judge.turn.turn_s_max = 120;
  options.judge.clear_factor = 1.2;
  options.age_max_s = 190;  // AIS of a moored or slow class B: three minutes.
  options.one_at_rest_inhibits = false;
  return options;
}

ConflictWatch::ConflictWatch(const ConflictOptions& options, MinimaOf minima_of)
    : options_(options), minima_of_(std::move(minima_of)), index_(index_options(options)) {}

Result<PairIndex::Slot> ConflictWatch::slot_for(TrackId track) {
  if (const auto known = slots_.find(track.value); known != slots_.end()) return known->second;
  Slot slot = 0;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else if (craft_.size() < options_.tracks_max) {
    slot = static_cast<Slot>(craft_.size());
    craft_.emplace_back();
  } else {
    ++counters_.refused;
    return fail(ErrorCode::kOverloaded,
                fmt::format("conflict detection watches {} tracks already, its limit", options_.tracks_max),
                fmt::format("track {}", track.value));
  }
  slots_.emplace(track.value, slot);
  return slot;
}

void ConflictWatch::release(Slot slot) {
  slots_.erase(craft_[slot].track.value);
  craft_[slot] = {};
  free_.push_back(slot);
}

bool ConflictWatch::inhibited(const Craft& a, const Craft& b, UtcMs now) const {
  if (options_.one_at_rest_inhibits ? a.at_rest || b.at_rest : a.at_rest && b.at_rest) return true;
  if (a.formation != 0 && a.formation == b.formation) return true;
  if (inhibitions_.empty()) return false;
  const auto found = inhibitions_.find(key_of(a.track, b.track));
  return found != inhibitions_.end() && now < found->second;
}

PairMinima ConflictWatch::minima_of(PairKey key) {
  const PairMinima& widest = options_.widest;
  if (!minima_of_) return widest;
  const PairMinima wanted = minima_of_(key.lower, key.higher);
  PairMinima minima = wanted;
  minima.horizontal_m = std::min(wanted.horizontal_m, widest.horizontal_m);
  minima.lookahead_s = std::min(wanted.lookahead_s, widest.lookahead_s);
  if (widest.vertical_m) {
    minima.vertical_m = std::min(wanted.vertical_m.value_or(kMoverHeightMaxM), *widest.vertical_m);
  }
  if (minima != wanted) ++counters_.cut_minima;
  return minima;
}

Status ConflictWatch::update(const WatchedCraft& craft, UtcMs now, std::vector<SituationChange>& changes) {
  auto made = make_mover(craft.motion);
  if (!made) {
    ++counters_.refused;
    return std::unexpected(inside(std::move(made).error(), fmt::format("track {}", craft.track.value)));
  }
  Mover mover = *made;
  if (std::abs(mover.turn_rad_s) < options_.judge.turn_min_deg_s * kRadian) mover.turn_rad_s = 0;
  if (craft.cleared_pressure_m) {
    if (!(std::abs(*craft.cleared_pressure_m) <= kMoverHeightMaxM)) {
      ++counters_.refused;
      return fail(ErrorCode::kInvalid,
                  fmt::format("a cleared level of {} m is beyond {} m", *craft.cleared_pressure_m, kMoverHeightMaxM),
                  fmt::format("track {}.cleared_pressure_m", craft.track.value));
    }
    mover.has_cleared = true;
    mover.cleared_pressure_m = *craft.cleared_pressure_m;
  }
  const Slot slot = TRY(slot_for(craft.track));
  craft_[slot] = {craft.track, craft.at_rest, craft.formation};

  const std::size_t first = changes.size();
  std::size_t fresh = 0;
  index_.update(
      slot, mover, now,
      [&](const Mover& self, const Mover& other, Slot theirs) {
        return consider({slot, self}, {theirs, other}, fresh, now, changes);
      },
      found_, craft.age_max_s);
  EXPECT_INVARIANT(index_.dropped() == 0);  // `has_room` has seen to that.
  counters_.compared = index_.tested();
  for (const Slot other : found_.ended) end_pair(key_of(craft.track, craft_[other].track), now, changes);
  sort_from(changes, first);
  return {};
}

bool ConflictWatch::has_room(Slot mine, Slot theirs, std::size_t fresh) const {
  return pairs_.size() < options_.pairs_max && index_.partners(mine).size() + fresh < options_.partners_max &&
         index_.partners(theirs).size() < options_.partners_max;
}

bool ConflictWatch::consider(Side mine, Side theirs, std::size_t& fresh, UtcMs now,
                             std::vector<SituationChange>& changes) {
  if (inhibited(craft_[mine.slot], craft_[theirs.slot], now)) return false;
  const PairKey key = key_of(craft_[mine.slot].track, craft_[theirs.slot].track);
  const PairMinima minima = minima_of(key);
  const auto known = pairs_.find(key);
  const bool straight = mine.mover.turn_rad_s == 0 && theirs.mover.turn_rad_s == 0;
  if (known == pairs_.end() && straight && certainly_apart(mine.mover, theirs.mover, minima, now)) return false;

  // The order of the two does not depend on who reported.
  const bool in_order = craft_[mine.slot].track == key.lower;
  const Mover& lower = in_order ? mine.mover : theirs.mover;
  const Mover& higher = in_order ? theirs.mover : mine.mover;
  PairMemory unknown;
  PairMemory& memory = known != pairs_.end() ? known->second : unknown;
  const Sighting sighting = sight(lower, higher, minima, options_.judge, now, memory.warned);
  const Outcome outcome = judge(memory, sighting, minima, options_.judge, now);
  if (memory.idle() || outcome == Outcome::kOver) return false;  // The index says that it ended.
  if (known == pairs_.end() && !has_room(mine.slot, theirs.slot, fresh)) {
    ++counters_.dropped_pairs;
    return false;
  }
  if (outcome != Outcome::kNothing) {
    const double closest_s = static_cast<double>(memory.reported.to_closest_ms.value_or(0)) * 1e-3;
    memory.reported.where = between(lower, higher, closest_s, now);
    report(outcome, key, memory, now, changes);
  }
  if (known == pairs_.end()) {
    pairs_.emplace(key, std::move(unknown));
    ++fresh;
  }
  return true;
}

void ConflictWatch::report(Outcome outcome, PairKey key, const PairMemory& memory, UtcMs now,
                           std::vector<SituationChange>& changes) const {
  SituationChange change;
  change.what = outcome == Outcome::kBegun     ? ChangeKind::kBegun
                : outcome == Outcome::kChanged ? ChangeKind::kChanged
                                               : ChangeKind::kOver;
  change.situation = {AlertKind::kConflict, key.lower, key.higher, {}};
  change.finding = memory.reported;
  if (change.what == ChangeKind::kOver) {
    change.happened = memory.lost;
    change.warned_ms = std::max<DurationMs>(0, (memory.lost ? memory.lost_at : now) - memory.warned_at);
  }
  changes.push_back(std::move(change));
}

void ConflictWatch::end_pair(PairKey key, UtcMs now, std::vector<SituationChange>& changes) {
  const auto known = pairs_.find(key);
  if (known == pairs_.end()) return;
  if (known->second.warned) report(Outcome::kOver, key, known->second, now, changes);
  pairs_.erase(known);
}

void ConflictWatch::take_out(Slot slot, UtcMs now, std::vector<SituationChange>& changes) {
  index_.remove(slot, found_);
  const TrackId track = craft_[slot].track;
  for (const Slot other : found_.ended) end_pair(key_of(track, craft_[other].track), now, changes);
  release(slot);
}

void ConflictWatch::remove(TrackId track, UtcMs now, std::vector<SituationChange>& changes) {
  const auto known = slots_.find(track.value);
  if (known == slots_.end()) return;
  const std::size_t first = changes.size();
  take_out(known->second, now, changes);
  sort_from(changes, first);
}

void ConflictWatch::tick(UtcMs now, std::vector<SituationChange>& changes) {
  const std::size_t first = changes.size();
  for (Slot slot = 0; slot < craft_.size(); ++slot) {
    if (!index_.contains(slot) || !index_.aged(slot, now)) continue;
    ++counters_.aged;
    take_out(slot, now, changes);
  }
  sort_from(changes, first);
  std::erase_if(inhibitions_, [&](const auto& inhibition) { return inhibition.second <= now; });
}

Status ConflictWatch::inhibit(TrackId a, TrackId b, UtcMs until) {
  if (a == b) {
    return fail(ErrorCode::kInvalid, "an inhibition is for two different tracks", fmt::format("track {}", a.value));
  }
  const PairKey key = key_of(a, b);
  if (!inhibitions_.contains(key) && inhibitions_.size() >= options_.inhibitions_max) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} pairs are inhibited already, the limit: allow one first", options_.inhibitions_max));
  }
  inhibitions_[key] = until;
  return {};
}

void ConflictWatch::allow(TrackId a, TrackId b) { inhibitions_.erase(key_of(a, b)); }

}  // namespace tansiq::picture
