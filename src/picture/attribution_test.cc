#include "picture/attribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using core::IntentState;
using surveillance::IdKind;
using surveillance::Report;
using testing::box;
using testing::Craft;
using testing::kHome;
using testing::kNoon;
using testing::Source;

/// A sky in which craft hover where they are put, and are heard once a second.
class Sky {
 public:
  struct Hover {
    Normal place;
    std::optional<std::uint32_t> icao = {};
    std::string call_sign = {};
    std::optional<std::uint16_t> code = {};
    double height_m = 4'000;  ///< FL131.
    std::uint16_t number = 0;
  };
  TrackId add(Hover hover) {
    hover.number = static_cast<std::uint16_t>(craft_.size() + 1);
    craft_.push_back(hover);
    for (int i = 0; i < 2; ++i) pass(1);
    return ids_.back();
  }
  Hover& at(TrackId id) {
    return craft_.at(static_cast<std::size_t>(std::find(ids_.begin(), ids_.end(), id) - ids_.begin()));
  }
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      now = now + 1'000;
      for (const Hover& hover : craft_) {
        Craft craft{hover.place, 0, 0};
        craft.height_m = hover.height_m;
        craft.time = now;
        Report r = Source{.id = 9, .sigma_m = 1, .velocity_sigma_m_s = 0.1}.hear(craft, random_);
        r.pressure_cm = static_cast<std::int32_t>(hover.height_m * 100);
        r.system = 1;
        r.track = surveillance::TrackNumber{1, hover.number};
        if (hover.icao) r.id = {IdKind::kIcao, *hover.icao};
        r.call_sign.assign(hover.call_sign);
        r.mode_3a = hover.code;
        tracker.report(r);
      }
      tracker.advance(now);
      std::vector<TrackId> all;
      tracker.each([&](const Track& t) { all.push_back(t.id); });
      for (const TrackId id : all) {
        if (std::find(ids_.begin(), ids_.end(), id) == ids_.end()) ids_.push_back(id);
      }
      attribution.run(tracker, plans, now);
    }
  }
  std::string whose(TrackId id) const {
    const Correlation* c = attribution.of_track(id);
    return c == nullptr ? "" : c->intent + " by " + std::string(name_of(c->reason));
  }
  std::vector<Held> findings() const {
    std::vector<Held> out;
    attribution.findings(out);
    return out;
  }

  Tracker tracker;
  PlanBook plans;
  Attribution attribution;
  UtcMs now = kNoon;

 private:
  SeededRandom random_{1};
  std::vector<Hover> craft_;
  std::vector<TrackId> ids_;
};

Plan plan(std::string intent, const Normal& where = kHome, std::int64_t from = -10, std::int64_t to = 60) {
  Plan out;
  out.intent = std::move(intent);
  out.legs.push_back({box(where, 5'000, 5'000, 100, 200, from, to), true, "K1"});
  return out;
}
/// What is known of the one craft of a plan.
core::Craft& the_craft(Plan& p) {
  if (p.craft.empty()) p.craft.emplace_back();
  return p.craft.front();
}
Plan with_icao(Plan p, std::uint32_t icao) {
  the_craft(p).icao = core::IcaoAddress{icao};
  return p;
}
Plan with_sign(Plan p, std::string sign) {
  p.call_sign = std::move(sign);
  return p;
}
Plan with_code(Plan p, std::uint16_t code, std::int64_t from = -10, std::int64_t to = 60) {
  the_craft(p).mode_3a = core::Mode3a{code};
  the_craft(p).from = kNoon + from * 60'000;
  the_craft(p).to = kNoon + to * 60'000;
  return p;
}

const Normal kElsewhere = normal_of(50, 5);

