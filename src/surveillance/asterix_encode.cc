#include "surveillance/asterix_encode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "base/invariant.h"
#include "surveillance/asterix_fields.h"
#include "surveillance/mode_s.h"
#include "surveillance/moment.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {

using namespace asterix;

namespace {

/// Items of a record under way, by field reference number; written in their order at the end.
class Writer {
 public:
  /// Makes an item of `octets` zeros and returns it for its fields.
  std::uint8_t* item(std::uint8_t frn, std::size_t octets) {
    Slot& slot = slots_[frn];
    EXPECT_INVARIANT(octets <= slot.bytes.size());
    slot.bytes.fill(0);
    slot.octets = static_cast<std::uint8_t>(octets);
    return slot.bytes.data();
  }
  void cut(std::uint8_t frn, std::size_t octets) { slots_[frn].octets = static_cast<std::uint8_t>(octets); }

  void append_to(Bytes& out) const {
    std::size_t last = 0;
    for (std::size_t frn = 1; frn < slots_.size(); ++frn) {
      if (slots_[frn].octets != 0) last = frn;
    }
    for (std::size_t first = 1; first <= last; first += 7) {
      std::uint8_t octet = first + 7 <= last ? 1 : 0;
      for (std::size_t i = 0; i < 7 && first + i < slots_.size(); ++i) {
        if (slots_[first + i].octets != 0) octet = static_cast<std::uint8_t>(octet | 0x80U >> i);
      }
      out.push_back(octet);
    }
    for (const Slot& slot : slots_) out.insert(out.end(), slot.bytes.begin(), slot.bytes.begin() + slot.octets);
  }

