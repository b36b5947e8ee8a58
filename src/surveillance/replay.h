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
// Where records are missing, connections go on with a kGap, as they would have live: no half of a unit is joined with
// another's.
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
  std::int64_t due_ms = 0;  ///< After the beginning. Never less than that of the step before.
};

class Replay {
 public:
  /// The files of one row, in the order of their times. Fails when they do not have the same sources.
  [[nodiscard]] static Result<Replay> open(std::vector<std::string> files, const ReplayOptions& options);

  [[nodiscard]] const std::vector<SourceConfig>& sources() const { return reader_->head().sources; }
  /// The next step; nothing at the end of the last file.
  [[nodiscard]] Result<std::optional<ReplayStep>> next();
  /// Of all files read so far.
  [[nodiscard]] RecordingFaults faults() const;

 private:
  explicit Replay(const ReplayOptions& options) : options_(options) {}
  Result<bool> next_file();
  [[nodiscard]] ReplayStep step_of(const Chunk& chunk);
  void follow(const Chunk& chunk);

  ReplayOptions options_;
  std::vector<std::string> files_;
  std::size_t next_file_ = 0;
  std::optional<RecordingReader> reader_;
  RecordingFaults faults_;  ///< Of files that are read to their end.
  std::vector<std::uint8_t> open_;
  std::deque<Chunk> gaps_;  ///< To be said before `held_`.
  std::optional<Recorded> held_;
  std::optional<UtcMs> begin_;
  std::int64_t due_ms_ = 0;
};

}  // namespace tansiq::surveillance
