// The logs that this node keeps, as auditors and the console fetch them: checkpoint, tiles, entry bundles (C2SP
// tlog-tiles), read-only. Its own record; what it says to members and to single peers; mirrors of what peers say to it.
//
// Only what the last published checkpoint covers is shown. A mirror that has not caught up has entries and tiles, and
// no checkpoint of exactly those that somebody has signed: it is asked for again.
//
// Whose words stand in a log decides who may read it (`audience`). Those between two authorities are nobody else's, and
// are kept by no cache.
//
// Reading blocks on the disk, so a thread of its own does it, with its own reader, behind a bounded queue. Other faces
// read bodies there, too (`read`).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
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

  enum class Audience : std::uint8_t {
    kMain,     ///< This node's own record.
    kMembers,  ///< What an authority says to all members; and what is no log.
    kPair,     ///< What one says to another.
  };
  /// Of the log that a path below `/log/` names. `segments` of the whole path.
  [[nodiscard]] Audience audience(std::span<const std::string> segments) const;

  /// Answers a request below `/log/`, which has been authorised. Any thread.
  void handle(const std::shared_ptr<net::Exchange>& exchange);
  /// Answers with what work on this thread comes to. Any thread.
  using Work = std::function<Result<net::Response>(store::LogReader&)>;
  void read(const std::shared_ptr<net::Exchange>& exchange, Work work);
  void stop();
  /// Requests that wait.
  [[nodiscard]] std::size_t queue_depth() const { return queue_.size(); }

 private:
  struct Job {
    std::shared_ptr<net::Exchange> exchange;
    Work work;
  };

  void run();
  [[nodiscard]] Result<net::Response> answer(const LogPath& path);
  [[nodiscard]] Result<store::LogId> find(const std::string& origin);
  void refuse(const std::shared_ptr<net::Exchange>& exchange, Error error);

  static constexpr std::size_t kQueueMax = 1'024;

  store::LogStore& store_;
  std::unique_ptr<store::LogReader> reader_;
  const std::string origin_;
  const bool shared_caches_;
  ProblemLog& problems_;
  std::map<std::string, store::LogId> logs_;  ///< As far as known, by origin. The thread's own.
  BoundedQueue<Job> queue_{kQueueMax};
  std::thread thread_;
};

}  // namespace tansiq::node
