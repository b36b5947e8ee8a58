// What home and owner say to each other about the legs of a flight (docs/coordination.md, sections 3 to 5).
//
// Each struct is the body of one entry type. A body with a member `to` stands in the author's log for that authority
// alone; `kAudience` says where the others stand: `kMembers` for what several owners must read together (hashes only),
// `kOwn` for what stays at home. A version of a leg is named by the hash of its LegRequest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "coordination/names.h"
#include "core/craft_json.h"
#include "core/entry.h"
#include "core/record.h"

namespace tansiq::coordination {

/// Who may read an entry that is not addressed to one authority.
enum class Audience : std::uint8_t { kOwn, kMembers };

// From home
// ------------------------------------------------------------------------------------------------------------

/// REQUEST: asks the owner of a zone for one leg, and makes a new version of it.
struct LegRequest {
  static constexpr std::string_view kType = "leg.request";
  std::string call_sign;  ///< May be empty.
  /// Told to whom home shows its flights at `full` or `live`, and to nobody else.
  std::vector<core::Craft> craft = {};
  core::Domain domain = core::Domain::kAir;
  std::int64_t epoch = 0;  ///< Of the zone, as home knows it.
  UtcMs expires;           ///< Later the owner refuses it, and may forget its record.
  FlightId flight;
  std::int64_t leg = 0;                  ///< Position along the flight, from 0.
  std::int64_t legs = 1;                 ///< Of the flight.
  std::optional<AuthorityId> principal;  ///< For whom home files as a gateway.
  std::int64_t remaining = 1;            ///< Legs that home has still to ask for, this one included (T1).
  std::optional<EntryHash> replaces;     ///< MODIFY: the version that this one is to follow.
  AuthorityId to;
  std::vector<geo::Volume4d> volumes;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("call_sign", &LegRequest::call_sign), field("craft", &LegRequest::craft),
                      field("domain", &LegRequest::domain), field("epoch", &LegRequest::epoch),
                      field("expires_ms", &LegRequest::expires), field("flight", &LegRequest::flight),
                      field("leg", &LegRequest::leg), field("legs", &LegRequest::legs),
                      field("principal", &LegRequest::principal), field("remaining", &LegRequest::remaining),
                      field("replaces", &LegRequest::replaces), field("to", &LegRequest::to),
                      field("volumes", &LegRequest::volumes), field("zone", &LegRequest::zone));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const LegRequest&, const LegRequest&) = default;
};

/// COMMIT: takes every hold it quotes, all together.
struct FlightCommit {
  static constexpr std::string_view kType = "flight.commit";
  static constexpr Audience kAudience = Audience::kMembers;
  std::vector<EntryHash> holds;  ///< Hashes of LegHold entries.
  static constexpr auto fields() { return field_list(field("holds", &FlightCommit::holds)); }
  friend bool operator==(const FlightCommit&, const FlightCommit&) = default;
};

/// CANCEL: gives up versions, all together. Of a cleared one only after the crew's read-back.
struct FlightCancel {
  static constexpr std::string_view kType = "flight.cancel";
  static constexpr Audience kAudience = Audience::kMembers;
  std::vector<EntryHash> requests;
  static constexpr auto fields() { return field_list(field("requests", &FlightCancel::requests)); }
  friend bool operator==(const FlightCancel&, const FlightCancel&) = default;
};

/// SWITCH and RELEASE after a MODIFY: the crew flies `taken`, and has given up `released`.
struct LegRelease {
  static constexpr std::string_view kType = "leg.release";
  EntryHash released;
  EntryHash taken;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("released", &LegRelease::released), field("taken", &LegRelease::taken),
                      field("to", &LegRelease::to));
  }
  friend bool operator==(const LegRelease&, const LegRelease&) = default;
};

