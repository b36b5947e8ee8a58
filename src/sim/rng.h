// Chance, from a seed alone: splitmix64, the same under every compiler and library (the standard's distributions are
// not). Each concern draws from a stream of its own, so that, say, switching faults off leaves the traffic as it was.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/invariant.h"

namespace tansiq::sim {

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// From `low` to `high`, both possible.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    EXPECT_INVARIANT(low <= high);
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(next() % span);
  }
  /// True in so many of a thousand cases.
  bool chance(std::int64_t per_mille) { return between(0, 999) < per_mille; }
  template <class List>
  auto& pick(List& list) {
    return list[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(list.size()) - 1))];
  }
  /// A stream of its own for one purpose; does not advance this one.
  [[nodiscard]] Rng stream(std::string_view purpose) const {
    std::uint64_t mixed = state_;
    for (const char c : purpose) mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return Rng(mixed);
  }

 private:
  std::uint64_t state_;
};

}  // namespace tansiq::sim
