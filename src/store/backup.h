// Copies of a store: made while it runs, checked when they come back.
//
//   TARGET/log.db      all logs, bodies and meta, of one moment
//   TARGET/manifest    one line of canonical JSON: files with size and SHA-256, heads of the logs
//
// Not in a backup: keys and configuration (they stand elsewhere), snapshots (replay makes them), and `last-checkpoint`:
// an old copy of it would claim that nothing newer was ever published (high_water.h).
#pragma once

#include <string>
#include <vector>

#include "store/log_store.h"

namespace tansiq::store {

struct BackupFile {
  std::string name;
  std::uint64_t bytes = 0;
  Hash sha256;
};

struct BackupLog {
  std::string origin;
  Floor head;
};

struct BackupManifest {
  std::vector<BackupFile> files;
  std::vector<BackupLog> logs;
};

[[nodiscard]] std::string format_manifest(const BackupManifest& manifest);
/// Fails with `kCorrupt`; unknown members and other formats are refused.
[[nodiscard]] Result<BackupManifest> parse_manifest(std::string_view text);

/// Copies the store in `folder` to `target`, which must not exist: written aside, synced, renamed. The writer goes on
/// meanwhile; its write-ahead log cannot start over until the copy is done, so it grows by what is written in that
/// time.
[[nodiscard]] Result<BackupManifest> backup(const std::string& folder, const std::string& target);

/// Brings a backup into `folder`, which must hold no store (`kConflict`). Checks every file against the manifest before
/// anything is visible (`kCorrupt`). A `last-checkpoint` in `folder` is kept and decides, when the node starts, whether
/// it may sign; without one the node refuses to start until somebody decides. Leaves the manifest as `restored`.
[[nodiscard]] Result<BackupManifest> restore(const std::string& target, const std::string& folder);

}  // namespace tansiq::store
