// The four kinds of input.
#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "net/input_sockets_impl.h"

namespace tansiq::net::input {
namespace {

using asio::ip::tcp;
using asio::ip::udp;
using Wait = asio::socket_base;

error_code last_error() { return {errno, boost::system::system_category()}; }

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again || error == asio::error::interrupted;
}

template <class T>
error_code set_option(int socket, int level, int name, const T& value) {
  if (::setsockopt(socket, level, name, &value, sizeof(value)) == 0) return {};
  return last_error();
}

// Datagrams -----------------------------------------------------------------------------------------------------------

class UdpInput final : public Input {
 public:
  UdpInput(Shared& shared, std::uint32_t index, Endpoint endpoint)
      : Input(shared, index, std::move(endpoint)), socket_(shared.context) {}

  Status open() override {
    error_code error;
    const auto address = asio::ip::make_address(endpoint_.host, error);
    if (error) return failed("read the address", error);
    const udp::endpoint at(address, endpoint_.port);
    socket_.open(at.protocol(), error);
    if (error) return failed("open a socket", error);
    const int handle = socket_.native_handle();
    // Several programs may listen to one group. What listens to an address of its own has it alone.
    if (address.is_multicast()) error = set_option(handle, SOL_SOCKET, SO_REUSEADDR, 1);
    if (error) return failed("share the address", error);
    (void)set_option(handle, SOL_SOCKET, SO_RCVBUF, shared_.limits.socket_buffer_bytes);
    (void)set_option(handle, SOL_SOCKET, SO_RXQ_OVFL, 1);
    socket_.bind(at, error);
    if (error) return failed("listen", error);
    if (address.is_multicast()) {
      if (const error_code joined = join(address); joined) return failed("join the group", joined);
    }
    socket_.non_blocking(true, error);
    if (error) return failed("open a socket", error);
    port_ = socket_.local_endpoint(error).port();
    return {};
  }

  void begin() override {
    set_state(InputState::kUp);
    up(0);
    arm();
  }

  void close() override {
    if (!socket_.is_open()) return;
    error_code ignored;
    socket_.close(ignored);
    if (status().state == InputState::kUp) down(0);
    set_state(InputState::kStopped);
  }

 private:
  error_code join(const asio::ip::address& group) {
    const unsigned index = endpoint_.interface.empty() ? 0 : if_nametoindex(endpoint_.interface.c_str());
    if (index == 0 && !endpoint_.interface.empty()) return last_error();
    if (group.is_v4()) {
      ip_mreqn request{};
      request.imr_multiaddr.s_addr = htonl(group.to_v4().to_uint());
      request.imr_ifindex = static_cast<int>(index);
      return set_option(socket_.native_handle(), IPPROTO_IP, IP_ADD_MEMBERSHIP, request);
    }
    ipv6_mreq request{};
    const auto octets = group.to_v6().to_bytes();
    std::copy(octets.begin(), octets.end(), std::begin(request.ipv6mr_multiaddr.s6_addr));
    request.ipv6mr_interface = index;
    return set_option(socket_.native_handle(), IPPROTO_IPV6, IPV6_JOIN_GROUP, request);
  }

  void arm() {
    socket_.async_wait(Wait::wait_read, [self = shared_from_this(), this](const error_code& error) {
      if (error || shared_.stopping) return;
      for (int i = 0; i < kDatagramsPerTurn && socket_.is_open(); ++i) {
        if (!receive()) break;
      }
      if (socket_.is_open()) arm();
    });
  }

  /// One datagram; false when there is none.
  bool receive() {
    iovec into{shared_.scratch.data(), shared_.scratch.size()};
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(std::uint32_t))> control{};
    msghdr message{};
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = ::recvmsg(socket_.native_handle(), &message, 0);
    if (size < 0) {
      const error_code error = last_error();
      // What an earlier datagram of ours met elsewhere, or memory that is short, ends nothing.
      if (!would_block(error)) note(error.message());
      return false;
    }
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
      if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t dropped = 0;  // Since the socket was opened, modulo 2^32.
      std::memcpy(&dropped, CMSG_DATA(head), sizeof(dropped));
      kernel_dropped_.fetch_add(dropped - std::exchange(dropped_before_, dropped), std::memory_order_relaxed);
    }
    (void)say(0, InputEvent::kDatagram, ByteView(shared_.scratch).first(static_cast<std::size_t>(size)));
    return true;
  }

  udp::socket socket_;
  std::uint32_t dropped_before_ = 0;
};

// Connections ---------------------------------------------------------------------------------------------------------

