// One line of AIVDM/AIVDO (IEC 61162-1) with the tag block that may stand before it (NMEA 0183 version 4).
//
//   \s:r3669945,c:1428451253*77\!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A
//
// A line is checked completely before any of it is believed: checksum of the block and of the sentence, numbers of the
// fragment, characters of the payload.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "surveillance/counters.h"

namespace tansiq::surveillance {

/// Longer than the 82 characters of the standard and a tag block of 80, since receivers append fields of their own.
inline constexpr std::size_t kNmeaLineBytesMax = 512;
/// Payload characters of one sentence.
inline constexpr std::size_t kAisFragmentCharsMax = 84;
inline constexpr unsigned kAisFragmentsMax = 9;

struct NmeaSentence {
  std::uint8_t fragments = 1;
  std::uint8_t fragment = 1;             ///< From 1.
  std::optional<std::uint8_t> sequence;  ///< 0 to 9; which fragments belong together.
  char channel = ' ';                    ///< As written: A, B, 1, 2, or a space where none is.
  bool own_ship = false;                 ///< AIVDO: said by the station that the receiver belongs to.
  std::uint8_t fill_bits = 0;
  std::string_view payload;
  std::string_view station;   ///< Tag block `s`, else empty.
  std::optional<UtcMs> time;  ///< Tag block `c`, of seconds or milliseconds.
};

/// Reads a line. The views point into it. Texts before the first `\` or `!` are refused as `kBadSyntax`; lines that are
/// no VDM or VDO at all as `kNotForUs`.
[[nodiscard]] std::expected<NmeaSentence, Reject> parse_nmea(std::string_view line);

/// The XOR of all characters, as sentences and tag blocks bear it.
[[nodiscard]] constexpr std::uint8_t nmea_checksum(std::string_view text) {
  std::uint8_t sum = 0;
  for (const char c : text) sum = static_cast<std::uint8_t>(sum ^ static_cast<std::uint8_t>(c));
  return sum;
}

}  // namespace tansiq::surveillance
