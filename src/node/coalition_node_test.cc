// Whole nodes on loopback: real stores, real sockets, mutual TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "node/coalition_figures.h"
#include "node/node_testlib.h"
#include "store/sqlite.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

class CoalitionNode : public ::testing::Test {
 protected:
  CoalitionNode() {
    auto started = LoopbackCoalition::start(folder_.path(), 3);
    EXPECT_TRUE(started.has_value()) << started.error().text();
    if (started) coalition_ = std::move(*started);
  }
  void SetUp() override { ASSERT_NE(coalition_, nullptr); }

  /// The stream of node `i` has `count` more confirmations for `home`.
  void await_confirmed(net::EventStream& events, unsigned home, int count) {
    const std::string to = "\"to\":\"" + LoopbackCoalition::authority(home).str() + "\"";
    for (int i = 0; i < count;) {
      const auto line = next_of_type(events, "leg.confirmed", 30'000);
      ASSERT_TRUE(line.has_value()) << line.error().text();
      if (line->find(to) != std::string::npos) ++i;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<LoopbackCoalition> coalition_;
};

TEST_F(CoalitionNode, AFlightIsConfirmedByItsOwners) {
  const auto events = *coalition_->events(0);
  const auto filed = coalition_->act(0, coalition_->flight(0, 1, {1, 2}));
  ASSERT_TRUE(filed.has_value()) << filed.error().text();
  await_confirmed(*events, 0, 2);
  const auto flights = coalition_->get(0, "/v1/coordination/flights");
  ASSERT_TRUE(flights.has_value()) << flights.error().text();
  EXPECT_THAT(*flights, HasSubstr("\"may_clear\":true"));
  EXPECT_THAT(*coalition_->get(1, "/v1/coordination/legs"), HasSubstr("\"state\":\"confirmed\""));
  EXPECT_THAT(*coalition_->get(0, "/v1/coordination/peers"), HasSubstr("\"id\":\"b\""));
}

/// An officer's answer, over the interface: what waits is listed, answered once, and confirmed.
TEST_F(CoalitionNode, AnOfficerAnswersWhatIsAskedOfHisZone) {
  const auto act = [&](std::string_view cmd, coordination::Act what) {
    coordination::ActCommand command;
    command.cmd = CommandId::trusted(cmd);
    command.by = core::Subject::trusted("duty@b");
    command.act = std::move(what);
    return coalition_->act(1, command);
  };
  coordination::SetAnswerRule rule;
  rule.zone = LoopbackCoalition::zone_of(1).id;
  ASSERT_TRUE(act("rule", rule).has_value());
  const auto owner = *coalition_->events(1);
  const auto home = *coalition_->events(0);
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {1})).has_value());
  ASSERT_TRUE(next_of_type(*owner, "leg.standby", 30'000).has_value());
  const std::string asks = *coalition_->get(1, "/v1/coordination/asks");
  EXPECT_THAT(asks, HasSubstr("\"free\":true"));
  EXPECT_THAT(asks, HasSubstr("\"state\":\"asked\""));
  const std::string member = "\"request\":\"";
  const auto request = core::EntryHash::from_hex(asks.substr(asks.find(member) + member.size(), 64));
  ASSERT_TRUE(request.has_value());
  coordination::AnswerLeg answer;
  answer.request = *request;
  ASSERT_TRUE(act("answer", answer).has_value());
  ASSERT_TRUE(act("answer", answer).has_value()) << "the same act, sent again";
  EXPECT_FALSE(act("other", answer).has_value()) << "it waits for nobody any more";
  await_confirmed(*home, 0, 1);
  EXPECT_THAT(*coalition_->get(1, "/v1/coordination/asks"), HasSubstr("\"asks\":[]"));
}

TEST_F(CoalitionNode, APeerThatWasAwayCatchesUp) {
  ASSERT_TRUE(coalition_->stop(1).has_value());
  const auto events = *coalition_->events(0);
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {1, 2})).has_value());
  ASSERT_TRUE(coalition_->restart(1).has_value());
  await_confirmed(*events, 0, 2);
}

TEST_F(CoalitionNode, ARestartLeadsToTheSameState) {
  const auto events = *coalition_->events(0);
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {1, 2})).has_value());
  await_confirmed(*events, 0, 2);
  const auto before = coalition_->node(0).state_mark();
  ASSERT_TRUE(coalition_->restart(0).has_value());
  const auto from_snapshot = coalition_->node(0).state_mark();
  EXPECT_EQ(from_snapshot.state_hash, before.state_hash);
  EXPECT_GT(coalition_->node(0).open_report().from_snapshot, 0U);
}

