// Random numbers: a seeded generator that gives the same stream on every platform, and the system's secure one.
#pragma once

#include <cstdint>
#include <span>

namespace tansiq {

/// Small seeded generator (SplitMix64). For simulation, tests, generated traffic: the same seed gives the same numbers
/// under every compiler. Never for secrets.
class SeededRandom {
 public:
  explicit constexpr SeededRandom(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] constexpr std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  /// Uniform in [low, high], both included. Needs low <= high.
  [[nodiscard]] constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto span = static_cast<std::uint64_t>(high - low) + 1;
    const std::uint64_t value = next();
    return low + static_cast<std::int64_t>(span == 0 ? value : value % span);
  }

  /// Uniform in [0, 1).
  [[nodiscard]] constexpr double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

  [[nodiscard]] constexpr bool one_in(std::int64_t n) { return between(1, n) == 1; }

 private:
  std::uint64_t state_;
};

/// Fills `out` from the operating system's secure generator. Aborts when that fails: no secret may be guessable.
void fill_secure_random(std::span<std::uint8_t> out);

}  // namespace tansiq
