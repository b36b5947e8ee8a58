// Whole coalitions over public interfaces: what several authorities say to each other, and what each then knows.
#include "coordination/coalition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr DurationMs kMinute = 60'000;

Edge edge(std::string_view from, std::string_view to, Capability capability = Capability::kRequest) {
  return {capability, RelationDomain::kAir, AuthorityId::trusted(from), AuthorityId::trusted(to)};
}

class CoalitionTest : public ::testing::Test {
 protected:
  ~CoalitionTest() override {
    // Whatever happened, each record replays to the state that it led to.
    for (const core::Authority& a : world.charter.authorities) {
      EXPECT_EQ(world.replayed(a.id.str())->state_hash(), world.at(a.id.str()).state_hash()) << a.id.str();
    }
  }
  bool confirmed(const Flight& flight) {
    return std::ranges::all_of(flight.versions, [](const auto& v) { return v.state == HomeState::kConfirmed; }) &&
           !flight.versions.empty();
  }
  Status step(std::string_view authority, std::string_view flight, FlightStep step) {
    const auto done = world.act(authority, StepFlight{FlightId::trusted(flight), step, {}});
    if (!done) return std::unexpected(done.error());
    world.settle();
    return {};
  }
  World world;
};

TEST_F(CoalitionTest, AFlightCrossesThreeZones) {
  const Flight& flight =
      world.file("fr", "M1", {leg("K1", 200, minutes(20)), leg("K4", 200, minutes(25)), leg("F1", 200, minutes(30))});
  EXPECT_TRUE(confirmed(flight));
  EXPECT_EQ(flight.versions.size(), 3U);
  EXPECT_TRUE(world.at("fr").flights().may_clear(FlightId::trusted("M1")).has_value());
  // Each owner has booked it, and nothing but the pair's own log has told it.
  EXPECT_EQ(world.at("us").legs().versions().size(), 1U);
  EXPECT_EQ(world.at("us").machine().live_volumes(), 1U);
  EXPECT_THAT(world.said("us"), IsSupersetOf({"leg.hold", "leg.confirmed", "anchor.pair"}));
  ASSERT_TRUE(step("fr", "M1", FlightStep::kClear).has_value());
  ASSERT_TRUE(step("fr", "M1", FlightStep::kReadBack).has_value());
  EXPECT_FALSE(world.at("fr").flights().may_enter(FlightId::trusted("M1"), 0, minutes(19)));
  EXPECT_TRUE(world.at("fr").flights().may_enter(FlightId::trusted("M1"), 0, minutes(21)));
}

TEST_F(CoalitionTest, AConflictIsCounteredAndAnOfficerTakesTheCounter) {
  world.file("fr", "M1", {leg("K4", 200, minutes(20))});
  const Flight& second = world.file("us", "M2", {leg("K1", 200, minutes(15)), leg("K4", 200, minutes(20))});
  EXPECT_FALSE(confirmed(second)) << "a counter is never accepted by a machine";
  const auto counters = world.at("us").flights().counters(FlightId::trusted("M2"));
  ASSERT_EQ(counters.size(), 1U);
  EXPECT_EQ(counters.front()->zone.str(), "K4");
  ASSERT_TRUE(step("us", "M2", FlightStep::kAcceptCounter).has_value());
  EXPECT_TRUE(confirmed(world.flight("us", "M2")));
}

TEST_F(CoalitionTest, BackToBack) {
  // Windows are half-open: one ends when the next begins, at the same level and place.
  EXPECT_TRUE(confirmed(world.file("fr", "M1", {leg("K4", 200, minutes(20))})));
  EXPECT_TRUE(confirmed(world.file("us", "M2", {leg("K4", 200, minutes(25))})));
}

TEST_F(CoalitionTest, OwnTrafficAndLegsOfOthersKeepClear) {
  world.file("fr", "M1", {leg("K4", 200, minutes(20))});
  core::CreateIntent intent;
  intent.intent = IntentId::trusted("local");
  intent.volumes = leg("K4", 200, minutes(22)).volumes;
  const auto refused = world.command("ru", intent);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->decision.refusal, core::Refusal::kConflict);
}

