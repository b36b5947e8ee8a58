// What an officer can do in the coordination between authorities. An act is checked by the part that it concerns, then
// becomes one or more entries; a machine never does any of these by itself.
//
//   {"act":{"flight":"M1"},"cmd":"c17","kind":"flight.clear","second":"chief@fr"}
//
// `cmd` is chosen by the client: repeating it returns the first outcome. `second` names a second officer, whose consent
// whoever authenticates has to have seen.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/one_of.h"
#include "coordination/answer_entries.h"
#include "coordination/caveat_entries.h"
#include "coordination/control_entries.h"
#include "coordination/disclosure_entries.h"
#include "coordination/incident_entries.h"
#include "coordination/leg_entries.h"
#include "coordination/relation.h"
#include "coordination/relation_entries.h"
#include "coordination/report_entries.h"
#include "coordination/talk_letter.h"

namespace tansiq::coordination {

/// The whole note of a charter, as signed; bounded by kNoteBytesMax, not by what fits into an entry.
struct NoteText {
  std::string note;
};

}  // namespace tansiq::coordination

namespace tansiq::core {

template <>
struct Codec<coordination::NoteText> {
  static void write(log::JcsWriter& out, const coordination::NoteText& value) { out.string(value.note); }
  static Result<coordination::NoteText> read(const log::JcsValue& value);
};

}  // namespace tansiq::core

namespace tansiq::coordination {

/// Files a flight, or MODIFIES a live one.
struct FileFlight {
  static constexpr std::string_view kKind = "flight.file";
  FlightFiled filed;
  static constexpr auto fields() { return field_list(field("filed", &FileFlight::filed)); }
};
/// The acts about one flight that need nothing but its name, and for some a word.
enum class FlightStep : std::uint8_t {
  kAcceptCounter,   ///< Takes all counter-proposals that the flight waits with.
  kDeclineCounter,  ///< Gives up what they were asked for.
  kCancel,          ///< Gives the flight up; before departure only.
  kCancelChange,    ///< Gives a MODIFY up.
  kClear,           ///< The confirmed versions were passed to the crew.
  kReadBack,        ///< The crew has taken them.
  kRecall,          ///< The crew was told to give them up.
  kGaveUp,          ///< The crew has read that back.
  kSwitch,          ///< After a MODIFY: the new versions were passed to the crew, whose position lies in them.
  kLand,            ///< The flight is over.
  kContingency,     ///< Distress, weather, lost communication: the crew acts, owners are told.
};
constexpr std::array<std::string_view, 11> enum_names(FlightStep) {
  return {"accept_counter", "decline_counter", "cancel", "cancel_change", "clear",      "read_back",
          "recall",         "gave_up",         "switch", "land",          "contingency"};
}
struct StepFlight {
  static constexpr std::string_view kKind = "flight.step";
  FlightId flight;
  FlightStep step = FlightStep::kClear;
  std::string text;  ///< Why; for `accept_counter` the name of a rule, empty for an officer in person.
  static constexpr auto fields() {
    return field_list(field("flight", &StepFlight::flight), field("step", &StepFlight::step),
                      field("text", &StepFlight::text));
  }
};
/// The aircraft has entered, or left, the zone of a leg.
struct ReportLeg {
  static constexpr std::string_view kKind = "flight.report";
  bool entered = true;
  FlightId flight;
  std::int64_t leg = 0;
  static constexpr auto fields() {
    return field_list(field("entered", &ReportLeg::entered), field("flight", &ReportLeg::flight),
                      field("leg", &ReportLeg::leg));
  }
};
/// Asks the home of a confirmed leg to give it up; `emergency` alarms and changes nothing else.
struct RevokeLeg {
  static constexpr std::string_view kKind = "leg.revoke";
  bool emergency = false;
  EntryHash request;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("emergency", &RevokeLeg::emergency), field("request", &RevokeLeg::request),
                      field("text", &RevokeLeg::text));
  }
};
/// Frees the space of a leg whose aircraft never reported that it left.
struct FreeOverdue {
  static constexpr std::string_view kKind = "leg.free_overdue";
  EntryHash request;
  static constexpr auto fields() { return field_list(field("request", &FreeOverdue::request)); }
};

