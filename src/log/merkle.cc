#include "log/merkle.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::log {
namespace {

// Takes hashes of a proof in order; reading past the end is remembered and rejects.
class ProofCursor {
 public:
  explicit ProofCursor(std::span<const Hash> proof) : proof_(proof) {}
  [[nodiscard]] Hash next() { return at_ < proof_.size() ? proof_[at_++] : (short_ = true, Hash{}); }
  [[nodiscard]] Status used_up() const {
    if (short_) return fail(ErrorCode::kInvalid, fmt::format("proof is too short: {} hashes", proof_.size()));
    if (at_ == proof_.size()) return {};
    return fail(ErrorCode::kInvalid, fmt::format("proof has {} hashes, {} are needed", proof_.size(), at_));
  }

 private:
  std::span<const Hash> proof_;
  std::size_t at_ = 0;
  bool short_ = false;
};

Status check_inclusion_range(std::uint64_t index, std::uint64_t size) {
  if (index < size && size <= kTreeSizeMax) return {};
  return fail(ErrorCode::kInvalid, fmt::format("entry {} is not in a tree of {} entries", index, size));
}

Status check_consistency_range(std::uint64_t old_size, std::uint64_t new_size) {
  if (old_size == 0) return fail(ErrorCode::kInvalid, "nothing is proved about an older tree of 0 entries");
  if (old_size <= new_size && new_size <= kTreeSizeMax) return {};
  return fail(ErrorCode::kInvalid, fmt::format("a tree of {} entries cannot precede one of {}", old_size, new_size));
}

// The node right of node `i` at `level`, cut at the tree's size.
LeafRange right_neighbour(std::uint64_t i, unsigned level, std::uint64_t size) {
  return {(i + 1) << level, std::min(size, (i + 2) << level)};
}

LeafRange node_range(std::uint64_t i, unsigned level) { return {i << level, (i + 1) << level}; }

}  // namespace

Hash empty_root() { return sha256(ByteView{}); }

Result<RightEdge> RightEdge::restore(std::uint64_t size, std::span<const Hash> hashes) {
  if (size > kTreeSizeMax || static_cast<std::size_t>(std::popcount(size)) != hashes.size()) {
    return fail(ErrorCode::kCorrupt, fmt::format("right edge of a tree of {} entries has {} hashes, found {}", size,
                                                 std::popcount(size), hashes.size()));
  }
  RightEdge edge;
  edge.size_ = size;
  edge.count_ = hashes.size();
  std::copy(hashes.begin(), hashes.end(), edge.edge_.begin());
  return edge;
}

void RightEdge::append_subtree(const Hash& root, unsigned level) {
  const std::uint64_t leaves = std::uint64_t{1} << level;
  EXPECT_INVARIANT(level < 63 && size_ % leaves == 0 && size_ + leaves <= kTreeSizeMax);
  Hash hash = root;
  for (unsigned v = level; (size_ >> v & 1) != 0; ++v) hash = node_hash(edge_[--count_], hash);
  edge_[count_++] = hash;
  size_ += leaves;
}

Hash RightEdge::root() const {
  if (count_ == 0) return empty_root();
  Hash root = edge_[count_ - 1];
  for (std::size_t i = count_ - 1; i-- > 0;) root = node_hash(edge_[i], root);
  return root;
}

Hash subtree_root(std::span<const Hash> hashes) {
  EXPECT_INVARIANT(!hashes.empty() && hashes.size() <= kTileWidth);
  if (hashes.size() == 1) return hashes[0];
  std::array<Hash, kTileWidth / 2> row;
  std::size_t count = (hashes.size() + 1) / 2;
  for (std::size_t i = 0; i < count; ++i) {
    row[i] = 2 * i + 1 < hashes.size() ? node_hash(hashes[2 * i], hashes[2 * i + 1]) : hashes[2 * i];
  }
  while (count > 1) {
    const std::size_t above = (count + 1) / 2;
    for (std::size_t i = 0; i < above; ++i) {
      row[i] = 2 * i + 1 < count ? node_hash(row[2 * i], row[2 * i + 1]) : row[2 * i];
    }
    count = above;
  }
  return row[0];
}

Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, std::span<const Hash> proof,
                        const Hash& root) {
  TRY_VOID(check_inclusion_range(index, size));
  ProofCursor cursor(proof);
  Hash hash = leaf;
  for (std::uint64_t i = index, last = size - 1; last > 0; i >>= 1, last >>= 1) {
    if (i % 2 == 1) {
      hash = node_hash(cursor.next(), hash);
    } else if (i < last) {
      hash = node_hash(hash, cursor.next());
    }
  }
  TRY_VOID(cursor.used_up());
  if (hash == root) return {};
  return fail(ErrorCode::kInvalid, fmt::format("proof leads to root {}, not {}", hash.base64(), root.base64()));
}

