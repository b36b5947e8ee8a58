#include "store/tree.h"

#include <algorithm>
#include <bit>

#include "base/invariant.h"

namespace tansiq::store {

void append_subtree_roots(std::span<const Hash> hashes, std::vector<Hash>& edge) {
  while (!hashes.empty()) {
    const std::size_t largest = std::bit_floor(hashes.size());
    edge.push_back(log::subtree_root(hashes.first(largest)));
    hashes = hashes.subspan(largest);
  }
}

EdgePart edge_part(std::uint64_t size, unsigned level) {
  const std::uint64_t hashes = hashes_at_level(size, level);
  return {static_cast<std::size_t>(std::popcount(hashes >> kTileBits)),
          static_cast<std::size_t>(std::popcount(hashes & (kTileWidth - 1)))};
}

GrowingTree::GrowingTree(log::RightEdge edge, std::vector<std::vector<Hash>> open_tiles) : edge_(std::move(edge)) {
  for (std::vector<Hash>& hashes : open_tiles) open_.push_back({std::move(hashes), false});
}

void GrowingTree::append(const Hash& leaf, std::vector<ChangedTile>& changed) {
  edge_.append(leaf, [&](const log::TileHash& emitted) {
    if (emitted.level != 0) emit(emitted, changed);
  });
}

void GrowingTree::emit(const log::TileHash& emitted, std::vector<ChangedTile>& changed) {
  if (open_.size() < emitted.level) open_.resize(emitted.level);
  OpenTile& tile = open_[emitted.level - 1];
  EXPECT_INVARIANT(tile.hashes.size() == emitted.index % kTileWidth);
  tile.hashes.push_back(emitted.hash);
  tile.grew = true;
  if (tile.hashes.size() < kTileWidth) return;
  changed.push_back({{emitted.level, emitted.index / kTileWidth}, std::move(tile.hashes)});
  tile = {};
}

void GrowingTree::take_open_changes(std::vector<ChangedTile>& changed) {
  for (unsigned level = 1; level <= open_.size(); ++level) {
    OpenTile& tile = open_[level - 1];
    if (!tile.grew || tile.hashes.empty()) continue;
    changed.push_back({{level, hashes_at_level(size(), level) >> kTileBits}, tile.hashes});
    tile.grew = false;
  }
}

}  // namespace tansiq::store
