// Which column of a recording means what, and in which units: declared, never guessed.
//
//   const auto mapping = TRY(parse_columns("time=t,id=hex,latitude=lat,longitude=lon,baro_altitude=alt:ft"));
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tansiq::formats {

/// What a column can be.
enum class Role : std::uint8_t {
  kTime,          ///< When the row was issued. Required unless position_time is given.
  kPositionTime,  ///< When the craft was at the position; taken as the report's time where it is given.
  kId,            ///< What makes a craft the same one: an ICAO address, an MMSI. Required.
  kLabel,         ///< A name for people: callsign, ship's name.
  kLatitude,      ///< Degrees. Required.
  kLongitude,     ///< Degrees. Required.
  kBaroAltitude,  ///< Pressure altitude: compared as flight level.
  kGeoAltitude,   ///< Height above the WGS-84 ellipsoid.
  kSpeed,         ///< Over the ground.
  kVerticalRate,
  kOnGround,  ///< true / false, 1 / 0, yes / no in any letter case.
  kCourse,    ///< Over the ground, degrees clockwise from true north; 360 and more say that there is none, as in AIS.
};
inline constexpr std::size_t kRoles = 12;
[[nodiscard]] std::string_view role_name(Role role);

/// How a column's text becomes a number in the unit the program uses.
enum class Unit : std::uint8_t {
  kNone,
  kSeconds,
  kMilliseconds,  ///< Since 1970-01-01T00:00:00Z.
  kRfc3339,       ///< With its offset.
  kUtcText,       ///< `2016-01-12 13:02:11.218`, UTC without saying so.
  kMetres,
  kFeet,
  kMetresPerSecond,
  kKnots,
  kKilometresPerHour,
  kFeetPerMinute,
};

/// One declared column.
struct Column {
  std::string name;  ///< As in the file's first line; letter case matters.
  Unit unit = Unit::kNone;
};

struct ColumnMapping {
  std::string name;  ///< "opensky", or where the mapping came from.
  char separator = ',';
  std::array<std::optional<Column>, kRoles> columns;

  [[nodiscard]] const std::optional<Column>& column(Role role) const {
    return columns.at(static_cast<std::size_t>(role));
  }
  /// Without an altitude column craft move on the surface: their volumes have no level limits.
  [[nodiscard]] bool has_altitude() const { return column(Role::kBaroAltitude) || column(Role::kGeoAltitude); }
};

/// State vectors of the OpenSky Network, as its CSV files name them.
[[nodiscard]] const ColumnMapping& opensky_columns();

/// `opensky`, or `role=column[:unit],…`. Units: time and position_time `s` (default), `ms`, `rfc3339`, `utc`; altitudes
/// `m` (default), `ft`; speed and vertical_rate `m/s` (default), `kt`, `km/h`, `ft/min`. Fails with `kInvalid`, naming
/// the part and what would be right.
[[nodiscard]] Result<ColumnMapping> parse_columns(std::string_view text);

/// The same from a TOML file's text (examples/columns-ais.toml). Unknown names are errors. At most 64 KiB.
[[nodiscard]] Result<ColumnMapping> parse_columns_toml(std::string_view text, std::string_view name);

}  // namespace tansiq::formats
