#include "node/registry_home.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::node {
namespace {

/// Who kept it before `self` did, and the version that ended that: whose adoption is to be waited for. Null: nobody.
struct Before {
  const AuthorityId* keeper = nullptr;
  std::int64_t ended_by = 0;
};

Before before(const std::vector<const core::Charter*>& versions, const AuthorityId& self) {
  Before out;
  const AuthorityId* keeper = nullptr;
  for (const core::Charter* version : versions) {
    const AuthorityId* next = registry_keeper(*version);
    const bool taken_over = keeper != nullptr && *keeper != self && next != nullptr && *next == self;
    if (taken_over) out = {keeper, version->version};
    keeper = next;
  }
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
  if (was.keeper != nullptr && charter.find_authority(*was.keeper) != nullptr &&
      coalition.adoptions().adopted_by(*was.keeper) < was.ended_by) {
    out.here = false;
    out.moving = true;
    out.trouble = fmt::format("{} kept the registry, and has not said that it has adopted version {} of the charter",
                              was.keeper->str(), was.ended_by);
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
