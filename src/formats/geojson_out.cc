#include "formats/geojson_out.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "formats/earth_math.h"
#include "formats/text.h"

namespace tansiq::formats {
namespace {

constexpr int kCircleCorners = 72;
constexpr double kQuarter = std::numbers::pi / 2;

/// The border of a corridor on one side (`sign` 1 right, -1 left); bends are mitred, at most threefold.
std::vector<geo::LatLng> side(const geo::Corridor& corridor, double width_m, double sign) {
  std::vector<geo::LatLng> border;
  const auto& line = corridor.line;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const double in = i > 0 ? bearing_rad(line[i], line[i - 1]) + std::numbers::pi : bearing_rad(line[i], line[i + 1]);
    const double out = i + 1 < line.size() ? bearing_rad(line[i], line[i + 1]) : in;
    const double half = std::remainder(out - in, 2 * std::numbers::pi) / 2;
    const double mitre = 1 / std::max(std::cos(half), 1.0 / 3);
    border.push_back(moved(line[i], in + half + sign * kQuarter, width_m * mitre));
  }
  return border;
}

void write_rings(JsonOut& out, const std::vector<MapRing>& rings) {
  const auto write_ring = [&](const MapRing& ring) {
    const auto point = [](const MapPoint& p) {
      return geo::LatLng{static_cast<std::int32_t>(p.lat_e7), static_cast<std::int32_t>(p.lng_e7)};
    };
    out.begin_array().begin_array();
    for (const MapPoint& p : ring) out.position(point(p));
    out.position(point(ring.front())).end_array().end_array();
  };
  const bool multi = rings.size() != 1;
  out.key("type").string(multi ? "MultiPolygon" : "Polygon").key("coordinates");
  if (multi) out.begin_array();
  for (const MapRing& ring : rings) write_ring(ring);
  if (multi) out.end_array();
}

}  // namespace

std::vector<geo::LatLng> drawn(const geo::Outline& outline) {
  if (const auto* polygon = std::get_if<geo::Polygon>(&outline)) return polygon->vertices;
  if (const auto* circle = std::get_if<geo::Circle>(&outline)) {
    std::vector<geo::LatLng> corners;
    for (int i = 0; i < kCircleCorners; ++i) {
      corners.push_back(moved(circle->centre, -2 * std::numbers::pi * i / kCircleCorners,
                              static_cast<double>(circle->radius_cm) / 100));
    }
    return corners;
  }
  const auto& corridor = std::get<geo::Corridor>(outline);
  auto border = side(corridor, static_cast<double>(corridor.right_cm) / 100, 1);
  const auto left = side(corridor, static_cast<double>(corridor.left_cm) / 100, -1);
  border.insert(border.end(), left.rbegin(), left.rend());
  return border;
}

FeatureCollection::FeatureCollection() : out_(text_) {
  out_.begin_object().key("type").string("FeatureCollection").key("features").begin_array();
}

JsonOut& FeatureCollection::begin_feature(std::span<const geo::Outline> outlines, GeoJsonForm form) {
  const auto* circle = outlines.size() == 1 ? std::get_if<geo::Circle>(&outlines[0]) : nullptr;
  const auto* corridor = outlines.size() == 1 ? std::get_if<geo::Corridor>(&outlines[0]) : nullptr;
  const bool exact = form == GeoJsonForm::kExact && (circle != nullptr || corridor != nullptr);
  out_.begin_object().key("type").string("Feature").key("geometry").begin_object();
  if (!exact) {
    std::vector<MapRing> rings;
    for (const auto& outline : outlines) {
      for (auto& ring : map_rings(drawn(outline))) rings.push_back(std::move(ring));
    }
    write_rings(out_, rings);
  } else if (circle != nullptr) {
    out_.key("type").string("Point").key("coordinates").position(circle->centre);
  } else {
    out_.key("type").string("LineString").key("coordinates").begin_array();
    for (const auto& point : corridor->line) out_.position(point);
    out_.end_array();
  }
  out_.end_object().key("properties").begin_object();
  if (exact && circle != nullptr) out_.key("radius_m").metres(circle->radius_cm);
  if (exact && corridor != nullptr)
    out_.key("left_m").metres(corridor->left_cm).key("right_m").metres(corridor->right_cm);
  return out_;
}

JsonOut& FeatureCollection::begin_feature(const geo::LatLng& point) {
  out_.begin_object().key("type").string("Feature").key("geometry").begin_object();
  out_.key("type").string("Point").key("coordinates").position(point).end_object();
  return out_.key("properties").begin_object();
}

void FeatureCollection::end_feature() { out_.end_object().end_object().new_line(); }

std::string FeatureCollection::text() && {
  out_.end_array().end_object().new_line();
  return std::move(text_);
}

void add_band(JsonOut& properties, const geo::LevelBand& band) {
  properties.key("lower").string(format_lower(band)).key("upper").string(format_upper(band));
}

void add_window(JsonOut& properties, const geo::TimeWindow& window) {
  properties.key("start").string(format_utc(window.start)).key("end").string(format_utc(window.end));
}

std::string write_geojson_zones(std::span<const ZoneInput> zones, GeoJsonForm form) {
  FeatureCollection out;
  for (const ZoneInput& zone : zones) {
    JsonOut& properties = out.begin_feature(zone.parts, form);
    properties.key("id").string(zone.id).key("name").string(zone.name);
    if (!zone.owner.empty()) properties.key("owner").string(zone.owner);
    properties.key("domain").string(core::to_text(zone.domain));
    if (zone.rule) properties.key("rule").string(core::to_text(*zone.rule));
    if (zone.minima) properties.key("minima").string(format_minima(*zone.minima));
    if (zone.domain == Domain::kAir) add_band(properties, zone.band);
    out.end_feature();
  }
  return std::move(out).text();
}

std::string write_geojson_flights(std::span<const FlightInput> flights, GeoJsonForm form) {
  FeatureCollection out;
  for (const FlightInput& flight : flights) {
    for (const FlightVolume& volume : flight.volumes) {
      JsonOut& properties = out.begin_feature(std::span(&volume.volume.outline, 1), form);
      properties.key("id")
          .string(flight.id)
          .key("flight")
          .string(flight.label)
          .key("domain")
          .string(core::to_text(flight.domain));
      if (flight.domain == Domain::kAir) add_band(properties, volume.volume.band);
      add_window(properties, volume.volume.window);
      out.end_feature();
    }
  }
  return std::move(out).text();
}

}  // namespace tansiq::formats
