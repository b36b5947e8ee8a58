// JSON Web Tokens of outside issuers (RFC 7519, as RFC 8725 wants them verified): compact JWS with RS256, ES256, EdDSA.
//
//   const Jwt jwt = parse_jwt(token) …                        // form alone; nothing of it is believed yet
//   check_signature(jwt, keys) …                              // keys of the issuer that it names
//   check_claims(jwt.claims, {.audiences = {"dss.example"}}, now) …
//
// Everything has one reading: base64url without padding or spare bits, JSON without repeated names, no critical
// extensions, and what a token says about its own keys (`jwk`, `jku`, `x5c`, `x5u`) is not looked at.
//
// A refusal has two texts. Whoever runs the node learns everything; the client learns nothing before the signature has
// been found good, and afterwards what is wrong with its token, never what would have been right.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/time.h"
#include "net/jwt_key.h"

namespace tansiq::net {

/// Why a token was refused: one for each check, in the order of the checks.
enum class TokenFault : std::uint8_t {
  kMissing,         ///< No token, another scheme, two headers.
  kTooLong,         ///< More than kBearerBytesMax.
  kForm,            ///< Not three parts of base64url, or not JSON objects with these members.
  kAlgorithm,       ///< `alg` is none of ours, or not allowed for the issuer.
  kCritical,        ///< The header has `crit`: it demands what is not understood here.
  kType,            ///< `typ` says that this is another kind of token.
  kIssuer,          ///< `iss` is none of the configured ones.
  kKeysAbsent,      ///< The keys of the issuer cannot be had: our trouble, not the client's.
  kKey,             ///< No key of the issuer has this `kid` and algorithm.
  kSignature,       ///< The signature is no key's.
  kSubject,         ///< `sub` is not a text of 1 to 500 bytes.
  kAudience,        ///< `aud` names none of ours.
  kExpired,         ///< `exp` has passed.
  kExpiresTooLate,  ///< `exp` is further ahead than allowed.
  kNotYet,          ///< `nbf` or `iat` has not come.
  kScope,           ///< `scope` is not one text.
  kLocal,           ///< A token of our own that is not valid (bearer.h).
};
inline constexpr std::size_t kTokenFaults = static_cast<std::size_t>(TokenFault::kLocal) + 1;

/// "expired": the label of metrics and log lines.
[[nodiscard]] std::string_view to_text(TokenFault fault);
/// What the client is told.
[[nodiscard]] std::string_view client_message(TokenFault fault);

struct TokenRefusal {
  TokenFault fault;
  std::string detail;  ///< For the log of the node. May quote the token's claims, never the token.
};
template <class T>
using TokenResult = std::expected<T, TokenRefusal>;

/// What an entry has room for.
inline constexpr std::size_t kSubjectBytesMax = 500;
inline constexpr DurationMs kJwtLifetimeMsMax = 3'600'000;
/// By so much an issuer's clock may be ahead of ours: for `nbf`, `iat`, and how far ahead `exp` is. Not for expiry.
inline constexpr DurationMs kJwtLeewayMs = 10'000;

struct JwtClaims {
  std::string issuer;
  std::string subject;  ///< Empty where absent: `check_claims` refuses.
  std::vector<std::string> audiences;
  std::set<std::string, std::less<>> scopes;
  UtcMs expires;
  std::optional<UtcMs> not_before, issued;
  std::string token_id;  ///< `jti`, else 16 hexadecimal digits of the token's hash.
};

struct Jwt {
  JwtAlgorithm algorithm = JwtAlgorithm::kRs256;
  std::optional<std::string> key_id;
  JwtClaims claims;
  std::string_view signed_text;  ///< Views the token.
  Bytes signature;
};

/// Cost: O(bytes), whatever the text. `token` must outlive the result.
[[nodiscard]] TokenResult<Jwt> parse_jwt(std::string_view token);

/// Tries the keys that have the token's algorithm and `kid` (a key without one serves any). A token without `kid` is
/// tried with all keys of its algorithm. At most kKeysPerIssuerMax verifications of some 50 µs.
[[nodiscard]] TokenResult<void> check_signature(const Jwt& jwt, std::span<const JwtKey> keys);

struct JwtRules {
  std::span<const std::string> audiences;  ///< Names of ours, of which `aud` must have one.
  DurationMs lifetime_ms_max = kJwtLifetimeMsMax;
};
[[nodiscard]] TokenResult<void> check_claims(const JwtClaims& claims, const JwtRules& rules, UtcMs now);

}  // namespace tansiq::net
