// The database of a store: file names, tables, row keys. `docs/store.md` describes the format; it does not change
// silently.
//
//   log(id, origin, size, edge, checkpoint)     one row per log, rewritten by each batch
//   segment(id, first_seq, hashes, entries)     consecutive entries of one log that were appended together; never
//   across
//                                               a multiple of 256. `entries` is in the form of a tlog-tiles bundle
//                                               (big-endian u16 length, bytes), `hashes` their leaf hashes
//   tile(id, hashes)                            levels from 1, the last one of a level unfinished
//   run(first_seq, log, first_index)            from this seq on, consecutive seqs are consecutive entries of `log`;
//                                               `log` kGap: from this seq on there are none
//   body(sha256, bytes), meta(key, value, sum)
//
// So a group commit of a hundred entries writes one row of `segment`, one of `log`, and now and then a tile; the tile
// of level 0 is the joined `hashes` of 256 entries, and a bundle their joined `entries`.
#pragma once

#include <string>

#include "store/files.h"
#include "store/log_store.h"
#include "store/sqlite.h"
#include "store/tree.h"

namespace tansiq::store {

inline constexpr const char* kDatabaseName = "log.db";
inline constexpr const char* kLockName = "lock";
inline constexpr const char* kHighWaterName = "last-checkpoint";

/// `TNSQ`, so that `file` and a careful operator can tell what this is.
inline constexpr std::int64_t kApplicationId = 0x544E5351;
inline constexpr std::int64_t kSchemaVersion = 1;
/// Stands for a log in a run of numbers whose entries are lost (LogStore::recover). No log has this number.
inline constexpr std::uint16_t kGap = 0xFFFF;
static_assert(kLogsMax <= kGap);

/// Bits of a row id that hold the entry index, or level and tile number.
inline constexpr unsigned kIndexBits = 48;
inline constexpr std::uint64_t kIndexMax = (1ULL << kIndexBits) - 1;

[[nodiscard]] constexpr std::int64_t segment_id(LogId log, std::uint64_t first_index) {
  return static_cast<std::int64_t>(std::uint64_t{log.number} << kIndexBits | first_index);
}
[[nodiscard]] constexpr std::uint64_t segment_index(std::int64_t id) {
  return static_cast<std::uint64_t>(id) & kIndexMax;
}
[[nodiscard]] constexpr std::int64_t tile_row_id(LogId log, TileId tile) {
  return static_cast<std::int64_t>(std::uint64_t{log.number} << kIndexBits | std::uint64_t{tile.level} << 40 |
                                   tile.number);
}

/// Joined hashes, as in tiles and edges.
[[nodiscard]] inline ByteView hash_bytes(std::span<const Hash> hashes) {
  return {reinterpret_cast<const std::uint8_t*>(hashes.data()), hashes.size_bytes()};
}
/// The reverse. Fails with `kCorrupt` unless the length is that of `count` hashes.
[[nodiscard]] Result<std::vector<Hash>> hashes_from(ByteView bytes, std::size_t count, const std::string& where);

[[nodiscard]] std::string database_path(const std::string& folder);

/// Opens the database of a store for writing, and creates it when absent and `create` is set. Checks that it is one of
/// ours and of a version that this program knows: `kUnsupported` for a newer one.
[[nodiscard]] Result<Connection> open_for_writing(const std::string& folder, Files& files, bool create);
/// The same for reading.
[[nodiscard]] Result<Connection> open_for_reading(const std::string& folder, Files& files);

}  // namespace tansiq::store
