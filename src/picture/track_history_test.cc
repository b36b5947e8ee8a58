#include "picture/track_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>

#include "base/random.h"
#include "picture/picture.h"
#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using surveillance::IdKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kNoon;
using ::testing::Not;

constexpr std::uint32_t kPeer = 2;
constexpr DurationMs kHour = 3'600'000;

HeardPlace heard(std::uint32_t track, UtcMs time, std::optional<std::uint32_t> peer = {}) {
  return {.track = {track},
          .peer = peer,
          .domain = Domain::kAir,
          .time = time,
          .place = {static_cast<std::int32_t>(track) * 10'000'000, 20'000'000},
          .id = {IdKind::kIcao, 0x400000 + track}};
}

PastTracks all(const TrackHistory& history, UtcMs from, UtcMs to) {
  return history.find({.from = from, .to = to, .limit = kPastTracksMax});
}

std::vector<std::int64_t> seconds(const PastTrack& track) {
  std::vector<std::int64_t> out;
  for (const PastPlace& place : track.places) out.push_back((place.time - kNoon) / 1'000);
  return out;
}

TEST(TrackHistory, APlaceEveryTenSecondsAndOneAMinuteLater) {
  TrackHistory history(TrackHistoryOptions{});
  for (std::int64_t s = 0; s < 130; ++s) {
    history.advance(kNoon + s * 1'000);
    history.put(heard(1, kNoon + s * 1'000));
  }
  auto past = all(history, kNoon, kNoon + 200'000);
  ASSERT_EQ(past.tracks.size(), 1U);
  EXPECT_EQ(seconds(past.tracks[0]), (std::vector<std::int64_t>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120}));
  history.advance(kNoon + kHour + 120'000);
  past = all(history, kNoon, kNoon + 200'000);
  ASSERT_EQ(past.tracks.size(), 1U);
  EXPECT_THAT(seconds(past.tracks[0]), ElementsAre(0, 60, 120)) << "the last minute is not an hour old in all";
  EXPECT_EQ(past.kept_from, kNoon);
}

TEST(TrackHistory, ForgetsWhatIsTooOldAndTheRowsWithIt) {
  TrackHistory history({.keep_ms = kHour, .bytes_max = 1U << 20});
  history.put(heard(1, kNoon));
  history.put(heard(2, kNoon + kHour / 2));
  history.advance(kNoon + kHour + 60'000);
  EXPECT_THAT(all(history, kNoon, kNoon + 60'000).tracks, IsEmpty());
  EXPECT_EQ(history.places(), 1U);
  history.put(heard(3, kNoon));
  EXPECT_EQ(history.places(), 1U) << "what comes too late";
  history.advance(kNoon + 3 * kHour);
  EXPECT_EQ(history.places(), 0U);
  const PastTracks none = all(history, kNoon, kNoon + 60'000);
  EXPECT_EQ(none.kept_from, kNoon + 3 * kHour);
}

TEST(TrackHistory, StaysBelowItsBoundAndGivesUpTheOldest) {
  TrackHistory history({.keep_ms = 24 * kHour, .bytes_max = 1U << 20});
  UtcMs now = kNoon;
  for (int round = 0; round < 600; ++round, now = now + 10'000) {
    for (std::uint32_t track = 1; track <= 200; ++track) history.put(heard(track, now));
    history.advance(now);
    ASSERT_LE(history.bytes(), 1U << 20);
  }
  const PastTracks past = all(history, now - 60'000, now);
  EXPECT_EQ(past.tracks.size(), 200U) << "all of them";
  EXPECT_GT(past.kept_from, kNoon);
  EXPECT_GT(history.places(), 20'000U) << "and not much less than there is room for";
}

TEST(TrackHistory, WhatAPeerToldGoesWithThePermit) {
  TrackHistory history(TrackHistoryOptions{});
  history.put(heard(1, kNoon));
  history.put(heard(1, kNoon + 20'000, kPeer));
  history.put(heard(2, kNoon, kPeer));
  HeardPlace ship = heard(3, kNoon, kPeer);
  ship.domain = Domain::kSea;
  history.put(ship);
  HeardPlace other = heard(4, kNoon, kPeer + 1);
  history.put(other);
  HeardPlace car = heard(5, kNoon, kPeer);
  car.domain = Domain::kGround;
  history.put(car);
  EXPECT_EQ(history.places(), 5U) << "of no domain that a relation speaks of nothing is kept";
  history.retain([](std::uint32_t peer, core::Domain domain) { return peer != kPeer || domain == core::Domain::kSea; });
  std::vector<std::tuple<std::uint32_t, bool>> left;
  for (const PastTrack& track : all(history, kNoon, kNoon + 60'000).tracks) {
    left.emplace_back(track.track.value, track.peer.has_value());
  }
  EXPECT_THAT(left, ElementsAre(std::tuple(1U, false), std::tuple(3U, true), std::tuple(4U, true)));
  history.retain([](std::uint32_t, core::Domain) { return false; });
  EXPECT_EQ(history.places(), 1U);
}

TEST(TrackHistory, APeerIsNotKeptWhereAnOwnSourceHasJustSpoken) {
  TrackHistory history(TrackHistoryOptions{});
  history.put(heard(1, kNoon));
  history.put(heard(1, kNoon + 5'000, kPeer));
  history.put(heard(1, kNoon + 10'000, kPeer));
  history.put(heard(1, kNoon + 11'000));
  const PastTracks past = all(history, kNoon, kNoon + 60'000);
  ASSERT_EQ(past.tracks.size(), 2U);
  EXPECT_THAT(seconds(past.tracks[0]), ElementsAre(0, 11));
  EXPECT_THAT(seconds(past.tracks[1]), ElementsAre(10));
}

TEST(TrackHistory, ANumberThatIsGivenAgainIsAnotherCraft) {
  TrackHistory history(TrackHistoryOptions{});
  history.put(heard(1, kNoon));
  history.gone({1});
  HeardPlace next = heard(1, kNoon + 1'000);
  next.id = {IdKind::kMmsi, 227'022'600};
  history.put(next);
  const PastTracks past = all(history, kNoon, kNoon + 60'000);
  ASSERT_EQ(past.tracks.size(), 2U);
  EXPECT_EQ(past.tracks[0].id.kind, IdKind::kIcao);
  EXPECT_EQ(past.tracks[1].id.kind, IdKind::kMmsi);
  history.clear();
  EXPECT_EQ(history.places(), 0U);
}

TEST(TrackHistory, SaysAsMuchAsWasSaid) {
  TrackHistory history(TrackHistoryOptions{});
  HeardPlace bare = heard(7, kNoon);
  bare.id = {};
  history.put(bare);
  HeardPlace full = heard(8, kNoon + 1'234);
  full.pressure_cm = 900'000;
  full.geometric_cm = -1'200;
  full.speed_cm_s = 20'007;
  full.course_mdeg = 359'999;
  full.on_ground = true;
  full.call_sign.assign("RESCUE1");
  full.name.assign("Jeanne");
  history.put(full);
  HeardPlace fast = heard(9, kNoon, kPeer);
  fast.pressure_cm = 3'000'000;
  fast.speed_cm_s = 9'000'000;
  history.put(fast);
  std::string text;
  log::JcsWriter out(text);
  write_past_tracks(out, all(history, kNoon, kNoon + 60'000), [](std::uint32_t) { return std::string("us"); });
  EXPECT_THAT(text, HasSubstr(R"({"domain":"air","id":7,"label":"track 7","places":[{"on_ground":false,)"
                              R"("position":[70000000,20000000],"time_ms":1767355200000}]})"));
  EXPECT_THAT(text, HasSubstr(R"({"call_sign":"RESCUE1","domain":"air","icao":"400008","id":8,"label":"400008",)"
                              R"("name":"Jeanne","places":[{"course_mdeg":359990,"geometric_cm":-1200,)"
                              R"("on_ground":true,"position":[80000000,20000000],"speed_cm_s":20000,)"
                              R"("time_ms":1767355201234}]})"));
  EXPECT_THAT(text, HasSubstr(R"("peer":"us","places":[{"on_ground":false,"position":[90000000,20000000],)"
                              R"("pressure_cm":3000000,"speed_cm_s":655340,)"));
  EXPECT_TRUE(log::JcsDocument::check(text)) << "canonical";
}

TEST(TrackHistory, QuestionsAreBounded) {
  EXPECT_TRUE(check({.from = kNoon, .to = kNoon + kPastWindowMsMax}));
  EXPECT_FALSE(check({.from = kNoon, .to = kNoon + kPastWindowMsMax + 1}));
  EXPECT_FALSE(check({.from = kNoon, .to = kNoon}));
  EXPECT_FALSE(check({.from = kNoon, .to = kNoon - 1}));
}

TEST(TrackHistory, AnAnswerHasAtMostSoManyPlaces) {
  TrackHistory history({.keep_ms = 24 * kHour, .bytes_max = 64U << 20});
  for (std::int64_t s = 0; s < 900; s += 10) {
    for (std::uint32_t track = 1; track <= 300; ++track) history.put(heard(track, kNoon + s * 1'000));
  }
  PastQuestion question{.from = kNoon, .to = kNoon + kPastWindowMsMax, .limit = kPastTracksMax};
  std::vector<std::uint32_t> seen;
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const PastTracks page = history.find(question);
    std::size_t places = 0;
    for (const PastTrack& track : page.tracks) {
      places += track.places.size();
      EXPECT_EQ(track.places.size(), 90U);
      seen.push_back(track.track.value);
    }
    EXPECT_LE(places, kPastPlacesMax);
    more = page.next.has_value();
    question.after = page.next.value_or(0);
  }
  EXPECT_EQ(pages, 2);
  ASSERT_EQ(seen.size(), 300U);
  EXPECT_TRUE(std::ranges::is_sorted(seen)) << "each once";
}

/// The same as a list of everything that was ever put in.
struct Oracle {
  struct Kept {
    HeardPlace heard;
    std::uint64_t row;
    bool first;
  };
  std::vector<Kept> kept;
  std::map<std::pair<std::uint32_t, std::int64_t>, std::pair<std::uint64_t, UtcMs>> last;
  std::uint64_t rows = 0;

  static std::int64_t minute(UtcMs t) { return t.ms / 60'000; }
  void put(const HeardPlace& place, UtcMs now, DurationMs keep) {
    if (place.time < now - keep) return;
    const std::pair key{place.track.value, place.peer ? std::int64_t{*place.peer} : -1};
    const auto at = last.find(key);
    if (at != last.end() && place.time < at->second.second + kPastSpacingMs) return;
    const bool coarse = minute(place.time) < minute(now - kPastFineMs);
    const bool same = at != last.end() && minute(at->second.second) == minute(place.time);
    if (coarse && same) return;
    const auto own = last.find({place.track.value, -1});
    if (place.peer && own != last.end() && place.time < own->second.second + kPastSpacingMs) return;
    const std::uint64_t row = at != last.end() ? at->second.first : ++rows;
    last[key] = {row, place.time};
    kept.push_back({place, row, !same});
  }
  void gone(TrackId track) {
    std::erase_if(last, [&](const auto& of) { return of.first.first == track.value; });
  }
  void advance(UtcMs now, DurationMs keep) {
    std::erase_if(kept, [&](const Kept& of) {
      const std::int64_t at = minute(of.heard.time);
      return at < minute(now - keep) || (at < minute(now - kPastFineMs) && !of.first);
    });
    // Whose last place is gone begins anew.
    std::erase_if(last, [&](const auto& of) {
      return std::ranges::none_of(kept, [&](const Kept& one) { return one.row == of.second.first; });
    });
  }
};

TEST(TrackHistory, AgreesWithAListOfEverything) {
  constexpr DurationMs kKeep = 2 * kHour;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SeededRandom random{seed};
    TrackHistory history({.keep_ms = kKeep, .bytes_max = 64U << 20});
    Oracle oracle;
    UtcMs now = kNoon;
    history.advance(now);
    oracle.advance(now, kKeep);
    for (int step = 0; step < 3'000; ++step) {
      if (random.one_in(4)) {
        now = now + random.between(0, random.one_in(40) ? kHour : 15'000);
        history.advance(now);
        oracle.advance(now, kKeep);
      }
      const auto track = static_cast<std::uint32_t>(random.between(1, 6));
      if (random.one_in(60)) {
        history.gone({track});
        oracle.gone({track});
        continue;
      }
      HeardPlace place = heard(track, now - random.between(0, random.one_in(10) ? 2 * kHour : 5'000));
      if (random.one_in(3)) place.peer = kPeer;
      place.place.lng_e7 = static_cast<std::int32_t>(random.between(-1'800'000'000, 1'800'000'000));
      history.put(place);
      oracle.put(place, now, kKeep);
      if (!random.one_in(20)) continue;
      PastQuestion question{.from = now - random.between(1, kKeep), .to = {}, .limit = kPastTracksMax};
      question.to = question.from + random.between(1, kPastWindowMsMax);
      if (random.one_in(2)) question.within = PlaceWindow{-900'000'000, 1'000'000'000, 900'000'000, -500'000'000};
      std::vector<std::tuple<std::uint32_t, bool, std::int64_t, std::int32_t>> found;
      std::vector<std::tuple<std::uint32_t, bool, std::int64_t, std::int32_t>> right;
      const PastTracks past = history.find(question);
      ASSERT_FALSE(past.next.has_value());
      for (const PastTrack& of : past.tracks) {
        for (const PastPlace& at : of.places) {
          found.emplace_back(of.track.value, of.peer.has_value(), at.time.ms, at.place.lng_e7);
        }
      }
      for (const Oracle::Kept& of : oracle.kept) {
        const HeardPlace& at = of.heard;
        if (at.time < question.from || at.time >= question.to) continue;
        if (question.within && !question.within->holds(at.place)) continue;
        right.emplace_back(at.track.value, at.peer.has_value(), at.time.ms, at.place.lng_e7);
      }
      std::ranges::sort(found);
      std::ranges::sort(right);
      ASSERT_EQ(found, right) << "seed " << seed << ", step " << step;
      ASSERT_EQ(history.places(), oracle.kept.size()) << "seed " << seed << ", step " << step;
    }
  }
}

/// As the picture tells it.
struct Listening : PictureListener {
  TrackHistory history{TrackHistoryOptions{}};
  void track_changed(const TrackChange& change, const Track& track) override {
    if (change.kind == TrackChange::Kind::kEnded || change.kind == TrackChange::Kind::kMerged) history.gone(track.id);
  }
  void alert_changed(const AlertChange& /*change*/) override {}
  void report_taken(const surveillance::Report& report, const Track& track) override {
    history.heard(report, track, report.source.value == kPeer ? std::optional(kPeer) : std::nullopt);
  }
};

TEST(TrackHistory, KeepsWhatSourcesSaidOfConfirmedTracks) {
  Listening listening;
  Picture picture(PictureOptions{}, &listening);
  SeededRandom random{5};
  testing::Craft craft{.place = normal_of(35, 34), .speed_m_s = 200, .course_deg = 90, .height_m = 9'000};
  const testing::Source own{.id = 1};
  for (int s = 0; s < 61; ++s, craft.move(1'000)) {
    surveillance::Report report = own.hear(craft, random);
    report.id = {IdKind::kIcao, 0x4840D6};
    // Names come with reports of their own.
    if (s == 30) {
      surveillance::Report named = report;
      named.position.reset();
      named.call_sign.assign("KLM1023");
      picture.report(named);
    }
    picture.report(report);
    picture.advance(craft.time);
    listening.history.advance(craft.time);
  }
  const PastTracks past = all(listening.history, kNoon, kNoon + 100'000);
  ASSERT_EQ(past.tracks.size(), 1U);
  EXPECT_EQ(past.tracks[0].id, (surveillance::CraftId{IdKind::kIcao, 0x4840D6}));
  EXPECT_EQ(past.tracks[0].call_sign.view(), "KLM1023");
  EXPECT_FALSE(past.tracks[0].peer.has_value());
  EXPECT_GE(past.tracks[0].places.size(), 5U);
  EXPECT_LE(past.tracks[0].places.size(), 7U);
}

}  // namespace
}  // namespace tansiq::picture
