// Deciding: what would this command lead to, in this state, at this time? Reads the state, changes nothing. Internal to
// core.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "core/command.h"
#include "core/entry.h"
#include "core/ovn.h"
#include "core/state.h"

namespace tansiq::core {

/// A decision, ready to be written and applied.
struct Plan {
  Decision decision;
  std::vector<geo::PreparedVolume> prepared;  ///< The volumes of the request; empty where it has none.
};

/// Cells of F3548's coarse test have a diagonal below this; so what shares one with a volume lies nearer than this, or
/// meets it. (S2: level 13, at most 1,896 m.)
inline constexpr std::int64_t kAwareReachM = 2'000;

/// One stored volume that stands in the way of an asked one.
struct Met {
  std::uint64_t created_seq = 0;  ///< Of the record it belongs to.
  ZoneNumber zone = 0;
  std::uint32_t volume = 0;   ///< Which of the asked volumes.
  std::uint32_t ordinal = 0;  ///< Which of the record's.
  Slot slot = 0;
  geo::VolumeIndex::Handle handle = 0;
};

class Decider {
 public:
  Decider(const State& state, const AuthorityId& self, const OvnMaker& ovn) : state_(state), self_(self), ovn_(ovn) {}

  /// Errors as `Machine::execute`.
  [[nodiscard]] Result<Plan> plan(const Command& command, UtcMs now) const;
  /// Errors as `Machine::judge_leg`.
  [[nodiscard]] Result<LegAnswer> judge_leg(const LegQuestion& question, UtcMs now) const;

 private:
  friend class CounterSearch;  // counter.cc

  /// Volumes asked for, with what is known about them.
  struct Ask {
    Domain domain = Domain::kAir;
    std::vector<geo::PreparedVolume> prepared;
    std::vector<std::vector<ZoneNumber>> zones;
    std::vector<Slot> exempt;  ///< The intent being changed, or versions of the same flight: no conflict.
    Subject by;
    UtcMs now;
    bool zones_given = false;          ///< `zones` was asked for; it does not follow from the volumes.
    std::optional<UtcMs> starts_from;  ///< Bounds of a counter-proposal, beside now and the horizon.
    std::optional<UtcMs> ends_by;
    [[nodiscard]] bool exempts(Slot slot) const {
      return std::find(exempt.begin(), exempt.end(), slot) != exempt.end();
    }
  };
  struct Found {
    std::vector<Met> conflicts;  ///< In exclusive zones.
    std::vector<Met> overlaps;   ///< In disputed zones; in aware ones what has no key.
    std::vector<Met> relevant;   ///< In aware zones.
  };

  Result<Plan> plan_create(const CreateIntent& a, const Command& command, UtcMs now) const;
  Result<Plan> plan_update(const UpdateIntent& a, const Command& command, UtcMs now) const;
  Result<Plan> plan_activate(const ActivateIntent& a, const Command& command, UtcMs now) const;
  Result<Plan> plan_report(const IntentId& id, std::int64_t version, const std::vector<geo::Volume4d>& off_nominal,
                           Act act, const Command& command, UtcMs now) const;
  Result<Plan> plan_end(const EndIntent& a, const Command& command) const;
  Result<Plan> plan_create_measure(const CreateMeasure& a, const Command& command, UtcMs now) const;
  Result<Plan> plan_update_measure(const UpdateMeasure& a, const Command& command, UtcMs now) const;
  /// What creating and updating a measure have in common.
  Result<Plan> plan_measure(ZoneNumber zone, std::int64_t version, const std::string& text,
                            const std::vector<geo::Volume4d>& volumes, const Command& command, UtcMs now) const;
  Result<Plan> plan_end_measure(const EndMeasure& a, const Command& command) const;

  /// The intent that a change is about: known, the caller's, at the version quoted, the act allowed.
  Result<Slot> target(const IntentId& id, std::int64_t version, Act act, const Caller& by) const;
  Result<Slot> measure_target(const MeasureId& id, std::int64_t version, const Caller& by) const;
  Status check_measure_zone(ZoneNumber zone, const Caller& by) const;
  Status check_in_force(ZoneNumber zone) const;

  /// Prepares volumes, unless they come `ready`, and finds their zones. `now` bounds windows of what is asked for;
  /// off-nominal ones are free.
  Result<Ask> ask(Domain domain, const std::vector<geo::Volume4d>& volumes, const Subject& by, UtcMs now,
                  const std::vector<geo::PreparedVolume>* ready = nullptr) const;
  Status check_windows(const std::vector<geo::Volume4d>& volumes, UtcMs now) const;

  /// The whole judgement on volumes asked for: refusals in the order of `Refusal`, warnings, proofs, counter-proposal.
  Result<Decision> judge(const Ask& ask, const std::vector<std::string>& keys) const;
  bool judge_zones(const Ask& ask, Decision& decision) const;
  void judge_keys(const std::vector<Met>& relevant, const std::vector<std::string>& keys, Decision& decision) const;

  /// Live intents that one asked volume meets, by the rule of each zone that both belong to. Appends.
  Status find_intents(const Ask& ask, std::uint32_t volume, Found& found) const;
  /// Measures of the given effect that an asked volume meets. Appends.
  Status find_measures(const Ask& ask, std::uint32_t volume, Effect effect, std::vector<Met>& found) const;
  Result<std::vector<Met>> all_measures(const Ask& ask, Effect effect) const;
  /// Everything an off-nominal declaration or a measure touches, whatever the rule. Appends.
  Status find_touched(const Ask& ask, std::uint32_t volume, std::vector<Met>& found) const;

  void list_zones(const Ask& ask, Decision& decision) const;
  /// Whether every window lies in the times for which this authority decides in its zones.
  [[nodiscard]] Status check_grants(const Ask& ask) const;
  void list_foreign(const Ask& ask, Decision& decision) const;
  void list_conflicts(std::vector<Met> met, const Ask& ask, std::vector<Conflict>& out, std::uint64_t& total) const;
  void list_measures(std::vector<Met> met, Decision& decision) const;
  /// Orders by creation, then zone, and keeps the first row of each pair (record, zone).
  void order_and_merge(std::vector<Met>& met) const;
  [[nodiscard]] bool decides_in(ZoneNumber zone) const { return state_.sequencer(zone) == self_; }
  [[nodiscard]] const geo::PreparedVolume& stored_intent(const Ask& ask, const Met& met) const {
    return state_.intent_index(ask.domain).volume(met.handle);
  }

  const State& state_;
  const AuthorityId& self_;
  const OvnMaker& ovn_;
};

/// How much of an intent `asker` may see: everything of its own, else the most that one of its zones discloses.
[[nodiscard]] Disclosure disclosure_of(const ZoneTable& zones, const Intent& intent, const Subject& asker);

/// Whether the intent is the caller's to change: its manager's, and of what an officer of `self` has filed, any
/// officer's who is signed in.
[[nodiscard]] bool may_change(const Intent& intent, const Caller& by, const AuthorityId& self);

}  // namespace tansiq::core
