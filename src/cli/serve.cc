// `tansiq serve`: run a node until somebody stops it.
#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/node_client.h"
#include "cli/serve_config.h"
#include "cli/service_notice.h"
#include "cli/source_options.h"
#include "node/node.h"

namespace tansiq::cli {
namespace {

constexpr DurationMs kOperatorTokenMs = 30LL * 86'400'000;

struct ServeArguments {
  std::optional<std::string> config, listen, certificate, key, clock_start, authority, charter, log_level;
  std::optional<std::string> peer_certificate, peer_key, cosigner_key, peer_listen, simulate, clock_error,
      recovery_wait;
  std::vector<std::string> peer_urls, former;
  std::string data;
  bool allow_plaintext_remote = false;
  bool no_develop = false;
  bool region = false;
  std::vector<std::string> sources;
  std::optional<std::string> record;
  bool public_log = false;
  std::optional<std::string> console_dir, story;
  bool accept_missing = false;
  bool kernel_clock = false;
  bool test_mode = false;
  bool print_config = false;
};

/// Turns SIGTERM and SIGINT into `node->stop()`, SIGHUP into `node->reload()`; but when the terminal at which the node
/// was started has gone, its SIGHUP stops the node too. The signals must be blocked before any other thread starts, so
/// that only this one takes them.
class SignalTaker {
 public:
  static void block() {
    const sigset_t set = signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
  }
  /// Whoever manages the service hears of the stop first. Both outlive this.
  SignalTaker(node::Node& node, const ServiceNotice& notice)
      : thread_([&](const std::stop_token& stop) { wait(stop, node, notice); }) {}

 private:
  static sigset_t signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
  }
  static void wait(const std::stop_token& stop, node::Node& node, const ServiceNotice& notice) {
    const sigset_t set = signals();
    const timespec poll{.tv_sec = 0, .tv_nsec = 100'000'000};
    const bool at_terminal = ::isatty(STDIN_FILENO) == 1;
    while (!stop.stop_requested()) {
      const int taken = sigtimedwait(&set, nullptr, &poll);
      const bool terminal_gone = at_terminal && ::isatty(STDIN_FILENO) == 0;
      if (taken == SIGHUP && !terminal_gone) {
        node.reload();
      } else if (taken > 0) {
        notice.stopping();
        node.stop();
      }
    }
  }
  std::jthread thread_;
};

/// While a long record is read nothing has been answered yet, and what is on the disk bears to be broken off: whoever
/// asks the node to stop is not made to wait. Signals are blocked; for as long as this lives they end the program.
class OpeningSignals {
 public:
  OpeningSignals() : thread_([](const std::stop_token& stop) { wait(stop); }) {}

 private:
  static void wait(const std::stop_token& stop) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    const timespec poll{.tv_sec = 0, .tv_nsec = 20'000'000};
    while (!stop.stop_requested()) {
      const int taken = sigtimedwait(&set, nullptr, &poll);
      if (taken <= 0) continue;
      std::signal(taken, SIG_DFL);
      pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
      ::raise(taken);
    }
  }
  std::jthread thread_;
};

