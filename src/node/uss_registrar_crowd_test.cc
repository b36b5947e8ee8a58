// Many others where an intent is to stand: it comes through, and nobody else waits for it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/uss_registrar.h"
#include "node/uss_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;
using ::testing::HasSubstr;
using uss::IntentState;

constexpr std::string_view kAsked = "GET https://alpha.example/uss/v1/operational_intents/";
constexpr std::size_t kPerGo = 256;

/// So many of one supplier, one after the other in one place: five seconds each, with five between them.
void file_many(Supplier& of, int count) {
  for (int n = 0; n < count; ++n) {
    const UtcMs start = kNow + n * 10'000;
    of.file(fmt::format("I{}", n)).volumes.front().window = {start, start + 5'000};
  }
  of.run();
  for (int n = 0; n < count; ++n) {
    ASSERT_EQ(of.standing(fmt::format("I{}", n)).stage, UssStage::kRegistered) << n;
  }
}

TEST(UssRegistrarCrowd, HoweverManyAreThereItComesThrough) {
  constexpr int kMany = 700;
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  file_many(a, kMany);
  // All of that time, and 600 m apart: another place, the same cells.
  b.file("J1", 6.608).volumes.front().window = {kNow, kNow + kMany * 10'000};
  b.file("J2", 7.6);
  const auto due = b.registrar->round();
  EXPECT_EQ(world.count(kAsked), kPerGo);
  EXPECT_EQ(b.standing("J1").stage, UssStage::kPending);
  EXPECT_THAT(b.standing("J1").why, HasSubstr("256 were asked"));
  EXPECT_EQ(due, world.clock.now()) << "it goes on at once,";
  EXPECT_EQ(at_registry(world, b, "J2"), IntentState::kAccepted) << "and the others have had their turn";
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
  EXPECT_EQ(at_registry(world, b, "J1"), IntentState::kAccepted);
  EXPECT_EQ(world.count(kAsked), static_cast<std::size_t>(kMany)) << "nobody is asked twice";
  EXPECT_TRUE(b.host.ledger().drifts().empty());
}

TEST(UssRegistrarCrowd, WhatWasAskedIsKeptOverARestart) {
  constexpr int kMany = 300;
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  file_many(a, kMany);
  b.file("J1", 6.608);
  static_cast<void>(b.registrar->round());
  b.restart();
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
  EXPECT_EQ(world.count(kAsked), static_cast<std::size_t>(kMany));
}

TEST(UssRegistrarCrowd, ManyConflictsAreOneRefusal) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  file_many(a, 300);
  b.file("J1", 6.602);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  EXPECT_EQ(b.standing("J1").with.size(), kPerGo);
  EXPECT_EQ(world.count(kAsked), kPerGo) << "it is refused already: the rest need not be asked for that";
}

}  // namespace
}  // namespace tansiq::node