TEST(Attribution, EachReasonHasItsConfidence) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(plan("by-address", kElsewhere), 0xA)));
  ASSERT_TRUE(sky.plans.put(with_sign(plan("by-sign", kElsewhere), "NORD 1")));
  ASSERT_TRUE(sky.plans.put(with_code(plan("by-code", kElsewhere), 04321)));
  ASSERT_TRUE(sky.plans.put(plan("by-place")));
  const auto a = sky.add({.place = normal_of(40, 1), .icao = 0xA});
  const auto b = sky.add({.place = normal_of(40, 2), .call_sign = "nord1"});
  const auto c = sky.add({.place = normal_of(40, 3), .code = 04321});
  const auto d = sky.add({.place = kHome});
  const auto e = sky.add({.place = normal_of(40, 5)});
  sky.pass(40);
  EXPECT_EQ(sky.whose(a), "by-address by address");
  EXPECT_EQ(sky.whose(b), "by-sign by call_sign");
  EXPECT_EQ(sky.whose(c), "by-code by code");
  EXPECT_EQ(sky.whose(d), "by-place by place");
  EXPECT_EQ(sky.whose(e), "");
  EXPECT_EQ(sky.attribution.of_track(a)->confidence, 100);
  EXPECT_EQ(sky.attribution.of_track(b)->confidence, 85);
  EXPECT_EQ(sky.attribution.of_track(c)->confidence, 70);
  EXPECT_EQ(sky.attribution.of_track(d)->confidence, 40);
  EXPECT_EQ(sky.attribution.of_intent("by-sign")->track, b);
  EXPECT_TRUE(sky.findings().empty());
}

TEST(Attribution, ACodeCountsOnlyWhileItIsLentAndOnlyIfDiscrete) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_code(plan("past", kElsewhere), 04321, -10, 0)));
  ASSERT_TRUE(sky.plans.put(with_code(plan("shared", kElsewhere), 07000)));
  const auto a = sky.add({.place = kHome, .code = 04321});
  const auto b = sky.add({.place = normal_of(40, 1), .code = 07000});
  sky.pass(5);
  EXPECT_EQ(sky.whose(a), "");
  EXPECT_EQ(sky.whose(b), "");
}

