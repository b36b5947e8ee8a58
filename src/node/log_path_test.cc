#include "node/log_path.h"

#include <gtest/gtest.h>

#include <limits>
#include <sstream>
#include <vector>

namespace tansiq::node {
namespace {

std::optional<LogPath> parse(const std::string& path) {
  std::vector<std::string> segments;
  std::istringstream in(path);
  for (std::string s; std::getline(in, s, '/');) segments.push_back(s);
  return parse_log_path(segments);
}

TEST(LogPath, ReadsWhatTheStandardSpells) {
  const auto checkpoint = parse("north.example/log1/checkpoint");
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->kind, LogPath::Kind::kCheckpoint);
  EXPECT_EQ(checkpoint->origin, "north.example/log1");

  const auto tile = parse("n/tile/2/x001/x234/067");
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->kind, LogPath::Kind::kTile);
  EXPECT_EQ(tile->level, 2U);
  EXPECT_EQ(tile->number, 1'234'067U);
  EXPECT_EQ(tile->width, 256U);

  const auto partial = parse("n/tile/0/273.p/112");
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->number, 273U);
  EXPECT_EQ(partial->width, 112U);
  EXPECT_EQ(partial->entries_needed(), 70'000U);

  const auto bundle = parse("n/tile/entries/x001/000.p/1");
  ASSERT_TRUE(bundle);
  EXPECT_EQ(bundle->kind, LogPath::Kind::kEntries);
  EXPECT_EQ(bundle->number, 1'000U);
  EXPECT_EQ(bundle->entries_needed(), 256'001U);
}

TEST(LogPath, AnOriginMayContainTheWordTile) {
  const auto tile = parse("a/tile/b/tile/1/001");
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->origin, "a/tile/b");
}

TEST(LogPath, RefusesEveryOtherSpelling) {
  for (const char* path : {"",
                           "checkpoint",
                           "n",
                           "n/tile",
                           "n/tile/0",
                           "tile/0/000",
                           "n/tile/64/000",
                           "n/tile/00/000",
                           "n/tile/-1/000",
                           "n/tile/0/0",
                           "n/tile/0/0000",
                           "n/tile/0/x000/001",
                           "n/tile/0/001/002",
                           "n/tile/0/x001",
                           "n/tile/0/000.p/0",
                           "n/tile/0/000.p/256",
                           "n/tile/0/000.p/01",
                           "n/tile/0/000.p",
                           "n/tile/0/000.p/1/2",
                           "n/tile/0/00a",
                           "n/tile/0/x001.p/5",
                           "n/tile/data/000",
                           "n/tile/0/x999/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(parse(path)) << path;
  }
}

TEST(LogPath, EntriesNeededSaturates) {
  const auto huge = parse("n/tile/63/x018/x446/x744/x073/x709/x551/615");
  ASSERT_TRUE(huge);
  EXPECT_EQ(huge->entries_needed(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse("n/tile/1/000.p/3")->entries_needed(), 768U);
}

}  // namespace
}  // namespace tansiq::node
