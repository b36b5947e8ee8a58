// What the registrar believes: only what was compared, of the manager whom the registry names, with the content that a
// person has accepted.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/uss_registrar.h"
#include "node/uss_testlib.h"
#include "uss/spell.h"

namespace tansiq::node {
namespace {

using namespace test;
using ::testing::HasSubstr;
using uss::IntentState;

TEST(UssRegistrar, ANewVersionIsComparedAnew) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  b.file("J1", 6.608);
  b.run();
  ASSERT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
  b.file("J1", 6.602);  // Into alpha's, whose OVN bravo has proved that it knows.
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  EXPECT_THAT(b.standing("J1").why, HasSubstr("it meets"));
  EXPECT_EQ(registration(b, "J1").last.native_version, 1) << "what stands there stays";
}

TEST(UssRegistrar, WhatIsPutIsWhatWasCompared) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  // Contingent, it may come to be 600 m away from alpha's; it begins as Accepted, at the place where it was planned.
  core::Intent& strayed = b.file("J1", 6.608, core::IntentState::kContingent);
  strayed.off_nominal = strayed.volumes;
  std::get<geo::Circle>(strayed.volumes[0].outline).centre.lng_e7 = 66'020'000;
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  EXPECT_EQ(at_registry(world, b, "J1"), std::nullopt) << "the plan would stand in alpha's volume";
}

TEST(UssRegistrar, WhatWasCreatedAndThenRefusedIsEndedThere) {
  World world;
  Supplier& a = world.add("alpha");
  world.lose_answer = [](const std::string&, const UssCall& call) { return call.method == net::Method::kPut; };
  a.file("I1");
  a.run();
  ASSERT_EQ(at_registry(world, a, "I1"), IntentState::kAccepted);
  world.lose_answer = nullptr;
  world.before = [](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.method != net::Method::kPut) return std::nullopt;
    return net::ClientResponse{412, {}, R"({"message":"the manager is Down"})"};
  };
  world.clock.advance(1'000);
  a.run();
  ASSERT_EQ(a.standing("I1").stage, UssStage::kRefused);
  a.host.intents.clear();
  a.run();
  EXPECT_EQ(at_registry(world, a, "I1"), std::nullopt);
}

/// What `as` tells `to` of an intent of `of`: under its own name, with details of its own.
int squat(const Supplier& as, Supplier& to, const uss::Registered& of, std::string_view radius = "30") {
  std::string details;
  EXPECT_TRUE(as.world.suppliers.at("alpha")->host.with([&](UssDesk& desk) { details = *desk.body(of.details); }));
  const std::size_t at = details.find("\"value\":300");
  EXPECT_NE(at, std::string::npos);
  details.replace(at, 11, fmt::format("\"value\":{}", radius));
  const std::string text = uss::notice_json({.last = of, .ended = false, .changed = {}, .seq = 0}, as.names.manager,
                                            details, {{1, uss::Uuid::version_4(0, 7)}});
  const auto message = uss::Message::parse(text);
  const auto notice = uss::read_notice(*message, uss::Kind::kIntent);
  EXPECT_TRUE(notice) << notice.error().text() << text;
  int status = 0;
  EXPECT_TRUE(to.host.with(
      [&](UssDesk& desk) { status = take_notice(desk, to.names, *notice, as.names.manager, text).status; }));
  return status;
}

TEST(UssRegistrar, WhatASquatterTellsDoesNotCount) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  Supplier& m = world.add("mallory");
  a.file("I1", 6.6);
  a.run();
  const uss::Registered of_alpha = registration(a, "I1").last;
  EXPECT_EQ(squat(m, b, of_alpha), 204) << "nobody here knows better yet";
  EXPECT_EQ(squat(m, b, of_alpha, "31"), 409) << "and an incident of its own making";
  ASSERT_EQ(b.host.ledger().drifts().size(), 1U);
  // 6.602 meets alpha's 300 m, and would not meet mallory's 30 m by as much.
  b.file("J1", 6.602);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  EXPECT_THAT(b.standing("J1").why, HasSubstr("it meets"));
  EXPECT_EQ(world.count("GET https://alpha.example/uss/v1/operational_intents/"), 1U);
  const uss::Other* known = b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1"));
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->last.manager, "alpha") << "the registry says whose it is";
  EXPECT_EQ(known->last.details, of_alpha.details);
  EXPECT_EQ(squat(m, b, of_alpha), 403) << "from now on";
  b.restart();
}

