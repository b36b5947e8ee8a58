// The sender's table of docs/coordination.md, section 8, row by row, and what it needs around it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/talk_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;
using ::testing::HasSubstr;

/// A message of us to fr that needs an answer by 12:05, in one of the states of the table.
class TalkSender : public ::testing::Test {
 protected:
  TalkSender() { message = us.act(us.desk->send(letter({"fr"}, Needs::kAnswer, kNoon + 5 * kMinute), us.now))[0].hash; }
  ~TalkSender() override {
    us.check_ways_back();
    fr.check_ways_back();
  }
  void overdue() {
    us.now = kNoon + 5 * kMinute;
    EXPECT_EQ(types(us.run()), "talk.overdue");
  }
  void fr_reads() {
    deliver(fr, us);
    fr.run();
    fr.act(fr.desk->read(message));
  }
  void fr_answers() {
    fr_reads();
    fr.act(fr.desk->answer(message, {}));
  }
  [[nodiscard]] SentState state() const { return us.sent(message).state; }

  Party us{"us"};
  Party fr{"fr"};
  EntryHash message;
};

// OPEN ----------------------------------------------------------------------------------------------------------------

TEST_F(TalkSender, OpenReceiptNeededArrives) {
  fr_answers();
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kDone);
  EXPECT_EQ(us.sent(message).answer->kind, AnswerKind::kAnswer);
  EXPECT_TRUE(us.sent(message).settled.has_value());
  EXPECT_EQ(us.desk->next_timer(), std::nullopt);
  EXPECT_EQ(types(us.wait(60 * kMinute)), "") << "no alarm";
}

TEST_F(TalkSender, OpenLowerReceipt) {
  deliver(fr, us);
  fr.run();
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kOpen);
  EXPECT_EQ(us.sent(message).receipt, Receipt::kReceived);
  fr.act(fr.desk->read(message));
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kOpen) << "read is no answer";
  EXPECT_EQ(us.sent(message).receipt, Receipt::kRead);
  EXPECT_EQ(us.desk->next_timer(), kNoon + 5 * kMinute) << "the timer runs on";
}

TEST_F(TalkSender, OpenStandby) {
  fr_reads();
  fr.act(fr.desk->standby(message, "asking the pilot"));
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kOpen);
  EXPECT_EQ(us.desk->next_timer(), kNoon + 6 * kMinute) << "moved by Ds, once";
  // A second one is nothing, whoever writes it.
  const auto again =
      us.read(fr.say(TalkStandby{.index = 1, .message = message, .text = "and again", .to = who("us")}, "officer@fr"));
  EXPECT_THAT(answer(again), HasSubstr("second receipt \"standby\""));
  EXPECT_EQ(us.desk->next_timer(), kNoon + 6 * kMinute);
}

TEST_F(TalkSender, OpenDuePasses) {
  us.desk->heard_from(who("fr"), kNoon + 5 * kMinute - 10 * kSecond);
  overdue();
  EXPECT_EQ(state(), SentState::kOverdue);
  EXPECT_TRUE(us.sent(message).alarm());
  const auto said = body_of<TalkOverdue>(us.own("talk.overdue").back());
  EXPECT_EQ(said.message, message);
  EXPECT_EQ(said.peer, who("fr"));
  EXPECT_EQ(said.round, 1);
  EXPECT_EQ(said.have, Receipt::kNone);
  EXPECT_EQ(said.cause, OverdueCause::kPeerSilent) << "its checkpoints come";
  EXPECT_EQ(said.heard, kNoon + 5 * kMinute - 10 * kSecond);
}

TEST_F(TalkSender, OpenRestart) {
  us.restart();
  EXPECT_EQ(us.desk->next_timer(), kNoon + 5 * kMinute) << "the timer follows from the log";
  us.now = kNoon + 7 * kMinute;
  us.restart();
  EXPECT_EQ(types(us.run()), "talk.overdue") << "a timer that has run out meanwhile fires at once";
}

// OVERDUE -------------------------------------------------------------------------------------------------------------

