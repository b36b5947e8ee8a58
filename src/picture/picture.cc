#include "picture/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using surveillance::Emergency;

/// Craft of which nothing says in which domain they are move in the air, or it does not matter.
core::Domain domain_of(const Track& track) {
  return track.domain == Domain::kSea ? core::Domain::kSea : core::Domain::kAir;
}

/// AIS: at anchor, moored, aground.
bool at_rest(const Track& track) {
  if (track.domain == Domain::kGround) return true;
  if (track.domain != Domain::kSea) return track.on_ground;
  return track.nav_status && (*track.nav_status == 1 || *track.nav_status == 5 || *track.nav_status == 6);
}

/// Emitter category 13 of CAT 021.
bool unmanned(const Track& track) { return track.emitter && *track.emitter == 13; }

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
      volumes_(options_.volumes, [this](TrackId track, AlertKind kind, std::string_view object) {
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
  };
  make(air_, options_.air, core::Domain::kAir);
  make(sea_, options_.sea, core::Domain::kSea);
}

// What sources say
// -----------------------------------------------------------------------------------------------------

void Picture::report(const surveillance::Report& report) {
  now_ = std::max(now_, report.received);
  taking_ = &report;
  tracker_.report(report);
  taking_ = nullptr;
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

std::string_view Picture::authority_of(std::string_view intent) const {
  const auto at = authority_of_.find(intent);
  return at != authority_of_.end() ? std::string_view(at->second) : std::string_view();
}

void Picture::changed(const TrackChange& change, const Track& track) {
  const bool heard = change.kind == TrackChange::Kind::kBegun || change.kind == TrackChange::Kind::kMoved;
  if (heard && taking_ != nullptr && listener_ != nullptr) listener_->report_taken(*taking_, track);
  switch (change.kind) {
    case TrackChange::Kind::kBegun:
    case TrackChange::Kind::kMoved:
    case TrackChange::Kind::kState:
      if (track.state != TrackState::kTentative && track.state != TrackState::kEnded) moved(track);
      break;
    case TrackChange::Kind::kEnded:
    case TrackChange::Kind::kMerged:
      forget(track.id);
      break;
  }
  if (listener_ != nullptr) listener_->track_changed(change, track);
}

void Picture::moved(const Track& track) {
  if (track.fixes == 0) return;
  // A stale place is a guess: nothing is predicted from it.
  if (track.state == TrackState::kStale) return forget(track.id);
  const core::Domain domain = domain_of(track);
  const auto [at, fresh] = craft_.try_emplace(track.id.value);
  Craft& of = at->second;
  if (fresh) {
    of.standing.domain = domain;
    know(of, track, formation_of(track));
  }
  if (of.standing.domain != domain) {
    // It is what we did not take it for.
    std::vector<SituationChange> changes;
    watch_of(of.standing.domain).remove(track.id, now_, changes);
    apply(changes);
    of.standing.domain = domain;
  }
  of.standing.unmanned = unmanned(track);
  const Motion motion = track.motion(track.last_fix);
  std::vector<SituationChange> changes;
  // What is refused is counted there.
  (void)watch_of(domain).update(
      {.track = track.id, .motion = motion, .at_rest = at_rest(track), .formation = of.formation}, now_, changes);
  if (!at_rest(track)) (void)volumes_.update(track.id, motion, now_, changes);
  apply(changes);
}

void Picture::forget(TrackId track) {
  std::vector<SituationChange> changes;
  air_->remove(track, now_, changes);
  sea_->remove(track, now_, changes);
  volumes_.remove(track, now_, changes);
  apply(changes);
  craft_.erase(track.value);
}

void Picture::apply(std::vector<SituationChange>& changes) {
  for (const SituationChange& change : changes) {
    if (change.what == ChangeKind::kOver) {
      alerts_.over(change.situation, now_);
    } else {
      alerts_.holds(change.situation, change.finding, now_);
    }
  }
  changes.clear();
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
    // Members bear their group's number; see know_craft.
    const auto group = groups_.find(object.substr(0, slash));
    return group == groups_.end() ||
           of.formation != static_cast<std::uint32_t>(std::distance(groups_.begin(), group)) + 1;
  }
  const auto area = areas_.find(std::pair(kind, std::string(object)));
  if (area != areas_.end() && area->second != of.standing.domain) return false;
  if (kind != AlertKind::kForeignZone) return true;
  // Who has a plan there is judged by it.
  const Correlation* correlation = attribution_.of_track(track);
  const PreparedPlan* plan = correlation != nullptr ? plans_.find(correlation->intent) : nullptr;
  if (plan == nullptr) return true;
  return std::ranges::none_of(plan->plan.legs, [&](const Leg& leg) { return leg.zone == object; });
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
  TRY_VOID(volumes_.put({area.kind, area.id, area.volumes, {}}));
  areas_.insert_or_assign({area.kind, area.id}, area.domain);
  return {};
}

