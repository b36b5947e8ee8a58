// What is wrong with a log, and where: the vocabulary of verification reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tansiq::log {

enum class FindingKind : std::uint8_t {
  kCheckpoint,       ///< The signed note is malformed, unsigned, or its signature fails.
  kMissing,          ///< A file that the checkpoint needs is not there, or is not readable as one.
  kEntry,            ///< An entry is not the one that the signed tree holds.
  kEntryLength,      ///< The entry is right, but its length field in the bundle is not.
  kBundle,           ///< A bundle ends early or late.
  kTile,             ///< A tile holds a wrong hash.
  kChangedTogether,  ///< Entries and the tiles over them agree with each other, but not with the signed tree.
  kDisagree,         ///< Entry and tile contradict each other, and nothing tells which is right.
  kRoot,             ///< The entries do not lead to the signed root.
  kNotCanonical,     ///< An entry is not one line of canonical JSON.
  kSequence,         ///< `seq` does not grow.
  kTime,             ///< `time_ms` goes back.
  kFork,             ///< An older checkpoint of this log is not a prefix of it.
  kRolledBack,       ///< The log is smaller than an older checkpoint says it was.
};
/// `checkpoint`, `missing`, `entry`, … as in JSON reports.
[[nodiscard]] std::string_view to_text(FindingKind kind);

/// Bytes [begin, end) of a file.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

struct Finding {
  FindingKind kind = FindingKind::kMissing;
  std::string file;                         ///< Below the log's prefix, as `tile/entries/000`.
  std::optional<std::uint64_t> entry;       ///< The entry, or the first of several.
  std::optional<std::uint64_t> entry_last;  ///< The last, when there are several.
  std::optional<ByteRange> bytes;           ///< In `file`; the smallest range that is known to be wrong.
  std::string expected;                     ///< A hash or number; may be empty.
  std::string found;
  std::string message;  ///< One sentence.
};

/// Collects findings up to a bound, and counts all.
class Findings {
 public:
  explicit Findings(std::size_t kept_max) : kept_max_(kept_max) {}

  /// Whether the next finding would be kept: spare the work of describing it otherwise.
  [[nodiscard]] bool has_room() const { return kept_.size() < kept_max_; }
  void add(Finding finding);
  void count_only() { ++total_; }
  void merge(Findings&& other);

  /// Puts findings in the order of entries and drops complaints about the content of entries that are known to be
  /// altered anyway.
  void settle();

  [[nodiscard]] const std::vector<Finding>& kept() const { return kept_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  std::size_t kept_max_;
  std::uint64_t total_ = 0;
  std::vector<Finding> kept_;
};

}  // namespace tansiq::log
