#include "picture/path_box.h"

#include <limits>
#include <numbers>

namespace tansiq::picture {
namespace {

/// Grows by points of the path.
class Hull {
 public:
  void add(Vector v) {
    low_ = {std::min(low_.x, v.x), std::min(low_.y, v.y), std::min(low_.z, v.z)};
    high_ = {std::max(high_.x, v.x), std::max(high_.y, v.y), std::max(high_.z, v.z)};
  }
  void write(PathBox& box, double margin_m) const {
    const std::array<double, 3> low{low_.x, low_.y, low_.z};
    const std::array<double, 3> high{high_.x, high_.y, high_.z};
    // Half a metre is what single precision may round away at the earth's radius.
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.lanes[axis] = static_cast<float>(low[axis] - margin_m - 1);
      box.lanes[axis + 4] = static_cast<float>(-(high[axis] + margin_m + 1));
    }
  }

 private:
  static constexpr double kFar = std::numeric_limits<double>::infinity();
  Vector low_{kFar, kFar, kFar};
  Vector high_{-kFar, -kFar, -kFar};
};

/// The turning path, sampled: adds its points, returns how far it may lie outside of their hull.
double add_turning_path(Hull& hull, const Mover& mover, const TurnModel& turn, double from_s, double to_s) {
  constexpr int kSamples = 8;
  const double half_circle_s = std::numbers::pi / std::abs(mover.turn_rad_s);
  const double turning_s = std::min({std::max(to_s, 0.0), std::clamp(turn.turn_s_max, 0.0, kTurnSMax), half_circle_s});
  for (int i = 0; i <= kSamples; ++i) {
    hull.add(mover.place + turning_displacement(mover, turn, turning_s * i / kSamples));
  }
  hull.add(mover.place + turning_displacement(mover, turn, from_s));
  hull.add(mover.place + turning_displacement(mover, turn, to_s));
  const double step_s = turning_s / kSamples;
  const double way = mover.speed_m_s * std::max(std::abs(from_s), std::abs(to_s));
  return mover.speed_m_s * std::abs(mover.turn_rad_s) * step_s * step_s / 8  // the bow of each piece of the turn
         + kCurvatureMaxPerM * way * way / 2                                 // the tangent plane above the ground
         + 0.005 * way;                                                      // what the plane of the pair may be off
}

void set_heights(PathBox& box, const Mover& mover, const PairMinima& minima, double from_s, double to_s) {
  float low = kAnyHeight;
  float high = -kAnyHeight;
  const auto add = [&](double height_m, double margin_m) {
    const double half = *minima.vertical_m / 2 + margin_m + 0.1;
    const double one = height_m + mover.up_m_s * from_s;
    const double other = height_m + mover.up_m_s * to_s;
    low = std::min(low, static_cast<float>(std::min(one, other) - half));
    high = std::max(high, static_cast<float>(std::max(one, other) + half));
  };
  if (minima.vertical_m && mover.has_pressure) add(mover.pressure_m, 0);
  if (minima.vertical_m && mover.has_geometric) {
    // Who has nothing but a geometric height brings the margin for those who have nothing but a pressure one.
    add(mover.geometric_m, mover.has_pressure ? 0 : mixed_height_margin_m(mover.geometric_m));
  }
  const bool known = low <= high;
  box.lanes[kHeightAxis] = known ? low : -kAnyHeight;
  box.lanes[kHeightAxis + 4] = known ? -high : -kAnyHeight;
}

}  // namespace

PathBox path_box(const Mover& mover, const PairMinima& minima, const TurnModel& turn, double from_s, double to_s) {
  PathBox box;
  Hull hull;
  hull.add(reckon(mover, from_s).place);
  hull.add(reckon(mover, to_s).place);
  const double way = mover.speed_m_s * (to_s - from_s);
  double margin = minima.horizontal_m / 2 + kCurvatureMaxPerM * way * way / 8;  // the arc over its chord
  if (mover.turn_rad_s != 0) margin += add_turning_path(hull, mover, turn, from_s, to_s);
  hull.write(box, margin);
  set_heights(box, mover, minima, from_s, to_s);
  return box;
}

}  // namespace tansiq::picture
