// A flight as its home knows it: the plan, the versions of its legs, and what the crew holds. Plain data, described
// once for records; `FlightDesk` (flight_desk.h) is its only writer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"

namespace tansiq::coordination {

/// States of a version at home. A leg that has not been asked for has no version (IDLE).
enum class HomeState : std::uint8_t {
  kRequested,
  kHeld,
  kCommitted,
  kConfirmed,
  kRefused,
  kLapsed,
  kCancelled,
  kRevoked,
  kEnded,
};
constexpr std::array<std::string_view, 9> enum_names(HomeState) {
  return {"requested", "held", "committed", "confirmed", "refused", "lapsed", "cancelled", "revoked", "ended"};
}
/// Not one of the ends.
[[nodiscard]] constexpr bool live(HomeState state) { return state <= HomeState::kConfirmed; }

/// What a version is for.
enum class VersionRole : std::uint8_t {
  kPlan,        ///< The leg as the flight stands.
  kChange,      ///< The leg as the MODIFY under way wants it.
  kOutgoing,    ///< Its successor is in the crew's hand; to be released.
  kSuperseded,  ///< It depended on a window that a counter has moved; to be cancelled and asked for again.
};
constexpr std::array<std::string_view, 4> enum_names(VersionRole) {
  return {"plan", "change", "outgoing", "superseded"};
}

/// The flag CREW of a version, with how far the exchange with the crew has come. Anything but `kNothing` is in hand: a
/// crew that was told and has not answered may hold the clearance, and one that was recalled holds it until it has read
/// that back.
enum class CrewHand : std::uint8_t { kNothing, kCleared, kReadBack, kRecalled };
constexpr std::array<std::string_view, 4> enum_names(CrewHand) {
  return {"nothing", "cleared", "read_back", "recalled"};
}

/// A report about a version that has been written for one authority. After a lease two must know: who granted the
/// version, and who decides now.
enum class Report : std::uint8_t { kEntered, kEnded, kReleased, kRevokeAcked };
constexpr std::array<std::string_view, 4> enum_names(Report) {
  return {"entered", "ended", "released", "revoke_acked"};
}
struct Told {
  Report report = Report::kEntered;
  AuthorityId to;
  static constexpr auto fields() { return field_list(field("report", &Told::report), field("to", &Told::to)); }
  friend bool operator==(const Told&, const Told&) = default;
};

/// One version of a leg: one LegRequest, and what came of it.
struct HomeVersion {
  bool accepted = false;            ///< An officer took the counter.
  bool closed = false;              ///< The owner has logged its end: nobody needs to be told any more.
  std::optional<EntryHash> commit;  ///< The FlightCommit that took the hold.
  CrewHand crew = CrewHand::kNothing;
  bool entered = false;
  UtcMs expires;
  FlightId flight;
  std::optional<EntryHash> hold;
  std::optional<Lapse> lapse;
  bool left = false;
  std::int64_t leg = 0;
  std::optional<std::int64_t> level_shift_cm;  ///< Of the counter.
  std::optional<LegRefusal> refusal;
  std::optional<EntryHash> replaces;
  EntryHash request;
  std::optional<EntryHash> revoke;  ///< A REVOKE was read; open while the version is live.
  std::optional<AuthorityId> revoked_by;
  VersionRole role = VersionRole::kPlan;
  std::optional<UtcMs> standby_until;
  HomeState state = HomeState::kRequested;
  std::optional<EntryHash> taken;  ///< Outgoing: its successor.
  std::optional<DurationMs> time_shift_ms;
  AuthorityId to;  ///< Who was asked.
  std::vector<Told> told;
  bool unable = false;                 ///< The REVOKE was answered so.
  std::optional<UtcMs> until;          ///< Th of the hold.
  std::vector<geo::Volume4d> volumes;  ///< As booked: moved by the counter once that is accepted.
  ZoneId zone;
  static constexpr auto fields() {
    using V = HomeVersion;
    return field_list(field("accepted", &V::accepted), field("closed", &V::closed), field("commit", &V::commit),
                      field("crew", &V::crew), field("entered", &V::entered), field("expires_ms", &V::expires),
                      field("flight", &V::flight), field("hold", &V::hold), field("lapse", &V::lapse),
                      field("left", &V::left), field("leg", &V::leg), field("level_shift_cm", &V::level_shift_cm),
                      field("refusal", &V::refusal), field("replaces", &V::replaces), field("request", &V::request),
                      field("revoke", &V::revoke), field("revoked_by", &V::revoked_by), field("role", &V::role),
                      field("standby_until_ms", &V::standby_until), field("state", &V::state),
                      field("taken", &V::taken), field("time_shift_ms", &V::time_shift_ms), field("to", &V::to),
                      field("told", &V::told), field("unable", &V::unable), field("until_ms", &V::until),
                      field("volumes", &V::volumes), field("zone", &V::zone));
  }
  [[nodiscard]] bool counter() const { return time_shift_ms || level_shift_cm; }
  [[nodiscard]] bool waits_for_officer() const { return state == HomeState::kHeld && counter() && !accepted; }
  /// Its owner let its window expire while an aircraft was in it.
  [[nodiscard]] bool expired_inside() const { return state == HomeState::kEnded && closed && entered; }
  friend bool operator==(const HomeVersion&, const HomeVersion&) = default;
};

/// Who has been notified of a leg in disputed space.
struct Noticed {
  std::int64_t leg = 0;
  std::vector<AuthorityId> to;
  static constexpr auto fields() { return field_list(field("leg", &Noticed::leg), field("to", &Noticed::to)); }
  friend bool operator==(const Noticed&, const Noticed&) = default;
};

/// One attempt of a flight: from its INTENT until no version is live any more.
struct Flight {
  bool airborne = false;              ///< It has entered a leg and not landed (R4).
  std::optional<FlightFiled> change;  ///< MODIFY under way, moved by accepted counters.
  bool change_failed = false;
  UtcMs change_time = kUtcMin;        ///< Of the newest entry that may have changed anything here.
  std::vector<std::int64_t> changed;  ///< Legs that the change asks for anew.
  bool cleared = false;               ///< The crew has read its departure clearance back.
  std::optional<std::string> contingency;
  std::vector<AuthorityId> contingency_told;
  bool dropped = false;  ///< An officer, or for want of anybody to ask the node, gave it up.
  bool ended = false;
  std::vector<std::int64_t> entered;  ///< Legs, in disputed space too.
  bool failed = false;                ///< A leg ended badly before departure: the others follow (R2).
  EntryHash filing;                   ///< The newest FlightFiled.
  bool landed = false;
  std::vector<std::int64_t> left;
  std::vector<Noticed> noticed;
  FlightFiled plan;                        ///< As flown: moved by accepted counters.
  std::vector<HomeVersion> versions = {};  ///< In the order of their requests. Kept beside the flight in the state.
  static constexpr auto fields() {
    return field_list(field("airborne", &Flight::airborne), field("change", &Flight::change),
                      field("change_failed", &Flight::change_failed), field("change_time_ms", &Flight::change_time),
                      field("changed", &Flight::changed), field("cleared", &Flight::cleared),
                      field("contingency", &Flight::contingency), field("contingency_told", &Flight::contingency_told),
                      field("dropped", &Flight::dropped), field("ended", &Flight::ended),
                      field("entered", &Flight::entered), field("failed", &Flight::failed),
                      field("filing", &Flight::filing), field("landed", &Flight::landed), field("left", &Flight::left),
                      field("noticed", &Flight::noticed), field("plan", &Flight::plan));
  }
  /// The newest version of a leg in that role; null when it has not been asked for. O(versions).
  [[nodiscard]] const HomeVersion* version_of(std::int64_t leg, VersionRole role = VersionRole::kPlan) const {
    for (auto v = versions.rbegin(); v != versions.rend(); ++v) {
      if (v->leg == leg && v->role == role) return &*v;
    }
    return nullptr;
  }
  friend bool operator==(const Flight&, const Flight&) = default;
};

/// An alarm for the officer of a flight. Owed until the node has written it.
struct FlightAlarm {
  EntryHash about;
  FlightId flight;
  std::string kind;
  bool raised = false;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("about", &FlightAlarm::about), field("flight", &FlightAlarm::flight),
                      field("kind", &FlightAlarm::kind), field("raised", &FlightAlarm::raised),
                      field("text", &FlightAlarm::text));
  }
  friend bool operator==(const FlightAlarm&, const FlightAlarm&) = default;
};

/// From the first start to the last end of a leg's volumes.
[[nodiscard]] geo::TimeWindow span_of(const std::vector<geo::Volume4d>& volumes);
/// Whether `wanted` claims nothing that `has` does not: the only MODIFY that a freeze lets pass. Compares volume by
/// volume (same outline, levels and times within); what only geometry could tell counts as more.
[[nodiscard]] bool only_shrinks(const std::vector<geo::Volume4d>& has, const std::vector<geo::Volume4d>& wanted);

}  // namespace tansiq::coordination
