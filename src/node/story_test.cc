// Stories: what is written reads back, what is no story is refused, and a node shows as much of the file as is whole,
// to whoever is let in, and never with data that are in earnest.
#include "node/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "base/json_in.h"
#include "base/temporary_folder.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"
#include "node_api/schemas.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

constexpr UtcMs kAt{1'447'920'000'000};

StoryWords words(const std::string& text) { return {text + " ar", text + " en", text + " fr", text + " ru"}; }

/// One of each kind.
std::vector<StoryLine> every_kind() {
  return {
      {.kind = StoryKind::kStep, .at = kAt, .step = 7, .title = words("cut"), .about = words("The line is cut.")},
      {.kind = StoryKind::kHappens, .at = kAt + 1, .who = "us", .text = "files \"HAWG1\" in K2"},
      {.kind = StoryKind::kCheck, .at = kAt + 2, .text = "confirmed", .seen = true},
      {.kind = StoryKind::kCheck, .at = kAt + 2, .text = "confirmed", .seen = false, .instead = "refused"},
      {.kind = StoryKind::kReads,
       .at = kAt + 3,
       .who = "ru",
       .text = "Чей трек 5?",
       .language = talks::Language::kRussian},
      {.kind = StoryKind::kNote, .at = kAt + 4, .text = "as in 2015"},
      {.kind = StoryKind::kLook, .at = kAt + 5, .text = "K2"},
      {.kind = StoryKind::kLook,
       .at = kAt + 5,
       .text = "MIRAGE3",
       .place = geo::LatLng{363'000'000, -404'000'000},
       .select = StoryThing{"track", "4", "us"}},
      {.kind = StoryKind::kEnd, .at = kAt + 6, .differ = 2},
  };
}

std::filesystem::path write(const TemporaryFolder& folder, std::string_view text) {
  const std::filesystem::path file = folder.path() / "story.jsonl";
  std::ofstream(file, std::ios::binary | std::ios::app) << text;
  return file;
}

api::Story page(const std::filesystem::path& file, std::size_t after, std::size_t limit) {
  const auto text = read_story(file, after, limit);
  EXPECT_TRUE(text) << text.error().text();
  const auto document = JsonDocument::parse(text.value_or("{}"));
  EXPECT_TRUE(document.has_value());
  auto read = api::read_story(document->root());
  EXPECT_TRUE(read) << read.error().text() << ' ' << text.value_or("");
  return read ? std::move(*read) : api::Story{};
}

TEST(Story, WhatIsWrittenReadsBackAndIsWhatTheContractSays) {
  for (const StoryLine& line : every_kind()) {
    std::string text = write_story_line(line);
    ASSERT_TRUE(text.ends_with('\n'));
    text.pop_back();
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const auto again = read_story_line(text);
    ASSERT_TRUE(again) << again.error().text() << ' ' << text;
    EXPECT_EQ(*again, line) << text;
    const auto document = JsonDocument::parse(text);
    ASSERT_TRUE(document.has_value());
    const auto contract = api::read_story_line(document->root());
    EXPECT_TRUE(contract) << contract.error().text() << ' ' << text;
  }
}

TEST(Story, AnyTextMayBeTold) {
  const std::string hostile = std::string(9'000, 'x') + "\xff\x01\u202e";
  StoryLine line{.kind = StoryKind::kStep, .at = kAt, .step = 1, .title = {}, .about = {}};
  line.title.fill(hostile);
  line.about.fill(hostile);
  const std::string text = write_story_line(line);
  EXPECT_LE(text.size(), kStoryLineBytesMax);
  EXPECT_TRUE(read_story_line(std::string_view(text).substr(0, text.size() - 1)));
  const std::string said = write_story_line({.kind = StoryKind::kNote, .at = kAt, .text = "a\xff\nb"});
  EXPECT_THAT(said, HasSubstr("a? b"));
}

TEST(Story, WhatIsNoneIsRefused) {
  for (const std::string_view text :
       {"", "{}", "{\"kind\":\"note\",\"text\":\"x\"}", R"({"at_ms":1,"kind":"nonsense"})",
        R"({"at_ms":1,"kind":"note","text":"x","who":"us"})", R"({"at_ms":1,"kind":"check","text":"x"})",
        R"({"at":[1],"at_ms":1,"kind":"look","name":"x"})",
        R"({"at":[900000001,0],"at_ms":1,"kind":"look","name":"x"})",
        R"({"at_ms":1,"kind":"reads","language":"de","text":"x","who":"us"})",
        R"({"about":{"en":"x"},"at_ms":1,"kind":"step","step":1,"title":{"en":"x"}})",
        R"({"at_ms":1, "kind":"note","text":"x"})"}) {
    EXPECT_FALSE(read_story_line(text)) << text;
  }
  const std::string longest(kStoryTextBytesMax + 4, 'x');
  EXPECT_FALSE(read_story_line(R"({"at_ms":1,"kind":"note","text":")" + longest + "\"}"));
}

