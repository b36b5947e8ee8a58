// Alerts as JSON: what the live stream, the API and a replay say. Canonical, so that equal alerts are equal bytes.
//
//   {"acknowledged":{"at_ms","by"}?, "attention", "changed_ms", "escalated"?, "finding":{…}, "id", "kind", "object"?,
//    "over_ms"?, "priority", "raised_ms", "state", "tracks":[id…], "violated_ms"?, "warned_ms"?}
//
// `finding`: {"closest_height_m"?, "closest_m"?, "detail", "now", "to_closest_ms"?, "to_violation_ms"?,
//             "where":[lat_e7,lng_e7]?}
#pragma once

#include "log/jcs.h"
#include "picture/alert_book.h"

namespace tansiq::picture {

void write_alert(log::JcsWriter& out, const Alert& alert);
/// One line without its line feed: {"alert":{…},"event":"raised"}.
[[nodiscard]] std::string alert_line(const AlertChange& change);

}  // namespace tansiq::picture
