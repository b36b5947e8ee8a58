// Inside of net: what a `StreamHandle` shares with its connection.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "net/sse.h"

namespace tansiq::net::detail {

class Connection;
class Mailbox;

/// The bounded queue between the threads that send events and the I/O thread that writes them. Without a mailbox nobody
/// is woken: whoever holds it takes from it when it likes.
class StreamState {
 public:
  StreamState(StreamOptions options, std::shared_ptr<Mailbox> mailbox, std::weak_ptr<Connection> connection)
      : options_(std::move(options)), mailbox_(std::move(mailbox)), connection_(std::move(connection)) {}

  // Any thread.
  Status push(WireEvent event);
  void request_close();
  [[nodiscard]] bool open() const;
  [[nodiscard]] std::size_t queued_bytes() const;
  void on_close(std::function<void(StreamEnd)> callback);

  // I/O thread.
  struct Taken {
    bool overflowed = false;  ///< The stream is over: its consumer is too slow.
    bool closing = false;     ///< Nothing is left and nothing will come.
  };
  /// Moves up to about `bytes_max` bytes of events to `out` and allows the next wake-up.
  Taken take(std::vector<WireEvent>& out, std::size_t bytes_max);
  /// The connection is done with it. Calls the callback, once.
  void finish(StreamEnd end);
  [[nodiscard]] const StreamOptions& options() const { return options_; }

 private:
  void wake(bool wanted);

  const StreamOptions options_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::weak_ptr<Connection> connection_;
  mutable std::mutex mutex_;
  std::vector<WireEvent> queue_;
  std::size_t taken_ = 0;  // of queue_, from its front
  std::size_t bytes_ = 0;
  bool wake_pending_ = false;
  bool close_requested_ = false;
  bool finished_ = false;
  std::optional<StreamEnd> end_;
  std::function<void(StreamEnd)> callback_;
};

}  // namespace tansiq::net::detail
