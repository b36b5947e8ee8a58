// Evidence of a fork: two checkpoints, signed by the same log, that cannot belong to one append-only tree. Anyone can
// check it without the log (the format sheet, section 8).
//
// Not evidence: bad signatures, missing or wrong tiles, silence, an old checkpoint.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "log/checkpoint.h"
#include "log/merkle.h"

namespace tansiq::log {

struct ForkEvidence {
  std::string older_note;  ///< Signed, of m entries under root Q.
  std::string newer_note;  ///< Signed, of n >= m entries under root R.
  /// For n > m: the root r of the first m entries of the newer tree, and the proof that it is. r differs from Q.
  std::optional<Hash> prefix_root;
  Proof proof;
};

/// What two signed checkpoints of one log say about each other.
enum class Comparison : std::uint8_t {
  kSame,          ///< Size and root agree.
  kFork,          ///< Same size, different roots.
  kNeedsProof,    ///< Different sizes.
  kDifferentLog,  ///< Different origins.
};
[[nodiscard]] Comparison compare(const Checkpoint& a, const Checkpoint& b);

/// Whether the evidence proves a fork of the log whose keys are given. Fails with the reason why it does not.
[[nodiscard]] Status check_evidence(const ForkEvidence& evidence, std::span<const VerifierKey> keys);

/// One line of canonical JSON, to be kept and shown: {"newer_note","older_note","prefix_root","proof"}, the last two
/// left out where there is no proof; hashes in hexadecimal. Signature lines that JSON cannot hold are left out of the
/// notes (`quotable_note`, as which it fails).
[[nodiscard]] Result<std::string> evidence_text(const ForkEvidence& evidence);
/// The inverse; judges nothing. Fails with `kMalformed` or `kInvalid`.
[[nodiscard]] Result<ForkEvidence> read_evidence(std::string_view text);

/// Makes evidence from two checkpoints of different size and a reader over the newer tree: nothing when they are
/// consistent.
[[nodiscard]] Result<std::optional<ForkEvidence>> find_fork(const Checkpoint& older, std::string_view older_note,
                                                            const Checkpoint& newer, std::string_view newer_note,
                                                            const SubtreeReader& newer_tree);

}  // namespace tansiq::log
