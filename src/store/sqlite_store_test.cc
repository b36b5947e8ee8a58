#include "store/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/limits.h"
#include "base/random.h"
#include "store/store_testlib.h"

namespace tansiq::store {
namespace {

using ::testing::HasSubstr;

/// The obvious tree: all hashes of all levels, recomputed from the entries.
class Oracle {
 public:
  explicit Oracle(const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) leaves_.push_back(log::leaf_hash(as_bytes(entry)));
  }
  [[nodiscard]] Hash root(std::size_t begin, std::size_t end) const {
    if (begin == end) return log::empty_root();
    if (end - begin == 1) return leaves_[begin];
    std::size_t split = 1;
    while (split * 2 < end - begin) split *= 2;
    return log::node_hash(root(begin, begin + split), root(begin + split, end));
  }
  [[nodiscard]] Hash tile_hash(unsigned level, std::size_t index) const {
    const std::size_t span = std::size_t{1} << (8 * level);
    return root(index * span, (index + 1) * span);
  }

 private:
  std::vector<Hash> leaves_;
};

std::vector<std::string> expected_entries(std::uint64_t count) {
  std::vector<std::string> entries;
  for (std::uint64_t i = 0; i < count; ++i) entries.push_back(test_entry(i));
  return entries;
}

// STO-1: what `append` acknowledged is read back, by any reader, in order, with its seq.
TEST(SqliteStore, AppendsAndReads) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  const Appended done = must(append_entries(*store, 0, 3));
  EXPECT_EQ(done.first_seq, 0U);
  EXPECT_EQ(done.next_seq, 3U);
  ASSERT_EQ(done.heads.size(), 1U);
  EXPECT_EQ(done.heads[0].size, 3U);
  EXPECT_THAT(done.heads[0].checkpoint, HasSubstr("north.example/log\n3\n" + done.heads[0].root.base64()));
  EXPECT_EQ(read_all(*store), expected_entries(3));
  EXPECT_EQ(must(must(store->open_reader())->next_seq()), 3U);
}

// STO-2: tiles, bundles and roots of every size are those of RFC 6962, also after opening again.
TEST(SqliteStore, TilesBundlesAndRootsEqualTheDefinition) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  SeededRandom random(7);
  std::uint64_t size = 0;
  for (const std::uint64_t target : {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 1000U}) {
    while (size < target) {
      const auto count = std::min(target - size, static_cast<std::uint64_t>(random.between(1, 70)));
      ASSERT_OK(append_entries(*store, size, count));
      size += count;
    }
    const std::vector<std::string> entries = expected_entries(size);
    const Oracle oracle(entries);
    store.reset();
    store = must(SqliteStore::open(test_options(folder.file("data"))));
    const auto reader = must(store->open_reader());
    EXPECT_EQ(must(reader->head(kMainLog)).root, oracle.root(0, size));
    for (std::uint64_t at = 0; at <= size; at += static_cast<std::uint64_t>(random.between(1, 40))) {
      EXPECT_EQ(must(reader->root_at(kMainLog, at)), oracle.root(0, at)) << at;
    }
    for (unsigned level = 0; level < 2; ++level) {
      for (std::uint64_t number = 0; tile_width(size, {level, number}) != 0; ++number) {
        const unsigned have = tile_width(size, {level, number});
        for (const unsigned width : {1U, have / 2 + 1, have}) {
          if (width > have) continue;
          const Bytes tile = must(reader->tile(kMainLog, level, number, width));
          ASSERT_EQ(tile.size(), width * 32U);
          for (unsigned slot = 0; slot < width; ++slot) {
            EXPECT_EQ(must(Hash::from_bytes(ByteView(tile).subspan(slot * 32UL, 32))),
                      oracle.tile_hash(level, number * 256 + slot));
          }
        }
        EXPECT_FALSE(reader->tile(kMainLog, level, number, have + 1).has_value());
      }
    }
    for (std::uint64_t number = 0; number * 256 < size; ++number) {
      const unsigned width = tile_width(size, {0, number});
      std::string want;
      for (std::uint64_t i = number * 256; i < number * 256 + width; ++i) {
        want += static_cast<char>(entries[i].size() >> 8);
        want += static_cast<char>(entries[i].size() & 0xFF);
        want += entries[i];
      }
      EXPECT_EQ(as_text(must(reader->bundle(kMainLog, number, width))), want);
    }
  }
}

