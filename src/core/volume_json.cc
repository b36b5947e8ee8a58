#include "core/volume_json.h"

#include <fmt/core.h>

#include <array>
#include <limits>

#include "base/foreign_text.h"
#include "base/limits.h"
#include "core/jcs_read.h"

namespace tansiq::core {
namespace {

using log::JcsValue;
using log::JcsWriter;

constexpr std::array<std::string_view, 4> kReferences{"wgs84", "amsl", "fl", "agl"};
constexpr std::int64_t kLatE7Max = 90'0000000;
constexpr std::int64_t kLngE7Max = 180'0000000;

void write_point(JcsWriter& out, const geo::LatLng& p) {
  out.begin_array().integer(p.lat_e7).integer(p.lng_e7).end_array();
}

void write_points(JcsWriter& out, const std::vector<geo::LatLng>& points) {
  out.begin_array();
  for (const geo::LatLng& p : points) write_point(out, p);
  out.end_array();
}

Result<geo::LatLng> read_point(const JcsValue& value) {
  if (value.kind() != JcsValue::Kind::kArray || value.size() != 2) {
    return value.fail_here("a point is [latitude, longitude] in 1e-7 degree");
  }
  const std::int64_t lat = TRY(value[0].integer(-kLatE7Max, kLatE7Max));
  const std::int64_t lng = TRY(value[1].integer(-kLngE7Max, kLngE7Max));
  return geo::LatLng{static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
}

Result<std::vector<geo::LatLng>> read_points(const JcsValue& value, std::size_t points_max) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() > points_max) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} points, but at most {} are allowed", value.size(), points_max),
                value.path());
  }
  std::vector<geo::LatLng> points;
  points.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) points.push_back(TRY(read_point(value[i])));
  return points;
}

Result<geo::Outline> read_circle(const JcsValue& value) {
  TRY_VOID(value.only({"centre", "radius_cm"}));
  geo::Circle circle;
  circle.centre = TRY(read_at(value, "centre", read_point));
  circle.radius_cm = TRY(integer_at(value, "radius_cm", 0, kRadiusCmMax));
  return geo::Outline(circle);
}

Result<geo::Outline> read_corridor(const JcsValue& value) {
  TRY_VOID(value.only({"left_cm", "line", "right_cm"}));
  geo::Corridor corridor;
  corridor.left_cm = TRY(integer_at(value, "left_cm", 0, kCorridorWidthCmMax));
  corridor.line = TRY(read_at(value, "line", [](const JcsValue& v) { return read_points(v, kCorridorPointsMax); }));
  corridor.right_cm = TRY(integer_at(value, "right_cm", 0, kCorridorWidthCmMax));
  return geo::Outline(std::move(corridor));
}

struct OutlineWriter {
  JcsWriter& out;
  void operator()(const geo::Polygon& polygon) const {
    out.key("polygon");
    write_points(out, polygon.vertices);
  }
  void operator()(const geo::Circle& circle) const {
    out.key("circle").begin_object().key("centre");
    write_point(out, circle.centre);
    out.key("radius_cm").integer(circle.radius_cm).end_object();
  }
  void operator()(const geo::Corridor& corridor) const {
    out.key("corridor").begin_object().key("left_cm").integer(corridor.left_cm).key("line");
    write_points(out, corridor.line);
    out.key("right_cm").integer(corridor.right_cm).end_object();
  }
};

}  // namespace

std::string_view to_text(geo::VerticalReference reference) { return kReferences[static_cast<std::size_t>(reference)]; }

Result<geo::VerticalReference> parse_vertical_reference(std::string_view text) {
  for (std::size_t i = 0; i < kReferences.size(); ++i) {
    if (kReferences[i] == text) return static_cast<geo::VerticalReference>(i);
  }
  return fail(ErrorCode::kInvalid, fmt::format("vertical reference must be wgs84, amsl, fl or agl, not \"{}\"",
                                               foreign_text(text, kQuotedBytesMax)));
}

