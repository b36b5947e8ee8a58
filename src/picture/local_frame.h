// East and north in metres around a point of the WGS-84 ellipsoid, right anywhere on Earth.
//
// A point is kept as the ellipsoid's normal there (geodetic latitude and longitude on the unit sphere), so neither the
// poles nor the 180° meridian are special. Offsets are measured along the great circle of normals with the ellipsoid's
// radii half way: within 1e-5 of the geodesic up to 500 km. At a pole, where every direction is south or north, east is
// taken to be that of the zero meridian.
//
// Frames at two places do not share their axes: north turns as one goes east, at a pole by the whole change of
// longitude. `turn_to` carries a vector from one to the other, as one who walks straight there would carry it.
#pragma once

#include "geo/vec.h"
#include "geo/volume.h"

namespace tansiq::picture {

/// Metres, or metres a second, in the axes of some frame.
struct Planar {
  double east = 0;
  double north = 0;
  friend constexpr Planar operator+(Planar a, Planar b) { return {a.east + b.east, a.north + b.north}; }
  friend constexpr Planar operator-(Planar a, Planar b) { return {a.east - b.east, a.north - b.north}; }
  friend constexpr Planar operator*(double s, Planar a) { return {s * a.east, s * a.north}; }
};
[[nodiscard]] constexpr double dot(Planar a, Planar b) { return a.east * b.east + a.north * b.north; }
[[nodiscard]] constexpr double norm2(Planar a) { return dot(a, a); }

/// A unit vector: the normal at a point of the ellipsoid.
struct Normal : geo::Vec3 {
  constexpr Normal() : Vec3{1, 0, 0} {}
  constexpr Normal(geo::Vec3 v) : Vec3(v) {}  // NOLINT(google-explicit-constructor)
  constexpr Normal(double x_, double y_, double z_) : Vec3{x_, y_, z_} {}
};
[[nodiscard]] Normal normal_of(double lat_deg, double lng_deg);
[[nodiscard]] Normal normal_of(geo::LatLng position);
/// Latitude -90 to 90, longitude [-180, 180).
struct Degrees {
  double lat = 0;
  double lng = 0;
};
[[nodiscard]] Degrees degrees_of(const Normal& normal);
/// On the grid of reports.
[[nodiscard]] geo::LatLng lat_lng_of(const Normal& normal);

/// Metres between two points, within 1e-5 up to 500 km and within 0.6 % anywhere.
[[nodiscard]] double distance_m(const Normal& a, const Normal& b);

/// A rotation of the plane.
struct Turn {
  double cosine = 1;
  double sine = 0;
  [[nodiscard]] constexpr Planar operator()(Planar v) const {
    return {cosine * v.east - sine * v.north, sine * v.east + cosine * v.north};
  }
};

class LocalFrame {
 public:
  LocalFrame() : LocalFrame(Normal{}) {}
  explicit LocalFrame(const Normal& origin);

  [[nodiscard]] const Normal& origin() const { return origin_; }
  /// Where `point` lies, seen from the origin.
  [[nodiscard]] Planar offset_of(const Normal& point) const;
  /// The inverse: the point `offset` away.
  [[nodiscard]] Normal at(Planar offset) const;
  /// What turns the components of a vector in these axes into those in the axes of `other`.
  [[nodiscard]] Turn turn_to(const LocalFrame& other) const;

 private:
  Normal origin_;
  Normal east_;
  Normal north_;
  double east_m_ = 0;  ///< Metres a radian.
  double north_m_ = 0;
};

}  // namespace tansiq::picture
