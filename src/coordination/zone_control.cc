#include "coordination/zone_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "coordination/charter_change.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

/// Whether two extents have space in common. An outline that is none has passed no lint; it then counts as meeting.
bool meet(const core::Zone& a, const core::Zone& b) {
  if (a.domain != b.domain) return false;
  const auto prepared = [](const core::Zone& zone) {
    return geo::prepare({.outline = *zone.outline, .band = zone.band, .window = {UtcMs{0}, UtcMs{1}}});
  };
  const auto one = prepared(a);
  const auto two = prepared(b);
  return !one || !two || geo::conflict(*one, *two, {});
}

template <class T>
concept IsControl = std::is_constructible_v<ControlBody, T> && !std::is_same_v<T, ControlBody>;
/// Entries by which a sequencer decides: each counts in its epoch.
template <class T>
concept IsNumbered = requires(const T& of) {
  of.zone;
  of.epoch;
  of.number;
};

}  // namespace

ZoneControl::ZoneControl(AuthorityId self, const core::Charter& charter, const core::Timing& timing)
    : self_(std::move(self)) {
  adopt(charter);
  timing_ = timing;
  least_error_ms_ = timing.clock_error_ms;
}

void ZoneControl::adopt(const core::Charter& charter) {
  timing_ = charter.timing;
  least_error_ms_ = std::min(least_error_ms_, timing_.clock_error_ms);
  // A first version has nobody before it, and its members' clocks need not agree on when it began.
  valid_from_ = charter.version > 1 ? charter.valid_from : kUtcMin;
  const std::vector<core::Zone> before = std::exchange(charter_zones_, charter.zones);
  for (auto& [id, zone] : zones_) {
    zone.chartered = false;
    zone.redrawn.reset();
  }
  for (const core::Zone& of : charter.zones) {
    if (!has_sequencer(of)) continue;
    ZoneEntry& zone = zones_.try_emplace(of.id, of.owner).first->second;
    zone.chartered = true;
    zone.owner = of.owner;
    zone.tenants = {of.tenants.begin(), of.tenants.end()};
    zone.chain.entitle(of.owner);
    for (const AuthorityId& tenant : of.tenants) zone.chain.entitle(tenant);
  }
  const std::set<AuthorityId> members_before = std::exchange(members_, {});
  for (const core::Authority& member : charter.authorities) members_.insert(member.id);
  note_losses(before, members_before, charter);
  all_changed();
}

/// What this version takes from zones; and of each zone that is new or lies otherwise now, whose space it has come by,
/// then or at any time before: what was taken from one zone may have been another's, or nobody's, in between.
void ZoneControl::note_losses(const std::vector<core::Zone>& before, const std::set<AuthorityId>& members_before,
                              const core::Charter& charter) {
  const auto find = [](const std::vector<core::Zone>& zones, const ZoneId& id) {
    const auto at = std::ranges::find(zones, id, &core::Zone::id);
    return at == zones.end() ? nullptr : &*at;
  };
  for (const core::Zone& loses : before) {
    if (!has_sequencer(loses) || keeps_its_space(&loses, find(charter.zones, loses.id))) continue;
    Lost& lost = lost_.emplace_back();
    lost.was = loses;
    lost.entitled = zones_.at(loses.id).chain.entitled();
    std::ranges::set_difference(lost.entitled, members_before, std::inserter(lost.strangers, lost.strangers.end()));
    lost.version = charter.version;
  }
  for (const core::Zone& gains : charter.zones) {
    if (!has_sequencer(gains) || keeps_its_space(find(before, gains.id), &gains)) continue;
    ZoneEntry& zone = zones_.at(gains.id);
    zone.gained.clear();
    for (std::size_t i = 0; i < lost_.size(); ++i) {
      // Of the zone itself there is one chain, whatever its extent.
      if (lost_[i].was.id != gains.id && meet(gains, lost_[i].was)) zone.gained.push_back(i);
    }
  }
}

