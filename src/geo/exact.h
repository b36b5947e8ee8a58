// Exact sidedness of integer points on the sphere. Inside of geo/.
//
// The idea: a vertex is an integer pair, and the point it means is the *real* unit vector
// (cos φ cos λ, cos φ sin λ, sin φ). Every question about outlines is reduced to the sign of the determinant of three
// such vectors, and that sign is never guessed:
//
//   1. double arithmetic with an error bound decides nearly always (about 5 ns);
//   2. what is zero by structure (same meridian, equator, equal or opposite points, the mirrored families below) is
//      recognised on the integers: airspace grids are full of it;
//   3. long double on exact integer differences of longitude decides the rest;
//   4. and 100 decimal digits decide what long double cannot. Below 1e-80 the value counts as zero: the only
//      determinants that small are zero (docs/geometry.md, "How exact").
//
// S2's predicates were considered: they break ties by symbolic perturbation of rounded vectors, so that a vertex on a
// neighbour's edge counts as overlap in half of all cases. Grids of blocks need the tie to be a tie.
#pragma once

#include <cstdint>

#include "geo/vec.h"
#include "geo/volume.h"

namespace tansiq::geo {

inline constexpr std::int32_t kQuarterTurnE7 = 900'000'000;
inline constexpr std::int32_t kHalfTurnE7 = 1'800'000'000;
inline constexpr std::int64_t kFullTurnE7 = 3'600'000'000;

/// The one integer name of a point: longitude in [-180°, 180°), 0 at the poles. Equal points have equal names.
[[nodiscard]] LatLng canonical(LatLng p);

/// `to - from`, the short way: in [-180°, 180°), as 1e-7 degrees.
[[nodiscard]] std::int64_t lng_difference(std::int32_t to_e7, std::int32_t from_e7);

/// A canonical point with its unit vector, rounded: each component within 6e-16 of the real one.
struct Vertex {
  Vec3 v;
  LatLng p;
};

/// Cost: about 40 ns. `p` must be in range.
[[nodiscard]] Vertex make_vertex(LatLng p);

/// Sign of det(a, b, c): +1 when c lies to the left of the great circle from a to b, -1 to its right, 0 exactly on it
/// (or when two of the points are equal or opposite). Exact.
[[nodiscard]] int orient(const Vertex& a, const Vertex& b, const Vertex& c);

/// For x and y on one great circle with `apex`: do they lie in the same direction from it (and not in opposite ones)?
/// Neither may be `apex` or its opposite. Exact.
[[nodiscard]] bool same_direction(const Vertex& apex, const Vertex& x, const Vertex& y);

/// Does p lie on the open edge from a to b? Ends excluded. Exact.
[[nodiscard]] bool on_open_edge(const Vertex& a, const Vertex& b, const Vertex& p);

/// Is the direction from `apex` to `d` strictly inside the sector that begins at the direction to `from` and runs
/// counter-clockwise to the direction of `to`? Exact.
[[nodiscard]] bool in_open_sector(const Vertex& apex, const Vertex& from, const Vertex& to, const Vertex& d);

[[nodiscard]] inline bool is_pole(const Vertex& a) {
  return a.p.lat_e7 == kQuarterTurnE7 || a.p.lat_e7 == -kQuarterTurnE7;
}
[[nodiscard]] bool opposite(const Vertex& a, const Vertex& b);

/// The sign by 100-digit arithmetic alone: the oracle of the tests, and the last step of `orient`. About 100 µs.
[[nodiscard]] int orient_by_digits(LatLng a, LatLng b, LatLng c);
[[nodiscard]] int along_by_digits(LatLng apex, LatLng x, LatLng y);

}  // namespace tansiq::geo
