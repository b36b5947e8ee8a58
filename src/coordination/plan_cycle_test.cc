// Whether a plan was submitted in time, as a desk of talks tells it, and when its absence is an alarm.
#include "coordination/plan_cycle.h"

#include <gtest/gtest.h>

#include "coordination/talk_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;

constexpr DurationMs kHour = 60 * kMinute;
constexpr UtcMs kToday = kNoon - 12 * kHour;
constexpr UtcMs kTomorrow = kToday + 24 * kHour;

Letter plan_letter(UtcMs day, std::int64_t version = 1, DurationMs begin = 0) {
  Letter out = letter({"fr"}, Needs::kAnswer, kToday + 18 * kHour, "plan");
  out.parts = {PlanPart{.answer_by = kToday + 18 * kHour,
                        .day = {day + begin, day + begin + 24 * kHour},
                        .flights = {},
                        .submit_by = kToday + 16 * kHour,
                        .version = version}};
  return out;
}

class PlanCycleTest : public ::testing::Test {
 protected:
  [[nodiscard]] PlanStanding plan(const Party& at, std::string_view peer, bool ours, UtcMs day, UtcMs now) const {
    PlanCycle cycle{.counterparts = {who(peer)}};
    for (const PlanStanding& one : plans_of(cycle, *at.desk, at.self, now)) {
      if (one.ours == ours && one.day == day) return one;
    }
    ADD_FAILURE() << "no such plan is looked at";
    return {};
  }
  Party us{"us"};
  Party fr{"fr"};
};

TEST_F(PlanCycleTest, NobodyIsWaitedForUnlessConfigured) {
  EXPECT_TRUE(plans_of({}, *us.desk, us.self, kNoon).empty());
  EXPECT_TRUE(plans_of({.counterparts = {who("us")}}, *us.desk, us.self, kNoon).empty()) << "nobody plans with himself";
  EXPECT_EQ(plans_of({.counterparts = {who("fr"), who("fr"), who("ru")}}, *us.desk, us.self, kNoon).size(), 8U)
      << "two peers, two days, both ways";
}

TEST_F(PlanCycleTest, AnAlarmStandsFromItsTimeUntilItIsSubmitted) {
  const UtcMs due = kToday + 16 * kHour;
  EXPECT_EQ(plan(us, "fr", true, kTomorrow, due - 1).state, PlanState::kOpen);
  EXPECT_FALSE(plan(us, "fr", true, kTomorrow, due - 1).overdue);
  const PlanStanding missing = plan(us, "fr", true, kTomorrow, due);
  EXPECT_EQ(missing.state, PlanState::kMissing);
  EXPECT_TRUE(missing.overdue);
  EXPECT_EQ(missing.rounds, 1);
  EXPECT_EQ(missing.submit_by, due);
  EXPECT_EQ(missing.answer_by, kToday + 18 * kHour);
  EXPECT_EQ(plan(us, "fr", true, kTomorrow, due + 15 * kMinute).rounds, 2) << "as often as a routine message's";
  EXPECT_EQ(plan(us, "fr", true, kTomorrow, due + 24 * kHour).rounds, 97) << "also on the day itself";
  us.now = due + kMinute;
  Letter late = plan_letter(kTomorrow);
  late.due = us.now + kHour;
  const auto sent = us.act(us.desk->send(late, us.now));
  const PlanStanding there = plan(us, "fr", true, kTomorrow, due + kHour);
  EXPECT_EQ(there.state, PlanState::kSubmitted);
  EXPECT_FALSE(there.overdue);
  EXPECT_EQ(there.rounds, 0);
  EXPECT_EQ(there.hash, sent[0].hash);
}

TEST_F(PlanCycleTest, EachSideSeesTheSamePlanFromItsOwn) {
  const auto sent = us.act(us.desk->send(plan_letter(kTomorrow), us.now));
  EXPECT_EQ(plan(fr, "us", false, kTomorrow, kNoon).state, PlanState::kOpen) << "not read yet";
  deliver(fr, us);
  fr.run();
  EXPECT_EQ(plan(fr, "us", false, kTomorrow, kNoon).state, PlanState::kSubmitted);
  EXPECT_EQ(plan(fr, "us", true, kTomorrow, kToday + 17 * kHour).state, PlanState::kMissing) << "theirs is not ours";
  fr.act(fr.desk->read(sent[0].hash));
  fr.act(fr.desk->answer(sent[0].hash, {}));
  deliver(us, fr);
  EXPECT_EQ(plan(fr, "us", false, kTomorrow, kNoon).state, PlanState::kAnswered);
  EXPECT_EQ(plan(us, "fr", true, kTomorrow, kNoon).state, PlanState::kAnswered);
}

TEST_F(PlanCycleTest, TheNewestVersionCountsAndOnlyForItsDay) {
  us.act(us.desk->send(plan_letter(kTomorrow), us.now));
  const auto second = us.act(us.desk->send(plan_letter(kTomorrow, 2), us.now));
  EXPECT_EQ(plan(us, "fr", true, kTomorrow, kNoon).version, 2);
  EXPECT_EQ(plan(us, "fr", true, kTomorrow, kNoon).hash, second[0].hash);
  EXPECT_EQ(plan(us, "fr", true, kToday, kNoon).state, PlanState::kMissing);
}

TEST_F(PlanCycleTest, ADayThatBeginsAtAnotherHourIsTheOneWhoseNoonItHolds) {
  us.act(us.desk->send(plan_letter(kTomorrow, 1, 3 * kHour), us.now));
  EXPECT_EQ(plan(us, "fr", true, kTomorrow, kNoon).state, PlanState::kSubmitted);
  EXPECT_EQ(plan(us, "fr", true, kToday, kNoon).state, PlanState::kMissing);
}

TEST_F(PlanCycleTest, ARestartFindsTheSameAlarm) {
  const UtcMs later = kToday + 20 * kHour;
  const PlanStanding before = plan(us, "fr", true, kTomorrow, later);
  us.restart();
  const PlanStanding after = plan(us, "fr", true, kTomorrow, later);
  EXPECT_TRUE(after.overdue);
  EXPECT_EQ(after.rounds, before.rounds);
}

TEST(PlanCycleTimes, AnswersComeBehindThePlan) {
  EXPECT_TRUE(PlanCycle{}.check().has_value());
  EXPECT_FALSE((PlanCycle{.submit_by_ms = 5, .answer_by_ms = 5}).check().has_value());
}

}  // namespace
}  // namespace tansiq::coordination
