// Past moments of whole nodes: what is shown of them is what was shown then; and one at a time.
#include "node/history_desk.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "base/json_in.h"
#include "node/gated_store_testlib.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kScopes{"intents.read", "intents.file", "coordination.read"};

class HistoryTest : public ::testing::Test {
 protected:
  void file(int i, std::int64_t start_min) {
    const auto r = t_.put(fmt::format("/v1/intents/i{}", i),
                          create_json(fmt::format("c{}", i), volume_json(start_min, 15)), mine_);
    ASSERT_EQ(r.status, 201) << r.body;
  }
  void end(int i) {
    const auto r =
        t_.post(fmt::format("/v1/intents/i{}/end", i), fmt::format(R"({{"command_id":"e{}","version":1}})", i), mine_);
    ASSERT_EQ(r.status, 200) << r.body;
  }
  net::ClientResponse at(UtcMs time, const std::string& token, std::string_view more = "") {
    return t_.get(fmt::format("/v1/history?at_ms={}{}", time.ms, more), token);
  }
  [[nodiscard]] UtcMs now() const { return UtcMs{now_.ms}; }
  void pass(DurationMs ms) {
    t_.clock().advance(ms);
    now_ = now_ + ms;
  }

  TestNode t_;
  UtcMs now_ = kTestStart;
  const std::string mine_ = t_.token("fr-ops", kScopes);
  const std::string other_ = t_.token("us-ops", kScopes);
};

TEST_F(HistoryTest, WhatIsShownIsWhatWasShownThen) {
  struct Seen {
    UtcMs at;
    std::string mine, other, measures;
  };
  std::vector<Seen> seen;
  for (int i = 0; i < 6; ++i) {
    file(i, 60 + 30 * i);
    if (i == 3) end(1);
    seen.push_back({now(), t_.get("/v1/intents", mine_).body, t_.get("/v1/intents", other_).body,
                    t_.get("/v1/measures", mine_).body});
    pass(60'000);
  }
  end(5);
  for (const bool after_restart : {false, true}) {
    if (after_restart) t_.restart();  // Its snapshot covers more than what is asked for.
    // Forth, back, and somewhere in between: whatever the desk has kept of the question before.
    for (const std::size_t i : {0U, 2U, 5U, 3U, 3U, 1U, 4U, 0U}) {
      const auto mine = at(seen[i].at + 1'000, mine_);
      ASSERT_EQ(mine.status, 200) << mine.body;
      EXPECT_THAT(mine.body, HasSubstr("\"intents\":" + seen[i].mine)) << i;
      EXPECT_THAT(mine.body, HasSubstr("\"measures\":" + seen[i].measures)) << i;
      EXPECT_THAT(mine.body, HasSubstr("\"relations\":{")) << i;
      const auto other = at(seen[i].at + 1'000, other_);
      EXPECT_THAT(other.body, HasSubstr("\"intents\":" + seen[i].other)) << "disclosed as it was then: " << i;
    }
  }
  EXPECT_THAT(at(now(), mine_).body, HasSubstr("\"intents\":" + t_.get("/v1/intents", mine_).body));
}

TEST_F(HistoryTest, MomentsThatAreNoneAreRefused) {
  EXPECT_EQ(at(kTestStart - 1, mine_).status, 404);
  EXPECT_EQ(at(kTestStart + 60'000, mine_).status, 400) << "it has not come";
  EXPECT_EQ(t_.get("/v1/history", mine_).status, 400);
  EXPECT_EQ(t_.get("/v1/history?at_ms=soon", mine_).status, 400);
  EXPECT_EQ(at(kTestStart, t_.token("x", {"intents.read"})).status, 403);
  EXPECT_EQ(at(kTestStart, {}).status, 401);
}

TEST_F(HistoryTest, IntentsComeAPageAtATime) {
  for (int i = 0; i < 3; ++i) file(i, 60 + 30 * i);
  const auto first = at(now(), mine_, "&limit=2");
  ASSERT_EQ(first.status, 200) << first.body;
  auto document = JsonDocument::parse(first.body);
  ASSERT_TRUE(document) << first.body;
  const auto next = document->root().find("documents")->find("intents")->find("next");
  ASSERT_TRUE(next) << first.body;
  const auto second = at(now(), mine_, fmt::format("&limit=2&after={}", next->integer(0, 1'000).value_or(0)));
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_THAT(second.body, HasSubstr("\"id\":\"i2\""));
  EXPECT_THAT(second.body, Not(HasSubstr("\"id\":\"i1\"")));
  EXPECT_THAT(second.body, Not(HasSubstr("\"relations\""))) << "that came with the first page";
}

/// Whose time the desk's own thread gets to know when the gate is opened; the test's thread at once.
class GateClock final : public Clock {
 public:
  [[nodiscard]] UtcMs now() const override {
    if (std::this_thread::get_id() != mine_) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return open_; });
    }
    return kTestStart;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  const std::thread::id mine_ = std::this_thread::get_id();
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool open_ = false;
};

TEST(HistoryDesk, OneMomentAtATime) {
  GatedStore store;  // Empty: what is answered is that there is no record.
  ProblemLog problems;
  GateClock clock;
  HistoryDesk desk({.coalition = {}, .main_origin = "o/main", .clock = &clock}, store, problems);
  const auto ask = [&] {
    auto promise = std::make_shared<std::promise<int>>();
    auto status = promise->get_future();
    auto exchange =
        std::make_shared<net::Exchange>(net::make_request(net::Method::kGet, "/v1/history"),
                                        [promise](net::Response response) { promise->set_value(response.status); });
    desk.ask(exchange, kTestStart, {});
    return status;
  };
  auto first = ask();
  EXPECT_EQ(ask().get(), 503) << "the first one is under way";
  clock.open();
  EXPECT_EQ(first.get(), 404);
  EXPECT_EQ(ask().get(), 404) << "and then the next is taken";
  desk.stop();
  EXPECT_EQ(ask().get(), 503);
}

}  // namespace
}  // namespace tansiq::node
