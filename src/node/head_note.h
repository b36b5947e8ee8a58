// How the store knows under which signed checkpoint a mirrored log stands.
//
// The store keeps a text with every head and insists that it begins with the head's origin, size and root. For our own
// logs, and for a mirror that has caught up, that text is the signed checkpoint itself. While a mirror is catching up,
// what it holds is a prefix of a tree that the peer has signed:
//
//   origin LF ‖ size LF ‖ base64(root) LF ‖ LF             the prefix that is held
//   "covered" LF ‖ proof hashes in base64, a line each ‖ LF the consistency proof from it to the tree below
//   the signed checkpoint of the larger tree, whole
//
// So at every moment every mirrored entry is covered by the peer's signature, and opening a store again verifies it: a
// head that is neither signed nor proved to be part of something signed does not pass.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "log/checkpoint.h"
#include "log/merkle.h"
#include "store/log_store.h"

namespace tansiq::node {

/// A held prefix and what covers it, verified.
struct HeadNote {
  log::Checkpoint tree;         ///< What is held.
  log::Checkpoint signed_tree;  ///< What the peer has signed; the same when caught up.
  std::string note;             ///< The signed checkpoint, as received.
  log::Proof proof{};           ///< From `tree` to `signed_tree`; empty when caught up.

  [[nodiscard]] bool caught_up() const { return tree.size == signed_tree.size; }
};

/// The text for a prefix of a larger signed tree. `note` is that tree's checkpoint.
[[nodiscard]] std::string covered_note(const log::Checkpoint& tree, const log::Proof& proof, std::string_view note);

/// Whether a head's text is of the second form: no signed checkpoint of what is held.
[[nodiscard]] bool is_covered_note(std::string_view text);

/// Reads either form and verifies signature and proof. Fails with `kMalformed`, `kUnauthenticated`, `kInvalid`.
[[nodiscard]] Result<HeadNote> open_head_note(std::string_view text, std::span<const log::VerifierKey> keys);

/// The store's signer for a node with mirrors: signs its own logs, and for mirrored ones gives the note that came with
/// the entries. The store computes the root itself, so entries that do not lead to the note's root are never written.
///
///   HeadNotes notes;
///   TRY_VOID(notes.add_own(std::move(members_key)));            // a key's name is its log's origin
///   options.sign = [&](auto, auto origin, auto size, auto& root) { return notes.sign(origin, size, root); };
///   …
///   notes.expect(chunk.origin, chunk.head_note);                // before the append that ends with this chunk
///
/// Writer's thread only.
class HeadNotes {
 public:
  void add_own(log::SignerKey key);
  /// The note of the next head of a mirrored log, or of an own one that came back from a mirror, which was signed long
  /// ago; replaces the one before.
  void expect(std::string_view origin, std::string head_note);
  /// Fails with `kCorrupt` when the log is not ours and no note for this very head is expected.
  [[nodiscard]] Result<std::string> sign(std::string_view origin, std::uint64_t size, const log::Hash& root);

 private:
  std::map<std::string, log::SignerKey, std::less<>> own_;
  std::map<std::string, std::string, std::less<>> expected_;
};

}  // namespace tansiq::node
