#include "core/charter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/core_testlib.h"
#include "core/zone.h"
#include "log/note.h"

namespace tansiq::core {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

log::SignerKey key(std::string_view name, std::uint8_t fill) {
  return std::move(*log::SignerKey::from_seed(name, log::KeyType::kEd25519, Bytes(32, fill)));
}

/// The test charter with a key for each authority.
Charter keyed_charter() {
  Charter charter = testing::test_charter();
  charter.authorities[0].keys = {key("us.example/charter", 1).verifier().text()};
  charter.authorities[1].keys = {key("ru.example/charter", 2).verifier().text()};
  return charter;
}

std::set<AuthorityId> everybody() { return {AuthorityId::trusted("ru"), AuthorityId::trusted("us")}; }

std::vector<std::string> findings(const Charter& charter, const std::set<AuthorityId>& signers) {
  std::vector<std::string> out;
  for (const Finding& f : lint(charter, signers)) out.push_back(f.where + ": " + f.message);
  return out;
}

TEST(CharterTest, HasOneSpelling) {
  const Charter charter = keyed_charter();
  const std::string text = charter_text(charter);
  const auto again = parse_charter(text);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, charter);
  EXPECT_EQ(charter_text(*again), text);
  EXPECT_EQ(charter_hash(text).size(), 64U);
}

TEST(CharterTest, RefusesWhatItDoesNotKnow) {
  const std::string text = charter_text(keyed_charter());
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto charter = parse_charter(changed);
    EXPECT_FALSE(charter) << to;
    return charter ? std::string() : charter.error().text();
  };
  EXPECT_THAT(refused("\"rule\":\"aware\"", "\"rule\":\"awake\""), HasSubstr("zones[2].rule"));
  EXPECT_THAT(refused("\"owner\":\"us\"", "\"owner\":\"uk\""), HasSubstr("zones[0].owner: owner \"uk\" is not"));
  EXPECT_THAT(refused("\"id\":\"K2\"", "\"id\":\"K1\""), HasSubstr("stands here twice"));
  EXPECT_THAT(refused("\"id\":\"us\"", "\"id\":\"ru\""), HasSubstr("stands here twice"));
  EXPECT_THAT(refused("\"disclosure\"", "\"colour\":1,\"disclosure\""), HasSubstr("colour"));
  EXPECT_THAT(refused("\"data_mode\":\"TEST\"", "\"data_mode\":\"test\""), HasSubstr("data_mode"));
  EXPECT_THAT(refused("\"horizontal_m\":1000", "\"horizontal_m\":-1"), HasSubstr("horizontal_m"));
  EXPECT_THAT(refused("\"domain\":\"air\"", "\"domain\":\"sea\""), HasSubstr("no levels"));
  EXPECT_THAT(refused("{\"authorities\"", "{ \"authorities\""), HasSubstr("byte"));
}

TEST(CharterTest, HasAtMostOneBackground) {
  Charter charter = keyed_charter();
  Zone rest;
  rest.id = ZoneId::trusted("REST");
  rest.owner = AuthorityId::trusted("us");
  rest.background = true;
  charter.zones.push_back(rest);
  EXPECT_TRUE(parse_charter(charter_text(charter)));
  rest.id = ZoneId::trusted("REST2");
  charter.zones.push_back(rest);
  EXPECT_THAT(parse_charter(charter_text(charter)).error().text(), HasSubstr("second background"));
}

TEST(CharterTest, LintPassesAGoodCharter) { EXPECT_THAT(findings(keyed_charter(), everybody()), IsEmpty()); }

TEST(CharterTest, LintFindsOverlapsOfDifferentOwners) {
  Charter charter = keyed_charter();
  charter.zones.push_back(testing::square_zone("R2", "ru", 30, 43, Rule::kExclusive));  // upon D1 of us
  EXPECT_THAT(findings(charter, everybody()),
              ElementsAre(HasSubstr("zones[6]: zone \"R2\" of ru overlaps zone \"D1\"")));
  charter.zones.back().band = {400 * 3'048, 500 * 3'048, geo::VerticalReference::kFlightLevel};  // touches from above
  EXPECT_THAT(findings(charter, everybody()), IsEmpty());
  charter.zones.back() = testing::square_zone("R2", "ru", 30, 40, Rule::kExclusive);
  charter.zones.back().band = {};
  charter.zones.back().domain = Domain::kSea;
  EXPECT_THAT(findings(charter, everybody()), ElementsAre(HasSubstr("overlaps zone \"S1\"")));
  charter.zones.back().owner = AuthorityId::trusted("us");
  EXPECT_THAT(findings(charter, everybody()), IsEmpty());
}

