// Space that goes from one zone to another with a version of the charter (ADR 36).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/units.h"
#include "coordination/coalition_charter_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kMinute;
using testing::leg;
using testing::minutes;
using ::testing::Not;
using testing::signed_by;

const ZoneId kK1 = ZoneId::trusted("K1");
const ZoneId kK4 = ZoneId::trusted("K4");
const ZoneId kK5 = ZoneId::trusted("K5");

class CoalitionSpaceTest : public testing::CoalitionCharterTest {
 protected:
  /// K4 of ru keeps what is below FL250; above it K5 of fr begins.
  void cut_k4() {
    core::Zone upper = testing::zone("K5", "fr", 4100);
    two.zones[1].band.upper_cm = cm_from_flight_level(250);
    upper.band.lower_cm = cm_from_flight_level(250);
    two.zones.push_back(std::move(upper));
  }
  static PlannedLeg in_k5(UtcMs from) {
    PlannedLeg out = leg("K4", 300, from);
    out.zone = kK5;
    return out;
  }
  Result<core::Outcome> intent(std::string_view who, std::string_view id, UtcMs from, UtcMs to) {
    core::CreateIntent create;
    create.intent = IntentId::trusted(id);
    create.volumes = leg("K4", 300, from).volumes;
    create.volumes[0].window.end = to;
    return world.command(who, std::move(create));
  }
  std::string refusal(std::string_view who) { return adopt(who, signed_by(two, {"us", "ru", "fr"})).error().text(); }
};

TEST_F(CoalitionSpaceTest, WhoGainsSpaceWaitsForTheWordOfWhoLosesIt) {
  cut_k4();
  adopt({"us", "fr"});
  come_into_force();
  // ru has not adopted: it goes on as it was, and may have granted what nobody else knows of.
  EXPECT_TRUE(world.at("ru").control().may_grant(kK4, world.now));
  EXPECT_FALSE(world.at("fr").control().may_grant(kK5, world.now));
  EXPECT_EQ(world.at("fr").control().awaited(kK5), std::set{AuthorityId::trusted("ru")});
  EXPECT_EQ(world.file("us", "U1", {in_k5(minutes(20))}).versions.at(0).state, HomeState::kRefused);
  const auto own = intent("fr", "i1", minutes(15), minutes(20));
  EXPECT_TRUE(!own || !own->decision.accepted());
  expect_same_everywhere("fr");

  ASSERT_TRUE(adopt("ru", signed_by(two, {"us", "ru", "fr"})).has_value());
  world.settle();
  EXPECT_TRUE(world.at("fr").control().may_grant(kK5, world.now));
  EXPECT_EQ(world.file("us", "U2", {in_k5(minutes(20))}).versions.at(0).state, HomeState::kConfirmed);
  const auto later = intent("fr", "i2", minutes(30), minutes(32));
  ASSERT_TRUE(later.has_value()) << later.error().text();
  EXPECT_TRUE(later->decision.accepted());
  for (const char* who : {"us", "ru", "fr"}) expect_same_everywhere(who);
}

TEST_F(CoalitionSpaceTest, APlanThatLacksABoundaryLegOfTheNewVersionIsGivenUpBeforeMoreIsAskedFor) {
  cut_k4();
  // F1 is asked for first, and does not answer until K4 has another upper limit.
  world.cut("us", "fr");
  world.cut("fr", "us");
  const auto filed = [&](std::string_view flight, int level) {
    return world.file("us", flight, {leg("F1", level, minutes(30)), leg("K4", level, minutes(32))}).versions.size();
  };
  ASSERT_EQ(filed("NEAR", 260), 1U) << "above what K4 keeps: it meets K5, which nobody has been asked for";
  ASSERT_EQ(filed("FAR", 200), 1U);
  adopt({"us", "ru", "fr"});
  come_into_force();
  world.heal();
  world.settle();
  EXPECT_TRUE(world.flight("us", "NEAR").failed);
  for (const HomeVersion& v : world.flight("us", "NEAR").versions) EXPECT_NE(v.zone, kK4);
  EXPECT_EQ(world.flight("us", "FAR").versions.size(), 2U);
  for (const HomeVersion& v : world.flight("us", "FAR").versions) EXPECT_EQ(v.state, HomeState::kConfirmed);
  for (const char* who : {"us", "ru", "fr"}) expect_same_everywhere(who);
}

