// What the node counts about itself: plain atomics that the core thread writes and /metrics reads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "core/entry.h"
#include "node/entry_counters.h"

namespace tansiq::node {

/// Counts values in buckets with fixed upper bounds. One writer, any readers.
template <std::size_t N>
class FixedHistogram {
 public:
  explicit constexpr FixedHistogram(const std::array<double, N>& bounds) : bounds_(bounds) {}

  void add(double value) {
    std::size_t i = 0;
    while (i < N && value > bounds_[i]) ++i;
    counts_[i].fetch_add(1, std::memory_order_relaxed);
    sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  [[nodiscard]] double bound(std::size_t i) const { return bounds_[i]; }
  /// Values in bucket i alone; i = N holds those above every bound.
  [[nodiscard]] std::uint64_t count(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }
  [[nodiscard]] static constexpr std::size_t size() { return N; }

 private:
  std::array<double, N> bounds_;
  std::array<std::atomic<std::uint64_t>, N + 1> counts_{};
  std::atomic<double> sum_{0};
};

inline constexpr std::size_t kRefusals = static_cast<std::size_t>(core::Refusal::kOutsideZones) + 1;
inline constexpr std::size_t kErrorCodes = static_cast<std::size_t>(ErrorCode::kInternal) + 1;

/// Written by the core thread (`overloaded` by whoever is turned away, what is said of snapshots by their keeper).
struct CoreFigures {
  EntryCounters entries;                                         ///< By type, once durable.
  std::array<std::atomic<std::uint64_t>, kRefusals> refusals{};  ///< Of intents, by reason.
  std::array<std::atomic<std::uint64_t>, kErrorCodes> errors{};  ///< Commands that failed, by code.
  std::atomic<std::uint64_t> repeated{0};                        ///< Commands answered from the record.
  std::atomic<std::uint64_t> reads{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::atomic<std::uint64_t> live_intents{0}, live_volumes{0}, live_measures{0};
  std::atomic<std::uint64_t> registry_intents{0}, registry_constraints{0}, registry_subscriptions{0}, uss_down{0};
  /// Of f3548/turns.h.
  std::atomic<std::uint64_t> turns_waited{0}, turns_waited_too_long{0}, turns_unused{0}, turns_no_room{0};
  std::atomic<std::uint64_t> log_entries{0};
  std::atomic<std::uint64_t> snapshot_entries{0};    ///< Covered by the newest snapshot.
  std::atomic<std::int64_t> snapshot_pause_ms{0};    ///< How long the last one held up deciding.
  std::atomic<std::int64_t> snapshot_took_ms{0};     ///< How long the last one took, from the question to the disk.
  std::atomic<std::uint64_t> snapshot_bytes{0};      ///< Of the newest one.
  std::atomic<std::int64_t> snapshot_written_ms{0};  ///< Wall time of the last one of this process; 0: none.
  std::atomic<std::uint64_t> snapshot_failures{0};
  std::atomic<std::int64_t> last_commit_ms{0};  ///< Wall time.
  FixedHistogram<9> batch_commands{{1, 2, 4, 8, 16, 32, 64, 128, 256}};
  FixedHistogram<12> commit_seconds{{0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1}};
};

}  // namespace tansiq::node
