// What is read of members that have gone on to a later version of the charter (ADR 37): kept, understood later, and as
// what it was when it was said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/coalition_charter_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMinute;
using ::testing::Not;

const AuthorityId kFr = AuthorityId::trusted("fr");

class CoalitionAheadTest : public testing::CoalitionCharterTest {
 protected:
  /// Entries that `author` writes for all members behind what it has really written, as `reader` reads them. What the
  /// reader's node writes of it.
  Batch forge(std::string_view author, std::string_view reader, const std::vector<Body>& bodies) {
    const LogName log{AuthorityId::trusted(author), LogName::Kind::kMembers, {}};
    std::vector<std::string> lines;
    for (const Body& body : bodies) {
      lines.push_back(*write_entry(
          {.seq = 1'000'000 + forged++, .time = world.now, .by = {}, .second = {}, .cmd = {}, .body = body}));
    }
    const auto known = world.at(reader).peer_logs().find(log);
    const std::uint64_t size = (known == world.at(reader).peer_logs().end() ? 0 : known->second.size) + lines.size();
    Batch out;
    world.at(reader).read(log, lines, size, log::sha256("root"), world.now, out);
    return out;
  }
  Batch adopt_at(std::string_view who, const std::string& note) {
    Batch out;
    EXPECT_TRUE(world.at(who).act({.cmd = CommandId::trusted("late"),
                                   .by = core::Subject::trusted("officer"),
                                   .second = {},
                                   .act = AdoptCharter{NoteText{note}}},
                                  world.now, out));
    return out;
  }
  static std::vector<Anomaly> anomalies(const Batch& batch, std::string_view by) {
    std::vector<Anomaly> out;
    for (const Written& written : batch) {
      const auto entry = read_entry(written.line);
      if (!entry || written.log.author != AuthorityId::trusted(by)) continue;
      if (const auto* anomaly = std::get_if<Anomaly>(&entry->body)) out.push_back(*anomaly);
    }
    return out;
  }
  /// K2 of us, which fr may lease, is new in version 2; ru stays behind.
  void leave_ru_behind() {
    two.zones.push_back(testing::zone("K2", "us", 4600));
    two.zones.back().tenants = {kFr};
    follow({"us", "fr"});
    ASSERT_EQ(version("ru"), 1);
  }
  Body lease(std::string_view zone, DurationMs until) const {
    return ZoneLease{
        .epoch = 1, .snapshot = {}, .tenant = kFr, .until = world.now + until, .zone = ZoneId::trusted(zone)};
  }
  static Body freeze(std::string text) {
    return RelationFreeze{.edges = {{.cap = 0, .counter = 1, .edge = request("us", "de")}},
                          .peer = AuthorityId::trusted("de"),
                          .text = std::move(text)};
  }

  std::uint64_t forged = 0;
};

TEST_F(CoalitionAheadTest, WhatIsReadAgainWasSaidUnderTheVersionOfItsTime) {
  const core::Charter all = two;
  strike_out("fr");
  add_member("de", "G1", 4300);
  std::erase_if(two.relations, [](const core::InitialRelation& r) { return r.edge.from == kFr || r.edge.to == kFr; });
  world.join("de", two, {world.charter});
  follow({"us", "ru"}, {"us", "ru", "de"});
  follow({"us", "ru", "de"}, {"us", "ru", "de"});
  ASSERT_TRUE(world.act("us", FreezeRelation{{{request("us", "ru"), 0}}, AuthorityId::trusted("ru"), "test"}));
  world.settle();
  strike_out("ru");
  follow({"us", "de"}, {"us", "de"});
  const std::int64_t number = two.version;
  two = all;
  two.version = number;
  two.valid_from = world.now + 10 * kMinute;
  add_member("de", "G1", 4300);
  follow({"us", "de"}, {"us", "ru", "fr", "de"});
  // Each reads the others before it follows them.
  const auto back = [&](std::string_view who, std::vector<NoteText> through) {
    const auto done = world.act(who, AdoptCharter{.note = NoteText{note_of(5)}, .through = std::move(through)});
    ASSERT_TRUE(done.has_value()) << done.error().text();
    world.settle();
  };
  back("ru", {NoteText{note_of(4)}});
  back("fr", {NoteText{note_of(2)}, NoteText{note_of(3)}, NoteText{note_of(4)}});
  for (const char* who : {"us", "ru", "fr", "de"}) {
    ASSERT_EQ(version(who), 5) << who;
    EXPECT_EQ(world.at(who).relations().level(request("us", "ru")), 1) << who << ": the relation began anew";
  }
  for (const char* who : {"us", "ru", "fr", "de"}) expect_same_everywhere(who);
}

