// Exact vectors: what touches does not conflict, and one unit of overlap does.
#include "geo/conflict.h"

#include <gtest/gtest.h>

#include <limits>

#include "geo/geo_testlib.h"

namespace tansiq::geo {
namespace {

using test::at;
using test::block;
using test::circle;
using test::corridor;
using test::polygon;

bool both_ways(const Shape& a, const Shape& b, std::int64_t m = 0) {
  const bool forward = outlines_conflict(a, b, m);
  EXPECT_EQ(forward, outlines_conflict(b, a, m)) << "not symmetric";
  return forward;
}

TEST(OutlineTouch, BlocksThatShareAMeridian) {
  EXPECT_FALSE(both_ways(block(50, 4, 51, 5), block(50, 5, 51, 6)));
  EXPECT_TRUE(both_ways(block(50, 4, 51, 5), block(50, 4.9999999, 51, 6)));
  EXPECT_FALSE(both_ways(block(50, 4, 51, 5), block(50, 5.0000001, 51, 6)));
}

TEST(OutlineTouch, TJunctionsOnAMeridian) {
  // Blocks of different heights: corners lie inside the neighbour's side.
  EXPECT_FALSE(both_ways(block(50, 4, 52, 5), block(50.3, 5, 51.7, 6)));
  EXPECT_FALSE(both_ways(block(50, 4, 51.2, 5), block(50.7, 5, 53, 6)));
  EXPECT_TRUE(both_ways(block(50, 4, 52, 5), block(50.3, 4.9999999, 51.7, 6)));
}

TEST(OutlineTouch, TheEquator) {
  EXPECT_FALSE(both_ways(block(-1, 4, 0, 5), block(0, 4, 1, 5)));
  EXPECT_FALSE(both_ways(block(-1, 4, 0, 5), block(0, 4.2, 1, 4.7)));
  EXPECT_TRUE(both_ways(block(-1, 4, 0, 5), block(-0.0000001, 4.2, 1, 4.7)));
}

TEST(OutlineTouch, TheHalfTurnMeridian) {
  EXPECT_FALSE(both_ways(block(50, 179, 51, 180), block(50, -180, 51, -179)));
  EXPECT_FALSE(both_ways(block(50, 179, 51, 180), block(50, 180, 51, -179)));
  EXPECT_TRUE(both_ways(block(50, 179, 51, -179.9999999), block(50, 180, 51, -179)));
  EXPECT_TRUE(both_ways(block(50, 179, 51, -179), block(50.4, 179.9, 50.6, -179.9)));
}

TEST(OutlineTouch, SectorsThatMeetAtThePole) {
  const auto sector = [](double from, double to) { return polygon({at(-60, from), at(-60, to), at(-90, 17)}); };
  EXPECT_FALSE(both_ways(sector(0, 30), sector(30, 60)));
  EXPECT_FALSE(both_ways(sector(0, 30), sector(180, -150)));
  EXPECT_TRUE(both_ways(sector(0, 30), sector(29.9999999, 60)));
  EXPECT_TRUE(both_ways(sector(0, 30), circle(at(-90, 0), 1)));
}

TEST(OutlineTouch, AnEdgeOverThePole) {
  // Both have the great circle of the meridians 20 and -160 as an edge, over the pole.
  const Shape west = polygon({at(80, 20), at(80, -160), at(75, -70)});
  const Shape east = polygon({at(80, -160), at(80, 20), at(75, 110)});
  EXPECT_FALSE(both_ways(west, east));
  // A corner exactly at the pole, on the other's edge.
  EXPECT_FALSE(both_ways(west, polygon({at(90, 0), at(85, 100), at(85, 120)})));
  EXPECT_TRUE(both_ways(east, polygon({at(90, 0), at(85, 100), at(85, 120)})));
}

TEST(OutlineTouch, VerticesAndEdgesAnywhere) {
  // The middle of an edge between (φ, λ) and (-φ, -λ) is (0, 0) exactly.
  const Shape slanted = polygon({at(-1, -2), at(1, 2), at(1, -2)});
  EXPECT_FALSE(both_ways(slanted, polygon({at(0, 0), at(-1, 0.5), at(-1, 1.5)})));
  EXPECT_TRUE(both_ways(slanted, polygon({at(0, -0.0000001), at(-1, 0.5), at(-1, 1.5)})));
  // A common edge that is no meridian, seen from both sides, and a common corner.
  const LatLng p = at(48.1234567, 11.7654321);
  const LatLng q = at(48.7654321, 12.1234567);
  EXPECT_FALSE(both_ways(polygon({p, q, at(48.9, 11)}), polygon({q, p, at(48, 13)})));
  EXPECT_TRUE(both_ways(polygon({p, q, at(48.9, 11)}), polygon({p, q, at(49.5, 11)})));
  EXPECT_FALSE(both_ways(polygon({p, at(48.9, 11), at(48, 11)}), polygon({p, at(48, 13), at(48.9, 13)})));
}

TEST(OutlineOverlap, InsideAndEqual) {
  EXPECT_TRUE(both_ways(block(50, 4, 52, 6), block(50.5, 4.5, 51, 5)));
  EXPECT_TRUE(both_ways(block(50, 4, 52, 6), block(50, 4, 52, 6)));
  // Inside, with all corners on the outer's border.
  EXPECT_TRUE(both_ways(block(-1, 4, 0, 6), polygon({at(0, 5), at(-0.5, 4), at(-1, 4), at(-1, 6), at(-0.5, 6)})));
  // Only the poles' sides tell that these are nested.
  EXPECT_TRUE(both_ways(polygon({at(60, 0), at(60, 90), at(60, 180), at(60, -90)}), block(85, 10, 86, 20)));
  EXPECT_FALSE(both_ways(polygon({at(60, 0), at(60, 90), at(60, 180), at(60, -90)}), block(-86, 10, -85, 20)));
}

TEST(OutlineOverlap, ConcaveNeighboursThatInterlock) {
  // An L and the block in its notch.
  const Shape l = polygon({at(-2, 0), at(-2, 2), at(-1, 2), at(-1, 1), at(0, 1), at(0, 0)});
  EXPECT_FALSE(both_ways(l, block(-1, 1, 0, 2)));
  EXPECT_TRUE(both_ways(l, block(-1.0000001, 1, 0, 2)));
  EXPECT_TRUE(both_ways(l, block(-1, 0.9999999, 0, 2)));
}

TEST(Circles, AlongTheEquatorAndOverThePole) {
  EXPECT_TRUE(both_ways(circle(at(0, 0), 1000), circle(at(0, 0.01), 114)));  // 1113.19 m apart
  EXPECT_FALSE(both_ways(circle(at(0, 0), 1000), circle(at(0, 0.01), 112.5)));
  EXPECT_TRUE(both_ways(circle(at(0, 0), 500), circle(at(0, 0.01), 500), 114));
  EXPECT_FALSE(both_ways(circle(at(0, 0), 500), circle(at(0, 0.01), 500), 112));
  EXPECT_TRUE(both_ways(circle(at(89.99, 0), 1117), circle(at(89.99, 180), 1117)));  // 2 × 1116.94 m
  EXPECT_FALSE(both_ways(circle(at(89.99, 0), 1116), circle(at(89.99, 180), 1116)));
}

TEST(Corridors, SidesEndsAndBends) {
  // Northward along the meridian: left is west.
  const Shape c = corridor({at(0, 0), at(1, 0)}, 10'000, 1'000);
  EXPECT_TRUE(both_ways(c, circle(at(0.5, -0.0903), 100)));    // 10 052 m west
  EXPECT_FALSE(both_ways(c, circle(at(0.5, -0.0925), 100)));   // 10 297 m
  EXPECT_TRUE(both_ways(c, circle(at(0.5, 0.0095), 100)));     // 1 057 m east
  EXPECT_FALSE(both_ways(c, circle(at(0.5, 0.0105), 100)));    // 1 169 m
  EXPECT_FALSE(both_ways(c, circle(at(-0.01, 0), 1'000)));     // 1 105.7 m south of the square end
  EXPECT_TRUE(both_ways(c, circle(at(-0.01, -0.05), 1'110)));  // beside the line, behind the end
  // A right-angled bend to the left is filled on the right: radius 1 km.
  const Shape bend = corridor({at(0, -1), at(0, 0), at(1, 0)}, 100, 1'000);
  EXPECT_TRUE(both_ways(bend, circle(at(-0.006, 0.006), 100)));   // 944 m away
  EXPECT_FALSE(both_ways(bend, circle(at(-0.008, 0.008), 100)));  // 1 258 m
}

TEST(Levels, GapsAndReferences) {
  const LevelBand low{0, 100'00, VerticalReference::kAmsl};
  EXPECT_FALSE(levels_conflict(low, {100'00, 200'00, VerticalReference::kAmsl}, 0));
  EXPECT_TRUE(levels_conflict(low, {99'99, 200'00, VerticalReference::kAmsl}, 0));
  EXPECT_FALSE(levels_conflict(low, {400'00, 500'00, VerticalReference::kAmsl}, 300'00));
  EXPECT_TRUE(levels_conflict(low, {399'99, 500'00, VerticalReference::kAmsl}, 300'00));
  EXPECT_TRUE(levels_conflict(low, {200'00, 300'00, VerticalReference::kWgs84}, 0));
  EXPECT_FALSE(levels_conflict(low, {210'00, 300'00, VerticalReference::kWgs84}, 0));
  EXPECT_TRUE(levels_conflict(low, {8'900'00, 9'000'00, VerticalReference::kAgl}, 0));
  EXPECT_FALSE(
      levels_conflict({8'950'00, 9'000'00, VerticalReference::kAmsl}, {0, 100'00, VerticalReference::kAgl}, 0));
  const LevelBand all{};
  EXPECT_TRUE(levels_conflict(all, low, 0));
  EXPECT_TRUE(levels_conflict(all, all, std::numeric_limits<std::int64_t>::max()));
  EXPECT_TRUE(
      levels_conflict(low, {1'000'00, 2'000'00, VerticalReference::kAmsl}, std::numeric_limits<std::int64_t>::max()));
  EXPECT_FALSE(levels_conflict({kHeightUnboundedLow, 100'00}, {100'00, kHeightUnboundedHigh}, 0));
}

TEST(Times, GapsAndOverflow) {
  EXPECT_FALSE(times_conflict({{0}, {10}}, {{10}, {20}}, 0));
  EXPECT_TRUE(times_conflict({{0}, {10}}, {{9}, {20}}, 0));
  EXPECT_FALSE(times_conflict({{0}, {10}}, {{15}, {20}}, 5));
  EXPECT_TRUE(times_conflict({{0}, {10}}, {{14}, {20}}, 5));
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_TRUE(times_conflict({{kMin}, {kMax}}, {{0}, {1}}, kMax));
  EXPECT_FALSE(times_conflict({{kMin}, {kMin + 1}}, {{kMax - 1}, {kMax}}, kMax));
  EXPECT_TRUE(times_conflict({{0}, {1}}, {{kMax - 1}, {kMax}}, kMax));
}

}  // namespace
}  // namespace tansiq::geo
