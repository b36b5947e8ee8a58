// Somebody who watches the live picture of a node, as a console does, and writes down every line about an alert.
//
//   auto witness = TRY(LevantWitness::start(TRY(levant.client_as("us", "us:console", {"picture.read"}))));
//   … the story …
//   for (const std::string& line : witness->lines()) …                 // {"alert":{…},"event":"raised"}
//
// What was written down is compared at the end with what a replay of the node's recording says, byte for byte.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/json_in.h"
#include "base/result.h"
#include "base/time.h"
#include "cli/node_client.h"

namespace tansiq::cli {

/// Lines that one witness remembers.
inline constexpr std::size_t kWitnessLinesMax = 20'000;

/// Lines about alerts that changed at `moment` or before, in their order. What is no such line is left out.
[[nodiscard]] std::vector<std::string> alert_lines_until(const std::vector<std::string>& lines, UtcMs moment);

/// Of the lines, those that say `event`.
[[nodiscard]] std::size_t count_of_event(const std::vector<std::string>& lines, std::string_view event);

class LevantWitness {
 public:
  /// Opens the stream; from then on everything is heard, until the node ends it. Fails as HttpClient::events.
  [[nodiscard]] static Result<std::unique_ptr<LevantWitness>> start(NodeClient client);

  /// What was written down.
  [[nodiscard]] std::vector<std::string> lines() const;
  /// The first line, of those that were written down and those to come, whose alert is `good`. Nothing when there is
  /// none within `most_ms` of real time.
  [[nodiscard]] std::optional<std::string> await(const std::function<bool(const JsonValue& alert)>& good,
                                                 DurationMs most_ms = 30'000) const;
  /// Lines for which there was no room.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(); }

 private:
  explicit LevantWitness(NodeClient client) : client_(std::move(client)) {}
  void run(const std::stop_token& stop);

  NodeClient client_;
  std::unique_ptr<net::EventStream> stream_;
  mutable std::mutex mutex_;
  mutable std::condition_variable more_;
  std::vector<std::string> lines_;
  std::atomic<std::uint64_t> dropped_{0};
  std::jthread thread_;
};

}  // namespace tansiq::cli