// STO-2, across the second tile level.
TEST(SqliteStore, GrowsPastTheSecondLevel) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  std::vector<std::string> texts;
  log::RightEdge edge;
  std::vector<std::pair<std::uint64_t, Hash>> roots;
  constexpr std::uint64_t kSize = 70'000;
  for (std::uint64_t size = 0; size < kSize;) {
    const std::uint64_t count = std::min<std::uint64_t>(size % 7 == 0 ? 4'096 : 1'111, kSize - size);
    texts.clear();
    std::vector<NewEntry> entries;
    for (std::uint64_t i = 0; i < count; ++i) texts.push_back("{\"n\":" + std::to_string(size + i) + "}");
    for (const std::string& text : texts) {
      entries.push_back({kMainLog, as_bytes(text)});
      edge.append(log::leaf_hash(text));
    }
    const Appended done = must(store->append({.entries = entries}));
    size += count;
    EXPECT_EQ(done.heads[0].root, edge.root());
    roots.emplace_back(size, edge.root());
  }
  // The worked example of the format sheet, section 2.
  EXPECT_THAT(edge.root().hex(), ::testing::StartsWith("060bfef3"));
  EXPECT_THAT(edge.root().hex(), ::testing::EndsWith("051b1547"));
  store.reset();
  store = must(SqliteStore::open(test_options(folder.file("data"))));
  const auto reader = must(store->open_reader());
  for (const auto& [size, root] : roots) EXPECT_EQ(must(reader->root_at(kMainLog, size)), root) << size;
  EXPECT_EQ(must(reader->tile(kMainLog, 2, 0, 1)).size(), 32U);
  EXPECT_EQ(must(reader->tile(kMainLog, 1, 1, 17)).size(), 17U * 32);
  EXPECT_EQ(must(reader->tile(kMainLog, 0, 273, 112)).size(), 112U * 32);
  EXPECT_OK(must(SqliteReader::open(folder.file("data"), system_files()))->check_pages());
}

// STO-3: one local order over all logs; each entry knows its seq; nothing is lost at switches and bundle ends.
TEST(SqliteStore, KeepsTheOrderOverSeveralLogs) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  const LogId pair = must(store->add_log("north.example/log/south"));
  EXPECT_EQ(must(store->add_log("north.example/log/south")), pair);
  SeededRandom random(3);
  std::vector<std::pair<LogId, std::string>> all;
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<std::string> texts;
    std::vector<NewEntry> entries;
    std::vector<LogId> logs;
    for (std::int64_t i = random.between(0, 40); i >= 0; --i) {
      texts.push_back(test_entry(all.size() + texts.size()));
      logs.push_back(random.one_in(9) ? pair : kMainLog);
    }
    for (std::size_t i = 0; i < texts.size(); ++i) entries.push_back({logs[i], as_bytes(texts[i])});
    EXPECT_EQ(must(store->append({.entries = entries})).first_seq, all.size());
    for (std::size_t i = 0; i < texts.size(); ++i) all.emplace_back(logs[i], texts[i]);
    if (random.one_in(5)) {
      store.reset();
      store = must(SqliteStore::open(test_options(folder.file("data"))));
    }
  }
  const auto reader = must(store->open_reader());
  for (std::uint64_t first = 0; first < all.size(); first += 97) {
    std::uint64_t seq = first;
    EXPECT_OK(reader->sequence(first, all.size(), [&](const StoredEntry& entry) -> Status {
      EXPECT_EQ(entry.seq, seq);
      EXPECT_EQ(entry.log, all[seq].first);
      EXPECT_EQ(as_text(entry.bytes), all[seq].second);
      ++seq;
      return {};
    }));
    EXPECT_EQ(seq, all.size());
  }
  EXPECT_EQ(must(reader->head(kMainLog)).size + must(reader->head(pair)).size, all.size());
}

TEST(SqliteStore, RefusesBadBatchesWithoutHarm) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  const std::string large(kEntryBytesMax + 1, 'x');
  const NewEntry too_large[] = {{kMainLog, as_bytes(large)}};
  EXPECT_EQ(store->append({.entries = too_large}).error().code, ErrorCode::kTooLarge);
  const NewEntry empty[] = {{kMainLog, {}}};
  EXPECT_EQ(store->append({.entries = empty}).error().code, ErrorCode::kInvalid);
  const NewEntry nowhere[] = {{LogId{5}, as_bytes("x")}};
  EXPECT_EQ(store->append({.entries = nowhere}).error().code, ErrorCode::kNotFound);
  const NewBody wrong[] = {{log::sha256("a"), as_bytes("b")}};
  EXPECT_EQ(store->append({.bodies = wrong}).error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(store->poisoned());
  const NewEntry largest[] = {{kMainLog, as_bytes(large).first(kEntryBytesMax)}};
  EXPECT_OK(store->append({.entries = largest}));
  EXPECT_EQ(read_all(*store)[0].size(), kEntryBytesMax);
}

