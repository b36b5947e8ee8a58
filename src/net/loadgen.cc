#include "net/loadgen.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace tansiq::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Latencies in microseconds, to 1/64 of their value: constant memory whatever the number.
class Histogram {
 public:
  void add(std::uint64_t us) {
    ++counts_[std::min(index(us), counts_.size() - 1)];
    ++total_;
    max_ = std::max(max_, us);
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] double max_ms() const { return static_cast<double>(max_) / 1e3; }
  /// The upper end of the bucket that holds the quantile: errs towards slower.
  [[nodiscard]] double quantile_ms(double q) const {
    const auto rank = static_cast<std::uint64_t>(q * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > rank) return static_cast<double>(std::min(upper(i), max_)) / 1e3;
    }
    return max_ms();
  }

 private:
  static constexpr unsigned kBits = 6;
  static std::size_t index(std::uint64_t us) {
    if (us < (1U << kBits)) return us;
    const auto shift = static_cast<unsigned>(std::bit_width(us)) - kBits - 1;
    return ((static_cast<std::size_t>(shift) + 1) << kBits) + ((us >> shift) - (1U << kBits));
  }
  static std::uint64_t upper(std::size_t i) {
    if (i < (1U << kBits)) return i;
    const std::size_t shift = (i >> kBits) - 1;
    return (((i & ((1U << kBits) - 1)) + (1U << kBits) + 1) << shift) - 1;
  }
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(static_cast<std::size_t>(32) << kBits);
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

struct Connection {
  int socket = -1;
  bool busy = false;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  std::size_t needed = 0;  // bytes of the whole answer, once its head is known
  bool chunked = false;    // then nobody knows how many
  bool counted = true;
  std::size_t body_at = 0;
  int status = 0;
  SteadyClock::time_point started;
};

/// The body of a chunked answer, once all of it is there (RFC 9112, 7.1).
std::optional<std::string> unchunk(std::string_view bytes) {
  std::string out;
  while (true) {
    const std::size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    std::size_t size = 0;
    std::from_chars(bytes.data(), bytes.data() + end, size, 16);
    bytes.remove_prefix(end + 2);
    if (bytes.size() < size + 2) return std::nullopt;
    if (size == 0) return out;
    out.append(bytes.substr(0, size));
    bytes.remove_prefix(size + 2);
  }
}

class Generator {
 public:
  explicit Generator(const LoadOptions& options)
      : options_(options),
        host_(fmt::format("{}:{}", options.address, options.port)),
        connections_(options.connections) {
    poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  }
  ~Generator() {
    for (const Connection& c : connections_) {
      if (c.socket >= 0) ::close(c.socket);
    }
    if (poll_ >= 0) ::close(poll_);
  }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  Result<LoadFigures> run();

 private:
  Status find();
  Status connect(Connection& c);
  void begin(Connection& c);
  void write(Connection& c);
  void read(Connection& c);
  bool parse_head(Connection& c);
  void complete(Connection& c, std::string_view body);
  void broken(Connection& c);

  const LoadOptions& options_;
  const std::string host_;
  sockaddr_in to_{};
  std::vector<Connection> connections_;
  int poll_ = -1;
  LoadRequest request_;
  std::uint64_t sequence_ = 0;
  std::uint64_t in_flight_ = 0;
  bool more_ = true;
  bool counting_ = false;
  Histogram histogram_;
  std::uint64_t errors_ = 0;
};

Status Generator::find() {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(options_.address.c_str(), nullptr, &hints, &found);
  if (failed != 0) return fail(ErrorCode::kUnavailable, ::gai_strerror(failed), options_.address);
  std::memcpy(&to_, found->ai_addr, sizeof to_);
  ::freeaddrinfo(found);
  to_.sin_port = htons(options_.port);
  return {};
}

