#include "picture/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using surveillance::Emergency;

/// Craft of which nothing says in which domain they are move in the air, or it does not matter.
core::Domain domain_of(const Track& track) {
  return track.domain == Domain::kSea ? core::Domain::kSea : core::Domain::kAir;
}

/// AIS: at anchor, moored, aground. People forget to change it: a ship that moves is not at rest, whatever it says. Of
/// one that says nothing, because its kind has no such word or who tells of it passes none on, its speed alone tells.
bool at_rest(const Track& track, const Motion& motion) {
  constexpr double kRestMS = 1.0;
  if (track.domain == Domain::kGround) return true;
  if (track.domain != Domain::kSea) return track.on_ground;
  const bool says = !track.nav_status || (*track.nav_status == 1 || *track.nav_status == 5 || *track.nav_status == 6);
  return says && std::hypot(motion.east_m_s, motion.north_m_s) < kRestMS;
}

std::optional<Priority> priority_of(Emergency emergency) {
  switch (emergency) {
    case Emergency::kNone:
    case Emergency::kReserved:
      return std::nullopt;
    case Emergency::kGeneral:
    case Emergency::kMedical:
    case Emergency::kUnlawful:
    case Emergency::kDowned:
    case Emergency::kManOverboard:
      return Priority::kEmergency;
    case Emergency::kFuel:
    case Emergency::kNoRadio:
    case Emergency::kLostLink:
      return Priority::kAlarm;
  }
  return std::nullopt;
}

geo::LatLng place_of(const Motion& motion) {
  return {static_cast<std::int32_t>(motion.lat_deg * 1e7), static_cast<std::int32_t>(motion.lng_deg * 1e7)};
}

/// A group's space at sea and in the air are two objects: a ship has no height, and would be in both.
std::string group_object(std::string_view id, core::Domain domain) {
  return fmt::format("{}/{}", id, core::to_text(domain));
}

}  // namespace

Picture::Picture(PictureOptions options, PictureListener* listener)
    : options_(std::move(options)),
      listener_(listener),
      alerts_(options_.alerts,
              [this](const AlertChange& change) {
                if (listener_ != nullptr) listener_->alert_changed(change);
              }),
      separation_(options_.separation),
      tracker_(options_.tracker, this),
      attribution_(options_.attribution),
      conformance_(options_.conformance),
      volumes_(options_.volumes, [this](TrackId track, AlertKind kind,
                                        std::string_view object) { return concerns(track, kind, object); }),
      sea_volumes_(options_.sea_volumes, [this](TrackId track, AlertKind kind, std::string_view object) {
        return concerns(track, kind, object);
      }) {
  make_watches();
}

Picture::~Picture() = default;

/// The neighbourhood of a craft is searched by the widest minima of its domain; with others it is searched anew.
void Picture::make_watches() {
  const auto minima = [this](TrackId a, TrackId b) {
    return separation_.between(craft(a).standing, craft(b).standing);
  };
  const auto make = [&](std::unique_ptr<ConflictWatch>& watch, ConflictOptions& options, core::Domain domain) {
    const PairMinima widest = separation_.widest(domain);
    if (watch && options.widest == widest) return;
    if (watch) {
      std::vector<SituationChange> changes;
      tracker_.each([&](const Track& track) {
        if (domain_of(track) == domain) watch->remove(track.id, now_, changes);
      });
      apply(changes);
    }
    options.widest = widest;
    watch = std::make_unique<ConflictWatch>(options, minima);
    for (const auto& [pair, until] : join_ups_) {
      if (craft(pair.first).standing.domain == domain) (void)watch->inhibit(pair.first, pair.second, until);
    }
  };
  make(air_, options_.air, core::Domain::kAir);
  make(sea_, options_.sea, core::Domain::kSea);
}

// What sources say
// -----------------------------------------------------------------------------------------------------

void Picture::report(const surveillance::Report& report) {
  now_ = std::max(now_, report.received);
  tracker_.report(report);
}

void Picture::status(const surveillance::SensorStatus& status) {
  now_ = std::max(now_, status.received);
  tracker_.status(status);
}

void Picture::identity(const surveillance::Identity& identity) {
  now_ = std::max(now_, identity.received);
  tracker_.identity(identity);
}

