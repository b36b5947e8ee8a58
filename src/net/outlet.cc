#include "net/outlet.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "net/steady.h"

namespace tansiq::net {
namespace {

/// What UDP can carry over IPv4.
constexpr std::size_t kDatagramBytesMax = 65'507;

class Handle {
 public:
  explicit Handle(int handle = -1) : handle_(handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Handle() {
    if (handle_ >= 0) ::close(handle_);
  }
  [[nodiscard]] int get() const { return handle_; }

 private:
  int handle_;
};

std::unexpected<Error> failed(const Endpoint& endpoint, std::string_view doing, int number) {
  return fail(number == ETIMEDOUT ? ErrorCode::kTimeout
              : number == EEXIST  ? ErrorCode::kConflict
                                  : ErrorCode::kIo,
              fmt::format("cannot {}: {}", doing, std::strerror(number)),  // NOLINT(concurrency-mt-unsafe)
              endpoint_text(endpoint));
}

/// Waits until the socket can be written (or read) to; 0, or an errno.
int wait_for(int handle, short what, std::int64_t until_ms) {
  while (true) {
    pollfd watched{handle, what, 0};
    const int ready =
        ::poll(&watched, 1, static_cast<int>(std::clamp<std::int64_t>(until_ms - steady_ms(), 0, 1 << 30)));
    if (ready > 0) return 0;
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return errno;
  }
}

/// Writes it all; 0, or an errno.
int write_all(int handle, ByteView bytes, std::int64_t until_ms) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(handle, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (const int error = wait_for(handle, POLLOUT, until_ms); error != 0) return error;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

struct Addresses {
  addrinfo* list = nullptr;
  Addresses() = default;
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  ~Addresses() {
    if (list != nullptr) ::freeaddrinfo(list);
  }
};

Status look_up(const Endpoint& endpoint, int type, Addresses& out) {
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_flags = AI_NUMERICSERV | (endpoint.kind == EndpointKind::kTcp ? 0 : AI_NUMERICHOST);
  const int error = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &out.list);
  if (error != 0) {
    return fail(ErrorCode::kIo, fmt::format("cannot find the host: {}", ::gai_strerror(error)),
                endpoint_text(endpoint));
  }
  return {};
}

class UdpOutlet final : public Outlet {
 public:
  UdpOutlet(Endpoint endpoint, Handle socket) : endpoint_(std::move(endpoint)), socket_(std::move(socket)) {}

  static Result<std::unique_ptr<Outlet>> make(const Endpoint& endpoint, const OutletLimits& limits) {
    Addresses found;
    TRY_VOID(look_up(endpoint, SOCK_DGRAM, found));
    Handle socket(::socket(found.list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) return failed(endpoint, "open a socket", errno);
    const bool v4 = found.list->ai_family == AF_INET;
    const int index = endpoint.interface.empty() ? 0 : static_cast<int>(::if_nametoindex(endpoint.interface.c_str()));
    if (!endpoint.interface.empty()) {
      ip_mreqn on{};
      on.imr_ifindex = index;
      const int set = index == 0 ? -1
                      : v4       ? ::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &on, sizeof(on))
                                 : ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof(index));
      if (set != 0) return failed(endpoint, "send on that interface", errno);
    }
    ::setsockopt(socket.get(), v4 ? static_cast<int>(IPPROTO_IP) : static_cast<int>(IPPROTO_IPV6),
                 v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, &limits.hops_max, sizeof(limits.hops_max));
    if (::connect(socket.get(), found.list->ai_addr, found.list->ai_addrlen) != 0) {
      return failed(endpoint, "send there", errno);
    }
    return std::make_unique<UdpOutlet>(endpoint, std::move(socket));
  }

  Status send(ByteView bytes) override {
    if (bytes.size() > kDatagramBytesMax) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("a datagram holds {} octets, not {}", kDatagramBytesMax, bytes.size()),
                  endpoint_text(endpoint_));
    }
    // A refusal tells of an earlier datagram that nobody took: who sends datagrams does not mind.
    ssize_t sent = -1;
    for (int tries = 0; tries < 3 && sent < 0; ++tries) {
      sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != ECONNREFUSED && errno != EINTR) return failed(endpoint_, "send", errno);
    }
    ++counters_.pieces;
    counters_.bytes += bytes.size();
    return {};
  }
  bool wait_for_reader(DurationMs /*wait_ms_max*/) override { return true; }
  [[nodiscard]] std::uint16_t port() const override { return endpoint_.port; }

 private:
  Endpoint endpoint_;
  Handle socket_;
};

class TcpOutlet final : public Outlet {
 public:
  TcpOutlet(Endpoint endpoint, Handle socket, const OutletLimits& limits)
      : endpoint_(std::move(endpoint)), socket_(std::move(socket)), limits_(limits) {
    counters_.connections = 1;
  }

