// The demo's traffic: where craft are, against small steps; and what its streams say, read by the decoders of a node.
#include "cli/levant_sky.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/eventually.h"
#include "node/coalition_figures.h"
#include "node/live_inputs.h"
#include "picture/local_frame.h"
#include "surveillance/decoding.h"
#include "surveillance/surveillance_testlib.h"
#include "surveillance/velocity.h"

namespace tansiq::cli {
namespace {

using surveillance::Decoding;
using surveillance::IdKind;
using surveillance::Report;
using surveillance::Speaks;
using surveillance::testing::Remembering;

constexpr UtcMs kBegins{1'447'920'000'000};

SkyCraft flight() {
  return {.name = "MIRAGE3",
          .ear = SkyEar::kRadar,
          .id = {IdKind::kIcao, 0x39C4A1},
          .speed_m_s = 230,
          .level = 235,
          .begins = kBegins,
          .way = {{36.9, 42.8}, {36.5, 41.2}, {36.9, 41.0}}};
}

SkyCraft ship() {
  return {.name = "CARRIER",
          .ear = SkyEar::kAis,
          .id = {IdKind::kMmsi, 227'000'473},
          .speed_m_s = 9,
          .begins = kBegins,
          .way = {{34.2, 33.1}, {34.2, 34.2}}};
}

double metres(geo::LatLng a, geo::LatLng b) {
  return picture::distance_m(picture::normal_of(a), picture::normal_of(b));
}

/// The slow way: one step after the other towards the next turning point, each looked at anew.
class Walker {
 public:
  explicit Walker(const SkyCraft& craft)
      : craft_(craft), at_(picture::normal_of(craft.way[0].lat, craft.way[0].lng)), next_(1) {}

  /// False at the end of the way.
  bool walk(double m) {
    while (next_ < craft_.way.size() || craft_.round) {
      const SkyPoint& to = craft_.way[next_ % craft_.way.size()];
      const picture::LocalFrame frame(at_);
      const picture::Planar left = frame.offset_of(picture::normal_of(to.lat, to.lng));
      const double left_m = std::sqrt(norm2(left));
      if (m < left_m) {
        at_ = frame.at((m / left_m) * left);
        return true;
      }
      m -= left_m;
      at_ = picture::normal_of(to.lat, to.lng);
      ++next_;
    }
    return false;
  }
  [[nodiscard]] geo::LatLng at() const { return picture::lat_lng_of(at_); }

 private:
  const SkyCraft& craft_;
  picture::Normal at_;
  std::size_t next_;
};

TEST(LevantSky, CraftAreWhereSmallStepsLead) {
  for (const bool round : {false, true}) {
    SkyCraft craft = flight();
    craft.round = round;
    Walker walker(craft);
    constexpr DurationMs kStepMs = 500;
    bool there = true;
    for (UtcMs t = kBegins; there && t < kBegins + 3'600'000; t = t + kStepMs) {
      const auto state = state_at(craft, t);
      ASSERT_TRUE(state.has_value()) << t - kBegins;
      ASSERT_LT(metres(state->position, walker.at()), 2) << t - kBegins;
      there = walker.walk(craft.speed_m_s * kStepMs / 1'000);
      if (!there) {
        EXPECT_FALSE(state_at(craft, t + kStepMs + 100).has_value());
      }
    }
    EXPECT_EQ(there, round);
  }
}

TEST(LevantSky, CoursesPointWhereCraftGo) {
  const SkyCraft craft = flight();
  for (const DurationMs after : {0, 60'000, 300'000, 640'000, 700'000}) {
    const auto now = state_at(craft, kBegins + after);
    const auto then = state_at(craft, kBegins + after + 1'000);
    ASSERT_TRUE(now && then);
    EXPECT_NEAR(metres(now->position, then->position), craft.speed_m_s, 0.1);
    const auto way =
        picture::LocalFrame(picture::normal_of(now->position)).offset_of(picture::normal_of(then->position));
    EXPECT_NEAR(surveillance::course_of(way.east, way.north), now->course_mdeg, 30) << after;
  }
}

TEST(LevantSky, BeforeAndBehindItsWayACraftIsNotThere) {
  EXPECT_FALSE(state_at(flight(), kBegins - 1).has_value());
  EXPECT_TRUE(state_at(flight(), kBegins).has_value());
  EXPECT_FALSE(state_at(flight(), kBegins + 3'600'000).has_value());
}

TEST(LevantSky, WhatCannotMoveIsRefused) {
  const auto refused = [](auto&& change) {
    SkyCraft craft = flight();
    change(craft);
    return !check_sky_craft(craft);
  };
  EXPECT_FALSE(refused([](SkyCraft&) {}));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.way.resize(1); }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.way.resize(kSkyPointsMax + 1, {1, 1}); }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.way[1] = c.way[0]; }));
  EXPECT_TRUE(refused([](SkyCraft& c) {
    c.round = true;
    c.way.back() = c.way.front();
  }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.way[1].lat = 90; }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.way[1].lng = std::nan(""); }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.speed_m_s = 0; }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.speed_m_s = std::nan(""); }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.ear = SkyEar::kAis; }));
  EXPECT_TRUE(refused([](SkyCraft& c) { c.id = {IdKind::kMmsi, 227'000'473}; }));
  EXPECT_TRUE(refused([](SkyCraft& c) {
    c.ear = SkyEar::kAdsb;
    c.id = {};
  }));
}

