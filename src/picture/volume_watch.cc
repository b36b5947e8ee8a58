#include "picture/volume_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "base/limits.h"
#include "picture/closest.h"

namespace tansiq::picture {
namespace {

constexpr double kRadian = 0.017453292519943295;

DurationMs ms_of(double seconds) { return std::llround(seconds * 1e3); }

struct ObjectKey {
  AlertKind kind;
  std::string id;
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

struct Object {
  ObjectKey key;
  std::vector<geo::VolumeIndex::Handle> handles;  ///< Where it stands still.
  std::vector<geo::PreparedVolume> drifting;      ///< Where it does not.
  Drift drift;
  double reach_m = 0;  ///< Drifting: all volumes are within this of `middle`.
  Vector middle;
  Directions frame;  ///< There.
};

/// What is remembered of a track and an object.
struct Memory {
  std::uint32_t hits = 0;
  std::uint32_t misses = 0;
  UtcMs cycle;
  bool seen = false;
  bool said = false;
  bool entered = false;
  UtcMs said_at;
  UtcMs entered_at;
  UtcMs reported_at;
  Finding reported;
};

/// How one craft stands with one object now.
struct Standing {
  std::optional<VolumeEntry> entry;
  bool near = false;  ///< Not inside any more, but within `leave_m`.
};

geo::LatLng middle_of(const geo::Shape::Bounds& bounds) {
  std::int64_t east = bounds.lng_high;
  if (bounds.lng_low > bounds.lng_high) east += 3'600'000'000;
  std::int64_t lng = (std::int64_t{bounds.lng_low} + east) / 2;
  if (lng > 1'800'000'000) lng -= 3'600'000'000;
  return {static_cast<std::int32_t>((std::int64_t{bounds.lat_low} + bounds.lat_high) / 2),
          static_cast<std::int32_t>(lng)};
}

Mover standing_at(geo::LatLng p) {
  Motion motion;
  motion.lat_deg = std::clamp(p.lat_e7 / 1e7, -90.0, 90.0);
  motion.lng_deg = std::clamp(p.lng_e7 / 1e7, -180.0, 180.0);
  return make_mover(motion).value();
}

/// Sets middle and reach of a drifting object from the corners of its volumes' bounds.
void set_reach(Object& object) {
  bool first = true;
  double reach = 0;
  for (const geo::PreparedVolume& volume : object.drifting) {
    const auto b = volume.shape.bounds();
    if (first) {
      const geo::LatLng middle = middle_of(b);
      object.middle = standing_at(middle).place;
      object.frame = directions_at(middle.lat_e7 / 1e7, middle.lng_e7 / 1e7);
      first = false;
    }
    for (const geo::LatLng corner :
         {geo::LatLng{b.lat_low, b.lng_low}, geo::LatLng{b.lat_low, b.lng_high}, geo::LatLng{b.lat_high, b.lng_low},
          geo::LatLng{b.lat_high, b.lng_high}, geo::LatLng{(b.lat_low + b.lat_high) / 2, b.lng_low}}) {
      const Vector to = standing_at(corner).place - object.middle;
      reach = std::max(reach, std::sqrt(dot(to, to)));
    }
  }
  // A chord is shorter than the way, and a meridian's edge may bulge: half as much again, and a kilometre.
  object.reach_m = 1.5 * reach + 1'000;
}

}  // namespace

class VolumeWatch::Impl {
 public:
  Impl(const VolumeOptions& options, Concerns concerns) : options_(options), concerns_(std::move(concerns)) {
    options_.lookahead_s = std::clamp(options.lookahead_s, 0.0, kLookaheadMaxS);
  }

