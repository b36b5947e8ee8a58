// The table of section 4: one test a row, named after it. Then filing, counters, and whose entries count.
#include "coordination/flight_desk.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "coordination/flight_desk_testlib.h"

namespace tansiq::coordination {
namespace {

using flight_testing::authority;
using flight_testing::box;
using flight_testing::Home;
using flight_testing::minutes;
using flight_testing::of_type;
using flight_testing::types;

std::string refusal(const Result<Body>& result) { return result ? "allowed" : result.error().text(); }

/// What a row of the table does to leg 0 in each state: the state afterwards, whether it was odd, what is said.
struct Cell {
  HomeState in;
  HomeState out;
  bool odd = false;
  std::string says = {};
};
constexpr std::array kStates{HomeState::kRequested, HomeState::kHeld, HomeState::kCommitted, HomeState::kConfirmed};

void check_row(const std::vector<Cell>& row, const std::function<std::vector<Body>(Home&, HomeVersion)>& event) {
  for (const Cell& cell : row) {
    SCOPED_TRACE(to_text(cell.in));
    Home home;
    if (live(cell.in)) {
      home.bring(cell.in);
    } else {
      home.bring(HomeState::kRequested);
      home.refuse(home.leg(0));
    }
    home.odd.reset();
    const auto said = event(home, home.leg(0));
    EXPECT_EQ(to_text(home.state(0)), to_text(cell.out));
    EXPECT_EQ(home.odd.has_value(), cell.odd);
    EXPECT_EQ(types(said), cell.says);
  }
}

TEST(FlightTable, HoldOrCounter) {
  using enum HomeState;
  check_row({{kRequested, kHeld, false, "leg.request"},  // the next one (R6)
             {kHeld, kHeld},
             {kCommitted, kCommitted},
             {kConfirmed, kConfirmed},
             {kRefused, kRefused}},
            [](Home& home, const HomeVersion& v) { return home.hold(v); });
  check_row({{kRequested, kHeld}},  // a counter waits for an officer
            [](Home& home, const HomeVersion& v) { return home.hold(v, 60'000); });
}

TEST(FlightTable, Refused) {
  using enum HomeState;
  check_row({{kRequested, kRefused},
             {kHeld, kHeld, true},
             {kCommitted, kCommitted, true},
             {kConfirmed, kConfirmed, true},
             {kRefused, kRefused}},
            [](Home& home, const HomeVersion& v) { return home.refuse(v); });
}

TEST(FlightTable, Lapsed) {
  using enum HomeState;
  check_row({{kRequested, kLapsed},
             {kHeld, kLapsed, false, "flight.cancel"},
             {kCommitted, kLapsed, false, "flight.cancel"},
             {kConfirmed, kConfirmed, true},
             {kRefused, kRefused}},
            [](Home& home, const HomeVersion& v) { return home.lapse(v); });
  Home home;
  home.bring(HomeState::kConfirmed);
  home.lapse(home.leg(0));
  ASSERT_TRUE(home.odd);
  EXPECT_TRUE(home.odd->alarm);
}

TEST(FlightTable, AllLegsHeld) {
  Home home;
  home.bring(HomeState::kHeld);
  const EntryHash first = *home.leg(0).hold;
  const auto said = home.hold(home.leg(1));
  ASSERT_EQ(types(said), "flight.commit");
  EXPECT_EQ(std::get<FlightCommit>(said[0]).holds, (std::vector{first, *home.leg(1).hold}));
  EXPECT_EQ(home.state(0), HomeState::kCommitted);
  EXPECT_EQ(home.state(1), HomeState::kCommitted);
}

TEST(FlightTable, Confirmed) {
  using enum HomeState;
  check_row({{kRequested, kRequested, true},
             {kHeld, kHeld, true},
             {kCommitted, kConfirmed},
             {kConfirmed, kConfirmed},
             {kRefused, kRefused}},
            [](Home& home, const HomeVersion& v) { return home.confirm(v); });
}

TEST(FlightTable, OfficerCancel) {
  using enum HomeState;
  check_row({{kRequested, kCancelled, false, "flight.cancel"},
             {kHeld, kCancelled, false, "flight.cancel"},
             {kCommitted, kCancelled, false, "flight.cancel"},
             {kConfirmed, kCancelled, false, "flight.cancel"}},
            [](Home& home, const HomeVersion&) { return home.act(home.desk->cancel(home.id, "no crew")); });
  Home ended;
  ended.bring(kRequested);
  ended.refuse(ended.leg(0));
  EXPECT_EQ(refusal(ended.desk->cancel(ended.id, "")), "flight MIRAGE1 has ended: file it again");
}

TEST(FlightTable, OfficerCancelOfAClearedFlightRecallsTheCrewFirst) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  const auto said = home.act(home.desk->cancel(home.id, "weather"));
  ASSERT_EQ(types(said), "flight.crew");
  EXPECT_EQ(std::get<CrewReport>(said[0]).step, CrewStep::kRecalled);
  EXPECT_EQ(home.state(0), HomeState::kConfirmed);
  const auto after = home.act(home.desk->gave_up(home.id));
  ASSERT_EQ(types(after), "flight.cancel");
  EXPECT_EQ(std::get<FlightCancel>(after[0]).requests.size(), 2U);
  EXPECT_TRUE(home.flight().ended);
}

TEST(FlightTable, OfficerCancelIsNotOfferedWhileAirborne) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  EXPECT_EQ(refusal(home.desk->cancel(home.id, "")),
            "flight MIRAGE1 is airborne: change it, or end its legs as it leaves them");
}

TEST(FlightTable, RevokeRead) {
  using enum HomeState;
  check_row({{kRequested, kRequested},
             {kHeld, kHeld},
             {kCommitted, kRevoked, false, "leg.revoke_ack flight.cancel"},
             {kConfirmed, kRevoked, false, "leg.revoke_ack flight.cancel"},
             {kRefused, kRefused}},
            [](Home& home, const HomeVersion& v) { return home.revoke(v); });
}

TEST(FlightTable, RevokeOfAClearedLegRecallsTheCrewFirst) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  EXPECT_EQ(types(home.revoke(home.leg(1))), "flight.crew");
  EXPECT_EQ(home.state(1), HomeState::kConfirmed);
  EXPECT_FALSE(home.desk->may_enter(home.id, 0, minutes(11)));
  EXPECT_EQ(types(home.act(home.desk->gave_up(home.id))), "leg.revoke_ack flight.cancel");
  EXPECT_EQ(home.state(1), HomeState::kRevoked);
  EXPECT_EQ(home.state(0), HomeState::kCancelled);
}

TEST(FlightTable, RevokeWhileAirborneIsAnsweredUnableWithAnAlarm) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  const auto said = home.revoke(home.leg(1));
  EXPECT_EQ(types(said), "leg.unable alarm");
  EXPECT_EQ(home.state(1), HomeState::kConfirmed);
  EXPECT_EQ(home.desk->alarms().front().kind, "revoke_while_airborne");
  EXPECT_TRUE(home.desk->may_enter(home.id, 1, minutes(21)));
  EXPECT_EQ(types(home.revoke(home.leg(1))), "") << "answered once";
}

TEST(FlightTable, EmergencyRevokeRead) {
  using enum HomeState;
  check_row({{kRequested, kRequested, false, "alarm"},
             {kHeld, kHeld, false, "alarm"},
             {kCommitted, kCommitted, false, "alarm"},
             {kConfirmed, kConfirmed, false, "alarm"},
             {kRefused, kRefused, false, "alarm"}},
            [](Home& home, const HomeVersion& v) { return home.revoke(v, /*emergency=*/true); });
}

TEST(FlightTable, Freeze) {
  using enum HomeState;
  check_row({{kRequested, kCancelled, false, "flight.cancel"},
             {kHeld, kCancelled, false, "flight.cancel"},
             {kCommitted, kCancelled, false, "flight.cancel"},
             {kConfirmed, kConfirmed},
             {kRefused, kRefused}},
            [](Home& home, const HomeVersion&) {
              home.freeze("us");
              return home.run();
            });
}

TEST(FlightTable, FreezeOfAnyOwnerEndsTheWholeRound) {
  Home home;
  home.bring(HomeState::kHeld);
  home.freeze("ru");
  EXPECT_EQ(types(home.run()), "flight.cancel");
  EXPECT_EQ(home.state(0), HomeState::kCancelled);
  EXPECT_EQ(home.state(1), HomeState::kCancelled);
}

TEST(FlightTable, WindowPassedAndNotInside) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.now = minutes(20) - home.timing.clock_error_ms - 1;
  EXPECT_EQ(types(home.run()), "");
  EXPECT_EQ(home.desk->next_timer(), minutes(20) - home.timing.clock_error_ms);
  home.now = minutes(20) - home.timing.clock_error_ms;
  EXPECT_EQ(types(home.run()), "flight.crew");
  EXPECT_EQ(home.state(0), HomeState::kConfirmed) << "not before the read-back";
  // The second leg has nothing to follow any more (R2), so the crew gives that up as well.
  EXPECT_EQ(types(home.act(home.desk->gave_up(home.id))), "leg.end flight.crew");
  EXPECT_EQ(types(home.act(home.desk->gave_up(home.id))), "flight.cancel");
  EXPECT_EQ(home.state(0), HomeState::kEnded);
  EXPECT_EQ(home.state(1), HomeState::kCancelled);
  EXPECT_TRUE(home.flight().ended);
}

