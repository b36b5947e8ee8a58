#include "surveillance/recording.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/crc32c.h"
#include "base/invariant.h"
#include "base/wire.h"

namespace tansiq::surveillance {
namespace {

constexpr std::string_view kTitle = "tansiq-recording ";
constexpr std::string_view kVersion = "1 ";
constexpr std::size_t kChecksumDigits = 8;
constexpr std::size_t kTitleBytes = kTitle.size() + kVersion.size() + kChecksumDigits + 1;
constexpr std::array<std::uint8_t, 4> kMark{0xD5, 'T', 'R', '1'};
constexpr std::size_t kBodyCrcAt = 32;
constexpr std::size_t kHeadCrcAt = 36;
constexpr std::size_t kBufferBytes = 2 * (kRecordHeadBytes + kChunkBytesMax);

std::uint32_t salted(std::uint64_t salt, ByteView bytes) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(salt >> (8 * (7 - i)));
  return crc32c(bytes, crc32c(octets));
}

std::string hex_of(std::uint64_t value, std::size_t digits) { return fmt::format("{:0{}x}", value, digits); }

/// Exactly so many small hexadecimal digits: one spelling for each number.
std::optional<std::uint64_t> from_digits(std::string_view text, std::size_t digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size() || hex_of(value, digits) != text) return std::nullopt;
  return value;
}

template <class T>
T number_at(ByteView bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | bytes[at + i];
  return static_cast<T>(value);
}

bool is_kind(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(ChunkKind::kDatagram) && kind <= static_cast<std::uint8_t>(ChunkKind::kNote);
}

struct RecordHead {
  std::uint32_t length = 0;
  std::uint64_t sequence = 0;
  std::uint32_t body_crc = 0;
  Chunk chunk;
};

/// A head as `append_record` writes it, or nothing.
std::optional<RecordHead> read_record_head(ByteView bytes, const RecordingHead& file) {
  if (!std::equal(kMark.begin(), kMark.end(), bytes.begin())) return std::nullopt;
  if (number_at<std::uint32_t>(bytes, kHeadCrcAt) != salted(file.salt, bytes.first(kHeadCrcAt))) return std::nullopt;
  RecordHead out;
  out.length = number_at<std::uint32_t>(bytes, 4);
  out.sequence = number_at<std::uint64_t>(bytes, 8);
  out.chunk.received.ms = static_cast<std::int64_t>(number_at<std::uint64_t>(bytes, 16));
  out.chunk.source = number_at<std::uint16_t>(bytes, 24);
  out.chunk.connection = number_at<std::uint16_t>(bytes, 26);
  const std::uint8_t kind = bytes[28];
  out.body_crc = number_at<std::uint32_t>(bytes, kBodyCrcAt);
  const bool zeros = bytes[29] == 0 && bytes[30] == 0 && bytes[31] == 0;
  if (!is_kind(kind) || !zeros) return std::nullopt;
  out.chunk.kind = static_cast<ChunkKind>(kind);
  if (!fits_record(out.chunk, out.length, file.sources.size())) return std::nullopt;
  return out;
}

std::unexpected<Error> no_recording(std::string_view what) {
  return fail(
      ErrorCode::kMalformed,
      fmt::format("is no recording: {}; a recording begins with '{}1' and is made by tansiq record", what, kTitle));
}

Result<RecordingHead> parse_head(std::string_view json) {
  const auto document = TRY(log::JcsDocument::parse(json, kRecordingHeadBytesMax));
  const log::JcsValue root = document.root();
  TRY_VOID(root.only({"file", "made_ms", "picture", "program", "run", "salt", "sources"}));
  RecordingHead out;
  if (const auto file = root.find("file")) {
    out.file = static_cast<std::uint64_t>(TRY(file->integer(1, log::kJcsIntegerMax)));
  }
  if (const auto program = root.find("program")) {
    out.program = TRY(program->string());
    if (out.program.empty() || out.program.size() > kProgramBytesMax) {
      return program->fail_here(fmt::format("has 1 to {} octets", kProgramBytesMax));
    }
  }
  if (const auto picture = root.find("picture")) {
    TRY_VOID(picture->expect(log::JcsValue::Kind::kObject));
    log::JcsWriter(out.picture).value(*picture);
  }
  if (const auto run = root.find("run")) {
    const auto number = from_digits(TRY(run->string()), 16);
    if (!number || *number == 0) return run->fail_here("is not sixteen hexadecimal digits, or zero");
    out.run = *number;
  }
  const log::JcsValue made = TRY(root.at("made_ms"));
  out.made.ms = TRY(made.integer(kUtcMin.ms, kUtcMax.ms));
  const log::JcsValue salt = TRY(root.at("salt"));
  const std::string_view digits = TRY(salt.string());
  const auto number = from_digits(digits, 16);
  if (!number) return salt.fail_here("is not sixteen hexadecimal digits");
  out.salt = *number;
  const log::JcsValue sources = TRY(root.at("sources"));
  TRY_VOID(sources.expect(log::JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < sources.size() && i <= kSourcesMax; ++i) {
    out.sources.push_back(TRY(read_source_json(sources[i])));
  }
  TRY_VOID(check_sources(out.sources));
  return out;
}

}  // namespace

