// A disk in memory that forgets what was not synced: for tests and simulation.
//
// A killed process does not lose the page cache, so killing one proves nothing about syncs. This disk does lose it. It
// is a SQLite VFS (write-ahead log and shared memory included) and the `Files` of a store at once:
//
//   UnsyncedDisk disk;
//   options.files = &disk;
//   auto store = SqliteStore::open(options);   // ... append ...
//   disk.cut_power_at(disk.operations() + 17); // from its 17th write, sync, create or remove on everything fails
//   store.reset();
//   disk.restart(seed);                        // what was synced is there; of the rest a random part, torn
//
// The model. Contents: each write since the file's last sync is kept or lost, in pieces of 512 bytes, each piece by
// itself; truncations likewise. Names: a creation, removal or renaming is durable after a sync of the folder; SQLite's
// first sync of a new journal or write-ahead log syncs the folder too, as it does on Unix. Shared memory is always
// lost.
//
// Thread safe. Paths are opaque text; `/` separates folders.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.h"
#include "store/files.h"

namespace tansiq::store {

/// Which operation fails, counted from 1 over the disk's life; 0 is none.
struct DiskFaults {
  std::uint64_t full_from_write = 0;  ///< From this write on, writes that make a file longer: the disk is full.
  std::uint64_t fail_write = 0;       ///< This write: input/output error.
  std::uint64_t fail_read = 0;
  std::uint64_t fail_sync = 0;
  std::uint64_t short_read = 0;  ///< This read gets half of what it asked for, as at the end of a file.
  bool read_only = false;        ///< All writes, and opening for writing.
  bool lying_syncs = false;      ///< Syncs report success and do nothing: proves that a test would notice.
};

class UnsyncedDisk final : public Files {
 public:
  UnsyncedDisk();
  ~UnsyncedDisk() override;

  void set_faults(const DiskFaults& faults);
  /// Writes, syncs, creations, removals and renamings so far.
  [[nodiscard]] std::uint64_t operations() const;
  [[nodiscard]] std::uint64_t writes() const;
  [[nodiscard]] std::uint64_t reads() const;
  [[nodiscard]] std::uint64_t syncs() const;
  /// From operation number `operation` (counted from 1) on everything fails, until `restart`.
  void cut_power_at(std::uint64_t operation);
  /// Loses what was not synced, clears the faults and the cut. Handles that are still open fail for ever.
  void restart(std::uint64_t seed);

  /// The present content, for tests that damage it. Empty when there is no such file.
  [[nodiscard]] Bytes content(const std::string& path) const;
  /// Replaces the content, durably.
  void set_content(const std::string& path, Bytes bytes);

  Result<std::optional<Bytes>> read(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Status replace(const std::string& path, std::span<const ByteView> parts) override;
  Status remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  Status make_folder(const std::string& folder) override;
  Status sync_folder(const std::string& folder) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  const std::string& vfs() const override { return name_; }

  // For the VFS in unsynced_vfs.cc.
  struct File;
  struct Vfs;

 private:
  friend struct Vfs;
  friend class DiskLock;
  using Names = std::map<std::string, std::shared_ptr<File>>;

  [[nodiscard]] bool operation();  ///< Counts one; false when the power is cut.
  void sync_names(const std::string& folder);
  [[nodiscard]] Status refuse(const char* doing, const std::string& path, const char* why) const;

  std::string name_;
  std::unique_ptr<Vfs> vfs_;
  mutable std::mutex mutex_;
  Names names_;          ///< As a process sees them.
  Names durable_names_;  ///< As they are after a power cut.
  std::map<std::string, bool> locks_;
  DiskFaults faults_;
  std::uint64_t operations_ = 0, writes_ = 0, reads_ = 0, syncs_ = 0;
  std::uint64_t cut_at_ = 0;
  std::uint64_t epoch_ = 0;  ///< Power cycles; handles of an earlier one are dead.
};

}  // namespace tansiq::store
