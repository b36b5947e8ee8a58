// Charter changes between whole nodes on loopback: lines, keys, folders.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/eventually.h"
#include "base/json_in.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// From a draft to its moment: long enough for every node of a test to adopt it.
constexpr DurationMs kLeadMs = 4'000;

class CoalitionCharterNode : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = LoopbackCoalition::start(folder_.path(), 3, {.timing = kQuick});
    ASSERT_TRUE(started.has_value()) << started.error().text();
    coalition_ = std::move(*started);
    next_ = coalition_->founding();
    next_.version = 2;
  }

  static constexpr core::Timing kQuick{
      .clock_error_ms = 100, .delivery_ms = 500, .decision_ms = 200, .crew_ms = 100, .standby_ms = 1'000};
  static AuthorityId id(unsigned i) { return LoopbackCoalition::authority(i); }

  Result<coordination::ActOutcome> adopt(unsigned i, const std::string& note) {
    coordination::ActCommand command;
    command.cmd = CommandId::trusted(fmt::format("adopt-{}", ++commands_));
    command.by = core::Subject::trusted("chief");
    command.act = coordination::AdoptCharter{coordination::NoteText{note}};
    return coalition_->act(i, std::move(command));
  }
  /// Signed, adopted and in force at `members`.
  void bring(core::Charter& charter, const std::vector<unsigned>& signers, const std::vector<unsigned>& members,
             DurationMs lead = kLeadMs) {
    charter.valid_from = SystemClock().now() + lead;
    const auto note = coalition_->sign(charter, signers);
    ASSERT_TRUE(note.has_value());
    note_ = *note;
    std::vector<std::unique_ptr<net::EventStream>> streams;
    for (const unsigned i : members) {
      streams.push_back(*coalition_->events(i));
      const auto outcome = adopt(i, note_);
      ASSERT_TRUE(outcome.has_value()) << outcome.error().text();
    }
    for (const auto& stream : streams) {
      const auto line = next_of_type(*stream, "charter.in_force", lead + 20'000);
      ASSERT_TRUE(line.has_value()) << line.error().text();
    }
  }
  std::unique_ptr<net::EventStream> events(unsigned i) { return *coalition_->events(i); }
  /// A flight of `home` through `zones` is confirmed by all.
  void expect_confirmed(unsigned home, std::uint64_t number, const std::vector<unsigned>& zones) {
    const auto stream = events(home);
    const auto filed = coalition_->act(home, coalition_->flight(home, number, zones));
    ASSERT_TRUE(filed.has_value()) << filed.error().text();
    for (std::size_t confirmed = 0; confirmed < zones.size();) {
      const auto line = next_of_type(*stream, "leg.confirmed", 30'000);
      ASSERT_TRUE(line.has_value()) << line.error().text();
      if (line->find("\"to\":\"" + id(home).str() + "\"") != std::string::npos) ++confirmed;
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<LoopbackCoalition> coalition_;
  core::Charter next_;
  std::string note_;
  int commands_ = 0;
};

TEST_F(CoalitionCharterNode, ANewcomerJoinsAndCoordinates) {
  next_.authorities.push_back(*coalition_->prepare(3));
  next_.zones.push_back(LoopbackCoalition::zone_of(3));
  for (unsigned i = 0; i < 3; ++i) {
    next_.relations.push_back({{core::Capability::kRequest, core::RelationDomain::kAir, id(i), id(3)}, 1});
    next_.relations.push_back({{core::Capability::kRequest, core::RelationDomain::kAir, id(3), id(i)}, 1});
  }
  bring(next_, {0, 1, 2, 3}, {0, 1, 2});
  const auto one = folder_.path() / "a" / "charter.note";
  const Status joined = coalition_->join(3, note_, {one});
  ASSERT_TRUE(joined.has_value()) << joined.error().text();
  expect_confirmed(3, 1, {0, 1});
  expect_confirmed(0, 2, {3});
  // A restart of each side leads to the same state.
  for (const unsigned i : {0U, 3U}) {
    ASSERT_TRUE(coalition_->stop(i).has_value());
    ASSERT_TRUE(coalition_->restart(i).has_value());
  }
  expect_confirmed(3, 3, {0});
  EXPECT_EQ(coalition_->node(3).charter().version, 2);
  EXPECT_THAT(*coalition_->get(0, "/v1/charter"), HasSubstr("\"version\":2"));
}

// The officer of the others reads what the first has adopted, and adopts that very text.
TEST_F(CoalitionCharterNode, WhatOneHasAdoptedTheOthersCanRead) {
  next_.valid_from = SystemClock().now() + 60'000;
  next_.name = "Levant, second version";
  const auto signed_note = coalition_->sign(next_, {0, 1, 2});
  ASSERT_TRUE(signed_note.has_value()) << signed_note.error().text();
  EXPECT_EQ(*coalition_->get(1, "/v1/charter/proposed"), R"({"charters":[]})");
  ASSERT_TRUE(adopt(0, *signed_note).has_value());
  const auto note_at = [&](unsigned i) {
    const std::string text = coalition_->get(i, "/v1/charter/proposed").value_or("{}");
    const auto document = JsonDocument::parse(text);
    const auto charters = document ? document->root().find("charters") : std::nullopt;
    if (!charters || charters->size() != 1) return std::string();
    const auto note = (*charters)[0].find("note");
    return note ? std::string(note->string().value_or("")) : std::string();
  };
  EXPECT_EQ(note_at(0), *signed_note) << "its own";
  ASSERT_TRUE(eventually([&] { return note_at(1) == *signed_note; }, std::chrono::seconds(30)))
      << coalition_->get(1, "/v1/charter/proposed").value_or("(none)");
  EXPECT_THAT(*coalition_->get(1, "/v1/charter/proposed"), HasSubstr(R"("adopted_by":["a"])"));
  ASSERT_TRUE(adopt(1, note_at(1)).has_value());
  EXPECT_TRUE(eventually(
      [&] {
        return coalition_->get(2, "/v1/charter/proposed").value_or("").find(R"("adopted_by":["a","b"])") !=
               std::string::npos;
      },
      std::chrono::seconds(30)));
}

TEST_F(CoalitionCharterNode, ARemovedMemberIsRefusedAndNotRead) {
  std::erase_if(next_.authorities, [](const core::Authority& a) { return a.id == id(2); });
  std::erase_if(next_.zones, [](const core::Zone& z) { return z.owner == id(2); });
  std::erase_if(next_.relations,
                [](const core::InitialRelation& r) { return r.edge.from == id(2) || r.edge.to == id(2); });
  const auto left = events(2);
  bring(next_, {0, 1}, {0, 1});
  const auto alarm = next_of_type(*left, "alarm", 20'000);
  ASSERT_TRUE(alarm.has_value()) << alarm.error().text();
  EXPECT_THAT(*alarm, HasSubstr("charter-behind"));
  EXPECT_THAT(*coalition_->get(2, "/readyz"), HasSubstr("version 2 of the charter is in force at others"));
  EXPECT_THAT(*coalition_->get(2, "/v1/coordination/peers"), HasSubstr("\"trouble\":\"version 2 of the charter"));
  // What the others say from now on does not reach it, and what it says is not read.
  const auto heard = events(2);
  const auto read = events(0);
  coordination::ActCommand fault;
  fault.by = core::Subject::trusted("chief");
  fault.act = coordination::DeclareClock{true, "said after the removal"};
  fault.cmd = CommandId::trusted("fault");
  ASSERT_TRUE(coalition_->act(0, fault).has_value());
  ASSERT_TRUE(coalition_->act(2, fault).has_value());
  const auto ours = next_of_type(*heard, "clock.fault", 5'000);
  ASSERT_TRUE(ours.has_value());
  // Its own alone: nothing of a.
  EXPECT_FALSE(next_of_type(*heard, "clock.fault", 4'000).has_value());
  ASSERT_TRUE(next_of_type(*read, "clock.fault", 5'000).has_value());
  EXPECT_FALSE(next_of_type(*read, "clock.fault", 500).has_value());
  EXPECT_THAT(*coalition_->get(2, "/v1/coordination/peers"), HasSubstr("names no peer with the key"));
  EXPECT_THAT(*coalition_->get(0, "/v1/coordination/peers"), Not(HasSubstr("\"id\":\"c\"")));
}

TEST_F(CoalitionCharterNode, AKeyRollsOverUnderTheSameLog) {
  expect_confirmed(0, 1, {1});
  const std::string fresh = *coalition_->next_key(1);
  next_.authorities[1].keys = {fresh};
  next_.valid_from = SystemClock().now() + 60'000;
  EXPECT_THAT(adopt(1, *coalition_->sign(next_, {0, 1, 2})).error().text(),
              HasSubstr("names no key that this node has"));
  ASSERT_TRUE(coalition_->restart(1).has_value());
  bring(next_, {0, 1, 2}, {0, 1, 2});
  expect_confirmed(0, 2, {1});
  expect_confirmed(1, 3, {0, 2});
  // Restarts: mirrors hold checkpoints by the old key, the log goes on under the new one.
  for (const unsigned i : {0U, 1U}) ASSERT_TRUE(coalition_->restart(i).has_value());
  expect_confirmed(0, 4, {1, 2});
  // The new key takes the other's file: the version that names it says whose it is.
  ASSERT_TRUE(coalition_->stop(1).has_value());
  std::filesystem::rename(folder_.path() / "b" / "node-next.key", folder_.path() / "b" / "node.key");
  ASSERT_TRUE(coalition_->restart(1).has_value());
  expect_confirmed(0, 5, {1});
}

TEST_F(CoalitionCharterNode, TheCosignersKeyRollsOver) {
  expect_confirmed(0, 1, {1});
  const auto old = log::VerifierKey::parse(next_.authorities[1].peer->cosigner);
  const auto fresh = log::SignerKey::generate(old->name(), log::KeyType::kEd25519Cosignature);
  ASSERT_TRUE(fresh.has_value());
  next_.authorities[1].peer->cosigner = fresh->verifier().text();
  next_.valid_from = SystemClock().now() + 60'000;
  EXPECT_THAT(adopt(1, *coalition_->sign(next_, {0, 1, 2})).error().text(), HasSubstr("cosigner-next.key"));
  const auto folder = folder_.path() / "b";
  ASSERT_TRUE(log::write_key_file(folder / "cosigner-next.key", *fresh).has_value());
  ASSERT_TRUE(coalition_->restart(1).has_value());
  bring(next_, {0, 1, 2}, {0, 1, 2});
  expect_confirmed(0, 2, {1});
  expect_confirmed(1, 3, {0, 2});
  // The new key takes the other's file.
  ASSERT_TRUE(coalition_->stop(1).has_value());
  std::filesystem::rename(folder / "cosigner-next.key", folder / "cosigner.key");
  ASSERT_TRUE(coalition_->restart(1).has_value());
  expect_confirmed(0, 4, {1});
}

TEST_F(CoalitionCharterNode, ATlsKeyAndAnAddressMove) {
  const auto port = free_loopback_port();
  ASSERT_TRUE(port.has_value());
  next_.authorities[2].peer->url = fmt::format("https://127.0.0.1:{}", *port);
  bring(next_, {0, 1, 2}, {0, 1, 2});
  expect_confirmed(0, 1, {2});
  EXPECT_EQ(coalition_->node(2).peer_address(), next_.authorities[2].peer->url);
}

TEST_F(CoalitionCharterNode, ARestartBetweenAdoptionAndForce) {
  next_.zones[1].minima.horizontal_m = 2'000;
  next_.valid_from = SystemClock().now() + 5'000;
  const std::string note = *coalition_->sign(next_, {0, 1, 2});
  for (const unsigned i : {0U, 1U, 2U}) ASSERT_TRUE(adopt(i, note).has_value());
  ASSERT_TRUE(coalition_->restart(1).has_value());
  // The moment may have come while it was starting: then no event says so any more.
  const auto stream = events(1);
  for (int i = 0; i < 20 && coalition_->node(1).charter().version < 2; ++i) {
    static_cast<void>(next_of_type(*stream, "charter.in_force", 1'000));
  }
  EXPECT_EQ(coalition_->node(1).charter().version, 2);
}

}  // namespace
}  // namespace tansiq::node
