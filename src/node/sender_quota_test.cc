#include "node/sender_quota.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tansiq::node {
namespace {

constexpr UtcMs kNow{1'795'341'600'000};
constexpr DurationMs kDay = 86'400'000;

TEST(SenderQuota, CountsMessagesAndBytesOfEach) {
  SenderQuota quota({.messages_max = 3, .bytes_max = 100});
  EXPECT_FALSE(quota.take("alpha", 10, kNow));
  EXPECT_FALSE(quota.take("alpha", 90, kNow + 1));
  EXPECT_EQ(quota.take("alpha", 1, kNow + 10), kDay - 10) << "no byte is left";
  EXPECT_FALSE(quota.take("alpha", 0, kNow + 10));
  EXPECT_EQ(quota.take("alpha", 0, kNow + 10), kDay - 10) << "no message is left";
  EXPECT_FALSE(quota.take("bravo", 100, kNow + 10)) << "another's";
  EXPECT_EQ(quota.take("charlie", 101, kNow), kDay) << "more than all of it";
}

TEST(SenderQuota, ADayLaterThereIsMore) {
  SenderQuota quota({.messages_max = 1});
  EXPECT_FALSE(quota.take("alpha", 1, kNow));
  EXPECT_EQ(quota.take("alpha", 1, kNow + kDay - 1), 1);
  EXPECT_FALSE(quota.take("alpha", 1, kNow + kDay));
  EXPECT_EQ(quota.take("alpha", 1, kNow + kDay), kDay);
}

TEST(SenderQuota, GoesOnFromWhatWasLeftBefore) {
  SenderQuota quota({.messages_max = 3, .bytes_max = 100});
  quota.begin_with("alpha", kNow - kDay / 2, 2, 10);
  quota.begin_with("bravo", kNow - kDay / 2, 1, 95);
  quota.begin_with("charlie", kNow - kDay, 3, 100);
  EXPECT_FALSE(quota.take("alpha", 1, kNow));
  EXPECT_EQ(quota.take("alpha", 1, kNow), kDay / 2);
  EXPECT_EQ(quota.take("bravo", 6, kNow), kDay / 2);
  EXPECT_FALSE(quota.take("bravo", 5, kNow));
  EXPECT_FALSE(quota.take("charlie", 100, kNow)) << "that day is over";
}

TEST(SenderQuota, AClockThatIsSetBackShutsNobodyOut) {
  SenderQuota quota({.messages_max = 1});
  EXPECT_FALSE(quota.take("alpha", 1, kNow + 100 * kDay));
  EXPECT_EQ(quota.take("alpha", 1, kNow), kDay);
  EXPECT_FALSE(quota.take("alpha", 1, kNow + kDay));
}

TEST(SenderQuota, ManyNamesShareOneAllowanceUntilADayIsOver) {
  SenderQuota quota({.messages_max = 2, .senders_max = 3});
  for (int n = 0; n < 3; ++n) EXPECT_FALSE(quota.take(fmt::format("known-{}", n), 1, kNow));
  EXPECT_FALSE(quota.take("new-1", 1, kNow));
  EXPECT_FALSE(quota.take("new-2", 1, kNow));
  EXPECT_TRUE(quota.take("new-3", 1, kNow));
  EXPECT_FALSE(quota.take("known-0", 1, kNow)) << "who has its own is not touched";
  EXPECT_FALSE(quota.take("new-3", 1, kNow + kDay)) << "rows of yesterday make room";
}

}  // namespace
}  // namespace tansiq::node