/// `START@SCALE` or `START@SCALE@REAL`: REAL is the moment of the system's clock at which START was.
Result<node::NodeConfig::SimulatedTime> read_simulated(const std::string& text) {
  const auto wrong = [&] {
    return fail(ErrorCode::kUnsupported,
                fmt::format("\"{}\" is no START@SCALE, as 2015-11-19T08:00:00Z@20 (SCALE 1 to 1,000)", text),
                "--simulate");
  };
  const std::size_t at = text.find('@');
  if (at == std::string::npos) return wrong();
  const std::size_t second = text.find('@', at + 1);
  const std::string scale = text.substr(at + 1, second == std::string::npos ? second : second - at - 1);
  if (scale.empty() || scale.size() > 4 || scale.find_first_not_of("0123456789") != std::string::npos) return wrong();
  node::NodeConfig::SimulatedTime time{.start = {}, .real = SystemClock().now(), .scale = std::stoi(scale)};
  if (time.scale < 1 || time.scale > 1'000) return wrong();
  auto start = parse_utc(text.substr(0, at));
  if (!start) return std::unexpected(inside(start.error(), "--simulate"));
  time.start = *start;
  if (second != std::string::npos) {
    auto real = parse_utc(text.substr(second + 1));
    if (!real) return std::unexpected(inside(real.error(), "--simulate"));
    time.real = *real;
  }
  return time;
}

Result<DurationMs> duration_of(const std::string& text, const char* option) {
  auto read = parse_duration(text);
  if (!read) return std::unexpected(inside(read.error(), option));
  return *read;
}

/// FORMAT@URL, named by its format and its number.
Status add_sources(const ServeArguments& arguments, ServeConfig& config) {
  for (const std::string& word : arguments.sources) {
    const std::size_t at = word.find('@');
    if (at == std::string::npos) {
      return fail(ErrorCode::kInvalid, fmt::format("'{}' is not FORMAT@URL, as asterix@udp://127.0.0.1:8600", word),
                  "--source");
    }
    SourceOptions options;
    options.format = word.substr(0, at);
    options.name = fmt::format("{}-{}", options.format, config.sources.size() + 1);
    auto source = source_of(options, word.substr(at + 1));
    if (!source) return std::unexpected(inside(source.error(), "--source"));
    config.sources.push_back(std::move(*source));
  }
  if (arguments.record) config.live.record_dir = *arguments.record;
  if (config.sources.empty()) {
    if (!config.live.record_dir.empty() && !config.live.peers) {
      return fail(ErrorCode::kInvalid,
                  "there is nothing to record without an input: give --source, or [[source]] in the configuration",
                  arguments.record ? "--record" : "live.record_dir");
    }
    if (!config.live.release.empty()) {
      return fail(ErrorCode::kInvalid, "without a [[source]] nothing is heard that peers could be told of", "release");
    }
    if (config.live.declare != node::Declares::kNobody) {
      return fail(ErrorCode::kInvalid, "without a [[source]] nothing is heard by which an intent could be declared",
                  "live.declare");
    }
    if (!config.live.peers) return {};
  }
  TRY_VOID(surveillance::check_sources(config.sources));
  node::LiveConfig live = config.live;
  live.sources = config.sources;
  live.picture.separation.air.vertical_m = live.air_vertical_cm / 100;
  config.node.live = std::make_shared<const node::LiveConfig>(std::move(live));
  return {};
}

Result<ServeConfig> config_from(const ServeArguments& arguments) {
  ServeConfig config;
  config.node.data_dir = data_folder(arguments.data);
  if (arguments.config) {
    config.node.develop = false;  // who writes a configuration has a charter; `develop = true` says otherwise
    const std::string text = TRY(read_text(*arguments.config, 1U << 20));
    TRY_VOID(read_serve_config(text, *arguments.config, config));
    if (const Status good = surveillance::check_sources(config.sources); !good) {
      return std::unexpected(in_file(good.error(), *arguments.config));
    }
    if (const Status good = picture::check(config.live.picture.separation.agreed); !good) {
      return std::unexpected(in_file(inside(good.error(), "minima"), *arguments.config));
    }
    for (const picture::ReleaseRule& rule : config.live.release) {
      const Status good = picture::check(rule);
      if (!good) return std::unexpected(in_file(inside(good.error(), "release"), *arguments.config));
    }
  }
  if (!arguments.data.empty()) config.node.data_dir = arguments.data;
  if (arguments.listen) {
    if (const Status listen = read_listen(*arguments.listen, config.node); !listen) {
      return std::unexpected(inside(listen.error(), "--listen"));
    }
  }
  if (arguments.certificate) config.node.tls.certificate = *arguments.certificate;
  if (arguments.key) config.node.tls.key = *arguments.key;
  if (arguments.peer_certificate.has_value() != arguments.peer_key.has_value()) {
    return fail(ErrorCode::kUnsupported, "--peer-certificate and --peer-key belong together");
  }
  if (arguments.peer_certificate) config.node.peer_tls = {*arguments.peer_certificate, *arguments.peer_key};
  if (arguments.cosigner_key) config.node.cosigner_key_path = *arguments.cosigner_key;
  if (arguments.peer_listen) {
    if (const Status listen = read_peer_listen(*arguments.peer_listen, config.node); !listen) {
      return std::unexpected(inside(listen.error(), "--peer-listen"));
    }
  }
  for (const std::string& word : arguments.peer_urls) {
    if (const Status url = read_peer_url(word, config.node); !url) {
      return std::unexpected(inside(url.error(), "--peer-url"));
    }
  }
  if (arguments.clock_error) config.node.clock_error_ms = TRY(duration_of(*arguments.clock_error, "--clock-error"));
  if (arguments.recovery_wait) {
    config.node.recovery_wait_ms = TRY(duration_of(*arguments.recovery_wait, "--recovery-wait"));
  }
  config.node.kernel_clock = arguments.kernel_clock;
  if (arguments.test_mode) config.node.test_mode = true;
  if (arguments.simulate) config.node.simulated = TRY(read_simulated(*arguments.simulate));
  if (arguments.authority) config.node.authority = *arguments.authority;
  if (arguments.charter) config.node.charter_path = *arguments.charter;
  for (const std::string& path : arguments.former) config.node.former_charter_paths.emplace_back(path);
  if (arguments.allow_plaintext_remote) config.node.allow_plain_remote = true;
  if (arguments.no_develop) config.node.develop = false;
  config.node.develop_region = arguments.region;
  config.node.accept_missing_last_checkpoint = arguments.accept_missing;
  if (arguments.public_log) config.node.public_log = true;
  if (arguments.console_dir) config.node.console.folder = *arguments.console_dir;
  if (arguments.story) config.node.console.story = *arguments.story;
  if (arguments.log_level) config.log_level = TRY(read_log_level(*arguments.log_level));
  if (arguments.clock_start) {
    const auto start = parse_utc(*arguments.clock_start);
    if (!start) return std::unexpected(inside(start.error(), "--clock-start"));
    config.node.clock_offset_ms = *start - SystemClock().now();
  }
  TRY_VOID(add_sources(arguments, config));
  return config;
}

// The token of whoever started a development node, so that commands on this machine need none. A real node has no such
// file: there tokens are minted one by one.
Result<std::string> write_operator_token(node::Node& node, const std::filesystem::path& data) {
  const std::string authority = node.authority().str();
  const std::string token = TRY(node.mint_token(authority + ":operator", {"admin"}, kOperatorTokenMs));
  TRY_VOID(write_text(data / kOperatorTokenFile, token + "\n", 0600, /*replace=*/true));
  return token;
}

// What must be added to commands on this machine so that they find the node.
std::string reach(const node::Node& node, const std::filesystem::path& data) {
  std::string words;
  if (node.address() != kDefaultNode) words += " --node " + node.address();
  if (data != data_folder("")) words += " --data " + data.string();
  return words;
}

void announce(const Context& context, const node::Node& node, const ServeConfig& config, const std::string& token) {
  const auto& report = node.open_report();
  const std::string data = config.node.data_dir.string();
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("url", node.address())
            .member("data", data)
            .member("authority", node.authority().str())
            .member("origin", node.log_origin())
            .member("vkey", node.log_vkey())
            .member("develop", report.develop_charter)
            .member("entries", report.entries)
            .member("took_ms", report.took_ms)
            .close()
            .line());
    return;
  }
  std::string out = fmt::format("{} {}\n", context.paint(Colour::kBold, "Tansiq node of"),
                                context.paint(Colour::kBold, node.authority().str()));
  if (report.develop_charter) {
    out += context.paint(Colour::kYellow, "  development charter, data mode TEST: for trying out, never for flying") +
           "\n";
  }
  if (config.node.test_mode) {
    out += context.paint(Colour::kYellow,
                         "  TEST MODE: anybody can make tokens that it takes, and clear-text URLs are good enough") +
           "\n";
  }
  out += fmt::format("  listens at  {}\n", context.paint(Colour::kCyan, node.address()));
  out += fmt::format("  keeps       {}, {} in the log, opened in {}\n", data,
                     count_text(report.entries, "entry", "entries"), format_duration(report.took_ms));
  out += fmt::format("  signs with  {}\n", node.log_vkey());
  const std::string more = reach(node, config.node.data_dir);
  if (!token.empty()) {
    out += fmt::format("  token       {}/{}: commands on this machine find it; elsewhere\n", data, kOperatorTokenFile);
    out += fmt::format("              export TANSIQ_NODE={} TANSIQ_TOKEN=$(cat {}/{})\n", node.address(), data,
                       kOperatorTokenFile);
    out += "try, in another terminal:\n";
    out += fmt::format("  tansiq zone list{}\n", more);
    out += fmt::format(
        "  tansiq intent file --id FIRST --circle 34.95,33.5 --radius 2nm --band FL190-FL210 --window now+10m/+20m{}\n",
        more);
    out += fmt::format("  tansiq log verify {}\n", data);
  } else {
    out += fmt::format("  next        tansiq token mint --data {} --subject {} --scope intents.read,intents.file\n",
                       data, node.authority().str());
  }
  out += context.paint(Colour::kDim, "Ctrl-C stops it") + "\n";
  put(out);
}

