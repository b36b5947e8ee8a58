#include "cli/serve_config_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/logging.h"
#include "cli/serve_config_values.h"

namespace tansiq::cli {
namespace {

using namespace config;

std::string shown_listen(const std::string& address, int port) {
  return shown(fmt::format(fmt::runtime(address.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}"), address, port));
}

// The process ---------------------------------------------------------------------------------------------------------

std::vector<ConfigKey> node_keys() {
  return {
      path_key("data", "the data folder: keys, charter and the record; closed to others", {},
               [](ServeConfig& c) -> auto& { return c.node.data_dir; }),
      path_key("charter", "a signed charter, copied into the data folder at the first start", R"("charter.note")",
               [](ServeConfig& c) -> auto& { return c.node.charter_path; }),
      list_key(
          "former", "earlier versions of that charter, for a member that joins later; the oldest first",
          R"(["charter-1.note"])",
          [](const std::string& v, ServeConfig& c, const Path& folder) -> Status {
            c.node.former_charter_paths.push_back(folder / v);
            return {};
          },
          [](ServeConfig& c) {
            std::vector<std::string> paths;
            for (const Path& path : c.node.former_charter_paths) paths.push_back(path.string());
            return shown_list(paths);
          }),
      path_key("key", "the key that signs checkpoints; else node.key in the data folder",
               R"("/var/lib/tansiq/node.key")", [](ServeConfig& c) -> auto& { return c.node.key_path; }),
      text_key(
          "authority", "the authority whose log this node writes; else the one whose key it has", R"("us")",
          [](const std::string& v, ServeConfig& c) -> Status {
            c.node.authority = v;
            return {};
          },
          [](ServeConfig& c) { return shown(c.node.authority); }),
      flag_key("develop", "write a development charter when there is none (default: true without, false with a file)",
               [](ServeConfig& c) -> auto& { return c.node.develop; }),
      text_key(
          "listen", "ADDRESS:PORT; port 0 lets the system choose (127.0.0.1:7463)", {},
          [](const std::string& v, ServeConfig& c) { return read_listen(v, c.node); },
          [](ServeConfig& c) { return shown_listen(c.node.listen_address, c.node.listen_port); }),
      flag_key("allow_plaintext_remote", "listen beyond this machine without TLS: only behind something that encrypts",
               [](ServeConfig& c) -> auto& { return c.node.allow_plain_remote; }),
      flag_key("public_log", "serve the own record and its events without a token: they show whole entries",
               [](ServeConfig& c) -> auto& { return c.node.public_log; }),
      flag_key("public_metrics", "serve /metrics without a token to everybody, not only on this machine",
               [](ServeConfig& c) -> auto& { return c.node.public_metrics; }),
      flag_key("test_mode", "take tokens under a published key, and http URLs; never with data mode REAL (false)",
               [](ServeConfig& c) -> auto& { return c.node.test_mode; }),
      number_key<unsigned>("io_threads",
                           "threads that parse and answer, 1 to 64; the one that decides comes on top (1)", 1, 64,
                           [](ServeConfig& c) -> auto& { return c.node.io_threads; }),
      number_key<std::uint64_t>("snapshot_every_entries",
                                "entries between snapshots, which make starts fast; 0: only when stopping", 0,
                                std::numeric_limits<std::int64_t>::max(),
                                [](ServeConfig& c) -> auto& { return c.node.snapshot_every_entries; }),
      number_key<std::uint64_t>(
          "snapshot_background_above_mib",
          "larger snapshots are made beside the deciding, with the memory of a second state; 0: all (16)", 0, 1 << 20,
          [](ServeConfig& c) -> auto& { return c.node.snapshot_background_above_bytes; }, std::int64_t{1} << 20),
      text_key(
          "log_level", "lines of the log from here on: debug, info, warning, error, off (info)", R"("info")",
          [](const std::string& v, ServeConfig& c) -> Status {
            c.log_level = TRY(read_log_level(v));
            return {};
          },
          [](ServeConfig& c) { return c.log_level ? shown(log_level_name(*c.log_level)) : std::string(); }),
  };
}

std::vector<ConfigKey> line_keys() {
  return {
      path_key("tls.certificate",
               "PEM chain, leaf first; without it the node is for this machine alone. Changed files are noticed",
               R"("chain.pem")", [](ServeConfig& c) -> auto& { return c.node.tls.certificate; }),
      path_key("tls.key", "its PEM private key", R"("key.pem")",
               [](ServeConfig& c) -> auto& { return c.node.tls.key; }),
      text_key(
          "peer.listen",
          "ADDRESS:PORT where other nodes reach this one; else the port of its URL in the charter, on loopback",
          R"("0.0.0.0:7464")", [](const std::string& v, ServeConfig& c) { return read_peer_listen(v, c.node); },
          [](ServeConfig& c) {
            return c.node.peer_listen_port < 0 ? std::string()
                                               : shown_listen(c.node.peer_listen_address, c.node.peer_listen_port);
          }),
      list_key(
          "peer.urls", "other ways to peers than the charter's URLs, each PEER=URL", R"(["ru=https://10.0.0.7:7464"])",
          [](const std::string& v, ServeConfig& c, const Path&) { return read_peer_url(v, c.node); },
          [](ServeConfig& c) {
            std::vector<std::string> urls;
            for (const auto& [peer, url] : c.node.peer_urls) urls.push_back(fmt::format("{}={}", peer, url));
            return shown_list(urls);
          }),
      path_key("peer.certificate", "PEM certificate shown to peers; else peer.crt in the data folder",
               R"("/var/lib/tansiq/peer.crt")", [](ServeConfig& c) -> auto& { return c.node.peer_tls.certificate; }),
      path_key("peer.key", "its PEM private key; else peer.key in the data folder", R"("/var/lib/tansiq/peer.key")",
               [](ServeConfig& c) -> auto& { return c.node.peer_tls.key; }),
      path_key("peer.cosigner", "the key of receipts on peers' logs; else cosigner.key in the data folder",
               R"("/var/lib/tansiq/cosigner.key")", [](ServeConfig& c) -> auto& { return c.node.cosigner_key_path; }),
      flag_key("f3548.refuse_down", "F3548: a supplier marked Down may not plan, activate or delete (true)",
               [](ServeConfig& c) -> auto& { return c.node.f3548.refuse_down; }),
      flag_key("f3548.notices_need_scopes", "F3548: each kind of notice needs its scope, as the contract says (false)",
               [](ServeConfig& c) -> auto& { return c.node.f3548.notices_need_scopes; }),
      flag_key("console.enabled", "serve the console at / to browsers (true)",
               [](ServeConfig& c) -> auto& { return c.node.console.enabled; }),
      path_key("console.map", "a base map for the console, a PMTiles file; else the small one that it comes with",
               R"("/var/lib/tansiq/region.pmtiles")", [](ServeConfig& c) -> auto& { return c.node.console.map; }),
  };
}

// Bounds --------------------------------------------------------------------------------------------------------------

std::vector<ConfigKey> limit_keys() {
  const auto rate = [](std::string_view name, std::string_view meaning, std::int64_t high,
                       const std::function<std::uint32_t&(ServeConfig&)>& member) {
    return number_key<std::uint32_t>(name, meaning, 0, high, member);
  };
  return {
      number_key<std::size_t>("limits.connections", "open connections; the process needs a file descriptor for each", 1,
                              1'000'000, [](ServeConfig& c) -> auto& { return c.node.limits.connections_max; }),
      number_key<std::size_t>("limits.body_bytes", "bytes of one request body; beyond it 413", 1'024, 64LL << 20,
                              [](ServeConfig& c) -> auto& { return c.node.limits.body_bytes_max; }),
      number_key<std::size_t>("limits.command_queue", "commands that wait for the core thread; beyond it 503", 1,
                              1'000'000, [](ServeConfig& c) -> auto& { return c.node.limits.command_queue_max; }),
      number_key<std::size_t>("limits.streams", "open event streams; one subject has a quarter of them at most", 0,
                              1'000'000, [](ServeConfig& c) -> auto& { return c.node.limits.streams_max; }),
      rate("limits.subject_per_second", "requests a second of one subject; beyond it 429; 0: no limit (0)",
           net::kPerSecondMax, [](ServeConfig& c) -> auto& { return c.node.auth.subjects.per_second; }),
      rate("limits.subject_burst", "requests of one subject at once (a second's worth)", net::kBurstMax,
           [](ServeConfig& c) -> auto& { return c.node.auth.subjects.burst; }),
      rate("limits.address_per_second", "requests a second without a valid token, of one address; 0: no limit (100)",
           net::kPerSecondMax, [](ServeConfig& c) -> auto& { return c.node.auth.addresses.per_second; }),
      rate("limits.address_burst", "the same at once (1000)", net::kBurstMax,
           [](ServeConfig& c) -> auto& { return c.node.auth.addresses.burst; }),
  };
}

// A supplier of F3548 -------------------------------------------------------------------------------------------------

/// What `[uss]` says; any of it makes the node a supplier.
node::UssConfig& uss_of(ServeConfig& config) {
  if (!config.node.uss) config.node.uss.emplace();
  return *config.node.uss;
}

std::vector<ConfigKey> uss_keys() {
  const auto text = [](std::string_view name, std::string_view meaning, std::string_view example,
                       std::string node::UssConfig::* member) {
    return text_key(
        name, meaning, example,
        [member](const std::string& v, ServeConfig& c) -> Status {
          uss_of(c).*member = v;
          return {};
        },
        [member](ServeConfig& c) { return c.node.uss ? shown((*c.node.uss).*member) : std::string(); });
  };
  const auto path = [](std::string_view name, std::string_view meaning, std::string_view example,
                       Path node::UssConfig::* member) {
    ConfigKey key = path_key(name, meaning, example, [member](ServeConfig& c) -> auto& { return uss_of(c).*member; });
    key.show = [member](ServeConfig& c) {
      return c.node.uss ? shown(((*c.node.uss).*member).string()) : std::string();
    };
    return key;
  };
  const auto number = [](std::string_view name, std::string_view meaning, std::int64_t high, std::int64_t unit,
                         auto member) {
    using Value = std::remove_cvref_t<decltype(std::declval<node::UssConfig&>().*member)>;
    ConfigKey key = number_key<Value>(
        name, meaning, 1, high, [member](ServeConfig& c) -> auto& { return uss_of(c).*member; }, unit);
    key.show = [member, unit](ServeConfig& c) {
      return fmt::format("{}", static_cast<std::int64_t>(c.node.uss.value_or(node::UssConfig()).*member) / unit);
    };
    return key;
  };
  ConfigKey private_addresses =
      flag_key("uss.private_addresses", "other suppliers may have private addresses; in test mode always (false)",
               [](ServeConfig& c) -> bool& { return uss_of(c).private_addresses; });
  private_addresses.show = [](ServeConfig& c) {
    return std::string(c.node.uss.value_or(node::UssConfig()).private_addresses ? "true" : "false");
  };
  return {
      text("uss.manager", "F3548: the node is a supplier, and known by this subject of its tokens", R"("tansiq-us")",
           &node::UssConfig::manager),
      text("uss.base_url", "what other suppliers append /uss/v1/… to", R"("https://us.example:7463")",
           &node::UssConfig::base_url),
      text("uss.dss_url", "the registry (DSS): this node, another, another vendor's", R"("https://dss.example")",
           &node::UssConfig::dss_url),
      text("uss.token_url",
           "where its tokens come from: GET with scope and intended_audience (the host that it is for)",
           R"("https://auth.example/token")", &node::UssConfig::token_url),
      path(
          "uss.token_file",
          "instead: a file with a JSON Web Token, kept fresh by something else; shown only to hosts that its aud names",
          R"("/run/tansiq/uss.token")", &node::UssConfig::token_file),
      path("uss.ca", "PEM: authorities that the others' certificates are signed by; else the system's",
           R"("/etc/tansiq/uss-ca.pem")", &node::UssConfig::ca_file),
      number("uss.notice_seconds", "how long somebody is tried to be told, 1 to 86400 (600)", 86'400, 1'000,
             &node::UssConfig::notice_ms),
      number("uss.workers", "notices under way at once (4)", 64, 1, &node::UssConfig::workers),
      std::move(private_addresses),
  };
}

// Who is believed -----------------------------------------------------------------------------------------------------

/// What `[[auth.issuer]]` says is about the issuer that was begun last.
net::IssuerConfig& issuer_of(ServeConfig& config) { return config.node.auth.issuers.back(); }

std::vector<ConfigKey> auth_keys() {
  return {
      list_key(
          "auth.audiences", "names of this node, one of which a token of an issuer must be for, as dss.example",
          R"(["dss.example"])",
          [](const std::string& v, ServeConfig& c, const Path&) -> Status {
            c.node.auth.audiences.push_back(v);
            return {};
          },
          [](ServeConfig& c) { return shown_list(c.node.auth.audiences); }),
      number_key<DurationMs>(
          "auth.token_seconds", "the longest time that such a token may still be valid, 60 to 3600 (3600)", 60, 3'600,
          [](ServeConfig& c) -> auto& { return c.node.auth.token_ms_max; }, 1'000),
  };
}

std::vector<ConfigKey> issuer_keys() {
  const auto text_of = [](std::string net::IssuerConfig::* member) {
    return [member](ServeConfig& c) { return shown(issuer_of(c).*member); };
  };
  return {
      text_key(
          "auth.issuer.name", "in a table [[auth.issuer]], one for each: what its tokens have as iss, exactly",
          R"("https://issuer.example")",
          [](const std::string& v, ServeConfig& c) -> Status {
            issuer_of(c).name = v;
            return {};
          },
          text_of(&net::IssuerConfig::name)),
      list_key(
          "auth.issuer.keys", "PEM files: public keys or certificates", R"(["issuer.pem"])",
          [](const std::string& v, ServeConfig& c, const Path& folder) -> Status {
            issuer_of(c).key_files.push_back((folder / v).string());
            return {};
          },
          [](ServeConfig& c) { return shown_list(issuer_of(c).key_files); }),
      {"auth.issuer.jwks", "path or URL", "its keys as JWKS: a file, or an address that begins with https://",
       R"("https://issuer.example/jwks.json")",
       [](const toml::node& node, ServeConfig& c, const Path& folder) -> Status {
         const std::string value = TRY(value_of<std::string>(node, "a path or a URL, as a string"));
         if (value.find("://") != std::string::npos) {
           issuer_of(c).jwks_url = value;
         } else {
           issuer_of(c).jwks_file = (folder / value).string();
         }
         return {};
       },
       [](ServeConfig& c) {
         return shown(issuer_of(c).jwks_url.empty() ? issuer_of(c).jwks_file : issuer_of(c).jwks_url);
       }},
      {"auth.issuer.ca", "path", "PEM authorities for that address; else the system's", R"("ca.pem")",
       [](const toml::node& node, ServeConfig& c, const Path& folder) -> Status {
         issuer_of(c).ca_file = (folder / TRY(value_of<std::string>(node, "a path, as a string"))).string();
         return {};
       },
       text_of(&net::IssuerConfig::ca_file)},
      list_key(
          "auth.issuer.algorithms", "of RS256, ES256, EdDSA, those that it may use (all)",
          R"(["RS256", "ES256", "EdDSA"])",
          [](const std::string& v, ServeConfig& c, const Path&) -> Status {
            const auto algorithm = net::parse_jwt_algorithm(v);
            if (!algorithm) return fail(ErrorCode::kInvalid, fmt::format("'{}' is not RS256, ES256 or EdDSA", v));
            issuer_of(c).algorithms.push_back(*algorithm);
            return {};
          },
          [](ServeConfig& c) {
            std::vector<std::string_view> names;
            for (const net::JwtAlgorithm one : issuer_of(c).algorithms) names.push_back(net::to_text(one));
            return shown_list(names);
          }),
      list_key(
          "auth.issuer.scopes", "the scopes that it may grant; others in its tokens are dropped (those of F3548)",
          R"(["utm.strategic_coordination"])",
          [](const std::string& v, ServeConfig& c, const Path&) -> Status {
            issuer_of(c).scopes.insert(v);
            return {};
          },
          [](ServeConfig& c) { return shown_list(issuer_of(c).scopes); }),
      number_key<DurationMs>(
          "auth.issuer.refresh_seconds", "how often to fetch, unless the answer says otherwise (900)", 60, 86'400,
          [](ServeConfig& c) -> auto& { return issuer_of(c).refresh_ms; }, 1'000),
      number_key<DurationMs>(
          "auth.issuer.unknown_key_seconds", "how soon to fetch again for an unknown key (30)", 1, 86'400,
          [](ServeConfig& c) -> auto& { return issuer_of(c).unknown_key_ms; }, 1'000),
      number_key<DurationMs>(
          "auth.issuer.keep_hours", "how long to keep keys that cannot be fetched again, 1 to 720 (24)", 1, 720,
          [](ServeConfig& c) -> auto& { return issuer_of(c).age_ms_max; }, 3'600'000),
  };
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> out = node_keys();
    for (auto* part : {&line_keys, &talks_keys, &limit_keys, &uss_keys, &live_keys, &auth_keys, &issuer_keys,
                       &source_keys, &minima_keys, &release_keys}) {
      std::ranges::move((*part)(), std::back_inserter(out));
    }
    return out;
  }();
  return keys;
}

}  // namespace tansiq::cli
