// A store in memory that a test can hold up and make fail.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/log_store.h"

namespace tansiq::node {

/// Keeps lines in memory. `append` waits while the gate is shut.
class GatedStore final : public store::LogStore {
 public:
  void shut() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void fail_from_now_on() {
    const std::lock_guard lock(mutex_);
    failing_ = true;
  }
  void set_published(store::Head head) {
    const std::lock_guard lock(mutex_);
    published_ = std::move(head);
  }
  /// Waits until a batch stands before the gate.
  void wait_for_append() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_; });
  }
  /// `latest_snapshot`, with which every fold begins, waits from now on; until `let_folds_go`.
  void hold_folds() {
    const std::lock_guard lock(mutex_);
    folds_held_ = true;
  }
  void let_folds_go() {
    const std::lock_guard lock(mutex_);
    folds_held_ = false;
    changed_.notify_all();
  }
  /// Waits until a fold is held.
  void wait_for_fold() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return fold_waits_; });
  }
  bool fold_waits() const {
    const std::lock_guard lock(mutex_);
    return fold_waits_;
  }
  void refuse_snapshots(bool refuse) {
    const std::lock_guard lock(mutex_);
    refusing_ = refuse;
  }
  /// Waits until one that covers so many entries, or more, has been put.
  store::Snapshot wait_for_snapshot(std::uint64_t next_seq) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return snapshot && snapshot->next_seq >= next_seq; });
    return *snapshot;
  }
  std::size_t snapshots_put() const {
    const std::lock_guard lock(mutex_);
    return snapshots_put_;
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<std::size_t> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }

  Result<store::Appended> append(const store::Batch& batch) override {
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    waiting_ = false;
    if (failing_) return fail(ErrorCode::kIo, "the disk is full");
    store::Appended done;
    done.first_seq = lines_.size();
    for (const auto& entry : batch.entries) lines_.emplace_back(as_text(entry.bytes));
    done.next_seq = lines_.size();
    batches_.push_back(batch.entries.size());
    return done;
  }
  Result<store::LogId> add_log(std::string_view) override { return store::kMainLog; }
  Status destroy_body(const store::Hash&) override { return {}; }
  Status publish() override { return {}; }
  store::Head published(store::LogId) const override {
    const std::lock_guard lock(mutex_);
    return published_;
  }
  Status put_snapshot(std::uint64_t next_seq, const store::Hash& state_hash, ByteView bytes) override {
    const std::lock_guard lock(mutex_);
    if (refusing_) return fail(ErrorCode::kIo, "the disk is full");
    snapshot = store::Snapshot{next_seq, state_hash, Bytes(bytes.begin(), bytes.end())};
    ++snapshots_put_;
    changed_.notify_all();
    return {};
  }
  Result<std::optional<store::Snapshot>> latest_snapshot() override {
    std::unique_lock lock(mutex_);
    fold_waits_ = folds_held_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !folds_held_; });
    fold_waits_ = false;
    return snapshot;
  }
  Result<std::optional<store::Snapshot>> snapshot_up_to(std::uint64_t end_seq) override {
    if (snapshot && snapshot->next_seq > end_seq) return std::nullopt;
    return snapshot;
  }
  std::optional<Error> poisoned() const override { return {}; }
  std::optional<store::Recovery> recovering() const override { return {}; }
  Status raise_floor(store::LogId, const store::Floor&) override { return {}; }
  Status recover(std::span<const store::RecoveredEntry>, std::span<const store::LogId>) override { return {}; }
  Result<std::unique_ptr<store::LogReader>> open_reader() override;

  std::optional<store::Snapshot> snapshot;  ///< What `latest_snapshot` returns. Not while another thread may ask.

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<std::size_t> batches_;
  store::Head published_;
  bool open_ = true, failing_ = false, waiting_ = false;
  bool folds_held_ = false, fold_waits_ = false, refusing_ = false;
  std::size_t snapshots_put_ = 0;
};

class GatedReader final : public store::LogReader {
 public:
  explicit GatedReader(const GatedStore& store) : store_(store) {}
  Result<std::vector<store::LogInfo>> logs() override { return std::vector<store::LogInfo>{}; }
  Result<store::Head> head(store::LogId) override {
    store::Head head;
    head.size = store_.lines().size();
    return head;
  }
  Result<std::uint64_t> next_seq() override { return store_.lines().size(); }
  Status entries(store::LogId, std::uint64_t, std::uint64_t, const store::EntryVisitor&) override { return {}; }
  Status sequence(std::uint64_t first, std::uint64_t end, const store::EntryVisitor& visit) override {
    const auto lines = store_.lines();
    for (std::uint64_t i = first; i < end; ++i) TRY_VOID(visit({i, store::kMainLog, i, as_bytes(lines.at(i))}));
    return {};
  }
  Result<Bytes> tile(store::LogId, unsigned, std::uint64_t, unsigned width) override { return Bytes(width * 32); }
  Result<Bytes> bundle(store::LogId, std::uint64_t, unsigned) override { return Bytes{}; }
  Result<store::Hash> root_at(store::LogId, std::uint64_t) override { return store::Hash{}; }
  Result<std::optional<Bytes>> body(const store::Hash&) override { return std::nullopt; }
  Result<std::optional<std::uint64_t>> body_size(const store::Hash&) override { return std::nullopt; }
  Result<std::optional<Bytes>> meta(std::string_view) override { return std::nullopt; }
  Result<std::vector<std::string>> meta_keys(std::string_view, std::string_view, std::size_t) override {
    return std::vector<std::string>{};
  }

 private:
  const GatedStore& store_;
};

inline Result<std::unique_ptr<store::LogReader>> GatedStore::open_reader() {
  return std::make_unique<GatedReader>(*this);
}

}  // namespace tansiq::node