TEST(Story, PagesAreOfWholeLinesAndGoOnWhereTheFileGrows) {
  const TemporaryFolder folder;
  EXPECT_EQ(page(folder.path() / "none", 0, 10).total, 0);
  std::string all;
  for (const StoryLine& line : every_kind()) all += write_story_line(line);
  const std::string half = write_story_line({.kind = StoryKind::kNote, .at = kAt, .text = "under way"});
  const std::filesystem::path file = write(folder, all + half.substr(0, half.size() / 2));
  const api::Story first = page(file, 0, 4);
  EXPECT_EQ(first.lines.size(), 4U);
  EXPECT_EQ(first.total, 9);
  ASSERT_EQ(first.next, 4);
  const api::Story rest = page(file, 4, 100);
  ASSERT_EQ(rest.lines.size(), 5U);
  EXPECT_EQ(rest.lines.front().text, "Чей трек 5?");
  EXPECT_FALSE(rest.next.has_value());
  EXPECT_TRUE(page(file, 9, 100).lines.empty());
  (void)write(folder, half.substr(half.size() / 2));
  const api::Story more = page(file, 9, 100);
  ASSERT_EQ(more.lines.size(), 1U);
  EXPECT_EQ(more.lines.front().text, "under way");
  // One that knows more than there is sees by the total that another story has begun.
  EXPECT_EQ(page(file, 50, 100).total, 10);
}

TEST(Story, AnotherFileIsRefusedWithItsPlace) {
  const TemporaryFolder folder;
  const std::filesystem::path file =
      write(folder, write_story_line({.kind = StoryKind::kNote, .at = kAt, .text = "x"}) + "no story\n");
  const auto read = read_story(file, 0, 10);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().where, HasSubstr("line 2"));
  EXPECT_TRUE(read_story(file, 0, 1)) << "what is not asked for is not read";
  const TemporaryFolder other;
  const auto large = read_story(write(other, std::string(kStoryBytesMax + 1, '\n')), 0, 10);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::kTooLarge);
}

TEST(StoryOfANode, IsNothingWhereNothingIsTold) {
  TestNode t;
  EXPECT_EQ(t.get("/v1/story").status, 401);
  EXPECT_EQ(t.get("/v1/story", t.token("x", {"intents.read"})).status, 404);
  EXPECT_THAT(t.get("/v1/self", t.token("x")).body, HasSubstr("\"story\":false"));
}

TEST(StoryOfANode, NeedsDataThatAreSimulated) {
  const TemporaryFolder folder;
  NodeConfig config;
  config.data_dir = folder.path() / "node";
  config.console.story = folder.path() / "story.jsonl";
  const auto node = Node::open(config);
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(node.error().message, HasSubstr("SIMULATED, not TEST"));
}

TEST(StoryOfANode, IsShownToWhoeverMayReadIntents) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "story.jsonl";
  LoopbackCoalition::Setup setup;
  setup.charter = [](core::Charter& charter) { charter.data_mode = core::DataMode::kSimulated; };
  setup.config = [&](NodeConfig& config) { config.console.story = file; };
  const auto coalition = LoopbackCoalition::start(folder.path() / "nodes", 2, setup);
  ASSERT_TRUE(coalition) << coalition.error().text();
  Node& node = (*coalition)->node(0);
  const auto status = [&](const std::vector<std::string>& scopes) {
    const auto client = *net::HttpClient::create(
        {.base_url = node.address(), .bearer_token = node.mint_token("x", scopes, 3'600'000).value_or("")});
    const auto answer = client->send(net::Method::kGet, "/v1/story?after=0&limit=2", {}, "");
    EXPECT_TRUE(answer) << answer.error().text();
    return answer.value_or(net::ClientResponse{});
  };
  EXPECT_EQ(status({"metrics.read"}).status, 403);
  EXPECT_EQ(status({"intents.read"}).body, R"({"lines":[],"total":0})") << "it has not begun";
  std::ofstream(file, std::ios::binary) << write_story_line(every_kind()[5]);
  const auto shown = status({"intents.read"});
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, R"({"lines":[{"at_ms":1447920000004,"kind":"note","text":"as in 2015"}],"total":1})");
  EXPECT_EQ(shown.headers.find("Cache-Control"), "no-store");
}

}  // namespace
}  // namespace tansiq::node
