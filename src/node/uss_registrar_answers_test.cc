// What the registrar does with answers that say little: too long to be read, a 409 without a list, outlines that
// geometry does not take.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "node/uss_registrar.h"
#include "node/uss_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;
using ::testing::HasSubstr;
using uss::IntentState;

using Answer = std::optional<Result<net::ClientResponse>>;

/// What the registry answers to what `caller` sends by `method`, changed on the way.
void change_answers(World& world, std::string caller, net::Method method,
                    std::function<void(net::ClientResponse&)> change) {
  world.before = [&world, caller, method, change](const std::string& who, const UssCall& call) -> Answer {
    if (who != caller || call.method != method || !call.path.starts_with("/dss/")) return std::nullopt;
    const auto before = std::exchange(world.before, nullptr);
    auto answer = world.carry(who, call);
    world.before = before;
    if (answer) change(*answer);
    return answer;
  };
}
/// A member that nobody knows, so that it is longer than what is read of others.
void pad(net::ClientResponse& answer) {
  ASSERT_EQ(answer.body.front(), '{');
  answer.body.insert(1, fmt::format(R"("else":"{}",)", std::string(5U << 20, 'x')));
}
std::size_t count(const FakeHost& host, std::string_view type) {
  const auto types = host.types();
  return static_cast<std::size_t>(std::ranges::count(types, type));
}

TEST(UssRegistrarAnswers, WhatTheRegistryNamesAtLengthIsRead) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  change_answers(world, "bravo", net::Method::kPut, pad);
  b.file("J1", 6.608);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
  EXPECT_EQ(registration(b, "J1").last.version, 1);
  EXPECT_NE(a.host.ledger().other(uss::Kind::kIntent, b.uuid("J1")), nullptr) << "alpha is told";
  EXPECT_EQ(b.registrar->passed_over(), 0U);
  change_answers(world, "bravo", net::Method::kDelete, pad);
  b.host.intents.clear();
  b.run();
  EXPECT_TRUE(a.host.ledger().other(uss::Kind::kIntent, b.uuid("J1"))->gone);
}

TEST(UssRegistrarAnswers, AlsoOfTheRegistryBefore) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  b.file("J1", 6.608);
  b.run();
  a.file("I1", 6.6);
  a.run();
  a.names.dss_url = "https://dss-two.example";
  a.restart();
  change_answers(world, "alpha", net::Method::kDelete, pad);
  const std::size_t told = world.count("POST https://bravo.example");
  a.run();
  ASSERT_FALSE(at_registry(world, a, "I1"));
  EXPECT_GT(world.count("POST https://bravo.example"), told)
      << "whom the registry before names is told what stands now";
}

