// Distances and small steps on WGS-84 for what formats/ builds and reports. Nothing is decided with these numbers:
// conflicts are geo's.
#pragma once

#include <numbers>

#include "geo/vec.h"
#include "geo/volume.h"

namespace tansiq::formats {

/// Metres from the earth's centre, or a unit vector.
using geo::Vec3;

/// The ellipsoid's normal at a point: latitude and longitude on the unit sphere.
[[nodiscard]] Vec3 normal_of(const geo::LatLng& p);
/// The nearest grid point; longitude in (-180, 180].
[[nodiscard]] geo::LatLng point_of(const Vec3& normal);
/// The point of the ellipsoid at height 0.
[[nodiscard]] Vec3 on_ellipsoid(const geo::LatLng& p);
/// Straight distance of two points of the ellipsoid in metres; below the geodesic by less than 1 cm up to 20 km and
/// less than 1 m up to 100 km.
[[nodiscard]] double chord_m(const geo::LatLng& a, const geo::LatLng& b);
/// The point at `fraction` of the great circle from `a` to `b`; outside 0…1 beyond its ends. `a` when they coincide.
[[nodiscard]] geo::LatLng along(const geo::LatLng& a, const geo::LatLng& b, double fraction);
/// The point `metres` from `p` at `bearing_rad` clockwise from north; error below 1e-3 of `metres` up to 500 km.
/// For drawing.
[[nodiscard]] geo::LatLng moved(const geo::LatLng& p, double bearing_rad, double metres);
/// Initial bearing of the great circle from `a` to `b`, clockwise from north.
[[nodiscard]] double bearing_rad(const geo::LatLng& a, const geo::LatLng& b);

}  // namespace tansiq::formats
