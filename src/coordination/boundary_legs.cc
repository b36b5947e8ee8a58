#include "coordination/boundary_legs.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

/// What of a leg comes near each exclusive zone that is not its own, by the zones' order in the charter. Fails where a
/// volume is none.
Result<std::vector<PlannedLeg>> beside(const core::ZoneTable& zones, const FlightFiled& filed, std::size_t leg) {
  const PlannedLeg& planned = filed.legs[leg];
  std::vector<geo::PreparedVolume> prepared;
  for (const geo::Volume4d& volume : planned.volumes) {
    prepared.push_back(TRY(geo::prepare(volume)));
  }
  std::vector<PlannedLeg> out;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const auto number = static_cast<core::ZoneNumber>(i);
    const core::Zone& zone = zones[number];
    if (zones.retired(number) || zone.id == planned.zone || zone.domain != filed.domain ||
        zone.rule != core::Rule::kExclusive)
      continue;
    if (!zone.outline) continue;  // The background's legs are the officer's to plan.
    PlannedLeg near{.beside = static_cast<std::int64_t>(leg), .volumes = {}, .zone = zone.id};
    for (std::size_t v = 0; v < prepared.size(); ++v) {
      if (zones.near(number, prepared[v])) near.volumes.push_back(planned.volumes[v]);
    }
    if (!near.volumes.empty()) out.push_back(std::move(near));
  }
  return out;
}

}  // namespace

FlightFiled with_boundary_legs(const core::ZoneTable& zones, FlightFiled filed) {
  std::erase_if(filed.legs, [](const PlannedLeg& leg) { return leg.beside.has_value(); });
  if (planted(Plant::kOneSideOnly)) return filed;
  const std::size_t planned = filed.legs.size();
  for (std::size_t leg = 0; leg < planned; ++leg) {
    auto found = beside(zones, filed, leg);
    if (!found) continue;
    for (PlannedLeg& near : *found) filed.legs.push_back(std::move(near));
  }
  return filed;
}

Status check_boundary(const core::ZoneTable& zones, const FlightFiled& moved) {
  if (planted(Plant::kOneSideOnly)) return {};
  for (std::size_t leg = 0; leg < moved.legs.size(); ++leg) {
    if (moved.legs[leg].beside) continue;
    auto found = beside(zones, moved, leg);
    if (!found) return std::unexpected(inside(std::move(found).error(), fmt::format("legs[{}]", leg)));
    for (const PlannedLeg& near : *found) {
      const bool asked = std::ranges::any_of(moved.legs, [&](const PlannedLeg& has) {
        return has.beside == near.beside && has.zone == near.zone &&
               std::ranges::all_of(near.volumes, [&](const auto& volume) {
                 return std::ranges::find(has.volumes, volume) != has.volumes.end();
               });
      });
      if (asked) continue;
      return fail(ErrorCode::kInvalid,
                  fmt::format("leg {} would come within the minima of zone {}, where nothing has been asked for: "
                              "decline, and file another way",
                              leg, near.zone.str()),
                  fmt::format("legs[{}]", leg));
    }
  }
  return {};
}

}  // namespace tansiq::coordination
