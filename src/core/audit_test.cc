#include "core/audit.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/core_testlib.h"

namespace tansiq::core {
namespace {

using testing::create;
using testing::Desk;
using testing::intent_id;
using testing::minutes;
using testing::volume;

constexpr testing::Box kInK2{3040, 4140, 3050, 4150, 200, 220, 10, 25};

/// Audits a log and returns what was found.
std::vector<AuditDifference> audit(const Desk& desk) {
  std::vector<AuditDifference> out;
  auto auditor = Auditor::make(desk.config());
  EXPECT_TRUE(auditor);
  for (const std::string& line : desk.log) {
    auto difference = auditor->check(line);
    EXPECT_TRUE(difference) << difference.error().text();
    if (difference && *difference) out.push_back(**difference);
  }
  return out;
}

void replace(std::string& line, const std::string& from, const std::string& to) {
  const std::size_t at = line.find(from);
  ASSERT_NE(at, std::string::npos) << from << " in " << line;
  line.replace(at, from.size(), to);
}

Desk two_in_conflict() {
  Desk desk;
  EXPECT_TRUE(desk.tell("fr", create("i1", {volume(kInK2)})));
  EXPECT_TRUE(desk.tell("uk", create("i2", {volume(kInK2)})));
  return desk;
}

TEST(AuditTest, FindsNothingInAnHonestLog) { EXPECT_TRUE(audit(two_in_conflict()).empty()); }

TEST(AuditTest, FindsAFavour) {
  Desk desk = two_in_conflict();
  // The second was let in although it conflicts: replay believes it, the audit does not.
  std::string& line = desk.log[2];
  const std::size_t begin = line.find("\"decision\":");
  const std::size_t end = line.find(",\"request\":");
  line.replace(begin, end - begin, R"("decision":{"state":"accepted","version":1,"zones":[["K2"]]})");
  replace(line, "intent.refused", "intent.accepted");
  EXPECT_TRUE(desk.replayed());
  const auto found = audit(desk);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].seq, 2U);
  EXPECT_EQ(found[0].message, "recorded intent.accepted, but decided intent.refused");
}

TEST(AuditTest, FindsAnUnfoundedRefusal) {
  Desk desk = two_in_conflict();
  Entry entry = *read_entry(desk.log[1]);
  entry.type = EntryType::kIntentRefused;
  entry.decision.refusal = Refusal::kConflict;
  entry.decision.state.reset();
  entry.decision.version = 0;
  desk.log.resize(1);
  desk.log.emplace_back();
  write_entry(desk.log[1], entry);
  const auto found = audit(desk);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "recorded intent.refused, but decided intent.accepted");
}

TEST(AuditTest, FindsAnotherCounterProposal) {
  Desk desk = two_in_conflict();
  replace(desk.log[2], "\"time_shift_ms\":900000", "\"time_shift_ms\":960000");
  const auto found = audit(desk);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "intent.refused with other findings");
  EXPECT_THAT(found[0].decided, ::testing::HasSubstr("\"time_shift_ms\":900000"));
}

TEST(AuditTest, FindsARightEndedBeforeItsTime) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK2)})));
  desk.now = minutes(25);
  ASSERT_EQ(desk.tick(), 1U);
  EXPECT_TRUE(audit(desk).empty());
  replace(desk.log[2], "\"time_ms\":" + std::to_string(minutes(25).ms),
          "\"time_ms\":" + std::to_string(minutes(24).ms));
  const auto found = audit(desk);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].message, ::testing::HasSubstr("before its end"));
}

// The space of an intent is its own until the zone's minimum in time after its window.
TEST(AuditTest, FindsSpaceThatWasFreedBeforeTheMinimumHadPassed) {
  Charter charter = testing::test_charter();
  std::ranges::find(charter.zones, ZoneId::trusted("K2"), &Zone::id)->minima.time_ms = 600'000;
  Desk desk(std::move(charter));
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK2)})));
  desk.now = minutes(35);
  ASSERT_EQ(desk.tick(), 1U);
  EXPECT_TRUE(audit(desk).empty());
  replace(desk.log[2], "\"time_ms\":" + std::to_string(minutes(35).ms),
          "\"time_ms\":" + std::to_string(minutes(30).ms));
  ASSERT_EQ(audit(desk).size(), 1U);
}

// An entry has room for some of the names.
TEST(AuditTest, TakesWhatAnEntryHadNoRoomForAsKnown) {
  Desk desk;
  std::vector<std::string> keys;
  const testing::Box in_a1{3040, 4240, 3050, 4250, 200, 220, 10, 25};
  // Long names, and a request that leaves little room beside it.
  for (int i = 0; i < 500; ++i) {
    const std::string id = fmt::format("{:0>50}", i);
    const auto filed = desk.tell("fr", create(id, {volume(in_a1)}, keys));
    ASSERT_TRUE(filed) << filed.error().text();
    keys.push_back(desk.machine.ovn(desk.intent(id)));
  }
  std::vector<geo::Volume4d> many(200, volume(in_a1));
  const auto last = desk.tell("uk", create("last", many, keys));
  ASSERT_TRUE(last && last->decision.accepted());
  const auto read = read_entry(desk.log.back());
  ASSERT_TRUE(read);
  ASSERT_LT(read->decision.known.size(), read->decision.known_total);
  EXPECT_TRUE(audit(desk).empty());
  // One was not proven: that there was no room to name it makes no other decision.
  keys.erase(keys.begin() + 499);
  const auto refused = desk.tell("uk", create("refused", many, keys));
  ASSERT_TRUE(refused && refused->decision.refusal == Refusal::kMissingKeys);
  EXPECT_TRUE(audit(desk).empty()) << audit(desk).front().message;
}

TEST(AuditTest, KnowsWhatTheFilerKnew) {
  Desk desk;
  const testing::Box in_a1{3040, 4240, 3050, 4250, 200, 220, 10, 25};
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(in_a1)})));
  ASSERT_TRUE(desk.tell("uk", create("i2", {volume(in_a1)}, {desk.machine.ovn(desk.intent("i1"))})));
  EXPECT_TRUE(audit(desk).empty());
  replace(desk.log[2], "\"known\":[[\"i1\",1]],", "");
  EXPECT_EQ(audit(desk).size(), 1U);
}

}  // namespace
}  // namespace tansiq::core
