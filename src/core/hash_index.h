// Finds things by their hash: an open-addressing table of (hash, number) that knows nothing of the things themselves.
//
// One cache miss a look-up, 16 bytes a cell, at most three quarters full, no tombstones. Hashes come from callers who
// have made them hard to choose (SHA-256, or SipHash under a secret key), so that nobody can file ids that all collide.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/huge_pages.h"

namespace tansiq::core {

class HashIndex {
 public:
  /// The number stored under `hash` for which `is_it(number)` holds.
  template <class IsIt>
  [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t hash, IsIt&& is_it) const {
    if (size_ == 0) return std::nullopt;
    for (std::size_t at = home(hash); cells_[at].used; at = next(at)) {
      if (cells_[at].hash == hash && is_it(cells_[at].number)) return cells_[at].number;
    }
    return std::nullopt;
  }
  /// Needs that it is not there yet.
  void insert(std::uint64_t hash, std::uint32_t number);
  /// Needs that it is there.
  void erase(std::uint64_t hash, std::uint32_t number);

 private:
  struct Cell {
    std::uint64_t hash = 0;
    std::uint32_t number = 0;
    bool used = false;
  };
  [[nodiscard]] std::size_t home(std::uint64_t hash) const { return hash & (cells_.size() - 1); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (cells_.size() - 1); }
  void grow();

  std::vector<Cell, HugePageAllocator<Cell>> cells_;  // a power of two, or none
  std::size_t size_ = 0;
};

/// SipHash-1-3 (Aumasson, Bernstein) of texts from outside, under a secret key.
class TextHash {
 public:
  using Key = std::array<std::uint8_t, 16>;
  explicit TextHash(const Key& key = {});
  [[nodiscard]] std::uint64_t operator()(std::string_view text) const;

 private:
  std::uint64_t k0_ = 0;
  std::uint64_t k1_ = 0;
};

}  // namespace tansiq::core
