// Boxes around the parts of one outline, so that long outlines are compared in less than all pairs. Inside of geo/.
//
// Parts stand in the outline's own order, which is spatially coherent, so a tree needs no sorting: level 0 holds a box
// for each run of eight parts, level 1 one for each run of eight boxes, and so on up to a single root. An outline of up
// to eight edges has the root alone: 24 bytes. Parts that are costly to compare (a corridor's pieces) have a box each.
// Boxes are in the space of unit vectors, where neither the poles nor the 180° meridian are special, in `float`,
// widened by more than its rounding.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "geo/vec.h"

namespace tansiq::geo {

struct Box {
  std::array<float, 3> low{2, 2, 2};
  std::array<float, 3> high{-2, -2, -2};

  void add(Vec3 v, double margin);
  void add(const Box& other);
  /// False only when the boxes are further apart than `gap` along some axis.
  [[nodiscard]] bool near(const Box& other, float gap) const {
    for (std::size_t i = 0; i < 3; ++i) {
      if (low[i] - gap > other.high[i] || other.low[i] - gap > high[i]) return false;
    }
    return true;
  }
};

/// A box that holds the whole edge, bulge included.
[[nodiscard]] Box edge_box(Vec3 u, Vec3 w);
[[nodiscard]] Box point_box(Vec3 v);

/// Asks the processor for memory that is read soon, at most the first half kibibyte of it.
inline void prefetch_range(const void* begin, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kMost = 8 * kLine;
  const auto* at = static_cast<const char*>(begin);
  // One line more than fits when the range does not begin with one.
  for (std::size_t i = 0; i < std::min(bytes, kMost) + kLine; i += kLine) __builtin_prefetch(at + i);
}

class BoxTree {
 public:
  static constexpr std::size_t kFan = 8;

  BoxTree() = default;
  enum class Leaves : std::uint8_t { kRuns, kParts };
  /// `parts` boxes in order; at least one.
  explicit BoxTree(std::span<const Box> parts, Leaves leaves = Leaves::kRuns);

  [[nodiscard]] const Box& root() const { return root_; }
  [[nodiscard]] std::size_t parts() const { return parts_; }
  /// 0 when the root is the only box.
  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] std::size_t bytes() const { return boxes_.capacity() * sizeof(Box); }

  void prefetch() const { prefetch_range(boxes_.data(), bytes()); }

  /// Calls `visit(i)` for every part whose run's box is within `gap` of `box`, until it returns true. Returns whether
  /// it did.
  template <class Visit>
  bool visit(const Box& box, float gap, Visit&& visit) const {
    return root_.near(box, gap) && descend(depth_, 0, box, gap, visit);
  }

 private:
  template <class Visit>
  bool descend(std::size_t level, std::size_t index, const Box& box, float gap, Visit&& visit) const {
    const std::size_t first = index * kFan;
    if (level == 0 && leaves_ == Leaves::kParts && depth_ > 0) return visit(index);
    if (level == 0) {
      const std::size_t end = std::min<std::size_t>(parts_, first + kFan);
      for (std::size_t i = first; i < end; ++i) {
        if (visit(i)) return true;
      }
      return false;
    }
    const std::size_t end = std::min<std::size_t>(sizes_[level - 1], first + kFan);
    for (std::size_t i = first; i < end; ++i) {
      if (boxes_[offsets_[level - 1] + i].near(box, gap) && descend(level - 1, i, box, gap, visit)) return true;
    }
    return false;
  }

  static constexpr std::size_t kDepthMax = 8;  // 8^8 parts, far above every vertex limit
  Box root_;
  std::uint32_t parts_ = 0;
  Leaves leaves_ = Leaves::kRuns;
  std::uint32_t depth_ = 0;  ///< Level of the root; 0 when it holds the parts itself.
  std::vector<Box> boxes_;   ///< Levels 0 … depth-1, one after the other.
  std::array<std::uint32_t, kDepthMax> offsets_{};
  std::array<std::uint32_t, kDepthMax> sizes_{};
};

/// Calls `visit(i, j)` for the pairs of parts that may be within `gap`, until it returns true; returns whether it did.
/// `box_a(i)` gives the box of one part of `a`.
template <class BoxOf, class Visit>
bool visit_pairs(const BoxTree& a, const BoxTree& b, float gap, BoxOf&& box_a, Visit&& visit) {
  if (!a.root().near(b.root(), gap)) return false;
  if (b.depth() == 0) {
    return a.visit(b.root(), gap, [&](std::size_t i) {
      for (std::size_t j = 0; j < b.parts(); ++j) {
        if (visit(i, j)) return true;
      }
      return false;
    });
  }
  return a.visit(b.root(), gap,
                 [&](std::size_t i) { return b.visit(box_a(i), gap, [&](std::size_t j) { return visit(i, j); }); });
}

}  // namespace tansiq::geo
