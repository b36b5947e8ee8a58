// Requests that an officer answers: the table of docs/coordination.md, section 3, Answers by hand, row by row.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <set>

#include "base/random.h"
#include "coordination/leg_testlib.h"

namespace tansiq::coordination {
namespace {

using leg_testing::Box;
using leg_testing::kSecond;
using leg_testing::kStart;
using leg_testing::Office;
using leg_testing::who;
using leg_testing::zone;

constexpr DurationMs kWithin = 300 * kSecond;

AnswerRule rule(std::string_view home = {}, bool by_hand = true, DurationMs within = kWithin) {
  AnswerRule out{.answer_ms = within, .by_hand = by_hand, .home = {}, .zone = zone("K1")};
  if (!home.empty()) out.home = who(home);
  return out;
}

/// An office that answers requests for K1 by hand.
struct ByHand : Office {
  explicit ByHand(LegQuota quota = {}) : Office(quota) { say("us", rule()); }
};

void expect_comes_back(const Office& office) {
  EXPECT_EQ(Office::state_text(*office.replayed()->desk), Office::state_text(*office.desk)) << "by replay";
  EXPECT_EQ(Office::state_text(*office.reread()->desk), Office::state_text(*office.desk)) << "by snapshot";
}

TEST(LegAnswersTable, RequestThatIsFreeStandsBy) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.last, "standby");
  EXPECT_EQ(office.newest<LegStandby>().until, kStart + kWithin);
  EXPECT_EQ(office.state(request), "asked");
  EXPECT_TRUE(office.airspace.bookings.empty()) << "nothing is booked before somebody has said so";
  EXPECT_EQ(office.desk->next_timer(), kStart + kWithin);
  const auto needed = office.desk->needed(office.now, 10);
  ASSERT_EQ(needed.size(), 1U);
  EXPECT_EQ(needed[0].version->request, request);
  EXPECT_TRUE(needed[0].free);
  EXPECT_TRUE(needed[0].trouble.empty());
  expect_comes_back(office);
}

TEST(LegAnswersTable, RequestThatFailsIsRefusedAtOnce) {
  ByHand office;
  office.relations.set("fr", 0);
  office.ask("fr", "F1");
  EXPECT_EQ(office.last, "refused(frozen)");
  office.ask("uk", "U1", {.start_s = 60, .end_s = 200});
  EXPECT_EQ(office.last, "refused(late)");
  EXPECT_TRUE(office.desk->needed(office.now, 10).empty());
}

TEST(LegAnswersTable, RequestInTheWayOfWhatIsConfirmedIsAnsweredAsEver) {
  Office office;
  office.confirmed("uk", "U1");
  office.say("us", rule());
  const EntryHash moved = office.ask("fr", "F1");
  EXPECT_EQ(office.last, "counter") << "the node offers what it finds";
  office.commit("fr", moved);
  EXPECT_EQ(office.last, "-") << "and no more than offers: an officer confirms";
  EXPECT_EQ(office.answer(moved, HandAnswer::kConfirm), "confirmed");
  office.airspace.offers_level = office.airspace.offers_time = false;
  office.ask("fr", "F2");
  EXPECT_EQ(office.last, "refused(conflict)");
}

TEST(LegAnswersTable, Confirm) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "hold");
  EXPECT_EQ(office.newest<LegHold>().until, kStart + 49 * kSecond) << "T1: no longer than by the node";
  EXPECT_TRUE(office.desk->needed(office.now, 10).empty());
  expect_comes_back(office);
  office.commit("fr", request);
  EXPECT_EQ(office.last, "confirmed");
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "wrong-state");
}

TEST(LegAnswersTable, HoldAndThenConfirm) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.answer(request, HandAnswer::kHold), "hold");
  EXPECT_EQ(office.newest<LegHold>().until, kStart + 49 * kSecond + kWithin) << "T1, and the officer's time";
  EXPECT_EQ(office.answer(request, HandAnswer::kHold), "wrong-state") << "it is held already";
  office.commit("fr", request);
  EXPECT_EQ(office.last, "-");
  const auto needed = office.desk->needed(office.now, 10);
  ASSERT_EQ(needed.size(), 1U);
  EXPECT_TRUE(needed[0].version->commit.has_value()) << "home waits";
  expect_comes_back(office);
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "confirmed");
  expect_comes_back(office);
}

