#include "net/inputs.h"

#include <fmt/format.h>
#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

#include "base/invariant.h"
#include "net/input_sockets_impl.h"

namespace tansiq::net {

std::string_view name_of(InputState state) {
  switch (state) {
    case InputState::kStopped:
      return "stopped";
    case InputState::kConnecting:
      return "connecting";
    case InputState::kUp:
      return "up";
    case InputState::kEnded:
      return "ended";
  }
  return "unknown";
}

std::string endpoint_text(const Endpoint& endpoint) {
  if (endpoint.kind == EndpointKind::kFile) return "file " + endpoint.path;
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{} {}{}{}:{}{}{}", endpoint.kind == EndpointKind::kUdp ? "udp" : "tcp", v6 ? "[" : "",
                     endpoint.host, v6 ? "]" : "", endpoint.port, endpoint.interface.empty() ? "" : " on ",
                     endpoint.interface);
}

namespace input {

bool Input::say(std::uint16_t connection, InputEvent event, ByteView bytes) {
  if (event == InputEvent::kDatagram || event == InputEvent::kStream) {
    pieces_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
  }
  return shared_.handler->take(index_, connection, event, bytes);
}

bool Input::offer(ByteView bytes) {
  if (!shared_.handler->take(index_, 0, InputEvent::kStream, bytes)) return false;
  pieces_.fetch_add(1, std::memory_order_relaxed);
  bytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
  return true;
}

void Input::up(std::uint16_t connection) {
  ups_.fetch_add(1, std::memory_order_relaxed);
  (void)say(connection, InputEvent::kUp);
}

void Input::down(std::uint16_t connection) {
  downs_.fetch_add(1, std::memory_order_relaxed);
  (void)say(connection, InputEvent::kDown);
}

void Input::note(std::string error) {
  const std::scoped_lock lock(error_mutex_);
  error_ = std::move(error);
}

std::unexpected<Error> Input::failed(std::string_view doing, const error_code& error) const {
  return fail(ErrorCode::kIo, fmt::format("cannot {}: {}", doing, error.message()), endpoint_text(endpoint_));
}

InputStatus Input::status() const {
  InputStatus out;
  out.state = state_.load(std::memory_order_relaxed);
  // Downs first: a connection that ends between the two reads must not make the difference negative.
  out.downs = downs_.load(std::memory_order_acquire);
  out.ups = ups_.load(std::memory_order_acquire);
  out.connections = static_cast<std::uint16_t>(out.ups - out.downs);
  out.pieces = pieces_.load(std::memory_order_relaxed);
  out.bytes = bytes_.load(std::memory_order_relaxed);
  out.failures = failures_.load(std::memory_order_relaxed);
  out.refused = refused_.load(std::memory_order_relaxed);
  out.kernel_dropped = kernel_dropped_.load(std::memory_order_relaxed);
  const std::scoped_lock lock(error_mutex_);
  out.error = error_;
  return out;
}

}  // namespace input

class Inputs::Impl {
 public:
  Impl(std::vector<Endpoint> endpoints, InputHandler& handler, const InputLimits& limits) {
    EXPECT_INVARIANT(endpoints.size() <= 0xFFFF);
    shared_.handler = &handler;
    shared_.limits = limits;
    std::uint64_t seed = limits.seed;
    if (seed == 0) {
      std::array<std::uint8_t, sizeof(seed)> octets{};
      fill_secure_random(octets);
      for (const std::uint8_t octet : octets) seed = seed << 8 | octet;
    }
    shared_.random = SeededRandom(seed);
    for (Endpoint& endpoint : endpoints) {
      const auto index = static_cast<std::uint32_t>(inputs_.size());
      switch (endpoint.kind) {
        case EndpointKind::kUdp:
          inputs_.push_back(input::make_udp_input(shared_, index, std::move(endpoint)));
          break;
        case EndpointKind::kTcp:
          inputs_.push_back(input::make_tcp_input(shared_, index, std::move(endpoint)));
          break;
        case EndpointKind::kTcpListen:
          inputs_.push_back(input::make_listen_input(shared_, index, std::move(endpoint)));
          break;
        case EndpointKind::kFile:
          inputs_.push_back(input::make_file_input(shared_, index, std::move(endpoint)));
          break;
      }
    }
  }

  Status start() {
    EXPECT_INVARIANT(!thread_.joinable());
    for (const auto& each : inputs_) {
      if (Status opened = each->open(); !opened) {
        for (const auto& other : inputs_) other->close();
        return opened;
      }
    }
    work_.emplace(shared_.context.get_executor());
    for (const auto& each : inputs_) boost::asio::post(shared_.context, [each] { each->begin(); });
    // Signals are for the thread that the program chose; new threads inherit the mask.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { shared_.context.run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return {};
  }

  void stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(shared_.context, [this] {
      shared_.stopping = true;
      for (const auto& each : inputs_) each->close();
      work_.reset();
      // A look-up of a name may still run in a thread of its own: nobody waits for it.
      shared_.context.stop();
    });
    thread_.join();
  }

  input::Shared shared_;
  std::vector<std::shared_ptr<input::Input>> inputs_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::thread thread_;
};

Inputs::Inputs(std::vector<Endpoint> endpoints, InputHandler& handler, const InputLimits& limits)
    : impl_(std::make_unique<Impl>(std::move(endpoints), handler, limits)) {}
Inputs::~Inputs() { stop(); }

Status Inputs::start() { return impl_->start(); }
void Inputs::stop() { impl_->stop(); }
InputStatus Inputs::status(std::size_t input) const { return impl_->inputs_.at(input)->status(); }
std::uint16_t Inputs::port(std::size_t input) const { return impl_->inputs_.at(input)->port(); }

}  // namespace tansiq::net
