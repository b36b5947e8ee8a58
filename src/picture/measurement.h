// One report as numbers for the filter: metres, and how far each may be wrong.
//
// What a source says of its own accuracy is taken where it says so; else a value that its format usually keeps to.
// A report's time is uncertain too: a place that is half a second older than it claims lies half a second of flight
// behind, so the sigma of a place grows with the speed.
#pragma once

#include <optional>

#include "base/time.h"
#include "picture/local_frame.h"
#include "surveillance/report.h"

namespace tansiq::picture {

/// A stated place, with its normal, which costs four sines and is needed several times.
struct Fix {
  Fix(geo::LatLng place) : at(place), normal(normal_of(place)) {}  // NOLINT: a place is a place
  geo::LatLng at;
  Normal normal;
};

struct Measurement {
  UtcMs time;
  std::optional<Fix> position;
  std::optional<Planar>
      velocity;  ///< Over ground, in the axes at `position`; at the craft's place where there is none.
  std::optional<double> pressure_m;
  std::optional<double> geometric_m;
  std::optional<double> climb_m_s;
  double position_sigma_m = 50;  ///< Each axis.
  double velocity_sigma_m_s = 3;
  double height_sigma_m = 10;
  double climb_sigma_m_s = 1;
};

[[nodiscard]] Measurement measurement_of(const surveillance::Report& report);

}  // namespace tansiq::picture
