// Writes a log into a folder, so that any web server can serve it and anybody can verify it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/result.h"
#include "log/source.h"

namespace tansiq::log {

struct ExportOptions {
  /// Called now and then with files done and files in all. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
};

struct ExportResult {
  std::uint64_t size = 0;     ///< Entries.
  std::uint64_t written = 0;  ///< Files written.
  std::uint64_t kept = 0;     ///< Full tiles and bundles that were there: immutable, so kept.
};

/// Copies the log that `source`'s checkpoint describes to `folder`, which is made if need be: bundles, tiles, last the
/// checkpoint, each by write, sync, rename, so that a visible checkpoint never needs an absent file. Repeating it
/// brings the folder up to date. Verifies nothing: verify the folder afterwards. Fails with `kConflict` when the folder
/// holds a checkpoint of another origin or of a larger tree.
[[nodiscard]] Result<ExportResult> export_log(LogSource& source, const std::filesystem::path& folder,
                                              const ExportOptions& options = {});

/// Writes a file whole or not at all: a temporary sibling, sync, rename, sync of the folder.
[[nodiscard]] Status write_file_atomically(const std::filesystem::path& path, ByteView bytes);

}  // namespace tansiq::log
