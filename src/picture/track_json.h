// A track as JSON, for the API, the live stream and people. Canonical. Members that nothing is known for are absent.
//
//   {"begun_ms","call_sign","climb_cm_s","course_mdeg","domain","emergency","geometric_cm","icao","id","label","last_ms",
//    "mmsi","mode_3a","name","on_ground","plan":{…},"position":[lat_e7,lng_e7],"pressure_cm","quality","signs":[…],
//    "sources":[…],"speed_cm_s","state","time_ms","turn_mdeg_s","uncertainty_m"}
//
// `position` and what follows from it are those of `time_ms`, the time of the last place: whoever draws it now carries
// it on. `plan`: {"aside_m","confidence","contradicts"?,"inside","intent","level_m","late_ms","proposed"?,"reason"}.
// `signs`: [{"count","kind","last_ms","metres","since_ms"}…]. `sources`:
// [{"kind"?,"last_ms","reports","source","uid"?}…].
#pragma once

#include <string>
#include <vector>

#include "log/jcs.h"
#include "picture/picture.h"

namespace tansiq::picture {

/// `names`: of the sources, by number.
void write_track(log::JcsWriter& out, const Picture& picture, const Track& track,
                 const std::vector<std::string>& names);

}  // namespace tansiq::picture
