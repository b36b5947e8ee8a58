#include "base/time.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tansiq {
namespace {

std::int64_t ms_of(std::string_view text, TimeRounding rounding = TimeRounding::kDown) {
  const auto t = parse_utc(text, rounding);
  EXPECT_TRUE(t) << text << ": " << t.error().text();
  return t ? t->ms : -1;
}

TEST(Time, ReadsRfc3339) {
  EXPECT_EQ(ms_of("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ms_of("2026-11-22T10:00:00Z"), 1'795'341'600'000);
  EXPECT_EQ(ms_of("2026-11-22t10:00:00.5z"), 1'795'341'600'500);
  EXPECT_EQ(ms_of("2026-11-22T13:30:00+03:30"), 1'795'341'600'000);
  EXPECT_EQ(ms_of("2026-11-21T22:00:00-12:00"), 1'795'341'600'000);
  EXPECT_EQ(ms_of("2016-12-31T23:59:60Z"), ms_of("2017-01-01T00:00:00Z"));
  EXPECT_EQ(ms_of("2024-02-29T00:00:00Z") + 86'400'000, ms_of("2024-03-01T00:00:00Z"));
}

TEST(Time, RoundsFinerDigitsAsAsked) {
  EXPECT_EQ(ms_of("1970-01-01T00:00:00.000000001Z"), 0);
  EXPECT_EQ(ms_of("1970-01-01T00:00:00.000000001Z", TimeRounding::kUp), 1);
  EXPECT_EQ(ms_of("1970-01-01T00:00:00.123Z", TimeRounding::kUp), 123);
  EXPECT_EQ(ms_of("1970-01-01T00:00:00.123456789Z", TimeRounding::kUp), 124);
}

TEST(Time, RefusesWithAReason) {
  for (const std::string_view bad :
       {"", "now", "2026-11-22", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T10:60:00Z", "2026-11-22T10:00:61Z", "2026-11-22T10:00:00", "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00:00.1234567891Z", "2026-11-22T10:00:00+3:00", "2026-11-22T10:00:00Zjunk",
        "+026-11-22T10:00:00Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:60Z"}) {
    const auto t = parse_utc(bad);
    ASSERT_FALSE(t) << bad;
    EXPECT_EQ(t.error().code, ErrorCode::kMalformed);
    EXPECT_NE(t.error().message.find("is not an RFC 3339 time"), std::string::npos);
  }
  EXPECT_NE(parse_utc("2026-11-22T10:00:00.1234567891Z").error().message.find("at most nine digits"),
            std::string::npos);
}

TEST(Time, FormatsAndReadsBack) {
  EXPECT_EQ(format_utc({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_utc({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_utc(kUtcMin), "0000-01-01T00:00:00Z");
  EXPECT_EQ(format_utc(kUtcMax), "9999-12-31T23:59:59.999Z");
  SeededRandom random(7);
  for (int i = 0; i < 20'000; ++i) {
    const UtcMs t{random.between(kUtcMin.ms, kUtcMax.ms)};
    EXPECT_EQ(ms_of(format_utc(t)), t.ms);
  }
}

TEST(Duration, ReadsUnits) {
  EXPECT_EQ(parse_duration("500ms"), 500);
  EXPECT_EQ(parse_duration("90s"), 90'000);
  EXPECT_EQ(parse_duration("5m"), 300'000);
  EXPECT_EQ(parse_duration("2h"), 7'200'000);
  EXPECT_EQ(parse_duration("1d"), 86'400'000);
  EXPECT_EQ(parse_duration("0s"), 0);
  for (const std::string_view bad : {"", "5", "s", "-5s", "5 s", "5min", "1.5h", "99999999999999999999s", "4000d"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
}

TEST(Duration, WritesForPeople) {
  EXPECT_EQ(format_duration(450), "450 ms");
  EXPECT_EQ(format_duration(12'500), "12.5 s");
  EXPECT_EQ(format_duration(200'000), "3 min 20 s");
  EXPECT_EQ(format_duration(-7'500'000), "-2 h 05 min");
}

TEST(Clock, OffsetsAndStandsStill) {
  ManualClock manual(UtcMs{5});
  manual.advance(10);
  EXPECT_EQ(manual.now(), UtcMs{15});
  const auto before = SystemClock{}.now();
  EXPECT_GE(OffsetClock(1'000'000).now() - before, 1'000'000);
}

}  // namespace
}  // namespace tansiq
