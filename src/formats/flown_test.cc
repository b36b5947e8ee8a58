#include "formats/flown.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numbers>

#include "formats/earth_math.h"
#include "geo/conflict.h"

namespace tansiq::formats {
namespace {

Report report(std::int64_t ms, std::int32_t lat_e7, std::int32_t lng_e7) {
  Report r;
  r.time = UtcMs{ms};
  r.position = {lat_e7, lng_e7};
  r.baro_cm = 1'000'000;
  return r;
}

FlightVolume flown(const Report& from, const Report& to, const GrowthOptions& options = {}) {
  std::string_view reason;
  auto volume = flown_volume(from, to, true, options, reason);
  EXPECT_TRUE(volume) << reason;
  return volume.value_or(FlightVolume{});
}

TEST(Flown, GrowsByTheStatedNumbers) {
  Report from = report(1'000, 515'000'000, 0);
  Report to = report(11'000, 515'000'000, 300'000);  // 2083 m east
  from.speed_m_s = 220;
  to.speed_m_s = 210;
  from.vertical_m_s = 10;
  to.baro_cm = 1'005'000;
  const auto volume = flown(from, to);
  EXPECT_EQ(volume.volume.window, (geo::TimeWindow{UtcMs{0}, UtcMs{12'000}}));
  // 50 m of climb were seen, 100 m were possible: 25 m up and down again, and 30.48 m.
  EXPECT_EQ(volume.volume.band,
            (geo::LevelBand{1'000'000 - 5'548, 1'005'000 + 5'548, geo::VerticalReference::kFlightLevel}));
  const auto& corridor = std::get<geo::Corridor>(volume.volume.outline);
  const double distance = chord_m(from.position, to.position);
  const double side = 185.2 + std::sqrt(2'200.0 * 2'200 - distance * distance) / 2;
  EXPECT_NEAR(static_cast<double>(corridor.left_cm), side * 100, 2);
  EXPECT_EQ(corridor.left_cm, corridor.right_cm);
  const double beyond = 185.2 + (2'200 - distance) / 2;
  EXPECT_NEAR(chord_m(corridor.line[0], corridor.line[1]), distance + 2 * beyond, 0.1);
}

TEST(Flown, HoversInACircle) {
  Report from = report(0, 100'000'000, 200'000'000);
  Report to = report(10'000, 100'000'000, 200'000'000);
  to.speed_m_s = 5;
  const auto circle = std::get<geo::Circle>(flown(from, to).volume.outline);
  EXPECT_EQ(circle.centre, from.position);
  EXPECT_EQ(circle.radius_cm, 18'520 + 2'500);
}

TEST(Flown, CrossesThe180thMeridianAndThePole) {
  const auto across = flown(report(0, 0, 1'799'900'000), report(10'000, 0, -1'799'900'000));
  EXPECT_LT(chord_m(std::get<geo::Corridor>(across.volume.outline).line[0], {0, 1'799'900'000}), 200);
  const auto polar = flown(report(0, 899'900'000, 0), report(10'000, 899'900'000, 1'800'000'000));
  EXPECT_NEAR(chord_m(std::get<geo::Corridor>(polar.volume.outline).line[0],
                      std::get<geo::Corridor>(polar.volume.outline).line[1]),
              2'234 + 370, 5);
}

TEST(Flown, DoesNotBridgeWhatNobodySaw) {
  std::string_view reason;
  EXPECT_FALSE(flown_volume(report(0, 0, 0), report(60'001, 0, 1'000'000), true, {}, reason));
  EXPECT_EQ(reason, "gap between reports is too long to bridge");
  EXPECT_TRUE(flown_volume(report(0, 0, 0), report(60'000, 0, 1'000'000), true, {}, reason));
  Report other = report(10'000, 0, 100'000);
  other.baro_cm.reset();
  other.geo_cm = 1'000'000;
  EXPECT_FALSE(flown_volume(report(0, 0, 0), other, true, {}, reason));
  EXPECT_EQ(reason, "the two reports have no altitude of the same kind");
  EXPECT_TRUE(flown_volume(report(0, 0, 0), other, false, {}, reason));
}

RC_GTEST_PROP(Flown, ContainsEveryPathItCouldHaveTaken, ()) {
  // A path over one intermediate point, as long as the speed allows, at any place on earth.
  const auto lat = *rc::gen::inRange<std::int32_t>(-890'000'000, 890'000'001);
  const auto lng = *rc::gen::inRange<std::int32_t>(-1'800'000'000, 1'800'000'001);
  const double bearing = *rc::gen::inRange(0, 6'283) / 1000.0;
  const double distance = *rc::gen::inRange(0, 3'000);
  const double slack = *rc::gen::inRange(0, 1'000);
  const double angle = *rc::gen::inRange(0, 6'283) / 1000.0;
  Report from = report(0, lat, lng);
  Report to = from;
  to.time = UtcMs{10'000};
  to.position = moved(from.position, bearing, distance);
  to.speed_m_s = (distance + slack) / 10;
  // A point of the ellipse with the two positions as foci.
  const double major = (distance + slack) / 2;
  const double minor = std::sqrt(std::max(0.0, major * major - distance * distance / 4));
  const auto middle = along(from.position, to.position, 0.5);
  const double x = major * std::cos(angle);
  const double y = minor * std::sin(angle);
  const double heading = distance < 1 ? bearing : bearing_rad(middle, to.position);
  const auto point = moved(middle, heading + std::atan2(y, x), std::hypot(x, y));
  const auto volume = geo::prepare(flown(from, to).volume);
  RC_ASSERT(volume.has_value());
  const auto craft = geo::prepare({geo::Circle{point, 1},
                                   {1'000'000, 1'000'001, geo::VerticalReference::kFlightLevel},
                                   {UtcMs{5'000}, UtcMs{5'001}}});
  RC_ASSERT(craft.has_value());
  RC_ASSERT(geo::conflict(*volume, *craft, {}));
}

}  // namespace
}  // namespace tansiq::formats
