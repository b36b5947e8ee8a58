#include "coordination/leg_desk.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::coordination {

LegDesk::LegDesk(AuthorityId self, const core::Charter& charter, Timing timing, const RelationView& relations,
                 const ControlView& control, Airspace& airspace, LegQuota quota, core::TextHash names)
    : self_(std::move(self)),
      timing_(timing),
      relations_(relations),
      control_(control),
      airspace_(airspace),
      quota_(quota),
      names_(names),
      table_(timing.clock_error_ms, quota, names) {
  for (const core::Zone& zone : charter.zones) zones_.emplace(zone.id, &zone);
  for (const core::Authority& member : charter.authorities) members_.insert(member.id);
}

void LegDesk::adopt(const core::Charter& charter) {
  timing_ = charter.timing;
  table_.set_clock_error(timing_.clock_error_ms);
  zones_.clear();
  members_.clear();
  for (const core::Zone& zone : charter.zones) zones_.emplace(zone.id, &zone);
  for (const core::Authority& member : charter.authorities) members_.insert(member.id);
}

std::optional<Body> LegDesk::next(UtcMs now) {
  look_again();
  if (auto body = fire_timer(now)) return body;
  if (auto body = lapse_frozen()) return body;
  return do_task(now);
}

std::optional<UtcMs> LegDesk::next_timer() const {
  std::optional<UtcMs> first;
  for (const auto* due : {&table_.timers(), &table_.waits()}) {
    if (!due->empty()) first = std::min(first.value_or(due->begin()->first), due->begin()->first);
  }
  return first;
}

void LegDesk::look_again() {
  if (relations_seen_ != relations_.revision()) {
    relations_seen_ = relations_.revision();
    recheck_.merge(table_.holds());
  }
  if (control_seen_ != control_.revision()) {
    control_seen_ = control_.revision();
    table_.unpark();
  }
}

std::optional<Body> LegDesk::fire_timer(UtcMs now) {
  while (!table_.timers().empty() && table_.timers().begin()->first <= now) {
    const LegVersion& version = *table_.find(table_.timers().begin()->second);
    if (version.state == LegState::kHeld) return lapse(version, Lapse::kTime);
    if (!version.entered) return close(version, Closing::kExpired);
    if (control_.keeps(version.zone)) {
      return Alarm{.about = version.request,
                   .kind = std::string(kOverdueInZone),
                   .text = fmt::format(
                       "flight {} of {} has not left {}, though its window ended at {}; the space stays "
                       "booked until home reports its END or an officer frees it",
                       version.flight.str(), version.home.str(), version.zone.str(), format_utc(version.window.end))};
    }
    // A tenant that has lost the zone has lost the question with it: home reports to the zone's owner, and never here.
    if (!owns(version.zone)) return close(version, Closing::kExpired);
    // Home reports to whoever keeps the zone now. Should that be this node again, the question is open still.
    table_.park(EntryHash(version.request));
  }
  return std::nullopt;
}

std::optional<Body> LegDesk::lapse_frozen() {
  while (!recheck_.empty()) {
    const LegVersion* version = table_.find(*recheck_.begin());
    if (version != nullptr && version->state == LegState::kHeld && frozen(*version)) {
      return lapse(*version, Lapse::kFrozen);
    }
    recheck_.erase(recheck_.begin());
  }
  return std::nullopt;
}

std::optional<Body> LegDesk::do_task(UtcMs now) {
  while (!table_.tasks().empty()) {
    const auto& [rank, order, request] = *table_.tasks().begin();
    const LegVersion& version = *table_.find(request);
    if (rank == LegTable::Rank::kRequest) break;
    if (rank == LegTable::Rank::kClosing) {
      // Without a word of home it is an officer who does not want what was held.
      return version.closing ? Body(close(version, *version.closing)) : Body(lapse(version, Lapse::kWithdrawn));
    }
    if (auto body = take_commit(version, now)) return body;
    table_.park(EntryHash(request));
  }
  if (!table_.waits().empty() && table_.waits().begin()->first <= now) {
    return answer(*table_.find(table_.waits().begin()->second), now);
  }
  if (!table_.tasks().empty()) return answer(*table_.find(std::get<EntryHash>(*table_.tasks().begin())), now);
  return std::nullopt;
}

std::optional<Body> LegDesk::take_commit(const LegVersion& version, UtcMs now) {
  // A hold past Th has lapsed in `fire_timer` before anybody comes here (T3).
  if (frozen(version)) return lapse(version, Lapse::kFrozen);
  // T8, or a halted zone: nothing is granted. The hold lapses in its time, unless the node is fit again before.
  if (!control_.may_grant(version.zone, now)) return std::nullopt;
  const Stamp at = stamp(version);
  return LegConfirmed{.commit = *version.commit,
                      .epoch = at.epoch,
                      .number = at.number,
                      .request = version.request,
                      .to = version.home,
                      .zone = version.zone};
}

