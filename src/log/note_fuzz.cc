// Notes, checkpoints, cosignatures and key texts: no crash, and what is accepted has one spelling.
#include <array>
#include <vector>

#include "base/invariant.h"
#include "log/checkpoint.h"
#include "log/cosignature.h"
#include "log/note.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::log;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  static const std::vector<VerifierKey> keys{
      *VerifierKey::parse("north.example/log1+3c827f28+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"),
      *VerifierKey::parse("south.example/witness1+4762de49+BD1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYM")};

  if (const auto note = parse_note(raw)) {
    EXPECT_INVARIANT(format_note(*note) == raw);
    for (const NoteSignature& signature : note->signatures) {
      EXPECT_INVARIANT(parse_signature_line(signature.line()) == signature);
      (void)cosignature_time(signature);
      EXPECT_INVARIANT(!verify_cosignature(note->text, signature, keys[0]));  // a key of another role
    }
    if (const auto opened = open_note(raw, keys)) {
      EXPECT_INVARIANT(opened->signed_by(keys[0]) || opened->signed_by(keys[1]));
    }
    if (const auto checkpoint = open_checkpoint(raw, keys)) {
      EXPECT_INVARIANT(checkpoint->checkpoint.text() == note->text && checkpoint->opened.signed_by(keys[0]));
    }
  }
  if (const auto checkpoint = Checkpoint::parse(raw)) {
    EXPECT_INVARIANT(checkpoint->text() == raw);
    (void)subtree_message("south.example/witness1", {1}, *checkpoint);
  }
  if (const auto line = parse_signature_line(raw)) EXPECT_INVARIANT(line->line() == raw);
  if (const auto key = VerifierKey::parse(raw)) EXPECT_INVARIANT(key->text() == raw);
  if (const auto key = SignerKey::parse(raw)) EXPECT_INVARIANT(key->secret_text() == raw);
  return 0;
}
