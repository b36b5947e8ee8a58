#include "picture/detection_testlib.h"

#include <GeographicLib/Geodesic.hpp>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace tansiq::picture::testing {
namespace {

constexpr double kRadian = std::numbers::pi / 180;
const GeographicLib::Geodesic& earth() { return GeographicLib::Geodesic::WGS84(); }
double course_deg(const Motion& m) { return std::atan2(m.east_m_s, m.north_m_s) / kRadian; }
double speed(const Motion& m) { return std::hypot(m.east_m_s, m.north_m_s); }
double wrapped(double lng) { return lng >= 180 ? lng - 360 : lng < -180 ? lng + 360 : lng; }

}  // namespace

Motion moving(double lat_deg, double lng_deg, double course, double speed_m_s, std::optional<double> pressure_m,
              double up_m_s, UtcMs time) {
  Motion m;
  m.time = time;
  m.lat_deg = lat_deg;
  m.lng_deg = wrapped(lng_deg);
  m.east_m_s = speed_m_s * std::sin(course * kRadian);
  m.north_m_s = speed_m_s * std::cos(course * kRadian);
  m.pressure_m = pressure_m;
  m.up_m_s = up_m_s;
  return m;
}

Motion moved(const Motion& motion, double seconds) {
  double lat;
  double lng;
  double course;
  earth().Direct(motion.lat_deg, motion.lng_deg, course_deg(motion), speed(motion) * seconds, lat, lng, course);
  Motion m = moving(lat, lng, course, speed(motion), motion.pressure_m, motion.up_m_s,
                    motion.time + std::llround(seconds * 1e3));
  m.geometric_m = motion.geometric_m;
  m.turn_deg_s = motion.turn_deg_s;
  if (m.pressure_m) *m.pressure_m += motion.up_m_s * seconds;
  if (m.geometric_m) *m.geometric_m += motion.up_m_s * seconds;
  return m;
}

Motion beside(const Motion& motion, double azimuth_deg, double metres) {
  Motion m = motion;
  earth().Direct(motion.lat_deg, motion.lng_deg, azimuth_deg, metres, m.lat_deg, m.lng_deg);
  m.lng_deg = wrapped(m.lng_deg);
  return m;
}

double geodesic_m(const Motion& a, const Motion& b) {
  double metres;
  earth().Inverse(a.lat_deg, a.lng_deg, b.lat_deg, b.lng_deg, metres);
  return metres;
}

Truth::Truth(const Motion& a, const Motion& b, UtcMs now)
    : a_(moved(a, static_cast<double>(now - a.time) * 1e-3)), b_(moved(b, static_cast<double>(now - b.time) * 1e-3)) {}

double Truth::distance_m(double t_s) const { return geodesic_m(moved(a_, t_s), moved(b_, t_s)); }

std::optional<double> Truth::height_m(double t_s) const {
  if (!a_.pressure_m || !b_.pressure_m) return std::nullopt;
  return *b_.pressure_m - *a_.pressure_m + (b_.up_m_s - a_.up_m_s) * t_s;
}

double Truth::closest_s(double lookahead_s) const {
  double best = 0;
  double least = distance_m(0);
  const double step = lookahead_s / 16;
  for (int i = 1; i <= 16; ++i) {
    if (const double d = distance_m(step * i); d < least) best = step * i, least = d;
  }
  double low = std::max(0.0, best - step);
  double high = std::min(lookahead_s, best + step);
  while (high - low > 1e-3) {
    const double one = low + (high - low) / 3;
    const double two = high - (high - low) / 3;
    (distance_m(one) < distance_m(two) ? high : low) = distance_m(one) < distance_m(two) ? two : one;
  }
  return (low + high) / 2;
}

Truth::Interval Truth::conflict(double horizontal_m, std::optional<double> vertical_m, double lookahead_s) const {
  const double middle = closest_s(lookahead_s);
  if (!(distance_m(middle) < horizontal_m)) return {};
  const auto edge = [&](double outer) {
    if (distance_m(outer) < horizontal_m) return outer;
    double inner = middle;
    while (std::abs(outer - inner) > 1e-3) {
      const double half = (outer + inner) / 2;
      (distance_m(half) < horizontal_m ? inner : outer) = half;
    }
    return (outer + inner) / 2;
  };
  double from = edge(0);
  double to = edge(lookahead_s);
  if (vertical_m && height_m(0)) {
    const double rate = b_.up_m_s - a_.up_m_s;
    const double here = *height_m(0);
    if (rate == 0) {
      if (!(std::abs(here) < *vertical_m)) return {};
    } else {
      const double one = (-*vertical_m - here) / rate;
      const double two = (*vertical_m - here) / rate;
      from = std::max(from, std::min(one, two));
      to = std::min(to, std::max(one, two));
    }
  }
  return {from, to, !(from < to)};
}

Meeting draw_meeting(SeededRandom& random, const MeetingKind& kind) {
  double lat = std::asin(between(random, -1, 1)) / kRadian;
  double lng = between(random, -180, 180);
  if (random.one_in(4)) lat = (random.one_in(2) ? 1 : -1) * between(random, 75, 89);
  if (random.one_in(4)) lng = wrapped(180 + between(random, -0.3, 0.3));
  const double height = between(random, 500, 12'000);
  const auto climb = [&] { return random.one_in(2) ? 0 : between(random, -kind.climb_max_m_s, kind.climb_max_m_s); };
  Motion a = moving(lat, lng, between(random, 0, 360), between(random, 0, kind.speed_max_m_s), height, climb());
  Motion b = moving(lat, lng, between(random, 0, 360), between(random, 0, kind.speed_max_m_s),
                    height + between(random, -1, 1) * kind.height_spread_m, climb());
  if (random.one_in(10)) {  // Beside each other or nearly.
    b.east_m_s = a.east_m_s + between(random, -2, 2);
    b.north_m_s = a.north_m_s + between(random, -2, 2);
  }
  b = beside(b, between(random, 0, 360), between(random, 0, kind.miss_max_m));
  const double when = between(random, -30, kind.lookahead_s * 1.2);
  a = moved(a, -when);
  b = moved(b, -when);
  a.time = b.time = UtcMs{};
  return {a, b};
}

Motion draw_in_crowd(SeededRandom& random, const Crowd& crowd, UtcMs now) {
  Motion m = moving(crowd.lat_deg, crowd.lng_deg, between(random, 0, 360),
                    random.one_in(10) ? 0 : between(random, 0, crowd.speed_max_m_s));
  m = beside(m, between(random, 0, 360), crowd.radius_m * std::sqrt(random.unit()));
  const double height = 3'000 + between(random, 0, crowd.height_spread_m);
  const auto heights = random.between(0, 9);
  if (heights != 0) m.pressure_m = height;
  if (heights == 0 || heights > 7) m.geometric_m = height + between(random, -200, 200);
  if (heights == 9) m.pressure_m.reset();
  if (random.one_in(50)) m.pressure_m.reset(), m.geometric_m.reset();
  m.up_m_s = random.one_in(2) ? 0 : between(random, -10, 10);
  if (random.one_in(8)) m.turn_deg_s = between(random, -3, 3);
  m.time = now - random.between(0, std::llround(crowd.age_max_s * 1e3));
  return m;
}

}  // namespace tansiq::picture::testing
