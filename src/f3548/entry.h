// Entries of the registry: one line of canonical JSON each,
//
//   {"f3548":{…},"seq":41,"time_ms":…,"type":"f3548.intent_put","v":1}
//
// Their first member tells them from entries of the zone machine and of coordination. Formats: docs/entries.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "f3548/registry_entries.h"

namespace tansiq::f3548 {

using Body = std::variant<IntentPut, IntentDeleted, ConstraintPut, ConstraintDeleted, SubscriptionPut,
                          SubscriptionDeleted, AvailabilitySet, Report, Purged, ShareReleased>;

/// Where an entry stands in the node's local order.
struct Place {
  std::uint64_t seq = 0;
  UtcMs time;  ///< Log time.
};

struct Entry {
  Place place;
  Body body;
};

[[nodiscard]] inline bool is_registry_line(std::string_view line) { return line.starts_with("{\"f3548\":"); }
[[nodiscard]] std::string_view type_name(const Body& body);

/// The line, with its line feed. What does not fit into an entry is a broken invariant: the registry has refused it.
[[nodiscard]] std::string write_entry(const Entry& entry);
/// The same whatever its length: to find out whether it is one.
[[nodiscard]] std::string entry_text(const Entry& entry);
/// Fails with `kMalformed` (not canonical), `kUnsupported` (a later format or an unknown type), `kInvalid`.
[[nodiscard]] Result<Entry> read_entry(std::string_view line);

}  // namespace tansiq::f3548