TEST(FlightTable, WindowPassedAndInsideStays) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  home.now = minutes(25);
  EXPECT_EQ(types(home.run()), "");
  EXPECT_EQ(home.state(0), HomeState::kConfirmed);
}

TEST(FlightTable, AircraftLeavesTheZone) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.now = minutes(11);
  EXPECT_EQ(types(home.act(home.desk->enter(home.id, 0))), "leg.entered");
  home.now = minutes(19);
  const auto said = home.act(home.desk->leave(home.id, 0));
  ASSERT_EQ(types(said), "leg.end");
  EXPECT_EQ(std::get<LegEnd>(said[0]).request, home.leg(0).request);
  EXPECT_EQ(home.state(0), HomeState::kEnded);
  EXPECT_EQ(home.state(1), HomeState::kConfirmed) << "END names one leg";
  home.now = minutes(21);
  home.act(home.desk->enter(home.id, 1));
  home.act(home.desk->leave(home.id, 1));
  EXPECT_TRUE(home.flight().ended);
}

TEST(FlightTable, AircraftLeavesTheZoneAfterItsWindowWasLetExpire) {
  Home home;
  home.bring(HomeState::kConfirmed, {"A1"});
  home.clear();
  home.control.pass("A1", "ru");  // Lent: who granted the window waits for a word from home.
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  home.now = minutes(25);
  home.close(home.leg(0), Closing::kExpired);
  ASSERT_EQ(home.state(0), HomeState::kEnded);
  ASSERT_TRUE(home.flight().ended);
  const auto ends = of_type<LegEnd>(home.act(home.desk->leave(home.id, 0)));
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].to, authority("us"));
  EXPECT_EQ(types(home.run()), "") << "said once";
  EXPECT_FALSE(home.desk->leave(home.id, 0)) << "it is out";
  EXPECT_FALSE(home.desk->enter(home.id, 0)) << "and nothing of it is left to fly";
  EXPECT_EQ(home.replayed()->find(home.id)->versions, home.flight().versions);
}

