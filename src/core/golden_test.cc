// The golden logs: records of every released version, which every later version must replay to the same state.
//
// tests/golden/v1/ holds a charter, a log of all entry types, and the state hash it leads to. A directory is written
// once (TANSIQ_WRITE_GOLDEN=1 on a program of that version) and never again.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "base/bytes.h"
#include "base/random.h"
#include "core/audit.h"
#include "core/core_testlib.h"
#include "core/golden_testlib.h"

namespace tansiq::core {
namespace {

using testing::create;
using testing::Desk;

const testing::GoldenFolder kGolden("v1");

/// A seeded history with every type of entry, every shape, every rule.
class Historian {
 public:
  void write() {
    for (int i = 0; i < 400; ++i) step(i);
    desk.now = desk.now + 86'400'000;
    desk.tick();
  }
  Desk desk;

 private:
  geo::Volume4d volume(Domain domain) {
    const auto n = [&](std::int64_t low, std::int64_t high) { return static_cast<int>(random_.between(low, high)); };
    const int south = 3000 + n(0, 80);
    const int west = 4000 + n(0, 390);
    const int low = 100 + n(0, 27) * 10;
    const auto minute = static_cast<int>((desk.now - testing::kNoon) / 60'000);
    const int from = minute + n(0, 60);
    const testing::Box box{south, west,           south + n(1, 15), west + n(1, 15), low, low + n(1, 3) * 10,
                           from,  from + n(5, 30)};
    geo::Volume4d v = domain == Domain::kSea ? testing::sea_volume(box) : testing::volume(box);
    const geo::LatLng centre{south * 100'000, west * 100'000};
    if (random_.one_in(3)) v.outline = geo::Circle{centre, random_.between(100'00, 9'000'00)};
    if (random_.one_in(4)) {
      v.outline = geo::Corridor{{centre, {centre.lat_e7 + 400'000, centre.lng_e7 + 700'000}}, 900'00, 1'800'00};
    }
    return v;
  }

  void step(int i) {
    desk.now = desk.now + random_.between(0, 90) * 1'000;
    const std::string id = "i" + std::to_string(i);
    const Domain domain = random_.one_in(8) ? Domain::kSea : Domain::kAir;
    std::vector<geo::Volume4d> volumes{volume(domain)};
    if (random_.one_in(5)) volumes.push_back(volume(domain));
    static_cast<void>(desk.tell(random_.one_in(2) ? "fr" : "uk", create(id, volumes, keys(), domain), desk.now));
    change("i" + std::to_string(random_.between(0, i)));
    if (random_.one_in(9)) measure(i);
    if (random_.one_in(20)) desk.tick();
  }

  std::vector<std::string> keys() {
    std::vector<std::string> out;
    const auto live = desk.machine.intents({.limit = 1'000});
    for (const Intent* intent : *live) {
      if (!random_.one_in(40)) out.push_back(desk.machine.ovn(*intent));
    }
    return out;
  }

  void change(const std::string& id) {
    const Intent* intent = desk.machine.find_intent(testing::intent_id(id));
    if (!intent) return;
    const std::string manager = intent->manager.str();
    const std::int64_t v = intent->version;
    const Domain domain = intent->domain;
    switch (random_.between(0, 6)) {
      case 0:
        static_cast<void>(desk.tell(manager, UpdateIntent{intent->id, v, "MOVED", {volume(domain)}, keys()}, desk.now));
        break;
      case 1:
      case 2:
        static_cast<void>(desk.tell(manager, ActivateIntent{intent->id, v}, desk.now));
        break;
      case 3:
        static_cast<void>(desk.tell(manager, ReportNonconforming{intent->id, v, {volume(domain)}}, desk.now));
        break;
      case 4:
        if (random_.one_in(3)) static_cast<void>(desk.tell(manager, ReportContingent{intent->id, v, {}}, desk.now));
        break;
      case 5:
        static_cast<void>(desk.tell(manager, EndIntent{intent->id, v}, desk.now));
        break;
      default:
        break;
    }
  }

  void measure(int i) {
    const std::string id = "m" + std::to_string(i);
    const Effect effect = random_.one_in(2) ? Effect::kRefuse : Effect::kWarn;
    static_cast<void>(desk.tell("us!", testing::measure(id, "K1", effect, {volume(Domain::kAir)}), desk.now));
    const auto live = desk.machine.measures();
    if (live.empty()) return;
    const Measure& first = *live.front();
    if (random_.one_in(2)) {
      static_cast<void>(desk.tell("us!", EndMeasure{first.id, first.version}, desk.now));
    } else {
      static_cast<void>(
          desk.tell("us!", UpdateMeasure{first.id, first.version, effect, "moved", {volume(Domain::kAir)}}, desk.now));
    }
  }

  SeededRandom random_{2026};
};

TEST(GoldenTest, WritesItOnce) {
  if (!kGolden.to_be_written("log.jsonl")) GTEST_SKIP() << "only with TANSIQ_WRITE_GOLDEN set";
  Historian historian;
  historian.write();
  std::ofstream(kGolden.file("charter.json"), std::ios::binary) << charter_text(historian.desk.charter);
  std::ofstream log(kGolden.file("log.jsonl"), std::ios::binary);
  for (const std::string& line : historian.desk.log) log << line;
  std::ofstream(kGolden.file("state_hash"), std::ios::binary) << to_hex(historian.desk.machine.state_hash()) << "\n";
}

TEST(GoldenTest, Version1Replays) {
  const std::string text = kGolden.text("charter.json");
  const auto charter = parse_charter(text);
  ASSERT_TRUE(charter) << charter.error().text();
  const MachineConfig config{.self = AuthorityId::trusted("us"), .charter = *charter, .charter_text = text};
  auto machine = Machine::make(config);
  ASSERT_TRUE(machine);
  std::set<std::string> types;
  for (const std::string& line : kGolden.lines("log.jsonl")) {
    const Status applied = machine->apply(line);
    ASSERT_TRUE(applied) << applied.error().text();
    types.insert(std::string(to_text(read_entry(line)->type)));
  }
  ASSERT_TRUE(machine->settle());
  EXPECT_EQ(types.size(), 13U) << "the golden log holds every type of entry";
  EXPECT_EQ(to_hex(machine->state_hash()) + "\n", kGolden.text("state_hash"));
}

TEST(GoldenTest, Version1IsDecidedAlikeAgain) {
  const std::string text = kGolden.text("charter.json");
  auto auditor =
      Auditor::make({.self = AuthorityId::trusted("us"), .charter = *parse_charter(text), .charter_text = text});
  ASSERT_TRUE(auditor);
  for (const std::string& line : kGolden.lines("log.jsonl")) {
    const auto difference = auditor->check(line);
    ASSERT_TRUE(difference) << difference.error().text();
    EXPECT_FALSE(difference->has_value()) << (*difference)->message << "\n" << line << (*difference)->decided;
  }
}

}  // namespace
}  // namespace tansiq::core
