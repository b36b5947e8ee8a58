#include "coordination/leg_table.h"

#include <algorithm>

#include "base/invariant.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

const std::set<EntryHash> kNone;

/// Takes an element out of the set under `key`, and the set when it was the last.
template <class Map, class Key>
void take_out(Map& map, const Key& key, const EntryHash& element) {
  const auto at = map.find(key);
  at->second.erase(element);
  if (at->second.empty()) map.erase(at);
}

void note_early(std::vector<EntryHash>& kept, const EntryHash& request) {
  if (std::ranges::find(kept, request) != kept.end()) return;
  kept.push_back(request);
  if (kept.size() > kEarlyCancelsMax) kept.erase(kept.begin());
}

/// A REQUEST past its `expires` is refused anyhow. Reports about a granted window may come late, over a link that was
/// cut, and are still to be told from reports about nothing.
UtcMs kept_until(const LegVersion& version) {
  return version.granted ? std::max(version.expires, version.window.end + kLateReportsMs) : version.expires;
}

}  // namespace

geo::TimeWindow window_of(const std::vector<geo::Volume4d>& volumes) {
  if (volumes.empty()) return {};
  geo::TimeWindow out = volumes.front().window;
  for (const geo::Volume4d& volume : volumes) {
    out.start = std::min(out.start, volume.window.start);
    out.end = std::max(out.end, volume.window.end);
  }
  return out;
}

Booking booking_of(const LegVersion& version) {
  return {.request = version.request,
          .home = version.home,
          .flight = version.flight,
          .zone = version.zone,
          .domain = version.domain,
          .confirmed = version.state == LegState::kConfirmed,
          .volumes = version.volumes};
}

LegTable::LegTable(DurationMs clock_error_ms, LegQuota quota, core::TextHash names)
    : clock_error_ms_(clock_error_ms), quota_(quota), by_request_(0, ByName{names}), by_hold_(0, ByName{names}) {
  quota_.abandoned_max = std::clamp<std::size_t>(quota_.abandoned_max, 1, core::kListMax);
}

void LegTable::set_clock_error(DurationMs clock_error_ms) {
  parked_.clear();
  for (const auto& [request, version] : versions_) unschedule(version);
  clock_error_ms_ = clock_error_ms;
  for (const auto& [request, version] : versions_) schedule(version);
}

const LegVersion* LegTable::find(const EntryHash& request) const {
  const auto at = by_request_.find(request);
  return at == by_request_.end() ? nullptr : at->second;
}

const LegVersion* LegTable::find_by_hold(const EntryHash& hold) const {
  const auto at = by_hold_.find(hold);
  return at == by_hold_.end() ? nullptr : at->second;
}

void LegTable::add(LegVersion version) {
  const auto [at, fresh] = versions_.emplace(version.request, std::move(version));
  EXPECT_INVARIANT(fresh);
  by_request_.emplace(at->first, &at->second);
  link(at->second);
}

void LegTable::forget(UtcMs now) {
  while (!finished_.empty() && finished_.begin()->first <= now) erase(EntryHash(finished_.begin()->second));
}

void LegTable::park(const EntryHash& request) {
  const LegVersion& version = *by_request_.at(request);
  if (const auto rank = task_of(version)) {
    tasks_.erase({*rank, version.order, request});
  } else if (const auto time = timer_of(version)) {
    timers_.erase({*time, request});
  }
  parked_.insert(request);
}

void LegTable::unpark() {
  for (const EntryHash& request : std::exchange(parked_, {})) schedule(*by_request_.at(request));
}

const std::set<EntryHash>& LegTable::in_zone(const ZoneId& zone) const {
  const auto at = by_zone_.find(zone);
  return at == by_zone_.end() ? kNone : at->second;
}

const std::set<EntryHash>& LegTable::of_flight(const AuthorityId& home, const FlightId& flight) const {
  const auto at = by_flight_.find({home, flight});
  return at == by_flight_.end() ? kNone : at->second;
}

std::set<EntryHash> LegTable::holds() const {
  std::set<EntryHash> out;
  for (const auto& [zone, requests] : by_zone_) {
    for (const EntryHash& request : requests) {
      if (by_request_.at(request)->state == LegState::kHeld) out.insert(request);
    }
  }
  return out;
}

std::size_t LegTable::open(const AuthorityId& home) const {
  const auto at = counts_.find(home);
  return at == counts_.end() ? 0 : at->second.open;
}

void LegTable::note_abandoned(const AuthorityId& of, UtcMs now) {
  std::vector<UtcMs>& times = home(of).abandoned;
  times.push_back(now);
  // More than the quota counts is not needed to judge it.
  if (times.size() > quota_.abandoned_max) times.erase(times.begin());
}

bool LegTable::abandons(const AuthorityId& of, UtcMs now) const {
  const auto at = homes_.find(of);
  if (at == homes_.end() || at->second.abandoned.size() < quota_.abandoned_max) return false;
  return at->second.abandoned.front() > now - quota_.abandoned_window_ms;
}