TEST_F(CoalitionSpaceTest, NobodyWaitsForWhoIsStruckOut) {
  strike_out("fr");
  core::Zone taken = testing::zone("K6", "us", 4200);
  two.zones.push_back(std::move(taken));
  const std::string note = signed_by(two, {"us", "ru"});
  for (const char* who : {"us", "ru"}) ASSERT_TRUE(adopt(who, note).has_value());
  world.settle();
  come_into_force();
  EXPECT_TRUE(world.at("us").control().may_grant(ZoneId::trusted("K6"), world.now));
}

TEST_F(CoalitionSpaceTest, WhatIsNotTouchedWaitsForNobody) {
  cut_k4();
  adopt({"us", "fr"});
  come_into_force();
  for (const char* zone : {"K1", "F1"}) {
    const AuthorityId who = *world.at("us").control().sequencer(ZoneId::trusted(zone));
    EXPECT_TRUE(world.at(who.str()).control().may_grant(ZoneId::trusted(zone), world.now)) << zone;
  }
}

TEST_F(CoalitionSpaceTest, AHoldThatWouldOutliveItsZoneLapsesWithTheAdoption) {
  cut_k4();
  ASSERT_TRUE(world.act("fr", FileFlight{{.alternate = {},
                                          .call_sign = "F1",
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("F1"),
                                          .gate_leg = {},
                                          .legs = {leg("K4", 300, minutes(9))},
                                          .principal = {}}}));
  world.pull("ru", "fr");
  ASSERT_THAT(world.said("ru"), Contains("leg.hold"));
  // Home commits before it reads that the hold is over.
  world.pull("fr", "ru");
  ASSERT_THAT(world.said("fr"), Contains("flight.commit"));
  ASSERT_TRUE(adopt("ru", signed_by(two, {"us", "ru", "fr"})).has_value());
  world.settle();
  EXPECT_THAT(world.said("ru"), Contains("leg.lapsed"));
  EXPECT_THAT(world.said("ru"), Not(Contains("leg.confirmed")));
  for (const char* who : {"ru", "fr"}) expect_same_everywhere(who);
}

TEST_F(CoalitionSpaceTest, OwnIntentsAreEndedBeforeSpaceIsGivenAway) {
  cut_k4();
  ASSERT_TRUE(intent("ru", "i1", minutes(5), minutes(30))->decision.accepted());
  EXPECT_THAT(refusal("ru"), HasSubstr("intent i1 of our own there last longer"));
  ASSERT_TRUE(world.command("ru", core::EndIntent{.intent = IntentId::trusted("i1"), .version = 1}).has_value());
  adopt({"ru"});
  // From now on they end by the moment.
  const auto beyond = intent("ru", "i2", minutes(5), minutes(11));
  EXPECT_TRUE(!beyond || !beyond->decision.accepted());
  const auto before = intent("ru", "i3", minutes(5), minutes(10));
  ASSERT_TRUE(before.has_value()) << before.error().text();
  EXPECT_TRUE(before->decision.accepted());
}

