// CAT 021 and CAT 048: what one ADS-B station or one radar reports of a craft.
#include "surveillance/asterix_fields.h"
#include "surveillance/asterix_turn_impl.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {

using namespace asterix;

namespace {

Report begin_report(SourceId source, std::uint16_t system, UtcMs received) {
  Report out;
  out.source = source;
  out.format = Format::kAsterix;
  out.domain = Domain::kAir;
  out.system = system;
  out.received = out.time = received;
  return out;
}

void set_emitter(Report& out, std::int64_t emitter) {
  if (emitter == 0) return;
  out.emitter = static_cast<std::uint8_t>(emitter);
  if (emitter >= 20 && emitter <= 24) out.domain = Domain::kGround;
}

void adsb_descriptor(const Record& r, Report& out) {
  const std::uint8_t* d = r[c021::kDescriptor];
  const std::int64_t kind = raw(d, c021::kAtp);
  if (r.has(c021::kAddress)) {
    out.id = {kind <= 1 ? IdKind::kIcao : IdKind::kNonIcao,
              static_cast<std::uint32_t>(raw(r[c021::kAddress], c021::kAddressField))};
  }
  if (kind == 2) out.domain = Domain::kGround;
  out.set(Flag::kTest, raw(d, c021::kRab) != 0 || extended(d, c021::kTst) != 0);
  out.set(Flag::kOnGround, extended(d, c021::kGbs) != 0);
  out.set(Flag::kSimulated, extended(d, c021::kSim) != 0);
  out.set(Flag::kSuspect, extended(d, c021::kCl) == 1);
}

void adsb_quality(const Record& r, Report& out) {
  if (r.has(c021::kQuality)) {
    const std::uint8_t* q = r[c021::kQuality];
    out.quality.nac_v = static_cast<std::int8_t>(raw(q, c021::kNacV));
    out.quality.nic = static_cast<std::int8_t>(raw(q, c021::kNic));
    if (reaches(q, 1, c021::kNacP.offset)) {
      out.quality.nac_p = static_cast<std::int8_t>(raw(q, c021::kNacP));
      out.quality.sil = static_cast<std::int8_t>(raw(q, c021::kSil));
    }
  }
  if (r.has(c021::kMops)) out.quality.version = static_cast<std::int8_t>(raw(r[c021::kMops], c021::kVersion));
}

void adsb_movement(const Record& r, Report& out) {
  if (r.has(c021::kGeometric)) {
    out.geometric_cm = static_cast<std::int32_t>(in_unit(r[c021::kGeometric], c021::kHeight, kFootCm));
  }
  if (r.has(c021::kLevel)) {
    out.pressure_cm = static_cast<std::int32_t>(in_unit(r[c021::kLevel], c021::kLevelField, kFlightLevelCm));
  }
  if (r.has(c021::kVector)) {
    out.speed_cm_s = static_cast<std::int32_t>(in_unit(r[c021::kVector], c021::kSpeed, kNauticalMilePerSecondCmS));
    out.course_mdeg = angle_at(r[c021::kVector], c021::kCourse);
  }
  if (r.has(c021::kMagnetic)) {
    out.heading_mdeg = angle_at(r[c021::kMagnetic], c021::kHeadingField);
    out.set(Flag::kMagnetic);
  }
  if (r.has(c021::kClimbPressure)) {
    out.climb_cm_s = static_cast<std::int32_t>(in_unit(r[c021::kClimbPressure], c021::kRate, kFeetPerMinuteCmS));
  } else if (r.has(c021::kClimbGeometric)) {
    out.climb_cm_s =
        static_cast<std::int32_t>(in_unit(r[c021::kClimbGeometric], c021::kRateGeometric, kFeetPerMinuteCmS));
  }
}

void adsb_status(const Record& r, Report& out) {
  if (!r.has(c021::kStatus)) return;
  const std::uint8_t* s = r[c021::kStatus];
  out.emergency = emergency_of(raw(s, c021::kPriority));
  const std::int64_t surveillance = raw(s, c021::kSurveillance);
  const bool alert = surveillance == 1 || raw(s, c021::kMilitaryEmergency) != 0;
  if (alert && out.emergency == Emergency::kNone) out.emergency = Emergency::kGeneral;
  out.set(Flag::kSpi, surveillance == 3);
}

/// Surface vector, true heading and priority of version 3 from the reserved expansion field.
void adsb_expansion(const Parts& parts, Report& out) {
  if (const std::uint8_t* v = parts.at[c021::kSgv]; v != nullptr) {
    if (!out.speed_cm_s) out.speed_cm_s = static_cast<std::int32_t>(in_unit(v, c021::kSgvSpeed, kKnotCmS));
    if (raw(v, c021::kSgvHts) != 0 && reaches(v, 2, c021::kSgvAngle.offset)) {
      const std::int32_t angle = angle_at(v, c021::kSgvAngle);
      if (raw(v, c021::kSgvHtt) != 0) {
        out.course_mdeg = angle;
      } else {
        out.heading_mdeg = angle;
        out.set(Flag::kMagnetic, raw(v, c021::kSgvHrd) != 0);
      }
    }
    out.set(Flag::kOnGround);
  }
  if (const std::uint8_t* heading = parts.at[c021::kTnh]; heading != nullptr) {
    out.heading_mdeg = angle_at(heading, c021::kTrueHeading);
    out.clear(Flag::kMagnetic);
  }
  if (const std::uint8_t* s = parts.at[c021::kSta]; s != nullptr && extended(s, c021::kPs3There) != 0) {
    out.emergency = emergency_of_version_3(extended(s, c021::kPs3));
  }
}

}  // namespace

