// CAT 034 and CAT 065: what radars and trackers say of themselves.
#include "surveillance/asterix_fields.h"
#include "surveillance/asterix_turn_impl.h"

namespace tansiq::surveillance {

using namespace asterix;

namespace {

SensorStatus begin_status(SourceId source, std::uint16_t system, UtcMs received) {
  SensorStatus out;
  out.source = source;
  out.format = Format::kAsterix;
  out.system = system;
  out.received = out.time = received;
  return out;
}

bool set_time(const Record& r, std::uint8_t frn, SensorStatus& out) {
  if (!r.has(frn)) return true;
  const auto time = time_at(r[frn], out.received);
  if (!time) return false;
  out.time = *time;
  out.basis = TimeBasis::kTimeOfDay;
  return true;
}

StatusKind radar_kind(std::uint8_t message) {
  constexpr std::array<StatusKind, 8> kKinds{StatusKind::kOther,          StatusKind::kNorthMarker,
                                             StatusKind::kSectorCrossing, StatusKind::kGeographicalFilter,
                                             StatusKind::kJammingStrobe,  StatusKind::kSolarStorm,
                                             StatusKind::kJammingStrobe,  StatusKind::kJammingStrobe};
  return message < kKinds.size() ? kKinds[message] : StatusKind::kOther;
}

StatusKind tracker_kind(std::uint8_t message) {
  constexpr std::array<StatusKind, 4> kKinds{StatusKind::kOther, StatusKind::kServiceStatus, StatusKind::kEndOfBatch,
                                             StatusKind::kServiceReport};
  return message < kKinds.size() ? kKinds[message] : StatusKind::kOther;
}

}  // namespace

std::expected<void, Reject> AsterixDecoder::radar_service(Turn& turn) {
  const Record& r = turn.record;
  if (!r.has(c034::kSource) || !r.has(c034::kMessage)) return std::unexpected(Reject::kMissingItem);
  SensorStatus out = begin_status(options_.source, system_at(r[c034::kSource]), turn.received);
  out.kind = radar_kind(*r[c034::kMessage]);
  if (!set_time(r, c034::kTimeOfDay, out)) return std::unexpected(Reject::kOutOfRange);
  if (r.has(c034::kSector)) out.azimuth_mdeg = angle_at(r[c034::kSector], c034::kSectorField);
  if (r.has(c034::kRotation)) {
    out.rotation_ms = static_cast<std::int32_t>(in_unit(r[c034::kRotation], c034::kRotationField, kSecondMs));
  }
  if (const std::uint8_t* common = r.parts(c034::kState).at[c034::kCommon]; common != nullptr) {
    out.operational = raw(common, c034::kNogo) == 0;
    out.overloaded = raw(common, c034::kOverloadRdp) != 0 || raw(common, c034::kOverloadXmt) != 0;
    out.time_source_valid = raw(common, c034::kTimeInvalid) == 0;
  }
  if (r.has(c034::kPlace)) {
    const auto place = position_at(r[c034::kPlace], c034::kLat, c034::kLng);
    if (!place) return std::unexpected(Reject::kOutOfRange);
    out.position = place;
    out.height_cm = static_cast<std::int32_t>(in_unit(r[c034::kPlace], c034::kHeight, kMetreCm));
  }
  ++counters_.statuses;
  turn.sink.status(out);
  return {};
}

std::expected<void, Reject> AsterixDecoder::tracker_service(Turn& turn) {
  const Record& r = turn.record;
  if (!r.has(c065::kSource) || !r.has(c065::kMessage)) return std::unexpected(Reject::kMissingItem);
  SensorStatus out = begin_status(options_.source, system_at(r[c065::kSource]), turn.received);
  out.kind = tracker_kind(*r[c065::kMessage]);
  if (!set_time(r, c065::kTimeOfDay, out)) return std::unexpected(Reject::kOutOfRange);
  if (r.has(c065::kBatch)) out.batch = *r[c065::kBatch];
  if (r.has(c065::kState)) {
    const std::uint8_t* s = r[c065::kState];
    // Operational and degraded serve; not connected does not; unknown says nothing.
    if (const std::int64_t nogo = raw(s, c065::kNogo); nogo != 3) out.operational = nogo < 2;
    out.overloaded = raw(s, c065::kOverload) != 0;
    out.time_source_valid = raw(s, c065::kTimeInvalid) == 0;
  }
  if (r.has(c065::kServiceStatus)) out.service_status = *r[c065::kServiceStatus];
  ++counters_.statuses;
  turn.sink.status(out);
  return {};
}

}  // namespace tansiq::surveillance
