#include "uss/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "base/foreign_text.h"
#include "base/limits.h"

namespace tansiq::uss {
namespace {

using Kinds = JsonValue::Kind;

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr double kAltitudeMinM = -8'000;
constexpr double kAltitudeMaxM = 100'000;
constexpr double kRadiusMaxM = 1e6;

std::unexpected<Error> wrong(const JsonValue& value, std::string message) {
  return value.error(ErrorCode::kInvalid, std::move(message));
}

std::optional<JsonValue> optional_at(const JsonValue& object, std::string_view name) {
  auto member = object.find(name);
  if (member && member->is_null()) return std::nullopt;
  return member;
}

Result<JsonValue> need(const JsonValue& object, std::string_view name) {
  TRY_VOID(object.expect(Kinds::kObject));
  if (const auto member = optional_at(object, name)) return *member;
  return wrong(object, fmt::format("\"{}\" is missing", name));
}

Result<std::string> text_at(const JsonValue& object, std::string_view name, std::size_t low, std::size_t high) {
  const JsonValue member = TRY(need(object, name));
  const std::string_view text = TRY(member.string());
  if (text.size() < low || text.size() > high) {
    return wrong(member, fmt::format("{} bytes; {} to {} are allowed", text.size(), low, high));
  }
  if (const Status good = core::check_label(text, high, name); !good) return wrong(member, good.error().message);
  return std::string(text);
}

Result<std::int64_t> integer_at(const JsonValue& object, std::string_view name, std::int64_t low, std::int64_t high) {
  const JsonValue member = TRY(need(object, name));
  return member.integer(low, high);
}

Result<double> number_at(const JsonValue& object, std::string_view name, double low, double high) {
  const JsonValue member = TRY(need(object, name));
  const double value = TRY(member.number());
  if (!(value >= low && value <= high)) return wrong(member, fmt::format("{} is outside {}…{}", value, low, high));
  return value;
}

Status one_of(const JsonValue& object, std::string_view name, std::initializer_list<std::string_view> allowed) {
  const JsonValue member = TRY(need(object, name));
  const std::string_view text = TRY(member.string());
  if (std::ranges::find(allowed, text) != allowed.end()) return {};
  return wrong(member,
               fmt::format("\"{}\" is none of: {}", foreign_text(text, kQuotedBytesMax), fmt::join(allowed, ", ")));
}

Result<Uuid> uuid_at(const JsonValue& object, std::string_view name) {
  const JsonValue member = TRY(need(object, name));
  const std::string_view text = TRY(member.string());
  const auto id = Uuid::parse(text);
  if (!id) return wrong(member, id.error().message);
  if (!id->is(4)) return wrong(member, fmt::format("{} is no UUID of version 4", id->str()));
  return *id;
}

Result<Moment> moment_of(const JsonValue& object) {
  TRY_VOID(one_of(object, "format", {"RFC3339"}));
  const JsonValue value = TRY(need(object, "value"));
  const std::string_view text = TRY(value.string());
  auto moment = Moment::parse(text);
  if (!moment) return wrong(value, moment.error().message);
  return std::move(*moment);
}

Result<Moment> moment_at(const JsonValue& object, std::string_view name) {
  const JsonValue member = TRY(need(object, name));
  return moment_of(member);
}

Result<JsonValue> list_at(const JsonValue& object, std::string_view name, std::size_t low, std::size_t high) {
  const JsonValue list = TRY(need(object, name));
  TRY_VOID(list.expect(Kinds::kArray));
  if (list.size() < low || list.size() > high) {
    return wrong(list, fmt::format("{} elements; {} to {} are allowed", list.size(), low, high));
  }
  return list;
}

Result<std::vector<Subscriber>> subscribers_at(const JsonValue& object, std::string_view name) {
  const JsonValue list = TRY(list_at(object, name, 1, kListedMax));
  std::vector<Subscriber> out;
  out.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Uuid id = TRY(uuid_at(list[i], "subscription_id"));
    out.push_back({TRY(integer_at(list[i], "notification_index", 0, kInt32Max)), id});
  }
  return out;
}

// Volumes
// ------------------------------------------------------------------------------------------------------------------

std::int32_t to_e7(double degrees) { return static_cast<std::int32_t>(std::llround(degrees * 1e7)); }

Result<geo::LatLng> point_of(const JsonValue& value) {
  const double lat = TRY(number_at(value, "lat", -90, 90));
  const double lng = TRY(number_at(value, "lng", -180, 180));
  return geo::LatLng{to_e7(lat), to_e7(lng)};
}

Result<geo::Outline> outline_of(const JsonValue& volume, std::size_t& vertices) {
  const auto polygon = optional_at(volume, "outline_polygon");
  const auto circle = optional_at(volume, "outline_circle");
  if (polygon.has_value() == circle.has_value()) {
    return wrong(volume, circle ? "give outline_polygon or outline_circle, not both"
                                : "outline_polygon or outline_circle is missing");
  }
  if (circle) {
    const JsonValue centre = TRY(need(*circle, "center"));
    const JsonValue radius = TRY(need(*circle, "radius"));
    TRY_VOID(one_of(radius, "units", {"M"}));
    const double metres = TRY(number_at(radius, "value", 0, kRadiusMaxM));
    if (metres <= 0) return wrong(radius, "a radius is above 0");
    return geo::Circle{TRY(point_of(centre)), static_cast<std::int64_t>(std::ceil(metres * 100 - 1e-6))};
  }
  const JsonValue list = TRY(list_at(*polygon, "vertices", 3, kVerticesPerIntentMax));
  vertices += list.size();
  geo::Polygon out;
  out.vertices.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) out.vertices.push_back(TRY(point_of(list[i])));
  return out;
}

