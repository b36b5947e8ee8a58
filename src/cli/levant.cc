#include "cli/levant.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <thread>

#include "base/units.h"
#include "cli/demo_world.h"
#include "cli/levant_traffic.h"
#include "cli/log_location.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "log/note.h"
#include "log/note_key.h"
#include "net/bearer.h"
#include "net/tls_identity.h"
#include "node/coalition_figures.h"

extern char** environ;

namespace tansiq::cli {
namespace fs = std::filesystem;
namespace {

/// 2015-11-19T08:00:00Z.
constexpr UtcMs kStory{1'447'920'000'000};
constexpr std::array<std::string_view, 4> kIds{"us", "ru", "fr", "ch"};
constexpr auto kPatience = std::chrono::seconds(30);

using Capability = core::Capability;
using RelationDomain = core::RelationDomain;

/// Conflicts in the air are looked for so far ahead. What a busy machine takes for a moment is minutes of the story,
/// and whoever is warned still has to read, to acknowledge and to speak before it comes to anything.
constexpr std::int64_t kLookaheadS = 300;

/// The status with which a program of ours ends; one that is to end at once, as `enough` says, is killed.
int wait_for(pid_t pid, const std::function<bool()>& enough) {
  int status = 0;
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    if (enough()) ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return status;
}

/// As `tansiq serve --source` has it.
std::string source_words(const SkyLine& line) {
  switch (line.ear) {
    case SkyEar::kRadar:
      return fmt::format("asterix@udp://127.0.0.1:{}", line.port);
    case SkyEar::kAdsb:
      return fmt::format("beast@tcp-listen://127.0.0.1:{}", line.port);
    case SkyEar::kAis:
      break;
  }
  return fmt::format("aivdm@udp://127.0.0.1:{}", line.port);
}

/// Starts this program with these words, its output going to `out` (and its errors, unless they have a file of their
/// own). Its process, or -1.
pid_t spawn(std::vector<std::string> words, const std::string& out, const std::string& errors = {}) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), kAppend, 0644);
  if (errors.empty()) {
    ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  } else {
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), kAppend, 0644);
  }
  // We hold back Ctrl-C and SIGTERM to end in order; others are free to be ended by them.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  const int spawned = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return spawned == 0 ? pid : -1;
}

}  // namespace

