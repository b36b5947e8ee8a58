// How the F3548 face has answered, for /metrics: by operation and class of status, and refusals by status. Any thread
// adds, any reads, nobody waits.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>

#include "node_f3548/operations.h"

namespace tansiq::node {

class F3548Counters {
 public:
  static constexpr std::size_t kOperations = std::tuple_size_v<std::remove_cvref_t<decltype(f3548_api::operations())>>;
  /// Of what asks for no operation: an unknown path or method.
  static constexpr std::size_t kNoOperation = kOperations;
  static constexpr int kClassMax = 5;
  static constexpr int kRefusedMin = 400;
  static constexpr int kRefusedMax = 599;

  void add(std::optional<f3548_api::Operation> operation, int status) {
    const std::size_t row = operation ? static_cast<std::size_t>(*operation) : kNoOperation;
    const int of = status / 100;
    if (row > kNoOperation || of < 1 || of > kClassMax) return;
    answers_[row][static_cast<std::size_t>(of - 1)].fetch_add(1, std::memory_order_relaxed);
    if (status < kRefusedMin) return;
    refused_[static_cast<std::size_t>(status - kRefusedMin)].fetch_add(1, std::memory_order_relaxed);
  }
  /// `of` is the first digit of the statuses, 1 to 5.
  [[nodiscard]] std::uint64_t answers(std::size_t row, int of) const {
    return answers_[row][static_cast<std::size_t>(of - 1)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t refused(int status) const {
    return refused_[static_cast<std::size_t>(status - kRefusedMin)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::array<std::atomic<std::uint64_t>, kClassMax>, kOperations + 1> answers_{};
  std::array<std::atomic<std::uint64_t>, kRefusedMax - kRefusedMin + 1> refused_{};
};

}  // namespace tansiq::node
