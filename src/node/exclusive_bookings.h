// What intents of F3548 use of exclusive zones, as bookings of the zone machine (exclusive_zones.h): kept in step with
// the registry by whoever has both, the node live and in replay, and an audit of a record.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "core/booking.h"
#include "core/zone.h"
#include "f3548/registry.h"

namespace tansiq::node {

/// The name of a booking for an intent of F3548: `<uuid>.<zone number>`.
[[nodiscard]] IntentId f3548_booking(const f3548::Uuid& id, core::ZoneNumber zone);

/// Shapes of what an intent of F3548 asks of exclusive zones, as whoever judged them had prepared them: so that booking
/// them prepares nothing again on the deciding thread. Of a replay there are none.
struct ReadyShares {
  f3548::Uuid id;
  std::map<ZoneId, std::vector<geo::PreparedVolume>> zones;  ///< In the order of the share's volumes.
};

class ExclusiveBookings {
 public:
  /// Whether `follow` has something to do.
  [[nodiscard]] static bool due(const f3548::Registry& registry) { return registry.has_exclusive_changes(); }

  /// Brings the bookings up to what the registry says now, as far as that has changed: `release(id)` what no longer is,
  /// then `book(request)` what is. O(1) as a rule. Fails with `kCorrupt` for a zone that no version of the charter has.
  template <class Book, class Release>
  [[nodiscard]] Status follow(f3548::Registry& registry, const core::ZoneTable& zones, Book&& book, Release&& release,
                              const ReadyShares* ready = nullptr);

 private:
  [[nodiscard]] static Result<std::vector<core::BookingRequest>> wanted(const f3548::Registry& registry,
                                                                        const f3548::Uuid& id,
                                                                        const core::ZoneTable& zones,
                                                                        const ReadyShares* ready);
  std::map<f3548::Uuid, std::vector<IntentId>> booked_;  ///< Follows from the registry.
};

template <class Book, class Release>
Status ExclusiveBookings::follow(f3548::Registry& registry, const core::ZoneTable& zones, Book&& book,
                                 Release&& release, const ReadyShares* ready) {
  if (!registry.has_exclusive_changes()) return {};
  for (const f3548::Uuid& id : registry.take_exclusive_changes()) {
    std::vector<IntentId>& booked = booked_[id];
    for (const IntentId& booking : std::exchange(booked, {})) release(booking);
    std::vector<core::BookingRequest> requests = TRY(wanted(registry, id, zones, ready));
    for (core::BookingRequest& request : requests) {
      booked.push_back(request.id);
      book(std::move(request));
    }
    if (booked.empty()) booked_.erase(id);
  }
  return {};
}

}  // namespace tansiq::node