/// Says who answers requests in a zone, those of `home` or of everybody: an officer (`by_hand`), or the node.
struct SetAnswerRule {
  static constexpr std::string_view kKind = "answer.rule";
  std::optional<DurationMs> answer_ms;  ///< How long a request waits for him; absent: kAnswerMsDefault.
  bool by_hand = true;
  std::optional<AuthorityId> home;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("answer_ms", &SetAnswerRule::answer_ms), field("by_hand", &SetAnswerRule::by_hand),
                      field("home", &SetAnswerRule::home), field("zone", &SetAnswerRule::zone));
  }
};
/// Answers a request that waits for an officer, or confirms or refuses what is held until one does.
struct AnswerLeg {
  static constexpr std::string_view kKind = "leg.answer";
  HandAnswer answer = HandAnswer::kConfirm;
  std::optional<std::int64_t> level_shift_cm;
  EntryHash request;
  std::string text;
  std::optional<DurationMs> time_shift_ms;
  static constexpr auto fields() {
    return field_list(field("answer", &AnswerLeg::answer), field("level_shift_cm", &AnswerLeg::level_shift_cm),
                      field("request", &AnswerLeg::request), field("text", &AnswerLeg::text),
                      field("time_shift_ms", &AnswerLeg::time_shift_ms));
  }
};

struct FreezeRelation {
  static constexpr std::string_view kKind = "relation.freeze";
  std::vector<EdgeLevel> edges;  ///< With the cap of each.
  AuthorityId peer;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("edges", &FreezeRelation::edges), field("peer", &FreezeRelation::peer),
                      field("text", &FreezeRelation::text));
  }
};
struct ProposeRelation {
  static constexpr std::string_view kKind = "relation.propose";
  std::string bundle;
  std::vector<EdgeLevel> edges;
  AuthorityId peer;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("bundle", &ProposeRelation::bundle), field("edges", &ProposeRelation::edges),
                      field("peer", &ProposeRelation::peer), field("text", &ProposeRelation::text));
  }
};
struct AcceptRelation {
  static constexpr std::string_view kKind = "relation.accept";
  EntryHash proposal;
  static constexpr auto fields() { return field_list(field("proposal", &AcceptRelation::proposal)); }
};

/// LEASE with `until`, HANDOVER without.
struct LeaseZone {
  static constexpr std::string_view kKind = "zone.lease";
  AuthorityId tenant;
  std::optional<UtcMs> until;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("tenant", &LeaseZone::tenant), field("until_ms", &LeaseZone::until),
                      field("zone", &LeaseZone::zone));
  }
};
struct ReturnZone {
  static constexpr std::string_view kKind = "zone.return";
  ZoneId zone;
  static constexpr auto fields() { return field_list(field("zone", &ReturnZone::zone)); }
};
struct RecallZone {
  static constexpr std::string_view kKind = "zone.recall";
  std::string text;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("text", &RecallZone::text), field("zone", &RecallZone::zone));
  }
};
/// The operator's word that the clock is beyond its bound (`fault`), or within it again.
struct DeclareClock {
  static constexpr std::string_view kKind = "clock.fault";
  bool fault = true;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("fault", &DeclareClock::fault), field("text", &DeclareClock::text));
  }
};

/// Refuses a lease that has not begun here.
struct DeclineZone {
  static constexpr std::string_view kKind = "zone.decline";
  ZoneId zone;
  static constexpr auto fields() { return field_list(field("zone", &DeclineZone::zone)); }
};
/// Says which of the entries that halted a zone stands. Needs a second officer.
struct ResolveZone {
  static constexpr std::string_view kKind = "zone.resolve";
  EntryHash stands;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("stands", &ResolveZone::stands), field("zone", &ResolveZone::zone));
  }
};

/// Agrees to the next version of the charter. An authority that was struck out and comes back gives the versions that
/// had no place for it, too, oldest first.
struct AdoptCharter {
  static constexpr std::string_view kKind = "charter.adopt";
  NoteText note;
  std::vector<NoteText> through = {};
  static constexpr auto fields() {
    return field_list(field("note", &AdoptCharter::note), field("through", &AdoptCharter::through));
  }
};

