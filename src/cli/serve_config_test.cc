#include "cli/serve_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tansiq::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A file that says something else than usual under every key.
constexpr std::string_view kEverything = R"(
data = "/var/lib/tansiq"
charter = "charter.note"
former = ["one.note", "/etc/two.note"]
key = "/keys/node.key"
authority = "us"
develop = true
listen = "[::1]:8080"
allow_plaintext_remote = true
public_log = true
public_metrics = true
test_mode = true
io_threads = 3
snapshot_every_entries = 1000
snapshot_background_above_mib = 3
log_level = "debug"
[tls]
certificate = "chain.pem"
key = "key.pem"
[peer]
listen = "[::]:7464"
urls = ["ru=https://10.0.0.7:7464", "fr=https://relay.example:1"]
certificate = "peer.crt"
key = "/keys/peer.key"
cosigner = "cosigner.key"
[f3548]
refuse_down = false
notices_need_scopes = true
[console]
enabled = false
map = "region.pmtiles"
[talks]
line_check_seconds = 600
alarm_command = ["/usr/local/bin/ring", "--all phones"]
alarm_webhook = "https://pager.example/tansiq"
plan_with = ["ru", "us"]
plan_submit_by = "15:30Z"
plan_answer_by = "23:59Z"
[limits]
connections = 10
body_bytes = 4096
command_queue = 7
streams = 5
subject_per_second = 11
subject_burst = 12
address_per_second = 13
address_burst = 14
[uss]
manager = "alpha"
base_url = "https://a.example"
dss_url = "https://dss.example"
token_url = "https://auth.example/token"
token_file = "/run/uss.token"
ca = "/etc/uss-ca.pem"
notice_seconds = 60
workers = 2
private_addresses = true
[live]
record_dir = "recordings"
record_file_mib = 64
record_files_max = 10
peers = true
declare = "contingent"
simulated = true
air_horizontal_m = 5556
air_vertical_cm = 15240
air_lookahead_seconds = 90
sea_horizontal_m = 500
sea_lookahead_seconds = 600
escalate_seconds = 20
repeat_seconds = 10
history_minutes = 60
history_mib = 32
tracks_max = 1000

[auth]
audiences = ["dss.example", "other.example"]
token_seconds = 600
[[auth.issuer]]
name = "https://issuer.example"
keys = "issuer.pem"
[[auth.issuer]]
name = "lab"
keys = ["a.pem", "/keys/b.pem"]
jwks = "https://lab.example/jwks.json"
ca = "ca.pem"
algorithms = ["ES256", "EdDSA"]
scopes = ["utm.strategic_coordination", "intents.read"]
refresh_seconds = 60
unknown_key_seconds = 2
keep_hours = 3
[[auth.issuer]]
name = "file"
jwks = "jwks.json"
[[source]]
name = "radar-1"
format = "asterix"
url = "udp://239.1.1.1:8600?interface=eth1"
editions = ["062 1.19"]
radars = ["25/2 50.0333 8.5706 310", "25/3 -50 8 -1.5"]
silent_seconds = 12
future_seconds = 1
old = "30s"
[[source]]
name = "receiver"
format = "beast"
url = "tcp://127.0.0.1:30005"
place = "50.0333 8.5706"
range_km = 450
[[source]]
name = "base"
format = "sbs"
url = "tcp-listen://:30003"
use_time = false
clock_minutes = 60
[[source]]
name = "rows"
format = "csv"
url = "file:rows.csv"
columns = "time=t,id=i,latitude=a,longitude=o"
ids = "mmsi"
domain = "sea"
[[minima]]
between = ["fr", "us"]
horizontal_m = 18520
vertical_cm = 60960
[[minima]]
between = ["us", "fr"]
domain = "sea"
horizontal_m = 1852
[[release]]
to = "us"
domain = "sea"
area = "own-zones"
delay_seconds = 60
grid_m = 5000
all = true
[[release]]
to = "ru"
)";

ServeConfig read(std::string_view text, const std::string& file = "/etc/tansiq/node.toml") {
  ServeConfig config;
  config.node.develop = false;
  const Status done = read_serve_config(text, file, config);
  EXPECT_TRUE(done) << done.error().text() << "\n" << text;
  return config;
}

