#include "core/booking.h"

#include <gtest/gtest.h>

#include "base/units.h"
#include "core/core_testlib.h"
#include "core/machine.h"

namespace tansiq::core {
namespace {

using namespace testing;

constexpr std::string_view kFirst = "aa00000000000000000000000000000000000000000000000000000000000001";
constexpr std::string_view kSecond = "bb00000000000000000000000000000000000000000000000000000000000002";

/// 12:10 to 12:30 in K1, FL200 to FL220.
std::vector<geo::Volume4d> leg() { return {volume({3040, 4040, 3060, 4060, 200, 220, 10, 30})}; }

class BookingTest : public ::testing::Test {
 protected:
  ZoneNumber zone(std::string_view id) const { return *desk.machine.zones().find(ZoneId::trusted(id)); }
  void book(std::string_view id, std::vector<geo::Volume4d> volumes, std::string_view where = "K1") {
    desk.machine.book({.id = intent_id(id),
                       .manager = Subject::trusted("fr"),
                       .flight = "M1",
                       .domain = Domain::kAir,
                       .zone = zone(where),
                       .volumes = std::move(volumes)});
  }
  Result<LegAnswer> ask(const std::vector<geo::Volume4d>& volumes, std::vector<IntentId> exempt = {},
                        std::string_view where = "K1") {
    const LegQuestion question{.zone = zone(where),
                               .domain = Domain::kAir,
                               .asker = Subject::trusted("ru"),
                               .volumes = &volumes,
                               .exempt = std::move(exempt),
                               .not_before = {},
                               .not_after = {}};
    return desk.machine.judge_leg(question, desk.now);
  }
  Desk desk;
};

TEST_F(BookingTest, IntentsAndLegsSeeEachOther) {
  EXPECT_TRUE(ask(leg())->free);
  book(kFirst, leg());
  const auto refused = desk.tell("us-pilot", create("i1", leg()));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->decision.refusal, Refusal::kConflict);
  EXPECT_EQ(refused->decision.conflicts.at(0).intent.str(), kFirst);
  EXPECT_EQ(refused->decision.counter.level_shift_cm, cm_from_flight_level(30)) << "minima of 1,000 ft above";

  ASSERT_TRUE(
      desk.tell("us-pilot", create("i2", {volume({3010, 4010, 3020, 4020, 200, 220, 10, 30})}))->decision.accepted());
  const auto by_intent = ask({volume({3010, 4010, 3020, 4020, 210, 230, 10, 30})});
  EXPECT_FALSE(by_intent->free);
  EXPECT_FALSE(by_intent->only_holds);
}

TEST_F(BookingTest, QueriesFindIntentsAlone) {
  book(kFirst, leg());
  ASSERT_TRUE(desk.tell("us-pilot", create("i1", {volume({3010, 4010, 3020, 4020, 200, 220, 10, 30})})));
  const auto found =
      desk.machine.intents({.volume = volume({3000, 4000, 3100, 4100, 100, 400, 0, 60}), .domain = Domain::kAir});
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front()->id.str(), "i1");
}

// Nobody could have a key of it: it is shown as an intent to nobody.
TEST_F(BookingTest, InAnAwareZoneALegIsToldOfAndNeedsNoKey) {
  const auto there = volume({3040, 4240, 3050, 4250, 200, 220, 10, 25});
  book(kFirst, {there}, "A1");
  const auto filed = desk.tell("us-pilot", create("i1", {there}));
  ASSERT_TRUE(filed) << filed.error().text();
  ASSERT_TRUE(filed->decision.accepted());
  ASSERT_EQ(filed->decision.overlaps.size(), 1U);
  EXPECT_EQ(filed->decision.overlaps.front().intent.str(), kFirst);
}

TEST_F(BookingTest, TwoWhoseIdsBeginAlikeAreTwo) {
  book("12345678-1234-4000-8000-000000000001", leg());
  book("12345678-1234-4000-8000-000000000002", leg());
  EXPECT_EQ(ask(leg())->decision.conflicts.size(), 2U);
}

// Places in the table go round; whoever replays the record books afresh, and has to list the same.
TEST_F(BookingTest, AreListedInAnOrderOfTheirOwnWhateverWasBookedBefore) {
  const std::string base = "12345678-1234-4000-8000-00000000000";
  const auto listed = [&] {
    std::vector<std::string> out;
    for (const Conflict& row : ask(leg())->decision.conflicts) out.push_back(row.intent.str().substr(35));
    return out;
  };
  const std::vector<std::string> in_order{"1", "2", "3"};
  for (const char* n : {"2", "1", "3"}) book(base + n, leg());
  EXPECT_EQ(listed(), in_order);
  for (const char* n : {"1", "2", "3"}) desk.machine.release_booking(intent_id(base + n));
  for (const char* n : {"1", "2", "3"}) book(base + n, leg());
  EXPECT_EQ(listed(), in_order);
}

