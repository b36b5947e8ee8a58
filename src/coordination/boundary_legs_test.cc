// Legs beside a boundary: which are found, and how a flight with them is cleared, flown, moved and changed.
#include "coordination/boundary_legs.h"

#include <gtest/gtest.h>

#include "coordination/flight_desk_testlib.h"

namespace tansiq::coordination {
namespace {

using flight_testing::authority;
using flight_testing::Home;
using flight_testing::minutes;
using flight_testing::types;

constexpr int kE5 = 100'000;

geo::Polygon rectangle(int south, int west, int north, int east) {
  return {{{south * kE5, west * kE5}, {south * kE5, east * kE5}, {north * kE5, east * kE5}, {north * kE5, west * kE5}}};
}

geo::Volume4d volume(int west, int east, std::int64_t lower_fl = 200, std::int64_t upper_fl = 220) {
  return {.outline = rectangle(3010, west, 3020, east),
          .band = {.lower_cm = lower_fl * 3'048,
                   .upper_cm = upper_fl * 3'048,
                   .reference = geo::VerticalReference::kFlightLevel},
          .window = {minutes(10), minutes(20)}};
}

// A1 (us) 40E to 41E, B1 (ru) 41E to 42E, W1 (ru, aware) 39E to 40E, all FL100 to FL300; T1 (fr) above A1; 5 km and
// 1,000 ft apart.
core::Charter charter() {
  core::Charter out = flight_testing::flight_charter();
  out.zones.clear();
  const auto add = [&](std::string_view id, std::string_view owner, int west, std::int64_t low, std::int64_t high,
                       core::Rule rule) {
    core::Zone zone;
    zone.id = ZoneId::trusted(id);
    zone.name = zone.id.str();
    zone.owner = authority(owner);
    zone.outline = rectangle(3000, west, 3100, west + 100);
    zone.band = geo::LevelBand{
        .lower_cm = low * 3'048, .upper_cm = high * 3'048, .reference = geo::VerticalReference::kFlightLevel};
    zone.minima = {5'000, 30'480, 0};
    zone.rule = rule;
    out.zones.push_back(std::move(zone));
  };
  add("A1", "us", 4000, 100, 300, core::Rule::kExclusive);
  add("B1", "ru", 4100, 100, 300, core::Rule::kExclusive);
  add("T1", "fr", 4000, 300, 400, core::Rule::kExclusive);
  add("W1", "ru", 3900, 100, 300, core::Rule::kAware);
  return out;
}

struct Bounded : Home {
  Bounded() {
    this->charter = coordination::charter();
    desk = std::make_unique<FlightDesk>(self, this->charter, timing, relations, control);
    filed.flight = id;
    filed.legs = {{.volumes = {volume(4050, 4098)}, .zone = ZoneId::trusted("A1")},
                  {.volumes = {volume(4102, 4150)}, .zone = ZoneId::trusted("B1")}};
  }
  [[nodiscard]] FlightFiled asked() const { return with_boundary_legs(zones, filed); }
  core::ZoneTable zones = *core::ZoneTable::make(coordination::charter());
  FlightFiled filed;
};

std::string legs_text(const FlightFiled& filed) {
  std::string out;
  for (const PlannedLeg& leg : filed.legs) {
    if (!out.empty()) out += " ";
    out += leg.zone.str();
    if (leg.beside) out += "/" + std::to_string(*leg.beside);
  }
  return out;
}

TEST(BoundaryLegs, WhatComesWithinTheMinimaIsAskedForThereToo) {
  Bounded b;
  EXPECT_EQ(legs_text(b.asked()), "A1 B1 B1/0 A1/1") << "2 km from the boundary, on either side";
  EXPECT_EQ(b.asked().legs[2].volumes, b.filed.legs[0].volumes);
  b.filed.legs[0].volumes = {volume(4050, 4060), volume(4060, 4098)};
  EXPECT_EQ(b.asked().legs[2].volumes, std::vector{volume(4060, 4098)}) << "only what is near";
  b.filed.legs = {{.volumes = {volume(4050, 4090)}, .zone = ZoneId::trusted("A1")}};
  EXPECT_EQ(legs_text(b.asked()), "A1") << "10 km away";
  b.filed.legs[0].volumes = {volume(4050, 4090, 280, 295)};
  EXPECT_EQ(legs_text(b.asked()), "A1 T1/0") << "500 ft below another's levels";
  b.filed.legs[0].volumes = {volume(4050, 4090, 280, 290)};
  EXPECT_EQ(legs_text(b.asked()), "A1") << "1,000 ft below";
}

TEST(BoundaryLegs, AwareZonesAndOtherDomainsAskForNone) {
  Bounded b;
  b.filed.legs = {{.volumes = {volume(4002, 4050)}, .zone = ZoneId::trusted("A1")}};
  EXPECT_EQ(legs_text(b.asked()), "A1") << "W1 is `aware`";
  b.filed.domain = core::Domain::kSea;
  b.filed.legs[0].volumes = {volume(4050, 4098)};
  EXPECT_EQ(legs_text(b.asked()), "A1");
}

TEST(BoundaryLegs, AreFoundAnewWithEachFiling) {
  Bounded b;
  EXPECT_EQ(with_boundary_legs(b.zones, b.asked()), b.asked());
  FlightFiled moved = b.asked();
  moved.legs[0].volumes = {volume(4050, 4090)};
  EXPECT_EQ(legs_text(with_boundary_legs(b.zones, moved)), "A1 B1 A1/1");
}

TEST(BoundaryLegs, DepartureNeedsThemAndTheyAreFlownWithTheirLeg) {
  Bounded b;
  b.act(b.desk->file(b.asked(), b.now));
  b.hold_all();
  ASSERT_EQ(b.flight().versions.size(), 4U);
  b.confirm(b.leg(0));
  b.confirm(b.leg(1));
  b.confirm(b.leg(3));
  EXPECT_FALSE(b.desk->may_clear(b.id)) << "leg 2, at the neighbour, is not confirmed";
  b.confirm(b.leg(2));
  b.clear();
  b.now = minutes(11);
  EXPECT_TRUE(b.desk->may_enter(b.id, 0, b.now));
  EXPECT_FALSE(b.desk->may_enter(b.id, 2, b.now)) << "not by itself";
  EXPECT_EQ(b.desk->enter(b.id, 2).error().text(), "leg 2 stands beside leg 0: it is entered and left with that");
  EXPECT_EQ(types(b.act(b.desk->enter(b.id, 0))), "leg.entered leg.entered") << "both owners are told";
  EXPECT_TRUE(b.leg(2).entered);
  EXPECT_FALSE(b.leg(1).entered);
  EXPECT_EQ(types(b.act(b.desk->leave(b.id, 0))), "leg.end leg.end");
  EXPECT_EQ(b.flight().left, (std::vector<std::int64_t>{0, 2}));
}

TEST(BoundaryLegs, NoEntryWithoutTheNeighboursClearance) {
  Bounded b;
  b.act(b.desk->file(b.asked(), b.now));
  b.confirm_all();
  b.clear();
  b.now = minutes(11);
  b.act(b.desk->enter(b.id, 0));
  b.close(b.leg(3), Closing::kExpired);  // Beside leg 1.
  EXPECT_FALSE(b.desk->may_enter(b.id, 1, b.now));
  EXPECT_EQ(b.desk->enter(b.id, 1).error().text(),
            "the crew of flight MIRAGE1 has no clearance for leg 3 in zone A1: report a contingency");
}

TEST(BoundaryLegs, TheGateHasThemToo) {
  Bounded b;
  b.filed.alternate = "LCRA";
  b.filed.gate_leg = 0;
  b.act(b.desk->file(b.asked(), b.now));
  b.hold_all();
  b.confirm(b.leg(0));
  EXPECT_FALSE(b.desk->may_clear(b.id)) << "leg 2 stands beside the gate leg";
  b.confirm(b.leg(2));
  EXPECT_TRUE(b.desk->may_clear(b.id)) << "legs 1 and 3 are beyond the gate";
}

TEST(BoundaryLegs, ACounterMovesWhatIsFlownTogether) {
  Bounded b;
  b.act(b.desk->file(b.asked(), b.now));
  // Zones are asked in their order: A1 (legs 0 and 3), then B1 (legs 1 and 2).
  b.hold(b.leg(0), /*time_shift=*/60'000, /*level_shift=*/30'480);
  const FlightFiled after = b.desk->with_counters(b.flight());
  const auto said = b.act(b.desk->accept_counter(b.id));
  EXPECT_EQ(b.flight().plan, after);
  const geo::TimeWindow later{minutes(11), minutes(21)};
  for (const PlannedLeg& leg : b.flight().plan.legs) EXPECT_EQ(leg.volumes[0].window, later) << leg.zone.str();
  EXPECT_EQ(b.flight().plan.legs[2].volumes, b.flight().plan.legs[0].volumes) << "the level too";
  EXPECT_EQ(b.flight().plan.legs[1].volumes[0].band, volume(0, 1).band);
  ASSERT_FALSE(said.empty());
}

TEST(BoundaryLegs, ACounterNearAnotherZoneIsNotTaken) {
  Bounded b;
  b.filed.legs = {{.volumes = {volume(4050, 4090, 270, 285)}, .zone = ZoneId::trusted("A1")}};
  FlightFiled moved = b.asked();
  EXPECT_TRUE(check_boundary(b.zones, moved));
  moved.legs[0].volumes = core::shifted(moved.legs[0].volumes, 0, 10 * 3'048);
  EXPECT_EQ(check_boundary(b.zones, moved).error().text(),
            "legs[0]: leg 0 would come within the minima of zone T1, where nothing has been asked for: decline, and "
            "file another way");
}

TEST(BoundaryLegs, ACounterOutOfAllHeightsIsNotTaken) {
  Bounded b;
  FlightFiled moved = b.asked();
  moved.legs[0].volumes = core::shifted(moved.legs[0].volumes, 0, kHeightCmMin - 300 * 3'048);
  const Status taken = check_boundary(b.zones, moved);
  ASSERT_FALSE(taken) << "a request for it could be read by nobody";
  EXPECT_TRUE(taken.error().text().starts_with("legs[0]")) << taken.error().text();
}

/// Seed 8834 of the simulator: the owners held it before the zones changed, and what was committed to lay in a zone
/// where nothing had been asked for.
TEST(BoundaryLegs, WhatIsHeldIsNotCommittedToWhenTheZonesHaveChanged) {
  Bounded b;
  b.filed.legs = {{.volumes = {volume(4050, 4090)}, .zone = ZoneId::trusted("A1")}};
  core::ZoneTable zones = b.zones;
  b.desk->watch_boundaries(zones);
  b.act(b.desk->file(b.asked(), b.now));
  core::Charter split = charter();
  split.version = 2;
  split.zones[0].band.lower_cm = 250 * 3'048;  // A1 keeps what is above, and B2 comes below it.
  core::Zone below = split.zones[0];
  below.id = ZoneId::trusted("B2");
  below.owner = authority("ru");
  below.band = geo::LevelBand{
      .lower_cm = 100 * 3'048, .upper_cm = 250 * 3'048, .reference = geo::VerticalReference::kFlightLevel};
  split.zones.push_back(below);
  zones = *core::ZoneTable::make(split);
  EXPECT_EQ(types(b.hold(b.leg(0))), "flight.cancel");
}

TEST(BoundaryLegs, AFilingNamesLegsThatAreFlown) {
  Bounded b;
  FlightFiled filed = b.asked();
  EXPECT_TRUE(filed.check());
  filed.legs[2].beside = 2;
  EXPECT_EQ(filed.check().error().text(),
            "legs[2].beside: legs beside a boundary follow those that are flown, and name one of them");
  filed = b.asked();
  std::swap(filed.legs[1], filed.legs[2]);
  EXPECT_FALSE(filed.check()) << "a boundary leg before one that is flown";
  filed = b.asked();
  filed.alternate = "LCRA";
  filed.gate_leg = 2;
  EXPECT_EQ(filed.check().error().text(), "gate leg 2 stands beside another leg");
}

}  // namespace
}  // namespace tansiq::coordination
