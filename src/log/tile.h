// Tiles and bundles: the files in which a log stands on disk or on a server (C2SP tlog-tiles).
//
//   tile/<L>/<N>[.p/<W>]          W hashes of tile level L; a full tile has 256 and no suffix
//   tile/entries/<N>[.p/<W>]      the entries of tile N of level 0, each as uint16 length ‖ bytes
//
// N is written in groups of three digits, all but the last prefixed `x`: 1234067 is `x001/x234/067`.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/merkle.h"

namespace tansiq::log {

/// Tile levels that a tree below 2^63 can have.
inline constexpr unsigned kTileLevelsMax = 8;
/// 256 entries of 65,535 bytes and their lengths.
inline constexpr std::size_t kBundleBytesMax = 256 * (2 + 65'535);

/// One tile or bundle. `width` is 1 to 256; 256 is the full one.
struct TileId {
  enum class Kind : std::uint8_t { kHashes, kEntries };
  Kind kind = Kind::kHashes;
  unsigned level = 0;  ///< 0 for bundles.
  std::uint64_t number = 0;
  unsigned width = static_cast<unsigned>(kTileWidth);

  [[nodiscard]] static TileId hashes(unsigned level, std::uint64_t number, unsigned width) {
    return {Kind::kHashes, level, number, width};
  }
  [[nodiscard]] static TileId entries(std::uint64_t number, unsigned width) {
    return {Kind::kEntries, 0, number, width};
  }
  [[nodiscard]] bool full() const { return width == kTileWidth; }
  /// Below the log's prefix: `tile/0/x001/000.p/5`.
  [[nodiscard]] std::string path() const;
  /// The inverse; one spelling only. Fails with `kMalformed`.
  [[nodiscard]] static Result<TileId> parse(std::string_view path);

  friend auto operator<=>(const TileId&, const TileId&) = default;
};

/// The tiles of one level in a tree of `size` leaves: `full` ones, then one of `partial` hashes unless that is 0.
struct LevelTiles {
  std::uint64_t full = 0;
  unsigned partial = 0;
  [[nodiscard]] bool empty() const { return full == 0 && partial == 0; }
  [[nodiscard]] std::uint64_t count() const { return full + (partial != 0 ? 1 : 0); }
  /// Width of tile `number`, which must be below `count()`.
  [[nodiscard]] unsigned width(std::uint64_t number) const {
    return number < full ? static_cast<unsigned>(kTileWidth) : partial;
  }
};
[[nodiscard]] LevelTiles tiles_of_level(std::uint64_t size, unsigned level);

/// Calls `visit(TileId)` for each tile and bundle that a log of `size` entries has, bundles first, in publish order.
/// Stops at, and returns, the first error.
template <class Visit>
[[nodiscard]] Status for_each_tile(std::uint64_t size, Visit&& visit) {
  const LevelTiles bundles = tiles_of_level(size, 0);
  for (std::uint64_t n = 0; n < bundles.count(); ++n) TRY_VOID(visit(TileId::entries(n, bundles.width(n))));
  for (unsigned level = 0; level < kTileLevelsMax; ++level) {
    const LevelTiles tiles = tiles_of_level(size, level);
    for (std::uint64_t n = 0; n < tiles.count(); ++n) TRY_VOID(visit(TileId::hashes(level, n, tiles.width(n))));
  }
  return {};
}

/// Appends an entry to a bundle. Needs 0 to `kEntryBytesMax` bytes.
void append_bundle_entry(Bytes& bundle, ByteView entry);

/// An entry inside a bundle.
struct BundleEntry {
  std::size_t offset = 0;  ///< Of the length field.
  ByteView bytes;          ///< Without the length field.
};

/// Walks a bundle without copying.
class BundleReader {
 public:
  explicit BundleReader(ByteView bundle) : bundle_(bundle) {}
  [[nodiscard]] bool done() const { return at_ == bundle_.size(); }
  /// The next entry; nothing when the bundle is cut off there.
  [[nodiscard]] bool next(BundleEntry& out);
  [[nodiscard]] std::size_t offset() const { return at_; }

 private:
  ByteView bundle_;
  std::size_t at_ = 0;
};

/// All entries of a bundle that must hold `width` of them. Views into `bundle`. Fails with `kMalformed`.
[[nodiscard]] Result<std::vector<BundleEntry>> read_bundle(ByteView bundle, unsigned width);

/// Cuts a full bundle down to its first `width` entries. Fails with `kMalformed`.
[[nodiscard]] Result<Bytes> cut_bundle(Bytes bundle, unsigned width);

}  // namespace tansiq::log
