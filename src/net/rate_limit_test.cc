#include "net/rate_limit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace tansiq::net {
namespace {

TEST(RateLimiter, ABucketHoldsItsBurstAndFillsBySecond) {
  RateLimiter limiter({.per_second = 10, .burst = 3});  // at least a second's worth: 10
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiter.take("a", 1'000)) << i;
  EXPECT_FALSE(limiter.take("a", 1'000));
  EXPECT_TRUE(limiter.take("b", 1'000)) << "somebody else's bucket";
  EXPECT_FALSE(limiter.take("a", 1'099));
  EXPECT_TRUE(limiter.take("a", 1'100));
  EXPECT_FALSE(limiter.take("a", 1'100));
  EXPECT_FALSE(limiter.take("a", 500)) << "a clock that goes back brings nothing";
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(limiter.take("a", 1'000'000)) << i;
  EXPECT_FALSE(limiter.take("a", 1'000'000));
  EXPECT_EQ(limiter.refused(), 5U);
}

TEST(RateLimiter, ZeroIsNoLimit) {
  RateLimiter limiter({});
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(limiter.take("a", 0));
}

TEST(RateLimiter, WhoIsForgottenGetsNothingNew) {
  RateLimiter limiter({.per_second = 1, .burst = 5, .clients_max = 8});
  int taken = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 100; ++i) taken += limiter.take(fmt::format("client-{}", i), 0) ? 1 : 0;
  }
  EXPECT_EQ(taken, 8 * 5) << "a crowd gets what its places hold";
}

TEST(RateLimiter, ACrowdDoesNotRefillAnEmptyBucket) {
  RateLimiter limiter({.per_second = 1, .burst = 5, .clients_max = 8});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(limiter.take("greedy", 0));
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(limiter.take(fmt::format("other-{}", i), 0));
  EXPECT_FALSE(limiter.take("greedy", 0)) << "the fullest bucket makes room, not the empty one";
  EXPECT_TRUE(limiter.take("newcomer", 0));
  EXPECT_FALSE(limiter.take("greedy", 0));
}

/// The same with a map and fractions, for few clients: nobody is forgotten.
RC_GTEST_PROP(RateLimiter, IsWhatItSays, ()) {
  const auto per_second = *rc::gen::inRange<std::uint32_t>(1, 50);
  const auto burst = *rc::gen::inRange<std::uint32_t>(0, 100);
  RateLimiter limiter({.per_second = per_second, .burst = burst});
  const double full = std::max(burst, per_second);
  std::map<int, std::pair<double, std::int64_t>> oracle;
  std::int64_t now = 0;
  for (const auto& [client, passed] : *rc::gen::container<std::vector<std::pair<int, int>>>(
           rc::gen::pair(rc::gen::inRange(0, 3), rc::gen::inRange(0, 200)))) {
    now += passed;
    auto [at, fresh] = oracle.try_emplace(client, full, now);
    auto& [level, since] = at->second;
    level = std::min(full, level + static_cast<double>((now - since) * per_second) / 1'000);
    since = now;
    const bool expected = level >= 1 - 1e-9;
    if (expected) level -= 1;
    RC_ASSERT(limiter.take(std::to_string(client), now) == expected);
  }
}

TEST(ClientNetwork, Ipv6ClientsAreKnownByTheirNetwork) {
  EXPECT_EQ(client_network("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client_network("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(client_network("2001:db8:1:2::9"), "2001:db8:1:2::/64");
  EXPECT_NE(client_network("2001:db8:1:3::9"), "2001:db8:1:2::/64");
  EXPECT_EQ(client_network("elsewhere"), "elsewhere");
}

}  // namespace
}  // namespace tansiq::net
