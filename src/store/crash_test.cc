// Power cuts at any moment: what was acknowledged stays, and nothing is half there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/high_water.h"
#include "store/store_testlib.h"
#include "store/unsynced_vfs.h"

namespace tansiq::store {
namespace {

SqliteStoreOptions disk_options(UnsyncedDisk& disk) {
  SqliteStoreOptions options = test_options("data");
  options.files = &disk;
  options.wal_pages_soft = 40;  // Moves of the write-ahead log happen all the time.
  options.wal_pages_max = 80;
  return options;
}

/// What the world outside has been told.
struct Acknowledged {
  std::uint64_t entries = 0;
  std::uint64_t published = 0;
  std::uint64_t snapshot = 0;
};

/// Runs random work until the disk fails. Returns how many appends were acknowledged.
void work_until_it_fails(LogStore& store, SeededRandom& random, Acknowledged& told, int steps) {
  for (int step = 0; step < steps; ++step) {
    const auto count = static_cast<std::uint64_t>(random.one_in(4) ? random.between(0, 90) : random.between(0, 4));
    const auto done = append_entries(store, told.entries, count);
    if (!done) return;
    told.entries = done->next_seq;
    if (random.one_in(3)) {
      if (!store.publish()) return;
      told.published = store.published(kMainLog).size;
    }
    if (random.one_in(6)) {
      const std::string state = "state at " + std::to_string(told.entries);
      if (!store.put_snapshot(told.entries, log::sha256(state), as_bytes(state))) return;
      told.snapshot = told.entries;
    }
  }
}

/// Checks a store after a power cut against what had been acknowledged; returns how many entries it has.
std::uint64_t check_nothing_lost(SqliteStore& store, const Acknowledged& told) {
  EXPECT_FALSE(store.recovering()) << store.recovering()->reason;
  const auto reader = must(store.open_reader());
  const std::uint64_t size = must(reader->head(kMainLog)).size;
  EXPECT_GE(size, told.entries);
  EXPECT_GE(store.published(kMainLog).size, told.published);
  std::uint64_t index = 0;
  EXPECT_OK(reader->entries(kMainLog, 0, size, [&](const StoredEntry& entry) -> Status {
    EXPECT_EQ(entry.seq, index);
    EXPECT_EQ(as_text(entry.bytes), test_entry(index));
    ++index;
    return {};
  }));
  EXPECT_EQ(index, size);
  const std::optional<Snapshot> snapshot = must(store.latest_snapshot());
  EXPECT_GE(snapshot ? snapshot->next_seq : 0, told.snapshot);
  return size;
}

// STO-4: a power cut at any write, sync, creation or renaming loses no acknowledged batch, no published checkpoint and
// no snapshot, and leaves no half batch.
TEST(Crash, LosesNothingAcknowledged) {
  constexpr std::uint64_t kRuns = 500;
  std::uint64_t cuts = 0;
  for (std::uint64_t seed = 0; seed < kRuns && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    UnsyncedDisk disk;
    Acknowledged told;
    for (int life = 0; life < 3; ++life) {
      disk.cut_power_at(disk.operations() + static_cast<std::uint64_t>(random.between(1, life == 0 ? 400 : 120)));
      if (auto store = SqliteStore::open(disk_options(disk))) {
        work_until_it_fails(**store, random, told, 30);
      }
      ++cuts;
      disk.restart(random.next());
      auto store = must(SqliteStore::open(disk_options(disk)));
      told.entries = check_nothing_lost(*store, told);
      told.published = store->published(kMainLog).size;
    }
  }
  EXPECT_EQ(cuts, kRuns * 3);
}

// STO-4 bites: with syncs that do nothing the same check finds losses.
TEST(Crash, NoticesADiskThatDoesNotSync) {
  int losses = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SeededRandom random(seed);
    UnsyncedDisk disk;
    Acknowledged told;
    {
      auto store = must(SqliteStore::open(disk_options(disk)));
    }
    disk.set_faults({.lying_syncs = true});
    disk.cut_power_at(disk.operations() + 60);
    if (auto store = SqliteStore::open(disk_options(disk))) work_until_it_fails(**store, random, told, 30);
    disk.restart(random.next());
    const auto store = SqliteStore::open(disk_options(disk));
    if (!store) {
      ++losses;
      continue;
    }
    const auto reader = must((*store)->open_reader());
    if (must(reader->head(kMainLog)).size < told.entries) ++losses;
  }
  EXPECT_GT(losses, 20);
}

/// Commits 20 rows one by one with that setting; returns how many a power cut left.
std::int64_t rows_after_power_cut(const std::string& synchronous, std::uint64_t seed) {
  UnsyncedDisk disk;
  {
    auto db = must(Connection::open("x/t.db", OpenMode::kCreate, disk.vfs()));
    EXPECT_OK(db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t(a)"));
    EXPECT_OK(disk.sync_folder("x"));
    EXPECT_OK(db.exec(("PRAGMA synchronous = " + synchronous).c_str()));
    for (int i = 0; i < 20; ++i) EXPECT_OK(db.exec("INSERT INTO t VALUES(1)"));
    disk.cut_power_at(disk.operations() + 1);
  }
  disk.restart(seed);
  auto db = must(Connection::open("x/t.db", OpenMode::kReadWrite, disk.vfs()));
  return must(db.integer("SELECT count(*) FROM t"));
}

// The disk bites for SQLite alone, too.
TEST(Crash, SynchronousOffLosesAndFullDoesNot) {
  int lost = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    EXPECT_EQ(rows_after_power_cut("FULL", seed), 20);
    if (rows_after_power_cut("OFF", seed) < 20) ++lost;
  }
  EXPECT_GT(lost, 25);
}

}  // namespace
}  // namespace tansiq::store