void Picture::text(const surveillance::Text& text) {
  now_ = std::max(now_, text.received);
  tracker_.text(text);
}

void Picture::source_silent(std::string_view source, std::optional<UtcMs> since) {
  if (since) {
    silent_.insert_or_assign(std::string(source), *since);
  } else if (const auto at = silent_.find(source); at != silent_.end()) {
    silent_.erase(at);
  }
}

void Picture::source_misdated(surveillance::SourceId source, DurationMs off_ms, UtcMs now) {
  tracker_.misdated(source, off_ms, now);
}

std::string_view Picture::authority_of(std::string_view intent) const {
  const auto at = authority_of_.find(intent);
  return at != authority_of_.end() ? std::string_view(at->second) : std::string_view();
}

void Picture::changed(const TrackChange& change, const Track& track) {
  const bool heard = change.kind == TrackChange::Kind::kBegun || change.kind == TrackChange::Kind::kMoved;
  if (heard && tracker_.taking() != nullptr && listener_ != nullptr) {
    listener_->report_taken(*tracker_.taking(), track);
  }
  switch (change.kind) {
    case TrackChange::Kind::kBegun:
    case TrackChange::Kind::kMoved:
    case TrackChange::Kind::kState:
      if (track.state != TrackState::kTentative && track.state != TrackState::kEnded) moved(track);
      break;
    case TrackChange::Kind::kEnded:
      forget(track.id);
      break;
    case TrackChange::Kind::kMerged:
      merged(track.id, change.other);
      break;
  }
  if (listener_ != nullptr) listener_->track_changed(change, track);
}

/// Against the minimum between two of its kind. A plot that its radar doubts (300 m) is no reason not to warn.
bool Picture::vague(const Track& track) const {
  constexpr double kShareOfMinimum = 0.25;
  constexpr double kRadarM = 350;
  Separation::Standing standing;
  standing.domain = domain_of(track);
  standing.unmanned = track.unmanned();
  const double minimum_m = separation_.between(standing, standing).horizontal_m;
  return track.fix_sigma_m > std::max(kRadarM, kShareOfMinimum * minimum_m);
}

