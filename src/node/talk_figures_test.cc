#include "node/talk_figures.h"

#include <gtest/gtest.h>

#include "base/temporary_folder.h"

namespace tansiq::node {
namespace {

// That it measures something; how much is for `./dev bench talks`.
TEST(TalkFigures, AreMeasuredOverTwoNodes) {
  const TemporaryFolder folder;
  const auto figures =
      measure_talks({.folder = folder.path(), .messages = 3, .stops = 2, .consoles = 3, .officers = 8, .rounds = 2});
  ASSERT_TRUE(figures.has_value()) << figures.error().text();
  EXPECT_GT(figures->receipt_p50_ms, 0);
  EXPECT_GE(figures->receipt_p99_ms, figures->receipt_p50_ms);
  EXPECT_GT(figures->stop_p50_ms, 0);
  if (figures->no_streams.empty()) {
    EXPECT_GT(figures->all_p50_ms, 0);
    EXPECT_GE(figures->all_max_ms, figures->all_p50_ms);
  }
}

}  // namespace
}  // namespace tansiq::node
