// What was received, kept as it came: the bytes of every source with the times of their reception, in the order in
// which they were taken. A replay through `Decoding` says again what was said, as it was known then.
//
//   auto writer = TRY(RecordingWriter::create("watch.tsr", {.made = now, .sources = configs}));
//   TRY_VOID(writer.append(chunk));
//   TRY_VOID(writer.sync());
//
//   auto reader = TRY(RecordingReader::open_file("watch.tsr"));
//   while (const auto record = TRY(reader.next())) take(record->chunk);
//   reader.faults();  // what was damaged, missing or torn
//
// The file (docs/surveillance.md, "Recordings"; numbers big-endian):
//
//   tansiq-recording 1 <CRC-32C of the next line, eight hexadecimal digits>\n
//   {"file":…?,"made_ms":…,"picture":{…}?,"program":"…"?,"run":"…"?,"salt":"…","sources":[…]}\n
//                                                                          canonical JSON; sources as source.h does
//   mark 4, length 4, sequence 8, received 8, source 2, connection 2, kind 1, zero 3, body CRC 4, head CRC 4, bytes
//   …
//
// A file is written at its end only. Whatever tears or damages it, no record is misread: a head counts when its
// checksum fits and its number is higher than the last; behind damage the next such head is looked for. Checksums begin
// from the file's salt, which no source knows: bytes that somebody sent are never taken for a record, though they look
// like one. Numbers without gaps tell how many records are missing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "surveillance/decoding.h"
#include "surveillance/source.h"

namespace tansiq::surveillance {

/// The two lines at the beginning.
inline constexpr std::size_t kRecordingHeadBytesMax = 8U << 20;
/// Before the bytes of each record.
inline constexpr std::size_t kRecordHeadBytes = 40;

struct RecordingHead {
  UtcMs made;
  std::uint64_t salt = 0;
  std::vector<SourceConfig> sources;  ///< `Chunk::source` counts along these.
  std::uint64_t run = 0;              ///< The same in all files of one row; 0: not said.
  std::string picture = {};           ///< What whoever recorded went by, as a canonical JSON object; empty: not said.
  std::uint64_t file = 0;             ///< Which of its run, from 1; 0: not said.
  std::string program = {};           ///< The version of whoever recorded; empty: not said.
};

/// What a head says of the program is no longer.
inline constexpr std::size_t kProgramBytesMax = 64;

/// Appends the two lines. Fails with `kTooLarge`, or as `check_sources`.
[[nodiscard]] Status append_recording_head(std::string& out, const RecordingHead& head);
/// Whether a record can hold this chunk, with so many bytes, in a file of so many sources.
[[nodiscard]] bool fits_record(const Chunk& chunk, std::size_t length, std::size_t sources);
/// Appends a record. `sequence` counts from 1.
void append_record(std::string& out, std::uint64_t salt, std::uint64_t sequence, const Chunk& chunk);

/// What a reader met that it did not take.
struct RecordingFaults {
  std::uint64_t damaged_runs = 0;   ///< Places where something else stood than a record.
  std::uint64_t damaged_bytes = 0;  ///< Octets passed over there.
  std::uint64_t missing = 0;        ///< Records that the numbers say were there.
  std::uint64_t torn_bytes = 0;     ///< Of a last record that was not written to its end.
  friend bool operator==(const RecordingFaults&, const RecordingFaults&) = default;
  /// `2 damaged places (80 octets) passed over, 3 records missing`; empty without a fault.
  [[nodiscard]] std::string text() const;
};

struct Recorded {
  std::uint64_t sequence = 0;
  std::uint64_t missing_before = 0;  ///< Records that should stand between the last one and this.
  Chunk chunk;                       ///< Its bytes lie in the reader, until it reads on.
};

/// Reads from the beginning to the end, in bounded memory (about 256 KiB beside the head).
class RecordingReader {
 public:
  /// Fills at most the span; 0 is the end.
  using Read = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;

  /// Reads the head. Fails with `kMalformed` for what is no recording, `kUnsupported` for another version, `kCorrupt`
  /// for a head whose checksum does not fit or that ends before it is whole (an empty file too: the disk was full).
  [[nodiscard]] static Result<RecordingReader> open(Read read);
  /// `where` of errors is the path.
  [[nodiscard]] static Result<RecordingReader> open_file(const std::string& path);

