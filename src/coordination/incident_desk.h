// Incidents that this authority is a party of (docs/talks.md): one record, one statement and one state a side.
//
//   for (Body& body : TRY(desk.open(act))) write(body);          // one entry for each other party, with one content
//   for (Body& body : TRY(desk.state(key, parts, held))) write(body);
//   for (Body& body : TRY(desk.move(key, IncidentState::kDisputed, "not where we saw it"))) write(body);
//   desk.apply(said);                                            // every entry, own and peers'
//
// Nobody speaks for another: an entry changes its author's side alone, and no state follows from another's. An incident
// is over for whoever has closed it; what the others think stays beside it.
//
// Each statement says which contents its author had been told by then (`knew`, written by the node). Whoever was told
// something else sees it when he reads that: an oddity with an alarm, which does not say who of the two it is that
// lies.
//
// No relation is asked: what happened between two is said between the two, also, and above all, when they have frozen
// everything else. It binds nobody and costs its reader a row; how many there may be is bounded.
//
// Entries of several authors come in any order: what a party says may be read before the opening. It is kept then, for
// kUnopenedMax incidents an author.
//
// Cost: O(log n) an entry, and O(parties) comparisons. Core thread only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coordination/entry.h"
#include "coordination/views.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// Incidents of one opener. Beyond, the oldest that all sides have closed is forgotten; where there is none, no more
/// are opened.
inline constexpr std::size_t kIncidentsMax = 1'024;
inline constexpr std::size_t kUnopenedMax = 64;
/// Versions of one side's statement.
inline constexpr std::size_t kStatementsMax = 256;

/// A version of a statement, as the state remembers it: its words are in the log.
struct StatementMark {
  EntryHash content;
  EntryHash entry;
  UtcMs time;
  static constexpr auto fields() {
    return field_list(field("content", &StatementMark::content), field("entry", &StatementMark::entry),
                      field("time_ms", &StatementMark::time));
  }
  friend bool operator==(const StatementMark&, const StatementMark&) = default;
};

struct IncidentSide {
  AuthorityId party;
  std::optional<UtcMs> since;  ///< Of the state; absent while it never moved.
  IncidentState state = IncidentState::kOpen;
  std::optional<IncidentStated> statement;  ///< The newest.
  std::vector<StatementMark> statements;    ///< All versions, from 1.
  std::string text;                         ///< What was said with the state.
  static constexpr auto fields() {
    using S = IncidentSide;
    return field_list(field("party", &S::party), field("since_ms", &S::since), field("state", &S::state),
                      field("statement", &S::statement), field("statements", &S::statements), field("text", &S::text));
  }
  friend bool operator==(const IncidentSide&, const IncidentSide&) = default;
};

struct IncidentKey {
  AuthorityId opener;
  IncidentId incident;
  friend auto operator<=>(const IncidentKey&, const IncidentKey&) = default;
};

struct Incident {
  std::optional<EntryHash> content;  ///< Of the opening.
  IncidentId incident;
  std::optional<IncidentOpened> opened;  ///< Absent: only what a party says of it has been read.
  AuthorityId opener;
  std::vector<IncidentSide> sides;  ///< Ascending.
  UtcMs time;                       ///< Of the opening, or of what was read first.
  static constexpr auto fields() {
    using I = Incident;
    return field_list(field("content", &I::content), field("incident", &I::incident), field("opened", &I::opened),
                      field("opener", &I::opener), field("sides", &I::sides), field("time_ms", &I::time));
  }
  [[nodiscard]] const IncidentSide* side(const AuthorityId& party) const;
  [[nodiscard]] IncidentSide* side(const AuthorityId& party);
  /// Whether all sides have closed it.
  [[nodiscard]] bool over() const;
  friend bool operator==(const Incident&, const Incident&) = default;
};

class IncidentDesk {
 public:
  /// `charter` must outlive this.
  IncidentDesk(AuthorityId self, const core::Charter& charter) : self_(std::move(self)), charter_(charter) {}

  // The fold
  std::optional<Oddity> apply(const Said& said);
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // Acts: bodies that are equal but for `to`, one for each other party; never none.
  /// `opened.to` does not count. Fails with `kInvalid`, `kNotFound` (a party that is no member), `kWrongState` (the id
  /// is taken), `kTooLarge`.
  [[nodiscard]] Result<std::vector<Body>> open(IncidentOpened opened) const;
  /// Fails with `kNotFound`, `kWrongState` (our side has closed it), `kTooLarge`, `kInvalid`.
  [[nodiscard]] Result<std::vector<Body>> state(const IncidentKey& key, std::vector<TalkPart> parts,
                                                std::vector<IncidentHeld> held) const;
  /// Fails with `kNotFound`, `kWrongState` (it is so already; nothing was stated yet).
  [[nodiscard]] Result<std::vector<Body>> move(const IncidentKey& key, IncidentState to, std::string text) const;

  // Answers
  /// Null when there is none.
  [[nodiscard]] const Incident* find(const IncidentKey& key) const;
  [[nodiscard]] const std::map<IncidentKey, Incident>& incidents() const { return rows_; }

  friend bool operator==(const IncidentDesk& a, const IncidentDesk& b) { return a.rows_ == b.rows_; }

 private:
  using Maybe = std::optional<Oddity>;
  template <class T>
  Maybe hear(const Said& /*said*/, const T& /*none of its business*/) {
    return {};
  }
  Maybe hear(const Said& said, const IncidentOpened& of);
  Maybe hear(const Said& said, const IncidentStated& of);
  Maybe hear(const Said& said, const IncidentMoved& of);

  /// The author's side of an incident, made where the opening has not been read; or what is odd about it.
  Maybe side_of(const Said& said, const IncidentKey& key, IncidentSide*& side);
  Maybe room_for(const Said& said, const IncidentKey& key);
  [[nodiscard]] const IncidentKey* oldest_over(const AuthorityId& opener) const;
  [[nodiscard]] std::size_t count(const AuthorityId& opener) const;
  [[nodiscard]] Result<const Incident*> ours(const IncidentKey& key) const;
  [[nodiscard]] std::vector<Body> for_all(const Incident& incident, const auto& body) const;
  [[nodiscard]] std::vector<AuthorityId> others(const std::vector<AuthorityId>& parties) const;

  const AuthorityId self_;
  const core::Charter& charter_;
  std::map<IncidentKey, Incident> rows_;
};

}  // namespace tansiq::coordination