std::expected<void, Reject> AsterixDecoder::adsb(Turn& turn) {
  const Record& r = turn.record;
  if (!r.has(c021::kSource) || !r.has(c021::kDescriptor)) return std::unexpected(Reject::kMissingItem);
  Report out = begin_report(options_.source, system_at(r[c021::kSource]), turn.received);
  adsb_descriptor(r, out);
  // Applicability of the position before its reception, before the report's transmission.
  for (const auto frn : {c021::kTimePosition, c021::kTimeReception, c021::kTimeReport}) {
    if (!r.has(frn)) continue;
    const auto time = time_at(r[frn], turn.received);
    if (!time) return std::unexpected(Reject::kOutOfRange);
    out.time = *time;
    out.basis = TimeBasis::kTimeOfDay;
    break;
  }
  if (r.has(c021::kPositionHigh) || r.has(c021::kPosition)) {
    const auto place = r.has(c021::kPositionHigh) ? position_at(r[c021::kPositionHigh], c021::kLatHigh, c021::kLngHigh)
                                                  : position_at(r[c021::kPosition], c021::kLat, c021::kLng);
    if (!place) return std::unexpected(Reject::kOutOfRange);
    out.position = place;
  }
  if (r.has(c021::kTrack)) {
    out.track = TrackNumber{*out.system, static_cast<std::uint16_t>(raw(r[c021::kTrack], c021::kTrnum))};
  }
  if (r.has(c021::kMode3A)) out.mode_3a = static_cast<std::uint16_t>(raw(r[c021::kMode3A], c021::kCode));
  if (r.has(c021::kIdent)) out.call_sign = mode_s_text(r[c021::kIdent], 0);
  if (r.has(c021::kEmitter)) set_emitter(out, raw(r[c021::kEmitter], c021::kEmitterField));
  adsb_quality(r, out);
  adsb_movement(r, out);
  adsb_status(r, out);
  adsb_expansion(expansion(turn, c021::kExpansion), out);
  ++counters_.reports;
  turn.sink.report(out);
  return {};
}

