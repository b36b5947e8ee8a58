// Nodes that lost a part of their record, and what their peers give back: real stores, real sockets.
#include "node/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/coalition_figures.h"
#include "node/live_config.h"
#include "node/node_testlib.h"
#include "node/track_links.h"
#include "store/backup.h"

namespace tansiq::node {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

const Acceptance kAccepted{kTestStart, core::Subject::trusted("officer@b"), core::Subject::trusted("chief@b")};

class RecoveringNode : public ::testing::Test {
 protected:
  explicit RecoveringNode(const core::Timing& timing = {}) {
    auto started = LoopbackCoalition::start(folder_.path() / "coalition", 3, {.timing = timing});
    EXPECT_TRUE(started.has_value()) << started.error().text();
    if (started) coalition_ = std::move(*started);
  }
  void SetUp() override {
    ASSERT_NE(coalition_, nullptr);
    coalition_->config(1).recovery_wait_ms = 0;
  }
  [[nodiscard]] fs::path data(unsigned i) { return coalition_->config(i).data_dir; }

  void confirm(unsigned home, std::uint64_t number, const std::vector<unsigned>& through) {
    const auto events = *coalition_->events(home);
    const auto filed = coalition_->act(home, coalition_->flight(home, number, through));
    ASSERT_TRUE(filed.has_value()) << filed.error().text();
    const std::string to = "\"to\":\"" + LoopbackCoalition::authority(home).str() + "\"";
    for (std::size_t i = 0; i < through.size();) {
      const auto line = next_of_type(*events, "leg.confirmed", 30'000);
      ASSERT_TRUE(line.has_value()) << line.error().text();
      if (line->find(to) != std::string::npos) ++i;
    }
  }
  void backup_b() { ASSERT_TRUE(store::backup(data(1).string(), (folder_.path() / "backup").string()).has_value()); }
  /// The old record in place of the new one; everything else in the folder stays.
  void restore_b() {
    ASSERT_TRUE(coalition_->stop(1).has_value());
    for (const char* name : {"log.db", "log.db-wal", "log.db-shm"}) fs::remove(data(1) / name);
    const auto restored = store::restore((folder_.path() / "backup").string(), data(1).string());
    ASSERT_TRUE(restored.has_value()) << restored.error().text();
  }
  void await_recovery() {
    const auto events = *coalition_->events(1);
    ASSERT_TRUE(accept_recovery(data(1), kAccepted).has_value());
    const auto said = next_of_type(*events, "node.recovered", 30'000);
    ASSERT_TRUE(said.has_value()) << said.error().text();
    EXPECT_THAT(*said, HasSubstr("\"by\":\"officer@b\""));
    said_ = *said;
  }
  /// Waits until a page of node `i` says so.
  void await_page(unsigned i, std::string_view target, const std::string& words) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string page;
    while (std::chrono::steady_clock::now() < until) {
      page = coalition_->get(i, target).value_or("");
      if (page.find(words) != std::string::npos) return;
      std::this_thread::yield();
    }
    FAIL() << "no " << words << " in " << page;
  }

  TemporaryFolder folder_;
  std::unique_ptr<LoopbackCoalition> coalition_;
  std::string said_;
};

TEST_F(RecoveringNode, GetsBackFromItsPeersWhatItHadSaid) {
  confirm(0, 1, {1, 2});
  backup_b();
  confirm(0, 2, {1, 2});
  confirm(2, 3, {1});
  restore_b();
  ASSERT_TRUE(coalition_->restart(1).has_value());

  // It says what is missing, and grants nothing.
  EXPECT_THAT(coalition_->get(1, "/readyz").error().text(), HasSubstr("recovering"));
  await_page(1, "/v1/coordination/peers", "needs two officers");
  EXPECT_THAT(*coalition_->get(1, "/metrics"), HasSubstr("tansiq_recovering 1"));
  const auto refused = coalition_->act(1, coalition_->flight(1, 9, {0}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);

  await_recovery();
  EXPECT_THAT(said_, HasSubstr("\"given_up\":[\"b.tansiq.test/main\"]"));
  await_page(1, "/readyz", "ready");
  // What it had confirmed after the backup is known again.
  const std::string legs = *coalition_->get(1, "/v1/coordination/legs");
  EXPECT_THAT(legs, HasSubstr("\"flight\":\"a2\""));
  EXPECT_THAT(legs, HasSubstr("\"flight\":\"c3\""));
  // It talks with everybody, and nobody has seen two histories.
  confirm(0, 4, {1});
  confirm(2, 5, {1, 0});
  for (unsigned i : {0U, 2U}) {
    EXPECT_THAT(*coalition_->get(i, "/v1/coordination/peers"), Not(HasSubstr("\"pinned\":true")));
  }
  // Replay comes to the same, over the gap where the main log was.
  const auto before = coalition_->node(1).state_mark();
  for (const auto& file : fs::directory_iterator(data(1))) {
    if (file.path().filename().string().starts_with("snapshot-")) fs::remove(file.path());
  }
  ASSERT_TRUE(coalition_->restart(1).has_value());
  EXPECT_GE(coalition_->node(1).state_mark().entries, before.entries);
  EXPECT_FALSE(fs::exists(data(1) / kRecoveryFileName));
  await_page(1, "/readyz", "ready");
}

/// Versions of the charter that come into force within seconds.
class RecoveredNode : public RecoveringNode {
 protected:
  RecoveredNode() : RecoveringNode({.clock_error_ms = 100, .delivery_ms = 500, .decision_ms = 200, .crew_ms = 100}) {}
};

TEST_F(RecoveredNode, SpeaksWithItsPeersUnderTheNextVersionToo) {
  backup_b();
  confirm(0, 1, {1});
  restore_b();
  ASSERT_TRUE(coalition_->restart(1).has_value());
  await_recovery();
  await_page(1, "/readyz", "ready");
  core::Charter next = coalition_->founding();
  next.version = 2;
  next.valid_from = SystemClock().now() + 5'000;
  const std::string note = *coalition_->sign(next, {0, 1, 2});
  const auto events = *coalition_->events(1);
  for (unsigned i = 0; i < 3; ++i) {
    coordination::ActCommand adopt;
    adopt.cmd = CommandId::trusted("adopt");
    adopt.by = core::Subject::trusted("chief");
    adopt.act = coordination::AdoptCharter{coordination::NoteText{note}};
    const auto adopted = coalition_->act(i, std::move(adopt));
    ASSERT_TRUE(adopted.has_value()) << adopted.error().text();
  }
  ASSERT_TRUE(next_of_type(*events, "charter.in_force", 30'000).has_value());
  confirm(0, 2, {1});
}

/// A freeze or a withheld flight that was recorded after the backup still counts for what peers are told of tracks.
TEST_F(RecoveringNode, TellsNoTracksBeforeItsRecordIsWhole) {
  coalition_->config(1).live = std::make_shared<const LiveConfig>();
  backup_b();
  confirm(0, 1, {1});
  restore_b();
  ASSERT_TRUE(coalition_->restart(1).has_value());
  const auto asked_by_c = [this]() -> Result<TrackAnswer> {
    net::HttpClientOptions http;
    http.base_url = coalition_->node(1).peer_address();
    http.trust.keys_sha256 = {coalition_->founding().authorities[1].peer->tls_keys[0].bytes};
    http.trust.certificate_file = (data(2) / "peer.crt").string();
    http.trust.key_file = (data(2) / "peer.key").string();
    return ask_tracks(*TRY(net::HttpClient::create(std::move(http))), {});
  };
  const auto refused = asked_by_c();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().text(), HasSubstr("recovering"));
  await_recovery();
  await_page(1, "/readyz", "ready");
  const auto answered = asked_by_c();
  EXPECT_TRUE(answered.has_value()) << answered.error().text();
}

/// Space that was granted after the backup is not granted again: another home that asks for it gets a counter.
TEST_F(RecoveringNode, GrantsNothingTwice) {
  backup_b();
  confirm(0, 1, {1});
  restore_b();
  ASSERT_TRUE(coalition_->restart(1).has_value());
  await_recovery();
  auto again = coalition_->flight(0, 1, {1});
  auto& filed = std::get<coordination::FileFlight>(again.act);
  filed.filed.flight = coordination::FlightId::trusted("other");
  again.cmd = CommandId::trusted("other");
  const auto events = *coalition_->events(2);
  ASSERT_TRUE(coalition_->act(2, again).has_value());
  const auto answer = next_of_type(*events, "leg.hold", 30'000);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  EXPECT_THAT(*answer, ContainsRegex("(level|time)_shift")) << "a counter, as the space is taken";
}

/// The disk was replaced: nothing but keys, charter and an old copy is left.
TEST_F(RecoveringNode, NeedsNoLastCheckpoint) {
  backup_b();
  confirm(0, 1, {1});
  restore_b();
  fs::remove(data(1) / "last-checkpoint");
  ASSERT_TRUE(coalition_->restart(1).has_value());
  await_recovery();
  EXPECT_THAT(*coalition_->get(1, "/v1/coordination/legs"), HasSubstr("\"flight\":\"a1\""));
}

/// Restored, and nothing had happened since: peers say so, and nobody has to answer for anything.
TEST_F(RecoveringNode, WhoLostNothingGoesOnByItself) {
  confirm(0, 1, {1});
  ASSERT_TRUE(coalition_->stop(1).has_value());
  backup_b();
  for (const char* name : {"log.db", "log.db-wal", "log.db-shm"}) fs::remove(data(1) / name);
  ASSERT_TRUE(store::restore((folder_.path() / "backup").string(), data(1).string()).has_value());
  ASSERT_TRUE(coalition_->restart(1).has_value());
  const auto events = *coalition_->events(1);
  const auto said = next_of_type(*events, "node.recovered", 30'000);
  ASSERT_TRUE(said.has_value()) << said.error().text();
  EXPECT_THAT(*said, Not(HasSubstr("given_up")));
  confirm(0, 2, {1});
}

/// A peer that is away is waited for, whatever officers say, until the wait is over.
TEST_F(RecoveringNode, WaitsForEveryWitness) {
  backup_b();
  confirm(0, 1, {1});
  restore_b();
  ASSERT_TRUE(coalition_->stop(2).has_value());
  coalition_->config(1).recovery_wait_ms = 3'600'000;
  ASSERT_TRUE(coalition_->restart(1).has_value());
  ASSERT_TRUE(accept_recovery(data(1), kAccepted).has_value());
  await_page(1, "/v1/coordination/peers", "no answer yet from c (");
  EXPECT_THAT(coalition_->get(1, "/readyz").error().text(), HasSubstr("goes on at"));
}

TEST(RecoveryFile, TwoOfficersAnswerOnce) {
  const TemporaryFolder folder;
  EXPECT_EQ(accept_recovery(folder.path(), kAccepted).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(
      write_recovery_file(folder.path(), {.accepted = {}, .main_whole = true, .reason = "x", .since = kTestStart}));
  const Acceptance alone{kTestStart, kAccepted.by, kAccepted.by};
  EXPECT_EQ(accept_recovery(folder.path(), alone).error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(accept_recovery(folder.path(), kAccepted).has_value());
  EXPECT_EQ((*read_recovery_file(folder.path()))->accepted, kAccepted);
  EXPECT_EQ(accept_recovery(folder.path(), kAccepted).error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace tansiq::node
