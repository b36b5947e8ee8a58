// The one way from a source's bytes to reports, live and replayed.
//
//   const auto decoding = TRY(Decoding::make(config, SourceId{0}, sink));
//   decoding->take({.received = now, .kind = ChunkKind::kDatagram, .bytes = bytes});
//
// `Decoding` is deterministic: what it says follows from the chunks that it took, in their order, and from nothing
// else. A recording of the chunks (recording.h) therefore says again what was said, report for report.
//
// One source may be several connections at once (receivers that connect to a port of ours). Each has a decoder of its
// own, since half a frame of one says nothing about the other; times, repetitions and range are judged for the source
// as a whole. A decoder keeps what it knows of craft when its connection goes and another takes its place.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "surveillance/counters.h"
#include "surveillance/intake.h"
#include "surveillance/report.h"
#include "surveillance/source.h"

namespace tansiq::surveillance {

/// Connections of one source at once; also the bound of a listening input.
inline constexpr std::uint16_t kConnectionsPerSourceMax = 8;
/// One chunk: no datagram is longer, and streams are read in pieces of at most this.
inline constexpr std::size_t kChunkBytesMax = 65'536;

/// The numbers stand in recordings and do not change.
enum class ChunkKind : std::uint8_t {
  kDatagram = 1,
  kStream = 2,    ///< The next bytes of a connection.
  kUp = 3,        ///< A connection begins; for datagrams, the socket is there.
  kDown = 4,      ///< It has ended, or the file has.
  kGap = 5,       ///< Chunks of this connection were dropped here, because those who read did not keep up.
  kUnderWay = 6,  ///< At the head of a file of a recording: the connection was there before. Says something only to who
                  ///< reads that file alone.
  kNote = 7,      ///< What the picture was told besides: a piece of a line, of no source (`kNoteSource`).
};
/// In the place of a source.
inline constexpr std::uint32_t kNoteSource = 0xFFFF;

[[nodiscard]] std::string_view name_of(ChunkKind kind);

/// What came at once. The bytes belong to whoever made it.
struct Chunk {
  UtcMs received;
  std::uint32_t source = 0;  ///< Which of the sources, counted from 0.
  std::uint16_t connection = 0;
  ChunkKind kind = ChunkKind::kDatagram;
  ByteView bytes;  ///< Of kDatagram and kStream only.
};

/// One source from bytes to reports. Not for several threads; no clock, no I/O. Feeding costs what the format's decoder
/// costs, plus one look-up a report; memory is bounded (Beast, the largest: 5 MB a connection).
class Decoding {
 public:
  /// Fails as `check_source`. `sink` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Decoding>> make(const SourceConfig& config, SourceId source, Sink& sink);
  ~Decoding();
  Decoding(const Decoding&) = delete;
  Decoding& operator=(const Decoding&) = delete;

  /// `chunk.source` is not looked at. A chunk of a connection beyond the bound is counted under `no_room`.
  void take(const Chunk& chunk);

  /// Of what reached the intake: reports that passed, and those that were dropped for their time.
  [[nodiscard]] std::uint64_t passed() const { return intake_.counters().reports; }
  [[nodiscard]] const Intake::Misdated& misdated() const { return intake_.misdated(); }
  /// Everything seen, over all connections; `reports` and `statuses` are those that passed on.
  [[nodiscard]] DecodeCounters counters() const;

  /// One decoder behind a common face.
  class Reader;

 private:
  class Gate;
  Decoding(const SourceConfig& config, SourceId source, Sink& sink);

  SourceConfig config_;
  SourceId source_;
  Intake intake_;
  std::unique_ptr<Gate> gate_;  ///< Before the intake: what is too far away.
  std::array<std::unique_ptr<Reader>, kConnectionsPerSourceMax> readers_;
  std::uint64_t no_room_ = 0;
};

/// Which sources speak and which do not, by the times of what came: the same chunks and the same moments give the same
/// answer, live or replayed.
class SilenceWatch {
 public:
  /// A source that has never spoken is silent since `start`; but a peer need not tell anything, and is silent only
  /// after it has. A peer that ends without having been there (kDown after kDown) is one no more: nobody waits for it
  /// until it speaks again.
  SilenceWatch(std::span<const SourceConfig> configs, UtcMs start);
  /// A further source, behind those that are there; its time begins at `start`.
  void add(const SourceConfig& config, UtcMs start);

  /// Counts what carries bytes. Chunks of sources that are not known are passed over.
  void heard(const Chunk& chunk);
  /// Since when the source has been silent, if at `now` that is longer than it may be. A file that has come to its end
  /// is not silent.
  [[nodiscard]] std::optional<UtcMs> silent_since(std::uint32_t source, UtcMs now) const;
  /// The next moment at which a source becomes silent if nothing more comes; nothing when none can.
  [[nodiscard]] std::optional<UtcMs> next_silence(UtcMs now) const;

 private:
  struct Row {
    UtcMs last;
    DurationMs after_ms;
    bool ended;
    bool file;
    bool awaited;  ///< Its silence means something.
    bool peer;
    bool up = false;
  };
  std::vector<Row> rows_;
};

}  // namespace tansiq::surveillance
