#include "geo/index_grid.h"

#include <algorithm>
#include <array>
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
constexpr int kTimeStepsLog2 = 1;  // coarse starts to a duration
constexpr int kWholeShift = 30;    // one cell for the earth
constexpr std::size_t kTableFirst = 16;

int shift_for(std::size_t table_size) { return 64 - static_cast<int>(std::bit_width(table_size - 1)); }

}  // namespace

// IndexOrder ----------------------------------------------------------------------------------------------------------

namespace {

constexpr int kHeightTopBits = 2;
constexpr int kPlaceBits = 3 * IndexOrder::kPositionBits + kHeightTopBits;

/// 20 km in steps of 82 m. The top bits, 5 km each, come before position; below, where small aircraft are, the curve
/// turns in height as often as in latitude and longitude.
std::uint32_t height_step(std::int32_t lower_cm) {
  constexpr std::int32_t kRangeBits = 21;
  const std::int32_t height = std::clamp(lower_cm, 0, (1 << kRangeBits) - 1);
  return static_cast<std::uint32_t>(height) >> (kRangeBits - kHeightTopBits - IndexOrder::kPositionBits);
}

/// The low bits of a position, two places between each and the next.
std::uint64_t spread(std::uint32_t position) {
  constexpr std::size_t kPositions = std::size_t{1} << IndexOrder::kPositionBits;
  static constexpr auto kSpread = [] {
    std::array<std::uint32_t, kPositions> spread{};
    for (std::uint32_t i = 0; i < kPositions; ++i) {
      for (int bit = 0; bit < IndexOrder::kPositionBits; ++bit) spread[i] |= (i >> bit & 1) << 3 * bit;
    }
    return spread;
  }();
  return kSpread[position % kPositions];
}

std::uint64_t biased(std::int64_t start) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::uint64_t>(std::clamp(start, kLow, kHigh) - kLow);
}

}  // namespace

std::uint64_t IndexOrder::first_at(std::int64_t start) const { return biased(start) >> time_shift << kPlaceBits; }
std::uint64_t IndexOrder::last_at(std::int64_t start) const {
  return first_at(start) | ((std::uint64_t{1} << kPlaceBits) - 1);
}

std::uint64_t IndexOrder::key(const Lanes& lanes) const {
  const auto position = [this](std::int32_t angle) {
    return static_cast<std::uint32_t>((angle + kHalfTurn) >> position_shift);
  };
  const std::uint32_t height = height_step(lanes[IndexBox::kHeight]);
  const std::uint32_t lat = position(lanes[IndexBox::kLat]);
  const std::uint32_t lng = position(lanes[IndexBox::kLng]);
  const std::uint64_t top = height >> kPositionBits << 3 * kPositionBits;
  return first_at(lanes[IndexBox::kTime]) | top | spread(height) << 2 | spread(lat) << 1 | spread(lng);
}

// IndexCell -----------------------------------------------------------------------------------------------------------

IndexPage::IndexPage() { box.fill(std::numeric_limits<std::int32_t>::max()); }

void IndexPage::reserve(std::uint32_t wanted) {
  auto moved = std::make_unique_for_overwrite<IndexEntry[]>(wanted);
  std::copy_n(entries.get(), count, moved.get());
  entries = std::move(moved);
  capacity = static_cast<std::uint16_t>(wanted);
}

void IndexPage::push(const IndexEntry& entry) {
  if (count == capacity) reserve(capacity == 0 ? 2 : std::min(capacity * 2U, kEntriesMax));
  entries[count++] = entry;
  std::ranges::transform(box, entry.lanes, box.begin(), [](std::int32_t a, std::int32_t b) { return std::min(a, b); });
}

/// Into halves by key; among equal keys by start.
void IndexCell::split(const IndexOrder& order, std::size_t page) {
  struct Keyed {
    std::uint64_t key;
    std::int32_t start;
    std::uint32_t at;
    auto operator<=>(const Keyed&) const = default;
  };
  const IndexPage whole = std::exchange(pages_[page], IndexPage());
  std::array<Keyed, IndexPage::kEntriesMax> keyed;
  EXPECT_INVARIANT(whole.count == keyed.size());
  for (std::uint32_t i = 0; i < keyed.size(); ++i) {
    const Lanes& lanes = whole.entries[i].lanes;
    keyed[i] = {order.key(lanes), lanes[IndexBox::kTime], i};
  }
  constexpr std::size_t kHalf = keyed.size() / 2;
  std::ranges::nth_element(keyed, keyed.begin() + kHalf);
  IndexPage upper;
  IndexPage& lower = pages_[page];
  upper.first = keyed[kHalf].key;
  lower.first = whole.first;
  lower.reserve(kHalf);
  upper.reserve(kHalf);
  for (std::size_t i = 0; i < keyed.size(); ++i) (i < kHalf ? lower : upper).push(whole.entries[keyed[i].at]);
  pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(page) + 1, std::move(upper));
}

