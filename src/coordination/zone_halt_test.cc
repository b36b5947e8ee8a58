// The last row of section 6: two closing entries for one epoch, and how officers bring the zone back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/zone_control.h"
#include "coordination/zone_control_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::HasSubstr;
using zone_testing::at_minute;
using zone_testing::authority;
using zone_testing::kError;
using zone_testing::kNoon;
using zone_testing::Party;
using zone_testing::Written;

const ZoneId kZone = zone_testing::zone("K1");
const AuthorityId kUs = authority("us");
const AuthorityId kFr = authority("fr");
const AuthorityId kRu = authority("ru");
const UtcMs kEnd = at_minute(60);

template <class T>
std::string message(const Result<T>& result) {
  return result ? "accepted" : result.error().text();
}

class EquivocationTest : public ::testing::Test {
 protected:
  /// us, restored from a backup, leases K1 again: to ru.
  void SetUp() override {
    first = us.give(us.control.lease(kZone, kFr, kEnd, {}, kNoon), kNoon);
    Party restored{"us"};
    second = restored.give(restored.control.lease(kZone, kRu, kEnd, {}, at_minute(1)), at_minute(1));
    fr.read(first);
    fr.tick(at_minute(1));
    ru.read(second);
    ru.tick(at_minute(1));
  }
  void halt() {
    for (Party* party : {&us, &fr, &ru}) {
      party->read(first);
      party->read(second);
    }
  }
  /// Everybody reads everything.
  void exchange() {
    for (Party* party : {&us, &fr, &ru}) {
      for (Party* other : {&us, &fr, &ru}) {
        for (const Written& entry : other->log) party->read(entry);
      }
    }
  }
  void say(Party& party, const Written& stands) {
    auto body = party.control.resolve(kZone, stands.hash);
    ASSERT_TRUE(body.has_value()) << body.error().text();
    party.write(std::move(*body), at_minute(2));
  }
  Party us{"us"};
  Party fr{"fr"};
  Party ru{"ru"};
  Written first;
  Written second;
};

TEST_F(EquivocationTest, TwoClosingEntriesOfOneEpochHalt) {
  EXPECT_TRUE(fr.control.may_grant(kZone, at_minute(1)));
  EXPECT_THAT(message(fr.control.resolve(kZone, first.hash)), HasSubstr("zone K1 is not halted"));
  const auto oddity = fr.read(second);
  ASSERT_TRUE(oddity);
  EXPECT_TRUE(oddity->alarm);
  EXPECT_THAT(oddity->text, HasSubstr("EQUIVOCATION: us closed epoch 0"));
  EXPECT_EQ(fr.state(), ControlState::kHalted);
  EXPECT_FALSE(fr.control.may_grant(kZone, at_minute(1)));
  EXPECT_TRUE(fr.control.keeps(kZone));  // Its windows are still there to be ended.
  EXPECT_FALSE(fr.control.sequencer(kZone));
  EXPECT_TRUE(fr.control.was_sequencer(kZone, 0, kUs));  // The last good one.
  EXPECT_FALSE(fr.control.was_sequencer(kZone, 1, kFr));
  EXPECT_FALSE(fr.control.was_sequencer(kZone, 1, kRu));
  EXPECT_FALSE(fr.read(second));  // Alarmed once.
  EXPECT_EQ(fr.tick(kEnd + kError), 0U);
  EXPECT_THAT(message(fr.control.give_back(kZone, {}, at_minute(1))), HasSubstr("zone K1 is halted"));
}

TEST_F(EquivocationTest, GoesOnWhenAllConcernedSayTheSame) {
  halt();
  EXPECT_EQ(us.control.status(kZone)->concerned, (std::set<AuthorityId>{kFr, kRu, kUs}));
  say(us, second);
  say(ru, second);
  exchange();
  EXPECT_EQ(ru.state(), ControlState::kHalted);  // fr, which would lose the zone, has not conceded.
  EXPECT_THAT(message(ru.control.resolve(kZone, first.hash)), HasSubstr("wait for the others"));
  say(fr, second);
  exchange();
  for (Party* party : {&us, &fr, &ru}) {
    EXPECT_EQ(party->control.sequencer(kZone), kRu);
    EXPECT_TRUE(party->control.was_sequencer(kZone, 1, kRu));
    EXPECT_FALSE(party->control.was_sequencer(kZone, 1, kFr));
    EXPECT_FALSE(party->read(first));  // Overruled, and nothing any more.
    EXPECT_FALSE(party->read(second));
  }
  EXPECT_TRUE(ru.control.may_grant(kZone, at_minute(3)));
  EXPECT_EQ(fr.state(), ControlState::kNone);
  EXPECT_EQ(us.state(), ControlState::kLessor);
}

TEST_F(EquivocationTest, NobodyTakesTheRoundsAway) {
  halt();
  const auto round = [&](std::int64_t number) {
    return Written{.author = kRu,
                   .hash = log::sha256(std::to_string(number)),
                   .time = at_minute(2),
                   .body = ZoneResolved{.epoch = 0, .round = number, .stands = first.hash, .zone = kZone}};
  };
  EXPECT_THAT(fr.read(round(log::kJcsIntegerMax))->text, HasSubstr("a round is from 0 to 1000000"));
  EXPECT_THAT(fr.read(round(-1))->text, HasSubstr("a round is from 0 to 1000000"));
  EXPECT_FALSE(fr.read(round(kRoundMax)));
  say(fr, second);
  EXPECT_EQ(fr.last<ZoneResolved>().round, kRoundMax);
  EXPECT_THAT(message(fr.control.resolve(kZone, first.hash)), HasSubstr("only another charter resolves this"));
}

TEST_F(EquivocationTest, SplitRoundIsFollowedByAnother) {
  halt();
  say(us, first);
  say(fr, first);
  say(ru, second);
  exchange();
  EXPECT_EQ(fr.state(), ControlState::kHalted);
  say(ru, first);
  EXPECT_EQ(ru.last<ZoneResolved>().round, 1);
  exchange();
  EXPECT_EQ(fr.state(), ControlState::kHalted);  // ru conceded in another round: us and fr must speak in that one too.
  say(us, first);
  say(fr, first);
  exchange();
  EXPECT_EQ(us.last<ZoneResolved>().round, 1);
  EXPECT_EQ(fr.state(), ControlState::kTenant);
  EXPECT_EQ(ru.control.sequencer(kZone), kFr);
}

TEST_F(EquivocationTest, OneWordARound) {
  halt();
  say(us, first);
  ZoneResolved other = us.last<ZoneResolved>();
  other.stands = second.hash;
  fr.read(us.log.back());
  const auto oddity = fr.read({.author = kUs, .hash = log::sha256("other"), .time = kNoon, .body = other});
  ASSERT_TRUE(oddity);
  EXPECT_TRUE(oddity->alarm);
  EXPECT_THAT(oddity->text, HasSubstr("has said otherwise in this round"));
}

TEST_F(EquivocationTest, StateCarriesTheHalt) {
  halt();
  say(us, first);
  exchange();
  const std::string text = fr.state_text();
  Party again{"fr"};
  const auto document = log::JcsDocument::parse(text, 1U << 20);
  ASSERT_TRUE(document.has_value());
  ASSERT_TRUE(again.control.read_state(document->root()).has_value());
  EXPECT_EQ(again.state_text(), text);
  EXPECT_EQ(again.state(), ControlState::kHalted);
}

}  // namespace
}  // namespace tansiq::coordination
