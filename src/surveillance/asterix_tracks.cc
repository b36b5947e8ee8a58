// CAT 062: tracks of a centre.
#include "surveillance/asterix_fields.h"
#include "surveillance/asterix_turn_impl.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {

using namespace asterix;

// Both editions have the fields below at the same places, so one set of references serves both.
static_assert(kLayout062Edition119.at("080", "EMS").offset == c062::kEms.offset);
static_assert(kLayout062Edition119.at("080", "SFC").offset == c062::kSurface.offset);
static_assert(kLayout062Edition119.frn("080") == c062::kStatus);

namespace {

void track_status(const Record& r, Report& out) {
  const std::uint8_t* s = r[c062::kStatus];
  out.set(Flag::kSpi, raw(s, c062::kSpi) != 0);
  out.set(Flag::kTentative, raw(s, c062::kTentative) != 0);
  out.set(Flag::kSimulated, extended(s, c062::kSim) != 0);
  out.set(Flag::kEnd, extended(s, c062::kEnd) != 0);
  out.set(Flag::kCoasting, extended(s, c062::kCoasting) != 0);
  out.set(Flag::kOnGround, extended(s, c062::kSurface) != 0);
  out.emergency = emergency_of(extended(s, c062::kEms));
  if (out.emergency == Emergency::kNone && extended(s, c062::kMilitaryEmergency) != 0) {
    out.emergency = Emergency::kGeneral;
  }
}

void track_heights(const Record& r, Report& out) {
  if (r.has(c062::kMeasuredLevel)) {
    out.pressure_cm = static_cast<std::int32_t>(in_unit(r[c062::kMeasuredLevel], c062::kLevelField, kFlightLevelCm));
  } else if (r.has(c062::kCalculatedLevel) && raw(r[c062::kCalculatedLevel], c062::kQnh) == 0) {
    // With QNH applied it is no pressure altitude any more.
    out.pressure_cm = static_cast<std::int32_t>(in_unit(r[c062::kCalculatedLevel], c062::kBarometric, kFlightLevelCm));
  }
  if (r.has(c062::kGeometric)) {
    out.geometric_cm = static_cast<std::int32_t>(in_unit(r[c062::kGeometric], c062::kHeight, kFootCm));
  }
  if (r.has(c062::kClimb)) {
    out.climb_cm_s = static_cast<std::int32_t>(in_unit(r[c062::kClimb], c062::kRate, kFeetPerMinuteCmS));
  }
}

void track_velocity(const Record& r, Report& out) {
  if (!r.has(c062::kVelocity)) return;
  // Quarters of a metre a second, along the axes of a local north.
  const auto vx = static_cast<double>(raw(r[c062::kVelocity], c062::kVx)) * 25;
  const auto vy = static_cast<double>(raw(r[c062::kVelocity], c062::kVy)) * 25;
  out.speed_cm_s = speed_of(vx, vy);
  out.course_mdeg = course_of(vx, vy);
}
static_assert(c062::kVx.numerator * 4 == c062::kVx.denominator);

void aircraft_derived(const Parts& parts, Report& out) {
  if (const std::uint8_t* p = parts.at[c062::kAdr]; p != nullptr) {
    out.id = {IdKind::kIcao, static_cast<std::uint32_t>(raw(p, c062::kAdrField))};
  }
  if (const std::uint8_t* p = parts.at[c062::kId]; p != nullptr) out.call_sign = mode_s_text(p, 0);
  if (const std::uint8_t* p = parts.at[c062::kMhg]; p != nullptr) {
    out.heading_mdeg = angle_at(p, c062::kMhgField);
    out.set(Flag::kMagnetic);
  }
  if (const std::uint8_t* p = parts.at[c062::kCom]; p != nullptr) {
    const std::int64_t stat = raw(p, c062::kComStat);
    out.set(Flag::kOnGround, stat == 1 || stat == 3);
    out.set(Flag::kSpi, stat == 4 || stat == 5);
  }
  if (const std::uint8_t* p = parts.at[c062::kSab]; p != nullptr) {
    out.set(Flag::kOnGround, raw(p, c062::kSabGround) != 0);
    if (out.emergency == Emergency::kNone) out.emergency = emergency_of(raw(p, c062::kSabStat));
  }
  if (const std::uint8_t* p = parts.at[c062::kEmc]; p != nullptr) {
    const std::int64_t emitter = raw(p, c062::kEmcField);
    if (emitter != 0) out.emitter = static_cast<std::uint8_t>(emitter);
    if (emitter >= 20 && emitter <= 24) out.domain = Domain::kGround;
  }
}

void call_sign(const Record& r, Report& out) {
  if (out.call_sign.empty() && r.has(c062::kIdent)) out.call_sign = mode_s_text(r[c062::kIdent] + 1, 0);
  if (!out.call_sign.empty()) return;
  // Nobody transmitted one: the flight plan's.
  if (const std::uint8_t* p = r.parts(c062::kPlan).at[c062::kPlanCallSign]; p != nullptr) {
    for (std::size_t i = 0; i < 7; ++i) {
      if (p[i] > ' ' && p[i] < 0x7F) out.call_sign.push_back(static_cast<char>(p[i]));
    }
  }
}

}  // namespace