TEST(Attribution, ByPlaceOnlyWhereBothAreTheOnlyOnes) {
  Sky two_plans;
  ASSERT_TRUE(two_plans.plans.put(plan("i1")));
  ASSERT_TRUE(two_plans.plans.put(plan("i2")));
  const auto a = two_plans.add({.place = kHome});
  two_plans.pass(60);
  EXPECT_EQ(two_plans.whose(a), "");

  Sky two_craft;
  ASSERT_TRUE(two_craft.plans.put(plan("i1")));
  const auto b = two_craft.add({.place = kHome});
  const auto c = two_craft.add({.place = LocalFrame(kHome).at({2'000, 0})});
  two_craft.pass(60);
  EXPECT_EQ(two_craft.whose(b), "");
  EXPECT_EQ(two_craft.whose(c), "");

  Sky wrong_level;
  ASSERT_TRUE(wrong_level.plans.put(plan("i1")));
  const auto d = wrong_level.add({.place = kHome, .height_m = 2'900});
  wrong_level.pass(60);
  EXPECT_EQ(wrong_level.whose(d), "");

  Sky wrong_time;
  ASSERT_TRUE(wrong_time.plans.put(plan("i1", kHome, 10, 20)));
  const auto e = wrong_time.add({.place = kHome});
  wrong_time.pass(60);
  EXPECT_EQ(wrong_time.whose(e), "");

  Sky passing;
  ASSERT_TRUE(passing.plans.put(plan("i1")));
  const auto f = passing.add({.place = kHome});
  passing.pass(20);
  EXPECT_EQ(passing.whose(f), "");
  passing.pass(20);
  EXPECT_EQ(passing.whose(f), "i1 by place");
}

TEST(Attribution, WhoIsSomebodyElseIsNotTakenForItByPlace) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(plan("i1"), 0xA)));
  const auto other = sky.add({.place = kHome, .icao = 0xB});
  for (int i = 0; i < 60; ++i) {
    sky.pass(1);
    EXPECT_EQ(sky.whose(other), "");
  }
  Sky signs;
  ASSERT_TRUE(signs.plans.put(with_sign(plan("i1"), "NORD1")));
  const auto named = signs.add({.place = kHome, .call_sign = "OST1"});
  for (int i = 0; i < 60; ++i) {
    signs.pass(1);
    EXPECT_EQ(signs.whose(named), "");
  }
}

TEST(Attribution, LeavingThePlanDoesNotLoseIt) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(plan("i1")));
  const auto a = sky.add({.place = kHome});
  sky.pass(40);
  ASSERT_EQ(sky.whose(a), "i1 by place");
  const UtcMs since = sky.attribution.of_track(a)->since;
  for (int i = 0; i < 300; ++i) {
    sky.at(a).place = LocalFrame(kHome).at({i * 20.0, 0});
    sky.pass(1);
  }
  ASSERT_EQ(sky.tracker.size(), 1U);
  sky.pass(300);
  EXPECT_EQ(sky.whose(a), "i1 by place");
  EXPECT_EQ(sky.attribution.of_track(a)->since, since);
  sky.pass(400);
  EXPECT_EQ(sky.whose(a), "") << "ten minutes without evidence";
}

TEST(Attribution, AnAddressOutweighsACallSignAndTakesOver) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(with_sign(plan("i1"), "NORD1"), 0xA)));
  const auto liar = sky.add({.place = kHome, .icao = 0xB, .call_sign = "NORD1"});
  sky.pass(2);
  ASSERT_EQ(sky.whose(liar), "i1 by call_sign");
  EXPECT_EQ(sky.attribution.of_track(liar)->confidence, 47);
  auto held = sky.findings();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].finding.detail, "taken for i1, but its address is 00000B, the plan's 00000A");
  const auto right = sky.add({.place = LocalFrame(kHome).at({3'000, 0}), .icao = 0xA});
  sky.pass(2);
  EXPECT_EQ(sky.whose(right), "i1 by address");
  EXPECT_EQ(sky.whose(liar), "");
  held = sky.findings();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].situation, (Situation{AlertKind::kDoubleIdentity, liar, right, "i1"}));
}

TEST(Attribution, AfterAJumpThePlanGoesOnWithTheTrackThatIsHeard) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(plan("i1"), 0xA)));
  const auto before = sky.add({.place = kHome, .icao = 0xA});
  ASSERT_EQ(sky.whose(before), "i1 by address");
  sky.at(before).place = LocalFrame(kHome).at({50'000, 0});
  sky.pass(20);
  ASSERT_EQ(sky.tracker.size(), 2U);
  EXPECT_EQ(sky.whose(before), "");
  EXPECT_EQ(sky.attribution.of_intent("i1")->reason, Reason::kAddress);
  EXPECT_TRUE(sky.findings().empty()) << "one of the two is silent";
}

TEST(Attribution, TwoPlansForOneCraftAreReportedAndTheFirstStays) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(plan("i2"), 0xA)));
  const auto a = sky.add({.place = kHome, .icao = 0xA});
  ASSERT_EQ(sky.whose(a), "i2 by address");
  ASSERT_TRUE(sky.plans.put(with_icao(plan("i1"), 0xA)));
  sky.pass(5);
  EXPECT_EQ(sky.whose(a), "i2 by address") << "sticky";
  const auto held = sky.findings();
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held[0].situation, (Situation{AlertKind::kDoubleIdentity, a, {}, "i1 i2"}));
  ASSERT_TRUE(sky.plans.erase("i2"));
  sky.pass(1);
  EXPECT_EQ(sky.whose(a), "i1 by address");
}

// A second kind of evidence must not make up for the time that is over.
TEST(Attribution, APlanWhoseTimeIsOverGivesWayAtOnce) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_sign(with_icao(plan("first", kHome, -10, 5), 0xA), "RESCUE1")));
  ASSERT_TRUE(sky.plans.put(with_sign(with_icao(plan("second", kHome, 5, 60), 0xA), "RESCUE1")));
  const auto a = sky.add({.place = kHome, .icao = 0xA, .call_sign = "RESCUE1"});
  ASSERT_EQ(sky.whose(a), "first by address");
  sky.pass(5 * 60 - 3);
  EXPECT_EQ(sky.whose(a), "first by address");
  sky.pass(2);
  EXPECT_EQ(sky.whose(a), "second by address");
}

