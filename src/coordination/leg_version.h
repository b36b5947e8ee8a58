// One version of a leg as its owner keeps it, and the bounds on how many of them one home may have.
//
// A version is named by the hash of its REQUEST. It moves along docs/coordination.md, section 3:
//
//   asked ──► held ──► confirmed ──► ended, revoked, expired, cancelled
//     │         └────► lapsed, cancelled
//     └──────► refused, cancelled
//
// `asked` is the specification's NONE once the REQUEST has been read: nothing has been answered yet. Where an officer
// answers (answer_entries.h) it is so until he has, or his time is over. The four ends that
// follow the lapse of a right, and `refused`, are final: a finished version stays finished (G3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordination/answer_entries.h"
#include "coordination/control_entries.h"
#include "coordination/leg_entries.h"
#include "coordination/names.h"
#include "coordination/views.h"

namespace tansiq::coordination {

enum class LegState : std::uint8_t {
  kAsked,
  kHeld,
  kConfirmed,
  kRefused,
  kLapsed,
  kCancelled,
  kRevoked,
  kEnded,
  kExpired,
};
constexpr std::array<std::string_view, 9> enum_names(LegState) {
  return {"asked", "held", "confirmed", "refused", "lapsed", "cancelled", "revoked", "ended", "expired"};
}

/// From the first to the last of all volumes; zeros when there is none.
[[nodiscard]] geo::TimeWindow window_of(const std::vector<geo::Volume4d>& volumes);

/// What an officer has answered, and who.
struct LegAnswered {
  HandAnswer answer = HandAnswer::kConfirm;
  core::Subject by;
  std::optional<std::int64_t> level_shift_cm;
  std::string text;
  std::optional<DurationMs> time_shift_ms;
  static constexpr auto fields() {
    return field_list(field("answer", &LegAnswered::answer), field("by", &LegAnswered::by),
                      field("level_shift_cm", &LegAnswered::level_shift_cm), field("text", &LegAnswered::text),
                      field("time_shift_ms", &LegAnswered::time_shift_ms));
  }
  friend bool operator==(const LegAnswered&, const LegAnswered&) = default;
};

struct LegVersion {
  /// An officer is waited for until then: asked, for his answer; held, for his confirmation.
  std::optional<UtcMs> answer_by;
  std::optional<LegAnswered> answered;
  std::string call_sign;
  std::optional<Closing> closing;   ///< What home has said that ends it; this node has still to log that it ended.
  std::optional<EntryHash> commit;  ///< The COMMIT that quotes our HOLD.
  bool contingency = false;         ///< Home has told of a contingency (R7).
  std::vector<core::Craft> craft = {};
  core::Domain domain = core::Domain::kAir;
  bool emergency = false;  ///< An EMERGENCY REVOKE was logged.
  bool entered = false;    ///< Home has reported the aircraft in the zone.
  std::int64_t epoch = 0;  ///< Of the zone, when it was held.
  UtcMs expires;
  FlightId flight;
  bool granted = false;  ///< Has been confirmed; stays set when it ends.
  std::optional<EntryHash> hold;
  AuthorityId home;
  std::int64_t leg = 0;
  std::int64_t legs = 1;
  std::optional<std::int64_t> level_shift_cm;  ///< Of a counter: `volumes` are moved already.
  std::uint64_t order = 0;                     ///< In which requests were read here.
  bool overdue = false;                        ///< OVERDUE-IN-ZONE was raised; only an officer, or home, frees it.
  std::optional<AuthorityId> principal;
  std::int64_t remaining = 1;
  std::optional<EntryHash> replaces;
  EntryHash request;
  bool revoking = false;  ///< A REVOKE was logged and waits for home.
  /// STANDBY was said, until the end of the earliest hold in the way, or until when an officer may answer.
  std::optional<UtcMs> standby;
  bool standby_over = false;  ///< That hold has ended, by time or otherwise.
  LegState state = LegState::kAsked;
  std::string text;  ///< What UNABLE or CONTINGENCY said, for the officer.
  std::optional<DurationMs> time_shift_ms;
  bool unable = false;                 ///< Home cannot follow the REVOKE.
  std::optional<UtcMs> until;          ///< Th, of a hold.
  std::vector<geo::Volume4d> volumes;  ///< As asked; once held, as booked. Forgotten when the version has ended.
  geo::TimeWindow window;              ///< [ws, we) of `volumes`.
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("answer_by_ms", &LegVersion::answer_by), field("answered", &LegVersion::answered),
                      field("call_sign", &LegVersion::call_sign), field("closing", &LegVersion::closing),
                      field("commit", &LegVersion::commit), field("contingency", &LegVersion::contingency),
                      field("craft", &LegVersion::craft), field("domain", &LegVersion::domain),
                      field("emergency", &LegVersion::emergency), field("entered", &LegVersion::entered),
                      field("epoch", &LegVersion::epoch), field("expires_ms", &LegVersion::expires),
                      field("flight", &LegVersion::flight), field("granted", &LegVersion::granted),
                      field("hold", &LegVersion::hold), field("home", &LegVersion::home),
                      field("leg", &LegVersion::leg), field("legs", &LegVersion::legs),
                      field("level_shift_cm", &LegVersion::level_shift_cm), field("order", &LegVersion::order),
                      field("overdue", &LegVersion::overdue), field("principal", &LegVersion::principal),
                      field("remaining", &LegVersion::remaining), field("replaces", &LegVersion::replaces),
                      field("request", &LegVersion::request), field("revoking", &LegVersion::revoking),
                      field("standby_ms", &LegVersion::standby), field("standby_over", &LegVersion::standby_over),
                      field("state", &LegVersion::state), field("text", &LegVersion::text),
                      field("time_shift_ms", &LegVersion::time_shift_ms), field("unable", &LegVersion::unable),
                      field("until_ms", &LegVersion::until), field("volumes", &LegVersion::volumes),
                      field("window", &LegVersion::window), field("zone", &LegVersion::zone));
  }
  friend bool operator==(const LegVersion&, const LegVersion&) = default;

  /// Space is booked for it.
  [[nodiscard]] bool booked() const { return state == LegState::kHeld || state == LegState::kConfirmed; }
  [[nodiscard]] bool live() const { return state == LegState::kAsked || booked(); }
  /// Asked, and told to stand by.
  [[nodiscard]] bool waiting() const { return state == LegState::kAsked && standby && !standby_over && !answered; }
  [[nodiscard]] bool answered_with(HandAnswer answer) const { return answered && answered->answer == answer; }
  /// An officer has said that it may be confirmed.
  [[nodiscard]] bool approved() const {
    return answered_with(HandAnswer::kConfirm) || answered_with(HandAnswer::kCounter);
  }
  /// An officer can answer it now: what he may say depends on the state.
  [[nodiscard]] bool needs_officer() const {
    if (!answer_by || closing) return false;
    return state == LegState::kHeld ? !answered_with(HandAnswer::kRefuse) : waiting();
  }
};

/// As the airspace books it.
[[nodiscard]] Booking booking_of(const LegVersion& version);

/// What one home may have open at this owner, so that nobody can hoard space by holding and letting go. Judged from the
/// log alone, so that two audits agree.
struct LegQuota {
  std::size_t holds_open_max = 64;  ///< Held, or standing by.
  /// Holds that home let lapse or cancelled before it committed: this many within the time before now exhaust it.
  std::size_t abandoned_max = 64;  ///< 1 to 1,024.
  DurationMs abandoned_window_ms = 10LL * 60'000;
  /// Finished versions remembered until they expire. Beyond it the first to expire is forgotten, and whatever expires
  /// no later than that is refused as late: G3 holds all the same.
  std::size_t records_max = 10'000;
};

/// A leg in disputed space, of which home has told.
struct NotedLeg {
  EntryHash entry;
  AuthorityId home;
  LegNotice notice;
  static constexpr auto fields() {
    return field_list(field("entry", &NotedLeg::entry), field("home", &NotedLeg::home),
                      field("notice", &NotedLeg::notice));
  }
  friend bool operator==(const NotedLeg&, const NotedLeg&) = default;
};

}  // namespace tansiq::coordination
