// Alerts as JSON: what the live stream, the API and a replay say. Canonical, so that equal alerts are equal bytes.
//
//   {"acknowledged":{"at_ms","by"}?, "attention", "changed_ms", "ended_ms"?, "escalated"?, "finding":{…}, "id", "kind",
//    "object"?, "over_ms"?, "priority", "raised_ms", "state", "tracks":[id…], "violated_ms"?, "warned_ms"?}
//
// `finding`: {"at_ms", "closest_height_m"?, "closest_m"?, "detail", "now", "to_closest_ms"?, "to_violation_ms"?,
//             "where":[lat_e7,lng_e7]?}; `at_ms` is when it was found so last: its times count from there.
#pragma once

#include <optional>
#include <string>

#include "log/jcs.h"
#include "picture/alert_book.h"

namespace tansiq::picture {

/// `ended`: when it went out of sight (past_alerts.h).
void write_alert(log::JcsWriter& out, const Alert& alert, std::optional<UtcMs> ended = {});
/// One line without its line feed: {"alert":{…},"event":"raised"}.
[[nodiscard]] std::string alert_line(const AlertChange& change);

}  // namespace tansiq::picture
