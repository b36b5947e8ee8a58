// The logs of an authority: how they are called, who may read them, and which keys sign them.
//
//   us.example/main        its own record; nobody else reads it
//   us.example/members     what every member of the charter may read
//   us.example/with/fr     what the authority `fr` alone may read
//
// The first key that the charter lists for an authority names its main log. The other two follow from that name, and
// the same Ed25519 keys sign them, each under the log's origin as key name: a checkpoint's text begins with its origin,
// so a signature for one log says nothing about another. All names are derived here and nowhere else: two nodes that
// spelled them differently would never meet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "core/charter.h"
#include "log/note_key.h"

namespace tansiq::node {

/// `us.example/members` for `us.example/main`. Fails with `kInvalid` when the main log's origin has no path.
[[nodiscard]] Result<std::string> members_origin(std::string_view main_origin);
/// `us.example/with/fr`. Fails with `kInvalid` too when the peer's id cannot stand in a key's name (capitals, `_`).
[[nodiscard]] Result<std::string> pair_origin(std::string_view main_origin, const AuthorityId& peer);

/// The origin of an authority's main log. Fails with `kInvalid` when it has no key.
[[nodiscard]] Result<std::string> main_origin(const core::Authority& authority);

/// The keys that may sign the checkpoints of `origin`, a log of this authority: those of its keys that bear the main
/// log's name, under the name of that log. Fails with `kInvalid`.
[[nodiscard]] Result<std::vector<log::VerifierKey>> log_keys(const core::Authority& authority, std::string_view origin);

/// Under which key the store keeps what a peer has last acknowledged of one of our logs.
[[nodiscard]] std::string receipt_meta_key(std::string_view origin, const AuthorityId& peer);
/// Under which key the store keeps the evidence that a mirrored log was forked.
[[nodiscard]] std::string fork_meta_key(std::string_view origin);

}  // namespace tansiq::node
