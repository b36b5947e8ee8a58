// Who learns which craft fly: at home everything, elsewhere who is shown flights whole, and nobody else. And the golden
// lines of format 2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "coordination/coalition_testlib.h"
#include "coordination/disclosure_content.h"
#include "coordination/flight_desk_testlib.h"
#include "core/golden_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Craft = core::Craft;

const core::testing::GoldenFolder kGolden("v2/coordination");

std::vector<Craft> two() {
  return {{.icao = core::IcaoAddress{0x4CA1FA}, .mode_3a = core::Mode3a{04321}}, {.mmsi = core::Mmsi{2'211'234}}};
}

std::string line_of(Body body) {
  Entry entry;
  entry.seq = 7;
  entry.time = flight_testing::kNoon;
  entry.body = std::move(body);
  auto line = write_entry(entry);
  EXPECT_TRUE(line.has_value()) << line.error().text();
  return std::move(line).value_or("");
}

/// What is asked and told to each owner of a flight from A1 (us) through D1 (disputed) to B1 (ru).
std::vector<Body> told(std::int64_t level_of_us) {
  flight_testing::Home home;
  home.relations.set(shown_under(core::RelationDomain::kAir, home.self, flight_testing::authority("us")), level_of_us);
  home.relations.set(shown_under(core::RelationDomain::kAir, home.self, flight_testing::authority("ru")), 2);
  FlightFiled filed = home.plan({"A1", "D1"});
  filed.craft = two();
  return home.act(home.desk->file(filed, home.now));
}

TEST(CraftTold, ToOwnersThatAreShownFlightsWholeAndToNobodyElse) {
  for (const std::int64_t level : {0, 1, 2, 3, 4}) {
    SCOPED_TRACE(level);
    int to_us = 0;
    for (const Body& body : told(level)) {
      const auto expect = [&](const AuthorityId& to, const std::vector<Craft>& craft) {
        const bool us = to == flight_testing::authority("us");
        to_us += us ? 1 : 0;
        EXPECT_EQ(craft, us && level >= 3 ? two() : std::vector<Craft>()) << to.str();
      };
      if (const auto* request = std::get_if<LegRequest>(&body.variant())) expect(request->to, request->craft);
      if (const auto* notice = std::get_if<LegNotice>(&body.variant())) expect(notice->to, notice->craft);
    }
    EXPECT_GE(to_us, 1);
  }
}

TEST(CraftTold, SharesHaveThemFromFullOn) {
  const OwnSource source{.source = "flight M1",
                         .call_sign = "MIRAGE1",
                         .domain = core::RelationDomain::kAir,
                         .state = "filed",
                         .changed = flight_testing::kNoon,
                         .volumes = flight_testing::box(10, 20),
                         .craft = two()};
  for (const ShareLevel level : {ShareLevel::kNone, ShareLevel::kBusy, ShareLevel::kCoarse}) {
    EXPECT_TRUE(content_at(source, level, {}).craft.empty()) << to_text(level);
  }
  for (const ShareLevel level : {ShareLevel::kFull, ShareLevel::kLive}) {
    EXPECT_EQ(content_at(source, level, {}).craft, two()) << to_text(level);
  }
  ShareContent forged = content_at(source, ShareLevel::kCoarse, {});
  forged.craft = two();
  EXPECT_FALSE(forged.check()) << "a reader does not take them either";
}

