#include "picture/tracker.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tansiq::picture {

using surveillance::Domain;
using surveillance::Emergency;
using surveillance::Flag;
using surveillance::Identity;
using surveillance::IdKind;
using surveillance::Report;
using surveillance::SensorStatus;
using surveillance::SourceId;
using surveillance::Text;

namespace {

/// An emergency that is not repeated is over when the craft squawks something else, or its source goes on without it,
/// this long after.
constexpr DurationMs kEmergencyHeldMs = 30'000;
/// Whoever tells of a craft on the ground at all does so once a minute (Ages::usual_max_ms).
constexpr DurationMs kGroundHeldMs = 60'000;
constexpr std::size_t kEvictableMax = 1'024;
constexpr std::uint32_t kFixesOfNamed = 2;
constexpr std::uint32_t kFixesOfPlot = 3;
/// Reports that are this far from every prediction, smoothed over some ten (2 where all is well), are not of one craft.
constexpr double kTornFit = 50;
constexpr std::uint32_t kFixesOfTorn = 10;
/// Tracks heard less recently than this are filed where they are predicted to be.
constexpr DurationMs kRefileAfterMs = 5'000;

}  // namespace

Tracker::Tracker(TrackerOptions options, TrackListener* listener)
    : options_(std::move(options)), listener_(listener), hash_(options_.hash_key) {}

Tracker::~Tracker() = default;

void Tracker::changed(TrackChange change, const Track& track) {
  if (listener_ != nullptr) listener_->changed(change, track);
}

const Ages& Tracker::ages_of(Domain domain) const {
  switch (domain) {
    case Domain::kSea:
      return options_.sea;
    case Domain::kGround:
      return options_.ground;
    case Domain::kAir:
    case Domain::kUnknown:
      break;
  }
  return options_.air;
}

bool Tracker::named(const Track& track) {
  return track.icao || track.mmsi || track.non_icao ||
         std::any_of(track.sources().begin(), track.sources().end(), [](const HeardFrom& f) { return f.names_craft; });
}

SourceState* Tracker::source_state(SourceId source) {
  const auto at = std::lower_bound(sources_.begin(), sources_.end(), source,
                                   [](const SourceState& s, SourceId wanted) { return s.source < wanted; });
  if (at != sources_.end() && at->source == source) return &*at;
  if (sources_.size() >= options_.sources_max) return nullptr;
  SourceState fresh;
  fresh.source = source;
  return &*sources_.insert(at, fresh);
}

void Tracker::report(const Report& r) {
  ++counters_.reports;
  const DurationMs off = clock_off_ms(r, options_.signs);
  clock_off_ = off != 0;
  if (SourceState* source = source_state(r.source)) {
    ++source->reports;
    source->last_received = std::max(source->last_received, r.received);
    if (off != 0) {
      source->clock_off_ms = off;
      if (source->clock.count++ == 0) source->clock.since = r.received;
      source->clock.last = r.received;
    }
  }
  if (r.has(Flag::kAidToNavigation) || r.has(Flag::kTest)) {
    ++counters_.not_a_craft;
    return;
  }
  if (r.has(Flag::kSimulated) && !options_.accept_simulated) {
    ++counters_.simulated;
    return;
  }
  if (r.time - std::max(now_, r.received) > kFutureMsMax) {
    ++counters_.future;
    return;
  }
  const UtcMs time = not_ahead(r.time, r.received);
  if (time == r.time) {
    taking_ = &r;
    assign(r);
  } else {
    ++counters_.ahead;
    Report corrected = r;
    corrected.time = time;
    taking_ = &corrected;
    assign(corrected);
  }
  taking_ = nullptr;
}

UtcMs Tracker::not_ahead(UtcMs time, UtcMs received) const {
  const UtcMs latest = std::max(now_, received);
  return time - latest > options_.signs.clock_ahead_ms ? latest : time;
}