TEST_F(CoalitionTest, TotalFreeze2014) {
  const Flight& flight = world.file("fr", "M1", {leg("K4", 200, minutes(20))});
  ASSERT_TRUE(confirmed(flight));
  ASSERT_TRUE(world.act("ru", FreezeRelation{{{edge("ru", "fr"), 0}}, AuthorityId::trusted("fr"), "suspended"}));
  world.settle();
  // Confirmed legs survive, new requests do not pass.
  EXPECT_TRUE(confirmed(world.flight("fr", "M1")));
  const auto refused = world.act("fr", FileFlight{{.alternate = {},
                                                   .call_sign = {},
                                                   .domain = core::Domain::kAir,
                                                   .flight = FlightId::trusted("M2"),
                                                   .gate_leg = {},
                                                   .legs = {leg("K4", 300, minutes(20))},
                                                   .principal = {}}});
  EXPECT_FALSE(refused.has_value()) << "the officer is shown why not before anything is sent";
  // The safety floor: giving back always passes.
  ASSERT_TRUE(step("fr", "M1", FlightStep::kCancel).has_value());
  EXPECT_EQ(world.at("ru").machine().live_volumes(), 0U);
  // One key froze; two thaw.
  ASSERT_TRUE(world.act("fr", ProposeRelation{"", {{edge("ru", "fr"), 1}}, AuthorityId::trusted("ru"), ""}));
  world.settle();
  EXPECT_EQ(world.at("ru").relations().level(edge("ru", "fr")), 0) << "one key widens nothing";
}

TEST_F(CoalitionTest, AFreezeThatIsNotReadYetIsRefusedByTheOwner) {
  ASSERT_TRUE(world.act("ru", FreezeRelation{{{edge("ru", "fr"), 0}}, AuthorityId::trusted("fr"), ""}));
  // fr has not read it: its request is sent, and refused.
  ASSERT_TRUE(world.act("fr", FileFlight{{.alternate = {},
                                          .call_sign = {},
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("M2"),
                                          .gate_leg = {},
                                          .legs = {leg("K4", 300, minutes(20))},
                                          .principal = {}}}));
  world.pull("ru", "fr");
  EXPECT_THAT(world.record("ru").back().line, HasSubstr("\"reason\":\"frozen\""));
  world.settle();
}

TEST_F(CoalitionTest, TimeoutCommit) {
  ASSERT_TRUE(world.act("fr", FileFlight{{.alternate = {},
                                          .call_sign = {},
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("M1"),
                                          .gate_leg = {},
                                          .legs = {leg("K4", 200, minutes(20))},
                                          .principal = {}}}));
  world.pull("ru", "fr");
  world.pull("fr", "ru");
  EXPECT_THAT(world.said("fr"), Contains("flight.commit"));
  // The commit arrives after the hold has run out: it changes nothing, and the home learns of it by the owner's entry.
  world.advance(3 * kMinute);
  EXPECT_THAT(world.said("ru"), Contains("leg.lapsed"));
  world.settle();
  EXPECT_THAT(world.said("ru"), Not(Contains("leg.confirmed")));
  EXPECT_TRUE(world.flight("fr", "M1").ended);
}

TEST_F(CoalitionTest, OwnZonesGoOnWithEveryLinkCut) {
  world.cut("us", "ru");
  world.cut("us", "fr");
  world.cut("ru", "fr");
  EXPECT_TRUE(confirmed(world.file("us", "M1", {leg("K1", 200, minutes(20))})));
  EXPECT_TRUE(confirmed(world.file("ru", "M2", {leg("K4", 200, minutes(20))})));
  const Flight& waits = world.file("us", "M3", {leg("K1", 300, minutes(20)), leg("K4", 300, minutes(25))});
  EXPECT_FALSE(confirmed(waits));
  world.heal();
  world.settle();
  EXPECT_TRUE(confirmed(world.flight("us", "M3")));
}

