// When an entry of any part of the node was said, from its line.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace tansiq::node {

/// The member `time_ms`, by the clock of whoever wrote it; nothing where the line is no canonical JSON that has it.
[[nodiscard]] std::optional<UtcMs> entry_time(std::string_view line);

}  // namespace tansiq::node
