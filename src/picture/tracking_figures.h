// How fast reports become tracks, what a track costs, and how well recordings are followed. For `tansiq bench live`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "surveillance/report.h"

namespace tansiq::picture {

/// On one thread, each best of three rounds.
struct TrackingFigures {
  double named_per_s = 0;  ///< Reports of craft that name themselves, with place and velocity,
  double plots_per_s = 0;  ///< and of a radar whose plots name nothing, in a sky of the same density.
  double bytes_per_track = 0;
  double advance_ms = 0;      ///< One `advance` over all tracks.
  double attribution_ms = 0;  ///< One run over as many plans as tracks, of which half name their craft.
  double conformance_ms = 0;  ///< One run over what was attributed.
  std::size_t attributed = 0;
};

/// Flies `tracks` craft over some 20° by 20° for `rounds` reports each. Fails with `kInternal` when the tracker has not
/// as many tracks as there are craft.
[[nodiscard]] Result<TrackingFigures> measure_tracking(std::size_t tracks, std::size_t rounds, std::uint64_t seed);

struct RecordingFigures {
  std::uint64_t reports = 0;
  std::uint64_t begun = 0;
  double associated = 0;        ///< Share of reports that joined a track.
  double innovation_rms_m = 0;  ///< From the predicted to the reported place, of tracks with five places or more; the
                                ///< farthest hundredth left out.
  double innovation_median_m = 0;
  std::uint64_t jumps = 0;
};

/// Of a recording in order of time, of craft with addresses or MMSIs. Fails with `kInvalid` when there is none to
/// follow.
[[nodiscard]] Result<RecordingFigures> measure_recording(std::span<const surveillance::Report> reports);

}  // namespace tansiq::picture
