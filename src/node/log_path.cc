#include "node/log_path.h"

#include <charconv>
#include <limits>

namespace tansiq::node {
namespace {

constexpr std::size_t kNumberGroupsMax = 7;  // 21 digits hold every 64-bit number.
constexpr unsigned kFull = 256;

/// Decimal without leading zeros.
std::optional<unsigned> plain_decimal(std::string_view text, unsigned max) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return {};
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > max) return {};
  return value;
}

bool three_digits(std::string_view text) {
  return text.size() == 3 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// `x001/x234/067` or `067.p/112`, from the segments that are left.
bool parse_number(std::span<const std::string> segments, LogPath& out) {
  if (segments.size() >= 2 && segments[segments.size() - 2].ends_with(".p")) {
    const auto width = plain_decimal(segments.back(), kFull - 1);
    if (!width || *width == 0) return false;
    out.width = *width;
    segments = segments.first(segments.size() - 1);
  }
  if (segments.empty() || segments.size() > kNumberGroupsMax) return false;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    std::string_view group = segments[i];
    const bool last = i + 1 == segments.size();
    if (last && out.width != kFull) group.remove_suffix(2);
    if (!last) {
      if (!group.starts_with('x')) return false;
      group.remove_prefix(1);
    }
    if (!three_digits(group)) return false;
    if (i == 0 && !last && group == "000") return false;  // A needless group: another spelling of the same number.
    const auto digits = static_cast<std::uint64_t>((group[0] - '0') * 100 + (group[1] - '0') * 10 + (group[2] - '0'));
    if (number > (std::numeric_limits<std::uint64_t>::max() - digits) / 1'000) return false;
    number = number * 1'000 + digits;
  }
  out.number = number;
  return true;
}

std::string join(std::span<const std::string> segments) {
  std::string out;
  for (const std::string& segment : segments) {
    if (!out.empty()) out += '/';
    out += segment;
  }
  return out;
}

}  // namespace

std::uint64_t LogPath::entries_needed() const {
  if (kind == Kind::kCheckpoint) return 1;
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  if (number > (kMax - width) / kFull) return kMax;
  std::uint64_t hashes = number * kFull + width;
  for (unsigned i = 0; i < (kind == Kind::kTile ? level : 0); ++i) {
    if (hashes > kMax / kFull) return kMax;
    hashes *= kFull;
  }
  return hashes;
}

std::optional<LogPath> parse_log_path(std::span<const std::string> segments) {
  LogPath out;
  if (segments.size() >= 2 && segments.back() == "checkpoint") {
    out.origin = join(segments.first(segments.size() - 1));
    return out;
  }
  // The last `tile` that leaves a level and a number: an origin may itself contain the word.
  for (std::size_t at = segments.size(); at-- > 1;) {
    if (segments[at] != "tile" || at + 2 >= segments.size()) continue;
    out.kind = LogPath::Kind::kEntries;
    if (segments[at + 1] != "entries") {
      const auto level = plain_decimal(segments[at + 1], 63);
      if (!level) return {};
      out.kind = LogPath::Kind::kTile;
      out.level = *level;
    }
    if (!parse_number(segments.subspan(at + 2), out)) return {};
    out.origin = join(segments.first(at));
    return out;
  }
  return {};
}

}  // namespace tansiq::node
