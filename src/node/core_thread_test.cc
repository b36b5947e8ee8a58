// The core thread over a store that the test opens and shuts: what leaves when, and what happens when the store fails.
#include "node/core_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "log/sha256.h"
#include "node/default_charter.h"
#include "node/gated_store_testlib.h"
#include "node/held_core_testlib.h"
#include "node/node_testlib.h"
#include "node/restore.h"

namespace tansiq::node {
namespace {

class CoreThreadTest : public ::testing::Test {
 protected:
  CoreThreadTest() {
    const core::Charter charter = default_charter("vkey", kTestStart);
    const AuthorityId self = AuthorityId::trusted(kDefaultAuthority);
    logs_.emplace(*LogBook::open(store_, charter, self));
    auto restored = restore_state(store_, *logs_, {.machine = {self, charter, {}, {}, {}}}, kTestStart);
    EXPECT_TRUE(restored.has_value()) << restored.error().text();
    hub_ = std::make_unique<EventHub>(*store_.open_reader(), 1, 10);
    CoreThread::Config config;
    config.clock = &clock_;
    config.queue_max = 4;
    config.on_failure = [this](const Error& error) { failure_.set_value(error); };
    config.on_record = [this] { ++grown_; };
    core_ = std::make_unique<CoreThread>(std::move(config), std::move(restored->state), *logs_, notes_, store_,
                                         *store_.open_reader(), *hub_, figures_);
    core_->start();
  }
  ~CoreThreadTest() override {
    store_.open();
    core_->stop();
  }

