// `tansiq demo`: the idea, shown to a stranger in under a minute. A real node in a temporary folder, real requests over
// HTTP by several parties, a real log; only clock and traffic are made up, which the data mode says.
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/logging.h"
#include "base/temporary_folder.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/demo_world.h"
#include "cli/levant.h"
#include "cli/levant_life.h"
#include "cli/log_location.h"
#include "cli/stop_signal.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "core/entry.h"
#include "log/export.h"
#include "log/note.h"
#include "log/verify.h"
#include "node/node.h"

namespace tansiq::cli {
namespace {

namespace fs = std::filesystem;

struct DemoArguments {
  bool single = false;
  bool keep = false;
  std::int64_t seed = 2015;
  bool once = false;
  bool fast = false;
};

/// Simulated time: each step of the story moves it on, so that a story reads the same at any pace; afterwards it runs.
class StoryClock final : public Clock {
 public:
  explicit StoryClock(UtcMs start) : at_ms_(start.ms) {}
  [[nodiscard]] UtcMs now() const override {
    const std::int64_t since = running_since_ms_;
    return {at_ms_ + (since == 0 ? 0 : SystemClock().now().ms - since)};
  }
  void advance(DurationMs duration) { at_ms_ += duration; }
  void run() { running_since_ms_ = SystemClock().now().ms; }

 private:
  std::atomic<std::int64_t> at_ms_;
  std::atomic<std::int64_t> running_since_ms_{0};
};

/// One step of the story a line, at a pace that can be read.
class Stage {
 public:
  Stage(const Context& context, StoryClock& clock, bool fast) : context_(context), clock_(clock), fast_(fast) {}

