#include "surveillance/adsb_craft.h"

namespace tansiq::surveillance {
namespace {

constexpr std::uint32_t kInUse = 1U << 25;

std::uint32_t key_of(CraftId id) {
  return (id.number & 0xFFFFFF) | (id.kind == IdKind::kNonIcao ? 1U << 24 : 0) | kInUse;
}

std::size_t slot_of(std::uint32_t key, std::size_t step) { return ((key * 0x9E3779B1U >> 15) + step) % kAdsbCraftMax; }

/// A clock that was set back does not make everybody old: only silence in its own direction counts.
bool forgotten(const AdsbCraft& row, UtcMs now) { return row.key == 0 || now - row.heard > kAdsbForgetMs; }

}  // namespace

AdsbCraft* AdsbCraftTable::find(CraftId id, UtcMs now) {
  const std::uint32_t key = key_of(id);
  for (std::size_t step = 0; step < kSteps; ++step) {
    AdsbCraft& row = rows_[slot_of(key, step)];
    if (row.key == key) return forgotten(row, now) ? nullptr : &row;
  }
  return nullptr;
}

AdsbCraft* AdsbCraftTable::find_or_add(CraftId id, UtcMs now) {
  const std::uint32_t key = key_of(id);
  AdsbCraft* free = nullptr;
  for (std::size_t step = 0; step < kSteps; ++step) {
    AdsbCraft& row = rows_[slot_of(key, step)];
    if (row.key == key) {
      if (forgotten(row, now)) row = AdsbCraft{};
      row.key = key;
      row.heard = now;
      return &row;
    }
    if (free == nullptr && forgotten(row, now)) free = &row;
  }
  if (free == nullptr) return nullptr;
  *free = AdsbCraft{};
  free->key = key;
  free->heard = now;
  return free;
}

}  // namespace tansiq::surveillance
