// What the readers yield, whatever the file's format: zones and traffic, ready for the check and for import.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/names.h"
#include "formats/findings.h"
#include "geo/volume.h"

namespace tansiq::formats {

using core::Domain;

/// A zone as a file states it. Its extent is the union of `parts`: a file may split it at the 180° meridian.
struct ZoneInput {
  std::string id;     ///< As in the file; unique within it.
  std::string name;   ///< For people; the id where the file has none.
  std::string owner;  ///< Empty where the file does not say.
  std::optional<core::Rule> rule;
  Domain domain = Domain::kAir;
  std::vector<geo::Outline> parts;  ///< Each accepted by geo::Shape.
  geo::LevelBand band;
  std::optional<geo::Minima> minima;
  std::string where;  ///< Its place in the file.
};

struct ZoneFile {
  std::vector<ZoneInput> zones;  ///< In the order of the file.
  Findings findings;
};

/// Where a craft was at the two reports that a flown volume joins; the track is taken as straight and even between.
struct Motion {
  geo::LatLng from, to;
  UtcMs start, end;
  std::optional<std::int64_t> from_cm, to_cm;  ///< In the volume's reference; none on the surface.
};

/// One volume of a flight: declared, or flown.
struct FlightVolume {
  geo::Volume4d volume;
  std::optional<Motion> motion;  ///< For flown volumes.
  std::string zone = {};         ///< In which zone of the charter, where the file says so.
};

struct FlightInput {
  std::string id;     ///< Unique within the file.
  std::string label;  ///< For people.
  Domain domain = Domain::kAir;
  std::vector<FlightVolume> volumes;  ///< At least one, each accepted by geo::prepare.
};

struct TrafficInput {
  std::vector<FlightInput> flights;  ///< Ordered by id.
  std::string growth;                ///< How flown volumes were grown, in words; empty for declared ones.
  std::uint64_t records = 0;         ///< Rows or features read.
  Findings findings;
};

}  // namespace tansiq::formats
