// The record as it was known at a past moment: folded once more, beside the deciding, and shown as the present is.
//
//   HistoryDesk history({.coalition = config, .main_origin = origin, .clock = &clock}, store);
//   history.ask(exchange, at, [](const Past& past) { return net::json_response(200, …past.state…); });
//   history.stop();
//
// A fold costs what a start costs, from the nearest snapshot before the moment, and the memory of a second state. So
// there is one thread, one question at a time (503 for whoever comes meanwhile), and a bound on how long it may take.
// The last state is kept for a while: the next moment, a little later, goes on from there, and the next part of the
// same moment costs nothing.
//
// It sees what the record says and no more: no bodies of shares, so what was destroyed since stays destroyed; no
// tracks; no lines. Nothing is decided, and nothing is written.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "f3548/registry.h"
#include "net/http_server.h"
#include "node/problem_log.h"
#include "node/state.h"
#include "store/log_store.h"

namespace tansiq::node {

/// What was known at a moment.
struct Past {
  const State& state;
  UtcMs at;    ///< As asked.
  UtcMs last;  ///< When the last entry that counts was written here.
};

class HistoryDesk {
 public:
  struct Config {
    coordination::CoalitionConfig coalition;  ///< What the record is folded by.
    f3548::Switches switches{};
    std::string main_origin;
    const Clock* clock = nullptr;
    DurationMs fold_ms_max = 120'000;  ///< How long one answer may take.
    DurationMs kept_ms = 120'000;      ///< How long a state is kept for the next question.
  };
  using Render = std::function<Result<net::Response>(const Past&)>;

  /// `store` and `problems` outlive this.
  HistoryDesk(Config config, store::LogStore& store, ProblemLog& problems);
  ~HistoryDesk();  ///< stop()
  HistoryDesk(const HistoryDesk&) = delete;
  HistoryDesk& operator=(const HistoryDesk&) = delete;

  /// Answers, from a thread of its own. `kInvalid` for a moment that has not come, `kNotFound` for one before the
  /// record, `kOverloaded` while another is folded, `kTooMuchWork` where it takes too long. Any thread.
  void ask(const std::shared_ptr<net::Exchange>& exchange, UtcMs at, Render render);
  /// The record became another (LogStore::recover): what is kept of it counts no more.
  void forget();
  /// What is under way is given up. Idempotent.
  void stop();

 private:
  struct Job {
    std::shared_ptr<net::Exchange> exchange;
    UtcMs at;
    Render render;
  };

  void run();
  [[nodiscard]] Result<net::Response> answer(const Job& job);
  void refuse(const std::shared_ptr<net::Exchange>& exchange, Error error);

  const Config config_;
  store::LogStore& store_;
  ProblemLog& problems_;
  std::atomic<bool> given_up_{false};
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  std::optional<Job> job_;
  bool busy_ = false;  ///< From a question until its answer.
  bool stopping_ = false;
  bool forgotten_ = false;

  std::optional<State> kept_;  // The thread's own.
  std::thread thread_;
};

}  // namespace tansiq::node
