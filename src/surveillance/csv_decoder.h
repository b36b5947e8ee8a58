// Recordings and live feeds of CSV to reports, through a declared mapping (formats/columns.h).
//
//   CsvDecoder csv({.mapping = formats::opensky_columns(), .id = IdKind::kIcao});
//   csv.feed(bytes, now, sink);   // the first line names the columns
//
// What a column means, its unit, what kind of id stands in it and in which domain its craft move is said by whoever
// configures the input; nothing is guessed. This is the reading of one row as one statement; formats/recording.h is the
// other, of a whole file as tracks in order, for the offline check.
#pragma once

#include <string>
#include <vector>

#include "formats/columns.h"
#include "surveillance/counters.h"
#include "surveillance/line_framer.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

inline constexpr std::size_t kCsvLineBytesMax = 8'192;

struct CsvOptions {
  SourceId source = {};
  formats::ColumnMapping mapping = formats::opensky_columns();
  IdKind id = IdKind::kUid;  ///< kIcao: six hexadecimal digits; kMmsi: nine decimal ones; kUid: any text.
  Domain domain = Domain::kAir;
};

class CsvDecoder {
 public:
  explicit CsvDecoder(CsvOptions options) : options_(std::move(options)), framer_(kCsvLineBytesMax) {}

  void feed(ByteView bytes, UtcMs received, Sink& sink);
  /// Whole lines; the last one needs no line end.
  void feed_datagram(ByteView bytes, UtcMs received, Sink& sink);
  /// The stream has come to its end, as a file does: so has its last line, with or without a line end.
  void finish(UtcMs received, Sink& sink);
  /// A row, or the heading when there was none yet.
  void feed_line(std::string_view line, UtcMs received, Sink& sink);
  /// The connection is gone; the next one begins with a heading.
  void reset();
  /// Octets of the stream are missing here: the rest of the line is passed over; the heading holds.
  void gap() { framer_.skip(); }

  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

 private:
  bool read_heading(std::string_view line);

  CsvOptions options_;
  LineFramer framer_;
  DecodeCounters counters_;
  bool headed_ = false;
  std::array<std::size_t, formats::kRoles> places_{};  ///< Of each role's column.
};

}  // namespace tansiq::surveillance
