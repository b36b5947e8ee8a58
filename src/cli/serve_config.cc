#include "cli/serve_config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <functional>
#include <limits>
#include <sstream>
#include <vector>

namespace tansiq::cli {
namespace {

constexpr std::size_t kConfigBytesMax = 256U << 10;

/// One key: how it is written, what it means, how it is taken over.
struct Key {
  std::string_view name;
  std::string_view type;
  std::string_view meaning;
  std::function<Status(const toml::node&, ServeConfig&, const std::filesystem::path&)> take;
};

template <class T>
Result<T> value_of(const toml::node& node, std::string_view wanted) {
  const auto value = node.value_exact<T>();
  if (!value) return fail(ErrorCode::kInvalid, fmt::format("must be {}", wanted));
  return *value;
}

Result<std::int64_t> integer_of(const toml::node& node, std::int64_t low, std::int64_t high) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < low || *value > high) {
    return fail(ErrorCode::kInvalid, fmt::format("must be a whole number from {} to {}", low, high));
  }
  return *value;
}

Key text_key(std::string_view name, std::string_view meaning,
             std::function<Status(const std::string&, ServeConfig&)> take) {
  return {
      name, "string", meaning,
      [take = std::move(take)](const toml::node& node, ServeConfig& config, const std::filesystem::path&) -> Status {
        const std::string value = TRY(value_of<std::string>(node, "a string"));
        return take(value, config);
      }};
}

Key path_key(std::string_view name, std::string_view meaning,
             std::function<std::filesystem::path&(ServeConfig&)> member) {
  return {name, "path", meaning,
          [member = std::move(member)](const toml::node& node, ServeConfig& config,
                                       const std::filesystem::path& folder) -> Status {
            const std::string value = TRY(value_of<std::string>(node, "a path, as a string"));
            member(config) = folder / value;  // an absolute path replaces the folder
            return {};
          }};
}

Key flag_key(std::string_view name, std::string_view meaning, std::function<bool&(ServeConfig&)> member) {
  return {name, "boolean", meaning,
          [member = std::move(member)](const toml::node& node, ServeConfig& config,
                                       const std::filesystem::path&) -> Status {
            member(config) = TRY(value_of<bool>(node, "true or false"));
            return {};
          }};
}

template <class T>
Key number_key(std::string_view name, std::string_view meaning, std::int64_t low, std::int64_t high,
               std::function<T&(ServeConfig&)> member) {
  return {name, "integer", meaning,
          [member = std::move(member), low, high](const toml::node& node, ServeConfig& config,
                                                  const std::filesystem::path&) -> Status {
            member(config) = static_cast<T>(TRY(integer_of(node, low, high)));
            return {};
          }};
}

/// A list of strings; one alone need not stand in brackets.
Key list_key(std::string_view name, std::string_view meaning,
             std::function<Status(const std::string&, ServeConfig&, const std::filesystem::path&)> add) {
  return {name, "strings", meaning,
          [add = std::move(add)](const toml::node& node, ServeConfig& config,
                                 const std::filesystem::path& folder) -> Status {
            const auto* list = node.as_array();
            if (list == nullptr)
              return add(TRY(value_of<std::string>(node, "a string or a list of them")), config, folder);
            for (const toml::node& one : *list) {
              const std::string value = TRY(value_of<std::string>(one, "a list of strings"));
              TRY_VOID(add(value, config, folder));
            }
            return {};
          }};
}

/// What `[[auth.issuer]]` says is about the issuer that was begun last.
net::IssuerConfig& issuer_of(ServeConfig& config) { return config.node.auth.issuers.back(); }

Key issuer_time_key(std::string_view name, std::string_view meaning, std::int64_t low, std::int64_t high,
                    std::int64_t unit_ms, DurationMs net::IssuerConfig::* member) {
  return {name, "integer", meaning,
          [=](const toml::node& node, ServeConfig& config, const std::filesystem::path&) -> Status {
            issuer_of(config).*member = TRY(integer_of(node, low, high)) * unit_ms;
            return {};
          }};
}

