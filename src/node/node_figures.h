// How fast a whole node decides, durably: in process, over HTTP, and how fast it starts. For `tansiq bench core`.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace tansiq::node {

/// One run. `folder` must exist; what is written below it stays (the caller removes it).
struct NodeRun {
  std::filesystem::path folder;
  std::size_t in_flight = 64;         ///< Commands under way, or keep-alive connections.
  std::uint64_t decisions = 200'000;  ///< In process: so many.
  std::int64_t warm_up_ms = 500;      ///< Over HTTP: not counted.
  std::int64_t run_ms = 5'000;        ///< Over HTTP: counted.
};

struct DurableFigures {
  std::uint64_t decisions = 0;
  double per_second = 0;
  double p50_ms = 0, p99_ms = 0;
  std::uint64_t errors = 0;  ///< Decisions that were not "accepted"; the workload has no conflicts.
};

/// Closed loop over `Node::submit`: each durable decision submits the next. Every command files a new intent; none
/// conflicts; all stay live.
[[nodiscard]] Result<DurableFigures> measure_durable_in_process(const NodeRun& run);
/// The same over `PUT /v1/intents/{id}`, with the load generator in this process.
[[nodiscard]] Result<DurableFigures> measure_durable_http(const NodeRun& run);

struct StartFigures {
  std::uint64_t entries = 0;
  std::uint64_t live_volumes = 0;
  double fill_seconds = 0;           ///< Writing the record, for orientation.
  double snapshot_seconds = 0;       ///< `Node::open` from a snapshot with `live_volumes`, all that was ever filed.
  double full_snapshot_seconds = 0;  ///< The same at the end, with every command and many ended intents remembered.
  double replay_seconds = 0;         ///< `Node::open` without one.
  double pause_ms = 0;               ///< How long taking the snapshot held up deciding.
  bool same_state = false;           ///< Both starts gave the state hash that the node had when it stopped.
};

struct SnapshotFigures {
  std::uint64_t live_intents = 0;
  std::uint64_t bytes = 0;        ///< Of the snapshot.
  double in_line_wait_ms = 0;     ///< The longest that a decision waited while one was taken between two batches.
  double background_wait_ms = 0;  ///< While one was made beside the deciding.
  double idle_wait_ms = 0;        ///< While none was made: what the disk alone does.
  double background_seconds = 0;  ///< From the question to the disk.
};

/// Fills a record with `live` intents, and decides one after the other while a snapshot of them is taken in line, and
/// while one is made beside. Takes the memory of two such states.
[[nodiscard]] Result<SnapshotFigures> measure_snapshot(const std::filesystem::path& folder,
                                                       std::uint64_t live = 1'000'000);

/// Fills a record with `live` intents, stops and starts from the snapshot; goes on to `entries` entries, of which about
/// `live` intents are live at the end, stops, and starts from the snapshot and by replay.
[[nodiscard]] Result<StartFigures> measure_start(const std::filesystem::path& folder, std::uint64_t entries = 1'000'000,
                                                 std::uint64_t live = 100'000);

}  // namespace tansiq::node
