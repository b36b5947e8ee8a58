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

TEST(UssRegistrar, WhatIsInTheWayMayHaveBeenRegisteredAnewWithoutAWord) {
  World world;
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

}  // namespace
}  // namespace tansiq::node
