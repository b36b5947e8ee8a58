// Talks over whole coalitions: entries in the logs that they are meant for, relations that narrow on the way, restarts,
// snapshots, and random histories in which links fail.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr DurationMs kSecond = 1'000;
constexpr DurationMs kMinute = 60'000;

/// Centres of all three may talk; chiefs and ministries may not.
core::Charter charter_that_talks() {
  core::Charter out = charter_of_three();
  for (const core::Authority& from : out.authorities) {
    for (const core::Authority& to : out.authorities) {
      if (from.id == to.id) continue;
      out.relations.push_back({{Capability::kCentres, RelationDomain::kTalks, from.id, to.id}, 1});
    }
  }
  return out;
}

Letter letter(std::vector<std::string_view> to, Needs needs = Needs::kReceived, std::optional<UtcMs> due = {}) {
  Letter out;
  out.needs = needs;
  out.due = due;
  out.parts = {TextPart{.language = "en", .text = {"hello"}, .translates = {}}};
  for (const std::string_view id : to) out.recipients.push_back(AuthorityId::trusted(id));
  out.thread = ThreadId::trusted("T1");
  return out;
}

class TalkCoalition : public ::testing::Test {
 protected:
  ~TalkCoalition() override { check_records(world); }

  static void check_records(World& world) {
    for (const core::Authority& a : world.charter.authorities) (void)world.expect_comes_back(a.id.str());
  }
  EntryHash send(std::string_view from, const Letter& of) {
    const auto done = world.act(from, SendTalk{of});
    EXPECT_TRUE(done.has_value()) << done.error().text();
    return done ? done->hash : EntryHash();
  }
  void act(std::string_view who, Act what) {
    const auto done = world.act(who, std::move(what));
    ASSERT_TRUE(done.has_value()) << done.error().text();
  }
  std::size_t count(std::string_view authority, std::string_view type) {
    const auto said = world.said(authority);
    return static_cast<std::size_t>(std::ranges::count(said, type));
  }
  World world{charter_that_talks()};
};

TEST_F(TalkCoalition, AMessageIsReceivedReadAndAnswered) {
  const EntryHash to_fr = send("us", letter({"ru", "fr"}, Needs::kAnswer, world.now + 5 * kMinute));
  EXPECT_EQ(count("us", "talk.message"), 2U);
  world.settle();
  EXPECT_EQ(count("fr", "talk.received"), 1U);
  EXPECT_EQ(count("ru", "talk.received"), 1U);
  act("fr", ReadTalk{to_fr});
  act("fr", AnswerTalk{to_fr, {}});
  world.settle();
  EXPECT_EQ(world.at("us").talks().sent().at(to_fr).state, SentState::kDone);
  // What was said to one stands in no log that another reads.
  for (const Written& written : world.record("ru")) {
    EXPECT_THAT(written.line, Not(HasSubstr(to_fr.hex())));
  }
  world.advance(5 * kMinute);
  EXPECT_EQ(count("us", "talk.overdue"), 1U) << "ru has not answered";
}

TEST_F(TalkCoalition, ARecordWithoutTalksHasTheStateThatItAlwaysHad) {
  act("us", DeclareClock{true, "test"});
  EXPECT_THAT(world.at("us").coordination_state(), Not(HasSubstr("\"talks\":")));
  act("us", SetWatch{true, ""});
  EXPECT_THAT(world.at("us").coordination_state(), HasSubstr("\"talks\":"));
}

TEST_F(TalkCoalition, TimersRunOutByTheTick) {
  const EntryHash message = send("us", letter({"fr"}, Needs::kRead, world.now + kMinute));
  ASSERT_TRUE(world.at("us").next_tick().has_value());
  EXPECT_LE(*world.at("us").next_tick(), world.now + kMinute);
  world.advance(kMinute);
  EXPECT_TRUE(world.at("us").talks().sent().at(message).alarm());
  act("us", AcknowledgeOverdue{message, "telephone"});
  EXPECT_FALSE(world.at("us").talks().sent().at(message).alarm());
}

TEST_F(TalkCoalition, AFreezeThatCrossesAMessageTurnsItAwayAndIsNoted) {
  act("fr",
      FreezeRelation{
          {{{Capability::kCentres, RelationDomain::kTalks, AuthorityId::trusted("fr"), AuthorityId::trusted("us")}, 0}},
          AuthorityId::trusted("us"),
          ""});
  const EntryHash message = send("us", letter({"fr"}));
  world.settle();
  EXPECT_EQ(count("fr", "talk.refused"), 1U);
  EXPECT_EQ(count("fr", "anomaly"), 1U) << "noted";
  EXPECT_FALSE(world.at("fr").talks().heard().contains(message)) << "not shown";
  EXPECT_TRUE(world.at("us").talks().sent().at(message).alarm());
  const auto again = world.act("us", SendTalk{letter({"fr"})});
  EXPECT_THAT(again.error().text(), HasSubstr("fr has frozen it"));
  Letter halt = letter({"fr"}, Needs::kRead);
  halt.precedence = Precedence::kStop;
  EXPECT_TRUE(world.act("us", SendTalk{halt}).has_value()) << "the floor";
}

TEST_F(TalkCoalition, AnActThatIsRepeatedSendsNothingAgain) {
  const ActCommand command{.cmd = CommandId::trusted("once"),
                           .by = core::Subject::trusted("officer@us"),
                           .second = {},
                           .act = SendTalk{letter({"ru", "fr"})}};
  Batch batch;
  auto alone = Coalition::make(world.config("us"));
  ASSERT_TRUE(alone.has_value());
  (*alone)->found(world.now, batch);
  const auto first = (*alone)->act(command, world.now, batch);
  ASSERT_TRUE(first.has_value()) << first.error().text();
  const std::size_t size = batch.size();
  const auto again = (*alone)->act(command, world.now, batch);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(batch.size(), size);
}

