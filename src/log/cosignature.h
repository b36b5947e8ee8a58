// Cosignatures on checkpoints (C2SP tlog-cosignature): "at that time, this was the largest consistent tree of this
// origin that I had seen".
//
// Type 04 (Ed25519) signs   "cosignature/v1" LF "time " seconds LF ‖ the whole checkpoint text
// Type 06 (ML-DSA-44) signs "subtree/v1" 0A 00 ‖ u8 length, cosigner name ‖ u64 time ‖ u8 length, origin ‖ u64 0 ‖
//                           u64 size ‖ root
// On the line both stand as key id ‖ u64 time ‖ signature.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "log/checkpoint.h"
#include "log/note.h"

namespace tansiq::log {

/// Seconds since 1970. Cosignatures use seconds, all else here milliseconds.
struct CosignatureTime {
  std::uint64_t seconds = 0;  ///< At most 2^63-1; 0 claims nothing (type 06 only).
  friend auto operator<=>(const CosignatureTime&, const CosignatureTime&) = default;
};

/// The time on a cosignature line of either type. Fails with `kMalformed` when the signature is too short or the time
/// is beyond 2^63-1.
[[nodiscard]] Result<CosignatureTime> cosignature_time(const NoteSignature& signature);

/// The message that a type-04 key signs.
[[nodiscard]] std::string cosignature_message(CosignatureTime time, std::string_view checkpoint_text);

/// The message that a type-06 key signs. Fails with `kInvalid` when a name is longer than 255 bytes.
[[nodiscard]] Result<Bytes> subtree_message(std::string_view cosigner, CosignatureTime time,
                                            const Checkpoint& checkpoint);

/// Cosigns a checkpoint with a type-04 key. `time` is not zero. Fails with `kInvalid`.
[[nodiscard]] Result<NoteSignature> cosign(std::string_view checkpoint_text, CosignatureTime time,
                                           const SignerKey& key);

/// Whether `signature` is `key`'s (type 04) over `checkpoint_text`.
[[nodiscard]] bool verify_cosignature(std::string_view checkpoint_text, const NoteSignature& signature,
                                      const VerifierKey& key);

}  // namespace tansiq::log
