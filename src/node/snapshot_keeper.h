// Snapshots of a running node. The core thread serialises its state between two batches, and that pause is measured and
// shown in /metrics; writing it to the disk happens on the housekeeper's thread, beside the deciding.
//
//   SnapshotKeeper snapshots(figures, [] { wake the housekeeper; });
//   if (…enough entries since the last) snapshots.ask(core);
//   …later, woken:  snapshots.write_what_came(store);
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "node/core_thread.h"
#include "store/sqlite_store.h"

namespace tansiq::node {

class SnapshotKeeper {
 public:
  /// `came` is called on the core's threads when there is one to write. All must outlive this.
  SnapshotKeeper(CoreFigures& figures, std::function<void()> came) : figures_(figures), came_(std::move(came)) {}

  /// Any thread. Does nothing while one is on its way.
  void ask(CoreThread& core);
  [[nodiscard]] bool has_come() const {
    const std::lock_guard lock(mutex_);
    return taken_.has_value();
  }
  /// A snapshot only makes the next start faster: a failure is logged, no more.
  void write_what_came(store::SqliteStore& store);
  /// Takes and writes one at once, when the core thread has ended and there is something new.
  void write_last(const State& state, store::SqliteStore& store);

 private:
  void write(const store::Snapshot& snapshot, store::SqliteStore& store);

  CoreFigures& figures_;
  const std::function<void()> came_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::optional<store::Snapshot> taken_;
  bool asked_ = false;
};

}  // namespace tansiq::node