TEST_F(TalkCoalition, ActsAreReadAsTheyAreWritten) {
  for (const Act& of : {Act(SendTalk{letter({"fr"}, Needs::kRead, world.now)}), Act(ReadTalk{log::sha256("m")}),
                        Act(StandbyTalk{log::sha256("m"), "wait"}), Act(AnswerTalk{log::sha256("m"), {}}),
                        Act(RefuseTalk{log::sha256("m"), "no"}), Act(AcknowledgeOverdue{log::sha256("m"), ""}),
                        Act(SetWatch{false, ""}), Act(CheckLine{AuthorityId::trusted("fr")})}) {
    std::string text;
    log::JcsWriter out(text);
    write_act(out, {.cmd = CommandId::trusted("c"), .by = {}, .second = {}, .act = of});
    const auto document = log::JcsDocument::parse(text, 1 << 16);
    ASSERT_TRUE(document.has_value());
    const auto read = read_act(document->root(), core::Subject::trusted("officer"));
    ASSERT_TRUE(read.has_value()) << read.error().text() << text;
    std::string again;
    log::JcsWriter twice(again);
    write_act(twice, *read);
    EXPECT_EQ(again, text);
  }
}

TEST_F(TalkCoalition, AttachmentsAreServedToThoseWhoWereSentThem) {
  Letter of = letter({"fr"});
  of.attachments = {{.bytes = 3, .media_type = "image/png", .name = "map", .sha256 = log::sha256("png")}};
  world.at("us").attachments().keep(log::sha256("png"),
                                    {.bytes = 3, .from = {}, .kept = log::sha256("png"), .since = world.now});
  send("us", of);
  EXPECT_TRUE(world.at("us").may_serve_body(log::sha256("png"), AuthorityId::trusted("fr")));
  EXPECT_FALSE(world.at("us").may_serve_body(log::sha256("png"), AuthorityId::trusted("ru")));
}

TEST_F(TalkCoalition, ALineIsCheckedBetweenNodes) {
  act("fr", SetWatch{true, ""});
  act("us", CheckLine{AuthorityId::trusted("fr")});
  world.settle();
  EXPECT_FALSE(world.at("us").talks().lines().at(AuthorityId::trusted("fr")).check.has_value());
  world.cut("us", "fr");
  act("us", CheckLine{AuthorityId::trusted("fr")});
  world.advance(kMinute);
  EXPECT_EQ(count("us", "line.missed"), 1U);
  world.heal();
  world.settle();
  EXPECT_FALSE(world.at("us").talks().lines().at(AuthorityId::trusted("fr")).fault.has_value());
}

/// Two and three nodes, links that fail, crashes: no message is lost, none comes twice, every one ends in the receipt
/// that it needs or in an alarm.
TEST_F(TalkCoalition, RandomHistoriesLoseNothing) {
  for (std::uint64_t seed = 1; seed <= 30 && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    SeededRandom random(seed);
    World one(charter_that_talks());
    const std::vector<std::string_view> all =
        random.one_in(2) ? std::vector<std::string_view>{"us", "fr"} : std::vector<std::string_view>{"us", "fr", "ru"};
    const auto any = [&] { return all[static_cast<std::size_t>(random.between(0, std::ssize(all) - 1))]; };
    for (int i = 0; i < 60; ++i) {
      const std::string_view at = any();
      const std::string_view other = any();
      switch (random.between(0, 7)) {
        case 0:
        case 1: {
          std::vector<std::string_view> to;
          std::ranges::copy_if(all, std::back_inserter(to), [&](std::string_view id) { return id != at; });
          const auto needs = static_cast<Needs>(random.between(0, 2));
          EXPECT_TRUE(one.act(at, SendTalk{letter(to, needs, one.now + random.between(20, 90) * kSecond)}).has_value());
          break;
        }
        case 2:
        case 3:
          if (at != other) one.pull(at, other);
          break;
        case 4:
          one.restart(at);
          break;
        case 5:
          one.advance(random.between(1, 20) * kSecond);
          break;
        default: {
          const auto& heard = one.at(at).talks().heard();
          if (heard.empty()) break;
          const EntryHash hash = std::next(heard.begin(), random.between(0, std::ssize(heard) - 1))->first;
          if (random.one_in(2)) {
            static_cast<void>(one.act(at, ReadTalk{hash}));
          } else {
            static_cast<void>(one.act(at, AnswerTalk{hash, {}}));
          }
        }
      }
    }
    one.settle();
    one.advance(2 * kMinute);
    one.settle();
    for (const std::string_view from : all) {
      for (const auto& [hash, row] : one.at(from).talks().sent()) {
        EXPECT_NE(row.state, SentState::kOpen);
        EXPECT_TRUE(row.rounds > 0 || row.settled.has_value()) << "a receipt or an alarm";
        EXPECT_TRUE(one.at(row.peer().str()).talks().heard().at(hash).shown()) << "lost";
        const auto times = std::ranges::count_if(one.record(row.peer().str()), [&, id = hash.hex()](const Written& w) {
          return w.log.author == row.peer() && w.line.contains("\"talk.received\"") && w.line.contains(id);
        });
        EXPECT_EQ(times, 1) << "twice";
      }
    }
    check_records(one);
  }
}

}  // namespace
}  // namespace tansiq::coordination
