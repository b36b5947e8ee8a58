// What this authority shows of its own use, and of its reports: to whom, at which level, since when, and who has said
// that it was destroyed.
//
//   desk.apply(said);                                      // every entry, own and peers'
//   while (auto body = desk.next(now)) write(*body);       // live only; first make take_bodies() durable
//
// For each live flight and intent and each recipient there is at most one *share*, and of a share a row of versions;
// the newest stands. A version is written when what the recipient may know has changed, not when the flight has:
// content is sealed again and compared by hash. What decides is the relation's level for `disclosure` in that domain,
// the rule of whom it may be passed on to, and what an officer withholds.
//
// What ceases to be allowed is revoked, all versions of it that anybody may still hold: a freeze, a lower level, a name
// taken out of the rule. So is what has been replaced more than kShareVersionsKept times, and what does not stand any
// more and was passed on: who holds it through a third hears of that in no other way. What merely ended is kept by its
// holders for kShareKeptMs, for the record, and destroyed then; they say so either way, and nothing here pretends that
// what was seen is unseen.
//
// Which flight a share is of stands in the own record only (share.named). Nothing is shown before the delay of its
// level has passed since the last change of the flight; a flight that changes all the time is shown, below `full`, as
// it last stood still.
//
// A report is shown in domain `information` to those on its releasable-to list, whole and at once, as far as the
// relation `reports` lets it; to whom they may pass it on is its own rule. When it is over, by its officer or its time,
// all of it is revoked. No other domain counts: reports go on when all the rest is frozen.
//
// Cost: O(log n) for an entry; a change of a flight seals it once a recipient; a change of relations looks at every
// share once. With nobody to show anything to, nothing. Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordination/disclosure_content.h"
#include "coordination/entry.h"
#include "coordination/own_use.h"
#include "coordination/views.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// Versions of a share that are replaced and not revoked.
inline constexpr std::size_t kShareVersionsKept = 8;
/// How long a holder keeps what has ended.
inline constexpr DurationMs kShareKeptMs = 24LL * 3'600'000;
/// How long the originator keeps what it has shown, and waits for receipts.
inline constexpr DurationMs kOwnShareKeptMs = 30LL * 24 * 3'600'000;
/// What officers withhold one by one.
inline constexpr std::size_t kWithheldMax = 4'096;
/// Holders of one version.
inline constexpr std::size_t kShareHoldersMax = 256;

/// One version of a share, as its originator knows it.
struct ShownVersion {
  UtcMs as_of;
  EntryHash body;
  std::uint64_t bytes = 0;
  bool committed = false;
  bool current = true;
  std::vector<AuthorityId> destroyed;  ///< Who has said so.
  std::vector<AuthorityId> holders;    ///< Beside the recipient, as far as is known here.
  std::int64_t level = 1;
  std::vector<AuthorityId> onward;
  std::optional<UtcMs> revoked;
  ShareId share;
  AuthorityId to;
  std::optional<UtcMs> until;  ///< When it ceased to stand.
  static constexpr auto fields() {
    using V = ShownVersion;
    return field_list(field("as_of_ms", &V::as_of), field("body", &V::body), field("bytes", &V::bytes),
                      field("committed", &V::committed), field("current", &V::current),
                      field("destroyed", &V::destroyed), field("holders", &V::holders), field("level", &V::level),
                      field("onward", &V::onward), field("revoked_ms", &V::revoked), field("share", &V::share),
                      field("to", &V::to), field("until_ms", &V::until));
  }
  /// Who may still hold it: who was given it and has not said that it is destroyed.
  [[nodiscard]] std::vector<AuthorityId> outstanding() const;
  friend bool operator==(const ShownVersion&, const ShownVersion&) = default;
};

/// What a change of relations would show or withdraw (`preview`).
struct SharePreview {
  std::string source;
  AuthorityId to;
  ShareLevel before = ShareLevel::kNone;
  ShareLevel after = ShareLevel::kNone;
  std::size_t versions = 0;          ///< Shown before, that would be revoked.
  std::vector<AuthorityId> holders;  ///< Who may hold those.
  friend bool operator==(const SharePreview&, const SharePreview&) = default;
};

class ShowDesk {
 public:
  /// Everything must outlive this but `key`.
  ShowDesk(AuthorityId self, const core::Charter& charter, const ShareKey& key, const RelationView& relations,
           const OwnUse& own);

  /// Another version of the charter is in force: the object given at the start has become that. Who is no member is
  /// shown nothing more, and what it was shown is taken back, as under a freeze.
  void adopt();

  // The fold
  std::optional<Oddity> apply(const Said& said);
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // What this node must say
  std::optional<Body> next(UtcMs now);
  [[nodiscard]] std::optional<UtcMs> next_timer() const;
  /// A flight, intent or report may have changed. Not part of the fold: after a restart all may have.
  void touch(const std::string& source);
  /// Bodies of what `next` has given, to be durable no later than the entries.
  [[nodiscard]] std::vector<SealedShare> take_bodies() { return std::exchange(sealed_, {}); }
  /// Own copies that nobody needs any more, once each until they are said to be destroyed or the node restarts.
  [[nodiscard]] std::vector<EntryHash> take_expired() { return std::exchange(expired_, {}); }

  // Acts
  /// Fails with `kNotFound` (unknown authority), `kInvalid` (names us, or the recipient itself).
  [[nodiscard]] Result<Body> rule(const ShareRule& rule) const;
  /// Fails with `kNotFound`, `kWrongState` (is so already).
  [[nodiscard]] Result<Body> withhold(const ShareWithheld& act) const;

