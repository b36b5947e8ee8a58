#include "coordination/charter_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "coordination/zone_control_testlib.h"
#include "log/note.h"

namespace tansiq::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using zone_testing::at_minute;
using zone_testing::authority;
using zone_testing::kNoon;

log::SignerKey key(std::string_view name, std::uint8_t fill) {
  return std::move(*log::SignerKey::from_seed(name, log::KeyType::kEd25519, Bytes(32, fill)));
}

class CharterChangeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    old = zone_testing::three_party_charter();
    old.zones.erase(old.zones.begin() + 2);  // D1 lies over K1; zones of us.
    old.zones[1].outline =
        geo::Circle{.centre = {.lat_e7 = 400'000'000, .lng_e7 = 400'000'000}, .radius_cm = 10'000'00};
    for (std::size_t i = 0; i < 3; ++i) old.authorities[i].keys = {keys[i].verifier().text()};
    old.relations = {{.edge = edge("us", "fr"), .level = 1}};
    next = old;
    next.version = 2;
    next.valid_from = at_minute(60);
  }
  static core::Edge edge(std::string_view from, std::string_view to) {
    return {.capability = core::Capability::kRequest,
            .domain = core::RelationDomain::kAir,
            .from = authority(from),
            .to = authority(to)};
  }
  std::string note(std::vector<const log::SignerKey*> signers) const {
    return *log::sign_note(core::charter_text(next), signers);
  }
  std::string note() const { return note({&keys[0], &keys[1], &keys[2]}); }
  std::string verdict(const std::string& signed_note) const {
    const auto result = check_successor(old, signed_note);
    return result ? "accepted" : result.error().text();
  }
  std::vector<std::string> signers() const {
    std::vector<std::string> out;
    for (const AuthorityId& id : required_signers(old, next)) out.push_back(id.str());
    return out;
  }
  std::array<log::SignerKey, 4> keys{key("us.example", 1), key("fr.example", 2), key("ru.example", 3),
                                     key("de.example", 4)};
  core::Charter old;
  core::Charter next;
};

TEST_F(CharterChangeTest, SameTextConcernsNobody) {
  EXPECT_TRUE(differences(old, next).empty());
  EXPECT_EQ(verdict(note()), "accepted");
  // Order within the text is none of the change.
  std::ranges::reverse(next.zones);
  std::ranges::reverse(next.authorities);
  EXPECT_TRUE(differences(old, next).empty());
}

TEST_F(CharterChangeTest, ChangedZoneConcernsItsOwners) {
  next.zones[1].minima.horizontal_m = 500;
  EXPECT_THAT(signers(), ElementsAre("fr"));
  next = old;
  next.zones[1].owner = authority("ru");
  EXPECT_THAT(signers(), ElementsAre("fr", "ru"));
  const auto changes = differences(old, next);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].where, "zone K2: owner");
  EXPECT_EQ(changes[0].before, "fr");
  EXPECT_EQ(changes[0].after, "ru");
}

TEST_F(CharterChangeTest, EveryMemberOfAZoneIsCompared) {
  const auto where = [&](const std::function<void(core::Zone&)>& change) {
    next = old;
    change(next.zones[1]);
    const auto changes = differences(old, next);
    return changes.size() == 1 ? changes[0].where : "not one change";
  };
  EXPECT_EQ(where([](core::Zone& z) { z.name = "x"; }), "zone K2: name");
  EXPECT_EQ(where([](core::Zone& z) { z.domain = core::Domain::kSea; }), "zone K2: domain");
  EXPECT_EQ(where([](core::Zone& z) { z.rule = core::Rule::kAware; }), "zone K2: rule");
  EXPECT_EQ(where([](core::Zone& z) { z.disclosure = core::Disclosure::kFull; }), "zone K2: disclosure");
  EXPECT_EQ(where([](core::Zone& z) { z.minima.time_ms = 1; }), "zone K2: minima");
  EXPECT_EQ(where([](core::Zone& z) { z.band.upper_cm = 100; }), "zone K2: extent");
  EXPECT_EQ(where([](core::Zone& z) { z.tenants = {authority("ru")}; }), "zone K2: tenants");
}

TEST_F(CharterChangeTest, ChangedExtentConcernsTheBackgroundToo) {
  next.zones[1].outline = geo::Circle{.centre = {.lat_e7 = 400'000'000, .lng_e7 = 400'000'000}, .radius_cm = 20'000'00};
  EXPECT_THAT(signers(), ElementsAre("fr", "us"));
}

