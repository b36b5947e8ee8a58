#include "net/tls.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "net/http_client.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::HasSubstr;
using namespace test;

std::unique_ptr<HttpServer> start_tls(const Identity& identity,
                                      const std::function<void(HttpServerOptions&)>& change = {}) {
  HttpServerOptions options;
  options.tls = TlsConfig{.certificate_file = identity.certificate_file, .key_file = identity.key_file};
  if (change) change(options);
  return start_server(echo, std::move(options));
}

Result<ClientResponse> get(const HttpServer& server, const TlsTrust& trust, std::string_view host = "127.0.0.1") {
  auto client = HttpClient::create({.base_url = fmt::format("https://{}:{}", host, server.port()), .trust = trust});
  if (!client) return std::unexpected(client.error());
  return (*client)->get("/x");
}

TEST(Tls, ServesWhoTrustsTheCertificate) {
  const TemporaryFolder directory;
  const Identity identity = make_identity(directory, "node");
  const auto server = start_tls(identity);
  EXPECT_THAT(server->url(), HasSubstr("https://127.0.0.1:"));
  const auto answer = get(*server, {.ca_file = identity.certificate_file});
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "GET /x ");
  if (knows_localhost()) {
    EXPECT_TRUE(get(*server, {.ca_file = identity.certificate_file}, "localhost"));
  }
}

TEST(Tls, RefusesOtherAuthoritiesAndNames) {
  const TemporaryFolder directory;
  const auto server = start_tls(make_identity(directory, "node"));
  const Identity other = make_identity(directory, "other");
  const auto refused = get(*server, {.ca_file = other.certificate_file});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("certificate"));
  EXPECT_FALSE(get(*server, {}));  // the system's authorities do not know it
  EXPECT_FALSE(get(*server, {.ca_file = directory.file("node.pem")}, "127.0.0.2"));
  EXPECT_TRUE(eventually([&] { return server->counters().tls_failures >= 1; }));
}

TEST(Tls, PinnedKeyNeedsNoAuthority) {
  const TemporaryFolder directory;
  const Identity identity = make_identity(directory, "node");
  const auto server = start_tls(identity);
  EXPECT_TRUE(get(*server, {.key_sha256 = identity.key_sha256}));
  auto wrong = identity.key_sha256;
  wrong[31] ^= 1;
  const auto refused = get(*server, {.key_sha256 = wrong});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("pinned"));
  EXPECT_EQ(server->counters().requests, 1U);  // nothing was sent to the wrong one
}

TEST(Tls, LargeBodiesBothWays) {
  const TemporaryFolder directory;
  const Identity identity = make_identity(directory, "node");
  const auto server = start_tls(identity);
  auto client = HttpClient::create({.base_url = server->url(), .trust = {.ca_file = identity.certificate_file}});
  ASSERT_TRUE(client);
  const std::string body(3'000'000, 'x');
  for (int i = 0; i < 3; ++i) {
    const auto answer = (*client)->send(Method::kPut, "/x", {}, body);
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->body, "PUT /x " + body);
  }
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

/// The protocol that a client that speaks at most `version` gets; empty when the handshake fails.
std::string handshake(std::uint16_t port, int version) {
  RawClient raw(port);
  SSL_CTX* ctx = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(ctx, version);
  SSL* ssl = SSL_new(ctx);
  SSL_set_fd(ssl, raw.native_handle());
  const bool done = SSL_connect(ssl) == 1;
  std::string out = done ? SSL_get_version(ssl) : "";
  SSL_free(ssl);
  SSL_CTX_free(ctx);
  return out;
}

TEST(Tls, SpeaksNothingBelow13) {
  const TemporaryFolder directory;
  const auto server = start_tls(make_identity(directory, "node"));
  EXPECT_EQ(handshake(server->port(), TLS1_3_VERSION), "TLSv1.3");
  EXPECT_EQ(handshake(server->port(), TLS1_2_VERSION), "");
  EXPECT_TRUE(eventually([&] { return server->counters().tls_failures == 1; }));
}

