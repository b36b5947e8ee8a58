// GeoJSON (RFC 7946) zones and intents. docs/formats.md lists the properties.
//
// One feature is one outline, or several for MultiPolygon: Polygon; Point with `radius_m`; LineString with `left_m` and
// `right_m`. Holes are refused: a zone or an intent is where one may not be surprised by a gap. A shape split at the
// 180° meridian, as RFC 7946 asks, is read as its parts.
//
// A property that is not known is ignored, as RFC 7946 has it, but not in silence: `uper` would mean *no limit*. One
// that is within two edits of a known name is a note of its own (`kMisspeltProperty`), the rest are named once for the
// file.
//
// A feature that cannot be used is listed and the next one read; only a text that is not a FeatureCollection fails.
#pragma once

#include <string_view>

#include "formats/inputs.h"

namespace tansiq::formats {

inline constexpr std::size_t kGeoJsonBytesMax = 64U << 20;
inline constexpr std::size_t kGeoJsonValuesMax = 8'000'000;
inline constexpr std::size_t kGeoJsonPartsMax = 1'000;  ///< Of one feature.

/// Reason of the finding for a property that is not known and looks like one that is.
inline constexpr std::string_view kMisspeltProperty = "a property is ignored that looks misspelt";

/// Reads zones. Fails with `kMalformed` (not JSON), `kTooLarge`, or `kInvalid` (not a FeatureCollection). O(bytes log
/// n).
[[nodiscard]] Result<ZoneFile> read_geojson_zones(std::string_view text);

/// Reads intents: features with the same `id` are volumes of one intent. Fails as above.
[[nodiscard]] Result<TrafficInput> read_geojson_intents(std::string_view text);

}  // namespace tansiq::formats