Status verify_consistency(std::uint64_t old_size, std::uint64_t new_size, std::span<const Hash> proof,
                          const Hash& old_root, const Hash& new_root) {
  TRY_VOID(check_consistency_range(old_size, new_size));
  if (old_size == new_size) {
    if (!proof.empty()) return fail(ErrorCode::kInvalid, "a proof between equal sizes must be empty");
    if (old_root == new_root) return {};
    return fail(ErrorCode::kInvalid, fmt::format("two roots for {} entries", old_size));
  }
  ProofCursor cursor(proof);
  std::uint64_t i = old_size - 1;
  std::uint64_t last = new_size - 1;
  for (; i % 2 == 1; i >>= 1) last >>= 1;
  Hash old_hash = i == 0 ? old_root : cursor.next();
  Hash new_hash = old_hash;
  for (; last > 0; i >>= 1, last >>= 1) {
    if (i % 2 == 1) {
      const Hash left = cursor.next();
      old_hash = node_hash(left, old_hash);
      new_hash = node_hash(left, new_hash);
    } else if (i < last) {
      new_hash = node_hash(new_hash, cursor.next());
    }
  }
  TRY_VOID(cursor.used_up());
  if (old_hash != old_root) return fail(ErrorCode::kInvalid, "proof does not lead to the older root");
  if (new_hash != new_root) return fail(ErrorCode::kInvalid, "proof does not lead to the newer root");
  return {};
}

Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const SubtreeReader& reader) {
  TRY_VOID(check_inclusion_range(index, size));
  Proof proof;
  unsigned level = 0;
  for (std::uint64_t i = index, last = size - 1; last > 0; i >>= 1, last >>= 1, ++level) {
    if (i % 2 == 1) {
      proof.push_back(TRY(reader(node_range(i - 1, level))));
    } else if (i < last) {
      proof.push_back(TRY(reader(right_neighbour(i, level, size))));
    }
  }
  return proof;
}

Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const SubtreeReader& reader) {
  TRY_VOID(check_consistency_range(old_size, new_size));
  Proof proof;
  if (old_size == new_size) return proof;
  unsigned level = 0;
  std::uint64_t i = old_size - 1;
  std::uint64_t last = new_size - 1;
  for (; i % 2 == 1; i >>= 1, ++level) last >>= 1;
  if (i != 0) proof.push_back(TRY(reader(node_range(i, level))));
  for (; last > 0; i >>= 1, last >>= 1, ++level) {
    if (i % 2 == 1) {
      proof.push_back(TRY(reader(node_range(i - 1, level))));
    } else if (i < last) {
      proof.push_back(TRY(reader(right_neighbour(i, level, new_size))));
    }
  }
  return proof;
}

Result<Hash> prefix_root(std::uint64_t size, const SubtreeReader& reader) {
  if (size == 0) return empty_root();
  if (size > kTreeSizeMax) return fail(ErrorCode::kInvalid, fmt::format("{} entries are too many", size));
  std::array<Hash, 64> parts;
  std::size_t count = 0;
  for (std::uint64_t begin = 0; begin < size;) {
    const std::uint64_t leaves = std::bit_floor(size - begin);
    parts[count++] = TRY(reader(LeafRange{begin, begin + leaves}));
    begin += leaves;
  }
  Hash root = parts[count - 1];
  for (std::size_t i = count - 1; i-- > 0;) root = node_hash(parts[i], root);
  return root;
}

SubtreeReader subtree_reader_of(TileHashReader tiles) {
  // A complete node at `level`: one hash of its tile level, or the root over up to 128 of them.
  auto complete = [tiles = std::move(tiles)](LeafRange range) -> Result<Hash> {
    const auto level = static_cast<unsigned>(std::countr_zero(range.end - range.begin));
    const unsigned tile_level = level / kTileHeight;
    const std::uint64_t count = std::uint64_t{1} << (level % kTileHeight);
    const std::vector<Hash> hashes = TRY(tiles(tile_level, range.begin >> (tile_level * kTileHeight), count));
    if (hashes.size() != count) return fail(ErrorCode::kCorrupt, "tile reader gave another number of hashes");
    return subtree_root(hashes);
  };
  return [complete = std::move(complete)](LeafRange range) -> Result<Hash> {
    EXPECT_INVARIANT(range.begin < range.end);
    return prefix_root(range.end - range.begin,
                       [&](LeafRange part) { return complete({range.begin + part.begin, range.begin + part.end}); });
  };
}

}  // namespace tansiq::log