/// Says to whom a recipient may pass on what it is shown in a domain; an empty list is nobody.
struct SetShareRule {
  static constexpr std::string_view kKind = "share.rule";
  core::Domain domain = core::Domain::kAir;
  std::vector<AuthorityId> onward;
  AuthorityId recipient;
  static constexpr auto fields() {
    return field_list(field("domain", &SetShareRule::domain), field("onward", &SetShareRule::onward),
                      field("recipient", &SetShareRule::recipient));
  }
};
/// Withdraws one flight or intent (`flight M1`, `intent i7`) from one recipient, or lets the relation decide again.
struct WithholdShare {
  static constexpr std::string_view kKind = "share.withhold";
  AuthorityId recipient;
  std::string source;
  bool withheld = true;
  static constexpr auto fields() {
    return field_list(field("recipient", &WithholdShare::recipient), field("source", &WithholdShare::source),
                      field("withheld", &WithholdShare::withheld));
  }
};
/// Passes on what another shows us.
struct PassShare {
  static constexpr std::string_view kKind = "share.pass";
  EntryHash body;
  AuthorityId to;
  static constexpr auto fields() { return field_list(field("body", &PassShare::body), field("to", &PassShare::to)); }
};
/// Sets a caveat, or sets one anew.
struct SetCaveat {
  static constexpr std::string_view kKind = "caveat.set";
  CaveatId caveat;
  CaveatRule rule;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("caveat", &SetCaveat::caveat), field("rule", &SetCaveat::rule),
                      field("text", &SetCaveat::text));
  }
};
struct ClearCaveat {
  static constexpr std::string_view kKind = "caveat.clear";
  CaveatId caveat;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("caveat", &ClearCaveat::caveat), field("text", &ClearCaveat::text));
  }
};
/// Asks a sequencer to watch a caveat in its zones. It then knows of it.
struct DepositCaveat {
  static constexpr std::string_view kKind = "caveat.deposit";
  CaveatId caveat;
  AuthorityId with;
  static constexpr auto fields() {
    return field_list(field("caveat", &DepositCaveat::caveat), field("with", &DepositCaveat::with));
  }
};
struct WithdrawCaveat {
  static constexpr std::string_view kKind = "caveat.withdraw";
  CaveatId caveat;
  AuthorityId with;
  static constexpr auto fields() {
    return field_list(field("caveat", &WithdrawCaveat::caveat), field("with", &WithdrawCaveat::with));
  }
};
/// Lets a flight, or an intent, of ours go although it meets caveats: those that are logged now, and no others.
struct OverrideCaveat {
  static constexpr std::string_view kKind = "caveat.override";
  std::optional<FlightId> flight;
  std::optional<IntentId> intent;
  std::string text;  ///< Why.
  static constexpr auto fields() {
    return field_list(field("flight", &OverrideCaveat::flight), field("intent", &OverrideCaveat::intent),
                      field("text", &OverrideCaveat::text));
  }
  [[nodiscard]] Status check() const {
    if (flight.has_value() != intent.has_value()) return {};
    return fail(ErrorCode::kInvalid, "name a flight or an intent, and not both");
  }
};

/// Files a report, as version 1. To whom it goes, and may be passed on, it says itself; `share.pass` passes on one of
/// another's.
struct FileReport {
  static constexpr std::string_view kKind = "report.file";
  InfoReport report;
  static constexpr auto fields() { return field_list(field("report", &FileReport::report)); }
};
/// The next version of a report that stands.
struct ReviseReport {
  static constexpr std::string_view kKind = "report.revise";
  InfoReport report;
  static constexpr auto fields() { return field_list(field("report", &ReviseReport::report)); }
};
/// Takes a report back from all who hold it.
struct RevokeReport {
  static constexpr std::string_view kKind = "report.revoke";
  ReportId report;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("report", &RevokeReport::report), field("text", &RevokeReport::text));
  }
};