TEST(CharterTest, LintFindsMissingSignaturesAndKeys) {
  Charter charter = keyed_charter();
  EXPECT_THAT(findings(charter, {AuthorityId::trusted("us")}),
              ElementsAre(HasSubstr("ru owns zones but has not signed")));
  charter.authorities[1].keys = {charter.authorities[0].keys[0]};
  EXPECT_THAT(findings(charter, everybody()), ElementsAre(HasSubstr("named twice")));
  charter.authorities[1].keys = {"nonsense"};
  EXPECT_THAT(findings(charter, everybody()), ElementsAre(HasSubstr("authorities[1].keys[0]")));
  charter.authorities[1].keys.clear();
  EXPECT_THAT(findings(charter, everybody()), ElementsAre(HasSubstr("without a key")));
  EXPECT_THAT(findings(Charter(), {}),
              ElementsAre(HasSubstr("at least one authority"), HasSubstr("at least one zone")));
}

TEST(CharterTest, LintFindsOutlinesThatAreNone) {
  Charter charter = keyed_charter();
  auto& vertices = std::get<geo::Polygon>(*charter.zones[0].outline).vertices;
  std::swap(vertices[0], vertices[1]);
  EXPECT_THAT(findings(charter, everybody()), Contains(HasSubstr("zones[0].outline")));
  EXPECT_FALSE(ZoneTable::make(charter));
}

TEST(CharterTest, OpensSignedNotes) {
  const Charter charter = keyed_charter();
  const std::string text = charter_text(charter);
  const log::SignerKey us = key("us.example/charter", 1);
  const log::SignerKey ru = key("ru.example/charter", 2);
  const log::SignerKey stranger = key("xx.example/charter", 3);
  const std::array<const log::SignerKey*, 2> one{&us, &stranger};
  const auto opened = open_charter(*log::sign_note(text, one));
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(opened->charter, charter);
  EXPECT_EQ(opened->text, text);
  EXPECT_THAT(opened->signers, ElementsAre(AuthorityId::trusted("us")));
  const std::array<const log::SignerKey*, 2> both{&us, &ru};
  std::string note = *log::sign_note(text, both);
  EXPECT_EQ(open_charter(note)->signers, everybody());
  const std::size_t at = note.find("zone K1");
  note[at + 6] = '9';
  EXPECT_FALSE(open_charter(note));
}

TEST(ZoneTableTest, FindsZonesAcrossThe180thMeridian) {
  Charter charter = keyed_charter();
  Zone pacific = testing::square_zone("P1", "us", 30, 40, Rule::kExclusive);
  pacific.outline = geo::Polygon{
      {{0, 1'790'000'000}, {0, -1'790'000'000}, {10'000'000, -1'790'000'000}, {10'000'000, 1'790'000'000}}};
  charter.zones = {pacific};
  const auto table = ZoneTable::make(charter);
  ASSERT_TRUE(table);
  std::vector<ZoneNumber> zones;
  for (const std::int32_t lng : {1'799'000'000, -1'799'000'000}) {
    const auto inside = geo::prepare({geo::Circle{{5'000'000, lng}, 100'00},
                                      {610'000, 640'000, geo::VerticalReference::kFlightLevel},
                                      {testing::minutes(0), testing::minutes(1)}});
    ASSERT_TRUE(inside);
    table->zones_of(Domain::kAir, *inside, zones);
    EXPECT_THAT(zones, ElementsAre(0));
    table->zones_of(Domain::kSea, *inside, zones);
    EXPECT_THAT(zones, IsEmpty());
  }
}

}  // namespace
}  // namespace tansiq::core
