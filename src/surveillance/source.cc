#include "surveillance/source.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/foreign_text.h"
#include "formats/columns.h"
#include "surveillance/asterix_decoder.h"
#include "surveillance/decimal.h"

namespace tansiq::surveillance {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kHostBytesMax = 253;  // RFC 1035, as text.
constexpr std::size_t kInterfaceBytesMax = 15;
constexpr std::size_t kPathBytesMax = 4'096;
constexpr std::size_t kColumnsBytesMax = 64U << 10;
constexpr DurationMs kIntervalMsMax = 366LL * 86'400'000;
constexpr DurationMs kZoneMsMax = 14LL * 3'600'000;
constexpr std::int64_t kRangeMetresMax = 21'000'000;  // Beyond it lies nothing.
constexpr std::int32_t kAntennaCmMax = 10'000'00;

constexpr std::array<std::string_view, 6> kFormats{"asterix", "beast", "sbs", "aivdm", "cot", "csv"};

std::string quoted(std::string_view text) { return "'" + foreign_text(text, kQuotedBytesMax) + "'"; }

enum class Address : std::uint8_t { kNone, kV4, kV6 };

Address address_of(const std::string& host, bool& multicast) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    multicast = (ntohl(v4.s_addr) >> 28) == 0xE;
    return Address::kV4;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    multicast = v6.s6_addr[0] == 0xFF;
    return Address::kV6;
  }
  multicast = false;
  return Address::kNone;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= kHostBytesMax && text.front() != '-' && text.front() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

bool is_interface_name(std::string_view text) {
  return !text.empty() && text.size() <= kInterfaceBytesMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F && c != '/' && c != '&' && c != '?'; });
}

std::unexpected<Error> no_url(std::string_view url) {
  return fail(ErrorCode::kInvalid,
              fmt::format("{} is not where bytes come from or go to; write udp://HOST:PORT, tcp://HOST:PORT, "
                          "tcp-listen://HOST:PORT or file:PATH",
                          quoted(url)));
}

/// `HOST:PORT`, `[V6]:PORT`, `:PORT`.
Status read_host_port(std::string_view text, Transport& out) {
  std::string_view host;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find("]:");
    if (end == std::string_view::npos) {
      return fail(ErrorCode::kInvalid, fmt::format("{} is not [ADDRESS]:PORT, as [::1]:8600", quoted(text)));
    }
    host = text.substr(1, end - 1);
    port = text.substr(end + 2);
  } else {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
      return fail(
          ErrorCode::kInvalid,
          fmt::format("{} is not HOST:PORT, as 127.0.0.1:30005; an IPv6 address stands in brackets", quoted(text)));
    }
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc{} || end != port.data() + port.size()) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is not a port, 0 to 65535", quoted(port)));
  }
  out.host = host;
  return {};
}

Status check_host(Transport& out) {
  const bool listens = out.kind != TransportKind::kTcp;
  if (out.host.empty()) {
    if (!listens) return fail(ErrorCode::kInvalid, "names no host to connect to, as tcp://127.0.0.1:30005");
    out.host = "127.0.0.1";
  }
  bool multicast = false;
  const Address address = address_of(out.host, multicast);
  if (address == Address::kNone && (listens || !is_host_name(out.host))) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is not an address{}", quoted(out.host),
                                                 listens ? ", as 127.0.0.1 or 0.0.0.0" : " or a host's name"));
  }
  if (multicast && out.kind != TransportKind::kUdp) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is a multicast group: only udp:// has those", out.host));
  }
  if (!out.interface.empty() && !multicast) {
    return fail(ErrorCode::kInvalid,
                fmt::format("interface is for multicast groups, and {} is none: name an address of that interface "
                            "as the host instead",
                            out.host));
  }
  if (out.port == 0 && (!listens || multicast)) {
    return fail(ErrorCode::kInvalid, "port 0 is no port to connect to, and none of a group");
  }
  return {};
}

Result<std::int64_t> decimal(std::string_view text, double scale, std::int64_t least, std::int64_t most,
                             std::string_view what) {
  const auto value = parse_scaled(text, scale, least, most);
  if (!value) return fail(ErrorCode::kInvalid, fmt::format("{} is not {}", quoted(text), what));
  return *value;
}

/// Words between spaces; more than `N` are too many.
template <std::size_t N>
std::size_t words_of(std::string_view text, std::array<std::string_view, N>& out) {
  std::size_t count = 0;
  while (true) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (text.empty()) return count;
    if (count == N) return N + 1;
    const std::size_t end = std::min(text.find(' '), text.size());
    out[count++] = text.substr(0, end);
    text.remove_prefix(end);
  }
}

