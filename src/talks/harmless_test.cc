#include "talks/harmless.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>

#include "log/jcs.h"

namespace tansiq::talks {
namespace {

constexpr std::size_t kPlenty = 4'000;

std::string shown(std::string_view text) { return harmless(text, kPlenty); }

TEST(Harmless, LeavesHonestTextAlone) {
  for (const std::string_view text : {
           "Engine fire, returning.",
           "Feu moteur\u00A0; retour à la base.",
           "Пожар двигателя, возвращаюсь.",
           "حريق في المحرك، نعود إلى القاعدة.",
           "مُتَّجِهٌ إِلَى ٱلْقَاعِدَةِ",               // vocalised: several marks on one letter
           "می‌خواهم",              // a joiner within a word
           "\u200Fالموقع A-1\u200F",         // directional marks
           "\u2068M1\u2069 \u2067قف\u2069",  // balanced isolates
           "e\u0301\u0323 👩\u200D✈\uFE0F",  // combined characters
           "",
       }) {
    EXPECT_EQ(shown(text), text);
  }
}

TEST(Harmless, MarkupIsTextAndStaysSo) {
  for (const std::string_view text :
       {"<script>alert(1)</script>", "&lt;b&gt;", "{zone} {0} # 'x'", "[link](javascript:x)", "${HOME} `id`", "%n%s"}) {
    EXPECT_EQ(shown(text), text);
  }
}

TEST(Harmless, ShowsWhatWorksUnseen) {
  EXPECT_EQ(shown("go\u202Eog"), "go[U+202E]og");  // override
  EXPECT_EQ(shown("\u202A\u202B\u202D\u202C"), "[U+202A][U+202B][U+202D][U+202C]");
  EXPECT_EQ(shown("\x1B[2Jgone"), "[U+001B][2Jgone");  // a terminal would clear
  EXPECT_EQ(shown("a\x07\x7F\u0085"), "a[U+0007][U+007F][U+0085]");
  EXPECT_EQ(shown(std::string_view("a\0b", 3)), "a[U+0000]b");
  EXPECT_EQ(shown("a\u200Bb\uFEFF\u00AD\u2060"), "a[U+200B]b[U+FEFF][U+00AD][U+2060]");
  EXPECT_EQ(shown("hi\U000E0041\U000E007F"), "hi[U+E0041][U+E007F]");  // tags
  EXPECT_EQ(shown("x\U000E0100"), "x[U+E0100]");                       // a selector beyond the first sixteen
  EXPECT_EQ(shown("\u3164\u115F"), "[U+3164][U+115F]");                // fillers
  EXPECT_EQ(shown("\uE000\uFFFE\u2028\u2029"), "[U+E000][U+FFFE][U+2028][U+2029]");
  EXPECT_EQ(shown("a\tb"), "a b");
}

TEST(Harmless, LineFeedsOnlyInABody) {
  EXPECT_EQ(shown("one\r\ntwo\nthree\rfour"), "one[U+000A]two[U+000A]three[U+000D]four");
  EXPECT_EQ(harmless("one\r\ntwo\nthree\rfour", kPlenty, Lines::kMany), "one\ntwo\nthree[U+000D]four");
}

TEST(Harmless, IsolatesAreClosedOnTheirLine) {
  EXPECT_EQ(shown("a\u2067b"), "a[U+2067]b");  // would swallow the rest of the sentence
  EXPECT_EQ(shown("a\u2069b"), "a[U+2069]b");  // would break out of ours
  EXPECT_EQ(shown("\u2069\u2068x\u2069\u2066"), "[U+2069]\u2068x\u2069[U+2066]");
  EXPECT_EQ(harmless("\u2067a\nb\u2069", kPlenty, Lines::kMany), "[U+2067]a\nb[U+2069]");
  const std::string deep = "\u2068\u2068\u2068\u2068\u2068x\u2069\u2069\u2069\u2069\u2069";
  EXPECT_EQ(shown(deep), "\u2068\u2068\u2068\u2068[U+2068]x[U+2069]\u2069\u2069\u2069\u2069");
}

TEST(Harmless, MarksDoNotPileUp) {
  std::string tower = "a";
  for (int i = 0; i < 6; ++i) tower += "\u0301";
  EXPECT_EQ(shown(tower), "a\u0301\u0301\u0301\u0301[U+0301][U+0301]");
  EXPECT_EQ(shown("a\u0301\u0301\u200D\u0301\u0301\u200D\u0301"),
            "a\u0301\u0301\u200D\u0301\u0301\u200D[U+0301]");  // joiners between them are no excuse
}

TEST(Harmless, BytesThatAreNoText) {
  EXPECT_EQ(shown("a\xFF\xC0\x80z"), "a\uFFFD\uFFFD\uFFFDz");
  EXPECT_EQ(shown("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a lone surrogate
  EXPECT_EQ(shown("cut\xD9"), "cut\uFFFD");
}

TEST(Harmless, TooLongEndsInDotsAndWithItsIsolatesClosed) {
  const std::string exact(64, 'a');
  EXPECT_EQ(harmless(exact, 64), exact);
  EXPECT_EQ(harmless(exact + "a", 64), exact.substr(0, 61) + "…");
  const std::string inside = "\u2067" + std::string(100, 'b') + "\u2069";
  EXPECT_EQ(harmless(inside, 64), "[U+2067]" + std::string(53, 'b') + "…");  // closed too far away to be seen
  const std::string at_the_edge = "\u2067" + std::string(58, 'b') + "\u2069";
  EXPECT_EQ(harmless(at_the_edge, 64), at_the_edge);
  EXPECT_EQ(harmless(at_the_edge + "b", 64), "\u2067" + std::string(55, 'b') + "…\u2069");
}

/// Pieces that matter, in any order.
const std::array<std::string, 22> kPieces{
    "a",      "ب",      "б",          "\u0301",           "\u064B", "\u200D", "\u200F", "\u2066", "\u2067",
    "\u2068", "\u2069", "\u202E",     "\u202C",           "\n",     "\r",     "\t",     "\xFF",   "\x1B",
    "\xD9",   "\uFE0F", "\U000E0041", "ab cd ef gh ij kl"};

/// Depth of isolates at the end of the text, or -1 where one is closed that was not opened or a line ends within one.
int depth_at_end(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    if (three == "\u2066" || three == "\u2067" || three == "\u2068") ++depth;
    if (three == "\u2069" && --depth < 0) return -1;
    if (text[i] == '\n' && depth != 0) return -1;
  }
  return depth;
}

RC_GTEST_PROP(HarmlessProperty, BoundedBalancedTextThatStaysAsItIs, ()) {
  const auto picks = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, kPieces.size()));
  const auto lines = *rc::gen::element(Lines::kOne, Lines::kMany);
  const auto bytes_max = *rc::gen::inRange<std::size_t>(kHarmlessBytesMin, 200);
  std::string text;
  for (const std::size_t pick : picks) text += kPieces[pick];
  const std::string once = harmless(text, bytes_max, lines);
  RC_ASSERT(once.size() <= bytes_max);
  RC_ASSERT(log::check_jcs_text(once).has_value());
  RC_ASSERT(depth_at_end(once) == 0);
  RC_ASSERT(once.find("\u202E") == std::string::npos);
  RC_ASSERT(once.find('\x1B') == std::string::npos);
  RC_ASSERT(harmless(once, bytes_max, lines) == once);
}

}  // namespace
}  // namespace tansiq::talks
