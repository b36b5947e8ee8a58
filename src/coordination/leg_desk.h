// The owner's desk: who gets which window in the zones that this node keeps (docs/coordination.md, sections 2, 3, 5).
//
// Home asks for a leg with a REQUEST; the desk answers HOLD (or COUNTER, which is a HOLD on a moved window), STANDBY or
// REFUSED; home takes the hold with a COMMIT; the desk says CONFIRMED, or LAPSED when the hold has run out or the
// relation has been frozen meanwhile. What is confirmed stays until home gives it up or its window has passed.
//
// The desk is a fold and a question. `apply` folds entries, its own and its peers', into the state, in the order in
// which they became durable here; it never decides, so that replay can use it. `next` says which entry this node has to
// write now; the caller makes it durable, applies it, and asks again until nothing comes:
//
//   LegDesk desk(self, charter, charter.timing, relations, control, airspace);
//   desk.apply(said);                                     // a REQUEST of fr, read and verified
//   while (auto body = desk.next(now)) write_and_apply(*body);   // leg.hold
//   wake_at(desk.next_timer());
//
// The space follows the entries, not the decisions: it is booked when our HOLD is applied and free again when our
// LAPSED or CLOSED is (G5). So a crash between decision and entry loses nothing, and `next` says it again: the answer
// depends on the state, the views and the time alone.
//
// Who is told what about whom is the airspace's affair (`Airspace::Answer::conflicts`); the desk passes it on.
//
// Order of reactions at one moment: ends of holds and windows that are past; holds under a frozen relation; what home
// has ended; commits; requests that stood by; requests, each kind in the order in which it was read. What frees space
// comes before what takes it, and no request can overtake a timer after a restart.
//
// Alternative not taken: deciding in `apply`, at the moment of reading. It needs no queue, but then replay would have
// to suppress decisions, and a crash after reading and before answering would need a second path.
//
// Home and owner may be one authority: its own flights pass the same desk, and no relation is asked for.
//
// Where the authority answers by hand (answer_rules.h, leg_answers.cc), the desk refuses by itself what it would
// refuse, and leaves the rest to an officer: the request stands by until he has answered or his time is over, and a
// hold that he has not approved is not confirmed. His answer is an entry; what home is told follows from it here, as
// everything does.
//
// Thread: the core thread. Cost: `next` O(log n) a call beside the airspace's own search, O(1) with nothing to do; a
// change of relations or of control costs one look at every hold. Memory: see LegQuota.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordination/answer_rules.h"
#include "coordination/entry.h"
#include "coordination/leg_table.h"
#include "coordination/leg_version.h"
#include "coordination/views.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// Alarm::kind when an aircraft that entered has not left at the end of its window. `about` is the request.
inline constexpr std::string_view kOverdueInZone = "overdue-in-zone";
/// Notices of legs in disputed space kept a home. The oldest goes first.
inline constexpr std::size_t kNoticesMax = 256;

/// A request, or a hold, that waits for an officer.
struct NeededAnswer {
  const LegVersion* version = nullptr;  ///< Valid until the next entry is applied.
  bool free = false;                    ///< Asked: nothing is in the way now. Held: it has its space.
  std::vector<LegConflict> meets;       ///< What is in the way, as the officers here may know it.
  core::Counter counter;                ///< What would be free instead, as far as the zone machine has found something.
  std::string trouble;                  ///< Why it could not be held as asked now, where it is not only for space.
};

class LegDesk {
 public:
  /// All references must outlive the desk. `names` finds entries by their hashes; its key is secret (leg_table.h).
  LegDesk(AuthorityId self, const core::Charter& charter, Timing timing, const RelationView& relations,
          const ControlView& control, Airspace& airspace, LegQuota quota = {}, core::TextHash names = core::TextHash());

  /// Another version of the charter is in force. Whatever was granted stands to its end, also in a zone that the
  /// version has no longer, and to a home that it has no longer; holds lapse, because nobody may grant there, or to it,
  /// any more.
  void adopt(const core::Charter& charter);

  /// The fold. What it returns is to be logged as an ANOMALY when live, and means nothing in replay.
  std::optional<Oddity> apply(const Said& said);
  /// The entry that is due now, if any. Only live.
  [[nodiscard]] std::optional<Body> next(UtcMs now);
  /// When `next` may have something to do because time has passed. Nothing while no hold and no window is open.
  [[nodiscard]] std::optional<UtcMs> next_timer() const;

