// The JSON form of a 4D volume, the same in records and in the native API:
//
//   {"band":{"lower_cm":548640,"ref":"fl","upper_cm":731520},
//    "outline":{"polygon":[[lat_e7,lng_e7],…]} | {"circle":{"centre":[lat_e7,lng_e7],"radius_cm":…}}
//             | {"corridor":{"left_cm":…,"line":[[lat_e7,lng_e7],…],"right_cm":…}},
//    "window":{"end_ms":…,"start_ms":…}}
//
// `ref` is `wgs84`, `amsl`, `fl` or `agl`. A limit that is left out is no limit; a band without either limit is left
// out altogether. Integers only; nothing here judges geometry (geo::prepare does).
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "geo/volume.h"
#include "log/jcs.h"

namespace tansiq::core {

[[nodiscard]] std::string_view to_text(geo::VerticalReference reference);
[[nodiscard]] Result<geo::VerticalReference> parse_vertical_reference(std::string_view text);

void write_outline(log::JcsWriter& out, const geo::Outline& outline);
void write_band(log::JcsWriter& out, const geo::LevelBand& band);
void write_window(log::JcsWriter& out, const geo::TimeWindow& window);
void write_volume(log::JcsWriter& out, const geo::Volume4d& volume);
void write_volumes(log::JcsWriter& out, const std::vector<geo::Volume4d>& volumes);

/// Fail with `kInvalid` or `kTooLarge`; `where` is the path in the document.
[[nodiscard]] Result<geo::Outline> read_outline(const log::JcsValue& value);
[[nodiscard]] Result<geo::LevelBand> read_band(const log::JcsValue& value);
[[nodiscard]] Result<geo::TimeWindow> read_window(const log::JcsValue& value);
[[nodiscard]] Result<geo::Volume4d> read_volume(const log::JcsValue& value);
/// 1 to kVolumesPerIntentMax volumes.
[[nodiscard]] Result<std::vector<geo::Volume4d>> read_volumes(const log::JcsValue& value);

/// True when neither limit is set.
[[nodiscard]] bool unbounded(const geo::LevelBand& band);

}  // namespace tansiq::core
