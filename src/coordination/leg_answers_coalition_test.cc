// Answers by hand over whole coalitions: what home sees of them, what it does not, the same act twice, restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr DurationMs kMinute = 60'000;

AuthorityId id(std::string_view text) { return AuthorityId::trusted(text); }

/// us answers by hand what is asked of K1.
struct ByHand : World {
  ByHand() { EXPECT_TRUE(act("us", SetAnswerRule{{}, true, {}, ZoneId::trusted("K1")}).has_value()); }

  const HomeVersion& asked(std::string_view home, std::string_view name, int level) {
    file(home, name, {leg("K1", level, now + 30 * kMinute)});
    return version(home, name);
  }
  [[nodiscard]] const HomeVersion& version(std::string_view home, std::string_view name) {
    return flight(home, name).versions.front();
  }
  bool answer(const EntryHash& request, HandAnswer how, std::optional<DurationMs> later = {}) {
    const bool done =
        act("us", AnswerLeg{how, {}, request, how == HandAnswer::kRefuse ? "exercise" : "", later}).has_value();
    settle();
    return done;
  }
};

TEST(LegAnswersCoalition, HomeWaitsAndIsConfirmed) {
  ByHand world;
  const EntryHash request = world.asked("fr", "F1", 200).request;
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kRequested);
  EXPECT_EQ(world.version("fr", "F1").standby_until, world.now + kAnswerMsDefault) << "home knows until when";
  EXPECT_NE(world.expect_comes_back("us"), nullptr);
  world.restart("us");
  ASSERT_TRUE(world.answer(request, HandAnswer::kConfirm));
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kConfirmed);
  EXPECT_THAT(world.said("us"),
              IsSupersetOf({"answer.rule", "leg.standby", "answer.given", "leg.hold", "leg.confirmed"}));
  EXPECT_NE(world.expect_comes_back("us"), nullptr);
  EXPECT_NE(world.expect_comes_back("fr"), nullptr);
}

TEST(LegAnswersCoalition, WhoHasAnsweredIsNobodysBusinessOutside) {
  ByHand world;
  const EntryHash request = world.asked("fr", "F1", 200).request;
  ASSERT_TRUE(world.answer(request, HandAnswer::kHold));
  ASSERT_TRUE(world.answer(request, HandAnswer::kRefuse));
  bool here = false;
  for (const Written& written : world.record("us")) {
    if (written.log.author != id("us")) continue;
    if (written.log.kind == LogName::Kind::kMain) {
      here = here || (written.line.find("answer.given") != std::string::npos &&
                      written.line.find("officer@us") != std::string::npos);
    } else {
      EXPECT_THAT(written.line, Not(HasSubstr("officer@us")));
      EXPECT_THAT(written.line, Not(HasSubstr("\"type\":\"answer.")));
    }
  }
  EXPECT_TRUE(here) << "the own record names him";
  EXPECT_EQ(world.version("fr", "F1").lapse, Lapse::kWithdrawn);
}

TEST(LegAnswersCoalition, HeldUntilAnOfficerConfirms) {
  ByHand world;
  const EntryHash request = world.asked("fr", "F1", 200).request;
  ASSERT_TRUE(world.answer(request, HandAnswer::kHold));
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kCommitted) << "home has taken it and waits";
  world.restart("us");
  world.restart("fr");
  ASSERT_TRUE(world.answer(request, HandAnswer::kConfirm));
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kConfirmed);
}

TEST(LegAnswersCoalition, ACounterIsConfirmedWhenHomeTakesIt) {
  ByHand world;
  const EntryHash request = world.asked("fr", "F1", 200).request;
  ASSERT_TRUE(world.answer(request, HandAnswer::kCounter, 5 * kMinute));
  EXPECT_TRUE(world.version("fr", "F1").waits_for_officer());
  ASSERT_TRUE(world.act("fr", StepFlight{FlightId::trusted("F1"), FlightStep::kAcceptCounter, {}}).has_value());
  world.settle();
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kConfirmed);
  EXPECT_EQ(world.version("fr", "F1").request, request);
}

TEST(LegAnswersCoalition, NobodyAnswers) {
  ByHand world;
  world.asked("fr", "F1", 200);
  world.advance(kAnswerMsDefault);
  world.settle();
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kRefused);
  EXPECT_EQ(world.version("fr", "F1").refusal, LegRefusal::kNoAnswer);
  EXPECT_TRUE(world.flight("fr", "F1").ended);
}

TEST(LegAnswersCoalition, TheLinkIsCutWhileTheOfficerAnswers) {
  ByHand world;
  const EntryHash request = world.asked("fr", "F1", 200).request;
  world.cut("us", "fr");
  ASSERT_TRUE(world.answer(request, HandAnswer::kConfirm));
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kRequested);
  world.advance(2 * kMinute);
  world.heal();
  world.settle();
  EXPECT_EQ(world.version("fr", "F1").state, HomeState::kLapsed) << "the hold is over, as ever";
}

TEST(LegAnswersCoalition, OneAnswerUnderOneCommandId) {
  ByHand world;
  const EntryHash request = world.asked("fr", "F1", 200).request;
  const ActCommand command{.cmd = CommandId::trusted("once"),
                           .by = core::Subject::trusted("officer@us"),
                           .second = {},
                           .act = AnswerLeg{HandAnswer::kConfirm, {}, request, {}, {}}};
  Batch batch;
  const auto first = world.at("us").act(command, world.now, batch);
  ASSERT_TRUE(first.has_value());
  const std::size_t written = batch.size();
  const auto again = world.at("us").act(command, world.now, batch);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(batch.size(), written);
  const auto other = world.at("us").act({.cmd = CommandId::trusted("twice"),
                                         .by = core::Subject::trusted("relief@us"),
                                         .second = {},
                                         .act = AnswerLeg{HandAnswer::kRefuse, {}, request, "exercise", {}}},
                                        world.now, batch);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kWrongState);
  EXPECT_THAT(other.error().message, HasSubstr("officer@us has answered confirm"));
}

/// What waits in a zone that goes over ends there.
TEST(LegAnswersCoalition, AZoneThatIsLentAnswersForItself) {
  ByHand world;
  const EntryHash request = world.asked("ru", "R1", 200).request;
  ASSERT_TRUE(world.act("us", LeaseZone{id("fr"), world.now + 60 * kMinute, ZoneId::trusted("K1")}).has_value());
  world.settle();
  EXPECT_FALSE(world.answer(request, HandAnswer::kConfirm)) << "fr decides there now";
  world.advance(kAnswerMsDefault);
  world.settle();
  EXPECT_EQ(world.version("ru", "R1").refusal, LegRefusal::kNotSequencer);
}

}  // namespace
}  // namespace tansiq::coordination
