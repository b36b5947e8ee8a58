#include "formats/columns.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "formats/findings.h"

namespace tansiq::formats {
namespace {

constexpr std::size_t kMappingBytesMax = 64U << 10;

constexpr std::array<std::string_view, kRoles> kRoleNames{
    "time",          "position_time", "id",    "label",         "latitude",  "longitude",
    "baro_altitude", "geo_altitude",  "speed", "vertical_rate", "on_ground", "course"};

enum class Dimension : std::uint8_t { kNone, kTime, kLength, kSpeed };

Dimension dimension(Role role) {
  switch (role) {
    case Role::kTime:
    case Role::kPositionTime:
      return Dimension::kTime;
    case Role::kBaroAltitude:
    case Role::kGeoAltitude:
      return Dimension::kLength;
    case Role::kSpeed:
    case Role::kVerticalRate:
      return Dimension::kSpeed;
    default:
      return Dimension::kNone;
  }
}

struct UnitName {
  std::string_view name;
  Unit unit;
  Dimension dimension;
};
constexpr std::array kUnits{
    UnitName{"s", Unit::kSeconds, Dimension::kTime},
    UnitName{"ms", Unit::kMilliseconds, Dimension::kTime},
    UnitName{"rfc3339", Unit::kRfc3339, Dimension::kTime},
    UnitName{"utc", Unit::kUtcText, Dimension::kTime},
    UnitName{"m", Unit::kMetres, Dimension::kLength},
    UnitName{"ft", Unit::kFeet, Dimension::kLength},
    UnitName{"m/s", Unit::kMetresPerSecond, Dimension::kSpeed},
    UnitName{"kt", Unit::kKnots, Dimension::kSpeed},
    UnitName{"km/h", Unit::kKilometresPerHour, Dimension::kSpeed},
    UnitName{"ft/min", Unit::kFeetPerMinute, Dimension::kSpeed},
};

Unit default_unit(Role role) {
  switch (dimension(role)) {
    case Dimension::kTime:
      return Unit::kSeconds;
    case Dimension::kLength:
      return Unit::kMetres;
    case Dimension::kSpeed:
      return Unit::kMetresPerSecond;
    case Dimension::kNone:
      return Unit::kNone;
  }
  return Unit::kNone;
}

Result<Role> find_role(std::string_view name) {
  const auto found = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (found != kRoleNames.end()) return static_cast<Role>(found - kRoleNames.begin());
  return fail(ErrorCode::kInvalid,
              fmt::format("there is no column role '{}'; roles are {}", printable(name), fmt::join(kRoleNames, ", ")));
}

Result<Unit> find_unit(Role role, std::string_view name) {
  std::vector<std::string_view> fitting;
  for (const auto& unit : kUnits) {
    if (unit.dimension != dimension(role)) continue;
    if (unit.name == name) return unit.unit;
    fitting.push_back(unit.name);
  }
  if (fitting.empty()) return fail(ErrorCode::kInvalid, fmt::format("{} has no unit", role_name(role)));
  return fail(ErrorCode::kInvalid, fmt::format("'{}' is not a unit of {}; write one of {}", printable(name),
                                               role_name(role), fmt::join(fitting, ", ")));
}

Status declare(ColumnMapping& mapping, std::string_view role_text, std::string_view column,
               std::optional<std::string_view> unit) {
  const Role role = TRY(find_role(role_text));
  auto& slot = mapping.columns.at(static_cast<std::size_t>(role));
  if (slot) return fail(ErrorCode::kInvalid, fmt::format("{} is declared twice", role_text));
  if (column.empty()) return fail(ErrorCode::kInvalid, fmt::format("{} names no column", role_text));
  slot = Column{std::string(column), unit ? TRY(find_unit(role, *unit)) : default_unit(role)};
  return {};
}

Status check_complete(const ColumnMapping& mapping) {
  for (const Role role : {Role::kId, Role::kLatitude, Role::kLongitude}) {
    if (!mapping.column(role))
      return fail(ErrorCode::kInvalid, fmt::format("no column is declared for {}", role_name(role)));
  }
  if (!mapping.column(Role::kTime) && !mapping.column(Role::kPositionTime)) {
    return fail(ErrorCode::kInvalid, "no column is declared for time or position_time");
  }
  return {};
}

Result<std::string_view> toml_string(const toml::node& node, std::string_view where) {
  const auto* text = node.as_string();
  if (text == nullptr) return fail(ErrorCode::kInvalid, "must be a string", std::string(where));
  return std::string_view(text->get());
}

Result<ColumnMapping> from_table(const toml::table& root, std::string_view name) {
  ColumnMapping mapping;
  mapping.name = name;
  const toml::table* columns = nullptr;
  const toml::table* units = nullptr;
  for (const auto& [key, node] : root) {
    const std::string_view member = key.str();
    if (member == "columns" && node.is_table())
      columns = node.as_table();
    else if (member == "units" && node.is_table())
      units = node.as_table();
    else if (member == "separator") {
      const auto text = TRY(toml_string(node, "separator"));
      if (text.size() != 1 || text == "\"" || text == "\n" || text == "\r")
        return fail(ErrorCode::kInvalid, "must be one character", "separator");
      mapping.separator = text.front();
    } else {
      return fail(ErrorCode::kInvalid,
                  fmt::format("unknown name '{}'; known are separator, [columns], [units]", printable(member)));
    }
  }
  if (columns == nullptr) return fail(ErrorCode::kInvalid, "there is no table [columns]");
  for (const auto& [key, node] : *columns) {
    const std::string_view role = key.str();
    std::optional<std::string_view> unit;
    if (units != nullptr && units->contains(role))
      unit = TRY(toml_string(*units->get(role), fmt::format("units.{}", role)));
    TRY_VOID(declare(mapping, role, TRY(toml_string(node, fmt::format("columns.{}", printable(role)))), unit));
  }
  if (units != nullptr) {
    for (const auto& [key, node] : *units) {
      if (!columns->contains(key.str()))
        return fail(ErrorCode::kInvalid, fmt::format("units.{} belongs to no column", printable(key.str())));
    }
  }
  TRY_VOID(check_complete(mapping));
  return mapping;
}

}  // namespace

std::string_view role_name(Role role) { return kRoleNames.at(static_cast<std::size_t>(role)); }

const ColumnMapping& opensky_columns() {
  static const ColumnMapping kMapping = [] {
    auto mapping = parse_columns(
        "time=time,position_time=lastposupdate,id=icao24,label=callsign,latitude=lat,longitude=lon,"
        "baro_altitude=baroaltitude,geo_altitude=geoaltitude,speed=velocity,course=heading,vertical_rate=vertrate,"
        "on_ground=onground");
    mapping->name = "opensky";
    return *mapping;
  }();
  return kMapping;
}

Result<ColumnMapping> parse_columns(std::string_view text) {
  if (text == "opensky") return opensky_columns();
  if (text.size() > kMappingBytesMax) return fail(ErrorCode::kTooLarge, "the column mapping is longer than 64 KiB");
  ColumnMapping mapping;
  mapping.name = "declared";
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(',', from), text.size());
    const std::string_view part = text.substr(from, to - from);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("'{}' is not role=column[:unit]; an example is time=t,id=hex,latitude=lat,longitude=lon",
                              printable(part)));
    }
    std::string_view column = part.substr(equals + 1);
    std::optional<std::string_view> unit;
    if (const std::size_t colon = column.rfind(':'); colon != std::string_view::npos) {
      unit = column.substr(colon + 1);
      column = column.substr(0, colon);
    }
    TRY_VOID(declare(mapping, part.substr(0, equals), column, unit));
    from = to + 1;
  }
  TRY_VOID(check_complete(mapping));
  return mapping;
}

Result<ColumnMapping> parse_columns_toml(std::string_view text, std::string_view name) {
  if (text.size() > kMappingBytesMax) return fail(ErrorCode::kTooLarge, "the column mapping is longer than 64 KiB");
  try {
    const toml::table root = toml::parse(text);
    return from_table(root, name);
  } catch (const toml::parse_error& e) {
    return fail(ErrorCode::kMalformed, fmt::format("not TOML: {}", e.description()),
                fmt::format("line {}, column {}", e.source().begin.line, e.source().begin.column));
  }
}

}  // namespace tansiq::formats
