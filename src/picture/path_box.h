// The box around a craft's path over a look-ahead, and the cells of the earth that it lies in. Inside of picture/.
//
// The idea. Boxes stand in earth-centred coordinates, so that poles and the 180th meridian are ordinary places: two
// craft that come nearer than D differ by less than D in each of x, y and z. A fourth axis is height. The surface is
// divided into cells as it would be on a cube: each point belongs to the face of its largest coordinate (six faces),
// and to a square cell by its two other coordinates. A box that may hold points of several faces is in the cells of
// each.
//
// All lengths are metres, in single precision, rounded outward; a box is grown on each side by half the minima, so that
// the paths of two craft in conflict have boxes that meet.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "picture/closest.h"

namespace tansiq::picture {

/// Eight lanes: four lower bounds (x, y, z, height), four negated upper bounds.
struct PathBox {
  std::array<float, 8> lanes{};

  [[nodiscard]] float low(std::size_t axis) const { return lanes[axis]; }
  [[nodiscard]] float high(std::size_t axis) const { return -lanes[axis + 4]; }
  /// Longest side, of the three in space.
  [[nodiscard]] float side() const { return std::max({high(0) - low(0), high(1) - low(1), high(2) - low(2)}); }
  /// The lanes to compare others' with: upper bounds, negated lower ones.
  [[nodiscard]] PathBox as_query() const {
    PathBox query;
    for (std::size_t axis = 0; axis < 4; ++axis) {
      query.lanes[axis] = -lanes[axis + 4];
      query.lanes[axis + 4] = -lanes[axis];
    }
    return query;
  }
};
inline constexpr std::size_t kHeightAxis = 3;
/// Stands for "any height".
inline constexpr float kAnyHeight = 1e30F;

/// Do they meet, touching included? Compiles to two vector comparisons.
[[nodiscard]] inline bool boxes_meet(const PathBox& entry, const PathBox& query) {
  using Four = float __attribute__((vector_size(16)));
  std::array<Four, 2> e;
  std::array<Four, 2> q;
  static_assert(sizeof(e) == sizeof(PathBox));
  std::memcpy(&e, &entry, sizeof(e));
  std::memcpy(&q, &query, sizeof(q));
  const auto above = (e[0] > q[0]) | (e[1] > q[1]);
  std::array<std::uint64_t, 2> bits;
  std::memcpy(&bits, &above, sizeof(bits));
  return (bits[0] | bits[1]) == 0;
}

/// Over [from_s, to_s] from the motion's own time. Where the craft turns, both its straight path and the turning one
/// are inside, the latter to within 1 % of the way.
[[nodiscard]] PathBox path_box(const Mover& mover, const PairMinima& minima, const TurnModel& turn, double from_s,
                               double to_s);

/// The cells of one face that a box lies in, both ends included.
struct CellRange {
  std::uint32_t face = 0;
  std::uint32_t i_low = 0, i_high = 0;
  std::uint32_t j_low = 0, j_high = 0;
  [[nodiscard]] std::uint64_t count() const {
    return std::uint64_t{i_high - i_low + 1} * std::uint64_t{j_high - j_low + 1};
  }
};

/// A division of the six faces into squares. Cell numbers fit 14 bits each.
class CellGrid {
 public:
  static constexpr float kCellMinM = 800;
  explicit CellGrid(float cell_m) : per_m_(1 / std::max(cell_m, kCellMinM)) {}

  /// Calls `visit(CellRange)` for each face that a box grown by `grow_m` may have points of: at most six.
  template <class Visit>
  void visit_faces(const PathBox& box, float grow_m, const Visit& visit) const {
    std::array<float, 3> low;
    std::array<float, 3> high;
    std::array<float, 3> nearest;  // Least absolute value.
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = box.low(axis) - grow_m;
      high[axis] = box.high(axis) + grow_m;
      nearest[axis] = low[axis] > 0 ? low[axis] : high[axis] < 0 ? -high[axis] : 0;
    }
    for (std::uint32_t axis = 0; axis < 3; ++axis) {
      const std::size_t u = (axis + 1) % 3;
      const std::size_t v = (axis + 2) % 3;
      const float others = std::max(nearest[u], nearest[v]);
      for (const bool positive : {true, false}) {
        const float furthest = positive ? high[axis] : -low[axis];
        if (furthest < others || furthest < 0) continue;
        visit(CellRange{2 * axis + (positive ? 0U : 1U), cell(low[u]), cell(high[u]), cell(low[v]), cell(high[v])});
      }
    }
  }

  struct Cell {
    std::uint32_t face;
    std::uint32_t i;
    std::uint32_t j;
  };
  /// The cell of a point. Where two coordinates are equally large the first one's face has it.
  [[nodiscard]] Cell cell_of(float x, float y, float z) const {
    const float ax = std::abs(x);
    const float ay = std::abs(y);
    const float az = std::abs(z);
    if (ax >= ay && ax >= az) return {x >= 0 ? 0U : 1U, cell(y), cell(z)};
    if (ay >= az) return {y >= 0 ? 2U : 3U, cell(z), cell(x)};
    return {z >= 0 ? 4U : 5U, cell(x), cell(y)};
  }

 private:
  static constexpr float kOffsetM = 6.5e6F;
  [[nodiscard]] std::uint32_t cell(float metres) const {
    return static_cast<std::uint32_t>(std::clamp((metres + kOffsetM) * per_m_, 0.0F, 16'383.0F));
  }
  float per_m_;
};

/// A cell as one number; 31 bits.
[[nodiscard]] constexpr std::uint32_t cell_key(std::uint32_t face, std::uint32_t i, std::uint32_t j) {
  return (face << 28) | (i << 14) | j;
}

}  // namespace tansiq::picture
