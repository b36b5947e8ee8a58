// What a track keeps of what it is told: which reports count for its age, whose word stands, what a merge joins.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "picture/picture_testlib.h"
#include "picture/tracker.h"

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using surveillance::Emergency;
using surveillance::Flag;
using surveillance::Format;
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

const Source kOther{.id = 2};
const Source kAis{.id = 4, .format = Format::kAis, .domain = Domain::kSea, .sigma_m = 10, .height = false};

Report without_place(Report r) {
  r.position.reset();
  r.speed_cm_s.reset();
  r.course_mdeg.reset();
  return r;
}

Report of_ship(Report r, std::uint32_t mmsi) {
  r.id = {IdKind::kMmsi, mmsi};
  return r;
}

/// One craft under address 1, and the tracker that hears it.
struct Heard {
  Tracker tracker;
  SeededRandom random{1};
  Craft craft{kHome, 200, 90};

  const Track& track() const { return *tracker.find_icao(1); }
  Report hear(const Source& source = kAdsb) { return source.hear(craft, random, 1); }
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      craft.move(1'000);
      tracker.report(hear());
      tracker.advance(craft.time);
    }
  }
};

TEST(TrackerAges, ReportsWithoutAPlaceKeepItFromItsEndAlone) {
  Heard heard;
  heard.pass(5);
  ASSERT_EQ(heard.track().state, TrackState::kLive);
  for (int second = 1; second <= 400; ++second) {
    heard.craft.move(1'000);
    heard.tracker.report(without_place(heard.hear()));
    const TrackState wanted = second <= 15   ? TrackState::kLive
                              : second <= 60 ? TrackState::kCoasting
                                             : TrackState::kStale;
    heard.tracker.advance(heard.craft.time);
    ASSERT_NE(heard.tracker.find_icao(1), nullptr) << second;
    EXPECT_EQ(heard.track().state, wanted) << second;
    heard.tracker.report(without_place(heard.hear()));
    EXPECT_EQ(heard.track().state, wanted) << "not revived, " << second;
  }
  heard.pass(1);
  EXPECT_EQ(heard.track().state, TrackState::kLive) << "by a place it is";
  heard.tracker.advance(heard.craft.time + 300'001);
  EXPECT_EQ(heard.tracker.size(), 0U);
}

TEST(TrackerAges, OnePlaceIsNotKeptTentativeByReportsWithoutAny) {
  Heard heard;
  heard.pass(1);
  for (int second = 1; second <= 131; ++second) {
    heard.craft.move(1'000);
    heard.tracker.report(without_place(heard.hear()));
    heard.tracker.advance(heard.craft.time);
  }
  EXPECT_EQ(heard.tracker.size(), 0U);
}

/// One craft that reports every `usual_ms`, more or less, for half an hour; how its track changed.
struct Seldom : TrackListener {
  void changed(const TrackChange& change, const Track& track) override {
    if (change.kind == TrackChange::Kind::kBegun) ++begun;
    if (change.kind == TrackChange::Kind::kEnded) ++ended;
    if (change.kind == TrackChange::Kind::kState && change.before != TrackState::kTentative) ++states;
    now = track.state;
  }
  void fly(DurationMs usual_ms, DurationMs jitter_ms, const Source& source, double speed_m_s) {
    Craft craft{kHome, speed_m_s, 40};
    UtcMs next = craft.time;
    for (int second = 0; second < 1'800; ++second) {
      craft.move(1'000);
      if (craft.time >= next) {
        next = next + usual_ms + static_cast<DurationMs>(random.between(0, 2 * jitter_ms)) - jitter_ms;
        Report r = source.hear(craft, random, 1);
        tracker.report(source.domain == Domain::kSea ? of_ship(r, 1) : r);
      }
      tracker.advance(craft.time);
    }
  }
  Tracker tracker{{}, this};
  SeededRandom random{1};
  int begun = 0;
  int ended = 0;
  int states = 0;
  TrackState now = TrackState::kTentative;
};

// ADS-C by satellite, class B at anchor: from report to report one track, that is live.
TEST(TrackerAges, WhoReportsSeldomIsOneTrackThatDoesNotFlicker) {
  struct Case {
    DurationMs usual_ms;
    DurationMs jitter_ms;
    const Source& source;
    double speed_m_s;
  };
  for (const Case& of : {Case{30'000, 3'000, kAdsb, 230}, Case{45'000, 8'000, kAdsb, 230},
                         Case{60'000, 10'000, kAdsb, 230}, Case{180'000, 10'000, kAis, 0.1}}) {
    Seldom seldom;
    seldom.fly(of.usual_ms, of.jitter_ms, of.source, of.speed_m_s);
    EXPECT_EQ(seldom.begun, 1) << of.usual_ms;
    EXPECT_EQ(seldom.ended, 0) << of.usual_ms;
    EXPECT_EQ(seldom.states, 0) << of.usual_ms;
    EXPECT_EQ(seldom.now, TrackState::kLive) << of.usual_ms;
  }
}

TEST(TrackerAges, AnOutageIsNoCadence) {
  Seldom seldom;
  seldom.fly(120'000, 0, kAdsb, 100);
  ASSERT_NE(seldom.tracker.find_icao(1), nullptr);
  EXPECT_EQ(seldom.tracker.usual_ms(*seldom.tracker.find_icao(1)), TrackerOptions().air.usual_max_ms);
  // What is more seldom than a tentative track waits is never confirmed.
  Seldom lost;
  lost.fly(270'000, 0, kAdsb, 100);
  EXPECT_GT(lost.begun, 1);
  EXPECT_EQ(lost.now, TrackState::kEnded);
}

TEST(TrackerAges, ASilentFastSourceIsMissedAtOnceAndASeldomOneKeepsItLive) {
  Heard heard;
  heard.pass(30);
  EXPECT_EQ(heard.tracker.usual_ms(heard.track()), 1'000);
  heard.craft.move(16'000);
  heard.tracker.advance(heard.craft.time);
  EXPECT_EQ(heard.track().state, TrackState::kCoasting);
  // The same beside a source that speaks once in 40 s: when the fast one falls silent, it is in time.
  Heard both;
  for (int turn = 0; turn < 5; ++turn) {
    both.pass(40);
    both.tracker.report(both.hear(kOther));
  }
  EXPECT_EQ(both.tracker.usual_ms(both.track()), 1'000) << "the fastest counts";
  for (int turn = 0; turn < 5; ++turn) {
    for (int second = 0; second < 40; ++second) {
      both.craft.move(1'000);
      both.tracker.advance(both.craft.time);
      EXPECT_EQ(both.track().state, TrackState::kLive) << turn << " " << second;
    }
    both.tracker.report(both.hear(kOther));
  }
  EXPECT_NEAR(static_cast<double>(both.tracker.usual_ms(both.track())), 40'000, 1'000);
  both.tracker.advance(both.craft.time + 121'000);
  EXPECT_EQ(both.track().state, TrackState::kCoasting) << "three of its turns are missed";
  both.tracker.advance(both.craft.time + 162'000);
  EXPECT_EQ(both.track().state, TrackState::kStale) << "and four";
}

// A place that was known before, or is older than what is known, says nothing of now.
TEST(TrackerAges, AnOldPlaceDoesNotReviveIt) {
  Heard heard;
  heard.pass(5);
  const Report last = heard.hear();
  const UtcMs then = heard.craft.time;
  heard.tracker.advance(then + 20'000);
  ASSERT_EQ(heard.track().state, TrackState::kCoasting);
  heard.tracker.report(last);
  EXPECT_EQ(heard.track().state, TrackState::kCoasting);
  Report late = heard.hear();
  late.time = then - 500;
  heard.tracker.report(late);
  EXPECT_EQ(heard.track().state, TrackState::kCoasting);
  EXPECT_EQ(heard.tracker.counters().late, 1U);
}

// Half a minute fast: before, everything that others said correctly was too late for the filter.
TEST(TrackerClocks, ASourceWhoseClockIsFastShutsNobodyOut) {
  for (const DurationMs fast : {4'000, 31'000, 59'000}) {
    Heard heard;
    for (int i = 0; i < 30; ++i) {
      heard.craft.move(1'000);
      Report ahead = heard.hear(kOther);
      ahead.time = ahead.time + fast;
      heard.tracker.report(ahead);
      heard.tracker.report(heard.hear());
      heard.tracker.advance(heard.craft.time);
    }
    EXPECT_EQ(heard.tracker.counters().too_late, 0U) << fast;
    EXPECT_EQ(heard.tracker.counters().ahead, 30U);
    EXPECT_EQ(heard.track().last, heard.craft.time) << "as of the reception";
    EXPECT_EQ(heard.tracker.counters().restarted, 0U);
    EXPECT_EQ(heard.track().sign(SignKind::kClockOff).count, 30U) << "the sign stays";
    EXPECT_EQ(heard.track().sign(SignKind::kClockOff).source, surveillance::SourceId{2});
    std::vector<Held> held;
    heard.tracker.findings(heard.craft.time, held);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].situation.object, "source 2 clock");
  }
}

TEST(TrackerClocks, WithinTheToleranceATimeStaysAsItIs) {
  Heard heard;
  heard.pass(3);
  Report r = heard.hear();
  r.time = r.time + 3'000;
  heard.tracker.report(r);
  EXPECT_EQ(heard.track().last, heard.craft.time + 3'000);
  EXPECT_EQ(heard.tracker.counters().ahead, 0U);
  EXPECT_EQ(heard.track().sign(SignKind::kClockOff).count, 0U);
}

TEST(TrackerDistress, OfAShipEndsWithAnotherStatus) {
  Tracker tracker;
  SeededRandom random(1);
  Craft ship{kHome, 5, 10};
  const auto hear = [&](std::optional<std::uint8_t> status, DurationMs later = 10'000) {
    ship.move(later);
    Report r = of_ship(kAis.hear(ship, random), 211'000'001);
    r.nav_status = status;
    if (status == 14) r.emergency = Emergency::kGeneral;
    tracker.report(r);
    return tracker.find_mmsi(211'000'001)->emergency;
  };
  EXPECT_EQ(hear(0), Emergency::kNone);
  EXPECT_EQ(hear(14), Emergency::kGeneral);
  EXPECT_EQ(hear(std::nullopt), Emergency::kGeneral) << "says nothing of it";
  EXPECT_EQ(hear(0), Emergency::kNone);
  EXPECT_EQ(hear(14), Emergency::kGeneral);
  EXPECT_EQ(hear(std::nullopt, 30'000), Emergency::kGeneral);
  EXPECT_EQ(hear(std::nullopt, 1'000), Emergency::kNone) << "its source goes on without it";
}

TEST(TrackerDistress, WhoSaidItTakesItBackAndNobodyElse) {
  Heard heard;
  heard.pass(3);
  Report cry = heard.hear(kOther);
  cry.format = Format::kCot;
  cry.emergency = Emergency::kGeneral;
  heard.tracker.report(cry);
  for (int i = 0; i < 100; ++i) {
    heard.craft.move(1'000);
    Report r = heard.hear();
    r.mode_3a = 01234;
    heard.tracker.report(r);
    ASSERT_EQ(heard.track().emergency, Emergency::kGeneral) << "said by another, and not by code";
  }
  cry = heard.hear(kOther);
  cry.format = Format::kCot;
  heard.tracker.report(cry);
  EXPECT_EQ(heard.track().emergency, Emergency::kNone);
}

TEST(TrackerDistress, ACodeIsTheCraftsOwnWordWhoeverHearsIt) {
  Heard heard;
  heard.pass(3);
  Report cry = heard.hear(kOther);
  cry.mode_3a = 07700;
  heard.tracker.report(cry);
  heard.craft.move(31'000);
  heard.tracker.report(heard.hear());
  EXPECT_EQ(heard.track().emergency, Emergency::kGeneral) << "no code said";
  Report r = heard.hear();
  r.time = r.time + 1;
  r.mode_3a = 01234;
  heard.tracker.report(r);
  EXPECT_EQ(heard.track().emergency, Emergency::kNone);
}

TEST(TrackerDistress, WhoSaidItCancelsItAtOnce) {
  Heard heard;
  heard.pass(3);
  const auto say = [&](const Source& source, bool taken_back) {
    heard.craft.move(1'000);
    Report r = heard.hear(source);
    r.format = Format::kCot;
    r.emergency = taken_back ? Emergency::kNone : Emergency::kGeneral;
    r.set(Flag::kTakenBack, taken_back);
    heard.tracker.report(r);
    return heard.track().emergency;
  };
  EXPECT_EQ(say(kOther, false), Emergency::kGeneral);
  EXPECT_EQ(say(kAdsb, true), Emergency::kGeneral) << "another said it";
  EXPECT_EQ(say(kOther, true), Emergency::kNone);
}

TEST(TrackerGround, WhoHasNoWordForItDoesNotSayThatACraftFlies) {
  Heard heard;
  heard.pass(3);
  const auto say = [&](Format format, bool on_ground, DurationMs later) {
    heard.craft.move(later);
    Report r = heard.hear(format == Format::kCot ? kOther : kAdsb);
    r.format = format;
    r.set(Flag::kOnGround, on_ground);
    heard.tracker.report(r);
    return heard.track().on_ground;
  };
  EXPECT_TRUE(say(Format::kAdsb, true, 1'000));
  EXPECT_TRUE(say(Format::kCot, false, 1'000));
  EXPECT_FALSE(say(Format::kAdsb, false, 1'000)) << "it could say so, and does not";
  EXPECT_TRUE(say(Format::kAdsb, true, 1'000));
  EXPECT_TRUE(say(Format::kCot, false, 60'000));
  EXPECT_FALSE(say(Format::kCot, false, 1)) << "nobody has said so for a minute";
}

TEST(TrackerLate, NothingIsReplacedByWhatIsOlder) {
  Heard heard;
  heard.pass(40);
  const UtcMs now = heard.craft.time;
  const auto say = [&](UtcMs t, std::string_view sign, std::uint16_t code, std::uint8_t emitter, bool on_ground) {
    Report r = heard.hear();
    r.time = t;
    r.call_sign.assign(sign);
    r.mode_3a = code;
    r.emitter = emitter;
    r.nav_status = emitter;
    r.heading_mdeg = emitter * 1'000;
    r.stale = t + 40'000;
    r.set(Flag::kOnGround, on_ground);
    heard.tracker.report(r);
  };
  const auto expect = [&](std::string_view sign, std::uint16_t code, std::uint8_t emitter, bool on_ground,
                          UtcMs until) {
    EXPECT_EQ(heard.track().call_sign.view(), sign);
    EXPECT_EQ(heard.track().mode_3a, code);
    EXPECT_EQ(heard.track().emitter, emitter);
    EXPECT_EQ(heard.track().nav_status, emitter);
    EXPECT_EQ(heard.track().heading_mdeg, emitter * 1'000);
    EXPECT_EQ(heard.track().on_ground, on_ground);
    EXPECT_EQ(heard.track().stands_until, until);
  };
  say(now, "NEW", 01111, 3, true);
  expect("NEW", 01111, 3, true, now + 40'000);
  say(now - 5'000, "OLD", 02222, 4, false);
  expect("NEW", 01111, 3, true, now + 40'000);
  EXPECT_EQ(heard.tracker.counters().late, 1U);
  say(now + 1, "NEXT", 03333, 5, false);
  expect("NEXT", 03333, 5, false, now + 40'001);
  EXPECT_EQ(heard.track().emergency, Emergency::kNone);
  // A distress of before the one that was taken back does not come back with a late report.
  Report cry = heard.hear();
  cry.time = now + 1'000;
  cry.nav_status = 14;
  cry.emergency = Emergency::kGeneral;
  heard.tracker.report(cry);
  ASSERT_EQ(heard.track().emergency, Emergency::kGeneral);
  say(now + 2'000, "NEXT", 03333, 5, false);
  ASSERT_EQ(heard.track().emergency, Emergency::kNone);
  cry.position.reset();
  cry.time = now + 1'500;
  heard.tracker.report(cry);
  EXPECT_EQ(heard.track().emergency, Emergency::kNone);
}

TEST(TrackerLate, WhatTheFilterRefusesTellsNothing) {
  Heard heard;
  heard.pass(5);
  heard.craft.move(100'000);
  heard.tracker.advance(heard.craft.time);
  ASSERT_EQ(heard.track().state, TrackState::kStale);
  heard.pass(1);
  heard.tracker.advance(heard.craft.time + 61'000);
  ASSERT_EQ(heard.track().state, TrackState::kStale);
  Report r = heard.hear();
  r.time = r.time - 31'000;
  r.call_sign.assign("LATE");
  r.set(Flag::kEnd);
  heard.tracker.report(r);
  EXPECT_EQ(heard.tracker.counters().too_late, 1U);
  ASSERT_NE(heard.tracker.find_icao(1), nullptr) << "it is not ended by an end of long ago";
  EXPECT_EQ(heard.track().call_sign.view(), "");
  EXPECT_EQ(heard.track().state, TrackState::kStale);
}

TEST(TrackerLate, AnOldIdentityReplacesNoneThatIsNewer) {
  Tracker tracker;
  SeededRandom random(1);
  const Craft ship{kHome, 5, 10};
  tracker.report(of_ship(kAis.hear(ship, random), 211'000'001));
  const auto say = [&](std::string_view name, UtcMs t) {
    surveillance::Identity identity;
    identity.id = {IdKind::kMmsi, 211'000'001};
    identity.name.assign(name);
    identity.call_sign.assign(name);
    identity.time = identity.received = t;
    tracker.identity(identity);
    return std::string(tracker.find_mmsi(211'000'001)->name.view()) + '/' +
           std::string(tracker.find_mmsi(211'000'001)->call_sign.view());
  };
  EXPECT_EQ(say("B", kNoon + 10), "B/B");
  EXPECT_EQ(say("A", kNoon), "B/B");
  EXPECT_EQ(say("C", kNoon + 20), "C/C");
}

// By its number first, then by its address as well: the track that was there first stays, with all that either knew.
TEST(TrackerMerge, TheElderStaysWithWhatEitherKnew) {
  Tracker tracker;
  SeededRandom random(1);
  Craft ship{kHome, 5, 10};
  const auto hear = [&](bool by_name, bool by_number) {
    ship.move(5'000);
    Report r = kAis.hear(ship, random);
    if (by_number) r = numbered(r, 7);
    if (by_name) r = of_ship(r, 211'000'001);
    return r;
  };
  for (int i = 0; i < 3; ++i) {
    Report r = hear(false, true);
    r.emitter = 9;
    r.nav_status = 1;
    tracker.report(r);
  }
  Report r = hear(true, false);
  r.nav_status = 5;
  r.set(Flag::kOnGround);
  r.stale = ship.time + 90'000;
  tracker.report(r);
  ASSERT_EQ(tracker.size(), 2U);
  surveillance::Identity identity;
  identity.id = {IdKind::kMmsi, 211'000'001};
  identity.name.assign("EVER DIADEM");
  identity.imo = 9'134'270;
  identity.ship_type = 70;
  identity.dimensions = surveillance::Dimensions{100, 20, 10, 12};
  identity.time = identity.received = ship.time;
  tracker.identity(identity);
  surveillance::Text text;
  text.from = identity.id;
  text.text.assign("ICE AHEAD");
  text.received = ship.time;
  tracker.text(text);
  // Without a place, so that nothing but the merge can have brought what is known.
  r = without_place(hear(true, true));
  r.position = kAis.hear(ship, random).position;
  r.set(Flag::kOnGround);
  r.stale = ship.time + 90'000;
  tracker.report(r);
  ASSERT_EQ(tracker.size(), 1U);
  const Track* track = tracker.find_mmsi(211'000'001);
  ASSERT_NE(track, nullptr);
  EXPECT_EQ(track->id, (TrackId{1})) << "the elder";
  EXPECT_EQ(tracker.find({2}), nullptr);
  EXPECT_EQ(track->state, TrackState::kLive);
  EXPECT_EQ(track->fixes, 5U);
  EXPECT_EQ(track->nav_status, 5) << "the later word of the two";
  EXPECT_EQ(track->emitter, 9);
  EXPECT_TRUE(track->on_ground);
  EXPECT_EQ(track->stands_until, ship.time + 90'000);
  EXPECT_EQ(track->imo, 9'134'270U);
  EXPECT_EQ(track->ship_type, 70);
  EXPECT_EQ(track->dimensions, (surveillance::Dimensions{100, 20, 10, 12}));
  EXPECT_EQ(track->name.view(), "EVER DIADEM");
  EXPECT_EQ(track->safety_text.view(), "ICE AHEAD");
}

TEST(TrackerMerge, ADistressIsNotLostInIt) {
  for (const bool elder_cries : {false, true}) {
    Tracker tracker;
    SeededRandom random(1);
    Craft craft{kHome, 180, 45};
    for (int i = 0; i < 40; ++i) {
      craft.move(1'000);
      Report named = kAdsb.hear(craft, random, 1);
      if (i == 10 && elder_cries) named.emergency = Emergency::kMedical;
      if (i < 12) tracker.report(named);
      Report seen = numbered(radar(2).hear(craft, random), 7);
      if (i == 10 && !elder_cries) seen.emergency = Emergency::kMedical;
      if (i >= 2) tracker.report(seen);
      if (tracker.size() == 1 && i > 10) break;
      if (i >= 12) tracker.report(named);
    }
    ASSERT_EQ(tracker.size(), 1U);
    EXPECT_EQ(tracker.find_icao(1)->emergency, Emergency::kMedical) << elder_cries;
    EXPECT_EQ(tracker.find_icao(1)->id, (TrackId{1}));
  }
}

/// What is heard under one address at several places, told apart by where they are.
struct Doubles {
  explicit Doubles(TrackerOptions options = {}) : tracker(std::move(options)) {}
  void hear(std::size_t which, const Source& source = kAdsb) {
    Craft craft{LocalFrame(kHome).at({200'000.0 * static_cast<double>(which), 0}), 0, 0};
    craft.time = now;
    tracker.report(source.hear(craft, random, 1));
  }
  Tracker tracker;
  SeededRandom random{1};
  UtcMs now = kNoon;
};

TEST(TrackerDoubles, WhoBeginsLaterIsNotFoundInPlaceOfTheElder) {
  Doubles doubles;
  const auto found = [&] { return doubles.tracker.find_icao(1)->id.value; };
  doubles.hear(0);
  EXPECT_EQ(found(), 1U) << "tentative, where there is no other";
  doubles.now = doubles.now + 1'000;
  doubles.hear(1);
  EXPECT_EQ(found(), 1U);
  doubles.now = doubles.now + 1'000;
  doubles.hear(1);
  EXPECT_EQ(found(), 2U) << "confirmed, and the elder is not";
  doubles.now = doubles.now + 1'000;
  doubles.hear(0);
  EXPECT_EQ(found(), 1U);
  for (int i = 0; i < 50; ++i) {
    doubles.now = doubles.now + 1'000;
    if (i % 5 == 0) doubles.hear(0);
    doubles.hear(1);
    doubles.tracker.advance(doubles.now);
    ASSERT_EQ(found(), 1U) << "spoken for the more often";
  }
  ASSERT_EQ(doubles.tracker.size(), 2U);
  for (int i = 0; i < 61; ++i) {
    doubles.now = doubles.now + 1'000;
    doubles.hear(1);
    doubles.tracker.advance(doubles.now);
  }
  EXPECT_EQ(found(), 2U) << "the elder is stale";
}

TEST(TrackerDoubles, APlaceBeyondItsSourcesRangeIsDoubtful) {
  TrackerOptions options;
  options.signs.places.push_back({{2}, lat_lng_of(kHome), 100'000});
  Doubles doubles(options);
  for (int i = 0; i < 3; ++i) {
    doubles.now = doubles.now + 1'000;
    doubles.hear(1, kOther);
    doubles.hear(0);
    doubles.tracker.advance(doubles.now);
  }
  EXPECT_EQ(doubles.tracker.find_icao(1)->id.value, 2U);
}

// Where names stand in the table is a matter of the key; where the table grows the order under one name changes too.
TEST(TrackerDoubles, TheKeyOfTheTableChangesNoResult) {
  for (std::uint8_t key = 0; key < 100; ++key) {
    TrackerOptions options;
    options.hash_key[3] = key;
    Doubles doubles(options);
    for (const std::size_t which : {0U, 1U, 2U}) doubles.hear(which);
    ASSERT_EQ(doubles.tracker.size(), 3U);
    for (std::uint32_t other = 0; other < 20; ++other) {
      Craft craft{normal_of(-40.0 + other, 10), 0, 0};
      doubles.tracker.report(kAdsb.hear(craft, doubles.random, 100 + other));
    }
    // Without a place it is of the one that was heard last, and all three were at once.
    Craft craft{kHome, 0, 0};
    Report r = without_place(kAdsb.hear(craft, doubles.random, 1));
    r.call_sign.assign("WHOSE");
    doubles.tracker.report(r);
    EXPECT_EQ(doubles.tracker.find({1})->call_sign.view(), "WHOSE") << int{key};
  }
}

}  // namespace
}  // namespace tansiq::picture
