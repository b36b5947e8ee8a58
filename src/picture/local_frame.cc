#include "picture/local_frame.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "geo/wgs84.h"

namespace tansiq::picture {
namespace {

using geo::kEarthA;
using geo::kEarthE2;
constexpr double kRadian = std::numbers::pi / 180.0;
/// Closer than this to its axis a normal has no east of its own: 6 micrometres on the ground.
constexpr double kPole = 1e-12;
/// Shorter chords (half a micrometre) have no direction.
constexpr double kNowhere = 1e-13;

/// Metres a radian, eastward and northward, at a normal with this sine of latitude.
struct Radii {
  double east;
  double north;
};
Radii radii_at(double sine) {
  const double w2 = 1.0 - kEarthE2 * sine * sine;
  const double east = kEarthA / std::sqrt(w2);
  return {east, east * (1.0 - kEarthE2) / w2};
}

/// Metres a radian at `at` in the direction of the unit tangent `along`: of its northward part only z tells.
double metres_per_radian(const Normal& at, const Normal& along) {
  const Radii radii = radii_at(at.z);
  const double cosine2 = std::max(at.x * at.x + at.y * at.y, kPole * kPole);
  const double north2 = std::min(along.z * along.z / cosine2, 1.0);
  return std::sqrt(radii.north * radii.north * north2 + radii.east * radii.east * (1.0 - north2));
}

/// Of a chord between two unit vectors.
double angle_of(double chord) { return 2.0 * std::asin(std::min(chord / 2.0, 1.0)); }

}  // namespace

Normal normal_of(double lat_deg, double lng_deg) {
  const double cosine = std::cos(lat_deg * kRadian);
  return {cosine * std::cos(lng_deg * kRadian), cosine * std::sin(lng_deg * kRadian), std::sin(lat_deg * kRadian)};
}

Normal normal_of(geo::LatLng position) { return normal_of(position.lat_e7 * 1e-7, position.lng_e7 * 1e-7); }

Degrees degrees_of(const Normal& n) {
  const double lng = std::atan2(n.y, n.x) / kRadian;
  return {std::atan2(n.z, std::hypot(n.x, n.y)) / kRadian, lng >= 180.0 ? -180.0 : lng};
}

geo::LatLng lat_lng_of(const Normal& normal) {
  const Degrees degrees = degrees_of(normal);
  return {static_cast<std::int32_t>(std::lround(degrees.lat * 1e7)),
          static_cast<std::int32_t>(std::lround(degrees.lng * 1e7))};
}

double distance_m(const Normal& a, const Normal& b) {
  const Normal chord = b - a;
  const double straight = norm(chord);
  if (straight < kNowhere) return 0;
  const Normal middle = a + b;
  const double mean = norm(middle);
  if (mean < kNowhere) return std::numbers::pi * kEarthA;
  return angle_of(straight) * metres_per_radian((1.0 / mean) * middle, (1.0 / straight) * chord);
}

LocalFrame::LocalFrame(const Normal& origin) : origin_(origin) {
  const double rho = std::hypot(origin.x, origin.y);
  east_ = rho > kPole ? Normal{-origin.y / rho, origin.x / rho, 0} : Normal{0, 1, 0};
  north_ = {origin.y * east_.z - origin.z * east_.y, origin.z * east_.x - origin.x * east_.z,
            origin.x * east_.y - origin.y * east_.x};
  const Radii radii = radii_at(origin.z);
  east_m_ = radii.east;
  north_m_ = radii.north;
}

Planar LocalFrame::offset_of(const Normal& point) const {
  const Normal chord = point - origin_;
  // The chord's part along the origin's plane points where the great circle begins.
  const Planar begins{dot(chord, east_) * east_m_, dot(chord, north_) * north_m_};
  const double size = std::sqrt(norm2(begins));
  if (size < kNowhere * kEarthA) return {};
  return (distance_m(origin_, point) / size) * begins;
}

Normal LocalFrame::at(Planar offset) const {
  const double metres = std::sqrt(norm2(offset));
  if (metres < kNowhere * kEarthA) return origin_;
  const Normal tangent = (offset.east / east_m_) * east_ + (offset.north / north_m_) * north_;
  const double angle = norm(tangent);  // With the radii of the origin: half of it is half way, near enough.
  const Normal along = (1.0 / angle) * tangent;
  const double c = std::cos(angle / 2);
  const double s = std::sin(angle / 2);
  const Normal middle = c * origin_ + s * along;
  const Normal onward = c * along - s * origin_;
  const double exact = metres / metres_per_radian(middle, onward);
  return unit(std::cos(exact) * origin_ + std::sin(exact) * along);
}

Turn LocalFrame::turn_to(const LocalFrame& other) const {
  const double both = 1.0 + dot(origin_, other.origin_);
  if (both < kNowhere) return {};  // Antipodes: there is no one straight way.
  const Normal carried = east_ - (dot(east_, other.origin_) / both) * (origin_ + other.origin_);
  const double cosine = dot(carried, other.east_);
  const double sine = dot(carried, other.north_);
  const double size = std::hypot(cosine, sine);
  return {cosine / size, sine / size};
}

}  // namespace tansiq::picture
