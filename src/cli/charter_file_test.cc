#include "cli/charter_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/peer_options.h"
#include "log/note.h"
#include "net/tls_identity.h"

namespace tansiq::cli {
namespace {

using core::Capability;
using core::RelationDomain;
using ::testing::HasSubstr;

log::SignerKey key_of(std::string_view id, log::KeyType type = log::KeyType::kEd25519) {
  auto key = log::SignerKey::generate(
      std::string(id) + ".example/" + (type == log::KeyType::kEd25519 ? "main" : "cosigner"), type);
  EXPECT_TRUE(key);
  return std::move(*key);
}

/// A draft as `init --url` and `add-zone` make it.
core::Charter draft_of(std::string_view id, std::string_view zone, std::int32_t longitude_degrees) {
  core::Charter charter;
  charter.id = charter.name = std::string(id);
  charter.valid_from = UtcMs{1'795'341'600'000};
  core::Authority authority{
      .id = AuthorityId::trusted(id), .name = std::string(id), .keys = {key_of(id).verifier().text()}};
  authority.peer = core::Peer{.cosigner = key_of(id, log::KeyType::kEd25519Cosignature).verifier().text(),
                              .tls_keys = {log::Hash{}},
                              .url = "https://" + std::string(id) + ".example:7463"};
  charter.authorities.push_back(std::move(authority));
  core::Zone one;
  one.id = ZoneId::trusted(zone);
  one.name = std::string(zone);
  one.owner = AuthorityId::trusted(id);
  one.outline = geo::Circle{{330'000'000, longitude_degrees * 10'000'000}, 1'000'000};
  one.minima = {.horizontal_m = 9'260, .vertical_cm = 30'480, .time_ms = 0};
  charter.zones.push_back(one);
  return charter;
}

TEST(MergeCharter, TheOrderOfDraftsDoesNotMatter) {
  const core::Charter us = draft_of("us", "K1", 30);
  const core::Charter fr = draft_of("fr", "K4", 35);
  const core::Charter ru = draft_of("ru", "K2", 40);
  core::Charter first = us;
  ASSERT_TRUE(merge_charter(first, fr));
  ASSERT_TRUE(merge_charter(first, ru));
  core::Charter second = us;
  ASSERT_TRUE(merge_charter(second, ru));
  ASSERT_TRUE(merge_charter(second, fr));
  ASSERT_TRUE(merge_charter(second, ru)) << "said twice is said once";
  EXPECT_EQ(core::charter_text(first), core::charter_text(second));
  ASSERT_EQ(first.authorities.size(), 3U);
  EXPECT_EQ(first.authorities.front().id.str(), "fr");
  EXPECT_EQ(first.id, "us");
  const auto findings =
      all_findings(first, {first.authorities[0].id, first.authorities[1].id, first.authorities[2].id});
  EXPECT_TRUE(findings.empty()) << findings.front().where << ": " << findings.front().message;
}

TEST(MergeCharter, TwoVersionsOfOneThingAreNamedAndChangeNothing) {
  const core::Charter fr = draft_of("fr", "K4", 35);
  core::Charter forged = fr;
  forged.authorities.front().peer->url = "https://elsewhere.example:1";
  core::Charter into = draft_of("us", "K1", 30);
  ASSERT_TRUE(merge_charter(into, fr));
  const core::Charter before = into;
  Status merged = merge_charter(into, forged);
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().code, ErrorCode::kConflict);
  EXPECT_THAT(merged.error().message, HasSubstr("authority \"fr\" is stated in two ways"));
  EXPECT_EQ(into, before);

  merged = merge_charter(into, draft_of("ru", "K1", 40));
  ASSERT_FALSE(merged);
  EXPECT_THAT(merged.error().message, HasSubstr("zone \"K1\" is stated in two ways"));
  EXPECT_EQ(into, before) << "not even its authority";

