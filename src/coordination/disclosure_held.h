// What this authority holds of what others show and report: directly, or passed on by a third; to whom it has passed it
// on itself; and what it has to destroy.
//
//   desk.apply(said);                                            // every entry, own and peers'
//   for (const WantedBody& body : desk.wanted()) fetch(body);    // from whoever has written that it may be had there
//   if (Status ok = desk.learn(bytes); !ok) log(ok.error());     // verified by its hash; also after a restart
//   for (hash : desk.take_doomed()) { destroy(hash); for (body : desk.destroyed(hash)) say(body); }
//   for (const auto& [body, shown] : desk.known(ru)) …           // what is known of another's use now
//
// The state is what entries say: hashes. Contents come from the node's store of bodies and are no part of it; what a
// node decides from them it writes down.
//
// A share that comes through a third counts when its originator has committed to it before all members, has not revoked
// it, and names this authority in it. What is not addressed to us is destroyed unread, and its originator gets the
// receipt.
//
// A report keeps within its marking at every hop: it is refused when it comes through somebody by whom, or to whom, the
// marking does not let it be passed on. When its time has passed it is destroyed by the clock here, with a receipt.
//
// Cost: O(log n) an entry, and what geo::VolumeIndex takes for the volumes of a content that has come. Core thread
// only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordination/disclosure_content.h"
#include "coordination/disclosure_show.h"
#include "coordination/entry.h"
#include "coordination/views.h"
#include "core/charter.h"
#include "geo/index.h"

namespace tansiq::coordination {

/// Commitments of one authority that are remembered; the oldest go first.
inline constexpr std::size_t kCommitmentsKeptMax = 16'384;
/// Bodies held of one authority's shares; further ones are an oddity.
inline constexpr std::size_t kHeldSharesMax = 65'536;

struct HeldShare {
  EntryHash body;
  std::uint64_t bytes = 0;
  bool current = true;
  std::optional<UtcMs> destroyed;
  std::vector<AuthorityId> forwarded;  ///< Of `passed`, whom the originator has been told of.
  AuthorityId from;                    ///< The originator.
  std::int64_t level = 0;              ///< 0 when it came through a third: the content says it.
  std::vector<AuthorityId> passed;     ///< To whom we have passed it on.
  std::optional<UtcMs> revoked;
  std::optional<ShareId> share;  ///< Absent when it came through a third.
  UtcMs since;
  std::optional<ReportId> told;  ///< Of a report: that it is held stands in our record.
  std::optional<UtcMs> until;    ///< When it ceased to stand.
  std::optional<AuthorityId> via;
  static constexpr auto fields() {
    using H = HeldShare;
    return field_list(field("body", &H::body), field("bytes", &H::bytes), field("current", &H::current),
                      field("destroyed_ms", &H::destroyed), field("forwarded", &H::forwarded), field("from", &H::from),
                      field("level", &H::level), field("passed", &H::passed), field("revoked_ms", &H::revoked),
                      field("share", &H::share), field("since_ms", &H::since), field("told", &H::told),
                      field("until_ms", &H::until), field("via", &H::via));
  }
  friend bool operator==(const HeldShare&, const HeldShare&) = default;
};

/// A body to fetch: from whom, and how large it is.
/// Who quotes a body has not said how many bytes it has.
inline constexpr std::uint64_t kBytesNotSaid = UINT64_MAX;
struct WantedBody {
  EntryHash body;
  std::uint64_t bytes = 0;
  AuthorityId peer;
};

class HoldDesk {
 public:
  HoldDesk(AuthorityId self, const core::Charter& charter, const RelationView& relations);

  // The fold
  std::optional<Oddity> apply(const Said& said);
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // What this node must say
  std::optional<Body> next(UtcMs now);
  [[nodiscard]] std::optional<UtcMs> next_timer() const;

  /// Null: nobody has told us of it.
  [[nodiscard]] const HeldShare* row(const EntryHash& body) const {
    const auto at = rows_.find(body);
    return at == rows_.end() ? nullptr : &at->second;
  }

  // Bodies
  /// At most `most`, in the order of their hashes from `after` on.
  [[nodiscard]] std::vector<WantedBody> wanted(std::size_t most = 256, const EntryHash& after = {}) const;
  /// A body has come, or was kept. Fails with `kNotFound` (no share here), `kCorrupt`, `kMalformed`, `kInvalid`,
  /// `kForbidden` (it was not for us); what was no good is not wanted again.
  [[nodiscard]] Status learn(std::string_view bytes);
  /// What has to be destroyed; each once, until it is said to be destroyed or the node restarts.
  [[nodiscard]] std::vector<EntryHash> take_doomed() { return std::exchange(doomed_, {}); }
  /// What is to be written of a body that has been destroyed: the receipt, and of a report that it is gone. Nothing
  /// when there is no receipt to give.
  [[nodiscard]] std::vector<Body> destroyed(const EntryHash& body) const;
  /// Whether a peer may be given a body that we hold of another's: we have passed it on to that peer.
  [[nodiscard]] bool may_serve(const EntryHash& body, const AuthorityId& peer) const;

