// AIVDM/AIVDO, live or from a file: lines to messages to reports.
//
//   AisDecoder ais(source);
//   ais.feed(bytes, now, sink);          // a TCP stream or a file, in pieces as they come
//   ais.feed_datagram(bytes, now, sink); // one UDP datagram: whole lines
//
// Messages in several sentences are put together by their sequence number and channel, in whichever order the parts
// come; what is not whole after `kAisAssemblyMs` is counted as `incomplete` and forgotten. Memory is fixed.
#pragma once

#include <array>
#include <cstdint>

#include "surveillance/ais_message.h"
#include "surveillance/ais_payload.h"
#include "surveillance/counters.h"
#include "surveillance/line_framer.h"
#include "surveillance/nmea.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// How long the parts of one message may be apart. Sequence numbers come round after ten messages.
inline constexpr DurationMs kAisAssemblyMs = 30'000;

class AisDecoder {
 public:
  explicit AisDecoder(SourceId source) : source_(source), framer_(kNmeaLineBytesMax) {}

  void feed(ByteView bytes, UtcMs received, Sink& sink);
  void feed_datagram(ByteView bytes, UtcMs received, Sink& sink);
  /// The stream has come to its end, as a file does: so has its last line, with or without a line end.
  void finish(UtcMs received, Sink& sink);
  /// One line, without its end.
  void feed_line(std::string_view line, UtcMs received, Sink& sink);
  /// The connection is gone: half a line and half a message will not be continued.
  void reset();
  /// Octets of the stream are missing here: the rest of the line is passed over.
  void gap() { framer_.skip(); }

  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }
  /// Whole messages by type, 1 to 27, whether read or only counted.
  [[nodiscard]] const std::array<std::uint64_t, 28>& messages_by_type() const { return by_type_; }

 private:
  struct Part {
    std::array<char, kAisFragmentCharsMax> chars;
    std::uint8_t size = 0;
    bool there = false;
  };
  struct Assembly {
    UtcMs started;
    std::optional<UtcMs> time;
    std::uint8_t fragments = 0;  ///< 0: not in use.
    std::uint8_t missing = 0;
    std::uint8_t fill_bits = 0;
    std::array<Part, kAisFragmentsMax> parts;
  };

  void take(const NmeaSentence& sentence, UtcMs received, Sink& sink);
  void add_part(const NmeaSentence& sentence, UtcMs received, Sink& sink);
  void decode(const std::optional<UtcMs>& time, UtcMs received, Sink& sink);
  Assembly& assembly_of(const NmeaSentence& sentence);

  SourceId source_;
  LineFramer framer_;
  DecodeCounters counters_;
  std::array<std::uint64_t, 28> by_type_{};
  AisPayload payload_;
  std::array<Assembly, 11 * 5> assemblies_{};  ///< Sequence 0 to 9 or none, by channel A, B, 1, 2 or another.
};

}  // namespace tansiq::surveillance
