// Server-sent events (WHATWG HTML, 9.2): the live stream of a node. One-way, text, over plain HTTP, with resume for
// free: a client that reconnects sends the last id it saw.
//
//   StreamHandle stream = exchange->begin_stream();       // 200, text/event-stream
//   stream.on_close([](StreamEnd end) { ... });
//   stream.send("1042", "intent.accepted", R"({"id":"MIRAGE1"})");
//
// One event for many listeners is formatted once and shared: `stream.send(format_event(...))`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_types.h"

namespace tansiq::net {

/// Why a stream ended.
enum class StreamEnd : std::uint8_t {
  kClosedHere,    ///< `StreamHandle::close`.
  kClientGone,    ///< The other end closed, or the connection broke.
  kSlowConsumer,  ///< The bounded queue was full, or the client read nothing for too long.
  kServerStop,
};
[[nodiscard]] std::string_view stream_end_name(StreamEnd end);

struct StreamOptions {
  std::size_t queue_bytes_max = 1U << 20;  ///< Waiting to be written; beyond it the consumer is slow and is cut off.
  std::size_t queue_events_max = 4'096;
  DurationMs keep_alive_ms = 15'000;  ///< A comment after so long a silence, so that both ends notice a dead path.
  DurationMs stall_ms = 30'000;       ///< The client may leave written bytes unread for so long.
  std::string content_type = "text/event-stream";
};

/// One event in wire form. `id` and `event` must not contain line ends or NUL (broken invariant: this program writes
/// them); either may be empty, which leaves the field out. `data` may have several lines.
using WireEvent = std::shared_ptr<const std::string>;
[[nodiscard]] WireEvent format_event(std::string_view id, std::string_view event, std::string_view data);
/// An id alone: no event, but a client that reconnects sends it. The same rules for `id`.
[[nodiscard]] WireEvent format_position(std::string_view id);

namespace detail {
class StreamState;
}

/// The sending end of a stream. Copies refer to the same stream. Thread-safe; never blocks; outlives the connection and
/// the server harmlessly. Dropping the last handle does not end the stream's connection: call `close`.
class StreamHandle {
 public:
  StreamHandle() = default;
  explicit StreamHandle(std::shared_ptr<detail::StreamState> state) : state_(std::move(state)) {}

  /// Queues an event. Fails with `kUnavailable` when the stream has ended, `kOverloaded` when this event made the queue
  /// overflow: the stream is then over (kSlowConsumer), the client comes back with its Last-Event-ID.
  Status send(std::string_view id, std::string_view event, std::string_view data);
  Status send(WireEvent event);

  /// Ends the stream after what is queued.
  void close();
  [[nodiscard]] bool open() const;
  /// Bytes that wait to be written.
  [[nodiscard]] std::size_t queued_bytes() const;

  /// Called once, on an I/O thread (or at once, on this one, when the stream has ended already). Must not block.
  void on_close(std::function<void(StreamEnd)> callback);

 private:
  std::shared_ptr<detail::StreamState> state_;
};

/// `Last-Event-ID` as a local sequence number. Nothing when absent; fails with `kInvalid` unless it is a decimal number
/// without sign or leading zeros.
[[nodiscard]] Result<std::optional<std::int64_t>> last_event_id(const Request& request);

/// One event as a client reads it.
struct SseEvent {
  std::string id;     ///< The last id seen so far, as the standard says, not only this event's own.
  std::string event;  ///< "message" when the sender named none.
  std::string data;
};

/// Takes a stream of bytes apart into events. Fails with `kTooLarge` when one event exceeds `event_bytes_max`, or an id
/// or an event's name 1 KiB: the id is copied into every later event, however small that is.
class SseParser {
 public:
  explicit SseParser(std::size_t event_bytes_max = 1U << 20) : event_bytes_max_(event_bytes_max) {}
  [[nodiscard]] Status feed(std::string_view bytes);
  /// The next complete event, or nothing.
  [[nodiscard]] std::optional<SseEvent> next();
  /// Of the last part that was complete, an id alone as well.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }

 private:
  [[nodiscard]] Status take_line(std::string_view line);

  std::size_t event_bytes_max_;
  std::string line_;
  bool after_cr_ = false;
  bool first_line_ = true;
  std::string last_id_;
  std::string id_, event_, data_;  ///< Of the part that is being read; the id stays for the next.
  bool has_data_ = false;
  std::vector<SseEvent> ready_;
  std::size_t ready_at_ = 0;
};

}  // namespace tansiq::net
