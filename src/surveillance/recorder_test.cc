// A row of files where things go wrong: a disk that is full, a clock that is set back, a file that was never begun; and
// what whoever reads one file alone is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"
#include "surveillance/recording_testlib.h"
#include "surveillance/replay.h"

namespace tansiq::surveillance {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kNoon;
using testing::OwnedChunk;
using testing::source_of;

/// No file may grow beyond so many octets: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

std::vector<std::string> files_in(const TemporaryFolder& folder) {
  std::vector<std::string> out;
  for (const auto& item : std::filesystem::directory_iterator(folder.path())) out.push_back(item.path().string());
  std::ranges::sort(out);
  return out;
}

Chunk datagram(DurationMs at, std::string_view bytes = "x") {
  return {kNoon + at, 0, 0, ChunkKind::kDatagram, as_bytes(bytes)};
}

Recorder recorder_in(const TemporaryFolder& folder, RecorderOptions options = {}) {
  options.folder = folder.path().string();
  return Recorder::make(std::move(options), testing::test_head().sources).value();
}

struct Told {
  std::vector<std::string> notes;
  std::vector<std::string> bytes;
  std::vector<bool> new_runs;
  std::vector<std::string> passed_over;
  RecordingFaults faults;
};

Told told_by(const std::vector<std::string>& files) {
  Told out;
  auto replay = Replay::open(files, {.speed_milli = 0}).value();
  while (const auto step = replay.next().value()) {
    (step->chunk.kind == ChunkKind::kNote ? out.notes : out.bytes).emplace_back(as_text(step->chunk.bytes));
    out.new_runs.push_back(step->new_run);
  }
  out.passed_over = replay.passed_over();
  out.faults = replay.faults();
  return out;
}

TEST(Recorder, AFullDiskIsCountedLeavesNothingBehindAndIsAskedOnceASecond) {
  const TemporaryFolder folder;
  Recorder recorder = recorder_in(folder);
  {
    const FullDisk full(100);
    for (int i = 0; i < 500; ++i) EXPECT_FALSE(recorder.take(datagram(i)));
    EXPECT_FALSE(recorder.sync());
    EXPECT_THAT(files_in(folder), IsEmpty());
    EXPECT_EQ(recorder.failed(), 500U);
  }
  EXPECT_FALSE(recorder.take(datagram(999))) << "not before a second has passed";
  EXPECT_TRUE(recorder.take(datagram(1'000)));
  EXPECT_TRUE(recorder.sync());
  EXPECT_EQ(recorder.chunks(), 1U);
  EXPECT_EQ(files_in(folder).size(), 1U);
}

TEST(Recorder, WhatCouldNotBeSyncedWasNotRecorded) {
  const TemporaryFolder folder;
  Recorder recorder = recorder_in(folder, {.folder = {}, .files_max = 1});
  ASSERT_TRUE(recorder.take(datagram(0, "kept")));
  ASSERT_TRUE(recorder.sync());
  const std::vector<std::string> good = files_in(folder);
  const std::string big(60'000, 'b');
  {
    const FullDisk full(std::filesystem::file_size(good[0]) + 50);
    for (int second = 1; second <= 20; ++second) {
      for (int i = 0; i < 2; ++i) (void)recorder.take(datagram(second * 1'000, big));
      EXPECT_FALSE(recorder.sync()) << "the state is told for as long as it lasts";
    }
  }
  EXPECT_EQ(recorder.chunks(), 1U);
  EXPECT_EQ(recorder.failed(), 40U);
  EXPECT_EQ(files_in(folder), good) << "files that hold nothing do not push out those that do";
  EXPECT_THAT(told_by(good).bytes, ElementsAre("kept"));
}

TEST(Recorder, WhatHasBeenDroppedIsMissing) {
  const TemporaryFolder folder;
  Recorder recorder = recorder_in(folder);
  ASSERT_TRUE(recorder.take(datagram(0)));
  recorder.dropped(3);
  ASSERT_TRUE(recorder.take(datagram(1)));
  ASSERT_TRUE(recorder.sync());
  EXPECT_EQ(recorder.failed(), 3U);
  EXPECT_EQ(told_by(files_in(folder)).faults.missing, 3U);
}

TEST(Recorder, NeverRemovesTheFileUnderWay) {
  const TemporaryFolder folder;
  Recorder recorder = recorder_in(folder, {.folder = {}, .bytes_max = 1, .files_max = 2});
  for (const DurationMs at : {3'000, 2'000, 1'000, 0}) {  // The clock is set back each time.
    ASSERT_TRUE(recorder.take(datagram(at)));
    ASSERT_TRUE(recorder.sync());
    EXPECT_TRUE(std::filesystem::exists(recorder.path()));
    EXPECT_LE(files_in(folder).size(), 2U);
  }
}

TEST(Recorder, EachFileSaysWhatStandsAndTheRowSaysItOnce) {
  const TemporaryFolder folder;
  std::vector<std::string> standing;
  Recorder recorder = recorder_in(folder, {.folder = {}, .age_ms_max = 1'000, .standing = [&] { return standing; }});
  const auto say = [&](DurationMs at, const std::string& line) {
    ASSERT_TRUE(recorder.take({kNoon + at, kNoteSource, 0, ChunkKind::kNote, as_bytes(line)}));
    standing.push_back(line);
  };
  say(0, "\none\n");
  ASSERT_TRUE(recorder.take(datagram(100)));
  ASSERT_TRUE(recorder.take(datagram(1'100)));
  say(1'200, "\ntwo\n");
  ASSERT_TRUE(recorder.take(datagram(2'300)));
  ASSERT_TRUE(recorder.sync());
  const std::vector<std::string> files = files_in(folder);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_THAT(told_by(files).notes, ElementsAre("\none\n", "\ntwo\n"));
  EXPECT_THAT(told_by({files[1], files[2]}).notes, ElementsAre("\none\n", "\ntwo\n"));
  EXPECT_THAT(told_by({files[2]}).notes, ElementsAre("\none\n", "\ntwo\n"));
}

TEST(Recorder, WhatStandsIsSaidAgainBehindALoss) {
  const TemporaryFolder folder;
  std::vector<std::string> standing{"\none\n"};
  Recorder recorder = recorder_in(folder, {.folder = {}, .bytes_max = 1, .standing = [&] { return standing; }});
  ASSERT_TRUE(recorder.take({kNoon, kNoteSource, 0, ChunkKind::kNote, as_bytes(standing[0])}));
  ASSERT_TRUE(recorder.sync());
  recorder.dropped(1);
  standing.emplace_back("\ntwo\n");  // Its note is what was dropped.
  ASSERT_TRUE(recorder.take(datagram(1)));
  ASSERT_TRUE(recorder.sync());
  EXPECT_THAT(told_by(files_in(folder)).notes, ElementsAre("\none\n", "\none\n", "\ntwo\n"));
}

TEST(Replay, AnotherRunBeginsAnewWithSourcesAndSettingsOfItsOwn) {
  const TemporaryFolder folder;
  const auto record = [&](DurationMs at, std::vector<SourceConfig> sources, std::string picture) {
    RecorderOptions options{.folder = folder.path().string()};
    options.picture = std::move(picture);
    Recorder recorder = Recorder::make(std::move(options), std::move(sources)).value();
    ASSERT_TRUE(recorder.take({kNoon + at, 0, 0, ChunkKind::kStream, as_bytes("half")}));
    ASSERT_TRUE(recorder.take({kNoon + at + 1, 0, 0, ChunkKind::kStream, as_bytes("more")}));
    ASSERT_TRUE(recorder.sync());
  };
  record(0, {source_of(Speaks::kAivdm)}, R"({"tracks_max":7})");
  record(10'000, {source_of(Speaks::kCot), source_of(Speaks::kSbs)}, {});
  const Told told = told_by(files_in(folder));
  EXPECT_THAT(told.new_runs, ElementsAre(false, false, true, false));
  auto replay = Replay::open(files_in(folder), {.speed_milli = 0}).value();
  EXPECT_EQ(replay.picture(), R"({"tracks_max":7})");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(replay.next().value());
  EXPECT_EQ(replay.picture(), "");
  EXPECT_EQ(replay.sources().size(), 2U);
}

TEST(Replay, AFileWithoutAHeadIsPassedOverAndNamed) {
  const TemporaryFolder folder;
  Recorder recorder = recorder_in(folder, {.folder = {}, .bytes_max = 1});
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(recorder.take(datagram(i)));
    ASSERT_TRUE(recorder.sync());
  }
  const std::vector<std::string> files = files_in(folder);
  ASSERT_EQ(files.size(), 3U);
  for (const std::size_t empty : {0U, 1U, 2U}) {
    std::vector<std::string> row = files;
    row[empty] = folder.file("empty");
    std::ofstream(row[empty]) << "";
    const Told told = told_by(row);
    EXPECT_EQ(told.bytes.size(), 2U);
    EXPECT_THAT(told.passed_over, ElementsAre(row[empty]));
  }
  EXPECT_EQ(Replay::open({folder.file("empty")}, {}).error().code, ErrorCode::kCorrupt);
  std::ofstream(folder.file("other")) << "{}";
  auto other = Replay::open({files[0], folder.file("other")}, {}).value();
  EXPECT_TRUE(other.next().value());
  EXPECT_EQ(other.next().error().code, ErrorCode::kMalformed) << "what is no recording is nobody's file of a row";
}

}  // namespace
}  // namespace tansiq::surveillance
