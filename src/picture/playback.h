// A recording as the picture that it makes, from one moment to another.
//
//   auto playback = TRY(Playback::open(files, {.from = noon, .until = noon + 60'000}, listener));
//   TRY_VOID(playback->run());
//   playback->session().picture();   // as it was at the end
//
// What came before `from` is taken at once; then the alerts that stand at that moment are said, and from there on each
// as it changes. Nothing is said that was not recorded: time is led on to `from` and `until` only where the same run
// was recorded at that moment or later, and no silence is made of a recording that is over or has not begun.
//
// A source that was added while it was recorded is added at that moment, and said.
//
// Another run begins with another picture, whether the program was started again or the clock set back. Where something
// is missing of a run, alerts and tracks may bear other numbers than they did, so acknowledgements and join-ups, which
// name them by number, are passed over from there on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "picture/session.h"
#include "surveillance/replay.h"

namespace tansiq::picture {

struct PlaybackOptions {
  std::optional<UtcMs> from = std::nullopt;   ///< Else from the first record on.
  std::optional<UtcMs> until = std::nullopt;  ///< Else to the last.
  std::int64_t speed_milli = 0;               ///< As ReplayOptions has it.
  bool simulated = false;                     ///< Reports are taken that their source marks as simulated.
  std::string program = {};                   ///< Our version; empty: that of the recording is not looked at.
};

class PlaybackListener {
 public:
  PlaybackListener() = default;
  PlaybackListener(const PlaybackListener&) = delete;
  PlaybackListener& operator=(const PlaybackListener&) = delete;
  virtual ~PlaybackListener() = default;
  /// First those that stand at `from`, as kUpdated; then each as it changes.
  virtual void alert_changed(const AlertChange& change) = 0;
  /// For people: what is to be known of the recording.
  virtual void remark(const std::string& text) = 0;
  /// Waits until so long after the beginning; false ends the playback.
  virtual bool wait(std::int64_t due_ms) = 0;
};

class Playback {
 public:
  /// Fails as Replay::open and Session::make, and with `kInvalid` when `until` is before `from`.
  [[nodiscard]] static Result<std::unique_ptr<Playback>> open(std::vector<std::string> files,
                                                              const PlaybackOptions& options,
                                                              PlaybackListener& listener);
  ~Playback();
  Playback(const Playback&) = delete;
  Playback& operator=(const Playback&) = delete;

  /// To the end, or until the listener ends it.
  [[nodiscard]] Status run();

  /// Of the run under way.
  [[nodiscard]] const Session& session() const { return *session_; }
  [[nodiscard]] surveillance::RecordingFaults faults() const { return replay_.faults(); }
  [[nodiscard]] std::uint64_t chunks() const { return chunks_; }
  /// Of alerts, those before `from` too.
  [[nodiscard]] std::uint64_t changes() const;

 private:
  class Ear;
  Playback(surveillance::Replay replay, const PlaybackOptions& options, PlaybackListener& listener);
  [[nodiscard]] Status begin();
  void speak(bool led_on);
  void name_passed_over();
  [[nodiscard]] Result<bool> take(const surveillance::ReplayStep& step);

  surveillance::Replay replay_;
  PlaybackOptions options_;
  PlaybackListener& listener_;
  std::unique_ptr<Ear> ear_;
  std::unique_ptr<Session> session_;
  bool incomplete_ = false;  ///< Of the run under way, and said.
  std::size_t named_ = 0;    ///< Of the files that were passed over.
  std::uint64_t chunks_ = 0;
  std::uint64_t by_number_ = 0;  ///< Notes passed over, of the runs before.
};

}  // namespace tansiq::picture