/// ENTRY: the aircraft is in the zone. A report, not a permission.
struct LegEntered {
  static constexpr std::string_view kType = "leg.entered";
  EntryHash request;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("request", &LegEntered::request), field("to", &LegEntered::to));
  }
  friend bool operator==(const LegEntered&, const LegEntered&) = default;
};
/// END: the aircraft has left the zone, or its window has passed unused. For this leg alone.
struct LegEnd {
  static constexpr std::string_view kType = "leg.end";
  EntryHash request;
  AuthorityId to;
  static constexpr auto fields() { return field_list(field("request", &LegEnd::request), field("to", &LegEnd::to)); }
  friend bool operator==(const LegEnd&, const LegEnd&) = default;
};
/// REVOKE-ACK: the crew has read back that it gives the version up.
struct LegRevokeAck {
  static constexpr std::string_view kType = "leg.revoke_ack";
  EntryHash request;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("request", &LegRevokeAck::request), field("to", &LegRevokeAck::to));
  }
  friend bool operator==(const LegRevokeAck&, const LegRevokeAck&) = default;
};
/// UNABLE: a revoke cannot be followed, the aircraft is airborne.
struct LegUnable {
  static constexpr std::string_view kType = "leg.unable";
  EntryHash request;
  std::string text;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("request", &LegUnable::request), field("text", &LegUnable::text),
                      field("to", &LegUnable::to));
  }
  friend bool operator==(const LegUnable&, const LegUnable&) = default;
};
/// A leg in disputed space: told, not asked.
struct LegNotice {
  static constexpr std::string_view kType = "leg.notice";
  std::string call_sign;
  std::vector<core::Craft> craft = {};  ///< As in a request.
  core::Domain domain = core::Domain::kAir;
  FlightId flight;
  std::int64_t leg = 0;
  AuthorityId to;
  std::vector<geo::Volume4d> volumes;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("call_sign", &LegNotice::call_sign), field("craft", &LegNotice::craft),
                      field("domain", &LegNotice::domain), field("flight", &LegNotice::flight),
                      field("leg", &LegNotice::leg), field("to", &LegNotice::to), field("volumes", &LegNotice::volumes),
                      field("zone", &LegNotice::zone));
  }
  [[nodiscard]] Status check() const { return core::check_craft(craft); }
  friend bool operator==(const LegNotice&, const LegNotice&) = default;
};
/// CONTINGENCY (R7): distress, weather, lost communication. The crew acts; each owner on the way is told.
struct FlightContingency {
  static constexpr std::string_view kType = "flight.contingency";
  FlightId flight;
  std::vector<EntryHash> requests;  ///< Versions at this owner.
  std::string text;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("flight", &FlightContingency::flight), field("requests", &FlightContingency::requests),
                      field("text", &FlightContingency::text), field("to", &FlightContingency::to));
  }
  friend bool operator==(const FlightContingency&, const FlightContingency&) = default;
};

// At home
// --------------------------------------------------------------------------------------------------------------

