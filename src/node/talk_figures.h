// How fast people who talk hear of each other: receipts, alarms, and many consoles at one node. For `tansiq bench
// talks`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace tansiq::node {

struct TalkRun {
  std::filesystem::path folder;  ///< Exists; what is written below it stays (the caller removes it).
  unsigned messages = 300;
  unsigned stops = 60;
  unsigned consoles = 100;    ///< That hear each STOP.
  unsigned officers = 1'000;  ///< Whose streams are open at once, each under an account of its own.
  unsigned rounds = 30;       ///< Messages to all of those.
};

struct TalkFigures {
  /// From the act until the sender's stream has the other node's receipt: durable at both ends on the way.
  double receipt_p50_ms = 0, receipt_p99_ms = 0;
  /// From the act at one node until a console at the other has the event that rings: of every STOP at every console.
  double stop_p50_ms = 0, stop_p99_ms = 0;
  /// From the act until the last of all streams has the event.
  double all_p50_ms = 0, all_max_ms = 0;
  /// What this process has grown by with the streams, over their number: both ends of each, without the kernel's part.
  double bytes_per_stream = 0;
  /// Why so many streams could not be opened, and what is above is 0; empty: they were.
  std::string no_streams;
};

/// Two nodes in this process, over loopback, on a disk. Raises this process's bound of open files. Less than a minute.
[[nodiscard]] Result<TalkFigures> measure_talks(const TalkRun& run);

}  // namespace tansiq::node
