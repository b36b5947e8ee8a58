#include "net/token_cache.h"

#include <gtest/gtest.h>

namespace tansiq::net {
namespace {

TokenCache::Keys some_keys() { return std::make_shared<const std::vector<JwtKey>>(); }

TokenCache::Verified verified(std::string subject, const TokenCache::Keys& keys) {
  TokenCache::Verified out;
  out.claims.subject = std::move(subject);
  out.keys = keys;
  return out;
}

TEST(TokenCache, KnowsATokenByAllOfIt) {
  TokenCache cache;
  const auto keys = some_keys();
  cache.put(TokenCache::digest("a.b.c"), verified("alpha", keys));
  ASSERT_NE(cache.find(TokenCache::digest("a.b.c")), nullptr);
  EXPECT_EQ(cache.find(TokenCache::digest("a.b.c"))->claims.subject, "alpha");
  EXPECT_EQ(cache.find(TokenCache::digest("a.b.d")), nullptr);
  EXPECT_EQ(cache.find(TokenCache::digest("a.b.c ")), nullptr);
}

TEST(TokenCache, CountsUnderTheVeryKeysThatVerified) {
  TokenCache cache;
  auto keys = some_keys();
  const auto equal = some_keys();
  cache.put(TokenCache::digest("t"), verified("alpha", keys));
  const auto known = cache.find(TokenCache::digest("t"));
  EXPECT_TRUE(known->under(keys));
  EXPECT_FALSE(known->under(equal));
  EXPECT_FALSE(known->under(nullptr));
  keys.reset();
  EXPECT_FALSE(known->under(equal)) << "gone keys are nobody's";
  EXPECT_FALSE(known->under(nullptr));
}

TEST(TokenCache, TheLongestKnownGoesFirst) {
  TokenCache cache(2);
  const auto keys = some_keys();
  cache.put(TokenCache::digest("1"), verified("1", keys));
  cache.put(TokenCache::digest("2"), verified("2", keys));
  cache.put(TokenCache::digest("1"), verified("1", keys));  // Verified anew: the youngest.
  cache.put(TokenCache::digest("3"), verified("3", keys));
  EXPECT_EQ(cache.size(), 2U);
  EXPECT_NE(cache.find(TokenCache::digest("1")), nullptr);
  EXPECT_EQ(cache.find(TokenCache::digest("2")), nullptr);
  EXPECT_NE(cache.find(TokenCache::digest("3")), nullptr);
  cache.forget(TokenCache::digest("1"));
  cache.forget(TokenCache::digest("2"));
  EXPECT_EQ(cache.size(), 1U);
  cache.put(TokenCache::digest("4"), verified("4", keys));
  EXPECT_EQ(cache.size(), 2U) << "what was forgotten leaves its room";
}

}  // namespace
}  // namespace tansiq::net
