// Every answer of the filters against 110-digit arithmetic.
#include "geo/exact.h"

#include <gtest/gtest.h>

#include "geo/geo_testlib.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

using test::at;

int exact(LatLng a, LatLng b, LatLng c) { return orient(make_vertex(a), make_vertex(b), make_vertex(c)); }

TEST(Orient, AgreesWithDigitsOnNearlyCollinearPoints) {
  SeededRandom random(7);
  for (int round = 0; round < 3'000; ++round) {
    const std::int64_t span = random.one_in(2) ? 20 : random.one_in(2) ? 50'000 : 400'000'000;
    const auto near_by = [&](LatLng p) {
      const auto lat =
          std::clamp<std::int64_t>(p.lat_e7 + random.between(-span, span), -kQuarterTurnE7, kQuarterTurnE7);
      const auto lng = std::clamp<std::int64_t>(p.lng_e7 + random.between(-span, span), -kHalfTurnE7, kHalfTurnE7);
      return canonical({static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)});
    };
    // Close to a pole vectors cannot tell points apart; around zero the equator's structure matters.
    const LatLng base = random.one_in(4)   ? at(89.9999, 12)
                        : random.one_in(3) ? at(0, 0)
                                           : near_by(at(random.unit() * 170 - 85, random.unit() * 340 - 170));
    const LatLng a = near_by(base);
    const LatLng b = near_by(base);
    // Close to the middle of a and b, or anywhere near.
    LatLng c = near_by(base);
    if (random.one_in(2)) {
      const Vec3 m = unit(make_vertex(a).v + make_vertex(b).v);
      c = canonical(at(std::atan2(m.z, std::hypot(m.x, m.y)) * 180 / M_PI, std::atan2(m.y, m.x) * 180 / M_PI));
    }
    ASSERT_EQ(exact(a, b, c), orient_by_digits(a, b, c))
        << a.lat_e7 << ' ' << a.lng_e7 << ", " << b.lat_e7 << ' ' << b.lng_e7 << ", " << c.lat_e7 << ' ' << c.lng_e7;
    ASSERT_EQ(exact(a, b, c), exact(b, c, a));
    ASSERT_EQ(exact(a, b, c), -exact(b, a, c));
  }
}

TEST(Orient, KnowsTheZerosOfStructure) {
  EXPECT_EQ(exact(at(10, 20), at(60, 20), at(-30, 20)), 0);
  EXPECT_EQ(exact(at(10, 20), at(60, -160), at(-30, 20)), 0);
  EXPECT_EQ(exact(at(0, 20), at(0, -120), at(0, 77.1234567)), 0);
  EXPECT_EQ(exact(at(12.3456789, 20), at(-12.3456789, 40), at(0, 30)), 0);
  EXPECT_EQ(exact(at(12.3456789, 20), at(12.3456789, 40), at(0, 120)), 0);
  EXPECT_EQ(exact(at(12, 20), at(-12, -160), at(50, 50)), 0);  // opposite points
  EXPECT_EQ(exact(at(12, 180), at(13, -180), at(50, 180)), 0);
  EXPECT_EQ(exact(at(90, 7), at(13, 50), at(50, 50)), 0);
  // One unit off each of them.
  EXPECT_NE(exact(at(10, 20), at(60, 20.0000001), at(-30, 20)), 0);
  EXPECT_NE(exact(at(0.0000001, 20), at(0, -120), at(0, 77)), 0);
  EXPECT_NE(exact(at(12.3456789, 20), at(-12.3456788, 40), at(0, 30)), 0);
  EXPECT_NE(exact(at(90, 7), at(13, 50), at(50, 50.0000001)), 0);
}

TEST(Orient, TellsPointsApartBesideThePole) {
  // 2e-11 m apart: their rounded vectors are equal.
  const LatLng p = at(89.9999999, 10);
  const LatLng q = at(89.9999999, 10.0000001);
  EXPECT_NE(exact(p, q, at(80, 10)), 0);
  EXPECT_EQ(exact(p, q, at(80, 10)), orient_by_digits(p, q, at(80, 10)));
}

