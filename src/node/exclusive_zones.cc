#include "node/exclusive_zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "uss/outline.h"

namespace tansiq::node {
namespace {

using f3548::Refused;

std::unexpected<Refused> refuse(int status, std::string message) {
  Refused out;
  out.status = status;
  out.message = std::move(message);
  return std::unexpected(std::move(out));
}

/// Volumes in one zone, and their shapes.
struct Part {
  std::vector<geo::Volume4d> volumes;
  std::vector<geo::PreparedVolume> prepared;
};
using Parts = std::map<core::ZoneNumber, Part>;

/// Volumes of the request, by the exclusive zone that they lie in.
f3548::Answer<Parts> parts_of(const core::ZoneTable& zones, const std::vector<geo::Volume4d>& volumes,
                              const ExactShapes& shapes) {
  EXPECT_INVARIANT(shapes.all().size() == volumes.size());
  Parts out;
  std::vector<core::ZoneNumber> in;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const ExactShapes::One& shape = shapes.all()[i];
    if (!shape.prepared) return refuse(400, "cannot be compared with the zones: " + shape.prepared.error().text());
    zones.zones_of(core::Domain::kAir, *shape.prepared, in);
    for (const core::ZoneNumber zone : in) {
      if (zones[zone].rule != core::Rule::kExclusive) continue;
      if (!shape.comparable) {
        return refuse(400, fmt::format("an outline without area cannot be used in zone {}, which is exclusive",
                                       zones[zone].id.str()));
      }
      Part& part = out[zone];
      part.volumes.push_back(volumes[i]);
      part.prepared.push_back(*shape.prepared);
    }
  }
  return out;
}

/// Whether this node may give that window away: not beyond its lease, nor beyond the moment of a charter that it has
/// adopted, nor while what a tenant granted may still be in use.
f3548::Answer<void> check_grants(const coordination::ZoneControl& control, const core::Zone& zone,
                                 const std::vector<geo::Volume4d>& volumes, UtcMs now) {
  const auto begin = control.grants_begin(zone.id);
  const auto end = control.grants_end(zone.id);
  for (const geo::Volume4d& volume : volumes) {
    if (volume.window.end <= now) continue;
    if (end && volume.window.end > *end) {
      return refuse(409, fmt::format("zone {} is exclusive, and nothing is granted there beyond {}", zone.id.str(),
                                     format_utc(*end)));
    }
    if (begin && volume.window.start < *begin) {
      return refuse(409, fmt::format("zone {} is exclusive, and nothing is granted there before {}", zone.id.str(),
                                     format_utc(*begin)));
    }
  }
  return {};
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
                          const Part& part, const f3548::Caller& caller, UtcMs now) {
  // What is past is in nobody's way.
  const auto is_ahead = [&](const auto& v) { return v.window.end > now; };
  Part ahead;
  std::ranges::copy_if(part.volumes, std::back_inserter(ahead.volumes), is_ahead);
  std::ranges::copy_if(part.prepared, std::back_inserter(ahead.prepared), is_ahead);
  if (ahead.volumes.empty()) return {};
  const core::Machine& machine = state.coalition().machine();
  const auto answer = machine.judge_leg({.zone = number,
                                         .domain = core::Domain::kAir,
                                         .asker = core::Subject::trusted(caller.manager),
                                         .volumes = &ahead.volumes,
                                         .exempt = {f3548_booking(request.id, number)},
                                         .not_before = {},
                                         .not_after = {},
                                         .prepared = &ahead.prepared},
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

ExactShapes::ExactShapes(const std::vector<geo::Volume4d>& volumes) {
  all_.reserve(volumes.size());
  for (const geo::Volume4d& volume : volumes) {
    auto prepared = geo::prepare(volume);
    const bool comparable = prepared.has_value();
    if (!comparable) prepared = uss::prepare_generously(volume);  // The registry takes outlines without area.
    all_.push_back({std::move(prepared), comparable});
  }
}

f3548::Answer<std::vector<f3548::ZoneShare>> ask_exclusive_zones(const State& state, const f3548::PutIntent& request,
                                                                 const ExactShapes& shapes, const f3548::Caller& caller,
                                                                 UtcMs now, ReadyShares* ready) {
  const core::Machine& machine = state.coalition().machine();
  const coordination::ZoneControl& control = state.coalition().control();
  const bool nominal =
      request.state == f3548::IntentState::kAccepted || request.state == f3548::IntentState::kActivated;
  std::vector<f3548::ZoneShare> out;
  std::size_t vertices = 0;
  auto parts = parts_of(machine.zones(), request.extent.volumes, shapes);
  if (!parts) return std::unexpected(std::move(parts.error()));
  for (auto& [number, part] : *parts) {
    const core::Zone& zone = machine.zones()[number];
    if (nominal && !control.may_grant(zone.id, now)) {
      const auto who = control.sequencer(zone.id);
      return refuse(409, fmt::format("zone {} is exclusive, and {} decides there: plan with it, or around the zone",
                                     zone.id.str(), who ? who->str() : "nobody"));
    }
    if (nominal) {
      if (auto granted = check_grants(control, zone, part.volumes, now); !granted) {
        return std::unexpected(std::move(granted.error()));
      }
    }
    for (const geo::Volume4d& volume : part.volumes) {
      const auto* polygon = std::get_if<geo::Polygon>(&volume.outline);
      vertices += polygon != nullptr ? polygon->vertices.size() : 1;
    }
    if (vertices > kExclusiveVerticesMax) {
      return refuse(400,
                    fmt::format("in exclusive zones the extents may have {} vertices together", kExclusiveVerticesMax));
    }
    if (nominal) {
      if (auto free = judge(state, request, number, part, caller, now); !free) {
        return std::unexpected(std::move(free.error()));
      }
    }
    if (ready != nullptr) {
      ready->id = request.id;
      ready->zones[zone.id] = std::move(part.prepared);
    }
    out.push_back({.volumes = std::move(part.volumes), .zone = zone.id});
  }
  return out;
}

}  // namespace tansiq::node
