// Legs beside a boundary (ADR 17): two flights in neighbouring zones of two owners, one on either side of the boundary,
// are kept apart only when somebody has booked both. So what comes within the minima of an exclusive zone is asked for
// there as well.
//
//   FlightFiled asked = with_boundary_legs(machine.zones(), filed);    // what the officer filed, and what follows
//
// A boundary leg is asked for, held, committed and confirmed like any leg. It is not flown by itself: it is entered and
// left with the leg beside which it stands (`PlannedLeg::beside`), and moves with it.
//
// Cost: one comparison of bounding boxes per volume and zone, the exact predicate where they meet.
#pragma once

#include "coordination/leg_entries.h"
#include "core/zone.h"

namespace tansiq::coordination {

/// `filed` with its boundary legs, behind the legs that were planned and in their order; earlier ones are found anew.
/// Volumes that are no volumes are nowhere near: `FlightDesk::file` refuses them.
[[nodiscard]] FlightFiled with_boundary_legs(const core::ZoneTable& zones, FlightFiled filed);

/// Whether `moved`, whose volumes a counter-proposal has shifted, still consists of volumes, and has the boundary legs
/// it needs. Fails with `kInvalid`, naming the leg and the zone that it would come near, or what its volume is wrong
/// in.
[[nodiscard]] Status check_boundary(const core::ZoneTable& zones, const FlightFiled& moved);

}  // namespace tansiq::coordination
