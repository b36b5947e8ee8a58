#include "node/live_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <numbers>
#include <optional>
#include <thread>
#include <vector>

#include "base/json_in.h"
#include "net/http_client.h"
#include "net/outlet.h"
#include "node/coalition_figures.h"
#include "node/live_config.h"
#include "node/node.h"
#include "surveillance/asterix_encode.h"

namespace tansiq::node {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::uint16_t kSystem = 0x1902;
constexpr DurationMs kAlertWaitMs = 2'000;
constexpr std::int64_t kSlotsPerSecond = 100;
constexpr std::uint32_t kProbesBefore = 6;  ///< A pair is first heard so many probes before it is confirmed.
constexpr double kMetresPerDegree = 111'195;

/// Flies east from a place at a moment.
struct Craft {
  std::uint32_t number = 0;
  double lat = 0, lng = 0;
  double speed_m_s = 200;

  [[nodiscard]] surveillance::Report at(UtcMs begun, UtcMs now) const {
    const double east_m = speed_m_s * static_cast<double>(now - begun) * 1e-3;
    const double east = east_m / (kMetresPerDegree * std::cos(lat * std::numbers::pi / 180));
    surveillance::Report r;
    r.domain = surveillance::Domain::kAir;
    r.basis = surveillance::TimeBasis::kTimeOfDay;
    r.id = {surveillance::IdKind::kIcao, 0x400000 + number};
    r.track = {kSystem, static_cast<std::uint16_t>(number)};
    r.system = kSystem;
    r.received = r.time = now;
    r.position = {static_cast<std::int32_t>(std::lround(lat * 1e7)),
                  static_cast<std::int32_t>(std::lround((lng + east) * 1e7))};
    r.pressure_cm = 900'000;
    r.speed_cm_s = static_cast<std::int32_t>(speed_m_s * 100);
    r.course_mdeg = 90'000;
    return r;
  }
};

/// Twelve kilometres apart, all with one velocity: none is ever near another.
Craft in_the_grid(std::uint32_t i, std::uint32_t columns) {
  const double lat = 40 + 12'000.0 / kMetresPerDegree * (i / columns);
  const double step = 12'000.0 / (kMetresPerDegree * std::cos(lat * std::numbers::pi / 180));
  return {i, lat, step * (i % columns)};
}
/// A pair, two kilometres apart, far from everybody else.
Craft of_pair(std::uint32_t tracks, std::uint32_t probe, std::uint32_t which) {
  return {tracks + 2 * probe + which, -30 + 0.25 * (probe / 100) + 0.018 * which, 0.3 * (probe % 100)};
}

/// Puts reports into as few datagrams as hold them, and sends them.
class Block {
 public:
  explicit Block(net::Outlet& outlet) : outlet_(outlet) {}
  void add(const surveillance::Report& report) {
    ++reports;
    if (encoder_.add(report)) return;
    flush();
    (void)encoder_.add(report);
  }
  void flush() {
    const Bytes block = encoder_.take();
    if (!block.empty()) (void)outlet_.send(block);
  }
  std::uint64_t reports = 0;

 private:
  net::Outlet& outlet_;
  surveillance::AsterixEncoder encoder_{62};
};

/// Reads the stream; notes when a conflict is said for the first time.
class Reader {
 public:
  explicit Reader(std::unique_ptr<net::EventStream> stream) : stream_(std::move(stream)) {
    thread_ = std::thread([this] { run(); });
  }
  ~Reader() { join(); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::uint64_t heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  /// When the conflict after so many others came; nothing when none comes.
  [[nodiscard]] std::optional<SteadyClock::time_point> next_after(std::uint64_t heard) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, milliseconds(kAlertWaitMs), [&] { return heard_ > heard; })) return {};
    return at_;
  }

 private:
  void run() {
    while (true) {
      const auto event = stream_->next(60'000);
      if (!event || !*event) return;
      if ((*event)->event != "alert" || !(*event)->data.ends_with(R"("event":"raised"})")) continue;
      if ((*event)->data.find(R"("kind":"conflict")") == std::string::npos) continue;
      const std::lock_guard lock(mutex_);
      at_ = SteadyClock::now();
      ++heard_;
      changed_.notify_all();
    }
  }

  std::unique_ptr<net::EventStream> stream_;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t heard_ = 0;
  SteadyClock::time_point at_;
};

/// Says a hundredth of the grid every hundredth of a second.
class Traffic {
 public:
  Traffic(net::Outlet& outlet, std::uint32_t tracks, UtcMs begun) : tracks_(tracks), begun_(begun), block_(outlet) {
    thread_ = std::thread([this] { run(); });
  }
  ~Traffic() { stop(); }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;
  std::uint64_t stop() {
    stopping_.store(true);
    if (thread_.joinable()) thread_.join();
    return block_.reports;
  }
  [[nodiscard]] std::int64_t seconds() const { return slots_.load() / kSlotsPerSecond; }

