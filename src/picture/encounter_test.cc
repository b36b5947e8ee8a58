// The watch beside straight-line prediction without filters: no true loss without warning, fewer needless ones.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "picture/encounter_testlib.h"

namespace tansiq::picture {
namespace {

using testing::draw_encounter;
using testing::Encounter;
using testing::EncounterKind;
using testing::Heard;
using testing::heard_from_straight_lines;
using testing::heard_from_watch;

constexpr int kOfEachKind = 40;

struct Score {
  int lost = 0;
  int clear = 0;
  int missed = 0;    ///< Lost without any alert before.
  int needless = 0;  ///< Alerted, though nothing was ever lost.
  std::vector<double> warned_s;
};

void count(Score& score, const Encounter& encounter, const Heard& heard) {
  score.lost += encounter.lost ? 1 : 0;
  score.clear += encounter.clear ? 1 : 0;
  const bool in_time = heard.alerted && heard.first <= encounter.lost_at;
  if (encounter.lost && !in_time) ++score.missed;
  if (encounter.lost && in_time) {
    score.warned_s.push_back(static_cast<double>((encounter.lost_at - heard.first)) *
                             static_cast<double>(encounter.step_ms) * 1e-3);
  }
  if (encounter.clear && heard.alerted) ++score.needless;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

TEST(Encounters, FewerNeedlessAlertsAtNoLossOfTrueOnes) {
  Score watch;
  Score lines;
  Score known;  // Of levels that are known to be kept.
  for (int kind = 0; kind < testing::kEncounterKinds; ++kind) {
    Score watch_of_kind;
    Score lines_of_kind;
    for (std::uint64_t i = 0; i < kOfEachKind; ++i) {
      const Encounter encounter =
          draw_encounter(static_cast<EncounterKind>(kind), 1'000 * static_cast<std::uint64_t>(kind) + i);
      const Heard by_watch = heard_from_watch(encounter);
      if (encounter.kind == EncounterKind::kLevelOffKnown) count(known, encounter, by_watch);
      const Heard by_lines = heard_from_straight_lines(encounter);
      for (Score* score : {&watch, &watch_of_kind}) count(*score, encounter, by_watch);
      for (Score* score : {&lines, &lines_of_kind}) count(*score, encounter, by_lines);
      // What the filters cost: a few cycles where a straight line says so from the first second on. A turn may make a
      // straight line right by chance, earlier.
      if (encounter.lost && encounter.kind != EncounterKind::kTurnInto && !testing::at_sea(encounter.kind)) {
        EXPECT_LE(by_watch.first, by_lines.first + 12) << name_of(encounter.kind) << " " << i;
      }
    }
    fmt::print(
        "{:17} lost {:2}  clear {:2} | watch: missed {:2} needless {:2} median {:4.0f} s | lines: missed {:2} "
        "needless {:2} median {:4.0f} s\n",
        name_of(static_cast<EncounterKind>(kind)), watch_of_kind.lost, watch_of_kind.clear, watch_of_kind.missed,
        watch_of_kind.needless, median(watch_of_kind.warned_s), lines_of_kind.missed, lines_of_kind.needless,
        median(lines_of_kind.warned_s));
  }
  fmt::print("all: lost {} clear {}; watch missed {} needless {}; lines missed {} needless {}\n", watch.lost,
             watch.clear, watch.missed, watch.needless, lines.missed, lines.needless);
  EXPECT_GT(watch.lost, 150);
  EXPECT_GT(watch.clear, 150);
  EXPECT_EQ(watch.missed, 0);
  EXPECT_LE(known.needless, 1);
  EXPECT_LT(3 * watch.needless, 2 * lines.needless);
  EXPECT_GT(lines.needless, 100);
}

}  // namespace
}  // namespace tansiq::picture
