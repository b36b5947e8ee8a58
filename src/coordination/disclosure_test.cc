// Shares between whole authorities, over public interfaces: what reaches whom, what is taken back, who has said so.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/coalition.h"
#include "coordination/coalition_testlib.h"
#include "coordination/relation_preview.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr DurationMs kMinute = 60'000;
constexpr DurationMs kDelay = 120'000;
constexpr std::string_view kSecret = "MIRAGE1";

AuthorityId id(std::string_view name) { return AuthorityId::trusted(name); }
Edge shows(std::string_view from, std::string_view to) {
  return {Capability::kDisclosure, RelationDomain::kAir, id(from), id(to)};
}

/// `us` shows nothing to anybody until a test says so; the others neither.
core::Charter silent_charter() {
  core::Charter charter = charter_of_three();
  for (core::InitialRelation& relation : charter.relations) {
    if (relation.edge.capability == Capability::kDisclosure) relation.level = 0;
  }
  return charter;
}

class DisclosureTest : public ::testing::Test {
 protected:
  explicit DisclosureTest(core::Charter charter = silent_charter()) : world(std::move(charter)) {}
  ~DisclosureTest() override {
    for (const core::Authority& a : world.charter.authorities) {
      const std::string& name = a.id.str();
      const auto again = world.expect_comes_back(name);
      if (again == nullptr) continue;
      EXPECT_EQ(again->shown(), world.at(name).shown());
      EXPECT_EQ(again->held(), world.at(name).held());
    }
    compare_near();
  }

