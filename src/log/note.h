// Signed notes: a text and the signatures below it (C2SP signed-note).
//
//   text ending in LF ‖ LF ‖ one or more of:  "— " ‖ name ‖ " " ‖ base64(key id ‖ signature) ‖ LF
//
// Anybody may add, drop or reorder signature lines, so a note is recognised by its text alone: `note_text_hash`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/result.h"
#include "log/note_key.h"
#include "log/sha256.h"

namespace tansiq::log {

/// One signature line, decoded but not verified.
struct NoteSignature {
  std::string name;
  KeyId key_id;
  Bytes signature;  ///< What follows the key id; in cosignatures 8 bytes of time come first.
  /// The line, with its LF.
  [[nodiscard]] std::string line() const;
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

/// A note that has the right form. Nothing is known about who signed it.
struct Note {
  std::string text;  ///< Ends in LF.
  std::vector<NoteSignature> signatures;
};

/// Reads the form only. Limits: `kNoteBytesMax`, `kNoteSignaturesMax`. Fails with `kMalformed` or `kTooLarge`.
[[nodiscard]] Result<Note> parse_note(std::string_view raw);

/// Reads one signature line, LF included.
[[nodiscard]] Result<NoteSignature> parse_signature_line(std::string_view line);

/// The note as it is sent.
[[nodiscard]] std::string format_note(const Note& note);

/// The note as canonical JSON can quote it. Names of signers may hold noncharacters, which JSON may not: such lines are
/// left out, as anybody may, and the others say what they said. Fails with `kMalformed` when the text holds one, or no
/// line is left.
[[nodiscard]] Result<std::string> quotable_note(std::string_view raw);

/// What is known about a signature line.
enum class SignatureState : std::uint8_t {
  kVerified,
  kUnknownKey,    ///< Nobody we know: ignored.
  kUnverifiable,  ///< Of a known key whose kind cannot be checked here (ML-DSA-44): counts neither way.
};

/// A note of which at least one signature is good, and none of a known key is bad.
struct OpenedNote {
  Note note;
  std::vector<SignatureState> states;  ///< One for each of `note.signatures`.

  /// Whether a signature of this key has been verified.
  [[nodiscard]] bool signed_by(const VerifierKey& key) const;
};

/// Verifies a note against the keys we know. Lines of unknown keys are ignored; a known key's signature that fails
/// spoils the note (`kInvalid`); at least one must be good (`kUnauthenticated`). Type 04 keys are checked as
/// cosignatures over the text. Fails with `kInvalid` too when two different keys share name and id.
/// Cost: about 50 µs a known signature, at most `kNoteSignaturesMax`.
[[nodiscard]] Result<OpenedNote> open_note(std::string_view raw, std::span<const VerifierKey> keys);

/// Whether the text may stand in a note: UTF-8, no control characters but LF, LF at its end.
[[nodiscard]] Status check_note_text(std::string_view text);

/// The signature of a type-01 key over `text`. `text` must pass `check_note_text`.
[[nodiscard]] Result<NoteSignature> sign_note_text(std::string_view text, const SignerKey& key);

/// A note with the signatures of all `keys` (type 01), in their order.
[[nodiscard]] Result<std::string> sign_note(std::string_view text, std::span<const SignerKey* const> keys);

/// What recognises a note, whatever signatures it carries.
[[nodiscard]] inline Hash note_text_hash(const Note& note) { return sha256(note.text); }

}  // namespace tansiq::log
