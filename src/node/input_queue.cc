#include "node/input_queue.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tansiq::node {
namespace {

using surveillance::Chunk;
using surveillance::ChunkKind;

bool carries_bytes(ChunkKind kind) { return kind == ChunkKind::kDatagram || kind == ChunkKind::kStream; }

}  // namespace

InputQueue::InputQueue(std::size_t sources, const InputQueueLimits& limits) : limits_(limits), sources_(sources) {}

void InputQueue::add(const Chunk& chunk) {
  Source& source = sources_[chunk.source];
  if (carries_bytes(chunk.kind)) {
    ++source.counters.taken;
    ++source.counters.waiting_chunks;
    source.counters.waiting_bytes += chunk.bytes.size();
  } else {
    ++source.marks;
  }
  chunks_.push_back(
      {chunk.received, chunk.source, chunk.connection, chunk.kind, Bytes(chunk.bytes.begin(), chunk.bytes.end())});
}

bool InputQueue::push_locked(const Chunk& chunk, bool again) {
  if (closed_ || chunk.source >= sources_.size() || chunk.connection >= surveillance::kConnectionsPerSourceMax) {
    return false;
  }
  Source& source = sources_[chunk.source];
  Missing& missing = source.missing.at(chunk.connection);
  if (!carries_bytes(chunk.kind)) {
    // Two of the places are for what is said before a chunk that had to wait.
    if (source.marks + 2 >= limits_.marks_max) {
      missing = Missing::kRestart;
      return false;
    }
    missing = Missing::kNothing;  // Whatever was lost before it, a connection that begins or ends leaves nothing half.
    add(chunk);
    return true;
  }
  const std::size_t marks = missing == Missing::kNothing ? 0 : missing == Missing::kGap ? 1 : 2;
  const bool room = source.counters.waiting_chunks < limits_.chunks_max &&
                    source.counters.waiting_bytes + chunk.bytes.size() <= limits_.bytes_max &&
                    (marks == 0 || source.marks + marks <= limits_.marks_max);
  if (!room) {
    if (again) return false;
    ++source.counters.overload_chunks;
    source.counters.overload_bytes += chunk.bytes.size();
    if (chunk.kind == ChunkKind::kStream && missing == Missing::kNothing) missing = Missing::kGap;
    return false;
  }
  Chunk mark = chunk;
  mark.bytes = {};
  switch (std::exchange(missing, Missing::kNothing)) {
    case Missing::kNothing:
      break;
    case Missing::kGap:
      mark.kind = ChunkKind::kGap;
      add(mark);
      break;
    case Missing::kRestart:
      mark.kind = ChunkKind::kDown;
      add(mark);
      mark.kind = ChunkKind::kUp;
      add(mark);
      break;
  }
  add(chunk);
  return true;
}

bool InputQueue::push(const Chunk& chunk) {
  bool wake = false;
  bool taken = false;
  {
    const std::lock_guard lock(mutex_);
    taken = push_locked(chunk, false);
    wake = taken && std::exchange(sleeping_, false);
  }
  if (wake) ready_.notify_one();
  return taken;
}

bool InputQueue::offer(const Chunk& chunk) {
  bool wake = false;
  bool taken = false;
  {
    const std::lock_guard lock(mutex_);
    taken = push_locked(chunk, true);
    wake = taken && std::exchange(sleeping_, false);
  }
  if (wake) ready_.notify_one();
  return taken;
}

bool InputQueue::take(std::vector<InputChunk>& out, std::size_t count_max, DurationMs wait_ms_max) {
  std::unique_lock lock(mutex_);
  if (chunks_.empty() && !closed_) {
    sleeping_ = true;
    ready_.wait_for(lock, std::chrono::milliseconds(wait_ms_max), [&] { return !chunks_.empty() || closed_; });
    sleeping_ = false;
  }
  if (chunks_.empty()) return !closed_;
  for (std::size_t i = 0; i < count_max && !chunks_.empty(); ++i) {
    InputChunk& chunk = chunks_.front();
    Source& source = sources_[chunk.source];
    if (carries_bytes(chunk.kind)) {
      --source.counters.waiting_chunks;
      source.counters.waiting_bytes -= chunk.bytes.size();
    } else {
      --source.marks;
    }
    out.push_back(std::move(chunk));
    chunks_.pop_front();
  }
  return true;
}

void InputQueue::add_source() {
  const std::lock_guard lock(mutex_);
  sources_.emplace_back();
}

void InputQueue::set_back(UtcMs now) {
  const std::lock_guard lock(mutex_);
  for (InputChunk& chunk : chunks_) chunk.received = std::min(chunk.received, now);
}

void InputQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  ready_.notify_all();
}

InputQueueCounters InputQueue::counters(std::uint32_t source) const {
  const std::lock_guard lock(mutex_);
  return sources_.at(source).counters;
}

}  // namespace tansiq::node
