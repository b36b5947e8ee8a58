// The rules R1 to R7, and the timing rules that bind home: each test bears the name of its rule.
#include <gtest/gtest.h>

#include "coordination/flight_desk_testlib.h"

namespace tansiq::coordination {
namespace {

using flight_testing::authority;
using flight_testing::Home;
using flight_testing::minutes;
using flight_testing::of_type;
using flight_testing::types;

std::string refusal(const Result<Body>& result) { return result ? "allowed" : result.error().text(); }

TEST(FlightRules, R1DepartureGateNeedsEveryLeg) {
  Home home;
  home.bring(HomeState::kCommitted);
  EXPECT_EQ(refusal(home.desk->clear(home.id)),
            "legs[0]: leg 0 in zone A1 is committed; every leg up to landing must be confirmed");
  home.confirm(home.leg(0));
  EXPECT_EQ(refusal(home.desk->clear(home.id)),
            "legs[1]: leg 1 in zone B1 is committed; every leg up to landing must be confirmed");
  home.confirm(home.leg(1));
  EXPECT_FALSE(home.desk->may_enter(home.id, 0, minutes(11))) << "confirmed, but nothing in the crew's hand";
  home.act(home.desk->clear(home.id));
  EXPECT_FALSE(home.desk->may_enter(home.id, 0, minutes(11))) << "not read back";
  home.act(home.desk->read_back(home.id));
  EXPECT_TRUE(home.desk->may_enter(home.id, 0, minutes(11)));
}

TEST(FlightRules, R1DepartureGateUpToAnAlternate) {
  Home home;
  FlightFiled filed = home.plan({"A1", "B1"});
  filed.alternate = "LCRA";
  filed.gate_leg = 0;
  home.file(filed);
  home.hold_all();
  home.confirm(home.leg(0));
  home.clear();
  EXPECT_TRUE(home.desk->may_enter(home.id, 0, minutes(11)));
  EXPECT_FALSE(home.desk->may_enter(home.id, 1, minutes(21)));
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  // Behind the gate a leg may still fail, alone (R4)…
  EXPECT_EQ(types(home.lapse(home.leg(1))), "");
  EXPECT_EQ(home.state(0), HomeState::kConfirmed);
  EXPECT_TRUE(home.flight().airborne);
}

TEST(FlightRules, R1NoClearanceWhileARevokeIsOpen) {
  Home home;
  home.bring(HomeState::kConfirmed);
  const EntryHash request = home.leg(1).request;
  LegRevoke revoke;
  revoke.request = request;
  revoke.to = home.self;
  revoke.zone = ZoneId::trusted("B1");
  home.say(authority("ru"), revoke);  // read, not yet answered
  EXPECT_EQ(refusal(home.desk->clear(home.id)),
            "legs[1]: leg 1 in zone B1 is revoked by its owner; every leg up to landing must be confirmed");
}

TEST(FlightRules, R1DisputedLegsAreExempt) {
  Home home;
  home.file(home.plan({"A1", "D1", "B1"}));
  EXPECT_EQ(home.flight().versions.size(), 1U);
  home.hold_all();
  home.confirm_all();
  EXPECT_EQ(home.flight().versions.size(), 2U) << "no version for the disputed leg";
  home.clear();
  EXPECT_TRUE(home.desk->may_enter(home.id, 1, minutes(21)));
}

TEST(FlightRules, DisputedLegsAreToldToEveryOtherOwnerOfAZone) {
  Home home;
  home.say(home.self, *home.desk->file(home.plan({"D1"}), home.now));
  const auto notices = of_type<LegNotice>(home.run());
  ASSERT_EQ(notices.size(), 2U);  // not to il, which owns nothing
  EXPECT_EQ(notices[0].to, authority("ru"));
  EXPECT_EQ(notices[1].to, authority("us"));
  EXPECT_EQ(types(home.run()), "");
  home.clear();
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  home.act(home.desk->leave(home.id, 0));
  EXPECT_TRUE(home.flight().ended);
}

TEST(FlightRules, ADisputedFlightThatIsNotFlownEndsWithItsWindow) {
  Home home;
  home.file(home.plan({"D1"}));
  home.now = minutes(20);
  EXPECT_EQ(types(home.run()), "flight.dropped");
  EXPECT_TRUE(home.flight().ended);
}

TEST(FlightRules, R2AllOrNothingInOneEntry) {
  Home home;
  home.file(home.plan({"A1", "B1", "C1"}));
  home.hold(home.leg(0));
  home.hold(home.leg(1));
  const auto said = home.refuse(home.leg(2));
  ASSERT_EQ(types(said), "flight.cancel");
  EXPECT_EQ(std::get<FlightCancel>(said[0]).requests, (std::vector{home.leg(0).request, home.leg(1).request}));
  EXPECT_TRUE(home.flight().ended);
  home.file(home.plan({"A1", "B1", "C1"}));  // and may file again
  EXPECT_FALSE(home.flight().ended);
  EXPECT_EQ(home.flight().versions.size(), 1U);
}

TEST(FlightRules, R3NothingOfAClearedVersionIsGivenUpBeforeTheReadBack) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.act(home.desk->clear(home.id));  // told, and nobody knows whether it was heard
  home.act(home.desk->cancel(home.id, ""));
  home.revoke(home.leg(1));
  home.now = minutes(60);
  EXPECT_EQ(types(home.run()), "");
  EXPECT_EQ(home.state(0), HomeState::kConfirmed);
  home.act(home.desk->gave_up(home.id));
  EXPECT_NE(home.state(0), HomeState::kConfirmed);
}

TEST(FlightRules, R4AirborneMeansFixed) {
  Home home;
  home.bring(HomeState::kConfirmed, {"A1", "B1", "C1"});
  home.clear();
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  home.freeze("us");
  home.freeze("ru");
  EXPECT_EQ(types(home.run()), "");
  home.revoke(home.leg(2));
  EXPECT_FALSE(home.desk->recall(home.id).has_value());
  EXPECT_FALSE(home.desk->cancel(home.id, "").has_value());
  for (const std::int64_t leg : {0, 1, 2}) EXPECT_EQ(home.state(leg), HomeState::kConfirmed);
}

TEST(FlightRules, R4WhoDepartsBeforeTheReadBackKeepsItsLegs) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  home.act(home.desk->cancel(home.id, "late"));  // recalled
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  EXPECT_EQ(home.state(1), HomeState::kConfirmed);
  EXPECT_TRUE(home.desk->may_enter(home.id, 1, minutes(21)));
  EXPECT_FALSE(home.desk->gave_up(home.id).has_value());
}

