// From record to machine: which snapshots are used, which are left aside.
#include "node/restore.h"

#include <gtest/gtest.h>

#include "node/default_charter.h"
#include "node/gated_store_testlib.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

core::MachineConfig config() {
  return {AuthorityId::trusted(kDefaultAuthority), default_charter("vkey", kTestStart), {}, {}, {}};
}

TEST(Restore, AnEmptyRecordGetsItsGenesis) {
  GatedStore store;
  const auto restored = restore_machine(store, config(), kTestStart);
  ASSERT_TRUE(restored.has_value()) << restored.error().text();
  EXPECT_EQ(restored->entries, 1U);
  EXPECT_EQ(store.lines().size(), 1U);
  const auto again = restore_machine(store, config(), kTestStart);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(store.lines().size(), 1U) << "founded twice";
  EXPECT_EQ(again->machine.state_hash(), restored->machine.state_hash());
}

TEST(Restore, ASnapshotIsUsedOnlyWhenItsStateHasTheHashStoredWithIt) {
  GatedStore store;
  const auto restored = restore_machine(store, config(), kTestStart);
  ASSERT_TRUE(restored.has_value());
  store.snapshot = store::Snapshot{1, store::Hash{restored->machine.state_hash()}, restored->machine.write_snapshot()};
  auto again = restore_machine(store, config(), kTestStart);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->from_snapshot, 1U);
  store.snapshot->state_hash.bytes[0] ^= 1;
  again = restore_machine(store, config(), kTestStart);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->from_snapshot, 0U);
  EXPECT_EQ(again->machine.state_hash(), restored->machine.state_hash());
}

TEST(Restore, ASnapshotEndsInItsStateHash) {
  GatedStore store;
  const auto restored = restore_machine(store, config(), kTestStart);
  ASSERT_TRUE(restored.has_value());
  EXPECT_EQ(snapshot_state_hash(restored->machine.write_snapshot()).bytes, restored->machine.state_hash());
  EXPECT_EQ(snapshot_state_hash({}), store::Hash{});
}

TEST(Restore, AnotherChartersRecordIsRefused) {
  GatedStore store;
  ASSERT_TRUE(restore_machine(store, config(), kTestStart).has_value());
  core::MachineConfig other = config();
  other.charter.version = 2;
  EXPECT_FALSE(restore_machine(store, other, kTestStart).has_value());
}

TEST(Restore, AnEntryThatDoesNotReplayIsNamed) {
  GatedStore store;
  ASSERT_TRUE(restore_machine(store, config(), kTestStart).has_value());
  const std::string genesis = store.lines().front();
  const store::NewEntry entries[] = {{store::kMainLog, as_bytes(genesis)}};
  ASSERT_TRUE(store.append({.entries = entries, .bodies = {}, .meta = {}}).has_value());
  const auto restored = restore_machine(store, config(), kTestStart);
  ASSERT_FALSE(restored.has_value());
  EXPECT_TRUE(restored.error().where.starts_with("entry 1")) << restored.error().text();
}

}  // namespace
}  // namespace tansiq::node
