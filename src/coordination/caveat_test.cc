// Caveats over whole coalitions: what the holder is told, what it must do before it lets somebody go, and that nobody
// else learns anything. The rule is compared with geometry that a reader can do in the head: legs run along 30.5N.
#include "coordination/caveat.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr DurationMs kMinute = 60'000;
constexpr DurationMs kCoarseDelay = 10 * kMinute;  ///< More than what is shown coarsely is late by.
const CaveatId kRedLine = CaveatId::trusted("red-line");

CaveatRule rule(std::string_view of, std::int64_t nautical_miles = 10, std::int64_t time_minutes = 15) {
  return {.domain = core::Domain::kAir,
          .horizontal_m = nautical_miles * 1'852,
          .of = core::Subject::trusted(of),
          .time_ms = time_minutes * kMinute,
          .vertical_cm = {}};
}

class CaveatTest : public ::testing::Test {
 protected:
  ~CaveatTest() override {
    for (const core::Authority& a : world.charter.authorities) (void)world.expect_comes_back(a.id.str());
  }
  void set(std::string_view holder, const CaveatRule& of) {
    const auto done = world.act(holder, SetCaveat{kRedLine, of, "by order"});
    ASSERT_TRUE(done.has_value()) << done.error().text();
    world.settle();
  }
  void deposit(std::string_view holder, std::string_view with) {
    const auto done = world.act(holder, DepositCaveat{kRedLine, AuthorityId::trusted(with)});
    ASSERT_TRUE(done.has_value()) << done.error().text();
    world.settle();
  }
  /// A stranger files an intent with a node's own face.
  void intent(std::string_view at, std::string_view manager, std::string_view id, const PlannedLeg& where) {
    core::CreateIntent create;
    create.intent = IntentId::trusted(id);
    create.volumes = where.volumes;
    const auto done = world.command(at, create, manager);
    ASSERT_TRUE(done.has_value()) << done.error().text();
    ASSERT_EQ(done->decision.refusal, core::Refusal::kNone);
    world.advance(0);
    world.settle();
  }
  Status step(std::string_view authority, std::string_view flight, FlightStep what) {
    const auto done = world.act(authority, StepFlight{FlightId::trusted(flight), what, {}});
    if (!done) return std::unexpected(done.error());
    world.settle();
    return {};
  }
  void let_shares_arrive() {
    world.advance(kCoarseDelay);
    world.settle();
    world.advance(0);
  }
  Result<ActOutcome> accept(std::string_view authority, std::string_view flight, std::string text = "agreed by voice") {
    return world.act(authority, OverrideCaveat{FlightId::trusted(flight), {}, std::move(text)});
  }
  /// Rows that stand against a flight, by name of the other.
  std::vector<std::string> met(std::string_view authority, std::string_view flight) {
    std::vector<std::string> out;
    for (const auto& [key, meeting] : world.at(authority).caveats().meetings()) {
      if (key.second.flight != FlightId::trusted(flight)) continue;
      for (const CaveatMeet& row : meeting.body.meets) out.push_back(row.name);
    }
    return out;
  }
  std::size_t count(std::string_view authority, std::string_view type) {
    const auto said = world.said(authority);
    return static_cast<std::size_t>(std::ranges::count(said, type));
  }
  bool may_clear(std::string_view authority, std::string_view flight) {
    return world.at(authority).may_clear(FlightId::trusted(flight)).has_value();
  }
  World world;
};

// The holder's own evaluation -----------------------------------------------------------------------------------------

