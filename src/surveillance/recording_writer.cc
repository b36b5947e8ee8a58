#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/random.h"
#include "surveillance/recording.h"

namespace tansiq::surveillance {
namespace {

/// What is written at once.
constexpr std::size_t kPendingBytes = 256U << 10;
/// Others may record into the same folder; more than so many do not in as many milliseconds.
constexpr int kSameNameTries = 100;
constexpr std::string_view kSuffix = ".tsr";

/// Names sort as the times do: `20261126T063531.000Z`.
std::string stamp_text(UtcMs time) {
  std::string out = format_utc(time);
  if (out.find('.') == std::string::npos) out.insert(out.size() - 1, ".000");
  std::erase_if(out, [](char c) { return c == ':' || c == '-'; });
  return out;
}

/// Of what follows the prefix in a name; nothing for what is no time. Older names may have a number behind it.
std::optional<UtcMs> read_stamp(std::string_view name) {
  constexpr std::size_t kStampBytes = std::string_view("20261126T063531.000Z").size();
  std::string text(name.substr(0, kStampBytes));
  if (text.size() != kStampBytes) return std::nullopt;
  for (const std::size_t at : {13U, 11U}) text.insert(at, ":");
  for (const std::size_t at : {6U, 4U}) text.insert(at, "-");
  const auto time = parse_utc(text);
  return time ? std::optional(*time) : std::nullopt;
}

/// Never 0.
std::uint64_t random_number() {
  std::uint64_t out = 0;
  while (out == 0) {
    std::array<std::uint8_t, 8> octets{};
    fill_secure_random(octets);
    for (const std::uint8_t octet : octets) out = out << 8 | octet;
  }
  return out;
}

std::unexpected<Error> io_error(const std::string& path) {
  const int number = errno;
  return fail(number == EEXIST ? ErrorCode::kConflict : ErrorCode::kIo,
              number == EEXIST ? "is there already: a recording is never written over"
                               : std::strerror(number),  // NOLINT(concurrency-mt-unsafe)
              path);
}

}  // namespace

Result<RecordingWriter> RecordingWriter::create(const std::string& path, RecordingHead head) {
  if (head.salt == 0) head.salt = random_number();
  std::string text;
  TRY_VOID(append_recording_head(text, head));
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return io_error(path);
  RecordingWriter out(path, file);
  out.head_ = std::move(head);
  out.pending_ = std::move(text);
  if (Status begun = out.flush(); !begun) {
    // A file without a head is in everybody's way: it is as if it had never been.
    ::unlink(path.c_str());
    return std::unexpected(std::move(begun.error()));
  }
  return out;
}

Result<RecordingWriter> RecordingWriter::resume(const std::string& path) {
  auto reader = TRY(RecordingReader::open_file(path));
  while (TRY(reader.next())) {
  }
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return io_error(path);
  RecordingWriter out(path, file);
  struct stat status{};
  if (::fstat(file, &status) != 0) return io_error(path);
  out.head_ = reader.head();
  out.written_ = reader.whole_bytes();
  out.sequence_ = reader.last_sequence();
  out.cut_bytes_ = static_cast<std::uint64_t>(status.st_size) - out.written_;
  if (out.cut_bytes_ != 0 && ::ftruncate(file, static_cast<off_t>(out.written_)) != 0) return io_error(path);
  if (::lseek(file, static_cast<off_t>(out.written_), SEEK_SET) < 0) return io_error(path);
  return out;
}

RecordingWriter::RecordingWriter(RecordingWriter&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      head_(std::move(other.head_)),
      pending_(std::move(other.pending_)),
      written_(other.written_),
      sequence_(other.sequence_),
      cut_bytes_(other.cut_bytes_) {}

RecordingWriter::~RecordingWriter() {
  if (file_ < 0) return;
  (void)flush();
  ::close(file_);
}

Status RecordingWriter::append(const Chunk& chunk) {
  if (!fits_record(chunk, chunk.bytes.size(), head_.sources.size())) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a record holds at most {} octets of one of {} sources, not {} of number {}",
                            kChunkBytesMax, head_.sources.size(), chunk.bytes.size(), chunk.source),
                path_);
  }
  append_record(pending_, head_.salt, ++sequence_, chunk);
  return pending_.size() < kPendingBytes ? Status() : flush();
}

