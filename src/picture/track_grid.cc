#include "picture/track_grid.h"

#include <cmath>

#include "base/invariant.h"

namespace tansiq::picture {

TrackGrid::Cell TrackGrid::cell_of(const Normal& where) {
  return {static_cast<int>(std::floor(where.x / kCell)), static_cast<int>(std::floor(where.y / kCell)),
          static_cast<int>(std::floor(where.z / kCell))};
}

std::uint64_t TrackGrid::key_of(const Cell& cell) {
  constexpr int kMiddle = 1 << 12;  // Cells are within ±501.
  return (static_cast<std::uint64_t>(cell.x + kMiddle) << 32) | (static_cast<std::uint64_t>(cell.y + kMiddle) << 16) |
         static_cast<std::uint64_t>(cell.z + kMiddle);
}

void TrackGrid::file(std::uint32_t slot, const Normal& where) {
  if (slot >= places_.size()) places_.resize(slot + 1);
  const std::uint64_t key = key_of(cell_of(where));
  if (places_[slot].filed && places_[slot].key == key) {
    places_[slot].where = where;
    return;
  }
  remove(slot);
  const auto [head, fresh] = heads_.try_emplace(key, kNone);
  Place& place = places_[slot];
  place = {where, key, head->second, kNone, true};
  if (place.next != kNone) places_[place.next].previous = slot;
  head->second = slot;
}

void TrackGrid::remove(std::uint32_t slot) {
  if (slot >= places_.size() || !places_[slot].filed) return;
  Place& place = places_[slot];
  if (place.next != kNone) places_[place.next].previous = place.previous;
  if (place.previous != kNone) {
    places_[place.previous].next = place.next;
  } else {
    const auto head = heads_.find(place.key);
    EXPECT_INVARIANT(head != heads_.end() && head->second == slot);
    if (place.next == kNone) {
      heads_.erase(head);
    } else {
      head->second = place.next;
    }
  }
  place = {};
}

std::size_t TrackGrid::bytes() const {
  // A node of the map: the pair, the link, and what the allocator adds.
  constexpr std::size_t kNode = 48;
  return places_.capacity() * sizeof(Place) + heads_.size() * kNode + heads_.bucket_count() * sizeof(void*);
}

}  // namespace tansiq::picture
