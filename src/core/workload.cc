#include "core/workload.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tansiq::core {
namespace {

// The sky lies around the equator and Greenwich, where a degree is the same length both ways.
constexpr double kKmPerDegree = 111.2;
constexpr std::int64_t kE7 = 10'000'000;
constexpr int kZonesPerSide = 4;
constexpr std::int64_t kMetreE7 = 90;  // 1e-7 degrees, about

geo::Polygon square(std::int64_t south, std::int64_t west, std::int64_t north, std::int64_t east) {
  const auto p = [](std::int64_t lat, std::int64_t lng) {
    return geo::LatLng{static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
  };
  return {{p(south, west), p(south, east), p(north, east), p(north, west)}};
}

}  // namespace

Workload::Workload(WorkloadOptions options) : options_(std::move(options)), random_(options_.seed) {
  const double side_km = std::sqrt(static_cast<double>(std::max<std::size_t>(options_.volumes, 1'000)));
  const double half_degrees = std::min(side_km / kKmPerDegree / 2, 40.0);
  half_side_e7_ = std::llround(half_degrees * 1e3) * (kE7 / 1'000);
  charter_.id = "workload";
  charter_.name = "Generated traffic";
  charter_.data_mode = DataMode::kSimulated;
  charter_.valid_from = options_.start;
  charter_.authorities = {{AuthorityId::trusted("us"), "Owner of the sky", {}}};
  const std::int64_t step = 2 * half_side_e7_ / kZonesPerSide;
  for (int row = 0; row < kZonesPerSide; ++row) {
    for (int column = 0; column < kZonesPerSide; ++column) {
      Zone zone;
      zone.id = ZoneId::trusted(fmt::format("Z{}{}", row, column));
      zone.name = fmt::format("Block {}-{}", row, column);
      zone.owner = authority();
      const std::int64_t south = -half_side_e7_ + row * step;
      const std::int64_t west = -half_side_e7_ + column * step;
      zone.outline = square(south, west, south + step, west + step);
      charter_.zones.push_back(std::move(zone));
    }
  }
}

Command Workload::command(Action action) {
  return {.id = CommandId::trusted(fmt::format("w{}-{}", options_.seed, commands_++)),
          .by = {.subject = Subject::trusted(options_.subject), .authority = false},
          .action = std::move(action)};
}

geo::LatLng Workload::point() {
  const std::int64_t reach = half_side_e7_ - kE7 / 20;  // shapes stay inside the sky
  return {static_cast<std::int32_t>(random_.between(-reach, reach)),
          static_cast<std::int32_t>(random_.between(-reach, reach))};
}

geo::Outline Workload::outline() {
  const geo::LatLng c = point();
  const auto near_c = [&](std::int64_t lat_m, std::int64_t lng_m) {
    return geo::LatLng{static_cast<std::int32_t>(c.lat_e7 + lat_m * kMetreE7),
                       static_cast<std::int32_t>(c.lng_e7 + lng_m * kMetreE7)};
  };
  const std::int64_t kind = random_.between(1, 10);
  if (kind <= 6) return geo::Circle{c, random_.between(100'00, 800'00)};
  if (kind <= 9) {
    const auto arm = [&] { return random_.between(500, 2'000); };
    return geo::Polygon{{near_c(-arm(), 0), near_c(0, arm()), near_c(arm(), 0), near_c(0, -arm())}};
  }
  const std::int64_t east = random_.between(-4'000, 4'000);
  return geo::Corridor{{near_c(-2'500, -east / 2), c, near_c(2'500, east)}, 200'00, 200'00};
}

Command Workload::next_create() {
  geo::Volume4d volume;
  volume.outline = outline();
  const std::int64_t lower = random_.between(0, 288) * 1'000;
  volume.band = {lower, lower + random_.between(6, 12) * 1'000, geo::VerticalReference::kWgs84};
  const UtcMs start = options_.start + random_.between(1, 1'440) * 60'000;
  volume.window = {start, start + random_.between(10, 30) * 60'000};
  return command(CreateIntent{.intent = IntentId::trusted(fmt::format("i{}", intents_++)),
                              .flight = {},
                              .domain = Domain::kAir,
                              .volumes = {std::move(volume)},
                              .keys = {}});
}

Command Workload::next_busy_cell() {
  const std::uint64_t n = intents_ % kBusyCellSlots;
  const auto layer = static_cast<std::int64_t>(n % kBusyCellLayers);
  const auto time = static_cast<std::int64_t>(n / kBusyCellLayers);
  geo::Volume4d volume;
  const std::int64_t centre = half_side_e7_ / 3;
  volume.outline = square(centre, centre, centre + 1'000 * kMetreE7, centre + 1'000 * kMetreE7);
  volume.band = {layer * 6'000, (layer + 1) * 6'000, geo::VerticalReference::kWgs84};
  const UtcMs start = options_.start + (1 + time) * 20 * 60'000;
  volume.window = {start, start + 20 * 60'000};
  return command(CreateIntent{.intent = IntentId::trusted(fmt::format("i{}", intents_++)),
                              .flight = {},
                              .domain = Domain::kAir,
                              .volumes = {std::move(volume)},
                              .keys = {}});
}

Command Workload::end_of(std::uint64_t n) { return command(EndIntent{IntentId::trusted(fmt::format("i{}", n)), 1}); }

}  // namespace tansiq::core
