#include "net/http_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_in.h"

namespace tansiq::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Headers, FindsInAnyCaseAndKeepsOrder) {
  Headers headers{{"Host", "a"}, {"X-One", "1"}, {"x-one", "2"}};
  EXPECT_EQ(headers.find("HOST"), "a");
  EXPECT_EQ(headers.find("X-ONE"), "1");
  EXPECT_EQ(headers.count("x-One"), 2U);
  EXPECT_FALSE(headers.find("x-on").has_value());
  headers.set("x-one", headers.value(1));  // a view of its own text
  EXPECT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers.find("X-One"), "1");
}

TEST(HeadersDeathTest, RefusesWhatWouldForgeALine) {
  Headers headers;
  EXPECT_DEATH(headers.add("X", "a\r\nSet-Cookie: b"), "is_field_value");
  EXPECT_DEATH(headers.add("X Y", "a"), "is_token_character");
}

TEST(Target, SplitsAndDecodes) {
  const auto target = Target::parse("/v1/zones/K%201%2F2/?at=2026-11-22T10:00:00+01:00&empty=&flag&at=%C3%A9");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/v1/zones/K%201%2F2/");
  EXPECT_THAT(target->segments, ElementsAre("v1", "zones", "K 1/2", ""));
  EXPECT_THAT(target->query, ElementsAre(Pair("at", "2026-11-22T10:00:00+01:00"), Pair("empty", ""), Pair("flag", ""),
                                         Pair("at", "\xC3\xA9")));
}

TEST(Target, AcceptsAbsoluteFormAndDropsTheAuthority) {
  EXPECT_EQ(Target::parse("http://example.test:80/a?b")->path, "/a");
  EXPECT_EQ(Target::parse("HTTP://example.test")->path, "/");
  EXPECT_EQ(Target::parse("http://example.test?q=1")->query.size(), 1U);
}

TEST(Target, RefusesWhatTwoReadersCouldTakeDifferently) {
  for (const char* text : {"",        "*",     "v1",    "/a/../b", "/a/./b", "/%2e%2E/b", "/%",         "/%4",
                           "/%zz",    "/%00",  "/%0a",  "/%7f",    "/%C3",   "/%C0%AF",   "/%ED%A0%80", "/%F4%90%80%80",
                           "/a b",    "/a\\b", "/a\"b", "/<",      "/a#b",   "/a?b#c",    "/\xC3\xA9",  "/a?x=%",
                           "/a?x=\"", "/a^"}) {
    const auto target = Target::parse(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code, ErrorCode::kMalformed) << text;
  }
}

TEST(Target, IsBounded) {
  std::string path;
  for (std::size_t i = 0; i < kPathSegmentsMax; ++i) path += "/a";
  EXPECT_TRUE(Target::parse(path));
  EXPECT_EQ(Target::parse(path + "/a").error().code, ErrorCode::kTooLarge);
  std::string query = "/?";
  for (std::size_t i = 0; i < kQueryParametersMax; ++i) query += "a=1&";
  EXPECT_TRUE(Target::parse(query));
  EXPECT_EQ(Target::parse(query + "a=1").error().code, ErrorCode::kTooLarge);
}

TEST(Target, EncodingIsUndoneByDecoding) {
  const std::string text = "K 1/2?é&=%+~";
  EXPECT_EQ(percent_encode("a/b é"), "a%2Fb%20%C3%A9");
  EXPECT_EQ(percent_decode(percent_encode(text)), text);
}

TEST(Request, QueryOnceRefusesRepetition) {
  const Request request = make_request(Method::kGet, "/?a=1&a=2&b=3");
  EXPECT_EQ(request.query("a"), "1");
  EXPECT_EQ(request.query_once("b")->value(), "3");
  EXPECT_FALSE(request.query_once("c")->has_value());
  EXPECT_EQ(request.query_once("a").error().code, ErrorCode::kInvalid);
}

TEST(Request, MediaTypeIsLowerCaseWithoutParameters) {
  Request request = make_request(Method::kPost, "/");
  EXPECT_EQ(request.media_type(), "");
  request.headers.add("Content-Type", "Application/JSON ; charset=utf-8");
  EXPECT_EQ(request.media_type(), "application/json");
}

TEST(Problem, TellsWhatWhereAndId) {
  const Problem problem = make_problem({ErrorCode::kInvalid, "lower limit \"1200 m\" is too high", "volumes[3].band"});
  const Response response = problem_response(problem);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  const auto document = JsonDocument::parse(response.body);
  ASSERT_TRUE(document) << response.body;
  const JsonValue root = document->root();
  EXPECT_EQ(*root.at("type")->string(), "/problems/invalid");
  EXPECT_EQ(*root.at("status")->integer(), 400);
  EXPECT_EQ(*root.at("detail")->string(), "lower limit \"1200 m\" is too high");
  EXPECT_EQ(*root.at("where")->string(), "volumes[3].band");
  EXPECT_EQ(*root.at("id")->string(), problem.id);
  EXPECT_EQ(problem.id.size(), 16U);
  EXPECT_NE(make_problem({}).id, problem.id);
}

TEST(Problem, KeepsInnerFailuresInside) {
  const Problem problem = make_problem({ErrorCode::kIo, "disk full: /var/lib/secret", "store"});
  const std::string body = problem_response(problem).body;
  EXPECT_THAT(body, ::testing::Not(HasSubstr("secret")));
  EXPECT_THAT(body, HasSubstr("see the log, id " + problem.id));
}

TEST(Method, NamesRoundTrip) {
  for (const Method method :
       {Method::kGet, Method::kHead, Method::kPost, Method::kPut, Method::kPatch, Method::kDelete, Method::kOptions}) {
    EXPECT_EQ(parse_method(method_name(method)), method);
  }
  EXPECT_FALSE(parse_method("get"));
  EXPECT_FALSE(parse_method("TRACE"));
}

}  // namespace
}  // namespace tansiq::net
