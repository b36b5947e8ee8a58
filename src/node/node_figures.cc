#include "node/node_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "base/units.h"
#include "log/note.h"
#include "net/http_client.h"
#include "net/loadgen.h"
#include "node/node.h"

namespace tansiq::node {
namespace fs = std::filesystem;
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr UtcMs kBegin{1'795'348'800'000};  // 2026-11-22T12:00:00Z
constexpr std::int64_t kColumns = 300;      // A grid of places 0.05° apart, so that minima never reach over.
constexpr std::int64_t kPlaces = kColumns * kColumns;
constexpr std::int64_t kStepE7 = 500'000;
constexpr std::int64_t kLevels = 25;

double seconds_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

/// A clock that the run moves on.
class SetClock final : public Clock {
 public:
  [[nodiscard]] UtcMs now() const override { return {now_.load(std::memory_order_relaxed)}; }
  void set(UtcMs t) { now_.store(t.ms, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> now_{kBegin.ms};
};

/// One exclusive zone of 16° × 16° over the sea, FL000 to FL600.
core::Charter charter(const std::string& vkey) {
  core::Charter c;
  c.id = "bench";
  c.name = "One large zone";
  c.valid_from = kBegin - 86'400'000;
  c.authorities.push_back({AuthorityId::trusted("bench"), "Bench", {vkey}});
  core::Zone zone;
  zone.id = ZoneId::trusted("Z");
  zone.name = "Z";
  zone.owner = AuthorityId::trusted("bench");
  zone.minima = {.horizontal_m = 1'000, .vertical_cm = 30'000, .time_ms = 60'000};
  zone.outline =
      geo::Polygon{{{200'000'000, 0}, {200'000'000, 160'000'000}, {360'000'000, 160'000'000}, {360'000'000, 0}}};
  zone.band = {0, cm_from_flight_level(600), geo::VerticalReference::kFlightLevel};
  c.zones.push_back(std::move(zone));
  return c;
}

Status prepare_folder(const fs::path& data) {
  std::error_code error;
  fs::create_directories(data, error);
  if (error) return fail(ErrorCode::kIo, error.message(), data.string());
  const log::SignerKey key = TRY(log::SignerKey::generate("bench.tansiq.test/main", log::KeyType::kEd25519));
  TRY_VOID(log::write_key_file(data / "node.key", key));
  const log::SignerKey* signers[] = {&key};
  std::ofstream(data / "charter.note") << TRY(
      log::sign_note(core::charter_text(charter(key.verifier().text())), signers));
  return {};
}

struct Place {
  std::int64_t lat_e7, lng_e7, lower_cm, upper_cm;
};

/// Where intent `i` flies: neighbours in `i` are far apart, and 2,250,000 of them fit without touching.
Place place(std::uint64_t i) {
  const auto slot = static_cast<std::int64_t>(i * 7'919 % static_cast<std::uint64_t>(kPlaces * kLevels));
  const std::int64_t level = slot / kPlaces;
  return {202'500'000 + slot % kPlaces / kColumns * kStepE7, 2'500'000 + slot % kColumns * kStepE7,
          cm_from_flight_level(20 + level * 20), cm_from_flight_level(25 + level * 20)};
}

core::Command command(std::uint64_t i, UtcMs start, UtcMs end) {
  const Place p = place(i);
  core::CreateIntent create;
  create.intent = IntentId::trusted(fmt::format("b{}", i));
  create.flight = "BENCH";
  create.volumes.push_back(
      {geo::Circle{{static_cast<std::int32_t>(p.lat_e7), static_cast<std::int32_t>(p.lng_e7)}, 50'000},
       {p.lower_cm, p.upper_cm, geo::VerticalReference::kFlightLevel},
       {start, end}});
  return {CommandId::trusted(fmt::format("c{}", i)), {core::Subject::trusted("bench"), false}, std::move(create)};
}

std::string body(std::uint64_t i, UtcMs start, UtcMs end) {
  const Place p = place(i);
  return fmt::format(
      R"({{"command_id":"c{}","flight":"BENCH","volumes":[{{"band":{{"lower_cm":{},"ref":"fl","upper_cm":{}}},)"
      R"("outline":{{"circle":{{"centre":[{},{}],"radius_cm":50000}}}},"window":{{"end_ms":{},"start_ms":{}}}}}]}})",
      i, p.lower_cm, p.upper_cm, p.lat_e7, p.lng_e7, end.ms, start.ms);
}

NodeConfig config(const fs::path& data, const Clock& clock) {
  NodeConfig c;
  c.data_dir = data;
  c.develop = false;
  c.clock = &clock;
  c.listen_port = 0;
  c.tick_every_ms = 0;
  c.snapshot_every_entries = 0;
  return c;
}

/// Keeps `in_flight` commands under way until `count` have been decided. The next one is submitted by the completion of
/// another, on the core thread, as an I/O thread would right after the reply.
class ClosedLoop {
 public:
  using Make = std::function<core::Command(std::uint64_t)>;
  ClosedLoop(Node& node, std::uint64_t count, Make make) : node_(node), count_(count), make_(std::move(make)) {
    latencies_.reserve(count);
  }

  DurableFigures run(std::size_t in_flight) {
    const auto begin = SteadyClock::now();
    for (std::size_t i = 0; i < in_flight; ++i) submit_next();
    {
      std::unique_lock lock(mutex_);
      done_.wait(lock, [&] { return decided_ == count_; });
    }
    DurableFigures out;
    out.decisions = count_;
    out.per_second = static_cast<double>(count_) / seconds_since(begin);
    out.errors = errors_;
    std::ranges::sort(latencies_);
    out.p50_ms = latencies_[latencies_.size() / 2] * 1e3;
    out.p99_ms = latencies_[latencies_.size() * 99 / 100] * 1e3;
    return out;
  }

 private:
  void submit_next() {
    const std::uint64_t i = next_.fetch_add(1);
    if (i >= count_) return;
    const auto begin = SteadyClock::now();
    node_.submit(make_(i), [this, begin](const Result<Recorded>& recorded) {
      const double took = seconds_since(begin);
      submit_next();
      const std::lock_guard lock(mutex_);
      latencies_.push_back(took);
      if (!recorded || !recorded->decision.accepted()) ++errors_;
      if (++decided_ == count_) done_.notify_all();
    });
  }

  Node& node_;
  const std::uint64_t count_;
  const Make make_;
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;
  std::condition_variable done_;
  std::uint64_t decided_ = 0, errors_ = 0;
  std::vector<double> latencies_;
};

}  // namespace

Result<DurableFigures> measure_durable_in_process(const NodeRun& run) {
  const fs::path data = run.folder / "in-process";
  TRY_VOID(prepare_folder(data));
  const SetClock clock;
  const auto node = TRY(Node::open(config(data, clock)));
  TRY_VOID(node->start());
  ClosedLoop loop(*node, run.decisions,
                  [](std::uint64_t i) { return command(i, kBegin + 600'000, kBegin + 1'800'000); });
  const DurableFigures out = loop.run(run.in_flight);
  node->stop();
  TRY_VOID(node->wait());
  return out;
}

Result<DurableFigures> measure_durable_http(const NodeRun& run) {
  const fs::path data = run.folder / "http";
  TRY_VOID(prepare_folder(data));
  const SetClock clock;
  const auto node = TRY(Node::open(config(data, clock)));
  TRY_VOID(node->start());
  net::LoadOptions options;
  const std::string address = node->address();
  options.port = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
  options.connections = run.in_flight;
  options.warm_up_ms = run.warm_up_ms;
  options.run_ms = run.run_ms;
  options.bearer_token = TRY(node->mint_token("bench", {"intents.file"}, 3'600'000));
  options.next = [](const net::LoadTurn& turn, net::LoadRequest& request) {
    const std::uint64_t i = turn.sequence;
    request.method = net::Method::kPut;
    request.target = fmt::format("/v1/intents/b{}", i);
    request.body = body(i, kBegin + 600'000, kBegin + 1'800'000);
    return true;
  };
  options.check = [](const net::LoadAnswer& answer) { return answer.status == 201; };
  const net::LoadFigures load = TRY(net::run_load(options));
  node->stop();
  TRY_VOID(node->wait());
  return DurableFigures{load.requests, load.per_second, load.p50_ms, load.p99_ms, load.errors};
}

namespace {

/// Files intents `first` … `end` - 1: intent i at i × 10 ms, lasting while `live` others are filed; ticks take out what
/// has ended.
Result<Node::StateMark> fill(const fs::path& data, SetClock& clock, std::uint64_t first, std::uint64_t end,
                             std::uint64_t live, double& seconds) {
  constexpr DurationMs kApartMs = 10;
  const auto node = TRY(Node::open(config(data, clock)));
  TRY_VOID(node->start());
  const auto begin = SteadyClock::now();
  ClosedLoop loop(*node, end - first, [&](std::uint64_t n) {
    const std::uint64_t i = first + n;
    const UtcMs now = kBegin + static_cast<DurationMs>(i) * kApartMs;
    clock.set(now);
    if (i % 256 == 0) node->tick();
    return command(i, now, now + static_cast<DurationMs>(live) * kApartMs);
  });
  (void)loop.run(512);
  seconds += seconds_since(begin);
  const Node::StateMark mark = node->state_mark();
  node->stop();
  TRY_VOID(node->wait());
  return mark;
}

/// Opens, and says how long that took and whether the state is the one expected.
Result<bool> timed_open(const fs::path& data, const SetClock& clock, const Node::StateMark& expected, double& seconds) {
  const auto begin = SteadyClock::now();
  const auto node = TRY(Node::open(config(data, clock)));
  seconds = seconds_since(begin);
  return node->state_mark() == expected;
}

/// Files one intent after the other for as long as it lives, and keeps the longest time that one took.
class Probe {
 public:
  Probe(Node& node, std::uint64_t first) : node_(node), next_(first) { submit_next(); }
  ~Probe() { (void)longest_ms(); }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// Ends it. Fails when anything was not accepted.
  Result<double> longest_ms() {
    std::unique_lock lock(mutex_);
    ending_ = true;
    ended_.wait(lock, [&] { return done_; });
    if (refused_ > 0) return fail(ErrorCode::kInternal, fmt::format("{} decisions were not \"accepted\"", refused_));
    return longest_ * 1e3;
  }
  [[nodiscard]] std::uint64_t next() const {
    const std::lock_guard lock(mutex_);
    return next_;
  }

 private:
  void submit_next() {
    std::uint64_t i = 0;
    {
      const std::lock_guard lock(mutex_);
      i = next_++;
    }
    const auto begin = SteadyClock::now();
    node_.submit(command(i, kBegin + 600'000, kBegin + 1'800'000), [this, begin](const Result<Recorded>& recorded) {
      const double took = seconds_since(begin);
      {
        const std::lock_guard lock(mutex_);
        longest_ = std::max(longest_, took);
        if (!recorded || !recorded->decision.accepted()) ++refused_;
        done_ = ending_ || refused_ > 0;
        if (done_) return ended_.notify_all();
      }
      submit_next();
    });
  }

  Node& node_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::uint64_t next_ = 0, refused_ = 0;
  double longest_ = 0;
  bool ending_ = false, done_ = false;
};

/// A gauge of /metrics.
Result<double> gauge(net::HttpClient& client, std::string_view name) {
  const auto answer = TRY(client.get("/metrics"));
  const std::string line = fmt::format("\n{} ", name);
  const std::size_t at = answer.body.find(line);
  if (at == std::string::npos) return fail(ErrorCode::kInternal, "there is no such metric", std::string(name));
  return std::strtod(answer.body.c_str() + at + line.size(), nullptr);
}

struct OneSnapshot {
  double wait_ms = 0, seconds = 0, bytes = 0;
};

/// Opens the folder, decides until a snapshot has been made, and leaves `next` at the next intent.
Result<OneSnapshot> decide_beside_a_snapshot(NodeConfig config, std::uint64_t& next) {
  constexpr std::uint64_t kEvery = 200;
  constexpr int kLooksMax = 30'000;
  config.snapshot_every_entries = kEvery;
  const auto node = TRY(Node::open(config));
  const std::uint64_t before = node->open_report().from_snapshot;
  TRY_VOID(node->start());
  const auto client = TRY(net::HttpClient::create({.base_url = node->address()}));
  OneSnapshot out;
  {
    Probe probe(*node, next);
    double covered = 0;
    for (int i = 0; i < kLooksMax && covered <= static_cast<double>(before); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      covered = TRY(gauge(*client, "tansiq_snapshot_entries"));
    }
    if (covered <= static_cast<double>(before)) return fail(ErrorCode::kInternal, "no snapshot was made");
    out.wait_ms = TRY(probe.longest_ms());
    next = probe.next();
  }
  out.seconds = TRY(gauge(*client, "tansiq_snapshot_seconds"));
  out.bytes = TRY(gauge(*client, "tansiq_snapshot_bytes"));
  node->stop();
  TRY_VOID(node->wait());
  return out;
}

}  // namespace

Result<SnapshotFigures> measure_snapshot(const fs::path& folder, std::uint64_t live) {
  const fs::path data = folder / "snapshot";
  TRY_VOID(prepare_folder(data));
  const SetClock clock;
  SnapshotFigures out{.live_intents = live};
  std::uint64_t next = live;
  {
    const auto node = TRY(Node::open(config(data, clock)));
    TRY_VOID(node->start());
    ClosedLoop loop(*node, live, [](std::uint64_t i) { return command(i, kBegin + 600'000, kBegin + 1'800'000); });
    (void)loop.run(512);
    {
      Probe probe(*node, next);
      std::this_thread::sleep_for(std::chrono::seconds(3));
      out.idle_wait_ms = TRY(probe.longest_ms());
      next = probe.next();
    }
    node->stop();
    TRY_VOID(node->wait());
  }
  NodeConfig in_line = config(data, clock);
  in_line.snapshot_background_above_bytes = std::uint64_t{1} << 40;
  out.in_line_wait_ms = TRY(decide_beside_a_snapshot(in_line, next)).wait_ms;
  const OneSnapshot beside = TRY(decide_beside_a_snapshot(config(data, clock), next));
  out.background_wait_ms = beside.wait_ms;
  out.background_seconds = beside.seconds;
  out.bytes = static_cast<std::uint64_t>(beside.bytes);
  return out;
}

Result<StartFigures> measure_start(const fs::path& folder, std::uint64_t entries, std::uint64_t live) {
  const fs::path data = folder / "start";
  TRY_VOID(prepare_folder(data));
  SetClock clock;
  StartFigures out;
  out.live_volumes = live;
  Node::StateMark mark = TRY(fill(data, clock, 0, live, live, out.fill_seconds));
  bool same = TRY(timed_open(data, clock, mark, out.snapshot_seconds));
  mark = TRY(fill(data, clock, live, entries, live, out.fill_seconds));
  out.entries = mark.entries;
  same = TRY(timed_open(data, clock, mark, out.full_snapshot_seconds)) && same;
  {
    const auto node = TRY(Node::open(config(data, clock)));
    const auto begin = SteadyClock::now();
    (void)node->state_mark();
    out.pause_ms = seconds_since(begin) * 1e3;
  }
  std::error_code error;
  for (const auto& file : fs::directory_iterator(data, error)) {
    if (file.path().filename().string().starts_with("snapshot-")) fs::remove(file.path(), error);
  }
  out.same_state = TRY(timed_open(data, clock, mark, out.replay_seconds)) && same;
  return out;
}

}  // namespace tansiq::node
