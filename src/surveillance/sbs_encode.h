// SBS-1 lines from reports: recorded and generated traffic as receivers offer it on port 30003.
#pragma once

#include <string>

#include "base/result.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// Appends the lines that say what the report does: MSG,1 (call sign), MSG,3 or MSG,2 on the ground (altitude,
/// position), MSG,4 (velocity), MSG,6 (code), each only where there is something for it to say. Times are UTC. Fails
/// with `kInvalid` without a 24-bit address, or when none of them has anything to say.
[[nodiscard]] Status append_sbs_lines(const Report& report, std::string& out);

}  // namespace tansiq::surveillance
