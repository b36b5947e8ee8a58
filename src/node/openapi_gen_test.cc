// The generator: every keyword it supports is enforced, and whatever it does not support fails the build.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "node/node_testlib.h"
#include "node/request_source.h"
#include "node_every_keyword/operations.h"
#include "node_lenient/operations.h"

namespace tansiq::node {
namespace {

using every_keyword::Thing;
using ::testing::HasSubstr;

Result<Thing> read(const std::string& text) {
  const JsonDocument document = TRY(JsonDocument::parse(text));
  return every_keyword::read_thing(document.root());
}

/// A thing that is right, with one member's text replaced, added or (empty) left out.
std::string thing(const std::string& member = {}, const std::string& value = {}) {
  std::map<std::string, std::string> members = {
      {"id", R"("t1")"},      {"count", "2"},    {"flag", "true"},           {"name", R"("abc")"},
      {"colour", R"("red")"}, {"pair", "[0,5]"}, {"list", "[[1,2],[-1,0]]"}, {"choice", R"({"left":1})"}};
  if (!member.empty()) members[member] = value;
  std::string out = "{";
  for (const auto& [name, text] : members) {
    if (!text.empty()) out += fmt::format("{}\"{}\":{}", out.size() == 1 ? "" : ",", name, text);
  }
  return out + "}";
}

TEST(GeneratedReader, TakesWhatIsRight) {
  const auto t = read(thing());
  ASSERT_TRUE(t.has_value()) << t.error().text();
  EXPECT_EQ(t->id.str(), "t1");
  EXPECT_EQ(t->count, 2);
  EXPECT_TRUE(t->flag);
  EXPECT_EQ(t->colour, every_keyword::Colour::kRed);
  EXPECT_EQ(t->pair, (std::array<std::int64_t, 2>{0, 5}));
  EXPECT_EQ(t->list.size(), 2U);
  EXPECT_EQ(t->choice.left, 1);
  EXPECT_FALSE(t->choice.right.has_value());
  EXPECT_FALSE(t->hex.has_value());
  EXPECT_EQ(t->second, every_keyword::Colour::kDarkBlue) << "default";
  EXPECT_EQ(t->size, 7) << "default";
  EXPECT_TRUE(t->enabled) << "default";
  EXPECT_TRUE(t->nested.empty());
  EXPECT_EQ(read(thing("inline", R"("down")"))->inline_, every_keyword::ThingInline::kDown);
  EXPECT_EQ(every_keyword::text_of(every_keyword::Colour::kDarkBlue), "dark-blue");
}

struct Wrong {
  const char* member;
  const char* value;
  const char* where;
};

class GeneratedReaderRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(GeneratedReaderRefuses, AndSaysWhere) {
  const Wrong& wrong = GetParam();
  const auto t = read(thing(wrong.member, wrong.value));
  ASSERT_FALSE(t.has_value()) << wrong.member << " = " << wrong.value;
  EXPECT_EQ(t.error().where, wrong.where) << t.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    EveryKeyword, GeneratedReaderRefuses,
    ::testing::Values(Wrong{"id", "\"a b\"", "id"}, Wrong{"id", "7", "id"}, Wrong{"count", "0", "count"},
                      Wrong{"count", "4", "count"}, Wrong{"count", "1.5", "count"}, Wrong{"count", "\"1\"", "count"},
                      Wrong{"flag", "1", "flag"}, Wrong{"name", "\"a\"", "name"}, Wrong{"name", "\"abcdef\"", "name"},
                      Wrong{"hex", "\"12g4\"", "hex"}, Wrong{"hex", "\"123\"", "hex"}, Wrong{"hex", "\"12345\"", "hex"},
                      Wrong{"colour", "\"green\"", "colour"}, Wrong{"colour", "null", "colour"},
                      Wrong{"pair", "[0]", "pair"}, Wrong{"pair", "[0,1,2]", "pair"}, Wrong{"pair", "[2,0]", "pair[0]"},
                      Wrong{"list", "[]", "list"}, Wrong{"list", "[[0,0],[0,0],[0,0],[0,0]]", "list"},
                      Wrong{"list", "[[0,0],[0,-1]]", "list[1][1]"}, Wrong{"nested", "[[1,2,3]]", "nested[0]"},
                      Wrong{"choice", "{}", "choice"}, Wrong{"choice", R"({"left":1,"right":true})", "choice"},
                      Wrong{"inline", "\"sideways\"", "inline"}, Wrong{"size", "\"7\"", "size"}));

TEST(GeneratedReader, RefusesUnknownAndMissingMembers) {
  EXPECT_THAT(read(thing("purpose", "1")).error().text(), HasSubstr("purpose"));
  for (const char* member : {"id", "count", "flag", "name", "colour", "pair", "list", "choice"}) {
    const auto t = read(thing(member, ""));
    ASSERT_FALSE(t.has_value()) << member;
    EXPECT_THAT(t.error().text(), HasSubstr(member));
  }
  EXPECT_FALSE(read("[]").has_value());
}

/// A request by hand.
class FakeSource final : public RequestSource {
 public:
  std::map<std::string, std::string, std::less<>> path, query;
  std::string text, type = "application/json";

