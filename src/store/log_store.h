// The durable record: what the node, the log face and the auditors need from a store, whatever stands behind it.
//
// A store holds a few logs (`main`, and one per audience that speaks in private). One writer appends batches; each
// batch is one durable transaction, and when `append` returns, a power cut cannot take it back. Any number of readers,
// one per thread, see committed batches only.
//
//   auto store = TRY(SqliteStore::open(options));                  // sqlite_store.h
//   const NewEntry entries[] = {{kMainLog, as_bytes(line_1)}, {kMainLog, as_bytes(line_2)}};
//   const Appended done = TRY(store->append({.entries = entries}));  // hashed, signed, written, synced
//   reply(done.first_seq);                                          // now, and not before
//   TRY_VOID(store->publish());                                     // from a timer: what strangers may see
//
// The store keeps the Merkle trees itself, so that entries, tiles, right edge and signed checkpoint cannot disagree:
// the caller gives entries and, once at opening, a function that signs.
//
// Two numbers name an entry. Its *index* is its place in its log's tree. Its *seq* is its place in the node's local
// order over all logs, counted from 0: the event id of the live stream and the clock of snapshots. It has gaps only
// where entries were lost and others of the same time came back (`recover`).
//
// Crash only: after any failed append the store is poisoned and every later append fails with the first error. Stop the
// process and open again; what was acknowledged is there, and what was not may be there.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/merkle.h"

namespace tansiq::store {

using log::Hash;

/// Number of a log within one store, given at creation in order from 0.
struct LogId {
  std::uint16_t number = 0;
  friend constexpr auto operator<=>(LogId, LogId) = default;
};

/// The log for every member of the charter. Always there.
inline constexpr LogId kMainLog{0};

/// Logs in one store. Sets the size of the id space and bounds loops over logs.
inline constexpr std::size_t kLogsMax = 1'024;
/// Entries in one batch; above it `append` fails with `kTooLarge`.
inline constexpr std::size_t kBatchEntriesMax = 4'096;
/// Bytes of one batch, entries and bodies together.
inline constexpr std::size_t kBatchBytesMax = 64U << 20;

/// One entry to append. `bytes` must stay valid during the call; 1 to kEntryBytesMax bytes.
struct NewEntry {
  LogId log;
  ByteView bytes;
};

/// A body too large, or too private, for an entry; entries quote its hash. At most kBodyBytesMax bytes.
struct NewBody {
  Hash sha256;  ///< Of `bytes`; checked.
  ByteView bytes;
};
inline constexpr std::size_t kBodyBytesMax = 32U << 20;

/// A small value outside the record (say, the charter in force or a peer's last checkpoint). Replaces the one before;
/// an empty value removes it. Keys: 1 to 128 bytes.
struct NewMeta {
  std::string_view key;
  ByteView value;
};

/// What one durable transaction writes. May have no entries.
struct Batch {
  std::span<const NewEntry> entries{};  ///< In local order.
  std::span<const NewBody> bodies{};
  std::span<const NewMeta> meta{};
};

/// The state of one log at one moment.
struct Head {
  LogId log;
  std::uint64_t size = 0;
  Hash root{};               ///< The empty root at size 0.
  std::string checkpoint{};  ///< The signed note for (size, root); empty at size 0.
};

/// The result of `append`. Entry i of the batch has seq first_seq + i.
struct Appended {
  std::uint64_t first_seq = 0;
  std::uint64_t next_seq = 0;  ///< first_seq + number of entries.
  std::vector<Head> heads;     ///< One for each log that got entries, by LogId.
};

/// One stored entry. `bytes` is valid during the visitor's call only.
struct StoredEntry {
  std::uint64_t seq = 0;
  LogId log;
  std::uint64_t index = 0;
  ByteView bytes;
};
using EntryVisitor = std::function<Status(const StoredEntry&)>;

/// What a lost entry was, fetched back from whoever had read it: it gets the number it had. `bytes` as in NewEntry.
struct RecoveredEntry {
  LogId log;
  std::uint64_t seq = 0;
  ByteView bytes;
};
/// Bounds of one recovery, which is one transaction. Beyond it a newer backup is needed.
inline constexpr std::size_t kRecoveredEntriesMax = 1U << 20;
inline constexpr std::size_t kRecoveredBytesMax = 512U << 20;

/// A log's number and its origin line (reference: tlog-checkpoint).
struct LogInfo {
  LogId id;
  std::string origin;
};

/// Reads committed data. One thread at a time uses a reader; make one per thread. Never blocks the writer.
///
/// Each call sees one moment; since logs only grow, calls about indices below a size once seen agree with each other.
/// What is returned has been checked: entries against their leaf hashes, tiles against the hash above them or the right
/// edge, bodies and meta against their own hash. A mismatch is `kCorrupt` and names file, log and index.
/// Fails with `kNotFound` for ranges beyond the size.
class LogReader {
 public:
  LogReader() = default;
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;
  virtual ~LogReader() = default;

