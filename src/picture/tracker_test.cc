#include "picture/tracker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using surveillance::Flag;
using surveillance::IdKind;
using surveillance::Report;
using surveillance::TrackNumber;
using testing::Craft;
using testing::kAdsb;
using testing::kHome;
using testing::kNoon;
using testing::numbered;
using testing::radar;
using testing::Source;

class Changes final : public TrackListener {
 public:
  void changed(const TrackChange& change, const Track& track) override {
    if (change.kind == TrackChange::Kind::kMoved) return;
    all.push_back({change.kind, track.id.value, change.before, track.state, change.other.value});
  }
  struct One {
    TrackChange::Kind kind;
    std::uint32_t id;
    TrackState before;
    TrackState state;
    std::uint32_t other;
    friend bool operator==(const One&, const One&) = default;
  };
  std::vector<One> all;
};

std::vector<const Track*> all_of(const Tracker& tracker) {
  std::vector<const Track*> out;
  tracker.each([&](const Track& t) { out.push_back(&t); });
  return out;
}

/// Every report is counted where it went, once.
void expect_all_counted(const TrackerCounters& c) {
  EXPECT_EQ(c.reports, c.begun + c.by_name + c.by_number + c.by_place + c.not_a_craft + c.simulated + c.placeless +
                           c.no_room + c.future + c.too_old);
}

Report with_uid(Report r, std::string_view uid) {
  r.format = surveillance::Format::kCot;
  r.id = {IdKind::kUid, 0};
  r.uid.assign(uid);
  return r;
}

