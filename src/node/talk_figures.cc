#include "node/talk_figures.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "coordination/act.h"
#include "net/http_client.h"
#include "node/coalition_figures.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr DurationMs kTokenMs = 3'600'000;
constexpr DurationMs kPatienceMs = 30'000;
/// Both ends of a stream are in this process; the rest of it opens some more.
constexpr rlim_t kFilesBeside = 512;
/// Where nothing that is waited for stands in what has come, so much of its end is kept.
constexpr std::size_t kTailBytes = 64U << 10;
constexpr std::string_view kRings = "\"sound\":true";

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

double ms_between(SteadyClock::time_point from, SteadyClock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

/// How many files this process may open, once it may open as many as it can be allowed.
rlim_t raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

Result<std::uint64_t> resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(in >> all >> resident)) return fail(ErrorCode::kIo, "cannot be read", "/proc/self/statm");
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Many streams of talks at one node, read by one thread.
class Consoles {
 public:
  Consoles() : poll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~Consoles() {
    for (const Stream& stream : streams_) ::close(stream.fd);
    if (poll_ >= 0) ::close(poll_);
  }
  Consoles(const Consoles&) = delete;
  Consoles& operator=(const Consoles&) = delete;

  /// One more; returns when the node has begun it.
  Status add(std::uint16_t port, const std::string& token) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failed("open a socket");
    streams_.push_back({fd, {}});
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return failed("connect");
    const std::string request = fmt::format(
        "GET /v1/talks/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n\r\n", port, token);
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      return failed("send");
    }
    TRY_VOID(read_head(streams_.back()));
    if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) return failed("set a socket");
    epoll_event event{.events = EPOLLIN, .data = {.u64 = streams_.size() - 1}};
    if (::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event) != 0) return failed("watch a socket");
    return {};
  }

  /// When each of them has had an event with `word`, and behind that `then`.
  Result<std::vector<SteadyClock::time_point>> hear(std::string_view word, std::string_view then) {
    std::vector<SteadyClock::time_point> heard(streams_.size());
    std::size_t missing = streams_.size();
    const auto until = SteadyClock::now() + milliseconds(kPatienceMs);
    std::array<epoll_event, 256> ready;
    while (missing > 0) {
      const auto left = std::chrono::ceil<milliseconds>(until - SteadyClock::now()).count();
      const int count =
          left <= 0 ? 0 : ::epoll_wait(poll_, ready.data(), static_cast<int>(ready.size()), static_cast<int>(left));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        return fail(ErrorCode::kTimeout, fmt::format("{} of {} streams have not heard", missing, streams_.size()));
      }
      for (int i = 0; i < count; ++i) {
        const std::uint64_t at = ready[static_cast<std::size_t>(i)].data.u64;
        const bool known = heard[at] != SteadyClock::time_point{};
        if (!TRY(take(streams_[at], word, then)) || known) continue;
        heard[at] = SteadyClock::now();
        --missing;
      }
    }
    return heard;
  }

 private:
  struct Stream {
    int fd;
    std::string come;
  };

  static std::unexpected<Error> failed(std::string_view what) {
    return fail(ErrorCode::kIo, fmt::format("cannot {}: {}", what, std::strerror(errno)), "console");
  }

  Status read_head(Stream& stream) {
    while (stream.come.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(stream.fd, buffer_.data(), buffer_.size(), 0);
      if (got <= 0) return failed("read the head of a stream");
      stream.come.append(buffer_.data(), static_cast<std::size_t>(got));
    }
    if (!stream.come.starts_with("HTTP/1.1 200")) {
      return fail(ErrorCode::kInternal, stream.come.substr(0, stream.come.find('\r')), "console");
    }
    std::string().swap(stream.come);
    return {};
  }

  /// Reads what is there; whether what is waited for was in it.
  Result<bool> take(Stream& stream, std::string_view word, std::string_view then) {
    while (true) {
      const ssize_t got = ::recv(stream.fd, buffer_.data(), buffer_.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
      if (got <= 0) return fail(ErrorCode::kUnavailable, "a stream has ended", "console");
      stream.come.append(buffer_.data(), static_cast<std::size_t>(got));
    }
    const std::size_t at = stream.come.find(word);
    if (at != std::string::npos && stream.come.find(then, at) != std::string::npos) {
      std::string().swap(stream.come);  // With what it holds: this end of the stream is not what is measured.
      return true;
    }
    if (stream.come.size() > 2 * kTailBytes) stream.come.erase(0, stream.come.size() - kTailBytes);
    return false;
  }

  const int poll_;
  std::vector<Stream> streams_;
  std::array<char, 64U << 10> buffer_;
};

class Talk {
 public:
  explicit Talk(LoopbackCoalition& coalition) : coalition_(coalition) {}

  /// Says `text` to node 1 and returns once that is durable at node 0: its hash.
  Result<EntryHash> say(std::string_view text, Precedence precedence) {
    Letter letter;
    letter.parts = {TextPart{.language = "en", .text = {std::string(text)}, .translates = {}}};
    letter.needs = precedence == Precedence::kStop ? Needs::kRead : Needs::kReceived;
    letter.precedence = precedence;
    letter.recipients = {LoopbackCoalition::authority(1)};
    letter.thread = ThreadId::trusted(fmt::format("t{}", text));
    const ActOutcome outcome = TRY(act(0, SendTalk{std::move(letter)}));
    return outcome.hash;
  }
  Status read(const EntryHash& message) {
    TRY(act(1, ReadTalk{message}));
    return {};
  }

