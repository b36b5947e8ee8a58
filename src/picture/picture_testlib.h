// What the tests of tracks share: noise from a seed, and craft that fly as they are told.
#pragma once

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "picture/local_frame.h"
#include "picture/measurement.h"

namespace tansiq::picture::testing {

inline constexpr UtcMs kNoon{1'767'355'200'000};

/// Standard normal, by Box and Muller.
inline double gauss(SeededRandom& random) {
  const double u = 1.0 - random.unit();
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * random.unit());
}

/// A craft that is moved in steps so small that each is straight.
struct Craft {
  Normal place;
  double speed_m_s = 0;
  double course_deg = 0;
  double turn_deg_s = 0;
  double height_m = 0;
  double climb_m_s = 0;
  UtcMs time = kNoon;

  [[nodiscard]] Planar velocity() const {
    const double angle = course_deg * std::numbers::pi / 180;
    return {speed_m_s * std::sin(angle), speed_m_s * std::cos(angle)};
  }
  void move(DurationMs ms) {
    constexpr DurationMs kStep = 100;
    for (DurationMs done = 0; done < ms; done += kStep) {
      const double s = static_cast<double>(std::min(kStep, ms - done)) * 1e-3;
      course_deg += turn_deg_s * s;
      const LocalFrame here(place);
      place = here.at(s * velocity());
      // What goes straight keeps its course by the frame it left, which is another by the frame it comes to.
      const Planar carried = here.turn_to(LocalFrame(place))(velocity());
      course_deg = std::atan2(carried.east, carried.north) * 180 / std::numbers::pi;
      height_m += climb_m_s * s;
    }
    time = time + ms;
  }
  /// Where it is by a source with this much noise.
  [[nodiscard]] Measurement seen(SeededRandom& random, double sigma_m) const {
    Measurement m;
    m.time = time;
    m.position = lat_lng_of(LocalFrame(place).at({sigma_m * gauss(random), sigma_m * gauss(random)}));
    m.position_sigma_m = sigma_m;
    return m;
  }
  void see_velocity(Measurement& m, SeededRandom& random, double sigma_m_s) const {
    m.velocity = velocity() + Planar{sigma_m_s * gauss(random), sigma_m_s * gauss(random)};
    m.velocity_sigma_m_s = sigma_m_s;
  }
};

}  // namespace tansiq::picture::testing
