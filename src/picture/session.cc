#include "picture/session.h"

#include <algorithm>
#include <utility>

namespace tansiq::picture {

using surveillance::Chunk;
using surveillance::ChunkKind;

namespace {

constexpr DurationMs kSecondMs = 1'000;

/// What a source says is judged by its clock for at least so long and so many reports.
constexpr DurationMs kDatedMs = 10'000;
constexpr std::uint64_t kDatedReports = 5;

UtcMs second_after(UtcMs t) {
  const std::int64_t into = ((t.ms % kSecondMs) + kSecondMs) % kSecondMs;
  return t + (kSecondMs - into);
}

}  // namespace

Session::Session(std::vector<surveillance::SourceConfig> sources, PictureOptions options, PictureListener* listener)
    : sources_(std::move(sources)), picture_(std::move(options), listener) {}

Result<std::unique_ptr<Session>> Session::make(std::vector<surveillance::SourceConfig> sources, PictureOptions options,
                                               PictureListener* listener) {
  TRY_VOID(surveillance::check_sources(sources));
  std::unique_ptr<Session> session(new Session(std::move(sources), std::move(options), listener));
  for (std::uint32_t i = 0; i < session->sources_.size(); ++i) {
    session->decodings_.push_back(
        TRY(surveillance::Decoding::make(session->sources_[i], surveillance::SourceId{i}, session->picture_)));
  }
  session->lines_.resize(session->sources_.size());
  return session;
}

Status Session::add_source(surveillance::SourceConfig source, UtcMs now) {
  std::vector<surveillance::SourceConfig> more = sources_;
  more.push_back(std::move(source));
  TRY_VOID(surveillance::check_sources(more));
  const auto number = static_cast<std::uint32_t>(sources_.size());
  auto decoding = TRY(surveillance::Decoding::make(more.back(), surveillance::SourceId{number}, picture_));
  pass(now);
  sources_ = std::move(more);
  decodings_.push_back(std::move(decoding));
  lines_.emplace_back();
  silence_->add(sources_.back(), now_);
  if (record_) say_beat();
  return {};
}

void Session::begin_as(const Session& before, UtcMs now) {
  for (std::uint32_t source = 0; source < before.lines_.size(); ++source) {
    const Line& line = before.lines_[source];
    for (std::uint16_t connection = 0; connection < surveillance::kConnectionsPerSourceMax; ++connection) {
      if ((line.under_way >> connection & 1U) == 0) continue;
      take({.received = now, .source = source, .connection = connection, .kind = ChunkKind::kUnderWay, .bytes = {}});
    }
    if (line.ended) take({.received = now, .source = source, .kind = ChunkKind::kDown, .bytes = {}});
  }
}

void Session::follow(const Chunk& chunk) {
  Line& line = lines_[chunk.source];
  if (chunk.connection >= surveillance::kConnectionsPerSourceMax) return;
  const auto bit = static_cast<std::uint8_t>(1U << chunk.connection);
  if (chunk.kind == ChunkKind::kDown) {
    line.under_way &= static_cast<std::uint8_t>(~bit);
    line.ended = line.ended || sources_[chunk.source].transport.kind == surveillance::TransportKind::kFile;
  } else if (chunk.kind != ChunkKind::kDatagram && chunk.kind != ChunkKind::kGap) {
    line.under_way |= bit;
  }
}

void Session::run_to(UtcMs now) {
  pass(now);
  beat();
}

void Session::pass(UtcMs now) {
  if (now_ == kUtcMin) {
    now_ = now;
    silence_.emplace(sources_, now);
    return;
  }
  if (now <= now_) return;
  UtcMs second = second_after(now_);
  // The clock was set, or the machine slept: what matters of so long a time is that it has passed.
  if (now - second > kGapMsMax) {
    advance(second);
    second = second_after(now + -kSecondMs);
  }
  for (; second <= now; second = second + kSecondMs) advance(second);
  now_ = std::max(now_, now);
}

void Session::advance(UtcMs second) {
  now_ = second;
  for (std::uint32_t i = 0; i < sources_.size(); ++i) {
    picture_.source_silent(sources_[i].name, silence_->silent_since(i, second));
    look_at_clock(i, second);
  }
  picture_.advance(second);
}

/// Bytes come, so the source is not silent; but where most of its reports are dropped for their time, the picture does
/// not see what it says.
void Session::look_at_clock(std::uint32_t source, UtcMs second) {
  Line& line = lines_[source];
  const surveillance::Decoding& decoding = *decodings_[source];
  const std::uint64_t passed = decoding.passed() - line.passed;
  const std::uint64_t misdated = decoding.misdated().count - line.misdated;
  if (line.dated_since == kUtcMin || passed + misdated == 0) line.dated_since = second;
  if (passed + misdated >= kDatedReports && second - line.dated_since >= kDatedMs) {
    line.clock_off = misdated > passed;
    line.dated_since = second;
    line.passed = decoding.passed();
    line.misdated = decoding.misdated().count;
  } else if (passed > 0) {
    return;
  }
  // Until something is believed again, however seldom it speaks.
  if (line.clock_off) picture_.source_misdated({source}, decoding.misdated().off_ms, second);
}

void Session::take(const Chunk& chunk) {
  Chunk taken = chunk;
  pass(chunk.received);
  taken.received = at(chunk.received);
  if (chunk.kind == ChunkKind::kNote) {
    record(taken);
    return take_note(chunk.bytes);
  }
  if (chunk.source >= decodings_.size()) return beat();
  record(taken);
  follow(taken);
  silence_->heard(taken);
  decodings_[chunk.source]->take(taken);
}

void Session::take_note(ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    if (byte != '\n') {
      if (note_.size() < kNoteBytesMax) {
        note_ += static_cast<char>(byte);
      } else {
        note_lost_ = true;
      }
      continue;
    }
    if (note_.empty() && !note_lost_) continue;  // A beat; or what ends a note that was not whole had nothing to end.
    take_line();
    note_.clear();
    note_lost_ = false;
  }
}

