// How fast the store commits groups, beside SQLite alone on the same bytes and the same disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace tansiq::store {

struct GroupCommitRun {
  std::uint64_t batch_entries = 64;  ///< Entries of one commit.
  std::uint64_t entry_bytes = 350;
  std::uint64_t batches = 4'000;
};

/// Times in microseconds of one commit; rates in entries a second.
struct GroupCommitFigures {
  double store_per_second = 0;  ///< Leaf hashes, tree, tiles, Ed25519 signature, commit, sync.
  double raw_per_second = 0;    ///< One table, one row an entry, commit, sync.
  double ratio = 0;             ///< store / raw.
  double store_p50_us = 0, store_p99_us = 0, store_max_us = 0;
  double raw_p50_us = 0, raw_p99_us = 0, raw_max_us = 0;
  double publish_p50_us = 0;  ///< One high-water file: write, sync, rename, sync.
};

/// Runs both in turn, in pieces, so that both meet the same disk. Writes under `folder`, which must exist and gets
/// about four times the bytes of the run; the caller removes it.
[[nodiscard]] Result<GroupCommitFigures> measure_group_commit(const std::string& folder,
                                                              const GroupCommitRun& run = {});

}  // namespace tansiq::store