  Status put(const WatchedObject& given) {
    TRY_VOID(check(given));
    std::vector<geo::PreparedVolume> prepared;
    for (std::size_t i = 0; i < given.volumes.size(); ++i) {
      auto one = geo::prepare(given.volumes[i]);
      if (!one) {
        return std::unexpected(inside(std::move(one).error(), fmt::format("{}.volumes[{}]", given.id, i)));
      }
      prepared.push_back(*std::move(one));
    }
    const ObjectKey key{given.kind, given.id};
    const auto known = objects_.find(key);
    const std::size_t volumes_before = known == objects_.end() ? 0 : volumes_of(known->second);
    const bool drifted_before = known != objects_.end() && !known->second.drifting.empty();
    if (known == objects_.end() && objects_.size() >= options_.objects_max) {
      return fail(ErrorCode::kTooLarge, fmt::format("{} objects are watched already, the limit", options_.objects_max),
                  given.id);
    }
    if (volumes_ - volumes_before + prepared.size() > options_.volumes_max) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{} more volumes would be beyond the limit of {}", prepared.size(), options_.volumes_max),
                  given.id);
    }
    if (given.drift && !drifted_before && drifting_ >= options_.drifting_max) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{} moving objects are watched already, the limit", options_.drifting_max), given.id);
    }
    Object& object = objects_[key];
    object.key = key;
    withdraw(object);
    if (given.drift) {
      object.drifting = std::move(prepared);
      object.drift = *given.drift;
      set_reach(object);
      ++drifting_;
    } else {
      // The tag is the object's address: nodes of a map stay where they are.
      for (const geo::PreparedVolume& one : prepared) {
        object.handles.push_back(index_.insert(one, reinterpret_cast<std::uintptr_t>(&object)));
      }
    }
    volumes_ += volumes_of(object);
    return {};
  }

  void drop(AlertKind kind, std::string_view id, UtcMs now, std::vector<SituationChange>& changes) {
    const auto known = objects_.find(ObjectKey{kind, std::string(id)});
    if (known == objects_.end()) return;
    const std::size_t first = changes.size();
    for (auto& [track, craft] : craft_) {
      const auto pair = craft.pairs.find(known->first);
      if (pair != craft.pairs.end()) end(track, craft, pair, now, changes);
    }
    withdraw(known->second);
    objects_.erase(known);
    sort_from(changes, first);
  }

  Status update(TrackId track, const Motion& motion, UtcMs now, std::vector<SituationChange>& changes,
                double age_max_s) {
    const auto made = make_mover(motion);
    if (!made) {
      ++counters_.refused;
      return std::unexpected(inside(made.error(), fmt::format("track {}", track.value)));
    }
    if (!craft_.contains(track) && craft_.size() >= options_.tracks_max) {
      ++counters_.refused;
      return fail(ErrorCode::kOverloaded, fmt::format("{} tracks are watched already, the limit", options_.tracks_max),
                  fmt::format("track {}", track.value));
    }
    // What its straight line is worth.
    const bool turns = std::abs(made->turn_rad_s) >= options_.turn_min_deg_s * kRadian;
    const double ahead_s = turns ? std::min(options_.turning_s, options_.lookahead_s) : options_.lookahead_s;
    TRY_VOID(find_near(*made, now, ahead_s));

    const std::size_t first = changes.size();
    Craft& craft = craft_[track];
    craft.time = motion.time;
    craft.age_max_s = std::max(options_.age_max_s, age_max_s);
    standings_.clear();
    judge_still(*made, track, now, ahead_s);
    judge_drifting(motion, *made, track, now, ahead_s);
    judge_leaving(motion, *made, craft, now);
    for (const auto& [object, standing] : standings_) {
      if (standing.entry) step(track, *made, craft, object->key, standing, now, changes);
    }
    for (auto pair = craft.pairs.begin(); pair != craft.pairs.end();) {
      const auto object = objects_.find(pair->first);
      const auto standing = object == objects_.end() ? standings_.end() : standings_.find(&object->second);
      const auto next = std::next(pair);
      if (!concerns(track, pair->first)) {
        // Since it was said, its owner has confirmed it, or it has turned out to belong.
        end(track, craft, pair, now, changes);
      } else if (standing == standings_.end() || !standing->second.entry) {
        const bool near = standing != standings_.end() && standing->second.near;
        if (miss(pair->second, near, now)) end(track, craft, pair, now, changes);
      }
      pair = next;
    }
    sort_from(changes, first);
    return {};
  }

