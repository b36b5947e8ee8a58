// A member that was struck out comes back under a later version (ADR 37), and what is read of members that are ahead.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/units.h"
#include "coordination/coalition_charter_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::kMinute;
using testing::leg;
using testing::minutes;
using ::testing::Not;
using testing::signed_by;

class CoalitionReturnTest : public testing::CoalitionCharterTest {
 protected:
  CoalitionReturnTest() : three(world.charter) {
    three.version = 3;
    three.valid_from = minutes(20);
  }

  /// Version 2 strikes fr out.
  void leave() {
    strike_out("fr");
    note_two = signed_by(two, {"us", "ru"});
    for (const char* who : {"us", "ru"}) ASSERT_TRUE(adopt(who, note_two).has_value());
    world.settle();
    come_into_force();
    world.advance(kMinute);
    world.settle();
  }
  Result<ActOutcome> come_back(const std::string& note) {
    return world.act("fr", AdoptCharter{.note = NoteText{note}, .through = {NoteText{note_two}}});
  }
  /// Version 3 is version 1 again.
  void back_again() {
    const std::string note = signed_by(three, {"us", "ru", "fr"});
    for (const char* who : {"us", "ru"}) ASSERT_TRUE(adopt(who, note).has_value());
    const auto outcome = come_back(note);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().text();
    EXPECT_EQ(outcome->bodies.size(), 4U) << "text and note of both versions";
    world.settle();
    expect_same_everywhere("fr");
    world.advance(three.valid_from - world.now);
    world.settle();
  }
  void freeze(std::string_view who, std::string_view peer, const core::Edge& edge) {
    const auto done = world.act(who, FreezeRelation{{{edge, 0}}, AuthorityId::trusted(peer), "test"});
    ASSERT_TRUE(done.has_value()) << done.error().text();
  }

  core::Charter three;
  std::string note_two;
};

TEST_F(CoalitionReturnTest, AMemberComesBackWithItsLog) {
  ASSERT_EQ(world.file("fr", "F1", {leg("K4", 200, minutes(5))}).versions.at(0).state, HomeState::kConfirmed);
  leave();
  const auto before = world.at("us").peer_logs();
  // What it says meanwhile reaches nobody, yet.
  ASSERT_TRUE(world.act("fr", DeclareClock{.fault = true, .text = "alone"}));
  ASSERT_TRUE(world.act("fr", DeclareClock{.fault = false, .text = "alone"}));
  world.settle();
  EXPECT_EQ(world.at("us").peer_logs().size(), before.size());
  back_again();
  for (const char* who : {"us", "ru", "fr"}) {
    EXPECT_EQ(version(who), 3);
    expect_same_everywhere(who);
  }
  EXPECT_EQ(world.at("fr").machine().versions().size(), 3U);
  EXPECT_EQ(world.file("fr", "F2", {leg("K4", 200, minutes(30))}).versions.at(0).state, HomeState::kConfirmed);
  EXPECT_EQ(world.file("us", "U1", {leg("F1", 200, minutes(40))}).versions.at(0).state, HomeState::kConfirmed);
  EXPECT_THAT(world.said("us"), Not(Contains("equivocation")));
}

TEST_F(CoalitionReturnTest, NothingOfWhoIsStruckOutIsReadOnceTheMomentHasCome) {
  strike_out("fr");
  note_two = signed_by(two, {"us", "ru"});
  for (const char* who : {"us", "ru"}) ASSERT_TRUE(adopt(who, note_two).has_value());
  world.settle();
  // Said before the moment, and fetched behind it, by a node that has not looked at its clock in between.
  ASSERT_TRUE(world.act("fr", DeclareClock{.fault = true, .text = "in time"}));
  const std::size_t written = world.record("us").size();
  world.now = two.valid_from + 1;
  ASSERT_EQ(version("us"), 1);
  EXPECT_FALSE(world.pull_all(AuthorityId::trusted("us"), AuthorityId::trusted("fr")));
  EXPECT_EQ(version("us"), 2);
  const auto& record = world.record("us");
  ASSERT_GT(record.size(), written) << "that the version is in force";
  for (std::size_t i = written; i < record.size(); ++i) EXPECT_NE(record[i].log.author.str(), "fr") << record[i].line;
}