void Picture::moved(const Track& track) {
  if (track.fixes == 0) return;
  // A stale place is a guess, and a vague one no better: nothing is predicted from it.
  if (track.state == TrackState::kStale || vague(track)) return forget(track.id);
  const core::Domain domain = domain_of(track);
  const auto [at, fresh] = craft_.try_emplace(track.id.value);
  Craft& of = at->second;
  if (!fresh && of.standing.domain != domain) {
    // It is what we did not take it for.
    std::vector<SituationChange> changes;
    watch_of(of.standing.domain).remove(track.id, now_, changes);
    volumes_of(of.standing.domain).remove(track.id, now_, changes);
    apply(changes);
  }
  if (fresh || of.standing.domain != domain) {
    of.standing.domain = domain;
    know(of, track);
  }
  of.standing.unmanned = track.unmanned();
  // Nor from one that was old when it came. The watches put aside by themselves what they had of the craft.
  // Of who reports seldom they keep it from report to report: else each would begin every alert anew.
  const double turns_s = static_cast<double>(kTurnsMissed * tracker_.usual_ms(track)) / 1'000;
  const double age_max_s =
      std::max(turns_s, domain == core::Domain::kAir ? options_.air.age_max_s : options_.sea.age_max_s);
  if (static_cast<double>(now_ - track.last_fix) > age_max_s * 1'000) return;
  // A source whose clock is ahead says where the craft will be: it is taken back to now.
  const Motion motion = track.motion(std::min(track.last_fix, now_));
  const bool rests = at_rest(track, motion);
  std::vector<SituationChange> changes;
  // What is refused is counted there.
  (void)watch_of(domain).update(
      {.track = track.id, .motion = motion, .at_rest = rests, .formation = of.formation, .age_max_s = turns_s}, now_,
      changes);
  if (!rests || domain == core::Domain::kSea) (void)volumes_of(domain).update(track.id, motion, now_, changes, turns_s);
  apply(changes);
}

/// Two tracks are one craft: what was agreed and acknowledged of the one goes on for the other.
void Picture::merged(TrackId gone, TrackId kept) {
  for (auto at = join_ups_.begin(); at != join_ups_.end();) {
    const auto [pair, until] = *at;
    if (pair.first != gone && pair.second != gone) {
      ++at;
      continue;
    }
    at = join_ups_.erase(at);
    const TrackId other = pair.first == gone ? pair.second : pair.first;
    if (other != kept) (void)inhibit(kept, other, until);
  }
  attribution_.renamed(gone, kept);
  alerts_.rename(gone, kept, now_);
  forget(gone);
}

void Picture::forget(TrackId track) {
  std::vector<SituationChange> changes;
  air_->remove(track, now_, changes);
  sea_->remove(track, now_, changes);
  volumes_.remove(track, now_, changes);
  sea_volumes_.remove(track, now_, changes);
  apply(changes);
  craft_.erase(track.value);
}

void Picture::apply(std::vector<SituationChange>& changes) {
  for (const SituationChange& change : changes) {
    if (change.what == ChangeKind::kOver) {
      let_go(change.situation, kWatch);
    } else {
      hold(change.situation, change.finding, kWatch);
    }
  }
  changes.clear();
}

void Picture::hold(const Situation& situation, const Finding& finding, Holder holder) {
  holders_[situation] |= holder;
  if (alerts_.holds(situation, finding, now_) != 0) {
    waiting_.erase(situation);
  } else if (waiting_.size() < kWaitingMax || waiting_.contains(situation)) {
    waiting_.insert_or_assign(situation, finding);
  }
}

void Picture::let_go(const Situation& situation, Holder holder) {
  const auto at = holders_.find(situation);
  if (at == holders_.end()) return;
  at->second = static_cast<std::uint8_t>(at->second & ~holder);
  if (at->second != 0) return;
  holders_.erase(at);
  waiting_.erase(situation);
  alerts_.over(situation, now_);
}

const Picture::Craft& Picture::craft(TrackId track) const {
  static const Craft kNobody;
  const auto at = craft_.find(track.value);
  return at == craft_.end() ? kNobody : at->second;
}

bool Picture::concerns(TrackId track, AlertKind kind, std::string_view object) const {
  const Craft& of = craft(track);
  if (kind == AlertKind::kGroupEntry) {
    const std::size_t slash = object.find('/');
    if (object.substr(slash + 1) != core::to_text(of.standing.domain)) return false;
    return std::ranges::find(of.groups, object.substr(0, slash)) == of.groups.end();
  }
  if (kind != AlertKind::kForeignZone) return true;
  // Whoever belongs to a group that our officers have declared is ours.
  if (!of.groups.empty()) return false;
  // Whose it is comes out once a second: before, nothing is held against it.
  if (!of.known) return false;
  const Correlation* correlation = attribution_.of_track(track);
  const PreparedPlan* plan = correlation != nullptr ? plans_.find(correlation->intent) : nullptr;
  if (plan == nullptr) return true;
  // Who has been confirmed there for now is judged by its plan.
  return !conformance_.may_be_in(*plan, of.standing.unmanned, object, now_);
}

// What the record and people say
// ---------------------------------------------------------------------------------------

Status Picture::put_plan(KnownPlan plan) {
  const std::string intent = plan.plan.intent;
  TRY_VOID(plans_.put(std::move(plan.plan)));
  authority_of_.insert_or_assign(intent, std::move(plan.authority));
  return {};
}

void Picture::drop_plan(std::string_view intent) {
  plans_.erase(intent);
  if (const auto at = authority_of_.find(intent); at != authority_of_.end()) authority_of_.erase(at);
}

Status Picture::put_area(const KnownArea& area) {
  TRY_VOID(volumes_of(area.domain).put({area.kind, area.id, area.volumes, {}}));
  const auto [at, fresh] = areas_.try_emplace({area.kind, area.id}, area.domain);
  if (!fresh && at->second != area.domain) {
    std::vector<SituationChange> changes;
    volumes_of(at->second).drop(area.kind, area.id, now_, changes);
    at->second = area.domain;
    apply(changes);
  }
  return {};
}

void Picture::drop_area(AlertKind kind, std::string_view id, UtcMs now) {
  now_ = std::max(now_, now);
  const auto at = areas_.find({kind, std::string(id)});
  if (at == areas_.end()) return;
  std::vector<SituationChange> changes;
  volumes_of(at->second).drop(kind, id, now_, changes);
  areas_.erase(at);
  apply(changes);
}

Status Picture::set_zones(std::vector<ZoneSpace> zones) {
  TRY_VOID(separation_.set_zones(std::move(zones)));
  make_watches();
  know_craft();
  return {};
}

Status Picture::put_group(const Group& group) {
  TRY_VOID(check(group));
  if (!groups_.contains(group.id) && groups_.size() >= kGroupsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} groups are followed", kGroupsMax));
  }
  groups_.insert_or_assign(group.id, group);
  formations_.try_emplace(group.id, static_cast<std::uint32_t>(formations_.size()) + 1);
  know_craft();
  return {};
}

