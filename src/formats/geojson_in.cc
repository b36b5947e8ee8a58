#include "formats/geojson_in.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "base/ids.h"
#include "base/json_in.h"
#include "base/limits.h"
#include "base/spelling.h"
#include "formats/ring.h"
#include "formats/text.h"
#include "geo/conflict.h"

namespace tansiq::formats {
namespace {

constexpr std::int64_t kTurn = 3'600'000'000;
constexpr std::int64_t kHalfTurn = kTurn / 2;
constexpr std::size_t kNameBytesMax = 200;

/// What one feature was repaired by.
struct Repairs {
  bool wrapped = false;   // a longitude beyond ±180°
  bool unclosed = false;  // a ring without its closing vertex
  RingRepair ring;
};

Result<geo::LatLng> read_position(JsonValue value, Repairs& repairs) {
  TRY_VOID(value.expect(JsonValue::Kind::kArray));
  if (value.size() < 2 || value.size() > 3)
    return value.error(ErrorCode::kInvalid, "a position is [longitude, latitude]");
  std::int64_t lng = TRY(value[0].fixed(7));
  const std::int64_t lat = TRY(value[1].fixed(7));
  if (lat < -kHalfTurn / 2 || lat > kHalfTurn / 2)
    return value[1].error(ErrorCode::kInvalid, "latitude is not from -90 to 90; a position is [longitude, latitude]");
  if (lng < -kTurn || lng > kTurn) return value[0].error(ErrorCode::kInvalid, "longitude is not from -180 to 180");
  if (lng < -kHalfTurn || lng > kHalfTurn) {
    lng += lng < 0 ? kTurn : -kTurn;
    repairs.wrapped = true;
  }
  return geo::LatLng{static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
}

Result<std::vector<geo::LatLng>> read_positions(JsonValue value, Repairs& repairs) {
  TRY_VOID(value.expect(JsonValue::Kind::kArray));
  // One more than the limit: the closing copy.
  if (value.size() > kPolygonVerticesMax + 1)
    return value.error(ErrorCode::kTooLarge,
                       fmt::format("{} positions; at most {} are accepted", value.size(), kPolygonVerticesMax));
  std::vector<geo::LatLng> positions;
  positions.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) positions.push_back(TRY(read_position(value[i], repairs)));
  return positions;
}

Result<geo::Outline> read_polygon(JsonValue rings, Repairs& repairs) {
  TRY_VOID(rings.expect(JsonValue::Kind::kArray));
  if (rings.size() == 0) return rings.error(ErrorCode::kInvalid, "the polygon has no ring");
  if (rings.size() > 1)
    return rings[1].error(ErrorCode::kInvalid, "the polygon has a hole; split it into polygons without one");
  RingRepair repair;
  auto polygon = polygon_of_ring(TRY(read_positions(rings[0], repairs)), repair);
  if (!polygon) return rings[0].error(polygon.error().code, polygon.error().text());
  repairs.unclosed |= !repair.closing_copy;
  repairs.ring.repeated += repair.repeated;
  repairs.ring.spikes += repair.spikes;
  return geo::Outline(std::move(*polygon));
}

Result<std::string_view> required_text(JsonValue object, std::string_view name) {
  const JsonValue value = TRY(object.at(name));
  return value.string();
}

/// A length property in metres, as centimetres.
Result<std::int64_t> read_metres(JsonValue properties, std::string_view name) {
  const JsonValue value = TRY(properties.at(name));
  const std::int64_t cm = TRY(value.fixed(2));
  if (cm < 0) return value.error(ErrorCode::kInvalid, "a length is not negative");
  return cm;
}

Result<std::vector<geo::Outline>> read_outlines(JsonValue geometry, JsonValue properties, Repairs& repairs) {
  const std::string_view type = TRY(required_text(geometry, "type"));
  const JsonValue coordinates = TRY(geometry.at("coordinates"));
  std::vector<geo::Outline> outlines;
  if (type == "Polygon") {
    outlines.push_back(TRY(read_polygon(coordinates, repairs)));
  } else if (type == "MultiPolygon") {
    TRY_VOID(coordinates.expect(JsonValue::Kind::kArray));
    if (coordinates.size() == 0) return coordinates.error(ErrorCode::kInvalid, "the MultiPolygon has no polygon");
    if (coordinates.size() > kGeoJsonPartsMax)
      return coordinates.error(ErrorCode::kTooLarge, fmt::format("more than {} polygons", kGeoJsonPartsMax));
    for (std::size_t i = 0; i < coordinates.size(); ++i) outlines.push_back(TRY(read_polygon(coordinates[i], repairs)));
  } else if (type == "Point") {
    outlines.emplace_back(
        geo::Circle{TRY(read_position(coordinates, repairs)), TRY(read_metres(properties, "radius_m"))});
  } else if (type == "LineString") {
    outlines.emplace_back(geo::Corridor{TRY(read_positions(coordinates, repairs)),
                                        TRY(read_metres(properties, "left_m")),
                                        TRY(read_metres(properties, "right_m"))});
  } else {
    return geometry.error(
        ErrorCode::kInvalid,
        fmt::format(
            "'{}' is not read; use Polygon, MultiPolygon, Point with radius_m, or LineString with left_m and right_m",
            printable(type)));
  }
  return outlines;
}

Result<std::string> read_text(JsonValue properties, std::string_view name) {
  const auto value = properties.find(name);
  if (!value || value->is_null()) return std::string();
  const std::string_view text = TRY(value->string());
  if (text.size() > kNameBytesMax || printable(text, kNameBytesMax) != text) {
    return value->error(ErrorCode::kInvalid,
                        fmt::format("longer than {} bytes, or with control characters", kNameBytesMax));
  }
  return std::string(text);
}

/// The id of a feature: property `id`, or the feature's own, which may be a number; empty when there is none.
Result<std::string> read_id(JsonValue feature, JsonValue properties) {
  auto id = TRY(read_text(properties, "id"));
  if (!id.empty()) return id;
  const auto own = feature.find("id");
  if (!own) return std::string();
  if (own->kind() == JsonValue::Kind::kNumber) return fmt::format("{}", TRY(own->integer()));
  return read_text(feature, "id");
}

Result<Level> read_level(JsonValue properties, std::string_view name, Level absent) {
  const auto value = properties.find(name);
  if (!value || value->is_null()) return absent;
  auto level = parse_level(TRY(value->string()));
  if (!level) return value->error(level.error().code, level.error().message);
  return level;
}

constexpr Level kNoLower{geo::kHeightUnboundedLow, false, geo::VerticalReference::kWgs84};
constexpr Level kNoUpper{geo::kHeightUnboundedHigh, false, geo::VerticalReference::kWgs84};

Result<Domain> read_domain(JsonValue properties) {
  const auto value = properties.find("domain");
  if (!value || value->is_null()) return Domain::kAir;
  auto domain = core::parse_domain(TRY(value->string()));
  if (!domain) return value->error(domain.error().code, domain.error().message);
  return domain;
}

Result<UtcMs> read_time(JsonValue properties, std::string_view name, TimeRounding rounding) {
  const JsonValue value = TRY(properties.at(name));
  auto time = parse_utc(TRY(value.string()), rounding);
  if (!time) return value.error(time.error().code, time.error().message);
  return time;
}

/// Of zones or of intents: what is known to one may stand in a file that is read as the other.
constexpr std::array<std::string_view, 15> kProperties{"id",     "name",     "owner",  "rule",    "minima",
                                                       "flight", "domain",   "lower",  "upper",   "start",
                                                       "end",    "radius_m", "left_m", "right_m", "zone"};

/// The known property that was probably meant: within two edits, of which a name of up to four letters allows one, and
/// whether or not a letter is a capital.
std::optional<std::string_view> meant_by(std::string_view name) {
  constexpr std::size_t kNameMax = 16;  // no known name is as long
  constexpr std::size_t kShort = 4;
  if (name.size() > kNameMax) return std::nullopt;
  std::string small(name);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::optional<std::string_view> best;
  std::size_t least = std::size_t(-1);
  for (const std::string_view known : kProperties) {
    const std::size_t distance = edit_distance(small, known);
    if (distance <= (known.size() <= kShort ? 1U : 2U) && distance < least) {
      best = known;
      least = distance;
    }
  }
  return best;
}

/// Properties that are not known and like none that is: the first ones by name.
class OtherProperties {
 public:
  void add(std::string_view name) {
    if (names_.size() < kNamesMax) {
      names_.insert(printable(name));
    } else if (!names_.contains(printable(name))) {
      more_ = true;
    }
  }
  void report(Findings& findings) const {
    if (names_.empty()) return;
    findings.add(Severity::kNote, "properties that are not known are ignored", "features",
                 fmt::format("{}{}", fmt::join(names_, ", "), more_ ? " and others" : ""));
  }

