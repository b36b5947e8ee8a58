// The stand-ins that save time must not change what is checked: types found from the end, leaves that are not hashed
// again, lines that are decoded once.
#include "sim/disk.h"

#include <gtest/gtest.h>

#include "coordination/entry.h"
#include "log/merkle.h"
#include "sim/entry_cache.h"

namespace tansiq::sim {
namespace {

std::string line_of(std::string_view text) {
  coordination::Entry entry;
  entry.body = coordination::Alarm{.about = {}, .kind = "test", .text = std::string(text)};
  return *coordination::write_entry(entry);
}

Disk disk_with(std::size_t lines) {
  Disk disk;
  for (std::size_t i = 0; i < lines; ++i) {
    Batch batch;
    batch.push_back({{AuthorityId::trusted("us"), LogName::Kind::kMain, {}}, i, line_of(std::to_string(i))});
    disk.write(std::move(batch));
    static_cast<void>(disk.sync());
  }
  return disk;
}

TEST(SimDisk, TheTypeOfALineIsItsLastMemberOfThatName) {
  EXPECT_EQ(type_of(line_of(R"(says "type":"leg.hold")")), "alarm");
  EXPECT_EQ(type_of("{}\n"), "");
}

TEST(SimDisk, WhicheverBitIsFlippedIsFoundAndMended) {
  Rng rng(7);
  for (int i = 0; i < 200; ++i) {
    Disk disk = disk_with(5);
    ASSERT_TRUE(disk.open().has_value());
    disk.flip_bit(rng);
    ASSERT_FALSE(disk.open().has_value());
    disk.restore_flipped();
    ASSERT_TRUE(disk.open().has_value());
  }
}

TEST(EntryCache, SaysWhatTheBytesSay) {
  EntryCache cache;
  const std::string line = line_of("once");
  const auto first = cache.read(line, log::leaf_hash(as_bytes(line)));
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ(**first, *coordination::read_entry(line));
  EXPECT_EQ(cache.read(line, log::leaf_hash(as_bytes(line))), first) << "the same object, not decoded again";
  const std::string wrong = "{\"body\":{}}\n";
  const auto refused = cache.read(wrong, log::leaf_hash(as_bytes(wrong)));
  ASSERT_FALSE(refused->has_value());
  EXPECT_EQ(refused->error().code, coordination::read_entry(wrong).error().code);
}

}  // namespace
}  // namespace tansiq::sim
