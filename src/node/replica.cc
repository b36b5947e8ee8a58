#include "node/replica.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/invariant.h"
#include "coordination/log_origins.h"
#include "log/cosignature.h"
#include "log/jcs.h"
#include "node/head_note.h"

namespace tansiq::node {
namespace {

Judgement verdict(Verdict of, std::string reason = {}) {
  Judgement out;
  out.verdict = of;
  out.reason = std::move(reason);
  return out;
}
Judgement refused(std::string reason) { return verdict(Verdict::kRefused, std::move(reason)); }

/// Whether entries follow those before: `seq` grows, `time_ms` does not fall.
Status follows(const std::optional<EnvelopeMark>& before, const EnvelopeMark& now) {
  if (!before) return {};
  if (now.seq <= before->seq) {
    return fail(ErrorCode::kInvalid, fmt::format("seq {} stands behind seq {}", now.seq, before->seq), "seq");
  }
  if (now.time_ms < before->time_ms) {
    return fail(ErrorCode::kInvalid, fmt::format("time_ms goes back from {} to {}", before->time_ms, now.time_ms),
                "time_ms");
  }
  return {};
}

}  // namespace

std::string_view to_text(Verdict verdict) {
  constexpr std::array<std::string_view, 6> kNames{"extends", "nothing_new", "old", "refused", "unfit", "forked"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Result<EnvelopeMark> read_envelope(std::string_view line) {
  if (!line.ends_with('\n')) return fail(ErrorCode::kMalformed, "the entry does not end in a line feed");
  line.remove_suffix(1);
  std::array<log::JcsTopInteger, 2> wanted{{{"seq", {}}, {"time_ms", {}}}};
  TRY_VOID(log::JcsDocument::check(line, wanted, kEntryBytesMax));
  if (!wanted[0].value || *wanted[0].value < 0) return fail(ErrorCode::kInvalid, "the entry has no number", "seq");
  if (!wanted[1].value || *wanted[1].value < kUtcMin.ms || *wanted[1].value > kUtcMax.ms) {
    return fail(ErrorCode::kInvalid, "the entry has no time", "time_ms");
  }
  return EnvelopeMark{*wanted[0].value, *wanted[1].value};
}

std::vector<log::VerifierKey> keys_ever(std::span<const core::Charter> versions, const AuthorityId& author,
                                        const std::string& origin) {
  std::vector<log::VerifierKey> out;
  for (const core::Charter& version : versions) {
    const core::Authority* authority = version.find_authority(author);
    if (authority == nullptr) continue;
    const auto keys = coordination::log_keys(*authority, origin);
    if (!keys) continue;
    for (const log::VerifierKey& key : *keys) {
      if (std::ranges::find(out, key.text(), &log::VerifierKey::text) == out.end()) out.push_back(key);
    }
  }
  return out;
}

Result<Replica> Replica::open(Config config, Held held) {
  for (const log::VerifierKey& key : config.keys) {
    if (key.name() != config.origin || key.type() != log::KeyType::kEd25519) {
      return fail(ErrorCode::kInvalid, fmt::format("key {} does not sign {}", key.name(), config.origin), "keys");
    }
  }
  Replica out(std::move(config));
  out.pinned_ = held.evidence.has_value();
  if (held.edge.size() == 0) return out;
  // What is held was believed when it came; a key that is struck out afterwards takes nothing of it back.
  std::vector<log::VerifierKey> ever = out.config_.keys;
  ever.insert(ever.end(), out.config_.former_keys.begin(), out.config_.former_keys.end());
  const HeadNote head = TRY(open_head_note(held.head_note, ever));
  if (head.tree.origin != out.config_.origin || head.tree.size != held.edge.size() ||
      head.tree.root != held.edge.root()) {
    return fail(ErrorCode::kInvalid, "the note is not that of the entries held", out.config_.origin);
  }
  if (!held.last) return fail(ErrorCode::kInvalid, "entries are held, but not the last one's mark", out.config_.origin);
  out.newest_ = TRY(log::open_checkpoint(TRY(log::quotable_note(head.note)), ever));
  out.edge_ = held.edge;
  out.last_ = held.last;
  return out;
}

PullQuestion Replica::question() const {
  PullQuestion out{.log = config_.origin, .from = edge_.size(), .under = {}};
  if (doubt_) {
    out.from = known_size();
    out.prove = true;
  } else if (!caught_up()) {
    out.under = known_size();
  }
  return out;
}

Result<log::SignedCheckpoint> Replica::open_note(std::string_view note) const {
  if (newest_ && newest_->raw == note) return *newest_;
  // It will be quoted in JSON: as evidence, in bundles, on pages.
  TRY_VOID(log::check_jcs_text(note));
  log::SignedCheckpoint out = TRY(log::open_checkpoint(note, config_.keys));
  if (out.checkpoint.origin != config_.origin) {
    return fail(ErrorCode::kInvalid, fmt::format("a checkpoint of the log {}", out.checkpoint.origin));
  }
  // A tree of ours must have one spelling in the store, and type-06 cosigners do not cover extensions.
  if (!out.checkpoint.extensions.empty()) return fail(ErrorCode::kInvalid, "a checkpoint with extension lines");
  return out;
}

Judgement Replica::judge(const PullAnswer& answer, const log::SubtreeReader* held_nodes) const {
  if (pinned_) return refused("this log is pinned: its owner has signed two of them");
  const PullQuestion asked = question();
  if (answer.first != asked.from) {
    return refused(fmt::format("asked for entries from {} on, got {}", asked.from, answer.first));
  }
  if (asked.under) {
    if (!answer.note.empty()) return refused("asked under a checkpoint that was named, got another");
    return judge_entries(answer, *newest_);
  }
  if (answer.note.empty()) {
    if (!answer.entries.empty()) return refused("entries without a checkpoint");
    if (newest_) return verdict(Verdict::kOld, fmt::format("the peer's log is empty; it had {} entries", size()));
    return verdict(Verdict::kNothingNew);
  }
  auto shown = open_note(answer.note);
  if (!shown) return refused("checkpoint: " + shown.error().text());
  const std::uint64_t shown_size = shown->checkpoint.size;
  if (newest_ && shown_size < known_size()) return judge_older(*shown, held_nodes);
  if (newest_ && shown_size == known_size() && shown->checkpoint.root != newest_->checkpoint.root) {
    return forked({newest_->raw, shown->raw, std::nullopt, {}},
                  fmt::format("two signed roots for {} entries", shown_size));
  }
  return doubt_ ? judge_proof(answer, *shown) : judge_entries(answer, *shown);
}

Judgement Replica::judge_older(const log::SignedCheckpoint& shown, const log::SubtreeReader* held_nodes) const {
  const std::string old =
      fmt::format("a checkpoint of {} entries; {} had been signed", shown.checkpoint.size, known_size());
  // Before all of the newer tree is held there is nothing to compare with; the peer will show it again.
  if (held_nodes == nullptr || !caught_up()) return verdict(Verdict::kOld, old);
  auto fork = log::find_fork(shown.checkpoint, shown.raw, newest_->checkpoint, newest_->raw, *held_nodes);
  if (!fork) return verdict(Verdict::kOld, old + "; not compared: " + fork.error().text());
  if (*fork) return forked(**fork, fmt::format("the first {} entries have another signed root", shown.checkpoint.size));
  return verdict(Verdict::kOld, old);
}

Judgement Replica::judge_proof(const PullAnswer& answer, const log::SignedCheckpoint& shown) const {
  const std::uint64_t old_size = known_size();
  constexpr const char* kAgree = "the trees agree, so the entries that came before were not the log's";
  if (shown.checkpoint.size == old_size) return refused(kAgree);
  if (!answer.entries.empty() || !answer.prefix) return refused("asked for a proof, got none");
  const PrefixProof& prefix = *answer.prefix;
  if (auto proved =
          log::verify_consistency(old_size, shown.checkpoint.size, prefix.proof, prefix.root, shown.checkpoint.root);
      !proved) {
    return refused("proof: " + proved.error().text());
  }
  if (prefix.root != newest_->checkpoint.root) {
    return forked({newest_->raw, shown.raw, prefix.root, prefix.proof},
                  fmt::format("the signed tree of {} entries does not begin with the signed tree of {}",
                              shown.checkpoint.size, old_size));
  }
  return refused(kAgree);
}

Judgement Replica::judge_entries(const PullAnswer& answer, const log::SignedCheckpoint& under) const {
  const std::uint64_t signed_size = under.checkpoint.size;
  if (answer.end() > signed_size) return refused("more entries than the checkpoint covers");
  if (answer.entries.empty()) {
    if (signed_size == size()) return verdict(Verdict::kNothingNew);
    return refused(fmt::format("no entry, although {} are signed and {} are held", signed_size, size()));
  }
  Judgement out;
  log::RightEdge edge = edge_;
  for (const ByteView entry : answer.entries) edge.append(log::leaf_hash(entry));
  out.root = edge.root();
  out.size = edge.size();
  const bool whole = out.size == signed_size;
  if (!whole && !answer.prefix) return refused("the entries end before the checkpoint's tree, without a proof");
  if (out.root != (whole ? under.checkpoint.root : answer.prefix->root)) {
    out = refused("the entries do not lead to the signed root");
    out.doubt_ = newest_.has_value();
    return out;
  }
  if (!whole) {
    auto proved = log::verify_consistency(out.size, signed_size, answer.prefix->proof, out.root, under.checkpoint.root);
    if (!proved) {
      out = refused("proof: " + proved.error().text());
      out.doubt_ = newest_.has_value();
      return out;
    }
  }
  // From here on the author has signed what came, so that what is wrong with it is his.
  out.last_ = last_;
  for (std::size_t i = 0; i < answer.entries.size(); ++i) {
    auto mark = read_envelope(as_text(answer.entries[i]));
    if (mark) {
      if (auto ordered = follows(out.last_, *mark); !ordered) mark = std::unexpected(std::move(ordered).error());
    }
    if (!mark) return verdict(Verdict::kUnfit, fmt::format("entry {}: {}", answer.first + i, mark.error().text()));
    out.last_ = *mark;
  }
  const log::Checkpoint tree{.origin = config_.origin, .size = out.size, .root = out.root, .extensions = {}};
  out.verdict = Verdict::kExtends;
  out.entries = answer.entries;
  out.head_note = whole ? under.raw : covered_note(tree, answer.prefix->proof, under.raw);
  out.edge_ = edge;
  out.newest_ = under;
  return out;
}

Judgement Replica::forked(const log::ForkEvidence& evidence, std::string reason) const {
  // What accuses somebody must convince anybody: nothing leaves here that the public check would not accept.
  if (auto checked = log::check_evidence(evidence, config_.keys); !checked) {
    return refused("contradiction without evidence: " + checked.error().text());
  }
  Judgement out = verdict(Verdict::kForked, std::move(reason));
  out.evidence = evidence;
  return out;
}

void Replica::settle(const Judgement& judged) {
  doubt_ = judged.doubt_;
  if (judged.verdict == Verdict::kForked) pinned_ = true;
  if (judged.verdict != Verdict::kExtends) return;
  EXPECT_INVARIANT(!pinned_ && judged.edge_.has_value() && judged.edge_->size() == size() + judged.entries.size());
  edge_ = *judged.edge_;
  newest_ = judged.newest_;
  last_ = judged.last_;
}

void Replica::doubt() { doubt_ = newest_.has_value(); }

Result<std::optional<std::string>> Replica::receipt(const log::SignerKey& cosigner, UtcMs now) const {
  if (pinned_ || !newest_ || !caught_up()) return std::nullopt;
  if (now.ms < 1'000) return fail(ErrorCode::kInvalid, "a cosignature needs a time after 1970");
  log::Note note = newest_->opened.note;
  const log::CosignatureTime time{static_cast<std::uint64_t>(now.ms / 1'000)};
  note.signatures.push_back(TRY(log::cosign(note.text, time, cosigner)));
  return log::format_note(note);
}

}  // namespace tansiq::node