TEST_F(TalkSender, OverdueReceiptNeededArrives) {
  fr_answers();
  overdue();
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kDoneLate);
  EXPECT_FALSE(us.sent(message).alarm()) << "cleared";
  EXPECT_EQ(us.sent(message).rounds, 1) << "and kept in the record";
  EXPECT_EQ(types(us.wait(60 * kMinute)), "");
  EXPECT_THAT(answer(us.desk->acknowledge(message, "")), HasSubstr("it has no alarm"));
}

TEST_F(TalkSender, OverdueLowerReceipt) {
  overdue();
  fr_reads();
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kOverdue);
  EXPECT_EQ(us.sent(message).receipt, Receipt::kRead);
  EXPECT_EQ(types(us.wait(15 * kMinute)), "talk.overdue");
  EXPECT_EQ(body_of<TalkOverdue>(us.own("talk.overdue").back()).have, Receipt::kRead) << "and the alarm says so";
}

TEST_F(TalkSender, OverdueStandby) {
  overdue();
  fr_reads();
  fr.act(fr.desk->standby(message, ""));
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kOverdue);
  EXPECT_FALSE(us.sent(message).extended) << "what has passed is not moved";
}

TEST_F(TalkSender, OverdueIsRepeatedUntilAcknowledged) {
  overdue();
  const DurationMs interval = overdue_interval(Precedence::kRoutine);
  EXPECT_EQ(types(us.wait(interval - 1)), "");
  for (std::int64_t round = 2; round <= 5; ++round) {
    EXPECT_EQ(types(us.wait(round == 2 ? 1 : interval)), "talk.overdue");
    EXPECT_EQ(body_of<TalkOverdue>(us.own("talk.overdue").back()).round, round) << "each for the next officer";
  }
  us.act(us.desk->acknowledge(message, "fr calls by telephone"));
  EXPECT_FALSE(us.sent(message).alarm());
  EXPECT_EQ(us.desk->next_timer(), std::nullopt);
  EXPECT_THAT(answer(us.desk->acknowledge(message, "")), HasSubstr("acknowledged already"));
  fr_answers();
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kDoneLate) << "an answer still counts";
}

TEST_F(TalkSender, OverdueRestart) {
  overdue();
  us.restart();
  EXPECT_TRUE(us.sent(message).alarm()) << "alarm again";
  EXPECT_EQ(us.desk->next_timer(), us.now + overdue_interval(Precedence::kRoutine));
}

// DONE ----------------------------------------------------------------------------------------------------------------

TEST_F(TalkSender, DoneStaysDone) {
  fr_answers();
  deliver(us, fr);
  const auto before = us.sent(message);
  for (const Line& line : fr.own()) {
    if (line.log.kind == LogName::Kind::kPair) {
      EXPECT_EQ(answer(us.read(line)), "fits") << "read again";
    }
  }
  const auto refused = us.read(
      fr.say(TalkRefused{.index = 1, .message = message, .reason = TalkRefusal::kOfficer, .text = {}, .to = who("us")},
             "officer@fr"));
  EXPECT_THAT(answer(refused), HasSubstr("both answered and refused"));
  EXPECT_EQ(us.sent(message), before);
  EXPECT_EQ(types(us.wait(60 * kMinute)), "");
  us.restart();
  EXPECT_EQ(us.sent(message), before);
}

TEST_F(TalkSender, DoneWithARefusal) {
  fr_reads();
  fr.act(fr.desk->refuse(message, "not for us"));
  deliver(us, fr);
  EXPECT_EQ(state(), SentState::kDone);
  EXPECT_EQ(us.sent(message).refusal, TalkRefusal::kOfficer);
  EXPECT_FALSE(us.sent(message).answer.has_value());
}

// Which receipt counts ------------------------------------------------------------------------------------------------

TEST_F(TalkSender, EachNeedIsMetByItsOwnReceiptAndThoseAbove) {
  for (const Needs needs : {Needs::kReceived, Needs::kRead, Needs::kAnswer}) {
    for (int steps = 0; steps <= 3; ++steps) {
      Party a("us");
      Party b("ru");
      const EntryHash hash = a.act(a.desk->send(letter({"ru"}, needs, kNoon + kMinute), a.now))[0].hash;
      deliver(b, a);
      if (steps > 0) b.run();
      if (steps > 1) b.act(b.desk->read(hash));
      if (steps > 2) b.act(b.desk->answer(hash, {}));
      deliver(a, b);
      const bool done = steps > static_cast<int>(needs);
      EXPECT_EQ(a.sent(hash).state, done ? SentState::kDone : SentState::kOpen) << to_text(needs) << " " << steps;
    }
  }
}