TEST_F(CharterChangeTest, NewTenantConcernsItself) {
  next.zones[1].tenants = {authority("ru")};
  EXPECT_THAT(signers(), ElementsAre("fr", "ru"));
}

TEST_F(CharterChangeTest, RelationConcernsBothSides) {
  next.relations[0].level = 0;
  EXPECT_THAT(signers(), ElementsAre("fr", "us"));
  next = old;
  next.relations.push_back({.edge = edge("ru", "fr"), .level = 1});
  EXPECT_THAT(signers(), ElementsAre("fr", "ru"));
}

TEST_F(CharterChangeTest, KeysAndNodeConcernTheirAuthority) {
  next.authorities[2].keys = {keys[3].verifier().text()};
  EXPECT_THAT(signers(), ElementsAre("ru"));
  next = old;
  next.authorities[2].peer = core::Peer{.cosigner = "c", .tls_keys = {}, .url = "https://ru"};
  EXPECT_THAT(signers(), ElementsAre("ru"));
}

TEST_F(CharterChangeTest, TimingConcernsEverybody) {
  next.timing.delivery_ms += 1;
  EXPECT_THAT(signers(), ElementsAre("fr", "ru", "us"));
}

TEST_F(CharterChangeTest, CatalogueAndTolerancesConcernEverybody) {
  next.catalogue = core::CatalogueTerms{log::sha256("the texts of all")};
  EXPECT_THAT(signers(), ElementsAre("fr", "ru", "us"));
  ASSERT_EQ(differences(old, next).size(), 1U);
  EXPECT_EQ(differences(old, next)[0].where, "catalogue");
  EXPECT_EQ(differences(old, next)[0].before, "not stated");
  next = old;
  // What every program comes with, once it is stated, is a promise.
  next.conformance.emplace();
  EXPECT_THAT(signers(), ElementsAre("fr", "ru", "us"));
  old.conformance = next.conformance;
  EXPECT_TRUE(differences(old, next).empty());
  next.conformance->uas.lateral_m = 50;
  EXPECT_EQ(differences(old, next)[0].where, "conformance");
}

TEST_F(CharterChangeTest, JoiningAuthoritySigns) {
  next.authorities.push_back({.id = authority("de"), .name = "de", .keys = {keys[3].verifier().text()}});
  EXPECT_THAT(signers(), ElementsAre("de"));
  EXPECT_THAT(verdict(note()), HasSubstr("the change concerns de"));
  EXPECT_EQ(verdict(note({&keys[0], &keys[1], &keys[3]})), "accepted");
}

TEST_F(CharterChangeTest, RemovalNeedsAllRemainingOwnersAndNotTheRemoved) {
  next.authorities.pop_back();  // ru
  next.zones[0].tenants = {authority("fr")};
  EXPECT_THAT(signers(), ElementsAre("fr", "us"));
  EXPECT_EQ(verdict(note({&keys[0], &keys[1]})), "accepted");
}

TEST_F(CharterChangeTest, NobodyReplacesAnothersKeys) {
  const log::SignerKey fresh = key("ru.example", 5);
  next.authorities[2].keys = {fresh.verifier().text()};
  // Signed for ru with the key that was just put in.
  EXPECT_THAT(verdict(note({&keys[0], &keys[1], &fresh})),
              HasSubstr("the change concerns ru, by whom there is no signature with a key of version 1"));
  EXPECT_EQ(verdict(note({&keys[0], &keys[1], &keys[2]})), "accepted");
}

TEST_F(CharterChangeTest, SuccessorFollows) {
  const core::Charter good = next;
  const auto with = [&](const std::function<void(core::Charter&)>& change) {
    next = good;
    change(next);
    return verdict(note());
  };
  EXPECT_THAT(with([](core::Charter& c) { c.id = "other"; }), HasSubstr("a version of \"test\" is needed"));
  EXPECT_THAT(with([](core::Charter& c) { c.version = 3; }), HasSubstr("version 3 cannot follow version 1; 2 can"));
  EXPECT_THAT(with([](core::Charter& c) { c.version = 1; }), HasSubstr("version 1 cannot follow"));
  EXPECT_THAT(with([](core::Charter& c) { c.data_mode = core::DataMode::kExercise; }), HasSubstr("stays TEST"));
  EXPECT_THAT(with([](core::Charter& c) { c.valid_from = kNoon; }), HasSubstr("must begin while"));
  old.valid_until = at_minute(30);
  EXPECT_THAT(with([](core::Charter& c) { c.valid_until = at_minute(90); }), HasSubstr("must begin while"));
  old.valid_until.reset();
  EXPECT_THAT(with([](core::Charter& c) { c.zones.clear(); }), HasSubstr("at least one zone"));
  next = good;
  EXPECT_THAT(verdict(note({&keys[0]})), HasSubstr("owns zones but has not signed"));
  EXPECT_THAT(verdict("nonsense"), ::testing::Not("accepted"));
}

