// For the tests of net: a raw client that sends exactly the bytes it is told to, certificates made on the spot, and a
// server with small limits.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/eventually.h"
#include "base/temporary_folder.h"
#include "net/http_server.h"

namespace tansiq::net::test {

/// Whether this machine has a name for itself: the smallest of systems have no /etc/hosts.
[[nodiscard]] bool knows_localhost();

/// A TCP connection to loopback that gives up (by a failed read) after ten seconds, so that no test hangs.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0);
  /// A socket that is not connected yet: `connect` needs no new file descriptor.
  explicit RawClient(int receive_buffer_bytes = 0);
  bool connect(std::uint16_t port);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the other end has closed.
  bool send(std::string_view bytes);
  void finish_sending();
  /// Reads until `end` has been seen; what came after it is kept for the next call.
  std::string read_until(std::string_view end);
  /// One response: head and a body of its Content-Length (none for `to_head`).
  std::string read_response(bool to_head = false);
  /// Everything until the end of the stream.
  std::string read_all();
  [[nodiscard]] bool connected() const { return socket_ >= 0; }
  [[nodiscard]] int native_handle() const { return socket_; }

 private:
  bool fill();
  int socket_ = -1;
  std::string buffer_;
};

/// The other end of a client that keeps to no rule: each connection gets a thread with the script, which sends and
/// reads what it likes until it returns, or until the client or this object ends (sends and reads fail then).
class RawServer {
 public:
  class Guest {
   public:
    explicit Guest(int socket) : socket_(socket) {}
    /// Waits for a whole head; false when none comes.
    bool read_head();
    bool send(std::string_view bytes);
    /// The same bytes again and again, behind `begin`, until nobody takes them.
    void send_forever(std::string_view bytes, std::string_view begin = {});
    /// Until the other end closes; what comes is read over.
    void wait_for_end();
    /// The same, reading nothing.
    void read_nothing();

   private:
    int socket_;
  };
  using Script = std::function<void(Guest&)>;
  explicit RawServer(Script script);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::size_t guests() const { return guests_.load(); }

 private:
  void run();
  Script script_;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> guests_{0};
  std::vector<int> sockets_;  // the accepting thread's until it has ended; closed at the end only
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

/// The status in a status line; 0 when there is none.
int status_of(std::string_view response);
/// Sends `bytes`, closes the sending side, returns everything that comes back.
std::string exchange_raw(std::uint16_t port, std::string_view bytes);

/// A self-signed certificate for 127.0.0.1 and localhost, which also serves as its own authority.
struct Identity {
  std::string certificate_file;
  std::string key_file;
  std::array<std::uint8_t, 32> key_sha256{};
};
Identity make_identity(const TemporaryFolder& folder, std::string_view name);

/// Exchanges that a test answers by hand, from its own thread.
class Inbox {
 public:
  Handler handler();
  /// The next one; null after ten seconds.
  std::shared_ptr<Exchange> next();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<Exchange>> waiting_;
};

/// Answers every request with its method, path and body.
void echo(const std::shared_ptr<Exchange>& exchange);

/// Starts a server on a free port of loopback; aborts the test program when it cannot.
std::unique_ptr<HttpServer> start_server(Handler handler, HttpServerOptions options = {});

}  // namespace tansiq::net::test