void IndexCell::insert(const IndexOrder& order, const IndexEntry& entry) {
  const std::uint64_t key = order.key(entry.lanes);
  if (pages_.empty()) pages_.emplace_back().first = key;
  const auto later = std::ranges::upper_bound(pages_, key, {}, &IndexPage::first);
  std::size_t at = later == pages_.begin() ? 0 : static_cast<std::size_t>(later - pages_.begin()) - 1;
  if (pages_[at].count == IndexPage::kEntriesMax) {
    split(order, at);
    if (key >= pages_[at + 1].first) ++at;
  }
  pages_[at].first = std::min(pages_[at].first, key);
  pages_[at].push(entry);
}

void IndexCell::remove(const IndexOrder& order, const IndexEntry& entry) {
  const std::uint64_t key = order.key(entry.lanes);
  for (std::size_t p = first_page(key); p < pages_.size() && pages_[p].first <= key; ++p) {
    IndexPage& page = pages_[p];
    IndexEntry* end = page.entries.get() + page.count;
    IndexEntry* at = std::find_if(page.entries.get(), end, [&](const IndexEntry& e) { return e.slot == entry.slot; });
    if (at == end) continue;
    *at = *(end - 1);
    --page.count;
    if (page.count == 0) pages_.erase(pages_.begin() + static_cast<std::ptrdiff_t>(p));
    return;
  }
  const bool entry_was_in_its_cell = false;
  EXPECT_INVARIANT(entry_was_in_its_cell);
}

std::size_t IndexCell::bytes() const {
  std::size_t total = pages_.capacity() * sizeof(IndexPage);
  for (const IndexPage& page : pages_) total += page.capacity * sizeof(IndexEntry);
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
    : cell_shift_(size_class + 1 == kSizeClasses ? kWholeShift : kCellShiftFirst + kSizeStep * size_class),
      order_{cell_shift_ - IndexOrder::kPositionBits,
             kDurationShiftFirst + kDurationStep * duration_class - kTimeStepsLog2},
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
  const std::uint64_t key = key_of(box);
  const std::size_t at = find(key);
  if (table_[at].key == kNone) {
    table_[at].key = key;
    ++used_;
  }
  table_[at].cell.insert(order_, {entry_lanes(box), slot});
  ++size_;
  lat_extent_max_ = std::max(lat_extent_max_, box.high[IndexBox::kLat] - box.low[IndexBox::kLat]);
  lng_extent_max_ = std::max(lng_extent_max_, box.high[IndexBox::kLng] - box.low[IndexBox::kLng]);
  duration_max_ = std::max(duration_max_, box.high[IndexBox::kTime] - box.low[IndexBox::kTime]);
}

void IndexGrid::remove(const IndexBox& box, std::uint32_t slot) {
  const std::size_t at = find(key_of(box));
  EXPECT_INVARIANT(table_[at].key != kNone);
  IndexCell& cell = table_[at].cell;
  cell.remove(order_, {entry_lanes(box), slot});
  --size_;
  if (cell.empty()) {
    erase_at(at);
    --used_;
  }
  if (size_ == 0) lat_extent_max_ = lng_extent_max_ = duration_max_ = 0;
}

void IndexGrid::plan(const IndexBox& query, std::int64_t vertical_cm, std::vector<Lanes>& lanes,
                     std::vector<Visit>& visits) const {
  if (size_ == 0) return;
  const std::uint64_t low = order_.first_at(query.low[IndexBox::kTime] - duration_max_);
  const std::uint64_t high = order_.last_at(query.high[IndexBox::kTime]);
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
        if (slot.key != kNone) visits.push_back({this, slot.key, &slot.cell, which, low, high});
      }
      continue;
    }
    for (std::int64_t r = row_low; r <= row_high; ++r) {
      for (std::int64_t c = column_low; c <= column_high; ++c) {
        const std::uint64_t key = key_of(c, r);
        __builtin_prefetch(&table_[home(key)]);
        visits.push_back({this, key, nullptr, which, low, high});
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
