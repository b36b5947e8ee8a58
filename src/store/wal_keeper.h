// Moves the write-ahead log into the database, beside the commits.
//
// SQLite can copy pages while another connection appends, but it starts the log over only when nothing is left to copy,
// which a busy writer never lets happen. So: from `soft` pages a second thread copies (long, and in nobody's way); from
// `max` pages the writer copies the small rest after a commit, and the next commit starts at the front of the file.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "store/sqlite.h"

namespace tansiq::store {

class WalKeeper {
 public:
  /// `own` is the second thread's connection; without one, commits copy from `soft` pages on. `failed` is called, from
  /// either thread, when copying fails: the store must stop.
  WalKeeper(Connection& writer, std::optional<Connection> own, std::int64_t soft, std::int64_t max,
            std::function<void(const Error&)> failed);
  WalKeeper(const WalKeeper&) = delete;
  WalKeeper& operator=(const WalKeeper&) = delete;
  ~WalKeeper();

  /// The writer calls this after each commit.
  void after_commit();

 private:
  void run();
  void copy(Connection& db);
  static int on_commit(void* self, sqlite3*, const char*, int pages);

  Connection& writer_;
  std::optional<Connection> own_;
  const std::int64_t soft_;
  const std::int64_t max_;
  const std::function<void(const Error&)> failed_;
  std::int64_t wal_pages_ = 0;  // Writer's thread.
  std::int64_t asked_at_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace tansiq::store
