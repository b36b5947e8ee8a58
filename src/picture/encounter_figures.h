// How often the watch warns in vain, and whether it ever fails to warn: over drawn encounters (encounter_testlib.h),
// and beside what one writes first, an alert as soon as a straight line predicts a loss. For `tansiq bench live`.
#pragma once

#include <cstddef>

namespace tansiq::picture {

struct EncounterScore {
  std::size_t warned = 0;    ///< Of those truly lost, in time,
  std::size_t missed = 0;    ///< or not.
  std::size_t needless = 0;  ///< Warned of, though separation was truly kept.
  double median_s = 0;       ///< Between the warning and the loss.
};
struct EncounterFigures {
  std::size_t lost = 0;
  std::size_t clear = 0;
  EncounterScore watch;
  EncounterScore lines;
};
/// So many encounters of each of the sixteen kinds, always the same.
[[nodiscard]] EncounterFigures measure_encounters(std::size_t of_each_kind);

}  // namespace tansiq::picture
