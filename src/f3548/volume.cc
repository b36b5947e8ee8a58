#include "f3548/volume.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "geo/cell_cover.h"

namespace tansiq::f3548 {
namespace {

constexpr double kAltitudeMinM = -8'000;
constexpr double kAltitudeMaxM = 100'000;
/// Far above the limit of area, and small enough for an integer.
constexpr double kRadiusMaxM = 1e7;

std::unexpected<Error> wrong(std::string message, std::string where) {
  return fail(ErrorCode::kInvalid, std::move(message), std::move(where));
}

Result<geo::LatLng> to_point(const Point& p) {
  if (!(p.lat >= -90 && p.lat <= 90)) return wrong(fmt::format("latitude {} is outside -90…90", p.lat), "lat");
  if (!(p.lng >= -180 && p.lng <= 180)) return wrong(fmt::format("longitude {} is outside -180…180", p.lng), "lng");
  return geo::LatLng{static_cast<std::int32_t>(std::llround(p.lat * 1e7)),
                     static_cast<std::int32_t>(std::llround(p.lng * 1e7))};
}

Result<geo::Polygon> to_polygon(std::span<const Point> points) {
  geo::Polygon out;
  out.vertices.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto point = to_point(points[i]);
    if (!point) return std::unexpected(inside(std::move(point.error()), fmt::format("vertices[{}]", i)));
    out.vertices.push_back(*point);
  }
  return out;
}

Result<geo::Circle> to_circle(const Disc& disc) {
  if (!disc.centre) return wrong("a circle needs its center", "center");
  if (!disc.radius_m) return wrong("a circle needs its radius", "radius");
  if (!(*disc.radius_m > 0)) return wrong(fmt::format("radius {} m is not above 0", *disc.radius_m), "radius");
  auto centre = to_point(*disc.centre);
  if (!centre) return std::unexpected(inside(std::move(centre.error()), "center"));
  const double radius_m = std::min(*disc.radius_m, kRadiusMaxM);
  // Outward, and never nothing.
  return geo::Circle{*centre, static_cast<std::int64_t>(std::ceil(radius_m * 100))};
}

Result<std::optional<std::int64_t>> to_height(const std::optional<Altitude>& altitude, bool upward) {
  if (!altitude) return std::nullopt;
  if (altitude->reference != "W84") return wrong("heights are above W84", "reference");
  if (altitude->units != "M") return wrong("heights are in M", "units");
  if (!(altitude->value >= kAltitudeMinM && altitude->value <= kAltitudeMaxM)) {
    return wrong(fmt::format("{} m is outside {}…{} m", altitude->value, kAltitudeMinM, kAltitudeMaxM), "value");
  }
  // A value of at most two decimals stays where it is, although doubles do not hold it exactly.
  const double cm = altitude->value * 100;
  if (std::abs(cm - std::round(cm)) < 1e-6) return std::llround(cm);
  return static_cast<std::int64_t>(upward ? std::ceil(cm) : std::floor(cm));
}

Result<std::variant<geo::Polygon, geo::Circle>> to_outline(const Volume& volume) {
  if (volume.polygon.has_value() == volume.disc.has_value()) {
    return wrong(volume.disc ? "give outline_polygon or outline_circle, not both"
                             : "outline_polygon or outline_circle is missing",
                 "");
  }
  if (volume.disc) {
    auto circle = to_circle(*volume.disc);
    if (!circle) return std::unexpected(inside(std::move(circle.error()), "outline_circle"));
    return *circle;
  }
  auto polygon = to_polygon(*volume.polygon);
  if (!polygon) return std::unexpected(inside(std::move(polygon.error()), "outline_polygon"));
  return std::move(*polygon);
}

/// Bands are closed here and half-open there, and reach further: what lies beyond what geometry knows is cut.
geo::Volume4d exact(const std::variant<geo::Polygon, geo::Circle>& outline, const Band& band) {
  geo::Volume4d out;
  std::visit([&](const auto& shape) { out.outline = shape; }, outline);
  const std::int64_t lower = std::clamp(*band.lower, kHeightCmMin, kHeightCmMax - 1);
  const std::int64_t upper = std::clamp(*band.upper, lower + 1, kHeightCmMax);
  out.band = {lower, upper, geo::VerticalReference::kWgs84};
  return out;
}

Result<Extent> space(const Volume& volume, Demand demand) {
  if (demand == Demand::kTimesAndAltitudes && (!volume.lower || !volume.upper)) {
    return wrong("altitude_lower and altitude_upper are both needed",
                 volume.lower ? "altitude_upper" : "altitude_lower");
  }
  const auto outline = TRY(to_outline(volume));
  Extent out;
  auto lower = to_height(volume.lower, false);
  if (!lower) return std::unexpected(inside(std::move(lower.error()), "altitude_lower"));
  auto upper = to_height(volume.upper, true);
  if (!upper) return std::unexpected(inside(std::move(upper.error()), "altitude_upper"));
  out.band = {*lower, *upper};
  if (out.band.lower && out.band.upper && *out.band.lower > *out.band.upper) {
    return wrong(
        fmt::format("altitude_lower {} m is above altitude_upper {} m", volume.lower->value, volume.upper->value),
        "altitude_lower");
  }
  auto cover = geo::cover_cells(outline, {.area_km2_max = kAreaKm2Max, .cells_max = kCellsMax});
  if (!cover) {
    return std::unexpected(inside(std::move(cover.error()), volume.disc ? "outline_circle" : "outline_polygon"));
  }
  out.cells = Cells(cover->cells);
  if (demand == Demand::kTimesAndAltitudes) out.volumes.push_back(exact(outline, out.band));
  return out;
}

Result<std::optional<Moment>> to_moment(const std::optional<std::string>& text, std::string_view name, bool needed) {
  if (!text) {
    if (needed) return wrong(fmt::format("{} is missing", name), "");
    return std::nullopt;
  }
  auto moment = Moment::parse(*text);
  if (!moment) return std::unexpected(inside(std::move(moment.error()), name));
  return std::move(*moment);
}

Result<Extent> one(const Volume& volume, Demand demand) {
  auto out = space(volume, demand);
  if (!out) return std::unexpected(inside(std::move(out.error()), "volume"));
  out->start = TRY(to_moment(volume.start, "time_start", demand != Demand::kNothing));
  out->end = TRY(to_moment(volume.end, "time_end", demand != Demand::kNothing));
  if (out->start && out->end && *out->start > *out->end) {
    return wrong(fmt::format("time_start {} is after time_end {}", out->start->text(), out->end->text()), "time_start");
  }
  for (geo::Volume4d& shape : out->volumes) {
    const UtcMs start = std::clamp(out->start->floor(), kUtcMin, kUtcMax - 1);
    shape.window = {start, std::clamp(out->end->ceil(), start + 1, kUtcMax)};
  }
  return out;
}

}  // namespace

Result<Extent> make_extent(std::span<const Volume> volumes, Demand demand, std::string_view name, bool indexed) {
  if (volumes.empty()) return wrong("at least one volume is needed", std::string(name));
  if (volumes.size() > kExtentsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} volumes; at most {} are allowed", volumes.size(), kExtentsMax),
                std::string(name));
  }
  Extent all;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    auto extent = one(volumes[i], demand);
    if (!extent) {
      return std::unexpected(
          inside(std::move(extent.error()), indexed ? fmt::format("{}[{}]", name, i) : std::string(name)));
    }
    if (i == 0) {
      all = std::move(*extent);
      continue;
    }
    all.cells.add(extent->cells);
    if (all.cells.size() > kCellsMax) {
      return fail(ErrorCode::kTooLarge, fmt::format("the volumes meet more than {} cells of 1 km²", kCellsMax),
                  std::string(name));
    }
    all.volumes.insert(all.volumes.end(), extent->volumes.begin(), extent->volumes.end());
    all.band = all.band.with(extent->band);
    if (all.start && extent->start) all.start = std::min(*all.start, *extent->start);
    if (all.end && extent->end) all.end = std::max(*all.end, *extent->end);
  }
  return all;
}

}  // namespace tansiq::f3548