/// One leg of a flight as it was filed. `owner` is whose sequencer decides there; none where the zone is disputed.
/// Canonical JSON of one leg's volumes: its window must fit into an entry again when the zone goes over to another
/// authority, whatever names stand beside it.
inline constexpr std::size_t kLegVolumesBytesMax = kEntryBytesMax - 4'096;
[[nodiscard]] std::size_t volumes_bytes(const std::vector<geo::Volume4d>& volumes);
struct PlannedLeg {
  std::optional<std::int64_t> beside = {};  ///< A boundary leg: the leg with which it is entered and left (ADR 17).
  std::vector<geo::Volume4d> volumes;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("beside", &PlannedLeg::beside), field("volumes", &PlannedLeg::volumes),
                      field("zone", &PlannedLeg::zone));
  }
  friend bool operator==(const PlannedLeg&, const PlannedLeg&) = default;
};
/// INTENT: a flight across zones as its home plans it; what the legs are asked from. Filing again under a flight id
/// whose attempt has ended makes a new attempt; filing a live one is a MODIFY of the legs that differ.
struct FlightFiled {
  static constexpr std::string_view kType = "flight.filed";
  static constexpr Audience kAudience = Audience::kOwn;
  std::optional<std::string> alternate;  ///< Where the crew lands when it may fly no further than the gate leg.
  std::string call_sign;
  std::vector<core::Craft> craft = {};  ///< Who flies it, as far as it was said.
  core::Domain domain = core::Domain::kAir;
  FlightId flight;
  std::optional<std::int64_t> gate_leg;  ///< With an alternate: the last leg that must be confirmed for departure (R1).
  std::vector<PlannedLeg> legs;
  std::optional<AuthorityId> principal;
  static constexpr auto fields() {
    return field_list(field("alternate", &FlightFiled::alternate), field("call_sign", &FlightFiled::call_sign),
                      field("craft", &FlightFiled::craft), field("domain", &FlightFiled::domain),
                      field("flight", &FlightFiled::flight), field("gate_leg", &FlightFiled::gate_leg),
                      field("legs", &FlightFiled::legs), field("principal", &FlightFiled::principal));
  }
  [[nodiscard]] Status check() const;
  /// The leg that is flown when this one is: itself, or the one beside which it stands.
  [[nodiscard]] std::int64_t flown_with(std::int64_t leg) const {
    return legs[static_cast<std::size_t>(leg)].beside.value_or(leg);
  }
  /// The last leg that must be confirmed for departure, of those that are flown (R1).
  [[nodiscard]] std::int64_t last_for_departure() const {
    return gate_leg.value_or(static_cast<std::int64_t>(legs.size()) - 1);
  }
  friend bool operator==(const FlightFiled&, const FlightFiled&) = default;
};
/// An officer gives a flight up, or (`change`) the MODIFY that is under way; or the node does, when nothing has been
/// asked for that a CANCEL could name. What others hold for it is cancelled after this, once the crew has read back.
struct FlightDropped {
  static constexpr std::string_view kType = "flight.dropped";
  static constexpr Audience kAudience = Audience::kOwn;
  bool change = false;
  FlightId flight;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("change", &FlightDropped::change), field("flight", &FlightDropped::flight),
                      field("text", &FlightDropped::text));
  }
  friend bool operator==(const FlightDropped&, const FlightDropped&) = default;
};
/// Where the aircraft is along its legs.
enum class FlightMove : std::uint8_t { kEntered, kLeft, kLanded };
constexpr std::array<std::string_view, 3> enum_names(FlightMove) { return {"entered", "left", "landed"}; }
/// The aircraft has entered a leg, left it, or landed. What each owner is told of it (ENTRY, END) follows from this.
struct FlightMoved {
  static constexpr std::string_view kType = "flight.moved";
  static constexpr Audience kAudience = Audience::kOwn;
  FlightId flight;
  std::int64_t leg = 0;  ///< Landed: the last one.
  FlightMove move = FlightMove::kEntered;
  static constexpr auto fields() {
    return field_list(field("flight", &FlightMoved::flight), field("leg", &FlightMoved::leg),
                      field("move", &FlightMoved::move));
  }
  friend bool operator==(const FlightMoved&, const FlightMoved&) = default;
};
/// An officer takes the counter-proposals of a flight (or a rule that he set beforehand, named here).
struct CounterAccepted {
  static constexpr std::string_view kType = "flight.counter_accepted";
  static constexpr Audience kAudience = Audience::kOwn;
  FlightId flight;
  std::vector<EntryHash> holds;  ///< The counters.
  std::string rule;              ///< Empty: the officer of this entry, in person.
  static constexpr auto fields() {
    return field_list(field("flight", &CounterAccepted::flight), field("holds", &CounterAccepted::holds),
                      field("rule", &CounterAccepted::rule));
  }
  friend bool operator==(const CounterAccepted&, const CounterAccepted&) = default;
};
/// What the crew has been told, and what it has confirmed.
enum class CrewStep : std::uint8_t { kCleared, kReadBack, kRecalled, kGaveUp };
constexpr std::array<std::string_view, 4> enum_names(CrewStep) {
  return {"cleared", "read_back", "recalled", "gave_up"};
}
/// cleared: the versions were passed to the crew. read_back: it has taken them. recalled: it was told to give them up.
/// gave_up: it has read that back.
struct CrewReport {
  static constexpr std::string_view kType = "flight.crew";
  static constexpr Audience kAudience = Audience::kOwn;
  FlightId flight;
  std::vector<EntryHash> requests;
  CrewStep step = CrewStep::kCleared;
  static constexpr auto fields() {
    return field_list(field("flight", &CrewReport::flight), field("requests", &CrewReport::requests),
                      field("step", &CrewReport::step));
  }
  friend bool operator==(const CrewReport&, const CrewReport&) = default;
};

/// `number` of an entry about a window of a zone that its author does not keep now (section 6, LESSOR): it is no entry
/// of the zone's sequence, and its `epoch` is the newest that is known there; in a refusal, the one that home should
/// ask in.
inline constexpr std::int64_t kUnnumbered = -1;

// From the owner
// -------------------------------------------------------------------------------------------------------

/// HOLD, or COUNTER when a shift is given: the window, moved as a whole, is booked until `until`.
struct LegHold {
  static constexpr std::string_view kType = "leg.hold";
  std::int64_t epoch = 0;   ///< Of the zone.
  std::int64_t number = 0;  ///< Of this entry among the zone's in this epoch.
  std::optional<std::int64_t> level_shift_cm;
  EntryHash request;
  std::optional<DurationMs> time_shift_ms;
  AuthorityId to;
  UtcMs until;  ///< Th.
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &LegHold::epoch), field("level_shift_cm", &LegHold::level_shift_cm),
                      field("number", &LegHold::number), field("request", &LegHold::request),
                      field("time_shift_ms", &LegHold::time_shift_ms), field("to", &LegHold::to),
                      field("until_ms", &LegHold::until), field("zone", &LegHold::zone));
  }
  [[nodiscard]] bool counter() const { return level_shift_cm || time_shift_ms; }
  friend bool operator==(const LegHold&, const LegHold&) = default;
};

