#include "node/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/logging.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

/// The state of the newest snapshot that proves to be whole; nothing when the log must be replayed from its start.
std::optional<State> from_snapshot(store::LogStore& store, const coordination::CoalitionConfig& config,
                                   f3548::Switches switches) {
  auto snapshot = store.latest_snapshot();
  if (!snapshot || !*snapshot) {
    if (!snapshot) log_warning("snapshot.unreadable", {{"message", snapshot.error().message}});
    return {};
  }
  const store::Snapshot& found = **snapshot;
  auto state = State::read_snapshot(config, found.bytes, switches);
  if (!state) {
    log_warning("snapshot.refused", {{"message", state.error().message}});
    return {};
  }
  // `read_snapshot` has checked that the state in the snapshot has the hash it ends in.
  if (state->next_seq() != found.next_seq || snapshot_state_hash(found.bytes) != found.state_hash) {
    log_warning("snapshot.refused",
                {{"message", "its state does not have the hash that was stored with it"}, {"entries", found.next_seq}});
    return {};
  }
  return std::move(*state);
}

/// Texts of charters stand in the store as bodies, since before the entries that quote them. An adoption that was lost
/// and came back from peers has come without: then `otherwise` may have it.
core::CharterTexts texts_in(std::shared_ptr<store::LogReader> reader, core::CharterTexts otherwise) {
  return
      [reader = std::move(reader), otherwise = std::move(otherwise)](const std::string& sha256) -> Result<std::string> {
        const auto body = TRY(reader->body(TRY(log::Hash::from_hex(sha256))));
        if (body) return std::string(as_text(*body));
        if (otherwise) return otherwise(sha256);
        return fail(ErrorCode::kNotFound,
                    fmt::format("the text of a charter that the record quotes, {}, is not in the store", sha256));
      };
}

Status found_log(store::LogStore& store, const core::MachineConfig& config, coordination::Coalition& coalition,
                 UtcMs now) {
  coordination::Batch batch;
  coalition.found(now, batch);
  const store::NewEntry entries[] = {{store::kMainLog, as_bytes(batch.front().line)}};
  const std::string text = config.charter_text.empty() ? core::charter_text(config.charter) : config.charter_text;
  const store::NewBody bodies[] = {{log::sha256(text), as_bytes(text)}};
  TRY_VOID(store.append({.entries = entries, .bodies = bodies, .meta = {}}));
  return {};
}

}  // namespace

Status note_heads(store::LogReader& reader, const LogBook& logs, coordination::Coalition& coalition) {
  for (const coordination::LogName& name : logs.mirrors()) {
    const store::Head head = TRY(reader.head(logs.id(name)));
    if (head.size > 0) coalition.note_head(name, head.size, head.root);
  }
  return {};
}

namespace {

/// One entry on its way from the reading thread to the applying one; those of the zone machine already decoded.
struct Item {
  std::uint64_t seq = 0;
  store::LogId log;
  std::string line;
  std::optional<core::Entry> entry;
};
using Chunk = std::vector<Item>;

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
      Item item{stored.seq, stored.log, std::string(as_text(stored.bytes)), {}};
      if (stored.log == store::kMainLog && !coordination::is_coordination_line(item.line) &&
          !f3548::is_registry_line(item.line) && !uss::is_uss_line(item.line)) {
        auto entry = core::read_entry(item.line);
        if (!entry) return std::unexpected(inside(std::move(entry.error()), fmt::format("entry {}", stored.seq)));
        item.entry = std::move(*entry);
      }
      chunk.push_back(std::move(item));
      if (chunk.size() < kChunkEntries) return {};
      return hand_over(std::exchange(chunk, {}));
    });
    if (!chunk.empty()) (void)hand_over(std::move(chunk));
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

/// The logs of the versions from `known` on.
Status follow_versions(store::LogStore& store, LogBook& logs, const coordination::Coalition& coalition,
                       std::size_t& known) {
  for (const auto& versions = coalition.machine().versions(); known < versions.size(); ++known) {
    TRY_VOID(logs.adopt(store, versions[known]));
  }
  return {};
}

Status replay(store::LogStore& store, store::LogReader& reader, LogBook& logs, std::uint64_t first_seq,
              std::uint64_t end_seq, State& state, std::size_t& known) {
  if (first_seq == end_seq) return {};
  DecodingThread decoding(reader, first_seq, end_seq);
  while (true) {
    Chunk chunk = TRY(decoding.next());
    if (chunk.empty()) return {};
    for (Item& item : chunk) {
      const std::uint64_t seq = item.seq;
      if (seq != state.next_seq()) state.coalition().skip_to(seq);  // a gap: its entries were lost
      Status applied = item.entry ? state.apply_core(std::move(*item.entry), item.line)
                                  : state.apply(logs.name(item.log), item.line);
      if (!applied) return std::unexpected(inside(std::move(applied.error()), fmt::format("entry {}", seq)));
      TRY_VOID(follow_versions(store, logs, state.coalition(), known));
    }
  }
}

/// Contents of shares are no part of the state: they are found again by what entries say is held.
Status learn_bodies(store::LogReader& reader, coordination::Coalition& coalition) {
  log::Hash after{};
  while (true) {
    const auto page = coalition.wanted_bodies(256, after);
    if (page.empty()) return {};
    for (const coordination::WantedBody& wanted : page) {
      const auto bytes = TRY(reader.body(wanted.body));
      // What is no good was said to be no good when it came.
      if (bytes) static_cast<void>(coalition.learn_body(as_text(*bytes)));
    }
    after = page.back().body;
  }
}

}  // namespace

Result<Restored> restore_state(store::LogStore& store, LogBook& logs, const coordination::CoalitionConfig& given,
                               UtcMs now, f3548::Switches switches) {
  coordination::CoalitionConfig config = given;
  config.machine.texts = texts_in(TRY(store.open_reader()), std::move(config.machine.texts));
  const std::unique_ptr<store::LogReader> reader = TRY(store.open_reader());
  const std::uint64_t next_seq = TRY(reader->next_seq());
  std::optional<State> state = from_snapshot(store, config, switches);
  const std::uint64_t from = state ? state->next_seq() : 0;
  if (!state) state = TRY(State::make(config, switches));

  std::size_t known = 1;
  TRY_VOID(follow_versions(store, logs, state->coalition(), known));
  TRY_VOID(replay(store, *reader, logs, from, next_seq, *state, known));
  TRY_VOID(state->coalition().settle());
  TRY_VOID(note_heads(*reader, logs, state->coalition()));
  TRY_VOID(learn_bodies(*reader, state->coalition()));
  if (next_seq == 0) TRY_VOID(found_log(store, config.machine, state->coalition(), now));
  const std::uint64_t entries = state->next_seq();
  return Restored{std::move(*state), entries, from};
}

}  // namespace tansiq::node