TEST_F(TalkSender, AnOfficersReceiptBearsHisName) {
  deliver(fr, us);
  fr.run();
  const auto odd = us.read(fr.say(TalkRead{.index = 1, .message = message, .to = who("us")}));
  EXPECT_THAT(answer(odd), HasSubstr("bears the name of none"));
  EXPECT_TRUE(alarms(odd));
  EXPECT_EQ(us.sent(message).receipt, Receipt::kNone) << "a machine receipt is never taken for an officer's act";
}

TEST_F(TalkSender, AReceiptOfWhatWasNeverSentIsAnAlarm) {
  const auto odd = us.read(
      fr.say(TalkReceived{.index = 2, .message = log::sha256("x"), .moved = {}, .to = who("us"), .usable = {}}));
  ASSERT_TRUE(odd.has_value());
  EXPECT_THAT(odd->text, HasSubstr("message 2, which has not been sent from here"));
  EXPECT_TRUE(alarms(odd));
}

TEST_F(TalkSender, ARecipientAnswersForItselfAlone) {
  const auto both = us.act(us.desk->send(letter({"fr", "ru"}, Needs::kAnswer, kNoon + kMinute, "T2"), us.now));
  Party ru("ru");
  // ru quotes what was said to fr.
  const auto odd = us.read(ru.say(TalkAnswered{.agreed = {},
                                               .finding = {},
                                               .index = 2,
                                               .kind = AnswerKind::kAnswer,
                                               .message = both[0].hash,
                                               .parts = {},
                                               .source = {},
                                               .to = who("us")},
                                  "officer@ru"));
  EXPECT_THAT(answer(odd), HasSubstr("quotes another one"));
  EXPECT_EQ(us.sent(both[0].hash).state, SentState::kOpen);
  EXPECT_EQ(us.sent(both[1].hash).state, SentState::kOpen);
}

/// `answers-2023`: receipt, read, answer, agreement and dispute are different, signed states.
TEST_F(TalkSender, AgreementQuotesWhatIsAgreedTo) {
  fr_reads();
  const EntryHash content = content_of(who("us"), us.sent(message).message);
  EXPECT_THAT(answer(fr.desk->answer(
                  message, {.agreed = {}, .finding = {}, .kind = AnswerKind::kAgree, .parts = {}, .source = {}})),
              HasSubstr("quotes what is agreed to"));
  EXPECT_THAT(
      answer(fr.desk->answer(
          message,
          {.agreed = log::sha256("else"), .finding = {}, .kind = AnswerKind::kAgree, .parts = {}, .source = {}})),
      HasSubstr("content hash of the message"));
  EXPECT_THAT(
      answer(fr.desk->answer(
          message, {.agreed = content, .finding = {}, .kind = AnswerKind::kDispute, .parts = {}, .source = {}})),
      HasSubstr("and nothing else does"));
  // Who writes it all the same has agreed to nothing.
  TalkAnswered forged{.agreed = log::sha256("else"),
                      .finding = {},
                      .index = 1,
                      .kind = AnswerKind::kAgree,
                      .message = message,
                      .parts = {},
                      .source = {},
                      .to = who("us")};
  EXPECT_THAT(answer(us.read(fr.say(forged, "officer@fr"))), HasSubstr("agrees to something else"));
  EXPECT_EQ(state(), SentState::kOpen);
  Party again("fr");
  deliver(again, us);
  again.run();
  again.act(again.desk->read(message));
  again.act(again.desk->answer(
      message, {.agreed = content, .finding = {}, .kind = AnswerKind::kAgree, .parts = {}, .source = {}}));
  for (const Line& line : again.own("talk.answered")) EXPECT_EQ(answer(us.read(line)), "fits");
  EXPECT_EQ(us.sent(message).answer->kind, AnswerKind::kAgree);
  EXPECT_EQ(us.sent(message).answer->agreed, content);
}

