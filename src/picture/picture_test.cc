#include "picture/picture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "picture/alert_json.h"
#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using testing::Craft;
using testing::kNoon;
using testing::Source;

struct Heard final : PictureListener {
  struct Said {
    AlertEvent event;
    Alert alert;
    UtcMs at;
  };
  void track_changed(const TrackChange& /*change*/, const Track& /*track*/) override { ++moves; }
  void alert_changed(const AlertChange& change) override {
    said.push_back({change.event, change.alert, change.alert.changed});
  }
  [[nodiscard]] std::vector<Said> of(AlertKind kind, AlertEvent event) const {
    std::vector<Said> out;
    for (const Said& one : said) {
      if (one.alert.situation.kind == kind && one.event == event) out.push_back(one);
    }
    return out;
  }
  [[nodiscard]] bool none(AlertKind kind) const { return of(kind, AlertEvent::kRaised).empty(); }
  std::vector<Said> said;
  std::size_t moves = 0;
};

/// A sky with craft that one source hears once a second.
struct PictureTest : ::testing::Test {
  struct Flying {
    Craft craft;
    Source source;
    std::uint32_t address = 0;
    std::string call_sign;
    surveillance::Emergency emergency = surveillance::Emergency::kNone;
    DurationMs ahead_ms = 0;  ///< Of its source's clock.
    int every_s = 1;
    std::optional<std::uint8_t> emitter;
    std::optional<std::uint8_t> nav_status;
  };

  Heard heard;
  Picture picture{{}, &heard};
  SeededRandom random{7};
  std::vector<Flying> sky;
  UtcMs now = kNoon;

  Flying& fly(std::uint32_t address, double lat, double lng, double course, double speed, double height) {
    Flying one;
    one.craft = {.place = normal_of(lat, lng), .speed_m_s = speed, .course_deg = course, .height_m = height};
    one.address = address;
    sky.push_back(one);
    return sky.back();
  }

