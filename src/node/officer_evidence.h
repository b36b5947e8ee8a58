// What two officers have signed, each with the personal key that his password opens. For others the authority has one
// key; that two people stood behind an act of it is the authority's own evidence, kept beside its record.
//
// Signed is the text of `officer_act_text`: the purpose, the authority, who asked, and the act as it was asked, in
// canonical JSON. Kept is one line an act in `officer-acts.jsonl` of the data folder (0600, appended and synced before
// the act goes to the core):
//
//   {"at_ms":…,"by":"duty@us","by_key":"<hex>","by_signature":"<base64>","request":{"act":{…},"cmd":"c1","kind":"…"},
//    "second":"night@us","second_key":"<hex>","second_signature":"<base64>"}
//
// An act that was then refused has a line, too: they have asked for it. `main` says under `by`, `second` and `cmd` what
// came of it.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "base/time.h"
#include "coordination/act.h"
#include "node/officer_secret.h"

namespace tansiq::node {

struct OfficerSignature {
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 64> signature{};
  friend bool operator==(const OfficerSignature&, const OfficerSignature&) = default;
};

/// Without the second officer: both sign the same.
[[nodiscard]] std::string officer_act_text(const coordination::ActCommand& command, const AuthorityId& self);
[[nodiscard]] OfficerSignature sign_act(const OfficerKey& key, const coordination::ActCommand& command,
                                        const AuthorityId& self);

/// Appends the line of an act, durably. Fails with `kIo`.
[[nodiscard]] Status keep_signed_act(const std::filesystem::path& data_dir, const coordination::ActCommand& command,
                                     const OfficerSignature& by, const OfficerSignature& second, UtcMs now);

}  // namespace tansiq::node
