// Snapshots beside the deciding, over a store that the test holds up: equal to those taken in line, never in the way,
// and never of a state that is not the one that decides.
#include "node/snapshot_keeper.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>

#include "base/eventually.h"
#include "node/default_charter.h"
#include "node/gated_store_testlib.h"
#include "node/node_testlib.h"
#include "node/restore.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kNever = std::uint64_t{1} << 40;  ///< Bytes above which one is made beside the deciding.
constexpr std::uint64_t kAlways = 0;

class SnapshotKeeperTest : public ::testing::Test {
 protected:
  SnapshotKeeperTest() {
    const core::MachineConfig& machine = coalition_.machine;
    logs_.emplace(*LogBook::open(store_, machine.charter, machine.self));
    auto restored = restore_state(store_, *logs_, coalition_, kTestStart);
    EXPECT_TRUE(restored.has_value()) << restored.error().text();
    hub_ = std::make_unique<EventHub>(*store_.open_reader(), 1, 10);
    CoreThread::Config config;
    config.clock = &clock_;
    config.on_failure = [](const Error& error) { ADD_FAILURE() << error.text(); };
    core_ = std::make_unique<CoreThread>(std::move(config), std::move(restored->state), *logs_, notes_, store_,
                                         *store_.open_reader(), *hub_, figures_);
    core_->start();
  }
  ~SnapshotKeeperTest() override {
    store_.let_folds_go();
    core_->stop();
  }

  [[nodiscard]] SnapshotKeeper::Config settings(std::uint64_t every, std::uint64_t above) const {
    return {.coalition = coalition_, .switches = {}, .every_entries = every, .background_above_bytes = above};
  }
  void begin(std::uint64_t every, std::uint64_t above) {
    keeper_ = std::make_unique<SnapshotKeeper>(settings(every, above), store_, figures_);
    keeper_->start();
  }

