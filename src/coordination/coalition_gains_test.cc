// Whose word is waited for where space has gone over more than once, or between zones of one owner (ADR 36).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/units.h"
#include "coordination/coalition_charter_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::IsEmpty;
using testing::kMinute;
using testing::signed_by;

const ZoneId kK1 = ZoneId::trusted("K1");
const ZoneId kK4 = ZoneId::trusted("K4");
const ZoneId kK5 = ZoneId::trusted("K5");
const ZoneId kK6 = ZoneId::trusted("K6");
const AuthorityId kRu = AuthorityId::trusted("ru");
const AuthorityId kFr = AuthorityId::trusted("fr");

class CoalitionGainsTest : public testing::CoalitionCharterTest {
 protected:
  core::Zone& zone(const ZoneId& id) { return *std::ranges::find(two.zones, id, &core::Zone::id); }
  void strike(const ZoneId& id) {
    std::erase_if(two.zones, [&](const core::Zone& z) { return z.id == id; });
  }
  /// K4 of ru keeps what is below FL250; above it K5 begins.
  void cut_k4(std::string_view owner) {
    core::Zone upper = testing::zone("K5", owner, 4100);
    zone(kK4).band.upper_cm = cm_from_flight_level(250);
    upper.band.lower_cm = cm_from_flight_level(250);
    two.zones.push_back(std::move(upper));
  }
  /// K5 takes all of K4.
  void join_k4() {
    strike(kK4);
    zone(kK5).band.lower_cm = cm_from_flight_level(100);
  }
  bool may_grant(std::string_view who, const ZoneId& id) { return world.at(who).control().may_grant(id, world.now); }
  std::set<AuthorityId> awaited(std::string_view who, const ZoneId& id) { return world.at(who).control().awaited(id); }
};

TEST_F(CoalitionGainsTest, ATenantWaitsForTheOwnerOfBothZones) {
  cut_k4("ru");
  zone(kK5).tenants = {kFr};
  follow({"us", "ru", "fr"});
  ASSERT_TRUE(world.act("ru", LeaseZone{.tenant = kFr, .until = world.now + 60 * kMinute, .zone = kK5}));
  world.settle();
  join_k4();
  follow({"us", "fr"});
  ASSERT_TRUE(may_grant("ru", kK4));
  ASSERT_EQ(world.at("fr").control().sequencer(kK5), kFr);
  EXPECT_FALSE(may_grant("fr", kK5));
  EXPECT_EQ(awaited("fr", kK5), std::set{kRu});
  adopt_late("ru", 3);
  EXPECT_TRUE(may_grant("fr", kK5));
  for (const char* who : {"us", "ru", "fr"}) expect_same_everywhere(who);
}

TEST_F(CoalitionGainsTest, WhoStillHasToHandAZoneOverWaitsForItsNewOwner) {
  cut_k4("fr");
  follow({"us", "ru", "fr"});
  join_k4();
  zone(kK5).owner = kRu;
  follow({"us", "fr"});
  ASSERT_TRUE(may_grant("ru", kK4));
  ASSERT_EQ(world.at("fr").control().sequencer(kK5), kFr);
  EXPECT_FALSE(may_grant("fr", kK5));
  adopt_late("ru", 3);
  EXPECT_TRUE(may_grant("fr", kK5));
}

TEST_F(CoalitionGainsTest, WhoIsStruckOutLaterIsWaitedForNoMoreUntilItComesBack) {
  cut_k4("fr");
  follow({"us", "fr"});
  ASSERT_EQ(awaited("fr", kK5), std::set{kRu});
  const core::Charter whole = two;
  strike_out("ru");
  follow({"us", "fr"}, {"us", "fr"});
  EXPECT_THAT(awaited("fr", kK5), IsEmpty());
  EXPECT_TRUE(may_grant("fr", kK5));
  two.authorities = whole.authorities;
  two.zones = whole.zones;
  two.relations = whole.relations;
  follow({"us", "fr"});
  EXPECT_EQ(awaited("fr", kK5), std::set{kRu}) << "under version 1 it may still grant there";
  EXPECT_TRUE(may_grant("ru", kK4));
  adopt_late("ru", 2);
  EXPECT_TRUE(may_grant("fr", kK5));
  for (const char* who : {"us", "fr"}) expect_same_everywhere(who);
}

TEST_F(CoalitionGainsTest, ASnapshotFromWhileAZoneWasStruckOutWaitsForTheSame) {
  cut_k4("fr");
  const core::Zone upper = zone(kK5);
  follow({"us", "fr"});
  strike(kK5);
  follow({"us", "fr"});
  two.zones.push_back(upper);
  auto restored = Coalition::read_snapshot(world.config("fr"), world.at("fr").write_snapshot());
  ASSERT_TRUE(restored.has_value()) << restored.error().text();
  Batch batch;
  notes.push_back(signed_by(two, {"us", "ru", "fr"}));
  adopt({"fr"});
  ASSERT_TRUE((*restored)->act({.cmd = CommandId::trusted("again"),
                                .by = core::Subject::trusted("officer@fr"),
                                .second = {},
                                .act = AdoptCharter{NoteText{notes.back()}}},
                               world.now, batch));
  come_into_force();
  (*restored)->tick(world.now, batch);
  EXPECT_EQ(awaited("fr", kK5), std::set{kRu});
  EXPECT_EQ((*restored)->control().awaited(kK5), std::set{kRu});
}

TEST_F(CoalitionGainsTest, SpaceThatGoesOnIsWaitedForFromTheFirst) {
  cut_k4("fr");
  follow({"us", "fr"});
  core::Zone third = zone(kK5);
  third.id = kK6;
  third.owner = AuthorityId::trusted("us");
  strike(kK5);
  two.zones.push_back(std::move(third));
  follow({"us", "fr"});
  ASSERT_TRUE(may_grant("ru", kK4)) << "in all of the space, as in version 1";
  EXPECT_EQ(awaited("us", kK6), std::set{kRu});
  adopt_late("ru", 2);
  EXPECT_TRUE(may_grant("us", kK6));
}

TEST_F(CoalitionGainsTest, SpaceThatWasNobodysInBetweenIsWaitedForToo) {
  strike(kK4);
  follow({"us", "fr"});
  core::Zone other = testing::zone("K6", "us", 4100);
  two.zones.push_back(std::move(other));
  follow({"us", "fr"});
  EXPECT_EQ(awaited("us", kK6), std::set{kRu});
  EXPECT_FALSE(may_grant("us", kK6));
}

TEST_F(CoalitionGainsTest, WhoMayDecideForWhoIsStruckOutIsWaitedFor) {
  ASSERT_TRUE(world.act("us", LeaseZone{.tenant = kFr, .until = world.now + 60 * kMinute, .zone = kK1}));
  world.settle();
  strike_out("us");
  core::Zone other = testing::zone("K6", "ru", 4000);
  two.zones.push_back(std::move(other));
  follow({"ru"}, {"ru", "fr"});
  ASSERT_TRUE(may_grant("fr", kK1)) << "as the tenant of us, under version 1";
  EXPECT_EQ(awaited("ru", kK6), std::set{kFr});
  EXPECT_FALSE(may_grant("ru", kK6));
  adopt_late("fr", 2);
  EXPECT_TRUE(may_grant("ru", kK6));
}

}  // namespace
}  // namespace tansiq::coordination
