// Inside of verification: the tree as the entries give it. Not for other folders.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "log/merkle.h"
#include "log/tile.h"

namespace tansiq::log::verify_detail {

/// All hashes of the tile levels from 1 up, and the leaves of the last, unfinished bundle. Memory: 32 bytes for each
/// 256 entries.
class ComputedTree {
 public:
  /// Adds a full bundle's root. Calls `completed(level, number)` for each tile of level 1 and above that it fills.
  template <class Completed>
  void add_bundle(const Hash& root, Completed&& completed) {
    edge_.append_subtree(root, kTileHeight);
    Hash hash = root;
    for (unsigned level = 1;; ++level) {
      if (levels_.size() < level) levels_.emplace_back();
      std::vector<Hash>& row = levels_[level - 1];
      row.push_back(hash);
      if (row.size() % kTileWidth != 0) return;
      completed(level, row.size() / kTileWidth - 1);
      hash = subtree_root(std::span(row).last(kTileWidth));
    }
  }
  void add_last_leaves(std::span<const Hash> leaves) {
    last_leaves_.assign(leaves.begin(), leaves.end());
    for (const Hash& leaf : leaves) edge_.append(leaf);
  }

  /// Hashes of tile `number` of `level` (from 1), or of the unfinished tile of level 0.
  [[nodiscard]] std::span<const Hash> tile(unsigned level, std::uint64_t number) const {
    if (level == 0) return last_leaves_;
    const std::span<const Hash> row = levels_[level - 1];
    const std::size_t begin = number * kTileWidth;
    return row.subspan(begin, std::min<std::size_t>(kTileWidth, row.size() - begin));
  }
  [[nodiscard]] const Hash& at(unsigned level, std::uint64_t index) const { return levels_[level - 1][index]; }
  [[nodiscard]] const RightEdge& edge() const { return edge_; }

 private:
  RightEdge edge_;
  std::vector<std::vector<Hash>> levels_;
  std::vector<Hash> last_leaves_;
};

}  // namespace tansiq::log::verify_detail