TEST_F(CaveatTest, AFlightThatComesTooNearIsReportedAndNotClearedBeforeAnOfficerAccepts) {
  set("ru", rule("sy"));
  intent("ru", "sy:ops", "transport", leg("K4", 300, minutes(40)));
  world.file("ru", "M1", {leg("K4", 200, minutes(20))});  // 5 minutes, ends 15 before: touching is none
  EXPECT_TRUE(may_clear("ru", "M1"));
  EXPECT_THAT(met("ru", "M1"), IsEmpty());
  world.file("ru", "M2", {leg("K4", 220, minutes(21))});
  EXPECT_THAT(met("ru", "M2"), ::testing::ElementsAre("transport"));
  const auto refused = world.act("ru", StepFlight{FlightId::trusted("M2"), FlightStep::kClear, {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("red-line"));
  EXPECT_THAT(refused.error().message, HasSubstr("sy:ops"));
  EXPECT_FALSE(accept("ru", "M2", "").has_value()) << "an override has a reason";
  ASSERT_TRUE(accept("ru", "M2").has_value());
  EXPECT_TRUE(step("ru", "M2", FlightStep::kClear).has_value());
  EXPECT_FALSE(accept("ru", "M2").has_value()) << "there is nothing left to accept";
}

TEST_F(CaveatTest, LevelsCountOnlyWhereTheCaveatNamesThem) {
  CaveatRule with_level = rule("sy");
  with_level.vertical_cm = 60'000;
  set("ru", with_level);
  intent("ru", "sy", "transport", leg("K4", 300, minutes(20)));
  world.file("ru", "M1", {leg("K4", 200, minutes(20))});
  EXPECT_TRUE(may_clear("ru", "M1"));
  set("ru", rule("sy"));
  EXPECT_FALSE(may_clear("ru", "M1"));
}

TEST_F(CaveatTest, EitherSideThatMovesIsLookedAtAgainAndAskedForAgain) {
  set("ru", rule("sy"));
  world.file("ru", "M1", {leg("K4", 200, minutes(30))});
  EXPECT_TRUE(may_clear("ru", "M1"));
  intent("ru", "sy", "transport", leg("K4", 300, minutes(30)));
  EXPECT_FALSE(may_clear("ru", "M1"));
  ASSERT_TRUE(accept("ru", "M1").has_value());
  EXPECT_TRUE(may_clear("ru", "M1"));
  core::UpdateIntent update{.intent = IntentId::trusted("transport"),
                            .version = 1,
                            .flight = {},
                            .volumes = leg("K4", 300, minutes(31)).volumes,
                            .keys = {}};
  ASSERT_TRUE(world.command("ru", update, "sy").has_value());
  EXPECT_FALSE(may_clear("ru", "M1")) << "the gate compares afresh, before anything is logged";
  world.advance(0);
  EXPECT_EQ(count("ru", "caveat.met"), 2U);
  ASSERT_TRUE(world.command("ru", core::EndIntent{IntentId::trusted("transport"), 2}, "sy").has_value());
  world.advance(0);
  EXPECT_TRUE(may_clear("ru", "M1"));
  EXPECT_THAT(met("ru", "M1"), IsEmpty());
  EXPECT_EQ(count("ru", "caveat.met"), 3U) << "the entry without rows says that it is over";
}

TEST_F(CaveatTest, LegsOfOthersInOurZonesAndThoseFiledForThemCount) {
  set("ru", rule("fr"));
  world.file("ru", "M1", {leg("K4", 200, minutes(20))});
  world.file("fr", "F1", {leg("K4", 240, minutes(20))});
  EXPECT_FALSE(may_clear("ru", "M1"));
  EXPECT_EQ(met("ru", "M1").size(), 1U);
  ASSERT_TRUE(step("fr", "F1", FlightStep::kCancel).has_value());
  EXPECT_TRUE(may_clear("ru", "M1"));
}

TEST_F(CaveatTest, WhatOthersShowCountsWhereverItFlies) {
  set("ru", rule("us", 30));
  world.file("ru", "M1", {leg("K4", 200, minutes(60))});
  world.file("us", "U1", {leg("K1", 300, minutes(60))});  // in its own zone, next to ours
  EXPECT_TRUE(may_clear("ru", "M1")) << "coarse is late";
  let_shares_arrive();
  EXPECT_FALSE(may_clear("ru", "M1"));
  EXPECT_EQ(met("ru", "M1").size(), 1U);
  ASSERT_TRUE(step("us", "U1", FlightStep::kCancel).has_value());
  let_shares_arrive();
  EXPECT_TRUE(may_clear("ru", "M1"));
  EXPECT_THAT(met("ru", "M1"), IsEmpty());
}

TEST_F(CaveatTest, WhatIsShownAnewElsewhereIsMetNoMoreWhereItWas) {
  set("ru", rule("us", 30));
  world.file("ru", "M1", {leg("K4", 200, minutes(60))});
  intent("us", "us:ops", "patrol", leg("K1", 300, minutes(60)));
  let_shares_arrive();
  ASSERT_EQ(met("ru", "M1").size(), 1U);
  core::UpdateIntent update{.intent = IntentId::trusted("patrol"),
                            .version = 1,
                            .flight = {},
                            .volumes = leg("K1", 300, minutes(180)).volumes,
                            .keys = {}};
  ASSERT_TRUE(world.command("us", update, "us:ops").has_value());
  let_shares_arrive();
  EXPECT_TRUE(may_clear("ru", "M1"));
  EXPECT_THAT(met("ru", "M1"), IsEmpty());
}

TEST_F(CaveatTest, WhatIsBookedHereIsNotMetAgainAsItIsShown) {
  set("ru", rule("fr", 30));
  world.file("ru", "M1", {leg("K4", 200, minutes(60))});
  world.file("fr", "F1", {leg("K4", 300, minutes(60))});
  ASSERT_TRUE(accept("ru", "M1").has_value());
  let_shares_arrive();
  ASSERT_EQ(world.at("ru").held().known(AuthorityId::trusted("fr")).size(), 1U);
  EXPECT_TRUE(may_clear("ru", "M1"));
  // A second one of theirs, near ours and in their own zone: no more than one of the two is the one in ours.
  world.file("fr", "F2", {leg("F1", 300, minutes(60))});
  let_shares_arrive();
  EXPECT_FALSE(may_clear("ru", "M1"));
  EXPECT_EQ(met("ru", "M1").size(), 2U);
}

TEST_F(CaveatTest, AnIntentOfOurOwnPeopleIsNotActivatedBefore) {
  set("ru", rule("sy"));
  intent("ru", "sy", "transport", leg("K4", 300, minutes(20)));
  intent("ru", "ru:local", "ours", leg("K4", 200, minutes(20)));
  intent("ru", "somebody", "foreign", leg("K4", 150, minutes(20)));
  const core::ActivateIntent activate{IntentId::trusted("ours"), 1};
  const auto refused = world.command("ru", activate, "ru:local");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("intent ours"));
  EXPECT_TRUE(world.command("ru", core::ActivateIntent{IntentId::trusted("foreign"), 1}, "somebody").has_value())
      << "a caveat concerns the holder's own";
  ASSERT_TRUE(world.act("ru", OverrideCaveat{{}, IntentId::trusted("ours"), "seen on radar, far away"}).has_value());
  EXPECT_TRUE(world.command("ru", activate, "ru:local").has_value());
}

TEST_F(CaveatTest, WhatAnOfficerHasFiledIsOfHisAuthority) {
  set("ru", rule("sy"));
  intent("ru", "watch@sy", "transport", leg("K4", 300, minutes(20)));
  intent("ru", "duty@ru", "ours", leg("K4", 200, minutes(20)));
  const auto refused = world.command("ru", core::ActivateIntent{IntentId::trusted("ours"), 1}, "duty@ru");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("intent ours"));
}

