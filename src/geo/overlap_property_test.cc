// Polygons against a slow obvious oracle: the area of the intersection, by slices of the gnomonic projection.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "geo/geo_testlib.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

using test::at;

struct Plane {
  double x;
  double y;
};
using Flat = std::vector<Plane>;

/// Great circles become straight lines around `centre`.
Flat gnomonic(const std::vector<LatLng>& outline, Vec3 centre) {
  const Vec3 east = unit(cross(Vec3{0.123, 0.456, 1}, centre));
  const Vec3 north = cross(centre, east);
  Flat flat;
  for (const LatLng p : outline) {
    const Vec3 v = make_vertex(p).v;
    flat.push_back({dot(v, east) / dot(v, centre), dot(v, north) / dot(v, centre)});
  }
  return flat;
}

std::vector<double> crossings(const Flat& flat, double y) {
  std::vector<double> xs;
  for (std::size_t i = 0; i < flat.size(); ++i) {
    const Plane a = flat[i];
    const Plane b = flat[(i + 1) % flat.size()];
    if ((a.y <= y) != (b.y <= y)) xs.push_back(a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y));
  }
  std::ranges::sort(xs);
  return xs;
}

/// Between two neighbouring heights of vertices or crossings the overlap's width is linear, so its middle is its mean.
double common_area(const Flat& a, const Flat& b) {
  std::vector<double> heights;
  for (const Flat* f : {&a, &b}) {
    for (const Plane p : *f) heights.push_back(p.y);
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      const Plane p = a[i], q = a[(i + 1) % a.size()], r = b[j], s = b[(j + 1) % b.size()];
      const double d = (q.x - p.x) * (s.y - r.y) - (q.y - p.y) * (s.x - r.x);
      if (std::abs(d) < 1e-14) continue;
      const double t = ((r.x - p.x) * (s.y - r.y) - (r.y - p.y) * (s.x - r.x)) / d;
      if (t >= 0 && t <= 1) heights.push_back(p.y + t * (q.y - p.y));
    }
  }
  std::ranges::sort(heights);
  double area = 0;
  for (std::size_t k = 0; k + 1 < heights.size(); ++k) {
    const double slab = heights[k + 1] - heights[k];
    if (slab < 1e-13) continue;
    const double y = (heights[k] + heights[k + 1]) / 2;
    const auto xa = crossings(a, y);
    const auto xb = crossings(b, y);
    for (std::size_t i = 0; i + 1 < xa.size(); i += 2) {
      for (std::size_t j = 0; j + 1 < xb.size(); j += 2) {
        area += std::max(0.0, std::min(xa[i + 1], xb[j + 1]) - std::max(xa[i], xb[j])) * slab;
      }
    }
  }
  return area;
}

/// Corners on a coarse grid around `centre`, so that common corners, common edges and T-junctions are frequent.
std::optional<std::vector<LatLng>> coarse_polygon(SeededRandom& random, LatLng centre, std::int32_t unit_e7,
                                                  std::int32_t lng_stretch) {
  const auto n = random.between(3, 7);
  std::vector<LatLng> outline;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto lat = centre.lat_e7 + static_cast<std::int32_t>(random.between(-4, 4)) * unit_e7;
    auto lng = std::int64_t{centre.lng_e7} + random.between(-4, 4) * unit_e7 * lng_stretch;
    if (lng > kHalfTurnE7) lng -= kFullTurnE7;
    if (lng < -kHalfTurnE7) lng += kFullTurnE7;
    outline.push_back({std::min(lat, kQuarterTurnE7), static_cast<std::int32_t>(lng)});
  }
  if (!Shape::make(Polygon{outline})) return std::nullopt;
  return outline;
}

struct Region {
  LatLng centre;
  std::int32_t unit_e7;
  std::int32_t lng_stretch;
};

TEST(PolygonOverlap, AgreesWithTheAreaOfTheIntersection) {
  const std::vector<Region> regions{{at(0, 0), 1'000'000, 1},     {at(47, 11), 1'000'000, 1},
                                    {at(-33, 180), 1'000'000, 1}, {at(88, 40), 5'000'000, 90},
                                    {at(0, 180), 20'000'000, 1},  {at(47, 11), 1'000, 1},
                                    {at(20, 5), 60'000'000, 1},   {at(0, 77), 60'000'000, 1}};
  SeededRandom random(3);
  int overlapping = 0;
  int apart = 0;
  int unclear = 0;
  int nested = 0;
  for (int round = 0; round < 60'000; ++round) {
    const Region& region = regions[static_cast<std::size_t>(round) % regions.size()];
    const auto a = coarse_polygon(random, region.centre, region.unit_e7, region.lng_stretch);
    const auto b = coarse_polygon(random, region.centre, region.unit_e7, region.lng_stretch);
    if (!a || !b) continue;
    const Vec3 centre = region.centre.lat_e7 > 800'000'000 ? Vec3{0, 0, 1} : make_vertex(region.centre).v;
    const Flat fa = gnomonic(*a, centre);
    const Flat fb = gnomonic(*b, centre);
    const double scale = region.unit_e7 * 1e-7 * M_PI / 180;
    const double area = common_area(fa, fb) / (scale * scale);
    const Shape sa = test::polygon(*a);
    const Shape sb = test::polygon(*b);
    // A crumb this small may be rounding of the oracle: near lines that nearly touch it does not know.
    if (area > 1e-7 && area < 1e-4) {
      ++unclear;
      continue;
    }
    const bool expected = area >= 1e-4;
    const bool actual = outlines_conflict(sa, sb, 0);
    // Lines that bulge past each other by less than the oracle sees are real overlap; their crossing proves it.
    if (actual && !expected) {
      bool crossing = false;
      for (std::size_t i = 0; i < a->size(); ++i) {
        for (std::size_t j = 0; j < b->size(); ++j) {
          const LatLng p = (*a)[i], q = (*a)[(i + 1) % a->size()], r = (*b)[j], s = (*b)[(j + 1) % b->size()];
          const int pqr = orient_by_digits(p, q, r);
          crossing |= pqr != 0 && orient_by_digits(p, q, s) == -pqr && orient_by_digits(r, s, p) == -pqr &&
                      orient_by_digits(r, s, q) == pqr;
        }
      }
      if (crossing) {
        ++unclear;
        continue;
      }
    }
    (expected ? overlapping : apart)++;
    ASSERT_EQ(actual, expected) << "round " << round << " area " << area;
    ASSERT_EQ(outlines_conflict(sb, sa, 0), actual);
    // Inside each other: the common area is the inner one's.
    const bool inside = std::abs(common_area(fb, fb) - common_area(fa, fb)) < 1e-7 * scale * scale;
    if (covers(sa, sb)) {
      ++nested;
      ASSERT_TRUE(inside) << "round " << round;
    }
  }
  EXPECT_GT(overlapping, 1'000);
  EXPECT_GT(apart, 1'000);
  EXPECT_GT(nested, 20);
  EXPECT_LT(unclear, (overlapping + apart) / 10);
}

}  // namespace
}  // namespace tansiq::geo