// What is known -------------------------------------------------------------------------------------------------------

TEST_F(TalkSender, OverdueSaysThatTheLinkIsDown) {
  us.desk->heard_from(who("fr"), kNoon);
  overdue();
  const auto said = body_of<TalkOverdue>(us.own("talk.overdue").back());
  EXPECT_EQ(said.cause, OverdueCause::kLinkDown);
  EXPECT_EQ(said.heard, kNoon) << "the age of the newest checkpoint";
}

TEST_F(TalkSender, OverdueSaysThatItCannotKnowYet) {
  us.now = kNoon + 5 * kMinute;
  us.restart();
  us.run();
  EXPECT_EQ(body_of<TalkOverdue>(us.own("talk.overdue").back()).cause, OverdueCause::kUnknown);
}

TEST_F(TalkSender, OverdueSaysThatNobodyIsOnWatch) {
  fr.act(fr.desk->set_watch(false, "closed for the night"));
  deliver(fr, us);
  fr.run();
  deliver(us, fr);
  overdue();
  const auto said = body_of<TalkOverdue>(us.own("talk.overdue").back());
  EXPECT_EQ(said.cause, OverdueCause::kUnattended);
  EXPECT_EQ(said.have, Receipt::kReceived);
}

TEST_F(TalkSender, AStopToAnUnattendedAuthorityAlarmsAtOnce) {
  fr.act(fr.desk->set_watch(false, ""));
  deliver(us, fr);
  const EntryHash hash = us.act(us.desk->send(stop({"fr"}), us.now))[0].hash;
  EXPECT_EQ(types(us.run()), "talk.overdue");
  EXPECT_EQ(body_of<TalkOverdue>(us.own("talk.overdue").back()).cause, OverdueCause::kUnattended);
  // The watch comes back while it is open: read in time, and done.
  deliver(fr, us);
  fr.run();
  fr.act(fr.desk->set_watch(true, ""));
  fr.act(fr.desk->read(hash));
  deliver(us, fr);
  EXPECT_EQ(us.sent(hash).state, SentState::kDoneLate);
}

TEST_F(TalkSender, AWatchThatEndsAlarmsTheSenderOfAnOpenStop) {
  fr.act(fr.desk->set_watch(true, ""));
  deliver(us, fr);
  us.act(us.desk->send(stop({"fr"}), us.now));
  EXPECT_EQ(types(us.run()), "");
  fr.act(fr.desk->set_watch(false, ""));
  deliver(us, fr);
  EXPECT_EQ(types(us.run()), "talk.overdue");
}

/// What a machine refuses no officer has seen: an alarm at once, whatever the message needed.
TEST_F(TalkSender, WhatIsTurnedAwayIsNeverDone) {
  for (const Needs needs : {Needs::kReceived, Needs::kRead, Needs::kAnswer}) {
    Party a("us");
    Party b("fr");
    b.freeze("us");
    const EntryHash hash = a.act(a.desk->send(letter({"fr"}, needs, kNoon + kMinute), a.now))[0].hash;
    deliver(b, a);
    EXPECT_EQ(types(b.run()), "talk.refused");
    deliver(a, b);
    EXPECT_EQ(a.sent(hash).state, SentState::kOpen);
    EXPECT_EQ(types(a.run()), "talk.overdue");
    EXPECT_EQ(body_of<TalkOverdue>(a.own("talk.overdue").back()).cause, OverdueCause::kTurnedAway);
    a.act(a.desk->acknowledge(hash, "frozen over there"));
    EXPECT_EQ(a.desk->next_timer(), std::nullopt);
  }
}

// Sending -------------------------------------------------------------------------------------------------------------

