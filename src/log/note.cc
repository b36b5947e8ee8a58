#include "log/note.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/foreign_text.h"
#include "log/cosignature.h"
#include "log/jcs.h"
#include "log/jcs_text.h"

namespace tansiq::log {
namespace {

constexpr std::string_view kDash = "\u2014 ";

Status check_utf8(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    if (static_cast<signed char>(*p) >= 0) {
      if (*p < 0x20 && *p != '\n') {
        return fail(ErrorCode::kMalformed, "note holds a control character", fmt::format("byte {}", p - text.data()));
      }
      ++p;
      continue;
    }
    const int length = jcs_detail::utf8_sequence<jcs_detail::Noncharacters::kAllowed>(p, end);
    if (length == 0) {
      return fail(ErrorCode::kMalformed, "note is not valid UTF-8", fmt::format("byte {}", p - text.data()));
    }
    p += length;
  }
  return {};
}

// Spaces beyond ASCII, in UTF-8 (Unicode property White_Space). Control characters are refused before.
bool holds_space(std::string_view name) {
  static constexpr std::array<std::string_view, 19> kSpaces{
      " ",      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
      "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f"};
  return name.find("\u3000") != std::string_view::npos ||
         std::any_of(kSpaces.begin(), kSpaces.end(),
                     [name](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

// The key of a line, or nullptr. Fails when two different keys claim it.
Result<const VerifierKey*> key_of(const NoteSignature& signature, std::span<const VerifierKey> keys) {
  const VerifierKey* found = nullptr;
  for (const VerifierKey& key : keys) {
    if (key.name() != signature.name || key.id() != signature.key_id) continue;
    if (found != nullptr && !(*found == key)) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("two keys have the name {} and the id {}", key.name(), key.id().hex()));
    }
    found = &key;
  }
  return found;
}

Result<SignatureState> judge(std::string_view text, const NoteSignature& signature, std::span<const VerifierKey> keys) {
  const VerifierKey* const key = TRY(key_of(signature, keys));
  if (key == nullptr) return SignatureState::kUnknownKey;
  if (signature.signature.size() != signature_bytes(key->type())) {
    return fail(ErrorCode::kInvalid,
                fmt::format("signature has {} bytes; one of this key has {}", signature.signature.size(),
                            signature_bytes(key->type())),
                key->name());
  }
  bool good = false;
  switch (key->type()) {
    case KeyType::kMlDsa44Cosignature:
      return SignatureState::kUnverifiable;
    case KeyType::kEd25519:
      good = key->verify(as_bytes(text), signature.signature);
      break;
    case KeyType::kEd25519Cosignature:
      good = verify_cosignature(text, signature, *key);
      break;
  }
  if (good) return SignatureState::kVerified;
  return fail(ErrorCode::kInvalid, "signature does not fit the text", key->name());
}

}  // namespace

std::string NoteSignature::line() const {
  Bytes bytes(4);
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(key_id.value >> (24 - 8 * i));
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return fmt::format("{}{} {}\n", kDash, name, to_base64(bytes));
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kDash) || !line.ends_with('\n')) {
    return fail(ErrorCode::kMalformed, "signature line does not begin with an em dash and a space, or has no end");
  }
  TRY_VOID(check_utf8(line));
  line.remove_prefix(kDash.size());
  line.remove_suffix(1);
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return fail(ErrorCode::kMalformed, "signature line has no signature");
  NoteSignature out;
  out.name = line.substr(0, space);
  if (out.name.empty() || out.name.find('+') != std::string::npos || out.name.find('\n') != std::string::npos ||
      holds_space(out.name)) {
    return fail(ErrorCode::kMalformed, "signer's name is empty, or holds a space or `+`");
  }
  const Bytes bytes = TRY(from_base64(line.substr(space + 1)));
  if (bytes.size() < 5) {
    return fail(ErrorCode::kMalformed, "signature is cut off", foreign_text(out.name, kQuotedBytesMax));
  }
  for (std::size_t i = 0; i < 4; ++i) out.key_id.value = out.key_id.value << 8 | bytes[i];
  out.signature.assign(bytes.begin() + 4, bytes.end());
  return out;
}

