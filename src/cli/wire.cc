#include "cli/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cli/craft_words.h"
#include "cli/units_text.h"
#include "core/volume_json.h"
#include "formats/geojson_in.h"
#include "log/canonical_json.h"
#include "log/jcs.h"

namespace tansiq::cli {
namespace {

constexpr std::size_t kFilingFileBytesMax = 64U << 20;

// Reads a part of a document with core's reader, which takes canonical JSON.
template <class T>
Result<T> through_canonical(const JsonValue& value, Result<T> (*read)(const log::JcsValue&)) {
  const std::string text = TRY(log::canonical_json(value));
  const log::JcsDocument document = TRY(log::JcsDocument::parse(text, kFilingFileBytesMax));
  auto result = read(document.root());
  if (!result) return std::unexpected(inside(std::move(result).error(), value.path()));
  return result;
}

}  // namespace

Result<std::vector<geo::Volume4d>> read_volumes(const JsonValue& value) {
  return through_canonical<std::vector<geo::Volume4d>>(value, core::read_volumes);
}
Result<geo::LevelBand> read_band(const JsonValue& value) {
  return through_canonical<geo::LevelBand>(value, core::read_band);
}
Result<geo::TimeWindow> read_window(const JsonValue& value) {
  return through_canonical<geo::TimeWindow>(value, core::read_window);
}
Result<geo::Outline> read_outline(const JsonValue& value) {
  return through_canonical<geo::Outline>(value, core::read_outline);
}

void add_volume_options(Command& command, VolumeOptions& options) {
  command.option(options.polygon, "--polygon", "POINTS", "outline: at least three 'lat,lng', the first not repeated")
      .option(options.circle, "--circle", "POINT", "outline: the centre 'lat,lng' of a circle")
      .option(options.radius, "--radius", "LENGTH", "of the circle, as 5nm, 9km, 500m, 1000ft")
      .option(options.corridor, "--corridor", "POINTS", "outline: the centre line, at least two 'lat,lng'")
      .option(options.width, "--width", "LENGTH", "of the corridor, side to side")
      .option(options.band, "--band", "LEVELS", "as FL180-FL200, 500ft-2500ft, 0m-120m@agl; else all levels")
      .option(options.window, "--window", "START/END", "UTC: RFC 3339, now, now+10m; END also +30m");
}

Result<geo::Outline> outline_from(const VolumeOptions& options) {
  const int given = (options.polygon ? 1 : 0) + (options.circle ? 1 : 0) + (options.corridor ? 1 : 0);
  if (given != 1) return fail(ErrorCode::kUnsupported, "give exactly one of --polygon, --circle, --corridor");
  if (options.radius && !options.circle) return fail(ErrorCode::kUnsupported, "--radius is of a --circle");
  if (options.polygon) return geo::Polygon{TRY(read_points(*options.polygon))};
  if (options.circle) {
    if (!options.radius) return fail(ErrorCode::kUnsupported, "--circle needs --radius, as 5nm");
    const geo::LatLng centre = TRY(read_point(*options.circle));
    return geo::Circle{centre, TRY(read_length_cm(*options.radius))};
  }
  const std::int64_t width_cm = TRY(read_length_cm(options.width));
  return geo::Corridor{TRY(read_points(*options.corridor)), width_cm / 2, width_cm - width_cm / 2};
}

Result<geo::Volume4d> volume_from(const VolumeOptions& options, UtcMs now) {
  geo::Volume4d volume;
  volume.outline = TRY(outline_from(options));
  if (options.band) volume.band = TRY(read_band(*options.band));
  if (!options.window) return fail(ErrorCode::kUnsupported, "a volume needs --window, as now/+30m");
  volume.window = TRY(read_window(*options.window, now));
  return volume;
}

namespace {

Result<Filing> native_filing(const JsonValue& value) {
  TRY_VOID(value.only({"craft", "id", "flight", "domain", "volumes", "keys"}));
  Filing filing;
  if (const auto craft = value.find("craft")) filing.craft = TRY(craft_list_from(*craft));
  if (const auto id = value.find("id")) filing.id = TRY(id->string());
  if (const auto flight = value.find("flight")) filing.flight = TRY(flight->string());
  if (const auto domain = value.find("domain")) {
    const std::string_view text = TRY(domain->string());
    filing.domain = TRY(core::parse_domain(text));
  }
  const JsonValue volumes = TRY(value.at("volumes"));
  filing.volumes = TRY(read_volumes(volumes));
  if (const auto keys = value.find("keys")) {
    for (std::size_t i = 0; i < keys->size(); ++i) filing.keys.emplace_back(TRY((*keys)[i].string()));
  }
  return filing;
}

Result<std::vector<Filing>> geojson_filings(std::string_view text) {
  const formats::TrafficInput traffic = TRY(formats::read_geojson_intents(text));
  TRY_VOID(all_usable(traffic.findings));
  std::vector<Filing> filings;
  for (const formats::FlightInput& flight : traffic.flights) {
    Filing filing{.id = flight.id, .flight = flight.label, .domain = flight.domain, .volumes = {}, .keys = {}};
    for (const formats::FlightVolume& volume : flight.volumes) filing.volumes.push_back(volume.volume);
    filings.push_back(std::move(filing));
  }
  return filings;
}

Result<std::vector<Filing>> filings_of(std::string_view text) {
  JsonLimits limits;
  limits.bytes_max = kFilingFileBytesMax;
  limits.values_max = 10'000'000;
  const JsonDocument document = TRY(JsonDocument::parse(text, limits));
  const JsonValue root = document.root();
  if (root.kind() == JsonValue::Kind::kObject && root.find("type")) return geojson_filings(text);
  std::vector<Filing> filings;
  if (root.kind() == JsonValue::Kind::kArray) {
    for (std::size_t i = 0; i < root.size(); ++i) filings.push_back(TRY(native_filing(root[i])));
  } else {
    filings.push_back(TRY(native_filing(root)));
  }
  return filings;
}

}  // namespace

Status all_usable(const formats::Findings& findings) {
  for (const formats::Finding& finding : findings.list()) {
    const bool unusable =
        finding.severity == formats::Severity::kRefused || finding.severity == formats::Severity::kMalformed;
    if (!unusable && finding.reason != formats::kMisspeltProperty) continue;
    return fail(ErrorCode::kInvalid,
                finding.detail.empty() ? finding.reason : fmt::format("{}: {}", finding.reason, finding.detail),
                finding.where);
  }
  return {};
}

Result<std::vector<Filing>> read_filings(const std::string& file) {
  const std::string text = TRY(read_text(file, kFilingFileBytesMax));
  auto filings = filings_of(text);
  if (!filings) return std::unexpected(in_file(std::move(filings).error(), file));
  if (filings->empty()) return fail(ErrorCode::kInvalid, "holds no intent", file);
  return filings;
}

std::string volumes_json(const std::vector<geo::Volume4d>& volumes) {
  std::string text;
  log::JcsWriter out(text);
  core::write_volumes(out, volumes);
  return text;
}

std::string filing_body(const Filing& filing, const std::string& command_id, std::optional<std::int64_t> version) {
  JsonOut json;
  json.open_object().member("command_id", command_id);
  if (!filing.craft.empty()) json.key("craft").raw(craft_json(filing.craft));
  if (!version) json.member("domain", core::to_text(filing.domain));
  if (!filing.flight.empty()) json.member("flight", filing.flight);
  if (!filing.keys.empty()) {
    json.key("keys").open_array();
    for (const std::string& key : filing.keys) json.value(key);
    json.close();
  }
  if (version) json.member("version", *version);
  return json.key("volumes").raw(volumes_json(filing.volumes)).close().text();
}

std::string preview_body(const Filing& filing) {
  JsonOut json;
  json.open_object().member("domain", core::to_text(filing.domain));
  if (!filing.keys.empty()) {
    json.key("keys").open_array();
    for (const std::string& key : filing.keys) json.value(key);
    json.close();
  }
  return json.key("volumes").raw(volumes_json(filing.volumes)).close().text();
}

std::string text_of(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return {};
  const auto text = member->string();
  return text ? printable(*text) : std::string();
}

std::int64_t number_of(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return 0;
  return member->integer().value_or(0);
}

Counter read_counter(const JsonValue& findings) {
  Counter counter;
  const auto stated = findings.find("counter");
  if (!stated) return counter;
  if (stated->find("time_shift_ms")) counter.time_ms = number_of(*stated, "time_shift_ms");
  if (stated->find("level_shift_cm")) counter.level_cm = number_of(*stated, "level_shift_cm");
  return counter;
}

Result<std::string> conflict_text(const JsonValue& conflict, bool brief) {
  const std::string intent = text_of(conflict, "intent");
  std::string line = intent.empty() ? "another intent" : intent;
  if (const std::string manager = text_of(conflict, "manager"); !manager.empty()) line += " of " + manager;
  if (!brief) line += " in " + text_of(conflict, "zone");
  if (const auto band = conflict.find("band")) line += ", " + band_text(TRY(read_band(*band)));
  if (const auto window = conflict.find("window")) {
    const std::string text = window_text(TRY(read_window(*window)));
    line += ", " + (brief ? text.substr(text.find(' ') + 1) : text);
  }
  return line;
}

std::string counter_words(const Counter& counter, const std::vector<geo::Volume4d>& asked) {
  std::vector<std::string> ways;
  if (counter.time_ms) {
    std::string way =
        fmt::format("{} {}", span_text(std::abs(*counter.time_ms)), *counter.time_ms < 0 ? "earlier" : "later");
    if (!asked.empty()) {
      const geo::TimeWindow& window = asked.front().window;
      way += fmt::format(" ({})", window_text({window.start + *counter.time_ms, window.end + *counter.time_ms}));
    }
    ways.push_back(std::move(way));
  }
  if (counter.level_cm) {
    const auto feet = std::llround(static_cast<double>(std::abs(*counter.level_cm)) / 30.48);
    std::string way = fmt::format("{} ft {}", group_digits(static_cast<std::uint64_t>(feet)),
                                  *counter.level_cm < 0 ? "lower" : "higher");
    if (!asked.empty() && !core::unbounded(asked.front().band)) {
      geo::LevelBand band = asked.front().band;
      band.lower_cm += *counter.level_cm;
      band.upper_cm += *counter.level_cm;
      way += fmt::format(" ({})", band_text(band));
    }
    ways.push_back(std::move(way));
  }
  return fmt::format("{}", fmt::join(ways, ", or "));
}

namespace {

Result<std::string> rows_text(const JsonValue& findings, std::string_view name, std::string_view label) {
  std::string out;
  const auto list = findings.find(name);
  if (!list) return out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    out += fmt::format("  {:<9} {}\n", i == 0 ? label : "", TRY(conflict_text((*list)[i])));
  }
  const std::int64_t total = number_of(findings, std::string(name) + "_total");
  if (total > static_cast<std::int64_t>(list->size())) {
    out += fmt::format("  {:<9} and {} more\n", "", total - static_cast<std::int64_t>(list->size()));
  }
  return out;
}

std::string zones_text(const JsonValue& findings) {
  std::vector<std::string> names;
  const auto zones = findings.find("zones");
  if (!zones) return {};
  for (std::size_t i = 0; i < zones->size(); ++i) {
    const JsonValue of_volume = (*zones)[i];
    for (std::size_t k = 0; k < of_volume.size(); ++k) {
      std::string name(of_volume[k].string().value_or(""));
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names.empty() ? std::string()
                       : fmt::format("  {:<9} {}\n", "zones", printable(fmt::format("{}", fmt::join(names, ", "))));
}

std::string measures_text(const JsonValue& findings) {
  std::string out;
  const auto list = findings.find("measures");
  if (!list) return out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    out += fmt::format("  {:<9} {} in {}\n", i == 0 ? "measures" : "", text_of((*list)[i], "measure"),
                       text_of((*list)[i], "zone"));
  }
  return out;
}

std::string foreign_text(const JsonValue& findings) {
  std::string out;
  const auto list = findings.find("foreign");
  if (!list) return out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string owner = text_of((*list)[i], "owner");
    out += fmt::format("  {:<9} {} is decided by {}: ask its node\n", i == 0 ? "elsewhere" : "",
                       text_of((*list)[i], "zone"), owner);
  }
  return out;
}

std::string counter_text(const Context& context, const Counter& counter, const std::vector<geo::Volume4d>& asked) {
  if (counter.empty()) return {};
  return fmt::format("  {:<9} {}\n", "free is", context.paint(Colour::kCyan, counter_words(counter, asked)));
}

std::string missing_text(const JsonValue& findings) {
  const auto list = findings.find("missing");
  if (!list || list->size() == 0) return {};
  std::string out;
  for (std::size_t i = 0; i < list->size() && i < 10; ++i) {
    out += fmt::format("  {:<9} {} version {} of {}\n", i == 0 ? "unknown" : "", text_of((*list)[i], "intent"),
                       number_of((*list)[i], "version"), text_of((*list)[i], "manager"));
  }
  return out + fmt::format("  {:<9} quote their OVNs in \"keys\" to show that you know of them\n", "");
}

}  // namespace

