#include "node/exclusive_zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "geo/conflict.h"

namespace tansiq::node {
namespace {

using f3548::Refused;

std::unexpected<Refused> refuse(int status, std::string message) {
  Refused out;
  out.status = status;
  out.message = std::move(message);
  return std::unexpected(std::move(out));
}

/// Volumes of the request, by the exclusive zone that they lie in.
std::map<core::ZoneNumber, std::vector<geo::Volume4d>> shares(const core::ZoneTable& zones,
                                                              const std::vector<geo::Volume4d>& volumes) {
  std::map<core::ZoneNumber, std::vector<geo::Volume4d>> out;
  std::vector<core::ZoneNumber> in;
  for (const geo::Volume4d& volume : volumes) {
    const auto prepared = geo::prepare(volume);
    // An outline that the registry takes and the exact predicates do not (without area, say) covers no space here.
    if (!prepared) continue;
    zones.zones_of(core::Domain::kAir, *prepared, in);
    for (const core::ZoneNumber zone : in) {
      if (zones[zone].rule == core::Rule::kExclusive) out[zone].push_back(volume);
    }
  }
  return out;
}

/// The intent of F3548 that a booking is for, if it is for one.
const f3548::Intent* reference(const f3548::Registry& registry, const IntentId& booking) {
  const std::string_view text = booking.str();
  const auto id = f3548::Uuid::parse(text.substr(0, std::min(text.rfind('.'), text.size())));
  if (!id) return nullptr;
  const auto intent = registry.get_intent(*id);
  return intent ? *intent : nullptr;
}

f3548::Answer<void> judge(const State& state, const f3548::PutIntent& request, core::ZoneNumber number,
                          const std::vector<geo::Volume4d>& volumes, const f3548::Caller& caller, UtcMs now) {
  // What is past is in nobody's way.
  std::vector<geo::Volume4d> ahead;
  std::ranges::copy_if(volumes, std::back_inserter(ahead), [&](const auto& v) { return v.window.end > now; });
  if (ahead.empty()) return {};
  const core::Machine& machine = state.coalition().machine();
  const auto answer = machine.judge_leg({.zone = number,
                                         .domain = core::Domain::kAir,
                                         .asker = core::Subject::trusted(caller.manager),
                                         .volumes = &ahead,
                                         .exempt = {f3548_booking(request.id, number)},
                                         .not_before = {},
                                         .not_after = {}},
                                        now);
  if (!answer) return refuse(400, answer.error().text());
  if (answer->free) return {};
  const std::uint64_t total = answer->decision.conflicts_total;
  auto refused = refuse(409, fmt::format("zone {} is exclusive, and {} in the way there: knowing of it is not enough",
                                         machine.zones()[number].id.str(),
                                         total == 0   ? "a measure is"
                                         : total == 1 ? "one intent is"
                                                      : fmt::format("{} intents are", total)));
  for (const core::Conflict& conflict : answer->decision.conflicts) {
    const f3548::Intent* intent = reference(state.registry(), conflict.intent);
    if (intent != nullptr) refused.error().missing_intents.push_back(intent);
  }
  return refused;
}

}  // namespace

IntentId f3548_booking(const f3548::Uuid& id, core::ZoneNumber zone) {
  return IntentId::trusted(fmt::format("{}.{}", id.str(), zone));
}

f3548::Answer<std::vector<f3548::ZoneShare>> ask_exclusive_zones(const State& state, const f3548::PutIntent& request,
                                                                 const f3548::Caller& caller, UtcMs now) {
  const core::Machine& machine = state.coalition().machine();
  const coordination::ZoneControl& control = state.coalition().control();
  const bool nominal =
      request.state == f3548::IntentState::kAccepted || request.state == f3548::IntentState::kActivated;
  std::vector<f3548::ZoneShare> out;
  std::size_t vertices = 0;
  for (auto& [number, volumes] : shares(machine.zones(), request.extent.volumes)) {
    const core::Zone& zone = machine.zones()[number];
    if (nominal && !control.may_grant(zone.id, now)) {
      const auto who = control.sequencer(zone.id);
      return refuse(409, fmt::format("zone {} is exclusive, and {} decides there: plan with it, or around the zone",
                                     zone.id.str(), who ? who->str() : "nobody"));
    }
    for (const geo::Volume4d& volume : volumes) {
      const auto* polygon = std::get_if<geo::Polygon>(&volume.outline);
      vertices += polygon != nullptr ? polygon->vertices.size() : 1;
    }
    if (vertices > kExclusiveVerticesMax) {
      return refuse(400,
                    fmt::format("in exclusive zones the extents may have {} vertices together", kExclusiveVerticesMax));
    }
    if (nominal) {
      if (auto free = judge(state, request, number, volumes, caller, now); !free) {
        return std::unexpected(std::move(free.error()));
      }
    }
    out.push_back({.volumes = std::move(volumes), .zone = zone.id});
  }
  return out;
}

}  // namespace tansiq::node
