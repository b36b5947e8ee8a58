#include "net/bearer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "net/doorkeeper.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcMs kNow{1'763'805'600'000};

TokenClaims claims() {
  return {.subject = "ops",
          .scopes = {"intents.write", "intents.read"},
          .issued = kNow,
          .expires = kNow + 60'000,
          .token_id = "a1"};
}

/// A key whose secret is known, for vectors: 0, 1, 2, … 31.
TokenKey known_key(const TemporaryFolder& directory) {
  Bytes secret;
  for (std::uint8_t i = 0; i < 32; ++i) secret.push_back(i);
  const std::string file = directory.file("known.key");
  std::ofstream(file) << "tansiq-token-key-1 " << to_base64(secret) << "\n";
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  auto key = TokenKey::load(file);
  EXPECT_TRUE(key) << key.error().text();
  return *key;
}

// The format is stored in people's configuration: this vector must never change. The MAC was computed with
// `openssl dgst -sha256 -mac HMAC`.
TEST(Token, VectorOfTheFormat) {
  const TemporaryFolder directory;
  const TokenKey key = known_key(directory);
  const std::string payload =
      R"({"exp":1763805660000,"iat":1763805600000,"jti":"a1","scope":["intents.read","intents.write"],"sub":"ops"})";
  EXPECT_EQ(write_token_payload(claims()), payload);
  EXPECT_EQ(to_hex(key.mac("tsq1.e30")), "8e981808fde941bb36d559ca9c8c9d4d9fa5cb2376c517d8e0a7c4ce9d214d84");
  const auto token = mint_token(key, claims());
  ASSERT_TRUE(token);
  const std::string body = "tsq1." + to_base64url(as_bytes(payload));
  EXPECT_EQ(*token, body + "." + to_base64url(key.mac(body)));
}

