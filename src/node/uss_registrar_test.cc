#include "node/uss_registrar.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/uss_json.h"
#include "node/uss_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using uss::IntentState;

TEST(UssRegistrar, NothingThereAndWantedIsCreated) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), IntentState::kAccepted);
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  const uss::Registered& last = registration(a, "I1").last;
  EXPECT_EQ(last.version, 1);
  EXPECT_EQ(last.native_version, 1);
  EXPECT_EQ(last.ovn, world.registry.ovn(**world.registry.get_intent(a.uuid("I1"))));
  EXPECT_EQ((*world.registry.get_intent(a.uuid("I1")))->details, last.details);
  EXPECT_TRUE(a.host.bodies.contains(last.details)) << "what is served is what was registered";
  EXPECT_TRUE(last.subscription.has_value());
  EXPECT_EQ(world.seen.size(), 1U) << "and nobody is told, least of all ourselves";
}

TEST(UssRegistrar, AsItStandsNothingIsDone) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  a.run();
  a.restart();
  a.run();
  EXPECT_EQ(world.seen.size(), 1U);
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
}

TEST(UssRegistrar, ANewVersionReplacesAndAnEndDeletes) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  a.file("I1", 6.601);
  a.run();
  EXPECT_EQ(registration(a, "I1").last.version, 2);
  EXPECT_EQ(registration(a, "I1").last.native_version, 2);
  a.host.intents.clear();
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), std::nullopt);
  EXPECT_TRUE(registration(a, "I1").ended);
  EXPECT_TRUE(a.registrar->standing().empty());
}

TEST(UssRegistrar, EveryStateIsReached) {
  for (const auto& [native, wanted] : {std::pair(core::IntentState::kActivated, IntentState::kActivated),
                                       std::pair(core::IntentState::kNonconforming, IntentState::kNonconforming),
                                       std::pair(core::IntentState::kContingent, IntentState::kContingent)}) {
    World world;
    Supplier& a = world.add("alpha");
    a.file("I1", 6.6, native);
    a.run();
    EXPECT_EQ(at_registry(world, a, "I1"), wanted) << "from nothing: as Accepted first";
    EXPECT_EQ(registration(a, "I1").last.version, 2);
    EXPECT_EQ(registration(a, "I1").last.state, wanted);
    EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  }
}

TEST(UssRegistrar, WhoDoesNotMeetUsIsAcknowledged) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  b.file("J1", 6.608);  // 600 m apart: another place, the same cells.
  b.run();
  EXPECT_EQ(at_registry(world, b, "J1"), IntentState::kAccepted) << b.standing("J1").why;
  EXPECT_EQ(world.count("GET https://alpha.example/uss/v1/operational_intents/"), 1U);
  EXPECT_THAT(b.host.types(), Contains("uss.learned"));
  // And alpha was told, within the same moment.
  const uss::Other* known = a.host.ledger().other(uss::Kind::kIntent, b.uuid("J1"));
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->last.how, uss::How::kNotice);
  EXPECT_EQ(known->last.manager, "bravo");
  // What it was told it does not ask for again.
  a.file("I1", 6.6, core::IntentState::kActivated);
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), IntentState::kActivated) << a.standing("I1").why;
  EXPECT_EQ(world.count("GET https://bravo.example"), 0U);
  b.host.intents.clear();
  b.run();
  EXPECT_TRUE(a.host.ledger().other(uss::Kind::kIntent, b.uuid("J1"))->gone);
}

TEST(UssRegistrar, ATrueConflictIsRefusedAndTriedAgainWhenOthersChange) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  b.file("J1", 6.602);
  b.run();
  const UssStanding refused = b.standing("J1");
  EXPECT_EQ(refused.stage, UssStage::kRefused);
  ASSERT_EQ(refused.with.size(), 1U);
  EXPECT_EQ(refused.with[0].id, a.uuid("I1"));
  EXPECT_EQ(refused.with[0].manager, "alpha");
  EXPECT_EQ(at_registry(world, b, "J1"), std::nullopt);
  const std::size_t asked = world.seen.size();
  b.run();
  EXPECT_EQ(world.seen.size(), asked) << "not at every turn";
  a.host.intents.clear();
  a.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused) << "bravo has no reference there, so nobody tells it";
  world.clock.advance(300'000);
  b.run();
  EXPECT_EQ(at_registry(world, b, "J1"), IntentState::kAccepted);
}

