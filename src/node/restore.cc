#include "node/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/logging.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

/// The machine of the newest snapshot that proves to be whole; nothing when the log must be replayed from its start.
std::optional<core::Machine> from_snapshot(store::LogStore& store, const core::MachineConfig& config) {
  auto snapshot = store.latest_snapshot();
  if (!snapshot || !*snapshot) {
    if (!snapshot) log_warning("snapshot.unreadable", {{"message", snapshot.error().message}});
    return {};
  }
  const store::Snapshot& found = **snapshot;
  auto machine = core::Machine::read_snapshot(config, found.bytes);
  if (!machine) {
    log_warning("snapshot.refused", {{"message", machine.error().message}});
    return {};
  }
  // `read_snapshot` has checked that the state in the snapshot has the hash it ends in.
  if (machine->next_seq() != found.next_seq || snapshot_state_hash(found.bytes) != found.state_hash) {
    log_warning("snapshot.refused",
                {{"message", "its state does not have the hash that was stored with it"}, {"entries", found.next_seq}});
    return {};
  }
  return std::move(*machine);
}

Status found_log(store::LogStore& store, const core::MachineConfig& config, core::Machine& machine, UtcMs now) {
  const core::Outcome genesis = machine.found(now);
  const store::NewEntry entries[] = {{store::kMainLog, as_bytes(genesis.entry)}};
  const std::string text = config.charter_text.empty() ? core::charter_text(config.charter) : config.charter_text;
  const store::NewBody bodies[] = {{log::sha256(text), as_bytes(text)}};
  TRY_VOID(store.append({.entries = entries, .bodies = bodies, .meta = {}}));
  return {};
}

/// Entries on their way from the reading thread to the applying one, already decoded.
struct Chunk {
  std::vector<std::string> lines;
  std::vector<core::Entry> entries;
};

/// Reads and decodes on a thread of its own, one chunk after the other, at most kChunksMax ahead. Decoding canonical
/// JSON is about two thirds of a replay and needs no state.
class DecodingThread {
 public:
  DecodingThread(store::LogReader& reader, std::uint64_t first_seq, std::uint64_t end_seq)
      : thread_([this, &reader, first_seq, end_seq] { run(reader, first_seq, end_seq); }) {}
  ~DecodingThread() {
    {
      const std::lock_guard lock(mutex_);
      abandoned_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  DecodingThread(const DecodingThread&) = delete;
  DecodingThread& operator=(const DecodingThread&) = delete;

  /// The next chunk; an empty one at the end. What came before an error is handed out first.
  [[nodiscard]] Result<Chunk> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || ended_; });
    if (ready_.empty()) {
      if (!status_) return std::unexpected(status_.error());
      return Chunk{};
    }
    Chunk chunk = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return chunk;
  }

 private:
  static constexpr std::size_t kChunkEntries = 512;
  static constexpr std::size_t kChunksMax = 16;

  void run(store::LogReader& reader, std::uint64_t first_seq, std::uint64_t end_seq) {
    Chunk chunk;
    Status status = reader.sequence(first_seq, end_seq, [&](const store::StoredEntry& stored) -> Status {
      auto entry = core::read_entry(as_text(stored.bytes));
      if (!entry) return std::unexpected(inside(std::move(entry.error()), fmt::format("entry {}", stored.seq)));
      chunk.lines.emplace_back(as_text(stored.bytes));
      chunk.entries.push_back(std::move(*entry));
      if (chunk.entries.size() < kChunkEntries) return {};
      return hand_over(std::exchange(chunk, {}));
    });
    if (!chunk.entries.empty()) (void)hand_over(std::move(chunk));
    {
      const std::lock_guard lock(mutex_);
      status_ = std::move(status);
      ended_ = true;
    }
    changed_.notify_all();
  }

  [[nodiscard]] Status hand_over(Chunk chunk) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.size() < kChunksMax || abandoned_; });
    if (abandoned_) return fail(ErrorCode::kUnavailable, "the replay was given up");
    ready_.push_back(std::move(chunk));
    lock.unlock();
    changed_.notify_all();
    return {};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> ready_;
  Status status_;
  bool ended_ = false;
  bool abandoned_ = false;
  std::thread thread_;
};

Status replay(store::LogReader& reader, std::uint64_t first_seq, std::uint64_t end_seq, core::Machine& machine) {
  if (first_seq == end_seq) return {};
  DecodingThread decoding(reader, first_seq, end_seq);
  while (true) {
    Chunk chunk = TRY(decoding.next());
    if (chunk.entries.empty()) return {};
    for (std::size_t i = 0; i < chunk.entries.size(); ++i) {
      const std::uint64_t seq = machine.next_seq();
      Status applied = machine.apply(std::move(chunk.entries[i]), chunk.lines[i]);
      if (!applied) return std::unexpected(inside(std::move(applied.error()), fmt::format("entry {}", seq)));
    }
  }
}

}  // namespace

store::Hash snapshot_state_hash(ByteView snapshot) {
  store::Hash hash{};
  if (snapshot.size() >= hash.bytes.size()) std::ranges::copy(snapshot.last(hash.bytes.size()), hash.bytes.begin());
  return hash;
}

Result<Restored> restore_machine(store::LogStore& store, const core::MachineConfig& config, UtcMs now) {
  const std::unique_ptr<store::LogReader> reader = TRY(store.open_reader());
  const std::uint64_t next_seq = TRY(reader->next_seq());
  std::optional<core::Machine> machine = from_snapshot(store, config);
  const std::uint64_t from = machine ? machine->next_seq() : 0;
  if (!machine) machine = TRY(core::Machine::make(config));

  TRY_VOID(replay(*reader, from, next_seq, *machine));
  TRY_VOID(machine->settle());
  if (next_seq == 0) TRY_VOID(found_log(store, config, *machine, now));
  const std::uint64_t entries = machine->next_seq();
  return Restored{std::move(*machine), entries, from};
}

}  // namespace tansiq::node