std::set<AuthorityId> ZoneControl::awaited(const ZoneId& id) const {
  std::set<AuthorityId> out;
  const ZoneEntry* zone = find(id);
  if (zone == nullptr || !adopted_ || planted(Plant::kAwaitNobody)) return out;
  for (const std::size_t of : zone->gained) {
    const Lost& lost = lost_[of];
    const auto ask = [&](const AuthorityId& who) {
      if (who != self_ && members_.contains(who) && adopted_(who) < lost.version) out.insert(who);
    };
    if (members_.contains(lost.was.owner)) {
      ask(lost.was.owner);  // Who has not adopted before its tenants have.
      // But whom it could not hear then may decide there still, and have come back.
      for (const AuthorityId& who : lost.strangers) ask(who);
    } else {
      for (const AuthorityId& who : lost.entitled) ask(who);
    }
  }
  return out;
}

void ZoneControl::announce(const core::Charter& charter) {
  if (planted(Plant::kKeepRedrawn)) return;
  for (const core::Zone& old : charter_zones_) {
    const auto zone = zones_.find(old.id);
    if (zone == zones_.end()) continue;
    const bool keeps = keeps_its_space(&old, charter.find_zone(old.id));
    zone->second.redrawn = keeps ? std::nullopt : std::optional(charter.valid_from);
  }
  ++revision_;
}

// The fold
// ------------------------------------------------------------------------------------------------------------------

std::optional<Oddity> ZoneControl::apply(const Said& said) {
  return std::visit(
      [&]<class T>(const T& of) -> std::optional<Oddity> {
        if constexpr (IsControl<T>) {
          return apply_control(said, of);
        } else if constexpr (std::is_same_v<T, ZoneSnapshot>) {
          return apply_part(said, of);
        } else if constexpr (std::is_same_v<T, CharterAdopted> || std::is_same_v<T, CharterInForce>) {
          ++revision_;  // Somebody may have been waited for.
        } else if constexpr (IsNumbered<T>) {
          if (said.author == self_) count(of.zone, of.epoch, of.number);
        } else if constexpr (std::is_same_v<T, ClockFault>) {
          if (said.author != self_ || clock_fault_ == of.fault) return {};
          clock_fault_ = of.fault;
          all_changed();
        }
        return {};
      },
      said.body);
}

std::optional<Oddity> ZoneControl::apply_control(const Said& said, ControlBody body) {
  const ZoneId id = std::visit([](const auto& of) { return of.zone; }, body);
  const auto found = zones_.find(id);
  if (found == zones_.end()) {
    return Oddity{.text = fmt::format("{} by {}: zone \"{}\" has no sequencer in the charter", type_name(said.body),
                                      said.author.str(), id.str())};
  }
  ZoneEntry& zone = found->second;
  const std::int64_t last = zone.chain.last();
  const std::optional<EntryHash> begun = zone.chain.head().begun;
  std::optional<Oddity> late;
  std::optional<Oddity> oddity = zone.chain.apply(
      {.author = said.author, .hash = said.hash, .time = said.time, .body = std::move(body)}, least_error_ms_, late);
  // What we say ourselves is never made odd by what others have said before.
  if (!oddity && said.author != self_) oddity = std::move(late);
  // What this very entry began, and not one read before it.
  const bool began = said.author == self_ && zone.chain.last() == last && zone.chain.head().begun == said.hash &&
                     begun != said.hash && zone.chain.head().sequencer == self_;
  if (began) collect_adoption(id, zone);
  changed(id, zone);
  return oddity;
}

void ZoneControl::collect_adoption(const ZoneId& id, const ZoneEntry& zone) {
  const ClosingEntry& origin = *zone.chain.origin();
  // A lease that was not taken up comes back with what the owner has never given away, and knows more of by now.
  if (!origin.accepted) return;
  Adoption adoption{.zone = id, .epoch = zone.chain.last(), .windows = {}};
  for (const EntryHash& hash : origin.snapshot) {
    const auto part = zone.parts.find(hash);
    // Resumed by time, a part never came, or is none: T6 bounds what may be granted.
    if (part == zone.parts.end() || !part->second.sound) continue;
    adoption.windows.insert(adoption.windows.end(), part->second.snapshot.windows.begin(),
                            part->second.snapshot.windows.end());
  }
  if (!adoption.windows.empty()) adoptions_.push_back(std::move(adoption));
}

