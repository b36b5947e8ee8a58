// Snapshots of a running node: a cache of what the record folds to, so that a start need not read all of it.
//
// A small state is serialised by the core thread between two batches; that pause is measured and shown in /metrics. A
// large one would hold up deciding for seconds. The core thread then only tells at which entry it stands, and with
// what sketch (state_sketch.h); the keeper's own thread folds the record up to there as a start does, from the snapshot
// before, beside the deciding and behind it in priority. A fold whose sketch is another is not written: either this
// node or its snapshots have gone wrong, and people must know (ADR 51). Either way this thread writes to the disk.
//
//   SnapshotKeeper snapshots(config, store, figures);
//   snapshots.start();
//   every moment, on one thread:  snapshots.look(core);      // asks for one when enough entries have been added
//   snapshots.give_up();  core.stop();  snapshots.stop();
//   snapshots.write_last(core.state());
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "coordination/coalition.h"
#include "f3548/registry.h"
#include "node/core_thread.h"
#include "node/state_sketch.h"
#include "store/log_store.h"

namespace tansiq::node {

class SnapshotKeeper {
 public:
  struct Config {
    coordination::CoalitionConfig coalition;  ///< What the record is folded by.
    f3548::Switches switches{};
    std::uint64_t every_entries = 0;           ///< NodeConfig::snapshot_every_entries
    std::uint64_t background_above_bytes = 0;  ///< NodeConfig::snapshot_background_above_bytes
  };
  /// `store` and `figures` outlive this, and this outlives the core threads that it asks.
  SnapshotKeeper(Config config, store::LogStore& store, CoreFigures& figures);
  ~SnapshotKeeper();  ///< stop()
  SnapshotKeeper(const SnapshotKeeper&) = delete;
  SnapshotKeeper& operator=(const SnapshotKeeper&) = delete;

  void start();
  /// Asks the core thread where one is due and none under way. One thread at a time.
  void look(CoreThread& core);
  /// All snapshots are gone: the record became another (LogStore::recover).
  void forget();

  /// Whatever is under way is broken off, and nothing begun any more. Returns at once. Any thread.
  void give_up();
  /// The same, and waits for the thread: as long as reading a snapshot, or writing one, takes at the most. Idempotent.
  void stop();
  /// Takes and writes one at once: the core thread has ended. Not where a large one on the disk is so recent that the
  /// next start makes up for it, nor after a fold that went wrong.
  void write_last(const State& state);

  /// For people: a clause that says what is wrong. Empty: nothing. Any thread.
  [[nodiscard]] std::string trouble() const;

 private:
  using Clock = std::chrono::steady_clock;
  /// One to write, or where the one to be made stands.
  struct Job {
    std::variant<store::Snapshot, StateSketch> what;
    Clock::time_point asked;
  };

  void ask(CoreThread& core);
  void post(std::variant<store::Snapshot, StateSketch> what, Clock::time_point asked);
  void release();
  [[nodiscard]] bool is_large(const StateSketch& sketch) const;
  void run();
  void carry_out(const Job& job);
  [[nodiscard]] Result<store::Snapshot> fold(const StateSketch& expected);
  void write(const store::Snapshot& snapshot, Clock::time_point asked);
  void note_failure(const Error& error);

  const Config config_;
  store::LogStore& store_;
  CoreFigures& figures_;
  std::atomic<bool> given_up_{false};
  std::atomic<std::uint64_t> tried_{0};  ///< Up to which entry one was last asked for.
  mutable std::mutex mutex_;             // Guards what follows.
  std::condition_variable changed_;
  std::optional<Job> job_;
  bool asked_ = false;  ///< From the question until it is on the disk, or given up.
  std::string trouble_;
  std::thread thread_;
};

}  // namespace tansiq::node