bool unbounded(const geo::LevelBand& band) {
  return band.lower_cm == geo::kHeightUnboundedLow && band.upper_cm == geo::kHeightUnboundedHigh;
}

void write_outline(JcsWriter& out, const geo::Outline& outline) {
  out.begin_object();
  std::visit(OutlineWriter{out}, outline);
  out.end_object();
}

void write_band(JcsWriter& out, const geo::LevelBand& band) {
  out.begin_object();
  if (band.lower_cm != geo::kHeightUnboundedLow) out.key("lower_cm").integer(band.lower_cm);
  out.key("ref").string(to_text(band.reference));
  if (band.upper_cm != geo::kHeightUnboundedHigh) out.key("upper_cm").integer(band.upper_cm);
  out.end_object();
}

void write_window(JcsWriter& out, const geo::TimeWindow& window) {
  out.begin_object().key("end_ms").integer(window.end.ms).key("start_ms").integer(window.start.ms).end_object();
}

void write_volume(JcsWriter& out, const geo::Volume4d& volume) {
  out.begin_object();
  if (!unbounded(volume.band)) {
    out.key("band");
    write_band(out, volume.band);
  }
  out.key("outline");
  write_outline(out, volume.outline);
  out.key("window");
  write_window(out, volume.window);
  out.end_object();
}

void write_volumes(JcsWriter& out, const std::vector<geo::Volume4d>& volumes) {
  out.begin_array();
  for (const geo::Volume4d& volume : volumes) write_volume(out, volume);
  out.end_array();
}

Result<geo::Outline> read_outline(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kObject));
  if (value.size() != 1) return value.fail_here("an outline has exactly one of polygon, circle and corridor");
  const std::string_view kind = value.name(0);
  if (kind == "polygon") return geo::Outline(geo::Polygon{TRY(read_points(value[0], kPolygonVerticesMax))});
  if (kind == "circle") return read_circle(value[0]);
  if (kind == "corridor") return read_corridor(value[0]);
  return value.fail_here("an outline is a polygon, a circle or a corridor");
}

Result<geo::LevelBand> read_band(const JcsValue& value) {
  TRY_VOID(value.only({"lower_cm", "ref", "upper_cm"}));
  geo::LevelBand band;
  band.reference = TRY(parsed_at(value, "ref", parse_vertical_reference));
  if (const auto lower = value.find("lower_cm")) band.lower_cm = TRY(lower->integer(kHeightCmMin, kHeightCmMax));
  if (const auto upper = value.find("upper_cm")) band.upper_cm = TRY(upper->integer(kHeightCmMin, kHeightCmMax));
  if (unbounded(band)) return value.fail_here("a band without limits is left out");
  return band;
}

Result<geo::TimeWindow> read_window(const JcsValue& value) {
  TRY_VOID(value.only({"end_ms", "start_ms"}));
  geo::TimeWindow window;
  window.end.ms = TRY(integer_at(value, "end_ms", kUtcMin.ms, kUtcMax.ms));
  window.start.ms = TRY(integer_at(value, "start_ms", kUtcMin.ms, kUtcMax.ms));
  return window;
}

Result<geo::Volume4d> read_volume(const JcsValue& value) {
  TRY_VOID(value.only({"band", "outline", "window"}));
  geo::Volume4d volume;
  if (const auto band = value.find("band")) volume.band = TRY(read_band(*band));
  volume.outline = TRY(read_at(value, "outline", read_outline));
  volume.window = TRY(read_at(value, "window", read_window));
  return volume;
}

Result<std::vector<geo::Volume4d>> read_volumes(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() == 0) return value.fail_here("at least one volume is needed");
  if (value.size() > kVolumesPerIntentMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} volumes, but at most {} are allowed", value.size(), kVolumesPerIntentMax),
                value.path());
  }
  std::vector<geo::Volume4d> volumes;
  volumes.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) volumes.push_back(TRY(read_volume(value[i])));
  return volumes;
}

}  // namespace tansiq::core
