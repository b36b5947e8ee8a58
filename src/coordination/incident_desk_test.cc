// Incidents between whole authorities, and the desk alone with words that no honest node would say.
#include "coordination/incident_desk.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/coalition.h"
#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

AuthorityId id(std::string_view name) { return AuthorityId::trusted(name); }
const IncidentId kI1 = IncidentId::trusted("I1");

std::vector<TalkPart> words(std::string_view text, std::string_view language = "en") {
  return {TextPart{.language = std::string(language), .text = {std::string(text)}, .translates = {}}};
}
IncidentHeld tracks(std::string_view what) {
  return {.kind = HeldKind::kTracks, .sha256 = log::sha256(what), .text = std::string(what)};
}

/// Nothing is granted to anybody: what passes, passes on the floor.
core::Charter frozen_charter() {
  core::Charter charter = charter_of_three();
  charter.relations.clear();
  return charter;
}

class IncidentTest : public ::testing::Test {
 protected:
  ~IncidentTest() override {
    for (const core::Authority& a : world.charter.authorities) {
      const std::string& name = a.id.str();
      const auto again = world.expect_comes_back(name);
      if (again == nullptr) continue;
      EXPECT_EQ(again->incidents(), world.at(name).incidents());
    }
  }

  static OpenIncident opening(std::vector<AuthorityId> parties) {
    return {.alert = "a-17",
            .incident = kI1,
            .message = {},
            .parties = std::move(parties),
            .place = leg("K1", 200, minutes(-10)).volumes,
            .title = "Unknown craft over the river",
            .window = {minutes(-10), minutes(0)}};
  }
  Result<ActOutcome> open(std::string_view who, std::vector<AuthorityId> parties) {
    auto done = world.act(who, opening(std::move(parties)));
    world.settle();
    return done;
  }
  Result<ActOutcome> state(std::string_view who, std::string_view text, std::vector<IncidentHeld> held = {},
                           std::string_view opener = "us") {
    auto done = world.act(who, StateIncident{std::move(held), kI1, id(opener), words(text)});
    world.settle();
    return done;
  }
  Result<ActOutcome> move(std::string_view who, IncidentState to, std::string text = {}) {
    auto done = world.act(who, MoveIncident{kI1, id("us"), to, std::move(text)});
    world.settle();
    return done;
  }
  const Incident& at(std::string_view who) { return *world.at(who).incidents().find({id("us"), kI1}); }
  std::vector<IncidentState> states(std::string_view who) {
    std::vector<IncidentState> out;
    for (const IncidentSide& side : at(who).sides) out.push_back(side.state);
    return out;
  }
  std::size_t anomalies(std::string_view who) {
    return static_cast<std::size_t>(std::ranges::count(world.said(who), "anomaly"));
  }

  World world{frozen_charter()};
};

/// answers-2023: answer and dispute are different states, and the two need not share one.
TEST_F(IncidentTest, Answers2023EachSideHasItsStatementAndItsState) {
  ASSERT_TRUE(open("us", {id("fr"), id("ru")}).has_value());
  ASSERT_TRUE(state("us", "It came from the north.", {tracks("us picture")}).has_value());
  ASSERT_TRUE(state("fr", "Elle venait de l'est.", {tracks("fr picture")}).has_value());
  ASSERT_TRUE(state("ru", "Not ours.").has_value());
  ASSERT_TRUE(move("fr", IncidentState::kDisputed, "the times do not fit").has_value());
  ASSERT_TRUE(move("ru", IncidentState::kAnswered).has_value());
  ASSERT_TRUE(move("us", IncidentState::kClosed).has_value());
  for (const std::string_view who : {"us", "fr", "ru"}) {
    // fr, ru, us
    EXPECT_THAT(states(who), ElementsAre(IncidentState::kDisputed, IncidentState::kAnswered, IncidentState::kClosed))
        << who;
    EXPECT_FALSE(at(who).over());
    EXPECT_EQ(at(who).content, at("us").content) << "all were told the same";
    for (const IncidentSide& side : at(who).sides) {
      ASSERT_EQ(side.statements.size(), 1U);
      EXPECT_EQ(side.statements[0].content, at("us").side(side.party)->statements[0].content);
    }
    EXPECT_THAT(at(who).side(id("fr"))->statement->held, ElementsAre(tracks("fr picture")));
    EXPECT_EQ(anomalies(who), 0U);
  }
  EXPECT_EQ(at("us").side(id("fr"))->text, "the times do not fit");
}