TEST(UssRegistrar, AConflictGoesWhenOurOwnIntentMoves) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  b.file("J1", 6.602);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  b.file("J1", 6.608);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
}

/// Alpha's details, with another priority.
std::string with_priority(const std::string& body, int priority) {
  std::string out = body;
  const std::size_t at = out.find("\"priority\":0");
  EXPECT_NE(at, std::string::npos);
  return out.replace(at, 12, fmt::format("\"priority\":{}", priority));
}

TEST(UssRegistrar, WhoHasLowerPriorityGivesWayAndHigherIsKeptClearOf) {
  for (const int priority : {-1, 5}) {
    World world;
    Supplier& a = world.add("alpha");
    Supplier& b = world.add("bravo");
    // A registry of another make, that keeps no hashes.
    world.before = [&world](const std::string& caller,
                            const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
      if (call.method != net::Method::kPut || call.body.find("details_sha256") == std::string::npos)
        return std::nullopt;
      UssCall plain = call;
      const std::size_t at = plain.body.find("\"details_sha256\"");
      plain.body.erase(at, plain.body.find(',', at) + 1 - at);
      return world.carry(caller, plain);
    };
    a.file("I1");
    a.run();
    serve_instead(world, [&](std::string body) { return with_priority(body, priority); });
    b.file("J1", 6.602);
    b.run();
    if (priority < 0) {
      EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
    } else {
      EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
      EXPECT_THAT(b.standing("J1").why, HasSubstr("priority 5"));
    }
  }
}

// Scenario: details served to a peer differ from what the registry had recorded.
TEST(UssRegistrar, DetailDrift) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  serve_instead(world, [](std::string body) {
    const std::size_t at = body.find("\"value\":300");
    EXPECT_NE(at, std::string::npos);
    return body.replace(at, 11, "\"value\":30");
  });
  b.file("J1", 6.608);
  b.run();
  UssStanding standing = b.standing("J1");
  EXPECT_EQ(standing.stage, UssStage::kRefused);
  EXPECT_THAT(standing.why, HasSubstr("detail drift"));
  ASSERT_EQ(standing.with.size(), 1U);
  EXPECT_EQ(standing.with[0].id, a.uuid("I1"));
  ASSERT_EQ(b.host.ledger().drifts().size(), 1U) << "an incident, in the record";
  const uss::Drift& drift = b.host.ledger().drifts().begin()->second;
  EXPECT_THAT(drift.found.what, HasSubstr("details: the registry has"));
  EXPECT_EQ(drift.found.manager, "alpha");
  EXPECT_TRUE(b.host.bodies.contains(drift.found.served)) << "and what was served is kept";
  EXPECT_EQ(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1")), nullptr) << "it does not count as known";

  // Neither time nor a restart passes over it, and it is found once.
  world.clock.advance(300'000);
  b.run();
  b.restart();
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  EXPECT_EQ(b.host.ledger().drifts().size(), 1U);

  // A person does.
  ASSERT_TRUE(b.host.with([&](UssDesk& desk) {
    EXPECT_TRUE(desk.say(uss::DriftSettled{core::Subject::trusted("officer"), a.uuid("I1"), "called them", 1}));
  }));
  b.registrar->reconsider();
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused) << "not in the same moment";
  world.clock.advance(1'000);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
  EXPECT_EQ(b.registrar->drifts_found(), 0U) << "since the restart";
}

TEST(UssRegistrar, DetailDriftEndsWithTheNextVersion) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  serve_instead(world, [](std::string body) {
    body.replace(body.find("\"value\":300"), 11, "\"value\":30");
    return body;
  });
  b.file("J1", 6.608);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  world.before = nullptr;
  a.file("I1", 6.6001);
  a.run();
  world.clock.advance(1'000);
  b.registrar->reconsider();
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
}

TEST(UssRegistrar, AVersionOnItsWayIsNoDrift) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  serve_instead(world, [once = std::make_shared<bool>(true)](std::string body) {
    if (!std::exchange(*once, false)) return body;
    const std::size_t at = body.rfind("\"version\":1");
    return body.replace(at, 11, "\"version\":2");
  });
  b.file("J1", 6.608);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRetrying);
  EXPECT_THAT(b.standing("J1").why, HasSubstr("is changing"));
  EXPECT_TRUE(b.host.ledger().drifts().empty());
  world.clock.advance(1'000);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
}

