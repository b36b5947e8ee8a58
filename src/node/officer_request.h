// What an officer asks for in person, in the form in which it is signed, kept, and shown to a second officer:
//
//   {"act":{…},"cmd":"c17","kind":"relation.propose"}                                    canonical JSON
//
// An act of coordination stands as `POST /v1/coordination/acts` takes it (coordination/act.h), without the second
// officer. Any other operation of the native API stands as `api.<operationId>`, with `body` (canonical) and `path` as
// they were sent: so what is signed is what the officer's program asked for, and nothing that this node made of it.
// Two operations that take two officers have a kind of their own: `kReleaseShareKind`, `kAcceptRecoveryKind`.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "coordination/act.h"
#include "core/names.h"

namespace tansiq::node {

inline constexpr std::string_view kReleaseShareKind = "f3548.release";
inline constexpr std::string_view kAcceptRecoveryKind = "recovery.accept";

struct OfficerRequest {
  core::Subject by;
  std::string cmd;  ///< Empty where the operation has none.
  std::string kind;
  std::string text;  ///< All of it, canonical.
};

[[nodiscard]] OfficerRequest officer_request(const coordination::ActCommand& command);
/// `act`: canonical JSON of an object. Without `cmd` the member is left out.
[[nodiscard]] OfficerRequest officer_request(core::Subject by, std::string_view cmd, std::string_view kind,
                                             std::string_view act);
/// An operation of the native API. `body`: as it was sent, in any spelling of JSON; empty: none. Fails with `kInvalid`.
[[nodiscard]] Result<OfficerRequest> officer_request(core::Subject by, std::string_view cmd, std::string_view operation,
                                                     std::string_view path, std::string_view body);

}  // namespace tansiq::node
