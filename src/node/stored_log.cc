#include "node/stored_log.h"

#include <bit>

namespace tansiq::node {

log::SubtreeReader stored_subtrees(store::LogReader& reader, store::LogId log) {
  const auto hashes = [&reader, log](unsigned level, std::uint64_t index,
                                     std::uint64_t count) -> Result<std::vector<log::Hash>> {
    const std::uint64_t slot = index % log::kTileWidth;
    const Bytes tile = TRY(reader.tile(log, level, index / log::kTileWidth, static_cast<unsigned>(slot + count)));
    std::vector<log::Hash> out;
    for (std::uint64_t i = slot; i < slot + count; ++i) {
      const ByteView bytes = ByteView(tile).subspan(i * log::Hash::kBytes, log::Hash::kBytes);
      out.push_back(TRY(log::Hash::from_bytes(bytes)));
    }
    return out;
  };
  return log::subtree_reader_of(hashes);
}

Result<Replica::Held> read_held(store::LogReader& reader, store::LogId log) {
  const store::Head head = TRY(reader.head(log));
  Replica::Held held;
  held.head_note = head.checkpoint;
  if (head.size == 0) return held;
  const log::SubtreeReader nodes = stored_subtrees(reader, log);
  std::vector<log::Hash> edge;
  for (std::uint64_t begin = 0; begin < head.size;) {
    const std::uint64_t leaves = std::bit_floor(head.size - begin);
    edge.push_back(TRY(nodes({begin, begin + leaves})));
    begin += leaves;
  }
  held.edge = TRY(log::RightEdge::restore(head.size, edge));
  TRY_VOID(reader.entries(log, head.size - 1, 1, [&](const store::StoredEntry& entry) -> Status {
    held.last = TRY(read_envelope(as_text(entry.bytes)));
    return {};
  }));
  return held;
}

}  // namespace tansiq::node
