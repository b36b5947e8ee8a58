// Other suppliers' outlines, ready to be compared with ours.
//
// A registry takes outlines that geometry does not: without area (all vertices on one great circle), with a closing
// copy of the first vertex, with edges that cross. Whoever files one says where it is as much as anybody else, and an
// intent of ours must not wait for a shape that nobody will ever be able to judge. So what cannot be prepared as it
// stands is replaced by what certainly holds it: errs towards conflict, never away from it.
#pragma once

#include <optional>

#include "base/result.h"
#include "geo/conflict.h"

namespace tansiq::uss {

/// A quadrilateral between two meridians that holds all edges of the polygon, and a metre around them. Its other two
/// edges are great circles, so the one towards the equator lies so much further out that it passes below every vertex.
/// Nothing where the polygon reaches beyond 85° of latitude or over more than 90° of longitude.
[[nodiscard]] std::optional<geo::Polygon> around(const geo::Polygon& polygon);

/// `geo::prepare`; of a polygon that it refuses, without the vertices that repeat the one before, or of what is around
/// it. Fails with what is wrong with the volume as it stands.
[[nodiscard]] Result<geo::PreparedVolume> prepare_generously(const geo::Volume4d& volume);

}  // namespace tansiq::uss
