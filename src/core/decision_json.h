// The JSON form of a decision inside an entry. Format in docs/entries.md.
#pragma once

#include <cstddef>
#include <string>

#include "core/entry.h"
#include "log/jcs.h"

namespace tansiq::core {

/// Bytes that the `zones` member may take; deciding refuses intents that reach into more zones than that.
inline constexpr std::size_t kDecisionZonesBytesMax = 8'000;

/// Length of the `zones` member as `write_decision` spells it, in bytes or a little more.
[[nodiscard]] std::size_t zones_bytes(const std::vector<std::vector<ZoneId>>& zones);

/// Writes the decision through `w`, which appends to `out`. Lists stop where `out` would grow beyond `size_max`; their
/// totals tell.
void write_decision(log::JcsWriter& w, const std::string& out, const Decision& decision, std::size_t size_max);

[[nodiscard]] Result<Decision> read_decision(const log::JcsValue& value);

}  // namespace tansiq::core
