// Bugs that can be switched on, to see that the simulator finds them (src/sim/README.md). In ordinary builds they do
// not exist: `planted` is a constant, and the compiler drops what hangs on it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/record.h"

namespace tansiq::coordination {

enum class Plant : std::uint8_t {
  kNone,
  kIgnoreConflicts,  ///< Every window is free.
  kAckBeforeCrew,    ///< REVOKE-ACK though the crew still holds the clearance (R3).
  kResumeEarly,      ///< The owner resumes a minute before its lease ends (T6).
  kLiveOnlyState,    ///< Something that is noted live and not in replay.
  kFreezeSelf,       ///< An authority asks for a grant by itself.
  kLateConfirm,      ///< A hold is confirmed after Th (T3).
  kLeakCallSign,     ///< A refusal names the flight in the way by its call sign.
  kDeafToAccept,     ///< An ACCEPT of one's own proposal is not heard.
  kLeaseOverOwn,     ///< A zone goes over though own intents are live in it (ADR 29).
  kOneSideOnly,      ///< Near a boundary only the zone that is entered is asked (ADR 17).
  kDeafToCaveats,    ///< A flight is cleared whatever it meets.
  kTellCaveat,       ///< A sequencer reports to those from whom the holder keeps away.
  kPassRegardless,   ///< What is shown is passed on and served to those whom its originator did not name.
  kKeepRevoked,      ///< What was revoked is kept.
  kMissTheMoment,    ///< A version comes into force at its moment or never (ADR 23).
  kDeafToRemoval,    ///< Who was struck out is read, and answered, as before.
  kKeepRedrawn,      ///< Windows are granted beyond the moment at which a zone is redrawn.
  kAwaitNobody,      ///< Space that a zone has gained is granted whether its loser has adopted or not.
  kSkipGap,          ///< A message that comes while an earlier one has no receipt yet is skipped.
  kShowUnreceived,   ///< Officers are shown a message of which no RECEIVED was written.
  kLoseTimers,       ///< What is waited for is forgotten in a restart.
  kMisquote,         ///< RECEIVED quotes the message before in the thread.
  kThreadReceipt,    ///< A receipt counts for the whole thread.
  kTellThird,        ///< A message goes to one authority more than it was written to.
  kTellOneParty,     ///< What a side says of an incident goes to one party alone.
  kConfirmUnasked,   ///< What an officer has only held is confirmed.
};
constexpr std::array<std::string_view, 27> enum_names(Plant) {
  return {
      "none",         "ignore-conflicts", "ack-before-crew", "resume-early",    "live-only-state", "freeze-self",
      "late-confirm", "leak-call-sign",   "deaf-to-accept",  "lease-over-own",  "one-side-only",   "deaf-to-caveats",
      "tell-caveat",  "pass-regardless",  "keep-revoked",    "miss-the-moment", "deaf-to-removal", "keep-redrawn",
      "await-nobody", "skip-gap",         "show-unreceived", "lose-timers",     "misquote",        "thread-receipt",
      "tell-third",   "tell-one-party",   "confirm-unasked"};
}

#ifdef TANSIQ_PLANT
extern Plant planted_bug;
[[nodiscard]] inline bool planted(Plant plant) { return planted_bug == plant; }
#else
[[nodiscard]] constexpr bool planted(Plant /*plant*/) { return false; }
#endif

/// Switches one on, by its name. False when there is none of that name, or when this build has none.
[[nodiscard]] bool set_plant(std::string_view name);

}  // namespace tansiq::coordination
