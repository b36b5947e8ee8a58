// An area that rules of release name: is a place in it, or not, as far as that is certain?
//
//   const auto area = TRY(ReleaseArea::make(outlines));        // of a zone, or of several
//   Spot spot(place);
//   switch (area->where(spot)) …
//
// Near a border neither is certain, and for what is told of a craft the difference matters in both directions:
// `kInside` is said only of what lies inside whatever the rounding, `kOutside` only of what lies outside; what is left
// is a strip of some metres.
//
// Immutable: shared between permits and between threads. Cost: a look at bounds, for most outlines; about a microsecond
// where those do not tell, some ten for the inside of a corridor.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "geo/shape.h"

namespace tansiq::picture {

/// A place as geometry has it; prepared when it is first needed.
class Spot {
 public:
  explicit Spot(geo::LatLng place) : place_(place) {}
  [[nodiscard]] geo::LatLng place() const { return place_; }
  /// Null for a place that does not exist.
  [[nodiscard]] const geo::Shape* shape();

 private:
  geo::LatLng place_;
  bool made_ = false;
  std::optional<geo::Shape> shape_;
};

class ReleaseArea {
 public:
  enum class Where : std::uint8_t { kOutside, kInside, kUnsure };

  /// None at all is an area that nothing is in. Fails as Shape::make.
  [[nodiscard]] static Result<std::shared_ptr<const ReleaseArea>> make(std::span<const geo::Outline> outlines);
  [[nodiscard]] Where where(Spot& spot) const;

 private:
  std::vector<geo::Cover> outlines_;
};

}  // namespace tansiq::picture