Result<std::string> findings_text(const Context& context, const JsonValue& findings,
                                  const std::vector<geo::Volume4d>& asked) {
  std::string out = zones_text(findings);
  out += TRY(rows_text(findings, "conflicts", "conflict"));
  out += TRY(rows_text(findings, "overlaps", "overlaps"));
  out += TRY(rows_text(findings, "affected", "affects"));
  out += measures_text(findings);
  out += missing_text(findings);
  out += foreign_text(findings);
  return out + counter_text(context, read_counter(findings), asked);
}

namespace {

// The findings below it say with what, where and what is free.
std::string_view reason_words(std::string_view reason) {
  if (reason == "conflict") return "it is too close to others";
  if (reason == "measure") return "a measure closes it";
  if (reason == "missing_keys") return "it does not show that it knows of others there";
  if (reason == "not_sequencer") return "another authority decides there";
  if (reason == "outside_zones") return "it lies in no zone of the charter";
  return reason;
}

}  // namespace

Result<std::string> decision_text(const Context& context, const std::string& id, const Answer& answer,
                                  const std::vector<geo::Volume4d>& asked) {
  const JsonValue root = answer.root();
  const std::string place = fmt::format("entry {}{}", number_of(root, "index"),
                                        root.find("repeated") && root.find("repeated")->boolean().value_or(false)
                                            ? ", the outcome of an earlier command"
                                            : "");
  std::string out;
  if (const std::string reason = text_of(root, "reason"); !reason.empty()) {
    out = fmt::format("{} {}: {} ({})\n", context.paint(Colour::kRed, "refused"), id, reason_words(reason), place);
  } else {
    std::string what = text_of(root, "state");
    if (what.empty()) {
      what = text_of(root, "type");
      what = what.substr(what.find('.') + 1);
    }
    out = fmt::format("{} {}, version {} ({})\n", context.paint(Colour::kGreen, what), id, number_of(root, "version"),
                      place);
  }
  if (const auto findings = root.find("findings")) out += TRY(findings_text(context, *findings, asked));
  return out;
}

}  // namespace tansiq::cli