  [[nodiscard]] const RecordingHead& head() const { return head_; }
  /// The next record; nothing at the end. Fails only as `Read` does.
  [[nodiscard]] Result<std::optional<Recorded>> next();
  [[nodiscard]] const RecordingFaults& faults() const { return faults_; }
  /// Behind the last whole record: where a writer goes on.
  [[nodiscard]] std::uint64_t whole_bytes() const { return whole_bytes_; }
  [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }

 private:
  explicit RecordingReader(Read read) : read_(std::move(read)) {}
  Status read_head();
  Result<bool> fill(std::size_t wanted);
  void pass_over(std::size_t bytes);
  void end_run(bool at_end);
  [[nodiscard]] ByteView rest() const { return ByteView(buffer_).subspan(at_); }
  [[nodiscard]] std::uint64_t offset() const { return buffer_offset_ + at_; }

  Read read_;
  RecordingHead head_;
  RecordingFaults faults_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0;               ///< What of the buffer is read.
  std::uint64_t buffer_offset_ = 0;  ///< Of the buffer's beginning in the file.
  bool ended_ = false;               ///< `read_` has nothing more.
  std::uint64_t last_sequence_ = 0;
  std::uint64_t whole_bytes_ = 0;
  std::optional<std::uint64_t> run_from_;  ///< Where what is no record begins.
  bool run_torn_ = false;                  ///< It began like a record, and the file ended within it.
};

/// Writes one file. What has been appended is in the operating system's hands after `flush`, on the disk after `sync`.
class RecordingWriter {
 public:
  /// A new file, for the owner alone. Without a salt a random one is taken. Fails with `kConflict` when it is there. A
  /// file whose head cannot be written is removed again.
  [[nodiscard]] static Result<RecordingWriter> create(const std::string& path, RecordingHead head);
  /// Goes on in a file that is there, with its head. What stands behind its last whole record is cut off; `cut_bytes`
  /// says how much. Reads the whole file.
  [[nodiscard]] static Result<RecordingWriter> resume(const std::string& path);

  RecordingWriter(RecordingWriter&& other) noexcept;
  RecordingWriter& operator=(RecordingWriter&&) = delete;
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;
  /// Flushes; a failure then has nobody to be told to.
  ~RecordingWriter();

  /// Fails with `kInvalid` for a chunk that no record holds (source, connection, size), `kIo` when the disk refuses.
  [[nodiscard]] Status append(const Chunk& chunk);
  /// So many records are not here that should be: the numbers go on behind them, and a reader counts them as missing.
  void skip(std::uint64_t records) { sequence_ += records; }
  [[nodiscard]] Status flush();
  [[nodiscard]] Status sync();

