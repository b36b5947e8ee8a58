// Under which names the store keeps what replication has to remember outside the record. Keys there are short, origins
// are not.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/ids.h"
#include "log/sha256.h"

namespace tansiq::node {

/// What a peer has last acknowledged of one of our logs.
[[nodiscard]] inline std::string receipt_meta_key(std::string_view origin, const AuthorityId& peer) {
  return fmt::format("receipt/{}/{}", log::sha256(origin).hex().substr(0, 40),
                     log::sha256(peer.str()).hex().substr(0, 40));
}
/// The evidence that a mirrored log was forked.
[[nodiscard]] inline std::string fork_meta_key(std::string_view origin) {
  return fmt::format("fork/{}", log::sha256(origin).hex().substr(0, 40));
}

}  // namespace tansiq::node