std::string file_text(std::string_view name) {
  std::ifstream file(std::string(TANSIQ_SOURCE_DIR "/").append(name));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ServeConfig, TakesEveryKey) {
  const ServeConfig config = read(kEverything);
  EXPECT_EQ(config.node.data_dir, "/var/lib/tansiq");
  EXPECT_EQ(config.live.record_dir, "/etc/tansiq/recordings");
  EXPECT_EQ(config.live.record_bytes_max, 64U << 20);
  EXPECT_EQ(config.live.picture.separation.air.horizontal_m, 5'556);
  EXPECT_EQ(config.live.picture.alerts.escalate_ms, 20'000);
  EXPECT_EQ(config.node.charter_path, "/etc/tansiq/charter.note") << "relative to the file";
  EXPECT_THAT(config.node.former_charter_paths, ElementsAre("/etc/tansiq/one.note", "/etc/two.note"));
  EXPECT_EQ(config.node.key_path, "/keys/node.key");
  EXPECT_EQ(config.node.authority, "us");
  EXPECT_TRUE(config.node.develop);
  EXPECT_EQ(config.node.listen_address, "::1");
  EXPECT_EQ(config.node.listen_port, 8080);
  EXPECT_TRUE(config.node.allow_plain_remote);
  EXPECT_TRUE(config.node.public_log);
  EXPECT_TRUE(config.node.public_metrics);
  EXPECT_EQ(config.node.io_threads, 3U);
  EXPECT_EQ(config.node.snapshot_every_entries, 1'000U);
  EXPECT_EQ(config.node.snapshot_background_above_bytes, 3U << 20);
  EXPECT_EQ(config.log_level, LogLevel::kDebug);
  EXPECT_EQ(config.node.tls.certificate, "/etc/tansiq/chain.pem");
  EXPECT_EQ(config.node.tls.key, "/etc/tansiq/key.pem");
  EXPECT_EQ(config.node.peer_listen_address, "::");
  EXPECT_EQ(config.node.peer_listen_port, 7'464);
  EXPECT_EQ(config.node.peer_urls.at("ru"), "https://10.0.0.7:7464");
  EXPECT_EQ(config.node.peer_urls.at("fr"), "https://relay.example:1");
  EXPECT_EQ(config.node.peer_tls.certificate, "/etc/tansiq/peer.crt");
  EXPECT_EQ(config.node.peer_tls.key, "/keys/peer.key");
  EXPECT_EQ(config.node.cosigner_key_path, "/etc/tansiq/cosigner.key");
  EXPECT_TRUE(config.node.test_mode);
  EXPECT_FALSE(config.node.f3548.refuse_down);
  EXPECT_TRUE(config.node.f3548.notices_need_scopes);
  EXPECT_FALSE(config.node.console.enabled);
  EXPECT_TRUE(ServeConfig().node.console.enabled);
  EXPECT_EQ(config.node.console.map, "/etc/tansiq/region.pmtiles");
  EXPECT_EQ(config.node.talks.line_check_every_ms, 600'000);
  EXPECT_THAT(config.node.talks.alarm_command, ElementsAre("/usr/local/bin/ring", "--all phones"));
  EXPECT_EQ(config.node.talks.alarm_webhook, "https://pager.example/tansiq");
  EXPECT_EQ(config.node.talks.plans.counterparts.size(), 2U);
  EXPECT_EQ(config.node.talks.plans.submit_by_ms, (15 * 60 + 30) * 60'000);
  EXPECT_EQ(config.node.talks.plans.answer_by_ms, (23 * 60 + 59) * 60'000);
  EXPECT_EQ(config.node.limits.connections_max, 10U);
  EXPECT_EQ(config.node.limits.body_bytes_max, 4'096U);
  EXPECT_EQ(config.node.limits.command_queue_max, 7U);
  EXPECT_EQ(config.node.limits.streams_max, 5U);
  EXPECT_EQ(config.node.auth.subjects.per_second, 11U);
  EXPECT_EQ(config.node.auth.subjects.burst, 12U);
  EXPECT_EQ(config.node.auth.addresses.per_second, 13U);
  EXPECT_EQ(config.node.auth.addresses.burst, 14U);
  EXPECT_THAT(config.node.auth.audiences, ElementsAre("dss.example", "other.example"));
  EXPECT_EQ(config.node.auth.token_ms_max, 600'000);
  ASSERT_EQ(config.node.auth.issuers.size(), 3U);
  const net::IssuerConfig& one = config.node.auth.issuers[0];
  EXPECT_EQ(one.name, "https://issuer.example");
  EXPECT_THAT(one.key_files, ElementsAre("/etc/tansiq/issuer.pem"));
  EXPECT_EQ(one.refresh_ms, net::kKeyRefreshMs);
  const net::IssuerConfig& lab = config.node.auth.issuers[1];
  EXPECT_THAT(lab.key_files, ElementsAre("/etc/tansiq/a.pem", "/keys/b.pem"));
  EXPECT_EQ(lab.jwks_url, "https://lab.example/jwks.json");
  EXPECT_EQ(lab.ca_file, "/etc/tansiq/ca.pem");
  EXPECT_THAT(lab.algorithms, ElementsAre(net::JwtAlgorithm::kEs256, net::JwtAlgorithm::kEdDsa));
  EXPECT_THAT(lab.scopes, ElementsAre("intents.read", "utm.strategic_coordination"));
  EXPECT_EQ(lab.refresh_ms, 60'000);
  EXPECT_EQ(lab.unknown_key_ms, 2'000);
  EXPECT_EQ(lab.age_ms_max, 3 * 3'600'000);
  EXPECT_EQ(config.node.auth.issuers[2].jwks_file, "/etc/tansiq/jwks.json");
}

TEST(ServeConfig, TakesSources) {
  const ServeConfig config = read(kEverything);
  ASSERT_EQ(config.sources.size(), 4U);
  EXPECT_TRUE(surveillance::check_sources(config.sources));
  const surveillance::SourceConfig& radar = config.sources[0];
  EXPECT_EQ(radar.name, "radar-1");
  EXPECT_EQ(radar.format, surveillance::Speaks::kAsterix);
  EXPECT_EQ(radar.transport.interface, "eth1");
  EXPECT_EQ(surveillance::edition_text(radar.editions.at(0)), "062 1.19");
  EXPECT_EQ(radar.radars.at(0).system, 0x1902);
  EXPECT_EQ(radar.radars.at(1).height_cm, -150);
  EXPECT_EQ(radar.silent_after_ms, 12'000);
  EXPECT_EQ(radar.future_ms, 1'000);
  EXPECT_EQ(radar.old_ms, 30'000);
  EXPECT_EQ(config.sources[1].place, (geo::LatLng{500'333'000, 85'706'000}));
  EXPECT_EQ(config.sources[1].range_m, 450'000);
  EXPECT_EQ(config.sources[1].old_ms, std::nullopt);
  EXPECT_EQ(config.sources[2].transport.host, "127.0.0.1") << "loopback, unless told otherwise";
  EXPECT_FALSE(config.sources[2].use_time);
  EXPECT_EQ(config.sources[2].ahead_of_utc_ms, 3'600'000);
  EXPECT_EQ(config.sources[3].transport.path, "/etc/tansiq/rows.csv") << "relative to the file";
  EXPECT_EQ(config.sources[3].csv_id, surveillance::IdKind::kMmsi);
  EXPECT_EQ(config.sources[3].csv_domain, surveillance::Domain::kSea);
  EXPECT_EQ(config.live.picture.separation.agreed,
            (std::vector<picture::AgreedMinima>{{"fr", "us", core::Domain::kAir, 18'520, 609.6},
                                                {"us", "fr", core::Domain::kSea, 1'852, std::nullopt}}));
  EXPECT_TRUE(config.live.peers);
  EXPECT_EQ(config.live.declare, node::Declares::kContingent);
  EXPECT_EQ(ServeConfig().live.declare, node::Declares::kNobody) << "people declare";
  ASSERT_EQ(config.live.release.size(), 2U);
  EXPECT_EQ(config.live.release[0], (picture::ReleaseRule{.to = "us",
                                                          .domain = core::Domain::kSea,
                                                          .area = "own-zones",
                                                          .delay_ms = 60'000,
                                                          .grid_m = 5'000,
                                                          .all = true}));
  EXPECT_EQ(config.live.release[1], (picture::ReleaseRule{.to = "ru"}));
}

TEST(ServeConfig, RefusesWhatItDoesNotKnow) {
  const auto error = [](std::string_view text) {
    ServeConfig config;
    const Status read = read_serve_config(text, "n.toml", config);
    return read ? std::string("(accepted)") : read.error().text();
  };
  EXPECT_THAT(error("\nlisten_port = 1\n"), HasSubstr("n.toml:2: there is no option 'listen_port'"));
  EXPECT_THAT(error("[tls]\ncert = \"x\"\n"), HasSubstr("there is no option 'tls.cert'"));
  EXPECT_THAT(error("io_threads = 0\n"), HasSubstr("io_threads must be a whole number from 1 to 64"));
  EXPECT_THAT(error("io_threads = 1.5\n"), HasSubstr("whole number"));
  EXPECT_THAT(error("develop = \"yes\"\n"), HasSubstr("develop must be true or false"));
  EXPECT_THAT(error("data = 3\n"), HasSubstr("must be a path"));
  EXPECT_THAT(error("tls = 1\n"), HasSubstr("there is no option 'tls'"));
  EXPECT_THAT(error("data = \"a\"\ndata = \"b\"\n"), HasSubstr("n.toml:2"));
  EXPECT_THAT(error("listen = \"localhost:x\"\n"), HasSubstr("is not ADDRESS:PORT"));
  EXPECT_THAT(error("log_level = \"loud\"\n"), HasSubstr("debug, info, warning"));
  EXPECT_THAT(error("[peer]\nlisten = \"x:y\"\n"), HasSubstr("n.toml:2: peer.listen 'x:y' is not ADDRESS:PORT"));
  EXPECT_THAT(error("[peer]\nurls = [\"ru\"]\n"), HasSubstr("is no PEER=URL"));
  EXPECT_THAT(error("[auth]\ntoken_seconds = 3601\n"), HasSubstr("from 60 to 3600"));
  EXPECT_THAT(error("[auth]\naudiences = [1]\n"), HasSubstr("a list of strings"));
  EXPECT_THAT(error("\"auth.issuer.name\" = \"x\"\n"), HasSubstr("write it without them"));
  EXPECT_THAT(error("[auth]\n\"issuer.name\" = \"x\"\n"), HasSubstr("write it without them"));
  EXPECT_EQ(error("[auth.issuer]\nname = \"x\"\n"), "(accepted)") << "one alone needs no list";
  EXPECT_THAT(error("[[auth.issuer]]\nalgorithms = \"HS256\"\n"), HasSubstr("'HS256' is not RS256, ES256 or EdDSA"));
  EXPECT_EQ(error("[source]\nname = \"x\"\n"), "(accepted)") << "one alone needs no list";
  EXPECT_THAT(error("source = 1\n"), HasSubstr("there is no option 'source'"));
  EXPECT_THAT(error("[[source]]\nname = \"x\"\nurl = \"udp:1\"\n"),
              HasSubstr("n.toml:3: source.url 'udp:1' is not where bytes come from"));
  EXPECT_THAT(error("[[source]]\nurl = \"peer:us\"\n"), HasSubstr("hears every member of its charter by itself"));
  EXPECT_THAT(error("[[source]]\nname = \"peer-us\"\n"), HasSubstr("n.toml:2: source.name 'peer-us' begins as"));
  EXPECT_THAT(error("[[minima]]\nbetween = [\"fr\"]\n"), HasSubstr("n.toml:2: minima.between must be a list of two"));
  EXPECT_THAT(error("[[minima]]\nhorizontal_m = 9\n"), HasSubstr("from 10 to 100000"));
  EXPECT_THAT(error("[live]\ndeclare = \"all\"\n"), HasSubstr("'all' is not nobody, nonconforming or contingent"));
  EXPECT_THAT(error("[[release]]\ndomain = \"space\"\n"), HasSubstr("n.toml:2: release.domain"));
  EXPECT_THAT(error("[[release]]\ndelay_seconds = 21601\n"), HasSubstr("from 0 to 21600"));
  EXPECT_THAT(error("[[release]]\ngrid_m = 100001\n"), HasSubstr("from 0 to 100000"));
  EXPECT_THAT(error("[[release]]\nfrom = \"us\"\n"), HasSubstr("release.from"));
  EXPECT_THAT(error("[[source]]\nformat = \"morse\"\n"), HasSubstr("formats are asterix, beast, sbs"));
  EXPECT_THAT(error("[[source]]\nradars = \"25/2\"\n"), HasSubstr("is not SAC/SIC LATITUDE LONGITUDE HEIGHT"));
  EXPECT_THAT(error("[[source]]\neditions = \"062 9\"\n"), HasSubstr("is read in edition 1.20, 1.19"));
  EXPECT_THAT(error("[[source]]\nids = \"imo\"\n"), HasSubstr("'imo' is not icao, mmsi or uid"));
  EXPECT_THAT(error("[[source]]\ndomain = \"space\"\n"), HasSubstr("is not air, sea, ground or unknown"));
  EXPECT_THAT(error("[[source]]\nold = \"soon\"\n"), HasSubstr("source.old"));
  EXPECT_THAT(error("[[source]]\nrange_km = 0\n"), HasSubstr("from 1 to 21000"));
  EXPECT_THAT(error("[[auth.issuer]]\nissuer = \"x\"\n"),
              HasSubstr("n.toml:2: there is no option 'auth.issuer.issuer'"));
}

TEST(ServeConfig, ReadsListenAddresses) {
  node::NodeConfig config;
  ASSERT_TRUE(read_listen("0.0.0.0:80", config));
  EXPECT_EQ(config.listen_address, "0.0.0.0");
  EXPECT_EQ(config.listen_port, 80);
  ASSERT_TRUE(read_listen(":0", config));
  EXPECT_EQ(config.listen_address, "0.0.0.0") << "only the port was given";
  EXPECT_EQ(config.listen_port, 0);
  ASSERT_TRUE(read_listen("[::1]", config));
  EXPECT_EQ(config.listen_address, "::1");
  for (const char* bad : {"", ":", "a:", "1.2.3.4:65536", "1.2.3.4:-1", "[::1", "[::1]x"}) {
    EXPECT_FALSE(read_listen(bad, config)) << bad;
  }
}

TEST(ServeConfig, DocumentListsEveryKey) { EXPECT_THAT(file_text("docs/cli.md"), HasSubstr(serve_config_help())); }

// Printing
// ---------------------------------------------------------------------------------------------------------------

/// The lines of a printed file that are keys, behind a `#` or not.
std::vector<std::string> lines_of_keys(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" = ") != std::string::npos && !line.starts_with("# ")) out.push_back(line);
  }
  return out;
}

TEST(ServeConfig, WhatIsPrintedReadsBackAsItWas) {
  const std::string printed = serve_config_text(read(kEverything));
  EXPECT_EQ(serve_config_text(read(printed, "/elsewhere/node.toml")), printed);
  // Each of its keys has a value, but those of the three issuers that they do not have.
  for (const std::string& line : lines_of_keys(printed.substr(0, printed.find("[[auth.issuer]]")))) {
    EXPECT_FALSE(line.starts_with('#')) << line;
  }
  EXPECT_EQ(serve_config_text(read("")), serve_config_text(read(serve_config_text(read("")))));
}

TEST(ServeConfig, PrintsEveryKeyOnce) {
  ServeConfig plain;
  plain.node.develop = false;
  const std::string printed = serve_config_text(plain);
  std::vector<std::string> expected;
  std::istringstream table(serve_config_help());  // | `limits.streams` | integer | … |
  for (std::string line; std::getline(table, line);) {
    const std::size_t begin = line.find('`') + 1;
    const std::string full = line.substr(begin, line.find('`', begin) - begin);
    const std::size_t dot = full.rfind('.');
    expected.push_back(dot == std::string::npos ? full : full.substr(dot + 1));
  }
  std::vector<std::string> printed_names;
  for (const std::string& line : lines_of_keys(printed)) {
    ASSERT_TRUE(line.starts_with('#')) << line << ": is not what a configuration has by itself";
    printed_names.push_back(line.substr(1, line.find(" = ") - 1));
  }
  EXPECT_EQ(printed_names, expected);
}

TEST(ServeConfig, WhatStandsBehindAHashIsTrue) {
  ServeConfig plain;
  plain.node.develop = false;
  const std::string printed = serve_config_text(plain);
  // Without the hashes every line reads; what then is still behind one is what had no value of its own.
  std::string bare;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    const bool hidden = line.starts_with('#') && !line.starts_with("# ");
    bare += (hidden ? line.substr(1) : line) + "\n";
  }
  const ServeConfig all = read(bare);
  EXPECT_EQ(all.node.data_dir, std::filesystem::path("/etc/tansiq") / plain.node.data_dir);
  EXPECT_EQ(all.node.listen_address, plain.node.listen_address);
  EXPECT_EQ(all.node.listen_port, plain.node.listen_port);
  EXPECT_EQ(all.node.limits.connections_max, plain.node.limits.connections_max);
  EXPECT_EQ(all.node.auth.token_ms_max, plain.node.auth.token_ms_max);
  EXPECT_EQ(all.node.auth.addresses.burst, plain.node.auth.addresses.burst);
  EXPECT_EQ(all.node.f3548.refuse_down, plain.node.f3548.refuse_down);
  ASSERT_EQ(all.node.auth.issuers.size(), 1U);
  EXPECT_EQ(all.node.auth.issuers[0].age_ms_max, net::IssuerConfig().age_ms_max);
  ASSERT_EQ(all.sources.size(), 1U);
  EXPECT_EQ(all.sources[0].range_m, surveillance::SourceConfig().range_m);
  EXPECT_EQ(all.sources[0].silent_after_ms, surveillance::SourceConfig().silent_after_ms);
  EXPECT_EQ(all.sources[0].csv_id, surveillance::SourceConfig().csv_id);
  // All of these that differ are examples, and none of them is a yes or no, nor a number but where a table must have
  // it.
  const std::string again = serve_config_text(all);
  for (const std::string& line : lines_of_keys(again)) {
    if (line.starts_with('#') || line == "horizontal_m = 9260" || line == "vertical_cm = 30480") continue;
    EXPECT_THAT(line, ::testing::ContainsRegex(" = [[\"]")) << "was said to be so by itself";
  }
}

TEST(ServeConfig, ThePackagesFileIsCurrent) {
  ServeConfig config;
  config.node.data_dir = "/var/lib/tansiq";
  config.node.develop = false;
  EXPECT_EQ(file_text("packaging/tansiq.toml"), serve_config_text(config))
      << "make it again: tansiq serve --data /var/lib/tansiq --no-develop --print-config";
}

TEST(ServeConfig, PrintsHostileTextAsOneValue) {
  ServeConfig config;
  config.node.develop = false;
  config.node.authority = "a\"\nlisten = \"0.0.0.0:1\\";
  EXPECT_EQ(read(serve_config_text(config)).node.authority, config.node.authority);
  EXPECT_EQ(read(serve_config_text(config)).node.listen_port, 7'463);
}

TEST(ServeConfig, ATableUssMakesASupplier) {
  ServeConfig config;
  ASSERT_TRUE(read_serve_config("develop = true\n", "n.toml", config));
  EXPECT_FALSE(config.node.uss);
  const Status read = read_serve_config(R"([uss]
manager = "alpha"
base_url = "https://a.example"
dss_url = "https://dss.example"
token_url = "https://auth.example/token"
token_file = "token"
ca = "ca.pem"
notice_seconds = 60
workers = 2
)",
                                        "/etc/tansiq/n.toml", config);
  ASSERT_TRUE(read) << read.error().text();
  ASSERT_TRUE(config.node.uss);
  EXPECT_EQ(config.node.uss->manager, "alpha");
  EXPECT_EQ(config.node.uss->base_url, "https://a.example");
  EXPECT_EQ(config.node.uss->dss_url, "https://dss.example");
  EXPECT_EQ(config.node.uss->token_url, "https://auth.example/token");
  EXPECT_EQ(config.node.uss->token_file, "/etc/tansiq/token");
  EXPECT_EQ(config.node.uss->ca_file, "/etc/tansiq/ca.pem");
  EXPECT_EQ(config.node.uss->notice_ms, 60'000);
  EXPECT_EQ(config.node.uss->workers, 2U);
  EXPECT_FALSE(read_serve_config("[uss]\nworkers = 0\n", "n.toml", config));
  EXPECT_FALSE(read_serve_config("[uss]\nnotice_seconds = 0\n", "n.toml", config));
  EXPECT_FALSE(read_serve_config("[uss]\npriority = 1\n", "n.toml", config));
}

}  // namespace
}  // namespace tansiq::cli
