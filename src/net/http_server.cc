#include "net/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/invariant.h"
#include "net/server_detail.h"

namespace tansiq::net {
namespace detail {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr int kBacklog = 4'096;
constexpr auto kAcceptPause = std::chrono::milliseconds(50);

struct Address {
  sockaddr_storage storage{};
  socklen_t bytes = 0;
  bool v6 = false;
  bool loopback = false;
};

Result<Address> parse_address(const std::string& text, std::uint16_t port) {
  Address out;
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    auto* at = reinterpret_cast<sockaddr_in*>(&out.storage);
    *at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = v4, .sin_zero = {}};
    out.bytes = sizeof(sockaddr_in);
    out.loopback = (ntohl(v4.s_addr) >> 24) == 127;
    return out;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
    auto* at = reinterpret_cast<sockaddr_in6*>(&out.storage);
    at->sin6_family = AF_INET6;
    at->sin6_port = htons(port);
    at->sin6_addr = v6;
    out.bytes = sizeof(sockaddr_in6);
    out.v6 = true;
    out.loopback = IN6_IS_ADDR_LOOPBACK(&v6) != 0;
    return out;
  }
  return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is not a numeric IPv4 or IPv6 address", text), "address");
}

ConnectionInfo describe(const sockaddr_storage& from, bool tls) {
  ConnectionInfo info;
  info.tls = tls;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (from.ss_family == AF_INET) {
    const auto& at = reinterpret_cast<const sockaddr_in&>(from);
    ::inet_ntop(AF_INET, &at.sin_addr, text.data(), text.size());
    info.port = ntohs(at.sin_port);
  } else if (from.ss_family == AF_INET6) {
    const auto& at = reinterpret_cast<const sockaddr_in6&>(from);
    ::inet_ntop(AF_INET6, &at.sin6_addr, text.data(), text.size());
    info.port = ntohs(at.sin6_port);
  }
  info.address = text.data();
  return info;
}

std::unexpected<Error> system_error(std::string_view what, const std::string& where) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", what, std::strerror(errno)), where);
}

/// Takes connections on the first I/O thread and hands them to the least busy one.
class Listener {
 public:
  Listener(IoThread& home, std::vector<IoThread*> threads, int socket)
      : home_(home), threads_(std::move(threads)), descriptor_(home.context, socket), pause_(home.context) {
    reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  ~Listener() { stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void arm() {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& ec) {
      if (!ec) accept_some();
    });
  }

  void stop() {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    pause_.cancel();
    if (reserve_ >= 0) ::close(std::exchange(reserve_, -1));
  }

 private:
  void accept_some() {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage from{};
      socklen_t bytes = sizeof from;
      const int socket = ::accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &bytes,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket >= 0) {
        place(socket, from);
        continue;
      }
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        if (!refuse_without_descriptor()) return pause();
      }
      // Anything else concerns the connection that failed, not the listener (accept(2)).
    }
    arm();
  }

  /// Out of file descriptors: the one in reserve takes the connection and closes it, so that the client learns of it
  /// instead of waiting in the kernel's queue, and this loop does not spin on a readable listener.
  bool refuse_without_descriptor() {
    if (reserve_ < 0) return false;
    ::close(reserve_);
    const int socket = ::accept4(descriptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      count(home_.shared->connections_refused);
      ::close(socket);
    }
    reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    return socket >= 0;
  }

  void pause() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](const boost::system::error_code& ec) {
      if (ec) return;
      if (reserve_ < 0) reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
      arm();
    });
  }

  void place(int socket, const sockaddr_storage& from) {
    Shared& shared = *home_.shared;
    const bool full = shared.connections_open.load(std::memory_order_relaxed) >= shared.options.limits.connections_max;
    count(shared.connections_open);
    const auto load = [](const IoThread* t) { return t->connections.load(); };
    // Room is made where most are.
    IoThread* thread =
        full ? *std::ranges::max_element(threads_, {}, load) : *std::ranges::min_element(threads_, {}, load);
    thread->connections.fetch_add(1, std::memory_order_relaxed);
    ConnectionInfo info = describe(from, shared.options.tls.has_value());
    if (thread == &home_) {
      full ? home_.adopt_in_place_of_another(socket, std::move(info)) : home_.adopt(socket, std::move(info));
      return;
    }
    Message message = SocketMessage{socket, std::move(info), full};
    if (!thread->mailbox->push(message)) {
      ::close(socket);
      shared.connections_open.fetch_sub(1, std::memory_order_relaxed);
    }
  }

  IoThread& home_;
  std::vector<IoThread*> threads_;
  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer pause_;
  int reserve_ = -1;
};

}  // namespace

