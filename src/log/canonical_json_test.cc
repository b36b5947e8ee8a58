#include "log/canonical_json.h"

#include <gtest/gtest.h>

#include "log/jcs.h"

namespace tansiq::log {
namespace {

TEST(CanonicalJson, HasOneSpelling) {
  const auto text = canonical_json(" { \"b\" : [ 2.0 , true ],\n\"a\":\"\\u00e9\" , \"B\": {} } ");
  ASSERT_TRUE(text.has_value()) << text.error().text();
  EXPECT_EQ(*text, "{\"B\":{},\"a\":\"é\",\"b\":[2,true]}");
  EXPECT_TRUE(JcsDocument::check(*text).has_value());
}

TEST(CanonicalJson, RefusesWhatARecordCannotHold) {
  EXPECT_EQ(canonical_json("{\"a\":[1,null]}").error().where, "a[1]");
  EXPECT_FALSE(canonical_json("{\"a\":1.5}").has_value());
  EXPECT_FALSE(canonical_json("{\"a\":9007199254740993}").has_value());
  EXPECT_FALSE(canonical_json("{\"\\u00e9\":1}").has_value());
  EXPECT_FALSE(canonical_json("{\"a\":1,\"a\":2}").has_value());
  EXPECT_FALSE(canonical_json("{").has_value());
}

}  // namespace
}  // namespace tansiq::log
