// Names, moments, cells, bands, volumes.
#include "f3548/area.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "f3548/uuid.h"
#include "f3548/volume.h"

namespace tansiq::f3548 {
namespace {

using ::testing::HasSubstr;

TEST(Uuid, ReadsWhatClientsSendAndWritesOneSpelling) {
  const std::string text = "01a202b2-c500-79f7-9059-5bc8bde5c099";
  for (const std::string_view spelling : {"01a202b2-c500-79f7-9059-5bc8bde5c099",
                                          "01A202B2-C500-79F7-9059-5BC8BDE5C099", "01a202b2c50079f790595bc8bde5c099"}) {
    const auto uuid = Uuid::parse(spelling);
    ASSERT_TRUE(uuid.has_value()) << spelling;
    EXPECT_EQ(uuid->str(), text);
    EXPECT_TRUE(uuid->is(7));
    EXPECT_FALSE(uuid->is(4));
  }
  for (const std::string_view wrong :
       {"", "01a202b2-c500-79f7-9059-5bc8bde5c09", "01a202b2-c500-79f7-9059-5bc8bde5c0999",
        "01a202b2xc500-79f7-9059-5bc8bde5c099", "g1a202b2-c500-79f7-9059-5bc8bde5c099",
        "{1a202b2-c500-79f7-9059-5bc8bde5c09}", "01a202b2c-50079f7-9059-5bc8bde5c099"}) {
    EXPECT_FALSE(Uuid::parse(wrong).has_value()) << wrong;
  }
  EXPECT_EQ(format_utc(Uuid::parse(text)->time()), "2026-11-22T10:00:00Z");
  EXPECT_EQ(kNoSubscription.str(), "00000000-0000-4000-8000-000000000000");
  EXPECT_TRUE(kNoSubscription.is(4));
  EXPECT_TRUE(Uuid::version_4(~0ULL, ~0ULL).is(4));
}

TEST(Moment, UtcStaysAsItWasWritten) {
  for (const std::string_view text : {"2026-11-22T10:00:00Z", "2026-11-22T10:00:00.5Z", "2026-11-22T10:00:00.000000Z",
                                      "2026-11-22T10:00:00.123456789Z"}) {
    EXPECT_EQ(Moment::parse(text).value().text(), text);
  }
}

TEST(Moment, AnotherOffsetIsBroughtToZ) {
  EXPECT_EQ(Moment::parse("2026-11-22T12:00:00.123456+02:00").value().text(), "2026-11-22T10:00:00.123456Z");
  EXPECT_EQ(Moment::parse("2026-11-22t10:00:00z").value().text(), "2026-11-22T10:00:00Z");
  EXPECT_EQ(Moment::parse("1969-12-31T23:59:59.25+00:00").value().text(), "1969-12-31T23:59:59.25Z");
  for (const std::string_view wrong : {"", "2026-11-22", "2026-11-22T10:00:00", "2026-13-22T10:00:00Z", "now"}) {
    EXPECT_FALSE(Moment::parse(wrong).has_value()) << wrong;
  }
}

TEST(Moment, IsRoundedOutwardAndOrderedFinely) {
  const Moment a = Moment::parse("2026-11-22T10:00:00.0001Z").value();
  const Moment b = Moment::parse("2026-11-22T10:00:00.000100001Z").value();
  EXPECT_EQ(format_utc(a.floor()), "2026-11-22T10:00:00Z");
  EXPECT_EQ(format_utc(a.ceil()), "2026-11-22T10:00:00.001Z");
  EXPECT_LT(a, b);
  EXPECT_EQ(a, Moment::parse("2026-11-22T11:00:00.000100+01:00").value());
  EXPECT_LT(b, a.later_by(1));
}

Cells cells(std::vector<std::uint32_t> numbers) {
  std::vector<std::uint64_t> ids;
  for (const std::uint32_t n : numbers) ids.push_back(std::uint64_t{n} << 35 | std::uint64_t{1} << 34);
  return Cells(ids);
}

TEST(Cells, HaveOneSpelling) {
  EXPECT_EQ(cells({0, 1, 2, 5, 6, 1000}).text(), "AAICAeEHAA");
  EXPECT_EQ(Cells::parse("AAICAeEHAA").value(), cells({0, 1, 2, 5, 6, 1000}));
  EXPECT_EQ(Cells::parse("").value(), Cells());
  // A cut number, touching runs, a number that is longer than needed, cells that do not exist, too many.
  for (const std::string_view wrong : {"AA", "gA", "AAAAAA", "gAAA", "_____w8A", "AP__AQ", "A"}) {
    EXPECT_FALSE(Cells::parse(wrong).has_value()) << wrong;
  }
  SeededRandom random(3);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> numbers;
    std::uint32_t next = 0;
    for (std::int64_t i = random.between(1, 60); i > 0; --i) {
      next += static_cast<std::uint32_t>(random.between(0, 2) == 0 ? random.between(1, 5'000'000) : 1);
      numbers.push_back(next);
    }
    const Cells set = cells(numbers);
    EXPECT_EQ(Cells::parse(set.text()).value(), set);
  }
}

TEST(Cells, CoverMeetAndAdd) {
  const Cells a = cells({1, 2, 3, 7});
  EXPECT_TRUE(a.covers(cells({2, 7})));
  EXPECT_TRUE(a.covers(a));
  EXPECT_FALSE(a.covers(cells({2, 8})));
  EXPECT_TRUE(a.meets(cells({7, 9})));
  EXPECT_FALSE(a.meets(cells({4, 8})));
  Cells both = a;
  both.add(cells({2, 4}));
  EXPECT_EQ(both, cells({1, 2, 3, 4, 7}));
}

TEST(Band, IsClosedAndAbsentBoundsAreUnbounded) {
  EXPECT_TRUE((Band{100, 200}.meets({200, 300})));
  EXPECT_FALSE((Band{100, 200}.meets({201, 300})));
  EXPECT_TRUE((Band{}.meets({1, 2})));
  EXPECT_TRUE((Band{100, {}}.meets({1, 100})));
  EXPECT_FALSE((Band{100, {}}.meets({{}, 99})));
  EXPECT_TRUE((Band{}.covers({1, 2})));
  EXPECT_FALSE((Band{1, 2}.covers({})));
  EXPECT_TRUE((Band{1, 2}.covers({1, 2})));
  EXPECT_FALSE((Band{1, 2}.covers({1, 3})));
  EXPECT_EQ((Band{1, 2}.with({0, 5})), (Band{0, 5}));
  EXPECT_EQ((Band{1, 2}.with({{}, 5})), (Band{{}, 5}));
}

// Volumes
// ----------------------------------------------------------------------------------------------------------------

Volume good() {
  Volume v;
  v.disc = Disc{Point{46.5, 6.6}, 300};
  v.lower = Altitude{400, "W84", "M"};
  v.upper = Altitude{520, "W84", "M"};
  v.start = "2026-11-22T10:00:00Z";
  v.end = "2026-11-22T11:00:00Z";
  return v;
}
Result<Extent> of(const Volume& v, Demand demand = Demand::kTimesAndAltitudes) {
  return make_extent(std::span(&v, 1), demand, "extents", true);
}
std::string refused(const Volume& v, Demand demand = Demand::kTimesAndAltitudes) {
  const auto made = of(v, demand);
  EXPECT_FALSE(made.has_value());
  return made ? std::string() : made.error().text();
}

TEST(Volume, EveryPartIsChecked) {
  EXPECT_TRUE(of(good()).has_value());
  const auto with = [](auto change) {
    Volume v = good();
    change(v);
    return v;
  };
  const std::string disc = "extents[0].volume.outline_circle.";
  EXPECT_THAT(refused(with([](Volume& v) { v.disc.reset(); })),
              HasSubstr("outline_polygon or outline_circle is missing"));
  EXPECT_THAT(refused(with([](Volume& v) { v.polygon.emplace(); })), HasSubstr("not both"));
  EXPECT_THAT(refused(with([](Volume& v) { v.disc->centre.reset(); })), HasSubstr(disc + "center"));
  EXPECT_THAT(refused(with([](Volume& v) { v.disc->radius_m.reset(); })), HasSubstr(disc + "radius"));
  EXPECT_THAT(refused(with([](Volume& v) { v.disc->radius_m = 0; })), HasSubstr(disc + "radius"));
  EXPECT_THAT(refused(with([](Volume& v) { v.disc->radius_m = 30'000; })), HasSubstr("above the limit of 2500 km²"));
  EXPECT_THAT(refused(with([](Volume& v) { v.disc->radius_m = 1e300; })), HasSubstr("above the limit"));
  EXPECT_THAT(refused(with([](Volume& v) { v.disc->centre->lat = 90.1; })), HasSubstr(disc + "center.lat"));
  EXPECT_THAT(refused(with([](Volume& v) { v.disc->centre->lng = -180.1; })), HasSubstr(disc + "center.lng"));
  EXPECT_THAT(refused(with([](Volume& v) { v.lower->reference = "SFC"; })), HasSubstr("altitude_lower.reference"));
  EXPECT_THAT(refused(with([](Volume& v) { v.upper->units = "FT"; })), HasSubstr("altitude_upper.units"));
  EXPECT_THAT(refused(with([](Volume& v) { v.upper->value = 100'001; })), HasSubstr("altitude_upper.value"));
  EXPECT_THAT(refused(with([](Volume& v) { v.lower->value = -8'000.1; })), HasSubstr("altitude_lower.value"));
  EXPECT_THAT(refused(with([](Volume& v) { v.lower->value = 521; })), HasSubstr("521 m is above altitude_upper 520 m"));
  EXPECT_TRUE(of(with([](Volume& v) { v.lower->value = 520; })).has_value());  // Equal passes.
  EXPECT_THAT(refused(with([](Volume& v) { v.end = "2026-11-22T09:59:59Z"; })), HasSubstr("is after time_end"));
  EXPECT_THAT(refused(with([](Volume& v) { v.start = "noon"; })), HasSubstr("extents[0].time_start"));
  const auto polygon = [](std::vector<Point> p) {
    Volume v = good();
    v.disc.reset();
    v.polygon = std::move(p);
    return v;
  };
  EXPECT_TRUE(of(polygon({{46, 6}, {46, 6.1}, {46.1, 6}})).has_value());
  EXPECT_THAT(refused(polygon({{46, 6}, {46, 6.1}})), HasSubstr("outline_polygon.vertices: has 2 vertices"));
  EXPECT_THAT(refused(polygon({{46, 6}, {46, 6.1}, {99, 6}})), HasSubstr("outline_polygon.vertices[2].lat"));
  EXPECT_THAT(refused(polygon({})), HasSubstr("outline_polygon"));
  EXPECT_THAT(refused(polygon({{46, 6}, {46, 7}, {47, 7}, {47, 6}})), HasSubstr("above the limit of 2500 km²"));
}

TEST(Volume, WhatIsNeededDependsOnTheKind) {
  Volume v = good();
  v.lower.reset();
  EXPECT_THAT(refused(v), HasSubstr("altitude_lower and altitude_upper are both needed"));
  EXPECT_TRUE(of(v, Demand::kTimes).has_value());
  v.end.reset();
  EXPECT_THAT(refused(v, Demand::kTimes), HasSubstr("time_end is missing"));
  EXPECT_TRUE(of(v, Demand::kNothing).has_value());
  EXPECT_FALSE(of(v, Demand::kNothing)->end.has_value());
}

TEST(Volume, HeightsAreRoundedOutward) {
  Volume v = good();
  v.lower->value = 48.1;  // Not exact as a double.
  v.upper->value = 520.005;
  EXPECT_EQ(of(v)->band, (Band{4'810, 52'001}));
  v.lower->value = -0.001;
  EXPECT_EQ(of(v)->band.lower, -1);
}

TEST(Volume, AllExtentsCollapseToOne) {
  Volume a = good();
  Volume b = good();
  b.disc->centre->lng = 6.7;
  b.lower->value = 100;
  b.upper->value = 450;
  b.start = "2026-11-22T09:30:00.5Z";
  b.end = "2026-11-22T10:30:00Z";
  const Volume both[] = {a, b};
  const Extent all = make_extent(both, Demand::kTimesAndAltitudes, "extents", true).value();
  EXPECT_EQ(all.band, (Band{10'000, 52'000}));
  EXPECT_EQ(all.start->text(), "2026-11-22T09:30:00.5Z");
  EXPECT_EQ(all.end->text(), "2026-11-22T11:00:00Z");
  EXPECT_TRUE(all.cells.covers(of(a)->cells));
  EXPECT_TRUE(all.cells.covers(of(b)->cells));
  EXPECT_FALSE(make_extent({}, Demand::kNothing, "extents", true).has_value());
  const std::vector<Volume> many(kExtentsMax + 1, a);
  EXPECT_EQ(make_extent(many, Demand::kNothing, "extents", true).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace tansiq::f3548
