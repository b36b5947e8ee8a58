// The Merkle tree of one log as it grows: right edge, and the unfinished tile of each level above the leaves.
//
// Level 0 is not kept here: leaf hashes are stored beside their entries. Pure; no I/O.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "log/merkle.h"

namespace tansiq::store {

using log::Hash;
inline constexpr unsigned kTileWidth = log::kTileWidth;
inline constexpr unsigned kTileBits = log::kTileHeight;

/// Position of a tile: the k-th hash of level L stands in slot k & 255 of tile k >> 8.
struct TileId {
  unsigned level = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const TileId&, const TileId&) = default;
};

/// Hashes at tile level `level` of a tree of `size` leaves.
[[nodiscard]] constexpr std::uint64_t hashes_at_level(std::uint64_t size, unsigned level) {
  return level >= 8 ? 0 : size >> (kTileBits * level);
}

/// Width of a tile in a tree of `size` leaves: 0 to 256.
[[nodiscard]] constexpr unsigned tile_width(std::uint64_t size, TileId tile) {
  const std::uint64_t hashes = hashes_at_level(size, tile.level);
  const std::uint64_t before = tile.number << kTileBits;
  if (hashes <= before) return 0;
  return hashes - before >= kTileWidth ? kTileWidth : static_cast<unsigned>(hashes - before);
}

/// Splits `hashes` (at most 255) into complete subtrees, largest first, and appends their roots to `edge`.
void append_subtree_roots(std::span<const Hash> hashes, std::vector<Hash>& edge);

/// Which part of the edge of a tree of `size` leaves covers the unfinished tile of `level`, first element and count.
struct EdgePart {
  std::size_t first = 0;
  std::size_t count = 0;
};
[[nodiscard]] EdgePart edge_part(std::uint64_t size, unsigned level);

/// A tile that the last appends changed; full, or the unfinished one of its level. Levels from 1.
struct ChangedTile {
  TileId id;
  std::vector<Hash> hashes;
};

class GrowingTree {
 public:
  GrowingTree() = default;
  /// Continues a stored tree. `open_tiles[i]` is the unfinished tile of level i + 1; widths must be those of `size`.
  GrowingTree(log::RightEdge edge, std::vector<std::vector<Hash>> open_tiles);

  /// Appends one leaf. Tiles that become full are added to `changed`; amortised one node hash.
  void append(const Hash& leaf, std::vector<ChangedTile>& changed);
  /// Adds to `changed` the unfinished tiles that grew since the last call.
  void take_open_changes(std::vector<ChangedTile>& changed);

  [[nodiscard]] std::uint64_t size() const { return edge_.size(); }
  [[nodiscard]] std::span<const Hash> edge() const { return edge_.hashes(); }
  [[nodiscard]] Hash root() const { return edge_.root(); }

 private:
  struct OpenTile {
    std::vector<Hash> hashes;
    bool grew = false;
  };
  void emit(const log::TileHash& emitted, std::vector<ChangedTile>& changed);

  log::RightEdge edge_;
  std::vector<OpenTile> open_;  // [level - 1]
};

}  // namespace tansiq::store
