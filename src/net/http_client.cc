#include "net/http_client.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "base/json_in.h"
#include "net/byte_stream.h"
#include "net/public_address.h"
#include "net/response_reader.h"

namespace tansiq::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A path on which nothing is acknowledged for so long, four times five seconds, is dead.
constexpr int kProbeEverySeconds = 5;
constexpr int kProbesMax = 3;

/// A moment by which something must have happened.
class Deadline {
 public:
  explicit Deadline(DurationMs in_ms) : at_(SteadyClock::now() + std::chrono::milliseconds(in_ms)) {}
  /// Rounded up, so that a wait for it does not end too early; 0 when it has passed.
  [[nodiscard]] int left_ms() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - SteadyClock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
  }

 private:
  SteadyClock::time_point at_;
};

/// One socket with its stream.
class Wire {
 public:
  Wire() = default;
  explicit Wire(std::shared_ptr<Interrupt> interrupt) : interrupt_(std::move(interrupt)) {}
  ~Wire() { close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] bool open() const { return socket_ >= 0; }
  void close() {
    if (stream_) stream_->finish();
    stream_.reset();
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  Status connect(const BaseUrl& url, const TlsClientContext* tls, const HttpClientOptions& options);
  Status write(std::string_view bytes, const Deadline& deadline);
  /// Bytes read; 0 at the end of the stream.
  Result<std::size_t> read(std::span<char> into, const Deadline& deadline);
  /// Between two reads: `read` itself looks at the time only when it has to wait, which it never has to for one who
  /// sends without end.
  [[nodiscard]] Status may_go_on(const Deadline& deadline) const;

 private:
  Status wait(IoState wanted, const Deadline& deadline) const;
  Status connect_one(const SocketAddress& to, const Deadline& deadline);

  std::shared_ptr<Interrupt> interrupt_;
  int socket_ = -1;
  std::unique_ptr<ByteStream> stream_;
};

Status Wire::wait(IoState wanted, const Deadline& deadline) const {
  // poll(2) leaves out descriptors below zero.
  std::array<pollfd, 2> items{{
      {socket_, static_cast<short>(wanted == IoState::kWantWrite ? POLLOUT : POLLIN), 0},
      {interrupt_ ? interrupt_->native_handle() : -1, POLLIN, 0},
  }};
  for (;;) {
    const int ready = ::poll(items.data(), items.size(), deadline.left_ms());
    if (ready > 0 && items[1].revents != 0) return fail(ErrorCode::kUnavailable, "interrupted");
    if (ready > 0) return {};
    if (ready == 0) return fail(ErrorCode::kTimeout, "no answer in the time allowed");
    if (errno != EINTR) return fail(ErrorCode::kUnavailable, std::strerror(errno));
  }
}

Status Wire::may_go_on(const Deadline& deadline) const {
  if (interrupt_ && interrupt_->triggered()) return fail(ErrorCode::kUnavailable, "interrupted");
  if (deadline.left_ms() == 0) return fail(ErrorCode::kTimeout, "the answer has no end in the time allowed");
  return {};
}

Status Wire::connect_one(const SocketAddress& to, const Deadline& deadline) {
  socket_ = ::socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return fail(ErrorCode::kUnavailable, std::strerror(errno));
  if (::connect(socket_, &to.get(), to.bytes) != 0) {
    if (errno != EINPROGRESS) return fail(ErrorCode::kUnavailable, std::strerror(errno));
    TRY_VOID(wait(IoState::kWantWrite, deadline));
    int error = 0;
    socklen_t bytes = sizeof error;
    ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &bytes);
    if (error != 0) return fail(ErrorCode::kUnavailable, std::strerror(error));
  }
  const auto set = [this](int level, int name, int value) { ::setsockopt(socket_, level, name, &value, sizeof value); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  // A line that was cut tells nobody, and who waits for an answer sends nothing that could fail: the kernel asks.
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kProbeEverySeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kProbeEverySeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbesMax);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 1'000 * kProbeEverySeconds * (kProbesMax + 1));
  return {};
}

