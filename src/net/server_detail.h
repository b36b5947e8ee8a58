// Inside of net: the event loops of the server and what lives on them. The only header that includes Asio.
//
// Ownership: `HttpServer::Impl` owns the `IoThread`s; an `IoThread` owns its `Connection`s; an `Exchange` refers to its
// connection weakly and keeps `Shared` and the thread's `Mailbox` alive, so that it may outlive both harmlessly.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <variant>
#include <vector>

#include "net/byte_stream.h"
#include "net/http_server.h"
#include "net/request_reader.h"
#include "net/stream_state.h"

namespace tansiq::net::detail {

namespace asio = boost::asio;

class Connection;
class IoThread;

/// Counted by one I/O thread mostly; read by anybody.
struct alignas(64) Counters {
  std::atomic<std::uint64_t> streams_open{0}, requests{0}, responses{0}, responses_dropped{0}, bad_requests{0},
      timeouts{0}, idle_closed{0}, slow_consumers{0}, tls_failures{0}, bytes_in{0}, bytes_out{0}, wakeups{0},
      connections_replaced{0}, outputs_dropped{0}, unsent_bytes{0};
};

inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

/// What all threads of a server share.
struct Shared {
  HttpServerOptions options;
  Handler handler;
  std::size_t threads = 1;
  SystemClock system_clock;
  std::string every_answer{};              ///< `HttpServerOptions::every_answer` as lines.
  std::atomic<std::size_t> body_bytes{0};  ///< Held by requests being received or answered.
  std::atomic<std::uint64_t> connections_open{0}, connections_accepted{0}, connections_refused{0};
  mutable std::mutex tls_mutex;
  std::shared_ptr<TlsServerContext> tls;  ///< Guarded by tls_mutex: `reload` replaces it.

  [[nodiscard]] UtcMs now() const { return (options.clock != nullptr ? *options.clock : system_clock).now(); }
};

/// A share of `Shared::body_bytes`, given back on destruction.
class BodyCharge {
 public:
  explicit BodyCharge(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  BodyCharge(BodyCharge&& other) noexcept : shared_(std::move(other.shared_)), bytes_(std::exchange(other.bytes_, 0)) {}
  BodyCharge& operator=(BodyCharge&&) = delete;
  ~BodyCharge() {
    if (bytes_ > 0) shared_->body_bytes.fetch_sub(bytes_, std::memory_order_relaxed);
  }
  /// Raises the share to `bytes`; false when the server's total is exceeded, of which it is then a part all the same.
  [[nodiscard]] bool raise(std::size_t bytes);
  [[nodiscard]] bool fits() const;

 private:
  std::shared_ptr<Shared> shared_;
  std::size_t bytes_ = 0;
};

// What other threads hand to an I/O thread.
struct ReplyMessage {
  std::weak_ptr<Connection> connection;
  std::uint64_t sequence;
  Response response;
};
struct StreamOpenMessage {
  std::weak_ptr<Connection> connection;
  std::uint64_t sequence;
  Headers headers;
  std::shared_ptr<StreamState> stream;
};
struct StreamWakeMessage {
  std::weak_ptr<Connection> connection;
};
struct SocketMessage {
  int socket;
  ConnectionInfo info;
  bool in_place_of_another;
};
struct StopMessage {
  bool now;
};
using Message = std::variant<ReplyMessage, StreamOpenMessage, StreamWakeMessage, SocketMessage, StopMessage>;

/// The way into an I/O thread: a locked list, and one wake-up while it is not empty, however many messages come.
/// Bounded by its senders: one reply per request in flight, one wake-up per stream, one socket per connection allowed.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  explicit Mailbox(IoThread& thread) : thread_(&thread) {}
  /// False when the thread has stopped: the messages stay with the caller.
  [[nodiscard]] bool push(Message& message);
  [[nodiscard]] bool push_all(std::vector<Message>& messages);
  /// Everything that has come; I/O thread.
  void take(std::vector<Message>& out);
  /// Nothing comes in any more; what was left goes to `rest`.
  void close(std::vector<Message>& rest);
  /// Whether the calling thread is the one that this mailbox leads to.
  [[nodiscard]] bool own_thread() const;

 private:
  void wake();