TEST(LegAnswersTable, HoldIsConfirmedBeforeTheCommitComes) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.answer(request, HandAnswer::kHold);
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "-");
  office.commit("fr", request);
  EXPECT_EQ(office.last, "confirmed");
}

TEST(LegAnswersTable, HoldAndThenRefuse) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.answer(request, HandAnswer::kHold);
  office.commit("fr", request);
  EXPECT_EQ(office.answer(request, HandAnswer::kRefuse), "lapsed(withdrawn)");
  EXPECT_TRUE(office.airspace.bookings.empty());
  expect_comes_back(office);
}

TEST(LegAnswersTable, HoldThatNobodyConfirmsLapsesInItsTime) {
  ByHand office({.abandoned_max = 1});
  const EntryHash request = office.ask("fr", "F1");
  office.answer(request, HandAnswer::kHold);
  office.commit("fr", request);
  office.pass(349);
  EXPECT_EQ(office.react(), "lapsed(time)");
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "wrong-state");
  office.ask("fr", "F2", {.cell = 1, .start_s = 1'200, .end_s = 1'500});
  EXPECT_EQ(office.last, "standby") << "home had committed: it has abandoned nothing";
}

TEST(LegAnswersTable, CancelWhileACommitWaitsIsNoHoard) {
  ByHand office({.abandoned_max = 1});
  const EntryHash request = office.ask("fr", "F1");
  office.answer(request, HandAnswer::kHold);
  office.commit("fr", request);
  office.say("fr", FlightCancel{.requests = {request}});
  EXPECT_EQ(office.react(), "closed(cancelled)");
  office.ask("fr", "F2", {.cell = 1});
  EXPECT_EQ(office.last, "standby") << "home had committed: it has abandoned nothing";
}

TEST(LegAnswersTable, Counter) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.answer(request, HandAnswer::kCounter, 60 * kSecond, 100'000), "counter");
  EXPECT_EQ(office.newest<LegHold>().time_shift_ms, 60 * kSecond);
  EXPECT_EQ(office.newest<LegHold>().level_shift_cm, 100'000);
  EXPECT_EQ(office.airspace.bookings.at(request).volumes.front(),
            leg_testing::volume({.low = 20, .high = 30, .start_s = 660, .end_s = 960}));
  office.commit("fr", request);
  EXPECT_EQ(office.last, "confirmed") << "who offers has agreed";
  expect_comes_back(office);
}

TEST(LegAnswersTable, CounterIsJudgedWhereItLies) {
  Office office;
  office.confirmed("uk", "U1", {.low = 20, .high = 30});
  office.say("us", rule());
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.answer(request, HandAnswer::kCounter, {}, 100'000), "conflict");
  EXPECT_EQ(office.answer(request, HandAnswer::kCounter, -560 * kSecond), "wrong-state") << "too early for its hold";
  EXPECT_EQ(office.state(request), "asked") << "it waits as before";
  EXPECT_EQ(office.answer(request, HandAnswer::kCounter, {}, 200'000), "counter");
}

TEST(LegAnswersTable, Refuse) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.answer(request, HandAnswer::kRefuse), "refused(other)");
  EXPECT_EQ(office.newest<LegRefused>().text, "exercise");
  EXPECT_EQ(office.state(request), "refused");
  expect_comes_back(office);
}

TEST(LegAnswersTable, NobodyAnswers) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.pass(299);
  EXPECT_EQ(office.react(), "-");
  office.pass(1);
  EXPECT_EQ(office.react(), "refused(no_answer)");
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "wrong-state");
}

TEST(LegAnswersTable, NobodyAnswersAndTheNodeSleeps) {
  ByHand office;
  office.ask("fr", "F1");
  office.pass(580);
  EXPECT_EQ(office.react(), "refused(no_answer)") << "by the time at which it was due: it is not home that is late";
}

