// A picture and its sources, driven by what came and when: the same live and replayed.
//
//   auto session = TRY(Session::make(configs, options, listener));
//   session->take(chunk);        // of a source, or a note; its time never goes back
//   session->run_to(now);        // nothing came until now
//
// The picture is advanced at every whole second that passes, before whatever came in it, so that it does not matter how
// long nothing came or how chunks were grouped.
//
//   session->record_to([&](const Chunk& chunk) { recorder->take(chunk); });
//
// What the session says to record, taken by another session, gives the same picture again. That is: the chunks that
// were taken; the notes (note.h) that the picture took, as chunks of their own kind, a line each, in pieces where they
// are long; and that time has passed. For silence is an event too: in every whole second of which nothing is recorded
// yet when it has come, a note is recorded that is one line feed and says nothing (a beat). So a recording tells up to
// which moment nothing was heard, and where the clock was set or the machine slept, from which moment to which.
//
// A source may come later. Whoever records begins a new file then (surveillance::Recorder), and whoever replays adds it
// before the first chunk of that file:
//
//   TRY_VOID(recorder->add_source(config));
//   TRY_VOID(session->add_source(config, now));
//
// A session whose clock was set back stands still. Another one begins in its place with `begin_as`, a run of its own.
//
// Deterministic. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "picture/note.h"
#include "picture/picture.h"
#include "surveillance/decoding.h"
#include "surveillance/source.h"

namespace tansiq::picture {

/// After a longer leap of time the seconds in between are not gone through one by one.
inline constexpr DurationMs kGapMsMax = 3'600'000;

struct SessionCounters {
  std::uint64_t notes = 0;
  std::uint64_t notes_refused = 0;    ///< Malformed, too long, or what the picture did not take.
  std::uint64_t notes_by_number = 0;  ///< Passed over, see `distrust_numbers`.
};

class Session {
 public:
  /// Fails as Decoding::make.
  [[nodiscard]] static Result<std::unique_ptr<Session>> make(std::vector<surveillance::SourceConfig> sources,
                                                             PictureOptions options, PictureListener* listener);

  /// Chunks of unknown sources are passed over. A chunk that seems to have come before the last whole second that was
  /// gone through counts as having come then; `at` says when.
  void take(const surveillance::Chunk& chunk);
  [[nodiscard]] UtcMs at(UtcMs received) const { return received < now_ ? now_ : received; }
  /// Every whole second up to `now` passes.
  void run_to(UtcMs now);

  /// A further source, behind those that are there, from `now` on; that moment is recorded, as a beat if nothing else
  /// is. Fails as `make`; then nothing has changed.
  [[nodiscard]] Status add_source(surveillance::SourceConfig source, UtcMs now);
  /// Takes over, at `now`, which connections are under way and which files have ended: what `before` heard of them, as
  /// chunks. Both have the same sources, and this session has taken nothing of them yet.
  void begin_as(const Session& before, UtcMs now);

  /// Tells the picture, as `take` does with the chunks of `note_chunks`. Fails as `tell`.
  Status note(const Note& note, UtcMs now);

  /// From now on everything that a recording needs goes there, in its order, while it is taken.
  void record_to(std::function<void(const surveillance::Chunk&)> to) { record_ = std::move(to); }
  /// From now on notes that name alerts or tracks by number are passed over: this picture has not taken all that the
  /// one had taken which numbered them, and would acknowledge other alerts.
  void distrust_numbers() { numbers_trusted_ = false; }

  [[nodiscard]] Picture& picture() { return picture_; }
  [[nodiscard]] const Picture& picture() const { return picture_; }
  [[nodiscard]] const std::vector<surveillance::SourceConfig>& sources() const { return sources_; }
  [[nodiscard]] surveillance::DecodeCounters counters(std::size_t source) const {
    return decodings_[source]->counters();
  }
  [[nodiscard]] const SessionCounters& note_counters() const { return counters_; }
  /// The moment up to which everything has been taken.
  [[nodiscard]] UtcMs now() const { return now_; }

 private:
  Session(std::vector<surveillance::SourceConfig> sources, PictureOptions options, PictureListener* listener);
  void pass(UtcMs now);
  void take_note(ByteView bytes);
  void take_line();
  void advance(UtcMs second);
  void look_at_clock(std::uint32_t source, UtcMs second);
  void record(const surveillance::Chunk& chunk);
  void beat();
  void say_beat();
  void follow(const surveillance::Chunk& chunk);

  /// Of one source, what a session must know that begins later.
  struct Line {
    std::uint8_t under_way = 0;  ///< A bit for each connection.
    bool ended = false;          ///< A file, at its end.
    // Since when it is counted whether its times are believed, and what had come by then.
    UtcMs dated_since = kUtcMin;
    std::uint64_t passed = 0;
    std::uint64_t misdated = 0;
    bool clock_off = false;  ///< Most of it was dropped for its time.
  };

  std::vector<surveillance::SourceConfig> sources_;
  Picture picture_;
  std::vector<std::unique_ptr<surveillance::Decoding>> decodings_;
  std::vector<Line> lines_;
  std::optional<surveillance::SilenceWatch> silence_;  ///< From the first moment on.
  std::string note_;                                   ///< The beginning of a line.
  bool note_lost_ = false;                             ///< It was too long; until its end.
  bool numbers_trusted_ = true;
  SessionCounters counters_;
  UtcMs now_ = kUtcMin;
  std::function<void(const surveillance::Chunk&)> record_;
  std::optional<UtcMs> recorded_;  ///< The end of the last whole second of which something is recorded.
};

/// A note as it stands in a recording, between line feeds: the first ends whatever was left of a note before that is
/// not whole.
[[nodiscard]] std::string recorded_line(const Note& note);
/// A note as chunks for a recording. The bytes are those of `line`, which must outlive them and end with a line feed.
[[nodiscard]] std::vector<surveillance::Chunk> note_chunks(std::string_view line, UtcMs received);

}  // namespace tansiq::picture
