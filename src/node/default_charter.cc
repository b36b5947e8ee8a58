#include "node/default_charter.h"

#include "base/units.h"

namespace tansiq::node {
namespace {

constexpr geo::LatLng at(double lat, double lng) {
  return {static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)};
}

constexpr std::int64_t kHalfWidthCm = 5 * 1852 * 100;  // 10 NM wide

geo::LevelBand flight_levels(std::int64_t lower, std::int64_t upper) {
  return {cm_from_flight_level(lower), cm_from_flight_level(upper), geo::VerticalReference::kFlightLevel};
}

core::Zone zone(std::string_view id, std::string_view name, core::Domain domain, core::Rule rule) {
  core::Zone z;
  z.id = ZoneId::trusted(id);
  z.name = name;
  z.owner = AuthorityId::trusted(kDefaultAuthority);
  z.domain = domain;
  z.rule = rule;
  z.disclosure = core::Disclosure::kCoarse;
  return z;
}

core::Charter charter_without_zones(const std::string& vkey, UtcMs valid_from) {
  core::Charter charter;
  charter.id = "develop";
  charter.name = "Self-made charter of a node without configuration";
  charter.version = 1;
  charter.data_mode = core::DataMode::kTest;
  charter.valid_from = valid_from;
  charter.authorities.push_back({AuthorityId::trusted(kDefaultAuthority), "This node", {vkey}});
  return charter;
}

core::Zone corridor(std::string_view id, std::string_view name, std::vector<geo::LatLng> line, geo::LevelBand band) {
  core::Zone z = zone(id, name, core::Domain::kAir, core::Rule::kExclusive);
  z.minima = {.horizontal_m = 5 * 1852, .vertical_cm = cm_from_flight_level(10), .time_ms = 120'000};
  z.outline = geo::Corridor{std::move(line), kHalfWidthCm, kHalfWidthCm};
  z.band = band;
  return z;
}

}  // namespace

core::Zone region_zone(const AuthorityId& owner) {
  core::Zone out;
  out.id = ZoneId::trusted("WORLD");
  out.name = "The whole airspace";
  out.owner = owner;
  out.rule = core::Rule::kAware;
  out.background = true;
  return out;
}

core::Charter region_charter(const std::string& vkey, UtcMs valid_from) {
  core::Charter charter = charter_without_zones(vkey, valid_from);
  charter.zones.push_back(region_zone(AuthorityId::trusted(kDefaultAuthority)));
  return charter;
}

core::Charter default_charter(const std::string& vkey, UtcMs valid_from) {
  core::Charter charter = charter_without_zones(vkey, valid_from);

  core::Zone harbour = zone("HARBOUR", "Sea box off the harbour", core::Domain::kSea, core::Rule::kExclusive);
  harbour.minima = {.horizontal_m = 1852, .vertical_cm = 0, .time_ms = 600'000};
  harbour.outline = geo::Polygon{{at(34.40, 35.30), at(34.40, 35.70), at(34.80, 35.70), at(34.80, 35.30)}};

  core::Zone train = zone("TRAIN", "Training block", core::Domain::kAir, core::Rule::kAware);
  train.disclosure = core::Disclosure::kFull;
  train.minima = {.horizontal_m = 1852, .vertical_cm = cm_from_flight_level(5), .time_ms = 60'000};
  train.outline = geo::Polygon{{at(34.00, 33.40), at(34.00, 34.20), at(34.60, 34.20), at(34.60, 33.40)}};
  train.band = flight_levels(50, 100);

  core::Zone open = zone("OPEN", "Everywhere else", core::Domain::kAir, core::Rule::kDisputed);
  open.background = true;

  charter.zones = {
      std::move(harbour),
      corridor("K1", "Corridor 1, west to east", {at(34.90, 32.80), at(35.00, 34.20), at(35.20, 35.60)},
               flight_levels(180, 240)),
      corridor("K2", "Corridor 2, west to east", {at(34.20, 32.80), at(34.30, 34.20), at(34.50, 35.60)},
               flight_levels(180, 240)),
      corridor("K3", "Corridor 3, south to north", {at(33.60, 33.90), at(34.60, 34.00), at(35.80, 34.00)},
               flight_levels(250, 310)),
      std::move(open),
      std::move(train),
  };
  return charter;
}

}  // namespace tansiq::node
