// Craft as people state and read them: "icao=4CA1FA code=4321 valid=now/+2h", and as the API has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "base/result.h"
#include "base/time.h"
#include "core/craft.h"

namespace tansiq::cli {

/// Each of `words` is one craft: words of the form NAME=VALUE, each name once, of `icao`, `mmsi`, `code` and, with a
/// code, `valid` (a window, how long it is lent). Fails with `kUnsupported` for other words, `kInvalid` for values and
/// as core::check_craft; `where` is `--craft 0`.
[[nodiscard]] Result<std::vector<core::Craft>> craft_from(const std::vector<std::string>& words, UtcMs now);

/// The API's list: `[{"icao":"4CA1FA","mode_3a":"4321"}]`.
[[nodiscard]] std::string craft_json(const std::vector<core::Craft>& craft);
/// The inverse; letters in either case.
[[nodiscard]] Result<std::vector<core::Craft>> craft_list_from(const JsonValue& list);

/// `4CA1FA code 4321; MMSI 211234560`.
[[nodiscard]] std::string craft_text(const std::vector<core::Craft>& craft);

}  // namespace tansiq::cli
