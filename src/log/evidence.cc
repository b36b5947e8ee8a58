#include "log/evidence.h"

#include "log/jcs.h"
#include "log/note.h"

namespace tansiq::log {

Comparison compare(const Checkpoint& a, const Checkpoint& b) {
  if (a.origin != b.origin) return Comparison::kDifferentLog;
  if (a.size != b.size) return Comparison::kNeedsProof;
  return a.root == b.root ? Comparison::kSame : Comparison::kFork;
}

Status check_evidence(const ForkEvidence& evidence, std::span<const VerifierKey> keys) {
  const SignedCheckpoint older = TRY(open_checkpoint(evidence.older_note, keys));
  const SignedCheckpoint newer = TRY(open_checkpoint(evidence.newer_note, keys));
  const Checkpoint& a = older.checkpoint;
  const Checkpoint& b = newer.checkpoint;
  switch (compare(a, b)) {
    case Comparison::kFork:
      return {};
    case Comparison::kSame:
      return fail(ErrorCode::kInvalid, "both checkpoints state the same tree");
    case Comparison::kDifferentLog:
      return fail(ErrorCode::kInvalid, "the checkpoints are of different logs");
    case Comparison::kNeedsProof:
      break;
  }
  if (!evidence.prefix_root) return fail(ErrorCode::kInvalid, "the root of the newer tree's prefix is missing");
  if (*evidence.prefix_root == a.root) return fail(ErrorCode::kInvalid, "the prefix has the older root: no fork");
  return verify_consistency(a.size, b.size, evidence.proof, *evidence.prefix_root, b.root);
}

Result<std::optional<ForkEvidence>> find_fork(const Checkpoint& older, std::string_view older_note,
                                              const Checkpoint& newer, std::string_view newer_note,
                                              const SubtreeReader& newer_tree) {
  ForkEvidence evidence{std::string(older_note), std::string(newer_note), std::nullopt, {}};
  switch (compare(older, newer)) {
    case Comparison::kFork:
      return evidence;
    case Comparison::kSame:
      return std::nullopt;
    case Comparison::kDifferentLog:
      return fail(ErrorCode::kInvalid, "the checkpoints are of different logs");
    case Comparison::kNeedsProof:
      break;
  }
  if (older.size == 0) return std::nullopt;  // every tree extends the empty one
  const Hash prefix = TRY(prefix_root(older.size, newer_tree));
  if (prefix == older.root) return std::nullopt;
  evidence.prefix_root = prefix;
  evidence.proof = TRY(consistency_proof(older.size, newer.size, newer_tree));
  return evidence;
}

Result<std::string> evidence_text(const ForkEvidence& evidence) {
  const std::string newer = TRY(quotable_note(evidence.newer_note));
  const std::string older = TRY(quotable_note(evidence.older_note));
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("newer_note").string(newer).key("older_note").string(older);
  if (evidence.prefix_root) {
    out.key("prefix_root").string(evidence.prefix_root->hex()).key("proof").begin_array();
    for (const Hash& hash : evidence.proof) out.string(hash.hex());
    out.end_array();
  }
  out.end_object();
  return text;
}

Result<ForkEvidence> read_evidence(std::string_view text) {
  const JcsDocument document = TRY(JcsDocument::parse(text));
  const JcsValue root = document.root();
  TRY_VOID(root.only({"newer_note", "older_note", "prefix_root", "proof"}));
  const auto text_at = [&](std::string_view name) -> Result<std::string_view> {
    const JcsValue member = TRY(root.at(name));
    return member.string();
  };
  ForkEvidence evidence;
  evidence.newer_note = TRY(text_at("newer_note"));
  evidence.older_note = TRY(text_at("older_note"));
  if (!root.find("prefix_root")) return evidence;
  evidence.prefix_root = TRY(Hash::from_hex(TRY(text_at("prefix_root"))));
  const JcsValue proof = TRY(root.at("proof"));
  TRY_VOID(proof.expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < proof.size(); ++i) {
    evidence.proof.push_back(TRY(Hash::from_hex(TRY(proof[i].string()))));
  }
  return evidence;
}

}  // namespace tansiq::log
