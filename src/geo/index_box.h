// The index's view of a volume: an integer box. Inside of geo/.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "geo/conflict.h"

namespace tansiq::geo {

/// Latitude and longitude in 4e-7 degree, so that a longitude and a whole turn fit 32 bits; height in centimetres; time
/// in 1.024 s since 2026, clamped to ±69 years. All rounded outward.
struct IndexBox {
  enum Axis : std::size_t { kLat, kLng, kHeight, kTime };
  std::array<std::int64_t, 4> low;
  std::array<std::int64_t, 4> high;
};

inline constexpr std::int64_t kWholeTurn = 900'000'000;  // 360° in 4e-7 degree
inline constexpr std::int64_t kHalfTurn = kWholeTurn / 2;

/// Of a stored volume: `low[kLng]` in [-180°, 180°), `high[kLng]` up to a turn more.
[[nodiscard]] IndexBox box_of(const PreparedVolume& volume);
/// Of a query, grown by `minima`; may reach beyond the half turn at either side.
[[nodiscard]] IndexBox query_box(const PreparedVolume& volume, const Minima& minima);

/// Eight lanes: four lower bounds, four negated upper bounds. An entry meets a query when each of its lanes is at most
/// the query's (whose lanes are its upper bounds and negated lower ones).
using Lanes = std::array<std::int32_t, 8>;
[[nodiscard]] Lanes entry_lanes(const IndexBox& box);
/// `vertical_cm`: growth of the height band, with the margin between the references. Height is compared exactly:
/// touching bands do not meet.
[[nodiscard]] Lanes query_lanes(const IndexBox& box, std::int64_t vertical_cm, std::int64_t lng_shift);

/// True when all lanes of `entry` are at most those of `query`. Compiles to two vector comparisons.
[[nodiscard]] inline bool lanes_meet(const Lanes& entry, const Lanes& query) {
  using Four = std::int32_t __attribute__((vector_size(16)));
  std::array<Four, 2> e;
  std::array<Four, 2> q;
  static_assert(sizeof(e) == sizeof(Lanes));
  std::memcpy(&e, &entry, sizeof(e));
  std::memcpy(&q, &query, sizeof(q));
  const Four above = (e[0] > q[0]) | (e[1] > q[1]);
  std::array<std::uint64_t, 2> bits;
  std::memcpy(&bits, &above, sizeof(bits));
  return (bits[0] | bits[1]) == 0;
}

}  // namespace tansiq::geo
