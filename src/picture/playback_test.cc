// A replay says what was recorded, and invents nothing before it, behind it, or where it was not all there.
#include "picture/playback.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"
#include "picture/alert_json.h"
#include "picture/options_json.h"
#include "surveillance/recording.h"

namespace tansiq::picture {
namespace {

using surveillance::ChunkKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr UtcMs kNoon{1'767'355'200'000};

std::vector<surveillance::SourceConfig> sources() {
  std::vector<surveillance::SourceConfig> out(1);
  out[0].name = "antenna";
  out[0].format = surveillance::Speaks::kSbs;
  out[0].transport = *surveillance::parse_transport("udp://127.0.0.1:30003");
  out[0].silent_after_ms = 10'000;
  return out;
}

std::string sbs(UtcMs t) {
  const std::string when = fmt::format("2026/01/02,{}.000", format_utc(t).substr(11, 8));
  return fmt::format("MSG,3,1,1,100001,1,{},{},,30000,,,35.00000,36.00000,,,,,,0\r\n", when, when);
}

struct Heard final : PlaybackListener, PictureListener {
  void track_changed(const TrackChange&, const Track&) override {}
  void alert_changed(const AlertChange& change) override { lines.push_back(alert_line(change)); }
  void remark(const std::string& text) override { remarks.push_back(text); }
  bool wait(std::int64_t) override { return steps_left-- > 0; }
  [[nodiscard]] std::size_t with(std::string_view part) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
  }
  std::vector<std::string> lines;
  std::vector<std::string> remarks;
  int steps_left = 1'000'000;
};

/// What a node does from `from` to `to`: a craft is heard once a second for five seconds, then nothing; twelve seconds
/// after the beginning somebody has seen that the source is silent.
void record(const TemporaryFolder& folder, DurationMs from, DurationMs to, Heard& live,
            surveillance::RecorderOptions options = {}) {
  options.folder = folder.path().string();
  options.picture = options_json({});
  auto recorder = surveillance::Recorder::make(std::move(options), sources()).value();
  auto session = Session::make(sources(), {}, &live).value();
  session->record_to([&](const surveillance::Chunk& chunk) { ASSERT_TRUE(recorder.take(chunk)); });
  ASSERT_TRUE(session->note(Zones{}, kNoon + from));
  for (DurationMs at = from; at <= to; at += 100) {
    const UtcMs now = kNoon + at;
    if (at < from + 5'000 && at % 1'000 == 500) {
      session->take({now, 0, 0, ChunkKind::kDatagram, as_bytes(sbs(now))});
    }
    session->run_to(now);
    if (at == from + 15'000) {
      ASSERT_TRUE(session->note(Acknowledge{1, "watch-1"}, now));
    }
  }
  ASSERT_TRUE(recorder.sync());
}

std::vector<std::string> files_in(const TemporaryFolder& folder) {
  std::vector<std::string> out;
  for (const auto& item : std::filesystem::directory_iterator(folder.path())) out.push_back(item.path().string());
  std::ranges::sort(out);
  return out;
}

std::unique_ptr<Playback> play(const std::vector<std::string>& files, const PlaybackOptions& options, Heard& heard) {
  auto playback = Playback::open(files, options, heard).value();
  EXPECT_TRUE(playback->run());
  return playback;
}

TEST(Playback, SaysWhatWasSaidLiveWithTheSilenceAtItsEnd) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 40'000, live);
  Heard heard;
  const auto playback = play(files_in(folder), {}, heard);
  EXPECT_EQ(heard.lines, live.lines);
  EXPECT_GE(heard.with(R"("kind":"source_silent")"), 2U);
  EXPECT_EQ(heard.with(R"("event":"acknowledged")"), 1U);
  EXPECT_THAT(heard.remarks, IsEmpty());
  EXPECT_EQ(playback->session().now(), kNoon + 40'000);
}

TEST(Playback, NothingStandsBeforeTheFirstRecord) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 40'000, live);
  Heard heard;
  play(files_in(folder), {.from = kNoon - 3'600'000}, heard);
  EXPECT_EQ(heard.lines, live.lines);
}

TEST(Playback, WhatStandsAtAMomentIsSaidFirst) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 40'000, live);
  Heard heard;
  play(files_in(folder), {.from = kNoon + 30'000, .until = kNoon + 31'000}, heard);
  ASSERT_FALSE(heard.lines.empty());
  EXPECT_THAT(heard.lines[0], HasSubstr(R"("kind":"source_silent")"));
  EXPECT_THAT(heard.lines[0], HasSubstr(R"("by":"watch-1")"));
}

