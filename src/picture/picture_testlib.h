// What the tests of tracks share: noise from a seed, and craft that fly as they are told.
#pragma once

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "picture/local_frame.h"
#include "picture/measurement.h"
#include "picture/plan.h"
#include "surveillance/velocity.h"

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

/// How one source hears craft.
struct Source {
  std::uint32_t id = 1;
  surveillance::Format format = surveillance::Format::kAdsb;
  surveillance::Domain domain = surveillance::Domain::kAir;
  double sigma_m = 20;
  double velocity_sigma_m_s = 1;  ///< 0: it says none.
  bool height = true;

  [[nodiscard]] surveillance::Report hear(const Craft& craft, SeededRandom& random) const {
    surveillance::Report r;
    r.source = {id};
    r.format = format;
    r.domain = domain;
    r.basis = surveillance::TimeBasis::kFull;
    r.received = r.time = craft.time;
    r.position = craft.seen(random, sigma_m).position->at;
    r.accuracy_cm = static_cast<std::int32_t>(sigma_m * 245);
    if (velocity_sigma_m_s > 0) {
      const Planar v =
          craft.velocity() + Planar{velocity_sigma_m_s * gauss(random), velocity_sigma_m_s * gauss(random)};
      r.speed_cm_s = surveillance::speed_of(v.east * 100, v.north * 100);
      r.course_mdeg = surveillance::course_of(v.east, v.north);
    }
    if (height) r.pressure_cm = static_cast<std::int32_t>(craft.height_m * 100 + 800 * gauss(random));
    return r;
  }
  [[nodiscard]] surveillance::Report hear(const Craft& craft, SeededRandom& random, std::uint32_t icao) const {
    surveillance::Report r = hear(craft, random);
    r.id = {surveillance::IdKind::kIcao, icao};
    return r;
  }
};

inline Source radar(std::uint32_t id) {
  return {.id = id, .format = surveillance::Format::kAsterix, .sigma_m = 90, .velocity_sigma_m_s = 0};
}

/// Where most of it happens, and who hears it there.
inline const Normal kHome = normal_of(53.6, 10.0);
inline const Source kAdsb{.id = 1};

/// Under a track number of system 25/2.
inline surveillance::Report numbered(surveillance::Report r, std::uint16_t number) {
  r.system = 0x1902;
  r.track = surveillance::TrackNumber{0x1902, number};
  return r;
}

/// A box of the given half widths around a place, FL `low` to `high`, minutes after noon.
inline geo::Volume4d box(const Normal& centre, double east_m, double north_m, std::int64_t low, std::int64_t high,
                         std::int64_t from_min, std::int64_t to_min) {
  const LocalFrame frame(centre);
  geo::Polygon outline;
  for (const auto& [e, n] : {std::pair(-1, -1), std::pair(1, -1), std::pair(1, 1), std::pair(-1, 1)}) {
    outline.vertices.push_back(lat_lng_of(frame.at({e * east_m, n * north_m})));
  }
  return {outline,
          {low * 3'048, high * 3'048, geo::VerticalReference::kFlightLevel},
          {kNoon + from_min * 60'000, kNoon + to_min * 60'000}};
}

}  // namespace tansiq::picture::testing