 private:
  static constexpr std::size_t kNamesMax = 20;
  std::set<std::string> names_;
  bool more_ = false;
};

/// What zones and intents have in common.
struct Feature {
  std::string id;
  std::string name;
  Domain domain = Domain::kAir;
  std::vector<geo::Outline> outlines;
  geo::LevelBand band;
  JsonValue properties;
};

class Reader {
 public:
  explicit Reader(Findings& findings) : findings_(findings) {}

  /// Calls `use(feature)` for each feature that can be read; what it refuses is listed too.
  template <class Use>
  Result<std::uint64_t> read(std::string_view text, Use use) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto json = TRY(JsonDocument::parse(text, {kGeoJsonBytesMax, kJsonDepthMax, kGeoJsonValuesMax}));
    const JsonValue root = json.root();
    if (TRY(required_text(root, "type")) != "FeatureCollection")
      return root.error(ErrorCode::kInvalid, "not a GeoJSON FeatureCollection");
    const JsonValue features = TRY(root.at("features"));
    TRY_VOID(features.expect(JsonValue::Kind::kArray));
    for (std::size_t i = 0; i < features.size(); ++i) {
      where_ = fmt::format("features[{}]", i);
      Status used = read_and_use(features[i].alone(), use);
      if (!used) refuse(used.error());
    }
    others_.report(findings_);
    return features.size();
  }

  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  template <class Use>
  Status read_and_use(JsonValue value, Use& use) {
    Feature feature = TRY(read_feature(value));
    return use(feature);
  }

