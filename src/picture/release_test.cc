#include "picture/release.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <GeographicLib/Geodesic.hpp>
#include <algorithm>
#include <functional>
#include <set>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using surveillance::IdKind;
using surveillance::Report;
using testing::Craft;
using testing::kNoon;

constexpr UtcMs kNever{0};

double metres(geo::LatLng a, geo::LatLng b) {
  double out = 0;
  GeographicLib::Geodesic::WGS84().Inverse(a.lat_e7 * 1e-7, a.lng_e7 * 1e-7, b.lat_e7 * 1e-7, b.lng_e7 * 1e-7, out);
  return out;
}

/// The picture of `fr`, heard by source 1; source 2 is a peer.
struct ReleaseTest : ::testing::Test, PictureListener {
  static constexpr std::uint32_t kPeer = 2;
  struct Flying {
    Craft craft;
    std::uint32_t address = 0;
    std::uint32_t source = 1;
    surveillance::Domain domain = surveillance::Domain::kAir;
    std::function<void(Report&)> as = [](Report&) {};
  };

  std::unique_ptr<Picture> picture = std::make_unique<Picture>(PictureOptions{}, this);
  std::unique_ptr<Release> release = std::make_unique<Release>("fr", std::vector<ReleaseRule>(), UtcMs{36});
  ReleasePermit all;
  SeededRandom random{11};
  std::vector<Flying> sky;
  UtcMs now = kNoon;
  std::vector<Report> said;  ///< Every report of an own source, as it was used.

  ReleaseTest() { all.air = all.sea = true; }
  void track_changed(const TrackChange& change, const Track& track) override {
    if (change.kind == TrackChange::Kind::kEnded) release->gone(track.id);
    if (change.kind == TrackChange::Kind::kMerged) release->merged(track.id, change.other);
  }
  void alert_changed(const AlertChange& /*change*/) override {}
  void report_taken(const Report& report, const Track& track) override {
    if (report.source.value == kPeer) return;
    said.push_back(report);
    release->heard(report, track);
  }

  void rules(std::vector<ReleaseRule> of) {
    for (const ReleaseRule& rule : of) ASSERT_TRUE(check(rule).has_value()) << check(rule).error().text();
    release = std::make_unique<Release>("fr", std::move(of), UtcMs{36});
  }
  void area(const std::string& name, const std::vector<geo::Outline>& outlines) {
    all.areas.insert_or_assign(name, ReleaseArea::make(outlines).value());
    ++all.areas_version;
  }
  Flying& fly(std::uint32_t address, double lat, double lng, double course = 90, double speed = 200) {
    Flying one;
    one.craft = {.place = normal_of(lat, lng), .speed_m_s = speed, .course_deg = course, .height_m = 9'000};
    one.address = address;
    sky.push_back(std::move(one));
    return sky.back();
  }
  void plan(std::string intent, std::uint32_t address, std::string authority = "fr") {
    KnownPlan known;
    known.plan.intent = std::move(intent);
    known.plan.call_sign = "RESCUE1";
    if (address != 0) known.plan.craft.push_back({.icao = core::IcaoAddress{address}});
    known.authority = std::move(authority);
    known.plan.legs.push_back({testing::box(normal_of(35, 36), 300'000, 300'000, 100, 500, -60, 180), true, ""});
    ASSERT_TRUE(picture->put_plan(known).has_value());
  }
  void run(int seconds) {
    for (int s = 0; s < seconds; ++s) {
      now = now + 1'000;
      for (Flying& one : sky) {
        one.craft.move(1'000);
        testing::Source source{.id = one.source, .domain = one.domain, .sigma_m = 5};
        Report r = source.hear(one.craft, random, one.address);
        if (one.domain == surveillance::Domain::kSea) r.id.kind = IdKind::kMmsi;
        r.received = r.time = now;
        one.as(r);
        picture->report(r);
      }
      picture->advance(now);
    }
  }
  std::vector<Report> told(UtcMs after = kNever, std::string_view to = "us") {
    return release->collect(*picture, to, all, after, now + 1, 1'000).reports;
  }
  std::set<std::uint32_t> addresses(std::string_view to = "us") {
    std::set<std::uint32_t> out;
    for (const Report& r : told(kNever, to)) out.insert(r.id.number);
    return out;
  }
  static geo::Outline square(double south, double west, double size) {
    const auto at = [](double lat, double lng) {
      return geo::LatLng{static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)};
    };
    return geo::Polygon{
        {at(south, west), at(south, west + size), at(south + size, west + size), at(south + size, west)}};
  }
};

TEST_F(ReleaseTest, WithoutARuleOwnFlightsAreToldAsTheyAre) {
  fly(0x1, 35, 36);
  fly(0x2, 35, 37);
  fly(0x3, 35, 38);
  plan("flight:M1", 0x1);
  plan("leg:us/M2", 0x2, "us");
  run(5);
  const auto out = told();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].id, (surveillance::CraftId{IdKind::kIcao, 0x1}));
  EXPECT_EQ(out[0].position, said[said.size() - 3].position);
  EXPECT_EQ(out[0].speed_cm_s, said[said.size() - 3].speed_cm_s);
  EXPECT_EQ(out[0].time, now);
  EXPECT_TRUE(out[0].call_sign.empty()) << "it is in the plan alone: nobody has heard it";
  EXPECT_EQ(out[0].domain, surveillance::Domain::kAir);
  EXPECT_EQ(out[0].stale, now + kReleaseStaleAirMs);
}