void Picture::drop_group(std::string_view id, UtcMs now) {
  now_ = std::max(now_, now);
  const auto at = groups_.find(id);
  if (at == groups_.end()) return;
  std::vector<SituationChange> changes;
  for (const core::Domain domain : {core::Domain::kAir, core::Domain::kSea}) {
    volumes_of(domain).drop(AlertKind::kGroupEntry, group_object(id, domain), now_, changes);
  }
  groups_.erase(at);
  apply(changes);
  know_craft();
}

Status Picture::acknowledge(AlertId alert, std::string_view by, UtcMs now) {
  const UtcMs at = std::max(now_, now);
  TRY_VOID(alerts_.acknowledge(alert, by, at));
  now_ = at;  // What was refused has not happened: no recording holds it.
  return {};
}

Status Picture::inhibit(TrackId a, TrackId b, UtcMs until) {
  for (const TrackId track : {a, b}) {
    if (!craft_.contains(track.value)) {
      return fail(ErrorCode::kNotFound, fmt::format("there is no track {} that moves, or no more", track.value),
                  "tracks");
    }
  }
  const core::Domain domain = craft(a).standing.domain;
  if (domain != craft(b).standing.domain) {
    return fail(ErrorCode::kInvalid, "one of the two flies and the other does not: they are not compared", "tracks");
  }
  TRY_VOID(watch_of(domain).inhibit(a, b, until));
  join_ups_.insert_or_assign(std::pair(std::min(a, b), std::max(a, b)), until);
  return {};
}

const Track* Picture::guide_of(const Group& group) const {
  const Track* track = group.guide.kind == surveillance::IdKind::kMmsi ? tracker_.find_mmsi(group.guide.number)
                                                                       : tracker_.find_icao(group.guide.number);
  const bool good = track != nullptr && track->fixes > 0 && track->state != TrackState::kStale &&
                    track->state != TrackState::kTentative;
  return good ? track : nullptr;
}

// What time brings
// -----------------------------------------------------------------------------------------------------

void Picture::advance(UtcMs now) {
  now_ = std::max(now_, now);
  tracker_.advance(now_);
  // A craft in distress is heard again: what was acknowledged of it goes on.
  for (const auto& [ended, track] : tracker_.inherited_distress()) alerts_.rename(ended, track, now_);
  attribution_.run(tracker_, plans_, now_);
  conformance_.run(tracker_, attribution_, plans_, now_);
  know_craft();
  for (auto& [track, of] : craft_) of.known = true;
  move_groups(now_);

  std::vector<SituationChange> changes;
  air_->tick(now_, changes);
  sea_->tick(now_, changes);
  volumes_.tick(now_, changes);
  sea_volumes_.tick(now_, changes);
  apply(changes);

  std::vector<Held> held;
  tracker_.findings(now_, held);
  attribution_.findings(held);
  conformance_.findings(held);
  find_distress(held);
  find_silence(held);
  settle(std::move(held));
  std::erase_if(waiting_, [this](const auto& one) { return alerts_.holds(one.first, one.second, now_) != 0; });
  std::erase_if(join_ups_, [this](const auto& pair) { return pair.second <= now_; });
  alerts_.tick(now_);
}

bool Picture::belongs(const Track& track, const Group& group) {
  const auto is = [&](const surveillance::CraftId& member) {
    return member.kind == surveillance::IdKind::kMmsi ? track.mmsi == member.number : track.icao == member.number;
  };
  return is(group.guide) || std::ranges::any_of(group.members, is);
}