/// Outward to whole centimetres; what the core does not hold is no limit.
Result<std::int64_t> height_at(const JsonValue& volume, std::string_view name, bool upward) {
  const JsonValue altitude = TRY(need(volume, name));
  TRY_VOID(one_of(altitude, "reference", {"W84"}));
  TRY_VOID(one_of(altitude, "units", {"M"}));
  const double cm = TRY(number_at(altitude, "value", kAltitudeMinM, kAltitudeMaxM)) * 100;
  const double whole = std::abs(cm - std::round(cm)) < 1e-6 ? std::round(cm) : upward ? std::ceil(cm) : std::floor(cm);
  const auto out = static_cast<std::int64_t>(whole);
  if (out < kHeightCmMin) return upward ? kHeightCmMin : geo::kHeightUnboundedLow;
  return out;
}

Result<geo::Volume4d> volume_of(const JsonValue& value, bool heights_needed, std::size_t& vertices) {
  const JsonValue volume = TRY(need(value, "volume"));
  geo::Volume4d out;
  out.outline = TRY(outline_of(volume, vertices));
  out.band.reference = geo::VerticalReference::kWgs84;
  if (heights_needed || optional_at(volume, "altitude_lower")) {
    out.band.lower_cm = TRY(height_at(volume, "altitude_lower", false));
  }
  if (heights_needed || optional_at(volume, "altitude_upper")) {
    out.band.upper_cm = TRY(height_at(volume, "altitude_upper", true));
  }
  if (out.band.lower_cm > out.band.upper_cm) {
    return wrong(volume,
                 fmt::format("lower limit {} m is above upper limit {} m", static_cast<double>(out.band.lower_cm) / 100,
                             static_cast<double>(out.band.upper_cm) / 100));
  }
  // Theirs are closed, ours half-open.
  if (out.band.lower_cm == out.band.upper_cm) {
    if (out.band.upper_cm < kHeightCmMax) {
      ++out.band.upper_cm;
    } else {
      --out.band.lower_cm;
    }
  }
  const Moment start = TRY(moment_at(value, "time_start"));
  const Moment end = TRY(moment_at(value, "time_end"));
  if (start > end) return wrong(value, "it ends before it begins");
  // A moment is a volume too, as registries see it (f3548/volume.cc).
  out.window.start = std::min(start.floor(), kUtcMax - 1);
  out.window.end = std::clamp(end.ceil(), out.window.start + 1, kUtcMax);
  return out;
}

Result<std::vector<geo::Volume4d>> volumes_at(const JsonValue& object, std::string_view name, bool heights_needed,
                                              std::size_t& vertices) {
  std::vector<geo::Volume4d> out;
  const auto list = optional_at(object, name);
  if (!list) return out;
  TRY_VOID(list->expect(Kinds::kArray));
  if (list->size() > kVolumesMax) return wrong(*list, fmt::format("at most {} volumes are allowed", kVolumesMax));
  for (std::size_t i = 0; i < list->size(); ++i) {
    out.push_back(TRY(volume_of((*list)[i], heights_needed, vertices)));
    if (vertices > kVerticesPerIntentMax) {
      return wrong(*list, fmt::format("at most {} vertices in all are allowed", kVerticesPerIntentMax));
    }
  }
  return out;
}

}  // namespace

// What there is to read
// ----------------------------------------------------------------------------------------------------

Status check_base_url(std::string_view url, bool allow_http) {
  std::string_view rest = url;
  if (url.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    if (!allow_http) return fail(ErrorCode::kInvalid, "a base URL is https");
    rest.remove_prefix(7);
  } else {
    return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no https URL", foreign_text(url, kQuotedBytesMax)));
  }
  if (url.size() > kUrlBytesMax) return fail(ErrorCode::kInvalid, "the URL is too long");
  const auto plain = [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '#' && c != '@'; };
  if (rest.empty() || rest.front() == '/' || !std::ranges::all_of(rest, plain)) {
    return fail(ErrorCode::kInvalid, "the URL has no host, or characters that no base URL has");
  }
  return {};
}