  core::Charter real = draft_of("ru", "K2", 40);
  real.data_mode = core::DataMode::kReal;
  EXPECT_THAT(merge_charter(into, real).error().message, HasSubstr("one mode"));
}

TEST(MergeCharter, TimingThatSomebodyStatedCounts) {
  core::Charter us = draft_of("us", "K1", 30);
  core::Charter fr = draft_of("fr", "K4", 35);
  fr.timing.crew_ms = 60'000;
  ASSERT_TRUE(merge_charter(us, fr));
  EXPECT_EQ(us.timing.crew_ms, 60'000);
  core::Charter ru = draft_of("ru", "K2", 40);
  ru.timing.crew_ms = 90'000;
  EXPECT_THAT(merge_charter(us, ru).error().message, HasSubstr("different timing"));
}

TEST(NextVersion, ChangesNumberAndMomentAlone) {
  const core::Charter old = draft_of("us", "K1", 30);
  core::Charter next = next_version(old, old.valid_from + 86'400'123);
  EXPECT_EQ(next.version, old.version + 1);
  EXPECT_EQ(next.valid_from, old.valid_from + 86'400'000) << "whole seconds";
  next.version = old.version;
  next.valid_from = old.valid_from;
  EXPECT_EQ(next, old);
}

TEST(SetRelations, LevelZeroTakesOneOut) {
  core::Charter charter = draft_of("us", "K1", 30);
  const core::Edge request{Capability::kRequest, RelationDomain::kAir, AuthorityId::trusted("us"),
                           AuthorityId::trusted("fr")};
  const core::Edge shown{Capability::kDisclosure, RelationDomain::kAir, AuthorityId::trusted("us"),
                         AuthorityId::trusted("fr")};
  set_relations(charter, {{.edge = shown, .level = 2}, {.edge = request, .level = 1}});
  ASSERT_EQ(charter.relations.size(), 2U);
  set_relations(charter, {{.edge = request, .level = 0}});
  ASSERT_EQ(charter.relations.size(), 1U);
  EXPECT_EQ(charter.relations.front().edge, shown);
}

TEST(AllFindings, ALogThatLeavesNoNameForOthersIsFound) {
  core::Charter charter = draft_of("us", "K1", 30);
  const auto bare = log::SignerKey::generate("us", log::KeyType::kEd25519);
  ASSERT_TRUE(bare);
  charter.authorities.front().keys = {bare->verifier().text()};
  const auto findings = all_findings(charter, {charter.authorities.front().id});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().where, "authorities[0].keys[0]");
  EXPECT_THAT(findings.front().message, HasSubstr("leaves no name for the others"));
}

TEST(AllFindings, AnIdThatCannotStandInALogsNameIsFound) {
  core::Charter charter = draft_of("us", "K1", 30);
  core::Charter other = draft_of("fr", "K4", 35);
  other.authorities.front().id = other.zones.front().owner = AuthorityId::trusted("FR_air");
  ASSERT_TRUE(merge_charter(charter, other));
  const auto findings = all_findings(charter, {charter.authorities[0].id, charter.authorities[1].id});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings.front().message, HasSubstr("its log with FR_air"));
}

TEST(CollectSignatures, PutsCopiesOfOneTextTogether) {
  const log::SignerKey us = key_of("us");
  const log::SignerKey fr = key_of("fr");
  const auto signed_by = [](std::string_view text, const log::SignerKey& key) {
    const log::SignerKey* keys[] = {&key};
    return log::sign_note(text, keys).value_or("");
  };
  const auto both = collect_signatures({signed_by("text\n", us), signed_by("text\n", fr), signed_by("text\n", us)});
  ASSERT_TRUE(both) << both.error().text();
  const auto note = log::parse_note(*both);
  ASSERT_TRUE(note);
  EXPECT_EQ(note->signatures.size(), 2U);
  const auto mixed = collect_signatures({signed_by("text\n", us), signed_by("other\n", fr)});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, ErrorCode::kConflict);
}

TEST(PeerOptions, SayWhatIsMissing) {
  const log::SignerKey cosigner = key_of("us", log::KeyType::kEd25519Cosignature);
  PeerOptions options;
  options.url = "https://us.example:7463/";
  EXPECT_THAT(peer_from(options, std::nullopt).error().message, HasSubstr("--cosigner"));
  options.cosigner = key_of("us").verifier().text();
  EXPECT_THAT(peer_from(options, std::nullopt).error().message, HasSubstr("a key of their own"));
  options.cosigner = cosigner.verifier().text();
  EXPECT_THAT(peer_from(options, std::nullopt).error().message, HasSubstr("--certificate"));
  options.tls_keys = {std::string(64, 'a')};
  const auto peer = peer_from(options, std::nullopt);
  ASSERT_TRUE(peer) << peer.error().text();
  EXPECT_EQ(peer->url, "https://us.example:7463");

  PeerOptions moved;
  moved.url = "https://new.example:7463";
  const auto changed = peer_from(moved, *peer);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->tls_keys, peer->tls_keys) << "what is not given stays";
  moved.url = "http://new.example:7463";
  EXPECT_THAT(peer_from(moved, *peer).error().message, HasSubstr("TLS alone"));
}

TEST(PeerOptions, ACertificateCountsByItsKey) {
  const std::string base = ::testing::TempDir() + "tansiq-peer-options";
  std::filesystem::remove(base + ".crt");
  std::filesystem::remove(base + ".key");
  ASSERT_TRUE(net::make_identity(
      {.name = "us", .certificate_file = base + ".crt", .key_file = base + ".key", .kind = net::TlsKeyKind::kP256}));
  PeerOptions options;
  options.certificates = {base + ".crt"};
  const core::Peer was{.cosigner = "c", .tls_keys = {log::Hash{}}, .url = "https://us.example"};
  const auto peer = peer_from(options, was);
  ASSERT_TRUE(peer) << peer.error().text();
  ASSERT_EQ(peer->tls_keys.size(), 1U) << "keys that are given replace the old ones";
  EXPECT_EQ(peer->tls_keys.front(), log::Hash{net::certificate_key_sha256(base + ".crt").value()});
  std::filesystem::remove(base + ".crt");
  std::filesystem::remove(base + ".key");
}

}  // namespace
}  // namespace tansiq::cli
