#include "node/group_keeper.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <sstream>

#include "base/temporary_folder.h"
#include "log/jcs.h"
#include "picture/picture.h"
#include "surveillance/velocity.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

constexpr UtcMs kNoon{1'795'348'800'000};
constexpr std::uint32_t kGuide = 227'022'600;
const core::Subject kChief = core::Subject::trusted("chief");
const core::Subject kOther = core::Subject::trusted("other");

picture::Group group(const std::string& id = "tf-473") {
  return {.id = id,
          .name = "Carrier group",
          .guide = {surveillance::IdKind::kMmsi, kGuide},
          .members = {},
          .shapes = {{.ahead_m = 12'000, .astern_m = 6'000, .port_m = 8'000, .starboard_m = 8'000}}};
}
/// With an hour of flight operations, from so many minutes after noon.
picture::Group with_deck(std::int64_t from_min) {
  picture::Group out = group();
  out.shapes.push_back({.domain = core::Domain::kAir,
                        .ahead_m = 18'000,
                        .astern_m = 18'000,
                        .port_m = 18'000,
                        .starboard_m = 18'000,
                        .band = {0, 6'000'00, geo::VerticalReference::kFlightLevel},
                        .windows = {{kNoon + from_min * 60'000, kNoon + (from_min + 60) * 60'000}}});
  return out;
}

/// A keeper, the picture that it looks at, and an office that answers when the test says so.
struct Office {
  Office() { open(); }

  void open() {
    auto opened = GroupKeeper::open(
        folder.path(),
        [this](core::Command command, std::function<void(Result<Recorded>)> done) {
          asked.push_back({std::move(command), std::move(done)});
        },
        [this](const IntentId& /*intent*/, const auto& done) {
          ++looked_up;
          done(standing);
        },
        {});
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    keeper = std::move(*opened);
  }
  void restart() {
    keeper.reset();
    asked.clear();
    open();
  }
  /// The guide says where it is, twice, and is looked at.
  void hear(double lat, double lng, double course_deg) {
    for (int i = 0; i < 2; ++i) {
      now = now + 10'000;
      surveillance::Report r;
      r.source = {0};
      r.format = surveillance::Format::kAis;
      r.domain = surveillance::Domain::kSea;
      r.basis = surveillance::TimeBasis::kFull;
      r.id = {surveillance::IdKind::kMmsi, kGuide};
      r.received = r.time = now;
      r.position = {static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)};
      r.speed_cm_s = 500;
      r.course_mdeg = static_cast<std::int32_t>(course_deg * 1'000);
      picture.report(r);
      picture.advance(now);
    }
  }
  void look() { keeper->look(picture, now); }
  /// Declared, heard off Cyprus, and looked at: what it needs is being filed.
  void declare(const picture::Group& group) {
    ASSERT_TRUE(keeper->put(group, kChief).has_value());
    hear(34, 35, 0);
    look();
  }

