// Kills a node at random moments under load, many times, and looks whether it kept its word.
//
//   kill_test TANSIQ ROUNDS [SEED]
//
// Each round starts `tansiq serve` on the same folder (every tenth is killed once while it starts), lets four clients
// file, activate and end intents over HTTP, sends SIGKILL at a random moment, and checks what the clients had been
// told:
//   - every acknowledged entry stands in the log at the index that was acknowledged, under the command that caused it;
//   - the log has only grown: the checkpoint kept from the round before is a prefix;
// every tenth round and at the end also:
//   - the whole log verifies;
//   - the state that a start rebuilds from snapshot and tail has the hash of a replay of every entry from the first.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json_in.h"
#include "base/logging.h"
#include "base/random.h"
#include "base/temporary_folder.h"
#include "base/time.h"
#include "core/machine.h"
#include "log/checkpoint.h"
#include "log/verify.h"
#include "log/verify_report.h"
#include "net/http_client.h"
#include "node/node.h"
#include "store/sqlite_log_source.h"

namespace tansiq {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kClients = 4;
constexpr std::uint64_t kSnapshotEvery = 300;  // so that kills meet snapshots being written

/// What a client was told: entry `index` exists, because of `command`.
struct Acknowledged {
  std::uint64_t index = 0;
  std::string command;
};

/// A `tansiq serve` as a child process.
class Child {
 public:
  static Result<Child> spawn(const std::string& program, const fs::path& config) {
    std::array<int, 2> out{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0) return fail(ErrorCode::kIo, "pipe");
    const std::string config_text = config.string();
    const pid_t pid = ::fork();
    if (pid < 0) return fail(ErrorCode::kIo, "fork");
    if (pid == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::execl(program.c_str(), program.c_str(), "serve", "--json", "--config", config_text.c_str(), nullptr);
      std::_Exit(127);
    }
    ::close(out[1]);
    return Child(pid, out[0]);
  }
  /// Waits until it has said where it listens.
  Status greet() {
    std::string line;
    char c = 0;
    while (::read(out_, &c, 1) == 1 && c != '\n') line += c;
    if (line.empty()) return fail(ErrorCode::kUnavailable, "the node did not start");
    const JsonDocument hello = TRY(JsonDocument::parse(line));
    const JsonValue url = TRY(hello.root().at("url"));
    url_ = TRY(url.string());
    return {};
  }
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), out_(std::exchange(other.out_, -1)), url_(std::move(other.url_)) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child() {
    kill();
    if (out_ >= 0) ::close(out_);
  }

  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  Child(pid_t pid, int out) : pid_(pid), out_(out) {}
  pid_t pid_;
  int out_;
  std::string url_;
};

/// One client: files, activates and ends its own intents until the node is gone.
class Client {
 public:
  Client(std::string url, std::string token, std::string prefix, std::uint64_t seed)
      : url_(std::move(url)), token_(std::move(token)), prefix_(std::move(prefix)), random_(seed) {}

  void run(const std::atomic<bool>& stop) {
    auto client =
        net::HttpClient::create({.base_url = url_, .bearer_token = token_, .trust = {}, .response_ms = 10'000});
    if (!client) return;
    for (int n = 0; !stop; ++n) {
      const std::string id = fmt::format("{}-{}", prefix_, n);
      if (!send(**client, net::Method::kPut, "/v1/intents/" + id, id + "-file", volumes())) return;
      if (!send(**client, net::Method::kPost, "/v1/intents/" + id + "/activate", id + "-go", R"("version":1)")) return;
      // Some stay live, so that there is a state to lose.
      if (random_.one_in(20)) continue;
      if (!send(**client, net::Method::kPost, "/v1/intents/" + id + "/end", id + "-end", R"("version":2)")) return;
    }
  }
  [[nodiscard]] const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }

 private:
  // Anywhere outside the corridors: disputed, so that nothing is refused.
  std::string volumes() {
    const std::int64_t now = SystemClock().now().ms;
    return fmt::format(
        R"("volumes":[{{"band":{{"lower_cm":300000,"ref":"fl","upper_cm":330000}},"outline":)"
        R"({{"circle":{{"centre":[{},{}],"radius_cm":50000}}}},"window":{{"end_ms":{},"start_ms":{}}}}}])",
        random_.between(-600'000'000, 100'000'000), random_.between(-1'700'000'000, 1'700'000'000), now + 7'200'000,
        now + 3'600'000);
  }
  bool send(net::HttpClient& client, net::Method method, const std::string& target, const std::string& command,
            const std::string& members) {
    const std::string body = fmt::format(R"({{"command_id":"{}",{}}})", command, members);
    const auto answer = client.send(method, target, {{"Content-Type", "application/json"}}, body);
    if (!answer) return false;  // killed: whether it stands is not known, and both are right
    if (answer->status != 200 && answer->status != 201) {
      fmt::print(stderr, "{} {}: {}\n", target, answer->status, answer->body);
      return false;
    }
    const auto json = JsonDocument::parse(answer->body);
    if (!json) return false;
    const auto index = json->root().find("index");
    if (index) acknowledged_.push_back({static_cast<std::uint64_t>(index->integer().value_or(-1)), command});
    return true;
  }

  std::string url_, token_, prefix_;
  SeededRandom random_;
  std::vector<Acknowledged> acknowledged_;
};

class KillTest {
 public:
  KillTest(std::string program, fs::path folder, std::uint64_t seed)
      : program_(std::move(program)), folder_(std::move(folder)), random_(seed) {}

