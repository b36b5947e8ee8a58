// The receiver's table of docs/coordination.md, section 8, row by row, and what it needs around it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/talk_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A message of us to fr that needs an answer.
class TalkReceiver : public ::testing::Test {
 protected:
  TalkReceiver() {
    line = us.act(us.desk->send(letter({"fr"}, Needs::kAnswer, kNoon + 5 * kMinute), us.now))[0];
    message = line.hash;
  }
  ~TalkReceiver() override {
    us.check_ways_back();
    fr.check_ways_back();
  }
  /// Another entry of us with the same index.
  [[nodiscard]] Line forged() {
    TalkMessage other = body_of<TalkMessage>(line);
    other.parts = {words("something else")};
    Party twin("us");
    return twin.say(other, "officer@us");
  }
  void bring(Receipt to) {
    fr.read(line);
    if (to == Receipt::kNone) return;
    fr.run();
    if (to == Receipt::kReceived) return;
    fr.act(fr.desk->read(message));
    if (to == Receipt::kStandby) fr.act(fr.desk->standby(message, "wait"));
    if (to == Receipt::kAnswered) fr.act(fr.desk->answer(message, {}));
    if (to == Receipt::kRefused) fr.act(fr.desk->refuse(message, "no"));
  }
  [[nodiscard]] Receipt state() const { return fr.heard(message).state; }

  Party us{"us"};
  Party fr{"fr"};
  Line line;
  EntryHash message;
};

// Entry of that index read --------------------------------------------------------------------------------------------

TEST_F(TalkReceiver, NoneEntryRead) {
  EXPECT_EQ(answer(fr.read(line)), "fits");
  EXPECT_FALSE(fr.heard(message).shown()) << "nobody sees it before its receipt is durable";
  EXPECT_THAT(answer(fr.desk->read(message)), HasSubstr("no message that is shown here"));
  EXPECT_EQ(types(fr.run()), "talk.received");
  EXPECT_EQ(state(), Receipt::kReceived);
  EXPECT_TRUE(fr.heard(message).shown()) << "the effect follows from that entry";
  const auto receipt = body_of<TalkReceived>(fr.own("talk.received").back());
  EXPECT_EQ(receipt.message, message);
  EXPECT_EQ(receipt.index, 1);
  EXPECT_EQ(receipt.to, who("us"));
}

TEST_F(TalkReceiver, SameHashReadAgainInAnyState) {
  for (const Receipt to :
       {Receipt::kNone, Receipt::kReceived, Receipt::kRead, Receipt::kStandby, Receipt::kAnswered, Receipt::kRefused}) {
    fr.begin_anew();
    bring(to);
    const std::string before = fr.state();
    EXPECT_EQ(answer(fr.read(line)), "fits") << to_text(to);
    EXPECT_EQ(fr.state(), before) << to_text(to);
    EXPECT_EQ(types(fr.run()), to == Receipt::kNone ? "talk.received" : "") << to_text(to);
  }
}

TEST_F(TalkReceiver, OtherHashOfThatIndexIsEquivocationInAnyState) {
  for (const Receipt to :
       {Receipt::kNone, Receipt::kReceived, Receipt::kRead, Receipt::kStandby, Receipt::kAnswered, Receipt::kRefused}) {
    fr.begin_anew();
    bring(to);
    const std::string before = fr.state();
    const auto odd = fr.read(forged());
    EXPECT_THAT(answer(odd), HasSubstr("EQUIVOCATION: us has sent another message 1 before")) << to_text(to);
    EXPECT_TRUE(alarms(odd));
    EXPECT_EQ(fr.state(), before) << to_text(to);
  }
}

// An officer's acts ---------------------------------------------------------------------------------------------------

TEST_F(TalkReceiver, OfficerReads) {
  const auto in = [&](Receipt from) {
    fr.begin_anew();
    bring(from);
    return answer(fr.desk->read(message));
  };
  EXPECT_EQ(in(Receipt::kReceived), "done");
  EXPECT_THAT(in(Receipt::kRead), HasSubstr("it is read already"));
  EXPECT_THAT(in(Receipt::kStandby), HasSubstr("it is standby already"));
  EXPECT_THAT(in(Receipt::kAnswered), HasSubstr("it is answered already"));
  EXPECT_THAT(in(Receipt::kRefused), HasSubstr("it is refused already"));
}

