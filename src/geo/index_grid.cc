#include "geo/index_grid.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/invariant.h"

namespace tansiq::geo {
namespace {

constexpr int kCellShiftFirst = 18;    // 0.105°, 11.7 km
constexpr int kExtentShiftFirst = 16;  // 0.026°, 2.9 km
constexpr int kSizeStep = 2;
constexpr int kDurationShiftFirst = 13;  // 2.3 h
constexpr int kDurationStep = 4;
constexpr std::size_t kTableFirst = 16;

int shift_for(std::size_t table_size) { return 64 - static_cast<int>(std::bit_width(table_size - 1)); }

}  // namespace

// IndexCell -----------------------------------------------------------------------------------------------------------

void IndexCell::Page::reserve(std::uint32_t wanted) {
  if (wanted <= capacity) return;
  std::uint32_t larger = capacity == 0 ? 2 : capacity * 2;
  larger = std::clamp(larger, wanted, kPageEntriesMax);
  auto moved = std::make_unique_for_overwrite<IndexEntry[]>(larger);
  std::copy_n(entries.get(), count, moved.get());
  entries = std::move(moved);
  capacity = larger;
}

std::size_t IndexCell::first_page(std::int64_t start) const {
  // Starts may repeat across pages: the page before the first later one may still hold this start.
  const auto later = std::ranges::lower_bound(pages_, start, {}, [](const Page& p) { return std::int64_t{p.first}; });
  const auto at = static_cast<std::size_t>(later - pages_.begin());
  return at == 0 ? 0 : at - 1;
}

void IndexCell::split(std::size_t page) {
  Page upper;
  const std::uint32_t half = pages_[page].count / 2;
  upper.reserve(kPageEntriesMax);
  upper.count = pages_[page].count - half;
  std::copy_n(pages_[page].entries.get() + half, upper.count, upper.entries.get());
  upper.first = upper.entries[0].start();
  pages_[page].count = half;
  pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(page) + 1, std::move(upper));
}

void IndexCell::insert(const IndexEntry& entry) {
  if (pages_.empty()) pages_.emplace_back();
  const auto later = std::ranges::upper_bound(pages_, entry.start(), {}, [](const Page& p) { return p.first; });
  std::size_t at = later == pages_.begin() ? 0 : static_cast<std::size_t>(later - pages_.begin()) - 1;
  if (pages_[at].count == kPageEntriesMax) {
    split(at);
    if (entry.start() >= pages_[at + 1].first) ++at;
  }
  Page& page = pages_[at];
  page.reserve(page.count + 1);
  IndexEntry* begin = page.entries.get();
  IndexEntry* place = std::upper_bound(begin, begin + page.count, entry.start(),
                                       [](std::int32_t start, const IndexEntry& e) { return start < e.start(); });
  std::copy_backward(place, begin + page.count, begin + page.count + 1);
  *place = entry;
  ++page.count;
  page.first = begin[0].start();
}

void IndexCell::remove(const IndexEntry& entry) {
  for (std::size_t p = first_page(entry.start()); p < pages_.size() && pages_[p].first <= entry.start(); ++p) {
    Page& page = pages_[p];
    IndexEntry* begin = page.entries.get();
    IndexEntry* end = begin + page.count;
    IndexEntry* at = std::find_if(begin, end, [&](const IndexEntry& e) { return e.slot == entry.slot; });
    if (at == end) continue;
    std::copy(at + 1, end, at);
    --page.count;
    if (page.count == 0) {
      pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(p));
    } else {
      page.first = begin[0].start();
    }
    return;
  }
  const bool entry_was_in_its_cell = false;
  EXPECT_INVARIANT(entry_was_in_its_cell);
}

std::size_t IndexCell::bytes() const {
  std::size_t total = pages_.capacity() * sizeof(Page);
  for (const Page& page : pages_) total += page.capacity * sizeof(IndexEntry);
  return total;
}

// IndexGrid -----------------------------------------------------------------------------------------------------------

int IndexGrid::size_class_of(const IndexBox& box) {
  const std::int64_t extent =
      std::max(box.high[IndexBox::kLat] - box.low[IndexBox::kLat], box.high[IndexBox::kLng] - box.low[IndexBox::kLng]);
  int size_class = 0;
  while (size_class + 1 < kSizeClasses && extent > std::int64_t{1} << (kExtentShiftFirst + kSizeStep * size_class)) {
    ++size_class;
  }
  return size_class;
}

int IndexGrid::duration_class_of(const IndexBox& box) {
  const std::int64_t duration = box.high[IndexBox::kTime] - box.low[IndexBox::kTime];
  int duration_class = 0;
  while (duration_class + 1 < kDurationClasses &&
         duration > std::int64_t{1} << (kDurationShiftFirst + kDurationStep * duration_class)) {
    ++duration_class;
  }
  return duration_class;
}

