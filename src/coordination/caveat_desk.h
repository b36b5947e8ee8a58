// The holder's side of caveats: *never within D and T of X*.
//
// An officer sets a caveat; from then on this node compares, with the same 4D engine by which zones are kept, what is
// planned on its authority's behalf with all that it knows of X. What comes too near is said here and nowhere else, as
// `caveat.met`: a warning that an officer has to accept, with a reason, before that flight may be cleared or that
// intent activated. Nothing is forbidden; nobody is let go unknowingly.
//
//   const Body set = TRY(desk.set(CaveatId::trusted("red-line"), rule, "by order of …"));
//   while (auto body = desk.next(now)) ...                        // caveat.met
//   TRY_VOID(desk.may_go(party));                                 // the gate: compares afresh, trusts no record alone
//   const Body accepted = TRY(desk.accept(party, "agreed by voice with …"));
//
// Two sides move, so both are watched: `changed` notes that somebody's plans did, `next` looks again at whatever that
// may concern. A comparison that finds a row which the last entry does not list gives another entry; one that
// finds none, the entry without rows that says it is over. Acceptance is of rows: one that stays as it was stays
// accepted, any other asks anew.
//
// A caveat may be deposited with a sequencer (CaveatWatch, caveat_watch.h), which then compares what is planned in its
// own zones and reports. Its rows are kept beside our own findings, and count like them. The deposit follows the
// caveat: set anew, it is deposited anew; cleared, withdrawn.
//
// Alternative not taken: a check among those of a REQUEST. Then somebody else would have to know the caveat, and a
// refusal would tell what it protects (docs/adr/0027-caveats.md).
//
// Cost: nothing set, O(1). Else a change of X's plans costs, for each caveat about X, a query of the 4D index of what
// is planned here and one comparison for each flight that it finds; a comparison is O(volumes × log n + hits). A
// restart, or a new caveat, looks at every live flight. Core thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "coordination/caveat.h"
#include "coordination/entry.h"
#include "coordination/views.h"
#include "core/charter.h"
#include "geo/conflict.h"
#include "geo/index.h"

namespace tansiq::coordination {

class CaveatDesk {
 public:
  using Key = std::pair<CaveatId, UseParty>;

  /// All must outlive this.
  CaveatDesk(AuthorityId self, const core::Charter& charter, const RelationView& relations,
             const PlannedTraffic& planned, const KnownTraffic& known);

  // The fold
  std::optional<Oddity> apply(const Said& said);
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // Live
  std::optional<Body> next(UtcMs now);
  /// kUtcMin when `next` may have something to do. Time alone gives it nothing.
  [[nodiscard]] std::optional<UtcMs> next_timer() const;
  /// Somebody's plans have changed. Not part of the state: after a restart everything is looked at.
  void changed(const TrafficChange& change);
  /// Whether it makes a difference to be told.
  [[nodiscard]] bool follows() const { return !caveats_.empty() && !all_dirty_; }
  void changed_all() { all_dirty_ = true; }

  // An officer's acts
  /// Sets a caveat, or sets one anew. Fails with `kInvalid`, `kTooLarge`.
  [[nodiscard]] Result<Body> set(const CaveatId& id, const CaveatRule& rule, std::string text) const;
  /// Fails with `kNotFound`.
  [[nodiscard]] Result<Body> clear(const CaveatId& id, std::string text) const;
  /// Fails with `kNotFound`, `kInvalid` (no other authority), `kForbidden` (it does not show us enough to answer).
  [[nodiscard]] Result<Body> deposit(const CaveatId& id, const AuthorityId& with) const;
  [[nodiscard]] Result<Body> withdraw(const CaveatId& id, const AuthorityId& from) const;
  /// Lets a flight or intent of ours go all the same. Fails with `kWrongState` (nothing to accept), `kInvalid` (no
  /// reason).
  [[nodiscard]] Result<Body> accept(const UseParty& party, std::string text) const;

  // Answers
  /// Whether nothing that an officer has not accepted comes too near. Fails with `kWrongState`, naming it.
  [[nodiscard]] Status may_go(const UseParty& party) const;
  [[nodiscard]] const std::map<CaveatId, CaveatStanding>& caveats() const { return caveats_; }
  [[nodiscard]] const std::map<Key, CaveatMeeting>& meetings() const { return meetings_; }
  /// Whether a sequencer shows us enough to report at all.
  [[nodiscard]] bool answers(const AuthorityId& sequencer, core::Domain domain) const;

 private:
  using Maybe = std::optional<Oddity>;
  using ToldKey = std::tuple<AuthorityId, CaveatId, UseParty>;

  template <class T>
  Maybe hear(const Said& /*said*/, const T& /*none of its business*/) {
    return {};
  }
  Maybe hear(const Said& said, const CaveatSet& body);
  Maybe hear(const Said& said, const CaveatCleared& body);
  Maybe hear(const Said& said, const CaveatMet& body);
  Maybe hear(const Said& said, const CaveatOverridden& body);
  Maybe hear(const Said& said, const CaveatDeposited& body);
  Maybe hear(const Said& said, const CaveatWithdrawn& body);
  Maybe hear(const Said& said, const CaveatReport& body);

  [[nodiscard]] std::optional<Body> keep_deposits();
  void sort_out(UtcMs now);
  void sort_out_ours();
  void sort_out_all();
  void place(const UseParty& party, const std::optional<PlannedUse>& use);
  void look_near(const CaveatStanding& standing, const std::vector<geo::PreparedVolume>& theirs);
  void look_where_met(const CaveatId& id, const TrafficChange& change, UtcMs now);
  void mark_all(const UseParty& party);
  [[nodiscard]] std::optional<Body> news(const Key& key) const;
  [[nodiscard]] std::vector<CaveatMeet> meets_now(const CaveatStanding& caveat, const UseParty& party,
                                                  const std::optional<PlannedUse>& use) const;
  [[nodiscard]] Result<const CaveatStanding*> known(const CaveatId& id) const;
  void forget(const CaveatId& id);
  /// How a report's subject is named in our own entries: by flight, whatever the version.
  [[nodiscard]] static UseParty whole(UseParty party) {
    party.request.reset();
    return party;
  }

  const AuthorityId self_;
  const core::Charter& charter_;
  const RelationView& relations_;
  const PlannedTraffic& planned_;
  const KnownTraffic& known_;

  // The state
  std::map<CaveatId, CaveatStanding> caveats_;
  std::map<Key, CaveatMeeting> meetings_;
  std::map<ToldKey, CaveatTold> told_;
  std::set<std::pair<CaveatId, AuthorityId>> withdrawals_;  ///< Owed since the caveat was cleared.

  // What `next` has to look at
  bool all_dirty_ = true;
  bool deposits_due_ = true;
  std::vector<TrafficChange> changes_;
  std::set<UseParty> touched_;  ///< Ours, of which something has changed.
  /// One of ours as it was when last compared for its own sake, and where it stands in `ours_`.
  struct Placed {
    EntryHash name;
    std::vector<geo::VolumeIndex::Handle> volumes;
    std::uint64_t tag = 0;
  };
  std::map<UseParty, Placed> placed_;
  std::map<std::uint64_t, UseParty> parties_;  ///< By tag.
  std::uint64_t next_tag_ = 1;
  geo::VolumeIndex ours_;
  std::set<Key> dirty_;
};

}  // namespace tansiq::coordination
