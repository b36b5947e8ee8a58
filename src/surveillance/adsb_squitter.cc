// The fields of extended squitters by type code (RTCA DO-260B; bit n of the message field is offset n - 1 here).
#include <array>

#include "base/units.h"
#include "surveillance/adsb_decoder.h"
#include "surveillance/adsb_squitter_impl.h"
#include "surveillance/mode_s.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

constexpr DurationMs kDifferenceMs = 30'000;
/// A craft says how accurate its places are every few seconds; what it has not said again for longer holds no more.
constexpr DurationMs kAccuracyMs = 30'000;

/// Emitter category as CAT 021 numbers it, of the set (type code) and its value.
std::optional<std::uint8_t> emitter_of(unsigned type, unsigned category) {
  constexpr std::array<std::array<std::uint8_t, 8>, 3> kSets{{
      {0, 20, 21, 22, 23, 24, 0, 0},   // C: surface vehicles, obstacles
      {0, 11, 12, 16, 15, 0, 13, 14},  // B: gliders, balloons, unmanned, space
      {0, 1, 2, 3, 4, 5, 6, 10},       // A: aeroplanes by weight, rotorcraft
  }};
  if (type < 2 || type > 4) return std::nullopt;
  const std::uint8_t emitter = kSets[type - 2][category];
  if (emitter == 0) return std::nullopt;
  return emitter;
}

/// Integrity of a position: by type code, and where one code stands for two categories by the supplements.
std::int8_t nic_of(unsigned type, int version, bool nic_a, bool nic_b) {
  if (version <= 0) {
    constexpr std::array<std::int8_t, 23> kNucp{-1, -1, -1, -1, -1, 9, 8, 7,  6, 9, 8, 7,
                                                6,  5,  4,  3,  2,  1, 0, -1, 9, 8, 0};
    return kNucp[type];
  }
  constexpr std::array<std::int8_t, 23> kNic{-1, -1, -1, -1, -1, 11, 10, 8,  0,  11, 10, 8,
                                             7,  6,  5,  4,  2,  1,  0,  -1, 11, 10, 0};
  const bool higher = version == 1 ? nic_a : nic_a && nic_b;
  if (higher && (type == 11 || type == 7)) return 9;
  if (higher && type == 16) return 3;
  return kNic[type];
}

constexpr std::array<Emergency, 8> kEmergencies{Emergency::kNone,   Emergency::kGeneral, Emergency::kMedical,
                                                Emergency::kFuel,   Emergency::kNoRadio, Emergency::kUnlawful,
                                                Emergency::kDowned, Emergency::kReserved};

}  // namespace

void AdsbDecoder::accuracy(const Squitter& in, Report& out) {
  if (in.craft.nac_p >= 0 && in.received - in.craft.nac_p_time <= kAccuracyMs) out.quality.nac_p = in.craft.nac_p;
}

void AdsbDecoder::learn_accuracy(const Squitter& in, unsigned nac_p, Report& out) {
  out.quality.nac_p = in.craft.nac_p = static_cast<std::int8_t>(nac_p);
  in.craft.nac_p_time = in.received;
}

void AdsbDecoder::identification(const Squitter& in, Report& out) const {
  out.call_sign = mode_s_text(in.me, 8);
  out.emitter = emitter_of(in.type, in.subtype);
  if (out.emitter && *out.emitter >= 20) out.domain = Domain::kGround;
}

