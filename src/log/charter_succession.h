// Whether one version of a charter follows another: signed by everybody whom the change concerns, by a key that the
// version before names for him.
//
//   const CharterSuccession step = TRY(charter_succession(note_of_1, note_of_2));
//   if (!step.proved()) print(step.missing, step.fault);
//
// The rule is that of coordination/charter_change.h, where it decides. It stands here a second time, over the two texts
// alone, because the auditor's program links nothing that decides; a test of that folder holds the two against each
// other. Where they cannot agree this one asks for more signatures: what a text states, and another leaves to the
// default of the same value, is a change here. Not looked at: whether the zones of a version fit beside each other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tansiq::log {

struct CharterSuccession {
  std::vector<std::string> concerned;  ///< Authorities whose signature the change needs; ascending.
  std::vector<std::string> missing;    ///< Those of them, and owners of zones, whose signature is not there.
  std::string fault;                   ///< Why the one cannot follow the other whoever has signed it; may be empty.
  [[nodiscard]] bool proved() const { return fault.empty() && missing.empty(); }
};

/// Fails with `kMalformed`, `kInvalid` or `kUnauthenticated` where one of the notes is no signed charter.
[[nodiscard]] Result<CharterSuccession> charter_succession(std::string_view old_note, std::string_view next_note);

}  // namespace tansiq::log