std::string fixed_text(std::int64_t value, int digits) {
  std::int64_t unit = 1;
  for (int i = 0; i < digits; ++i) unit *= 10;
  const std::int64_t size = value < 0 ? -value : value;
  return fmt::format("{}{}.{:0{}}", value < 0 ? "-" : "", size / unit, size % unit, digits);
}

}  // namespace

std::string_view name_of(Speaks format) { return kFormats.at(static_cast<std::size_t>(format)); }

Result<Speaks> parse_speaks(std::string_view text) {
  const auto known = std::ranges::find(kFormats, text);
  if (known != kFormats.end()) return static_cast<Speaks>(known - kFormats.begin());
  return fail(ErrorCode::kInvalid,
              fmt::format("{} is no format; formats are {}", quoted(text), fmt::join(kFormats, ", ")));
}

bool Transport::multicast() const {
  bool out = false;
  (void)address_of(host, out);
  return kind == TransportKind::kUdp && out;
}

std::string Transport::text() const {
  if (kind == TransportKind::kFile) return "file:" + path;
  if (kind == TransportKind::kPeer) return "peer:" + host;
  const std::string_view scheme = kind == TransportKind::kUdp   ? "udp"
                                  : kind == TransportKind::kTcp ? "tcp"
                                                                : "tcp-listen";
  const bool v6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}{}{}", scheme, v6 ? "[" : "", host, v6 ? "]" : "", port,
                     interface.empty() ? "" : "?interface=", interface);
}

Result<Transport> parse_transport(std::string_view url) {
  Transport out;
  std::string_view rest = url;
  if (rest.starts_with("file:")) {
    out.kind = TransportKind::kFile;
    out.path = rest.substr(5);
    if (out.path.empty() || out.path.size() > kPathBytesMax || out.path.find('\0') != std::string::npos) {
      return fail(ErrorCode::kInvalid, fmt::format("{} names no file; write file:PATH", quoted(url)));
    }
    return out;
  }
  if (rest.starts_with("peer:")) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} is no input that can be written: a node with a live picture hears every member of its "
                            "charter by itself",
                            quoted(url)));
  }
  const std::size_t scheme_end = rest.find("://");
  const std::string_view scheme = rest.substr(0, std::min(scheme_end, rest.size()));
  if (scheme_end == std::string_view::npos) return no_url(url);
  if (scheme == "udp") {
    out.kind = TransportKind::kUdp;
  } else if (scheme == "tcp") {
    out.kind = TransportKind::kTcp;
  } else if (scheme == "tcp-listen") {
    out.kind = TransportKind::kTcpListen;
  } else {
    return no_url(url);
  }
  rest.remove_prefix(scheme_end + 3);
  if (const std::size_t mark = rest.find('?'); mark != std::string_view::npos) {
    constexpr std::string_view kInterface = "interface=";
    std::string_view option = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
    if (!option.starts_with(kInterface)) {
      return fail(ErrorCode::kInvalid, fmt::format("{} is no option; there is ?interface=NAME", quoted(option)));
    }
    option.remove_prefix(kInterface.size());
    if (!is_interface_name(option)) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{} is not the name of a network interface, as eth1", quoted(option)));
    }
    out.interface = option;
  }
  TRY_VOID(read_host_port(rest, out));
  TRY_VOID(check_host(out));
  return out;
}

Result<Transport> parse_recorded_transport(std::string_view url) {
  constexpr std::string_view kPeerScheme = "peer:";
  if (!url.starts_with(kPeerScheme)) return parse_transport(url);
  const AuthorityId id = TRY(AuthorityId::parse(url.substr(kPeerScheme.size())));
  Transport out;
  out.kind = TransportKind::kPeer;
  out.host = id.str();
  return out;
}

Result<EditionChoice> parse_edition(std::string_view text) {
  std::array<std::string_view, 2> words;
  std::optional<std::uint32_t> category;
  if (words_of(text, words) == words.size()) category = parse_digits(words[0]);
  if (!category || *category > 255) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is not CATEGORY EDITION, as 062 1.19", quoted(text)));
  }
  AsterixOptions known;
  TRY_VOID(known.choose(*category, words[1]));
  return EditionChoice{static_cast<std::uint8_t>(*category), std::string(words[1])};
}

std::string edition_text(const EditionChoice& choice) {
  return fmt::format("{:03} {}", choice.category, choice.edition);
}