TEST_F(CoalitionReturnTest, GoesThroughEveryVersionThatDidNotNameIt) {
  leave();
  const std::string note = signed_by(three, {"us", "ru", "fr"});
  EXPECT_EQ(adopt("fr", note).error().code, ErrorCode::kVersionMismatch);
  EXPECT_THAT(adopt("fr", note_two).error().text(), HasSubstr("Keep its note"));
  core::Charter wrong = two;
  wrong.authorities.push_back(three.authorities[2]);
  const auto through = [&](const std::string& between) {
    return world.act("fr", AdoptCharter{.note = NoteText{note}, .through = {NoteText{between}}});
  };
  EXPECT_THAT(through(signed_by(wrong, {"us", "ru", "fr"})).error().text(), HasSubstr("version 2 names fr"));
  EXPECT_EQ(through(signed_by(two, {"us"})).error().code, ErrorCode::kInvalid) << "ru owns zones and has not signed";
  EXPECT_EQ(through("nonsense").error().code, ErrorCode::kMalformed);
  EXPECT_THAT(world.said("fr"), Not(Contains("charter.adopted")));
}

// Its zone was given to another, to whom it could not hand it over. Nobody there can have its word before it is back:
// it must not be waited for by who adopts, only by who gains the space (seed 14169 of the simulator).
TEST_F(CoalitionReturnTest, AZoneThatItNeverHandedOverIsInNobodysWay) {
  core::Zone given = *std::ranges::find(two.zones, ZoneId::trusted("F1"), &core::Zone::id);
  given.owner = AuthorityId::trusted("us");
  strike_out("fr");
  two.zones.push_back(given);
  note_two = signed_by(two, {"us", "ru"});
  for (const char* who : {"us", "ru"}) ASSERT_TRUE(adopt(who, note_two).has_value());
  world.settle();
  come_into_force();
  ASSERT_EQ(world.at("us").control().sequencer(given.id), AuthorityId::trusted("fr"));

  // Version 3: fr is a member again; of its former zone us keeps what is low, ru gets what is high.
  const ZoneId high = ZoneId::trusted("F1H");
  std::erase_if(three.zones, [&](const core::Zone& zone) { return zone.id == given.id; });
  core::Zone upper = given;
  upper.id = high;
  upper.owner = AuthorityId::trusted("ru");
  upper.band.lower_cm = cm_from_flight_level(250);
  given.band.upper_cm = cm_from_flight_level(250);
  three.zones.push_back(given);
  three.zones.push_back(upper);
  three.valid_from = world.now + 10 * kMinute;
  const std::string note = signed_by(three, {"us", "ru", "fr"});
  for (const char* who : {"us", "ru"}) {
    const auto done = adopt(who, note);
    ASSERT_TRUE(done.has_value()) << who << ": " << done.error().text();
  }
  world.settle();
  world.advance(three.valid_from - world.now);
  world.settle();
  ASSERT_EQ(version("ru"), 3);
  EXPECT_EQ(world.at("ru").control().awaited(high), std::set{AuthorityId::trusted("fr")});
  EXPECT_FALSE(world.at("ru").control().may_grant(high, world.now));
  ASSERT_TRUE(come_back(note).has_value());
  world.settle();
  EXPECT_THAT(world.at("ru").control().awaited(high), ::testing::IsEmpty());
  EXPECT_TRUE(world.at("ru").control().may_grant(high, world.now));
  for (const char* who : {"us", "ru", "fr"}) expect_same_everywhere(who);
}