/// The step of the demonstration: whose is it, while all is frozen; it closes with both answers on record.
TEST_F(IncidentTest, ItClosesWithBothAnswersOnRecordThroughAFreeze) {
  for (const std::string_view peer : {"fr", "ru"}) {
    EXPECT_EQ(world.at("us").relations().level({Capability::kCentres, RelationDomain::kTalks, id("us"), id(peer)}), 0);
  }
  ASSERT_TRUE(open("us", {id("ru")}).has_value());
  ASSERT_TRUE(state("us", "Seen at 11:52, two craft.").has_value());
  ASSERT_TRUE(state("ru", "None of ours was there.").has_value());
  ASSERT_TRUE(move("us", IncidentState::kClosed).has_value());
  EXPECT_FALSE(at("us").over()) << "ru has not closed it";
  ASSERT_TRUE(move("ru", IncidentState::kClosed).has_value());
  for (const std::string_view who : {"us", "ru"}) {
    EXPECT_TRUE(at(who).over());
    for (const IncidentSide& side : at(who).sides) EXPECT_TRUE(side.statement);
  }
  EXPECT_EQ(world.at("fr").incidents().find({id("us"), kI1}), nullptr) << "who is no party is told nothing";
}

TEST_F(IncidentTest, ALaterStatementStandsAndTheEarlierStaysOnRecord) {
  ASSERT_TRUE(open("us", {id("fr")}).has_value());
  ASSERT_TRUE(state("fr", "One craft.").has_value());
  ASSERT_TRUE(state("fr", "Two craft.", {tracks("fr picture")}).has_value());
  const IncidentSide& side = *at("us").side(id("fr"));
  EXPECT_EQ(side.statement->version, 2);
  EXPECT_EQ(side.statement->parts, words("Two craft."));
  EXPECT_THAT(side.statements, SizeIs(2));
  std::size_t found = 0;
  for (const Written& written : world.record("us")) {
    if (written.line.contains("One craft.")) ++found;
  }
  EXPECT_EQ(found, 1U);
}

TEST_F(IncidentTest, AStatementSaysWhatItsSideHadBeenToldByThen) {
  ASSERT_TRUE(open("us", {id("fr"), id("ru")}).has_value());
  ASSERT_TRUE(state("us", "First.").has_value());
  world.cut("us", "fr");
  ASSERT_TRUE(state("us", "Second.").has_value());
  ASSERT_TRUE(state("fr", "Ours.").has_value());
  world.heal();
  world.settle();
  const IncidentSide& us = *at("ru").side(id("us"));
  EXPECT_THAT(at("ru").side(id("fr"))->statement->knew,
              ElementsAre(IncidentKnew{.author = id("us"), .content = *at("ru").content, .statement = 0},
                          IncidentKnew{.author = id("us"), .content = us.statements[0].content, .statement = 1}))
      << "as known then: the second had not come";
  EXPECT_EQ(anomalies("ru"), 0U);
}

TEST_F(IncidentTest, AStatementMayBeReadBeforeTheOpening) {
  world.cut("us", "ru");
  ASSERT_TRUE(open("us", {id("fr"), id("ru")}).has_value());
  ASSERT_TRUE(state("fr", "Ours.").has_value());
  ASSERT_TRUE(move("fr", IncidentState::kAnswered).has_value());
  EXPECT_FALSE(at("ru").opened);
  EXPECT_EQ(world.act("ru", StateIncident{{}, kI1, id("us"), words("What is it?")}).error().code, ErrorCode::kNotFound);
  world.heal();
  world.settle();
  EXPECT_TRUE(at("ru").opened);
  EXPECT_THAT(states("ru"), ElementsAre(IncidentState::kAnswered, IncidentState::kOpen, IncidentState::kOpen));
  EXPECT_EQ(at("ru").side(id("fr"))->statement->parts, words("Ours."));
  EXPECT_EQ(anomalies("ru"), 0U);
}

TEST_F(IncidentTest, WhatCannotBeSaidSaysWhy) {
  EXPECT_THAT(open("us", {}).error().text(), HasSubstr("2 to 64 parties"));
  EXPECT_THAT(open("us", {id("xx")}).error().text(), HasSubstr("\"xx\" is no other authority"));
  OpenIncident both = opening({id("fr")});
  both.message = log::sha256("message");
  EXPECT_THAT(world.act("us", both).error().text(), HasSubstr("an alert or a message, not both"));
  ASSERT_TRUE(open("us", {id("fr")}).has_value());
  EXPECT_THAT(open("us", {id("fr")}).error().text(), HasSubstr("there is an incident \"I1\" already"));
  EXPECT_EQ(state("ru", "I too.").error().code, ErrorCode::kNotFound);
  EXPECT_THAT(move("fr", IncidentState::kClosed).error().text(), HasSubstr("has not said anything yet"));
  EXPECT_THAT(move("fr", IncidentState::kOpen).error().text(), HasSubstr("open on our side already"));
  EXPECT_THAT(world.act("us", StateIncident{{}, kI1, id("us"), {}}).error().text(), HasSubstr("1 to 32 parts"));
  ASSERT_TRUE(state("fr", "Ours.").has_value());
  ASSERT_TRUE(move("fr", IncidentState::kClosed).has_value());
  EXPECT_THAT(state("fr", "Not ours.").error().text(), HasSubstr("open it again first"));
  ASSERT_TRUE(move("fr", IncidentState::kOpen, "something has come up").has_value());
  EXPECT_TRUE(state("fr", "Not ours.").has_value());
}

