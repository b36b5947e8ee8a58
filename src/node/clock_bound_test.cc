#include "node/clock_bound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

struct Fake {
  TimeSource::Reading reading;
  std::int64_t now_ms = 1'000'000;
};
class FakeSource final : public TimeSource {
 public:
  explicit FakeSource(Fake& fake) : fake_(fake) {}
  Reading read() override { return fake_.reading; }
  std::int64_t monotonic_ms() override { return fake_.now_ms; }

 private:
  Fake& fake_;
};

constexpr std::int64_t kHourMs = 3'600'000;

TEST(ClockBound, IsTheKernelsWhileItIsSynchronised) {
  Fake fake{.reading = {true, 12'001}};
  ClockBound bound(2'000, std::make_unique<FakeSource>(fake));
  const ClockStanding seen = bound.observe();
  EXPECT_TRUE(seen.fit);
  EXPECT_EQ(seen.bound, 13);  // rounded up, never down
  fake.reading.error_us_max = 2'000'001;
  EXPECT_FALSE(bound.observe().fit);
  fake.reading.error_us_max = 2'000'000;
  EXPECT_TRUE(bound.observe().fit);
}

TEST(ClockBound, GrowsByTheOscillatorWhileItIsNot) {
  Fake fake{.reading = {true, 100'000}};
  ClockBound bound(2'000, std::make_unique<FakeSource>(fake));
  EXPECT_TRUE(bound.observe().fit);
  fake.reading = {};
  fake.now_ms += kHourMs;
  EXPECT_EQ(bound.observe().bound, 280);  // 180 ms an hour
  fake.now_ms += 9 * kHourMs;
  EXPECT_EQ(bound.observe().bound, 1'900);
  EXPECT_TRUE(bound.standing().fit);
  fake.now_ms += kHourMs;
  const ClockStanding out = bound.observe();
  EXPECT_FALSE(out.fit);
  EXPECT_THAT(out.text, HasSubstr("not synchronised for 11 h"));
  // The kernel vouches again: fit at once, by its bound.
  fake.reading = {true, 5'000};
  EXPECT_TRUE(bound.observe().fit);
  EXPECT_EQ(bound.standing().bound, 5);
}

TEST(ClockBound, WhoStartsWithoutSynchronisationHasNone) {
  Fake fake;
  ClockBound bound(2'000, std::make_unique<FakeSource>(fake));
  const ClockStanding seen = bound.observe();
  EXPECT_FALSE(seen.fit);
  EXPECT_FALSE(seen.bound);
  EXPECT_THAT(seen.text, HasSubstr("time daemon"));
}

TEST(ClockBound, TheOperatorsWordTakesThePlaceOfTheKernels) {
  Fake fake;
  ClockBound good(2'000, std::make_unique<FakeSource>(fake), 500);
  EXPECT_TRUE(good.observe().fit);
  ClockBound bad(2'000, std::make_unique<FakeSource>(fake), 2'001);
  EXPECT_FALSE(bad.observe().fit);
}

TEST(ClockBound, ANewBoundCountsFromTheNextLookOn) {
  Fake fake{.reading = {true, 1'500'000}};
  ClockBound bound(2'000, std::make_unique<FakeSource>(fake));
  EXPECT_TRUE(bound.observe().fit);
  bound.follow(1'000);
  const ClockStanding narrower = bound.observe();
  EXPECT_FALSE(narrower.fit);
  EXPECT_EQ(narrower.limit, 1'000);
  EXPECT_THAT(narrower.text, HasSubstr("beyond the 1 s of the charter"));
  bound.follow(3'000);
  EXPECT_TRUE(bound.observe().fit);
}

TEST(ClockBound, TheSystemHasASourceAndItsTimePasses) {
  const auto source = system_time_source();
  const std::int64_t before = source->monotonic_ms();
  EXPECT_GE(source->read().error_us_max, 0);
  EXPECT_GE(source->monotonic_ms(), before);
}

}  // namespace
}  // namespace tansiq::node