TEST(UssRegistrar, WhoAlwaysServesAnotherVersionDrifts) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  serve_instead(world, [](std::string body) {
    const std::size_t at = body.rfind("\"version\":1");
    return body.replace(at, 11, "\"version\":9");
  });
  b.file("J1", 6.608);
  for (int n = 0; n < 5; ++n) {
    b.run();
    world.clock.advance(60'000);
  }
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  EXPECT_EQ(b.host.ledger().drifts().size(), 1U);
}

TEST(UssRegistrar, WhoDoesNotAnswerIsAskedAgainLater) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  bool down = true;
  world.before = [&](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (!down || call.base_url != "https://alpha.example") return std::nullopt;
    return fail(ErrorCode::kTimeout, "no answer came");
  };
  b.file("J1", 6.608);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRetrying);
  EXPECT_THAT(b.standing("J1").why, HasSubstr("no answer came"));
  DurationMs last = 0;
  for (int n = 0; n < 8; ++n) {
    const UtcMs due = *b.standing("J1").next;
    const DurationMs wait = due - world.clock.now();
    EXPECT_LE(wait, 60'000);
    EXPECT_GE(wait, std::min<DurationMs>(30'000, last / 2));
    last = wait;
    world.clock.set(due);
    b.run();
  }
  EXPECT_GE(last, 30'000);
  down = false;
  world.clock.set(*b.standing("J1").next);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered);
}

TEST(UssRegistrar, OneWhoIsSilentOrSlowHoldsUpNobodyElse) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  // Every question to alpha takes ten seconds, and has an answer or none.
  for (const bool silent : {true, false}) {
    std::vector<std::pair<UtcMs, UtcMs>> asked;
    world.before = [&](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
      if (call.method != net::Method::kGet || call.base_url != "https://alpha.example") return std::nullopt;
      const UtcMs begin = world.clock.now();
      world.clock.set(begin + 10'000);
      asked.emplace_back(begin, world.clock.now());
      if (silent) return fail(ErrorCode::kTimeout, "no answer came");
      return net::ClientResponse{.status = 503, .headers = {}, .body = "{}"};
    };
    // Twenty near alpha's, which need its word, and one elsewhere.
    for (int n = 0; n < 20; ++n) b.file(fmt::format("J{}{}", silent, n), 6.608);
    b.file(fmt::format("K{}", silent), 7.6);
    const UtcMs begin = world.clock.now();
    static_cast<void>(b.registrar->round());
    EXPECT_EQ(b.standing(fmt::format("K{}", silent)).stage, UssStage::kRegistered);
    EXPECT_EQ(asked.size(), 1U) << "the other nineteen did not ask it again";
    EXPECT_THAT(b.standing(fmt::format("J{}19", silent)).why, HasSubstr("left alone until"));
    // For ten minutes: what it takes is a small part of the time.
    DurationMs taken = 0;
    while (world.clock.now() < begin + 10 * kMinute) {
      const auto next = b.registrar->round();
      ASSERT_TRUE(next.has_value());
      world.clock.set(std::max(*next, world.clock.now() + 1));
    }
    for (const auto& [from, to] : asked) taken += to - from;
    EXPECT_LE(taken, (world.clock.now() - begin) / 6);
    EXPECT_GE(asked.size(), 5U) << "but it is asked";
    world.before = nullptr;
    for (auto& [id, intent] : b.host.intents) intent.state = core::IntentState::kEnded;
    b.host.intents.clear();
    world.clock.set(world.clock.now() + 2 * kMinute);
    b.run();
  }
}

TEST(UssRegistrar, WhereWeAreReachedIsCarriedOutAtTheStart) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  const auto url = [&] { return (*world.registry.get_intent(a.uuid("I1")))->url; };
  ASSERT_EQ(url(), "https://alpha.example");
  a.names.base_url = "https://moved.example";
  a.restart();
  a.run();
  EXPECT_EQ(url(), "https://moved.example");
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  const std::size_t puts = world.count("PUT");
  a.restart();
  a.run();
  EXPECT_EQ(world.count("PUT"), puts) << "once";
}

TEST(UssRegistrar, AfterALostAnswerItReadsBeforeItRepeats) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  b.file("J1", 6.608);
  b.run();
  bool losing = true;
  world.lose_answer = [&](const std::string& caller, const UssCall& call) {
    return losing && caller == "alpha" && call.method == net::Method::kPut &&
           call.body.find("\"key\":[]") == std::string::npos;
  };
  a.file("I1", 6.6);
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRetrying);
  EXPECT_EQ(at_registry(world, a, "I1"), IntentState::kAccepted) << "it had arrived";
  losing = false;
  world.clock.advance(1'000);
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  EXPECT_EQ(registration(a, "I1").last.version, 2) << "it replaces what it found, and is told again whom to tell";
  EXPECT_NE(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1")), nullptr);
  // The same for an end.
  losing = true;
  world.lose_answer = [&](const std::string& caller, const UssCall& call) {
    return losing && caller == "alpha" && call.method == net::Method::kDelete;
  };
  a.host.intents.clear();
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), std::nullopt);
  EXPECT_FALSE(registration(a, "I1").ended);
  losing = false;
  world.clock.advance(60'000);
  a.run();
  EXPECT_TRUE(registration(a, "I1").ended);
  EXPECT_TRUE(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1"))->gone) << "who was told of it is told of its end";
}

TEST(UssRegistrar, ACrashBeforeTheRecordIsALostAnswer) {
  World world;
  Supplier& a = world.add("alpha");
  world.lose_answer = [](const std::string&, const UssCall& call) { return call.method == net::Method::kPut; };
  a.file("I1");
  a.run();
  world.lose_answer = nullptr;
  a.restart();
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
  EXPECT_EQ(registration(a, "I1").last.version, 2);
}

TEST(UssRegistrar, WhatEndedWhileAnAnswerWasLostIsEndedThere) {
  World world;
  Supplier& a = world.add("alpha");
  world.lose_answer = [](const std::string&, const UssCall& call) { return call.method == net::Method::kPut; };
  a.file("I1");
  a.run();
  world.lose_answer = nullptr;
  a.host.intents.clear();
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), std::nullopt);
}