TEST(SqliteStore, KeepsBodiesAndMeta) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  const std::string text(100'000, 'b');
  const NewBody bodies[] = {{log::sha256(text), as_bytes(text)}};
  const NewMeta meta[] = {{"charter", as_bytes("one")}, {"peer", as_bytes("two")}};
  ASSERT_OK(store->append({.bodies = bodies, .meta = meta}));
  const NewMeta change[] = {{"charter", as_bytes("three")}, {"peer", {}}};
  ASSERT_OK(store->append({.bodies = bodies, .meta = change}));
  const auto reader = must(store->open_reader());
  EXPECT_EQ(as_text(must(reader->body(bodies[0].sha256)).value()), text);
  EXPECT_EQ(as_text(must(reader->meta("charter")).value()), "three");
  EXPECT_FALSE(must(reader->meta("peer")).has_value());
  ASSERT_OK(store->destroy_body(bodies[0].sha256));
  EXPECT_FALSE(must(reader->body(bodies[0].sha256)).has_value());
}

TEST(SqliteStore, TellsSizesOfBodiesAndNamesOfValuesWithoutReadingThem) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  const std::string text(100'000, 'x');
  const NewBody bodies[] = {{log::sha256(text), as_bytes(text)}};
  const NewMeta values[] = {{"file", as_bytes("0")},   {"file/a", as_bytes("1")}, {"file/c", as_bytes("2")},
                            {"file/b", as_bytes("3")}, {"file0", as_bytes("4")},  {"z", as_bytes("5")}};
  ASSERT_OK(store->append({.bodies = bodies, .meta = values}));
  auto reader = must(store->open_reader());
  EXPECT_EQ(must(reader->body_size(bodies[0].sha256)), text.size());
  EXPECT_FALSE(must(reader->body_size(log::sha256("none"))).has_value());
  using Names = std::vector<std::string>;
  EXPECT_EQ(must(reader->meta_keys("file/", "", 9)), (Names{"file/a", "file/b", "file/c"}));
  EXPECT_EQ(must(reader->meta_keys("file/", "", 2)), (Names{"file/a", "file/b"}));
  EXPECT_EQ(must(reader->meta_keys("file/", "file/b", 2)), (Names{"file/c"}));
  EXPECT_EQ(must(reader->meta_keys("none/", "", 9)), Names{});
  ASSERT_OK(store->destroy_body(bodies[0].sha256));
  EXPECT_FALSE(must(reader->body_size(bodies[0].sha256)).has_value());
}

TEST(SqliteStore, OneWriterAtATime) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  const auto second = SqliteStore::open(test_options(folder.file("data")));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().text(), HasSubstr("process " + std::to_string(::getpid())));
  store.reset();
  EXPECT_OK(SqliteStore::open(test_options(folder.file("data"))));
}

TEST(SqliteStore, RefusesForeignAndNewerDatabases) {
  const TemporaryFolder folder;
  {
    auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  }
  auto options = test_options(folder.file("data"));
  options.origin = "other.example/log";
  EXPECT_EQ(SqliteStore::open(options).error().code, ErrorCode::kConflict);
  {
    auto db = must(Connection::open(folder.file("data/log.db"), OpenMode::kReadWrite));
    ASSERT_OK(db.exec("PRAGMA user_version = 2"));
  }
  EXPECT_EQ(SqliteStore::open(test_options(folder.file("data"))).error().code, ErrorCode::kUnsupported);
  std::ofstream(folder.file("data/log.db"), std::ios::trunc) << std::string(5000, 'x');
  EXPECT_EQ(SqliteStore::open(test_options(folder.file("data"))).error().code, ErrorCode::kCorrupt);
}

TEST(SqliteStore, KeepsTheNewestTwoSnapshotsAndPassesOverDamagedOnes) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  EXPECT_FALSE(must(store->latest_snapshot()).has_value());
  ASSERT_OK(append_entries(*store, 0, 30));
  EXPECT_EQ(store->put_snapshot(31, Hash{}, {}).error().code, ErrorCode::kInvalid);
  for (const std::uint64_t seq : {5U, 10U, 20U}) {
    ASSERT_OK(store->put_snapshot(seq, log::sha256(std::to_string(seq)), as_bytes("state " + std::to_string(seq))));
  }
  EXPECT_FALSE(must(system_files().exists(folder.file("data/snapshot-00000000000000000005"))));
  Snapshot latest = must(store->latest_snapshot()).value();
  EXPECT_EQ(latest.next_seq, 20U);
  EXPECT_EQ(as_text(latest.bytes), "state 20");
  EXPECT_EQ(latest.state_hash, log::sha256("20"));
  std::fstream(folder.file("data/snapshot-00000000000000000020")).seekp(90).put('X');
  EXPECT_EQ(must(store->latest_snapshot())->next_seq, 10U);
}

