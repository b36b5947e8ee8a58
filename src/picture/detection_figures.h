// How fast and how exactly conflicts are found. For `tansiq bench live`.
//
// Traffic is uniform and random: real traffic clusters, so expect more pairs from it. Single-threaded times are the
// thread's own CPU time, so that other load on the machine does not count; with two threads it is wall time. Each is
// the best of a few rounds. The baseline is what one writes first when told to be quick: all pairs of boxes, eight at a
// time with AVX2 where the processor has it, over the same boxes and with the same exact test behind.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tansiq::picture {

enum class Traffic : std::uint8_t {
  kAircraft,  ///< 10° × 10°, 5 NM and 1,000 ft.
  kDrones,    ///< 1° × 1°, 250 m and 30 m.
  kShips,     ///< 10° × 10°, 0.5 NM.
};

struct SweepFigures {
  std::size_t tracks = 0;
  double lookahead_s = 0;
  double one_thread_ms = 0;
  double two_threads_ms = 0;
  double candidates_per_track = 0;
  std::size_t conflicts = 0;
  double all_pairs_ms = 0;      ///< 0 where not measured.
  double all_pairs_ratio = 0;   ///< Baseline by one thread.
  bool all_pairs_wide = false;  ///< The baseline had AVX2.
  bool same_conflicts = false;  ///< Two threads, and the baseline where measured, found the same.
};
[[nodiscard]] SweepFigures measure_sweep(Traffic traffic, std::size_t tracks, double lookahead_s, bool with_all_pairs,
                                         std::uint64_t seed);

struct EventFigures {
  std::size_t tracks = 0;
  double updates_per_s = 0;  ///< Motion to mover, remove, insert, query, exact test; one thread.
  double p50_us = 0;
  double p99_us = 0;
  double candidates_per_update = 0;
  double bytes_per_track = 0;
};
/// Aircraft that report in turn, two minutes ahead.
[[nodiscard]] EventFigures measure_events(std::size_t tracks, std::size_t updates, std::uint64_t seed);

struct AccuracyFigures {
  std::size_t pairs = 0;
  std::size_t conflicts = 0;     ///< True ones, beyond the touching band of 1 m or 0.1 s.
  std::size_t missed = 0;        ///< Of those.
  std::size_t false_alarms = 0;  ///< Where the truth is beyond the touching band too.
  double entry_error_p99_s = 0;
  double entry_error_max_s = 0;
  double closest_error_max_m = 0;
};
/// Against geodesics by root refinement (GeographicLib), anywhere on earth to 89° and across the 180th meridian.
[[nodiscard]] AccuracyFigures measure_accuracy(std::size_t pairs, std::uint64_t seed);

}  // namespace tansiq::picture