std::optional<Oddity> ZoneControl::apply_part(const Said& said, const ZoneSnapshot& part) {
  if (part.to != self_ || said.author == self_) return {};
  const auto found = zones_.find(part.zone);
  const auto odd = [&](std::string_view why) {
    return Oddity{
        .text = fmt::format("{} by {} for zone {}: {}", ZoneSnapshot::kType, said.author.str(), part.zone.str(), why)};
  };
  if (found == zones_.end()) return odd("the zone has no sequencer in the charter");
  ZoneEntry& zone = found->second;
  if (!zone.chain.entitled(said.author)) return odd("the charter names the author neither as owner nor as tenant");
  if (zone.parts.size() >= 2 * kSnapshotPartsMax && !zone.parts.contains(said.hash)) return odd("too many parts");
  zone.parts.try_emplace(said.hash, Part{.author = said.author, .snapshot = part, .sound = sound(part)});
  changed(part.zone, zone);
  return {};
}

/// What would not stand as a REQUEST is taken over by nobody.
bool ZoneControl::sound(const ZoneSnapshot& part) const {
  const auto zone = std::ranges::find(charter_zones_, part.zone, &core::Zone::id);
  return std::ranges::all_of(part.windows, [&](const AdoptedWindow& window) {
    const bool fits = !window.volumes.empty() && window.volumes.size() <= kVolumesPerIntentMax &&
                      (zone == charter_zones_.end() || window.domain == zone->domain);
    return fits && std::ranges::all_of(window.volumes,
                                       [](const geo::Volume4d& volume) { return geo::prepare(volume).has_value(); });
  });
}

void ZoneControl::count(const ZoneId& id, std::int64_t epoch, std::int64_t number) {
  const auto found = zones_.find(id);
  if (found == zones_.end()) return;
  Epoch& head = found->second.chain.head();
  // Whoever does not decide (a refusal with a hint, a lessor's note of a cancelled window) counts nothing.
  if (epoch != found->second.chain.last() || head.sequencer != self_ || number < head.next_number) return;
  // No new revision: whoever needs the number asks for it each time, and looking at every flight and hold again for
  // each entry of a zone would cost more than all the rest.
  head.next_number = number + 1;
}

void ZoneControl::forget_parts(ZoneEntry& zone) {
  if (zone.chain.halted()) return;  // Any of the rivals' snapshots may be the one.
  const std::int64_t needed = zone.chain.last() - (zone.chain.begun() ? 0 : 1);
  std::erase_if(zone.parts, [&](const auto& part) { return part.second.snapshot.epoch < needed; });
}

void ZoneControl::changed(const ZoneId& id, ZoneEntry& zone) {
  forget_parts(zone);
  if (zone.due) due_.erase({*zone.due, id});
  const Owed owed = this->owed(id, zone);
  zone.due.reset();
  if (owed.body) zone.due = owed.at;
  if (owed.late_body && !zone.due) zone.due = owed.late_at;
  if (zone.due) due_.insert({*zone.due, id});
  ++revision_;
}

void ZoneControl::all_changed() {
  for (auto& [id, zone] : zones_) changed(id, zone);
}

// What this node owes
// ------------------------------------------------------------------------------------------------------------------

