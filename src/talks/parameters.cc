#include "talks/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/foreign_text.h"
#include "base/ids.h"
#include "base/limits.h"

namespace tansiq::talks {
namespace {

using log::JcsValue;
using log::JcsWriter;

struct TypeInfo {
  std::string_view name;
  std::string_view shape;
};

constexpr std::string_view kIdShape = "a string of letters, digits, '-', '_' and '.'";
constexpr std::array<TypeInfo, 16> kTypes{{
    {"position", "[latitude, longitude] in 1e-7 degree"},
    {"level", "{\"cm\":height,\"ref\":\"fl\", \"amsl\", \"wgs84\" or \"agl\"}"},
    {"time", "milliseconds of UTC since 1970"},
    {"window", "{\"end_ms\":…,\"start_ms\":…}"},
    {"area",
     "{\"circle\":{\"centre\":point,\"radius_cm\":…}}, {\"polygon\":[points]} or "
     "{\"corridor\":{\"left_cm\":…,\"line\":[points],\"right_cm\":…}}"},
    {"flight", kIdShape},
    {"track", kIdShape},
    {"authority", kIdShape},
    {"zone", kIdShape},
    {"incident", kIdShape},
    {"count", "a whole number from 0"},
    {"distance_m", "metres, a whole number from 0"},
    {"bearing_deg", "degrees from true north, 0 to 359"},
    {"speed", "centimetres a second, a whole number from 0"},
    {"duration_s", "seconds, a whole number from 0"},
    {"text", "{\"language\":\"ar\", \"en\", \"fr\" or \"ru\",\"text\":words}"},
}};
constexpr std::array<std::string_view, 4> kReferences{"fl", "amsl", "wgs84", "agl"};
constexpr std::int64_t kCmPerFlightLevel = 3'048;
constexpr std::int64_t kLatE7Max = 90'0000000;
constexpr std::int64_t kLngE7Max = 180'0000000;

const TypeInfo& info(ParameterType type) { return kTypes[static_cast<std::size_t>(type)]; }

Result<Position> read_position(const JcsValue& value) {
  if (value.kind() != JcsValue::Kind::kArray || value.size() != 2) {
    return value.fail_here("a point is [latitude, longitude] in 1e-7 degree");
  }
  const std::int64_t lat = TRY(value[0].integer(-kLatE7Max, kLatE7Max));
  const std::int64_t lng = TRY(value[1].integer(-kLngE7Max, kLngE7Max));
  return Position{.lat_e7 = lat, .lng_e7 = lng};
}

Result<Level> read_level(const JcsValue& value) {
  TRY_VOID(value.only({"cm", "ref"}));
  const JcsValue cm = TRY(value.at("cm"));
  const JcsValue ref = TRY(value.at("ref"));
  const std::string_view word = TRY(ref.string());
  const auto* const found = std::ranges::find(kReferences, word);
  if (found == kReferences.end()) return ref.fail_here("a level is measured from fl, amsl, wgs84 or agl");
  Level level;
  level.cm = TRY(cm.integer(kHeightCmMin, kHeightCmMax));
  level.reference = static_cast<LevelReference>(std::distance(kReferences.begin(), found));
  if (level.reference == LevelReference::kFlightLevel && (level.cm < 0 || level.cm % kCmPerFlightLevel != 0)) {
    return cm.fail_here(
        fmt::format("{} cm is not a flight level: those are whole multiples of 3048 cm, from 0", level.cm));
  }
  return level;
}

Result<UtcMs> read_time(const JcsValue& value) { return UtcMs{TRY(value.integer(kUtcMin.ms, kUtcMax.ms))}; }

Result<Window> read_window(const JcsValue& value) {
  TRY_VOID(value.only({"end_ms", "start_ms"}));
  const JcsValue start = TRY(value.at("start_ms"));
  const JcsValue end = TRY(value.at("end_ms"));
  Window window;
  window.start = TRY(read_time(start));
  window.end = TRY(read_time(end));
  if (window.end <= window.start) {
    return value.fail_here(fmt::format("the window ends at {}, which is not after its start at {}",
                                       format_utc(window.end), format_utc(window.start)));
  }
  return window;
}

Result<std::vector<Position>> read_positions(const JcsValue& value, std::size_t count_min) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() < count_min || value.size() > kAreaPointsMax) {
    return value.fail_here(fmt::format("{} points; {} to {} are right here", value.size(), count_min, kAreaPointsMax));
  }
  std::vector<Position> points;
  points.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) points.push_back(TRY(read_position(value[i])));
  return points;
}