bool LegDesk::owns(const ZoneId& zone) const {
  const auto at = zones_.find(zone);
  return at != zones_.end() && at->second->owner == self_;
}

LegDesk::Stamp LegDesk::stamp(const LegVersion& version) const {
  const std::int64_t epoch = control_.epoch(version.zone);
  return {epoch, control_.keeps(version.zone) ? control_.next_number(version.zone) : kUnnumbered};
}

LegLapsed LegDesk::lapse(const LegVersion& version, Lapse reason) const {
  const Stamp at = stamp(version);
  return {.epoch = at.epoch,
          .number = at.number,
          .reason = reason,
          .request = version.request,
          .to = version.home,
          .zone = version.zone};
}

LegClosed LegDesk::close(const LegVersion& version, Closing how) const {
  const Stamp at = stamp(version);
  return {.epoch = at.epoch,
          .how = how,
          .number = at.number,
          .request = version.request,
          .to = version.home,
          .zone = version.zone};
}

// What an officer may do
// -------------------------------------------------------------------------------------------------

Result<const LegVersion*> LegDesk::known(const EntryHash& request) const {
  const LegVersion* version = table_.find(request);
  if (version == nullptr) {
    return fail(ErrorCode::kNotFound, fmt::format("no version with request {} is known here", request.hex()),
                "request");
  }
  return version;
}

Status LegDesk::check_keeps(const LegVersion& version) const {
  if (control_.keeps(version.zone)) return {};
  const auto sequencer = control_.sequencer(version.zone);
  return fail(ErrorCode::kNotSequencer,
              sequencer
                  ? fmt::format("{} decides in {} now: ask it", sequencer->str(), version.zone.str())
                  : fmt::format("this node does not decide in {} now, and knows nobody who does", version.zone.str()),
              "request");
}

Result<Body> LegDesk::revoke(const EntryHash& request, bool emergency, std::string text) const {
  const LegVersion& version = *TRY(known(request));
  TRY_VOID(check_keeps(version));
  if (version.state == LegState::kHeld) return lapse(version, Lapse::kWithdrawn);
  if (version.state != LegState::kConfirmed) {
    return fail(ErrorCode::kWrongState,
                fmt::format("flight {} in {} is {}: only a held or confirmed version can be revoked",
                            version.flight.str(), version.zone.str(), to_text(version.state)),
                "request");
  }
  if (emergency ? version.emergency : version.revoking) {
    return fail(
        ErrorCode::kWrongState,
        fmt::format("flight {} in {} was revoked already: {} must answer, or its window end at {}",
                    version.flight.str(), version.zone.str(), version.home.str(), format_utc(version.window.end)),
        "request");
  }
  const Stamp at = stamp(version);
  return LegRevoke{.emergency = emergency,
                   .epoch = at.epoch,
                   .number = at.number,
                   .request = version.request,
                   .text = std::move(text),
                   .to = version.home,
                   .zone = version.zone};
}

Result<Body> LegDesk::withdraw(const EntryHash& request) const {
  const LegVersion& version = *TRY(known(request));
  TRY_VOID(check_keeps(version));
  if (version.state == LegState::kHeld) return lapse(version, Lapse::kWithdrawn);
  return fail(ErrorCode::kWrongState,
              fmt::format("flight {} in {} is {}: only a hold can be withdrawn; a confirmed version is revoked",
                          version.flight.str(), version.zone.str(), to_text(version.state)),
              "request");
}

Result<Body> LegDesk::free_overdue(const EntryHash& request) const {
  const LegVersion& version = *TRY(known(request));
  TRY_VOID(check_keeps(version));
  if (version.state == LegState::kConfirmed && version.overdue) return close(version, Closing::kExpired);
  return fail(ErrorCode::kWrongState,
              fmt::format("flight {} in {} is not overdue there: it is {}, its window ends at {}", version.flight.str(),
                          version.zone.str(), to_text(version.state), format_utc(version.window.end)),
              "request");
}

std::vector<Body> LegDesk::lapse_all(const ZoneId& zone, Lapse reason) const {
  std::vector<Body> out;
  for (const EntryHash& request : table_.in_zone(zone)) {
    const LegVersion& version = *table_.find(request);
    if (version.state != LegState::kHeld) continue;
    LegLapsed body = lapse(version, reason);
    if (body.number != kUnnumbered) body.number += static_cast<std::int64_t>(out.size());
    out.emplace_back(std::move(body));
  }
  return out;
}

std::vector<AdoptedWindow> LegDesk::windows(const ZoneId& zone) const {
  std::vector<AdoptedWindow> out;
  for (const EntryHash& request : table_.in_zone(zone)) {
    const LegVersion& version = *table_.find(request);
    if (version.state != LegState::kConfirmed) continue;
    out.push_back({.domain = version.domain,
                   .entered = version.entered,
                   .flight = version.flight,
                   .home = version.home,
                   .request = version.request,
                   .revoking = version.revoking,
                   .volumes = version.volumes});
  }
  return out;
}

}  // namespace tansiq::coordination
