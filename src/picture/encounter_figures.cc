#include "picture/encounter_figures.h"

#include <algorithm>
#include <vector>

#include "picture/encounter_testlib.h"

namespace tansiq::picture {
namespace {

class Scorer {
 public:
  void count(const testing::Encounter& encounter, const testing::Heard& heard) {
    const bool in_time = heard.alerted && heard.first <= encounter.lost_at;
    if (encounter.clear && heard.alerted) ++score_.needless;
    if (!encounter.lost) return;
    ++(in_time ? score_.warned : score_.missed);
    if (!in_time) return;
    warned_s_.push_back(static_cast<double>(encounter.lost_at - heard.first) * static_cast<double>(encounter.step_ms) *
                        1e-3);
  }
  [[nodiscard]] EncounterScore score() {
    if (!warned_s_.empty()) {
      const auto middle = warned_s_.begin() + static_cast<std::ptrdiff_t>(warned_s_.size() / 2);
      std::ranges::nth_element(warned_s_, middle);
      score_.median_s = *middle;
    }
    return score_;
  }

 private:
  EncounterScore score_;
  std::vector<double> warned_s_;
};

}  // namespace

EncounterFigures measure_encounters(std::size_t of_each_kind) {
  EncounterFigures out;
  Scorer watch;
  Scorer lines;
  for (int kind = 0; kind < testing::kEncounterKinds; ++kind) {
    for (std::size_t i = 0; i < of_each_kind; ++i) {
      const testing::Encounter encounter = testing::draw_encounter(static_cast<testing::EncounterKind>(kind),
                                                                   1'000 * static_cast<std::uint64_t>(kind) + i);
      out.lost += encounter.lost ? 1 : 0;
      out.clear += encounter.clear ? 1 : 0;
      watch.count(encounter, testing::heard_from_watch(encounter));
      lines.count(encounter, testing::heard_from_straight_lines(encounter));
    }
  }
  out.watch = watch.score();
  out.lines = lines.score();
  return out;
}

}  // namespace tansiq::picture
