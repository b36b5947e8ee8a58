// One test for each refusal; `Jwt.TakesAValidToken` is the token that every other one changes in one place.
#include "net/jwt.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/jwt_sign.h"

namespace tansiq::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcMs kNow{1'795'341'600'000};
constexpr std::int64_t kNowS = kNow.ms / 1'000;

const JwtSigner& signer(JwtAlgorithm algorithm = JwtAlgorithm::kEdDsa) {
  static const std::array<JwtSigner, 3> signers{*JwtSigner::generate(JwtAlgorithm::kRs256),
                                                *JwtSigner::generate(JwtAlgorithm::kEs256),
                                                *JwtSigner::generate(JwtAlgorithm::kEdDsa)};
  return signers.at(static_cast<std::size_t>(algorithm));
}

/// Claims as JSON, member by member; an empty value takes a member out.
struct Claims {
  std::vector<std::pair<std::string, std::string>> members{{"iss", R"("https://issuer.example")"},
                                                           {"sub", R"("alpha")"},
                                                           {"aud", R"("dss.example")"},
                                                           {"scope", R"("utm.strategic_coordination a.b")"},
                                                           {"exp", fmt::format("{}", kNowS + 3'600)},
                                                           {"jti", R"("t-1")"}};
  Claims& set(const std::string& name, const std::string& value) {
    std::erase_if(members, [&](const auto& m) { return m.first == name; });
    if (!value.empty()) members.emplace_back(name, value);
    return *this;
  }
  [[nodiscard]] std::string json() const {
    std::string out;
    for (const auto& [name, value] : members) out += fmt::format(R"(,"{}":{})", name, value);
    return "{" + out.substr(1) + "}";
  }
};
Claims with(const std::string& name, const std::string& value) { return Claims().set(name, value); }

/// The whole way: form, signature by `keys`, claims.
TokenResult<JwtClaims> verify(std::string_view token, const std::vector<JwtKey>& keys, UtcMs now = kNow) {
  auto jwt = parse_jwt(token);
  if (!jwt) return std::unexpected(jwt.error());
  if (auto good = check_signature(*jwt, keys); !good) return std::unexpected(good.error());
  const std::vector<std::string> audiences{"dss.example", "dss-2.example"};
  if (auto good = check_claims(jwt->claims, {.audiences = audiences}, now); !good) return std::unexpected(good.error());
  return jwt->claims;
}
std::string fault(std::string_view token, UtcMs now = kNow) {
  const auto claims = verify(token, {signer().key()}, now);
  return claims ? "(taken)" : std::string(to_text(claims.error().fault));
}
std::string fault(const Claims& claims, UtcMs now = kNow) { return fault(signer().sign(claims.json()), now); }
/// Of the valid claims under another header.
std::string fault_of_header(std::string_view header) { return fault(signer().sign(header, Claims().json())); }

TEST(Jwt, TakesAValidToken) {
  for (const JwtAlgorithm algorithm : kJwtAlgorithms) {
    const auto claims = verify(signer(algorithm).sign(Claims().json()), {signer(algorithm).key()});
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_EQ(claims->issuer, "https://issuer.example");
    EXPECT_EQ(claims->subject, "alpha");
    EXPECT_THAT(claims->scopes, ElementsAre("a.b", "utm.strategic_coordination"));
    EXPECT_EQ(claims->expires, kNow + 3'600'000);
    EXPECT_EQ(claims->token_id, "t-1");
  }
}

TEST(Jwt, RefusesOtherForms) {
  const std::string good = signer().sign(Claims().json());
  const std::size_t dot = good.find('.');
  const std::size_t last = good.rfind('.');
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good.substr(0, last), good + ".",
        "." + good, good + "=", good + "\n", " " + good, good.substr(0, dot) + "=" + good.substr(dot),
        good.substr(0, last - 1) + "+" + good.substr(last)}) {
    EXPECT_EQ(fault(token), "form") << token;
  }
  EXPECT_EQ(fault(good.substr(0, last + 1)), "signature") << "an empty signature";
}

TEST(Jwt, RefusesPartsThatAreNotStrictJson) {
  const std::string header = R"({"alg":"EdDSA"})";
  for (const char* payload :
       {"", "[]", "1", "{", "{} ", R"({"iss":1})", R"({"iss":"a","iss":"b"})", "\xef\xbb\xbf{}"}) {
    EXPECT_EQ(fault(signer().sign(header, payload)), "form") << payload;
  }
  for (const char* bad : {"", "[]", R"({"alg":1})", R"({"alg":"EdDSA","kid":1})", R"({"alg":"EdDSA","typ":[]})",
                          R"({"alg":"EdDSA","alg":"none"})"}) {
    EXPECT_EQ(fault_of_header(bad), "form") << bad;
  }
  std::string deep = R"({"iss":"a","exp":1,"x":)";
  deep += std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_EQ(fault(signer().sign(header, deep)), "form");
}

TEST(Jwt, RefusesRepeatedMembers) {
  std::string json = Claims().json();
  json.insert(json.size() - 1, R"(,"sub":"bravo")");
  EXPECT_EQ(fault(signer().sign(json)), "form");
}

TEST(Jwt, RefusesLongTokens) {
  const auto padded = [](std::size_t bytes) {
    return signer().sign(with("x", "\"" + std::string(bytes, 'x') + "\"").json());
  };
  EXPECT_EQ(fault(padded(11'000)), "(taken)");
  EXPECT_EQ(fault(padded(12'500)), "too_long");
}

TEST(Jwt, RefusesNoneAndUnknownAlgorithms) {
  for (const char* alg : {"none", "None", "HS256", "RS512", "PS256", "ES384", "ES256K", "eddsa", "Ed25519", ""}) {
    EXPECT_EQ(fault_of_header(fmt::format(R"({{"alg":"{}"}})", alg)), "algorithm") << alg;
  }
  EXPECT_EQ(fault_of_header("{}"), "algorithm");
  // Without a signature, as `none` would have it.
  EXPECT_EQ(fault(to_base64url(as_bytes(R"({"alg":"none"})")) + "." + to_base64url(as_bytes(Claims().json())) + "."),
            "algorithm");
}

TEST(Jwt, TheKeyDecidesTheAlgorithm) {
  // A token that says RS256, signed by whatever: an Ed25519 key is not even tried.
  EXPECT_EQ(fault_of_header(R"({"alg":"RS256"})"), "key");
  EXPECT_EQ(fault_of_header(R"({"alg":"ES256"})"), "key");
  for (const JwtAlgorithm algorithm : kJwtAlgorithms) {
    for (const JwtAlgorithm other : kJwtAlgorithms) {
      const auto claims = verify(signer(algorithm).sign(Claims().json()), {signer(other).key()});
      EXPECT_EQ(claims.has_value(), algorithm == other);
    }
  }
}

TEST(Jwt, RefusesCriticalExtensions) {
  EXPECT_EQ(fault_of_header(R"({"alg":"EdDSA","crit":["b64"],"b64":false})"), "critical");
  EXPECT_EQ(fault_of_header(R"({"alg":"EdDSA","crit":[]})"), "critical");
}

TEST(Jwt, RefusesOtherKindsOfTokens) {
  for (const char* typ : {"JWT", "jwt", "at+jwt", "application/at+jwt"}) {
    EXPECT_EQ(fault_of_header(fmt::format(R"({{"alg":"EdDSA","typ":"{}"}})", typ)), "(taken)") << typ;
  }
  for (const char* typ : {"dpop+jwt", "logout+jwt", "JOSE", ""}) {
    EXPECT_EQ(fault_of_header(fmt::format(R"({{"alg":"EdDSA","typ":"{}"}})", typ)), "type") << typ;
  }
}

TEST(Jwt, KeysInTheTokenAreNotLookedAt) {
  const auto stranger = JwtSigner::generate(JwtAlgorithm::kEdDsa);
  const std::string header =
      fmt::format(R"({{"alg":"EdDSA","jwk":{},"jku":"https://evil.example/keys"}})", stranger->key().jwk_json());
  EXPECT_EQ(fault(stranger->sign(header, Claims().json())), "signature");
}

TEST(Jwt, TheKidChooses) {
  const auto other = JwtSigner::generate(JwtAlgorithm::kEdDsa);
  const std::vector<JwtKey> both{other->key(), signer().key()};
  EXPECT_TRUE(verify(signer().sign(Claims().json()), both));
  EXPECT_TRUE(verify(signer().sign(R"({"alg":"EdDSA"})", Claims().json()), both)) << "without kid all are tried";
  const auto unknown = verify(signer().sign(R"({"alg":"EdDSA","kid":"x"})", Claims().json()), both);
  EXPECT_EQ(unknown.error().fault, TokenFault::kKey);
  EXPECT_THAT(unknown.error().detail, HasSubstr("kid x"));
  const auto wrong =
      verify(signer().sign(fmt::format(R"({{"alg":"EdDSA","kid":"{}"}})", other->key_id()), Claims().json()), both);
  EXPECT_EQ(wrong.error().fault, TokenFault::kSignature) << "the other key is not tried";
  EXPECT_EQ(verify(signer().sign(Claims().json()), {}).error().fault, TokenFault::kKey);
}

TEST(Jwt, RefusesAbsentIssuers) {
  EXPECT_EQ(fault(with("iss", "")), "form");
  EXPECT_EQ(fault(with("iss", R"("")")), "form");
}

TEST(Jwt, RefusesSubjectsThatAreNone) {
  EXPECT_EQ(fault(with("sub", "")), "subject");
  EXPECT_EQ(fault(with("sub", R"("")")), "subject");
  EXPECT_EQ(fault(with("sub", "\"" + std::string(500, 's') + "\"")), "(taken)");
  EXPECT_EQ(fault(with("sub", "\"" + std::string(501, 's') + "\"")), "subject");
  EXPECT_EQ(fault(with("sub", "null")), "form");
}

TEST(Jwt, TheAudienceIsOneOfOurs) {
  EXPECT_EQ(fault(with("aud", R"("dss-2.example")")), "(taken)");
  EXPECT_EQ(fault(with("aud", R"(["x","dss.example"])")), "(taken)");
  for (const char* aud :
       {"", R"("")", R"("dss.example:443")", R"("DSS.example")", R"("https://dss.example")", "[]", R"(["x"])"}) {
    EXPECT_EQ(fault(with("aud", aud)), "audience") << aud;
  }
  EXPECT_EQ(fault(with("aud", R"([1])")), "form");
  EXPECT_EQ(fault(with("aud", R"({"dss.example":1})")), "form");
}

TEST(Jwt, ExpiresToTheMillisecond) {
  EXPECT_EQ(fault(with("exp", "")), "form");
  EXPECT_EQ(fault(with("exp", R"("1")")), "form");
  EXPECT_EQ(fault(with("exp", "-1")), "form");
  EXPECT_EQ(fault(with("exp", "1e300")), "form");
  const Claims claims = with("exp", fmt::format("{}", kNowS + 60));
  EXPECT_EQ(fault(claims, kNow + 59'999), "(taken)");
  EXPECT_EQ(fault(claims, kNow + 60'000), "expired");
  const Claims fraction = with("exp", fmt::format("{}.5", kNowS + 60));
  EXPECT_EQ(fault(fraction, kNow + 60'499), "(taken)");
  EXPECT_EQ(fault(fraction, kNow + 60'500), "expired");
}

TEST(Jwt, ExpiresWithinTheHour) {
  const Claims claims = with("exp", fmt::format("{}", kNowS + 3'600));
  EXPECT_EQ(fault(claims, kNow - kJwtLeewayMs), "(taken)");
  EXPECT_EQ(fault(claims, kNow - kJwtLeewayMs - 1), "expires_too_late");
}

TEST(Jwt, HasBegun) {
  for (const char* name : {"nbf", "iat"}) {
    const Claims claims = with(name, fmt::format("{}", kNowS + 60));
    EXPECT_EQ(fault(claims, kNow + 60'000 - kJwtLeewayMs), "(taken)") << name;
    EXPECT_EQ(fault(claims, kNow + 60'000 - kJwtLeewayMs - 1), "not_yet") << name;
    EXPECT_EQ(fault(with(name, R"("x")")), "form") << name;
  }
}

TEST(Jwt, TheScopeIsOneText) {
  EXPECT_EQ(fault(with("scope", R"(["a"])")), "scope");
  EXPECT_EQ(fault(with("scope", "null")), "scope");
  for (const char* none : {"", R"("")", R"("  ")"}) {
    EXPECT_TRUE(verify(signer().sign(with("scope", none).json()), {signer().key()})->scopes.empty()) << none;
  }
  // Another claim with scopes is none.
  EXPECT_TRUE(
      verify(signer().sign(with("scope", "").set("scp", R"("admin")").json()), {signer().key()})->scopes.empty());
}

TEST(Jwt, ATokenWithoutIdIsNamedByItsHash) {
  const auto one = verify(signer().sign(with("jti", "").json()), {signer().key()});
  EXPECT_EQ(one->token_id.size(), 16U);
}

TEST(Jwt, ClientsLearnNothingBeforeTheSignature) {
  for (const TokenFault before : {TokenFault::kForm, TokenFault::kAlgorithm, TokenFault::kCritical, TokenFault::kType,
                                  TokenFault::kIssuer, TokenFault::kKey}) {
    EXPECT_EQ(client_message(before), client_message(TokenFault::kSignature));
  }
}

RC_GTEST_PROP(Jwt, NoChangedByteIsTaken, ()) {
  const std::string good = signer().sign(Claims().json());
  std::string changed = good;
  changed[*rc::gen::inRange<std::size_t>(0, good.size())] = *rc::gen::arbitrary<char>();
  RC_ASSERT((fault(changed) == "(taken)") == (changed == good));
}

}  // namespace
}  // namespace tansiq::net
