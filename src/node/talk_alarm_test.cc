#include "node/talk_alarm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>

#include "base/temporary_folder.h"

namespace tansiq::node {
namespace {

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

}  // namespace
}  // namespace tansiq::node
