// The last resort of exact.cc: 100 decimal digits. Kept apart because Boost.Multiprecision is slow to compile.
#include <boost/multiprecision/cpp_bin_float.hpp>

#include "geo/exact.h"

namespace tansiq::geo {
namespace {

using Real = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<110>, boost::multiprecision::et_off>;

struct RealVec {
  Real x, y, z;
};

/// Sine and cosine of an angle below 45°, by the Taylor series: 40 terms leave less than 1e-110.
void sincos_small(const Real& angle, Real& s, Real& c) {
  const Real square = angle * angle;
  Real term_s = angle;
  Real term_c = 1;
  s = angle;
  c = 1;
  for (int k = 1; k <= 40; ++k) {
    term_c *= -square / ((2 * k - 1) * (2 * k));
    term_s *= -square / ((2 * k) * (2 * k + 1));
    c += term_c;
    s += term_s;
  }
}

void sincos_digits(std::int64_t angle_e7, Real& s, Real& c) {
  static const Real kPi(
      "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651"
      "32823");
  const std::int64_t quarter = kQuarterTurnE7;
  const std::int64_t turns = (angle_e7 + (angle_e7 < 0 ? -quarter / 2 : quarter / 2)) / quarter;
  Real s0;
  Real c0;
  sincos_small(Real(angle_e7 - turns * quarter) * kPi / Real(kHalfTurnE7), s0, c0);
  switch (turns & 3) {
    case 0:
      s = s0;
      c = c0;
      break;
    case 1:
      s = c0;
      c = -s0;
      break;
    case 2:
      s = -s0;
      c = -c0;
      break;
    default:
      s = -c0;
      c = s0;
      break;
  }
}

RealVec real_vector(LatLng p) {
  Real sin_lat;
  Real cos_lat;
  Real sin_lng;
  Real cos_lng;
  sincos_digits(p.lat_e7, sin_lat, cos_lat);
  sincos_digits(p.lng_e7, sin_lng, cos_lng);
  return {cos_lat * cos_lng, cos_lat * sin_lng, sin_lat};
}

Real dot(const RealVec& a, const RealVec& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

RealVec cross(const RealVec& a, const RealVec& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

int sign(const Real& value) {
  static const Real kZero("1e-80");
  return value > kZero ? 1 : value < -kZero ? -1 : 0;
}

}  // namespace

int orient_by_digits(LatLng a, LatLng b, LatLng c) {
  return sign(dot(cross(real_vector(a), real_vector(b)), real_vector(c)));
}

int along_by_digits(LatLng apex, LatLng x, LatLng y) {
  const RealVec p = real_vector(apex);
  return sign(dot(cross(p, real_vector(x)), cross(p, real_vector(y))));
}

}  // namespace tansiq::geo
