#include "picture/local_frame.h"

#include <gtest/gtest.h>

#include <GeographicLib/Geodesic.hpp>
#include <cmath>
#include <numbers>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

constexpr double kRadian = std::numbers::pi / 180;

struct Pair {
  double lat, lng, azimuth, metres;
};

Pair random_pair(SeededRandom& random) {
  // A third of them at the poles and the 180° meridian.
  Pair p{random.unit() * 180 - 90, random.unit() * 360 - 180, random.unit() * 360 - 180, 0};
  if (random.one_in(3)) p.lat = (random.one_in(2) ? 1 : -1) * (90 - random.unit() * 0.5);
  if (random.one_in(3)) p.lng = 180 - random.unit() * 0.5;
  p.metres = std::pow(10, random.unit() * 5.7);
  return p;
}

TEST(LocalFrame, AgreesWithTheGeodesic) {
  SeededRandom random(1);
  const auto& earth = GeographicLib::Geodesic::WGS84();
  for (int i = 0; i < 20'000; ++i) {
    const Pair p = random_pair(random);
    double lat = 0;
    double lng = 0;
    earth.Direct(p.lat, p.lng, p.azimuth, p.metres, lat, lng);
    const LocalFrame frame(normal_of(p.lat, p.lng));
    const Planar offset = frame.offset_of(normal_of(lat, lng));
    const double slack = 1e-3 + 1e-5 * p.metres;
    EXPECT_NEAR(std::sqrt(norm2(offset)), p.metres, slack) << p.lat << ' ' << p.azimuth;
    // The great circle of normals leaves the geodesic's direction by a part that grows with the way.
    const double across = 2e-3 * p.metres * p.metres / 500'000 + slack;
    EXPECT_NEAR(offset.east, p.metres * std::sin(p.azimuth * kRadian), across) << p.lat << ' ' << p.azimuth;
    EXPECT_NEAR(offset.north, p.metres * std::cos(p.azimuth * kRadian), across);
    const Normal back = frame.at(offset);
    EXPECT_LT(distance_m(back, normal_of(lat, lng)), 1e-3 + 2e-6 * p.metres);
  }
}

TEST(LocalFrame, VectorsAreCarriedAsOneWalks) {
  SeededRandom random(2);
  const auto& earth = GeographicLib::Geodesic::WGS84();
  for (int i = 0; i < 20'000; ++i) {
    const Pair p = random_pair(random);
    double lat = 0;
    double lng = 0;
    double arrival = 0;
    earth.Direct(p.lat, p.lng, p.azimuth, p.metres, lat, lng, arrival);
    const Turn turn = LocalFrame(normal_of(p.lat, p.lng)).turn_to(LocalFrame(normal_of(lat, lng)));
    const Planar carried = turn({std::sin(p.azimuth * kRadian), std::cos(p.azimuth * kRadian)});
    const double slack = 1e-6 + 5e-3 * p.metres / 500'000;
    EXPECT_NEAR(carried.east, std::sin(arrival * kRadian), slack) << p.lat << ' ' << p.lng << ' ' << p.metres;
    EXPECT_NEAR(carried.north, std::cos(arrival * kRadian), slack);
  }
}

TEST(LocalFrame, ThePoleItselfIsAPlace) {
  const LocalFrame pole(Normal{0, 0, 1});
  const Planar offset = pole.offset_of(normal_of(89.99, 90));
  EXPECT_NEAR(std::sqrt(norm2(offset)), 1'117, 1);
  EXPECT_LT(distance_m(pole.at(offset), normal_of(89.99, 90)), 1e-3);
  EXPECT_EQ(norm2(pole.offset_of(pole.origin())), 0);
}

TEST(LocalFrame, DegreesComeBack) {
  SeededRandom random(3);
  for (int i = 0; i < 10'000; ++i) {
    const geo::LatLng p{static_cast<std::int32_t>(random.between(-899'999'999, 899'999'999)),
                        static_cast<std::int32_t>(random.between(-1'800'000'000, 1'799'999'999))};
    EXPECT_EQ(lat_lng_of(normal_of(p)), p);
  }
  EXPECT_EQ(degrees_of(normal_of(0, 180)).lng, -180);
}

}  // namespace
}  // namespace tansiq::picture
