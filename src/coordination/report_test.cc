// Reports between whole authorities, over public interfaces: whom they reach, what is taken back, who has said so.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/coalition.h"
#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr DurationMs kMinute = 60'000;
constexpr std::string_view kSecret = "Crossing of the river";

AuthorityId id(std::string_view name) { return AuthorityId::trusted(name); }
Edge reports(std::string_view from, std::string_view to) {
  return {Capability::kReports, RelationDomain::kInformation, id(from), id(to)};
}
Edge centres(std::string_view from, std::string_view to) {
  return {Capability::kCentres, RelationDomain::kTalks, id(from), id(to)};
}

/// Four authorities, each of which takes reports of each; and talks.
core::Charter charter_of_four() {
  core::Charter charter = charter_of_three();
  charter.authorities.push_back(member("sy"));
  for (const core::Authority& from : charter.authorities) {
    for (const core::Authority& to : charter.authorities) {
      if (from.id == to.id) continue;
      charter.relations.push_back({reports(from.id.str(), to.id.str()), 1});
      charter.relations.push_back({centres(from.id.str(), to.id.str()), 1});
    }
  }
  return charter;
}

InfoReport report(Tlp tlp, std::vector<AuthorityId> releasable_to, std::vector<AuthorityId> onward = {}) {
  InfoReport out;
  out.onward = std::move(onward);
  out.releasable_to = std::move(releasable_to);
  out.report = ReportId::trusted("R1");
  out.sections = {{.heading = "Situation", .language = "fr", .text = {"Rien à signaler.\nSauf la rivière."}}};
  out.title = std::string(kSecret);
  out.tlp = tlp;
  return out;
}

class ReportTest : public ::testing::Test {
 protected:
  explicit ReportTest(core::Charter charter = charter_of_four()) : world(std::move(charter)) {}
  ~ReportTest() override {
    for (const core::Authority& a : world.charter.authorities) {
      const std::string& name = a.id.str();
      const auto again = world.expect_comes_back(name);
      if (again == nullptr) continue;
      EXPECT_EQ(again->reports(), world.at(name).reports());
      EXPECT_EQ(again->shown(), world.at(name).shown());
      EXPECT_EQ(again->held(), world.at(name).held());
    }
  }

  void file(InfoReport what, std::string_view by = "us") {
    const auto filed = world.act(by, FileReport{std::move(what)});
    ASSERT_TRUE(filed.has_value()) << filed.error().text();
    world.settle();
  }
  void revise(InfoReport what, std::int64_t version) {
    what.version = version;
    const auto filed = world.act("us", ReviseReport{std::move(what)});
    ASSERT_TRUE(filed.has_value()) << filed.error().text();
    world.settle();
  }
  void revoke(std::string_view by = "us") {
    const auto revoked = world.act(by, RevokeReport{ReportId::trusted("R1"), "an error in it"});
    ASSERT_TRUE(revoked.has_value()) << revoked.error().text();
    world.settle();
  }
  void freeze(std::string_view who, std::string_view peer, std::vector<EdgeLevel> edges) {
    const auto frozen = world.act(who, FreezeRelation{std::move(edges), id(peer), ""});
    ASSERT_TRUE(frozen.has_value()) << frozen.error().text();
    world.settle();
  }
  void pass_time(DurationMs d) {
    world.advance(d);
    world.settle();
  }
  /// What somebody knows of another's reports.
  std::vector<InfoReport> known(std::string_view at, std::string_view of) {
    std::vector<InfoReport> out;
    for (const auto& [body, content] : world.at(at).held().known(id(of))) {
      if (content->report) out.push_back(*content->report);
    }
    return out;
  }
  EntryHash only_body(std::string_view at) {
    EntryHash out;
    int current = 0;
    for (const auto& [body, row] : world.at(at).held().held()) {
      if (!row.current || row.destroyed) continue;
      out = body;
      ++current;
    }
    EXPECT_EQ(current, 1);
    return out;
  }
  Result<ActOutcome> pass(std::string_view who, const EntryHash& body, std::string_view to) {
    auto done = world.act(who, PassShare{body, id(to)});
    world.settle();
    return done;
  }
  const ShownVersion& shown(const EntryHash& body, std::string_view of = "us") {
    return world.at(of).shown().versions().at(body);
  }

