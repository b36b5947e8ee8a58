// Recordings as time: which chunk is due when, from a moment on, at a speed.
//
//   auto replay = TRY(Replay::open({"one.tsr", "two.tsr"}, {.from = noon, .speed_milli = 10'000}));
//   while (const auto step = TRY(replay.next())) {
//     wait_until(begun + step->due_ms);   // the caller's clock; at speed 0 nothing is waited for
//     decodings[step->chunk.source]->take(step->chunk);
//   }
//
// What was received before `from` is due at once, so that what was known at that moment is there when its time begins.
// No clock is read here: the same files and options give the same steps.
//
// Files of one row bear the number of their run. Where another run begins (the recorder was started again), a step says
// so: whoever decodes begins anew, as the recorder did. Files whose heads were not written to their end (the disk was
// full) are passed over, and named.
//
// A source that came while a run was recorded stands in the head of the file that began then, behind the others: from
// that file's first step on `sources` has it.
//
// Where records are missing, connections go on with a kGap, as they would have live: no half of a unit is joined with
// another's. From there on, and from the beginning where the first files of a run are not there, steps are marked as
// incomplete: whoever follows them knows less than whoever recorded.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "surveillance/recording.h"

namespace tansiq::surveillance {

inline constexpr std::int64_t kReplaySpeedMilliMax = 1'000'000;
inline constexpr std::size_t kReplayFilesMax = 10'000;

struct ReplayOptions {
  std::optional<UtcMs> from = std::nullopt;  ///< Else from the first record on.
  std::int64_t speed_milli = 1'000;          ///< 1,000 is as it was; 0: as fast as possible.
};

struct ReplayStep {
  Chunk chunk;              ///< Its bytes live until the next step.
  bool before = false;      ///< Received before `from`.
  bool new_run = false;     ///< The first of another run: `sources` are its.
  bool incomplete = false;  ///< Of this run something is missing before this.
  std::int64_t due_ms = 0;  ///< After the beginning. Never less than that of the step before.
};

class Replay {
 public:
  /// The files of one row, or of several one after the other, in the order of their times. Fails when those of one do
  /// not have the same sources, and with `kCorrupt` when none has a head.
  [[nodiscard]] static Result<Replay> open(std::vector<std::string> files, const ReplayOptions& options);

  /// Of the step that was given last, or of the first. Within a run they only become more.
  [[nodiscard]] const std::vector<SourceConfig>& sources() const { return reader_->head().sources; }
  /// What the run under way was recorded with (RecordingHead::picture); may be empty.
  [[nodiscard]] const std::string& picture() const { return reader_->head().picture; }
  /// The version of who recorded that run; may be empty.
  [[nodiscard]] const std::string& program() const { return reader_->head().program; }
  /// Files that had no whole head.
  [[nodiscard]] const std::vector<std::string>& passed_over() const { return passed_over_; }
  /// The next step; nothing at the end of the last file.
  [[nodiscard]] Result<std::optional<ReplayStep>> next();
  /// Of all files read so far.
  [[nodiscard]] RecordingFaults faults() const;

 private:
  explicit Replay(const ReplayOptions& options) : options_(options) {}
  Result<bool> next_file();
  [[nodiscard]] ReplayStep step_of(const Chunk& chunk);
  void follow(const Chunk& chunk);
  Status begin_file(RecordingReader reader);
  void join_file(const RecordingHead& head, bool another_run);
  Result<bool> next_record();
  [[nodiscard]] bool said_before(const Recorded& record) const;

  ReplayOptions options_;
  std::vector<std::string> files_;
  std::size_t next_file_ = 0;
  std::vector<std::string> passed_over_;
  std::optional<RecordingReader> reader_;
  bool new_run_ = false;              ///< With the next step.
  bool first_file_ = true;            ///< Of its run, or behind one that was not whole: notes that stand are news.
  bool unread_ = true;                ///< Nothing of this run was read yet.
  bool broken_ = false;               ///< Behind the last step something is missing, whatever the numbers say.
  bool incomplete_ = false;           ///< Something of this run is missing.
  RecordingFaults seen_;              ///< Those of the file under way, up to its last record.
  std::size_t passed_over_then_ = 0;  ///< So many files, when the one under way was begun.
  RecordingFaults faults_;            ///< Of files that are read to their end.
  std::vector<std::uint8_t> open_;
  std::deque<Chunk> gaps_;  ///< To be said before `held_`.
  std::optional<Recorded> held_;
  std::optional<UtcMs> begin_;
  std::int64_t due_ms_ = 0;
};

}  // namespace tansiq::surveillance
