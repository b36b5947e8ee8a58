// Fetching of bodies from a peer that a test plays: what is cut off, what are other bytes, what is not there.
#include "node/body_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <map>

#include "log/sha256.h"
#include "node/default_charter.h"
#include "node/gated_store_testlib.h"
#include "node/held_core_testlib.h"
#include "node/node_testlib.h"
#include "node/restore.h"

namespace tansiq::node {
namespace {

using ::testing::ElementsAre;

const AuthorityId kPeer = AuthorityId::trusted("us");
constexpr std::string_view kBytes = "what the radar saw";

/// A core thread of which only the queue matters, and a peer whose answers are given in advance.
class BodyFetcherTest : public ::testing::Test {
 protected:
  BodyFetcherTest() {
    const core::Charter charter = default_charter("vkey", kTestStart);
    const AuthorityId self = AuthorityId::trusted(kDefaultAuthority);
    logs_.emplace(*LogBook::open(store_, charter, self));
    auto restored = restore_state(store_, *logs_, {.machine = {self, charter, {}, {}, {}}}, kTestStart);
    EXPECT_TRUE(restored.has_value()) << restored.error().text();
    hub_ = std::make_unique<EventHub>(*store_.open_reader(), 1, 10);
    CoreThread::Config config;
    config.clock = &clock_;
    config.on_failure = [](const Error& error) { ADD_FAILURE() << error.text(); };
    core_ = std::make_unique<CoreThread>(std::move(config), std::move(restored->state), *logs_, notes_, store_,
                                         *store_.open_reader(), *hub_, figures_);
    core_->start();
  }
  ~BodyFetcherTest() override { core_->stop(); }

  /// Answers come in this order; behind the last one nothing does.
  void answers(std::deque<Result<std::string>> all) { answers_ = std::move(all); }

  void fetch_until(const std::function<bool()>& enough) {
    BodyFetcher::Config config;
    config.core = core_.get();
    config.peer = kPeer;
    config.ask = [this](const coordination::WantedBody&) -> Result<std::string> {
      const std::lock_guard lock(mutex_);
      ++asked_;
      if (answers_.empty()) return fail(ErrorCode::kUnavailable, "nobody answers");
      auto answer = std::move(answers_.front());
      answers_.pop_front();
      return answer;
    };
    config.interrupt = [] {};
    config.wanted = [this](const coordination::Coalition&, const AuthorityId& of) {
      const std::lock_guard lock(mutex_);
      BodyFetcher::Wanted out;
      if (kept_.empty() && !given_up_) out.push_back({log::sha256(kBytes), kBytes.size(), of});
      return out;
    };
    config.keep = [this](CoreThread&, const coordination::WantedBody&, std::string bytes) -> Status {
      const std::lock_guard lock(mutex_);
      kept_.push_back(std::move(bytes));
      changed_.notify_all();
      return {};
    };
    config.failed = [this](CoreThread&, const coordination::WantedBody&, const Error& error, unsigned alike) {
      const std::lock_guard lock(mutex_);
      failed_.emplace_back(error.code, alike);
      changed_.notify_all();
    };
    config.look_every_ms = 1;
    config.backoff_first_ms = 1;
    config.backoff_max_ms = 2;
    BodyFetcher fetcher(std::move(config));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, enough);
  }

