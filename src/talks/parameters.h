// What a template's parameters are: each has a type, a place in the record (canonical JSON, integers only) and bounds.
//
//   {"flight":"M1","level":{"cm":609600,"ref":"fl"},"position":[335000000,362500000]}
//
// Spelled as the same things are spelled elsewhere in the record: points in 1e-7 degree, outlines, windows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "log/jcs.h"
#include "talks/language.h"

namespace tansiq::talks {

enum class ParameterType : std::uint8_t {
  kPosition,   ///< [latitude, longitude] in 1e-7 degree
  kLevel,      ///< {"cm","ref"}, `ref` fl, amsl, wgs84 or agl; a flight level is a whole multiple of 100 ft
  kTime,       ///< Milliseconds of UTC.
  kWindow,     ///< {"end_ms","start_ms"}, the end later than the start
  kArea,       ///< {"circle":…}, {"polygon":…} or {"corridor":…}
  kFlight,     ///< A flight or a ship, as its authority names it.
  kTrack,      ///< A track, as whoever writes the message names it.
  kAuthority,  ///< By its id, as the charter has it.
  kZone,       ///< The same.
  kIncident,   ///< As it was opened.
  kCount,      ///< A number of things; the sentence agrees with it.
  kDistanceM,
  kBearingDeg,  ///< From true north, 0 to 359.
  kSpeed,       ///< Centimetres a second, over ground or water.
  kDurationS,
  kText,  ///< {"language","text"}: words of the author, which no machine translates.
};

/// `position`, …, `bearing_deg`, …: as in the catalogue.
[[nodiscard]] std::string_view to_text(ParameterType type);
[[nodiscard]] Result<ParameterType> parse_parameter_type(std::string_view text);
/// What a value of the type looks like, for messages: "[latitude, longitude] in 1e-7 degree".
[[nodiscard]] std::string_view shape_of(ParameterType type);

inline constexpr std::size_t kAreaPointsMax = 32;  ///< Of one parameter; a larger area is a part of its own.
inline constexpr std::size_t kTextBytesMax = 400;  ///< Of one parameter; a longer text is a part of its own.
inline constexpr std::int64_t kCountMax = 100'000;
inline constexpr std::int64_t kDistanceMMax = 20'100'000;  // more than half round the earth
inline constexpr std::int64_t kSpeedCmSMax = 1'000'000;
inline constexpr std::int64_t kDurationSMax = 31 * 86'400;

struct Position {
  std::int64_t lat_e7 = 0;
  std::int64_t lng_e7 = 0;
};
enum class LevelReference : std::uint8_t { kFlightLevel, kAmsl, kWgs84, kAgl };
struct Level {
  std::int64_t cm = 0;
  LevelReference reference = LevelReference::kFlightLevel;
};
struct Window {
  UtcMs start;
  UtcMs end;
};
struct CircleArea {
  Position centre;
  std::int64_t radius_cm = 0;
};
struct PolygonArea {
  std::vector<Position> vertices;
};
struct CorridorArea {
  std::vector<Position> line;
  std::int64_t left_cm = 0;
  std::int64_t right_cm = 0;
};
using Area = std::variant<CircleArea, PolygonArea, CorridorArea>;
struct Text {
  Language language = Language::kEnglish;
  std::string text;
};

/// An id is a string; counts, distances, bearings, speeds and durations are integers, told apart by their type.
using ParameterValue = std::variant<Position, Level, UtcMs, Window, Area, std::string, std::int64_t, Text>;

struct ParameterSpec {
  std::string name;
  ParameterType type = ParameterType::kText;
};

/// A value that is within the bounds of its type.
struct Parameter {
  std::string name;
  ParameterType type = ParameterType::kText;
  ParameterValue value;
};

/// Reads the parameters of a message: exactly those of `specs`, in their order. Fails with `kInvalid`; the message says
/// what a right value looks like, `where` which parameter.
[[nodiscard]] Result<std::vector<Parameter>> read_parameters(const std::vector<ParameterSpec>& specs,
                                                             const log::JcsValue& value);
/// The canonical JSON that `read_parameters` reads. The names must be in canonical order, as in a template.
void write_parameters(log::JcsWriter& out, const std::vector<Parameter>& parameters);

}  // namespace tansiq::talks
