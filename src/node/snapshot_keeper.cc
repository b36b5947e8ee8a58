#include "node/snapshot_keeper.h"

#include <chrono>
#include <memory>
#include <utility>

#include "base/logging.h"
#include "node/node_parts.h"

namespace tansiq::node {
namespace {

store::Snapshot take(const State& state) {
  Bytes bytes = state.write_snapshot();
  const store::Hash hash = snapshot_state_hash(bytes);
  return {state.next_seq(), hash, std::move(bytes)};
}

}  // namespace

void SnapshotKeeper::ask(CoreThread& core) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(asked_, true)) return;
  }
  auto read = [this](const State& state) {
    const auto begin = std::chrono::steady_clock::now();
    auto taken = std::make_shared<store::Snapshot>(take(state));
    figures_.snapshot_pause_ms.store(milliseconds_since(begin));
    auto hand_over = [this, taken](const Status& durable) {
      if (!durable) return;  // The state includes what was lost.
      {
        const std::lock_guard lock(mutex_);
        taken_ = std::move(*taken);
      }
      came_();
    };
    return Departure{nullptr, {}, std::move(hand_over)};
  };
  (void)core.submit_urgent(ReadTask{std::move(read), {}});
}

void SnapshotKeeper::write_what_came(store::SqliteStore& store) {
  std::optional<store::Snapshot> snapshot;
  {
    const std::lock_guard lock(mutex_);
    snapshot.swap(taken_);
  }
  if (!snapshot) return;
  write(*snapshot, store);
  const std::lock_guard lock(mutex_);
  asked_ = false;
}

void SnapshotKeeper::write_last(const State& state, store::SqliteStore& store) {
  if (state.next_seq() > figures_.snapshot_entries.load()) write(take(state), store);
}

void SnapshotKeeper::write(const store::Snapshot& snapshot, store::SqliteStore& store) {
  const auto begin = std::chrono::steady_clock::now();
  const Status written = store.put_snapshot(snapshot.next_seq, snapshot.state_hash, snapshot.bytes);
  if (!written) {
    // The record itself is judged by `append` and `publish`.
    log_warning("snapshot.failed", {{"message", written.error().message}});
  } else {
    log_info("snapshot.written", {{"entries", snapshot.next_seq},
                                  {"bytes", snapshot.bytes.size()},
                                  {"pause_ms", figures_.snapshot_pause_ms.load()},
                                  {"took_ms", milliseconds_since(begin)}});
  }
  figures_.snapshot_entries.store(snapshot.next_seq);  // After a failure too: try again with the next batch of entries.
}

}  // namespace tansiq::node
