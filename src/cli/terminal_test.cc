#include "cli/terminal.h"

#include <gtest/gtest.h>

#include "base/result.h"
#include "cli/json_out.h"

namespace tansiq::cli {
namespace {

TEST(Terminal, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("FL180–FL240"), 11U);
  EXPECT_EQ(display_width("\x1b[31mred\x1b[0m"), 3U);
  EXPECT_EQ(display_width("تنسيق"), 5U);
}

TEST(Terminal, WrapsAtSpaces) {
  EXPECT_EQ(wrap("one two three", 7, 0), "one two\nthree");
  EXPECT_EQ(wrap("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(wrap("averylongword b", 4, 0), "averylongword\nb");
}

TEST(Terminal, ShowsHostileTextHarmlessly) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\u{1b}[2Jb");
  EXPECT_EQ(printable("a\u202Eb"), "a\\u{202e}b");
  EXPECT_EQ(printable("a\xC3("), "a\\xc3(");
  EXPECT_EQ(printable("\u0085"), "\\u{85}");
  EXPECT_EQ(printable("تنسيق é"), "تنسيق é");
}

TEST(Terminal, PlainTablesAlign) {
  Table table({"zone", ">count"});
  table.row({"K1", "7"});
  table.row({"K1–long", "1,200"});
  EXPECT_EQ(table.text(Terminal()), "zone     count\nK1           7\nK1–long  1,200\n");
}

TEST(Terminal, GroupsDigits) {
  EXPECT_EQ(group_digits(0), "0");
  EXPECT_EQ(group_digits(999), "999");
  EXPECT_EQ(group_digits(1'000'000), "1,000,000");
  EXPECT_EQ(count_text(1, "entry", "entries"), "1 entry");
}

TEST(JsonOut, NestsAndEscapes) {
  JsonOut json;
  json.open_object().member("a", "x\"\n").key("b").open_array().value(1).value(true).value(0.5).null().close();
  json.member("c", std::uint64_t{18'446'744'073'709'551'615ULL}).close();
  EXPECT_EQ(json.line(), "{\"a\":\"x\\\"\\u000a\",\"b\":[1,true,0.5,null],\"c\":18446744073709551615}\n");
  EXPECT_EQ(error_json(Error{ErrorCode::kNotFound, "no", "f"}),
            R"({"error":{"code":"not-found","message":"no","where":"f"}})");
}

}  // namespace
}  // namespace tansiq::cli
