#include "cli/serve_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <functional>
#include <utility>
#include <vector>

#include "cli/serve_config_keys.h"

namespace tansiq::cli {
namespace {

constexpr std::size_t kConfigBytesMax = 256U << 10;
constexpr std::array<std::string_view, 9> kConfigTables{"tls",    "peer", "f3548", "console", "talks",
                                                        "limits", "uss",  "live",  "auth"};

/// Tables of which there may be several: what their keys say is about the one that was begun last.
struct List {
  std::string_view name;
  void (*begin)(ServeConfig&);
  /// Calls `show` for each with a configuration that has only that one.
  void (*each)(ServeConfig, const std::function<void(ServeConfig&)>& show);
};

template <auto kOf>
constexpr List list_of(std::string_view name) {
  return {name, [](ServeConfig& config) { kOf(config).emplace_back(); },
          [](ServeConfig config, const std::function<void(ServeConfig&)>& show) {
            for (const auto all = std::exchange(kOf(config), {}); const auto& one : all) {
              kOf(config) = {one};
              show(config);
            }
          }};
}

/// In the order in which a configuration is printed.
constexpr std::array<List, 4> kLists{
    list_of<[](ServeConfig& c) -> auto& { return c.node.auth.issuers; }>("auth.issuer"),
    list_of<[](ServeConfig& c) -> auto& { return c.sources; }>("source"),
    list_of<[](ServeConfig& c) -> auto& { return c.live.picture.separation.agreed; }>("minima"),
    list_of<[](ServeConfig& c) -> auto& { return c.live.release; }>("release"),
};

Status take_table(const toml::table& table, const std::string& prefix, const std::string& file, ServeConfig& config) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  for (const auto& [name, node] : table) {
    const std::string full = prefix + std::string(name.str());
    const std::string where = fmt::format("{}:{}", file, node.source().begin.line);
    if (name.str().find('.') != std::string_view::npos) {
      return fail(ErrorCode::kInvalid, fmt::format("\"{}\" in quotes names nothing: write it without them", name.str()),
                  where);
    }
    if (const auto* inner = node.as_table();
        inner != nullptr && std::ranges::find(kConfigTables, full) != kConfigTables.end()) {
      TRY_VOID(take_table(*inner, full + ".", file, config));
      continue;
    }
    if (const auto list = std::ranges::find(kLists, full, &List::name); list != kLists.end()) {
      // One alone needs no list.
      if (const auto* only = node.as_table(); only != nullptr) {
        list->begin(config);
        TRY_VOID(take_table(*only, full + ".", file, config));
        continue;
      }
      if (const auto* many = node.as_array(); many != nullptr && many->is_array_of_tables()) {
        for (const toml::node& one : *many) {
          list->begin(config);
          TRY_VOID(take_table(*one.as_table(), full + ".", file, config));
        }
        continue;
      }
    }
    const auto& keys = config_keys();
    const auto known = std::ranges::find(keys, full, &ConfigKey::name);
    if (known == keys.end()) {
      std::vector<std::string_view> names;
      for (const ConfigKey& key : keys) names.push_back(key.name);
      return fail(ErrorCode::kInvalid,
                  fmt::format("there is no option '{}'; options: {}", full, fmt::join(names, ", ")), where);
    }
    if (Status taken = known->take(node, config, folder); !taken) {
      return fail(taken.error().code, fmt::format("{} {}", full, taken.error().message), where);
    }
  }
  return {};
}

}  // namespace

Status read_serve_config(std::string_view text, const std::string& file, ServeConfig& config) {
  if (text.size() > kConfigBytesMax) return fail(ErrorCode::kTooLarge, "a configuration is smaller than that", file);
  try {
    return take_table(toml::parse(text, file), "", file, config);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kMalformed, std::string(error.description()),
                fmt::format("{}:{}", file, error.source().begin.line));
  }
}

Status read_listen(std::string_view text, node::NodeConfig& config) {
  const auto malformed = [&] {
    return fail(ErrorCode::kMalformed, fmt::format("'{}' is not ADDRESS:PORT, as 127.0.0.1:7463 or [::1]:7463", text));
  };
  std::string_view port;
  std::string_view address = text;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return malformed();
    address = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return malformed();
    if (!rest.empty()) port = rest.substr(1);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    address = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return malformed();
  }
  if (!address.empty()) config.listen_address = address;
  if (port.empty()) return address.empty() ? Status(malformed()) : Status();
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc{} || end != port.data() + port.size()) return malformed();
  config.listen_port = number;
  return {};
}

