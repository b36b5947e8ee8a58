// What the fuzzers of core share: a machine with four small zones, one for each rule and one at sea.
#pragma once

#include <string>

#include "base/invariant.h"
#include "core/machine.h"

namespace tansiq::core::fuzz {

inline constexpr UtcMs kNoon{1'795'348'800'000};

inline Zone square(std::string_view id, std::string_view owner, int west, Rule rule, Domain domain) {
  Zone zone;
  zone.id = ZoneId::trusted(id);
  zone.owner = AuthorityId::trusted(owner);
  zone.rule = rule;
  zone.domain = domain;
  zone.minima = {500, 30'000, 60'000};
  constexpr int kDegree = 10'000'000;
  zone.outline = geo::Polygon{{{300'000'000, west * kDegree},
                               {300'000'000, (west + 1) * kDegree},
                               {310'000'000, (west + 1) * kDegree},
                               {310'000'000, west * kDegree}}};
  return zone;
}

inline MachineConfig config() {
  MachineConfig config;
  config.self = AuthorityId::trusted("us");
  config.charter.id = "fuzz";
  config.charter.authorities = {{config.self, "", {}}, {AuthorityId::trusted("ru"), "", {}}};
  config.charter.zones = {
      square("K1", "us", 40, Rule::kExclusive, Domain::kAir), square("A1", "us", 41, Rule::kAware, Domain::kAir),
      square("D1", "us", 42, Rule::kDisputed, Domain::kAir), square("R1", "ru", 43, Rule::kExclusive, Domain::kAir),
      square("S1", "us", 40, Rule::kExclusive, Domain::kSea)};
  return config;
}

inline Machine founded_machine() {
  auto machine = Machine::make(config());
  EXPECT_INVARIANT(machine.has_value());
  static_cast<void>(machine->found(kNoon));
  return std::move(*machine);
}

}  // namespace tansiq::core::fuzz