TEST(SqliteStore, WhatAKilledWriterOfASnapshotLeftIsNoSnapshotAndGoesWithTheNext) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_OK(append_entries(*store, 0, 30));
  ASSERT_OK(store->put_snapshot(10, log::sha256("10"), as_bytes("state 10")));
  const std::string left = folder.file("data/snapshot-00000000000000000020.tmp");
  std::ofstream(left) << "half of a state";
  EXPECT_EQ(must(store->latest_snapshot())->next_seq, 10U);
  ASSERT_OK(store->put_snapshot(30, log::sha256("30"), as_bytes("state 30")));
  EXPECT_FALSE(must(system_files().exists(left)));
  EXPECT_EQ(must(store->latest_snapshot())->next_seq, 30U);
}

TEST(SqliteStore, PublishesOnlyWhatIsInTheFile) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_OK(append_entries(*store, 0, 3));
  EXPECT_EQ(store->published(kMainLog).size, 0U);
  ASSERT_OK(store->publish());
  EXPECT_EQ(store->published(kMainLog).size, 3U);
  EXPECT_THAT(as_text(*must(system_files().read(folder.file("data/last-checkpoint")))),
              HasSubstr("\n3 " + store->published(kMainLog).root.base64() + " north.example/log\n"));
}

// STO-9: what comes back has the number it had; what nobody gives back leaves a gap that reading passes over.
TEST(SqliteStore, WhatComesBackGetsTheNumberItHad) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  const LogId other = must(store->add_log("north.example/with/south"));
  ASSERT_OK(append_entries(*store, 0, 3));
  ASSERT_OK(store->put_snapshot(3, Hash{}, as_bytes("a state")));
  EXPECT_EQ(store->recover({}, {}).error().code, ErrorCode::kWrongState);
  store->begin_recovery("for a test");
  EXPECT_EQ(append_entries(*store, 3, 1).error().code, ErrorCode::kUnavailable);

  const std::vector<std::string> back{test_entry(100), test_entry(101), test_entry(102), test_entry(103)};
  const RecoveredEntry entries[] = {{other, 5, as_bytes(back[0])},
                                    {other, 6, as_bytes(back[1])},
                                    {kMainLog, 7, as_bytes(back[2])},
                                    {other, 300, as_bytes(back[3])}};
  const RecoveredEntry taken[] = {{other, 2, as_bytes(back[0])}};
  EXPECT_EQ(store->recover(taken, {}).error().code, ErrorCode::kInvalid);
  ASSERT_OK(store->recover(entries, {}));
  EXPECT_FALSE(store->recovering());
  EXPECT_FALSE(must(store->latest_snapshot()));
  EXPECT_EQ(must(append_entries(*store, 200, 1)).first_seq, 301U);

  for (int again = 0; again < 2; ++again) {
    const auto reader = must(store->open_reader());
    EXPECT_EQ(must(reader->next_seq()), 302U);
    std::vector<std::uint64_t> seqs;
    ASSERT_OK(reader->sequence(0, 302, [&](const StoredEntry& entry) -> Status {
      seqs.push_back(entry.seq);
      return {};
    }));
    EXPECT_EQ(seqs, (std::vector<std::uint64_t>{0, 1, 2, 5, 6, 7, 300, 301}));
    seqs.clear();
    ASSERT_OK(reader->sequence(8, 299, [&](const StoredEntry& entry) -> Status {
      seqs.push_back(entry.seq);
      return {};
    }));
    EXPECT_TRUE(seqs.empty());
    EXPECT_EQ(read_all(*store, other), (std::vector<std::string>{back[0], back[1], back[3]}));
    ASSERT_OK(store->publish());
    store.reset();
    store = must(SqliteStore::open(test_options(folder.file("data"))));
  }
}

