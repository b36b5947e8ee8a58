// Coverings against points drawn from the shapes themselves, and against S2's own idea of which cell a point is in.
#include "geo/cell_cover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <s2/s2cell_id.h>
#include <s2/s2latlng.h>

#include <GeographicLib/Geodesic.hpp>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/geo_testlib.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

using GeographicLib::Geodesic;
using test::at;
using ::testing::HasSubstr;

std::uint64_t cell_of(double lat, double lng) {
  return S2CellId(S2LatLng::FromDegrees(lat, lng)).parent(kCoverLevel).id();
}
std::uint64_t cell_of(Vec3 v) { return S2CellId(S2Point(v.x, v.y, v.z)).parent(kCoverLevel).id(); }
bool has(const CellCover& cover, std::uint64_t cell) { return std::ranges::binary_search(cover.cells, cell); }

struct Place {
  double lat;
  double lng;
};
Place go(Place from, double azimuth, double metres) {
  Place to{};
  Geodesic::WGS84().Direct(from.lat, from.lng, azimuth, metres, to.lat, to.lng);
  return to;
}
LatLng rounded(Place p) { return at(std::clamp(p.lat, -90.0, 90.0), std::remainder(p.lng, 360.0)); }

Circle circle(Place centre, double metres) { return {rounded(centre), std::llround(metres * 100)}; }

CellCover covered(const std::variant<Polygon, Circle>& outline) {
  auto cover = cover_cells(outline, {});
  if (!cover) {
    ADD_FAILURE() << cover.error().text();
    return {};
  }
  EXPECT_FALSE(cover->cells.empty());
  EXPECT_TRUE(std::ranges::is_sorted(cover->cells));
  EXPECT_EQ(std::ranges::adjacent_find(cover->cells), cover->cells.end());
  for (const std::uint64_t cell : cover->cells) EXPECT_EQ(S2CellId(cell).level(), kCoverLevel);
  return *cover;
}
Error refused(const std::variant<Polygon, Circle>& outline, const CoverLimits& limits = {}) {
  const auto cover = cover_cells(outline, limits);
  EXPECT_FALSE(cover.has_value());
  return cover ? Error{} : cover.error();
}

/// Somewhere on earth, often at the poles and the 180° meridian.
Place somewhere(SeededRandom& random) {
  constexpr double kSpecial[] = {0, 90, -90, 180, -180};
  const double lat = random.between(0, 3) == 0 ? kSpecial[random.between(0, 2)] : 180 * random.unit() - 90;
  const double lng = random.between(0, 3) == 0 ? kSpecial[random.between(0, 4)] : 360 * random.unit() - 180;
  return {lat, lng};
}

/// A star-shaped polygon around a place.
Polygon star(SeededRandom& random, Place centre, double metres) {
  const auto n = random.between(3, 9);
  Polygon polygon;
  for (std::int64_t i = 0; i < n; ++i) {
    const double azimuth = 360 * (static_cast<double>(i) + 0.8 * random.unit()) / static_cast<double>(n);
    polygon.vertices.push_back(rounded(go(centre, azimuth, metres * (0.2 + 0.8 * random.unit()))));
  }
  if (random.between(0, 1) == 0) std::ranges::reverse(polygon.vertices);
  return polygon;
}

TEST(CellCover, EveryPointOfADiscLiesInIt) {
  SeededRandom random(1);
  for (int round = 0; round < 60; ++round) {
    const Place centre = somewhere(random);
    const double radius = std::pow(10, 4.4 * random.unit());
    const CellCover cover = covered(circle(centre, radius));
    const Place true_centre{static_cast<double>(rounded(centre).lat_e7) / 1e7,
                            static_cast<double>(rounded(centre).lng_e7) / 1e7};
    for (int i = 0; i < 200; ++i) {
      // Half of the points lie on the rim.
      const double r = i % 2 == 0 ? radius : radius * std::sqrt(random.unit());
      const Place p = go(true_centre, 360 * random.unit(), r);
      EXPECT_TRUE(has(cover, cell_of(p.lat, p.lng))) << p.lat << " " << p.lng << " r " << radius;
    }
  }
}

