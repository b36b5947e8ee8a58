#include "picture/release_area.h"

#include <gtest/gtest.h>

#include <GeographicLib/Geodesic.hpp>
#include <array>
#include <cmath>

#include "base/random.h"

namespace tansiq::picture {
namespace {

using Where = ReleaseArea::Where;

geo::LatLng at(double lat, double lng) {
  return {static_cast<std::int32_t>(std::lround(lat * 1e7)), static_cast<std::int32_t>(std::lround(lng * 1e7))};
}

geo::LatLng away(geo::LatLng from, double azimuth, double metres) {
  double lat = 0;
  double lng = 0;
  GeographicLib::Geodesic::WGS84().Direct(from.lat_e7 * 1e-7, from.lng_e7 * 1e-7, azimuth, metres, lat, lng);
  return at(lat, lng);
}

Where where(const geo::Outline& outline, geo::LatLng place) {
  Spot spot(place);
  return ReleaseArea::make(std::array{outline}).value()->where(spot);
}

// Around points of its border, at the seams of the coordinates too: on either side what is true, and only within some
// metres of it neither.
TEST(ReleaseArea, IsSureOnBothSidesAndNeitherAtTheBorder) {
  SeededRandom random{4};
  constexpr double kStripM = 5;
  for (const geo::LatLng centre : {at(35, 36), at(-10, 179.95), at(89.7, 20), at(0, -180), at(60, -179.9)}) {
    const geo::Circle circle{centre, 2'000'000};
    geo::Corridor corridor{{away(centre, 250, 60'000), centre, away(centre, 40, 60'000)}, 500'000, 500'000};
    for (int i = 0; i < 200; ++i) {
      const double azimuth = 360 * random.unit();
      EXPECT_EQ(where(circle, away(centre, azimuth, 20'000 - kStripM)), Where::kInside);
      EXPECT_EQ(where(circle, away(centre, azimuth, 20'000 + kStripM)), Where::kOutside);
      EXPECT_NE(where(circle, away(centre, azimuth, 19'999)), Where::kOutside);
      EXPECT_NE(where(circle, away(centre, azimuth, 20'001)), Where::kInside);
      EXPECT_EQ(where(corridor, away(centre, azimuth, 4'900 * random.unit())), Where::kInside);
      EXPECT_EQ(where(corridor, away(centre, azimuth, 70'000)), Where::kOutside);
    }
  }
}

TEST(ReleaseArea, OfSeveralOutlinesEachHolds) {
  const std::vector<geo::Outline> both{geo::Circle{at(35, 36), 1'000'000}, geo::Circle{at(35, 37), 1'000'000}};
  const auto area = ReleaseArea::make(both).value();
  Spot first(at(35, 36.01));
  Spot second(at(35, 37.01));
  Spot between(at(35, 36.5));
  EXPECT_EQ(area->where(first), Where::kInside);
  EXPECT_EQ(area->where(second), Where::kInside);
  EXPECT_EQ(area->where(between), Where::kOutside);
  EXPECT_EQ(ReleaseArea::make({}).value()->where(first), Where::kOutside);
  EXPECT_FALSE(ReleaseArea::make(std::array{geo::Outline(geo::Polygon{{at(0, 0), at(0, 1)}})}).has_value());
}

}  // namespace
}  // namespace tansiq::picture