TEST(LegAnswersTable, CancelWhileItWaits) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.say("fr", FlightCancel{{request}});
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "wrong-state") << "home wants it no more";
  EXPECT_EQ(office.react(), "closed(cancelled)");
}

TEST(LegAnswersTable, FreezeWhileItWaits) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.relations.set("fr", 0);
  EXPECT_EQ(office.react(), "-");
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "wrong-state");
  EXPECT_FALSE(office.desk->needed(office.now, 10).front().trouble.empty());
  office.pass(300);
  EXPECT_EQ(office.react(), "refused(frozen)");
}

TEST(LegAnswersTable, FreezeOfWhatIsHeld) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.answer(request, HandAnswer::kHold);
  office.relations.set("fr", 0);
  EXPECT_EQ(office.react(), "lapsed(frozen)");
}

TEST(LegAnswersTable, ZoneGoesToAnother) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.control.lease("K1", "fr");
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "not-sequencer");
  office.pass(300);
  EXPECT_EQ(office.react(), "refused(not_sequencer)");
}

TEST(LegAnswersTable, ClockFaultBetween) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.answer(request, HandAnswer::kHold);
  office.commit("fr", request);
  office.control.set("K1").grants = false;
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "-") << "T8: nothing is granted";
  office.control.set("K1").grants = true;
  EXPECT_EQ(office.react(), "confirmed");
}

// What is around it
// -----------------------------------------------------------------------------------------------------------

TEST(LegAnswers, ChangesThatOnlyShrinkAskNobody) {
  Office office;
  const EntryHash old = office.confirmed("fr", "F1");
  office.say("us", rule());
  LegRequest less = office.request("F1", {.start_s = 650, .end_s = 850});
  less.replaces = old;
  const EntryHash smaller = office.ask("fr", less);
  EXPECT_EQ(office.last, "hold");
  office.commit("fr", smaller);
  EXPECT_EQ(office.last, "confirmed");
  LegRequest more = office.request("F1", {.start_s = 650, .end_s = 1'000});
  more.replaces = smaller;
  office.ask("fr", more);
  EXPECT_EQ(office.last, "standby") << "a change that takes more is asked for";
}

TEST(LegAnswers, TheRuleForOneGoesBeforeThatForAll) {
  ByHand office;
  office.say("us", rule("uk", false));
  office.ask("uk", "U1");
  EXPECT_EQ(office.last, "hold");
  office.ask("fr", "F1", {.cell = 1});
  EXPECT_EQ(office.last, "standby");
  office.ask("us", "O1", {.cell = 2});
  EXPECT_EQ(office.last, "hold") << "nobody asks himself";
  office.ask("fr", office.request("F2", {.cell = 3}, "K2"));
  EXPECT_EQ(office.last, "hold") << "another zone";
  office.say("us", rule({}, false));
  office.ask("fr", "F3", {.cell = 4});
  EXPECT_EQ(office.last, "hold");
  EXPECT_EQ(office.desk->rules().all().size(), 1U) << "the default for all is no rule";
  expect_comes_back(office);
}

TEST(LegAnswers, WhatWaitsGoesOnWaitingWhenTheRuleIsLifted) {
  ByHand office;
  const EntryHash request = office.ask("fr", "F1");
  office.say("us", rule({}, false));
  EXPECT_EQ(office.react(), "-");
  EXPECT_EQ(office.answer(request, HandAnswer::kHold), "hold");
  office.commit("fr", request);
  EXPECT_EQ(office.last, "-") << "he has said hold, not confirm";
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "confirmed");
}

TEST(LegAnswers, WhatIsHeldAlreadyIsTheNodes) {
  Office office;
  const EntryHash request = office.ask("fr", "F1");
  office.say("us", rule());
  office.commit("fr", request);
  EXPECT_EQ(office.last, "confirmed");
}

TEST(LegAnswers, HoldsOfOthersMayBeGoneWhenTheOfficerAnswers) {
  Office office;
  office.ask("uk", "U1");
  office.say("us", rule());
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.last, "standby");
  EXPECT_EQ(office.newest<LegStandby>().until, kStart + kWithin) << "until he answers, not until the hold ends";
  EXPECT_EQ(office.desk->needed(office.now, 10).front().meets.size(), 1U);
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "conflict");
  office.pass(49);
  EXPECT_EQ(office.react(), "lapsed(time)");
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "hold");
}