  void remove(TrackId track, UtcMs now, std::vector<SituationChange>& changes) {
    const auto known = craft_.find(track);
    if (known == craft_.end()) return;
    const std::size_t first = changes.size();
    while (!known->second.pairs.empty()) end(track, known->second, known->second.pairs.begin(), now, changes);
    craft_.erase(known);
    sort_from(changes, first);
  }

  void tick(UtcMs now, std::vector<SituationChange>& changes) {
    const std::size_t first = changes.size();
    for (auto at = craft_.begin(); at != craft_.end();) {
      const auto next = std::next(at);
      if (static_cast<double>(now - at->second.time) * 1e-3 > at->second.age_max_s) {
        ++counters_.aged;
        remove(at->first, now, changes);
      }
      at = next;
    }
    sort_from(changes, first);
  }

  [[nodiscard]] std::size_t objects() const { return objects_.size(); }
  [[nodiscard]] std::size_t volumes() const { return volumes_; }
  [[nodiscard]] std::size_t tracks() const { return craft_.size(); }
  [[nodiscard]] const VolumeCounters& counters() const { return counters_; }

 private:
  struct Craft {
    UtcMs time;
    double age_max_s = 0;
    std::map<ObjectKey, Memory> pairs;
  };
  /// Objects by key, so that results do not hang on addresses.
  struct ByKey {
    bool operator()(const Object* a, const Object* b) const { return a->key < b->key; }
  };

  static std::size_t volumes_of(const Object& object) { return object.handles.size() + object.drifting.size(); }

