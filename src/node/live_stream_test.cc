#include "node/live_stream.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <optional>
#include <set>

#include "base/json_in.h"
#include "net/stream_state.h"

namespace tansiq::node {
namespace {

using picture::TrackId;

/// The other end of a stream, which reads when the test says so, and applies what it reads as a console would.
class Listener {
 public:
  explicit Listener(net::StreamOptions options = live_stream_queue())
      : state_(std::make_shared<net::detail::StreamState>(std::move(options), nullptr,
                                                          std::weak_ptr<net::detail::Connection>())) {}
  [[nodiscard]] net::StreamHandle handle() const { return net::StreamHandle(state_); }
  [[nodiscard]] std::size_t waiting() const { return state_->queued_bytes(); }
  [[nodiscard]] bool open() const { return state_->open(); }
  void leave() { state_->finish(net::StreamEnd::kClientGone); }

  void read(std::size_t bytes_max = SIZE_MAX) {
    std::vector<net::WireEvent> events;
    std::ignore = state_->take(events, bytes_max);
    for (const net::WireEvent& event : events) {
      ASSERT_TRUE(parser_.feed(*event).has_value());
      while (const auto one = parser_.next()) apply(*one);
    }
  }

  std::map<std::int64_t, std::int64_t> tracks;  ///< Versions that are seen, by track.
  std::map<std::int64_t, std::string> alerts;   ///< Lines, by alert.
  std::vector<std::string> alert_lines;         ///< All that ever came.
  std::map<std::int64_t, std::int64_t> newest;  ///< The highest version ever seen of each track.
  std::map<std::int64_t, std::int64_t> newest_alert;
  std::size_t resets = 0, track_states = 0, frames = 0;

 private:
  void apply(const net::SseEvent& event) {
    const auto document = JsonDocument::parse(event.data);
    ASSERT_TRUE(document.has_value()) << event.data;
    if (event.event == "reset") {
      ++resets;
      tracks.clear();
      alerts.clear();
    } else if (event.event == "alert") {
      alert_lines.push_back(event.data);
      const auto id = document->root().at("id")->integer(0, INT64_MAX);
      if (const auto version = document->root().find("v")) {
        std::int64_t& last = newest_alert[*id];
        EXPECT_GE(*version->integer(0, INT64_MAX), last) << "an older alert after a newer one";
        last = *version->integer(0, INT64_MAX);
      }
      if (document->root().find("over")) {
        alerts.erase(*id);
      } else {
        alerts[*id] = event.data;
      }
    } else {
      ASSERT_EQ(event.event, "tracks");
      ASSERT_GT(resets, 0U) << "the first event says to forget everything";
      ++frames;
      apply_tracks(document->root());
    }
  }
  void apply_tracks(const JsonValue& frame) {
    const JsonValue gone = *frame.at("gone");
    for (std::size_t i = 0; i < gone.size(); ++i) tracks.erase(*gone[i].integer(0, INT64_MAX));
    const JsonValue moved = *frame.at("tracks");
    for (std::size_t i = 0; i < moved.size(); ++i) {
      ++track_states;
      const std::int64_t id = *moved[i].at("id")->integer(0, INT64_MAX);
      const std::int64_t version = *moved[i].at("v")->integer(0, INT64_MAX);
      EXPECT_GE(version, newest[id]) << "an older picture after a newer one";
      newest[id] = version;
      tracks[id] = version;
    }
  }

  std::shared_ptr<net::detail::StreamState> state_;
  net::SseParser parser_{net::StreamOptions().queue_bytes_max};
};

/// A stream and what it should show.
struct World {
  explicit World(const LiveStreamOptions& options = {}) : stream(options) {}
  void move(std::uint32_t id) {
    tracks[id] = ++version;
    stream.set_track(TrackId{id}, fmt::format(R"({{"id":{},"v":{}}})", id, version));
  }
  void drop(std::uint32_t id) {
    tracks.erase(id);
    stream.drop_track(TrackId{id});
  }
  void alert(std::int64_t id, bool over = false, bool at_once = true) {
    const std::string line = fmt::format(R"({{"id":{}{},"v":{}}})", id, over ? R"(,"over":true)" : "", ++version);
    lines.push_back(line);
    over ? static_cast<void>(alerts.erase(id)) : static_cast<void>(alerts[id] = line);
    stream.set_alert(static_cast<picture::AlertId>(id), line, over, at_once);
  }
  /// Reads to the end of what there is to say.
  void settle(Listener& listener) {
    for (int i = 0; i < 10'000; ++i) {
      stream.round();
      if (listener.waiting() == 0) return;
      listener.read();
    }
    FAIL() << "it never ends";
  }

