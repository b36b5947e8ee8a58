// An input: what a source is called, where its bytes come from, in which format it speaks, and what must be known to
// read it. The same values stand in a node's configuration ([[source]]), on the command line of `tansiq record`, and at
// the head of a recording, so that a recording can be read without the configuration it was made under.
//
//   SourceConfig config{.name = "radar-1", .format = Speaks::kAsterix};
//   config.transport = TRY(parse_transport("udp://239.1.1.1:8600?interface=eth1"));
//   config.radars.push_back(TRY(parse_radar("25/2 50.0333 8.5706 310")));
//   TRY_VOID(check_source(config));
//
// Nothing here opens anything: node/live_inputs.h does, decoding.h reads what comes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "log/jcs.h"
#include "surveillance/intake.h"
#include "surveillance/polar.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

inline constexpr std::size_t kSourcesMax = 256;
inline constexpr std::size_t kRadarsPerSourceMax = 256;
/// What a peer tells may lie so far behind: the longest delay of a release (picture/release_rule.h, which holds it to
/// that), and a minute.
inline constexpr DurationMs kPeerOldMs = 6LL * 3'600'000 + 60'000;
/// A peer tells of each craft in the order of its times, however late. What goes back by more than this is nothing that
/// came late: its clock was set back, and what it tells since is news.
inline constexpr DurationMs kPeerDisorderMs = 300'000;

/// The word that a configuration has for a format, as `tansiq feed --as` and a table `[[source]]` write it.
enum class Speaks : std::uint8_t { kAsterix, kBeast, kSbs, kAivdm, kCot, kCsv };
[[nodiscard]] std::string_view name_of(Speaks format);
[[nodiscard]] Result<Speaks> parse_speaks(std::string_view text);

enum class TransportKind : std::uint8_t {
  kUdp,        ///< Datagrams that come to an address of ours, or to a multicast group.
  kTcp,        ///< We connect.
  kTcpListen,  ///< They connect.
  kFile,       ///< Read from its beginning to its end.
  kPeer,       ///< What another authority tells of its tracks. The node makes such a source itself, for each member.
};

/// Where the bytes come from, or go to.
struct Transport {
  TransportKind kind = TransportKind::kUdp;
  std::string host;        ///< An address; a name only for kTcp; of kPeer the authority's id.
  std::uint16_t port = 0;  ///< 0, when listening: the system chooses.
  std::string interface;   ///< Of a multicast group: its network interface, by name. Empty: the system chooses.
  std::string path;        ///< Of a file.
  friend bool operator==(const Transport&, const Transport&) = default;

  [[nodiscard]] bool multicast() const;
  /// As a URL, which reads back as it was.
  [[nodiscard]] std::string text() const;
};

/// `udp://HOST:PORT`, with `?interface=NAME` for a multicast group; `tcp://HOST:PORT`; `tcp-listen://HOST:PORT`;
/// `file:PATH`. An IPv6 address stands in brackets. Where we listen, a missing host is 127.0.0.1: to be reached from
/// other machines an address, or 0.0.0.0, must be written. Fails with `kInvalid`, saying what would be right.
/// `peer:AUTHORITY` is refused: nobody can write such an input.
[[nodiscard]] Result<Transport> parse_transport(std::string_view url);
/// The same of a recording, in which it stands.
[[nodiscard]] Result<Transport> parse_recorded_transport(std::string_view url);

/// The edition of one ASTERIX category.
struct EditionChoice {
  std::uint8_t category = 0;
  std::string edition;
  friend bool operator==(const EditionChoice&, const EditionChoice&) = default;
};

/// `062 1.19`. Fails when that edition is not read, naming those that are.
[[nodiscard]] Result<EditionChoice> parse_edition(std::string_view text);
[[nodiscard]] std::string edition_text(const EditionChoice& choice);

/// `SAC/SIC LATITUDE LONGITUDE HEIGHT`: `25/2 50.0333 8.5706 310`; degrees, and metres over the ellipsoid.
[[nodiscard]] Result<RadarPlace> parse_radar(std::string_view text);
[[nodiscard]] std::string radar_text(const RadarPlace& radar);

/// `LATITUDE LONGITUDE` in degrees.
[[nodiscard]] Result<geo::LatLng> parse_place(std::string_view text);
[[nodiscard]] std::string place_text(geo::LatLng place);

struct SourceConfig {
  std::string name;  ///< For people, metrics and alerts: small letters, digits, `.`, `_`, `-`; at most 64.
  Speaks format = Speaks::kAsterix;
  Transport transport;

  std::vector<EditionChoice> editions;  ///< ASTERIX; the newest of each category unless chosen otherwise.
  std::vector<RadarPlace> radars;       ///< ASTERIX: places of radars, by SAC/SIC.
  std::optional<geo::LatLng> place;     ///< Of the receiver: Beast needs it for craft on the ground.
  std::int64_t range_m = 800'000;       ///< What lies further from `place` is not believed.

  DurationMs silent_after_ms = 60'000;  ///< Without a byte for so long the source is silent; 0: never.
  /// How far a report may lie ahead of its reception, and behind it; see Intake. A file says nothing about when its
  /// bytes came: unless it is set, reports of a file are never too old, and those of others after two minutes.
  DurationMs future_ms = IntakeOptions().future_ms;
  std::optional<DurationMs> old_ms;

  bool use_time = true;            ///< SBS-1: see SbsOptions.
  DurationMs ahead_of_utc_ms = 0;  ///< SBS-1: see SbsOptions.

  std::string columns;           ///< CSV: `opensky` or `role=column[:unit],…` …
  std::string columns_toml;      ///< … or the text of a TOML file that says so.
  IdKind csv_id = IdKind::kUid;  ///< CSV: what stands in the column of ids.
  Domain csv_domain = Domain::kAir;
};

/// Whether such a source can be: the format's needs, bounds, what contradicts each other. Fails with `kInvalid`;
/// `where` is the key. `Decoding::make` and whoever opens inputs rely on it.
[[nodiscard]] Status check_source(const SourceConfig& config);
/// The same for several together: names are told apart, and there are at most `kSourcesMax`.
[[nodiscard]] Status check_sources(std::span<const SourceConfig> configs);

inline constexpr std::string_view kPeerNamePrefix = "peer-";
/// The source for what `authority` tells: `peer-us`, by name. No other is to be called so.
[[nodiscard]] SourceConfig peer_source(const AuthorityId& authority);

/// As canonical JSON, every member written out: what stands at the head of a recording.
void append_source_json(log::JcsWriter& out, const SourceConfig& config);
/// Reads that. Fails with `kInvalid`; what it gives has passed `check_source`.
[[nodiscard]] Result<SourceConfig> read_source_json(const log::JcsValue& value);

}  // namespace tansiq::surveillance
