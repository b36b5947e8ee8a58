#include "store/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "store/high_water.h"
#include "store/sqlite_log_source.h"
#include "store/store_testlib.h"

namespace tansiq::store {
namespace {

using ::testing::HasSubstr;

TEST(HighWater, IsReadBackAndRefusesDamage) {
  const std::vector<HighWater> marks = {{"north.example/log", {3, log::sha256("a")}}, {"b", {0, log::empty_root()}}};
  const std::string text = format_high_water(marks);
  EXPECT_EQ(must(parse_high_water(text)), marks);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(parse_high_water(damaged).has_value()) << i;
    EXPECT_FALSE(parse_high_water(text.substr(0, i)).has_value()) << i;
  }
}

// STO-5: nothing is signed at or below a published size unless the tree has the published root there.
TEST(HighWater, SaysWhenNotToSign) {
  const Hash a = log::sha256("a");
  const Hash b = log::sha256("b");
  EXPECT_FALSE(why_not_sign({5, a}, 5, a));
  EXPECT_FALSE(why_not_sign({5, a}, 9, a));
  EXPECT_THAT(why_not_sign({5, a}, 4, std::nullopt).value(), HasSubstr("fetch entries 4 to 4 from peers"));
  EXPECT_THAT(why_not_sign({5, a}, 5, b).value(), HasSubstr("forked"));
  EXPECT_THAT(why_not_sign({5, a}, 9, b).value(), HasSubstr("forked"));
  EXPECT_OK(judge_presence(false, false, false, "f"));
  EXPECT_OK(judge_presence(true, true, false, "f"));
  EXPECT_OK(judge_presence(true, false, true, "f"));
  EXPECT_FALSE(judge_presence(true, false, false, "f").has_value());
}

TEST(Backup, GoesThereAndBack) {
  const TemporaryFolder folder;
  {
    auto store = must(SqliteStore::open(test_options(folder.file("data"))));
    ASSERT_OK(append_entries(*store, 0, 300));
    const BackupManifest manifest = must(backup(folder.file("data"), folder.file("copy")));
    EXPECT_EQ(manifest.logs[0].head.size, 300U);
    EXPECT_EQ(backup(folder.file("data"), folder.file("copy")).error().code, ErrorCode::kConflict);
  }
  EXPECT_EQ(restore(folder.file("copy"), folder.file("data")).error().code, ErrorCode::kConflict);
  ASSERT_OK(restore(folder.file("copy"), folder.file("new")));
  // STO-5: nobody knows what had been published after the copy was made.
  const auto refused = SqliteStore::open(test_options(folder.file("new")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kWrongState);
  EXPECT_THAT(refused.error().text(), HasSubstr("--accept-missing-last-checkpoint"));
  auto options = test_options(folder.file("new"));
  options.accept_missing_last_checkpoint = true;
  auto store = must(SqliteStore::open(options));
  EXPECT_EQ(read_all(*store).size(), 300U);
  EXPECT_OK(append_entries(*store, 300, 1));
}

// STO-5: the file that stayed in the data directory knows better than the backup.
TEST(Backup, RestoredBelowThePublishedMarkRefusesToSign) {
  const TemporaryFolder folder;
  Floor published;
  {
    auto store = must(SqliteStore::open(test_options(folder.file("data"))));
    ASSERT_OK(append_entries(*store, 0, 10));
    ASSERT_OK(backup(folder.file("data"), folder.file("copy")));
    ASSERT_OK(append_entries(*store, 10, 5));
    ASSERT_OK(store->publish());
    published = {15, store->published(kMainLog).root};
  }
  std::filesystem::remove(folder.file("data/log.db"));
  ASSERT_OK(restore(folder.file("copy"), folder.file("data")));
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_TRUE(store->recovering().has_value());
  EXPECT_EQ(store->recovering()->floor, published);
  EXPECT_EQ(store->recovering()->size, 10U);
  EXPECT_EQ(append_entries(*store, 10, 1).error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(store->publish().has_value());
  EXPECT_EQ(store->published(kMainLog).size, 0U);
  EXPECT_EQ(read_all(*store).size(), 10U);
}

TEST(Backup, APeersLargerTreeStopsSigningForGood) {
  const TemporaryFolder folder;
  {
    auto store = must(SqliteStore::open(test_options(folder.file("data"))));
    ASSERT_OK(append_entries(*store, 0, 10));
    const Hash root = must(must(store->open_reader())->root_at(kMainLog, 7));
    ASSERT_OK(store->raise_floor(kMainLog, {7, root}));
    EXPECT_FALSE(store->recovering());
    ASSERT_OK(store->raise_floor(kMainLog, {12, log::sha256("x")}));
    EXPECT_TRUE(store->recovering());
    EXPECT_FALSE(append_entries(*store, 10, 1).has_value());
  }
  EXPECT_TRUE(must(SqliteStore::open(test_options(folder.file("data"))))->recovering());
}

TEST(Backup, DamageIsFoundBeforeAnythingIsVisible) {
  const TemporaryFolder folder;
  {
    auto store = must(SqliteStore::open(test_options(folder.file("data"))));
    ASSERT_OK(append_entries(*store, 0, 300));
    ASSERT_OK(backup(folder.file("data"), folder.file("copy")));
  }
  std::fstream(folder.file("copy/log.db")).seekp(20'000).put('X');
  EXPECT_EQ(restore(folder.file("copy"), folder.file("new")).error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(std::filesystem::exists(folder.file("new/log.db")));
}

TEST(Backup, OfARunningStoreIsOneMoment) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_OK(append_entries(*store, 0, 200));
  std::jthread writer([&](const std::stop_token& stop) {
    for (std::uint64_t next = 200; !stop.stop_requested() && next < 20'000; next += 10) {
      EXPECT_OK(append_entries(*store, next, 10));
    }
  });
  for (int i = 0; i < 5; ++i) {
    const std::string copy = folder.file("copy" + std::to_string(i));
    const BackupManifest manifest = must(backup(folder.file("data"), copy));
    const auto source = must(SqliteLogSource::open(copy));
    EXPECT_THAT(must(source->checkpoint()), HasSubstr("\n" + std::to_string(manifest.logs[0].head.size) + "\n"));
  }
}

}  // namespace
}  // namespace tansiq::store