TEST(FlightTable, LinkToTheOwnerLostChangesNothing) {
  // No input tells the desk of links: time passes, nothing is heard, and the cleared crew flies.
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.now = minutes(11);
  EXPECT_EQ(types(home.run()), "");
  EXPECT_TRUE(home.desk->may_enter(home.id, 0, home.now));
  home.act(home.desk->enter(home.id, 0));
  EXPECT_TRUE(home.desk->may_enter(home.id, 1, minutes(21)));
}

TEST(FlightTable, RestartGoesOnFromTheState) {
  for (const HomeState state : kStates) {
    SCOPED_TRACE(to_text(state));
    Home home;
    home.bring(state);
    home.freeze("us");  // something is due
    const auto restored = home.restored();
    EXPECT_TRUE(*restored == *home.desk);
    EXPECT_EQ(restored->next(home.now), home.desk->next(home.now));
    const auto replayed = home.replayed();
    EXPECT_TRUE(*replayed == *home.desk);
    EXPECT_EQ(replayed->next(home.now), home.desk->next(home.now));
  }
}

// Filing, and who may say what
// ------------------------------------------------------------------------------------------------

TEST(FlightFiling, SaysWhyNot) {
  Home home;
  FlightFiled unknown = home.plan({"A1"});
  unknown.legs[0].zone = ZoneId::trusted("Z9");
  EXPECT_EQ(refusal(home.desk->file(unknown, home.now)), "legs[0]: there is no zone Z9 in the charter");
  FlightFiled sea = home.plan({"A1"});
  sea.domain = core::Domain::kSea;
  EXPECT_EQ(refusal(home.desk->file(sea, home.now)), "legs[0]: zone A1 is air, the flight is sea");
  home.freeze("ru");
  EXPECT_EQ(refusal(home.desk->file(home.plan({"A1", "B1"}), home.now)),
            "legs[1]: the relation `request` from ru to fr is at level 0, and must be 1");
  home.control.halt("A1");
  EXPECT_EQ(refusal(home.desk->file(home.plan({"A1"}), home.now)), "legs[0]: nobody is known to decide in zone A1 now");
  EXPECT_EQ(refusal(home.desk->cancel(FlightId::trusted("X"), "")), "there is no flight X here");
}

