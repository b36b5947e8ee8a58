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
  [[nodiscard]] std::int32_t start() const { return lanes[IndexBox::kTime]; }
};

/// The entries of one cell, ascending by start, in pages.
class IndexCell {
 public:
  static constexpr std::uint32_t kPageEntriesMax = 64;

  void insert(const IndexEntry& entry);
  /// Aborts when the entry is not there.
  void remove(const IndexEntry& entry);
  [[nodiscard]] bool empty() const { return pages_.empty(); }
  [[nodiscard]] std::size_t bytes() const;

  void prefetch_pages() const { __builtin_prefetch(pages_.data()); }
  /// Asks for the first entries that `scan` will read.
  void prefetch_entries(std::int64_t start_min) const {
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kLinesMax = 8;
    const Page& page = pages_[first_page(start_min)];
    const auto* bytes = reinterpret_cast<const char*>(page.entries.get());
    const std::size_t lines = std::min(kLinesMax, page.count * sizeof(IndexEntry) / kLine + 1);
    for (std::size_t i = 0; i < lines; ++i) __builtin_prefetch(bytes + i * kLine);
  }

  /// Calls `found(slot)` for each entry that meets `query` and starts at or after `start_min`.
  template <class Found>
  void scan(const Lanes& query, std::int64_t start_min, Found&& found) const {
    for (std::size_t p = first_page(start_min); p < pages_.size() && pages_[p].first <= query[IndexBox::kTime]; ++p) {
      const IndexEntry* entry = pages_[p].entries.get();
      for (const IndexEntry* end = entry + pages_[p].count; entry != end; ++entry) {
        if (lanes_meet(entry->lanes, query)) found(entry->slot);
      }
    }
  }

 private:
  struct Page {
    std::int32_t first = 0;  ///< Start of its first entry.
    std::uint32_t count = 0;
    std::uint32_t capacity = 0;
    std::unique_ptr<IndexEntry[]> entries;
    void reserve(std::uint32_t wanted);
  };

  /// The first page that may hold an entry with this start or a later one.
  [[nodiscard]] std::size_t first_page(std::int64_t start) const;
  void split(std::size_t page);

  std::vector<Page> pages_;
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

  void insert(const IndexBox& box, std::uint32_t slot);
  void remove(const IndexBox& box, std::uint32_t slot);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t bytes() const;

  /// A query visits cells in three rounds, so that the waits for memory overlap instead of following each other:
  /// `plan` lists the cells to look for, `look_up` finds each, `IndexCell::scan` reads it. Each round asks for the
  /// memory of the next. `lanes` takes one query per shift of longitude.
  struct Visit {
    const IndexGrid* grid;
    std::uint64_t key;
    const IndexCell* cell;  ///< Null until looked up, and for a cell that is not there.
    std::uint32_t lanes;
    std::int64_t start_min;
  };
  /// Entries are visited twice only when one and the query together go round the earth.
  void plan(const IndexBox& query, std::int64_t vertical_cm, std::vector<Lanes>& lanes,
            std::vector<Visit>& visits) const;
  static void look_up(Visit& visit) {
    if (visit.cell == nullptr) {
      const Slot& slot = visit.grid->table_[visit.grid->find(visit.key)];
      if (slot.key != kNone) visit.cell = &slot.cell;
    }
    if (visit.cell != nullptr) visit.cell->prefetch_pages();
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
  std::int64_t duration_max_;
  std::int64_t lat_extent_max_ = 0;  ///< Largest extents seen since the grid was last empty.
  std::int64_t lng_extent_max_ = 0;
  std::size_t size_ = 0;
  std::size_t used_ = 0;  ///< Cells in use.
  int table_shift_;
  std::vector<Slot> table_;  ///< Open addressing, linear probing, at most 2/3 full; cells move with it.
};

}  // namespace tansiq::geo