bool fits_record(const Chunk& chunk, std::size_t length, std::size_t sources) {
  const bool note = chunk.kind == ChunkKind::kNote;
  const bool speaks = note || chunk.kind == ChunkKind::kDatagram || chunk.kind == ChunkKind::kStream;
  return (note ? chunk.source == kNoteSource : chunk.source < sources) && chunk.connection < kConnectionsPerSourceMax &&
         length <= kChunkBytesMax && (speaks || length == 0) && chunk.received >= kUtcMin && chunk.received <= kUtcMax;
}

Status append_recording_head(std::string& out, const RecordingHead& head) {
  TRY_VOID(check_sources(head.sources));
  std::string json;
  log::JcsWriter writer(json);
  writer.begin_object();
  if (head.file != 0) writer.key("file").integer(static_cast<std::int64_t>(head.file));
  writer.key("made_ms").integer(head.made.ms);
  if (!head.picture.empty()) writer.key("picture").raw(head.picture);
  if (!head.program.empty()) writer.key("program").string(std::string_view(head.program).substr(0, kProgramBytesMax));
  if (head.run != 0) writer.key("run").string(hex_of(head.run, 16));
  writer.key("salt").string(hex_of(head.salt, 16)).key("sources").begin_array();
  for (const SourceConfig& source : head.sources) append_source_json(writer, source);
  writer.end_array().end_object();
  if (json.size() > kRecordingHeadBytesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("what is said of the sources takes more than {} octets", kRecordingHeadBytesMax));
  }
  out += fmt::format("{}{}{}\n{}\n", kTitle, kVersion, hex_of(crc32c(as_bytes(json)), kChecksumDigits), json);
  return {};
}

void append_record(std::string& out, std::uint64_t salt, std::uint64_t sequence, const Chunk& chunk) {
  EXPECT_INVARIANT(chunk.bytes.size() <= kChunkBytesMax);
  const std::size_t begin = out.size();
  out.append(as_text(kMark));
  append_number(out, static_cast<std::uint32_t>(chunk.bytes.size()));
  append_number(out, sequence);
  append_number(out, static_cast<std::uint64_t>(chunk.received.ms));
  append_number(out, static_cast<std::uint16_t>(chunk.source));
  append_number(out, chunk.connection);
  append_number(out, static_cast<std::uint8_t>(chunk.kind));
  out.append(3, '\0');
  append_number(out, salted(salt, chunk.bytes));
  append_number(out, salted(salt, as_bytes(std::string_view(out).substr(begin))));
  out.append(as_text(chunk.bytes));
}

std::string RecordingFaults::text() const {
  std::string out;
  const auto add = [&](std::string part) { out += (out.empty() ? "" : ", ") + std::move(part); };
  if (damaged_runs != 0) {
    add(fmt::format("{} damaged {} ({} octets) passed over", damaged_runs, damaged_runs == 1 ? "place" : "places",
                    damaged_bytes));
  }
  if (missing != 0) add(fmt::format("{} {} missing", missing, missing == 1 ? "record" : "records"));
  if (torn_bytes != 0) add(fmt::format("the last record is not whole ({} octets)", torn_bytes));
  return out;
}

Result<RecordingReader> RecordingReader::open(Read read) {
  RecordingReader out(std::move(read));
  TRY_VOID(out.read_head());
  return out;
}

Result<RecordingReader> RecordingReader::open_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo, std::strerror(errno), path);  // NOLINT
  }
  // The descriptor lives as long as the function that reads from it.
  const std::shared_ptr<const int> owned(new int(file), [](const int* held) {
    ::close(*held);
    delete held;
  });
  auto out = open([owned, path](std::span<std::uint8_t> into) -> Result<std::size_t> {
    while (true) {
      const ssize_t got = ::read(*owned, into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(ErrorCode::kIo, std::strerror(errno), path);  // NOLINT
    }
  });
  if (!out && out.error().where != path) return std::unexpected(inside(out.error(), path));
  return out;
}