Result<geo::LatLng> parse_place(std::string_view text) {
  std::array<std::string_view, 2> words;
  if (words_of(text, words) != words.size()) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is not LATITUDE LONGITUDE, as 50.0333 8.5706", quoted(text)));
  }
  const auto lat = TRY(decimal(words[0], 1e7, -900'000'000, 900'000'000, "a latitude, -90 to 90 degrees"));
  const auto lng = TRY(decimal(words[1], 1e7, -1'800'000'000, 1'800'000'000, "a longitude, -180 to 180 degrees"));
  return geo::LatLng{static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
}

std::string place_text(geo::LatLng place) {
  return fmt::format("{} {}", fixed_text(place.lat_e7, 7), fixed_text(place.lng_e7, 7));
}

Result<RadarPlace> parse_radar(std::string_view text) {
  std::array<std::string_view, 4> words;
  const bool four = words_of(text, words) == words.size();
  const std::size_t slash = four ? words[0].find('/') : std::string_view::npos;
  std::optional<std::uint32_t> sac;
  std::optional<std::uint32_t> sic;
  if (slash != std::string_view::npos) {
    sac = parse_digits(words[0].substr(0, slash));
    sic = parse_digits(words[0].substr(slash + 1));
  }
  if (!sac || !sic || *sac > 255 || *sic > 255) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} is not SAC/SIC LATITUDE LONGITUDE HEIGHT, as 25/2 50.0333 8.5706 310", quoted(text)));
  }
  RadarPlace out;
  out.system = static_cast<std::uint16_t>(*sac << 8 | *sic);
  out.position =
      TRY(parse_place(text.substr(static_cast<std::size_t>(words[1].data() - text.data()),
                                  static_cast<std::size_t>(words[2].data() + words[2].size() - words[1].data()))));
  out.height_cm = static_cast<std::int32_t>(
      TRY(decimal(words[3], 100, -kAntennaCmMax, kAntennaCmMax, "a height in metres, -10000 to 10000")));
  return out;
}

std::string radar_text(const RadarPlace& radar) {
  return fmt::format("{}/{} {} {}", radar.system >> 8, radar.system & 0xFF, place_text(radar.position),
                     fixed_text(radar.height_cm, 2));
}

namespace {

Status check_name(std::string_view name) {
  const bool good = !name.empty() && name.size() <= kNameBytesMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
  if (good) return {};
  return fail(
      ErrorCode::kInvalid,
      fmt::format("{} names no source: 1 to {} small letters, digits, '.', '_' or '-'", quoted(name), kNameBytesMax),
      "name");
}

Status check_interval(DurationMs value, DurationMs least, std::string_view key) {
  if (value >= least && value <= kIntervalMsMax) return {};
  return fail(ErrorCode::kInvalid, fmt::format("{} ms is not from {} to {} ms, a year", value, least, kIntervalMsMax),
              std::string(key));
}

Status check_asterix(const SourceConfig& config) {
  AsterixOptions known;
  std::vector<unsigned> chosen;
  for (const EditionChoice& choice : config.editions) {
    if (const Status good = known.choose(choice.category, choice.edition); !good) {
      return fail(ErrorCode::kInvalid, good.error().message, "editions");
    }
    if (std::ranges::find(chosen, choice.category) != chosen.end()) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("two editions of category {:03}: a source speaks one", choice.category), "editions");
    }
    chosen.push_back(choice.category);
  }
  if (config.radars.size() > kRadarsPerSourceMax) {
    return fail(ErrorCode::kInvalid, fmt::format("more than {} radars", kRadarsPerSourceMax), "radars");
  }
  std::vector<std::uint16_t> systems;
  for (const RadarPlace& radar : config.radars) {
    if (std::ranges::find(systems, radar.system) != systems.end()) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("radar {}/{} has two places", radar.system >> 8, radar.system & 0xFF), "radars");
    }
    systems.push_back(radar.system);
  }
  return {};
}