  std::string_view path_parameter(std::string_view name) const override { return path.find(name)->second; }
  Result<std::optional<std::string_view>> query_parameter(std::string_view name) const override {
    const auto found = query.find(name);
    if (found == query.end()) return std::nullopt;
    return found->second;
  }
  Status only_query_parameters(std::initializer_list<std::string_view> names) const override {
    for (const auto& [name, value] : query) {
      if (std::ranges::find(names, std::string_view(name)) == names.end()) {
        return fail(ErrorCode::kInvalid, "unknown", name);
      }
    }
    return {};
  }
  std::string_view body() const override { return text; }
  std::string media_type() const override { return type; }
};

TEST(GeneratedRequest, ReadsParametersAndBody) {
  FakeSource source;
  source.path["id"] = "t1";
  auto get = every_keyword::parse_get_thing(source);
  ASSERT_TRUE(get.has_value()) << get.error().text();
  EXPECT_EQ(get->limit, 5) << "default";
  EXPECT_FALSE(get->word.has_value());
  source.query = {{"limit", "10"}, {"word", "abc"}};
  get = every_keyword::parse_get_thing(source);
  EXPECT_EQ(get->limit, 10);
  EXPECT_EQ(get->word, "abc");
  for (const auto& [name, value] : std::map<std::string, std::string>{{"limit", "11"},
                                                                      {"limit", "0"},
                                                                      {"limit", "x"},
                                                                      {"limit", "1 "},
                                                                      {"word", "a"},
                                                                      {"word", "abcde"},
                                                                      {"other", "1"}}) {
    source.query = {{name, value}};
    get = every_keyword::parse_get_thing(source);
    ASSERT_FALSE(get.has_value()) << name << "=" << value;
    EXPECT_EQ(get.error().where, name);
  }
  source.query.clear();
  source.text = "{}";
  EXPECT_FALSE(every_keyword::parse_get_thing(source).has_value()) << "a body where none belongs";
  source.text = thing();
  EXPECT_TRUE(every_keyword::parse_post_thing(source).has_value());
  source.type = "text/plain";
  EXPECT_EQ(every_keyword::parse_post_thing(source).error().code, ErrorCode::kUnsupported);
  source.type = "application/json";
  source.path["id"] = "no good";
  EXPECT_EQ(every_keyword::parse_post_thing(source).error().where, "id");
}

TEST(GeneratedOperations, ListWhatTheFileDescribes) {
  const auto& operations = every_keyword::operations();
  ASSERT_EQ(operations.size(), 2U) << "x-raw is described only";
  EXPECT_EQ(operations[0].id, "getThing");
  EXPECT_EQ(operations[0].scope, "open");
  EXPECT_EQ(operations[1].method, "POST");
  EXPECT_EQ(operations[1].path, "/things/{id}");
  EXPECT_EQ(operations[1].scope, "things.write");
}

TEST(GeneratedLenientReader, IgnoresWhatIsUndeclaredAndTakesNullForAbsent) {
  FakeSource source;
  source.path["id"] = "t1";
  source.query["other"] = "1";
  source.type = "text/plain";
  source.text = R"({"size":1.25,"share":null,"name":null,"list":[0.5,2],"purpose":{}})";
  const auto put = lenient::parse_put_thing(source);
  ASSERT_TRUE(put.has_value()) << put.error().text();
  EXPECT_EQ(put->body.size, 1.25);
  EXPECT_FALSE(put->body.share.has_value());
  EXPECT_EQ(put->body.name, "none");
  EXPECT_EQ(put->body.list, (std::vector{0.5, 2.0}));
  EXPECT_TRUE(lenient::parse_delete_thing(source).has_value()) << "a body is let pass";
}

TEST(GeneratedLenientReader, StillEnforcesWhatIsDeclared) {
  FakeSource source;
  source.path["id"] = "t1";
  for (const char* text : {"", "[]", "{}", R"({"size":null})", R"({"size":"1"})", R"({"size":-1.6})", R"({"size":2.1})",
                           R"({"size":1,"list":[1,2,3,4]})", R"({"size":1,"name":"too long, it is"})"}) {
    source.text = text;
    EXPECT_FALSE(lenient::parse_put_thing(source).has_value()) << text;
  }
}

// --- what the generator refuses --------------------------------------------------------------------------------------

/// Runs the generator on the test file with one text replaced; its exit status and what it said.
std::pair<int, std::string> generate(const std::string& from, const std::string& to,
                                     const std::string& file = "every_keyword.yaml") {
  const std::string root = TANSIQ_SOURCE_DIR;
  std::ifstream in(root + "/src/node/testdata/" + file);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!from.empty()) {
    const auto at = text.find(from);
    if (at == std::string::npos) return {-1, "the file has no text " + from};
    text.replace(at, from.size(), to);
  }
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "api.yaml") << text;
  const std::string command =
      fmt::format("{} {}/cmake/openapi_gen.py {}/api.yaml --namespace n --include n --out {}/out 2>&1", TANSIQ_PYTHON,
                  root, folder.path().string(), folder.path().string());
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  return {::pclose(pipe), said};
}

