// How many entries of each type this node has written since its start, and why it refused others their legs: for
// /metrics. The types are those of the four folds, taken from them, so that a new one counts itself.
//
// One thread adds (the core's, once entries are durable), any reads; a line is looked at from its end, where canonical
// JSON puts `type`, and costs one binary search.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "coordination/entry.h"
#include "coordination/names.h"
#include "core/entry.h"
#include "f3548/entry.h"
#include "uss/entry.h"

namespace tansiq::node {

class EntryCounters {
 public:
  static constexpr std::size_t kTypes = static_cast<std::size_t>(core::EntryType::kMeasureExpired) + 1 +
                                        std::variant_size_v<coordination::Body::Variant> +
                                        std::variant_size_v<f3548::Body> + std::variant_size_v<uss::Body>;
  static constexpr std::size_t kLegRefusals = coordination::enum_names(coordination::LegRefusal{}).size();

  /// A line of a log of this node's own.
  void add(std::string_view line);

  /// Every type there is, sorted.
  [[nodiscard]] static const std::array<std::string_view, kTypes>& types();
  [[nodiscard]] std::uint64_t of_type(std::size_t i) const { return types_[i].load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t of_leg_refusal(std::size_t reason) const {
    return leg_refusals_[reason].load(std::memory_order_relaxed);
  }
  /// Entries whose type is none of these: a defect of this program.
  [[nodiscard]] std::uint64_t unknown() const { return unknown_.load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kTypes> types_{};
  std::array<std::atomic<std::uint64_t>, kLegRefusals> leg_refusals_{};
  std::atomic<std::uint64_t> unknown_{0};
};

}  // namespace tansiq::node
