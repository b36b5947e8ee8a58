#include "cli/demo_relay.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <list>
#include <vector>

namespace tansiq::cli {
namespace {

constexpr int kPollMs = 20;
constexpr std::size_t kConnectionsMax = 64;

/// A socket, closed at the end.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A listening socket on a free port, and the port.
Result<std::pair<int, std::uint16_t>> listen_somewhere() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, any, size) != 0 || ::getsockname(fd, any, &size) != 0 || ::listen(fd, 16) != 0) {
    if (fd >= 0) ::close(fd);
    return fail(ErrorCode::kIo, "no port is free on this machine");
  }
  return std::pair{fd, ntohs(address.sin_port)};
}

struct Pair {
  Socket near;
  Socket far;
};

/// Moves what is there from one end to the other. False when an end is gone.
bool forward(int from, int to) {
  std::array<char, 64 << 10> bytes;
  const ssize_t got = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  if (got == 0) return false;
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t n = ::send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += n;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<DemoRelay>> DemoRelay::start(std::uint16_t target_port) {
  const auto [fd, port] = TRY(listen_somewhere());
  std::unique_ptr<DemoRelay> relay(new DemoRelay(fd, port, target_port));
  relay->thread_ = std::jthread([raw = relay.get()](const std::stop_token& stop) { raw->run(stop); });
  return relay;
}

DemoRelay::~DemoRelay() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  ::close(listening_);
}

void DemoRelay::run(const std::stop_token& stop) {
  // Signals are for whoever waits for them, never for this thread.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::list<Pair> pairs;
  while (!stop.stop_requested()) {
    if (cut_.load()) pairs.clear();
    std::vector<pollfd> waiting{{listening_, POLLIN, 0}};
    for (const Pair& pair : pairs) {
      waiting.push_back({pair.near.get(), POLLIN, 0});
      waiting.push_back({pair.far.get(), POLLIN, 0});
    }
    if (::poll(waiting.data(), waiting.size(), kPollMs) <= 0) continue;
    std::size_t at = 1;
    for (auto pair = pairs.begin(); pair != pairs.end(); at += 2) {
      const bool alive = (waiting[at].revents == 0 || forward(pair->near.get(), pair->far.get())) &&
                         (waiting[at + 1].revents == 0 || forward(pair->far.get(), pair->near.get()));
      pair = alive ? std::next(pair) : pairs.erase(pair);
    }
    if (waiting[0].revents == 0) continue;
    Socket near(::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC));
    if (near.get() < 0 || cut_.load() || pairs.size() >= kConnectionsMax) continue;
    Socket far(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in target = loopback(target_);
    if (::connect(far.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) continue;
    pairs.push_back({std::move(near), std::move(far)});
  }
}

}  // namespace tansiq::cli
