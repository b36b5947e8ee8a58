#include "coordination/talk_place.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/vec.h"
#include "geo/wgs84.h"

namespace tansiq::coordination {
namespace {

constexpr double kRadPerE7 = std::numbers::pi / 180.0 / 1e7;

/// The ellipsoid's normal.
geo::Vec3 normal_of(const geo::LatLng& at) {
  const double lat = at.lat_e7 * kRadPerE7;
  const double lng = at.lng_e7 * kRadPerE7;
  return {std::cos(lat) * std::cos(lng), std::cos(lat) * std::sin(lng), std::sin(lat)};
}

geo::Vec3 point_of(const geo::LatLng& at) {
  const geo::Vec3 n = normal_of(at);
  const double radius = geo::kEarthA / std::sqrt(1.0 - geo::kEarthE2 * n.z * n.z);
  return {radius * n.x, radius * n.y, radius * (1.0 - geo::kEarthE2) * n.z};
}

geo::LatLng middle_of_points(const std::vector<geo::LatLng>& points) {
  geo::Vec3 sum;
  for (const geo::LatLng& point : points) sum = sum + normal_of(point);
  // Points all around the earth have no middle: any of them is as good.
  if (geo::norm(sum) < 1e-9) return points.empty() ? geo::LatLng() : points.front();
  const auto e7 = [](double rad) { return static_cast<std::int32_t>(std::lround(rad / kRadPerE7)); };
  return {e7(std::atan2(sum.z, std::hypot(sum.x, sum.y))), e7(std::atan2(sum.y, sum.x))};
}

/// A place with the name by which it is compared.
struct Named {
  std::string_view kind;
  std::string_view name;
  geo::LatLng at;
};

std::optional<Named> named(const TalkPart& part) {
  if (const auto* position = std::get_if<PositionPart>(&part); position != nullptr && !position->name.empty()) {
    return Named{PositionPart::kKind,
                 position->name,
                 {static_cast<std::int32_t>(position->lat_e7), static_cast<std::int32_t>(position->lng_e7)}};
  }
  if (const auto* area = std::get_if<AreaPart>(&part); area != nullptr && !area->name.empty()) {
    return Named{AreaPart::kKind, area->name, middle_of(area->volume.outline)};
  }
  return {};
}

/// The last of the first `count` parts that has this name.
std::optional<Named> last_of(const std::vector<TalkPart>& parts, std::size_t count, const Named& like) {
  for (std::size_t i = count; i-- > 0;) {
    const auto one = named(parts[i]);
    if (one && one->kind == like.kind && one->name == like.name) return one;
  }
  return {};
}

}  // namespace

std::int64_t metres_between(const geo::LatLng& a, const geo::LatLng& b) {
  return std::llround(geo::norm(point_of(a) - point_of(b)));
}

geo::LatLng middle_of(const geo::Outline& outline) {
  if (const auto* circle = std::get_if<geo::Circle>(&outline)) return circle->centre;
  if (const auto* corridor = std::get_if<geo::Corridor>(&outline)) return middle_of_points(corridor->line);
  return middle_of_points(std::get<geo::Polygon>(outline).vertices);
}

std::vector<TalkMoved> moved_since(const std::vector<TalkPart>& parts, const EntryHash& self,
                                   const std::vector<EarlierMessage>& earlier) {
  std::vector<TalkMoved> out;
  std::size_t names = 0;
  for (std::size_t i = 0; i < parts.size() && out.size() < kTalkMovedMax; ++i) {
    const auto now = named(parts[i]);
    if (!now) continue;
    names += now->name.size();
    if (names > kTalkMovedNamesBytesMax) break;
    const auto say = [&](const Named& before, const EntryHash& message) {
      out.push_back({.earlier = message, .metres = metres_between(before.at, now->at), .name = std::string(now->name)});
    };
    if (const auto before = last_of(parts, i, *now)) {
      say(*before, self);
      continue;
    }
    for (std::size_t m = earlier.size(); m-- > 0;) {
      const std::vector<TalkPart>& said = *earlier[m].parts;
      if (const auto before = last_of(said, said.size(), *now)) {
        say(*before, earlier[m].hash);
        break;
      }
    }
  }
  return out;
}

std::optional<UtcMs> first_moment(const std::vector<TalkPart>& parts) {
  std::optional<UtcMs> first;
  for (const TalkPart& part : parts) {
    std::optional<UtcMs> at;
    if (const auto* time = std::get_if<TimePart>(&part)) at = time->at;
    if (const auto* area = std::get_if<AreaPart>(&part)) at = area->volume.window.start;
    if (at && (!first || *at < *first)) first = at;
  }
  return first;
}

std::optional<DurationMs> usable_warning(const std::vector<TalkPart>& parts, UtcMs receipt) {
  const auto first = first_moment(parts);
  if (!first) return {};
  return std::max<DurationMs>(0, *first - receipt);
}

}  // namespace tansiq::coordination
