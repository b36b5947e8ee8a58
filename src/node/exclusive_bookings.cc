#include "node/exclusive_bookings.h"

#include <fmt/format.h>

namespace tansiq::node {

IntentId f3548_booking(const f3548::Uuid& id, core::ZoneNumber zone) {
  return IntentId::trusted(fmt::format("{}.{}", id.str(), zone));
}

Result<std::vector<core::BookingRequest>> ExclusiveBookings::wanted(const f3548::Registry& registry,
                                                                    const f3548::Uuid& id, const core::ZoneTable& zones,
                                                                    const ReadyShares* ready) {
  std::vector<core::BookingRequest> out;
  const auto intent = registry.get_intent(id);
  if (!intent) return out;
  for (const f3548::ZoneShare& share : (*intent)->exclusive) {
    const auto zone = zones.find(share.zone);
    if (!zone) return fail(ErrorCode::kCorrupt, fmt::format("there is no zone {}", share.zone.str()), "exclusive");
    out.push_back({.id = f3548_booking(id, *zone),
                   .manager = core::Subject::trusted((*intent)->manager),
                   .flight = {},
                   .zone = *zone,
                   .volumes = share.volumes});
    if (ready == nullptr || ready->id != id) continue;
    const auto shapes = ready->zones.find(share.zone);
    if (shapes != ready->zones.end() && shapes->second.size() == share.volumes.size()) {
      out.back().prepared = shapes->second;
    }
  }
  return out;
}

}  // namespace tansiq::node
