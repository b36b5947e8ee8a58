// Charter changes in a running coalition: adopted, in force, late, at odds, joined, left; live, replayed, restored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/coalition_charter_testlib.h"
#include "log/note.h"

namespace tansiq::coordination {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::leg;
using testing::minutes;
using ::testing::Not;
using testing::signed_by;

using testing::CoalitionCharterTest;
using testing::kMinute;

TEST_F(CoalitionCharterTest, ComesIntoForceEverywhereAtItsMoment) {
  two.zones[1].minima.horizontal_m = 20'000;
  adopt({"us", "ru", "fr"});
  world.advance(10 * kMinute - 1);
  world.settle();
  EXPECT_EQ(version("us"), 1);
  EXPECT_THAT(world.said("us"), Not(Contains("charter.in_force")));
  expect_same_everywhere("us");
  world.advance(1);
  world.settle();
  for (const char* who : {"us", "ru", "fr"}) {
    EXPECT_EQ(version(who), 2);
    EXPECT_THAT(world.said(who), Contains("charter.in_force").Times(1));
    EXPECT_THAT(world.said(who), Not(Contains("alarm")));
    expect_same_everywhere(who);
  }
  EXPECT_EQ(world.at("us").adoptions().members().at(AuthorityId::trusted("fr")).in_force, 2);
  EXPECT_EQ(world.at("ru").machine().zones()[1].minima.horizontal_m, 20'000);
}

TEST_F(CoalitionCharterTest, TheTextIsToBeKeptWithTheEntry) {
  const std::string note = signed_by(two, {"us", "ru", "fr"});
  const auto outcome = adopt("us", note);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->bodies, (std::vector{core::charter_text(two), note}));
  // A record whose bodies are lost says so, and does not guess.
  world.disk("us").clear();
  auto empty = Coalition::make(world.config("us"));
  Status applied;
  for (const Written& written : world.record("us")) {
    if (applied) applied = (*empty)->apply(written.log, written.line);
  }
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().code, ErrorCode::kNotFound);
  // A crash after the bodies and before the entry leaves bodies that nobody quotes: the act can be done again.
  world.disk("ru")[log::sha256(note)] = note;
  EXPECT_TRUE(adopt("ru", note).has_value());
}

TEST_F(CoalitionCharterTest, RefusesWhatCannotFollow) {
  add_member("de", "G1", 4300);
  EXPECT_THAT(adopt("us", signed_by(two, {"us", "ru", "fr"})).error().text(), HasSubstr("de owns zones but has not"));
  EXPECT_THAT(adopt("us", signed_by(two, {"us", "fr", "de"})).error().text(), HasSubstr("ru owns zones but has not"));
  EXPECT_EQ(adopt("us", "nonsense").error().code, ErrorCode::kMalformed);
  two.version = 3;
  EXPECT_THAT(adopt("us", signed_by(two, {"us", "ru", "fr", "de"})).error().text(),
              HasSubstr("cannot follow version 1"));
  two.version = 2;
  two.valid_from = world.now + 1'000;
  EXPECT_THAT(adopt("us", signed_by(two, {"us", "ru", "fr", "de"})).error().text(), HasSubstr("the others need"));
  two.valid_from = minutes(10);
  two.authorities[0].keys = {
      log::SignerKey::generate("elsewhere.example/main", log::KeyType::kEd25519)->verifier().text()};
  EXPECT_THAT(adopt("us", signed_by(two, {"us", "ru", "fr", "de"})).error().text(),
              HasSubstr("bears the name of the old"));
  EXPECT_THAT(world.said("us"), Not(Contains("charter.adopted")));
}

TEST_F(CoalitionCharterTest, RealCoalitionsNeedTwoOfficers) {
  EXPECT_TRUE(OfficerPolicy{}.needs_two(OfficerAct::kAdopt));
}

