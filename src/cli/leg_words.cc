#include "cli/leg_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/context.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "core/record.h"
#include "formats/geojson_in.h"
#include "log/canonical_json.h"

namespace tansiq::cli {
namespace {

using coordination::FlightFiled;
using coordination::FlightId;
using coordination::PlannedLeg;

constexpr std::size_t kFlightFileBytesMax = 4U << 20;
constexpr std::string_view kDefaultWidth = "10nm";
constexpr std::string_view kForm =
    R"(a leg is "ZONE POINT… LENGTH LEVELS WINDOW", as "K1 33.0,38.0 34.5,40.0 4nm FL190-FL210 now+10m/+25m")";

/// What one leg's words say, before they are put together.
struct LegWords {
  std::string_view shape;
  std::vector<geo::LatLng> points;
  std::optional<std::string_view> length, band, window;
};

bool is_length(std::string_view word) {
  return !word.empty() && word.front() >= '0' && word.front() <= '9' && word.find('-') == std::string_view::npos;
}

/// Takes a word that may stand once.
Status take_once(std::optional<std::string_view>& place, std::string_view word, std::string_view what) {
  if (place) return fail(ErrorCode::kUnsupported, fmt::format("\"{}\" and \"{}\" are two {}", *place, word, what));
  place = word;
  return {};
}

Status take_word(LegWords& out, std::string_view word) {
  if (word == "circle" || word == "corridor" || word == "polygon") {
    if (!out.shape.empty()) return fail(ErrorCode::kUnsupported, "one outline a leg; give another --leg for the next");
    out.shape = word;
    return {};
  }
  if (word.find('/') != std::string_view::npos) return take_once(out.window, word, "windows");
  if (word.find(',') != std::string_view::npos) {
    out.points.push_back(TRY(read_point(word)));
    return {};
  }
  return is_length(word) ? take_once(out.length, word, "lengths") : take_once(out.band, word, "level bands");
}

Result<geo::Outline> outline_of(const LegWords& words) {
  const std::size_t n = words.points.size();
  if (n == 0) return fail(ErrorCode::kUnsupported, fmt::format("no point is given; {}", kForm));
  if (words.shape == "polygon") {
    if (n < 3) return fail(ErrorCode::kUnsupported, "a polygon has at least three points");
    if (words.length)
      return fail(ErrorCode::kUnsupported, fmt::format("a polygon has no length \"{}\"", *words.length));
    return geo::Polygon{words.points};
  }
  if ((words.shape == "circle" && n > 1) || (words.shape == "corridor" && n < 2)) {
    return fail(ErrorCode::kUnsupported, "a circle has one point, a corridor at least two");
  }
  if (n == 1) {
    if (!words.length)
      return fail(ErrorCode::kUnsupported, "a circle needs its radius, as 5nm; a corridor, two points");
    return geo::Circle{words.points.front(), TRY(read_length_cm(*words.length))};
  }
  const std::int64_t width_cm = TRY(read_length_cm(words.length.value_or(kDefaultWidth)));
  return geo::Corridor{words.points, width_cm / 2, width_cm - width_cm / 2};
}

// --- files
// --------------------------------------------------------------------------------------------------------------

Result<FlightFiled> geojson_flight(std::string_view text) {
  const formats::TrafficInput traffic = TRY(formats::read_geojson_intents(text));
  TRY_VOID(all_usable(traffic.findings));
  if (traffic.flights.size() != 1) {
    std::vector<std::string> ids;
    for (const formats::FlightInput& flight : traffic.flights) ids.push_back(flight.id);
    return fail(ErrorCode::kInvalid, ids.empty()
                                         ? "holds no flight"
                                         : fmt::format("holds {} flights ({}): one file, one flight", ids.size(),
                                                       printable(fmt::format("{}", fmt::join(ids, ", ")))));
  }
  const formats::FlightInput& flight = traffic.flights.front();
  FlightFiled filed;
  filed.flight = TRY(FlightId::parse(flight.id));
  if (flight.label != flight.id) filed.call_sign = flight.label;
  filed.domain = flight.domain;
  std::vector<PlannedLeg> legs;
  for (const formats::FlightVolume& volume : flight.volumes) {
    if (volume.zone.empty()) {
      return fail(ErrorCode::kInvalid, "every feature of a flight needs the property \"zone\": the zone it passes");
    }
    legs.push_back({.volumes = {volume.volume}, .zone = TRY(ZoneId::parse(volume.zone))});
  }
  filed.legs = joined(std::move(legs));
  return filed;
}

/// The record's form with everything but the legs optional; `FlightFiled` itself wants every member.
struct FlightDraft {
  std::optional<std::string> alternate;
  std::optional<std::string> call_sign;
  std::vector<core::Craft> craft;
  std::optional<core::Domain> domain;
  std::optional<FlightId> flight;
  std::optional<std::int64_t> gate_leg;
  std::vector<PlannedLeg> legs;
  std::optional<AuthorityId> principal;
  static constexpr auto fields() {
    using core::field;
    return field_list(field("alternate", &FlightDraft::alternate), field("call_sign", &FlightDraft::call_sign),
                      field("craft", &FlightDraft::craft), field("domain", &FlightDraft::domain),
                      field("flight", &FlightDraft::flight), field("gate_leg", &FlightDraft::gate_leg),
                      field("legs", &FlightDraft::legs), field("principal", &FlightDraft::principal));
  }
};

Result<FlightFiled> native_flight(const std::string& canonical) {
  const auto document = TRY(log::JcsDocument::parse(canonical, kFlightFileBytesMax));
  auto draft = TRY(core::read_fields<FlightDraft>(document.root()));
  if (draft.legs.empty()) return fail(ErrorCode::kInvalid, "a flight has at least one leg", "legs");
  return FlightFiled{.alternate = std::move(draft.alternate),
                     .call_sign = std::move(draft.call_sign).value_or(""),
                     .craft = std::move(draft.craft),
                     .domain = draft.domain.value_or(core::Domain::kAir),
                     .flight = std::move(draft.flight).value_or(FlightId()),
                     .gate_leg = draft.gate_leg,
                     .legs = std::move(draft.legs),
                     .principal = std::move(draft.principal)};
}

Result<FlightFiled> flight_of(std::string_view text) {
  JsonLimits limits;
  limits.bytes_max = kFlightFileBytesMax;
  limits.values_max = 1'000'000;
  const JsonDocument document = TRY(JsonDocument::parse(text, limits));
  if (document.root().find("type")) return geojson_flight(text);
  const std::string canonical = TRY(log::canonical_json(document.root()));
  return native_flight(canonical);
}

}  // namespace

Result<PlannedLeg> leg_from(std::string_view words, UtcMs now) {
  const std::vector<std::string_view> list = split_words(words);
  if (list.size() < 3) return fail(ErrorCode::kUnsupported, fmt::format("\"{}\" is too short: {}", words, kForm));
  PlannedLeg leg;
  leg.zone = TRY(ZoneId::parse(list.front()));
  LegWords parts;
  for (std::size_t i = 1; i < list.size(); ++i) TRY_VOID(take_word(parts, list[i]));
  if (!parts.window) return fail(ErrorCode::kUnsupported, fmt::format("no window is given; {}", kForm));
  geo::Volume4d volume;
  volume.outline = TRY(outline_of(parts));
  if (parts.band) volume.band = TRY(read_band(*parts.band));
  volume.window = TRY(read_window(*parts.window, now));
  leg.volumes.push_back(std::move(volume));
  return leg;
}

std::vector<PlannedLeg> joined(std::vector<PlannedLeg> legs) {
  std::vector<PlannedLeg> out;
  for (PlannedLeg& leg : legs) {
    if (out.empty() || out.back().zone != leg.zone) {
      out.push_back(std::move(leg));
    } else {
      std::ranges::move(leg.volumes, std::back_inserter(out.back().volumes));
    }
  }
  return out;
}

Result<FlightFiled> read_flight(const std::string& file) {
  const std::string text = TRY(read_text(file, kFlightFileBytesMax));
  auto flight = flight_of(text);
  if (!flight) return std::unexpected(in_file(std::move(flight).error(), file == "-" ? "standard input" : file));
  return flight;
}

}  // namespace tansiq::cli