  static Status check(const WatchedObject& object) {
    if (object.kind != AlertKind::kVolumeEntry && object.kind != AlertKind::kForeignZone &&
        object.kind != AlertKind::kGroupEntry) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{} is not about entering: volume entry, foreign zone or group entry would be",
                              name_of(object.kind)),
                  object.id);
    }
    if (object.volumes.empty() || object.volumes.size() > kVolumesPerIntentMax) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("has {} volumes; one to {} are right", object.volumes.size(), kVolumesPerIntentMax),
                  object.id);
    }
    constexpr double kDriftMax = 1'000;
    if (object.drift &&
        !(std::abs(object.drift->east_m_s) <= kDriftMax && std::abs(object.drift->north_m_s) <= kDriftMax)) {
      return fail(ErrorCode::kInvalid, fmt::format("drifts faster than {} m/s", kDriftMax), object.id);
    }
    return {};
  }

  /// Takes an object's volumes out.
  void withdraw(Object& object) {
    volumes_ -= volumes_of(object);
    for (const auto handle : object.handles) index_.remove(handle);
    if (!object.drifting.empty()) --drifting_;
    object.handles.clear();
    object.drifting.clear();
  }

  /// Fills `near_` with the volumes whose boxes the way meets.
  Status find_near(const Mover& mover, UtcMs now, double ahead_s) {
    near_.clear();
    const auto way = way_outline(mover, now, 0, ahead_s);
    // The band is unbounded: heights have several references, and are compared in volume_entry.
    const geo::PreparedVolume query{way ? *way : place_outline(mover, now, 0), {}, {now, now + ms_of(ahead_s) + 1}};
    auto found = index_.find_candidates(query, {}, options_.candidates_max, near_);
    if (!found) ++counters_.too_much_work;
    return found;
  }

  [[nodiscard]] bool concerns(TrackId track, const ObjectKey& key) const {
    return !concerns_ || concerns_(track, key.kind, key.id);
  }

  void take(const Object* object, const VolumeEntry& entry) {
    Standing& standing = standings_[object];
    const bool better = !standing.entry || (entry.inside && !standing.entry->inside) ||
                        (entry.inside == standing.entry->inside && entry.in_s < standing.entry->in_s);
    if (better) standing.entry = entry;
  }

  void judge_still(const Mover& mover, TrackId track, UtcMs now, double ahead_s) {
    const Object* last = nullptr;
    bool wanted = false;
    for (const geo::VolumeIndex::Hit& hit : near_) {
      const auto* const object = reinterpret_cast<const Object*>(static_cast<std::uintptr_t>(hit.tag));
      if (object != last) wanted = concerns(track, object->key);
      last = object;
      if (!wanted) continue;
      ++counters_.compared;
      if (const auto entry = predict_entry(index_.volume(hit.handle), mover, now, ahead_s)) take(object, *entry);
    }
  }

  void judge_drifting(const Motion& motion, const Mover& mover, TrackId track, UtcMs now, double ahead_s) {
    if (drifting_ == 0) return;
    for (const auto& [key, object] : objects_) {
      if (object.drifting.empty()) continue;
      const Vector to = object.middle - mover.place;
      const double drift_s = ahead_s + std::abs(static_cast<double>(now - object.drift.as_of)) * 1e-3;
      const double speed = mover.speed_m_s + std::hypot(object.drift.east_m_s, object.drift.north_m_s);
      const double reach = object.reach_m + speed * (drift_s + std::abs(mover.age_s(now)));
      if (dot(to, to) > reach * reach || !concerns(track, key)) continue;
      const Mover relative = relative_to(motion, object.drift, object.frame);
      for (const geo::PreparedVolume& volume : object.drifting) {
        ++counters_.compared;
        if (const auto entry = predict_entry(volume, relative, now, ahead_s)) take(&object, *entry);
      }
    }
  }

  /// Who was said to be inside and is not: is it still beside?
  void judge_leaving(const Motion& motion, const Mover& mover, const Craft& craft, UtcMs now) {
    for (const auto& [key, memory] : craft.pairs) {
      const auto known = objects_.find(key);
      if (!memory.reported.now || known == objects_.end()) continue;
      const Object& object = known->second;
      Standing& standing = standings_[&object];
      if (standing.entry && standing.entry->inside) continue;
      const auto near = [&](const geo::PreparedVolume& volume, const Mover& who) {
        return within_volume(volume, who, now, options_.leave_m);
      };
      for (const auto handle : object.handles) standing.near = standing.near || near(index_.volume(handle), mover);
      if (object.drifting.empty()) continue;
      const Mover relative = relative_to(motion, object.drift, object.frame);
      for (const auto& volume : object.drifting) standing.near = standing.near || near(volume, relative);
    }
  }

  /// Begins a new cycle when it is time.
  [[nodiscard]] bool fresh_cycle(Memory& memory, UtcMs now) const {
    if (memory.seen && now - memory.cycle < ms_of(options_.cycle_s * 0.9)) return false;
    memory.hits <<= 1U;
    memory.hits &= static_cast<std::uint32_t>((std::uint64_t{1} << std::clamp(options_.confirm_of, 1, 32)) - 1);
    memory.cycle = now;
    memory.seen = true;
    return true;
  }

  [[nodiscard]] Finding finding_of(const VolumeEntry& entry, const Memory& memory) const {
    Finding finding;
    finding.now = entry.inside;
    finding.to_violation_ms = entry.inside ? 0 : ms_of(entry.in_s);
    const bool was_alarm = memory.said && memory.reported.priority == Priority::kAlarm;
    const double pressing_s = was_alarm ? options_.calm_s : options_.alarm_s;
    finding.priority = entry.inside || entry.in_s < pressing_s ? Priority::kAlarm : Priority::kWarning;
    return finding;
  }

  void step(TrackId track, const Mover& mover, Craft& craft, const ObjectKey& key, const Standing& standing, UtcMs now,
            std::vector<SituationChange>& changes) {
    auto known = craft.pairs.find(key);
    if (known == craft.pairs.end()) {
      if (pairs_ >= options_.pairs_max) {
        ++counters_.dropped_pairs;
        return;
      }
      known = craft.pairs.emplace(key, Memory{}).first;
      ++pairs_;
    }
    Memory& memory = known->second;
    static_cast<void>(fresh_cycle(memory, now));
    memory.hits |= 1U;
    memory.misses = 0;
    const bool beside = memory.reported.now && standing.near && !standing.entry->inside;
    if (beside) return;  // Just out and about to come in again: still inside.
    Finding finding = finding_of(*standing.entry, memory);
    if (finding.now && !memory.entered) {
      memory.entered = true;
      memory.entered_at = now;
    }
    const bool begins = !memory.said;
    if (begins) {
      if (!finding.now && std::popcount(memory.hits) < options_.confirm_hits) return;
      memory.said = true;
      memory.said_at = now;
    } else if (!differs(memory.reported, finding, now - memory.reported_at)) {
      return;
    }
    finding.where = place_after(mover, now, standing.entry->in_s);
    memory.reported = finding;
    memory.reported_at = now;
    changes.push_back({begins ? ChangeKind::kBegun : ChangeKind::kChanged, situation(track, key), finding});
  }

  static bool differs(const Finding& before, const Finding& after, DurationMs passed_ms) {
    if (before.priority != after.priority || before.now != after.now) return true;
    if (after.now) return false;
    const DurationMs moved = std::abs(*before.to_violation_ms - passed_ms - *after.to_violation_ms);
    return moved > std::max<DurationMs>(10'000, *after.to_violation_ms / 5);
  }

  /// Nothing foreseen in this report. True when that ends it.
  [[nodiscard]] bool miss(Memory& memory, bool near, UtcMs now) const {
    const bool fresh = fresh_cycle(memory, now);
    memory.hits &= ~1U;
    if (near) {
      memory.misses = 0;
      return false;
    }
    if (fresh) ++memory.misses;
    if (!memory.said) return memory.hits == 0;
    return memory.misses >= static_cast<std::uint32_t>(std::max(1, options_.clear_cycles));
  }

  static Situation situation(TrackId track, const ObjectKey& key) { return {key.kind, track, {}, key.id}; }

  void end(TrackId track, Craft& craft, std::map<ObjectKey, Memory>::iterator pair, UtcMs now,
           std::vector<SituationChange>& changes) {
    const Memory& memory = pair->second;
    if (memory.said) {
      SituationChange change{ChangeKind::kOver, situation(track, pair->first), memory.reported};
      change.happened = memory.entered;
      change.warned_ms = std::max<DurationMs>(0, (memory.entered ? memory.entered_at : now) - memory.said_at);
      changes.push_back(std::move(change));
    }
    craft.pairs.erase(pair);
    --pairs_;
  }

  static void sort_from(std::vector<SituationChange>& changes, std::size_t first) {
    std::ranges::sort(changes.begin() + static_cast<std::ptrdiff_t>(first), changes.end(), {},
                      &SituationChange::situation);
  }

  VolumeOptions options_;
  Concerns concerns_;
  std::map<ObjectKey, Object> objects_;
  geo::VolumeIndex index_;
  std::size_t volumes_ = 0;
  std::size_t drifting_ = 0;
  std::map<TrackId, Craft> craft_;
  std::size_t pairs_ = 0;
  VolumeCounters counters_;
  std::vector<geo::VolumeIndex::Hit> near_;
  std::map<const Object*, Standing, ByKey> standings_;
};

