#include "picture/pair_index.h"

#include <algorithm>
#include <bit>

#include "base/invariant.h"

namespace tansiq::picture {

PairIndex::PairIndex(const PairIndexOptions& options) : options_(options) {
  options_.widest.lookahead_s = std::clamp(options.widest.lookahead_s, 0.0, kLookaheadMaxS);
  // Grid k has cells of c_k and boxes of up to 2 c_k; the last one's are larger than the earth.
  float cell = std::max(CellGrid::kCellMinM, static_cast<float>(options.widest.horizontal_m / 2));
  for (std::size_t k = 0; k < kGrids; ++k, cell *= 2) {
    grids_.emplace_back(cell);
    cell_m_[k] = cell;
  }
  buckets_.resize(std::bit_ceil(std::max<std::size_t>(options.tracks_max, 16)));
}

std::uint8_t PairIndex::grid_for(const PathBox& box) const {
  std::uint8_t k = 0;
  while (k + 1U < kGrids && box.side() > 2 * cell_m_[k]) ++k;
  return k;
}

std::uint32_t PairIndex::bucket_of(std::uint32_t grid, std::uint32_t key) const {
  std::uint64_t z = ((std::uint64_t{grid} << 32) | key) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 32)) * 0xBF58476D1CE4E5B9ULL;
  return static_cast<std::uint32_t>(z >> 32) & static_cast<std::uint32_t>(buckets_.size() - 1);
}

void PairIndex::place(Slot slot, const Mover& mover, double age_max_s) {
  EXPECT_INVARIANT(slot < options_.tracks_max);
  if (slot >= records_.size()) records_.resize(slot + 1);
  Record& record = records_[slot];
  record.mover = mover;
  record.age_max_s = static_cast<float>(std::max(options_.age_max_s, age_max_s));
  record.box = path_box(mover, options_.widest, options_.turn, -kEarlyMaxS,
                        static_cast<double>(record.age_max_s) + options_.widest.lookahead_s);
  const std::uint8_t grid = grid_for(record.box);
  const auto middle = [&](std::size_t axis) { return (record.box.low(axis) + record.box.high(axis)) / 2; };
  const CellGrid::Cell cell = grids_[grid].cell_of(middle(0), middle(1), middle(2));
  const std::uint32_t bucket = bucket_of(grid, cell_key(cell.face, cell.i, cell.j));
  if (record.live) take_out(slot);
  record.live = true;
  record.grid = grid;
  record.bucket = bucket;
  insert(slot);
}

void PairIndex::insert(Slot slot) {
  const Record& record = records_[slot];
  Bucket& bucket = buckets_[record.bucket];
  if (bucket.first == kNone || bucket.count == kBlockBoxes) {
    std::uint32_t block = free_block_;
    if (block == kNone) {
      block = static_cast<std::uint32_t>(blocks_.size());
      blocks_.emplace_back();
    } else {
      free_block_ = blocks_[block].next;
    }
    blocks_[block].next = bucket.first;
    bucket = {block, 0};
  }
  blocks_[bucket.first].boxes[bucket.count] = record.box;
  blocks_[bucket.first].slots[bucket.count] = slot;
  ++bucket.count;
  ++in_grid_[record.grid];
  ++live_;
}

void PairIndex::take_out(Slot slot) {
  const Record& record = records_[slot];
  Bucket& bucket = buckets_[record.bucket];
  Block& first = blocks_[bucket.first];
  std::size_t count = bucket.count;
  for (std::uint32_t at = bucket.first; at != kNone; at = blocks_[at].next, count = kBlockBoxes) {
    Block& block = blocks_[at];
    const auto* const found = std::find(block.slots.begin(), block.slots.begin() + count, slot);
    if (found == block.slots.begin() + count) continue;
    // The last of the first block takes its place.
    const auto i = static_cast<std::size_t>(found - block.slots.begin());
    block.boxes[i] = first.boxes[bucket.count - 1];
    block.slots[i] = first.slots[bucket.count - 1];
    if (--bucket.count == 0) {
      const std::uint32_t freed = bucket.first;
      bucket = {first.next, first.next == kNone ? 0U : static_cast<std::uint32_t>(kBlockBoxes)};
      blocks_[freed].next = free_block_;
      free_block_ = freed;
    }
    --in_grid_[record.grid];
    --live_;
    return;
  }
  constexpr bool kALiveSlotStandsInItsBucket = false;
  EXPECT_INVARIANT(kALiveSlotStandsInItsBucket);
}

void PairIndex::collect(const Bucket& bucket, const PathBox& query) {
  std::size_t count = bucket.count;
  for (std::uint32_t at = bucket.first; at != kNone; count = kBlockBoxes) {
    const Block& block = blocks_[at];
    for (std::size_t i = 0; i < count; ++i) {
      if (boxes_meet(block.boxes[i], query)) candidates_.push_back(block.slots[i]);
    }
    at = block.next;
  }
}