Status Wire::connect(const BaseUrl& url, const TlsClientContext* tls, const HttpClientOptions& options) {
  close();
  const auto& names = options.names ? options.names : NameLookup::of_system();
  const SocketAddresses found = TRY(names->find(url.host, url.port, options.lookup_ms, interrupt_.get()));
  const Deadline deadline(options.connect_ms);
  Status status = fail(ErrorCode::kUnavailable, "the name has no address", url.host);
  std::size_t left = found.size();
  for (const SocketAddress& to : found) {
    // Each has its share of the time: where one way is swallowed, the next is tried still.
    const Deadline share(std::max<DurationMs>(deadline.left_ms() / static_cast<DurationMs>(left--), 1));
    if (options.public_only && !is_public(to.get())) {
      status = fail(ErrorCode::kForbidden, "it is no public address", url.host);
      continue;
    }
    status = connect_one(to, share);
    if (status) break;
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  if (!status) return std::unexpected(inside(status.error(), "cannot connect to " + url.authority()));
  if (tls == nullptr) {
    stream_ = make_tcp_stream(socket_);
  } else {
    stream_ = TRY(tls->connect(socket_, url.host));
  }
  return {};
}

Status Wire::write(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const IoResult put = stream_->write_some(bytes);
    if (put.state == IoState::kOk) {
      bytes.remove_prefix(put.bytes);
    } else if (put.state == IoState::kWantRead || put.state == IoState::kWantWrite) {
      TRY_VOID(wait(put.state, deadline));
    } else {
      return fail(ErrorCode::kUnavailable, "the connection broke: " + stream_->failure());
    }
  }
  return {};
}

Result<std::size_t> Wire::read(std::span<char> into, const Deadline& deadline) {
  for (;;) {
    const IoResult got = stream_->read_some(into);
    if (got.state == IoState::kOk) return got.bytes;
    if (got.state == IoState::kEof) return std::size_t{0};
    if (got.state == IoState::kFailed) {
      return fail(ErrorCode::kUnavailable, "the connection broke: " + stream_->failure());
    }
    TRY_VOID(wait(got.state, deadline));
  }
}

Result<std::shared_ptr<TlsClientContext>> tls_for(const BaseUrl& url, const TlsTrust& trust) {
  if (!url.tls) return std::shared_ptr<TlsClientContext>{};
  return TlsClientContext::create(trust);
}

std::string request_head(const HttpClientOptions& options, const BaseUrl& url, Method method, std::string_view target,
                         const Headers& headers, std::size_t body_bytes) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method_name(method), target, url.authority());
  if (!options.bearer_token.empty()) out += fmt::format("Authorization: Bearer {}\r\n", options.bearer_token);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    out.append(headers.name(i)).append(": ").append(headers.value(i)).append("\r\n");
  }
  const bool may_have_body = method == Method::kPost || method == Method::kPut || method == Method::kPatch;
  if (body_bytes > 0 || may_have_body) out += fmt::format("Content-Length: {}\r\n", body_bytes);
  return out + "\r\n";
}

Status check_sendable(std::string_view target, std::string_view token) {
  auto parsed = Target::parse(target);
  if (!parsed) return std::unexpected(std::move(parsed).error());
  if (std::ranges::any_of(token, [](char c) { return c <= ' ' || c == 0x7f; })) {
    return fail(ErrorCode::kInvalid, "the bearer token contains white space or control characters", "token");
  }
  return {};
}

ErrorCode code_of_status(int status) {
  switch (status) {
    case 400:
      return ErrorCode::kInvalid;
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kForbidden;
    case 404:
      return ErrorCode::kNotFound;
    case 405:
      return ErrorCode::kMethodNotAllowed;
    case 408:
    case 504:
      return ErrorCode::kTimeout;
    case 409:
      return ErrorCode::kConflict;
    case 413:
    case 431:
      return ErrorCode::kTooLarge;
    case 421:
      return ErrorCode::kNotSequencer;
    case 422:
      return ErrorCode::kTooMuchWork;
    case 429:
      return ErrorCode::kRateLimited;
    case 503:
      return ErrorCode::kUnavailable;
    default:
      return status >= 500 ? ErrorCode::kInternal : ErrorCode::kUnsupported;
  }
}

std::string text_member(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  const auto text = value ? value->string() : fail(ErrorCode::kInvalid, "");
  return text ? foreign_text(*text, kReasonBytesMax) : std::string();
}

/// The code whose slug ends the problem's type, which is finer than the status.
std::optional<ErrorCode> code_of_type(std::string_view type) {
  constexpr std::string_view kPrefix = "/problems/";
  if (!type.starts_with(kPrefix)) return std::nullopt;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    if (error_info(code).slug == type.substr(kPrefix.size())) return code;
  }
  return std::nullopt;
}

}  // namespace

Result<BaseUrl> BaseUrl::parse(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fail(ErrorCode::kInvalid, fmt::format("\"{}\": {}; write http://host:port", text, why), "url");
  };
  BaseUrl url;
  std::string_view rest = text;
  if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
    url.tls = true;
  } else {
    return wrong("the scheme is neither http nor https");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  std::string_view port;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return wrong("[ without ]");
    url.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    url.host = rest.substr(0, colon);
    port = rest.substr(colon);
  }
  const bool fit = std::ranges::all_of(url.host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':' || c == '_';
  });
  if (url.host.empty() || !fit) return wrong("that is no host");
  url.port = url.tls ? 443 : 80;
  if (port.empty()) return url;
  unsigned value = 0;
  if (port.front() != ':' || port.size() < 2 || port.size() > 6) return wrong("that is no port");
  for (const char c : port.substr(1)) {
    if (c < '0' || c > '9') return wrong("that is no port");
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value == 0 || value > 65'535) return wrong("that is no port");
  url.port = static_cast<std::uint16_t>(value);
  return url;
}