/// Through whole coalitions: what the flight of us and its intent leave at fr, under each level.
TEST(CraftTold, NothingOfThemReachesWhoIsShownLess) {
  for (const std::int64_t level : {1, 2, 3, 4}) {
    SCOPED_TRACE(level);
    core::Charter charter = testing::charter_of_three();
    const AuthorityId us = AuthorityId::trusted("us");
    const AuthorityId fr = AuthorityId::trusted("fr");
    for (core::InitialRelation& relation : charter.relations) {
      if (relation.edge.capability != core::Capability::kDisclosure) continue;
      relation.level = relation.edge.from == us && relation.edge.to == fr ? level : 0;
    }
    testing::World world(std::move(charter));
    const auto done =
        world.command("us", core::CreateIntent{.intent = IntentId::trusted("i1"),
                                               .flight = "CIVIL1",
                                               .domain = core::Domain::kAir,
                                               .volumes = testing::leg("K1", 150, testing::minutes(40)).volumes,
                                               .keys = {},
                                               .craft = two()});
    ASSERT_TRUE(done.has_value()) << done.error().text();
    const auto filed = world.act("us", FileFlight{{.alternate = {},
                                                   .call_sign = "MIRAGE1",
                                                   .craft = {{.mmsi = core::Mmsi{2'211'235}}},
                                                   .domain = core::Domain::kAir,
                                                   .flight = FlightId::trusted("M1"),
                                                   .gate_leg = {},
                                                   .legs = {testing::leg("K1", 200, testing::minutes(40))},
                                                   .principal = {}}});
    ASSERT_TRUE(filed.has_value()) << filed.error().text();
    world.settle();
    world.advance(15 * 60'000);
    world.settle();
    bool seen = false;
    for (const auto& written : world.record("fr")) {
      EXPECT_THAT(written.line, Not(HasSubstr("\"mmsi\":\"00221123"))) << "no record of fr has them";
    }
    for (const std::string& body : world.received("fr")) {
      seen = seen || body.find("\"mmsi\":\"002211234\"") != std::string::npos;
    }
    EXPECT_EQ(seen, level >= 3);
  }
}

// Format 2 ------------------------------------------------------------------------------------------------------------

/// One line of each type of entry that may name craft.
std::vector<Body> bodies() {
  const AuthorityId us = AuthorityId::trusted("us");
  const PlannedLeg leg{.volumes = flight_testing::box(10, 20), .zone = ZoneId::trusted("A1")};
  LegRequest request;
  request.call_sign = "MIRAGE1";
  request.craft = two();
  request.flight = FlightId::trusted("M1");
  request.to = us;
  request.volumes = leg.volumes;
  request.zone = leg.zone;
  LegNotice notice;
  notice.craft = {{.from = flight_testing::kNoon, .mode_3a = core::Mode3a{021}, .to = flight_testing::minutes(9)}};
  notice.flight = request.flight;
  notice.to = us;
  notice.volumes = leg.volumes;
  notice.zone = ZoneId::trusted("D1");
  FlightFiled filed;
  filed.craft = two();
  filed.flight = request.flight;
  filed.legs = {leg};
  return {request, notice, filed};
}

TEST(CraftEntries, AreOfFormatTwoAndTheRestOfOne) {
  for (const Body& body : bodies()) {
    const std::string line = line_of(body);
    EXPECT_THAT(line, HasSubstr("\"v\":2")) << line;
    const auto read = read_entry(line);
    ASSERT_TRUE(read.has_value()) << read.error().text();
    EXPECT_EQ(read->body, body);
    std::string older = line;
    older.replace(older.find("\"v\":2"), 5, "\"v\":1");
    EXPECT_FALSE(read_entry(older).has_value());
  }
  FlightFiled plain = std::get<FlightFiled>(bodies()[2].variant());
  plain.craft.clear();
  EXPECT_THAT(line_of(plain), HasSubstr("\"v\":1"));
  plain.craft = {{.icao = core::IcaoAddress{1}}, {.icao = core::IcaoAddress{1}}};
  EXPECT_FALSE(plain.check());
}

TEST(CraftGolden, WritesItOnce) {
  if (!kGolden.to_be_written("lines.jsonl")) GTEST_SKIP() << "only with TANSIQ_WRITE_GOLDEN set";
  std::ofstream out(kGolden.file("lines.jsonl"), std::ios::binary);
  for (const Body& body : bodies()) out << line_of(body);
}

TEST(CraftGolden, ItsLinesAreReadAsTheyWereWritten) {
  const std::vector<std::string> lines = kGolden.lines("lines.jsonl");
  ASSERT_EQ(lines.size(), bodies().size());
  for (const std::string& line : lines) {
    const auto read = read_entry(line);
    ASSERT_TRUE(read.has_value()) << read.error().text();
    EXPECT_EQ(line_of(read->body), line);
  }
}

}  // namespace
}  // namespace tansiq::coordination
