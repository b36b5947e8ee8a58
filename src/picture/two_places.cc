#include "picture/two_places.h"

#include <algorithm>
#include <cmath>

namespace tansiq::picture {
namespace {

constexpr std::size_t kLeastOnASide = 4;
constexpr std::size_t kLeastChanges = 5;
constexpr std::size_t kRounds = 3;

using Sides = std::array<double, TwoPlaces::kPlaces>;  ///< 1 or -1.

/// A place against time, in seconds from the middle of the window.
struct Point {
  double t = 0;
  Planar at;
};
using Points = std::array<Point, TwoPlaces::kPlaces>;

/// A straight way with a step to either side of it: at + t·velocity + side·half.
struct Way {
  Planar at;
  Planar velocity;
  Planar half;
};

/// Least squares, both axes at once. Without sides that differ, or a span of time, there is none.
std::optional<Way> fitted(const Points& points, const Sides& sides) {
  // Normal equations of [1, t, side]; the times have mean 0.
  constexpr auto n = static_cast<double>(TwoPlaces::kPlaces);
  double tt = 0;
  double ts = 0;
  double s = 0;
  Planar p;
  Planar tp;
  Planar sp;
  for (std::size_t i = 0; i < points.size(); ++i) {
    tt += points[i].t * points[i].t;
    ts += points[i].t * sides[i];
    s += sides[i];
    p = p + points[i].at;
    tp = tp + points[i].t * points[i].at;
    sp = sp + sides[i] * points[i].at;
  }
  if (tt < 1e-6) return std::nullopt;
  // What the step explains beyond the mean and the way.
  const double own = n - s * s / n - ts * ts / tt;
  if (own < 1) return std::nullopt;
  Way out;
  out.half = (1 / own) * (sp - (s / n) * p - (ts / tt) * tp);
  out.at = (1 / n) * (p - s * out.half);
  out.velocity = (1 / tt) * (tp - ts * out.half);
  return out;
}

/// The first guess: which side of the middle of the residuals' longer axis.
Sides first_sides(const Points& points, const Way& way) {
  double ee = 0;
  double nn = 0;
  double en = 0;
  std::array<Planar, TwoPlaces::kPlaces> rest;
  for (std::size_t i = 0; i < points.size(); ++i) {
    rest[i] = points[i].at - way.at - points[i].t * way.velocity;
    ee += rest[i].east * rest[i].east;
    nn += rest[i].north * rest[i].north;
    en += rest[i].east * rest[i].north;
  }
  const double angle = std::atan2(2 * en, ee - nn) / 2;
  const Planar axis{std::cos(angle), std::sin(angle)};
  Sides out;
  for (std::size_t i = 0; i < points.size(); ++i) out[i] = dot(rest[i], axis) >= 0 ? 1 : -1;
  return out;
}

}  // namespace

std::optional<double> TwoPlaces::take(surveillance::SourceId source, std::optional<std::uint16_t> system,
                                      const Measurement& m) {
  if (!m.position) return std::nullopt;
  const bool another = source != source_ || system != system_;
  if (count_ > 0) {
    const DurationMs since = m.time - begun_;
    if (another) {
      if (since <= kWindowMsMax) return std::nullopt;
      count_ = windows_ = 0;
    } else if (since <= places_[count_ - 1].ms) {
      return std::nullopt;  // Late, or the same once more.
    } else if (since > kWindowMsMax) {
      count_ = windows_ = 0;
    }
  } else if (another) {
    windows_ = 0;
  }
  if (count_ == 0) {
    source_ = source;
    system_ = system;
    begun_ = m.time;
    stated_m_ = 0;
  }
  places_[count_++] = {m.position->at, static_cast<std::int32_t>(m.time - begun_)};
  stated_m_ = std::max(stated_m_, static_cast<float>(m.position_sigma_m));
  if (count_ < kPlaces) return std::nullopt;
  count_ = 0;
  const auto metres = step();
  windows_ = metres ? static_cast<std::uint8_t>(std::min(windows_ + 1, int{kWindows})) : std::uint8_t{0};
  return windows_ == kWindows ? metres : std::nullopt;
}

std::optional<double> TwoPlaces::step() const {
  const LocalFrame frame(normal_of(places_[0].at));
  Points points;
  double mean = 0;
  for (const Place& place : places_) mean += static_cast<double>(place.ms) * 1e-3 / static_cast<double>(kPlaces);
  for (std::size_t i = 0; i < kPlaces; ++i) {
    points[i] = {static_cast<double>(places_[i].ms) * 1e-3 - mean, frame.offset_of(normal_of(places_[i].at))};
  }
  // Without sides at first: all on one makes the step part of the mean, so it is left out by hand.
  Way way;
  double tt = 0;
  Planar tp;
  for (const Point& point : points) {
    tt += point.t * point.t;
    way.at = way.at + (1 / static_cast<double>(kPlaces)) * point.at;
    tp = tp + point.t * point.at;
  }
  if (tt < 1e-6) return std::nullopt;
  way.velocity = (1 / tt) * tp;
  Sides sides = first_sides(points, way);
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto next = fitted(points, sides);
    if (!next) return std::nullopt;
    way = *next;
    Sides nearer;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      nearer[i] = dot(points[i].at - way.at - points[i].t * way.velocity, way.half) >= 0 ? 1 : -1;
    }
    if (nearer == sides) break;
    if (round + 1 < kRounds) sides = nearer;
  }

  std::size_t on_one = 0;
  std::size_t changes = 0;
  double all2 = 0;
  double along2 = 0;
  const double half_m = std::sqrt(norm2(way.half));
  if (half_m < kStepMinM / 2) return std::nullopt;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    if (sides[i] > 0) ++on_one;
    if (i > 0 && sides[i] != sides[i - 1]) ++changes;
    const Planar rest = points[i].at - way.at - points[i].t * way.velocity - sides[i] * way.half;
    all2 += norm2(rest);
    const double along = dot(rest, way.half) / half_m;
    along2 += along * along;
  }
  if (std::min(on_one, kPlaces - on_one) < kLeastOnASide || changes < kLeastChanges) return std::nullopt;
  constexpr auto kFree = static_cast<double>(kPlaces - 3);
  const double scatter = std::sqrt(std::max(all2 / (2 * kFree), along2 / kFree));
  // Of the step, what no wrong time stamp explains.
  const double speed = std::sqrt(norm2(way.velocity));
  double unexplained = 2 * half_m;
  if (speed > 0) {
    const double on_way = 2 * std::abs(dot(way.half, way.velocity)) / speed;
    const double across = std::sqrt(std::max(4 * norm2(way.half) - on_way * on_way, 0.0));
    unexplained = std::hypot(across, std::max(on_way - kTimeSlackS * speed, 0.0));
  }
  const double wanted = std::max({kStepSigmas * scatter, kStatedSigmas * static_cast<double>(stated_m_), kStepMinM});
  return unexplained >= wanted ? std::optional(2 * half_m) : std::nullopt;
}

}  // namespace tansiq::picture
