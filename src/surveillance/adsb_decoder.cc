#include "surveillance/adsb_decoder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/units.h"
#include "surveillance/adsb_squitter_impl.h"
#include "surveillance/mode_s.h"

namespace tansiq::surveillance {
namespace {

constexpr DurationMs kPairAirborneMs = 10'000;
constexpr DurationMs kPairSurfaceMs = 25'000;
constexpr DurationMs kLocalMs = 60'000;
constexpr double kSpareM = 3'000;
constexpr double kAirborneMetresPerSecond = 1'100;
constexpr double kSurfaceMetresPerSecond = 150;
constexpr std::uint8_t kStrikesMax = 3;

}  // namespace

double rough_distance_m(geo::LatLng a, geo::LatLng b) {
  constexpr double kRadian = std::numbers::pi / 180e7;
  const double dlat = (b.lat_e7 - static_cast<double>(a.lat_e7)) * kRadian;
  const double dlng = (b.lng_e7 - static_cast<double>(a.lng_e7)) * kRadian;
  const double u = std::sin(dlat / 2);
  const double v = std::sin(dlng / 2);
  const double h = u * u + std::cos(a.lat_e7 * kRadian) * std::cos(b.lat_e7 * kRadian) * v * v;
  return 2 * 6'371'000.0 * std::asin(std::min(1.0, std::sqrt(h)));
}

void AdsbDecoder::feed(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  framer_.feed(bytes, counters_, [&](const BeastFrame& frame) {
    if (frame.kind == BeastFrame::Kind::kShort || frame.kind == BeastFrame::Kind::kLong) {
      take(frame.message, received, sink);
    } else {
      counters_.reject(Reject::kNotForUs);
    }
  });
}

void AdsbDecoder::feed_datagram(ByteView bytes, UtcMs received, Sink& sink) {
  framer_.reset();
  feed(bytes, received, sink);
  framer_.finish(counters_);
}

void AdsbDecoder::feed_message(ByteView message, UtcMs received, Sink& sink) {
  counters_.bytes += message.size();
  ++counters_.units;
  take(message, received, sink);
}

void AdsbDecoder::take(ByteView message, UtcMs received, Sink& sink) {
  if (message.size() != kModeSShortBytes && message.size() != kModeSLongBytes) {
    counters_.reject(Reject::kWrongLength);
    return;
  }
  const unsigned format = message[0] >> 3;
  // Formats 16 and above are long, the rest short.
  if ((message.size() == kModeSLongBytes) != (format >= 16)) {
    counters_.reject(Reject::kWrongLength);
    return;
  }
  switch (format) {
    case 17:
    case 18:
      squitter(message, received, sink);
      return;
    case 11:
      all_call(message, received, sink);
      return;
    case 4:
    case 5:
    case 20:
    case 21:
      reply(message, received, sink);
      return;
    default:
      counters_.reject(Reject::kNotForUs);
  }
}

namespace {

Report begin_report(const AdsbOptions& options, CraftId id, UtcMs received) {
  Report out;
  out.source = options.source;
  out.format = Format::kAdsb;
  out.domain = Domain::kAir;
  out.id = id;
  out.received = received;
  out.time = received;
  return out;
}

std::uint32_t address_of(ByteView message) {
  return static_cast<std::uint32_t>(message[1]) << 16 | static_cast<std::uint32_t>(message[2]) << 8 | message[3];
}

/// Whose address a squitter bears; nothing for kinds that have another layout.
std::optional<IdKind> kind_of(ByteView message) {
  if (message[0] >> 3 == 17) return IdKind::kIcao;
  const std::uint8_t* me = message.data() + 4;
  const unsigned type = me[0] >> 3;
  // TIS-B and rebroadcast messages mark an address that is not ICAO's; where depends on the type.
  const bool marked = get_bits(me, type == 19 ? 8 : 7, 1) != 0 && type >= 9 && type <= 22;
  switch (message[0] & 7) {
    case 0:
      return IdKind::kIcao;
    case 2:
    case 6:
      return marked ? IdKind::kNonIcao : IdKind::kIcao;
    case 1:
    case 5:
      return IdKind::kNonIcao;
    default:
      return std::nullopt;
  }
}

}  // namespace

void AdsbDecoder::squitter(ByteView message, UtcMs received, Sink& sink) {
  if (mode_s_remainder(message) != 0) {
    counters_.reject(Reject::kBadChecksum);
    return;
  }
  const std::optional<IdKind> kind = kind_of(message);
  if (!kind) {
    counters_.reject(Reject::kNotForUs);
    return;
  }
  const CraftId id{*kind, address_of(message)};
  AdsbCraft* craft = craft_.find_or_add(id, received);
  if (craft == nullptr) {
    counters_.reject(Reject::kNoRoom);
    return;
  }
  Report out = begin_report(options_, id, received);
  const std::uint8_t* me = message.data() + 4;
  if (!fill({*craft, me, received, static_cast<unsigned>(me[0] >> 3), static_cast<unsigned>(me[0] & 7)}, out)) return;
  emit(out, sink);
}

void AdsbDecoder::emit(Report& out, Sink& sink) {
  ++counters_.reports;
  sink.report(out);
}

void AdsbDecoder::all_call(ByteView message, UtcMs received, Sink& sink) {
  const std::uint32_t rest = mode_s_remainder(message);
  const CraftId id{IdKind::kIcao, address_of(message)};
  // The interrogator's code lies over the low seven bits of the parity.
  if (rest > 0x7F) {
    counters_.reject(Reject::kBadChecksum);
    return;
  }
  if (rest != 0 && craft_.find(id, received) == nullptr) {
    counters_.reject(Reject::kUnknownAddress);
    return;
  }
  if (craft_.find_or_add(id, received) == nullptr) {
    counters_.reject(Reject::kNoRoom);
    return;
  }
  Report out = begin_report(options_, id, received);
  out.set(Flag::kOnGround, (message[0] & 7) == 4);
  emit(out, sink);
}

void AdsbDecoder::reply(ByteView message, UtcMs received, Sink& sink) {
  const CraftId id{IdKind::kIcao, mode_s_remainder(message)};
  AdsbCraft* craft = craft_.find(id, received);
  if (craft == nullptr) {
    counters_.reject(Reject::kUnknownAddress);
    return;
  }
  Report out = begin_report(options_, id, received);
  const unsigned status = message[0] & 7;
  out.set(Flag::kOnGround, status == 1 || status == 3);
  out.set(Flag::kSpi, status == 4 || status == 5);
  const auto code = static_cast<std::uint32_t>(get_bits(message.data(), 19, 13));
  if ((message[0] >> 3 & 1) == 0) {
    if (const auto feet = altitude_13(code)) out.pressure_cm = static_cast<std::int32_t>(cm_from_feet(*feet));
  } else {
    out.mode_3a = identity_13(code);
    if (out.mode_3a == 07700) out.emergency = Emergency::kGeneral;
    if (out.mode_3a == 07600) out.emergency = Emergency::kNoRadio;
    if (out.mode_3a == 07500) out.emergency = Emergency::kUnlawful;
  }
  emit(out, sink);
}

/// False when nothing is to be reported; the reason was counted.
bool AdsbDecoder::fill(const Squitter& in, Report& out) {
  if (in.craft.version >= 0) out.quality.version = in.craft.version;
  bool said = false;
  if (in.type >= 1 && in.type <= 4) {
    identification(in, out);
    return true;
  }
  if (in.type >= 5 && in.type <= 8) return surface_position(in, out);
  if ((in.type >= 9 && in.type <= 18) || (in.type >= 20 && in.type <= 22)) return airborne_position(in, out);
  if (in.type == 19) said = velocity(in, out);
  if (in.type == 28) said = emergency(in, out);
  if (in.type == 29) said = target_state(in, out);
  if (in.type == 31) said = operational_status(in, out);
  if (!said) ++counters_.unused;
  return said;
}

bool AdsbDecoder::credible(const AdsbCraft& craft, geo::LatLng place, CprKind kind, UtcMs now) const {
  if (options_.receiver && rough_distance_m(*options_.receiver, place) > options_.range_m) return false;
  if (!craft.position) return true;
  const double seconds = std::fabs(static_cast<double>(now - craft.position_time)) * 1e-3;
  const bool surface = kind == CprKind::kSurface && craft.position_kind == CprKind::kSurface;
  const double reach = kSpareM + seconds * (surface ? kSurfaceMetresPerSecond : kAirborneMetresPerSecond);
  return rough_distance_m(*craft.position, place) <= reach;
}

/// Finds the place and remembers it; what cannot be believed is counted.
AdsbDecoder::Located AdsbDecoder::locate(const Squitter& in, const CprPlace& place, CprKind kind, Report& out) {
  AdsbCraft& craft = in.craft;
  (place.odd ? craft.odd : craft.even) = {place, in.received, kind, true};
  const AdsbCraft::Half& other = place.odd ? craft.even : craft.odd;

  std::optional<geo::LatLng> found;
  const bool known = craft.position && in.received - craft.position_time <= kLocalMs &&
                     in.received >= craft.position_time && craft.position_kind == kind;
  const std::optional<geo::LatLng> near = craft.position ? craft.position : options_.receiver;
  const DurationMs apart = in.received - other.time;
  const bool pair = other.there && other.kind == kind && apart >= 0 &&
                    apart <= (kind == CprKind::kAirborne ? kPairAirborneMs : kPairSurfaceMs);
  if (known) {
    found = cpr_local(place, kind, *craft.position);
  } else if (pair && (kind == CprKind::kAirborne || near)) {
    const geo::LatLng hint = near.value_or(geo::LatLng{});
    found = cpr_global(craft.even.place, craft.odd.place, place.odd, kind, hint);
    const auto again = cpr_global(craft.even.place, craft.odd.place, !place.odd, kind, hint);
    if (!found || !again || rough_distance_m(*found, *again) > kSpareM + 1'100.0 * static_cast<double>(apart) * 1e-3) {
      counters_.reject(Reject::kInconsistent);
      return Located::kRefused;
    }
  } else {
    return Located::kHalf;
  }
  if (!found || !credible(craft, *found, kind, in.received)) {
    counters_.reject(Reject::kInconsistent);
    if (++craft.strikes >= kStrikesMax) {
      craft.position.reset();
      craft.even.there = craft.odd.there = false;
      craft.strikes = 0;
    }
    return Located::kRefused;
  }
  craft.strikes = 0;
  craft.position = found;
  craft.position_time = in.received;
  craft.position_kind = kind;
  out.position = found;
  return Located::kFound;
}

}  // namespace tansiq::surveillance