std::expected<void, Reject> AsterixDecoder::track(Turn& turn) {
  const Record& r = turn.record;
  if (!r.has(c062::kSource) || !r.has(c062::kTimeOfDay) || !r.has(c062::kTrack) || !r.has(c062::kStatus)) {
    return std::unexpected(Reject::kMissingItem);
  }
  Report out;
  out.source = options_.source;
  out.format = Format::kAsterix;
  out.domain = Domain::kAir;
  out.system = system_at(r[c062::kSource]);
  out.received = turn.received;
  const auto time = time_at(r[c062::kTimeOfDay], turn.received);
  if (!time) return std::unexpected(Reject::kOutOfRange);
  out.time = *time;
  out.basis = TimeBasis::kTimeOfDay;
  out.track = TrackNumber{*out.system, static_cast<std::uint16_t>(raw(r[c062::kTrack], c062::kTrackNumber))};
  track_status(r, out);
  if (r.has(c062::kPosition)) {
    const auto place = position_at(r[c062::kPosition], c062::kLat, c062::kLng);
    if (!place) return std::unexpected(Reject::kOutOfRange);
    out.position = place;
  } else if (const PolarFrame* origin = radar_of(*out.system); origin != nullptr && r.has(c062::kPlane)) {
    const std::uint8_t* xy = r[c062::kPlane];
    out.position = origin->plane(in_unit(xy, c062::kX, kMetreCm), in_unit(xy, c062::kY, kMetreCm));
  }
  if (r.has(c062::kMode3A)) {
    const std::uint8_t* m = r[c062::kMode3A];
    out.mode_3a = static_cast<std::uint16_t>(raw(m, c062::kCode));
    out.set(Flag::kInvalidCode, raw(m, c062::kCodeInvalid) != 0 || raw(m, c062::kCodeGarbled) != 0);
  }
  track_heights(r, out);
  track_velocity(r, out);
  aircraft_derived(r.parts(c062::kAircraft), out);
  call_sign(r, out);
  if (const std::uint8_t* a = r.parts(c062::kAccuracy).at[c062::kApc]; a != nullptr) {
    out.accuracy_cm =
        static_cast<std::int32_t>(std::max(in_unit(a, c062::kApcX, kMetreCm), in_unit(a, c062::kApcY, kMetreCm)));
  }
  const Parts more = expansion(turn, c062::kExpansion);
  if (const std::uint8_t* v3 = more.at[c062::kRefV3]; v3 != nullptr) {
    const Layout& layout = *turn.edition.expansion;
    const Parts parts = parts_of(layout, layout.find("RE/V3"), {v3, static_cast<std::size_t>(r.end - v3)});
    const std::uint8_t* p = parts.at[c062::kRefPs3];
    if (p != nullptr && raw(p, c062::kPs3There) != 0) out.emergency = emergency_of_version_3(raw(p, c062::kPs3));
  }
  ++counters_.reports;
  turn.sink.report(out);
  return {};
}

}  // namespace tansiq::surveillance