TEST_F(CoalitionTest, ALeasedZoneIsDecidedByItsTenant) {
  world.file("ru", "M1", {leg("K1", 200, minutes(50))});
  ASSERT_TRUE(world.act("us", LeaseZone{AuthorityId::trusted("fr"), minutes(120), ZoneId::trusted("K1")}).has_value());
  world.settle();
  EXPECT_EQ(world.at("ru").control().sequencer(ZoneId::trusted("K1")), AuthorityId::trusted("fr"));
  // The tenant has adopted what was granted before, and grants on.
  const Flight& conflicting = world.file("ru", "M2", {leg("K1", 200, minutes(50))});
  EXPECT_FALSE(confirmed(conflicting));
  EXPECT_TRUE(confirmed(world.file("ru", "M3", {leg("K1", 300, minutes(50))})));
  EXPECT_THAT(world.said("fr"), Contains("leg.confirmed"));
  // Back to its owner.
  ASSERT_TRUE(world.act("fr", ReturnZone{ZoneId::trusted("K1")}).has_value());
  world.settle();
  EXPECT_EQ(world.at("ru").control().sequencer(ZoneId::trusted("K1")), AuthorityId::trusted("us"));
  EXPECT_FALSE(confirmed(world.file("ru", "M4", {leg("K1", 300, minutes(52))})));
}

core::CreateIntent own_intent(std::string_view id, std::string_view zone, int level, UtcMs from) {
  core::CreateIntent out;
  out.intent = IntentId::trusted(id);
  out.volumes = leg(zone, level, from).volumes;
  return out;
}

TEST_F(CoalitionTest, AZoneGoesOverWithoutOwnUseOrNotAtAll) {
  const LeaseZone lease{AuthorityId::trusted("fr"), minutes(60), ZoneId::trusted("K1")};
  ASSERT_TRUE(world.command("us", own_intent("i1", "K1", 200, minutes(20))));
  ASSERT_TRUE(world.command("us", own_intent("after", "K1", 200, minutes(70))));
  core::CreateMeasure closed;
  closed.measure = MeasureId::trusted("m1");
  closed.zone = ZoneId::trusted("K1");
  closed.effect = core::Effect::kRefuse;
  closed.volumes = leg("K1", 300, minutes(30)).volumes;
  ASSERT_TRUE(world.command("us", closed));
  EXPECT_EQ(world.act("us", lease).error().text(),
            "zone: intent i1, measure m1 of our own in zone K1 would not go over with it: end what is listed, or wait "
            "until 2026-11-25T12:35:00Z");
  ASSERT_TRUE(world.command("us", core::EndIntent{IntentId::trusted("i1"), 1}));
  ASSERT_TRUE(world.command("us", core::EndMeasure{MeasureId::trusted("m1"), 1}));
  EXPECT_TRUE(world.act("us", lease)) << "what begins after the lease stays ours";
}

TEST_F(CoalitionTest, ATenantGivesItselfNothingBeforeItHasTakenUpTheLease) {
  world.file("ru", "M1", {leg("K1", 200, minutes(20))});
  // A node whose clock is not fit takes up no lease, and so has not adopted what was granted.
  ASSERT_TRUE(world.act("fr", DeclareClock{true, "no satellite time"}));
  ASSERT_TRUE(world.act("us", LeaseZone{AuthorityId::trusted("fr"), minutes(60), ZoneId::trusted("K1")}));
  world.settle();
  const auto early = world.command("fr", own_intent("i1", "K1", 200, minutes(20)));
  ASSERT_TRUE(early);
  EXPECT_EQ(early->decision.refusal, core::Refusal::kNotSequencer);
  EXPECT_TRUE(core::read_entry(world.record("fr").back().line)) << "what is written can be read";
  ASSERT_TRUE(world.act("fr", DeclareClock{false, "back"}));
  world.settle();
  const auto then = world.command("fr", own_intent("i2", "K1", 200, minutes(20)));
  ASSERT_TRUE(then);
  EXPECT_EQ(then->decision.refusal, core::Refusal::kConflict) << "M1 has come over with the zone";
}

