#include "cli/demo_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/invariant.h"
#include "base/units.h"

namespace tansiq::cli {
namespace {

constexpr geo::LatLng at(double lat, double lng) {
  return {static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)};
}

geo::LevelBand levels(std::int64_t lower, std::int64_t upper) {
  return {cm_from_flight_level(lower), cm_from_flight_level(upper), geo::VerticalReference::kFlightLevel};
}

core::Zone zone(std::string_view id, std::string_view name, std::string_view owner, core::Rule rule) {
  core::Zone z;
  z.id = ZoneId::trusted(id);
  z.name = name;
  z.owner = AuthorityId::trusted(owner);
  z.rule = rule;
  z.disclosure = core::Disclosure::kCoarse;
  return z;
}

core::Zone corridor(std::string_view id, std::string_view name, std::string_view owner, std::vector<geo::LatLng> line,
                    geo::LevelBand band) {
  constexpr std::int64_t kHalfWidthCm = 5LL * 1852 * 100;  // 10 NM wide
  core::Zone z = zone(id, name, owner, core::Rule::kExclusive);
  z.minima = {.horizontal_m = 5 * 1852, .vertical_cm = cm_from_flight_level(10), .time_ms = 120'000};
  z.outline = geo::Corridor{std::move(line), kHalfWidthCm, kHalfWidthCm};
  z.band = band;
  return z;
}

}  // namespace

core::Charter demo_charter(const std::string& us_vkey, const std::string& ru_vkey, UtcMs valid_from) {
  core::Charter charter;
  charter.id = "levant-2015";
  charter.name = "Corridors over the Levant, autumn 2015";
  charter.data_mode = core::DataMode::kSimulated;
  charter.valid_from = valid_from;
  charter.authorities = {{AuthorityId::trusted("ru"), "Centre at Hmeimim", {ru_vkey}},
                         {AuthorityId::trusted("us"), "Centre at Al Udeid", {us_vkey}}};
  core::Zone sea = zone("S1", "Sea box off Tartus", "ru", core::Rule::kExclusive);
  sea.domain = core::Domain::kSea;
  sea.minima = {.horizontal_m = 1852, .vertical_cm = 0, .time_ms = 600'000};
  sea.outline = geo::Polygon{{at(34.6, 35.1), at(34.6, 35.7), at(35.1, 35.7), at(35.1, 35.1)}};
  core::Zone rest = zone("REST", "Everything else", "us", core::Rule::kDisputed);
  rest.background = true;
  charter.zones = {
      corridor("K1", "East entry", "us", {at(33.4, 43.4), at(34.4, 41.2), at(35.1, 39.6)}, levels(180, 240)),
      corridor("K2", "Northern", "us", {at(36.8, 42.4), at(36.3, 40.4), at(35.9, 38.9)}, levels(180, 240)),
      corridor("K3", "North to south", "us", {at(36.9, 40.9), at(35.2, 40.6), at(33.6, 40.7)}, levels(250, 310)),
      corridor("K4", "Coast to north-east", "ru", {at(35.4, 36.0), at(35.9, 37.2), at(36.2, 38.2)}, levels(180, 240)),
      corridor("K5", "Coast to east", "ru", {at(34.8, 36.2), at(34.7, 37.2), at(34.6, 38.6)}, levels(250, 310)),
      corridor("K6", "South", "ru", {at(34.3, 36.5), at(33.6, 37.0), at(32.9, 37.4)}, levels(180, 240)),
      std::move(rest),
      std::move(sea),
  };
  return charter;
}

// --- the map
// ----------------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t kColumns = 66;
constexpr std::size_t kRows = 13;
constexpr double kWest = 34.7, kEast = 43.9, kSouth = 32.6, kNorth = 37.2;

struct Cell {
  std::size_t column, row;
};

Cell cell_of(double lat, double lng) {
  const double x = (lng - kWest) / (kEast - kWest) * static_cast<double>(kColumns - 1);
  const double y = (kNorth - lat) / (kNorth - kSouth) * static_cast<double>(kRows - 1);
  return {static_cast<std::size_t>(std::clamp(x, 0.0, static_cast<double>(kColumns - 1)) + 0.5),
          static_cast<std::size_t>(std::clamp(y, 0.0, static_cast<double>(kRows - 1)) + 0.5)};
}

struct Canvas {
  struct Glyph {
    char c = ' ';
    Colour colour = Colour::kPlain;
  };
  std::array<std::array<Glyph, kColumns>, kRows> cells{};

  void put_at(Cell at, char c, Colour colour) { cells.at(at.row).at(at.column) = {c, colour}; }
  void label(Cell at, std::string_view text, Colour colour) {
    const std::size_t from = std::min(at.column, kColumns - text.size());
    for (std::size_t i = 0; i < text.size(); ++i) put_at({from + i, at.row}, text[i], colour);
  }
  void line(const geo::LatLng& a, const geo::LatLng& b, char c, Colour colour) {
    constexpr int kSteps = 80;
    for (int i = 0; i <= kSteps; ++i) {
      const double t = static_cast<double>(i) / kSteps;
      const double lat = (a.lat_e7 + t * (b.lat_e7 - a.lat_e7)) / 1e7;
      const double lng = (a.lng_e7 + t * (b.lng_e7 - a.lng_e7)) / 1e7;
      put_at(cell_of(lat, lng), c, colour);
    }
  }
};

void draw(Canvas& canvas, const core::Zone& zone) {
  const bool ours = zone.owner.str() == "us";
  const Colour colour = ours ? Colour::kCyan : Colour::kYellow;
  if (!zone.outline) return;
  if (const auto* polygon = std::get_if<geo::Polygon>(&*zone.outline)) {
    const auto& v = polygon->vertices;
    for (std::size_t i = 0; i < v.size(); ++i) canvas.line(v[i], v[(i + 1) % v.size()], '~', Colour::kBlue);
    canvas.label(cell_of((v[0].lat_e7 + v[2].lat_e7) / 2e7, (v[0].lng_e7 + v[2].lng_e7) / 2e7 - 0.1), zone.id.str(),
                 Colour::kBlue);
    return;
  }
  const auto& line = std::get<geo::Corridor>(*zone.outline).line;
  for (std::size_t i = 1; i < line.size(); ++i) canvas.line(line[i - 1], line[i], ours ? '=' : '-', colour);
  canvas.label(cell_of(line.front().lat_e7 / 1e7, line.front().lng_e7 / 1e7), zone.id.str(), colour);
}

}  // namespace

std::string demo_map(const core::Charter& charter, const Terminal& terminal) {
  Canvas canvas;
  for (const core::Zone& zone : charter.zones) draw(canvas, zone);
  std::string out;
  for (const auto& row : canvas.cells) {
    std::string line = "    ";
    for (const Canvas::Glyph& glyph : row) line += terminal.paint(glyph.colour, std::string_view(&glyph.c, 1));
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  out += fmt::format("    {} us   {} ru   {} sea box   K3, K5: FL250–FL310, the others: FL180–FL240\n",
                     terminal.paint(Colour::kCyan, "==="), terminal.paint(Colour::kYellow, "---"),
                     terminal.paint(Colour::kBlue, "~~~"));
  return out;
}

// --- traffic
// ----------------------------------------------------------------------------------------------------------

std::vector<DemoFlight> demo_traffic(const core::Charter& charter, std::uint64_t seed, UtcMs from, std::size_t count) {
  struct Operator {
    std::string_view subject;
    std::array<std::string_view, 2> call_signs;
  };
  constexpr std::array<Operator, 4> kOperators{{{"us:atc", {"REACH", "STEEL"}},
                                                {"fr:coa", {"MIRAGE", "COTAM"}},
                                                {"relief:un", {"AIDLIFT", "UNO"}},
                                                {"jo:coord", {"HASHIM", "PETRA"}}}};
  constexpr std::array<std::string_view, 3> kCorridors{"K1", "K2", "K3"};
  SeededRandom random(seed);
  std::vector<DemoFlight> flights;
  for (std::size_t i = 0; i < count; ++i) {
    const Operator& who = kOperators.at(static_cast<std::size_t>(random.between(0, kOperators.size() - 1)));
    DemoFlight flight;
    flight.operator_name = who.subject;
    flight.id = fmt::format("{}{}", who.call_signs.at(static_cast<std::size_t>(random.between(0, 1))), 20 + i);
    flight.corridor = kCorridors.at((i + 1) % kCorridors.size());
    const core::Zone* zone = charter.find_zone(ZoneId::trusted(flight.corridor));
    EXPECT_INVARIANT(zone != nullptr);
    const std::int64_t lowest = zone->band.lower_cm / cm_from_flight_level(1);
    const std::int64_t highest = zone->band.upper_cm / cm_from_flight_level(1) - 10;
    flight.level = lowest + 10 * random.between(0, (highest - lowest) / 10);
    flight.start = from + random.between(2, 18) * 300'000;
    flight.length_ms = random.between(15, 25) * 60'000;
    flights.push_back(std::move(flight));
  }
  return flights;
}

geo::Volume4d demo_volume(const core::Charter& charter, const DemoFlight& flight) {
  const core::Zone* zone = charter.find_zone(ZoneId::trusted(flight.corridor));
  EXPECT_INVARIANT(zone != nullptr && zone->outline.has_value());
  constexpr std::int64_t kHalfWidthCm = 3LL * 1852 * 100;
  geo::Corridor corridor = std::get<geo::Corridor>(*zone->outline);
  corridor.left_cm = corridor.right_cm = kHalfWidthCm;
  return {.outline = std::move(corridor),
          .band = levels(flight.level, flight.level + 10),
          .window = {flight.start, flight.start + flight.length_ms}};
}

}  // namespace tansiq::cli
