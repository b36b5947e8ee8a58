#include "picture/playback.h"

#include <fmt/format.h>

#include <utility>

#include "picture/options_json.h"

namespace tansiq::picture {

using surveillance::Replay;
using surveillance::ReplayStep;

/// What the picture says, once there is somebody to hear it.
class Playback::Ear final : public PictureListener {
 public:
  Ear(PlaybackListener& listener, bool waits) : silent(waits), listener_(listener) {}
  void track_changed(const TrackChange&, const Track&) override {}
  void alert_changed(const AlertChange& change) override {
    if (!silent) listener_.alert_changed(change);
    ++changes;
  }
  bool silent;  ///< `from` has not come.
  std::uint64_t changes = 0;

 private:
  PlaybackListener& listener_;
};

Playback::Playback(Replay replay, const PlaybackOptions& options, PlaybackListener& listener)
    : replay_(std::move(replay)),
      options_(options),
      listener_(listener),
      ear_(std::make_unique<Ear>(listener, options.from.has_value())) {}

Playback::~Playback() = default;

std::uint64_t Playback::changes() const { return ear_->changes; }

Result<std::unique_ptr<Playback>> Playback::open(std::vector<std::string> files, const PlaybackOptions& options,
                                                 PlaybackListener& listener) {
  if (options.from && options.until && *options.until < *options.from) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} is before {}, where it begins", format_utc(*options.until), format_utc(*options.from)),
                "until");
  }
  Replay replay = TRY(Replay::open(std::move(files), {.from = options.from, .speed_milli = options.speed_milli}));
  std::unique_ptr<Playback> out(new Playback(std::move(replay), options, listener));
  TRY_VOID(out->begin());
  return out;
}

/// As whoever recorded it went by, where the recording says so.
Status Playback::begin() {
  PictureOptions picture;
  if (!replay_.picture().empty()) picture = TRY(read_options_json(replay_.picture()));
  if (options_.simulated) picture.tracker.accept_simulated = true;
  session_ = TRY(Session::make(replay_.sources(), std::move(picture), ear_.get()));
  incomplete_ = false;
  if (!options_.program.empty() && !replay_.program().empty() && options_.program != replay_.program()) {
    listener_.remark(fmt::format("recorded by version {}, replayed by {}: the alerts need not be the same",
                                 replay_.program(), options_.program));
  }
  return {};
}

/// The moment asked for has come: what stands is said first.
void Playback::speak(bool led_on) {
  if (!ear_->silent) return;
  // Before its first record a session knows nothing, not even how long nothing was heard.
  if (led_on && session_->now() != kUtcMin) session_->run_to(*options_.from);
  ear_->silent = false;
  for (const auto& [id, alert] : session_->picture().alerts().alerts()) {
    listener_.alert_changed({AlertEvent::kUpdated, alert});
  }
}

void Playback::name_passed_over() {
  for (; named_ < replay_.passed_over().size(); ++named_) {
    listener_.remark(fmt::format("{}: passed over, it has no whole head", replay_.passed_over()[named_]));
  }
}

/// False where it ends.
Result<bool> Playback::take(const ReplayStep& step) {
  const UtcMs received = step.chunk.received;
  if (options_.until && received >= *options_.until) {
    if (step.new_run) {
      listener_.remark(
          fmt::format("between {} and {} nothing was recorded", format_utc(session_->now()), format_utc(received)));
      return false;
    }
    speak(true);
    if (session_->now() != kUtcMin) session_->run_to(*options_.until);
    return false;
  }
  if (step.new_run) {
    const DurationMs back = session_->now() - received;
    const std::string why = back > 0 ? fmt::format("the clock was set back by {}: ", format_duration(back)) : "";
    listener_.remark(fmt::format("{}: {}another run begins, and tracks and alerts anew", format_utc(received), why));
    by_number_ += session_->note_counters().notes_by_number;
    TRY_VOID(begin());
  }
  if (step.incomplete && !std::exchange(incomplete_, true)) {
    session_->distrust_numbers();
    listener_.remark(fmt::format("{}: of this run something is missing before this", format_utc(received)));
  }
  if (!step.before) speak(true);
  if (!listener_.wait(step.due_ms)) return false;
  for (std::size_t i = session_->sources().size(); i < replay_.sources().size(); ++i) {
    TRY_VOID(session_->add_source(replay_.sources()[i], received));
    listener_.remark(fmt::format("{}: from here on there is {} too", format_utc(received), replay_.sources()[i].name));
  }
  session_->take(step.chunk);
  ++chunks_;
  return true;
}

Status Playback::run() {
  while (true) {
    const auto step = TRY(replay_.next());
    name_passed_over();
    if (!step) {
      if (ear_->silent) {
        listener_.remark(fmt::format("the recording ends at {}, before {}: what stood then follows",
                                     format_utc(session_->now()), format_utc(*options_.from)));
      }
      speak(false);
      break;
    }
    if (!TRY(take(*step))) break;
  }
  by_number_ += session_->note_counters().notes_by_number;
  if (by_number_ != 0) {
    listener_.remark(
        fmt::format("{} passed over: behind what is missing, alerts and tracks may bear other numbers than then",
                    by_number_ == 1 ? "1 acknowledgement or join-up"
                                    : fmt::format("{} acknowledgements and join-ups", by_number_)));
  }
  return {};
}

}  // namespace tansiq::picture