ZoneControl::PartsInHand ZoneControl::parts_in_hand(const ZoneId& id, const ZoneEntry& zone) const {
  const ClosingEntry& origin = *zone.chain.origin();
  const std::size_t size = origin.snapshot.size();
  if (size > kSnapshotPartsMax) return PartsInHand::kUnfit;
  for (std::size_t i = 0; i < size; ++i) {
    const auto found = zone.parts.find(origin.snapshot[i]);
    if (found == zone.parts.end()) return PartsInHand::kMissing;
    const ZoneSnapshot& part = found->second.snapshot;
    const bool fits = found->second.sound && part.zone == id && part.epoch == zone.chain.last() - 1 &&
                      found->second.author == origin.author && part.part == static_cast<std::int64_t>(i) &&
                      part.parts == static_cast<std::int64_t>(size);
    // A zone that a version takes away is taken up with no window that outlives it.
    const bool outlives = zone.redrawn && std::ranges::any_of(part.windows, [&](const AdoptedWindow& window) {
                            return std::ranges::any_of(window.volumes, [&](const geo::Volume4d& volume) {
                              return volume.window.end > *zone.redrawn;
                            });
                          });
    if (!fits || outlives) return PartsInHand::kUnfit;
  }
  return PartsInHand::kAll;
}

ZoneControl::Owed ZoneControl::owed(const ZoneId& id, const ZoneEntry& zone) const {
  const ZoneChain& chain = zone.chain;
  const Epoch& head = chain.head();
  const std::int64_t last = chain.last();
  const DurationMs error = timing_.clock_error_ms;
  constexpr DurationMs kEarlyMs = -60'000;
  if (!zone.chartered || chain.halted()) return {};
  if (head.sequencer == self_ && !chain.begun()) {
    return chain.origin()->kind == ClosingKind::kLease ? owed_as_tenant(id, zone) : owed_as_lessor(id, zone);
  }
  if (head.sequencer == self_ && head.until && !head.expired) {
    return {.at = *head.until - error, .body = ZoneLeaseExpired{.epoch = last, .zone = id}};  // T5
  }
  if (head.lessor == self_ && head.until && !clock_fault_) {
    return {.at = *head.until + (planted(Plant::kResumeEarly) ? kEarlyMs : error),
            .body = ZoneResume{.epoch = last + 1, .returned = {}, .zone = id}};  // T6
  }
  return {};
}

ZoneControl::Owed ZoneControl::owed_as_tenant(const ZoneId& id, const ZoneEntry& zone) const {
  const ZoneChain& chain = zone.chain;
  const ClosingEntry& lease = *chain.origin();
  const ZoneReturn refusal{.accepted = false, .epoch = chain.last(), .snapshot = lease.snapshot, .zone = id};
  const PartsInHand parts = parts_in_hand(id, zone);
  const bool named = zone.owner == self_ || zone.tenants.contains(self_);
  if (!named || parts == PartsInHand::kUnfit) return {.at = kUtcMin, .body = refusal};
  Owed owed;
  if (parts == PartsInHand::kAll && !clock_fault_) {
    owed = {.at = kUtcMin, .body = ZoneAccept{.epoch = chain.last(), .lease = lease.entry, .zone = id}};
  }
  if (lease.until) {
    owed.late_at = *lease.until - timing_.clock_error_ms;
    owed.late_body = refusal;
  }
  return owed;
}

ZoneControl::Owed ZoneControl::owed_as_lessor(const ZoneId& id, const ZoneEntry& zone) const {
  const ZoneChain& chain = zone.chain;
  const ClosingEntry& returned = *chain.origin();
  ZoneResume resume{.epoch = chain.last(), .returned = returned.entry, .zone = id};
  if (!returned.accepted || parts_in_hand(id, zone) == PartsInHand::kAll) return {.at = kUtcMin, .body = resume};
  // What the tenant granted is not known: as if it had never returned the zone.
  const std::optional<UtcMs> until = chain.epoch(chain.last() - 1)->until;
  if (!until || clock_fault_) return {};
  resume.returned.reset();
  return {.at = *until + timing_.clock_error_ms, .body = resume};
}

std::optional<Body> ZoneControl::next(UtcMs now) const {
  if (due_.empty() || due_.begin()->first > now) return {};
  const ZoneId& id = due_.begin()->second;
  Owed owed = this->owed(id, zones_.at(id));
  if (owed.late_body && now >= owed.late_at) return std::move(owed.late_body);
  return std::move(owed.body);
}