Result<Note> parse_note(std::string_view raw) {
  if (raw.size() > kNoteBytesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("note has {} bytes; at most {} are taken", raw.size(), kNoteBytesMax));
  }
  TRY_VOID(check_utf8(raw));
  // The text may hold empty lines: the last one separates it from the signatures.
  const std::size_t separator = raw.rfind("\n\n");
  if (separator == std::string_view::npos) {
    return fail(ErrorCode::kMalformed, "note has no empty line between text and signatures");
  }
  Note note;
  note.text = raw.substr(0, separator + 1);
  std::string_view lines = raw.substr(separator + 2);
  if (lines.empty()) return fail(ErrorCode::kMalformed, "note has no signature");
  while (!lines.empty()) {
    if (note.signatures.size() == kNoteSignaturesMax) {
      return fail(ErrorCode::kTooLarge, fmt::format("note has more than {} signatures", kNoteSignaturesMax));
    }
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return fail(ErrorCode::kMalformed, "last signature line has no line feed");
    note.signatures.push_back(TRY(parse_signature_line(lines.substr(0, end + 1))));
    lines.remove_prefix(end + 1);
  }
  return note;
}

std::string format_note(const Note& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) out += signature.line();
  return out;
}

Result<std::string> quotable_note(std::string_view raw) {
  if (check_jcs_text(raw)) return std::string(raw);
  Note note = TRY(parse_note(raw));
  TRY_VOID(check_jcs_text(note.text));
  std::erase_if(note.signatures, [](const NoteSignature& line) { return !check_jcs_text(line.name); });
  if (note.signatures.empty()) return fail(ErrorCode::kMalformed, "no signer of the note has a name of plain text");
  return format_note(note);
}

bool OpenedNote::signed_by(const VerifierKey& key) const {
  for (std::size_t i = 0; i < states.size(); ++i) {
    const NoteSignature& signature = note.signatures[i];
    if (states[i] == SignatureState::kVerified && signature.name == key.name() && signature.key_id == key.id()) {
      return true;
    }
  }
  return false;
}

Result<OpenedNote> open_note(std::string_view raw, std::span<const VerifierKey> keys) {
  OpenedNote opened{TRY(parse_note(raw)), {}};
  bool any = false;
  for (const NoteSignature& signature : opened.note.signatures) {
    opened.states.push_back(TRY(judge(opened.note.text, signature, keys)));
    any = any || opened.states.back() == SignatureState::kVerified;
  }
  if (any) return opened;
  return fail(ErrorCode::kUnauthenticated, fmt::format("none of {} signatures is of a known key that can be checked",
                                                       opened.note.signatures.size()));
}

Status check_note_text(std::string_view text) {
  if (!text.ends_with('\n')) return fail(ErrorCode::kInvalid, "text of a note must end in a line feed");
  return check_utf8(text);
}

Result<NoteSignature> sign_note_text(std::string_view text, const SignerKey& key) {
  if (key.verifier().type() != KeyType::kEd25519) {
    return fail(ErrorCode::kInvalid, "a cosigner's key does not sign notes", key.name());
  }
  TRY_VOID(check_note_text(text));
  const auto signature = key.sign(as_bytes(text));
  return NoteSignature{key.name(), key.verifier().id(), Bytes(signature.begin(), signature.end())};
}

Result<std::string> sign_note(std::string_view text, std::span<const SignerKey* const> keys) {
  if (keys.empty()) return fail(ErrorCode::kInvalid, "a note needs at least one signature");
  Note note{std::string(text), {}};
  for (const SignerKey* const key : keys) note.signatures.push_back(TRY(sign_note_text(text, *key)));
  return format_note(note);
}

}  // namespace tansiq::log
