// The filter against the comparison that it spares.
#include "geo/outline_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "geo/geo_testlib.h"

namespace tansiq::geo {
namespace {

using test::at;

OutlineHead head(const Shape& shape) { return OutlineHead(shape.impl()); }

/// Draws outlines around a place, in degrees; longitudes run across the 180th meridian.
class Draw {
 public:
  Draw(SeededRandom& random, double lat, double lng) : random_(random), lat_(lat), lng_(lng) {}

  Outline outline(std::int64_t kind, double spread, double size) {
    const LatLng from = near(spread);
    if (kind == 0) return polygon(from, size);
    if (kind == 1) return Circle{from, std::llround(random_.unit() * size * 5'000'000) + 1};
    return corridor(from, size);
  }
  Outline corridor(double spread, double size) { return corridor(near(spread), size); }

 private:
  LatLng near(double spread) { return moved(at(lat_, lng_), spread * unit(), spread * unit()); }
  double unit() { return 2 * random_.unit() - 1; }

  static LatLng moved(LatLng from, double north, double east) {
    double lng = from.lng_e7 / 1e7 + east / std::max(0.01, std::cos(from.lat_e7 * 1e-7 * M_PI / 180));
    lng -= 360 * std::floor((lng + 180) / 360);
    return at(std::clamp(from.lat_e7 / 1e7 + north, -90.0, 90.0), lng);
  }
  Outline polygon(LatLng middle, double size) {
    Polygon polygon;
    const auto corners = random_.between(3, 7);
    for (std::int64_t i = 0; i < corners; ++i) {
      const double angle = 2 * M_PI * (static_cast<double>(i) + 0.5 * random_.unit()) / static_cast<double>(corners);
      const double r = size * (0.1 + 0.9 * random_.unit());
      polygon.vertices.push_back(moved(middle, r * std::sin(angle), r * std::cos(angle)));
    }
    return polygon;
  }
  Outline corridor(LatLng from, double size) {
    const double widest = std::min(size * 3'000'000, 10'000'000.0);
    Corridor c{{from}, std::llround(random_.unit() * widest) + 1, std::llround(random_.unit() * widest)};
    double angle = 6.28 * random_.unit();
    const auto legs = random_.between(1, 4);
    for (std::int64_t leg = 0; leg < legs; ++leg) {
      c.line.push_back(moved(c.line.back(), size * std::sin(angle), size * std::cos(angle)));
      angle += 3 * unit();
    }
    return c;
  }

