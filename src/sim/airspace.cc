#include "sim/airspace.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "base/invariant.h"
#include "base/units.h"
#include "log/note_key.h"

namespace tansiq::sim {
namespace {

constexpr int kE7 = 100'000;  // 1/100 degree

geo::Polygon square(int south, int west, int north, int east) {
  return {{{south * kE7, west * kE7}, {south * kE7, east * kE7}, {north * kE7, east * kE7}, {north * kE7, west * kE7}}};
}

geo::LevelBand levels(int low, int high) {
  return {cm_from_flight_level(low), cm_from_flight_level(high), geo::VerticalReference::kFlightLevel};
}

int west_of(int column) { return 4000 + 100 * column; }

void add_zone(Airspace& out, Rng& rng, int column, int low, int high, bool disputed) {
  const AuthorityId owner = rng.pick(out.charter.authorities).id;
  const ZoneId id = ZoneId::trusted(fmt::format("Z{}{}", column, low == 100 ? "" : "H"));
  out.zones.push_back({id, owner, column, low, high, disputed});
  core::Zone zone = zone_of(rng, out.zones.back());
  for (const core::Authority& other : out.charter.authorities) {
    if (!disputed && other.id != owner && rng.chance(600)) zone.tenants.push_back(other.id);
  }
  out.charter.zones.push_back(std::move(zone));
}

}  // namespace

log::SignerKey key_of(std::string_view id, int generation) {
  const auto seed = log::sha256(generation == 0 ? std::string(id) : fmt::format("{} {}", id, generation));
  auto key = log::SignerKey::from_seed(fmt::format("{}.example/main", id), log::KeyType::kEd25519, seed.view());
  EXPECT_INVARIANT(key.has_value());
  return std::move(*key);
}

core::Authority authority_of(std::string_view id) {
  const auto seed = log::sha256(id);
  const auto cosigner =
      log::SignerKey::from_seed(fmt::format("{}.example/cosigner", id), log::KeyType::kEd25519Cosignature, seed.view());
  EXPECT_INVARIANT(cosigner.has_value());
  return {AuthorityId::trusted(id),
          std::string(id),
          {key_of(id, 0).verifier().text()},
          core::Peer{.cosigner = cosigner->verifier().text(), .tls_keys = {seed}, .url = "https://127.0.0.1:1"}};
}

void set_extent(core::Zone& zone, const ZoneSpot& spot) {
  zone.outline = square(3000, west_of(spot.column), 3100, west_of(spot.column) + 100);
  zone.band = levels(spot.level_low, spot.level_high);
}

core::Zone zone_of(Rng& rng, const ZoneSpot& spot) {
  core::Zone zone;
  zone.id = spot.id;
  zone.name = spot.id.str();
  zone.owner = spot.owner;
  set_extent(zone, spot);
  zone.minima = {3'704, cm_from_feet(1'000), 0};
  zone.disclosure = static_cast<core::Disclosure>(rng.between(0, 3));
  if (spot.disputed) zone.rule = core::Rule::kDisputed;
  return zone;
}

void relate(Rng& rng, core::Charter& charter, const AuthorityId& from, const AuthorityId& to) {
  using core::Capability;
  const auto grant = [&](Capability capability, std::int64_t level) {
    if (level > 0) charter.relations.push_back({{capability, core::RelationDomain::kAir, from, to}, level});
  };
  grant(Capability::kRequest, rng.chance(930) ? 1 : 0);
  grant(Capability::kGateway, rng.chance(500) ? 1 : 0);
  grant(Capability::kDisclosure, rng.between(0, 4));
  for (const Capability of : {Capability::kCentres, Capability::kChiefs}) {
    charter.relations.push_back({{of, core::RelationDomain::kTalks, from, to}, 1});
  }
}

Airspace make_airspace(Rng rng, std::int64_t authorities) {
  Airspace out;
  core::Charter& c = out.charter;
  c.id = "simulated";
  c.name = "A simulated coalition";
  c.valid_from = kStart;
  c.data_mode = core::DataMode::kSimulated;
  for (std::int64_t i = 0; i < authorities; ++i)
    c.authorities.push_back(authority_of(kNames[static_cast<std::size_t>(i)]));
  out.columns = static_cast<int>(authorities + rng.between(1, 3));
  const int disputed = rng.chance(500) ? static_cast<int>(rng.between(0, out.columns - 1)) : -1;
  for (int column = 0; column < out.columns; ++column) {
    if (column != disputed && rng.chance(400)) {
      add_zone(out, rng, column, 100, 250, false);
      add_zone(out, rng, column, 250, 400, false);
    } else {
      add_zone(out, rng, column, 100, 400, column == disputed);
    }
  }
  for (const core::Authority& from : c.authorities) {
    for (const core::Authority& to : c.authorities) {
      if (from.id == to.id) continue;
      relate(rng, c, from.id, to.id);
    }
  }
  // Flights of a simulation last minutes.
  c.disclosure.coarse.delay_ms = 20'000;
  c.disclosure.busy.delay_ms = 30'000;
  c.timing = {
      .clock_error_ms = 2'000, .delivery_ms = 10'000, .decision_ms = 5'000, .crew_ms = 30'000, .standby_ms = 60'000};
  return out;
}

geo::Volume4d box_of(const ZoneSpot& zone, int lane, int level, UtcMs from, UtcMs to, bool to_the_edges) {
  const int south = 3008 + 11 * lane;
  const int west = west_of(zone.column);
  const int margin = to_the_edges ? 0 : 10;
  return {.outline = square(south, west + margin, south + 7, west + 100 - margin),
          .band = levels(level, level + 10),
          .window = {from, to}};
}

}  // namespace tansiq::sim