// The later plan has five more for the call sign and five for its leg: just as much as what stands has for standing.
TEST(Attribution, WhatStandsStaysUnlessAnotherIsBetterByMore) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(plan("z", kElsewhere), 0xA)));
  const auto a = sky.add({.place = kHome, .icao = 0xA, .call_sign = "RESCUE1"});
  ASSERT_EQ(sky.whose(a), "z by address");
  ASSERT_TRUE(sky.plans.put(with_sign(with_icao(plan("a"), 0xA), "RESCUE1")));
  sky.pass(3);
  EXPECT_EQ(sky.whose(a), "z by address");
}

TEST(Attribution, KnowsWhichTracksItHasLookedAt) {
  Sky sky;
  const auto a = sky.add({.place = kHome, .icao = 0xA});
  EXPECT_TRUE(sky.attribution.has_looked_at(a));
  EXPECT_FALSE(sky.attribution.has_looked_at({a.value + 1}));
}

TEST(Attribution, OfTwoFlightsOfADayThePresentOneIsMeant) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(plan("evening", kHome, 360, 420), 0xA)));
  ASSERT_TRUE(sky.plans.put(with_icao(plan("noon", kHome, -10, 60), 0xA)));
  const auto a = sky.add({.place = kHome, .icao = 0xA});
  EXPECT_EQ(sky.whose(a), "noon by address");
  EXPECT_TRUE(sky.findings().empty()) << "the evening flight is not of now";
}

TEST(Attribution, AMergedTrackTakesItsPlanAlong) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_icao(plan("i1"), 0xA)));
  ASSERT_TRUE(sky.plans.put(with_sign(plan("i2", kElsewhere), "NORD2")));
  const auto a = sky.add({.place = normal_of(40, 1), .icao = 0xA});
  const auto b = sky.add({.place = normal_of(40, 2)});
  const auto c = sky.add({.place = normal_of(40, 3), .call_sign = "NORD2"});
  ASSERT_EQ(sky.whose(a), "i1 by address");
  const UtcMs since = sky.attribution.of_track(a)->since;
  sky.attribution.renamed(b, a);
  EXPECT_EQ(sky.whose(a), "i1 by address") << "nothing is known of the one that is gone";
  sky.attribution.renamed(a, b);
  EXPECT_EQ(sky.whose(a), "");
  EXPECT_EQ(sky.whose(b), "i1 by address");
  EXPECT_EQ(sky.attribution.of_track(b)->track, b);
  EXPECT_EQ(sky.attribution.of_track(b)->since, since);
  EXPECT_EQ(sky.attribution.of_intent("i1")->track, b);
  // Both have a plan: the surer stays, whichever way the tracks are joined.
  sky.attribution.renamed(c, b);
  EXPECT_EQ(sky.whose(b), "i1 by address");
  EXPECT_EQ(sky.whose(c), "");
  EXPECT_EQ(sky.attribution.of_intent("i2"), nullptr);
  sky.pass(1);
  ASSERT_EQ(sky.whose(c), "i2 by call_sign");
  sky.attribution.renamed(a, c);
  EXPECT_EQ(sky.whose(c), "i1 by address");
  EXPECT_EQ(sky.attribution.of_intent("i2"), nullptr);
  sky.attribution.renamed(c, c);
  EXPECT_EQ(sky.whose(c), "i1 by address");
}

// Several craft of one plan
// ---------------------------------------------------------------------------------------------------------------------

/// A plan of craft with these addresses.
Plan formation(std::string intent, std::vector<std::uint32_t> addresses, const Normal& where = kElsewhere) {
  Plan p = plan(std::move(intent), where);
  for (const std::uint32_t address : addresses) p.craft.push_back({.icao = core::IcaoAddress{address}});
  return p;
}

