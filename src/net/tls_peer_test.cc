// Nodes that know each other by key alone: any certificate, no authority, both sides pinned.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "net/http_client.h"
#include "net/net_testlib.h"
#include "net/tls_identity.h"

namespace tansiq::net {
namespace {

using ::testing::HasSubstr;
using namespace test;

Identity fresh_identity(const TemporaryFolder& directory, const std::string& name,
                        TlsKeyKind kind = TlsKeyKind::kP256) {
  Identity out{directory.file(name + ".pem"), directory.file(name + ".key"), {}};
  const Status made = make_identity(NewIdentity{name, out.certificate_file, out.key_file, kind});
  EXPECT_TRUE(made) << made.error().text();
  out.key_sha256 = *certificate_key_sha256(out.certificate_file);
  return out;
}

/// A server that takes any client key and answers with the key that it saw, in hexadecimal.
std::unique_ptr<HttpServer> start_pinned(const Identity& identity, bool required = false) {
  HttpServerOptions options;
  options.tls = TlsConfig{.certificate_file = identity.certificate_file,
                          .key_file = identity.key_file,
                          .client_certificate_required = required,
                          .any_client_key = true};
  const auto handler = [](const std::shared_ptr<Exchange>& exchange) {
    const auto& peer = exchange->request().connection->peer;
    exchange->respond(text_response(200, peer ? to_hex(peer->key_sha256) : "nobody"));
  };
  return start_server(handler, std::move(options));
}

Result<ClientResponse> get(const HttpServer& server, const TlsTrust& trust) {
  auto client = HttpClient::create({.base_url = server.url(), .trust = trust});
  if (!client) return std::unexpected(client.error());
  return (*client)->get("/x");
}

TlsTrust trust_of(const Identity& own, std::vector<std::array<std::uint8_t, 32>> servers) {
  TlsTrust trust;
  trust.keys_sha256 = std::move(servers);
  trust.certificate_file = own.certificate_file;
  trust.key_file = own.key_file;
  return trust;
}

TEST(TlsPeers, EachSeesTheOthersKey) {
  for (const TlsKeyKind kind : {TlsKeyKind::kP256, TlsKeyKind::kEd25519}) {
    const TemporaryFolder directory;
    const Identity us = fresh_identity(directory, "us.example", kind);
    const Identity fr = fresh_identity(directory, "fr.example", kind);
    const auto server = start_pinned(us, true);
    const auto answer = get(*server, trust_of(fr, {us.key_sha256}));
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->body, to_hex(fr.key_sha256));
  }
}

TEST(TlsPeers, AWrongServerKeyIsRefusedBeforeAnythingIsSent) {
  const TemporaryFolder directory;
  const Identity us = fresh_identity(directory, "us.example");
  const Identity fr = fresh_identity(directory, "fr.example");
  const auto server = start_pinned(us);
  const auto refused = get(*server, trust_of(fr, {fr.key_sha256}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("pinned"));
  EXPECT_EQ(server->counters().requests, 0U);
}

TEST(TlsPeers, OneOfSeveralPinnedKeysIsEnough) {
  const TemporaryFolder directory;
  const Identity us = fresh_identity(directory, "us.example");
  const Identity fr = fresh_identity(directory, "fr.example");
  const auto server = start_pinned(us);
  EXPECT_TRUE(get(*server, trust_of(fr, {fr.key_sha256, us.key_sha256})));
}

TEST(TlsPeers, AStrangersKeyIsHandedToTheHandlerAsItIs) {
  const TemporaryFolder directory;
  const Identity us = fresh_identity(directory, "us.example");
  const Identity stranger = fresh_identity(directory, "fr.example");  // calls itself what it likes
  const auto server = start_pinned(us);
  EXPECT_EQ(get(*server, trust_of(stranger, {us.key_sha256}))->body, to_hex(stranger.key_sha256));
}

TEST(TlsPeers, WithoutACertificateThereIsNobody) {
  const TemporaryFolder directory;
  const Identity us = fresh_identity(directory, "us.example");
  const auto open = start_pinned(us);
  EXPECT_EQ(get(*open, {.key_sha256 = us.key_sha256})->body, "nobody");
  const auto strict = start_pinned(us, true);
  EXPECT_FALSE(get(*strict, {.key_sha256 = us.key_sha256}));
}

TEST(TlsPeers, SomebodyElsesCertificateIsNoUseWithoutItsKey) {
  const TemporaryFolder directory;
  const Identity us = fresh_identity(directory, "us.example");
  const Identity fr = fresh_identity(directory, "fr.example");
  const Identity thief = fresh_identity(directory, "thief.example");
  const auto server = start_pinned(us);
  TlsTrust trust = trust_of(fr, {us.key_sha256});
  trust.key_file = thief.key_file;
  EXPECT_EQ(get(*server, trust).error().code, ErrorCode::kInvalid);
}

TEST(TlsPeers, AnyKeyAndAnAuthorityExcludeEachOther) {
  const TemporaryFolder directory;
  const Identity us = fresh_identity(directory, "us.example");
  HttpServerOptions options;
  options.tls = TlsConfig{.certificate_file = us.certificate_file,
                          .key_file = us.key_file,
                          .client_ca_file = us.certificate_file,
                          .any_client_key = true};
  EXPECT_FALSE(HttpServer::start(options, echo));
}

TEST(TlsIdentity, IsMadeOnceAndForTheOwnerOnly) {
  const TemporaryFolder directory;
  const Identity us = fresh_identity(directory, "us.example");
  struct stat info{};
  ASSERT_EQ(::stat(us.key_file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(make_identity(NewIdentity{"us.example", us.certificate_file, us.key_file}).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(certificate_key_sha256(us.certificate_file), us.key_sha256);
  EXPECT_EQ(make_identity(NewIdentity{"a b", directory.file("c"), directory.file("k")}).error().code,
            ErrorCode::kInvalid);
  EXPECT_EQ(certificate_key_sha256(us.key_file).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(certificate_key_sha256(directory.file("none")).error().code, ErrorCode::kIo);
}

TEST(TlsIdentity, ItsHashIsThatOfTheTestsOwnReckoning) {
  const TemporaryFolder directory;
  const Identity other = test::make_identity(directory, "node");
  EXPECT_EQ(certificate_key_sha256(other.certificate_file), other.key_sha256);
}

}  // namespace
}  // namespace tansiq::net