TEST(Generator, TakesTheTestFile) { EXPECT_EQ(generate("", "").first, 0); }

TEST(Generator, HandsOnABodyThatTheCoreDescribes) {
  const auto [status, said] =
      generate("      operationId: postThing", "      operationId: postThing\n      x-body: text");
  EXPECT_EQ(status, 0) << said;
}

TEST(Generator, RefusesInALenientContractWhatSaysNothingThere) {
  EXPECT_EQ(generate("", "", "lenient.yaml").first, 0);
  const auto [status, said] =
      generate("      required: [size]", "      required: [size]\n      additionalProperties: false", "lenient.yaml");
  EXPECT_NE(status, 0);
  EXPECT_THAT(said, HasSubstr("says nothing in a lenient contract"));
}

TEST(Generator, RefusesWhatItWouldIgnore) {
  const std::vector<std::array<std::string, 3>> cases = {
      {"minimum: 1, maximum: 3", "multipleOf: 2", "'multipleOf' is not supported"},
      {"minLength: 2, maxLength: 5", "maxLength: 5, format: uuid", "'format' is not supported"},
      {"maxItems: 3, items", "maxItems: 3, uniqueItems: true, items", "'uniqueItems' is not supported"},
      {"minLength: 2, maxLength: 5", "minLength: 2", "needs maxLength"},
      {"minItems: 1, maxItems: 3,", "minItems: 1,", "needs items and maxItems"},
      {"      description: Has one of each.\n      type: object\n      additionalProperties: false",
       "      type: object", "additionalProperties: false"},
      {"required: [id, count", "required: [idd, count", "'idd' is not described"},
      {"[0-9a-f]{4}", "([0-9a-f]{2})+", "is not of the form"},
      {"type: boolean, default: true", "type: number", "type 'number' is not supported"},
      {"        size: {", "        on: {", "is not snake_case"},
      {"        size: {", "        count: {", "stands twice"},
      {"schemas/Colour\" }", "schemas/Color\" }", "names no schema"},
      {"{ $ref: \"#/components/schemas/Choice\" }", "{ $ref: \"#/components/schemas/Thing\" }", "contains itself"},
      {"default: dark-blue", "default: green", "is not in the enum"},
      {"minimum: 1, maximum: 3", "minimum: 3, maximum: 1", "is empty"},
      {"x-scope: things.write", "tags: [x]", "no x-scope"},
      {"      security: []\n", "", "belong together"},
      {"operationId: postThing", "operationId: getThing", "stands twice"},
      {"/things/{id}", "/things/{name}", "do not fit"},
      {"    post:\n", "    trace:\n", "'trace' is not supported"},
      {"      operationId: postThing", "      operationId: postThing\n      x-body: any", "x-body may be text"},
      {"      operationId: postThing", "      operationId: postThing\n      x-body: bytes",
       "a request body is required and application/octet-stream"},
      {"      operationId: getThing", "      operationId: getThing\n      x-body: text",
       "x-body without a requestBody"},
      {"openapi: 3.1.0", "openapi: 3.0.3", "not an OpenAPI 3.1 file"},
  };
  for (const auto& [from, to, message] : cases) {
    const auto [status, said] = generate(from, to);
    EXPECT_NE(status, 0) << from << " -> " << to;
    EXPECT_THAT(said, HasSubstr(message)) << from << " -> " << to;
    EXPECT_THAT(said, ::testing::Not(HasSubstr("Traceback"))) << from << " -> " << to;
  }
}

}  // namespace
}  // namespace tansiq::node
