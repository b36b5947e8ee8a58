// What a command line says of an input: the same as a table [[source]] of a node's configuration.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "surveillance/source.h"

namespace tansiq::cli {

struct SourceOptions {
  std::string format;
  std::string name = "source";
  std::string columns;
  std::string ids;
  std::vector<std::string> editions;
  std::vector<std::string> radars;
  std::optional<std::string> place;
};

/// Adds `--columns` and `--ids`, which say how a CSV file is read.
void add_csv_options(Command& command, SourceOptions& options);
/// Adds everything else but the format.
void add_sensor_options(Command& command, SourceOptions& options);

/// `opensky`, `role=column[:unit],…`, or a .toml file, which is read. Ids are ICAO addresses with `opensky`, else
/// texts, unless `ids` says otherwise; craft with an MMSI move at sea.
[[nodiscard]] Status take_csv_options(const SourceOptions& options, surveillance::SourceConfig& config);
/// The whole source, checked.
[[nodiscard]] Result<surveillance::SourceConfig> source_of(const SourceOptions& options, const std::string& url);

/// `icao`, `mmsi`, `uid`.
[[nodiscard]] Result<surveillance::IdKind> read_csv_ids(std::string_view text);

}  // namespace tansiq::cli