  void step(std::string_view who, std::string_view what) {
    constexpr DurationMs kStepMs = 120'000;
    pause(1'100);
    clock_.advance(kStepMs);
    put(fmt::format("{}  {} {}\n", context_.paint(Colour::kDim, clock_text(clock_.now()).substr(0, 5)),
                    context_.paint(Colour::kBold, fmt::format("{:<10}", who)), what));
  }
  void answer(std::string_view text) {
    pause(500);
    put(fmt::format("       {:<10} {}\n", "", text));
  }
  void lines(std::string_view text) { put(text); }
  void heading(std::string_view text) {
    pause(700);
    put("\n" + context_.paint(Colour::kBold, text) + "\n");
  }
  [[nodiscard]] const Context& context() const { return context_; }
  [[nodiscard]] UtcMs now() const { return clock_.now(); }

 private:
  void pause(std::int64_t ms) const {
    if (!fast_) std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  }
  const Context& context_;
  StoryClock& clock_;
  bool fast_;
};

/// Everything the story needs.
struct Scene {
  Stage& stage;
  node::Node& node;
  const core::Charter& charter;
  fs::path folder;
};

Result<NodeClient> client_of(const node::Node& node, const std::string& subject,
                             const std::vector<std::string>& scopes) {
  NodeOptions options;
  options.node = node.address();
  options.token = TRY(node.mint_token(subject, scopes, 86'400'000));
  return NodeClient::open(options);
}

std::string flight_text(const DemoFlight& flight) {
  return fmt::format("{} FL{}–FL{} {}–{}", flight.corridor, flight.level, flight.level + 10,
                     clock_text(flight.start).substr(0, 5), clock_text(flight.start + flight.length_ms).substr(0, 5));
}

Filing filing_of(const core::Charter& charter, const DemoFlight& flight) {
  return {.id = flight.id,
          .flight = flight.id,
          .domain = core::Domain::kAir,
          .volumes = {demo_volume(charter, flight)},
          .keys = {}};
}

Result<Answer> file(NodeClient& client, const Filing& filing, const std::string& command) {
  return client.send(net::Method::kPut, "/v1/intents/" + filing.id, filing_body(filing, command, std::nullopt));
}

bool refused(const Answer& answer) { return answer.root().find("reason").has_value(); }

std::string entry_of(const Answer& answer) { return fmt::format("entry {}", number_of(answer.root(), "index")); }

// "refused: STEEL1 of us:atc is in the way; free 22 min later, or 1,000 ft higher".
Result<std::string> refusal_text(const Context& context, const Answer& answer) {
  const JsonValue root = answer.root();
  const std::string reason = text_of(root, "reason");
  std::string text = context.paint(Colour::kRed, "refused") + ": " + (reason == "measure" ? "" : reason);
  const auto findings = root.find("findings");
  if (!findings) return text;
  if (const auto conflicts = findings->find("conflicts"); conflicts && conflicts->size() > 0) {
    text = context.paint(Colour::kRed, "refused") + ": " + TRY(conflict_text((*conflicts)[0], /*brief=*/true));
  }
  if (const auto foreign = findings->find("foreign"); foreign && foreign->size() > 0) {
    return context.paint(Colour::kRed, "refused") + fmt::format(": not ours to decide; {} decides in {}, ask its node",
                                                                text_of((*foreign)[0], "owner"),
                                                                text_of((*foreign)[0], "zone"));
  }
  if (const auto measures = findings->find("measures"); measures && measures->size() > 0) {
    text +=
        fmt::format("{} measure {}", reason == "measure" ? "closed by" : ", and", text_of((*measures)[0], "measure"));
  }
  return text;
}

// Files a flight; when refused with a counter-proposal, takes it. One or two lines.
Status file_and_tell(Scene& scene, const DemoFlight& flight, bool prefer_level) {
  const Context& context = scene.stage.context();
  NodeClient client = TRY(client_of(scene.node, flight.operator_name, {"intents.file", "intents.read"}));
  Filing filing = filing_of(scene.charter, flight);
  Answer answer = TRY(file(client, filing, "file-" + flight.id));
  const std::string asked = fmt::format("{:<10} {}", flight.id, flight_text(flight));
  if (!refused(answer)) {
    scene.stage.step(flight.operator_name,
                     fmt::format("{}  {}, {}", asked, context.paint(Colour::kGreen, "confirmed"), entry_of(answer)));
    return {};
  }
  scene.stage.step(flight.operator_name, fmt::format("{}  {}", asked, TRY(refusal_text(context, answer))));
  const auto findings = answer.root().find("findings");
  const Counter counter = findings ? read_counter(*findings) : Counter{};
  if (counter.empty()) return {};
  const bool by_level = counter.level_cm && (prefer_level || !counter.time_ms);
  filing.volumes =
      core::shifted(std::move(filing.volumes), by_level ? 0 : *counter.time_ms, by_level ? *counter.level_cm : 0);
  answer = TRY(file(client, filing, "take-" + flight.id));
  scene.stage.answer(fmt::format(
      "counter-proposal {}: taken, {}–{}, {}, {}", context.paint(Colour::kCyan, counter_words(counter, {})),
      clock_text(filing.volumes[0].window.start).substr(0, 5), clock_text(filing.volumes[0].window.end).substr(0, 5),
      band_text(filing.volumes[0].band),
      refused(answer) ? "refused again" : context.paint(Colour::kGreen, "confirmed") + ", " + entry_of(answer)));
  return {};
}

// --- the acts
// ---------------------------------------------------------------------------------------------------------

Status act_corridors(Scene& scene) {
  const UtcMs from = scene.stage.now();
  const auto flight = [&](std::string id, std::string who, std::string corridor, std::int64_t level,
                          std::int64_t minutes) {
    return DemoFlight{std::move(id), std::move(who), std::move(corridor), level, from + minutes * 60'000, 20 * 60'000};
  };
  scene.stage.heading("Intents: who asks, for what, and what the owner of the corridor says");
  TRY_VOID(file_and_tell(scene, flight("STEEL1", "us:atc", "K1", 200, 20), false));
  // French crews file through the centre of us: their own intents, under their own name.
  TRY_VOID(file_and_tell(scene, flight("MIRAGE1", "fr:coa", "K1", 200, 25), true));
  TRY_VOID(file_and_tell(scene, flight("COTAM7", "fr:coa", "K4", 200, 30), false));
  return {};
}

Status act_traffic(Scene& scene, std::uint64_t seed) {
  constexpr std::size_t kFlights = 5;
  for (const DemoFlight& flight : demo_traffic(scene.charter, seed, scene.stage.now(), kFlights)) {
    TRY_VOID(file_and_tell(scene, flight, false));
  }
  return {};
}

Status act_repeat(Scene& scene) {
  NodeClient client = TRY(client_of(scene.node, "us:atc", {"intents.file"}));
  const Answer shown =
      TRY(client.send(net::Method::kPost, "/v1/intents/STEEL1/activate", R"({"command_id":"go-STEEL1","version":1})"));
  scene.stage.step("us:atc",
                   fmt::format("STEEL1 is about to enter: {}, {}", text_of(shown.root(), "state"), entry_of(shown)));
  const Answer again =
      TRY(client.send(net::Method::kPost, "/v1/intents/STEEL1/activate", R"({"command_id":"go-STEEL1","version":1})"));
  scene.stage.answer(fmt::format("the line was bad, the command came twice: answered once, still {}", entry_of(again)));
  return {};
}

Status act_measure(Scene& scene) {
  NodeClient client = TRY(client_of(scene.node, "us", {"measures.manage", "intents.read"}));
  const UtcMs from = scene.stage.now();
  geo::Volume4d volume{
      .outline = geo::Circle{{363'000'000, 404'000'000}, 10LL * 1852 * 100},
      .band = {cm_from_flight_level(180), cm_from_flight_level(240), geo::VerticalReference::kFlightLevel},
      .window = {from, from + 3 * 3'600'000}};
  JsonOut body;
  body.open_object().member("command_id", "fire-1").member("effect", "refuse").member("zone", "K2");
  body.member("text", "wildfire aircraft at work").key("volumes").raw(volumes_json({volume})).close();
  const Answer answer = TRY(client.send(net::Method::kPut, "/v1/measures/FIRE1", body.text()));
  const auto findings = answer.root().find("findings");
  const auto affected = findings ? findings->find("affected") : std::nullopt;
  scene.stage.step("us", fmt::format("measure FIRE1 closes 10 NM of K2 for wildfire aircraft, {}", entry_of(answer)));
  if (affected && affected->size() > 0) {
    scene.stage.answer(
        fmt::format("stands already there, and is told: {}", TRY(conflict_text((*affected)[0], /*brief=*/true))));
  }
  return file_and_tell(scene, {"UNO90", "relief:un", "K2", 190, from + 40 * 60'000, 20 * 60'000}, true);
}

Status act_off_nominal(Scene& scene) {
  const Context& context = scene.stage.context();
  NodeClient client = TRY(client_of(scene.node, "us:atc", {"intents.file"}));
  const UtcMs now = scene.stage.now();
  const geo::Volume4d where{
      .outline = geo::Circle{{344'000'000, 412'000'000}, 15LL * 1852 * 100},
      .band = {cm_from_flight_level(180), cm_from_flight_level(240), geo::VerticalReference::kFlightLevel},
      .window = {now, now + 3'600'000}};
  JsonOut body;
  body.open_object().member("command_id", "off-STEEL1").member("state", "nonconforming").member("version", 2);
  body.key("volumes").raw(volumes_json({where})).close();
  const Answer answer = TRY(client.send(net::Method::kPost, "/v1/intents/STEEL1/off-nominal", body.text()));
  scene.stage.step("us:atc",
                   fmt::format("STEEL1 left its volume in weather: {}, {}",
                               context.paint(Colour::kYellow, text_of(answer.root(), "state")), entry_of(answer)));
  const auto findings = answer.root().find("findings");
  const auto affected = findings ? findings->find("affected") : std::nullopt;
  for (std::size_t i = 0; affected && i < affected->size() && i < 3; ++i) {
    scene.stage.answer("warned: " + TRY(conflict_text((*affected)[i], /*brief=*/true)));
  }
  return {};
}

// --- the record
// -------------------------------------------------------------------------------------------------------

// The first finding that names an entry; any finding otherwise.
std::string finding_text(const log::VerifyReport& report) {
  for (const log::Finding& f : report.findings.kept()) {
    if (!f.entry) continue;
    std::string text = fmt::format("{}, entry {}", f.file, *f.entry);
    if (f.bytes)
      text += f.bytes->end - f.bytes->begin == 1 ? fmt::format(", byte {}", f.bytes->begin)
                                                 : fmt::format(", bytes {}–{}", f.bytes->begin, f.bytes->end - 1);
    return text + ": " + printable(f.message);
  }
  return report.findings.kept().empty() ? "nothing" : printable(report.findings.kept().front().message);
}

Status flip_one_byte(const fs::path& file, std::uint64_t offset) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  char byte = 0;
  stream.seekg(static_cast<std::streamoff>(offset));
  if (!stream.get(byte)) return fail(ErrorCode::kIo, "cannot be read", file.string());
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(static_cast<char>(byte ^ 1));
  return stream ? Status() : Status(fail(ErrorCode::kIo, "cannot be written", file.string()));
}

Result<fs::path> first_bundle(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "tile" / "entries", error)) {
    if (entry.is_regular_file()) return entry.path();
  }
  return fail(ErrorCode::kNotFound, "the exported log has no bundle", folder.string());
}

