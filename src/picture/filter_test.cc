#include "picture/filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using testing::Craft;
using testing::gauss;
using testing::kNoon;

struct Errors {
  double raw2 = 0;
  double filtered2 = 0;
  double velocity2 = 0;
  double nees = 0;  ///< Of position and velocity together: four degrees of freedom.
  double worst_m = 0;
  int count = 0;
  [[nodiscard]] double raw() const { return std::sqrt(raw2 / count); }
  [[nodiscard]] double filtered() const { return std::sqrt(filtered2 / count); }
  [[nodiscard]] double velocity() const { return std::sqrt(velocity2 / count); }
};

double distance_to(const Craft& craft, const Motion& m) {
  return distance_m(craft.place, normal_of(m.lat_deg, m.lng_deg));
}

struct Flown {
  const char* name;
  Domain domain;
  Craft craft;
  DurationMs every_ms;
  double sigma_m;
  double velocity_sigma_m_s;          ///< 0: none is said.
  std::function<void(Craft&)> steer;  ///< Before every report.
};
void PrintTo(const Flown& run, std::ostream* out) { *out << run.name; }

Errors fly(const Flown& run, std::uint64_t seed, int reports = 300) {
  SeededRandom random(seed);
  Craft craft = run.craft;
  Errors out;
  std::optional<Filter> filter;
  for (int i = 0; i < reports; ++i) {
    if (run.steer) run.steer(craft);
    craft.move(run.every_ms);
    Measurement m = craft.seen(random, run.sigma_m);
    if (run.velocity_sigma_m_s > 0) craft.see_velocity(m, random, run.velocity_sigma_m_s);
    if (!filter) {
      filter.emplace(dynamics_of(run.domain), m);
      continue;
    }
    filter->update(m);
    if (i < 10) continue;
    const Motion now = filter->at(craft.time);
    const double off = distance_to(craft, now);
    const double raw = distance_m(craft.place, m.position->normal);
    const Planar velocity = Planar{now.east_m_s, now.north_m_s} - craft.velocity();
    out.raw2 += raw * raw;
    out.filtered2 += off * off;
    out.velocity2 += norm2(velocity);
    out.worst_m = std::max(out.worst_m, off);
    ++out.count;
  }
  return out;
}

class FilterRuns : public ::testing::TestWithParam<Flown> {};

TEST_P(FilterRuns, IsNearerToTheTruthThanItsReports) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Errors e = fly(GetParam(), seed);
    EXPECT_LT(e.filtered(), e.raw()) << "seed " << seed;
    EXPECT_LT(e.worst_m, 6 * GetParam().sigma_m + 40) << "seed " << seed;
    RecordProperty("rms_m", std::to_string(e.filtered()));
  }
}

const Normal kHamburg = normal_of(53.6, 10.0);

void turn_at_times(Craft& c) {
  const auto minute = (c.time - kNoon) / 60'000;
  c.turn_deg_s = minute % 4 == 1 ? 1.5 : minute % 4 == 3 ? -3 : 0;
}
void stop_and_go(Craft& c) {
  const auto minute = (c.time - kNoon) / 60'000;
  c.speed_m_s = std::clamp(c.speed_m_s + (minute % 6 < 3 ? 0.2 : -0.2), 0.0, 10.0);
}
void wheel(Craft& c) {
  const auto minute = (c.time - kNoon) / 60'000;
  c.turn_deg_s = minute % 5 == 2 ? 0.5 : 0;
}