  static Result<std::unique_ptr<Outlet>> make(const Endpoint& endpoint, const OutletLimits& limits) {
    Addresses found;
    TRY_VOID(look_up(endpoint, SOCK_STREAM, found));
    int error = 0;
    for (const addrinfo* each = found.list; each != nullptr; each = each->ai_next) {
      Handle socket(::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      error = socket.get() < 0 ? errno : 0;
      if (error == 0 && ::connect(socket.get(), each->ai_addr, each->ai_addrlen) != 0) error = errno;
      if (error == EINPROGRESS) {
        error = wait_for(socket.get(), POLLOUT, steady_ms() + limits.wait_ms_max);
        socklen_t size = sizeof(error);
        if (error == 0) ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
      }
      if (error == 0) return std::make_unique<TcpOutlet>(endpoint, std::move(socket), limits);
    }
    return failed(endpoint, "connect", error);
  }

  Status send(ByteView bytes) override {
    if (const int error = write_all(socket_.get(), bytes, steady_ms() + limits_.wait_ms_max); error != 0) {
      return failed(endpoint_, "send", error);
    }
    ++counters_.pieces;
    counters_.bytes += bytes.size();
    return {};
  }
  bool wait_for_reader(DurationMs /*wait_ms_max*/) override { return true; }
  [[nodiscard]] std::uint16_t port() const override { return endpoint_.port; }

 private:
  Endpoint endpoint_;
  Handle socket_;
  OutletLimits limits_;
};

class ListenOutlet final : public Outlet {
 public:
  ListenOutlet(Handle listener, std::uint16_t port, const OutletLimits& limits)
      : listener_(std::move(listener)), port_(port), limits_(limits) {}

  static Result<std::unique_ptr<Outlet>> make(const Endpoint& endpoint, const OutletLimits& limits) {
    Addresses found;
    TRY_VOID(look_up(endpoint, SOCK_STREAM, found));
    Handle listener(::socket(found.list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    if (listener.get() < 0) return failed(endpoint, "open a socket", errno);
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (::bind(listener.get(), found.list->ai_addr, found.list->ai_addrlen) != 0 ||
        ::listen(listener.get(), SOMAXCONN) != 0) {
      return failed(endpoint, "listen", errno);
    }
    sockaddr_storage at{};
    socklen_t size = sizeof(at);
    ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size);
    const std::uint16_t port = at.ss_family == AF_INET ? ntohs(reinterpret_cast<const sockaddr_in&>(at).sin_port)
                                                       : ntohs(reinterpret_cast<const sockaddr_in6&>(at).sin6_port);
    return std::make_unique<ListenOutlet>(std::move(listener), port, limits);
  }

  Status send(ByteView bytes) override {
    meet();
    // Each reader has what its socket takes at once, and all of them together the time of one.
    const std::int64_t until = steady_ms() + limits_.wait_ms_max;
    std::erase_if(readers_, [&](const Handle& reader) {
      if (write_all(reader.get(), bytes, until) == 0) return false;
      ++counters_.dropped;
      return true;
    });
    ++counters_.pieces;
    counters_.bytes += bytes.size();
    return {};
  }

  bool wait_for_reader(DurationMs wait_ms_max) override {
    meet();
    if (!readers_.empty()) return true;
    (void)wait_for(listener_.get(), POLLIN, steady_ms() + wait_ms_max);
    meet();
    return !readers_.empty();
  }
  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  void meet() {
    // As many as can be there; who comes while these are greeted is greeted next time.
    for (std::size_t i = 0; i <= limits_.connections_max; ++i) {
      Handle reader(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (reader.get() < 0) return;
      if (readers_.size() == limits_.connections_max) continue;
      ++counters_.connections;
      readers_.push_back(std::move(reader));
    }
  }

  Handle listener_;
  std::uint16_t port_;
  OutletLimits limits_;
  std::vector<Handle> readers_;
};

class FileOutlet final : public Outlet {
 public:
  FileOutlet(Endpoint endpoint, Handle file) : endpoint_(std::move(endpoint)), file_(std::move(file)) {}

  static Result<std::unique_ptr<Outlet>> make(const Endpoint& endpoint) {
    Handle file(::open(endpoint.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (file.get() < 0) return failed(endpoint, "write a new file", errno);
    return std::make_unique<FileOutlet>(endpoint, std::move(file));
  }

  Status send(ByteView bytes) override {
    for (ByteView rest = bytes; !rest.empty();) {
      const ssize_t done = ::write(file_.get(), rest.data(), rest.size());
      if (done < 0 && errno != EINTR) return failed(endpoint_, "write", errno);
      if (done > 0) rest = rest.subspan(static_cast<std::size_t>(done));
    }
    ++counters_.pieces;
    counters_.bytes += bytes.size();
    return {};
  }
  bool wait_for_reader(DurationMs /*wait_ms_max*/) override { return true; }
  [[nodiscard]] std::uint16_t port() const override { return 0; }

 private:
  Endpoint endpoint_;
  Handle file_;
};

}  // namespace

Result<std::unique_ptr<Outlet>> Outlet::open(const Endpoint& endpoint, const OutletLimits& limits) {
  switch (endpoint.kind) {
    case EndpointKind::kUdp:
      return UdpOutlet::make(endpoint, limits);
    case EndpointKind::kTcp:
      return TcpOutlet::make(endpoint, limits);
    case EndpointKind::kTcpListen:
      return ListenOutlet::make(endpoint, limits);
    case EndpointKind::kFile:
      break;
  }
  return FileOutlet::make(endpoint);
}

}  // namespace tansiq::net
