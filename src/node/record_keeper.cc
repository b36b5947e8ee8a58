#include "node/record_keeper.h"

#include <chrono>
#include <utility>

#include "base/logging.h"

namespace tansiq::node {
namespace {

constexpr auto kSyncEvery = std::chrono::milliseconds(200);

}  // namespace

Result<std::unique_ptr<RecordKeeper>> RecordKeeper::make(surveillance::RecorderOptions options,
                                                         std::vector<surveillance::SourceConfig> sources,
                                                         const RecordQueueLimits& limits) {
  std::unique_ptr<RecordKeeper> keeper(new RecordKeeper(limits));
  options.standing = [of = keeper.get()](bool behind_loss) {
    const std::lock_guard lock(of->mutex_);
    std::vector<std::string> lines;
    for (const auto& [key, standing] : of->standing_before_.empty() ? of->standing_ : of->standing_before_.front()) {
      if (behind_loss || !standing.fallen) lines.push_back(standing.line);
    }
    return lines;
  };
  keeper->recorder_.emplace(TRY(surveillance::Recorder::make(std::move(options), std::move(sources))));
  return keeper;
}

RecordKeeper::~RecordKeeper() { stop(); }

void RecordKeeper::start() {
  thread_ = std::thread([this] { run(); });
}

void RecordKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RecordKeeper::take(const surveillance::Chunk& chunk) {
  const std::lock_guard lock(mutex_);
  ++offered_;
  if (stopping_ || queue_.size() >= limits_.chunks_max || queued_bytes_ + chunk.bytes.size() > limits_.bytes_max) {
    ++dropped_;
    ++dropped_in_all_;
    return;
  }
  Item item{std::exchange(dropped_, 0), chunk, std::string(as_text(chunk.bytes))};
  item.chunk.bytes = {};
  queued_bytes_ += item.bytes.size();
  put(std::move(item));
}

/// Under the mutex.
void RecordKeeper::put(Item item) {
  queue_.push_back(std::move(item));
  if (queue_.size() == 1) wake_.notify_one();
}

void RecordKeeper::add_source(surveillance::SourceConfig source) {
  const std::lock_guard lock(mutex_);
  put({.dropped_before = std::exchange(dropped_, 0), .chunk = {}, .bytes = {}, .source = std::move(source)});
}

void RecordKeeper::begin_run() {
  const std::lock_guard lock(mutex_);
  // What the thread still writes of the run before may need what stood in that.
  standing_before_.push_back(std::exchange(standing_, {}));
  fallen_ = 0;
  put({.dropped_before = std::exchange(dropped_, 0), .chunk = {}, .bytes = {}, .source = {}, .new_run = true});
}

void RecordKeeper::stand(std::string key, std::string line) {
  const std::lock_guard lock(mutex_);
  Standing& of = standing_[std::move(key)];
  if (of.fallen) --fallen_;
  of = {std::move(line), false, 0};
}

void RecordKeeper::fall(std::string_view key, std::string line) {
  const std::lock_guard lock(mutex_);
  const auto at = standing_.find(key);
  if (at == standing_.end()) return;
  if (!at->second.fallen && fallen_ >= limits_.fallen_max) {
    standing_.erase(at);
    return;
  }
  if (!at->second.fallen) ++fallen_;
  at->second = {std::move(line), true, offered_};
}

/// Where nothing is lost that is not said, so many chunks are on the disk: and with them what fell before.
void RecordKeeper::forget_fallen(std::uint64_t offered) {
  const std::uint64_t failed = recorder_->failed();
  const bool clean = std::exchange(failed_then_, failed) == failed && !recorder_->lost();
  if (!clean) return;
  const std::lock_guard lock(mutex_);
  if (fallen_ == 0 || !standing_before_.empty()) return;
  fallen_ -=
      std::erase_if(standing_, [&](const auto& one) { return one.second.fallen && one.second.offered <= offered; });
}

RecordKeeper::State RecordKeeper::state() const {
  const std::lock_guard lock(mutex_);
  State out = state_;
  out.dropped = dropped_in_all_;
  return out;
}

void RecordKeeper::run() {
  auto next_sync = std::chrono::steady_clock::now() + kSyncEvery;
  bool over = false;
  while (!over) {
    std::deque<Item> items;
    std::uint64_t dropped_behind = 0;
    std::uint64_t offered = 0;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, next_sync, [this] { return stopping_ || !queue_.empty(); });
      items.swap(queue_);
      queued_bytes_ = 0;
      over = stopping_;
      dropped_behind = std::exchange(dropped_, 0);
      offered = offered_;
    }
    write(items, dropped_behind);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_sync && !over) continue;
    next_sync = now + kSyncEvery;
    const Status synced = recorder_->sync();
    if (synced) forget_fallen(offered);
    settle(synced);
  }
}

void RecordKeeper::write(const std::deque<Item>& items, std::uint64_t dropped_behind) {
  for (const Item& item : items) {
    if (item.dropped_before != 0) recorder_->dropped(item.dropped_before);
    if (item.source) (void)recorder_->add_source(*item.source);
    if (item.new_run) begin_next_run();
    if (item.source || item.new_run) continue;
    surveillance::Chunk chunk = item.chunk;
    chunk.bytes = as_bytes(item.bytes);
    (void)recorder_->take(chunk);  // Counted there, and said by the next sync for as long as it lasts.
  }
  if (dropped_behind != 0) recorder_->dropped(dropped_behind);
}

void RecordKeeper::begin_next_run() {
  recorder_->begin_run();
  const std::lock_guard lock(mutex_);
  standing_before_.pop_front();
}

void RecordKeeper::settle(const Status& synced) {
  State now{.chunks = recorder_->chunks(), .failed = recorder_->failed(), .files = recorder_->files(), .trouble = {}};
  if (!synced) now.trouble = synced.error().text();
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    changed = now.trouble.empty() != state_.trouble.empty();
    state_ = now;
  }
  if (!changed) return;
  if (synced) {
    log_info("live.recording", {{"message", "recording again"}, {"failed", now.failed}});
  } else {
    log_error("live.recording", {{"message", now.trouble}, {"failed", now.failed}});
  }
}

}  // namespace tansiq::node
