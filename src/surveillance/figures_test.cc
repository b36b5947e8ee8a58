// The figures measure what they say: every unit made comes out as a report.
#include <gtest/gtest.h>

#include "surveillance/surveillance_figures.h"

namespace tansiq::surveillance {
namespace {

TEST(Figures, EveryUnitComesOut) {
  const auto figures = measure_decoders(2'000, 7);
  ASSERT_TRUE(figures) << figures.error().text();
  EXPECT_GT(figures->ais_sentences, 0);
  EXPECT_GT(figures->asterix_048, 0);
  EXPECT_GT(figures->cot_events, 0);
}

}  // namespace
}  // namespace tansiq::surveillance
