// The words of the demo's steps: there in every language, in its own script, and none too long for the file that
// consoles are shown.
#include "cli/levant_steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "node/story.h"

namespace tansiq::cli {
namespace {

/// Whether a letter of the script is in it: lead bytes of UTF-8.
bool has_script(std::string_view text, unsigned char first, unsigned char last) {
  return std::ranges::any_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= first && byte <= last;
  });
}

TEST(LevantSteps, AreTheSameInFourLanguages) {
  std::set<std::string_view> titles;
  for (std::size_t number = 1; number <= kLevantSteps; ++number) {
    const LevantStep& step = levant_step(number);
    for (const LevantWords* words : {&step.title, &step.about}) {
      const auto in = [&](talks::Language language) { return words->at(talks::index_of(language)); };
      EXPECT_TRUE(has_script(in(talks::Language::kArabic), 0xD8, 0xDB)) << number;
      EXPECT_TRUE(has_script(in(talks::Language::kRussian), 0xD0, 0xD1)) << number;
      EXPECT_FALSE(has_script(in(talks::Language::kEnglish), 0xD0, 0xDB)) << number;
      EXPECT_FALSE(has_script(in(talks::Language::kFrench), 0xD0, 0xDB)) << number;
      EXPECT_NE(in(talks::Language::kEnglish), in(talks::Language::kFrench)) << number;
    }
    for (const std::string_view title : step.title) EXPECT_TRUE(titles.insert(title).second) << title;
  }
}

TEST(LevantSteps, AreToldWhole) {
  for (std::size_t number = 1; number <= kLevantSteps; ++number) {
    const LevantStep& step = levant_step(number);
    node::StoryLine line{.kind = node::StoryKind::kStep, .step = static_cast<std::int64_t>(number)};
    for (std::size_t i = 0; i < step.title.size(); ++i) {
      line.title.at(i) = step.title.at(i);
      line.about.at(i) = step.about.at(i);
    }
    std::string text = node::write_story_line(line);
    text.pop_back();
    const auto again = node::read_story_line(text);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(*again, line) << "nothing was cut";
  }
}

}  // namespace
}  // namespace tansiq::cli
