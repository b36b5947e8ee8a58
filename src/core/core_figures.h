// Measures the core in memory, on the traffic of workload.h: what `tansiq bench core` prints.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tansiq::core {

struct DecisionFigures {
  std::size_t live_volumes = 0;  ///< At the beginning.
  std::size_t decisions = 0;     ///< New intents decided, entries encoded and applied.
  double decisions_per_s = 0;
  double refused_share = 0;  ///< Of them, with a counter-proposal searched for.
};

/// New intents filed into a sky with `live` volumes at constant density. Times are the thread's own CPU time, so that a
/// busy machine does not spoil them. About 20 s for a million.
[[nodiscard]] DecisionFigures measure_decisions(std::size_t live, std::size_t decisions, std::uint64_t seed);

/// All filed in one cell of 1 km², separated in height and time, `live` of them live all the time: for every new one an
/// old one is ended, outside the clock.
[[nodiscard]] DecisionFigures measure_busy_cell(std::size_t live, std::size_t decisions, std::uint64_t seed);

struct ReplayFigures {
  std::size_t entries = 0;
  std::size_t bytes = 0;  ///< Of the log.
  double replay_s = 0;    ///< Replay from the first entry, ready to decide.
  std::size_t live_volumes = 0;
  std::size_t snapshot_bytes = 0;
  double snapshot_write_s = 0;
  double snapshot_load_s = 0;  ///< Checked, indexed, ready to decide.
};

/// A log of `entries` entries after which `live` volumes are live; replayed, and started from a snapshot.
[[nodiscard]] ReplayFigures measure_replay(std::size_t entries, std::size_t live, std::uint64_t seed);

}  // namespace tansiq::core
