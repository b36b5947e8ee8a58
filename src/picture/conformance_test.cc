#include "picture/conformance.h"

#include <gtest/gtest.h>

#include <GeographicLib/Geodesic.hpp>
#include <cmath>

#include "picture/deviation.h"
#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using core::IntentState;
using surveillance::Flag;
using surveillance::IdKind;
using surveillance::Report;
using testing::box;
using testing::Craft;
using testing::kNoon;
using testing::Source;

const Normal kHome = normal_of(53.6, 10.0);

geo::Shape spot_at(double lat, double lng) {
  Motion motion;
  motion.lat_deg = lat;
  motion.lng_deg = lng;
  return spot_of(motion)->shape;
}

TEST(Deviation, AsideIsTheDistanceOnTheEllipsoid) {
  SeededRandom random(1);
  const auto& earth = GeographicLib::Geodesic::WGS84();
  for (int i = 0; i < 400; ++i) {
    const double lat = random.unit() * 178 - 89;
    const double lng = random.unit() * 360 - 180;
    const double radius = 100 + random.unit() * 20'000;
    const double gap = std::pow(10, random.unit() * 5.4);
    double at_lat = 0;
    double at_lng = 0;
    earth.Direct(lat, lng, random.unit() * 360, radius + gap, at_lat, at_lng);
    const Degrees rounded = degrees_of(normal_of(at_lat, at_lng));
    const auto circle =
        geo::Shape::make(geo::Circle{lat_lng_of(normal_of(lat, lng)), static_cast<std::int64_t>(radius * 100)});
    ASSERT_TRUE(circle);
    EXPECT_NEAR(aside_m(*circle, spot_at(rounded.lat, rounded.lng)), gap, 3 + 1.2e-3 * (gap + radius));
    earth.Direct(lat, lng, random.unit() * 360, radius * 0.99, at_lat, at_lng);
    EXPECT_EQ(aside_m(*circle, spot_at(at_lat, at_lng)), 0);
  }
}

