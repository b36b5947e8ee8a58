#include "picture/tracking_figures.h"

#include <gtest/gtest.h>

#include "picture/recorded_figures.h"
#include "picture/recording_testlib.h"

namespace tansiq::picture {
namespace {

TEST(TrackingFigures, AreMeasuredOnTracksThatAreAllThere) {
  const auto figures = measure_tracking(200, 10, 1);
  ASSERT_TRUE(figures) << figures.error().text();
  EXPECT_GT(figures->named_per_s, 0);
  EXPECT_GT(figures->plots_per_s, 0);
  EXPECT_LT(figures->bytes_per_track, 4'096);
  EXPECT_GE(figures->attributed, 100U) << "those that name their craft";
}

TEST(TrackingFigures, RecordingsAreFollowed) {
  const auto air = surveillance::testing::shared_file("data/adsb/opensky-uk-2021-07-12.csv");
  const auto sea = surveillance::testing::shared_file("data/ais/solent-2016-01-12.csv");
  if (!air || !sea) GTEST_SKIP() << "the recordings (shared data, adsb and ais) are not here";
  const auto aircraft = measure_recording(testing::opensky_reports(*air));
  ASSERT_TRUE(aircraft) << aircraft.error().text();
  EXPECT_GT(aircraft->associated, 0.95);
  EXPECT_LT(aircraft->innovation_rms_m, 600);
  const auto ships = measure_recording(testing::solent_reports(*sea));
  ASSERT_TRUE(ships) << ships.error().text();
  EXPECT_GT(ships->associated, 0.99);
  EXPECT_LT(ships->innovation_rms_m, 60);
  EXPECT_FALSE(measure_recording({}));
}

TEST(RecordedFigures, FewerLossesAreMissedAndFewerWarningsNeedlessThanByStraightLines) {
  const auto air = surveillance::testing::shared_file("data/adsb/opensky-uk-2021-07-12.csv");
  const auto sea = surveillance::testing::shared_file("data/ais/solent-2016-01-12.csv");
  if (!air || !sea) GTEST_SKIP() << "the recordings (shared data, adsb and ais) are not here";
  const auto aircraft = measure_warnings(testing::opensky_reports(*air));
  ASSERT_TRUE(aircraft) << aircraft.error().text();
  EXPECT_EQ(aircraft->craft, 84U);
  EXPECT_EQ(aircraft->lost, 0U);
  EXPECT_EQ(aircraft->picture.needless, 0U);
  EXPECT_GE(aircraft->lines.needless, 1U);
  const auto ships = measure_warnings(testing::solent_reports(*sea));
  ASSERT_TRUE(ships) << ships.error().text();
  EXPECT_GT(ships->lost, 300U) << "a busy harbour";
  EXPECT_LE(100 * ships->picture.missed, 2 * ships->lost) << "who turns late is warned of late";
  EXPECT_LE(ships->picture.missed, ships->lines.missed);
  EXPECT_LT(ships->picture.needless, ships->lines.needless);
  EXPECT_FALSE(measure_warnings({}));
}

}  // namespace
}  // namespace tansiq::picture
