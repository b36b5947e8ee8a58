// Flights at home: files them, asks for their legs one after another, commits to all of them at once, keeps the crew's
// clearances, and gives back what is not flown (docs/coordination.md, sections 4 and 5).
//
//   desk.apply(said);                                      // every entry, own and peers', in the order of this record
//   while (auto body = desk.next(now)) desk.apply(write(*body));    // live only; `write` makes it durable first (G1)
//   const Body filed = TRY(desk.file(flight, now));        // an officer's act: checked here, written by the caller
//
// `apply` is the only writer. It draws the consequences that need no entry (settle), and never decides: what this node
// has to say is found by `next` from state and time alone, so after a restart everything due comes again. An officer's
// decision that needs steps is an entry of its own (FlightDropped, FlightMoved), and the steps follow from it.
//
// A round is the set of legs that are asked for together: all legs that need a confirmation at first, the changed ones
// in a MODIFY. In a round holds are asked for in ascending zone id, the next when the last is HELD (R6); a counter
// stops the round until an officer has taken it. One FlightCommit takes every hold. What ends badly ends its round
// (R2): before departure the whole flight, in a MODIFY the new versions only. Once airborne a failed leg ends alone
// (R4): only legs behind the gate of an agreed alternate can still fail then.
//
// A time shift that was accepted moves every later leg: those held or confirmed already are asked for anew (in the
// first round after one CANCEL of them, in a MODIFY as further versions). They may then be asked for while a hold of
// higher zone id stands; the holds' own ends bound that.
//
// The crew holds a version from the moment it was told of it until it has read back that it gives it up. Nothing that
// frees such a version is written before (R3). May the crew enter? Its own clock and what it holds say so; no link, no
// freshness (R5).
//
// ControlView and RelationView must have seen an entry before the desk does. Entries of an epoch whose beginning has
// not been read yet are kept and read again.
//
// Cost: O(log flights) to find what is due, O(legs + versions) of that flight to say it; nothing due: O(1), unless a
// relation or the control of a zone has changed, which looks at every flight once. Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordination/entry.h"
#include "coordination/flight.h"
#include "coordination/views.h"
#include "core/charter.h"
#include "core/zone.h"

namespace tansiq::coordination {

/// Entries kept because the beginning of their epoch has not been read.
inline constexpr std::size_t kEarlyEntriesMax = 256;
/// How long after its last window an ended flight is remembered, so that late entries about it find it.
inline constexpr DurationMs kEndedFlightKeptMs = 24LL * 3'600'000;
/// Emergencies of which the crew of one flight is told.
inline constexpr std::ptrdiff_t kEmergenciesPerFlightMax = 16;
/// When a flight was last changed is taken from whoever changed it, up to this beyond the node's own last entry.
inline constexpr DurationMs kHeardAheadMaxMs = 10LL * 60'000;

class FlightDesk {
 public:
  FlightDesk(AuthorityId self, const core::Charter& charter, core::Timing timing, const RelationView& relations,
             const ControlView& control);

  /// Another version of the charter is in force: the object given at the start has become that. What is confirmed
  /// stands; a round with a leg in a zone that is gone, or at an owner that is gone, is given up (R2).
  void adopt();
  /// By these zones, which live longer, a plan is looked at again before anything is asked for: one that was filed
  /// under an earlier version of the charter may lack legs beside boundaries of this one, and is given up (R2).
  void watch_boundaries(const core::ZoneTable& zones) { boundaries_ = &zones; }

  // The fold
  std::optional<Oddity> apply(const Said& said);
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // What this node must say
  std::optional<Body> next(UtcMs now);
  /// When `next` may have something to do; kUtcMin when it may now.
  [[nodiscard]] std::optional<UtcMs> next_timer() const;

  // An officer's acts. Each returns the entry to write, or why not. All fail with `kNotFound` for an unknown flight and
  // with `kWrongState` where the life cycle does not allow the act.