Status RecordingWriter::flush() {
  std::size_t done = 0;
  while (done < pending_.size()) {
    const ssize_t count = ::write(file_, pending_.data() + done, pending_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      // What is written of a record would be damage before the next one: what is not, is given up, and counted as
      // missing by its numbers.
      written_ += done;
      pending_.clear();
      return io_error(path_);
    }
    done += static_cast<std::size_t>(count);
  }
  written_ += done;
  pending_.clear();
  return {};
}

Status RecordingWriter::sync() {
  TRY_VOID(flush());
  if (::fdatasync(file_) != 0) return io_error(path_);
  return {};
}

// A row of files ------------------------------------------------------------------------------------------------------

Result<Recorder> Recorder::make(RecorderOptions options, std::vector<SourceConfig> sources) {
  TRY_VOID(check_sources(sources));
  const bool plain = !options.prefix.empty() && std::ranges::all_of(options.prefix, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!plain) return fail(ErrorCode::kInvalid, "a prefix is letters, digits, '_' or '-'", "prefix");
  if (options.bytes_max == 0 || options.age_ms_max <= 0) {
    return fail(ErrorCode::kInvalid, "a file holds at least one octet and one millisecond", "rotation");
  }
  std::error_code error;
  if (!std::filesystem::is_directory(options.folder, error)) {
    return fail(ErrorCode::kNotFound, "is no folder to record in", options.folder);
  }
  return Recorder(std::move(options), std::move(sources));
}

Recorder::Recorder(RecorderOptions options, std::vector<SourceConfig> sources)
    : options_(std::move(options)), sources_(std::move(sources)), run_(random_number()), open_(sources_.size()) {}

std::int64_t Recorder::steady_now() const {
  if (options_.steady_ms) return options_.steady_ms();
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

/// Of the files that are there, in the order in which they were begun.
std::vector<std::string> Recorder::names() const {
  std::vector<std::string> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(options_.folder, error), end; !error && at != end; at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.starts_with(options_.prefix + "-") && name.ends_with(kSuffix)) out.push_back(std::move(name));
  }
  std::ranges::sort(out);
  return out;
}

/// What the name of a file says that begins now: behind all that are there.
UtcMs Recorder::stamp_for(UtcMs now) const {
  UtcMs out = now;
  for (const std::string& name : names()) {
    const auto stamp = read_stamp(std::string_view(name).substr(options_.prefix.size() + 1));
    if (stamp && *stamp >= out) out = *stamp + 1;
  }
  return out;
}

Status Recorder::begin_file(UtcMs now) {
  UtcMs stamp = stamp_for(now);
  for (int i = 0; i < kSameNameTries; ++i, stamp = stamp + 1) {
    const std::string name = fmt::format("{}-{}{}", options_.prefix, stamp_text(std::min(stamp, kUtcMax)), kSuffix);
    auto made = RecordingWriter::create((std::filesystem::path(options_.folder) / name).string(),
                                        {.made = now,
                                         .salt = 0,
                                         .sources = sources_,
                                         .run = run_,
                                         .picture = options_.picture,
                                         .file = files_of_run_ + 1,
                                         .program = options_.program});
    // Somebody else records into this folder.
    if (!made && made.error().code == ErrorCode::kConflict) continue;
    if (!made) return std::unexpected(made.error());
    writer_.emplace(std::move(*made));
    begun_ = now;
    ++files_;
    ++files_of_run_;
    kept_ = false;
    skipped_ = 0;
    say_missing();
    TRY_VOID(begin_content(now));
    head_bytes_ = writer_->bytes();
    return {};
  }
  return fail(ErrorCode::kConflict, fmt::format("{} files of this time are there already", kSameNameTries),
              options_.folder);
}

/// What whoever reads this file alone must know.
Status Recorder::begin_content(UtcMs now) {
  for (std::uint32_t source = 0; source < open_.size(); ++source) {
    for (std::uint16_t connection = 0; connection < kConnectionsPerSourceMax; ++connection) {
      if ((open_[source] >> connection & 1U) == 0) continue;
      TRY_VOID(writer_->append({now, source, connection, ChunkKind::kUnderWay, {}}));
    }
  }
  return files_of_run_ == 1 && !lost_ ? Status() : say_standing(now);
}

Status Recorder::say_standing(UtcMs now) {
  const std::vector<std::string> standing = options_.standing ? options_.standing(lost_) : std::vector<std::string>();
  for (const std::string& line : standing) {
    for (std::size_t at = 0; at < line.size(); at += kChunkBytesMax) {
      const ByteView piece = as_bytes(std::string_view(line).substr(at, kChunkBytesMax));
      TRY_VOID(
          writer_->append({now, kNoteSource, lost_ ? kNoteStandsBehindLoss : kNoteStands, ChunkKind::kNote, piece}));
    }
  }
  lost_ = false;
  said_at_ms_ = steady_now();
  return {};
}

