// Files that messages carry: who names which, which are here, which are to be fetched, which are to go (docs/talks.md,
// Attachments; ADR 55). Part of TalkDesk.
//
//   uses.name_sent(file, message, recipient);         // the fold: from rows, which come and go
//   for (const WantedBody& one : uses.wanted(peer, 256)) fetch(one);
//   TRY_VOID(uses.may_keep(hash, bytes, peer)); … uses.keep(hash, here);        // durable together
//   for (hash : uses.unneeded(now, 16)) { destroy(uses.here().at(hash).kept); uses.forget(hash); }
//
// Who names what follows from the rows of the desk, so it is in no state of its own. What is here is no state either:
// whoever runs this keeps the bytes, and tells it again after a restart. So a fold never depends on a file.
//
// A peer is given what a message of ours to it names, as long as the message is kept, and nothing else: that another
// names the hash, or that the bytes are here, opens nothing.
//
// Cost: O(log n) a name. Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "coordination/disclosure_held.h"
#include "coordination/talk_entries.h"

namespace tansiq::coordination {

/// An upload that no message names is kept for this long.
inline constexpr DurationMs kAttachmentLooseMs = 24LL * 3'600'000;

/// One that is here.
struct AttachmentHere {
  std::int64_t bytes = 0;
  std::optional<AuthorityId> from;  ///< Of whom it was fetched; absent: uploaded here.
  EntryHash kept;                   ///< Under which whoever keeps it finds it.
  UtcMs since;                      ///< Of an upload: the last time that it came.
};

/// How an attachment of one message stands here.
enum class AttachmentState : std::uint8_t {
  kWanted,   ///< To be fetched.
  kHere,     ///< Verified and durable.
  kRefused,  ///< Its bytes are not what the message says, or too many.
  kGone,     ///< Nobody has it any more who would give it to us.
};
constexpr std::array<std::string_view, 4> enum_names(AttachmentState) { return {"wanted", "here", "refused", "gone"}; }

struct AttachmentStanding {
  AttachmentState state = AttachmentState::kWanted;
  std::string trouble;  ///< What keeps it from being here, for people; may be empty.
  friend bool operator==(const AttachmentStanding&, const AttachmentStanding&) = default;
};

class TalkAttachments {
 public:
  // What follows from the rows of the desk
  void name_sent(const EntryHash& file, const EntryHash& message, const AuthorityId& to);
  void name_heard(const TalkAttachment& file, const EntryHash& message, const AuthorityId& from);
  /// The row of this message is gone.
  void unname(const EntryHash& file, const EntryHash& message);
  /// All rows are.
  void unname_all();
  /// Whether a message that is kept, of ours or of another's, names it.
  [[nodiscard]] bool named(const EntryHash& file) const { return uses_.contains(file); }
  /// Whether a message of ours to this peer does.
  [[nodiscard]] bool may_serve(const EntryHash& file, const AuthorityId& peer) const;

  // What is here
  /// Whether there is room for it, and anybody for whom; `from`: it was fetched of that peer. Fails with `kTooLarge`,
  /// `kNotFound` (no message of that peer names it any more), `kOverloaded` (no room).
  [[nodiscard]] Status may_keep(const EntryHash& file, std::int64_t bytes,
                                const std::optional<AuthorityId>& from) const;
  /// It is kept, or was kept already: an upload then is young again.
  void keep(const EntryHash& file, AttachmentHere here);
  /// It was destroyed.
  void forget(const EntryHash& file);
  /// It could not be had of that peer: for good where `state` is `kRefused` or `kGone`, else only for now.
  void failed(const EntryHash& file, const AuthorityId& peer, AttachmentStanding how);
  [[nodiscard]] const std::map<EntryHash, AttachmentHere>& here() const { return here_; }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

  // What is to be done
  /// What is to be fetched of a peer and has room here, in the order of the hashes.
  [[nodiscard]] std::vector<WantedBody> wanted(const AuthorityId& peer, std::size_t most) const;
  /// What is here and no longer needed: an upload that nobody has named for a day, and what no kept message names.
  [[nodiscard]] std::vector<EntryHash> unneeded(UtcMs now, std::size_t most) const;

  // Answers
  /// Fails with `kMismatch` where one is not here, or is of another size: such a letter is not sent.
  [[nodiscard]] Status check_held(const std::vector<TalkAttachment>& files) const;
  /// Of a message of ours (`from` absent), or of a peer's.
  [[nodiscard]] AttachmentStanding standing(const TalkAttachment& file, const std::optional<AuthorityId>& from) const;

 private:
  /// Messages that name it, with the other side of each.
  struct Use {
    std::map<EntryHash, AuthorityId> sent;
    std::map<EntryHash, AuthorityId> heard;
    std::map<AuthorityId, std::int64_t> size;  ///< As the peer says it; where it says two, the greater.
  };
  using Place = std::pair<AuthorityId, EntryHash>;

  void place(const EntryHash& file);
  [[nodiscard]] Status room_for(std::int64_t bytes, const std::optional<AuthorityId>& from) const;

  std::map<EntryHash, Use> uses_;
  std::map<EntryHash, AttachmentHere> here_;
  std::map<Place, AttachmentStanding> failed_;
  std::set<Place> wanted_;
  std::set<std::pair<UtcMs, EntryHash>> loose_;  ///< Here, and named by nothing: when it goes.
  struct Held {
    std::int64_t bytes = 0;
    std::size_t files = 0;
  };
  std::int64_t bytes_ = 0;
  Held own_;
  std::map<AuthorityId, Held> of_peer_;  ///< None of those of whom nothing is here.
};

}  // namespace tansiq::coordination
