#include "coordination/zone_control_testlib.h"

#include "base/invariant.h"

namespace tansiq::coordination::zone_testing {

core::Charter three_party_charter() {
  core::Charter charter;
  charter.id = "test";
  charter.name = "Three";
  charter.valid_from = kNoon;
  for (const char* id : {"us", "fr", "ru"})
    charter.authorities.push_back({.id = authority(id), .name = id, .keys = {}});
  const auto add = [&](std::string_view id, std::string_view owner, core::Rule rule) -> core::Zone& {
    core::Zone& of = charter.zones.emplace_back();
    of.id = zone(id);
    of.name = id;
    of.owner = authority(owner);
    of.rule = rule;
    of.outline = geo::Circle{.centre = {.lat_e7 = 300'000'000, .lng_e7 = 400'000'000}, .radius_cm = 10'000'00};
    return of;
  };
  add("K1", "us", core::Rule::kExclusive).tenants = {authority("fr"), authority("ru")};
  add("K2", "fr", core::Rule::kExclusive);
  add("D1", "us", core::Rule::kDisputed);
  core::Zone& world = add("W", "us", core::Rule::kExclusive);
  world.background = true;
  world.outline.reset();
  return charter;
}

AdoptedWindow window(std::string_view flight, std::int64_t from_minute, std::int64_t to_minute, std::string_view home) {
  return {.domain = core::Domain::kAir,
          .entered = false,
          .flight = FlightId::trusted(flight),
          .home = authority(home),
          .request = log::sha256(flight),
          .revoking = false,
          .volumes = {
              {.outline = geo::Circle{.centre = {.lat_e7 = 300'000'000, .lng_e7 = 400'000'000}, .radius_cm = 100'00},
               .band = {},
               .window = {.start = at_minute(from_minute), .end = at_minute(to_minute)}}}};
}

Party::Party(std::string_view name, const core::Charter& charter)
    : id(authority(name)), control(id, charter, charter.timing) {}

Written Party::write(Body body, UtcMs now) {
  const Entry entry{
      .seq = log.size(), .time = now, .by = core::Subject::trusted(id.str()), .second = {}, .cmd = {}, .body = body};
  const auto line = write_entry(entry);
  EXPECT_INVARIANT(line.has_value());
  log.push_back({.author = id, .hash = hash_of(*line), .time = now, .body = std::move(body)});
  EXPECT_INVARIANT(!read(log.back()));
  return log.back();
}

std::size_t Party::tick(UtcMs now) {
  std::size_t count = 0;
  while (auto body = control.next(now)) {
    write(std::move(*body), now);
    EXPECT_INVARIANT(++count < 100);
  }
  return count;
}

std::optional<Oddity> Party::read(const Written& entry) {
  auto oddity = control.apply({.author = entry.author, .hash = entry.hash, .time = entry.time, .body = entry.body});
  for (Adoption& adoption : control.take_adoptions()) adopted.push_back(std::move(adoption));
  return oddity;
}

void Party::read_all(const Party& other) {
  for (const Written& entry : other.log) {
    const auto oddity = read(entry);
    EXPECT_INVARIANT(!oddity);
  }
}

Written Party::give(const Result<ClosingPlan>& plan, UtcMs now) {
  EXPECT_INVARIANT(plan.has_value());
  std::vector<EntryHash> parts;
  for (const ZoneSnapshot& part : plan->parts) parts.push_back(write(part, now).hash);
  auto closing = control.close(*plan, parts);
  EXPECT_INVARIANT(closing.has_value());
  return write(std::move(*closing), now);
}

ControlState Party::state(std::string_view zone_id) const { return control.status(zone(zone_id))->state; }

std::string Party::state_text() const {
  std::string text;
  log::JcsWriter out(text);
  control.write_state(out);
  return text;
}

}  // namespace tansiq::coordination::zone_testing