TEST(Attribution, EveryCraftOfAFormationFliesItsPlanAndNobodyElseDoes) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_sign(formation("i1", {0xA, 0xB, 0xC}), "NORD")));
  const auto b = sky.add({.place = normal_of(40, 1), .icao = 0xB, .call_sign = "NORD"});
  const auto c = sky.add({.place = normal_of(40, 2), .icao = 0xC});
  sky.pass(2);
  EXPECT_EQ(sky.whose(b), "i1 by address");
  EXPECT_EQ(sky.whose(c), "i1 by address");
  EXPECT_EQ(sky.attribution.of_track(b)->seat, 1U);
  EXPECT_EQ(sky.attribution.of_track(c)->seat, 2U);
  EXPECT_EQ(sky.attribution.of_intent("i1")->track, b) << "the first that is heard stands for the plan";
  EXPECT_TRUE(sky.findings().empty()) << "that the others are somebody else says nothing";
  const auto a = sky.add({.place = normal_of(40, 3), .icao = 0xA});
  const auto d = sky.add({.place = normal_of(40, 4), .icao = 0xD});
  sky.pass(2);
  EXPECT_EQ(sky.attribution.of_intent("i1")->track, a);
  EXPECT_EQ(sky.whose(b), "i1 by address");
  EXPECT_EQ(sky.whose(d), "");
}

TEST(Attribution, WhoBearsTheCallSignOfAFormationTakesAFreePlaceInIt) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(with_sign(formation("i1", {0xA, 0xB}), "NORD")));
  const auto unnamed = sky.add({.place = normal_of(40, 1), .call_sign = "NORD"});
  sky.pass(2);
  EXPECT_EQ(sky.whose(unnamed), "i1 by call_sign");
  const auto a = sky.add({.place = normal_of(40, 2), .icao = 0xA});
  sky.pass(2);
  EXPECT_EQ(sky.whose(a), "i1 by address");
  EXPECT_EQ(sky.whose(unnamed), "i1 by call_sign") << "it is the other one";
  EXPECT_EQ(sky.attribution.of_track(unnamed)->seat, 1U);
  EXPECT_TRUE(sky.findings().empty());
  const auto b = sky.add({.place = normal_of(40, 3), .icao = 0xB});
  sky.pass(2);
  EXPECT_EQ(sky.whose(b), "i1 by address");
  EXPECT_EQ(sky.whose(unnamed), "") << "no place is left";
  EXPECT_FALSE(sky.findings().empty()) << "and that is reported";
}

TEST(Attribution, TwoPlansOfOneAddressAreReported) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(formation("i1", {0xA, 0xB})));
  ASSERT_TRUE(sky.plans.put(formation("i2", {0xC, 0xA})));
  const auto a = sky.add({.place = normal_of(40, 1), .icao = 0xA});
  sky.pass(2);
  EXPECT_EQ(sky.whose(a), "i1 by address");
  ASSERT_EQ(sky.findings().size(), 1U);
  EXPECT_EQ(sky.findings()[0].situation.kind, AlertKind::kDoubleIdentity);
  EXPECT_EQ(sky.findings()[0].situation.object, "i1 i2");
  // Sticky: what stands is not given up for what is no better.
  ASSERT_TRUE(sky.plans.put(formation("i0", {0xA})));
  sky.pass(2);
  EXPECT_EQ(sky.whose(a), "i1 by address");
}

TEST(Attribution, ACodeWithoutTimesIsLentForTheTimeOfTheLegs) {
  Sky sky;
  Plan now = plan("now", kElsewhere, -10, 60);
  now.craft = {{.mode_3a = core::Mode3a{04321}}};
  Plan later = plan("later", kElsewhere, 60, 120);
  later.craft = {{.mode_3a = core::Mode3a{05321}}};
  ASSERT_TRUE(sky.plans.put(now));
  ASSERT_TRUE(sky.plans.put(later));
  const auto a = sky.add({.place = normal_of(40, 1), .code = 04321});
  const auto b = sky.add({.place = normal_of(40, 2), .code = 05321});
  sky.pass(2);
  EXPECT_EQ(sky.whose(a), "now by code");
  EXPECT_EQ(sky.whose(b), "");
}