/// Opens an incident. Neither alert nor message: by hand. We are a party, named or not.
struct OpenIncident {
  static constexpr std::string_view kKind = "incident.open";
  std::optional<std::string> alert;
  IncidentId incident;
  std::optional<EntryHash> message;
  std::vector<AuthorityId> parties;
  std::vector<geo::Volume4d> place;
  std::string title;
  geo::TimeWindow window;
  static constexpr auto fields() {
    return field_list(field("alert", &OpenIncident::alert), field("incident", &OpenIncident::incident),
                      field("message", &OpenIncident::message), field("parties", &OpenIncident::parties),
                      field("place", &OpenIncident::place), field("title", &OpenIncident::title),
                      field("window", &OpenIncident::window));
  }
};
/// Our statement of an incident, or its next version.
struct StateIncident {
  static constexpr std::string_view kKind = "incident.state";
  std::vector<IncidentHeld> held;
  IncidentId incident;
  AuthorityId opener;
  std::vector<TalkPart> parts;
  static constexpr auto fields() {
    return field_list(field("held", &StateIncident::held), field("incident", &StateIncident::incident),
                      field("opener", &StateIncident::opener), field("parts", &StateIncident::parts));
  }
};
/// How it stands with our side, and ours alone.
struct MoveIncident {
  static constexpr std::string_view kKind = "incident.move";
  IncidentId incident;
  AuthorityId opener;
  IncidentState state = IncidentState::kOpen;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("incident", &MoveIncident::incident), field("opener", &MoveIncident::opener),
                      field("state", &MoveIncident::state), field("text", &MoveIncident::text));
  }
};

/// Writes a message to one or more authorities: to all of them, or to none.
struct SendTalk {
  static constexpr std::string_view kKind = "talk.send";
  Letter letter;
  static constexpr auto fields() { return field_list(field("letter", &SendTalk::letter)); }
};
/// An officer has read what another authority has written. `message` is the hash of its entry.
struct ReadTalk {
  static constexpr std::string_view kKind = "talk.read";
  EntryHash message;
  static constexpr auto fields() { return field_list(field("message", &ReadTalk::message)); }
};
/// An answer will take longer; once.
struct StandbyTalk {
  static constexpr std::string_view kKind = "talk.standby";
  EntryHash message;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("message", &StandbyTalk::message), field("text", &StandbyTalk::text));
  }
};
struct AnswerTalk {
  static constexpr std::string_view kKind = "talk.answer";
  EntryHash message;
  Reply reply;
  static constexpr auto fields() {
    return field_list(field("message", &AnswerTalk::message), field("reply", &AnswerTalk::reply));
  }
};
struct RefuseTalk {
  static constexpr std::string_view kKind = "talk.refuse";
  EntryHash message;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("message", &RefuseTalk::message), field("text", &RefuseTalk::text));
  }
};
/// Takes the alarm of a message of ours that is overdue.
struct AcknowledgeOverdue {
  static constexpr std::string_view kKind = "talk.acknowledge_overdue";
  EntryHash message;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("message", &AcknowledgeOverdue::message), field("text", &AcknowledgeOverdue::text));
  }
};
/// Says whether an officer is on watch here.
struct SetWatch {
  static constexpr std::string_view kKind = "watch.set";
  bool attended = true;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("attended", &SetWatch::attended), field("text", &SetWatch::text));
  }
};
/// Checks the line to an authority now.
struct CheckLine {
  static constexpr std::string_view kKind = "line.check_now";
  AuthorityId peer;
  static constexpr auto fields() { return field_list(field("peer", &CheckLine::peer)); }
};

struct Acts {
  using Variant =
      std::variant<FileFlight, StepFlight, ReportLeg, RevokeLeg, FreeOverdue, SetAnswerRule, AnswerLeg, FreezeRelation,
                   ProposeRelation, AcceptRelation, LeaseZone, ReturnZone, DeclineZone, RecallZone, ResolveZone,
                   DeclareClock, SetCaveat, ClearCaveat, DepositCaveat, WithdrawCaveat, OverrideCaveat, SetShareRule,
                   WithholdShare, PassShare, FileReport, ReviseReport, RevokeReport, OpenIncident, StateIncident,
                   MoveIncident, SendTalk, ReadTalk, StandbyTalk, AnswerTalk, RefuseTalk, AcknowledgeOverdue, SetWatch,
                   CheckLine, AdoptCharter>;
  static constexpr bool kComparable = false;
};
using Act = OneOf<Acts>;

struct ActCommand {
  CommandId cmd;
  core::Subject by;
  core::Subject second;  ///< Empty: one officer.
  Act act;
};

[[nodiscard]] std::string_view kind_name(const Act& act);
/// Reads `kind` and `act`, `cmd` and `second` of the form above; `by` is whoever was authenticated. Fails with
/// `kInvalid`, naming the place; an unknown kind lists the known ones.
[[nodiscard]] Result<ActCommand> read_act(const log::JcsValue& value, const core::Subject& by);
/// The same form, canonical.
void write_act(log::JcsWriter& out, const ActCommand& command);

}  // namespace tansiq::coordination
