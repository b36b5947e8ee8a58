#include "geo/exact.h"

#include <cmath>
#include <numbers>

namespace tansiq::geo {
namespace {

/// Bound on |det(rounded vectors) - det(real vectors)| per unit of |b-a| + |c-a| (both in the l1 norm): each rounded
/// vector is within 1e-15 of the real one, which moves the determinant by at most 1e-15 (|ab| + |bc| + |ca|)
/// ≤ 2e-15 (|ab| + |ac|); evaluating it in doubles adds less than 16 ulp of |ab| |ac| ≤ 2 |ab|. Twice that, for safety.
constexpr double kDetErrorPerLength = 1.2e-14;
constexpr double kDetErrorAbsolute = 1e-28;
/// The same for the product of two lengths along a great circle.
constexpr double kAlongErrorPerLength = 2e-14;
/// Long double: each term carries fewer than 16 roundings of 2^-64.
constexpr long double kLongErrorPerTerm = 16.0L * 0x1.0p-63L;

template <class Real>
constexpr Real kRadPerE7 = std::numbers::pi_v<Real> / Real(1'800'000'000);

template <class Real>
struct SinCos {
  Real sin;
  Real cos;
};

/// Sine and cosine of an angle in [-180°, 180°], reduced to ±45° on the integers so that the argument's rounding stays
/// small and multiples of 90° are exact.
template <class Real>
SinCos<Real> sincos_e7(std::int64_t angle_e7) {
  const std::int64_t quarter = kQuarterTurnE7;
  const std::int64_t turns = (angle_e7 + (angle_e7 < 0 ? -quarter / 2 : quarter / 2)) / quarter;  // -2 … 2
  const Real rest = static_cast<Real>(angle_e7 - turns * quarter) * kRadPerE7<Real>;
  const Real s = std::sin(rest);
  const Real c = std::cos(rest);
  switch (turns & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

/// Are all three on one great circle through the poles? A pole is on all of them.
bool on_one_meridian(const Vertex& a, const Vertex& b, const Vertex& c) {
  std::int32_t first = 0;
  bool seen = false;
  for (const Vertex* v : {&a, &b, &c}) {
    if (is_pole(*v)) continue;
    const std::int32_t half = v->p.lng_e7 < 0 ? v->p.lng_e7 + kHalfTurnE7 : v->p.lng_e7;  // in [0, 180)
    if (seen && half != first) return false;
    first = half;
    seen = true;
  }
  return true;
}

/// With `e` on the equator: the great circle through (φ, λa) and (-φ, λb) meets the equator at the mean longitude, that
/// through (φ, λa) and (φ, λb) a quarter turn from it. No other family of zeros is infinite.
bool mirrored(const Vertex& e, const Vertex& a, const Vertex& b) {
  if (e.p.lat_e7 != 0) return false;
  const std::int64_t twice = 2LL * e.p.lng_e7 - a.p.lng_e7 - b.p.lng_e7;
  if (a.p.lat_e7 == -b.p.lat_e7 && twice % kFullTurnE7 == 0) return true;
  return a.p.lat_e7 == b.p.lat_e7 && (twice + kHalfTurnE7) % kFullTurnE7 == 0;
}

bool zero_by_structure(const Vertex& a, const Vertex& b, const Vertex& c) {
  if (a.p == b.p || b.p == c.p || c.p == a.p) return true;
  if (a.p.lat_e7 == 0 && b.p.lat_e7 == 0 && c.p.lat_e7 == 0) return true;
  if (on_one_meridian(a, b, c)) return true;
  if (opposite(a, b) || opposite(b, c) || opposite(c, a)) return true;
  return mirrored(a, b, c) || mirrored(b, c, a) || mirrored(c, a, b);
}

/// det = Σ sin φa · cos φb cos φc sin(λc - λb), cyclic. The differences of longitude are exact integers, and cosines of
/// latitudes near a pole keep their relative accuracy, so this works where vectors cannot tell two points apart.
int orient_by_long_double(const Vertex& a, const Vertex& b, const Vertex& c) {
  const auto la = sincos_e7<long double>(a.p.lat_e7);
  const auto lb = sincos_e7<long double>(b.p.lat_e7);
  const auto lc = sincos_e7<long double>(c.p.lat_e7);
  const auto delta = [](const Vertex& from, const Vertex& to) {
    return sincos_e7<long double>(lng_difference(to.p.lng_e7, from.p.lng_e7)).sin;
  };
  const long double t1 = la.sin * lb.cos * lc.cos * delta(b, c);
  const long double t2 = lb.sin * lc.cos * la.cos * delta(c, a);
  const long double t3 = lc.sin * la.cos * lb.cos * delta(a, b);
  const long double det = t1 + t2 + t3;
  const long double error = kLongErrorPerTerm * (std::abs(t1) + std::abs(t2) + std::abs(t3));
  return det > error ? 1 : det < -error ? -1 : 0;
}

int orient_uncertain(const Vertex& a, const Vertex& b, const Vertex& c) {
  if (zero_by_structure(a, b, c)) return 0;
  if (const int sign = orient_by_long_double(a, b, c); sign != 0) return sign;
  return orient_by_digits(a.p, b.p, c.p);
}

}  // namespace

LatLng canonical(LatLng p) {
  if (p.lat_e7 == kQuarterTurnE7 || p.lat_e7 == -kQuarterTurnE7) return {p.lat_e7, 0};
  if (p.lng_e7 == kHalfTurnE7) return {p.lat_e7, -kHalfTurnE7};
  return p;
}

std::int64_t lng_difference(std::int32_t to_e7, std::int32_t from_e7) {
  std::int64_t d = std::int64_t{to_e7} - from_e7;
  if (d >= kHalfTurnE7) d -= kFullTurnE7;
  if (d < -kHalfTurnE7) d += kFullTurnE7;
  return d;
}

Vertex make_vertex(LatLng p) {
  p = canonical(p);
  const auto lat = sincos_e7<double>(p.lat_e7);
  const auto lng = sincos_e7<double>(p.lng_e7);
  return {{lat.cos * lng.cos, lat.cos * lng.sin, lat.sin}, p};
}

bool opposite(const Vertex& a, const Vertex& b) {
  if (a.p.lat_e7 != -b.p.lat_e7) return false;
  return is_pole(a) || lng_difference(a.p.lng_e7, b.p.lng_e7) == -kHalfTurnE7;
}

int orient(const Vertex& a, const Vertex& b, const Vertex& c) {
  const Vec3 ab = b.v - a.v;
  const Vec3 ac = c.v - a.v;
  const double det = dot(cross(ab, ac), a.v);
  const double error = kDetErrorPerLength * (norm_l1(ab) + norm_l1(ac)) + kDetErrorAbsolute;
  if (det > error) return 1;
  if (det < -error) return -1;
  return orient_uncertain(a, b, c);
}

bool same_direction(const Vertex& apex, const Vertex& x, const Vertex& y) {
  if (x.p == y.p) return true;
  const Vec3 dx = x.v - apex.v;
  const Vec3 dy = y.v - apex.v;
  const double along = dot(cross(apex.v, dx), cross(apex.v, dy));
  const double error = kAlongErrorPerLength * (norm_l1(dx) + norm_l1(dy)) + kDetErrorAbsolute;
  if (along > error) return true;
  if (along < -error) return false;
  return along_by_digits(apex.p, x.p, y.p) > 0;
}

bool on_open_edge(const Vertex& a, const Vertex& b, const Vertex& p) {
  if (p.p == a.p || p.p == b.p || orient(a, b, p) != 0) return false;
  if (opposite(a, p) || opposite(b, p)) return false;  // an edge is shorter than half a turn
  return same_direction(a, b, p) && same_direction(b, a, p);
}

bool in_open_sector(const Vertex& apex, const Vertex& from, const Vertex& to, const Vertex& d) {
  const int after_from = orient(apex, from, d);
  const int before_to = orient(apex, d, to);
  const int width = orient(apex, from, to);
  if (width > 0) return after_from > 0 && before_to > 0;
  if (width < 0) return after_from > 0 || before_to > 0;
  return after_from > 0;  // a straight angle
}

}  // namespace tansiq::geo