namespace {

void radar_level(const Record& r, Report& out) {
  if (r.has(c048::kMode3A)) {
    const std::uint8_t* m = r[c048::kMode3A];
    out.mode_3a = static_cast<std::uint16_t>(raw(m, c048::kCode));
    out.set(Flag::kInvalidCode, raw(m, c048::kCodeInvalid) != 0 || raw(m, c048::kCodeGarbled) != 0);
  }
  if (r.has(c048::kLevel)) {
    const std::uint8_t* l = r[c048::kLevel];
    // 14 bits in two's complement, although the published tables have them without a sign: no craft flies at FL 2048.
    std::int64_t steps = raw(l, c048::kLevelField);
    if (steps >= 1 << 13) steps -= 1 << 14;
    out.pressure_cm = static_cast<std::int32_t>(from_raw(steps, c048::kLevelField, kFlightLevelCm));
    out.set(Flag::kInvalidLevel, raw(l, c048::kLevelInvalid) != 0 || raw(l, c048::kLevelGarbled) != 0);
  }
  if (r.has(c048::kHeight3d)) {
    out.geometric_cm = static_cast<std::int32_t>(in_unit(r[c048::kHeight3d], c048::kHeight, kFootCm));
  }
}

void radar_status(const Record& r, Report& out) {
  if (r.has(c048::kStatus)) {
    const std::uint8_t* s = r[c048::kStatus];
    out.set(Flag::kTentative, raw(s, c048::kTentative) != 0);
    out.set(Flag::kEnd, extended(s, c048::kEnd) != 0);
    out.set(Flag::kSuspect, extended(s, c048::kGhost) != 0);
  }
  if (r.has(c048::kFlightStatus)) {
    const std::int64_t stat = raw(r[c048::kFlightStatus], c048::kStat);
    out.set(Flag::kOnGround, stat == 1 || stat == 3);
    out.set(Flag::kSpi, stat == 4 || stat == 5);
  }
}

void radar_descriptor(const Record& r, Report& out) {
  if (!r.has(c048::kDescriptor)) return;
  const std::uint8_t* d = r[c048::kDescriptor];
  out.set(Flag::kSimulated, raw(d, c048::kSim) != 0);
  out.set(Flag::kSpi, raw(d, c048::kSpi) != 0);
  out.set(Flag::kTest, raw(d, c048::kRab) != 0 || extended(d, c048::kTst) != 0);
  out.set(Flag::kCoasting, raw(d, c048::kTyp) == 0);  // "No detection": the track goes on without a plot.
  if (extended(d, c048::kMilitaryEmergency) != 0) out.emergency = Emergency::kGeneral;
}

}  // namespace

std::expected<void, Reject> AsterixDecoder::radar(Turn& turn) {
  const Record& r = turn.record;
  if (!r.has(c048::kSource)) return std::unexpected(Reject::kMissingItem);
  Report out = begin_report(options_.source, system_at(r[c048::kSource]), turn.received);
  if (r.has(c048::kTimeOfDay)) {
    const auto time = time_at(r[c048::kTimeOfDay], turn.received);
    if (!time) return std::unexpected(Reject::kOutOfRange);
    out.time = *time;
    out.basis = TimeBasis::kTimeOfDay;
  }
  radar_descriptor(r, out);
  if (r.has(c048::kAddress)) {
    out.id = {IdKind::kIcao, static_cast<std::uint32_t>(raw(r[c048::kAddress], c048::kAddressField))};
  }
  if (r.has(c048::kTrack)) {
    out.track = TrackNumber{*out.system, static_cast<std::uint16_t>(raw(r[c048::kTrack], c048::kTrn))};
  }
  if (r.has(c048::kIdent)) out.call_sign = mode_s_text(r[c048::kIdent], 0);
  radar_level(r, out);
  radar_status(r, out);
  if (r.has(c048::kVector)) {
    out.speed_cm_s = static_cast<std::int32_t>(in_unit(r[c048::kVector], c048::kSpeed, kNauticalMilePerSecondCmS));
    out.course_mdeg = angle_at(r[c048::kVector], c048::kCourse);
  }
  const Parts more = expansion(turn, c048::kExpansion);
  const PolarFrame* radar = radar_of(*out.system);
  if (r.has(c048::kPolar)) {
    const std::uint8_t* p = r[c048::kPolar];
    Polar polar{static_cast<std::int32_t>(in_unit(p, c048::kRho, kNauticalMileCm)), angle_at(p, c048::kTheta)};
    // Beyond 256 miles the range stands in the expansion field.
    if (r.has(c048::kDescriptor) && extended(r[c048::kDescriptor], c048::kErr) != 0 &&
        more.at[c048::kRefErr] != nullptr) {
      const std::int64_t range = in_unit(more.at[c048::kRefErr], c048::kExtendedRange, kNauticalMileCm);
      if (range > 500LL * 185'200) return std::unexpected(Reject::kOutOfRange);
      polar.slant_cm = static_cast<std::int32_t>(range);
    }
    out.polar = polar;
    if (radar != nullptr) {
      const Placed placed =
          radar->place(polar, out.geometric_cm && !out.pressure_cm ? out.geometric_cm : out.pressure_cm);
      out.position = placed.position;
      out.accuracy_cm = placed.slack_cm;
    }
  } else if (r.has(c048::kPlane) && radar != nullptr) {
    const std::uint8_t* xy = r[c048::kPlane];
    out.position = radar->plane(in_unit(xy, c048::kX, kNauticalMileCm), in_unit(xy, c048::kY, kNauticalMileCm));
  }
  ++counters_.reports;
  turn.sink.report(out);
  return {};
}

}  // namespace tansiq::surveillance
