// Compact position reporting: the 17 bits of latitude and longitude in an extended squitter, and back.
//
// A message says where a craft lies within a zone of about 360 NM (surface: 90 NM), not in which zone. A pair of an
// even and an odd message, whose zones differ in size, tells that (global decoding); so does a place known to be near
// (local decoding). Everything is IEEE double arithmetic of the four basic operations and floor, so both compilers give
// the same bits. Source: ICAO Annex 10 volume IV and Doc 9871; the zone table follows from their formula (see the
// test).
#pragma once

#include <cstdint>
#include <optional>

#include "geo/volume.h"

namespace tansiq::surveillance {

/// What a message carries.
struct CprPlace {
  std::uint32_t lat = 0;  ///< 17 bits.
  std::uint32_t lng = 0;
  bool odd = false;
};

enum class CprKind : std::uint8_t { kAirborne, kSurface };

/// Number of longitude zones at a latitude in degrees: 59 at the equator, 1 at the poles.
[[nodiscard]] int cpr_zones(double lat_deg);

/// The place that an even and an odd message of one craft agree on, at the time of the newer one (`newest_odd`).
/// Nothing when they lie in bands with different numbers of zones, or contradict each other.
///
/// On the surface a quarter of the globe is encoded: `near` picks which; it must be within 45 degrees of longitude and
/// on the craft's side of the equator (or within 45 degrees of latitude of it). Airborne it is not looked at.
[[nodiscard]] std::optional<geo::LatLng> cpr_global(const CprPlace& even, const CprPlace& odd, bool newest_odd,
                                                    CprKind kind, geo::LatLng near = {});

/// The place nearest to `near` that fits the message. Right when the craft is within half a zone: about 180 NM in the
/// air, 45 NM on the surface; the caller knows whether it can be further.
[[nodiscard]] std::optional<geo::LatLng> cpr_local(const CprPlace& place, CprKind kind, geo::LatLng near);

[[nodiscard]] CprPlace cpr_encode(geo::LatLng position, bool odd, CprKind kind);

}  // namespace tansiq::surveillance
