// A load generator that costs little itself: one thread, epoll, keep-alive connections with one request in flight each.
// For `tansiq bench`, which shares two cores between it and the server under test. Plain HTTP/1.1 over IPv4.
//
// A connection is a client: `next` says what client `turn.client` does now, and `check` hears what became of it, in
// order, so a client can be a script whose next step depends on the last answer.
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
  std::string body{};   ///< Sent as application/json when not empty.
  bool counted = true;  ///< False: a step between what is measured; neither its time nor its failure counts.
};

struct LoadTurn {
  std::size_t client = 0;      ///< Below `connections`.
  std::uint64_t sequence = 0;  ///< Of all requests, from 0.
};

struct LoadAnswer {
  std::size_t client = 0;
  int status = 0;
  std::string_view body;
};

struct LoadOptions {
  std::string address = "127.0.0.1";  ///< A name or an IPv4 address.
  std::uint16_t port = 0;
  std::size_t connections = 64;
  DurationMs warm_up_ms = 500;  ///< Not counted.
  DurationMs run_ms = 5'000;
  std::uint64_t requests_max = 0;  ///< Ends earlier after so many; 0: time alone.
  std::string bearer_token{};
  /// Fills `request`, whose memory is reused; false: no more requests of anybody.
  std::function<bool(const LoadTurn& turn, LoadRequest& request)> next{};
  /// Looks at an answer; false counts as an error, and not among the requests. Null: 2xx are good.
  std::function<bool(const LoadAnswer& answer)> check{};
};

struct LoadFigures {
  std::uint64_t requests = 0;  ///< Answered well within the counted time.
  double seconds = 0;
  double per_second = 0;
  double p50_ms = 0, p99_ms = 0, p999_ms = 0, max_ms = 0;
  std::uint64_t errors = 0;  ///< Answers that `check` refused, and connections that broke.
};

/// Runs on the calling thread. Fails with `kUnavailable` when the first connection cannot be made, `kInvalid` for the
/// options.
[[nodiscard]] Result<LoadFigures> run_load(const LoadOptions& options);

}  // namespace tansiq::net
