// SBS-1 ("BaseStation") lines to reports: what receivers offer on port 30003.
//
//   MSG,3,1,1,4840D6,1,2026/01/02,12:00:00.000,2026/01/02,12:00:00.100,,38000,,,52.2572,3.91937,,,0,0,0,0
//
// Twenty-two fields: kind, transmission type, two numbers of the receiver, address, a number of the flight, date and
// time made, date and time logged, call sign, altitude (feet), ground speed (knots), track (degrees),
// latitude, longitude, vertical rate (feet a minute), code, and four flags: alert, emergency, SPI, on ground (-1 or 1:
// set). Lines other than MSG (AIR, ID, STA, CLK, SEL) are counted and unused. The receiver's clock is often set to
// local time: say so in the options, or take the time of reception.
#pragma once

#include "surveillance/counters.h"
#include "surveillance/line_framer.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

inline constexpr std::size_t kSbsLineBytesMax = 512;

struct SbsOptions {
  SourceId source = {};
  bool use_time = true;            ///< False: reports bear the time of reception.
  DurationMs ahead_of_utc_ms = 0;  ///< What the receiver's clock is ahead of UTC, by its time zone.
};

class SbsDecoder {
 public:
  explicit SbsDecoder(const SbsOptions& options) : options_(options), framer_(kSbsLineBytesMax) {}

  void feed(ByteView bytes, UtcMs received, Sink& sink);
  /// Whole lines; the last one needs no line end.
  void feed_datagram(ByteView bytes, UtcMs received, Sink& sink);
  /// The stream has come to its end, as a file does: so has its last line, with or without a line end.
  void finish(UtcMs received, Sink& sink);
  void feed_line(std::string_view line, UtcMs received, Sink& sink);
  void reset() { framer_.reset(); }
  /// Octets of the stream are missing here: the rest of the line is passed over.
  void gap() { framer_.skip(); }

  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

 private:
  SbsOptions options_;
  LineFramer framer_;
  DecodeCounters counters_;
};

}  // namespace tansiq::surveillance
