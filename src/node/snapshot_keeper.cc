#include "node/snapshot_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "base/logging.h"
#include "node/background.h"
#include "node/node_parts.h"
#include "node/restore.h"

namespace tansiq::node {
namespace {

store::Snapshot take(const State& state) {
  Bytes bytes = state.write_snapshot();
  const store::Hash hash = snapshot_state_hash(bytes);
  return {state.next_seq(), hash, std::move(bytes)};
}

}  // namespace

SnapshotKeeper::SnapshotKeeper(Config config, store::LogStore& store, CoreFigures& figures)
    : config_(std::move(config)), store_(store), figures_(figures) {}

SnapshotKeeper::~SnapshotKeeper() { stop(); }

void SnapshotKeeper::start() {
  thread_ = std::thread([this] { run(); });
}

// --- asking ----------------------------------------------------------------------------------------------------------

void SnapshotKeeper::look(CoreThread& core) {
  if (config_.every_entries == 0) return;
  const std::uint64_t from = std::max(figures_.snapshot_entries.load(), tried_.load());
  if (figures_.log_entries.load() < from + config_.every_entries) return;
  {
    const std::lock_guard lock(mutex_);
    if (given_up_.load() || std::exchange(asked_, true)) return;
  }
  ask(core);
}

void SnapshotKeeper::ask(CoreThread& core) {
  auto read = [this](const State& state) {
    const auto begin = Clock::now();
    auto what = std::make_shared<std::variant<store::Snapshot, StateSketch>>(sketch_of(state));
    if (!is_large(std::get<StateSketch>(*what))) *what = take(state);
    figures_.snapshot_pause_ms.store(milliseconds_since(begin));
    auto hand_over = [this, what, begin](const Status& durable) {
      if (!durable) return release();  // It includes what was lost.
      post(std::move(*what), begin);
    };
    return Departure{nullptr, {}, std::move(hand_over)};
  };
  const Status taken = core.submit_urgent(ReadTask{std::move(read), [this](const Error&) { release(); }});
  if (!taken) release();
}

bool SnapshotKeeper::is_large(const StateSketch& sketch) const {
  return std::max(figures_.snapshot_bytes.load(), snapshot_bytes_min(sketch)) >= config_.background_above_bytes;
}

void SnapshotKeeper::post(std::variant<store::Snapshot, StateSketch> what, Clock::time_point asked) {
  const std::lock_guard lock(mutex_);
  job_ = Job{std::move(what), asked};
  changed_.notify_all();
}

void SnapshotKeeper::release() {
  const std::lock_guard lock(mutex_);
  asked_ = false;
}

void SnapshotKeeper::forget() {
  tried_.store(0);
  figures_.snapshot_entries.store(0);
  figures_.snapshot_bytes.store(0);
}

// --- making ----------------------------------------------------------------------------------------------------------

void SnapshotKeeper::run() {
  step_back();
  while (true) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return job_.has_value() || given_up_.load(); });
      if (given_up_.load()) return;
      job.swap(job_);
    }
    carry_out(*job);
    job.reset();
    release();
  }
}

void SnapshotKeeper::carry_out(const Job& job) {
  if (const auto* taken = std::get_if<store::Snapshot>(&job.what)) return write(*taken, job.asked);
  const StateSketch& expected = std::get<StateSketch>(job.what);
  tried_.store(expected.next_seq);  // Whatever comes of it: not again before the next batch of entries.
  const auto made = fold(expected);
  if (given_up_.load()) return;
  if (!made) return note_failure(made.error());
  write(*made, job.asked);
}

/// The second state is gone when this returns: what is left is its bytes.
Result<store::Snapshot> SnapshotKeeper::fold(const StateSketch& expected) {
  const State state = TRY(fold_record(store_, config_.coalition, expected.next_seq, config_.switches, given_up_));
  if (given_up_.load()) return fail(ErrorCode::kUnavailable, "the snapshot was given up");
  const StateSketch found = sketch_of(state);
  if (found == expected) return take(state);
  return fail(ErrorCode::kCorrupt, fmt::format("the record up to entry {} folds to another state than the one that "
                                               "decides here ({})",
                                               expected.next_seq, difference(found, expected)));
}

void SnapshotKeeper::write(const store::Snapshot& snapshot, Clock::time_point asked) {
  tried_.store(snapshot.next_seq);
  if (!trouble().empty()) return;  // Which of the two is wrong nobody knows: a start must read the record itself.
  const auto begin = Clock::now();
  const Status written = store_.put_snapshot(snapshot.next_seq, snapshot.state_hash, snapshot.bytes);
  if (!written) return note_failure(written.error());
  figures_.snapshot_took_ms.store(milliseconds_since(asked));
  figures_.snapshot_bytes.store(snapshot.bytes.size());
  figures_.snapshot_written_ms.store(SystemClock().now().ms);
  figures_.snapshot_entries.store(snapshot.next_seq);
  log_info("snapshot.written", {{"entries", snapshot.next_seq},
                                {"bytes", snapshot.bytes.size()},
                                {"pause_ms", figures_.snapshot_pause_ms.load()},
                                {"write_ms", milliseconds_since(begin)},
                                {"took_ms", milliseconds_since(asked)}});
}

/// A snapshot only makes the next start faster, so nothing stops for the want of one. But a record that does not fold
/// to what decides here would not start at all, or as another node.
void SnapshotKeeper::note_failure(const Error& error) {
  figures_.snapshot_failures.fetch_add(1);
  if (error.code != ErrorCode::kCorrupt) {
    log_warning("snapshot.failed", {{"message", error.text()}});
    return;
  }
  log_error("snapshot.differs", {{"message", error.text()}});
  const std::lock_guard lock(mutex_);
  trouble_ = fmt::format(
      "no snapshots are written any more: {}; stop the node, move its files snapshot-* away, run tansiq log verify and "
      "tansiq log audit, and start it again",
      error.text());
}

std::string SnapshotKeeper::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

// --- stopping --------------------------------------------------------------------------------------------------------

void SnapshotKeeper::give_up() {
  const std::lock_guard lock(mutex_);
  given_up_.store(true);
  changed_.notify_all();
}

void SnapshotKeeper::stop() {
  give_up();
  if (thread_.joinable()) thread_.join();
}

void SnapshotKeeper::write_last(const State& state) {
  const std::uint64_t covered = figures_.snapshot_entries.load();
  if (state.next_seq() <= covered) return;
  // One that was under way, and is broken off, was asked for after `every_entries`: so twice that.
  const std::uint64_t since = state.next_seq() - covered;
  if (covered > 0 && since / 2 < config_.every_entries && is_large(sketch_of(state))) {
    log_info("snapshot.left_to_the_start", {{"entries", covered}, {"behind", since}});
    return;
  }
  write(take(state), Clock::now());
}

}  // namespace tansiq::node