  [[nodiscard]] virtual Result<std::vector<LogInfo>> logs() = 0;
  /// The newest committed head. For strangers use `LogStore::published`, which is never ahead of the published floor.
  [[nodiscard]] virtual Result<Head> head(LogId log) = 0;
  /// One more than the seq of the last entry.
  [[nodiscard]] virtual Result<std::uint64_t> next_seq() = 0;

  /// Visits entries [first, first + count) of one log in order; stops at the visitor's first error and returns it.
  /// Cost: about 1 us per entry.
  [[nodiscard]] virtual Status entries(LogId log, std::uint64_t first, std::uint64_t count,
                                       const EntryVisitor& visit) = 0;
  /// Visits entries with first_seq <= seq < end_seq over all logs in local order; numbers in a gap lead to none.
  [[nodiscard]] virtual Status sequence(std::uint64_t first_seq, std::uint64_t end_seq, const EntryVisitor& visit) = 0;

  /// Tile `number` of `level` with `width` hashes (1 to 256; 256 is the full tile): width * 32 bytes.
  [[nodiscard]] virtual Result<Bytes> tile(LogId log, unsigned level, std::uint64_t number, unsigned width) = 0;
  /// Entry bundle `number` with its first `width` entries, as served under `tile/entries/`.
  [[nodiscard]] virtual Result<Bytes> bundle(LogId log, std::uint64_t number, unsigned width) = 0;
  /// The root of the first `size` entries. Cost: at most one tile per level.
  [[nodiscard]] virtual Result<Hash> root_at(LogId log, std::uint64_t size) = 0;

  /// Nothing when there is none, or when it was destroyed.
  [[nodiscard]] virtual Result<std::optional<Bytes>> body(const Hash& sha256) = 0;
  /// How many bytes it has, without reading them; nothing as above.
  [[nodiscard]] virtual Result<std::optional<std::uint64_t>> body_size(const Hash& sha256) = 0;
  [[nodiscard]] virtual Result<std::optional<Bytes>> meta(std::string_view key) = 0;
  /// The keys that begin with `prefix`, ascending, behind `after`; at most `most`.
  [[nodiscard]] virtual Result<std::vector<std::string>> meta_keys(std::string_view prefix, std::string_view after,
                                                                   std::size_t most) = 0;
};

/// A state of the core that replay can start from: what the entries with seq < next_seq led to.
struct Snapshot {
  std::uint64_t next_seq = 0;
  Hash state_hash{};
  Bytes bytes{};
};

/// The largest tree of one log that strangers may have seen. Below it nothing is signed again.
struct Floor {
  std::uint64_t size = 0;
  Hash root{};
  friend bool operator==(const Floor&, const Floor&) = default;
};

/// Why the store is open for reading only: this database is behind, or beside, what had been published.
struct Recovery {
  LogId log;
  Floor floor;         ///< What had been published.
  std::uint64_t size;  ///< What the database has.
  std::string reason;  ///< For the operator: what happened and what would be right.
};

/// Signs a checkpoint: gets the origin, size and root, returns the whole signed note. Called on the writer's thread.
using SignCheckpoint =
    std::function<Result<std::string>(LogId log, std::string_view origin, std::uint64_t size, const Hash& root)>;

/// The writer. `append`, `add_log`, `destroy_body` and `raise_floor` belong to one thread; the rest is for any thread.
class LogStore {
 public:
  LogStore() = default;
  LogStore(const LogStore&) = delete;
  LogStore& operator=(const LogStore&) = delete;
  virtual ~LogStore() = default;

