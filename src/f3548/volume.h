// Volumes as F3548's JSON states them, in degrees and metres, and how they become what the registry compares.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "f3548/area.h"

namespace tansiq::f3548 {

struct Point {
  double lat = 0;
  double lng = 0;
};
struct Disc {
  std::optional<Point> centre;
  std::optional<double> radius_m;
};
struct Altitude {
  double value = 0;
  std::string reference;
  std::string units;
};
struct Volume {
  std::optional<std::vector<Point>> polygon;
  std::optional<Disc> disc;
  std::optional<Altitude> lower;
  std::optional<Altitude> upper;
  std::optional<std::string> start;
  std::optional<std::string> end;
};

/// Which bounds must be there.
enum class Demand : std::uint8_t {
  kNothing,           ///< Queries and subscriptions.
  kTimes,             ///< Constraints.
  kTimesAndAltitudes  ///< Operational intents.
};

/// Bound of all extents of one request, checked before any geometry.
inline constexpr std::size_t kExtentsMax = 256;
/// Of one outline.
inline constexpr double kAreaKm2Max = 2'500;

/// Checks each volume, and collapses them: the union of their cells, the band and the window that hold all.
///
/// Positions are rounded to 1e-7 degree, which the coverings' slack is larger than; heights outward to centimetres.
/// Fails with `kInvalid`, or `kTooLarge` where an outline or the whole is beyond a limit; `where` is as in
/// `extents[2].volume.outline_circle.radius`. `name` is what the volumes are called, with or without an index.
[[nodiscard]] Result<Extent> make_extent(std::span<const Volume> volumes, Demand demand, std::string_view name,
                                         bool indexed);

}  // namespace tansiq::f3548
