// A replay is the recording, in its order, at its time; and what is decoded from it is what was decoded live.
#include "surveillance/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/temporary_folder.h"
#include "surveillance/recording_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::file_of;
using ::testing::HasSubstr;
using testing::kEverySpeech;
using testing::kNoon;
using testing::OwnedChunk;
using testing::preamble;
using testing::random_chunk;
using testing::Remembering;
using testing::same_statement;
using testing::source_of;
using testing::statement;

std::vector<std::string> files_in(const TemporaryFolder& folder) {
  std::vector<std::string> out;
  for (const auto& item : std::filesystem::directory_iterator(folder.path())) out.push_back(item.path().string());
  std::ranges::sort(out);
  return out;
}

struct Steps {
  std::vector<OwnedChunk> chunks;
  std::vector<bool> before;
  std::vector<std::int64_t> due;
  std::vector<bool> new_runs;
  std::vector<bool> incomplete;
  RecordingFaults faults;
};

Steps all_steps(const std::vector<std::string>& files, const ReplayOptions& options) {
  Steps out;
  auto replay = Replay::open(files, options);
  if (!replay) {
    ADD_FAILURE() << replay.error().text();
    return out;
  }
  while (true) {
    const auto step = replay->next();
    if (!step) ADD_FAILURE() << step.error().text();
    if (!step || !*step) break;
    out.chunks.emplace_back((*step)->chunk);
    out.before.push_back((*step)->before);
    out.due.push_back((*step)->due_ms);
    out.new_runs.push_back((*step)->new_run);
    out.incomplete.push_back((*step)->incomplete);
  }
  out.faults = replay->faults();
  return out;
}

std::string written(const TemporaryFolder& folder, const std::string& name, std::string_view file) {
  std::ofstream(folder.file(name), std::ios::binary) << file;
  return folder.file(name);
}

