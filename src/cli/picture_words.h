// The live picture in words: tracks and alerts as one line each, for commands that ask a node and for replays.
#pragma once

#include <string>

#include "base/json_in.h"
#include "cli/context.h"

namespace tansiq::cli {

/// One line, without its line feed, of a track as picture/track_json.h writes it.
[[nodiscard]] std::string track_text(const Context& context, const JsonValue& track);
/// Of an alert as picture/alert_json.h writes it. `event` (`raised`, …) may be empty.
[[nodiscard]] std::string alert_text(const Context& context, const JsonValue& alert, std::string_view event);

}  // namespace tansiq::cli