Result<Reference> read_reference(const JsonValue& value, Kind kind) {
  Reference out;
  out.id = TRY(uuid_at(value, "id"));
  out.manager = TRY(text_at(value, "manager", 1, kManagerBytesMax));
  TRY_VOID(one_of(value, "uss_availability", {"Unknown", "Normal", "Down"}));
  out.version = TRY(integer_at(value, "version", 1, kInt32Max));
  out.start = TRY(moment_at(value, "time_start"));
  out.end = TRY(moment_at(value, "time_end"));
  if (out.end < out.start) return wrong(value, "it ends before it begins");
  out.url = TRY(text_at(value, "uss_base_url", 1, kUrlBytesMax));
  if (optional_at(value, "ovn")) {
    out.ovn = TRY(text_at(value, "ovn", 0, 128));
    if (out.ovn == kHiddenOvn) out.ovn.clear();
  }
  if (kind == Kind::kIntent) {
    const JsonValue state = TRY(need(value, "state"));
    const auto parsed = core::parse_enum<IntentState>(TRY(state.string()));
    if (!parsed) return wrong(state, parsed.error().message);
    out.state = *parsed;
    out.subscription = TRY(uuid_at(value, "subscription_id"));
    if (*out.subscription == f3548::kNoSubscription) out.subscription.reset();
  }
  if (const auto details = optional_at(value, "details_sha256")) {
    const auto hash = log::Hash::from_hex(TRY(details->string()));
    if (!hash) return wrong(*details, hash.error().message);
    out.details = *hash;
  }
  return out;
}

Result<Details> read_details(const JsonValue& value, std::string_view text, Kind kind,
                             std::optional<IntentState> state) {
  TRY_VOID(value.expect(Kinds::kObject));
  Details out;
  std::size_t vertices = 0;
  const bool intent = kind == Kind::kIntent;
  out.volumes = TRY(volumes_at(value, "volumes", intent, vertices));
  if (intent) out.off_nominal = TRY(volumes_at(value, "off_nominal_volumes", true, vertices));
  if (out.volumes.empty() && state != IntentState::kContingent) return wrong(value, "\"volumes\" has none");
  const bool strays = state == IntentState::kNonconforming || state == IntentState::kContingent;
  if (out.off_nominal.empty() && intent && strays) {
    return wrong(value, fmt::format("\"off_nominal_volumes\" has none, and the state is {}", core::to_text(*state)));
  }
  if (const auto priority = optional_at(value, "priority"); priority && intent) {
    out.priority = TRY(priority->integer(-kInt32Max, kInt32Max));
  }
  out.text = text;
  out.hash = log::sha256(out.text);
  return out;
}

Result<Full> read_full(const JsonValue& value, std::string_view text, Kind kind) {
  Full out;
  const JsonValue reference = TRY(need(value, "reference"));
  out.reference = TRY(read_reference(reference, kind));
  const JsonValue details = TRY(need(value, "details"));
  out.details = TRY(read_details(details, member_of(text, "details"), kind, out.reference.state));
  return out;
}

Result<Full> read_served(const Message& message, Kind kind) {
  const std::string_view name = kind == Kind::kIntent ? "operational_intent" : "constraint";
  const JsonValue value = TRY(need(message.root(), name));
  return read_full(value, member_of(message.text(), name), kind);
}

Result<Notice> read_notice(const Message& message, Kind kind) {
  const JsonValue value = message.root();
  const bool intent = kind == Kind::kIntent;
  Notice out;
  out.kind = kind;
  out.id = TRY(uuid_at(value, intent ? "operational_intent_id" : "constraint_id"));
  out.subscriptions = TRY(subscribers_at(value, "subscriptions"));
  const std::string_view name = intent ? "operational_intent" : "constraint";
  if (const auto full = optional_at(value, name)) {
    out.full = TRY(read_full(*full, member_of(message.text(), name), kind));
    if (out.full->reference.id != out.id) {
      return wrong(*full,
                   fmt::format("the reference is of {}, the notice of {}", out.full->reference.id.str(), out.id.str()));
    }
    if (out.full->reference.ovn.empty()) return wrong(*full, "a notice has the OVN: \"reference.ovn\" is missing");
  }
  return out;
}