TEST(LegAnswers, WhatStoodByForAHoldStandsByOnceMore) {
  Office office;
  office.ask("uk", "U1");
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.last, "standby");
  office.say("us", rule());
  office.pass(49);
  EXPECT_EQ(office.react(), "lapsed(time) standby");
  EXPECT_EQ(office.newest<LegStandby>().until, office.now + kWithin);
  expect_comes_back(office);
  EXPECT_EQ(office.answer(request, HandAnswer::kConfirm), "hold");
}

TEST(LegAnswers, TheEndOfAHoldWakesNobodyWhoWaitsForAnOfficer) {
  Office office;
  const EntryHash held = office.ask("uk", "U1", {.cell = 1});
  office.say("us", rule({}, true, 49 * kSecond));
  const EntryHash request = office.ask("fr", "F1");
  ASSERT_EQ(office.newest<LegStandby>().until, *office.desk->find(held)->until) << "the same moment, by chance";
  office.say("uk", FlightCancel{{held}});
  EXPECT_EQ(office.react(), "closed(cancelled)");
  EXPECT_TRUE(office.desk->find(request)->needs_officer());
}

TEST(LegAnswers, WaitsNoLongerThanAHoldWouldBeInTime) {
  ByHand office;
  office.ask("fr", "F1", {.start_s = 200, .end_s = 400});
  EXPECT_EQ(office.newest<LegStandby>().until, kStart + (200 - 44 - 49) * kSecond) << "T2";
  // Exactly the time of a hold is left, and none for an officer.
  office.ask("fr", "F2", {.cell = 1, .start_s = 93, .end_s = 200});
  EXPECT_EQ(office.last, "refused(late)");
  // T5: a tenant's holds end before its lease.
  office.control.set("K1").end = kStart + 300 * kSecond;
  const EntryHash leased = office.ask("fr", "F3", {.cell = 2, .start_s = 290, .end_s = 299});
  EXPECT_EQ(office.newest<LegStandby>().until, kStart + (290 - 44 - 49) * kSecond);
  EXPECT_EQ(office.answer(leased, HandAnswer::kHold), "hold");
  EXPECT_EQ(office.newest<LegHold>().until, kStart + (290 - 44) * kSecond) << "as long as the window lets it be";
}

TEST(LegAnswers, WhoWaitsCountsAsOpen) {
  ByHand office({.holds_open_max = 1});
  const EntryHash first = office.ask("fr", "F1");
  office.ask("fr", "F2", {.cell = 1});
  EXPECT_EQ(office.last, "refused(quota)");
  EXPECT_EQ(office.answer(first, HandAnswer::kConfirm), "hold") << "and does not stand in its own way";
}