  static core::Command create(std::string_view id, std::int64_t start_min) {
    core::CreateIntent action;
    action.intent = IntentId::trusted(id);
    action.volumes.push_back({geo::Circle{{350'000'000, 342'000'000}, 100'000},
                              {609'600, 640'080, geo::VerticalReference::kFlightLevel},
                              {kTestStart + start_min * 60'000, kTestStart + (start_min + 5) * 60'000}});
    return {CommandId::trusted(id), {core::Subject::trusted("fr-ops"), false}, std::move(action)};
  }

  /// What became of a task: the call after the commit.
  struct Left {
    std::future<Result<Recorded>> future;
    [[nodiscard]] bool ready() const { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  };
  Left file(core::Command command) {
    auto promise = std::make_shared<std::promise<Result<Recorded>>>();
    Left left{promise->get_future()};
    auto done = [promise](Result<Recorded> recorded, const core::Machine&) {
      return Departure{nullptr, {}, [promise, recorded = std::move(recorded)](const Status& durable) {
                         if (durable) {
                           promise->set_value(recorded);
                         } else {
                           promise->set_value(std::unexpected(durable.error()));
                         }
                       }};
    };
    const Status taken = core_->submit(CommandTask{std::move(command), std::move(done)});
    if (!taken) promise->set_value(std::unexpected(taken.error()));
    return left;
  }
  std::future<bool> sees(std::string_view id) {
    auto promise = std::make_shared<std::promise<bool>>();
    auto future = promise->get_future();
    auto read = [promise, id = IntentId::trusted(id)](const State& state) {
      const bool there = state.coalition().machine().find_intent(id) != nullptr;
      return Departure{nullptr, {}, [promise, there](const Status& durable) { promise->set_value(durable && there); }};
    };
    EXPECT_TRUE(core_->submit(ReadTask{std::move(read), {}}).has_value());
    return future;
  }

  TestClock clock_;
  HeadNotes notes_;
  std::optional<LogBook> logs_;
  GatedStore store_;
  std::unique_ptr<EventHub> hub_;
  CoreFigures figures_;
  std::atomic<int> grown_{0};
  std::promise<Error> failure_;
  std::unique_ptr<CoreThread> core_;
};

TEST_F(CoreThreadTest, AnswersLeaveOnlyWhenDurable) {
  store_.shut();
  Left first = file(create("i1", 10));
  store_.wait_for_append();  // Decided and applied, not yet durable.
  auto read = sees("i1");
  Left second = file(create("i2", 100));
  EXPECT_FALSE(first.ready());
  EXPECT_EQ(store_.lines().size(), 1U);
  store_.open();
  const auto recorded = first.future.get();
  ASSERT_TRUE(recorded.has_value()) << recorded.error().text();
  EXPECT_EQ(recorded->seq, 1U);
  EXPECT_TRUE(read.get());
  EXPECT_EQ(second.future.get()->seq, 2U);
  EXPECT_EQ(store_.lines().size(), 3U);
}

TEST_F(CoreThreadTest, WhoFollowsTheRecordIsToldOfEveryBatchThatWroteAndOfNoOther) {
  ASSERT_TRUE(file(create("i1", 10)).future.get().has_value());
  EXPECT_TRUE(sees("i1").get());
  EXPECT_EQ(grown_.load(), 1);
  ASSERT_TRUE(core_->submit(MetaTask{"key", "value"}).has_value());
  EXPECT_TRUE(sees("i1").get());
  EXPECT_EQ(grown_.load(), 1) << "what is kept beside the record is no record";
  ASSERT_TRUE(file(create("i2", 100)).future.get().has_value());
  EXPECT_EQ(grown_.load(), 2);
}

TEST_F(CoreThreadTest, WhatWaitsTogetherIsCommittedTogether) {
  store_.shut();
  Left first = file(create("i1", 10));
  store_.wait_for_append();
  std::vector<Left> rest;
  for (int i = 2; i <= 5; ++i) rest.push_back(file(create("i" + std::to_string(i), 10 * i)));
  Left turned_away = file(create("i6", 60));
  store_.open();
  for (Left& left : rest) EXPECT_TRUE(left.future.get().has_value());
  EXPECT_THAT(store_.batches(), ::testing::ElementsAre(1, 1, 4));
  const auto refused = turned_away.future.get();
  ASSERT_FALSE(refused.has_value()) << "the queue holds four";
  EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
}

TEST_F(CoreThreadTest, ARepetitionWithinOneBatchIsAnsweredFromTheEntryUnderWay) {
  store_.shut();
  Left first = file(create("i1", 10));
  store_.wait_for_append();
  Left a = file(create("i2", 100));
  Left b = file(create("i2", 100));
  store_.open();
  const auto recorded = a.future.get();
  const auto repeated = b.future.get();
  ASSERT_TRUE(recorded.has_value() && repeated.has_value());
  EXPECT_FALSE(recorded->repeated);
  EXPECT_TRUE(repeated->repeated);
  EXPECT_EQ(repeated->seq, recorded->seq);
  EXPECT_EQ(repeated->index, recorded->index);
  EXPECT_EQ(repeated->decision, recorded->decision);
  EXPECT_EQ(store_.lines().size(), 3U);
}

TEST_F(CoreThreadTest, AStoreThatFailsStopsTheNodeAndTellsNobodyOfWhatIsLost) {
  store_.shut();
  Left first = file(create("i1", 10));
  store_.wait_for_append();
  Left second = file(create("i2", 100));
  auto read = sees("i1");
  store_.fail_from_now_on();
  store_.open();
  const auto lost = first.future.get();
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(second.future.get().has_value());
  EXPECT_EQ(failure_.get_future().get().message, "the disk is full");
  EXPECT_TRUE(core_->failed());
  EXPECT_EQ(file(create("i3", 200)).future.get().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(store_.lines().size(), 1U);
}

// Within one batch, which a file of a message divides: whoever waits for what stands behind it must be told, too.
TEST_F(CoreThreadTest, AStoreThatFailsInTheMiddleOfABatchLeavesNobodyWaiting) {
  HeldCore held(*core_);
  Left before = file(create("i1", 10));
  std::vector<std::promise<Status>> told(5);
  const auto tell = [&](std::size_t i) { return [&told, i](const Status& done) { told[i].set_value(done); }; };
  ASSERT_TRUE(core_->submit_urgent(AttachmentTask{log::sha256("a"), "a", {}, tell(0)}).has_value());
  Left behind = file(create("i2", 100));
  ASSERT_TRUE(core_->submit_urgent(PeerTask{{}, {}, 0, {}, {}, tell(1)}).has_value());
  ASSERT_TRUE(core_->submit_urgent(BodyTask{"b", tell(2)}).has_value());
  ASSERT_TRUE(core_->submit_urgent(EvidenceTask{AuthorityId::trusted("us"), "o", "t", tell(3)}).has_value());
  const auto refused = [&](const Error& error) { told[4].set_value(std::unexpected(error)); };
  ASSERT_TRUE(core_->submit_urgent(ReadTask{[](const State&) { return Departure{}; }, refused}).has_value());
  store_.fail_from_now_on();
  held.let_go();
  EXPECT_FALSE(told[0].get_future().get().has_value());
  for (std::size_t i = 1; i < told.size(); ++i) {
    const Status status = told[i].get_future().get();
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
  }
  EXPECT_EQ(before.future.get().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(behind.future.get().error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(failure_.get_future().get().message, "the disk is full");
}

TEST_F(CoreThreadTest, WhatIsDestroyedIsChosenOverAStateThatIsDurable) {
  store_.shut();
  Left first = file(create("i1", 10));
  store_.wait_for_append();
  Left second = file(create("i2", 100));
  std::pair<std::uint64_t, std::size_t> decided_and_durable;
  std::promise<Status> done;
  const Status taken = core_->submit(DestroyTask{[&](const State& state) {
                                                   decided_and_durable = {state.next_seq(), store_.lines().size()};
                                                   return std::vector<log::Hash>{log::sha256("of nobody")};
                                                 },
                                                 [&](const Status& gone) { done.set_value(gone); }});
  ASSERT_TRUE(taken.has_value());
  Left third = file(create("i3", 200));
  store_.open();
  EXPECT_TRUE(done.get_future().get().has_value());
  EXPECT_EQ(decided_and_durable, (std::pair<std::uint64_t, std::size_t>{4, 4})) << "with what stood behind it";
  EXPECT_TRUE(third.future.get().has_value());
}

TEST_F(CoreThreadTest, NothingIsDestroyedWhenTheStoreHasFailed) {
  store_.shut();
  Left first = file(create("i1", 10));
  store_.wait_for_append();
  Left second = file(create("i2", 100));
  std::promise<Status> done;
  const Status taken = core_->submit(DestroyTask{[&](const State&) {
                                                   ADD_FAILURE() << "chosen over what is lost";
                                                   return std::vector<log::Hash>{};
                                                 },
                                                 [&](const Status& gone) { done.set_value(gone); }});
  ASSERT_TRUE(taken.has_value());
  store_.fail_from_now_on();
  store_.open();
  EXPECT_FALSE(done.get_future().get().has_value());
}

TEST_F(CoreThreadTest, StopWorksOffTheQueue) {
  store_.shut();
  Left first = file(create("i1", 10));
  store_.wait_for_append();
  Left second = file(create("i2", 100));
  auto stopped = std::async(std::launch::async, [&] { core_->stop(); });
  store_.open();
  stopped.get();
  EXPECT_TRUE(first.future.get().has_value());
  EXPECT_TRUE(second.future.get().has_value());
  EXPECT_EQ(core_->state().coalition().machine().next_seq(), 3U);
}

}  // namespace
}  // namespace tansiq::node