// What strangers see is published a few times a second; the record itself is ahead by that.
Status wait_until_published(log::LogSource& source, std::uint64_t entries) {
  constexpr int kAttemptsMax = 250;
  for (int i = 0; i < kAttemptsMax; ++i) {
    const auto size = log_size(source);
    if (size && *size >= entries) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return fail(ErrorCode::kTimeout, fmt::format("entry {} was not published", entries), source.name());
}

Status act_record(Scene& scene, const std::string& auditor_token) {
  const Context& context = scene.stage.context();
  scene.stage.heading("The record: one signed Merkle log, checked from outside");
  NodeOptions options;
  options.token = auditor_token;
  const std::string url = scene.node.address() + "/log/" + scene.node.log_origin();
  const LogLocation location = TRY(find_log(url, options));
  log::VerifyOptions verify;
  verify.keys = TRY(read_keys(scene.node.log_vkey()));
  TRY_VOID(wait_until_published(*location.source, scene.node.state_mark().entries));
  const log::VerifyReport good = TRY(log::verify_log(*location.source, verify));
  scene.stage.step("auditor", "tansiq log verify " + url);
  scene.stage.answer(
      fmt::format("{}: {}, every hash recomputed, signed by {}",
                  good.good() ? context.paint(Colour::kGreen, "good") : context.paint(Colour::kRed, "BAD"),
                  count_text(good.entries, "entry", "entries"), good.checkpoint.origin));
  const fs::path copy = scene.folder / "copy";
  TRY(log::export_log(*location.source, copy));
  const fs::path bundle = TRY(first_bundle(copy));
  std::error_code ignored;
  TRY_VOID(flip_one_byte(bundle, fs::file_size(bundle, ignored) / 2));
  scene.stage.step("somebody", "exports a copy and changes one byte in it");
  log::DirectorySource forged(copy);
  const log::VerifyReport bad = TRY(log::verify_log(forged, verify));
  scene.stage.step("auditor", "tansiq log verify copy");
  scene.stage.answer(bad.good() ? context.paint(Colour::kRed, "NOT FOUND")
                                : context.paint(Colour::kGreen, "found") + ": " + finding_text(bad));
  if (good.good() && !bad.good()) return {};
  return fail(ErrorCode::kInternal, "verification did not tell the log from its forgery");
}

// --- setting up
// -------------------------------------------------------------------------------------------------------

// Both owners sign: a charter is what they agree to.
Result<core::Charter> write_world(const fs::path& folder, UtcMs now) {
  const log::SignerKey us = TRY(log::SignerKey::generate("us.example/log", log::KeyType::kEd25519));
  const log::SignerKey ru = TRY(log::SignerKey::generate("ru.example/log", log::KeyType::kEd25519));
  TRY_VOID(log::write_key_file(folder / "node.key", us));
  core::Charter charter = demo_charter(us.verifier().text(), ru.verifier().text(), now - 86'400'000);
  const log::SignerKey* keys[] = {&us, &ru};
  const std::string note = TRY(log::sign_note(core::charter_text(charter), keys));
  TRY_VOID(write_text(folder / "charter.note", note, 0644, false));
  return charter;
}

void stay(const Context& context, node::Node& node, const fs::path& folder, UtcMs later) {
  put(fmt::format("\n{} {}   (data folder {})\n", context.paint(Colour::kBold, "The node stays up at"),
                  context.paint(Colour::kCyan, node.address()), folder.string()));
  put("Try, in another terminal:\n");
  put(fmt::format("  export TANSIQ_NODE={} TANSIQ_DATA={}\n", node.address(), folder.string()));
  put("  tansiq zone list\n  tansiq intent list\n  tansiq intent show MIRAGE1\n");
  put(fmt::format(
      "  tansiq intent file --id YOU1 --corridor '34.4,41.2 35.1,39.6' --width 6nm --band FL200-FL210 --window {}/+15m "
      "--accept-counter\n",
      format_utc(later)));
  put(fmt::format("  tansiq log show {}\n  tansiq log verify {}\n", folder.string(), folder.string()));
  put(context.paint(Colour::kDim, "Ctrl-C ends it and removes the folder.") + "\n");
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  int signal = 0;
  sigwait(&set, &signal);
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void block_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Result<int> demo(Context& context, const DemoArguments& arguments) {
  set_log_level(LogLevel::kError);
  block_signals();
  const auto folder = TRY(TemporaryFolder::make("demo"));
  const UtcMs start = TRY(parse_utc("2015-11-19T12:00:00Z"));
  StoryClock clock(start);
  const core::Charter charter = TRY(write_world(folder.path(), clock.now()));
  node::NodeConfig config;
  config.data_dir = folder.path();
  config.develop = false;
  config.listen_port = 0;
  config.clock = &clock;
  auto node = TRY(node::Node::open(config));
  TRY_VOID(node->start());
  const std::string token = TRY(node->mint_token("us:operator", {"admin"}, 7LL * 86'400'000));
  TRY_VOID(write_text(folder.path() / kOperatorTokenFile, token + "\n", 0600, true));

  Stage stage(context, clock, arguments.fast);
  stage.lines(context.paint(Colour::kBold, "Tansiq") +
              ": forces that share a sky, but neither a command nor trust, keep out of each other's way,\n"
              "and can prove afterwards who said what, and when.    " +
              context.paint(Colour::kYellow, "SIMULATED, with a clock of its own") + "\n\n");
  stage.lines(demo_map(charter, context.terminal));
  stage.lines(
      fmt::format("\nThis is the node of us. us and ru have signed the charter; each decides in its own corridors.\n"
                  "us.example/log, {}\n",
                  node->address()));
  Scene scene{stage, *node, charter, folder.path()};
  TRY_VOID(act_corridors(scene));
  TRY_VOID(act_traffic(scene, static_cast<std::uint64_t>(arguments.seed)));
  stage.heading("Things change");
  TRY_VOID(act_repeat(scene));
  TRY_VOID(act_measure(scene));
  TRY_VOID(act_off_nominal(scene));
  TRY_VOID(act_record(scene, token));
  clock.run();
  if (!arguments.once) stay(context, *node, folder.path(), start + 3'600'000);
  node->stop();
  TRY_VOID(node->wait());
  return 0;
}

/// How often it is looked whether somebody wants something.
constexpr std::chrono::milliseconds kLookEvery(200);

/// A person at the terminal has pressed Enter.
bool enter_pressed() {
  if (::isatty(STDIN_FILENO) == 0) return false;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, 0) <= 0 || (input.revents & POLLIN) == 0) return false;
  std::array<char, 256> line{};
  return ::read(STDIN_FILENO, line.data(), line.size()) > 0;
}

