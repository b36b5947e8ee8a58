#include "picture/mover.h"

#include <fmt/format.h>

#include <numbers>

#include "geo/wgs84.h"

namespace tansiq::picture {
namespace {

using geo::kEarthA;
using geo::kEarthB;
using geo::kEarthE2;
constexpr double kRadian = std::numbers::pi / 180;

Status check(double value, double low, double high, const char* where, const char* unit) {
  if (value >= low && value <= high) return {};
  return fail(ErrorCode::kInvalid, fmt::format("{} {} is outside {}…{} {}", value, unit, low, high, unit), where);
}

Status check_motion(const Motion& motion) {
  TRY_VOID(check(motion.lat_deg, -90, 90, "lat_deg", "°"));
  TRY_VOID(check(motion.lng_deg, -180, 180, "lng_deg", "°"));
  TRY_VOID(check(motion.east_m_s, -kMoverSpeedMaxMS, kMoverSpeedMaxMS, "east_m_s", "m/s"));
  TRY_VOID(check(motion.north_m_s, -kMoverSpeedMaxMS, kMoverSpeedMaxMS, "north_m_s", "m/s"));
  TRY_VOID(check(motion.up_m_s, -kMoverClimbMaxMS, kMoverClimbMaxMS, "up_m_s", "m/s"));
  TRY_VOID(check(motion.turn_deg_s, -kMoverTurnMaxDegS, kMoverTurnMaxDegS, "turn_deg_s", "°/s"));
  if (motion.pressure_m) {
    TRY_VOID(check(*motion.pressure_m, -kMoverHeightMaxM, kMoverHeightMaxM, "pressure_m", "m"));
  }
  if (motion.geometric_m) {
    TRY_VOID(check(*motion.geometric_m, -kMoverHeightMaxM, kMoverHeightMaxM, "geometric_m", "m"));
  }
  return {};
}

}  // namespace

Directions directions_at(double lat_deg, double lng_deg) {
  const double sin_lat = std::sin(lat_deg * kRadian);
  const double cos_lat = std::cos(lat_deg * kRadian);
  const double sin_lng = std::sin(lng_deg * kRadian);
  const double cos_lng = std::cos(lng_deg * kRadian);
  return {{cos_lat * cos_lng, cos_lat * sin_lng, sin_lat},
          {-sin_lng, cos_lng, 0},
          {-sin_lat * cos_lng, -sin_lat * sin_lng, cos_lat}};
}

Result<Mover> make_mover(const Motion& motion) {
  TRY_VOID(check_motion(motion));
  const auto [up, east, north] = directions_at(motion.lat_deg, motion.lng_deg);
  const double w2 = 1 - kEarthE2 * up.z * up.z;
  const double prime = kEarthA / std::sqrt(w2);         // radius of curvature eastward
  const double meridian = prime * (1 - kEarthE2) / w2;  // and northward

  Mover mover;
  mover.time = motion.time;
  mover.normal = up;
  mover.place = {prime * up.x, prime * up.y, prime * (1 - kEarthE2) * up.z};
  mover.speed_m_s = std::hypot(motion.east_m_s, motion.north_m_s);
  const double to_east = mover.speed_m_s > 0 ? motion.east_m_s / mover.speed_m_s : 0;
  const double to_north = mover.speed_m_s > 0 ? motion.north_m_s / mover.speed_m_s : 1;
  mover.along = to_east * east + to_north * north;
  mover.curvature_per_m = to_north * to_north / meridian + to_east * to_east / prime;
  mover.up_m_s = motion.up_m_s;
  mover.turn_rad_s = motion.turn_deg_s * kRadian;
  mover.has_pressure = motion.pressure_m.has_value();
  mover.has_geometric = motion.geometric_m.has_value();
  mover.pressure_m = motion.pressure_m.value_or(0);
  mover.geometric_m = motion.geometric_m.value_or(0);
  return mover;
}

Geodetic geodetic_of(Vector place) {
  // Bowring's formula: exact to well below a millimetre near the surface.
  constexpr double kSecondE2 = kEarthE2 / (1 - kEarthE2);
  const double across = std::hypot(place.x, place.y);
  const double reduced = std::atan2(place.z * kEarthA, across * kEarthB);
  const double s = std::sin(reduced);
  const double c = std::cos(reduced);
  const double lat = std::atan2(place.z + kSecondE2 * kEarthB * s * s * s, across - kEarthE2 * kEarthA * c * c * c);
  double lng_deg = across > 0 ? std::atan2(place.y, place.x) / kRadian : 0;
  if (lng_deg >= 180) lng_deg -= 360;
  return {lat / kRadian, lng_deg};
}

}  // namespace tansiq::picture
