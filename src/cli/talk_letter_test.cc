#include "cli/talk_letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"

namespace tansiq::cli {
namespace {

using namespace coordination;
using ::testing::HasSubstr;

const UtcMs kNow = parse_utc("2026-11-22T10:00:30Z").value_or(UtcMs{});

/// What a command line comes to.
Result<Letter> letter(const std::vector<std::string>& words) {
  Command root{"tansiq", "test"};
  LetterOptions options;
  Command& send = root.sub("send", "send");
  add_letter_options(send, options);
  send.run([](Context&) -> Result<int> { return 0; });
  std::vector<std::string> all{"send"};
  all.insert(all.end(), words.begin(), words.end());
  const auto parsed = parse_arguments(root, all);
  if (!parsed) return std::unexpected(parsed.error());
  return letter_from(options, kNow, "cli-5d41");
}

TEST(TalkLetter, WordsToSeveral) {
  const auto got = letter({"ru", "fr", "--text", "Bonjour", "--language", "fr"});
  ASSERT_TRUE(got) << got.error().text();
  Letter want;
  want.recipients = {AuthorityId::trusted("fr"), AuthorityId::trusted("ru")};
  want.thread = ThreadId::trusted("20261122-1000-5d41");
  want.parts = {TextPart{.language = "fr", .text = {"Bonjour"}, .translates = {}}};
  EXPECT_EQ(*got, want);
}

TEST(TalkLetter, AQueryNeedsAnAnswerAndATime) {
  const auto got = letter({"fr", "--query", "35.331 40.140 now-2m", "--due", "10m", "--precedence", "immediate"});
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->needs, Needs::kAnswer);
  EXPECT_EQ(got->due, kNow + 600'000);
  EXPECT_EQ(got->precedence, Precedence::kImmediate);
  EXPECT_TRUE(has_part<QueryPart>(got->parts));
  EXPECT_THAT(letter({"fr", "--query", "35.331 40.140 now"}).error().text(), HasSubstr("--due 10m"));
}

TEST(TalkLetter, AStopIsToBeReadAndIsGivenItsTime) {
  const auto got = letter({"fr", "--precedence", "stop", "--text", "Stop"});
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->needs, Needs::kRead);
  EXPECT_FALSE(got->due);
}

TEST(TalkLetter, EveryOptionHasItsPart) {
  const auto got =
      letter({"fr",       "--thread",  "ru/t1",      "--template", "116",       "--set",      "flight=M1",
              "--danger", "collision", "--position", "P 35 40",    "--time",    "strike now", "--track",
              "us/77",    "--flight",  "MIRAGE1",    "--incident", "ru/dam-1",  "--re",       std::string(64, 'a'),
              "--needs",  "read",      "--due",      "5m",         "--echelon", "chiefs",     "--text",
              "words"});
  ASSERT_TRUE(got) << got.error().text();
  std::string kinds;
  for (const TalkPart& part : got->parts) kinds += std::string(kind_name(part)) + " ";
  EXPECT_EQ(kinds, "danger template text position time track flight incident ");
  EXPECT_EQ(got->opener, AuthorityId::trusted("ru"));
  EXPECT_EQ(got->thread, ThreadId::trusted("t1"));
  EXPECT_EQ(got->echelon, Echelon::kChiefs);
  EXPECT_TRUE(got->re);
}

TEST(TalkLetter, WhatDoesNotFitIsToldBeforeAnythingIsSent) {
  const auto error = [](const std::vector<std::string>& words) {
    const auto got = letter(words);
    return got ? std::string("none") : got.error().text();
  };
  EXPECT_THAT(error({"fr"}), HasSubstr("say something"));
  EXPECT_THAT(error({"--text", "x"}), HasSubstr("TO"));
  EXPECT_THAT(error({"fr", "fr", "--text", "x"}), HasSubstr("named twice"));
  EXPECT_THAT(error({"fr", "--text", "x", "--needs", "read"}), HasSubstr("say by when it is to be read"));
  EXPECT_THAT(error({"fr", "--text", "x", "--set", "flight=M1"}), HasSubstr("--template"));
  EXPECT_THAT(error({"fr", "--text", ""}), HasSubstr("not empty"));
  EXPECT_THAT(error({"fr", "--text", "x\x1b[2J"}), HasSubstr("--text"));
  EXPECT_THAT(error({"fr", "--text", "x", "--precedence", "urgent"}), HasSubstr("urgent"));
  EXPECT_THAT(error({"fr", "--text", "x", "--position", "nowhere"}), HasSubstr("--position"));
  EXPECT_THAT(error({"fr", "--text", "x", "--incident", "dam-1"}), HasSubstr("OPENER/ID"));
  EXPECT_THAT(error({"fr", "--text", "x", "--track", "77"}), HasSubstr("AUTHORITY/NAME"));
  EXPECT_THAT(error({"fr", "--text", "x", "--re", "5d41"}), HasSubstr("--re"));
  EXPECT_THAT(error({"fr", "--attach", "/nowhere/at-all"}), HasSubstr("say something"));
  EXPECT_THAT(error({"fr", "--text", "x", "--attach", "/nowhere/at-all"}), HasSubstr("/nowhere/at-all"));
}

}  // namespace
}  // namespace tansiq::cli