TEST(Replay, IsDueAsItWasReceived) {
  const TemporaryFolder folder;
  std::vector<OwnedChunk> chunks;
  for (const DurationMs at : {0, 1'000, 1'000, 800, 4'000, 10'000}) {
    OwnedChunk chunk;
    chunk.received = kNoon + at;
    chunks.push_back(chunk);
  }
  const std::string path = written(folder, "a", file_of(chunks));
  using Due = std::vector<std::int64_t>;
  EXPECT_EQ(all_steps({path}, {}).due, (Due{0, 1'000, 1'000, 1'000, 4'000, 10'000})) << "never back in time";
  EXPECT_EQ(all_steps({path}, {.speed_milli = 4'000}).due, (Due{0, 250, 250, 250, 1'000, 2'500}));
  EXPECT_EQ(all_steps({path}, {.speed_milli = 500}).due, (Due{0, 2'000, 2'000, 2'000, 8'000, 20'000}));
  EXPECT_EQ(all_steps({path}, {.speed_milli = 0}).due, Due(6, 0));
  const Steps later = all_steps({path}, {.from = kNoon + 4'000});
  EXPECT_EQ(later.due, (Due{0, 0, 0, 0, 0, 6'000}));
  EXPECT_EQ(later.before, (std::vector<bool>{true, true, true, true, false, false}));
  EXPECT_EQ(later.chunks, chunks) << "what was known before is said too";
}

RC_GTEST_PROP(Replay, DueIsTheQuotientWhateverTheNumbers, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const TemporaryFolder folder;
  const std::int64_t speed = random.between(1, kReplaySpeedMilliMax);
  OwnedChunk first;
  first.received = kUtcMin + random.between(0, 1'000);
  OwnedChunk second;
  second.received = first.received + random.between(0, (kUtcMax - first.received));
  const Steps steps = all_steps({written(folder, "a", file_of({first, second}))}, {.speed_milli = speed});
  RC_ASSERT(steps.due.size() == 2U);
  const auto exact = static_cast<__int128>(second.received - first.received) * 1'000 / speed;
  RC_ASSERT(static_cast<__int128>(steps.due[1]) == exact);
}

TEST(Replay, RefusesWhatCannotBe) {
  const TemporaryFolder folder;
  EXPECT_FALSE(Replay::open({}, {}));
  const std::string one = written(folder, "one", file_of({}));
  EXPECT_THAT(Replay::open({one}, {.speed_milli = -1}).error().text(), HasSubstr("a speed is from 0 to 1000"));
  EXPECT_THAT(Replay::open({folder.file("absent")}, {}).error().text(), HasSubstr("absent"));
  std::string other;
  ASSERT_TRUE(append_recording_head(other, {kNoon, 1, {source_of(Speaks::kCot)}}));
  auto replay = Replay::open({one, written(folder, "two", other)}, {});
  ASSERT_TRUE(replay);
  EXPECT_THAT(replay->next().error().text(), HasSubstr("has other sources than"));
}

/// A live decoding, and the decoding of its recording in however many files, say the same.
RC_GTEST_PROP(Replay, SaysWhatWasSaidLive, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const TemporaryFolder folder;
  std::vector<SourceConfig> sources;
  std::vector<std::string> streams;
  for (const Speaks format : kEverySpeech) {
    sources.push_back(source_of(format));
    streams.push_back(preamble(format));
    for (unsigned i = 0; i < 12; ++i) streams.back() += statement(format, i);
  }
  struct Ear {
    Remembering sink;
    std::vector<std::unique_ptr<Decoding>> decodings;
  };
  Ear live;
  Ear again;
  for (Ear* ear : {&live, &again}) {
    for (std::uint32_t i = 0; i < sources.size(); ++i) {
      ear->decodings.push_back(Decoding::make(sources[i], SourceId{i}, ear->sink).value());
    }
  }
  RecorderOptions options{.folder = folder.path().string()};
  options.bytes_max = static_cast<std::uint64_t>(random.between(800, 20'000));
  auto recorder = Recorder::make(options, sources).value();
  std::vector<OwnedChunk> chunks;
  const auto take = [&](const Chunk& chunk) {
    live.decodings[chunk.source]->take(chunk);
    chunks.emplace_back(chunk);
    RC_ASSERT(recorder.take(chunk));
  };
  UtcMs now = kNoon;
  for (std::uint32_t i = 0; i < sources.size(); ++i) take({now, i, 0, ChunkKind::kUp, {}});
  for (int i = 0; i < 100; ++i) {
    now = now + random.between(0, 20);
    const auto source = static_cast<std::uint32_t>(random.between(0, static_cast<std::int64_t>(sources.size()) - 1));
    std::string& stream = streams[source];
    const std::size_t size = std::min(stream.size(), static_cast<std::size_t>(random.between(1, 400)));
    take({now, source, 0, ChunkKind::kStream, as_bytes(std::string_view(stream).substr(0, size))});
    stream.erase(0, size);
    if (random.one_in(30)) take({now, source, 0, ChunkKind::kGap, {}});
  }
  RC_ASSERT(recorder.sync());
  const std::vector<std::string> files = files_in(folder);
  RC_ASSERT(files.size() == recorder.files());
  const Steps steps = all_steps(files, {.speed_milli = 0});
  std::vector<OwnedChunk> without_marks = steps.chunks;
  std::erase_if(without_marks, [](const OwnedChunk& chunk) { return chunk.kind == ChunkKind::kUnderWay; });
  RC_ASSERT(without_marks == chunks);
  RC_ASSERT(steps.faults == RecordingFaults());
  for (const OwnedChunk& chunk : steps.chunks) again.decodings[chunk.source]->take(chunk.view());
  RC_ASSERT(live.sink.reports.size() == again.sink.reports.size());
  for (std::size_t i = 0; i < live.sink.reports.size(); ++i) {
    RC_ASSERT(same_statement(live.sink.reports[i], again.sink.reports[i]));
    RC_ASSERT(live.sink.reports[i].received == again.sink.reports[i].received);
  }
  for (std::size_t i = 0; i < sources.size(); ++i) {
    RC_ASSERT(live.decodings[i]->counters().rejected == again.decodings[i]->counters().rejected);
  }
}

TEST(Replay, AFileReadAloneBeginsBetweenUnits) {
  const TemporaryFolder folder;
  auto recorder = Recorder::make({.folder = folder.path().string(), .bytes_max = 1}, {source_of(Speaks::kCsv)}).value();
  const std::string text = preamble(Speaks::kCsv) + statement(Speaks::kCsv, 0);
  for (const std::string& piece : {text.substr(0, text.size() - 9), text.substr(text.size() - 9)}) {
    ASSERT_TRUE(recorder.take({kNoon, 0, 3, ChunkKind::kStream, as_bytes(piece)}));
  }
  ASSERT_TRUE(recorder.sync());
  const auto files = files_in(folder);
  ASSERT_EQ(files.size(), 2U);
  const Steps second = all_steps({files[1]}, {});
  ASSERT_EQ(second.chunks.size(), 2U);
  EXPECT_EQ(second.chunks[0].kind, ChunkKind::kUnderWay);
  EXPECT_EQ(second.chunks[0].connection, 3U);
  Remembering sink;
  const auto decoding = Decoding::make(source_of(Speaks::kCsv), SourceId{0}, sink).value();
  for (const OwnedChunk& chunk : second.chunks) decoding->take(chunk.view());
  EXPECT_EQ(decoding->counters().units, 0U) << "the end of a row is no row";
}

TEST(Replay, WhereRecordsAreMissingConnectionsHaveAGap) {
  const TemporaryFolder folder;
  const auto chunk = [](ChunkKind kind, std::uint32_t source, std::uint16_t connection, std::string bytes = {}) {
    OwnedChunk out;
    out.received = kNoon;
    out.kind = kind;
    out.source = source;
    out.connection = connection;
    out.bytes = std::move(bytes);
    return out;
  };
  const std::vector<OwnedChunk> chunks{chunk(ChunkKind::kStream, 0, 1, "a"),    chunk(ChunkKind::kUp, 1, 0),
                                       chunk(ChunkKind::kDown, 1, 0),           chunk(ChunkKind::kDatagram, 2, 0, "b"),
                                       chunk(ChunkKind::kStream, 0, 1, "lost"), chunk(ChunkKind::kStream, 0, 1, "c")};
  std::vector<std::size_t> places;
  std::string file = file_of(chunks, &places);
  file[places[4] + 5] ^= 1;
  const Steps steps = all_steps({written(folder, "a", file)}, {});
  ASSERT_EQ(steps.chunks.size(), 6U);
  EXPECT_EQ(steps.chunks[4].kind, ChunkKind::kGap);
  EXPECT_EQ(steps.chunks[4].source, 0U);
  EXPECT_EQ(steps.chunks[4].connection, 1U);
  EXPECT_EQ(steps.chunks[5], chunks[5]);
  EXPECT_EQ(steps.faults.missing, 1U);
}

/// Files of a run as somebody wrote them, each with these chunks; number 0 is not said, as in older files.
struct Row {
  const TemporaryFolder folder;
  std::vector<std::string> files;
  void add(std::uint64_t run, std::uint64_t number, const std::vector<OwnedChunk>& chunks) {
    RecordingHead head = testing::test_head();
    head.run = run;
    head.file = number;
    std::string file;
    ASSERT_TRUE(append_recording_head(file, head));
    std::uint64_t sequence = 0;
    for (const OwnedChunk& chunk : chunks) append_record(file, head.salt, ++sequence, chunk.view());
    files.push_back(written(folder, std::to_string(files.size()), file));
  }
  void add_headless() { files.push_back(written(folder, std::to_string(files.size()), "")); }
};

OwnedChunk of_kind(ChunkKind kind, std::uint16_t connection = 0) {
  OwnedChunk out;
  out.received = kNoon;
  out.kind = kind;
  out.connection = connection;
  if (kind == ChunkKind::kNote) {
    out.source = kNoteSource;
    out.bytes = "\nplan\n";
  }
  return out;
}

using Flags = std::vector<bool>;

TEST(Replay, ARunWhoseFirstFileHoldsNothingBeginsWithTheSecond) {
  Row row;
  row.add(1, 1, {of_kind(ChunkKind::kUp)});
  row.add(2, 1, {});
  row.add(2, 2, {of_kind(ChunkKind::kNote, kNoteStands), of_kind(ChunkKind::kUp)});
  const Steps steps = all_steps(row.files, {});
  EXPECT_EQ(steps.new_runs, (Flags{false, true, false}));
  EXPECT_EQ(steps.chunks[1].bytes, "\nplan\n") << "nobody has said it yet";
}

TEST(Replay, WhatBeginsWithinARunIsIncomplete) {
  const OwnedChunk up = of_kind(ChunkKind::kUp);
  const auto incomplete = [&](std::uint64_t number, const OwnedChunk& first) -> bool {
    Row row;
    row.add(1, number, {first, up});
    return all_steps(row.files, {}).incomplete.back();
  };
  EXPECT_FALSE(incomplete(1, up));
  EXPECT_TRUE(incomplete(2, up));
  // Older files do not say their number, but how they begin.
  EXPECT_FALSE(incomplete(0, up));
  EXPECT_FALSE(incomplete(0, of_kind(ChunkKind::kNote)));
  EXPECT_TRUE(incomplete(0, of_kind(ChunkKind::kUnderWay)));
  EXPECT_TRUE(incomplete(0, of_kind(ChunkKind::kNote, kNoteStands)));
  EXPECT_TRUE(incomplete(0, of_kind(ChunkKind::kNote, kNoteStandsBehindLoss)));
}

TEST(Replay, WhereAFileIsLeftOutWhatStandsIsNewsAndConnectionsHaveAGap) {
  const OwnedChunk up = of_kind(ChunkKind::kUp, 1);
  const std::vector<OwnedChunk> next{of_kind(ChunkKind::kUnderWay, 1), of_kind(ChunkKind::kNote, kNoteStands)};
  const auto read = [&](std::uint64_t first, std::uint64_t second, bool headless_between) {
    Row row;
    row.add(1, first, {up});
    if (headless_between) row.add_headless();
    row.add(1, second, next);
    return all_steps(row.files, {});
  };
  for (const Steps& whole : {read(1, 2, false), read(0, 0, false), read(1, 2, true)}) {
    EXPECT_EQ(whole.chunks.size(), 2U);
    EXPECT_EQ(whole.incomplete, (Flags{false, false}));
  }
  for (const Steps& broken : {read(1, 3, false), read(1, 3, true), read(0, 0, true)}) {
    ASSERT_EQ(broken.chunks.size(), 4U);
    EXPECT_EQ(broken.chunks[1].kind, ChunkKind::kGap);
    EXPECT_EQ(broken.chunks[1].connection, 1U);
    EXPECT_EQ(broken.chunks[3].bytes, "\nplan\n");
    EXPECT_EQ(broken.incomplete, (Flags{false, true, true, true}));
  }
}

TEST(Replay, BehindWhatIsMissingStepsAreIncompleteUntilAnotherRun) {
  Row row;
  row.add(1, 1, {of_kind(ChunkKind::kUp), of_kind(ChunkKind::kDown), of_kind(ChunkKind::kUp)});
  std::string file;
  {
    std::ifstream in(row.files[0], std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(in), {});
  }
  file[file.size() - 60] ^= 1;  // Within the second of three.
  (void)written(row.folder, "0", file);
  row.add(2, 1, {of_kind(ChunkKind::kUp)});
  const Steps steps = all_steps(row.files, {});
  EXPECT_EQ(steps.faults.missing, 1U);
  EXPECT_EQ(steps.incomplete, (Flags{false, true, true, false})) << "a gap, and what is behind it";
  EXPECT_EQ(steps.new_runs, (Flags{false, false, false, true}));
}

TEST(Recorder, BeginsFilesBySizeAndAgeAndRemovesOldOnes) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("recording-notes.txt")) << "not ours";
  auto recorder = Recorder::make({.folder = folder.path().string(), .age_ms_max = 1'000, .files_max = 3},
                                 testing::test_head().sources)
                      .value();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(recorder.take({kNoon + i * 500, 0, 0, ChunkKind::kDatagram, as_bytes("x")}));
  }
  ASSERT_TRUE(recorder.sync());
  EXPECT_EQ(recorder.files(), 5U);
  EXPECT_EQ(recorder.chunks(), 10U);
  std::vector<std::string> names;
  for (const std::string& path : files_in(folder)) names.push_back(std::filesystem::path(path).filename().string());
  EXPECT_THAT(names, ::testing::ElementsAre("recording-20260102T120002.000Z.tsr", "recording-20260102T120003.000Z.tsr",
                                            "recording-20260102T120004.000Z.tsr", "recording-notes.txt"));
  // Two that begin in one millisecond have two names.
  const TemporaryFolder other;
  auto twice = Recorder::make({.folder = other.path().string(), .bytes_max = 1}, testing::test_head().sources).value();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(twice.take({kNoon, 0, 0, ChunkKind::kDatagram, as_bytes("x")}));
  EXPECT_EQ(files_in(other).size(), 3U);
}

TEST(Recorder, ASourceThatComesLaterStandsInAFileOfItsOwn) {
  const TemporaryFolder folder;
  const SourceConfig first = source_of(Speaks::kAivdm);
  SourceConfig later = source_of(Speaks::kCot);
  later.name = "later";
  auto recorder = Recorder::make({.folder = folder.path().string()}, {first}).value();
  ASSERT_TRUE(recorder.take({kNoon, 0, 0, ChunkKind::kStream, as_bytes("a")}));
  EXPECT_FALSE(recorder.add_source(first)) << "two of one name";
  ASSERT_TRUE(recorder.add_source(later));
  ASSERT_TRUE(recorder.take({kNoon + 1, 1, 0, ChunkKind::kStream, as_bytes("b")}));
  ASSERT_TRUE(recorder.take({kNoon + 2, 0, 0, ChunkKind::kStream, as_bytes("c")}));
  ASSERT_TRUE(recorder.sync());
  const std::vector<std::string> files = files_in(folder);
  ASSERT_EQ(files.size(), 2U);
  auto replay = Replay::open(files, {.speed_milli = 0}).value();
  std::string said;
  std::vector<std::size_t> sources;
  while (const auto step = replay.next().value()) {
    if (step->chunk.kind != ChunkKind::kStream) continue;
    said += as_text(step->chunk.bytes);
    sources.push_back(replay.sources().size());
    EXPECT_FALSE(step->new_run);
  }
  EXPECT_EQ(said, "abc");
  EXPECT_EQ(sources, (std::vector<std::size_t>{1, 2, 2}));
  EXPECT_EQ(replay.sources()[1].name, "later");
  EXPECT_EQ(RecordingReader::open_file(files[1])->head().made, kNoon + 1) << "when it came";
  // Nothing can have fewer sources than what was before it.
  auto back = Replay::open({files[1], files[0]}, {}).value();
  Result<std::optional<ReplayStep>> step = back.next();
  while (step && *step) step = back.next();
  ASSERT_FALSE(step);
  EXPECT_THAT(step.error().text(), HasSubstr("has other sources than"));
}

TEST(Recorder, AnotherRunBeginsWithAFileOfItsOwnWhereNothingIsUnderWay) {
  const TemporaryFolder folder;
  std::vector<bool> behind_loss;
  RecorderOptions options{.folder = folder.path().string()};
  options.standing = [&](bool loss) {
    behind_loss.push_back(loss);
    return std::vector<std::string>{"\nstands\n"};
  };
  auto recorder = Recorder::make(std::move(options), {source_of(Speaks::kAivdm)}).value();
  ASSERT_TRUE(recorder.take({kNoon, 0, 3, ChunkKind::kUp, {}}));
  recorder.dropped(2);
  recorder.begin_run();
  const UtcMs earlier = kNoon + -3'600'000;
  ASSERT_TRUE(recorder.take({earlier, 0, 5, ChunkKind::kUnderWay, {}}));
  ASSERT_TRUE(recorder.sync());
  EXPECT_TRUE(behind_loss.empty()) << "whoever begins a run says himself what stands";
  const std::vector<std::string> files = files_in(folder);
  ASSERT_EQ(files.size(), 2U);
  const Steps steps = all_steps(files, {});
  EXPECT_EQ(steps.new_runs, (std::vector<bool>{false, true}));
  EXPECT_EQ(steps.incomplete, (std::vector<bool>{false, false})) << "what was lost before is not missing from it";
  EXPECT_EQ(steps.chunks[1].received, earlier);
  EXPECT_EQ(steps.chunks[1].connection, 5U);
  EXPECT_EQ(RecordingReader::open_file(files[1])->head().file, 1U);
}

TEST(Recorder, SaysWhatIsWrong) {
  EXPECT_THAT(Recorder::make({.folder = "/nowhere/at/all"}, {}).error().text(), HasSubstr("is no folder to record in"));
  const TemporaryFolder folder;
  EXPECT_FALSE(Recorder::make({.folder = folder.path().string(), .prefix = "../x"}, {}));
  EXPECT_FALSE(Recorder::make({.folder = folder.path().string(), .bytes_max = 0}, {}));
  auto recorder = Recorder::make({.folder = folder.path().string()}, testing::test_head().sources).value();
  EXPECT_FALSE(recorder.take({kNoon, 77, 0, ChunkKind::kDatagram, {}}));
  EXPECT_EQ(recorder.failed(), 1U);
  EXPECT_TRUE(recorder.take({kNoon, 0, 0, ChunkKind::kDatagram, {}}));
}

}  // namespace
}  // namespace tansiq::surveillance
