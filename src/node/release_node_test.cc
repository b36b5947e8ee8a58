// Whole nodes on loopback that tell each other of their tracks: over mutual TLS, as the relation in force allows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/eventually.h"
#include "net/outlet.h"
#include "net/tls_identity.h"
#include "node/coalition_figures.h"
#include "node/live_config.h"
#include "node/node_testlib.h"
#include "node/track_links.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// `a` hears craft, and tells `b` of all of them; `c` has no rule. Disclosure of `a` stands at live for both.
class ReleaseNode : public ::testing::Test {
 protected:
  void SetUp() override {
    port_ = free_loopback_port().value();
    LoopbackCoalition::Setup setup;
    setup.charter = [](core::Charter& charter) {
      for (unsigned to = 1; to <= 2; ++to) {
        charter.relations.push_back({edge(0, to), 4});
      }
      charter.relations.push_back({edge(1, 2), 4});
    };
    setup.config = [this](NodeConfig& config) {
      LiveConfig live;
      if (config.data_dir.filename() == "a") {
        surveillance::SourceConfig source;
        source.name = "receiver";
        source.format = surveillance::Speaks::kSbs;
        source.use_time = false;
        source.transport = surveillance::parse_transport("udp://127.0.0.1:" + std::to_string(port_)).value();
        live.sources.push_back(std::move(source));
        live.release = rules_of_a_;
      }
      // What it hears of `a` alone.
      if (config.data_dir.filename() == "b") live.release.push_back({.to = "c", .all = true});
      config.live = std::make_shared<const LiveConfig>(std::move(live));
    };
    auto started = LoopbackCoalition::start(folder_.path(), 3, setup);
    ASSERT_TRUE(started.has_value()) << started.error().text();
    coalition_ = std::move(*started);
    outlet_ = net::Outlet::open({.kind = net::EndpointKind::kUdp, .host = "127.0.0.1", .port = port_}).value();
  }

  static core::Edge edge(unsigned from, unsigned to) {
    return {core::Capability::kDisclosure, core::RelationDomain::kAir, LoopbackCoalition::authority(from),
            LoopbackCoalition::authority(to)};
  }
  /// One report of each craft, somewhat further than the one before.
  void fly() {
    step_ += 1;
    for (const auto& [address, call_sign] : {std::pair("4840D6", "F1"), std::pair("3C6444", "STRANGER")}) {
      const std::string lng = std::to_string(5.0 + 0.0001 * step_);
      const std::string head = std::string(",1,1,") + address + ",1,,,,,";
      (void)outlet_->send(as_bytes("MSG,1" + head + call_sign + ",,,,,,,,,,,\r\n"));
      (void)outlet_->send(as_bytes("MSG,3" + head + ",30000,40,90,25.0," + lng + ",,,0,0,0,0\r\n"));
    }
  }
  /// What `of` tells `who` now.
  Result<TrackAnswer> asked_by(const std::string& who, unsigned of = 0) {
    net::HttpClientOptions http;
    http.base_url = coalition_->node(of).peer_address();
    http.trust.keys_sha256 = {coalition_->founding().authorities[of].peer->tls_keys[0].bytes};
    http.trust.certificate_file = (folder_.path() / who / "peer.crt").string();
    http.trust.key_file = (folder_.path() / who / "peer.key").string();
    return ask_tracks(*TRY(net::HttpClient::create(std::move(http))), {});
  }
  /// The same, again while a question of the asker's own node takes the place of this one.
  std::string answer(const std::string& who, unsigned of = 0) {
    std::string out = "(no answer)";
    EXPECT_TRUE(eventually([&] {
      auto got = asked_by(who, of);
      if (got) out = std::move(got->events);
      return got.has_value();
    }));
    return out;
  }
  /// Flies until what `a` tells `who` has all of `wanted` in it; the last that it told.
  std::string told(const std::string& who, std::string_view wanted) {
    std::string out;
    EXPECT_TRUE(eventually([&] {
      fly();
      auto answer = asked_by(who);
      // The node's own question may have taken the place of this one.
      if (answer) out = std::move(answer->events);
      return out.find(wanted) != std::string::npos;
    })) << who
        << " is told: " << out;
    return out;
  }
  static coordination::ActCommand as_chief(std::string_view cmd, coordination::Act act) {
    coordination::ActCommand out;
    out.cmd = CommandId::trusted(cmd);
    out.by = core::Subject::trusted("chief");
    out.act = std::move(act);
    return out;
  }

