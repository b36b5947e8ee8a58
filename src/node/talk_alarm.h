// The second channel of alarms: a program, or an address, that the node calls when nobody before a console answers
// (docs/talks.md). Whom it wakes (a telephone, a siren) is for whoever runs the node.
//
//   TalkAlarm alarm(config.talks);                 // a thread of its own
//   core thread:  alarm.look(coalition, entries);  // once they are durable; never waits
//
// One call at a time, each with a bound on its time; kAlarmsWaitingMax wait, and of more the oldest is dropped: a newer
// alarm says more. A way that fails is tried again a few times, where that may help: an address that cannot be reached
// or says that it is at fault, a program that ends with another status than 0. What could not be told is in the log of
// the node, and in /v1/talks/overdue as it was.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "coordination/coalition.h"
#include "net/http_client.h"
#include "node/node.h"

namespace tansiq::node {

inline constexpr std::size_t kAlarmsWaitingMax = 64;
inline constexpr DurationMs kAlarmCallMs = 10'000;

/// Runs a program with `input` on its standard input, without a shell; what it prints goes nowhere. It, and what it has
/// started in its process group, is killed after `most_ms`, or once `stopping` says so. Fails with `kInvalid` (no such
/// program), `kTimeout`, `kUnavailable` (it ended with a status other than 0, or was told to stop), `kIo`.
[[nodiscard]] Status run_program(const std::vector<std::string>& command, std::string_view input, DurationMs most_ms,
                                 const std::function<bool()>& stopping);

/// How often one way is tried for one alarm, and how long it is waited before the second time; twice that before the
/// third, and so on.
struct AlarmRetries {
  unsigned tries = 3;
  DurationMs first_ms = 1'000;
};

class TalkAlarm {
 public:
  [[nodiscard]] static bool wanted(const TalksConfig& config) {
    return !config.alarm_command.empty() || !config.alarm_webhook.empty();
  }
  /// Starts. `called` hears how each alarm went in the end, on the thread of the calls; for tests.
  explicit TalkAlarm(TalksConfig config, std::function<void(const Status&)> called = {}, AlarmRetries retries = {});
  ~TalkAlarm();  ///< stop()
  TalkAlarm(const TalkAlarm&) = delete;
  TalkAlarm& operator=(const TalkAlarm&) = delete;

  /// Calls for each entry that is an alarm (talk_events.h).
  void look(const coordination::Coalition& all, std::span<const coordination::Written> entries);
  /// Any thread; never waits.
  void call(std::string alarm);
  /// Ends the call under way and the thread; what waits is not called any more. Idempotent.
  void stop();

 private:
  void run();
  [[nodiscard]] Status tell(const std::string& alarm);
  [[nodiscard]] Status post(const std::string& alarm);
  [[nodiscard]] Status persist(const std::function<Status()>& way);
  [[nodiscard]] bool stopping() const;

  const TalksConfig config_;
  const AlarmRetries retries_;
  const std::function<void(const Status&)> called_;
  std::shared_ptr<net::Interrupt> interrupt_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tansiq::node
