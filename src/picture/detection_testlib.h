// Truth for the tests of conflict detection: craft on geodesics of WGS-84, compared by search, and ways to draw
// motions.
#pragma once

#include <optional>

#include "base/random.h"
#include "picture/closest.h"

namespace tansiq::picture::testing {

inline double between(SeededRandom& random, double low, double high) { return low + (high - low) * random.unit(); }

/// A motion along a course, degrees clockwise from north.
[[nodiscard]] Motion moving(double lat_deg, double lng_deg, double course_deg, double speed_m_s,
                            std::optional<double> pressure_m = std::nullopt, double up_m_s = 0, UtcMs time = {});
/// The same craft at another time, along its geodesic, with its height.
[[nodiscard]] Motion moved(const Motion& motion, double seconds);
/// The place `metres` from a motion's, in the direction `azimuth_deg`.
[[nodiscard]] Motion beside(const Motion& motion, double azimuth_deg, double metres);
/// Length of the geodesic between two.
[[nodiscard]] double geodesic_m(const Motion& a, const Motion& b);

/// What is true of two craft on geodesics: slow, by a scan of the distance and bisection.
class Truth {
 public:
  Truth(const Motion& a, const Motion& b, UtcMs now);
  struct Interval {
    double from = 0;
    double to = 0;
    bool empty = true;
  };
  /// When both are nearer than the minima, within [0, lookahead].
  [[nodiscard]] Interval conflict(double horizontal_m, std::optional<double> vertical_m, double lookahead_s) const;
  [[nodiscard]] double closest_s(double lookahead_s) const;
  [[nodiscard]] double distance_m(double t_s) const;
  [[nodiscard]] std::optional<double> height_m(double t_s) const;

 private:
  Motion a_;
  Motion b_;
};

/// Two craft that meet, nearly meet or pass, anywhere on earth up to 89° of latitude.
struct Meeting {
  Motion a;
  Motion b;
};
struct MeetingKind {
  double speed_max_m_s = 320;
  double miss_max_m = 20'000;
  double lookahead_s = 300;
  double climb_max_m_s = 15;
  double height_spread_m = 1'500;
};
[[nodiscard]] Meeting draw_meeting(SeededRandom& random, const MeetingKind& kind);

/// Craft crowded about one point, so that many pairs conflict: every kind of height known or not, ages of some seconds,
/// a few that stand, a few that turn.
struct Crowd {
  double lat_deg = 0;
  double lng_deg = 0;
  double radius_m = 100'000;
  double speed_max_m_s = 300;
  double height_spread_m = 4'000;
  double age_max_s = 8;
};
[[nodiscard]] Motion draw_in_crowd(SeededRandom& random, const Crowd& crowd, UtcMs now);
/// Places where coordinates have their seams: poles, the 180th meridian, edges and a corner of the cube.
inline constexpr double kSeams[][2] = {{90, 0},  {-90, 0},   {89.5, 170},  {0, 180},        {0, -45},
                                       {45, 0},  {-45, 180}, {50, 8},      {35.26439, 45},  {-35.26439, -135},
                                       {20, 90}, {0, 0},     {70, -179.9}, {-60, 10.123456}};

}  // namespace tansiq::picture::testing