TEST_F(IncidentTest, ARepeatedCommandOpensItOnce) {
  auto made = Coalition::make(world.config("us"));
  ASSERT_TRUE(made.has_value());
  Coalition& us = **made;
  Batch batch;
  us.found(kNoon, batch);
  const ActCommand command{.cmd = CommandId::trusted("c1"),
                           .by = core::Subject::trusted("officer@us"),
                           .second = {},
                           .act = opening({id("fr"), id("ru")})};
  const auto first = us.act(command, kNoon, batch);
  ASSERT_TRUE(first.has_value()) << first.error().text();
  const std::size_t written = batch.size();
  const auto again = us.act(command, kNoon, batch);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(batch.size(), written);
}

// The desk alone ------------------------------------------------------------------------------------------------------

class IncidentDeskTest : public ::testing::Test {
 protected:
  std::optional<Oddity> hear(std::string_view author, const Body& body) {
    const AuthorityId who = id(author);
    const EntryHash hash = log::sha256(fmt::format("{}", ++entries_));
    return desk.apply({who, hash, kNoon, body});
  }
  static IncidentOpened opened(std::string_view title = "Unknown craft") {
    IncidentOpened out;
    out.incident = kI1;
    out.parties = {id("fr"), id("ru"), id("us")};
    out.title = std::string(title);
    out.to = id("fr");
    out.window = {minutes(-10), minutes(0)};
    return out;
  }
  static IncidentStated stated(std::string_view text, std::vector<IncidentKnew> knew = {}, std::int64_t version = 1) {
    IncidentStated out;
    out.incident = kI1;
    out.knew = std::move(knew);
    out.opener = id("us");
    out.parts = words(text);
    out.to = id("fr");
    out.version = version;
    return out;
  }
  static IncidentMoved moved(IncidentState to) {
    return {.incident = kI1, .opener = id("us"), .state = to, .text = {}, .to = id("fr")};
  }
  const Incident& row() { return *desk.find({id("us"), kI1}); }

  core::Charter charter = charter_of_three();
  IncidentDesk desk{id("fr"), charter};
  int entries_ = 0;
};

/// us tells fr and ru different things, and ru says what it was told.
TEST_F(IncidentDeskTest, WhoWasToldSomethingElseSeesIt) {
  EXPECT_FALSE(hear("us", opened()));
  EXPECT_FALSE(hear("us", stated("Theirs.")));
  const auto odd = hear(
      "ru",
      stated("Ours.", {{.author = id("us"), .content = content_of(id("us"), stated("Nobody's.")), .statement = 1}}));
  ASSERT_TRUE(odd);
  EXPECT_TRUE(odd->alarm);
  EXPECT_THAT(odd->text, HasSubstr("ru quotes another statement 1 of us than is known here"));
  EXPECT_TRUE(row().side(id("ru"))->statement) << "what ru has said counts all the same";
}

TEST_F(IncidentDeskTest, AlsoWhenTheQuoteComesFirst) {
  EXPECT_FALSE(hear(
      "ru", stated("Ours.",
                   {{.author = id("us"), .content = content_of(id("us"), opened("Another title")), .statement = 0}})));
  const auto odd = hear("us", opened());
  ASSERT_TRUE(odd);
  EXPECT_TRUE(odd->alarm);
  EXPECT_THAT(odd->text, HasSubstr("ru quotes another opening of us"));
}

TEST_F(IncidentDeskTest, NobodySpeaksForAnother) {
  EXPECT_FALSE(hear("us", opened()));
  EXPECT_FALSE(hear("us", stated("Theirs.")));
  EXPECT_FALSE(hear("us", moved(IncidentState::kClosed)));
  EXPECT_EQ(row().side(id("us"))->state, IncidentState::kClosed);
  EXPECT_EQ(row().side(id("ru"))->state, IncidentState::kOpen);
  EXPECT_EQ(row().side(id("fr"))->state, IncidentState::kOpen);
  const auto stranger = hear("sy", moved(IncidentState::kClosed));
  ASSERT_TRUE(stranger);
  EXPECT_THAT(stranger->text, HasSubstr("of which it is no party"));
}

TEST_F(IncidentDeskTest, AStatementIsKeptAboutAnIncidentOfWhoJoinsByAVersionThatIsStillToCome) {
  IncidentStated early = stated("Ours.");
  early.opener = id("uk");
  EXPECT_FALSE(hear("ru", early));
  IncidentOpened by_uk = opened();
  by_uk.parties = {id("fr"), id("ru"), id("uk")};
  EXPECT_FALSE(hear("uk", by_uk));
  EXPECT_EQ(desk.find({id("uk"), kI1})->side(id("ru"))->statements.size(), 1U);
}