TEST(SqliteStore, ARecoveryEndsOnlyWhenEverythingPublishedIsThere) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_OK(append_entries(*store, 0, 3));
  ASSERT_OK(store->raise_floor(kMainLog, {5, log::sha256(std::string_view("lost"))}));
  const std::string fourth = test_entry(3);
  const std::string fifth = test_entry(4);
  const RecoveredEntry one[] = {{kMainLog, 3, as_bytes(fourth)}};
  EXPECT_EQ(store->recover(one, {}).error().code, ErrorCode::kWrongState);
  EXPECT_EQ(must(must(store->open_reader())->next_seq()), 3U) << "nothing was written";
  // Two entries, but not those that had been published.
  const RecoveredEntry two[] = {{kMainLog, 3, as_bytes(fourth)}, {kMainLog, 4, as_bytes(fifth)}};
  EXPECT_EQ(store->recover(two, {}).error().code, ErrorCode::kWrongState);
  EXPECT_TRUE(store->recovering());
  const LogId given_up[] = {kMainLog};
  ASSERT_OK(store->recover({}, given_up));
  // On the disk too, before anything else is published.
  store.reset();
  store = must(SqliteStore::open(test_options(folder.file("data"))));
  EXPECT_FALSE(store->recovering());
  EXPECT_OK(append_entries(*store, 5, 1));
}

// A copy from before a log was begun: the log is behind its mark like any other, with nothing in it.
TEST(SqliteStore, AnOlderCopyThatLacksALogOpensInRecovery) {
  const TemporaryFolder folder;
  const std::string mark = folder.file("data/last-checkpoint");
  {
    auto store = must(SqliteStore::open(test_options(folder.file("newer"))));
    const LogId other = must(store->add_log("north.example/with/south"));
    ASSERT_OK(store->add_log("north.example/with/west"));
    ASSERT_OK(append_entries(*store, 0, 2));
    ASSERT_OK(append_entries(*store, 2, 3, other));
    ASSERT_OK(store->publish());
  }
  {
    auto store = must(SqliteStore::open(test_options(folder.file("data"))));
    ASSERT_OK(append_entries(*store, 0, 2));
  }
  std::filesystem::copy_file(folder.file("newer/last-checkpoint"), mark,
                             std::filesystem::copy_options::overwrite_existing);
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_TRUE(store->recovering());
  EXPECT_EQ(store->recovering()->floor.size, 3U);
  EXPECT_EQ(append_entries(*store, 2, 1).error().code, ErrorCode::kUnavailable);
  const LogId log = must(store->add_log("north.example/with/south"));
  EXPECT_EQ(store->floor(log).size, 3U);
  EXPECT_EQ(must(must(store->open_reader())->logs()).size(), 2U) << "a log in which nothing was said is not missed";
  const std::vector<std::string> lost{test_entry(2), test_entry(3), test_entry(4)};
  const RecoveredEntry back[] = {{log, 2, as_bytes(lost[0])}, {log, 3, as_bytes(lost[1])}, {log, 4, as_bytes(lost[2])}};
  ASSERT_OK(store->recover(back, {}));
  store.reset();
  store = must(SqliteStore::open(test_options(folder.file("data"))));
  EXPECT_FALSE(store->recovering());
}

TEST(SqliteStore, RefusesTheMarksOfAnotherNode) {
  const TemporaryFolder folder;
  auto options = test_options(folder.file("other"));
  options.origin = "other.example/log";
  ASSERT_OK(append_entries(*must(SqliteStore::open(options)), 0, 2));
  ASSERT_OK(append_entries(*must(SqliteStore::open(test_options(folder.file("data")))), 0, 2));
  std::filesystem::copy_file(folder.file("other/last-checkpoint"), folder.file("data/last-checkpoint"),
                             std::filesystem::copy_options::overwrite_existing);
  const auto refused = SqliteStore::open(test_options(folder.file("data")));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kWrongState);
  EXPECT_THAT(refused.error().text(), HasSubstr("of another node"));
}

// What a peer shows of another history is smaller than what was published, and says as much.
TEST(SqliteStore, AForkBelowThePublishedMarkIsRemembered) {
  const TemporaryFolder folder;
  auto store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_OK(append_entries(*store, 0, 5));
  ASSERT_OK(store->publish());
  const Floor fork{3, log::sha256(std::string_view("another history"))};
  ASSERT_OK(store->raise_floor(kMainLog, fork));
  EXPECT_TRUE(store->recovering());
  store.reset();
  store = must(SqliteStore::open(test_options(folder.file("data"))));
  ASSERT_TRUE(store->recovering());
  EXPECT_EQ(store->recovering()->floor, fork);
  EXPECT_EQ(store->recover({}, {}).error().code, ErrorCode::kWrongState);
  // One that this database does not reach is not forgotten for it.
  const Floor larger{9, log::sha256(std::string_view("more"))};
  ASSERT_OK(store->raise_floor(kMainLog, larger));
  ASSERT_OK(store->raise_floor(kMainLog, fork));
  EXPECT_EQ(store->floor(kMainLog), larger);
}

}  // namespace
}  // namespace tansiq::store