Result<int> serve(Context& context, const ServeArguments& arguments) {
  const ServeConfig config = TRY(config_from(arguments));
  if (arguments.print_config) {
    put(serve_config_text(config));
    return 0;
  }
  // Log lines are for whatever collects them; a person at a terminal sees warnings only, and none while starting:
  // what they would say then is announced below.
  const bool person = context.terminal.progress();
  set_log_level(config.log_level.value_or(person ? LogLevel::kError : LogLevel::kInfo));
  SignalTaker::block();
  const ServiceNotice notice = ServiceNotice::from_environment();
  std::optional<OpeningSignals> opening(std::in_place);
  auto node = TRY(node::Node::open(config.node));
  opening.reset();
  TRY_VOID(node->start());
  const SignalTaker signals(*node, notice);
  std::string token;
  if (node->open_report().develop_charter) token = TRY(write_operator_token(*node, config.node.data_dir));
  announce(context, *node, config, token);
  notice.ready(fmt::format("{}, {} in the log, at {}", node->authority().str(),
                           count_text(node->open_report().entries, "entry", "entries"), node->address()));
  if (!config.log_level && person) set_log_level(LogLevel::kWarning);
  TRY_VOID(node->wait());
  context.say("stopped; everything acknowledged is on disk");
  return 0;
}

}  // namespace

