// All pairs of many craft that lose their separation, at once.
//
//   PairSweep sweep;
//   const SweepResult result = sweep.run(movers, now, {.minima = {.horizontal_m = 9'260, …}});
//
// For who has a picture and no history of it: a start, a replay, an audit. A live picture asks event by event
// (pair_index.h), which does less.
//
// The idea. Each craft's path is a box (path_box.h). A grid with cells of about twice the mean box holds
// references to boxes; they are put in by their lower height, so that in a cell each box is compared with those above
// it until one begins above its top. A pair that shares several cells is taken in the one that holds the low corner of
// the boxes' intersection, so that none is taken twice and no set of seen pairs is needed. What is left is first asked
// whether it is `certainly_apart`, then computed.
//
// Craft are first copied next to those of the same cell: with a hundred thousand of them nearly every comparison would
// wait for memory otherwise.
//
// Cells are hashed into buckets, and buckets are split into a fixed number of stripes that threads take in turn: the
// result is the same whatever the number of threads and whatever the processor.
//
// Alternatives. All pairs with wide vectors: fine for a few thousand craft, quadratic. Sort and sweep along one axis:
// slower from some thousand craft on, as most boxes overlap on any single axis. A tree: more to build than this takes.
//
// Cost: 10,000 aircraft in 10° × 10°: a few milliseconds for two minutes (detection_figures.h). Memory: some 300 bytes
// a craft and 8 for each cell that a box lies in; a box in too many cells makes all cells larger.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "picture/closest.h"

namespace tansiq::picture {

struct SweepOptions {
  PairMinima minima;
  unsigned threads = 1;                   ///< At most 16.
  std::size_t conflicts_max = 1U << 20U;  ///< What is beyond is counted, not returned.
};

/// Places of two movers in the list, the lower first.
struct SweepConflict {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  Approach approach;
};

struct SweepResult {
  std::vector<SweepConflict> conflicts;  ///< In order of (first, second).
  std::uint64_t compared = 0;            ///< Pairs of boxes.
  std::uint64_t candidates = 0;          ///< Pairs whose boxes meet.
  std::uint64_t dropped = 0;             ///< Conflicts beyond the limit.
};

class PairSweep {
 public:
  PairSweep();
  ~PairSweep();
  PairSweep(PairSweep&&) noexcept;
  PairSweep& operator=(PairSweep&&) noexcept;

  /// All are compared as of `now`, straight ahead. Keeps its memory for the next run.
  [[nodiscard]] SweepResult run(std::span<const Mover> movers, UtcMs now, const SweepOptions& options);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::picture