void Session::take_line() {
  ++counters_.notes;
  const auto note = note_lost_ ? fail(ErrorCode::kTooLarge, "the note is too long") : read_note(note_);
  if (note && !numbers_trusted_ && names_by_number(*note)) {
    ++counters_.notes_by_number;
  } else if (!note || !tell(picture_, *note, now_)) {
    ++counters_.notes_refused;
  }
}

Status Session::note(const Note& note, UtcMs now) {
  pass(now);
  ++counters_.notes;
  Status told = tell(picture_, note, now_);
  if (!told) {
    ++counters_.notes_refused;
    beat();
    return told;
  }
  if (!record_) return told;
  const std::string line = recorded_line(note);
  for (const Chunk& chunk : note_chunks(line, now_)) record(chunk);
  return told;
}

void Session::record(const Chunk& chunk) {
  if (!record_) return;
  record_(chunk);
  recorded_ = second_after(chunk.received);
}

/// Only whole seconds advance the picture, and a leap goes from one to another: what is recorded of a second is enough
/// for all of it.
void Session::beat() {
  if (record_ && now_ != kUtcMin && (!recorded_ || now_ >= *recorded_)) say_beat();
}

void Session::say_beat() {
  static constexpr std::string_view kBeat = "\n";
  for (const Chunk& chunk : note_chunks(kBeat, now_)) record(chunk);
}

std::string recorded_line(const Note& note) { return "\n" + note_line(note) + "\n"; }

std::vector<Chunk> note_chunks(std::string_view line, UtcMs received) {
  std::vector<Chunk> out;
  const ByteView bytes(reinterpret_cast<const std::uint8_t*>(line.data()), line.size());
  for (std::size_t at = 0; at < bytes.size(); at += surveillance::kChunkBytesMax) {
    const std::size_t size = std::min(surveillance::kChunkBytesMax, bytes.size() - at);
    out.push_back({.received = received,
                   .source = surveillance::kNoteSource,
                   .kind = ChunkKind::kNote,
                   .bytes = bytes.subspan(at, size)});
  }
  return out;
}

}  // namespace tansiq::picture
