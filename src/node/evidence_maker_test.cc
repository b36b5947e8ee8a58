#include "node/evidence_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "coordination/entry.h"
#include "core/charter.h"
#include "log/bundle_verify.h"
#include "log/cosignature.h"
#include "node/attachment_store.h"
#include "node/evidence_figures.h"
#include "node/peer_testlib.h"
#include "node/replication_keys.h"
#include "node/replication_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;

constexpr const char* kMembers = "fr.example/members";

/// The folder of `fr`, which has read the members' log of `us` and said so, and whose own `us` has cosigned.
class EvidenceMaker : public ::testing::Test {
 protected:
  EvidenceMaker() {
    us_.grow(300);
    write_charter();
    fr_.grow("fr.example/main", 3);
    fr_.grow(kMembers, 5);
    pull(1'000);
    anchor(us_.size());
    said_ = append_alarm_with(recording_hash());
  }

  void write_charter() {
    core::Charter charter;
    charter.id = "levant";
    charter.name = "Levant";
    const auto add = [&](const std::string& id, const log::VerifierKey& key, const log::SignerKey& cosigner) {
      charter.authorities.push_back({.id = AuthorityId::trusted(id),
                                     .name = id,
                                     .keys = {key.text()},
                                     .peer = core::Peer{.cosigner = cosigner.verifier().text(),
                                                        .tls_keys = {log::sha256(id)},
                                                        .url = "https://" + id + ".example:7464"}});
    };
    add("fr", fr_.main_key().verifier(), fr_cosigner_);
    add("us", *log::VerifierKey::make("us.example/main", log::KeyType::kEd25519, us_.key().verifier().public_key()),
        us_cosigner_);
    const log::SignerKey* const keys[] = {&fr_.main_key()};
    const auto note = log::sign_note(core::charter_text(charter), keys);
    ASSERT_TRUE(note) << note.error().text();
    charter_ = *note;
    std::ofstream(data() / "charter.note") << *note;
  }

  void pull(std::uint64_t entries_max) {
    Replica replica = fresh_replica(us_);
    const std::string bytes = us_.answer(replica.question(), entries_max);
    const Judgement judged = replica.judge(*read_pull_answer(bytes));
    ASSERT_EQ(judged.verdict, Verdict::kExtends) << judged.reason;
    ASSERT_TRUE(fr_.keep(kAuthorOrigin, judged));
  }

  std::string append(coordination::Body body) {
    const store::LogId id = fr_.own_log(kMembers);
    const std::uint64_t seq = *fr_.reader()->next_seq();
    const auto line = coordination::write_entry({.seq = seq,
                                                 .time = {static_cast<std::int64_t>(2'000'000 + seq)},
                                                 .by = {},
                                                 .second = {},
                                                 .cmd = {},
                                                 .body = std::move(body)});
    EXPECT_TRUE(line) << line.error().text();
    const store::NewEntry entry[] = {{id, as_bytes(*line)}};
    EXPECT_TRUE(fr_.store().append({.entries = entry}));
    return *line;
  }
  void anchor(std::uint64_t size) {
    const log::Hash root = *fr_.reader()->root_at(fr_.log(kAuthorOrigin), size);
    append(coordination::MembersAnchor{.seen = {{.origin = kAuthorOrigin, .root = root, .size = size}}});
  }
  log::Hash append_alarm_with(const log::Hash& quoted) {
    return log::leaf_hash(append(
        coordination::Equivocation{.evidence = quoted, .origin = kAuthorOrigin, .peer = AuthorityId::trusted("us")}));
  }
  void receipt(std::uint64_t seconds) {
    const store::Head head = *fr_.reader()->head(fr_.log(kMembers));
    log::Note note = *log::parse_note(head.checkpoint);
    note.signatures.push_back(*log::cosign(note.text, {seconds}, us_cosigner_));
    const std::string text = log::format_note(note);
    const std::string key = receipt_meta_key(kMembers, AuthorityId::trusted("us"));
    const store::NewMeta meta[] = {{key, as_bytes(text)}};
    ASSERT_TRUE(fr_.store().append({.entries = {}, .bodies = {}, .meta = meta}));
  }

  [[nodiscard]] std::filesystem::path data() const { return fr_.folder() / "data"; }
  [[nodiscard]] std::filesystem::path bundle() const { return fr_.folder() / "a.bundle"; }
  [[nodiscard]] static std::string recording() { return "what the radar heard"; }
  [[nodiscard]] static log::Hash recording_hash() { return log::sha256(recording()); }

  Result<MadeEvidence> make(EvidenceRequest request) {
    request.made = {3'000'000};
    std::filesystem::remove(bundle());
    return make_evidence(data(), request, bundle());
  }
  /// Checked with the charter that the test holds.
  log::BundleReport verified() {
    const auto report = log::verify_bundle_file(bundle(), {.keys = {}, .charters = {charter_}});
    EXPECT_TRUE(report) << report.error().text();
    for (const log::BundleFinding& finding : report->findings) {
      ADD_FAILURE() << to_text(finding.fault) << " in " << finding.section << ": " << finding.detail;
    }
    return *report;
  }
  static const log::BundleLog& log_of(const log::BundleReport& report, std::string_view origin) {
    return *std::ranges::find(report.logs, origin, &log::BundleLog::origin);
  }

  PeerStore fr_{"fr"};
  Author us_;
  log::SignerKey fr_cosigner_ = *log::SignerKey::generate("fr.example/cosigner", log::KeyType::kEd25519Cosignature);
  log::SignerKey us_cosigner_ = *log::SignerKey::generate("us.example/cosigner", log::KeyType::kEd25519Cosignature);
  std::string charter_;
  log::Hash said_;
};

TEST_F(EvidenceMaker, GivesAnEntryWithAllThatProvesIt) {
  receipt(4'000);
  fr_.grow(kMembers, 2);
  const auto file = fr_.folder() / "watch.tsr";
  std::ofstream(file) << recording();
  const auto made = make({.entries = {said_}, .attach = {{.label = {}, .path = file}}, .made = {}});
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->entries, 1U);
  EXPECT_EQ(made->anchors, 1U);
  EXPECT_TRUE(made->unquoted.empty());
  const log::BundleReport report = verified();
  const log::BundleLog& log = log_of(report, kMembers);
  EXPECT_EQ(log.authority, "fr");
  EXPECT_EQ(log.size, 9U) << "the newest checkpoint is there beside the cosigned one";
  ASSERT_EQ(log.entries.size(), 2U);
  EXPECT_EQ(log.entries[1].hash, said_);
  ASSERT_EQ(log.entries[1].witnesses.size(), 1U);
  EXPECT_EQ(log.entries[1].witnesses[0].authority, "us");
  EXPECT_EQ(log.entries[1].witnesses[0].time_ms, 4'000'000);
  ASSERT_EQ(log.entries[1].known.size(), 1U) << "the anchor before it";
  EXPECT_EQ(log.entries[1].known[0].size, 300U);
  ASSERT_EQ(report.attachments.size(), 1U);
  EXPECT_EQ(report.attachments[0].name, "watch.tsr");
  EXPECT_EQ(report.attachments[0].quoted_by.size(), 1U);
}

TEST_F(EvidenceMaker, TakesBodiesThatEntriesName) {
  const std::string body = "the evidence itself";
  const store::NewBody bodies[] = {{log::sha256(body), as_bytes(body)}};
  ASSERT_TRUE(fr_.store().append({.entries = {}, .bodies = bodies, .meta = {}}));
  const log::Hash entry = append_alarm_with(log::sha256(body));
  const auto made = make({.entries = {entry}, .made = {}});
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->bodies, 1U);
  EXPECT_EQ(verified().attachments.at(0).sha256, log::sha256(body));
  const auto without = make({.entries = {entry}, .bodies = false, .made = {}});
  ASSERT_TRUE(without);
  EXPECT_TRUE(verified().attachments.empty());
}