  std::mutex mutex_;
  std::vector<Message> messages_;
  IoThread* thread_;  // null once closed
};

/// From an exchange back to its connection.
class ExchangeLink {
 public:
  ExchangeLink(std::shared_ptr<Mailbox> mailbox, std::weak_ptr<Connection> connection, std::uint64_t sequence,
               BodyCharge charge)
      : mailbox_(std::move(mailbox)),
        connection_(std::move(connection)),
        sequence_(sequence),
        charge_(std::move(charge)) {}

  /// True for the first caller, who then must answer.
  [[nodiscard]] bool claim() { return !answered_.exchange(true, std::memory_order_acq_rel); }
  void send(Response response);
  void open_stream(Headers headers, std::shared_ptr<StreamState> stream);
  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  [[nodiscard]] const std::weak_ptr<Connection>& connection() const { return connection_; }
  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

 private:
  std::shared_ptr<Mailbox> mailbox_;
  std::weak_ptr<Connection> connection_;
  std::uint64_t sequence_;
  std::atomic<bool> answered_{false};
  BodyCharge charge_;
};

/// Text to be written, in pieces: small ones are joined, large and shared ones are not copied.
class Output {
 public:
  [[nodiscard]] bool empty() const { return at_ == pieces_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::string_view front() const;
  /// A string at the end to append to; call `appended` after it.
  [[nodiscard]] std::string& tail();
  void appended(std::size_t bytes) { bytes_ += bytes; }
  void append(std::string_view text);
  void append_large(std::string text);
  void append_shared(std::shared_ptr<const std::string> text);
  void consume(std::size_t bytes);

 private:
  struct Piece {
    std::string own;
    std::shared_ptr<const std::string> shared;
    [[nodiscard]] std::string_view view() const { return shared ? std::string_view(*shared) : own; }
  };
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;      // of pieces_
  std::size_t offset_ = 0;  // within pieces_[at_]
  std::size_t bytes_ = 0;   // not yet written
};

/// Tells a client that the server is full, with the headers of every answer, and closes.
void turn_away(int socket, bool tls, std::string_view every_answer, std::span<char> scratch);

/// One client. Lives on one I/O thread; every method runs there.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(IoThread& thread, int socket, std::unique_ptr<ByteStream> stream, ConnectionInfo info);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  void deliver(std::uint64_t sequence, Response response);
  void deliver_stream(std::uint64_t sequence, Headers headers, std::shared_ptr<StreamState> stream);
  void stream_ready();
  /// Time-outs and keep-alives; called at every tick.
  void check_time(std::int64_t now_ms);
  void begin_stop();
  void close(StreamEnd why);

  // Who gives way (relief.cc).
  /// Whether nothing is lost but a wait when this connection goes.
  [[nodiscard]] bool replaceable() const;
  /// Less goes first: who has never asked, then who has not been answered for longest.
  [[nodiscard]] std::pair<bool, std::int64_t> worth() const;
  [[nodiscard]] bool owes() const;
  /// Less gives way first: those who could take something, by bytes a second.
  [[nodiscard]] std::pair<bool, std::uint64_t> slowness(std::int64_t now_ms) const;
  [[nodiscard]] bool receives_body() const;
  [[nodiscard]] std::uint64_t body_rate(std::int64_t now_ms) const;
  void give_up_output(std::string why);
  void give_up_body();

  std::size_t index = 0;  ///< In the thread's list; kept by the thread.

 private:
  // A request that waits for its answer, in the order of arrival.
  struct Slot {
    std::uint64_t sequence = 0;
    bool keep_alive = true;
    bool http_1_0 = false;
    bool head_only = false;
    bool ready = false;
    Response response;
    std::shared_ptr<StreamState> stream;
  };

  // Input (connection.cc).
  void arm_read();
  void on_readable();
  void consume(std::string_view bytes);
  bool feed(std::string_view& bytes);
  bool room() const;
  void meet();
  void dispatch();
  void on_end_of_input();
  void refuse(int status, Error error);

  // Output (connection_output.cc).
  void arm_write();
  [[nodiscard]] bool next_is_ready() const;
  void emit_answers();
  void emit(Slot& slot, bool last);
  void emit_stream_head(Slot& slot);
  void emit_stream_events();
  void emit_chunk(const WireEvent& event);
  void refill();
  void flush();