  [[nodiscard]] const RecordingHead& head() const { return head_; }
  /// Of the file, with what is not flushed yet.
  [[nodiscard]] std::uint64_t bytes() const { return written_ + pending_.size(); }
  [[nodiscard]] std::uint64_t records() const { return sequence_; }
  [[nodiscard]] std::uint64_t cut_bytes() const { return cut_bytes_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  RecordingWriter(std::string path, int file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  int file_;
  RecordingHead head_;
  std::string pending_;
  std::uint64_t written_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t cut_bytes_ = 0;
};

/// Of a note in a recording: it stood already, and is said again at the beginning of a file for whoever reads that file
/// alone (`Chunk::connection` of a kNote, else 0). A replay of the row passes over it, unless records are missing.
inline constexpr std::uint16_t kNoteStands = 1;
/// The same, in a file that began because the one before could not be written: a replay takes it.
inline constexpr std::uint16_t kNoteStandsBehindLoss = 2;

struct RecorderOptions {
  std::string folder;
  std::string prefix = "recording";         ///< Files are `<prefix>-20261126T063531.000Z.tsr`, by when they begin.
  std::uint64_t bytes_max = 256ULL << 20;   ///< A file that is longer is the last of its kind …
  DurationMs age_ms_max = 6LL * 3'600'000;  ///< … and one that holds more time.
  std::size_t files_max = 0;                ///< Older ones are removed; 0: none ever.
  std::string picture = {};                 ///< For the heads.
  std::string program = {};                 ///< For the heads.
  /// The notes that stand, each with its line feeds: said at the beginning of every file but the first. Behind a loss
  /// those too which say what is no more.
  std::function<std::vector<std::string>(bool behind_loss)> standing = {};
  /// Milliseconds that only go on; empty: the system's. For tests.
  std::function<std::int64_t()> steady_ms = {};
};

/// After a failure nothing is tried for so long: a full disk is not asked at every chunk. Of steady time, since the
/// other may be set back.
inline constexpr std::int64_t kRecordAgainMs = 1'000;
/// What stands is not said more often within a file: a disk that is too slow is not made slower, and a recording does
/// not push itself out by saying it.
inline constexpr std::int64_t kStandingAgainMs = 10'000;

/// Writes a row of files: a new one when the last is full or old. A file can be read alone: it begins by saying which
/// connections are under way, and which notes stand.
///
/// Only what is on the disk counts as recorded. When the disk refuses, everything since the last `sync` is counted as
/// failed, the file is given up, and a second later a new one is tried; the same when `sync` fails. Whatever failed is
/// missing from the numbers of what follows, in this file or the next, so that a replay knows; and what stands is said
/// again behind it.
///
/// The names of files are in the order in which they were begun, also when the clock is set back: a name is later than
/// all that are there, if only by a millisecond. So what is removed is what was recorded first.
///
/// A source that comes later begins a new file of the run, whose head has one source more than the one before: so every
/// file says by itself whose its records are, and no loss can leave records without their source.
class Recorder {
 public:
  [[nodiscard]] static Result<Recorder> make(RecorderOptions options, std::vector<SourceConfig> sources);

  /// Fails as RecordingWriter does; a chunk that could not be written is not tried again.
  [[nodiscard]] Status take(const Chunk& chunk);
  [[nodiscard]] Status sync();
  /// So many chunks were dropped before they came here: they are counted as failed, and as missing by readers.
  void dropped(std::uint64_t chunks);
  /// A further source, behind those that are there: what follows stands in a new file. Fails as `check_sources`; then
  /// nothing has changed. What the disk refuses meanwhile is counted as failed, as ever.
  [[nodiscard]] Status add_source(SourceConfig source);
  /// What follows is another run, as after a new start: a file of its own, with another number. Nothing is under way in
  /// it but what it says itself. What failed before is not missing from it.
  void begin_run();
  /// Something is lost, and what stands has not been said since.
  [[nodiscard]] bool lost() const { return lost_; }

  /// Of the file under way; empty before the first chunk.
  [[nodiscard]] std::string path() const { return writer_ ? writer_->path() : std::string(); }
  [[nodiscard]] std::uint64_t files() const { return files_; }
  /// In all files, up to the last `sync`.
  [[nodiscard]] std::uint64_t chunks() const { return chunks_; }
  [[nodiscard]] std::uint64_t failed() const { return failed_; }

 private:
  Recorder(RecorderOptions options, std::vector<SourceConfig> sources);
  Status begin_file(UtcMs now);
  Status begin_content(UtcMs now);
  Status say_standing(UtcMs now);
  void say_missing();
  Status ready(UtcMs now);
  void end_file();
  [[nodiscard]] std::int64_t steady_now() const;
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] UtcMs stamp_for(UtcMs now) const;
  void remove_old() const;
  void give_up(const Error& error);

  RecorderOptions options_;
  std::vector<SourceConfig> sources_;
  std::uint64_t run_ = 0;
  std::vector<std::uint8_t> open_;  ///< For each source a bit for each connection that is under way.
  std::optional<RecordingWriter> writer_;
  UtcMs begun_;
  std::uint64_t head_bytes_ = 0;  ///< Of the file under way: its head, with what was under way and what stood.
  bool kept_ = false;             ///< Something of this file is on the disk.
  std::optional<std::int64_t> failed_at_ms_;
  Error why_;                               ///< Of the last failure.
  bool lost_ = false;                       ///< Something, since what stands was said last.
  std::optional<std::int64_t> said_at_ms_;  ///< When what stands was said last.
  std::uint64_t missing_ = 0;               ///< Records that are lost, and no file on the disk says so.
  std::uint64_t skipped_ = 0;               ///< Of these, those that the file under way says.
  std::uint64_t files_ = 0;
  std::uint64_t files_of_run_ = 0;
  std::uint64_t unsynced_ = 0;
  std::uint64_t chunks_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace tansiq::surveillance
