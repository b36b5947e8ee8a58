// Volumes with less in them, for those who may know less: outlines become cells of a grid, bands and windows are
// rounded outward.
//
//   const std::vector<geo::Volume4d> shown = coarsened(volumes, terms.coarse);
//
// What comes out contains what went in: every point, level and moment of it. And it tells nothing else: it is a
// function of the cells alone, so plans that fall into the same cells give equal results, whatever their outlines, how
// many volumes they consist of and in which order.
//
// The cells of a volume are the rectangle of cells around its bounding box. An edge between two corners on one parallel
// is a great circle, which leaves the parallel towards the pole: there are corners at least every degree, and the box
// is grown by more than what is left before it is snapped. Boxes wider than 60 degrees are cut at multiples of 60; at a
// pole, where all meridians meet, the pole is a corner.
//
// Cost: one geo::Shape a volume.
#pragma once

#include <vector>

#include "core/disclosure_terms.h"
#include "geo/shape.h"
#include "geo/volume.h"

namespace tansiq::coordination {

/// In a canonical order, each once. An outline that is none (geo::Shape refuses it) can be nobody's use and is left
/// out.
[[nodiscard]] std::vector<geo::Volume4d> coarsened(const std::vector<geo::Volume4d>& volumes,
                                                   const core::Coarsening& by);

// The parts, for tests.
[[nodiscard]] std::vector<geo::Polygon> coarsened(const geo::Shape::Bounds& bounds, std::int64_t grid_e7);
[[nodiscard]] geo::LevelBand coarsened(const geo::LevelBand& band, std::int64_t step_cm);
[[nodiscard]] geo::TimeWindow coarsened(const geo::TimeWindow& window, DurationMs step_ms);

}  // namespace tansiq::coordination
