// The live picture inside a node: a real socket, the record, and the API.
#include "node/live_desk.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/eventually.h"
#include "base/temporary_folder.h"
#include "net/outlet.h"
#include "node/coalition_figures.h"
#include "node/live_config.h"
#include "node/node_testlib.h"
#include "picture/playback.h"
#include "surveillance/asterix_encode.h"
#include "surveillance/replay.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr DurationMs kHour = 3'600'000;

/// A node that listens for CAT 062, and somebody who sends it.
class LiveNode {
 public:
  explicit LiveNode(const std::filesystem::path& record_dir = {})
      : port_(*free_loopback_port()), node([this, record_dir](NodeConfig& config) {
          LiveConfig live;
          live.sources.emplace_back();
          live.sources.front().name = "radar";
          live.sources.front().format = surveillance::Speaks::kAsterix;
          live.sources.front().transport = *surveillance::parse_transport(fmt::format("udp://127.0.0.1:{}", port_));
          live.record_dir = record_dir;
          config.live = std::make_shared<const LiveConfig>(std::move(live));
        }) {
    auto outlet = net::Outlet::open({.kind = net::EndpointKind::kUdp, .host = "127.0.0.1", .port = port_});
    EXPECT_TRUE(outlet.has_value()) << outlet.error().text();
    outlet_ = std::move(*outlet);
    token_ = node.token("watch", {"picture.read", "intents.file", "intents.read"});
  }
  /// A craft that hovers where volume_json has its volumes, as of the node's clock.
  void hear(std::string_view call_sign, std::uint32_t icao) {
    surveillance::AsterixEncoder encoder(62);
    surveillance::Report r;
    r.domain = surveillance::Domain::kAir;
    r.id = {surveillance::IdKind::kIcao, icao};
    r.track = {0x1902, static_cast<std::uint16_t>(icao & 0xFFFU)};
    r.system = 0x1902;
    r.received = r.time = node.clock().now();
    r.position = geo::LatLng{350'000'000, 342'000'000};
    r.pressure_cm = 205 * 3'048;
    r.speed_cm_s = 0;
    r.course_mdeg = 0;
    r.call_sign = call_sign;
    ASSERT_TRUE(encoder.add(r).has_value());
    ASSERT_TRUE(outlet_->send(encoder.take()).has_value());
  }
  [[nodiscard]] std::string get(std::string_view target) const { return node.get(target, token_).body; }
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  std::uint16_t port_;

 public:
  TestNode node;

 private:
  std::unique_ptr<net::Outlet> outlet_;
  std::string token_;
};

