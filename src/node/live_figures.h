// What a whole node makes of a full sky: how long from the datagram that confirms a conflict to the alert on an open
// stream, while ten thousand tracks report once a second, and whether anything is lost on the way. For `tansiq bench
// live`.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace tansiq::node {

struct LiveRun {
  std::filesystem::path folder;  ///< Exists; what is written below it stays.
  std::uint32_t tracks = 10'000;
  std::uint32_t probes = 200;  ///< Conflicts, one after the other.
  std::int64_t probe_every_ms = 100;
};

struct LiveFigures {
  std::uint64_t sent = 0;     ///< Reports,
  std::uint64_t taken = 0;    ///< of which so many became reports of tracks,
  std::uint64_t dropped = 0;  ///< and so many pieces, of datagrams and of queues, did not.
  std::uint64_t tracks = 0;   ///< That were there in the end.
  std::uint64_t probes = 0;
  std::uint64_t unheard = 0;  ///< Conflicts of which no alert came within two seconds.
  double p50_ms = 0;          ///< From `sendto` to the event at the reader of the stream.
  double p99_ms = 0;
  double max_ms = 0;
};

/// A node in this process with one UDP input of CAT 062, a thread that sends, and one that reads its live stream. Fails
/// as `Node::open`, or with `kIo`.
[[nodiscard]] Result<LiveFigures> measure_live(const LiveRun& run);

}  // namespace tansiq::node