  LiveStream stream;
  std::int64_t version = 0;
  std::map<std::int64_t, std::int64_t> tracks;
  std::map<std::int64_t, std::string> alerts;
  std::vector<std::string> lines;
};

TEST(LiveStream, WhoComesSeesEverythingAndThenWhatChanges) {
  World w;
  w.alert(1);
  w.move(7);
  w.move(8);
  w.drop(8);
  Listener l;
  w.stream.join("watch", l.handle());
  w.settle(l);
  EXPECT_EQ(l.resets, 1U);
  EXPECT_EQ(l.tracks, (std::map<std::int64_t, std::int64_t>{{7, w.tracks[7]}}));
  EXPECT_EQ(l.alerts, w.alerts);
  EXPECT_EQ(l.frames, 1U);
  w.move(7);
  w.move(9);
  w.alert(1, /*over=*/true);
  EXPECT_GT(l.waiting(), 0U) << "an alert waits for no round";
  w.settle(l);
  EXPECT_EQ(l.tracks, w.tracks);
  EXPECT_TRUE(l.alerts.empty());
  w.drop(9);
  w.settle(l);
  EXPECT_EQ(l.tracks, w.tracks);
  const std::size_t frames = l.frames;
  w.settle(l);
  EXPECT_EQ(l.frames, frames) << "nothing changed, nothing is said";
}

TEST(LiveStream, WhoReadsSlowlyGetsFewerStatesOfTracksAndEveryAlert) {
  constexpr std::size_t kBehind = 4'096;
  World w({.frame_bytes_max = 512, .behind_bytes_max = kBehind});
  Listener fast;
  Listener slow;
  w.stream.join("watch", fast.handle());
  w.stream.join("watch", slow.handle());
  for (int round = 0; round < 500; ++round) {
    for (std::uint32_t id = 1; id <= 20; ++id) w.move(id);
    if (round % 50 == 0) w.alert(round);
    w.stream.round();
    fast.read();
    EXPECT_LE(slow.waiting(), kBehind + 1'024 + w.lines.size() * 100) << "what waits is bounded";
  }
  EXPECT_EQ(fast.track_states, 20U * 500);
  w.settle(slow);
  EXPECT_EQ(slow.tracks, w.tracks);
  EXPECT_LT(slow.track_states, 1'000U);
  EXPECT_EQ(slow.alert_lines, w.lines);
  EXPECT_EQ(fast.alert_lines, w.lines);
  EXPECT_EQ(slow.resets, 1U);
}

TEST(LiveStream, WhoKeepsUpGetsEveryChangeOfEveryAlertInOrder) {
  World w;
  Listener l;
  w.stream.join("watch", l.handle());
  w.alert(1);
  w.alert(1, false, /*at_once=*/false);
  w.alert(2);
  w.alert(2, false, /*at_once=*/false);
  w.alert(2, false, /*at_once=*/false);
  w.alert(1, false, /*at_once=*/false);
  w.alert(3);
  l.read();
  EXPECT_EQ(l.alert_lines, w.lines) << "no round was needed: a new alert waits for nothing, nor what went before";
  w.alert(2, true, /*at_once=*/false);
  l.read();
  EXPECT_EQ(l.alert_lines.size() + 1, w.lines.size()) << "what nobody must hear at once waits for the round";
  w.settle(l);
  EXPECT_EQ(l.alert_lines, w.lines);
}

TEST(LiveStream, WhoReadsNothingIsCutOffInTheEndAndHasNoPlaceAnyMore) {
  net::StreamOptions small;
  small.queue_events_max = 10;
  World w({.listeners_max = 4});
  Listener l(small);
  w.stream.join("watch", l.handle());
  EXPECT_FALSE(w.stream.check("watch").has_value());
  for (int i = 0; i < 20; ++i) w.alert(i);
  EXPECT_FALSE(l.open());
  w.stream.round();
  EXPECT_EQ(w.stream.listeners(), 0U);
  EXPECT_TRUE(w.stream.check("watch").has_value());
}

TEST(LiveStream, EveryAlertThatThereCanBeFitsIntoTheQueueOfWhoJoins) {
  World w;
  const auto count = static_cast<std::int64_t>(picture::AlertOptions().alerts_max);
  const std::string detail(1'000, 'x');
  for (std::int64_t i = 0; i < count; ++i) {
    w.stream.set_alert(static_cast<picture::AlertId>(i), fmt::format(R"({{"detail":"{}","id":{}}})", detail, i), false);
  }
  Listener l;
  w.stream.join("watch", l.handle());
  ASSERT_TRUE(l.open());
  w.move(1);
  w.settle(l);
  EXPECT_EQ(l.alerts.size(), picture::AlertOptions().alerts_max);
  EXPECT_EQ(l.tracks, w.tracks);
}

TEST(LiveStream, NobodyTakesMoreThanAQuarterOfThePlaces) {
  World w({.listeners_max = 8});
  std::deque<Listener> all;
  const auto join = [&](const std::string& subject) {
    all.emplace_back();
    w.stream.join(subject, all.back().handle());
  };
  join("a");
  ASSERT_TRUE(w.stream.check("a").has_value());
  join("a");
  const Status third = w.stream.check("a");
  ASSERT_FALSE(third.has_value());
  EXPECT_EQ(third.error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(third.error().message, "a has 2 listeners already");
  for (const char* subject : {"b", "c", "d"}) {
    join(subject);
    join(subject);
  }
  const Status ninth = w.stream.check("e");
  ASSERT_FALSE(ninth.has_value());
  EXPECT_EQ(ninth.error().message, "there are 8 listeners already");
  all.front().leave();
  w.stream.round();
  EXPECT_EQ(w.stream.listeners(), 7U);
  EXPECT_TRUE(w.stream.check("a").has_value());
  EXPECT_TRUE(w.stream.check("e").has_value());
  w.stream.close();
  EXPECT_EQ(w.stream.listeners(), 0U);
  EXPECT_FALSE(all.back().open());
}

TEST(LiveStream, WhoIsBehindMoreEndsThanAreRememberedBeginsAnew) {
  World w({.behind_bytes_max = 100, .gone_max = 10});
  Listener l;
  w.stream.join("watch", l.handle());
  for (std::uint32_t id = 1; id <= 40; ++id) w.move(id);
  w.settle(l);
  ASSERT_EQ(l.tracks.size(), 40U);
  w.alert(3);
  w.alert(4);
  w.alert(4);
  w.alert(4);
  ASSERT_GT(l.waiting(), 100U);
  for (std::uint32_t id = 1; id <= 30; ++id) {
    w.drop(id);
    w.stream.round();
  }
  w.settle(l);
  EXPECT_EQ(l.resets, 2U);
  EXPECT_EQ(l.tracks, w.tracks);
  EXPECT_EQ(l.alerts, w.alerts) << "after a reset they are said again";
  Listener late;
  w.stream.join("watch", late.handle());
  w.settle(late);
  EXPECT_EQ(late.resets, 1U) << "who has seen nothing has nothing to forget";
  EXPECT_EQ(late.tracks, w.tracks);
}

// Whatever happens in whatever order, and however slowly anybody reads: in the end all see the same, which is what
// there is; nobody ever sees a track or an alert go back.
TEST(LiveStream, BeforeAnotherPictureEverybodyForgetsTheOneBefore) {
  LiveStream stream;
  Listener first;
  stream.join("watch-1", first.handle());
  stream.set_alert(1, R"({"id":1})", false);
  stream.set_track({7}, R"({"id":7,"v":1})");
  stream.round();
  first.read();
  ASSERT_EQ(first.tracks.size() + first.alerts.size(), 2U);
  stream.forget_all();
  Listener second;
  stream.join("watch-1", second.handle());
  stream.round();
  first.read();
  second.read();
  EXPECT_EQ(first.resets, 2U);
  EXPECT_EQ(second.resets, 1U);
  EXPECT_TRUE(first.tracks.empty() && first.alerts.empty());
  // Numbers begin anew.
  stream.set_alert(1, R"({"id":1})", false);
  stream.set_track({1}, R"({"id":1,"v":1})");
  stream.round();
  stream.round();
  for (Listener* listener : {&first, &second}) {
    listener->read();
    EXPECT_EQ(listener->tracks.size(), 1U);
    EXPECT_EQ(listener->alerts.size(), 1U);
  }
  EXPECT_EQ(first.resets, 2U) << "once";
}

// Ends were forgotten, and what is in sight is older than they and more than may wait: each round shows a part of it,
// and the next goes on there.
TEST(LiveStream, WhoBeginsBehindForgottenEndsComesToTheEnd) {
  World w({.listeners_max = 4, .frame_bytes_max = 60, .behind_bytes_max = 150, .gone_max = 2});
  for (std::uint32_t id = 1; id <= 40; ++id) w.move(id);
  for (std::uint32_t id = 100; id < 110; ++id) {
    w.move(id);
    w.drop(id);
  }
  Listener l;
  w.stream.join("watch", l.handle());
  w.settle(l);
  EXPECT_EQ(l.tracks, w.tracks);
}

TEST(LiveStream, WhereOthersWriteToTheSameStreamItsEventsSayWhoseTheyAre) {
  World w;
  w.move(1);
  w.alert(1);
  const auto read = [&](bool named) {
    auto state = std::make_shared<net::detail::StreamState>(live_stream_queue(), nullptr,
                                                            std::weak_ptr<net::detail::Connection>());
    w.stream.join("watch", net::StreamHandle(state), named);
    w.stream.round();
    std::vector<net::WireEvent> events;
    std::ignore = state->take(events, SIZE_MAX);
    net::SseParser parser;
    std::string out;
    for (const net::WireEvent& event : events) {
      EXPECT_TRUE(parser.feed(*event).has_value());
      while (const auto one = parser.next()) out += one->event + one->data + " ";
    }
    return out;
  };
  const std::string plain = read(false);
  EXPECT_EQ(plain, R"(reset{} alert{"id":1,"v":2} tracks{"gone":[],"tracks":[{"id":1,"v":1}]} )");
  EXPECT_EQ(read(true), R"(live/reset{} live/alert{"id":1,"v":2} live/tracks{"gone":[],"tracks":[{"id":1,"v":1}]} )");
  EXPECT_EQ(read(false), plain) << "what was made for the others is not sent to these";
}

RC_GTEST_PROP(LiveStream, EverybodySeesTheTruthInTheEnd, ()) {
  World w({.listeners_max = 100, .frame_bytes_max = 60, .behind_bytes_max = 150, .gone_max = 4});
  std::vector<std::unique_ptr<Listener>> guests;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::weightedOneOf<int>({{8, rc::gen::just(0)},
                                                 {4, rc::gen::just(1)},
                                                 {2, rc::gen::just(2)},
                                                 {4, rc::gen::just(3)},
                                                 {4, rc::gen::just(4)},
                                                 {1, rc::gen::just(5)}}),
                    rc::gen::inRange(1, 16)));
  for (const auto& [what, n] : steps) {
    const auto id = static_cast<std::uint32_t>(n);
    switch (what) {
      case 0:
        w.move(id);
        break;
      case 1:
        w.drop(id);
        break;
      case 2:
        w.alert(n % 4, n > 10, n % 3 != 0);
        break;
      case 3:
        w.stream.round();
        break;
      case 4:
        if (!guests.empty()) guests[id % guests.size()]->read(static_cast<std::size_t>(n) * 20);
        break;
      default:
        guests.push_back(std::make_unique<Listener>());
        w.stream.join("watch", guests.back()->handle());
    }
  }
  for (const auto& guest : guests) w.settle(*guest);
  for (const auto& guest : guests) {
    RC_ASSERT(guest->tracks == w.tracks);
    RC_ASSERT(guest->alerts == w.alerts);
  }
}

}  // namespace
}  // namespace tansiq::node
