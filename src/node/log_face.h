// The log, as peers and auditors fetch it: checkpoint, tiles, entry bundles (C2SP tlog-tiles), read-only.
//
// Only what the last published checkpoint covers is shown. Reading blocks on the disk, so a thread of its own does it,
// with its own reader, behind a bounded queue.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "net/http_server.h"
#include "node/bounded_queue.h"
#include "node/log_path.h"
#include "node/problem_log.h"
#include "store/log_store.h"

namespace tansiq::node {

class LogFace {
 public:
  /// `store` and `problems` outlive this. `shared_caches`: without access control proxies may keep tiles too.
  LogFace(store::LogStore& store, std::unique_ptr<store::LogReader> reader, std::string main_origin, bool shared_caches,
          ProblemLog& problems);
  ~LogFace();  ///< stop()
  LogFace(const LogFace&) = delete;
  LogFace& operator=(const LogFace&) = delete;

  /// Answers a request below `/log/`, which has been authorised. Any thread.
  void handle(const std::shared_ptr<net::Exchange>& exchange);
  void stop();
  /// Requests that wait.
  [[nodiscard]] std::size_t queue_depth() const { return queue_.size(); }

 private:
  struct Job {
    std::shared_ptr<net::Exchange> exchange;
    LogPath path;
  };

  void run();
  [[nodiscard]] Result<net::Response> answer(const LogPath& path);
  void refuse(const std::shared_ptr<net::Exchange>& exchange, Error error);

  static constexpr std::size_t kQueueMax = 1'024;

  store::LogStore& store_;
  std::unique_ptr<store::LogReader> reader_;
  const std::string origin_;
  const bool shared_caches_;
  ProblemLog& problems_;
  BoundedQueue<Job> queue_{kQueueMax};
  std::thread thread_;
};

}  // namespace tansiq::node
