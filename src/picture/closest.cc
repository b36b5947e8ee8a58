#include "picture/closest.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numbers>

namespace tansiq::picture {
namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();
constexpr int kStepsMax = 12;        // Newton doubles its digits; the rest is for bisection near grazing.
constexpr double kRootS = 1e-3;      // A step this small leaves an error of about its square.
constexpr double kBentWorthM = 50;   // Below this a second look costs more than it saves.
constexpr double kStillM2S2 = 1e-9;  // Below this relative speed squared nothing approaches.

/// An open interval of time.
struct Interval {
  double from = 0;
  double to = 0;
  [[nodiscard]] bool empty() const { return !(from < to); }
};
Interval meet(Interval a, Interval b) { return {std::max(a.from, b.from), std::min(a.to, b.to)}; }

/// The chord of an arc on the ground, and back. Curvature differs by half a percent: a hundredth of the correction.
double chord_of(double metres) { return metres * (1 - metres * metres / (24 * kEarthRadiusM * kEarthRadiusM)); }
double arc_of(double chord) {
  const double half = std::min(1.0, chord / (2 * kEarthRadiusM));
  return half < 0.1 ? chord * (1 + half * half / 6 * (1 + half * half * 9 / 20)) : 2 * kEarthRadiusM * std::asin(half);
}

/// When the height difference is less than a minimum: one interval for each piece in which it is linear, in order.
struct VerticalIntervals {
  std::array<Interval, 3> pieces{Interval{-kForever, kForever}, Interval{}, Interval{}};

  /// What they have in common with another: the first part without a gap.
  [[nodiscard]] Interval first_with(Interval other) const {
    Interval out;
    for (const Interval& piece : pieces) {
      const Interval part = meet(piece, other);
      if (part.empty()) continue;
      if (out.empty()) {
        out = part;
      } else if (part.from <= out.to + kRootS) {
        out.to = part.to;
      } else {
        break;
      }
    }
    return out;
  }
  /// The least that holds all that they have in common with another.
  [[nodiscard]] Interval hull_with(Interval other) const {
    Interval out;
    for (const Interval& piece : pieces) {
      const Interval part = meet(piece, other);
      if (!part.empty()) out = out.empty() ? part : Interval{out.from, part.to};
    }
    return out;
  }
};

VerticalIntervals vertical_intervals(const HeightDifference& difference, double minimum_m) {
  VerticalIntervals out;
  if (difference.basis == HeightBasis::kUnknown) return out;
  out.pieces[0] = {};
  const double reach = minimum_m + difference.margin_m - kTouchM;
  const auto end_of = [](const HeightDifference::Side& side) { return side.rate_m_s == 0 ? kForever : side.for_s; };
  const double one = end_of(difference.a);
  const double other = end_of(difference.b);
  const std::array<double, 4> ends{-kForever, std::min(one, other), std::max(one, other), kForever};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!(ends[i] < ends[i + 1])) continue;
    // Any time in the piece will do to state the line.
    const double at = std::isfinite(ends[i]) ? ends[i] : std::isfinite(ends[i + 1]) ? ends[i + 1] : 0;
    const double here = difference.at(at);
    const auto rate_of = [&](const HeightDifference::Side& side) { return end_of(side) > ends[i] ? side.rate_m_s : 0; };
    const double rate = rate_of(difference.b) - rate_of(difference.a);
    if (rate == 0) {
      if (std::abs(here) < reach) out.pieces[i] = {ends[i], ends[i + 1]};
      continue;
    }
    const double enter = at + (-reach - here) / rate;
    const double leave = at + (reach - here) / rate;
    if (reach > 0) out.pieces[i] = meet({std::min(enter, leave), std::max(enter, leave)}, {ends[i], ends[i + 1]});
  }
  return out;
}

bool vertically_inside(const HeightDifference& difference, double minimum_m) {
  return difference.basis == HeightBasis::kUnknown ||
         std::abs(difference.at(0)) < minimum_m + difference.margin_m - kTouchM;
}

/// Half the squared distance's derivatives, at a time.
struct Sight {
  double distance2 = 0;
  double slope = 0;  ///< r · r'
  double bend = 0;   ///< r' · r' + r · r''
};

class Pair {
 public:
  Pair(const Mover& a, const Mover& b, UtcMs now) : a_(a), b_(b), age_a_(a.age_s(now)), age_b_(b.age_s(now)) {}