TEST(Token, IsValidUntilItExpires) {
  const TokenKey key = TokenKey::generate();
  const auto token = mint_token(key, claims());
  ASSERT_TRUE(token);
  const auto verified = verify_token(key, *token, kNow);
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_EQ(verified->subject, "ops");
  EXPECT_THAT(verified->scopes, ElementsAre("intents.read", "intents.write"));
  EXPECT_EQ(verified->token_id, "a1");
  EXPECT_TRUE(verify_token(key, *token, kNow + 59'999));
  EXPECT_THAT(verify_token(key, *token, kNow + 60'000).error().message, HasSubstr("expired at"));
  EXPECT_TRUE(verify_token(key, *token, kNow - kTokenClockSkewMs));
  EXPECT_THAT(verify_token(key, *token, kNow - kTokenClockSkewMs - 1).error().message, HasSubstr("not come yet"));
}

TEST(Token, EveryFlippedBitAndEveryOtherByteIsRefused) {
  const TokenKey key = TokenKey::generate();
  const std::string token = *mint_token(key, claims());
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (int other = 0; other < 256; ++other) {
      std::string changed = token;
      changed[i] = static_cast<char>(other);
      ASSERT_EQ(verify_token(key, changed, kNow).has_value(), changed == token) << "byte " << i << " as " << other;
    }
    EXPECT_FALSE(verify_token(key, token.substr(0, i), kNow));
    EXPECT_FALSE(verify_token(key, token.substr(0, i) + token.substr(i + 1), kNow));
  }
  for (const char* suffix : {"=", "A", ".", " ", "\n"}) EXPECT_FALSE(verify_token(key, token + suffix, kNow));
}

TEST(Token, OfAnotherKeyIsRefused) {
  const std::string token = *mint_token(TokenKey::generate(), claims());
  const auto refused = verify_token(TokenKey::generate(), token, kNow);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(refused.error().message, "the token is not valid here");
}

TEST(Token, PayloadHasOneSpelling) {
  EXPECT_TRUE(parse_token_payload(R"({"exp":2,"iat":1,"jti":"a","scope":[],"sub":"b"})"));
  for (const char* text :
       {"", "{}", R"({"iat":1,"exp":2,"jti":"a","scope":[],"sub":"b"})",
        R"({"exp":2,"iat":1,"jti":"a","scope":[],"sub":"b"} )",
        R"({"exp":2,"iat":1,"jti":"a","scope":[],"sub":"b","x":1})",
        R"({"exp":2e0,"iat":1,"jti":"a","scope":[],"sub":"b"})",
        R"({"exp":2,"exp":3,"iat":1,"jti":"a","scope":[],"sub":"b"})",
        R"({"exp":2,"iat":1,"jti":"a","scope":["y","x"],"sub":"b"})",
        R"({"exp":2,"iat":1,"jti":"a","scope":["x","x"],"sub":"b"})",
        R"({"exp":2,"iat":1,"jti":"a","scope":[1],"sub":"b"})",
        R"({"exp":2,"iat":1,"jti":"\u0061","scope":[],"sub":"b"})",
        R"({"exp":1,"iat":1,"jti":"a","scope":[],"sub":"b"})", R"({"exp":2,"iat":-1,"jti":"a","scope":[],"sub":"b"})",
        R"({"exp":2,"iat":1,"jti":"a","scope":[],"sub":""})", R"({"exp":2,"iat":1,"jti":"a","scope":[],"sub":"a b"})",
        R"({"exp":2,"iat":1,"jti":"a","scope":{},"sub":"b"})",
        R"({"exp":9999999999999999,"iat":1,"jti":"a","scope":[],"sub":"b"})"}) {
    EXPECT_FALSE(parse_token_payload(text)) << text;
  }
}

TEST(Token, MintingChecksItsClaims) {
  const TokenKey key = TokenKey::generate();
  const auto minted = [&](const std::function<void(TokenClaims&)>& change) {
    TokenClaims c = claims();
    change(c);
    const auto token = mint_token(key, c);
    return token ? "" : token.error().where;
  };
  EXPECT_EQ(minted([](TokenClaims&) {}), "");
  EXPECT_EQ(minted([](TokenClaims& c) { c.token_id.clear(); }), "");  // one is drawn
  EXPECT_EQ(minted([](TokenClaims& c) { c.subject = ""; }), "sub");
  EXPECT_EQ(minted([](TokenClaims& c) { c.subject = std::string(65, 'a'); }), "sub");
  EXPECT_EQ(minted([](TokenClaims& c) { c.scopes = {"a b"}; }), "scope");
  EXPECT_EQ(minted([](TokenClaims& c) { c.expires = c.issued; }), "exp");
  EXPECT_EQ(minted([](TokenClaims& c) {
              for (std::size_t i = 0; i <= kTokenScopesMax; ++i) c.scopes.insert("s" + std::to_string(i));
            }),
            "scope");
  EXPECT_EQ(minted([](TokenClaims& c) {
              for (std::size_t i = 0; i < 60; ++i) c.scopes.insert(std::string(60, 's') + std::to_string(i));
            }),
            "scope");  // too long as a whole
}

TEST(TokenKey, IsKeptPrivatelyAndNeverOverwritten) {
  const TemporaryFolder directory;
  const std::string file = directory.file("token.key");
  const TokenKey key = TokenKey::generate();
  ASSERT_TRUE(key.save(file));
  struct stat info{};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(TokenKey::load(file)->mac("x"), key.mac("x"));
  EXPECT_EQ(TokenKey::generate().save(file).error().code, ErrorCode::kConflict);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_EQ(TokenKey::load(file).error().code, ErrorCode::kForbidden);
  EXPECT_EQ(TokenKey::load(directory.file("none")).error().code, ErrorCode::kIo);
}

TEST(TokenKey, RefusesOtherFiles) {
  const TemporaryFolder directory;
  for (const char* text :
       {"", "tansiq-token-key-1 ", "tansiq-token-key-1 AAAA\n", "tansiq-token-key-2 x", "tansiq-token-key-1 !\n"}) {
    const std::string file = directory.file("bad.key");
    std::ofstream(file) << text;
    ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
    EXPECT_EQ(TokenKey::load(file).error().code, ErrorCode::kMalformed) << text;
  }
}

Request request_with(std::string_view authorization) {
  Request request = make_request(Method::kGet, "/");
  if (!authorization.empty()) request.headers.add("Authorization", authorization);
  return request;
}

TEST(Authenticator, ReadsTheHeaderStrictly) {
  EXPECT_EQ(*bearer_token(request_with("bearer abc")), "abc");
  for (const char* text : {"", "Bearer", "Bearer ", "Basic abc", "abc"}) {
    EXPECT_EQ(bearer_token(request_with(text)).error().code, ErrorCode::kUnauthenticated) << text;
  }
  EXPECT_FALSE(bearer_token(request_with("Bearer " + std::string(kBearerBytesMax + 1, 'a'))));
  Request twice = request_with("Bearer a");
  twice.headers.add("authorization", "Bearer a");
  EXPECT_FALSE(bearer_token(twice));
}

TEST(Authenticator, TellsWhoAndAsksForTheScope) {
  const TokenKey key = TokenKey::generate();
  ManualClock clock(kNow);
  const Doorkeeper authenticator(key, clock, nullptr);
  const Request request = request_with("Bearer " + *mint_token(key, claims()));
  EXPECT_EQ(authenticate(authenticator, request, "")->subject, "ops");
  EXPECT_EQ(authenticate(authenticator, request, "intents.read")->expires, kNow + 60'000);
  EXPECT_EQ(authenticate(authenticator, request, "zones.write").error().code, ErrorCode::kForbidden);
  EXPECT_EQ(authenticate(authenticator, request_with(""), "").error().code, ErrorCode::kUnauthenticated);
  clock.advance(60'000);
  EXPECT_EQ(authenticate(authenticator, request, "").error().code, ErrorCode::kUnauthenticated);
}

TEST(Authenticator, ChallengesAsRfc6750Says) {
  const auto challenge = [](int status, std::string_view authorization, std::string_view scope) {
    Response response;
    response.status = status;
    add_challenge(response, request_with(authorization), scope);
    return std::string(*response.headers.find("WWW-Authenticate"));
  };
  EXPECT_EQ(challenge(401, "", ""), R"(Bearer realm="tansiq")");
  EXPECT_EQ(challenge(401, "Bearer x", ""), R"(Bearer realm="tansiq", error="invalid_token")");
  EXPECT_EQ(challenge(403, "Bearer x", "a.b"), R"(Bearer realm="tansiq", error="insufficient_scope", scope="a.b")");
}

}  // namespace
}  // namespace tansiq::net