  /// INTENT, or MODIFY when the flight is live. Fails with `kInvalid`, `kForbidden` (a relation), `kUnavailable`
  /// (nobody decides in a zone).
  [[nodiscard]] Result<Body> file(const FlightFiled& filed, UtcMs now) const;
  /// Takes the counter-proposals that wait. `rule`: set beforehand, by which a machine may; empty for an officer.
  [[nodiscard]] Result<Body> accept_counter(const FlightId& flight, std::string_view rule = {}) const;
  /// Cancels the round whose counter waits.
  [[nodiscard]] Result<Body> decline_counter(const FlightId& flight) const;
  /// Gives the flight up. Not while airborne.
  [[nodiscard]] Result<Body> cancel(const FlightId& flight, std::string_view why) const;
  /// Gives the MODIFY up, also while airborne, as long as the crew does not hold it.
  [[nodiscard]] Result<Body> cancel_change(const FlightId& flight, std::string_view why) const;
  /// Passes to the crew every confirmed version that it does not hold yet (R1).
  [[nodiscard]] Result<Body> clear(const FlightId& flight) const;
  /// Section 5, step 5: passes the new versions to the crew. `position_in_new`: its position lies in them, as the
  /// caller has found; not asked on the ground.
  [[nodiscard]] Result<Body> switch_to(const FlightId& flight, bool position_in_new) const;
  [[nodiscard]] Result<Body> read_back(const FlightId& flight) const;
  [[nodiscard]] Result<Body> recall(const FlightId& flight) const;
  /// The crew has read back that it gives up what was recalled.
  [[nodiscard]] Result<Body> gave_up(const FlightId& flight) const;
  [[nodiscard]] Result<Body> enter(const FlightId& flight, std::int64_t leg) const;
  [[nodiscard]] Result<Body> leave(const FlightId& flight, std::int64_t leg) const;
  /// The flight is over: what it did not fly is given back.
  [[nodiscard]] Result<Body> land(const FlightId& flight) const;
  /// R7, to the first owner on the way; `next` tells the others. Every one of them is also to be called on the hotline,
  /// which is the caller's.
  [[nodiscard]] Result<Body> contingency(const FlightId& flight, std::string_view text) const;

  // Answers
  /// R1. The error says which leg is missing, and why.
  [[nodiscard]] Status may_clear(const FlightId& flight) const;
  /// T4: confirmed in hand, read back by the crew, and within the window by the crew's own clock.
  [[nodiscard]] bool may_enter(const FlightId& flight, std::int64_t leg, UtcMs crew_clock) const;
  [[nodiscard]] const Flight* find(const FlightId& flight) const;
  /// Live and ended ones that are still remembered, by id.
  [[nodiscard]] const std::map<FlightId, Flight>& flights() const { return flights_; }
  /// Counter-proposals that wait for an officer.
  [[nodiscard]] std::vector<const HomeVersion*> counters(const FlightId& flight) const;
  /// Flights that may have changed since the last call: for whoever compares them with others' (CaveatDesk) or
  /// shows them (ShowDesk). Not part of the state: after a restart all may have.
  [[nodiscard]] std::set<FlightId> take_touched() { return std::exchange(touched_, {}); }
  /// The flight, or its change, as it will be when the counters that wait are accepted.
  [[nodiscard]] FlightFiled with_counters(const Flight& flight) const;
  /// In the order in which they arose.
  [[nodiscard]] const std::vector<FlightAlarm>& alarms() const { return alarms_; }
  /// Whether a leg is in disputed space, where nobody confirms.
  [[nodiscard]] bool disputed(const ZoneId& zone) const;

  friend bool operator==(const FlightDesk& a, const FlightDesk& b) {
    return a.clock_fault_ == b.clock_fault_ && a.flights_ == b.flights_ && a.past_ == b.past_ &&
           a.alarms_ == b.alarms_ && a.early_ == b.early_;
  }

 private:
  /// A version of an earlier attempt, or of a forgotten flight: whatever is still said of it has no effect.
  struct Past {
    FlightId flight;
    UtcMs keep_until;
    EntryHash request;
    static constexpr auto fields() {
      return field_list(field("flight", &Past::flight), field("keep_until_ms", &Past::keep_until),
                        field("request", &Past::request));
    }
    friend bool operator==(const Past&, const Past&) = default;
  };
  /// An entry of an epoch whose beginning has not been read: exactly one of the bodies is there.
  struct Early {
    AuthorityId author;
    std::optional<LegClosed> closed;
    std::optional<LegConfirmed> confirmed;
    EntryHash hash;
    std::optional<LegHold> hold;
    std::optional<LegLapsed> lapsed;
    std::optional<LegRevoke> revoke;
    UtcMs time;
    static constexpr auto fields() {
      return field_list(field("author", &Early::author), field("closed", &Early::closed),
                        field("confirmed", &Early::confirmed), field("hash", &Early::hash), field("hold", &Early::hold),
                        field("lapsed", &Early::lapsed), field("revoke", &Early::revoke),
                        field("time_ms", &Early::time));
    }
    friend bool operator==(const Early&, const Early&) = default;
  };
  using Maybe = std::optional<Oddity>;
  using Slots = std::vector<const HomeVersion*>;

