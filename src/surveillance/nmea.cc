#include "surveillance/nmea.h"

#include <charconv>

namespace tansiq::surveillance {
namespace {

constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Is `text` followed, at `star`, by `*` and its checksum?
std::expected<void, Reject> check_sum(std::string_view text, std::string_view behind) {
  if (behind.size() < 3 || behind[0] != '*') return std::unexpected(Reject::kNoChecksum);
  const int high = hex_digit(behind[1]);
  const int low = hex_digit(behind[2]);
  if (high < 0 || low < 0) return std::unexpected(Reject::kBadSyntax);
  if (high * 16 + low != nmea_checksum(text)) return std::unexpected(Reject::kBadChecksum);
  return {};
}

/// Unix time of a tag block: seconds, or milliseconds where the number could not be seconds.
std::optional<UtcMs> tag_time(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  const UtcMs time{value < 100'000'000'000 ? value * 1'000 : value};
  if (time > kUtcMax) return std::nullopt;
  return time;
}

std::expected<void, Reject> parse_tag_block(std::string_view block, NmeaSentence& out) {
  const std::size_t star = block.rfind('*');
  if (star == std::string_view::npos) return std::unexpected(Reject::kNoChecksum);
  if (block.size() != star + 3) return std::unexpected(Reject::kBadSyntax);
  if (auto good = check_sum(block.substr(0, star), block.substr(star)); !good) return good;
  std::string_view rest = block.substr(0, star);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view field = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    if (field.size() < 2 || field[1] != ':') return std::unexpected(Reject::kBadSyntax);
    const std::string_view value = field.substr(2);
    if (field[0] == 's') out.station = value;
    if (field[0] == 'c') {
      out.time = tag_time(value);
      if (!out.time) return std::unexpected(Reject::kBadSyntax);
    }
  }
  return {};
}

/// The characters of six bits: `0` to `W` and backtick to `w`.
constexpr bool is_armour(char c) { return (c >= '0' && c <= 'W') || (c >= '`' && c <= 'w'); }

/// Takes the field up to the next comma off `rest`.
std::string_view take_field(std::string_view& rest) {
  const std::size_t comma = std::min(rest.find(','), rest.size());
  const std::string_view field = rest.substr(0, comma);
  rest.remove_prefix(std::min(comma + 1, rest.size()));
  return field;
}

std::expected<void, Reject> parse_fields(std::string_view body, NmeaSentence& out) {
  const auto one_digit = [](std::string_view field, char low, char high) {
    return field.size() == 1 && field[0] >= low && field[0] <= high;
  };
  const std::string_view total = take_field(body);
  const std::string_view number = take_field(body);
  const std::string_view sequence = take_field(body);
  const std::string_view channel = take_field(body);
  const std::string_view payload = take_field(body);
  const std::string_view fill = take_field(body);
  if (!one_digit(total, '1', '9') || !one_digit(number, '1', total[0])) return std::unexpected(Reject::kBadSyntax);
  if (!sequence.empty() && !one_digit(sequence, '0', '9')) return std::unexpected(Reject::kBadSyntax);
  if (channel.size() > 1 || !one_digit(fill, '0', '5') || !body.empty()) return std::unexpected(Reject::kBadSyntax);
  if (payload.size() > kAisFragmentCharsMax) return std::unexpected(Reject::kTooLong);
  for (const char c : payload) {
    if (!is_armour(c)) return std::unexpected(Reject::kBadSyntax);
  }
  // Bits are filled up at the end of a message only; before it they would shift all that follows.
  if (fill[0] != '0' && (number != total || payload.empty())) return std::unexpected(Reject::kBadSyntax);
  out.fragments = static_cast<std::uint8_t>(total[0] - '0');
  out.fragment = static_cast<std::uint8_t>(number[0] - '0');
  if (!sequence.empty()) out.sequence = static_cast<std::uint8_t>(sequence[0] - '0');
  if (!channel.empty()) out.channel = channel[0];
  out.fill_bits = static_cast<std::uint8_t>(fill[0] - '0');
  out.payload = payload;
  return {};
}

}  // namespace

std::expected<NmeaSentence, Reject> parse_nmea(std::string_view line) {
  NmeaSentence out;
  if (line.size() > kNmeaLineBytesMax) return std::unexpected(Reject::kTooLong);
  if (line.starts_with('\\')) {
    const std::size_t end = line.find('\\', 1);
    if (end == std::string_view::npos) return std::unexpected(Reject::kTruncated);
    if (auto good = parse_tag_block(line.substr(1, end - 1), out); !good) return std::unexpected(good.error());
    line.remove_prefix(end + 1);
  }
  if (line.size() < 7 || line[0] != '!' || line.substr(3, 2) != "VD" || (line[5] != 'M' && line[5] != 'O') ||
      line[6] != ',') {
    return std::unexpected(Reject::kNotForUs);
  }
  out.own_ship = line[5] == 'O';
  // The checksum's star is the first: payloads have none, and what receivers append stands behind it.
  const std::size_t star = line.find('*');
  if (star == std::string_view::npos) return std::unexpected(Reject::kNoChecksum);
  if (auto good = check_sum(line.substr(1, star - 1), line.substr(star)); !good) return std::unexpected(good.error());
  if (auto good = parse_fields(line.substr(7, star - 7), out); !good) return std::unexpected(good.error());
  return out;
}

}  // namespace tansiq::surveillance
