// The nine mutations of docs/model/hotline.pml, against the code: each test is a history in which the mutant loses
// something, does something twice, or takes one thing for another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/talk_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;
using ::testing::HasSubstr;

class HotlineMutation : public ::testing::Test {
 protected:
  [[nodiscard]] Line send(Needs needs = Needs::kAnswer) {
    return us.act(us.desk->send(letter({"fr"}, needs, us.now + 5 * kMinute), us.now))[0];
  }
  Party us{"us"};
  Party fr{"fr"};
};

/// 1: effect first, RECEIVED logged later. A crash between the two, and the effect comes twice.
TEST_F(HotlineMutation, 1) {
  const Line line = send();
  fr.read(line);
  EXPECT_FALSE(fr.heard(line.hash).shown()) << "no effect before the entry";
  fr.restart();
  EXPECT_FALSE(fr.heard(line.hash).shown());
  EXPECT_EQ(types(fr.run()), "talk.received");
  EXPECT_TRUE(fr.heard(line.hash).shown());
  fr.restart();
  fr.read(line);
  EXPECT_EQ(types(fr.run()), "") << "and once only";
  EXPECT_EQ(fr.count("talk.received"), 1U);
}

/// 2: RECEIVED logged first, effect later. A crash between the two, and the effect never comes.
TEST_F(HotlineMutation, 2) {
  const Line line = send();
  fr.read(line);
  ASSERT_EQ(types(fr.run()), "talk.received");
  fr.restart();
  EXPECT_TRUE(fr.heard(line.hash).shown()) << "the effect is the entry";
  fr.restore();
  EXPECT_TRUE(fr.heard(line.hash).shown());
  EXPECT_EQ(answer(fr.desk->read(line.hash)), "done");
}

/// 3: duplicates told by the highest index seen. What comes after a later one is lost.
TEST_F(HotlineMutation, 3) {
  const Line first = send();
  const Line second = send();
  static_cast<void>(fr.read(second));
  fr.run();
  EXPECT_EQ(answer(fr.read(first)), "fits");
  EXPECT_EQ(types(fr.run()), "talk.received");
  EXPECT_TRUE(fr.heard(first.hash).shown());
}

/// 4: the timer is in memory only. A crash, and the message ends in neither receipt nor alarm.
TEST_F(HotlineMutation, 4) {
  const Line line = send();
  us.restart();
  us.now = us.now + 5 * kMinute;
  EXPECT_EQ(types(us.run()), "talk.overdue");
  us.restore();
  EXPECT_EQ(types(us.wait(overdue_interval(Precedence::kRoutine))), "talk.overdue");
  EXPECT_TRUE(us.sent(line.hash).alarm());
}

/// 5: RECEIVED stops the timer. A machine's receipt is taken for an officer's act.
TEST_F(HotlineMutation, 5) {
  for (const Needs needs : {Needs::kRead, Needs::kAnswer}) {
    const Line line = send(needs);
    deliver(fr, us);
    fr.run();
    deliver(us, fr);
    ASSERT_EQ(us.sent(line.hash).receipt, Receipt::kReceived);
    us.wait(5 * kMinute);
    EXPECT_TRUE(us.sent(line.hash).alarm());
  }
}

/// 6: STANDBY stops the timer for good.
TEST_F(HotlineMutation, 6) {
  const Line line = send();
  deliver(fr, us);
  fr.run();
  fr.act(fr.desk->read(line.hash));
  fr.act(fr.desk->standby(line.hash, ""));
  deliver(us, fr);
  EXPECT_EQ(types(us.wait(5 * kMinute)), "") << "moved by Ds";
  EXPECT_EQ(types(us.wait(kMinute)), "talk.overdue") << "and no further";
}

/// 7: a receipt is matched to the thread. The answer to one message ends another.
TEST_F(HotlineMutation, 7) {
  const Line first = send();
  const Line second = send();
  deliver(fr, us);
  fr.run();
  fr.act(fr.desk->read(second.hash));
  fr.act(fr.desk->answer(second.hash, {}));
  deliver(us, fr);
  EXPECT_EQ(us.sent(second.hash).state, SentState::kDone);
  EXPECT_EQ(us.sent(first.hash).state, SentState::kOpen);
  us.wait(5 * kMinute);
  EXPECT_TRUE(us.sent(first.hash).alarm());
}

/// 8: duplicates and receipts by index without the hash. After a restore from a backup an index is used again; the new
/// message is dropped as known, and the old one's answer ends it.
TEST_F(HotlineMutation, 8) {
  const Line first = send();
  const Line lost = send();
  deliver(fr, us);
  fr.run();
  fr.act(fr.desk->read(lost.hash));
  fr.act(fr.desk->answer(lost.hash, {}));
  us.forget(1);
  us.now = us.now + kSecond;
  const Line again = send();
  ASSERT_EQ(body_of<TalkMessage>(again).index, body_of<TalkMessage>(lost).index);
  ASSERT_NE(again.hash, lost.hash);
  const auto odd = fr.read(again);
  EXPECT_THAT(answer(odd), HasSubstr("EQUIVOCATION"));
  EXPECT_TRUE(alarms(odd)) << "delivered, or an alarm; never dropped in silence";
  for (const Line& line : fr.own()) {
    const auto said = us.read(line);
    if (line.text.contains(lost.hash.hex())) {
      EXPECT_THAT(answer(said), HasSubstr("EQUIVOCATION: it has read another message 2 than ours"));
    } else {
      EXPECT_EQ(answer(said), "fits");
    }
  }
  EXPECT_EQ(us.sent(again.hash).state, SentState::kOpen);
  EXPECT_EQ(us.sent(first.hash).receipt, Receipt::kReceived);
  us.wait(5 * kMinute);
  EXPECT_TRUE(us.sent(again.hash).alarm());
}

/// 9: ANSWERED is kept in memory only. The sender has read it, a crash forgets it, and it is answered otherwise.
TEST_F(HotlineMutation, 9) {
  const Line line = send();
  deliver(fr, us);
  fr.run();
  fr.act(fr.desk->read(line.hash));
  fr.act(fr.desk->answer(line.hash, {}));
  deliver(us, fr);
  fr.restart();
  EXPECT_EQ(fr.heard(line.hash).state, Receipt::kAnswered);
  EXPECT_THAT(answer(fr.desk->answer(line.hash, {})), HasSubstr("answered already"));
  EXPECT_THAT(answer(fr.desk->refuse(line.hash, "")), HasSubstr("answered already"));
}

}  // namespace
}  // namespace tansiq::coordination