/// What a node that listens to this receiver hears in one minute, told of every three seconds.
Remembering& hear(SkyEar ear, const std::vector<SkyCraft>& craft, Remembering& heard) {
  surveillance::SourceConfig config;
  config.name = "line";
  config.format = ear == SkyEar::kRadar ? Speaks::kAsterix : ear == SkyEar::kAdsb ? Speaks::kBeast : Speaks::kAivdm;
  config.transport =
      *surveillance::parse_transport(ear == SkyEar::kAdsb ? "tcp-listen://127.0.0.1:1" : "udp://127.0.0.1:1");
  auto decoding = Decoding::make(config, {}, heard);
  EXPECT_TRUE(decoding.has_value());
  auto voice = SkyVoice::make(ear);
  EXPECT_TRUE(voice.has_value());
  const bool stream = ear == SkyEar::kAdsb;
  if (stream) (*decoding)->take({.received = kBegins, .kind = surveillance::ChunkKind::kUp, .bytes = {}});
  for (UtcMs now = kBegins; now < kBegins + 60'000; now = now + 3'000) {
    std::vector<std::string> units;
    voice->say(craft, now, units);
    for (const std::string& unit : units) {
      (*decoding)->take({.received = now,
                         .kind = stream ? surveillance::ChunkKind::kStream : surveillance::ChunkKind::kDatagram,
                         .bytes = as_bytes(unit)});
    }
  }
  for (const std::uint64_t count : (*decoding)->counters().rejected) EXPECT_EQ(count, 0U);
  return heard;
}

