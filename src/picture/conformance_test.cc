#include "picture/conformance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "picture/deviation.h"
#include "picture/picture_testlib.h"
#include "picture/volume_entry.h"

namespace tansiq::picture {
namespace {

using core::IntentState;
using surveillance::Flag;
using surveillance::IdKind;
using surveillance::Report;
using testing::box;
using testing::Craft;
using testing::kHome;
using testing::kNoon;
using testing::Source;

/// One craft with one plan, judged once a second. Legs: L1 (K1) around home, L2 (K2) 10 km east of it.
class Watch {
 public:
  explicit Watch(IntentState state = IntentState::kActivated) {
    plan.intent = "i1";
    plan.craft.push_back({.icao = core::IcaoAddress{0xA}});
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
  const Kept& kept() const { return *conformance.of_intent(name); }
  std::vector<std::string> found() const {
    std::vector<Held> held;
    conformance.findings(held);
    std::vector<std::string> out;
    for (const Held& h : held) out.push_back(std::string(name_of(h.situation.kind)) + ": " + h.finding.detail);
    return out;
  }

  std::string name = "i1";
  Plan plan;
  Craft craft;
  bool heard = true;
  bool on_ground = false;
  bool says_height = true;
  std::optional<std::uint8_t> emitter;
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
    if (!says_height) r.pressure_cm.reset();
    r.emergency = emergency;
    r.emitter = emitter;
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

TEST(Conformance, GoesByTheTolerancesOfTheCharterWhileItStatesAny) {
  Watch watch;
  watch.put();
  watch.jump_to(-5'320, 0);
  core::ConformanceTerms terms;
  terms.aircraft.lateral_m = 500;
  terms.uas.lateral_m = 100;
  watch.conformance.go_by(terms);
  watch.pass(30);
  EXPECT_EQ(watch.found(), Texts()) << "within what was agreed";
  watch.emitter = 13;
  watch.pass(20);
  EXPECT_EQ(watch.found().size(), 1U) << "not of an unmanned one";
  watch.emitter = 1;
  watch.pass(30);
  EXPECT_EQ(watch.found(), Texts()) << "ends with the hysteresis of its kind";
  watch.conformance.go_by(std::nullopt);
  watch.pass(15);
  EXPECT_EQ(watch.found().size(), 1U) << "beyond the 200 m that the program comes with";
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

// There is no nonconforming in its life, through which an intent goes.
TEST(Conformance, AFlightOfSeveralLegsThatStaysOffItsPlanIsContingentAfterTwoMinutes) {
  for (const IntentState state : {IntentState::kAccepted, IntentState::kActivated}) {
    Watch watch(state);
    watch.name = "flight:M1";
    watch.plan.intent = watch.name;
    watch.put();
    watch.pass(5);
    watch.jump_to(-9'000, 0);
    watch.pass(15);
    EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming);
    watch.pass(110);
    EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming) << "not yet two minutes of it";
    watch.pass(10);
    EXPECT_EQ(watch.kept().proposed, IntentState::kContingent);
    watch.plan.state = IntentState::kContingent;
    watch.put();
    watch.pass(10);
    EXPECT_EQ(watch.kept().proposed, std::nullopt);
  }
  Watch intent;
  intent.put();
  intent.pass(5);
  intent.jump_to(-9'000, 0);
  intent.pass(200);
  EXPECT_EQ(intent.kept().proposed, IntentState::kNonconforming) << "of an intent that is declared first";
}

TEST(Conformance, AFlightOfSeveralLegsThatComesBackInTimeIsNotContingent) {
  Watch watch;
  watch.name = "leg:us/M1";
  watch.plan.intent = watch.name;
  watch.put();
  watch.pass(5);
  watch.jump_to(-9'000, 0);
  watch.pass(100);
  EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming);
  watch.jump_to(0, 0);
  watch.pass(30);
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
  watch.jump_to(-9'000, 0);
  watch.pass(100);
  EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming) << "another deviation, with its own two minutes";
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

// A level that nobody says any more is no return to it, nor a deviation that goes on.
TEST(Conformance, ALevelThatNobodySaysIsNeitherBeyondNorWithin) {
  Watch watch;
  watch.put();
  watch.pass(5);
  watch.craft.height_m = 200 * 30.48 + 300;
  watch.pass(20);
  ASSERT_TRUE(watch.kept().on(DeviationKind::kLevel));
  watch.says_height = false;
  watch.pass(200);
  EXPECT_TRUE(watch.kept().on(DeviationKind::kLevel));
  EXPECT_FALSE(watch.kept().level_known);
  EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming) << "not contingent by time that nobody knows of";
  ASSERT_EQ(watch.found().size(), 1U);
  EXPECT_EQ(watch.found()[0], "off_plan: leg 1 (K1): off its level when that was last heard");
  watch.says_height = true;
  watch.craft.height_m = 4'500;
  watch.pass(40);
  EXPECT_FALSE(watch.kept().on(DeviationKind::kLevel));
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

TEST(Conformance, AConfirmedLegIsLeaveForItsOwnTimeAlone) {
  Watch watch;
  watch.plan.legs.push_back(watch.plan.legs[0]);
  watch.plan.legs.back().confirmed = false;
  watch.put();
  const auto foreign = [&] {
    std::vector<Held> held;
    watch.conformance.findings(held);
    std::erase_if(held, [](const Held& h) { return h.situation.kind != AlertKind::kForeignZone; });
    return held;
  };
  watch.wait_until(8);
  watch.pass(5);
  EXPECT_TRUE(foreign().empty());
  // Ten minutes and the tolerance of one: what is left of it is foreseen.
  watch.wait_until(10);
  watch.pass(10);
  ASSERT_EQ(foreign().size(), 1U);
  EXPECT_FALSE(foreign()[0].finding.now);
  EXPECT_NEAR(static_cast<double>(*foreign()[0].finding.to_violation_ms), 50'000, 1'000);
  watch.pass(49);
  EXPECT_FALSE(foreign().at(0).finding.now);
  watch.pass(1);
  EXPECT_TRUE(foreign().at(0).finding.now);
  EXPECT_EQ(foreign()[0].finding.detail, "leg 3 (K1) of i1 is not confirmed");
}

// A hundred metres wide, at 250 m/s: in it for less than half a second.
TEST(Conformance, ANarrowLegIsNotJumpedOver) {
  for (int metres = 0; metres < 2'500; metres += 100) {
    Watch watch;
    watch.plan.legs.push_back(
        {box(LocalFrame(kHome).at({20'000.0 + metres, 0}), 50, 5'000, 100, 200, 0, 10), false, "K3"});
    watch.put();
    watch.craft.speed_m_s = 250;
    watch.craft.course_deg = 90;
    watch.jump_to(0, 0);
    watch.pass(2);
    std::vector<Held> held;
    watch.conformance.findings(held);
    ASSERT_EQ(held.size(), 1U) << metres;
    EXPECT_EQ(held[0].situation.object, "K3");
    EXPECT_NEAR(static_cast<double>(*held[0].finding.to_violation_ms), (20'000.0 + metres - 50 - 500) * 4, 1'500);
  }
}

// The way, looked at ten times a second.
TEST(ConformanceProperty, ForeignLegsAreFoundAsOneWhoWalksTheWayFindsThem) {
  constexpr double kStepS = 0.1;
  constexpr double kEdgeS = 1.6;  // A second between looks at the leave, half a second of an early entry.
  int found = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Watch watch;
    watch.plan.legs.clear();
    for (int i = 0; i < 8; ++i) {
      const auto from = random.between(-3, 3);
      const Normal where = LocalFrame(kHome).at({random.unit() * 24'000 - 2'000, random.unit() * 2'000 - 1'000});
      watch.plan.legs.push_back({box(where, 50 + random.unit() * 6'000, 500 + random.unit() * 3'000, 100, 200, from,
                                     from + random.between(1, 4)),
                                 random.one_in(2), "K"});
    }
    watch.put();
    watch.craft.speed_m_s = 50 + random.unit() * 150;
    watch.craft.course_deg = 90;
    watch.jump_to(0, 0);
    watch.pass(1);
    const UtcMs now = watch.craft.time;
    const Track& track = *watch.tracker->find_icao(0xA);
    const PreparedPlan& plan = *watch.plans.find("i1");
    const auto mover = make_mover(track.motion(now));
    ASSERT_TRUE(mover);
    std::optional<double> first;  // Without leave for as long as nobody can overlook.
    std::optional<double> since;
    std::vector<double> without;
    for (double t = 0; t <= 120; t += kStepS) {
      const geo::LatLng at = place_after(*mover, now, t);
      const geo::Shape spot = *geo::Shape::make(geo::Circle{at, 1});
      bool foreign = false;
      bool leave = false;
      for (std::size_t i = 0; i < plan.legs.size(); ++i) {
        if (!geo::outlines_conflict(plan.legs[i].shape, spot, 0)) continue;
        const DurationMs off = beyond_window_ms(plan.legs[i].window, now + static_cast<DurationMs>(t * 1e3));
        if (!plan.plan.legs[i].confirmed) {
          foreign = true;
        } else if (off > -60'000 && off <= 60'000) {
          leave = true;
        }
      }
      if (!foreign || leave) {
        since.reset();
        continue;
      }
      without.push_back(t);
      if (!since) since = t;
      if (!first && t - *since >= kEdgeS) first = since;
    }
    std::vector<Held> held;
    watch.conformance.findings(held);
    std::erase_if(held, [](const Held& h) { return h.situation.kind != AlertKind::kForeignZone; });
    ASSERT_LE(held.size(), 1U);
    if (first) {
      ASSERT_EQ(held.size(), 1U) << *first;
      EXPECT_LE(static_cast<double>(*held[0].finding.to_violation_ms) * 1e-3, *first + kEdgeS);
    }
    if (held.empty()) continue;
    ++found;
    const double said = static_cast<double>(*held[0].finding.to_violation_ms) * 1e-3;
    EXPECT_TRUE(std::any_of(without.begin(), without.end(), [&](double t) { return std::abs(t - said) <= kEdgeS; }))
        << said;
  }
  EXPECT_GT(found, 20);
  EXPECT_LT(found, 60);
}

TEST(Conformance, APlanIsLeaveWhereAndWhileALegIsConfirmed) {
  Watch watch;
  watch.plan.legs[1].confirmed = false;
  watch.plan.legs.push_back({box(kHome, 5'000, 5'000, 100, 200, 30, 40), true, "K1"});
  watch.put();
  const auto may = [&](std::string_view zone, DurationMs after_noon_ms) {
    return watch.conformance.may_be_in(*watch.plans.find("i1"), false, zone, kNoon + after_noon_ms);
  };
  constexpr DurationMs kMinute = 60'000;
  EXPECT_FALSE(may("K1", -kMinute - 1));
  EXPECT_TRUE(may("K1", -kMinute)) << "the tolerance of time";
  EXPECT_TRUE(may("K1", 5 * kMinute));
  EXPECT_TRUE(may("K1", 11 * kMinute - 1));
  EXPECT_FALSE(may("K1", 11 * kMinute));
  EXPECT_TRUE(may("K1", 35 * kMinute));
  EXPECT_FALSE(may("K2", 15 * kMinute)) << "not confirmed";
  EXPECT_FALSE(may("K9", 5 * kMinute)) << "no leg there";
  watch.plan.domain = surveillance::Domain::kSea;
  watch.put();
  EXPECT_TRUE(may("K1", -5 * kMinute)) << "ships are granted five minutes";
}

// While it is not heard the plan is replaced by one with fewer legs.
TEST(Conformance, WhatWasMeasuredByOtherLegsIsNotTold) {
  Watch watch;
  watch.put();
  watch.wait_until(12);
  watch.jump_to(15'620, 0);
  watch.pass(15);
  ASSERT_EQ(watch.found().size(), 1U);
  EXPECT_EQ(watch.kept().leg, 1U);
  watch.heard = false;
  watch.pass(20);
  EXPECT_EQ(watch.found().size(), 1U) << "silence ends nothing";
  watch.plan.legs.pop_back();
  watch.plan.legs[0].volume.window.end = kNoon + 30 * 60'000;
  watch.put();
  watch.pass(1);
  EXPECT_EQ(watch.found(), Texts());
  EXPECT_FALSE(watch.kept().measured);
  EXPECT_EQ(watch.kept().leg, 0U);
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
  watch.heard = true;
  watch.pass(1);
  ASSERT_EQ(watch.found().size(), 1U) << "as far off as before, by the legs of now";
  EXPECT_TRUE(watch.found()[0].starts_with("off_plan: leg 1 (K1): 106")) << watch.found()[0];
}

TEST(Conformance, AProposalThatWasTakenInSilenceIsNotMadeAgain) {
  Watch watch(IntentState::kAccepted);
  watch.put();
  watch.pass(3);
  EXPECT_EQ(watch.kept().proposed, IntentState::kActivated);
  watch.heard = false;
  watch.pass(20);
  EXPECT_EQ(watch.kept().proposed, IntentState::kActivated);
  watch.plan.state = IntentState::kActivated;
  watch.put();
  watch.pass(1);
  EXPECT_EQ(watch.kept().proposed, std::nullopt);
  EXPECT_TRUE(watch.kept().measured) << "the legs are the same";
}

TEST(Conformance, SilenceIsNoPartOfADeviation) {
  ConformanceOptions options;
  options.air.persist_ms = 30'000;
  Watch watch;
  watch.conformance = Conformance(options);
  watch.put();
  watch.jump_to(-9'000, 0);
  watch.pass(5);
  watch.heard = false;
  watch.pass(80);
  watch.heard = true;
  watch.pass(30);
  EXPECT_EQ(watch.found(), Texts()) << "not thirty seconds since it is heard again";
  watch.pass(2);
  EXPECT_EQ(watch.found().size(), 1U);
  EXPECT_EQ(watch.kept().proposed, IntentState::kNonconforming);
  watch.plan.state = IntentState::kNonconforming;
  watch.put();
  watch.pass(60);
  watch.heard = false;
  watch.pass(200);
  watch.heard = true;
  watch.pass(30);
  EXPECT_EQ(watch.kept().proposed, std::nullopt) << "less than two minutes of it were seen";
  watch.pass(25);
  EXPECT_EQ(watch.kept().proposed, IntentState::kContingent);
}

TEST(Conformance, SilenceIsNoReturnEither) {
  Watch watch;
  watch.put();
  watch.jump_to(-9'000, 0);
  watch.pass(15);
  ASSERT_EQ(watch.found().size(), 1U);
  watch.jump_to(0, 0);
  watch.pass(3);
  watch.heard = false;
  watch.pass(16);
  watch.heard = true;
  watch.pass(3);
  EXPECT_EQ(watch.found().size(), 1U);
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