IndexGrid::IndexGrid(int size_class, int duration_class)
    : cell_shift_(size_class + 1 == kSizeClasses ? 62 : kCellShiftFirst + kSizeStep * size_class),
      duration_max_(duration_class + 1 == kDurationClasses
                        ? std::int64_t{1} << 33
                        : std::int64_t{1} << (kDurationShiftFirst + kDurationStep * duration_class)),
      table_shift_(shift_for(kTableFirst)),
      table_(kTableFirst) {}

std::int64_t IndexGrid::row(std::int64_t lat) const {
  return (std::clamp(lat, -kHalfTurn / 2, kHalfTurn / 2) + kHalfTurn) >> cell_shift_;
}
std::int64_t IndexGrid::column(std::int64_t lng) const {
  return (std::clamp(lng, -kHalfTurn, kHalfTurn) + kHalfTurn) >> cell_shift_;
}

void IndexGrid::grow_table() {
  std::vector<Slot> old(table_.size() * 2);
  old.swap(table_);
  table_shift_ = shift_for(table_.size());
  for (Slot& slot : old) {
    if (slot.key != kNone) table_[find(slot.key)] = std::move(slot);
  }
}

/// Closes the gap: later members of the same run move back to where they can still be found.
void IndexGrid::erase_at(std::size_t at) {
  const std::size_t mask = table_.size() - 1;
  std::size_t gap = at;
  for (std::size_t next = (gap + 1) & mask; table_[next].key != kNone; next = (next + 1) & mask) {
    if (((next - home(table_[next].key)) & mask) < ((next - gap) & mask)) continue;
    table_[gap] = std::move(table_[next]);
    gap = next;
  }
  table_[gap] = Slot{};
}

void IndexGrid::insert(const IndexBox& box, std::uint32_t slot) {
  if ((used_ + 1) * 3 > table_.size() * 2) grow_table();
  const std::uint64_t key = key_of(column(box.low[IndexBox::kLng]), row(box.low[IndexBox::kLat]));
  const std::size_t at = find(key);
  if (table_[at].key == kNone) {
    table_[at].key = key;
    ++used_;
  }
  table_[at].cell.insert({entry_lanes(box), slot});
  ++size_;
  lat_extent_max_ = std::max(lat_extent_max_, box.high[IndexBox::kLat] - box.low[IndexBox::kLat]);
  lng_extent_max_ = std::max(lng_extent_max_, box.high[IndexBox::kLng] - box.low[IndexBox::kLng]);
}

void IndexGrid::remove(const IndexBox& box, std::uint32_t slot) {
  const std::size_t at = find(key_of(column(box.low[IndexBox::kLng]), row(box.low[IndexBox::kLat])));
  EXPECT_INVARIANT(table_[at].key != kNone);
  IndexCell& cell = table_[at].cell;
  cell.remove({entry_lanes(box), slot});
  --size_;
  if (cell.empty()) {
    erase_at(at);
    --used_;
  }
  if (size_ == 0) lat_extent_max_ = lng_extent_max_ = 0;
}

void IndexGrid::plan(const IndexBox& query, std::int64_t vertical_cm, std::vector<Lanes>& lanes,
                     std::vector<Visit>& visits) const {
  if (size_ == 0) return;
  const std::int64_t start_min = query.low[IndexBox::kTime] - duration_max_;
  const std::int64_t row_low = row(query.low[IndexBox::kLat] - lat_extent_max_);
  const std::int64_t row_high = row(query.high[IndexBox::kLat]);
  for (const std::int64_t shift : {std::int64_t{0}, -kWholeTurn, kWholeTurn}) {
    // Corners of entries that can meet the query lie up to one entry's extent south-west of it.
    const std::int64_t west = query.low[IndexBox::kLng] + shift - lng_extent_max_;
    const std::int64_t east = query.high[IndexBox::kLng] + shift;
    if (east < -kHalfTurn || west >= kHalfTurn) continue;
    const std::int64_t column_low = column(west);
    const std::int64_t column_high = column(east);
    const auto which = static_cast<std::uint32_t>(lanes.size());
    lanes.push_back(query_lanes(query, vertical_cm, shift));
    const auto wanted = static_cast<std::uint64_t>((column_high - column_low + 1) * (row_high - row_low + 1));
    if (wanted > used_) {
      for (const Slot& slot : table_) {
        if (slot.key != kNone) visits.push_back({this, slot.key, &slot.cell, which, start_min});
      }
      continue;
    }
    for (std::int64_t r = row_low; r <= row_high; ++r) {
      for (std::int64_t c = column_low; c <= column_high; ++c) {
        const std::uint64_t key = key_of(c, r);
        __builtin_prefetch(&table_[home(key)]);
        visits.push_back({this, key, nullptr, which, start_min});
      }
    }
  }
}

std::size_t IndexGrid::bytes() const {
  std::size_t total = sizeof(*this) + table_.capacity() * sizeof(Slot);
  for (const Slot& slot : table_) total += slot.cell.bytes();
  return total;
}

}  // namespace tansiq::geo