TEST(FlightFiling, AGatewayFilesUnderItsOwnRelation) {
  Home home;
  FlightFiled filed = home.plan({"A1"});
  filed.principal = authority("il");
  home.relations.set({.capability = Capability::kRequest,
                      .domain = RelationDomain::kAir,
                      .from = authority("us"),
                      .to = authority("il")},
                     0);  // does not count
  EXPECT_TRUE(home.desk->file(filed, home.now).has_value());
  home.relations.set(
      {.capability = Capability::kGateway, .domain = RelationDomain::kAir, .from = home.self, .to = authority("il")},
      0);
  EXPECT_EQ(refusal(home.desk->file(filed, home.now)),
            "principal: il may not file through fr: the relation `gateway` towards it is at level 0, and must be 1");
  filed.principal = home.self;
  EXPECT_EQ(refusal(home.desk->file(filed, home.now)), "principal: \"fr\" is no other authority of the charter");
}

TEST(FlightFiling, OwnZonesAreAskedLikeOthersWithoutARelation) {
  Home home;
  home.set_level("fr", 0);
  home.file(home.plan({"H1"}));
  EXPECT_EQ(home.leg(0).to, home.self);
  home.confirm_all();
  EXPECT_EQ(home.state(0), HomeState::kConfirmed);
}

TEST(FlightEntries, CountOnlyFromTheSequencerOfTheirEpoch) {
  Home home;
  home.bring(HomeState::kRequested);
  LegHold hold;
  hold.request = home.leg(0).request;
  hold.to = home.self;
  hold.until = home.now + 200'000;
  hold.zone = ZoneId::trusted("A1");
  home.say(authority("ru"), hold);
  ASSERT_TRUE(home.odd);
  EXPECT_EQ(home.odd->text, "leg.hold of zone A1: ru is not its sequencer in epoch 0");
  EXPECT_EQ(home.state(0), HomeState::kRequested);
  hold.request = log::sha256("something else");
  home.say(authority("us"), hold);
  EXPECT_TRUE(home.odd);
  hold.request = home.leg(0).request;
  hold.zone = ZoneId::trusted("B1");
  home.say(authority("ru"), hold);
  EXPECT_TRUE(home.odd);
  EXPECT_EQ(home.state(0), HomeState::kRequested);
}

