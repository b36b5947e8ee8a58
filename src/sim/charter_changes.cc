// What a version of a simulated charter changes. Each change leaves a charter that is fit, or leaves it alone and says
// so.
#include <fmt/format.h>

#include <algorithm>

#include "sim/charters.h"
#include "sim/world.h"

namespace tansiq::sim {
namespace {

core::Zone& zone_in(Airspace& airspace, const ZoneId& id) {
  return *std::ranges::find(airspace.charter.zones, id, &core::Zone::id);
}

}  // namespace

bool Charters::change_something(CharterVersion& next) {
  switch (rng_.between(0, 11)) {
    case 0:
      return strike_zone(next.airspace);
    case 1:
      return add_zone(next.airspace);
    case 2:
    case 3:
    case 4:
      return cut_or_join(next.airspace);
    case 5:
      return move_owner(next.airspace);
    case 6:
      return change_rule(next.airspace);
    case 7:
      return add_authority(next);
    case 8:
    case 9:
      return bring_back(next) || remove_authority(next);
    default:
      return roll_key(next);
  }
}

bool Charters::strike_zone(Airspace& next) {
  if (next.zones.size() < 4) return false;
  const auto at = rng_.between(0, static_cast<std::int64_t>(next.zones.size()) - 1);
  const ZoneId id = next.zones[static_cast<std::size_t>(at)].id;
  next.zones.erase(next.zones.begin() + at);
  std::erase_if(next.charter.zones, [&](const core::Zone& z) { return z.id == id; });
  return true;
}

/// Where a column has room, or behind the last.
bool Charters::add_zone(Airspace& next) {
  int column = next.columns;
  for (int c = 0; c < next.columns; ++c) {
    if (std::ranges::none_of(next.zones, [&](const ZoneSpot& s) { return s.column == c; })) column = c;
  }
  const auto& who = next.charter.authorities;
  const ZoneSpot spot{
      .id = ZoneId::trusted(fmt::format("Z{}N{}", column, ++zones_named_)),
      .owner = who[static_cast<std::size_t>(rng_.between(0, static_cast<std::int64_t>(who.size()) - 1))].id,
      .column = column,
      .level_low = 100,
      .level_high = 400,
      .disputed = rng_.chance(150)};
  next.columns = std::max(next.columns, column + 1);
  next.zones.push_back(spot);
  next.charter.zones.push_back(zone_of(rng_, spot));
  return true;
}

/// A zone gives its upper half to a new one of any owner's; or of two that stand over each other one takes all.
bool Charters::cut_or_join(Airspace& next) {
  if (next.zones.empty()) return false;
  ZoneSpot& spot = rng_.pick(next.zones);
  const auto over = std::ranges::find_if(next.zones, [&](const ZoneSpot& s) {
    return s.column == spot.column && s.level_low == spot.level_high && s.disputed == spot.disputed;
  });
  if (over != next.zones.end()) {
    spot.level_high = over->level_high;
    set_extent(zone_in(next, spot.id), spot);
    const ZoneId id = over->id;
    std::erase_if(next.charter.zones, [&](const core::Zone& z) { return z.id == id; });
    next.zones.erase(over);
    return true;
  }
  if (spot.level_low != 100 || spot.level_high != 400) return false;
  const auto& who = next.charter.authorities;
  const ZoneSpot upper{
      .id = ZoneId::trusted(fmt::format("Z{}N{}", spot.column, ++zones_named_)),
      .owner = who[static_cast<std::size_t>(rng_.between(0, static_cast<std::int64_t>(who.size()) - 1))].id,
      .column = spot.column,
      .level_low = 250,
      .level_high = 400,
      .disputed = spot.disputed};
  spot.level_high = 250;
  set_extent(zone_in(next, spot.id), spot);
  next.charter.zones.push_back(zone_of(rng_, upper));
  next.zones.push_back(upper);
  return true;
}

bool Charters::move_owner(Airspace& next) {
  if (next.zones.empty()) return false;
  ZoneSpot& spot = rng_.pick(next.zones);
  const AuthorityId owner = rng_.pick(next.charter.authorities).id;
  if (spot.disputed || owner == spot.owner) return false;
  core::Zone& zone = zone_in(next, spot.id);
  std::erase(zone.tenants, owner);
  zone.owner = spot.owner = owner;
  return true;
}

bool Charters::change_rule(Airspace& next) {
  if (next.zones.size() < 3) return false;
  ZoneSpot& spot = rng_.pick(next.zones);
  core::Zone& zone = zone_in(next, spot.id);
  spot.disputed = !spot.disputed;
  zone.rule = spot.disputed ? core::Rule::kDisputed : core::Rule::kExclusive;
  zone.tenants.clear();
  return true;
}

bool Charters::add_authority(CharterVersion& next) {
  core::Charter& c = next.airspace.charter;
  if (next.joins || c.authorities.size() >= 6) return false;
  for (const std::string_view name : kNames) {
    const AuthorityId id = AuthorityId::trusted(name);
    if (next.keys.contains(id)) continue;
    for (const core::Authority& other : c.authorities) {
      relate(rng_, c, other.id, id);
      relate(rng_, c, id, other.id);
    }
    c.authorities.push_back(authority_of(name));
    next.keys[id] = 0;
    next.joins = id;
    return true;
  }
  return false;
}

/// With its zones and its relations.
bool Charters::remove_authority(CharterVersion& next) {
  core::Charter& c = next.airspace.charter;
  if (c.authorities.size() < 3) return false;
  const core::Authority gone = rng_.pick(c.authorities);
  if (gone.id == next.joins) return false;
  std::vector<core::Zone> zones;
  for (const core::Zone& zone : c.zones) {
    // One that has only just been added to this version was never anywhere.
    if (zone.owner == gone.id && spots_ever_.contains(zone.id)) zones.push_back(zone);
  }
  // Also those that have come in with this very version.
  if (std::ranges::all_of(c.zones, [&](const core::Zone& z) { return z.owner == gone.id; })) return false;
  gone_.insert_or_assign(gone.id, std::pair(gone, std::move(zones)));
  std::erase_if(c.authorities, [&](const core::Authority& a) { return a.id == gone.id; });
  std::erase_if(c.zones, [&](const core::Zone& z) { return z.owner == gone.id; });
  std::erase_if(c.relations,
                [&](const core::InitialRelation& r) { return r.edge.from == gone.id || r.edge.to == gone.id; });
  for (core::Zone& zone : c.zones) std::erase(zone.tenants, gone.id);
  std::erase_if(next.airspace.zones, [&](const ZoneSpot& s) { return s.owner == gone.id; });
  return true;
}

/// Who was struck out in a version before, with those of its zones whose place is still free.
bool Charters::bring_back(CharterVersion& next) {
  core::Charter& c = next.airspace.charter;
  for (const auto& [id, what] : gone_) {
    if (c.find_authority(id) != nullptr || versions_.back().airspace.charter.find_authority(id) != nullptr) continue;
    for (const core::Authority& other : c.authorities) {
      relate(rng_, c, other.id, id);
      relate(rng_, c, id, other.id);
    }
    c.authorities.push_back(what.first);
    next.comes_back.push_back(id);
    for (const core::Zone& zone : what.second) {
      const ZoneSpot& spot = spots_ever_.at(zone.id);
      const bool free =
          std::ranges::none_of(next.airspace.zones, [&](const ZoneSpot& s) { return s.column == spot.column; });
      if (!free) continue;
      core::Zone back = zone;
      std::erase_if(back.tenants, [&](const AuthorityId& t) { return c.find_authority(t) == nullptr; });
      ZoneSpot again = spot;
      again.owner = id;
      again.disputed = back.rule == core::Rule::kDisputed;
      set_extent(back, again);
      c.zones.push_back(std::move(back));
      next.airspace.zones.push_back(again);
    }
    return true;
  }
  return false;
}

bool Charters::roll_key(CharterVersion& next) {
  core::Authority& of = rng_.pick(next.airspace.charter.authorities);
  if (of.id == next.joins || next.keys[of.id] > versions_.back().keys[of.id]) return false;
  const std::string before = of.keys.front();
  of.keys = {key_of(of.id.str(), ++next.keys[of.id]).verifier().text()};
  if (rng_.chance(500)) of.keys.push_back(before);
  return true;
}

/// Sorted as traffic wants them, and known for when they come back.
void Charters::follow_spots(Airspace& next) {
  std::ranges::sort(next.zones, [](const ZoneSpot& a, const ZoneSpot& b) {
    return std::tie(a.column, a.level_low, a.id) < std::tie(b.column, b.level_low, b.id);
  });
  for (const ZoneSpot& spot : next.zones) spots_ever_.insert_or_assign(spot.id, spot);
}

}  // namespace tansiq::sim