  void refuse(const Error& error) {
    // The path is the feature's own, whose place the finding has already.
    findings_.add(Severity::kRefused, "the feature cannot be used", where_, error.text());
  }

  Result<Feature> read_feature(JsonValue value) {
    if (TRY(required_text(value, "type")) != "Feature") return value.error(ErrorCode::kInvalid, "not a Feature");
    const JsonValue properties = TRY(value.at("properties"));
    TRY_VOID(properties.expect(JsonValue::Kind::kObject));
    Feature feature{{}, {}, {}, {}, {}, properties};
    note_unknown(properties);
    feature.id = TRY(read_id(value, properties));
    feature.domain = TRY(read_domain(properties));
    bool widened = false;
    if (feature.domain == Domain::kAir) {
      const Level lower = TRY(read_level(properties, "lower", kNoLower));
      const Level upper = TRY(read_level(properties, "upper", kNoUpper));
      auto band = make_band(lower, upper, &widened);
      if (!band) return properties.error(band.error().code, band.error().message);
      feature.band = *band;
    }
    Repairs repairs;
    const JsonValue geometry = TRY(value.at("geometry"));
    feature.outlines = TRY(read_outlines(geometry, properties, repairs));
    note(repairs, widened, feature);
    return feature;
  }

  void note_unknown(JsonValue properties) {
    for (std::size_t i = 0; i < properties.size(); ++i) {
      const std::string_view name = properties.name(i);
      if (std::ranges::find(kProperties, name) != kProperties.end()) continue;
      if (const auto meant = meant_by(name)) {
        findings_.add(Severity::kNote, kMisspeltProperty, where_,
                      fmt::format("'{}'; did you mean '{}'?", printable(name), *meant));
      } else {
        others_.add(name);
      }
    }
  }

