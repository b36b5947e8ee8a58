#include "log/source.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/limits.h"

namespace tansiq::log {
namespace {

Result<Bytes> read_bytes(const std::filesystem::path& path, std::size_t bytes_max) {
  const std::string text = TRY(read_file(path, bytes_max));
  return Bytes(text.begin(), text.end());
}

Result<Bytes> read_from(LogSource& source, const TileId& id) {
  if (id.kind == TileId::Kind::kEntries) return source.entries(id.number, id.width);
  return source.tile(id.level, id.number, id.width);
}

}  // namespace

Result<std::string> DirectorySource::checkpoint() { return read_file(folder_ / "checkpoint", kNoteBytesMax); }

Result<Bytes> DirectorySource::tile(unsigned level, std::uint64_t number, unsigned width) {
  return read_bytes(folder_ / TileId::hashes(level, number, width).path(), kBundleBytesMax);
}

Result<Bytes> DirectorySource::entries(std::uint64_t number, unsigned width) {
  return read_bytes(folder_ / TileId::entries(number, width).path(), kBundleBytesMax);
}

Result<FetchedTile> fetch(LogSource& source, const TileId& id) {
  auto bytes = read_from(source, id);
  if (bytes) return FetchedTile{id, std::move(*bytes)};
  if (id.full() || bytes.error().code != ErrorCode::kNotFound) return std::unexpected(std::move(bytes).error());
  TileId whole = id;
  whole.width = static_cast<unsigned>(kTileWidth);
  auto full = read_from(source, whole);
  if (!full) return std::unexpected(std::move(bytes).error());
  FetchedTile out{whole, std::move(*full)};
  if (id.kind == TileId::Kind::kHashes) {
    if (out.bytes.size() == kTileWidth * Hash::kBytes) out.bytes.resize(id.width * Hash::kBytes);
  } else if (auto cut = cut_bundle(out.bytes, id.width)) {
    out.bytes = std::move(*cut);
  }
  return out;
}

TileHashReader tile_hash_reader(LogSource& source, std::uint64_t size) {
  return [&source, size](unsigned level, std::uint64_t index, std::uint64_t count) -> Result<std::vector<Hash>> {
    const LevelTiles tiles = tiles_of_level(size, level);
    const std::uint64_t number = index / kTileWidth;
    if (number >= tiles.count()) return fail(ErrorCode::kInvalid, "tile is beyond the tree");
    const TileId id = TileId::hashes(level, number, tiles.width(number));
    const FetchedTile tile = TRY(fetch(source, id));
    if (tile.bytes.size() != id.width * Hash::kBytes || index % kTileWidth + count > id.width) {
      return fail(ErrorCode::kCorrupt,
                  fmt::format("tile has {} bytes; {} are needed", tile.bytes.size(), id.width * Hash::kBytes),
                  id.path());
    }
    std::vector<Hash> hashes(count);
    const auto* const from = tile.bytes.data() + (index % kTileWidth) * Hash::kBytes;
    std::memcpy(hashes.data(), from, count * Hash::kBytes);
    return hashes;
  };
}

}  // namespace tansiq::log
