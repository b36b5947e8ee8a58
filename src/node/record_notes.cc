#include "node/record_notes.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace tansiq::node {
namespace {

using picture::KnownArea;
using picture::KnownPlan;
using picture::Leg;

/// Of what holds as long as the charter does.
constexpr geo::TimeWindow kEver{{0}, kUtcMax};

surveillance::Domain as_seen(core::Domain domain) {
  return domain == core::Domain::kSea ? surveillance::Domain::kSea : surveillance::Domain::kAir;
}

bool matters(const std::vector<Leg>& legs, UtcMs now) {
  return std::ranges::any_of(legs, [now](const Leg& leg) {
    return leg.volume.window.end + kPlansBeforeMs > now && leg.volume.window.start < now + kPlansAfterMs;
  });
}

bool off_nominal(core::IntentState state) {
  return state == core::IntentState::kNonconforming || state == core::IntentState::kContingent;
}

KnownPlan plan_of(const core::Machine& machine, const core::Intent& intent) {
  KnownPlan out;
  out.authority = machine.self().str();
  picture::Plan& plan = out.plan;
  plan.intent = intent.id.str();
  plan.manager = intent.manager.str();
  plan.call_sign = intent.flight;
  plan.craft = intent.craft;
  plan.domain = as_seen(intent.domain);
  // What has run out may still be flown. It binds who has been seen in it, as an accepted one does, and nobody else.
  plan.state = intent.live() ? intent.state : core::IntentState::kAccepted;
  for (std::size_t i = 0; i < intent.volumes.size(); ++i) {
    const auto& zones = i < intent.zones.size() ? intent.zones[i] : std::vector<core::ZoneNumber>();
    // What was accepted is confirmed: an exclusive zone of another would have refused it here.
    plan.legs.push_back(
        {intent.volumes[i], true, zones.empty() ? std::string() : machine.zones()[zones.front()].id.str()});
  }
  return out;
}

bool needs_confirmation(const core::Charter& charter, const ZoneId& id) {
  const core::Zone* zone = charter.find_zone(id);
  return zone == nullptr || zone->rule == core::Rule::kExclusive;
}

KnownPlan plan_of(const coordination::Coalition& coalition, const coordination::Flight& flight) {
  const core::Charter& charter = coalition.machine().charter();
  KnownPlan out;
  out.authority = flight.plan.principal ? flight.plan.principal->str() : coalition.machine().self().str();
  picture::Plan& plan = out.plan;
  plan.intent = "flight:" + flight.plan.flight.str();
  plan.manager = coalition.machine().self().str();
  plan.call_sign = flight.plan.call_sign;
  plan.craft = flight.plan.craft;
  plan.domain = as_seen(flight.plan.domain);
  plan.state = flight.contingency ? core::IntentState::kContingent
               : flight.airborne  ? core::IntentState::kActivated
                                  : core::IntentState::kAccepted;
  for (std::size_t i = 0; i < flight.plan.legs.size(); ++i) {
    const coordination::PlannedLeg& leg = flight.plan.legs[i];
    const auto version = std::ranges::find_if(flight.versions, [&](const coordination::HomeVersion& of) {
      return of.leg == static_cast<std::int64_t>(i) && of.state == coordination::HomeState::kConfirmed;
    });
    const bool granted = version != flight.versions.end();
    const bool confirmed = granted || !needs_confirmation(charter, leg.zone);
    for (const geo::Volume4d& volume : granted ? version->volumes : leg.volumes) {
      plan.legs.push_back({volume, confirmed, leg.zone.str()});
    }
  }
  return out;
}

}  // namespace

IntentPage intent_plans(const core::Machine& machine, std::uint64_t after_seq, UtcMs now) {
  IntentPage out;
  const auto intents =
      machine.intents({.after_seq = after_seq, .limit = kIntentsPerPage, .run_out_after = now - kPlansBeforeMs});
  if (!intents) return out;
  for (const core::Intent* intent : *intents) {
    // The space of a group that has run out was no plan before (group_keeper.h).
    if (!intent->live() && intent->id.str().starts_with("group-")) continue;
    KnownPlan plan = plan_of(machine, *intent);
    if (off_nominal(intent->state) || matters(plan.plan.legs, now)) out.plans.push_back(std::move(plan));
  }
  if (intents->size() == kIntentsPerPage) out.next = intents->back()->created_seq;
  return out;
}