core::Charter levant_charter(UtcMs valid_from) {
  core::Charter charter = demo_charter("", "", valid_from);
  for (core::Authority& authority : charter.authorities) authority.keys.clear();
  charter.authorities.push_back({AuthorityId::trusted("fr"), "Joint operations centre, Paris", {}});
  charter.authorities.push_back({AuthorityId::trusted("ch"), "Air operations centre, Dübendorf: observer", {}});
  // Room for a carrier group that flies: the sea, and the air over it. Who declares a group files it with its own node,
  // so all of it has to be decided there.
  const geo::Polygon box{
      {{335'000'000, 318'000'000}, {335'000'000, 344'000'000}, {344'000'000, 344'000'000}, {344'000'000, 318'000'000}}};
  core::Zone air;
  air.id = ZoneId::trusted("A2");
  air.name = "Air over the sea box off Cyprus";
  air.owner = AuthorityId::trusted("fr");
  air.minima = {.horizontal_m = 5 * 1852, .vertical_cm = cm_from_flight_level(10), .time_ms = 120'000};
  air.outline = box;
  air.band = {0, cm_from_flight_level(170), geo::VerticalReference::kFlightLevel};
  charter.zones.push_back(std::move(air));
  core::Zone sea;
  sea.id = ZoneId::trusted("S2");
  sea.name = "Sea box off Cyprus";
  sea.owner = AuthorityId::trusted("fr");
  sea.domain = core::Domain::kSea;
  sea.minima = {.horizontal_m = 1852, .vertical_cm = 0, .time_ms = 600'000};
  sea.outline = box;
  charter.zones.push_back(std::move(sea));
  // us and ru keep each other's flights apart; us carries fr; fr and ru had agreed on much before 2014. ch is granted
  // nothing: what it needs is on the safety floor.
  const auto grant = [&](RelationDomain domain, Capability capability, std::string_view from, std::string_view to,
                         std::int64_t level) {
    charter.relations.push_back({{capability, domain, AuthorityId::trusted(from), AuthorityId::trusted(to)}, level});
  };
  for (const auto& [a, b] :
       {std::pair<std::string_view, std::string_view>{"us", "ru"}, {"ru", "us"}, {"us", "fr"}, {"fr", "us"}}) {
    grant(RelationDomain::kAir, Capability::kRequest, a, b, 1);
    // us shows fr whose traffic is in its zones, so that it can watch a caveat there.
    grant(RelationDomain::kAir, Capability::kDisclosure, a, b, a == "us" && b == "fr" ? 2 : 1);
    grant(RelationDomain::kTalks, Capability::kCentres, a, b, 1);
  }
  grant(RelationDomain::kAir, Capability::kGateway, "us", "fr", 1);
  for (const auto& [a, b] : {std::pair<std::string_view, std::string_view>{"fr", "ru"}, {"ru", "fr"}}) {
    for (const RelationDomain domain : {RelationDomain::kAir, RelationDomain::kSea}) {
      for (const Capability capability : {Capability::kRequest, Capability::kDisclosure, Capability::kTracks}) {
        grant(domain, capability, a, b, 1);
      }
    }
    for (const Capability echelon : {Capability::kCentres, Capability::kChiefs, Capability::kMinistries}) {
      grant(RelationDomain::kTalks, echelon, a, b, 1);
    }
    grant(RelationDomain::kInformation, Capability::kReports, a, b, 1);
  }
  charter.timing = {
      .clock_error_ms = 2'000, .delivery_ms = 30'000, .decision_ms = 10'000, .crew_ms = 60'000, .standby_ms = 60'000};
  return charter;
}

Result<std::unique_ptr<Levant>> Levant::start(const fs::path& folder, StopSignal& stop) {
  std::unique_ptr<Levant> levant(new Levant(folder, stop));
  TRY_VOID(levant->make_folders());
  levant->real_ = SystemClock().now();
  for (const std::string_view reader : kIds) {
    for (const std::string_view author : kIds) {
      if (reader == author) continue;
      levant->relays_[{std::string(reader), std::string(author)}] =
          TRY(DemoRelay::start(levant->nodes_.at(std::string(author)).peer_port));
    }
  }
  // Before the nodes: a receiver that says nothing is an alarm.
  TRY_VOID(levant->begin_sky());
  for (const std::string_view id : kIds) TRY_VOID(levant->run(std::string(id)));
  return levant;
}

Status Levant::begin_sky() {
  std::vector<SkyLine> lines;
  const auto hears = [&](const std::string& id, SkyEar ear) -> Status {
    lines.push_back({ear, TRY(node::free_loopback_port())});
    nodes_.at(id).hears.push_back(lines.back());
    return {};
  };
  for (const std::string id : {"us", "ru"}) {
    TRY_VOID(hears(id, SkyEar::kRadar));
    TRY_VOID(hears(id, SkyEar::kAdsb));
  }
  TRY_VOID(hears("fr", SkyEar::kAis));
  sky_ = TRY(LevantSky::start(lines, [this] { return now(); }));
  for (SkyCraft& craft : standing_traffic(kStory)) TRY_VOID(sky_->put(std::move(craft)));
  return {};
}

Levant::~Levant() { (void)stop(); }

UtcMs Levant::now() const { return kStory + (SystemClock().now() - real_) * kLevantScale; }

void Levant::pause(DurationMs ms) const {
  (void)stop_.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(ms));
}

void Levant::wait_until(UtcMs moment) const {
  while (now() < moment && !stop_.asked()) pause(10);
}

Status Levant::go_on() const {
  if (stop_.asked()) return fail(ErrorCode::kUnavailable, "the story was broken off");
  return {};
}

Status Levant::make_folders() {
  charter_ = levant_charter(kStory - 86'400'000);
  for (core::Authority& authority : charter_.authorities) {
    authority = TRY(prepare(authority.id.str(), authority.name));
  }
  const std::string note = TRY(sign(charter_, {"us", "ru", "fr"}));
  for (const std::string_view id : kIds) {
    TRY_VOID(write_text(folder_ / id / "charter.note", note, 0644, /*replace=*/false));
  }
  return {};
}

Result<core::Authority> Levant::prepare(const std::string& id, const std::string& name) {
  const fs::path home = folder_ / id;
  std::error_code error;
  fs::create_directories(home, error);
  if (error) return fail(ErrorCode::kIo, error.message(), home.string());
  fs::permissions(home, fs::perms::owner_all, error);
  log::SignerKey key = TRY(log::SignerKey::generate(fmt::format("{}.levant.test/main", id), log::KeyType::kEd25519));
  TRY_VOID(log::write_key_file(home / "node.key", key));
  const log::SignerKey cosigner =
      TRY(log::SignerKey::generate(fmt::format("{}.levant.test/cosigner", id), log::KeyType::kEd25519Cosignature));
  TRY_VOID(log::write_key_file(home / "cosigner.key", cosigner));
  const std::string certificate = (home / "peer.crt").string();
  TRY_VOID(net::make_identity({.name = id, .certificate_file = certificate, .key_file = (home / "peer.key").string()}));
  TRY_VOID(net::TokenKey::generate().save((home / "token.key").string()));
  Running running{.peer_port = TRY(node::free_loopback_port()), .url = {}, .pid = -1, .hears = {}};
  running.url = fmt::format("http://127.0.0.1:{}", TRY(node::free_loopback_port()));
  const std::vector<std::string> also =
      id == "us" ? std::vector{std::string(kWatchOfficer)} : std::vector<std::string>();
  offices_.emplace(id, TRY(LevantOffice::found(home, running.url, password_, also)));
  core::Authority out{AuthorityId::trusted(id),
                      name,
                      {key.verifier().text()},
                      core::Peer{.cosigner = cosigner.verifier().text(),
                                 .tls_keys = {log::Hash{TRY(net::certificate_key_sha256(certificate))}},
                                 .url = fmt::format("https://127.0.0.1:{}", running.peer_port)}};
  nodes_[id] = std::move(running);
  keys_.emplace(id, std::move(key));
  return out;
}

Result<std::string> Levant::sign(const core::Charter& charter, const std::vector<std::string>& ids) const {
  std::vector<const log::SignerKey*> signers;
  for (const std::string& id : ids) signers.push_back(&keys_.at(id));
  return log::sign_note(core::charter_text(charter), signers);
}

Status Levant::join(const std::string& id, const std::string& note, const std::vector<std::string>& former) {
  const fs::path home = folder_ / id;
  TRY_VOID(write_text(home / "charter.note", note, 0644, /*replace=*/false));
  std::vector<std::string> words;
  for (const std::string& file : former) {
    words.emplace_back("--former");
    words.push_back(file);
  }
  return run(id, words);
}

Status Levant::run(const std::string& id, const std::vector<std::string>& more) {
  TRY_VOID(go_on());
  Running& running = nodes_.at(id);
  std::vector<std::string> words{"tansiq",
                                 "serve",
                                 "--data",
                                 (folder_ / id).string(),
                                 "--no-develop",
                                 "--listen",
                                 running.url.substr(std::string_view("http://").size()),
                                 "--peer-listen",
                                 fmt::format("127.0.0.1:{}", running.peer_port),
                                 "--story",
                                 story().string(),
                                 "--simulate",
                                 fmt::format("{}@{}@{}", format_utc(kStory), kLevantScale, format_utc(real_))};
  words.insert(words.end(), more.begin(), more.end());
  for (const SkyLine& line : running.hears) {
    words.emplace_back("--source");
    words.push_back(source_words(line));
  }
  if (!running.hears.empty()) {
    words.emplace_back("--record");
    words.push_back((folder_ / id / "recordings").string());
    const fs::path config = folder_ / id / "node.toml";
    TRY_VOID(write_text(config, fmt::format("[live]\nair_lookahead_seconds = {}\n", kLookaheadS), 0644,
                        /*replace=*/true));
    words.emplace_back("--config");
    words.push_back(config.string());
  }
  for (const auto& [line, relay] : relays_) {
    if (line.first != id) continue;
    words.emplace_back("--peer-url");
    words.push_back(fmt::format("{}=https://127.0.0.1:{}", line.second, relay->port()));
  }
  const std::string log = (folder_ / id / "serve.log").string();
  running.pid = spawn(std::move(words), log);
  if (running.pid < 0) return fail(ErrorCode::kIo, fmt::format("the node of {} cannot be started", id));
  const auto begin = std::chrono::steady_clock::now();
  NodeOptions options;
  options.node = running.url;
  options.token = "none";  // Whoever asks whether it is ready need be nobody.
  NodeClient node = TRY(NodeClient::open(options));
  while (true) {
    if (const auto answer = node.text("/readyz")) {
      running_.push_back(id);
      return {};
    }
    if (::waitpid(running.pid, nullptr, WNOHANG) == running.pid) {
      running.pid = -1;
      return fail(ErrorCode::kUnavailable, fmt::format("the node of {} stopped at once; see {}", id, log));
    }
    if (std::chrono::steady_clock::now() - begin > kPatience) {
      return fail(ErrorCode::kTimeout, fmt::format("the node of {} did not get ready; see {}", id, log));
    }
    TRY_VOID(go_on());
    pause(20);
  }
}

Result<NodeClient> Levant::client_as(const std::string& id, const std::string& subject,
                                     const std::vector<std::string>& scopes) const {
  const net::TokenKey key = TRY(net::TokenKey::load((folder_of(id) / "token.key").string()));
  net::TokenClaims claims;
  claims.subject = subject;
  claims.scopes = {scopes.begin(), scopes.end()};
  claims.issued = SystemClock().now();
  claims.expires = claims.issued + 3'600'000;
  NodeOptions options;
  options.node = nodes_.at(id).url;
  options.token = TRY(net::mint_token(key, std::move(claims)));
  return NodeClient::open(options);
}

Result<Answer> Levant::act(const std::string& id, const std::string& officer, coordination::Act act,
                           const std::string& second) {
  TRY_VOID(go_on());
  coordination::ActCommand command;
  command.cmd = CommandId::trusted(fmt::format("story-{}", next_command_++));
  command.act = std::move(act);
  return offices_.at(id).act(officer, command, second);
}

Result<Answer> Levant::file_intent(const std::string& id, const std::string& subject, const std::string& intent,
                                   const geo::Volume4d& volume) {
  NodeClient node = TRY(client_as(id, subject, {"intents.file", "intents.read"}));
  const Filing filing{.id = intent, .flight = intent, .domain = core::Domain::kAir, .volumes = {volume}, .keys = {}};
  return node.send(net::Method::kPut, "/v1/intents/" + intent,
                   filing_body(filing, fmt::format("story-{}", next_command_++), std::nullopt));
}

Result<Answer> Levant::get(const std::string& id, const std::string& target) {
  TRY_VOID(go_on());
  NodeClient* const watch = TRY(offices_.at(id).at("watch"));
  return watch->get(target);
}

Result<Answer> Levant::read(const std::string& id, const std::string& name) {
  return get(id, "/v1/coordination/" + name);
}

Result<bool> Levant::await(const std::string& id, const std::string& name,
                           const std::function<bool(const JsonValue&)>& good) {
  return await_at(id, "/v1/coordination/" + name, good);
}

Result<bool> Levant::await_at(const std::string& id, const std::string& target,
                              const std::function<bool(const JsonValue&)>& good) {
  const auto begin = std::chrono::steady_clock::now();
  while (true) {
    const auto answer = get(id, target);
    if (!answer && answer.error().code != ErrorCode::kNotFound) return std::unexpected(answer.error());
    if (answer && good(answer->root())) return true;
    if (std::chrono::steady_clock::now() - begin > kPatience) return false;
    pause(20);
  }
}

Result<fs::path> Levant::copy_record(const std::string& id) {
  constexpr int kTriesMax = 20;
  for (int i = 1; i <= kTriesMax; ++i) {
    const fs::path target = folder_ / "copies" / fmt::format("{}-{}", id, i);
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (error) return fail(ErrorCode::kIo, error.message(), target.string());
    const Ran ran = TRY(
        run_program(fmt::format("backup-{}-{}", id, i), {"backup", target.string(), "--data", folder_of(id).string()}));
    if (ran.code != 0) {
      return fail(ErrorCode::kInternal,
                  fmt::format("the record of {} cannot be copied (exit code {}); see backup-{}-{}.log in {}", id,
                              ran.code, id, i, folder_.string()));
    }
    for (const auto& entry : fs::directory_iterator(folder_of(id), error)) {
      if (entry.path().extension() != ".note") continue;  // The versions of the charter.
      fs::copy_file(entry.path(), target / entry.path().filename(), error);
      if (error) return fail(ErrorCode::kIo, error.message(), entry.path().string());
    }
    std::vector<std::string> behind;
    TRY(other_logs(target.string(), behind));
    if (behind.empty()) return target;
    pause(250);
  }
  return fail(ErrorCode::kTimeout, fmt::format("what {} holds of others is always behind", id));
}

Result<std::vector<std::string>> Levant::replayed(const std::string& id) {
  const fs::path copies = folder_ / "copies" / (id + "-recordings");
  std::error_code error;
  fs::create_directories(copies, error);
  if (error) return fail(ErrorCode::kIo, error.message(), copies.string());
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder_of(id) / "recordings", error)) {
    if (entry.path().extension() != ".tsr") continue;
    files.push_back((copies / entry.path().filename()).string());
    fs::copy_file(entry.path(), files.back(), error);
    if (error) return fail(ErrorCode::kIo, error.message(), entry.path().string());
  }
  if (files.empty()) return fail(ErrorCode::kNotFound, "holds no recording", folder_of(id).string());
  std::ranges::sort(files);  // Names of recordings sort by when they begin.
  std::vector<std::string> words{"--json", "replay"};
  words.insert(words.end(), files.begin(), files.end());
  const Ran ran = TRY(run_program("replay-" + id, words));
  if (ran.code != 0) {
    return fail(ErrorCode::kInternal,
                fmt::format("the recording of {} cannot be replayed (exit code {})", id, ran.code));
  }
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < ran.out.size();) {
    const std::size_t end = std::min(ran.out.find('\n', from), ran.out.size());
    lines.push_back(ran.out.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

Result<Levant::Ran> Levant::run_program(const std::string& name, const std::vector<std::string>& words) const {
  constexpr std::size_t kOutBytesMax = std::size_t{64} << 20;
  TRY_VOID(go_on());
  const std::string out = (folder_ / (name + ".out")).string();
  const std::string errors = (folder_ / (name + ".log")).string();
  std::vector<std::string> all{"tansiq"};
  all.insert(all.end(), words.begin(), words.end());
  const pid_t pid = spawn(std::move(all), out, errors);
  const int status = pid > 0 ? wait_for(pid, [this] { return stop_.asked(); }) : 0;
  TRY_VOID(go_on());
  if (pid < 0 || !WIFEXITED(status)) {
    return fail(ErrorCode::kInternal, fmt::format("`tansiq {}` came to no end; see {}", fmt::join(words, " "), errors));
  }
  return Ran{WEXITSTATUS(status), TRY(read_text(out, kOutBytesMax))};
}

void Levant::cut(const std::string& a, const std::string& b, bool yes) {
  relays_.at({a, b})->cut(yes);
  relays_.at({b, a})->cut(yes);
}

Status Levant::stop() {
  for (auto& [id, running] : nodes_) {
    if (running.pid > 0) ::kill(running.pid, SIGTERM);
  }
  Status all;
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (auto& [id, running] : nodes_) {
    if (running.pid <= 0) continue;
    const int status = wait_for(running.pid, [&] { return std::chrono::steady_clock::now() > end; });
    running.pid = -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      all = fail(ErrorCode::kInternal, fmt::format("the node of {} did not stop in order; see its serve.log", id));
    }
  }
  return all;
}

}  // namespace tansiq::cli
