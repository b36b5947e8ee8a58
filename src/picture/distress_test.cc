// A distress outlives the track that said it: silence takes nothing back.
#include "picture/distress.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "picture/picture.h"
#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using surveillance::Emergency;
using surveillance::Flag;
using surveillance::Format;
using surveillance::IdKind;
using surveillance::Report;
using testing::Craft;
using testing::kAdsb;
using testing::kHome;
using testing::kNoon;

/// One craft that is heard once a second, in a picture.
struct Distress : ::testing::Test, PictureListener {
  void track_changed(const TrackChange& change, const Track& /*track*/) override {
    if (change.kind == TrackChange::Kind::kEnded) ++ended;
  }
  void alert_changed(const AlertChange& change) override {
    if (change.alert.situation.kind != AlertKind::kDistress) return;
    if (change.event == AlertEvent::kRaised) raised.push_back(change.alert.id);
    last = change.alert;
  }
  Report hear() {
    Report r = kAdsb.hear(craft, random, 0xA);
    r.emergency = emergency;
    return r;
  }
  void speak(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      craft.move(1'000);
      picture.report(hear());
      picture.advance(craft.time);
    }
  }
  void silence(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      craft.move(1'000);
      picture.advance(craft.time);
    }
  }
  [[nodiscard]] bool stands() const { return !raised.empty() && !last.over; }

  Picture picture{{}, this};
  SeededRandom random{1};
  Craft craft{kHome, 100, 90};
  Emergency emergency = Emergency::kNone;
  int ended = 0;
  std::vector<AlertId> raised;
  Alert last;
};

TEST_F(Distress, StandsWhenTheCraftFallsSilentAndItsTrackEnds) {
  speak(5);
  emergency = Emergency::kGeneral;
  speak(5);
  ASSERT_TRUE(stands());
  ASSERT_TRUE(picture.acknowledge(raised[0], "watch-1", craft.time));
  const geo::LatLng place = picture.tracker().find_icao(0xA)->fix;
  silence(400);
  ASSERT_EQ(ended, 1);
  ASSERT_EQ(picture.tracker().size(), 0U);
  EXPECT_TRUE(stands());
  EXPECT_EQ(raised.size(), 1U);
  EXPECT_TRUE(last.acknowledged);
  ASSERT_EQ(picture.tracker().lost_distress().size(), 1U);
  EXPECT_EQ(picture.tracker().lost_distress()[0].where, place);
  EXPECT_EQ(picture.tracker().lost_distress()[0].label, "00000A");
  for (UtcMs t = craft.time; t < craft.time + kLostDistressMs; t = t + 3'600'000) picture.advance(t);
  EXPECT_FALSE(last.over) << "for a day";
  picture.advance(craft.time + kLostDistressMs);
  EXPECT_TRUE(last.over) << "nobody can put it away by hand";
}

TEST_F(Distress, GoesOnUnderTheNextTrackOfTheCraft) {
  emergency = Emergency::kGeneral;
  speak(5);
  ASSERT_TRUE(picture.acknowledge(raised.at(0), "watch-1", craft.time));
  silence(400);
  ASSERT_EQ(ended, 1);
  emergency = Emergency::kNone;
  speak(1);
  EXPECT_TRUE(stands()) << "its track is tentative";
  EXPECT_EQ(picture.tracker().lost_distress().size(), 1U);
  speak(3);
  const Track* track = picture.tracker().find_icao(0xA);
  ASSERT_NE(track, nullptr);
  EXPECT_TRUE(picture.tracker().lost_distress().empty());
  EXPECT_EQ(track->emergency, Emergency::kGeneral) << "it has its time to say it again";
  EXPECT_TRUE(stands());
  EXPECT_EQ(raised.size(), 1U);
  EXPECT_EQ(last.situation.first, track->id);
  EXPECT_TRUE(last.acknowledged);
  speak(40);
  EXPECT_EQ(track->emergency, Emergency::kNone) << "its source goes on without it";
  EXPECT_TRUE(last.over);
}

TEST_F(Distress, IsTakenBackByTheFirstWordOfWhoSaidIt) {
  const auto event = [&](bool taken_back) {
    craft.move(1'000);
    Report r = hear();
    r.format = Format::kCot;
    r.id = {IdKind::kUid, 0};
    r.uid.assign("ANDROID-1-9-1-1");
    r.emergency = taken_back ? Emergency::kNone : Emergency::kGeneral;
    r.set(Flag::kTakenBack, taken_back);
    picture.report(r);
    picture.advance(craft.time);
  };
  for (int i = 0; i < 3; ++i) event(false);
  ASSERT_TRUE(stands());
  silence(400);
  ASSERT_EQ(ended, 1);
  ASSERT_TRUE(stands());
  event(true);
  EXPECT_TRUE(last.over);
  EXPECT_TRUE(picture.tracker().lost_distress().empty());
}

TEST(DistressKeeper, IsBoundedAndSaysWhenOneGoes) {
  SeededRandom random(1);
  const Craft craft{kHome, 100, 90};
  Track track(dynamics_of(surveillance::Domain::kAir), measurement_of(kAdsb.hear(craft, random)));
  track.emergency = Emergency::kGeneral;
  DistressKeeper keeper;
  for (std::uint32_t i = 0; i < kLostDistressMax; ++i) {
    track.id = {i + 1};
    EXPECT_TRUE(keeper.ended(track, kNoon + i));
  }
  track.id = {5'000};
  EXPECT_FALSE(keeper.ended(track, kNoon + 5'000));
  EXPECT_EQ(keeper.lost().size(), kLostDistressMax);
  EXPECT_EQ(keeper.lost().front().track, TrackId{2});
  EXPECT_EQ(keeper.lost().back().track, TrackId{5'000});
}

TEST(DistressKeeper, InAFullTableWhoIsInDistressMakesRoomLast) {
  Tracker tracker({.tracks_max = 2});
  SeededRandom random(1);
  Craft a{kHome, 100, 90};
  Craft b{normal_of(20, 10), 100, 90};
  for (int i = 0; i < 3; ++i) {
    a.move(1'000);
    b.move(1'000);
    Report cry = kAdsb.hear(a, random, 0xA);
    cry.emergency = Emergency::kGeneral;
    tracker.report(cry);
    Report other = kAdsb.hear(b, random, 0xB);
    other.time = other.time + 500;
    tracker.report(other);
  }
  tracker.advance(a.time + 100'000);
  Craft c{normal_of(0, 0), 100, 90};
  c.time = a.time + 100'000;
  tracker.report(kAdsb.hear(c, random, 0xC));
  EXPECT_NE(tracker.find_icao(0xA), nullptr) << "though it was not heard for longer";
  EXPECT_EQ(tracker.find_icao(0xB), nullptr);
}

}  // namespace
}  // namespace tansiq::picture
