// What a person reads about caveats; made from the node's document (node/coordination_face.h). No input or output here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/terminal.h"
#include "coordination/caveat.h"

namespace tansiq::cli {

/// `GET /v1/coordination/caveats`.
struct CaveatRows {
  std::vector<coordination::CaveatStanding> caveats;
  std::vector<coordination::CaveatMeeting> meetings;
  std::vector<coordination::CaveatWithdrawn> unanswered;  ///< Deposits with those who do not show us enough now.
  std::vector<coordination::CaveatWatched> watched;       ///< Of others.
};
[[nodiscard]] Result<CaveatRows> read_caveats(std::string_view document);
[[nodiscard]] std::string caveats_text(const Terminal& terminal, const CaveatRows& rows);

}  // namespace tansiq::cli