  void note(const Repairs& repairs, bool widened, const Feature& feature) {
    if (repairs.wrapped)
      findings_.add(Severity::kRepaired, "longitudes beyond 180 were brought back", where_, feature.id);
    if (repairs.unclosed && std::holds_alternative<geo::Polygon>(feature.outlines.front())) {
      findings_.add(Severity::kRepaired, "a ring was not closed", where_, feature.id);
    }
    if (repairs.ring.changed())
      findings_.add(Severity::kRepaired, "vertices were removed", where_, repairs.ring.text());
    if (widened) {
      findings_.add(Severity::kRepaired, "the lower limit was restated in the upper limit's reference, with its margin",
                    where_, format_lower(feature.band));
    }
  }

  Findings& findings_;
  OtherProperties others_;
  std::string where_;
};

Status check_outlines(const Feature& feature) {
  for (const auto& outline : feature.outlines) {
    const auto shape = geo::Shape::make(outline);
    if (!shape) return std::unexpected(inside(shape.error(), "geometry"));
  }
  return {};
}

}  // namespace

Result<ZoneFile> read_geojson_zones(std::string_view text) {
  ZoneFile file;
  std::set<std::string> ids;
  Reader reader(file.findings);
  TRY(reader.read(text, [&](Feature& feature) -> Status {
    TRY_VOID(check_outlines(feature));
    ZoneInput zone;
    zone.where = reader.where();
    zone.id = feature.id.empty() ? fmt::format("zone-{}", file.zones.size() + 1) : feature.id;
    zone.name = TRY(read_text(feature.properties, "name"));
    if (zone.name.empty()) zone.name = zone.id;
    zone.owner = TRY(read_text(feature.properties, "owner"));
    zone.domain = feature.domain;
    if (const auto rule = TRY(read_text(feature.properties, "rule")); !rule.empty())
      zone.rule = TRY(core::parse_rule(rule));
    if (const auto minima = TRY(read_text(feature.properties, "minima")); !minima.empty())
      zone.minima = TRY(parse_minima(minima));
    zone.band = feature.band;
    zone.parts = std::move(feature.outlines);
    if (!ids.insert(zone.id).second)
      return fail(ErrorCode::kInvalid, fmt::format("the id {} has been used before", zone.id));
    file.zones.push_back(std::move(zone));
    return {};
  }));
  return file;
}

Result<TrafficInput> read_geojson_intents(std::string_view text) {
  TrafficInput traffic;
  std::map<std::string, FlightInput> flights;
  Reader reader(traffic.findings);
  traffic.records = TRY(reader.read(text, [&](Feature& feature) -> Status {
    const auto label = TRY(read_text(feature.properties, "flight"));
    const std::string id = feature.id.empty() ? label : feature.id;
    if (id.empty()) return fail(ErrorCode::kInvalid, "an intent needs an id or a flight");
    const geo::TimeWindow window{TRY(read_time(feature.properties, "start", TimeRounding::kDown)),
                                 TRY(read_time(feature.properties, "end", TimeRounding::kUp))};
    const std::string zone = TRY(read_text(feature.properties, "zone"));
    std::vector<FlightVolume> volumes;
    for (auto& outline : feature.outlines) {
      volumes.push_back({{std::move(outline), feature.band, window}, {}, zone});
      TRY(geo::prepare(volumes.back().volume));
    }
    auto& flight =
        flights.try_emplace(id, FlightInput{id, label.empty() ? id : label, feature.domain, {}}).first->second;
    if (flight.domain != feature.domain)
      return fail(ErrorCode::kInvalid, fmt::format("the intent {} is of another domain in an earlier feature", id));
    std::move(volumes.begin(), volumes.end(), std::back_inserter(flight.volumes));
    return {};
  }));
  for (auto& [id, flight] : flights) traffic.flights.push_back(std::move(flight));
  return traffic;
}

}  // namespace tansiq::formats