  SeededRandom& random_;
  double lat_;
  double lng_;
};

struct Around {
  double lat;
  double lng;
  double size;  ///< Degrees.
};

TEST(OutlineFilter, WhatItTellsApartDoesNotConflict) {
  SeededRandom random(9);
  const std::vector<Around> places{{47, 11, 0.02}, {47, 11, 1},    {-33, 179.9, 0.5}, {0, 0, 3},
                                   {60, -20, 8},   {89.2, 30, .3}, {-89.99, 0, 0.01}, {20, -179.99, 1e-5}};
  int apart = 0;
  int clear = 0;
  for (int round = 0; round < 60'000; ++round) {
    const Around& place = places[static_cast<std::size_t>(round) % places.size()];
    Draw draw(random, place.lat, place.lng);
    const auto query = Shape::make(draw.corridor(place.size, place.size));
    // Large and small against it: one may hold the other.
    const double size = place.size * std::pow(10, 2 * random.unit() - 1.5);
    const auto other = Shape::make(draw.outline(random.between(0, 2), 3 * place.size, size));
    if (!query || !other) continue;
    const std::int64_t gap_m = random.one_in(3) ? 0 : std::llround(place.size * 20'000 * random.unit());
    const bool conflict = outlines_conflict(*query, *other, gap_m);
    const bool told = OutlineFilter(*query, gap_m).certainly_apart(head(*other));
    ASSERT_FALSE(conflict && told) << "round " << round << " place " << place.lat << " gap " << gap_m;
    clear += conflict ? 0 : 1;
    apart += told ? 1 : 0;
  }
  // It would be right, and useless, if it never spoke.
  EXPECT_GT(clear, 10'000);
  EXPECT_GT(apart, clear / 2);
}

// On either side of the reach, by a plane and by no other: 60 m of gap beside a leg that runs north-east.
TEST(OutlineFilter, TheReachCountsWidthsRadiiAndGap) {
  const Shape leg = test::shape(Corridor{{at(47, 11), at(48, 12.4)}, 1'000'00, 1'000'00});
  // 5 km off the middle of the leg, to its right.
  const LatLng aside = at(47.47, 11.742);
  for (const std::int64_t radius_m : {10, 1'000, 3'000, 4'000, 5'000}) {
    const Shape circle = test::shape(Circle{aside, radius_m * 100});
    for (std::int64_t gap_m = 0; gap_m < 8'000; gap_m += 97) {
      const bool told = OutlineFilter(leg, gap_m).certainly_apart(head(circle));
      const bool conflict = outlines_conflict(leg, circle, gap_m);
      ASSERT_FALSE(told && conflict) << radius_m << " " << gap_m;
      // The box of a circle is its centre's: the filter loses little but the metre of its floats.
      const bool conflict_a_bit_further = outlines_conflict(leg, circle, gap_m + 25);
      EXPECT_TRUE(told || conflict_a_bit_further) << radius_m << " " << gap_m;
    }
  }
}

// The reach grows by 5e-5 of the width: 5 m here, more than the filter leaves otherwise when the gap is small.
TEST(OutlineFilter, TheReachCountsTheMisplacementOfWideSides) {
  const Shape leg = test::shape(Corridor{{at(47, 11), at(48, 12.4)}, 0, 100'000'00});
  int tried = 0;
  // Away from the leg's middle to its right, past the corridor's side.
  for (int m = 99'000; m < 102'000; m += 50) {
    const Shape circle = test::shape(Circle{at(47.5 - 0.687 * m / 111'200, 11.7 + 0.727 * m / 75'100), 100});
    std::int64_t apart = 0;
    std::int64_t conflict = 5'000;
    while (conflict - apart > 1) {
      const std::int64_t middle = (apart + conflict) / 2;
      (outlines_conflict(leg, circle, middle) ? conflict : apart) = middle;
    }
    if (apart == 0 || apart > 400) continue;
    ++tried;
    EXPECT_FALSE(OutlineFilter(leg, conflict).certainly_apart(head(circle))) << apart;
    EXPECT_TRUE(OutlineFilter(leg, apart - 20).certainly_apart(head(circle))) << apart;
  }
  EXPECT_GE(tried, 4);
}

// The border of a large polygon with short edges lies in a box well below the ground in its middle.
TEST(OutlineFilter, WhatAPolygonHoldsInItsMiddleIsNotApart) {
  Polygon polygon;
  for (int i = 0; i < 60; ++i) {
    polygon.vertices.push_back(at(10 * std::sin(2 * M_PI * i / 60), 10 * std::cos(2 * M_PI * i / 60)));
  }
  const Shape holder = test::shape(polygon);
  const Shape leg = test::shape(Corridor{{at(0, 0), at(0.1, 0.1)}, 100'00, 100'00});
  ASSERT_TRUE(outlines_conflict(leg, holder, 0));
  EXPECT_FALSE(OutlineFilter(leg, 0).certainly_apart(head(holder)));
}

TEST(OutlineFilter, IsSilentAboutWhatItCannotJudge) {
  const auto far = test::shape(Circle{at(10, 100), 100});
  const auto corridor = [](LatLng from, LatLng to) { return test::shape(Corridor{{from, to}, 100'00, 100'00}); };
  EXPECT_TRUE(OutlineFilter(corridor(at(47, 11), at(48, 12)), 0).certainly_apart(head(far)));
  EXPECT_FALSE(OutlineFilter(corridor(at(89.99, 0), at(89.99, 1)), 0).certainly_apart(head(far)));
  EXPECT_FALSE(OutlineFilter(corridor(at(-30, 11), at(30, 12)), 0).certainly_apart(head(far)));
  EXPECT_FALSE(OutlineFilter(corridor(at(47, 11), at(48, 12)), 1'000'001).certainly_apart(head(far)));
  EXPECT_FALSE(OutlineFilter(far, 0).certainly_apart(head(test::shape(Circle{at(47, 11), 100}))));
}

}  // namespace
}  // namespace tansiq::geo