  [[nodiscard]] Sight at(double t_s) const {
    const Reckoned a = reckon(a_, age_a_ + t_s);
    const Reckoned b = reckon(b_, age_b_ + t_s);
    const Vector r = b.place - a.place;
    const Vector v = b.velocity - a.velocity;
    return {dot(r, r), dot(r, v), dot(v, v) + dot(r, b.acceleration - a.acceleration)};
  }

  /// When the horizontal distance is least in [0, end]: from a first guess, to where its slope vanishes.
  [[nodiscard]] double closest_time(double guess, double end) const {
    double t = std::clamp(guess, 0.0, end);
    for (int i = 0; i < kStepsMax; ++i) {
      const Sight sight = at(t);
      // Far from each other two courses may bend apart; then the sign of the slope says which end is nearer.
      const double step = sight.bend > kStillM2S2 ? -sight.slope / sight.bend
                          : sight.slope > 0       ? -end
                          : sight.slope < 0       ? end
                                                  : 0;
      const double next = std::clamp(t + step, 0.0, end);
      if (std::abs(next - t) < kRootS) return next;
      t = next;
    }
    return t;
  }

  /// When the distance is `metres2` squared between `outer`, where it is more, and `inner`, where it is less.
  [[nodiscard]] double crossing(double outer, double inner, double metres2, double guess) const {
    double t = guess > std::min(outer, inner) && guess < std::max(outer, inner) ? guess : (outer + inner) / 2;
    for (int i = 0; i < 4 * kStepsMax; ++i) {
      const Sight sight = at(t);
      const double excess = sight.distance2 - metres2;
      (excess < 0 ? inner : outer) = t;
      const double newton = t - excess / (2 * sight.slope);
      const bool usable = newton > std::min(outer, inner) && newton < std::max(outer, inner);
      const double next = usable ? newton : (outer + inner) / 2;
      if (std::abs(next - t) < kRootS) return next;
      t = next;
    }
    return t;
  }

 private:
  const Mover& a_;
  const Mover& b_;
  double age_a_;
  double age_b_;
};

/// Relative place and motion in the tangent plane of the pair's middle.
struct Plane {
  Vector middle;  ///< Its normal.
  Vector place;
  Vector velocity;

  [[nodiscard]] Vector flat(Vector v) const { return v - dot(v, middle) * middle; }
};
Plane plane_of(const Mover& a, const Mover& b, Vector between, Vector velocity) {
  const Vector sum = a.normal + b.normal;
  const double length2 = dot(sum, sum);
  Plane plane;
  plane.middle = length2 > 1e-6 ? (1 / std::sqrt(length2)) * sum : a.normal;
  plane.place = plane.flat(between);
  plane.velocity = plane.flat(velocity);
  return plane;
}

/// Furthest way along the ground until the end of the look-ahead, from the motion's own time, and back to it.
double way_m(const Mover& mover, double age_s, double lookahead_s) {
  return mover.speed_m_s * (std::abs(age_s) + lookahead_s);
}

/// Is start + velocity t at least `metres` long all the time?
bool stays_beyond(Vector start, Vector velocity, Interval window, double metres) {
  const double speed2 = dot(velocity, velocity);
  const double slope = dot(start, velocity);
  const double t = speed2 > kStillM2S2 ? std::clamp(-slope / speed2, window.from, window.to) : window.from;
  return dot(start, start) + t * (2 * slope + t * speed2) >= metres * metres;
}

void set_height_at(Approach& approach, const HeightDifference& difference) {
  if (approach.height == HeightBasis::kNone || approach.height == HeightBasis::kUnknown) return;
  approach.closest_height_m = std::abs(difference.at(approach.closest_s));
}

}  // namespace

HeightDifference height_difference(const Mover& a, const Mover& b, UtcMs now) {
  HeightDifference difference;
  const auto side = [&](const Mover& mover, bool pressure) {
    const double age = mover.age_s(now);
    const double climbs = mover.climbs_for_s();
    HeightDifference::Side out;
    out.metres = (pressure ? mover.pressure_m : mover.geometric_m) + mover.up_m_s * std::min(age, climbs);
    out.rate_m_s = climbs > age ? mover.up_m_s : 0;
    out.for_s = climbs - age;
    return out;
  };
  const auto compare = [&](HeightBasis basis, bool pressure_a, bool pressure_b) {
    difference.basis = basis;
    difference.a = side(a, pressure_a);
    difference.b = side(b, pressure_b);
  };
  if (a.has_pressure && b.has_pressure) {
    compare(HeightBasis::kPressure, true, true);
  } else if (a.has_geometric && b.has_geometric) {
    compare(HeightBasis::kGeometric, false, false);
  } else if ((a.has_pressure || a.has_geometric) && (b.has_pressure || b.has_geometric)) {
    compare(HeightBasis::kMixed, a.has_pressure, b.has_pressure);
    difference.margin_m = mixed_height_margin_m(a.has_geometric ? a.geometric_m : b.geometric_m);
  }
  return difference;
}

