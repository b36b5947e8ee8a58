// What the tests of AIS share.
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "surveillance/ais_decoder.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance::testing {

inline constexpr SourceId kAisSource{7};

struct Heard {
  Said said;
  DecodeCounters counters;
  std::array<std::uint64_t, 28> by_type;
};

inline Heard hear(std::string_view text, UtcMs received = kNoon) {
  Heard out;
  Remembering sink;
  AisDecoder decoder(kAisSource);
  decoder.feed_datagram(as_bytes(text), received, sink);
  out.said = sink;
  out.counters = decoder.counters();
  out.by_type = decoder.messages_by_type();
  return out;
}

inline std::string with_checksum(std::string_view body) {
  return fmt::format("!{}*{:02X}\r\n", body, nmea_checksum(body));
}

}  // namespace tansiq::surveillance::testing
