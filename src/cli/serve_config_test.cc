#include "cli/serve_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tansiq::cli {
namespace {

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
allow_http = true
refuse_down = false
notices_need_scopes = true
[limits]
connections = 10
body_bytes = 4096
command_queue = 7
streams = 5
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
  EXPECT_TRUE(config.node.f3548.allow_http);
  EXPECT_FALSE(config.node.f3548.refuse_down);
  EXPECT_TRUE(config.node.f3548.notices_need_scopes);
  EXPECT_EQ(config.node.limits.connections_max, 10U);
  EXPECT_EQ(config.node.limits.body_bytes_max, 4'096U);
  EXPECT_EQ(config.node.limits.command_queue_max, 7U);
  EXPECT_EQ(config.node.limits.streams_max, 5U);
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

}  // namespace
}  // namespace tansiq::cli
