#include "node/coalition_figures.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>
#include <thread>

#include "base/json_in.h"
#include "base/units.h"
#include "log/note.h"
#include "net/tls_identity.h"

namespace tansiq::node {
namespace fs = std::filesystem;
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr DurationMs kTokenMs = 3'600'000;

struct Keys {
  log::SignerKey main;
  log::SignerKey cosigner;
};

Result<Keys> make_keys(const fs::path& folder, const AuthorityId& id) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(ErrorCode::kIo, error.message(), folder.string());
  Keys keys{TRY(log::SignerKey::generate(fmt::format("{}.tansiq.test/main", id.str()), log::KeyType::kEd25519)),
            TRY(log::SignerKey::generate(fmt::format("{}.tansiq.test/cosigner", id.str()),
                                         log::KeyType::kEd25519Cosignature))};
  TRY_VOID(log::write_key_file(folder / "node.key", keys.main));
  TRY_VOID(log::write_key_file(folder / "cosigner.key", keys.cosigner));
  TRY_VOID(net::make_identity({.name = id.str(),
                               .certificate_file = (folder / "peer.crt").string(),
                               .key_file = (folder / "peer.key").string()}));
  return keys;
}

core::Charter charter_of(unsigned authorities) {
  core::Charter charter;
  charter.id = "loopback";
  charter.name = "Nodes on one machine";
  charter.data_mode = core::DataMode::kTest;
  charter.valid_from = UtcMs{SystemClock().now().ms - 86'400'000};
  for (unsigned i = 0; i < authorities; ++i) {
    for (unsigned k = 0; k < authorities; ++k) {
      if (i == k) continue;
      charter.relations.push_back({{core::Capability::kRequest, core::RelationDomain::kAir,
                                    LoopbackCoalition::authority(i), LoopbackCoalition::authority(k)},
                                   1});
    }
    charter.zones.push_back(LoopbackCoalition::zone_of(i));
  }
  return charter;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

}  // namespace