Result<Changed> read_changed(const JsonValue& value) {
  Changed out;
  const JsonValue reference = TRY(need(value, "operational_intent_reference"));
  out.reference = TRY(read_reference(reference, Kind::kIntent));
  const JsonValue list = TRY(need(value, "subscribers"));
  TRY_VOID(list.expect(Kinds::kArray));
  const auto address_of = [](const JsonValue& one) -> Result<Address> {
    Address address;
    address.url = TRY(text_at(one, "uss_base_url", 1, kUrlBytesMax));
    address.subscribers = TRY(subscribers_at(one, "subscriptions"));
    return address;
  };
  const std::size_t read = std::min(list.size(), kListedMax);
  out.passed_over = list.size() - read;
  for (std::size_t i = 0; i < read; ++i) {
    auto address = address_of(list[i]);
    if (address) {
      out.subscribers.push_back(std::move(*address));
    } else {
      ++out.passed_over;
    }
  }
  return out;
}

Result<std::vector<Reference>> read_missing(const JsonValue& value) {
  std::vector<Reference> out;
  const auto list = optional_at(value, "missing_operational_intents");
  if (!list) return out;
  TRY_VOID(list->expect(Kinds::kArray));
  const std::size_t read = std::min(list->size(), kListedMax);
  for (std::size_t i = 0; i < read; ++i) out.push_back(TRY(read_reference((*list)[i], Kind::kIntent)));
  return out;
}

namespace {

constexpr double kTrackMaxDegrees = 360;
constexpr double kSpeedMaxMs = 1e6;

Status check_position(const JsonValue& position) {
  TRY_VOID(position.expect(Kinds::kObject));
  TRY(number_at(position, "longitude", -180, 180));
  TRY(number_at(position, "latitude", -90, 90));
  const JsonValue altitude = TRY(need(position, "altitude"));
  TRY_VOID(one_of(altitude, "reference", {"W84"}));
  TRY_VOID(one_of(altitude, "units", {"M"}));
  TRY(number_at(altitude, "value", kAltitudeMinM, kAltitudeMaxM));
  const auto extrapolated = optional_at(position, "extrapolated");
  const bool guessed = extrapolated ? TRY(extrapolated->boolean()) : false;
  if (guessed || optional_at(position, "accuracy_h")) {
    TRY_VOID(one_of(position, "accuracy_h",
                    {"HAUnknown", "HA10NMPlus", "HA10NM", "HA4NM", "HA2NM", "HA1NM", "HA05NM", "HA03NM", "HA01NM",
                     "HA005NM", "HA30m", "HA10m", "HA3m", "HA1m"}));
  }
  if (guessed || optional_at(position, "accuracy_v")) {
    TRY_VOID(one_of(position, "accuracy_v",
                    {"VAUnknown", "VA150mPlus", "VA150m", "VA45m", "VA25m", "VA10m", "VA3m", "VA1m"}));
  }
  return {};
}

}  // namespace

Result<Telemetry> read_telemetry(const Message& message) {
  const JsonValue value = message.root();
  Telemetry out;
  const JsonValue telemetry = TRY(need(value, "telemetry"));
  out.measured = TRY(moment_at(telemetry, "time_measured"));
  if (const auto position = optional_at(telemetry, "position")) TRY_VOID(check_position(*position));
  if (const auto velocity = optional_at(telemetry, "velocity")) {
    TRY(number_at(*velocity, "speed", 0, kSpeedMaxMs));
    TRY_VOID(one_of(*velocity, "units_speed", {"MetersPerSecond"}));
    if (optional_at(*velocity, "track")) TRY(number_at(*velocity, "track", 0, kTrackMaxDegrees));
  }
  if (optional_at(value, "next_telemetry_opportunity")) out.next = TRY(moment_at(value, "next_telemetry_opportunity"));
  out.text = member_of(message.text(), "telemetry");
  return out;
}

Status check_report(const JsonValue& value) {
  const JsonValue exchange = TRY(need(value, "exchange"));
  TRY(text_at(exchange, "url", 0, kUrlBytesMax));
  TRY(text_at(exchange, "method", 1, 64));
  TRY_VOID(one_of(exchange, "recorder_role", {"Client", "Server"}));
  TRY(moment_at(exchange, "request_time"));
  if (optional_at(exchange, "response_time")) TRY(moment_at(exchange, "response_time"));
  if (optional_at(exchange, "response_code")) TRY(integer_at(exchange, "response_code", 0, kInt32Max));
  if (const auto headers = optional_at(exchange, "headers")) {
    TRY_VOID(headers->expect(Kinds::kArray));
    for (std::size_t i = 0; i < headers->size(); ++i) TRY((*headers)[i].string());
  }
  for (const std::string_view name : {"request_body", "response_body", "problem"}) {
    if (const auto text = optional_at(exchange, name)) TRY(text->string());
  }
  return {};
}

}  // namespace tansiq::uss