bool AdsbDecoder::surface_position(const Squitter& in, Report& out) {
  const CprPlace place{in.number(22, 17), in.number(39, 17), in.flag(21)};
  if (locate(in, place, CprKind::kSurface, out) == Located::kRefused) return false;
  out.set(Flag::kOnGround);
  out.quality.nic = nic_of(in.type, in.craft.version, in.craft.nic_a, false);
  accuracy(in, out);
  if (const auto eighths = movement_eighth_knots(in.number(5, 7))) {
    out.speed_cm_s = static_cast<std::int32_t>(scaled(*eighths, 185'200, 8 * 3'600));
  }
  if (in.flag(12)) out.course_mdeg = static_cast<std::int32_t>(scaled(in.number(13, 7), 360'000, 128));
  return true;
}

bool AdsbDecoder::airborne_position(const Squitter& in, Report& out) {
  const CprPlace place{in.number(22, 17), in.number(39, 17), in.flag(21)};
  const auto feet = altitude_12(in.number(8, 12));
  const bool geometric = in.type >= 20;
  if (feet) {
    const auto cm = static_cast<std::int32_t>(cm_from_feet(*feet));
    (geometric ? out.geometric_cm : out.pressure_cm) = cm;
    const AdsbCraft& craft = in.craft;
    if (!geometric && craft.geometric_minus_pressure_cm && in.received - craft.difference_time <= kDifferenceMs) {
      out.geometric_cm = cm + *craft.geometric_minus_pressure_cm;
    }
  }
  const unsigned status = in.number(5, 2);
  if (status == 1) out.emergency = Emergency::kGeneral;
  out.set(Flag::kSpi, status == 3);
  out.quality.nic = nic_of(in.type, in.craft.version, in.craft.nic_a, in.flag(7));
  accuracy(in, out);
  return locate(in, place, CprKind::kAirborne, out) != Located::kRefused;
}

bool AdsbDecoder::velocity(const Squitter& in, Report& out) const {
  if (in.subtype < 1 || in.subtype > 4) return false;
  out.quality.nac_v = static_cast<std::int8_t>(in.number(10, 3));
  const std::int64_t step = in.subtype % 2 == 0 ? 4 : 1;  // Supersonic craft count in steps of four knots.
  if (in.subtype <= 2) {
    const std::int64_t east = in.number(14, 10);
    const std::int64_t north = in.number(25, 10);
    if (east != 0 && north != 0) {
      const auto vx = static_cast<double>((east - 1) * step * (in.flag(13) ? -1 : 1));
      const auto vy = static_cast<double>((north - 1) * step * (in.flag(24) ? -1 : 1));
      out.speed_cm_s = speed_of(vx * kCmSPerKnot, vy * kCmSPerKnot);
      out.course_mdeg = course_of(vx, vy);
    }
  } else {
    if (in.flag(13)) {
      out.heading_mdeg = static_cast<std::int32_t>(scaled(in.number(14, 10), 360'000, 1'024));
      out.set(Flag::kMagnetic);
    }
    if (const std::int64_t speed = in.number(25, 10); speed != 0) {
      out.speed_cm_s = cm_s_from_tenth_knots((speed - 1) * step * 10);
      out.set(Flag::kAirspeed);
    }
  }
  if (const std::int64_t rate = in.number(37, 9); rate != 0) {
    out.climb_cm_s = cm_s_from_feet_per_minute((rate - 1) * 64 * (in.flag(36) ? -1 : 1));
  }
  if (const std::int64_t difference = in.number(49, 7); difference != 0) {
    in.craft.geometric_minus_pressure_cm =
        static_cast<std::int32_t>(cm_from_feet((difference - 1) * 25 * (in.flag(48) ? -1 : 1)));
    in.craft.difference_time = in.received;
  }
  return true;
}

bool AdsbDecoder::emergency(const Squitter& in, Report& out) const {
  if (in.subtype != 1) return false;  // 2 is a resolution advisory: what a craft is told by its own equipment.
  out.emergency = kEmergencies[in.number(8, 3)];
  if (const std::uint32_t code = in.number(11, 13); code != 0) out.mode_3a = identity_13(code);
  return true;
}

bool AdsbDecoder::target_state(const Squitter& in, Report& out) const {
  if (in.number(5, 2) != 1) return false;
  learn_accuracy(in, in.number(39, 4), out);
  out.quality.sil = static_cast<std::int8_t>(in.number(44, 2));
  return true;
}

bool AdsbDecoder::operational_status(const Squitter& in, Report& out) const {
  if (in.subtype > 1) return false;
  in.craft.version = static_cast<std::int8_t>(in.number(40, 3));
  in.craft.nic_a = in.flag(43);
  out.quality.version = in.craft.version;
  learn_accuracy(in, in.number(44, 4), out);
  out.quality.sil = static_cast<std::int8_t>(in.number(50, 2));
  out.set(Flag::kOnGround, in.subtype == 1);
  return true;
}

}  // namespace tansiq::surveillance
