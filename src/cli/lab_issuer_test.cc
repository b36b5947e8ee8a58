#include "cli/lab_issuer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_in.h"
#include "net/jwt.h"

namespace tansiq::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcMs kNow{1'795'341'600'000};

class LabIssuerTest : public ::testing::Test {
 protected:
  net::Response ask(net::Method method, std::string_view target, std::string body = {},
                    std::string_view type = "application/x-www-form-urlencoded") {
    net::Request request = net::make_request(method, target, std::move(body));
    request.headers.add("Content-Type", type);
    return issuer.answer(request);
  }
  net::Response get(std::string_view target) { return ask(net::Method::kGet, target); }
  std::vector<net::JwtKey> published() { return net::read_jwks(get("/.well-known/jwks.json").body)->keys; }
  /// The claims of the token in an answer, when its signature is by a published key.
  net::TokenResult<net::JwtClaims> claims(const net::Response& answer) {
    const auto document = JsonDocument::parse(answer.body);
    if (!document || !document->root().find("access_token")) {
      return std::unexpected(net::TokenRefusal{net::TokenFault::kMissing, answer.body});
    }
    const auto jwt = net::parse_jwt(*document->root().at("access_token")->string());
    if (!jwt) return std::unexpected(jwt.error());
    if (const auto good = net::check_signature(*jwt, published()); !good) return std::unexpected(good.error());
    return jwt->claims;
  }

  ManualClock clock{kNow};
  LabIssuer issuer{{.name = "lab"}, *net::JwtSigner::generate(net::JwtAlgorithm::kEdDsa), clock};
};

TEST_F(LabIssuerTest, AnswersGetAndPostAlike) {
  for (const net::Response& answer :
       {get("/token?grant_type=client_credentials&sub=alpha&intended_audience=dss.example&scope=a%20b"),
        get("/token?sub=alpha&aud=dss.example&scope=a+b"),
        ask(net::Method::kPost, "/token",
            "grant_type=client_credentials&client_id=alpha&audience=dss%2Eexample&scope=a+b")}) {
    const auto made = claims(answer);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->issuer, "lab");
    EXPECT_EQ(made->subject, "alpha");
    EXPECT_THAT(made->audiences, ElementsAre("dss.example"));
    EXPECT_THAT(made->scopes, ElementsAre("a", "b"));
    EXPECT_EQ(made->expires, kNow + 3'600'000);
    EXPECT_EQ(answer.headers.find("Cache-Control"), "no-store");
    EXPECT_THAT(answer.body, HasSubstr(R"("token_type":"Bearer")"));
  }
}

TEST_F(LabIssuerTest, MakesExpiredTokensOnRequest) {
  const auto made = claims(get("/token?sub=a&aud=b&ttl=-5"));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->expires, kNow - 5'000);
  EXPECT_LT(*made->issued, made->expires);
}

TEST_F(LabIssuerTest, RefusesInTheFormOfRfc6749) {
  const auto refusal = [](const net::Response& answer) { return fmt::format("{} {}", answer.status, answer.body); };
  EXPECT_THAT(refusal(get("/token?aud=b")), HasSubstr(R"(400 {"error":"invalid_request")"));
  EXPECT_THAT(refusal(get("/token?sub=a")), HasSubstr("intended_audience"));
  EXPECT_THAT(refusal(get("/token?sub=a&aud=b&grant_type=password")), HasSubstr("unsupported_grant_type"));
  for (const char* ttl : {"x", "1x", "86401", "-86401", "99999999999999999999"}) {
    EXPECT_THAT(refusal(get(fmt::format("/token?sub=a&aud=b&ttl={}", ttl))), HasSubstr("ttl is")) << ttl;
  }
  EXPECT_THAT(refusal(ask(net::Method::kPost, "/token", "{}", "application/json")), HasSubstr("form"));
  EXPECT_THAT(refusal(ask(net::Method::kPost, "/token", "sub=%zz")), HasSubstr("invalid_request"));
  EXPECT_THAT(refusal(ask(net::Method::kPost, "/token", std::string(17'000, 'a'))), HasSubstr("too large"));
  EXPECT_EQ(get("/tokens").status, 404);
  EXPECT_EQ(get("/rotate").status, 404);
}

TEST_F(LabIssuerTest, RotatesWithTheOldKeyPublishedOrForgotten) {
  const net::Response before = get("/token?sub=a&aud=b");
  ASSERT_EQ(ask(net::Method::kPost, "/rotate").status, 200);
  EXPECT_EQ(published().size(), 2U);
  EXPECT_TRUE(claims(before));
  EXPECT_TRUE(claims(get("/token?sub=a&aud=b")));
  ASSERT_EQ(ask(net::Method::kPost, "/rotate?forget=true").status, 200);
  EXPECT_EQ(published().size(), 1U);
  EXPECT_FALSE(claims(before));
  EXPECT_TRUE(claims(get("/token?sub=a&aud=b")));
  for (int i = 0; i < 10; ++i) ASSERT_EQ(ask(net::Method::kPost, "/rotate").status, 200);
  EXPECT_EQ(published().size(), 4U) << "not without end";
}

TEST_F(LabIssuerTest, SaysThatItIsForLaboratories) { EXPECT_THAT(get("/").body, HasSubstr("laboratories")); }

}  // namespace
}  // namespace tansiq::cli