/// A peer that has gone without a word is noticed after a minute.
void keep_alive(tcp::socket& socket) {
  const int handle = socket.native_handle();
  (void)set_option(handle, SOL_SOCKET, SO_KEEPALIVE, 1);
  (void)set_option(handle, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  (void)set_option(handle, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  (void)set_option(handle, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

enum class ReadEnd : std::uint8_t { kMore, kClosed };

/// Reads what is there, up to a turn's share.
template <class Take>
ReadEnd read_turn(tcp::socket& socket, std::vector<std::uint8_t>& scratch, std::string& why, Take&& take) {
  for (int i = 0; i < kReadsPerTurn; ++i) {
    error_code error;
    const std::size_t size = socket.read_some(asio::buffer(scratch), error);
    if (would_block(error)) return ReadEnd::kMore;
    if (error) {
      why = error == asio::error::eof ? "the other end closed the connection" : error.message();
      return ReadEnd::kClosed;
    }
    take(ByteView(scratch).first(size));
    if (size < scratch.size()) return ReadEnd::kMore;  // Nothing more was there.
  }
  return ReadEnd::kMore;
}

class TcpInput final : public Input {
 public:
  TcpInput(Shared& shared, std::uint32_t index, Endpoint endpoint)
      : Input(shared, index, std::move(endpoint)),
        resolver_(shared.context),
        socket_(shared.context),
        timer_(shared.context),
        retry_ms_(shared.limits.retry_ms_min) {}

  Status open() override { return {}; }
  void begin() override { connect(); }

  void close() override {
    timer_.cancel();
    resolver_.cancel();
    const bool was_up = status().state == InputState::kUp;
    error_code ignored;
    socket_.close(ignored);
    if (was_up) down(0);
    set_state(InputState::kStopped);
  }

 private:
  void connect() {
    set_state(InputState::kConnecting);
    ++attempt_;
    // Whatever hangs, a name server or a host that drops what it gets, is given up together.
    timer_.expires_after(std::chrono::milliseconds(shared_.limits.connect_ms_max));
    timer_.async_wait([self = shared_from_this(), this, attempt = attempt_](const error_code& error) {
      if (!error && attempt == attempt_ && status().state == InputState::kConnecting) {
        give_up(fmt::format("no answer within {}", format_duration(shared_.limits.connect_ms_max)));
      }
    });
    resolver_.async_resolve(
        endpoint_.host, std::to_string(endpoint_.port),
        [self = shared_from_this(), this, attempt = attempt_](const error_code& error, const auto& found) {
          if (shared_.stopping || attempt != attempt_) return;
          if (error) {
            give_up(error.message());
            return;
          }
          asio::async_connect(socket_, found, [self, this, attempt](const error_code& refused, const tcp::endpoint&) {
            if (shared_.stopping || attempt != attempt_) return;
            if (refused) {
              give_up(refused.message());
            } else {
              connected();
            }
          });
        });
  }

  void connected() {
    timer_.cancel();
    error_code error;
    socket_.non_blocking(true, error);
    if (error) {
      give_up(error.message());
      return;
    }
    keep_alive(socket_);
    note({});
    set_state(InputState::kUp);
    up(0);
    arm();
  }

  void arm() {
    socket_.async_wait(Wait::wait_read, [self = shared_from_this(), this, attempt = attempt_](const error_code& error) {
      if (error || shared_.stopping || attempt != attempt_) return;
      std::string why;
      const ReadEnd end = read_turn(socket_, shared_.scratch, why, [&](ByteView bytes) {
        retry_ms_ = shared_.limits.retry_ms_min;
        (void)say(0, InputEvent::kStream, bytes);
      });
      if (end == ReadEnd::kMore) {
        arm();
        return;
      }
      down(0);
      again(std::move(why));
    });
  }

  void give_up(std::string why) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    again(std::move(why));
  }

  void again(std::string why) {
    ++attempt_;  // What is still under way belongs to the past.
    note(std::move(why));
    set_state(InputState::kConnecting);
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
    const DurationMs wait = retry_ms_ / 2 + shared_.random.between(0, retry_ms_ / 2);
    retry_ms_ = std::min(retry_ms_ * 2, shared_.limits.retry_ms_max);
    timer_.expires_after(std::chrono::milliseconds(wait));
    timer_.async_wait([self = shared_from_this(), this](const error_code& error) {
      if (!error && !shared_.stopping) connect();
    });
  }

  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  DurationMs retry_ms_;
  std::uint64_t attempt_ = 0;
};

class ListenInput final : public Input {
 public:
  ListenInput(Shared& shared, std::uint32_t index, Endpoint endpoint)
      : Input(shared, index, std::move(endpoint)),
        acceptor_(shared.context),
        timer_(shared.context),
        guests_(shared.limits.connections_max) {}

  Status open() override {
    error_code error;
    const auto address = asio::ip::make_address(endpoint_.host, error);
    if (error) return failed("read the address", error);
    const tcp::endpoint at(address, endpoint_.port);
    acceptor_.open(at.protocol(), error);
    if (error) return failed("open a socket", error);
    // Connections of a former run may still be closing; that is nobody who listens.
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    acceptor_.bind(at, error);
    if (error) return failed("listen", error);
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return failed("listen", error);
    port_ = acceptor_.local_endpoint(error).port();
    return {};
  }

  void begin() override {
    set_state(InputState::kUp);
    accept();
  }

  void close() override {
    error_code ignored;
    timer_.cancel();
    acceptor_.close(ignored);
    for (std::size_t i = 0; i < guests_.size(); ++i) {
      if (guests_[i]) leave(static_cast<std::uint16_t>(i));
    }
    set_state(InputState::kStopped);
  }

 private:
  void accept() {
    acceptor_.async_accept([self = shared_from_this(), this](const error_code& error, tcp::socket socket) {
      if (shared_.stopping || !acceptor_.is_open()) return;
      if (error) {
        // Out of descriptors, most likely: those who wait still wait in a moment.
        note(error.message());
        timer_.expires_after(std::chrono::milliseconds(100));
        timer_.async_wait([self, this](const error_code& cancelled) {
          if (!cancelled && !shared_.stopping) accept();
        });
        return;
      }
      enter(std::move(socket));
      accept();
    });
  }

  void enter(tcp::socket socket) {
    const auto free = std::ranges::find(guests_, nullptr);
    error_code error;
    if (free == guests_.end()) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      note(fmt::format("more than {} connections", guests_.size()));
      socket.close(error);
      return;
    }
    socket.non_blocking(true, error);
    if (error) return;
    keep_alive(socket);
    *free = std::make_shared<tcp::socket>(std::move(socket));
    const auto place = static_cast<std::uint16_t>(free - guests_.begin());
    up(place);
    arm(place);
  }

  void arm(std::uint16_t place) {
    const std::shared_ptr<tcp::socket> guest = guests_[place];
    guest->async_wait(Wait::wait_read, [self = shared_from_this(), this, place, guest](const error_code& error) {
      if (error || shared_.stopping || guests_[place] != guest) return;
      std::string why;
      const ReadEnd end = read_turn(*guest, shared_.scratch, why,
                                    [&](ByteView bytes) { (void)say(place, InputEvent::kStream, bytes); });
      if (end == ReadEnd::kMore) {
        arm(place);
      } else {
        leave(place);
      }
    });
  }

  void leave(std::uint16_t place) {
    error_code ignored;
    guests_[place]->close(ignored);
    guests_[place].reset();
    down(place);
  }

  tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  std::vector<std::shared_ptr<tcp::socket>> guests_;
};

// Files ---------------------------------------------------------------------------------------------------------------

/// Read in pieces between the others' turns. Waits where there is no room, for a file does not go away.
class FileInput final : public Input {
 public:
  FileInput(Shared& shared, std::uint32_t index, Endpoint endpoint)
      : Input(shared, index, std::move(endpoint)), timer_(shared.context), piece_(kScratchBytes) {}
  ~FileInput() override { shut(); }

  Status open() override {
    // A pipe or a device could hold up the thread: not blocking, and refused below.
    file_ = ::open(endpoint_.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file_ < 0) return failed("read the file", last_error());
    struct stat status{};
    if (::fstat(file_, &status) != 0) return failed("read the file", last_error());
    if (!S_ISREG(status.st_mode)) {
      return fail(ErrorCode::kIo, "is no regular file", endpoint_text(endpoint_));
    }
    return {};
  }

  void begin() override {
    set_state(InputState::kUp);
    up(0);
    turn();
  }

  void close() override {
    timer_.cancel();
    shut();
    if (status().state == InputState::kUp) {
      down(0);
      set_state(InputState::kStopped);
    }
  }

 private:
  void turn() {
    if (shared_.stopping || file_ < 0) return;
    if (kept_ == 0) {
      const ssize_t size = ::read(file_, piece_.data(), piece_.size());
      if (size < 0 && errno != EINTR) note(last_error().message());
      if (size == 0 || (size < 0 && errno != EINTR)) {
        shut();
        set_state(InputState::kEnded);
        down(0);
        return;
      }
      kept_ = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    }
    if (kept_ != 0 && !offer(ByteView(piece_).first(kept_))) {
      timer_.expires_after(std::chrono::milliseconds(5));
      timer_.async_wait([self = shared_from_this(), this](const error_code& error) {
        if (!error) turn();
      });
      return;
    }
    kept_ = 0;
    asio::post(shared_.context, [self = shared_from_this(), this] { turn(); });
  }

  void shut() {
    if (file_ >= 0) ::close(std::exchange(file_, -1));
  }

  asio::steady_timer timer_;
  std::vector<std::uint8_t> piece_;
  std::size_t kept_ = 0;  ///< Of the piece that found no room.
  int file_ = -1;
};

}  // namespace

std::shared_ptr<Input> make_udp_input(Shared& shared, std::uint32_t index, Endpoint endpoint) {
  return std::make_shared<UdpInput>(shared, index, std::move(endpoint));
}
std::shared_ptr<Input> make_tcp_input(Shared& shared, std::uint32_t index, Endpoint endpoint) {
  return std::make_shared<TcpInput>(shared, index, std::move(endpoint));
}
std::shared_ptr<Input> make_listen_input(Shared& shared, std::uint32_t index, Endpoint endpoint) {
  return std::make_shared<ListenInput>(shared, index, std::move(endpoint));
}
std::shared_ptr<Input> make_file_input(Shared& shared, std::uint32_t index, Endpoint endpoint) {
  return std::make_shared<FileInput>(shared, index, std::move(endpoint));
}

}  // namespace tansiq::net::input
