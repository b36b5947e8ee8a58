#include "base/json_in.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tansiq {
namespace {

std::string problem(std::string_view text, const JsonLimits& limits = {}) {
  const auto json = JsonDocument::parse(text, limits);
  return json ? "accepted" : json.error().text();
}

JsonDocument parsed(std::string_view text) {
  auto json = JsonDocument::parse(text);
  EXPECT_TRUE(json) << json.error().text();
  return std::move(*json);
}

TEST(JsonIn, ReadsEveryKind) {
  const auto json = parsed(R"({"a":[1,-2.5,true,null,"x\u00e9\n"],"b":{"c":18446744073709551615}})");
  const JsonValue root = json.root();
  ASSERT_EQ(root.kind(), JsonValue::Kind::kObject);
  EXPECT_EQ(root.size(), 2U);
  EXPECT_EQ(root.name(1), "b");
  const JsonValue a = *root.at("a");
  ASSERT_EQ(a.size(), 5U);
  EXPECT_EQ(*a[0].integer(), 1);
  EXPECT_EQ(*a[1].number(), -2.5);
  EXPECT_EQ(*a[2].boolean(), true);
  EXPECT_TRUE(a[3].is_null());
  EXPECT_EQ(*a[4].string(), "xé\n");
  EXPECT_EQ(*root[1][0].number(), 18446744073709551615.0);
  EXPECT_EQ(root[1][0].path(), "b.c");
  EXPECT_EQ(a[4].path(), "a[4]");
  EXPECT_EQ(root.path(), "");
  EXPECT_FALSE(root.find("z"));
  EXPECT_FALSE(a.find("z"));
}

TEST(JsonIn, SurvivesAMove) {
  auto json = parsed(R"(["kept"])");
  const JsonValue element = json.root()[0];
  const JsonDocument moved = std::move(json);
  EXPECT_EQ(*element.string(), "kept");
  EXPECT_EQ(element.path(), "[0]");
}

TEST(JsonIn, RefusesRepeatedNames) {
  EXPECT_EQ(problem(R"({"a":1,"b":{"x":1},"a":2})"),
            "line 1, column 25: the object that ends here has the member \"a\" more than once");
  // The same name by another spelling, and the empty name.
  EXPECT_NE(problem(R"({"ab":1,"\u0061b":2})"), "accepted");
  EXPECT_NE(problem(R"({"":1,"":2})"), "accepted");
  EXPECT_NE(problem(R"([{"o":{"k":1,"l":2,"k":3}}])"), "accepted");
  // The same name in different objects is not a repetition, nor are names whose concatenations agree.
  EXPECT_EQ(problem(R"({"a":{"a":{"a":1}},"b":{"a":1}})"), "accepted");
  EXPECT_EQ(problem(R"({"ab":1,"a":{"b":2,"bb":1},"b":3})"), "accepted");
}

TEST(JsonIn, RefusesManyNamesInBoundedTime) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_NE(problem(text + "\"k77777\":1}").find("\"k77777\" more than once"), std::string::npos);
  EXPECT_EQ(problem(text + "\"k\":1}"), "accepted");
}

TEST(JsonIn, NamesLineAndColumn) {
  EXPECT_EQ(problem("{\n  \"a\": 1,\n  \"b\" 2\n}"), "line 3, column 7: not JSON: syntax error at '2'");
  EXPECT_EQ(problem("[1, 2"), "line 1, column 6: the text ends before its JSON value does");
  EXPECT_EQ(problem(""), "line 1, column 1: the text ends before its JSON value does");
  EXPECT_EQ(problem("[1] x"), "line 1, column 5: something follows the JSON value");
  EXPECT_EQ(problem("\xEF\xBB\xBF[]"),
            "line 1, column 1: the text starts with a byte order mark; JSON is sent without one");
}

TEST(JsonIn, RefusesWhatIsNotJson) {
  for (const char* text : {"NaN",
                           "[Infinity]",
                           "[-Infinity]",
                           "[1e999]",
                           "[-1e999]",
                           "[01]",
                           "[1,]",
                           "{\"a\":1,}",
                           "['a']",
                           "[+1]",
                           "[.5]",
                           "// x\n1",
                           "{a:1}",
                           "\"\\ud800\"",
                           "\"\\udc00x\"",
                           "\"\x01\"",
                           "\"\x80\"",
                           "\"\xC0\xAF\"",
                           "\"\xED\xA0\x80\"",
                           "\"\xF4\x90\x80\x80\"",
                           "\"\xE2\x82\"",
                           "[1] [2]"}) {
    EXPECT_NE(problem(text), "accepted") << text;
  }
}