TEST_F(TalkSender, OneActWritesTheSameToAllOrNothing) {
  const auto lines = us.act(us.desk->send(letter({"ru", "fr"}, Needs::kRead, kNoon + kMinute, "T2"), us.now));
  ASSERT_EQ(lines.size(), 2U);
  const auto to_fr = body_of<TalkMessage>(lines[0]);
  const auto to_ru = body_of<TalkMessage>(lines[1]);
  EXPECT_EQ(to_fr.index, 2) << "the second to fr";
  EXPECT_EQ(to_ru.index, 1) << "the first to ru";
  EXPECT_EQ(content_of(who("us"), to_fr), content_of(who("us"), to_ru)) << "they can compare what they were told";
  EXPECT_NE(content_of(who("fr"), to_fr), content_of(who("us"), to_fr)) << "and by whom";
  us.freeze("ru");
  const auto refused = us.desk->send(letter({"fr", "ru"}, Needs::kRead, kNoon + kMinute, "T2"), us.now);
  EXPECT_THAT(answer(refused), HasSubstr("talks centres from ru to us"));
}

TEST_F(TalkSender, MessagesOfAThreadAreNumbered) {
  const auto second = us.act(us.desk->send(letter({"ru"}), us.now));
  EXPECT_EQ(body_of<TalkMessage>(second[0]).number, 2) << "whoever it goes to";
  EXPECT_EQ(body_of<TalkMessage>(second[0]).index, 1);
  const auto other = us.act(us.desk->send(letter({"ru"}, Needs::kReceived, {}, "T9"), us.now));
  EXPECT_EQ(body_of<TalkMessage>(other[0]).number, 1);
}