TEST(OnOpenEdge, EndsMiddlesAndTheFarSide) {
  const auto on = [](LatLng a, LatLng b, LatLng p) {
    return on_open_edge(make_vertex(a), make_vertex(b), make_vertex(p));
  };
  EXPECT_TRUE(on(at(10, 5), at(20, 5), at(15, 5)));
  EXPECT_FALSE(on(at(10, 5), at(20, 5), at(10, 5)));
  EXPECT_FALSE(on(at(10, 5), at(20, 5), at(20.0000001, 5)));
  EXPECT_FALSE(on(at(10, 5), at(20, 5), at(-15, -175)));
  EXPECT_TRUE(on(at(80, 5), at(80, -175), at(90, 0)));
  EXPECT_TRUE(on(at(0, 170), at(0, -170), at(0, 180)));
  EXPECT_TRUE(on(at(-3, -7), at(3, 7), at(0, 0)));
}

/// All pairs of edges, the obvious way.
bool touches_somewhere(const std::vector<Vertex>& v) {
  const std::size_t n = v.size();
  const auto on_closed = [](const Vertex& a, const Vertex& b, const Vertex& p) {
    return p.p == a.p || p.p == b.p || on_open_edge(a, b, p);
  };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const Vertex &a = v[i], &b = v[(i + 1) % n], &c = v[j], &d = v[(j + 1) % n];
      if (j == i + 1 || (i == 0 && j == n - 1)) {
        const Vertex& apex = j == i + 1 ? b : a;
        const Vertex& before = j == i + 1 ? a : c;
        const Vertex& after = j == i + 1 ? d : b;
        if (on_closed(apex, after, before) || on_closed(apex, before, after)) return true;
        continue;
      }
      if (on_closed(a, b, c) || on_closed(a, b, d) || on_closed(c, d, a) || on_closed(c, d, b)) return true;
      const int abc = orient(a, b, c);
      if (abc != 0 && abc == -orient(a, b, d) && orient(c, d, a) == -abc && orient(c, d, b) == abc) return true;
    }
  }
  return false;
}

TEST(SimplePolygon, TheSweepAgreesWithAllPairs) {
  SeededRandom random(11);
  int simple = 0;
  int touching = 0;
  for (int round = 0; round < 4'000; ++round) {
    const auto n = static_cast<std::size_t>(random.between(17, 34));
    const LatLng centre = random.one_in(4)   ? at(20, 179.9)
                          : random.one_in(3) ? at(89, 0)
                          : random.one_in(2) ? at(0, 0)
                                             : at(47, 11);
    std::vector<Vertex> v;
    const bool coarse = random.one_in(2);
    for (std::size_t i = 0; i < n; ++i) {
      // A star, with some vertices on a coarse grid or displaced, so that both answers are common.
      const double angle = 2 * M_PI * (static_cast<double>(i) + (random.one_in(40) ? 1.7 : 0)) / static_cast<double>(n);
      double lat = centre.lat_e7 / 1e7 + (0.5 + random.unit()) * 0.6 * std::sin(angle);
      double lng =
          centre.lng_e7 / 1e7 + (0.5 + random.unit()) * 0.6 * std::cos(angle) * (centre.lat_e7 > 880'000'000 ? 60 : 1);
      if (coarse) lat = std::round(lat * 10) / 10, lng = std::round(lng * 10) / 10;
      if (lng > 180) lng -= 360;
      v.push_back(make_vertex(at(std::min(lat, 90.0), lng)));
    }
    bool usable = true;
    for (std::size_t i = 0; i < n; ++i) usable &= v[i].p != v[(i + 1) % n].p;
    if (!usable) continue;
    const bool expected = touches_somewhere(v);
    (expected ? touching : simple)++;
    ASSERT_EQ(find_touching_edges(v).has_value(), expected) << "round " << round;
  }
  EXPECT_GT(simple, 300);
  EXPECT_GT(touching, 300);
}

}  // namespace
}  // namespace tansiq::geo