  void run(int seconds, const std::function<void()>& each = [] {}) {
    for (int s = 0; s < seconds; ++s) {
      for (Flying& one : sky) {
        if ((now.ms / 1'000) % one.every_s != 0) {
          one.craft.move(1'000);
          continue;
        }
        surveillance::Report r = one.source.hear(one.craft, random);
        r.id = {
            one.source.domain == surveillance::Domain::kSea ? surveillance::IdKind::kMmsi : surveillance::IdKind::kIcao,
            one.address};
        r.call_sign.assign(one.call_sign);
        r.emergency = one.emergency;
        r.emitter = one.emitter;
        r.nav_status = one.nav_status;
        r.received = now;
        r.time = now + one.ahead_ms;
        // Transponders report in steps of 25 ft, and craft in level flight keep to one.
        if (r.pressure_cm) r.pressure_cm = static_cast<std::int32_t>(std::lround(one.craft.height_m / 7.62) * 762);
        picture.report(r);
        one.craft.move(1'000);
      }
      now = now + 1'000;
      picture.advance(now);
      each();
    }
  }

  KnownPlan plan_in(std::string_view zone, const geo::Volume4d& volume, bool confirmed = true) {
    KnownPlan plan;
    plan.authority = "us";
    plan.plan.intent = "friendly-1";
    plan.plan.call_sign = "MIRAGE1";
    plan.plan.state = core::IntentState::kActivated;
    plan.plan.legs = {{volume, confirmed, std::string(zone)}};
    return plan;
  }

  static geo::Volume4d block(double south, double west, double north, double east, std::int64_t low_m,
                             std::int64_t high_m) {
    const auto at = [](double lat, double lng) {
      return geo::LatLng{static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)};
    };
    return {geo::Polygon{{at(south, west), at(south, east), at(north, east), at(north, west)}},
            {low_m * 100, high_m * 100, geo::VerticalReference::kFlightLevel},
            {kNoon + -3'600'000, kNoon + 7'200'000}};
  }
};

TEST_F(PictureTest, TwoThatMeetAreWarnedOfInTimeAndNotAfterwards) {
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  fly(0x100002, 35.0, 36.9, 270, 220, 9'000);
  run(90);
  const auto raised = heard.of(AlertKind::kConflict, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].alert.priority, Priority::kWarning);
  ASSERT_TRUE(raised[0].alert.finding.to_violation_ms.has_value());
  EXPECT_GT(*raised[0].alert.finding.to_violation_ms, 90'000);
  EXPECT_EQ(raised[0].alert.situation.first, TrackId{1});
  EXPECT_EQ(raised[0].alert.situation.second, TrackId{2});
  ASSERT_TRUE(picture.acknowledge(raised[0].alert.id, "watch-1", now));
  run(300);
  const auto cleared = heard.of(AlertKind::kConflict, AlertEvent::kCleared);
  ASSERT_EQ(cleared.size(), 1U);
  EXPECT_GT(cleared[0].alert.warned_ms().value_or(0), 80'000);
  EXPECT_TRUE(heard.of(AlertKind::kConflict, AlertEvent::kSounded).empty());
}

TEST_F(PictureTest, AThousandFeetApartNobodyIsWarned) {
  fly(0x100001, 35.0, 36.0, 90, 220, 9'144.0);
  fly(0x100002, 35.0, 36.9, 270, 220, 9'144.0 + 304.8);
  run(300);
  EXPECT_TRUE(heard.none(AlertKind::kConflict));
}

TEST_F(PictureTest, AnAgreedJoinUpIsNoConflict) {
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  fly(0x100002, 35.0, 36.9, 270, 220, 9'000);
  run(5);
  ASSERT_TRUE(picture.inhibit({1}, {2}, now + 600'000));
  run(300);
  EXPECT_TRUE(heard.none(AlertKind::kConflict));
}

TEST_F(PictureTest, WhoHasNoPlanInAZoneIsForeignThereAndWhoHasOneIsNot) {
  ASSERT_TRUE(picture.put_area(
      {AlertKind::kForeignZone, "K1", core::Domain::kAir, {block(35, 36.2, 35.2, 36.6, 5'000, 12'000)}}));
  KnownPlan plan;
  plan.authority = "us";
  plan.plan.intent = "friendly-1";
  plan.plan.call_sign = "MIRAGE1";
  plan.plan.state = core::IntentState::kActivated;
  plan.plan.legs = {{block(35, 35.9, 35.2, 36.9, 5'000, 12'000), true, "K1"}};
  ASSERT_TRUE(picture.put_plan(plan));
  fly(0x100001, 35.05, 36.0, 90, 220, 9'000).call_sign = "MIRAGE1";
  fly(0x100002, 35.15, 36.0, 90, 220, 10'000);
  run(60);
  const auto raised = heard.of(AlertKind::kForeignZone, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].alert.situation.object, "K1");
  EXPECT_EQ(picture.tracker().find(raised[0].alert.situation.first)->icao, 0x100002U);
  const Correlation* correlation = picture.attribution().of_track({1});
  ASSERT_NE(correlation, nullptr);
  EXPECT_EQ(correlation->intent, "friendly-1");
  EXPECT_EQ(picture.attribution().of_track({2}), nullptr) << "unknown stays unknown";
}

TEST_F(PictureTest, WhoIsFirstHeardWhereItMayBeRaisesNothingAndAStrangerDoes) {
  ASSERT_TRUE(
      picture.put_area({AlertKind::kForeignZone, "K1", core::Domain::kAir, {block(34, 35, 36, 39, 5'000, 12'000)}}));
  KnownPlan plan;
  plan.plan.intent = "friendly-1";
  plan.plan.call_sign = "MIRAGE1";
  plan.plan.state = core::IntentState::kActivated;
  plan.plan.legs = {{block(34, 35, 36, 39, 5'000, 12'000), true, "K1"}};
  ASSERT_TRUE(picture.put_plan(plan));
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000).call_sign = "MIRAGE1";
  fly(0x100002, 35.5, 36.0, 90, 220, 9'000);
  run(4);
  const auto raised = heard.of(AlertKind::kForeignZone, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U) << "nor for the moment before it is known whose it is";
  EXPECT_EQ(picture.tracker().find(raised[0].alert.situation.first)->icao, 0x100002U);
  EXPECT_TRUE(raised[0].alert.finding.now);
}

TEST_F(PictureTest, ACraftThatIsNamedRaisesNothingBeforeItsCallSignIsHeard) {
  ASSERT_TRUE(
      picture.put_area({AlertKind::kForeignZone, "K1", core::Domain::kAir, {block(34, 35, 36, 39, 5'000, 12'000)}}));
  KnownPlan plan;
  plan.authority = "us";
  plan.plan.intent = "friendly-1";
  plan.plan.call_sign = "MIRAGE1";
  plan.plan.craft = {{.icao = core::IcaoAddress{0x100001}}, {.icao = core::IcaoAddress{0x100002}}};
  plan.plan.state = core::IntentState::kActivated;
  plan.plan.legs = {{block(34, 35, 36, 39, 5'000, 12'000), true, "K1"}};
  ASSERT_TRUE(picture.put_plan(plan));
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  fly(0x100002, 35.1, 36.0, 90, 220, 9'000);
  fly(0x100003, 35.5, 36.0, 90, 220, 9'000);
  run(30);
  const auto raised = heard.of(AlertKind::kForeignZone, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U) << "the third is nobody's";
  EXPECT_EQ(picture.tracker().find(raised[0].alert.situation.first)->icao, 0x100003U);
}

TEST_F(PictureTest, EachCraftOfAPlanIsJudgedAndTheFirstSpeaksForTheIntent) {
  KnownPlan plan;
  plan.plan.intent = "friendly-1";
  plan.plan.craft = {{.icao = core::IcaoAddress{0x100001}}, {.icao = core::IcaoAddress{0x100002}}};
  plan.plan.state = core::IntentState::kActivated;
  plan.plan.legs = {{block(34.95, 35.9, 35.05, 38, 5'000, 12'000), true, "K1"}};
  ASSERT_TRUE(picture.put_plan(plan));
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  fly(0x100002, 35.01, 36.0, 90, 220, 10'500);
  run(60);
  EXPECT_TRUE(heard.none(AlertKind::kOffPlan));
  sky[1].craft.course_deg = 0;
  run(60);
  const auto second = heard.of(AlertKind::kOffPlan, AlertEvent::kRaised);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(picture.tracker().find(second[0].alert.situation.first)->icao, 0x100002U);
  const Correlation* wing = picture.attribution().of_track(second[0].alert.situation.first);
  ASSERT_NE(wing, nullptr);
  ASSERT_NE(picture.conformance().of(*wing), nullptr);
  EXPECT_TRUE(picture.conformance().of(*wing)->off_plan());
  EXPECT_FALSE(picture.conformance().of(*wing)->proposed.has_value());
  EXPECT_FALSE(picture.conformance().of_intent("friendly-1")->off_plan()) << "the first keeps to it";
  sky[0].craft.course_deg = 180;
  run(60);
  EXPECT_EQ(heard.of(AlertKind::kOffPlan, AlertEvent::kRaised).size(), 2U);
  EXPECT_EQ(picture.conformance().of_intent("friendly-1")->proposed, core::IntentState::kNonconforming);
}

TEST_F(PictureTest, WhoLeavesItsCorridorIsOffPlan) {
  KnownPlan plan;
  plan.plan.intent = "friendly-1";
  plan.plan.call_sign = "MIRAGE1";
  plan.plan.state = core::IntentState::kActivated;
  plan.plan.legs = {{block(34.95, 35.9, 35.05, 38, 5'000, 12'000), true, "K1"}};
  ASSERT_TRUE(picture.put_plan(plan));
  Flying& mirage = fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  mirage.call_sign = "MIRAGE1";
  run(60);
  EXPECT_TRUE(heard.none(AlertKind::kOffPlan));
  sky[0].craft.course_deg = 0;
  run(60);
  const auto raised = heard.of(AlertKind::kOffPlan, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].alert.situation.object, "friendly-1");
  EXPECT_EQ(picture.conformance().of_intent("friendly-1")->proposed, core::IntentState::kNonconforming);
}

TEST_F(PictureTest, AMeasureIsEnteredWithOrWithoutAPlan) {
  ASSERT_TRUE(picture.put_area(
      {AlertKind::kVolumeEntry, "R-12", core::Domain::kAir, {block(34.9, 36.2, 35.1, 36.6, 5'000, 12'000)}}));
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  run(30);
  const auto raised = heard.of(AlertKind::kVolumeEntry, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_FALSE(raised[0].alert.finding.now) << "before it is there";
  picture.drop_area(AlertKind::kVolumeEntry, "R-12", now);
  EXPECT_EQ(heard.of(AlertKind::kVolumeEntry, AlertEvent::kRectified).size(), 1U);
}

TEST_F(PictureTest, DistressIsHeardAtOnce) {
  Flying& one = fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  run(5);
  EXPECT_TRUE(heard.none(AlertKind::kDistress));
  one.emergency = surveillance::Emergency::kGeneral;
  run(2);
  const auto raised = heard.of(AlertKind::kDistress, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].alert.priority, Priority::kEmergency);
}

TEST_F(PictureTest, WhoComesIntoAGroupsSpaceIsWarnedOfUnlessItBelongs) {
  Group group;
  group.id = "tf-473";
  group.name = "Carrier group";
  group.guide = {surveillance::IdKind::kMmsi, 227'022'600};
  group.members = {{surveillance::IdKind::kIcao, 0x39C4A1}};
  group.shapes = {{.domain = core::Domain::kAir,
                   .ahead_m = 15'000,
                   .astern_m = 15'000,
                   .port_m = 15'000,
                   .starboard_m = 15'000,
                   .band = {0, 6'000'00, geo::VerticalReference::kFlightLevel}}};
  ASSERT_TRUE(picture.put_group(group));
  Flying& carrier = fly(227'022'600, 34.0, 34.0, 45, 8, 0);
  carrier.source = {
      .id = 2, .format = surveillance::Format::kAis, .domain = surveillance::Domain::kSea, .height = false};
  fly(0x39C4A1, 34.05, 34.0, 180, 120, 1'500);
  fly(0x100002, 34.0, 34.35, 270, 120, 1'500);
  fly(0x100003, 34.0, 34.30, 270, 120, 9'000);
  run(60);
  const auto raised = heard.of(AlertKind::kGroupEntry, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(raised[0].alert.situation.object, "tf-473/air");
  EXPECT_EQ(picture.tracker().find(raised[0].alert.situation.first)->icao, 0x100002U);
  picture.drop_group("tf-473", now);
  EXPECT_EQ(heard.of(AlertKind::kGroupEntry, AlertEvent::kRectified).size(), 1U);
}

TEST_F(PictureTest, MinimaAreThoseOfTheZoneAndOfWhatWasAgreed) {
  // Three miles apart on parallel courses: too near by the rule for everybody, not by the zone's.
  ASSERT_TRUE(
      picture.set_zones({{"K1", core::Domain::kAir, block(34, 35, 36, 40, 5'000, 12'000), {3'000, 200'00, 0}}}));
  fly(0x100001, 35.00, 36.0, 90, 220, 9'000);
  fly(0x100002, 35.05, 36.0, 90, 220, 9'000);
  run(30);
  EXPECT_TRUE(heard.of(AlertKind::kConflict, AlertEvent::kRaised).size() <= 1);
  EXPECT_EQ(picture.separation()
                .zone(picture.separation().zone_of(core::Domain::kAir, picture.tracker().find({1})->motion(now)))
                ->id,
            "K1");
  run(120);
  for (const auto& [id, alert] : picture.alerts().alerts()) {
    EXPECT_NE(alert.state, AlertState::kUnacknowledged) << alert.finding.detail;
  }
}

TEST_F(PictureTest, WhoIsFirstHeardInsideItsOwnZoneIsNotForeign) {
  const geo::Volume4d zone = block(34.9, 35.9, 35.2, 36.9, 5'000, 12'000);
  ASSERT_TRUE(picture.put_area({AlertKind::kForeignZone, "K1", core::Domain::kAir, {zone}}));
  ASSERT_TRUE(picture.put_plan(plan_in("K1", zone)));
  fly(0x100001, 35.0, 36.2, 90, 220, 9'000).call_sign = "MIRAGE1";
  run(60);
  EXPECT_TRUE(heard.none(AlertKind::kForeignZone));
}

TEST_F(PictureTest, AConfirmationThatComesLateEndsTheAlarm) {
  const geo::Volume4d zone = block(34.9, 35.9, 35.2, 36.9, 5'000, 12'000);
  ASSERT_TRUE(picture.put_area({AlertKind::kForeignZone, "K1", core::Domain::kAir, {zone}}));
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000).call_sign = "MIRAGE1";
  run(20);
  ASSERT_EQ(heard.of(AlertKind::kForeignZone, AlertEvent::kRaised).size(), 1U);
  ASSERT_TRUE(picture.put_plan(plan_in("K1", zone)));
  run(10);
  EXPECT_EQ(heard.of(AlertKind::kForeignZone, AlertEvent::kRectified).size(), 1U);
}

TEST_F(PictureTest, ALegOfAnotherTimeIsNoLeaveForNow) {
  const geo::Volume4d zone = block(34.9, 35.9, 35.2, 36.9, 5'000, 12'000);
  ASSERT_TRUE(picture.put_area({AlertKind::kForeignZone, "K1", core::Domain::kAir, {zone}}));
  geo::Volume4d later = zone;
  later.window = {kNoon + 4 * 3'600'000, kNoon + 5 * 3'600'000};
  ASSERT_TRUE(picture.put_plan(plan_in("K1", later)));
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000).call_sign = "MIRAGE1";
  run(20);
  EXPECT_EQ(heard.of(AlertKind::kForeignZone, AlertEvent::kRaised).size(), 1U);
}

TEST_F(PictureTest, WhatTwoDetectorsHoldIsOverWhenBothLetGo) {
  const geo::Volume4d zone = block(34.9, 35.9, 35.2, 36.9, 5'000, 12'000);
  ASSERT_TRUE(picture.put_area({AlertKind::kForeignZone, "K1", core::Domain::kAir, {zone}}));
  ASSERT_TRUE(picture.put_plan(plan_in("K1", zone, false)));
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000).call_sign = "MIRAGE1";
  run(20);
  ASSERT_EQ(heard.of(AlertKind::kForeignZone, AlertEvent::kRaised).size(), 1U);
  picture.drop_plan("friendly-1");
  run(20);
  EXPECT_TRUE(heard.of(AlertKind::kForeignZone, AlertEvent::kRectified).empty())
      << "it is there still, with no plan at all";
}

TEST_F(PictureTest, AClockThatIsAheadHidesNobody) {
  Flying& one = fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  one.ahead_ms = 2'600;
  fly(0x100002, 35.0, 36.9, 270, 220, 9'000);
  run(90);
  EXPECT_EQ(heard.of(AlertKind::kConflict, AlertEvent::kRaised).size(), 1U);
}

TEST_F(PictureTest, DronesFifteenMetresApartInHeightAreTooClose) {
  for (const double height : {100.0, 116.0}) {
    Flying& drone = fly(0x200000 + static_cast<std::uint32_t>(height), 48.0, height > 110 ? 11.004 : 11.0,
                        height > 110 ? 270 : 90, 10, height);
    drone.emitter = 13;
  }
  run(20);
  EXPECT_EQ(heard.of(AlertKind::kConflict, AlertEvent::kRaised).size(), 1U);
}

struct SeaPictureTest : PictureTest {
  Flying& sail(std::uint32_t mmsi, double lat, double lng, double course, double speed) {
    Flying& ship = fly(mmsi, lat, lng, course, speed, 0);
    ship.source = {
        .id = 2, .format = surveillance::Format::kAis, .domain = surveillance::Domain::kSea, .height = false};
    ship.every_s = 10;
    return ship;
  }
};

TEST_F(SeaPictureTest, AShipIsWarnedOfBeforeItEntersThoughItSpeaksSeldom) {
  geo::Volume4d box = block(34.0, 34.1, 34.2, 34.3, 0, 1'000);
  box.band = {};
  ASSERT_TRUE(picture.put_area({AlertKind::kVolumeEntry, "S-1", core::Domain::kSea, {box}}));
  sail(227'000'001, 34.1, 34.06, 90, 10);
  run(200);
  const auto raised = heard.of(AlertKind::kVolumeEntry, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_FALSE(raised[0].alert.finding.now);
  run(400);
  EXPECT_EQ(heard.of(AlertKind::kVolumeEntry, AlertEvent::kRectified).size(), 0U) << "nor does it flicker";
}

TEST_F(SeaPictureTest, AShipThatSaysItIsMooredAndMovesIsWatched) {
  for (const int i : {0, 1}) {
    Flying& ship = sail(227'000'001U + static_cast<std::uint32_t>(i), 34.1, i == 0 ? 34.0 : 34.1, i == 0 ? 90 : 270, 8);
    ship.nav_status = 5;
  }
  run(200);
  EXPECT_EQ(heard.of(AlertKind::kConflict, AlertEvent::kRaised).size(), 1U);
}

TEST_F(SeaPictureTest, WhoBelongsToOurGroupIsNotForeignInOurZone) {
  geo::Volume4d box = block(34.0, 34.0, 34.2, 34.3, 0, 1'000);
  box.band = {};
  ASSERT_TRUE(picture.put_area({AlertKind::kForeignZone, "S2", core::Domain::kSea, {box}}));
  Group group;
  group.id = "tf-473";
  group.name = "x";
  group.guide = {surveillance::IdKind::kMmsi, 227'000'001};
  group.shapes = {{.ahead_m = 1'000, .astern_m = 1'000, .port_m = 1'000, .starboard_m = 1'000}};
  ASSERT_TRUE(picture.put_group(group));
  sail(227'000'001, 34.1, 34.06, 90, 8);
  sail(227'000'002, 34.15, 34.06, 90, 8);
  run(120);
  const auto raised = heard.of(AlertKind::kForeignZone, AlertEvent::kRaised);
  ASSERT_EQ(raised.size(), 1U);
  EXPECT_EQ(picture.tracker().find(raised[0].alert.situation.first)->mmsi, 227'000'002U);
}

TEST_F(PictureTest, AMemberOfTwoGroupsIsAStrangerInNeither) {
  for (const std::string_view id : {"aaa", "tf-473", "zzz"}) {
    Group group;
    group.id = id;
    group.name = "x";
    group.guide = {surveillance::IdKind::kMmsi, 227'022'600};
    group.members = {{surveillance::IdKind::kIcao, 0x39C4A1}};
    group.shapes = {{.domain = core::Domain::kAir,
                     .ahead_m = 15'000,
                     .astern_m = 15'000,
                     .port_m = 15'000,
                     .starboard_m = 15'000,
                     .band = {0, 6'000'00, geo::VerticalReference::kFlightLevel}}};
    ASSERT_TRUE(picture.put_group(group));
  }
  Flying& carrier = fly(227'022'600, 34.0, 34.0, 45, 8, 0);
  carrier.source = {
      .id = 2, .format = surveillance::Format::kAis, .domain = surveillance::Domain::kSea, .height = false};
  fly(0x39C4A1, 34.05, 34.0, 180, 120, 1'500);
  run(30);
  picture.drop_group("aaa", now);
  run(30);
  EXPECT_TRUE(heard.none(AlertKind::kGroupEntry));
}

// Two that are too close for ten minutes, and are told of every 45 s: one alert, not one a report.
TEST_F(PictureTest, WhoReportsSeldomRaisesOneAlertThatStands) {
  fly(0x1, 53.6, 10.0, 90, 200, 10'000).every_s = 45;
  fly(0x2, 53.61, 10.0, 90, 200, 10'000).every_s = 45;
  run(600);
  EXPECT_EQ(picture.tracker().size(), 2U);
  EXPECT_EQ(heard.of(AlertKind::kConflict, AlertEvent::kRaised).size(), 1U);
  EXPECT_TRUE(heard.of(AlertKind::kConflict, AlertEvent::kRectified).empty());
  EXPECT_TRUE(heard.of(AlertKind::kConflict, AlertEvent::kBack).empty());
  EXPECT_TRUE(heard.of(AlertKind::kConflict, AlertEvent::kCleared).empty());
  // When both are silent for four of their turns, what was said is over.
  sky.clear();
  run(200);
  EXPECT_EQ(heard.of(AlertKind::kConflict, AlertEvent::kRectified).size() +
                heard.of(AlertKind::kConflict, AlertEvent::kCleared).size(),
            1U);
}

TEST_F(PictureTest, JoinUpsNeedTracksAndOutliveNewZones) {
  EXPECT_EQ(picture.inhibit({1}, {2}, now + 1'000).error().code, ErrorCode::kNotFound);
  fly(0x100001, 35.0, 36.0, 90, 220, 9'000);
  fly(0x100002, 35.0, 36.9, 270, 220, 9'000);
  run(5);
  ASSERT_TRUE(picture.inhibit({1}, {2}, now + 600'000));
  ASSERT_TRUE(
      picture.set_zones({{"K1", core::Domain::kAir, block(34, 35, 36, 40, 5'000, 12'000), {20'000, 900'00, 0}}}));
  run(300);
  EXPECT_TRUE(heard.none(AlertKind::kConflict));
}

}  // namespace
}  // namespace tansiq::picture