void Picture::drop_area(AlertKind kind, std::string_view id, UtcMs now) {
  now_ = std::max(now_, now);
  std::vector<SituationChange> changes;
  volumes_.drop(kind, id, now_, changes);
  areas_.erase({kind, std::string(id)});
  apply(changes);
}

Status Picture::set_zones(std::vector<ZoneSpace> zones) {
  TRY_VOID(separation_.set_zones(std::move(zones)));
  make_watches();
  return {};
}

Status Picture::put_group(const Group& group) {
  TRY_VOID(check(group));
  if (!groups_.contains(group.id) && groups_.size() >= kGroupsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} groups are followed", kGroupsMax));
  }
  groups_.insert_or_assign(group.id, group);
  return {};
}

void Picture::drop_group(std::string_view id, UtcMs now) {
  now_ = std::max(now_, now);
  const auto at = groups_.find(id);
  if (at == groups_.end()) return;
  std::vector<SituationChange> changes;
  for (const core::Domain domain : {core::Domain::kAir, core::Domain::kSea}) {
    volumes_.drop(AlertKind::kGroupEntry, group_object(id, domain), now_, changes);
  }
  groups_.erase(at);
  apply(changes);
}

Status Picture::acknowledge(AlertId alert, std::string_view by, UtcMs now) {
  now_ = std::max(now_, now);
  return alerts_.acknowledge(alert, by, now_);
}

Status Picture::inhibit(TrackId a, TrackId b, UtcMs until) {
  const core::Domain domain = craft(a).standing.domain;
  if (domain != craft(b).standing.domain) {
    return fail(ErrorCode::kInvalid, "one of the two flies and the other does not: they are not compared", "tracks");
  }
  return watch_of(domain).inhibit(a, b, until);
}

const Track* Picture::guide_of(const Group& group) const {
  const Track* track = group.guide.kind == surveillance::IdKind::kMmsi ? tracker_.find_mmsi(group.guide.number)
                                                                       : tracker_.find_icao(group.guide.number);
  const bool good = track != nullptr && track->fixes > 0 && track->state != TrackState::kStale;
  return good ? track : nullptr;
}

// What time brings
// -----------------------------------------------------------------------------------------------------

void Picture::advance(UtcMs now) {
  now_ = std::max(now_, now);
  tracker_.advance(now_);
  attribution_.run(tracker_, plans_, now_);
  conformance_.run(tracker_, attribution_, plans_, now_);
  know_craft();
  move_groups(now_);

  std::vector<SituationChange> changes;
  air_->tick(now_, changes);
  sea_->tick(now_, changes);
  volumes_.tick(now_, changes);
  apply(changes);

  std::vector<Held> held;
  tracker_.findings(now_, held);
  attribution_.findings(held);
  conformance_.findings(held);
  find_distress(held);
  find_silence(held);
  settle(std::move(held), now_);
  alerts_.tick(now_);
}

std::uint32_t Picture::formation_of(const Track& track) const {
  std::uint32_t number = 0;
  for (const auto& [id, group] : groups_) {
    ++number;
    const auto is = [&](const surveillance::CraftId& member) {
      return member.kind == surveillance::IdKind::kMmsi ? track.mmsi == member.number : track.icao == member.number;
    };
    if (is(group.guide) || std::ranges::any_of(group.members, is)) return number;
  }
  return 0;
}

void Picture::know(Craft& craft, const Track& track, std::uint32_t formation) const {
  craft.standing.zone = separation_.zone_of(craft.standing.domain, track.motion(track.last_fix));
  const Correlation* correlation = attribution_.of_track(track.id);
  const auto authority = correlation != nullptr ? authority_of_.find(correlation->intent) : authority_of_.end();
  craft.standing.authority = authority != authority_of_.end() ? authority->second : std::string();
  craft.formation = formation;
}

/// Zone, authority and formation of each craft, as they are compared with in the next second.
void Picture::know_craft() {
  tracker_.each([&](const Track& track) {
    if (const auto at = craft_.find(track.id.value); at != craft_.end()) {
      know(at->second, track, groups_.empty() ? 0 : formation_of(track));
    }
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
    volumes_.drop(AlertKind::kGroupEntry, object.id, now, changes);
  } else {
    (void)volumes_.put(object);
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

void Picture::settle(std::vector<Held> held, UtcMs now) {
  std::map<Situation, Finding> holds;
  for (Held& one : held) holds.insert_or_assign(std::move(one.situation), std::move(one.finding));
  for (const auto& [situation, finding] : standing_) {
    if (!holds.contains(situation)) alerts_.over(situation, now);
  }
  for (const auto& [situation, finding] : holds) alerts_.holds(situation, finding, now);
  standing_ = std::move(holds);
}

}  // namespace tansiq::picture
