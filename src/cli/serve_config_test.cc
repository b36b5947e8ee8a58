#include "cli/serve_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tansiq::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ServeConfig, TakesEveryKey) {
  ServeConfig config;
  const Status read = read_serve_config(R"(
data = "/var/lib/tansiq"
charter = "charter.note"
key = "/keys/node.key"
authority = "us"
develop = false
listen = "[::1]:8080"
allow_plaintext_remote = true
public_log = true
public_metrics = true
test_mode = true
io_threads = 3
snapshot_every_entries = 1000
log_level = "debug"
[tls]
certificate = "chain.pem"
key = "key.pem"
[peer]
certificate = "peer.crt"
key = "/keys/peer.key"
cosigner = "cosigner.key"
[f3548]
refuse_down = false
notices_need_scopes = true
[limits]
connections = 10
body_bytes = 4096
command_queue = 7
streams = 5
subject_per_second = 11
subject_burst = 12
address_per_second = 13
address_burst = 14
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
)",
                                        "/etc/tansiq/node.toml", config);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(config.node.data_dir, "/var/lib/tansiq");
  EXPECT_EQ(config.node.charter_path, "/etc/tansiq/charter.note") << "relative to the file";
  EXPECT_EQ(config.node.key_path, "/keys/node.key");
  EXPECT_EQ(config.node.authority, "us");
  EXPECT_FALSE(config.node.develop);
  EXPECT_EQ(config.node.listen_address, "::1");
  EXPECT_EQ(config.node.listen_port, 8080);
  EXPECT_TRUE(config.node.allow_plain_remote);
  EXPECT_TRUE(config.node.public_log);
  EXPECT_TRUE(config.node.public_metrics);
  EXPECT_EQ(config.node.io_threads, 3U);
  EXPECT_EQ(config.node.snapshot_every_entries, 1'000U);
  EXPECT_EQ(config.log_level, LogLevel::kDebug);
  EXPECT_EQ(config.node.tls.certificate, "/etc/tansiq/chain.pem");
  EXPECT_EQ(config.node.tls.key, "/etc/tansiq/key.pem");
  EXPECT_EQ(config.node.peer_tls.certificate, "/etc/tansiq/peer.crt");
  EXPECT_EQ(config.node.peer_tls.key, "/keys/peer.key");
  EXPECT_EQ(config.node.cosigner_key_path, "/etc/tansiq/cosigner.key");
  EXPECT_TRUE(config.node.test_mode);
  EXPECT_FALSE(config.node.f3548.refuse_down);
  EXPECT_TRUE(config.node.f3548.notices_need_scopes);
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
  EXPECT_THAT(error("[auth]\ntoken_seconds = 3601\n"), HasSubstr("from 60 to 3600"));
  EXPECT_THAT(error("[auth]\naudiences = [1]\n"), HasSubstr("a list of strings"));
  EXPECT_THAT(error("\"auth.issuer.name\" = \"x\"\n"), HasSubstr("write it without them"));
  EXPECT_THAT(error("[auth]\n\"issuer.name\" = \"x\"\n"), HasSubstr("write it without them"));
  EXPECT_EQ(error("[auth.issuer]\nname = \"x\"\n"), "(accepted)") << "one alone needs no list";
  EXPECT_THAT(error("[[auth.issuer]]\nalgorithms = \"HS256\"\n"), HasSubstr("'HS256' is not RS256, ES256 or EdDSA"));
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

TEST(ServeConfig, DocumentListsEveryKey) {
  std::ifstream file(TANSIQ_SOURCE_DIR "/docs/cli.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), HasSubstr(serve_config_help()));
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
