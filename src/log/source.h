// Where a log's files come from: a folder, a server, a database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "log/tile.h"

namespace tansiq::log {

/// Gives the files of one log by name. Each call returns exactly the file asked for: `kNotFound` when it is not there,
/// `kIo` or `kUnavailable` when it cannot be told. Nothing that comes out is trusted.
///
/// Calls come one at a time, not necessarily from one thread.
class LogSource {
 public:
  LogSource() = default;
  LogSource(const LogSource&) = delete;
  LogSource& operator=(const LogSource&) = delete;
  virtual ~LogSource() = default;

  [[nodiscard]] virtual Result<std::string> checkpoint() = 0;
  /// `width` is 1 to 256; 256 asks for the full tile.
  [[nodiscard]] virtual Result<Bytes> tile(unsigned level, std::uint64_t number, unsigned width) = 0;
  [[nodiscard]] virtual Result<Bytes> entries(std::uint64_t number, unsigned width) = 0;
  /// For messages: a folder, a URL.
  [[nodiscard]] virtual std::string name() const = 0;
};

/// A folder in the layout of C2SP tlog-tiles: DIR/checkpoint, DIR/tile/….
class DirectorySource final : public LogSource {
 public:
  explicit DirectorySource(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] Result<std::string> checkpoint() override;
  [[nodiscard]] Result<Bytes> tile(unsigned level, std::uint64_t number, unsigned width) override;
  [[nodiscard]] Result<Bytes> entries(std::uint64_t number, unsigned width) override;
  [[nodiscard]] std::string name() const override { return folder_.string(); }

 private:
  std::filesystem::path folder_;
};

/// A tile or bundle, and the file it was read from.
struct FetchedTile {
  TileId file;  ///< The full one when the partial one is gone, as a log may do.
  Bytes bytes;  ///< As in the file, but cut to the width that was asked for when the file holds more.
};

/// Reads a tile or bundle; falls back to the full file where a partial one is missing. The error for a missing file
/// names the one that was asked for.
[[nodiscard]] Result<FetchedTile> fetch(LogSource& source, const TileId& id);

/// A `TileHashReader` (merkle.h) over a source, for proofs: asks for the tile widths of a tree of `size` leaves. The
/// source must outlive it. Nothing is verified here: check the proof.
[[nodiscard]] TileHashReader tile_hash_reader(LogSource& source, std::uint64_t size);

}  // namespace tansiq::log
