#include "sim/check_own_use.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "core/entry.h"
#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

bool OwnUse::conflict(const Intent& intent, const LedgerLeg& leg) const {
  if (leg.state != LedgerLeg::State::kConfirmed) return false;
  // In another zone it may not be in the same place: what one zone had another may have now (ADR 36).
  if (leg.zone != intent.zone) {
    return meet(intent, leg.prepared, {}) && !world_.charters().astray(leg.holder) &&
           !world_.charters().astray(intent.of) && world_.charters().in_zone(leg.zone, leg.prepared, leg.window);
  }
  return meet(intent, leg.prepared, world_.charters().ever().find_zone(intent.zone)->minima);
}

bool OwnUse::meet(const Intent& intent, const std::vector<geo::PreparedVolume>& others, const geo::Minima& minima) {
  return std::ranges::any_of(intent.volumes, [&](const geo::PreparedVolume& one) {
    return std::ranges::any_of(others, [&](const geo::PreparedVolume& two) { return geo::conflict(one, two, minima); });
  });
}

void OwnUse::on_record(const AuthorityId& node, const Record& record) {
  if (record.log.author != node || is_coordination_line(record.line)) return;
  if (type_of(record.line).starts_with("intent.")) accepted(node, record);
}

void OwnUse::accepted(const AuthorityId& node, const Record& record) {
  const auto entry = core::read_entry(record.line);
  EXPECT_INVARIANT(entry.has_value());
  for (const core::Expired& gone : entry->expired) live_.erase(IntentId::trusted(gone.id));
  if (!entry->request) return;
  if (const auto* end = std::get_if<core::EndIntent>(&*entry->request)) live_.erase(end->intent);
  const auto* create = std::get_if<core::CreateIntent>(&*entry->request);
  if (create == nullptr || entry->type != core::EntryType::kIntentAccepted) return;
  ++world_.counts().own_intents;
  Intent intent{.of = node, .zone = entry->decision.zones.front().front(), .volumes = {}};
  for (const geo::Volume4d& volume : create->volumes) {
    auto prepared = geo::prepare(volume);
    EXPECT_INVARIANT(prepared.has_value());
    intent.volumes.push_back(std::move(*prepared));
  }
  for (const auto& [zone, requests] : world_.ledger().booked()) {
    for (const EntryHash& request : requests) {
      const LedgerLeg& leg = *world_.ledger().find(request);
      if (!conflict(intent, leg)) continue;
      found(fmt::format("{} accepts its own intent {} in {} against flight {} of {}, which {} has confirmed in {}",
                        node.str(), create->intent.str(), intent.zone.str(), leg.flight.str(), leg.home.str(),
                        leg.holder.str(), zone.str()));
    }
  }
  for (const auto& [id, other] : live_) {
    const bool apart = other.of == intent.of || !meet(intent, other.volumes, {});
    if (apart || world_.charters().astray(other.of) || world_.charters().astray(intent.of)) continue;
    found(fmt::format("{} accepts its own intent {} in {} against intent {} that {} has accepted in {}", node.str(),
                      create->intent.str(), intent.zone.str(), id.str(), other.of.str(), other.zone.str()));
  }
  live_.insert_or_assign(create->intent, std::move(intent));
}

void OwnUse::on_entry(const Durable& d) {
  if (!std::holds_alternative<LegConfirmed>(d.entry.body) || d.leg == nullptr) return;
  for (const auto& [id, intent] : live_) {
    if (!conflict(intent, *d.leg)) continue;
    found(fmt::format("{} confirms flight {} of {} in {} against intent {} that {} had accepted", d.author.str(),
                      d.leg->flight.str(), d.leg->home.str(), d.leg->zone.str(), id.str(), intent.of.str()));
  }
}

}  // namespace tansiq::sim
