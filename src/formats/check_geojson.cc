// The report of a check as GeoJSON: what a map needs to show where it happened.
#include <set>

#include "core/volume_json.h"
#include "formats/check.h"
#include "formats/geojson_out.h"

namespace tansiq::formats {
namespace {

void add_conflict(FeatureCollection& out, const CheckReport& report, const ConflictEpisode& episode) {
  JsonOut& properties = out.begin_feature(episode.closest ? episode.closest->place : episode.place);
  properties.key("kind").string("conflict");
  properties.key("first")
      .string(report.flights[episode.first].id)
      .key("second")
      .string(report.flights[episode.second].id);
  add_window(properties, episode.window);
  if (const auto& closest = episode.closest) {
    properties.key("closest_time").string(format_utc(closest->time)).key("horizontal_m").integer(closest->horizontal_m);
    if (closest->vertical_cm) properties.key("vertical_cm").integer(*closest->vertical_cm);
  }
  out.end_feature();
}

void add_entry(FeatureCollection& out, const CheckReport& report, const ZoneEntry& entry) {
  JsonOut& properties = out.begin_feature(entry.place);
  properties.key("kind").string("entry").key("flight").string(report.flights[entry.flight].id);
  properties.key("zone").string(report.zones[entry.zone].id);
  add_window(properties, entry.window);
  properties.key("grazes").boolean(entry.grazes);
  if (entry.level_cm)
    properties.key("level_cm").integer(*entry.level_cm).key("reference").string(core::to_text(entry.reference));
  out.end_feature();
}

}  // namespace

std::string render_geojson(const CheckReport& report, const CheckInput& input) {
  FeatureCollection out;
  std::set<std::size_t> flights;
  std::set<std::size_t> zones;
  for (const auto& episode : report.conflicts) flights.insert({episode.first, episode.second});
  for (const auto& entry : report.entries) zones.insert(entry.zone);
  for (const std::size_t zone : zones) {
    const ZoneInput& shown = input.zones->zones[zone];
    JsonOut& properties = out.begin_feature(shown.parts, GeoJsonForm::kDrawn);
    properties.key("kind").string("zone").key("id").string(shown.id).key("name").string(shown.name);
    add_band(properties, shown.band);
    out.end_feature();
  }
  for (const std::size_t flight : flights) {
    const FlightInput& shown = input.traffic->flights[flight];
    for (const FlightVolume& volume : shown.volumes) {
      JsonOut& properties = out.begin_feature(std::span(&volume.volume.outline, 1), GeoJsonForm::kDrawn);
      properties.key("kind").string("volume").key("id").string(shown.id).key("flight").string(shown.label);
      add_band(properties, volume.volume.band);
      add_window(properties, volume.volume.window);
      out.end_feature();
    }
  }
  for (const auto& entry : report.entries) add_entry(out, report, entry);
  for (const auto& episode : report.conflicts) add_conflict(out, report, episode);
  return std::move(out).text();
}

}  // namespace tansiq::formats