void turn_away(int socket, bool tls, std::string_view every_answer, std::span<char> scratch) {
  if (!tls) {
    const Problem problem = make_problem({ErrorCode::kOverloaded, "the node has all the connections it may have", ""});
    const Response response = problem_response(problem);
    const std::string text = fmt::format(
        "HTTP/1.1 503 Service Unavailable\r\n{}Content-Type: application/problem+json\r\nContent-Length: {}\r\n"
        "Retry-After: 1\r\nConnection: close\r\n\r\n{}",
        every_answer, response.body.size(), response.body);
    // A fresh socket has room for it; if not, the close says enough.
    std::ignore = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    ::shutdown(socket, SHUT_WR);
    // What the client has sent already must be read, or the close would be a reset that destroys the answer.
    std::ignore = ::recv(socket, scratch.data(), scratch.size(), 0);
  }
  ::close(socket);
}

void ExchangeLink::send(Response response) {
  if (mailbox_->own_thread()) {
    if (const auto connection = connection_.lock()) connection->deliver(sequence_, std::move(response));
    return;
  }
  Message message = ReplyMessage{connection_, sequence_, std::move(response)};
  std::ignore = mailbox_->push(message);
}

void ExchangeLink::open_stream(Headers headers, std::shared_ptr<StreamState> stream) {
  if (mailbox_->own_thread()) {
    if (const auto connection = connection_.lock()) {
      connection->deliver_stream(sequence_, std::move(headers), std::move(stream));
    } else {
      stream->finish(StreamEnd::kClientGone);
    }
    return;
  }
  Message message = StreamOpenMessage{connection_, sequence_, std::move(headers), stream};
  if (!mailbox_->push(message)) stream->finish(StreamEnd::kServerStop);
}

}  // namespace detail

Exchange::Exchange(Request request, std::unique_ptr<detail::ExchangeLink> link)
    : request_(std::move(request)), link_(std::move(link)) {}

Exchange::Exchange(Request request, std::function<void(Response)> sink, std::function<bool()> gone)
    : request_(std::move(request)), sink_(std::move(sink)), gone_(std::move(gone)) {}

Exchange::~Exchange() {
  if (!claim()) return;
  send(problem_response(make_problem({ErrorCode::kInternal, "the handler dropped the request", ""})));
}

bool Exchange::claim() { return link_ ? link_->claim() : !sunk_.exchange(true, std::memory_order_acq_rel); }

void Exchange::send(Response response) { link_ ? link_->send(std::move(response)) : sink_(std::move(response)); }

bool Exchange::respond(Response response) {
  if (!claim()) return false;
  send(std::move(response));
  return true;
}

Problem Exchange::respond(Error error, int status) {
  Problem problem = make_problem(std::move(error), status);
  respond(problem_response(problem));
  return problem;
}