  Status run(int rounds) {
    for (int i = 1; i <= rounds; ++i) {
      // By turns taken in line, and made beside the deciding.
      std::ofstream(folder_ / "node.toml")
          << "data = \"data\"\ndevelop = true\nlisten = \"127.0.0.1:0\"\nlog_level = \"error\"\n"
          << "snapshot_every_entries = " << kSnapshotEvery << "\n"
          << "snapshot_background_above_mib = " << (i % 2 == 0 ? 0 : 1'000) << "\n";
      TRY_VOID(round(i));
      if (i % 10 == 0 || i == rounds) {
        TRY_VOID(whole());
        fmt::print("{} rounds: {} entries, {} acknowledged, {} live at the kill\n", i, size_, acknowledged_,
                   replayed_->live_intents());
        std::fflush(stdout);
      }
    }
    if (acknowledged_ == 0) return fail(ErrorCode::kInternal, "nothing was acknowledged: the test has shown nothing");
    return {};
  }

 private:
  void sleep_up_to(std::int64_t us) { std::this_thread::sleep_for(std::chrono::microseconds(random_.between(0, us))); }
  fs::path data() const { return folder_ / "data"; }

  Status round(int number) {
    // Now and then the moment comes while the node is starting.
    if (number % 10 == 5) {
      auto early = TRY(Child::spawn(program_, folder_ / "node.toml"));
      sleep_up_to(40'000);
    }
    auto child = TRY(Child::spawn(program_, folder_ / "node.toml"));
    if (const Status greeted = child.greet(); !greeted) {
      return std::unexpected(inside(greeted.error(), fmt::format("round {}", number)));
    }
    std::ifstream token_file(data() / "operator.token");
    std::string token;
    token_file >> token;
    std::vector<Client> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
      clients.emplace_back(child.url(), token, fmt::format("r{}c{}", number, i), random_.next());
    }
    std::atomic<bool> stop{false};
    {
      std::vector<std::jthread> threads;
      for (Client& client : clients) threads.emplace_back([&client, &stop] { client.run(stop); });
      // The moment is the point of the test: from the first connection to well into the load.
      sleep_up_to(120'000);
      child.kill();
      stop = true;
    }
    std::vector<Acknowledged> told;
    for (const Client& client : clients)
      told.insert(told.end(), client.acknowledged().begin(), client.acknowledged().end());
    return judge(number, told);
  }

  /// Reads what was written since the round before, and compares it with what was acknowledged.
  Status judge(int number, const std::vector<Acknowledged>& told) {
    auto source = TRY(store::SqliteLogSource::open(data().string()));
    const std::string raw = TRY(source->checkpoint());
    const log::Note note = TRY(log::parse_note(raw));
    const log::Checkpoint head = TRY(log::Checkpoint::parse(note.text));
    if (head.size < size_)
      return fail(ErrorCode::kCorrupt, fmt::format("the log shrank from {} to {}", size_, head.size));
    if (size_ > 0) {
      const auto reader = log::subtree_reader_of(log::tile_hash_reader(*source, head.size));
      const log::Hash prefix = TRY(log::prefix_root(size_, reader));
      if (prefix != root_) return fail(ErrorCode::kCorrupt, fmt::format("the first {} entries changed", size_));
    }
    std::map<std::uint64_t, std::string> entries;
    TRY_VOID(read_entries(*source, size_, head.size, entries));
    for (const Acknowledged& a : told) {
      const auto found = entries.find(a.index);
      if (found == entries.end()) {
        return fail(ErrorCode::kCorrupt,
                    fmt::format("round {}: acknowledged entry {} ({}) is lost", number, a.index, a.command));
      }
      if (found->second.find("\"cmd\":\"" + a.command + "\"") == std::string::npos) {
        return fail(ErrorCode::kCorrupt,
                    fmt::format("round {}: entry {} is not of command {}", number, a.index, a.command));
      }
    }
    if (!replayed_) replayed_.emplace(TRY(first_state()));
    for (const auto& [index, line] : entries) {
      if (index >= size_) TRY_VOID(replayed_->apply(line));
    }
    acknowledged_ += told.size();
    size_ = head.size;
    root_ = head.root;
    return {};
  }

  static Status read_entries(log::LogSource& source, std::uint64_t from, std::uint64_t size,
                             std::map<std::uint64_t, std::string>& out) {
    const log::LevelTiles tiles = log::tiles_of_level(size, 0);
    for (std::uint64_t bundle = from / 256; bundle * 256 < size; ++bundle) {
      const unsigned width = tiles.width(bundle);
      const log::FetchedTile fetched = TRY(log::fetch(source, log::TileId::entries(bundle, width)));
      const auto entries = TRY(log::read_bundle(fetched.bytes, width));
      for (std::size_t i = 0; i < entries.size(); ++i) out[bundle * 256 + i] = as_text(entries[i].bytes);
    }
    return {};
  }

  Status whole() {
    {
      auto source = TRY(store::SqliteLogSource::open(data().string()));
      const log::VerifyReport report = TRY(log::verify_log(*source, {}));
      if (!report.good()) return fail(ErrorCode::kCorrupt, log::to_text(report));
    }
    // Opening is what a start does: snapshot and tail, and the state hash that belongs to it.
    node::NodeConfig config;
    config.data_dir = data();
    const auto node = TRY(node::Node::open(config));
    const auto mark = node->state_mark();
    if (mark.entries != size_)
      return fail(ErrorCode::kCorrupt, fmt::format("{} entries, {} after a start", size_, mark.entries));
    if (mark.state_hash != to_hex(replayed_->state_hash()))
      return fail(ErrorCode::kCorrupt, "the state differs from its replay");
    return {};
  }

  /// Before the first entry.
  Result<core::Machine> first_state() const {
    std::ifstream file(data() / "charter.note");
    const std::string note{std::istreambuf_iterator<char>(file), {}};
    core::SignedCharter charter = TRY(core::open_charter(note));
    core::MachineConfig config;
    config.self = charter.charter.authorities.front().id;
    config.charter = std::move(charter.charter);
    config.charter_text = std::move(charter.text);
    return core::Machine::make(std::move(config));
  }

  std::string program_;
  fs::path folder_;
  SeededRandom random_;
  std::uint64_t size_ = 0;
  log::Hash root_{};
  std::uint64_t acknowledged_ = 0;
  std::optional<core::Machine> replayed_;  ///< Every entry from the first on, in one go over all rounds.
};

int run(int count, char** words) {
  if (count < 3) {
    fmt::print(stderr, "usage: kill_test TANSIQ ROUNDS [SEED]\n");
    return 64;
  }
  std::signal(SIGPIPE, SIG_IGN);
  set_log_level(LogLevel::kError);
  const auto seed = count > 3 ? std::strtoull(words[3], nullptr, 10) : static_cast<unsigned long long>(::getpid());
  auto folder = TemporaryFolder::make("kill");
  if (!folder) {
    fmt::print(stderr, "{}\n", folder.error().text());
    return 74;
  }
  fmt::print("seed {}, folder {}\n", seed, folder->path().string());
  const Status done = KillTest(words[1], folder->path().string(), seed).run(std::atoi(words[2]));
  if (!done) {
    folder->keep();
    fmt::print(stderr, "FAILED (folder kept): {}\n", done.error().text());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace tansiq

int main(int count, char** words) { return tansiq::run(count, words); }
