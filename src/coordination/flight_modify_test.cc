// The table of section 5, step by step, and what the models of MODIFY, of two zones and of order found wrong at home:
// each mutation is a test that the desk does otherwise.
#include <gtest/gtest.h>

#include "coordination/flight_desk_testlib.h"

namespace tansiq::coordination {
namespace {

using flight_testing::authority;
using flight_testing::box;
using flight_testing::Home;
using flight_testing::minutes;
using flight_testing::of_type;
using flight_testing::types;

constexpr auto kChange = VersionRole::kChange;

std::string refusal(const Result<Body>& result) { return result ? "allowed" : result.error().text(); }

/// A cleared flight through A1 and B1; leg 1 is to be three minutes later.
struct Modified : Home {
  explicit Modified(bool cleared = true, bool airborne = false) {
    bring(HomeState::kConfirmed);
    if (cleared) clear();
    if (airborne) {
      now = minutes(11);
      act(desk->enter(id, 0));
    }
    wanted = plan({"A1", "B1"});
    wanted.legs[1].volumes = box(23, 33);
  }
  void ask() { act(desk->file(wanted, now)); }
  FlightFiled wanted;
};

TEST(ModifyTable, Step1RequestReplacesTheOldVersionWhichStays) {
  Modified m;
  const auto said = m.act(m.desk->file(m.wanted, m.now));
  ASSERT_EQ(types(said), "leg.request");
  EXPECT_EQ(std::get<LegRequest>(said[0]).replaces, m.leg(1).request);
  EXPECT_EQ(std::get<LegRequest>(said[0]).volumes, box(23, 33));
  EXPECT_EQ(std::get<LegRequest>(said[0]).remaining, 1);
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
  EXPECT_EQ(m.state(1, kChange), HomeState::kRequested);
  EXPECT_EQ(refusal(m.desk->file(m.wanted, m.now)), "flight MIRAGE1 is being changed already: one change at a time");
}

TEST(ModifyTable, Step2And3HoldThenCommitWithAllLegsThatChange) {
  Modified m;
  m.wanted.legs[0].volumes = box(12, 23);
  m.ask();
  EXPECT_EQ(m.leg(0, kChange).zone.str(), "A1");
  EXPECT_EQ(types(m.hold(m.leg(0, kChange))), "leg.request");
  const auto said = m.hold(m.leg(1, kChange));
  ASSERT_EQ(types(said), "flight.commit");
  EXPECT_EQ(std::get<FlightCommit>(said[0]).holds.size(), 2U);
}

TEST(ModifyTable, Step4BothAreConfirmed) {
  Modified m;
  m.ask();
  m.confirm_all();
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
  EXPECT_EQ(m.state(1, kChange), HomeState::kConfirmed);
  EXPECT_EQ(types(m.run()), "") << "nothing is released by itself";
  EXPECT_TRUE(m.desk->may_enter(m.id, 1, minutes(21))) << "the crew flies the old version";
}

TEST(ModifyTable, Step5TheCrewTakesItWhenItsPositionLiesInIt) {
  Modified m(true, /*airborne=*/true);
  m.ask();
  EXPECT_EQ(refusal(m.desk->switch_to(m.id, true)), "not every new version of flight MIRAGE1 is confirmed yet");
  m.confirm_all();
  EXPECT_EQ(refusal(m.desk->switch_to(m.id, false)),
            "flight MIRAGE1 is not inside its new version: it keeps the old one until it is");
  EXPECT_EQ(types(m.act(m.desk->switch_to(m.id, true))), "") << "the old one stays until the read-back";
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
}

TEST(ModifyTable, Step6SwitchAndRelease) {
  Modified m(true, /*airborne=*/true);
  m.ask();
  m.confirm_all();
  const EntryHash before = m.leg(1).request;
  const EntryHash after = m.leg(1, kChange).request;
  m.act(m.desk->switch_to(m.id, true));
  const auto said = m.act(m.desk->read_back(m.id));
  ASSERT_EQ(types(said), "leg.release");
  const auto release = std::get<LegRelease>(said[0]);
  EXPECT_EQ(release.released, before);
  EXPECT_EQ(release.taken, after);
  EXPECT_EQ(m.leg(1).request, after);
  EXPECT_FALSE(m.desk->may_enter(m.id, 1, minutes(22)));
  EXPECT_TRUE(m.desk->may_enter(m.id, 1, minutes(24)));
  EXPECT_EQ(types(m.close(m.flight().versions[1], Closing::kReleased)), "");
  EXPECT_FALSE(m.odd);
}

TEST(ModifyTable, InFlightALegThatWasLostIsAskedForAnew) {
  Home m;
  FlightFiled wanted = m.plan({"A1", "B1"});
  wanted.alternate = "LCRA";
  wanted.gate_leg = 0;
  m.file(wanted);
  m.hold_all();
  m.confirm(m.leg(0));
  m.clear();
  m.now = minutes(11);
  m.act(m.desk->enter(m.id, 0));
  m.lapse(m.leg(1));
  ASSERT_EQ(m.state(1), HomeState::kLapsed);
  wanted.legs[1].volumes = box(25, 35);
  const auto said = m.act(m.desk->file(wanted, m.now));
  ASSERT_EQ(types(said), "leg.request");
  EXPECT_FALSE(std::get<LegRequest>(said[0]).replaces) << "nothing of it stands with its owner";
  EXPECT_EQ(types(m.hold(m.leg(1, kChange))), "flight.commit");
  m.confirm(m.leg(1, kChange));
  EXPECT_EQ(m.leg(1).volumes, box(25, 35)) << "the change is the plan";
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
  EXPECT_FALSE(m.odd);
}

TEST(ModifyTable, AnyFailureEndsTheNewVersionAndLeavesTheOld) {
  for (const std::string how : {"refused", "lapsed", "frozen", "given up", "counter declined", "revoked", "too late"}) {
    SCOPED_TRACE(how);
    Modified m(true, /*airborne=*/true);
    m.ask();
    if (how == "refused") m.refuse(m.leg(1, kChange));
    if (how == "lapsed") {
      m.hold(m.leg(1, kChange));
      m.lapse(m.leg(1, kChange));
    }
    if (how == "frozen") m.freeze("ru");
    if (how == "given up") m.act(m.desk->cancel_change(m.id, ""));
    if (how == "counter declined") {
      m.hold(m.leg(1, kChange), 60'000);
      m.act(m.desk->decline_counter(m.id));
    }
    if (how == "revoked") {
      m.confirm_all();
      EXPECT_EQ(types(m.revoke(m.leg(1, kChange))), "leg.revoke_ack") << "the crew does not need it yet";
    }
    if (how == "too late") m.now = minutes(23);
    m.run();
    EXPECT_FALSE(m.flight().change);
    EXPECT_FALSE(live(m.flight().versions.back().state));
    EXPECT_TRUE(m.desk->may_enter(m.id, 1, minutes(21)));
    EXPECT_EQ(m.state(1), HomeState::kConfirmed);
    EXPECT_TRUE(*m.restored() == *m.desk);
  }
}

TEST(ModifyTable, FailureOfOneNewVersionCancelsTheOtherNewOnesOnly) {
  Modified m;
  m.wanted.legs[0].volumes = box(12, 23);
  m.ask();
  m.hold(m.leg(0, kChange));
  const EntryHash first = m.leg(0, kChange).request;
  const auto said = m.refuse(m.leg(1, kChange));
  ASSERT_EQ(types(said), "flight.cancel");
  EXPECT_EQ(std::get<FlightCancel>(said[0]).requests, std::vector{first});
  EXPECT_EQ(m.state(0), HomeState::kConfirmed);
  EXPECT_FALSE(m.flight().failed);
  m.ask();  // and may be tried again
  EXPECT_EQ(m.state(0, kChange), HomeState::kRequested);
}

TEST(ModifyTable, UnderAFreezeOnlyAChangeThatShrinksIsAllowed) {
  Modified m;
  m.freeze("ru");
  EXPECT_EQ(refusal(m.desk->file(m.wanted, m.now)),
            "legs[1]: the relation `request` from ru to fr is at level 0, and must be 1; under a freeze a flight may "
            "only be changed to claim less");
  m.wanted.legs[1].volumes = box(22, 28);
  EXPECT_EQ(types(m.act(m.desk->file(m.wanted, m.now))), "leg.request");
  m.confirm_all();
  m.act(m.desk->switch_to(m.id, true));
  EXPECT_EQ(types(m.act(m.desk->read_back(m.id))), "leg.release");
}

TEST(ModifyTable, WithNothingInTheCrewsHandTheNewVersionTakesOverAtOnce) {
  Modified m(/*cleared=*/false);
  m.ask();
  m.hold(m.leg(1, kChange));
  EXPECT_EQ(types(m.confirm(m.leg(1, kChange))), "leg.release");
  m.clear();
  EXPECT_TRUE(m.desk->may_enter(m.id, 1, minutes(32)));
}

TEST(ModifyTable, ATimeShiftMovesLaterLegsOfTheChangeToo) {
  Modified m;
  m.wanted = m.plan({"A1", "B1"});
  m.wanted.legs[0].volumes = box(11, 20);
  m.ask();
  m.hold(m.leg(0, kChange), 60'000);
  const auto said = m.act(m.desk->accept_counter(m.id));
  ASSERT_EQ(types(said), "leg.request");
  EXPECT_EQ(std::get<LegRequest>(said[0]).volumes, box(21, 31));
  EXPECT_EQ(std::get<LegRequest>(said[0]).replaces, m.leg(1).request);
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
}

TEST(ModifyTable, RevokeOfTheOldVersionOnTheGroundLeavesTheNewOne) {
  Modified m;
  m.ask();
  m.confirm_all();
  EXPECT_EQ(types(m.revoke(m.leg(1))), "flight.crew");
  // The crew holds nothing: the change takes over, and what was revoked is released.
  EXPECT_EQ(types(m.act(m.desk->gave_up(m.id))), "leg.release");
  EXPECT_FALSE(m.flight().failed);
  m.clear();
  EXPECT_TRUE(m.desk->may_enter(m.id, 1, minutes(24)));
}

TEST(ModifyTable, AnOldVersionThatWentAloneTakesTheFlightWithItWhenItsSuccessorFails) {
  Modified m;
  m.wanted.legs[0].volumes = box(12, 23);
  m.ask();
  m.hold_all();
  m.confirm(m.leg(1, kChange));
  m.close(m.leg(1), Closing::kExpired);
  ASSERT_EQ(m.state(1), HomeState::kEnded);
  EXPECT_FALSE(m.flight().failed) << "leg 1 has a confirmed successor";
  EXPECT_EQ(types(m.lapse(m.leg(0, kChange))), "flight.cancel flight.crew");
  EXPECT_TRUE(m.flight().failed) << "leg 1 has no version any more: leg 0 may not stay alone";
  EXPECT_EQ(types(m.act(m.desk->gave_up(m.id))), "flight.cancel");
  EXPECT_EQ(m.state(0), HomeState::kCancelled);
}

TEST(ModifyTable, AChangeKeepsTheWay) {
  Modified m;
  EXPECT_EQ(refusal(m.desk->file(m.plan({"A1"}), m.now)),
            "legs: flight MIRAGE1 has 2 legs; a change keeps them, another way is another flight");
  EXPECT_EQ(refusal(m.desk->file(m.plan({"A1", "C1"}), m.now)),
            "legs[1]: leg 1 is in zone B1; a change keeps that, another way is another flight");
}

// Mutations of modify.pml that concern home
// -----------------------------------------------------------------------------------------------------------

TEST(ModifyMutation, 2TheOldVersionIsNotReleasedBeforeTheCrewIsOnTheNewOne) {
  Modified m;
  m.ask();
  m.confirm_all();
  m.act(m.desk->switch_to(m.id, true));  // told, not read back
  m.now = minutes(5);
  EXPECT_EQ(types(m.run()), "");
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
}

TEST(ModifyMutation, 4TheCrewIsNotPutOnTheNewVersionAtHold) {
  Modified m;
  m.ask();
  m.hold(m.leg(1, kChange));
  EXPECT_FALSE(m.desk->switch_to(m.id, true).has_value());
}

TEST(ModifyMutation, 5CancelOfTheNewVersionIsNotAppliedToTheFlight) {
  Modified m;
  m.ask();
  m.confirm_all();
  EXPECT_EQ(types(m.act(m.desk->cancel_change(m.id, ""))), "flight.cancel");
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
  EXPECT_FALSE(m.flight().ended);
}

TEST(ModifyMutation, 5TheNewVersionInTheCrewsHandIsRecalledFirst) {
  Modified m;
  m.ask();
  m.confirm_all();
  m.act(m.desk->switch_to(m.id, true));
  EXPECT_EQ(refusal(m.desk->cancel_change(m.id, "")),
            "the crew of flight MIRAGE1 may hold the new version: recall it first");
}

TEST(ModifyMutation, 8LapseOfTheNewHoldIsNotTakenForTheFlight) {
  Modified m;
  m.ask();
  m.hold(m.leg(1, kChange));
  EXPECT_EQ(types(m.lapse(m.leg(1, kChange))), "");
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
  EXPECT_FALSE(m.flight().failed);
}

// Mutations of cross.pml
// ----------------------------------------------------------------------------------------------------------------

TEST(CrossMutation, 1NoDepartureAsSoonAsTheFirstLegIsConfirmed) {
  Home home;
  home.bring(HomeState::kCommitted);
  home.confirm(home.leg(0));
  EXPECT_FALSE(home.desk->clear(home.id).has_value());
  EXPECT_FALSE(home.desk->enter(home.id, 0).has_value());
}

TEST(CrossMutation, 2RevokeOfALaterLegIsNotAcknowledgedWhileAirborne) {
  Modified m(true, /*airborne=*/true);
  EXPECT_TRUE(of_type<LegRevokeAck>(m.revoke(m.leg(1))).empty());
}

TEST(CrossMutation, 4EntryNeedsNoLiveLink) {
  Modified m(true, /*airborne=*/true);
  m.control.halt("B1");  // nobody can be asked there any more
  m.run();
  EXPECT_TRUE(m.desk->may_enter(m.id, 1, minutes(21)));
}

TEST(CrossMutation, 5AFailedLegCancelsTheOthers) {
  Home home;
  home.bring(HomeState::kCommitted);
  home.confirm(home.leg(0));
  EXPECT_EQ(types(home.lapse(home.leg(1))), "flight.cancel");
  EXPECT_EQ(home.state(0), HomeState::kCancelled);
}

TEST(CrossMutation, 6NoCancelWhileAirborne) {
  Modified m(true, /*airborne=*/true);
  EXPECT_FALSE(m.desk->cancel(m.id, "").has_value());
  m.say(m.self, FlightDropped{.change = false, .flight = m.id, .text = ""});
  EXPECT_TRUE(m.odd);
  EXPECT_EQ(types(m.run()), "");
}

TEST(CrossMutation, 7EndIsForTheLegNotForTheFlight) {
  Modified m(true, /*airborne=*/true);
  m.act(m.desk->leave(m.id, 0));
  EXPECT_EQ(m.state(1), HomeState::kConfirmed);
  EXPECT_FALSE(m.flight().ended);
}

TEST(CrossMutation, 3And8AFreezeOfEitherSideLeavesConfirmedLegs) {
  Modified m;
  m.freeze("us");
  m.freeze("ru");
  EXPECT_EQ(types(m.run()), "");
  EXPECT_TRUE(m.desk->may_enter(m.id, 0, minutes(11)));
}

TEST(CrossMutation, 9NoDepartureOnCommit) {
  Home home;
  home.bring(HomeState::kCommitted);
  EXPECT_FALSE(home.desk->clear(home.id).has_value());
}

// Mutations of order.pml
// ----------------------------------------------------------------------------------------------------------------

TEST(OrderMutation, 1And2TwoFlightsAskInTheSameOrderOneLegAtATime) {
  Home one;
  Home other;
  one.file(one.plan({"A1", "B1"}));
  other.file(other.plan({"B1", "A1"}));
  for (Home* home : {&one, &other}) {
    ASSERT_EQ(home->flight().versions.size(), 1U);
    EXPECT_EQ(home->flight().versions[0].zone.str(), "A1");
  }
  LegStandby standby;
  standby.request = other.leg(1).request;
  standby.to = other.self;
  standby.until = minutes(2);
  other.say(authority("us"), standby);
  EXPECT_EQ(types(other.run()), "") << "waits, and holds nothing that the other flight wants";
  EXPECT_EQ(other.state(1), HomeState::kRequested);
}

}  // namespace
}  // namespace tansiq::coordination