TEST(UssRegistrar, ASquattersIncidentDoesNotHideATrueOne) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  Supplier& m = world.add("mallory");
  a.file("I1", 6.6);
  a.run();
  const uss::Registered of_alpha = registration(a, "I1").last;
  squat(m, b, of_alpha);
  squat(m, b, of_alpha, "31");
  ASSERT_TRUE(b.host.with([&](UssDesk& desk) {
    EXPECT_TRUE(desk.say(uss::DriftSettled{core::Subject::trusted("officer"), a.uuid("I1"), "nonsense", 1}));
  }));
  serve_instead(world, [](std::string body) { return body.replace(body.find("\"value\":300"), 11, "\"value\":31"); });
  b.file("J1", 6.608);
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  EXPECT_THAT(b.standing("J1").why, HasSubstr("detail drift"));
  EXPECT_EQ(b.host.ledger().drifts().begin()->second.found.manager, "alpha");
  EXPECT_FALSE(b.host.ledger().drifts().begin()->second.settled);
  squat(m, b, of_alpha, "32");
  EXPECT_EQ(b.host.ledger().drifts().begin()->second.found.manager, "alpha") << "nor does a later one";
  b.restart();
}

TEST(UssRegistrar, APersonSettlesWhatWasServedAndNothingElse) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1", 6.6);
  a.run();
  int radius = 30;
  serve_instead(world, [&](std::string body) {
    return body.replace(body.find("\"value\":300"), 11, fmt::format("\"value\":{}", radius));
  });
  const auto settle = [&] {
    ASSERT_TRUE(b.host.with([&](UssDesk& desk) {
      const Status said = desk.say(uss::DriftSettled{core::Subject::trusted("officer"), a.uuid("I1"), "called", 1});
      EXPECT_TRUE(said) << said.error().text();
    }));
    world.clock.advance(1'000);
    b.registrar->reconsider();
  };
  b.file("J1", 6.608);
  b.run();
  ASSERT_EQ(b.standing("J1").stage, UssStage::kRefused);
  const log::Hash first = b.host.ledger().drifts().begin()->second.found.served;
  radius = 31;  // Called they say one thing, and serve another.
  settle();
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRefused);
  const uss::Drift& again = b.host.ledger().drifts().begin()->second;
  EXPECT_FALSE(again.settled) << "another content is another incident";
  EXPECT_NE(again.found.served, first);
  settle();
  b.run();
  EXPECT_EQ(b.standing("J1").stage, UssStage::kRegistered) << b.standing("J1").why;
  b.restart();
}

/// A registry of another make: it says nothing of details.
void say_no_hashes(World& world) {
  world.before = [&world](const std::string& caller,
                          const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.base_url != "https://dss.example") return std::nullopt;
    const auto before = std::exchange(world.before, nullptr);
    auto answer = world.carry(caller, call);
    world.before = before;
    constexpr std::string_view kHash = R"("details_sha256":")";
    for (std::size_t at = 0; answer && (at = answer->body.find(kHash)) != std::string::npos;) {
      answer->body.erase(at, answer->body.find(',', at) + 1 - at);
    }
    return answer;
  };
}