TEST_F(TalkReceiver, OfficerAnswers) {
  const auto in = [&](Receipt from, bool refuse) {
    fr.begin_anew();
    bring(from);
    return answer(refuse ? fr.desk->refuse(message, "no") : fr.desk->answer(message, {}));
  };
  for (const bool refuse : {false, true}) {
    EXPECT_THAT(in(Receipt::kReceived, refuse), HasSubstr("no officer has read it"));
    EXPECT_EQ(in(Receipt::kRead, refuse), "done");
    EXPECT_EQ(in(Receipt::kStandby, refuse), "done");
    EXPECT_THAT(in(Receipt::kAnswered, refuse), HasSubstr("a further answer is a new message"));
    EXPECT_THAT(in(Receipt::kRefused, refuse), HasSubstr("a further answer is a new message"));
  }
}

TEST_F(TalkReceiver, OfficerStandsBy) {
  const auto in = [&](Receipt from) {
    fr.begin_anew();
    bring(from);
    return answer(fr.desk->standby(message, "wait"));
  };
  EXPECT_THAT(in(Receipt::kReceived), HasSubstr("no officer has read it"));
  EXPECT_EQ(in(Receipt::kRead), "done");
  EXPECT_THAT(in(Receipt::kStandby), HasSubstr("they stand by already"));
  EXPECT_THAT(in(Receipt::kAnswered), HasSubstr("answered already"));
  EXPECT_THAT(in(Receipt::kRefused), HasSubstr("refused already"));
}

TEST_F(TalkReceiver, ActsLeadWhereTheySay) {
  bring(Receipt::kStandby);
  EXPECT_EQ(state(), Receipt::kStandby);
  EXPECT_FALSE(fr.heard(message).settled.has_value()) << "an answer waits";
  fr.act(fr.desk->answer(
      message, {.agreed = {}, .finding = {}, .kind = AnswerKind::kDispute, .parts = {words("not so")}, .source = {}}));
  EXPECT_EQ(state(), Receipt::kAnswered);
  EXPECT_EQ(fr.heard(message).answer->kind, AnswerKind::kDispute);
  EXPECT_TRUE(fr.heard(message).settled.has_value());
}

TEST_F(TalkReceiver, WhatNeedsNoAnswerIsSettledWhenItIsRead) {
  const Line second = us.act(us.desk->send(letter({"fr"}, Needs::kReceived), us.now))[0];
  bring(Receipt::kReceived);
  fr.read(second);
  fr.run();
  EXPECT_FALSE(fr.heard(second.hash).settled.has_value()) << "it waits for an officer here, whatever its sender needs";
  fr.act(fr.desk->read(second.hash));
  EXPECT_TRUE(fr.heard(second.hash).settled.has_value());
  EXPECT_EQ(answer(fr.desk->answer(second.hash, {})), "done") << "and may be answered still";
}

// Gaps ----------------------------------------------------------------------------------------------------------------

TEST_F(TalkReceiver, AGapIsFilledNeverSkipped) {
  std::vector<Line> lines{line};
  for (int i = 0; i < 4; ++i) lines.push_back(us.act(us.desk->send(letter({"fr"}), us.now))[0]);
  EXPECT_EQ(answer(fr.read(lines[0])), "fits");
  const auto odd = fr.read(lines[3]);
  EXPECT_THAT(answer(odd), HasSubstr("message 4 of us has come, and those from 2 to 3 are missing"));
  EXPECT_TRUE(alarms(odd));
  EXPECT_THAT(fr.desk->missing(who("us")), ElementsAre(2, 3));
  EXPECT_EQ(types(fr.run()), "talk.received talk.received") << "what is there is received";
  fr.check_ways_back();
  EXPECT_EQ(answer(fr.read(lines[4])), "fits");
  EXPECT_EQ(answer(fr.read(lines[2])), "fits");
  EXPECT_EQ(answer(fr.read(lines[1])), "fits");
  EXPECT_THAT(fr.desk->missing(who("us")), IsEmpty());
  EXPECT_EQ(types(fr.run()), "talk.received talk.received talk.received");
  for (const Line& one : lines) EXPECT_TRUE(fr.heard(one.hash).shown());
}

TEST_F(TalkReceiver, AnIndexFromBeforeWhatIsRememberedIsAnAlarm) {
  fr.read(line);
  TalkMessage body = body_of<TalkMessage>(line);
  Party twin("us");
  for (std::size_t i = 2; i <= kTalkIndexesMax + 1; ++i) {
    body.index = static_cast<std::int64_t>(i);
    static_cast<void>(fr.read(twin.say(body, "officer@us")));
  }
  const auto odd = fr.read(forged());
  EXPECT_THAT(answer(odd), HasSubstr("EQUIVOCATION: us has used index 1 again"));
  EXPECT_TRUE(alarms(odd));
}

