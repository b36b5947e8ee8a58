// Which craft a craft may come too close to, kept up to date report by report.
//
//   PairIndex index({.widest = {.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = 120}});
//   PairIndex::Changes changes;
//   index.update(slot, mover, now, changes);     // changes.held: conflicts of this craft now; changes.ended: no longer
//
// A picture is not swept again and again: each report moves one craft, and asks for that one alone. Ten thousand craft
// that report once a second cost a few per cent of one core.
//
// The idea. Each craft's path over the look-ahead (and for as long as its report may stand) is a box (path_box.h),
// stored once: in the cell of the box's middle, in a grid whose cells are of its size, by powers of two. A query looks,
// in each grid in use, at the cells around its own box grown by half the largest box of that grid. Cells are hashed
// into buckets; a bucket is a chain of blocks of seven boxes side by side. The boxes that meet are handed, in order of
// slot, to a test, and the index remembers for which pairs the test said yes.
//
// The result does not depend on the history: the same movers at the same `now` have the same candidates that pass an
// exact test. A craft whose report is older than `age_max_s`, its own where it was given one, or from further ahead
// than `kEarlyMaxS`, is not found until it is updated.
//
// Alternatives. Boxes in all their cells, as the sweep has them: fewer comparisons, some twenty times the writes for
// each report. A tree: rebalances on every report.
//
// Cost: an update of 10,000 aircraft, two minutes ahead, about 2 µs. Memory: below 1 KiB a craft. Bounds: `tracks_max`
// slots, `partners_max` held pairs a craft; pairs beyond that are counted in `dropped()` and not held. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "picture/path_box.h"

namespace tansiq::picture {

struct PairIndexOptions {
  PairMinima widest;  ///< At least as wide as those of any pair: boxes are made for these.
  TurnModel turn = {};
  double age_max_s = 15;
  std::size_t tracks_max = 100'000;
  std::size_t partners_max = 48;
};

class PairIndex {
 public:
  /// The caller's number of a craft, below `tracks_max`; small numbers are stored tightly.
  using Slot = std::uint32_t;
  static constexpr double kEarlyMaxS = 2;

  struct Changes {
    std::vector<Slot> held;   ///< Pairs with these passed the test now; ascending.
    std::vector<Slot> ended;  ///< They were held before and are not any more; ascending.
  };

  explicit PairIndex(const PairIndexOptions& options);

  /// Puts a craft in its new place and tests it against all that it may meet. `test(self, other, other_slot)` is called
  /// once for each whose box meets, in ascending order, and returns whether the pair is to be held. It must not change
  /// the index. `changes` is overwritten. `age_max_s`: so long this report stands, where that is longer than the
  /// options have it.
  template <class Test>
  void update(Slot slot, const Mover& mover, UtcMs now, const Test& test, Changes& changes, double age_max_s = 0) {
    place(slot, mover, age_max_s);
    find_candidates(slot, now);
    changes.held.clear();
    const Mover& self = records_[slot].mover;
    for (const Slot other : candidates_) {
      if (test(self, records_[other].mover, other)) changes.held.push_back(other);
    }
    settle(slot, changes);
  }
  /// The same with the exact test for the widest minima, straight ahead.
  void update(Slot slot, const Mover& mover, UtcMs now, Changes& changes);

  /// Takes a craft out; its pairs end. Nothing happens when it is not there.
  void remove(Slot slot, Changes& changes);

  [[nodiscard]] bool contains(Slot slot) const { return slot < records_.size() && records_[slot].live; }
  /// Aborts on a slot that is not there.
  [[nodiscard]] const Mover& mover(Slot slot) const;
  /// Whether its report does not stand any more. Aborts on a slot that is not there.
  [[nodiscard]] bool aged(Slot slot, UtcMs now) const;
  /// With whom pairs are held; ascending.
  [[nodiscard]] std::span<const Slot> partners(Slot slot) const;

  [[nodiscard]] std::size_t size() const { return live_; }
  [[nodiscard]] std::size_t bytes() const;
  /// Pairs that passed the test and found no room, over the index's life.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  /// Candidates tested, over the index's life.
  [[nodiscard]] std::uint64_t tested() const { return tested_; }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  static constexpr std::size_t kBlockBoxes = 7;
  static constexpr std::size_t kGrids = 16;

  struct Block {
    std::array<PathBox, kBlockBoxes> boxes;
    std::array<Slot, kBlockBoxes> slots;
    std::uint32_t next = kNone;
  };
  struct Bucket {
    std::uint32_t first = kNone;  ///< All blocks but this one are full.
    std::uint32_t count = 0;      ///< Boxes in the first block.
  };
  struct Record {
    Mover mover;
    PathBox box;
    std::vector<Slot> partners;
    float age_max_s = 0;
    std::uint32_t bucket = kNone;
    std::uint8_t grid = 0;
    bool live = false;
  };

  void place(Slot slot, const Mover& mover, double age_max_s);
  void find_candidates(Slot slot, UtcMs now);
  void settle(Slot slot, Changes& changes);

  [[nodiscard]] std::uint8_t grid_for(const PathBox& box) const;
  [[nodiscard]] std::uint32_t bucket_of(std::uint32_t grid, std::uint32_t key) const;
  void insert(Slot slot);
  void take_out(Slot slot);
  void collect(const Bucket& bucket, const PathBox& query);
  void collect_all(const PathBox& query);
  [[nodiscard]] static bool current(const Record& record, UtcMs now);
  static void forget(std::vector<Slot>& partners, Slot slot);

  PairIndexOptions options_;
  std::vector<CellGrid> grids_;
  std::array<float, kGrids> cell_m_{};
  std::array<std::size_t, kGrids> in_grid_{};
  std::vector<Record> records_;
  std::vector<Bucket> buckets_;
  std::vector<Block> blocks_;
  std::uint32_t free_block_ = kNone;
  std::vector<Slot> candidates_;
  std::size_t live_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t tested_ = 0;
};

}  // namespace tansiq::picture
