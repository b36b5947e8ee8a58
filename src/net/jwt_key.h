// Public keys of token issuers, each for exactly one algorithm.
//
//   const std::vector<JwtKey> keys = TRY(read_pem_keys(text, "issuer.pem"));
//   const KeySet set = TRY(read_jwks(body));
//   bool good = keys[0].verify(signed_text, signature);
//
// The kind of a key decides which algorithm it verifies, whatever a token says of itself: RSA is RS256, P-256 is ES256,
// Ed25519 is EdDSA. So no token can have an RSA key taken for an HMAC secret, or choose `none` (RFC 8725, 3.1). Keys of
// other kinds, RSA below 2048 bits, and other curves are refused when they are read.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/json_in.h"
#include "base/result.h"

namespace tansiq::net {

enum class JwtAlgorithm : std::uint8_t { kRs256, kEs256, kEdDsa };
inline constexpr std::array<JwtAlgorithm, 3> kJwtAlgorithms{JwtAlgorithm::kRs256, JwtAlgorithm::kEs256,
                                                            JwtAlgorithm::kEdDsa};

/// "RS256", "ES256", "EdDSA": as in the header of a token. Names are compared byte by byte.
[[nodiscard]] std::string_view to_text(JwtAlgorithm algorithm);
[[nodiscard]] std::optional<JwtAlgorithm> parse_jwt_algorithm(std::string_view name);

inline constexpr int kRsaBitsMin = 2'048;
/// Verifying takes time that grows with the square of this.
inline constexpr int kRsaBitsMax = 8'192;
/// Bounds of one issuer's keys, as file or document.
inline constexpr std::size_t kKeysPerIssuerMax = 32;
inline constexpr std::size_t kKeyDocumentBytesMax = 256U << 10;

/// A public key. Cheap to copy; any thread.
class JwtKey {
 public:
  /// One `kty` of a JWK (RFC 7517, 7518, 8037). Fails with `kUnsupported` (a kind, use or algorithm that is not for
  /// us), `kInvalid` (too short, not on the curve, `alg` that does not fit, a private key) or `kMalformed`.
  [[nodiscard]] static Result<JwtKey> from_jwk(const JsonValue& jwk);

  [[nodiscard]] JwtAlgorithm algorithm() const { return algorithm_; }
  /// Absent where the key came without a name: it then serves tokens with any `kid`.
  [[nodiscard]] const std::optional<std::string>& key_id() const { return key_id_; }

  /// Whether `signature` is this key's of `text`. An ES256 signature is r and s, 32 bytes each (RFC 7518, 3.4).
  [[nodiscard]] bool verify(std::string_view text, ByteView signature) const;

  /// SHA-256 of the JWK's required members (RFC 7638), base64url.
  [[nodiscard]] std::string thumbprint() const;
  /// The JWK with `alg`, `kid` and `use`; what an issuer publishes.
  [[nodiscard]] std::string jwk_json() const;

 private:
  friend class JwtSigner;
  friend Result<std::vector<JwtKey>> read_pem_keys(std::string_view text, const std::string& where);
  struct Impl;
  /// The key's kind, size and curve decide, or refuse.
  [[nodiscard]] static Result<JwtKey> adopt(std::shared_ptr<const Impl> impl, std::optional<std::string> key_id);
  [[nodiscard]] std::string required_members() const;
  JwtKey() = default;

  std::shared_ptr<const Impl> impl_;
  JwtAlgorithm algorithm_ = JwtAlgorithm::kRs256;
  std::optional<std::string> key_id_;
};

/// Blocks `PUBLIC KEY` and `CERTIFICATE`; of a certificate only the key counts, not its names and dates. Fails, naming
/// `where`, on any other block, on a private key above all, and without any.
[[nodiscard]] Result<std::vector<JwtKey>> read_pem_keys(std::string_view text, const std::string& where);

/// A JWK Set. Other kinds of keys may stand beside ours, so what cannot be used is left out and said.
struct KeySet {
  std::vector<JwtKey> keys;
  std::vector<std::string> left_out{};  ///< One sentence for each key that is not used, and why.
};

/// Fails with `kMalformed`, `kTooLarge` or, where no key can be used, `kInvalid`.
[[nodiscard]] Result<KeySet> read_jwks(std::string_view text);

}  // namespace tansiq::net
