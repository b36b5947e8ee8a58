// Tokens of outside issuers at every face, test mode, limits, and the certificate that is renewed, over a whole node.
#include "node/credentials.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/eventually.h"
#include "base/file.h"
#include "net/jwt_sign.h"
#include "net/tls_identity.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSc = "utm.strategic_coordination";
constexpr std::string_view kIntent = "/dss/v1/operational_intent_references/00000000-0000-4000-8000-000000000001";

std::string claims(std::string_view issuer, std::string_view subject, std::string_view scope,
                   std::string_view audience = "dss.example", std::int64_t seconds = 3'600) {
  return fmt::format(R"({{"iss":"{}","sub":"{}","aud":"{}","exp":{},"scope":"{}"}})", issuer, subject, audience,
                     SystemClock().now().ms / 1'000 + seconds, scope);
}

class Credentials : public ::testing::Test {
 protected:
  Credentials() { publish({&signer}); }
  void publish(std::initializer_list<const net::JwtSigner*> signers) {
    std::string keys;
    for (const net::JwtSigner* s : signers) keys += (keys.empty() ? "" : ",") + s->key().jwk_json();
    std::ofstream(folder.path() / "jwks.json") << R"({"keys":[)" << keys << "]}";
  }
  /// A node that trusts the issuer "lab".
  std::function<void(NodeConfig&)> trusting(const std::function<void(NodeConfig&)>& more = {}) {
    return [this, more](NodeConfig& config) {
      config.auth.audiences = {"dss.example"};
      config.auth.issuers = {{.name = "lab", .jwks_file = (folder.path() / "jwks.json").string()}};
      if (more) more(config);
    };
  }
  std::string token(std::string_view scope, std::string_view subject = "alpha") const {
    return signer.sign(claims("lab", subject, scope));
  }

  TemporaryFolder folder;
  const net::JwtSigner signer = *net::JwtSigner::generate(net::JwtAlgorithm::kRs256);
};

TEST_F(Credentials, TheF3548FaceAnswersAsItsSheetSays) {
  const TestNode node(trusting());
  EXPECT_EQ(node.get(kIntent, token(kSc)).status, 404) << "taken: there is no such intent";
  const auto wrong_scope = node.get(kIntent, token("utm.constraint_processing"));
  EXPECT_EQ(wrong_scope.status, 403);
  EXPECT_THAT(std::string(*wrong_scope.headers.find("WWW-Authenticate")), HasSubstr("insufficient_scope"));
  EXPECT_EQ(node.get(kIntent, token("")).status, 403) << "a valid token without scopes";
  const auto none = node.get(kIntent);
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.headers.find("WWW-Authenticate"), R"(Bearer realm="tansiq")");
  EXPECT_THAT(none.body, HasSubstr(R"({"message":)"));
  const auto refused = [&](const std::string& bad) { return node.get(kIntent, bad).status; };
  EXPECT_EQ(refused(signer.sign(claims("lab", "alpha", kSc, "other.example"))), 401);
  EXPECT_EQ(refused(signer.sign(claims("lab", "alpha", kSc, "dss.example", -1))), 401);
  EXPECT_EQ(refused(signer.sign(claims("lab", "alpha", kSc, "dss.example", 3'700))), 401);
  EXPECT_EQ(refused(signer.sign(claims("other", "alpha", kSc))), 401);
  EXPECT_EQ(refused(signer.sign(claims("lab", "", kSc))), 401);
  EXPECT_EQ(refused(signer.sign(claims(kTestIssuer, "alpha", kSc))), 401);
  const auto stranger = net::JwtSigner::generate(net::JwtAlgorithm::kRs256);
  const auto forged = node.get(kIntent, stranger->sign(claims("lab", "alpha", kSc)));
  EXPECT_EQ(forged.status, 401);
  EXPECT_THAT(forged.body, HasSubstr("the token is not valid here"));
  EXPECT_EQ(node.get("/aux/v1/validate_oauth?owner=alpha", token(kSc)).status, 200);
  EXPECT_EQ(node.get("/aux/v1/validate_oauth?owner=bravo", token(kSc)).status, 403);
}

TEST_F(Credentials, TokenComesBeforeScopeBeforeBody) {
  const TestNode node(trusting());
  EXPECT_EQ(node.put(kIntent, "{", "junk").status, 401);
  EXPECT_EQ(node.put(kIntent, "{", token("utm.constraint_processing")).status, 403);
  EXPECT_EQ(node.put(kIntent, "{", token(kSc)).status, 400);
}

TEST_F(Credentials, AnIssuerGrantsNoMoreThanIsStated) {
  const TestNode plain(trusting());
  EXPECT_EQ(plain.get("/v1/zones", token("admin intents.read", "us")).status, 403) << "F3548 alone, unless stated";
  TestNode more(trusting([](NodeConfig& c) { c.auth.issuers[0].scopes = {"intents.read"}; }));
  EXPECT_EQ(more.get("/v1/zones", token("admin intents.read", "us")).status, 200);
  EXPECT_EQ(more.get("/log/" + more.node().log_origin() + "/checkpoint", token("log.read admin", "us")).status, 403);
  EXPECT_EQ(more.get(kIntent, token(kSc)).status, 403);
}

TEST_F(Credentials, BothKindsOfTokensWorkSideBySide) {
  const TestNode node(trusting());
  EXPECT_EQ(node.get("/v1/zones", node.token("us")).status, 200);
  EXPECT_EQ(node.get(kIntent, token(kSc)).status, 404);
}

TEST_F(Credentials, AReloadReadsKeysAgain) {
  TestNode node(trusting());
  const auto next = *net::JwtSigner::generate(net::JwtAlgorithm::kEdDsa);
  const std::string fresh = next.sign(claims("lab", "alpha", kSc));
  EXPECT_EQ(node.get(kIntent, fresh).status, 401);
  publish({&next});
  node.node().reload();
  EXPECT_TRUE(eventually([&] { return node.get(kIntent, fresh).status == 404; }));
  EXPECT_EQ(node.get(kIntent, token(kSc)).status, 401) << "the old key is not published any more";
}

TEST_F(Credentials, TroubleWithKeysIsSaid) {
  TestNode node(trusting());
  EXPECT_EQ(node.get("/readyz").body, "ready\n");
  std::ofstream(folder.path() / "jwks.json") << "{";
  node.node().reload();
  ASSERT_TRUE(eventually([&] { return node.get("/readyz").body != "ready\n"; }));
  EXPECT_THAT(node.get("/readyz").body, HasSubstr("ready, but issuer lab: its key files cannot be used any more"));
  EXPECT_THAT(node.get("/metrics").body, HasSubstr("tansiq_issuer_trouble{issuer=\"lab\"} 1"));
  EXPECT_EQ(node.get(kIntent, token(kSc)).status, 404) << "the keys of before stay";
}

TEST_F(Credentials, FiguresTellWhoWasTakenAndWhyNot) {
  const TestNode node(trusting());
  (void)node.get(kIntent, token(kSc));
  (void)node.get(kIntent, signer.sign(claims("lab", "alpha", kSc, "dss.example", -1)));
  const std::string metrics = node.get("/metrics").body;
  for (const char* line :
       {R"(tansiq_tokens_taken_total{by="issuer"} 1)", R"(tansiq_tokens_refused_total{reason="expired"} 1)",
        R"(tansiq_issuer_keys{issuer="lab"} 1)", "tansiq_test_mode 0", "tansiq_tls_trouble 0"}) {
    EXPECT_THAT(metrics, HasSubstr(line));
  }
}

TEST_F(Credentials, ConfigurationsThatMakeNoSenseDoNotOpen) {
  const auto refusal = [&](const std::function<void(NodeConfig&)>& change) {
    const TemporaryFolder data;
    NodeConfig config;
    trusting(change)(config);
    config.data_dir = data.path();
    const auto node = Node::open(config);
    return node ? std::string("(opened)") : node.error().text();
  };
  EXPECT_EQ(refusal({}), "(opened)");
  EXPECT_THAT(refusal([](NodeConfig& c) { c.auth.audiences.clear(); }), HasSubstr("name the audiences"));
  EXPECT_THAT(refusal([](NodeConfig& c) { c.auth.issuers[0].scopes = {"all"}; }), HasSubstr("there is no scope all"));
  EXPECT_THAT(refusal([](NodeConfig& c) { c.auth.subjects.per_second = 1'000'001; }), HasSubstr("limits.subject"));
  EXPECT_THAT(refusal([](NodeConfig& c) { c.auth.issuers[0].jwks_file += "x"; }), HasSubstr("jwks.jsonx"));
  EXPECT_THAT(refusal([](NodeConfig& c) { c.auth.issuers[0].jwks_url = "http://127.0.0.1/x"; }),
              HasSubstr("https alone"));
}

TEST_F(Credentials, LimitsAnswer429InTheFormOfTheFace) {
  const TestNode node(trusting([](NodeConfig& c) {
    c.auth.subjects = {.per_second = 1, .burst = 3};
    c.auth.addresses = {.per_second = 1, .burst = 2};
  }));
  // A second's worth may be filled up meanwhile: the limit is met within a few requests more.
  const auto limited = [&](std::string_view path, const std::string& as) {
    for (int i = 0; i < 200; ++i) {
      if (auto reply = node.get(path, as); reply.status == 429) return reply;
    }
    return net::ClientResponse{};
  };
  const auto f3548 = limited(kIntent, token(kSc));
  EXPECT_THAT(f3548.body, HasSubstr(R"({"message":"too many requests)"));
  EXPECT_EQ(f3548.headers.find("Retry-After"), "1");
  EXPECT_EQ(f3548.headers.find("WWW-Authenticate"), std::nullopt);
  const auto native = limited("/v1/zones", node.token("us"));
  EXPECT_THAT(native.body, HasSubstr("/problems/rate-limited"));
  EXPECT_EQ(native.headers.find("Retry-After"), "1");
  EXPECT_EQ(limited("/v1/zones", "").status, 429);
  EXPECT_EQ(node.get("/healthz").status, 200) << "what needs no token is not counted";
  EXPECT_THAT(node.get("/metrics").body, Not(HasSubstr(R"(tansiq_rate_limited_total{by="subject"} 0)")));
}

// --- test mode -------------------------------------------------------------------------------------------------------

TEST_F(Credentials, TheKeyOfTestModeIsThePublishedOne) {
  const auto published =
      net::JwtSigner::from_pem(read_file(TANSIQ_SOURCE_DIR "/examples/test-mode-key.pem", 1 << 20).value());
  ASSERT_TRUE(published) << published.error().text();
  const auto known = net::read_pem_keys(test_mode_public_key(), "built in");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->front().thumbprint(), published->key().thumbprint());
}

TEST_F(Credentials, TestModeIsLoudAndTakesThePublishedKey) {
  const auto published =
      *net::JwtSigner::from_pem(read_file(TANSIQ_SOURCE_DIR "/examples/test-mode-key.pem", 1 << 20).value());
  const std::string anybody = published.sign(claims(kTestIssuer, "alpha", std::string(kSc) + " admin", "localhost"));
  const std::string body = fmt::format(
      R"({{"extents":{{"volume":{{"outline_circle":{{"center":{{"lat":46.5,"lng":6.6}},"radius":{{"value":300,"units":"M"}}}}}},)"
      R"("time_end":{{"value":"{}","format":"RFC3339"}}}},"uss_base_url":"http://a.example",)"
      R"("notify_for_operational_intents":true}})",
      format_utc(kTestStart + 3'600'000));
  constexpr std::string_view kSubscription = "/dss/v1/subscriptions/00000000-0000-4000-8000-000000000002";

  const TestNode real(trusting());
  EXPECT_EQ(real.get(kIntent, anybody).status, 401);
  EXPECT_EQ(real.put(kSubscription, body, token(kSc)).status, 400) << "http is no address of a supplier";
  EXPECT_EQ(real.get("/healthz").headers.find(kTestModeHeader), std::nullopt);

  const TestNode test([](NodeConfig& c) { c.test_mode = true; });
  EXPECT_EQ(test.get(kIntent, anybody).status, 404);
  EXPECT_EQ(test.get("/v1/zones", anybody).status, 403) << "and grants nothing beyond the standard";
  EXPECT_EQ(test.put(kSubscription, body, anybody).status, 200);
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/v1/zones", "/nowhere", "/dss/v1/nowhere"}) {
    EXPECT_EQ(test.get(path).headers.find(kTestModeHeader), "on") << path;
  }
  EXPECT_THAT(test.get("/readyz").body, HasSubstr("ready, but in test mode"));
  EXPECT_THAT(test.get("/metrics").body, HasSubstr("tansiq_test_mode 1"));
}

TEST_F(Credentials, TestModeIsRefusedWithDataModeReal) {
  ProblemLog problems;
  const SystemClock clock;
  NodeConfig config;
  config.test_mode = true;
  for (const core::DataMode mode :
       {core::DataMode::kReal, core::DataMode::kExercise, core::DataMode::kTest, core::DataMode::kSimulated}) {
    const auto door = make_doorkeeper(config, net::TokenKey::generate(), mode, clock, problems);
    EXPECT_EQ(door.has_value(), mode != core::DataMode::kReal);
    if (!door) {
      EXPECT_EQ(door.error().code, ErrorCode::kForbidden);
    }
  }
}

// --- the certificate -------------------------------------------------------------------------------------------------

struct Pair {
  std::filesystem::path certificate, key;
  std::array<std::uint8_t, 32> hash{};
};

Pair make_pair(const std::filesystem::path& folder, const std::string& name) {
  Pair out{folder / (name + ".pem"), folder / (name + ".key"), {}};
  EXPECT_TRUE(net::make_identity({name, out.certificate.string(), out.key.string()}));
  out.hash = *net::certificate_key_sha256(out.certificate.string());
  return out;
}

TEST_F(Credentials, ANewCertificateServesNewConnectionsAndABrokenOneNobody) {
  const Pair now = make_pair(folder.path(), "now");
  const Pair next = make_pair(folder.path(), "next");
  TestNode node([&](NodeConfig& c) { c.tls = {now.certificate, now.key}; });
  const auto connect = [&](const Pair& pair) {
    return *net::HttpClient::create({.base_url = node.node().address(), .trust = {.key_sha256 = pair.hash}});
  };
  const auto kept = connect(now);
  ASSERT_TRUE(kept->get("/healthz"));
  EXPECT_THAT(kept->get("/metrics")->body, HasSubstr("tansiq_tls_valid_until_timestamp_seconds 253402300799"));

  // The certificate alone: it does not fit the key that is still there.
  std::filesystem::copy_file(next.certificate, now.certificate, std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(eventually([&] { return kept->get("/readyz")->body != "ready\n"; })) << "noticed without a signal";
  EXPECT_EQ(kept->get("/readyz")->body, "ready, but the new certificate cannot be used, the old one stays\n");
  EXPECT_TRUE(connect(now)->get("/healthz")) << "new connections get the old certificate";
  EXPECT_THAT(kept->get("/metrics")->body, HasSubstr("tansiq_tls_trouble 1"));

  std::filesystem::rename(next.key, now.key);
  node.node().reload();
  ASSERT_TRUE(eventually([&] { return connect(next)->get("/healthz").has_value(); }));
  EXPECT_FALSE(connect(now)->get("/healthz"));
  EXPECT_EQ(kept->get("/readyz")->body, "ready\n") << "a connection of before lives on";
  EXPECT_THAT(kept->get("/metrics")->body, HasSubstr("tansiq_tls_renewals_total 1"));
}

}  // namespace
}  // namespace tansiq::node