  // Answers
  /// Whether a peer may be given a body of ours: it was shown to that peer, and stands or is kept for the record.
  [[nodiscard]] bool may_serve(const EntryHash& body, const AuthorityId& peer) const;
  /// Whether anybody is shown anything, or still holds something.
  [[nodiscard]] bool busy() const;
  [[nodiscard]] const std::map<EntryHash, ShownVersion>& versions() const { return rows_; }
  /// Null when it is forgotten.
  [[nodiscard]] const ShareNamed* named(const ShareId& share) const;
  [[nodiscard]] std::vector<AuthorityId> onward(const AuthorityId& recipient, core::Domain domain) const;
  /// What officers withhold from it, by source: at most kWithheldMax.
  [[nodiscard]] std::vector<std::string> withheld_from(const AuthorityId& to) const;
  /// Whose share of `source` stands for `to`; null when none does.
  [[nodiscard]] const ShownVersion* current(std::string_view source, const AuthorityId& to) const;
  /// What would change with the level of one edge; nothing for other capabilities and for what others show.
  [[nodiscard]] std::vector<SharePreview> preview(const Edge& edge, std::int64_t after) const;

  friend bool operator==(const ShowDesk& a, const ShowDesk& b) {
    return a.named_ == b.named_ && a.rows_ == b.rows_ && a.rules_ == b.rules_ && a.withheld_ == b.withheld_;
  }

 private:
  using Maybe = std::optional<Oddity>;
  struct RuleKey {
    AuthorityId recipient;
    core::Domain domain = core::Domain::kAir;
    friend auto operator<=>(const RuleKey&, const RuleKey&) = default;
  };

  template <class T>
  Maybe hear(const Said& /*said*/, const T& /*none of its business*/) {
    return {};
  }
  Maybe hear(const Said& said, const ShareNamed& of);
  Maybe hear(const Said& said, const ShareRule& of);
  Maybe hear(const Said& said, const ShareWithheld& of);
  Maybe hear(const Said& said, const ShareShown& of);
  Maybe hear(const Said& said, const ShareEnded& of);
  Maybe hear(const Said& said, const ShareCommitment& of);
  Maybe hear(const Said& said, const ShareRevoked& of);
  Maybe hear(const Said& said, const ShareForwarded& of);
  Maybe hear(const Said& said, const ShareDestroyed& of);
  Maybe hear(const Said& said, const ReportFiled& of);
  Maybe hear(const Said& said, const ReportEnded& of);

  std::optional<Body> revoke();
  std::optional<Body> commit();
  std::optional<Body> duty(const std::string& source, const std::optional<OwnSource>& own, const AuthorityId& to,
                           UtcMs now);
  [[nodiscard]] std::int64_t level(core::RelationDomain domain, const AuthorityId& to) const;
  [[nodiscard]] std::vector<AuthorityId> onward_now(std::string_view source, const AuthorityId& to,
                                                    core::RelationDomain domain, std::int64_t level) const;
  [[nodiscard]] bool must_revoke(const ShownVersion& row) const;
  [[nodiscard]] bool surplus(const ShownVersion& row) const;
  [[nodiscard]] bool withheld(std::string_view source, const AuthorityId& to) const;
  [[nodiscard]] const ShareNamed* named(std::string_view source, const AuthorityId& to) const;
  [[nodiscard]] const ShownVersion* current(const ShareId& share) const;
  void look_again(const AuthorityId& recipient);
  void look_again(const std::string& source);
  void end(ShownVersion& row, UtcMs time);
  void erase(const EntryHash& body);
  void set_expiry(const ShownVersion& row);
  [[nodiscard]] static std::optional<UtcMs> expiry(const ShownVersion& row);
  void wait(const std::string& source, UtcMs until);
  void index();
  [[nodiscard]] bool known(const AuthorityId& authority) const;

  const AuthorityId self_;
  const core::Charter& charter_;
  const ShareKey key_;
  const RelationView& relations_;
  const OwnUse& own_;
  std::vector<AuthorityId> recipients_;  ///< Ascending.

  // The state
  std::map<ShareId, ShareNamed> named_;
  std::map<EntryHash, ShownVersion> rows_;
  std::map<RuleKey, std::vector<AuthorityId>> rules_;
  std::set<std::pair<std::string, AuthorityId>> withheld_;

  // What follows from it
  std::map<std::pair<std::string, AuthorityId>, ShareId> share_of_;
  std::map<ShareId, std::set<std::pair<UtcMs, EntryHash>>> versions_of_;
  std::set<EntryHash> uncommitted_;
  std::set<std::pair<UtcMs, EntryHash>> expiries_;

  // What `next` has to look at
  bool all_ = true;
  std::uint64_t relations_seen_ = 0;
  std::map<std::string, std::size_t> due_;  ///< With the recipient to go on with.
  std::set<EntryHash> unsure_;              ///< Versions that may not be allowed any more.
  std::map<std::string, UtcMs> timer_of_;
  std::set<std::pair<UtcMs, std::string>> timers_;
  std::vector<SealedShare> sealed_;
  std::vector<EntryHash> expired_;
};

[[nodiscard]] constexpr core::RelationDomain relation_domain(core::Domain domain) {
  return domain == core::Domain::kSea ? core::RelationDomain::kSea : core::RelationDomain::kAir;
}
/// The domain of a use that is shown: of anything but a report.
[[nodiscard]] constexpr core::Domain use_domain(core::RelationDomain domain) {
  return domain == core::RelationDomain::kSea ? core::Domain::kSea : core::Domain::kAir;
}

}  // namespace tansiq::coordination