void LegTable::note_early_cancel(const AuthorityId& of, const EntryHash& request) {
  note_early(home(of).early_cancels, request);
}

bool LegTable::take_early_cancel(const AuthorityId& of, const EntryHash& request) {
  const auto at = homes_.find(of);
  return at != homes_.end() && std::erase(at->second.early_cancels, request) > 0;
}

void LegTable::note_early_entry(const AuthorityId& of, const EntryHash& request) {
  note_early(home(of).early_entries, request);
}

bool LegTable::take_early_entry(const AuthorityId& of, const EntryHash& request) {
  const auto at = homes_.find(of);
  return at != homes_.end() && std::erase(at->second.early_entries, request) > 0;
}

bool LegTable::may_be_forgotten(const AuthorityId& of, UtcMs expires) const {
  const auto at = homes_.find(of);
  return at != homes_.end() && at->second.forgotten && expires <= *at->second.forgotten;
}

void LegTable::restore(LegHome of) {
  AuthorityId id = of.home;
  homes_.insert_or_assign(std::move(id), std::move(of));
}

std::optional<LegTable::Rank> LegTable::task_of(const LegVersion& version) {
  if (!version.live()) return std::nullopt;
  if (version.closing) return Rank::kClosing;
  if (version.state == LegState::kHeld && version.answered_with(HandAnswer::kRefuse)) return Rank::kClosing;
  if (version.state == LegState::kHeld && version.commit && (!version.answer_by || planted(Plant::kConfirmUnasked)))
    return Rank::kCommit;
  if (version.state == LegState::kAsked && !version.waiting()) return Rank::kRequest;
  return std::nullopt;
}

std::optional<UtcMs> LegTable::timer_of(const LegVersion& version) const {
  if (version.state == LegState::kHeld) {
    constexpr DurationMs kLateMs = 60'000;
    return *version.until + (planted(Plant::kLateConfirm) ? kLateMs : 0);
  }
  // What home has ended needs no clock, and what is overdue waits for a person.
  if (version.state == LegState::kConfirmed && !version.closing && !version.overdue) {
    return version.window.end + clock_error_ms_;
  }
  return std::nullopt;
}

void LegTable::schedule(const LegVersion& version) {
  if (const auto rank = task_of(version)) tasks_.emplace(*rank, version.order, version.request);
  if (const auto time = timer_of(version)) timers_.emplace(*time, version.request);
  if (version.waiting()) waits_.emplace(*version.standby, version.request);
}

void LegTable::unschedule(const LegVersion& version) {
  if (const auto rank = task_of(version)) tasks_.erase({*rank, version.order, version.request});
  if (const auto time = timer_of(version)) timers_.erase({*time, version.request});
  if (version.waiting()) waits_.erase({*version.standby, version.request});
}

void LegTable::link(LegVersion& version) {
  schedule(version);
  if (version.hold) by_hold_.emplace(*version.hold, &version);
  if (version.live()) {
    by_zone_[version.zone].insert(version.request);
    by_flight_[{version.home, version.flight}].insert(version.request);
    if (version.state == LegState::kHeld || version.waiting()) ++counts_[version.home].open;
    if (version.principal) ++principals_[*version.principal];
  } else {
    finished_.emplace(kept_until(version), version.request);
    counts_[version.home].finished.emplace(kept_until(version), version.request);
  }
}

void LegTable::unlink(const LegVersion& version) {
  parked_.erase(version.request);
  unschedule(version);
  if (version.hold) by_hold_.erase(*version.hold);
  if (version.live()) {
    take_out(by_zone_, version.zone, version.request);
    take_out(by_flight_, std::pair(version.home, version.flight), version.request);
    if (version.state == LegState::kHeld || version.waiting()) --counts_[version.home].open;
    if (version.principal && --principals_[*version.principal] == 0) principals_.erase(*version.principal);
  } else {
    finished_.erase({kept_until(version), version.request});
    counts_[version.home].finished.erase({kept_until(version), version.request});
  }
}

void LegTable::erase(const EntryHash& request) {
  const auto at = versions_.find(request);
  unlink(at->second);
  by_request_.erase(request);
  versions_.erase(at);
}

void LegTable::trim(AuthorityId of) {
  const std::set<Due>& finished = counts_[of].finished;
  while (finished.size() > quota_.records_max) {
    const EntryHash first = finished.begin()->second;
    const UtcMs expires = by_request_.at(first)->expires;
    std::optional<UtcMs>& forgotten = home(of).forgotten;
    forgotten = std::max(forgotten.value_or(expires), expires);
    erase(first);
  }
}

LegHome& LegTable::home(const AuthorityId& id) {
  const auto [at, fresh] = homes_.try_emplace(id);
  if (fresh) at->second.home = id;
  return at->second;
}

}  // namespace tansiq::coordination
