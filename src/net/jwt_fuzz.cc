// Tokens and keys of strangers: no text is taken without a signature, whatever is taken obeys the rules, and neither
// parser depends on anything but the text.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/invariant.h"
#include "net/jwt.h"
#include "net/jwt_sign.h"

using namespace tansiq;
using namespace tansiq::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const JwtSigner signer = *JwtSigner::generate(JwtAlgorithm::kEdDsa);
  static const std::vector<std::string> audiences{"dss"};
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  // As a token.
  if (const auto jwt = parse_jwt(input)) {
    EXPECT_INVARIANT(input.size() <= kBearerBytesMax);
    EXPECT_INVARIANT(!jwt->claims.issuer.empty() && !jwt->claims.token_id.empty());
    const JwtKey keys[] = {signer.key()};
    EXPECT_INVARIANT(!check_signature(*jwt, keys));
  }

  // As the claims of a token with a good signature.
  const std::string token = signer.sign(input);
  if (const auto jwt = parse_jwt(token)) {
    const JwtKey keys[] = {signer.key()};
    EXPECT_INVARIANT(check_signature(*jwt, keys).has_value());
    const UtcMs now = jwt->claims.expires - 1;
    if (check_claims(jwt->claims, {.audiences = audiences}, now)) {
      EXPECT_INVARIANT(!jwt->claims.subject.empty() && jwt->claims.subject.size() <= kSubjectBytesMax);
      EXPECT_INVARIANT(std::ranges::find(jwt->claims.audiences, "dss") != jwt->claims.audiences.end());
      EXPECT_INVARIANT(!check_claims(jwt->claims, {.audiences = audiences}, jwt->claims.expires));
    }
    for (const std::string& scope : jwt->claims.scopes) {
      EXPECT_INVARIANT(!scope.empty() && scope.find(' ') == std::string::npos);
    }
  }

  // As the header of one.
  (void)parse_jwt(signer.sign(input, R"({"iss":"a","exp":1})"));

  // As the keys of an issuer. What is read can be published, and read again.
  if (const auto set = read_jwks(input)) {
    EXPECT_INVARIANT(!set->keys.empty() && set->keys.size() <= kKeysPerIssuerMax);
    for (const JwtKey& key : set->keys) {
      const auto again = read_jwks("{\"keys\":[" + key.jwk_json() + "]}");
      EXPECT_INVARIANT(again.has_value() && again->keys.front().thumbprint() == key.thumbprint());
      EXPECT_INVARIANT(!key.verify("text", Bytes(64, 1)));
    }
  }
  (void)read_pem_keys(input, "input");
  return 0;
}
