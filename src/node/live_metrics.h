// What /metrics says of the live picture, as Prometheus has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/live_inputs.h"
#include "node/record_keeper.h"
#include "picture/release.h"
#include "picture/session.h"

namespace tansiq::node {

struct LiveFigures {
  const picture::Session& session;
  const std::vector<std::string>& names;  ///< Of its sources.
  const picture::ReleaseCounters& release;
  std::uint64_t notes_refused = 0;
  std::uint64_t set_back = 0;  ///< How often the clock was, and the picture begun anew.
  std::size_t listeners = 0;
  std::size_t past_places = 0;
  std::size_t past_bytes = 0;
  std::size_t past_alerts = 0;
  std::optional<RecordKeeper::State> recording;  ///< Absent: nothing is recorded.
};
/// On the picture's thread.
[[nodiscard]] std::string live_metrics(const LiveFigures& figures);
/// Any thread.
[[nodiscard]] std::string input_metrics(std::span<const LiveInputState> inputs);

}  // namespace tansiq::node