  World world;
};

// Whom they reach -----------------------------------------------------------------------------------------------------

/// What has come is told in the holder's own record once, by hash and name alone, and that it is gone too.
TEST_F(ReportTest, WhatIsHeldIsSaidOnceAndThatItIsGone) {
  const auto told = [&](std::string_view at, std::string_view type) {
    std::vector<std::string> out;
    for (const Written& written : world.record(at)) {
      const auto entry = read_entry(written.line);
      if (!entry || type_name(entry->body) != type) continue;
      EXPECT_EQ(written.log, (LogName{id(at), LogName::Kind::kMain, {}})) << "nobody else reads of it";
      out.push_back(written.line);
    }
    return out;
  };
  file(report(Tlp::kAmber, {id("fr")}, {id("ru")}));
  pass_time(kMinute);
  ASSERT_EQ(told("fr", "report.held").size(), 1U);
  const EntryHash body = only_body("fr");
  EXPECT_THAT(told("fr", "report.held")[0], ::testing::AllOf(HasSubstr(body.hex()), HasSubstr(R"("report":"R1")"),
                                                             HasSubstr(R"("tlp":"amber")"), Not(HasSubstr(kSecret))));
  EXPECT_THAT(told("us", "report.held"), IsEmpty()) << "its own it files";
  EXPECT_THAT(told("ru", "report.held"), IsEmpty());
  ASSERT_TRUE(world.act("fr", PassShare{body, id("ru")}).has_value());
  world.settle();
  pass_time(kMinute);
  ASSERT_EQ(told("ru", "report.held").size(), 1U);
  EXPECT_THAT(told("ru", "report.held")[0], HasSubstr(R"("via":"fr")"));
  // A restart does not say it again.
  const auto again = world.expect_comes_back("fr");
  ASSERT_NE(again, nullptr);
  EXPECT_TRUE(again->learn_body(world.bodies("fr").at(body)).has_value());
  Batch batch;
  again->tick(world.now + kMinute, batch);
  for (const Written& written : batch) EXPECT_THAT(written.line, Not(HasSubstr("report.held")));
  revoke();
  pass_time(kMinute);
  for (const std::string_view at : {"fr", "ru"}) {
    ASSERT_EQ(told(at, "report.gone").size(), 1U) << at;
    EXPECT_THAT(told(at, "report.gone")[0], HasSubstr(body.hex()));
  }
}

TEST_F(ReportTest, WhoIsNamedGetsItWholeAndAtOnce) {
  InfoReport filed = report(Tlp::kAmberStrict, {id("ru"), id("fr")});
  filed.area = leg("K1", 200, minutes(40)).volumes;
  filed.period = geo::TimeWindow{minutes(-60), minutes(0)};
  filed.refs = {{.kind = ReportRefKind::kZone, .name = "K1"}};
  file(filed);
  std::ranges::sort(filed.releasable_to);
  EXPECT_THAT(known("fr", "us"), ElementsAre(filed));
  EXPECT_THAT(known("ru", "us"), ElementsAre(filed));
  EXPECT_THAT(known("sy", "us"), IsEmpty());
  EXPECT_THAT(world.received("sy"), IsEmpty());
  const ShareContent& content = *world.at("fr").held().content(only_body("fr"));
  EXPECT_EQ(content.domain, RelationDomain::kInformation);
  EXPECT_EQ(content.source, "report R1");
}

TEST_F(ReportTest, ItStandsInNobodyElsesLog) {
  file(report(Tlp::kClear, {id("fr")}));
  for (const std::string_view who : {"fr", "ru", "sy"}) {
    for (const Written& written : world.record(who)) EXPECT_THAT(written.line, Not(HasSubstr(std::string(kSecret))));
  }
  revoke();
  EXPECT_THAT(world.bodies("fr"), IsEmpty()) << "so it can be destroyed";
}

TEST_F(ReportTest, EmptyGroupIsNobody) {
  file(report(Tlp::kClear, {}, {}));
  EXPECT_THAT(world.at("us").shown().versions(), IsEmpty());
  for (const std::string_view who : {"fr", "ru", "sy"}) EXPECT_THAT(world.received(who), IsEmpty()) << who;
}