// Relations and bounds ------------------------------------------------------------------------------------------------

TEST_F(TalkReceiver, BeyondTheRelationItIsNotedAndNotShown) {
  fr.freeze("us");
  const auto odd = fr.read(line);
  EXPECT_THAT(answer(odd), HasSubstr("message 1 of us is not shown"));
  EXPECT_FALSE(alarms(odd));
  EXPECT_FALSE(fr.desk->heard().contains(message));
  const auto said = fr.run();
  EXPECT_EQ(types(said), "talk.refused");
  EXPECT_EQ(body_of<TalkRefused>(said[0]).reason, TalkRefusal::kFrozen);
  EXPECT_EQ(types(fr.run()), "") << "once";
  EXPECT_EQ(answer(fr.read(line)), "fits");
  EXPECT_EQ(types(fr.run()), "") << "and not again";
}

TEST_F(TalkReceiver, AFreezeAfterwardsDoesNotStopTheReceipts) {
  bring(Receipt::kReceived);
  fr.freeze("us");
  fr.act(fr.desk->read(message));
  fr.act(fr.desk->answer(message, {}));
  deliver(us, fr);
  EXPECT_EQ(us.sent(message).state, SentState::kDone);
}

TEST_F(TalkReceiver, TheFloorPassesEveryFreeze) {
  us.freeze("fr");
  fr.freeze("us");
  const Line halt = us.act(us.desk->send(stop({"fr"}), us.now))[0];
  const Line whose = us.act(us.desk->send(query({"fr"}, kNoon + kMinute), us.now))[0];
  fr.read(line);
  EXPECT_EQ(answer(fr.read(halt)), "fits");
  EXPECT_EQ(answer(fr.read(whose)), "fits");
  EXPECT_EQ(types(fr.run()), "talk.received talk.received talk.refused");
  EXPECT_TRUE(fr.heard(halt.hash).shown());
  EXPECT_TRUE(fr.heard(whose.hash).shown());
}

TEST_F(TalkReceiver, TooMuchThatWaitsIsTurnedAwayWithAReceipt) {
  fr.read(line);
  TalkMessage body = body_of<TalkMessage>(line);
  Party twin("us");
  for (std::size_t i = 2; i <= kTalkWaitingMax + 2; ++i) {
    body.index = static_cast<std::int64_t>(i);
    const auto odd = fr.read(twin.say(body, "officer@us"));
    if (i <= kTalkWaitingMax) {
      EXPECT_FALSE(odd.has_value()) << odd->text;
    } else {
      EXPECT_THAT(answer(odd), HasSubstr("too much of it waits"));
      EXPECT_TRUE(alarms(odd));
    }
  }
  EXPECT_EQ(fr.desk->heard().size(), kTalkWaitingMax);
  fr.run();
  EXPECT_EQ(fr.count("talk.received"), kTalkWaitingMax);
  ASSERT_EQ(fr.count("talk.refused"), 2U);
  EXPECT_EQ(body_of<TalkRefused>(fr.own("talk.refused")[0]).reason, TalkRefusal::kQuota);
  // A STOP has room of its own.
  TalkMessage halt = std::get<TalkMessage>(us.desk->send(stop({"fr"}), us.now)->front());
  halt.index = static_cast<std::int64_t>(kTalkWaitingMax) + 3;
  EXPECT_EQ(answer(fr.read(twin.say(halt, "officer@us"))), "fits");
}

// What it tells -------------------------------------------------------------------------------------------------------

/// `il-20-2018`: the usable warning time is computed where the warning arrives, at its receipt.
TEST_F(TalkReceiver, SaysTheUsableWarningTime) {
  Letter of = letter({"fr"});
  of.parts = {TimePart{.at = kNoon + 60 * kSecond, .name = "strike", .until = kNoon + 20 * kMinute}};
  const Line warning = us.act(us.desk->send(of, us.now))[0];
  fr.now = kNoon + 25 * kSecond;
  fr.read(warning);
  fr.run();
  EXPECT_EQ(fr.heard(warning.hash).usable, 35 * kSecond) << "not the minute that the sender gave";
  Party late("fr");
  late.now = kNoon + 2 * kMinute;
  late.read(warning);
  late.run();
  EXPECT_EQ(late.heard(warning.hash).usable, 0);
  bring(Receipt::kReceived);
  EXPECT_FALSE(fr.heard(message).usable.has_value()) << "it names no time";
}