std::optional<UtcMs> ZoneControl::next_timer() const {
  if (due_.empty()) return {};
  return due_.begin()->first;
}

// Views
// ------------------------------------------------------------------------------------------------------------------

const ZoneControl::ZoneEntry* ZoneControl::find(const ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? nullptr : &found->second;
}

bool ZoneControl::in_epoch(const ZoneEntry& zone) const {
  const Epoch& head = zone.chain.head();
  return head.sequencer == self_ && zone.chain.begun() && !head.expired;
}

ControlState ZoneControl::state(const ZoneEntry& zone) const {
  const Epoch& head = zone.chain.head();
  if (!zone.chartered) return ControlState::kNone;
  if (zone.chain.halted()) return ControlState::kHalted;
  if (in_epoch(zone)) {
    return head.until || zone.owner != self_ ? ControlState::kTenant : ControlState::kSequencer;
  }
  if (head.lessor == self_ && head.until) return ControlState::kLessor;
  const bool comes_back =
      head.sequencer == self_ && !zone.chain.begun() && zone.chain.origin()->kind == ClosingKind::kReturn;
  return comes_back ? ControlState::kLessor : ControlState::kNone;
}

bool ZoneControl::may_grant(const ZoneId& id, UtcMs now) const {
  const ZoneEntry* zone = find(id);
  if (zone == nullptr || clock_fault_ || now < valid_from_ || !awaited(id).empty()) return false;
  const ControlState state = this->state(*zone);
  if (state != ControlState::kSequencer && state != ControlState::kTenant) return false;
  const std::optional<UtcMs> until = end_of_grants(*zone);
  return !until || now < *until - timing_.clock_error_ms;  // T5
}

bool ZoneControl::keeps(const ZoneId& id) const {
  const ZoneEntry* zone = find(id);
  return zone != nullptr && in_epoch(*zone);
}

std::int64_t ZoneControl::epoch(const ZoneId& id) const {
  const ZoneEntry* zone = find(id);
  return zone == nullptr ? 0 : zone->chain.last();
}

std::int64_t ZoneControl::next_number(const ZoneId& id) const {
  const ZoneEntry* zone = find(id);
  return zone == nullptr ? 0 : zone->chain.head().next_number;
}

std::optional<AuthorityId> ZoneControl::sequencer(const ZoneId& id) const {
  const ZoneEntry* zone = find(id);
  if (zone == nullptr || !zone->chartered || zone->chain.halted()) return {};
  const Epoch& head = zone->chain.head();
  return head.expired ? head.lessor : head.sequencer;
}

std::optional<UtcMs> ZoneControl::grants_end(const ZoneId& id) const {
  const ZoneEntry* zone = find(id);
  if (zone == nullptr || !in_epoch(*zone)) return {};
  return end_of_grants(*zone);
}

std::optional<UtcMs> ZoneControl::end_of_grants(const ZoneEntry& zone) {
  const std::optional<UtcMs>& lease = zone.chain.head().until;
  if (!lease || !zone.redrawn) return lease ? lease : zone.redrawn;
  return std::min(*lease, *zone.redrawn);
}

std::optional<UtcMs> ZoneControl::grants_begin(const ZoneId& id) const {
  const ZoneEntry* zone = find(id);
  if (zone == nullptr || !in_epoch(*zone)) return {};
  return zone->chain.head().grants_begin;
}

bool ZoneControl::was_sequencer(const ZoneId& id, std::int64_t epoch, const AuthorityId& author) const {
  const ZoneEntry* zone = find(id);
  if (zone == nullptr) return false;
  const Epoch* of = zone->chain.epoch(epoch);
  const std::optional<std::int64_t>& halted = zone->chain.halted();
  return of != nullptr && of->sequencer == author && (!halted || epoch <= *halted);
}

}  // namespace tansiq::coordination