TEST_F(CoalitionTest, ATenantGivesItselfNothingBeyondItsLease) {
  ASSERT_TRUE(world.act("us", LeaseZone{AuthorityId::trusted("fr"), minutes(60), ZoneId::trusted("K1")}));
  world.settle();
  EXPECT_TRUE(world.command("fr", own_intent("i1", "K1", 200, minutes(50))));
  EXPECT_EQ(world.command("fr", own_intent("i2", "K1", 200, minutes(58))).error().text(),
            "volumes[0].window: zone \"K1\" is leased to us: a window there ends by 2026-11-25T13:00:00Z");
  EXPECT_EQ(world.act("fr", ReturnZone{ZoneId::trusted("K1")}).error().code, ErrorCode::kConflict)
      << "intent i1 would not go back with it";
  // The lessor, once the lease has ended, gives nothing away from within it.
  world.advance(minutes(61) - world.now);
  world.settle();
  ASSERT_EQ(world.at("us").control().sequencer(ZoneId::trusted("K1")), AuthorityId::trusted("us"));
  EXPECT_TRUE(world.command("us", own_intent("i3", "K1", 200, minutes(62))));
}

TEST_F(CoalitionTest, FilingThroughAGatewayIsJudgedByTheGatewaysRelation) {
  ASSERT_TRUE(world.act("fr", FreezeRelation{{{edge("fr", "ru"), 0}}, AuthorityId::trusted("ru"), ""}));
  world.settle();
  // ru may not ask fr itself; through us it may.
  const auto filed = world.act("us", FileFlight{{.alternate = {},
                                                 .call_sign = {},
                                                 .domain = core::Domain::kAir,
                                                 .flight = FlightId::trusted("G1"),
                                                 .gate_leg = {},
                                                 .legs = {leg("F1", 200, minutes(20))},
                                                 .principal = AuthorityId::trusted("ru")}});
  ASSERT_TRUE(filed.has_value()) << filed.error().text();
  world.settle();
  EXPECT_TRUE(confirmed(world.flight("us", "G1")));
  const auto& asked = world.at("fr").legs().versions().begin()->second;
  EXPECT_EQ(asked.principal, AuthorityId::trusted("ru")) << "the entry names both";
}

TEST_F(CoalitionTest, RestartsChangeNothing) {
  ASSERT_TRUE(world.act("fr", FileFlight{{.alternate = {},
                                          .call_sign = {},
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("M1"),
                                          .gate_leg = {},
                                          .legs = {leg("K1", 200, minutes(20)), leg("K4", 200, minutes(25))},
                                          .principal = {}}}));
  for (int i = 0; i < 8; ++i) {
    for (const std::string_view reader : {"us", "ru", "fr"}) {
      for (const std::string_view author : {"us", "ru", "fr"}) {
        if (reader != author) world.pull(reader, author);
      }
      world.restart(reader);
    }
  }
  EXPECT_TRUE(confirmed(world.flight("fr", "M1")));
}

TEST_F(CoalitionTest, RepeatingAnActReturnsTheFirstOutcome) {
  const ActCommand command{.cmd = CommandId::trusted("once"),
                           .by = core::Subject::trusted("officer@ru"),
                           .second = {},
                           .act = FreezeRelation{{{edge("ru", "fr"), 0}}, AuthorityId::trusted("fr"), ""}};
  Batch batch;
  const auto first = world.at("ru").act(command, world.now, batch);
  ASSERT_TRUE(first.has_value());
  const std::size_t size = batch.size();
  const auto again = world.at("ru").act(command, world.now, batch);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(batch.size(), size);
  World other;
  std::swap(world, other);  // the batch above stands in no record
}

TEST_F(CoalitionTest, WhatWidensNeedsTwoOfficersWhereTheyAreDemanded) {
  auto strict = Coalition::make({.machine = {.self = AuthorityId::trusted("ru"), .charter = world.charter},
                                 .quota = {},
                                 .officers = {.accept = true, .freeze = false, .propose = true}});
  ASSERT_TRUE(strict.has_value());
  Batch batch;
  (*strict)->found(world.now, batch);
  ActCommand command{.cmd = CommandId::trusted("1"),
                     .by = core::Subject::trusted("chief"),
                     .second = {},
                     .act = FreezeRelation{{{edge("ru", "fr"), 0}}, AuthorityId::trusted("fr"), ""}};
  EXPECT_TRUE((*strict)->act(command, world.now, batch).has_value()) << "whoever is on watch may freeze alone";
  command.cmd = CommandId::trusted("2");
  command.act = ProposeRelation{"", {{edge("ru", "fr"), 1}}, AuthorityId::trusted("fr"), ""};
  EXPECT_EQ((*strict)->act(command, world.now, batch).error().code, ErrorCode::kForbidden);
  command.second = core::Subject::trusted("deputy");
  EXPECT_TRUE((*strict)->act(command, world.now, batch).has_value());
  EXPECT_THAT(batch.back().line, HasSubstr("\"second\":\"deputy\""));
}

