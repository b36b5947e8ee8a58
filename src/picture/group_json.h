// Groups as JSON, as the API takes and gives them:
//
//   {"guide":{"mmsi":227022600}|{"icao":"39C4A1"}, "members":[{…}…]?, "name", "shapes":[{"ahead_m","astern_m","band"?,
//   "domain":"air"|"sea",
//     "port_m","starboard_m","windows":[{"end_ms","start_ms"}…]?}…]}
//
// `band` is spelled as in core/volume_json.h. The id stands beside it: in the path, or as the key of a file.
#pragma once

#include <string>

#include "base/result.h"
#include "log/jcs.h"
#include "picture/group.h"

namespace tansiq::picture {

void write_group(log::JcsWriter& out, const Group& group);
/// Unknown members are errors. Fails with `kInvalid`; what it gives has passed `check`.
[[nodiscard]] Result<Group> read_group(std::string id, const log::JcsValue& value);

}  // namespace tansiq::picture