TEST(FlightEntries, OfAnEpochThatIsNotKnownYetAreReadAgain) {
  Home home;
  home.bring(HomeState::kConfirmed);
  LegRevoke revoke;
  revoke.epoch = 1;
  revoke.request = home.leg(0).request;
  revoke.to = home.self;
  revoke.zone = ZoneId::trusted("A1");
  home.say(authority("ru"), revoke);
  EXPECT_FALSE(home.odd);
  EXPECT_EQ(types(home.run()), "");
  EXPECT_TRUE(*home.restored() == *home.desk);
  home.control.pass("A1", "ru");
  ZoneLease lease;
  lease.epoch = 1;
  lease.tenant = authority("ru");
  lease.zone = ZoneId::trusted("A1");
  home.say(authority("us"), lease);
  EXPECT_TRUE(home.leg(0).revoke);
  // Both learn of the answer: who granted the version, and who decides now.
  const auto acks = of_type<LegRevokeAck>(home.run());
  ASSERT_EQ(acks.size(), 2U);
  EXPECT_EQ(acks[0].to, authority("us"));
  EXPECT_EQ(acks[1].to, authority("ru"));
}

TEST(FlightEntries, AConfirmedOfAnotherCommitDoesNotCount) {
  Home home;
  home.bring(HomeState::kCommitted);
  HomeVersion other = home.leg(0);
  other.commit = log::sha256("an earlier attempt");
  home.confirm(other);
  EXPECT_TRUE(home.odd);
  EXPECT_EQ(home.state(0), HomeState::kCommitted);
}

TEST(FlightEntries, OfAnEarlierAttemptHaveNoEffectOnTheNext) {
  Home home;
  home.bring(HomeState::kCommitted);
  const HomeVersion old = home.leg(0);
  home.act(home.desk->cancel(home.id, ""));
  home.bring(HomeState::kCommitted);
  home.confirm(old);
  EXPECT_FALSE(home.odd);
  EXPECT_EQ(home.state(0), HomeState::kCommitted);
  EXPECT_EQ(types(home.revoke(old, /*emergency=*/true)), "alarm") << "an emergency is shown whenever it is read";
}

TEST(FlightEntries, EmergenciesWithoutEndAreShownSoOften) {
  Home home;
  home.bring(HomeState::kConfirmed);
  std::size_t shown = 0;
  for (int i = 0; i < 100; ++i) {
    home.now = home.now + 1;  // Another entry each time.
    shown += home.revoke(home.leg(0), /*emergency=*/true).size();
  }
  EXPECT_EQ(shown, static_cast<std::size_t>(kEmergenciesPerFlightMax));
}

TEST(FlightEntries, MayBeReadAgainInAnyOrder) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  const std::string before = home.state_text();
  for (auto line = home.lines.rbegin(); line != home.lines.rend(); ++line) {
    if (line->author != home.self) static_cast<void>(home.reread(*line));
  }
  EXPECT_EQ(home.state_text(), before);
}

TEST(FlightEntries, ExpiryAtTheOwnerEndsTheVersion) {
  Home home;
  home.bring(HomeState::kConfirmed);
  EXPECT_EQ(types(home.close(home.leg(0), Closing::kExpired)), "flight.cancel");
  EXPECT_FALSE(home.odd);
  EXPECT_EQ(home.state(0), HomeState::kEnded);
  Home other;
  other.bring(HomeState::kConfirmed);
  other.close(other.leg(0), Closing::kCancelled);
  ASSERT_TRUE(other.odd);
  EXPECT_TRUE(other.odd->alarm) << "nobody ends a confirmed version without a word from home";
  EXPECT_EQ(other.state(0), HomeState::kConfirmed);
}

TEST(FlightEntries, AnEndedFlightIsForgottenADayAfterItsLastWindow) {
  Home home;
  home.bring(HomeState::kRequested);
  home.refuse(home.leg(0));
  home.now = minutes(30) + kEndedFlightKeptMs - 1;
  home.say(home.self, ClockFault{.fault = false, .text = ""});
  EXPECT_NE(home.desk->find(home.id), nullptr);
  home.now = minutes(30) + kEndedFlightKeptMs;
  home.say(home.self, ClockFault{.fault = false, .text = ""});
  EXPECT_EQ(home.desk->find(home.id), nullptr);
}

