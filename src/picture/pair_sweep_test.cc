// The sweep beside all pairs, wherever coordinates have a seam; boxes beside paths.
#include "picture/pair_sweep.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "picture/detection_testlib.h"
#include "picture/path_box.h"

namespace tansiq::picture {
namespace {

using testing::between;
using testing::Crowd;
using testing::draw_in_crowd;
using testing::draw_meeting;
using testing::Meeting;

constexpr UtcMs kNow{1'000'000};
constexpr PairMinima kAir{.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = 120};

Mover mover(const Motion& motion) { return make_mover(motion).value(); }

std::vector<Mover> crowd_of(std::size_t count, const Crowd& crowd, std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<Mover> movers;
  for (std::size_t i = 0; i < count; ++i) movers.push_back(mover(draw_in_crowd(random, crowd, kNow)));
  return movers;
}

std::vector<SweepConflict> all_pairs(const std::vector<Mover>& movers, const PairMinima& minima) {
  std::vector<SweepConflict> out;
  for (std::uint32_t i = 0; i < movers.size(); ++i) {
    for (std::uint32_t j = i + 1; j < movers.size(); ++j) {
      const Approach approach = closest_approach(movers[i], movers[j], minima, kNow);
      if (approach.conflict) out.push_back({i, j, approach});
    }
  }
  return out;
}

void expect_same(const std::vector<SweepConflict>& wanted, const std::vector<SweepConflict>& found) {
  ASSERT_EQ(wanted.size(), found.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ASSERT_EQ(wanted[i].first, found[i].first);
    ASSERT_EQ(wanted[i].second, found[i].second);
    ASSERT_EQ(wanted[i].approach.in_s, found[i].approach.in_s);
    ASSERT_EQ(wanted[i].approach.closest_m, found[i].approach.closest_m);
  }
}

void compare_everywhere(Crowd crowd, const PairMinima& minima) {
  PairSweep sweep;
  std::uint64_t seed = 1;
  for (const auto& [lat, lng] : testing::kSeams) {
    SCOPED_TRACE(::testing::Message() << lat << ", " << lng);
    crowd.lat_deg = lat;
    crowd.lng_deg = lng;
    const std::vector<Mover> movers = crowd_of(400, crowd, seed++);
    const auto wanted = all_pairs(movers, minima);
    ASSERT_GT(wanted.size(), 100U);
    const SweepResult found = sweep.run(movers, kNow, {.minima = minima});
    expect_same(wanted, found.conflicts);
    EXPECT_LT(found.candidates, movers.size() * movers.size() / 4);
    EXPECT_EQ(found.dropped, 0U);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(PairSweep, AgreesWithAllPairsAircraft) { compare_everywhere({}, kAir); }

TEST(PairSweep, AgreesWithAllPairsShips) {
  compare_everywhere({.radius_m = 20'000, .speed_max_m_s = 15},
                     {.horizontal_m = 926, .vertical_m = std::nullopt, .lookahead_s = 1'200});
}

TEST(PairSweep, AgreesWithAllPairsDrones) {
  compare_everywhere({.radius_m = 5'000, .speed_max_m_s = 25, .height_spread_m = 120},
                     {.horizontal_m = 250, .vertical_m = 30, .lookahead_s = 60});
}

TEST(PairSweep, AgreesWithAllPairsOfVeryDifferentSpeeds) {
  // A few that cross hundreds of cells among many that stay in one.
  Crowd crowd{.lat_deg = 89.9, .lng_deg = 20, .radius_m = 30'000, .speed_max_m_s = 20};
  std::vector<Mover> movers = crowd_of(300, crowd, 7);
  crowd.speed_max_m_s = 2'000;
  for (const Mover& fast : crowd_of(10, crowd, 8)) movers.push_back(fast);
  expect_same(all_pairs(movers, kAir), PairSweep().run(movers, kNow, {.minima = kAir}).conflicts);
}

TEST(PairSweep, TheNumberOfThreadsDoesNotShow) {
  const std::vector<Mover> movers = crowd_of(1'500, {.lat_deg = 35.26439, .lng_deg = 45}, 9);
  PairSweep sweep;
  const SweepResult one = sweep.run(movers, kNow, {.minima = kAir});
  for (const unsigned threads : {2U, 5U}) {
    const SweepResult more = sweep.run(movers, kNow, {.minima = kAir, .threads = threads});
    expect_same(one.conflicts, more.conflicts);
    EXPECT_EQ(one.candidates, more.candidates);
    EXPECT_EQ(one.compared, more.compared);
  }
}

TEST(PairSweep, BeyondTheLimitConflictsAreCounted) {
  const std::vector<Mover> movers = crowd_of(400, {.lat_deg = 10}, 10);
  PairSweep sweep;
  const SweepResult all = sweep.run(movers, kNow, {.minima = kAir});
  const SweepResult some = sweep.run(movers, kNow, {.minima = kAir, .conflicts_max = 20});
  EXPECT_EQ(some.conflicts.size(), 20U);
  EXPECT_EQ(some.dropped, all.conflicts.size() - 20);
}

TEST(PairSweep, NoneAndOne) {
  PairSweep sweep;
  EXPECT_TRUE(sweep.run({}, kNow, {.minima = kAir}).conflicts.empty());
  EXPECT_TRUE(sweep.run(crowd_of(1, {}, 11), kNow, {.minima = kAir}).conflicts.empty());
}

TEST(PathBox, BoxesOfCraftInConflictMeet) {
  SeededRandom random(12);
  int straight = 0;
  int turning = 0;
  const TurnModel turn;
  for (int i = 0; i < 20'000; ++i) {
    Meeting meeting = draw_meeting(random, {.miss_max_m = 12'000, .lookahead_s = 120, .height_spread_m = 600});
    if (random.one_in(2)) meeting.a.turn_deg_s = between(random, -4, 4);
    if (random.one_in(3)) meeting.b.turn_deg_s = between(random, -4, 4);
    const Mover a = mover(meeting.a);
    const Mover b = mover(meeting.b);
    const UtcMs now{random.between(0, 10'000)};
    const double age = a.age_s(now);
    const bool meet =
        boxes_meet(path_box(a, kAir, turn, age, age + 120), path_box(b, kAir, turn, age, age + 120).as_query());
    if (closest_approach(a, b, kAir, now).conflict) {
      ++straight;
      ASSERT_TRUE(meet) << i;
    }
    PairMinima less = kAir;
    less.horizontal_m *= 0.98;
    if (closest_approach_turning(a, b, less, turn, now).conflict) {
      ++turning;
      ASSERT_TRUE(meet) << i;
    }
  }
  EXPECT_GT(straight, 2'000);
  EXPECT_GT(turning, 2'000);
}

TEST(PathBox, EveryPointOfABoxIsInOneOfItsCells) {
  SeededRandom random(13);
  for (int i = 0; i < 3'000; ++i) {
    const auto& seam = testing::kSeams[static_cast<std::size_t>(random.between(0, std::ssize(testing::kSeams) - 1))];
    const Mover m = mover(draw_in_crowd(random, {.lat_deg = seam[0], .lng_deg = seam[1]}, kNow));
    const PathBox box = path_box(m, kAir, {}, 0, 120);
    const CellGrid grid(static_cast<float>(between(random, 100, 60'000)));
    const auto inside = [&](std::size_t axis) {
      return std::clamp(static_cast<float>(between(random, double{box.low(axis)}, double{box.high(axis)})),
                        box.low(axis), box.high(axis));
    };
    for (int k = 0; k < 10; ++k) {
      const CellGrid::Cell cell = grid.cell_of(inside(0), inside(1), inside(2));
      bool found = false;
      grid.visit_faces(box, 0, [&](const CellRange& range) {
        found = found || (range.face == cell.face && range.i_low <= cell.i && cell.i <= range.i_high &&
                          range.j_low <= cell.j && cell.j <= range.j_high);
      });
      ASSERT_TRUE(found) << i;
    }
  }
}

}  // namespace
}  // namespace tansiq::picture
