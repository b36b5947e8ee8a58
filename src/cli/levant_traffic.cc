#include "cli/levant_traffic.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <utility>
#include <variant>

#include "cli/demo_world.h"
#include "picture/local_frame.h"

namespace tansiq::cli {
namespace {

using surveillance::CraftId;
using surveillance::IdKind;

constexpr double kShipSpeedMS = 9;  // 17.5 knots.
constexpr double kDegree = std::numbers::pi / 180;

CraftId icao(std::uint32_t address) { return {IdKind::kIcao, address}; }

SkyPoint away(const SkyPoint& from, double course_deg, double m) {
  const picture::LocalFrame frame(picture::normal_of(from.lat, from.lng));
  const auto to =
      picture::degrees_of(frame.at({m * std::sin(course_deg * kDegree), m * std::cos(course_deg * kDegree)}));
  return {to.lat, to.lng};
}

double apart_m(const SkyPoint& a, const SkyPoint& b) {
  return picture::distance_m(picture::normal_of(a.lat, a.lng), picture::normal_of(b.lat, b.lng));
}

/// The same craft, begun so that it is at its turning point `index` at `moment`.
SkyCraft at_point(SkyCraft craft, std::size_t index, UtcMs moment) {
  double m = 0;
  for (std::size_t i = 0; i < index; ++i) m += apart_m(craft.way[i], craft.way[i + 1]);
  craft.begins = moment + -std::llround(1'000 * m / craft.speed_m_s);
  return craft;
}

/// Sixteen turning points: a craft that turned by more at once would seem to jump.
std::vector<SkyPoint> rounds(const SkyPoint& about, double radius_m) {
  constexpr int kPoints = 16;
  std::vector<SkyPoint> out;
  for (int i = 0; i < kPoints; ++i) out.push_back(away(about, 360.0 * i / kPoints, radius_m));
  return out;
}

SkyCraft ship(std::string name, std::uint32_t mmsi, const SkyPoint& from, double course_deg, UtcMs begins) {
  constexpr double kFarM = 400'000;  // Half a day.
  return {.name = std::move(name),
          .ear = SkyEar::kAis,
          .id = {IdKind::kMmsi, mmsi},
          .speed_m_s = kShipSpeedMS,
          .begins = begins,
          .way = {from, away(from, course_deg, kFarM)}};
}

}  // namespace

std::vector<SkyCraft> standing_traffic(UtcMs begins) {
  return {ship("CARRIER", kCarrierMmsi, {33.90, 33.10}, 90, begins),
          ship("ESCORT", kEscortMmsi, {33.93, 33.10}, 90, begins),
          {.name = "TANKER1",
           .ear = SkyEar::kRadar,
           .id = icao(0xAE1460),
           .speed_m_s = 210,
           .level = 350,
           .begins = begins,
           .way = rounds({36.7, 37.4}, 45'000),
           .round = true},
          {.name = "SURVEY2",
           .ear = SkyEar::kAdsb,
           .id = icao(0x4CA2F1),
           .speed_m_s = 200,
           .level = 350,
           .begins = begins,
           .way = rounds({33.2, 36.0}, 45'000),
           .round = true}};
}

SkyCraft on_course(const std::string& name, std::uint32_t mmsi, const SkyState& from, UtcMs now, double course_deg) {
  return ship(name, mmsi, {from.position.lat_e7 / 1e7, from.position.lng_e7 / 1e7}, course_deg, now);
}

// K2 leads from 36.8 42.4 over 36.3 40.4 to 35.9 38.9.

SkyCraft straying_flight(UtcMs enters) {
  return at_point({.name = "MIRAGE3",
                   .ear = SkyEar::kRadar,
                   .id = icao(0x39C4A1),
                   .speed_m_s = 230,
                   .level = kStrayingLevel + 5,
                   .way = {{36.86, 42.64}, {36.8, 42.4}, {36.738, 42.153}, {37.2, 41.3}, {37.2, 39.5}}},
                  1, enters);
}

SkyCraft late_flight(UtcMs enters) {
  return at_point({.name = "REACH7",
                   .ear = SkyEar::kRadar,
                   .id = icao(0xAE0517),
                   .speed_m_s = 180,
                   .level = kLateLevel + 5,
                   .way = {{36.86, 42.64}, {36.8, 42.4}, {36.3, 40.4}, {35.9, 38.9}}},
                  1, enters);
}

SkyCraft unknown_craft(UtcMs enters) {
  // K3 leads from 35.2 40.6 to 33.6 40.7; its western edge lies five miles beside that.
  return at_point({.name = "NOBODY",
                   .ear = SkyEar::kRadar,
                   .number = 900,
                   .speed_m_s = 220,
                   .level = 290,
                   .way = {{34.5, 40.1}, {34.5, 40.543}, {34.55, 41.8}}},
                  1, enters);
}

std::array<SkyCraft, 2> converging_flights(UtcMs closest) {
  // Eleven seconds later at the crossing than the other: about a mile.
  constexpr DurationMs kBehindMs = 11'000;
  return {at_point({.name = "RFF9",
                    .ear = SkyEar::kRadar,
                    .id = icao(0x155B0C),
                    .speed_m_s = 235,
                    .level = 330,
                    .way = {{35.3, 40.2}, {35.3, 41.6}, {35.3, 42.6}}},
                   1, closest),
          at_point({.name = "REACH9",
                    .ear = SkyEar::kRadar,
                    .id = icao(0xAE0909),
                    .speed_m_s = 225,
                    .level = 330,
                    .way = {{34.2, 41.6}, {35.3, 41.6}, {36.2, 41.6}}},
                   1, closest + kBehindMs)};
}

// --- after the story
// ---------------------------------------------------------------------------------------------------------------------

SkyCraft on_rounds(const std::string& name, std::uint32_t mmsi, const SkyState& from, UtcMs now) {
  constexpr double kRadiusM = 12'000;
  const SkyPoint here{from.position.lat_e7 / 1e7, from.position.lng_e7 / 1e7};
  SkyCraft out = ship(name, mmsi, here, 0, now);
  out.way = rounds(away(here, 180, kRadiusM), kRadiusM);  // Whose first point lies north of its middle: here.
  out.round = true;
  return out;
}

std::vector<LapFlight> lap_flights(const core::Charter& charter, std::uint64_t lap, UtcMs begins) {
  struct Route {
    std::string_view corridor, call_sign;
    std::int64_t level;     ///< Of the first lap.
    std::uint32_t address;  ///< Likewise.
  };
  constexpr std::array<Route, 6> kRoutes{{{"K1", "TALON", 190, 0xAE1101},
                                          {"K2", "STEEL", 190, 0xAE1201},
                                          {"K3", "REACH", 260, 0xAE1301},
                                          {"K4", "BARS", 190, 0x155A41},
                                          {"K5", "SOKOL", 260, 0x155A51},
                                          {"K6", "VOLK", 190, 0x155A61}}};
  constexpr std::uint64_t kLevels = 3;  // Two thousand feet apart.
  constexpr double kSpeedMS = 230;
  constexpr DurationMs kAheadMs = 6 * 60'000;   // So long before the first enters, all are filed.
  constexpr DurationMs kApartMs = 2 * 60'000;   // From one to the next, so that not all happens at once.
  constexpr DurationMs kBeforeMs = 2 * 60'000;  // The window begins before the flight does,
  constexpr DurationMs kAfterMs = 5 * 60'000;   // and ends after it.
  const std::uint64_t turn = lap % kLevels;
  std::vector<LapFlight> out;
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    const Route& route = kRoutes[i];
    const core::Zone* zone = charter.find_zone(ZoneId::trusted(route.corridor));
    const auto* line = zone != nullptr && zone->outline ? std::get_if<geo::Corridor>(&*zone->outline) : nullptr;
    if (line == nullptr) continue;  // A charter that has it no more.
    SkyCraft craft{.name = fmt::format("{}{}", route.call_sign, turn + 1),
                   .ear = SkyEar::kRadar,
                   .id = icao(route.address + static_cast<std::uint32_t>(turn)),
                   .speed_m_s = kSpeedMS,
                   .level = route.level + 20 * static_cast<std::int64_t>(turn) + 5,
                   .begins = begins + kAheadMs + static_cast<DurationMs>(i) * kApartMs,
                   .way = {}};
    for (const geo::LatLng& at : line->line) craft.way.push_back({at.lat_e7 / 1e7, at.lng_e7 / 1e7});
    double length_m = 0;
    for (std::size_t j = 1; j < craft.way.size(); ++j) length_m += apart_m(craft.way[j - 1], craft.way[j]);
    const UtcMs leaves = craft.begins + std::llround(1'000 * length_m / kSpeedMS);
    const UtcMs from = craft.begins - kBeforeMs;
    geo::Volume4d volume = demo_volume(charter, {.id = {},
                                                 .operator_name = {},
                                                 .corridor = std::string(route.corridor),
                                                 .level = craft.level - 5,
                                                 .start = from,
                                                 .length_ms = leaves + kAfterMs - from});
    out.push_back({.owner = zone->owner.str(),
                   .call_sign = craft.name,
                   .intent = fmt::format("{}-{}", craft.name, lap),
                   .volume = std::move(volume),
                   .craft = std::move(craft),
                   .leaves = leaves});
  }
  return out;
}

}  // namespace tansiq::cli
