// Two craft beside the truth of geodesics, and the cases that people argue about.
#include "picture/closest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/units.h"
#include "picture/detection_testlib.h"

namespace tansiq::picture {
namespace {

using testing::beside;
using testing::between;
using testing::draw_meeting;
using testing::Meeting;
using testing::MeetingKind;
using testing::moved;
using testing::moving;
using testing::Truth;

constexpr UtcMs kNow{};
constexpr PairMinima kAir{.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = 300};

Mover mover(const Motion& motion) {
  auto made = make_mover(motion);
  if (!made) {
    ADD_FAILURE() << made.error().text();
    std::abort();
  }
  return *made;
}
Approach approach(const Motion& a, const Motion& b, const PairMinima& minima = kAir) {
  return closest_approach(mover(a), mover(b), minima, kNow);
}

/// Compares one pair with the truth: within the band of 1 m or 0.1 s either answer is right.
void compare(const Meeting& meeting, const PairMinima& minima, std::vector<double>& errors_s) {
  const Truth truth(meeting.a, meeting.b, kNow);
  const Approach found = approach(meeting.a, meeting.b, minima);
  const auto strict = truth.conflict(minima.horizontal_m - 1, minima.vertical_m, minima.lookahead_s - 0.1);
  const auto wide = truth.conflict(minima.horizontal_m + 1, minima.vertical_m, minima.lookahead_s);
  if (!strict.empty && strict.to - strict.from > 0.2) {
    ASSERT_TRUE(found.conflict) << "missed, from " << strict.from << " to " << strict.to;
    EXPECT_GT(found.in_s, wide.from - 0.1);
    EXPECT_LT(found.in_s, strict.from + 0.1);
    EXPECT_GT(found.out_s, strict.to - 0.1);
    EXPECT_LT(found.out_s, wide.to + 0.1);
    const auto exact = truth.conflict(minima.horizontal_m, minima.vertical_m, minima.lookahead_s);
    errors_s.push_back(std::abs(found.in_s - exact.from));
    EXPECT_FALSE(certainly_apart(mover(meeting.a), mover(meeting.b), minima, kNow));
  }
  if (wide.empty) {
    EXPECT_FALSE(found.conflict) << found.in_s << " to " << found.out_s;
  }
  if (certainly_apart(mover(meeting.a), mover(meeting.b), minima, kNow)) {
    EXPECT_FALSE(found.conflict);
  }
  EXPECT_NEAR(found.closest_m, truth.distance_m(truth.closest_s(minima.lookahead_s)), 1);
  EXPECT_NEAR(found.closest_m, truth.distance_m(found.closest_s), 1);
}

void compare_many(std::uint64_t seed, int count, const MeetingKind& kind, const PairMinima& minima,
                  std::size_t conflicts_min) {
  SeededRandom random(seed);
  std::vector<double> errors_s;
  for (int i = 0; i < count && !::testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(i);
    compare(draw_meeting(random, kind), minima, errors_s);
  }
  ASSERT_GT(errors_s.size(), conflicts_min);
  std::ranges::sort(errors_s);
  EXPECT_LT(errors_s[errors_s.size() * 99 / 100], 0.2);
}

TEST(Closest, AgreesWithGeodesicsAircraft) { compare_many(1, 3'000, {}, kAir, 500); }

TEST(Closest, AgreesWithGeodesicsNearTouching) {
  // Misses of just about the minimum, where a plane's foreshortening would show.
  SeededRandom random(2);
  std::vector<double> errors_s;
  for (int i = 0; i < 1'500 && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    Meeting meeting = draw_meeting(random, {.speed_max_m_s = 320, .miss_max_m = 0, .height_spread_m = 100});
    // At the moment at which they would meet, b stands aside by the minimum and some metres.
    const Truth truth(meeting.a, meeting.b, kNow);
    const double when = truth.closest_s(300);
    const Motion b = beside(moved(meeting.b, when), between(random, 0, 360), 9'260 + between(random, -6, 6));
    meeting.b = moved(b, -when);
    meeting.b.time = kNow;
    compare(meeting, kAir, errors_s);
  }
  EXPECT_GT(errors_s.size(), 100U);
}

TEST(Closest, AgreesWithGeodesicsShips) {
  compare_many(3, 1'500, {.speed_max_m_s = 20, .miss_max_m = 3'000, .lookahead_s = 1'200},
               {.horizontal_m = 926, .vertical_m = std::nullopt, .lookahead_s = 1'200}, 200);
}

TEST(Closest, AgreesWithGeodesicsDrones) {
  compare_many(4, 1'500, {.speed_max_m_s = 25, .miss_max_m = 500, .lookahead_s = 60, .height_spread_m = 60},
               {.horizontal_m = 250, .vertical_m = 30, .lookahead_s = 60}, 150);
}

TEST(Closest, EachCraftMovesFromItsOwnTime) {
  SeededRandom random(5);
  for (int i = 0; i < 300; ++i) {
    const Meeting meeting = draw_meeting(random, {});
    const Approach same = approach(meeting.a, meeting.b);
    const Approach older = approach(moved(meeting.a, -4), moved(meeting.b, 2.5));
    ASSERT_EQ(same.conflict, older.conflict);
    ASSERT_NEAR(same.in_s, older.in_s, 0.05);
    ASSERT_NEAR(same.closest_m, older.closest_m, 1);
  }
}

TEST(Closest, IsSymmetric) {
  SeededRandom random(6);
  for (int i = 0; i < 500; ++i) {
    const Meeting meeting = draw_meeting(random, {});
    const Approach one = approach(meeting.a, meeting.b);
    const Approach other = approach(meeting.b, meeting.a);
    ASSERT_EQ(one.conflict, other.conflict);
    ASSERT_NEAR(one.in_s, other.in_s, 1e-3);
    ASSERT_NEAR(one.closest_m, other.closest_m, 1e-2);
  }
}

TEST(Closest, NeighbouringLevelsAreSeparated) {
  // Every pair of flight levels 1,000 ft apart, in metres as they come out of feet and out of centimetres.
  for (std::int64_t level = 10; level < 600; level += 1) {
    for (const bool feet : {true, false}) {
      const auto metres = [&](std::int64_t l) {
        return feet ? static_cast<double>(l * 100) * kMetresPerFoot
                    : static_cast<double>(cm_from_flight_level(l)) / 100;
      };
      const Motion a = moving(50, 10, 90, 230, metres(level));
      ASSERT_FALSE(approach(a, moving(50, 10.5, 270, 230, metres(level + 10))).conflict) << level;
      ASSERT_TRUE(approach(a, moving(50, 10.5, 270, 230, metres(level + 9))).conflict) << level;
    }
  }
}

TEST(Closest, ExactlyTheHorizontalMinimumIsSeparated) {
  const Motion a = moving(40, 179.99, 90, 0, 1'000);
  EXPECT_FALSE(approach(a, beside(a, 70, 9'260)).conflict);
  EXPECT_TRUE(approach(a, beside(a, 70, 9'259.9)).inside);
}

TEST(Closest, AcrossThePoleAndTheMeridian) {
  // Head-on over the pole: 300 m/s of closing, 60 km apart.
  const Motion a = moving(89.7, 0, 0, 150, 9'000);
  const Motion b = moving(89.7, -180, 0, 150, 9'000);
  const Approach pole = approach(a, b);
  EXPECT_TRUE(pole.conflict);
  EXPECT_NEAR(pole.closest_s, 2 * 0.3 * 111'694 / 300, 0.5);
  EXPECT_LT(pole.closest_m, 1);
  const Approach meridian = approach(moving(0, 179.8, 90, 200, 9'000), moving(0, -179.8, 270, 200, 9'000));
  EXPECT_NEAR(meridian.closest_s, 0.4 * 111'320 / 400, 0.1);
}

TEST(Closest, HeightsAreComparedInCommonTerms) {
  Motion a = moving(50, 10, 90, 200, 5'000);
  Motion b = moving(50, 10.2, 270, 200, 9'000);
  EXPECT_EQ(approach(a, b).height, HeightBasis::kPressure);
  EXPECT_FALSE(approach(a, b).conflict);
  // Both pressures count before the geometric ones.
  a.geometric_m = b.geometric_m = 5'000;
  EXPECT_FALSE(approach(a, b).conflict);
  // Pressure of one alone: the geometric ones are what they have in common.
  a.pressure_m.reset();
  EXPECT_EQ(approach(a, b).height, HeightBasis::kGeometric);
  EXPECT_TRUE(approach(a, b).conflict);
  // Nothing in common: 5,000 m leave a margin of 1,250 m beside the minimum.
  b.geometric_m.reset();
  b.pressure_m = 5'000 + 1'250 + 304;
  EXPECT_EQ(approach(a, b).height, HeightBasis::kMixed);
  EXPECT_TRUE(approach(a, b).conflict);
  b.pressure_m = 5'000 + 1'250 + 305;
  EXPECT_FALSE(approach(a, b).conflict);
  // Nothing known: any height, and it says so.
  b.pressure_m.reset();
  EXPECT_EQ(approach(a, b).height, HeightBasis::kUnknown);
  EXPECT_TRUE(approach(a, b).conflict);
  EXPECT_FALSE(approach(a, b).closest_height_m);
}

TEST(Closest, LevellingOffAgreesWithSmallSteps) {
  // One or both climb or descend to a level; beside a scan at every tenth of a second.
  SeededRandom random(7);
  int conflicts = 0;
  int changed = 0;
  for (int i = 0; i < 1'500; ++i) {
    SCOPED_TRACE(i);
    const Meeting meeting =
        draw_meeting(random, {.speed_max_m_s = 250, .miss_max_m = 9'000, .lookahead_s = 120, .height_spread_m = 900});
    Mover a = mover(meeting.a);
    Mover b = mover(meeting.b);
    for (Mover* m : {&a, &b}) {
      m->has_cleared = !random.one_in(4);
      m->cleared_pressure_m = m->pressure_m + (random.one_in(2) ? 900 : 60) * between(random, -1, 1);
    }
    const UtcMs now{random.between(0, 8'000)};
    const PairMinima minima{.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = 120};
    const auto height = [&](const Mover& m, double t) {
      const double free = m.pressure_m + m.up_m_s * t;
      if (!m.has_cleared || (m.cleared_pressure_m - m.pressure_m) * m.up_m_s <= 0) return free;
      return m.up_m_s > 0 ? std::min(free, m.cleared_pressure_m) : std::max(free, m.cleared_pressure_m);
    };
    Mover flat_a = a;
    Mover flat_b = b;
    flat_a.has_pressure = flat_b.has_pressure = false;
    const Approach any_height = closest_approach(flat_a, flat_b, minima, now);
    double first = -1;
    for (double t = any_height.in_s; any_height.conflict && t < any_height.out_s && first < 0; t += 0.1) {
      const double age = a.age_s(now) + t;
      if (std::abs(height(a, age) - height(b, age)) < 304.7) first = t;
    }
    const Approach found = closest_approach(a, b, minima, now);
    if (first >= 0) {
      ++conflicts;
      ASSERT_TRUE(found.conflict);
      ASSERT_FALSE(certainly_apart(a, b, minima, now));
      ASSERT_NEAR(found.in_s, first, 0.3 + 0.2 / 0.5);
      ASSERT_EQ(found.inside, first == 0 && found.in_s == 0);
    } else if (found.conflict) {
      ASSERT_LT(found.out_s - found.in_s, 0.3);
    }
    Mover free_a = a;
    Mover free_b = b;
    free_a.has_cleared = free_b.has_cleared = false;
    if (closest_approach(free_a, free_b, minima, now).conflict != found.conflict) ++changed;
  }
  EXPECT_GT(conflicts, 200);
  EXPECT_GT(changed, 50);
}

TEST(Closest, WhatIsNoMotionIsRefused) {
  const auto refused = [](Motion motion, std::string_view where) {
    const auto made = make_mover(motion);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(made.error().where, where);
  };
  refused(moving(91, 0, 0, 0), "lat_deg");
  refused(moving(std::nan(""), 0, 0, 0), "lat_deg");
  refused(moving(0, 0, 90, 9'000), "east_m_s");
  refused(moving(0, 0, 0, 10, 1e9), "pressure_m");
  refused(moving(0, 0, 0, 10, 100, std::nan("")), "up_m_s");
}

/// The turning path by small steps of course and place, on the truth's geodesics: the next second after `since`.
Motion turned(Motion motion, int since, const TurnModel& model) {
  const double turning = std::min(model.turn_s_max, motion.turn_deg_s == 0 ? 0 : 180 / std::abs(motion.turn_deg_s));
  constexpr int kSteps = 10;
  for (int i = 0; i < kSteps; ++i) {
    motion = moved(motion, 1.0 / kSteps);
    if (since + (i + 0.5) / kSteps >= turning) continue;
    const double angle = motion.turn_deg_s / kSteps * std::numbers::pi / 180;
    const double east = motion.east_m_s;
    const double north = motion.north_m_s;
    motion.east_m_s = east * std::cos(angle) + north * std::sin(angle);
    motion.north_m_s = north * std::cos(angle) - east * std::sin(angle);
  }
  return motion;
}

TEST(Closest, TurningAgreesWithSmallSteps) {
  SeededRandom random(8);
  const PairMinima minima{.horizontal_m = 5'000, .vertical_m = std::nullopt, .lookahead_s = 90};
  int conflicts = 0;
  for (int i = 0; i < 200; ++i) {
    Meeting meeting = draw_meeting(random, {.speed_max_m_s = 250, .miss_max_m = 8'000, .lookahead_s = 90});
    meeting.a.turn_deg_s = between(random, -4, 4);
    meeting.b.turn_deg_s = random.one_in(2) ? 0 : between(random, -4, 4);
    const Approach found =
        closest_approach_turning(mover(meeting.a), mover(meeting.b), minima, {.turn_s_max = 40}, kNow);
    double least = 1e9;
    double entry = -1;
    Motion a = meeting.a;
    Motion b = meeting.b;
    for (int s = 0; s <= 90; ++s) {
      const double d = testing::geodesic_m(a, b);
      least = std::min(least, d);
      if (entry < 0 && d < minima.horizontal_m) entry = s;
      a = turned(a, s, {.turn_s_max = 40});
      b = turned(b, s, {.turn_s_max = 40});
    }
    ASSERT_NEAR(found.closest_m, least, 200) << i;  // A second of sampling, and the plane.
    if (least < minima.horizontal_m - 200) {
      ++conflicts;
      ASSERT_TRUE(found.conflict) << i;
      ASSERT_NEAR(found.in_s, entry, 3) << i;
    }
    if (least > minima.horizontal_m + 200) {
      ASSERT_FALSE(found.conflict) << i;
    }
  }
  EXPECT_GT(conflicts, 10);
}

TEST(Closest, WithoutATurnBothPredictionsAgree) {
  SeededRandom random(9);
  for (int i = 0; i < 300; ++i) {
    const Meeting meeting = draw_meeting(random, {.speed_max_m_s = 250, .lookahead_s = 60});
    const PairMinima minima{.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = 60};
    const Approach straight = approach(meeting.a, meeting.b, minima);
    const Approach turning = closest_approach_turning(mover(meeting.a), mover(meeting.b), minima, {}, kNow);
    ASSERT_NEAR(straight.closest_m, turning.closest_m, 5);
    if (straight.conflict && straight.closest_m < 9'200 && straight.out_s - straight.in_s > 1) {
      ASSERT_TRUE(turning.conflict) << i;
      ASSERT_EQ(straight.inside, turning.inside);
    }
  }
}

}  // namespace
}  // namespace tansiq::picture
