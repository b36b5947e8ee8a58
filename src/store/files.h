// The few file operations that a store needs beside its database: small files replaced as a whole, durably, and a lock.
//
// The interface exists so that a test's disk (unsynced_vfs.h) can lose, tear and refuse these writes as well.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace tansiq::store {

/// Held while it lives; the operating system releases it when the process dies.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

/// Paths are complete; errors are `kIo` with the path and what to do. Any thread.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;

  /// The whole file, or nothing when it does not exist.
  [[nodiscard]] virtual Result<std::optional<Bytes>> read(const std::string& path) = 0;
  [[nodiscard]] virtual Result<bool> exists(const std::string& path) = 0;
  /// Replaces the file: after a crash it has the old content or all `parts`, and once this has returned the new one. A
  /// crash may leave what was written aside, under the file's name and `.tmp`.
  /// Large contents are synced in pieces, so that another file's sync never waits for all of it.
  [[nodiscard]] virtual Status replace(const std::string& path, std::span<const ByteView> parts) = 0;
  /// No error when it does not exist. Not synced: a crash may bring the file back.
  [[nodiscard]] virtual Status remove(const std::string& path) = 0;
  /// Names (without the folder) of the files in a folder, sorted.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// Creates the folder, readable by the owner only, if it is not there. Its parent must exist.
  [[nodiscard]] virtual Status make_folder(const std::string& folder) = 0;
  /// Makes creations and removals in `folder` durable.
  [[nodiscard]] virtual Status sync_folder(const std::string& folder) = 0;
  /// Takes the lock for this process. Fails with `kUnavailable`, naming the holder's process id.
  [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  /// The SQLite VFS that sees the same files; empty for the operating system's.
  [[nodiscard]] virtual const std::string& vfs() const = 0;
};

/// The operating system's files.
[[nodiscard]] Files& system_files();

}  // namespace tansiq::store