TEST_F(CaveatTest, ClearingItOrSettingItAnewForgetsWhatWasAccepted) {
  set("ru", rule("sy"));
  intent("ru", "sy", "transport", leg("K4", 300, minutes(20)));
  world.file("ru", "M1", {leg("K4", 200, minutes(20))});
  ASSERT_TRUE(accept("ru", "M1").has_value());
  set("ru", rule("sy", 20));
  EXPECT_FALSE(may_clear("ru", "M1")) << "accepted under another rule";
  ASSERT_TRUE(world.act("ru", ClearCaveat{kRedLine, "lifted"}).has_value());
  EXPECT_TRUE(may_clear("ru", "M1"));
  EXPECT_FALSE(world.act("ru", ClearCaveat{kRedLine, "again"}).has_value());
}

TEST_F(CaveatTest, AfterARestartEverythingIsComparedAndNothingSaidTwice) {
  set("ru", rule("sy"));
  world.file("ru", "M1", {leg("K4", 200, minutes(20))});
  core::CreateIntent create;
  create.intent = IntentId::trusted("transport");
  create.volumes = leg("K4", 300, minutes(20)).volumes;
  ASSERT_TRUE(world.command("ru", create, "sy").has_value());
  EXPECT_EQ(count("ru", "caveat.met"), 1U) << "with the intent, at once";
  world.restart("ru");
  EXPECT_EQ(world.at("ru").caveats().next_timer(), kUtcMin);
  world.advance(0);
  EXPECT_EQ(count("ru", "caveat.met"), 1U);
  EXPECT_EQ(world.at("ru").caveats().next_timer(), std::nullopt);
}

