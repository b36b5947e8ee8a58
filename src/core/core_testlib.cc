#include "core/core_testlib.h"

#include <fmt/core.h>

#include "base/invariant.h"
#include "base/units.h"

namespace tansiq::core::testing {
namespace {

Machine founded(const Desk& desk, std::vector<std::string>& log) {
  auto machine = Machine::make(desk.config());
  EXPECT_INVARIANT(machine.has_value());
  log.push_back(machine->found(kNoon).entry);
  return std::move(*machine);
}

geo::Polygon square(int south, int west, int north, int east) {
  constexpr int kE7 = 100'000;  // 1/100 degree
  return {{{south * kE7, west * kE7}, {south * kE7, east * kE7}, {north * kE7, east * kE7}, {north * kE7, west * kE7}}};
}

}  // namespace

geo::Volume4d volume(const Box& box) {
  geo::Volume4d v = sea_volume(box);
  v.band = {cm_from_flight_level(box.level_low), cm_from_flight_level(box.level_high),
            geo::VerticalReference::kFlightLevel};
  return v;
}

geo::Volume4d sea_volume(const Box& box) {
  return {.outline = square(box.south, box.west, box.north, box.east),
          .band = {},
          .window = {minutes(box.from_minute), minutes(box.to_minute)}};
}

Zone square_zone(std::string_view id, std::string_view owner, int south, int west, Rule rule) {
  Zone zone;
  zone.id = ZoneId::trusted(id);
  zone.name = fmt::format("zone {}", id);
  zone.owner = AuthorityId::trusted(owner);
  zone.rule = rule;
  zone.outline = square(south * 100, west * 100, south * 100 + 100, west * 100 + 100);
  zone.band = {cm_from_flight_level(100), cm_from_flight_level(400), geo::VerticalReference::kFlightLevel};
  return zone;
}

Charter test_charter() {
  Charter c;
  c.id = "test";
  c.name = "Two authorities";
  c.valid_from = kNoon;
  c.authorities = {{AuthorityId::trusted("us"), "United", {}}, {AuthorityId::trusted("ru"), "Other", {}}};
  Zone k1 = square_zone("K1", "us", 30, 40, Rule::kExclusive);
  k1.minima = {1'000, cm_from_feet(1'000), 60'000};
  Zone k2 = square_zone("K2", "us", 30, 41, Rule::kExclusive);
  k2.disclosure = Disclosure::kFull;
  Zone a1 = square_zone("A1", "us", 30, 42, Rule::kAware);
  a1.disclosure = Disclosure::kBusy;
  Zone d1 = square_zone("D1", "us", 30, 43, Rule::kDisputed);
  d1.disclosure = Disclosure::kNone;
  const Zone r1 = square_zone("R1", "ru", 30, 44, Rule::kExclusive);
  Zone s1 = square_zone("S1", "us", 30, 40, Rule::kExclusive);
  s1.domain = Domain::kSea;
  s1.band = {};
  c.zones = {k1, k2, a1, d1, r1, s1};
  return c;
}

Desk::Desk(Charter the_charter, MachineLimits the_limits)
    : charter(std::move(the_charter)), limits(the_limits), machine(founded(*this, log)) {}

MachineConfig Desk::config() const {
  MachineConfig config{.self = AuthorityId::trusted("us"), .charter = charter, .charter_text = {}, .limits = limits};
  for (std::size_t i = 0; i < config.ovn_secret.size(); ++i) config.ovn_secret[i] = static_cast<std::uint8_t>(i);
  return config;
}

Result<Outcome> Desk::tell(std::string_view who, Action action, UtcMs when) {
  now = when;
  return tell_as(who, fmt::format("auto-{}", next_command_++), std::move(action));
}

Result<Outcome> Desk::tell_as(std::string_view who, std::string_view command_id, Action action) {
  auto outcome = machine.execute(command(who, command_id, std::move(action)), now);
  if (outcome && !outcome->repeated) log.push_back(outcome->entry);
  return outcome;
}

std::size_t Desk::tick() {
  std::size_t entries = 0;
  while (auto outcome = machine.tick(now)) {
    log.push_back(outcome->entry);
    ++entries;
  }
  return entries;
}

Result<Machine> Desk::replayed() const {
  Machine other = TRY(Machine::make(config()));
  for (const std::string& line : log) TRY_VOID(other.apply(line));
  TRY_VOID(other.settle());
  return other;
}

const Intent& Desk::intent(std::string_view id) const {
  const Intent* found = machine.find_intent(intent_id(id));
  EXPECT_INVARIANT(found != nullptr);
  return *found;
}

Command command(std::string_view who, std::string_view command_id, Action action) {
  const bool authority = who.ends_with('!');
  if (authority) who.remove_suffix(1);
  return {.id = CommandId::trusted(command_id),
          .by = {.subject = Subject::trusted(who), .authority = authority},
          .action = std::move(action)};
}

CreateIntent create(std::string_view id, std::vector<geo::Volume4d> volumes, std::vector<std::string> keys,
                    Domain domain) {
  return {.intent = intent_id(id),
          .flight = fmt::format("FLIGHT-{}", id),
          .domain = domain,
          .volumes = std::move(volumes),
          .keys = std::move(keys)};
}

CreateMeasure measure(std::string_view id, std::string_view zone, Effect effect, std::vector<geo::Volume4d> volumes) {
  return {.measure = measure_id(id),
          .zone = ZoneId::trusted(zone),
          .effect = effect,
          .text = "firing exercise",
          .volumes = std::move(volumes)};
}

IntentId intent_id(std::string_view id) { return IntentId::trusted(id); }
MeasureId measure_id(std::string_view id) { return MeasureId::trusted(id); }

}  // namespace tansiq::core::testing
