// Watch and line checks: `missed-check`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/talk_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;
using ::testing::HasSubstr;

/// How long a check waits: a pull of 30 s, 2 Dm and Do.
constexpr DurationMs kSilence = 55 * kSecond;

class TalkLine : public ::testing::Test {
 protected:
  ~TalkLine() override {
    us.check_ways_back();
    fr.check_ways_back();
  }
  [[nodiscard]] const LineStanding& line() const { return us.desk->lines().at(who("fr")); }
  [[nodiscard]] LineMissed missed() const { return body_of<LineMissed>(us.own("line.missed").back()); }

  Party us{"us"};
  Party fr{"fr"};
};

TEST_F(TalkLine, IsAnsweredByTheMachineWithTheStateOfTheWatch) {
  fr.act(fr.desk->set_watch(true, ""));
  us.act(us.desk->check_line(who("fr")));
  settle({&us, &fr});
  EXPECT_EQ(fr.count("line.answered"), 1U);
  EXPECT_TRUE(body_of<LineAnswered>(fr.own("line.answered")[0]).attended);
  EXPECT_FALSE(line().check.has_value());
  EXPECT_FALSE(line().fault.has_value());
  EXPECT_EQ(types(us.wait(60 * kMinute)), "");
  EXPECT_TRUE(us.desk->watches().at(who("fr")).attended);
}

TEST_F(TalkLine, AMissIsTheLinkWhenNothingHasCome) {
  us.desk->heard_from(who("fr"), kNoon - 1);
  us.act(us.desk->check_line(who("fr")));
  EXPECT_EQ(types(us.wait(kSilence - 1)), "");
  EXPECT_EQ(types(us.wait(1)), "line.missed");
  EXPECT_EQ(missed().fault, LineFault::kLink);
  EXPECT_EQ(missed().heard, kNoon - 1);
  EXPECT_EQ(line().fault, LineFault::kLink) << "it stands";
}

TEST_F(TalkLine, AMissIsTheNodeWhenItsCheckpointsCome) {
  us.act(us.desk->check_line(who("fr")));
  us.desk->heard_from(who("fr"), kNoon + 30 * kSecond);
  us.wait(kSilence);
  EXPECT_EQ(missed().fault, LineFault::kNode);
}

TEST_F(TalkLine, AMissIsTheOfficerWhenNobodyIsOnWatch) {
  us.act(us.desk->check_line(who("fr")));
  settle({&us, &fr});
  EXPECT_EQ(us.count("line.missed"), 1U) << "at once: more is not to be known";
  EXPECT_EQ(missed().fault, LineFault::kNoOfficer) << "who has not said that he is on watch is not";
  EXPECT_FALSE(us.desk->watches().at(who("fr")).attended);
}

TEST_F(TalkLine, TheNextAnswerTakesTheAlarmBack) {
  us.act(us.desk->check_line(who("fr")));
  us.wait(kSilence);
  ASSERT_EQ(line().fault, LineFault::kLink);
  fr.act(fr.desk->set_watch(true, ""));
  us.act(us.desk->check_line(who("fr")));
  settle({&us, &fr});
  EXPECT_FALSE(line().fault.has_value());
}

TEST_F(TalkLine, ALateAnswerTakesTheAlarmBack) {
  us.act(us.desk->check_line(who("fr")));
  us.wait(kSilence);
  fr.act(fr.desk->set_watch(true, ""));
  settle({&us, &fr});
  EXPECT_FALSE(line().fault.has_value()) << "the line is back";
}

TEST_F(TalkLine, OneCheckAtATime) {
  us.act(us.desk->check_line(who("fr")));
  EXPECT_THAT(answer(us.desk->check_line(who("fr"))), HasSubstr("not answered yet"));
  EXPECT_EQ(answer(us.desk->check_line(who("ru"))), "done");
  EXPECT_THAT(answer(us.desk->check_line(who("us"))), HasSubstr("no other authority"));
  us.wait(kSilence);
  EXPECT_EQ(answer(us.desk->check_line(who("fr"))), "done");
}

TEST_F(TalkLine, OfManyChecksTheNewestIsAnswered) {
  for (int i = 0; i < 3; ++i) {
    us.act(us.desk->check_line(who("fr")));
    us.wait(kSilence);
  }
  settle({&us, &fr});
  EXPECT_EQ(fr.count("line.answered"), 1U);
  EXPECT_EQ(body_of<LineAnswered>(fr.own("line.answered")[0]).check, us.own("line.check").back().hash);
}

TEST_F(TalkLine, ChecksRunOnAScheduleBothWays) {
  const TalkOptions hourly{.line_check_every_ms = 60 * kMinute};
  Party a("us", hourly);
  Party b("fr", hourly);
  a.act(a.desk->set_watch(true, ""));
  b.act(b.desk->set_watch(true, ""));
  EXPECT_EQ(types(a.run()), "line.check line.check") << "with each of the two others";
  b.run();
  settle({&a, &b});
  EXPECT_EQ(a.desk->lines().at(who("fr")).checks, 1);
  EXPECT_EQ(b.desk->lines().at(who("us")).checks, 1);
  for (Party* one : {&a, &b}) one->wait(kSilence);  // ru is not there
  EXPECT_EQ(a.count("line.missed"), 1U);
  EXPECT_EQ(a.desk->next_timer(), kNoon + 60 * kMinute);
  EXPECT_EQ(types(a.wait(60 * kMinute - kSilence)), "line.check line.check");
  a.check_ways_back();
  b.check_ways_back();
}

TEST_F(TalkLine, AnAnswerToNothingIsAnAlarm) {
  const auto odd = us.read(fr.say(LineAnswered{.attended = true, .check = log::sha256("x"), .to = who("us")}));
  EXPECT_THAT(answer(odd), HasSubstr("has not been made from here"));
  EXPECT_TRUE(alarms(odd));
}

TEST_F(TalkLine, PassesEveryFreeze) {
  us.freeze("fr");
  fr.freeze("us");
  fr.act(fr.desk->set_watch(true, ""));
  us.act(us.desk->check_line(who("fr")));
  settle({&us, &fr});
  EXPECT_FALSE(line().fault.has_value());
  EXPECT_EQ(us.count("line.missed"), 0U);
}

TEST_F(TalkLine, TheWatchIsSaidOnce) {
  fr.act(fr.desk->set_watch(true, "Lt Durand"));
  EXPECT_THAT(answer(fr.desk->set_watch(true, "")), HasSubstr("attended already"));
  EXPECT_EQ(answer(fr.desk->set_watch(false, "")), "done");
  deliver(us, fr);
  EXPECT_EQ(us.desk->watches().at(who("fr")).text, "Lt Durand");
}

TEST_F(TalkLine, ARestartForgetsNoCheck) {
  us.act(us.desk->check_line(who("fr")));
  us.restart();
  EXPECT_EQ(us.desk->next_timer(), kNoon + kSilence);
  us.now = kNoon + 2 * kSilence;
  us.restart();
  EXPECT_EQ(types(us.run()), "line.missed");
  fr.read(us.own("line.check")[0]);
  fr.restart();
  EXPECT_EQ(types(fr.run()), "line.answered") << "and none that is owed";
}

}  // namespace
}  // namespace tansiq::coordination
