#include "node/head_note.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kCovered = "covered\n";

/// The first lines of any note for this tree.
std::string first_lines(std::string_view origin, std::uint64_t size, const log::Hash& root) {
  return fmt::format("{}\n{}\n{}\n\n", origin, size, root.base64());
}

Result<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return fail(ErrorCode::kMalformed, "the note of a mirrored log ends early");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<log::Proof> take_proof(std::string_view& text) {
  log::Proof proof;
  while (true) {
    const std::string_view line = TRY(take_line(text));
    if (line.empty()) return proof;
    if (proof.size() == log::kProofHashesMax) return fail(ErrorCode::kTooLarge, "a proof has at most 126 hashes");
    proof.push_back(TRY(log::Hash::from_base64(line)));
  }
}

}  // namespace

std::string covered_note(const log::Checkpoint& tree, const log::Proof& proof, std::string_view note) {
  std::string out = first_lines(tree.origin, tree.size, tree.root);
  out += kCovered;
  for (const log::Hash& hash : proof) out.append(hash.base64()).append("\n");
  return out.append("\n").append(note);
}

bool is_covered_note(std::string_view text) {
  const std::size_t blank = text.find("\n\n");
  return blank != std::string_view::npos && text.substr(blank + 2).starts_with(kCovered);
}

Result<HeadNote> open_head_note(std::string_view text, std::span<const log::VerifierKey> keys) {
  const std::size_t blank = text.find("\n\n");
  if (blank == std::string_view::npos) return fail(ErrorCode::kMalformed, "the note of a mirrored log has no end");
  HeadNote out;
  out.tree = TRY(log::Checkpoint::parse(text.substr(0, blank + 1)));
  std::string_view rest = text.substr(blank + 2);
  const bool covered = rest.starts_with(kCovered);
  log::Proof proof;
  if (covered) {
    rest.remove_prefix(kCovered.size());
    proof = TRY(take_proof(rest));
  }
  out.note = covered ? rest : text;
  out.signed_tree = TRY(log::open_checkpoint(out.note, keys)).checkpoint;
  if (out.signed_tree.origin != out.tree.origin) {
    return fail(ErrorCode::kInvalid, "the covering checkpoint is of another log");
  }
  if (covered && out.tree.size >= out.signed_tree.size) {
    return fail(ErrorCode::kInvalid, "the covering checkpoint is of no larger tree");
  }
  if (covered) {
    TRY_VOID(log::verify_consistency(out.tree.size, out.signed_tree.size, proof, out.tree.root, out.signed_tree.root));
  }
  out.proof = std::move(proof);
  return out;
}

void HeadNotes::add_own(log::SignerKey key) {
  std::string origin = key.name();
  own_.insert_or_assign(std::move(origin), std::move(key));
}

void HeadNotes::expect(std::string_view origin, std::string head_note) {
  expected_.insert_or_assign(std::string(origin), std::move(head_note));
}

Result<std::string> HeadNotes::sign(std::string_view origin, std::uint64_t size, const log::Hash& root) {
  const auto expected = expected_.find(origin);
  const bool fits = expected != expected_.end() && expected->second.starts_with(first_lines(origin, size, root));
  if (const auto own = own_.find(origin); own != own_.end() && !fits) {
    return log::sign_checkpoint({.origin = std::string(origin), .size = size, .root = root, .extensions = {}},
                                own->second);
  }
  if (!fits) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the mirror of {} would have {} entries under a root that its authority has not signed",
                            origin, size));
  }
  std::string note = std::move(expected->second);
  expected_.erase(expected);
  return note;
}

}  // namespace tansiq::node
