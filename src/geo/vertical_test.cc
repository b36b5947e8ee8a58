// Heights in other references, against the barometric formula integrated step by step in air that is as odd as is
// allowed.
#include "geo/vertical.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "geo/conflict.h"

namespace tansiq::geo {
namespace {

constexpr double kGravity = 9.80665;
constexpr double kGas = 287.05287;
constexpr double kLowestQnh = 870;
constexpr double kHighestQnh = 1'085;

/// The standard atmosphere (ISO 2533) up to 32 km: kelvin and hectopascal at a pressure altitude in metres.
double standard_temperature(double h) {
  if (h < 11'000) return 288.15 - 0.0065 * h;
  return h < 20'000 ? 216.65 : 216.65 + 0.001 * (h - 20'000);
}
double standard_pressure(double h) {
  const double at_11 = 1013.25 * std::pow(216.65 / 288.15, kGravity / (kGas * 0.0065));
  const double at_20 = at_11 * std::exp(-9'000 * kGravity / (kGas * 216.65));
  if (h < 11'000) return 1013.25 * std::pow(standard_temperature(h) / 288.15, kGravity / (kGas * 0.0065));
  if (h < 20'000) return at_11 * std::exp(-(h - 11'000) * kGravity / (kGas * 216.65));
  return at_20 * std::pow(standard_temperature(h) / 216.65, -kGravity / (kGas * 0.001));
}
double pressure_altitude(double hpa) {
  double low = -3'000;
  double high = 40'000;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (standard_pressure(middle) > hpa ? low : high) = middle;
  }
  return low;
}

/// How high above mean sea level the pressure of `level` is found: the hydrostatic equation in thin layers, from the
/// pressure at sea level. `deviation(hPa)` is by how much the air is warmer than the standard atmosphere's.
template <class Deviation>
double height_of(double level, double qnh, double gravity, Deviation&& deviation) {
  constexpr int kLayers = 400;
  const double ratio = std::log(qnh / standard_pressure(level)) / kLayers;
  double height = 0;
  for (int i = 0; i < kLayers; ++i) {
    const double hpa = qnh * std::exp(-ratio * (i + 0.5));
    height += kGas * (standard_temperature(pressure_altitude(hpa)) + deviation(hpa)) / gravity * ratio;
  }
  constexpr double kEarthRadius = 6'356'766;
  return height * kEarthRadius / (kEarthRadius - height);  // geopotential metres are shorter ones, higher up
}
double coldest(double hpa) { return hpa >= 700 ? -80 : -50; }
double warmest(double) { return 50; }

double lower_m(double level_m) { return static_cast<double>(level_lower_by_cm(std::llround(level_m * 100))) / 100; }
double higher_m(double level_m) { return static_cast<double>(level_higher_by_cm(std::llround(level_m * 100))) / 100; }

TEST(Vertical, ExtremesLieWithinTheBoundsAndTheBoundsAreNotFarBeyond) {
  for (double level = -1'000; level <= 30'000; level += 125) {
    const double low = height_of(level, kLowestQnh, 9.833, coldest);
    const double high = height_of(level, kHighestQnh, 9.780, warmest);
    EXPECT_GE(low, level - lower_m(level)) << level;
    EXPECT_LE(high, level + higher_m(level)) << level;
    // Tight to 1 % and 130 m: a bound that is grossly too wide would hold, too. Low down the surface may be above it.
    if (level > 1'300) {
      EXPECT_LE(low, level - lower_m(level) + 0.01 * level + 130) << level;
      EXPECT_GE(high, level + higher_m(level) - 0.01 * (level + higher_m(level)) - 130) << level;
    }
  }
}

RC_GTEST_PROP(VerticalProperty, NoWeatherLeadsBeyondTheBounds, ()) {
  const double level = *rc::gen::inRange(-1'000, 30'001);
  const double qnh = *rc::gen::inRange(870, 1'086);
  const double gravity = *rc::gen::inRange(9'780, 9'834) / 1e3;
  std::vector<double> layers;
  for (int i = 0; i < 12; ++i) layers.push_back(*rc::gen::inRange(-80, 51));
  const auto odd = [&](double hpa) {
    const auto at = static_cast<std::size_t>(std::clamp(hpa / 1'100 * 11, 0.0, 11.0));
    return std::max(layers[at], coldest(hpa));
  };
  const double height = height_of(level, qnh, gravity, odd);
  RC_ASSERT(height >= level - lower_m(level));
  RC_ASSERT(height <= level + higher_m(level));
}

TEST(Vertical, NothingIsBeyondTheLargestMarginAndHigherLevelsAreHigher) {
  for (std::int64_t cm = -3'000'00; cm <= 100'000'00; cm += 33'33) {
    for (const std::int64_t by : {level_lower_by_cm(cm), level_higher_by_cm(cm)}) {
      EXPECT_GE(by, 0);
      EXPECT_LE(by, kPressureMarginMaxCm);
    }
    EXPECT_LT(cm - level_lower_by_cm(cm), cm + 33'33 - level_lower_by_cm(cm + 33'33));
    EXPECT_LT(cm + level_higher_by_cm(cm), cm + 33'33 + level_higher_by_cm(cm + 33'33));
  }
}

const VerticalReference kAll[] = {VerticalReference::kAmsl, VerticalReference::kWgs84, VerticalReference::kFlightLevel,
                                  VerticalReference::kAgl};

RC_GTEST_PROP(VerticalProperty, ThereAndBackHoldsWhatItWas, ()) {
  const auto from = *rc::gen::elementOf(std::vector(std::begin(kAll), std::end(kAll)));
  const auto to = *rc::gen::elementOf(std::vector(std::begin(kAll), std::end(kAll)));
  const std::int64_t cm = *rc::gen::inRange<std::int64_t>(-1'000'00, 100'000'00);
  const std::int64_t low = lowest_cm(cm, from, to);
  const std::int64_t high = highest_cm(cm, from, to);
  RC_ASSERT(low <= cm && cm <= high);
  RC_ASSERT(cm - low <= reference_margin_cm(from, to));
  RC_ASSERT(high - cm <= reference_margin_cm(from, to));
  // What may be there may be here: no further.
  RC_ASSERT(highest_cm(low, to, from) >= cm);
  RC_ASSERT(lowest_cm(high, to, from) <= cm);
  if (from != to) {
    RC_ASSERT(highest_cm(low - 1, to, from) < cm);
    RC_ASSERT(lowest_cm(high + 1, to, from) > cm);
  }
}

TEST(Vertical, UnboundedStaysUnbounded) {
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      EXPECT_EQ(lowest_cm(kHeightUnboundedLow, from, to), kHeightUnboundedLow);
      EXPECT_EQ(highest_cm(kHeightUnboundedHigh, from, to), kHeightUnboundedHigh);
    }
  }
}

TEST(Vertical, ADroneLowDownIsClearOfALevel) {
  const LevelBand corridor{180 * 3'048, 240 * 3'048, VerticalReference::kFlightLevel};
  EXPECT_FALSE(levels_conflict({400'00, 520'00, VerticalReference::kWgs84}, corridor, 0));
  EXPECT_FALSE(levels_conflict({400'00, 3'000'00, VerticalReference::kAmsl}, corridor, 0));
  EXPECT_TRUE(levels_conflict({400'00, 3'300'00, VerticalReference::kAmsl}, corridor, 0));
  EXPECT_TRUE(levels_conflict({400'00, 3'000'00, VerticalReference::kAmsl}, corridor, 300'00))
      << "the minimum is added";
  // What levels_conflict says is what restating one of the two says, whichever.
  EXPECT_TRUE(levels_conflict(corridor, {9'450'00, 9'900'00, VerticalReference::kAmsl}, 0));
  EXPECT_FALSE(levels_conflict(corridor, {9'500'00, 10'000'00, VerticalReference::kAmsl}, 0));
}

LevelBand any_band() {
  const std::int64_t lower = *rc::gen::inRange<std::int64_t>(-1'000'00, 25'000'00);
  return {lower, lower + *rc::gen::inRange<std::int64_t>(1, 3'000'00),
          *rc::gen::elementOf(std::vector(std::begin(kAll), std::end(kAll)))};
}

RC_GTEST_PROP(VerticalProperty, ClearIsWhereConflictsEnd, ()) {
  const LevelBand band = any_band();
  const auto reference = *rc::gen::elementOf(std::vector(std::begin(kAll), std::end(kAll)));
  const std::int64_t minimum = *rc::gen::elementOf(std::vector<std::int64_t>{0, 1, 300'00});
  const auto conflicts = [&](std::int64_t lower, std::int64_t upper) {
    return levels_conflict({lower, upper, reference}, band, minimum);
  };
  const std::int64_t above = clear_above_cm(band, reference, minimum);
  RC_ASSERT(!conflicts(above, above + 1'000'00));
  RC_ASSERT(conflicts(above - 1, above + 1'000'00));
  const std::int64_t below = clear_below_cm(band, reference, minimum);
  RC_ASSERT(!conflicts(below - 1'000'00, below));
  RC_ASSERT(conflicts(below - 1'000'00, below + 1));
}

RC_GTEST_PROP(VerticalProperty, ConflictIsWhatRestatingSays, ()) {
  const LevelBand a = any_band();
  const LevelBand b = any_band();
  const std::int64_t minimum = *rc::gen::elementOf(std::vector<std::int64_t>{0, 1, 300'00});
  // `b` as it may be in the reference of `a`; a level in the reference of the other, since a minimum is of lengths.
  const bool level_is_a = a.reference == VerticalReference::kFlightLevel && b.reference != a.reference;
  const LevelBand& kept = level_is_a ? b : a;
  const LevelBand& said = level_is_a ? a : b;
  const std::int64_t low = lowest_cm(said.lower_cm, said.reference, kept.reference);
  const std::int64_t high = highest_cm(said.upper_cm, said.reference, kept.reference);
  RC_ASSERT(levels_conflict(a, b, minimum) == (low - kept.upper_cm < minimum && kept.lower_cm - high < minimum));
  RC_ASSERT(levels_conflict(a, b, minimum) == levels_conflict(b, a, minimum));
}

}  // namespace
}  // namespace tansiq::geo
