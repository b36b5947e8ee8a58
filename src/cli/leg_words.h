// How people state the legs of a flight: on the command line, or in a file.
//
//   --leg "K1 33.0,38.0 34.5,40.0 4nm FL190-FL210 now+10m/+25m"       a corridor, 4 NM wide from side to side
//   --leg "S1 34.9,35.8 3nm now+30m/+2h"                              a circle; at sea there are no levels
//
// The zone comes first. What follows is told apart by its form, in any order: points have a comma, the window has a
// slash, a length ends in its unit, everything else is the level band. One point is the centre of a circle; two or
// more are a corridor's centre line, or with the word `polygon` an outline.
//
// A leg is one passage through one zone: volumes that follow each other in the same zone belong to one leg.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coordination/leg_entries.h"

namespace tansiq::cli {

/// One volume in a zone. Fails with `kUnsupported` when the words do not make one, or with what is wrong with a word.
[[nodiscard]] Result<coordination::PlannedLeg> leg_from(std::string_view words, UtcMs now);

/// Puts volumes that follow each other in one zone together.
[[nodiscard]] std::vector<coordination::PlannedLeg> joined(std::vector<coordination::PlannedLeg> legs);

/// Reads one flight from a file: GeoJSON (one feature a volume, with the property `zone`), or the record's own form,
/// `{"flight","call_sign","craft","domain","legs":[{"zone","volumes"}],"principal","gate_leg","alternate"}`, of which
/// only the legs are required. The flight's id may be empty. Fails with `kInvalid`; `where` begins with the file's
/// name.
[[nodiscard]] Result<coordination::FlightFiled> read_flight(const std::string& file);

}  // namespace tansiq::cli
