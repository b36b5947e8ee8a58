#include "uss/canonical.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace tansiq::uss {
namespace {

std::string canonical(std::string_view text) {
  const auto message = Message::parse(text);
  EXPECT_TRUE(message) << text;
  return message ? message->text() : "";
}

TEST(Canonical, NumbersAreWrittenAsEcmascriptDoes) {
  // The table of RFC 8785, appendix B, as far as JSON can state it.
  const std::pair<double, std::string_view> rows[] = {
      {0.0, "0"},
      {-0.0, "0"},
      {std::numeric_limits<double>::denorm_min(), "5e-324"},
      {-std::numeric_limits<double>::denorm_min(), "-5e-324"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {9007199254740992.0, "9007199254740992"},
      {295147905179352830000.0, "295147905179352830000"},
      {9.999999999999997e22, "9.999999999999997e+22"},
      {1e23, "1e+23"},
      {1.0000000000000001e23, "1.0000000000000001e+23"},
      {999999999999999700000.0, "999999999999999700000"},
      {1e21, "1e+21"},
      {9.999999999999997e-7, "9.999999999999997e-7"},
      {0.000001, "0.000001"},
      {333333333.3333332, "333333333.3333332"},
      {-0.0000033333333333333333, "-0.0000033333333333333333"},
      {1424953923781206.2, "1424953923781206.2"},
      {46.5, "46.5"},
      {6.6, "6.6"},
      {300, "300"},
      {0.5, "0.5"},
  };
  for (const auto& [number, text] : rows) EXPECT_EQ(ecmascript_number(number), text);
}

TEST(Canonical, OrderSpacesAndEscapesAreOne) {
  EXPECT_EQ(canonical(R"({ "b": [1.0, 2e0, null, true], "a": "\u0041\/\n\u0001" })"),
            "{\"a\":\"A/\\n\\u0001\",\"b\":[1,2,null,true]}");
  // UTF-16 order differs from that of bytes: U+1F600 (D83D…) stands before U+FB33.
  EXPECT_EQ(canonical("{\"\xEF\xAC\xB3\":1,\"\xF0\x9F\x98\x80\":2,\"\xC3\xB6\":3}"),
            "{\"\xC3\xB6\":3,\"\xF0\x9F\x98\x80\":2,\"\xEF\xAC\xB3\":1}");
}

TEST(Canonical, EscapesAreReadAsWhatTheyMean) {
  EXPECT_EQ(canonical(R"("\ud83d\ude00\u00f6\u20ac\"\\\b")"), "\"\xF0\x9F\x98\x80\xC3\xB6\xE2\x82\xAC\\\"\\\\\\b\"");
  EXPECT_EQ(canonical("[ ]"), "[]");
  EXPECT_EQ(canonical("{ }"), "{}");
  EXPECT_EQ(canonical("\t-0.0e5 "), "0");
}

TEST(Canonical, EqualMeansEqualText) {
  EXPECT_EQ(canonical(R"({"volumes":[],"priority":0})"), canonical(R"({ "priority": 0.0, "volumes": [ ] })"));
  EXPECT_NE(canonical(R"({"volumes":[],"priority":0})"), canonical(R"({"volumes":[],"priority":1})"));
  // Sixteen digits, as other programs print coordinates: off by the last bit is another number.
  EXPECT_EQ(canonical("6.600000000000001"), "6.600000000000001");
  EXPECT_EQ(canonical("46.500000000000007"), "46.50000000000001");
}

TEST(Canonical, AMemberIsFoundByItsText) {
  const std::string text = canonical(R"({"b":{"a":1,"s":"},{\"a\":2"},"a":[1,{"a":3}],"aa":4,"z":"\\"})");
  EXPECT_EQ(member_of(text, "a"), R"([1,{"a":3}])");
  EXPECT_EQ(member_of(text, "aa"), "4");
  EXPECT_EQ(member_of(member_of(text, "b"), "a"), "1");
  EXPECT_EQ(member_of(text, "z"), R"("\\")");
  EXPECT_EQ(member_of(text, "s"), "");
  EXPECT_EQ(member_of("[1]", "s"), "");
  EXPECT_EQ(member_of("{}", "s"), "");
}

RC_GTEST_PROP(Canonical, NumbersReadBackAndAreFixedPoints, (std::uint64_t bits)) {
  double value = 0;
  static_assert(sizeof value == sizeof bits);
  std::memcpy(&value, &bits, sizeof value);
  if (!std::isfinite(value)) return;
  const std::string text = ecmascript_number(value);
  RC_ASSERT(std::strtod(text.c_str(), nullptr) == value);
  RC_ASSERT(canonical(text) == text);
}

}  // namespace
}  // namespace tansiq::uss
