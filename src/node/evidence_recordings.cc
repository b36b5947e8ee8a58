#include "node/evidence_recordings.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "surveillance/recording.h"

namespace tansiq::node {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".tsr";

/// By their names, which are in the order in which they were begun; the newest first.
std::vector<fs::path> newest_first(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() == kSuffix) out.push_back(at->path());
  }
  std::ranges::sort(out, std::greater());
  return out;
}

}  // namespace

Result<std::vector<EvidenceFile>> recordings_of(const fs::path& folder, UtcMs from, UtcMs to) {
  std::vector<EvidenceFile> out;
  std::uint64_t bytes = 0;
  std::optional<UtcMs> next;  // When the one behind it begins.
  for (const fs::path& path : newest_first(folder)) {
    const auto reader = surveillance::RecordingReader::open_file(path.string());
    if (!reader) continue;  // Empty, torn before its head was whole, or gone meanwhile.
    const UtcMs begun = reader->head().made;
    const bool newest = !next;
    const bool wanted = begun < to && (newest || *next > from);
    next = begun;
    if (wanted) {
      std::error_code error;
      const std::uint64_t size = fs::file_size(path, error);
      if (error) continue;
      bytes += size;
      if (out.size() == kEvidenceRecordingsMax || bytes > kEvidenceRecordingBytesMax) {
        return fail(
            ErrorCode::kTooLarge,
            fmt::format("what was recorded from {} to {} is more than {} files or 4 GiB: ask for a shorter time, "
                        "or leave recordings out",
                        format_utc(from), format_utc(to), kEvidenceRecordingsMax),
            "recordings");
      }
      EvidenceFile file{.label = {}, .path = path};
      if (newest) file.bytes = size;
      out.push_back(std::move(file));
    }
    if (begun <= from) break;  // Those before it end where it begins.
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace tansiq::node
