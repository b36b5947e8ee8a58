// ASTERIX data blocks to reports: categories 021, 034, 048, 062 and 065, each in an edition chosen for the source.
//
//   AsterixOptions options{.source = source};
//   TRY_VOID(options.choose(62, "1.19"));
//   options.radars.push_back({.system = 0x1902, .position = place, .height_cm = 31'000});
//   AsterixDecoder asterix(std::move(options));
//   asterix.feed_datagram(bytes, now, sink);   // UDP: whole blocks
//   asterix.feed(bytes, now, sink);            // TCP or a file: blocks one after the other
//
// A block is all or nothing: every record of it is walked by its layout before the first is believed, because behind a
// damaged one the others cannot be found. A record that is well formed but says what cannot be (a time of day beyond 24
// hours, a latitude beyond 90 degrees) is refused alone. A reserved expansion field is read by its own layout; one of
// another edition is counted as `unknown_item` and passed over by its length, and the record stands.
//
// A stream has no marks between blocks. After a length that cannot be, the decoder looks for the next place where a
// block of a known category begins whose records fit its length exactly.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "surveillance/asterix_record.h"
#include "surveillance/asterix_tables.h"
#include "surveillance/counters.h"
#include "surveillance/polar.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// Longest block taken from a stream: a length beyond it is taken for lost octets. Radars send at most some 1,500, and
/// a damaged length may hold back what follows by no more than this. A datagram may be as long as it is.
inline constexpr std::size_t kAsterixBlockBytesMax = 8'192;

struct AsterixOptions {
  SourceId source = {};
  std::vector<RadarPlace> radars = {};  ///< For CAT 048, and the origins of trackers that send item 062/100 alone.
                                        ///< CAT 034 item 120 is reported, not believed.
  /// By category 021, 034, 048, 062, 065; the newest unless chosen otherwise.
  std::array<const asterix::Edition*, 5> editions = newest();

  /// Fails with `kUnsupported`, naming the editions there are.
  [[nodiscard]] Status choose(unsigned category, std::string_view edition);
  [[nodiscard]] static std::array<const asterix::Edition*, 5> newest();
};

class AsterixDecoder {
 public:
  explicit AsterixDecoder(AsterixOptions options);

  void feed_datagram(ByteView bytes, UtcMs received, Sink& sink);
  void feed(ByteView bytes, UtcMs received, Sink& sink);
  void reset();
  /// Octets of the stream are missing here: the next block is looked for.
  void gap() {
    reset();
    searching_ = true;
  }

  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

 private:
  struct Turn;

  [[nodiscard]] const asterix::Edition* edition_of(std::uint8_t category) const;
  [[nodiscard]] Reject fault_of(const asterix::Edition& edition, ByteView records) const;
  bool block(ByteView block, UtcMs received, Sink& sink, bool searching);
  std::expected<void, Reject> record(const asterix::Edition& edition, const asterix::Record& record, UtcMs received,
                                     Sink& sink);
  std::expected<void, Reject> adsb(Turn& turn);
  std::expected<void, Reject> radar(Turn& turn);
  std::expected<void, Reject> track(Turn& turn);
  std::expected<void, Reject> radar_service(Turn& turn);
  std::expected<void, Reject> tracker_service(Turn& turn);
  [[nodiscard]] asterix::Parts expansion(const Turn& turn, std::uint8_t frn);
  [[nodiscard]] const PolarFrame* radar_of(std::uint16_t system) const;

  AsterixOptions options_;
  std::vector<PolarFrame> radars_;
  DecodeCounters counters_;
  std::vector<std::uint8_t> kept_;  ///< The beginning of a block of a stream.
  bool searching_ = false;
  unsigned tries_ = 0;  ///< Beginnings of blocks that were none, in this search.
};

}  // namespace tansiq::surveillance