  static core::Command create(int number) {
    core::CreateIntent action;
    action.intent = IntentId::trusted(fmt::format("i{}", number));
    action.volumes.push_back({geo::Circle{{350'000'000, 342'000'000}, 100'000},
                              {609'600, 640'080, geo::VerticalReference::kFlightLevel},
                              {kTestStart + number * 600'000, kTestStart + number * 600'000 + 300'000}});
    return {CommandId::trusted(fmt::format("c{}", number)), {core::Subject::trusted("fr-ops"), false}, action};
  }
  /// Decides, and waits until that is durable.
  void file(core::Command command) {
    std::promise<bool> durable;
    auto future = durable.get_future();
    auto done = [&durable](const Result<Recorded>& recorded, const core::Machine&) {
      EXPECT_TRUE(recorded.has_value()) << recorded.error().text();
      return Departure{nullptr, {}, [&durable](const Status& status) { durable.set_value(status.has_value()); }};
    };
    ASSERT_TRUE(core_->submit(CommandTask{std::move(command), std::move(done)}).has_value());
    EXPECT_TRUE(future.get());
  }
  void file(int first, int last) {
    for (int i = first; i <= last; ++i) file(create(i));
  }

  /// Asks as the house keeper does, until one stands that covers so many entries.
  [[nodiscard]] bool made(std::uint64_t next_seq) {
    return eventually([&] {
      keeper_->look(*core_);
      return figures_.snapshot_entries.load() == next_seq;
    });
  }

  const coordination::CoalitionConfig coalition_{
      .machine = {AuthorityId::trusted(kDefaultAuthority), default_charter("vkey", kTestStart), {}, {}, {}}};
  TestClock clock_;
  HeadNotes notes_;
  std::optional<LogBook> logs_;
  GatedStore store_;
  std::unique_ptr<EventHub> hub_;
  CoreFigures figures_;
  std::unique_ptr<SnapshotKeeper> keeper_;  // Outlives the core thread.
  std::unique_ptr<CoreThread> core_;
};

TEST_F(SnapshotKeeperTest, OneMadeBesideIsByteForByteTheOneTakenInLine) {
  begin(3, kAlways);
  file(1, 3);
  ASSERT_TRUE(made(4)) << "from the whole record";
  file(4, 7);
  ASSERT_TRUE(made(8)) << "from the one before and the entries behind it";
  core_->stop();
  keeper_->stop();
  ASSERT_TRUE(store_.snapshot.has_value());
  EXPECT_EQ(store_.snapshot->next_seq, 8U);
  EXPECT_EQ(store_.snapshot->bytes, core_->state().write_snapshot());
  EXPECT_EQ(store_.snapshot->state_hash.bytes, core_->state().hash());
  EXPECT_EQ(figures_.snapshot_bytes.load(), store_.snapshot->bytes.size());
  EXPECT_EQ(figures_.snapshot_failures.load(), 0U);
}

TEST_F(SnapshotKeeperTest, TheNodeGoesOnDecidingWhileOneIsMade) {
  begin(3, kAlways);
  file(1, 3);
  store_.hold_folds();
  keeper_->look(*core_);
  store_.wait_for_fold();
  file(4, 9);  // Each is durable and answered, or this would never return.
  EXPECT_EQ(store_.snapshots_put(), 0U);
  store_.let_folds_go();
  EXPECT_EQ(store_.wait_for_snapshot(4).next_seq, 4U) << "of the moment at which it was asked for";
  core_->stop();
  keeper_->stop();
  const auto started = restore_state(store_, *logs_, coalition_, kTestStart);
  ASSERT_TRUE(started.has_value()) << started.error().text();
  EXPECT_EQ(started->from_snapshot, 4U);
  EXPECT_EQ(started->entries, 10U);
  EXPECT_EQ(started->state.hash(), core_->state().hash());
}

TEST_F(SnapshotKeeperTest, AStopBreaksOffOneThatIsUnderWayAndKeepsTheOneBefore) {
  begin(3, kAlways);
  file(1, 3);
  ASSERT_TRUE(made(4));
  file(4, 6);
  store_.hold_folds();
  ASSERT_TRUE(eventually([&] {
    keeper_->look(*core_);
    return store_.fold_waits();
  }));
  keeper_->give_up();
  store_.let_folds_go();
  keeper_->stop();
  EXPECT_EQ(store_.snapshots_put(), 1U);
  EXPECT_EQ(store_.snapshot->next_seq, 4U);
  EXPECT_EQ(keeper_->trouble(), "") << "a stop is no trouble";
  EXPECT_EQ(figures_.snapshot_failures.load(), 0U);
}

TEST_F(SnapshotKeeperTest, ASmallStateIsTakenInLine) {
  begin(3, kNever);
  store_.hold_folds();  // A fold would never come back.
  file(1, 3);
  ASSERT_TRUE(made(4));
  core_->stop();
  keeper_->stop();
  EXPECT_EQ(store_.snapshot->bytes, core_->state().write_snapshot());
}

TEST_F(SnapshotKeeperTest, AFoldThatDiffersIsToldAndNeverWritten) {
  begin(3, kAlways);
  file(1, 2);
  core::Command again = create(1);  // Where i1 is: refused, and recorded as that.
  again.id = CommandId::trusted("c3");
  std::get<core::CreateIntent>(again.action).intent = IntentId::trusted("i3");
  file(again);
  // A snapshot that is whole, of as many entries and of this charter, but of another history.
  auto other = State::make(coalition_);
  ASSERT_TRUE(other.has_value()) << other.error().text();
  ASSERT_TRUE(other->coalition().settle().has_value());
  coordination::Batch batch;
  other->coalition().found(kTestStart, batch);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(other->coalition().execute(create(i), kTestStart, batch).has_value());
  ASSERT_EQ(other->next_seq(), 4U);
  store_.snapshot = store::Snapshot{4, store::Hash{other->hash()}, other->write_snapshot()};

  keeper_->look(*core_);
  ASSERT_TRUE(eventually([&] { return !keeper_->trouble().empty(); }));
  EXPECT_THAT(keeper_->trouble(), HasSubstr("live intents: 3 and 2"));
  EXPECT_EQ(figures_.snapshot_failures.load(), 1U);
  file(4, 6);
  core_->stop();
  keeper_->stop();
  keeper_->write_last(core_->state());
  EXPECT_EQ(store_.snapshots_put(), 0U) << "which of the two is wrong nobody knows";
}

TEST_F(SnapshotKeeperTest, WhatTheDiskRefusedIsTriedAgainWithTheNextEntries) {
  begin(3, kAlways);
  store_.refuse_snapshots(true);
  file(1, 3);
  keeper_->look(*core_);
  ASSERT_TRUE(eventually([&] { return figures_.snapshot_failures.load() == 1; }));
  EXPECT_EQ(figures_.snapshot_entries.load(), 0U);
  store_.refuse_snapshots(false);
  file(4, 6);
  EXPECT_TRUE(made(7));
  EXPECT_EQ(keeper_->trouble(), "");
}

TEST_F(SnapshotKeeperTest, AStopLeavesToTheStartWhatARecentLargeOneDoesNotCover) {
  begin(3, kAlways);
  file(1, 3);
  ASSERT_TRUE(made(4));
  file(4, 8);
  core_->stop();
  keeper_->stop();
  // The one that covers 4 of 9; whichever `made` or `look` began later is broken off by now.
  ASSERT_EQ(store_.snapshots_put(), 1U);
  keeper_->write_last(core_->state());
  EXPECT_EQ(store_.snapshots_put(), 1U) << "5 entries are fewer than twice 3";
  SnapshotKeeper small(settings(3, kNever), store_, figures_);
  small.write_last(core_->state());
  EXPECT_EQ(store_.snapshots_put(), 2U) << "a small one is written at every stop";
  EXPECT_EQ(store_.snapshot->bytes, core_->state().write_snapshot());
}

TEST_F(SnapshotKeeperTest, AStopWritesALargeOneWhereNoneIsRecent) {
  file(1, 8);
  core_->stop();
  SnapshotKeeper first(settings(3, kAlways), store_, figures_);
  first.write_last(core_->state());
  EXPECT_EQ(store_.snapshots_put(), 1U) << "there was none";
  figures_.snapshot_entries.store(2);
  SnapshotKeeper old(settings(3, kAlways), store_, figures_);
  old.write_last(core_->state());
  EXPECT_EQ(store_.snapshots_put(), 2U) << "it was 7 entries behind";
  figures_.snapshot_entries.store(8);
  SnapshotKeeper only_when_stopping(settings(0, kAlways), store_, figures_);
  only_when_stopping.write_last(core_->state());
  EXPECT_EQ(store_.snapshots_put(), 3U);
  only_when_stopping.write_last(core_->state());
  EXPECT_EQ(store_.snapshots_put(), 3U) << "nothing is new";
}

}  // namespace
}  // namespace tansiq::node
