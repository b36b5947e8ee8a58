// Bundles, previews, the safety floor, two officers; and the scenarios that they came from.
#include "coordination/relation_bundles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/officers.h"
#include "coordination/relation_preview.h"
#include "coordination/relation_testlib.h"
#include "coordination/safety_floor.h"

namespace tansiq::coordination {
namespace {

using relation_testing::answer;
using relation_testing::charter;
using relation_testing::Desk;
using relation_testing::kFr;
using relation_testing::kRequest;
using relation_testing::kSeaShown;
using relation_testing::kShown;
using relation_testing::kUs;
using relation_testing::Written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Bundle& standard(std::string_view name) {
  static const Bundles kAll = standard_bundles();
  const Bundle* found = kAll.find(name);
  EXPECT_NE(found, nullptr) << name;
  return *found;
}

std::vector<core::InitialRelation> initial(const std::vector<EdgeLevel>& items) {
  std::vector<core::InitialRelation> out;
  for (const EdgeLevel& item : items) out.push_back({.edge = item.edge, .level = item.level});
  return out;
}

/// Whether an act of us to fr passes both officers' and relations' checks, and both sides then hold `items`.
void expect_agreed(Desk& us, Desk& fr, const std::vector<EdgeLevel>& items) {
  for (const EdgeLevel& item : items) {
    EXPECT_EQ(us.level(item.edge), item.level) << describe(item.edge);
    EXPECT_EQ(fr.level(item.edge), item.level) << describe(item.edge);
  }
}

TEST(RelationBundles, GrantMoreFromOneToTheNext) {
  const std::vector<RelationKind> kinds = all_kinds();
  EXPECT_EQ(kinds.size(), 12U);
  for (const RelationKind& kind : kinds) {
    EXPECT_EQ(standard("frozen").level(kind), 0);
    EXPECT_LE(standard("frozen").level(kind), standard("deconflict").level(kind));
    EXPECT_LE(standard("deconflict").level(kind), standard("cooperate").level(kind));
    EXPECT_LE(standard("cooperate").level(kind), standard("ally").level(kind));
    EXPECT_EQ(standard("ally").level(kind), core::level_max(kind.domain, kind.capability));
  }
  EXPECT_EQ(standard_bundles().find("friend"), nullptr) << "an unknown name is nobody, never everybody";
}

TEST(RelationBundles, StandInAFileThatReadsBack) {
  const Bundles all = standard_bundles();
  const auto again = parse_bundles(bundles_text(all));
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(*again, all);
}

TEST(RelationBundles, AFileWithAnythingUnknownIsRefused) {
  const auto message = [](std::string_view grant) {
    const auto of = parse_bundles(fmt::format(R"({{"bundles": [{{"name": "x", "grants": [{}]}}]}})", grant));
    return of ? std::string("accepted") : of.error().text();
  };
  EXPECT_EQ(message(R"({"domain": "air", "capability": "request", "level": 1})"), "accepted");
  EXPECT_THAT(message(R"({"domain": "space", "capability": "request", "level": 1})"),
              HasSubstr("bundles[0].grants[0].domain: \"space\" is none of: air, sea, talks, information"));
  EXPECT_THAT(message(R"({"domain": "air", "capability": "all", "level": 1})"), HasSubstr("\"all\" is none of"));
  EXPECT_EQ(message(R"({"domain": "air", "capability": "reports", "level": 1})"),
            "bundles[0].grants[0]: domain air has no capability \"reports\"");
  EXPECT_THAT(message(R"({"domain": "air", "capability": "request", "level": 2})"), HasSubstr("grants[0].level"));
  EXPECT_THAT(message(R"({"domain": "air", "capability": "request", "level": 1, "to": "*"})"), HasSubstr("\"to\""));
  EXPECT_THAT(message(R"({"domain": "air", "capability": "request"})"), HasSubstr("level"));
  EXPECT_EQ(message(R"({"domain": "air", "capability": "request", "level": 1},
                       {"domain": "air", "capability": "request", "level": 0})"),
            "bundles[0].grants[1]: air request stands here twice");
  EXPECT_THAT(
      parse_bundles(R"({"bundles": [{"name": "x", "grants": []}, {"name": "x", "grants": []}]})").error().text(),
      HasSubstr("bundle \"x\" stands here twice"));
  EXPECT_FALSE(parse_bundles(R"({"bundles": [{"name": "a b", "grants": []}]})").has_value());
  EXPECT_FALSE(parse_bundles(R"({"bundles": [{"name": "x"}]})").has_value()) << "nothing is granted by leaving it out";
  EXPECT_FALSE(parse_bundles(R"({"bundle": []})").has_value());
  EXPECT_FALSE(parse_bundles("[]").has_value());
}

TEST(RelationBundles, ExpandInOneDomainOrDirectionLessWhatIsWithheld) {
  EXPECT_EQ(expand(standard("ally"), kUs, kFr)->size(), 24U);
  const BundleScope scope{.domain = RelationDomain::kSea,
                          .direction = Direction::kWeGrant,
                          .withheld = {{RelationDomain::kSea, Capability::kTracks}}};
  const auto edge = [](Capability capability) { return Edge{capability, RelationDomain::kSea, kUs, kFr}; };
  EXPECT_THAT(*expand(standard("ally"), kUs, kFr, scope),
              ElementsAre(EdgeLevel{edge(Capability::kRequest), 1}, EdgeLevel{edge(Capability::kGateway), 1},
                          EdgeLevel{edge(Capability::kDisclosure), 4}, EdgeLevel{edge(Capability::kTracks), 0}));
  const auto theirs =
      expand(standard("ally"), kUs, kFr, {.domain = RelationDomain::kTalks, .direction = Direction::kTheyGrant});
  ASSERT_EQ(theirs->size(), 3U);
  EXPECT_EQ(theirs->at(0).edge.from, kFr);

  EXPECT_EQ(expand(standard("ally"), kUs, kFr,
                   {.domain = RelationDomain::kSea, .withheld = {{RelationDomain::kAir, Capability::kTracks}}})
                .error()
                .text(),
            "withheld: air tracks is to be withheld, but only domain sea is asked for");
  EXPECT_EQ(
      expand(standard("ally"), kUs, kFr, {.withheld = {{RelationDomain::kAir, Capability::kReports}}}).error().text(),
      "withheld: domain air has no capability \"reports\": it cannot be withheld");
}

TEST(RelationBundles, FromAnyToAnyByOneFreezeAndTwoKeys) {
  for (const Bundle& before : standard_bundles().all) {
    for (const Bundle& after : standard_bundles().all) {
      SCOPED_TRACE(before.name + " to " + after.name);
      const core::Charter of = charter(initial(*expand(before, kUs, kFr)));
      Desk us(kUs, of);
      Desk fr(kFr, of);
      const auto items = *expand(after, kUs, kFr);
      const BundlePlan plan = plan_for(us.relations, items);
      if (!plan.freeze.empty()) fr.read(us.say(us.freeze(kFr, plan.freeze)));
      if (!plan.propose.empty()) {
        const Written proposal = us.say(us.relations.propose(kFr, plan.propose, after.name, ""));
        fr.read(proposal);
        us.read(fr.say(fr.relations.accept(proposal.hash)));
      }
      expect_agreed(us, fr, items);
    }
  }
}

TEST(RelationPreview, SaysWhatTheOtherSideCouldUseBeforeAndAfter) {
  const core::Charter of = charter({{kRequest, 1}, {kShown, 3}, {kSeaShown, 2}});
  Desk us(kUs, of);
  const std::vector<EdgeLevel> items{{kRequest, 0}, {kShown, 4}, {kSeaShown, 1}};
  const auto texts = [](const std::vector<PreviewLine>& lines) {
    std::vector<std::string> out;
    for (const PreviewLine& line : lines) out.push_back(line.text);
    return out;
  };
  EXPECT_THAT(texts(preview(us.relations, Change::kFreeze, items)),
              ElementsAre("fr may ask for legs in the air zones of us: yes → no",
                          "what us shows fr of its use of the air: everything that was filed (full), as before",
                          "what fr shows us of its use of the sea: where and when, on a grid and late; in "
                          "conflicts which flight it is, and whose (coarse) → in which large cells of space and time "
                          "something is meant (busy)"));
  const auto agreed = preview(us.relations, Change::kAgreement, items);
  EXPECT_EQ(agreed[1].before, 3);
  EXPECT_EQ(agreed[1].after, 4);
  EXPECT_EQ(agreed[1].text,
            "what us shows fr of its use of the air: everything that was filed (full) → everything that was filed, and "
            "tracks may follow (live)");
}

TEST(RelationPreview, IsWhatThenHappens) {
  const core::Charter of = charter({{kRequest, 1}, {kShown, 3}, {kSeaShown, 2}});
  Desk us(kUs, of);
  Desk fr(kFr, of);
  const auto expect_levels = [&](const std::vector<PreviewLine>& lines) {
    for (const PreviewLine& line : lines) EXPECT_EQ(fr.level(line.edge), line.after) << line.text;
  };
  const std::vector<EdgeLevel> narrower{{kRequest, 0}, {kShown, 1}};
  auto lines = preview(fr.relations, Change::kFreeze, narrower);
  fr.say(fr.freeze(kUs, narrower));
  expect_levels(lines);
  const Written proposal = us.say(us.propose(kFr, {{kSeaShown, 4}}));
  fr.read(proposal);
  lines = preview(fr.relations, *fr.relations.proposal(proposal.hash));
  fr.say(fr.relations.accept(proposal.hash));
  expect_levels(lines);
  EXPECT_EQ(lines.at(0).before, 2);
}

TEST(SafetyFloor, HasEveryUseOnOneSide) {
  int on = 0;
  for (std::size_t i = 0; i < enum_names(Use{}).size(); ++i) {
    const auto use = static_cast<Use>(i);
    EXPECT_NE(on_floor(use), capability_of(use).has_value()) << to_text(use);
    on += on_floor(use) ? 1 : 0;
    if (i < enum_names(Capability{}).size()) {
      EXPECT_FALSE(on_floor(use)) << to_text(use);
      EXPECT_EQ(to_text(use), to_text(static_cast<Capability>(i)));
    }
  }
  EXPECT_EQ(on, 13);
}

TEST(Officers, TwoWhereTheAuthorityDemandsIt) {
  const auto subject = [](std::string_view text) { return core::Subject::trusted(text); };
  const auto message = [](const Status& of) { return of ? std::string("enough") : of.error().text(); };
  const OfficerPolicy policy;
  EXPECT_EQ(message(officers_suffice(OfficerAct::kFreeze, subject("anna"), {}, policy)), "enough");
  EXPECT_EQ(message(officers_suffice(OfficerAct::kPropose, subject("anna"), {}, policy)),
            "second: propose needs a second officer beside anna, by the rule of this authority");
  EXPECT_FALSE(officers_suffice(OfficerAct::kAccept, subject("anna"), {}, policy).has_value());
  EXPECT_EQ(message(officers_suffice(OfficerAct::kAccept, subject("anna"), subject("ben"), policy)), "enough");
  EXPECT_EQ(message(officers_suffice(OfficerAct::kAccept, subject("anna"), subject("anna"), policy)),
            "second: anna cannot be the second officer to an own act");
  EXPECT_EQ(message(officers_suffice(OfficerAct::kFreeze, {}, {}, policy)),
            "freeze is the act of an officer, and none is named");
  EXPECT_FALSE(officers_suffice(OfficerAct::kFreeze, {}, subject("ben"), policy).has_value());
  const OfficerPolicy strict{.accept = true, .freeze = true, .propose = true};
  EXPECT_FALSE(officers_suffice(OfficerAct::kFreeze, subject("anna"), {}, strict).has_value());
  const OfficerPolicy loose{.accept = false, .freeze = false, .propose = false};
  EXPECT_EQ(message(officers_suffice(OfficerAct::kAccept, subject("anna"), {}, loose)), "enough");
}

// Scenarios, by their keys
// ------------------------------------------------------------------------------------------------------------

/// suspended-2017: the agreement was declared suspended, and the line went on with a dozen calls a day. What was
/// agreed, what is in force, and which channels work are separate facts, and each can be shown.
TEST(RelationScenario, Suspended2017) {
  const core::Charter of = charter(initial(*expand(standard("deconflict"), kUs, kFr)));
  Desk us(kUs, of);
  Desk fr(kFr, of);
  const BundlePlan plan =
      plan_for(us.relations, *expand(standard("frozen"), kUs, kFr, {.domain = RelationDomain::kAir}));
  fr.read(us.say(us.relations.freeze(kFr, plan.freeze, "the memorandum is suspended")));
  for (Desk* desk : {&us, &fr}) {
    const EdgeStanding standing = desk->relations.standing(kRequest);
    EXPECT_EQ(standing.agreed, 1) << "the agreement still stands…";
    EXPECT_EQ(standing.level(), 0) << "…and is suspended…";
    EXPECT_EQ(desk->level(relation_testing::kCentres), 1) << "…while the line works";
    EXPECT_TRUE(may_use(desk->relations, Use::kCentres, RelationDomain::kTalks, kUs, kFr).has_value());
    EXPECT_TRUE(may_use(desk->relations, Use::kLineCheck, RelationDomain::kTalks, kUs, kFr).has_value());
    EXPECT_FALSE(may_use(desk->relations, Use::kRequest, RelationDomain::kAir, kUs, kFr).has_value());
  }
}

/// total-freeze-2014: all practical cooperation was suspended, the shared air picture with it. A freeze of everything
/// leaves the floor.
TEST(RelationScenario, TotalFreeze2014) {
  const core::Charter of = charter(initial(*expand(standard("ally"), kUs, kFr)));
  Desk us(kUs, of);
  Desk fr(kFr, of);
  const auto everything = *expand(standard("frozen"), kUs, kFr);
  fr.read(us.say(us.freeze(kFr, plan_for(us.relations, everything).freeze)));
  expect_agreed(us, fr, everything);
  for (std::size_t i = 0; i < enum_names(Use{}).size(); ++i) {
    const auto use = static_cast<Use>(i);
    for (const RelationKind& kind : all_kinds()) {
      EXPECT_EQ(may_use(fr.relations, use, kind.domain, kUs, kFr).has_value(), on_floor(use)) << to_text(use);
    }
  }
}

/// empty-group: an empty list of recipients meant everyone. Here an empty bundle, a bundle emptied by mistake and an
/// authority that nobody named grant nothing; an unknown name is refused when loaded.
TEST(RelationScenario, EmptyGroup) {
  const Bundles loaded = *parse_bundles(R"({"bundles": [{"name": "friends", "grants": []}]})");
  const Bundle& friends = *loaded.find("friends");
  for (const EdgeLevel& item : *expand(friends, kUs, kFr)) EXPECT_EQ(item.level, 0) << describe(item.edge);
  EXPECT_EQ(loaded.find("ally"), nullptr) << "the file replaces the standard bundles";
  EXPECT_FALSE(parse_bundles(R"({"bundles": [{"name": "friends", "grants": [{"domain": "*", "capability": "request",
                                 "level": 1}]}]})")
                   .has_value());
  Desk us(kUs, charter({}));
  EXPECT_EQ(answer(us.propose(kFr, {})), "it names no relation");
  const Written nothing{kFr, log::sha256("n"), UtcMs{1}, RelationPropose{"ally", {}, kUs, ""}};
  EXPECT_EQ(relation_testing::words(us.read(nothing)), "PROPOSE: it names no relation");
}

}  // namespace
}  // namespace tansiq::coordination
