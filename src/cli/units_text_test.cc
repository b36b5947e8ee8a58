#include "cli/units_text.h"

#include <gtest/gtest.h>

namespace tansiq::cli {
namespace {

TEST(UnitsText, SplitsWordsAtBlanksOfAnyLength) {
  const std::vector<std::string_view> words = {"K1", "33.0,38.0", "4nm"};
  EXPECT_EQ(split_words("  K1\t33.0,38.0 \n 4nm "), words);
  EXPECT_TRUE(split_words(" \t ").empty());
}

TEST(UnitsText, ReadsDecimalsExactly) {
  EXPECT_EQ(read_fixed("33.5", 7), 335'000'000);
  EXPECT_EQ(read_fixed("-0.00000005", 7), -1) << "half away from zero";
  EXPECT_EQ(read_fixed("0.00000004", 7), 0);
  EXPECT_EQ(read_fixed("179.9999999", 7), 1'799'999'999);
  EXPECT_EQ(read_fixed("12", 0), 12);
  for (const char* bad : {"", "-", ".", "1e5", "1.2.3", "0x10", " 1", "1 ", "12345678901234567", "1844674407371"}) {
    EXPECT_FALSE(read_fixed(bad, 7)) << bad;
  }
}

TEST(UnitsText, ReadsLengths) {
  EXPECT_EQ(read_length_cm("5nm"), 926'000);
  EXPECT_EQ(read_length_cm("0.5NM"), 92'600);
  EXPECT_EQ(read_length_cm("1000ft"), 30'480);
  EXPECT_EQ(read_length_cm("1ft"), 30) << "30.48 rounds to 30";
  EXPECT_EQ(read_length_cm("9.26km"), 926'000);
  EXPECT_EQ(read_length_cm("500m"), 50'000);
  EXPECT_EQ(read_length_cm("0"), 0);
  for (const char* bad : {"5", "nm", "-5nm", "5 nm", "5mi", "1e9m", "999999999nm"})
    EXPECT_FALSE(read_length_cm(bad)) << bad;
}

TEST(UnitsText, ReadsMinima) {
  const geo::Minima expected{.horizontal_m = 9'260, .vertical_cm = 30'480, .time_ms = 0};
  EXPECT_EQ(read_minima("5nm/1000ft/0s"), expected);
  EXPECT_EQ(read_minima("5nm/1000ft/0"), expected);
  EXPECT_EQ(read_minima("1ft/0/2m"), (geo::Minima{.horizontal_m = 1, .vertical_cm = 0, .time_ms = 120'000}))
      << "horizontal minima round up";
  for (const char* bad : {"", "5nm", "5nm/1000ft", "5nm/1000ft/0s/1", "/1000ft/0s", "5nm//0s"}) {
    EXPECT_FALSE(read_minima(bad)) << bad;
  }
}

TEST(UnitsText, ReadsBands) {
  using enum geo::VerticalReference;
  EXPECT_EQ(read_band("FL180-FL240"), (geo::LevelBand{548'640, 731'520, kFlightLevel}));
  EXPECT_EQ(read_band("500ft-2500ft"), (geo::LevelBand{15'240, 76'200, kAmsl}));
  EXPECT_EQ(read_band("0m-120m@agl"), (geo::LevelBand{0, 12'000, kAgl}));
  EXPECT_EQ(read_band("gnd-FL100"), (geo::LevelBand{geo::kHeightUnboundedLow, 304'800, kFlightLevel}));
  EXPECT_EQ(read_band("-30m-100m@wgs84"), (geo::LevelBand{-3'000, 10'000, kWgs84}));
  EXPECT_EQ(read_band("FL100-unl"), (geo::LevelBand{304'800, geo::kHeightUnboundedHigh, kFlightLevel}));
  EXPECT_EQ(read_band("gnd-unl"), geo::LevelBand({geo::kHeightUnboundedLow, geo::kHeightUnboundedHigh, kAmsl}));
  const auto mixed = read_band("500ft-FL100");
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().message.find("flight level"), std::string::npos) << mixed.error().message;
  for (const char* bad : {"", "FL180", "FL240-FL180", "FL180-FL180", "a-b", "0m-1m@moon", "FL240-gnd", "unl-FL100",
                          "gnd-gnd", "FL100-FL200@agl"})
    EXPECT_FALSE(read_band(bad)) << bad;
}

TEST(UnitsText, ReadsPointsAndWindows) {
  EXPECT_EQ(read_point("33.5138,-36.2765"), (geo::LatLng{335'138'000, -362'765'000}));
  for (const char* bad : {"", "33", "91,0", "0,181", "a,b", "1,2,3"}) EXPECT_FALSE(read_point(bad)) << bad;
  EXPECT_EQ(read_points("1,2; 3,4 5,6")->size(), 3U);
  const UtcMs now = *parse_utc("2026-11-22T12:00:00Z");
  EXPECT_EQ(read_window("now+10m/+15m", now), (geo::TimeWindow{now + 600'000, now + 1'500'000}));
  EXPECT_EQ(read_time("now", now + 59'999), now) << "whole minutes";
  EXPECT_EQ(read_window("2026-11-22T12:00:00Z/2026-11-22T12:01:00Z", {}), (geo::TimeWindow{now, now + 60'000}));
  EXPECT_FALSE(read_window("now/now", now));
}

TEST(UnitsText, WritesWhatPeopleRead) {
  using enum geo::VerticalReference;
  EXPECT_EQ(band_text({548'640, 731'520, kFlightLevel}), "FL180–FL240");
  EXPECT_EQ(band_text({15'240, 76'200, kAmsl}), "500–2,500 ft AMSL");
  EXPECT_EQ(band_text({}), "all levels");
  EXPECT_EQ(band_text({304'800, geo::kHeightUnboundedHigh, kFlightLevel}), "above FL100");
  EXPECT_EQ(length_text(926'000), "5 NM");
  EXPECT_EQ(length_text(12'050), "120.5 m");
  EXPECT_EQ(point_text({-335'138'000, 362'765'000}), "33.51380S 036.27650E");
  const UtcMs noon = *parse_utc("2026-11-22T12:00:00Z");
  EXPECT_EQ(window_text({noon, noon + 900'000}), "2026-11-22 12:00–12:15 UTC");
  EXPECT_EQ(window_text({noon, noon + 43'200'000}), "2026-11-22 12:00 – 2026-11-23 00:00 UTC");
  EXPECT_EQ(minima_text({9'260, 30'480, 0}), "5 NM, 1,000 ft, 0 s");
  EXPECT_EQ(shift_text(-60'000), "-1 min");
  EXPECT_EQ(span_text(0), "0 ms");
  EXPECT_EQ(span_text(450'000), "7 min 30 s");
  EXPECT_EQ(span_text(7'200'000), "2 h");
  EXPECT_EQ(span_text(8'400'000), "2 h 20 min");
}

}  // namespace
}  // namespace tansiq::cli
