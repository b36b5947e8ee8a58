// Whatever happens to questions and answers, the record ends up with the space of the groups that are declared, and
// with no other: against a record that is a table, through queues that are full, answers that are lost and restarts.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <iterator>
#include <map>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "node/group_keeper.h"
#include "picture/picture_testlib.h"

namespace tansiq::node {
namespace {

using picture::Group;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::uint32_t kGuide = 227'022'600;
constexpr UtcMs kNoon = picture::testing::kNoon;

core::Subject subject(std::string_view name) { return core::Subject::parse(name).value(); }

Group group_of(std::string id, bool sea = true, bool air = false) {
  Group out;
  out.id = std::move(id);
  out.name = "Carrier group";
  out.guide = {surveillance::IdKind::kMmsi, kGuide};
  picture::GroupShape shape{.ahead_m = 5'000, .astern_m = 5'000, .port_m = 5'000, .starboard_m = 5'000};
  if (sea) out.shapes.push_back(shape);
  shape.domain = core::Domain::kAir;
  shape.band = {0, 300'000, geo::VerticalReference::kFlightLevel};
  if (air) out.shapes.push_back(shape);
  return out;
}

/// The intents of a node as a table, behind a queue.
struct Table {
  struct Row {
    std::string manager;
    core::Domain domain = core::Domain::kSea;
    std::int64_t version = 1;
    bool live = true;
  };
  struct Asked {
    core::Command command;
    std::function<void(Result<Recorded>)> done;
  };
  std::map<std::string, Row> rows;
  std::deque<Asked> queue;
  std::vector<core::Command> executed;
  bool full = false;
  bool refuses = false;

  GroupKeeper::File file() {
    return [this](core::Command command, std::function<void(Result<Recorded>)> done) {
      queue.push_back({std::move(command), std::move(done)});
    };
  }
  GroupKeeper::Find find() {
    return [this](const IntentId& id, const std::function<void(Result<std::optional<GroupKeeper::Standing>>)>& done) {
      if (full) return done(fail(ErrorCode::kOverloaded, "full"));
      const auto row = rows.find(id.str());
      if (row == rows.end()) return done(std::optional<GroupKeeper::Standing>());
      done(GroupKeeper::Standing{core::Subject::trusted(row->second.manager),
                                 row->second.live ? core::IntentState::kAccepted : core::IntentState::kEnded,
                                 row->second.version});
    };
  }
  Result<Row*> target(const IntentId& id, std::int64_t version, const core::Command& command) {
    const auto row = rows.find(id.str());
    if (row == rows.end()) return fail(ErrorCode::kNotFound, "none");
    if (row->second.manager != command.by.subject.str()) return fail(ErrorCode::kForbidden, "another's");
    if (row->second.version != version) return fail(ErrorCode::kVersionMismatch, "another version");
    if (!row->second.live) return fail(ErrorCode::kWrongState, "over");
    return &row->second;
  }
  Result<Recorded> execute(const core::Command& command) {
    TRY_VOID(check_id(command.id.str(), "command id"));
    executed.push_back(command);
    Recorded out;
    out.decision.refusal = refuses ? core::Refusal::kConflict : core::Refusal::kNone;
    if (const auto* create = std::get_if<core::CreateIntent>(&command.action)) {
      TRY_VOID(check_id(create->intent.str(), "intent id"));
      if (rows.contains(create->intent.str())) return fail(ErrorCode::kConflict, "exists already");
      if (!refuses) rows[create->intent.str()] = {command.by.subject.str(), create->domain};
      out.decision.version = 1;
    } else if (const auto* update = std::get_if<core::UpdateIntent>(&command.action)) {
      Row* row = TRY(target(update->intent, update->version, command));
      if (!refuses) ++row->version;
      out.decision.version = row->version;
    } else if (const auto* end = std::get_if<core::EndIntent>(&command.action)) {
      Row* row = TRY(target(end->intent, end->version, command));
      row->live = false;
      ++row->version;
      out.decision.refusal = core::Refusal::kNone;
    }
    return out;
  }
  void answer_one() {
    const Asked asked = std::move(queue.front());
    queue.pop_front();
    asked.done(full ? Result<Recorded>(fail(ErrorCode::kOverloaded, "full")) : execute(asked.command));
  }
  void answer_all() {
    while (!queue.empty()) answer_one();
  }
  /// The process falls: some of what was asked has been decided, and no answer arrives.
  void fall(std::size_t decided) {
    for (std::size_t i = 0; i < decided && i < queue.size(); ++i) (void)execute(queue[i].command);
    queue.clear();
  }
  [[nodiscard]] std::vector<std::string> live() const {
    std::vector<std::string> out;
    for (const auto& [id, row] : rows) {
      if (row.live) out.push_back(id);
    }
    return out;
  }
};

/// A keeper, the picture in which its guide sails, and a table for a record.
struct Bridge {
  TemporaryFolder folder;
  Table table;
  picture::Picture picture{{}};
  picture::testing::Craft ship{.place = picture::normal_of(35.0, 34.0), .speed_m_s = 8, .course_deg = 90};
  picture::testing::Source ais{
      .format = surveillance::Format::kAis, .domain = surveillance::Domain::kSea, .height = false};
  SeededRandom noise{3};
  UtcMs now = kNoon;
  std::unique_ptr<GroupKeeper> keeper = opened();

  std::unique_ptr<GroupKeeper> opened() {
    return GroupKeeper::open(folder.path(), table.file(), table.find(), {}).value();
  }
  void restart(std::size_t decided) {
    table.fall(decided);
    keeper = opened();
  }
  Bridge() {
    for (int i = 0; i < 3; ++i) sail(10'000);
  }
  /// Heard often enough for a track.
  void sail(DurationMs ms) {
    for (; ms > 10'000; ms -= 10'000) move(10'000);
    move(ms);
  }
  void move(DurationMs ms) {
    ship.place = picture::LocalFrame(ship.place).at({ship.speed_m_s * static_cast<double>(ms) * 1e-3, 0});
    ship.time = now + ms;
    now = now + ms;
    surveillance::Report report = ais.hear(ship, noise);
    report.id = {surveillance::IdKind::kMmsi, kGuide};
    report.time = report.received = now;
    picture.report(report);
    picture.advance(now);
  }
  void look(DurationMs ms = 11'000) {
    sail(ms);
    keeper->look(picture, now);
  }
  void look_and_answer(DurationMs ms = 11'000) {
    look(ms);
    table.answer_all();
  }
  [[nodiscard]] std::string kept() const {
    std::ifstream in(folder.file("groups.json"));
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST(GroupFiling, TheLongestIdIsOneInTheRecordToo) {
  Bridge bridge;
  ASSERT_TRUE(bridge.keeper->put(group_of(std::string(picture::kGroupIdBytesMax, 'g')), subject("nav")));
  for (int i = 0; i < 3; ++i) bridge.look_and_answer();
  ASSERT_EQ(bridge.table.live().size(), 1U);
  EXPECT_THAT(bridge.table.live()[0], StartsWith("group-" + std::string(picture::kGroupIdBytesMax, 'g') + "-sea-"));
  const Status refused = bridge.keeper->put(group_of(std::string(picture::kGroupIdBytesMax + 1, 'g')), subject("nav"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("1 to 32"));
}

TEST(GroupFiling, ALabelIsCutBetweenCharacters) {
  Bridge bridge;
  Group group = group_of("g");
  group.name = std::string(61, 'x') + "تنسيق";
  ASSERT_TRUE(bridge.keeper->put(group, subject("nav")));
  bridge.look_and_answer();
  ASSERT_EQ(bridge.table.executed.size(), 1U);
  EXPECT_EQ(std::get<core::CreateIntent>(bridge.table.executed[0].action).flight, std::string(61, 'x') + "ت");
}

TEST(GroupFiling, AFullQueueLosesNoIntent) {
  Bridge bridge;
  ASSERT_TRUE(bridge.keeper->put(group_of("g"), subject("nav")));
  bridge.look_and_answer();
  bridge.table.full = true;
  ASSERT_TRUE(bridge.keeper->put(group_of("g", true, true), subject("nav")));
  for (int i = 0; i < 200; ++i) bridge.look_and_answer();
  bridge.table.full = false;
  for (int i = 0; i < 3; ++i) bridge.look_and_answer();
  EXPECT_THAT(bridge.table.live(), ElementsAre(StartsWith("group-g-air-"), StartsWith("group-g-sea-")));
}

TEST(GroupFiling, AnAnswerToWhatTheGroupWasBeforeDoesNotCount) {
  Bridge bridge;
  ASSERT_TRUE(bridge.keeper->put(group_of("g"), subject("nav")));
  bridge.look();
  Group larger = group_of("g");
  larger.shapes[0].ahead_m = 20'000;
  ASSERT_TRUE(bridge.keeper->put(larger, subject("nav")));
  bridge.table.answer_all();
  EXPECT_EQ(bridge.table.live().size(), 1U) << "the question was answered";
  bridge.look_and_answer();
  ASSERT_EQ(bridge.table.executed.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<core::UpdateIntent>(bridge.table.executed[1].action));
}

TEST(GroupFiling, AnEndIsAskedForUntilItHasCome) {
  Bridge bridge;
  ASSERT_TRUE(bridge.keeper->put(group_of("g"), subject("nav")));
  bridge.look_and_answer();
  const std::string intent = bridge.table.live().at(0);
  bridge.table.rows.at(intent).version = 4;  // Its manager activated it, and changed it by hand.
  ASSERT_FALSE(bridge.keeper->drop("g", subject("other")));
  ASSERT_TRUE(bridge.keeper->drop("g", subject("chief"), /*authority=*/true));
  bridge.restart(0);
  EXPECT_TRUE(bridge.keeper->intents().contains(intent));
  for (int i = 0; i < 6; ++i) bridge.look_and_answer();
  EXPECT_TRUE(bridge.table.live().empty());
  EXPECT_TRUE(bridge.keeper->intents().empty());
  EXPECT_THAT(bridge.kept(), HasSubstr(R"({"groups":[]})"));
}

/// After an answer was lost the id is taken, by ourselves as a rule; and if not, then not.
TEST(GroupFiling, AnIdThatIsAnothersIsPassedOver) {
  Bridge bridge;
  ASSERT_TRUE(bridge.keeper->put(group_of("g"), subject("nav")));
  bridge.look();
  const std::string first = std::get<core::CreateIntent>(bridge.table.queue.at(0).command.action).intent.str();
  bridge.table.rows[first] = {"somebody"};
  bridge.restart(0);
  for (int i = 0; i < 12; ++i) bridge.look_and_answer();
  EXPECT_EQ(bridge.table.live().size(), 2U);
  EXPECT_EQ(bridge.table.rows.at(first).version, 1) << "not ours to change";
  bridge.look();
  bridge.restart(0);
  const std::vector<std::string> live = bridge.table.live();
  for (int i = 0; i < 12; ++i) bridge.look_and_answer();
  EXPECT_EQ(bridge.table.live(), live) << "our own goes on";
}

TEST(GroupFiling, WhatCannotBeWrittenDownIsNotDone) {
  Bridge bridge;
  ASSERT_TRUE(bridge.keeper->put(group_of("g"), subject("nav")));
  bridge.look_and_answer();
  const auto before = bridge.keeper->intents();
  std::filesystem::remove(bridge.folder.path() / "groups.json");
  std::filesystem::create_directory(bridge.folder.path() / "groups.json");
  EXPECT_FALSE(bridge.keeper->drop("g", subject("nav")));
  EXPECT_FALSE(bridge.keeper->put(group_of("h"), subject("nav")));
  EXPECT_EQ(bridge.keeper->groups(), std::vector{group_of("g")});
  EXPECT_EQ(bridge.keeper->intents(), before);
  EXPECT_TRUE(bridge.table.queue.empty());
}

class GroupFilingRuns : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(GroupFilingRuns, TheRecordHoldsTheSpaceOfDeclaredGroupsAndNoOther) {
  SeededRandom random(GetParam());
  Bridge bridge;
  std::map<std::string, std::pair<bool, bool>> declared;
  for (int step = 0; step < 80; ++step) {
    const std::string id(1, static_cast<char>('a' + random.between(0, 2)));
    bridge.table.full = random.one_in(4);
    bridge.table.refuses = random.one_in(6);
    switch (random.between(0, 8)) {
      case 0: {
        const bool sea = random.one_in(2);
        EXPECT_TRUE(bridge.keeper->put(group_of(id, sea, !sea || random.one_in(2)), subject("nav")).has_value());
        const auto groups = bridge.keeper->groups();
        const auto put = std::ranges::find(groups, id, &Group::id);
        declared[id] = {sea, put->shapes.size() == 2 || !sea};
        break;
      }
      case 1:
        EXPECT_EQ(bridge.keeper->drop(id, subject("nav")).has_value(), (declared.erase(id) == 1));
        break;
      case 2:
        bridge.restart(static_cast<std::size_t>(random.between(0, 4)));
        break;
      case 3:  // The record ends one by itself, or its manager changes it.
        for (auto& [name, row] : bridge.table.rows) {
          if (!row.live || !random.one_in(2)) continue;
          ++row.version;
          if (random.one_in(2)) row.live = false;
        }
        break;
      case 4:
      case 5:
        if (!bridge.table.queue.empty()) bridge.table.answer_one();
        break;
      default:
        bridge.look(random.between(1'000, 60'000));
    }
  }
  bridge.table.full = bridge.table.refuses = false;
  bridge.table.answer_all();
  // Every filing is renewed once, so that what had ended shows.
  for (int i = 0; i < 4; ++i) bridge.look_and_answer();
  for (int i = 0; i < 45; ++i) bridge.look_and_answer(60'000);
  std::map<std::string, std::pair<int, int>> found;
  for (const std::string& id : bridge.table.live()) {
    EXPECT_TRUE(bridge.keeper->intents().contains(id));
    (bridge.table.rows.at(id).domain == core::Domain::kSea ? found[id.substr(6, 1)].first
                                                           : found[id.substr(6, 1)].second) += 1;
  }
  for (const auto& [id, domains] : declared) {
    EXPECT_EQ(found[id].first, (domains.first ? 1 : 0));
    EXPECT_EQ(found[id].second, (domains.second ? 1 : 0));
    found.erase(id);
  }
  EXPECT_TRUE(found.empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, GroupFilingRuns, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace tansiq::node