// What it has confirmed there to others stands in their logs with it alone, and flies until the lease ends.
TEST_F(CoalitionReturnTest, ALeaseToWhoWasStruckOutIsWaitedOut) {
  ASSERT_TRUE(world.act(
      "us", LeaseZone{.tenant = AuthorityId::trusted("fr"), .until = minutes(60), .zone = ZoneId::trusted("K1")}));
  world.settle();
  ASSERT_EQ(world.file("ru", "R1", {leg("K1", 200, minutes(40))}).versions.at(0).state, HomeState::kConfirmed);
  leave();
  // Version 3: what is high of it goes to ru.
  core::Charter split = two;
  split.version = 3;
  core::Zone& low = *std::ranges::find(split.zones, ZoneId::trusted("K1"), &core::Zone::id);
  core::Zone high = low;
  high.id = ZoneId::trusted("K1H");
  high.owner = AuthorityId::trusted("ru");
  high.band.lower_cm = low.band.upper_cm = cm_from_flight_level(250);
  split.zones.push_back(high);
  split.valid_from = minutes(30);
  const auto early = adopt("us", signed_by(split, {"us", "ru"}));
  ASSERT_FALSE(early.has_value());
  EXPECT_THAT(early.error().text(), HasSubstr("fr decides there until 2026-11-25T13:00:00Z, and is no member"));
  split.valid_from = minutes(60);
  const auto then = adopt("us", signed_by(split, {"us", "ru"}));
  EXPECT_TRUE(then.has_value()) << then.error().text();
}

// As long as it hears of us it may hand the zone over; from the moment at which it is struck out nobody is held up by
// it.
TEST_F(CoalitionReturnTest, WhoIsStruckOutBeforeItHandsOverIsWaitedForUntilThen) {
  const auto f1 = [](core::Charter& charter) -> core::Zone& {
    return *std::ranges::find(charter.zones, ZoneId::trusted("F1"), &core::Zone::id);
  };
  f1(two).owner = AuthorityId::trusted("us");
  follow({"us", "ru", "fr"});
  ASSERT_EQ(world.at("us").control().sequencer(ZoneId::trusted("F1")), AuthorityId::trusted("fr"));
  strike_out("fr");
  core::Zone high = f1(two);
  high.id = ZoneId::trusted("F1H");
  high.owner = AuthorityId::trusted("ru");
  high.band.lower_cm = f1(two).band.upper_cm = cm_from_flight_level(250);
  two.zones.push_back(high);
  const std::string note = signed_by(two, {"us", "ru"});
  const auto early = adopt("us", note);
  ASSERT_FALSE(early.has_value());
  EXPECT_THAT(early.error().text(), HasSubstr("fr decides there, and has no place in this version: have it hand"));
  ASSERT_TRUE(adopt("ru", note).has_value());
  world.settle();
  come_into_force();
  const auto late = adopt("us", note);
  ASSERT_TRUE(late.has_value()) << late.error().text();
  world.settle();
  EXPECT_EQ(version("us"), 3);
}

TEST_F(CoalitionReturnTest, IsNeverLate) {
  leave();
  const std::string note = signed_by(three, {"us", "ru", "fr"});
  for (const char* who : {"us", "ru"}) ASSERT_TRUE(adopt(who, note).has_value());
  world.settle();
  world.advance(three.valid_from + kMinute - world.now);
  world.settle();
  ASSERT_EQ(version("us"), 3);
  ASSERT_TRUE(come_back(note).has_value());
  EXPECT_EQ(version("fr"), 3);
  world.settle();
  EXPECT_EQ(world.file("fr", "F2", {leg("K4", 200, minutes(30))}).versions.at(0).state, HomeState::kConfirmed);
  for (const char* who : {"us", "ru", "fr"}) expect_same_everywhere(who);
}

TEST_F(CoalitionReturnTest, RelationsBeginAnewAtAllSides) {
  // Read by both; said before the break and read behind it, from either side; said while alone.
  freeze("us", "fr", request("us", "fr"));
  world.settle();
  world.cut("ru", "fr");
  freeze("ru", "fr", request("ru", "fr"));
  freeze("fr", "ru", request("fr", "ru"));
  world.settle();
  strike_out("fr");
  note_two = signed_by(two, {"us", "ru"});
  for (const char* who : {"us", "ru"}) ASSERT_TRUE(adopt(who, note_two).has_value());
  world.settle();
  come_into_force();
  world.heal();
  world.settle();
  freeze("fr", "us", request("fr", "us"));
  back_again();
  for (const char* who : {"us", "ru", "fr"}) {
    const Relations& relations = world.at(who).relations();
    for (const char* a : {"us", "ru"}) {
      for (const core::Edge& edge : {request(a, "fr"), request("fr", a)}) {
        EXPECT_EQ(relations.level(edge), 1) << who << ": " << describe(edge);
        EXPECT_EQ(relations.standing(edge), world.at("us").relations().standing(edge)) << who;
      }
    }
    expect_same_everywhere(who);
  }
  // And from here on they move as all do.
  freeze("fr", "us", request("fr", "us"));
  world.settle();
  for (const char* who : {"us", "ru", "fr"}) EXPECT_EQ(world.at(who).relations().level(request("fr", "us")), 0);
}