void add_serve(Command& root) {
  auto a = std::make_shared<ServeArguments>();
  root.sub("serve", "run a node")
      .about(
          "Without configuration: a working node on this machine with a development charter (data mode TEST), in the "
          "data folder, which is TANSIQ_DATA, else ./tansiq-data; the token to use is left there in operator.token. "
          "For a real node see 'tansiq init --help'.")
      .about(
          "SIGTERM or Ctrl-C stops it in order: what was accepted is answered, a snapshot is written. A kill loses "
          "nothing that was acknowledged. Log lines (JSON) go to standard error.")
      .about(
          "SIGHUP reads the certificate and the keys of token issuers again; changed files are noticed by themselves "
          "within seconds. What cannot be read changes nothing, and /readyz says so.")
      .about(
          "Under systemd (Type=notify) it says when it serves, which is after the record has been read, and when it "
          "begins to stop. The Debian package has such a unit; docs/operations.md tells how it is run.")
      .option(a->data, "--data", "DIR", "the data folder; made when missing")
      .completes(Completes::kDirectory)
      .option(a->config, "--config", "FILE", "TOML; see docs/cli.md for its keys. Options given here win")
      .completes(Completes::kFile)
      .flag(a->print_config, "--print-config",
            "print the configuration that these words come to, as a file with every key explained, and end")
      .option(a->listen, "--listen", "ADDR:PORT", "where to listen; port 0 lets the system choose [127.0.0.1:7463]")
      .option(a->certificate, "--tls-cert", "FILE", "PEM certificate chain; with --tls-key")
      .completes(Completes::kFile)
      .option(a->key, "--tls-key", "FILE", "PEM private key")
      .completes(Completes::kFile)
      .option(a->peer_certificate, "--peer-certificate", "FILE",
              "PEM certificate shown to other nodes; else peer.crt in the data folder")
      .completes(Completes::kFile)
      .option(a->peer_key, "--peer-key", "FILE", "its PEM private key; else peer.key in the data folder")
      .completes(Completes::kFile)
      .option(a->cosigner_key, "--cosigner-key", "FILE",
              "key of the receipts on others' logs; else cosigner.key in the data folder")
      .completes(Completes::kFile)
      .option(a->peer_listen, "--peer-listen", "ADDR:PORT",
              "where other nodes reach this one; else the port of its URL in the charter, on loopback")
      .option(a->peer_urls, "--peer-url", "PEER=URL", "another way to a peer than the charter's URL")
      .option(a->sources, "--source", "FORMAT@URL",
              "an input of the live picture, as asterix@udp://127.0.0.1:8600; more of it can be said in "
              "the configuration, see docs/surveillance.md")
      .option(a->record, "--record", "DIR", "record what the inputs bring; see 'tansiq replay --help'")
      .completes(Completes::kDirectory)
      .option(a->simulate, "--simulate", "START@SCALE",
              "a clock SCALE times as fast from START on; data mode SIMULATED only")
      .flag(a->allow_plaintext_remote, "--allow-plaintext-remote",
            "listen beyond this machine without TLS: only behind something that encrypts")
      .flag(a->test_mode, "--test-mode",
            "take tokens under a published key, and http URLs, for laboratories; never with data mode REAL")
      .option(a->charter, "--charter", "FILE", "a signed charter, copied into the data folder at the first start")
      .completes(Completes::kFile)
      .option(a->former, "--former", "FILE",
              "an earlier version of that charter, for a member that joins later; the oldest first")
      .completes(Completes::kFile)
      .option(a->authority, "--authority", "ID", "whose node this is, where the key does not tell")
      .flag(a->region, "--region",
            "the development charter has one zone, the world, with the rule aware: for a service of ASTM F3548-21")
      .flag(a->no_develop, "--no-develop", "fail rather than write a development charter")
      .flag(a->public_log, "--public-log", "serve the own record and its events without a token")
      .option(a->console_dir, "--console-dir", "DIR",
              "serve the console from this folder, as web/dist, instead of the one in the program: for development")
      .completes(Completes::kDirectory)
      .option(a->story, "--story", "FILE",
              "show in the console what is told there of a demonstration, as by 'tansiq demo'; SIMULATED data only")
      .completes(Completes::kFile)
      .flag(a->accept_missing, "--accept-missing-last-checkpoint",
            "start although the file of the last published checkpoint is gone: only if nothing newer was published")
      .option(a->clock_start, "--clock-start", "TIME",
              "start the node's clock at this UTC time, to replay a recording (TEST or SIMULATED data only)")
      .option(a->clock_error, "--clock-error", "DURATION",
              "by how much the clock may be wrong, as 500ms; TEST or SIMULATED data only: for real the kernel says")
      .flag(a->kernel_clock, "--kernel-clock", "take the kernel's word about the clock in TEST and SIMULATED, too")
      .option(a->recovery_wait, "--recovery-wait", "DURATION",
              "how long a recovery waits when a part of the record is lost for good; TEST or SIMULATED data only")
      .option(a->log_level, "--log-level", "LEVEL", "log lines from this level on; else info, on a terminal warning")
      .choices({"debug", "info", "warning", "error", "off"})
      .example("tansiq serve", "a node to try things with")
      .example("tansiq serve --data /var/lib/tansiq --listen 0.0.0.0:7463 --tls-cert chain.pem --tls-key key.pem",
               "reachable from elsewhere")
      .example("tansiq serve --data /var/lib/tansiq --no-develop --listen 0.0.0.0:7463",
               "a member of a coalition: peer.crt, peer.key and cosigner.key are found in the folder")
      .exits(74, "the address is in use, or the data folder cannot be written")
      .exits(76, "the record fails its checks; nothing was changed")
      .run([a](Context& context) { return serve(context, *a); });
}

}  // namespace tansiq::cli
