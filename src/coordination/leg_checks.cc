// The answer to a REQUEST: the checks of docs/coordination.md, section 3, in their order, and the timing rules T2 to
// T6.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "coordination/leg_desk.h"
#include "coordination/plant.h"
#include "geo/shape.h"

namespace tansiq::coordination {
namespace {

/// Whether every point of `inner` is certainly one of `outer`.
bool within(const geo::Volume4d& outer, const geo::Volume4d& inner) {
  if (inner.window.start < outer.window.start || inner.window.end > outer.window.end) return false;
  if (inner.band.reference != outer.band.reference || inner.band.lower_cm < outer.band.lower_cm ||
      inner.band.upper_cm > outer.band.upper_cm) {
    return false;
  }
  if (inner.outline == outer.outline) return true;
  const auto outer_shape = geo::Shape::make(outer.outline);
  const auto inner_shape = geo::Shape::make(inner.outline);
  return outer_shape && inner_shape && geo::covers(*outer_shape, *inner_shape);
}

geo::TimeWindow moved(geo::TimeWindow window, DurationMs by) { return {window.start + by, window.end + by}; }

}  // namespace

std::size_t volumes_bytes(const std::vector<geo::Volume4d>& volumes) {
  std::string text;
  log::JcsWriter out(text);
  core::write_volumes(out, volumes);
  return text.size();
}

bool LegDesk::frozen(const LegVersion& version) const {
  // An authority grants itself.
  if (version.home == self_ && !planted(Plant::kFreezeSelf)) return false;
  // A flight filed through a gateway is judged under the gateway's relation: home is the gateway, whoever the
  // principal.
  const Edge edge{
      .capability = core::Capability::kRequest,
      .domain = version.domain == core::Domain::kAir ? core::RelationDomain::kAir : core::RelationDomain::kSea,
      .from = self_,
      .to = version.home};
  // A MODIFY that only shrinks what is confirmed asks for nothing new, and makes the sky safer.
  return relations_.level(edge) == 0 && !shrinks(version);
}

bool LegDesk::shrinks(const LegVersion& version) const {
  if (!version.replaces || check_modify(version)) return false;
  const LegVersion& old = *table_.find(*version.replaces);
  return std::ranges::all_of(version.volumes, [&](const geo::Volume4d& inner) {
    return std::ranges::any_of(old.volumes, [&](const geo::Volume4d& outer) { return within(outer, inner); });
  });
}

Body LegDesk::answer(const LegVersion& version, UtcMs now) const {
  if (version.answered) return answer_as_told(version, now);
  if (version.answer_by) return unanswered(version);
  if (auto refusal = check_right(version, now)) return refused(version, std::move(*refusal));
  if (auto refusal = check_window(version, version.window, now)) return refused(version, std::move(*refusal));
  if (auto refusal = check_modify(version)) return refused(version, std::move(*refusal));
  return answer_for_space(version, now);
}

std::string LegDesk::why_not(const ZoneId& zone) const {
  const auto sequencer = control_.sequencer(zone);
  if (sequencer && *sequencer != self_) {
    return fmt::format("{} decides in {}, in epoch {}", sequencer->str(), zone.str(), control_.epoch(zone));
  }
  std::vector<std::string> names;
  for (const AuthorityId& who : control_.awaited(zone)) names.push_back(who.str());
  if (names.empty()) return fmt::format("nothing is granted in {} now", zone.str());
  return fmt::format(
      "nothing is granted in {} before {} has adopted the version of the charter that gives it space of "
      "theirs",
      zone.str(), fmt::join(names, ", "));
}

std::optional<LegDesk::Refusal> LegDesk::check_right(const LegVersion& version, UtcMs now) const {
  const auto zone = zones_.find(version.zone);
  if (zone == zones_.end()) {
    return Refusal{LegRefusal::kNotSequencer, fmt::format("the charter has no zone {}", version.zone.str())};
  }
  if (zone->second->rule == core::Rule::kDisputed) {
    return Refusal{LegRefusal::kDisputed,
                   fmt::format("{} is disputed: nobody grants there, a leg is notified", version.zone.str())};
  }
  if (volumes_bytes(version.volumes) > kLegVolumesBytesMax) {
    return Refusal{LegRefusal::kOther, fmt::format("the volumes take more than {} bytes, with which their window "
                                                   "could not go over with the zone: simplify the outlines",
                                                   kLegVolumesBytesMax)};
  }
  if (!control_.may_grant(version.zone, now)) return Refusal{LegRefusal::kNotSequencer, why_not(version.zone)};
  if (zone->second->domain != version.domain) {
    return Refusal{LegRefusal::kOther, fmt::format("{} is a zone of domain {}, not {}", version.zone.str(),
                                                   core::to_text(zone->second->domain), core::to_text(version.domain))};
  }
  if (now >= version.expires) {
    return Refusal{LegRefusal::kLate, fmt::format("the request expired at {}", format_utc(version.expires))};
  }
  if (table_.may_be_forgotten(version.home, version.expires)) {
    return Refusal{LegRefusal::kLate,
                   "too many requests have ended since: whether this one was among them is not known any more; file it "
                   "anew, with a later expiry"};
  }
  if (frozen(version)) {
    return Refusal{LegRefusal::kFrozen,
                   fmt::format("{} grants {} no request in this domain now", self_.str(), version.home.str())};
  }
  // One that stood by counts itself until it is answered.
  const LegVersion* filed = table_.find(version.request);
  const std::size_t open = table_.open(version.home) - (filed != nullptr && filed->waiting() ? 1 : 0);
  if (open >= quota_.holds_open_max) {
    return Refusal{LegRefusal::kQuota, fmt::format("{} has {} holds open, and may have {}", version.home.str(), open,
                                                   quota_.holds_open_max)};
  }
  if (table_.abandons(version.home, now)) {
    return Refusal{LegRefusal::kQuota, fmt::format("{} has let {} holds come to nothing within {}", version.home.str(),
                                                   quota_.abandoned_max, format_duration(quota_.abandoned_window_ms))};
  }
  return std::nullopt;
}

std::optional<LegDesk::Refusal> LegDesk::check_window(const LegVersion& version, geo::TimeWindow window,
                                                      UtcMs now) const {
  const UtcMs until = now + timing_.hold_ms(version.remaining);
  const UtcMs earliest = until + timing_.hold_to_window_ms();
  if (window.start < earliest) {  // T2
    return Refusal{LegRefusal::kLate,
                   fmt::format("the window begins at {}, but with {} legs still to be asked for it can begin at {} at "
                               "the earliest",
                               format_utc(window.start), version.remaining, format_utc(earliest))};
  }
  if (window.end - window.start <= 2 * timing_.clock_error_ms) {  // T4
    return Refusal{
        LegRefusal::kOther,
        fmt::format("the window lasts {}, but must be longer than {} to hold against clock errors",
                    format_duration(window.end - window.start), format_duration(2 * timing_.clock_error_ms))};
  }
  const auto end = control_.grants_end(version.zone);
  if (end && (window.end > *end || until > *end - timing_.clock_error_ms)) {  // T5
    return Refusal{LegRefusal::kOther, fmt::format("{} decides in {} until {}: windows must end by then, and holds "
                                                   "{} before",
                                                   self_.str(), version.zone.str(), format_utc(*end),
                                                   format_duration(timing_.clock_error_ms))};
  }
  const auto begin = control_.grants_begin(version.zone);
  if (begin && window.start < *begin) {  // T6: what the tenant granted is not known, so all of it counts as booked
    return Refusal{LegRefusal::kConflict,
                   fmt::format("{} may be in use until {} by grants of its last tenant: windows must begin later",
                               version.zone.str(), format_utc(*begin))};
  }
  return std::nullopt;
}

std::optional<LegDesk::Refusal> LegDesk::check_modify(const LegVersion& version) const {
  if (!version.replaces) return std::nullopt;
  const LegVersion* old = table_.find(*version.replaces);
  if (old == nullptr || old->state != LegState::kConfirmed || old->home != version.home ||
      old->flight != version.flight || old->zone != version.zone || old->domain != version.domain) {
    return Refusal{LegRefusal::kOther,
                   fmt::format("version {} of flight {} is not confirmed in {}, so nothing can replace it",
                               version.replaces->hex(), version.flight.str(), version.zone.str())};
  }
  for (const EntryHash& request : table_.of_flight(version.home, version.flight)) {
    const LegVersion& other = *table_.find(request);
    if (request != version.request && other.replaces && other.zone == version.zone &&
        (other.state == LegState::kHeld || (other.state == LegState::kAsked && other.order < version.order))) {
      return Refusal{LegRefusal::kOther,
                     fmt::format("flight {} has a change open in {} already: commit or cancel version {} first",
                                 version.flight.str(), version.zone.str(), request.hex())};
    }
  }
  return std::nullopt;
}

Airspace::Ask LegDesk::question(const LegVersion& version, const std::vector<geo::Volume4d>& volumes, UtcMs now) const {
  Airspace::Ask ask{.zone = version.zone,
                    .domain = version.domain,
                    .home = version.home,
                    .volumes = &volumes,
                    .exempt = {},
                    .not_before = now + timing_.hold_ms(version.remaining) + timing_.hold_to_window_ms(),
                    .not_after = control_.grants_end(version.zone)};
  if (const auto begin = control_.grants_begin(version.zone)) ask.not_before = std::max(*ask.not_before, *begin);
  for (const EntryHash& request : table_.of_flight(version.home, version.flight)) {
    if (table_.find(request)->booked()) ask.exempt.push_back(request);
  }
  return ask;
}

Body LegDesk::answer_for_space(const LegVersion& version, UtcMs now) const {
  auto found = airspace_.judge(question(version, version.volumes, now), now);
  if (!found) return refused(version, {LegRefusal::kOther, found.error().text()});
  const bool free = found->free || planted(Plant::kIgnoreConflicts);
  // What only holds of others stand in the way of may be free by the time at which the officer answers.
  if ((free || found->only_holds) && by_hand(version)) return to_officers(version, now);
  if (free) return *hold(version, {}, now);
  if (auto body = standby(version, *found, now)) return *body;
  // One of the two, and the level first: the crew's time stays what it planned.
  if (found->counter.level_shift_cm) {
    if (auto body = hold(version, {.time_shift_ms = {}, .level_shift_cm = found->counter.level_shift_cm}, now)) {
      return *body;
    }
  }
  if (found->counter.time_shift_ms) {
    if (auto body = hold(version, {.time_shift_ms = found->counter.time_shift_ms, .level_shift_cm = {}}, now)) {
      return *body;
    }
  }
  found->conflicts.resize(std::min(found->conflicts.size(), kConflictsReportedMax));
  return refused(version,
                 {LegRefusal::kConflict, fmt::format("the window conflicts with others' use of {}", version.zone.str()),
                  std::move(found->conflicts)});
}

std::optional<LegHold> LegDesk::hold(const LegVersion& version, const core::Counter& shift, UtcMs now) const {
  if (!shift.empty()) {
    // What a freeze lets pass is a smaller window, never another one.
    LegVersion other = version;
    other.volumes = core::shifted(version.volumes, shift.time_shift_ms.value_or(0), shift.level_shift_cm.value_or(0));
    if (check_window(version, moved(version.window, shift.time_shift_ms.value_or(0)), now) || frozen(other)) {
      return std::nullopt;
    }
  }
  const Stamp at = stamp(version);
  return LegHold{.epoch = at.epoch,
                 .number = at.number,
                 .level_shift_cm = shift.level_shift_cm,
                 .request = version.request,
                 .time_shift_ms = shift.time_shift_ms,
                 .to = version.home,
                 .until = hold_until(version, moved(version.window, shift.time_shift_ms.value_or(0)), now),
                 .zone = version.zone};
}

std::optional<Body> LegDesk::standby(const LegVersion& version, const Airspace::Answer& found, UtcMs now) const {
  if (!found.only_holds || version.standby) return std::nullopt;
  std::optional<UtcMs> first;
  for (const EntryHash& request : found.holds) {
    const LegVersion* other = table_.find(request);
    if (other == nullptr || other->state != LegState::kHeld) continue;
    first = std::min(first.value_or(*other->until), *other->until);
  }
  // To wait is of use only when the window can still be granted then.
  if (!first || *first <= now || *first >= version.expires || check_window(version, version.window, *first)) {
    return std::nullopt;
  }
  return LegStandby{.request = version.request, .to = version.home, .until = *first};
}

Body LegDesk::refused(const LegVersion& version, Refusal refusal) const {
  const Stamp at = stamp(version);
  LegRefused body{.conflicts = std::move(refusal.conflicts),
                  .epoch = at.epoch,
                  .number = at.number,
                  .reason = refusal.reason,
                  .request = version.request,
                  .sequencer = {},
                  .text = std::move(refusal.text),
                  .to = version.home,
                  .zone = version.zone};
  for (const EntryHash& request : table_.in_zone(version.zone)) {
    if (planted(Plant::kLeakCallSign)) body.text = table_.find(request)->call_sign;
  }
  if (refusal.reason == LegRefusal::kNotSequencer) {
    body.sequencer = control_.sequencer(version.zone);
    if (body.sequencer == self_) body.sequencer.reset();
  }
  return body;
}

}  // namespace tansiq::coordination