// Ships at anchor speak every three minutes: a minute would have made them stale in between.
TEST_F(ReleaseTest, WhatIsToldOfAShipStandsForAsLongAsShipsAreSilent) {
  fly(0x3, 35, 35.5, 90, 8).domain = surveillance::Domain::kSea;
  rules({{.to = "us", .delay_ms = 20'000, .all = true}});
  run(40);
  ASSERT_EQ(told().size(), 1U);
  EXPECT_EQ(told()[0].stale, told()[0].time + 20'000 + kReleaseStaleSeaMs);
}

// A plan's craft by a place in it alone may be anybody's; and so may one that says another call sign.
TEST_F(ReleaseTest, AnOwnFlightIsOneByItsNameAndUncontradicted) {
  fly(0x1, 35, 36);
  plan("flight:M1", 0);
  run(60);
  ASSERT_EQ(picture->attribution().all().size(), 1U);
  ASSERT_EQ(picture->attribution().all().begin()->second.reason, Reason::kPlace);
  EXPECT_TRUE(told().empty());
  rules({{.to = "us", .all = true}});
  run(1);
  EXPECT_EQ(told().size(), 1U) << "as a stranger";
  all.withheld = {"flight:M1"};
  EXPECT_TRUE(told().empty()) << "it may be the one that is withheld";
  all.withheld.clear();

  rules({});
  sky.back().as = [](Report& r) { r.call_sign.assign("RESCUE1"); };
  plan("flight:M1", 0x999);
  run(60);
  ASSERT_EQ(picture->attribution().all().size(), 1U);
  ASSERT_FALSE(picture->attribution().all().begin()->second.contradicts.empty());
  EXPECT_TRUE(told().empty());
}

TEST_F(ReleaseTest, AGuideWhoseGroupIsWithheldIsHidden) {
  fly(0x1, 35, 36);
  fly(0x2, 35, 37);
  rules({{.to = "us", .all = true}});
  run(5);
  all.hidden = {{IdKind::kIcao, 0x1}};
  EXPECT_EQ(addresses(), std::set<std::uint32_t>{0x2});
}

// Four seconds ahead: the tracker puts the time right, and before what came was compared with that in vain.
TEST_F(ReleaseTest, ASourceWhoseClockIsAheadIsToldOfAllTheSame) {
  fly(0x1, 35, 36).as = [](Report& r) { r.time = r.time + 4'000; };
  rules({{.to = "us", .all = true}});
  run(5);
  ASSERT_EQ(told().size(), 1U);
  EXPECT_EQ(told()[0].time, now);
}

TEST_F(ReleaseTest, NothingWithoutTheRelationAndNothingThatIsWithheld) {
  fly(0x1, 35, 36);
  plan("flight:M1", 0x1);
  run(5);
  ASSERT_EQ(told().size(), 1U);
  all.air = false;
  EXPECT_TRUE(told().empty()) << "a relation at sea says nothing of the air";
  all.sea = false;
  EXPECT_TRUE(told().empty());
  all.air = true;
  all.withheld = {"flight:M1"};
  EXPECT_TRUE(told().empty());
  rules({{.to = "us", .all = true}});
  run(2);
  EXPECT_TRUE(told().empty()) << "whoever asks for all does not get what is withheld";
  all.withheld.clear();
  EXPECT_EQ(told().size(), 1U);
}

// Taken for one plan, and named by another that is withheld.
TEST_F(ReleaseTest, WhatAnyWithheldPlanNamesIsKeptBack) {
  fly(0x1, 35, 36);
  fly(0x2, 35, 37);
  plan("flight:M1", 0x1);
  rules({{.to = "us", .all = true}});
  run(3);
  plan("flight:M0", 0x1);
  run(3);
  ASSERT_EQ(picture->attribution().of_track(picture->tracker().find_icao(0x1)->id)->intent, "flight:M1");
  EXPECT_EQ(addresses(), (std::set<std::uint32_t>{0x1, 0x2}));
  all.withheld = {"flight:M0"};
  EXPECT_EQ(addresses(), std::set<std::uint32_t>{0x2});
  sky.back().as = [](Report& r) { r.call_sign.assign("rescue 1"); };
  run(3);
  EXPECT_TRUE(addresses().empty()) << "the other bears its call sign";
}

// Of a track that was confirmed since plans were compared last, nobody knows yet what it is.
TEST_F(ReleaseTest, NothingIsToldOfATrackBeforeItWasComparedWithPlans) {
  rules({{.to = "us", .all = true}});
  Craft craft{.place = normal_of(35, 36), .speed_m_s = 200, .course_deg = 90, .height_m = 9'000};
  for (int i = 0; i < 3; ++i) {
    craft.move(1'000);
    now = craft.time;
    picture->report(testing::Source{.id = 1}.hear(craft, random, 0x1));
  }
  ASSERT_EQ(picture->tracker().find_icao(0x1)->state, TrackState::kLive);
  EXPECT_TRUE(told().empty());
  picture->advance(now);
  EXPECT_EQ(told().size(), 1U) << "now it is known that nothing names it";
}

TEST_F(ReleaseTest, WhoIsOnTheGroundIsNotToldAsFlying) {
  fly(0x1, 35, 36);
  plan("flight:M1", 0x1);
  rules({{.to = "us", .delay_ms = 2'000, .all = true}});
  run(5);
  ASSERT_EQ(told().size(), 1U);
  const UtcMs landed = now;
  sky.back().as = [](Report& r) { r.set(surveillance::Flag::kOnGround); };
  run(1);
  EXPECT_TRUE(told().empty());
  run(10);
  EXPECT_TRUE(told().empty());
  sky.back().as = [](Report&) {};
  run(1);
  ASSERT_EQ(told().size(), 1U) << "it flies again";
  EXPECT_LE(told()[0].time, landed) << "what is due is of before";
}

TEST_F(ReleaseTest, ARuleMayAddStrangersAndIsForItsPeerAlone) {
  fly(0x1, 35, 36);
  fly(0x2, 35, 37);
  Flying& ship = fly(0x3, 35, 35.5, 90, 8);
  ship.domain = surveillance::Domain::kSea;
  fly(0x4, 35, 38).as = [](Report& r) { r.set(surveillance::Flag::kSimulated); };
  picture = std::make_unique<Picture>(PictureOptions{.tracker = {.accept_simulated = true}}, this);
  plan("flight:M1", 0x1);
  rules({{.to = "us", .domain = core::Domain::kAir, .all = true}});
  run(5);
  ASSERT_EQ(picture->tracker().size(), 4U);
  EXPECT_EQ(addresses("us"), (std::set<std::uint32_t>{0x1, 0x2}));
  EXPECT_EQ(addresses("ru"), std::set<std::uint32_t>{0x1});
  rules({{.to = "us", .grid_m = 1'000}});
  run(2);
  EXPECT_EQ(addresses("us"), std::set<std::uint32_t>{0x1}) << "a rule that does not say all is for own flights";
}

TEST_F(ReleaseTest, WhatAPeerSaidIsNeverToldToAnother) {
  fly(0x1, 35, 36).source = kPeer;
  fly(0x2, 35, 37);
  // The peer hears the second too, elsewhere by 300 m, between our reports and dated ahead of them.
  fly(0x2, 35, 37.003).source = kPeer;
  sky.back().as = [](Report& r) {
    r.time = r.time + 700;
    r.call_sign.assign("THEIRS");
  };
  rules({{.to = "us", .all = true}});
  run(40);
  ASSERT_NE(picture->tracker().find_icao(0x1), nullptr);
  const auto out = told();
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].id.number, 0x2U);
  EXPECT_EQ(out[0].position, said.back().position);
  EXPECT_EQ(out[0].time, now) << "what a peer dates ahead does not stop what we hear ourselves";
  EXPECT_TRUE(out[0].call_sign.empty());
}

TEST_F(ReleaseTest, AnAreaHoldsWhatIsInItAndNothingWhereItIsUnknown) {
  fly(0x1, 35.5, 36.5, 90, 10);
  fly(0x2, 37.5, 36.5, 90, 10);
  rules({{.to = "us", .area = "K1", .all = true}});
  run(5);
  EXPECT_TRUE(told().empty());
  area("K1", {square(35, 36, 1)});
  EXPECT_EQ(addresses(), std::set<std::uint32_t>{0x1});
  area("K1", {square(35, 36, 1), square(37, 36, 1)});
  EXPECT_EQ(addresses(), (std::set<std::uint32_t>{0x1, 0x2}));
  // As long as the version says that nothing has changed, it is not looked at again.
  all.areas["K1"] = ReleaseArea::make({}).value();
  EXPECT_EQ(addresses(), (std::set<std::uint32_t>{0x1, 0x2}));
  ++all.areas_version;
  EXPECT_TRUE(addresses().empty());
}

// A rule that is narrow for an area must not give way to the next, looser one where its area cannot be told.
TEST_F(ReleaseTest, InDoubtNoLaterRuleTellsMore) {
  fly(0x1, 35.5, 36.5, 90, 10);
  rules({{.to = "us", .area = "K1", .grid_m = 5'000, .all = true}, {.to = "us", .all = true}});
  run(5);
  EXPECT_TRUE(told().empty()) << "the zone is gone: what was in it is not what is outside of it";
  area("K1", {});
  EXPECT_EQ(told().size(), 1U) << "an area that nothing is in";
  // Its border goes through the place.
  const geo::LatLng at = *said.back().position;
  const auto edge = [&](std::int32_t d_lat, std::int32_t d_lng) {
    return geo::LatLng{at.lat_e7 + d_lat, at.lng_e7 + d_lng};
  };
  area("K1",
       {geo::Polygon{{edge(-100'000, 0), edge(-100'000, 1'000'000), edge(100'000, 1'000'000), edge(100'000, 0)}}});
  EXPECT_TRUE(told().empty()) << "neither certainly inside nor certainly outside";
  rules({{.to = "us", .area = "K1"}, {.to = "us", .all = true}});
  area("K1", {square(35, 36, 1)});
  run(1);
  EXPECT_TRUE(told().empty()) << "the rule that covers it says own flights alone";
  area("K1", {square(38, 36, 1)});
  EXPECT_EQ(told().size(), 1U);
}

// Into an area whose rule delays, under a later rule that does not: what is in the area stays under its delay.
TEST_F(ReleaseTest, TheFirstRuleThatCoversAPlaceDecidesOfIt) {
  fly(0x1, 35.5, 35.98, 90, 200);
  rules({{.to = "us", .area = "K1", .delay_ms = 60'000, .all = true}, {.to = "us", .all = true}});
  area("K1", {square(35, 36, 1)});
  bool inside = false;
  UtcMs last = kNever;
  UtcMs after = kNever;
  for (int s = 0; s < 120; ++s) {
    run(1);
    const auto answer = release->collect(*picture, "us", all, after, now + 1, 10);
    after = answer.next;
    for (const Report& r : answer.reports) {
      const bool within = r.position->lng_e7 > 360'000'000;
      EXPECT_GE(now - r.time, within ? 60'000 : 0);
      EXPECT_GT(r.time, last);
      last = r.time;
      inside = inside || within;
    }
  }
  EXPECT_TRUE(inside);
}

// Whatever the delays: nothing is told too early, it is what an own source said, once, and as fresh as it may be.
TEST_F(ReleaseTest, DelaysAreKeptWhateverTheyAre) {
  for (int round = 0; round < 12; ++round) {
    picture = std::make_unique<Picture>(PictureOptions{}, this);
    sky.clear();
    said.clear();
    for (std::uint32_t i = 1; i <= 3; ++i) fly(i, 30 + i, 36, 360 * random.unit());
    std::vector<DurationMs> delays;
    for (int i = 0; i < 3; ++i)
      delays.push_back(random.one_in(3) ? 0 : 1'000 * static_cast<DurationMs>(random.between(0, 240)));
    rules({{.to = "us", .delay_ms = delays[0], .all = true},
           {.to = "ru", .delay_ms = delays[1], .all = true},
           {.to = "de", .delay_ms = delays[2], .all = true}});
    const std::array<std::string, 3> peers{"us", "ru", "de"};
    std::array<UtcMs, 3> after{};
    std::array<std::map<std::uint32_t, UtcMs>, 3> last;
    for (int s = 0; s < 400;) {
      const int step = 1 + static_cast<int>(random.between(0, 2));
      run(step);
      s += step;
      for (std::size_t i = 0; i < peers.size(); ++i) {
        const auto answer = release->collect(*picture, peers[i], all, after[i], now + 1, 100);
        after[i] = answer.next;
        for (const Report& r : answer.reports) {
          ASSERT_GE(now - r.time, delays[i]);
          const auto same = [&](const Report& own) {
            return own.id == r.id && own.time == r.time && own.position == r.position;
          };
          ASSERT_TRUE(std::ranges::any_of(said, same));
          ASSERT_GT(r.time, last[i][r.id.number]) << "once, and never back";
          last[i][r.id.number] = r.time;
        }
        if (s * 1'000 < delays[i] + 10'000) continue;
        for (const auto& [id, time] : last[i]) ASSERT_LE(now - time, delays[i] + kSampleEveryMs + 3'000);
        ASSERT_EQ(last[i].size(), 3U);
      }
    }
    EXPECT_LE(release->samples(), 3U * (240'000 / kSampleEveryMs + 2)) << "no more than the longest delay needs";
  }
}

// A flight of half an hour, told an hour late: all of it, after it has ended, and nothing of it is left then.
TEST_F(ReleaseTest, WhatHasEndedIsToldWhenItIsDue) {
  constexpr DurationMs kHour = 3'600'000;
  fly(0x1, 35, 36);
  fly(0x2, 35, 37);
  plan("flight:M1", 0x1);
  rules({{.to = "us", .delay_ms = kHour, .all = true}, {.to = "ru", .delay_ms = kHour}});
  std::map<std::uint32_t, std::pair<UtcMs, UtcMs>> seen;  // The first and the last time of each.
  UtcMs after = kNever;
  const auto ask = [&] {
    const auto answer = release->collect(*picture, "us", all, after, now + 1, 100);
    after = answer.next;
    for (const Report& r : answer.reports) {
      ASSERT_GE(now - r.time, kHour);
      auto& [first, last] = seen.try_emplace(r.id.number, r.time, kNever).first->second;
      ASSERT_GT(r.time, last);
      last = r.time;
    }
  };
  const UtcMs begun = now;
  for (int s = 0; s < 1'800; s += 10) {
    run(10);
    ask();
  }
  const UtcMs landed = now;
  sky.clear();
  for (int s = 0; s < 3'600; s += 10) {
    run(10);
    ask();
  }
  EXPECT_EQ(picture->tracker().size(), 0U) << "both have ended long ago";
  ASSERT_EQ(seen.size(), 2U);
  for (const auto& [number, times] : seen) {
    EXPECT_LE(times.first - begun, 30'000);
    EXPECT_LE(landed - times.second, 2 * kSampleEveryMs);
  }
  // Who comes late is told of what was due last, as what it was: an own flight, and a stranger.
  EXPECT_EQ(addresses("us"), (std::set<std::uint32_t>{0x1, 0x2}));
  EXPECT_EQ(addresses("ru"), std::set<std::uint32_t>{0x1});
  all.withheld = {"flight:M1"};
  EXPECT_EQ(addresses("us"), std::set<std::uint32_t>{0x2}) << "withheld since";
  all.air = false;
  EXPECT_TRUE(addresses("us").empty());
  all.air = true;
  EXPECT_EQ(release->ended(), 2U);
  run(120);
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(release->ended(), 0U);
  EXPECT_EQ(release->samples(), 0U);
}

TEST_F(ReleaseTest, ACraftThatIsGoneIsForgotten) {
  fly(0x1, 35, 36);
  rules({{.to = "us", .delay_ms = 20'000, .all = true}});
  run(30);
  EXPECT_GT(release->samples(), 0U);
  sky.clear();
  run(400);
  EXPECT_EQ(release->samples(), 0U);
  EXPECT_TRUE(told().empty());
}

TEST_F(ReleaseTest, AnAnswerIsBoundedAndTheNextGoesOn) {
  for (std::uint32_t i = 1; i <= 20; ++i) fly(i, 30 + 0.5 * i, 36);
  for (std::size_t i = 0; i < sky.size(); ++i) {
    sky[i].as = [i](Report& r) { r.received = r.time = r.time - static_cast<DurationMs>(19 - i) * 10; };
  }
  rules({{.to = "us", .all = true}});
  run(5);
  std::set<std::uint32_t> seen;
  UtcMs after = kNever;
  for (int i = 0; i < 7; ++i) {
    const auto answer = release->collect(*picture, "us", all, after, now + 1, 3);
    EXPECT_EQ(answer.reports.size(), i < 6 ? 3U : 2U);
    EXPECT_EQ(answer.more, i < 6);
    for (const Report& r : answer.reports) EXPECT_TRUE(seen.insert(r.id.number).second);
    after = answer.next;
  }
  EXPECT_EQ(seen.size(), 20U);
  EXPECT_TRUE(told(after).empty());
  EXPECT_FALSE(release->maybe_news("us", after));
  // All of one moment: no cursor could tell them apart.
  for (Flying& one : sky) one.as = [](Report&) {};
  run(1);
  EXPECT_TRUE(release->maybe_news("us", after));
  const auto cut = release->collect(*picture, "us", all, after, now + 1, 3);
  EXPECT_EQ(cut.reports.size(), 3U);
  EXPECT_EQ(release->counters().cut, 17U);
  EXPECT_TRUE(told(cut.next).empty());
  // A cursor of another clock begins anew.
  EXPECT_EQ(told(now + 1'000'000).size(), 20U);
}

TEST_F(ReleaseTest, WhatWaitedInAQueueIsToldAfterAll) {
  fly(0x1, 35, 36);
  rules({{.to = "us", .all = true}});
  run(5);
  const auto first = release->collect(*picture, "us", all, kNever, now + 5'000, 10);
  ASSERT_EQ(first.reports.size(), 1U);
  run(1);  // Received before that question was answered.
  EXPECT_EQ(release->collect(*picture, "us", all, first.next, now + 5'001, 10).reports.size(), 1U);
}

TEST_F(ReleaseTest, WhoHasNoNameIsToldUnderOurs) {
  const auto nameless = [](Report& r) {
    r.id = {};
    r.id.kind = IdKind::kUid;
    r.uid.assign("SENSOR-7-INTERNAL");
  };
  fly(0x1, 35, 36).as = nameless;
  rules({{.to = "us", .all = true}});
  run(5);
  ASSERT_EQ(told().size(), 1U);
  EXPECT_EQ(told()[0].uid.view(), "tansiq:fr:10-1");
  // After another start the same number is another craft.
  const std::vector<ReleaseRule> to_us{{.to = "us", .all = true}};
  release = std::make_unique<Release>("fr", to_us, now);
  run(1);
  EXPECT_NE(told()[0].uid.view(), "tansiq:fr:10-1");
  EXPECT_TRUE(told()[0].uid.view().ends_with("-1")) << told()[0].uid.view();
  release = std::make_unique<Release>(std::string(64, 'x'), to_us, now);
  run(1);
  EXPECT_TRUE(told()[0].uid.view().ends_with("-1")) << told()[0].uid.view();
}

// Two sources tell of one craft under two names until it comes out that it is one: under a delay that must not cost the
// places of those minutes.
TEST_F(ReleaseTest, AMergeKeepsThePlacesThatWait) {
  fly(0x1, 35, 36);
  fly(0x2, 35, 37);
  rules({{.to = "us", .delay_ms = 20'000, .all = true}});
  run(40);
  const Track* first = picture->tracker().find_icao(0x1);
  const Track* second = picture->tracker().find_icao(0x2);
  ASSERT_EQ(told().size(), 2U);
  const std::size_t kept = release->samples();
  release->merged(second->id, first->id);
  EXPECT_LE(release->samples(), kept);
  ASSERT_EQ(told().size(), 1U);
  EXPECT_GE(now - told()[0].time, 20'000);
  EXPECT_LE(now - told()[0].time, 23'000);
  // To one that was not heard itself everything goes.
  release->merged(first->id, second->id);
  EXPECT_EQ(told().size(), 1U);
  // What waits is told though it has ended, and is forgotten then.
  release->gone(second->id);
  EXPECT_EQ(release->ended(), 1U);
  EXPECT_GT(release->samples(), 0U);
  now = now + 20'000 + kReleaseEndedMs;
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(release->samples(), 0U);
}

// Full: before, whoever came later was never told under a delay.
TEST_F(ReleaseTest, AFullStoreIsThinnedForEverybody) {
  constexpr std::uint32_t kCraft = 4'000;
  constexpr int kSteps = 140;
  fly(0x1, 35, 36);
  run(5);
  rules({{.to = "us", .delay_ms = kReleaseDelayMsMax, .all = true}});
  Track track = *picture->tracker().find_icao(0x1);
  Report report = said.back();
  for (int step = 0; step < kSteps; ++step) {
    report.received = report.time = report.time + kSampleEveryMs;
    track.last_fix = report.time;
    for (std::uint32_t i = 0; i < kCraft; ++i) {
      track.id = {i + 1};
      release->heard(report, track);
    }
    ASSERT_LE(release->samples(), kSamplesMax);
  }
  EXPECT_EQ(release->counters().not_kept, 0U);
  EXPECT_EQ(release->spacing_ms(), 2 * kSampleEveryMs);
  EXPECT_GE(release->samples(), kCraft * kSteps / 2);
  // When most have gone there is room again.
  for (std::uint32_t i = kCraft / 8; i < kCraft; ++i) release->gone({i + 1});
  report.received = report.time = report.time + 2 * kSampleEveryMs;
  track.last_fix = report.time;
  track.id = {1};
  release->heard(report, track);
  EXPECT_EQ(release->spacing_ms(), kSampleEveryMs);
}

TEST_F(ReleaseTest, WhereNoRuleDelaysNothingIsKept) {
  fly(0x1, 35, 36);
  rules({{.to = "us", .domain = core::Domain::kSea, .delay_ms = 60'000, .all = true}, {.to = "us", .all = true}});
  run(20);
  EXPECT_EQ(release->samples(), 0U);
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(ReleaseTest, TheStoreOfPlacesIsBounded) {
  fly(0x1, 35, 36);
  run(5);
  rules({{.to = "us", .delay_ms = kReleaseDelayMsMax, .all = true}});
  Track track = *picture->tracker().find_icao(0x1);
  Report report = said.back();
  for (std::uint32_t i = 0; i < kSamplesMax + 100; ++i) {
    track.id = {i + 1};
    release->heard(report, track);
  }
  EXPECT_EQ(release->samples(), kSamplesMax);
  EXPECT_EQ(release->counters().not_kept, 100U);
}

TEST_F(ReleaseTest, CoarsePlacesAreMiddlesOfCellsAndSayNothingMore) {
  fly(0x1, 35.52, 36.4, 45, 210);
  rules({{.to = "us", .grid_m = 5'000, .all = true}, {.to = "ru", .grid_m = 500, .all = true}});
  std::set<std::pair<std::int32_t, std::int32_t>> middles;
  for (int i = 0; i < 60; ++i) {
    run(1);
    if (i < 3) continue;
    const auto out = told();
    ASSERT_EQ(out.size(), 1U);
    const ReleaseCell cell = release_cell(*said.back().position, 5'000);
    EXPECT_EQ(out[0].position, cell.middle);
    EXPECT_EQ(out[0].accuracy_cm, cell.reach_cm);
    EXPECT_FALSE(out[0].speed_cm_s || out[0].course_mdeg);
    middles.insert({out[0].position->lat_e7, out[0].position->lng_e7});
    EXPECT_TRUE(told(kNever, "ru")[0].speed_cm_s.has_value());
  }
  EXPECT_LE(middles.size(), 6U) << "12 km, some five cells";
}

// From a place to either side as far as the answer stays the same: never less than the grid, in neither direction.
TEST(ReleaseCell, IsNowhereSmallerThanAsked) {
  SeededRandom random{3};
  constexpr double kA = 6'378'137.0;
  constexpr double kE2 = 0.00669437999014;
  for (int i = 0; i < 4'000; ++i) {
    const std::int64_t grid =
        random.one_in(4) ? kReleaseGridMetresMax : 100 + static_cast<std::int64_t>(random.between(0, 19'999));
    geo::LatLng at{
        static_cast<std::int32_t>(random.between(0, 1'800'000'000)) - 900'000'000,
        static_cast<std::int32_t>(static_cast<std::int64_t>(random.between(0, 3'600'000'000)) - 1'800'000'000)};
    if (random.one_in(10)) at.lat_e7 = random.one_in(2) ? 900'000'000 : -900'000'000;
    if (random.one_in(10)) at.lng_e7 = random.one_in(2) ? 1'800'000'000 : -1'800'000'000;
    const ReleaseCell cell = release_cell(at, grid);
    ASSERT_EQ(release_cell(cell.middle, grid), cell);
    ASSERT_LE(metres(at, cell.middle) * 100, cell.reach_cm) << at.lat_e7 << " " << at.lng_e7 << " " << grid;
    // The farthest with the same answer, by halving; sides are straight, so there is one border each way.
    const auto reach = [&](std::int64_t d_lat, std::int64_t d_lng, std::int64_t most) {
      std::int64_t low = 0;
      std::int64_t high = most;
      while (low < high) {
        const std::int64_t mid = (low + high + 1) / 2;
        std::int64_t lng = at.lng_e7 + d_lng * mid;
        if (lng > 1'800'000'000) lng -= 3'600'000'000;
        if (lng < -1'800'000'000) lng += 3'600'000'000;
        const geo::LatLng to{static_cast<std::int32_t>(at.lat_e7 + d_lat * mid), static_cast<std::int32_t>(lng)};
        (release_cell(to, grid) == cell ? low : high) = release_cell(to, grid) == cell ? mid : mid - 1;
      }
      return low;
    };
    const std::int64_t north = reach(1, 0, std::min<std::int64_t>(900'000'000 - at.lat_e7, 30'000'000));
    const std::int64_t south = reach(-1, 0, std::min<std::int64_t>(900'000'000 + at.lat_e7, 30'000'000));
    const double high =
        metres({static_cast<std::int32_t>(at.lat_e7 - south), 0}, {static_cast<std::int32_t>(at.lat_e7 + north), 0});
    ASSERT_GE(high, static_cast<double>(grid) - 0.05) << at.lat_e7 << " " << grid;
    ASSERT_LE(high, static_cast<double>(grid) * 1.25 + 1);
    // Along the cell's side nearest to a pole, the shorter one.
    const double poleward = static_cast<double>(std::max(std::abs(at.lat_e7 - south), std::abs(at.lat_e7 + north))) *
                            1e-7 * std::numbers::pi / 180;
    const double radius = kA * std::cos(poleward) / std::sqrt(1 - kE2 * std::sin(poleward) * std::sin(poleward));
    const std::int64_t east = reach(0, 1, 1'799'999'999);
    const std::int64_t west = reach(0, -1, 1'799'999'999);
    if (east == 1'799'999'999 || west == 1'799'999'999) continue;  // A ring around the pole.
    const double wide = static_cast<double>(east + west) * 1e-7 * std::numbers::pi / 180 * radius;
    ASSERT_GE(wide, static_cast<double>(grid) - 0.05) << at.lat_e7 << " " << at.lng_e7 << " " << grid;
  }
}

TEST(ReleaseRuleCheck, SaysWhatIsWrongAndWhere) {
  const auto wrong = [](ReleaseRule rule) {
    const Status good = check(rule);
    return good ? std::string() : good.error().text();
  };
  EXPECT_EQ(wrong({.to = "us"}), "");
  EXPECT_EQ(wrong({.to = "us", .area = "own-zones", .delay_ms = 21'600'000, .grid_m = 100'000}), "");
  EXPECT_NE(wrong({.to = "u s"}).find("to"), std::string::npos);
  EXPECT_NE(wrong({}).find("to"), std::string::npos);
  EXPECT_NE(wrong({.to = "us", .area = "a b"}).find("area"), std::string::npos);
  EXPECT_NE(wrong({.to = "us", .delay_ms = 21'600'001}).find("delay_seconds"), std::string::npos);
  EXPECT_NE(wrong({.to = "us", .delay_ms = -1}).find("delay_seconds"), std::string::npos);
  EXPECT_NE(wrong({.to = "us", .grid_m = 99}).find("grid_m"), std::string::npos);
  EXPECT_NE(wrong({.to = "us", .grid_m = 100'001}).find("grid_m"), std::string::npos);
}

}  // namespace
}  // namespace tansiq::picture
