// Craft of intents: what is read, what stands in the record, in the state and in snapshots; and whose an intent is that
// an officer has filed.
#include "core/craft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/bytes.h"
#include "core/audit.h"
#include "core/core_testlib.h"
#include "core/craft_json.h"
#include "core/golden_testlib.h"

namespace tansiq::core {
namespace {

using testing::Box;
using testing::create;
using testing::Desk;
using ::testing::HasSubstr;
using testing::intent_id;
using ::testing::Not;
using testing::volume;

constexpr Box kInK1{3'040, 4'040, 3'045, 4'045, 200, 210, 10, 40};
const testing::GoldenFolder kGolden("v2");

Craft by_address(std::uint32_t address) { return {.icao = IcaoAddress{address}}; }
CreateIntent with_craft(CreateIntent of, std::vector<Craft> craft) {
  of.craft = std::move(craft);
  return of;
}
std::string why_not(const std::vector<Craft>& craft) {
  const Status checked = check_craft(craft);
  return checked ? "" : checked.error().text();
}
std::string version_of(std::string_view line) {
  const std::size_t at = line.rfind("\"v\":");
  return std::string(line.substr(at + 4, line.rfind('}') - at - 4));
}

/// A command of an officer who is signed in.
Result<Outcome> officer(Desk& desk, std::string_view who, std::string_view id, Action action) {
  Command command = testing::command(who, id, std::move(action));
  command.by.office = true;
  auto outcome = desk.machine.execute(std::move(command), desk.now);
  if (outcome && !outcome->repeated) desk.log.push_back(outcome->entry);
  return outcome;
}
ErrorCode refused(const Result<Outcome>& outcome) {
  EXPECT_FALSE(outcome.has_value());
  return outcome ? ErrorCode::kInternal : outcome.error().code;
}

/// The log again: replayed to the same state, and decided again as it was.
void expect_sound(const Desk& desk) {
  const auto replayed = desk.replayed();
  ASSERT_TRUE(replayed) << replayed.error().text();
  EXPECT_EQ(replayed->state_hash(), desk.machine.state_hash());
  auto auditor = Auditor::make(desk.config());
  ASSERT_TRUE(auditor);
  for (const std::string& line : desk.log) {
    const auto difference = auditor->check(line);
    ASSERT_TRUE(difference) << difference.error().text();
    EXPECT_FALSE(difference->has_value()) << (*difference)->message << "\n" << line << (*difference)->decided;
  }
}

TEST(Craft, IdentitiesAreReadInOneForm) {
  EXPECT_EQ(IcaoAddress::parse("4ca1fa")->str(), "4CA1FA");
  EXPECT_EQ(IcaoAddress::parse("00000a")->str(), "00000A");
  EXPECT_EQ(Mmsi::parse("002211234")->str(), "002211234") << "zeros in front stay";
  EXPECT_EQ(Mode3a::parse("0021")->value, 021);
  for (const char* bad : {"", "4CA1F", "4CA1FAB", "4CA1FG", "000000", "FFFFFF", "0x4CA1"}) {
    EXPECT_FALSE(IcaoAddress::parse(bad)) << bad;
  }
  for (const char* bad : {"", "21123456", "2112345600", "21123456a", "000000000"})
    EXPECT_FALSE(Mmsi::parse(bad)) << bad;
  for (const char* bad : {"", "123", "12345", "1238", "-123"}) EXPECT_FALSE(Mode3a::parse(bad)) << bad;
}

TEST(Craft, AListNamesEachOnceAndNothingEmpty) {
  const Mode3a code{04321};
  EXPECT_EQ(why_not({}), "");
  EXPECT_EQ(why_not({by_address(1), by_address(2)}), "");
  EXPECT_THAT(why_not({by_address(1), by_address(1)}), HasSubstr("craft[1].icao"));
  EXPECT_THAT(why_not({{.mmsi = Mmsi{5}}, by_address(1), {.mmsi = Mmsi{5}}}), HasSubstr("craft[2].mmsi"));
  EXPECT_THAT(why_not({Craft{}}), HasSubstr("craft[0]"));
  EXPECT_THAT(why_not({{.from = UtcMs{1}, .icao = IcaoAddress{1}}}), HasSubstr("no code"));
  EXPECT_THAT(why_not({{.from = UtcMs{2}, .mode_3a = code, .to = UtcMs{2}}}), HasSubstr("to_ms"));
  EXPECT_THAT(why_not({{.mode_3a = code}, {.from = UtcMs{5}, .mode_3a = code}}), HasSubstr("mode_3a"));
  EXPECT_EQ(why_not({{.mode_3a = code, .to = UtcMs{5}}, {.from = UtcMs{5}, .mode_3a = code}}), "")
      << "lent to one after the other";
  std::vector<Craft> many;
  for (std::uint32_t i = 1; i <= kCraftMax; ++i) many.push_back(by_address(i));
  EXPECT_EQ(why_not(many), "");
  many.push_back(by_address(kCraftMax + 1));
  EXPECT_THAT(why_not(many), HasSubstr("at most 16"));
}

TEST(Craft, TheLongestFitsItsBound) {
  std::string text;
  log::JcsWriter out(text);
  write_craft(out, {{.from = kUtcMin,
                     .icao = IcaoAddress{0xABCDEF},
                     .mmsi = Mmsi{999'999'999},
                     .mode_3a = Mode3a{07777},
                     .to = kUtcMax}});
  EXPECT_LE(text.size() - 1, kCraftBytesMax);
}

TEST(Craft, StandsInTheRecordAndComesBack) {
  Desk desk;
  const std::vector<Craft> craft{{.from = testing::minutes(0),
                                  .icao = IcaoAddress{0x4CA1FA},
                                  .mode_3a = Mode3a{04321},
                                  .to = testing::minutes(60)},
                                 {.mmsi = Mmsi{2'211'234}}};
  ASSERT_TRUE(desk.tell("fr", create("plain", {volume(kInK1)})));
  EXPECT_EQ(version_of(desk.log.back()), "1") << "who names none writes what every program reads";
  const StateHash plain = desk.machine.state_hash();
  ASSERT_TRUE(
      desk.tell("fr", with_craft(create("i1", {volume({3'060, 4'060, 3'065, 4'065, 200, 210, 10, 40})}), craft)));
  EXPECT_THAT(desk.log.back(), HasSubstr(R"("request":{"craft":[{"from_ms":)"));
  EXPECT_THAT(desk.log.back(), HasSubstr(R"("icao":"4CA1FA","mode_3a":"4321","to_ms":)"));
  EXPECT_THAT(desk.log.back(), HasSubstr(R"({"mmsi":"002211234"}])"));
  EXPECT_EQ(version_of(desk.log.back()), "2");
  EXPECT_EQ(desk.intent("i1").craft, craft);
  EXPECT_NE(desk.machine.state_hash(), plain);

  // Who does not name them any more takes them back.
  UpdateIntent update{intent_id("i1"), 1, "", {volume({3'060, 4'060, 3'065, 4'065, 200, 210, 10, 50})}, {}};
  update.craft = {by_address(7)};
  ASSERT_TRUE(desk.tell("fr", update));
  EXPECT_EQ(desk.intent("i1").craft, update.craft);
  const auto back = Machine::read_snapshot(desk.config(), desk.machine.write_snapshot());
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ(back->state_hash(), desk.machine.state_hash());
  EXPECT_EQ(back->find_intent(intent_id("i1"))->craft, update.craft);
  update.version = 2;
  update.craft.clear();
  ASSERT_TRUE(desk.tell("fr", update));
  EXPECT_TRUE(desk.intent("i1").craft.empty());
  EXPECT_EQ(version_of(desk.log.back()), "1");
  expect_sound(desk);
}

TEST(Craft, WhatCannotBeIsNoCommandAndNoEntry) {
  Desk desk;
  EXPECT_EQ(refused(desk.tell("fr", with_craft(create("i1", {volume(kInK1)}), {by_address(1), by_address(1)}))),
            ErrorCode::kInvalid);
  ASSERT_TRUE(desk.tell("fr", with_craft(create("i1", {volume(kInK1)}), {by_address(0xA)})));
  const std::string good = desk.log.back();
  const auto changed = [&good](std::string_view from, std::string_view to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return read_entry(line);
  };
  ASSERT_TRUE(read_entry(good));
  EXPECT_FALSE(changed("\"v\":2", "\"v\":1")) << "an older program would have stopped at it";
  EXPECT_EQ(changed("\"v\":2", "\"v\":3").error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(changed("00000A", "00000a")) << "one form alone";
  EXPECT_FALSE(changed(R"([{"icao":"00000A"}])", "[]"));
  EXPECT_FALSE(changed(R"({"icao":"00000A"})", R"({"icao":"00000A"},{"icao":"00000A"})"));
  EXPECT_FALSE(changed(R"({"icao":"00000A"})", R"({"hull":"1"})"));
}

TEST(Craft, SnapshotsThatLieAreRefused) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", with_craft(create("i1", {volume(kInK1)}), {by_address(0xA)})));
  const Bytes good = desk.machine.write_snapshot();
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 1;
    EXPECT_FALSE(Machine::read_snapshot(desk.config(), bad)) << i;
  }
}

// Whose an intent is --------------------------------------------------------------------------------------------------

TEST(Office, TheReliefGoesOnWithWhatTheEarlierWatchHasFiled) {
  Desk desk;
  ASSERT_TRUE(officer(desk, "duty@us", "c1", create("i1", {volume(kInK1)})));
  EXPECT_THAT(desk.log.back(), Not(HasSubstr("\"for\"")));
  const auto activated = officer(desk, "night@us", "c2", ActivateIntent{intent_id("i1"), 1});
  ASSERT_TRUE(activated) << activated.error().text();
  EXPECT_THAT(desk.log.back(), HasSubstr(R"("by":"night@us","cmd":"c2")"));
  EXPECT_THAT(desk.log.back(), HasSubstr(R"("for":"duty@us")"));
  EXPECT_EQ(version_of(desk.log.back()), "2");
  EXPECT_EQ(desk.intent("i1").manager.str(), "duty@us") << "who filed it stays its manager";
  ASSERT_TRUE(officer(desk, "night@us", "c3", EndIntent{intent_id("i1"), 2}));
  EXPECT_TRUE(officer(desk, "night@us", "c3", EndIntent{intent_id("i1"), 2})->repeated);
  expect_sound(desk);
}

TEST(Office, NobodyElseDoes) {
  Desk desk;
  ASSERT_TRUE(officer(desk, "duty@us", "c1", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(desk.tell("operator", create("i2", {volume({3'060, 4'060, 3'065, 4'065, 200, 210, 10, 40})})));
  const ActivateIntent first{intent_id("i1"), 1};
  const ActivateIntent second{intent_id("i2"), 1};
  EXPECT_EQ(refused(desk.tell("operator", first)), ErrorCode::kForbidden);
  EXPECT_EQ(refused(desk.tell("us!", first)), ErrorCode::kForbidden) << "not even who declares measures";
  EXPECT_EQ(refused(desk.tell("night@us", first)), ErrorCode::kForbidden) << "the name alone is no session";
  EXPECT_EQ(refused(officer(desk, "night@ru", "c2", first)), ErrorCode::kForbidden) << "of another authority";
  EXPECT_EQ(refused(officer(desk, "night@us", "c3", second)), ErrorCode::kForbidden) << "an operator's own";
  EXPECT_EQ(desk.machine.disclosure(desk.intent("i1"), Caller{Subject::trusted("night@us"), false, true}),
            Disclosure::kFull);
  EXPECT_EQ(desk.machine.disclosure(desk.intent("i1"), Caller{Subject::trusted("night@us"), false, false}),
            Disclosure::kCoarse);
  EXPECT_EQ(desk.machine.disclosure(desk.intent("i2"), Caller{Subject::trusted("night@us"), false, true}),
            Disclosure::kCoarse);
}

TEST(Office, ARefusalNamesBothToo) {
  Desk desk;
  ASSERT_TRUE(officer(desk, "duty@us", "c1", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(desk.tell("fr", create("i2", {volume({3'060, 4'060, 3'065, 4'065, 200, 210, 10, 40})})));
  const auto moved =
      officer(desk, "night@us", "c2",
              UpdateIntent{intent_id("i1"), 1, "", {volume({3'060, 4'060, 3'065, 4'065, 200, 210, 10, 40})}, {}});
  ASSERT_TRUE(moved);
  ASSERT_FALSE(moved->decision.accepted());
  EXPECT_THAT(desk.log.back(), HasSubstr(R"("for":"duty@us")"));
  expect_sound(desk);
}

TEST(Office, ARecordThatClaimsItWronglyIsCorrupt) {
  Desk desk;
  ASSERT_TRUE(officer(desk, "duty@us", "c1", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(officer(desk, "night@us", "c2", ActivateIntent{intent_id("i1"), 1}));
  const std::string good = desk.log.back();
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{R"("for":"duty@us")", R"("for":"chief@us")"},
                                                        {R"("for":"duty@us")", R"("for":"night@us")"},
                                                        {R"("by":"night@us")", R"("by":"night@ru")"},
                                                        {R"("by":"night@us")", R"("by":"operator")"}}) {
    Desk other;
    ASSERT_TRUE(officer(other, "duty@us", "c1", create("i1", {volume(kInK1)})));
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    const Status applied = other.machine.apply(line);
    ASSERT_FALSE(applied) << to;
    EXPECT_EQ(applied.error().code, ErrorCode::kCorrupt) << applied.error().text();
  }
}

// The golden record of format 2 ---------------------------------------------------------------------------------------

TEST(CraftGolden, WritesItOnce) {
  if (!kGolden.to_be_written("log.jsonl")) GTEST_SKIP() << "only with TANSIQ_WRITE_GOLDEN set";
  Desk desk;
  const std::vector<Craft> craft{{.from = testing::minutes(0),
                                  .icao = IcaoAddress{0x4CA1FA},
                                  .mode_3a = Mode3a{04321},
                                  .to = testing::minutes(60)},
                                 {.mmsi = Mmsi{2'211'234}}};
  ASSERT_TRUE(officer(desk, "duty@us", "c1", with_craft(create("i1", {volume(kInK1)}), craft)));
  UpdateIntent update{intent_id("i1"), 1, "MOVED", {volume({3'060, 4'060, 3'065, 4'065, 200, 210, 10, 50})}, {}};
  update.craft = {by_address(0xA)};
  ASSERT_TRUE(officer(desk, "night@us", "c2", update));
  ASSERT_TRUE(officer(desk, "night@us", "c3", ActivateIntent{intent_id("i1"), 2}));
  ASSERT_TRUE(desk.tell("fr", with_craft(create("i2", {volume(kInK1)}), {{.mode_3a = Mode3a{07}}})));
  std::ofstream(kGolden.file("charter.json"), std::ios::binary) << charter_text(desk.charter);
  std::ofstream log(kGolden.file("log.jsonl"), std::ios::binary);
  for (const std::string& line : desk.log) log << line;
  std::ofstream(kGolden.file("state_hash"), std::ios::binary) << to_hex(desk.machine.state_hash()) << "\n";
}

TEST(CraftGolden, Version2ReplaysAndIsDecidedAlikeAgain) {
  const std::string text = kGolden.text("charter.json");
  const auto charter = parse_charter(text);
  ASSERT_TRUE(charter) << charter.error().text();
  const MachineConfig config{.self = AuthorityId::trusted("us"), .charter = *charter, .charter_text = text};
  auto machine = Machine::make(config);
  auto auditor = Auditor::make(config);
  ASSERT_TRUE(machine && auditor);
  int second = 0;
  for (const std::string& line : kGolden.lines("log.jsonl")) {
    const Status applied = machine->apply(line);
    ASSERT_TRUE(applied) << applied.error().text();
    const auto difference = auditor->check(line);
    ASSERT_TRUE(difference) << difference.error().text();
    EXPECT_FALSE(difference->has_value()) << (*difference)->message;
    second += version_of(line) == "2" ? 1 : 0;
  }
  ASSERT_TRUE(machine->settle());
  EXPECT_GE(second, 4);
  EXPECT_EQ(to_hex(machine->state_hash()) + "\n", kGolden.text("state_hash"));
}

}  // namespace
}  // namespace tansiq::core