TEST_F(CoalitionCharterTest, WhoIsLateFollowsAtOnceAndSaysThatItIsBehind) {
  adopt({"us", "ru"});
  come_into_force();
  EXPECT_EQ(version("fr"), 1);
  EXPECT_THAT(world.said("fr"), Contains("alarm").Times(1));
  world.advance(kMinute);
  world.restart("fr");
  world.advance(kMinute);
  EXPECT_THAT(world.said("fr"), Contains("alarm").Times(1)) << "once for each version, also after a restart";
  expect_same_everywhere("fr");
  const auto late = adopt("fr", signed_by(two, {"us", "ru", "fr"}));
  ASSERT_TRUE(late.has_value()) << late.error().text();
  EXPECT_EQ(version("fr"), 2);
  expect_same_everywhere("fr");
}

TEST_F(CoalitionCharterTest, AnotherTextThanThatOfAMemberIsNotAdopted) {
  adopt({"us"});
  core::Charter other = two;
  other.name = "another";
  EXPECT_THAT(adopt("ru", signed_by(other, {"us", "ru", "fr"})).error().text(),
              HasSubstr("us has adopted another text"));
  EXPECT_THAT(world.said("ru"), Not(Contains("charter.adopted")));
}

TEST_F(CoalitionCharterTest, CrossingAdoptionsOfTwoTextsAreAnAlarmAtBoth) {
  core::Charter other = two;
  other.name = "another";
  ASSERT_TRUE(adopt("us", signed_by(two, {"us", "ru", "fr"})).has_value());
  ASSERT_TRUE(adopt("ru", signed_by(other, {"us", "ru", "fr"})).has_value());
  world.settle();
  for (const char* who : {"us", "ru"}) EXPECT_THAT(world.said(who), Contains("anomaly").Times(1));
  EXPECT_THAT(adopt("fr", signed_by(two, {"us", "ru", "fr"})).error().code, ErrorCode::kConflict);
}

TEST_F(CoalitionCharterTest, ARestartBetweenAdoptionAndForceLosesNothing) {
  adopt({"us", "ru", "fr"});
  world.restart("us");
  auto restored = Coalition::read_snapshot(world.config("ru"), world.at("ru").write_snapshot());
  ASSERT_TRUE(restored.has_value()) << restored.error().text();
  EXPECT_EQ((*restored)->adoptions().next_timer(), two.valid_from);
  come_into_force();
  EXPECT_EQ(version("us"), 2);
  Batch batch;
  (*restored)->tick(world.now, batch);
  EXPECT_EQ((*restored)->machine().charter().version, 2);
}

