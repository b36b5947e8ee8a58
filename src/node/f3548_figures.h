// How fast a DSS is: a node of our own, or whatever else speaks F3548 over plain HTTP. For `tansiq bench f3548`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::node {

struct F3548Run {
  std::filesystem::path folder;  ///< Must exist; for the own node.
  std::string url = {};          ///< `http://127.0.0.1:8082`, the address in digits; empty: a node of our own.
  std::string token = {};        ///< For `url`: with the scopes of strategic coordination and constraint processing.
  std::size_t connections = 64;
  std::size_t busy_intents = 500;  ///< Live in the busy cell, and in every key.
  std::uint64_t spread_intents = 1'000'000;
  std::uint64_t subscriptions = 10'000;
  DurationMs run_ms = 5'000;  ///< Of each measurement but the filling.
};

struct F3548Figures {
  double busy_per_second = 0, busy_p99_ms = 0;  ///< Updates in one cell with complete keys.
  /// Updates in one place by clients that learn of each other only by answers.
  double contended_per_second = 0, contended_refused_per_second = 0;
  double spread_per_second = 0;  ///< Creates in separate places.
  double query_p99_ms = 0;       ///< 10 km² among all of those.
  std::uint64_t query_among = 0;
  double subscriber_us = 0;  ///< A write that notifies all subscriptions, by their number.
};
/// Fails when the service cannot be reached, or answers what it should not.
[[nodiscard]] Result<F3548Figures> measure_f3548(const F3548Run& run);

}  // namespace tansiq::node