TEST(LevantSky, ARadarsBlocksReadBackToTimesPlacesAndNames) {
  Remembering heard;
  SkyCraft nobody = flight();
  nobody.name = "UNKNOWN";
  nobody.id = {};
  nobody.number = 900;
  nobody.level = 290;
  hear(SkyEar::kRadar, {flight(), nobody, ship()}, heard);
  ASSERT_EQ(heard.reports.size(), 40U);
  for (const Report& r : heard.reports) {
    const bool known = r.id.kind == IdKind::kIcao;
    const auto truth = state_at(flight(), r.time);
    ASSERT_TRUE(truth && r.position);
    EXPECT_LT(metres(truth->position, *r.position), 3);
    EXPECT_EQ(r.time, r.received);
    EXPECT_EQ(r.pressure_cm, known ? 235 * 3'048 : 290 * 3'048);
    EXPECT_NEAR(*r.speed_cm_s, 23'000, 60);
    EXPECT_NEAR(*r.course_mdeg, truth->course_mdeg, 200);
    EXPECT_EQ(r.call_sign.view(), known ? "MIRAGE3" : "");
    if (known) {
      EXPECT_EQ(r.id.number, 0x39C4A1U);
    }
    EXPECT_TRUE(r.track.has_value());
  }
}

TEST(LevantSky, BeastFramesReadBackToPlacesVelocitiesAndNames) {
  Remembering heard;
  SkyCraft craft = flight();
  craft.ear = SkyEar::kAdsb;
  hear(SkyEar::kAdsb, {craft}, heard);
  std::size_t places = 0;
  std::size_t velocities = 0;
  std::size_t names = 0;
  for (const Report& r : heard.reports) {
    EXPECT_EQ(r.id.number, 0x39C4A1U);
    const auto truth = state_at(craft, r.received);
    ASSERT_TRUE(truth.has_value());
    if (r.position) {
      ++places;
      EXPECT_LT(metres(truth->position, *r.position), 10);
      EXPECT_NEAR(*r.pressure_cm, 235 * 3'048, 400);  // Steps of 25 ft.
    }
    if (r.speed_cm_s) {
      ++velocities;
      EXPECT_NEAR(*r.speed_cm_s, 23'000, 100);
      EXPECT_NEAR(*r.course_mdeg, truth->course_mdeg, 400);
    }
    if (!r.call_sign.empty()) {
      ++names;
      EXPECT_EQ(r.call_sign.view(), "MIRAGE3");
    }
  }
  EXPECT_GE(places, 20U);
  EXPECT_GE(velocities, 20U);
  EXPECT_GE(names, 20U);
}

TEST(LevantSky, SentencesReadBackToThePlaceOfTheShipAndHerNameOnce) {
  Remembering heard;
  hear(SkyEar::kAis, {flight(), ship()}, heard);
  ASSERT_EQ(heard.reports.size(), 20U);
  for (const Report& r : heard.reports) {
    EXPECT_EQ(r.id, (surveillance::CraftId{IdKind::kMmsi, 227'000'473}));
    EXPECT_EQ(r.time, r.received);
    EXPECT_LT(metres(state_at(ship(), r.time)->position, *r.position), 3);
    EXPECT_NEAR(*r.speed_cm_s, 900, 6);
    EXPECT_NEAR(*r.course_mdeg, 90'000, 400);
  }
  ASSERT_EQ(heard.identities.size(), 1U);
  EXPECT_EQ(heard.identities[0].name.view(), "CARRIER");
}

TEST(LevantSky, ShipsSayTheirNamesEverySixMinutes) {
  auto voice = SkyVoice::make(SkyEar::kAis);
  ASSERT_TRUE(voice.has_value());
  std::vector<std::string> units;
  for (UtcMs now = kBegins; now < kBegins + 3'600'000; now = now + 6'000) voice->say({ship()}, now, units);
  EXPECT_EQ(voice->account().identities, 10U);
}

/// What comes to a node's sockets is read by its decoders.
TEST(LevantSky, ALineIsTriedUntilSomebodyListensAndThenHeard) {
  const auto port = node::free_loopback_port();
  ASSERT_TRUE(port.has_value());
  auto sky = LevantSky::start({{SkyEar::kAdsb, *port}}, [] { return kBegins + 60'000; });
  ASSERT_TRUE(sky.has_value());
  SkyCraft craft = flight();
  craft.ear = SkyEar::kAdsb;
  ASSERT_TRUE((*sky)->put(craft).has_value());
  ASSERT_TRUE(eventually([&] { return (*sky)->figures().unsent > 0; }));
  EXPECT_EQ((*sky)->figures().units, 0U);

  surveillance::SourceConfig config;
  config.name = "line";
  config.format = Speaks::kBeast;
  config.transport = *surveillance::parse_transport("tcp-listen://127.0.0.1:" + std::to_string(*port));
  const ManualClock clock(kBegins + 60'000);
  auto inputs = node::LiveInputs::start({config}, clock);
  ASSERT_TRUE(inputs.has_value());
  Remembering heard;
  auto decoding = Decoding::make(config, {}, heard);
  ASSERT_TRUE(decoding.has_value());
  EXPECT_TRUE(eventually([&] {
    std::vector<node::InputChunk> chunks;
    if (!(*inputs)->take(chunks, 64, 10)) return true;
    for (const node::InputChunk& chunk : chunks) (*decoding)->take(chunk.view());
    return std::ranges::any_of(heard.reports, [](const Report& r) { return r.position.has_value(); });
  }));
  EXPECT_GT((*sky)->figures().units, 0U);
}

TEST(LevantSky, RefusesMoreThanItHoldsAndTakesAnotherWayForOneThatIsThere) {
  auto sky = LevantSky::start({}, [] { return kBegins + 60'000; });
  ASSERT_TRUE(sky.has_value());
  for (std::size_t i = 0; i < kSkyCraftMax; ++i) {
    SkyCraft craft = flight();
    craft.name = "C" + std::to_string(i);
    ASSERT_TRUE((*sky)->put(craft).has_value());
  }
  EXPECT_EQ((*sky)->put(flight()).error().code, ErrorCode::kTooLarge);
  SkyCraft turned = flight();
  turned.name = "C7";
  turned.way = {{30, 30}, {31, 30}};
  const auto before = (*sky)->where("C7");
  ASSERT_TRUE((*sky)->put(turned).has_value());
  const auto after = (*sky)->where("C7");
  ASSERT_TRUE(before && after);
  EXPECT_GT(metres(before->position, after->position), 100'000);
  EXPECT_FALSE((*sky)->where("nobody").has_value());
  turned.speed_m_s = -1;
  EXPECT_EQ((*sky)->put(turned).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace tansiq::cli