/// The step of the demonstration: air, sea and talks are frozen, and ru gets a report of fr.
TEST_F(ReportTest, InformationStaysOpenThroughAFreeze) {
  std::vector<EdgeLevel> everything_else;
  for (const core::InitialRelation& relation : world.charter.relations) {
    const Edge& edge = relation.edge;
    const bool of_pair =
        (edge.from == id("fr") && edge.to == id("ru")) || (edge.from == id("ru") && edge.to == id("fr"));
    if (of_pair && edge.domain != RelationDomain::kInformation) everything_else.push_back({edge, 0});
  }
  ASSERT_GE(everything_else.size(), 6U) << "requests, disclosure and talks, both ways";
  freeze("ru", "fr", everything_else);
  for (const EdgeLevel& item : everything_else) EXPECT_EQ(world.at("fr").relations().level(item.edge), 0);
  file(report(Tlp::kAmber, {id("ru")}), "fr");
  ASSERT_EQ(known("ru", "fr").size(), 1U);
  EXPECT_EQ(known("ru", "fr")[0].title, kSecret);
  // Its own edge decides, and nothing else.
  const EntryHash body = only_body("ru");
  freeze("ru", "fr", {{reports("fr", "ru"), 0}});
  EXPECT_TRUE(shown(body, "fr").revoked);
  EXPECT_THAT(known("ru", "fr"), IsEmpty());
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_THAT(shown(body, "fr").outstanding(), IsEmpty());
}

TEST_F(ReportTest, WithoutItsEdgeItStaysAtHome) {
  freeze("us", "fr", {{reports("us", "fr"), 0}});
  file(report(Tlp::kClear, {id("fr"), id("ru")}));
  EXPECT_THAT(known("fr", "us"), IsEmpty());
  EXPECT_EQ(known("ru", "us").size(), 1U);
  // Both agree again: it goes then.
  const auto proposed = world.act("us", ProposeRelation{"", {{reports("us", "fr"), 1}}, id("fr"), ""});
  ASSERT_TRUE(proposed.has_value());
  world.settle();
  ASSERT_TRUE(world.act("fr", AcceptRelation{proposed->hash}).has_value());
  world.settle();
  EXPECT_EQ(known("fr", "us").size(), 1U);
}

TEST_F(ReportTest, AnOfficerWithholdsItFromOne) {
  file(report(Tlp::kGreen, {id("fr"), id("ru")}));
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(world.act("us", WithholdShare{id("fr"), "report R1", true}).has_value());
  world.settle();
  EXPECT_FALSE(world.bodies("fr").contains(body));
  EXPECT_EQ(known("ru", "us").size(), 1U);
}

// Onward --------------------------------------------------------------------------------------------------------------

TEST_F(ReportTest, DownstreamLeakOfAReport) {
  file(report(Tlp::kAmber, {id("fr")}, {id("ru")}));
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(pass("fr", body, "ru").has_value());
  ASSERT_EQ(known("ru", "us").size(), 1U);
  EXPECT_THAT(shown(body).holders, ElementsAre(id("ru"))) << "the originator is told of every hop";
  // us takes it back while ru cannot be reached by fr: it reads of it in the log of members.
  world.cut("fr", "ru");
  revoke();
  EXPECT_FALSE(world.bodies("fr").contains(body));
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_THAT(shown(body).destroyed, ElementsAre(id("fr"), id("ru")));
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
  EXPECT_THAT(known("ru", "us"), IsEmpty());
}

TEST_F(ReportTest, AReceiptThatIsOutstandingStaysVisible) {
  file(report(Tlp::kAmber, {id("fr")}, {id("ru")}));
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(pass("fr", body, "ru").has_value());
  world.cut("us", "ru");
  revoke();
  EXPECT_THAT(shown(body).outstanding(), ElementsAre(id("ru")));
  world.heal();
  world.settle();
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
}

TEST_F(ReportTest, NobodyUnlessTheOriginatorNamesThem) {
  file(report(Tlp::kClear, {id("fr")}));
  const auto refused = pass("fr", only_body("fr"), "ru");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(refused.error().text(), HasSubstr("us does not allow it to be passed on to ru; it names nobody"));
}