TEST(Deviation, AsideOfABoxAndACorridor) {
  const LocalFrame frame(kHome);
  const auto shape = geo::Shape::make(box(kHome, 5'000, 2'000, 0, 1, 0, 1).outline);
  const auto at = [&](double east, double north) {
    const Degrees d = degrees_of(frame.at({east, north}));
    return aside_m(*shape, spot_at(d.lat, d.lng));
  };
  EXPECT_EQ(at(4'990, 1'990), 0);
  EXPECT_NEAR(at(5'620, 0), 620, 4);
  EXPECT_NEAR(at(0, -2'300), 300, 4);
  EXPECT_NEAR(at(5'300, 2'400), 500, 4);
  const auto corridor = geo::Shape::make(
      geo::Corridor{{lat_lng_of(frame.at({-9'000, 0})), lat_lng_of(frame.at({9'000, 0}))}, 100'000, 50'000});
  const Degrees left = degrees_of(frame.at({0, 1'700}));
  const Degrees right = degrees_of(frame.at({0, -1'700}));
  EXPECT_NEAR(aside_m(*corridor, spot_at(left.lat, left.lng)), 700, 5);
  EXPECT_NEAR(aside_m(*corridor, spot_at(right.lat, right.lng)), 1'200, 6);
  EXPECT_EQ(aside_m(*corridor, spot_at(-53, 170)), kAsideMaxM);
}

TEST(Deviation, HeightsAreComparedInTheirOwnReference) {
  using R = geo::VerticalReference;
  Motion motion;
  const auto beyond = [&](R reference) {
    return beyond_band_m({100'000, 200'000, reference}, motion);  // 1,000 to 2,000 m.
  };
  EXPECT_EQ(beyond(R::kFlightLevel), std::nullopt);
  EXPECT_EQ(beyond_band_m({}, motion), 0.0);
  motion.pressure_m = 2'100;
  motion.geometric_m = 940;
  EXPECT_NEAR(*beyond(R::kFlightLevel), 100, 1e-9);
  EXPECT_NEAR(*beyond(R::kWgs84), -60, 1e-9);
  EXPECT_EQ(beyond(R::kAgl), std::nullopt);
  // Mean sea level and the ellipsoid are up to a hundred metres apart: nothing is claimed within that.
  EXPECT_EQ(*beyond(R::kAmsl), 0);
  motion.geometric_m = 2'000;
  EXPECT_EQ(*beyond(R::kWgs84), 0) << "touching";
  motion.geometric_m.reset();
  motion.pressure_m = 1'950;
  EXPECT_EQ(*beyond(R::kWgs84), 0);
}

TEST(Deviation, WindowsAreHalfOpen) {
  const geo::TimeWindow window{kNoon, kNoon + 10};
  EXPECT_EQ(beyond_window_ms(window, kNoon - 3), -3);
  EXPECT_EQ(beyond_window_ms(window, kNoon), 0);
  EXPECT_EQ(beyond_window_ms(window, kNoon + 9), 0);
  EXPECT_EQ(beyond_window_ms(window, kNoon + 10), 1);
}

/// One craft with one plan, judged once a second. Legs: L1 (K1) around home, L2 (K2) 10 km east of it.
class Watch {
 public:
  explicit Watch(IntentState state = IntentState::kActivated) {
    plan.intent = "i1";
    plan.icao = 0xA;
    plan.state = state;
    plan.legs.push_back({box(kHome, 5'000, 5'000, 100, 200, 0, 10), true, "K1"});
    plan.legs.push_back({box(LocalFrame(kHome).at({10'000, 0}), 5'000, 5'000, 100, 200, 9, 20), true, "K2"});
    craft.place = kHome;
    craft.height_m = 4'500;
  }
  void put() { ASSERT_TRUE(plans.put(plan)); }
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      craft.move(1'000);
      if (heard) hear();
      tracker->advance(craft.time);
      attribution.run(*tracker, plans, craft.time);
      conformance.run(*tracker, attribution, plans, craft.time);
    }
  }
  /// Puts it elsewhere, as if it had always been there: the tracker would rightly call it a jump.
  void jump_to(double east, double north) {
    tracker.emplace();
    craft.place = LocalFrame(kHome).at({east, north});
    const UtcMs now = craft.time;
    for (const DurationMs before : {2'000, 1'000}) {
      craft.time = now - before;
      hear();
    }
    craft.time = now;
  }
  void wait_until(std::int64_t minute) { craft.time = kNoon + minute * 60'000; }
  const Kept& kept() const { return *conformance.of_intent("i1"); }
  std::vector<std::string> found() const {
    std::vector<Held> held;
    conformance.findings(held);
    std::vector<std::string> out;
    for (const Held& h : held) out.push_back(std::string(name_of(h.situation.kind)) + ": " + h.finding.detail);
    return out;
  }

  Plan plan;
  Craft craft;
  bool heard = true;
  bool on_ground = false;
  surveillance::Emergency emergency = surveillance::Emergency::kNone;
  std::optional<Tracker> tracker{std::in_place};
  PlanBook plans;
  Attribution attribution;
  Conformance conformance;

 private:
  void hear() {
    Report r = Source{.id = 1, .sigma_m = 2, .velocity_sigma_m_s = 0.1}.hear(craft, random_);
    r.id = {IdKind::kIcao, 0xA};
    r.domain = plan.domain;
    r.pressure_cm = static_cast<std::int32_t>(craft.height_m * 100);
    r.emergency = emergency;
    r.set(Flag::kOnGround, on_ground);
    tracker->report(r);
  }

  SeededRandom random_{1};
};

using Texts = std::vector<std::string>;

TEST(Conformance, InsideOnTimeNothingIsFound) {
  Watch watch;
  watch.put();
  watch.pass(60);
  EXPECT_TRUE(watch.kept().inside);
  EXPECT_EQ(watch.kept().leg, 0U);
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
  EXPECT_EQ(watch.found(), Texts());
}

TEST(Conformance, AnAcceptedPlanBindsFromTheFirstLegOn) {
  Watch watch(IntentState::kAccepted);
  watch.put();
  watch.jump_to(-20'000, 0);
  watch.pass(60);
  EXPECT_FALSE(watch.kept().bound);
  EXPECT_EQ(watch.found(), Texts());
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
  watch.jump_to(0, 0);
  watch.pass(3);
  EXPECT_EQ(watch.kept().proposed, IntentState::kActivated);
  watch.jump_to(-6'000, 0);
  watch.pass(14);
  EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming) << "it has been seen to fly its plan";
}

TEST(Conformance, AsideForLongEnoughIsOffPlanAndBackForLongEnoughIsNot) {
  Watch watch;
  watch.put();
  watch.pass(30);
  // Beyond the leg, within the tolerance of 200 m.
  watch.jump_to(-5'150, 0);
  watch.pass(60);
  EXPECT_EQ(watch.found(), Texts());
  watch.jump_to(-5'620, 0);
  watch.pass(9);
  EXPECT_EQ(watch.found(), Texts());
  watch.pass(3);
  ASSERT_EQ(watch.found().size(), 1U);
  EXPECT_TRUE(watch.found()[0].starts_with("off_plan: leg 1 (K1): 62")) << watch.found()[0];
  EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming);
  // The manager declares it.
  watch.plan.state = IntentState::kNonconforming;
  watch.put();
  watch.pass(100);
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
  // On the edge of the tolerance: not within 80 % of it.
  watch.jump_to(-5'185, 0);
  watch.pass(15);
  EXPECT_EQ(watch.found().size(), 1U);
  watch.jump_to(-4'000, 0);
  watch.pass(19);
  EXPECT_EQ(watch.found().size(), 1U);
  EXPECT_EQ(watch.kept().proposed, IntentState::kContingent) << "two minutes of it";
  watch.pass(4);
  EXPECT_EQ(watch.found(), Texts());
  EXPECT_EQ(watch.kept().proposed, IntentState::kActivated);
}

TEST(Conformance, ContingentAfterTwoMinutesAndNeverBack) {
  Watch watch;
  watch.put();
  watch.pass(5);
  watch.jump_to(-9'000, 0);
  watch.pass(15);
  watch.plan.state = IntentState::kNonconforming;
  watch.put();
  watch.pass(100);
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
  watch.pass(20);
  EXPECT_EQ(watch.kept().proposed, IntentState::kContingent);
  watch.plan.state = IntentState::kContingent;
  watch.put();
  watch.jump_to(0, 0);
  watch.pass(60);
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
}

TEST(Conformance, ALostLinkIsContingentAtOnce) {
  Watch watch;
  watch.put();
  watch.pass(5);
  watch.emergency = surveillance::Emergency::kLostLink;
  watch.pass(1);
  EXPECT_EQ(watch.kept().proposed, IntentState::kContingent);
}

TEST(Conformance, LevelsAboveAndBelow) {
  Watch watch;
  watch.put();
  watch.pass(5);
  watch.craft.height_m = 200 * 30.48 + 150;
  watch.pass(40);
  ASSERT_EQ(watch.found().size(), 1U);
  EXPECT_TRUE(watch.found()[0].starts_with("off_plan: leg 1 (K1): 15")) << watch.found()[0];
  EXPECT_TRUE(watch.found()[0].ends_with("m above"));
  watch.craft.height_m = 100 * 30.48 - 300;
  watch.pass(40);
  EXPECT_TRUE(watch.found()[0].ends_with("m below")) << watch.found()[0];
}

TEST(Conformance, EarlyAndLateAreOfTheLegThatItIsIn) {
  Watch early;
  early.put();
  early.pass(5);
  early.jump_to(10'000, 0);
  early.pass(30);
  ASSERT_EQ(early.found().size(), 1U);
  EXPECT_TRUE(early.found()[0].starts_with("off_plan: leg 2 (K2): 8 min")) << early.found()[0];
  EXPECT_TRUE(early.found()[0].ends_with("early"));

  Watch late;
  late.put();
  late.wait_until(10);
  late.pass(50);
  EXPECT_EQ(late.found(), Texts());
  late.pass(30);
  ASSERT_EQ(late.found().size(), 1U);
  EXPECT_TRUE(late.found()[0].ends_with("late")) << late.found()[0];
}

TEST(Conformance, AnOverrunBeginsAtOnceAndKeepsNobodyFromDeclaring) {
  Watch watch;
  watch.put();
  watch.jump_to(10'000, 0);
  watch.wait_until(20);
  watch.craft.time = watch.craft.time - 5'000;
  watch.pass(4);
  EXPECT_EQ(watch.found(), Texts());
  watch.pass(1);
  EXPECT_EQ(watch.found(), Texts{"overrun: still there 0 ms after its last leg"});
  EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming);
  watch.plan.state = IntentState::kNonconforming;
  watch.put();
  watch.pass(121);
  EXPECT_EQ(watch.kept().proposed, IntentState::kContingent);
  watch.on_ground = true;
  watch.pass(1);
  EXPECT_EQ(watch.found(), Texts());
}

TEST(Conformance, AShipThatHasLeftItsLegsIsNotOverTime) {
  Watch watch;
  watch.plan.domain = surveillance::Domain::kSea;
  for (Leg& leg : watch.plan.legs) leg.volume.band = {};
  watch.put();
  watch.jump_to(10'000, 0);
  watch.wait_until(21);
  watch.pass(3);
  EXPECT_EQ(watch.found().size(), 1U);
  Watch gone;
  gone.plan.domain = surveillance::Domain::kSea;
  for (Leg& leg : gone.plan.legs) leg.volume.band = {};
  gone.put();
  gone.jump_to(30'000, 0);
  gone.wait_until(21);
  gone.pass(3);
  EXPECT_EQ(gone.found(), Texts());
}

TEST(Conformance, EntryWithoutConfirmationIsForeseenAndFound) {
  Watch watch;
  watch.plan.legs[1].confirmed = false;
  watch.put();
  watch.craft.speed_m_s = 100;
  watch.craft.course_deg = 90;
  watch.jump_to(-14'000, 0);
  watch.pass(5);
  EXPECT_EQ(watch.conformance.all().size(), 1U);
  for (const std::string& text : watch.found()) EXPECT_FALSE(text.starts_with("foreign")) << "18 km to go";
  watch.jump_to(-1'000, 0);
  watch.pass(5);
  std::vector<Held> held;
  watch.conformance.findings(held);
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].situation, (Situation{AlertKind::kForeignZone, {1}, {}, "K2"}));
  EXPECT_FALSE(held[0].finding.now);
  EXPECT_EQ(held[0].finding.priority, Priority::kWarning);
  EXPECT_NEAR(static_cast<double>(*held[0].finding.to_violation_ms), 55'000, 10'000);
  watch.pass(60);
  held.clear();
  watch.conformance.findings(held);
  const auto foreign =
      std::find_if(held.begin(), held.end(), [](const Held& h) { return h.situation.kind == AlertKind::kForeignZone; });
  ASSERT_NE(foreign, held.end());
  EXPECT_TRUE(foreign->finding.now);
  EXPECT_EQ(foreign->finding.priority, Priority::kAlarm);
  EXPECT_EQ(foreign->finding.detail, "leg 2 (K2) of i1 is not confirmed");
  watch.plan.legs[1].confirmed = true;
  watch.put();
  watch.pass(1);
  for (const std::string& text : watch.found()) EXPECT_FALSE(text.starts_with("foreign"));
}

TEST(Conformance, AConfirmedLegAtTheSamePlaceIsLeaveEnough) {
  Watch watch;
  watch.plan.legs.push_back(watch.plan.legs[0]);
  watch.plan.legs.back().confirmed = false;
  watch.put();
  watch.pass(5);
  EXPECT_EQ(watch.found(), Texts());
}

TEST(Conformance, NothingFollowsFromSilence) {
  Watch watch;
  watch.put();
  watch.pass(30);
  watch.craft.speed_m_s = 200;
  watch.craft.course_deg = 180;
  watch.pass(5);
  watch.heard = false;
  watch.pass(90);
  EXPECT_EQ(watch.found(), Texts()) << "it would be 13 km outside by now";
  EXPECT_TRUE(watch.kept().inside) << "as it was heard last";
}

TEST(Conformance, WhatIsNoLongerCorrelatedIsForgotten) {
  Watch watch;
  watch.put();
  watch.pass(5);
  EXPECT_EQ(watch.conformance.all().size(), 1U);
  watch.plans.erase("i1");
  watch.pass(1);
  EXPECT_EQ(watch.conformance.all().size(), 0U);
}

TEST(Conformance, OfManyLegsThoseOfNowAreLookedAt) {
  Watch watch;
  watch.plan.legs.clear();
  for (int i = 0; i < 200; ++i) {
    watch.plan.legs.push_back({box(LocalFrame(kHome).at({i * 1'000.0, 0}), 600, 5'000, 100, 200, i, i + 2), true, ""});
  }
  watch.put();
  watch.jump_to(150'000, 0);
  watch.wait_until(150);
  watch.pass(10);
  EXPECT_TRUE(watch.kept().inside);
  EXPECT_EQ(watch.kept().leg, 150U);
}

}  // namespace
}  // namespace tansiq::picture