TEST_F(CoalitionNode, AFreezeReachesTheOtherSide) {
  const auto events = *coalition_->events(1);
  coordination::ActCommand freeze;
  freeze.cmd = CommandId::trusted("freeze");
  freeze.by = core::Subject::trusted("chief@a");
  const core::Edge edge{core::Capability::kRequest, core::RelationDomain::kAir, LoopbackCoalition::authority(0),
                        LoopbackCoalition::authority(1)};
  freeze.act = coordination::FreezeRelation{{{edge, 0}}, LoopbackCoalition::authority(1), "test"};
  ASSERT_TRUE(coalition_->act(0, freeze).has_value());
  const auto read = next_of_type(*events, "relation.freeze", 30'000);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  const auto refused = coalition_->act(1, coalition_->flight(1, 1, {0}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
}

/// The first authority discloses its flights to the second, which fetches what is shared.
class SharedNode : public CoalitionNode {
 protected:
  static coordination::ActCommand as_chief(std::string_view cmd, coordination::Act act) {
    coordination::ActCommand out;
    out.cmd = CommandId::trusted(cmd);
    out.by = core::Subject::trusted("chief");
    out.act = std::move(act);
    return out;
  }

  void SetUp() override {
    CoalitionNode::SetUp();
    at_home_ = *coalition_->events(0);
    const auto at_reader = *coalition_->events(1);
    const auto proposed = coalition_->act(
        0, as_chief("p", coordination::ProposeRelation{"", {{edge_, 3}}, LoopbackCoalition::authority(1), ""}));
    ASSERT_TRUE(proposed.has_value()) << proposed.error().text();
    ASSERT_TRUE(next_of_type(*at_reader, "relation.propose", 30'000).has_value());
    ASSERT_TRUE(coalition_->act(1, as_chief("a", coordination::AcceptRelation{proposed->hash})).has_value());
    ASSERT_TRUE(next_of_type(*at_home_, "relation.accept", 30'000).has_value());
    ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {0})).has_value());
    ASSERT_TRUE(next_of_type(*at_reader, "share.shown", 30'000).has_value());
    await_fetched();
  }

  /// Nothing is written when a body comes: it is looked for until it is there.
  void await_fetched() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!fetched() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    ASSERT_TRUE(fetched());
  }

  [[nodiscard]] bool fetched() {
    const auto document = coalition_->get(1, "/v1/coordination/disclosure");
    return document && document->find("\"level\":\"full\"") != std::string::npos;
  }

  /// Home takes it back, and waits for the receipt.
  void destroy() {
    ASSERT_TRUE(
        coalition_
            ->act(0, as_chief("f", coordination::FreezeRelation{{{edge_, 0}}, LoopbackCoalition::authority(1), ""}))
            .has_value());
    const auto receipt = next_of_type(*at_home_, "share.destroyed", 30'000);
    ASSERT_TRUE(receipt.has_value()) << receipt.error().text();
    EXPECT_FALSE(fetched());
    EXPECT_THAT(*coalition_->get(0, "/v1/coordination/disclosure"), HasSubstr("\"destroyed\":[\"b\"]"));
  }

  [[nodiscard]] store::Connection record_of_reader() const {
    return *store::Connection::open((folder_.path() / "b" / "log.db").string(), store::OpenMode::kReadWrite);
  }

  void damage_at_reader() const {
    auto record = record_of_reader();
    const auto done = record.exec("UPDATE body SET bytes = zeroblob(length(bytes))");
    ASSERT_TRUE(done.has_value()) << done.error().text();
  }

  const core::Edge edge_{core::Capability::kDisclosure, core::RelationDomain::kAir, LoopbackCoalition::authority(0),
                         LoopbackCoalition::authority(1)};
  std::unique_ptr<net::EventStream> at_home_;
};

// The body of a share is fetched over the peers' line, kept in the store, and destroyed with a receipt.
TEST_F(SharedNode, AShareIsFetchedAndDestroyed) {
  // It is there again after a restart, from the store.
  ASSERT_TRUE(coalition_->restart(1).has_value());
  EXPECT_TRUE(fetched());
  destroy();
}

// What the disk has damaged does not keep the node from starting: it is fetched again, and kept in the place of the
// damaged bytes.
TEST_F(SharedNode, AShareThatTheDiskHasDamagedIsFetchedAgain) {
  constexpr std::string_view kDamaged = "SELECT count(*) FROM body WHERE bytes = zeroblob(length(bytes))";
  ASSERT_TRUE(coalition_->stop(1).has_value());
  damage_at_reader();
  const std::int64_t damaged = *record_of_reader().integer(kDamaged);
  const auto started = coalition_->restart(1);
  ASSERT_TRUE(started.has_value()) << started.error().text();
  await_fetched();
  ASSERT_TRUE(coalition_->stop(1).has_value());
  EXPECT_EQ(*record_of_reader().integer(kDamaged), damaged - 1);
  ASSERT_TRUE(coalition_->restart(1).has_value());
  EXPECT_TRUE(fetched());
  destroy();
}

// What is damaged while the node runs is destroyed like the rest, and does not stop it.
TEST_F(SharedNode, ADamagedShareIsDestroyedToo) {
  const std::int64_t kept = *record_of_reader().integer("SELECT count(*) FROM body");
  damage_at_reader();
  destroy();
  ASSERT_TRUE(coalition_->stop(1).has_value());
  EXPECT_EQ(*record_of_reader().integer("SELECT count(*) FROM body"), kept - 1);
}

TEST_F(CoalitionNode, ActsComeOverHttpToo) {
  const auto token = coalition_->node(0).mint_token("officer", {"coordination.act"}, 60'000);
  const auto client = *net::HttpClient::create({.base_url = coalition_->node(0).address(), .bearer_token = *token});
  auto answer = client->post_json("/v1/coordination/acts",
                                  R"({"kind":"clock.fault","cmd":"1","act":{"text":"GPS lost","fault":true}})");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200) << answer->body;
  answer =
      client->post_json("/v1/coordination/acts", R"({"kind":"clock.fault","cmd":"2","act":{"text":"","fault":true}})");
  EXPECT_EQ(answer->status, 409) << answer->body;
  answer = client->post_json("/v1/coordination/acts", R"({"kind":"clock.sault","cmd":"3","act":{}})");
  EXPECT_THAT(answer->body, HasSubstr("known are flight.file"));
  answer = client->get("/v1/coordination/relations");
  EXPECT_EQ(answer->status, 403) << "acting is not reading";
  answer = client->send(net::Method::kPost, "/v1/coordination/acts", {{"Content-Type", "text/plain"}}, "{}");
  EXPECT_THAT(answer->body, HasSubstr("send application/json"));
  answer = client->post_json("/v1/coordination/acts?dry=1", "{}");
  EXPECT_THAT(answer->body, HasSubstr("takes no query parameters"));
  answer = client->get("/v1/coordination/acts");
  EXPECT_EQ(answer->status, 405);
}

/// Every document of coordination is in the contract, and is what it says.
TEST_F(CoalitionNode, DocumentsKeepToTheContract) {
  const auto token = coalition_->node(0).mint_token("observer", {"coordination.read"}, 60'000);
  const auto client = *net::HttpClient::create({.base_url = coalition_->node(0).address(), .bearer_token = *token});
  const std::string contract = client->get("/openapi.yaml")->body;
  for (const auto& [name, member] : std::vector<std::pair<std::string, std::string>>{{"relations", "proposals"},
                                                                                     {"flights", "flights"},
                                                                                     {"legs", "notices"},
                                                                                     {"asks", "rules"},
                                                                                     {"control", "zones"},
                                                                                     {"disclosure", "shown"},
                                                                                     {"caveats", "watched"},
                                                                                     {"peers", "self"},
                                                                                     {"clock", "limit_ms"}}) {
    const std::string path = "/v1/coordination/" + name;
    EXPECT_THAT(contract, HasSubstr("\n  " + path + ":\n"));
    auto answer = client->get(path);
    EXPECT_EQ(answer->status, 200) << path;
    EXPECT_THAT(answer->body, HasSubstr("\"" + member + "\":")) << path;
    answer = client->get(path + "?all=1");
    EXPECT_EQ(answer->status, 400) << path;
    EXPECT_EQ(client->send(net::Method::kDelete, path)->status, 405) << path;
  }
  EXPECT_EQ(client->get("/v1/coordination/nothing")->status, 404);
}

}  // namespace
}  // namespace tansiq::node
