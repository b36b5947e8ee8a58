// Another registry is configured: what stands at the one before is registered anew, and deleted there.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "node/uss_registrar.h"
#include "node/uss_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;
using ::testing::ElementsAre;
using uss::IntentState;

constexpr std::string_view kOne = "https://dss.example";
constexpr std::string_view kDoor = "https://door.example";  ///< The same DSS.
constexpr std::string_view kTwo = "https://dss-two.example";

void move(Supplier& of, std::string_view registry) {
  of.names.dss_url = registry;
  of.restart();
}
/// How what was left came out, in order.
std::vector<std::string> clearances(const Supplier& of) {
  std::vector<std::string> out;
  for (const std::string& line : of.host.log) {
    const auto entry = uss::read_entry(line);
    const auto* body = std::get_if<uss::Cleared>(&entry->body);
    if (body != nullptr) out.emplace_back(core::to_text(body->how));
  }
  return out;
}
/// Nobody answers at that registry.
void cut(World& world, std::string_view registry) {
  world.before = [registry](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.base_url != registry) return std::nullopt;
    return fail(ErrorCode::kTimeout, "no answer came");
  };
}

TEST(UssRegistrarLeft, AnotherRegistryGetsWhatIsWantedAndTheOneBeforeIsCleared) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6, core::IntentState::kActivated);
  a.run();
  b.file("J1", 6.608);
  b.run();
  ASSERT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
  const std::string before = registration(a, "I1").last.ovn;
  move(a, kTwo);
  a.run();
  EXPECT_EQ(in_registry(world.second, a, "I1"), IntentState::kActivated) << a.standing("I1").why;
  EXPECT_EQ(in_registry(world.registry, a, "I1"), std::nullopt);
  EXPECT_EQ(in_registry(world.registry, b, "J1"), IntentState::kAccepted) << "another's";
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  EXPECT_NE(registration(a, "I1").last.ovn, before);
  EXPECT_FALSE(registration(a, "I1").moved);
  EXPECT_TRUE(a.host.ledger().left().empty());
  EXPECT_THAT(clearances(a), ElementsAre("deleted"));
  // Once and for all: a restart finds nothing to do.
  const std::size_t asked = world.count("/dss/v1/");
  a.restart();
  a.run();
  EXPECT_EQ(world.count("/dss/v1/"), asked);
}

TEST(UssRegistrarLeft, WhatWasServedIsServedUntilTheNextRegistryHasIt) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  const std::string before = registration(a, "I1").last.ovn;
  move(a, kTwo);
  cut(world, kTwo);
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRetrying);
  EXPECT_EQ(registration(a, "I1").last.ovn, before);
  EXPECT_FALSE(registration(a, "I1").ended);
  EXPECT_EQ(in_registry(world.registry, a, "I1"), IntentState::kAccepted) << "some registry has it at every moment";
  Supplier& b = world.add("bravo");
  b.file("J1", 6.608);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
}

TEST(UssRegistrarLeft, ARegistryThatDoesNotAnswerIsClearedWhenItDoes) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.file("I2", 6.7);
  a.run();
  move(a, kTwo);
  cut(world, kOne);
  a.run();
  EXPECT_EQ(in_registry(world.second, a, "I1"), IntentState::kAccepted);
  EXPECT_EQ(in_registry(world.second, a, "I2"), IntentState::kAccepted);
  EXPECT_EQ(a.registrar->left(), 2U);
  EXPECT_EQ(world.count("GET https://dss.example"), 1U) << "who is silent is asked again later, for whatever it is";
  a.restart();
  world.before = nullptr;
  world.clock.advance(61'000);
  a.run();
  EXPECT_EQ(in_registry(world.registry, a, "I1"), std::nullopt);
  EXPECT_EQ(in_registry(world.registry, a, "I2"), std::nullopt);
  EXPECT_EQ(a.registrar->left(), 0U);
  EXPECT_THAT(clearances(a), ElementsAre("deleted", "deleted"));
}

TEST(UssRegistrarLeft, WhatIsOverIsMindedNoMore) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  move(a, kTwo);
  cut(world, kOne);
  a.run();
  world.clock.advance(61 * kMinute);
  a.run();
  EXPECT_TRUE(a.host.ledger().left().empty());
  EXPECT_THAT(clearances(a), ElementsAre("over"));
}

