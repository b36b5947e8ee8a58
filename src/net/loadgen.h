// A load generator that costs little itself: one thread, epoll, keep-alive connections with one request in flight each.
// For `tansiq bench`, which shares two cores between it and the server under test.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http_types.h"

namespace tansiq::net {

struct LoadRequest {
  Method method = Method::kGet;
  std::string target = "/";
  std::string body{};  ///< Sent as application/json when not empty.
};

struct LoadOptions {
  std::string address = "127.0.0.1";  ///< Numeric.
  std::uint16_t port = 0;
  std::size_t connections = 64;
  DurationMs warm_up_ms = 500;  ///< Not counted.
  DurationMs run_ms = 5'000;
  std::uint64_t requests_max = 0;  ///< Ends earlier after so many; 0: time alone.
  std::string bearer_token{};
  /// Fills `request`, whose memory is reused; false: no more requests. `sequence` counts from 0.
  std::function<bool(std::uint64_t sequence, LoadRequest& request)> next{};
  /// Looks at an answer; false counts as an error. Null: 2xx are good.
  std::function<bool(int status, std::string_view body)> check{};
};

struct LoadFigures {
  std::uint64_t requests = 0;  ///< Answered within the counted time, errors included.
  double seconds = 0;
  double per_second = 0;
  double p50_ms = 0, p99_ms = 0, p999_ms = 0, max_ms = 0;
  std::uint64_t errors = 0;  ///< Answers that `check` refused, and connections that broke.
};

/// Runs on the calling thread. Fails with `kUnavailable` when the first connection cannot be made, `kInvalid` for the
/// options.
[[nodiscard]] Result<LoadFigures> run_load(const LoadOptions& options);

}  // namespace tansiq::net
