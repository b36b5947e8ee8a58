// Snapshot files: `snapshot-<next_seq>` beside the database, the newest two kept.
//
// Files and not rows, because 60 MB in one transaction would hold up every commit behind it; a file is written aside,
// in pieces, and renamed. A snapshot only saves time: the log is the truth, so a damaged one is passed over.
#pragma once

#include <optional>
#include <string>

#include "store/files.h"
#include "store/log_store.h"

namespace tansiq::store {

inline constexpr std::size_t kSnapshotsKept = 2;

/// Writes a snapshot durably, then removes all but the newest `kSnapshotsKept`, and what broken-off writing has left.
[[nodiscard]] Status write_snapshot(Files& files, const std::string& folder, std::uint64_t next_seq,
                                    const Hash& state_hash, ByteView bytes);

/// Removes all of them.
[[nodiscard]] Status remove_snapshots(Files& files, const std::string& folder);

/// The newest whole snapshot with next_seq <= `seq_max`; nothing when there is none. Fails only when the folder or a
/// file cannot be read.
[[nodiscard]] Result<std::optional<Snapshot>> read_latest_snapshot(Files& files, const std::string& folder,
                                                                   std::uint64_t seq_max);

}  // namespace tansiq::store
