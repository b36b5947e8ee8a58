// What one authority grants another, as a fold over what both have said (docs/coordination.md, section 7).
//
// An *edge* is an ordered pair of authorities (who grants, to whom), a domain and a capability; its *level* says how
// much: 0 refuses all. Levels move by three entries. FREEZE needs one key: either side lowers what flows, at once, and
// nobody can stop it. PROPOSE and ACCEPT are the two keys that widen again: one side says what it would agree to, the
// other says yes to exactly that.
//
// No two nodes see these entries in the same order, so an order must not matter. Each side counts its own freezes of an
// edge; each agreement has a number, a level, and quotes the freezes of both sides that its signers had seen:
//
//   level in force here = min(level of the newest agreement known here,
//                             cap of every freeze, own or read, whose counter is above the one quoted there)
//
// A freeze that crosses an ACCEPT is above the quote and stays on top; a freeze from before the thaw, read after it, is
// below the quote and does nothing. Agreement 0 is the charter.
//
//   Relations relations(us, charter);
//   if (auto odd = relations.apply(said)) log_anomaly(*odd);                     // own and peers' entries, any order
//   const Body body = TRY(relations.freeze(fr, {{{edge, 0}}}, "until Monday"));  // an officer's act: check, then write
//   if (relations.level(edge) < wanted) show(relations.may_use(edge, wanted).error());
//
// Why two crossing proposals cannot both become agreement k+1: the side with the lower id accepts nothing for a number
// that it has itself proposed, so only its own proposal can be accepted. Why a proposal is never taken back: the other
// side may have accepted it already, unseen. Who regrets it freezes; that holds whatever the other says.
//
// One PROPOSE may name several edges of a pair, in both directions. It is accepted as a whole or not at all, so it is
// *dead*, and forgotten, as soon as one of its edges has an agreement of its number that is not this proposal.
//
// Relations between others are public and folded by the same rules, so that an officer sees every edge; entries then
// come from two logs, and an ACCEPT may be read before its PROPOSE, or before the agreement it follows. It waits.
//
// Cost: O(log edges) for `level`; an entry costs O(log edges + open proposals of that pair) for each edge it names.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/entry.h"
#include "coordination/relation_entries.h"
#include "coordination/views.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// Open proposals from one authority to one other. An honest node cannot come near it: it may propose again only when a
/// counter has moved.
inline constexpr std::size_t kOpenProposalsMax = 256;
/// Acceptances that wait for something unread, and agreements remembered so that reading them again is no oddity; both
/// for one authority's proposals to one other.
inline constexpr std::size_t kWaitingAcceptsMax = 64;
inline constexpr std::size_t kAdoptedKeptMax = 64;

/// What an officer asks for: this edge at this level; in a freeze, capped at it.
struct EdgeLevel {
  Edge edge;
  std::int64_t level = 0;
  static constexpr auto fields() {
    return field_list(field("edge", &EdgeLevel::edge), field("level", &EdgeLevel::level));
  }
  friend bool operator==(const EdgeLevel&, const EdgeLevel&) = default;
};

/// A freeze as the state keeps it.
struct FreezeMark {
  std::int64_t cap = 0;
  std::int64_t counter = 0;
  static constexpr auto fields() {
    return field_list(field("cap", &FreezeMark::cap), field("counter", &FreezeMark::counter));
  }
  friend bool operator==(const FreezeMark&, const FreezeMark&) = default;
};

/// One side's freezes of one edge, less those that can never matter: a freeze is dropped when a later one has a cap as
/// low, for wherever it counts the later one counts too. What is left ascends in counter and in cap, so there are never
/// more of them than levels, however many a peer writes.
class Freezes {
 public:
  enum class Noted : std::uint8_t { kNew, kKnown, kContradiction };
  /// In any order, and again.
  [[nodiscard]] Noted note(const FreezeMark& mark);
  /// The lowest cap of those with a counter above `quoted`, or `level` when that is lower.
  [[nodiscard]] std::int64_t cap_above(std::int64_t quoted, std::int64_t level) const;
  /// 0 when there is none.
  [[nodiscard]] std::int64_t newest() const { return marks_.empty() ? 0 : marks_.back().counter; }
  [[nodiscard]] const std::vector<FreezeMark>& marks() const { return marks_; }
  friend bool operator==(const Freezes&, const Freezes&) = default;

 private:
  std::vector<FreezeMark> marks_;
};