/// `deir-ez-zor-2016`: a pre-notified position was wrong by several kilometres, and nobody compared.
TEST_F(TalkReceiver, SaysHowFarAPositionLiesFromTheSendersEarlierOne) {
  const auto say = [&](std::vector<TalkPart> parts, std::string_view thread = "T1") {
    Letter of = letter({"fr"}, Needs::kReceived, {}, thread);
    of.parts = std::move(parts);
    const Line sent = us.act(us.desk->send(of, us.now))[0];
    fr.read(sent);
    fr.run();
    return sent.hash;
  };
  fr.read(line);
  const EntryHash first = say({position("target", 35.30, 40.10)});
  const EntryHash other = say({position("target", 35.40, 40.10)}, "T2");
  const EntryHash second = say({words("correction"), position("target", 35.30, 40.14)});
  EXPECT_THAT(fr.heard(first).moved, IsEmpty());
  EXPECT_THAT(fr.heard(other).moved, IsEmpty()) << "another thread";
  ASSERT_EQ(fr.heard(second).moved.size(), 1U);
  const TalkMoved& moved = fr.heard(second).moved[0];
  EXPECT_EQ(moved.earlier, first);
  EXPECT_EQ(moved.name, "target");
  EXPECT_NEAR(static_cast<double>(moved.metres), 3'637, 5) << "0.04 degree east at 35.3 N";
}

// Queries -------------------------------------------------------------------------------------------------------------

TEST_F(TalkReceiver, AQueryIsAnsweredByAFinding) {
  const Line whose = us.act(us.desk->send(query({"fr"}, kNoon + kMinute), us.now))[0];
  fr.read(line);
  fr.read(whose);
  fr.run();
  fr.act(fr.desk->read(whose.hash));
  fr.act(fr.desk->read(message));
  const auto finding = [](std::optional<Finding> of, std::optional<AuthorityId> source = {}) {
    return Reply{.agreed = {}, .finding = of, .kind = AnswerKind::kAnswer, .parts = {}, .source = std::move(source)};
  };
  EXPECT_THAT(answer(fr.desk->answer(whose.hash, finding({}))), HasSubstr("say mine, not_mine, declined or unknown"));
  EXPECT_THAT(answer(fr.desk->answer(message, finding(Finding::kMine))), HasSubstr("does not ask whose"));
  EXPECT_THAT(answer(fr.desk->answer(message, finding({}, who("ru")))), HasSubstr("a source is that of a finding"));
  fr.act(fr.desk->answer(whose.hash, finding(Finding::kNotMine)));
  deliver(us, fr);
  EXPECT_EQ(us.sent(whose.hash).answer->finding, Finding::kNotMine);
  EXPECT_EQ(us.sent(whose.hash).state, SentState::kDone);
}

/// A gateway asks on, and says whose word the finding is.
TEST_F(TalkReceiver, AGatewayAsksOnAndNamesItsSource) {
  Party ru("ru");
  const Line asked = us.act(us.desk->send(query({"fr"}, kNoon + 2 * kMinute), us.now))[0];
  fr.read(line);
  fr.read(asked);
  fr.run();
  fr.act(fr.desk->read(asked.hash));
  Letter on = query({"ru"}, kNoon + kMinute);
  std::get<QueryPart>(on.parts[0]).asks = who("us");
  on.re = content_of(who("us"), fr.heard(asked.hash).message);
  const Line forwarded = fr.act(fr.desk->send(on, fr.now))[0];
  ru.read(forwarded);
  ru.run();
  ru.act(ru.desk->read(forwarded.hash));
  ru.act(ru.desk->answer(
      forwarded.hash,
      {.agreed = {}, .finding = Finding::kMine, .kind = AnswerKind::kAnswer, .parts = {}, .source = {}}));
  deliver(fr, ru);
  const auto found = fr.sent(forwarded.hash).answer->finding;
  fr.act(fr.desk->answer(
      asked.hash, {.agreed = {}, .finding = found, .kind = AnswerKind::kAnswer, .parts = {}, .source = who("ru")}));
  deliver(us, fr);
  EXPECT_EQ(us.sent(asked.hash).answer->finding, Finding::kMine);
  EXPECT_EQ(us.sent(asked.hash).answer->source, who("ru"));
}

}  // namespace
}  // namespace tansiq::coordination
