#include "log/bundle_report.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "log/bundle_testlib.h"
#include "log/jcs.h"
#include "log/log_testlib.h"

namespace tansiq::log {
namespace {

// TANSIQ_WRITE_GOLDEN=1 writes the files anew: read the difference.
void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(TANSIQ_SOURCE_DIR) / name;
  if (std::getenv("TANSIQ_WRITE_GOLDEN") != nullptr) testing::write_whole(path, text);
  EXPECT_EQ(testing::read_whole(path), text) << path;
}

BundleReport good_report(const VerifyBundleOptions& options = {}) {
  return testing::verify_bytes(testing::bundle_bytes(testing::BundleWorld().parts), options);
}

BundleReport bad_report() {
  testing::BundleWorld world;
  std::string& entries = world.part(BundleKind::kEntries, world.us.origin).content;
  entries.replace(entries.find("Who is this"), 11, "All is well");
  return testing::verify_bytes(testing::bundle_bytes(world.parts));
}

TEST(BundleReport, SpeaksFourLanguages) {
  for (const std::string language : {"ar", "en", "fr", "ru"}) {
    const BundleTextOptions options{.language = *parse_language(language)};
    expect_golden("src/log/testdata/bundle/report." + language + ".txt", bundle_text(good_report(), options));
    expect_golden("src/log/testdata/bundle/wrong." + language + ".txt", bundle_text(bad_report(), options));
  }
  EXPECT_FALSE(parse_language("de"));
}

// The bytes of the format itself: what was written once is read for ever.
TEST(BundleReport, TheFormatIsThatOfTheGoldenBundle) {
  const auto golden = std::filesystem::path(TANSIQ_SOURCE_DIR) / "tests/golden/v1/bundle/members.bundle";
  EXPECT_EQ(testing::read_whole(golden), testing::bundle_bytes(testing::BundleWorld().parts));
  const auto report = verify_bundle_file(golden, {});
  ASSERT_TRUE(report);
  EXPECT_EQ(bundle_json(*report), bundle_json(good_report()));
  expect_golden("src/log/testdata/bundle/report.json", bundle_json(good_report()));
}

TEST(BundleReport, JsonIsCanonical) {
  for (const BundleReport& report : {good_report(), bad_report()}) {
    std::string json = bundle_json(report);
    ASSERT_TRUE(json.ends_with('\n'));
    json.pop_back();
    EXPECT_TRUE(JcsDocument::check(json, std::size_t{1} << 20)) << json;
  }
  EXPECT_EQ(exit_code(good_report()), 0);
  EXPECT_EQ(exit_code(bad_report()), 1);
}

TEST(BundleReport, SaysWhenTheKeysWereGiven) {
  const std::string text = bundle_text(good_report({.keys = {}, .charters = {testing::BundleWorld().charter}}), {});
  EXPECT_NE(text.find("The keys are those that you gave."), std::string::npos);
  EXPECT_NE(text.find("is signed with keys that you gave."), std::string::npos);
  EXPECT_EQ(text.find("Whose the keys are"), std::string::npos);
}

TEST(BundleReport, ListsNoMoreThanWasAsked) {
  const std::string text = bundle_text(good_report(), {.entries_max = 4});
  EXPECT_NE(text.find("Entries not listed here: 2; --all lists them."), std::string::npos) << text;
}

// Nothing that stands in a bundle reaches a terminal as it is: it could move the cursor, or turn a line round.
TEST(BundleReport, ShowsNothingThatDeceives) {
  BundleReport report = good_report();
  report.logs[0].entries[0].said = "\x1b[2J\u202edesrever\u2066";
  report.attachments[0].name = "a\u200fb";
  for (const Language language : {Language::kEnglish, Language::kArabic}) {
    const std::string text = bundle_text(report, {.language = language});
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find("\u202e"), std::string::npos);
    EXPECT_EQ(text.find("\u200f"), std::string::npos);
    EXPECT_NE(text.find("[2J?desrever?"), std::string::npos) << text;
  }
}

// In Arabic each id, hash and time is set apart; what is opened is closed in the same line.
TEST(BundleReport, IsolatesAreClosedInTheirLine) {
  const std::string text = bundle_text(good_report(), {.language = Language::kArabic});
  EXPECT_NE(text.find("\u2066us.example/members\u2069"), std::string::npos);
  int open = 0;
  int most = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest.starts_with("\u2066") || rest.starts_with("\u2068")) most = std::max(most, ++open);
    if (rest.starts_with("\u2069")) --open;
    if (rest.starts_with('\n')) {
      EXPECT_EQ(open, 0) << text.substr(0, at);
    }
  }
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace tansiq::log
