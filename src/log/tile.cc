#include "log/tile.h"

#include <fmt/format.h>

#include <charconv>

#include "base/invariant.h"
#include "base/limits.h"

namespace tansiq::log {
namespace {

std::unexpected<Error> no_path(const char* why) { return fail(ErrorCode::kMalformed, why); }

// A decimal without sign and leading zeros, at most `max`.
Result<std::uint64_t> decimal(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > max ||
      (text.size() > 1 && text[0] == '0')) {
    return no_path("not a number in the allowed range, or not in its one spelling");
  }
  return value;
}

// x001/x234/067
Result<std::uint64_t> tile_number(std::string_view text) {
  constexpr std::uint64_t kNumberMax = kTreeSizeMax >> kTileHeight;
  std::uint64_t number = 0;
  for (bool first = true;; first = false) {
    const bool more = text.starts_with('x');
    if (more) text.remove_prefix(1);
    if (text.size() < 3) return no_path("tile number is not in groups of three digits");
    std::uint64_t group = 0;
    for (const char c : text.substr(0, 3)) {
      if (c < '0' || c > '9') return no_path("tile number is not in groups of three digits");
      group = group * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (first && more && group == 0) return no_path("tile number has leading zeros");
    if (number > (kNumberMax - group) / 1000) return no_path("tile number is beyond any tree");
    number = number * 1000 + group;
    text.remove_prefix(3);
    if (!more) break;
    if (!text.starts_with('/')) return no_path("tile number is cut off");
    text.remove_prefix(1);
  }
  if (!text.empty()) return no_path("text behind the tile number");
  return number;
}

}  // namespace

std::string TileId::path() const {
  std::string number_text = fmt::format("{:03}", number % 1000);
  for (std::uint64_t rest = number / 1000; rest != 0; rest /= 1000) {
    number_text.insert(0, fmt::format("x{:03}/", rest % 1000));
  }
  const std::string suffix = full() ? "" : fmt::format(".p/{}", width);
  if (kind == Kind::kEntries) return fmt::format("tile/entries/{}{}", number_text, suffix);
  return fmt::format("tile/{}/{}{}", level, number_text, suffix);
}

Result<TileId> TileId::parse(std::string_view path) {
  if (!path.starts_with("tile/")) return no_path("path does not begin with tile/");
  path.remove_prefix(5);
  TileId id;
  if (path.starts_with("entries/")) {
    id.kind = Kind::kEntries;
    path.remove_prefix(8);
  } else {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return no_path("path has no tile number");
    id.level = static_cast<unsigned>(TRY(decimal(path.substr(0, slash), 63)));
    path.remove_prefix(slash + 1);
  }
  if (const std::size_t suffix = path.find(".p/"); suffix != std::string_view::npos) {
    id.width = static_cast<unsigned>(TRY(decimal(path.substr(suffix + 3), kTileWidth - 1)));
    if (id.width == 0) return no_path("an empty tile is never served");
    path = path.substr(0, suffix);
  }
  id.number = TRY(tile_number(path));
  return id;
}

LevelTiles tiles_of_level(std::uint64_t size, unsigned level) {
  const unsigned shift = level * kTileHeight;
  const std::uint64_t hashes = shift < 64 ? size >> shift : 0;
  return {hashes / kTileWidth, static_cast<unsigned>(hashes % kTileWidth)};
}

void append_bundle_entry(Bytes& bundle, ByteView entry) {
  EXPECT_INVARIANT(entry.size() <= kEntryBytesMax);
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size()));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
}

bool BundleReader::next(BundleEntry& out) {
  if (bundle_.size() - at_ < 2) return false;
  const std::size_t size = std::size_t{bundle_[at_]} << 8 | bundle_[at_ + 1];
  if (bundle_.size() - at_ - 2 < size) return false;
  out = {at_, bundle_.subspan(at_ + 2, size)};
  at_ += 2 + size;
  return true;
}

Result<std::vector<BundleEntry>> read_bundle(ByteView bundle, unsigned width) {
  std::vector<BundleEntry> entries(width);
  BundleReader reader(bundle);
  for (unsigned i = 0; i < width; ++i) {
    if (!reader.next(entries[i])) {
      return fail(ErrorCode::kMalformed, fmt::format("bundle is cut off in entry {} of {}", i, width),
                  fmt::format("byte {}", reader.offset()));
    }
  }
  if (!reader.done()) {
    return fail(ErrorCode::kMalformed, fmt::format("bundle holds more than {} entries", width),
                fmt::format("byte {}", reader.offset()));
  }
  return entries;
}

Result<Bytes> cut_bundle(Bytes bundle, unsigned width) {
  BundleReader reader(bundle);
  BundleEntry entry;
  for (unsigned i = 0; i < width; ++i) {
    if (!reader.next(entry)) return fail(ErrorCode::kMalformed, fmt::format("bundle is cut off in entry {}", i));
  }
  bundle.resize(reader.offset());
  return bundle;
}

}  // namespace tansiq::log
