// The Merkle tree over a log's entries (RFC 6962): hashes, the right edge, inclusion and consistency proofs.
//
//   leaf(entry) = SHA-256(00 ‖ entry)   node(l, r) = SHA-256(01 ‖ l ‖ r)   empty root = SHA-256("")
//
// A tree of n leaves pairs neighbours level by level and carries a lone last node up unchanged. A node at level v with
// index i covers the leaves [i·2^v, (i+1)·2^v), cut at the tree's size.
//
//   RightEdge edge;                                     // all that is needed to append and to know the root
//   edge.append(leaf_hash(entry), [&](TileHash h) { tiles.put(h); });
//   const Hash root = edge.root();
//
// Sources: RFC 6962 section 2.1; C2SP tlog-tiles for tile levels; the loops are those of the format sheet, section 7.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/result.h"
#include "log/sha256.h"

namespace tansiq::log {

/// A tile spans eight levels of the tree: 256 hashes at its foot.
inline constexpr unsigned kTileHeight = 8;
inline constexpr std::uint64_t kTileWidth = 256;
/// Sizes stay below 2^63, so that a signed 64-bit column can hold them.
inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 63) - 1;
/// No proof is longer: two hashes a level at most, 63 levels.
inline constexpr std::size_t kProofHashesMax = 126;

[[nodiscard]] Hash leaf_hash(ByteView entry);
[[nodiscard]] inline Hash leaf_hash(std::string_view entry) { return leaf_hash(as_bytes(entry)); }
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);
[[nodiscard]] Hash empty_root();

/// A hash that belongs into a tile: `index` counts all hashes of the tile level from 0, so it fills slot
/// `index % 256` of tile `index / 256`. Level 0 holds leaf hashes, level L+1 the roots of full tiles of level L.
struct TileHash {
  unsigned level = 0;
  std::uint64_t index = 0;
  Hash hash;
};

/// The roots of the complete subtrees that make up a tree, largest first: all the state an appending log needs.
/// At most 63 hashes, no allocation.
class RightEdge {
 public:
  RightEdge() = default;
  /// From stored state: one hash per set bit of `size`, largest subtree first. Fails with `kCorrupt` otherwise.
  [[nodiscard]] static Result<RightEdge> restore(std::uint64_t size, std::span<const Hash> hashes);

  /// Appends a leaf. Calls `emit(TileHash)` for the leaf and for the root of every tile that it completes, lowest
  /// level first. Cost: two hashings a leaf on average.
  template <class Emit>
  void append(const Hash& leaf, Emit&& emit) {
    EXPECT_INVARIANT(size_ < kTreeSizeMax);
    Hash hash = leaf;
    unsigned level = 0;
    emit(TileHash{0, size_, hash});
    while ((size_ >> level & 1) != 0) {
      hash = node_hash(edge_[--count_], hash);
      ++level;
      if (level % kTileHeight == 0) emit(TileHash{level / kTileHeight, size_ >> level, hash});
    }
    edge_[count_++] = hash;
    ++size_;
  }
  void append(const Hash& leaf) {
    append(leaf, [](const TileHash&) {});
  }
  /// Appends a complete subtree of 2^`level` leaves; the size must be a multiple of that. Emits nothing.
  void append_subtree(const Hash& root, unsigned level);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Hash root() const;
  /// For storage; see `restore`.
  [[nodiscard]] std::span<const Hash> hashes() const { return std::span(edge_).first(count_); }

 private:
  std::uint64_t size_ = 0;
  std::size_t count_ = 0;
  std::array<Hash, 64> edge_{};
};

/// The root of 2^k or fewer hashes that stand side by side at one level: what lies below a node. Not empty, at most
/// 256 (a tile).
[[nodiscard]] Hash subtree_root(std::span<const Hash> hashes);

using Proof = std::vector<Hash>;

/// Whether `leaf` is entry `index` of the tree of `size` leaves with `root`. Fails with `kInvalid` and the reason.
[[nodiscard]] Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                      std::span<const Hash> proof, const Hash& root);

/// Whether the tree of `old_size` leaves with `old_root` is a prefix of the one of `new_size` with `new_root`.
/// An old size of 0 proves nothing and is refused.
[[nodiscard]] Status verify_consistency(std::uint64_t old_size, std::uint64_t new_size, std::span<const Hash> proof,
                                        const Hash& old_root, const Hash& new_root);

/// Leaves [begin, end) of a tree: the span of one node.
struct LeafRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator==(const LeafRange&, const LeafRange&) = default;
};

/// Gives the hash over a node's leaves: `begin` is a multiple of the smallest power of two that is not below
/// `end - begin`.
using SubtreeReader = std::function<Result<Hash>(LeafRange)>;

/// Proof that entry `index` is in the tree of `size` leaves. Needs index < size (`kInvalid`). Reads O(log size) nodes.
[[nodiscard]] Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const SubtreeReader& reader);
/// Proof that the tree of `old_size` is a prefix of that of `new_size`; needs 1 <= old_size <= new_size.
[[nodiscard]] Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                              const SubtreeReader& reader);

/// The root over the first `size` leaves, from nodes that a larger tree has stored complete.
[[nodiscard]] Result<Hash> prefix_root(std::uint64_t size, const SubtreeReader& reader);

/// Gives `count` hashes of a tile level from `index` on; they lie in one tile.
using TileHashReader =
    std::function<Result<std::vector<Hash>>(unsigned level, std::uint64_t index, std::uint64_t count)>;

/// A `SubtreeReader` over stored tiles of a tree of `size` leaves: a node inside a tile is computed from the hashes at
/// the tile's foot, a ragged last node from its complete parts.
[[nodiscard]] SubtreeReader subtree_reader_of(TileHashReader tiles);

}  // namespace tansiq::log