/// Of which nobody is told who had no subscription there: then version 1 is another one than was known.
TEST(UssRegistrar, WhatWasEndedAndRegisteredAnewIsNoDrift) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1");
  a.run();
  b.file("I2", 6.6);
  b.run();
  EXPECT_EQ(b.standing("I2").stage, UssStage::kRefused) << "the two meet";
  a.host.intents.clear();
  a.registrar->reconsider();
  a.run();
  ASSERT_EQ(at_registry(world, a, "I1"), std::nullopt);
  a.file("I1", 6.603);
  a.run();
  world.clock.advance(301'000);
  b.registrar->reconsider();
  b.run();
  EXPECT_THAT(b.host.ledger().drifts(), ::testing::IsEmpty());
  b.file("I2", 6.63);
  b.registrar->reconsider();
  b.run();
  EXPECT_EQ(b.standing("I2").stage, UssStage::kRegistered) << b.standing("I2").why;
  EXPECT_THAT(b.host.ledger().drifts(), ::testing::IsEmpty());
}

TEST(UssRegistrar, ForeignHandsAtTheRegistryAreNotFought) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("11111111-2222-4333-8444-555555555555");
  a.run();
  b.file("11111111-2222-4333-8444-555555555555", 7.6);
  b.run();
  EXPECT_EQ(b.standing("11111111-2222-4333-8444-555555555555").stage, UssStage::kRefused);
}

TEST(UssRegistrar, ARefusalOfTheRegistryIsShown) {
  World world;
  Supplier& a = world.add("alpha");
  int status = 412;
  world.before = [&](const std::string&, const UssCall&) -> std::optional<Result<net::ClientResponse>> {
    return net::ClientResponse{status, {}, R"({"message":"the manager is Down"})"};
  };
  a.file("I1");
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRefused);
  EXPECT_THAT(a.standing("I1").why, HasSubstr("412: the manager is Down"));
  for (const int again : {401, 429, 500, 503, 408}) {
    status = again;
    a.file("I1");
    a.run();
    EXPECT_EQ(a.standing("I1").stage, UssStage::kRetrying) << again;
  }
}

TEST(UssRegistrar, WhatOthersSayIsShownCutAndClean) {
  std::string words(298, 'x');  // And the escape before them: the limit is within a character.
  for (int n = 0; n < 1'000; ++n) words += "é";
  for (const int status : {412, 503}) {
    World world;
    Supplier& a = world.add("alpha");
    world.before = [&](const std::string&, const UssCall&) -> std::optional<Result<net::ClientResponse>> {
      return net::ClientResponse{status, {}, R"({"message":"\u001b)" + words + R"("})"};
    };
    a.file("I1");
    a.run();
    EXPECT_THAT(a.standing("I1").why, HasSubstr(":  " + words.substr(0, 298) + "..."));
    EXPECT_NE(uss_intents_json(a.host.ledger(), a.registrar->standing()), "");
  }
}

TEST(UssRegistrar, ASubscriptionThatIsGoneIsAskedForAnew) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  bool refused = false;
  world.before = [&](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.body.find("\"subscription_id\"") == std::string::npos) return std::nullopt;
    refused = true;
    return net::ClientResponse{400, {}, R"({"message":"there is no such subscription"})"};
  };
  a.file("I1", 6.601);
  a.run();
  EXPECT_TRUE(refused);
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
}

