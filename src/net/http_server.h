// The HTTP/1.1 server: sockets, TLS, limits and time-outs on one side, `Exchange`s with complete requests on the other.
//
//   HttpServerOptions options;
//   options.port = 8080;
//   auto server = HttpServer::start(options, [&](std::shared_ptr<Exchange> exchange) {
//     core_queue.push(std::move(exchange));               // I/O thread: must not block
//   });
//   ...
//   ReplyBatch replies;                                    // core thread, after the group commit
//   for (auto& done : batch) replies.add(done.exchange, json_response(200, done.body));
//   replies.flush();                                       // wakes each I/O thread once
//
// A handler answers whenever it likes, from any thread, exactly once. Answers leave in the order of their requests.
// Every size, time and queue is bounded (`HttpLimits`); what exceeds a bound is answered with problem+json and the
// connection is closed. Nothing that a client sends can make the server throw, grow without bound or stop.
//
// Threads: `io_threads` event loops; a connection lives on one of them. Handlers run there.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http_types.h"
#include "net/sse.h"
#include "net/tls.h"

namespace tansiq::net {

struct HttpLimits {
  std::size_t head_bytes_max = kRequestHeadBytesMax;  ///< Request line and headers: 431 beyond.
  std::size_t body_bytes_max = kRequestBodyBytesMax;  ///< 413 beyond, before the body is read where its length is told.
  /// All bodies being received, of all connections. Beyond it the slowest is answered 408, or the newcomer 503.
  std::size_t bodies_total_bytes_max = 256U << 20;
  /// All answers not yet taken, of all connections. Beyond it the slowest taker is cut off.
  std::size_t outputs_total_bytes_max = 256U << 20;
  /// A further one takes the place of one that waits between requests (those that never asked go first); where all are
  /// in the middle of one, it is answered 503 and closed.
  std::size_t connections_max = kConnectionsMax;
  std::size_t pipeline_max = 16;             ///< Requests in flight on one connection; then it is not read.
  std::size_t output_bytes_max = 4U << 20;   ///< Unsent answers of one connection; then it is not read.
  DurationMs idle_ms = 120'000;              ///< Between requests.
  DurationMs head_ms = 10'000;               ///< From the first byte of a head to its end; TLS handshake.
  DurationMs body_grace_ms = 10'000;         ///< A body has so long, plus its bytes at the rate below.
  std::size_t bytes_per_second_min = 1'024;  ///< For bodies and for clients that read their answers.
  DurationMs write_grace_ms = 15'000;        ///< The same for answers.
};

/// A failure that the server answered by itself (malformed head, time-out, limit), for the log.
struct ServerProblem {
  Problem problem;
  std::string address;  ///< Of the client, "127.0.0.1:51234".
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< Numeric IPv4 or IPv6 address.
  std::uint16_t port = 0;             ///< 0: any free one, see `HttpServer::port`.
  std::size_t io_threads = 1;
  HttpLimits limits{};
  std::optional<TlsConfig> tls{};
  /// Without TLS only loopback is served, unless this says otherwise.
  bool allow_plaintext_remote = false;
  /// Added to every answer, also to those that the server gives by itself, and to the heads of streams.
  Headers every_answer{};
  /// For the Date header. Must outlive the server. Null: the system's.
  const Clock* clock = nullptr;
  /// Called on I/O threads; must not block.
  std::function<void(const ServerProblem&)> on_problem{};
  /// How much a body may have for whoever is at the other end, where that is not the same for all (`limits`). Asked
  /// once a connection, when its TLS key is known. I/O threads.
  std::function<std::size_t(const ConnectionInfo&)> body_bytes_max{};
  /// What a request that the server refuses by itself is answered, where that is not problem+json. The path is empty
  /// when the request did not get so far. I/O threads.
  std::function<Response(const Problem&, std::string_view path)> refusal{};
};

/// Running totals since the start, and gauges.
struct HttpCounters {
  std::uint64_t connections_open = 0;  ///< Gauge.
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  ///< At the limit, or for want of file descriptors.
  std::uint64_t streams_open = 0;         ///< Gauge.
  std::uint64_t requests = 0;
  std::uint64_t responses = 0;
  std::uint64_t responses_dropped = 0;  ///< Answered after the client had gone.
  std::uint64_t bad_requests = 0;       ///< Refused before any handler: malformed, too large, unsupported.
  std::uint64_t timeouts = 0;           ///< Connections closed for slowness in head, body or reading answers.
  std::uint64_t idle_closed = 0;
  std::uint64_t slow_consumers = 0;  ///< Streams cut off.
  std::uint64_t tls_failures = 0;
  std::uint64_t bytes_in = 0;              ///< After decryption.
  std::uint64_t bytes_out = 0;             ///< Before encryption.
  std::uint64_t wakeups = 0;               ///< Times that another thread woke an I/O thread.
  std::uint64_t connections_replaced = 0;  ///< Closed in favour of newer ones.
  std::uint64_t outputs_dropped = 0;       ///< Connections cut off because answers waited beyond the total limit.
  std::uint64_t unsent_bytes = 0;          ///< Gauge: answers that are not taken yet.
};

namespace detail {
class ExchangeLink;
}

/// One request and the one place for its answer. When the last reference goes without an answer, the client gets 500.
class Exchange {
 public:
  Exchange(Request request, std::unique_ptr<detail::ExchangeLink> link);
  /// A request that came by another way than a connection of its own: its answer goes to `sink`, on whatever thread
  /// answers. It cannot be answered with a stream: that has ended at once. `gone` says whether nobody waits any more.
  Exchange(Request request, std::function<void(Response)> sink, std::function<bool()> gone = {});
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] const Request& request() const { return request_; }
  /// For the thread that has the exchange, before it hands it on: set the principal, move the body out.
  [[nodiscard]] Request& request() { return request_; }