  // flight_desk.cc: what others say
  template <class T>
  Maybe hear(const Said& /*said*/, const T& /*none of its business*/) {
    return {};
  }
  Maybe hear(const Said& said, const LegHold& of) { return from_sequencer(said, of); }
  Maybe hear(const Said& said, const LegConfirmed& of) { return from_sequencer(said, of); }
  Maybe hear(const Said& said, const LegLapsed& of) { return from_sequencer(said, of); }
  Maybe hear(const Said& said, const LegClosed& of) { return from_sequencer(said, of); }
  Maybe hear(const Said& said, const LegRevoke& of) { return from_sequencer(said, of); }
  Maybe hear(const Said& said, const LegRefused& of);
  Maybe hear(const Said& said, const LegStandby& of);
  template <class T>
  Maybe from_sequencer(const Said& said, const T& of);
  template <class T>
  bool keep_early(const Said& said, const T& of);
  void read_early();
  Maybe read(HomeVersion& version, const Said& said, const LegHold& of);
  Maybe read(HomeVersion& version, const Said& said, const LegConfirmed& of);
  Maybe read(HomeVersion& version, const Said& said, const LegLapsed& of);
  Maybe read(HomeVersion& version, const Said& said, const LegClosed& of);
  Maybe read(HomeVersion& version, const Said& said, const LegRevoke& of);
  void emergency(const FlightId& flight, const Said& said, const LegRevoke& of);

  // flight_own.cc: what this node has said
  Maybe hear(const Said& said, const FlightFiled& of);
  Maybe hear(const Said& said, const FlightDropped& of);
  Maybe hear(const Said& said, const FlightMoved& of);
  Maybe hear(const Said& said, const FlightCommit& of);
  Maybe hear(const Said& said, const FlightCancel& of);
  Maybe hear(const Said& said, const FlightContingency& of);
  Maybe hear(const Said& said, const CounterAccepted& of);
  Maybe hear(const Said& said, const CrewReport& of);
  Maybe hear(const Said& said, const LegRequest& of);
  Maybe hear(const Said& said, const LegNotice& of);
  Maybe hear(const Said& said, const LegEntered& of);
  Maybe hear(const Said& said, const LegEnd& of);
  Maybe hear(const Said& said, const LegRelease& of);
  Maybe hear(const Said& said, const LegRevokeAck& of);
  Maybe hear(const Said& said, const LegUnable& of);
  Maybe hear(const Said& said, const ClockFault& of);
  Maybe hear(const Said& said, const Alarm& of);
  struct Shift {
    DurationMs later = 0;
    std::int64_t higher_cm = 0;
  };
  [[nodiscard]] static Shift shift_of(const FlightFiled& filed, const HomeVersion& counter, std::int64_t leg);
  static void take_counter(Flight& flight, HomeVersion& version);
  static void step_crew(Flight& flight, HomeVersion& version, CrewStep step);
  void retire(const Flight& flight);
  void forget(UtcMs own_time);

  // Consequences
  static void fail_round(Flight& flight, const HomeVersion& version);
  static void finish(HomeVersion& version, HomeState end);
  void settle(Flight& flight);
  static void adopt(Flight& flight);
  [[nodiscard]] bool over(const Flight& flight) const;
  [[nodiscard]] static UtcMs forget_at(const Flight& flight);
  void raise(FlightAlarm alarm);

