// Paths of a log's files below its prefix, as C2SP tlog-tiles spells them. One spelling each; anything else is not
// there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tansiq::node {

/// One file of a log.
struct LogPath {
  enum class Kind : std::uint8_t { kCheckpoint, kTile, kEntries };
  Kind kind = Kind::kCheckpoint;
  std::string origin;        ///< Its slashes are path separators.
  unsigned level = 0;        ///< Tiles: 0 to 63.
  std::uint64_t number = 0;  ///< Tiles and bundles.
  unsigned width = 256;      ///< 1 to 256; 256 is the full one, without `.p/`.

  /// How many entries a log must have for this file to exist; saturates.
  [[nodiscard]] std::uint64_t entries_needed() const;
};

/// Reads the segments that follow `/log`. Nothing when they name no file of any log.
[[nodiscard]] std::optional<LogPath> parse_log_path(std::span<const std::string> segments);

}  // namespace tansiq::node