TEST_F(CaveatTest, WhatMakesNoSenseIsRefusedInWords) {
  const auto says = [&](const Act& act) {
    const auto done = world.act("ru", act);
    return done ? std::string("done") : done.error().text();
  };
  EXPECT_THAT(says(SetCaveat{kRedLine, rule("ru:ops"), ""}), HasSubstr("ourselves"));
  EXPECT_THAT(says(SetCaveat{kRedLine, rule("sy", 10'000), ""}), HasSubstr("0 to 500000"));
  EXPECT_THAT(says(SetCaveat{kRedLine, rule("sy", 10, 60 * 48), ""}), HasSubstr("time"));
  EXPECT_THAT(says(DepositCaveat{kRedLine, AuthorityId::trusted("us")}), HasSubstr("no caveat red-line"));
  EXPECT_THAT(says(OverrideCaveat{FlightId::trusted("M9"), {}, "why"}), HasSubstr("flight M9 meets no caveat"));
  set("ru", rule("sy"));
  EXPECT_THAT(says(DepositCaveat{kRedLine, AuthorityId::trusted("ru")}), HasSubstr("no other authority"));
  EXPECT_THAT(says(WithdrawCaveat{kRedLine, AuthorityId::trusted("us")}), HasSubstr("not deposited"));
}

TEST(CaveatWords, WhoBelongsToWhom) {
  const auto is = [](std::string_view manager, std::string_view whom) {
    return belongs_to(core::Subject::trusted(manager), core::Subject::trusted(whom));
  };
  EXPECT_TRUE(is("sy", "sy"));
  EXPECT_TRUE(is("sy:ops", "sy"));
  EXPECT_TRUE(is("sy:ops:night", "sy:ops"));
  EXPECT_TRUE(is("duty@sy", "sy")) << "an officer of it";
  EXPECT_FALSE(is("duty@sy", "y"));
  EXPECT_FALSE(is("duty@sy", "duty"));
  EXPECT_FALSE(is("syx", "sy"));
  EXPECT_FALSE(is("sy", "sy:ops"));
  EXPECT_EQ(caveat_words(rule("sy")), "never within 10 NM and 15 min of sy");
}

// Deposits ------------------------------------------------------------------------------------------------------------

TEST_F(CaveatTest, ASequencerReportsToTheHolderBeforeItConfirms) {
  set("fr", rule("sy"));
  deposit("fr", "us");
  intent("us", "sy:ops", "transport", leg("K1", 300, minutes(20)));
  world.file("fr", "M1", {leg("K1", 200, minutes(20))});
  EXPECT_THAT(met("fr", "M1"), ::testing::ElementsAre("transport"));
  EXPECT_FALSE(may_clear("fr", "M1"));
  // What the pair's log says, in order.
  const auto said = world.said("us");
  const auto at = [&](std::string_view type) { return std::ranges::find(said, type) - said.begin(); };
  EXPECT_LT(at("leg.hold"), at("caveat.report"));
  EXPECT_LT(at("caveat.report"), at("leg.confirmed"));
  ASSERT_TRUE(accept("fr", "M1").has_value());
  EXPECT_TRUE(may_clear("fr", "M1"));
}

TEST_F(CaveatTest, BothSidesThatComeLaterAreReported) {
  set("fr", rule("ru"));
  deposit("fr", "us");
  world.file("fr", "M1", {leg("K1", 200, minutes(20))});
  EXPECT_TRUE(may_clear("fr", "M1"));
  world.file("ru", "R1", {leg("K1", 240, minutes(20))});
  EXPECT_FALSE(may_clear("fr", "M1")) << "the stranger came second";
  ASSERT_TRUE(step("ru", "R1", FlightStep::kCancel).has_value());
  EXPECT_TRUE(may_clear("fr", "M1"));
  EXPECT_EQ(count("us", "caveat.report"), 2U);
}

TEST_F(CaveatTest, AGatewaysFlightIsReportedToItsPrincipal) {
  // us carries ru; ru keeps away from fr, and is told although it files nothing itself.
  set("ru", rule("fr"));
  deposit("ru", "us");
  ASSERT_TRUE(world.act("us", FileFlight{{.alternate = {},
                                          .call_sign = {},
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("CARRIED"),
                                          .gate_leg = {},
                                          .legs = {leg("K1", 200, minutes(20))},
                                          .principal = AuthorityId::trusted("ru")}}));
  world.settle();
  world.file("fr", "F1", {leg("K1", 240, minutes(20))});
  EXPECT_EQ(met("ru", "CARRIED").size(), 1U);
  EXPECT_TRUE(may_clear("us", "CARRIED")) << "the caveat is the principal's: it calls its gateway";
}

TEST_F(CaveatTest, TheDepositFollowsTheCaveat) {
  set("fr", rule("sy"));
  deposit("fr", "us");
  EXPECT_EQ(world.at("us").watched().deposits().size(), 1U);
  set("fr", rule("sy", 20));
  EXPECT_EQ(world.at("us").watched().deposits().begin()->second.rule, rule("sy", 20));
  ASSERT_TRUE(world.act("fr", ClearCaveat{kRedLine, ""}).has_value());
  world.settle();
  EXPECT_TRUE(world.at("us").watched().deposits().empty());
  EXPECT_EQ(count("fr", "caveat.withdrawn"), 1U);
}

TEST_F(CaveatTest, AWithdrawnDepositTakesItsReportsAlong) {
  set("fr", rule("sy"));
  deposit("fr", "us");
  intent("us", "sy", "transport", leg("K1", 300, minutes(20)));
  world.file("fr", "M1", {leg("K1", 200, minutes(20))});
  EXPECT_FALSE(may_clear("fr", "M1"));
  ASSERT_TRUE(world.act("fr", WithdrawCaveat{kRedLine, AuthorityId::trusted("us")}).has_value());
  world.settle();
  EXPECT_TRUE(may_clear("fr", "M1"));
}

TEST_F(CaveatTest, WhoDoesNotShowTheTrafficDoesNotReportIt) {
  set("fr", rule("sy"));
  deposit("fr", "us");
  const Edge shown{Capability::kDisclosure, RelationDomain::kAir, AuthorityId::trusted("us"),
                   AuthorityId::trusted("fr")};
  ASSERT_TRUE(world.act("us", FreezeRelation{{{shown, 1}}, AuthorityId::trusted("fr"), ""}).has_value());
  world.settle();
  intent("us", "sy", "transport", leg("K1", 300, minutes(20)));
  world.file("fr", "M1", {leg("K1", 200, minutes(20))});
  EXPECT_EQ(count("us", "caveat.report"), 0U);
  EXPECT_FALSE(world.at("fr").caveats().answers(AuthorityId::trusted("us"), core::Domain::kAir));
  EXPECT_FALSE(world.act("fr", DepositCaveat{kRedLine, AuthorityId::trusted("us")}).has_value());
}

TEST_F(CaveatTest, AReportThatAnswersNoDepositChangesNothing) {
  set("fr", rule("sy"));
  world.file("fr", "M1", {leg("F1", 200, minutes(20))});
  const Body forged = CaveatReport{.caveat = kRedLine,
                                   .deposit = log::sha256("never"),
                                   .flight = FlightId::trusted("M1"),
                                   .home = AuthorityId::trusted("fr"),
                                   .intent = {},
                                   .meets = {CaveatMeet()},
                                   .request = log::sha256("r"),
                                   .to = AuthorityId::trusted("fr")};
  CaveatDesk& desk = const_cast<CaveatDesk&>(world.at("fr").caveats());
  EXPECT_EQ(desk.apply({AuthorityId::trusted("us"), log::sha256("h"), world.now, forged}), std::nullopt);
  EXPECT_TRUE(may_clear("fr", "M1"));
}

/// What does not fit is one row, which is another when any of what it stands for is: nothing is left out of an
/// officer's word.
TEST(CaveatMeets, WhatDoesNotFitIsCounted) {
  std::vector<CaveatMeet> rows(200);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].name = fmt::format("r{}", i);
  std::vector<CaveatMeet> cut = rows;
  cut_meets(cut, 128);
  ASSERT_EQ(cut.size(), 128U);
  EXPECT_EQ(cut[126], rows[126]);
  EXPECT_EQ(cut[127].name, "and 73 more");
  rows[199].name = "another";
  std::vector<CaveatMeet> other = rows;
  cut_meets(other, 128);
  EXPECT_NE(other[127], cut[127]);
  rows.resize(128);
  cut = rows;
  cut_meets(cut, 128);
  EXPECT_EQ(cut, rows);
}

TEST_F(CaveatTest, AReportNamesNothingThatWouldNotFit) {
  set("fr", rule("sy"));
  CaveatMeet row;
  row.name = std::string(kIdBytesMax, '"');
  const Body report = CaveatReport{.caveat = kRedLine,
                                   .deposit = log::sha256("never"),
                                   .flight = FlightId::trusted("M1"),
                                   .home = AuthorityId::trusted("fr"),
                                   .intent = {},
                                   .meets = {row},
                                   .request = log::sha256("r"),
                                   .to = AuthorityId::trusted("fr")};
  CaveatDesk& desk = const_cast<CaveatDesk&>(world.at("fr").caveats());
  const auto oddity = desk.apply({AuthorityId::trusted("us"), log::sha256("h"), world.now, report});
  ASSERT_TRUE(oddity);
  EXPECT_THAT(oddity->text, ::testing::HasSubstr("64 bytes without quotation marks"));
}

// What others learn ---------------------------------------------------------------------------------------------------

/// What `author` has written for `reader` and for all, without what counts or quotes all of its entries: the number of
/// an entry, and hashes, by the order in which they first appear.
std::string shown(World& world, std::string_view author, std::string_view reader) {
  std::string out;
  std::map<std::string, std::string> names;
  for (const Written& written : world.record(author)) {
    const bool members = written.log.kind == LogName::Kind::kMembers;
    const bool pair = written.log.kind == LogName::Kind::kPair && written.log.reader.str() == reader;
    if (written.log.author.str() != author || (!members && !pair)) continue;
    auto entry = read_entry(written.line);
    EXPECT_TRUE(entry.has_value());
    entry->seq = 0;
    std::string line = *write_entry(*entry);
    for (std::size_t i = 0; i + 64 <= line.size(); ++i) {
      const std::string word = line.substr(i, 64);
      if (word.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
      const auto named = names.try_emplace(word, fmt::format("#{}", names.size())).first;
      line.replace(i, 64, named->second);
    }
    out += line;
  }
  return out;
}

TEST_F(CaveatTest, AnswersToOthersAreTheSameWithAndWithoutADeposit) {
  const auto story = [](World& w, bool with) {
    if (with) {
      ASSERT_TRUE(w.act("fr", SetCaveat{kRedLine, rule("ru", 30), ""}).has_value());
      ASSERT_TRUE(w.act("fr", DepositCaveat{kRedLine, AuthorityId::trusted("us")}).has_value());
    }
    w.settle();
    w.file("fr", "M1", {leg("K1", 200, minutes(20)), leg("K4", 200, minutes(25))});
    w.file("ru", "R1", {leg("K1", 240, minutes(20))});                               // granted, and met
    w.file("ru", "R2", {leg("K1", 200, minutes(21)), leg("F1", 200, minutes(32))});  // countered
    w.advance(2 * kMinute);
    w.settle();
    w.file("ru", "R3", {leg("K1", 280, minutes(22))});
    ASSERT_TRUE(w.act("ru", StepFlight{FlightId::trusted("R1"), FlightStep::kCancel, {}}).has_value());
    w.settle();
    w.advance(60 * kMinute);
    w.settle();
  };
  World without;
  story(without, false);
  story(world, true);
  EXPECT_GT(count("us", "caveat.report"), 1U) << "it was met";
  for (const std::string_view author : {"us", "fr"}) {
    EXPECT_EQ(shown(world, author, "ru"), shown(without, author, "ru")) << author;
  }
  EXPECT_EQ(shown(world, "ru", "us"), shown(without, "ru", "us")) << "and ru did the same";
  EXPECT_THAT(shown(world, "us", "fr"), HasSubstr("caveat.report"));
  for (const Written& written : world.record("ru")) EXPECT_THAT(written.line, Not(HasSubstr("caveat")));
}

}  // namespace
}  // namespace tansiq::coordination
