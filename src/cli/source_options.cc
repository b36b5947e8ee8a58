#include "cli/source_options.h"

#include <fmt/format.h>

#include <array>

#include "cli/context.h"

namespace tansiq::cli {

using surveillance::IdKind;
using surveillance::SourceConfig;
using surveillance::Speaks;

namespace {
constexpr std::array<std::pair<std::string_view, IdKind>, 3> kIds{
    {{"icao", IdKind::kIcao}, {"mmsi", IdKind::kMmsi}, {"uid", IdKind::kUid}}};
}  // namespace

void add_csv_options(Command& command, SourceOptions& options) {
  command
      .option(options.columns, "--columns", "MAPPING",
              "of CSV: opensky, or role=column[:unit],…, or a .toml file; see docs/formats.md (opensky)")
      .option(options.ids, "--ids", "KIND", "what the column of ids holds (icao with opensky, else uid)")
      .choices({"icao", "mmsi", "uid"});
}

void add_sensor_options(Command& command, SourceOptions& options) {
  command.option(options.name, "--name", "NAME", "what the source is called")
      .option(options.editions, "--edition", "\"CAT EDITION\"", "of an ASTERIX category, as \"062 1.19\" (the newest)")
      .option(options.radars, "--radar", "\"SAC/SIC LAT LNG HEIGHT\"",
              "where a radar stands; degrees, metres over WGS-84")
      .option(options.place, "--place", "\"LAT LNG\"", "where the receiver stands");
}

Result<IdKind> read_csv_ids(std::string_view text) {
  for (const auto& [word, kind] : kIds) {
    if (word == text) return kind;
  }
  return fail(ErrorCode::kInvalid, fmt::format("'{}' is not icao, mmsi or uid", text));
}

Status take_csv_options(const SourceOptions& options, SourceConfig& config) {
  const std::string columns = options.columns.empty() ? "opensky" : options.columns;
  if (columns.ends_with(".toml")) {
    config.columns_toml = TRY(read_text(columns, 64U << 10));
  } else {
    config.columns = columns;
  }
  const std::string ids = !options.ids.empty() ? options.ids : columns == "opensky" ? "icao" : "uid";
  config.csv_id = TRY(read_csv_ids(ids));
  config.csv_domain = config.csv_id == IdKind::kMmsi ? surveillance::Domain::kSea : surveillance::Domain::kAir;
  return {};
}

Result<SourceConfig> source_of(const SourceOptions& options, const std::string& url) {
  SourceConfig out;
  out.name = options.name;
  out.format = TRY(surveillance::parse_speaks(options.format));
  out.transport = TRY(surveillance::parse_transport(url));
  for (const std::string& text : options.editions) out.editions.push_back(TRY(surveillance::parse_edition(text)));
  for (const std::string& text : options.radars) out.radars.push_back(TRY(surveillance::parse_radar(text)));
  if (options.place) out.place = TRY(surveillance::parse_place(*options.place));
  if (out.format == Speaks::kCsv) {
    TRY_VOID(take_csv_options(options, out));
  } else if (!options.columns.empty() || !options.ids.empty()) {
    return fail(ErrorCode::kUnsupported, "--columns and --ids are for --as csv");
  }
  TRY_VOID(surveillance::check_source(out));
  return out;
}

}  // namespace tansiq::cli