TEST(Playback, NoSilenceIsMadeOfTheTimeBehindARecording) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 7'000, live);
  EXPECT_THAT(live.lines, IsEmpty());
  Heard until;
  const auto playback = play(files_in(folder), {.until = kNoon + 3'600'000}, until);
  EXPECT_THAT(until.lines, IsEmpty());
  EXPECT_EQ(playback->session().now(), kNoon + 7'000);
  Heard from;
  play(files_in(folder), {.from = kNoon + 3'600'000}, from);
  EXPECT_THAT(from.lines, IsEmpty());
  EXPECT_THAT(from.remarks, ElementsAre(HasSubstr("the recording ends at")));
  Heard stopped;
  stopped.steps_left = 3;
  play(files_in(folder), {.until = kNoon + 6'900}, stopped);
  EXPECT_THAT(stopped.lines, IsEmpty());
}

TEST(Playback, ARunIsNotLedOnIntoTheTimeBehindIt) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 7'000, live);
  record(folder, 600'000, 607'000, live);
  EXPECT_THAT(live.lines, IsEmpty());
  Heard between;
  play(files_in(folder), {.from = kNoon + 300'000}, between);
  EXPECT_THAT(between.lines, IsEmpty());
  EXPECT_THAT(between.remarks, ElementsAre(HasSubstr("another run begins")));
  Heard until;
  play(files_in(folder), {.until = kNoon + 300'000}, until);
  EXPECT_THAT(until.lines, IsEmpty());
  EXPECT_THAT(until.remarks, ElementsAre(HasSubstr("nothing was recorded")));
}

TEST(Playback, WhatNamesByNumberIsPassedOverWhereTheBeginningIsNotThere) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 40'000, live, {.folder = {}, .age_ms_max = 7'000});
  std::vector<std::string> files = files_in(folder);
  ASSERT_EQ(files.size(), 6U);
  files.erase(files.begin());
  Heard heard;
  play(files, {}, heard);
  EXPECT_GE(heard.with(R"("kind":"source_silent")"), 1U);
  EXPECT_EQ(heard.with(R"("event":"acknowledged")"), 0U);
  EXPECT_THAT(heard.remarks, Contains(HasSubstr("something is missing before this")));
  EXPECT_THAT(heard.remarks, Contains(HasSubstr("1 acknowledgement or join-up passed over")));
}

TEST(Playback, WhereTheClockWasSetBackAnotherRunBegins) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 40'000, live);
  const std::size_t first = live.lines.size();
  record(folder, -60'000, -20'000, live);
  ASSERT_EQ(live.lines.size(), 2 * first);
  Heard heard;
  play(files_in(folder), {}, heard);
  EXPECT_EQ(heard.lines, live.lines);
  EXPECT_THAT(heard.remarks,
              ElementsAre(HasSubstr("the clock was set back by 1 min 40 s: another run begins, and tracks and")));
}

TEST(Playback, ASourceThatCameLaterIsSaid) {
  const TemporaryFolder folder;
  Heard live;
  {
    auto recorder = surveillance::Recorder::make({.folder = folder.path().string()}, sources()).value();
    auto session = Session::make(sources(), {}, &live).value();
    session->record_to([&](const surveillance::Chunk& chunk) { ASSERT_TRUE(recorder.take(chunk)); });
    session->run_to(kNoon);
    const surveillance::SourceConfig peer = surveillance::peer_source(AuthorityId::trusted("us"));
    ASSERT_TRUE(recorder.add_source(peer));
    ASSERT_TRUE(session->add_source(peer, kNoon + 5'000));
    session->run_to(kNoon + 20'000);
    ASSERT_TRUE(recorder.sync());
  }
  Heard heard;
  const auto playback = play(files_in(folder), {}, heard);
  EXPECT_EQ(heard.lines, live.lines);
  ASSERT_EQ(heard.remarks.size(), 1U);
  EXPECT_THAT(heard.remarks[0], HasSubstr("2026-01-02T12:00:05"));
  EXPECT_THAT(heard.remarks[0], HasSubstr("from here on there is peer-us too"));
  EXPECT_EQ(playback->session().sources().size(), 2U);
}

TEST(Playback, SaysWhoRecordedWhenItWasAnotherVersion) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 1'000, live, {.folder = {}, .program = "1.0.0"});
  Heard other;
  play(files_in(folder), {.program = "1.1.0"}, other);
  EXPECT_THAT(other.remarks, ElementsAre(HasSubstr("recorded by version 1.0.0, replayed by 1.1.0")));
  Heard same;
  play(files_in(folder), {.program = "1.0.0"}, same);
  EXPECT_THAT(same.remarks, IsEmpty());
}

TEST(Playback, NamesFilesThatArePassedOverBehindTheLastStepToo) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 1'000, live);
  std::vector<std::string> files = files_in(folder);
  files.push_back(folder.file("empty.tsr"));
  std::ofstream(files.back()) << "";
  Heard heard;
  play(files, {}, heard);
  EXPECT_THAT(heard.remarks, ElementsAre(HasSubstr("empty.tsr: passed over")));
}

TEST(Playback, ItsEndIsNotBeforeItsBeginning) {
  const TemporaryFolder folder;
  Heard live;
  record(folder, 0, 1'000, live);
  EXPECT_FALSE(Playback::open(files_in(folder), {.from = kNoon + 2, .until = kNoon + 1}, live));
}

}  // namespace
}  // namespace tansiq::picture
