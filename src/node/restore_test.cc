// From record to machine: which snapshots are used, which are left aside.
#include "node/restore.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "node/default_charter.h"
#include "node/gated_store_testlib.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

coordination::CoalitionConfig config() {
  return {.machine = {AuthorityId::trusted(kDefaultAuthority), default_charter("vkey", kTestStart), {}, {}, {}}};
}

Result<Restored> restore(GatedStore& store, const coordination::CoalitionConfig& with = config()) {
  auto logs = LogBook::open(store, with.machine.charter, with.machine.self);
  EXPECT_TRUE(logs.has_value());
  return restore_state(store, *logs, with, kTestStart);
}

TEST(Restore, AnEmptyRecordGetsItsGenesis) {
  GatedStore store;
  const auto restored = restore(store);
  ASSERT_TRUE(restored.has_value()) << restored.error().text();
  EXPECT_EQ(restored->entries, 1U);
  EXPECT_EQ(store.lines().size(), 1U);
  const auto again = restore(store);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(store.lines().size(), 1U) << "founded twice";
  EXPECT_EQ(again->state.hash(), restored->state.hash());
}

TEST(Restore, ASnapshotIsUsedOnlyWhenItsStateHasTheHashStoredWithIt) {
  GatedStore store;
  const auto restored = restore(store);
  ASSERT_TRUE(restored.has_value());
  store.snapshot = store::Snapshot{1, store::Hash{restored->state.hash()}, restored->state.write_snapshot()};
  auto again = restore(store);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->from_snapshot, 1U);
  store.snapshot->state_hash.bytes[0] ^= 1;
  again = restore(store);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->from_snapshot, 0U);
  EXPECT_EQ(again->state.hash(), restored->state.hash());
}

TEST(Restore, ASnapshotEndsInItsStateHash) {
  GatedStore store;
  const auto restored = restore(store);
  ASSERT_TRUE(restored.has_value());
  EXPECT_EQ(snapshot_state_hash(restored->state.write_snapshot()).bytes, restored->state.hash());
  EXPECT_EQ(snapshot_state_hash({}), store::Hash{});
}

core::Command create(int number) {
  core::CreateIntent action;
  action.intent = IntentId::trusted("i" + std::to_string(number));
  action.volumes.push_back({geo::Circle{{350'000'000, 342'000'000}, 100'000},
                            {609'600, 640'080, geo::VerticalReference::kFlightLevel},
                            {kTestStart + number * 600'000, kTestStart + number * 600'000 + 300'000}});
  return {CommandId::trusted("c" + std::to_string(number)), {core::Subject::trusted("fr-ops"), false}, action};
}

TEST(Restore, WhatTheRecordFoldedToEarlierIsTheStateOfThatMoment) {
  GatedStore store;
  auto live = restore(store);
  ASSERT_TRUE(live.has_value());
  std::vector<core::StateHash> hashes{live->state.hash()};  // [i]: after i + 1 entries
  std::optional<store::Snapshot> middle;
  for (int i = 1; i <= 9; ++i) {
    coordination::Batch batch;
    ASSERT_TRUE(live->state.coalition().execute(create(i), kTestStart, batch).has_value());
    const store::NewEntry entries[] = {{store::kMainLog, as_bytes(batch.front().line)}};
    ASSERT_TRUE(store.append({.entries = entries, .bodies = {}, .meta = {}}).has_value());
    hashes.push_back(live->state.hash());
    if (i == 4) middle = store::Snapshot{5, store::Hash{hashes.back()}, live->state.write_snapshot()};
  }
  std::atomic<bool> given_up{false};
  for (const bool from_middle : {false, true}) {
    if (from_middle) store.snapshot = middle;
    for (std::uint64_t end = 1; end <= 10; ++end) {
      const auto folded = fold_record(store, config(), end, {}, given_up);
      ASSERT_TRUE(folded.has_value()) << folded.error().text();
      EXPECT_EQ(folded->next_seq(), end);
      EXPECT_EQ(folded->hash(), hashes[end - 1]) << "after " << end;
    }
  }
  EXPECT_EQ(store.lines().size(), 10U) << "a fold writes nothing";
  given_up.store(true);
  const auto broken_off = fold_record(store, config(), 10, {}, given_up);
  ASSERT_FALSE(broken_off.has_value());
  EXPECT_EQ(broken_off.error().code, ErrorCode::kUnavailable);
}

TEST(Restore, AnotherChartersRecordIsRefused) {
  GatedStore store;
  ASSERT_TRUE(restore(store).has_value());
  coordination::CoalitionConfig other = config();
  other.machine.charter.version = 2;
  EXPECT_FALSE(restore(store, other).has_value());
}

TEST(Restore, AnEntryThatDoesNotReplayIsNamed) {
  GatedStore store;
  ASSERT_TRUE(restore(store).has_value());
  const std::string genesis = store.lines().front();
  const store::NewEntry entries[] = {{store::kMainLog, as_bytes(genesis)}};
  ASSERT_TRUE(store.append({.entries = entries, .bodies = {}, .meta = {}}).has_value());
  const auto restored = restore(store);
  ASSERT_FALSE(restored.has_value());
  EXPECT_TRUE(restored.error().where.starts_with("entry 1")) << restored.error().text();
}

}  // namespace
}  // namespace tansiq::node