/// Before a record: that others should be here.
void Recorder::say_missing() {
  writer_->skip(missing_ - skipped_);
  skipped_ = missing_;
}

/// What cannot be removed is tried again with the next file.
void Recorder::remove_old() const {
  if (options_.files_max == 0) return;
  const std::string mine = std::filesystem::path(writer_->path()).filename().string();
  std::vector<std::string> others = names();
  std::erase(others, mine);
  std::error_code ignored;
  for (std::size_t i = 0; i + options_.files_max <= others.size(); ++i) {
    std::filesystem::remove(std::filesystem::path(options_.folder) / others[i], ignored);
  }
}

/// What was not synced may be in the file or not: it counts as failed and missing, and a replay that finds it there
/// takes it.
void Recorder::give_up(const Error& error) {
  failed_ += unsynced_;
  missing_ += std::exchange(unsynced_, 0);
  skipped_ = 0;
  lost_ = true;
  why_ = error;
  failed_at_ms_ = steady_now();
  if (!writer_) return;
  const std::string path = writer_->path();
  writer_.reset();
  if (kept_) return;
  // Files that hold nothing would push out those that do.
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  --files_;
  --files_of_run_;
}

/// The next chunk begins another. What the disk refuses is counted.
void Recorder::end_file() {
  if (writer_ && sync()) writer_.reset();
}

Status Recorder::add_source(SourceConfig source) {
  std::vector<SourceConfig> more = sources_;
  more.push_back(std::move(source));
  TRY_VOID(check_sources(more));
  end_file();
  sources_ = std::move(more);
  open_.push_back(0);
  return {};
}

void Recorder::begin_run() {
  end_file();
  run_ = random_number();
  files_of_run_ = 0;
  std::ranges::fill(open_, std::uint8_t{0});
  missing_ = skipped_ = 0;
  lost_ = false;
}

void Recorder::dropped(std::uint64_t chunks) {
  failed_ += chunks;
  missing_ += chunks;
  lost_ = true;
}

/// Has a file to write to, or fails.
Status Recorder::ready(UtcMs now) {
  // What a file begins with does not fill it: or each chunk would begin another.
  if (writer_ && (writer_->bytes() - head_bytes_ >= options_.bytes_max || now - begun_ >= options_.age_ms_max)) {
    TRY_VOID(sync());
    writer_.reset();
  }
  if (writer_) {
    say_missing();
    if (!lost_ || (said_at_ms_ && steady_now() - *said_at_ms_ < kStandingAgainMs)) return {};
    Status said = say_standing(now);
    if (!said) give_up(said.error());
    return said;
  }
  if (failed_at_ms_ && steady_now() - *failed_at_ms_ < kRecordAgainMs) return std::unexpected(why_);
  Status begun = begin_file(now);
  if (begun) {
    failed_at_ms_.reset();
  } else {
    give_up(begun.error());
  }
  return begun;
}

Status Recorder::take(const Chunk& chunk) {
  Status done = ready(chunk.received);
  if (chunk.source < open_.size() && chunk.connection < kConnectionsPerSourceMax) {
    const auto bit = static_cast<std::uint8_t>(1U << chunk.connection);
    const bool under_way = chunk.kind == ChunkKind::kUnderWay;
    if (chunk.kind == ChunkKind::kUp || chunk.kind == ChunkKind::kStream || under_way) open_[chunk.source] |= bit;
    if (chunk.kind == ChunkKind::kDown) open_[chunk.source] &= static_cast<std::uint8_t>(~bit);
  }
  if (done) {
    done = writer_->append(chunk);
    if (!done && done.error().code != ErrorCode::kInvalid) give_up(done.error());
  }
  if (!done) {
    dropped(1);
    return done;
  }
  ++unsynced_;
  return {};
}

Status Recorder::sync() {
  if (!writer_) return failed_at_ms_ ? Status(std::unexpected(why_)) : Status();
  if (Status done = writer_->sync(); !done) {
    give_up(done.error());
    return done;
  }
  chunks_ += std::exchange(unsynced_, 0);
  missing_ -= std::exchange(skipped_, 0);
  if (!std::exchange(kept_, true)) remove_old();
  return {};
}

}  // namespace tansiq::surveillance
