// Inside of verification: one bundle of entries, read, hashed and compared with its tile. Not for other folders.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "log/finding.h"
#include "log/merkle.h"
#include "log/tile.h"

namespace tansiq::log::verify_detail {

/// The files of 256 entries, as they were read. Either may be missing.
struct BundleFiles {
  std::uint64_t number = 0;
  unsigned width = 0;
  std::string bundle_path;
  std::string tile_path;
  std::optional<Bytes> bundle;
  std::optional<Bytes> tile;  ///< Only when it has `width` hashes.
};

/// An entry as it lies in its bundle, after a look at the tile: the length field may be wrong.
struct FramedEntry {
  std::size_t offset = 0;  ///< Of the length field.
  std::size_t stated = 0;  ///< What the field says.
  ByteView bytes;          ///< What the entry is.
  Hash hash;
  [[nodiscard]] bool length_wrong() const { return stated != bytes.size(); }
};

struct Framing {
  std::vector<FramedEntry> entries;  ///< Fewer than the width when the bundle ends early.
  std::size_t rest = 0;              ///< Where the bytes behind the last entry begin.
};

/// Finds the entries of a damaged bundle. Where a length field cannot be right, the line feed that ends every entry
/// helps, and the tile's hashes confirm.
[[nodiscard]] Framing frame(const BundleFiles& files);

/// The tile's hash at `slot`, if there is a tile.
[[nodiscard]] std::optional<Hash> stored_hash(const std::optional<Bytes>& tile, std::size_t slot);

/// What one bundle contributes. Large; reused.
struct BundleResult {
  std::uint64_t number = 0;
  unsigned width = 0;
  std::array<Hash, kTileWidth> leaves;
  Hash root;             ///< Of a full bundle.
  bool suspect = false;  ///< Entries and tile differ, or something cannot be read.
  std::uint64_t bytes = 0;
  std::optional<std::int64_t> first_seq, last_seq, first_time, last_time;
  Findings findings{0};
};

/// Reads, hashes, checks and compares. No allocation while all is well.
void examine(const BundleFiles& files, bool check_canonical, std::size_t findings_max, BundleResult& out);

}  // namespace tansiq::log::verify_detail
