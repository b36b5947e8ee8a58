// From the node that a supplier spoke to, to the node that keeps the registry, and back (registry_home.h,
// relay_format.h): several nodes are one DSS, because one of them decides and the others ask it.
//
//   asking:    F3548Relay relay({.lines = {ask, ask}, .interrupt = …});
//              relay.take(exchange);                                     // any thread; answered later
//   deciding:  RelayDesk desk([&](auto request) { face.handle_relayed(request); });
//              if (path == kRelayPath) desk.take(exchange);              // any thread
//
// A line carries one message at a time; all that has come meanwhile goes with the next. So many clients cost few
// messages, and one client alone waits for nobody. Nothing is ever sent twice: creating is not idempotent in F3548. A
// request whose answer is lost is answered 503, and its client finds out by GET whether it was carried out, as the
// standard has it.
//
// Bounds: the queue has at most kRelayWaitingMax requests (503 beyond); none waits longer than the standard lets a
// client wait (503). Bodies count against the server's limit as long as they wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "net/http_server.h"
#include "node/relay_format.h"

namespace tansiq::node {

inline constexpr std::size_t kRelayLines = 2;
inline constexpr std::size_t kRelayWaitingMax = 4'096;
/// Messages of peers that wait to be handled: each member has kRelayLines under way at most.
inline constexpr std::size_t kRelayMessagesMax = 64;
inline constexpr std::size_t kRelayWaitingBytesMax = 32U << 20;
/// A supplier gives up after about ten seconds: the time in the queue and on the line together. The keeper begins
/// nothing later; what has less time left than a line needs is not sent.
inline constexpr DurationMs kRelayWaitMs = 10'000;
inline constexpr DurationMs kRelayLineMs = 500;

class F3548Relay {
 public:
  /// Sends a question, gives the answer's body. Each is called on one thread.
  using Ask = std::function<Result<std::string>(std::string question)>;
  struct Config {
    AuthorityId to;
    std::vector<Ask> lines;
    /// Ends `Ask`s under way and later ones. Any thread.
    std::function<void()> interrupt;
    std::size_t waiting_max = kRelayWaitingMax;
    DurationMs wait_ms = kRelayWaitMs;
  };
  /// Starts.
  explicit F3548Relay(Config config);
  ~F3548Relay();  ///< stop()
  F3548Relay(const F3548Relay&) = delete;
  F3548Relay& operator=(const F3548Relay&) = delete;

  /// Answers the exchange, sooner or later. Any thread; does not block.
  void take(const std::shared_ptr<net::Exchange>& exchange);
  /// Answers what waits with 503 and ends the threads. Idempotent.
  void stop();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Waiting {
    std::shared_ptr<net::Exchange> exchange;
    RelayedRequest request;
    SteadyTime until;
  };
  void run(const Ask& ask);
  [[nodiscard]] std::vector<Waiting> next_batch(std::vector<Waiting>& late);
  void send(const Ask& ask, std::vector<Waiting>& batch);

  const Config config_;
  std::mutex mutex_;  // Guards what follows, up to the blank line.
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  std::size_t queued_bytes_ = 0;
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

/// Runs what it is given on a thread of its own, in order: whoever gives the last answer of a message is the thread
/// that decides, and up to kRelayAnswerBytesMax are not to be copied there. As many jobs as messages under way, at
/// most.
/// Jobs may hold it; whoever made it stops it before letting go, so that its own thread is never the last to.
class RelayJoiner {
 public:
  using Job = std::function<void()>;
  RelayJoiner();
  ~RelayJoiner();  ///< stop()
  RelayJoiner(const RelayJoiner&) = delete;
  RelayJoiner& operator=(const RelayJoiner&) = delete;

  /// Any thread. After a stop it runs at once, where it is given.
  void run(Job job);
  /// Runs what waits, and ends the thread. Idempotent. One thread.
  void stop();

 private:
  void work();

  std::mutex mutex_;  // Guards what follows, up to the blank line.
  std::condition_variable changed_;
  std::deque<Job> queue_;
  bool stopping_ = false;

  std::thread thread_;
};

/// Takes a message of a peer apart and hands each request to `handle`; answers when all are answered, from `joiner`.
/// The requests come from the peer's address.
void serve_relayed(const std::shared_ptr<net::Exchange>& exchange,
                   const std::function<void(const std::shared_ptr<net::Exchange>&)>& handle,
                   std::shared_ptr<RelayJoiner> joiner);

/// Does that on a thread of its own, message by message: reading, verifying and covering what suppliers send takes
/// time, and the lines on which the coalition pulls its logs must not wait for it. Answers are put together on a second
/// one, so that none waits for the reading of what came later. Beyond kRelayMessagesMax 503.
class RelayDesk {
 public:
  using Handle = std::function<void(const std::shared_ptr<net::Exchange>&)>;
  explicit RelayDesk(Handle handle);
  ~RelayDesk();  ///< stop()
  RelayDesk(const RelayDesk&) = delete;
  RelayDesk& operator=(const RelayDesk&) = delete;

  void take(const std::shared_ptr<net::Exchange>& exchange);
  /// Answers what waits with 503 and ends the threads. Idempotent.
  void stop();

 private:
  void run();

  const Handle handle_;
  const std::shared_ptr<RelayJoiner> joiner_;  ///< Outlives this while answers are outstanding.
  std::mutex mutex_;                           // Guards what follows, up to the blank line.
  std::condition_variable changed_;
  std::deque<std::shared_ptr<net::Exchange>> queue_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace tansiq::node