void PairIndex::collect_all(const PathBox& query) {
  for (Slot slot = 0; slot < records_.size(); ++slot) {
    if (records_[slot].live && boxes_meet(records_[slot].box, query)) candidates_.push_back(slot);
  }
}

bool PairIndex::current(const Record& record, UtcMs now) {
  const double age = record.mover.age_s(now);
  return age <= static_cast<double>(record.age_max_s) && age >= -kEarlyMaxS;
}

bool PairIndex::aged(Slot slot, UtcMs now) const {
  EXPECT_INVARIANT(contains(slot));
  return records_[slot].mover.age_s(now) > static_cast<double>(records_[slot].age_max_s);
}

void PairIndex::find_candidates(Slot slot, UtcMs now) {
  const Record& self = records_[slot];
  candidates_.clear();
  if (!current(self, now)) return;
  const PathBox query = self.box.as_query();
  // The path of a very fast craft crosses more small cells than there are craft.
  std::uint64_t cells = 0;
  for (std::size_t k = 0; k < kGrids; ++k) {
    if (in_grid_[k] == 0) continue;
    grids_[k].visit_faces(self.box, cell_m_[k] + 2, [&](const CellRange& range) { cells += range.count(); });
  }
  if (cells > records_.size() + 256) {
    collect_all(query);
  } else {
    for (std::uint32_t k = 0; k < kGrids; ++k) {
      if (in_grid_[k] == 0) continue;
      grids_[k].visit_faces(self.box, cell_m_[k] + 2, [&](const CellRange& range) {
        for (std::uint32_t i = range.i_low; i <= range.i_high; ++i) {
          for (std::uint32_t j = range.j_low; j <= range.j_high; ++j) {
            const Bucket& bucket = buckets_[bucket_of(k, cell_key(range.face, i, j))];
            if (bucket.first != kNone) collect(bucket, query);
          }
        }
      });
    }
  }
  // Two cells of the query may share a bucket; then its boxes have been seen twice.
  std::ranges::sort(candidates_);
  candidates_.erase(std::ranges::unique(candidates_).begin(), candidates_.end());
  std::erase_if(candidates_, [&](Slot other) { return other == slot || !current(records_[other], now); });
  tested_ += candidates_.size();
}

void PairIndex::forget(std::vector<Slot>& partners, Slot slot) {
  const auto at = std::ranges::lower_bound(partners, slot);
  if (at != partners.end() && *at == slot) partners.erase(at);
}

void PairIndex::settle(Slot slot, Changes& changes) {
  std::vector<Slot>& mine = records_[slot].partners;
  changes.ended.clear();
  std::ranges::set_difference(mine, changes.held, std::back_inserter(changes.ended));
  for (const Slot other : changes.ended) {
    forget(mine, other);
    forget(records_[other].partners, slot);
  }
  std::erase_if(changes.held, [&](Slot other) {
    const auto at = std::ranges::lower_bound(mine, other);
    if (at != mine.end() && *at == other) return false;
    std::vector<Slot>& theirs = records_[other].partners;
    if (mine.size() >= options_.partners_max || theirs.size() >= options_.partners_max) {
      ++dropped_;
      return true;
    }
    mine.insert(at, other);
    theirs.insert(std::ranges::lower_bound(theirs, slot), slot);
    return false;
  });
}

void PairIndex::update(Slot slot, const Mover& mover, UtcMs now, Changes& changes) {
  update(
      slot, mover, now,
      [&](const Mover& self, const Mover& other, Slot) {
        return !certainly_apart(self, other, options_.widest, now) &&
               closest_approach(self, other, options_.widest, now).conflict;
      },
      changes);
}

void PairIndex::remove(Slot slot, Changes& changes) {
  changes.held.clear();
  changes.ended.clear();
  if (!contains(slot)) return;
  settle(slot, changes);
  take_out(slot);
  records_[slot].live = false;
  records_[slot].partners = {};
}

const Mover& PairIndex::mover(Slot slot) const {
  EXPECT_INVARIANT(contains(slot));
  return records_[slot].mover;
}

std::span<const PairIndex::Slot> PairIndex::partners(Slot slot) const {
  EXPECT_INVARIANT(contains(slot));
  return records_[slot].partners;
}

std::size_t PairIndex::bytes() const {
  std::size_t total = records_.capacity() * sizeof(Record) + buckets_.capacity() * sizeof(Bucket) +
                      blocks_.capacity() * sizeof(Block) + candidates_.capacity() * sizeof(Slot);
  for (const Record& record : records_) total += record.partners.capacity() * sizeof(Slot);
  return total;
}

}  // namespace tansiq::picture