Result<Area> read_circle(const JcsValue& value) {
  TRY_VOID(value.only({"centre", "radius_cm"}));
  const JcsValue centre = TRY(value.at("centre"));
  const JcsValue radius = TRY(value.at("radius_cm"));
  CircleArea circle;
  circle.centre = TRY(read_position(centre));
  circle.radius_cm = TRY(radius.integer(1, kRadiusCmMax));
  return Area(circle);
}

Result<Area> read_corridor(const JcsValue& value) {
  TRY_VOID(value.only({"left_cm", "line", "right_cm"}));
  const JcsValue left = TRY(value.at("left_cm"));
  const JcsValue line = TRY(value.at("line"));
  const JcsValue right = TRY(value.at("right_cm"));
  CorridorArea corridor;
  corridor.left_cm = TRY(left.integer(0, kCorridorWidthCmMax));
  corridor.line = TRY(read_positions(line, 2));
  corridor.right_cm = TRY(right.integer(0, kCorridorWidthCmMax));
  return Area(std::move(corridor));
}

Result<Area> read_area(const JcsValue& value) {
  if (value.kind() != JcsValue::Kind::kObject || value.size() != 1) {
    return value.fail_here("an area is a circle, a polygon or a corridor");
  }
  TRY_VOID(value.only({"circle", "corridor", "polygon"}));
  if (const auto circle = value.find("circle")) return read_circle(*circle);
  if (const auto corridor = value.find("corridor")) return read_corridor(*corridor);
  const JcsValue polygon = TRY(value.at("polygon"));
  return Area(PolygonArea{.vertices = TRY(read_positions(polygon, 3))});
}

Result<Text> read_text(const JcsValue& value) {
  TRY_VOID(value.only({"language", "text"}));
  const JcsValue language = TRY(value.at("language"));
  const JcsValue words = TRY(value.at("text"));
  Text text;
  const std::string_view code = TRY(language.string());
  const auto parsed = parse_language(code);
  if (!parsed) return language.fail_here(parsed.error().message);
  text.language = *parsed;
  text.text = TRY(words.string());
  if (text.text.empty()) return words.fail_here("a text is not empty");
  if (text.text.size() > kTextBytesMax) {
    return words.fail_here(
        fmt::format("{} bytes; a text within a template has at most {}", text.text.size(), kTextBytesMax));
  }
  return text;
}

Result<std::string> read_id(const JcsValue& value, ParameterType type) {
  const std::string_view id = TRY(value.string());
  if (const auto right = check_id(id, info(type).name); !right) return value.fail_here(right.error().message);
  return std::string(id);
}

template <class T>
Result<ParameterValue> as_value(Result<T> read) {
  if (!read) return std::unexpected(std::move(read).error());
  return ParameterValue(*std::move(read));
}

Result<ParameterValue> read_value(ParameterType type, const JcsValue& value) {
  switch (type) {
    case ParameterType::kPosition:
      return as_value(read_position(value));
    case ParameterType::kLevel:
      return as_value(read_level(value));
    case ParameterType::kTime:
      return as_value(read_time(value));
    case ParameterType::kWindow:
      return as_value(read_window(value));
    case ParameterType::kArea:
      return as_value(read_area(value));
    case ParameterType::kFlight:
    case ParameterType::kTrack:
    case ParameterType::kAuthority:
    case ParameterType::kZone:
    case ParameterType::kIncident:
      return as_value(read_id(value, type));
    case ParameterType::kCount:
      return as_value(value.integer(0, kCountMax));
    case ParameterType::kDistanceM:
      return as_value(value.integer(0, kDistanceMMax));
    case ParameterType::kBearingDeg:
      return as_value(value.integer(0, 359));
    case ParameterType::kSpeed:
      return as_value(value.integer(0, kSpeedCmSMax));
    case ParameterType::kDurationS:
      return as_value(value.integer(0, kDurationSMax));
    case ParameterType::kText:
      return as_value(read_text(value));
  }
  return fail(ErrorCode::kInternal, "a type of parameter that is none");
}

