// A small blocking HTTP client for the command line and for log verification: one connection, kept alive, no redirects,
// no cookies, no proxies, no decompression.
//
// The other end may be hostile. An answer has a bound on its head, on its body, on what frames the body, and on time,
// and the time counts even when there is always another byte to read. What it says of a failure is cut short before
// anybody logs or prints it.
//
//   auto client = TRY(HttpClient::create({.base_url = "http://127.0.0.1:8080"}));
//   auto answer = TRY(client->get("/v1/zones"));
//   if (answer.status != 200) ...
//
// One thread at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http_types.h"
#include "net/name_lookup.h"
#include "net/sse.h"
#include "net/tls.h"

namespace tansiq::net {

/// `http://host[:port]` or `https://…`, without path, query or user.
struct BaseUrl {
  bool tls = false;
  std::string host;  ///< Without brackets for IPv6.
  std::uint16_t port = 0;

  [[nodiscard]] static Result<BaseUrl> parse(std::string_view text);
  /// The value of a Host header.
  [[nodiscard]] std::string authority() const;
};

/// Ends the waiting of blocking clients from another thread: for who must stop while an answer is long in coming.
class Interrupt {
 public:
  /// Fails with `kIo` when the system has no file descriptor left.
  [[nodiscard]] static Result<std::shared_ptr<Interrupt>> create();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Every call under way, and every later one, of the clients that have this fails with `kUnavailable`. Any thread.
  void trigger();
  /// Readable once triggered.
  [[nodiscard]] int native_handle() const { return event_; }
  [[nodiscard]] bool triggered() const { return triggered_.load(std::memory_order_relaxed); }

 private:
  explicit Interrupt(int event) : event_(event) {}
  const int event_;
  std::atomic<bool> triggered_{false};
};

struct HttpClientOptions {
  std::string base_url{};           ///< One `/` at its end is tolerated.
  std::string bearer_token{};       ///< Sent as `Authorization: Bearer` when not empty.
  TlsTrust trust{};                 ///< For https.
  DurationMs lookup_ms = 15'000;    ///< For a name; an address needs no lookup.
  DurationMs connect_ms = 5'000;    ///< Name lookup apart; TCP and TLS handshake.
  DurationMs response_ms = 30'000;  ///< From the request to the last byte of the answer.
  /// A kept connection that was not used for longer is opened anew: the server may be about to close it, and a request
  /// that may not be repeated would be lost there.
  DurationMs idle_ms = 60'000;
  std::size_t head_bytes_max = 64U << 10;
  std::size_t body_bytes_max = 64U << 20;
  std::shared_ptr<Interrupt> interrupt{};  ///< Optional.
  /// Only addresses that `is_public` (public_address.h) are connected to, whatever a name resolves to; else
  /// `kForbidden`. For URLs that strangers have named.
  bool public_only = false;
  /// Absent: as the system looks them up. An interrupt ends the wait for either.
  std::shared_ptr<NameLookup> names{};
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

/// An error for an answer that is not 2xx: the detail, place and id of its problem+json where it has them, else the
/// status. The code follows the status. Texts of the other end are cut at some hundred bytes, and control characters in
/// them (which a terminal would obey) are spaces.
[[nodiscard]] Error error_from_response(const ClientResponse& response, std::string_view what);

class EventStream;

class HttpClient {
 public:
  /// Does not connect yet. Fails with `kInvalid` for the URL, or what `TlsClientContext::create` says.
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> create(HttpClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends and waits. An answer with any status is a success. Fails with `kUnavailable` (no connection), `kTimeout`,
  /// `kTooLarge`, `kMalformed`. A kept connection that the server had closed is opened again once, for methods that may
  /// be repeated and for requests of which nothing was answered and `repeatable` is set (commands with a client-chosen
  /// id).
  [[nodiscard]] Result<ClientResponse> send(Method method, std::string_view target, const Headers& headers = {},
                                            std::string_view body = {}, bool repeatable = false);
  [[nodiscard]] Result<ClientResponse> get(std::string_view target);

  /// As `send`, but the body of an answer 200 goes to `sink` as it comes, however long it is, and is not kept. In place
  /// of `response_ms` counts for how long nothing comes. Fails as `sink` does, too; what it was given is then no whole.
  using Sink = std::function<Status(std::string_view piece)>;
  [[nodiscard]] Result<ClientResponse> download(Method method, std::string_view target, const Headers& headers,
                                                std::string_view body, DurationMs silence_ms, const Sink& sink);
  [[nodiscard]] Result<ClientResponse> post_json(std::string_view target, std::string_view body,
                                                 bool repeatable = false);

  /// Opens a server-sent event stream on a connection of its own. `last_event_id` may be empty. Fails as `send` does,
  /// and with `error_from_response` for an answer other than 200.
  [[nodiscard]] Result<std::unique_ptr<EventStream>> events(std::string_view target,
                                                            std::string_view last_event_id = {});

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The reading end of a stream.
class EventStream {
 public:
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// Waits for the next event. Nothing: the server ended the stream in order. Fails with `kTimeout` after `wait_ms`
  /// (the stream stays usable), `kUnavailable` when the connection broke, `kTooLarge`, `kMalformed`.
  [[nodiscard]] Result<std::optional<SseEvent>> next(DurationMs wait_ms);
  /// What to send as Last-Event-ID when opening again.
  [[nodiscard]] const std::string& last_id() const;

 private:
  friend class HttpClient;
  struct Impl;
  explicit EventStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::net
