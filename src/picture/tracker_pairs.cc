// Which track a report belongs to where its name does not settle it; two tracks that are one; one that is two.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/invariant.h"
#include "picture/tracker.h"

namespace tansiq::picture {

using surveillance::Domain;
using surveillance::IdKind;
using surveillance::Report;

namespace {

constexpr DurationMs kPairEveryMs = 4'000;
constexpr std::uint8_t kAgreementsNamed = 2;
constexpr std::uint8_t kAgreementsUnnamed = 5;
/// Tracks that were not heard about the same time are not compared.
constexpr DurationMs kPairFreshMs = 60'000;
/// A source that names its craft and heard both so recently tells them apart.
constexpr DurationMs kToldApartMs = 60'000;
constexpr double kStrayDistance2 = 50;
constexpr std::uint8_t kStraysMax = 3;
constexpr double kHeightSlackM = 150;
/// Two plots of one radar that are closer in time than any turn of its antenna are two craft.
constexpr DurationMs kSameScanMs = 500;

template <class T>
bool differ(const std::optional<T>& a, const std::optional<T>& b) {
  return a && b && *a != *b;
}

bool heights_fit(std::optional<double> a, std::optional<double> b, double sigma) {
  return !a || !b || std::abs(*a - *b) <= 3 * sigma + kHeightSlackM;
}

bool same_word(const Track& a, const Track& b) {
  if (!a.call_sign.view().empty() && a.call_sign.view() == b.call_sign.view()) return true;
  return a.mode_3a && a.mode_3a == b.mode_3a && discrete_code(*a.mode_3a);
}

/// Does anything say that these are two craft?
bool contradicted(const Track& a, const Track& b) {
  if (a.domain != b.domain && a.domain != Domain::kUnknown && b.domain != Domain::kUnknown) return true;
  if (differ(a.icao, b.icao) || differ(a.mmsi, b.mmsi) || differ(a.non_icao, b.non_icao)) return true;
  if (!a.call_sign.view().empty() && !b.call_sign.view().empty() && a.call_sign.view() != b.call_sign.view()) {
    return true;
  }
  if (differ(a.mode_3a, b.mode_3a) && discrete_code(*a.mode_3a) && discrete_code(*b.mode_3a)) return true;
  for (const HeardFrom& mine : a.sources()) {
    for (const HeardFrom& theirs : b.sources()) {
      if (mine.source != theirs.source || mine.system != theirs.system) continue;
      if (mine.names_craft && theirs.names_craft && std::abs(mine.last - theirs.last) < kToldApartMs) return true;
    }
  }
  return false;
}

/// Told off without a prediction: farther apart than they and their doubts could move in the time between.
bool far_apart(const Track& a, const Track& b) {
  constexpr double kDoubtM_S = 120;
  constexpr double kSlackM = 300;
  const Filter::Estimate x = a.filter.estimate();
  const Filter::Estimate y = b.filter.estimate();
  const double seconds = static_cast<double>(std::abs(a.last_fix - b.last_fix)) * 1e-3;
  return distance_m(a.fix_normal, b.fix_normal) >
         (x.speed_m_s + y.speed_m_s + kDoubtM_S) * seconds + 6 * (x.position_sigma_m + y.position_sigma_m) + kSlackM;
}

/// Do place, velocity and height of the two agree, where `x` is how the one moves?
bool agree(const Motion& x, const Track& b) {
  const Motion y = b.motion(x.time);
  const double metres = distance_m(normal_of(x.lat_deg, x.lng_deg), normal_of(y.lat_deg, y.lng_deg));
  const double variance = x.position_sigma_m * x.position_sigma_m + y.position_sigma_m * y.position_sigma_m;
  if (metres > kGridReachM || metres * metres > kGateDistance2 * variance) return false;
  const Planar dv{x.east_m_s - y.east_m_s, x.north_m_s - y.north_m_s};
  const double slack = 2.0;  // Two sources do not smooth alike.
  const double speed_variance =
      x.velocity_sigma_m_s * x.velocity_sigma_m_s + y.velocity_sigma_m_s * y.velocity_sigma_m_s + slack * slack;
  if (norm2(dv) > kGateDistance2 * speed_variance) return false;
  const double sigma = std::hypot(x.height_sigma_m, y.height_sigma_m);
  return heights_fit(x.pressure_m, y.pressure_m, sigma) && heights_fit(x.geometric_m, y.geometric_m, sigma);
}

}  // namespace

/// Of the tracks under the report's name, the one it can belong to. When there are some and it fits none, a competing
/// one is begun here (`kNone` is then returned with `places` not empty: nothing more is to be done but to count it).
Tracker::Slot Tracker::by_name(const Report& r, const Measurement& m, const Places& places) {
  Slot best = kNone;
  double best_distance2 = 0;
  std::int64_t jump_m = 0;
  Slot newest = kNone;
  for (std::size_t i = 0; i < places.count; ++i) {
    const Slot slot = places.slots[i];
    const Track& track = *tracks_[slot];
    if (newest == kNone || track.last > tracks_[newest]->last) newest = slot;
    if (!m.position) continue;
    const Step step = step_to(track, m, dynamics_of(track.domain));
    if (!step.possible()) {
      if (newest == slot) jump_m = std::llround(step.metres);
      continue;
    }
    const double distance2 = places.count == 1 ? 0 : *track.filter.compare(m).distance2;
    if (best == kNone || distance2 < best_distance2) {
      best = slot;
      best_distance2 = distance2;
    }
  }
  if (newest == kNone) return kNone;
  if (!m.position) return newest;
  if (best != kNone) return best;
  ++counters_.jumps;
  mark(*tracks_[newest], SignKind::kImpossibleJump, r.time, r.source, jump_m);
  if (places.count == kPlacesPerAddressMax) {
    ++counters_.evicted;
    end(least_of(places), TrackChange::Kind::kEnded, {});
  }
  return kNone;
}

/// Of a full list of places, the one that gives way to another: whoever is not believed yet, of those the one not heard
/// for longest, else who began last. Not who was heard last: a craft that speaks more seldom than somebody plays it
/// would be kept out for good. And never the eldest that is confirmed and not stale, which is the one that is found.
Tracker::Slot Tracker::least_of(const Places& places) const {
  Slot keep = kNone;
  Slot out = kNone;
  const auto tentative = [&](Slot slot) { return tracks_[slot]->state == TrackState::kTentative; };
  const auto sooner = [&](Slot a, Slot b) {
    if (tentative(a) != tentative(b)) return tentative(a);
    if (tentative(a) && tracks_[a]->last != tracks_[b]->last) return tracks_[a]->last < tracks_[b]->last;
    return tracks_[a]->id > tracks_[b]->id;
  };
  for (std::size_t i = 0; i < places.count; ++i) {  // In order of age.
    const Slot slot = places.slots[i];
    if (keep == kNone && !tentative(slot) && tracks_[slot]->state != TrackState::kStale) {
      keep = slot;
    } else if (out == kNone || sooner(slot, out)) {
      out = slot;
    }
  }
  return out;
}

/// Takes out of `m` what does not fit the track.
Tracker::Slot Tracker::by_number(const Report& r, Measurement& m) {
  if (!r.track) return kNone;
  const Slot slot = under_number(*r.track);
  if (slot == kNone) return kNone;
  const Track& track = *tracks_[slot];
  const auto other = [&](IdKind kind, const std::optional<std::uint32_t>& address) {
    return r.id.kind == kind && address && *address != r.id.number;
  };
  const bool another =
      other(IdKind::kIcao, track.icao) || other(IdKind::kMmsi, track.mmsi) || other(IdKind::kNonIcao, track.non_icao);
  const Fit fit = m.position && !another ? fit_of(slot, r, m) : Fit::kFits;
  switch (fit) {
    case Fit::kFits:
      if (!another && (!m.position || step_to(track, m, dynamics_of(track.domain)).possible())) return slot;
      ++counters_.numbers_reused;
      forget_number(slot, *r.track);
      return kNone;
    case Fit::kStrays:
      ++counters_.strayed;
      m = Measurement();
      m.time = r.time;
      return slot;
    case Fit::kParted:
      break;
  }
  return kNone;
}

/// Counts places of one source that the track, kept up by others, does not confirm; after some in a row the source is
/// taken from the track, and this report begins its own.
Tracker::Fit Tracker::fit_of(Slot slot, const Report& r, const Measurement& m) {
  Track& track = *tracks_[slot];
  HeardFrom* mine = nullptr;
  bool others = false;
  for (HeardFrom& from : track.sources()) {
    if (from.source == r.source && from.system == r.system) {
      mine = &from;
    } else if (track.last - from.last < ages_of(track.domain).coasting_ms) {
      others = true;
    }
  }
  if (mine == nullptr || !others || *track.filter.compare(m).distance2 < kStrayDistance2) {
    if (mine != nullptr) mine->strays = 0;
    return Fit::kFits;
  }
  if (++mine->strays < kStraysMax) return Fit::kStrays;
  ++counters_.split;
  forget_source(slot, static_cast<std::size_t>(mine - track.source_list.data()));
  return Fit::kParted;
}

Tracker::Slot Tracker::by_place(const Report& r, const Measurement& m) {
  if (r.id.kind != IdKind::kNone || r.track) return kNone;
  Slot best = kNone;
  double best_distance2 = kGateDistance2;
  std::size_t looked_at = 0;
  grid_.near(m.position->normal, [&](Slot slot) {
    if (++looked_at > kNearLookedAtMax) {
      ++counters_.near_cut;
      return false;
    }
    const Track& track = *tracks_[slot];
    if (track.domain != r.domain && track.domain != Domain::kUnknown && r.domain != Domain::kUnknown) return true;
    if (track.state == TrackState::kStale || m.time < track.last - kLateMsMax) return true;
    const bool same_scan = std::any_of(track.sources().begin(), track.sources().end(), [&](const HeardFrom& f) {
      return f.source == r.source && f.system == r.system && std::abs(r.time - f.last) < kSameScanMs;
    });
    if (same_scan || !step_to(track, m, dynamics_of(track.domain)).possible()) return true;
    const FilterStep step = track.filter.compare(m);
    if (*step.distance2 > best_distance2 || step.distance_m > kGridReachM) return true;
    const Motion motion = track.motion(m.time);
    if (!heights_fit(motion.pressure_m, m.pressure_m, motion.height_sigma_m)) return true;
    if (differ(track.mode_3a, r.mode_3a) && discrete_code(*track.mode_3a) && discrete_code(*r.mode_3a)) return true;
    if (best != kNone && *step.distance2 == best_distance2 && tracks_[best]->id < track.id) return true;
    best = slot;
    best_distance2 = *step.distance2;
    return true;
  });
  return best;
}

Tracker::Slot Tracker::reconcile(Slot named, const Report& r, const Measurement& m) {
  if (!r.track) return named;
  const Slot other = under_number(*r.track);
  if (other == kNone || other == named) return named;
  const Track& a = *tracks_[named];
  const Track& b = *tracks_[other];
  const bool two = differ(a.icao, b.icao) || differ(a.mmsi, b.mmsi) || differ(a.non_icao, b.non_icao);
  if (!two && m.position && step_to(b, m, dynamics_of(b.domain)).possible()) {
    return merge(named, other);
  }
  ++counters_.numbers_reused;
  forget_number(other, *r.track);
  return named;
}

/// Two tracks of one address, each heard since the other began: there are two craft, or somebody plays one.
void Tracker::note_double(Slot slot, const Places& places, const Report& r) {
  if (places.count < 2 || !tracks_[slot]) return;
  Track& track = *tracks_[slot];
  for (std::size_t i = 0; i < places.count; ++i) {
    if (places.slots[i] == slot || !tracks_[places.slots[i]]) continue;
    Track& other = *tracks_[places.slots[i]];
    const Track& elder = track.id < other.id ? track : other;
    const Track& younger = track.id < other.id ? other : track;
    if (younger.fixes < 2 || elder.last_fix <= younger.begun) continue;
    if (track.last_fix - other.last_fix > ages_of(track.domain).stale_ms) continue;
    const auto metres = std::llround(distance_m(track.fix_normal, other.fix_normal));
    mark(track, SignKind::kDoubleAddress, r.time, r.source, metres);
    mark(other, SignKind::kDoubleAddress, r.time, r.source, metres);
    track.double_of = other.id;
    other.double_of = track.id;
  }
}

/// The one track that this one may be the same craft as: nothing contradicts it, and of several that are possible none
/// contradicts another. Where just one bears the same call sign or code, that settles it.
Tracker::Slot Tracker::partner_of(Slot slot) {
  constexpr std::size_t kPossibleMax = 8;
  const Track& track = *tracks_[slot];
  std::array<Slot, kPossibleMax> possible{};
  std::size_t count = 0;
  std::size_t looked_at = 0;
  bool crowded = false;
  std::optional<Motion> motion;
  grid_.near(track.fix_normal, [&](Slot near) {
    if (++looked_at > kNearLookedAtMax || count == kPossibleMax) {
      ++counters_.near_cut;
      crowded = true;
      return false;
    }
    if (near == slot) return true;
    const Track& other = *tracks_[near];
    if (other.state == TrackState::kTentative || std::abs(other.last - track.last) > kPairFreshMs) return true;
    if (far_apart(track, other) || contradicted(track, other)) return true;
    if (!motion) motion = track.motion(track.last);
    if (agree(*motion, other)) possible[count++] = near;
    return true;
  });
  if (crowded || count == 0) return kNone;
  // By what is said, then the eldest.
  std::sort(possible.begin(), possible.begin() + static_cast<std::ptrdiff_t>(count), [&](Slot a, Slot b) {
    const bool said_a = same_word(track, *tracks_[a]);
    const bool said_b = same_word(track, *tracks_[b]);
    return said_a != said_b ? said_a : tracks_[a]->id < tracks_[b]->id;
  });
  const bool said = same_word(track, *tracks_[possible[0]]);
  for (std::size_t i = 1; i < count; ++i) {
    const Track& other = *tracks_[possible[i]];
    if (said && !same_word(track, other)) break;
    if (contradicted(*tracks_[possible[0]], other)) return kNone;
  }
  return possible[0];
}

void Tracker::look_for_pair(Slot slot) {
  Track& track = *tracks_[slot];
  if (track.state == TrackState::kTentative || track.last - track.paired_at < kPairEveryMs) return;
  track.paired_at = track.last;
  const Slot found = partner_of(slot);
  // It has to be so seen from the other, too: of two craft side by side each sees one blip, but the blip sees two
  // craft.
  if (found == kNone || partner_of(found) != slot) {
    track.rival = {};
    track.agreements = 0;
    return;
  }
  const Track& other = *tracks_[found];
  if (track.rival != other.id) {
    track.rival = other.id;
    track.agreements = 0;
  }
  ++track.agreements;
  if (track.agreements < (same_word(track, other) ? kAgreementsNamed : kAgreementsUnnamed)) return;
  merge(slot, found);
}

/// Of what both have said the later; what one has never said from the other.
void Tracker::join_words(Track& track, const Track& gone) {
  const auto join = [&](Told what, auto& mine, const auto& theirs) {
    if (gone.told_at(what) > track.told_at(what) && track.hears(what, gone.told_at(what))) mine = theirs;
  };
  join(Told::kCallSign, track.call_sign, gone.call_sign);
  join(Told::kCode, track.mode_3a, gone.mode_3a);
  join(Told::kOnGround, track.on_ground, gone.on_ground);
  join(Told::kNavStatus, track.nav_status, gone.nav_status);
  join(Told::kEmitter, track.emitter, gone.emitter);
  join(Told::kHeading, track.heading_mdeg, gone.heading_mdeg);
  join(Told::kStandsUntil, track.stands_until, gone.stands_until);
  // An identity is said in parts, so each of them is joined for itself.
  const bool later = gone.told_at(Told::kIdentity) > track.told_at(Told::kIdentity);
  const auto part = [&](bool there, bool absent, auto& mine, const auto& theirs) {
    if (there && (absent || later)) mine = theirs;
  };
  part(!gone.name.view().empty(), track.name.view().empty(), track.name, gone.name);
  part(gone.imo.has_value(), !track.imo, track.imo, gone.imo);
  part(gone.ship_type.has_value(), !track.ship_type, track.ship_type, gone.ship_type);
  part(gone.dimensions.has_value(), !track.dimensions, track.dimensions, gone.dimensions);
  if (later) (void)track.hears(Told::kIdentity, gone.told_at(Told::kIdentity));
  if (gone.safety_text_at && (!track.safety_text_at || *gone.safety_text_at > *track.safety_text_at)) {
    track.safety_text = gone.safety_text;
    track.safety_text_at = gone.safety_text_at;
  }
  // A distress is not lost by finding out whose it is.
  const bool louder = gone.emergency != surveillance::Emergency::kNone &&
                      (track.emergency == surveillance::Emergency::kNone || gone.emergency_at > track.emergency_at);
  if (louder) {
    track.emergency = gone.emergency;
    track.emergency_at = gone.emergency_at;
    track.emergency_from = gone.emergency_from;
    track.emergency_word = gone.emergency_word;
  }
  (void)track.hears(Told::kDistress, gone.told_at(Told::kDistress));
}

Tracker::Slot Tracker::merge(Slot a, Slot b) {
  EXPECT_INVARIANT(a != b);
  const auto [kept, gone] = tracks_[a]->id < tracks_[b]->id ? std::pair(a, b) : std::pair(b, a);
  ++counters_.merged;
  const std::unique_ptr<Track> copy = std::make_unique<Track>(*tracks_[gone]);
  Track& track = *tracks_[kept];
  end(gone, TrackChange::Kind::kMerged, track.id);
  const auto surer = [](const Track& t, UtcMs at) { return t.motion(at).position_sigma_m; };
  const UtcMs both = std::max(track.last, copy->last);
  if (surer(*copy, both) < surer(track, both)) track.filter = copy->filter;
  if (track.domain == Domain::kUnknown) track.domain = copy->domain;
  track.filter.set_dynamics(dynamics_of(track.domain));
  if (copy->last_fix > track.last_fix) {
    track.last_fix = copy->last_fix;
    track.fix_heard = copy->fix_heard;
    track.fix = copy->fix;
    track.fix_normal = copy->fix_normal;
    grid_.file(kept, track.fix_normal);
  }
  track.last = both;
  track.heard = std::max(track.heard, copy->heard);
  const bool mine_vague =
      copy->fix_sigma_m < track.fix_sigma_m || both - track.fix_sigma_at > ages_of(track.domain).coasting_ms;
  if (mine_vague && both - copy->fix_sigma_at <= ages_of(track.domain).coasting_ms) {
    track.fix_sigma_m = copy->fix_sigma_m;
    track.fix_sigma_at = copy->fix_sigma_at;
  }
  track.reports += copy->reports;
  track.fixes += copy->fixes;
  join_words(track, *copy);
  for (std::size_t i = 0; i < kSignKinds; ++i) {
    if (copy->signs[i].last > track.signs[i].last) track.signs[i] = copy->signs[i];
  }
  if (copy->icao) name(kept, {IdKind::kIcao, *copy->icao});
  if (copy->mmsi) name(kept, {IdKind::kMmsi, *copy->mmsi});
  if (copy->non_icao) name(kept, {IdKind::kNonIcao, *copy->non_icao});
  for (const HeardFrom& from : copy->sources()) join_source(kept, from);
  track.rival = {};
  track.agreements = 0;
  // Either was believed to be a craft, so this is one.
  if (track.state != TrackState::kTentative || copy->state != TrackState::kTentative) set_state(track, aged(track));
  return kept;
}

}  // namespace tansiq::picture