TEST_F(IncidentDeskTest, WhatDoesNotFitIsOddAndChangesNothing) {
  EXPECT_THAT(hear("us", stated("Theirs."))->text, HasSubstr("which was not opened"));
  IncidentOpened others = opened();
  others.parties = {id("ru"), id("us")};
  EXPECT_THAT(hear("us", others)->text, HasSubstr("no party"));
  EXPECT_FALSE(hear("us", opened()));
  EXPECT_FALSE(hear("us", opened())) << "the same again";
  EXPECT_TRUE(hear("us", opened("Another title"))->alarm);
  EXPECT_EQ(row().opened->title, "Unknown craft");
  EXPECT_THAT(hear("us", stated("Theirs.", {}, 2))->text, HasSubstr("but 1 is the next"));
  EXPECT_FALSE(hear("us", stated("Theirs.")));
  EXPECT_TRUE(hear("us", stated("Ours.")));
  EXPECT_EQ(row().side(id("us"))->statement->parts, words("Theirs."));
}

TEST_F(IncidentDeskTest, WhoWasNoPartyIsForgottenWithTheOpening) {
  EXPECT_FALSE(hear("sy", stated("I saw it.")));
  EXPECT_THAT(hear("us", opened())->text, HasSubstr("sy speaks of incident I1, of which it is no party"));
  EXPECT_EQ(row().side(id("sy")), nullptr);
  EXPECT_THAT(row().sides, SizeIs(3));
}

TEST_F(IncidentDeskTest, HasBounds) {
  for (std::size_t i = 0; i <= kUnopenedMax; ++i) {
    IncidentMoved of = moved(IncidentState::kOpen);
    of.incident = IncidentId::trusted(fmt::format("X{}", i));
    EXPECT_EQ(hear("ru", of).has_value(), i == kUnopenedMax) << i;
  }
  for (std::size_t i = 0; i <= kIncidentsMax; ++i) {
    IncidentOpened of = opened();
    of.incident = IncidentId::trusted(fmt::format("Y{}", i));
    const bool full = i + kUnopenedMax >= kIncidentsMax;
    EXPECT_EQ(hear("us", of).has_value(), full) << i;
  }
  EXPECT_EQ(desk.incidents().size(), kIncidentsMax);
}

/// What is over makes room for what is not.
TEST_F(IncidentDeskTest, ForgetsTheOldestThatAllHaveClosed) {
  for (std::size_t i = 0; i < kIncidentsMax; ++i) {
    IncidentOpened of = opened();
    of.incident = IncidentId::trusted(fmt::format("Y{}", i));
    EXPECT_FALSE(hear("us", of));
  }
  for (const std::string_view who : {"us", "ru", "fr"}) {
    IncidentMoved of = moved(IncidentState::kClosed);
    of.incident = IncidentId::trusted("Y7");
    EXPECT_FALSE(hear(who, of));
  }
  EXPECT_FALSE(hear("us", opened()));
  EXPECT_EQ(desk.find({id("us"), IncidentId::trusted("Y7")}), nullptr);
  EXPECT_NE(desk.find({id("us"), kI1}), nullptr);
  EXPECT_EQ(desk.incidents().size(), kIncidentsMax);
}

/// The hash that parties compare, by its definition.
TEST(IncidentContent, IsTheHashOfWhatAllAreTold) {
  IncidentOpened of;
  of.alert = "a-17";
  of.incident = kI1;
  of.parties = {id("fr"), id("us")};
  of.title = "Unknown craft";
  of.to = id("fr");
  of.window = {UtcMs{1'000}, UtcMs{2'000}};
  EXPECT_EQ(content_of(id("us"), of),
            log::sha256(R"({"alert":"a-17","from":"us","incident":"I1","parties":["fr","us"],"title":"Unknown craft",)"
                        R"("window":{"end_ms":2000,"start_ms":1000}})"));
  IncidentOpened other = of;
  other.to = id("ru");
  EXPECT_EQ(content_of(id("us"), other), content_of(id("us"), of));
  EXPECT_NE(content_of(id("ru"), of), content_of(id("us"), of));
  IncidentStated said{.held = {},
                      .incident = kI1,
                      .knew = {},
                      .opener = id("us"),
                      .parts = words("Theirs."),
                      .to = id("fr"),
                      .version = 1};
  EXPECT_EQ(content_of(id("us"), said),
            log::sha256(R"({"from":"us","incident":"I1","opener":"us","parts":[{"text":{"language":"en",)"
                        R"("text":"Theirs."}}],"version":1})"));
}

}  // namespace
}  // namespace tansiq::coordination