TEST_F(CoalitionCharterTest, ANewcomerReadsWhatItMayAndCoordinates) {
  // Before it joins: a lease, so that the newcomer has a chain to follow, and talk that is not for it.
  ASSERT_TRUE(world.act(
      "us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = minutes(60), .zone = ZoneId::trusted("K1")}));
  world.settle();
  world.file("ru", "R1", {leg("F1", 200, minutes(30))});
  add_member("de", "G1", 4300);
  const std::string note = signed_by(two, {"us", "ru", "fr", "de"});
  for (const char* who : {"us", "ru", "fr"}) {
    const auto outcome = adopt(who, note);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().text();
  }
  world.join("de", two, {world.charter});
  world.settle();
  EXPECT_TRUE(world.at("de").peer_logs().empty()) << "nothing before its moment";
  EXPECT_FALSE(world.at("de").control().may_grant(ZoneId::trusted("G1"), world.now));
  come_into_force();
  EXPECT_TRUE(world.at("de").control().may_grant(ZoneId::trusted("G1"), world.now));
  EXPECT_EQ(world.at("de").control().sequencer(ZoneId::trusted("K1")), AuthorityId::trusted("fr"));
  for (const auto& [log, peer] : world.at("de").peer_logs()) {
    EXPECT_TRUE(log.kind == LogName::Kind::kMembers || log.reader == AuthorityId::trusted("de"));
  }
  const Flight& flight = world.file("de", "D1", {leg("K4", 300, minutes(40))});
  EXPECT_EQ(flight.versions.at(0).state, HomeState::kConfirmed);
  for (const char* who : {"us", "ru", "fr", "de"}) expect_same_everywhere(who);
}

TEST_F(CoalitionCharterTest, ARemovedMemberGetsAndGrantsNothingMore) {
  const Flight& confirmed = world.file("fr", "F1", {leg("K4", 200, minutes(30))});
  ASSERT_EQ(confirmed.versions.at(0).state, HomeState::kConfirmed);
  ASSERT_EQ(world.file("ru", "R1", {leg("F1", 200, minutes(6))}).versions.at(0).state, HomeState::kConfirmed);
  strike_out("fr");
  const std::string note = signed_by(two, {"us", "ru"});
  ASSERT_TRUE(adopt("us", note).has_value());
  ASSERT_TRUE(adopt("ru", note).has_value());
  EXPECT_EQ(adopt("fr", note).error().code, ErrorCode::kForbidden);
  world.settle();
  const auto before = world.at("fr").peer_logs();
  world.advance(10 * kMinute);
  world.settle();
  EXPECT_EQ(version("us"), 2);
  EXPECT_EQ(version("fr"), 1);
  EXPECT_THAT(world.said("fr"), Contains("alarm"));
  EXPECT_EQ(world.at("us").relations().level(request("us", "fr")), 0);
  EXPECT_EQ(world.at("us").relations().level(request("us", "ru")), 1);
  // What was granted stands until its end: an aircraft may be on its way.
  EXPECT_EQ(world.at("ru").legs().windows(ZoneId::trusted("K4")).size(), 1U);
  ASSERT_TRUE(world.act("us", DeclareClock{.fault = true, .text = "test"}));
  world.settle();
  for (const auto& [log, peer] : world.at("fr").peer_logs()) EXPECT_EQ(peer.size, before.at(log).size);
  world.advance(40 * kMinute);
  EXPECT_TRUE(world.at("ru").legs().windows(ZoneId::trusted("K4")).empty());
  for (const char* who : {"us", "ru"}) expect_same_everywhere(who);
}

TEST_F(CoalitionCharterTest, AHoldOfARemovedMemberLapsesAndItsRequestsEnd) {
  strike_out("fr");
  const std::string note = signed_by(two, {"us", "ru"});
  ASSERT_TRUE(adopt("us", note).has_value());
  ASSERT_TRUE(adopt("ru", note).has_value());
  world.settle();
  world.advance(10 * kMinute - 10'000);
  // The line of fr is cut right after its request arrived: the hold never becomes anything.
  ASSERT_TRUE(world.act("fr", FileFlight{{.alternate = {},
                                          .call_sign = "F2",
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("F2"),
                                          .gate_leg = {},
                                          .legs = {leg("K4", 250, minutes(40))},
                                          .principal = {}}}));
  world.pull("ru", "fr");
  ASSERT_THAT(world.said("ru"), Contains("leg.hold"));
  // And home us waits for fr.
  ASSERT_TRUE(world.act("us", FileFlight{{.alternate = {},
                                          .call_sign = "U1",
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("U1"),
                                          .gate_leg = {},
                                          .legs = {leg("F1", 250, minutes(40))},
                                          .principal = {}}}));
  world.advance(10'000);
  EXPECT_THAT(world.said("ru"), Contains("leg.lapsed"));
  EXPECT_THAT(world.said("us"), Contains("flight.cancel"));
  world.settle();
  for (const char* who : {"us", "ru"}) expect_same_everywhere(who);
}

TEST_F(CoalitionCharterTest, NoWindowOutlivesTheZoneThatItLiesIn) {
  two.zones[1].band.upper_cm -= 1'000'00;
  ASSERT_EQ(world.file("fr", "F1", {leg("K4", 200, minutes(30))}).versions.at(0).state, HomeState::kConfirmed);
  EXPECT_THAT(adopt("ru", signed_by(two, {"us", "ru", "fr"})).error().text(),
              HasSubstr("flight F1 of fr is confirmed there until"));
  two.valid_from = minutes(36);
  ASSERT_TRUE(adopt("ru", signed_by(two, {"us", "ru", "fr"})).has_value());
  world.settle();
  EXPECT_EQ(world.file("fr", "F2", {leg("K4", 300, minutes(33))}).versions.at(0).state, HomeState::kRefused);
  EXPECT_EQ(world.file("fr", "F3", {leg("K4", 300, minutes(31))}).versions.at(0).state, HomeState::kConfirmed);
  world.restart("ru");
  EXPECT_EQ(world.file("fr", "F4", {leg("K4", 220, minutes(33))}).versions.at(0).state, HomeState::kRefused);
}

TEST_F(CoalitionCharterTest, RelationsFollowUnlessAnAgreementHas) {
  // Between us and ru an agreement has followed the charter; between us and fr none.
  world.charter.relations.clear();
  const Capability kind = Capability::kRequest;
  ASSERT_TRUE(world.act("us", FreezeRelation{{{request("us", "ru"), 0}}, AuthorityId::trusted("ru"), "test"}));
  world.settle();
  const auto proposed =
      world.act("us", ProposeRelation{"", {{request("us", "ru"), 1}}, AuthorityId::trusted("ru"), ""});
  ASSERT_TRUE(proposed.has_value());
  world.settle();
  ASSERT_TRUE(world.act("ru", AcceptRelation{proposed->hash}).has_value());
  ASSERT_TRUE(world.act("fr", FreezeRelation{{{request("us", "fr"), 0}}, AuthorityId::trusted("us"), "test"}));
  world.settle();
  for (core::InitialRelation& relation : two.relations) {
    if (relation.edge.capability == kind && relation.edge.from == AuthorityId::trusted("us")) relation.level = 0;
    if (relation.edge == request("ru", "fr")) relation.level = 0;
  }
  adopt({"us", "ru", "fr"});
  come_into_force();
  for (const char* who : {"us", "ru", "fr"}) {
    const Relations& relations = world.at(who).relations();
    EXPECT_EQ(relations.level(request("us", "ru")), 1) << "an agreement stands";
    EXPECT_EQ(relations.level(request("us", "fr")), 0);
    EXPECT_EQ(relations.level(request("ru", "fr")), 0);
    EXPECT_EQ(relations.standing(request("us", "fr")).freezes_to.newest(), 1) << "a freeze stands too";
    expect_same_everywhere(who);
  }
}

TEST_F(CoalitionCharterTest, ANewOwnerGetsTheZoneByHandover) {
  two.zones[0].owner = AuthorityId::trusted("fr");
  two.zones[0].tenants.clear();
  adopt({"us", "ru", "fr"});
  come_into_force();
  const ZoneId zone = ZoneId::trusted("K1");
  EXPECT_TRUE(world.at("us").control().may_grant(zone, world.now));
  EXPECT_FALSE(world.at("fr").control().may_grant(zone, world.now));
  ASSERT_TRUE(world.act("us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = {}, .zone = zone}));
  world.settle();
  EXPECT_FALSE(world.at("us").control().may_grant(zone, world.now));
  EXPECT_TRUE(world.at("fr").control().may_grant(zone, world.now));
  for (const char* who : {"us", "ru", "fr"}) expect_same_everywhere(who);
}

TEST_F(CoalitionCharterTest, VersionsFollowEachOther) {
  adopt({"us", "ru", "fr"});
  come_into_force();
  const core::Charter before = two;
  two.version = 3;
  two.valid_from = minutes(20);
  two.timing.clock_error_ms = 4'000;
  two.zones.push_back(testing::zone("K2", "us", 4600));
  ASSERT_TRUE(world.file("fr", "F1", {leg("K4", 200, minutes(30))}).versions.at(0).state == HomeState::kConfirmed);
  adopt({"us", "ru", "fr"});
  expect_same_everywhere("us");
  come_into_force();
  EXPECT_EQ(version("us"), 3);
  EXPECT_TRUE(world.at("us").control().may_grant(ZoneId::trusted("K2"), world.now));
  EXPECT_EQ(world.at("ru").legs().next_timer(), minutes(35) + 4'000) << "timers follow the new bound of clocks";
  for (const char* who : {"us", "ru", "fr"}) expect_same_everywhere(who);
}

}  // namespace
}  // namespace tansiq::coordination
