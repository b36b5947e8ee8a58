// Which cells of about 1 km² an outline meets: how F3548 compares areas.
//
//   const CellCover cover = TRY(cover_cells(geo::Circle{{465000000, 66000000}, 30'000}, {.area_km2_max = 2'500}));
//   share_cell(cover.cells, other.cells);
//
// Cells are S2 cells of level 13 (0.8 to 1.6 km²), named by their 64-bit ids. A covering is conservative: it holds
// every cell that the closed outline has a point in, and may hold one that it misses by centimetres; so shapes that
// touch share a cell, and shapes more than two cells apart (3.5 km) never do. Circles are true discs on the ellipsoid,
// polygons have great circles as edges and the smaller side as inside, as everywhere in geo.
//
// The work is bounded before it is done: the outline is checked, then its area, and then the covering grows only to
// `cells_max`. A needle that winds around the earth has little area and many cells: that is what the second bound is
// for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/result.h"
#include "geo/volume.h"

namespace tansiq::geo {

/// Level 13: cells with an edge of 0.9 to 1.3 km.
inline constexpr int kCoverLevel = 13;

struct CoverLimits {
  double area_km2_max = 2'500;
  std::size_t cells_max = 16'384;
};

struct CellCover {
  std::vector<std::uint64_t> cells;  ///< S2 cell ids, ascending, none twice, never empty.
  double area_km2 = 0;               ///< Of the outline, on a sphere of 6,371.01 km; within 1 % of the ellipsoid's.
};

/// Fails with `kInvalid` as `Shape::make` does (too few or repeated vertices, a closing copy of the first, edges that
/// cross), and with `kTooLarge` beyond a limit; the message names it. Unlike there, a polygon all of whose vertices lie
/// on one great circle is legal: it is that line. Cost: O(vertices log vertices + cells log vertices).
[[nodiscard]] Result<CellCover> cover_cells(const std::variant<Polygon, Circle>& outline, const CoverLimits& limits);

/// Have two ascending lists a common element? O(a + b), or O(short × log long) when their lengths differ much.
[[nodiscard]] bool share_cell(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);

}  // namespace tansiq::geo
