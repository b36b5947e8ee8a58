#include "picture/release_area.h"

#include <utility>

namespace tansiq::picture {
namespace {

/// Of how much a spot reaches beyond its place, with all that bounds are rounded by.
constexpr std::int64_t kBoundsSlackE7 = 10;

bool beyond(const geo::Shape::Bounds& bounds, geo::LatLng place) {
  // Where one shape spans the 180° meridian or reaches around a pole its longitudes say too little.
  constexpr std::int64_t kSeamE7 = 1'800'000'000 - kBoundsSlackE7;
  const std::int64_t lat = place.lat_e7;
  const std::int64_t lng = place.lng_e7;
  if (lat < bounds.lat_low - kBoundsSlackE7 || lat > bounds.lat_high + kBoundsSlackE7) return true;
  constexpr std::int64_t kPolarE7 = 890'000'000;
  const bool plain =
      bounds.lng_low <= bounds.lng_high && lng > -kSeamE7 && lng < kSeamE7 && lat < kPolarE7 && lat > -kPolarE7;
  return plain && (lng < bounds.lng_low - kBoundsSlackE7 || lng > bounds.lng_high + kBoundsSlackE7);
}

}  // namespace

const geo::Shape* Spot::shape() {
  constexpr std::int64_t kRadiusCm = 1;
  if (!made_) {
    made_ = true;
    if (auto made = geo::Shape::make(geo::Circle{place_, kRadiusCm})) shape_ = *std::move(made);
  }
  return shape_ ? &*shape_ : nullptr;
}

Result<std::shared_ptr<const ReleaseArea>> ReleaseArea::make(std::span<const geo::Outline> outlines) {
  auto out = std::make_shared<ReleaseArea>();
  for (const geo::Outline& outline : outlines) out->outlines_.emplace_back(TRY(geo::Shape::make(outline)));
  return std::shared_ptr<const ReleaseArea>(std::move(out));
}

ReleaseArea::Where ReleaseArea::where(Spot& spot) const {
  bool near = false;
  for (const geo::Cover& outline : outlines_) {
    if (beyond(outline.outer().bounds(), spot.place())) continue;
    const geo::Shape* shape = spot.shape();
    if (shape == nullptr) return Where::kUnsure;
    if (!geo::outlines_conflict(outline.outer(), *shape, 0)) continue;
    if (outline.covers(*shape)) return Where::kInside;
    near = true;
  }
  return near ? Where::kUnsure : Where::kOutside;
}

}  // namespace tansiq::picture