/// `deir-ez-zor-2016`: before it goes, its sender sees how far a position lies from the one that he gave before.
TEST_F(TalkSender, PlacesAreReadBackToTheirSender) {
  Letter first = letter({"fr", "ru"});
  first.parts = {position("target", 35.30, 40.10)};
  EXPECT_TRUE(us.desk->read_back(first).empty());
  const EntryHash hash = us.act(us.desk->send(first, us.now))[0].hash;
  Letter second = letter({"ru"});
  second.parts = {position("target", 35.34, 40.10), position("new", 0, 0)};
  const auto moved = us.desk->read_back(second);
  ASSERT_EQ(moved.size(), 1U);
  EXPECT_EQ(moved[0].earlier, hash);
  EXPECT_NEAR(static_cast<double>(moved[0].metres), 4'438, 5) << "0.04 degree north";
}

TEST_F(TalkSender, AnEchelonGoesUnderItsOwnCapability) {
  Letter of = letter({"fr"});
  of.echelon = Echelon::kChiefs;
  EXPECT_EQ(answer(us.desk->send(of, us.now)), "done");
  of.echelon = Echelon::kMinistries;
  EXPECT_THAT(answer(us.desk->send(of, us.now)), HasSubstr("talks ministries from fr to us"));
  of.echelon = Echelon::kFloor;
  EXPECT_THAT(answer(us.desk->send(of, us.now)), HasSubstr("go over the floor, and nothing else does"));
}

TEST_F(TalkSender, WhatNoFreezeStopsGoesThroughEveryFreeze) {
  us.freeze("fr");
  EXPECT_THAT(answer(us.desk->send(letter({"fr"}), us.now)), HasSubstr("us has frozen it"));
  EXPECT_EQ(answer(us.desk->send(stop({"fr"}), us.now)), "done");
  EXPECT_EQ(answer(us.desk->send(query({"fr"}, kNoon + kMinute), us.now)), "done");
  Letter danger = letter({"fr"}, Needs::kRead, kNoon + kMinute);
  danger.parts = {DangerPart{.kind = Danger::kCollision, .text = ""}, position("P", 35, 40)};
  EXPECT_EQ(answer(us.desk->send(danger, us.now)), "done");
  danger.parts.emplace_back(CallPart{.agreed = {}, .begin = kNoon, .end = kNoon, .functions = {"duty officer"}});
  EXPECT_THAT(answer(us.desk->send(danger, us.now)), HasSubstr("need a relation"));
}

TEST_F(TalkSender, RefusesWhatIsNoMessage) {
  const auto said = [&](Letter of) { return answer(us.desk->send(of, us.now)); };
  EXPECT_THAT(said(letter({})), HasSubstr("goes to somebody"));
  EXPECT_THAT(said(letter({"us"})), HasSubstr("no other authority"));
  EXPECT_THAT(said(letter({"xx"})), HasSubstr("no other authority"));
  EXPECT_THAT(said(letter({"fr", "fr"})), HasSubstr("each once"));
  EXPECT_THAT(said(letter({"fr"}, Needs::kRead)), HasSubstr("has a due time"));
  EXPECT_THAT(said(letter({"fr"}, Needs::kRead, kNoon + 19 * kSecond)), HasSubstr("on the way alone"));
  EXPECT_EQ(said(letter({"fr"}, Needs::kRead, kNoon + 20 * kSecond)), "done");
  EXPECT_THAT(said(letter({"fr"}, Needs::kRead, kUtcMax)), HasSubstr("ahead"));
  Letter none = letter({"fr"});
  none.parts.clear();
  EXPECT_THAT(said(none), HasSubstr("1 to 32 parts"));
  none = letter({"fr"});
  none.thread = {};
  EXPECT_THAT(said(none), HasSubstr("name it"));
  Letter of = stop({"fr"});
  of.needs = Needs::kReceived;
  EXPECT_THAT(said(of), HasSubstr("a STOP needs an officer"));
  of = query({"fr"}, kNoon + kMinute);
  of.needs = Needs::kRead;
  EXPECT_THAT(said(of), HasSubstr("a query needs an answer"));
}

TEST_F(TalkSender, AStopWithoutATimeIsGivenOne) {
  const auto line = us.act(us.desk->send(stop({"fr"}), us.now))[0];
  EXPECT_EQ(us.sent(line.hash).due, kNoon + 25 * kSecond) << "2 Dm and Do";
}

/// Nothing is waited for beyond `received`, but that is.
TEST_F(TalkSender, AMessageWithoutDueWaitsForItsMachineReceipt) {
  const EntryHash plain = us.act(us.desk->send(letter({"ru"}), us.now))[0].hash;
  EXPECT_EQ(us.sent(plain).due, kNoon + 25 * kSecond);
  EXPECT_EQ(types(us.wait(25 * kSecond)), "talk.overdue");
}

TEST_F(TalkSender, WhatIsOpenHasABoundAndTheFloorItsOwn) {
  for (std::size_t i = 1; i < kTalkOpenMax; ++i) us.act(us.desk->send(letter({"fr"}), us.now));
  EXPECT_THAT(answer(us.desk->send(letter({"fr"}), us.now)), HasSubstr("256 messages"));
  EXPECT_EQ(answer(us.desk->send(letter({"ru"}), us.now)), "done") << "another peer";
  EXPECT_EQ(answer(us.desk->send(stop({"fr"}), us.now)), "done") << "the floor has room of its own";
  deliver(fr, us);
  fr.run();
  deliver(us, fr);
  EXPECT_EQ(answer(us.desk->send(letter({"fr"}), us.now)), "done") << "received: nobody waits for them";
}

TEST_F(TalkSender, OldSettledThreadsLeaveTheState) {
  fr_answers();
  deliver(us, fr);
  EXPECT_TRUE(us.desk->sent().contains(message));
  us.now = us.now + kTalkKeepMs;
  us.say(WatchSet{.attended = true, .text = ""});
  EXPECT_TRUE(us.desk->sent().contains(message));
  us.now = us.now + 1;
  us.say(WatchSet{.attended = false, .text = ""});
  EXPECT_FALSE(us.desk->sent().contains(message));
  for (const Line& line : fr.own()) {
    if (line.log.kind == LogName::Kind::kPair) {
      EXPECT_EQ(answer(us.read(line)), "fits") << "late, and no oddity";
    }
  }
  EXPECT_EQ(body_of<TalkMessage>(us.act(us.desk->send(letter({"fr"}), us.now))[0]).index, 2) << "counted on";
}

TEST_F(TalkSender, AThreadInWhichSomethingWaitsStays) {
  us.now = us.now + 3 * kTalkKeepMs;
  us.say(WatchSet{.attended = true, .text = ""});
  EXPECT_TRUE(us.desk->sent().contains(message));
}

}  // namespace
}  // namespace tansiq::coordination
