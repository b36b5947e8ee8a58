#include "node/node_keys.h"

#include <fmt/format.h>

#include "coordination/log_origins.h"

namespace tansiq::node {

Result<const log::SignerKey*> signing_key(const DataDir& dir, const core::Charter& charter) {
  if (const core::Authority* self = charter.find_authority(dir.self)) {
    for (const std::string& listed : self->keys) {
      if (dir.key.verifier().text() == listed) return &dir.key;
      if (dir.next_key && dir.next_key->verifier().text() == listed) return &*dir.next_key;
    }
  }
  return fail(
      ErrorCode::kInvalid,
      fmt::format("version {} names no key that this node has: put the new key into node-next.key, and start the "
                  "node anew, before adopting it",
                  charter.version),
      "authorities");
}

Status add_own_logs(HeadNotes& notes, const log::SignerKey& key, const core::Charter& charter,
                    const AuthorityId& self) {
  notes.add_own(TRY(key.renamed(key.name())));
  if (charter.authorities.size() < 2) return {};
  notes.add_own(TRY(key.renamed(TRY(coordination::members_origin(key.name())))));
  for (const core::Authority& other : charter.authorities) {
    if (other.id == self || !other.peer) continue;
    notes.add_own(TRY(key.renamed(TRY(coordination::pair_origin(key.name(), other.id)))));
  }
  return {};
}

Result<const log::SignerKey*> cosigning_key(const DataDir& dir, const core::Charter& charter) {
  const core::Authority* self = charter.find_authority(dir.self);
  if (self == nullptr || !self->peer) return nullptr;
  for (const auto* key : {&dir.cosigner, &dir.next_cosigner}) {
    if (*key && (*key)->verifier().text() == self->peer->cosigner) return &**key;
  }
  return fail(ErrorCode::kInvalid,
              fmt::format("version {} names {} as this node's cosigner: put that key into cosigner-next.key, and start "
                          "the node anew, before adopting it",
                          charter.version, self->peer->cosigner),
              "peer.cosigner");
}

Status check_adoptable(const DataDir& dir, const core::Charter& charter) {
  // A version without this authority is refused by the coalition, which says why.
  const core::Authority* self = charter.find_authority(dir.self);
  if (self == nullptr) return {};
  TRY(signing_key(dir, charter));
  TRY(cosigning_key(dir, charter));
  return {};
}

}  // namespace tansiq::node
