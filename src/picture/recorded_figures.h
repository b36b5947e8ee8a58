// How often the picture warns of what recorded craft really did, and how often in vain: beside what one writes first,
// an alert as soon as the straight line through a craft's last two places predicts a loss. For `tansiq bench live`.
//
// The truth is the recording itself: between reports that are not too far apart craft are taken to move straight, and
// two of them have lost their separation when they come nearer than the minima, second by second. A pair that is near
// before both have been heard three times and half a minute more, or when it is heard again, or when one that was
// moored sets out, is left out: nobody could have warned.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "picture/encounter_figures.h"
#include "surveillance/report.h"

namespace tansiq::picture {

struct RecordedFigures {
  std::size_t craft = 0;
  std::size_t pairs = 0;  ///< That were heard together.
  std::size_t lost = 0;   ///< Of those, by the truth.
  EncounterScore picture;
  EncounterScore lines;
};

/// Of a recording in order of time, of aircraft with addresses or of ships with MMSIs. Fails with `kInvalid` when there
/// is nobody in it.
[[nodiscard]] Result<RecordedFigures> measure_warnings(std::span<const surveillance::Report> reports);

}  // namespace tansiq::picture
