// What a picture goes by, as far as a node's configuration says it: in the head of a recording, so that a replay goes
// by the same.
//
//   {"agreed":[{"between":[a,b],"domain","horizontal_cm","vertical_cm"?}]?,"air":{"horizontal_cm","lookahead_ms","vertical_cm"?},
//    "escalate_ms","repeat_ms","sea":{"horizontal_cm","lookahead_ms","vertical_cm"?},
//    "simulated","tracks_max"}
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "picture/picture.h"

namespace tansiq::picture {

/// Canonical.
[[nodiscard]] std::string options_json(const PictureOptions& options);
/// What is not said there is as `PictureOptions` has it. Unknown members are errors: a later version went by something
/// that this one does not know. Fails with `kMalformed` or `kInvalid`; `where` is a path.
[[nodiscard]] Result<PictureOptions> read_options_json(std::string_view json);

}  // namespace tansiq::picture
