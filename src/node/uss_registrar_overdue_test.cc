// An intent off its plan that nobody ends at its end: others go on seeing it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/uss_registrar.h"
#include "node/uss_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;
using uss::IntentState;

UtcMs end_of(World& world, const Supplier& of) {
  return (*world.registry.get_intent(of.uuid("I1")))->window.end.ceil();
}

TEST(UssRegistrarOverdue, ItIsExtendedStepByStepUntilItIsEnded) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1", 6.6, core::IntentState::kNonconforming);
  a.run();
  ASSERT_EQ(at_registry(world, a, "I1"), IntentState::kNonconforming) << a.standing("I1").why;
  EXPECT_EQ(end_of(world, a), kNow + 60 * kMinute);
  world.clock.advance(59 * kMinute);
  a.run();
  EXPECT_EQ(end_of(world, a), kNow + 69 * kMinute) << a.standing("I1").why;
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  EXPECT_EQ(registration(a, "I1").last.native_version, 1) << "the plan is what it was";
  // No change of a reference that says nothing new, not over a restart either.
  const std::size_t seen = world.seen.size();
  a.run();
  world.clock.advance(7 * kMinute);
  a.run();
  a.restart();
  a.run();
  EXPECT_EQ(world.seen.size(), seen);
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  world.clock.advance(kMinute);
  a.run();
  EXPECT_EQ(end_of(world, a), kNow + 77 * kMinute);
  a.host.intents.clear();
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), std::nullopt);
}

TEST(UssRegistrarOverdue, WhoIsDeclaredAfterItsEndIsRegistered) {
  for (const bool known : {true, false}) {
    World world;
    Supplier& a = world.add("alpha");
    if (known) {
      a.file("I1", 6.6, core::IntentState::kActivated);
      a.run();
    }
    world.clock.advance(75 * kMinute);
    a.file("I1", 6.6, core::IntentState::kContingent);
    a.run();
    EXPECT_EQ(at_registry(world, a, "I1"), IntentState::kContingent) << a.standing("I1").why;
    EXPECT_EQ(end_of(world, a), kNow + 85 * kMinute);
  }
}

TEST(UssRegistrarOverdue, NotForEver) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1", 6.6, core::IntentState::kNonconforming);
  a.run();
  UtcMs end = end_of(world, a);
  for (int n = 0; n < 100; ++n) {
    world.clock.advance(5 * kMinute);
    a.run();
    end = std::max(end, end_of(world, a));
  }
  EXPECT_GT(end, kNow + 60 * kMinute + uss::kOverdueMaxMs);
  EXPECT_LE(end, kNow + 61 * kMinute + uss::kOverdueMaxMs + uss::kOverdueStepMs);
  const std::size_t seen = world.seen.size();
  world.clock.advance(5 * kMinute);
  a.run();
  a.restart();
  a.run();
  EXPECT_EQ(world.seen.size(), seen);
}

}  // namespace
}  // namespace tansiq::node
