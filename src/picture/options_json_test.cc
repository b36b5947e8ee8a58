#include "picture/options_json.h"

#include <gtest/gtest.h>

namespace tansiq::picture {
namespace {

TEST(OptionsJson, WhatIsWrittenIsRead) {
  PictureOptions options;
  options.separation.air.horizontal_m = 5'556;
  options.separation.air.vertical_m = 152.4;
  options.separation.air.lookahead_s = 90;
  options.separation.sea.horizontal_m = 500;
  options.separation.sea.lookahead_s = 600;
  options.alerts.escalate_ms = 7'000;
  options.alerts.repeat_ms = 8'000;
  options.tracker.accept_simulated = true;
  options.tracker.tracks_max = 777;
  options.separation.agreed = {{"fr", "us", core::Domain::kAir, 18'520, 609.6},
                               {"fr", "us", core::Domain::kSea, 1'852, std::nullopt}};
  const auto read = read_options_json(options_json(options));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->separation.air.horizontal_m, 5'556);
  EXPECT_EQ(read->separation.air.vertical_m, 152.4);
  EXPECT_EQ(read->separation.air.lookahead_s, 90);
  EXPECT_EQ(read->separation.sea.horizontal_m, 500);
  EXPECT_EQ(read->separation.sea.lookahead_s, 600);
  EXPECT_EQ(read->alerts.escalate_ms, 7'000);
  EXPECT_EQ(read->alerts.repeat_ms, 8'000);
  EXPECT_TRUE(read->tracker.accept_simulated);
  EXPECT_EQ(read->tracker.tracks_max, 777U);
  EXPECT_EQ(read->separation.agreed, options.separation.agreed);
  EXPECT_EQ(options_json(*read), options_json(options));
}

TEST(OptionsJson, TheDefaultsComeBackToTheLastBit) {
  const PictureOptions options;
  const PictureOptions read = read_options_json(options_json(options)).value();
  EXPECT_EQ(read.separation.air.horizontal_m, options.separation.air.horizontal_m);
  EXPECT_EQ(read.separation.air.vertical_m, options.separation.air.vertical_m);
  EXPECT_EQ(read.separation.sea.horizontal_m, options.separation.sea.horizontal_m);
  EXPECT_EQ(read.separation.sea.lookahead_s, options.separation.sea.lookahead_s);
  EXPECT_EQ(options_json(read_options_json("{}").value()), options_json(options));
}

TEST(OptionsJson, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(read_options_json(R"({"later":1})"));
  EXPECT_FALSE(read_options_json(R"({"tracks_max":0})"));
  EXPECT_FALSE(read_options_json(R"({"air":{"horizontal_cm":100}})"));
  EXPECT_FALSE(read_options_json("[]"));
  EXPECT_FALSE(read_options_json(R"({"agreed":[{"between":["fr"],"domain":"air","horizontal_cm":100}]})"));
  EXPECT_FALSE(read_options_json(R"({"agreed":[{"between":["fr","fr"],"domain":"air","horizontal_cm":100}]})"));
  EXPECT_FALSE(read_options_json(R"({"agreed":[3]})"));
  EXPECT_FALSE(read_options_json(""));
}

}  // namespace
}  // namespace tansiq::picture