TEST(Tracker, ATrackLivesThroughItsStates) {
  Changes changes;
  Tracker tracker({}, &changes);
  SeededRandom random(1);
  Craft craft{kHome, 200, 90};
  for (int i = 0; i < 5; ++i) {
    craft.move(1'000);
    tracker.report(kAdsb.hear(craft, random, 0x4840D6));
  }
  const Track* track = tracker.find_icao(0x4840D6);
  ASSERT_NE(track, nullptr);
  EXPECT_EQ(track->state, TrackState::kLive);
  EXPECT_EQ(tracker.find(track->id), track);
  EXPECT_EQ(track->label(), "4840D6");
  EXPECT_GE(track->quality(craft.time), 7);
  const auto after = [&](DurationMs ms) {
    tracker.advance(craft.time + ms);
    return tracker.size() == 0 ? TrackState::kEnded : tracker.find_icao(0x4840D6)->state;
  };
  EXPECT_EQ(after(14'000), TrackState::kLive);
  EXPECT_EQ(after(16'000), TrackState::kCoasting);
  EXPECT_EQ(after(61'000), TrackState::kStale);
  EXPECT_EQ(tracker.find_icao(0x4840D6)->quality(craft.time + 61'000), 0);
  EXPECT_EQ(after(300'000), TrackState::kStale);
  EXPECT_EQ(after(300'001), TrackState::kEnded);
  using K = TrackChange::Kind;
  using S = TrackState;
  EXPECT_EQ(changes.all, (std::vector<Changes::One>{{K::kBegun, 1, S::kTentative, S::kTentative, 0},
                                                    {K::kState, 1, S::kTentative, S::kLive, 0},
                                                    {K::kState, 1, S::kLive, S::kCoasting, 0},
                                                    {K::kState, 1, S::kCoasting, S::kStale, 0},
                                                    {K::kEnded, 1, S::kStale, S::kEnded, 0}}));
}

TEST(Tracker, ALateVoiceMakesItLiveAgain) {
  Tracker tracker;
  SeededRandom random(1);
  Craft craft{kHome, 200, 90};
  for (int i = 0; i < 3; ++i) {
    craft.move(1'000);
    tracker.report(kAdsb.hear(craft, random, 1));
  }
  craft.move(200'000);
  tracker.advance(craft.time);
  EXPECT_EQ(tracker.find_icao(1)->state, TrackState::kStale);
  tracker.report(kAdsb.hear(craft, random, 1));
  EXPECT_EQ(tracker.find_icao(1)->state, TrackState::kLive);
  EXPECT_EQ(tracker.size(), 1U);
  EXPECT_EQ(tracker.find_icao(1)->sign(SignKind::kImpossibleJump).count, 0U);
}

TEST(Tracker, WhatItsSourceNoLongerStandsByIsStale) {
  Tracker tracker;
  SeededRandom random(1);
  Craft craft{kHome, 10, 90};
  for (int i = 0; i < 3; ++i) {
    craft.move(1'000);
    Report r = with_uid(kAdsb.hear(craft, random), "ANDROID-1");
    r.stale = craft.time + 5'000;
    tracker.report(r);
  }
  tracker.advance(craft.time + 4'999);
  EXPECT_EQ(all_of(tracker).at(0)->state, TrackState::kLive);
  tracker.advance(craft.time + 5'001);
  EXPECT_EQ(all_of(tracker).at(0)->state, TrackState::kStale);
}

// ADS-B, a radar's track and a Cursor on Target event of the same craft.
TEST(Tracker, OneCraftHeardThreeWaysIsOneTrack) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Tracker tracker;
    SeededRandom random(seed);
    Craft craft{kHome, 180, 45};
    craft.height_m = 6'000;
    Source cot{.id = 3, .sigma_m = 30, .velocity_sigma_m_s = 2, .height = false};
    for (int i = 0; i < 120; ++i) {
      craft.move(1'000);
      craft.turn_deg_s = i / 20 % 3 == 1 ? 1.5 : 0;
      tracker.report(kAdsb.hear(craft, random, 0x3C4591));
      if (i % 4 == 0) tracker.report(numbered(radar(2).hear(craft, random), 17));
      if (i % 5 == 0) tracker.report(with_uid(cot.hear(craft, random), "UAS-7"));
      tracker.advance(craft.time);
    }
    ASSERT_EQ(tracker.size(), 1U) << "seed " << seed;
    const Track& track = *all_of(tracker).at(0);
    EXPECT_EQ(track.icao, 0x3C4591U);
    EXPECT_EQ(track.sources().size(), 3U);
    EXPECT_EQ(tracker.counters().merged, 2U);
    EXPECT_EQ(tracker.counters().split, 0U);
    const Motion m = track.motion(craft.time);
    EXPECT_LT(distance_m(normal_of(m.lat_deg, m.lng_deg), craft.place), 60);
    expect_all_counted(tracker.counters());
  }
}

TEST(Tracker, TwoCraftSideBySideStayTwo) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Tracker tracker;
    SeededRandom random(seed);
    Craft a{kHome, 180, 45};
    Craft b{LocalFrame(kHome).at({1'400, -1'400}), 180, 45};
    a.height_m = b.height_m = 6'000;
    for (int i = 0; i < 120; ++i) {
      a.move(1'000);
      b.move(1'000);
      tracker.report(kAdsb.hear(a, random, 0xA));
      tracker.report(kAdsb.hear(b, random, 0xB));
      if (i % 4 != 0) continue;
      tracker.report(numbered(radar(2).hear(a, random), 1));
      tracker.report(numbered(radar(2).hear(b, random), 2));
    }
    ASSERT_EQ(tracker.size(), 2U) << "seed " << seed;
    const auto number_of = [&](std::uint32_t icao) {
      for (const HeardFrom& f : tracker.find_icao(icao)->sources()) {
        if (f.number) return f.number->number;
      }
      return std::uint16_t{0};
    };
    EXPECT_EQ(number_of(0xA), 1);
    EXPECT_EQ(number_of(0xB), 2);
  }
}

// Nothing tells which of the two a radar's blip is: it stays by itself rather than be given to one at a guess.
TEST(Tracker, AnAmbiguousPairIsNotJoined) {
  Tracker tracker;
  SeededRandom random(1);
  Craft a{kHome, 180, 45};
  for (int i = 0; i < 120; ++i) {
    a.move(1'000);
    Craft b = a;
    b.place = LocalFrame(a.place).at({40, 40});
    tracker.report(kAdsb.hear(a, random, 0xA));
    tracker.report(kAdsb.hear(b, random, 0xB));
    if (i % 4 == 0) tracker.report(numbered(radar(2).hear(a, random), 1));
  }
  EXPECT_EQ(tracker.size(), 3U);
  EXPECT_EQ(tracker.counters().merged, 0U);
}

TEST(Tracker, ACallSignSettlesWhatPlacesDoNot) {
  Tracker tracker;
  SeededRandom random(1);
  Craft a{kHome, 180, 45};
  for (int i = 0; i < 60; ++i) {
    a.move(1'000);
    Craft b = a;
    b.place = LocalFrame(a.place).at({40, 40});
    Report of_a = kAdsb.hear(a, random, 0xA);
    of_a.call_sign.assign("NORD1");
    Report of_b = kAdsb.hear(b, random, 0xB);
    of_b.call_sign.assign("NORD2");
    tracker.report(of_a);
    tracker.report(of_b);
    Report seen = numbered(radar(2).hear(a, random), 1);
    seen.call_sign.assign("NORD2");
    if (i % 4 == 0) tracker.report(seen);
  }
  EXPECT_EQ(tracker.size(), 2U);
  EXPECT_EQ(tracker.find_icao(0xB)->sources().size(), 2U);
}

// A single report among other addresses is not believed to be a craft yet; plots need three.
TEST(Tracker, PlotsNeedThreeAndJoinWhatIsThere) {
  Tracker tracker;
  SeededRandom random(1);
  Craft craft{kHome, 200, 90};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(i == 0 || all_of(tracker).at(0)->state == TrackState::kTentative);
    craft.move(4'000);
    tracker.report(radar(2).hear(craft, random));
  }
  ASSERT_EQ(tracker.size(), 1U);
  EXPECT_EQ(all_of(tracker).at(0)->state, TrackState::kLive);
  // Once the craft is heard by address its plots are its own.
  for (int i = 0; i < 60; ++i) {
    craft.move(1'000);
    tracker.report(kAdsb.hear(craft, random, 0xA));
    if (i % 4 == 0) tracker.report(radar(2).hear(craft, random));
  }
  EXPECT_EQ(tracker.size(), 1U);
  EXPECT_EQ(tracker.find_icao(0xA)->sources().size(), 2U);
  EXPECT_GT(tracker.counters().by_place, 10U);
}

TEST(Tracker, ClutterEndsUnconfirmed) {
  Tracker tracker;
  SeededRandom random(1);
  for (int i = 0; i < 200; ++i) {
    Craft ghost{normal_of(50 + random.unit() * 8, 8 + random.unit() * 8), 0, 0};
    ghost.time = kNoon + i * 1'000;
    tracker.report(radar(2).hear(ghost, random));
    tracker.advance(ghost.time);
  }
  for (const Track* track : all_of(tracker)) EXPECT_EQ(track->state, TrackState::kTentative);
  EXPECT_LE(tracker.size(), 62U);
}

// Two craft flown as one until they part: the source that strays is split off.
TEST(Tracker, AMergeIsUndoneWhenTheTwoPart) {
  Changes changes;
  Tracker tracker({}, &changes);
  SeededRandom random(1);
  Craft a{kHome, 180, 45};
  for (int i = 0; i < 60; ++i) {
    a.move(1'000);
    tracker.report(kAdsb.hear(a, random, 0xA));
    if (i % 4 == 0) tracker.report(numbered(radar(2).hear(a, random), 1));
  }
  ASSERT_EQ(tracker.size(), 1U);
  Craft b = a;
  b.turn_deg_s = 3;
  for (int i = 0; i < 60; ++i) {
    a.move(1'000);
    b.move(1'000);
    if (i == 20) b.turn_deg_s = 0;
    tracker.report(kAdsb.hear(a, random, 0xA));
    if (i % 4 == 0) tracker.report(numbered(radar(2).hear(b, random), 1));
  }
  EXPECT_EQ(tracker.size(), 2U);
  EXPECT_EQ(tracker.counters().split, 1U);
  const Motion m = tracker.find_icao(0xA)->motion(a.time);
  EXPECT_LT(distance_m(normal_of(m.lat_deg, m.lng_deg), a.place), 60);
  EXPECT_EQ(tracker.find_icao(0xA)->sources().size(), 1U);
}

TEST(Tracker, ANumberGivenAnewIsAnotherCraft) {
  Tracker tracker;
  SeededRandom random(1);
  Craft a{kHome, 180, 45};
  for (int i = 0; i < 5; ++i) {
    a.move(4'000);
    tracker.report(numbered(radar(2).hear(a, random), 7));
  }
  Craft b{LocalFrame(a.place).at({90'000, 0}), 180, 45};
  b.time = a.time;
  for (int i = 0; i < 5; ++i) {
    b.move(4'000);
    tracker.report(numbered(radar(2).hear(b, random), 7));
  }
  EXPECT_EQ(tracker.size(), 2U);
  EXPECT_EQ(tracker.counters().numbers_reused, 1U);
  EXPECT_EQ(tracker.counters().jumps, 0U);
}

TEST(Tracker, ANumberAndAnAddressOfOneReportAreOneCraft) {
  Tracker tracker;
  SeededRandom random(1);
  Craft a{kHome, 180, 45};
  const auto hear = [&](bool by_address, bool by_number) {
    a.move(2'000);
    Report r = radar(2).hear(a, random);
    if (by_number) r = numbered(r, 7);
    if (by_address) r.id = {IdKind::kIcao, 0xA};
    tracker.report(r);
  };
  hear(false, true);
  hear(true, false);
  EXPECT_EQ(tracker.size(), 2U);
  hear(true, true);
  EXPECT_EQ(tracker.size(), 1U);
  // Another address under the number: the number has gone to another craft.
  Report r = numbered(radar(2).hear(a, random), 7);
  r.id = {IdKind::kIcao, 0xB};
  tracker.report(r);
  EXPECT_EQ(tracker.size(), 2U);
  EXPECT_EQ(tracker.counters().numbers_reused, 1U);
}

TEST(Tracker, AnEndOfItsOnlySourceEndsIt) {
  Tracker tracker;
  SeededRandom random(1);
  Craft a{kHome, 180, 45};
  Report r = numbered(radar(2).hear(a, random), 7);
  tracker.report(r);
  r.set(Flag::kEnd);
  r.time = r.time + 1'000;
  tracker.report(r);
  EXPECT_EQ(tracker.size(), 0U);
}

TEST(Tracker, AnEndByOneRadarOfASourceLeavesWhatAnotherHears) {
  Tracker tracker;
  SeededRandom random(1);
  Craft a{kHome, 180, 45};
  const auto say = [&](std::uint16_t system, bool last) {
    a.move(1'000);
    Report r = radar(2).hear(a, random, 1);
    r.system = system;
    r.track = TrackNumber{system, 7};
    r.set(Flag::kEnd, last);
    tracker.report(r);
  };
  for (int i = 0; i < 3; ++i) {
    say(0x1902, false);
    say(0x1903, false);
  }
  say(0x1902, true);
  ASSERT_NE(tracker.find_icao(1), nullptr) << "the other radar hears it still";
  say(0x1903, true);
  ASSERT_NE(tracker.find_icao(1), nullptr) << "the first was heard a moment ago";
  a.move(60'000);
  say(0x1903, false);
  say(0x1903, true);
  EXPECT_EQ(tracker.find_icao(1), nullptr);
}

TEST(Tracker, AFullTableMakesRoomOrCounts) {
  Tracker tracker({.tracks_max = 10});
  SeededRandom random(1);
  const auto craft_at = [](int i, UtcMs t) {
    Craft craft{normal_of(10 + i, 10), 100, 0};
    craft.time = t;
    return craft;
  };
  for (int i = 0; i < 12; ++i) tracker.report(kAdsb.hear(craft_at(i, kNoon), random, 100 + static_cast<unsigned>(i)));
  EXPECT_EQ(tracker.size(), 10U);
  EXPECT_EQ(tracker.counters().no_room, 2U);
  // A plot may have no room from craft with a name, but has to give way to them.
  Tracker other({.tracks_max = 10});
  for (int i = 0; i < 10; ++i) other.report(radar(2).hear(craft_at(i, kNoon + i), random));
  other.advance(kNoon + 100);
  other.report(kAdsb.hear(craft_at(20, kNoon), random, 1));
  EXPECT_EQ(other.size(), 10U);
  EXPECT_EQ(other.counters().evicted, 1U);
  EXPECT_NE(other.find_icao(1), nullptr);
  EXPECT_EQ(other.find({1}), nullptr) << "the eldest plot";
  expect_all_counted(other.counters());
}

TEST(Tracker, WhatIsNoCraftIsCounted) {
  Tracker tracker;
  SeededRandom random(1);
  const Craft craft{kHome, 0, 0};
  Report r = kAdsb.hear(craft, random, 1);
  r.set(Flag::kAidToNavigation);
  tracker.report(r);
  r = kAdsb.hear(craft, random, 1);
  r.set(Flag::kSimulated);
  tracker.report(r);
  r = kAdsb.hear(craft, random, 1);
  r.position.reset();
  tracker.report(r);
  r = kAdsb.hear(craft, random, 1);
  r.time = r.time + kFutureMsMax + 1;
  tracker.report(r);
  EXPECT_EQ(tracker.counters().future, 1U);
  EXPECT_EQ(tracker.size(), 0U);
  EXPECT_EQ(tracker.counters().not_a_craft, 1U);
  EXPECT_EQ(tracker.counters().simulated, 1U);
  EXPECT_EQ(tracker.counters().placeless, 1U);
  expect_all_counted(tracker.counters());
}

TEST(Tracker, ShipsHaveNamesAndTexts) {
  Tracker tracker;
  SeededRandom random(1);
  Source ais{.id = 4, .format = surveillance::Format::kAis, .domain = Domain::kSea, .sigma_m = 10, .height = false};
  Craft ship{kHome, 8, 10};
  surveillance::Identity identity;
  identity.id = {IdKind::kMmsi, 235'070'762};
  identity.name.assign("EVER DIADEM");
  identity.call_sign.assign("9V2345");
  tracker.identity(identity);
  EXPECT_EQ(tracker.counters().of_unknown_craft, 1U);
  Report r = ais.hear(ship, random);
  r.id = identity.id;
  tracker.report(r);
  tracker.identity(identity);
  surveillance::Text text;
  text.from = identity.id;
  text.text.assign("ICE AHEAD");
  tracker.text(text);
  const Track* track = tracker.find_mmsi(235'070'762);
  ASSERT_NE(track, nullptr);
  EXPECT_EQ(track->name.view(), "EVER DIADEM");
  EXPECT_EQ(track->call_sign.view(), "9V2345");
  EXPECT_EQ(track->safety_text.view(), "ICE AHEAD");
  EXPECT_EQ(track->label(), "235070762");
}

TEST(Tracker, AnEmergencyIsHeardByCodeOrWordAndEnds) {
  Tracker tracker;
  SeededRandom random(1);
  Craft craft{kHome, 100, 0};
  const auto squawk = [&](std::uint16_t code) {
    craft.move(20'000);
    Report r = kAdsb.hear(craft, random, 1);
    r.mode_3a = code;
    tracker.report(r);
    return tracker.find_icao(1)->emergency;
  };
  EXPECT_EQ(squawk(01234), surveillance::Emergency::kNone);
  EXPECT_EQ(squawk(07700), surveillance::Emergency::kGeneral);
  EXPECT_EQ(squawk(01234), surveillance::Emergency::kGeneral);
  EXPECT_EQ(squawk(01234), surveillance::Emergency::kNone);
}

TEST(Tracker, MemoryOfATrackIsBelowFourKibibytes) {
  Tracker tracker;
  SeededRandom random(1);
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    const Craft craft{normal_of(random.unit() * 170 - 85, random.unit() * 360 - 180), 100, 0};
    tracker.report(numbered(kAdsb.hear(craft, random, i), static_cast<std::uint16_t>(i)));
  }
  ASSERT_EQ(tracker.size(), 5'000U);
  EXPECT_LT(tracker.bytes() / tracker.size(), 4'096U);
}

// Whatever a report says, as long as its types hold it: nothing breaks, and what is predicted is a place.
TEST(TrackerProperty, NoReportBreaksIt) {
  constexpr auto kInt = std::numeric_limits<std::int32_t>::max();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    Tracker tracker({.tracks_max = 50});
    UtcMs now = kNoon;
    const auto pick = [&](std::initializer_list<std::int64_t> odd, std::int64_t low, std::int64_t high) {
      const auto i = random.between(0, static_cast<std::int64_t>(odd.size()) + 2);
      return i < static_cast<std::int64_t>(odd.size()) ? *(odd.begin() + i) : random.between(low, high);
    };
    const auto number = [&](std::int64_t low, std::int64_t high) {
      return static_cast<std::int32_t>(pick({0, kInt, -kInt}, low, high));
    };
    for (int i = 0; i < 2'000; ++i) {
      now = now + random.between(0, 3'000);
      Report r;
      r.source = {static_cast<std::uint32_t>(random.between(1, 3))};
      r.format = static_cast<surveillance::Format>(random.between(0, 5));
      r.domain = static_cast<Domain>(random.between(0, 3));
      r.basis = static_cast<surveillance::TimeBasis>(random.between(0, 3));
      r.received = random.one_in(50) ? kUtcMin : now;
      r.time = random.one_in(30) ? (random.one_in(2) ? kUtcMin : kUtcMax) : now + random.between(-40'000, 100);
      r.flags = static_cast<std::uint32_t>(random.one_in(4) ? random.next() & 0x3FFFB : 0);
      r.id = {static_cast<IdKind>(random.between(0, 4)), static_cast<std::uint32_t>(random.between(0, 6))};
      if (r.id.kind == IdKind::kUid) r.uid.assign(random.one_in(3) ? "" : "A");
      if (random.one_in(2)) r.track = TrackNumber{1, static_cast<std::uint16_t>(random.between(0, 5))};
      if (!random.one_in(6)) {
        r.position =
            geo::LatLng{static_cast<std::int32_t>(pick({900'000'000, -900'000'000, 0}, 500'000'000, 500'300'000)),
                        static_cast<std::int32_t>(pick({1'800'000'000, -1'800'000'000, 0}, 100'000'000, 100'300'000))};
      }
      if (random.one_in(3)) r.accuracy_cm = number(0, 100'000);
      if (random.one_in(2)) r.pressure_cm = number(0, 1'000'000);
      if (random.one_in(2)) r.geometric_cm = number(0, 1'000'000);
      if (random.one_in(2)) r.speed_cm_s = number(0, 30'000);
      if (random.one_in(2)) r.course_mdeg = number(0, 359'999);
      if (random.one_in(2)) r.climb_cm_s = number(-3'000, 3'000);
      r.quality.nac_p = static_cast<std::int8_t>(random.between(-128, 127));
      r.quality.nac_v = static_cast<std::int8_t>(random.between(-128, 127));
      r.quality.version = 2;
      tracker.report(r);
      if (i % 20 == 0) tracker.advance(now);
      tracker.each([&](const Track& t) {
        const Motion m = t.motion(now);
        ASSERT_TRUE(std::abs(m.lat_deg) <= 90 && m.lng_deg >= -180 && m.lng_deg < 180) << m.lat_deg << m.lng_deg;
        ASSERT_TRUE(std::isfinite(m.east_m_s) && std::isfinite(m.north_m_s) && std::isfinite(m.turn_deg_s));
        ASSERT_TRUE(std::isfinite(m.position_sigma_m) && std::isfinite(m.velocity_sigma_m_s));
        ASSERT_TRUE(std::isfinite(m.pressure_m.value_or(0)) && std::isfinite(m.height_sigma_m));
      });
      std::vector<Held> held;
      tracker.findings(now, held);
      ASSERT_LT(held.size(), 250U);
    }
    expect_all_counted(tracker.counters());
  }
}

// Many craft with addresses, numbers and plots in a crowded sky, with joins, leaves and restarts: the books stay right.
TEST(TrackerProperty, NamesAndCountsAgreeWithAPlainListAfterAnyHistory) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<std::vector<Changes::One>> runs;
    for (int again = 0; again < 2; ++again) {
      SeededRandom random(seed);
      Changes changes;
      Tracker tracker({.tracks_max = 60}, &changes);
      std::vector<Craft> fleet;
      for (int i = 0; i < 40; ++i) {
        fleet.push_back({normal_of(53 + random.unit() * 0.4, 179.8 + random.unit() * 0.4), 50 + random.unit() * 200,
                         random.unit() * 360});
      }
      for (int step = 0; step < 250; ++step) {
        for (std::size_t i = 0; i < fleet.size(); ++i) {
          fleet[i].move(1'000);
          if (random.one_in(60)) fleet[i].turn_deg_s = random.unit() * 6 - 3;
          if (random.one_in(400)) fleet[i].place = normal_of(53 + random.unit(), 179 + random.unit() * 2);
          Report r = (i % 3 == 0 ? radar(2) : kAdsb).hear(fleet[i], random);
          if (i % 3 != 0) r.id = {IdKind::kIcao, static_cast<std::uint32_t>(i + (random.one_in(200) ? 1 : 0))};
          if (i % 3 == 1 || random.one_in(3)) r = numbered(r, static_cast<std::uint16_t>(i % 30));
          if (i % 7 == 0) r = with_uid(r, i % 14 == 0 ? "ONE" : "TWO");
          if (random.one_in(50)) r.time = r.time - random.between(0, 60'000);
          if (random.one_in(300)) r.set(Flag::kEnd);
          if (!random.one_in(5)) tracker.report(r);
        }
        if (step % 3 == 0) tracker.advance(fleet[0].time);
        // The books, by walking everything.
        std::map<std::uint32_t, std::set<const Track*>> by_icao;
        std::map<TrackNumber, std::set<const Track*>> by_number;
        std::size_t count = 0;
        tracker.each([&](const Track& t) {
          ++count;
          EXPECT_EQ(tracker.find(t.id), &t);
          if (t.icao) by_icao[*t.icao].insert(&t);
          for (const HeardFrom& f : t.sources()) {
            if (f.number) by_number[*f.number].insert(&t);
          }
        });
        EXPECT_EQ(count, tracker.size());
        EXPECT_LE(count, 60U);
        for (const auto& [icao, tracks] : by_icao) {
          EXPECT_TRUE(tracks.contains(tracker.find_icao(icao)));
          EXPECT_LE(tracks.size(), kPlacesPerAddressMax);
        }
        for (const auto& [number, tracks] : by_number) EXPECT_EQ(tracks.size(), 1U);
      }
      expect_all_counted(tracker.counters());
      EXPECT_GT(tracker.counters().jumps, 0U);
      tracker.advance(fleet[0].time + 10'000'000);
      EXPECT_EQ(tracker.size(), 0U);
      runs.push_back(changes.all);
    }
    EXPECT_EQ(runs[0], runs[1]);
  }
}

}  // namespace
}  // namespace tansiq::picture