struct Writer {
  JcsWriter& out;
  void operator()(const Position& position) const {
    out.begin_array().integer(position.lat_e7).integer(position.lng_e7).end_array();
  }
  void operator()(const std::vector<Position>& points) const {
    out.begin_array();
    for (const Position& point : points) (*this)(point);
    out.end_array();
  }
  void operator()(const Level& level) const {
    out.begin_object().key("cm").integer(level.cm).key("ref");
    out.string(kReferences[static_cast<std::size_t>(level.reference)]).end_object();
  }
  void operator()(UtcMs time) const { out.integer(time.ms); }
  void operator()(const Window& window) const {
    out.begin_object().key("end_ms").integer(window.end.ms).key("start_ms").integer(window.start.ms).end_object();
  }
  void operator()(const CircleArea& circle) const {
    out.key("circle").begin_object().key("centre");
    (*this)(circle.centre);
    out.key("radius_cm").integer(circle.radius_cm).end_object();
  }
  void operator()(const PolygonArea& polygon) const {
    out.key("polygon");
    (*this)(polygon.vertices);
  }
  void operator()(const CorridorArea& corridor) const {
    out.key("corridor").begin_object().key("left_cm").integer(corridor.left_cm).key("line");
    (*this)(corridor.line);
    out.key("right_cm").integer(corridor.right_cm).end_object();
  }
  void operator()(const Area& area) const {
    out.begin_object();
    std::visit(*this, area);
    out.end_object();
  }
  void operator()(const std::string& id) const { out.string(id); }
  void operator()(std::int64_t number) const { out.integer(number); }
  void operator()(const Text& text) const {
    out.begin_object().key("language").string(to_text(text.language)).key("text").string(text.text).end_object();
  }
};

std::string names_of(const std::vector<ParameterSpec>& specs) {
  if (specs.empty()) return "none";
  std::string out;
  for (const ParameterSpec& spec : specs) out += (out.empty() ? "" : ", ") + spec.name;
  return out;
}

}  // namespace

std::string_view to_text(ParameterType type) { return info(type).name; }
std::string_view shape_of(ParameterType type) { return info(type).shape; }

Result<ParameterType> parse_parameter_type(std::string_view text) {
  const auto* const found = std::ranges::find(kTypes, text, &TypeInfo::name);
  if (found != kTypes.end()) return static_cast<ParameterType>(std::distance(kTypes.begin(), found));
  return fail(ErrorCode::kInvalid,
              fmt::format("there is no type of parameter \"{}\"", foreign_text(text, kQuotedBytesMax)));
}

Result<std::vector<Parameter>> read_parameters(const std::vector<ParameterSpec>& specs, const log::JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kObject));
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (std::ranges::find(specs, value.name(i), &ParameterSpec::name) == specs.end()) {
      return value[i].fail_here("the template has no such parameter; it has: " + names_of(specs));
    }
  }
  std::vector<Parameter> out;
  out.reserve(specs.size());
  for (const ParameterSpec& spec : specs) {
    const auto found = value.find(spec.name);
    if (!found) {
      return value.fail_here(fmt::format("the parameter \"{}\" is missing: {}", spec.name, shape_of(spec.type)));
    }
    auto read = read_value(spec.type, *found);
    if (!read) {
      Error error = std::move(read).error();
      error.message += fmt::format(" (\"{}\" has the type {}: {})", spec.name, to_text(spec.type), shape_of(spec.type));
      return std::unexpected(std::move(error));
    }
    out.push_back({.name = spec.name, .type = spec.type, .value = *std::move(read)});
  }
  return out;
}

void write_parameters(log::JcsWriter& out, const std::vector<Parameter>& parameters) {
  out.begin_object();
  for (const Parameter& parameter : parameters) {
    out.key(parameter.name);
    std::visit(Writer{out}, parameter.value);
  }
  out.end_object();
}

}  // namespace tansiq::talks