TEST(UssRegistrarLeft, OneRefusalDoesNotHoldUpTheOthers) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.file("I2", 6.7);
  a.file("I3", 6.8);
  a.run();
  move(a, kTwo);
  const std::string refused = a.uuid("I2").str();
  world.before = [&](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.base_url != kOne || call.method != net::Method::kDelete) return std::nullopt;
    if (call.path.find(refused) == std::string::npos) return std::nullopt;
    return net::ClientResponse{412, {}, R"({"message":"you are down"})"};
  };
  for (int n = 0; n < 4; ++n) {
    a.run();
    world.clock.advance(61'000);
  }
  EXPECT_EQ(in_registry(world.registry, a, "I1"), std::nullopt);
  EXPECT_EQ(in_registry(world.registry, a, "I2"), IntentState::kAccepted);
  EXPECT_EQ(in_registry(world.registry, a, "I3"), std::nullopt);
  EXPECT_EQ(a.registrar->left(), 1U);
}

TEST(UssRegistrarLeft, AnotherAddressOfTheSameDssLosesNothing) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  move(a, kDoor);
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), IntentState::kAccepted);
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
  EXPECT_EQ(registration(a, "I1").last.ovn, world.registry.ovn(**world.registry.get_intent(a.uuid("I1"))));
  EXPECT_THAT(clearances(a), ElementsAre("same"));
  EXPECT_EQ(world.count("DELETE"), 0U);
}

TEST(UssRegistrarLeft, WhatHasEndedMeanwhileIsDeletedWhereItStood) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  a.host.intents.clear();
  move(a, kTwo);
  a.run();
  EXPECT_EQ(in_registry(world.registry, a, "I1"), std::nullopt);
  EXPECT_EQ(in_registry(world.second, a, "I1"), std::nullopt);
  EXPECT_TRUE(registration(a, "I1").ended);
  EXPECT_TRUE(a.host.ledger().left().empty());
  EXPECT_TRUE(a.registrar->standing().empty());
}

TEST(UssRegistrarLeft, WhatWasOnlyTriedThereIsLookedFor) {
  World world;
  Supplier& a = world.add("alpha");
  world.lose_answer = [](const std::string&, const UssCall& call) { return call.method == net::Method::kPut; };
  a.file("I1");
  a.run();
  ASSERT_EQ(in_registry(world.registry, a, "I1"), IntentState::kAccepted) << "it arrived, and its answer was lost";
  world.lose_answer = nullptr;
  move(a, kTwo);
  a.run();
  EXPECT_EQ(in_registry(world.second, a, "I1"), IntentState::kAccepted) << a.standing("I1").why;
  EXPECT_EQ(in_registry(world.registry, a, "I1"), std::nullopt);
  EXPECT_TRUE(a.host.ledger().left().empty());
}

/// Registries change, lines break and processes fall in any order: in the end what is wanted stands at the registry
/// that was named last, and nothing of ours at any other.
RC_GTEST_PROP(UssRegistrarLeftModel, ComesToRestAtTheLastRegistryAlone, ()) {
  World world;
  Supplier& a = world.add("alpha");
  bool broken = false;
  int turn = 0;
  const int period = *rc::gen::inRange(2, 6);
  world.lose_answer = [&](const std::string&, const UssCall&) { return broken && ++turn % period == 0; };
  const std::array registries{kOne, kDoor, kTwo};
  const int steps = *rc::gen::inRange(1, 40);
  for (int n = 0; n < steps; ++n) {
    const int i = *rc::gen::inRange(0, 3);
    const std::string id = fmt::format("I{}", i);
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        a.file(id, 6.6 + i * 0.1);
        break;
      case 2:
        a.host.intents.erase(IntentId::trusted(id));
        break;
      case 3:
        move(a, registries[static_cast<std::size_t>(*rc::gen::inRange(0, 3))]);
        break;
      case 4:
        broken = !broken;
        break;
      default:
        a.run();
        world.clock.advance(*rc::gen::inRange(0, 5'000));
        break;
    }
  }
  broken = false;
  for (int n = 0; n < 8; ++n) {
    world.clock.advance(61'000);
    a.run();
  }
  const bool at_two = a.names.dss_url == kTwo;
  for (int i = 0; i < 3; ++i) {
    const std::string id = fmt::format("I{}", i);
    const bool wanted = a.host.intents.contains(IntentId::trusted(id));
    RC_ASSERT(in_registry(world.registry, a, id).has_value() == (wanted && !at_two));
    RC_ASSERT(in_registry(world.second, a, id).has_value() == (wanted && at_two));
    RC_ASSERT(!wanted || a.standing(id).stage == UssStage::kRegistered);
  }
  RC_ASSERT(a.host.ledger().left().empty());
  RC_ASSERT(a.host.ledger().tries().empty());
  std::string before, after;
  a.host.ledger().write_state(before);
  a.host.replay();
  a.host.ledger().write_state(after);
  RC_ASSERT(before == after);
}

}  // namespace
}  // namespace tansiq::node