TEST_F(CoalitionTest, SnapshotsComeBackEqual) {
  world.file("fr", "M1", {leg("K1", 200, minutes(20)), leg("K4", 200, minutes(25))});
  ASSERT_TRUE(world.act("ru", FreezeRelation{{{edge("ru", "fr"), 0}}, AuthorityId::trusted("fr"), ""}));
  ASSERT_TRUE(world.act("us", LeaseZone{AuthorityId::trusted("fr"), minutes(120), ZoneId::trusted("K1")}).has_value());
  world.settle();
  for (const core::Authority& a : world.charter.authorities) {
    Coalition& node = world.at(a.id.str());
    const Bytes snapshot = node.write_snapshot();
    auto back = Coalition::read_snapshot({.machine = {.self = a.id, .charter = world.charter}, .quota = {}}, snapshot);
    ASSERT_TRUE(back.has_value()) << back.error().text();
    EXPECT_EQ((*back)->state_hash(), node.state_hash());
    EXPECT_EQ((*back)->coordination_state(), node.coordination_state());
    EXPECT_EQ((*back)->machine().live_volumes(), node.machine().live_volumes());
    Bytes damaged = snapshot;
    damaged[damaged.size() / 2] ^= 1;
    EXPECT_FALSE(Coalition::read_snapshot({.machine = {.self = a.id, .charter = world.charter}, .quota = {}}, damaged)
                     .has_value());
  }
}

TEST_F(CoalitionTest, GarbageOfAPeerIsNotedAndHarmsNobody) {
  Batch batch;
  const LogName log{AuthorityId::trusted("fr"), LogName::Kind::kMembers, {}};
  const std::vector<std::string> lines{"garbage\n",
                                       "{\"body\":{},\"seq\":1,\"time_ms\":1,\"type\":\"leg.hold\",\"v\":1}\n",
                                       // meant for a pair, in the log of all
                                       *write_entry({.seq = 3,
                                                     .time = world.now,
                                                     .by = {},
                                                     .second = {},
                                                     .cmd = {},
                                                     .body = LegEnd{.request = {}, .to = AuthorityId::trusted("ru")}})};
  world.at("ru").read(log, lines, 3, log::sha256("root"), world.now, batch);
  std::vector<std::string> noted;
  for (const Written& written : batch) {
    if (written.line.find("\"type\":\"anomaly\"") != std::string::npos) noted.push_back(written.line);
  }
  ASSERT_EQ(noted.size(), 3U);
  EXPECT_THAT(noted[2], HasSubstr("does not belong in this log"));
  World other;
  std::swap(world, other);
}

TEST_F(CoalitionTest, AClockAheadIsSaidOnce) {
  world.now = world.now + 10 * kMinute;
  ASSERT_TRUE(world.act("fr", FreezeRelation{{{edge("fr", "ru"), 0}}, AuthorityId::trusted("ru"), ""}));
  world.now = world.now - 10 * kMinute;
  world.pull("ru", "fr");
  EXPECT_THAT(world.said("ru"), Contains("alarm").Times(1));
}

// What the simulator found -------------------------------------------------------------------------------------------

