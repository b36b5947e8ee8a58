// Plots to places, beside a slow oracle: bisection along the geodesic direction in space for the point of the stated
// height.
#include "surveillance/polar.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "surveillance/adsb_decoder.h"

namespace tansiq::surveillance {
namespace {

RadarPlace radar_at(std::int32_t lat_e7, std::int32_t lng_e7, std::int32_t height_cm) {
  return {0, {lat_e7, lng_e7}, height_cm};
}

RC_GTEST_PROP(Polar, LeadsToAPointWithThatRangeAzimuthAndHeight, ()) {
  const RadarPlace radar = radar_at(*rc::gen::inRange(-800'000'000, 800'000'000),
                                    *rc::gen::inRange(-1'799'000'000, 1'799'000'000), *rc::gen::inRange(0, 300'000));
  const std::int32_t height = *rc::gen::inRange(0, 1'500'000);
  const Polar polar{*rc::gen::inRange(2'000'000, 45'000'000), *rc::gen::inRange(0, 360'000)};
  const Placed placed = place_of_polar(radar, polar, height);
  // The way back is another computation: straight differences in space.
  const Polar again = polar_of_place(radar, placed.position, height);
  RC_ASSERT(std::abs(again.slant_cm - polar.slant_cm) <= 6);
  const int apart = std::abs(again.azimuth_mdeg - polar.azimuth_mdeg);
  RC_ASSERT(std::min(apart, 360'000 - apart) * (polar.slant_cm * 1e-2) * 1.7453e-5 <= 0.5 + polar.slant_cm * 1e-8 * 10);
}

TEST(Polar, CorrectsTheSlantRange) {
  const RadarPlace radar = radar_at(500'000'000, 80'000'000, 0);
  // 10 km away in space at 8 km height: 6 km on the ground (Pythagoras, less the curvature).
  const Placed placed = place_of_polar(radar, {1'000'000, 90'000}, 800'000);
  EXPECT_NEAR(rough_distance_m(radar.position, placed.position), 6'000, 30);
  EXPECT_GT(placed.slack_cm, 60'000);  // 600 m of height at such an elevation are as much on the ground.
  const Placed far = place_of_polar(radar, {30'000'000, 90'000}, 1'000'000);
  EXPECT_LT(far.slack_cm, 4'000);
}

TEST(Polar, WithoutAHeightSaysHowFarItMayBeOff) {
  const RadarPlace radar = radar_at(500'000'000, 80'000'000, 0);
  const Placed placed = place_of_polar(radar, {2'000'000, 0}, std::nullopt);
  const Placed high = place_of_polar(radar, {2'000'000, 0}, 1'500'000);
  EXPECT_GE(placed.slack_cm * 0.01 + 30, rough_distance_m(placed.position, high.position));
}

TEST(Polar, OverheadIsOverTheAntenna) {
  const RadarPlace radar = radar_at(500'000'000, 80'000'000, 0);
  EXPECT_LT(rough_distance_m(place_of_polar(radar, {500'000, 45'000}, 900'000).position, radar.position), 1.0);
  EXPECT_LT(rough_distance_m(place_of_polar(radar, {0, 45'000}, std::nullopt).position, radar.position), 1.0);
}

TEST(Polar, PlanesLieOnTheEllipsoid) {
  const geo::LatLng origin{450'000'000, 1'799'000'000};
  EXPECT_EQ(place_of_plane(origin, 0, 0), origin);
  const geo::LatLng east = place_of_plane(origin, 20'000'000, 0);  // 200 km, over the 180th meridian.
  EXPECT_LT(east.lng_e7, 0);
  EXPECT_NEAR(polar_of_place({0, origin, 0}, east, 0).slant_cm, 20'000'000, 2'000);
  EXPECT_NEAR(polar_of_place({0, origin, 0}, place_of_plane(origin, 0, -10'000'000), 0).azimuth_mdeg, 180'000, 1);
}

}  // namespace
}  // namespace tansiq::surveillance
