#include "uss/outline.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numbers>

#include "uss/uss_testlib.h"

namespace tansiq::uss {
namespace {

using namespace test;

geo::LatLng at(double lat, double lng) {
  return {static_cast<std::int32_t>(std::llround(lat * 1e7)), static_cast<std::int32_t>(std::llround(lng * 1e7))};
}
geo::Volume4d volume(geo::Outline outline) {
  return {std::move(outline), {400'00, 520'00, geo::VerticalReference::kWgs84}, {kNow, kNow + 60 * kMinute}};
}
/// A circle of a metre.
geo::PreparedVolume spot(geo::LatLng centre) { return *geo::prepare(volume(geo::Circle{centre, 100})); }

TEST(Outline, WhatCanBePreparedStaysAsItIs) {
  const geo::Volume4d plain = volume(geo::Polygon{{at(46.5, 6.6), at(46.5, 6.7), at(46.6, 6.6)}});
  const auto prepared = prepare_generously(plain);
  ASSERT_TRUE(prepared);
  EXPECT_FALSE(geo::conflict(*prepared, spot(at(46.59, 6.69)), {}));
  EXPECT_TRUE(geo::conflict(*prepared, spot(at(46.51, 6.61)), {}));
}

TEST(Outline, ALineIsWhereItIs) {
  const geo::Volume4d line = volume(geo::Polygon{{at(46.5, 6.6), at(46.5, 6.7), at(46.5, 6.6)}});
  ASSERT_FALSE(geo::prepare(line));
  const auto prepared = prepare_generously(line);
  ASSERT_TRUE(prepared) << prepared.error().text();
  EXPECT_TRUE(geo::conflict(*prepared, spot(at(46.5, 6.6)), {}));
  EXPECT_FALSE(geo::conflict(*prepared, spot(at(46.51, 6.65)), {}));
  const geo::Volume4d point = volume(geo::Polygon{{at(46.5, 6.6), at(46.5, 6.6), at(46.5, 6.6)}});
  ASSERT_TRUE(prepare_generously(point));
  EXPECT_TRUE(geo::conflict(*prepare_generously(point), spot(at(46.5, 6.6)), {}));
}

TEST(Outline, AClosingCopyIsLeftOut) {
  const geo::Volume4d closed = volume(geo::Polygon{{at(46.5, 6.6), at(46.5, 6.7), at(46.6, 6.6), at(46.5, 6.6)}});
  ASSERT_FALSE(geo::prepare(closed));
  const auto prepared = prepare_generously(closed);
  ASSERT_TRUE(prepared);
  EXPECT_FALSE(geo::conflict(*prepared, spot(at(46.59, 6.69)), {})) << "the shape itself, not what is around it";
}

TEST(Outline, TheHundredAndEightiethMeridianIsCrossedTheShortWay) {
  const geo::Volume4d line = volume(geo::Polygon{{at(0, 179.9), at(0, -179.9), at(0, 179.95)}});
  ASSERT_FALSE(geo::prepare(line));
  const auto prepared = prepare_generously(line);
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(geo::conflict(*prepared, spot(at(0, 180)), {}));
  EXPECT_FALSE(geo::conflict(*prepared, spot(at(0, 0)), {}));
}

TEST(Outline, WhatNothingIsAroundIsRefusedAsItStands) {
  EXPECT_FALSE(around({}));
  const geo::Volume4d wide = volume(geo::Polygon{{at(0, 0), at(0, 100), at(0, 50)}});
  const auto refused = prepare_generously(wide);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), geo::prepare(wide).error().text());
  geo::Volume4d flat = volume(geo::Polygon{{at(46.5, 6.6), at(46.5, 6.7), at(46.5, 6.6)}});
  flat.band.upper_cm = flat.band.lower_cm;
  EXPECT_FALSE(prepare_generously(flat));
}

geo::LatLng wrapped(geo::LatLng p, int north_e7, int east_e7) {
  std::int64_t lng = std::int64_t{p.lng_e7} + east_e7;
  lng += lng > 1'800'000'000 ? -3'600'000'000 : lng < -1'800'000'000 ? 3'600'000'000 : 0;
  return {p.lat_e7 + north_e7, static_cast<std::int32_t>(lng)};
}

/// Points of every edge, by vectors of their own, with a triangle of a decimetre around each.
RC_GTEST_PROP(Outline, AroundHoldsEveryEdge, ()) {
  const auto coordinate = [](int low, int high) { return *rc::gen::inRange(low, high) / 1e3; };
  const double lat = coordinate(-80'000, 80'000);
  const double lng = coordinate(-180'000, 180'000);
  const int high = *rc::gen::element(1, 30, 3'000);
  const int wide = *rc::gen::element(1, 30, 3'000, 40'000);
  geo::Polygon polygon;
  for (int n = 0; n < 4; ++n) {
    double east = lng + coordinate(-wide, wide + 1);
    east += east > 180 ? -360 : east < -180 ? 360 : 0;
    polygon.vertices.push_back(at(lat + coordinate(-high, high + 1), east));
  }
  const auto outer = around(polygon);
  RC_ASSERT(outer.has_value());
  const auto shape = geo::Shape::make(*outer);
  RC_ASSERT(shape.has_value());
  constexpr double kRadians = std::numbers::pi / 180 * 1e-7;
  for (std::size_t i = 0; i < polygon.vertices.size(); ++i) {
    const geo::LatLng a = polygon.vertices[i];
    const geo::LatLng b = polygon.vertices[(i + 1) % polygon.vertices.size()];
    for (int n = 0; n <= 8; ++n) {
      const auto along = [&](auto axis) { return axis(a) * (8 - n) + axis(b) * n; };
      const double x =
          along([](geo::LatLng p) { return std::cos(p.lat_e7 * kRadians) * std::cos(p.lng_e7 * kRadians); });
      const double y =
          along([](geo::LatLng p) { return std::cos(p.lat_e7 * kRadians) * std::sin(p.lng_e7 * kRadians); });
      const double z = along([](geo::LatLng p) { return std::sin(p.lat_e7 * kRadians); });
      const geo::LatLng on =
          at(std::atan2(z, std::hypot(x, y)) * 180 / std::numbers::pi, std::atan2(y, x) * 180 / std::numbers::pi);
      const auto near =
          geo::Shape::make(geo::Polygon{{wrapped(on, 10, 0), wrapped(on, -10, 10), wrapped(on, -10, -10)}});
      RC_ASSERT(near.has_value());
      RC_ASSERT(geo::covers(*shape, *near));
    }
  }
}

}  // namespace
}  // namespace tansiq::uss
