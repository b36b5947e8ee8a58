#include "base/foreign_text.h"

#include <gtest/gtest.h>

namespace tansiq {
namespace {

TEST(ForeignText, WhatIsPlainAndShortStays) {
  EXPECT_EQ(foreign_text("", 4), "");
  EXPECT_EQ(foreign_text("abcd", 4), "abcd");
  EXPECT_EQ(foreign_text("é€😀", 9), "é€😀");
}

TEST(ForeignText, IsCutBetweenCharacters) {
  EXPECT_EQ(foreign_text("abcde", 4), "abcd...");
  for (std::size_t room = 0; room < 9; ++room) {
    const std::string expected = room < 2 ? "..." : room < 5 ? "é..." : "é€...";
    EXPECT_EQ(foreign_text("é€😀", room), expected) << room;
  }
}

TEST(ForeignText, ControlCharactersAreSpaces) {
  EXPECT_EQ(foreign_text(std::string_view("a\0b\r\n\x1b[2J\x7f\xC2\x85.", 13), 64), "a b   [2J  .");
  EXPECT_EQ(foreign_text("\xC2\xA0", 64), "\xC2\xA0") << "a space that does not break is none";
}

TEST(ForeignText, WhatIsNoTextIsAQuestionMark) {
  EXPECT_EQ(foreign_text("\xC3", 64), "?") << "cut off";
  EXPECT_EQ(foreign_text("\x80x", 64), "?x") << "begins in the middle";
  EXPECT_EQ(foreign_text("\xC0\xAF", 64), "??") << "overlong";
  EXPECT_EQ(foreign_text("\xED\xA0\x80", 64), "???") << "a surrogate";
  EXPECT_EQ(foreign_text("\xF4\x90\x80\x80", 64), "????") << "beyond the last plane";
  EXPECT_EQ(foreign_text("\xEF\xBF\xBF\xEF\xB7\x90\xF0\x9F\xBF\xBE.", 64), "???.") << "noncharacters";
}

}  // namespace
}  // namespace tansiq