TEST_F(CoalitionAheadTest, WhoIsAheadIsNotOddForSpeakingOfWhatIsNotKnownHere) {
  leave_ru_behind();
  ASSERT_TRUE(
      world.act("us", LeaseZone{.tenant = kFr, .until = world.now + 60 * kMinute, .zone = ZoneId::trusted("K2")}));
  world.settle();
  EXPECT_THAT(world.said("ru"), Not(Contains("anomaly")));
  adopt_late("ru", 2);
  EXPECT_THAT(world.said("ru"), Not(Contains("anomaly")));
  EXPECT_EQ(world.at("ru").control().sequencer(ZoneId::trusted("K2")), kFr);
  expect_same_everywhere("ru");
}

TEST_F(CoalitionAheadTest, WhatIsOddOnceItIsUnderstoodIsSaidThen) {
  leave_ru_behind();
  EXPECT_THAT(anomalies(forge("us", "ru", {lease("K2", 60 * kMinute), lease("K2", 90 * kMinute)}), "ru"), IsEmpty());
  const auto odd = anomalies(adopt_at("ru", note_of(2)), "ru");
  ASSERT_EQ(odd.size(), 1U);
  EXPECT_TRUE(odd[0].alarm);
  EXPECT_EQ(odd[0].peer, AuthorityId::trusted("us"));
  EXPECT_THAT(odd[0].text, HasSubstr("EQUIVOCATION"));
}

TEST_F(CoalitionAheadTest, AZoneThatIsKnownHaltsWithItsAlarmAtOnceAndOnce) {
  leave_ru_behind();
  const auto odd = anomalies(forge("us", "ru", {lease("K1", 60 * kMinute), lease("K1", 90 * kMinute)}), "ru");
  ASSERT_EQ(odd.size(), 1U);
  EXPECT_THAT(odd[0].text, HasSubstr("EQUIVOCATION"));
  EXPECT_THAT(anomalies(adopt_at("ru", note_of(2)), "ru"), IsEmpty());
}

TEST_F(CoalitionAheadTest, OfEachMemberThatIsAheadSoMuchIsKept) {
  add_member("de", "G1", 4300);
  const std::vector<std::string> all{"us", "ru", "fr", "de"};
  world.join("de", two, {world.charter});
  follow({"us", "fr"}, all);
  std::vector<Body> bodies;
  const std::string text(900, 'x');
  for (std::size_t i = 0; i < kAheadBytesMax / text.size() + 10; ++i) bodies.push_back(freeze(text));
  const auto odd = anomalies(forge("us", "ru", bodies), "ru");
  ASSERT_EQ(odd.size(), 1U) << odd.front().text;
  EXPECT_TRUE(odd[0].alarm);
  EXPECT_THAT(odd[0].text, HasSubstr("no more of it is kept"));
  EXPECT_THAT(anomalies(forge("us", "ru", {freeze("small")}), "ru"), IsEmpty()) << "once";
  EXPECT_LT(world.at("ru").coordination_state().size(), 2 * kAheadBytesMax);
  const auto restored = Coalition::read_snapshot(world.config("ru"), world.at("ru").write_snapshot());
  ASSERT_TRUE(restored.has_value()) << restored.error().text();
  EXPECT_EQ((*restored)->state_hash(), world.at("ru").state_hash());
  // Others have their own room.
  ASSERT_TRUE(world.act("fr", FreezeRelation{{{request("fr", "de"), 0}}, AuthorityId::trusted("de"), "test"}));
  world.pull("ru", "fr");
  EXPECT_THAT(anomalies(adopt_at("ru", note_of(2)), "ru"), IsEmpty());
  EXPECT_EQ(world.at("ru").relations().level(request("fr", "de")), 0);
  EXPECT_EQ(world.at("ru").relations().level(request("us", "de")), 0);
  EXPECT_THAT(world.at("ru").coordination_state(), Not(HasSubstr("\"ahead\"")));
}

}  // namespace
}  // namespace tansiq::coordination
