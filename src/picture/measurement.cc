#include "picture/measurement.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "surveillance/velocity.h"

namespace tansiq::picture {
namespace {

using surveillance::Flag;
using surveillance::Format;
using surveillance::Report;
using surveillance::TimeBasis;

/// Radius within which a place lies in 95 of 100 cases, over sigma of each axis: sqrt(-2 ln 0.05).
constexpr double kRadius95 = 2.4477;

/// DO-260B table 2-14, metres; index NACp. 0: unknown.
constexpr std::array<double, 12> kRadiusOfNacP{0, 18'520, 7'408, 3'704, 1'852, 926, 555.6, 185.2, 92.6, 30, 10, 3};
/// Radius of containment, DO-260B table 2-70, metres; index NIC. 0: unknown.
constexpr std::array<double, 12> kRadiusOfNic{0,       37'040, 14'816, 7'408, 3'704, 1'852,
                                              1'111.2, 370.4,  185.2,  75,    25,    7.5};
/// It is left once in ten million hours, which is so many sigma of each axis: sqrt(-2 ln 1e-7).
constexpr double kSigmasContained = 5.68;
/// Of a craft that does not know where it is: NACp 0 is 10 miles and more.
constexpr double kUnknownSigmaM = 18'520;
/// The same of NACv, metres a second.
constexpr std::array<double, 5> kErrorOfNacV{0, 10, 3, 1, 0.3};

double usual_sigma_m(Format format) {
  switch (format) {
    case Format::kAsterix:
      return 100;
    case Format::kAdsb:
    case Format::kSbs:
      return 25;
    case Format::kAis:
      return 10;
    case Format::kCot:
    case Format::kCsv:
      return 30;
  }
  return 100;
}

double time_sigma_s(TimeBasis basis) {
  switch (basis) {
    case TimeBasis::kReceived:
      return 0.5;
    case TimeBasis::kSecondOfMinute:
      return 0.3;
    case TimeBasis::kTimeOfDay:
    case TimeBasis::kFull:
      return 0.1;
  }
  return 0.5;
}

/// By the accuracy that a craft states of its places; else no better than usual, but as bad as its integrity says. Of
/// version 0 the numbers mean something else, and nothing here.
std::optional<double> sigma_by_quality_m(const surveillance::Quality& quality, double usual_m) {
  if (quality.version <= 0) return std::nullopt;
  const auto accuracy = static_cast<std::size_t>(std::max<int>(quality.nac_p, 0));
  const auto integrity = static_cast<std::size_t>(std::max<int>(quality.nic, 0));
  if (accuracy > 0 && accuracy < kRadiusOfNacP.size()) return kRadiusOfNacP[accuracy] / kRadius95;
  if (integrity > 0 && integrity < kRadiusOfNic.size()) {
    return std::max(usual_m, kRadiusOfNic[integrity] / kSigmasContained);
  }
  return quality.nac_p == 0 ? std::optional(kUnknownSigmaM) : std::nullopt;
}

double position_sigma_m(const Report& r, double speed_m_s) {
  constexpr double kLeast = 3;
  constexpr double kMost = 50'000;  // The reach of the largest cells that peers tell of (release_rule.h).
  double sigma = usual_sigma_m(r.format);
  if (r.accuracy_cm) {
    sigma = *r.accuracy_cm * 0.01 / kRadius95;
  } else if (const auto by_quality = sigma_by_quality_m(r.quality, sigma)) {
    sigma = *by_quality;
  } else if (r.has(Flag::kAccurate)) {
    sigma = 5;
  }
  if (r.has(Flag::kSuspect) || r.has(Flag::kCoasting)) sigma *= 3;
  const double along = speed_m_s * time_sigma_s(r.basis);
  return std::clamp(std::sqrt(sigma * sigma + along * along), kLeast, kMost);
}

double velocity_sigma_m_s(const Report& r) {
  if (r.quality.nac_v > 0 && static_cast<std::size_t>(r.quality.nac_v) < kErrorOfNacV.size()) {
    return std::max(kErrorOfNacV[static_cast<std::size_t>(r.quality.nac_v)] / kRadius95, 0.5);
  }
  switch (r.format) {
    case Format::kAis:
      return 0.4;
    case Format::kAdsb:
    case Format::kSbs:
      return 2;
    case Format::kCsv:  // Whose place and velocity are of different moments, as a rule, which shows in turns.
      return r.domain == surveillance::Domain::kSea ? 0.4 : 10;
    case Format::kAsterix:
    case Format::kCot:
      return 5;
  }
  return 5;
}

}  // namespace

Measurement measurement_of(const Report& r) {
  Measurement out;
  out.time = r.time;
  if (r.position) out.position = Fix(*r.position);
  const double speed = r.speed_cm_s ? *r.speed_cm_s * 0.01 : 0.0;
  if (r.speed_cm_s && r.course_mdeg && !r.has(Flag::kAirspeed)) {
    const auto [east, north] = surveillance::components_of(speed, *r.course_mdeg);
    out.velocity = Planar{east, north};
  }
  if (r.pressure_cm && !r.has(Flag::kInvalidLevel)) out.pressure_m = *r.pressure_cm * 0.01;
  if (r.geometric_cm) out.geometric_m = *r.geometric_cm * 0.01;
  if (r.climb_cm_s) out.climb_m_s = *r.climb_cm_s * 0.01;
  out.position_sigma_m = position_sigma_m(r, speed);
  out.velocity_sigma_m_s = velocity_sigma_m_s(r);
  return out;
}

}  // namespace tansiq::picture
