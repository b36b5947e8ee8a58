// Craft in records: {"from_ms"?,"icao"?,"mmsi"?,"mode_3a"?,"to_ms"?}, digits as text, so that zeros in front stay.
#pragma once

#include <vector>

#include "core/craft.h"
#include "core/record.h"
#include "log/jcs.h"

namespace tansiq::core {

void write_craft(log::JcsWriter& out, const std::vector<Craft>& craft);
/// The inverse: a list that is not empty. Only as it is written is it read (letters upper). What `check_craft` refuses
/// is refused here.
[[nodiscard]] Result<std::vector<Craft>> read_craft(const log::JcsValue& value);

/// The longest craft in a record, with the comma behind it.
inline constexpr std::size_t kCraftBytesMax = 112;

/// As a member of a described record; the record's `check` calls `check_craft`.
template <>
struct Codec<Craft> {
  static void write(log::JcsWriter& out, const Craft& value);
  static Result<Craft> read(const log::JcsValue& v);
};

}  // namespace tansiq::core
