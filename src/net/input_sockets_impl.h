// The inputs one by one: what inputs.cc runs on its thread. Inside of Inputs.
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "net/inputs.h"

namespace tansiq::net::input {

namespace asio = boost::asio;
using boost::system::error_code;

/// What one turn of one input may read before others have theirs.
inline constexpr int kDatagramsPerTurn = 64;
inline constexpr int kReadsPerTurn = 16;
/// Longer than any datagram, so that none is cut.
inline constexpr std::size_t kScratchBytes = 65'536;

/// What all inputs of one thread share.
struct Shared {
  asio::io_context context{1};
  InputHandler* handler = nullptr;
  InputLimits limits;
  std::vector<std::uint8_t> scratch = std::vector<std::uint8_t>(kScratchBytes);
  SeededRandom random{0};
  bool stopping = false;
};

/// One input. Lives on the thread; `status` is for any.
class Input : public std::enable_shared_from_this<Input> {
 public:
  Input(Shared& shared, std::uint32_t index, Endpoint endpoint)
      : shared_(shared), endpoint_(std::move(endpoint)), index_(index) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  virtual ~Input() = default;

  /// Before the thread runs: what can fail for good.
  virtual Status open() = 0;
  /// The first thing on the thread.
  virtual void begin() = 0;
  virtual void close() = 0;

  [[nodiscard]] InputStatus status() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

 protected:
  bool say(std::uint16_t connection, InputEvent event, ByteView bytes = {});
  /// The same for who can wait: counted once it is taken.
  bool offer(ByteView bytes);
  void up(std::uint16_t connection);
  void down(std::uint16_t connection);
  void set_state(InputState state) { state_.store(state, std::memory_order_relaxed); }
  void note(std::string error);
  [[nodiscard]] std::unexpected<Error> failed(std::string_view doing, const error_code& error) const;

  Shared& shared_;
  Endpoint endpoint_;
  std::uint32_t index_;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> kernel_dropped_{0};

 private:
  std::atomic<InputState> state_{InputState::kStopped};
  std::atomic<std::uint64_t> pieces_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> ups_{0};
  std::atomic<std::uint64_t> downs_{0};
  mutable std::mutex error_mutex_;
  std::string error_;
};

[[nodiscard]] std::shared_ptr<Input> make_udp_input(Shared& shared, std::uint32_t index, Endpoint endpoint);
[[nodiscard]] std::shared_ptr<Input> make_tcp_input(Shared& shared, std::uint32_t index, Endpoint endpoint);
[[nodiscard]] std::shared_ptr<Input> make_listen_input(Shared& shared, std::uint32_t index, Endpoint endpoint);
[[nodiscard]] std::shared_ptr<Input> make_file_input(Shared& shared, std::uint32_t index, Endpoint endpoint);

}  // namespace tansiq::net::input