 private:
  Result<ActOutcome> act(unsigned i, Act what) {
    ActCommand command;
    command.cmd = CommandId::trusted(fmt::format("talk-{}", ++commands_));
    command.by = core::Subject::trusted("bench");
    command.act = std::move(what);
    return coalition_.act(i, std::move(command));
  }
  LoopbackCoalition& coalition_;
  std::uint64_t commands_ = 0;
};

Result<std::unique_ptr<Consoles>> open_consoles(LoopbackCoalition& coalition, unsigned count) {
  const std::uint16_t port = TRY(net::BaseUrl::parse(coalition.node(1).address())).port;
  auto out = std::make_unique<Consoles>();
  for (unsigned i = 0; i < count; ++i) {
    const std::string token = TRY(coalition.node(1).mint_token(fmt::format("officer-{}", i), {"talks.read"}, kTokenMs));
    TRY_VOID(out->add(port, token));
  }
  return out;
}

/// Says one thing, and when each console has it.
Result<std::vector<double>> heard_after(Talk& talk, Consoles& consoles, const std::string& text, Precedence precedence,
                                        EntryHash* message = nullptr) {
  const std::string_view then = precedence == Precedence::kStop ? kRings : std::string_view("\n\n");
  auto hearing = std::async(std::launch::async, [&] { return consoles.hear(text, then); });
  const auto begin = SteadyClock::now();
  const auto said = talk.say(text, precedence);
  const auto heard = hearing.get();
  if (!said) return std::unexpected(said.error());
  if (!heard) return std::unexpected(heard.error());
  if (message != nullptr) *message = *said;
  std::vector<double> out;
  for (const SteadyClock::time_point at : *heard) out.push_back(ms_between(begin, at));
  return out;
}

Status measure_receipts(LoopbackCoalition& coalition, Talk& talk, unsigned messages, TalkFigures& figures) {
  constexpr unsigned kWarm = 10;
  const auto events = TRY(coalition.events(0));
  std::vector<double> took;
  for (unsigned i = 0; i < messages + kWarm; ++i) {
    const auto begin = SteadyClock::now();
    TRY(talk.say(fmt::format("receipt-{}-", i), Precedence::kRoutine));
    TRY(next_of_type(*events, "talk.received", kPatienceMs));
    if (i >= kWarm) took.push_back(ms_between(begin, SteadyClock::now()));
  }
  figures.receipt_p50_ms = percentile(took, 0.5);
  figures.receipt_p99_ms = percentile(took, 0.99);
  return {};
}

Status measure_stops(LoopbackCoalition& coalition, Talk& talk, const TalkRun& run, TalkFigures& figures) {
  const auto consoles = TRY(open_consoles(coalition, run.consoles));
  std::vector<double> took;
  for (unsigned i = 0; i < run.stops; ++i) {
    EntryHash message;
    const auto heard = TRY(heard_after(talk, *consoles, fmt::format("stop-{}-", i), Precedence::kStop, &message));
    took.insert(took.end(), heard.begin(), heard.end());
    TRY_VOID(talk.read(message));  // Else they pile up, and each is an alarm after a while.
  }
  figures.stop_p50_ms = percentile(took, 0.5);
  figures.stop_p99_ms = percentile(took, 0.99);
  return {};
}

Status measure_crowd(LoopbackCoalition& coalition, Talk& talk, const TalkRun& run, TalkFigures& figures) {
  const std::uint64_t before = TRY(resident_bytes());
  const auto consoles = TRY(open_consoles(coalition, run.officers));
  std::vector<double> last;
  for (unsigned i = 0; i < run.rounds; ++i) {
    const auto heard = TRY(heard_after(talk, *consoles, fmt::format("all-{}-", i), Precedence::kRoutine));
    last.push_back(*std::ranges::max_element(heard));
  }
  const std::uint64_t after = TRY(resident_bytes());
  figures.bytes_per_stream = static_cast<double>(after - std::min(before, after)) / run.officers;
  figures.all_p50_ms = percentile(last, 0.5);
  figures.all_max_ms = *std::ranges::max_element(last);
  return {};
}

}  // namespace

Result<TalkFigures> measure_talks(const TalkRun& run) {
  TalkFigures figures;
  const rlim_t files = raise_open_files();
  const auto coalition = TRY(LoopbackCoalition::start(
      run.folder, 2,
      {.charter =
           [](core::Charter& charter) {
             for (unsigned i = 0; i < 2; ++i) {
               charter.relations.push_back({{core::Capability::kCentres, core::RelationDomain::kTalks,
                                             LoopbackCoalition::authority(i), LoopbackCoalition::authority(1 - i)},
                                            1});
             }
           },
       // Those of the part before end within a second: they must not be in the way.
       .config = [&](NodeConfig& config) { config.limits.streams_max = run.officers + run.consoles + 16; }}));
  Talk talk(*coalition);
  TRY_VOID(measure_receipts(*coalition, talk, run.messages, figures));
  TRY_VOID(measure_stops(*coalition, talk, run, figures));
  const rlim_t needed = 2 * (run.officers + run.consoles) + kFilesBeside;
  if (files < needed) {
    figures.no_streams = fmt::format("{} files may be open here, and {} are needed", files, needed);
    return figures;
  }
  TRY_VOID(measure_crowd(*coalition, talk, run, figures));
  return figures;
}

}  // namespace tansiq::node
