// `tansiq replay`: the picture of a recording, as it was known then.
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
#include "picture/playback.h"
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

/// Alerts as they come, at the pace that was asked for.
class Teller final : public picture::PlaybackListener {
 public:
  Teller(const Context& context, bool paced) : context_(context), paced_(paced) {}
  void alert_changed(const picture::AlertChange& change) override {
    const std::string line = picture::alert_line(change);
    if (context_.json) {
      put(line + "\n");
      return;
    }
    const auto document = JsonDocument::parse(line);
    const auto alert = document ? document->root().find("alert") : std::nullopt;
    if (alert) put(alert_text(context_, *alert, text_of(document->root(), "event")) + "\n");
  }
  void remark(const std::string& text) override { put_error(text); }
  bool wait(std::int64_t due_ms) override {
    return !(paced_ ? stop_.wait_until(begun_ + std::chrono::milliseconds(due_ms)) : stop_.asked());
  }

 private:
  const Context& context_;
  const bool paced_;
  StopSignal stop_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
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
  picture::PlaybackOptions options;
  const UtcMs now = SystemClock().now();
  if (a.at) options.from = TRY(read_time(*a.at, now));
  if (a.until) options.until = TRY(read_time(*a.until, now));
  if (options.from && options.until && *options.until < *options.from) {
    return fail(ErrorCode::kInvalid, "is before --at", "--until");
  }
  options.speed_milli = TRY(read_fixed(a.speed, 3));
  if (options.speed_milli < 0 || options.speed_milli > surveillance::kReplaySpeedMilliMax) {
    return fail(ErrorCode::kInvalid, "a speed is 0 (as fast as possible) to 1000", "--speed");
  }
  options.simulated = a.simulated;
  options.program = TANSIQ_VERSION;
  Teller teller(context, options.speed_milli != 0);
  const auto playback = TRY(picture::Playback::open(a.files, options, teller));
  TRY_VOID(playback->run());
  const picture::Session& session = playback->session();
  std::vector<std::string> names;
  for (const surveillance::SourceConfig& source : session.sources()) names.push_back(source.name);
  if (a.tracks) show_picture(context, session, names);
  if (!context.json) {
    const std::string faults = playback->faults().text();
    put_error(fmt::format("{} taken until {}: {}, {}{}", count_text(playback->chunks(), "chunk", "chunks"),
                          format_utc(session.now()), count_text(session.picture().tracker().size(), "track", "tracks"),
                          count_text(playback->changes(), "change of alerts", "changes of alerts"),
                          faults.empty() ? "" : "; " + faults));
  }
  return 0;
}

}  // namespace

void add_replay(Command& root) {
  auto a = std::make_shared<ReplayArguments>();
  root.sub("replay", "the picture of a recording, as it was known then")
      .about(
          "Takes what a node (serve --record) or tansiq record has kept, in the order and at the times at which it "
          "came, "
          "and prints the alerts: the same as then, byte for byte with --json, if the same version replays all of it "
          "from the beginning of the run and nothing is missing: a recording says what settings its node went by, what "
          "its record and its officers said, and how long nothing came. What tansiq record kept says the latter only "
          "where something came behind it. Where a node was started again, tracks and alerts begin anew.")
      .about(
          "Where a recording begins in the middle of a run, or records are missing, alerts and tracks may bear other "
          "numbers than they did. So acknowledgements and join-ups, which name them by number, are passed over from "
          "there on, and counted.")
      .about(
          "With --at, what came before is taken at once, and the alerts that stand at that moment are printed first. "
          "Nothing is made of what was not recorded: behind the end of a run, and between two of them, no source goes "
          "silent.")
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