  /// Answers, from any thread. A second answer is ignored and returns false.
  bool respond(Response response);
  /// The same with problem+json; returns the problem, whose id belongs into the log line.
  Problem respond(Error error, int status = 0);

  /// Answers 200 and keeps the connection for events. On an exchange that was answered the stream has ended at once.
  /// `headers` are added to the stream's own (Content-Type, Cache-Control: no-store).
  [[nodiscard]] StreamHandle begin_stream(const Headers& headers = {}, StreamOptions options = {});

  /// True once the client is known to have gone: work for it may be dropped.
  [[nodiscard]] bool abandoned() const;

 private:
  friend class ReplyBatch;
  Request request_;
  std::unique_ptr<detail::ExchangeLink> link_;  ///< Null where there is a sink.
  std::function<void(Response)> sink_;
  std::function<bool()> gone_;
  std::atomic<bool> sunk_{false};

  /// True for the first caller, who then must answer.
  [[nodiscard]] bool claim();
  void send(Response response);
};

using Handler = std::function<void(std::shared_ptr<Exchange>)>;

/// Collects answers and hands them over together: each I/O thread is locked and woken once per `flush`, however many
/// answers it gets. One thread at a time.
class ReplyBatch {
 public:
  ReplyBatch();
  ~ReplyBatch();  ///< Flushes.
  ReplyBatch(const ReplyBatch&) = delete;
  ReplyBatch& operator=(const ReplyBatch&) = delete;

  void add(const std::shared_ptr<Exchange>& exchange, Response response);
  void flush();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class HttpServer {
 public:
  /// Binds, listens and starts the threads. Fails with `kInvalid` (address), `kForbidden` (plaintext beyond loopback),
  /// `kIo` (port taken), or what `TlsServerContext::create` says.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, Handler handler);
  ~HttpServer();  ///< stop(0).
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8080", "https://[::1]:8443".
  [[nodiscard]] std::string url() const;
  [[nodiscard]] HttpCounters counters() const;

  /// New certificate and key for connections from now on; those that stand keep theirs. On failure the old ones stay.
  [[nodiscard]] Status reload(const std::string& certificate_file, const std::string& key_file);

  /// Stops accepting, closes idle connections, ends streams, lets requests in flight finish until `deadline_ms` has
  /// passed, then closes the rest. Returns whether all finished. Blocks; not to be called on an I/O thread. Idempotent.
  bool stop(DurationMs deadline_ms);

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::net
