// The 4D index: which live volumes could a new one meet?
//
//   VolumeIndex index;
//   const auto handle = index.insert(prepared, /*tag=*/intent_slot);
//   std::vector<VolumeIndex::Hit> hits;
//   TRY_VOID(index.find_conflicts(query, minima, kCandidatesMax, hits));
//   index.remove(handle);
//
// The idea. A volume is a box in latitude, longitude, height and time, most are small, a few are huge, and a query
// touches a handful. The index is a set of loose grids, one for each class of size and class of duration (and vertical
// reference): a volume is stored once, in the cell that holds its south-western corner, in the grid whose cells are
// four times its class. So a query looks at about four cells of each grid in use, whatever the number of volumes,
// and a continental zone never lies in the way of a drone's minute.
//
// Within a cell, entries stand in pages of at most 32, in the order of a key: first a coarse start, half the grid's
// longest duration, so that the entries that can overlap a window are one run of pages; then a Z-curve through height,
// latitude and longitude, so that the entries of a page are neighbours in space. Each entry carries its box as eight
// 32-bit numbers (four lower bounds, four negated upper bounds), so that one comparison of eight lanes tests space,
// height and time at once. Each page carries the least of each lane: what misses that misses all its entries, so of a
// run only the pages near the query are read. Volumes stacked in one square kilometre are told apart at about a
// nanosecond each, without touching their outlines. What is left is compared exactly (conflict.h).
//
// Among a million volumes, nearly everything a query reads is a wait for memory. So it works in rounds, each over all
// of what the one before found, and asks in each for the memory of the next: cells, their pages, entries, stored
// volumes, outlines. The waits then overlap instead of following each other. The stored volumes stand on huge pages,
// which saves a second wait for their addresses. A corridor fills little of its box: most of what only the box meets is
// told off by the box of the other outline and the planes along the corridor's edges (outline_filter.h) before its
// points are read.
//
// Alternatives. An R-tree over four dimensions adapts to any distribution, but pays for it at every insert (splits,
// reinsertion) and walks pointers through overlapping boxes; on airspace data it is several times slower here
// (index_bench.cc measures it beside this). A single grid or S2 cells as keys need many entries for a large volume, or
// large cells for small ones. Interval trees answer for time alone.
//
// Cost. insert and remove: expected O(1) plus O(log of the cell's pages), a move of at most 32 entries of 36 bytes, and
// at a split of the cell's list of pages; query: grids in use × about four cells, plus a page test for each page of the
// runs, plus 1 ns an entry of the pages met, plus the exact comparisons. Memory: about 190 bytes a volume, shapes
// excluded. A page's box does not shrink when entries go, until the page is empty or splits. Worst case, all volumes in
// one place at one time: a query is a linear scan at memory speed. One thread; no operation has hidden background work.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "geo/conflict.h"

namespace tansiq::geo {

class VolumeIndex {
 public:
  /// Names a stored volume; stays valid until it is removed. Never reused: 40 bits count the insertions, 24 bits name
  /// the place. So handles ascend in order of insertion. Aborts beyond 2^40 insertions or 2^24 live volumes.
  using Handle = std::uint64_t;

  VolumeIndex();
  ~VolumeIndex();
  VolumeIndex(VolumeIndex&&) noexcept;
  VolumeIndex& operator=(VolumeIndex&&) noexcept;

  /// Stores a volume under a caller's `tag` (not unique). See Cost above. `volume` must come from `prepare`.
  Handle insert(const PreparedVolume& volume, std::uint64_t tag);
  /// True when it was there.
  bool remove(Handle handle);
  /// Removes every volume whose window ends at or before `t`; calls `removed(handle, tag)` for each in ascending
  /// order of (end, handle). The callback must not change the index.
  void expire(UtcMs t, const std::function<void(Handle, std::uint64_t)>& removed);

  [[nodiscard]] std::size_t size() const;
  /// Heap bytes of the index, shapes excluded.
  [[nodiscard]] std::size_t bytes() const;

  struct Hit {
    Handle handle;
    std::uint64_t tag;
    friend bool operator==(const Hit&, const Hit&) = default;
  };

  /// Appends to `out` every stored volume that conflicts with `query` under `minima`, in ascending order of handle,
  /// which is the order of insertion (so that results do not depend on the structure's history).
  /// Fails with `kTooMuchWork` when more than `candidates_max` volumes had to be compared exactly; `out` is then
  /// unchanged. Minima may differ per call.
  Status find_conflicts(const PreparedVolume& query, const Minima& minima, std::size_t candidates_max,
                        std::vector<Hit>& out) const;

  /// As `find_conflicts`, but stops at the boxes: every stored volume whose bounds, band and window come within
  /// `minima` of the query's. A superset of the conflicts, in ascending order of handle; for callers that apply another
  /// predicate (each stored volume's own minima, F3548's shared cells). Fails with `kTooMuchWork` when there are more
  /// than `candidates_max`; `out` is then unchanged.
  Status find_candidates(const PreparedVolume& query, const Minima& minima, std::size_t candidates_max,
                         std::vector<Hit>& out) const;

  /// The volume stored under a handle. Aborts on a handle that is not there. Valid until it is removed.
  [[nodiscard]] const PreparedVolume& volume(Handle handle) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::geo
