#include "sim/check_charters.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

// The book -----------------------------------------------------------------------------------------------------------

std::optional<Entry> VersionBook::note(const AuthorityId& at, const Record& record) {
  if (record.log.author != at) return {};
  if (!in_force_.contains(at)) in_force_[at] = world_.node(at).founding();
  if (!type_of(record.line).starts_with("charter.")) return {};
  auto entry = coordination::read_entry(record.line);
  EXPECT_INVARIANT(entry.has_value());
  if (const auto* adopted = std::get_if<CharterAdopted>(&entry->body)) adopted_[at] = adopted->version;
  if (const auto* force = std::get_if<CharterInForce>(&entry->body)) in_force_[at] = force->version;
  return std::move(*entry);
}

std::int64_t VersionBook::in_force(const AuthorityId& at) const {
  const auto known = in_force_.find(at);
  return known == in_force_.end() ? world_.node(at).founding() : known->second;
}

bool VersionBook::member(const AuthorityId& at, const AuthorityId& who) const {
  return world_.charters().at(in_force(at)).airspace.charter.find_authority(who) != nullptr;
}

std::optional<std::int64_t> VersionBook::pending(const AuthorityId& at) const {
  const auto adopted = adopted_.find(at);
  if (adopted == adopted_.end() || adopted->second <= in_force(at)) return {};
  return adopted->second;
}

// The checkers -------------------------------------------------------------------------------------------------------

void OneVersion::at_end() {
  const CharterVersion& newest = world_.charters().at(world_.charters().newest());
  for (const core::Authority& member : newest.airspace.charter.authorities) {
    if (world_.liars().contains(member.id)) continue;
    const core::Charter& here = world_.node(member.id).coalition().machine().charter();
    if (here == newest.airspace.charter) continue;
    if (here.version < world_.charters().newest() && world_.charters().of_liars(here.version + 1)) continue;
    if (world_.charters().held_up_by_liar(member.id)) continue;
    found(fmt::format("{} is under version {} of the charter, though version {} came into force at {}", member.id.str(),
                      here.version, world_.charters().newest(), format_utc(newest.airspace.charter.valid_from)));
  }
}

void Strangers::on_record(const AuthorityId& at, const Record& record) {
  if (book_.note(at, record) || record.log.author == at || book_.member(at, record.log.author)) return;
  found(fmt::format("{} reads of {}, which version {} of its charter does not name: {}", at.str(),
                    record.log.author.str(), book_.in_force(at), record.line.substr(0, 400)));
}

void Strangers::on_entry(const Durable& d) {
  const bool grants =
      std::holds_alternative<LegHold>(d.entry.body) || std::holds_alternative<LegConfirmed>(d.entry.body);
  if (!grants || d.leg == nullptr || book_.member(d.author, d.leg->home)) return;
  found(fmt::format("{} grants flight {} of {} a window in {}, though version {} of its charter does not name {}",
                    d.author.str(), d.leg->flight.str(), d.leg->home.str(), d.leg->zone.str(), book_.in_force(d.author),
                    d.leg->home.str()));
}

void Removed::on_record(const AuthorityId& at, const Record& record) {
  if (const auto entry = book_.note(at, record)) {
    if (!std::holds_alternative<CharterInForce>(entry->body)) return;
    for (const auto& [other, node] : world_.nodes()) {
      if (book_.member(at, other)) {
        since_.erase({at, other});
      } else {
        since_.try_emplace({at, other}, entry->seq);
      }
    }
    return;
  }
  if (record.log.author == at) return;
  const auto since = since_.find({record.log.author, at});
  if (since == since_.end()) return;
  const auto seq = coordination::read_entry(record.line);
  EXPECT_INVARIANT(seq.has_value());
  if (seq->seq < since->second) return;
  found(fmt::format("{} reads what {} has written since it was struck out: {}", at.str(), record.log.author.str(),
                    record.line.substr(0, 400)));
}

std::optional<UtcMs> Outlived::redrawn(const ZoneId& zone, std::int64_t by) const {
  const core::Charter& after = world_.charters().at(by).airspace.charter;
  const core::Zone* old = world_.charters().at(by - 1).airspace.charter.find_zone(zone);
  const core::Zone* next = after.find_zone(zone);
  if (old == nullptr || old->rule == core::Rule::kDisputed) return {};
  const bool same =
      next != nullptr && next->rule == old->rule && next->outline == old->outline && next->band == old->band;
  return same ? std::nullopt : std::optional(after.valid_from);
}

void Outlived::look(const AuthorityId& at, const ZoneId& zone, const LedgerLeg& leg, std::int64_t version) {
  const auto moment = redrawn(zone, version);
  if (!moment || leg.state != LedgerLeg::State::kConfirmed) return;
  // Who adopts late may find windows that have passed since, of a tenant who has not said how they ended.
  if (leg.window.end <= std::max(*moment, world_.now())) return;
  found(
      fmt::format("{} has adopted version {}, which takes {} away at {}, but flight {} of {} is confirmed there "
                  "until {}",
                  at.str(), version, zone.str(), format_utc(*moment), leg.flight.str(), leg.home.str(),
                  format_utc(leg.window.end)));
}

void Outlived::look_at_all(const AuthorityId& at, const ZoneId& zone, std::int64_t version) {
  const auto keeper = keeper_.find(zone);
  for (const EntryHash& request : world_.ledger().booked(zone)) {
    const LedgerLeg& leg = *world_.ledger().find(request);
    if (at == (keeper == keeper_.end() ? leg.holder : keeper->second)) look(at, zone, leg, version);
  }
}

void Outlived::on_record(const AuthorityId& at, const Record& record) {
  const auto entry = book_.note(at, record);
  const auto* adopted = entry ? std::get_if<CharterAdopted>(&entry->body) : nullptr;
  if (adopted == nullptr || !adopted->through.empty()) return;
  for (const core::Zone& zone : world_.charters().at(adopted->version - 1).airspace.charter.zones) {
    look_at_all(at, zone.id, adopted->version);
  }
}

void Outlived::follow(const Durable& d) {
  if (const auto* lease = std::get_if<ZoneLease>(&d.entry.body)) keeper_[lease->zone] = {};
  if (const auto* back = std::get_if<ZoneReturn>(&d.entry.body)) keeper_[back->zone] = {};
  if (const auto* over = std::get_if<ZoneLeaseExpired>(&d.entry.body)) keeper_[over->zone] = {};
  std::optional<ZoneId> taken;
  if (const auto* accept = std::get_if<ZoneAccept>(&d.entry.body)) taken = accept->zone;
  if (const auto* resume = std::get_if<ZoneResume>(&d.entry.body)) taken = resume->zone;
  if (!taken) return;
  keeper_[*taken] = d.author;
  if (const auto version = book_.pending(d.author)) look_at_all(d.author, *taken, *version);
}

void Outlived::on_entry(const Durable& d) {
  follow(d);
  if (!std::holds_alternative<LegConfirmed>(d.entry.body) || d.leg == nullptr) return;
  const auto version = book_.pending(d.author);
  if (version) look(d.author, d.leg->zone, *d.leg, *version);
}

}  // namespace tansiq::sim
