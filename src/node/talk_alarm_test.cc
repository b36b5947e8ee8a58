#include "node/talk_alarm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>

#include "base/temporary_folder.h"
#include "net/http_server.h"

namespace tansiq::node {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The alarm comes on standard input, and no shell looks at what stands in the arguments.
TEST(RunProgram, GetsItsInputAndItsArgumentsAsTheyAre) {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "a b; $(touch no) > c";
  const Status ran = run_program({"cp", "/dev/stdin", out.string()}, R"({"alarm":"overdue"})", 30'000, {});
  ASSERT_TRUE(ran.has_value()) << ran.error().text();
  EXPECT_EQ(text_of(out), R"({"alarm":"overdue"})");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(RunProgram, SaysHowItFailed) {
  EXPECT_EQ(run_program({"/nowhere/ring"}, "", 30'000, {}).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(run_program({"false"}, "", 30'000, {}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(run_program({}, "", 30'000, {}).error().code, ErrorCode::kInvalid);
}

TEST(RunProgram, WhatDoesNotEndIsKilled) {
  EXPECT_EQ(run_program({"sleep", "3600"}, "", 1, {}).error().code, ErrorCode::kTimeout);
  EXPECT_EQ(run_program({"sleep", "3600"}, "", 3'600'000, [] { return true; }).error().code, ErrorCode::kUnavailable);
}

// A program that hangs holds up nobody: calls return at once, the oldest that wait are dropped, stopping ends it.
TEST(TalkAlarm, AHangingProgramHoldsUpNobody) {
  TalksConfig config;
  config.alarm_command = {"sleep", "3600"};
  std::promise<Status> called;
  TalkAlarm alarm(config, [&](const Status& how) { called.set_value(how); });
  for (std::size_t i = 0; i < 2 * kAlarmsWaitingMax; ++i) alarm.call("{}");
  alarm.stop();
  alarm.call("{}");
  // Either the first was under way and has been ended, or none has begun.
  auto first = called.get_future();
  if (first.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    EXPECT_EQ(first.get().error().code, ErrorCode::kUnavailable);
  }
}

TEST(TalkAlarm, CallsOnceForEachAlarm) {
  const TemporaryFolder folder;
  TalksConfig config;
  config.alarm_command = {"cp", "/dev/stdin", (folder.path() / "alarm.json").string()};
  ASSERT_TRUE(TalkAlarm::wanted(config));
  EXPECT_FALSE(TalkAlarm::wanted({}));
  std::promise<Status> called;
  TalkAlarm alarm(config, [&](const Status& how) { called.set_value(how); });
  alarm.call(R"({"alarm":"overdue"})");
  const Status how = called.get_future().get();
  EXPECT_TRUE(how.has_value()) << how.error().text();
  EXPECT_EQ(text_of(folder.path() / "alarm.json"), R"({"alarm":"overdue"})");
}

// A program that fails is run again, a bounded number of times; what it does then is told once.
TEST(TalkAlarm, AProgramThatFailsIsRunAgain) {
  const TemporaryFolder folder;
  TalksConfig config;
  // Fails until it finds what it has written the time before.
  const std::string mark = (folder.path() / "mark").string();
  config.alarm_command = {"sh", "-c", "test -e \"$0\" || { : > \"$0\"; exit 1; }", mark};
  std::promise<Status> called;
  TalkAlarm alarm(config, [&](const Status& how) { called.set_value(how); }, {.tries = 2, .first_ms = 1});
  alarm.call("{}");
  const Status how = called.get_future().get();
  EXPECT_TRUE(how.has_value()) << how.error().text();
}

/// An address of ours that answers as a test says.
class Hook {
 public:
  /// `answers`: the status of each request in turn, the last of all that follow; 0: none is given.
  explicit Hook(std::vector<int> answers) : answers_(std::move(answers)) {
    auto started =
        net::HttpServer::start({}, [this](const std::shared_ptr<net::Exchange>& exchange) { take(exchange); });
    EXPECT_TRUE(started.has_value());
    server_ = std::move(*started);
  }
  ~Hook() { (void)server_->stop(1'000); }
  Hook(const Hook&) = delete;
  Hook& operator=(const Hook&) = delete;

  [[nodiscard]] std::string url() const { return server_->url() + "/ring?who=duty"; }
  void wait_for_request() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !requests_.empty(); });
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void take(const std::shared_ptr<net::Exchange>& exchange) {
    const net::Request& request = exchange->request();
    const std::lock_guard lock(mutex_);
    const int status = answers_[std::min(requests_.size(), answers_.size() - 1)];
    requests_.push_back(std::string(net::method_name(request.method)) + " " + std::string(request.path()) + " " +
                        request.media_type() + " " + request.body);
    changed_.notify_all();
    if (status == 0) {
      held_.push_back(exchange);
    } else {
      exchange->respond(net::text_response(status, "x\n"));
    }
  }

  const std::vector<int> answers_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::vector<std::shared_ptr<net::Exchange>> held_;
  std::unique_ptr<net::HttpServer> server_;  // the last: it calls into what stands above
};

class AlarmWebhook : public ::testing::Test {
 protected:
  /// How one alarm went at this address.
  static Status ring(const Hook& hook, AlarmRetries retries) {
    TalksConfig config;
    config.alarm_webhook = hook.url();
    EXPECT_TRUE(TalkAlarm::wanted(config));
    std::promise<Status> called;
    TalkAlarm alarm(config, [&](const Status& how) { called.set_value(how); }, retries);
    alarm.call(R"({"alarm":"overdue"})");
    return called.get_future().get();
  }
};

TEST_F(AlarmWebhook, IsPostedToOnceForEachAlarm) {
  const Hook hook({204});
  const Status how = ring(hook, {});
  EXPECT_TRUE(how.has_value()) << how.error().text();
  EXPECT_THAT(hook.requests(), ElementsAre(AllOf(HasSubstr("POST /ring"), HasSubstr("application/json"),
                                                 HasSubstr(R"({"alarm":"overdue"})"))));
}

TEST_F(AlarmWebhook, IsTriedAgainWhereItIsAtFault) {
  const Hook hook({503, 500, 200});
  EXPECT_TRUE(ring(hook, {.tries = 3, .first_ms = 1}).has_value());
  EXPECT_THAT(hook.requests(), AllOf(SizeIs(3), Each(HasSubstr(R"({"alarm":"overdue"})"))));
}

TEST_F(AlarmWebhook, IsTriedSoOftenAndNoMore) {
  const Hook hook({503});
  EXPECT_FALSE(ring(hook, {.tries = 4, .first_ms = 1}).has_value());
  EXPECT_THAT(hook.requests(), SizeIs(4));
}

TEST_F(AlarmWebhook, WhatItRefusesIsNotSaidTwice) {
  const Hook hook({404});
  const Status how = ring(hook, {.tries = 4, .first_ms = 1});
  ASSERT_FALSE(how.has_value());
  EXPECT_THAT(how.error().text(), HasSubstr("the address of alarms answers"));
  EXPECT_THAT(hook.requests(), SizeIs(1));
}

TEST_F(AlarmWebhook, NobodyThereIsAnErrorAndNotTheEnd) {
  std::string gone;
  {
    const Hook hook({200});
    gone = hook.url();
  }
  TalksConfig config;
  config.alarm_webhook = gone;
  std::promise<Status> called;
  TalkAlarm alarm(config, [&](const Status& how) { called.set_value(how); }, {.tries = 2, .first_ms = 1});
  alarm.call("{}");
  EXPECT_EQ(called.get_future().get().error().code, ErrorCode::kUnavailable);
}

// An address that takes the alarm and never answers holds up nobody: calls return at once, the oldest of too many are
// dropped, and stopping ends the call that is under way.
TEST_F(AlarmWebhook, OneThatNeverAnswersHoldsUpNobody) {
  Hook hook({0});
  TalksConfig config;
  config.alarm_webhook = hook.url();
  std::promise<Status> called;
  TalkAlarm alarm(config, [&](const Status& how) { called.set_value(how); });
  alarm.call("{}");
  hook.wait_for_request();
  for (std::size_t i = 0; i < 2 * kAlarmsWaitingMax; ++i) alarm.call("{}");
  alarm.stop();
  EXPECT_EQ(called.get_future().get().error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(hook.requests(), SizeIs(1)) << "what waited is not called any more";
}

}  // namespace
}  // namespace tansiq::node