  // The oldest command that waits for an answer, and the answer.
  [[nodiscard]] const core::Command& command() const { return asked.front().command; }
  template <class Action>
  [[nodiscard]] const Action& action() const {
    return std::get<Action>(command().action);
  }
  void answer(Result<Recorded> recorded) {
    auto one = std::move(asked.front());
    asked.pop_front();
    one.done(std::move(recorded));
  }
  void accept(std::int64_t version) {
    Recorded recorded;
    recorded.decision.version = version;
    answer(recorded);
  }
  void refuse(std::string_view zone) {
    Recorded recorded;
    recorded.decision.refusal = core::Refusal::kConflict;
    core::Conflict conflict;
    conflict.zone = ZoneId::trusted(zone);
    recorded.decision.conflicts.push_back(conflict);
    answer(recorded);
  }
  [[nodiscard]] std::string shown() const {
    std::string out;
    log::JcsWriter writer(out);
    keeper->write(writer, picture);
    return out;
  }
  [[nodiscard]] std::string file() const {
    std::ifstream in(folder.path() / "groups.json");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  struct Asked {
    core::Command command;
    std::function<void(Result<Recorded>)> done;
  };
  TemporaryFolder folder;
  std::unique_ptr<GroupKeeper> keeper;
  picture::Picture picture{{}};
  UtcMs now = kNoon;
  std::deque<Asked> asked;
  Result<std::optional<GroupKeeper::Standing>> standing;  ///< What the record says when it is asked.
  int looked_up = 0;
};

TEST(GroupKeeper, FilesWhenTheGuideIsHeard) {
  Office o;
  ASSERT_TRUE(o.keeper->put(group(), kChief).has_value());
  o.look();
  EXPECT_TRUE(o.asked.empty()) << "nobody knows where it is";
  EXPECT_THAT(o.shown(), HasSubstr(R"("heard":false)"));

  o.hear(34, 35, 0);
  o.look();
  ASSERT_EQ(o.asked.size(), 1U) << "it has no shape in the air";
  const auto& filed = o.action<core::CreateIntent>();
  EXPECT_THAT(filed.intent.str(), MatchesRegex("group-tf-473-sea-[0-9]+"));
  EXPECT_EQ(filed.domain, core::Domain::kSea);
  EXPECT_EQ(filed.flight, "Carrier group");
  EXPECT_FALSE(filed.volumes.empty());
  EXPECT_EQ(o.command().by.subject, kChief);
  EXPECT_FALSE(o.command().by.authority) << "who declares a group does not speak for the authority";
  const std::string intent = filed.intent.str();
  o.look();
  EXPECT_EQ(o.asked.size(), 1U) << "one at a time";
  o.accept(1);
  EXPECT_THAT(o.shown(), HasSubstr(fmt::format(R"("intent":"{}")", intent)));
  EXPECT_THAT(o.shown(), HasSubstr(R"("heard":true)"));
  o.look();
  EXPECT_TRUE(o.asked.empty()) << "it stands";
}

TEST(GroupKeeper, ChangesWhatStandsWhenTheGuideTurns) {
  Office o;
  o.declare(group());
  const IntentId intent = o.action<core::CreateIntent>().intent;
  o.accept(1);
  o.now = o.now + 600'000;
  o.hear(34.5, 35.5, 90);
  o.look();
  ASSERT_EQ(o.asked.size(), 1U);
  const auto changed = o.action<core::UpdateIntent>();
  EXPECT_EQ(changed.intent, intent);
  EXPECT_EQ(changed.version, 1);
  o.accept(2);
  o.now = o.now + 600'000;
  o.hear(35.5, 36.5, 180);
  o.look();
  ASSERT_EQ(o.asked.size(), 1U);
  EXPECT_EQ(o.action<core::UpdateIntent>().version, 2);
}

TEST(GroupKeeper, ShowsARefusalAndTriesAgainTenSecondsLater) {
  Office o;
  o.declare(group());
  const IntentId first = o.action<core::CreateIntent>().intent;
  const CommandId command = o.command().id;
  o.refuse("HARBOUR");
  EXPECT_THAT(o.shown(), HasSubstr(R"("why":"refused: conflict, in zone HARBOUR")"));
  EXPECT_THAT(o.shown(), Not(HasSubstr(R"("intent")")));
  o.now = o.now + 9'999;
  o.look();
  EXPECT_TRUE(o.asked.empty());
  o.now = o.now + 1;
  o.look();
  ASSERT_EQ(o.asked.size(), 1U);
  EXPECT_NE(o.action<core::CreateIntent>().intent, first);
  EXPECT_NE(o.command().id, command) << "a repeated command would get the first outcome";
  o.accept(1);
  EXPECT_THAT(o.shown(), Not(HasSubstr("why")));
}

TEST(GroupKeeper, AfterAClockThatIsSetBackNothingWaitsForItToCatchUp) {
  Office o;
  o.declare(group());
  o.refuse("HARBOUR");
  o.now = o.now + -3'600'000;
  o.look();
  EXPECT_EQ(o.asked.size(), 1U);
}

TEST(GroupKeeper, ARefusedChangeLeavesWhatStands) {
  Office o;
  o.declare(group());
  const IntentId intent = o.action<core::CreateIntent>().intent;
  o.accept(1);
  const auto try_to_change = [&] {
    o.now = o.now + 600'000;
    o.hear(34.5, 35.5, 90);
    o.look();
    ASSERT_EQ(o.asked.size(), 1U);
  };
  try_to_change();
  o.refuse("HARBOUR");
  EXPECT_THAT(o.shown(), HasSubstr(intent.str()));
  try_to_change();
  EXPECT_EQ(o.action<core::UpdateIntent>().version, 1);
  o.answer(std::unexpected(Error{ErrorCode::kOverloaded, "busy", ""}));
  try_to_change();
  EXPECT_EQ(o.action<core::UpdateIntent>().version, 1);
  EXPECT_EQ(o.looked_up, 0);
  o.standing = GroupKeeper::Standing{kChief, core::IntentState::kActivated, 7};
  o.answer(std::unexpected(Error{ErrorCode::kVersionMismatch, "it is at version 7", ""}));
  try_to_change();
  EXPECT_EQ(o.action<core::UpdateIntent>().version, 7) << "its manager has changed it";
  o.standing = GroupKeeper::Standing{kChief, core::IntentState::kEnded, 8};
  o.answer(std::unexpected(Error{ErrorCode::kWrongState, "it has ended", ""}));
  try_to_change();
  EXPECT_NE(o.action<core::CreateIntent>().intent, intent) << "filed anew under another name";
}

TEST(GroupKeeper, WhatPeopleDeclareOffNominalIsLeftToThem) {
  Office o;
  o.declare(group());
  const IntentId intent = o.action<core::CreateIntent>().intent;
  o.accept(1);
  o.now = o.now + 600'000;
  o.hear(34.5, 35.5, 90);
  o.look();
  o.standing = GroupKeeper::Standing{kChief, core::IntentState::kContingent, 3};
  o.answer(std::unexpected(Error{ErrorCode::kWrongState, "it is contingent", ""}));
  EXPECT_THAT(o.shown(), HasSubstr("is contingent: that is left to people"));
  o.look();
  ASSERT_EQ(o.asked.size(), 1U) << "its end is not asked for";
  EXPECT_NE(o.action<core::CreateIntent>().intent, intent) << "the space of the group is filed beside it";
}

TEST(GroupKeeper, ManyNewIntentsAreWrittenDownAtOnceBeforeAnyIsSent) {
  Office o;
  ASSERT_TRUE(o.keeper->put(with_deck(10), kChief).has_value());
  o.hear(34, 35, 0);
  std::filesystem::remove(o.folder.path() / "groups.json");
  std::filesystem::create_directory(o.folder.path() / "groups.json");
  o.look();
  EXPECT_TRUE(o.asked.empty()) << "what could not be written down is not sent";
  EXPECT_THAT(o.shown(), HasSubstr("could not be written down"));
  std::filesystem::remove(o.folder.path() / "groups.json");
  o.now = o.now + 10'000;
  o.look();
  ASSERT_EQ(o.asked.size(), 2U);
  for (const Office::Asked& one : o.asked) {
    EXPECT_THAT(o.file(), HasSubstr(std::get<core::CreateIntent>(one.command.action).intent.str()));
  }
}

TEST(GroupKeeper, ReadsTheLargestFileThatItWrites) {
  Office o;
  picture::Group large = with_deck(10);
  large.name = std::string(200, '"');
  for (std::uint32_t i = 0; i < 64; ++i) large.members.push_back({surveillance::IdKind::kMmsi, 227'000'000 + i});
  for (std::int64_t i = 0; i < 32; ++i) {
    large.shapes.back().windows.resize(static_cast<std::size_t>(i) + 1,
                                       {kNoon + i * 3'600'000, kNoon + i * 3'600'000 + 60'000});
  }
  large.shapes.front().windows = large.shapes.back().windows;
  while (large.shapes.size() < 8) large.shapes.push_back(large.shapes.back());
  for (std::size_t i = 0; i < picture::kGroupsMax; ++i) {
    large.id = fmt::format("g{:031}", i);
    const Status put = o.keeper->put(large, kChief);
    ASSERT_TRUE(put.has_value()) << put.error().text();
  }
  EXPECT_GT(o.file().size(), 1'000'000U) << "near the usual bound of a document, which long names of managers cross";
  o.restart();
  EXPECT_EQ(o.keeper->groups().size(), picture::kGroupsMax);
}

TEST(GroupKeeper, KnowsAfterARestartWhatStood) {
  Office o;
  ASSERT_TRUE(o.keeper->put(with_deck(10), kChief).has_value());
  o.hear(34, 35, 0);
  o.look();
  ASSERT_EQ(o.asked.size(), 2U);
  const IntentId sea = o.action<core::CreateIntent>().intent;
  o.accept(4);
  EXPECT_THAT(o.action<core::CreateIntent>().intent.str(), StartsWith("group-tf-473-air-"));
  o.accept(7);
  o.look();
  ASSERT_TRUE(o.asked.empty());
  const std::string file = o.file();

  o.restart();
  ASSERT_EQ(o.keeper->groups().size(), 1U);
  EXPECT_EQ(o.keeper->groups().front(), with_deck(10));
  o.look();
  ASSERT_EQ(o.asked.size(), 2U) << "where it is may have changed meanwhile";
  EXPECT_EQ(o.action<core::UpdateIntent>().intent, sea);
  EXPECT_EQ(o.action<core::UpdateIntent>().version, 4);
  EXPECT_EQ(o.command().by.subject, kChief);
  o.accept(4);
  o.accept(7);
  EXPECT_EQ(o.file(), file);
}

TEST(GroupKeeper, AnotherSubjectChangesAndDropsNothing) {
  Office o;
  ASSERT_TRUE(o.keeper->put(group(), kChief).has_value());
  const Status put = o.keeper->put(with_deck(10), kOther);
  ASSERT_FALSE(put.has_value());
  EXPECT_EQ(put.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(put.error().message, "the group was declared by chief");
  const Status dropped = o.keeper->drop("tf-473", kOther);
  ASSERT_FALSE(dropped.has_value());
  EXPECT_EQ(dropped.error().code, ErrorCode::kForbidden);
  EXPECT_EQ(o.keeper->groups().front(), group());
  const Status unknown = o.keeper->drop("tf-1", kChief);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kNotFound);
}

TEST(GroupKeeper, DroppingEndsItsIntents) {
  Office o;
  o.declare(group());
  const IntentId intent = o.action<core::CreateIntent>().intent;
  o.accept(3);
  ASSERT_TRUE(o.keeper->drop("tf-473", kChief).has_value());
  ASSERT_EQ(o.asked.size(), 1U);
  EXPECT_EQ(o.action<core::EndIntent>().intent, intent);
  EXPECT_EQ(o.action<core::EndIntent>().version, 3);
  o.accept(4);
  o.look();
  EXPECT_TRUE(o.asked.empty());
  o.restart();
  EXPECT_TRUE(o.keeper->groups().empty());
  // The same name again is another group: its intent has a number that the first had not.
  ASSERT_TRUE(o.keeper->put(group(), kChief).has_value());
  o.now = o.now + 1'000;
  o.look();
  EXPECT_NE(o.action<core::CreateIntent>().intent, intent);
}

TEST(GroupKeeper, WhatIsUnderWayWhenItIsDroppedEndsToo) {
  Office o;
  o.declare(group());
  const IntentId intent = o.action<core::CreateIntent>().intent;
  ASSERT_TRUE(o.keeper->drop("tf-473", kChief).has_value());
  o.accept(1);
  ASSERT_EQ(o.asked.size(), 1U) << "nobody would ever end it";
  EXPECT_EQ(o.action<core::EndIntent>().intent, intent);
  EXPECT_EQ(o.action<core::EndIntent>().version, 1);
  o.accept(2);

  // A change under way: the version that comes out of it is ended.
  ASSERT_TRUE(o.keeper->put(group(), kChief).has_value());
  o.now = o.now + 1'000;
  o.look();
  o.accept(1);
  o.now = o.now + 600'000;
  o.hear(34.5, 35.5, 90);
  o.look();
  ASSERT_TRUE(std::holds_alternative<core::UpdateIntent>(o.command().action));
  ASSERT_TRUE(o.keeper->drop("tf-473", kChief).has_value());
  o.accept(2);
  ASSERT_EQ(o.asked.size(), 1U);
  EXPECT_EQ(o.action<core::EndIntent>().version, 2);
}

TEST(GroupKeeper, WhatIsUnderWayWhenItIsChangedIsChangedAgain) {
  Office o;
  o.declare(group());
  const auto first = o.action<core::CreateIntent>();
  // Smaller: what is being filed would do, and is more than is wanted.
  picture::Group smaller = group();
  smaller.shapes.front().ahead_m = 3'000;
  ASSERT_TRUE(o.keeper->put(smaller, kChief).has_value());
  o.look();
  ASSERT_EQ(o.asked.size(), 1U) << "one at a time";
  o.accept(1);
  o.look();
  ASSERT_EQ(o.asked.size(), 1U);
  EXPECT_EQ(o.action<core::UpdateIntent>().intent, first.intent) << "not a second one in its own way";
  EXPECT_EQ(o.action<core::UpdateIntent>().version, 1);
  EXPECT_NE(o.action<core::UpdateIntent>().volumes.front().outline, first.volumes.front().outline);
}

TEST(GroupKeeper, AWindowThatIsTakenBackEndsTheIntentInTheAir) {
  Office o;
  ASSERT_TRUE(o.keeper->put(with_deck(10), kChief).has_value());
  o.hear(34, 35, 0);
  o.look();
  ASSERT_EQ(o.asked.size(), 2U);
  o.accept(1);
  const IntentId air = o.action<core::CreateIntent>().intent;
  o.accept(1);
  ASSERT_TRUE(o.keeper->put(group(), kChief).has_value());
  o.look();
  std::vector<core::EndIntent> ended;
  while (!o.asked.empty()) {
    if (const auto* end = std::get_if<core::EndIntent>(&o.command().action)) ended.push_back(*end);
    o.accept(2);
  }
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended.front().intent, air);
  o.look();
  EXPECT_TRUE(o.asked.empty());
}

TEST(GroupKeeper, IdsFitIntoTheRecordHoweverLongTheGroupsIs) {
  Office o;
  const std::string longest(picture::kGroupIdBytesMax, 'g');
  EXPECT_FALSE(o.keeper->put(group(longest + "g"), kChief).has_value());
  picture::Group named = group(longest);
  named.name = std::string(63, 'n') + "é" + std::string(20, 'n');  // The 64th byte is half a character.
  ASSERT_TRUE(o.keeper->put(named, kChief).has_value());
  o.hear(34, 35, 0);
  o.look();
  const core::Command filed = o.command();
  EXPECT_TRUE(core::check_writable(filed.action).has_value());
  EXPECT_TRUE(CommandId::parse(filed.id.str()).has_value()) << filed.id.str();
  const auto& create = std::get<core::CreateIntent>(filed.action);
  EXPECT_TRUE(IntentId::parse(create.intent.str()).has_value()) << create.intent.str();
  EXPECT_EQ(create.flight, std::string(63, 'n'));
  o.accept(9'999'999);
  ASSERT_TRUE(o.keeper->drop(longest, kChief).has_value());
  EXPECT_TRUE(CommandId::parse(o.command().id.str()).has_value()) << o.command().id.str();
}

TEST(GroupKeeper, FollowsSoManyAndNoMore) {
  Office o;
  for (std::size_t i = 0; i < picture::kGroupsMax; ++i) {
    ASSERT_TRUE(o.keeper->put(group(fmt::format("g{}", i)), kChief).has_value());
  }
  const Status more = o.keeper->put(group("one-more"), kChief);
  ASSERT_FALSE(more.has_value());
  EXPECT_EQ(more.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(more.error().message, "at most 64 groups are followed");
  EXPECT_TRUE(o.keeper->put(group("g7"), kChief).has_value()) << "one that is known may change";
}

TEST(GroupKeeper, AFileThatItDidNotWriteIsRefusedByName) {
  Office o;
  ASSERT_TRUE(o.keeper->put(group(), kChief).has_value());
  const std::string good = o.file();
  for (const std::string& text : {std::string("{}"), std::string("nonsense"), good.substr(0, good.size() / 2),
                                  std::string(R"({"groups":[7]})")}) {
    std::ofstream(o.folder.path() / "groups.json", std::ios::trunc) << text;
    const auto opened = GroupKeeper::open(o.folder.path(), {}, {}, {});
    ASSERT_FALSE(opened.has_value()) << text;
    EXPECT_EQ(opened.error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(opened.error().where, (o.folder.path() / "groups.json").string());
  }
}

}  // namespace
}  // namespace tansiq::node
