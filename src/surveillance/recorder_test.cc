// A row of files where things go wrong: a disk that is full, a clock that is set back, a file that was never begun; and
// what whoever reads one file alone is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

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

/// What time does while nobody sets it.
struct Steady {
  std::int64_t ms = 0;
  [[nodiscard]] std::function<std::int64_t()> read() const {
    return [this] { return ms; };
  }
};

std::function<std::vector<std::string>(bool)> saying(const std::vector<std::string>& standing) {
  return [&standing](bool) { return standing; };
}

/// What a recording says of a second in which nothing else came.
constexpr std::string_view kBeat = "\n";

struct Told {
  std::vector<std::string> notes;
  std::vector<std::string> bytes;
  std::vector<bool> new_runs;
  std::vector<bool> incomplete;
  std::size_t gaps = 0;
  std::size_t beats = 0;
  std::vector<std::string> passed_over;
  RecordingFaults faults;
};

Told told_by(const std::vector<std::string>& files) {
  Told out;
  auto replay = Replay::open(files, {.speed_milli = 0}).value();
  while (const auto step = replay.next().value()) {
    out.gaps += step->chunk.kind == ChunkKind::kGap ? 1U : 0U;
    if (as_text(step->chunk.bytes) == kBeat) {
      ++out.beats;
      continue;
    }
    (step->chunk.kind == ChunkKind::kNote ? out.notes : out.bytes).emplace_back(as_text(step->chunk.bytes));
    out.new_runs.push_back(step->new_run);
    out.incomplete.push_back(step->incomplete);
  }
  out.passed_over = replay.passed_over();
  out.faults = replay.faults();
  return out;
}

TEST(Recorder, AFullDiskIsCountedLeavesNothingBehindAndIsAskedOnceASecond) {
  const TemporaryFolder folder;
  Steady steady;
  Recorder recorder = recorder_in(folder, {.folder = {}, .steady_ms = steady.read()});
  {
    const FullDisk full(100);
    for (int i = 0; i < 500; ++i) EXPECT_FALSE(recorder.take(datagram(i)));
    EXPECT_FALSE(recorder.sync());
    EXPECT_THAT(files_in(folder), IsEmpty());
    EXPECT_EQ(recorder.failed(), 500U);
  }
  // The clock of the chunks stands still, as where it was set back and must first come up again.
  steady.ms = 999;
  EXPECT_FALSE(recorder.take(datagram(499))) << "not before a second has passed";
  steady.ms = 1'000;
  EXPECT_TRUE(recorder.take(datagram(499)));
  EXPECT_TRUE(recorder.sync());
  EXPECT_EQ(recorder.chunks(), 1U);
  EXPECT_EQ(files_in(folder).size(), 1U);
  EXPECT_EQ(told_by(files_in(folder)).faults.missing, 501U) << "what was lost before the first file is said too";
}

