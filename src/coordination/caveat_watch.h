// The sequencer's side of caveats: those that others have deposited here.
//
// For each, what its holder plans in this node's zones (legs that are held or confirmed, intents of its people) is
// compared with what X plans there, and the holder alone is told, by `caveat.report` in the pair's log. The desk of
// legs does not know that this class exists: no request is answered otherwise because of a caveat, so nobody learns of
// one from an answer (docs/adr/0027-caveats.md). The report on a leg is written before the entry that confirms it:
// whoever reads of a confirmation has read what it meets.
//
// Who is told that X is near is told where X is, so reports need the relation `disclosure` at `coarse` towards the
// holder, as the name of somebody in the way does. While it is lower this node says nothing, not even that nothing is
// met any more.
//
// Cost: nothing deposited, O(1). Else a change of X's plans costs a query of the 4D index around it and one for each
// use of the holder's that it finds; a restart, or a new deposit, looks at every live use. Core thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "coordination/caveat.h"
#include "coordination/entry.h"
#include "coordination/views.h"

namespace tansiq::coordination {

class CaveatWatch {
 public:
  /// All must outlive this.
  CaveatWatch(AuthorityId self, const RelationView& relations, const PlannedTraffic& planned,
              const KnownTraffic& known);

  // The fold
  std::optional<Oddity> apply(const Said& said);
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // Live
  std::optional<Body> next(UtcMs now);
  [[nodiscard]] std::optional<UtcMs> next_timer() const;
  void changed(const TrafficChange& change);
  /// Whether it makes a difference to be told.
  [[nodiscard]] bool follows() const { return !deposits_.empty() && !all_dirty_; }
  void changed_all() { all_dirty_ = true; }

  /// By holder and name.
  [[nodiscard]] const std::map<std::pair<AuthorityId, CaveatId>, CaveatWatched>& deposits() const { return deposits_; }

 private:
  using Maybe = std::optional<Oddity>;
  using ReportKey = std::tuple<AuthorityId, CaveatId, UseParty>;

  template <class T>
  Maybe hear(const Said& /*said*/, const T& /*none of its business*/) {
    return {};
  }
  Maybe hear(const Said& said, const CaveatDeposited& body);
  Maybe hear(const Said& said, const CaveatWithdrawn& body);
  Maybe hear(const Said& said, const CaveatReport& body);

  void sort_out();
  void look_near(const CaveatWatched& deposit, const TrafficChange& change);
  [[nodiscard]] std::optional<Body> news(const ReportKey& key) const;
  [[nodiscard]] bool may_tell(const AuthorityId& holder, core::Domain domain) const;
  void forget(const AuthorityId& holder, const CaveatId& caveat);

  const AuthorityId self_;
  const RelationView& relations_;
  const PlannedTraffic& planned_;
  const KnownTraffic& known_;

  // The state
  std::map<std::pair<AuthorityId, CaveatId>, CaveatWatched> deposits_;
  std::map<ReportKey, CaveatTold> reports_;  ///< The newest on each use that meets something.

  // What `next` has to look at
  bool all_dirty_ = true;
  std::uint64_t relations_seen_ = 0;
  std::vector<TrafficChange> changes_;
  std::set<ReportKey> dirty_;
};

}  // namespace tansiq::coordination
