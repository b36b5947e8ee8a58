#include "store/high_water.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tansiq::store {
namespace {

constexpr std::string_view kTitle = "tansiq last-checkpoint 1\n";
constexpr std::string_view kSumPrefix = "sha256 ";

std::unexpected<Error> bad_line(std::size_t line, std::string_view what) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("line {}: {}; bring the file back from the same node, or remove it and start with "
                          "--accept-missing-last-checkpoint if nothing newer was published",
                          line, what));
}

Result<HighWater> parse_mark(std::string_view text, std::size_t line) {
  HighWater mark;
  const std::size_t first = text.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : text.find(' ', first + 1);
  if (second == std::string_view::npos) return bad_line(line, "a size, a root and an origin belong here");
  const auto [end, code] = std::from_chars(text.data(), text.data() + first, mark.floor.size);
  if (code != std::errc{} || end != text.data() + first) return bad_line(line, "the size is no number");
  const Result<Hash> root = Hash::from_base64(text.substr(first + 1, second - first - 1));
  if (!root) return bad_line(line, "the root is not base64 of 32 bytes");
  mark.floor.root = *root;
  mark.origin = text.substr(second + 1);
  if (mark.origin.empty()) return bad_line(line, "the origin is missing");
  return mark;
}

}  // namespace

std::string format_high_water(const std::vector<HighWater>& marks) {
  std::string text(kTitle);
  for (const HighWater& mark : marks) {
    text += fmt::format("{} {} {}\n", mark.floor.size, mark.floor.root.base64(), mark.origin);
  }
  text += fmt::format("{}{}\n", kSumPrefix, log::sha256(text).hex());
  return text;
}

Result<std::vector<HighWater>> parse_high_water(std::string_view text) {
  if (!text.starts_with(kTitle)) return bad_line(1, "not a last-checkpoint file of version 1");
  const std::size_t sum_at = text.rfind(kSumPrefix);
  if (sum_at == std::string_view::npos || text[sum_at - 1] != '\n') return bad_line(1, "the last line is missing");
  const std::string_view covered = text.substr(0, sum_at);
  std::vector<HighWater> marks;
  std::size_t line = 2;
  const std::string want = fmt::format("{}{}\n", kSumPrefix, log::sha256(covered).hex());
  if (text.substr(sum_at) != want) {
    return bad_line(static_cast<std::size_t>(std::ranges::count(covered, '\n')) + 1, "the checksum does not match");
  }
  for (std::string_view rest = covered.substr(kTitle.size()); !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    if (marks.size() == kLogsMax) return bad_line(line, "too many logs");
    marks.push_back(TRY(parse_mark(rest.substr(0, end), line)));
    rest.remove_prefix(end + 1);
  }
  return marks;
}

std::optional<std::string> why_not_sign(const Floor& floor, std::uint64_t size,
                                        const std::optional<Hash>& root_at_floor) {
  if (floor.size > size) {
    return fmt::format(
        "the last published checkpoint had {} entries, this database has {}: it was restored from an older copy. "
        "Signing now would fork the log; fetch entries {} to {} from peers first",
        floor.size, size, size, floor.size - 1);
  }
  if (!root_at_floor || *root_at_floor != floor.root) {
    return fmt::format(
        "the published checkpoint of {} entries has another root than this database's first {} entries: the two have "
        "forked. Keep both, tell the peers, and restore the database that belongs to the published checkpoint",
        floor.size, floor.size);
  }
  return std::nullopt;
}

Status judge_presence(bool database_has_entries, bool file_present, bool accept_missing, const std::string& path) {
  if (!database_has_entries || file_present || accept_missing) return {};
  return fail(ErrorCode::kWrongState,
              "this file is missing, and without it nobody knows what this log had published before, so signing could "
              "fork it. Copy the file from the node's former data directory; only if nothing newer than this database "
              "was ever published, start with --accept-missing-last-checkpoint",
              path);
}

}  // namespace tansiq::store