  // Acts
  /// Passes on. Fails with `kNotFound`, `kForbidden` (its originator does not allow it; our relation with `to` does
  /// not), `kWrongState` (revoked, not here yet).
  [[nodiscard]] Result<Body> pass(const EntryHash& body, const AuthorityId& to) const;

  // Answers
  /// What is known of a foreign authority's use: contents that stand and are here. In the order of their hashes.
  struct Known {
    EntryHash body;
    const ShareContent* content;
  };
  [[nodiscard]] std::vector<Known> known(const AuthorityId& authority) const;
  /// Of that, one share: what stands under its name, or those of some bodies.
  [[nodiscard]] std::vector<Known> known(const AuthorityId& authority, const ShareId& share) const;
  [[nodiscard]] std::vector<Known> known(const AuthorityId& authority, const std::vector<EntryHash>& bodies) const;
  /// Of that, what conflicts with a volume under `minima`. O(log n + hits), expected. Fails with `kTooMuchWork` as
  /// `geo::VolumeIndex::find_conflicts`.
  [[nodiscard]] Result<std::vector<Known>> near(const AuthorityId& authority, core::Domain domain,
                                                const geo::PreparedVolume& volume, const geo::Minima& minima) const;
  [[nodiscard]] const std::map<EntryHash, HeldShare>& held() const { return rows_; }
  /// Null when it is not here.
  [[nodiscard]] const ShareContent* content(const EntryHash& body) const;
  /// Whether an authority has committed to this, as far as is remembered.
  [[nodiscard]] bool committed(const AuthorityId& authority, const EntryHash& body) const;
  /// Changes when `known` may have another answer.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  friend bool operator==(const HoldDesk& a, const HoldDesk& b) {
    return a.rows_ == b.rows_ && a.commitments_ == b.commitments_;
  }

 private:
  using Maybe = std::optional<Oddity>;
  struct Commitment {
    bool known = true;  ///< False: only its revocation has been read.
    bool revoked = false;
    UtcMs time;
    friend bool operator==(const Commitment&, const Commitment&) = default;
  };

  template <class T>
  Maybe hear(const Said& /*said*/, const T& /*none of its business*/) {
    return {};
  }
  Maybe hear(const Said& said, const ShareShown& of);
  Maybe hear(const Said& said, const ShareEnded& of);
  Maybe hear(const Said& said, const ShareCommitment& of);
  Maybe hear(const Said& said, const ShareRevoked& of);
  Maybe hear(const Said& said, const SharePassed& of);
  Maybe hear(const Said& said, const ShareForwarded& of);
  Maybe hear(const Said& said, const ShareDestroyed& of);
  Maybe hear(const Said& said, const ReportHeld& of);

  Maybe take(HeldShare row);
  void drop(const HeldShare& row);
  void uncount(const HeldShare& row);
  void note_commitment(const AuthorityId& author, const EntryHash& body, bool revoked, UtcMs time);
  void end(HeldShare& row, UtcMs time);
  void revoke(HeldShare& row, UtcMs time);
  /// Where a row stands: wanted, doomed, waiting for its end.
  void place(const HeldShare& row);
  /// Keeps the volumes of what is known in `uses_`, and of nothing else.
  void keep_use(const HeldShare& row);
  void forget(UtcMs own_time);
  [[nodiscard]] bool stands(const HeldShare& row) const;
  [[nodiscard]] Status may_pass(const HeldShare& row, const ShareContent& shown, const AuthorityId& to) const;
  [[nodiscard]] bool wants(const HeldShare& row) const;
  void index();

  const AuthorityId self_;
  const core::Charter& charter_;
  const RelationView& relations_;

  // The state
  std::map<EntryHash, HeldShare> rows_;
  std::map<AuthorityId, std::map<EntryHash, Commitment>> commitments_;

  // What follows from it
  std::map<std::pair<AuthorityId, ShareId>, std::set<EntryHash>> current_of_;
  std::map<AuthorityId, std::set<EntryHash>> held_of_;
  std::map<AuthorityId, std::size_t> told_by_;  ///< Rows that it has told us of, its own and others'.
  std::map<AuthorityId, std::set<std::pair<UtcMs, EntryHash>>> commitments_by_time_;
  std::set<EntryHash> wanted_;
  std::set<EntryHash> owed_;                         ///< Passed on, and their originators not told.
  std::set<std::pair<UtcMs, EntryHash>> expiries_;   ///< To be destroyed then.
  std::set<std::pair<UtcMs, EntryHash>> forgotten_;  ///< To be forgotten then.
  std::vector<EntryHash> doomed_;

  // No state: contents that are here; empty where one was no good.
  std::map<EntryHash, std::optional<ShareContent>> contents_;
  std::set<EntryHash> untold_;  ///< Reports that have come, and nobody here has been told of.
  struct Use {
    core::Domain domain = core::Domain::kAir;
    std::vector<geo::VolumeIndex::Handle> volumes;
    std::uint64_t tag = 0;
  };
  std::map<std::pair<AuthorityId, core::Domain>, geo::VolumeIndex> uses_;
  std::map<EntryHash, Use> use_of_;
  std::map<std::uint64_t, EntryHash> use_by_tag_;
  std::uint64_t last_tag_ = 0;
  std::uint64_t revision_ = 0;
};

}  // namespace tansiq::coordination
