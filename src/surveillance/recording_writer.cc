#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/random.h"
#include "surveillance/recording.h"

namespace tansiq::surveillance {
namespace {

/// What is written at once.
constexpr std::size_t kPendingBytes = 256U << 10;
/// Two files may begin in one millisecond; more than so many do not.
constexpr int kSameNameTries = 100;
constexpr std::string_view kSuffix = ".tsr";

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

Status Recorder::begin_file(UtcMs now) {
  std::string stamp = format_utc(now);
  if (stamp.find('.') == std::string::npos) stamp.insert(stamp.size() - 1, ".000");  // Names sort as the times do.
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  // What tells two of one millisecond apart sorts behind the dot, so that names are in the order of their files.
  for (int i = 0; i < kSameNameTries; ++i) {
    const std::string name =
        fmt::format("{}-{}{}{}", options_.prefix, stamp, i == 0 ? "" : fmt::format("_{:02}", i), kSuffix);
    auto made = RecordingWriter::create(
        (std::filesystem::path(options_.folder) / name).string(),
        {.made = now, .salt = 0, .sources = sources_, .run = run_, .picture = options_.picture});
    if (!made && made.error().code == ErrorCode::kConflict) continue;
    if (!made) return std::unexpected(made.error());
    writer_.emplace(std::move(*made));
    begun_ = now;
    ++files_;
    kept_ = false;
    TRY_VOID(begin_content(now));
    lost_ = false;
    return {};
  }
  return fail(ErrorCode::kConflict, fmt::format("{} files of this millisecond are there already", kSameNameTries),
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
  if (files_ == 1 && !lost_) return {};
  const std::vector<std::string> standing = options_.standing ? options_.standing() : std::vector<std::string>();
  for (const std::string& line : standing) {
    for (std::size_t at = 0; at < line.size(); at += kChunkBytesMax) {
      const ByteView piece = as_bytes(std::string_view(line).substr(at, kChunkBytesMax));
      TRY_VOID(
          writer_->append({now, kNoteSource, lost_ ? kNoteStandsBehindLoss : kNoteStands, ChunkKind::kNote, piece}));
    }
  }
  return {};
}

/// What cannot be removed is tried again with the next file. The clock may have been set back: the file under way need
/// not have the last name.
void Recorder::remove_old() const {
  if (options_.files_max == 0) return;
  const std::string mine = std::filesystem::path(writer_->path()).filename().string();
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(options_.folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.starts_with(options_.prefix + "-") && name.ends_with(kSuffix) && name != mine) names.push_back(name);
  }
  std::ranges::sort(names);
  for (std::size_t i = 0; i + options_.files_max <= names.size(); ++i) {
    std::filesystem::remove(std::filesystem::path(options_.folder) / names[i], error);
  }
}

void Recorder::give_up(const Error& error) {
  failed_ += std::exchange(unsynced_, 0);
  lost_ = true;
  why_ = error;
  failed_at_ = latest_;
  if (!writer_) return;
  const std::string path = writer_->path();
  writer_.reset();
  if (kept_) return;
  // Files that hold nothing would push out those that do.
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  --files_;
}

void Recorder::dropped(std::uint64_t chunks) {
  failed_ += chunks;
  lost_ = true;
  if (writer_) writer_->skip(chunks);
}

/// Has a file to write to, or fails.
Status Recorder::ready(UtcMs now) {
  if (writer_ && (writer_->bytes() >= options_.bytes_max || now - begun_ >= options_.age_ms_max)) {
    TRY_VOID(sync());
    writer_.reset();
  }
  if (writer_) return {};
  if (failed_at_ && now >= *failed_at_ && now - *failed_at_ < kRecordAgainMs) return std::unexpected(why_);
  Status begun = begin_file(now);
  if (begun) {
    failed_at_.reset();
  } else {
    give_up(begun.error());
  }
  return begun;
}

Status Recorder::take(const Chunk& chunk) {
  latest_ = chunk.received;
  Status done = ready(chunk.received);
  if (chunk.source < open_.size() && chunk.connection < kConnectionsPerSourceMax) {
    const auto bit = static_cast<std::uint8_t>(1U << chunk.connection);
    if (chunk.kind == ChunkKind::kUp || chunk.kind == ChunkKind::kStream) open_[chunk.source] |= bit;
    if (chunk.kind == ChunkKind::kDown) open_[chunk.source] &= static_cast<std::uint8_t>(~bit);
  }
  if (done) {
    done = writer_->append(chunk);
    if (!done && done.error().code != ErrorCode::kInvalid) give_up(done.error());
  }
  if (!done) {
    ++failed_;
    return done;
  }
  ++unsynced_;
  return {};
}

Status Recorder::sync() {
  if (!writer_) return failed_at_ ? Status(std::unexpected(why_)) : Status();
  if (Status done = writer_->sync(); !done) {
    give_up(done.error());
    return done;
  }
  chunks_ += std::exchange(unsynced_, 0);
  if (!std::exchange(kept_, true)) remove_old();
  return {};
}

}  // namespace tansiq::surveillance
