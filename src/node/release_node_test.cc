// Whole nodes on loopback that tell each other of their tracks: over mutual TLS, as the relation in force allows.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/eventually.h"
#include "net/outlet.h"
#include "net/tls_identity.h"
#include "node/coalition_figures.h"
#include "node/live_config.h"
#include "node/node_testlib.h"
#include "node/track_links.h"
#include "picture/playback.h"

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
    setup.timing = timing_;
    setup.config = [this](NodeConfig& config) {
      if (driven_) config.clock = &clock_;
      LiveConfig live;
      if (config.data_dir.filename() == "a") {
        live.sources.push_back(receiver(port_));
        live.release = rules_of_a_;
        live.record_dir = record_dir_of_a_;
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

  static surveillance::SourceConfig receiver(std::uint16_t port) {
    surveillance::SourceConfig source;
    source.name = "receiver";
    source.format = surveillance::Speaks::kSbs;
    source.use_time = false;
    source.transport = surveillance::parse_transport("udp://127.0.0.1:" + std::to_string(port)).value();
    return source;
  }
  /// A place of one craft, as its receiver sends it.
  static std::string place(std::string_view address, double lat, double lng) {
    return fmt::format("MSG,3,1,1,{},1,,,,,,30000,40,90,{:.5f},{:.5f},,,0,0,0,0\r\n", address, lat, lng);
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

  core::Timing timing_{};
  TestClock clock_;  ///< Of all nodes, where it is driven.
  bool driven_ = false;
  std::filesystem::path record_dir_of_a_;
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

// What was told under a relation is kept no longer than it stands; what is heard here stays.
TEST_F(ReleaseNode, PastPlacesOfAPeerGoWithTheFreeze) {
  const auto past = [&](unsigned node) {
    const std::int64_t now = SystemClock().now().ms;
    return coalition_->get(node, fmt::format("/v1/picture/history?from_ms={}&to_ms={}", now - 800'000, now + 60'000))
        .value_or("(none)");
  };
  ASSERT_TRUE(eventually(
      [&] {
        fly();
        return past(1).find("3C6444") != std::string::npos;
      },
      std::chrono::seconds(30)))
      << past(1);
  EXPECT_THAT(past(1), HasSubstr(R"("peer":"a")"));
  EXPECT_THAT(past(0), HasSubstr("3C6444"));
  ASSERT_TRUE(
      coalition_
          ->act(0, as_chief("f", coordination::FreezeRelation{{{edge(0, 1), 3}}, LoopbackCoalition::authority(1), ""}))
          .has_value());
  EXPECT_TRUE(eventually([&] { return past(1).find("3C6444") == std::string::npos; })) << past(1);
  EXPECT_THAT(past(0), HasSubstr("3C6444"));
  EXPECT_THAT(past(0), Not(HasSubstr(R"("peer")")));
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

/// What is in the zone of `a` is told ten minutes late, what is outside of it not at all. The clock of all nodes goes
/// when the test says so.
class ReleaseNodeLate : public ReleaseNode {
 protected:
  static constexpr DurationMs kDelayMs = 600'000;
  static constexpr std::string_view kInside = "4840D6";
  static constexpr std::string_view kOutside = "3C6444";
  void SetUp() override {
    driven_ = true;
    // The charter counts from the system's time on.
    clock_.advance(SystemClock().now() - clock_.now());
    rules_of_a_ = {{.to = "b", .area = "ZA", .delay_ms = kDelayMs, .all = true}};
    ReleaseNode::SetUp();
  }
  /// Both are heard `ms` later than before, at that moment of the clock.
  void go_on(DurationMs ms) {
    clock_.advance(ms);
    lng_ += 0.0000002 * static_cast<double>(ms);
    const std::string both = fmt::format("\"time_ms\":{}", clock_.now().ms);
    ASSERT_TRUE(eventually([&] {
      // The zone ends at 36 degrees north. Both fly at 40 knots, where degrees are shorter over more of them.
      (void)outlet_->send(as_bytes(place(kInside, 25, lng_)));
      (void)outlet_->send(as_bytes(place(kOutside, 45, 5 + (lng_ - 5) * 1.282)));
      const auto tracks = coalition_->get(0, "/v1/tracks");
      const std::size_t first = tracks ? tracks->find(both) : std::string::npos;
      return first != std::string::npos && tracks->find(both, first + 1) != std::string::npos;
    }));
  }
  /// When the places that `answer` tells were so.
  static std::vector<UtcMs> times_in(std::string_view answer) {
    std::vector<UtcMs> out;
    constexpr std::string_view kTime = " time=\"";
    for (std::size_t at = answer.find(kTime); at != std::string_view::npos; at = answer.find(kTime, at + 1)) {
      const std::string_view rest = answer.substr(at + kTime.size());
      out.push_back(parse_utc(rest.substr(0, rest.find('"'))).value());
    }
    return out;
  }
  [[nodiscard]] std::string tracks_of(unsigned node) { return coalition_->get(node, "/v1/tracks").value_or("(none)"); }

  double lng_ = 5.0;
};

TEST_F(ReleaseNodeLate, WhatIsInTheAreaAppearsAtThePeerWhenItIsSoOldAndNothingElseDoes) {
  ASSERT_NE(coalition_, nullptr);
  const UtcMs begun = clock_.now();
  for (int i = 0; i < 5; ++i) go_on(2'000);
  ASSERT_THAT(tracks_of(0), HasSubstr(std::string(kOutside)));
  for (int i = 0; clock_.now() + 30'000 - begun < kDelayMs; ++i) {
    go_on(30'000);
    // Seldom: each takes the place of a question of the node's own, which then comes later.
    if (i % 6 != 5 && clock_.now() + 60'000 - begun < kDelayMs) continue;
    const std::string told = answer("b");
    ASSERT_THAT(told, HasSubstr("t-x-c-t")) << "the line is well";
    ASSERT_THAT(told, Not(HasSubstr("ICAO-"))) << "nothing is so old yet";
  }
  EXPECT_THAT(tracks_of(1), Not(HasSubstr(std::string(kInside))));
  for (int i = 0; i < 4; ++i) {
    go_on(30'000);
    // The node's own question may be on its way.
    std::string told;
    ASSERT_TRUE(eventually([&] {
      told = answer("b");
      return told.find("ICAO-" + std::string(kInside)) != std::string::npos;
    })) << told;
    EXPECT_THAT(told, Not(HasSubstr(std::string(kOutside))));
    for (const UtcMs time : times_in(told)) {
      EXPECT_GE(clock_.now() - time, kDelayMs);
      EXPECT_GE(time, begun);
    }
  }
  ASSERT_TRUE(eventually([&] { return tracks_of(1).find(kInside) != std::string::npos; }, std::chrono::seconds(60)))
      << tracks_of(1);
  const std::string heard = tracks_of(1);
  EXPECT_THAT(heard, Not(HasSubstr(std::string(kOutside))));
  EXPECT_THAT(heard, HasSubstr("peer-a"));
  constexpr std::string_view kTime = "\"time_ms\":";
  const std::size_t at = heard.find(kTime);
  ASSERT_NE(at, std::string::npos);
  EXPECT_GE(clock_.now().ms - std::stoll(heard.substr(at + kTime.size())), kDelayMs) << "it says how old it is";
}

/// `d` joins while the others run, and is struck out again.
class ReleaseNodeOfAGrowingCharter : public ReleaseNode {
 protected:
  void SetUp() override {
    timing_ = {.clock_error_ms = 100, .delivery_ms = 500, .decision_ms = 200, .crew_ms = 100, .standby_ms = 1'000};
    record_dir_of_a_ = folder_.path() / "recordings";
    ReleaseNode::SetUp();
  }
  /// Signed, adopted and in force at a, b and c; the note.
  std::string bring(core::Charter charter, const std::vector<unsigned>& signers) {
    constexpr DurationMs kLeadMs = 4'000;
    charter.valid_from = SystemClock().now() + kLeadMs;
    const std::string note = coalition_->sign(charter, signers).value();
    std::vector<std::unique_ptr<net::EventStream>> streams;
    for (unsigned i = 0; i < 3; ++i) {
      streams.push_back(coalition_->events(i).value());
      const auto outcome = coalition_->act(i, as_chief(fmt::format("adopt-{}-{}", charter.version, i),
                                                       coordination::AdoptCharter{coordination::NoteText{note}}));
      EXPECT_TRUE(outcome.has_value()) << outcome.error().text();
    }
    for (const auto& stream : streams) {
      EXPECT_TRUE(next_of_type(*stream, "charter.in_force", kLeadMs + 20'000).has_value());
    }
    return note;
  }
  /// Whether `a` has heard `d`, and awaits it; nothing where it has no such source.
  std::optional<bool> hears_d() {
    const std::string sources = coalition_->get(0, "/v1/sources").value_or("");
    const std::size_t name = sources.find("\"name\":\"peer-d\"");
    if (name == std::string::npos) return std::nullopt;
    constexpr std::string_view kHeard = "\"heard\":";
    return sources.compare(sources.rfind(kHeard, name) + kHeard.size(), 4, "true") == 0;
  }
};

TEST_F(ReleaseNodeOfAGrowingCharter, WhoJoinsIsHeardWithoutANewStartAndWhoIsStruckOutIsAskedNoMore) {
  ASSERT_NE(coalition_, nullptr);
  EXPECT_EQ(hears_d(), std::nullopt);
  core::Charter next = coalition_->founding();
  next.version = 2;
  next.authorities.push_back(coalition_->prepare(3).value());
  next.zones.push_back(LoopbackCoalition::zone_of(3));
  next.relations.push_back({edge(3, 0), 4});
  const std::uint16_t port = free_loopback_port().value();
  LiveConfig live;
  live.sources.push_back(receiver(port));
  live.release.push_back({.to = "a", .all = true});
  coalition_->config(3).live = std::make_shared<const LiveConfig>(std::move(live));
  const std::string note = bring(next, {0, 1, 2, 3});
  const Status joined = coalition_->join(3, note, {folder_.path() / "a" / "charter.note"});
  ASSERT_TRUE(joined.has_value()) << joined.error().text();
  const auto outlet = net::Outlet::open({.kind = net::EndpointKind::kUdp, .host = "127.0.0.1", .port = port}).value();
  double lng = 35;
  const auto heard_at = [&](unsigned node, std::string_view address) {
    return eventually(
        [&] {
          lng += 0.00001;
          (void)outlet->send(as_bytes(place(address, 25, lng)));
          const auto tracks = coalition_->get(node, "/v1/tracks");
          return tracks && tracks->find(address) != std::string::npos;
        },
        std::chrono::seconds(30));
  };
  ASSERT_TRUE(heard_at(0, "ABC123")) << coalition_->get(0, "/v1/sources").value_or("");
  EXPECT_THAT(*coalition_->get(0, "/v1/tracks"), HasSubstr("peer-d"));
  EXPECT_EQ(hears_d(), true);

  next = coalition_->founding();
  next.version = 3;
  bring(next, {0, 1, 2});
  // The lines of before have ended, and nothing is awaited of it.
  ASSERT_TRUE(eventually([&] { return hears_d() == false; }, std::chrono::seconds(30)));
  ASSERT_TRUE(heard_at(3, "ABC124")) << "it goes on hearing craft of its own";
  EXPECT_EQ(hears_d(), false);
  EXPECT_THAT(*coalition_->get(0, "/v1/tracks"), Not(HasSubstr("ABC124")));

  // Replayed, it comes in when it came in.
  ASSERT_TRUE(coalition_->stop(0).has_value());
  struct Remarks final : picture::PlaybackListener {
    void alert_changed(const picture::AlertChange&) override {}
    void remark(const std::string& text) override { said += text + "\n"; }
    bool wait(std::int64_t) override { return true; }
    std::string said;
  } remarks;
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(record_dir_of_a_)) files.push_back(file.path().string());
  std::ranges::sort(files);
  EXPECT_EQ(files.size(), 2U) << "another file, of the same run";
  auto playback = picture::Playback::open(files, {}, remarks);
  ASSERT_TRUE(playback.has_value()) << playback.error().text();
  ASSERT_TRUE((*playback)->run());
  EXPECT_THAT(remarks.said, HasSubstr("from here on there is peer-d too"));
  EXPECT_NE((*playback)->session().picture().tracker().find_icao(0xABC123), nullptr);
}

}  // namespace
}  // namespace tansiq::node