bool certainly_apart(const Mover& a, const Mover& b, const PairMinima& minima, UtcMs now) {
  const double age_a = a.age_s(now);
  const double age_b = b.age_s(now);
  const double way_a = way_m(a, age_a, minima.lookahead_s);
  const double way_b = way_m(b, age_b, minima.lookahead_s);
  const Vector between = b.place - a.place;
  const double between2 = dot(between, between);
  const double reach = minima.horizontal_m + way_a + way_b;
  if (between2 > reach * reach) return true;  // A chord is no longer than the way.

  Interval window{0, minima.lookahead_s};
  if (minima.vertical_m) {
    window = vertical_intervals(height_difference(a, b, now), *minima.vertical_m).hull_with(window);
    if (window.empty()) return true;
  }
  // In space each craft leaves its tangent by at most ½ κ s². Each has its own time: it has moved for age + t.
  const Vector velocity = b.speed_m_s * b.along - a.speed_m_s * a.along;
  const Vector start = between + age_b * b.speed_m_s * b.along - age_a * a.speed_m_s * a.along;
  const double bent = 0.5 * kCurvatureMaxPerM * (way_a * way_a + way_b * way_b);
  if (stays_beyond(start, velocity, window, minima.horizontal_m + bent)) return true;
  if (bent < kBentWorthM) return false;

  // Most of that is downwards. In the plane what counts is that times the tilt of the ground against the plane, which
  // is at most κ (half the distance + s); and a distance in the plane is never longer than the chord.
  const Plane plane = plane_of(a, b, start, velocity);
  const double half = 0.505 * std::sqrt(between2);
  const double aside =
      0.5 * kCurvatureMaxPerM * kCurvatureMaxPerM * (way_a * way_a * (half + way_a) + way_b * way_b * (half + way_b));
  return stays_beyond(plane.place, plane.velocity, window, minima.horizontal_m + aside + 0.5);
}

Approach closest_approach(const Mover& a, const Mover& b, const PairMinima& minima, UtcMs now) {
  const double end = std::clamp(minima.lookahead_s, 0.0, kLookaheadMaxS);
  const Pair pair(a, b, now);
  const Sight first = pair.at(0);
  const Sight last = pair.at(end);

  // The first guess in a plane; where the pair is too far for one, Newton still ends at the nearest of its places.
  const Plane plane = plane_of(a, b, b.place - a.place, b.speed_m_s * b.along - a.speed_m_s * a.along);
  const double speed2 = dot(plane.velocity, plane.velocity);
  const double guess = speed2 > kStillM2S2 ? -dot(plane.place, plane.velocity) / speed2 : 0;
  double closest = pair.closest_time(guess, end);
  Sight nearest = pair.at(closest);
  if (first.distance2 < nearest.distance2) closest = 0, nearest = first;
  if (last.distance2 < nearest.distance2) closest = end, nearest = last;

  Approach approach;
  approach.closest_s = closest;
  approach.closest_m = arc_of(std::sqrt(nearest.distance2));
  approach.now_m = arc_of(std::sqrt(first.distance2));

  const double chord = chord_of(minima.horizontal_m) - kTouchM;
  const double chord2 = chord > 0 ? chord * chord : 0;
  Interval conflict{0, 0};
  if (nearest.distance2 < chord2) {
    const double aside = nearest.bend > kStillM2S2 ? std::sqrt((chord2 - nearest.distance2) / nearest.bend) : kForever;
    conflict.from = first.distance2 < chord2 ? 0 : pair.crossing(0, closest, chord2, closest - aside);
    conflict.to = last.distance2 < chord2 ? end : pair.crossing(end, closest, chord2, closest + aside);
  }
  HeightDifference difference;
  if (minima.vertical_m) {
    difference = height_difference(a, b, now);
    approach.height = difference.basis;
    conflict = vertical_intervals(difference, *minima.vertical_m).first_with(conflict);
  }
  set_height_at(approach, difference);
  approach.inside =
      first.distance2 < chord2 && (!minima.vertical_m || vertically_inside(difference, *minima.vertical_m));
  approach.in_s = conflict.from;
  approach.out_s = std::min(conflict.to, end);
  approach.conflict = approach.inside || approach.in_s < approach.out_s;
  if (!approach.conflict) approach.in_s = approach.out_s = 0;
  return approach;
}

