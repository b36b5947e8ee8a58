#include "node/record_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/eventually.h"
#include "base/temporary_folder.h"
#include "surveillance/replay.h"

namespace tansiq::node {
namespace {

using surveillance::Chunk;
using surveillance::ChunkKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcMs kNoon{1'767'355'200'000};

surveillance::SourceConfig source() {
  surveillance::SourceConfig out;
  out.name = "ais";
  out.format = surveillance::Speaks::kAivdm;
  out.transport = surveillance::parse_transport("udp://:0").value();
  return out;
}

std::unique_ptr<RecordKeeper> keeper_in(const std::filesystem::path& folder, const RecordQueueLimits& limits = {},
                                        std::uint64_t bytes_max = 1U << 20) {
  return RecordKeeper::make({.folder = folder.string(), .bytes_max = bytes_max}, {source()}, limits).value();
}

Chunk piece(int i, std::string_view bytes = "x") { return {kNoon + i, 0, 0, ChunkKind::kStream, as_bytes(bytes)}; }

struct Read {
  std::vector<std::string> chunks;
  std::vector<std::string> notes;
  std::uint64_t missing = 0;
  int gaps = 0;
};

Read read_from(std::vector<std::string> files) {
  Read out;
  auto replay = surveillance::Replay::open(std::move(files), {.speed_milli = 0}).value();
  while (const auto step = replay.next().value()) {
    if (step->chunk.kind == ChunkKind::kStream) out.chunks.emplace_back(as_text(step->chunk.bytes));
    if (step->chunk.kind == ChunkKind::kNote) out.notes.emplace_back(as_text(step->chunk.bytes));
    out.gaps += step->chunk.kind == ChunkKind::kGap ? 1 : 0;
  }
  out.missing = replay.faults().missing;
  return out;
}

std::vector<std::string> files_in(const TemporaryFolder& folder) {
  std::vector<std::string> out;
  for (const auto& item : std::filesystem::directory_iterator(folder.path())) out.push_back(item.path().string());
  std::ranges::sort(out);
  return out;
}

TEST(RecordKeeper, KeepsTheOrderAndIsWholeWhenItStops) {
  const TemporaryFolder folder;
  const auto keeper = keeper_in(folder.path());
  keeper->start();
  std::vector<std::string> said;
  for (int i = 0; i < 5'000; ++i) {
    said.push_back(std::to_string(i));
    keeper->take(piece(i, said.back()));
  }
  keeper->stop();
  keeper->take(piece(9'999));
  EXPECT_EQ(read_from(files_in(folder)).chunks, said);
  EXPECT_EQ(keeper->state().chunks, 5'000U);
  EXPECT_EQ(keeper->state().failed, 0U);
  EXPECT_EQ(keeper->state().dropped, 1U) << "it was over";
}

TEST(RecordKeeper, AFullQueueDropsTheNewestCountsThemAndTheRecordingKnows) {
  const TemporaryFolder folder;
  const auto keeper = keeper_in(folder.path(), {.chunks_max = 3, .bytes_max = 100});
  const std::string big(98, 'b');
  for (int i = 0; i < 3; ++i) keeper->take(piece(i));
  keeper->take(piece(3));
  EXPECT_EQ(keeper->state().dropped, 1U) << "by number";
  keeper->start();
  keeper->stop();
  EXPECT_EQ(keeper->state().failed, 1U);

  const TemporaryFolder other;
  const auto second = keeper_in(other.path(), {.chunks_max = 10, .bytes_max = 100});
  second->take(piece(0, big));
  second->take(piece(1, "bbb"));
  EXPECT_EQ(second->state().dropped, 1U) << "by size";
  second->take(piece(2, "c"));
  second->start();
  second->stop();
  const Read read = read_from(files_in(other));
  EXPECT_THAT(read.chunks, ElementsAre(big, "c"));
  EXPECT_EQ(read.missing, 1U);
  EXPECT_EQ(read.gaps, 1) << "two halves are not joined";
}

TEST(RecordKeeper, WhatStandsIsSaidInEachFileAndWhatFellIsNot) {
  const TemporaryFolder folder;
  const auto keeper = keeper_in(folder.path(), {}, 1);
  keeper->stand("3 plan", "\nplan\n");
  keeper->stand("0 zones", "\nold zones\n");
  keeper->stand("0 zones", "\nzones\n");
  keeper->stand("2 area", "\narea\n");
  keeper->fall("2 area", "\narea gone\n");
  keeper->fall("never stood", "\nnothing gone\n");
  for (int i = 0; i < 2; ++i) keeper->take(piece(i));
  keeper->start();
  keeper->stop();
  const auto files = files_in(folder);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_THAT(read_from({files[1]}).notes, ElementsAre("\nzones\n", "\nplan\n"));
}

TEST(RecordKeeper, WhatFellIsSaidAgainWhereItMayHaveBeenLost) {
  const TemporaryFolder folder;
  const auto keeper = keeper_in(folder.path(), {.bytes_max = 100, .fallen_max = 1});
  for (const char* key : {"1 first", "2 second", "3 stands"}) keeper->stand(key, std::string("\n") + key + "\n");
  const std::string gone(101, 'g');
  keeper->take({kNoon, surveillance::kNoteSource, 0, ChunkKind::kNote, as_bytes(gone)});
  EXPECT_EQ(keeper->state().dropped, 1U);
  keeper->fall("1 first", "\nfirst gone\n");
  keeper->fall("2 second", "\nsecond gone\n");
  keeper->take(piece(1));
  keeper->start();
  keeper->stop();
  EXPECT_THAT(read_from(files_in(folder)).notes, ElementsAre("\nfirst gone\n", "\n3 stands\n")) << "as many as may be";
}

TEST(RecordKeeper, WhatFellIsForgottenWhenItIsOnTheDisk) {
  const TemporaryFolder folder;
  const auto keeper = keeper_in(folder.path(), {.bytes_max = 100});
  keeper->stand("1 first", "\nfirst\n");
  keeper->take({kNoon, surveillance::kNoteSource, 0, ChunkKind::kNote, as_bytes("\ngone\n")});
  keeper->fall("1 first", "\ngone\n");
  keeper->start();
  ASSERT_TRUE(eventually([&] { return keeper->state().chunks == 1; }));
  keeper->take(piece(1, std::string(101, 'x')));
  keeper->take(piece(2));
  keeper->stop();
  const Read read = read_from(files_in(folder));
  EXPECT_EQ(read.missing, 1U);
  EXPECT_THAT(read.notes, ElementsAre("\ngone\n")) << "once, as it was taken";
}

TEST(RecordKeeper, ASourceIsAddedInItsPlaceAmongTheChunks) {
  const TemporaryFolder folder;
  const auto keeper = keeper_in(folder.path(), {.chunks_max = 2});
  keeper->take(piece(0, "a"));
  keeper->take(piece(1, "b"));
  // Beyond the bound of chunks, which says nothing of sources.
  keeper->add_source(surveillance::peer_source(AuthorityId::trusted("us")));
  keeper->start();
  ASSERT_TRUE(eventually([&] { return keeper->state().chunks == 2; }));
  keeper->take({kNoon + 2, 1, 0, ChunkKind::kStream, as_bytes("c")});
  keeper->stop();
  EXPECT_THAT(read_from(files_in(folder)).chunks, ElementsAre("a", "b", "c"));
  EXPECT_EQ(files_in(folder).size(), 2U);
  EXPECT_EQ(keeper->state().failed, 0U);
}

TEST(RecordKeeper, InAnotherRunNothingStandsYetAndTheRunBeforeKeepsWhatStood) {
  const TemporaryFolder folder;
  // Every chunk has a file of its own.
  const auto keeper = keeper_in(folder.path(), {}, 1);
  keeper->stand("3 plan", "\nplan\n");
  for (int i = 0; i < 2; ++i) keeper->take(piece(i));
  keeper->begin_run();
  for (int i = 0; i < 2; ++i) keeper->take(piece(i));
  keeper->start();
  keeper->stop();
  const auto files = files_in(folder);
  ASSERT_EQ(files.size(), 4U);
  EXPECT_THAT(read_from({files[1]}).notes, ElementsAre("\nplan\n"));
  EXPECT_THAT(read_from({files[3]}).notes, ::testing::IsEmpty());
}

TEST(RecordKeeper, TroubleIsShown) {
  const TemporaryFolder folder;
  const std::filesystem::path gone = folder.path() / "gone";
  std::filesystem::create_directory(gone);
  const auto keeper = keeper_in(gone);
  std::filesystem::remove(gone);
  for (int i = 0; i < 7; ++i) keeper->take(piece(i));
  keeper->start();
  keeper->stop();
  EXPECT_EQ(keeper->state().failed, 7U);
  EXPECT_EQ(keeper->state().chunks, 0U);
  EXPECT_THAT(keeper->state().trouble, HasSubstr("gone"));
}

}  // namespace
}  // namespace tansiq::node
