// `tansiq replay`: the picture of a recording, as it was known then.
#include "surveillance/replay.h"

#include <fmt/format.h>

#include <chrono>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/picture_words.h"
#include "cli/stop_signal.h"
#include "cli/terminal.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "picture/alert_json.h"
#include "picture/options_json.h"
#include "picture/session.h"
#include "picture/track_json.h"

namespace tansiq::cli {
namespace {

struct ReplayArguments {
  std::vector<std::string> files;
  std::optional<std::string> at, until;
  std::string speed = "0";
  bool tracks = false;
  bool simulated = false;
};

/// Alerts as they come; what happened before the moment asked for only as it then stands.
class Teller final : public picture::PictureListener {
 public:
  explicit Teller(const Context& context) : context_(context) {}
  void track_changed(const picture::TrackChange&, const picture::Track&) override {}
  void alert_changed(const picture::AlertChange& change) override {
    if (!silent) say(picture::alert_line(change));
    ++changes;
  }
  void say(const std::string& line) const {
    if (context_.json) {
      put(line + "\n");
      return;
    }
    const auto document = JsonDocument::parse(line);
    const auto alert = document ? document->root().find("alert") : std::nullopt;
    if (alert) put(alert_text(context_, *alert, text_of(document->root(), "event")) + "\n");
  }
  bool silent = false;
  std::uint64_t changes = 0;

 private:
  const Context& context_;
};

void show_picture(const Context& context, const picture::Session& session, const std::vector<std::string>& names) {
  session.picture().tracker().each([&](const picture::Track& track) {
    std::string json;
    log::JcsWriter out(json);
    picture::write_track(out, session.picture(), track, names);
    if (context.json) {
      put(json + "\n");
    } else if (const auto document = JsonDocument::parse(json)) {
      put(track_text(context, document->root()) + "\n");
    }
  });
}

Result<int> replay(Context& context, const ReplayArguments& a) {
  surveillance::ReplayOptions options;
  const UtcMs now = SystemClock().now();
  if (a.at) options.from = TRY(read_time(*a.at, now));
  const std::optional<UtcMs> until = a.until ? std::optional(TRY(read_time(*a.until, now))) : std::nullopt;
  options.speed_milli = TRY(read_fixed(a.speed, 3));
  if (options.speed_milli < 0 || options.speed_milli > surveillance::kReplaySpeedMilliMax) {
    return fail(ErrorCode::kInvalid, "a speed is 0 (as fast as possible) to 1000", "--speed");
  }
  auto steps = TRY(surveillance::Replay::open(a.files, options));
  Teller teller(context);
  // As whoever recorded it went by, where the recording says so.
  const auto begin = [&]() -> Result<std::unique_ptr<picture::Session>> {
    picture::PictureOptions picture;
    if (!steps.picture().empty()) picture = TRY(picture::read_options_json(steps.picture()));
    if (a.simulated) picture.tracker.accept_simulated = true;
    return picture::Session::make(steps.sources(), picture, &teller);
  };
  auto session = TRY(begin());

  StopSignal stop;
  const auto begun = std::chrono::steady_clock::now();
  teller.silent = options.from.has_value();
  // The moment asked for has come: what stands is said first.
  const auto speak = [&] {
    if (!teller.silent) return;
    session->run_to(*options.from);
    teller.silent = false;
    for (const auto& [id, alert] : session->picture().alerts().alerts()) {
      teller.say(picture::alert_line({picture::AlertEvent::kUpdated, alert}));
    }
  };
  std::uint64_t chunks = 0;
  std::size_t passed_over = 0;
  while (auto step = TRY(steps.next())) {
    for (; passed_over < steps.passed_over().size(); ++passed_over) {
      put_error(fmt::format("{}: passed over, it has no whole head", steps.passed_over()[passed_over]));
    }
    if (!step->before) speak();
    if (until && step->chunk.received >= *until) break;
    if (step->new_run) {
      put_error(fmt::format("{}: another run begins, and tracks and alerts anew", format_utc(step->chunk.received)));
      session = TRY(begin());
    }
    const bool asked =
        options.speed_milli == 0 ? stop.asked() : stop.wait_until(begun + std::chrono::milliseconds(step->due_ms));
    if (asked) break;
    session->take(step->chunk);
    ++chunks;
  }
  // The recording may have ended before that moment.
  speak();
  if (until) session->run_to(*until);
  std::vector<std::string> names;
  for (const surveillance::SourceConfig& source : session->sources()) names.push_back(source.name);
  if (a.tracks) show_picture(context, *session, names);
  if (!context.json) {
    const std::string faults = steps.faults().text();
    put_error(fmt::format(
        "{} taken until {}: {}, {}{}", count_text(chunks, "chunk", "chunks"), format_utc(session->now()),
        count_text(session->picture().tracker().size(), "track", "tracks"),
        count_text(teller.changes, "change of alerts", "changes of alerts"), faults.empty() ? "" : "; " + faults));
  }
  return 0;
}

}  // namespace

void add_replay(Command& root) {
  auto a = std::make_shared<ReplayArguments>();
  root.sub("replay", "the picture of a recording, as it was known then")
      .about(
          "Takes what a node (serve --record) or tansiq record has kept, in the order and at the times at which it "
          "came, and "
          "prints the alerts: the same as then, byte for byte with --json: a recording says what settings its node "
          "went "
          "by. Where a node was started again, tracks and alerts begin anew. A node's recording holds what its record "
          "and its officers said as well.")
      .about(
          "With --at, what came before is taken at once, and the alerts that stand at that moment are printed first.")
      .argument(a->files, "FILE", "recordings, the oldest first; those of one node belong together")
      .completes(Completes::kFile)
      .option(a->at, "--at", "TIME", "begin at this UTC time")
      .option(a->until, "--until", "TIME", "end there")
      .option(a->speed, "--speed", "S", "1 as it was, 10 ten times as fast, 0 as fast as possible [0]")
      .flag(a->tracks, "--tracks", "print the tracks at the end")
      .flag(a->simulated, "--simulated", "take reports that their source marks as simulated")
      .example("tansiq replay recordings/*.tsr", "every alert there was")
      .example("tansiq replay day.tsr --at 2026-11-26T09:30:00Z --until 2026-11-26T09:31:00Z --tracks",
               "one minute, and who was where at its end")
      .run([a](Context& context) { return replay(context, *a); });
}

}  // namespace tansiq::cli
