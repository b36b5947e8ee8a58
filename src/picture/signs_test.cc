#include "picture/signs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "picture/picture_testlib.h"
#include "picture/tracker.h"

namespace tansiq::picture {
namespace {

using surveillance::Report;
using testing::Craft;
using testing::kAdsb;
using testing::kHome;
using testing::kNoon;
using testing::Source;

Craft aside(const Craft& craft, double metres) {
  Craft out = craft;
  out.place = LocalFrame(craft.place).at({metres, 0});
  return out;
}

std::vector<Held> findings_of(const Tracker& tracker, UtcMs now) {
  std::vector<Held> out;
  tracker.findings(now, out);
  return out;
}

TEST(Signs, OneImpossiblePlaceIsAJumpAndHidesNothing) {
  Tracker tracker;
  SeededRandom random(1);
  Craft craft{kHome, 200, 90};
  for (int i = 0; i < 60; ++i) {
    craft.move(1'000);
    tracker.report(kAdsb.hear(i == 30 ? aside(craft, 80'000) : craft, random, 0xA));
    tracker.advance(craft.time);
    if (i == 30) {
      // Both places are there to be seen.
      EXPECT_EQ(tracker.size(), 2U);
      const auto held = findings_of(tracker, craft.time);
      ASSERT_EQ(held.size(), 1U);
      EXPECT_EQ(held[0].situation, (Situation{AlertKind::kDoubtfulSource, {1}, {}, "impossible_jump"}));
      EXPECT_TRUE(held[0].finding.detail.starts_with("00000A: said to be 80.")) << held[0].finding.detail;
    }
  }
  const Track* track = tracker.find({1});
  ASSERT_NE(track, nullptr);
  EXPECT_EQ(track->sign(SignKind::kImpossibleJump).count, 1U);
  EXPECT_EQ(track->sign(SignKind::kDoubleAddress).count, 0U);
  const Motion m = track->motion(craft.time);
  EXPECT_LT(distance_m(normal_of(m.lat_deg, m.lng_deg), craft.place), 60);
  tracker.advance(craft.time + 110'000);
  EXPECT_EQ(tracker.size(), 1U) << "the ghost was never confirmed";
}

TEST(Signs, OneAddressAtTwoPlacesIsADouble) {
  for (const double metres : {9'000.0, 80'000.0, 3'000'000.0}) {
    Tracker tracker;
    SeededRandom random(1);
    Craft craft{kHome, 200, 90};
    Craft other = aside(craft, metres);
    for (int i = 0; i < 40; ++i) {
      craft.move(1'000);
      other.move(1'000);
      tracker.report(kAdsb.hear(craft, random, 0xA));
      if (i > 10) tracker.report(kAdsb.hear(other, random, 0xA));
      tracker.advance(craft.time);
    }
    ASSERT_EQ(tracker.size(), 2U);
    const Track* a = tracker.find({1});
    const Track* b = tracker.find({2});
    EXPECT_EQ(a->double_of, b->id);
    EXPECT_EQ(b->double_of, a->id);
    for (const auto& [track, truth] : {std::pair(a, craft), std::pair(b, other)}) {
      const Motion m = track->motion(craft.time);
      EXPECT_LT(distance_m(normal_of(m.lat_deg, m.lng_deg), truth.place), 80);
    }
    const auto held = findings_of(tracker, craft.time);
    const auto doubles = std::count_if(held.begin(), held.end(), [](const Held& h) {
      return h.situation == Situation{AlertKind::kDoubleIdentity, {1}, {2}, "00000A"};
    });
    EXPECT_EQ(doubles, 1);
    EXPECT_EQ(held.size(), 2U) << "the jump, and the double told once";
    EXPECT_TRUE(findings_of(tracker, craft.time + 200'000).empty()) << "nothing lasts when nothing is seen";
  }
}

TEST(Signs, OneAddressAtTwoPlacesNearEachOtherIsADoubleToo) {
  for (const double metres : {400.0, 500.0}) {
    Tracker tracker;
    SeededRandom random(1);
    Craft craft{kHome, 200, 90};
    Craft other = aside(craft, metres);
    for (int i = 0; i < 60; ++i) {
      craft.move(1'000);
      other.move(1'000);
      tracker.report(kAdsb.hear(craft, random, 0xA));
      if (i > 20) tracker.report(kAdsb.hear(other, random, 0xA));
      tracker.advance(craft.time);
      const auto held = findings_of(tracker, craft.time);
      const bool found = std::any_of(held.begin(), held.end(),
                                     [](const Held& h) { return h.situation.kind == AlertKind::kDoubleIdentity; });
      if (i <= 20) {
        EXPECT_FALSE(found) << i;
      } else if (i == 40) {
        EXPECT_TRUE(found) << metres;
      }
    }
  }
}

// A craft that is heard from afar after silence, and from there on: it was one, so it is a jump and no double.
TEST(Signs, AJumpForGoodIsNoDouble) {
  Tracker tracker;
  SeededRandom random(1);
  Craft craft{kHome, 200, 90};
  for (int i = 0; i < 60; ++i) {
    if (i == 30) craft = aside(craft, 80'000);
    craft.move(1'000);
    tracker.report(kAdsb.hear(craft, random, 0xA));
    tracker.advance(craft.time);
  }
  for (const Held& h : findings_of(tracker, craft.time)) EXPECT_NE(h.situation.kind, AlertKind::kDoubleIdentity);
  EXPECT_EQ(tracker.counters().jumps, 1U);
}

TEST(Signs, ManyPlacesUnderOneAddressAreBounded) {
  Tracker tracker;
  SeededRandom random(1);
  for (int i = 0; i < 100; ++i) {
    Craft craft{normal_of(random.unit() * 160 - 80, random.unit() * 360 - 180), 200, 90};
    craft.time = kNoon + i * 1'000;
    tracker.report(kAdsb.hear(craft, random, 0xA));
  }
  EXPECT_LE(tracker.size(), kPlacesPerAddressMax);
  EXPECT_GT(tracker.counters().jumps, 80U);
}

// Five places a second are played under the address of a craft that speaks every ten: it stays, and is found.
TEST(Signs, PlacesPlayedFastDoNotShutOutWhoSpeaksMoreSeldom) {
  Tracker tracker;
  SeededRandom random(1);
  Craft real{kHome, 200, 90};
  for (int i = 0; i < 3; ++i) {
    real.move(10'000);
    tracker.report(kAdsb.hear(real, random, 0xA));
    tracker.advance(real.time);
  }
  const TrackId id = tracker.find_icao(0xA)->id;
  for (int second = 1; second <= 120; ++second) {
    real.move(1'000);
    for (int i = 0; i < 5; ++i) {
      Craft played{normal_of(10 + 10 * i, 100), 200, 90};
      played.time = real.time;
      tracker.report(kAdsb.hear(played, random, 0xA));
    }
    if (second % 10 == 0) tracker.report(kAdsb.hear(real, random, 0xA));
    tracker.advance(real.time);
    ASSERT_NE(tracker.find(id), nullptr) << second;
    ASSERT_EQ(tracker.find_icao(0xA)->id, id) << second;
  }
  EXPECT_GE(tracker.find(id)->fixes, 15U);
}

TEST(Signs, NoManoeuvreIsAJump) {
  SeededRandom random(5);
  for (int run = 0; run < 50; ++run) {
    Tracker tracker;
    Craft craft{kHome, 60, 0};
    for (int i = 0; i < 100; ++i) {
      craft.turn_deg_s = random.unit() * 12 - 6;
      craft.speed_m_s = std::clamp(craft.speed_m_s + random.unit() * 20 - 9, 0.0, 600.0);
      craft.move(random.between(500, 20'000));
      Report r = kAdsb.hear(craft, random, 0xA);
      if (run % 2 == 0) r.speed_cm_s.reset();
      tracker.report(r);
    }
    EXPECT_EQ(tracker.counters().jumps, 0U) << run;
    EXPECT_EQ(tracker.find_icao(0xA)->sign(SignKind::kDoubleAddress).count, 0U) << run;
  }
}

TEST(Signs, BeyondTheRangeOfItsSource) {
  TrackerOptions options;
  options.signs.places = {{{1}, lat_lng_of(kHome), 100'000}};
  Tracker tracker(options);
  SeededRandom random(1);
  Craft near{LocalFrame(kHome).at({99'000, 0}), 0, 0};
  Craft far{LocalFrame(kHome).at({101'000, 0}), 0, 0};
  tracker.report(kAdsb.hear(near, random, 0xA));
  tracker.report(kAdsb.hear(far, random, 0xB));
  Source elsewhere{.id = 2};
  tracker.report(elsewhere.hear(far, random, 0xC));
  EXPECT_EQ(tracker.find_icao(0xA)->sign(SignKind::kBeyondRange).count, 0U);
  EXPECT_EQ(tracker.find_icao(0xB)->sign(SignKind::kBeyondRange).count, 1U);
  EXPECT_EQ(tracker.find_icao(0xC)->sign(SignKind::kBeyondRange).count, 0U);
  const auto held = findings_of(tracker, kNoon);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].situation.object, "beyond_range");
  EXPECT_EQ(held[0].finding.detail, "00000B: 101 km from source 1, which cannot hear so far");
}

TEST(Signs, AClockThatIsOffIsASituationOfItsSource) {
  Tracker tracker;
  SeededRandom random(1);
  const Craft craft{kHome, 0, 0};
  const auto say = [&](DurationMs ahead, std::uint32_t icao, surveillance::TimeBasis basis) {
    Report r = kAdsb.hear(craft, random, icao);
    r.received = r.time - ahead;
    r.basis = basis;
    tracker.report(r);
    return tracker.find_icao(icao)->sign(SignKind::kClockOff).count;
  };
  EXPECT_EQ(say(3'000, 1, surveillance::TimeBasis::kFull), 0U);
  EXPECT_EQ(say(-60'000, 2, surveillance::TimeBasis::kTimeOfDay), 0U);
  EXPECT_EQ(say(9'000, 3, surveillance::TimeBasis::kReceived), 0U);
  EXPECT_TRUE(findings_of(tracker, kNoon).empty());
  EXPECT_EQ(say(3'001, 4, surveillance::TimeBasis::kFull), 1U);
  EXPECT_EQ(say(-60'001, 5, surveillance::TimeBasis::kTimeOfDay), 1U);
  // Who still stands by it when it comes has told it late on purpose; an older promise explains nothing.
  Report late = kAdsb.hear(craft, random, 6);
  late.received = late.time + 240'000;
  late.stale = late.received;
  EXPECT_EQ(clock_off_ms(late, {}), 0);
  late.stale = late.received - 1;
  EXPECT_EQ(clock_off_ms(late, {}), -240'000);
  const auto held = findings_of(tracker, kNoon);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].situation.object, "source 1 clock");
}

}  // namespace
}  // namespace tansiq::picture