Status read_peer_listen(std::string_view text, node::NodeConfig& config) {
  node::NodeConfig there;
  TRY_VOID(read_listen(text, there));
  config.peer_listen_address = there.listen_address;
  config.peer_listen_port = there.listen_port;
  return {};
}

Status read_peer_url(const std::string& text, node::NodeConfig& config) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    return fail(ErrorCode::kUnsupported, fmt::format("\"{}\" is no PEER=URL, as ru=https://10.0.0.7:7464", text));
  }
  config.peer_urls[text.substr(0, equals)] = text.substr(equals + 1);
  return {};
}

namespace {
constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLevels{{{"debug", LogLevel::kDebug},
                                                                        {"info", LogLevel::kInfo},
                                                                        {"warning", LogLevel::kWarning},
                                                                        {"error", LogLevel::kError},
                                                                        {"off", LogLevel::kOff}}};
}  // namespace

Result<LogLevel> read_log_level(std::string_view text) {
  const auto known = std::ranges::find(kLevels, text, [](const auto& level) { return level.first; });
  if (known != kLevels.end()) return known->second;
  return fail(ErrorCode::kInvalid, fmt::format("'{}' is not one of debug, info, warning, error, off", text));
}

std::string_view log_level_name(LogLevel level) {
  return std::ranges::find(kLevels, level, [](const auto& known) { return known.second; })->first;
}

std::string serve_config_help() {
  std::string out;
  for (const ConfigKey& key : config_keys())
    out += fmt::format("| `{}` | {} | {} |\n", key.name, key.type, key.meaning);
  return out;
}

namespace {

/// Broken at spaces, each line a comment.
std::string comment(std::string_view text) {
  constexpr std::size_t kWidth = 98;
  std::string out;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > kWidth) {
      const std::size_t space = text.rfind(' ', kWidth);
      end = space == std::string_view::npos ? text.size() : space;
    }
    out += fmt::format("# {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The keys of one table. Those that are as they are by themselves stand behind a `#`.
std::string keys_text(std::string_view table, ServeConfig& config, ServeConfig& plain) {
  std::string out;
  for (const ConfigKey& key : config_keys()) {
    const std::size_t dot = key.name.rfind('.');
    const std::string_view in = dot == std::string_view::npos ? std::string_view() : key.name.substr(0, dot);
    if (in != table) continue;
    const std::string_view name = dot == std::string_view::npos ? key.name : key.name.substr(dot + 1);
    const std::string value = key.show(config);
    const std::string usual = key.show(plain);
    out += "\n" + comment(key.meaning);
    out += value != usual ? fmt::format("{} = {}\n", name, value)
                          : fmt::format("#{} = {}\n", name, usual.empty() ? std::string(key.example) : usual);
  }
  return out;
}

}  // namespace

std::string serve_config_text(ServeConfig config) {
  ServeConfig plain;
  plain.node.develop = false;  // As with any file.
  std::string out = comment(
      "The configuration of a node, for tansiq serve --config. Every key stands here. Behind a # it has the value "
      "that it has by itself, or, where it has none, an example. Unknown keys are errors. Paths are relative to "
      "the folder of this file. What is for laboratories or for a single start is not here, but an option of the "
      "command line: tansiq serve --help.");
  out += keys_text("", config, plain);
  for (const std::string_view table : kConfigTables)
    out += fmt::format("\n[{}]\n", table) + keys_text(table, config, plain);
  for (const List& list : kLists) list.begin(plain);
  for (const List& list : kLists) {
    bool any = false;
    list.each(config, [&](ServeConfig& only) {
      any = true;
      out += fmt::format("\n[[{}]]\n", list.name) + keys_text(list.name, only, plain);
    });
    if (!any) out += fmt::format("\n#[[{}]]\n", list.name) + keys_text(list.name, plain, plain);
  }
  return out;
}

}  // namespace tansiq::cli
