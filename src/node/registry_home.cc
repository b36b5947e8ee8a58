#include "node/registry_home.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tansiq::node {
namespace {

/// Whoever may have kept a registry before `self` became the keeper, which it has been since version `since`. Where no
/// keeper is named every member kept its own.
struct Before {
  std::set<AuthorityId> keepers;
  std::int64_t since = 0;
};

Before before(const std::vector<const core::Charter*>& versions, const AuthorityId& self) {
  Before out;
  std::set<AuthorityId> so_far;
  bool kept = false;
  for (const core::Charter* version : versions) {
    const AuthorityId* keeper = registry_keeper(*version);
    const bool keeps = keeper != nullptr && *keeper == self;
    if (keeps && !kept) out = {so_far, version->version};
    kept = keeps;
    if (keeper != nullptr) {
      so_far.insert(*keeper);
    } else {
      for (const core::Authority& member : version->authorities) so_far.insert(member.id);
    }
  }
  out.keepers.erase(self);
  return out;
}

}  // namespace

const AuthorityId* registry_keeper(const core::Charter& charter) {
  const auto zone = std::ranges::find_if(charter.zones, [](const core::Zone& z) {
    return z.background && z.domain == core::Domain::kAir && z.rule == core::Rule::kAware;
  });
  return zone == charter.zones.end() ? nullptr : &zone->owner;
}

RegistryHome registry_home(const coordination::Coalition& coalition, const std::vector<core::Charter>& former) {
  const core::Charter& charter = coalition.machine().charter();
  const AuthorityId& self = coalition.self();
  const AuthorityId* keeper = registry_keeper(charter);
  RegistryHome out{.at = keeper == nullptr ? self : *keeper, .here = true, .moving = false, .trouble = {}};
  out.here = out.at == self;
  if (!out.here) {
    out.trouble = fmt::format("{} keeps the registry", out.at.str());
    return out;
  }
  if (const core::Charter* next = coalition.pending_charter()) {
    const AuthorityId* then = registry_keeper(*next);
    if (then != nullptr && *then != self) {
      out.here = false;
      out.moving = true;
      out.trouble = fmt::format("the registry moves to {} with version {} of the charter, at {}", then->str(),
                                next->version, format_utc(next->valid_from));
      return out;
    }
  }
  std::vector<const core::Charter*> versions;
  for (const core::Charter& version : former) versions.push_back(&version);
  for (const core::Charter& version : coalition.machine().versions()) versions.push_back(&version);
  const Before was = before(versions, self);
  for (const AuthorityId& former_keeper : was.keepers) {
    const bool member = charter.find_authority(former_keeper) != nullptr;
    if (!member || coalition.adoptions().adopted_by(former_keeper) >= was.since) continue;
    out.here = false;
    out.moving = true;
    out.trouble = fmt::format("{} kept a registry, and has not said that it has adopted version {} of the charter",
                              former_keeper.str(), was.since);
  }
  return out;
}

Status check_registry_ends(const f3548::Registry& registry, const AuthorityId& self, const core::Charter& next,
                           UtcMs now) {
  const AuthorityId* then = registry_keeper(next);
  if (then == nullptr || *then == self) return {};
  const auto end = registry.last_end();
  if (!end || *end < now) return {};
  return fail(ErrorCode::kConflict,
              fmt::format("{} keeps the registry of F3548 under this version, and entities in the one here last until "
                          "{}: have them deleted, or adopt it later",
                          then->str(), format_utc(*end)),
              "zones");
}

}  // namespace tansiq::node
