// Cursor on Target events from reports.
#pragma once

#include <string>

#include "base/result.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// Appends one XML event. A report of another format gets a `uid` made of its address (`ICAO-4840D6`, `MMSI-227006760`,
/// `TRACK-6402-12`) and a type of unknown affiliation (`a-u-A`): the project says of nobody whose side he is on. A type
/// that a source gave is passed on as that source's. Without `stale` the report holds `stale_ms` beyond its time.
/// Fails with `kInvalid` for a report without a position or anything to tell it by.
[[nodiscard]] Status append_cot_event(const Report& report, std::string& out, DurationMs stale_ms = 60'000);

}  // namespace tansiq::surveillance
