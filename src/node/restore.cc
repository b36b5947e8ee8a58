#include "node/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/logging.h"
#include "log/sha256.h"
#include "node/attachment_store.h"

namespace tansiq::node {
namespace {

struct FromSnapshot {
  State state;
  std::size_t bytes = 0;  ///< Of the snapshot.
};

/// The state of the newest snapshot that proves to be whole; nothing when the log must be replayed from its start.
std::optional<FromSnapshot> from_snapshot(Result<std::optional<store::Snapshot>> snapshot,
                                          const coordination::CoalitionConfig& config, f3548::Switches switches) {
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
  return FromSnapshot{std::move(*state), found.bytes.size()};
}

/// Texts of charters stand in the store as bodies, since before the entries that quote them. An adoption that was lost
/// and came back from peers has come without: then `otherwise` may have it.
core::CharterTexts texts_in(std::shared_ptr<store::LogReader> reader, core::CharterTexts otherwise) {
  return
      [reader = std::move(reader), otherwise = std::move(otherwise)](const std::string& sha256) -> Result<std::string> {
        const auto body = reader->body(TRY(log::Hash::from_hex(sha256)));
        if (body && *body) return std::string(as_text(**body));
        // One that the disk has damaged is as good as lost.
        if (!body && (body.error().code != ErrorCode::kCorrupt || !otherwise)) return std::unexpected(body.error());
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
  /// Of one question to the store. Whoever applies may be slow, and as long as a question lasts the store's journal
  /// grows.
  static constexpr std::uint64_t kSliceEntries = 4'096;

  void run(store::LogReader& reader, std::uint64_t first_seq, std::uint64_t end_seq) {
    Chunk chunk;
    const auto decode = [&](const store::StoredEntry& stored) -> Status {
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
    };
    Status status;
    for (std::uint64_t at = first_seq; status && at < end_seq; at += kSliceEntries) {
      status = reader.sequence(at, std::min(at + kSliceEntries, end_seq), decode);
    }
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

/// What the entries of one record are applied to, and how far that has come.
class Fold {
 public:
  using Adopt = std::function<Status(LogBook&, const core::Charter&)>;
  /// `adopt` makes `logs` follow a version that has come into force. Once `given_up` says so, nothing more is applied.
  Fold(State state, LogBook& logs, Adopt adopt, GivenUp given_up = {})
      : state_(std::move(state)), logs_(logs), adopt_(std::move(adopt)), given_up_(std::move(given_up)) {}

  [[nodiscard]] State& state() { return state_; }

  /// From where the state stands up to `end_seq`, and settles.
  [[nodiscard]] Status replay(store::LogReader& reader, std::uint64_t end_seq) {
    TRY_VOID(follow_versions());
    const std::uint64_t first_seq = state_.next_seq();
    if (first_seq < end_seq) {
      DecodingThread decoding(reader, first_seq, end_seq);
      for (bool more = true; more;) more = TRY(apply(TRY(decoding.next())));
    }
    return state_.coalition().settle();
  }

 private:
  /// False at the end.
  [[nodiscard]] Result<bool> apply(Chunk chunk) {
    if (given_up_ && given_up_()) return fail(ErrorCode::kUnavailable, "the replay was given up");
    for (Item& item : chunk) {
      const std::uint64_t seq = item.seq;
      if (seq != state_.next_seq()) state_.coalition().skip_to(seq);  // a gap: its entries were lost
      Status applied = item.entry ? state_.apply_core(std::move(*item.entry), item.line)
                                  : state_.apply(logs_.name(item.log), item.line);
      if (!applied) return std::unexpected(inside(std::move(applied.error()), fmt::format("entry {}", seq)));
      TRY_VOID(follow_versions());
    }
    return !chunk.empty();
  }

  /// The logs of the versions that have come into force since the last call.
  [[nodiscard]] Status follow_versions() {
    for (const auto& versions = state_.coalition().machine().versions(); known_ < versions.size(); ++known_) {
      TRY_VOID(adopt_(logs_, versions[known_]));
    }
    return {};
  }

  State state_;
  LogBook& logs_;
  const Adopt adopt_;
  const GivenUp given_up_;
  std::size_t known_ = 1;  ///< Versions of the charter that `logs_` has followed.
};

/// Contents of shares are no part of the state: they are found again by what entries say is held. One that the disk has
/// damaged is nobody's content any more: it goes, and is fetched again; the record does not stand on it.
Status learn_bodies(store::LogStore& store, store::LogReader& reader, coordination::Coalition& coalition) {
  log::Hash after{};
  while (true) {
    const auto page = coalition.wanted_bodies(256, after);
    if (page.empty()) return {};
    for (const coordination::WantedBody& wanted : page) {
      const auto bytes = reader.body(wanted.body);
      if (!bytes) {
        if (bytes.error().code != ErrorCode::kCorrupt) return std::unexpected(bytes.error());
        log_error("share.damaged", {{"message", "the body of a share does not match its hash; it is fetched again"},
                                    {"body", wanted.body.hex()}});
        if (!store.recovering()) TRY_VOID(store.destroy_body(wanted.body));
        continue;
      }
      // What is no good was said to be no good when it came.
      if (*bytes) static_cast<void>(coalition.learn_body(as_text(**bytes)));
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
  std::optional<FromSnapshot> from = from_snapshot(store.latest_snapshot(), config, switches);
  const std::uint64_t covered = from ? from->state.next_seq() : 0;
  const std::size_t bytes = from ? from->bytes : 0;

  Fold fold(from ? std::move(from->state) : TRY(State::make(config, switches)), logs,
            [&store](LogBook& book, const core::Charter& charter) { return book.adopt(store, charter); });
  TRY_VOID(fold.replay(*reader, next_seq));
  coordination::Coalition& coalition = fold.state().coalition();
  TRY_VOID(note_heads(*reader, logs, coalition));
  TRY_VOID(learn_bodies(store, *reader, coalition));
  TRY_VOID(learn_attachments(store, *reader, coalition.attachments()));
  if (next_seq == 0) TRY_VOID(found_log(store, config.machine, coalition, now));
  const std::uint64_t entries = fold.state().next_seq();
  return Restored{std::move(fold.state()), entries, covered, bytes};
}

namespace {

/// Beside the thread that decides: reads, and writes nothing. `from` covers no more than is asked for.
Result<State> fold_on(store::LogStore& store, coordination::CoalitionConfig config, std::uint64_t end_seq,
                      f3548::Switches switches, GivenUp given_up, std::optional<State> from) {
  const std::unique_ptr<store::LogReader> reader = TRY(store.open_reader());
  LogBook logs = TRY(LogBook::read(*reader, config.machine.charter, config.machine.self));
  Fold fold(
      from ? std::move(*from) : TRY(State::make(config, switches)), logs,
      [&reader](LogBook& book, const core::Charter& charter) { return book.adopt(*reader, charter); },
      std::move(given_up));
  TRY_VOID(fold.replay(*reader, end_seq));
  return std::move(fold.state());
}

std::optional<State> state_of(std::optional<FromSnapshot> from) {
  if (!from) return std::nullopt;
  return std::move(from->state);
}

Result<coordination::CoalitionConfig> with_texts(store::LogStore& store, const coordination::CoalitionConfig& given) {
  coordination::CoalitionConfig config = given;
  config.machine.texts = texts_in(TRY(store.open_reader()), std::move(config.machine.texts));
  return config;
}

}  // namespace

Result<State> fold_record(store::LogStore& store, const coordination::CoalitionConfig& given, std::uint64_t end_seq,
                          f3548::Switches switches, const std::atomic<bool>& given_up) {
  coordination::CoalitionConfig config = TRY(with_texts(store, given));
  std::optional<State> from = state_of(from_snapshot(store.latest_snapshot(), config, switches));
  if (from && from->next_seq() > end_seq) from.reset();
  return fold_on(store, std::move(config), end_seq, switches, [&given_up] { return given_up.load(); }, std::move(from));
}

Result<State> fold_past(store::LogStore& store, const coordination::CoalitionConfig& given, std::uint64_t end_seq,
                        f3548::Switches switches, GivenUp given_up, std::optional<State> from) {
  coordination::CoalitionConfig config = TRY(with_texts(store, given));
  if (from && from->next_seq() > end_seq) from.reset();
  if (!from || from->next_seq() < end_seq) {
    auto nearest = store.snapshot_up_to(end_seq);
    const bool nearer = nearest && *nearest && (!from || (*nearest)->next_seq > from->next_seq());
    if (nearer || !from) {
      if (auto state = state_of(from_snapshot(std::move(nearest), config, switches))) from = std::move(state);
    }
  }
  return fold_on(store, std::move(config), end_seq, switches, std::move(given_up), std::move(from));
}

}  // namespace tansiq::node
