#include "formats/flown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "formats/earth_math.h"
#include "geo/conflict.h"

namespace tansiq::formats {
namespace {

/// Growth to the side and beyond the ends, in metres, by the ellipse.
struct Reach {
  double side_m, end_m;
};

Reach unseen_reach(const Report& from, const Report& to, double distance_m) {
  const double seconds = static_cast<double>(to.time - from.time) / 1000;
  const double speed = std::max(from.speed_m_s.value_or(0), to.speed_m_s.value_or(0));
  const double path_m = std::max(speed * seconds, distance_m);
  return {std::sqrt(path_m * path_m - distance_m * distance_m) / 2, (path_m - distance_m) / 2};
}

/// The two altitudes in a reference that both reports have.
struct Heights {
  std::int64_t from_cm, to_cm;
  geo::VerticalReference reference;
};

std::optional<Heights> common_heights(const Report& from, const Report& to) {
  if (from.baro_cm && to.baro_cm) return Heights{*from.baro_cm, *to.baro_cm, geo::VerticalReference::kFlightLevel};
  if (from.geo_cm && to.geo_cm) return Heights{*from.geo_cm, *to.geo_cm, geo::VerticalReference::kWgs84};
  return std::nullopt;
}

geo::LevelBand flown_band(const Report& from, const Report& to, const Heights& heights, const GrowthOptions& options) {
  const double seconds = static_cast<double>(to.time - from.time) / 1000;
  const double rate = std::max(std::fabs(from.vertical_m_s.value_or(0)), std::fabs(to.vertical_m_s.value_or(0)));
  const auto difference = static_cast<double>(std::abs(heights.to_cm - heights.from_cm));
  const double overshoot = std::max(0.0, (rate * seconds * 100 - difference) / 2);
  const std::int64_t growth = options.altitude_cm + static_cast<std::int64_t>(std::ceil(overshoot));
  return {std::max(std::min(heights.from_cm, heights.to_cm) - growth, kHeightCmMin),
          std::min(std::max(heights.from_cm, heights.to_cm) + growth, kHeightCmMax), heights.reference};
}

geo::Outline flown_outline(const Report& from, const Report& to, double distance_m, Reach reach,
                           const GrowthOptions& options) {
  const double position_m = static_cast<double>(options.position_cm) / 100;
  const double side_m = position_m + reach.side_m;
  const double end_m = position_m + reach.end_m;
  const auto whole_cm = [](double metres) { return static_cast<std::int64_t>(std::ceil(metres * 100)); };
  // A circle around the middle where the craft hardly moved: a corridor shorter than it is wide says nothing more.
  if (distance_m < 1.0) {
    return geo::Circle{along(from.position, to.position, 0.5),
                       std::max<std::int64_t>(whole_cm(std::max(side_m, end_m) + distance_m), 1)};
  }
  const double beyond = end_m / distance_m;
  return geo::Corridor{{along(from.position, to.position, -beyond), along(from.position, to.position, 1 + beyond)},
                       whole_cm(side_m),
                       whole_cm(side_m)};
}

}  // namespace

std::string GrowthOptions::text() const {
  return fmt::format(
      "one volume per pair of reports at most {} apart: a corridor around the great circle between the positions, "
      "grown by "
      "{:.1f} m on every side and by what a detour at the faster reported speed allows; levels grown by {:.1f} m and "
      "by what "
      "the faster reported climb allows; times grown by {}",
      format_duration(gap_ms_max), static_cast<double>(position_cm) / 100, static_cast<double>(altitude_cm) / 100,
      format_duration(time_ms));
}

std::optional<FlightVolume> flown_volume(const Report& from, const Report& to, bool has_altitude,
                                         const GrowthOptions& options, std::string_view& reason) {
  if (to.time - from.time > options.gap_ms_max) {
    reason = "gap between reports is too long to bridge";
    return std::nullopt;
  }
  const double distance_m = chord_m(from.position, to.position);
  const Reach reach = unseen_reach(from, to, distance_m);
  if (reach.side_m * 100 > static_cast<double>(options.sideways_cm_max) || distance_m > 1'000'000) {
    reason = "the reports are too far apart for their time to say where the craft was";
    return std::nullopt;
  }
  FlightVolume flown;
  flown.motion = Motion{from.position, to.position, from.time, to.time, {}, {}};
  flown.volume.window = {from.time - options.time_ms, to.time + options.time_ms};
  flown.volume.outline = flown_outline(from, to, distance_m, reach, options);
  if (has_altitude) {
    const auto heights = common_heights(from, to);
    if (!heights) {
      reason = "the two reports have no altitude of the same kind";
      return std::nullopt;
    }
    flown.volume.band = flown_band(from, to, *heights, options);
    flown.motion->from_cm = heights->from_cm;
    flown.motion->to_cm = heights->to_cm;
  }
  return flown;
}

TrafficInput flown_traffic(Recording recording, const GrowthOptions& options) {
  TrafficInput traffic;
  traffic.growth = options.text();
  traffic.records = recording.rows;
  traffic.findings = std::move(recording.findings);
  for (Track& track : recording.tracks) {
    FlightInput flight{track.id, track.label, recording.has_altitude ? Domain::kAir : Domain::kSea, {}};
    for (std::size_t i = 1; i < track.reports.size(); ++i) {
      std::string_view reason;
      const Report& from = track.reports[i - 1];
      const Report& to = track.reports[i];
      if (auto flown = flown_volume(from, to, recording.has_altitude, options, reason)) {
        flight.volumes.push_back(std::move(*flown));
      } else {
        traffic.findings.add(Severity::kSkipped, reason, fmt::format("lines {} and {}", from.line, to.line), track.id);
      }
    }
    if (flight.volumes.empty()) {
      traffic.findings.add(Severity::kSkipped, "the track has no two reports that can be joined", track.id);
    } else {
      traffic.flights.push_back(std::move(flight));
    }
  }
  return traffic;
}

}  // namespace tansiq::formats