TEST_F(CharterChangeTest, FirstToAdoptIsEarlyAndOthersMayFollowLate) {
  CharterAdoptions us(authority("us"), old);
  const auto adopt = [&](UtcMs now) { return us.adopt(old, note(), now); };
  const UtcMs last = next.valid_from - charter_lead_ms(old.timing);
  ASSERT_TRUE(adopt(last).has_value());
  EXPECT_THAT(adopt(last + 1).error().text(), HasSubstr("the others need"));
  const Body body = *adopt(last);
  EXPECT_EQ(std::get<CharterAdopted>(body).effective, next.valid_from);
  const EntryHash hash = log::sha256("entry");
  EXPECT_FALSE(us.apply({.author = authority("fr"), .hash = hash, .time = last, .body = body}));
  EXPECT_THAT(us.others(std::get<CharterAdopted>(body).charter_sha256), ElementsAre(authority("fr")));
  ASSERT_TRUE(adopt(next.valid_from + 1).has_value());
  EXPECT_FALSE(us.own());
  EXPECT_FALSE(us.apply({.author = authority("us"), .hash = hash, .time = last, .body = body}));
  EXPECT_EQ(us.own(), std::get<CharterAdopted>(body));
  EXPECT_FALSE(us.apply({.author = authority("us"), .hash = hash, .time = last, .body = body}));
  EXPECT_THAT(adopt(last).error().text(), HasSubstr("version 2 is adopted already"));
}

TEST_F(CharterChangeTest, OneTextAVersion) {
  CharterAdoptions us(authority("us"), old);
  const CharterAdopted other{
      .charter_sha256 = log::sha256("other"), .effective = at_minute(90), .note_sha256 = {}, .version = 2};
  const EntryHash hash = log::sha256("entry");
  EXPECT_FALSE(us.apply({.author = authority("fr"), .hash = hash, .time = kNoon, .body = other}));
  EXPECT_THAT(us.adopt(old, note(), kNoon).error().text(), HasSubstr("fr has adopted another text as version 2"));
  CharterAdopted mine = other;
  mine.effective = at_minute(91);
  const auto oddity = us.apply({.author = authority("ru"), .hash = hash, .time = kNoon, .body = mine});
  ASSERT_TRUE(oddity);
  EXPECT_TRUE(oddity->alarm);
  EXPECT_THAT(oddity->text, HasSubstr("charter.adopted by ru: fr has adopted another text as version 2"));
}

TEST_F(CharterChangeTest, StateComesBackEqual) {
  CharterAdoptions us(authority("us"), old);
  const EntryHash hash = log::sha256("entry");
  const CharterAdopted two{
      .charter_sha256 = log::sha256("2"), .effective = at_minute(90), .note_sha256 = {}, .version = 2};
  const CharterAdopted three{
      .charter_sha256 = log::sha256("3"), .effective = at_minute(99), .note_sha256 = {}, .version = 3};
  for (const char* author : {"fr", "us"}) {
    EXPECT_FALSE(us.apply({.author = authority(author), .hash = hash, .time = kNoon, .body = two}));
  }
  EXPECT_FALSE(us.apply({.author = authority("fr"), .hash = hash, .time = kNoon, .body = three}));
  EXPECT_FALSE(us.apply({.author = authority("fr"), .hash = hash, .time = kNoon, .body = two}));  // Late, again.
  std::string text;
  log::JcsWriter out(text);
  us.write_state(out);
  CharterAdoptions again(authority("us"), old);
  const auto document = log::JcsDocument::parse(text);
  ASSERT_TRUE(document.has_value());
  ASSERT_TRUE(again.read_state(document->root()).has_value());
  EXPECT_EQ(again, us);
  EXPECT_THAT(again.others(three.charter_sha256), ElementsAre(authority("fr")));
}

}  // namespace
}  // namespace tansiq::coordination
