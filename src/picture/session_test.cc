#include "picture/session.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

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

TEST(Session, ARecordingGivesTheSameAlertsByteForByte) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "one.tsr";
  Lines live;
  {
    auto session = *Session::make(sources(), {}, &live);
    auto writer = *surveillance::RecordingWriter::create(path, {.made = kNoon, .salt = 0, .sources = sources()});
    for (const Story::Piece& piece : Story(3).pieces) {
      Chunk chunk = chunk_of(piece);
      chunk.received = session->at(chunk.received);
      ASSERT_TRUE(writer.append(chunk));
      session->take(chunk);
      session->run_to(chunk.received + 35);
    }
  }
  Lines again;
  auto replay = *surveillance::Replay::open({path}, {.from = std::nullopt, .speed_milli = 0});
  auto session = *Session::make(replay.sources(), {}, &again);
  while (true) {
    const auto step = replay.next();
    ASSERT_TRUE(step.has_value());
    if (!*step) break;
    session->take((*step)->chunk);
  }
  EXPECT_EQ(again.text, live.text);
  EXPECT_NE(again.text.find(R"("by":"watch-1")"), std::string::npos);
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

TEST(Session, ALongGapIsNotGoneThroughSecondBySecond) {
  Lines lines;
  auto session = *Session::make(sources(), {}, &lines);
  session->run_to(kNoon);
  session->run_to(kNoon + 10LL * 365 * 86'400'000);
  EXPECT_NE(lines.text.find("antenna"), std::string::npos);
}

}  // namespace
}  // namespace tansiq::picture
