// Damaged files and failing disks: a clear stop, never a silent wrong answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store_testlib.h"
#include "store/unsynced_vfs.h"

namespace tansiq::store {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;

SqliteStoreOptions disk_options(UnsyncedDisk& disk) {
  SqliteStoreOptions options = test_options("data");
  options.files = &disk;
  return options;
}

constexpr std::uint64_t kEntries = 700;

/// A store of kEntries entries in batches of many sizes, closed: one file.
Bytes make_database(UnsyncedDisk& disk, Hash& root) {
  {
    auto store = must(SqliteStore::open(disk_options(disk)));
    SeededRandom random(1);
    for (std::uint64_t next = 0; next < kEntries;) {
      const auto count = std::min(kEntries - next, static_cast<std::uint64_t>(random.between(1, 90)));
      EXPECT_OK(append_entries(*store, next, count));
      next += count;
    }
    EXPECT_OK(store->publish());
    root = store->published(kMainLog).root;
  }
  EXPECT_TRUE(disk.content("data/log.db-wal").empty());
  return disk.content("data/log.db");
}

/// Reads everything through a reader. Returns whether there was an error; a wrong answer fails the test.
bool reports_damage_or_answers_right(Files& files, const Hash& root) {
  const auto reader = SqliteReader::open("data", files);
  bool error = !reader.has_value();
  if (error) return error;
  const auto head = (*reader)->head(kMainLog);
  error |= !head.has_value();
  if (head) {
    EXPECT_EQ(head->size, kEntries);
    EXPECT_EQ(head->root, root);
  }
  for (std::uint64_t first = 0; first < kEntries; first += 100) {
    std::uint64_t index = first;
    const Status done = (*reader)->entries(kMainLog, first, 100, [&](const StoredEntry& entry) -> Status {
      EXPECT_EQ(entry.index, index);
      EXPECT_EQ(as_text(entry.bytes), test_entry(index));
      ++index;
      return {};
    });
    if (done) {
      EXPECT_EQ(index, first + 100);
    }
    error |= !done.has_value();
    if (!done) {
      EXPECT_THAT(done.error().code, AnyOf(Eq(ErrorCode::kCorrupt), Eq(ErrorCode::kIo))) << done.error().text();
    }
  }
  return error;
}

// STO-6: bits flipped anywhere are reported or harmless (free space); what is read is right.
TEST(Damage, IsNeverASilentWrongAnswer) {
  UnsyncedDisk disk;
  Hash root;
  const Bytes good = make_database(disk, root);
  ASSERT_FALSE(reports_damage_or_answers_right(disk, root));
  int reported = 0;
  constexpr int kRuns = 600;
  for (std::uint64_t seed = 0; seed < kRuns && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    Bytes bad = good;
    for (std::int64_t flips = random.between(1, 3); flips > 0; --flips) {
      const auto at = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(bad.size()) - 1));
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1U << random.between(0, 7)));
    }
    disk.set_content("data/log.db", std::move(bad));
    if (reports_damage_or_answers_right(disk, root)) ++reported;
  }
  // Most of the file is entries and hashes, so most flips hurt.
  EXPECT_GT(reported, kRuns / 2);
}

TEST(Damage, ATruncatedFileIsReported) {
  UnsyncedDisk disk;
  Hash root;
  const Bytes good = make_database(disk, root);
  for (std::size_t pages = 0; pages < good.size() / 4096; pages += 3) {
    disk.set_content("data/log.db",
                     Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(pages * 4096 + 100)));
    EXPECT_TRUE(reports_damage_or_answers_right(disk, root)) << pages;
    // An empty file is a store that was never made; with its `last-checkpoint` beside it, it is a lost one.
    const auto store = SqliteStore::open(disk_options(disk));
    if (store) {
      EXPECT_TRUE((*store)->recovering().has_value()) << pages;
    }
  }
}

/// Works on a disk that fails. Every acknowledged append must be there after a restart.
void expect_clear_stop(const DiskFaults& faults, ErrorCode code) {
  UnsyncedDisk disk;
  {
    ASSERT_OK(SqliteStore::open(disk_options(disk)));
  }
  std::uint64_t acknowledged = 0;
  {
    auto store = must(SqliteStore::open(disk_options(disk)));
    DiskFaults later = faults;
    if (later.fail_write != 0) later.fail_write += disk.writes();
    if (later.fail_sync != 0) later.fail_sync += disk.syncs();
    if (later.full_from_write != 0) later.full_from_write += disk.writes();
    disk.set_faults(later);
    Status failed;
    for (int i = 0; i < 200 && failed; ++i) {
      const auto done = append_entries(*store, acknowledged, 3);
      if (done) {
        acknowledged = done->next_seq;
      } else {
        failed = std::unexpected(done.error());
      }
    }
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, code) << failed.error().text();
    EXPECT_THAT(failed.error().where, HasSubstr("data/log.db"));
    // STO-7: poisoned, even though the disk is well again.
    disk.set_faults({});
    EXPECT_FALSE(append_entries(*store, acknowledged, 1).has_value());
    EXPECT_FALSE(store->publish().has_value());
    EXPECT_TRUE(store->poisoned().has_value());
  }
  disk.restart(1);
  const auto store = must(SqliteStore::open(disk_options(disk)));
  EXPECT_GE(read_all(*store).size(), acknowledged);
}

TEST(Faults, FullDiskStopsClearly) { expect_clear_stop({.full_from_write = 40}, ErrorCode::kIo); }
TEST(Faults, FailedWriteStopsClearly) { expect_clear_stop({.fail_write = 40}, ErrorCode::kIo); }
TEST(Faults, FailedSyncStopsClearly) { expect_clear_stop({.fail_sync = 5}, ErrorCode::kIo); }
TEST(Faults, ReadOnlyDiskStopsClearly) { expect_clear_stop({.read_only = true}, ErrorCode::kIo); }

TEST(Faults, AReadOnlyDiskIsRefusedAtOpening) {
  UnsyncedDisk disk;
  {
    ASSERT_OK(SqliteStore::open(disk_options(disk)));
  }
  disk.set_faults({.read_only = true});
  const auto store = SqliteStore::open(disk_options(disk));
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kIo) << store.error().text();
}

TEST(Faults, FailedAndShortReadsAreNeverAnswers) {
  UnsyncedDisk disk;
  Hash root;
  make_database(disk, root);
  const std::uint64_t before = disk.reads();
  ASSERT_FALSE(reports_damage_or_answers_right(disk, root));
  const std::uint64_t reads = disk.reads() - before;
  // SQLite may try a failed read again and then succeed; what counts is that nothing wrong comes out.
  std::uint64_t tried = 0;
  std::uint64_t reported = 0;
  for (std::uint64_t i = 1; i <= reads && !::testing::Test::HasFailure(); i += 3) {
    disk.set_faults({.fail_read = disk.reads() + i});
    reported += reports_damage_or_answers_right(disk, root) ? 1U : 0U;
    disk.set_faults({.short_read = disk.reads() + i});
    (void)reports_damage_or_answers_right(disk, root);
    ++tried;
  }
  EXPECT_GT(reported, tried / 2);
}

}  // namespace
}  // namespace tansiq::store