TEST(Recorder, WhatCouldNotBeSyncedWasNotRecorded) {
  const TemporaryFolder folder;
  Steady steady;
  Recorder recorder = recorder_in(folder, {.folder = {}, .files_max = 1, .steady_ms = steady.read()});
  ASSERT_TRUE(recorder.take(datagram(0, "kept")));
  ASSERT_TRUE(recorder.sync());
  const std::vector<std::string> good = files_in(folder);
  const std::string big(60'000, 'b');
  {
    const FullDisk full(std::filesystem::file_size(good[0]) + 50);
    for (int second = 1; second <= 20; ++second) {
      steady.ms = second * 1'000;
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

/// Between two files nobody counts but who lost it: the numbers of the next one begin behind what is missing.
TEST(Recorder, WhatIsLostBetweenTwoFilesIsMissingAndNoHalvesAreJoined) {
  const TemporaryFolder folder;
  Steady steady;
  const std::vector<std::string> standing{"\nplan\n"};
  Recorder recorder = recorder_in(folder, {.folder = {}, .standing = saying(standing), .steady_ms = steady.read()});
  const auto stream = [](std::string_view bytes) { return Chunk{kNoon, 0, 1, ChunkKind::kStream, as_bytes(bytes)}; };
  ASSERT_TRUE(recorder.take(stream("half")));
  ASSERT_TRUE(recorder.sync());
  const std::string big(60'000, 'b');
  {
    const FullDisk full(std::filesystem::file_size(files_in(folder)[0]) + 50);
    ASSERT_TRUE(recorder.take(stream(big)));
    ASSERT_TRUE(recorder.take(stream(big)));
    ASSERT_FALSE(recorder.sync());
    ASSERT_FALSE(recorder.take(stream("lost")));
  }
  recorder.dropped(4);
  steady.ms = 1'000;
  ASSERT_TRUE(recorder.take(stream("and another")));
  // The file that says so is lost itself, before anything of it was on the disk.
  {
    const FullDisk full(1);
    ASSERT_FALSE(recorder.sync());
  }
  steady.ms = 2'000;
  ASSERT_TRUE(recorder.take(stream("behind")));
  ASSERT_TRUE(recorder.take(stream("more")));
  ASSERT_TRUE(recorder.sync());
  EXPECT_EQ(recorder.failed(), 8U);
  const std::vector<std::string> files = files_in(folder);
  ASSERT_EQ(files.size(), 2U);
  const Told told = told_by(files);
  EXPECT_EQ(told.faults.missing, 8U);
  EXPECT_EQ(told.gaps, 1U);
  EXPECT_THAT(told.notes, ElementsAre("\nplan\n"));
  EXPECT_FALSE(told.incomplete.front());
  EXPECT_TRUE(told.incomplete.back());
}

TEST(Recorder, WhatWasDroppedBehindTheLastRecordOfAFileIsMissingInTheNext) {
  const TemporaryFolder folder;
  Recorder recorder = recorder_in(folder, {.folder = {}, .bytes_max = 1});
  ASSERT_TRUE(recorder.take(datagram(0)));
  recorder.dropped(3);
  ASSERT_TRUE(recorder.sync());
  ASSERT_TRUE(recorder.take(datagram(1)));
  ASSERT_TRUE(recorder.sync());
  EXPECT_EQ(told_by(files_in(folder)).faults.missing, 3U);
}

/// A lost note is not lost for six hours, until the next file says it.
TEST(Recorder, WhatStandsIsSaidBehindALossWithinTheFileAndNotAtEveryChunk) {
  const TemporaryFolder folder;
  Steady steady;
  const std::vector<std::string> standing{"\nplan\n"};
  std::vector<bool> behind;
  Recorder recorder = recorder_in(folder, {.folder = {},
                                           .standing =
                                               [&](bool behind_loss) {
                                                 behind.push_back(behind_loss);
                                                 return standing;
                                               },
                                           .steady_ms = steady.read()});
  ASSERT_TRUE(recorder.take(datagram(0)));
  for (int i = 1; i <= 5; ++i) {
    recorder.dropped(1);
    EXPECT_TRUE(recorder.lost());
    ASSERT_TRUE(recorder.take(datagram(i)));
  }
  EXPECT_THAT(behind, ElementsAre(true)) << "once at once";
  EXPECT_TRUE(recorder.lost()) << "since then";
  steady.ms = kStandingAgainMs;
  ASSERT_TRUE(recorder.take(datagram(6)));
  EXPECT_THAT(behind, ElementsAre(true, true));
  EXPECT_FALSE(recorder.lost());
  ASSERT_TRUE(recorder.sync());
  const Told told = told_by(files_in(folder));
  EXPECT_EQ(files_in(folder).size(), 1U);
  EXPECT_THAT(told.notes, ElementsAre("\nplan\n", "\nplan\n"));
  EXPECT_EQ(told.faults.missing, 5U);
  EXPECT_FALSE(told.incomplete[0]);
  EXPECT_TRUE(told.incomplete[1]);
}

TEST(Recorder, WhatStandsDoesNotFillAFile) {
  const TemporaryFolder folder;
  const std::vector<std::string> standing{std::string(300'000, 'x') + "\n"};
  Recorder recorder =
      recorder_in(folder, {.folder = {}, .bytes_max = 1'000, .files_max = 10, .standing = saying(standing)});
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(recorder.take(datagram(i, std::string(160, 'd'))));
    ASSERT_TRUE(recorder.sync());
  }
  EXPECT_EQ(recorder.files(), 12U) << "five pieces fill one";
  EXPECT_EQ(told_by(files_in(folder)).bytes.size(), 50U) << "ten are kept";
}

TEST(Recorder, AClockThatWasSetBackCostsNothingThatIsNew) {
  const TemporaryFolder folder;
  const auto record = [&](DurationMs at, std::string_view bytes) {
    Recorder recorder = recorder_in(folder, {.folder = {}, .bytes_max = 1, .files_max = 3});
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(recorder.take(datagram(at + i, bytes)));
      ASSERT_TRUE(recorder.sync());
    }
  };
  std::ofstream(folder.file("recording-20260102T120000.000Z_01.tsr")) << "";  // As they were named before.
  record(3'600'000, "old");
  record(0, "new");
  const std::vector<std::string> files = files_in(folder);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_THAT(told_by(files).bytes, ElementsAre("old", "new", "new"));
  EXPECT_THAT(files.back(), ::testing::HasSubstr("recording-20260102T130000.003Z.tsr"));
}

TEST(Recorder, SaysWhichFileOfItsRunItIsAndWhoWroteIt) {
  const TemporaryFolder folder;
  Recorder recorder = recorder_in(folder, {.folder = {}, .bytes_max = 1, .program = "1.2.3"});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(recorder.take(datagram(i)));
  ASSERT_TRUE(recorder.sync());
  std::uint64_t number = 0;
  for (const std::string& file : files_in(folder)) {
    const auto reader = RecordingReader::open_file(file).value();
    EXPECT_EQ(reader.head().file, ++number);
    EXPECT_EQ(reader.head().program, "1.2.3");
  }
  EXPECT_EQ(number, 3U);
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
  Recorder recorder = recorder_in(folder, {.folder = {}, .age_ms_max = 1'000, .standing = saying(standing)});
  const auto say = [&](DurationMs at, const std::string& line) {
    ASSERT_TRUE(recorder.take({kNoon + at, kNoteSource, 0, ChunkKind::kNote, as_bytes(line)}));
    standing.push_back(line);
  };
  say(0, "\none\n");
  ASSERT_TRUE(recorder.take(datagram(100)));
  ASSERT_TRUE(recorder.take(datagram(1'100)));
  say(1'200, "\ntwo\n");
  ASSERT_TRUE(recorder.take(datagram(2'300)));
  // Then nothing comes any more but time.
  for (int second = 3; second < 8; ++second) {
    ASSERT_TRUE(recorder.take({kNoon + second * 1'000, kNoteSource, 0, ChunkKind::kNote, as_bytes(kBeat)}));
  }
  ASSERT_TRUE(recorder.sync());
  const std::vector<std::string> files = files_in(folder);
  ASSERT_GT(files.size(), 5U);
  EXPECT_EQ(told_by(files).beats, 5U);
  EXPECT_THAT(told_by({files.back()}).notes, ElementsAre("\none\n", "\ntwo\n"));
  EXPECT_THAT(told_by(files).notes, ElementsAre("\none\n", "\ntwo\n"));
  EXPECT_THAT(told_by({files[1], files[2]}).notes, ElementsAre("\none\n", "\ntwo\n"));
  EXPECT_THAT(told_by({files[2]}).notes, ElementsAre("\none\n", "\ntwo\n"));
}

TEST(Recorder, WhatStandsIsSaidAgainBehindALoss) {
  const TemporaryFolder folder;
  std::vector<std::string> standing{"\none\n"};
  Recorder recorder = recorder_in(folder, {.folder = {}, .bytes_max = 1, .standing = saying(standing)});
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
