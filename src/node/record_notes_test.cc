#include "node/record_notes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "coordination/coalition_testlib.h"
#include "node/default_charter.h"

namespace tansiq::node {
namespace {

using namespace coordination::testing;  // NOLINT(google-build-using-namespace): the world of these tests
using coordination::FileFlight;
using coordination::FlightId;
using coordination::LeaseZone;
using picture::AlertKind;
using picture::KnownArea;
using picture::KnownPlan;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr DurationMs kHour = 3'600'000;

/// In K1, at a level of its own.
geo::Volume4d in_k1(UtcMs from, UtcMs to, int level = 150) {
  return volume({3'040, 4'040, 3'050, 4'050, level, level + 5}, from, to);
}

void file(World& world, std::string_view intent, std::vector<geo::Volume4d> volumes) {
  const auto done = world.command(
      "us", core::CreateIntent{
                .intent = IntentId::trusted(intent), .flight = "MIRAGE1", .volumes = std::move(volumes), .keys = {}});
  ASSERT_TRUE(done.has_value()) << done.error().text();
  ASSERT_TRUE(done->decision.accepted());
}

/// All pages.
std::vector<KnownPlan> intents(World& world, std::size_t* pages = nullptr) {
  std::vector<KnownPlan> out;
  std::optional<std::uint64_t> after = 0;
  while (after) {
    IntentPage page = intent_plans(world.at("us").machine(), *after, world.now);
    EXPECT_LE(page.plans.size(), kIntentsPerPage);
    for (KnownPlan& plan : page.plans) out.push_back(std::move(plan));
    if (pages != nullptr) ++*pages;
    EXPECT_TRUE(!page.next || *page.next > *after) << "it gets on";
    after = page.next;
  }
  return out;
}
std::vector<std::string> names(const std::vector<KnownPlan>& plans) {
  std::vector<std::string> out;
  for (const KnownPlan& plan : plans) out.push_back(plan.plan.intent);
  return out;
}
const KnownPlan* find(const std::vector<KnownPlan>& plans, std::string_view intent) {
  const auto at = std::ranges::find(plans, intent, [](const KnownPlan& plan) { return plan.plan.intent; });
  return at == plans.end() ? nullptr : &*at;
}
/// `K1 yes, F1 no`: zones of the legs, and whether they are confirmed.
std::string legs(const KnownPlan* plan) {
  if (plan == nullptr) return "none";
  std::string out;
  for (const picture::Leg& leg : plan->plan.legs) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", leg.zone, leg.confirmed ? "yes" : "no");
  }
  return out;
}

TEST(RecordNotes, AnIntentIsAPlanOfItsManagerWithItsZones) {
  World world;
  file(world, "i1", {in_k1(minutes(10), minutes(20)), in_k1(minutes(20), minutes(30), 170)});
  const std::vector<KnownPlan> plans = intents(world);
  ASSERT_EQ(plans.size(), 1U);
  EXPECT_EQ(plans[0].authority, "us");
  const picture::Plan& plan = plans[0].plan;
  EXPECT_EQ(plan.intent, "i1");
  EXPECT_EQ(plan.manager, "pilot");
  EXPECT_EQ(plan.call_sign, "MIRAGE1");
  EXPECT_EQ(plan.domain, surveillance::Domain::kAir);
  EXPECT_EQ(plan.state, core::IntentState::kAccepted);
  EXPECT_EQ(legs(plans.data()), "K1 yes, K1 yes");
  EXPECT_EQ(plan.legs[1].volume, in_k1(minutes(20), minutes(30), 170));
  ASSERT_TRUE(world.command("us", core::ActivateIntent{IntentId::trusted("i1"), 1}).has_value());
  EXPECT_EQ(intents(world).front().plan.state, core::IntentState::kActivated);
  ASSERT_TRUE(world.command("us", core::EndIntent{IntentId::trusted("i1"), 2}).has_value());
  EXPECT_THAT(intents(world), IsEmpty());
}

TEST(RecordNotes, CraftOfIntentsAndFlightsAreTold) {
  World world;
  const std::vector<core::Craft> craft{{.icao = core::IcaoAddress{0x4CA1FA}, .mode_3a = core::Mode3a{04321}},
                                       {.mmsi = core::Mmsi{5}}};
  core::CreateIntent create{.intent = IntentId::trusted("i1"),
                            .flight = {},
                            .domain = core::Domain::kAir,
                            .volumes = {in_k1(minutes(10), minutes(20))},
                            .keys = {},
                            .craft = craft};
  ASSERT_TRUE(world.command("us", std::move(create)).has_value());
  ASSERT_EQ(intents(world).size(), 1U);
  EXPECT_EQ(intents(world)[0].plan.craft, craft);

  coordination::FlightFiled filed;
  filed.flight = coordination::FlightId::trusted("M1");
  filed.craft = craft;
  filed.legs = {coordination::testing::leg("K4", 200, minutes(40))};
  ASSERT_TRUE(world.act("us", coordination::FileFlight{filed}).has_value());
  world.settle();
  const std::vector<KnownPlan> home = flight_plans(world.at("us"), world.now);
  ASSERT_NE(find(home, "flight:M1"), nullptr);
  EXPECT_EQ(find(home, "flight:M1")->plan.craft, craft);
  // ru is shown the flights of us coarsely: it knows whose leg it is, and not which craft comes.
  const std::vector<KnownPlan> owner = flight_plans(world.at("ru"), world.now);
  ASSERT_NE(find(owner, "leg:us/M1"), nullptr);
  EXPECT_TRUE(find(owner, "leg:us/M1")->plan.craft.empty());
}

TEST(RecordNotes, OnlyWhatIsOfTheHoursAroundNow) {
  World world;
  file(world, "long-after", {in_k1(kNoon + 7 * kHour, kNoon + 8 * kHour)});
  file(world, "now", {in_k1(kNoon, kNoon + kHour)});
  file(world, "late", {in_k1(kNoon + kPlansAfterMs - 1, kNoon + kPlansAfterMs + kHour, 200)});
  file(world, "just-too-late", {in_k1(kNoon + kPlansAfterMs, kNoon + kPlansAfterMs + kHour, 250)});
  EXPECT_EQ(names(intents(world)), (std::vector<std::string>{"now", "late"}));
  // Time brings it into sight, although nothing is recorded.
  world.now = kNoon + 2 * kHour - 1;
  EXPECT_EQ(names(intents(world)), (std::vector<std::string>{"long-after", "now", "late", "just-too-late"}));
  world.now = kNoon + kHour + kPlansBeforeMs;
  EXPECT_EQ(find(intents(world), "now"), nullptr);
}

TEST(RecordNotes, WhatIsOffNominalIsKnownWhateverItsTime) {
  World world;
  file(world, "lost", {in_k1(kNoon, kNoon + kHour)});
  ASSERT_TRUE(world.command("us", core::ActivateIntent{IntentId::trusted("lost"), 1}).has_value());
  ASSERT_TRUE(world.command("us", core::ReportContingent{IntentId::trusted("lost"), 2, {}}).has_value());
  world.now = kNoon + 12 * kHour;
  const std::vector<KnownPlan> plans = intents(world);
  ASSERT_EQ(plans.size(), 1U);
  EXPECT_EQ(plans[0].plan.state, core::IntentState::kContingent);
}

// Time takes the right away, and leaves the aircraft where it is: its overrun is to be seen.
TEST(RecordNotes, WhatHasRunOutIsKnownForAnHourAsAccepted) {
  World world;
  file(world, "flown", {in_k1(kNoon, kNoon + kHour)});
  file(world, "given-back", {in_k1(kNoon, kNoon + kHour, 200)});
  file(world, "group-tf-1-air-1", {in_k1(kNoon, kNoon + kHour, 250)});
  ASSERT_TRUE(world.command("us", core::ActivateIntent{IntentId::trusted("flown"), 1}).has_value());
  ASSERT_TRUE(world.command("us", core::EndIntent{IntentId::trusted("given-back"), 1}).has_value());
  world.advance(kHour + 600'000);
  ASSERT_TRUE(world.at("us").machine().find_intent(IntentId::trusted("flown"))->expired);
  const std::vector<KnownPlan> plans = intents(world);
  EXPECT_EQ(names(plans), std::vector<std::string>{"flown"});
  EXPECT_EQ(plans.at(0).plan.state, core::IntentState::kAccepted) << "it binds who is seen in it alone";
  world.advance(kPlansBeforeMs);
  EXPECT_THAT(intents(world), IsEmpty());
}

TEST(RecordNotes, PagesLeaveNothingOutAndSayNothingTwice) {
  World world;
  // Two pages exactly: the second is full, so a third is asked for, which is empty.
  const std::size_t count = 2 * kIntentsPerPage;
  std::vector<std::string> filed;
  for (std::size_t i = 0; i < count; ++i) {
    const UtcMs from = kNoon + static_cast<std::int64_t>(i) * 10'000;
    filed.push_back(fmt::format("i{}", i));
    file(world, filed.back(), {in_k1(from, from + 10'000)});
  }
  std::size_t pages = 0;
  EXPECT_EQ(names(intents(world, &pages)), filed);
  EXPECT_EQ(pages, 3U);
  // Pages are of intents, not of those that matter: one without any of these still leads on.
  world.now = kNoon + static_cast<std::int64_t>(count) * 10'000 + kPlansBeforeMs - 10'000;
  pages = 0;
  EXPECT_EQ(names(intents(world, &pages)), std::vector<std::string>{filed.back()});
  EXPECT_EQ(pages, 3U);
}

TEST(RecordNotes, AFlightIsOnePlanAtItsHomeAndOneWhereItIsAGuest) {
  World world;
  world.file("us", "GLOBE1", {leg("K1", 200, minutes(10)), leg("K4", 200, minutes(15)), leg("F1", 200, minutes(20))});
  const auto home = flight_plans(world.at("us"), world.now);
  ASSERT_EQ(home.size(), 1U);
  EXPECT_EQ(home[0].authority, "us");
  EXPECT_EQ(home[0].plan.intent, "flight:GLOBE1");
  EXPECT_EQ(home[0].plan.manager, "us");
  EXPECT_EQ(home[0].plan.call_sign, "GLOBE1");
  EXPECT_EQ(legs(home.data()), "K1 yes, K4 yes, F1 yes");
  const auto guest = flight_plans(world.at("ru"), world.now);
  ASSERT_EQ(guest.size(), 1U);
  EXPECT_EQ(guest[0].authority, "us");
  EXPECT_EQ(guest[0].plan.intent, "leg:us/GLOBE1");
  EXPECT_EQ(guest[0].plan.call_sign, "GLOBE1");
  EXPECT_EQ(legs(guest.data()), "K4 yes") << "what lies elsewhere is no business of this owner";
}

TEST(RecordNotes, ALegWithoutItsOwnersConfirmationIsNotConfirmed) {
  World world;
  world.cut("us", "ru");
  world.file("us", "GLOBE1", {leg("K1", 200, minutes(10)), leg("K4", 200, minutes(15))});
  EXPECT_EQ(legs(find(flight_plans(world.at("us"), world.now), "flight:GLOBE1")), "K1 no, K4 no")
      << "one commit for all legs";
  world.heal();
  world.settle();
  EXPECT_EQ(legs(find(flight_plans(world.at("us"), world.now), "flight:GLOBE1")), "K1 yes, K4 yes");
}

TEST(RecordNotes, NobodyConfirmsInADisputedZone) {
  World world;
  world.cut("us", "fr");
  world.cut("ru", "fr");
  world.file("fr", "GLOBE1", {leg("D1", 200, minutes(10))});
  EXPECT_EQ(legs(find(flight_plans(world.at("fr"), world.now), "flight:GLOBE1")), "D1 yes");
}

TEST(RecordNotes, AFlightThroughAGatewayIsItsPrincipals) {
  World world;
  const auto filed = world.act("us", FileFlight{{.alternate = {},
                                                 .call_sign = "BEAR1",
                                                 .domain = core::Domain::kAir,
                                                 .flight = FlightId::trusted("BEAR1"),
                                                 .gate_leg = {},
                                                 .legs = {leg("F1", 200, minutes(10))},
                                                 .principal = AuthorityId::trusted("ru")}});
  ASSERT_TRUE(filed.has_value()) << filed.error().text();
  world.settle();
  const auto home = flight_plans(world.at("us"), world.now);
  ASSERT_EQ(home.size(), 1U);
  EXPECT_EQ(home[0].authority, "ru");
  EXPECT_EQ(home[0].plan.manager, "us");
  const auto guest = flight_plans(world.at("fr"), world.now);
  ASSERT_EQ(guest.size(), 1U);
  EXPECT_EQ(guest[0].authority, "ru");
  EXPECT_EQ(guest[0].plan.intent, "leg:us/BEAR1");
}

TEST(RecordNotes, FlightsOfOtherHoursAreNotKnown) {
  World world;
  world.file("us", "GLOBE1", {leg("F1", 200, minutes(10))});
  world.now = kNoon + 3 * kHour;
  EXPECT_THAT(flight_plans(world.at("us"), world.now), IsEmpty());
  EXPECT_THAT(flight_plans(world.at("fr"), world.now), IsEmpty());
}

std::vector<std::string> area_names(World& world, std::string_view authority) {
  std::vector<std::string> out;
  for (const KnownArea& area : known_areas(world.at(authority))) {
    out.push_back(fmt::format("{} {}", name_of(area.kind), area.id));
  }
  return out;
}

TEST(RecordNotes, ZonesInWhichWeDecideAloneAndMeasures) {
  World world;
  EXPECT_THAT(area_names(world, "us"), ElementsAre("foreign_zone K1")) << "nobody decides in D1";
  EXPECT_THAT(area_names(world, "ru"), ElementsAre("foreign_zone K4"));
  ASSERT_TRUE(world
                  .command("us", core::CreateMeasure{.measure = MeasureId::trusted("FIRE"),
                                                     .zone = ZoneId::trusted("K1"),
                                                     .text = "wildfire",
                                                     .volumes = {in_k1(minutes(0), minutes(60))}})
                  .has_value());
  const std::vector<KnownArea> areas = known_areas(world.at("us"));
  ASSERT_EQ(areas.size(), 2U);
  EXPECT_EQ(areas[0].volumes.front().window.end, kUtcMax) << "a zone is there for ever";
  EXPECT_EQ(areas[1].kind, AlertKind::kVolumeEntry);
  EXPECT_EQ(areas[1].id, "FIRE");
  EXPECT_EQ(areas[1].domain, core::Domain::kAir);
  EXPECT_THAT(areas[1].volumes, ElementsAre(in_k1(minutes(0), minutes(60))));
  ASSERT_TRUE(world.command("us", core::EndMeasure{MeasureId::trusted("FIRE"), 1}).has_value());
  EXPECT_THAT(area_names(world, "us"), ElementsAre("foreign_zone K1"));
}

TEST(RecordNotes, ALeasedZoneIsTheTenants) {
  World world;
  const auto leased = world.act("us", LeaseZone{AuthorityId::trusted("fr"), {}, ZoneId::trusted("K1")});
  ASSERT_TRUE(leased.has_value()) << leased.error().text();
  world.settle();
  EXPECT_THAT(area_names(world, "us"), IsEmpty());
  EXPECT_THAT(area_names(world, "fr"), ElementsAre("foreign_zone K1", "foreign_zone F1"));
}

TEST(RecordNotes, EveryZoneOfTheCharterWithItsMinima) {
  const core::Charter charter = default_charter("vkey", kNoon);
  const picture::Zones zones = known_zones(charter);
  ASSERT_EQ(zones.zones.size(), charter.zones.size());
  for (std::size_t i = 0; i < charter.zones.size(); ++i) {
    const core::Zone& zone = charter.zones[i];
    const picture::ZoneSpace& known = zones.zones[i];
    EXPECT_EQ(known.id, zone.id.str());
    EXPECT_EQ(known.domain, zone.domain);
    EXPECT_EQ(known.minima, zone.minima);
    ASSERT_EQ(known.volume.has_value(), zone.outline.has_value()) << "the background has no outline";
    if (known.volume) {
      EXPECT_EQ(known.volume->outline, *zone.outline);
      EXPECT_EQ(known.volume->band, zone.band);
    }
  }
}

}  // namespace
}  // namespace tansiq::node
