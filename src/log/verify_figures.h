// How fast a whole log is verified. For verify_bench.cc and `tansiq bench`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"

namespace tansiq::log {

struct VerifyFigures {
  std::uint64_t entries = 0;
  double entry_bytes_mean = 0;
  double entries_per_second = 0;          ///< Two threads, canonical form checked: what `tansiq log verify` does.
  double entries_per_second_single = 0;   ///< One thread.
  double check_megabytes_per_second = 0;  ///< Canonical JSON alone, one thread.
  double leaf_hash_ns = 0;                ///< Mean over the same entries.
  double node_hash_ns = 0;
};

/// Makes a signed log of `entries` records of about 350 bytes in a temporary folder, verifies it from there, and
/// removes it. Needs about 450 bytes of memory and of disk an entry. Fails with `kIo`; a log that does not verify is
/// `kCorrupt`.
[[nodiscard]] Result<VerifyFigures> measure_verify(std::size_t entries, std::uint64_t seed);

}  // namespace tansiq::log
