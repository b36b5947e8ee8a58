// Checkpoints: the signed statement that a log has this many entries under this root (C2SP tlog-checkpoint).
//
//   origin LF ‖ size in decimal LF ‖ base64(root) LF ‖ extension lines, none of them empty
//
// A log never signs two that are inconsistent. A checkpoint carries no time; freshness comes from cosignatures.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/note.h"
#include "log/sha256.h"

namespace tansiq::log {

struct Checkpoint {
  std::string origin;      ///< By preference the log's URL without scheme and last slash; equals its key's name.
  std::uint64_t size = 0;  ///< Entries; below 2^63.
  Hash root;               ///< SHA-256("") for size 0.
  std::vector<std::string> extensions;  ///< We write none (they break type-06 cosignatures), others may.

  /// The note's text.
  [[nodiscard]] std::string text() const;
  /// Fails with `kMalformed`: leading zeros, signs, base64 that is not canonical, an empty extension line, …
  [[nodiscard]] static Result<Checkpoint> parse(std::string_view text);

  /// Whether both speak of the same tree. Signature lines and extensions do not matter.
  [[nodiscard]] bool same_tree(const Checkpoint& other) const {
    return origin == other.origin && size == other.size && root == other.root;
  }
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// A checkpoint whose log signature has been verified.
struct SignedCheckpoint {
  Checkpoint checkpoint;
  OpenedNote opened;
  std::string raw;  ///< The note as received: keep it, it is evidence.
};

/// Verifies a checkpoint note. Beside `open_note`'s rules: a type-01 key among `keys` whose name is the checkpoint's
/// origin must have signed (`kUnauthenticated`).
[[nodiscard]] Result<SignedCheckpoint> open_checkpoint(std::string_view raw, std::span<const VerifierKey> keys);

/// Signs with the log's key (type 01). Fails with `kInvalid` when its name is not the origin.
[[nodiscard]] Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const SignerKey& key);

}  // namespace tansiq::log
