#include "log/memory_log.h"

#include "base/invariant.h"
#include "log/checkpoint.h"

namespace tansiq::log {

std::uint64_t MemoryLog::append(ByteView entry) {
  const std::uint64_t index = edge_.size();
  if (index % kTileWidth == 0) bundles_.emplace_back();
  offsets_.push_back(bundles_.back().size());
  append_bundle_entry(bundles_.back(), entry);
  edge_.append(leaf_hash(entry), [this](const TileHash& tile) {
    if (levels_.size() <= tile.level) levels_.resize(tile.level + 1);
    levels_[tile.level].push_back(tile.hash);
  });
  return index;
}

Status MemoryLog::sign(const SignerKey& key) {
  checkpoint_ = TRY(sign_checkpoint({key.name(), edge_.size(), edge_.root(), {}}, key));
  return {};
}

ByteView MemoryLog::entry(std::uint64_t index) const {
  EXPECT_INVARIANT(index < size());
  BundleReader reader(ByteView(bundles_[index / kTileWidth]).subspan(offsets_[index]));
  BundleEntry entry;
  EXPECT_INVARIANT(reader.next(entry));
  return entry.bytes;
}

Result<std::string> MemoryLog::checkpoint() {
  if (checkpoint_.empty()) return fail(ErrorCode::kNotFound, "no checkpoint has been signed", "checkpoint");
  return checkpoint_;
}

Result<Bytes> MemoryLog::tile(unsigned level, std::uint64_t number, unsigned width) {
  const std::uint64_t begin = number * kTileWidth;
  if (level >= levels_.size() || begin + width > levels_[level].size()) {
    return fail(ErrorCode::kNotFound, "no such tile", TileId::hashes(level, number, width).path());
  }
  const auto* const first = levels_[level][begin].bytes.data();
  return Bytes(first, first + width * Hash::kBytes);
}

Result<Bytes> MemoryLog::entries(std::uint64_t number, unsigned width) {
  if (number * kTileWidth + width > size()) {
    return fail(ErrorCode::kNotFound, "no such bundle", TileId::entries(number, width).path());
  }
  return cut_bundle(bundles_[number], width);
}

}  // namespace tansiq::log