TEST(UssRegistrar, RubbishIsNoAnswer) {
  for (const auto* body : {"", "{}", "[", R"({"operational_intent_reference":{},"subscribers":[]})"}) {
    World world;
    Supplier& a = world.add("alpha");
    world.before = [&](const std::string&, const UssCall&) -> std::optional<Result<net::ClientResponse>> {
      return net::ClientResponse{201, {}, body};
    };
    a.file("I1");
    a.run();
    EXPECT_EQ(a.standing("I1").stage, UssStage::kRetrying) << body;
    EXPECT_EQ(a.host.types(), (std::vector<std::string>{"uss.registry_named", "uss.trying"}));
  }
}

TEST(UssRegistrar, OwnIntentsAcknowledgeEachOther) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1", 6.6);
  a.file("I2", 6.6);
  a.run();
  EXPECT_EQ(a.standing("I1").stage, UssStage::kRegistered);
  EXPECT_EQ(a.standing("I2").stage, UssStage::kRegistered) << "the zone machine has decided about the two";
}

/// Any number of suppliers, whose lines break and whose processes fall, come to rest where the zone machines are, once
/// the lines are whole: what is registered is what is wanted, unless a true conflict forbids it, and of two that meet
/// never are both registered.
RC_GTEST_PROP(UssRegistrarModel, ComesToRestWhereTheZoneMachineIs, ()) {
  World world;
  const std::vector<std::string> names{"alpha", "bravo", "charlie"};
  for (const std::string& name : names) world.add(name);
  bool broken = false;
  int turn = 0;
  const int period = *rc::gen::inRange(2, 6);
  world.lose_answer = [&](const std::string&, const UssCall&) { return broken && ++turn % period == 0; };
  const int steps = *rc::gen::inRange(1, 40);
  for (int n = 0; n < steps; ++n) {
    Supplier& one = *world.suppliers.at(names[static_cast<std::size_t>(*rc::gen::inRange(0, 3))]);
    const std::string id = fmt::format("I{}", *rc::gen::inRange(0, 2));
    switch (*rc::gen::inRange(0, 7)) {
      case 0:
      case 1:
        one.file(id, 6.6 + *rc::gen::inRange(0, 4) * 0.003);
        break;
      case 2:
        one.host.intents.erase(IntentId::trusted(id));
        break;
      case 3:
        one.restart();
        break;
      case 4:
        broken = !broken;
        break;
      default:
        one.run();
        world.clock.advance(*rc::gen::inRange(0, 5'000));
        break;
    }
  }
  broken = false;
  for (int n = 0; n < 12; ++n) {
    world.clock.advance(301'000);
    for (auto& [name, one] : world.suppliers) {
      one->registrar->reconsider();
      one->run();
    }
  }
  std::vector<const geo::Volume4d*> there;
  std::size_t registered = 0;
  for (auto& [name, one] : world.suppliers) {
    for (const auto& [id, intent] : one->host.intents) {
      const UssStanding standing = one->standing(id.str());
      const bool stands = at_registry(world, *one, id.str()).has_value();
      RC_ASSERT(standing.stage == UssStage::kRegistered || standing.stage == UssStage::kRefused);
      if (standing.stage == UssStage::kRegistered) {
        RC_ASSERT(stands);
        RC_ASSERT(registration(*one, id.str()).last.native_version == intent.version);
        ++registered;
      }
    }
    RC_ASSERT(one->host.ledger().drifts().empty());
    RC_ASSERT(one->host.ledger().queued() == 0U);
    // Everybody's record replays to where it is.
    std::string before, after;
    one->host.ledger().write_state(before);
    one->host.replay();
    one->host.ledger().write_state(after);
    RC_ASSERT(before == after);
  }
  RC_ASSERT(world.registry.intents() >= registered);
}

}  // namespace
}  // namespace tansiq::node