  // flight_next.cc
  [[nodiscard]] std::optional<Body> duty(const Flight& flight, UtcMs now) const;
  [[nodiscard]] std::optional<Body> report(const Flight& flight, UtcMs now) const;
  [[nodiscard]] std::optional<Body> report_one(const HomeVersion& version, Report kind, UtcMs now) const;
  [[nodiscard]] std::optional<Body> answer_revokes(const Flight& flight) const;
  [[nodiscard]] std::optional<Body> give_up(const Flight& flight, UtcMs now) const;
  [[nodiscard]] std::optional<Body> drop_round(const Flight& flight, bool change, std::string_view why) const;
  [[nodiscard]] std::optional<Body> end_passed(const Flight& flight, UtcMs now) const;
  [[nodiscard]] std::optional<Body> notify(const Flight& flight) const;
  [[nodiscard]] std::optional<Body> ask(const Flight& flight, VersionRole role) const;
  [[nodiscard]] std::optional<Body> request(const Flight& flight, VersionRole role, std::int64_t leg,
                                            std::int64_t remaining) const;
  [[nodiscard]] std::optional<std::string_view> hopeless(const Flight& flight, VersionRole role, UtcMs now) const;
  [[nodiscard]] std::optional<UtcMs> timer(const Flight& flight, UtcMs now) const;

  // Small questions
  [[nodiscard]] const FlightFiled& wanted(const Flight& flight, VersionRole role) const;
  [[nodiscard]] std::vector<std::int64_t> round_legs(const Flight& flight, VersionRole role) const;
  [[nodiscard]] static Slots slots(const Flight& flight, VersionRole role);
  [[nodiscard]] bool round_confirmed(const Flight& flight, VersionRole role) const;
  [[nodiscard]] bool may_send(const FlightFiled& filed, const AuthorityId& owner) const;
  /// The flight's craft, as far as `to` is told: all of them where home shows it its flights whole, else none.
  [[nodiscard]] std::vector<core::Craft> craft_told(const FlightFiled& filed, const AuthorityId& to) const;
  [[nodiscard]] UtcMs hold_deadline(const HomeVersion& version) const;
  [[nodiscard]] UtcMs last_entry(const std::vector<geo::Volume4d>& volumes) const;
  HomeVersion* find_version(const EntryHash& request);
  [[nodiscard]] Flight* own_flight(const Said& said, const FlightId& flight);

  // flight_file.cc
  [[nodiscard]] Status check_plan(const FlightFiled& filed) const;
  [[nodiscard]] Status check_asked(const FlightFiled& filed, const std::vector<std::int64_t>& legs, const Flight* was,
                                   UtcMs now) const;
  [[nodiscard]] Result<Body> modify(const Flight& flight, const FlightFiled& filed, UtcMs now) const;

  [[nodiscard]] Result<const Flight*> live_flight(const FlightId& flight) const;

  void touch(const FlightId& flight) {
    due_.insert(flight);
    touched_.insert(flight);
  }
  void set_timer(const FlightId& flight, std::optional<UtcMs> at);
  void rebuild();

  const AuthorityId self_;
  const core::Charter& charter_;
  core::Timing timing_;
  const RelationView& relations_;
  const ControlView& control_;

  // The state
  bool clock_fault_ = false;
  std::map<FlightId, Flight> flights_;
  std::map<EntryHash, Past> past_;
  std::vector<FlightAlarm> alarms_;
  std::vector<Early> early_;

  // What follows from it, made anew when a state is read
  std::map<ZoneId, const core::Zone*> zones_;
  const core::ZoneTable* boundaries_ = nullptr;
  std::vector<AuthorityId> zone_owners_;  ///< All but this node's, ascending.
  std::map<EntryHash, std::pair<FlightId, std::size_t>> by_request_;
  std::map<EntryHash, EntryHash> by_hold_;  ///< Hold to request.
  std::set<std::pair<UtcMs, FlightId>> forget_flights_;
  std::set<std::pair<UtcMs, EntryHash>> forget_past_;
  std::size_t alarms_owed_ = 0;

  UtcMs hearing_ = kUtcMin;  ///< Time of the entry that is being applied.

  // Whom `next` has to look at
  std::set<FlightId> due_;
  std::set<FlightId> touched_;
  std::map<FlightId, UtcMs> timer_of_;
  std::set<std::pair<UtcMs, FlightId>> timers_;
  std::uint64_t relations_seen_ = 0;
  std::uint64_t control_seen_ = 0;
};

}  // namespace tansiq::coordination