TEST(Attribution, WhoIsStruckOutOfAPlanFliesItNoMore) {
  Sky sky;
  ASSERT_TRUE(sky.plans.put(formation("i1", {0xA, 0xB})));
  const auto a = sky.add({.place = normal_of(40, 1), .icao = 0xA});
  const auto b = sky.add({.place = normal_of(40, 2), .icao = 0xB});
  sky.pass(2);
  // The plan names one craft less: that one's track has no seat any more.
  ASSERT_TRUE(sky.plans.put(formation("i1", {0xA})));
  sky.pass(2);
  EXPECT_EQ(sky.whose(a), "i1 by address");
  EXPECT_EQ(sky.whose(b), "");
}

// Random traffic and plans with few names, so that they clash. The model compares every pair by the table of the
// header.
TEST(AttributionProperty, NoPairWouldRatherHaveEachOther) {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    Sky sky;
    std::vector<Plan> list;
    for (int i = 0; i < 12; ++i) {
      Plan p = plan("i" + std::to_string(i), LocalFrame(kHome).at({random.unit() * 30'000, 0}));
      if (random.one_in(2)) p = with_icao(p, static_cast<std::uint32_t>(random.between(1, 6)));
      if (random.one_in(2)) p.call_sign = "S" + std::to_string(random.between(1, 6));
      if (random.one_in(3)) p = with_code(p, static_cast<std::uint16_t>(01001 + random.between(0, 5)));
      if (random.one_in(8)) p.state = IntentState::kEnded;
      list.push_back(p);
      ASSERT_TRUE(sky.plans.put(p));
    }
    for (int i = 0; i < 10; ++i) {
      Sky::Hover hover{.place = LocalFrame(kHome).at({random.unit() * 30'000, 20'000 + i * 5'000.0})};
      if (random.one_in(2)) hover.icao = static_cast<std::uint32_t>(i + 1);
      if (random.one_in(2)) hover.call_sign = "S" + std::to_string(random.between(1, 6));
      if (random.one_in(3)) hover.code = static_cast<std::uint16_t>(01001 + random.between(0, 5));
      sky.add(hover);
    }
    sky.pass(3);
    const auto weight = [&](const Track& t, const Plan& p) {
      if (p.state == IntentState::kEnded) return 0;
      const bool same_sign = !p.call_sign.empty() && t.call_sign.view() == p.call_sign;
      const core::Craft craft = p.in_seat(0);
      const bool address = craft.icao && t.icao == craft.icao->value;
      const bool other =
          (craft.icao && t.icao && !address) || (!p.call_sign.empty() && !t.call_sign.view().empty() && !same_sign);
      const bool code = craft.mode_3a && t.mode_3a == craft.mode_3a->value && !other;
      const int kinds = address + same_sign + code;
      const int best = address ? 100 : same_sign ? (other ? 42 : 85) : code ? 70 : 0;
      return best == 0 ? 0 : std::min(100, best + 5 * (kinds - 1));
    };
    std::set<std::string> intents;
    for (const auto& [id, c] : sky.attribution.all()) EXPECT_TRUE(intents.insert(c.intent).second);
    sky.tracker.each([&](const Track& t) {
      const Correlation* mine = sky.attribution.of_track(t.id);
      for (const Plan& p : list) {
        const int w = weight(t, p);
        const Correlation* theirs = sky.attribution.of_intent(p.intent);
        if (mine != nullptr && mine->intent == p.intent) {
          EXPECT_EQ(mine->confidence, w) << p.intent;
        }
        const int margin = 10;  // What stands has so much in its favour.
        const bool rather = w >= 30 && (mine == nullptr || w > mine->confidence + margin) &&
                            (theirs == nullptr || w > theirs->confidence + margin);
        EXPECT_FALSE(rather) << t.label() << ' ' << p.intent;
      }
    });
  }
}

}  // namespace
}  // namespace tansiq::picture
