// `tansiq check`: conflicts between flights and entries into zones, from files people already have.
#include "formats/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/check_node.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/units_text.h"
#include "formats/columns.h"
#include "formats/fir.h"
#include "formats/flown.h"
#include "formats/geojson_in.h"
#include "formats/recording.h"

namespace tansiq::cli {
namespace {

constexpr std::size_t kInputBytesMax = 1U << 30;

struct CheckArguments {
  NodeOptions node;
  std::optional<std::string> zones;
  std::string traffic;
  std::string columns = "opensky";
  std::string minima = "5nm/1000ft/0s";
  std::string gap = "60s";
  bool geojson = false;
  bool ask_node = false;
};

// Formats are told apart by content, not by name: JSON begins with a brace, everything else is text by lines.
bool is_json(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return first != std::string_view::npos && text[first] == '{';
}

Result<formats::ZoneFile> read_zones(const std::string& file) {
  const std::string text = TRY(read_text(file, kInputBytesMax));
  if (is_json(text)) {
    auto zones = formats::read_geojson_zones(text);
    if (!zones) return std::unexpected(in_file(zones.error(), file));
    return zones;
  }
  if (text.find("POLYALT") == std::string::npos) {
    return fail(ErrorCode::kMalformed, "is neither GeoJSON (a FeatureCollection) nor a file of POLYALT lines", file);
  }
  return formats::read_fir(text);
}

Result<formats::ColumnMapping> mapping_of(const std::string& word) {
  if (!word.ends_with(".toml")) return formats::parse_columns(word);
  const std::string text = TRY(read_text(word, 1U << 20));
  return formats::parse_columns_toml(text, word);
}

Result<formats::TrafficInput> read_traffic(const CheckArguments& arguments) {
  const std::string text = TRY(read_text(arguments.traffic, kInputBytesMax));
  if (is_json(text)) {
    auto traffic = formats::read_geojson_intents(text);
    if (!traffic) return std::unexpected(in_file(traffic.error(), arguments.traffic));
    return traffic;
  }
  const formats::ColumnMapping mapping = TRY(mapping_of(arguments.columns));
  auto recording = formats::read_recording(text, mapping);
  if (!recording) return std::unexpected(in_file(recording.error(), arguments.traffic));
  return formats::flown_traffic(std::move(*recording));
}

int exit_code(const formats::CheckReport& report) { return report.conflicts.empty() ? 0 : 1; }

Result<int> check(Context& context, const CheckArguments& arguments) {
  formats::CheckOptions options;
  const auto minima = read_minima(arguments.minima);
  if (!minima) return std::unexpected(inside(minima.error(), "--minima"));
  options.minima = *minima;
  options.episode_gap_ms = TRY(parse_duration(arguments.gap));
  const formats::TrafficInput traffic = TRY(read_traffic(arguments));
  std::optional<formats::ZoneFile> zones;
  if (arguments.zones) zones = TRY(read_zones(*arguments.zones));
  const formats::CheckInput input{.zones = zones ? &*zones : nullptr, .traffic = &traffic};
  const formats::CheckReport report = TRY(formats::run_check(input, options));
  if (arguments.geojson) {
    put(formats::render_geojson(report, input));
  } else if (context.json) {
    put(formats::render_json(report));
  } else {
    put(formats::render_table(report));
  }
  if (arguments.ask_node || !arguments.node.node.empty()) {
    return compare_with_node(context, arguments.node, traffic, report);
  }
  return exit_code(report);
}

}  // namespace

void add_check(Command& root) {
  auto a = std::make_shared<CheckArguments>();
  Command& command = root.sub("check", "find conflicts in files, without a node");
  command
      .about(
          "Reads zones (GeoJSON, or a file of POLYALT lines as flight simulators use for FIRs) and traffic (GeoJSON "
          "intents, or a CSV recording of positions), told apart by content. A recording becomes flown 4D volumes, one "
          "per pair of consecutive reports, grown by what may have happened between them; the growth is stated.")
      .about(
          "Prints conflicts between flights and entries into zones. Bad lines are counted, reported by line and "
          "reason, "
          "and never stop the run.")
      .option(a->traffic, "--traffic", "FILE", "intents or a recording")
      .required()
      .completes(Completes::kFile)
      .option(a->zones, "--zones", "FILE", "zones to check entries into")
      .completes(Completes::kFile)
      .option(a->columns, "--columns", "MAPPING",
              "of a CSV recording: opensky, or role=column[:unit],…, or a .toml file; see docs/formats.md")
      .option(a->minima, "--minima", "H/V/T", "separation: horizontal/vertical/time")
      .option(a->gap, "--episode-gap", "DURATION", "two conflicts of a pair with less between them are one")
      .flag(a->geojson, "--geojson", "print a GeoJSON FeatureCollection instead")
      .flag(a->ask_node, "--ask-node",
            "file the same traffic at a running node (data mode TEST) by previews, and compare the pairs; also by "
            "--node");
  add_node_options(command, a->node);
  command
      .example("tansiq check --zones fir-world.scn --traffic opensky.csv", "a recording against the FIRs of the world")
      .example("tansiq check --traffic intents.geojson --minima 3nm/1000ft/0s --json", "plans against each other")
      .example("tansiq check --traffic ships.csv --columns columns-ais.toml --minima 500m/0/0s", "ships, from AIS")
      .exits(1, "there are conflicts, or the node's pairs differ")
      .run([a](Context& context) { return check(context, *a); });
}

}  // namespace tansiq::cli
