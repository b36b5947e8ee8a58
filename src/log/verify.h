// Verification of a whole log: everything is recomputed from the entries, and no tile is trusted.
//
//   DirectorySource source("/srv/log");
//   const VerifyReport report = TRY(verify_log(source, {.keys = keys}));
//   if (!report.good()) std::puts(to_text(report).c_str());            // verify_report.h
//
// Three witnesses speak about each hash of the tree: the entries below it, the tile in which it stands, and the hash
// above it, up to the signed root. When they disagree, the last decides: the mixture of computed and stored hashes that
// leads to the root is the true one, and everything that differs from it is named, down to the byte where a single
// changed byte explains the difference.
//
// Reference: the format sheet, sections 1 to 4, 8 and 12.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "log/checkpoint.h"
#include "log/evidence.h"
#include "log/finding.h"
#include "log/source.h"

namespace tansiq::log {

struct VerifyOptions {
  /// Keys that may sign: the log's (type 01) and cosigners'. Without any, authorship is not checked and the report says
  /// so; the tree is checked all the same.
  std::vector<VerifierKey> keys{};
  /// Older checkpoints of the same log, as signed notes: each must be a prefix of it. At most `kOlderCheckpointsMax`.
  std::vector<std::string> older{};
  /// Whether each entry must be one line of canonical JSON with its line feed, `seq` growing, `time_ms` not falling.
  bool check_canonical = true;
  /// 1 or 2 and so on; the caller's thread is one of them. At most `kVerifyThreadsMax`.
  unsigned threads = 2;
  /// Findings kept in the report; all are counted.
  std::size_t findings_max = 32;
  /// Called with entries done and in all, every few thousand entries and at the end, never by two threads at once.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress{};
};
inline constexpr unsigned kVerifyThreadsMax = 16;
inline constexpr std::size_t kOlderCheckpointsMax = 64;

enum class Authorship : std::uint8_t {
  kVerified,    ///< The log's key has signed, and no known signature fails.
  kNotChecked,  ///< No key was given.
  kFailed,
};

/// An older checkpoint, compared.
struct OlderCheckpoint {
  Checkpoint checkpoint;
  bool consistent = false;
  /// Present when the two checkpoints prove a fork to anybody.
  std::optional<ForkEvidence> evidence;
};

struct VerifyReport {
  std::string source;
  std::string checkpoint_note;  ///< Raw.
  Checkpoint checkpoint;
  Authorship authorship = Authorship::kNotChecked;
  std::vector<std::string> verified_signers;  ///< Names, cosigners included.
  Hash computed_root;                         ///< From the entries.
  std::uint64_t entries = 0;
  std::uint64_t entry_bytes = 0;
  std::uint64_t files = 0;
  std::vector<OlderCheckpoint> older;
  Findings findings{0};

  /// Nothing wrong. Authorship may still be `kNotChecked`.
  [[nodiscard]] bool good() const { return findings.total() == 0; }
};

/// Verifies the log that `source`'s checkpoint describes. What is wrong with the log is in the report; the call itself
/// fails when there is no checkpoint (`kNotFound`), when the source cannot be read (`kIo`, `kUnavailable`), or on
/// options beyond their limits (`kInvalid`).
///
/// Cost: about 0.6 µs an entry of 350 bytes and thread; memory about 1 byte for each 8 entries, plus a few megabytes.
[[nodiscard]] Result<VerifyReport> verify_log(LogSource& source, const VerifyOptions& options);

}  // namespace tansiq::log