namespace {

double turning_s(const Mover& mover, const TurnModel& turn) {
  if (mover.turn_rad_s == 0) return 0;
  return std::min(std::clamp(turn.turn_s_max, 0.0, kTurnSMax), std::numbers::pi / std::abs(mover.turn_rad_s));
}

}  // namespace

Vector turning_displacement(const Mover& mover, const TurnModel& turn, double t_s) {
  const Vector right = cross(mover.along, mover.normal);
  const double turning = std::clamp(t_s, 0.0, turning_s(mover, turn));
  const double angle = mover.turn_rad_s * turning;
  const double straight = mover.speed_m_s * (t_s - turning);
  // sin x / x and (1 - cos x) / x keep their meaning as the turn vanishes.
  const double ahead = std::abs(angle) > 1e-6 ? std::sin(angle) / angle : 1;
  const double aside = std::abs(angle) > 1e-6 ? (1 - std::cos(angle)) / angle : angle / 2;
  const double way = mover.speed_m_s * turning;
  return (way * ahead + straight * std::cos(angle)) * mover.along + (way * aside + straight * std::sin(angle)) * right;
}

Approach closest_approach_turning(const Mover& a, const Mover& b, const PairMinima& minima, const TurnModel& turn,
                                  UtcMs now) {
  const double end = std::clamp(minima.lookahead_s, 0.0, kLookaheadMaxS);
  const double age_a = a.age_s(now);
  const double age_b = b.age_s(now);
  const Plane plane = plane_of(a, b, b.place - a.place, {});
  const auto relative_at = [&](double t) {
    return plane.place +
           plane.flat(turning_displacement(b, turn, age_b + t) - turning_displacement(a, turn, age_a + t));
  };

  Approach approach;
  HeightDifference difference;
  VerticalIntervals vertical;
  if (minima.vertical_m) {
    difference = height_difference(a, b, now);
    approach.height = difference.basis;
    vertical = vertical_intervals(difference, *minima.vertical_m);
  }
  const double reach = minima.horizontal_m - kTouchM;
  const double reach2 = reach > 0 ? reach * reach : 0;
  const double turning = std::max(turning_s(a, turn) - age_a, turning_s(b, turn) - age_b);

  Vector here = relative_at(0);
  double nearest2 = dot(here, here);
  approach.now_m = std::sqrt(nearest2);
  // Steps of a second while either turns, then one to the end: at most kTurnSMax + age + 1 of them.
  for (double t = 0; t < end;) {
    const double next = t < turning ? std::min(t + 1, end) : end;
    const Vector there = relative_at(next);
    const Vector velocity = (1 / (next - t)) * (there - here);
    const double c = dot(here, here);
    const double b_half = dot(here, velocity);
    const double speed2 = dot(velocity, velocity);
    const double span = next - t;
    const double least = speed2 > kStillM2S2 ? std::clamp(-b_half / speed2, 0.0, span) : 0;
    const double least2 = c + least * (2 * b_half + least * speed2);
    if (least2 < nearest2) {
      nearest2 = least2;
      approach.closest_s = t + least;
    }
    if (least2 < reach2) {
      const double aside =
          speed2 > kStillM2S2 ? std::sqrt(std::max(0.0, b_half * b_half - speed2 * (c - reach2))) / speed2 : kForever;
      const double middle = speed2 > kStillM2S2 ? -b_half / speed2 : 0;
      const Interval part = vertical.first_with(meet({t, next}, {t + middle - aside, t + middle + aside}));
      if (!part.empty()) {
        if (!approach.conflict) approach.in_s = part.from;
        approach.conflict = true;
        approach.out_s = part.to;
      }
    }
    here = there;
    t = next;
  }
  approach.inside = approach.now_m < reach && (!minima.vertical_m || vertically_inside(difference, *minima.vertical_m));
  approach.conflict = approach.conflict || approach.inside;
  approach.closest_m = std::sqrt(std::max(0.0, nearest2));
  set_height_at(approach, difference);
  return approach;
}

}  // namespace tansiq::picture
