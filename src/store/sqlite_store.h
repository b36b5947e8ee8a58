// The default store: SQLite with a write-ahead log, one writing process, one folder.
//
//   DATADIR/log.db (-wal, -shm)   the record
//   DATADIR/last-checkpoint       the published high-water mark (high_water.h)
//   DATADIR/snapshot-*            the newest two snapshots
//   DATADIR/lock                  held by the writing process
//
// A commit writes the batch to the write-ahead log and syncs it: one sync. Moving the log into the database is a second
// thread's work, so that it stands in nobody's way; only when the log has grown past kWalPagesMax does a commit finish
// it itself, so that the file stays bounded.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/schema.h"
#include "store/sqlite_reader.h"

namespace tansiq::store {

class WalKeeper;

struct SqliteStoreOptions {
  std::string folder;   ///< The data directory. Its parent must exist.
  std::string origin;   ///< Origin line of `main`; must be the stored one when the store exists.
  SignCheckpoint sign;  ///< Signs on the writer's thread.
  bool create = true;   ///< Make a new store when there is none.
  bool accept_missing_last_checkpoint = false;  ///< See high_water.h.
  Files* files = nullptr;                       ///< The disk; the operating system's when null.
  bool background_checkpoints = true;   ///< False: commits move the write-ahead log themselves (deterministic tests).
  std::int64_t wal_pages_soft = 2'000;  ///< From here the second thread moves pages.
  std::int64_t wal_pages_max = 16'000;  ///< From here the commit does it.
};

class SqliteStore final : public LogStore {
 public:
  /// Opens, or creates, and checks: writer lock (`kUnavailable` names the holder's process), format version, each log's
  /// head against its checkpoint, last bundle and unfinished tiles against the edge, the high-water file. A database
  /// that is behind what had been published, or lacks a log of which something had been, opens in recovery. Fails with
  /// `kWrongState` when the file is of another node.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(SqliteStoreOptions options);
  ~SqliteStore() override;

  Result<Appended> append(const Batch& batch) override;
  Result<LogId> add_log(std::string_view origin) override;
  Status destroy_body(const Hash& sha256) override;
  Status publish() override;
  Head published(LogId log) const override;
  Result<std::unique_ptr<LogReader>> open_reader() override;
  Status put_snapshot(std::uint64_t next_seq, const Hash& state_hash, ByteView bytes) override;
  Result<std::optional<Snapshot>> latest_snapshot() override;
  Result<std::optional<Snapshot>> snapshot_up_to(std::uint64_t end_seq) override;
  std::optional<Error> poisoned() const override;
  std::optional<Recovery> recovering() const override;
  Status raise_floor(LogId log, const Floor& floor) override;
  Status recover(std::span<const RecoveredEntry> entries, std::span<const LogId> given_up) override;
  /// Recovery begins for a reason that the store cannot see: nothing is written until `recover`.
  void begin_recovery(std::string reason);
  /// What had been published of a log, or was learnt from a peer.
  [[nodiscard]] Floor floor(LogId log) const;

 private:
  /// A log as its writer sees it. Writer's thread only.
  struct OpenLog {
    std::string origin;
    GrowingTree tree;
  };
  /// Entries of one log that follow each other in local order, within one bundle: one row.
  struct Segment {
    LogId log;
    std::uint64_t first_index = 0;
    std::uint64_t first_seq = 0;
    std::vector<Hash> hashes;
    Bytes entries;
  };

  SqliteStore(SqliteStoreOptions options, Files& files, std::unique_ptr<FileLock> lock, Connection db);
  [[nodiscard]] Status prepare();
  [[nodiscard]] Status load();
  [[nodiscard]] Status judge_floors(SqliteReader& reader);
  [[nodiscard]] Status check_batch(const Batch& batch) const;
  [[nodiscard]] Status write_batch(const Batch& batch, Appended& done);
  [[nodiscard]] Status write_entries(std::span<const NewEntry> entries, Appended& done);
  [[nodiscard]] Status write_entry(LogId log, std::uint64_t seq, ByteView bytes);
  [[nodiscard]] Status end_entries(Appended& done);
  [[nodiscard]] Status write_recovered(std::span<const RecoveredEntry> entries, Appended& done);
  [[nodiscard]] Status check_recovered(std::span<const RecoveredEntry> entries, std::span<const LogId> given_up) const;
  [[nodiscard]] Status insert_run(std::uint64_t first_seq, std::uint16_t log, std::uint64_t first_index);
  [[nodiscard]] Status begin_segment(LogId log, std::uint64_t seq);
  [[nodiscard]] Status flush_segment();
  [[nodiscard]] Status write_log(LogId log, Appended& done);
  [[nodiscard]] Status write_bodies_and_meta(const Batch& batch);
  [[nodiscard]] Status ready_to_write() const;
  [[nodiscard]] Status write_high_water(const std::vector<Head>& heads);
  void poison(const Error& error);

  SqliteStoreOptions options_;
  Files& files_;
  std::unique_ptr<FileLock> lock_;
  Connection db_;
  Statement begin_, commit_, insert_segment_, update_log_, insert_log_, insert_run_, replace_tile_, insert_body_,
      delete_body_, replace_meta_, delete_meta_;

  // The writer's own.
  std::vector<OpenLog> logs_;
  std::uint64_t next_seq_ = 0;
  LogId last_log_;   ///< Of the entry before next_seq_.
  Segment segment_;  ///< Being filled; reused.
  std::vector<ChangedTile> changed_tiles_;
  std::vector<bool> touched_;

  // Shared with other threads.
  mutable std::mutex mutex_;
  std::vector<std::string> origins_;
  std::vector<Head> committed_;
  std::vector<Head> published_;
  std::vector<Floor> floors_;
  std::uint64_t committed_seq_ = 0;
  std::optional<Error> poisoned_;
  std::optional<Recovery> recovering_;
  std::mutex publishing_;  ///< One writer of the high-water file at a time; taken before mutex_.
  std::mutex snapshotting_;

  std::unique_ptr<WalKeeper> wal_keeper_;
};

}  // namespace tansiq::store