  /// Appends in one durable transaction: all of it or nothing, synced when this returns. An error about the batch
  /// itself
  /// (`kTooLarge`, `kInvalid`, `kNotFound`: no such log) comes before anything is written and does not poison. `kIo`
  /// and `kCorrupt` poison. In recovery fails with `kUnavailable`.
  [[nodiscard]] virtual Result<Appended> append(const Batch& batch) = 0;
  /// Creates a log, durably, or returns the one that has this origin.
  [[nodiscard]] virtual Result<LogId> add_log(std::string_view origin) = 0;
  /// Removes a body durably; entries and proofs stay valid. No error when there is none.
  [[nodiscard]] virtual Status destroy_body(const Hash& sha256) = 0;

  /// Makes the newest durable checkpoints visible: first the high-water file (write, sync, rename), then `published`.
  /// Does nothing when nothing is new. Costs two or three syncs (about 0.6 ms), apart from `append`; call it at a
  /// bounded rate, as kPublishIntervalMs. A failure poisons.
  [[nodiscard]] virtual Status publish() = 0;
  /// The last published head of a log; size 0 when nothing was published yet. Serve strangers from this alone.
  [[nodiscard]] virtual Head published(LogId log) const = 0;

  /// A reader with its own connection.
  [[nodiscard]] virtual Result<std::unique_ptr<LogReader>> open_reader() = 0;

  /// Stores a snapshot durably and keeps the newest two. Does not hold up `append`. Needs next_seq <= the store's.
  [[nodiscard]] virtual Status put_snapshot(std::uint64_t next_seq, const Hash& state_hash, ByteView bytes) = 0;
  /// The newest snapshot that is whole and not ahead of the log; nothing when there is none (replay from the start).
  [[nodiscard]] virtual Result<std::optional<Snapshot>> latest_snapshot() = 0;
  /// The same among those that cover no more than the entries with seq < `end_seq`.
  [[nodiscard]] virtual Result<std::optional<Snapshot>> snapshot_up_to(std::uint64_t end_seq) = 0;

  /// The error that poisoned the store, if any.
  [[nodiscard]] virtual std::optional<Error> poisoned() const = 0;
  /// Set while this database may not be extended. Reading works.
  [[nodiscard]] virtual std::optional<Recovery> recovering() const = 0;
  /// Learns, from a peer, of another published tree. If the database is behind or beside it, recovery begins, and
  /// begins again when the store is opened anew; never ends one.
  [[nodiscard]] virtual Status raise_floor(LogId log, const Floor& floor) = 0;
  /// Ends a recovery: appends what came back, under the numbers it had, in one transaction, and drops all snapshots,
  /// which may be of the lost history. `entries` grow in `seq`, from the next one on; heads are signed as in `append`.
  /// The floors of logs in `given_up` come down to what is held: somebody has answered for that, or the log is no log
  /// of this node's. What the floors are then is durable, too. Fails with
  /// `kWrongState`, before anything is written, when another log would still be behind its floor, and afterwards,
  /// staying in recovery, when it turns out to be another log. The writer's thread.
  [[nodiscard]] virtual Status recover(std::span<const RecoveredEntry> entries, std::span<const LogId> given_up) = 0;
};

/// How often a node publishes at most.
inline constexpr std::int64_t kPublishIntervalMs = 100;

}  // namespace tansiq::store