/// Something in the way, as far as the asker may know. What it may not know is absent.
struct LegConflict {
  std::optional<geo::LevelBand> band;
  std::optional<IntentId> intent;
  std::optional<core::Subject> manager;
  std::optional<geo::TimeWindow> window;
  static constexpr auto fields() {
    return field_list(field("band", &LegConflict::band), field("intent", &LegConflict::intent),
                      field("manager", &LegConflict::manager), field("window", &LegConflict::window));
  }
  friend bool operator==(const LegConflict&, const LegConflict&) = default;
};
/// REFUSED.
struct LegRefused {
  static constexpr std::string_view kType = "leg.refused";
  std::vector<LegConflict> conflicts;
  std::int64_t epoch = 0;
  std::int64_t number = 0;
  LegRefusal reason = LegRefusal::kOther;
  EntryHash request;
  std::optional<AuthorityId> sequencer;  ///< not_sequencer: who is.
  std::string text;
  AuthorityId to;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("conflicts", &LegRefused::conflicts), field("epoch", &LegRefused::epoch),
                      field("number", &LegRefused::number), field("reason", &LegRefused::reason),
                      field("request", &LegRefused::request), field("sequencer", &LegRefused::sequencer),
                      field("text", &LegRefused::text), field("to", &LegRefused::to), field("zone", &LegRefused::zone));
  }
  friend bool operator==(const LegRefused&, const LegRefused&) = default;
};
/// STANDBY: only holds of others stand in the way; the owner decides when the earliest of them ends. A note.
struct LegStandby {
  static constexpr std::string_view kType = "leg.standby";
  EntryHash request;
  AuthorityId to;
  UtcMs until;
  static constexpr auto fields() {
    return field_list(field("request", &LegStandby::request), field("to", &LegStandby::to),
                      field("until_ms", &LegStandby::until));
  }
  friend bool operator==(const LegStandby&, const LegStandby&) = default;
};
/// CONFIRMED: the window is the home's, until it gives it up or it has passed.
struct LegConfirmed {
  static constexpr std::string_view kType = "leg.confirmed";
  EntryHash commit;
  std::int64_t epoch = 0;
  std::int64_t number = 0;
  EntryHash request;
  AuthorityId to;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("commit", &LegConfirmed::commit), field("epoch", &LegConfirmed::epoch),
                      field("number", &LegConfirmed::number), field("request", &LegConfirmed::request),
                      field("to", &LegConfirmed::to), field("zone", &LegConfirmed::zone));
  }
  friend bool operator==(const LegConfirmed&, const LegConfirmed&) = default;
};
/// LAPSED: the hold has ended and its space is free.
struct LegLapsed {
  static constexpr std::string_view kType = "leg.lapsed";
  std::int64_t epoch = 0;
  std::int64_t number = 0;
  Lapse reason = Lapse::kTime;
  EntryHash request;
  AuthorityId to;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &LegLapsed::epoch), field("number", &LegLapsed::number),
                      field("reason", &LegLapsed::reason), field("request", &LegLapsed::request),
                      field("to", &LegLapsed::to), field("zone", &LegLapsed::zone));
  }
  friend bool operator==(const LegLapsed&, const LegLapsed&) = default;
};
/// CANCELLED, ENDED, REVOKED, EXPIRED: the right has ended and its space is free.
struct LegClosed {
  static constexpr std::string_view kType = "leg.closed";
  std::int64_t epoch = 0;
  Closing how = Closing::kEnded;
  std::int64_t number = 0;
  EntryHash request;
  AuthorityId to;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &LegClosed::epoch), field("how", &LegClosed::how),
                      field("number", &LegClosed::number), field("request", &LegClosed::request),
                      field("to", &LegClosed::to), field("zone", &LegClosed::zone));
  }
  friend bool operator==(const LegClosed&, const LegClosed&) = default;
};
/// REVOKE: asks home to give a confirmed version up; the space stays booked until it has. EMERGENCY REVOKE
/// (`emergency`) alarms, and changes nothing else.
struct LegRevoke {
  static constexpr std::string_view kType = "leg.revoke";
  bool emergency = false;
  std::int64_t epoch = 0;
  std::int64_t number = 0;
  EntryHash request;
  std::string text;
  AuthorityId to;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("emergency", &LegRevoke::emergency), field("epoch", &LegRevoke::epoch),
                      field("number", &LegRevoke::number), field("request", &LegRevoke::request),
                      field("text", &LegRevoke::text), field("to", &LegRevoke::to), field("zone", &LegRevoke::zone));
  }
  friend bool operator==(const LegRevoke&, const LegRevoke&) = default;
};

}  // namespace tansiq::coordination