TEST_F(CoalitionSpaceTest, ATenantAdoptsBeforeTheOwner) {
  two.zones[0].band.upper_cm = cm_from_flight_level(250);
  ASSERT_TRUE(world.act("us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = minutes(60), .zone = kK1}));
  world.settle();
  EXPECT_THAT(refusal("us"), HasSubstr("fr decides there until 2026-11-25T13:00:00Z, and has not adopted"));
  adopt({"fr"});
  adopt({"us"});
  EXPECT_EQ(world.at("fr").control().grants_end(kK1), two.valid_from);
}

TEST_F(CoalitionSpaceTest, ALeaseThatEndsBeforeTheMomentIsInNobodysWay) {
  two.zones[0].band.upper_cm = cm_from_flight_level(250);
  two.valid_from = minutes(30);
  ASSERT_TRUE(world.act("us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = minutes(20), .zone = kK1}));
  world.settle();
  adopt({"us"});
}

TEST_F(CoalitionSpaceTest, AZoneThatIsTakenAwayIsLeasedUntilThenAndHandedOverAfterwards) {
  two.zones[0].band.upper_cm = cm_from_flight_level(250);
  two.valid_from = minutes(30);
  adopt({"us"});
  const auto lease = [&](std::optional<UtcMs> until) {
    return world.act("us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = until, .zone = kK1});
  };
  EXPECT_THAT(lease(minutes(60)).error().text(), HasSubstr("can be leased until then"));
  EXPECT_THAT(lease({}).error().text(), HasSubstr("handed over afterwards"));
  EXPECT_TRUE(lease(minutes(30)).has_value());
}

TEST_F(CoalitionSpaceTest, WindowsThatWentOverWithALeaseCountAtTheOwner) {
  two.zones[0].band.upper_cm = cm_from_flight_level(250);
  two.valid_from = minutes(30);
  ASSERT_EQ(world.file("ru", "R1", {leg("K1", 200, minutes(28))}).versions.at(0).state, HomeState::kConfirmed);
  ASSERT_TRUE(world.act("us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = minutes(20), .zone = kK1}));
  world.settle();
  EXPECT_THAT(refusal("us"), HasSubstr("flight R1 of ru is confirmed there until"));
}

TEST_F(CoalitionSpaceTest, WhatComesBackToAnEarlierOwnerCountsThereToo) {
  ASSERT_EQ(world.file("ru", "R1", {leg("K1", 200, minutes(28))}).versions.at(0).state, HomeState::kConfirmed);
  ASSERT_TRUE(world.act("us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = minutes(60), .zone = kK1}));
  world.settle();
  two.zones[0].owner = AuthorityId::trusted("ru");
  follow({"us", "ru", "fr"});
  two.zones[0].band.upper_cm = cm_from_flight_level(250);
  two.valid_from = minutes(30);
  EXPECT_THAT(refusal("us"), HasSubstr("flight R1 of ru is confirmed there until"));
  two.valid_from = minutes(40);
  EXPECT_THAT(refusal("us"), HasSubstr("fr decides there until 2026-11-25T13:00:00Z, and has not adopted"));
}

TEST_F(CoalitionSpaceTest, AnAircraftThatHasNotReportedOutIsFreedBeforeItsZoneIsRedrawn) {
  cut_k4();
  two.valid_from = minutes(40);
  ASSERT_EQ(world.file("fr", "F1", {leg("K4", 200, minutes(5))}).versions.at(0).state, HomeState::kConfirmed);
  const auto of_flight = [&](Act act) {
    const auto done = world.act("fr", std::move(act));
    ASSERT_TRUE(done.has_value()) << done.error().text();
    world.settle();
  };
  of_flight(StepFlight{FlightId::trusted("F1"), FlightStep::kClear, {}});
  of_flight(StepFlight{FlightId::trusted("F1"), FlightStep::kReadBack, {}});
  world.advance(6 * kMinute);
  of_flight(ReportLeg{.entered = true, .flight = FlightId::trusted("F1"), .leg = 0});
  world.advance(5 * kMinute);
  world.settle();
  ASSERT_THAT(world.said("ru"), Contains("alarm"));
  EXPECT_THAT(refusal("ru"),
              HasSubstr("flight F1 of fr was to leave it at 2026-11-25T12:10:00Z and has not reported out"));
  const EntryHash request = world.at("ru").legs().versions().begin()->first;
  ASSERT_TRUE(world.act("ru", FreeOverdue{request}).has_value());
  adopt({"ru"});
}

TEST_F(CoalitionSpaceTest, TheStatusAndTheRefusalSayForWhomAZoneWaits) {
  cut_k4();
  adopt({"us", "fr"});
  come_into_force();
  EXPECT_EQ(world.at("fr").control().status(kK5)->awaited, std::set{AuthorityId::trusted("ru")});
  EXPECT_TRUE(world.at("fr").control().status(ZoneId::trusted("F1"))->awaited.empty());
  const HomeVersion refused = world.file("us", "U1", {in_k5(minutes(20))}).versions.at(0);
  EXPECT_EQ(refused.refusal, LegRefusal::kNotSequencer);
  std::string text;
  for (const Written& written : world.record("us")) {
    const auto entry = read_entry(written.line);
    if (const auto* of = entry ? std::get_if<LegRefused>(&entry->body) : nullptr) text = of->text;
  }
  EXPECT_THAT(text, HasSubstr("nothing is granted in K5 before ru has adopted the version"));
}

}  // namespace
}  // namespace tansiq::coordination
