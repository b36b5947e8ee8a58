// From record to machine: which snapshots are used, which are left aside.
#include "node/restore.h"

#include <gtest/gtest.h>

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
