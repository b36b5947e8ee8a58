// Every pair of outlines with minima, against geodesics of GeographicLib between sampled points of the two regions.
#include <gtest/gtest.h>

#include <GeographicLib/Geodesic.hpp>
#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "geo/geo_testlib.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

using GeographicLib::Geodesic;
using test::at;

struct Degrees {
  double lat;
  double lng;
};

double geodesic_m(Degrees a, Degrees b) {
  double s = 0;
  Geodesic::WGS84().Inverse(a.lat, a.lng, b.lat, b.lng, s);
  return s;
}
Degrees go(Degrees from, double azimuth, double metres) {
  Degrees to{};
  Geodesic::WGS84().Direct(from.lat, from.lng, azimuth, metres, to.lat, to.lng);
  return to;
}
Degrees degrees(LatLng p) { return {p.lat_e7 / 1e7, p.lng_e7 / 1e7}; }
LatLng rounded(Degrees p) {
  double lng = p.lng;
  while (lng > 180) lng -= 360;
  while (lng < -180) lng += 360;
  return at(std::clamp(p.lat, -90.0, 90.0), lng);
}
Degrees degrees(Vec3 v) {
  return {std::atan2(v.z, std::hypot(v.x, v.y)) * 180 / M_PI, std::atan2(v.y, v.x) * 180 / M_PI};
}
/// A point of the great circle of normals from a (t = 0) to b (t = 1).
Vec3 between(LatLng a, LatLng b, double t) {
  const Vec3 u = make_vertex(a).v;
  const Vec3 w = make_vertex(b).v;
  const double angle = std::atan2(norm(cross(u, w)), dot(u, w));
  const Vec3 side = unit(w - dot(u, w) * u);
  return unit(std::cos(angle * t) * u + std::sin(angle * t) * side);
}

/// A region as a map from [0, 1)² to its points; onto its border and, for corridors, its whole.
struct Region {
  Shape shape;
  std::function<Degrees(double, double)> point;
  int parts;  ///< Edges, or legs and bends: the first coordinate runs through them in equal steps.
};

Region polygon_region(SeededRandom& random, Degrees centre, double size_m) {
  for (;;) {
    const auto n = random.between(3, 7);
    std::vector<LatLng> v;
    for (std::int64_t i = 0; i < n; ++i) {
      const double azimuth = 360 * (static_cast<double>(i) + random.unit() * 0.8) / static_cast<double>(n);
      v.push_back(rounded(go(centre, azimuth, size_m * (0.1 + 0.4 * random.unit()))));
    }
    auto shape = Shape::make(Polygon{v});
    if (!shape) continue;
    return {*shape,
            [v](double s, double) {
              const double at_edge = s * static_cast<double>(v.size());
              const auto i = static_cast<std::size_t>(at_edge);
              return degrees(between(v[i], v[(i + 1) % v.size()], at_edge - static_cast<double>(i)));
            },
            static_cast<int>(n)};
  }
}

Region circle_region(Degrees centre, double radius_m) {
  const LatLng c = rounded(centre);
  const auto cm = std::max<std::int64_t>(std::llround(radius_m * 100), 1);
  return {test::shape(Circle{c, cm}),
          [c, cm](double s, double) { return go(degrees(c), 360 * s, static_cast<double>(cm) / 100); }, 4};
}