class LeaseEndsTest : public CoalitionTest {
 protected:
  /// K1 is leased to fr, which has adopted ru's window there. ru's aircraft is inside.
  void lease_with_aircraft_inside() {
    world.file("ru", "M1", {leg("K1", 200, minutes(5))});
    ASSERT_TRUE(step("ru", "M1", FlightStep::kClear).has_value());
    ASSERT_TRUE(step("ru", "M1", FlightStep::kReadBack).has_value());
    ASSERT_TRUE(world.act("us", LeaseZone{AuthorityId::trusted("fr"), minutes(7), ZoneId::trusted("K1")}).has_value());
    world.settle();
    world.advance(5 * kMinute + 10'000);
    ASSERT_TRUE(world.act("ru", ReportLeg{true, FlightId::trusted("M1"), 0}).has_value());
    world.settle();
    ASSERT_TRUE(only("fr").entered);
  }
  const LegVersion& only(std::string_view authority) {
    EXPECT_EQ(world.at(authority).legs().versions().size(), 1U);
    return world.at(authority).legs().versions().begin()->second;
  }
};

TEST_F(LeaseEndsTest, AFormerTenantKeepsNoWindowOpen) {
  lease_with_aircraft_inside();
  // The lease ends; then the aircraft leaves, of which home tells the owner alone.
  world.advance(2 * kMinute);
  world.settle();
  ASSERT_TRUE(world.act("ru", ReportLeg{false, FlightId::trusted("M1"), 0}).has_value());
  world.settle();
  EXPECT_EQ(only("us").state, LegState::kEnded);
  world.advance(4 * kMinute);
  world.settle();
  EXPECT_FALSE(only("fr").live()) << to_text(only("fr").state);
  EXPECT_EQ(world.at("fr").machine().live_volumes(), 0U);
}

TEST_F(LeaseEndsTest, ALessorsNoteOfAnEndIsNoAnomaly) {
  lease_with_aircraft_inside();
  ASSERT_TRUE(world.act("ru", ReportLeg{false, FlightId::trusted("M1"), 0}).has_value());
  world.settle();
  EXPECT_EQ(only("us").state, LegState::kEnded);
  EXPECT_THAT(world.said("ru"), Not(Contains("anomaly")));
}

TEST_F(LeaseEndsTest, AReportThatComesBeforeTheLeaseIsNotLost) {
  world.file("ru", "M1", {leg("K1", 200, minutes(5))});
  ASSERT_TRUE(step("ru", "M1", FlightStep::kClear).has_value());
  ASSERT_TRUE(step("ru", "M1", FlightStep::kReadBack).has_value());
  world.advance(5 * kMinute + 10'000);
  ASSERT_TRUE(world.act("us", LeaseZone{AuthorityId::trusted("fr"), minutes(20), ZoneId::trusted("K1")}).has_value());
  // ru reads of the lease and reports to fr, which has not read of it.
  world.cut("us", "fr");
  world.settle();
  ASSERT_TRUE(world.act("ru", ReportLeg{true, FlightId::trusted("M1"), 0}).has_value());
  world.settle();
  ASSERT_TRUE(world.act("ru", ReportLeg{false, FlightId::trusted("M1"), 0}).has_value());
  world.settle();
  world.heal();
  world.settle();
  EXPECT_TRUE(only("fr").entered);
  EXPECT_FALSE(only("fr").live()) << "the END was read before the window was adopted";
}

// The clock's bound (ADR 16): what is observed is said once and taken back by itself; an officer's word is his.

TEST_F(CoalitionTest, TheObservedClockStopsGrantsAndAllowsThemAgain) {
  Coalition& us = world.at("us");
  const auto said = [&] { return std::ranges::count(world.said("us"), "clock.fault"); };
  world.observe_clock("us", true);
  EXPECT_EQ(said(), 0);
  world.observe_clock("us", false);
  world.observe_clock("us", false);
  EXPECT_EQ(said(), 1);
  EXPECT_TRUE(us.control().clock_fault());
  EXPECT_EQ(world.replayed("us")->state_hash(), us.state_hash());
  world.restart("us");
  world.observe_clock("us", true);
  EXPECT_EQ(said(), 2);
  EXPECT_FALSE(world.at("us").control().clock_fault());
}

TEST_F(CoalitionTest, TheObservedClockDoesNotOverruleAnOfficer) {
  ASSERT_TRUE(world.act("us", DeclareClock{.fault = true, .text = "no satellite time"}).has_value());
  world.observe_clock("us", true);
  EXPECT_TRUE(world.at("us").control().clock_fault());
  ASSERT_TRUE(world.act("us", DeclareClock{.fault = false, .text = "compared"}).has_value());
  EXPECT_FALSE(world.at("us").control().clock_fault());
}

}  // namespace
}  // namespace tansiq::coordination