TEST(LegAnswers, NobodyAnswersForWhatIsNotHis) {
  Office office;
  EXPECT_TRUE(office.desk->set_rule(rule()).has_value());
  AnswerRule other = rule();
  other.zone = zone("K3");
  EXPECT_EQ(office.desk->set_rule(other).error().code, ErrorCode::kNotSequencer);
  other.zone = zone("D1");
  EXPECT_EQ(office.desk->set_rule(other).error().code, ErrorCode::kInvalid) << "disputed";
  other.zone = zone("K9");
  EXPECT_EQ(office.desk->set_rule(other).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(office.desk->set_rule(rule("us")).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(office.desk->set_rule(rule("it")).error().code, ErrorCode::kNotFound) << "no member";
  EXPECT_EQ(office.desk->set_rule(rule({}, true, 1)).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(office.answer(log::sha256("nothing"), HandAnswer::kConfirm), "not-found");
}

TEST(LegAnswers, AnAnswerIsWhole) {
  const auto code = [](AnswerGiven given) { return given.check().has_value(); };
  const EntryHash request = log::sha256("request");
  EXPECT_FALSE(code(
      {.answer = HandAnswer::kCounter, .level_shift_cm = {}, .request = request, .text = {}, .time_shift_ms = {}}));
  EXPECT_FALSE(
      code({.answer = HandAnswer::kConfirm, .level_shift_cm = 1, .request = request, .text = {}, .time_shift_ms = {}}));
  EXPECT_FALSE(
      code({.answer = HandAnswer::kCounter, .level_shift_cm = 0, .request = request, .text = {}, .time_shift_ms = {}}));
  EXPECT_FALSE(
      code({.answer = HandAnswer::kRefuse, .level_shift_cm = {}, .request = request, .text = {}, .time_shift_ms = {}}));
  EXPECT_FALSE(code({.answer = HandAnswer::kCounter,
                     .level_shift_cm = {},
                     .request = request,
                     .text = {},
                     .time_shift_ms = kCounterTimeMsMax + 1}));
  EXPECT_TRUE(
      code({.answer = HandAnswer::kCounter, .level_shift_cm = -1, .request = request, .text = {}, .time_shift_ms = 1}));
}

/// Whatever officers and homes do, and when: nothing is booked or confirmed that no officer has agreed to, every
/// request comes to an end in its time, and the record leads to the same.
TEST(LegAnswers, NothingIsGrantedThatNoOfficerHasAgreedTo) {
  SeededRandom random(62);
  const auto draw = [&random](std::int64_t below) { return random.between(0, below - 1); };
  for (int round = 0; round < 60; ++round) {
    ByHand office;
    office.airspace.offers_level = office.airspace.offers_time = false;  // the node offers nothing by itself
    std::vector<EntryHash> asked;
    std::set<EntryHash> may_hold;
    std::set<EntryHash> may_confirm;
    for (int step = 0; step < 60; ++step) {
      const auto pick = [&] { return asked[static_cast<std::size_t>(draw(std::ssize(asked)))]; };
      switch (asked.empty() ? 0 : draw(6)) {
        case 0:
          asked.push_back(office.ask(draw(2) == 0 ? "fr" : "uk", fmt::format("F{}", step),
                                     {.cell = static_cast<int>(draw(3)), .start_s = 1'500, .end_s = 1'800}));
          break;
        case 1:
        case 2: {
          const EntryHash request = pick();
          const auto how = static_cast<HandAnswer>(draw(4));
          const std::string did =
              how == HandAnswer::kCounter ? office.answer(request, how, 60 * kSecond) : office.answer(request, how);
          const bool asked_hold = did == "hold" || did == "counter";
          if (asked_hold) may_hold.insert(request);
          if ((asked_hold && how != HandAnswer::kHold) ||
              (how == HandAnswer::kConfirm && (did == "-" || did == "confirmed"))) {
            may_confirm.insert(request);
          }
          break;
        }
        case 3: {
          const EntryHash request = pick();
          if (office.desk->find(request)->hold) office.commit("fr", request);
          break;
        }
        case 4:
          office.say("fr", FlightCancel{{pick()}});
          office.react();
          break;
        default:
          office.pass(static_cast<int>(draw(60)));
          office.react();
          break;
      }
      for (const EntryHash& request : asked) {
        const LegVersion& version = *office.desk->find(request);
        EXPECT_TRUE(!version.booked() || may_hold.contains(request)) << "round " << round;
        EXPECT_TRUE(!version.granted || may_confirm.contains(request)) << "round " << round;
      }
    }
    expect_comes_back(office);
    office.pass(1'700);
    office.react();
    for (const EntryHash& request : asked) EXPECT_FALSE(office.desk->find(request)->live()) << "round " << round;
    EXPECT_TRUE(office.airspace.bookings.empty());
  }
}

}  // namespace
}  // namespace tansiq::coordination
