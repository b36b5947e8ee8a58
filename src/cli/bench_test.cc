#include "cli/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tansiq::cli {
namespace {

Figure figure(Figure::Wanted wanted, double value, double target) {
  Figure f;
  f.name = "part.figure";
  f.value = value;
  f.unit = "µs";
  f.wanted = wanted;
  f.target = target;
  return f;
}

TEST(Bench, JudgesByDirection) {
  EXPECT_TRUE(figure(Figure::Wanted::kAtMost, 50, 50).ok());
  EXPECT_FALSE(figure(Figure::Wanted::kAtMost, 50.1, 50).ok());
  EXPECT_TRUE(figure(Figure::Wanted::kAtLeast, 50, 50).ok());
  EXPECT_FALSE(figure(Figure::Wanted::kAtLeast, 49.9, 50).ok());
  EXPECT_FALSE(figure(Figure::Wanted::kAtMost, std::nan(""), 50).ok()) << "what was not measured is not met";
}

TEST(Bench, LinesReadBack) {
  Figure with_baseline = figure(Figure::Wanted::kAtMost, 12.5, 50);
  with_baseline.baseline = 25;
  with_baseline.ratio = 2;
  EXPECT_EQ(figure_json(with_baseline),
            "{\"name\":\"part.figure\",\"value\":12.5,\"unit\":\"µs\",\"target\":50,\"wanted\":\"at most\",\"ok\":true,"
            "\"baseline\":25,\"ratio\":2}\n");
  Figure skipped;
  skipped.name = "part.other";
  skipped.skipped = "no recording";
  const auto read = read_figures(figure_json(with_baseline) + figure_json(skipped));
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_EQ(read->size(), 1U) << "a skipped figure has no value to compare with";
  EXPECT_EQ(read->front().name, "part.figure");
  EXPECT_EQ(read->front().value, 12.5);
  EXPECT_FALSE(read_figures("nonsense\n"));
}

}  // namespace
}  // namespace tansiq::cli
