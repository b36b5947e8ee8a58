#include "surveillance/ais_message.h"

#include <array>

#include "surveillance/moment.h"

namespace tansiq::surveillance {
namespace {

constexpr std::uint32_t kMmsiMax = 999'999'999;

/// Fewest and most bits a type can have. The most is generous: transmitters fill up to octets and slots.
struct Lengths {
  std::uint16_t min = 0;
  std::uint16_t max = 0;
};
constexpr std::array<Lengths, 28> kLengths{{
    {},         {163, 174}, {163, 174}, {163, 174}, {163, 174}, {420, 440}, {40, 1064},
    {40, 174},  {40, 1064}, {163, 174}, {66, 80},   {163, 174}, {72, 1064}, {40, 174},
    {40, 1064}, {88, 176},  {88, 176},  {80, 900},  {163, 174}, {306, 320}, {70, 190},
    {271, 400}, {163, 176}, {155, 176}, {160, 176}, {40, 176},  {60, 1064}, {95, 174},
}};

/// What all of a message's values have in common.
struct Reading {
  const AisPayload& bits;
  const AisContext& context;
  unsigned type;
  CraftId from;
};

bool mmsi_exists(std::uint32_t mmsi) { return mmsi <= kMmsiMax; }

/// 1/10000 minute to 1e-7 degree, 1/10 minute likewise (`per_minute`).
std::int32_t degrees_e7(std::int32_t value, std::int64_t per_minute) {
  return static_cast<std::int32_t>(scaled(value, 10'000'000, 60 * per_minute));
}

/// Longitude then latitude, of `lng_bits` and one fewer. 181° and 91° say "not available".
std::expected<std::optional<geo::LatLng>, Reject> position_at(const AisPayload& bits, std::size_t offset,
                                                              unsigned lng_bits, std::int64_t per_minute) {
  const std::int32_t lng = bits.signed_number(offset, lng_bits);
  const std::int32_t lat = bits.signed_number(offset + lng_bits, lng_bits - 1);
  const std::int64_t degree = 60 * per_minute;
  if (lng == 181 * degree || lat == 91 * degree) return std::nullopt;
  if (lng > 180 * degree || lng < -180 * degree || lat > 90 * degree || lat < -90 * degree) {
    return std::unexpected(Reject::kOutOfRange);
  }
  return geo::LatLng{degrees_e7(lat, per_minute), degrees_e7(lng, per_minute)};
}

Report begin_report(const Reading& in, Domain domain) {
  Report out;
  out.source = in.context.source;
  out.format = Format::kAis;
  out.domain = domain;
  out.id = in.from;
  out.received = in.context.received;
  out.time = in.context.base;
  out.basis = in.context.base_full ? TimeBasis::kFull : TimeBasis::kReceived;
  return out;
}

void set_second(Report& out, const Reading& in, std::uint32_t second) {
  if (second < 60) {
    out.time = nearest(in.context.base, second * 1'000LL, kMinuteMs);
    out.basis = TimeBasis::kSecondOfMinute;
  }
  out.set(Flag::kCoasting, second == 62);  // Estimated by dead reckoning.
  out.set(Flag::kSuspect, second == 61 || second == 63);
}

void set_course(Report& out, std::uint32_t tenth_degrees) {
  if (tenth_degrees < 3'600) out.course_mdeg = static_cast<std::int32_t>(tenth_degrees * 100);
}

void set_heading(Report& out, std::uint32_t degrees) {
  if (degrees < 360) out.heading_mdeg = static_cast<std::int32_t>(degrees * 1'000);
}

void set_speed(Report& out, std::uint32_t tenth_knots) {
  if (tenth_knots < 1'023) out.speed_cm_s = cm_s_from_tenth_knots(tenth_knots);
}

using Outcome = std::expected<void, Reject>;

Outcome class_a(const Reading& in, Report& out) {
  const AisPayload& bits = in.bits;
  const std::uint32_t status = bits.number(38, 4);
  if (status != 15) out.nav_status = static_cast<std::uint8_t>(status);
  if (status == 14) out.emergency = Emergency::kGeneral;  // AIS-SART, MOB, EPIRB.
  if (status == 14 && in.from.number / 1'000'000 == 972) out.emergency = Emergency::kManOverboard;
  const std::int32_t turn = bits.signed_number(42, 8);
  if (turn != -128) out.rate_of_turn = static_cast<std::int8_t>(turn);
  set_speed(out, bits.number(50, 10));
  out.set(Flag::kAccurate, bits.flag(60));
  auto position = position_at(bits, 61, 28, 10'000);
  if (!position) return std::unexpected(position.error());
  out.position = *position;
  set_course(out, bits.number(116, 12));
  set_heading(out, bits.number(128, 9));
  set_second(out, in, bits.number(137, 6));
  out.set(Flag::kManoeuvre, bits.number(143, 2) == 2);
  out.set(Flag::kRaim, bits.flag(148));
  return {};
}

Outcome class_b(const Reading& in, Report& out) {
  const AisPayload& bits = in.bits;
  set_speed(out, bits.number(46, 10));
  out.set(Flag::kAccurate, bits.flag(56));
  auto position = position_at(bits, 57, 28, 10'000);
  if (!position) return std::unexpected(position.error());
  out.position = *position;
  set_course(out, bits.number(112, 12));
  set_heading(out, bits.number(124, 9));
  set_second(out, in, bits.number(133, 6));
  out.set(Flag::kRaim, bits.flag(in.type == 19 ? 305 : 147));
  return {};
}

Outcome search_and_rescue(const Reading& in, Report& out) {
  const AisPayload& bits = in.bits;
  const std::uint32_t altitude_m = bits.number(38, 12);
  if (altitude_m < 4'095) {
    const auto cm = static_cast<std::int32_t>(altitude_m * 100);
    (bits.flag(134) ? out.pressure_cm : out.geometric_cm) = cm;
  }
  const std::uint32_t knots = bits.number(50, 10);
  if (knots < 1'023) out.speed_cm_s = cm_s_from_tenth_knots(knots * 10LL);
  out.set(Flag::kAccurate, bits.flag(60));
  auto position = position_at(bits, 61, 28, 10'000);
  if (!position) return std::unexpected(position.error());
  out.position = *position;
  set_course(out, bits.number(116, 12));
  set_second(out, in, bits.number(128, 6));
  out.set(Flag::kRaim, bits.flag(147));
  return {};
}

Outcome long_range(const Reading& in, Report& out) {
  const AisPayload& bits = in.bits;
  out.set(Flag::kAccurate, bits.flag(38));
  out.set(Flag::kRaim, bits.flag(39));
  const std::uint32_t status = bits.number(40, 4);
  if (status != 15) out.nav_status = static_cast<std::uint8_t>(status);
  if (status == 14) out.emergency = Emergency::kGeneral;
  auto position = position_at(bits, 44, 18, 10);
  if (!position) return std::unexpected(position.error());
  out.position = *position;
  const std::uint32_t knots = bits.number(79, 6);
  if (knots < 63) out.speed_cm_s = cm_s_from_tenth_knots(knots * 10LL);
  const std::uint32_t course = bits.number(85, 9);
  if (course < 360) out.course_mdeg = static_cast<std::int32_t>(course * 1'000);
  return {};
}

std::optional<Dimensions> dimensions_at(const AisPayload& bits, std::size_t offset) {
  const Dimensions out{
      static_cast<std::uint16_t>(bits.number(offset, 9)), static_cast<std::uint16_t>(bits.number(offset + 9, 9)),
      static_cast<std::uint8_t>(bits.number(offset + 18, 6)), static_cast<std::uint8_t>(bits.number(offset + 24, 6))};
  if (out == Dimensions{}) return std::nullopt;
  return out;
}

Identity begin_identity(const Reading& in) {
  Identity out;
  out.source = in.context.source;
  out.message = static_cast<std::uint8_t>(in.type);
  out.id = in.from;
  out.received = in.context.received;
  out.time = in.context.base;
  out.basis = in.context.base_full ? TimeBasis::kFull : TimeBasis::kReceived;
  return out;
}

void voyage(const Reading& in, Sink& sink, DecodeCounters& counters) {
  const AisPayload& bits = in.bits;
  Identity out = begin_identity(in);
  out.ais_version = static_cast<std::uint8_t>(bits.number(38, 2));
  if (const std::uint32_t imo = bits.number(40, 30); imo != 0) out.imo = imo;
  bits.text(70, 7, out.call_sign);
  bits.text(112, 20, out.name);
  out.ship_type = static_cast<std::uint8_t>(bits.number(232, 8));
  out.dimensions = dimensions_at(bits, 240);
  out.fix_type = static_cast<std::uint8_t>(bits.number(270, 4));
  const Eta eta{static_cast<std::uint8_t>(bits.number(274, 4)), static_cast<std::uint8_t>(bits.number(278, 5)),
                static_cast<std::uint8_t>(bits.number(283, 5)), static_cast<std::uint8_t>(bits.number(288, 6))};
  if (eta != Eta{}) out.eta = eta;
  if (const std::uint32_t draught = bits.number(294, 8); draught != 0) {
    out.draught_cm = static_cast<std::int32_t>(draught * 10);
  }
  // A message cut short of its last padding may end within the destination; what is there is read.
  const std::size_t chars = std::min<std::size_t>(20, (bits.size() - 302) / 6);
  bits.text(302, chars, out.destination);
  if (bits.size() >= 423) out.terminal_ready = !bits.flag(422);
  ++counters.identities;
  sink.identity(out);
}

/// Types 4 and 11 have the same bits: year to second, then the position.
Outcome date_and_position(const Reading& in, Sink& sink, DecodeCounters& counters) {
  const AisPayload& bits = in.bits;
  const CivilTime civil{static_cast<int>(bits.number(38, 14)), static_cast<int>(bits.number(52, 4)),
                        static_cast<int>(bits.number(56, 5)),  static_cast<int>(bits.number(61, 5)),
                        static_cast<int>(bits.number(66, 6)),  static_cast<int>(bits.number(72, 6))};
  const auto position = position_at(bits, 79, 28, 10'000);
  if (!position) return std::unexpected(position.error());
  if (in.type == 4) {
    SensorStatus out;
    out.source = in.context.source;
    out.format = Format::kAis;
    out.kind = StatusKind::kBaseStation;
    out.mmsi = in.from.number;
    out.received = in.context.received;
    out.time = civil.valid() ? civil.utc() : in.context.base;
    out.basis = civil.valid() || in.context.base_full ? TimeBasis::kFull : TimeBasis::kReceived;
    out.position = *position;
    ++counters.statuses;
    sink.status(out);
    return {};
  }
  Report out = begin_report(in, Domain::kSea);
  if (civil.valid()) {
    out.time = civil.utc();
    out.basis = TimeBasis::kFull;
  }
  out.position = *position;
  out.set(Flag::kAccurate, bits.flag(78));
  out.set(Flag::kRaim, bits.flag(148));
  ++counters.reports;
  sink.report(out);
  return {};
}

void extended_class_b(const Reading& in, Sink& sink, DecodeCounters& counters) {
  const AisPayload& bits = in.bits;
  Identity out = begin_identity(in);
  bits.text(143, 20, out.name);
  out.ship_type = static_cast<std::uint8_t>(bits.number(263, 8));
  out.dimensions = dimensions_at(bits, 271);
  out.fix_type = static_cast<std::uint8_t>(bits.number(301, 4));
  if (bits.size() >= 307) out.terminal_ready = !bits.flag(306);
  ++counters.identities;
  sink.identity(out);
}

Outcome aid(const Reading& in, Sink& sink, DecodeCounters& counters) {
  const AisPayload& bits = in.bits;
  Report out = begin_report(in, Domain::kSea);
  out.set(Flag::kAidToNavigation);
  out.set(Flag::kAccurate, bits.flag(163));
  const auto position = position_at(bits, 164, 28, 10'000);
  if (!position) return std::unexpected(position.error());
  out.position = *position;
  const std::uint32_t second = bits.number(253, 6);
  set_second(out, in, second);
  out.set(Flag::kOffPosition, second < 60 && bits.flag(259));  // Meaningless where there is no time.
  out.set(Flag::kVirtual, bits.flag(269));
  out.set(Flag::kRaim, bits.flag(268));
  ++counters.reports;
  sink.report(out);

  Identity who = begin_identity(in);
  who.aid_type = static_cast<std::uint8_t>(bits.number(38, 5));
  bits.text(43, 20, who.name);
  if (who.name.view().size() == 20 && bits.size() >= 272 + 6) {
    FixedText<20> more;
    bits.text(272, std::min<std::size_t>(14, (bits.size() - 272) / 6), more);
    for (const char c : more.view()) who.name.push_back(c);
  }
  who.dimensions = dimensions_at(bits, 219);
  who.fix_type = static_cast<std::uint8_t>(bits.number(249, 4));
  ++counters.identities;
  sink.identity(who);
  return {};
}

Outcome static_report(const Reading& in, Sink& sink, DecodeCounters& counters) {
  const AisPayload& bits = in.bits;
  Identity out = begin_identity(in);
  const std::uint32_t part = bits.number(38, 2);
  if (part > 1) return std::unexpected(Reject::kOutOfRange);
  out.part = static_cast<std::uint8_t>(part);
  if (part == 0) {
    bits.text(40, 20, out.name);
  } else {
    if (bits.size() < 162) return std::unexpected(Reject::kWrongLength);
    out.ship_type = static_cast<std::uint8_t>(bits.number(40, 8));
    bits.text(48, 7, out.vendor);
    bits.text(90, 7, out.call_sign);
    // 98 and then a country: an auxiliary craft, which says its mother ship instead of its dimensions.
    if (in.from.number / 10'000'000 == 98) {
      if (const std::uint32_t mother = bits.number(132, 30); mother != 0) out.mother_ship = mother;
    } else {
      out.dimensions = dimensions_at(bits, 132);
    }
  }
  ++counters.identities;
  sink.identity(out);
  return {};
}

Outcome safety_text(const Reading& in, Sink& sink, DecodeCounters& counters) {
  const AisPayload& bits = in.bits;
  Text out;
  out.source = in.context.source;
  out.received = in.context.received;
  out.from = in.from;
  std::size_t begin = 40;
  if (in.type == 12) {
    out.sequence = static_cast<std::uint8_t>(bits.number(38, 2));
    const std::uint32_t to = bits.number(40, 30);
    if (!mmsi_exists(to)) return std::unexpected(Reject::kOutOfRange);
    out.to = CraftId{IdKind::kMmsi, to};
    out.retransmitted = bits.flag(70);
    begin = 72;
  }
  bits.text(begin, (bits.size() - begin) / 6, out.text);
  ++counters.texts;
  sink.text(out);
  return {};
}

/// 111 and then a country: a search and rescue aircraft, whichever message it sends.
Domain domain_of(std::uint32_t mmsi) { return mmsi / 1'000'000 == 111 ? Domain::kAir : Domain::kSea; }

template <class Fill>
Outcome position_report(const Reading& in, Domain domain, Sink& sink, DecodeCounters& counters, Fill&& fill) {
  Report out = begin_report(in, domain);
  if (auto good = fill(in, out); !good) return good;
  ++counters.reports;
  sink.report(out);
  return {};
}

Outcome dispatch(const Reading& in, Sink& sink, DecodeCounters& counters) {
  const Domain domain = domain_of(in.from.number);
  switch (in.type) {
    case 1:
    case 2:
    case 3:
      return position_report(in, domain, sink, counters, class_a);
    case 4:
    case 11:
      return date_and_position(in, sink, counters);
    case 5:
      voyage(in, sink, counters);
      return {};
    case 9:
      return position_report(in, Domain::kAir, sink, counters, search_and_rescue);
    case 12:
    case 14:
      return safety_text(in, sink, counters);
    case 18:
      return position_report(in, domain, sink, counters, class_b);
    case 19:
      if (auto good = position_report(in, domain, sink, counters, class_b); !good) return good;
      extended_class_b(in, sink, counters);
      return {};
    case 21:
      return aid(in, sink, counters);
    case 24:
      return static_report(in, sink, counters);
    default:
      return position_report(in, domain, sink, counters, long_range);
  }
}

constexpr bool is_read(unsigned type) {
  return type <= 5 || type == 9 || type == 11 || type == 12 || type == 14 || type == 18 || type == 19 || type == 21 ||
         type == 24 || type == 27;
}

}  // namespace

std::expected<AisOutcome, Reject> decode_ais(const AisPayload& bits, const AisContext& context, Sink& sink,
                                             DecodeCounters& counters) {
  if (bits.size() < 38) return std::unexpected(Reject::kTruncated);
  const unsigned type = bits.number(0, 6);
  if (type == 0 || type >= kLengths.size()) return std::unexpected(Reject::kOutOfRange);
  if (bits.size() < kLengths[type].min || bits.size() > kLengths[type].max) {
    return std::unexpected(Reject::kWrongLength);
  }
  const std::uint32_t mmsi = bits.number(8, 30);
  if (!mmsi_exists(mmsi)) return std::unexpected(Reject::kOutOfRange);
  if (!is_read(type)) return AisOutcome::kByType;
  const Reading in{bits, context, type, CraftId{IdKind::kMmsi, mmsi}};
  if (auto good = dispatch(in, sink, counters); !good) return std::unexpected(good.error());
  return AisOutcome::kTaken;
}

}  // namespace tansiq::surveillance
