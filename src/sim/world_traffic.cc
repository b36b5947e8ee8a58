// What people do: flights that are filed, and what officers do beside them, sensible or not.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "sim/check_caveats.h"
#include "sim/check_nodes.h"
#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

void World::plan_traffic() {
  const DurationMs gap = std::max<DurationMs>(60'000 / options_.filings_per_minute, 1);
  timeline_.in(traffic_rng_.between(1, 2 * gap), [this] {
    if (healed_) return;
    file_one();
    if (traffic_rng_.chance(120)) file_own();
    plan_traffic();
  });
}

/// People plan on the map that their own node goes by: who has not adopted a version yet flies by the one before.
const Airspace& World::map_of(const Node& of) const {
  return of.up() ? charters_.at(of.coalition().adoptions().in_force()).airspace : airspace_;
}

/// Traffic that an authority decides by itself, where it decides at that time: in its own zones, and in leased ones.
void World::file_own() {
  Rng& rng = traffic_rng_;
  Node& of = node(rng.pick(charter().authorities).id);
  const ZoneSpot& zone = rng.pick(map_of(of).zones);
  if (!of.up() || zone.disputed || of.coalition().control().sequencer(zone.id) != of.self()) return;
  const UtcMs from = now() + rng.between(1, 240) * 1'000;
  const UtcMs to = from + rng.between(60, 480) * 1'000;
  const int low = static_cast<int>(rng.between(zone.level_low + 10, zone.level_high - 20));
  geo::Volume4d volume = box_of(zone, static_cast<int>(rng.between(0, kLanes - 1)), low, from, to);
  // Some take everything above, as exercises do.
  if (rng.chance(500)) volume.band.upper_cm = cm_from_flight_level(zone.level_high - 10);
  core::CreateIntent intent;
  intent.intent = IntentId::trusted(fmt::format("own-{:05}", own_filed_++));
  intent.volumes = {volume};
  of.command(std::move(intent));
}

void World::file_one() {
  Rng& rng = traffic_rng_;
  const AuthorityId home = rng.pick(charter().authorities).id;
  Trip::Plan plan;
  FlightFiled& filed = plan.filed;
  filed.flight = FlightId::trusted(fmt::format("F{:05}", trips_.size()));
  filed.call_sign = fmt::format("{}{:05}", kCanary, trips_.size());
  may_know_[filed.call_sign].insert(home);
  if (trips_.size() % 2 == 0) {
    const core::Mmsi mmsi{kCraftCanaryFirst + static_cast<std::uint32_t>(trips_.size())};
    filed.craft.push_back({.mmsi = mmsi});
    may_know_[mmsi.str()].insert(home);
  }
  // A way from column to column, or one zone of its own.
  const Airspace& map = map_of(node(home));
  std::vector<const ZoneSpot*> way;
  std::vector<const ZoneSpot*> own;
  for (const ZoneSpot& zone : map.zones) {
    if (zone.owner == home && !zone.disputed) own.push_back(&zone);
  }
  const int level = static_cast<int>(110 + 20 * rng.between(0, 13));
  if (!own.empty() && rng.chance(250)) {
    way.push_back(rng.pick(own));
  } else {
    const auto legs = rng.between(1, std::min<std::int64_t>(4, map.columns));
    const bool east = rng.chance(500);
    auto column = static_cast<int>(rng.between(0, map.columns - legs));
    if (!east) column += static_cast<int>(legs) - 1;
    for (std::int64_t i = 0; i < legs; ++i, column += east ? 1 : -1) {
      for (const ZoneSpot& zone : map.zones) {
        if (zone.column == column && zone.level_low <= level && level + 10 <= zone.level_high) way.push_back(&zone);
      }
    }
  }
  const auto legs = static_cast<std::int64_t>(way.size());
  // Some fly right through, and so need the neighbours' consent before and behind each boundary.
  const bool through = rng.chance(200);
  UtcMs from = now() + charter().timing.lead_ms(through ? 3 * legs : legs) + rng.between(5, 120) * 1'000;
  const int lane = static_cast<int>(rng.between(0, kLanes - 1));
  plan.own_zones = true;
  for (const ZoneSpot* zone : way) {
    const int here = std::clamp(level, zone->level_low + 10, zone->level_high - 20);
    filed.legs.push_back({.volumes = {box_of(*zone, lane, here, from, from + rng.between(100, 180) * 1'000, through)},
                          .zone = zone->id});
    from = from + rng.between(50, 70) * 1'000;
    plan.own_zones = plan.own_zones && zone->owner == home && !zone->disputed;
  }
  if (rng.chance(100)) {
    const AuthorityId principal = rng.pick(charter().authorities).id;
    if (principal != home) filed.principal = principal;
  }
  if (legs > 2 && rng.chance(100)) {
    filed.gate_leg = legs - 2;
    filed.alternate = "alternate";
  }
  plan.accepts_counters = rng.chance(700);
  plan.modifies = rng.chance(120);
  plan.cancels = rng.chance(60);
  plan.overstays = rng.chance(15);
  plan.contingency = rng.chance(15);
  trips_.push_back(std::make_unique<Trip>(*this, node(home), std::move(plan), rng.stream(filed.flight.str())));
  Trip& trip = *trips_.back();
  trip.begin();
  if (!trip.filed() || !trip.plan().own_zones) return;
  for (const auto& checker : checkers_) checker->on_filed(trip);
}

void World::plan_officers() {
  for (auto& [id, node] : nodes_) {
    timeline_.in(traffic_rng_.between(2'000, 6'000), [this, officer = node.get()] { officer_looks(*officer); });
  }
}

void World::officer_looks(Node& node) {
  if (node.settled()) {
    officer_duties(node);
    if (!healed_ && node.settled()) officer_whims(node);
  }
  timeline_.in(traffic_rng_.between(1'500, 5'000), [this, &node] { officer_looks(node); });
}

/// What has to be done, also after everything has calmed down.
void World::officer_duties(Node& node) {
  if (charters_.duty(node)) return;
  Coalition& c = node.coalition();
  if (c.control().clock_fault()) node.note_unfit(now());
  if (c.control().clock_fault() && (healed_ || traffic_rng_.chance(200))) {
    node.act(DeclareClock{false, "set again"});
    return;
  }
  for (const auto& [request, leg] : c.legs().versions()) {
    if (!leg.overdue || leg.state != LegState::kConfirmed || inside(request)) continue;
    if (!healed_ && !traffic_rng_.chance(200)) continue;
    node.act(FreeOverdue{request});
    return;
  }
  for (const OpenProposal* proposal : c.relations().proposals()) {
    if (proposal->peer != node.self() || of_talks(*proposal) || !traffic_rng_.chance(400)) continue;
    if (node.act(AcceptRelation{proposal->hash})) ++counts_.thaws;
    return;
  }
}

void World::officer_whims(Node& node) {
  Rng& rng = traffic_rng_;
  Coalition& c = node.coalition();
  const AuthorityId peer = rng.pick(charter().authorities).id;
  const ZoneSpot& zone = rng.pick(airspace_.zones);
  const auto edge = [&](Capability capability) {
    return rng.chance(500) ? Edge{capability, RelationDomain::kAir, node.self(), peer}
                           : Edge{capability, RelationDomain::kAir, peer, node.self()};
  };
  switch (rng.between(0, 39)) {
    case 0:
    case 1:
    case 2: {
      const auto& versions = c.legs().versions();
      if (versions.empty()) return;
      auto at = versions.begin();
      std::advance(at, rng.between(0, static_cast<std::int64_t>(versions.size()) - 1));
      if (node.act(RevokeLeg{rng.chance(200), at->first, "needed"})) ++counts_.revoked;
      return;
    }
    case 3:
      if (rng.chance(150) && node.act(FreezeRelation{{{edge(Capability::kRequest), 0}}, peer, "suspended"})) {
        ++counts_.freezes;
      }
      return;
    case 4:
      if (rng.chance(300)) node.act(FreezeRelation{{{edge(Capability::kDisclosure), rng.between(0, 3)}}, peer, ""});
      return;
    case 5:
    case 6:
    case 7:
      node.act(ProposeRelation{"", {{edge(Capability::kRequest), 1}}, peer, ""});
      return;
    case 8:
      node.act(ProposeRelation{"", {{edge(Capability::kDisclosure), rng.between(1, 4)}}, peer, ""});
      return;
    case 9:
    case 10: {
      const UtcMs until = node.clock() + rng.between(220, 420) * 1'000;
      const core::Zone* of = charter().find_zone(zone.id);
      if (of->owner != node.self() || of->tenants.empty()) return;
      if (node.act(LeaseZone{rng.pick(of->tenants), until, zone.id})) ++counts_.leases;
      return;
    }
    case 11:
      node.act(RecallZone{"needed back", zone.id});
      return;
    case 12: {
      const auto status = c.control().status(zone.id);
      if (status && (status->recall || rng.chance(200))) node.act(ReturnZone{zone.id});
      return;
    }
    case 13:
      if (rng.chance(60) && node.act(DeclareClock{true, "no satellite time"})) node.note_unfit(now());
      return;
    case 16:
      officer_keeps_away(node, peer);
      return;
    case 14:
    case 15:
      officer_errs(node, zone.id, peer);
      return;
    case 19:
    case 20:
      officer_shares(node, peer);
      return;
    case 21:
    case 22: {
      // Passes on whatever is here to whomever: most of it is refused.
      const auto& held = c.held().held();
      if (held.empty()) return;
      auto at = held.begin();
      std::advance(at, rng.between(0, static_cast<std::int64_t>(held.size()) - 1));
      if (node.act(PassShare{at->first, peer})) ++counts_.passed;
      return;
    }
    default:
      return;
  }
}

/// Changes whom a recipient may tell, or withholds a flight, or shows it again.
void World::officer_shares(Node& node, const AuthorityId& peer) {
  Rng& rng = traffic_rng_;
  if (rng.chance(600)) {
    std::vector<AuthorityId> onward;
    for (const core::Authority& other : charter().authorities) {
      if (other.id != node.self() && other.id != peer && rng.chance(500)) onward.push_back(other.id);
    }
    node.act(SetShareRule{core::Domain::kAir, std::move(onward), peer});
    return;
  }
  const auto& flights = node.coalition().flights().flights();
  if (flights.empty()) return;
  auto at = flights.begin();
  std::advance(at, rng.between(0, static_cast<std::int64_t>(flights.size()) - 1));
  node.act(WithholdShare{peer, source_of(at->first), rng.chance(600)});
}

/// Sets a caveat, deposits one, or ends one.
void World::officer_keeps_away(Node& node, const AuthorityId& peer) {
  Rng& rng = traffic_rng_;
  const auto& caveats = node.coalition().caveats().caveats();
  if (caveats.empty() || (caveats.size() < 2 && rng.chance(300))) {
    CaveatRule rule;
    rule.horizontal_m = rng.between(0, 6) * 1'852;
    rule.of = core::Subject::trusted(peer.str());
    rule.time_ms = rng.between(0, 2) * 60'000;
    if (rng.chance(700)) rule.vertical_cm = 60'960;
    const std::string id = fmt::format("{}{:05}", kRedLine, counts_.caveats_set);
    may_know_[id].insert(node.self());
    if (node.act(SetCaveat{CaveatId::trusted(id), rule, ""})) ++counts_.caveats_set;
    return;
  }
  auto at = caveats.begin();
  std::advance(at, rng.between(0, static_cast<std::int64_t>(caveats.size()) - 1));
  const CaveatId id = at->first;
  if (rng.chance(100)) {
    node.act(ClearCaveat{id, ""});
  } else if (!at->second.deposits.empty() && rng.chance(200)) {
    node.act(WithdrawCaveat{id, at->second.deposits.front().to});
  } else if (node.act(DepositCaveat{id, peer})) {
    may_know_[id.str()].insert(peer);
    ++counts_.caveats_deposited;
  }
}

/// Acts that make no sense, and the same act again.
void World::officer_errs(Node& node, const ZoneId& zone, const AuthorityId& peer) {
  Rng& rng = traffic_rng_;
  const FlightId nobody = FlightId::trusted("nobody");
  bool done = false;
  switch (rng.between(0, 7)) {
    case 0:
      done = node.act(StepFlight{nobody, FlightStep::kClear, {}});
      break;
    case 1:
      done = node.act(RevokeLeg{false, log::sha256("nothing"), "?"});
      break;
    case 2:
      done = node.act(LeaseZone{node.self(), node.clock() + 600'000, zone});
      break;
    case 3:
      done = node.act(AcceptRelation{log::sha256("nothing")});
      break;
    case 4:
      done = node.act(ResolveZone{log::sha256("nothing"), zone}, "second");
      break;
    case 5:
      done = node.act(LeaseZone{peer, node.clock() - 1, zone});
      break;
    case 6: {
      FlightFiled late;
      late.flight = FlightId::trusted("late");
      late.legs = {{.volumes = {box_of(airspace_.zones.front(), 0, 110, now(), now() + 60'000)},
                    .zone = airspace_.zones.front().id}};
      const core::Zone* first = node.coalition().machine().charter().find_zone(airspace_.zones.front().id);
      if (first != nullptr && first->rule != core::Rule::kDisputed) done = node.act(FileFlight{late});
      break;
    }
    default: {
      const std::string cmd = fmt::format("twice-{}", node.acts());
      const ProposeRelation act{"", {{{Capability::kTracks, RelationDomain::kAir, node.self(), peer}, 1}}, peer, ""};
      if (!node.act(act, {}, cmd)) return;
      const std::uint64_t before = node.coalition().next_seq();
      node.act(act, {}, cmd);
      if (node.coalition().next_seq() != before) {
        findings_.push_back({"replay", "a command that was repeated has been done twice"});
      }
      return;
    }
  }
  if (done) {
    findings_.push_back({"nonsense", fmt::format("{} has done what makes no sense", node.self().str())});
  } else {
    ++counts_.nonsense_refused;
  }
}

}  // namespace tansiq::sim
