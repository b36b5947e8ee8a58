// From predictions to warnings: when they begin, what they say, when they are over; and what is not warned of.
#include "picture/conflict_watch.h"

#include <gtest/gtest.h>

#include <set>

#include "picture/detection_testlib.h"

namespace tansiq::picture {
namespace {

using testing::beside;
using testing::draw_in_crowd;
using testing::moved;
using testing::moving;

constexpr UtcMs kStart{1'700'000'000'000};
constexpr TrackId kOne{1};
constexpr TrackId kTwo{2};

/// Flies craft straight on from their motions, a report each second, and keeps what the watch says.
class Sky {
 public:
  explicit Sky(const ConflictOptions& options = air_conflict_options(), ConflictWatch::MinimaOf minima_of = {})
      : watch(options, std::move(minima_of)) {}

  void add(WatchedCraft craft) {
    craft.motion.time = now;
    craft_.push_back(craft);
  }
  WatchedCraft& craft(std::size_t i) { return craft_[i]; }
  /// Changes of the next `seconds`.
  std::vector<SituationChange> fly(int seconds, int step = 1) {
    std::vector<SituationChange> changes;
    for (int s = 0; s < seconds; s += step) {
      now = now + step * 1'000;
      for (WatchedCraft& c : craft_) {
        c.motion = moved(c.motion, step);
        EXPECT_TRUE(watch.update(c, now, changes));
      }
      watch.tick(now, changes);
    }
    return changes;
  }

  UtcMs now = kStart;
  ConflictWatch watch;