std::string BaseUrl::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string name = v6 ? "[" + host + "]" : host;
  return port == (tls ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

Error error_from_response(const ClientResponse& response, std::string_view what) {
  Error error{code_of_status(response.status), fmt::format("{} {}", response.status, status_phrase(response.status)),
              ""};
  if (auto document = JsonDocument::parse(response.body)) {
    const JsonValue root = document->root();
    if (const std::string detail = text_member(root, "detail"); !detail.empty()) error.message = detail;
    error.where = text_member(root, "where");
    if (const auto code = code_of_type(text_member(root, "type"))) error.code = *code;
    if (const std::string id = text_member(root, "id"); !id.empty()) error.message += fmt::format(" (id {})", id);
  }
  if (!what.empty()) error.message = fmt::format("{}: {}", what, error.message);
  return error;
}

Result<std::shared_ptr<Interrupt>> Interrupt::create() {
  const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) return fail(ErrorCode::kIo, std::strerror(errno));
  return std::shared_ptr<Interrupt>(new Interrupt(event));
}

Interrupt::~Interrupt() { ::close(event_); }

void Interrupt::trigger() {
  triggered_.store(true, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  // Fails only when it has been triggered 2^64 - 1 times.
  [[maybe_unused]] const ssize_t put = ::write(event_, &one, sizeof one);
}

struct HttpClient::Impl {
  HttpClientOptions options;
  BaseUrl url;
  std::shared_ptr<TlsClientContext> tls;
  Wire wire;
  std::optional<std::chrono::steady_clock::time_point> used;  ///< When the connection was last.

  explicit Impl(std::shared_ptr<Interrupt> interrupt) : wire(std::move(interrupt)) {}

  struct Attempt {
    Result<ClientResponse> response;
    bool nothing_came = false;  ///< The connection ended before the first byte of an answer.
  };
  /// Where the body of an answer 200 goes, if not into the answer.
  struct Taker {
    DurationMs silence_ms;
    const Sink& sink;
  };
  Attempt attempt(Method method, std::string_view head, std::string_view body, const Taker* taker = nullptr);
  Result<ClientResponse> send(Method method, std::string_view target, const Headers& headers, std::string_view body,
                              bool repeatable, const Taker* taker);
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::create(HttpClientOptions options) {
  auto impl = std::make_unique<Impl>(options.interrupt);
  impl->url = TRY(BaseUrl::parse(options.base_url));
  impl->tls = TRY(tls_for(impl->url, options.trust));
  impl->options = std::move(options);
  return std::unique_ptr<HttpClient>(new HttpClient(std::move(impl)));
}

HttpClient::Impl::Attempt HttpClient::Impl::attempt(Method method, std::string_view head, std::string_view body,
                                                    const Taker* taker) {
  Deadline deadline(taker != nullptr ? taker->silence_ms : options.response_ms);
  std::string bytes(head);
  bytes.append(body);
  // A server may answer and close before it has read everything (413): its answer is worth more than a broken write.
  const Status written = wire.write(bytes, deadline);
  ResponseReader reader(method == Method::kHead, options.head_bytes_max, options.body_bytes_max);
  std::array<char, 16'384> buffer;
  while (!reader.done()) {
    const auto got = wire.read(buffer, deadline);
    if (!got) {
      wire.close();
      return {std::unexpected(written ? got.error() : written.error()),
              !reader.started() && got.error().code == ErrorCode::kUnavailable};
    }
    const Status fed = *got == 0 ? reader.finish() : reader.feed({buffer.data(), *got});
    if (!fed) {
      wire.close();
      return {std::unexpected(fed.error()), *got == 0 && !reader.started()};
    }
    if (taker != nullptr && reader.head_done() && reader.status() == 200) {
      const std::string piece = reader.take_body();
      if (const Status taken = piece.empty() ? Status() : taker->sink(piece); !taken) {
        wire.close();
        return {std::unexpected(taken.error()), false};
      }
      if (!piece.empty()) deadline = Deadline(taker->silence_ms);
    }
    if (reader.done()) break;
    if (const Status time = wire.may_go_on(deadline); !time) {
      wire.close();
      return {std::unexpected(time.error()), false};
    }
  }
  if (!reader.keep_alive() || !written) wire.close();
  return {reader.take(), false};
}

Result<ClientResponse> HttpClient::send(Method method, std::string_view target, const Headers& headers,
                                        std::string_view body, bool repeatable) {
  return impl_->send(method, target, headers, body, repeatable, nullptr);
}

Result<ClientResponse> HttpClient::download(Method method, std::string_view target, const Headers& headers,
                                            std::string_view body, DurationMs silence_ms, const Sink& sink) {
  const Impl::Taker taker{silence_ms, sink};
  return impl_->send(method, target, headers, body, false, &taker);
}

Result<ClientResponse> HttpClient::Impl::send(Method method, std::string_view target, const Headers& headers,
                                              std::string_view body, bool repeatable, const Taker* taker) {
  TRY_VOID(check_sendable(target, options.bearer_token));
  const std::string head = request_head(options, url, method, target, headers, body.size());
  const bool safe = method == Method::kGet || method == Method::kHead || method == Method::kOptions;
  if (used && std::chrono::steady_clock::now() - *used > std::chrono::milliseconds(options.idle_ms)) wire.close();
  const bool kept = wire.open();
  if (!kept) TRY_VOID(wire.connect(url, tls.get(), options));
  auto first = attempt(method, head, body, taker);
  used = std::chrono::steady_clock::now();
  const bool again = kept && first.nothing_came && (safe || repeatable);
  if (!again) return std::move(first.response);
  TRY_VOID(wire.connect(url, tls.get(), options));
  return std::move(attempt(method, head, body, taker).response);
}

Result<ClientResponse> HttpClient::get(std::string_view target) { return send(Method::kGet, target); }

Result<ClientResponse> HttpClient::post_json(std::string_view target, std::string_view body, bool repeatable) {
  return send(Method::kPost, target, {{"Content-Type", "application/json"}}, body, repeatable);
}

struct EventStream::Impl {
  explicit Impl(std::shared_ptr<Interrupt> interrupt) : wire(std::move(interrupt)) {}

  Wire wire;
  std::unique_ptr<ResponseReader> reader;
  SseParser parser;
  std::string last_id;
};

EventStream::EventStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventStream::~EventStream() = default;
const std::string& EventStream::last_id() const { return impl_->last_id; }

Result<std::unique_ptr<EventStream>> HttpClient::events(std::string_view target, std::string_view last_event_id) {
  TRY_VOID(check_sendable(target, impl_->options.bearer_token));
  Headers headers{{"Accept", "text/event-stream"}};
  if (!last_event_id.empty()) headers.add("Last-Event-ID", last_event_id);
  auto stream = std::make_unique<EventStream::Impl>(impl_->options.interrupt);
  stream->last_id = last_event_id;
  TRY_VOID(stream->wire.connect(impl_->url, impl_->tls.get(), impl_->options));
  const Deadline deadline(impl_->options.response_ms);
  TRY_VOID(stream->wire.write(request_head(impl_->options, impl_->url, Method::kGet, target, headers, 0), deadline));
  stream->reader =
      std::make_unique<ResponseReader>(false, impl_->options.head_bytes_max, impl_->options.body_bytes_max);
  ResponseReader& reader = *stream->reader;
  std::array<char, 16'384> buffer;
  while (!reader.done() && !(reader.head_done() && reader.status() == 200)) {
    const std::size_t got = TRY(stream->wire.read(buffer, deadline));
    TRY_VOID(got == 0 ? reader.finish() : reader.feed({buffer.data(), got}));
    if (!reader.done()) TRY_VOID(stream->wire.may_go_on(deadline));
  }
  if (reader.status() != 200) return std::unexpected(error_from_response(reader.take(), target));
  return std::unique_ptr<EventStream>(new EventStream(std::move(stream)));
}

Result<std::optional<SseEvent>> EventStream::next(DurationMs wait_ms) {
  const Deadline deadline(wait_ms);
  std::array<char, 16'384> buffer;
  for (bool first = true;; first = false) {
    TRY_VOID(impl_->parser.feed(impl_->reader->take_body()));
    if (auto event = impl_->parser.next()) {
      impl_->last_id = event->id;  // Not the parser's: that one is ahead by what waits to be taken.
      return event;
    }
    if (!impl_->parser.last_id().empty()) impl_->last_id = impl_->parser.last_id();
    if (impl_->reader->done()) return std::optional<SseEvent>{};
    if (!first) TRY_VOID(impl_->wire.may_go_on(deadline));  // comments without end are no event
    const std::size_t got = TRY(impl_->wire.read(buffer, deadline));
    TRY_VOID(got == 0 ? impl_->reader->finish() : impl_->reader->feed({buffer.data(), got}));
  }
}

}  // namespace tansiq::net
