// How fast a DSS is: a node of our own, or whatever else speaks F3548 over plain HTTP. For `tansiq bench f3548`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/loadgen.h"

namespace tansiq::node {

struct F3548Run {
  std::filesystem::path folder;  ///< Must exist; for the own nodes.
  std::string url = {};          ///< `http://localhost:8082`; empty: a node of our own.
  std::string token = {};        ///< For `url`: with the scopes of strategic coordination and constraint processing.
  std::size_t cell_clients = 30;
  std::size_t spread_clients = 64;
  std::size_t busy_intents = 500;  ///< Live in the busy cell, and in every key.
  std::uint64_t spread_intents = 1'000'000;
  std::uint64_t subscriptions = 10'000;
  std::uint64_t second_intents = 20'000;  ///< Created through each of two nodes, twice.
  DurationMs run_ms = 5'000;              ///< Of each measurement but the filling.
};

/// Only what succeeded is counted.
struct F3548Figures {
  net::LoadFigures busy;  ///< PUTs in one cell, each client in a height band of its own, with complete keys.
  /// The same in one band: clients learn of each other only by being refused.
  net::LoadFigures contended;
  double contended_refused_per_second = 0;
  double contended_least = 0;  ///< What the client that got least got, by the mean.
  net::LoadFigures spread;     ///< Creates in separate places.
  net::LoadFigures query;      ///< Queries of 10 km² among all of those.
  std::uint64_t query_among = 0;
  double subscriber_us = 0;  ///< What each subscription to be notified adds to a write.
  /// Creates through a node that hands them on to the one that decides, and by the rate without that step; only of
  /// nodes of our own.
  std::optional<net::LoadFigures> second;
  double second_ratio = 0;
};
/// Fails when the service cannot be reached, or answers what it should not.
[[nodiscard]] Result<F3548Figures> measure_f3548(const F3548Run& run);

}  // namespace tansiq::node