  std::vector<picture::ReleaseRule> rules_of_a_{{.to = "b", .grid_m = 1'000, .all = true}};
  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<LoopbackCoalition> coalition_;
  std::unique_ptr<net::Outlet> outlet_;
  int step_ = 0;
};

TEST_F(ReleaseNode, AtLiveTheyAppearAtThePeerAndNothingOfItIsLogged) {
  const auto before = coalition_->node(0).state_mark();
  const auto before_b = coalition_->node(1).state_mark();
  ASSERT_TRUE(eventually([&] {
    fly();
    const auto tracks = coalition_->get(1, "/v1/tracks");
    return tracks && tracks->find("4840D6") != std::string::npos && tracks->find("3C6444") != std::string::npos;
  }));
  EXPECT_THAT(*coalition_->get(1, "/v1/tracks"), HasSubstr("peer-a"));
  const std::string told_b = told("b", "ICAO-3C6444");
  EXPECT_THAT(told_b, HasSubstr("type=\"a-u-A\""));
  EXPECT_THAT(told_b, Not(HasSubstr("<track"))) << "the grid is applied";
  EXPECT_THAT(told_b, Not(HasSubstr("lat=\"25.0000000\"")));
  EXPECT_EQ(coalition_->node(0).state_mark().entries, before.entries);
  EXPECT_EQ(coalition_->node(1).state_mark().entries, before_b.entries);
  // What `b` hears of them is not its to pass on, whatever its rules say.
  const std::string passed_on = answer("c", 1);
  EXPECT_THAT(passed_on, HasSubstr("t-x-c-t"));
  EXPECT_THAT(passed_on, Not(HasSubstr("ICAO-")));
  // `c` is not told of strangers, and nobody is told whom the charter does not name.
  EXPECT_THAT(told("c", "t-x-c-t"), Not(HasSubstr("ICAO-")));
  std::filesystem::create_directories(folder_.path() / "x");
  ASSERT_TRUE(net::make_identity({.name = "x",
                                  .certificate_file = (folder_.path() / "x/peer.crt").string(),
                                  .key_file = (folder_.path() / "x/peer.key").string()}));
  EXPECT_EQ(asked_by("x").error().code, ErrorCode::kForbidden);
}

TEST_F(ReleaseNode, AFreezeStopsItWithTheNextAnswer) {
  told("b", "ICAO-3C6444");
  ASSERT_TRUE(
      coalition_
          ->act(0, as_chief("f", coordination::FreezeRelation{{{edge(0, 1), 3}}, LoopbackCoalition::authority(1), ""}))
          .has_value());
  fly();
  EXPECT_EQ(answer("b"), "") << "below live there is nothing, not even a sign of life";
}

TEST_F(ReleaseNode, OwnFlightsAreToldWithoutARuleUnlessTheyAreWithheld) {
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {0})).has_value());
  const std::string told_c = told("c", "ICAO-4840D6");
  EXPECT_THAT(told_c, Not(HasSubstr("3C6444")));
  EXPECT_THAT(told_c, HasSubstr("<track")) << "without a grid its motion is told";
  const auto withheld = coalition_->act(
      0,
      as_chief("w", coordination::WithholdShare{.recipient = LoopbackCoalition::authority(2), .source = "flight a1"}));
  ASSERT_TRUE(withheld.has_value()) << withheld.error().text();
  EXPECT_THAT(told("c", "t-x-c-t"), Not(HasSubstr("ICAO-")));
}

/// A rule for a zone that the charter does not have, and one for an authority that it does not name.
class ReleaseNodeOfAnotherCharter : public ReleaseNode {
 protected:
  void SetUp() override {
    rules_of_a_ = {{.to = "b", .area = "gone", .delay_ms = 60'000, .all = true},
                   {.to = "b", .all = true},
                   {.to = "z", .all = true}};
    ReleaseNode::SetUp();
  }
};

TEST_F(ReleaseNodeOfAnotherCharter, StartsAndTellsNothingThatMayBeInTheAreaThatIsGone) {
  ASSERT_NE(coalition_, nullptr);
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {0})).has_value());
  // To the other peer the flight is told, so it is heard.
  told("c", "ICAO-4840D6");
  EXPECT_THAT(answer("b"), Not(HasSubstr("ICAO-")));
}

}  // namespace
}  // namespace tansiq::node