// A file of a message stands in the store under another hash than its own; the bundle has it as it is.
TEST_F(EvidenceMaker, TakesAttachmentsThatEntriesName) {
  const std::string file = "what the radar saw";
  const std::string body = attachment_body(file);
  const store::NewBody bodies[] = {{log::sha256(body), as_bytes(body)}};
  const std::string key = attachment_key(log::sha256(file));
  const std::string row = attachment_row({.bytes = static_cast<std::int64_t>(file.size()),
                                          .from = AuthorityId::trusted("us"),
                                          .kept = log::sha256(body),
                                          .since = UtcMs{1'000}});
  const store::NewMeta meta[] = {{key, as_bytes(row)}};
  ASSERT_TRUE(fr_.store().append({.entries = {}, .bodies = bodies, .meta = meta}));
  const auto made = make({.entries = {append_alarm_with(log::sha256(file))}, .made = {}});
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->bodies, 1U);
  EXPECT_EQ(verified().attachments.at(0).sha256, log::sha256(file));
  EXPECT_TRUE(verified().attachments.at(0).whole);
}

// What a peer said, out of the mirror: our anchor says by when we had read it.
TEST_F(EvidenceMaker, TakesEntriesOfPeers) {
  const log::Hash theirs = log::leaf_hash(us_.lines()[17]);
  const auto made = make({.entries = {theirs}, .made = {}});
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_THAT(made->logs, ::testing::UnorderedElementsAre(kAuthorOrigin, kMembers));
  const log::BundleReport report = verified();
  const log::BundleLog& log = log_of(report, kAuthorOrigin);
  ASSERT_EQ(log.entries.size(), 1U);
  EXPECT_EQ(log.entries[0].index, 17U);
  ASSERT_EQ(log.entries[0].witnesses.size(), 1U);
  EXPECT_EQ(log.entries[0].witnesses[0].authority, "fr");
  EXPECT_EQ(log.entries[0].witnesses[0].anchor, kMembers);
}

TEST_F(EvidenceMaker, TakesATimeOfTheLogsThatAreNamed) {
  const auto of_time = [&](std::vector<std::string> logs, std::int64_t from, std::int64_t to) {
    return make({.from = UtcMs{from}, .to = UtcMs{to}, .logs = std::move(logs), .made = {}});
  };
  // fr.example/main has the numbers 0 to 2, its members' log 3 to 7.
  const auto all = of_time({}, 1'000'000, 1'000'006);
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_THAT(all->logs, ::testing::Not(::testing::Contains("fr.example/main"))) << "only when named";
  EXPECT_THAT(log_of(verified(), kMembers).runs, ::testing::ElementsAre(std::pair(0U, 2U), std::pair(5U, 5U)))
      << "and the anchor, which shows that what us said then had been read";
  const auto main = of_time({"fr.example/main"}, 1'000'001, 1'000'003);
  ASSERT_TRUE(main) << main.error().text();
  EXPECT_EQ(main->entries, 2U);
  EXPECT_TRUE(log_of(verified(), "fr.example/main").entries[0].witnesses.empty());
  EXPECT_EQ(of_time({kMembers}, 5'000'000, 6'000'000).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(of_time({"no.example/log"}, 0, 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(of_time({}, 2, 1).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(make({.entries = {log::sha256("nobody said that")}, .made = {}}).error().code, ErrorCode::kNotFound);
}

TEST_F(EvidenceMaker, SaysWhichFilesNoEntryNames) {
  const auto file = fr_.folder() / "other";
  std::ofstream(file) << "something else";
  const auto made = make({.entries = {said_}, .attach = {{.label = "x", .path = file}}, .made = {}});
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->unquoted, std::vector<log::Hash>{log::sha256("something else")});
}

TEST_F(EvidenceMaker, NeedsARecord) {
  EXPECT_EQ(make_evidence(fr_.folder(), {.entries = {said_}, .made = {}}, bundle()).error().code, ErrorCode::kNotFound);
}

// A mirror that lies behind holds a prefix of what was signed; its proof goes with it.
TEST_F(EvidenceMaker, ProvesWhatAMirrorThatLiesBehindHolds) {
  PeerStore behind("fr");
  Replica replica = fresh_replica(us_);
  const std::string bytes = us_.answer(replica.question(), 100);
  ASSERT_TRUE(behind.keep(kAuthorOrigin, replica.judge(*read_pull_answer(bytes))));
  std::ofstream(behind.folder() / "data" / "charter.note") << charter_;
  const auto path = behind.folder() / "b.bundle";
  const log::Hash theirs = log::leaf_hash(us_.lines()[40]);
  const auto made = make_evidence(behind.folder() / "data", {.entries = {theirs}, .made = {}}, path);
  ASSERT_TRUE(made) << made.error().text();
  const auto report = log::verify_bundle_file(path, {});
  ASSERT_TRUE(report && report->good());
  EXPECT_EQ(report->logs.at(0).size, 300U);
  EXPECT_TRUE(report->logs.at(0).entries.at(0).proved);
}

TEST(EvidenceFigures, AreMeasuredOnABundleThatVerifies) {
  const TemporaryFolder folder;
  const auto figures = measure_evidence({.folder = folder.path(), .tracks = 240, .seconds = 20, .entries = 3'000});
  ASSERT_TRUE(figures) << figures.error().text();
  EXPECT_EQ(figures->entries, 3'000U);
  EXPECT_GT(figures->bundle_bytes, figures->recording_bytes);
  EXPECT_GE(figures->recording_bytes, 240U * 20 / 5 * 60);
}

}  // namespace
}  // namespace tansiq::node