TEST_F(CoalitionReturnTest, WhatMembersThatAreAheadSayIsUnderstoodLater) {
  add_member("de", "G1", 4300);
  two.zones.back().tenants = {AuthorityId::trusted("us")};
  const std::string note = signed_by(two, {"us", "ru", "fr", "de"});
  for (const char* who : {"us", "fr"}) ASSERT_TRUE(adopt(who, note).has_value());
  world.join("de", two, {world.charter});
  world.settle();
  come_into_force();
  // ru is behind. It reads of a freeze between two of whom it knows one, and of a zone that it does not know.
  freeze("us", "de", request("us", "de"));
  ASSERT_TRUE(world.act(
      "de", LeaseZone{.tenant = AuthorityId::trusted("us"), .until = minutes(60), .zone = ZoneId::trusted("G1")}));
  world.settle();
  ASSERT_EQ(version("ru"), 1);
  expect_same_everywhere("ru");
  ASSERT_TRUE(adopt("ru", note).has_value());
  world.settle();
  EXPECT_EQ(world.at("ru").relations().level(request("us", "de")), 0);
  EXPECT_EQ(world.at("ru").control().sequencer(ZoneId::trusted("G1")), AuthorityId::trusted("us"));
  for (const char* who : {"us", "ru", "fr", "de"}) expect_same_everywhere(who);
}

TEST_F(CoalitionReturnTest, AWindowOfWhoHadLeftBeforeComesOverAndEnds) {
  ASSERT_EQ(world.file("ru", "R1", {leg("K1", 200, minutes(30))}).versions.at(0).state, HomeState::kConfirmed);
  strike_out("ru");
  add_member("de", "G1", 4300);
  std::erase_if(two.relations,
                [](const core::InitialRelation& r) { return r.edge.from.str() == "ru" || r.edge.to.str() == "ru"; });
  two.zones[0].owner = AuthorityId::trusted("de");
  two.zones[0].tenants.clear();
  const std::string note = signed_by(two, {"us", "fr", "de"});
  for (const char* who : {"us", "fr"}) ASSERT_TRUE(adopt(who, note).has_value());
  world.join("de", two, {world.charter});
  world.settle();
  come_into_force();
  const ZoneId zone = ZoneId::trusted("K1");
  ASSERT_TRUE(world.act("us", LeaseZone{.tenant = AuthorityId::trusted("de"), .until = {}, .zone = zone}));
  world.settle();
  ASSERT_EQ(world.at("de").legs().windows(zone).size(), 1U);
  world.advance(40 * kMinute);
  world.settle();
  EXPECT_TRUE(world.at("de").legs().windows(zone).empty());
  for (const Written& written : world.record("de")) {
    EXPECT_NE(written.log.reader, AuthorityId::trusted("ru")) << "there is no such log";
  }
  for (const char* who : {"us", "fr", "de"}) expect_same_everywhere(who);
}

TEST_F(CoalitionReturnTest, WhoIsTwoVersionsBehindFollowsOneByOne) {
  const std::string second = signed_by(two, {"us", "ru", "fr"});
  const std::string third = signed_by(three, {"us", "ru", "fr"});
  for (const char* who : {"us", "fr"}) ASSERT_TRUE(adopt(who, second).has_value());
  come_into_force();
  for (const char* who : {"us", "fr"}) ASSERT_TRUE(adopt(who, third).has_value());
  world.settle();
  // Of the others it knows the later adoption alone.
  ASSERT_TRUE(adopt("ru", second).has_value());
  EXPECT_EQ(version("ru"), 2);
  ASSERT_TRUE(adopt("ru", third).has_value());
}

}  // namespace
}  // namespace tansiq::coordination