StreamHandle Exchange::begin_stream(const Headers& headers, StreamOptions options) {
  if (!link_) {
    respond({ErrorCode::kUnsupported, "no stream goes this way", {}});
    auto ended =
        std::make_shared<detail::StreamState>(std::move(options), nullptr, std::weak_ptr<detail::Connection>());
    ended->finish(StreamEnd::kClosedHere);
    return StreamHandle(std::move(ended));
  }
  auto state = std::make_shared<detail::StreamState>(std::move(options), link_->mailbox(), link_->connection());
  if (link_->claim()) {
    link_->open_stream(headers, state);
  } else {
    state->finish(StreamEnd::kClosedHere);
  }
  return StreamHandle(std::move(state));
}

bool Exchange::abandoned() const { return link_ ? link_->connection().expired() : gone_ && gone_(); }

struct ReplyBatch::Impl {
  struct Group {
    std::shared_ptr<detail::Mailbox> mailbox;
    std::vector<detail::Message> messages;
  };
  std::vector<Group> groups;  // one per I/O thread: few
};

ReplyBatch::ReplyBatch() : impl_(std::make_unique<Impl>()) {}
ReplyBatch::~ReplyBatch() { flush(); }

void ReplyBatch::add(const std::shared_ptr<Exchange>& exchange, Response response) {
  if (!exchange->claim()) return;
  if (!exchange->link_) return exchange->send(std::move(response));
  detail::ExchangeLink& link = *exchange->link_;
  auto group = std::ranges::find(impl_->groups, link.mailbox(), &Impl::Group::mailbox);
  if (group == impl_->groups.end()) group = impl_->groups.insert(group, {link.mailbox(), {}});
  group->messages.emplace_back(detail::ReplyMessage{link.connection(), link.sequence(), std::move(response)});
}

void ReplyBatch::flush() {
  for (Impl::Group& group : impl_->groups) {
    std::ignore = group.mailbox->push_all(group.messages);
    group.messages.clear();
  }
}

struct HttpServer::Impl {
  std::shared_ptr<detail::Shared> shared = std::make_shared<detail::Shared>();
  std::vector<std::unique_ptr<detail::IoThread>> threads;
  std::unique_ptr<detail::Listener> listener;
  std::uint16_t port = 0;
  bool stopped = false;
  bool all_finished = true;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(0); }

namespace {

struct Listening {
  int socket = -1;
  std::uint16_t port = 0;
};

Result<Listening> open_listener(const HttpServerOptions& options) {
  using detail::system_error;
  const auto address = TRY(detail::parse_address(options.address, options.port));
  if (!address.loopback && !options.tls && !options.allow_plaintext_remote) {
    return fail(ErrorCode::kForbidden,
                fmt::format("{} is not a loopback address, and without TLS everybody on the way could read and change "
                            "what is said; give a certificate and key, or allow plaintext explicitly",
                            options.address),
                "address");
  }
  const std::string where = fmt::format("{}:{}", options.address, options.port);
  const int socket = ::socket(address.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return system_error("cannot make a socket", where);
  const int one = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (address.v6) ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  const auto* name = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::bind(socket, name, address.bytes) != 0 || ::listen(socket, detail::kBacklog) != 0) {
    auto error = system_error("cannot listen", where);
    ::close(socket);
    return error;
  }
  sockaddr_storage bound{};
  socklen_t bytes = sizeof bound;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &bytes);
  return Listening{socket, detail::describe(bound, false).port};
}