void Picture::know(Craft& craft, const Track& track) const {
  craft.standing.zone = separation_.zone_of(craft.standing.domain, track.motion(track.last_fix));
  const Correlation* correlation = attribution_.of_track(track.id);
  const auto authority = correlation != nullptr ? authority_of_.find(correlation->intent) : authority_of_.end();
  craft.standing.authority = authority != authority_of_.end() ? authority->second : std::string();
  craft.groups.clear();
  for (const auto& [id, group] : groups_) {
    if (belongs(track, group)) craft.groups.push_back(id);
  }
  craft.formation = craft.groups.empty() ? 0 : formations_.find(craft.groups.front())->second;
}

/// Zone, authority and groups of each craft, as they are compared with until the next second.
void Picture::know_craft() {
  tracker_.each([&](const Track& track) {
    if (const auto at = craft_.find(track.id.value); at != craft_.end()) know(at->second, track);
  });
}

/// The space of each group where its guide is now, moving as it moves.
void Picture::move_groups(UtcMs now) {
  for (const auto& [id, group] : groups_) {
    for (const core::Domain domain : {core::Domain::kAir, core::Domain::kSea}) move_group(group, domain, now);
  }
}

void Picture::move_group(const Group& group, core::Domain domain, UtcMs now) {
  WatchedObject object{AlertKind::kGroupEntry, group_object(group.id, domain), {}, {}};
  if (const Track* guide = guide_of(group)) {
    const Motion motion = guide->motion(now);
    object.drift = Drift{motion.east_m_s, motion.north_m_s, now};
    for (const GroupShape& shape : group.shapes) {
      if (shape.domain != domain) continue;
      const geo::Outline outline = outline_now(shape, motion, options_.groups);
      if (shape.windows.empty())
        object.volumes.push_back({outline, shape.band, {now, now + options_.groups.horizon_ms}});
      for (const geo::TimeWindow& window : shape.windows) {
        if (window.end > now) object.volumes.push_back({outline, shape.band, window});
      }
    }
  }
  std::vector<SituationChange> changes;
  if (object.volumes.empty()) {
    volumes_of(domain).drop(AlertKind::kGroupEntry, object.id, now, changes);
  } else if (!volumes_of(domain).put(object)) {
    // Where it was is not where it is.
    volumes_of(domain).drop(AlertKind::kGroupEntry, object.id, now, changes);
  }
  apply(changes);
}

void Picture::find_distress(std::vector<Held>& out) const {
  tracker_.each([&](const Track& track) {
    const auto priority = priority_of(track.emergency);
    if (!priority || track.state == TrackState::kTentative) return;
    Held held;
    held.situation = {AlertKind::kDistress, track.id, {}, {}};
    held.finding.priority = *priority;
    held.finding.now = true;
    if (track.fixes > 0) held.finding.where = place_of(track.motion(track.last_fix));
    held.finding.detail = fmt::format("{} says {}", track.label(), name_of(track.emergency));
    out.push_back(std::move(held));
  });
  for (const LostDistress& lost : tracker_.lost_distress()) {
    const auto priority = priority_of(lost.emergency);
    if (!priority) continue;
    Held held;
    held.situation = {AlertKind::kDistress, lost.track, {}, {}};
    held.finding.priority = *priority;
    held.finding.now = true;
    held.finding.where = lost.where;
    held.finding.detail =
        fmt::format("{} said {}; not heard since {}", lost.label, name_of(lost.emergency), format_utc(lost.heard));
    out.push_back(std::move(held));
  }
}

void Picture::find_silence(std::vector<Held>& out) const {
  for (const auto& [source, since] : silent_) {
    Held held;
    held.situation = {AlertKind::kSourceSilent, {}, {}, source};
    held.finding.priority = Priority::kWarning;
    held.finding.now = true;
    held.finding.detail = fmt::format("nothing since {}", format_utc(since));
    out.push_back(std::move(held));
  }
}

void Picture::settle(std::vector<Held> held) {
  std::map<Situation, Finding> holds;
  for (Held& one : held) holds.insert_or_assign(std::move(one.situation), std::move(one.finding));
  for (const auto& [situation, finding] : standing_) {
    if (!holds.contains(situation)) let_go(situation, kSettled);
  }
  for (const auto& [situation, finding] : holds) hold(situation, finding, kSettled);
  standing_ = std::move(holds);
}

}  // namespace tansiq::picture