Status check_csv(const SourceConfig& config) {
  if (config.transport.kind == TransportKind::kUdp) {
    return fail(ErrorCode::kInvalid,
                "CSV names its columns in the first line, which a datagram may lose: use tcp or file", "transport");
  }
  if (config.columns.empty() == config.columns_toml.empty()) {
    return fail(ErrorCode::kInvalid, "CSV needs its columns declared: opensky, or role=column[:unit],…", "columns");
  }
  if (config.columns.size() + config.columns_toml.size() > kColumnsBytesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("more than {} bytes", kColumnsBytesMax), "columns");
  }
  const auto mapping = config.columns.empty() ? formats::parse_columns_toml(config.columns_toml, "columns")
                                              : formats::parse_columns(config.columns);
  if (!mapping) return fail(ErrorCode::kInvalid, mapping.error().text(), "columns");
  for (const std::string* text : {&config.columns, &config.columns_toml}) {
    if (!log::check_jcs_text(*text)) return fail(ErrorCode::kInvalid, "is not UTF-8 text", "columns");
  }
  if (config.csv_id != IdKind::kUid && config.csv_id != IdKind::kIcao && config.csv_id != IdKind::kMmsi) {
    return fail(ErrorCode::kInvalid, "ids are icao, mmsi or uid", "id");
  }
  return {};
}

/// What only one format knows may not be said of another: it would be believed to matter.
Status check_only_of_format(const SourceConfig& config) {
  const auto only = [](std::string_view key, std::string_view format) {
    return fail(ErrorCode::kInvalid, fmt::format("is only for sources that speak {}", format), std::string(key));
  };
  if (config.format != Speaks::kAsterix && !config.editions.empty()) return only("editions", "asterix");
  if (config.format != Speaks::kAsterix && !config.radars.empty()) return only("radars", "asterix");
  if (config.format != Speaks::kCsv && !(config.columns.empty() && config.columns_toml.empty())) {
    return only("columns", "csv");
  }
  if (config.format != Speaks::kSbs && (!config.use_time || config.ahead_of_utc_ms != 0)) return only("clock", "sbs");
  return {};
}

}  // namespace

Status check_source(const SourceConfig& config) {
  TRY_VOID(check_name(config.name));
  const auto again = parse_recorded_transport(config.transport.text());
  if (!again) return fail(ErrorCode::kInvalid, again.error().message, "transport");
  if (*again != config.transport) return fail(ErrorCode::kInvalid, "says what its kind cannot", "transport");
  if (config.transport.kind == TransportKind::kFile && !log::check_jcs_text(config.transport.path)) {
    return fail(ErrorCode::kInvalid, "a path that is not UTF-8 cannot be written down", "transport");
  }
  if (config.transport.kind == TransportKind::kPeer && config.format != Speaks::kCot) {
    return fail(ErrorCode::kInvalid, "peers speak cot", "format");
  }
  TRY_VOID(check_only_of_format(config));
  if (config.format == Speaks::kAsterix) TRY_VOID(check_asterix(config));
  if (config.format == Speaks::kCsv) TRY_VOID(check_csv(config));
  if (config.range_m < 1 || config.range_m > kRangeMetresMax) {
    return fail(ErrorCode::kInvalid, fmt::format("{} m is not from 1 to {} m", config.range_m, kRangeMetresMax),
                "range");
  }
  TRY_VOID(check_interval(config.silent_after_ms, 0, "silent_after"));
  TRY_VOID(check_interval(config.future_ms, 0, "future"));
  if (config.old_ms) TRY_VOID(check_interval(*config.old_ms, 1, "old"));
  if (config.ahead_of_utc_ms < -kZoneMsMax || config.ahead_of_utc_ms > kZoneMsMax) {
    return fail(ErrorCode::kInvalid, "a clock is at most 14 h ahead of UTC or behind it", "clock");
  }
  return {};
}

SourceConfig peer_source(const AuthorityId& authority) {
  SourceConfig out;
  out.format = Speaks::kCot;
  out.transport.kind = TransportKind::kPeer;
  out.transport.host = authority.str();
  out.old_ms = kPeerOldMs;
  out.name = kPeerNamePrefix;
  for (const char c : authority.str()) {
    out.name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  if (out.name.size() > kNameBytesMax) out.name.resize(kNameBytesMax);
  return out;
}

Status check_sources(std::span<const SourceConfig> configs) {
  if (configs.size() > kSourcesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("more than {} sources", kSourcesMax), "source");
  }
  std::vector<std::string_view> names;
  for (const SourceConfig& config : configs) {
    if (const Status good = check_source(config); !good) {
      return std::unexpected(inside(good.error(), fmt::format("source {}", quoted(config.name))));
    }
    if (std::ranges::find(names, config.name) != names.end()) {
      return fail(ErrorCode::kInvalid, fmt::format("two sources are called {}", quoted(config.name)), "source");
    }
    names.push_back(config.name);
  }
  return {};
}

}  // namespace tansiq::surveillance
