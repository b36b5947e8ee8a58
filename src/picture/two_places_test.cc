#include "picture/two_places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "picture/picture_testlib.h"
#include "picture/tracker.h"

namespace tansiq::picture {
namespace {

using testing::Craft;
using testing::gauss;
using testing::kAdsb;
using testing::kHome;
using testing::kNoon;
using testing::radar;
using testing::Source;

constexpr surveillance::SourceId kSource{1};

Normal beside(const Normal& place, double metres, double bearing_rad) {
  return LocalFrame(place).at({metres * std::sin(bearing_rad), metres * std::cos(bearing_rad)});
}

/// How often two are said to be there, in `count` reports of what `place` says.
template <class Place>
int said(SeededRandom& random, double stated_m, int count, const Place& place) {
  TwoPlaces places;
  int out = 0;
  UtcMs t = kNoon;
  for (int i = 0; i < count; ++i) {
    t = t + static_cast<DurationMs>(random.between(400, 1'600));
    Measurement m;
    m.time = t;
    m.position = lat_lng_of(place(t));
    m.position_sigma_m = stated_m;
    if (places.take(kSource, std::nullopt, m)) ++out;
  }
  return out;
}

TEST(TwoPlaces, TwoCraftNearEachOtherAreTwo) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SeededRandom random(seed);
    const double apart_m = 100 + 20 * static_cast<double>(seed % 14);
    const double bearing = random.unit() * 6.28;
    const double speed = random.unit() * 20;
    const double noise_m = 3 + random.unit() * 8;
    const int times = said(random, 10, 640, [&](UtcMs t) {
      const double s = static_cast<double>(t - kNoon) * 1e-3;
      const Normal here = LocalFrame(kHome).at({noise_m * gauss(random), speed * s + noise_m * gauss(random)});
      return random.one_in(2) ? here : beside(here, apart_m, bearing);
    });
    EXPECT_GT(times, 0) << seed << ": " << apart_m << " m";
  }
}

// The other way round: whatever noise a source has, and whatever it says of it, one craft is one.
TEST(TwoPlaces, OneCraftIsOneHoweverWrongItsSourceIs) {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    SeededRandom random(seed);
    const double noise_m = 1 + random.unit() * 400;
    const double speed = random.unit() * 250;
    const bool wanders = seed % 3 == 0;
    const bool cornered = seed % 3 == 1;
    Planar off;
    const int times = said(random, 3, 640, [&](UtcMs t) {
      const double s = static_cast<double>(t - kNoon) * 1e-3;
      if (wanders) off = off + Planar{0.3 * noise_m * gauss(random), 0.3 * noise_m * gauss(random)};
      if (cornered) off = {noise_m * (random.unit() - 0.5), noise_m * (random.unit() - 0.5)};
      if (seed % 3 == 2) off = {noise_m * gauss(random), noise_m * gauss(random)};
      return LocalFrame(kHome).at(Planar{0, speed * s} + off);
    });
    EXPECT_EQ(times, 0) << seed;
  }
}

TEST(TwoPlaces, NoManoeuvreAndNoLateReceiverIsTwo) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    Craft craft{kHome, 20 + random.unit() * 230, random.unit() * 360};
    const double lag_s = random.unit() * 0.9;
    const int times = said(random, 5, 640, [&](UtcMs t) {
      if (random.one_in(20)) craft.turn_deg_s = (random.unit() - 0.5) * 12;
      craft.move(t - craft.time);
      const bool late = seed % 2 == 0 && random.one_in(2);
      if (seed % 2 == 0) craft.turn_deg_s = 0;
      const LocalFrame here(craft.place);
      return late ? here.at((-lag_s) * craft.velocity()) : here.at({5 * gauss(random), 5 * gauss(random)});
    });
    EXPECT_EQ(times, 0) << seed;
  }
}

// What is rounded to a grid lies at two places on the edge of two cells, and its source says how coarse it is.
TEST(TwoPlaces, AGridThatIsStatedIsNotTwo) {
  SeededRandom random(1);
  EXPECT_EQ(said(random, 100, 640, [&](UtcMs) { return random.one_in(2) ? kHome : beside(kHome, 250, 1); }), 0);
  EXPECT_GT(said(random, 20, 640, [&](UtcMs) { return random.one_in(2) ? kHome : beside(kHome, 250, 1); }), 0);
}

TEST(TwoPlaces, SourcesAreNotComparedWithEachOther) {
  TwoPlaces places;
  TwoPlaces radars;
  UtcMs t = kNoon;
  for (int i = 0; i < 640; ++i) {
    t = t + 500;
    Measurement m;
    m.time = t;
    m.position_sigma_m = 5;
    m.position = lat_lng_of(i % 2 == 0 ? kHome : beside(kHome, 300, 1));
    EXPECT_FALSE(places.take({static_cast<std::uint32_t>(1 + i % 2)}, std::nullopt, m))
        << "a bias between two sources is none";
    EXPECT_FALSE(radars.take(kSource, static_cast<std::uint16_t>(1 + i % 2), m)) << "nor between two radars of one";
  }
}

/// Through the tracker: the sign that stands for it.
TEST(Signs, TwoCraftUnderOneAddressWithinAFewHundredMetresAreADouble) {
  for (const double metres : {150.0, 250.0, 350.0}) {
    Tracker tracker;
    SeededRandom random(1);
    const Source exact{.id = 1, .sigma_m = 8};
    Craft craft{kHome, 15, 90};
    Craft other = craft;
    other.place = beside(craft.place, metres, 0.5);
    for (int i = 0; i < 90; ++i) {
      for (const Craft* speaks : {&craft, &other}) {
        craft.move(500);
        other.move(500);
        tracker.report(exact.hear(*speaks, random, 0xA));
      }
      tracker.advance(craft.time);
    }
    EXPECT_GT(tracker.find_icao(0xA)->sign(SignKind::kDoubleAddress).count, 0U) << metres;
    std::vector<Held> held;
    tracker.findings(craft.time, held);
    EXPECT_TRUE(std::ranges::any_of(held, [](const Held& one) {
      return one.situation.kind == AlertKind::kDoubleIdentity;
    })) << metres;
  }
}

// A radar and ADS-B with a bias between them are one craft, as ever.
TEST(Signs, ABiasBetweenTwoSourcesIsNoDouble) {
  Tracker tracker;
  SeededRandom random(1);
  Craft craft{kHome, 200, 90};
  for (int i = 0; i < 300; ++i) {
    craft.move(500);
    tracker.report(kAdsb.hear(craft, random, 0xA));
    craft.move(500);
    Craft seen = craft;
    seen.place = beside(craft.place, 250, 0.5);
    tracker.report(radar(2).hear(seen, random, 0xA));
    tracker.advance(craft.time);
  }
  EXPECT_EQ(tracker.find_icao(0xA)->sign(SignKind::kDoubleAddress).count, 0U);
}

}  // namespace
}  // namespace tansiq::picture
