// The keys of a node's configuration file as data: from this one table it is read, printed and documented, so that no
// two of these can disagree.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/serve_config.h"

namespace tansiq::cli {

/// One key: how it is written, what it means, how it is taken over, how it is shown.
struct ConfigKey {
  std::string_view name;  ///< `limits.streams`: stands as `streams` in the table `limits`.
  std::string_view type;
  std::string_view meaning;
  /// A value as TOML, for a key that has none by default.
  std::string_view example;
  /// Paths are relative to the given folder. What is wrong is said without the name of the key.
  std::function<Status(const toml::node&, ServeConfig&, const std::filesystem::path&)> take;
  /// The value that a configuration has, as TOML; empty when it has none. Keys of an issuer show the last one.
  std::function<std::string(ServeConfig&)> show;
};

/// What a table [[source]] says: an input.
[[nodiscard]] std::vector<ConfigKey> source_keys();

/// What a table [[minima]] says: the separation that two authorities agreed on.
[[nodiscard]] std::vector<ConfigKey> minima_keys();

/// What a table [[release]] says: a rule of what a peer is told.
[[nodiscard]] std::vector<ConfigKey> release_keys();

/// What [talks] says.
[[nodiscard]] std::vector<ConfigKey> talks_keys();

/// What [live] says.
[[nodiscard]] std::vector<ConfigKey> live_keys();

/// Every key, those of one table together; those of no table first.
[[nodiscard]] const std::vector<ConfigKey>& config_keys();

}  // namespace tansiq::cli
