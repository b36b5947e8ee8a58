// One loose grid of the 4D index: cells by hash, entries by start. Inside of geo/; index.h tells the idea.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "geo/index_box.h"

namespace tansiq::geo {

struct IndexEntry {
  Lanes lanes;
  std::uint32_t slot;
};

/// Where entries of a cell stand: by a coarse start first, so that a window's entries are one run; then along a Z-curve
/// through height, latitude and longitude, so that neighbours in the order are neighbours in space.
struct IndexOrder {
  int position_shift;  ///< Position within the cell, as kPositionBits bits, begins here.
  int time_shift;
  static constexpr int kPositionBits = 6;

  [[nodiscard]] std::uint64_t key(const Lanes& lanes) const;
  /// The least key of an entry that starts at `start`, and one that none before the next coarse start exceeds.
  [[nodiscard]] std::uint64_t first_at(std::int64_t start) const;
  [[nodiscard]] std::uint64_t last_at(std::int64_t start) const;
};

/// A few entries near each other, in no order.
struct IndexPage {
  static constexpr std::uint32_t kEntriesMax = 32;

  Lanes box;                ///< The least of each lane: what it does not meet, no entry does. Does not shrink.
  std::uint64_t first = 0;  ///< No entry has a lesser key.
  std::unique_ptr<IndexEntry[]> entries;
  std::uint16_t count = 0;
  std::uint16_t capacity = 0;

  IndexPage();
  /// Makes room for `wanted` entries, at least as many as there are.
  void reserve(std::uint32_t wanted);
  void push(const IndexEntry& entry);
  void prefetch() const {
    constexpr std::size_t kLine = 64;
    const auto* bytes = reinterpret_cast<const char*>(entries.get());
    for (std::size_t at = 0; at < count * sizeof(IndexEntry) + kLine; at += kLine) __builtin_prefetch(bytes + at);
  }
};

/// The entries of one cell, in pages that ascend by key. Keys may repeat across pages.
class IndexCell {
 public:
  void insert(const IndexOrder& order, const IndexEntry& entry);
  /// Aborts when the entry is not there.
  void remove(const IndexOrder& order, const IndexEntry& entry);
  [[nodiscard]] bool empty() const { return pages_.empty(); }
  [[nodiscard]] std::size_t bytes() const;

  void prefetch() const {
    __builtin_prefetch(pages_.data());
    __builtin_prefetch(reinterpret_cast<const char*>(pages_.data()) + 64);
  }

  /// Calls `found(page)` for each page that meets `query` and may hold keys of [low, high].
  template <class Found>
  void pages(const Lanes& query, std::uint64_t low, std::uint64_t high, Found&& found) const {
    for (std::size_t p = first_page(low); p < pages_.size() && pages_[p].first <= high; ++p) {
      if (lanes_meet(pages_[p].box, query)) found(pages_[p]);
    }
  }

 private:
  /// The first page that may hold this key or a greater one.
  [[nodiscard]] std::size_t first_page(std::uint64_t key) const {
    // The page before the first with this key or a later one may hold it too.
    const auto later = std::ranges::lower_bound(pages_, key, {}, &IndexPage::first);
    return later == pages_.begin() ? 0 : static_cast<std::size_t>(later - pages_.begin()) - 1;
  }
  void split(const IndexOrder& order, std::size_t page);

  std::vector<IndexPage> pages_;
};

/// All volumes of one class of size and duration.
class IndexGrid {
 public:
  /// `size_class`: cells of 2^(18 + 2 × size_class) × 4e-7 degree; the last class has one cell for the earth.
  /// `duration_class`: entries last at most 2^(13 + 4 × duration_class) × 1.024 s (2.3 h, 37 h); the last class any
  /// time.
  static constexpr int kSizeClasses = 7;
  static constexpr int kDurationClasses = 3;
  [[nodiscard]] static int size_class_of(const IndexBox& box);
  [[nodiscard]] static int duration_class_of(const IndexBox& box);

  IndexGrid(int size_class, int duration_class);

  /// Asks for the memory that `insert` and `remove` of this box begin with.
  void prefetch(const IndexBox& box) const { __builtin_prefetch(&table_[home(key_of(box))]); }
  void insert(const IndexBox& box, std::uint32_t slot);
  void remove(const IndexBox& box, std::uint32_t slot);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const;

  /// A query goes to cells, then to pages, in rounds, so that the waits for memory overlap instead of following each
  /// other: `plan` lists the cells to look for, `look_up` finds each, `IndexCell::pages` lists what to read. Each round
  /// asks for the memory of the next. `lanes` takes one query per shift of longitude.
  struct Visit {
    const IndexGrid* grid;
    std::uint64_t key;
    const IndexCell* cell;  ///< Null until looked up, and for a cell that is not there.
    std::uint32_t lanes;
    std::uint64_t low;  ///< Keys within the cell.
    std::uint64_t high;
  };
  /// Entries are visited twice only when one and the query together go round the earth.
  void plan(const IndexBox& query, std::int64_t vertical_cm, std::vector<Lanes>& lanes,
            std::vector<Visit>& visits) const;
  static void look_up(Visit& visit) {
    if (visit.cell == nullptr) {
      const Slot& slot = visit.grid->table_[visit.grid->find(visit.key)];
      if (slot.key != kNone) visit.cell = &slot.cell;
    }
    if (visit.cell != nullptr) visit.cell->prefetch();
  }

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  struct Slot {
    std::uint64_t key = kNone;
    IndexCell cell;
  };

  [[nodiscard]] std::int64_t row(std::int64_t lat) const;
  [[nodiscard]] std::int64_t column(std::int64_t lng) const;
  [[nodiscard]] static std::uint64_t key_of(std::int64_t column, std::int64_t row) {
    return static_cast<std::uint64_t>(row) << 32 | static_cast<std::uint64_t>(column);
  }
  /// Of the cell that holds the south-western corner.
  [[nodiscard]] std::uint64_t key_of(const IndexBox& box) const {
    return key_of(column(box.low[IndexBox::kLng]), row(box.low[IndexBox::kLat]));
  }
  [[nodiscard]] std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ULL) >> table_shift_);
  }
  /// Place of the key, or of the gap where it would stand.
  [[nodiscard]] std::size_t find(std::uint64_t key) const {
    std::size_t at = home(key);
    while (table_[at].key != kNone && table_[at].key != key) at = (at + 1) & (table_.size() - 1);
    return at;
  }
  void grow_table();
  void erase_at(std::size_t at);

  int cell_shift_;
  IndexOrder order_;
  std::int64_t lat_extent_max_ = 0;  ///< Largest extents seen since the grid was last empty.
  std::int64_t lng_extent_max_ = 0;
  std::int64_t duration_max_ = 0;
  std::size_t size_ = 0;
  std::size_t used_ = 0;  ///< Cells in use.
  int table_shift_;
  std::vector<Slot> table_;  ///< Open addressing, linear probing, at most 2/3 full; cells move with it.
};

}  // namespace tansiq::geo
