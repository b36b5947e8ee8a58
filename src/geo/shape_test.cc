// What is refused, with which words, and what is not.
#include "geo/shape.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "geo/geo_testlib.h"

namespace tansiq::geo {
namespace {

using test::at;

void expect_refused(const Outline& outline, std::string_view where, std::string_view words,
                    ErrorCode code = ErrorCode::kInvalid) {
  const auto made = Shape::make(outline);
  ASSERT_FALSE(made.has_value()) << where;
  EXPECT_EQ(made.error().code, code) << made.error().text();
  EXPECT_EQ(made.error().where, where) << made.error().text();
  EXPECT_NE(made.error().message.find(words), std::string::npos) << made.error().text();
}
void expect_refused(std::vector<LatLng> vertices, std::string_view where, std::string_view words) {
  expect_refused(Outline{Polygon{std::move(vertices)}}, where, words);
}

TEST(ShapeMake, RefusesDegeneratePolygons) {
  expect_refused({at(0, 0), at(0, 1)}, "vertices", "needs at least 3");
  expect_refused({at(0, 0), at(0, 1), at(1, 0), at(0, 0)}, "vertices[3]", "closing copy");
  expect_refused({at(0, 0), at(0, 1), at(0, 1), at(1, 0)}, "vertices[2]", "repeats the point before it");
  expect_refused({at(0, 180), at(0, -180), at(1, 0)}, "vertices[1]", "repeats the point before it");
  expect_refused({at(90, 5), at(90, 50), at(80, 0)}, "vertices[1]", "repeats the point before it");
  expect_refused({at(91, 0), at(0, 1), at(1, 0)}, "vertices[0]", "latitude 91.0000000° is outside");
  expect_refused({at(1, 0), at(0, 180.5), at(1, 1)}, "vertices[1]", "longitude 180.5000000° is outside");
  expect_refused({at(10, 20), at(-10, -160), at(1, 0)}, "edge 0", "opposite points");
  expect_refused({at(0, 0), at(0, 1), at(0, 3)}, "edge 0", "folds back");
  expect_refused({at(0, 0), at(1, 0), at(2, 0), at(0.5, 0)}, "edge 0", "");
}

TEST(ShapeMake, RefusesOutlinesThatMeetThemselves) {
  expect_refused({at(0, 0), at(1, 1), at(1, 0), at(0, 1)}, "edge 0", "crosses or touches edge 2");
  // A vertex on a far edge, exactly: on the equator.
  expect_refused({at(0, 0), at(0, 4), at(2, 4), at(0, 2), at(2, 0)}, "edge 0", "crosses or touches");
  expect_refused({at(0, 0), at(1, 1), at(0, 2), at(-1, 2), at(1, 1), at(-1, 0)}, "vertices[4]",
                 "same point as vertices[1]");
  // One unit above the equator it does not touch.
  EXPECT_TRUE(Shape::make(Polygon{{at(0, 0), at(0, 4), at(2, 4), at(0.0000001, 2), at(2, 0)}}).has_value());
}

TEST(ShapeMake, TakesEitherWindingAndThinShapes) {
  for (const bool turned : {false, true}) {
    std::vector<LatLng> thin{at(47, 11), at(47, 11.5), at(47.0000001, 11.5)};
    if (turned) std::ranges::reverse(thin);
    EXPECT_TRUE(Shape::make(Polygon{thin}).has_value());
    std::vector<LatLng> cap{at(-60, 0), at(-60, 120), at(-60, -120)};
    if (turned) std::ranges::reverse(cap);
    const auto shape = Shape::make(Polygon{cap});
    ASSERT_TRUE(shape.has_value());
    EXPECT_EQ(shape->bounds().lat_low, -900'000'000);
    EXPECT_TRUE(outlines_conflict(*shape, test::circle(at(-90, 0), 1), 0));
    EXPECT_FALSE(outlines_conflict(*shape, test::circle(at(90, 0), 1), 0));
  }
}

TEST(ShapeMake, RefusesHalfTheEarth) {
  expect_refused({at(0, 0), at(0, 120), at(0, -120)}, "vertices", "half the earth");
}

TEST(ShapeMake, LargePolygonsAreCheckedInBoundedTime) {
  std::vector<LatLng> ring;
  for (std::size_t i = 0; i < kPolygonVerticesMax; ++i) {
    const double angle = 2 * M_PI * static_cast<double>(i) / kPolygonVerticesMax;
    const double radius = i % 2 == 0 ? 3 : 2;
    ring.push_back(at(47 + radius * std::sin(angle), 11 + radius * std::cos(angle)));
  }
  const auto made = Shape::make(Polygon{ring});
  ASSERT_TRUE(made.has_value()) << made.error().text();
  EXPECT_TRUE(outlines_conflict(*made, test::block(46.9, 10.9, 47.1, 11.1), 0));
  EXPECT_TRUE(outlines_conflict(*made, *made, 0));
  std::swap(ring[5'000], ring[7'000]);
  EXPECT_FALSE(Shape::make(Polygon{ring}).has_value());
  // Long parallel teeth: every edge's box meets every other's.
  std::vector<LatLng> comb{at(-1, 30)};
  for (int i = 0; i < 2'499; ++i) {
    const double x = i * 0.0004;
    comb.insert(comb.end(), {at(x, 0), at(x + 10, 20), at(x + 10.0002, 20), at(x + 0.0002, 0)});
  }
  comb.push_back(at(1, -1));
  comb.push_back(at(-2, -1));
  EXPECT_TRUE(Shape::make(Polygon{comb}).has_value()) << Shape::make(Polygon{comb}).error().text();
  expect_refused(Outline{Polygon{std::vector<LatLng>(100'000)}}, "vertices", "at most 10000", ErrorCode::kTooLarge);
}

TEST(ShapeMake, ChecksCirclesAndCorridors) {
  expect_refused(Outline{Circle{at(0, 0), 0}}, "radius", "outside 0.01");
  expect_refused(Outline{Circle{at(0, 0), kRadiusCmMax + 1}}, "radius", "500000 m");
  expect_refused(Outline{Circle{at(95, 0), 100}}, "centre", "latitude");
  EXPECT_TRUE(Shape::make(Circle{at(90, 123), kRadiusCmMax}).has_value());
  expect_refused(Outline{Corridor{{at(0, 0)}, 100, 100}}, "line", "at least 2");
  expect_refused(Outline{Corridor{{at(0, 0), at(0, 0)}, 100, 100}}, "line[1]", "repeats");
  expect_refused(Outline{Corridor{{at(0, 0), at(1, 0)}, -1, 100}}, "left", "outside 0");
  expect_refused(Outline{Corridor{{at(0, 0), at(1, 0)}, 0, 0}}, "left", "no width");
  expect_refused(Outline{Corridor{{at(0, 0), at(1, 0)}, 100, kCorridorWidthCmMax + 1}}, "right", "100000 m");
  expect_refused(Outline{Corridor{std::vector<LatLng>(1'001), 100, 100}}, "line", "at most 1000", ErrorCode::kTooLarge);
  // Crossing itself and turning back are legal.
  EXPECT_TRUE(Shape::make(Corridor{{at(0, 0), at(1, 1), at(0, 1), at(1, 0)}, 100'00, 0}).has_value());
  EXPECT_TRUE(Shape::make(Corridor{{at(0, 0), at(1, 1), at(0, 0)}, 100'00, 50'00}).has_value());
}

TEST(ShapeMake, CorridorsRoundTheEarthAgainAndAgainAreRefused) {
  Corridor line{{}, 100'000'00, 100'000'00};
  for (int i = 0; i < 1'000; ++i) line.line.push_back(at(0, i % 2 == 0 ? 0 : 179.9999999));
  expect_refused(line, "line", "at most 4096", ErrorCode::kTooLarge);
  line.line.resize(20);
  EXPECT_TRUE(Shape::make(line).has_value());
}

// At the point of a needle the way back is the way there: whether it turns left or right, doubles do not tell.
TEST(ShapeMake, ANeedleAtThePoleDoesNotTurnTheInsideOut) {
  for (const double lng : {10.0, 37.0, 75.0, 120.0}) {
    const std::vector<LatLng> needle{
        {899'999'999, test::e7(lng) + 1}, {0, test::e7(lng)}, {899'999'999, test::e7(lng)}, at(10, -90), at(10, -160)};
    const auto shape = Shape::make(Polygon{needle});
    ASSERT_TRUE(shape.has_value()) << shape.error().text();
    EXPECT_FALSE(covers(*shape, test::circle(at(-60, 0), 1'000))) << lng << ": its inside is the smaller side";
  }
}

TEST(Bounds, EdgesBulgeAndTheHalfTurnWraps) {
  const auto b = test::block(50, 179, 51, -179).bounds();
  EXPECT_EQ(b.lng_low, 1'790'000'000);
  EXPECT_EQ(b.lng_high, -1'790'000'000);
  EXPECT_GT(b.lat_high, 510'000'000);
  EXPECT_LT(b.lat_high, 510'100'000);
  EXPECT_LE(b.lat_low, 500'000'000);
  EXPECT_GT(b.lat_low, 499'990'000);
}

TEST(Prepare, SaysWhatIsWrongWithBandAndWindow) {
  const auto refused = [](LevelBand band, TimeWindow window) {
    const auto made = prepare({Circle{at(0, 0), 100}, band, window});
    EXPECT_FALSE(made.has_value());
    return made ? std::string() : made.error().text();
  };
  EXPECT_EQ(refused({1'200'00, 900'00}, {{0}, {1}}), "band: lower limit 1200 m is above upper limit 900 m");
  EXPECT_NE(refused({900'00, 900'00}, {{0}, {1}}).find("the same as"), std::string::npos);
  EXPECT_NE(refused({kHeightCmMin - 1, 0}, {{0}, {1}}).find("outside"), std::string::npos);
  EXPECT_NE(refused({0, 100}, {{5}, {5}}).find("not before"), std::string::npos);
  EXPECT_NE(refused({0, 100}, {kUtcMin - 1, {5}}).find("years"), std::string::npos);
  const auto bad = prepare({Polygon{{at(0, 0), at(0, 1), at(0, 1), at(1, 0)}}, {}, {{0}, {1}}});
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.error().where.find("outline"), std::string::npos);
  EXPECT_NE(bad.error().where.find("vertices[2]"), std::string::npos) << bad.error().where;
}

TEST(ShareCell, NeighboursShareAndDistantOnesDoNot) {
  EXPECT_TRUE(share_cell(test::block(50, 4, 51, 5), test::block(50, 5, 51, 6)));
  EXPECT_TRUE(share_cell(test::circle(at(47, 11), 10), test::circle(at(47, 11.0001), 10)));
  EXPECT_FALSE(share_cell(test::circle(at(47, 11), 10), test::circle(at(47.1, 11), 10)));
  EXPECT_FALSE(share_cell(test::block(50, 4, 51, 5), test::block(50, 5.1, 51, 6)));
  EXPECT_TRUE(share_cell(test::circle(at(0, 0), 500'000), test::circle(at(0, 1), 500'000)));
  EXPECT_FALSE(share_cell(test::circle(at(0, 0), 500'000), test::circle(at(0, 179), 500'000)));
  EXPECT_TRUE(share_cell(test::block(50, 4, 60, 20), test::circle(at(55, 10), 1)));
}

TEST(Covers, PolygonsExactlyAndCorridorsByTheirUnion) {
  EXPECT_TRUE(covers(test::block(50, 4, 52, 6), test::block(50, 4, 52, 6)));
  EXPECT_TRUE(covers(test::block(-1, 4, 0, 6), test::polygon({at(0, 5), at(-0.5, 5), at(-0.5, 4.5), at(0, 4.5)})));
  EXPECT_FALSE(covers(test::block(-1, 4, 0, 6), test::polygon({at(0.0000001, 5), at(-0.5, 5), at(-0.5, 4.5)})));
  EXPECT_FALSE(covers(test::block(50, 4, 51, 5), test::block(50, 5, 51, 6)));
  EXPECT_TRUE(covers(test::block(50, 4, 52, 6), test::circle(at(51, 5), 10'000)));
  EXPECT_FALSE(covers(test::circle(at(51, 5), 10'000), test::block(50, 4, 52, 6)));
  EXPECT_TRUE(covers(test::circle(at(51, 5), 10'000), test::circle(at(51, 5), 10'000)));
  // Along a bent corridor, over its bend.
  const Shape way = test::corridor({at(0, 0), at(0, 1), at(1, 2)}, 5'000, 5'000);
  EXPECT_TRUE(covers(way, test::corridor({at(0, 0.1), at(0, 1), at(0.9, 1.9)}, 4'900, 4'900)));
  EXPECT_TRUE(covers(way, way));
  EXPECT_TRUE(covers(way, test::circle(at(0, 1), 4'900)));
  EXPECT_FALSE(covers(way, test::circle(at(0, 1), 5'100)));
  EXPECT_TRUE(covers(way, test::block(-0.04, 0.5, 0.04, 1)));
  EXPECT_FALSE(covers(way, test::block(-0.04, 0.5, 0.06, 1)));
  // A ring has a hole.
  const Shape ring = test::corridor({at(0, 0), at(0, 1), at(1, 1), at(1, 0), at(0, 0), at(0, 1)}, 5'000, 5'000);
  EXPECT_FALSE(covers(ring, test::block(0, 0, 1, 1)));
  EXPECT_TRUE(covers(ring, test::block(-0.02, 0, 0.02, 1)));
}

// What is prepared for one inner outline serves for the next; spots, of which only pieces near them are looked at, too.
TEST(Covers, ACoverSaysTheSameOfManyAndOfSpots) {
  const Shape way = test::corridor({at(0, 0), at(0, 1), at(1, 1), at(1, 0), at(0, 0), at(0, 1)}, 5'000, 5'000);
  const Cover cover(way);
  int held = 0;
  for (int i = 0; i < 60; ++i) {
    for (int j = 0; j < 60; ++j) {
      const LatLng place = at(-0.1 + 0.02 * i, -0.1 + 0.02 * j);
      const bool spot = cover.covers(test::circle(place, 0.01));
      held += spot ? 1 : 0;
      ASSERT_EQ(cover.covers(test::circle(place, 300)), covers(way, test::circle(place, 300)));
      // Whatever holds a disc holds its centre; who is not near the way is not in it.
      ASSERT_TRUE(spot || !cover.covers(test::circle(place, 300))) << i << " " << j;
      ASSERT_TRUE(!spot || outlines_conflict(way, test::circle(place, 0.01), 0)) << i << " " << j;
    }
  }
  EXPECT_GT(held, 300);
  EXPECT_FALSE(cover.covers(test::circle(at(0.5, 0.5), 0.01))) << "the hole of the ring";
}

}  // namespace
}  // namespace tansiq::geo
