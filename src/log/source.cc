#include "log/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/limits.h"

namespace tansiq::log {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> io_failure(const char* what, const std::filesystem::path& path) {
  const bool missing = errno == ENOENT || errno == ENOTDIR;
  return fail(missing ? ErrorCode::kNotFound : ErrorCode::kIo, fmt::format("{}: {}", what, std::strerror(errno)),
              path.string());
}

Result<Bytes> read_from(LogSource& source, const TileId& id) {
  if (id.kind == TileId::Kind::kEntries) return source.entries(id.number, id.width);
  return source.tile(id.level, id.number, id.width);
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const OpenFile file(path);
  if (file.fd() < 0) return io_failure("cannot open", path);
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return io_failure("cannot examine", path);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kNotFound, "not a file", path.string());
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > bytes_max) {
    return fail(ErrorCode::kTooLarge, fmt::format("file has {} bytes; at most {} belong there", size, bytes_max),
                path.string());
  }
  Bytes bytes(size);
  for (std::size_t done = 0; done < size;) {
    const auto count = ::read(file.fd(), bytes.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_failure("cannot read", path);
    if (count == 0) {
      bytes.resize(done);
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

Result<std::string> DirectorySource::checkpoint() {
  const Bytes bytes = TRY(read_file(folder_ / "checkpoint", kNoteBytesMax));
  return std::string(as_text(bytes));
}

Result<Bytes> DirectorySource::tile(unsigned level, std::uint64_t number, unsigned width) {
  return read_file(folder_ / TileId::hashes(level, number, width).path(), kBundleBytesMax);
}

Result<Bytes> DirectorySource::entries(std::uint64_t number, unsigned width) {
  return read_file(folder_ / TileId::entries(number, width).path(), kBundleBytesMax);
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