/// The nodes stay up, and traffic goes on, until somebody has enough.
Status live_on(const Context& context, Levant& levant, StopSignal& stop) {
  LevantLife life(levant);
  TRY_VOID(life.begin());
  put(fmt::format("\n{} The clock runs on, flights are filed and flown, ships go round. Look on:\n{}",
                  context.paint(Colour::kBold, "The nodes stay up."), TRY(door_text(context, levant))));
  put(fmt::format("  everybody's console, each by a link that signs in once:\n{}", TRY(doors_text(levant))));
  put(fmt::format("  folders: {}\n", levant.folder().string()));
  put(context.paint(Colour::kDim, "Enter makes new links; Ctrl-C ends it and removes the folders.") + "\n");
  while (!stop.wait_until(std::chrono::steady_clock::now() + kLookEvery)) {
    life.turn();
    if (enter_pressed()) put(TRY(doors_text(levant)));
  }
  return {};
}

/// At a terminal the story waits for somebody to open the browser, but not for ever.
void wait_for_somebody(const Context& context, StopSignal& stop) {
  constexpr std::chrono::seconds kWaitMost(30);
  if (!context.terminal.interactive() || ::isatty(STDIN_FILENO) == 0) return;
  put(fmt::format("  It begins when you press Enter here, or in {} seconds by itself.\n", kWaitMost.count()));
  const auto end = std::chrono::steady_clock::now() + kWaitMost;
  while (!enter_pressed() && std::chrono::steady_clock::now() < end) {
    if (stop.wait_until(std::chrono::steady_clock::now() + kLookEvery)) return;
  }
}