std::vector<KnownPlan> flight_plans(const coordination::Coalition& coalition, UtcMs now) {
  std::vector<KnownPlan> out;
  for (const auto& [id, flight] : coalition.flights().flights()) {
    if (flight.ended || flight.landed) continue;
    KnownPlan plan = plan_of(coalition, flight);
    // Whoever is in the air, or in trouble, is expected nowhere else, however late.
    if (flight.airborne || flight.contingency || matters(plan.plan.legs, now)) out.push_back(std::move(plan));
  }
  // What others fly in the zones of this node.
  struct Other {
    KnownPlan plan;
    bool always = false;  ///< It is in a zone of ours, or in trouble.
  };
  std::map<std::string, Other> others;
  for (const auto& [request, leg] : coalition.legs().versions()) {
    const bool booked = leg.state == coordination::LegState::kConfirmed || leg.state == coordination::LegState::kHeld;
    if (!booked || leg.home == coalition.machine().self()) continue;
    const std::string id = "leg:" + leg.home.str() + "/" + leg.flight.str();
    Other& other = others[id];
    KnownPlan& plan = other.plan;
    plan.authority = leg.principal ? leg.principal->str() : leg.home.str();
    plan.plan.intent = id;
    plan.plan.manager = leg.home.str();
    plan.plan.call_sign = leg.call_sign;
    if (!leg.craft.empty()) plan.plan.craft = leg.craft;
    plan.plan.domain = as_seen(leg.domain);
    other.always = other.always || leg.entered || leg.overdue || leg.contingency;
    if (leg.contingency) {
      plan.plan.state = core::IntentState::kContingent;
    } else if (leg.entered && plan.plan.state != core::IntentState::kContingent) {
      plan.plan.state = core::IntentState::kActivated;
    }
    for (const geo::Volume4d& volume : leg.volumes) {
      plan.plan.legs.push_back({volume, leg.state == coordination::LegState::kConfirmed, leg.zone.str()});
    }
  }
  for (auto& [id, other] : others) {
    KnownPlan& plan = other.plan;
    std::ranges::sort(plan.plan.legs, {}, [](const Leg& leg) { return std::tuple(leg.volume.window.start, leg.zone); });
    if (other.always || matters(plan.plan.legs, now)) out.push_back(std::move(plan));
  }
  return out;
}

std::vector<KnownArea> known_areas(const coordination::Coalition& coalition) {
  std::vector<KnownArea> out;
  const core::Machine& machine = coalition.machine();
  for (const core::Zone& zone : machine.charter().zones) {
    if (!zone.outline || zone.rule != core::Rule::kExclusive) continue;
    if (coalition.control().sequencer(zone.id) != machine.self()) continue;
    out.push_back({picture::AlertKind::kForeignZone, zone.id.str(), zone.domain, {{*zone.outline, zone.band, kEver}}});
  }
  for (const core::Measure* measure : machine.measures()) {
    const core::Zone* zone = machine.charter().find_zone(measure->zone);
    out.push_back({picture::AlertKind::kVolumeEntry, measure->id.str(),
                   zone != nullptr ? zone->domain : core::Domain::kAir, measure->volumes});
  }
  return out;
}

picture::Zones known_zones(const core::Charter& charter) {
  picture::Zones out;
  for (const core::Zone& zone : charter.zones) {
    picture::ZoneSpace space{zone.id.str(), zone.domain, std::nullopt, zone.minima};
    if (zone.outline) space.volume = geo::Volume4d{*zone.outline, zone.band, kEver};
    out.zones.push_back(std::move(space));
  }
  return out;
}

}  // namespace tansiq::node