  /// REVOKE or EMERGENCY REVOKE of a confirmed version; a held one lapses instead (WITHDRAWN). Fails with `kNotFound`,
  /// `kWrongState`, `kNotSequencer` while the zone is leased: then its sequencer revokes.
  [[nodiscard]] Result<Body> revoke(const EntryHash& request, bool emergency, std::string text) const;
  /// LAPSED (WITHDRAWN) of a hold. Fails with `kNotFound`, `kWrongState`, `kNotSequencer`.
  [[nodiscard]] Result<Body> withdraw(const EntryHash& request) const;
  /// An officer knows that the aircraft of an overdue version has left the zone, and frees the space. Fails as above.
  [[nodiscard]] Result<Body> free_overdue(const EntryHash& request) const;

  // Answers by hand: leg_answers.cc.

  /// Who answers requests in a zone from now on; what waits for an officer already goes on waiting. Fails with
  /// `kNotFound` (no such zone, or member), `kInvalid`, `kNotSequencer` (neither ours nor kept here), `kTooMuchWork`.
  [[nodiscard]] Result<Body> set_rule(AnswerRule rule) const;
  /// An officer's answer to what waits for one. Fails with `kNotFound`, `kWrongState`, `kNotSequencer`, and, where the
  /// desk would have to refuse what he wants to grant, with what it would say: `kConflict` for space.
  [[nodiscard]] Result<Body> answer_by_hand(AnswerGiven given, const core::Subject& by, UtcMs now) const;
  [[nodiscard]] const AnswerRules& rules() const { return rules_; }
  /// What waits for an officer, that which lapses first before the others, `most` at most. O(live).
  [[nodiscard]] std::vector<NeededAnswer> needed(UtcMs now, std::size_t most) const;

  /// What must be written before the entry that closes this node's epoch of the zone: every hold lapses. To be written
  /// in this order, and the closing entry behind it, without asking `next` in between. Should a hold be left over, the
  /// fold of the closing entry itself ends it.
  [[nodiscard]] std::vector<Body> lapse_all(const ZoneId& zone, Lapse reason) const;
  /// The confirmed windows of a zone, in the order of their hashes, as the next sequencer has to adopt them.
  [[nodiscard]] std::vector<AdoptedWindow> windows(const ZoneId& zone) const;
  /// Part of the fold: a window of a snapshot that this node has accepted counts as its own grant. A version that is
  /// known here keeps its record, and a finished one stays finished.
  void adopt(const ZoneId& zone, const AdoptedWindow& window);

  /// For screens and the API.
  [[nodiscard]] const LegTable::Versions& versions() const { return table_.versions(); }
  [[nodiscard]] const std::map<AuthorityId, std::size_t>& principals() const { return table_.principals(); }
  [[nodiscard]] const LegVersion* find(const EntryHash& request) const { return table_.find(request); }
  /// Legs in disputed zones, oldest first.
  [[nodiscard]] const std::vector<NotedLeg>& notices() const { return notices_; }

  /// The whole state as one canonical object. Equal histories give equal bytes.
  void write_state(log::JcsWriter& out) const;
  /// Replaces the state, and books its windows in the airspace.
  [[nodiscard]] Status read_state(const log::JcsValue& value);

 private:
  struct Refusal {
    LegRefusal reason = LegRefusal::kOther;
    std::string text;
    std::vector<LegConflict> conflicts = {};
  };
  struct Stamp {
    std::int64_t epoch = 0;
    std::int64_t number = 0;
  };

  // leg_apply.cc: entries of home…
  std::optional<Oddity> hear(const Said& said, const LegRequest& body);
  std::optional<Oddity> hear(const Said& said, const FlightCommit& body);
  std::optional<Oddity> hear(const Said& said, const FlightCancel& body);
  std::optional<Oddity> hear(const Said& said, const LegRelease& body);
  std::optional<Oddity> hear(const Said& said, const LegEntered& body);
  std::optional<Oddity> hear(const Said& said, const LegEnd& body);
  std::optional<Oddity> hear(const Said& said, const LegRevokeAck& body);
  std::optional<Oddity> hear(const Said& said, const LegUnable& body);
  std::optional<Oddity> hear(const Said& said, const FlightContingency& body);
  std::optional<Oddity> hear(const Said& said, const LegNotice& body);
  /// A report that ends a confirmed version.
  std::optional<Oddity> hear_end(const Said& said, const EntryHash& request, std::string_view what, Closing how);
  // …and our own.
  std::optional<Oddity> record(const Said& said, const LegHold& body);
  std::optional<Oddity> record(const Said& said, const LegRefused& body);
  std::optional<Oddity> record(const Said& said, const LegStandby& body);
  std::optional<Oddity> record(const Said& said, const LegConfirmed& body);
  std::optional<Oddity> record(const Said& said, const LegLapsed& body);
  std::optional<Oddity> record(const Said& said, const LegClosed& body);
  std::optional<Oddity> record(const Said& said, const LegRevoke& body);
  std::optional<Oddity> record(const Said& said, const Alarm& body);
  std::optional<Oddity> record(const Said& said, const AnswerRule& body);
  std::optional<Oddity> record(const Said& said, const AnswerGiven& body);
  /// The epoch of a zone is closed: what is still held there has lapsed with it.
  std::optional<Oddity> record(const Said& said, const ZoneLease& body);
  std::optional<Oddity> record(const Said& said, const ZoneReturn& body);
  std::optional<Oddity> record(const Said& said, const ZoneLeaseExpired& body);
  void close_epoch(const ZoneId& zone, std::int64_t epoch);
  void finish(const EntryHash& request, LegState state);
  /// A hold is one no more: whoever stood by for it is to be answered.
  void hold_ended(const ZoneId& zone, UtcMs until);
  void prune_notices(UtcMs now);