TEST(LiveDesk, APlanThatIsFiledForLaterComesIntoSightWithTime) {
  LiveNode t;
  // The look at the start is over when a zone is known.
  ASSERT_TRUE(eventually([&] {
    t.node.clock().advance(1'000);
    t.hear("", 0x738011);
    return t.get("/v1/alerts").find("foreign_zone") != std::string::npos;
  }));
  const std::int64_t start_min = 8 * 60;
  ASSERT_EQ(t.node.put("/v1/intents/i1", create_json("c1", volume_json(start_min, 30)), t.token()).status, 201);
  // The record is looked at, and there is nothing of it to see, but of what is under way all day.
  const std::string all_day = create_json("c0", volume_json(0, 10 * 60, 220, 230), "MIRAGE0");
  ASSERT_EQ(t.node.put("/v1/intents/i0", all_day, t.token()).status, 201);
  const auto flies = [&](std::string_view call_sign, std::uint32_t icao, std::string_view intent) {
    t.node.clock().advance(1'000);
    t.hear(call_sign, icao);
    return t.get("/v1/tracks").find(fmt::format(R"("intent":"{}")", intent)) != std::string::npos;
  };
  ASSERT_TRUE(eventually([&] { return flies("MIRAGE0", 0x39C4A0, "i0"); })) << t.get("/v1/tracks");
  // Nothing is recorded any more, not even that an intent is over; the day goes on.
  t.node.clock().advance(8 * kHour + 60'000);
  EXPECT_TRUE(eventually([&] { return flies("MIRAGE1", 0x39C4A1, "i1"); })) << t.get("/v1/tracks");
}

TEST(LiveDesk, WhoIsUnknownInOurZoneIsToldAndCounted) {
  LiveNode t;
  EXPECT_TRUE(eventually([&] {
    t.node.clock().advance(1'000);
    t.hear("", 0x738011);
    return t.get("/v1/alerts").find(R"("kind":"foreign_zone")") != std::string::npos;
  })) << t.get("/v1/tracks");
  EXPECT_TRUE(eventually([&] {
    const std::string metrics = t.node.get("/metrics").body;
    return metrics.find("tansiq_alerts{priority=\"alarm\"} 1\n") != std::string::npos &&
           metrics.find("tansiq_tracks{state=\"live\"} 1\n") != std::string::npos;
  })) << t.node.get("/metrics").body;
  const std::string metrics = t.node.get("/metrics").body;
  for (const char* line :
       {"tansiq_source_overload_total{source=\"radar\"} 0\n", "tansiq_live_listeners 0\n",
        "tansiq_source_system_dropped_total{source=\"radar\"} 0\n", "tansiq_source_refused_total{source=\"radar\"} 0\n",
        "tansiq_live_notes_refused_total 0\n"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
}

/// What a playback of a folder remarks, and what groups its last picture has.
struct Replayed final : picture::PlaybackListener {
  explicit Replayed(const std::filesystem::path& folder) {
    std::vector<std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file.path().string());
    std::ranges::sort(files);
    auto playback = picture::Playback::open(files, {}, *this);
    if (!playback || !(*playback)->run()) {
      ADD_FAILURE();
      return;
    }
    groups = (*playback)->session().picture().groups().size();
  }
  void alert_changed(const picture::AlertChange&) override {}
  void remark(const std::string& text) override { remarks.push_back(text); }
  bool wait(std::int64_t) override { return true; }
  std::vector<std::string> remarks;
  std::size_t groups = 0;
};

// Before, it stood still for as long as the clock needed to catch up.
TEST(LiveDesk, AfterAClockThatIsSetBackAnotherPictureBegins) {
  const TemporaryFolder folder;
  LiveNode t(folder.path() / "recordings");
  const auto flies = [&] {
    t.node.clock().advance(1'000);
    t.hear("", 0x738011);
    return t.get("/v1/alerts").find("foreign_zone") != std::string::npos;
  };
  t.node.clock().advance(3'600'000);
  ASSERT_TRUE(eventually(flies));
  constexpr std::string_view kGroup =
      R"({"guide":{"mmsi":227022600},"name":"g","shapes":[{"ahead_m":1000,"astern_m":1000,"domain":"sea",)"
      R"("port_m":1000,"starboard_m":1000}]})";
  const std::string officer = t.node.token("watch", {"picture.read", "picture.act", "intents.file"});
  ASSERT_EQ(t.node.put("/v1/groups/tf-473", kGroup, officer).status, 200);
  const auto remarks = [&] { return t.node.get("/readyz").body.find("the clock was set back") != std::string::npos; };
  EXPECT_FALSE(remarks());
  const UtcMs before = t.node.clock().now();
  t.node.clock().advance(-1'800'000);
  ASSERT_TRUE(eventually(remarks)) << t.node.get("/readyz").body;
  EXPECT_THAT(t.node.get("/readyz").body, HasSubstr("the clock was set back by 30 min 00 s: the live picture was"));
  EXPECT_THAT(t.get("/v1/groups"), HasSubstr("tf-473"));
  EXPECT_THAT(t.get("/v1/tracks"), Not(HasSubstr("738011"))) << "nothing of the picture before";
  // Craft are heard over the same socket, the zones of the record are known, and what is warned of is warned of.
  ASSERT_TRUE(eventually(flies)) << t.get("/v1/tracks");
  EXPECT_LT(t.node.clock().now(), before);
  EXPECT_TRUE(eventually(
      [&] { return t.node.get("/metrics").body.find("tansiq_live_set_back_total 1\n") != std::string::npos; }));
  // It is said for ten minutes.
  t.node.clock().advance(600'000);
  EXPECT_FALSE(remarks()) << t.node.get("/readyz").body;
  ASSERT_TRUE(t.node.stop().has_value());
  const Replayed replayed(folder.path() / "recordings");
  EXPECT_THAT(replayed.remarks, ::testing::ElementsAre(HasSubstr("the clock was set back by")));
  EXPECT_EQ(replayed.groups, 1U);
}

TEST(LiveDesk, AClockThatIsPutRightByLittleChangesNothing) {
  LiveNode t;
  ASSERT_TRUE(eventually([&] {
    t.node.clock().advance(1'000);
    t.hear("", 0x738011);
    return t.get("/v1/tracks").find("738011") != std::string::npos;
  }));
  t.node.clock().advance(-1'500);
  ASSERT_TRUE(eventually([&] {
    t.node.clock().advance(1'000);
    t.hear("", 0x738012);
    return t.get("/v1/tracks").find("738012") != std::string::npos;
  }));
  EXPECT_THAT(t.get("/v1/tracks"), HasSubstr("738011"));
  EXPECT_THAT(t.node.get("/readyz").body, Not(HasSubstr("set back")));
}

TEST(LiveDesk, WhoLooksBackSeesPastPlacesAndAlerts) {
  LiveNode t;
  const auto first_heard = [&] {
    t.node.clock().advance(1'000);
    t.hear("", 0x738011);
    return t.get("/v1/alerts").find("foreign_zone") != std::string::npos;
  };
  ASSERT_TRUE(eventually(first_heard));
  const auto past = [&](std::string_view more = "") {
    const UtcMs now = t.node.clock().now();
    return t.get(fmt::format("/v1/picture/history?from_ms={}&to_ms={}{}", now.ms - 900'000, now.ms, more));
  };
  EXPECT_TRUE(eventually([&] {
    t.node.clock().advance(10'000);
    t.hear("RESCUE1", 0x738011);
    constexpr std::string_view kPlace = R"("pressure_cm":)";
    const std::string tracks = past();
    const auto place = tracks.find(kPlace);
    return place != std::string::npos && tracks.find(kPlace, place + 1) != std::string::npos &&
           tracks.find("RESCUE1") != std::string::npos;
  })) << past();
  EXPECT_THAT(past(), HasSubstr(R"("icao":"738011")"));
  EXPECT_THAT(past(), Not(HasSubstr(R"("peer")"))) << "heard here";
  EXPECT_THAT(past("&south_e7=0&west_e7=0&north_e7=10&east_e7=10"), HasSubstr(R"("tracks":[])"));
  EXPECT_EQ(t.node.get("/v1/picture/history?from_ms=0&to_ms=900001", t.token()).status, 400);
  EXPECT_EQ(t.node.get("/v1/picture/history?from_ms=0", t.token()).status, 400);
  // It is not heard any more: the alert is over, seen and out of sight.
  const std::string officer = t.node.token("watch", {"picture.read", "picture.act"});
  const std::string standing = t.get("/v1/alerts");
  const auto id_at = standing.rfind("\"id\":", standing.find(R"("kind":"foreign_zone")")) + 5;
  const std::string id = standing.substr(id_at, standing.find(',', id_at) - id_at);
  ASSERT_EQ(t.node.post("/v1/alerts/" + id + "/acknowledge", "", officer).status, 200) << standing;
  EXPECT_TRUE(eventually([&] {
    t.node.clock().advance(60'000);
    return t.get("/v1/alerts/past").find("foreign_zone") != std::string::npos;
  })) << t.get("/v1/alerts");
  const std::string ended = t.get("/v1/alerts/past");
  EXPECT_THAT(ended, HasSubstr(R"("by":"watch")"));
  EXPECT_THAT(ended, HasSubstr(R"("ended_ms":)"));
  EXPECT_THAT(t.get("/v1/alerts/past?before=1"), HasSubstr(R"("alerts":[])"));
}

TEST(LiveDesk, OneStreamHasTheRecordAndThePicture) {
  LiveNode t;
  const auto stream = t.node.client(t.node.token("watch", {"picture.read", "log.read"}))->events("/v1/stream");
  ASSERT_TRUE(stream.has_value()) << stream.error().text();
  const auto begun = (*stream)->next(10'000);
  ASSERT_TRUE(begun.has_value() && *begun);
  EXPECT_EQ((*begun)->data, R"({"live":"open","record":"open","talks":"forbidden"})");
  ASSERT_EQ(t.node.put("/v1/intents/i1", create_json("c1", volume_json(10, 30)), t.token()).status, 201);
  t.hear("", 0x738011);
  std::set<std::string> heard;
  while (!heard.contains("live/tracks") || !heard.contains("record/intent.accepted")) {
    t.node.clock().advance(1'000);
    t.hear("", 0x738011);
    const auto event = (*stream)->next(10'000);
    ASSERT_TRUE(event.has_value() && *event) << "after " << heard.size() << " kinds of events";
    EXPECT_NE((*event)->id, "") << "what has none of its own keeps the last";
    heard.insert((*event)->event);
  }
  EXPECT_TRUE(heard.contains("live/reset"));
}

// Or a replay would count the silence of a source that never spoke from another moment on.
TEST(LiveDesk, TheRecordingBeginsWithThePicture) {
  const TemporaryFolder folder;
  LiveNode t(folder.path() / "recordings");
  ASSERT_TRUE(t.node.stop().has_value());
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder.path() / "recordings")) {
    files.push_back(file.path().string());
  }
  ASSERT_EQ(files.size(), 1U);
  auto replay = surveillance::Replay::open(files, {});
  ASSERT_TRUE(replay.has_value()) << replay.error().text();
  const auto first = replay->next();
  ASSERT_TRUE(first.has_value() && first->has_value());
  EXPECT_EQ((*first)->chunk.received, kTestStart);
  EXPECT_EQ(as_text((*first)->chunk.bytes), "\n{\"zones\":[]}\n");
}

}  // namespace
}  // namespace tansiq::node
