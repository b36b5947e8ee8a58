#include "surveillance/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tansiq::surveillance {
namespace {

void add(RecordingFaults& sum, const RecordingFaults& one) {
  sum.damaged_runs += one.damaged_runs;
  sum.damaged_bytes += one.damaged_bytes;
  sum.missing += one.missing;
  sum.torn_bytes += one.torn_bytes;
}

std::string sources_text(const std::vector<SourceConfig>& sources) {
  std::string out;
  log::JcsWriter writer(out);
  writer.begin_array();
  for (const SourceConfig& source : sources) append_source_json(writer, source);
  writer.end_array();
  return out;
}

/// The sources of one file of a row, and those of the next: the same, and within a run perhaps more behind them.
bool go_on(const RecordingHead& before, const RecordingHead& next) {
  if (next.sources.size() < before.sources.size()) return false;
  if (next.sources.size() > before.sources.size() && (next.run == 0 || next.run != before.run)) return false;
  const auto shared = static_cast<std::ptrdiff_t>(before.sources.size());
  return sources_text({next.sources.begin(), next.sources.begin() + shared}) == sources_text(before.sources);
}

}  // namespace

Result<Replay> Replay::open(std::vector<std::string> files, const ReplayOptions& options) {
  if (files.empty() || files.size() > kReplayFilesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a replay has 1 to {} files", kReplayFilesMax));
  }
  if (options.speed_milli < 0 || options.speed_milli > kReplaySpeedMilliMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a speed is from 0 to {}", kReplaySpeedMilliMax / 1'000), "speed");
  }
  Replay out(options);
  out.files_ = std::move(files);
  out.begin_ = options.from;
  TRY_VOID(out.next_file());
  return out;
}

/// Opens the next file that has a head; false when there is none.
Result<bool> Replay::next_file() {
  while (next_file_ != files_.size()) {
    auto reader = RecordingReader::open_file(files_[next_file_]);
    const bool headless = !reader && reader.error().code == ErrorCode::kCorrupt;
    const bool none = passed_over_.size() + 1 == files_.size();
    if (!reader && (!headless || none)) return std::unexpected(reader.error());
    if (reader) TRY_VOID(begin_file(std::move(*reader)));
    if (headless) passed_over_.push_back(files_[next_file_]);
    ++next_file_;
    if (!headless) return true;
  }
  return false;
}

Status Replay::begin_file(RecordingReader reader) {
  bool another_run = !reader_;
  if (reader_) {
    const std::uint64_t run = reader_->head().run;
    another_run = run != 0 && reader.head().run != 0 && reader.head().run != run;
    if (!another_run && !go_on(reader_->head(), reader.head())) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("has other sources than {}: recordings of one row are replayed together", files_[0]),
                  files_[next_file_]);
    }
    add(faults_, reader_->faults());
    // A file may hold nothing, and the first step of its run come from the next.
    new_run_ |= another_run;
  }
  join_file(reader.head(), another_run);
  reader_.emplace(std::move(reader));
  if (another_run) open_.clear();
  open_.resize(sources().size());
  return {};
}

/// How a file follows the one before, which is still the one under way.
void Replay::join_file(const RecordingHead& head, bool another_run) {
  const bool left_out = passed_over_.size() != passed_over_then_;
  passed_over_then_ = passed_over_.size();
  if (another_run) {
    first_file_ = unread_ = true;
    broken_ = false;
    // Without a number the first record tells.
    incomplete_ = head.file > 1 || (head.file == 0 && left_out);
  } else {
    const std::uint64_t before = reader_->head().file;
    const bool numbered = before != 0 && head.file != 0;
    broken_ |= reader_->faults() != seen_ || (numbered ? head.file != before + 1 : left_out);
    first_file_ = unread_ || broken_ || reader_->faults() != RecordingFaults();
  }
  seen_ = {};
}

/// What stands anyway is said again at the beginning of a file, for whoever begins there.
bool Replay::said_before(const Recorded& record) const {
  return record.chunk.kind == ChunkKind::kNote && record.chunk.connection == kNoteStands && !first_file_;
}

ReplayStep Replay::step_of(const Chunk& chunk) {
  if (!begin_) begin_ = chunk.received;
  const DurationMs after = chunk.received - *begin_;
  if (after > 0 && options_.speed_milli != 0) {
    // Whole seconds and the rest apart, so that no time that can be written overflows.
    const std::int64_t due =
        after / options_.speed_milli * 1'000 + after % options_.speed_milli * 1'000 / options_.speed_milli;
    due_ms_ = std::max(due_ms_, due);
  }
  return {chunk, after < 0, std::exchange(new_run_, false), incomplete_, due_ms_};
}

void Replay::follow(const Chunk& chunk) {
  if (chunk.kind == ChunkKind::kNote) return;
  const auto bit = static_cast<std::uint8_t>(1U << chunk.connection);
  std::uint8_t& open = open_[chunk.source];
  if (chunk.kind == ChunkKind::kDown) {
    open &= static_cast<std::uint8_t>(~bit);
  } else if (chunk.kind != ChunkKind::kDatagram) {
    open |= bit;
  }
}

/// Holds the next record that is to be said; false at the end of the last file.
Result<bool> Replay::next_record() {
  while (true) {
    held_ = TRY(reader_->next());
    if (!held_) {
      if (!TRY(next_file())) return false;
      continue;
    }
    broken_ |= held_->missing_before != 0;
    seen_ = reader_->faults();
    if (std::exchange(unread_, false) && reader_->head().file == 0) {
      const Chunk& first = held_->chunk;
      incomplete_ |= first.kind == ChunkKind::kUnderWay || (first.kind == ChunkKind::kNote && first.connection != 0);
    }
    if (!said_before(*held_)) return true;
  }
}

Result<std::optional<ReplayStep>> Replay::next() {
  if (gaps_.empty() && !held_) {
    if (!TRY(next_record())) return std::nullopt;
    if (std::exchange(broken_, false)) {
      incomplete_ = true;
      for (std::uint32_t source = 0; source < open_.size(); ++source) {
        for (std::uint16_t connection = 0; connection < kConnectionsPerSourceMax; ++connection) {
          if ((open_[source] >> connection & 1U) == 0) continue;
          gaps_.push_back({held_->chunk.received, source, connection, ChunkKind::kGap, {}});
        }
      }
    }
  }
  if (!gaps_.empty()) {
    const Chunk gap = gaps_.front();
    gaps_.pop_front();
    return step_of(gap);
  }
  const Chunk chunk = std::exchange(held_, std::nullopt)->chunk;
  follow(chunk);
  return step_of(chunk);
}

RecordingFaults Replay::faults() const {
  RecordingFaults out = faults_;
  add(out, reader_->faults());
  return out;
}

}  // namespace tansiq::surveillance
