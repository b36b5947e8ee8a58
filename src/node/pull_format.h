// What one node answers when another pulls a log: the wire form, and the question as a request target.
//
//   8 bytes       "tsqpull1"
//   u64           index of the first entry
//   u32 ‖ bytes   checkpoint note; empty: the answer stands under the checkpoint that the question named
//   u32           number of entries, then each as u16 length ‖ bytes (as in a tlog-tiles bundle)
//   u8            number of proof hashes + 1 ‖ prefix root ‖ hashes; 0 alone when there is no proof
//
// Integers are big-endian; nothing may follow. When the entries end before the checkpoint's tree does, the prefix root
// is that of the entries up to there, and the hashes prove that it is a prefix of the checkpoint's tree
// (log::verify_consistency). So any part of a log can be verified by itself, on top of what is held already.
//
// Everything here is pure. The reader gives views into the text and takes nothing on trust: sizes are checked against
// what is there before anything is reserved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "log/merkle.h"
#include "net/http_types.h"

namespace tansiq::node {

inline constexpr std::string_view kPullPath = "/peer/v1/pull";
inline constexpr std::string_view kPullMediaType = "application/octet-stream";

/// That the entries up to the answer's end have this root, and are a prefix of the checkpoint's tree.
struct PrefixProof {
  log::Hash root;
  log::Proof proof;
  friend bool operator==(const PrefixProof&, const PrefixProof&) = default;
};

struct PullAnswer {
  std::uint64_t first = 0;
  std::string_view note;
  std::vector<ByteView> entries;  ///< 1 to kEntryBytesMax bytes each.
  std::optional<PrefixProof> prefix;

  [[nodiscard]] std::uint64_t end() const { return first + entries.size(); }
};

/// Writes an answer piece by piece, as entries come out of the store.
class PullAnswerWriter {
 public:
  /// `note` has at most kPullNoteBytesMax bytes.
  PullAnswerWriter(std::uint64_t first, std::string_view note);
  /// False when the entry does not fit any more; one entry always does.
  [[nodiscard]] bool add(ByteView entry);
  [[nodiscard]] std::size_t entries() const { return count_; }
  /// The whole answer. Call once.
  [[nodiscard]] std::string finish(const std::optional<PrefixProof>& prefix);

 private:
  std::string out_;
  std::size_t count_at_;
  std::size_t count_ = 0;
  std::size_t entry_bytes_ = 0;
};

/// Reads what `PullAnswerWriter` writes. Views into `bytes`. Fails with `kMalformed`, or `kTooLarge` naming the limit
/// (kPullAnswerBytesMax, kPullNoteBytesMax, kPullEntriesMax, kProofHashesMax).
[[nodiscard]] Result<PullAnswer> read_pull_answer(std::string_view bytes);

/// What a node asks: entries of `log` from `from` on. The request's body is the newest checkpoint of that log that the
/// asker knows, cosigned by it when it holds all of it; empty when it knows none.
struct PullQuestion {
  std::string log;  ///< Origin.
  std::uint64_t from = 0;
  /// Set while catching up: answer under the checkpoint of this size, the one in the body, and send no newer one.
  std::optional<std::uint64_t> under;
  /// No entries, but the proof that the first `from` are a prefix of the newest tree: settles whether a log was forked.
  bool prove = false;
  DurationMs wait_ms = 0;  ///< How long to wait for something new.

  /// `/peer/v1/pull?log=…&from=…`.
  [[nodiscard]] std::string target() const;
  /// Fails with `kInvalid`, naming the parameter; unknown ones are refused.
  [[nodiscard]] static Result<PullQuestion> parse(const net::Request& request);
  friend bool operator==(const PullQuestion&, const PullQuestion&) = default;
};

}  // namespace tansiq::node