TEST_F(ReportTest, AmberGoesOneHopAndGreenFurther) {
  file(report(Tlp::kAmber, {id("fr")}, {id("ru"), id("sy")}));
  const EntryHash amber = only_body("fr");
  ASSERT_TRUE(pass("fr", amber, "ru").has_value());
  const auto refused = pass("ru", amber, "sy");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(refused.error().text(), HasSubstr("TLP:amber"));
  InfoReport green = report(Tlp::kGreen, {id("fr")}, {id("ru"), id("sy")});
  green.report = ReportId::trusted("R2");
  file(green);
  EntryHash body;
  for (const auto& [hash, content] : world.at("fr").held().known(id("us"))) {
    if (content->report->tlp == Tlp::kGreen) body = hash;
  }
  ASSERT_TRUE(pass("fr", body, "ru").has_value());
  ASSERT_TRUE(pass("ru", body, "sy").has_value());
  EXPECT_EQ(known("sy", "us").size(), 1U);
  EXPECT_THAT(shown(body).holders, ElementsAre(id("ru"), id("sy")));
}

TEST_F(ReportTest, AmberStrictStaysAmongItsRecipients) {
  EXPECT_THAT(world.act("us", FileReport{report(Tlp::kAmberStrict, {id("fr")}, {id("ru")})}).error().text(),
              HasSubstr("stays among its recipients, and ru is none"));
  // A recipient whom the originator cannot reach gets it through another.
  world.cut("us", "ru");
  file(report(Tlp::kAmberStrict, {id("fr"), id("ru")}, {id("ru")}));
  EXPECT_THAT(known("ru", "us"), IsEmpty());
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(pass("fr", body, "ru").has_value());
  world.heal();
  world.settle();
  EXPECT_TRUE(world.bodies("ru").contains(body));
}

TEST_F(ReportTest, RedIsPassedOnToNobody) {
  EXPECT_THAT(world.act("us", FileReport{report(Tlp::kRed, {id("fr")}, {id("ru")})}).error().text(),
              HasSubstr("TLP:RED is passed on to nobody"));
  file(report(Tlp::kRed, {id("fr")}));
  EXPECT_FALSE(pass("fr", only_body("fr"), "ru").has_value());
}

TEST(ReportMarking, BoundsEveryHop) {
  const InfoReport red = report(Tlp::kRed, {id("fr"), id("ru")});
  InfoReport strict = red;
  strict.tlp = Tlp::kAmberStrict;
  InfoReport amber = red;
  amber.tlp = Tlp::kAmber;
  InfoReport green = red;
  green.tlp = Tlp::kGreen;
  InfoReport clear = red;
  clear.tlp = Tlp::kClear;
  EXPECT_FALSE(marking_allows(red, true, id("ru")));
  EXPECT_TRUE(marking_allows(strict, true, id("ru")));
  EXPECT_TRUE(marking_allows(strict, false, id("ru")));
  EXPECT_FALSE(marking_allows(strict, true, id("sy")));
  EXPECT_TRUE(marking_allows(amber, true, id("sy")));
  EXPECT_FALSE(marking_allows(amber, false, id("sy")));
  for (const InfoReport* open : {&green, &clear}) {
    EXPECT_TRUE(marking_allows(*open, true, id("sy")));
    EXPECT_TRUE(marking_allows(*open, false, id("sy")));
  }
}

