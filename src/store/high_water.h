// The published high-water mark: the largest tree of each log that anyone outside may have seen.
//
// A log must never sign two trees of which one is not a prefix of the other. The database alone cannot guard that: one
// restored from a backup is consistent and signed, and behind what peers hold. So the mark stands in a file of its own,
// `last-checkpoint`, beside the database and not in backups. The rule:
//
//   a checkpoint becomes visible to outsiders only after it is durable in the database *and* in this file.
//
// These functions are pure; `SqliteStore` calls them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/log_store.h"

namespace tansiq::store {

/// One line of the file.
struct HighWater {
  std::string origin;
  Floor floor;
  friend bool operator==(const HighWater&, const HighWater&) = default;
};

/// The file: a title line, per log `size base64(root) origin`, and a last line with the SHA-256 of all before it.
[[nodiscard]] std::string format_high_water(const std::vector<HighWater>& marks);
/// Reads what `format_high_water` writes. Fails with `kCorrupt`, saying which line is wrong.
[[nodiscard]] Result<std::vector<HighWater>> parse_high_water(std::string_view text);

/// Whether a log of `size` entries may be extended and signed when `floor` had been published: nothing when it may,
/// otherwise why not. `root_at_floor` is the root of the log's first floor.size entries, if it has so many.
[[nodiscard]] std::optional<std::string> why_not_sign(const Floor& floor, std::uint64_t size,
                                                      const std::optional<Hash>& root_at_floor);

/// Whether a store may be opened for writing, as to the presence of the file. A database that has entries and no file
/// was restored or moved, and nobody knows what it had published: refused unless `accept_missing`.
[[nodiscard]] Status judge_presence(bool database_has_entries, bool file_present, bool accept_missing,
                                    const std::string& path);

}  // namespace tansiq::store