TEST(Tls, HandshakesAreTimed) {
  const TemporaryFolder directory;
  const auto server = start_tls(make_identity(directory, "node"), [](HttpServerOptions& o) { o.limits.head_ms = 30; });
  RawClient silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(server->counters().timeouts, 1U);
}

TEST(Tls, PlaintextToATlsPortIsClosed) {
  const TemporaryFolder directory;
  const auto server = start_tls(make_identity(directory, "node"));
  EXPECT_EQ(status_of(exchange_raw(server->port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n")), 0);
}

TEST(Tls, ReloadServesNewConnectionsWithTheNewKey) {
  const TemporaryFolder directory;
  const Identity before = make_identity(directory, "before");
  const Identity after = make_identity(directory, "after");
  const auto server = start_tls(before);
  auto kept = HttpClient::create({.base_url = server->url(), .trust = {.key_sha256 = before.key_sha256}});
  ASSERT_TRUE((*kept)->get("/1"));
  EXPECT_EQ(server->reload(after.certificate_file, before.key_file).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(get(*server, {.key_sha256 = before.key_sha256}));  // a failed reload changes nothing
  ASSERT_TRUE(server->reload(after.certificate_file, after.key_file));
  EXPECT_TRUE(get(*server, {.key_sha256 = after.key_sha256}));
  EXPECT_FALSE(get(*server, {.key_sha256 = before.key_sha256}));
  EXPECT_TRUE((*kept)->get("/2"));  // a connection that stood goes on
}

TEST(Tls, ClientCertificatesAreNamedToTheHandler) {
  const TemporaryFolder directory;
  const Identity node = make_identity(directory, "node");
  const Identity peer = make_identity(directory, "peer");
  const Identity stranger = make_identity(directory, "stranger");
  std::mutex mutex;
  std::optional<TlsPeer> seen;
  HttpServerOptions options;
  options.tls = TlsConfig{node.certificate_file, node.key_file, peer.certificate_file, true};
  const auto server = start_server(
      [&](const std::shared_ptr<Exchange>& exchange) {
        const std::scoped_lock lock(mutex);
        seen = exchange->request().connection->peer;
        echo(exchange);
      },
      options);
  TlsTrust trust{.ca_file = node.certificate_file};
  EXPECT_FALSE(get(*server, trust));
  trust.certificate_file = stranger.certificate_file;
  trust.key_file = stranger.key_file;
  EXPECT_FALSE(get(*server, trust));
  trust.certificate_file = peer.certificate_file;
  trust.key_file = peer.key_file;
  const auto answer = get(*server, trust);
  ASSERT_TRUE(answer) << answer.error().text();
  const std::scoped_lock lock(mutex);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->subject, "CN=peer");
  EXPECT_EQ(seen->key_sha256, peer.key_sha256);
}

TEST(Tls, SaysWhichFileIsWrong) {
  const TemporaryFolder directory;
  const Identity identity = make_identity(directory, "node");
  HttpServerOptions options;
  const auto error = [&](const std::string& certificate, const std::string& key) {
    options.tls = TlsConfig{.certificate_file = certificate, .key_file = key};
    const auto server = HttpServer::start(options, echo);
    return server ? Error{} : server.error();
  };
  EXPECT_EQ(error(directory.file("none"), identity.key_file).where, directory.file("none"));
  EXPECT_EQ(error(identity.certificate_file, directory.file("none")).code, ErrorCode::kIo);
  EXPECT_EQ(error(identity.certificate_file, identity.certificate_file).code, ErrorCode::kForbidden);  // its mode
  ASSERT_EQ(::chmod(identity.key_file.c_str(), 0604), 0);
  EXPECT_EQ(error(identity.certificate_file, identity.key_file).code, ErrorCode::kForbidden);
}

}  // namespace
}  // namespace tansiq::net
