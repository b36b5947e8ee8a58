#include "store/wal_keeper.h"

#include <sqlite3.h>

#include <algorithm>

namespace tansiq::store {

WalKeeper::WalKeeper(Connection& writer, std::optional<Connection> own, std::int64_t soft, std::int64_t max,
                     std::function<void(const Error&)> failed)
    : writer_(writer), own_(std::move(own)), soft_(soft), max_(max), failed_(std::move(failed)) {
  sqlite3_wal_hook(writer_.handle(), &WalKeeper::on_commit, this);
  if (own_) thread_ = std::thread([this] { run(); });
}

WalKeeper::~WalKeeper() {
  if (thread_.joinable()) {
    {
      const std::lock_guard guard(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
}

int WalKeeper::on_commit(void* self, sqlite3*, const char*, int pages) {
  static_cast<WalKeeper*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

void WalKeeper::after_commit() {
  if (!own_) {
    if (wal_pages_ >= soft_) copy(writer_);
    return;
  }
  if (wal_pages_ < asked_at_) asked_at_ = 0;  // The log started over.
  if (wal_pages_ >= max_ && wal_pages_ >= asked_at_) {
    copy(writer_);
    // When the second thread is at it just now, or a reader is in the way, try again a little later.
    asked_at_ = wal_pages_ + soft_ / 8;
  } else if (wal_pages_ < max_ && wal_pages_ >= asked_at_ + soft_) {
    asked_at_ = wal_pages_;
    {
      const std::lock_guard guard(mutex_);
      wanted_ = true;
    }
    wake_.notify_one();
  }
}

void WalKeeper::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return wanted_ || stop_; });
    if (stop_) return;
    wanted_ = false;
    lock.unlock();
    copy(*own_);
    lock.lock();
  }
}

void WalKeeper::copy(Connection& db) {
  const int code = sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK || (code & 0xFF) == SQLITE_BUSY) return;
  failed_(sqlite_error(code, "moving the write-ahead log into the database", sqlite3_errmsg(db.handle()), db.path()));
}

}  // namespace tansiq::store
