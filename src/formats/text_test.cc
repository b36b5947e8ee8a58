#include "formats/text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "formats/findings.h"
#include "geo/conflict.h"

namespace tansiq::formats {
namespace {

template <class T>
std::string problem(const Result<T>& result) {
  return result ? "accepted" : result.error().text();
}

geo::LevelBand band(std::string_view lower, std::string_view upper) {
  const auto made = make_band(*parse_level(lower), *parse_level(upper));
  EXPECT_TRUE(made) << problem(made);
  return made.value_or(geo::LevelBand{});
}

TEST(Printable, HoldsNoControlCharacters) {
  EXPECT_EQ(printable("a\x1b[2Jb", 80), "a?[2Jb");
  EXPECT_EQ(printable("a\xC2\x9B"
                      "2Jb",
                      80),
            "a?2Jb")
      << "CSI as one character";
  EXPECT_EQ(printable("caf\xC3\xA9", 80), "caf\xC3\xA9");
}

TEST(Text, ReadsNumbersWhole) {
  EXPECT_EQ(*parse_fixed("51.46894551939883", 7), 514689455);
  EXPECT_EQ(*parse_fixed("-0.00000005", 7), -1);
  EXPECT_EQ(*parse_fixed("1626098398.996", 3), 1626098398996);
  EXPECT_EQ(*parse_fixed("-7e-05", 7), -700);
  for (const char* text : {"", " 1", "1 ", "1,5", "nan", "inf", "-inf", "0x10", "1e999", "--1", "."}) {
    EXPECT_FALSE(parse_fixed(text, 7)) << text;
  }
  EXPECT_EQ(problem(parse_fixed("12x", 0)), "'12x' is not a number");
  EXPECT_EQ(problem(parse_fixed("1e16", 0)), "'1e16' is too large");
}

TEST(Text, ReadsLevels) {
  EXPECT_EQ(band("FL100", "FL195"), (geo::LevelBand{304'800, 594'360, geo::VerticalReference::kFlightLevel}));
  EXPECT_EQ(band("gnd", "2500 ft amsl"),
            (geo::LevelBand{geo::kHeightUnboundedLow, 76'200, geo::VerticalReference::kAmsl}));
  EXPECT_EQ(band("300 m AGL", "UNL"),
            (geo::LevelBand{30'000, geo::kHeightUnboundedHigh, geo::VerticalReference::kAgl}));
  EXPECT_EQ(band("-10.5m WGS84", "120m WGS84"), (geo::LevelBand{-1'050, 12'000, geo::VerticalReference::kWgs84}));
  EXPECT_EQ(band("GND", "UNL"), geo::LevelBand{});
  EXPECT_EQ(
      problem(parse_level("2500 ft")),
      "'2500 ft' is not a level: it does not say what the height is measured from; write it like FL100, 2500 ft AMSL, "
      "300 m AGL, 1200 m WGS84, GND or UNL");
  for (const char* text : {"", "FL", "FL1000", "FL1.5", "FL-10", "2500 AMSL", "2500 MSL", "2500 yd AMSL", "9e9 m AMSL",
                           "high", "2000000 m AMSL"}) {
    EXPECT_FALSE(parse_level(text)) << text;
  }
}

TEST(Text, RefusesBandsWithNothingInside) {
  EXPECT_EQ(problem(make_band(*parse_level("FL200"), *parse_level("FL100"))),
            "lower limit FL200 is not below upper limit FL100");
  EXPECT_EQ(problem(make_band(*parse_level("UNL"), *parse_level("FL100"))), "UNL cannot be a lower limit");
  EXPECT_EQ(problem(make_band(*parse_level("GND"), *parse_level("GND"))), "GND cannot be an upper limit");
}

TEST(Text, RestatesALimitOfAnotherReferenceOnTheSafeSide) {
  bool widened = false;
  const auto made = make_band(*parse_level("2500 ft AMSL"), *parse_level("FL195"), &widened);
  ASSERT_TRUE(made);
  EXPECT_TRUE(widened);
  EXPECT_EQ(made->reference, geo::VerticalReference::kFlightLevel);
  EXPECT_LE(made->lower_cm,
            76'200 - geo::reference_margin_cm(geo::VerticalReference::kAmsl, geo::VerticalReference::kFlightLevel));
}

TEST(Text, ReadsMinima) {
  EXPECT_EQ(*parse_minima("5nm/1000ft/0s"), (geo::Minima{9'260, 30'480, 0}));
  EXPECT_EQ(*parse_minima("500 m / 150 m"), (geo::Minima{500, 15'000, 0}));
  EXPECT_EQ(*parse_minima("0m/0m/90s"), (geo::Minima{0, 0, 90'000}));
  EXPECT_EQ(*parse_minima("0.1nm/1ft/5m"), (geo::Minima{186, 31, 300'000}));  // never rounded down
  EXPECT_EQ(problem(parse_minima("5nm")), "'5nm' are not minima; write horizontal/vertical/time like 5nm/1000ft/0s");
  for (const char* text :
       {"5/1000ft/0s", "5nm/1000ft/0", "5nm/1000ft/0s/1", "-5nm/1000ft/0s", "600km/1m/0s", "1m/101km/0s", "1m/1m/2d"}) {
    EXPECT_FALSE(parse_minima(text)) << text;
  }
}

RC_GTEST_PROP(Text, MinimaReadBack, ()) {
  const geo::Minima minima{*rc::gen::inRange<std::int64_t>(0, 500'000), *rc::gen::inRange<std::int64_t>(0, 10'000'000),
                           *rc::gen::inRange<DurationMs>(0, 86'400'000)};
  RC_ASSERT(*parse_minima(format_minima(minima)) == minima);
}

TEST(Text, LevelsAboveTheLastFlightLevelReadBack) {
  const geo::LevelBand last{998 * 3'048, 999 * 3'048, geo::VerticalReference::kFlightLevel};
  EXPECT_EQ(format_upper(last), "FL999");
  EXPECT_EQ(band(format_lower(last), format_upper(last)), last);
  const geo::LevelBand above{999 * 3'048, 1'000 * 3'048, geo::VerticalReference::kFlightLevel};
  EXPECT_EQ(format_upper(above), "30480 m STD") << "FL1000 has a digit too many to be read";
  EXPECT_EQ(band(format_lower(above), format_upper(above)), above);
  // What rapidcheck found: whole flight levels beyond FL999 that were written as such.
  const geo::LevelBand found{2'953 * 3'048, 2'953 * 3'048 + 1, geo::VerticalReference::kFlightLevel};
  EXPECT_EQ(band(format_lower(found), format_upper(found)), found);
}

RC_GTEST_PROP(Text, LevelsReadBack, ()) {
  const auto reference = static_cast<geo::VerticalReference>(*rc::gen::inRange(0, 4));
  const auto lower = *rc::gen::inRange<std::int64_t>(-100'000, 9'000'000);
  const geo::LevelBand stated{lower, lower + *rc::gen::inRange<std::int64_t>(1, 1'000'000), reference};
  RC_ASSERT(*make_band(*parse_level(format_lower(stated)), *parse_level(format_upper(stated))) == stated);
}

RC_GTEST_PROP(Text, DegreesReadBack, ()) {
  const auto e7 = *rc::gen::inRange<std::int32_t>(-1'800'000'000, 1'800'000'001);
  std::string text;
  append_degrees(text, e7);
  RC_ASSERT(*parse_fixed(text, 7) == e7);
  RC_ASSERT(text.find('.') == std::string::npos || text.back() != '0');
}

}  // namespace
}  // namespace tansiq::formats