VolumeWatch::VolumeWatch(const VolumeOptions& options, Concerns concerns)
    : impl_(std::make_unique<Impl>(options, std::move(concerns))) {}
VolumeWatch::~VolumeWatch() = default;
VolumeWatch::VolumeWatch(VolumeWatch&&) noexcept = default;
VolumeWatch& VolumeWatch::operator=(VolumeWatch&&) noexcept = default;

Status VolumeWatch::put(const WatchedObject& object) { return impl_->put(object); }
void VolumeWatch::drop(AlertKind kind, std::string_view id, UtcMs now, std::vector<SituationChange>& changes) {
  impl_->drop(kind, id, now, changes);
}
Status VolumeWatch::update(TrackId track, const Motion& motion, UtcMs now, std::vector<SituationChange>& changes,
                           double age_max_s) {
  return impl_->update(track, motion, now, changes, age_max_s);
}
void VolumeWatch::remove(TrackId track, UtcMs now, std::vector<SituationChange>& changes) {
  impl_->remove(track, now, changes);
}
void VolumeWatch::tick(UtcMs now, std::vector<SituationChange>& changes) { impl_->tick(now, changes); }
std::size_t VolumeWatch::objects() const { return impl_->objects(); }
std::size_t VolumeWatch::volumes() const { return impl_->volumes(); }
std::size_t VolumeWatch::tracks() const { return impl_->tracks(); }
const VolumeCounters& VolumeWatch::counters() const { return impl_->counters(); }

}  // namespace tansiq::picture
