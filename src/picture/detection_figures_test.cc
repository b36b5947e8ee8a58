// The figures measure what they say: the baseline finds the same conflicts, the truth has some.
#include "picture/detection_figures.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "picture/encounter_figures.h"

namespace tansiq::picture {
namespace {

TEST(DetectionFigures, EveryWayFindsTheSameConflicts) {
  for (const Traffic traffic : {Traffic::kAircraft, Traffic::kDrones, Traffic::kShips}) {
    const SweepFigures figures = measure_sweep(traffic, 2'000, traffic == Traffic::kShips ? 1'200 : 120, true, 1);
    EXPECT_TRUE(figures.same_conflicts);
    EXPECT_GT(figures.conflicts, 0U);
    EXPECT_GT(figures.candidates_per_track, 0);
  }
}

TEST(DetectionFigures, EventsAndAccuracyAreCounted) {
  const EventFigures events = measure_events(500, 2'000, 1);
  EXPECT_GT(events.candidates_per_update, 0);
  EXPECT_LT(events.bytes_per_track, 1'024);
  const AccuracyFigures accuracy = measure_accuracy(500, 1);
  EXPECT_GT(accuracy.conflicts, 100U);
  EXPECT_EQ(accuracy.missed, 0U);
  EXPECT_EQ(accuracy.false_alarms, 0U);
  EXPECT_LT(accuracy.entry_error_p99_s, 0.2);
}

TEST(DetectionFigures, EncountersAreScored) {
  const EncounterFigures figures = measure_encounters(8);
  EXPECT_GT(figures.lost, 30U);
  EXPECT_GT(figures.clear, 30U);
  for (const EncounterScore& score : {figures.watch, figures.lines}) {
    EXPECT_EQ(score.warned + score.missed, figures.lost);
    EXPECT_LE(score.needless, figures.clear);
    EXPECT_GT(score.median_s, 10);
  }
  EXPECT_EQ(figures.watch.missed, 0U);
  EXPECT_LT(figures.watch.needless, figures.lines.needless);
}

}  // namespace
}  // namespace tansiq::picture