Status RecordingReader::read_head() {
  std::string text;
  std::array<std::uint8_t, 16'384> piece{};
  std::size_t title_end = std::string::npos;
  std::size_t json_end = std::string::npos;
  while (json_end == std::string::npos) {
    const std::size_t got = TRY(read_(std::span(piece)));
    text.append(as_text(ByteView(piece).first(got)));
    if (!kTitle.starts_with(std::string_view(text).substr(0, kTitle.size())))
      return no_recording("it begins otherwise");
    if (got == 0) return fail(ErrorCode::kCorrupt, no_recording("it ends within its head").error().message);
    if (text.size() < kTitleBytes) continue;
    title_end = kTitleBytes - 1;
    if (std::string_view(text).substr(kTitle.size(), kVersion.size()) != kVersion) {
      return fail(ErrorCode::kUnsupported, "is a recording of a version that is not read here; version 1 is");
    }
    if (text[title_end] != '\n') return no_recording("its first line is damaged");
    json_end = text.find('\n', title_end + 1);
    if (json_end == std::string::npos && text.size() > kTitleBytes + kRecordingHeadBytesMax) {
      return no_recording("its second line has no end");
    }
  }
  const std::string_view json = std::string_view(text).substr(title_end + 1, json_end - title_end - 1);
  const auto wanted =
      from_digits(std::string_view(text).substr(title_end - kChecksumDigits, kChecksumDigits), kChecksumDigits);
  if (!wanted || *wanted != crc32c(as_bytes(json))) {
    return fail(ErrorCode::kCorrupt, "the head of the recording is damaged: its checksum does not fit");
  }
  head_ = TRY(parse_head(json));
  buffer_.reserve(kBufferBytes + piece.size());
  const ByteView behind = as_bytes(std::string_view(text).substr(json_end + 1));
  buffer_.assign(behind.begin(), behind.end());
  buffer_offset_ = whole_bytes_ = json_end + 1;
  return {};
}

/// Has at least so many octets to read, if the file does.
Result<bool> RecordingReader::fill(std::size_t wanted) {
  EXPECT_INVARIANT(wanted <= kBufferBytes);
  while (buffer_.size() - at_ < wanted && !ended_) {
    if (at_ > 0) {
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
      buffer_offset_ += std::exchange(at_, 0);
    }
    const std::size_t had = buffer_.size();
    buffer_.resize(std::max(had, kBufferBytes));
    auto got = had == buffer_.size() ? Result<std::size_t>(0) : read_(std::span(buffer_).subspan(had));
    buffer_.resize(had + got.value_or(0));
    const std::size_t count = TRY(std::move(got));
    ended_ = count == 0;
  }
  return buffer_.size() - at_ >= wanted;
}

/// What stands here is no record: a run of it begins or goes on.
void RecordingReader::pass_over(std::size_t bytes) {
  if (!run_from_) run_from_ = offset();
  at_ += bytes;
}

void RecordingReader::end_run(bool at_end) {
  if (!run_from_) return;
  const std::uint64_t bytes = offset() - *run_from_;
  if (at_end && run_torn_) {
    faults_.torn_bytes = bytes;
  } else {
    ++faults_.damaged_runs;
    faults_.damaged_bytes += bytes;
  }
  run_from_.reset();
  run_torn_ = false;
}

Result<std::optional<Recorded>> RecordingReader::next() {
  while (true) {
    if (!TRY(fill(kRecordHeadBytes))) {
      // Too short for a head: torn, if it can be the beginning of one.
      const std::size_t beginning = std::min(rest().size(), kMark.size());
      if (!run_from_ &&
          std::equal(kMark.begin(), kMark.begin() + static_cast<std::ptrdiff_t>(beginning), rest().begin())) {
        run_torn_ = true;
      }
      if (!rest().empty()) pass_over(rest().size());
      end_run(true);
      return std::nullopt;
    }
    const auto head = read_record_head(rest(), head_);
    if (head && head->sequence > last_sequence_) {
      const std::size_t size = kRecordHeadBytes + head->length;
      const bool whole = TRY(fill(size));
      const ByteView body = whole ? rest().subspan(kRecordHeadBytes, head->length) : ByteView();
      if (whole && salted(head_.salt, body) == head->body_crc) {
        end_run(false);
        Recorded out{head->sequence, head->sequence - last_sequence_ - 1, head->chunk};
        out.chunk.bytes = body;
        faults_.missing += out.missing_before;
        last_sequence_ = head->sequence;
        at_ += size;
        whole_bytes_ = offset();
        return out;
      }
      // The file may end within this record, or this record may be damaged and others follow: the rest tells.
      if (!whole && !run_from_) run_torn_ = true;
    }
    const ByteView behind = rest().subspan(1);
    const auto mark = std::find(behind.begin(), behind.end(), kMark[0]);
    pass_over(1 + static_cast<std::size_t>(mark - behind.begin()));
  }
}

}  // namespace tansiq::surveillance
