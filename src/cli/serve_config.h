// The configuration file of `tansiq serve`: TOML, every key known, every key optional.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/logging.h"
#include "base/result.h"
#include "node/live_config.h"
#include "node/node.h"
#include "surveillance/source.h"

namespace tansiq::cli {

/// What the file may say beside the node's own configuration.
struct ServeConfig {
  node::NodeConfig node;
  std::optional<LogLevel> log_level;
  /// Inputs, in the order of their tables; `surveillance::check_sources` says whether they can be.
  std::vector<surveillance::SourceConfig> sources;
  /// What is made of them; its own list of sources is empty here.
  node::LiveConfig live;
};

/// Reads the text of a configuration file over `config`. An unknown key, a value of the wrong type or out of range
/// fails with `kInvalid`; `where` is "FILE:LINE". Paths in the file are relative to the file's folder.
[[nodiscard]] Status read_serve_config(std::string_view text, const std::string& file, ServeConfig& config);

/// `ADDRESS:PORT`, `ADDRESS`, `:PORT`, `[::1]:PORT`.
[[nodiscard]] Status read_listen(std::string_view text, node::NodeConfig& config);

/// The same for where peers are served.
[[nodiscard]] Status read_peer_listen(std::string_view text, node::NodeConfig& config);
/// `PEER=URL`: another way to a peer.
[[nodiscard]] Status read_peer_url(const std::string& text, node::NodeConfig& config);

[[nodiscard]] Result<LogLevel> read_log_level(std::string_view text);
[[nodiscard]] std::string_view log_level_name(LogLevel level);

/// The keys with their meanings, one line each, for help and documents.
[[nodiscard]] std::string serve_config_help();

/// A configuration file that says what `config` is: every key with its meaning, those that differ from what they are by
/// themselves with their value, the rest as comments. Reading it gives `config` again, as far as a file can say it.
[[nodiscard]] std::string serve_config_text(ServeConfig config);

}  // namespace tansiq::cli