Region corridor_region(SeededRandom& random, Degrees start, double size_m) {
  for (;;) {
    std::vector<LatLng> line{rounded(start)};
    double azimuth = 360 * random.unit();
    Degrees at_point = start;
    for (int leg = 0; leg < 3; ++leg) {
      at_point = go(at_point, azimuth, size_m / 3 * (0.2 + random.unit()));
      line.push_back(rounded(at_point));
      azimuth += random.unit() * 240 - 120;
    }
    const double widest = std::min(size_m / 4, 100'000.0);
    const auto left = std::llround(widest * random.unit() * 100);
    const auto right = random.one_in(4) ? 0 : std::llround(widest * random.unit() * 100);
    auto shape = Shape::make(Corridor{line, left, right});
    if (!shape) continue;
    const auto point = [line, left, right](double s, double across) {
      const std::size_t legs = line.size() - 1;
      // Parts: the legs, then the bends.
      const double scaled = s * static_cast<double>(2 * legs - 1);
      const auto part = static_cast<std::size_t>(scaled);
      const double t = scaled - static_cast<double>(part);
      const auto azimuth_at = [&](std::size_t leg, double along) {
        double azi1 = 0;
        double azi2 = 0;
        double length = 0;
        const double before = std::min(along, 1 - 1e-6);
        const Degrees p = degrees(between(line[leg], line[leg + 1], before));
        const Degrees q = degrees(between(line[leg], line[leg + 1], before + 1e-6));
        Geodesic::WGS84().Inverse(p.lat, p.lng, q.lat, q.lng, length, azi1, azi2);
        return azi2;
      };
      const double l = static_cast<double>(left) / 100;
      const double r = static_cast<double>(right) / 100;
      if (part < legs) {
        const Degrees p = degrees(between(line[part], line[part + 1], t));
        const double azimuth_here = azimuth_at(part, t);
        const double offset = -r + (l + r) * across;
        return offset >= 0 ? go(p, azimuth_here - 90, offset) : go(p, azimuth_here + 90, -offset);
      }
      const std::size_t bend = part - legs + 1;
      const double arriving = azimuth_at(bend - 1, 1);
      const double leaving = azimuth_at(bend, 0);
      const double turn = std::remainder(leaving - arriving, 360);  // positive: to the right, so the left is outside
      return turn > 0 ? go(degrees(line[bend]), arriving - 90 + turn * t, l * across)
                      : go(degrees(line[bend]), arriving + 90 + turn * t, r * across);
    };
    return {*shape, point, static_cast<int>(2 * line.size() - 3)};
  }
}

Region random_region(SeededRandom& random, int kind, Degrees centre, double size_m) {
  if (kind == 0) return polygon_region(random, centre, size_m);
  if (kind == 1) return circle_region(centre, std::min(size_m / 2, 499'999.0));
  return corridor_region(random, centre, size_m);
}

struct Parameter {
  double s;
  double t;
};

/// Shrinking random search for the least distance between two parts.
double refined_m(SeededRandom& random, const Region& a, const Region& b, int part_a, int part_b, Parameter x,
                 Parameter y, double best) {
  double radius = 0.3;
  for (int i = 0; i < 260; ++i) {
    const auto jitter = [&](Parameter p, int part, int parts) {
      const double low = static_cast<double>(part) / parts;
      const double high = (part + 1 - 1e-9) / parts;
      return Parameter{std::clamp(p.s + radius * (2 * random.unit() - 1) / parts, low, high),
                       std::clamp(p.t + radius * (2 * random.unit() - 1), 0.0, 1.0)};
    };
    const Parameter x2 = jitter(x, part_a, a.parts);
    const Parameter y2 = jitter(y, part_b, b.parts);
    const double d = geodesic_m(a.point(x2.s, x2.t), b.point(y2.s, y2.t));
    if (d < best) best = d, x = x2, y = y2;
    radius *= 0.97;
  }
  return best;
}

/// The least distance found between points of the two: samples of every part, then a search in the nearest pairs.
double least_distance_m(SeededRandom& random, const Region& a, const Region& b) {
  struct Sample {
    int part;
    Parameter at;
    Degrees point;
  };
  const auto samples_of = [&random](const Region& region) {
    std::vector<Sample> samples;
    for (int part = 0; part < region.parts; ++part) {
      for (int i = 0; i < 10; ++i) {
        const Parameter x{(part + std::min(i / 9.0, 1 - 1e-9)) / region.parts,
                          static_cast<double>(random.between(0, 1))};
        samples.push_back({part, x, region.point(x.s, x.t)});
      }
    }
    return samples;
  };
  struct Best {
    double d;
    Sample a, b;
  };
  std::map<std::pair<int, int>, Best> best;
  const auto from_b = samples_of(b);
  for (const Sample& x : samples_of(a)) {
    for (const Sample& y : from_b) {
      const double d = geodesic_m(x.point, y.point);
      const auto [it, fresh] = best.try_emplace({x.part, y.part}, Best{d, x, y});
      if (!fresh && d < it->second.d) it->second = {d, x, y};
    }
  }
  std::vector<Best> nearest;
  for (const auto& [parts, found] : best) nearest.push_back(found);
  std::ranges::sort(nearest, {}, &Best::d);
  double least = nearest.front().d;
  for (std::size_t i = 0; i < std::min<std::size_t>(nearest.size(), 6); ++i) {
    const Best& from = nearest[i];
    least = std::min(least, refined_m(random, a, b, from.a.part, from.b.part, from.a.at, from.b.at, from.d));
  }
  return least;
}

struct Place {
  Degrees centre;
  double size_m;
};

const std::vector<Place>& places() {
  static const std::vector<Place> kPlaces{{{47, 11}, 5'000},    {{89.99, 30}, 5'000}, {{-33, 179.99}, 20'000},
                                          {{0, 0}, 50'000},     {{60, -20}, 300'000}, {{-88, 100}, 300'000},
                                          {{20, 179}, 600'000}, {{-51.5, -0.1}, 30},  {{72, 45}, 900'000}};
  return kPlaces;
}

TEST(DistanceProperty, NoConflictIsMissedAndTheSlackIsKept) {
  SeededRandom random(5);
  std::array<std::array<int, 3>, 3> tight{};
  for (int round = 0; round < 500; ++round) {
    const Place& place = places()[static_cast<std::size_t>(round) % places().size()];
    const auto kind_a = static_cast<int>(random.between(0, 2));
    const auto kind_b = static_cast<int>(random.between(0, 2));
    const double size_a = place.size_m * (0.2 + 0.8 * random.unit());
    const double size_b = place.size_m * (0.2 + 0.8 * random.unit());
    const Region a = random_region(random, kind_a, place.centre, size_a);
    const Region b = random_region(random, kind_b,
                                   go(place.centre, 360 * random.unit(), place.size_m * (0.3 + random.unit())), size_b);
    double d = least_distance_m(random, a, b);
    // Points this far apart exist, so a larger minimum is broken.
    const auto minimum = static_cast<std::int64_t>(d) + 1;
    ASSERT_TRUE(outlines_conflict(a.shape, b.shape, minimum))
        << "round " << round << " kinds " << kind_a << kind_b << " d " << d;
    ASSERT_TRUE(outlines_conflict(b.shape, a.shape, minimum));
    if (outlines_conflict(a.shape, b.shape, 0)) continue;
    // The search finds the least distance to about a thousandth; the rest is the stated slack.
    const auto allowed = [&] {
      const double slack = kDistanceSlackM + kDistanceSlackRelative * (d + size_a + size_b) + 0.002 * d;
      return static_cast<std::int64_t>(std::floor(d - slack));
    };
    // A random search may miss the nearest bend: search again before complaining.
    for (int again = 0; again < 40 && outlines_conflict(a.shape, b.shape, allowed()); ++again) {
      d = std::min(d, least_distance_m(random, a, b));
    }
    if (allowed() <= 0) continue;
    ++tight[static_cast<std::size_t>(kind_a)][static_cast<std::size_t>(kind_b)];
    EXPECT_FALSE(outlines_conflict(a.shape, b.shape, allowed()))
        << "round " << round << " kinds " << kind_a << kind_b << " d " << d << " allowed " << allowed();
  }
  for (const auto& row : tight) {
    for (const int count : row) EXPECT_GT(count, 5);
  }
}

TEST(DistanceProperty, APointOfBothIsAConflict) {
  SeededRandom random(6);
  for (int round = 0; round < 3'000; ++round) {
    const Place& place = places()[static_cast<std::size_t>(round) % places().size()];
    const auto kind = static_cast<int>(random.between(0, 2));
    const Region a = random_region(random, kind, place.centre, place.size_m * (0.2 + random.unit()));
    const Degrees p = a.point(random.unit(), random.unit());
    // Large enough to hold the point after rounding to 1e-7 degree.
    const double radius = 0.02 + place.size_m * 0.05 * random.unit();
    const Degrees centre = go(p, 360 * random.unit(), radius - 0.015);
    ASSERT_TRUE(outlines_conflict(a.shape, circle_region(centre, radius).shape, 0))
        << "round " << round << " kind " << kind;
    ASSERT_TRUE(share_cell(a.shape, circle_region(centre, radius).shape)) << "round " << round << " kind " << kind;
    // The rectangle of bounds holds every point of the shape.
    const auto bounds = a.shape.bounds();
    const LatLng q = rounded(p);
    EXPECT_LE(bounds.lat_low - 1, q.lat_e7) << "round " << round;
    EXPECT_GE(bounds.lat_high + 1, q.lat_e7) << "round " << round;
    const std::int64_t width = lng_difference(bounds.lng_high, bounds.lng_low);
    const bool whole = bounds.lng_low == -kHalfTurnE7 && bounds.lng_high == kHalfTurnE7;
    const std::int64_t east = std::int64_t{q.lng_e7} - bounds.lng_low;
    EXPECT_TRUE(whole || (east + kFullTurnE7 + 1) % kFullTurnE7 <= (width < 0 ? width + kFullTurnE7 : width) + 2)
        << "round " << round;
  }
}

TEST(DistanceProperty, CoversOnlyWhatIsInside) {
  SeededRandom random(8);
  std::array<int, 3> held{};
  for (int round = 0; round < 3'000; ++round) {
    const Place& place = places()[static_cast<std::size_t>(round) % places().size()];
    const auto kind_a = static_cast<int>(random.between(0, 2));
    const auto kind_b = static_cast<int>(random.between(0, 2));
    const Region outer = random_region(random, kind_a, place.centre, place.size_m);
    // Somewhere inside; border points of the outer polygon or circle would hold nothing.
    const Degrees inside =
        kind_a == 2 ? outer.point(random.unit(), 0.5) : go(place.centre, 360 * random.unit(), place.size_m * 0.05);
    const Region inner = random_region(random, kind_b, inside, place.size_m * 0.03 * random.unit() + 1);
    if (!covers(outer.shape, inner.shape)) continue;
    ++held[static_cast<std::size_t>(kind_a)];
    // Then no point of the inner one may be away from the outer one.
    for (int i = 0; i < 30; ++i) {
      const Degrees p = inner.point(random.unit(), random.unit());
      ASSERT_TRUE(outlines_conflict(outer.shape, circle_region(p, 0.02).shape, 0))
          << "round " << round << " kinds " << kind_a << kind_b << " place " << place.size_m;
    }
  }
  for (const int count : held) EXPECT_GT(count, 5);
}

}  // namespace
}  // namespace tansiq::geo