 private:
  struct Slot {
    std::array<std::uint8_t, 24> bytes{};
    std::uint8_t octets = 0;
  };
  std::array<Slot, Layout::kFrnMax + 1> slots_{};
};

void put(std::uint8_t* item, const FieldRef& field, std::int64_t value) {
  put_bits(item, field.offset, field.bits, static_cast<std::uint64_t>(value));
}
void put_in_unit(std::uint8_t* item, const FieldRef& field, std::int64_t value, Unit unit) {
  put(item, field, to_raw(value, field, unit));
}
/// An angle goes round instead of ending at its last step.
void put_angle(std::uint8_t* item, const FieldRef& field, std::int32_t mdeg) {
  const std::int64_t steps = scaled(mdeg, field.denominator, field.numerator * kDegreeMdeg.numerator);
  put(item, field, steps & ((std::int64_t{1} << field.bits) - 1));
}

void put_system(Writer& w, std::uint8_t frn, std::uint16_t system) {
  std::uint8_t* item = w.item(frn, 2);
  item[0] = static_cast<std::uint8_t>(system >> 8);
  item[1] = static_cast<std::uint8_t>(system);
}
void put_time(Writer& w, std::uint8_t frn, const Report& report) {
  if (report.basis == TimeBasis::kReceived) return;
  put_bits(w.item(frn, 3), 0, 24, to_time_of_day(report.time));
}

/// An extended item of one-octet parts: written up to the last part that says something, each but that with its last
/// bit set.
void finish_extended(Writer& w, std::uint8_t frn, std::uint8_t* item, std::size_t octets) {
  while (octets > 1 && item[octets - 1] == 0) --octets;
  for (std::size_t i = 0; i + 1 < octets; ++i) item[i] |= 1;
  w.cut(frn, octets);
}

std::int64_t emergency_code(Emergency emergency) {
  switch (emergency) {
    case Emergency::kNone:
    case Emergency::kGeneral:
    case Emergency::kMedical:
    case Emergency::kFuel:
    case Emergency::kNoRadio:
    case Emergency::kUnlawful:
    case Emergency::kDowned:
      return static_cast<std::int64_t>(emergency);
    case Emergency::kLostLink:
      return 4;  // As the standard maps it for those who do not know it yet.
    default:
      return 1;
  }
}

Status adsb_record(const Report& report, Writer& w) {
  if (report.id.kind != IdKind::kIcao && report.id.kind != IdKind::kNonIcao) {
    return fail(ErrorCode::kInvalid, "category 021 needs a 24-bit address", "id");
  }
  put_system(w, c021::kSource, *report.system);
  std::uint8_t* d = w.item(c021::kDescriptor, 2);
  put(d, c021::kAtp, report.id.kind == IdKind::kIcao ? 0 : report.domain == Domain::kGround ? 2 : 3);
  put(d, c021::kGbs, report.has(Flag::kOnGround));
  put(d, c021::kSim, report.has(Flag::kSimulated));
  put(d, c021::kTst, report.has(Flag::kTest));
  put(d, c021::kCl, report.has(Flag::kSuspect));
  finish_extended(w, c021::kDescriptor, d, 2);
  if (report.track) put(w.item(c021::kTrack, 2), c021::kTrnum, report.track->number);
  put_time(w, c021::kTimePosition, report);
  if (report.position) {
    std::uint8_t* p = w.item(c021::kPositionHigh, 8);
    put_in_unit(p, c021::kLatHigh, report.position->lat_e7, kDegreeE7);
    put_in_unit(p, c021::kLngHigh, report.position->lng_e7, kDegreeE7);
  }
  put(w.item(c021::kAddress, 3), c021::kAddressField, report.id.number);
  if (report.geometric_cm) put_in_unit(w.item(c021::kGeometric, 2), c021::kHeight, *report.geometric_cm, kFootCm);
  const Quality& q = report.quality;
  if (q.nic >= 0 || q.nac_v >= 0 || q.nac_p >= 0) {
    std::uint8_t* item = w.item(c021::kQuality, 2);
    put(item, c021::kNacV, std::max<int>(q.nac_v, 0));
    put(item, c021::kNic, std::max<int>(q.nic, 0));
    if (q.nac_p >= 0) {
      item[0] |= 1;
      put(item, c021::kNacP, q.nac_p);
      put(item, c021::kSil, std::max<int>(q.sil, 0));
    } else {
      w.cut(c021::kQuality, 1);
    }
  }
  if (q.version >= 0) put(w.item(c021::kMops, 1), c021::kVersion, q.version);
  if (report.mode_3a) put(w.item(c021::kMode3A, 2), c021::kCode, *report.mode_3a);
  if (report.pressure_cm) {
    put_in_unit(w.item(c021::kLevel, 2), c021::kLevelField, *report.pressure_cm, kFlightLevelCm);
  }
  if (report.heading_mdeg && report.has(Flag::kMagnetic)) {
    put_angle(w.item(c021::kMagnetic, 2), c021::kHeadingField, *report.heading_mdeg);
  }
  if (report.emergency != Emergency::kNone || report.has(Flag::kSpi)) {
    std::uint8_t* s = w.item(c021::kStatus, 1);
    put(s, c021::kPriority, emergency_code(report.emergency));
    put(s, c021::kSurveillance, report.has(Flag::kSpi) ? 3 : 0);
  }
  if (report.climb_cm_s)
    put_in_unit(w.item(c021::kClimbPressure, 2), c021::kRate, *report.climb_cm_s, kFeetPerMinuteCmS);
  if (report.speed_cm_s && report.course_mdeg) {
    std::uint8_t* v = w.item(c021::kVector, 4);
    put_in_unit(v, c021::kSpeed, *report.speed_cm_s, kNauticalMilePerSecondCmS);
    put_angle(v, c021::kCourse, *report.course_mdeg);
  }
  if (!report.call_sign.empty()) put_mode_s_text(w.item(c021::kIdent, 6), 0, report.call_sign.view());
  if (report.emitter) put(w.item(c021::kEmitter, 1), c021::kEmitterField, *report.emitter);
  return {};
}

Status radar_record(const Report& report, Writer& w) {
  put_system(w, c048::kSource, *report.system);
  put_time(w, c048::kTimeOfDay, report);
  std::uint8_t* d = w.item(c048::kDescriptor, 2);
  // What the plot came from: a selective reply with an address, a secondary one with a code, else a primary echo.
  const int kind = report.has(Flag::kCoasting) ? 0 : report.id.kind == IdKind::kIcao ? 5 : report.mode_3a ? 2 : 1;
  put(d, c048::kTyp, kind);
  put(d, c048::kSim, report.has(Flag::kSimulated));
  put(d, c048::kSpi, report.has(Flag::kSpi));
  put(d, c048::kTst, report.has(Flag::kTest));
  put(d, c048::kMilitaryEmergency, report.emergency != Emergency::kNone);
  finish_extended(w, c048::kDescriptor, d, 2);
  if (report.polar) {
    std::uint8_t* p = w.item(c048::kPolar, 4);
    put_in_unit(p, c048::kRho, report.polar->slant_cm, kNauticalMileCm);
    put_angle(p, c048::kTheta, report.polar->azimuth_mdeg);
  }
  if (report.mode_3a) {
    std::uint8_t* m = w.item(c048::kMode3A, 2);
    put(m, c048::kCodeInvalid, report.has(Flag::kInvalidCode));
    put(m, c048::kCode, *report.mode_3a);
  }
  if (report.pressure_cm) {
    std::uint8_t* l = w.item(c048::kLevel, 2);
    put(l, c048::kLevelInvalid, report.has(Flag::kInvalidLevel));
    const std::int64_t steps = scaled(*report.pressure_cm, 4, 3'048);
    put(l, c048::kLevelField, std::clamp<std::int64_t>(steps, -8'192, 8'191) & 0x3FFF);
  }
  if (report.id.kind == IdKind::kIcao) put(w.item(c048::kAddress, 3), c048::kAddressField, report.id.number);
  if (!report.call_sign.empty()) put_mode_s_text(w.item(c048::kIdent, 6), 0, report.call_sign.view());
  if (report.track) put(w.item(c048::kTrack, 2), c048::kTrn, report.track->number);
  if (report.speed_cm_s && report.course_mdeg) {
    std::uint8_t* v = w.item(c048::kVector, 4);
    put_in_unit(v, c048::kSpeed, *report.speed_cm_s, kNauticalMilePerSecondCmS);
    put_angle(v, c048::kCourse, *report.course_mdeg);
  }
  if (report.track) {
    std::uint8_t* s = w.item(c048::kStatus, 2);
    put(s, c048::kTentative, report.has(Flag::kTentative));
    put(s, c048::kEnd, report.has(Flag::kEnd));
    put(s, c048::kGhost, report.has(Flag::kSuspect));
    finish_extended(w, c048::kStatus, s, 2);
  }
  if (report.geometric_cm) put_in_unit(w.item(c048::kHeight3d, 2), c048::kHeight, *report.geometric_cm, kFootCm);
  if (report.has(Flag::kOnGround)) put(w.item(c048::kFlightStatus, 2), c048::kStat, 1);
  return {};
}

Status track_record(const Report& report, Writer& w) {
  if (!report.track) return fail(ErrorCode::kInvalid, "category 062 needs a track number", "track");
  put_system(w, c062::kSource, *report.system);
  put_bits(w.item(c062::kTimeOfDay, 3), 0, 24, to_time_of_day(report.time));
  if (report.position) {
    std::uint8_t* p = w.item(c062::kPosition, 8);
    put_in_unit(p, c062::kLat, report.position->lat_e7, kDegreeE7);
    put_in_unit(p, c062::kLng, report.position->lng_e7, kDegreeE7);
  }
  if (report.speed_cm_s && report.course_mdeg) {
    const auto [east, north] = components_of(*report.speed_cm_s, *report.course_mdeg);
    std::uint8_t* v = w.item(c062::kVelocity, 4);
    put_in_unit(v, c062::kVx, std::lround(east), kMetreCm);
    put_in_unit(v, c062::kVy, std::lround(north), kMetreCm);
  }
  if (report.mode_3a) {
    std::uint8_t* m = w.item(c062::kMode3A, 2);
    put(m, c062::kCodeInvalid, report.has(Flag::kInvalidCode));
    put(m, c062::kCode, *report.mode_3a);
  }
  const bool address = report.id.kind == IdKind::kIcao;
  if (!report.call_sign.empty() && !address) {
    std::uint8_t* t = w.item(c062::kIdent, 7);
    put_mode_s_text(t + 1, 0, report.call_sign.view());
  }
  // Address, identification and emitter category: parts 1, 2 and 21 of the aircraft's own data.
  const bool emitter = report.emitter.has_value();
  if (address || emitter) {
    std::uint8_t* a = w.item(c062::kAircraft, 3 + 3 + 6 + 1);
    std::size_t size = emitter ? 3 : 1;
    if (emitter) {
      a[0] = a[1] = 1;
      a[c062::kEmc / 7] |= static_cast<std::uint8_t>(0x80U >> c062::kEmc % 7);
    }
    if (address) {
      a[0] |= static_cast<std::uint8_t>(0x80U >> c062::kAdr);
      put_bits(a + size, 0, 24, report.id.number);
      size += 3;
      if (!report.call_sign.empty()) {
        a[0] |= static_cast<std::uint8_t>(0x80U >> c062::kId);
        put_mode_s_text(a + size, 0, report.call_sign.view());
        size += 6;
      }
    }
    if (emitter) a[size++] = *report.emitter;
    w.cut(c062::kAircraft, size);
  }
  put(w.item(c062::kTrack, 2), c062::kTrackNumber, report.track->number);
  std::uint8_t* s = w.item(c062::kStatus, 6);
  put(s, c062::kSpi, report.has(Flag::kSpi));
  put(s, c062::kTentative, report.has(Flag::kTentative));
  put(s, c062::kSim, report.has(Flag::kSimulated));
  put(s, c062::kEnd, report.has(Flag::kEnd));
  put(s, c062::kCoasting, report.has(Flag::kCoasting));
  put(s, c062::kEms, emergency_code(report.emergency));
  put(s, c062::kSurface, report.has(Flag::kOnGround));
  finish_extended(w, c062::kStatus, s, 6);
  if (report.pressure_cm) {
    put_in_unit(w.item(c062::kMeasuredLevel, 2), c062::kLevelField, *report.pressure_cm, kFlightLevelCm);
  }
  if (report.geometric_cm) put_in_unit(w.item(c062::kGeometric, 2), c062::kHeight, *report.geometric_cm, kFootCm);
  if (report.climb_cm_s) put_in_unit(w.item(c062::kClimb, 2), c062::kRate, *report.climb_cm_s, kFeetPerMinuteCmS);
  if (report.accuracy_cm) {
    std::uint8_t* a = w.item(c062::kAccuracy, 5);
    a[0] = static_cast<std::uint8_t>(0x80U >> c062::kApc);
    put_in_unit(a + 1, c062::kApcX, *report.accuracy_cm, kMetreCm);
    put_in_unit(a + 1, c062::kApcY, *report.accuracy_cm, kMetreCm);
  }
  return {};
}

}  // namespace

AsterixEncoder::AsterixEncoder(std::uint8_t category) : category_(category) {
  EXPECT_INVARIANT(category == 21 || category == 48 || category == 62);
}

Status AsterixEncoder::add(const Report& report) {
  if (!report.system) return fail(ErrorCode::kInvalid, "ASTERIX needs to know who says so (SAC/SIC)", "system");
  Writer writer;
  TRY_VOID(category_ == 21   ? adsb_record(report, writer)
           : category_ == 48 ? radar_record(report, writer)
                             : track_record(report, writer));
  Bytes record;
  writer.append_to(record);
  if (block_.empty()) block_ = {category_, 0, 0};
  if (block_.size() + record.size() > kAsterixEncodedBytesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a block has at most {} octets: take it first", kAsterixEncodedBytesMax));
  }
  block_.insert(block_.end(), record.begin(), record.end());
  block_[1] = static_cast<std::uint8_t>(block_.size() >> 8);
  block_[2] = static_cast<std::uint8_t>(block_.size());
  return {};
}

Bytes AsterixEncoder::take() {
  Bytes out;
  out.swap(block_);
  return out;
}

}  // namespace tansiq::surveillance
