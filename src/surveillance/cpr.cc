#include "surveillance/cpr.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tansiq::surveillance {
namespace {

constexpr double kBins = 131'072.0;  // 2^17

// Latitudes at which the number of longitude zones falls by one, from 59 on: acos(sqrt((1 - cos(pi/30)) / (1 -
// cos(2 pi/NL)))) in degrees.
constexpr std::array<double, 58> kTransitions{10.470471299968, 14.828174368687,
                                              18.186263570713, 21.029394926028,
                                              23.545044865571, 25.829247070588,
                                              27.938987101219, 29.911356857318,
                                              31.772097076811, 33.539934362985,
                                              35.228995977964, 36.850251075935,
                                              38.412418924123, 39.922566843339,
                                              41.386518322602, 42.809140122436,
                                              44.194549514193, 45.546267226602,
                                              46.867332524987, 48.160391280966,
                                              49.427764392557, 50.671501655538,
                                              51.893424691688, 53.09516152796,
                                              54.278174722729, 55.44378444495,
                                              56.593187562059, 57.727473538661,
                                              58.847637761485, 59.95459276694,
                                              61.049177742464, 62.132166592103,
                                              63.204274793819, 64.266165225674,
                                              65.318453096821, 66.361710083826,
                                              67.396467740847, 68.423220220833,
                                              69.44242631144,  70.454510749876,
                                              71.45986473029,  72.458845447289,
                                              73.451774416679, 74.438934157251,
                                              75.420562566534, 76.396843907945,
                                              77.367894613282, 78.333740829227,
                                              79.294282254569, 80.249232132805,
                                              81.198013492719, 82.139569805106,
                                              83.071994447198, 83.991735629806,
                                              84.891661907021, 85.755416209444,
                                              86.535369975121, 87.0};

/// Remainder that is never negative.
double positive_mod(double a, double b) { return a - b * std::floor(a / b); }

double span_of(CprKind kind) { return kind == CprKind::kAirborne ? 360.0 : 90.0; }

double degrees(std::int32_t e7) { return e7 * 1e-7; }

std::optional<geo::LatLng> place_of(double lat, double lng) {
  if (lat < -90.0 || lat > 90.0) return std::nullopt;
  lng = positive_mod(lng + 180.0, 360.0) - 180.0;
  return geo::LatLng{static_cast<std::int32_t>(std::lround(lat * 1e7)),
                     static_cast<std::int32_t>(std::lround(lng * 1e7))};
}

/// The value that is `step` periodic and equals `value`, nearest to `near`.
double nearest_to(double value, double step, double near) {
  return value + step * std::floor((near - value) / step + 0.5);
}

}  // namespace

int cpr_zones(double lat_deg) {
  const double lat = std::fabs(lat_deg);
  if (lat > kTransitions.back()) return 1;
  // About uniform to 87 degrees: begin near and step.
  auto i = static_cast<std::size_t>(lat < kTransitions.front() ? 0.0 : (lat - kTransitions.front()) * 0.7);
  while (i > 0 && kTransitions[i - 1] > lat) --i;
  while (i < kTransitions.size() && kTransitions[i] <= lat) ++i;
  return 59 - static_cast<int>(std::min<std::size_t>(i, 57));
}

std::optional<geo::LatLng> cpr_global(const CprPlace& even, const CprPlace& odd, bool newest_odd, CprKind kind,
                                      geo::LatLng near) {
  const double span = span_of(kind);
  const double step_even = span / 60.0;
  const double step_odd = span / 59.0;
  const double y_even = even.lat / kBins;
  const double y_odd = odd.lat / kBins;
  const double index = std::floor(59.0 * y_even - 60.0 * y_odd + 0.5);
  double lat_even = step_even * (positive_mod(index, 60.0) + y_even);
  double lat_odd = step_odd * (positive_mod(index, 59.0) + y_odd);
  if (kind == CprKind::kAirborne) {
    if (lat_even >= 270.0) lat_even -= 360.0;
    if (lat_odd >= 270.0) lat_odd -= 360.0;
  } else {
    lat_even = nearest_to(lat_even, 90.0, degrees(near.lat_e7));
    lat_odd = nearest_to(lat_odd, 90.0, degrees(near.lat_e7));
  }
  if (std::fabs(lat_even) > 90.0 || std::fabs(lat_odd) > 90.0) return std::nullopt;
  const int zones = cpr_zones(lat_even);
  if (zones != cpr_zones(lat_odd)) return std::nullopt;
  const double x_even = even.lng / kBins;
  const double x_odd = odd.lng / kBins;
  const double m = std::floor(x_even * (zones - 1) - x_odd * zones + 0.5);
  const double count = newest_odd ? std::max(zones - 1, 1) : zones;
  double lng = span / count * (positive_mod(m, count) + (newest_odd ? x_odd : x_even));
  if (kind == CprKind::kSurface) lng = nearest_to(lng, 90.0, degrees(near.lng_e7));
  return place_of(newest_odd ? lat_odd : lat_even, lng);
}

std::optional<geo::LatLng> cpr_local(const CprPlace& place, CprKind kind, geo::LatLng near) {
  const double span = span_of(kind);
  const double lat_step = span / (place.odd ? 59.0 : 60.0);
  const double lat = nearest_to(lat_step * place.lat / kBins, lat_step, degrees(near.lat_e7));
  if (std::fabs(lat) > 90.0) return std::nullopt;
  const double lng_step = span / std::max(cpr_zones(lat) - (place.odd ? 1 : 0), 1);
  return place_of(lat, nearest_to(lng_step * place.lng / kBins, lng_step, degrees(near.lng_e7)));
}

CprPlace cpr_encode(geo::LatLng position, bool odd, CprKind kind) {
  const double span = span_of(kind);
  const double lat = degrees(position.lat_e7);
  const double lng = degrees(position.lng_e7);
  const double lat_step = span / (odd ? 59.0 : 60.0);
  const double y = std::floor(kBins * positive_mod(lat, lat_step) / lat_step + 0.5);
  // The zones are those of the latitude as the receiver will see it.
  const double lat_seen = lat_step * (y / kBins + std::floor(lat / lat_step));
  const double lng_step = span / std::max(cpr_zones(lat_seen) - (odd ? 1 : 0), 1);
  const double x = std::floor(kBins * positive_mod(lng, lng_step) / lng_step + 0.5);
  return {static_cast<std::uint32_t>(y) & 0x1FFFF, static_cast<std::uint32_t>(x) & 0x1FFFF, odd};
}

}  // namespace tansiq::surveillance
