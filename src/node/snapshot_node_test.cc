// Whole nodes whose snapshots are all made beside the deciding: what they fold to, and how they start from them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/eventually.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Entries that the newest snapshot covers, by /metrics.
std::uint64_t covered(const std::string& metrics) {
  constexpr std::string_view kName = "\ntansiq_snapshot_entries ";
  const std::size_t at = metrics.find(kName);
  return at == std::string::npos ? 0 : std::stoull(metrics.substr(at + kName.size()));
}

void remove_snapshots(const std::filesystem::path& data) {
  for (const auto& file : std::filesystem::directory_iterator(data)) {
    if (file.path().filename().string().starts_with("snapshot-")) std::filesystem::remove(file.path());
  }
}

TEST(SnapshotNode, ARestartGoesOnFromOneMadeBesideTheDeciding) {
  TestNode t([](NodeConfig& config) {
    config.snapshot_every_entries = 10;
    config.snapshot_background_above_bytes = 0;
  });
  const std::string fr = t.token("fr-ops");
  const auto file = [&](int i) {
    const auto r =
        t.put(fmt::format("/v1/intents/i{}", i), create_json(fmt::format("c{}", i), volume_json(10 + 20 * i, 15)), fr);
    EXPECT_EQ(r.status, 201) << r.body;
  };
  for (int i = 0; i < 12; ++i) file(i);
  ASSERT_TRUE(eventually([&] { return covered(t.get("/metrics").body) >= 10; }));
  file(12);  // Not in it.
  EXPECT_THAT(t.get("/readyz").body, Not(HasSubstr("snapshot")));
  const Node::StateMark before = t.node().state_mark();
  t.restart();
  EXPECT_GE(t.node().open_report().from_snapshot, 10U);
  EXPECT_LT(t.node().open_report().from_snapshot, before.entries) << "the stop was to leave the rest to the start";
  EXPECT_EQ(t.node().state_mark(), before);
  EXPECT_THAT(t.get("/metrics").body, HasSubstr("tansiq_snapshot_failures_total 0\n"));
  (void)t.stop();
  remove_snapshots(t.folder() / "data");
  t.restart();
  EXPECT_EQ(t.node().open_report().from_snapshot, 0U);
  EXPECT_EQ(t.node().state_mark(), before) << "replay of the whole log";
}

// Own entries, mirrors of peers, several logs: the second fold finds them by name as the first did.
TEST(SnapshotNode, WhatPeersHaveSaidIsInOneMadeBesideTheDeciding) {
  const TemporaryFolder folder;
  LoopbackCoalition::Setup setup;
  setup.config = [](NodeConfig& config) {
    config.snapshot_every_entries = 3;
    config.snapshot_background_above_bytes = 0;
  };
  auto started = LoopbackCoalition::start(folder.path(), 3, setup);
  ASSERT_TRUE(started.has_value()) << started.error().text();
  LoopbackCoalition& coalition = **started;
  const auto events = *coalition.events(0);
  ASSERT_TRUE(coalition.act(0, coalition.flight(0, 1, {1, 2})).has_value());
  for (int confirmed = 0; confirmed < 2;) {
    const auto line = next_of_type(*events, "leg.confirmed", 30'000);
    ASSERT_TRUE(line.has_value()) << line.error().text();
    if (line->find(R"("to":"a")") != std::string::npos) ++confirmed;
  }
  for (unsigned i = 0; i < coalition.size(); ++i) {
    ASSERT_TRUE(eventually([&] { return covered(coalition.get(i, "/metrics").value_or("")) >= 3; })) << "node " << i;
    EXPECT_THAT(coalition.get(i, "/readyz").value_or("snapshot"), Not(HasSubstr("snapshot"))) << "node " << i;
  }
  const Node::StateMark before = coalition.node(0).state_mark();
  ASSERT_TRUE(coalition.restart(0).has_value());
  EXPECT_GT(coalition.node(0).open_report().from_snapshot, 0U);
  EXPECT_EQ(coalition.node(0).state_mark().state_hash, before.state_hash);
}

}  // namespace
}  // namespace tansiq::node