  TestClock clock_;
  GatedStore store_;
  std::optional<LogBook> logs_;
  HeadNotes notes_;
  CoreFigures figures_;
  std::unique_ptr<EventHub> hub_;
  std::unique_ptr<CoreThread> core_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Result<std::string>> answers_;
  std::vector<std::string> kept_;
  std::vector<std::pair<ErrorCode, unsigned>> failed_;
  bool given_up_ = false;
  std::size_t asked_ = 0;
};

// A line that is cut in the middle of an answer leaves nothing, and the body is asked for again until it is whole.
TEST_F(BodyFetcherTest, WhatWasCutOffIsAskedForAgain) {
  answers({fail(ErrorCode::kUnavailable, "the connection was closed in the middle of the answer"),
           fail(ErrorCode::kTimeout, "no byte came for too long"), std::string(kBytes)});
  fetch_until([this] { return !kept_.empty(); });
  EXPECT_THAT(kept_, ElementsAre(kBytes));
  EXPECT_THAT(failed_, ElementsAre(std::pair(ErrorCode::kUnavailable, 1U), std::pair(ErrorCode::kTimeout, 1U)));
  EXPECT_EQ(asked_, 3U);
}

// Other bytes are never kept, however often they come, and neither is a part of the right ones.
TEST_F(BodyFetcherTest, OtherBytesAreNotKept) {
  answers({std::string("something else"), std::string(kBytes.substr(0, 4)), std::string("what the radar saW")});
  fetch_until([this] { return failed_.size() >= 3; });
  EXPECT_TRUE(kept_.empty());
  EXPECT_EQ(failed_[0], std::pair(ErrorCode::kCorrupt, 1U));
  EXPECT_EQ(failed_[2], std::pair(ErrorCode::kCorrupt, 3U)) << "three times in a row for one reason";
}

// Each look walks over all that is wanted, on the thread that decides.
TEST_F(BodyFetcherTest, OnlyThoseOfThePeerThatHasSpokenLookAgain) {
  std::map<AuthorityId, std::size_t> looks;
  const AuthorityId other = AuthorityId::trusted("ru");
  std::vector<std::unique_ptr<BodyFetcher>> fetchers;
  for (const AuthorityId& peer : {kPeer, other}) {
    BodyFetcher::Config config;
    config.core = core_.get();
    config.peer = peer;
    config.interrupt = [] {};
    config.wanted = [&](const coordination::Coalition&, const AuthorityId& of) {
      const std::lock_guard lock(mutex_);
      ++looks[of];
      changed_.notify_all();
      return BodyFetcher::Wanted{};
    };
    config.look_every_ms = 3'600'000;
    fetchers.push_back(std::make_unique<BodyFetcher>(std::move(config)));
  }
  const auto await = [&](std::size_t of_peer, std::size_t of_other) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return looks[kPeer] >= of_peer && looks[other] >= of_other; });
  };
  await(1, 1);
  poke_of(fetchers, kPeer);
  await(2, 1);
  poke_of(fetchers, kPeer);
  await(3, 1);
  poke_of(fetchers, other);
  await(3, 2);
  fetchers.clear();
  EXPECT_EQ(looks[kPeer], 3U);
  EXPECT_EQ(looks[other], 2U);
}

// A body is megabytes, read on the core thread: nobody may have a crowd of questions open.
TEST_F(BodyFetcherTest, APeerHasFewQuestionsOpen) {
  HeldCore held(*core_);
  BodyQuestions questions;
  std::vector<std::promise<int>> answers(kBodyQuestionsMax + 3);
  const auto ask = [&](std::size_t i, const AuthorityId& peer, bool gone = false) {
    const auto exchange = std::make_shared<net::Exchange>(
        net::make_request(net::Method::kPost, body_target(log::sha256("a"))),
        [&answers, i](const net::Response& response) { answers[i].set_value(response.status); },
        [gone] { return gone; });
    serve_body(exchange, peer, *core_, nullptr, questions);
  };
  for (std::size_t i = 0; i < kBodyQuestionsMax; ++i) ask(i, kPeer, i == 0);
  ask(kBodyQuestionsMax, kPeer);
  EXPECT_EQ(answers[kBodyQuestionsMax].get_future().get(), 503) << "at once, while the others wait";
  ask(kBodyQuestionsMax + 1, AuthorityId::trusted("ru"));
  held.let_go();
  EXPECT_NE(answers[0].get_future().get(), 404) << "nobody waits for it: it is not looked for";
  for (std::size_t i = 1; i < kBodyQuestionsMax; ++i) EXPECT_EQ(answers[i].get_future().get(), 404);
  EXPECT_EQ(answers[kBodyQuestionsMax + 1].get_future().get(), 404) << "each peer for itself";
  // The batch is over, and its questions with it.
  core_->stop();
  std::vector<std::shared_ptr<void>> open;
  for (std::size_t i = 0; i < kBodyQuestionsMax; ++i) EXPECT_TRUE(open.emplace_back(questions.open(kPeer)));
  EXPECT_FALSE(questions.open(kPeer));
  open.pop_back();
  EXPECT_TRUE(questions.open(kPeer));
}

TEST_F(BodyFetcherTest, ReasonsAreCountedEachByItself) {
  answers({fail(ErrorCode::kNotFound, "none"), fail(ErrorCode::kNotFound, "none"), std::string("wrong"),
           fail(ErrorCode::kNotFound, "none"), std::string(kBytes)});
  fetch_until([this] { return !kept_.empty(); });
  EXPECT_THAT(failed_, ElementsAre(std::pair(ErrorCode::kNotFound, 1U), std::pair(ErrorCode::kNotFound, 2U),
                                   std::pair(ErrorCode::kCorrupt, 1U), std::pair(ErrorCode::kNotFound, 1U)));
}

}  // namespace
}  // namespace tansiq::node