  /// What the index finds near is what looking at all that is known finds, whatever has come, ended or been revoked.
  void compare_near() {
    constexpr geo::Minima kMinima{5'000, 300'00, 60'000};
    std::vector<geo::PreparedVolume> places;
    for (const core::Authority& a : world.charter.authorities) {
      for (const std::string& body : world.received(a.id.str())) {
        const auto content = open_share(log::sha256(body), body);
        if (!content) continue;
        for (const geo::Volume4d& volume : content->volumes) places.push_back(geo::prepare(volume).value());
      }
    }
    for (const core::Authority& a : world.charter.authorities) {
      const HoldDesk& held = world.at(a.id.str()).held();
      for (const core::Authority& of : world.charter.authorities) {
        for (const geo::PreparedVolume& place : places) {
          std::vector<EntryHash> near;
          const auto found = held.near(of.id, core::Domain::kAir, place, kMinima).value();
          for (const auto& [body, content] : found) near.push_back(body);
          std::vector<EntryHash> all;
          for (const auto& [body, content] : held.known(of.id)) {
            const bool meets = std::ranges::any_of(content->volumes, [&](const geo::Volume4d& volume) {
              return geo::conflict(geo::prepare(volume).value(), place, kMinima);
            });
            if (content->domain == core::RelationDomain::kAir && meets) all.push_back(body);
          }
          EXPECT_EQ(near, all) << a.id.str() << " of " << of.id.str();
        }
      }
    }
  }

  /// Both keys: `to` asks for no more than what `from` agrees to.
  void set_level(std::string_view from, std::string_view to, std::int64_t level) {
    if (level < world.at(from).relations().level(shows(from, to))) {
      ASSERT_TRUE(world.act(from, FreezeRelation{{{shows(from, to), level}}, id(to), ""}).has_value());
    } else {
      const auto proposed = world.act(from, ProposeRelation{"", {{shows(from, to), level}}, id(to), ""});
      ASSERT_TRUE(proposed.has_value()) << proposed.error().text();
      world.settle();
      const auto accepted = world.act(to, AcceptRelation{proposed->hash});
      ASSERT_TRUE(accepted.has_value()) << accepted.error().text();
    }
    world.settle();
  }
  void file_flight(std::string_view authority = "us") {
    const auto filed = world.act(authority, FileFlight{{.alternate = {},
                                                        .call_sign = std::string(kSecret),
                                                        .domain = core::Domain::kAir,
                                                        .flight = FlightId::trusted("M1"),
                                                        .gate_leg = {},
                                                        .legs = {leg("K1", 200, minutes(40))},
                                                        .principal = {}}});
    ASSERT_TRUE(filed.has_value()) << filed.error().text();
    world.settle();
  }
  void pass_time(DurationMs d) {
    world.advance(d);
    world.settle();
    compare_near();
  }
  [[nodiscard]] std::vector<const ShareContent*> known(std::string_view at, std::string_view of) {
    std::vector<const ShareContent*> out;
    for (const auto& [body, content] : world.at(at).held().known(id(of))) out.push_back(content);
    return out;
  }
  [[nodiscard]] EntryHash only_body(std::string_view at) {
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
  [[nodiscard]] bool ever_received(std::string_view at, std::string_view text) const {
    for (const std::string& body : world.received(at)) {
      if (body.find(text) != std::string::npos) return true;
    }
    return false;
  }
  [[nodiscard]] bool in_any_log(std::string_view at, std::string_view text) const {
    for (const Written& written : world.record(at)) {
      if (written.line.find(text) != std::string::npos) return true;
    }
    return false;
  }
  const ShownVersion& shown(const EntryHash& body) { return world.at("us").shown().versions().at(body); }

  World world;
};

// Levels ------------------------------------------------------------------------------------------------------------

TEST_F(DisclosureTest, NothingIsShownAtNone) {
  file_flight();
  pass_time(10 * kMinute);
  EXPECT_THAT(world.at("us").shown().versions(), IsEmpty());
  EXPECT_THAT(world.received("fr"), IsEmpty());
}

TEST_F(DisclosureTest, CoarseIsLateAndLarger) {
  set_level("us", "fr", 2);
  file_flight();
  EXPECT_THAT(known("fr", "us"), IsEmpty());
  pass_time(kDelay - 1);
  EXPECT_THAT(known("fr", "us"), IsEmpty()) << "its delay has not passed";
  pass_time(1);
  ASSERT_EQ(known("fr", "us").size(), 1U);
  const ShareContent& seen = *known("fr", "us")[0];
  EXPECT_EQ(seen.level, ShareLevel::kCoarse);
  EXPECT_FALSE(seen.call_sign || seen.source || seen.state);
  EXPECT_FALSE(ever_received("fr", kSecret));
  EXPECT_FALSE(in_any_log("fr", kSecret));
}

TEST_F(DisclosureTest, BusyTellsLessThanCoarse) {
  set_level("us", "fr", 1);
  set_level("us", "ru", 2);
  file_flight();
  pass_time(kDelay);
  ASSERT_EQ(known("fr", "us").size(), 1U);
  ASSERT_EQ(known("ru", "us").size(), 1U);
  const geo::TimeWindow busy = known("fr", "us")[0]->volumes[0].window;
  const geo::TimeWindow coarse = known("ru", "us")[0]->volumes[0].window;
  EXPECT_GT(busy.end - busy.start, coarse.end - coarse.start);
  EXPECT_NE(known("fr", "us")[0]->share, known("ru", "us")[0]->share) << "two recipients cannot join what they see";
}

TEST_F(DisclosureTest, FullIsExactAndAtOnce) {
  set_level("us", "fr", 3);
  file_flight();
  ASSERT_EQ(known("fr", "us").size(), 1U);
  const ShareContent& seen = *known("fr", "us")[0];
  EXPECT_EQ(seen.call_sign, kSecret);
  EXPECT_EQ(seen.source, "flight M1");
  EXPECT_EQ(seen.volumes, leg("K1", 200, minutes(40)).volumes);
  EXPECT_FALSE(seen.tracks);
  // Entries hold hashes; what was shown stands in a body, which can be destroyed.
  EXPECT_FALSE(in_any_log("fr", kSecret));
}

TEST_F(DisclosureTest, LiveSaysThatTracksMayFollow) {
  set_level("us", "fr", 4);
  file_flight();
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_TRUE(known("fr", "us")[0]->tracks);
}

TEST_F(DisclosureTest, IntentsOfTheZoneMachineAreShownToo) {
  set_level("us", "fr", 3);
  const core::CreateIntent create{.intent = IntentId::trusted("i1"),
                                  .flight = "CIVIL1",
                                  .domain = core::Domain::kAir,
                                  .volumes = leg("K1", 200, minutes(40)).volumes,
                                  .keys = {}};
  ASSERT_TRUE(world.command("us", create).has_value());
  world.settle();
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_EQ(known("fr", "us")[0]->source, "intent i1");
  ASSERT_TRUE(world.command("us", core::EndIntent{IntentId::trusted("i1"), 1}).has_value());
  world.settle();
  EXPECT_THAT(known("fr", "us"), IsEmpty());
}

/// ru calls a share of others its own, and takes it back: the bytes under that hash are not its to destroy.
TEST_F(DisclosureTest, AHashIsNobodysToDestroy) {
  set_level("us", "fr", 3);
  file_flight();
  const EntryHash body = only_body("fr");
  const auto line = [&](const Body& of) {
    return *write_entry({.seq = 1, .time = world.now, .by = {}, .second = {}, .cmd = {}, .body = of});
  };
  for (const std::string_view victim : {"us", "fr"}) {
    const auto claim = line(ShareShown{.as_of = world.now,
                                       .body = body,
                                       .bytes = 100,
                                       .level = 1,
                                       .onward = {},
                                       .share = ShareId::trusted("x"),
                                       .to = id(victim)});
    world.give(victim, {id("ru"), LogName::Kind::kPair, id(victim)}, {claim});
    world.give(victim, {id("ru"), LogName::Kind::kMembers, {}}, {line(ShareRevoked{.bodies = {body}})});
    EXPECT_TRUE(world.bodies(victim).contains(body)) << victim;
  }
  EXPECT_EQ(known("fr", "us").size(), 1U);
}

// Updates, ends, levels that change -----------------------------------------------------------------------------------

TEST_F(DisclosureTest, AChangeThatTheLevelDoesNotTellIsNoNews) {
  set_level("us", "fr", 2);
  file_flight();
  pass_time(kDelay);
  const auto before = world.at("us").shown().versions().size();
  ASSERT_TRUE(world.act("us", StepFlight{FlightId::trusted("M1"), FlightStep::kClear, {}}).has_value());
  world.settle();
  pass_time(kDelay);
  EXPECT_EQ(world.at("us").shown().versions().size(), before);
}

TEST_F(DisclosureTest, AChangeIsANewVersionAndAnEndEndsIt) {
  set_level("us", "fr", 3);
  file_flight();
  const EntryHash first = only_body("fr");
  ASSERT_TRUE(world.act("us", StepFlight{FlightId::trusted("M1"), FlightStep::kClear, {}}).has_value());
  ASSERT_TRUE(world.act("us", StepFlight{FlightId::trusted("M1"), FlightStep::kReadBack, {}}).has_value());
  world.settle();
  const EntryHash second = only_body("fr");
  EXPECT_NE(first, second);
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_EQ(known("fr", "us")[0]->state, "cleared");
  EXPECT_FALSE(shown(first).current);
  EXPECT_FALSE(shown(first).revoked);
  // The flight ends unflown; what was shown is kept for the record, and then goes by itself.
  pass_time(60 * kMinute);
  EXPECT_THAT(known("fr", "us"), IsEmpty());
  EXPECT_FALSE(shown(second).current);
  EXPECT_TRUE(world.bodies("fr").contains(second));
  pass_time(kShareKeptMs + kMinute);
  EXPECT_FALSE(world.bodies("fr").contains(second));
  EXPECT_THAT(shown(second).destroyed, ElementsAre(id("fr")));
}

TEST_F(DisclosureTest, ALowerLevelTakesBackAndShowsLess) {
  set_level("us", "fr", 3);
  file_flight();
  const EntryHash full = only_body("fr");
  pass_time(kDelay);
  set_level("us", "fr", 2);
  EXPECT_TRUE(shown(full).revoked);
  EXPECT_FALSE(world.bodies("fr").contains(full));
  EXPECT_THAT(shown(full).destroyed, ElementsAre(id("fr")));
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_EQ(known("fr", "us")[0]->level, ShareLevel::kCoarse);
}

TEST_F(DisclosureTest, AHigherLevelShowsMore) {
  set_level("us", "fr", 2);
  file_flight();
  pass_time(kDelay);
  const EntryHash coarse = only_body("fr");
  set_level("us", "fr", 3);
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_EQ(known("fr", "us")[0]->level, ShareLevel::kFull);
  EXPECT_FALSE(shown(coarse).revoked) << "what may still be known need not be destroyed";
}

TEST_F(DisclosureTest, AFreezeByEitherSideTakesBack) {
  for (const std::string_view who : {"us", "fr"}) {
    set_level("us", "fr", 3);
    if (who == "us") file_flight();
    const EntryHash body = only_body("fr");
    const std::string_view peer = who == "us" ? "fr" : "us";
    ASSERT_TRUE(world.act(who, FreezeRelation{{{shows("us", "fr"), 0}}, id(peer), ""}).has_value());
    world.settle();
    EXPECT_TRUE(shown(body).revoked) << who;
    EXPECT_FALSE(world.bodies("fr").contains(body));
    EXPECT_THAT(known("fr", "us"), IsEmpty());
    EXPECT_THAT(world.said("us"), Contains("share.revoked"));
  }
}

TEST_F(DisclosureTest, WhatWasRevokedIsShownAnewUnderAnotherHash) {
  set_level("us", "fr", 3);
  file_flight();
  const EntryHash body = only_body("fr");
  set_level("us", "fr", 0);
  set_level("us", "fr", 3);
  ASSERT_EQ(known("fr", "us").size(), 1U);
  EXPECT_NE(only_body("fr"), body) << "also when no time has passed";
}

TEST_F(DisclosureTest, AnOfficerWithholdsOneFlight) {
  set_level("us", "fr", 3);
  file_flight();
  ASSERT_TRUE(world.act("us", WithholdShare{id("fr"), "flight M1", true}).has_value());
  world.settle();
  EXPECT_THAT(known("fr", "us"), IsEmpty());
  EXPECT_THAT(world.act("us", WithholdShare{id("fr"), "flight M1", true}).error().text(),
              HasSubstr("withheld already"));
  EXPECT_THAT(world.act("us", WithholdShare{id("fr"), "flight X", true}).error().text(), HasSubstr("no \"flight X\""));
  ASSERT_TRUE(world.act("us", WithholdShare{id("fr"), "flight M1", false}).has_value());
  world.settle();
  EXPECT_EQ(known("fr", "us").size(), 1U);
}

TEST_F(DisclosureTest, VersionsThatNobodyNeedsAreTakenBack) {
  set_level("us", "fr", 3);
  const core::CreateIntent create{.intent = IntentId::trusted("i1"),
                                  .flight = "CIVIL1",
                                  .domain = core::Domain::kAir,
                                  .volumes = leg("K1", 200, minutes(40)).volumes,
                                  .keys = {}};
  ASSERT_TRUE(world.command("us", create).has_value());
  for (std::int64_t version = 1; version <= 12; ++version) {
    world.settle();
    auto volumes = leg("K1", 200 + static_cast<int>(version), minutes(40)).volumes;
    ASSERT_TRUE(world
                    .command("us", core::UpdateIntent{.intent = IntentId::trusted("i1"),
                                                      .version = version,
                                                      .flight = "CIVIL1",
                                                      .volumes = std::move(volumes),
                                                      .keys = {}})
                    .has_value());
  }
  world.settle();
  std::size_t kept = 0;
  for (const auto& [body, row] : world.at("us").shown().versions()) kept += row.revoked ? 0U : 1U;
  EXPECT_EQ(kept, kShareVersionsKept + 1);
  EXPECT_EQ(world.bodies("fr").size(), kept);
}

// Commitments
// -----------------------------------------------------------------------------------------------------------

TEST_F(DisclosureTest, OthersKnowThatItExistsAndNoMore) {
  set_level("us", "fr", 3);
  file_flight();
  const EntryHash body = only_body("fr");
  EXPECT_TRUE(world.at("ru").held().committed(id("us"), body));
  EXPECT_TRUE(shown(body).committed);
  EXPECT_THAT(world.received("ru"), IsEmpty());
  EXPECT_FALSE(in_any_log("ru", kSecret));
  EXPECT_FALSE(world.at("us").may_serve_body(body, id("ru")));
}

// Onward and revocation
// -------------------------------------------------------------------------------------------------

class OnwardTest : public DisclosureTest {
 protected:
  OnwardTest() {
    set_level("us", "fr", 3);
    set_level("us", "ru", 3);
    set_level("fr", "ru", 1);
  }
  Result<ActOutcome> allow(std::vector<AuthorityId> onward) {
    auto done = world.act("us", SetShareRule{core::Domain::kAir, std::move(onward), id("fr")});
    world.settle();
    return done;
  }
  /// `us` and `ru` share nothing directly: what ru holds, it holds through fr.
  EntryHash passed() {
    EXPECT_TRUE(allow({id("ru")}).has_value());
    world.cut("us", "ru");
    file_flight();
    const EntryHash body = only_body("fr");
    const auto done = world.act("fr", PassShare{body, id("ru")});
    EXPECT_TRUE(done.has_value()) << done.error().text();
    world.settle();
    return body;
  }
};

TEST_F(OnwardTest, NobodyUnlessTheOriginatorNamesThem) {
  file_flight();
  const auto refused = world.act("fr", PassShare{only_body("fr"), id("ru")});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(refused.error().text(), HasSubstr("us does not allow it to be passed on to ru; it names nobody"));
}

TEST_F(OnwardTest, WhoIsNamedGetsItThroughAThirdAndKnowsWhoseWordItIs) {
  const EntryHash body = passed();
  // The commitment of us has not reached ru yet: the word of fr alone counts for nothing.
  EXPECT_FALSE(world.bodies("ru").contains(body));
  world.heal();
  world.settle();
  EXPECT_TRUE(world.bodies("ru").contains(body));
  EXPECT_EQ(world.at("ru").held().held().at(body).via, id("fr"));
  EXPECT_THAT(shown(body).holders, ElementsAre(id("ru"))) << "fr has told us to whom it has passed it on";
}

/// fr has read the commitment of us before ru has, and says first that it passes that share on.
TEST_F(OnwardTest, WhoSpeaksFirstKeepsNobodysOwnWordFromUs) {
  world.cut("us", "ru");
  file_flight();
  EntryHash body;
  for (const auto& [hash, version] : world.at("us").shown().versions()) {
    if (version.to == id("ru")) body = hash;
  }
  ASSERT_NE(body, EntryHash{});
  const std::string claim =
      *write_entry({.seq = 1,
                    .time = world.now,
                    .by = {},
                    .second = {},
                    .cmd = {},
                    .body = SharePassed{.body = body, .bytes = 100, .originator = id("us"), .to = id("ru")}});
  world.give("ru", {id("fr"), LogName::Kind::kPair, id("ru")}, {claim});
  EXPECT_EQ(world.at("ru").held().held().at(body).via, id("fr"));
  world.heal();
  world.settle();
  EXPECT_EQ(known("ru", "us").size(), 1U);
  EXPECT_EQ(world.at("ru").held().held().at(body).via, std::nullopt);
}

TEST_F(OnwardTest, DownstreamLeak) {
  const EntryHash body = passed();
  world.heal();
  world.settle();
  ASSERT_TRUE(world.bodies("ru").contains(body));
  EXPECT_THAT(shown(body).outstanding(), ElementsAre(id("fr"), id("ru")));
  // ru is taken out of the rule. It holds the share through fr, and hears of it in the log of members.
  ASSERT_TRUE(allow({}).has_value());
  EXPECT_TRUE(shown(body).revoked);
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_FALSE(world.bodies("fr").contains(body));
  EXPECT_THAT(shown(body).destroyed, ElementsAre(id("fr"), id("ru")))
      << "receipts, also of who held it through a third";
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
  // fr is shown it anew, without ru; through fr ru gets nothing any more.
  const EntryHash again = only_body("fr");
  EXPECT_THAT(known("fr", "us")[0]->onward, IsEmpty());
  EXPECT_FALSE(world.act("fr", PassShare{again, id("ru")}).has_value());
  // What has been seen is listed, and stays listed.
  EXPECT_TRUE(world.at("us").shown().versions().contains(body));
}

TEST_F(OnwardTest, DownstreamLeakByFreeze) {
  const EntryHash body = passed();
  world.heal();
  world.settle();
  ASSERT_TRUE(world.bodies("ru").contains(body));
  set_level("us", "ru", 0);
  EXPECT_TRUE(shown(body).revoked) << "whom us shows nothing, nobody shows anything of us";
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
  const auto before = world.received("ru").size();
  EXPECT_FALSE(world.act("fr", PassShare{only_body("fr"), id("ru")}).has_value());
  pass_time(kMinute);
  EXPECT_EQ(world.received("ru").size(), before);
}

TEST_F(OnwardTest, WhoIsNotKnownToHoldItLosesItToo) {
  ASSERT_TRUE(allow({id("ru")}).has_value());
  file_flight();
  const EntryHash body = only_body("fr");
  world.cut("us", "fr");
  ASSERT_TRUE(world.act("fr", PassShare{body, id("ru")}).has_value());
  world.settle();
  ASSERT_TRUE(world.bodies("ru").contains(body));
  EXPECT_THAT(shown(body).holders, IsEmpty()) << "us has not been told";
  ASSERT_TRUE(allow({}).has_value());
  EXPECT_FALSE(world.bodies("ru").contains(body));
  EXPECT_THAT(shown(body).destroyed, ElementsAre(id("ru")));
  EXPECT_THAT(shown(body).outstanding(), ElementsAre(id("fr")));
}

TEST_F(OnwardTest, AReceiptThatIsOutstandingStaysVisible) {
  const EntryHash body = passed();
  world.heal();
  world.settle();
  world.cut("us", "ru");
  ASSERT_TRUE(allow({}).has_value());
  EXPECT_TRUE(world.bodies("ru").contains(body)) << "ru has not read of it";
  EXPECT_THAT(shown(body).outstanding(), ElementsAre(id("ru")));
  EXPECT_FALSE(world.at("fr").may_serve_body(body, id("ru"))) << "fr serves it no more";
  world.heal();
  world.settle();
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
}

TEST_F(OnwardTest, ARevocationReadBeforeTheShareIsKept) {
  ASSERT_TRUE(allow({id("ru")}).has_value());
  world.cut("fr", "ru");
  file_flight();
  const EntryHash body = only_body("fr");
  ASSERT_TRUE(world.act("fr", PassShare{body, id("ru")}).has_value());
  world.settle();
  ASSERT_TRUE(allow({}).has_value());
  const auto before = world.received("ru").size();
  world.heal();
  world.settle();
  EXPECT_EQ(world.received("ru").size(), before) << "it is never fetched";
  EXPECT_TRUE(world.at("ru").held().held().at(body).revoked);
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
}

TEST_F(OnwardTest, ARestartGoesOnWithWhatIsOwed) {
  const EntryHash body = passed();
  world.restart("us");
  world.restart("fr");
  world.restart("ru");
  world.heal();
  world.settle();
  EXPECT_TRUE(world.bodies("ru").contains(body));
  ASSERT_TRUE(allow({}).has_value());
  EXPECT_THAT(shown(body).outstanding(), IsEmpty());
}

// What decides is always seen
// -------------------------------------------------------------------------------------------

TEST_F(DisclosureTest, WhoDecidesSeesAllWhateverTheLevels) {
  const auto filed = world.act("fr", FileFlight{{.alternate = {},
                                                 .call_sign = std::string(kSecret),
                                                 .domain = core::Domain::kAir,
                                                 .flight = FlightId::trusted("M1"),
                                                 .gate_leg = {},
                                                 .legs = {leg("K1", 200, minutes(40))},
                                                 .principal = {}}});
  ASSERT_TRUE(filed.has_value());
  world.settle();
  EXPECT_THAT(world.at("fr").shown().versions(), IsEmpty());
  ASSERT_EQ(world.at("us").legs().versions().size(), 1U);
  EXPECT_EQ(world.at("us").legs().versions().begin()->second.volumes, leg("K1", 200, minutes(40)).volumes);
  // And whoever takes the zone over gets them with it.
  ASSERT_TRUE(world.act("us", LeaseZone{id("fr"), minutes(600), ZoneId::trusted("K1")}).has_value());
  world.settle();
  bool found = false;
  for (const Written& written : world.record("us")) {
    const auto entry =
        is_coordination_line(written.line) ? read_entry(written.line) : Result<Entry>(fail(ErrorCode::kInvalid, ""));
    if (!entry || written.log.author != id("us")) continue;
    if (const auto* snapshot = std::get_if<ZoneSnapshot>(&entry->body)) {
      ASSERT_EQ(snapshot->windows.size(), 1U);
      EXPECT_EQ(snapshot->windows[0].volumes, leg("K1", 200, minutes(40)).volumes);
      found = true;
    }
  }
  EXPECT_TRUE(found);
}

// Preview
// ---------------------------------------------------------------------------------------------------------------

TEST_F(DisclosureTest, APreviewSaysWhatWouldBeShownAndWithdrawn) {
  set_level("us", "fr", 3);
  file_flight();
  const auto freeze = world.at("us").shown().preview(shows("us", "fr"), 0);
  ASSERT_EQ(freeze.size(), 1U);
  EXPECT_EQ(freeze[0].source, "flight M1");
  EXPECT_EQ(freeze[0].before, ShareLevel::kFull);
  EXPECT_EQ(freeze[0].after, ShareLevel::kNone);
  EXPECT_EQ(freeze[0].versions, 1U);
  EXPECT_THAT(freeze[0].holders, ElementsAre(id("fr")));
  const auto grant = world.at("us").shown().preview(shows("us", "ru"), 2);
  ASSERT_EQ(grant.size(), 1U);
  EXPECT_EQ(grant[0].after, ShareLevel::kCoarse);
  EXPECT_EQ(grant[0].versions, 0U);
  EXPECT_THAT(world.at("us").shown().preview(shows("fr", "us"), 0), IsEmpty()) << "what others show is theirs";
}

// Rules
// -----------------------------------------------------------------------------------------------------------------

TEST_F(DisclosureTest, ARuleNamesOthersOfTheCharter) {
  const auto refused = [&](AuthorityId recipient, std::vector<AuthorityId> onward) {
    return world.act("us", SetShareRule{core::Domain::kAir, std::move(onward), std::move(recipient)}).error().text();
  };
  EXPECT_THAT(refused(id("xx"), {}), HasSubstr("nobody whom this node shows anything"));
  EXPECT_THAT(refused(id("fr"), {id("xx")}), HasSubstr("no authority \"xx\""));
  EXPECT_THAT(refused(id("fr"), {id("fr")}), HasSubstr("has it already"));
  EXPECT_THAT(refused(id("fr"), {}), HasSubstr("says so already"));
}

}  // namespace
}  // namespace tansiq::coordination