/// How an edge stands here: what was agreed, and what is in force; the two are separate facts, and both are shown.
struct EdgeStanding {
  std::int64_t agreed = 0;       ///< Level of the newest agreement known here.
  std::int64_t number = 0;       ///< Of that agreement; 0 is the charter's.
  std::int64_t quoted_from = 0;  ///< The newest freezes that it covers.
  std::int64_t quoted_to = 0;
  Freezes freezes_from;
  Freezes freezes_to;

  [[nodiscard]] std::int64_t level() const;  ///< In force.
  /// Newest freeze known of either side, read or quoted.
  [[nodiscard]] std::int64_t newest_from() const { return std::max(quoted_from, freezes_from.newest()); }
  [[nodiscard]] std::int64_t newest_to() const { return std::max(quoted_to, freezes_to.newest()); }
  friend bool operator==(const EdgeStanding&, const EdgeStanding&) = default;
};

/// A proposal that can still be accepted: every edge's number is above that of the agreement known here.
struct OpenProposal {
  AuthorityId author;
  std::string bundle;
  std::vector<ProposedEdge> edges;
  EntryHash hash;
  AuthorityId peer;
  std::string text;
  UtcMs time;
  static constexpr auto fields() {
    return field_list(field("author", &OpenProposal::author), field("bundle", &OpenProposal::bundle),
                      field("edges", &OpenProposal::edges), field("hash", &OpenProposal::hash),
                      field("peer", &OpenProposal::peer), field("text", &OpenProposal::text),
                      field("time_ms", &OpenProposal::time));
  }
  friend bool operator==(const OpenProposal&, const OpenProposal&) = default;
};

/// `air request from us to fr`.
[[nodiscard]] std::string describe(const Edge& edge);
/// `disclosure at busy (1)`, `request at 0`: levels by the names people use.
[[nodiscard]] std::string level_text(Capability capability, std::int64_t level);

class Relations final : public RelationView {
 public:
  /// Needs a charter that passed `parse_charter`: its relations name its own authorities, and levels that exist.
  Relations(AuthorityId self, const core::Charter& charter);

  /// Another version of the charter is in force: its members, and its relations where no agreement has followed the
  /// charter's; an agreement stands, and so does every freeze. What concerns a member that has left is forgotten: it is
  /// granted nothing, and whoever comes back under its name begins with the charter.
  void adopt(const core::Charter& charter);
  /// Who was a member under each version so far, in order, the one in force included. Not state.
  void note_members(const core::Charter& charter);

  // The fold

  /// Idempotent, in any order. What does not fit changes nothing and is an Oddity; of an entry that names several edges
  /// all are taken or none.
  ///
  /// `version` is the version of the charter under which the author has written, 0 where it has not said. What two
  /// authorities said to each other before one of them left is forgotten by those who were there; whoever reads it
  /// later, the one who has come back above all, passes it over.
  std::optional<Oddity> apply(const Said& said, std::int64_t version = 0);

  /// Relations move by officers alone, and by no clock: nothing is ever due.
  [[nodiscard]] static std::optional<Body> next(UtcMs) { return {}; }
  [[nodiscard]] static std::optional<UtcMs> next_timer() { return {}; }

  // Questions

  /// 0 also for an edge that cannot exist: an unknown authority, an authority and itself, a capability that the domain
  /// has not. Unknown is refused.
  [[nodiscard]] std::int64_t level(const Edge& edge) const override;
  [[nodiscard]] std::uint64_t revision() const override { return revision_; }
  [[nodiscard]] EdgeStanding standing(const Edge& edge) const;
  /// Use received is served, and use is sent, when this passes: the level in force here now is `wanted` or more.
  /// Fails with `kForbidden`, for the officer: what is in force, and whose freeze or which agreement makes it so.
  [[nodiscard]] Status may_use(const Edge& edge, std::int64_t wanted) const;
  /// Every edge that has ever been granted, frozen or agreed on; all others are at level 0. In the order of Edge.
  [[nodiscard]] const std::map<Edge, EdgeStanding>& edges() const { return edges_; }
  /// By author and peer, then in the order in which they were read.
  [[nodiscard]] std::vector<const OpenProposal*> proposals() const;
  /// Null when it is not open.
  [[nodiscard]] const OpenProposal* proposal(const EntryHash& hash) const;
  [[nodiscard]] const AuthorityId& self() const { return self_; }

  // Acts of an officer. Each returns the body to write, or says what is in the way.