TEST(UssRegistrarAnswers, WhatIsRegisteredIsNotWrittenAgainBecauseNobodyCanReadTheAnswer) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  b.file("J1", 6.608);
  b.run();
  a.file("I1", 6.6);
  a.run();
  ASSERT_NE(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1")), nullptr);
  change_answers(world, "alpha", net::Method::kPut, [](net::ClientResponse& answer) {
    if (answer.status < 300) answer.body.resize(answer.body.size() / 2);
  });
  a.file("I1", 6.599);
  a.run();
  EXPECT_THAT(a.standing("I1").why, HasSubstr("cannot be read"));
  for (int n = 0; n < 5; ++n) {
    world.clock.advance(61'000);
    a.run();
  }
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
  EXPECT_EQ((*world.registry.get_intent(a.uuid("I1")))->version, 2);
  EXPECT_EQ(registration(a, "I1").last.version, 2);
  EXPECT_EQ(registration(a, "I1").last.native_version, 2);
  EXPECT_TRUE(a.host.ledger().tries().empty());
  EXPECT_EQ(a.registrar->passed_over(), 1U) << "an alarm: who was not told before is not told";
  EXPECT_EQ(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1"))->last.version, 2) << "who was, is";
  // And the same from nothing, and on to the state that is wanted.
  a.file("I2", 6.7, core::IntentState::kActivated);
  for (int n = 0; n < 5; ++n) {
    a.run();
    world.clock.advance(61'000);
  }
  EXPECT_EQ(at_registry(world, a, "I2"), IntentState::kActivated) << a.standing("I2").why;
  EXPECT_EQ((*world.registry.get_intent(a.uuid("I2")))->version, 2);
}

TEST(UssRegistrarAnswers, ACreateThatIsRefusedWithoutAListIsShownAndFillsNoRecord) {
  World world;
  Supplier& a = world.add("alpha");
  bool refuses = true;
  world.before = [&](const std::string&, const UssCall& call) -> Answer {
    if (!refuses || call.method != net::Method::kPut) return std::nullopt;
    return net::ClientResponse{409, {}, R"({"message":"zone K1 is exclusive, and another authority decides there"})"};
  };
  a.file("I1");
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRefused);
  EXPECT_THAT(a.standing("I1").why, HasSubstr("the registry answers 409: zone K1 is exclusive"));
  EXPECT_EQ(world.count("PUT"), 1U);
  const std::size_t entries = a.host.log.size();
  a.run();
  EXPECT_EQ(world.count("PUT"), 1U) << "not at every turn";
  world.clock.advance(300'000);
  a.run();
  EXPECT_EQ(world.count("PUT"), 2U);
  EXPECT_EQ(a.host.log.size(), entries) << "nothing began, and nothing has ended";
  EXPECT_EQ(count(a.host, "uss.ended"), 0U);
  refuses = false;
  world.clock.advance(300'000);
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
  // What was tried and refused is forgotten with its intent.
  refuses = true;
  a.file("I2", 6.7);
  a.run();
  ASSERT_EQ(a.standing("I2").stage, UssStage::kRefused);
  a.host.intents.erase(IntentId::trusted("I2"));
  a.run();
  a.run();
  EXPECT_TRUE(a.host.ledger().tries().empty());
  EXPECT_FALSE(at_registry(world, a, "I2"));
}

TEST(UssRegistrarAnswers, AnUpdateOrAnEndThatIsRefusedWithoutAListIsShown) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  bool refuses = true;
  world.before = [&](const std::string&, const UssCall& call) -> Answer {
    if (!refuses || call.method == net::Method::kGet) return std::nullopt;
    return net::ClientResponse{409, {}, R"({"message":"the area is closed"})"};
  };
  a.file("I1", 6.601);
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRefused);
  EXPECT_THAT(a.standing("I1").why, HasSubstr("409: the area is closed"));
  EXPECT_EQ(registration(a, "I1").last.native_version, 1) << "what stands there stays served";
  EXPECT_EQ(world.count("PUT"), 2U);
  a.host.intents.clear();
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRetrying);
  EXPECT_THAT(a.standing("I1").why, HasSubstr("409: the area is closed"));
  EXPECT_FALSE(registration(a, "I1").ended);
  refuses = false;
  world.clock.advance(61'000);
  a.run();
  EXPECT_FALSE(at_registry(world, a, "I1"));
}

TEST(UssRegistrarAnswers, AnotherOvnIsStillReadAndUsed) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  // Somebody with our token has replaced it.
  const f3548::Caller who{.manager = "alpha", .strategic_coordination = true};
  const auto& intent = **world.registry.get_intent(a.uuid("I1"));
  f3548::PutIntent put{.id = intent.id,
                       .ovn = world.registry.ovn(intent),
                       .extent = {.cells = intent.cells,
                                  .band = intent.band,
                                  .start = intent.window.start,
                                  .end = intent.window.end,
                                  .volumes = {}},
                       .state = intent.state,
                       .url = intent.url,
                       .key = {},
                       .subscription = intent.subscription,
                       .new_subscription = {},
                       .suffix = {}};
  ASSERT_TRUE(world.registry.put_intent(put, who, {1'000'000, kNow}));
  a.file("I1", 6.601);
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
  EXPECT_EQ(registration(a, "I1").last.version, 3);
}

TEST(UssRegistrarAnswers, AnOutlineWithoutAreaIsWhereItIs) {
  struct Row {
    double to;
    UssStage stage;
  };
  for (const auto& [to, stage] : {Row{6.601, UssStage::kRegistered}, Row{6.607, UssStage::kRefused}}) {
    World world;
    Supplier& a = world.add("alpha");
    Supplier& b = world.add("bravo");
    // A registry of another make, that keeps no hashes.
    world.before = [&world](const std::string& caller, const UssCall& call) -> Answer {
      if (call.method != net::Method::kPut || call.body.find("details_sha256") == std::string::npos)
        return std::nullopt;
      UssCall plain = call;
      const std::size_t at = plain.body.find("\"details_sha256\"");
      plain.body.erase(at, plain.body.find(',', at) + 1 - at);
      return world.carry(caller, plain);
    };
    a.file("I1", 6.6);
    a.run();
    serve_instead(world, [to](std::string body) {
      const std::size_t at = body.find("\"outline_circle\"");
      EXPECT_NE(at, std::string::npos);
      const std::size_t end = body.find("}}", body.find("\"radius\"", at)) + 2;
      return body.replace(at, end - at,
                          fmt::format(R"("outline_polygon":{{"vertices":[{{"lat":46.5,"lng":6.6}},)"
                                      R"({{"lat":46.5,"lng":{0}}},{{"lat":46.5,"lng":6.6}}]}})",
                                      to));
    });
    b.file("J1", 6.608);
    b.run();
    EXPECT_EQ(b.standing("J1").stage, stage) << b.standing("J1").why;
    if (stage == UssStage::kRefused) EXPECT_THAT(b.standing("J1").why, HasSubstr("it meets"));
  }
}

}  // namespace
}  // namespace tansiq::node
