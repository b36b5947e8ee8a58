// What no freeze removes (docs/coordination.md, section 7): the uses that stand outside all levels.
//
// Whoever asks whether something may be sent or served asks here first, and the relation only for what is not on the
// floor. Three kinds are on it: calls for help and warnings, which cost the receiver nothing; every entry that gives
// space back or reports where a cleared flight is, for which refusal would make the sky less safe, not less friendly;
// and what each side says of an incident, which binds nobody and is needed most when all else has stopped.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "coordination/names.h"
#include "coordination/relation.h"

namespace tansiq::coordination {

enum class Use : std::uint8_t {
  // Under a relation; in the order of Capability.
  kRequest,
  kGateway,
  kDisclosure,
  kTracks,
  kCentres,
  kChiefs,
  kMinistries,
  kReports,
  // On the floor.
  kDistress,
  kCollisionWarning,
  kStop,
  kAttributionQuery,  ///< "Whose is this?", and its answer.
  kLineCheck,
  kEntered,
  kEnd,
  kCancel,
  kRelease,
  kRevoke,
  kRevokeAnswer,  ///< REVOKE-ACK, UNABLE.
  kConfirmedLeg,  ///< Flying what was confirmed before the freeze.
  kIncident,      ///< What each side says of what has happened.
};
constexpr std::array<std::string_view, 21> enum_names(Use) {
  return {"request", "gateway",  "disclosure",        "tracks", "centres",           "chiefs",        "ministries",
          "reports", "distress", "collision_warning", "stop",   "attribution_query", "line_check",    "entered",
          "end",     "cancel",   "release",           "revoke", "revoke_answer",     "confirmed_leg", "incident"};
}

[[nodiscard]] constexpr bool on_floor(Use use) { return use >= Use::kDistress; }

/// The relation that a use needs; none on the floor.
[[nodiscard]] constexpr std::optional<Capability> capability_of(Use use) {
  if (on_floor(use)) return {};
  return static_cast<Capability>(use);
}
static_assert(capability_of(Use::kReports) == Capability::kReports && !capability_of(Use::kDistress));

/// Whether what `from` grants to `to` covers a use at `wanted`, in `domain`, here and now. On the floor it always
/// passes, also between authorities that are at 0 in everything. Fails as `Relations::may_use`.
[[nodiscard]] inline Status may_use(const Relations& relations, Use use, RelationDomain domain, const AuthorityId& from,
                                    const AuthorityId& to, std::int64_t wanted = 1) {
  const std::optional<Capability> capability = capability_of(use);
  if (!capability) return {};
  return relations.may_use({.capability = *capability, .domain = domain, .from = from, .to = to}, wanted);
}

}  // namespace tansiq::coordination