Result<bool> tell_coalition(Context& context, const DemoArguments& arguments, const fs::path& folder,
                            StopSignal& stop) {
  const auto levant = TRY(Levant::start(folder, stop));
  TRY_VOID(open_levant(context, *levant));
  wait_for_somebody(context, stop);
  const bool as_told = TRY(tell_levant(context, *levant));
  if (arguments.keep) {
    TRY_VOID(live_on(context, *levant, stop));
  } else {
    context.say("`tansiq demo --keep` leaves the nodes up, with traffic, and prints links to their consoles.");
  }
  TRY_VOID(levant->stop());
  return as_told;
}

/// Four authorities, four processes. Whenever somebody has enough, they end in order and nothing stays of them.
Result<int> demo_coalition(Context& context, const DemoArguments& arguments) {
  constexpr int kBrokenOff = 130;
  StopSignal stop;
  const auto folder = TRY(TemporaryFolder::make("demo"));
  const auto told = tell_coalition(context, arguments, folder.path(), stop);
  if (told) return *told ? 0 : 1;
  if (!stop.asked()) return std::unexpected(told.error());
  context.say("\nBroken off: the nodes have ended, and their folders are gone.");
  return kBrokenOff;
}

}  // namespace

void add_demo(Command& root) {
  auto a = std::make_shared<DemoArguments>();
  root.sub("demo", "see what it does")
      .about(
          "Levant, autumn 2015: four authorities as four processes, each with its own folder, key, log and officers, "
          "on a clock that runs sixty times as fast (data mode SIMULATED). Relations freeze and open, officers ask "
          "whose a craft is and answer, flights cross from one owner's corridor into another's, a line is really cut "
          "and healed, a near miss becomes an incident with a statement of each side, and somebody without a node "
          "verifies what was said. After each step it says what was expected and whether that was seen; exit code 1 "
          "when anything differs. About two minutes. At the beginning it prints an address with a sign-in link: there "
          "the "
          "console shows the map, and each step as it is told.")
      .about(
          "With --single: one node only, in half a minute. Some intents are confirmed, one is refused with a "
          "counter-proposal that is then taken, a measure closes a part of a corridor, a flight leaves its volume, the "
          "log is verified, and one changed byte is found.")
      .flag(a->keep, "--keep", "leave the nodes up after the story, with traffic, until Ctrl-C")
      .flag(a->single, "--single", "the story of one node")
      .option(a->seed, "--seed", "N", "with --single: of the made-up traffic", 0, INT64_MAX)
      .flag(a->once, "--once", "with --single: end after the story instead of staying up")
      .flag(a->fast, "--fast", "with --single: without pauses")
      .example("tansiq demo", "four nodes, about two minutes")
      .example("tansiq demo --keep", "the same, and then to look round in a browser")
      .example("tansiq demo --single", "one node; it stays up until Ctrl-C")
      .exits(1, "something that was seen differs from what was expected")
      .exits(130, "it was broken off by Ctrl-C")
      .run([a](Context& context) { return a->single ? demo(context, *a) : demo_coalition(context, *a); });
}

}  // namespace tansiq::cli
