// Cursor on Target to reports: XML events over TCP or UDP, and TAK protocol version 1 (protobuf).
//
//   CotDecoder cot({.source = source});
//   cot.feed_datagram(bytes, now, sink);   // one event, or a mesh message 0xBF 0x01 0xBF …
//   cot.feed(bytes, now, sink);            // a stream: events one after the other, or 0xBF, length, message
//
// On a stream an event ends at `</event>`; there are no lengths around XML, so a text that quotes this (in a comment,
// in CDATA) is taken for the end and both halves are refused. Document types, entities and processing instructions are
// refused: nothing that this format needs, and what attacks on XML are made of.
//
// Only events of type `a-…` (something that is somewhere) and the alarms `b-a-o-…` become reports. The second part of a
// type is the source's opinion whether somebody is a friend. It stays in `Report::kind` as the source's word and means
// nothing here; domains follow from the third part.
//
// A uid that is a craft's address (`ICAO-4840D6`, `MMSI-227006760`: what append_cot_event and common gateways write) is
// taken for that address, every other for itself.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"
#include "surveillance/counters.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// One event, in either encoding. Details of video and routes may be long; those of positions are not.
inline constexpr std::size_t kCotEventBytesMax = 64U << 10;
inline constexpr std::size_t kCotDepthMax = 32;

struct CotOptions {
  SourceId source = {};
};

/// What both encodings of an event say, before it is a report.
struct CotEvent {
  FixedText<48> uid;
  FixedText<32> type;
  FixedText<20> call_sign;
  std::optional<UtcMs> time;
  std::optional<UtcMs> start;
  std::optional<UtcMs> stale;
  std::optional<geo::LatLng> position;
  std::optional<std::int32_t> height_cm;
  std::optional<std::int32_t> error_cm;  ///< Circular error, as the source means it.
  std::optional<std::int32_t> course_mdeg;
  std::optional<std::int32_t> speed_cm_s;
};

class CotXml;

class CotDecoder {
 public:
  explicit CotDecoder(const CotOptions& options);
  CotDecoder(const CotDecoder&) = delete;
  CotDecoder& operator=(const CotDecoder&) = delete;
  ~CotDecoder();

  void feed(ByteView bytes, UtcMs received, Sink& sink);
  void feed_datagram(ByteView bytes, UtcMs received, Sink& sink);
  void reset();

  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

 private:
  std::size_t cut(ByteView bytes, UtcMs received, Sink& sink);
  std::size_t cut_xml(ByteView bytes, UtcMs received, Sink& sink);
  std::size_t cut_tak(ByteView bytes, UtcMs received, Sink& sink);
  void xml(ByteView event, UtcMs received, Sink& sink);
  void tak(ByteView message, UtcMs received, Sink& sink);
  void take(const CotEvent& event, UtcMs received, Sink& sink);
  void reject(Reject why);

  CotOptions options_;
  DecodeCounters counters_;
  std::unique_ptr<CotXml> xml_;
  std::string kept_;          ///< The beginning of an event of a stream.
  std::size_t searched_ = 0;  ///< How much of it has no end in it.
  bool skipping_ = false;     ///< An event was too long: what comes is passed over up to its end.
};

}  // namespace tansiq::surveillance