TEST(FlightEntries, LandingGivesBackWhatIsNotFlown) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  EXPECT_EQ(types(home.act(home.desk->land(home.id))), "leg.end leg.end");
  EXPECT_TRUE(home.flight().ended);
}

// Counters
// ----------------------------------------------------------------------------------------------------------------------

TEST(FlightCounter, IsNeverAcceptedByAMachine) {
  Home home;
  home.file(home.plan({"A1"}));
  EXPECT_EQ(types(home.hold(home.leg(0), 0, 60'960)), "");
  ASSERT_EQ(home.desk->counters(home.id).size(), 1U);
  const auto said = home.act(home.desk->accept_counter(home.id));
  EXPECT_EQ(types(said), "flight.commit");
  EXPECT_EQ(home.leg(0).volumes[0].band.lower_cm, 660'960);
  EXPECT_EQ(refusal(home.desk->accept_counter(home.id)), "no counter-proposal waits for flight MIRAGE1");
}

TEST(FlightCounter, ATimeShiftAsksForLaterLegsAgain) {
  Home home;
  home.file(home.plan({"C1", "A1", "B1"}));  // asked for as A1, B1, C1; flown C1 first
  home.hold(home.leg(1));
  home.hold(home.leg(2));
  home.hold(home.leg(0), 120'000);
  const EntryHash old_a = home.leg(1).request;
  const EntryHash old_b = home.leg(2).request;
  const auto said = home.act(home.desk->accept_counter(home.id, "up to five minutes"));
  ASSERT_EQ(types(said), "flight.cancel leg.request");
  EXPECT_EQ(std::get<FlightCancel>(said[0]).requests, (std::vector{old_a, old_b}));
  EXPECT_EQ(std::get<LegRequest>(said[1]).volumes, box(22, 32));
  EXPECT_EQ(std::get<LegRequest>(said[1]).remaining, 2);
  EXPECT_FALSE(home.flight().failed);
  home.hold(home.leg(1));
  const auto last = home.hold(home.leg(2));
  EXPECT_EQ(types(last), "flight.commit");
  EXPECT_EQ(std::get<FlightCommit>(last[0]).holds.size(), 3U);
}

TEST(FlightCounter, ALevelShiftConcernsItsLegAlone) {
  Home home;
  home.file(home.plan({"C1", "A1"}));
  home.hold(home.leg(1));
  home.hold(home.leg(0), 0, 60'960);
  EXPECT_EQ(types(home.act(home.desk->accept_counter(home.id))), "flight.commit");
  EXPECT_EQ(home.leg(1).volumes, box(20, 30));
}

TEST(FlightCounter, DecliningCancelsTheRound) {
  Home home;
  home.bring(HomeState::kHeld);
  home.hold(home.leg(1), 120'000);
  home.act(home.desk->decline_counter(home.id));
  EXPECT_EQ(home.state(0), HomeState::kCancelled);
  EXPECT_EQ(home.state(1), HomeState::kCancelled);
  EXPECT_TRUE(home.flight().ended);
}

// A leg whose sequencer has changed since
// -------------------------------------------------------------------------------------

TEST(FlightLease, EntryAndEndReachWhoGrantedAndWhoDecidesNow) {
  Home home;
  home.bring(HomeState::kConfirmed, {"A1"});
  home.clear();
  home.control.pass("A1", "ru");
  home.now = minutes(11);
  const auto entered = of_type<LegEntered>(home.act(home.desk->enter(home.id, 0)));
  ASSERT_EQ(entered.size(), 2U);
  EXPECT_EQ(entered[0].to, authority("us"));
  EXPECT_EQ(entered[1].to, authority("ru"));
  EXPECT_EQ(of_type<LegEnd>(home.act(home.desk->leave(home.id, 0))).size(), 2U);
}

}  // namespace
}  // namespace tansiq::coordination