  // leg_desk.cc: what is due.
  void look_again();
  [[nodiscard]] std::optional<Body> fire_timer(UtcMs now);
  [[nodiscard]] std::optional<Body> lapse_frozen();
  [[nodiscard]] std::optional<Body> do_task(UtcMs now);
  [[nodiscard]] std::optional<Body> take_commit(const LegVersion& version, UtcMs now);

  [[nodiscard]] Stamp stamp(const LegVersion& version) const;
  /// By the charter, whoever keeps it now.
  [[nodiscard]] bool owns(const ZoneId& zone) const;
  [[nodiscard]] LegLapsed lapse(const LegVersion& version, Lapse reason) const;
  [[nodiscard]] LegClosed close(const LegVersion& version, Closing how) const;
  [[nodiscard]] Status check_keeps(const LegVersion& version) const;
  [[nodiscard]] Result<const LegVersion*> known(const EntryHash& request) const;

  // leg_answers.cc: what officers decide.
  /// Whether an officer answers a request of that home in that zone, or has it already.
  [[nodiscard]] bool by_hand(const LegVersion& version) const;
  [[nodiscard]] Body to_officers(const LegVersion& version, UtcMs now) const;
  [[nodiscard]] Body answer_as_told(const LegVersion& version, UtcMs now) const;
  [[nodiscard]] Body unanswered(const LegVersion& version) const;
  /// The last moment at which a hold of a window may end (T2, T5).
  [[nodiscard]] UtcMs last_hold_end(const LegVersion& version, geo::TimeWindow window) const;
  [[nodiscard]] UtcMs hold_until(const LegVersion& version, geo::TimeWindow window, UtcMs now) const;

  // leg_checks.cc: the answer to a request.
  [[nodiscard]] Body answer(const LegVersion& version, UtcMs now) const;
  [[nodiscard]] Body answer_for_space(const LegVersion& version, UtcMs now) const;
  [[nodiscard]] Airspace::Ask question(const LegVersion& version, const std::vector<geo::Volume4d>& volumes,
                                       UtcMs now) const;
  [[nodiscard]] Body refused(const LegVersion& version, Refusal refusal) const;
  [[nodiscard]] std::optional<LegHold> hold(const LegVersion& version, const core::Counter& shift, UtcMs now) const;
  [[nodiscard]] std::optional<Body> standby(const LegVersion& version, const Airspace::Answer& found, UtcMs now) const;
  /// Of a zone in which this node may not grant now.
  [[nodiscard]] std::string why_not(const ZoneId& zone) const;
  [[nodiscard]] std::optional<Refusal> check_right(const LegVersion& version, UtcMs now) const;
  [[nodiscard]] std::optional<Refusal> check_modify(const LegVersion& version) const;
  [[nodiscard]] std::optional<Refusal> check_window(const LegVersion& version, geo::TimeWindow window, UtcMs now) const;
  [[nodiscard]] bool frozen(const LegVersion& version) const;
  /// Whether these volumes lie within those of the confirmed version that this one is to replace.
  [[nodiscard]] bool shrinks(const LegVersion& version) const;

  AuthorityId self_;
  Timing timing_;
  const RelationView& relations_;
  const ControlView& control_;
  Airspace& airspace_;
  LegQuota quota_;
  core::TextHash names_;
  std::map<ZoneId, const core::Zone*> zones_;
  std::set<AuthorityId> members_;

  // The state.
  LegTable table_;
  std::vector<NotedLeg> notices_;
  AnswerRules rules_;
  std::uint64_t order_ = 0;  // of the next request

  // What `next` has looked at already. A restart looks at everything once more.
  std::optional<std::uint64_t> relations_seen_;
  std::optional<std::uint64_t> control_seen_;
  std::set<EntryHash> recheck_;  // holds whose relation may have been frozen
};

}  // namespace tansiq::coordination
