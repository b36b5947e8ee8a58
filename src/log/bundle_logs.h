// Inside of the verification of bundles: what is known of each log while its sections are read, and what follows from
// all of them together. Not for other folders.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "log/bundle_keys.h"
#include "log/bundle_verify.h"
#include "log/checkpoint.h"

namespace tansiq::log::bundle_detail {

/// A tree that somebody says he has seen: one member of an anchor.
struct SeenTree {
  std::string origin;
  Hash root;
  std::uint64_t size = 0;
};
/// An entry that says what its author's node had read of other logs.
struct Anchor {
  std::size_t entry = 0;  ///< Position in BundleLog::entries.
  std::vector<SeenTree> seen;
};

/// One log under way.
struct LogState {
  BundleLog report;
  std::map<std::uint64_t, Hash> roots;        ///< Of trees that the author has signed, or that are prefixes of such.
  std::uint64_t vouched_size = 0;             ///< Entries below it were signed by a key that was given.
  std::vector<BundleWitness> witnesses;       ///< By cosignature; in any order.
  std::vector<Anchor> anchors;                ///< Of proved entries, ascending.
  std::optional<Checkpoint> last_checkpoint;  ///< Of the section under way.
  std::optional<std::uint64_t> last_tree;
};
using LogStates = std::map<std::string, LogState, std::less<>>;

/// What a line of a record says that an auditor looks at.
struct Content {
  std::string type;
  std::optional<std::int64_t> time_ms;
  std::vector<SeenTree> seen;
};
/// Fails with `kMalformed` unless it is one line of canonical JSON.
[[nodiscard]] Result<Content> read_content(std::string_view line);

/// Where an anchor names another tree than the one that stands in the bundle.
struct Contradiction {
  std::string origin;  ///< Of the log with the anchor.
  std::uint64_t index = 0;
  SeenTree seen;
};

/// Fills in witnesses, what was known, and runs.
[[nodiscard]] std::vector<Contradiction> settle(LogStates& logs);

}  // namespace tansiq::log::bundle_detail