  /// FREEZE: each edge has `self` and `peer` as sides, in either direction, and `level` is the cap: below what is in
  /// force. Also the only way to withdraw a proposal. Fails with `kInvalid` (no such edge, listed twice), `kNotFound`
  /// (unknown peer), `kWrongState` (nothing to lower).
  [[nodiscard]] Result<Body> freeze(const AuthorityId& peer, std::span<const EdgeLevel> items,
                                    std::string_view text) const;
  /// PROPOSE: each edge at a level above what is in force. Undoing an own freeze is this too; there is no other way
  /// back. Fails as `freeze`, and with `kConflict` when an earlier proposal of ours stands for the same agreement: it
  /// is unanswered and no counter has moved since, or this one would be lower and we have not frozen since.
  [[nodiscard]] Result<Body> propose(const AuthorityId& peer, std::span<const EdgeLevel> items, std::string_view bundle,
                                     std::string_view text) const;
  /// ACCEPT. Fails with `kNotFound` (not open, or not read yet), `kWrongState` (own; not for us; follows an agreement
  /// or quotes a freeze that has not been read here yet), `kVersionMismatch` (it does not quote the newest freezes),
  /// `kConflict` (ours stands: we have proposed that number too, and have the lower id).
  [[nodiscard]] Result<Body> accept(const EntryHash& proposal) const;

  // The state

  void write_state(log::JcsWriter& out) const;
  /// Replaces everything but `self` and the charter's names; on failure changes nothing.
  [[nodiscard]] Status read_state(const log::JcsValue& value);
  friend bool operator==(const Relations& a, const Relations& b) {
    return a.self_ == b.self_ && a.edges_ == b.edges_ && a.papers_ == b.papers_ && a.revision_ == b.revision_;
  }

 private:
  /// Whose proposals, and to whom.
  struct Way {
    AuthorityId author;
    AuthorityId peer;
    friend auto operator<=>(const Way&, const Way&) = default;
  };
  struct Papers {
    std::vector<OpenProposal> open;  // in the order read
    std::vector<EntryHash> waiting;  // proposals that `peer` has accepted, but not everything before has been read
    std::vector<EntryHash> adopted;  // the newest that became agreements
    friend bool operator==(const Papers&, const Papers&) = default;
  };

  std::optional<Oddity> apply_freeze(const Said& said, const RelationFreeze& freeze);
  std::optional<Oddity> apply_propose(const Said& said, const RelationPropose& propose);
  std::optional<Oddity> apply_accept(const Said& said, const RelationAccept& accept);

  /// Why `edge` cannot be one between these two; empty when it can.
  [[nodiscard]] std::string misfit(const AuthorityId& author, const AuthorityId& peer, const Edge& edge) const;
  [[nodiscard]] std::string misfit_pair(const AuthorityId& author, const AuthorityId& peer) const;
  /// The same for a whole list, and that no edge stands in it twice.
  [[nodiscard]] std::string misfit(const AuthorityId& author, const AuthorityId& peer,
                                   std::span<const EdgeLevel> items) const;
  [[nodiscard]] Status check_items(const AuthorityId& peer, std::span<const EdgeLevel> items,
                                   std::string_view text) const;
  [[nodiscard]] bool involves_self(const Edge& edge) const { return edge.from == self_ || edge.to == self_; }

  /// Adopts what has become complete between two authorities, until nothing more does; forgets what is dead.
  void settle(const AuthorityId& a, const AuthorityId& b);
  bool adopt_one(const Way& way);
  void bury_dead(const Way& way);
  [[nodiscard]] bool dead(const std::vector<ProposedEdge>& edges) const;
  [[nodiscard]] const Papers* papers(const Way& way) const;
  [[nodiscard]] Status may_propose(const Papers& own, const EdgeLevel& item) const;
  [[nodiscard]] Status may_accept(const OpenProposal& proposal, const ProposedEdge& edge) const;
  /// Whether any freeze counter has moved since `proposal` was made, as far as is known here.
  [[nodiscard]] bool counter_moved(const OpenProposal& proposal) const;

  /// Whether the author wrote before it and `peer` were last members together without a break.
  [[nodiscard]] bool of_former_days(const AuthorityId& author, const AuthorityId& peer, std::int64_t version) const;

  struct Membership {
    std::int64_t first = 0;  ///< Its records begin no earlier.
    std::int64_t since = 0;  ///< It has been a member without a break.
    std::int64_t until = 0;  ///< The newest version that names it.
  };
  AuthorityId self_;
  std::set<AuthorityId> authorities_;
  std::map<AuthorityId, Membership> memberships_;  // from the charters
  std::map<Edge, EdgeStanding> edges_;
  std::map<Way, Papers> papers_;
  std::map<EntryHash, Way> way_of_;  // of every open proposal; follows from papers_
  std::uint64_t revision_ = 0;
};

}  // namespace tansiq::coordination
