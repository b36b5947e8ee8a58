// Entries of the coordination between authorities: one line of canonical JSON each,
//
//   {"body":{…},"by":"officer@us","cmd":"c17","second":"…","seq":41,"time_ms":…,"type":"leg.hold","v":1}
//
// `by` and `cmd` name the officer and the command behind an act, `second` the second officer where two were needed; all
// are absent on what a machine said. Formats: docs/entries.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "base/one_of.h"
#include "base/result.h"
#include "base/time.h"
#include "coordination/answer_entries.h"
#include "coordination/caveat_entries.h"
#include "coordination/control_entries.h"
#include "coordination/disclosure_entries.h"
#include "coordination/incident_entries.h"
#include "coordination/leg_entries.h"
#include "coordination/peer_entries.h"
#include "coordination/relation_entries.h"
#include "coordination/report_entries.h"
#include "coordination/talk_entries.h"
#include "core/names.h"

namespace tansiq::coordination {

struct Bodies {
  using Variant = std::variant<
      // legs and flights
      LegRequest, FlightCommit, FlightCancel, LegRelease, LegEntered, LegEnd, LegRevokeAck, LegUnable, LegNotice,
      FlightContingency, FlightFiled, FlightDropped, FlightMoved, CounterAccepted, CrewReport, LegHold, LegRefused,
      LegStandby, LegConfirmed, LegLapsed, LegClosed, LegRevoke, AnswerRule, AnswerGiven,
      // relations
      RelationFreeze, RelationPropose, RelationAccept,
      // zone control
      ZoneSnapshot, ZoneLease, ZoneAccept, ZoneReturn, ZoneResume, ZoneRecall, ZoneLeaseExpired, ZoneResolved,
      CharterAdopted, CharterInForce,
      // disclosure
      ShareNamed, ShareRule, ShareWithheld, ShareShown, ShareEnded, ShareCommitment, ShareRevoked, SharePassed,
      ShareForwarded, ShareDestroyed, ReportFiled, ReportEnded, ReportHeld, ReportGone,
      // caveats
      CaveatSet, CaveatCleared, CaveatMet, CaveatOverridden, CaveatDeposited, CaveatWithdrawn, CaveatReport,
      // incidents
      IncidentOpened, IncidentStated, IncidentMoved,
      // talks
      TalkMessage, TalkReceived, TalkRead, TalkStandby, TalkAnswered, TalkRefused, TalkOverdue, TalkOverdueAcknowledged,
      WatchSet, LineCheck, LineAnswered, LineMissed,
      // peers
      MembersAnchor, PairAnchor, Anomaly, Equivocation, ClockFault, NodeRecovered, Alarm>;
  static constexpr bool kComparable = true;
};
/// What an entry says.
using Body = OneOf<Bodies>;

struct Entry {
  std::uint64_t seq = 0;
  UtcMs time;
  core::Subject by;
  core::Subject second;
  CommandId cmd;
  Body body;
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// `leg.hold`, … as in `type`.
[[nodiscard]] std::string_view type_name(const Body& body);
/// Whether a line is an entry of coordination, by its first member: no entry of the zone machine has a `body`.
[[nodiscard]] inline bool is_coordination_line(std::string_view line) { return line.starts_with("{\"body\":"); }

/// In whose log an entry stands: `to` for a pair's, else by audience.
struct Addressee {
  Audience audience = Audience::kOwn;
  std::optional<AuthorityId> to;  ///< Set: that pair's log; `audience` then does not count.
  friend bool operator==(const Addressee&, const Addressee&) = default;
};
[[nodiscard]] Addressee addressee_of(const Body& body);

/// The line, with its line feed. Fails with `kTooLarge` beyond kEntryBytesMax, `kInvalid` where a text or number cannot
/// stand in a record.
[[nodiscard]] Result<std::string> write_entry(const Entry& entry);
/// Fails with `kMalformed` (not canonical), `kUnsupported` (a later format or an unknown type), `kInvalid`.
[[nodiscard]] Result<Entry> read_entry(std::string_view line);

/// How an entry is quoted.
[[nodiscard]] EntryHash hash_of(std::string_view line);

/// One entry as a module reads it: who said it, when, and under which hash it is quoted.
struct Said {
  const AuthorityId& author;
  const EntryHash& hash;
  UtcMs time;  ///< The author's log time.
  const Body& body;
  core::Subject by = {};  ///< The officer whose act it is; empty on what a machine says.
  UtcMs heard = kUtcMax;  ///< The reader's own log time.
};

}  // namespace tansiq::coordination