/// Time-outs are looked at four times within the shortest of them.
std::int64_t tick_for(const HttpLimits& limits) {
  const std::int64_t shortest = std::min({limits.idle_ms, limits.head_ms, limits.body_grace_ms, limits.write_grace_ms});
  return std::clamp<std::int64_t>(shortest / 4, 5, 250);
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, Handler handler) {
  EXPECT_INVARIANT(handler != nullptr);
  auto impl = std::make_unique<Impl>();
  if (options.io_threads == 0 || options.io_threads > 256) {
    return fail(ErrorCode::kInvalid, "between 1 and 256 I/O threads are possible", "io_threads");
  }
  if (options.tls) impl->shared->tls = TRY(TlsServerContext::create(*options.tls));
  const Listening listening = TRY(open_listener(options));
  impl->port = listening.port;
  const std::int64_t tick_ms = tick_for(options.limits);
  const std::size_t threads = options.io_threads;
  for (std::size_t i = 0; i < options.every_answer.size(); ++i) {
    impl->shared->every_answer +=
        fmt::format("{}: {}\r\n", options.every_answer.name(i), options.every_answer.value(i));
  }
  impl->shared->options = std::move(options);
  impl->shared->handler = std::move(handler);
  impl->shared->threads = threads;
  std::vector<detail::IoThread*> all;
  for (std::size_t i = 0; i < threads; ++i) {
    impl->threads.push_back(std::make_unique<detail::IoThread>(impl->shared, tick_ms));
    all.push_back(impl->threads.back().get());
  }
  detail::IoThread& home = *impl->threads.front();
  impl->listener = std::make_unique<detail::Listener>(home, all, listening.socket);
  home.on_stop = [listener = impl->listener.get()] { listener->stop(); };
  impl->listener->arm();
  for (auto& thread : impl->threads) thread->start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

std::uint16_t HttpServer::port() const { return impl_->port; }

std::string HttpServer::url() const {
  const HttpServerOptions& options = impl_->shared->options;
  const bool v6 = options.address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", options.tls ? "https" : "http", v6 ? "[" : "", options.address, v6 ? "]" : "",
                     impl_->port);
}

HttpCounters HttpServer::counters() const {
  const auto get = [](const std::atomic<std::uint64_t>& value) { return value.load(std::memory_order_relaxed); };
  HttpCounters out;
  out.connections_open = get(impl_->shared->connections_open);
  out.connections_accepted = get(impl_->shared->connections_accepted);
  out.connections_refused = get(impl_->shared->connections_refused);
  for (const auto& thread : impl_->threads) {
    const detail::Counters& c = thread->counters;
    out.streams_open += get(c.streams_open);
    out.requests += get(c.requests);
    out.responses += get(c.responses);
    out.responses_dropped += get(c.responses_dropped);
    out.bad_requests += get(c.bad_requests);
    out.timeouts += get(c.timeouts);
    out.idle_closed += get(c.idle_closed);
    out.slow_consumers += get(c.slow_consumers);
    out.tls_failures += get(c.tls_failures);
    out.bytes_in += get(c.bytes_in);
    out.bytes_out += get(c.bytes_out);
    out.wakeups += get(c.wakeups);
    out.connections_replaced += get(c.connections_replaced);
    out.outputs_dropped += get(c.outputs_dropped);
    out.unsent_bytes += get(c.unsent_bytes);
  }
  return out;
}

Status HttpServer::reload(const std::string& certificate_file, const std::string& key_file) {
  detail::Shared& shared = *impl_->shared;
  if (!shared.options.tls) return fail(ErrorCode::kInvalid, "this server runs without TLS: there is nothing to reload");
  TlsConfig config = *shared.options.tls;  // the rest never changes
  config.certificate_file = certificate_file;
  config.key_file = key_file;
  auto fresh = TRY(TlsServerContext::create(config));
  const std::scoped_lock lock(shared.tls_mutex);
  shared.tls = std::move(fresh);
  return {};
}

bool HttpServer::stop(DurationMs deadline_ms) {
  if (std::exchange(impl_->stopped, true)) return impl_->all_finished;
  const auto tell = [&](bool now) {
    for (auto& thread : impl_->threads) {
      detail::Message message = detail::StopMessage{now};
      std::ignore = thread->mailbox->push(message);
    }
  };
  tell(false);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::max<DurationMs>(deadline_ms, 0));
  for (auto& thread : impl_->threads) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (!thread->wait_ended(std::max<DurationMs>(left.count(), 0))) impl_->all_finished = false;
  }
  if (!impl_->all_finished) tell(true);
  for (auto& thread : impl_->threads) thread->join();
  return impl_->all_finished;
}

}  // namespace tansiq::net