std::vector<Key> auth_keys() {
  using std::filesystem::path;
  return {
      list_key("auth.audiences", "names of this node, one of which a token of an issuer must be for, as dss.example",
               [](const std::string& v, ServeConfig& c, const path&) -> Status {
                 c.node.auth.audiences.push_back(v);
                 return {};
               }),
      {"auth.token_seconds", "integer", "the longest time that such a token may still be valid, 60 to 3600 (3600)",
       [](const toml::node& node, ServeConfig& c, const path&) -> Status {
         c.node.auth.token_ms_max = TRY(integer_of(node, 60, 3'600)) * 1'000;
         return {};
       }},
      text_key("auth.issuer.name", "in a table [[auth.issuer]], one for each: what its tokens have as iss, exactly",
               [](const std::string& v, ServeConfig& c) -> Status {
                 issuer_of(c).name = v;
                 return {};
               }),
      list_key("auth.issuer.keys", "PEM files: public keys or certificates",
               [](const std::string& v, ServeConfig& c, const path& folder) -> Status {
                 issuer_of(c).key_files.push_back((folder / v).string());
                 return {};
               }),
      {"auth.issuer.jwks", "path or URL", "its keys as JWKS: a file, or an address that begins with https://",
       [](const toml::node& node, ServeConfig& c, const path& folder) -> Status {
         const std::string value = TRY(value_of<std::string>(node, "a path or a URL, as a string"));
         if (value.find("://") != std::string::npos) {
           issuer_of(c).jwks_url = value;
         } else {
           issuer_of(c).jwks_file = (folder / value).string();
         }
         return {};
       }},
      {"auth.issuer.ca", "path", "PEM authorities for that address; else the system's",
       [](const toml::node& node, ServeConfig& c, const path& folder) -> Status {
         issuer_of(c).ca_file = (folder / TRY(value_of<std::string>(node, "a path, as a string"))).string();
         return {};
       }},
      list_key("auth.issuer.algorithms", "of RS256, ES256, EdDSA, those that it may use (all)",
               [](const std::string& v, ServeConfig& c, const path&) -> Status {
                 const auto algorithm = net::parse_jwt_algorithm(v);
                 if (!algorithm) return fail(ErrorCode::kInvalid, fmt::format("'{}' is not RS256, ES256 or EdDSA", v));
                 issuer_of(c).algorithms.push_back(*algorithm);
                 return {};
               }),
      list_key("auth.issuer.scopes", "the scopes that it may grant; others in its tokens are dropped (those of F3548)",
               [](const std::string& v, ServeConfig& c, const path&) -> Status {
                 issuer_of(c).scopes.insert(v);
                 return {};
               }),
      issuer_time_key("auth.issuer.refresh_seconds", "how often to fetch, unless the answer says otherwise (900)", 60,
                      86'400, 1'000, &net::IssuerConfig::refresh_ms),
      issuer_time_key("auth.issuer.unknown_key_seconds", "how soon to fetch again for an unknown key (30)", 1, 86'400,
                      1'000, &net::IssuerConfig::unknown_key_ms),
      issuer_time_key("auth.issuer.keep_hours", "how long to keep keys that cannot be fetched again, 1 to 720 (24)", 1,
                      720, 3'600'000, &net::IssuerConfig::age_ms_max),
  };
}

/// How often one client may ask.
std::vector<Key> rate_keys() {
  const auto key = [](std::string_view name, std::string_view meaning, std::int64_t high,
                      std::function<std::uint32_t&(ServeConfig&)> member) {
    return number_key<std::uint32_t>(name, meaning, 0, high, std::move(member));
  };
  return {
      key("limits.subject_per_second", "requests a second of one subject; beyond it 429; 0: no limit (0)",
          net::kPerSecondMax, [](ServeConfig& c) -> auto& { return c.node.auth.subjects.per_second; }),
      key("limits.subject_burst", "requests of one subject at once (a second's worth)", net::kBurstMax,
          [](ServeConfig& c) -> auto& { return c.node.auth.subjects.burst; }),
      key("limits.address_per_second", "requests a second without a valid token, of one address; 0: no limit (100)",
          net::kPerSecondMax, [](ServeConfig& c) -> auto& { return c.node.auth.addresses.per_second; }),
      key("limits.address_burst", "the same at once (1000)", net::kBurstMax,
          [](ServeConfig& c) -> auto& { return c.node.auth.addresses.burst; }),
  };
}

/// What `[uss]` says; the table alone makes the node a supplier.
node::UssConfig& uss_of(ServeConfig& config) {
  if (!config.node.uss) config.node.uss.emplace();
  return *config.node.uss;
}

std::vector<Key> uss_keys() {
  const auto text = [](std::string_view name, std::string_view meaning, std::string node::UssConfig::* member) {
    return text_key(name, meaning, [member](const std::string& v, ServeConfig& c) -> Status {
      uss_of(c).*member = v;
      return {};
    });
  };
  return {
      text("uss.manager", "F3548: the node is a supplier, and known by this subject of its tokens",
           &node::UssConfig::manager),
      text("uss.base_url", "what other suppliers append /uss/v1/… to", &node::UssConfig::base_url),
      text("uss.dss_url", "the registry (DSS), as https://dss.example; this node, another, another vendor's",
           &node::UssConfig::dss_url),
      text("uss.token_url", "where its tokens come from: GET with scope and intended_audience",
           &node::UssConfig::token_url),
      path_key("uss.token_file", "instead: a file with a token, kept fresh by something else",
               [](ServeConfig& c) -> auto& { return uss_of(c).token_file; }),
      path_key("uss.ca", "PEM: authorities that the others' certificates are signed by; else the system's",
               [](ServeConfig& c) -> auto& { return uss_of(c).ca_file; }),
      {"uss.notice_seconds", "integer", "how long somebody is tried to be told, 1 to 86400 (600)",
       [](const toml::node& node, ServeConfig& c, const std::filesystem::path&) -> Status {
         uss_of(c).notice_ms = TRY(integer_of(node, 1, 86'400)) * 1'000;
         return {};
       }},
      number_key<unsigned>("uss.workers", "notices under way at once (4)", 1, 64,
                           [](ServeConfig& c) -> auto& { return uss_of(c).workers; }),
  };
}

std::vector<Key> node_keys() {
  return {
      path_key("data", "the data folder", [](ServeConfig& c) -> auto& { return c.node.data_dir; }),
      path_key("charter", "a signed charter, copied into the data folder at the first start",
               [](ServeConfig& c) -> auto& { return c.node.charter_path; }),
      path_key("key", "the key that signs checkpoints; else node.key in the data folder",
               [](ServeConfig& c) -> auto& { return c.node.key_path; }),
      text_key("authority", "the authority whose log this node writes; else the one whose key it has",
               [](const std::string& v, ServeConfig& c) -> Status {
                 c.node.authority = v;
                 return {};
               }),
      flag_key("develop", "write a development charter when there is none (default: true without, false with a file)",
               [](ServeConfig& c) -> auto& { return c.node.develop; }),
      text_key("listen", "ADDRESS:PORT; port 0 lets the system choose (127.0.0.1:7463)",
               [](const std::string& v, ServeConfig& c) { return read_listen(v, c.node); }),
      flag_key("allow_plaintext_remote", "listen beyond this machine without TLS: only behind something that encrypts",
               [](ServeConfig& c) -> auto& { return c.node.allow_plain_remote; }),
      path_key("tls.certificate", "PEM chain", [](ServeConfig& c) -> auto& { return c.node.tls.certificate; }),
      path_key("tls.key", "PEM private key", [](ServeConfig& c) -> auto& { return c.node.tls.key; }),
      path_key("peer.certificate", "PEM certificate shown to peers; else peer.crt in the data folder",
               [](ServeConfig& c) -> auto& { return c.node.peer_tls.certificate; }),
      path_key("peer.key", "its PEM private key; else peer.key in the data folder",
               [](ServeConfig& c) -> auto& { return c.node.peer_tls.key; }),
      path_key("peer.cosigner", "the key of receipts on peers' logs; else cosigner.key in the data folder",
               [](ServeConfig& c) -> auto& { return c.node.cosigner_key_path; }),
      flag_key("public_log", "serve the log and the event stream without a token: they show whole entries",
               [](ServeConfig& c) -> auto& { return c.node.public_log; }),
      flag_key("public_metrics", "serve /metrics without a token to everybody, not only on this machine",
               [](ServeConfig& c) -> auto& { return c.node.public_metrics; }),
      flag_key("test_mode", "take tokens under a published key, and http URLs; never with data mode REAL (false)",
               [](ServeConfig& c) -> auto& { return c.node.test_mode; }),
      flag_key("f3548.refuse_down", "F3548: a supplier marked Down may not plan, activate or delete (true)",
               [](ServeConfig& c) -> auto& { return c.node.f3548.refuse_down; }),
      flag_key("f3548.notices_need_scopes", "F3548: each kind of notice needs its scope, as the contract says (false)",
               [](ServeConfig& c) -> auto& { return c.node.f3548.notices_need_scopes; }),
      number_key<unsigned>("io_threads", "threads that parse and answer; the one core thread comes on top", 1, 64,
                           [](ServeConfig& c) -> auto& { return c.node.io_threads; }),
      number_key<std::uint64_t>("snapshot_every_entries", "entries between snapshots; 0: only when stopping", 0,
                                std::numeric_limits<std::int64_t>::max(),
                                [](ServeConfig& c) -> auto& { return c.node.snapshot_every_entries; }),
      text_key("log_level", "debug, info, warning, error, off",
               [](const std::string& v, ServeConfig& c) -> Status {
                 c.log_level = TRY(read_log_level(v));
                 return {};
               }),
      number_key<std::size_t>("limits.connections", "open connections", 1, 1'000'000,
                              [](ServeConfig& c) -> auto& { return c.node.limits.connections_max; }),
      number_key<std::size_t>("limits.body_bytes", "bytes of one request body", 1'024, 64LL << 20,
                              [](ServeConfig& c) -> auto& { return c.node.limits.body_bytes_max; }),
      number_key<std::size_t>("limits.command_queue", "commands that wait for the core thread", 1, 1'000'000,
                              [](ServeConfig& c) -> auto& { return c.node.limits.command_queue_max; }),
      number_key<std::size_t>("limits.streams", "open event streams", 0, 1'000'000,
                              [](ServeConfig& c) -> auto& { return c.node.limits.streams_max; }),
  };
}

const std::vector<Key>& known_keys() {
  static const std::vector<Key> keys = [] {
    std::vector<Key> out = node_keys();
    std::ranges::move(rate_keys(), std::back_inserter(out));
    std::ranges::move(auth_keys(), std::back_inserter(out));
    std::ranges::move(uss_keys(), std::back_inserter(out));
    return out;
  }();
  return keys;
}

Status take_table(const toml::table& table, const std::string& prefix, const std::string& file, ServeConfig& config) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  for (const auto& [name, node] : table) {
    const std::string full = prefix + std::string(name.str());
    const std::string where = fmt::format("{}:{}", file, node.source().begin.line);
    if (name.str().find('.') != std::string_view::npos) {
      return fail(ErrorCode::kInvalid, fmt::format("\"{}\" in quotes names nothing: write it without them", name.str()),
                  where);
    }
    constexpr std::array<std::string_view, 6> kTables{"tls", "peer", "f3548", "limits", "auth", "uss"};
    if (const auto* inner = node.as_table(); inner != nullptr && std::ranges::find(kTables, full) != kTables.end()) {
      TRY_VOID(take_table(*inner, full + ".", file, config));
      continue;
    }
    if (const auto* only = node.as_table(); only != nullptr && full == "auth.issuer") {
      config.node.auth.issuers.emplace_back();
      TRY_VOID(take_table(*only, "auth.issuer.", file, config));
      continue;
    }
    if (const auto* list = node.as_array(); list != nullptr && full == "auth.issuer" && list->is_array_of_tables()) {
      for (const toml::node& one : *list) {
        config.node.auth.issuers.emplace_back();
        TRY_VOID(take_table(*one.as_table(), "auth.issuer.", file, config));
      }
      continue;
    }
    const auto& keys = known_keys();
    const auto known = std::ranges::find(keys, full, &Key::name);
    if (known == keys.end()) {
      std::vector<std::string_view> names;
      for (const Key& key : keys) names.push_back(key.name);
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

Result<LogLevel> read_log_level(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLevels{{{"debug", LogLevel::kDebug},
                                                                          {"info", LogLevel::kInfo},
                                                                          {"warning", LogLevel::kWarning},
                                                                          {"error", LogLevel::kError},
                                                                          {"off", LogLevel::kOff}}};
  for (const auto& [name, level] : kLevels) {
    if (name == text) return level;
  }
  return fail(ErrorCode::kInvalid, fmt::format("'{}' is not one of debug, info, warning, error, off", text));
}

std::string serve_config_help() {
  std::string out;
  for (const Key& key : known_keys()) out += fmt::format("| `{}` | {} | {} |\n", key.name, key.type, key.meaning);
  return out;
}

}  // namespace tansiq::cli
