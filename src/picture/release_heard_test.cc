// What one picture tells another makes of it: through the events of the wire, the source for a peer and its tracker.
#include <gtest/gtest.h>

#include <set>

#include "picture/picture_testlib.h"
#include "picture/release.h"
#include "surveillance/cot_encode.h"
#include "surveillance/decoding.h"

namespace tansiq::picture {
namespace {

using surveillance::ChunkKind;
using surveillance::IdKind;
using surveillance::Report;
using testing::Craft;
using testing::kNoon;

constexpr std::uint32_t kPeer = 0;
constexpr std::uint32_t kOwn = 1;

/// `fr` hears craft and tells `us`, whose picture this is a fixture of.
class ReleaseHeard : public ::testing::Test {
 protected:
  struct Teller final : PictureListener {
    void track_changed(const TrackChange& /*change*/, const Track& /*track*/) override {}
    void alert_changed(const AlertChange& /*change*/) override {}
    void report_taken(const Report& report, const Track& track) override { release->heard(report, track); }
    std::unique_ptr<Release> release;
    Picture picture{{}, this};
  };
  struct Hearer final : PictureListener {
    void track_changed(const TrackChange& change, const Track& track) override {
      if (change.kind == TrackChange::Kind::kEnded) ++ended;
      states.insert(track.state);
    }
    void alert_changed(const AlertChange& change) override {
      if (change.event == AlertEvent::kRaised) kinds.insert(change.alert.situation.kind);
    }
    std::size_t ended = 0;
    std::set<TrackState> states;
    std::set<AlertKind> kinds;
    Picture picture{{}, this};
  };
  struct Moving {
    Craft craft;
    std::uint32_t number = 0;
    surveillance::Domain domain = surveillance::Domain::kAir;
    bool here = false;  ///< It is heard by whoever is told, too.
    int every_s = 1;
  };

