// Who is asking: the seam for authentication, and the tokens that a node mints for local use.
//
//   auto key = TRY(TokenKey::load("/etc/tansiq/token.key"));
//   std::string token = TRY(mint_token(key, {.subject = "ops", .scopes = {"intents.write"}, ...}));
//   Doorkeeper authenticator(key, clock, /*issuers=*/nullptr);                       // doorkeeper.h
//   auto principal = TRY(authenticate(authenticator, request, "intents.write"));
//
// A local token is `tsq1.<payload>.<mac>`: base64url of canonical JSON
// `{"exp":<ms>,"iat":<ms>,"jti":"<hex>","scope":["…"],"sub":"…"}`, and HMAC-SHA-256 of everything before the last dot.
// It has one spelling: any other byte anywhere makes it void. Tokens of outside issuers come through the same interface
// (jwt.h); `Doorkeeper` takes both.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/http_types.h"

namespace tansiq::net {

/// Finds out who sent a request. Thread-safe; must not block.
class Authenticator {
 public:
  Authenticator() = default;
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;
  virtual ~Authenticator() = default;
  /// Fails with `kUnauthenticated`; also with `kRateLimited` or `kUnavailable` where a limit or keys from outside are
  /// in play. The message tells the client what is wrong with its credentials, never what would have been right.
  [[nodiscard]] virtual Result<Principal> authenticate(const Request& request) const = 0;
};

/// Authenticates, then asks for one scope; an empty `scope` asks for none. Fails with `kUnauthenticated` (401) or
/// `kForbidden` (403).
[[nodiscard]] Result<Principal> authenticate(const Authenticator& authenticator, const Request& request,
                                             std::string_view scope);

/// Adds what RFC 6750 demands to a 401 or 403: `WWW-Authenticate: Bearer realm="tansiq"`, with `error` when the request
/// had brought a token, and with the `scope` that was missing. To other answers nothing.
void add_challenge(Response& response, const Request& request, std::string_view scope = {});

/// The token of `Authorization: Bearer …`. Fails with `kUnauthenticated` when the header is absent, stands twice, has
/// another scheme, or a token that is empty or longer than kBearerBytesMax.
[[nodiscard]] Result<std::string_view> bearer_token(const Request& request);

/// A secret of 32 bytes. Kept in a file of mode 0600 as one line, `tansiq-token-key-1 <base64>`.
class TokenKey {
 public:
  [[nodiscard]] static TokenKey generate();
  /// Fails with `kIo`, `kForbidden` (others may read the file) or `kMalformed`.
  [[nodiscard]] static Result<TokenKey> load(const std::string& file);
  /// Writes a new file, synced; fails with `kConflict` when it exists, `kIo`.
  [[nodiscard]] Status save(const std::string& file) const;

  ~TokenKey();  ///< Wipes the secret.
  TokenKey(const TokenKey&) = default;
  TokenKey& operator=(const TokenKey&) = default;

  /// HMAC-SHA-256.
  [[nodiscard]] std::array<std::uint8_t, 32> mac(std::string_view text) const;

 private:
  TokenKey() = default;
  std::array<std::uint8_t, 32> secret_{};
};

/// What a token says. Subject and scopes: 1 to 64 of `A-Z a-z 0-9 . _ - : *`; at most 64 scopes.
struct TokenClaims {
  std::string subject{};
  std::set<std::string, std::less<>> scopes{};
  UtcMs issued{};
  UtcMs expires{};
  std::string token_id{};  ///< 1 to 64 of the same characters; `mint_token` draws one when it is empty.
};

inline constexpr std::size_t kTokenScopesMax = 64;

/// Fails with `kInvalid` when a claim breaks its rule, or the token does not expire after it was issued.
[[nodiscard]] Result<std::string> mint_token(const TokenKey& key, TokenClaims claims);

/// Checks spelling, MAC, and that `issued - skew <= now < expires`. Fails with `kUnauthenticated`.
/// Cost: one HMAC; the payload is not looked at before the MAC fits.
[[nodiscard]] Result<TokenClaims> verify_token(const TokenKey& key, std::string_view token, UtcMs now);

/// Tokens may have been issued so much later than now, by a clock that runs ahead.
inline constexpr DurationMs kTokenClockSkewMs = 60'000;

/// The payload alone, exposed for tests and fuzzing. `parse` accepts exactly what `write` produces.
[[nodiscard]] std::string write_token_payload(const TokenClaims& claims);
[[nodiscard]] Result<TokenClaims> parse_token_payload(std::string_view json);

}  // namespace tansiq::net
