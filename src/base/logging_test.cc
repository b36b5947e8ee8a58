#include "base/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace tansiq {
namespace {

std::string captured;

class LoggingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    captured.clear();
    set_log_sink([](std::string_view line) { captured += line; });
  }
  void TearDown() override {
    set_log_sink(nullptr);
    set_log_level(LogLevel::kInfo);
  }
};

TEST_F(LoggingTest, WritesOneJsonObjectALine) {
  log_info("listening", {{"address", "127.0.0.1"}, {"port", 7463}, {"tls", false}});
  EXPECT_THAT(captured,
              ::testing::MatchesRegex(R"(\{"time":"20..-..-..T..:..:...*Z","level":"info","event":"listening",)"
                                      R"("address":"127\.0\.0\.1","port":7463,"tls":false\})"
                                      "\n"));
}

TEST_F(LoggingTest, DropsLinesBelowTheLevel) {
  set_log_level(LogLevel::kWarning);
  log_info("quiet");
  log_warning("loud");
  EXPECT_THAT(captured, ::testing::Not(::testing::HasSubstr("quiet")));
  EXPECT_THAT(captured, ::testing::HasSubstr("loud"));
}

TEST_F(LoggingTest, AHostileValueCannotForgeALine) {
  log_error("bad", {{"what", "a\"b\\c\nd\x1b[2J\x7f\xff\xe2\x80\xae\xd8\xb9"}});
  EXPECT_THAT(captured, ::testing::HasSubstr(R"("what":"a\"b\\c\u000ad\u001b[2J\u007f\ufffd\u202e)"
                                             "\xd8\xb9\""));
  EXPECT_EQ(std::count(captured.begin(), captured.end(), '\n'), 1);
}

TEST(LoggingText, OverlongAndCutSequencesAreReplaced) {
  std::string out;
  append_json_string(out, "\xc0\xaf|\xed\xa0\x80|\xf0\x9f\x98");
  EXPECT_EQ(out, "\"\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd|\\ufffd\\ufffd\\ufffd\"");
}

TEST(LoggingText, ErrorIdsAreFreshAndShort) {
  const std::string a = new_error_id();
  EXPECT_EQ(a.size(), 16U);
  EXPECT_NE(a, new_error_id());
}

}  // namespace
}  // namespace tansiq
