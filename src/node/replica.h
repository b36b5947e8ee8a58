// One log of a peer, as far as it has been verified here: what is asked for next, and what an answer is worth.
//
//   Replica replica = TRY(Replica::open({origin, keys}, held));
//   for (;;) {
//     const std::string answer = ask(peer, replica.question(), replica.knows());
//     const Judgement judged = replica.judge(TRY(read_pull_answer(answer)), old_nodes);
//     if (judged.verdict == Verdict::kExtends) store(judged);      // entries and head note, durable when it returns
//     if (judged.verdict == Verdict::kForked) accuse(judged.evidence);
//     replica.settle(judged);
//   }
//
// Sans I/O: it neither sends nor stores nor looks at a clock, so everything a peer might do can be played to it.
// `judge` changes nothing; what it found comes into force by `settle`, once it is durable. A copy is cheap (some
// kilobytes).
//
// The rule that everything follows from: at most one signed checkpoint is known beyond what is held. While catching up
// towards it, entries are asked for *under* it, and each piece is proved to be a prefix of its tree; a newer one is
// looked at only when all of the last is held. So two checkpoints are always compared with the whole older tree in
// hand, where a contradiction is a proof and not a suspicion:
//
//   - same size, different roots: the two notes are evidence;
//   - larger size, and the entries do not lead from our root to the new one: either the entries are wrong, which proves
//     nothing against the log's owner, or the tree is another one. The next question asks for the proof alone; a proof
//     that the new tree has a prefix of our size with another root is evidence (log/evidence.h), made by its author;
//   - smaller size: merely old if its root is ours at that size, evidence otherwise.
//
// After evidence the log is pinned at the last good state: nothing of it is ever accepted again, nothing is cosigned,
// until people have decided. Everything else that is wrong (signatures, proofs, framing, a peer that answers another
// question) is refused with a reason and changes nothing. Work is bounded: one signature, and one hash and one look at
// the JSON for each entry of an answer, of which the format allows kPullEntriesMax.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/charter.h"
#include "log/checkpoint.h"
#include "log/evidence.h"
#include "log/merkle.h"
#include "log/note_key.h"
#include "node/pull_format.h"

namespace tansiq::node {

/// What orders the entries of one author: his local number and his log time.
struct EnvelopeMark {
  std::int64_t seq = 0;
  std::int64_t time_ms = 0;
  friend bool operator==(const EnvelopeMark&, const EnvelopeMark&) = default;
};
/// The mark of an entry: one line of canonical JSON and its line feed, with the members `seq` and `time_ms`. Fails with
/// `kMalformed` or `kInvalid`.
[[nodiscard]] Result<EnvelopeMark> read_envelope(std::string_view line);

/// Keys that may sign a log of `author` under one of these versions of the charter, each once.
[[nodiscard]] std::vector<log::VerifierKey> keys_ever(std::span<const core::Charter> versions,
                                                      const AuthorityId& author, const std::string& origin);

enum class Verdict : std::uint8_t {
  kExtends,     ///< New entries: store them.
  kNothingNew,  ///< The peer's newest tree is the one that is held.
  kOld,         ///< The peer showed a smaller tree than it had signed before: restored from a backup, or replayed.
  kRefused,     ///< Wrong in some other way; `reason` says how. Ask again, later.
  kUnfit,       ///< The peer has signed entries that are no entries, or out of order. It will not get better.
  kForked,      ///< Proved: the peer's key has signed two logs. Pinned.
};
[[nodiscard]] std::string_view to_text(Verdict verdict);

/// What an answer is worth. Views into the answer.
struct Judgement {
  Verdict verdict = Verdict::kRefused;
  std::string reason;  ///< For the log; empty where there is nothing to say.

  // kExtends: what to store, and the head that it leads to.
  std::vector<ByteView> entries;
  std::uint64_t size = 0;
  log::Hash root{};
  std::string head_note;  ///< For the store (head_note.h).

  std::optional<log::ForkEvidence> evidence;  ///< kForked.

 private:
  friend class Replica;
  std::optional<log::RightEdge> edge_;
  std::optional<log::SignedCheckpoint> newest_;
  std::optional<EnvelopeMark> last_;
  bool doubt_ = false;
};

class Replica {
 public:
  struct Config {
    std::string origin;
    std::vector<log::VerifierKey> keys;  ///< That may sign its checkpoints: named like the origin, type 01.
    /// That once might: what is held already may stand under a checkpoint by one of them, and nothing new.
    std::vector<log::VerifierKey> former_keys{};
  };
  /// What is stored of the log. Empty: nothing yet.
  struct Held {
    log::RightEdge edge;
    std::string head_note;
    std::optional<EnvelopeMark> last;             ///< Of the last entry.
    std::optional<log::ForkEvidence> evidence{};  ///< That was kept: the log is pinned.
  };

  /// Fails with `kInvalid`, `kMalformed` or `kUnauthenticated` when what is held is not covered by a checkpoint of one
  /// of the keys.
  [[nodiscard]] static Result<Replica> open(Config config, Held held);

  [[nodiscard]] const std::string& origin() const { return config_.origin; }
  /// Entries that are held, verified.
  [[nodiscard]] std::uint64_t size() const { return edge_.size(); }
  [[nodiscard]] log::Hash root() const { return edge_.root(); }
  /// Entries that the peer is known to have signed.
  [[nodiscard]] std::uint64_t known_size() const { return newest_ ? newest_->checkpoint.size : 0; }
  [[nodiscard]] bool caught_up() const { return known_size() == size(); }
  [[nodiscard]] bool pinned() const { return pinned_; }
  /// The newest checkpoint that is known; empty when none is.
  [[nodiscard]] std::string_view newest_note() const { return newest_ ? std::string_view(newest_->raw) : ""; }

  /// What to ask next. `wait_ms` is left at 0.
  [[nodiscard]] PullQuestion question() const;

  /// `held_nodes` reads the tree of what is held, to judge an old checkpoint; it may be null, then an old one is taken
  /// for merely old.
  [[nodiscard]] Judgement judge(const PullAnswer& answer, const log::SubtreeReader* held_nodes = nullptr) const;
  /// Takes over what `judge` found, which must have been the last thing this replica was asked; for `kExtends` once its
  /// entries and head note are durable.
  void settle(const Judgement& judged);
  /// The peer says that it does not have the checkpoint it once signed: ask it for a proof next.
  void doubt();

  /// The newest checkpoint with our cosignature, as the body of the next question: that we hold all of it, durably.
  /// Nothing while catching up, when pinned, or when nothing is held. `cosigner` is of type 04.
  [[nodiscard]] Result<std::optional<std::string>> receipt(const log::SignerKey& cosigner, UtcMs now) const;

 private:
  explicit Replica(Config config) : config_(std::move(config)) {}
  [[nodiscard]] Result<log::SignedCheckpoint> open_note(std::string_view note) const;
  [[nodiscard]] Judgement judge_older(const log::SignedCheckpoint& shown, const log::SubtreeReader* held_nodes) const;
  [[nodiscard]] Judgement judge_proof(const PullAnswer& answer, const log::SignedCheckpoint& shown) const;
  [[nodiscard]] Judgement judge_entries(const PullAnswer& answer, const log::SignedCheckpoint& under) const;
  [[nodiscard]] Judgement forked(const log::ForkEvidence& evidence, std::string reason) const;

  Config config_;
  log::RightEdge edge_;
  std::optional<log::SignedCheckpoint> newest_;
  std::optional<EnvelopeMark> last_;
  bool doubt_ = false;
  bool pinned_ = false;
};

}  // namespace tansiq::node