TEST(JsonIn, KeepsItsLimits) {
  EXPECT_EQ(problem("[1,2,3]", {.bytes_max = 6}), "the JSON text has 7 bytes; at most 6 are accepted");
  EXPECT_EQ(problem("[1,2,3]", {.bytes_max = 7}), "accepted");
  EXPECT_EQ(problem("[[[]]]", {.depth_max = 3}), "accepted");
  EXPECT_EQ(problem("[[[[]]]]", {.depth_max = 3}), "line 1, column 4: nested deeper than 3 levels");
  EXPECT_EQ(problem("[1,2,3]", {.values_max = 4}), "accepted");
  EXPECT_NE(problem("[1,2,3,4]", {.values_max = 4}).find("more than 4 values"), std::string::npos);
  EXPECT_NE(problem(std::string(3'000'000, '[')), "accepted");
}

TEST(JsonIn, ChecksKindsAndRanges) {
  const auto json = parsed(R"({"n":[1.5,"x",300,9223372036854775808,2.0,1e3],"s":null})");
  const JsonValue n = *json.root().at("n");
  EXPECT_EQ(n[0].integer().error().text(), "n[0]: must be a whole number, not 1.5");
  EXPECT_EQ(n[1].integer().error().text(), "n[1]: must be a whole number, not \"x\"");
  EXPECT_EQ(n[2].integer(0, 255).error().text(), "n[2]: must be a whole number from 0 to 255, not 300");
  EXPECT_EQ(*n[2].integer(0, 300), 300);
  EXPECT_EQ(n[3].integer().error().text(), "n[3]: must be at most 9223372036854775807, not 9223372036854775808");
  EXPECT_EQ(n[3].integer(0, 300).error().text(), "n[3]: must be a whole number from 0 to 300, not 9223372036854775808");
  EXPECT_EQ(n[0].alone().integer().error().text(), "must be a whole number, not 1.5");
  EXPECT_EQ(*n[4].integer(), 2);
  EXPECT_EQ(*n[5].integer(), 1000);
  EXPECT_EQ(json.root().at("s")->string().error().text(), "s: must be a string, not null");
  EXPECT_EQ(json.root().at("t").error().text(), "the member \"t\" is missing");
  EXPECT_EQ(n.at("t").error().text(), "n: must be an object, not an array");
  EXPECT_EQ(json.root().only({"n"}).error().text(), "there is no member \"s\" here; known are n");
  EXPECT_TRUE(json.root().only({"n", "s"}));
  EXPECT_EQ(n.expect(JsonValue::Kind::kObject).error().text(), "n: must be an object, not an array");
}

TEST(JsonIn, ScalesDecimalsExactly) {
  const auto json = parsed("[51.4689454,-179.9999999,0.00000004,0.00000006,180,-0.0,1e300]");
  EXPECT_EQ(*json.root()[0].fixed(7), 514689454);
  EXPECT_EQ(*json.root()[1].fixed(7), -1799999999);
  EXPECT_EQ(*json.root()[2].fixed(7), 0);
  EXPECT_EQ(*json.root()[3].fixed(7), 1);
  EXPECT_EQ(*json.root()[4].fixed(7), 1800000000);
  EXPECT_EQ(*json.root()[5].fixed(7), 0);
  EXPECT_FALSE(json.root()[6].fixed(7));
}

RC_GTEST_PROP(JsonIn, EveryCoordinateOnTheGridIsReadExactly, ()) {
  const auto e7 = *rc::gen::inRange<std::int64_t>(-1'800'000'000, 1'800'000'001);
  const auto magnitude = e7 < 0 ? -e7 : e7;
  std::string fraction = std::to_string(magnitude % 10'000'000);
  fraction.insert(0, 7 - fraction.size(), '0');
  const auto json = JsonDocument::parse((e7 < 0 ? "-" : "") + std::to_string(magnitude / 10'000'000) + "." + fraction);
  RC_ASSERT(json.has_value());
  RC_ASSERT(*json->root().fixed(7) == e7);
}

}  // namespace
}  // namespace tansiq
