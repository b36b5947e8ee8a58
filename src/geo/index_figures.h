// Measures the index on seeded workloads, beside Boost.Geometry's R-tree on the same data.
//
// The workloads. Both have volumes as airspace has them: seven in ten a drone's (100 m … 1 km, minutes), a quarter an
// aircraft's (2 … 20 km), the rest corridors and, one in a thousand, zones for days; level bands of 30 … 300 m below
// 3 km; starts over a day. The area grows with the number of volumes, so that density stays the same. Queries are drawn
// like volumes, and find the true conflicts under minima of 50 m and 30 m.
//
// `kUsual` stands for a plan that has been deconflicted: corridors of 10 … 60 km, zones of 100 km, a million volumes in
// 2,000 km squared. A query meets fewer than one other box. `kDense` stands for requests before that, and for en-route
// traffic: corridors of 20 … 150 km and up to 10 km wide, zones of 300 km, a million in 1,100 km squared. They overlap
// so much that a query meets about a dozen boxes, most of them large; this one was not used to tune the index.
//
// Both structures are built in memory that has been written to before. The one that was measured first used to pay for
// fresh pages and leave them to the other, and its insertions came out at 1.5 times the R-tree's speed instead of 2 or
// more. A node that grows pays the kernel for its pages whatever the structure.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tansiq::geo {

enum class IndexWorkload : std::uint8_t { kUsual, kDense };

struct OperationFigures {
  double mean_us = 0;
  double p50_us = 0;
  double p99_us = 0;
};

struct IndexFigures {
  std::size_t volumes = 0;
  OperationFigures query;
  double search_mean_us = 0;  ///< The part of a query that the index does: the boxes, without the exact comparison.
  double insert_mean_us = 0;
  double remove_mean_us = 0;
  double index_bytes_per_volume = 0;
  double shape_bytes_per_volume = 0;
  double hits_mean = 0;        ///< Conflicts a query.
  double candidates_mean = 0;  ///< Boxes that meet a query's.
  double growth = 0;           ///< Mean query here, divided by that with 10,000 volumes at the same density.

  /// The R-tree (four dimensions, the faster of its `rstar` and `quadratic`); zero when not measured.
  OperationFigures rtree_query;
  double rtree_search_mean_us = 0;
  double rtree_insert_mean_us = 0;
  double query_ratio = 0;   ///< R-tree's mean by the index's.
  double search_ratio = 0;  ///< The same.
  double insert_ratio = 0;  ///< The same.
};

/// One thread; times are its own CPU time, so that a busy machine does not spoil them. About 5 s and 1 GB for a
/// million volumes, some 15 s with the R-tree. Deterministic but for the clock.
[[nodiscard]] IndexFigures measure_index(std::size_t volumes, IndexWorkload workload, bool with_rtree_peer,
                                         std::uint64_t seed);

struct ShapeFigures {
  double make_polygon_us = 0;  ///< Of six vertices.
  double make_circle_us = 0;
  double make_corridor_us = 0;  ///< Of four points.
  double polygons_apart_us = 0;
  double polygons_touching_us = 0;
  double polygons_overlapping_us = 0;
};
/// Means, in a second or so.
[[nodiscard]] ShapeFigures measure_shapes(std::uint64_t seed);

}  // namespace tansiq::geo
