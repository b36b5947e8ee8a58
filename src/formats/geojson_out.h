// GeoJSON (RFC 7946) for maps and for other programs: rings closed and counter-clockwise, shapes that cross the 180°
// meridian split there, coordinates exact to 1e-7 degree.
//
//   FeatureCollection out;
//   out.begin_feature(outlines, GeoJsonForm::kDrawn).key("name").string("K1");
//   out.end_feature();
//   save(std::move(out).text());
#pragma once

#include <span>
#include <string>
#include <vector>

#include "formats/inputs.h"
#include "formats/json_out.h"

namespace tansiq::formats {

/// How circles and corridors are written.
enum class GeoJsonForm : std::uint8_t {
  kExact,  ///< Point with `radius_m`, LineString with `left_m` and `right_m`: reads back to the same outline.
  kDrawn,  ///< As polygons, for programs that only draw: circles with 72 corners on the circle.
};

/// Streams features into one text.
class FeatureCollection {
 public:
  FeatureCollection();
  FeatureCollection(const FeatureCollection&) = delete;  // the writer refers to the text
  FeatureCollection& operator=(const FeatureCollection&) = delete;
  /// Begins a feature and its `properties`, to which the caller adds members. In the exact form a feature has one
  /// circle or one corridor, or any number of polygons; the rest is drawn.
  JsonOut& begin_feature(std::span<const geo::Outline> outlines, GeoJsonForm form);
  /// The same for a point.
  JsonOut& begin_feature(const geo::LatLng& point);
  void end_feature();
  [[nodiscard]] std::string text() &&;

 private:
  std::string text_;
  JsonOut out_;
};

/// Zones with the properties that geojson_in reads. Polygons read back to the same vertices, unless they cross the 180°
/// meridian: then the parts have vertices there.
[[nodiscard]] std::string write_geojson_zones(std::span<const ZoneInput> zones, GeoJsonForm form = GeoJsonForm::kExact);
/// Intents and flown volumes, a feature per volume.
[[nodiscard]] std::string write_geojson_flights(std::span<const FlightInput> flights,
                                                GeoJsonForm form = GeoJsonForm::kExact);

/// Adds `lower`, `upper`; and `start`, `end`: as geojson_in reads them.
void add_band(JsonOut& properties, const geo::LevelBand& band);
void add_window(JsonOut& properties, const geo::TimeWindow& window);

/// A ring on the map, counter-clockwise, without closing copy; longitude and latitude in 1e-7 degree, within ±180° and
/// ±90°. Exposed for tests.
struct MapPoint {
  std::int64_t lng_e7, lat_e7;
  friend bool operator==(const MapPoint&, const MapPoint&) = default;
};
using MapRing = std::vector<MapPoint>;

/// A polygon's vertices as rings of the map, split at the 180° meridian where an edge crosses it (at the latitude where
/// the great circle does); around a pole with a seam along the meridian.
[[nodiscard]] std::vector<MapRing> map_rings(std::span<const geo::LatLng> vertices);

/// The corners of a circle or corridor as drawn.
[[nodiscard]] std::vector<geo::LatLng> drawn(const geo::Outline& outline);

}  // namespace tansiq::formats