TEST(UssRegistrar, WhatIsInTheWayMayHaveBeenRegisteredAnewWithoutAWord) {
  World world;
  say_no_hashes(world);
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1");
  a.run();
  b.file("I2");
  b.run();
  ASSERT_EQ(b.standing("I2").stage, UssStage::kRefused) << "and so it has no subscription";
  a.host.intents.clear();
  a.run();
  a.file("I1", 6.6085);
  a.run();
  ASSERT_EQ(registration(a, "I1").last.version, 1);
  b.registrar->reconsider();
  world.clock.advance(301'000);
  b.run();
  EXPECT_EQ(b.standing("I2").stage, UssStage::kRegistered) << b.standing("I2").why;
  EXPECT_TRUE(b.host.ledger().drifts().empty());
}

TEST(UssRegistrar, ANoticeOfARegistrationMadeAnewAccusesNobody) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  a.file("I1");
  a.run();
  b.file("I2", 6.6085);
  b.run();
  ASSERT_EQ(b.standing("I2").stage, UssStage::kRegistered);
  const std::string before = registration(a, "I1").last.ovn;
  // Its end arrives, but not the answer, which says who is to be told.
  world.lose_answer = [](const std::string&, const UssCall& call) { return call.method == net::Method::kDelete; };
  a.host.intents.clear();
  a.run();
  world.clock.advance(61'000);
  a.run();
  ASSERT_TRUE(registration(a, "I1").ended);
  a.file("I1", 6.5995);
  a.run();
  world.clock.advance(61'000);
  a.run();
  ASSERT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
  EXPECT_EQ(registration(a, "I1").last.version, 1);
  EXPECT_TRUE(b.host.ledger().drifts().empty());
  EXPECT_EQ(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1"))->last.ovn, registration(a, "I1").last.ovn);
  EXPECT_NE(registration(a, "I1").last.ovn, before);
}

// What was tried
// ---------------------------------------------------------------------------------------------------------------------

/// Answers to PUTs that the registry has taken are lost while this says so.
void lose_puts(World& world, const bool& lost) {
  world.before = [&](const std::string& caller, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (!lost || call.method != net::Method::kPut) return std::nullopt;
    const auto before = std::exchange(world.before, nullptr);
    auto answer = world.carry(caller, call);
    world.before = before;
    if (answer->status > 201) return answer;
    return fail(ErrorCode::kTimeout, "no answer came");
  };
}

TEST(UssRegistrarTries, ACreateWhoseAnswerAndProcessWereLostIsEnded) {
  World world;
  Supplier& a = world.add("alpha");
  bool lost = true;
  lose_puts(world, lost);
  a.file("I1");
  a.run();
  ASSERT_TRUE(at_registry(world, a, "I1"));
  a.restart();
  lost = false;
  a.host.intents.clear();
  a.run();
  EXPECT_FALSE(at_registry(world, a, "I1")) << "nobody wants it any more";
  EXPECT_TRUE(a.host.ledger().tries().empty());
  a.restart();
  const std::size_t before = world.seen.size();
  a.run();
  EXPECT_EQ(world.seen.size(), before) << "and it is not asked for again";
}

TEST(UssRegistrarTries, AnEndWhoseAnswerAndProcessWereLostIsKnownWhenTheIntentIsFiledAnew) {
  World world;
  Supplier& a = world.add("alpha");
  a.file("I1");
  a.run();
  world.lose_answer = [](const std::string&, const UssCall& call) { return call.method == net::Method::kDelete; };
  a.host.intents.clear();
  a.run();
  ASSERT_FALSE(at_registry(world, a, "I1"));
  a.restart();
  a.file("I1");
  world.clock.advance(61'000);
  a.run();
  EXPECT_TRUE(at_registry(world, a, "I1")) << a.standing("I1").why;
}

TEST(UssRegistrarTries, ACreateThatNeverArrivedIsForgottenWithItsIntent) {
  World world;
  Supplier& a = world.add("alpha");
  world.before = [](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.method != net::Method::kPut) return std::nullopt;
    return fail(ErrorCode::kTimeout, "it did not arrive");
  };
  a.file("I1");
  a.run();
  a.restart();
  a.host.intents.clear();
  a.run();
  EXPECT_TRUE(a.host.ledger().tries().empty());
  EXPECT_EQ(a.host.types(), (std::vector<std::string>{"uss.registry_named", "uss.trying", "uss.ended"}));
}

TEST(UssRegistrarTries, WhatIsServedIsWhatTheRegistryHasAlsoWhereTheAnswerWasLost) {
  for (const bool restarts : {false, true}) {
    World world;
    Supplier& a = world.add("alpha");
    Supplier& b = world.add("bravo");
    a.file("I1", 6.6);
    a.run();
    b.file("I2", 6.609);
    b.run();
    ASSERT_EQ(b.standing("I2").stage, UssStage::kRegistered) << b.standing("I2").why;
    bool lost = true;
    lose_puts(world, lost);
    a.file("I1", 6.5995);
    a.run();
    lost = false;
    if (restarts) a.restart();
    // What it wants meanwhile is refused: what its lost request led to stays.
    a.file("I1", 6.609);
    world.clock.advance(61'000);
    a.run();
    ASSERT_EQ(a.standing("I1").stage, UssStage::kRefused) << a.standing("I1").why;
    EXPECT_EQ(registration(a, "I1").last.native_version, 2);
    // So whoever needs its details is served those that the registry knows by their hash.
    Supplier& c = world.add("charlie");
    c.file("I3", 6.603);
    c.run();
    EXPECT_TRUE(c.host.ledger().drifts().empty());
    EXPECT_THAT(c.standing("I3").why, Not(HasSubstr("changing")));
  }
}

TEST(UssRegistrarTries, WhoIsToBeToldIsAskedForAgainAfterARestart) {
  World world;
  Supplier& a = world.add("alpha");
  Supplier& b = world.add("bravo");
  b.file("I2", 6.609);
  b.run();
  bool lost = true;
  lose_puts(world, lost);
  a.file("I1", 6.6);
  a.run();
  world.clock.advance(61'000);
  a.run();
  a.restart();
  lost = false;
  world.clock.advance(61'000);
  a.run();
  ASSERT_EQ(a.standing("I1").stage, UssStage::kRegistered) << a.standing("I1").why;
  ASSERT_NE(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1")), nullptr);
  EXPECT_EQ(b.host.ledger().other(uss::Kind::kIntent, a.uuid("I1"))->last.ovn, registration(a, "I1").last.ovn);
  EXPECT_TRUE(a.host.ledger().tries().empty());
}

TEST(UssRegistrarTries, ManyWhoAreToBeToldAreAskedForAgainWhereTheProcessFellBetween) {
  World world;
  Supplier& a = world.add("alpha");
  world.before = [&](const std::string& caller, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.method != net::Method::kPut) return std::nullopt;
    const auto before = std::exchange(world.before, nullptr);
    auto answer = world.carry(caller, call);
    world.before = before;
    if (answer->status > 201) return answer;
    std::string many;
    for (int n = 0; n < 1'500; ++n) {
      many += fmt::format(R"({{"uss_base_url":"https://s{}.example","subscriptions":[{{"subscription_id":)"
                          R"("00000000-0000-4000-8000-{:012}","notification_index":1}}]}},)",
                          n, n);
    }
    constexpr std::string_view kSubscribers = R"("subscribers":[)";
    const std::size_t at = answer->body.find(kSubscribers) + kSubscribers.size();
    if (answer->body[at] == ']') many.pop_back();
    answer->body.insert(at, many);
    return answer;
  };
  a.file("I1");
  static_cast<void>(a.registrar->round());
  ASSERT_EQ(a.host.ledger().queued(), 1'500U) << a.standing("I1").why;
  EXPECT_TRUE(a.host.ledger().tries().empty());
  // The first batch was durable, and nothing after it.
  const auto first_told = std::ranges::find_if(
      a.host.log, [](const std::string& line) { return line.find("\"uss.to_tell\"") != std::string::npos; });
  a.host.log.erase(first_told + 1'001, a.host.log.end());
  a.restart();
  ASSERT_EQ(a.host.ledger().queued(), 1'000U);
  static_cast<void>(a.registrar->round());
  EXPECT_EQ(a.host.ledger().queued(), 1'500U);
  EXPECT_TRUE(a.host.ledger().tries().empty());
}

}  // namespace
}  // namespace tansiq::node
