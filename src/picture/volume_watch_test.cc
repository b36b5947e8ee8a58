// Entries into volumes beside slow sampling, and what is said of them.
#include "picture/volume_watch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "geo/geo_testlib.h"
#include "picture/detection_testlib.h"

namespace tansiq::picture {
namespace {

using testing::beside;
using testing::between;
using testing::geodesic_m;
using testing::moved;
using testing::moving;

constexpr UtcMs kStart{1'700'000'000'000};
constexpr TrackId kOne{1};

Mover mover(const Motion& motion) { return make_mover(motion).value(); }
geo::LatLng point_of(const Motion& m) { return geo::test::at(m.lat_deg, m.lng_deg); }
geo::Volume4d circle(const Motion& centre, double radius_m, geo::LevelBand band = {}) {
  return {geo::Circle{point_of(centre), std::llround(radius_m * 100)}, band, {kStart - 3'600'000, kStart + 3'600'000}};
}

TEST(VolumeEntry, AgreesWithSamplingOfCircles) {
  // An oracle of its own: geodesic distances at every quarter of a second.
  SeededRandom random(1);
  int entries = 0;
  int inside = 0;
  for (int i = 0; i < 1'500; ++i) {
    SCOPED_TRACE(i);
    const auto& seam = testing::kSeams[static_cast<std::size_t>(random.between(0, std::ssize(testing::kSeams) - 1))];
    const Motion centre = moving(seam[0], seam[1], 0, 0);
    const double radius = between(random, 300, 15'000);
    const auto volume = geo::prepare(circle(centre, radius)).value();
    Motion craft = beside(centre, between(random, 0, 360), between(random, 0, 40'000));
    craft = moving(std::clamp(craft.lat_deg, -89.99, 89.99), craft.lng_deg, between(random, 0, 360),
                   between(random, 0, 300), 5'000, 0, kStart - random.between(0, 5'000));
    const auto found = predict_entry(volume, mover(craft), kStart, 120);
    const double age = static_cast<double>(kStart - craft.time) * 1e-3;
    const auto depth = [&](double t) { return radius - geodesic_m(centre, moved(craft, age + t)); };
    double first = -1;
    for (double t = 0; t <= 120 && first < 0; t += 0.25) {
      if (depth(t) > 0) first = t;
    }
    if (first >= 0) {
      ASSERT_TRUE(found);
      ASSERT_EQ(found->inside || depth(0) < 2, true);
      ASSERT_LE(found->in_s, first + 0.01);
      (first == 0 ? inside : entries) += 1;
    }
    if (found) {
      // Where it says that the entry is, it is to within a metre or two.
      double nearest = -1e9;
      for (double t = found->in_s; t <= found->in_s + kEntryErrorS + 0.01; t += 0.01) {
        nearest = std::max(nearest, depth(t));
      }
      ASSERT_GT(nearest, -1.1 - 1.1e-3 * radius);
    }
  }
  EXPECT_GT(entries, 50);
  EXPECT_GT(inside, 50);
}

TEST(VolumeEntry, AClippedCornerIsFound) {
  // 250 m/s past a corner: inside for 0.1 s.
  const geo::Volume4d volume{geo::Polygon{{geo::test::at(0, 0), geo::test::at(0, 0.5), geo::test::at(0.5, 0)}},
                             {},
                             {kStart - 1, kStart + 1'000'000}};
  const auto prepared = geo::prepare(volume).value();
  const Motion craft = moving(-0.1, 0.4999, 0, 250, std::nullopt, 0, kStart);
  const auto found = predict_entry(prepared, mover(craft), kStart, 120);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->in_s, 0.1 * 110'574 / 250, kEntryErrorS + 0.01);
  EXPECT_FALSE(predict_entry(prepared, mover(moving(-0.1, 0.5001, 0, 250, std::nullopt, 0, kStart)), kStart, 120));
}

TEST(VolumeEntry, TimeAndHeightAreHalfOpen) {
  const Motion centre = moving(50, 10, 0, 0);
  geo::LevelBand band{1'000'00, 2'000'00, geo::VerticalReference::kFlightLevel};
  geo::Volume4d stated = circle(centre, 5'000, band);
  const auto at = [&](double height, double up = 0) {
    return predict_entry(geo::prepare(stated).value(), mover(moving(50, 10, 90, 100, height, up, kStart)), kStart, 60);
  };
  EXPECT_TRUE(at(1'000)->inside);
  EXPECT_FALSE(at(999.9));
  EXPECT_TRUE(at(1'999.9)->inside);
  EXPECT_FALSE(at(2'000));
  EXPECT_FALSE(at(900));
  EXPECT_FALSE(at(900, 10)->inside);  // Climbs in.
  EXPECT_NEAR(at(900, 10)->in_s, 10, 1e-6);
  EXPECT_NEAR(at(2'100, -5)->in_s, 20, 1e-6);
  EXPECT_FALSE(at(900, 1));  // 40 s after the look-ahead.
  // Out of the side before it has climbed in.
  EXPECT_FALSE(
      predict_entry(geo::prepare(stated).value(), mover(moving(50, 10.06, 90, 100, 0, 50, kStart)), kStart, 60));
  stated.window = {kStart + 20'000, kStart + 40'000};
  EXPECT_EQ(at(1'500)->in_s, 20);
  EXPECT_FALSE(at(1'500)->inside);
  stated.window = {kStart - 20'000, kStart};
  EXPECT_FALSE(at(1'500));
}

TEST(VolumeEntry, TheHeightWithTheLesserMarginCounts) {
  const Motion centre = moving(50, 10, 0, 0);
  const auto inside = [&](geo::VerticalReference reference, std::optional<double> pressure,
                          std::optional<double> geometric) {
    const auto volume = geo::prepare(circle(centre, 5'000, {1'000'00, 2'000'00, reference})).value();
    Motion craft = moving(50, 10, 90, 100, pressure, 0, kStart);
    craft.geometric_m = geometric;
    return predict_entry(volume, mover(craft), kStart, 10).has_value();
  };
  using enum geo::VerticalReference;
  EXPECT_FALSE(inside(kFlightLevel, 2'500, 1'500));
  EXPECT_TRUE(inside(kWgs84, 2'500, 1'500));
  EXPECT_FALSE(inside(kWgs84, 1'500, 2'500));
  EXPECT_TRUE(inside(kAmsl, 9'000, 2'109));
  EXPECT_FALSE(inside(kAmsl, 1'500, 2'111));
  EXPECT_TRUE(inside(kAmsl, 2'000 + 650 + 0.12 * 3'000, {}));
  EXPECT_FALSE(inside(kAmsl, 3'100, {}));
  EXPECT_TRUE(inside(kAgl, {}, 10'900));
  EXPECT_TRUE(inside(kFlightLevel, {}, {}));
}

/// Flies craft straight on and keeps what the watch says.
struct Flight {
  explicit Flight(const VolumeOptions& options = {}, VolumeWatch::Concerns concerns = {})
      : watch(options, std::move(concerns)) {}
  std::vector<SituationChange> fly(int seconds) {
    std::vector<SituationChange> changes;
    for (int i = 0; i < seconds; ++i) {
      now = now + 1'000;
      motion = moved(motion, 1);
      motion.time = now;
      EXPECT_TRUE(watch.update(kOne, motion, now, changes));
      watch.tick(now, changes);
    }
    return changes;
  }
  VolumeWatch watch;
  UtcMs now = kStart;
  Motion motion;
};

TEST(VolumeWatch, AnEntryFromWarningToEnd) {
  Flight flight;
  const Motion centre = moving(-20, 180, 0, 0);
  ASSERT_TRUE(flight.watch.put({AlertKind::kVolumeEntry, "R-12", {circle(centre, 5'000)}}));
  // 250 m/s eastward, 45 km before the border, across the 180th meridian.
  flight.motion = moving(-20, 180 - 50'000 / (111'320 * std::cos(20 * 0.0174533)), 90, 250, 5'000);
  EXPECT_TRUE(flight.fly(58).empty());
  const auto begun = flight.fly(6);
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_EQ(begun[0].what, ChangeKind::kBegun);
  EXPECT_EQ(begun[0].situation, (Situation{AlertKind::kVolumeEntry, kOne, {}, "R-12"}));
  EXPECT_EQ(begun[0].finding.priority, Priority::kWarning);
  EXPECT_NEAR(static_cast<double>(*begun[0].finding.to_violation_ms), 118'500, 2'500);
  const auto on_the_way = flight.fly(116);
  ASSERT_EQ(on_the_way.size(), 1U);
  EXPECT_EQ(on_the_way[0].finding.priority, Priority::kAlarm);
  EXPECT_FALSE(on_the_way[0].finding.now);
  const auto entered = flight.fly(6);
  ASSERT_EQ(entered.size(), 1U);
  EXPECT_TRUE(entered[0].finding.now);
  const auto over = flight.fly(50);
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].what, ChangeKind::kOver);
  EXPECT_TRUE(over[0].happened);
  EXPECT_NEAR(static_cast<double>(over[0].warned_ms), 120'000, 3'000);
  EXPECT_TRUE(flight.fly(10).empty());
}

TEST(VolumeWatch, OnlyWhomItConcerns) {
  Flight flight(
      {}, [](TrackId, AlertKind kind, std::string_view id) { return kind == AlertKind::kForeignZone && id == "K4"; });
  flight.motion = moving(10, 10, 0, 100, 1'000);
  ASSERT_TRUE(flight.watch.put({AlertKind::kForeignZone, "K3", {circle(flight.motion, 5'000)}}));
  EXPECT_TRUE(flight.fly(3).empty());
  ASSERT_TRUE(flight.watch.put({AlertKind::kForeignZone, "K4", {circle(flight.motion, 5'000)}}));
  const auto changes = flight.fly(1);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].situation.object, "K4");
  EXPECT_TRUE(changes[0].finding.now);
  EXPECT_EQ(changes[0].finding.priority, Priority::kAlarm);
}

TEST(VolumeWatch, AlongTheBorderItDoesNotFlicker) {
  Flight flight;
  const Motion centre = moving(0, 0, 0, 0);
  ASSERT_TRUE(flight.watch.put({AlertKind::kVolumeEntry, "R", {circle(centre, 5'000)}}));
  std::vector<SituationChange> changes;
  for (int i = 0; i < 60; ++i) {
    flight.motion = beside(centre, 90, 5'000 + (i / 10 % 2 == 0 ? -30 : 30));
    const auto more = flight.fly(1);
    changes.insert(changes.end(), more.begin(), more.end());
  }
  EXPECT_EQ(changes.size(), 1U);
  flight.motion = beside(centre, 90, 5'200);
  EXPECT_TRUE(flight.fly(3).empty());
  const auto over = flight.fly(1);
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].what, ChangeKind::kOver);
}

TEST(VolumeWatch, ATurnIsNotTakenForAnEntryFarAhead) {
  Flight flight;
  const Motion centre = moving(0, 0, 0, 0);
  ASSERT_TRUE(flight.watch.put({AlertKind::kVolumeEntry, "R", {circle(centre, 5'000)}}));
  std::vector<SituationChange> changes;
  Motion craft = moving(0, -0.2, 90, 200, 1'000);  // 86 s ahead.
  for (const double turn : {3.0, 0.0}) {
    craft.turn_deg_s = turn;
    for (int i = 0; i < 5; ++i) {
      craft.time = flight.now = flight.now + 1'000;
      ASSERT_TRUE(flight.watch.update(kOne, craft, flight.now, changes));
    }
    EXPECT_EQ(changes.size(), turn == 0 ? 1U : 0U);
  }
}

TEST(VolumeWatch, AGroupMoves) {
  // A group sails east at 10 m/s; a craft behind it at 10 m/s never comes nearer, one at 30 m/s does.
  for (const double speed : {10.0, 30.0}) {
    Flight flight({.lookahead_s = 600});
    const Motion anchor = moving(60, 179.9, 90, 10, std::nullopt, 0, kStart);
    ASSERT_TRUE(flight.watch.put({AlertKind::kGroupEntry, "TG-1", {circle(anchor, 3'000)}, Drift{10, 0, kStart}}));
    flight.motion = beside(moving(60, 179.9, 90, speed), 270, 11'000);
    const auto changes = flight.fly(10);
    if (speed == 10) {
      EXPECT_TRUE(changes.empty());
    } else {
      ASSERT_EQ(changes.size(), 1U);
      // 8 km at 20 m/s of closing.
      EXPECT_NEAR(static_cast<double>(*changes[0].finding.to_violation_ms), 398'000, 4'000);
    }
  }
}

TEST(VolumeWatch, WhoKeepsAbreastOfAGroupStaysBeside) {
  // Far in the north, half an hour: east at the craft is another direction than east at the group.
  for (const double lat : {60.0, 85.0, -88.5}) {
    const Motion anchor = moving(lat, 180, 70, 12, std::nullopt, 0, kStart);
    const Motion craft = beside(anchor, 160, 20'000);
    Motion abreast = craft;  // The same velocity in space, as well as the ground allows.
    const Directions there = directions_at(anchor.lat_deg, anchor.lng_deg);
    const Directions here = directions_at(craft.lat_deg, craft.lng_deg);
    const Vector velocity = anchor.east_m_s * there.east + anchor.north_m_s * there.north;
    abreast.east_m_s = dot(velocity, here.east);
    abreast.north_m_s = dot(velocity, here.north);
    const Drift drift{anchor.east_m_s, anchor.north_m_s, kStart};
    const Mover relative = relative_to(abreast, drift, there);
    EXPECT_LT(relative.speed_m_s, 0.05) << lat;
    // Five minutes later, with the volume still said to stand where it stood: put back by the drift.
    Motion later = moved(abreast, 300);
    later.time = kStart + 300'000;
    const Geodetic back = geodetic_of(relative_to(later, drift, there).place);
    EXPECT_LT(geodesic_m(moving(back.lat_deg, back.lng_deg, 0, 0), craft), 30) << lat;
  }
}

TEST(VolumeWatch, AGroupAtThePole) {
  Flight flight({.lookahead_s = 600});
  const Motion anchor = moving(89.99, 10, 0, 10, std::nullopt, 0, kStart);
  ASSERT_TRUE(flight.watch.put({AlertKind::kGroupEntry, "TG", {circle(anchor, 5'000)}, Drift{0, 10, kStart}}));
  flight.motion = moving(89.9, -170, 0, 15);
  const auto changes = flight.fly(5);
  ASSERT_EQ(changes.size(), 1U);
  // 12.3 km apart, 5 km of room, 25 m/s of closing.
  EXPECT_NEAR(static_cast<double>(*changes[0].finding.to_violation_ms), 290'000, 15'000);
}

TEST(VolumeWatch, ChangedAndDroppedObjects) {
  Flight flight;
  flight.motion = moving(10, 10, 0, 50, 1'000);
  const Motion far = moving(-10, 10, 0, 0);
  ASSERT_TRUE(flight.watch.put({AlertKind::kVolumeEntry, "R", {circle(far, 1'000), circle(flight.motion, 9'000)}}));
  EXPECT_EQ(flight.watch.volumes(), 2U);
  ASSERT_EQ(flight.fly(1).size(), 1U);
  ASSERT_TRUE(flight.watch.put({AlertKind::kVolumeEntry, "R", {circle(far, 1'000)}}));
  EXPECT_EQ(flight.watch.volumes(), 1U);
  const auto over = flight.fly(5);
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].what, ChangeKind::kOver);
  ASSERT_TRUE(flight.watch.put({AlertKind::kVolumeEntry, "R", {circle(flight.motion, 9'000)}}));
  ASSERT_EQ(flight.fly(1).size(), 1U);
  std::vector<SituationChange> changes;
  flight.watch.drop(AlertKind::kVolumeEntry, "R", flight.now, changes);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].what, ChangeKind::kOver);
  EXPECT_EQ(flight.watch.objects(), 0U);
  EXPECT_EQ(flight.watch.volumes(), 0U);
}

TEST(VolumeWatch, WhoIsRemovedOrNotHeardOfIsOver) {
  Flight flight;
  flight.motion = moving(10, 10, 0, 50, 1'000);
  ASSERT_TRUE(flight.watch.put({AlertKind::kVolumeEntry, "R", {circle(flight.motion, 9'000)}}));
  ASSERT_EQ(flight.fly(1).size(), 1U);
  std::vector<SituationChange> changes;
  flight.watch.remove(kOne, flight.now, changes);
  EXPECT_EQ(changes.size(), 1U);
  ASSERT_EQ(flight.fly(1).size(), 1U);
  changes.clear();
  flight.watch.tick(flight.now + 15'001, changes);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].what, ChangeKind::kOver);
  EXPECT_EQ(flight.watch.tracks(), 0U);
}

TEST(VolumeWatch, WhatIsWrongOrTooMuchIsRefused) {
  VolumeWatch watch({.objects_max = 1, .volumes_max = 2, .drifting_max = 0, .candidates_max = 1, .tracks_max = 1});
  const Motion here = moving(10, 10, 0, 50, 1'000, 0, kStart);
  const auto refused = [&](const WatchedObject& object, ErrorCode code, std::string_view where) {
    const auto result = watch.put(object);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(result.error().where, where);
  };
  refused({AlertKind::kConflict, "R", {circle(here, 100)}}, ErrorCode::kInvalid, "R");
  refused({AlertKind::kVolumeEntry, "R", {}}, ErrorCode::kInvalid, "R");
  refused({AlertKind::kVolumeEntry, "R", {circle(here, 100), circle(here, -1)}}, ErrorCode::kInvalid,
          "R.volumes[1].outline.radius");
  refused({AlertKind::kGroupEntry, "G", {circle(here, 100)}, Drift{5'000, 0, kStart}}, ErrorCode::kInvalid, "G");
  refused({AlertKind::kGroupEntry, "G", {circle(here, 100)}, Drift{5, 0, kStart}}, ErrorCode::kTooLarge, "G");
  refused({AlertKind::kVolumeEntry, "R", std::vector(3, circle(here, 100))}, ErrorCode::kTooLarge, "R");
  ASSERT_TRUE(watch.put({AlertKind::kVolumeEntry, "R", std::vector(2, circle(here, 100))}));
  refused({AlertKind::kVolumeEntry, "S", {circle(here, 100)}}, ErrorCode::kTooLarge, "S");
  EXPECT_EQ(watch.objects(), 1U);

  std::vector<SituationChange> changes;
  const auto work = watch.update(kOne, here, kStart, changes);
  ASSERT_FALSE(work);
  EXPECT_EQ(work.error().code, ErrorCode::kTooMuchWork);
  EXPECT_EQ(watch.counters().too_much_work, 1U);
  const Motion far = moving(-10, 10, 0, 50, 1'000, 0, kStart);
  EXPECT_TRUE(watch.update(kOne, far, kStart, changes));
  EXPECT_EQ(watch.update({2}, far, kStart, changes).error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(watch.update(kOne, moving(99, 0, 0, 0), kStart, changes).error().where, "track 1.lat_deg");
  EXPECT_EQ(watch.counters().refused, 2U);
}

TEST(VolumeWatch, AgreesWithAListOfVolumes) {
  // Whoever is inside any of two hundred volumes, by comparing with each of them.
  SeededRandom random(3);
  std::size_t total = 0;
  for (const auto& seam : testing::kSeams) {
    VolumeWatch watch({.confirm_hits = 1});
    std::vector<std::pair<std::string, geo::PreparedVolume>> list;
    const Motion middle = moving(seam[0], seam[1], 0, 0);
    for (int i = 0; i < 200; ++i) {
      const Motion centre = beside(middle, between(random, 0, 360), between(random, 0, 60'000));
      const std::int64_t low = random.between(0, 8'000);
      const geo::LevelBand band{
          low * 100, (low + 1'000) * 100,
          random.one_in(2) ? geo::VerticalReference::kFlightLevel : geo::VerticalReference::kAmsl};
      geo::Volume4d volume = circle(centre, between(random, 500, 9'000), band);
      if (random.one_in(4)) volume.window.start = kStart + random.between(0, 200'000);
      const std::string id = fmt::format("R{:03}", i);
      ASSERT_TRUE(watch.put({AlertKind::kVolumeEntry, id, {volume}}));
      list.emplace_back(id, geo::prepare(volume).value());
    }
    for (std::uint32_t track = 1; track <= 60; ++track) {
      const Motion craft = testing::draw_in_crowd(
          random, {.lat_deg = seam[0], .lng_deg = seam[1], .radius_m = 80'000, .height_spread_m = 6'000}, kStart);
      Motion straight = craft;
      straight.turn_deg_s = 0;
      std::vector<SituationChange> changes;
      ASSERT_TRUE(watch.update({track}, straight, kStart, changes));
      std::vector<std::string> wanted;
      for (const auto& [id, volume] : list) {
        if (predict_entry(volume, mover(straight), kStart, 120)) wanted.push_back(id);
      }
      std::vector<std::string> found;
      for (const auto& change : changes) found.push_back(change.situation.object);
      ASSERT_EQ(wanted, found);
      total += found.size();
    }
  }
  EXPECT_GT(total, 300U);
}

}  // namespace
}  // namespace tansiq::picture