 private:
  std::vector<WatchedCraft> craft_;
};

WatchedCraft craft(TrackId track, const Motion& motion) {
  WatchedCraft c;
  c.track = track;
  c.motion = motion;
  return c;
}
std::vector<ChangeKind> kinds(const std::vector<SituationChange>& changes) {
  std::vector<ChangeKind> out;
  for (const SituationChange& change : changes) out.push_back(change.what);
  return out;
}

/// Head-on at 400 m/s together; separation of 9,260 m is lost `seconds` from now.
void head_on(Sky& sky, double seconds, double height_two = 9'000) {
  const Motion one = moving(50, 179.9, 90, 200, 9'000);
  sky.add(craft(kOne, one));
  Motion two = beside(one, 90, 9'260 + 400 * seconds);
  two = moving(two.lat_deg, two.lng_deg, 270, 200, height_two);
  sky.add(craft(kTwo, two));
}

TEST(ConflictWatch, AHeadOnFromBeginningToEnd) {
  Sky sky;
  head_on(sky, 150);
  EXPECT_TRUE(sky.fly(29).empty());  // 121 s and more: beyond the look-ahead.
  const auto begun = sky.fly(6);
  ASSERT_EQ(kinds(begun), std::vector{ChangeKind::kBegun});
  EXPECT_EQ(begun[0].situation, (Situation{AlertKind::kConflict, kOne, kTwo, {}}));
  EXPECT_EQ(begun[0].finding.priority, Priority::kWarning);
  EXPECT_FALSE(begun[0].finding.now);
  // Confirmed by the third cycle in a row.
  EXPECT_NEAR(static_cast<double>(*begun[0].finding.to_violation_ms), 117'500, 1'500);
  EXPECT_NEAR(static_cast<double>(*begun[0].finding.to_closest_ms), 117'500 + 23'150, 1'500);
  EXPECT_LT(*begun[0].finding.closest_m, 1'000);  // Their courses are not quite opposite.
  EXPECT_EQ(begun[0].finding.closest_height_m, 0);
  ASSERT_TRUE(begun[0].finding.where);
  // Nothing new until it presses.
  const auto pressing = sky.fly(90);
  ASSERT_EQ(kinds(pressing), std::vector{ChangeKind::kChanged});
  EXPECT_EQ(pressing[0].finding.priority, Priority::kAlarm);
  EXPECT_LT(*pressing[0].finding.to_violation_ms, 30'000);
  const auto lost = sky.fly(30);
  ASSERT_EQ(kinds(lost), std::vector{ChangeKind::kChanged});
  EXPECT_TRUE(lost[0].finding.now);
  EXPECT_EQ(lost[0].finding.to_violation_ms, 0);
  // 18.5 km through each other take 46 s; then four cycles.
  const auto over = sky.fly(60);
  ASSERT_FALSE(over.empty());
  EXPECT_EQ(over.back().what, ChangeKind::kOver);
  EXPECT_TRUE(over.back().happened);
  EXPECT_NEAR(static_cast<double>(over.back().warned_ms), 118'000, 2'000);
  EXPECT_EQ(sky.watch.pairs(), 0U);
  EXPECT_TRUE(sky.fly(60).empty());
}

TEST(ConflictWatch, NeighbouringLevelsAreNotWarnedOf) {
  Sky exact;
  head_on(exact, 60, 9'000 + 304.8);
  EXPECT_TRUE(exact.fly(150).empty());
  Sky filtered;  // A filtered height a few metres off the level.
  head_on(filtered, 60, 9'000 + 296);
  EXPECT_TRUE(filtered.fly(150).empty());
  Sky truly;
  head_on(truly, 60, 9'000 + 280);
  EXPECT_FALSE(truly.fly(150).empty());
}

TEST(ConflictWatch, OnePredictionInFourIsNoWarning) {
  // A velocity that points at the other for one report in four.
  Sky sky;
  head_on(sky, 90);
  std::vector<SituationChange> all;
  for (int i = 0; i < 12; ++i) {
    const double north = i % 4 == 0 ? 0 : 120;
    sky.craft(1).motion.north_m_s = north;
    const auto changes = sky.fly(1);
    all.insert(all.end(), changes.begin(), changes.end());
  }
  EXPECT_TRUE(all.empty());
}

TEST(ConflictWatch, WhatIsCloseNeedsNoConfirmation) {
  Sky sky;
  head_on(sky, 25);
  const auto changes = sky.fly(1);
  ASSERT_EQ(kinds(changes), std::vector{ChangeKind::kBegun});
  EXPECT_EQ(changes[0].finding.priority, Priority::kAlarm);
  Sky inside;
  inside.add(craft(kOne, moving(10, 10, 0, 100, 3'000)));
  inside.add(craft(kTwo, moving(10.02, 10, 0, 120, 3'000)));  // Going away, but too close.
  const auto now = inside.fly(1);
  ASSERT_EQ(kinds(now), std::vector{ChangeKind::kBegun});
  EXPECT_TRUE(now[0].finding.now);
}

TEST(ConflictWatch, AManyTimesRepeatedReportIsConfirmedNoSooner) {
  Sky sky;
  head_on(sky, 100);
  std::vector<SituationChange> changes;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(sky.watch.update(sky.craft(0), sky.now + i * 10, changes));
    ASSERT_TRUE(sky.watch.update(sky.craft(1), sky.now + i * 10, changes));
  }
  EXPECT_TRUE(changes.empty());
}

TEST(ConflictWatch, AWarningDoesNotFlickerAtTheEdge) {
  // Side by side at just the minimum: for ten seconds 60 m inside, for ten 60 m outside.
  Sky sky;
  sky.add(craft(kOne, moving(0, 0, 90, 200, 9'000)));
  sky.add(craft(kTwo, beside(sky.craft(0).motion, 0, 9'320)));
  std::vector<SituationChange> all;
  for (int i = 0; i < 60; ++i) {
    if (i % 10 == 0) sky.craft(1).motion = beside(sky.craft(1).motion, i % 20 == 0 ? 180 : 0, 120);
    const auto changes = sky.fly(1);
    all.insert(all.end(), changes.begin(), changes.end());
  }
  EXPECT_EQ(kinds(all), std::vector{ChangeKind::kBegun});
  // Well outside of the widened minimum it is over.
  sky.craft(1).motion = beside(sky.craft(1).motion, 0, 500);
  EXPECT_EQ(kinds(sky.fly(6)), std::vector{ChangeKind::kOver});
}

TEST(ConflictWatch, FiguresThatWaverALittleAreNotReportedAgain) {
  Sky sky;
  head_on(sky, 100);
  ASSERT_EQ(kinds(sky.fly(4)), std::vector{ChangeKind::kBegun});
  SeededRandom random(1);
  for (int i = 0; i < 40; ++i) {
    sky.craft(0).motion.east_m_s = 200 + testing::between(random, -4, 4);
    ASSERT_TRUE(sky.fly(1).empty()) << i;
  }
  // A quarter slower is another moment.
  sky.craft(0).motion.east_m_s = sky.craft(1).motion.east_m_s = 100;
  sky.craft(1).motion.east_m_s = -100;
  const auto slower = kinds(sky.fly(1));
  ASSERT_FALSE(slower.empty());
  EXPECT_EQ(slower.front(), ChangeKind::kChanged);
}

TEST(ConflictWatch, PlacesOfTracksThatEndedAreUsedAgain) {
  ConflictOptions options = air_conflict_options();
  options.tracks_max = 2;
  ConflictWatch watch(options);
  std::vector<SituationChange> changes;
  for (std::uint32_t id = 1; id < 100; ++id) {
    ASSERT_TRUE(watch.update(craft({id}, moving(10, 0, 0, 0)), kStart, changes));
    if (id > 1) watch.remove({id - 1}, kStart, changes);
    ASSERT_EQ(watch.tracks(), 1U);
  }
}

TEST(ConflictWatch, ATurnAwayEndsTheWarning) {
  Sky sky;
  head_on(sky, 100);
  ASSERT_EQ(kinds(sky.fly(10)), std::vector{ChangeKind::kBegun});
  sky.craft(1).motion.north_m_s = 300;
  const auto changes = sky.fly(6);
  ASSERT_EQ(kinds(changes), std::vector{ChangeKind::kOver});
  EXPECT_FALSE(changes[0].happened);
  EXPECT_NEAR(static_cast<double>(changes[0].warned_ms), 11'000, 2'000);
}

TEST(ConflictWatch, ATurnThatResolvesIsNotWarnedOfFarAhead) {
  // Straight ahead they meet in 80 s, but one is in a turn that takes it away.
  Sky sky;
  head_on(sky, 80);
  sky.craft(0).motion.turn_deg_s = 3;
  sky.craft(0).motion.time = sky.now;
  std::vector<SituationChange> changes;
  for (int i = 0; i < 10; ++i) {
    const UtcMs now = kStart + i * 1'000;
    sky.craft(0).motion.time = sky.craft(1).motion.time = now;
    ASSERT_TRUE(sky.watch.update(sky.craft(0), now, changes));
    ASSERT_TRUE(sky.watch.update(sky.craft(1), now, changes));
  }
  EXPECT_TRUE(changes.empty());
  // The same without the turn is.
  sky.craft(0).motion.turn_deg_s = 0;
  for (int i = 10; i < 20; ++i) {
    const UtcMs now = kStart + i * 1'000;
    sky.craft(0).motion.time = sky.craft(1).motion.time = now;
    ASSERT_TRUE(sky.watch.update(sky.craft(0), now, changes));
    ASSERT_TRUE(sky.watch.update(sky.craft(1), now, changes));
  }
  EXPECT_EQ(kinds(changes), std::vector{ChangeKind::kBegun});
}

TEST(ConflictWatch, ATurnTowardsAnotherIsWarnedOf) {
  // Side by side, 14 km apart; the left one turns right.
  Sky sky;
  sky.add(craft(kOne, moving(45, 10, 0, 220, 9'000)));
  sky.add(craft(kTwo, beside(sky.craft(0).motion, 90, 14'000)));
  EXPECT_TRUE(sky.fly(10).empty());
  sky.craft(0).motion.turn_deg_s = 3;
  std::vector<SituationChange> changes;
  for (int i = 0; i < 5; ++i) {
    const UtcMs now = sky.now + i * 1'000;
    sky.craft(0).motion.time = sky.craft(1).motion.time = now;
    ASSERT_TRUE(sky.watch.update(sky.craft(0), now, changes));
    ASSERT_TRUE(sky.watch.update(sky.craft(1), now, changes));
  }
  ASSERT_EQ(kinds(changes), std::vector{ChangeKind::kBegun});
  EXPECT_EQ(changes[0].finding.detail, "if the turn goes on");
}

TEST(ConflictWatch, InhibitedPairsAreNotWarnedOf) {
  {
    Sky ground;
    head_on(ground, 60);
    ground.craft(1).at_rest = true;
    EXPECT_TRUE(ground.fly(60).empty());
  }
  {
    Sky formation;
    head_on(formation, 60);
    formation.craft(0).formation = formation.craft(1).formation = 7;
    EXPECT_TRUE(formation.fly(60).empty());
    formation.craft(1).formation = 8;
    EXPECT_FALSE(formation.fly(1).empty());
  }
  {
    Sky join_up;
    head_on(join_up, 60);
    ASSERT_TRUE(join_up.watch.inhibit(kTwo, kOne, kStart + 20'000));
    EXPECT_TRUE(join_up.fly(19).empty());
    ASSERT_EQ(kinds(join_up.fly(4)), std::vector{ChangeKind::kBegun});
    ASSERT_TRUE(join_up.watch.inhibit(kOne, kTwo, kStart + 200'000));
    EXPECT_EQ(kinds(join_up.fly(1)), std::vector{ChangeKind::kOver});
    join_up.watch.allow(kOne, kTwo);
    EXPECT_FALSE(join_up.fly(4).empty());
  }
}

TEST(ConflictWatch, InhibitionsAreBounded) {
  ConflictOptions options = air_conflict_options();
  options.inhibitions_max = 2;
  ConflictWatch watch(options);
  EXPECT_TRUE(watch.inhibit({1}, {2}, kStart));
  EXPECT_TRUE(watch.inhibit({1}, {3}, kStart));
  EXPECT_TRUE(watch.inhibit({3}, {1}, kStart + 1));
  const auto refused = watch.inhibit({1}, {4}, kStart);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_FALSE(watch.inhibit({1}, {1}, kStart));
  std::vector<SituationChange> changes;
  watch.tick(kStart + 1, changes);
  EXPECT_TRUE(watch.inhibit({1}, {4}, kStart));
}

TEST(ConflictWatch, MinimaAreThoseOfThePair) {
  const auto small = [](TrackId a, TrackId b) {
    EXPECT_LT(a, b);
    return PairMinima{.horizontal_m = 1'000, .vertical_m = 100, .lookahead_s = 60};
  };
  Sky sky(air_conflict_options(), small);
  // Passing 3 km aside: a conflict for 5 NM, none for 1 km.
  sky.add(craft(kOne, moving(0, 0, 90, 200, 9'000)));
  sky.add(craft(kTwo, moving(0.027, 0.4, 270, 200, 9'000)));
  EXPECT_TRUE(sky.fly(150).empty());
  const auto wide = [](TrackId, TrackId) {
    return PairMinima{.horizontal_m = 20'000, .vertical_m = 1'000, .lookahead_s = 600};
  };
  Sky cut(air_conflict_options(), wide);
  cut.add(craft(kOne, moving(0, 0, 90, 200, 9'000)));
  cut.add(craft(kTwo, moving(0.027, 0.4, 270, 200, 9'000)));
  EXPECT_FALSE(cut.fly(150).empty());
  EXPECT_GT(cut.watch.counters().cut_minima, 0U);
}

TEST(ConflictWatch, ShipsByTheirOwnMinima) {
  Sky sea(sea_conflict_options());
  sea.add(craft(kOne, moving(54, 179.95, 90, 8)));
  sea.add(craft(kTwo, moving(54, -179.85, 270, 8)));  // 13.1 km: half a mile in 757 s.
  const auto begun = sea.fly(60, 10);
  ASSERT_EQ(kinds(begun), std::vector{ChangeKind::kBegun});
  EXPECT_EQ(begun[0].finding.priority, Priority::kWarning);
  EXPECT_FALSE(begun[0].finding.closest_height_m);
  EXPECT_LT(*begun[0].finding.closest_m, 200);
  const auto pressing = sea.fly(500, 10);
  ASSERT_FALSE(pressing.empty());
  EXPECT_EQ(pressing.back().finding.priority, Priority::kAlarm);
  // Both moored, side by side.
  Sky moored(sea_conflict_options());
  moored.add(craft(kOne, moving(54, 10, 0, 0)));
  moored.add(craft(kTwo, moving(54.001, 10, 0, 0)));
  moored.craft(0).at_rest = true;
  EXPECT_FALSE(moored.fly(10, 10).empty());
  moored.craft(1).at_rest = true;
  EXPECT_EQ(kinds(moored.fly(10, 10)), std::vector{ChangeKind::kOver});
}

TEST(ConflictWatch, DronesByTheirOwnMinima) {
  Sky sky(drone_conflict_options());
  sky.add(craft(kOne, moving(50, 10, 90, 15, 60)));
  sky.add(craft(kTwo, beside(moving(50, 10, 270, 15, 85), 90, 2'500)));
  EXPECT_TRUE(sky.fly(15).empty());  // 75 s, 60 s ahead.
  const auto begun = sky.fly(5);
  ASSERT_EQ(kinds(begun), std::vector{ChangeKind::kBegun});
  EXPECT_EQ(begun[0].finding.closest_height_m, 25);
  Sky above(drone_conflict_options());
  above.add(craft(kOne, moving(50, 10, 90, 15, 60)));
  above.add(craft(kTwo, beside(moving(50, 10, 270, 15, 90), 90, 2'500)));  // 30 m exactly.
  EXPECT_TRUE(above.fly(90).empty());
}

TEST(ConflictWatch, AClearedLevelIsTakenIntoAccount) {
  const auto climbing = [](std::optional<double> cleared) {
    Sky sky;
    head_on(sky, 100, 8'400);
    sky.craft(1).motion.up_m_s = 5;  // Level with the other in two minutes.
    sky.craft(1).cleared_pressure_m = cleared;
    return kinds(sky.fly(20));
  };
  EXPECT_FALSE(climbing(std::nullopt).empty());
  EXPECT_TRUE(climbing(9'000 - 304.8).empty());
  EXPECT_FALSE(climbing(9'000 - 200).empty());
  EXPECT_FALSE(climbing(8'000).empty());  // Busted long ago.
  ConflictWatch watch(air_conflict_options());
  std::vector<SituationChange> changes;
  WatchedCraft bad = craft(kOne, moving(10, 10, 0, 100, 1'000));
  bad.cleared_pressure_m = 1e9;
  EXPECT_EQ(watch.update(bad, kStart, changes).error().where, "track 1.cleared_pressure_m");
}

TEST(ConflictWatch, WhoIsRemovedOrNotHeardOfIsOver) {
  Sky sky;
  head_on(sky, 100);
  ASSERT_EQ(kinds(sky.fly(10)), std::vector{ChangeKind::kBegun});
  std::vector<SituationChange> changes;
  sky.watch.remove(kTwo, sky.now, changes);
  ASSERT_EQ(kinds(changes), std::vector{ChangeKind::kOver});
  EXPECT_EQ(sky.watch.tracks(), 1U);
  ASSERT_EQ(kinds(sky.fly(10)), std::vector{ChangeKind::kBegun});
  changes.clear();
  sky.watch.tick(sky.now + 15'000, changes);
  EXPECT_TRUE(changes.empty());
  sky.watch.tick(sky.now + 15'001, changes);
  EXPECT_EQ(kinds(changes), std::vector{ChangeKind::kOver});
  EXPECT_EQ(sky.watch.tracks(), 0U);
  EXPECT_EQ(sky.watch.pairs(), 0U);
  EXPECT_EQ(sky.watch.counters().aged, 2U);
}

TEST(ConflictWatch, WhatIsNoMotionAndWhatIsTooManyIsRefused) {
  ConflictOptions options = air_conflict_options();
  options.tracks_max = 1;
  ConflictWatch watch(options);
  std::vector<SituationChange> changes;
  const auto bad = watch.update(craft(kOne, moving(100, 0, 0, 0)), kStart, changes);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().where, "track 1.lat_deg");
  EXPECT_TRUE(watch.update(craft(kOne, moving(10, 0, 0, 0)), kStart, changes));
  const auto many = watch.update(craft(kTwo, moving(10, 0, 0, 0)), kStart, changes);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(watch.counters().refused, 2U);
}

/// A crowd in which craft move straight on, jump, end and come back.
template <class Each>
void run_crowd(const ConflictOptions& options, std::uint64_t seed, const Each& each) {
  ConflictWatch watch(options);
  SeededRandom random(seed);
  std::vector<std::optional<Motion>> motions(60);
  UtcMs now = kStart;
  std::vector<SituationChange> changes;
  for (int i = 0; i < 4'000; ++i) {
    now = now + 20;
    const auto at = static_cast<std::size_t>(random.between(0, 59));
    auto& motion = motions[at];
    const TrackId id{static_cast<std::uint32_t>(at + 1)};
    changes.clear();
    if (motion && random.one_in(200)) {
      watch.remove(id, now, changes);
      motion.reset();
    } else {
      if (motion && !random.one_in(50)) {
        motion = moved(*motion, static_cast<double>(now - motion->time) * 1e-3);
      } else {
        motion = draw_in_crowd(random, {.lat_deg = 70, .lng_deg = 180, .radius_m = 60'000, .age_max_s = 0}, now);
      }
      WatchedCraft c = craft(id, *motion);
      c.formation = static_cast<std::uint32_t>(at % 20 == 0);
      ASSERT_TRUE(watch.update(c, now, changes));
    }
    if (i % 50 == 0) watch.tick(now, changes);
    each(watch, changes);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(ConflictWatch, SituationsBeginOnceAndEndOnce) {
  std::set<Situation> open;
  int begun = 0;
  run_crowd(air_conflict_options(), 3, [&](const ConflictWatch& watch, const std::vector<SituationChange>& changes) {
    for (const SituationChange& change : changes) {
      if (change.what == ChangeKind::kBegun) {
        ASSERT_TRUE(open.insert(change.situation).second);
        ++begun;
      } else if (change.what == ChangeKind::kChanged) {
        ASSERT_TRUE(open.contains(change.situation));
      } else {
        ASSERT_EQ(open.erase(change.situation), 1U);
      }
      ASSERT_GE(change.warned_ms, 0);
      if (change.finding.now) {
        ASSERT_EQ(change.finding.to_violation_ms, 0);
      }
    }
    ASSERT_GE(watch.pairs(), open.size());
  });
  EXPECT_GT(begun, 100);
}

TEST(ConflictWatch, TheSameCallsGiveTheSameChanges) {
  std::vector<SituationChange> first;
  std::vector<SituationChange> second;
  for (auto* out : {&first, &second}) {
    run_crowd(air_conflict_options(), 4, [&](const ConflictWatch&, const std::vector<SituationChange>& changes) {
      out->insert(out->end(), changes.begin(), changes.end());
    });
  }
  EXPECT_GT(first.size(), 100U);
  EXPECT_EQ(first, second);
}

TEST(ConflictWatch, PairsBeyondTheBoundsAreCounted) {
  for (const bool by_partners : {true, false}) {
    ConflictOptions options = air_conflict_options();
    (by_partners ? options.partners_max : options.pairs_max) = 3;
    std::uint64_t dropped = 0;
    std::size_t most = 0;
    run_crowd(options, 5, [&](const ConflictWatch& watch, const std::vector<SituationChange>&) {
      dropped = watch.counters().dropped_pairs;
      most = std::max(most, watch.pairs());
    });
    EXPECT_GT(dropped, 0U);
    EXPECT_LE(most, by_partners ? 60U * 3 / 2 : 3U);
  }
}

}  // namespace
}  // namespace tansiq::picture
