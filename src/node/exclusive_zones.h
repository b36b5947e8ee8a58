// Intents of F3548 in exclusive zones: what lies there is decided by the zone's rule, exactly, beside everything else
// that is planned there; knowing of a conflict does not make it go away.
//
// The registry compares coarsely and keeps no shapes. In an exclusive zone that is not enough: so what an intent uses
// of one is judged like a leg before the registry decides, stands in the intent's entry, and is booked in the zone
// machine from then on (State::follow_exclusive). Native intents, flights of other authorities and F3548 see each other
// there.
//
// Only the node that decides in a zone can say so. In a zone that another authority sequences an intent of F3548 is
// refused, and the message names who decides.
#pragma once

#include <vector>

#include "f3548/requests.h"
#include "geo/conflict.h"
#include "node/exclusive_bookings.h"
#include "node/state.h"

namespace tansiq::node {

/// Vertices that an intent may have in exclusive zones, together: an entry has to hold them.
inline constexpr std::size_t kExclusiveVerticesMax = 400;

/// The shapes of a request, ready to be compared with zones. Made outside the deciding thread, once for a request
/// however often it is decided: preparing is most of the work, and every intent has shapes, in an exclusive zone or
/// not.
class ExactShapes {
 public:
  explicit ExactShapes(const std::vector<geo::Volume4d>& volumes);

  struct One {
    /// Of an outline that the registry takes and the exact predicates do not, one without area: of what is around it.
    /// Or why there is none.
    Result<geo::PreparedVolume> prepared;
    bool comparable = false;  ///< It is the shape itself.
  };
  /// In the order of the volumes.
  [[nodiscard]] const std::vector<One>& all() const { return all_; }

 private:
  std::vector<One> all_;
};

/// What of an intent lies in exclusive zones. `shapes` are of the request's volumes; into `ready`, unless it is null,
/// go those of what is answered. Refuses with 409 where something is in the way or nobody here decides, with the
/// intents of F3548 among what is in the way. Off-nominal intents are never refused for a conflict: they say where they
/// are.
[[nodiscard]] f3548::Answer<std::vector<f3548::ZoneShare>> ask_exclusive_zones(const State& state,
                                                                               const f3548::PutIntent& request,
                                                                               const ExactShapes& shapes,
                                                                               const f3548::Caller& caller, UtcMs now,
                                                                               ReadyShares* ready = nullptr);

}  // namespace tansiq::node