TEST(CellCover, EveryPointOfAPolygonLiesInIt) {
  SeededRandom random(2);
  int inside = 0;
  for (int round = 0; round < 80; ++round) {
    const Place centre = somewhere(random);
    const double size = std::pow(10, 2 + 2.2 * random.unit());
    const Polygon polygon = star(random, centre, size);
    const auto shape = Shape::make(polygon);
    if (!shape) continue;
    const CellCover cover = covered(polygon);
    const ShapeImpl& impl = shape->impl();
    for (std::size_t i = 0; i < impl.size(); ++i) {
      for (int k = 0; k <= 50; ++k) {
        const double t = k / 50.0;
        EXPECT_TRUE(has(cover, cell_of(unit((1 - t) * impl.vertices[i].v + t * impl.vertices[impl.next(i)].v))));
      }
    }
    for (int i = 0; i < 200; ++i) {
      const LatLng p = rounded(go(centre, 360 * random.unit(), size * std::sqrt(random.unit())));
      const Vertex v = make_vertex(p);
      if (on_border(impl, v) || !inside_polygon(impl, v)) continue;
      ++inside;
      EXPECT_TRUE(has(cover, cell_of(v.v)));
    }
  }
  EXPECT_GT(inside, 1'000);
}

TEST(CellCover, HoldsNoCellFarFromTheShape) {
  SeededRandom random(3);
  for (int round = 0; round < 40; ++round) {
    const Place centre = somewhere(random);
    const double radius = std::pow(10, 4.4 * random.unit());
    for (const std::uint64_t cell : covered(circle(centre, radius)).cells) {
      const S2LatLng p(S2CellId(cell).ToPoint());
      double metres = 0;
      Geodesic::WGS84().Inverse(centre.lat, centre.lng, p.lat().degrees(), p.lng().degrees(), metres);
      EXPECT_LT(metres, radius * 1.001 + 1'300);
    }
  }
}

TEST(CellCover, AreasTenKilometresApartNeverShareACell) {
  SeededRandom random(4);
  for (int round = 0; round < 200; ++round) {
    const Place here = somewhere(random);
    const double a = std::pow(10, 4 * random.unit());
    const double b = std::pow(10, 4 * random.unit());
    const Place there = go(here, 360 * random.unit(), a + b + 10'000);
    EXPECT_FALSE(share_cell(covered(circle(here, a)).cells, covered(circle(there, b)).cells));
    // And those that touch do.
    const Place beside = go(here, 360 * random.unit(), a + b);
    EXPECT_TRUE(share_cell(covered(circle(here, a)).cells, covered(circle(beside, b)).cells));
  }
}

TEST(CellCover, AgreesWithTheTestOfPairs) {
  SeededRandom random(5);
  int shared = 0;
  for (int round = 0; round < 300; ++round) {
    const Place here = somewhere(random);
    const Circle a = circle(here, 1 + 3'000 * random.unit());
    const Circle b = circle(go(here, 360 * random.unit(), 8'000 * random.unit()), 1 + 3'000 * random.unit());
    const bool both = share_cell(covered(a).cells, covered(b).cells);
    EXPECT_EQ(both, share_cell(test::shape(a), test::shape(b)));
    shared += both ? 1 : 0;
  }
  EXPECT_GT(shared, 30);
  EXPECT_LT(shared, 270);
}

TEST(CellCover, EitherWindingGivesTheSmallerSide) {
  const Polygon one{{at(46, 6), at(46, 6.1), at(46.1, 6.1), at(46.1, 6)}};
  Polygon other = one;
  std::ranges::reverse(other.vertices);
  EXPECT_EQ(covered(one).cells, covered(other).cells);
  EXPECT_NEAR(covered(one).area_km2, 85.9, 0.3);
  EXPECT_GT(covered(one).cells.size(), 70U);
  EXPECT_LT(covered(one).cells.size(), 140U);
}

TEST(CellCover, PolesAndTheMeridianOf180DegreesAreOrdinary) {
  EXPECT_TRUE(has(covered(Polygon{{at(89.9, 0), at(89.9, 120), at(89.9, -120)}}), cell_of(90, 0)));
  EXPECT_TRUE(has(covered(Circle{at(-90, 33), 20'000'00}), cell_of(-89.9, 120)));
  const CellCover over = covered(Polygon{{at(10, 179.95), at(10, -179.95), at(10.1, -179.95), at(10.1, 179.95)}});
  EXPECT_TRUE(has(over, cell_of(10.05, 180)));
  EXPECT_TRUE(has(over, cell_of(10.05, -179.97)));
  EXPECT_NEAR(over.area_km2, 121.8, 1);
}

TEST(CellCover, VerticesOnAStraightLineAreLegal) {
  const Polygon bent{{at(46, 6), at(46.05, 6), at(46.1, 6), at(46.1, 6.1)}};
  EXPECT_EQ(covered(bent).cells, covered(Polygon{{at(46, 6), at(46.1, 6), at(46.1, 6.1)}}).cells);
  const CellCover line = covered(Polygon{{at(46, 6), at(46.1, 6), at(46.05, 6)}});
  EXPECT_TRUE(has(line, cell_of(46.07, 6)));
  EXPECT_LT(line.cells.size(), 30U);
  EXPECT_EQ(line.area_km2, 0);
}

TEST(CellCover, DegeneratePolygonsAreRefusedWithTheReason) {
  const auto message = [](std::vector<LatLng> v) { return refused(Polygon{std::move(v)}).text(); };
  EXPECT_THAT(message({at(46, 6), at(46, 7)}), HasSubstr("at least 3"));
  EXPECT_THAT(message({at(46, 6), at(46, 6), at(46, 6)}), HasSubstr("repeats the point before it"));
  EXPECT_THAT(message({at(46, 6), at(46, 6.1), at(46.1, 6), at(46, 6)}), HasSubstr("leave the closing copy out"));
  EXPECT_THAT(message({at(46, 6), at(46.1, 6.1), at(46.1, 6), at(46, 6.1)}), HasSubstr("crosses or touches"));
  EXPECT_THAT(message({at(46, 6), at(46, 6.1), at(46.1, 6), at(46, 6.1), at(45.9, 6)}), HasSubstr("vertices[3]"));
  // A spike: there and back again.
  EXPECT_THAT(message({at(46, 6), at(46, 6.1), at(46.1, 6.1), at(46.2, 6.1), at(46.15, 6.1)}), HasSubstr("folds back"));
  EXPECT_THAT(message({at(91, 6), at(46, 6.1), at(46.1, 6)}), HasSubstr("latitude"));
  EXPECT_THAT(refused(Circle{at(46, 6), 0}).text(), HasSubstr("radius"));
}

TEST(CellCover, LimitsAreNamed) {
  // 28.3 km of radius are 2,516 km².
  const Error disc = refused(Circle{at(46, 6), 28'300'00});
  EXPECT_EQ(disc.code, ErrorCode::kTooLarge);
  EXPECT_THAT(disc.message, HasSubstr("2516 km² is above the limit of 2500 km²"));
  EXPECT_GT(covered(Circle{at(46, 6), 28'200'00}).cells.size(), 1'500U);
  EXPECT_EQ(refused(Polygon{{at(46, 6), at(46, 7), at(47, 7), at(47, 6)}}).code, ErrorCode::kTooLarge);
  EXPECT_EQ(refused(Polygon{{at(-60, 0), at(-60, 120), at(-60, -120)}}).code, ErrorCode::kTooLarge);
  // A needle of 400 km² around a quarter of the earth.
  const Polygon needle{{at(0, 0), at(0, 90), at(0.0004, 45)}};
  const Error thin = refused(needle, {.area_km2_max = 2'500, .cells_max = 4'096});
  EXPECT_EQ(thin.code, ErrorCode::kTooLarge);
  EXPECT_THAT(thin.message, HasSubstr("4096 cells"));
}

}  // namespace
}  // namespace tansiq::geo
