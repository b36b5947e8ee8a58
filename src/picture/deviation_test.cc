#include "picture/deviation.h"

#include <gtest/gtest.h>

#include <GeographicLib/Geodesic.hpp>
#include <cmath>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using testing::box;
using testing::kNoon;

const Normal kHome = normal_of(53.6, 10.0);

geo::Shape spot_at(double lat, double lng) {
  Motion motion;
  motion.lat_deg = lat;
  motion.lng_deg = lng;
  return spot_of(motion)->shape;
}

TEST(Deviation, AsideIsTheDistanceOnTheEllipsoid) {
  SeededRandom random(1);
  const auto& earth = GeographicLib::Geodesic::WGS84();
  for (int i = 0; i < 400; ++i) {
    const double lat = random.unit() * 178 - 89;
    const double lng = random.unit() * 360 - 180;
    const double radius = 100 + random.unit() * 20'000;
    const double gap = std::pow(10, random.unit() * 5.4);
    double at_lat = 0;
    double at_lng = 0;
    earth.Direct(lat, lng, random.unit() * 360, radius + gap, at_lat, at_lng);
    const Degrees rounded = degrees_of(normal_of(at_lat, at_lng));
    const auto circle =
        geo::Shape::make(geo::Circle{lat_lng_of(normal_of(lat, lng)), static_cast<std::int64_t>(radius * 100)});
    ASSERT_TRUE(circle);
    EXPECT_NEAR(aside_m(*circle, spot_at(rounded.lat, rounded.lng)), gap, 3 + 1.2e-3 * (gap + radius));
    earth.Direct(lat, lng, random.unit() * 360, radius * 0.99, at_lat, at_lng);
    EXPECT_EQ(aside_m(*circle, spot_at(at_lat, at_lng)), 0);
  }
}

TEST(Deviation, AsideOfABoxAndACorridor) {
  const LocalFrame frame(kHome);
  const auto shape = geo::Shape::make(box(kHome, 5'000, 2'000, 0, 1, 0, 1).outline);
  const auto at = [&](double east, double north) {
    const Degrees d = degrees_of(frame.at({east, north}));
    return aside_m(*shape, spot_at(d.lat, d.lng));
  };
  EXPECT_EQ(at(4'990, 1'990), 0);
  EXPECT_NEAR(at(5'620, 0), 620, 4);
  EXPECT_NEAR(at(0, -2'300), 300, 4);
  EXPECT_NEAR(at(5'300, 2'400), 500, 4);
  const auto corridor = geo::Shape::make(
      geo::Corridor{{lat_lng_of(frame.at({-9'000, 0})), lat_lng_of(frame.at({9'000, 0}))}, 100'000, 50'000});
  const Degrees left = degrees_of(frame.at({0, 1'700}));
  const Degrees right = degrees_of(frame.at({0, -1'700}));
  EXPECT_NEAR(aside_m(*corridor, spot_at(left.lat, left.lng)), 700, 5);
  EXPECT_NEAR(aside_m(*corridor, spot_at(right.lat, right.lng)), 1'200, 6);
  EXPECT_EQ(aside_m(*corridor, spot_at(-53, 170)), kAsideMaxM);
}

TEST(Deviation, HeightsAreComparedInTheirOwnReference) {
  using R = geo::VerticalReference;
  Motion motion;
  const auto beyond = [&](R reference) {
    return beyond_band_m({100'000, 200'000, reference}, motion);  // 1,000 to 2,000 m.
  };
  EXPECT_EQ(beyond(R::kFlightLevel), std::nullopt);
  EXPECT_EQ(beyond_band_m({}, motion), 0.0);
  motion.pressure_m = 2'100;
  motion.geometric_m = 940;
  EXPECT_NEAR(*beyond(R::kFlightLevel), 100, 1e-9);
  EXPECT_NEAR(*beyond(R::kWgs84), -60, 1e-9);
  EXPECT_EQ(beyond(R::kAgl), std::nullopt);
  // Mean sea level and the ellipsoid are up to a hundred metres apart: nothing is claimed within that.
  EXPECT_EQ(*beyond(R::kAmsl), 0);
  motion.geometric_m = 2'000;
  EXPECT_EQ(*beyond(R::kWgs84), 0) << "touching";
  motion.geometric_m.reset();
  motion.pressure_m = 1'950;
  EXPECT_EQ(*beyond(R::kWgs84), 0);
}

TEST(Deviation, WindowsAreHalfOpen) {
  const geo::TimeWindow window{kNoon, kNoon + 10};
  EXPECT_EQ(beyond_window_ms(window, kNoon - 3), -3);
  EXPECT_EQ(beyond_window_ms(window, kNoon), 0);
  EXPECT_EQ(beyond_window_ms(window, kNoon + 9), 0);
  EXPECT_EQ(beyond_window_ms(window, kNoon + 10), 1);
}

}  // namespace
}  // namespace tansiq::picture