INSTANTIATE_TEST_SUITE_P(
    Filter, FilterRuns,
    ::testing::Values(Flown{"StraightByAdsb", Domain::kAir, {kHamburg, 230, 70}, 1'000, 25, 2, {}},
                      Flown{"StraightByRadar", Domain::kAir, {kHamburg, 230, 70}, 5'000, 100, 0, {}},
                      Flown{"TurnsByAdsb", Domain::kAir, {kHamburg, 200, 10}, 1'000, 25, 2, turn_at_times},
                      Flown{"TurnsByRadar", Domain::kAir, {kHamburg, 150, 10}, 4'000, 100, 0, turn_at_times},
                      Flown{"OverThePole", Domain::kAir, {normal_of(89.5, 30), 240, 1}, 2'000, 50, 0, {}},
                      Flown{"AcrossTheDateLine", Domain::kAir, {normal_of(-17, 179.5), 240, 90}, 2'000, 50, 2, {}},
                      Flown{"ShipStraight", Domain::kSea, {kHamburg, 8, 200}, 10'000, 10, 0.4, {}},
                      Flown{"ShipTurns", Domain::kSea, {kHamburg, 8, 200}, 6'000, 10, 0.4, wheel},
                      Flown{"ShipWithoutSpeed", Domain::kSea, {kHamburg, 8, 200}, 10'000, 10, 0, wheel},
                      Flown{"ShipStopsAndGoes", Domain::kSea, {kHamburg, 5, 100}, 5'000, 10, 0.4, stop_and_go}),
    [](const auto& each) { return std::string(each.param.name); });

// The same flight with the same noise, but for where on Earth it is: the errors are the same too.
TEST(Filter, NowhereIsSpecial) {
  const auto at = [](Normal place, double course) {
    Flown run{"", Domain::kAir, {place, 240, course}, 2'000, 30, 0, {}};
    return fly(run, 3);
  };
  const Errors usual = at(kHamburg, 1);
  for (const Errors& e :
       {at(normal_of(89.5, 30), 0.1), at(normal_of(-89.5, 170), 179.9), at(normal_of(10, 179.9), 90)}) {
    EXPECT_NEAR(e.filtered(), usual.filtered(), usual.filtered() * 0.15);
    EXPECT_NEAR(e.worst_m, usual.worst_m, usual.worst_m * 0.5);
  }
}

// Truth moved by exactly the noise that the quiet model has: then the squared error in units of its sigma must have the
// mean of a chi-square. Two degrees of freedom for the position, two for the velocity.
TEST(Filter, IsAsSureAsItMayBe) {
  Dynamics dynamics;
  dynamics.quiet_noise = dynamics.turning_noise = 2;
  SeededRandom random(7);
  double position = 0;
  double velocity = 0;
  int count = 0;
  for (int run = 0; run < 60; ++run) {
    Planar v{200 * gauss(random) / 3, 200 * gauss(random) / 3};
    Planar p{0, 0};
    const LocalFrame origin(kHamburg);
    std::optional<Filter> filter;
    UtcMs t = kNoon;
    for (int i = 0; i < 80; ++i) {
      const DurationMs step = random.between(500, 8'000);
      for (DurationMs ms = 0; ms < step; ms += 100) {
        const double s = static_cast<double>(std::min<DurationMs>(100, step - ms)) * 1e-3;
        p = p + s * v;
        v = v + Planar{std::sqrt(2 * s) * gauss(random), std::sqrt(2 * s) * gauss(random)};
      }
      t = t + step;
      Measurement m;
      m.time = t;
      m.position_sigma_m = 40;
      m.position = lat_lng_of(origin.at(p + Planar{40 * gauss(random), 40 * gauss(random)}));
      if (!filter) {
        filter.emplace(dynamics, m);
        continue;
      }
      filter->update(m);
      if (i < 15) continue;
      const Motion now = filter->at(t);
      const double off = distance_m(origin.at(p), normal_of(now.lat_deg, now.lng_deg));
      position += off * off / (now.position_sigma_m * now.position_sigma_m);
      const Planar dv = Planar{now.east_m_s, now.north_m_s} - v;
      velocity += norm2(dv) / (now.velocity_sigma_m_s * now.velocity_sigma_m_s);
      ++count;
    }
  }
  // Successive errors hang together, so the bounds are wider than of 3,900 independent ones.
  EXPECT_NEAR(position / count, 2, 0.2);
  EXPECT_NEAR(velocity / count, 2, 0.25);
}

// With the dynamics in use and traffic that flies straight and turns, it may be too careful, never too sure.
TEST(Filter, IsNotTooSureOfCraftThatTurn) {
  double sum = 0;
  int count = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    Craft craft{kHamburg, 200, 10};
    std::optional<Filter> filter;
    for (int i = 0; i < 200; ++i) {
      turn_at_times(craft);
      craft.move(4'000);
      const Measurement m = craft.seen(random, 80);
      if (!filter) filter.emplace(dynamics_of(Domain::kAir), m);
      filter->update(m);
      if (i < 10) continue;
      const Motion now = filter->at(craft.time);
      sum += std::pow(distance_to(craft, now) / now.position_sigma_m, 2);
      ++count;
    }
  }
  EXPECT_LT(sum / count, 2.6);
  EXPECT_GT(sum / count, 0.7);
}

TEST(Filter, LosesNoCraftOverAGap) {
  for (const DurationMs gap : {30'000, 120'000, 300'000}) {
    SeededRandom random(11);
    Craft craft{kHamburg, 230, 70};
    Filter filter(dynamics_of(Domain::kAir), craft.seen(random, 25));
    for (int i = 0; i < 30; ++i) {
      craft.move(2'000);
      Measurement m = craft.seen(random, 25);
      craft.see_velocity(m, random, 2);
      filter.update(m);
    }
    craft.turn_deg_s = 1.5;
    craft.move(20'000);
    craft.turn_deg_s = 0;
    craft.move(gap - 20'000);
    const Motion guess = filter.at(craft.time);
    EXPECT_LT(distance_to(craft, guess), 6 * guess.position_sigma_m) << gap;
    const Measurement m = craft.seen(random, 25);
    const FilterStep step = filter.update(m);
    EXPECT_EQ(step.kind, FilterStep::Kind::kUsed) << gap;
    EXPECT_LT(*step.distance2, 13.8) << gap;
    EXPECT_LT(distance_to(craft, filter.at(craft.time)), 100) << gap;
    for (int i = 0; i < 5; ++i) {
      craft.move(2'000);
      filter.update(craft.seen(random, 25));
    }
    EXPECT_LT(distance_to(craft, filter.at(craft.time)), 60) << gap;
    EXPECT_LT(filter.at(craft.time).position_sigma_m, 30) << gap;
  }
}

TEST(Filter, KnowsTheRateOfATurn) {
  for (const double rate : {3.0, -3.0, 1.5}) {
    SeededRandom random(5);
    Craft craft{kHamburg, 120, 0};
    Filter filter(dynamics_of(Domain::kAir), craft.seen(random, 15));
    const auto step = [&] {
      craft.move(1'000);
      Measurement m = craft.seen(random, 15);
      craft.see_velocity(m, random, 1);
      filter.update(m);
    };
    for (int i = 0; i < 60; ++i) step();
    EXPECT_NEAR(filter.at(craft.time).turn_deg_s, 0, 0.25);
    craft.turn_deg_s = rate;
    for (int i = 0; i < 30; ++i) step();
    EXPECT_NEAR(filter.at(craft.time).turn_deg_s, rate, std::abs(rate) * 0.25);
    craft.turn_deg_s = 0;
    for (int i = 0; i < 40; ++i) step();
    EXPECT_NEAR(filter.at(craft.time).turn_deg_s, 0, 0.3);
  }
}

TEST(Filter, HeightsFollowClimbAndLevelOffAndStayApart) {
  SeededRandom random(3);
  Craft craft{kHamburg, 150, 0};
  craft.height_m = 1'000;
  std::optional<Filter> filter;
  double raw2 = 0;
  double off2 = 0;
  for (int i = 0; i < 400; ++i) {
    craft.climb_m_s = i / 100 % 2 == 0 ? 8 : 0;
    craft.move(1'000);
    Measurement m = craft.seen(random, 25);
    m.pressure_m = craft.height_m + 10 * gauss(random);
    if (i % 3 == 0) m.geometric_m = craft.height_m + 90 + 10 * gauss(random);
    if (!filter) filter.emplace(dynamics_of(Domain::kAir), m);
    filter->update(m);
    if (i < 30) continue;
    const Motion now = filter->at(craft.time);
    raw2 += std::pow(*m.pressure_m - craft.height_m, 2);
    off2 += std::pow(*now.pressure_m - craft.height_m, 2);
    EXPECT_NEAR(*now.geometric_m - craft.height_m, 90, 40) << i;
    if (i % 100 > 40) {
      EXPECT_NEAR(now.up_m_s, craft.climb_m_s, 2.5) << i;
    }
  }
  EXPECT_LT(off2, raw2 * 0.6);
}

TEST(Filter, AHeightThatNobodySaidIsAbsent) {
  Craft craft{kHamburg, 150, 0};
  SeededRandom random(1);
  Measurement m = craft.seen(random, 25);
  m.pressure_m = 900;
  const Motion now = Filter(dynamics_of(Domain::kAir), m).at(kNoon);
  EXPECT_EQ(now.pressure_m, 900);
  EXPECT_FALSE(now.geometric_m);
}

TEST(Filter, LateReportsHelpAndVeryLateOnesAreRefused) {
  double with = 0;
  double without = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SeededRandom random(seed);
    Craft craft{kHamburg, 200, 45};
    Filter prompt(dynamics_of(Domain::kAir), craft.seen(random, 100));
    Filter both = prompt;
    for (int i = 0; i < 40; ++i) {
      craft.move(2'000);
      const Measurement late = craft.seen(random, 20);  // Arrives after the next one.
      craft.move(2'000);
      const Measurement m = craft.seen(random, 100);
      EXPECT_EQ(prompt.update(m).kind, FilterStep::Kind::kUsed);
      EXPECT_EQ(both.update(m).kind, FilterStep::Kind::kUsed);
      EXPECT_EQ(both.update(late).kind, FilterStep::Kind::kLate);
    }
    with += std::pow(distance_to(craft, both.at(craft.time)), 2);
    without += std::pow(distance_to(craft, prompt.at(craft.time)), 2);
    Measurement old = craft.seen(random, 20);
    old.time = craft.time - kLateMsMax - 1;
    EXPECT_EQ(both.update(old).kind, FilterStep::Kind::kRefused);
    EXPECT_EQ(both.time(), craft.time);
  }
  EXPECT_LT(with, without * 0.5);
}

TEST(Filter, ARelayOfTheSameReportAddsNoCertainty) {
  SeededRandom random(4);
  Craft craft{kHamburg, 200, 45};
  Filter filter(dynamics_of(Domain::kAir), craft.seen(random, 50));
  craft.move(1'000);
  const Measurement m = craft.seen(random, 50);
  filter.update(m);
  const double sigma = filter.at(craft.time).position_sigma_m;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(filter.update(m).kind, FilterStep::Kind::kRepeated);
  EXPECT_EQ(filter.at(craft.time).position_sigma_m, sigma);
}

TEST(Filter, BeginsAgainWhereItIsFarOff) {
  SeededRandom random(4);
  Craft craft{kHamburg, 100, 45};
  Filter filter(dynamics_of(Domain::kAir), craft.seen(random, 20));
  for (int i = 0; i < 20; ++i) {
    craft.move(1'000);
    filter.update(craft.seen(random, 20));
  }
  craft.place = LocalFrame(craft.place).at({9'000, 0});
  craft.move(1'000);
  EXPECT_EQ(filter.update(craft.seen(random, 20)).kind, FilterStep::Kind::kRestarted);
  EXPECT_LT(distance_to(craft, filter.at(craft.time)), 100);
}

// Two sources, one of pressure and one of geometric height: when the one falls silent only the other is told.
TEST(Filter, AHeightOfLongAgoIsLeftOut) {
  SeededRandom random(1);
  Craft craft{normal_of(50, 5), 100, 90};
  Measurement m = craft.seen(random, 5);
  m.pressure_m = 3'000;
  m.climb_m_s = 0;
  Filter filter(dynamics_of(Domain::kAir), m);
  const auto later = [&](DurationMs ms) {
    craft.move(ms);
    m = craft.seen(random, 5);
    return &m;
  };
  later(1'000)->geometric_m = 3'050;
  m.climb_m_s = 0;
  filter.update(m);
  EXPECT_TRUE(filter.at(craft.time).pressure_m && filter.at(craft.time).geometric_m);
  // From now on geometric height alone, which climbs; rates alone keep no height.
  double height = 3'050;
  for (int i = 1; i <= 120; ++i) {
    height += 10;
    later(1'000)->geometric_m = height;
    m.climb_m_s = 10;
    filter.update(m);
    const Motion motion = filter.at(craft.time);
    EXPECT_EQ(motion.pressure_m.has_value(), i <= 29) << i;
    ASSERT_TRUE(motion.geometric_m);
    EXPECT_NEAR(*motion.geometric_m, height, 25) << i;
    if (i > 20) {
      EXPECT_NEAR(motion.up_m_s, 10, 2) << i;
    }
  }
  const double surer = filter.at(craft.time).height_sigma_m;
  EXPECT_LT(surer, 30) << "of the height that is told";
  // The other comes back and this one goes.
  for (int i = 1; i <= 60; ++i) {
    later(1'000)->pressure_m = 4'000;
    filter.update(m);
    EXPECT_EQ(filter.at(craft.time).geometric_m.has_value(), i <= 30) << i;
    EXPECT_TRUE(filter.at(craft.time).pressure_m);
  }
  EXPECT_NEAR(filter.at(craft.time).up_m_s, 0, 2);
  EXPECT_TRUE(filter.at(craft.time + kHeightKnownMs).pressure_m);
  const Motion long_after = filter.at(craft.time + kHeightKnownMs + 1);
  EXPECT_FALSE(long_after.pressure_m) << "the only one, but nobody says it any more";
  EXPECT_EQ(long_after.up_m_s, 0);
}

TEST(Filter, PredictionEndsSomewhere) {
  SeededRandom random(4);
  Craft craft{kHamburg, 250, 90};
  Measurement m = craft.seen(random, 20);
  craft.see_velocity(m, random, 1);
  const Filter filter(dynamics_of(Domain::kAir), m);
  const Motion far = filter.at(kNoon + kPredictMsMax);
  const Motion farther = filter.at(kNoon + 100 * kPredictMsMax);
  EXPECT_EQ(far.lng_deg, farther.lng_deg);
  EXPECT_TRUE(std::isfinite(farther.position_sigma_m));
}

}  // namespace
}  // namespace tansiq::picture