/// A node that breaks the rule can give it away; an honest one that gets it does not keep it.
TEST(ReportMarking, AThirdRefusesWhatTheMarkingDoesNotAllow) {
  const core::Charter charter = charter_of_four();
  const Relations relations(id("sy"), charter);
  HoldDesk desk(id("sy"), charter, relations);
  const ShareKey key = ShareKey::derive(log::sha256("us").view());
  OwnSource own{.source = "report R1",
                .call_sign = {},
                .domain = RelationDomain::kInformation,
                .state = {},
                .changed = kUtcMin,
                .volumes = {},
                .report = report(Tlp::kAmber, {id("fr")})};
  ShareContent content = content_at(own, ShareLevel::kFull, charter.disclosure);
  content.as_of = kNoon;
  content.from = id("us");
  content.onward = {id("ru"), id("sy")};
  content.share = ShareId::trusted("s-1");
  content.to = id("fr");
  const SealedShare sealed = seal(content, key);
  const auto say = [&](std::string_view author, const Body& body) {
    const AuthorityId who = id(author);
    return desk.apply({who, log::sha256("entry"), kNoon, body});
  };
  EXPECT_FALSE(say("us", ShareCommitment{.bodies = {sealed.hash}}));
  EXPECT_FALSE(say(
      "ru", SharePassed{.body = sealed.hash, .bytes = sealed.bytes.size(), .originator = id("us"), .to = id("sy")}));
  const Status learned = desk.learn(sealed.bytes);
  ASSERT_FALSE(learned.has_value()) << "ru has it from fr: amber has gone its one hop";
  EXPECT_EQ(learned.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(desk.take_doomed(), ElementsAre(sealed.hash));
  EXPECT_FALSE(desk.destroyed(sealed.hash).empty()) << "and says so to us";
}

// Time, versions ------------------------------------------------------------------------------------------------------

TEST_F(ReportTest, ItExpiresAtEveryHolderWithReceipts) {
  InfoReport filed = report(Tlp::kAmber, {id("fr")}, {id("ru")});
  filed.expires = minutes(10);
  file(filed);
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(pass("fr", body, "ru").has_value());
  pass_time(9 * kMinute);
  EXPECT_TRUE(world.bodies("fr").contains(body));
  // No line to its originator: a holder's own clock is enough.
  world.cut("us", "fr");
  world.cut("us", "ru");
  pass_time(kMinute);
  EXPECT_FALSE(world.bodies("fr").contains(body));
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_TRUE(shown(body).revoked);
  EXPECT_THAT(shown(body).outstanding(), ElementsAre(id("fr"), id("ru")));
  EXPECT_EQ(world.at("us").reports().find(ReportId::trusted("R1"))->how, ReportEnd::kExpired);
  world.heal();
  world.settle();
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
  EXPECT_THAT(world.act("us", RevokeReport{ReportId::trusted("R1"), ""}).error().text(), HasSubstr("expired already"));
}

TEST_F(ReportTest, ARestartKnowsWhatExpires) {
  InfoReport filed = report(Tlp::kRed, {id("fr")});
  filed.expires = minutes(10);
  file(filed);
  const EntryHash body = only_body("fr");
  world.restart("fr");
  world.restart("us");
  world.cut("us", "fr");
  pass_time(10 * kMinute);
  EXPECT_FALSE(world.bodies("fr").contains(body));
  EXPECT_TRUE(shown(body).revoked);
}

TEST_F(ReportTest, ARevisionStandsForTheVersionBefore) {
  file(report(Tlp::kGreen, {id("fr"), id("ru")}));
  InfoReport second = report(Tlp::kGreen, {id("fr")});
  second.title = "Corrected";
  const EntryHash at_ru = only_body("ru");
  revise(second, 2);
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_EQ(known("fr", "us")[0].title, "Corrected");
  EXPECT_EQ(known("fr", "us")[0].version, 2);
  EXPECT_THAT(known("ru", "us"), IsEmpty()) << "it is not released to ru any more";
  EXPECT_FALSE(world.bodies("ru").contains(at_ru));
  EXPECT_THAT(shown(at_ru).outstanding(), IsEmpty());
  // Two officers revise at once: the second sees it.
  second.version = 2;
  EXPECT_EQ(world.act("us", ReviseReport{second}).error().code, ErrorCode::kWrongState);
}

TEST_F(ReportTest, ATighterMarkingReachesWhatWasPassedOn) {
  file(report(Tlp::kGreen, {id("fr")}, {id("ru")}));
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(pass("fr", body, "ru").has_value());
  revise(report(Tlp::kRed, {id("fr")}), 2);
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_FALSE(world.bodies("fr").contains(body));
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_EQ(known("fr", "us")[0].tlp, Tlp::kRed);
}

TEST_F(ReportTest, WhoIsFrozenOutIsFrozenOutThroughOthers) {
  file(report(Tlp::kGreen, {id("fr")}, {id("ru")}));
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(pass("fr", body, "ru").has_value());
  freeze("us", "ru", {{reports("us", "ru"), 0}});
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
  EXPECT_FALSE(pass("fr", only_body("fr"), "ru").has_value());
}

TEST_F(ReportTest, APreviewNamesReports) {
  file(report(Tlp::kGreen, {id("fr")}));
  const auto frozen = world.at("us").shown().preview(reports("us", "fr"), 0);
  ASSERT_EQ(frozen.size(), 1U);
  EXPECT_EQ(frozen[0].source, "report R1");
  EXPECT_EQ(frozen[0].before, ShareLevel::kFull);
  EXPECT_EQ(frozen[0].after, ShareLevel::kNone);
  EXPECT_THAT(frozen[0].holders, ElementsAre(id("fr")));
  EXPECT_THAT(world.at("us").shown().preview(reports("us", "ru"), 1), IsEmpty()) << "it is not released to ru";
  EXPECT_THAT(world.at("us").shown().preview({Capability::kDisclosure, RelationDomain::kAir, id("us"), id("fr")}, 0),
              IsEmpty());
}

// Acts ----------------------------------------------------------------------------------------------------------------

TEST_F(ReportTest, WhomOthersMayPassItOnToIsTwoOfficersBusiness) {
  CoalitionConfig config = world.config("us");
  config.officers.propose = true;
  auto made = Coalition::make(std::move(config));
  ASSERT_TRUE(made.has_value());
  Batch batch;
  (*made)->found(kNoon, batch);
  int commands = 0;
  const auto act = [&](Act what, std::string_view second) {
    return (*made)->act({.cmd = CommandId::trusted(fmt::format("c{}", ++commands)),
                         .by = core::Subject::trusted("anna"),
                         .second = core::Subject::trusted(second),
                         .act = std::move(what)},
                        kNoon, batch);
  };
  InfoReport what = report(Tlp::kGreen, {id("fr")});
  EXPECT_TRUE(act(FileReport{what}, "").has_value()) << "to file one takes one";
  what.version = 2;
  what.onward = {id("ru")};
  EXPECT_THAT(act(ReviseReport{what}, "").error().text(), HasSubstr("needs a second officer"));
  EXPECT_TRUE(act(ReviseReport{what}, "ben").has_value());
  what.version = 3;
  EXPECT_TRUE(act(ReviseReport{what}, "").has_value()) << "no wider than before";
}

TEST_F(ReportTest, WhatCannotBeFiledSaysWhy) {
  const auto refused = [&](InfoReport what) { return world.act("us", FileReport{std::move(what)}).error().text(); };
  EXPECT_THAT(refused(report(Tlp::kClear, {id("xx")})), HasSubstr("\"xx\" is no other authority"));
  EXPECT_THAT(refused(report(Tlp::kClear, {id("us")})), HasSubstr("\"us\" is no other authority"));
  EXPECT_THAT(refused(report(Tlp::kClear, {id("fr"), id("fr")})), HasSubstr("fr is named twice"));
  InfoReport late = report(Tlp::kClear, {id("fr")});
  late.expires = kNoon;
  EXPECT_THAT(refused(late), HasSubstr("would expire before it is filed"));
  InfoReport nameless = report(Tlp::kClear, {id("fr")});
  nameless.title.clear();
  EXPECT_THAT(refused(nameless), HasSubstr("a report has a title"));
  InfoReport second = report(Tlp::kClear, {id("fr")});
  second.version = 2;
  EXPECT_THAT(refused(second), HasSubstr("a new report is version 1"));
  file(report(Tlp::kClear, {id("fr")}));
  EXPECT_THAT(refused(report(Tlp::kClear, {id("fr")})), HasSubstr("there is a report \"R1\": revise it"));
  revoke();
  EXPECT_THAT(refused(report(Tlp::kClear, {id("fr")})), HasSubstr("choose another id"))
      << "an id is not used for another";
  EXPECT_THAT(world.act("us", RevokeReport{ReportId::trusted("R1"), ""}).error().text(), HasSubstr("revoked already"));
}

}  // namespace
}  // namespace tansiq::coordination
