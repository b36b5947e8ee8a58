// Values of a configuration file: how each type of key is taken from TOML and shown again. Inside of the files
// serve_config*.cc.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/serve_config_keys.h"

namespace tansiq::cli::config {

using Path = std::filesystem::path;
using Show = std::function<std::string(ServeConfig&)>;

template <class T>
Result<T> value_of(const toml::node& node, std::string_view wanted) {
  const auto value = node.value_exact<T>();
  if (!value) return fail(ErrorCode::kInvalid, fmt::format("must be {}", wanted));
  return *value;
}

inline Result<std::int64_t> integer_of(const toml::node& node, std::int64_t low, std::int64_t high) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < low || *value > high) {
    return fail(ErrorCode::kInvalid, fmt::format("must be a whole number from {} to {}", low, high));
  }
  return *value;
}

/// A basic string of TOML. Nothing stays nothing: for every key here an empty string means that it was not given.
inline std::string shown(std::string_view text) {
  if (text.empty()) return {};
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

template <class Texts>
std::string shown_list(const Texts& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "[" : ", ") + shown(text);
  return out.empty() ? out : out + "]";
}

inline ConfigKey text_key(std::string_view name, std::string_view meaning, std::string_view example,
                          std::function<Status(const std::string&, ServeConfig&)> take, Show show) {
  return {name,
          "string",
          meaning,
          example,
          [take = std::move(take)](const toml::node& node, ServeConfig& config, const Path&) -> Status {
            const std::string value = TRY(value_of<std::string>(node, "a string"));
            return take(value, config);
          },
          std::move(show)};
}

inline ConfigKey path_key(std::string_view name, std::string_view meaning, std::string_view example,
                          const std::function<Path&(ServeConfig&)>& member) {
  return {name,
          "path",
          meaning,
          example,
          [member](const toml::node& node, ServeConfig& config, const Path& folder) -> Status {
            const std::string value = TRY(value_of<std::string>(node, "a path, as a string"));
            member(config) = folder / value;  // an absolute path replaces the folder
            return {};
          },
          [member](ServeConfig& config) { return shown(member(config).string()); }};
}

inline ConfigKey flag_key(std::string_view name, std::string_view meaning,
                          const std::function<bool&(ServeConfig&)>& member) {
  return {name,
          "boolean",
          meaning,
          {},
          [member](const toml::node& node, ServeConfig& config, const Path&) -> Status {
            member(config) = TRY(value_of<bool>(node, "true or false"));
            return {};
          },
          [member](ServeConfig& config) { return member(config) ? "true" : "false"; }};
}

template <class T>
ConfigKey number_key(std::string_view name, std::string_view meaning, std::int64_t low, std::int64_t high,
                     const std::function<T&(ServeConfig&)>& member, std::int64_t unit = 1) {
  return {name,
          "integer",
          meaning,
          {},
          [member, low, high, unit](const toml::node& node, ServeConfig& config, const Path&) -> Status {
            member(config) = static_cast<T>(TRY(integer_of(node, low, high)) * unit);
            return {};
          },
          [member, unit](ServeConfig& config) {
            return fmt::format("{}", static_cast<std::int64_t>(member(config)) / unit);
          }};
}

/// A list of strings; one alone need not stand in brackets.
inline ConfigKey list_key(std::string_view name, std::string_view meaning, std::string_view example,
                          std::function<Status(const std::string&, ServeConfig&, const Path&)> add, Show show) {
  return {name,
          "strings",
          meaning,
          example,
          [add = std::move(add)](const toml::node& node, ServeConfig& config, const Path& folder) -> Status {
            const auto* list = node.as_array();
            if (list == nullptr)
              return add(TRY(value_of<std::string>(node, "a string or a list of them")), config, folder);
            for (const toml::node& one : *list) {
              const std::string value = TRY(value_of<std::string>(one, "a list of strings"));
              TRY_VOID(add(value, config, folder));
            }
            return {};
          },
          std::move(show)};
}

}  // namespace tansiq::cli::config
