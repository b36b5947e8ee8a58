#include "picture/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "picture/alert_json.h"
#include "surveillance/recording.h"
#include "surveillance/replay.h"

namespace tansiq::picture {
namespace {

using surveillance::Chunk;
using surveillance::ChunkKind;

constexpr UtcMs kNoon{1'767'355'200'000};  // 2026-01-02T12:00:00Z

std::vector<surveillance::SourceConfig> sources() {
  std::vector<surveillance::SourceConfig> out(2);
  out[0].name = "antenna";
  out[0].format = surveillance::Speaks::kSbs;
  out[0].transport = *surveillance::parse_transport("udp://127.0.0.1:30003");
  out[0].silent_after_ms = 10'000;
  out[1].name = "harbour";
  out[1].format = surveillance::Speaks::kAivdm;
  out[1].transport = *surveillance::parse_transport("udp://127.0.0.1:10110");
  out[1].silent_after_ms = 0;
  return out;
}

struct Lines final : PictureListener {
  void track_changed(const TrackChange&, const Track&) override {}
  void alert_changed(const AlertChange& change) override { text += alert_line(change) + "\n"; }
  std::string text;
};

std::string sbs(std::uint32_t icao, UtcMs t, double lat, double lng, int feet, int knots, int track) {
  const std::string stamp = format_utc(t);  // 2026-01-02T12:00:00.000Z
  const std::string when = fmt::format("2026/01/02,{}", stamp.substr(11, 12));
  return fmt::format("MSG,2,1,1,{:06X},1,{},{},,{},{},{},{:.5f},{:.5f},,,,,,0\r\n", icao, when, when, feet, knots,
                     track, lat, lng);
}

/// Two aircraft that fly at each other, heard every second for three minutes, and then silence.
struct Story {
  struct Piece {
    UtcMs received;
    ChunkKind kind;
    std::string bytes;
  };
  std::vector<Piece> pieces;
  explicit Story(std::uint64_t seed) {
    SeededRandom random(seed);
    for (int s = 0; s < 180; ++s) {
      const UtcMs t = kNoon + s * 1'000 + static_cast<DurationMs>(random.between(0, 699));
      const double east = s * 220 / 91'100.0;
      pieces.push_back({t, ChunkKind::kDatagram, sbs(0x100001, t, 35.0, 36.0 + east, 30'000, 428, 90)});
      pieces.push_back({t + 40, ChunkKind::kDatagram, sbs(0x100002, t, 35.0, 36.9 - east, 30'000, 428, 270)});
      if (s == 100) {
        for (const Chunk& chunk : note_chunks(note, t + 50)) {
          pieces.push_back({chunk.received, chunk.kind, std::string(chunk.bytes.begin(), chunk.bytes.end())});
        }
      }
    }
  }
  std::string note = note_line(Acknowledge{1, "watch-1"}) + "\n";
};

Chunk chunk_of(const Story::Piece& piece) {
  return {.received = piece.received,
          .source = piece.kind == ChunkKind::kNote ? surveillance::kNoteSource : 0,
          .kind = piece.kind,
          .bytes = ByteView(reinterpret_cast<const std::uint8_t*>(piece.bytes.data()), piece.bytes.size())};
}

TEST(Session, WarnsSaysWhoHasSeenItAndHearsSilence) {
  Lines lines;
  auto session = *Session::make(sources(), {}, &lines);
  for (const Story::Piece& piece : Story(1).pieces) session->take(chunk_of(piece));
  session->run_to(kNoon + 400'000);
  EXPECT_NE(lines.text.find(R"("kind":"conflict")"), std::string::npos);
  EXPECT_NE(lines.text.find(R"("by":"watch-1")"), std::string::npos);
  EXPECT_NE(lines.text.find(R"("object":"antenna")"), std::string::npos) << "a source that goes silent";
  EXPECT_EQ(lines.text.find("harbour"), std::string::npos) << "one that may be silent for ever";
  EXPECT_EQ(session->note_counters().notes, 1U);
  EXPECT_EQ(session->note_counters().notes_refused, 0U);
}

TEST(Session, TheSameWhetherTimeWasLookedAtOftenOrNot) {
  Lines seldom;
  auto one = *Session::make(sources(), {}, &seldom);
  Lines often;
  auto two = *Session::make(sources(), {}, &often);
  for (const Story::Piece& piece : Story(2).pieces) {
    one->take(chunk_of(piece));
    for (int i = 5; i > 0; --i) two->run_to(piece.received + -i * 100);
    two->take(chunk_of(piece));
  }
  one->run_to(kNoon + 400'000);
  for (int s = 180; s <= 400; ++s) two->run_to(kNoon + s * 1'000);
  EXPECT_EQ(seldom.text, often.text);
  EXPECT_FALSE(seldom.text.empty());
}

struct KeptChunk {
  explicit KeptChunk(const Chunk& chunk)
      : received(chunk.received), source(chunk.source), kind(chunk.kind), bytes(as_text(chunk.bytes)) {}
  [[nodiscard]] Chunk view() const {
    return {.received = received, .source = source, .kind = kind, .bytes = as_bytes(bytes)};
  }
  [[nodiscard]] bool beat() const { return kind == ChunkKind::kNote && bytes == "\n"; }
  UtcMs received;
  std::uint32_t source;
  ChunkKind kind;
  std::string bytes;
};

/// A session that keeps what it says to record.
struct Recorded {
  explicit Recorded(PictureListener* listener) : session(*Session::make(sources(), {}, listener)) {
    session->record_to([this](const Chunk& chunk) { kept.emplace_back(chunk); });
  }
  std::unique_ptr<Session> session;
  std::vector<KeptChunk> kept;
};

std::string told_by(const std::vector<KeptChunk>& kept) {
  Lines lines;
  auto session = *Session::make(sources(), {}, &lines);
  for (const KeptChunk& one : kept) session->take(one.view());
  return lines.text;
}

std::size_t beats_in(const std::vector<KeptChunk>& kept) {
  return static_cast<std::size_t>(std::ranges::count_if(kept, &KeptChunk::beat));
}

TEST(Session, ARecordingGivesTheSameAlertsByteForByte) {
  const TemporaryFolder folder;
  Lines live;
  {
    auto recorder = *surveillance::Recorder::make({.folder = folder.path().string()}, sources());
    auto session = *Session::make(sources(), {}, &live);
    session->record_to([&](const Chunk& chunk) { ASSERT_TRUE(recorder.take(chunk)); });
    for (const Story::Piece& piece : Story(3).pieces) {
      session->take(chunk_of(piece));
      session->run_to(piece.received + 35);
    }
    // Then nothing comes any more: the source that is silent is told of twenty seconds later, behind the last piece.
    for (int tenth = 0; tenth < 300; ++tenth) session->run_to(kNoon + 180'000 + tenth * 100);
    ASSERT_TRUE(recorder.sync());
  }
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) files.push_back(file.path().string());
  Lines again;
  auto replay = *surveillance::Replay::open(files, {.from = std::nullopt, .speed_milli = 0});
  auto session = *Session::make(replay.sources(), {}, &again);
  while (true) {
    const auto step = replay.next();
    ASSERT_TRUE(step.has_value());
    if (!*step) break;
    EXPECT_FALSE((*step)->incomplete);
    session->take((*step)->chunk);
  }
  EXPECT_EQ(again.text, live.text);
  EXPECT_NE(again.text.find(R"("by":"watch-1")"), std::string::npos);
  EXPECT_NE(again.text.find(R"("object":"antenna")"), std::string::npos);
}

/// Whatever comes, however long nothing comes, wherever the clock is set to: what was recorded tells the same.
TEST(Session, WhatItRecordsTellsTheSameWhateverHappens) {
  std::size_t silences = 0;
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SeededRandom random(seed);
    Lines live;
    Recorded of(&live);
    UtcMs now = kNoon;
    ASSERT_TRUE(of.session->note(Zones{}, now));
    for (int i = 0; i < 100; ++i) {
      if (random.one_in(12)) {
        // Days ahead, or some minutes back; and by some seconds more or less than what is gone through one by one.
        const DurationMs leap =
            random.one_in(2) ? kGapMsMax + random.between(-3'000, 3'000) : random.between(-600'000, 3 * 86'400'000);
        now = now + leap;
      } else {
        now = now + random.between(0, random.one_in(4) ? 90'000 : 1'500);
      }
      const std::string said = sbs(0x100001, now, 35.0, 36.0, 30'000, 428, 90);
      switch (random.between(0, 4)) {
        case 0:
          of.session->take({now, 0, 0, ChunkKind::kDatagram, as_bytes(said)});
          break;
        case 1:
          (void)of.session->note(Acknowledge{static_cast<AlertId>(random.between(1, 9)), "watch-1"}, now);
          break;
        case 2:
          of.session->take({now, 9, 0, ChunkKind::kDatagram, as_bytes(said)});
          break;
        default:
          of.session->run_to(now);
      }
    }
    ASSERT_EQ(told_by(of.kept), live.text) << "seed " << seed;
    silences += live.text.find("source_silent") != std::string::npos ? 1U : 0U;
    refused += of.session->note_counters().notes_refused;
  }
  EXPECT_GT(silences, 6U);
  EXPECT_GT(refused, 100U);
}

surveillance::SourceConfig peer(std::string_view authority) {
  return surveillance::peer_source(AuthorityId::trusted(authority));
}

std::string event(UtcMs t, int step) {
  return fmt::format(R"(<event version="2.0" uid="ICAO-{:06X}" type="a-u-A" how="m-g" time="{}" start="{}" stale="{}">)"
                     R"(<point lat="35.0" lon="{:.4f}" hae="9000" ce="10" le="10"/></event>)",
                     0x200001, format_utc(t), format_utc(t), format_utc(t + 60'000), 36.0 + 0.002 * step);
}

/// A peer that joins is heard from that moment on, live and replayed: through files, by the heads of which the replay
/// knows when.
TEST(Session, ASourceThatIsAddedIsHeardAndReplayedFromThatMomentOn) {
  const TemporaryFolder folder;
  Lines live;
  std::size_t reports = 0;
  std::vector<std::size_t> sizes;
  {
    auto recorder = *surveillance::Recorder::make({.folder = folder.path().string()}, sources());
    auto session = *Session::make(sources(), {}, &live);
    session->record_to([&](const Chunk& chunk) { ASSERT_TRUE(recorder.take(chunk)); });
    for (int s = 0; s < 120; ++s) {
      const UtcMs t = kNoon + s * 1'000 + 300;
      const std::string own = sbs(0x100001, t, 35.0, 37.0 - s * 0.002, 29'528, 360, 270);
      session->take({t, 0, 0, ChunkKind::kDatagram, as_bytes(own)});
      if (s == 20) {
        EXPECT_FALSE(session->add_source(sources()[0], t)) << "two of one name";
        ASSERT_TRUE(recorder.add_source(peer("us")));
        // Later within the second than anything that is recorded of it.
        ASSERT_TRUE(session->add_source(peer("us"), t + 250));
      }
      const std::string theirs = event(t + 300, s);
      session->take({t + 300, 2, 0, ChunkKind::kStream, as_bytes(theirs)});
    }
    // It goes silent, and as a peer that has spoken it is missed.
    for (int s = 120; s < 200; ++s) session->run_to(kNoon + s * 1'000);
    ASSERT_TRUE(recorder.sync());
    reports = session->counters(2).reports;
    sizes = {session->sources().size(), session->picture().tracker().size()};
  }
  EXPECT_EQ(reports, 100U) << "what came before was of nobody";
  EXPECT_NE(live.text.find(R"("object":"peer-us")"), std::string::npos) << live.text;
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) files.push_back(file.path().string());
  std::ranges::sort(files);
  ASSERT_EQ(files.size(), 2U);
  auto first = *surveillance::RecordingReader::open_file(files[0]);
  auto second = *surveillance::RecordingReader::open_file(files[1]);
  EXPECT_EQ(first.head().sources.size(), 2U);
  EXPECT_EQ(second.head().sources.size(), 3U);
  EXPECT_EQ(second.head().made, kNoon + 20'550) << "when it was added";
  Lines again;
  auto replay = *surveillance::Replay::open(files, {.from = std::nullopt, .speed_milli = 0});
  auto session = *Session::make(replay.sources(), {}, &again);
  while (const auto step = replay.next().value()) {
    EXPECT_FALSE(step->incomplete);
    for (std::size_t i = session->sources().size(); i < replay.sources().size(); ++i) {
      ASSERT_TRUE(session->add_source(replay.sources()[i], step->chunk.received));
    }
    session->take(step->chunk);
  }
  EXPECT_EQ(again.text, live.text);
  EXPECT_EQ(session->counters(2).reports, reports);
  EXPECT_EQ((std::vector{session->sources().size(), session->picture().tracker().size()}), sizes);
}

/// The one before knows which connections were there; half a sentence of one is joined with nothing.
TEST(Session, AnotherBeginsAsTheOneBeforeHeardItsConnections) {
  std::vector<surveillance::SourceConfig> of = sources();
  of[0].transport = *surveillance::parse_transport("tcp-listen://127.0.0.1:30003");
  of.push_back(of[0]);
  of[2].name = "kept";
  of[2].transport = *surveillance::parse_transport("file:/tmp/kept.sbs");
  auto before = *Session::make(of, {}, nullptr);
  const std::string line = sbs(0x100001, kNoon, 35, 36, 30'000, 428, 90);
  before->take({kNoon, 0, 0, ChunkKind::kUp, {}});
  before->take({kNoon, 0, 3, ChunkKind::kUp, {}});
  before->take({kNoon, 0, 3, ChunkKind::kStream, as_bytes(line.substr(0, 30))});
  before->take({kNoon, 0, 0, ChunkKind::kDown, {}});
  before->take({kNoon, 2, 0, ChunkKind::kUp, {}});
  before->take({kNoon, 2, 0, ChunkKind::kDown, {}});
  Lines lines;
  auto next = *Session::make(of, {}, &lines);
  std::vector<KeptChunk> kept;
  next->record_to([&](const Chunk& chunk) { kept.emplace_back(chunk); });
  const UtcMs earlier = kNoon + -3'599'700;
  next->begin_as(*before, earlier);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].kind, ChunkKind::kUnderWay);
  EXPECT_EQ(kept[0].source, 0U);
  EXPECT_EQ(kept[1].kind, ChunkKind::kDown);
  EXPECT_EQ(kept[1].source, 2U);
  const std::string rest = line.substr(30) + sbs(0x100001, earlier, 35, 36, 30'000, 428, 90);
  next->take({earlier, 0, 3, ChunkKind::kStream, as_bytes(rest)});
  EXPECT_EQ(next->counters(0).reports, 1U) << "the rest of a line is no line";
  next->run_to(earlier + 120'000);
  EXPECT_NE(lines.text.find(R"("object":"antenna")"), std::string::npos);
  EXPECT_EQ(lines.text.find(R"("object":"kept")"), std::string::npos) << "a file that has ended is not silent";
}

TEST(Session, SaysThatTimePassedOnceInEachSecondInWhichNothingElseIsRecorded) {
  Lines lines;
  Recorded of(&lines);
  ASSERT_TRUE(of.session->note(Zones{}, kNoon));
  for (int i = 0; i <= 500; ++i) of.session->run_to(kNoon + i * 10);
  EXPECT_EQ(of.kept.size(), 6U);
  EXPECT_EQ(beats_in(of.kept), 5U) << "the first second has the note";
  of.kept.clear();
  for (int i = 0; i < 100; ++i) of.session->take({kNoon + 6'000 + i * 100, 0, 0, ChunkKind::kUp, {}});
  EXPECT_EQ(beats_in(of.kept), 0U);
  of.kept.clear();
  // A leap is recorded at its moment, whoever makes it.
  of.session->run_to(kNoon + 100 * kGapMsMax);
  ASSERT_EQ(of.kept.size(), 1U);
  EXPECT_EQ(of.kept[0].received, kNoon + 100 * kGapMsMax);
  EXPECT_FALSE(of.session->note(Acknowledge{99, "watch-1"}, kNoon + 200 * kGapMsMax));
  ASSERT_EQ(of.kept.size(), 2U);
  EXPECT_EQ(of.kept[1].received, kNoon + 200 * kGapMsMax);
  EXPECT_TRUE(of.kept[1].beat());
}

/// An alert that is acknowledged is none of those that a recording without its beginning has under that number.
TEST(Session, PassesOverWhatNamesByNumberWhereNumbersMeanSomethingElse) {
  Lines lines;
  auto session = *Session::make(sources(), {}, &lines);
  session->distrust_numbers();
  for (const Story::Piece& piece : Story(1).pieces) session->take(chunk_of(piece));
  const std::string join_up = note_line(Inhibit{TrackId{1}, TrackId{2}, kNoon + 900'000}) + "\n";
  for (const Chunk& chunk : note_chunks(join_up, kNoon + 200'000)) session->take(chunk);
  EXPECT_NE(lines.text.find(R"("kind":"conflict")"), std::string::npos);
  EXPECT_EQ(lines.text.find(R"("by":"watch-1")"), std::string::npos);
  EXPECT_EQ(session->note_counters().notes_by_number, 2U);
  EXPECT_EQ(session->note_counters().notes_refused, 0U);
}

/// No recording holds what was refused: whatever follows bears its own time.
TEST(Session, ARefusedAcknowledgementDoesNotMoveThePicture) {
  std::array<std::string, 2> told;
  for (const bool asked : {false, true}) {
    Lines lines;
    auto session = *Session::make(sources(), {}, &lines);
    for (const Story::Piece& piece : Story(1).pieces) {
      if (asked) {
        EXPECT_FALSE(session->picture().acknowledge(99, "watch-1", piece.received + 500));
      }
      session->take(chunk_of(piece));
    }
    told.at(asked ? 1U : 0U) = lines.text;
  }
  EXPECT_NE(told[0].find(R"("event":"raised")"), std::string::npos);
  EXPECT_EQ(told[0], told[1]);
}

TEST(Session, LongNotesComeInPiecesAndWhatIsNoneIsCounted) {
  Lines lines;
  auto session = *Session::make(sources(), {}, &lines);
  KnownPlan plan;
  plan.plan.intent = "long";
  plan.plan.call_sign = std::string(150'000, 'x');
  plan.plan.legs = {{{geo::Circle{{350'000'000, 360'000'000}, 500'000}, {}, {kNoon, kNoon + 1'000}}, true, "K1"}};
  const std::string line = note_line(plan) + "\n";
  ASSERT_EQ(note_chunks(line, kNoon).size(), 3U);
  for (const Chunk& chunk : note_chunks(line, kNoon)) session->take(chunk);
  EXPECT_EQ(session->picture().plans().size(), 1U);
  const std::string wrong =
      "{\"target\":1}\n" + std::string(kNoteBytesMax + 5, 'y') + "\n" + note_line(PlanGone{"long"}) + "\n";
  for (const Chunk& chunk : note_chunks(wrong, kNoon)) session->take(chunk);
  EXPECT_EQ(session->picture().plans().size(), 0U) << "what follows is read";
  EXPECT_EQ(session->note_counters().notes, 4U);
  EXPECT_EQ(session->note_counters().notes_refused, 2U);
}

// Bytes come, so it is not silent; but nothing of what it says is taken.
TEST(Session, ASourceWhoseClockIsFarOffIsSaidToBeSo) {
  const std::string said = R"("object":"source 0 clock")";
  for (const DurationMs off : {-600'000, -5'000, 0, 5'900, 600'000}) {
    Lines lines;
    auto configs = sources();
    configs[0].use_time = true;
    auto session = *Session::make(configs, {}, &lines);
    const auto hear = [&](int from_s, int to_s, DurationMs wrong) {
      for (int s = from_s; s < to_s; ++s) {
        const UtcMs t = kNoon + s * 1'000 + 500;
        const std::string line = sbs(0x100001, t + wrong, 35.0, 36.0 + s * 0.0024, 30'000, 428, 90);
        session->take({.received = t,
                       .source = 0,
                       .kind = ChunkKind::kDatagram,
                       .bytes = ByteView(reinterpret_cast<const std::uint8_t*>(line.data()), line.size())});
      }
      session->run_to(kNoon + to_s * 1'000);
    };
    hear(0, 30, 0);
    EXPECT_EQ(lines.text.find(said), std::string::npos) << off;
    hear(30, 60, off);
    const bool dropped = off != 0 && off != -5'000;
    EXPECT_EQ(lines.text.find(said) != std::string::npos, dropped) << off << lines.text;
    EXPECT_EQ(lines.text.find("most of what it says is not taken") != std::string::npos, dropped) << off;
    EXPECT_EQ(lines.text.find(R"("object":"antenna")"), std::string::npos) << "it is not silent";
    if (!dropped) continue;
    EXPECT_NE(lines.text.find(fmt::format("{} of their reception", off > 0 ? "ahead" : "behind")), std::string::npos);
    EXPECT_EQ(session->picture().tracker().counters().reports, 30U) << "the intake drops it";
    session->run_to(kNoon + 260'000);
    std::vector<Held> held;
    session->picture().tracker().findings(kNoon + 260'000, held);
    EXPECT_EQ(held.size(), 1U) << "it stands until something is taken again";
    hear(260, 420, 0);
    held.clear();
    session->picture().tracker().findings(kNoon + 420'000, held);
    EXPECT_TRUE(held.empty());
  }
}

TEST(Session, ALongGapIsNotGoneThroughSecondBySecond) {
  Lines lines;
  auto session = *Session::make(sources(), {}, &lines);
  session->run_to(kNoon);
  session->run_to(kNoon + 10LL * 365 * 86'400'000);
  EXPECT_NE(lines.text.find("antenna"), std::string::npos);
}

}  // namespace
}  // namespace tansiq::picture
