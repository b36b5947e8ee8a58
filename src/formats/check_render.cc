// The report of a check as text for a terminal and as JSON. GeoJSON: check_geojson.cc.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "core/volume_json.h"
#include "formats/check.h"
#include "formats/json_out.h"
#include "formats/text.h"

namespace tansiq::formats {
namespace {

using Row = std::vector<std::string>;

/// Columns of a terminal that a string takes, combining marks and wide letters aside.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Pads every column to its widest cell; `right` columns are aligned to the right.
void append_table(std::string& out, const Row& heading, const std::vector<Row>& rows, const std::vector<bool>& right) {
  std::vector<std::size_t> widths;
  for (const auto& cell : heading) widths.push_back(width_of(cell));
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  const auto append_row = [&](const Row& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width_of(row[i]), ' ');
      line += (i == 0 ? "  " : "  ") + (right[i] ? padding + row[i] : row[i] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  append_row(heading);
  for (const Row& row : rows) append_row(row);
}

/// "12:34:56"; the date stands in the report's heading.
std::string clock_text(UtcMs t) {
  const std::string text = format_utc({t.ms / 1000 * 1000});
  return text.substr(11, 8);
}

std::string name_text(const Named& named) {
  return named.name.empty() || named.name == named.id ? named.id : fmt::format("{} ({})", named.name, named.id);
}

std::string place_text(const geo::LatLng& place) {
  const auto axis = [](std::int32_t e7, char positive, char negative) {
    return fmt::format("{:.4f}{}", static_cast<double>(e7 < 0 ? -static_cast<std::int64_t>(e7) : e7) * 1e-7,
                       e7 < 0 ? negative : positive);
  };
  return axis(place.lat_e7, 'N', 'S') + " " + axis(place.lng_e7, 'E', 'W');
}

std::string level_text(const ZoneEntry& entry) {
  if (!entry.level_cm) return "-";
  const auto feet = static_cast<double>(*entry.level_cm) / 30.48;
  if (entry.reference == geo::VerticalReference::kFlightLevel)
    return fmt::format("FL{:03.0f}", std::max(feet / 100, 0.0));
  return fmt::format("{:.0f} ft {}", feet, core::to_text(entry.reference));
}

std::string counted(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

void append_conflicts(std::string& out, const CheckReport& report) {
  out += fmt::format("\n{} between {} of flights, closer than {}\n",
                     counted(report.conflicts.size(), "conflict", "conflicts"),
                     counted(report.pairs().size(), "pair", "pairs"), format_minima(report.options.minima));
  if (report.conflicts.empty()) return;
  std::vector<Row> rows;
  for (const ConflictEpisode& episode : report.conflicts) {
    Row row{clock_text(episode.window.start), clock_text(episode.window.end), name_text(report.flights[episode.first]),
            name_text(report.flights[episode.second])};
    if (const auto& closest = episode.closest) {
      row.push_back(fmt::format("{:.2f} NM", static_cast<double>(closest->horizontal_m) / 1852));
      row.push_back(closest->vertical_cm ? fmt::format("{:.0f} ft", static_cast<double>(*closest->vertical_cm) / 30.48)
                                         : "-");
      row.push_back(clock_text(closest->time));
      row.push_back(place_text(closest->place));
    } else {
      row.insert(row.end(), {"-", "-", "-", place_text(episode.place)});
    }
    rows.push_back(std::move(row));
  }
  append_table(out, {"from", "to", "flight", "flight", "closest", "vertical", "at", "where"}, rows,
               {false, false, false, false, true, true, false, false});
}

void append_entries(std::string& out, const CheckReport& report) {
  out += fmt::format("\n{} into zones\n", counted(report.entries.size(), "entry", "entries"));
  if (report.entries.empty()) return;
  std::vector<Row> rows;
  for (const ZoneEntry& entry : report.entries) {
    std::string note;
    if (entry.grazes)
      note = "within its growth only";
    else if (entry.starts_inside && entry.ends_inside)
      note = "inside throughout";
    else if (entry.starts_inside)
      note = "inside at its first report";
    else if (entry.ends_inside)
      note = "inside at its last report";
    rows.push_back({name_text(report.flights[entry.flight]), name_text(report.zones[entry.zone]),
                    clock_text(entry.window.start), clock_text(entry.window.end), level_text(entry),
                    place_text(entry.place), note});
  }
  append_table(out, {"flight", "zone", "entry", "exit", "level", "where", ""}, rows,
               {false, false, false, false, true, false, false});
}

void append_findings(std::string& out, std::string_view title, const Findings& findings, std::size_t places_max) {
  const auto totals = findings.totals();
  if (totals.empty()) return;
  out += fmt::format("\n{}\n", title);
  std::vector<Row> rows;
  for (const auto& total : totals)
    rows.push_back({std::string(severity_name(total.severity)), fmt::format("{}", total.count), total.reason});
  append_table(out, {"what", "count", "reason"}, rows, {false, true, false});
  for (const Severity severity : {Severity::kMalformed, Severity::kRefused, Severity::kRepaired, Severity::kNote}) {
    std::size_t listed = 0;
    for (const Finding& finding : findings.list()) {
      if (finding.severity != severity || ++listed > places_max) continue;
      out += fmt::format("    {}: {}: {}{}{}\n", finding.where, severity_name(severity), finding.reason,
                         finding.detail.empty() ? "" : ": ", finding.detail);
    }
    if (const auto all = findings.count_of(severity); all > std::min(listed, places_max)) {
      out += fmt::format("    … and {} more {}\n", all - std::min(listed, places_max), severity_name(severity));
    }
  }
}

void write_findings(JsonOut& out, const Findings& findings) {
  out.begin_object().key("totals").begin_array();
  for (const auto& total : findings.totals()) {
    out.begin_object().key("severity").string(severity_name(total.severity)).key("reason").string(total.reason);
    out.key("count").integer(static_cast<std::int64_t>(total.count)).end_object();
  }
  out.end_array().key("list").begin_array();
  for (const Finding& finding : findings.list()) {
    out.begin_object().key("severity").string(severity_name(finding.severity)).key("reason").string(finding.reason);
    out.key("where").string(finding.where).key("detail").string(finding.detail).end_object();
  }
  out.end_array().end_object();
}

void write_named(JsonOut& out, std::string_view key, const Named& named) {
  out.key(key).begin_object().key("id").string(named.id).key("name").string(named.name).end_object();
}

void write_window(JsonOut& out, const geo::TimeWindow& window) {
  out.key("start").string(format_utc(window.start)).key("end").string(format_utc(window.end));
}

void write_conflict(JsonOut& out, const CheckReport& report, const ConflictEpisode& episode) {
  out.begin_object();
  write_named(out, "first", report.flights[episode.first]);
  write_named(out, "second", report.flights[episode.second]);
  write_window(out, episode.window);
  out.key("volume_pairs").integer(static_cast<std::int64_t>(episode.volume_pairs));
  out.key("place").position(episode.place);
  if (const auto& closest = episode.closest) {
    out.key("closest")
        .begin_object()
        .key("time")
        .string(format_utc(closest->time))
        .key("horizontal_m")
        .integer(closest->horizontal_m);
    if (closest->vertical_cm) out.key("vertical_cm").integer(*closest->vertical_cm);
    out.key("place").position(closest->place).end_object();
  }
  out.end_object();
}

void write_entry(JsonOut& out, const CheckReport& report, const ZoneEntry& entry) {
  out.begin_object();
  write_named(out, "flight", report.flights[entry.flight]);
  write_named(out, "zone", report.zones[entry.zone]);
  write_window(out, entry.window);
  out.key("starts_inside")
      .boolean(entry.starts_inside)
      .key("ends_inside")
      .boolean(entry.ends_inside)
      .key("grazes")
      .boolean(entry.grazes);
  out.key("place").position(entry.place);
  if (entry.level_cm)
    out.key("level_cm").integer(*entry.level_cm).key("reference").string(core::to_text(entry.reference));
  out.end_object();
}

}  // namespace

std::string render_table(const CheckReport& report, std::size_t findings_max) {
  std::string out =
      fmt::format("{}, {} from {}; {}\n", counted(report.flights.size(), "flight", "flights"),
                  counted(report.volumes, "volume", "volumes"), counted(report.records, "record", "records"),
                  counted(report.zones.size(), "zone", "zones"));
  if (!report.conflicts.empty())
    out += fmt::format("times are UTC, from {}\n", format_utc(report.conflicts.front().window.start).substr(0, 10));
  else if (!report.entries.empty())
    out += fmt::format("times are UTC, from {}\n", format_utc(report.entries.front().window.start).substr(0, 10));
  if (!report.growth.empty()) out += fmt::format("flown volumes: {}\n", report.growth);
  append_conflicts(out, report);
  append_entries(out, report);
  append_findings(out, "Traffic file", report.traffic_findings, findings_max);
  append_findings(out, "Zone file", report.zone_findings, findings_max);
  return out;
}

std::string render_json(const CheckReport& report) {
  std::string text;
  JsonOut out(text);
  out.begin_object().key("minima").string(format_minima(report.options.minima)).key("growth").string(report.growth);
  out.key("flights")
      .integer(static_cast<std::int64_t>(report.flights.size()))
      .key("zones")
      .integer(static_cast<std::int64_t>(report.zones.size()));
  out.key("volumes")
      .integer(static_cast<std::int64_t>(report.volumes))
      .key("records")
      .integer(static_cast<std::int64_t>(report.records));
  out.key("pairs").begin_array();
  for (const auto& [a, b] : report.pairs()) out.begin_array().string(a).string(b).end_array();
  out.end_array().key("conflicts").begin_array();
  for (const auto& episode : report.conflicts) write_conflict(out, report, episode);
  out.end_array().key("entries").begin_array();
  for (const auto& entry : report.entries) write_entry(out, report, entry);
  out.end_array().key("traffic_findings");
  write_findings(out, report.traffic_findings);
  out.key("zone_findings");
  write_findings(out, report.zone_findings);
  out.end_object();
  return text + "\n";
}

}  // namespace tansiq::formats
