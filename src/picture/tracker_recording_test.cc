// Real traffic through the tracker: one track for each address, no craft faster than its kind, no false doubles.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "picture/recording_testlib.h"
#include "picture/tracker.h"
#include "surveillance/ais_decoder.h"

namespace tansiq::picture {
namespace {

using surveillance::CraftId;
using surveillance::IdKind;
using surveillance::Report;

/// Plays reports as they were heard, and looks at every track that moves.
class Replay final : public surveillance::Sink, public TrackListener {
 public:
  void report(const Report& said) override {
    Report r = said;
    r.received = r.time;
    if (r.time - advanced_ >= 1'000) {
      tracker.advance(r.time);
      advanced_ = std::max(advanced_, r.time);
    }
    expect(r);
    tracker.report(r);
    most_tracks = std::max(most_tracks, tracker.size());
    std::vector<Held> held;
    tracker.findings(r.time, held);
    for (const Held& h : held) doubles += h.situation.kind == AlertKind::kDoubleIdentity ? 1 : 0;
  }
  void status(const surveillance::SensorStatus& s) override { tracker.status(s); }
  void identity(const surveillance::Identity& i) override { tracker.identity(i); }
  void text(const surveillance::Text& t) override { tracker.text(t); }

  void changed(const TrackChange& change, const Track& track) override {
    if (change.kind == TrackChange::Kind::kBegun) ++begun;
    if (change.kind != TrackChange::Kind::kMoved || track.state != TrackState::kLive) return;
    const Motion m = track.motion(track.last);
    if (track.fixes >= 5) fastest_m_s = std::max(fastest_m_s, std::hypot(m.east_m_s, m.north_m_s));
    fit_sum += track.fit;
    ++moved;
    EXPECT_TRUE(std::isfinite(m.lat_deg) && std::isfinite(m.position_sigma_m));
  }

  Tracker tracker{{}, this};
  std::map<CraftId, std::pair<UtcMs, int>> crafts;  ///< When heard last, places since its track began.
  int expected = 0;                                 ///< Tracks, by a plain list of who was silent for how long.
  std::size_t most_tracks = 0;
  int begun = 0;
  int doubles = 0;
  double fastest_m_s = 0;
  double fit_sum = 0;
  int moved = 0;

 private:
  void expect(const Report& r) {
    const auto [at, fresh] = crafts.try_emplace(r.id, r.time, 0);
    auto& [last, places] = at->second;
    if (!fresh && r.time == last) return;  // The same once more.
    const Ages ages = r.domain == surveillance::Domain::kSea ? TrackerOptions().sea : TrackerOptions().air;
    if (fresh || r.time - last > (places < 2 ? ages.tentative_ms : ages.end_ms)) {
      places = 0;
      ++expected;
    }
    ++places;
    last = r.time;
  }

  UtcMs advanced_;
};

TEST(TrackerRecording, AircraftOverBritain) {
  const auto file = surveillance::testing::shared_file("data/adsb/opensky-uk-2021-07-12.csv");
  if (!file) GTEST_SKIP() << "the recording (shared data, adsb) is not here";
  Replay replay;
  for (const Report& r : testing::opensky_reports(*file)) replay.report(r);
  EXPECT_EQ(replay.crafts.size(), 84U);
  EXPECT_LE(replay.most_tracks, 84U);
  EXPECT_EQ(replay.doubles, 0);
  // One row of 4CA256 has a place 2 km on after 2.87 s: its time is wrong. A competing track that is never confirmed.
  EXPECT_EQ(replay.tracker.counters().jumps, 1U);
  EXPECT_EQ(replay.tracker.counters().merged, 0U);
  EXPECT_LT(replay.fastest_m_s, 320);
  EXPECT_EQ(replay.begun, replay.expected + 1);
  EXPECT_LT(replay.fit_sum / replay.moved, 4);
  RecordProperty("begun", replay.begun);
  RecordProperty("fit", std::to_string(replay.fit_sum / replay.moved));
}

TEST(TrackerRecording, ShipsInTheSolent) {
  const auto file = surveillance::testing::shared_file("data/ais/solent-2016-01-12.csv");
  if (!file) GTEST_SKIP() << "the recording (shared data, ais) is not here";
  Replay replay;
  for (const Report& r : testing::solent_reports(*file)) replay.report(r);
  EXPECT_EQ(replay.crafts.size(), 91U);
  // One report puts a ship of the Solent 3,900 km away: a competing track that is never confirmed.
  EXPECT_EQ(replay.tracker.counters().jumps, 1U);
  EXPECT_EQ(replay.begun, replay.expected + 1);
  EXPECT_EQ(replay.doubles, 0);
  EXPECT_EQ(replay.tracker.counters().merged, 0U);
  EXPECT_LT(replay.fastest_m_s, 30);
  EXPECT_LT(replay.fit_sum / replay.moved, 4);
  RecordProperty("fit", std::to_string(replay.fit_sum / replay.moved));
}

TEST(TrackerRecording, AisSentences) {
  const auto file = surveillance::testing::shared_file("data/ais/sample.aivdm");
  if (!file) GTEST_SKIP() << "the annotated sample (shared data, ais/sample.aivdm) is not here";
  Replay replay;
  surveillance::AisDecoder ais({1});
  ais.feed(as_bytes(*file), {1'767'355'200'000}, replay);
  const TrackerCounters& c = replay.tracker.counters();
  EXPECT_GT(replay.tracker.size(), 10U);
  EXPECT_GT(c.identities, 10U);
  EXPECT_GT(c.not_a_craft, 0U);
  EXPECT_EQ(c.reports, c.begun + c.by_name + c.not_a_craft + c.placeless + c.too_old);
}

}  // namespace
}  // namespace tansiq::picture
