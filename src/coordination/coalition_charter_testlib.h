// What tests of charter changes in a running coalition begin with: three authorities, and the version that follows.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination::testing {

inline constexpr DurationMs kMinute = 60'000;

class CoalitionCharterTest : public ::testing::Test {
 protected:
  CoalitionCharterTest() : two(world.charter) {
    two.version = 2;
    two.valid_from = minutes(10);
  }

  Result<ActOutcome> adopt(std::string_view who, const std::string& note) {
    return world.act(who, AdoptCharter{NoteText{note}});
  }
  /// `two`, signed by all who were there, adopted by `who`.
  void adopt(const std::vector<std::string>& who) {
    for (const std::string& id : who) {
      const auto outcome = adopt(id, signed_by(two, {"us", "ru", "fr"}));
      ASSERT_TRUE(outcome.has_value()) << outcome.error().text();
    }
    world.settle();
  }
  /// To the moment and past it.
  void come_into_force() {
    world.advance(two.valid_from - world.now);
    world.settle();
  }
  /// The next version comes into force for those who adopt it; `two` is then the one that follows, as it was.
  void follow(const std::vector<std::string>& who, const std::vector<std::string>& signers = {"us", "ru", "fr"}) {
    notes.push_back(signed_by(two, signers));
    for (const std::string& id : who) {
      const auto outcome = adopt(id, notes.back());
      ASSERT_TRUE(outcome.has_value()) << id << ": " << outcome.error().text();
    }
    world.settle();
    come_into_force();
    ++two.version;
    two.valid_from = world.now + 10 * kMinute;
  }
  /// Of a version that `follow` has brought.
  [[nodiscard]] const std::string& note_of(std::int64_t version) const {
    return notes.at(static_cast<std::size_t>(version - 2));
  }
  /// Behind its moment.
  void adopt_late(std::string_view who, std::int64_t version) {
    const auto outcome = adopt(who, note_of(version));
    ASSERT_TRUE(outcome.has_value()) << outcome.error().text();
    world.settle();
  }
  std::int64_t version(std::string_view who) { return world.at(who).machine().charter().version; }
  void add_member(std::string_view id, std::string_view zone, int west) {
    two.authorities.push_back(member(id));
    two.zones.push_back(testing::zone(zone, id, west));
    for (const char* other : {"us", "ru", "fr"}) {
      for (const auto& [from, to] : {std::pair(id, std::string_view(other)), std::pair(std::string_view(other), id)}) {
        two.relations.push_back({{core::Capability::kRequest, core::RelationDomain::kAir, AuthorityId::trusted(from),
                                  AuthorityId::trusted(to)},
                                 1});
      }
    }
  }
  void strike_out(std::string_view id) {
    const AuthorityId gone = AuthorityId::trusted(id);
    std::erase_if(two.authorities, [&](const core::Authority& a) { return a.id == gone; });
    std::erase_if(two.zones, [&](const core::Zone& z) { return z.owner == gone; });
    std::erase_if(two.relations,
                  [&](const core::InitialRelation& r) { return r.edge.from == gone || r.edge.to == gone; });
    for (core::Zone& zone : two.zones) std::erase(zone.tenants, gone);
  }
  static core::Edge request(std::string_view from, std::string_view to) {
    return {core::Capability::kRequest, core::RelationDomain::kAir, AuthorityId::trusted(from),
            AuthorityId::trusted(to)};
  }
  /// Replay, and a snapshot taken now, both lead to the state of the node that ran on.
  void expect_same_everywhere(std::string_view who) {
    Coalition& live = world.at(who);
    const std::string state = live.coordination_state();
    EXPECT_EQ(world.replayed(who)->coordination_state(), state);
    EXPECT_EQ(world.replayed(who)->state_hash(), live.state_hash());
    const auto restored = Coalition::read_snapshot(world.config(who), live.write_snapshot());
    ASSERT_TRUE(restored.has_value()) << restored.error().text();
    EXPECT_EQ((*restored)->state_hash(), live.state_hash());
    EXPECT_EQ((*restored)->machine().charter(), live.machine().charter());
  }

  World world;
  core::Charter two;
  std::vector<std::string> notes;
};

}  // namespace tansiq::coordination::testing