Status Generator::connect(Connection& c) {
  c.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (c.socket < 0 || ::connect(c.socket, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0) {
    const int why = errno;
    if (c.socket >= 0) ::close(std::exchange(c.socket, -1));
    return fail(ErrorCode::kUnavailable, fmt::format("cannot connect: {}", std::strerror(why)), host_);
  }
  const int one = 1;
  ::setsockopt(c.socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &c;
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, c.socket, &event);
  return {};
}

void Generator::begin(Connection& c) {
  if (!more_) return;
  request_.body.clear();
  request_.counted = true;
  const LoadTurn turn{static_cast<std::size_t>(&c - connections_.data()), sequence_};
  if ((options_.requests_max != 0 && sequence_ >= options_.requests_max) || !options_.next(turn, request_)) {
    more_ = false;
    return;
  }
  ++sequence_;
  c.counted = request_.counted;
  c.out.clear();
  auto to = std::back_inserter(c.out);
  fmt::format_to(to, "{} {} HTTP/1.1\r\nHost: {}\r\n", method_name(request_.method), request_.target, host_);
  if (!options_.bearer_token.empty()) fmt::format_to(to, "Authorization: Bearer {}\r\n", options_.bearer_token);
  if (!request_.body.empty()) {
    fmt::format_to(to, "Content-Type: application/json\r\nContent-Length: {}\r\n", request_.body.size());
  }
  c.out.append("\r\n").append(request_.body);
  c.sent = c.needed = 0;
  c.chunked = false;
  c.in.clear();
  c.busy = true;
  ++in_flight_;
  c.started = SteadyClock::now();
  write(c);
}

void Generator::write(Connection& c) {
  while (c.sent < c.out.size()) {
    // Blocking on purpose: requests are small, and a server that does not read them is what is being measured.
    const ssize_t put = ::send(c.socket, c.out.data() + c.sent, c.out.size() - c.sent, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return broken(c);
    c.sent += static_cast<std::size_t>(put);
  }
}

void Generator::broken(Connection& c) {
  ::close(std::exchange(c.socket, -1));
  if (std::exchange(c.busy, false)) {
    --in_flight_;
    ++errors_;
  }
  if (!connect(c)) ++errors_;
}

bool Generator::parse_head(Connection& c) {
  const std::size_t end = c.in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string_view head = std::string_view(c.in).substr(0, end + 2);
  c.status = 0;
  for (std::size_t i = 9; i < 12 && i < head.size(); ++i) c.status = c.status * 10 + (head[i] - '0');
  std::size_t length = 0;
  for (std::size_t at = head.find("\r\n"); at + 2 < head.size(); at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2);
    constexpr std::string_view kCoding = "transfer-encoding:";
    if (equal_ignoring_case(line.substr(0, kCoding.size()), kCoding)) c.chunked = true;
    constexpr std::string_view kName = "content-length:";
    if (!equal_ignoring_case(line.substr(0, kName.size()), kName)) continue;
    for (const char digit : line.substr(kName.size())) {
      if (digit == ' ') continue;
      if (digit < '0' || digit > '9') break;
      length = length * 10 + static_cast<std::size_t>(digit - '0');
    }
  }
  c.body_at = end + 4;
  c.needed = c.body_at + length;
  return true;
}

void Generator::complete(Connection& c, std::string_view body) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - c.started).count();
  const LoadAnswer answer{static_cast<std::size_t>(&c - connections_.data()), c.status, body};
  const bool good = options_.check ? options_.check(answer) : c.status >= 200 && c.status < 300;
  if (counting_ && c.counted) {
    if (good) {
      histogram_.add(static_cast<std::uint64_t>(us));
    } else {
      ++errors_;
    }
  }
  c.busy = false;
  --in_flight_;
  begin(c);
}

void Generator::read(Connection& c) {
  std::array<char, 16'384> buffer;
  const ssize_t got = ::recv(c.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    broken(c);
    if (c.socket >= 0) begin(c);
    return;
  }
  c.in.append(buffer.data(), static_cast<std::size_t>(got));
  if (!c.busy) return;
  if (c.needed == 0 && !parse_head(c)) return;
  const std::string_view body = std::string_view(c.in).substr(c.body_at);
  if (!c.chunked) {
    if (c.in.size() >= c.needed) complete(c, body);
  } else if (const auto whole = unchunk(body)) {
    complete(c, *whole);
  }
}

Result<LoadFigures> Generator::run() {
  TRY_VOID(find());
  for (Connection& c : connections_) TRY_VOID(connect(c));
  for (Connection& c : connections_) begin(c);
  const auto start = SteadyClock::now();
  auto counted_from = start + std::chrono::milliseconds(options_.warm_up_ms);
  const auto end = counted_from + std::chrono::milliseconds(options_.run_ms);
  if (options_.warm_up_ms == 0) counting_ = true;
  std::array<epoll_event, 64> events{};
  auto now = start;
  while (in_flight_ > 0 && now < end) {
    const int ready = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 50);
    for (int i = 0; i < ready; ++i) read(*static_cast<Connection*>(events.at(static_cast<std::size_t>(i)).data.ptr));
    now = SteadyClock::now();
    if (!counting_ && now >= counted_from) {
      counting_ = true;
      counted_from = now;
    }
  }
  LoadFigures figures;
  figures.requests = histogram_.total();
  figures.seconds = std::max(std::chrono::duration<double>(now - counted_from).count(), 1e-9);
  figures.per_second = static_cast<double>(figures.requests) / figures.seconds;
  figures.p50_ms = histogram_.quantile_ms(0.5);
  figures.p99_ms = histogram_.quantile_ms(0.99);
  figures.p999_ms = histogram_.quantile_ms(0.999);
  figures.max_ms = histogram_.max_ms();
  figures.errors = errors_;
  return figures;
}

}  // namespace

Result<LoadFigures> run_load(const LoadOptions& options) {
  if (!options.next) return fail(ErrorCode::kInvalid, "nothing says which requests to send", "next");
  if (options.connections == 0 || options.connections > 10'000) {
    return fail(ErrorCode::kInvalid, "between 1 and 10,000 connections are possible", "connections");
  }
  return Generator(options).run();
}

}  // namespace tansiq::net
