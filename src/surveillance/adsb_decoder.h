// Mode S messages from a Beast stream to reports: extended squitters in full, replies as far as parity lets one know
// whose they are.
//
//   AdsbDecoder adsb({.source = source, .receiver = place});
//   adsb.feed(bytes, now, sink);
//
//   17            every extended squitter below; its parity must be zero
//   18            the same from other transmitters; TIS-B coarse positions and management messages are only counted
//   11            presence, on ground or not: parity zero, or an interrogator's code over it and a craft heard already
//   4, 20         pressure altitude, flight status; the address is what remains of the parity, and is believed only
//                 where a squitter with that address was heard in the last five minutes
//   5, 21         mode 3/A code, flight status; likewise
//   0, 16, …      counted as not for us
//
// A reply whose address is nobody's is counted as `unknown_address`: it may be a craft without squitter, a fault in any
// of its bits, or noise; nothing in it can tell. No bits are corrected: a corrected message could be another craft's.
//
// Positions: global decoding from an even and an odd half at most 10 s apart (surface 25 s); with a known place at most
// 60 s old and within reach, local decoding. A place that could not have been reached from the last one at 1,100 m/s
// (on the surface 150 m/s) with 3 km to spare, or that is further than `range_m` from the receiver, is `inconsistent`
// and not reported; after three such the old place is given up instead. The first place of a craft is believed only
// when both halves of its pair agree on it within 3 km.
#pragma once

#include "surveillance/adsb_craft.h"
#include "surveillance/beast.h"
#include "surveillance/counters.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

struct AdsbOptions {
  SourceId source = {};
  /// Needed to place craft on the ground that were not heard in the air.
  std::optional<geo::LatLng> receiver = std::nullopt;
  double range_m = 800'000;  ///< Of the receiver; not looked at without its place.
};

class AdsbDecoder {
 public:
  explicit AdsbDecoder(const AdsbOptions& options) : options_(options) {}

  /// A Beast stream, in pieces as they come.
  void feed(ByteView bytes, UtcMs received, Sink& sink);
  /// A datagram of whole Beast frames: what is cut at its end is `truncated`.
  void feed_datagram(ByteView bytes, UtcMs received, Sink& sink);
  /// One message of 7 or 14 octets, however it came.
  void feed_message(ByteView message, UtcMs received, Sink& sink);
  /// The connection is gone. What is known of craft stays.
  void reset() { framer_.reset(); }

  [[nodiscard]] const DecodeCounters& counters() const { return counters_; }

 private:
  struct Squitter;
  enum class Located : std::uint8_t {
    kFound,
    kHalf,     ///< The other half, or a place to begin from, is missing.
    kRefused,  ///< It contradicts what is known; counted.
  };

  void take(ByteView message, UtcMs received, Sink& sink);
  void squitter(ByteView message, UtcMs received, Sink& sink);
  void all_call(ByteView message, UtcMs received, Sink& sink);
  void reply(ByteView message, UtcMs received, Sink& sink);
  bool fill(const Squitter& in, Report& out);
  /// Of a place, as the craft said last.
  static void accuracy(const Squitter& in, Report& out);
  static void learn_accuracy(const Squitter& in, unsigned nac_p, Report& out);
  void identification(const Squitter& in, Report& out) const;
  bool surface_position(const Squitter& in, Report& out);
  bool airborne_position(const Squitter& in, Report& out);
  bool velocity(const Squitter& in, Report& out) const;
  bool emergency(const Squitter& in, Report& out) const;
  bool target_state(const Squitter& in, Report& out) const;
  bool operational_status(const Squitter& in, Report& out) const;
  Located locate(const Squitter& in, const CprPlace& place, CprKind kind, Report& out);
  [[nodiscard]] bool credible(const AdsbCraft& craft, geo::LatLng place, CprKind kind, UtcMs now) const;
  void emit(Report& out, Sink& sink);

  AdsbOptions options_;
  BeastFramer framer_;
  AdsbCraftTable craft_;
  DecodeCounters counters_;
};

/// Distance in metres as the spherical law of haversines has it; below 0.6 % from the ellipsoid's. For bounds of
/// credibility, which have kilometres to spare.
[[nodiscard]] double rough_distance_m(geo::LatLng a, geo::LatLng b);

}  // namespace tansiq::surveillance
