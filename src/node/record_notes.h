// What the live picture is to know of the record: plans, areas and zones, as notes (picture/note.h).
//
// The record has no list of what has changed; the picture compares what it is told with what it was told before.
// Intents are looked at a page at a time, so that the core thread is never held up for long, and only those of the
// hours around now. The same moment need not be behind all pages: what changes in between is told again with the next
// look.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "coordination/coalition.h"
#include "picture/note.h"

namespace tansiq::node {

/// Plans whose windows touch [now - before, now + after] matter. Those that are off nominal, in the air, in a zone of
/// ours or overdue there always do.
inline constexpr DurationMs kPlansBeforeMs = 3'600'000;
inline constexpr DurationMs kPlansAfterMs = 6LL * 3'600'000;
inline constexpr std::size_t kIntentsPerPage = 500;

struct IntentPage {
  std::vector<picture::KnownPlan> plans;
  std::optional<std::uint64_t> next;  ///< Where to go on; nothing when that was all.
};
/// Intents of this node that were created after `after_seq`: live ones, and those that time has ended within the last
/// `kPlansBeforeMs`, as accepted: whoever is still there overruns them. Core thread; some 200 µs a page.
[[nodiscard]] IntentPage intent_plans(const core::Machine& machine, std::uint64_t after_seq, UtcMs now);

/// Flights that this authority is home of, and legs of others' flights in the zones it decides in, each flight one
/// plan.
[[nodiscard]] std::vector<picture::KnownPlan> flight_plans(const coordination::Coalition& coalition, UtcMs now);

/// Zones in which this node decides alone, and live measures.
[[nodiscard]] std::vector<picture::KnownArea> known_areas(const coordination::Coalition& coalition);

/// All zones of the charter in force.
[[nodiscard]] picture::Zones known_zones(const core::Charter& charter);

}  // namespace tansiq::node