  void begin(ReleaseRule rule) {
    rule.to = "us";
    rule.all = true;
    teller_ = std::make_unique<Teller>();
    teller_->release = std::make_unique<Release>("fr", std::vector{rule}, kNoon);
    hearer_ = std::make_unique<Hearer>();
    decoding_ =
        surveillance::Decoding::make(surveillance::peer_source(AuthorityId::trusted("fr")), {kPeer}, hearer_->picture)
            .value();
    after_ = UtcMs{0};
    now_ = kNoon;
    permit_.air = permit_.sea = true;
  }
  void run(int seconds) {
    for (int s = 0; s < seconds; ++s) {
      now_ = now_ + 1'000;
      for (Moving& one : moving_) {
        one.craft.move(1'000);
        if (s % one.every_s != 0) continue;
        // What lies still has to be heard so.
        const bool ship = one.domain == surveillance::Domain::kSea;
        const testing::Source source{
            .id = kOwn, .domain = one.domain, .sigma_m = ship ? 1.0 : 5.0, .velocity_sigma_m_s = ship ? 0.1 : 1.0};
        Report r = source.hear(one.craft, random_, one.number);
        if (ship) r.id.kind = IdKind::kMmsi;
        r.received = r.time = now_;
        teller_->picture.report(r);
        if (one.here) hearer_->picture.report(r);
      }
      teller_->picture.advance(now_);
      const ReleaseAnswer told = teller_->release->collect(teller_->picture, "us", permit_, after_, now_ + 1, 1'000);
      after_ = told.next;
      std::string events;
      for (const Report& r : told.reports) ASSERT_TRUE(surveillance::append_cot_event(r, events).has_value());
      if (!events.empty()) {
        decoding_->take({.received = now_, .source = kPeer, .kind = ChunkKind::kStream, .bytes = as_bytes(events)});
      }
      hearer_->picture.advance(now_);
    }
  }
  [[nodiscard]] const Tracker& heard() const { return hearer_->picture.tracker(); }

  std::vector<Moving> moving_;
  std::unique_ptr<Teller> teller_;
  std::unique_ptr<Hearer> hearer_;
  std::unique_ptr<surveillance::Decoding> decoding_;
  ReleasePermit permit_;
  SeededRandom random_{5};
  UtcMs after_;
  UtcMs now_ = kNoon;
};

// Before, from about a minute of delay on there was no aircraft, and a standing alert that the source is doubtful.
TEST_F(ReleaseHeard, UnderEveryDelayThereAreTracksAndNoDoubts) {
  for (const DurationMs delay : {0, 30'000, 60'000, 240'000, 3'600'000}) {
    // Towards each other, at one level.
    moving_ = {{.craft = {.place = normal_of(35, 36), .speed_m_s = 200, .course_deg = 90, .height_m = 9'000},
                .number = 0x4840D6},
               {.craft = {.place = normal_of(35, 37), .speed_m_s = 200, .course_deg = 270, .height_m = 9'000},
                .number = 0x3C6444}};
    begin({.delay_ms = delay});
    run(320 + static_cast<int>(delay / 1'000));
    ASSERT_EQ(heard().size(), 2U) << delay;
    for (const std::uint32_t number : {0x4840D6U, 0x3C6444U}) {
      const Track* track = heard().find_icao(number);
      ASSERT_NE(track, nullptr) << delay;
      // It says how old it is.
      EXPECT_EQ(track->state == TrackState::kLive, delay == 0) << delay;
      EXPECT_TRUE(track->state == TrackState::kStale || delay <= 60'000) << delay;
      EXPECT_GE(now_ - track->last_fix, delay);
    }
    EXPECT_EQ(hearer_->ended, 0U);
    EXPECT_FALSE(hearer_->kinds.contains(AlertKind::kDoubtfulSource)) << delay;
    EXPECT_FALSE(hearer_->kinds.contains(AlertKind::kDoubleIdentity)) << delay;
    // They do come near each other, but of what is half a minute old nothing is predicted.
    EXPECT_EQ(hearer_->kinds.contains(AlertKind::kConflict), delay == 0) << delay;
    EXPECT_EQ(decoding_->counters().reports, teller_->release->counters().told);
  }
}

TEST_F(ReleaseHeard, WhoseTellingEndsIsGoneAfterAWhile) {
  moving_ = {{.craft = {.place = normal_of(35, 36), .speed_m_s = 200, .course_deg = 90}, .number = 0x4840D6}};
  begin({.delay_ms = 240'000});
  run(260);
  ASSERT_EQ(heard().size(), 1U);
  moving_.clear();
  run(900);
  EXPECT_EQ(heard().size(), 0U);
}

// Craft of one cell have one place. Before, each two of them were a conflict that is there already.
TEST_F(ReleaseHeard, WhoIsInOneCellIsInNoConflict) {
  moving_ = {{.craft = {.place = normal_of(35.1, 36.1), .speed_m_s = 60, .course_deg = 90, .height_m = 3'000},
              .number = 0x4840D6},
             {.craft = {.place = normal_of(35.3, 36.3), .speed_m_s = 60, .course_deg = 90, .height_m = 9'000},
              .number = 0x3C6444}};
  begin({.grid_m = 100'000});
  run(120);
  ASSERT_EQ(heard().size(), 2U);
  EXPECT_EQ(heard().find_icao(0x4840D6)->fix, heard().find_icao(0x3C6444)->fix);
  EXPECT_TRUE(hearer_->kinds.empty());
  // One of them is heard here as well: what the peer adds makes its place no vaguer, and warnings go on.
  moving_[0].here = true;
  moving_.push_back({.craft = {.place = moving_[0].craft.place, .speed_m_s = 60, .course_deg = 90, .height_m = 3'000},
                     .number = 0x111111,
                     .here = true});
  run(60);
  EXPECT_TRUE(hearer_->kinds.contains(AlertKind::kConflict));
  EXPECT_FALSE(hearer_->kinds.contains(AlertKind::kDoubtfulSource));
}

// An event has no word for "moored".
TEST_F(ReleaseHeard, ShipsThatLieBesideEachOtherAreNotWarnedOf) {
  for (std::uint32_t i = 0; i < 2; ++i) {
    moving_.push_back({.craft = {.place = LocalFrame(normal_of(35, 36)).at({100.0 * i, 0}), .speed_m_s = 0},
                       .number = 227'000'001 + i,
                       .domain = surveillance::Domain::kSea,
                       .every_s = 10});
  }
  begin({});
  run(600);
  ASSERT_EQ(heard().size(), 2U);
  EXPECT_FALSE(hearer_->kinds.contains(AlertKind::kConflict));
  moving_[1].craft.speed_m_s = 3;
  moving_[1].craft.course_deg = 270;
  run(200);
  EXPECT_TRUE(hearer_->kinds.contains(AlertKind::kConflict)) << "one of them is under way";
}

// A peer that says that its word has lapsed already, beside our own receiver.
TEST_F(ReleaseHeard, NoPeersWordMakesStaleWhatIsHeardHere) {
  begin({});
  Craft craft{.place = normal_of(35, 36), .speed_m_s = 200, .course_deg = 90, .height_m = 9'000};
  const testing::Source own{.id = kOwn};
  const testing::Source peer{.id = kPeer, .format = surveillance::Format::kCot, .sigma_m = 5};
  for (int s = 0; s < 60; ++s) {
    craft.move(1'000);
    hearer_->picture.report(own.hear(craft, random_, 0x4840D6));
    Report theirs = peer.hear(craft, random_, 0x4840D6);
    theirs.time = theirs.time + 100;
    theirs.stale = theirs.time - 10'000;
    if (s > 5) hearer_->picture.report(theirs);
    hearer_->picture.advance(craft.time);
  }
  EXPECT_FALSE(hearer_->states.contains(TrackState::kStale));
  EXPECT_EQ(heard().find_icao(0x4840D6)->state, TrackState::kLive);
}

}  // namespace
}  // namespace tansiq::picture
