// The keys of [[source]]: the inputs of a node.
#include <algorithm>
#include <iterator>

#include "cli/serve_config_values.h"
#include "cli/source_options.h"
#include "surveillance/source.h"

namespace tansiq::cli {
namespace {

using namespace config;
using surveillance::Domain;
using surveillance::SourceConfig;
using surveillance::TransportKind;

/// What a table says is about the source that was begun last.
SourceConfig& source_of(ServeConfig& config) { return config.sources.back(); }

/// A source that nobody has named has no words of its own yet: they would look as if they had been given.
bool named(ServeConfig& config) { return !source_of(config).name.empty(); }

Result<Domain> read_domain(std::string_view text) {
  for (const Domain domain : {Domain::kUnknown, Domain::kAir, Domain::kSea, Domain::kGround}) {
    if (surveillance::name_of(domain) == text) return domain;
  }
  return fail(ErrorCode::kInvalid, fmt::format("'{}' is not air, sea, ground or unknown", text));
}

ConfigKey url_key() {
  return {"source.url",
          "URL",
          "where its bytes come from: udp://HOST:PORT (?interface=NAME for a multicast group), tcp://HOST:PORT (we "
          "connect), tcp-listen://HOST:PORT (they do), file:PATH. Without a host we listen on 127.0.0.1",
          R"("udp://239.1.1.1:8600?interface=eth1")",
          [](const toml::node& node, ServeConfig& c, const Path& folder) -> Status {
            const std::string text = TRY(value_of<std::string>(node, "a URL, as a string"));
            surveillance::Transport to = TRY(surveillance::parse_transport(text));
            if (to.kind == TransportKind::kFile) to.path = (folder / to.path).string();
            source_of(c).transport = std::move(to);
            return {};
          },
          [](ServeConfig& c) { return named(c) ? shown(source_of(c).transport.text()) : std::string(); }};
}

std::vector<ConfigKey> what_it_is() {
  return {
      text_key(
          "source.name", "in a table [[source]], one for each input: what it is called in alerts and metrics",
          R"("radar-1")",
          [](const std::string& v, ServeConfig& c) -> Status {
            // Else it would come out with the first member of such an id.
            if (v.starts_with(surveillance::kPeerNamePrefix)) {
              return fail(ErrorCode::kInvalid,
                          fmt::format("'{}' begins as the sources of what peers tell do; choose another name", v));
            }
            source_of(c).name = v;
            return {};
          },
          [](ServeConfig& c) { return shown(source_of(c).name); }),
      text_key(
          "source.format", "what it speaks: asterix, beast, sbs, aivdm, cot, csv", R"("asterix")",
          [](const std::string& v, ServeConfig& c) -> Status {
            source_of(c).format = TRY(surveillance::parse_speaks(v));
            return {};
          },
          [](ServeConfig& c) { return named(c) ? shown(surveillance::name_of(source_of(c).format)) : std::string(); }),
      url_key(),
  };
}

std::vector<ConfigKey> where_it_stands() {
  return {
      list_key(
          "source.editions", "asterix: \"CATEGORY EDITION\" of those that are not the newest", R"(["062 1.19"])",
          [](const std::string& v, ServeConfig& c, const Path&) -> Status {
            source_of(c).editions.push_back(TRY(surveillance::parse_edition(v)));
            return {};
          },
          [](ServeConfig& c) {
            std::vector<std::string> texts;
            for (const auto& choice : source_of(c).editions) texts.push_back(surveillance::edition_text(choice));
            return shown_list(texts);
          }),
      list_key(
          "source.radars",
          "asterix: where radars stand, each \"SAC/SIC LATITUDE LONGITUDE HEIGHT\", in degrees and metres over WGS-84",
          R"(["25/2 50.0333 8.5706 310"])",
          [](const std::string& v, ServeConfig& c, const Path&) -> Status {
            source_of(c).radars.push_back(TRY(surveillance::parse_radar(v)));
            return {};
          },
          [](ServeConfig& c) {
            std::vector<std::string> texts;
            for (const auto& radar : source_of(c).radars) texts.push_back(surveillance::radar_text(radar));
            return shown_list(texts);
          }),
      text_key(
          "source.place", "\"LATITUDE LONGITUDE\" of the receiver; beast needs it for craft on the ground",
          R"("50.0333 8.5706")",
          [](const std::string& v, ServeConfig& c) -> Status {
            source_of(c).place = TRY(surveillance::parse_place(v));
            return {};
          },
          [](ServeConfig& c) {
            return source_of(c).place ? shown(surveillance::place_text(*source_of(c).place)) : std::string();
          }),
      number_key<std::int64_t>(
          "source.range_km", "what lies further from that place is not believed (800)", 1, 21'000,
          [](ServeConfig& c) -> auto& { return source_of(c).range_m; }, 1'000),
  };
}

std::vector<ConfigKey> when_it_speaks() {
  return {
      number_key<DurationMs>(
          "source.silent_seconds", "without a byte for so long it is silent, which is an alarm; 0: never (60)", 0,
          31'622'400, [](ServeConfig& c) -> auto& { return source_of(c).silent_after_ms; }, 1'000),
      number_key<DurationMs>(
          "source.future_seconds", "how far a report may lie ahead of its reception (5)", 0, 31'622'400,
          [](ServeConfig& c) -> auto& { return source_of(c).future_ms; }, 1'000),
      text_key(
          "source.old", "a duration, as 90s or 2h: how far it may lie behind it (120s; of a file: any)", R"("120s")",
          [](const std::string& v, ServeConfig& c) -> Status {
            source_of(c).old_ms = TRY(parse_duration(v));
            return {};
          },
          [](ServeConfig& c) {
            return source_of(c).old_ms ? shown(fmt::format("{}ms", *source_of(c).old_ms)) : std::string();
          }),
      flag_key("source.use_time", "sbs: take the receiver's times; else those of reception (true)",
               [](ServeConfig& c) -> auto& { return source_of(c).use_time; }),
      number_key<DurationMs>(
          "source.clock_minutes", "sbs: what the receiver's clock is ahead of UTC, by its time zone (0)", -840, 840,
          [](ServeConfig& c) -> auto& { return source_of(c).ahead_of_utc_ms; }, 60'000),
  };
}

std::vector<ConfigKey> how_csv_is_read() {
  return {
      text_key(
          "source.columns", "csv: opensky, or role=column[:unit],…; see docs/formats.md", R"("opensky")",
          [](const std::string& v, ServeConfig& c) -> Status {
            source_of(c).columns = v;
            return {};
          },
          [](ServeConfig& c) { return shown(source_of(c).columns); }),
      text_key(
          "source.ids", "csv: what the column of ids holds: icao, mmsi or uid (uid)", {},
          [](const std::string& v, ServeConfig& c) -> Status {
            source_of(c).csv_id = TRY(read_csv_ids(v));
            return {};
          },
          [](ServeConfig& c) { return shown(surveillance::name_of(source_of(c).csv_id)); }),
      text_key(
          "source.domain", "csv: where its craft move: air, sea, ground or unknown (air)", {},
          [](const std::string& v, ServeConfig& c) -> Status {
            source_of(c).csv_domain = TRY(read_domain(v));
            return {};
          },
          [](ServeConfig& c) { return shown(surveillance::name_of(source_of(c).csv_domain)); }),
  };
}

}  // namespace

std::vector<ConfigKey> source_keys() {
  std::vector<ConfigKey> out;
  for (auto* part : {&what_it_is, &where_it_stands, &when_it_speaks, &how_csv_is_read}) {
    std::ranges::move((*part)(), std::back_inserter(out));
  }
  return out;
}

}  // namespace tansiq::cli
