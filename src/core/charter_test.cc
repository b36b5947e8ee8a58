#include "core/charter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/core_testlib.h"
#include "core/golden_testlib.h"
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

/// The test charter with all that came later.
Charter charter_with_terms() {
  Charter charter = keyed_charter();
  charter.catalogue = CatalogueTerms{*log::Hash::from_hex(std::string(64, '7'))};
  charter.conformance.emplace();
  charter.conformance->uas.lateral_m = 50;
  charter.conformance->uas.vertical_cm = 1'500;
  return charter;
}

TEST(CharterTest, WithoutTermsItHasTheTextThatItAlwaysHad) {
  const std::string text = charter_text(keyed_charter());
  EXPECT_EQ(text.find("catalogue"), std::string::npos);
  EXPECT_EQ(text.find("conformance"), std::string::npos);
  EXPECT_NE(charter_text(charter_with_terms()), text);
}

TEST(CharterTest, TermsHaveOneSpelling) {
  const Charter charter = charter_with_terms();
  const std::string text = charter_text(charter);
  const auto again = parse_charter(text);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again, charter);
  EXPECT_EQ(charter_text(*again), text);
}

TEST(CharterTest, TermsThatAreNoneAreRefused) {
  const std::string text = charter_text(charter_with_terms());
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const std::size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto charter = parse_charter(changed);
    EXPECT_FALSE(charter) << to;
    return charter ? std::string() : charter.error().text();
  };
  EXPECT_THAT(refused(std::string(64, '7'), std::string(63, '7')), HasSubstr("catalogue.sha256"));
  EXPECT_THAT(refused("\"catalogue\":{", "\"catalogue\":{\"name\":1,"), HasSubstr("name"));
  EXPECT_THAT(refused("\"clear_percent\":80", "\"clear_percent\":100"), HasSubstr("flicker"));
  EXPECT_THAT(refused("\"contingent_ms\":120000", "\"contingent_ms\":1"), HasSubstr("no sooner"));
  EXPECT_THAT(refused("\"lateral_m\":50", "\"lateral_m\":0"), HasSubstr("lateral"));
  EXPECT_THAT(refused("\"vertical_cm\":1500", "\"vertical_cm\":-1"), HasSubstr("vertical"));
  EXPECT_THAT(refused(",\"uas\":", ",\"uav\":"), HasSubstr("ua"));
}

const testing::GoldenFolder kTerms("v1/charter_terms");

TEST(CharterGolden, WritesItOnce) {
  if (!kTerms.to_be_written("charter.json")) GTEST_SKIP() << "only with TANSIQ_WRITE_GOLDEN set";
  const std::string text = charter_text(charter_with_terms());
  std::ofstream(kTerms.file("charter.json"), std::ios::binary) << text;
  std::ofstream(kTerms.file("charter_hash"), std::ios::binary) << charter_hash(text) << "\n";
}

TEST(CharterGolden, TermsReadAsTheyWereWritten) {
  const std::string text = kTerms.text("charter.json");
  const auto charter = parse_charter(text);
  ASSERT_TRUE(charter) << charter.error().text();
  EXPECT_EQ(*charter, charter_with_terms());
  EXPECT_EQ(charter_text(*charter), text);
  EXPECT_EQ(charter_hash(text) + "\n", kTerms.text("charter_hash"));
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