Result<std::uint16_t> free_loopback_port() {
  const int reserved = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool found = reserved >= 0 && ::setsockopt(reserved, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                     ::bind(reserved, any, size) == 0 && ::getsockname(reserved, any, &size) == 0;
  if (!found) {
    if (reserved >= 0) ::close(reserved);
    return fail(ErrorCode::kIo, "no port is free on loopback");
  }
  // It stays bound, and never listens: the kernel gives the port to nobody who leaves the choice to it.
  return ntohs(address.sin_port);
}

core::Zone LoopbackCoalition::zone_of(unsigned i) {
  core::Zone zone;
  zone.id = ZoneId::trusted(fmt::format("Z{}", static_cast<char>('A' + i)));
  zone.name = zone.id.str();
  zone.owner = authority(i);
  zone.minima = {.horizontal_m = 1'000, .vertical_cm = 30'000, .time_ms = 0};
  const auto west = static_cast<std::int32_t>(100'000'000 * i);
  zone.outline = geo::Polygon{
      {{200'000'000, west}, {200'000'000, west + 100'000'000}, {360'000'000, west + 100'000'000}, {360'000'000, west}}};
  zone.band = {cm_from_flight_level(20), cm_from_flight_level(600), geo::VerticalReference::kFlightLevel};
  return zone;
}

Result<core::Authority> LoopbackCoalition::prepare(unsigned i) {
  const AuthorityId id = authority(i);
  const fs::path home = folder_ / id.str();
  Keys keys = TRY(make_keys(home, id));
  const auto tls = TRY(net::certificate_key_sha256((home / "peer.crt").string()));
  core::Authority out{id,
                      id.str(),
                      {keys.main.verifier().text()},
                      core::Peer{.cosigner = keys.cosigner.verifier().text(),
                                 .tls_keys = {log::Hash{tls}},
                                 .url = fmt::format("https://127.0.0.1:{}", TRY(free_loopback_port()))}};
  Running running;
  running.config.data_dir = home;
  running.config.develop = false;
  running.config.listen_port = 0;
  running.config.tick_every_ms = 100;
  nodes_.push_back(std::move(running));
  keys_.emplace_back();
  keys_.back().push_back(std::move(keys.main));
  return out;
}

Result<std::string> LoopbackCoalition::sign(const core::Charter& charter, const std::vector<unsigned>& signers) const {
  std::vector<const log::SignerKey*> keys;
  for (const unsigned i : signers) {
    for (const log::SignerKey& key : keys_[i]) keys.push_back(&key);
  }
  return log::sign_note(core::charter_text(charter), keys);
}

Result<std::string> LoopbackCoalition::next_key(unsigned i) {
  keys_[i].push_back(TRY(log::SignerKey::generate(keys_[i].front().name(), log::KeyType::kEd25519)));
  TRY_VOID(log::write_key_file(folder_ / authority(i).str() / "node-next.key", keys_[i].back()));
  return keys_[i].back().verifier().text();
}

Status LoopbackCoalition::join(unsigned i, const std::string& note, const std::vector<fs::path>& former) {
  std::ofstream(nodes_[i].config.data_dir / "charter.note") << note;
  nodes_[i].config.former_charter_paths = former;
  return open(nodes_[i]);
}

Result<std::unique_ptr<LoopbackCoalition>> LoopbackCoalition::start(const fs::path& folder, unsigned authorities,
                                                                    const Setup& setup) {
  std::unique_ptr<LoopbackCoalition> coalition(new LoopbackCoalition(folder));
  core::Charter charter = charter_of(authorities);
  charter.timing = setup.timing;
  std::vector<unsigned> signers;
  for (unsigned i = 0; i < authorities; ++i) {
    charter.authorities.push_back(TRY(coalition->prepare(i)));
    signers.push_back(i);
  }
  if (setup.charter) setup.charter(charter);
  const std::string note = TRY(coalition->sign(charter, signers));
  coalition->founding_ = std::move(charter);
  for (unsigned i = 0; i < authorities; ++i) {
    if (setup.config) setup.config(coalition->nodes_[i].config);
    TRY_VOID(coalition->join(i, note, {}));
  }
  return coalition;
}

Result<std::unique_ptr<LoopbackCoalition>> LoopbackCoalition::start(const fs::path& folder, unsigned authorities) {
  return start(folder, authorities, Setup());
}

LoopbackCoalition::~LoopbackCoalition() {
  for (Running& running : nodes_) {
    if (running.node) running.node->stop();
  }
}

/// What has just ended on a port may hold it for a moment.
Status LoopbackCoalition::open(Running& running) {
  constexpr int kTries = 100;
  for (int tries = 1;; ++tries) {
    running.node = TRY(Node::open(running.config));
    const Status started = running.node->start();
    if (started) break;
    running.node.reset();
    const bool taken = started.error().message.find("Address already in use") != std::string::npos;
    if (!taken || tries == kTries) return started;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  running.client =
      TRY(net::HttpClient::create({.base_url = running.node->address(),
                                   .bearer_token = TRY(running.node->mint_token("bench", {"admin"}, kTokenMs))}));
  return {};
}

Status LoopbackCoalition::stop(unsigned i) {
  nodes_[i].client.reset();
  nodes_[i].node->stop();
  Status stopped = nodes_[i].node->wait();
  nodes_[i].node.reset();
  return stopped;
}

Status LoopbackCoalition::restart(unsigned i) {
  if (nodes_[i].node) TRY_VOID(stop(i));
  return open(nodes_[i]);
}

Result<std::unique_ptr<net::EventStream>> LoopbackCoalition::events(unsigned i) {
  return nodes_[i].client->events("/v1/events");
}

Result<std::string> LoopbackCoalition::get(unsigned i, std::string_view target) {
  auto answer = TRY(nodes_[i].client->get(target));
  if (answer.status != 200) return std::unexpected(net::error_from_response(answer, target));
  return std::move(answer.body);
}

coordination::ActCommand LoopbackCoalition::flight(unsigned home, std::uint64_t number,
                                                   const std::vector<unsigned>& through) const {
  // A grid of 300 × 180 places 0.05° apart and 25 levels in each zone.
  constexpr std::uint64_t kColumns = 180;
  constexpr std::uint64_t kRows = 300;
  constexpr std::uint64_t kLevels = 25;
  constexpr std::uint64_t kPlaces = kColumns * kRows * kLevels;
  const std::uint64_t place = (number * 16 + home) * 7'919 % kPlaces;
  const auto lat = static_cast<std::int32_t>(202'500'000 + place / kColumns % kRows * 500'000);
  const std::int64_t level = static_cast<std::int64_t>(30 + place / (kColumns * kRows) * 20);
  const UtcMs begin{(SystemClock().now().ms / 60'000 + 60) * 60'000};
  coordination::FlightFiled filed;
  filed.call_sign = fmt::format("F{}", number);
  filed.flight = coordination::FlightId::trusted(fmt::format("{}{}", authority(home).str(), number));
  for (std::size_t leg = 0; leg < through.size(); ++leg) {
    const auto lng = static_cast<std::int32_t>(100'000'000 * through[leg] + 2'500'000 + place % kColumns * 500'000);
    const UtcMs from = begin + static_cast<DurationMs>(leg) * 600'000;
    filed.legs.push_back({.volumes = {{geo::Circle{{lat, lng}, 50'000},
                                       {cm_from_flight_level(level), cm_from_flight_level(level + 5),
                                        geo::VerticalReference::kFlightLevel},
                                       {from, from + 600'000}}},
                          .zone = ZoneId::trusted(fmt::format("Z{}", static_cast<char>('A' + through[leg])))});
  }
  coordination::ActCommand command;
  command.cmd = CommandId::trusted(fmt::format("file-{}", filed.flight.str()));
  command.by = core::Subject::trusted("bench");
  command.act = coordination::FileFlight{std::move(filed)};
  return command;
}

Result<coordination::ActOutcome> LoopbackCoalition::act(unsigned i, coordination::ActCommand command) {
  std::promise<Result<coordination::ActOutcome>> promise;
  auto future = promise.get_future();
  nodes_[i].node->act(std::move(command),
                      [&promise](Result<coordination::ActOutcome> outcome) { promise.set_value(std::move(outcome)); });
  return future.get();
}

Result<std::string> next_of_type(net::EventStream& stream, std::string_view type, DurationMs silence_ms) {
  while (true) {
    auto event = TRY(stream.next(silence_ms));
    if (!event) return fail(ErrorCode::kUnavailable, "the stream has ended");
    if (event->event == type) return std::move(event->data);
  }
}

namespace {

/// One at a time: from filing to the last confirmation in hand.
Status measure_latency(LoopbackCoalition& coalition, CoordinationFigures& figures) {
  constexpr std::uint64_t kFlights = 400;
  constexpr std::uint64_t kWarm = 20;
  auto events = TRY(coalition.events(0));
  std::vector<double> took;
  for (std::uint64_t i = 0; i < kFlights; ++i) {
    const auto begin = SteadyClock::now();
    TRY(coalition.act(0, coalition.flight(0, i, {1, 2})));
    for (int leg = 0; leg < 2; ++leg) TRY(next_of_type(*events, "leg.confirmed"));
    if (i >= kWarm) took.push_back(std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count());
  }
  figures.p50_ms = percentile(took, 0.5);
  figures.p99_ms = percentile(took, 0.99);
  return {};
}

/// All three at once, each with some flights under way.
Status measure_rate(LoopbackCoalition& coalition, CoordinationFigures& figures) {
  constexpr std::uint64_t kFlightsEach = 1'000;
  constexpr std::uint64_t kUnderWay = 24;
  std::vector<std::future<Status>> homes;
  const auto begin = SteadyClock::now();
  for (unsigned home = 0; home < 3; ++home) {
    homes.push_back(std::async(std::launch::async, [&coalition, home]() -> Status {
      auto events = TRY(coalition.events(home));
      std::uint64_t filed = 0;
      const auto file = [&]() -> Status {
        TRY(coalition.act(home, coalition.flight(home, 10'000 + filed++, {(home + 1) % 3, (home + 2) % 3})));
        return {};
      };
      while (filed < kUnderWay) TRY_VOID(file());
      for (std::uint64_t done = 0; done < kFlightsEach; ++done) {
        for (int leg = 0; leg < 2; ++leg) {
          while (true) {
            const std::string line = TRY(next_of_type(*events, "leg.confirmed"));
            // What this node confirmed for others stands in its stream too.
            if (line.find(fmt::format("\"to\":\"{}\"", LoopbackCoalition::authority(home).str())) !=
                std::string::npos) {
              break;
            }
          }
        }
        if (filed < kFlightsEach) TRY_VOID(file());
      }
      return {};
    }));
  }
  for (auto& home : homes) TRY_VOID(home.get());
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  figures.flights = 3 * kFlightsEach;
  figures.per_second = static_cast<double>(figures.flights) / seconds;
  return {};
}

/// Own-zone flights, confirmed by the node itself.
Result<double> measure_own(LoopbackCoalition& coalition, std::uint64_t first) {
  constexpr std::uint64_t kFlights = 1'000;
  const auto begin = SteadyClock::now();
  std::vector<std::future<Result<coordination::ActOutcome>>> waiting;
  for (std::uint64_t i = 0; i < kFlights; ++i) {
    auto promise = std::make_shared<std::promise<Result<coordination::ActOutcome>>>();
    waiting.push_back(promise->get_future());
    coalition.node(0).act(coalition.flight(0, first + i, {0}), [promise](Result<coordination::ActOutcome> outcome) {
      promise->set_value(std::move(outcome));
    });
    if (waiting.size() < 64) continue;
    for (auto& one : waiting) TRY(one.get());
    waiting.clear();
  }
  for (auto& one : waiting) TRY(one.get());
  return static_cast<double>(kFlights) / std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

/// The best of some rounds: one takes less than a tenth of a second, and whatever else the machine does shows in it.
Result<double> best_own(LoopbackCoalition& coalition, std::uint64_t first) {
  constexpr std::uint64_t kRounds = 5;
  double best = 0;
  for (std::uint64_t i = 0; i < kRounds; ++i) best = std::max(best, TRY(measure_own(coalition, first + i * 1'000)));
  return best;
}

/// How fast node 1, which was away, reads what node 0 has said to all members meanwhile.
Result<double> measure_catch_up(LoopbackCoalition& coalition, std::uint64_t before) {
  TRY_VOID(coalition.restart(1));
  const auto held = [&coalition]() -> Result<std::pair<std::int64_t, std::int64_t>> {
    const std::string text = TRY(coalition.get(1, "/v1/coordination/peers"));
    const JsonDocument document = TRY(JsonDocument::parse(text));
    const JsonValue peers = TRY(document.root().at("peers"));
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const JsonValue id = TRY(peers[i].at("id"));
      if (TRY(id.string()) != LoopbackCoalition::authority(0).str()) continue;
      const JsonValue has = TRY(peers[i].at("held"));
      const JsonValue known = TRY(peers[i].at("known"));
      return std::pair{TRY(has.integer()), TRY(known.integer())};
    }
    return fail(ErrorCode::kNotFound, "the peer is not there");
  };
  const auto start = SteadyClock::now();
  // The moment when it has heard how much there is, and what it held then: connecting anew is no matter of entries.
  std::optional<std::pair<SteadyClock::time_point, std::int64_t>> heard;
  while (true) {
    const auto now = TRY(held());
    const auto moment = SteadyClock::now();
    if (!heard && now.second > now.first) heard.emplace(moment, now.first);
    if (heard && now.first == now.second && static_cast<std::uint64_t>(now.first) >= before) {
      return static_cast<double>(now.first - heard->second) /
             std::chrono::duration<double>(moment - heard->first).count();
    }
    if (moment - start > std::chrono::seconds(60)) {
      return fail(ErrorCode::kTimeout, fmt::format("it did not catch up: {} of {} entries are here, of at least {}",
                                                   now.first, now.second, before));
    }
    // Each look costs the node a turn of the thread that decides.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace

Result<CoordinationFigures> measure_coordination(const fs::path& folder) {
  CoordinationFigures figures;
  auto coalition = TRY(LoopbackCoalition::start(folder, 3));
  TRY_VOID(measure_latency(*coalition, figures));
  TRY_VOID(measure_rate(*coalition, figures));
  figures.own_linked_per_second = TRY(best_own(*coalition, 100'000));
  TRY_VOID(coalition->stop(1));
  TRY_VOID(coalition->stop(2));
  figures.own_cut_per_second = TRY(best_own(*coalition, 200'000));
  // As many as find a place of their own: in less reading, whatever else the machine does shows.
  for (std::uint64_t i = 0; i < 50; ++i) TRY(measure_own(*coalition, 300'000 + i * 1'000));
  figures.catch_up_per_second = TRY(measure_catch_up(*coalition, 50'000));
  return figures;
}

}  // namespace tansiq::node
