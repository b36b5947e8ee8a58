// Making JSON Web Tokens: for the issuer of laboratories (`tansiq oauth-dev`) and for tests. A node never signs one.
//
//   const JwtSigner signer = TRY(JwtSigner::generate(JwtAlgorithm::kRs256));
//   std::string token = signer.sign(R"({"iss":"lab","sub":"alpha",…})");
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "net/jwt_key.h"

namespace tansiq::net {

class JwtSigner {
 public:
  /// RSA with 2,048 bits, P-256 or Ed25519; named by its thumbprint. RSA takes up to a second.
  [[nodiscard]] static Result<JwtSigner> generate(JwtAlgorithm algorithm);
  /// A private key in PEM without pass phrase. Fails with `kInvalid` where `JwtKey` would refuse its public half.
  [[nodiscard]] static Result<JwtSigner> from_pem(std::string_view pem);
  /// PKCS#8.
  [[nodiscard]] std::string pem() const;

  [[nodiscard]] const JwtKey& key() const { return key_; }
  [[nodiscard]] std::string_view key_id() const { return *key_.key_id(); }
  /// The token of these claims: header `{"alg":…,"kid":…,"typ":"JWT"}`.
  [[nodiscard]] std::string sign(std::string_view claims_json) const;
  /// The same with any header, for tests of whoever verifies.
  [[nodiscard]] std::string sign(std::string_view header_json, std::string_view claims_json) const;

 private:
  explicit JwtSigner(JwtKey key) : key_(std::move(key)) {}
  JwtKey key_;  // Its OpenSSL object holds the private half, too.
};

}  // namespace tansiq::net