TEST(FlightRules, R5EntryAsksForNoLinkAndFollowsTheCrewsOwnClock) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.clear();
  const DurationMs error = home.timing.clock_error_ms;
  EXPECT_FALSE(home.desk->may_enter(home.id, 0, minutes(10) + error - 1));
  EXPECT_TRUE(home.desk->may_enter(home.id, 0, minutes(10) + error));
  EXPECT_TRUE(home.desk->may_enter(home.id, 0, minutes(20) - error - 1));
  EXPECT_FALSE(home.desk->may_enter(home.id, 0, minutes(20) - error));
}

TEST(FlightRules, R6HoldsAreAskedForInAscendingZoneOneAtATime) {
  Home home;
  home.say(home.self, *home.desk->file(home.plan({"C1", "A1", "B1"}), home.now));
  std::vector<std::string> order;
  std::vector<std::int64_t> remaining;
  auto said = home.run();
  while (!of_type<LegRequest>(said).empty()) {
    ASSERT_EQ(said.size(), 1U);
    const auto request = std::get<LegRequest>(said[0]);
    order.push_back(request.zone.str());
    remaining.push_back(request.remaining);
    said = home.hold(home.leg(request.leg));
  }
  EXPECT_EQ(order, (std::vector<std::string>{"A1", "B1", "C1"}));
  EXPECT_EQ(remaining, (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(types(said), "flight.commit");
}

TEST(FlightRules, R7ContingencyReachesEveryOwnerOnTheWay) {
  Home home;
  home.bring(HomeState::kConfirmed, {"A1", "B1", "C1"});
  home.clear();
  home.now = minutes(11);
  home.act(home.desk->enter(home.id, 0));
  const auto body = home.desk->contingency(home.id, "engine failure");
  ASSERT_TRUE(body.has_value());
  const auto& first = std::get<FlightContingency>(*body);
  EXPECT_EQ(first.to, authority("us"));
  EXPECT_EQ(first.requests, (std::vector{home.leg(0).request, home.leg(2).request}));
  const auto others = of_type<FlightContingency>(home.act(body));
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].to, authority("ru"));
  EXPECT_TRUE(home.desk->may_enter(home.id, 1, minutes(21))) << "records; does not forbid";
}

// Timing
// ----------------------------------------------------------------------------------------------------------------------

TEST(FlightTiming, T2LeadTimeForFiling) {
  Home home;
  const FlightFiled filed = home.plan({"A1", "B1"});
  const UtcMs last = minutes(10) - home.timing.lead_ms(2);
  EXPECT_TRUE(home.desk->file(filed, last).has_value());
  EXPECT_EQ(refusal(home.desk->file(filed, last + 1)),
            "legs[0]: the window begins at 2026-11-22T12:10:00Z; 2 legs must be asked for 1 min 58 s ahead, so not "
            "before 2026-11-22T12:10:00.001Z");
}

TEST(FlightTiming, T3NoCommitThatMightComeTooLate) {
  Home home;
  home.bring(HomeState::kHeld);
  const UtcMs deadline = *home.leg(0).until - 2 * home.timing.clock_error_ms - home.timing.delivery_ms;
  home.now = deadline;
  EXPECT_EQ(types(home.run()), "");
  EXPECT_EQ(home.desk->next_timer(), deadline + 1);
  home.now = deadline + 1;
  EXPECT_EQ(types(home.run()), "flight.cancel");
  EXPECT_TRUE(home.flight().ended);
}

TEST(FlightTiming, AnAttemptThatNobodyAnswersEnds) {
  Home requested;
  requested.bring(HomeState::kRequested);
  requested.now = minutes(10);
  EXPECT_EQ(types(requested.run()), "flight.cancel");
  Home committed;
  committed.bring(HomeState::kCommitted);
  committed.now = minutes(20) - committed.timing.clock_error_ms;
  EXPECT_EQ(types(committed.run()), "flight.cancel");
  EXPECT_TRUE(committed.flight().ended);
}

TEST(FlightTiming, T4WindowsAreLongerThanTwiceTheClockError) {
  Home home;
  FlightFiled filed = home.plan({"A1"});
  filed.legs[0].volumes[0].window.end = filed.legs[0].volumes[0].window.start + 2 * home.timing.clock_error_ms;
  EXPECT_EQ(refusal(home.desk->file(filed, home.now)),
            "legs[0]: the window lasts 4 s; it must be longer than 4 s, twice the clock error");
}

TEST(FlightTiming, T8NoClearanceWithoutAFitClock) {
  Home home;
  home.bring(HomeState::kConfirmed);
  home.say(home.self, ClockFault{.fault = true, .text = ""});
  EXPECT_FALSE(home.desk->clear(home.id).has_value());
  home.say(home.self, ClockFault{.fault = false, .text = ""});
  EXPECT_TRUE(home.desk->clear(home.id).has_value());
}

}  // namespace
}  // namespace tansiq::coordination