TEST_F(BookingTest, WhatComesPreparedIsNotPreparedAgain) {
  // Shapes of elsewhere in K1 show that nothing is made anew of the volumes.
  const std::vector<geo::Volume4d> elsewhere{volume({3010, 4010, 3020, 4020, 200, 220, 10, 30})};
  const std::vector<geo::PreparedVolume> prepared{*geo::prepare(elsewhere.front())};
  desk.machine.book({.id = intent_id(kFirst),
                     .manager = Subject::trusted("fr"),
                     .flight = "M1",
                     .domain = Domain::kAir,
                     .zone = zone("K1"),
                     .volumes = leg(),
                     .prepared = prepared});
  EXPECT_TRUE(ask(leg())->free);
  EXPECT_FALSE(ask(elsewhere)->free);
  const std::vector<geo::Volume4d> asked = leg();
  const LegQuestion question{.zone = zone("K1"),
                             .domain = Domain::kAir,
                             .asker = Subject::trusted("ru"),
                             .volumes = &asked,
                             .exempt = {},
                             .not_before = {},
                             .not_after = {},
                             .prepared = &prepared};
  EXPECT_FALSE(desk.machine.judge_leg(question, desk.now)->free);
  desk.machine.release_booking(intent_id(kFirst));
  EXPECT_TRUE(ask(elsewhere)->free);
}

TEST_F(BookingTest, HoldsAreToldFromWhatIsConfirmed) {
  book(kFirst, leg());
  EXPECT_FALSE(ask(leg())->free);
  EXPECT_TRUE(ask(leg())->only_holds);
  desk.machine.confirm_booking(intent_id(kFirst));
  EXPECT_FALSE(ask(leg())->only_holds);
  desk.machine.release_booking(intent_id(kFirst));
  EXPECT_TRUE(ask(leg())->free);
  desk.machine.release_booking(intent_id(kFirst));  // again: no effect
}

TEST_F(BookingTest, VersionsOfOneFlightAreNoConflict) {
  book(kFirst, leg());
  EXPECT_TRUE(ask(leg(), {intent_id(kFirst)})->free);
  book(kSecond, leg());
  EXPECT_FALSE(ask(leg(), {intent_id(kFirst)})->free);
  EXPECT_TRUE(ask(leg(), {intent_id(kFirst), intent_id(kSecond)})->free);
}

TEST_F(BookingTest, CounterProposalsKeepToTheirBounds) {
  book(kFirst, leg());
  const std::vector<geo::Volume4d> asked = leg();
  LegQuestion question{.zone = zone("K1"),
                       .domain = Domain::kAir,
                       .asker = Subject::trusted("ru"),
                       .volumes = &asked,
                       .exempt = {},
                       .not_before = {},
                       .not_after = minutes(51)};
  EXPECT_EQ(desk.machine.judge_leg(question, desk.now)->decision.counter.time_shift_ms, 21 * 60'000)
      << "12:31 to 12:51";
  question.not_after = minutes(50);
  EXPECT_EQ(desk.machine.judge_leg(question, desk.now)->decision.counter.time_shift_ms, std::nullopt);
}

TEST_F(BookingTest, ALegBelongsNearItsZone) {
  // 0.01° of latitude, 1.1 km, south of K1 is beyond its minimum of 1,000 m; 0.005° is not. West of R1 nothing is.
  const auto at = [](double south_of) {
    auto v = volume({2990, 4040, 3000, 4060, 200, 220, 10, 30});
    for (auto& p : std::get<geo::Polygon>(v.outline).vertices) p.lat_e7 -= static_cast<std::int32_t>(south_of * 1e7);
    return std::vector<geo::Volume4d>{v};
  };
  EXPECT_TRUE(ask(at(0.005)).has_value());
  EXPECT_EQ(ask(at(0.01)).error().text(), "volumes[0]: lies outside zone \"K1\"");
  EXPECT_EQ(ask(leg(), {}, "R1").error().text(), "volumes[0]: lies outside zone \"R1\"");
}

TEST_F(BookingTest, AZoneThatIsLeasedOutIsDecidedElsewhere) {
  desk.machine.set_sequencer(zone("K1"), AuthorityId::trusted("ru"));
  const auto refused = desk.tell("us-pilot", create("i1", leg()));
  EXPECT_EQ(refused->decision.refusal, Refusal::kNotSequencer);
  EXPECT_EQ(refused->decision.foreign.at(0).owner.str(), "ru");
  desk.machine.set_sequencer(zone("K1"), AuthorityId::trusted("us"));
  EXPECT_TRUE(desk.tell("us-pilot", create("i2", leg()))->decision.accepted());
}

TEST_F(BookingTest, OtherPartsTakeNumbersOfTheSameOrder) {
  desk.machine.skip_to(17, minutes(5));
  const auto accepted = desk.tell("us-pilot", create("i1", leg()));
  EXPECT_EQ(accepted->seq, 17U);
  EXPECT_EQ(desk.machine.last_time(), minutes(5)) << "log time never goes back";
}

TEST_F(BookingTest, OrderOfConflictsDependsOnNothingButIds) {
  book(kSecond, leg());
  book(kFirst, leg());
  const auto there = ask(leg())->decision.conflicts;
  Desk other;
  std::swap(desk, other);
  book(kFirst, leg());
  book(kSecond, leg());
  EXPECT_EQ(ask(leg())->decision.conflicts, there);
}

}  // namespace
}  // namespace tansiq::core