  void advance();
  bool resume_input();
  void settle();
  void linger();
  void account();
  void check_reading_time(std::int64_t now_ms);
  bool check_writing_time(std::int64_t now_ms);
  Slot* find_slot(std::uint64_t sequence);

  IoThread& thread_;
  asio::posix::stream_descriptor descriptor_;
  std::unique_ptr<ByteStream> stream_;
  RequestReader reader_;
  std::optional<BodyCharge> charge_;
  std::shared_ptr<const ConnectionInfo> info_;
  bool met_ = false;  // Its peer is in it, if there is one.
  std::vector<Slot> slots_;
  Output out_;
  std::string held_;  // input that waits for room
  std::shared_ptr<StreamState> live_;
  std::shared_ptr<BodySource> source_;  // of the answer that is being written
  std::uint64_t source_left_ = 0;       // of its bytes, not read yet
  std::uint64_t next_sequence_ = 0;
  // Moments on the steady clock, milliseconds.
  std::int64_t active_ms_;           // last byte in or answer out
  std::int64_t phase_ms_;            // begin of handshake, head or body
  std::int64_t write_start_ms_ = 0;  // since when output has been waiting
  std::int64_t write_moved_ms_ = 0;  // last progress
  std::uint64_t written_ = 0;        // since write_start_ms_
  std::int64_t useful_ms_;           // when it came, or was last answered
  std::size_t discarded_ = 0;        // while lingering
  std::size_t unsent_ = 0;           // as the thread knows it

  bool closed_ = false;
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool more_input_ = false;  // input may be there that the socket does not tell of
  bool working_ = false;     // inside `advance` or `on_readable`: nested calls only change state
  bool end_of_input_ = false;
  bool last_request_ = false;  // no further request is read
  bool close_after_ = false;   // once everything is written
  bool lingering_ = false;
  bool stopping_ = false;
  bool continue_due_ = false;
  bool live_chunked_ = false;
};

/// One event loop.
class IoThread {
 public:
  IoThread(std::shared_ptr<Shared> shared, std::int64_t tick_ms);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  void start();
  /// Other threads. Waits until the loop has ended or the time is over.
  [[nodiscard]] bool wait_ended(DurationMs wait_ms);
  void join();

  // I/O thread.
  void adopt(int socket, ConnectionInfo info);
  /// The server is full: another connection goes for this one, or it is turned away.
  void adopt_in_place_of_another(int socket, ConnectionInfo info);
  void note_unsent(std::size_t before, std::size_t now);
  /// Drops the slowest takers until what waits for them all is within the limit.
  void relieve_output();
  /// The same of bodies that come in; nobody who is faster than `except`.
  void relieve_bodies(const Connection& except);
  void remove(Connection& connection);
  void drain_mailbox();
  [[nodiscard]] const std::string& date_line();
  [[nodiscard]] std::int64_t now_ms() const;
  void report(const Problem& problem, const ConnectionInfo& info) const;

  asio::io_context context{1};
  std::shared_ptr<Mailbox> mailbox;
  std::shared_ptr<Shared> shared;
  Counters counters;
  std::vector<char> scratch;                ///< Where every connection reads into: idle ones hold no buffer.
  std::atomic<std::size_t> connections{0};  ///< Including sockets on their way.
  std::function<void()> on_stop;            ///< The listener's end, on its thread.
  bool stopping = false;

 private:
  void run();
  void arm_tick();
  void stop_all(bool now);
  void handle(Message& message);
  [[nodiscard]] bool make_room();

  std::size_t unsent_ = 0;   // of all connections here
  std::size_t look_at_ = 0;  // where make_room goes on
  std::int64_t tick_ms_;
  asio::steady_timer tick_{context};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context.get_executor()};
  std::vector<std::shared_ptr<Connection>> list_;
  std::vector<Message> inbox_;
  std::string date_line_;
  std::int64_t date_second_ = -1;
  std::thread thread_;
  std::mutex ended_mutex_;
  std::condition_variable ended_changed_;
  bool ended_ = false;
};

}  // namespace tansiq::net::detail
