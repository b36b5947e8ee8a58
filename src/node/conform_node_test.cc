// What a node declares by itself, from a datagram to the record.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/eventually.h"
#include "net/outlet.h"
#include "node/coalition_figures.h"
#include "node/live_config.h"
#include "node/node_testlib.h"
#include "surveillance/asterix_encode.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

TEST(ConformNode, AnIntentThatIsOffItsPlanIsDeclaredInTheRecord) {
  const std::uint16_t port = *free_loopback_port();
  TestNode node([port](NodeConfig& config) {
    LiveConfig live;
    live.sources.emplace_back();
    live.sources.front().name = "radar";
    live.sources.front().format = surveillance::Speaks::kAsterix;
    live.sources.front().transport = *surveillance::parse_transport(fmt::format("udp://127.0.0.1:{}", port));
    live.declare = Declares::kContingent;
    config.live = std::make_shared<const LiveConfig>(std::move(live));
  });
  const auto outlet = net::Outlet::open({.kind = net::EndpointKind::kUdp, .host = "127.0.0.1", .port = port});
  ASSERT_TRUE(outlet.has_value()) << outlet.error().text();
  const std::string token = node.token("watch", {"picture.read", "intents.file", "intents.read"});
  // It hovers where volume_json has its volumes.
  const auto hear = [&](std::int32_t flight_level) {
    node.clock().advance(1'000);
    surveillance::AsterixEncoder encoder(62);
    surveillance::Report r;
    r.domain = surveillance::Domain::kAir;
    r.id = {surveillance::IdKind::kIcao, 0x39C4A0};
    r.track = {0x1902, 7};
    r.system = 0x1902;
    r.received = r.time = node.clock().now();
    r.position = geo::LatLng{350'000'000, 342'000'000};
    r.pressure_cm = flight_level * 3'048;
    r.speed_cm_s = 0;
    r.course_mdeg = 0;
    r.call_sign = std::string_view("MIRAGE1");
    ASSERT_TRUE(encoder.add(r).has_value());
    ASSERT_TRUE((*outlet)->send(encoder.take()).has_value());
  };
  ASSERT_EQ(node.put("/v1/intents/i1", create_json("c1", volume_json(0, 10 * 60)), token).status, 201);
  ASSERT_TRUE(eventually([&] {
    hear(205);
    return node.get("/v1/tracks", token).body.find(R"("inside":true)") != std::string::npos;
  })) << node.get("/v1/tracks", token).body;
  ASSERT_TRUE(eventually(
      [&] {
        hear(230);
        return node.get("/v1/intents/i1", token).body.find(R"("state":"contingent")") != std::string::npos;
      },
      std::chrono::seconds(30)))
      << node.get("/v1/intents/i1", token).body << node.get("/v1/tracks", token).body;
  ASSERT_TRUE(eventually([&] {
    return node.get("/metrics").body.find("tansiq_live_declared_total{state=\"contingent\"} 1\n") != std::string::npos;
  }));
  EXPECT_THAT(node.get("/metrics").body, HasSubstr("tansiq_live_declared_total{state=\"nonconforming\"} 1\n"))
      << "first the one that can be taken back";
}

}  // namespace
}  // namespace tansiq::node