 private:
  void run() {
    const auto columns = static_cast<std::uint32_t>(std::ceil(std::sqrt(tracks_)));
    const auto first = SteadyClock::now();
    for (std::int64_t slot = 0; !stopping_.load(); ++slot) {
      std::this_thread::sleep_until(first + milliseconds(slot * 1'000 / kSlotsPerSecond));
      const UtcMs now = SystemClock().now();
      for (auto i = static_cast<std::uint32_t>(slot % kSlotsPerSecond); i < tracks_; i += kSlotsPerSecond) {
        block_.add(in_the_grid(i, columns).at(begun_, now));
      }
      block_.flush();
      slots_.store(slot + 1);
    }
  }

  std::uint32_t tracks_;
  UtcMs begun_;
  Block block_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> slots_{0};
  std::thread thread_;
};

struct Probed {
  std::vector<double> latencies_ms;
  std::uint64_t reports = 0;
  std::uint64_t unheard = 0;
};

/// One conflict after the other. Of each pair both have been heard once; one is confirmed with the probe before; with
/// the one report that is sent alone, the other is a craft too, and too near.
Probed probe(net::Outlet& outlet, Reader& reader, const LiveRun& run, UtcMs begun) {
  Probed out;
  Block block(outlet);
  const auto first = SteadyClock::now();
  for (std::uint32_t step = 0; step < run.probes + kProbesBefore; ++step) {
    std::this_thread::sleep_until(first + milliseconds(step * run.probe_every_ms));
    const UtcMs now = SystemClock().now();
    const auto say = [&](std::uint32_t number, std::uint32_t which) {
      if (number < run.probes) block.add(of_pair(run.tracks, number, which).at(begun, now));
    };
    say(step, 0);
    say(step, 1);
    if (step + 1 >= kProbesBefore) say(step + 1 - kProbesBefore, 0);
    block.flush();
    if (step < kProbesBefore) continue;
    const std::uint64_t heard = reader.heard();
    say(step - kProbesBefore, 1);
    const auto sent = SteadyClock::now();
    block.flush();
    if (const auto at = reader.next_after(heard)) {
      out.latencies_ms.push_back(std::chrono::duration<double, std::milli>(*at - sent).count());
    } else {
      ++out.unheard;
    }
  }
  out.reports = block.reports;
  return out;
}

/// What the node says of its one input.
Result<LiveFigures> counted(net::HttpClient& client) {
  LiveFigures out;
  const net::ClientResponse sources = TRY(client.get("/v1/sources"));
  const JsonDocument document = TRY(JsonDocument::parse(sources.body));
  const JsonValue list = TRY(document.root().at("sources"));
  if (list.size() != 1) return fail(ErrorCode::kInternal, "the node has another number of inputs", "/v1/sources");
  const auto number = [&](std::string_view name) -> Result<std::uint64_t> {
    const JsonValue member = TRY(list[0].at(name));
    return static_cast<std::uint64_t>(TRY(member.integer(0, INT64_MAX)));
  };
  out.taken = TRY(number("reports"));
  out.dropped = TRY(number("overload"));
  out.dropped += TRY(number("system_dropped"));
  return out;
}

Result<std::uint64_t> count_tracks(net::HttpClient& client) {
  std::uint64_t count = 0;
  std::int64_t after = 0;
  while (true) {
    const net::ClientResponse page = TRY(client.get(fmt::format("/v1/tracks?limit=1000&after={}", after)));
    const JsonDocument document = TRY(JsonDocument::parse(page.body));
    const JsonValue tracks = TRY(document.root().at("tracks"));
    count += tracks.size();
    const auto next = document.root().find("next");
    if (!next) return count;
    after = TRY(next->integer(0, INT64_MAX));
  }
}

}  // namespace

Result<LiveFigures> measure_live(const LiveRun& run) {
  const std::uint16_t port = TRY(free_loopback_port());
  const net::Endpoint to{.kind = net::EndpointKind::kUdp, .host = "127.0.0.1", .port = port};
  surveillance::SourceConfig source;
  source.name = "bench";
  source.format = surveillance::Speaks::kAsterix;
  source.transport = TRY(surveillance::parse_transport(fmt::format("udp://127.0.0.1:{}", port)));
  LiveConfig live;
  live.sources.push_back(std::move(source));
  NodeConfig config;
  config.data_dir = run.folder / "data";
  config.listen_port = 0;
  config.live = std::make_shared<const LiveConfig>(std::move(live));
  const std::unique_ptr<Node> node = TRY(Node::open(config));
  TRY_VOID(node->start());
  net::HttpClientOptions options;
  options.base_url = node->address();
  options.bearer_token = TRY(node->mint_token("bench", {"picture.read"}, 3'600'000));
  const auto client = TRY(net::HttpClient::create(std::move(options)));
  Reader reader(TRY(client->events("/v1/live")));

  const UtcMs begun = SystemClock().now();
  const auto traffic_way = TRY(net::Outlet::open(to));
  const auto probe_way = TRY(net::Outlet::open(to));
  Traffic traffic(*traffic_way, run.tracks, begun);
  // Everybody has been heard twice before the first probe.
  while (traffic.seconds() < 3) std::this_thread::sleep_for(milliseconds(10));
  Probed probed = probe(*probe_way, reader, run, begun);
  const std::uint64_t sent = traffic.stop() + probed.reports;
  // What is on its way arrives, or never will.
  LiveFigures out = TRY(counted(*client));
  for (int i = 0; i < 100 && out.taken + out.dropped < sent; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
    out = TRY(counted(*client));
  }
  out.tracks = TRY(count_tracks(*client));
  node->stop();
  TRY_VOID(node->wait());
  reader.join();

  out.sent = sent;
  out.probes = run.probes;
  out.unheard = probed.unheard;
  std::vector<double>& all = probed.latencies_ms;
  std::ranges::sort(all);
  if (all.empty()) return out;
  out.p50_ms = all[all.size() / 2];
  out.p99_ms = all[std::min(all.size() - 1, all.size() * 99 / 100)];
  out.max_ms = all.back();
  return out;
}

}  // namespace tansiq::node