void Tracker::assign(const Report& r) {
  const bool stands = r.stale && now_ <= *r.stale;
  Measurement m = measurement_of(r);
  const Places places = under_name(r);
  if (const Slot slot = by_name(r, m, places); slot != kNone) {
    ++counters_.by_name;
    const Slot kept = reconcile(slot, r, m);
    take(kept, r, m);
    note_double(kept, places, r);
  } else if (const Slot numbered = places.count == 0 ? by_number(r, m) : kNone; numbered != kNone) {
    ++counters_.by_number;
    take(numbered, r, m);
  } else if (!m.position) {
    ++counters_.placeless;
  } else if (const Slot near = by_place(r, m); near != kNone) {
    ++counters_.by_place;
    take(near, r, m);
  } else if (!stands && now_ - r.time > ages_of(r.domain).tentative_ms) {
    ++counters_.too_old;
  } else if (size_ >= options_.tracks_max && !make_room()) {
    ++counters_.no_room;
  } else {
    ++counters_.begun;
    begin(r, m);
  }
}

Tracker::Slot Tracker::begin(const Report& r, const Measurement& m, TrackId split_from) {
  Slot slot = 0;
  if (free_.empty()) {
    slot = static_cast<Slot>(tracks_.size());
    tracks_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  tracks_[slot] = std::make_unique<Track>(dynamics_of(r.domain), m);
  ++size_;
  Track& track = *tracks_[slot];
  track.id = {++last_id_};
  put(hash_of(track.id), slot);
  track.domain = r.domain;
  track.begun = track.last = track.last_fix = track.fix_sigma_at = m.time;
  track.heard = track.fix_heard = std::max(r.received, m.time);
  track.fix_sigma_m = m.position_sigma_m;
  track.fix = m.position->at;
  track.fix_normal = m.position->normal;
  track.reports = track.fixes = 1;
  name(slot, r.id);
  HeardFrom& from = hear_from(slot, r);
  from.last = from.last_fix = r.time;
  ++from.reports;
  distress_.begun(track);
  tell_of(track, r);
  note_word(track, r);
  mark_signs(track, r);
  grid_.file(slot, track.fix_normal);
  changed({TrackChange::Kind::kBegun, TrackState::kTentative, split_from}, track);
  return slot;
}

void Tracker::take(Slot slot, const Report& r, const Measurement& m) {
  Track& track = *tracks_[slot];
  if (track.domain == Domain::kUnknown && r.domain != Domain::kUnknown) {
    track.domain = r.domain;
    track.filter.set_dynamics(dynamics_of(r.domain));
  }
  const FilterStep step = track.filter.update(m);
  if (step.kind == FilterStep::Kind::kLate) ++counters_.late;
  if (step.kind == FilterStep::Kind::kRefused) ++counters_.too_late;
  if (step.kind == FilterStep::Kind::kRepeated) ++counters_.repeated;
  if (step.kind == FilterStep::Kind::kRestarted) ++counters_.restarted;
  if (step.distance2) track.fit += 0.1 * (std::min(*step.distance2, kRestartDistance2) - track.fit);
  ++track.reports;
  const bool too_late = step.kind == FilterStep::Kind::kRefused;
  bool moved_on = false;
  if (m.position && step.kind != FilterStep::Kind::kRefused && step.kind != FilterStep::Kind::kRepeated) {
    ++track.fixes;
    if (m.time > track.last_fix) {
      moved_on = true;
      track.last_fix = m.time;
      track.fix_heard = std::max(r.received, m.time);
      track.fix = m.position->at;
      track.fix_normal = m.position->normal;
      grid_.file(slot, track.fix_normal);
    }
    note_sigma(track, m);
  }
  track.last = std::max(track.last, r.time);
  track.heard = std::max({track.heard, r.received, r.time});
  name(slot, r.id);
  HeardFrom& from = hear_from(slot, r);
  from.last = std::max(from.last, r.time);
  ++from.reports;
  if (m.position && !too_late) note_cadence(from, m, ages_of(track.domain));
  if (!too_late) {
    tell_of(track, r);
    note_word(track, r);
  }
  mark_signs(track, r);
  if (step.distance2) note_torn(track, r, step);
  if (r.id.kind != IdKind::kNone) {
    if (const auto metres = track.places.take(r.source, r.system, m)) {
      mark(track, SignKind::kDoubleAddress, r.time, r.source, std::llround(*metres));
    }
  }
  if (!too_late) confirm(track, r, moved_on);
  changed({TrackChange::Kind::kMoved, track.state, {}}, track);
  if (too_late) return;
  if (r.has(Flag::kEnd)) {
    if (r.track) forget_number(slot, *r.track);
    const bool alone = std::all_of(track.sources().begin(), track.sources().end(), [&](const HeardFrom& f) {
      // One source may bring several radars, each of which ends its own track alone.
      const bool same = f.source == r.source && f.system == r.system;
      return same || track.last - f.last > ages_of(track.domain).coasting_ms;
    });
    if (alone) end(slot, TrackChange::Kind::kEnded, {});
    return;
  }
  look_for_pair(slot);
}

/// A vague place beside exact ones makes nothing vaguer; one that follows them does.
void Tracker::note_sigma(Track& track, const Measurement& m) const {
  const bool worse = m.position_sigma_m > track.fix_sigma_m;
  if (worse && m.time - track.fix_sigma_at <= ages_of(track.domain).coasting_ms) return;
  if (!worse && m.time < track.fix_sigma_at) return;
  track.fix_sigma_m = m.position_sigma_m;
  track.fix_sigma_at = m.time;
}

/// Whoever gave the newest place says how long it counts, unless others would go on with the track: what it says is of
/// its own report, and theirs are as good.
void Tracker::note_word(Track& track, const Report& r) const {
  if (!r.position || r.time < track.last_fix || !track.hears(Told::kStandsUntil, r.time)) return;
  const bool others = std::ranges::any_of(track.sources(), [&](const HeardFrom& from) {
    return from.source != r.source && r.time - from.last < ages_of(track.domain).coasting_ms;
  });
  track.stands_until = others ? std::nullopt : r.stale;
}

/// What a report says besides the place.
void Tracker::tell_of(Track& track, const Report& r) {
  const auto tell = [&](Told what, bool said, auto& field, const auto& value) {
    if (said && track.hears(what, r.time)) field = value;
  };
  tell(Told::kCallSign, !r.call_sign.view().empty(), track.call_sign, r.call_sign);
  tell(Told::kCode, r.mode_3a && !r.has(Flag::kInvalidCode), track.mode_3a, r.mode_3a);
  // Who has no word for the ground does not say by leaving it out that the craft flies: that counts only against a word
  // that nobody has said again for long.
  const bool can_say = surveillance::has_word_for_ground(r.format) ||
                       (track.on_ground && r.time - track.told_at(Told::kOnGround) > kGroundHeldMs);
  tell(Told::kOnGround, r.has(Flag::kOnGround) || (r.position && can_say), track.on_ground, r.has(Flag::kOnGround));
  tell(Told::kNavStatus, r.nav_status.has_value(), track.nav_status, r.nav_status);
  tell(Told::kEmitter, r.emitter.has_value(), track.emitter, r.emitter);
  tell(Told::kHeading, r.heading_mdeg && !r.has(Flag::kMagnetic), track.heading_mdeg, r.heading_mdeg);
  tell_of_distress(track, r);
}

void Tracker::tell_of_distress(Track& track, const Report& r) {
  const bool squawks = r.mode_3a && !r.has(Flag::kInvalidCode);
  const Emergency by_code = squawks ? emergency_of_code(*r.mode_3a) : Emergency::kNone;
  const Emergency said = r.emergency != Emergency::kNone ? r.emergency : by_code;
  if (said != Emergency::kNone) {
    if (!track.hears(Told::kDistress, r.time)) return;
    track.emergency = said;
    track.emergency_at = r.time;
    track.emergency_from = r.source;
    track.emergency_word = by_code != Emergency::kNone ? DistressWord::kCode
                           : r.nav_status              ? DistressWord::kNavStatus
                                                       : DistressWord::kOther;
    return;
  }
  if (track.emergency == Emergency::kNone || r.time < track.emergency_at) return;
  const bool taken_back = (track.emergency_word == DistressWord::kNavStatus && r.nav_status) ||
                          (r.has(Flag::kTakenBack) && r.source == track.emergency_from);
  const bool speaks_of_it =
      r.source == track.emergency_from || (track.emergency_word == DistressWord::kCode && squawks);
  const bool not_repeated = speaks_of_it && r.time - track.emergency_at > kEmergencyHeldMs;
  if ((taken_back || not_repeated) && track.hears(Told::kDistress, r.time)) track.emergency = Emergency::kNone;
}

void Tracker::mark_signs(Track& track, const Report& r) {
  if (const std::int64_t metres = beyond_range_m(r, options_.signs); metres > 0) {
    mark(track, SignKind::kBeyondRange, r.time, r.source, metres);
  }
  if (clock_off_) mark(track, SignKind::kClockOff, r.time, r.source, 0);
}

/// Two craft so near each other that each place could be reached from the other's pull one track to and fro.
void Tracker::note_torn(Track& track, const Report& r, const FilterStep& step) {
  const bool torn = r.id.kind != IdKind::kNone && track.fixes > kFixesOfTorn && track.fit > kTornFit;
  if (torn && *step.distance2 > kTornFit) {
    mark(track, SignKind::kDoubleAddress, r.time, r.source, std::llround(step.distance_m));
  }
}

void Tracker::set_state(Track& track, TrackState state) {
  if (track.state == state) return;
  const TrackState before = track.state;
  track.state = state;
  changed({TrackChange::Kind::kState, before, {}}, track);
}

void Tracker::confirm(Track& track, const Report& r, bool moved_on) {
  if (track.state == TrackState::kTentative) {
    const std::uint32_t wanted = named(track) ? kFixesOfNamed : kFixesOfPlot;
    if (track.fixes < wanted || r.has(Flag::kTentative)) return;
  } else if (!moved_on) {
    return;
  }
  set_state(track, aged(track));
}

/// A source that becomes slower is believed sooner than one that becomes faster: taken for faster than it is, its track
/// would flicker. A gap counts as no more than the longest interval that is usual, and as no more than the one before
/// it: one outage is no cadence.
void Tracker::note_cadence(HeardFrom& from, const Measurement& m, const Ages& ages) {
  if (m.time <= from.last_fix) return;
  if (from.last_fix != kUtcMin) {
    const DurationMs gap = std::min(m.time - from.last_fix, ages.usual_max_ms);
    const DurationMs change = std::min(gap, from.gap_ms) - from.interval_ms;
    from.interval_ms = from.interval_ms == 0 ? gap : from.interval_ms + change / (change > 0 ? 2 : 5);
    from.gap_ms = gap;
  }
  from.last_fix = m.time;
}

/// Whether some source has given a place within so many of its usual intervals.
bool Tracker::in_time(const Track& track, std::int64_t turns) const {
  return std::ranges::any_of(track.sources(), [&](const HeardFrom& from) {
    return from.interval_ms > 0 && now_ - from.last_fix <= turns * from.interval_ms;
  });
}

DurationMs Tracker::usual_ms(const Track& track) const {
  DurationMs least = 0;
  for (const HeardFrom& from : track.sources()) {
    if (from.interval_ms == 0 || track.last_fix - from.last_fix > kTurnsMissed * from.interval_ms) continue;
    if (least == 0 || from.interval_ms < least) least = from.interval_ms;
  }
  return least;
}

/// Live, coasting or stale, by its last place and by what its source said.
TrackState Tracker::aged(const Track& track) const {
  const Ages& ages = ages_of(track.domain);
  const DurationMs quiet = now_ - track.last_fix;
  if (track.stands_until && now_ > *track.stands_until) return TrackState::kStale;
  if (quiet > ages.stale_ms && !in_time(track, kTurnsMissed + 1)) return TrackState::kStale;
  return quiet > ages.coasting_ms && !in_time(track, kTurnsMissed) ? TrackState::kCoasting : TrackState::kLive;
}

void Tracker::end(Slot slot, TrackChange::Kind kind, TrackId other) {
  Track& track = *tracks_[slot];
  const TrackState before = track.state;
  if (kind == TrackChange::Kind::kMerged) {
    distress_.merged(track.id, other);
  } else if (before != TrackState::kTentative && !distress_.ended(track, now_)) {
    ++counters_.distress_dropped;
  }
  track.state = TrackState::kEnded;
  changed({kind, before, other}, track);
  if (const Track* twin = find(track.double_of); twin != nullptr && twin->double_of == track.id) {
    const auto at = names_.find(hash_of(twin->id), [&](Slot s) { return tracks_[s].get() == twin; });
    tracks_[*at]->double_of = {};
  }
  forget_names(slot);
  grid_.remove(slot);
  tracks_[slot].reset();
  free_.push_back(slot);
  --size_;
}

void Tracker::age(Slot slot) {
  Track& track = *tracks_[slot];
  const Ages& ages = ages_of(track.domain);
  const DurationMs quiet = now_ - track.last_fix;
  if (track.state == TrackState::kTentative) {
    const DurationMs most = named(track) ? ages.tentative_ms : options_.plot_tentative_ms;
    if (now_ - track.fix_heard > most || (!named(track) && now_ - track.begun > most))
      end(slot, TrackChange::Kind::kEnded, {});
    return;
  }
  if (now_ - track.heard > ages.end_ms) {
    end(slot, TrackChange::Kind::kEnded, {});
    return;
  }
  // Time alone makes nothing better: that takes a place.
  if (const TrackState by_age = aged(track); by_age > track.state) set_state(track, by_age);
  if (quiet > kRefileAfterMs && track.state != TrackState::kStale) {
    const Motion motion = track.motion(now_);
    grid_.file(slot, normal_of(motion.lat_deg, motion.lng_deg));
  }
}

void Tracker::advance(UtcMs now) {
  now_ = std::max(now_, now);
  evictable_.clear();
  for (Slot slot = 0; slot < tracks_.size(); ++slot) {
    if (tracks_[slot]) age(slot);
    const Track* track = tracks_[slot].get();
    if (track == nullptr || evictable_.size() >= kEvictableMax) continue;
    if (track->state == TrackState::kStale || (track->state == TrackState::kTentative && !named(*track))) {
      evictable_.push_back(slot);
    }
  }
  std::sort(evictable_.begin(), evictable_.end(), [&](Slot a, Slot b) {
    const auto order = [](const Track& track) {
      return std::tuple(track.emergency != Emergency::kNone, track.last, track.id);
    };
    return order(*tracks_[a]) > order(*tracks_[b]);
  });
  settle_distress();
}

void Tracker::settle_distress() {
  distress_.forget(now_);
  inherited_.clear();
  if (distress_.lost().empty()) return;
  const auto heard = [&](const LostDistress& lost) -> Track* {
    Slot slot = kNone;
    if (lost.heir.value != 0) {
      slot = names_.find(hash_of(lost.heir), [&](Slot s) { return tracks_[s]->id == lost.heir; }).value_or(kNone);
    }
    // Under its name there may have been another place all the time, which began before this one ended.
    if (slot == kNone && lost.id.kind == IdKind::kUid) {
      Report named;
      named.id = lost.id;
      named.uid = lost.uid;
      if (const Places places = under_name(named); places.count > 0) slot = places.slots[0];
    } else if (slot == kNone) {
      slot = under_craft(lost.id);
    }
    return slot == kNone ? nullptr : tracks_[slot].get();
  };
  inherited_ = distress_.settle(heard, now_);
}

/// What `advance` found may have been heard again since.
bool Tracker::make_room() {
  while (!evictable_.empty()) {
    const Slot slot = evictable_.back();
    evictable_.pop_back();
    const Track* track = tracks_[slot].get();
    if (track == nullptr) continue;
    if (track->state != TrackState::kStale && track->state != TrackState::kTentative) continue;
    ++counters_.evicted;
    end(slot, TrackChange::Kind::kEnded, {});
    return true;
  }
  return false;
}

void Tracker::status(const SensorStatus& s) {
  ++counters_.statuses;
  SourceState* source = source_state(s.source);
  if (source == nullptr) return;
  source->last_received = std::max(source->last_received, s.received);
  if (s.operational) source->operational = s.operational;
  if (s.overloaded) source->overloaded = s.overloaded;
}

void Tracker::misdated(SourceId id, DurationMs off_ms, UtcMs now) {
  SourceState* source = source_state(id);
  if (source == nullptr) return;
  if (source->clock.count++ == 0) source->clock.since = now;
  source->clock.last = source->misdated = now;
  source->clock_off_ms = off_ms;
}

void Tracker::identity(const Identity& i) {
  ++counters_.identities;
  const Slot slot = under_craft(i.id);
  if (slot == kNone) {
    ++counters_.of_unknown_craft;
    return;
  }
  Track& track = *tracks_[slot];
  const UtcMs said = not_ahead(i.time, i.received);
  if (!i.call_sign.view().empty() && track.hears(Told::kCallSign, said)) track.call_sign = i.call_sign;
  if (!track.hears(Told::kIdentity, said)) return;
  if (!i.name.view().empty()) track.name = i.name;
  if (i.imo) track.imo = i.imo;
  if (i.ship_type) track.ship_type = i.ship_type;
  if (i.dimensions) track.dimensions = i.dimensions;
}

void Tracker::text(const Text& text) {
  ++counters_.texts;
  const Slot slot = under_craft(text.from);
  if (slot == kNone) {
    ++counters_.of_unknown_craft;
    return;
  }
  tracks_[slot]->safety_text = text.text;
  tracks_[slot]->safety_text_at = text.received;
}

void Tracker::each(const std::function<void(const Track&)>& visit) const {
  for (const auto& track : tracks_) {
    if (track) visit(*track);
  }
}

void Tracker::findings(UtcMs now, std::vector<Held>& out) const {
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  each([&](const Track& track) { held_signs(track, now, options_.signs, out); });
  for (const SourceState& source : sources_) {
    if (source.clock.count == 0 || now - source.clock.last > options_.signs.hold_ms) continue;
    Held& held = out.emplace_back();
    held.situation = {AlertKind::kDoubtfulSource, {}, {}, fmt::format("source {} clock", source.source.value)};
    // What is not taken is not seen: that is as much as if the source were silent.
    const bool dropped = source.misdated != kUtcMin && now - source.misdated <= options_.signs.hold_ms;
    held.finding.priority = dropped ? Priority::kWarning : Priority::kCaution;
    held.finding.now = true;
    held.finding.detail = fmt::format(
        "its times are {} {} of their reception{}", format_duration(std::abs(source.clock_off_ms)),
        source.clock_off_ms > 0 ? "ahead" : "behind", dropped ? ", so most of what it says is not taken" : "");
  }
  std::sort(out.begin() + first, out.end(), [](const Held& a, const Held& b) { return a.situation < b.situation; });
}

std::size_t Tracker::bytes() const {
  // Of the table of names, between growths, at most 16 bytes at three eighths full.
  constexpr std::size_t kNameBytes = 43;
  return size_ * sizeof(Track) + tracks_.capacity() * sizeof(tracks_[0]) +
         (free_.capacity() + evictable_.capacity()) * sizeof(Slot) + name_count_ * kNameBytes + grid_.bytes() +
         sources_.capacity() * sizeof(SourceState) + distress_.lost().capacity() * sizeof(LostDistress);
}

}  // namespace tansiq::picture
